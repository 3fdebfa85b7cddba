# Writes OUTPUT, a C file with the text of every Lua file in FILES (separated by '|'): hopsweep.lua becomes the module
# "hopsweep", any other x.lua the module "hopsweep.x".
string(REPLACE "|" ";" FILES "${FILES}")
set(arrays "")
set(table "")
foreach(file ${FILES})
  get_filename_component(stem ${file} NAME_WE)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char TEXT_${stem}[] = {${bytes}0};\n")
  if(stem STREQUAL "hopsweep")
    set(module "hopsweep")
  else()
    set(module "hopsweep.${stem}")
  endif()
  string(APPEND table "    {\"${module}\", (const char *)TEXT_${stem}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"lua/embedded.h\"\n\n#include <stddef.h>\n\n${arrays}
const hs__embedded_module hs__embedded_modules[] = {\n${table}    {NULL, NULL},\n};\n")
