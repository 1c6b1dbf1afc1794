# The front door: each target does all the set-up it needs. The build itself is CMake's; see
# CMakePresets.json. Needs GNU make and a POSIX shell.
PREFIX ?= /usr/local
DESTDIR ?=
.DEFAULT_GOAL := help
.PHONY: help quickstart check check-all bench install format clean

help:
	@echo 'make quickstart        install what is needed, build, and recover curvature from gradients'
	@echo '                       of Fashion-MNIST: quickstart-report/report.html'
	@echo 'make check             build with and without sanitizers, and a static one, and run every test'
	@echo 'make check-all         also clang and thread-sanitizer builds, valgrind,'
	@echo '                       long statistics and fuzzing (FUZZ_RUNS=N); takes hours'
	@echo 'make bench             time the kernels and the whole against NumPy'
	@echo 'make install PREFIX=P  build and install under P ($(PREFIX)); DESTDIR is respected'
	@echo 'make format            lay out the C files'
	@echo 'make clean             remove what was built'
	@echo
	@echo 'By hand: cmake --preset release && cmake --build --preset release'

quickstart:
	@sh scripts/quickstart.sh

check:
	@sh scripts/check.sh

check-all:
	@sh scripts/check.sh all

bench:
	@sh scripts/bench.sh

install:
	@sh scripts/install.sh '$(PREFIX)'

format:
	@sh scripts/format.sh

clean:
	rm -rf build quickstart-report

export DESTDIR FUZZ_RUNS
