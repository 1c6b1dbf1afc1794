# Outside libraries: serial OpenBLAS (our own threads call it), jansson, zlib, pthreads.
# The installed package of a static library includes this file too.
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

# The serial OpenBLAS, linked statically: plain libopenblas.so may be the threaded one, and the
# allocator of the serial one is not safe with threads until it is wrapped (src/linalg/blas_lock.c),
# which only a static link can do without touching other users of OpenBLAS in the process.
find_library(GM_OPENBLAS_ARCHIVE NAMES libopenblas.a
  PATH_SUFFIXES openblas-serial ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial REQUIRED)
find_path(GM_OPENBLAS_INCLUDE cblas.h
  PATH_SUFFIXES openblas-serial ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial openblas REQUIRED)
find_path(GM_LAPACK_INCLUDE lapack.h REQUIRED)
# LAPACK inside OpenBLAS is Fortran; the run-time library comes with it, without its -dev link.
find_library(GM_FORTRAN_RUNTIME NAMES libgfortran.so.5 gfortran REQUIRED)
# Of a static library the lock has to be asked for: OpenBLAS, which follows it, is the first to.
set(GM_OPENBLAS_WRAP
  --wrap=blas_memory_alloc,--wrap=blas_memory_free,--undefined=__wrap_blas_memory_alloc)
find_library(GM_JANSSON_LIBRARY jansson REQUIRED)
find_path(GM_JANSSON_INCLUDE jansson.h REQUIRED)
mark_as_advanced(GM_OPENBLAS_ARCHIVE GM_FORTRAN_RUNTIME GM_OPENBLAS_INCLUDE GM_LAPACK_INCLUDE
  GM_JANSSON_LIBRARY GM_JANSSON_INCLUDE)

# Imported, so that an exported static library may name them.
if(NOT TARGET gm::openblas)
  add_library(gm::openblas INTERFACE IMPORTED)
  target_link_libraries(gm::openblas INTERFACE ${GM_OPENBLAS_ARCHIVE} ${GM_FORTRAN_RUNTIME} m)
  target_link_options(gm::openblas INTERFACE LINKER:${GM_OPENBLAS_WRAP})
  target_include_directories(gm::openblas INTERFACE ${GM_OPENBLAS_INCLUDE} ${GM_LAPACK_INCLUDE})
  add_library(gm::jansson INTERFACE IMPORTED)
  target_link_libraries(gm::jansson INTERFACE ${GM_JANSSON_LIBRARY})
  target_include_directories(gm::jansson INTERFACE ${GM_JANSSON_INCLUDE})
endif()
