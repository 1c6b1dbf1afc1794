# The helper program that a client of a run runs in, on the public headers only.
add_executable(gradiometer-client tools/client/main.c)
target_include_directories(gradiometer-client PRIVATE tools/helper)
target_link_libraries(gradiometer-client PRIVATE gradiometer)
gm_compile_options(gradiometer-client)
set_target_properties(gradiometer-client PROPERTIES
  INSTALL_RPATH "$ORIGIN/../../${CMAKE_INSTALL_LIBDIR}")
install(TARGETS gradiometer-client
  RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/gradiometer)
