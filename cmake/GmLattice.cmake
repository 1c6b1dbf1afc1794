# The helper program that reduces lattices: C++ around fplll (LGPL), which the library never links.
# Without a C++ compiler or fplll it is left out, and the library says so when it is asked to reduce.
include(CheckLanguage)

# What is missing for it, in words; empty where nothing is.
function(gm_lattice_missing out)
  set(missing "")
  if(NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
    list(APPEND missing "a 64-bit system")
  endif()
  check_language(CXX)
  if(NOT CMAKE_CXX_COMPILER)
    list(APPEND missing "a C++ compiler (g++)")
  endif()
  find_library(GM_FPLLL_LIBRARY fplll)
  find_path(GM_FPLLL_INCLUDE fplll.h)
  find_library(GM_MPFR_LIBRARY mpfr)
  find_library(GM_GMP_LIBRARY gmp)
  mark_as_advanced(GM_FPLLL_LIBRARY GM_FPLLL_INCLUDE GM_MPFR_LIBRARY GM_GMP_LIBRARY)
  if(NOT GM_FPLLL_LIBRARY OR NOT GM_FPLLL_INCLUDE OR NOT GM_MPFR_LIBRARY OR NOT GM_GMP_LIBRARY)
    list(APPEND missing "fplll (libfplll-dev)")
  endif()
  list(JOIN missing " and " missing)
  set(${out} "${missing}" PARENT_SCOPE)
endfunction()

# Where the library finds it, from the prefix (or anywhere, where that folder is absolute).
target_compile_definitions(gradiometer PRIVATE
  GM_LIBEXEC_FOLDER="${CMAKE_INSTALL_LIBEXECDIR}/gradiometer")

option(GM_LATTICE "Build the helper program for lattice reduction, where fplll is installed" ON)
if(GM_LATTICE)
  gm_lattice_missing(missing)
  if(missing)
    message(STATUS "No lattice reduction: ${missing} not found")
  else()
    enable_language(CXX)
    add_executable(gradiometer-lattice tools/lattice/main.cpp tools/lattice/reduce.cpp
      tools/lattice/swaps.cpp tools/lattice/blocks.cpp
      src/lattice/message.c)
    target_include_directories(gradiometer-lattice PRIVATE src tools/helper)
    target_include_directories(gradiometer-lattice SYSTEM PRIVATE ${GM_FPLLL_INCLUDE})
    target_link_libraries(gradiometer-lattice
      PRIVATE ${GM_FPLLL_LIBRARY} ${GM_MPFR_LIBRARY} ${GM_GMP_LIBRARY})
    gm_compile_options(gradiometer-lattice)
    target_compile_features(gradiometer-lattice PRIVATE cxx_std_17)
    # All of its time is computing, in every build.
    target_compile_options(gradiometer-lattice PRIVATE -O3)
    set_target_properties(gradiometer-lattice PROPERTIES CXX_EXTENSIONS OFF)
    install(TARGETS gradiometer-lattice
      RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/gradiometer)
  endif()
endif()
