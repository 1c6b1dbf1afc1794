# How every target is compiled, and the two build steps of our own.

# Warnings, and the sanitizer that the build asks for.
function(gm_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes> -Wpointer-arith -Wwrite-strings -Wvla -fno-math-errno -ffp-contract=off)
  target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L)
  if(GM_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(GM_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  elseif(GM_SANITIZE_THREAD)
    target_compile_options(${target} PRIVATE -fsanitize=thread -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=thread)
  endif()
  if((GM_SANITIZE OR GM_SANITIZE_THREAD) AND CMAKE_C_COMPILER_ID MATCHES Clang)
    target_compile_options(${target} PRIVATE -Wno-pass-failed) # a checked loop is not vectorised
  endif()
endfunction()

# Compile kernels once for each instruction set; GM_KERNEL(name) in them becomes name_avx2 and so on.
# They are optimised in every build, sanitizers included: plain loops that the compiler vectorises.
function(gm_add_kernels target)
  set(sets baseline)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND sets avx2 avx512)
    set(sets_x86 ON)
    target_compile_definitions(${target} PRIVATE GM_HAVE_X86_KERNELS=1)
  endif()
  set(flags_baseline "")
  set(flags_avx2 -mavx2 -mfma)
  set(flags_avx512 -mavx2 -mfma -mavx512f -mavx512dq -mavx512bw -mavx512vl
    -mprefer-vector-width=512)
  foreach(set IN LISTS sets)
    set(object ${target}_kernels_${set})
    add_library(${object} OBJECT ${ARGN})
    target_include_directories(${object} PRIVATE src include)
    target_compile_definitions(${object} PRIVATE GM_KERNEL_SET=${set}
      $<$<BOOL:${sets_x86}>:GM_HAVE_X86_KERNELS=1>)
    gm_compile_options(${object})
    target_compile_options(${object} PRIVATE -O3 ${flags_${set}})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${object}>)
  endforeach()
endfunction()

# Make a text file part of the library as `const char symbol[]`.
function(gm_embed_file target file symbol)
  set(output ${CMAKE_BINARY_DIR}/generated/${symbol}.c)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_SOURCE_DIR}/${file} -DOUTPUT=${output}
      -DSYMBOL=${symbol} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

# Write generated/build_info.h with version and commit.
function(gm_generate_build_info target)
  set(commit unknown)
  find_package(Git QUIET)
  if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${CMAKE_SOURCE_DIR} rev-parse --short=12 HEAD
      OUTPUT_VARIABLE hash OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(NOT failed)
      set(commit ${hash})
    endif()
  endif()
  # The log of HEAD grows with every commit; a source archive has none.
  if(EXISTS ${CMAKE_SOURCE_DIR}/.git/logs/HEAD)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/.git/logs/HEAD)
  endif()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/build_info.h CONTENT
"#define GM_VERSION \"${PROJECT_VERSION}\"
#define GM_COMMIT \"${commit}\"
#define GM_COMPILER \"${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}\"
")
endfunction()
