# Outside libraries: serial OpenBLAS (our own threads call it), jansson, zlib, pthreads.
# The installed package of a static library includes this file too.
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
find_library(GM_JANSSON_LIBRARY jansson REQUIRED)
find_path(GM_JANSSON_INCLUDE jansson.h REQUIRED)
mark_as_advanced(GM_OPENBLAS_LIBRARY GM_OPENBLAS_INCLUDE GM_LAPACK_INCLUDE
  GM_JANSSON_LIBRARY GM_JANSSON_INCLUDE)

# Imported, so that an exported static library may name them.
if(NOT TARGET gm::openblas)
  add_library(gm::openblas INTERFACE IMPORTED)
  target_link_libraries(gm::openblas INTERFACE ${GM_OPENBLAS_LIBRARY})
  target_include_directories(gm::openblas INTERFACE ${GM_OPENBLAS_INCLUDE} ${GM_LAPACK_INCLUDE})
  add_library(gm::jansson INTERFACE IMPORTED)
  target_link_libraries(gm::jansson INTERFACE ${GM_JANSSON_LIBRARY})
  target_include_directories(gm::jansson INTERFACE ${GM_JANSSON_INCLUDE})
endif()
