# cmake -DSOURCE=... -DOUTPUT=... -DVERSION=... [-DGIT=...] -P write_version.cmake
# Writes version.h; a file whose content does not change keeps its time, so nothing is compiled again.
set(REVISION unknown)
if(GIT AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --short=12 HEAD
                  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(REVISION ${revision})
    execute_process(COMMAND ${GIT} --no-optional-locks -C ${SOURCE} diff --quiet HEAD -- RESULT_VARIABLE changed ERROR_QUIET)
    if(changed)
      string(APPEND REVISION "+changes")
    endif()
  endif()
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/version.h.in ${OUTPUT} @ONLY)
