# What a test does itself is soon done: optimising it would take longer than running it. What it tests is as installed.
set(test_optimisation $<$<CONFIG:Release>:-O1>)

# Four precompiled headers, each compiled once: what most sources of a kind include anyway. A source still names all
# that it uses: it must compile without them, as it does for clang-tidy.
function(toolformer_precompiled_header kind)
  cmake_parse_arguments(ARG "" "" "HEADERS;LINK" ${ARGN})
  file(WRITE ${PROJECT_BINARY_DIR}/generated/precompiled_${kind}.cpp "")
  add_library(toolformer_precompiled_${kind} OBJECT ${PROJECT_BINARY_DIR}/generated/precompiled_${kind}.cpp)
  # The same warnings as in the sources: -Wpedantic changes macros that the header must have been compiled with.
  target_link_libraries(toolformer_precompiled_${kind} PRIVATE ${ARG_LINK} toolformer_warnings)
  # ccache asks for this flag before it caches what uses a precompiled header.
  target_compile_options(toolformer_precompiled_${kind} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  target_precompile_headers(toolformer_precompiled_${kind} PRIVATE ${ARG_HEADERS})
  if(kind MATCHES "tests")
    target_compile_options(toolformer_precompiled_${kind} PRIVATE ${test_optimisation})
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

# toolformer_library(NAME [TORCH] SOURCES... DEPENDS folders... LINK libraries...)
# One static library for one folder of src/. DEPENDS is the allowed direction that tests/layering checks too.
function(toolformer_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPENDS;LINK" ${ARGN})
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
  set_property(GLOBAL APPEND PROPERTY TOOLFORMER_PROGRAMS ${name})  # tests/apps runs each of them
endfunction()

# toolformer_test(NAME SOURCES... LINK targets... [TORCH]): one GoogleTest program, one ctest entry per case.
function(toolformer_test name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main toolformer_warnings)
  target_compile_options(${name} PRIVATE ${test_optimisation})
  target_compile_definitions(${name} PRIVATE
    TOOLFORMER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TOOLFORMER_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(ARG_TORCH)
    target_link_libraries(${name} PRIVATE toolformer_torch)
    toolformer_precompile(${name} torch_tests)
  else()
    toolformer_precompile(${name} tests)
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 900)
endfunction()
