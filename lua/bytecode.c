/* Functions as what they do: their bytecode without names, files and lines, for the hash of a sweep's code
 * (lua/library/code.lua). */
#include <base/hash.h>
#include <lauxlib.h>
#include <string.h>

#include "sweep_inside.h"
#include "vm_inside.h"

/* lua_dump leaves two things in stripped bytecode that change though the function stays the same: the lines of every
 * function, and in which registers of the enclosing function the upvalues of the outermost one lie. Leaving them out
 * means to read the format, which is that of one version. */
_Static_assert(LUA_VERSION_NUM == 504, "the reader below knows the bytecode of Lua 5.4");

enum {
  HEADER_SIZE = 15 + sizeof(lua_Integer) + sizeof(lua_Number), /* signature, version, sizes, and two test numbers */
  INSTRUCTION_SIZE = 4,
  UPVALUE_SIZE = 3,
  DEBUG_LISTS = 4, /* lines twice, local names, upvalue names: all empty */
};

enum { INTEGER = 0x03, FLOAT = 0x13, SHORT_TEXT = 0x04, LONG_TEXT = 0x14 }; /* constants that have a content */

/* ---- dumping ----------------------------------------------------------------------------------------------- */

typedef struct dump {
  unsigned char *bytes; /* NULL = only counts */
  size_t size;
} dump;

static int write_dump(lua_State *L, const void *bytes, size_t size, void *context) {
  (void)L;
  dump *to = context;
  if (to->bytes) memcpy(to->bytes + to->size, bytes, size);
  to->size += size;
  return 0;
}

/* The function is on top; the bytes are pushed above it. */
static dump push_dump(lua_State *L) {
  dump counted = {0}, filled = {0};
  lua_dump(L, write_dump, &counted, 1);
  filled.bytes = lua_newuserdatauv(L, counted.size, 0);
  lua_insert(L, -2);
  lua_dump(L, write_dump, &filled, 1);
  lua_insert(L, -2);
  return filled;
}

/* ---- reading ----------------------------------------------------------------------------------------------- */

typedef struct reader {
  lua_State *L;
  const unsigned char *at, *end;
  unsigned char *kept; /* what decides; as large as the whole */
  size_t kept_size;
  int texts; /* stack index of the list of constants that are texts */
} reader;

static const unsigned char *skip(reader *self, size_t size) {
  if (size > (size_t)(self->end - self->at)) luaL_error(self->L, "cannot read the bytecode of a function");
  const unsigned char *from = self->at;
  self->at += size;
  return from;
}

static const unsigned char *keep(reader *self, size_t size) {
  const unsigned char *from = skip(self, size);
  memcpy(self->kept + self->kept_size, from, size);
  self->kept_size += size;
  return from;
}

/* Seven bits a byte, most significant first; the last byte has its high bit set. */
static size_t size_with(reader *self, const unsigned char *(*take)(reader *, size_t)) {
  size_t value = 0;
  for (;;) {
    unsigned char byte = *take(self, 1);
    value = value << 7 | (byte & 0x7f);
    if (byte & 0x80) return value;
  }
}

static void keep_list(reader *self, size_t item_size) {
  size_t count = size_with(self, keep);
  keep(self, count * item_size);
}

/* The size is one too large, so that 0 can say that there is no text. */
static void keep_text(reader *self) {
  size_t size = size_with(self, keep);
  if (size == 0) return;
  const unsigned char *text = keep(self, size - 1);
  lua_pushlstring(self->L, (const char *)text, size - 1);
  lua_rawseti(self->L, self->texts, (lua_Integer)lua_rawlen(self->L, self->texts) + 1);
}

static void keep_constants(reader *self) {
  for (size_t count = size_with(self, keep); count > 0; count--) {
    switch (*keep(self, 1)) {
      case INTEGER: keep(self, sizeof(lua_Integer)); break;
      case FLOAT: keep(self, sizeof(lua_Number)); break;
      case SHORT_TEXT:
      case LONG_TEXT: keep_text(self); break;
      default: break; /* nil, true, false */
    }
  }
}

static void keep_function(reader *self, bool outermost) {
  enum { PARAMETERS_VARARG_STACK = 3 };
  if (size_with(self, skip) != 0) luaL_error(self->L, "cannot read the bytecode of a function"); /* its file */
  size_with(self, skip);                                                                         /* its first line */
  size_with(self, skip);                                                                         /* its last line */
  keep(self, PARAMETERS_VARARG_STACK);
  keep_list(self, INSTRUCTION_SIZE);
  keep_constants(self);
  size_t upvalues = size_with(self, keep);
  (outermost ? skip : keep)(self, upvalues * UPVALUE_SIZE);
  for (size_t count = size_with(self, keep); count > 0; count--) keep_function(self, false);
  for (int i = 0; i < DEBUG_LISTS; i++) size_with(self, skip);
}

/* function_code(function) -> digest of what it does, and a list of the texts among its constants; nil for a function of
 * C, false for one of the library, whose code is hopsweep's and not the sweep's. */
static int function_code(lua_State *L) {
  lua_Debug where;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  if (lua_iscfunction(L, 1)) return 0;
  lua_pushvalue(L, 1);
  lua_getinfo(L, ">S", &where);
  lua_pushboolean(L, 0);
  if (strncmp(where.source, "@hopsweep/", strlen("@hopsweep/")) == 0) return 1;
  lua_newtable(L);
  lua_pushvalue(L, 1);
  dump whole = push_dump(L);
  reader self = {.L = L, .at = whole.bytes, .end = whole.bytes + whole.size, .texts = 3};
  self.kept = lua_newuserdatauv(L, whole.size, 0);
  skip(&self, HEADER_SIZE + 1); /* and the number of upvalues, which comes again */
  keep_function(&self, true);
  char digest[HS_HASH_TEXT_SIZE];
  hs_hash_text(hs_hash_of(self.kept, self.kept_size), digest);
  lua_pushstring(L, digest);
  lua_pushvalue(L, self.texts);
  return 2;
}

/* function_upvalue(function, i) -> true and the value; nothing beyond the last one. */
static int function_upvalue(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_pushboolean(L, 1);
  return lua_getupvalue(L, 1, (int)luaL_checkinteger(L, 2)) ? 2 : 0;
}

/* table_content(table) -> a plain copy of the entries whose key is a number, a text or a flag, also of a table that was
 * frozen; the metatable or nil; the number of other entries. */
static int table_content(lua_State *L) {
  enum { TABLE = 2, COPY = 3 };
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  hs__push_thawed(L, 1);
  lua_newtable(L);
  lua_Integer others = 0;
  for (lua_pushnil(L); lua_next(L, TABLE); lua_pop(L, 1)) {
    int type = lua_type(L, -2);
    if (type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, COPY);
    } else {
      others++;
    }
  }
  if (!lua_getmetatable(L, TABLE)) lua_pushnil(L);
  lua_pushinteger(L, others);
  return 3;
}

void hs__bytecode_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"function_code", function_code},
                                       {"function_upvalue", function_upvalue},
                                       {"table_content", table_content},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
