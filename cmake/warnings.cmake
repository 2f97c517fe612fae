# Warnings for the project's own targets; linked by toolformer_library and toolformer_program.
option(TOOLFORMER_WERROR "Treat warnings as errors" OFF)
add_library(toolformer_warnings INTERFACE)
target_compile_options(toolformer_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
  $<$<BOOL:${TOOLFORMER_WERROR}>:-Werror>)
