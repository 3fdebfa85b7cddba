/* support.h: sweeps from text, with a fake memory behind the services, for the tests of this folder. */
#ifndef HS_TESTS_LUA_SWEEP_SUPPORT_H
#define HS_TESTS_LUA_SWEEP_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#include <base/buffer.h>
#include <lua/sweep.h>

/* Everything a test may say about how a script is opened; zero = nothing special. */
typedef struct script {
  const char *text;
  const char *set;     /* "name=value" lines, separated by '\n' */
  const char *module;  /* text of a module named "other" beside the script */
  const char *modules; /* text of a module named "unused" */
  uint64_t seed;       /* 0 = the script's own */
  size_t memory;       /* budget; 0 = none */
  uint64_t instructions;
  int without_services;
} script;

/* Opens; NULL on an error, whose text is then in message (HS_MESSAGE_SIZE). The file is called "s.lua". */
hs_sweep *open_script(const script *how, char *message);
/* The same for a text that must open. */
hs_sweep *open_text(const char *text);

/* The cells of a space, written as a Lua expression, as JSON lines; or "ERROR: message". Valid until the next call. */
const char *cells_of(const char *expression);
/* All trials of a plan in order; free with trials_free. */
size_t plan_of(hs_sweep *sweep, hs_trial **trials);
void trials_free(hs_trial **trials, size_t count);

/* Runs one trial; the record is the caller's. */
hs_record run_trial(hs_sweep *sweep, const hs_trial *trial);
/* Runs the first trial of a script and gives "verdict {metrics} message". Valid until the next call. */
const char *first_result(const char *text);
/* Runs all trials of a sweep, first to last or last to first, and gives the wire bytes of each record. */
void run_all(hs_sweep *sweep, int reverse, hs_buffer *records, size_t count);

double metric_of(const hs_record *record, const char *name);

/* The services of the fake memory: the state is the stored pattern with the largest product. It declares solver, alpha
 * (>= 1), k (<= N), beta, status (what its reports say), and counts its models. */
extern const hs_lua_services fake_services;
extern int fake_open_models, fake_opened, fake_checks;

#endif
