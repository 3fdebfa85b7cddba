/* embedded.h: the Lua library (lua/library), compiled in by lua/embed.cmake. */
#ifndef HS_LUA_EMBEDDED_H
#define HS_LUA_EMBEDDED_H

typedef struct hs__embedded_module {
  const char *name; /* "hopsweep" or "hopsweep.grid" */
  const char *text;
} hs__embedded_module;

/* Ends with a NULL name. */
extern const hs__embedded_module hs__embedded_modules[];

#endif
