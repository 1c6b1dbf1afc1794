# Installation: headers, library, command line, its manual page and completion, and what finds them.
# Everything is relative to the prefix; what is installed can be moved as a whole.
include(CMakePackageConfigHelpers)
set(GM_CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/gradiometer)

# Keep what the built tool prints for these arguments as generated/<name>.
function(gm_capture name)
  set(output ${CMAKE_BINARY_DIR}/generated/${name})
  add_custom_command(OUTPUT ${output}
    COMMAND gradiometer-cli ${ARGN} > ${output}.part
    COMMAND ${CMAKE_COMMAND} -E rename ${output}.part ${output}
    DEPENDS gradiometer-cli VERBATIM)
endfunction()

install(TARGETS gradiometer EXPORT gradiometer-targets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/gradiometer DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE README.md CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR}
  OPTIONAL)

# The manual page and the completion are what the built tool prints about itself.
if(TARGET gradiometer-cli)
  set_target_properties(gradiometer-cli PROPERTIES 
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS gradiometer-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  if(NOT CMAKE_CROSSCOMPILING)
    gm_capture(gradiometer.1 help --man)
    gm_capture(gradiometer.bash help --completion)
    add_custom_target(gradiometer-manual ALL
      DEPENDS ${CMAKE_BINARY_DIR}/generated/gradiometer.1
        ${CMAKE_BINARY_DIR}/generated/gradiometer.bash)
    install(FILES ${CMAKE_BINARY_DIR}/generated/gradiometer.1
      DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${CMAKE_BINARY_DIR}/generated/gradiometer.bash RENAME gradiometer
      DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  endif()
endif()

# find_package(gradiometer CONFIG) → gradiometer::gradiometer
install(EXPORT gradiometer-targets NAMESPACE gradiometer:: DESTINATION ${GM_CMAKE_FOLDER})
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/gradiometer-config.cmake.in
  ${CMAKE_BINARY_DIR}/generated/gradiometer-config.cmake INSTALL_DESTINATION ${GM_CMAKE_FOLDER}
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/gradiometer-config-version.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/gradiometer-config.cmake
  ${CMAKE_BINARY_DIR}/generated/gradiometer-config-version.cmake DESTINATION ${GM_CMAKE_FOLDER})
if(NOT BUILD_SHARED_LIBS)
  install(FILES ${CMAKE_SOURCE_DIR}/cmake/GmDependencies.cmake
    RENAME gradiometer-dependencies.cmake DESTINATION ${GM_CMAKE_FOLDER})
endif()

# pkg-config gradiometer. Of a static library every link needs what it stands on.
set(private "-Wl,${GM_OPENBLAS_WRAP} ${GM_OPENBLAS_ARCHIVE} ${GM_FORTRAN_RUNTIME} -lm -pthread")
set(GM_PC_LIBRARIES "-L\${libdir} -lgradiometer")
if(BUILD_SHARED_LIBS)
  set(GM_PC_NEEDS "Requires.private: jansson zlib")
else()
  set(GM_PC_NEEDS "Requires: jansson zlib")
  string(APPEND GM_PC_LIBRARIES " ${private}")
endif()
file(RELATIVE_PATH GM_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" GM_PC_PREFIX "${GM_PC_PREFIX}")
configure_file(${CMAKE_SOURCE_DIR}/cmake/gradiometer.pc.in
  ${CMAKE_BINARY_DIR}/generated/gradiometer.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/gradiometer.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
