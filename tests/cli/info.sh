# What `info` tells, in words and as a document; standard output that cannot be written.
. ./lib.sh

run 0 info
silent err
for name in version commit licence instructions threads BLAS 'BLAS core' MPI 'compiled in'; do
    prints "^$name  "
done
prints '^licence +BSD-3-Clause$'
prints '^compiled in +gzip'
run 0 info --threads 3
prints '^threads +3$'
run 0 info --quiet
silent out
silent err
run 0 info
prints '^lattices +(fplll [0-9.]+|none)'
GRADIOMETER_LATTICE_HELPER=$scratch/none
export GRADIOMETER_LATTICE_HELPER
run 0 info
prints '^lattices +none$'
unset GRADIOMETER_LATTICE_HELPER

run 0 info --json --threads=1e0 --seed 18
silent err
that "$CHECK_JSON" "$scratch/out" schema command version commit seed threads ranks blas seconds \
    options result warnings result.version result.licence result.instructions result.blas \
    result.blas_core result.blas_threaded result.lattice_reduction result.parts.gzip result.parts.hdf5 result.parts.mpi
that [ "$("$CHECK_JSON" -v "$scratch/out" command)" = '"info"' ]
that [ "$("$CHECK_JSON" -v "$scratch/out" threads)" = 1 ]
that [ "$("$CHECK_JSON" -v "$scratch/out" seed)" = 18 ]
that [ "$("$CHECK_JSON" -v "$scratch/out" result.parts.gzip)" = true ]
cp "$scratch/out" "$scratch/document"
run 0 info --json --threads 1 --seed 18 --out "$scratch/a/b"
that cmp -s "$scratch/out" "$scratch/document"
that cmp -s "$scratch/a/b/result.json" "$scratch/document"
that [ "$(entries "$scratch/a")" -eq 2 ]

run 0 info --dry-run --out "$scratch/dry"
prints '^would write +result.json'
that [ ! -e "$scratch/dry" ]
run 2 info --out "$scratch/document"
says "document is not a folder"

if [ -w /dev/full ]; then
    for arguments in --version --help 'help specs' 'help --man' info 'info --json'; do
        command="gradiometer $arguments > /dev/full"
        "$GRADIOMETER" $arguments >/dev/full 2>"$scratch/err"
        that [ $? -eq 3 ]
        that [ "$(grep -c . "$scratch/err")" -eq 1 ]
        says 'cannot write to standard output: No space left on device'
    done
    "$GRADIOMETER" info --out "$scratch/full" >/dev/full 2>"$scratch/err"
    that [ $? -eq 3 ]
    that [ ! -e "$scratch/full" ]
fi
command='gradiometer info >&-'
"$GRADIOMETER" info >&- 2>"$scratch/err"
that [ $? -eq 3 ]

# As root every folder can be written.
if [ "$(id -u)" -ne 0 ]; then
    mkdir "$scratch/locked"
    chmod 555 "$scratch/locked"
    run 3 info --out "$scratch/locked"
    says 'Permission denied'
fi
run 3 info --json --out /proc/none
json_error GM_IO_ERROR 3
finish
