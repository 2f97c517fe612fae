# toolformer_embed(TARGET NAMESPACE FILES...): each file becomes a header name_ext.h in the folder of the namespace
# (toolformer::x is toolformer/x/), with its bytes as the std::string_view kNameExt, written anew where the file changes.
function(toolformer_embed target namespace)
  string(REPLACE "::" "/" folder ${namespace})
  foreach(file IN LISTS ARGN)
    get_filename_component(name ${file} NAME)
    string(REPLACE "." "_" name ${name})
    set(header ${PROJECT_BINARY_DIR}/generated/${folder}/${name}.h)
    add_custom_command(OUTPUT ${header} VERBATIM
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${PROJECT_SOURCE_DIR}/cmake/write_embedded.cmake
      COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${header} -DNAMESPACE=${namespace}
              -DNAME=${name} -P ${PROJECT_SOURCE_DIR}/cmake/write_embedded.cmake)
    target_sources(${target} PRIVATE ${header})
  endforeach()
endfunction()
