# TOOLFORMER_SANITIZE=address,undefined or thread: the same flags for every target of the build.
if(TOOLFORMER_SANITIZE)
  add_compile_options(-fsanitize=${TOOLFORMER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TOOLFORMER_SANITIZE})
endif()
