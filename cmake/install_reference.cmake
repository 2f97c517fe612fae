# Part of cmake --install: manual page and shell completions of PROGRAM (named NAME), printed by the program itself.
foreach(pair "man:share/man/man1/${NAME}.1" "bash:share/bash-completion/completions/${NAME}"
             "zsh:share/zsh/site-functions/_${NAME}" "fish:share/fish/vendor_completions.d/${NAME}.fish")
  string(REGEX MATCH "^([a-z]+):(.*)$" pair "${pair}")
  set(kind ${CMAKE_MATCH_1})
  set(file "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${CMAKE_MATCH_2}")
  get_filename_component(folder "${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  execute_process(COMMAND "${PROGRAM}" --reference ${kind} OUTPUT_FILE "${file}" COMMAND_ERROR_IS_FATAL ANY)
  list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${CMAKE_INSTALL_PREFIX}/${CMAKE_MATCH_2}")
endforeach()
