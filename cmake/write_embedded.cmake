# cmake -DINPUT=... -DOUTPUT=... -DNAMESPACE=... -DNAME=chart_js -P write_embedded.cmake
file(READ ${INPUT} bytes)
string(REGEX REPLACE "_(.)" ";\\1" parts "_${NAME}")
set(constant k)
foreach(part IN LISTS parts)
  if(part)
    string(SUBSTRING ${part} 0 1 first)
    string(SUBSTRING ${part} 1 -1 rest)
    string(TOUPPER ${first} first)
    string(APPEND constant ${first}${rest})
  endif()
endforeach()
file(WRITE ${OUTPUT} "// Generated from ${INPUT}: do not edit.\n#pragma once\n#include <string_view>\n\nnamespace ${NAMESPACE} {\n"
  "inline constexpr std::string_view ${constant} = R\"embedded(" "${bytes}" ")embedded\";\n}\n")
