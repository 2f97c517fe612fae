# toolformer_library(NAME SOURCES... DEPENDS folders... LINK libraries...)
# One static library for one folder of src/. DEPENDS is the allowed direction that tests/layering checks too.
function(toolformer_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(toolformer_${name} STATIC ${ARG_SOURCES})
  add_library(toolformer::${name} ALIAS toolformer_${name})
  add_dependencies(toolformer_${name} toolformer_version)
  target_include_directories(toolformer_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                                       ${PROJECT_BINARY_DIR}/generated)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(toolformer_${name} PUBLIC toolformer_${dependency})
  endforeach()
  target_link_libraries(toolformer_${name} PUBLIC ${ARG_LINK} PRIVATE toolformer_warnings)
endfunction()

# toolformer_use_torch(TARGET): link libtorch and share one precompiled <torch/torch.h>.
function(toolformer_use_torch target)
  target_link_libraries(${target} PUBLIC toolformer_torch)
  # ccache asks for this flag before it caches what uses a precompiled header.
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  # Programs would get -fPIE, and with it could not use the header that was compiled for the libraries.
  get_target_property(kind ${target} TYPE)
  if(kind STREQUAL "EXECUTABLE")
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  if(target STREQUAL "toolformer_model")
    target_precompile_headers(${target} PRIVATE <torch/torch.h>)
  else()
    target_precompile_headers(${target} REUSE_FROM toolformer_model)
  endif()
endfunction()

# toolformer_program(NAME SOURCES... LINK folders...): one installed program.
function(toolformer_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(${name} toolformer_version)
  target_link_libraries(${name} PRIVATE toolformer_app ${ARG_LINK} toolformer_warnings)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  set_property(GLOBAL APPEND PROPERTY TOOLFORMER_PROGRAMS ${name})  # tests/apps runs each of them
endfunction()

# toolformer_test(NAME SOURCES... LINK targets... [TORCH]): one GoogleTest program, one ctest entry per case.
function(toolformer_test name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main toolformer_warnings)
  target_compile_definitions(${name} PRIVATE
    TOOLFORMER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TOOLFORMER_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(ARG_TORCH)
    toolformer_use_torch(${name})
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 900)
endfunction()
