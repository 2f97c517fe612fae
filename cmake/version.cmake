# <toolformer/version.h>: project version and git revision, refreshed at every build, compiled again only when they change.
find_package(Git QUIET)
set(TOOLFORMER_WRITE_VERSION
  ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DVERSION=${PROJECT_VERSION} -DGIT=${GIT_EXECUTABLE}
  -DOUTPUT=${PROJECT_BINARY_DIR}/generated/toolformer/version.h
  -P ${PROJECT_SOURCE_DIR}/cmake/write_version.cmake)
execute_process(COMMAND ${TOOLFORMER_WRITE_VERSION} COMMAND_ERROR_IS_FATAL ANY)
add_custom_target(toolformer_version COMMAND ${TOOLFORMER_WRITE_VERSION} VERBATIM
                  BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/toolformer/version.h)
