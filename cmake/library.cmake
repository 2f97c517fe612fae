# What a test does itself is soon done: optimising it would take longer than running it. What it tests is as installed.
add_library(toolformer_test_options INTERFACE)
target_compile_options(toolformer_test_options INTERFACE $<$<CONFIG:Release>:-O1>)
target_compile_definitions(toolformer_test_options INTERFACE
  TOOLFORMER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TOOLFORMER_BINARY_DIR="${PROJECT_BINARY_DIR}")
target_include_directories(toolformer_test_options INTERFACE ${PROJECT_SOURCE_DIR}/tests)

# Four precompiled headers, each compiled once: what most sources of a kind include anyway. A source still names all
# that it uses: it must compile without them, as it does for clang-tidy.
function(toolformer_precompiled_header kind)
  cmake_parse_arguments(ARG "" "" "HEADERS;LINK" ${ARGN})
  # Written once: a newer file would have everything compiled again after each change of a CMakeLists.txt.
  if(NOT EXISTS ${PROJECT_BINARY_DIR}/generated/precompiled_${kind}.cpp)
    file(WRITE ${PROJECT_BINARY_DIR}/generated/precompiled_${kind}.cpp "")
  endif()
  add_library(toolformer_precompiled_${kind} OBJECT ${PROJECT_BINARY_DIR}/generated/precompiled_${kind}.cpp)
  # The same warnings as in the sources: -Wpedantic changes macros that the header must have been compiled with.
  target_link_libraries(toolformer_precompiled_${kind} PRIVATE ${ARG_LINK} toolformer_warnings)
  # ccache asks for this flag before it caches what uses a precompiled header.
  target_compile_options(toolformer_precompiled_${kind} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  target_precompile_headers(toolformer_precompiled_${kind} PRIVATE ${ARG_HEADERS})
  if(kind MATCHES "tests")
    target_link_libraries(toolformer_precompiled_${kind} PRIVATE toolformer_test_options)
  endif()
endfunction()

set(code_headers <algorithm> <chrono> <filesystem> <fmt/format.h> <fmt/ranges.h> <functional> <map> <memory>
    <nlohmann/json.hpp> <optional> <span> <string> <string_view> <vector>)
set(test_headers <gmock/gmock.h> <gtest/gtest.h>)
set(code_links fmt::fmt nlohmann_json::nlohmann_json Threads::Threads)
toolformer_precompiled_header(code HEADERS ${code_headers} LINK ${code_links})
if(TOOLFORMER_TESTS)
  toolformer_precompiled_header(tests HEADERS ${code_headers} ${test_headers} LINK ${code_links} GTest::gmock)
endif()
if(TOOLFORMER_TORCH)
  toolformer_precompiled_header(torch HEADERS <torch/torch.h> ${code_headers} LINK toolformer_torch ${code_links})
  if(TOOLFORMER_TESTS)
    toolformer_precompiled_header(torch_tests HEADERS <torch/torch.h> ${code_headers} ${test_headers}
                                  LINK toolformer_torch ${code_links} GTest::gmock)
  endif()
endif()

# toolformer_precompile(TARGET KIND): compile the target's sources with the precompiled header of that kind.
function(toolformer_precompile target kind)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  # Programs would get -fPIE, and with it could not use the header that was compiled for the libraries.
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  target_precompile_headers(${target} REUSE_FROM toolformer_precompiled_${kind})
endfunction()

# toolformer_add_without_torch(TARGET KIND SOURCES... LINK...): sources of a target that uses libtorch which do not include
# it themselves: they are compiled with the precompiled header of KIND, in a fifth of the time.
function(toolformer_add_without_torch target kind)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  if(ARG_SOURCES)
    add_library(${target}_without_torch OBJECT ${ARG_SOURCES})
    target_link_libraries(${target}_without_torch PRIVATE ${ARG_LINK} toolformer_warnings)
    target_include_directories(${target}_without_torch PRIVATE ${PROJECT_SOURCE_DIR}/include
                                                               ${PROJECT_BINARY_DIR}/generated)
    add_dependencies(${target}_without_torch toolformer_version)
    toolformer_precompile(${target}_without_torch ${kind})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_without_torch>)
  endif()
endfunction()

# toolformer_library(NAME [TORCH] SOURCES... [WITHOUT_TORCH sources...] DEPENDS folders... LINK libraries...)
# One static library for one folder of src/. DEPENDS is the allowed direction that tests/layering checks too.
function(toolformer_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;WITHOUT_TORCH;DEPENDS;LINK" ${ARGN})
  add_library(toolformer_${name} STATIC ${ARG_SOURCES})
  add_library(toolformer::${name} ALIAS toolformer_${name})
  add_dependencies(toolformer_${name} toolformer_version)
  target_include_directories(toolformer_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                                       ${PROJECT_BINARY_DIR}/generated)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(toolformer_${name} PUBLIC toolformer_${dependency})
  endforeach()
  target_link_libraries(toolformer_${name} PUBLIC ${ARG_LINK} PRIVATE toolformer_warnings)
  if(ARG_TORCH)
    target_link_libraries(toolformer_${name} PUBLIC toolformer_torch)
    toolformer_precompile(toolformer_${name} torch)
    list(TRANSFORM ARG_DEPENDS PREPEND toolformer_ OUTPUT_VARIABLE folders)
    toolformer_add_without_torch(toolformer_${name} code SOURCES ${ARG_WITHOUT_TORCH} LINK ${folders} ${ARG_LINK})
  else()
    toolformer_precompile(toolformer_${name} code)
  endif()
endfunction()

# toolformer_program(NAME SOURCES... LINK folders...): one installed program.
function(toolformer_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(${name} toolformer_version)
  target_link_libraries(${name} PRIVATE toolformer_app ${ARG_LINK} toolformer_warnings)
  toolformer_precompile(${name} code)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(CODE "set(NAME ${name})\nset(PROGRAM \"$<TARGET_FILE:${name}>\")\ninclude(\"${PROJECT_SOURCE_DIR}/cmake/install_reference.cmake\")")
  set_property(GLOBAL APPEND PROPERTY TOOLFORMER_PROGRAMS ${name})  # tests/apps runs each of them
endfunction()

# toolformer_test(NAME SOURCES... [WITHOUT_TORCH sources...] LINK targets... [TORCH]): one GoogleTest program, one ctest entry per case.
function(toolformer_test name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;WITHOUT_TORCH;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main toolformer_warnings
                                        toolformer_test_options)
  if(ARG_TORCH)
    target_link_libraries(${name} PRIVATE toolformer_torch)
    toolformer_precompile(${name} torch_tests)
    toolformer_add_without_torch(${name} tests SOURCES ${ARG_WITHOUT_TORCH}
                                 LINK ${ARG_LINK} GTest::gmock toolformer_test_options)
  else()
    toolformer_precompile(${name} tests)
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 900)
endfunction()
