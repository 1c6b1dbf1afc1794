# The module gradiometer-mpi.so, which carries data between ranks: the library loads it where mpirun
# started several processes, and never links MPI. Without MPI it is left out.
option(GM_MPI "Build the module for MPI, where MPI is installed" ON)
if(GM_MPI)
  set(MPI_CXX_SKIP_MPICXX ON)
  find_package(MPI QUIET COMPONENTS C)
  if(NOT MPI_C_FOUND)
    message(STATUS "No ranks over MPI: MPI for C (libopenmpi-dev) not found")
  else()
    add_library(gradiometer-mpi MODULE src/parallel/mpi/mpi.c)
    target_include_directories(gradiometer-mpi PRIVATE src)
    target_include_directories(gradiometer-mpi SYSTEM PRIVATE ${MPI_C_INCLUDE_DIRS})
    target_link_libraries(gradiometer-mpi PRIVATE ${MPI_C_LIBRARIES})
    gm_compile_options(gradiometer-mpi)
    # Beside the program, where the library looks for it in a build tree.
    set_target_properties(gradiometer-mpi PROPERTIES PREFIX "" SUFFIX ".so"
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
    install(TARGETS gradiometer-mpi
      LIBRARY DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/gradiometer)
  endif()
endif()
