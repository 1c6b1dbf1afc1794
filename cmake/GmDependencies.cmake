# Outside libraries: serial OpenBLAS (our own threads call it), jansson, zlib, pthreads.
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

# The serial OpenBLAS by its own folder: plain libopenblas.so may be the threaded one. The same
# folder becomes a run path, so that the loader does not pick another by the shared name.
find_library(GM_OPENBLAS_LIBRARY openblas
  PATH_SUFFIXES openblas-serial ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial REQUIRED)
find_path(GM_OPENBLAS_INCLUDE cblas.h
  PATH_SUFFIXES openblas-serial ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial openblas REQUIRED)
find_path(GM_LAPACK_INCLUDE lapack.h REQUIRED)
get_filename_component(GM_OPENBLAS_FOLDER ${GM_OPENBLAS_LIBRARY} DIRECTORY)
add_library(gm_openblas INTERFACE)
add_library(gm::openblas ALIAS gm_openblas)
target_link_libraries(gm_openblas INTERFACE ${GM_OPENBLAS_LIBRARY})
target_include_directories(gm_openblas SYSTEM INTERFACE ${GM_OPENBLAS_INCLUDE} ${GM_LAPACK_INCLUDE})
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}" ${GM_OPENBLAS_FOLDER})

find_library(GM_JANSSON_LIBRARY jansson REQUIRED)
find_path(GM_JANSSON_INCLUDE jansson.h REQUIRED)
add_library(gm_jansson INTERFACE)
add_library(gm::jansson ALIAS gm_jansson)
target_link_libraries(gm_jansson INTERFACE ${GM_JANSSON_LIBRARY})
target_include_directories(gm_jansson SYSTEM INTERFACE ${GM_JANSSON_INCLUDE})
