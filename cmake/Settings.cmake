# Compiler settings of our own targets: they are set on targets, never globally, so that dependencies keep theirs.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Warnings are errors for our code; sanitizers as asked for.
function(triptych_settings target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror>
    # g++ 12 reports impossible overlaps in std::string concatenation (GCC bug 105329).
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/engine)
  if(TRIPTYCH_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TRIPTYCH_SANITIZE} -fno-sanitize-recover=all
      -fno-omit-frame-pointer -g
      # g++'s warning gives false alarms with sanitizers, as its manual says; here in <regex>.
      $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-maybe-uninitialized>)
    target_link_options(${target} PUBLIC -fsanitize=${TRIPTYCH_SANITIZE})
  endif()
endfunction()

# triptych_library(core LINK a b): the library triptych_core of every .cpp in the calling folder.
function(triptych_library name)
  cmake_parse_arguments(ARG "" "" "LINK;PRIVATE_LINK;SUBFOLDERS" ${ARGN})
  set(patterns *.cpp)
  foreach(folder ${ARG_SUBFOLDERS})
    list(APPEND patterns ${folder}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  if(sources)
    add_library(triptych_${name} STATIC ${sources})
    triptych_settings(triptych_${name})
    target_link_libraries(triptych_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  else()
    add_library(triptych_${name} INTERFACE)
    target_include_directories(triptych_${name} INTERFACE ${CMAKE_SOURCE_DIR}/engine)
    target_link_libraries(triptych_${name} INTERFACE ${ARG_LINK})
  endif()
endfunction()

# triptych_test(core LINK a b): one GoogleTest program of every .cpp in tests/core, named test_core.
function(triptych_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(test_${name} ${sources})
  triptych_settings(test_${name})
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(test_${name} PRIVATE TRIPTYCH_SOURCE_DIR="${CMAKE_SOURCE_DIR}" TRIPTYCH_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(test_${name} PRIVATE triptych_${name} ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND test_${name} --gtest_brief=1 WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()
