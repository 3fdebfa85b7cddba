/* parameter.h: how a plugin declares its parameters, and how it receives their values.
 *
 * Parameters are declared, so the host can refuse an unknown name or a value out of range before anything
 * runs, fill in defaults, and print `hopsweep plugins show`. A plugin never sees an undeclared parameter.
 */
#ifndef HOPSWEEP_PARAMETER_H
#define HOPSWEEP_PARAMETER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_parameter_type {
  HS_TYPE_REAL = 1,    /* a double */
  HS_TYPE_INTEGER = 2, /* a whole number, passed as a double: exact up to 2^53 */
  HS_TYPE_CHOICE = 3,  /* one word of `choices` */
  HS_TYPE_FLAG = 4,    /* 0 or 1 */
  HS_TYPE_SOLVER = 5   /* the id of a solver plugin (memories only) */
} hs_parameter_type;

/* When a parameter takes effect: changing one of phase RETRIEVE leaves what was stored valid. Solvers have
 * phase RETRIEVE throughout. */
typedef enum hs_parameter_phase { HS_PHASE_STORE = 0, HS_PHASE_RETRIEVE = 1 } hs_parameter_phase;

/* Bits of hs_parameter.flags. */
#define HS_PARAMETER_REQUIRED     1u /* has no default */
#define HS_PARAMETER_OPEN_MINIMUM 2u /* minimum itself is excluded */
#define HS_PARAMETER_OPEN_MAXIMUM 4u /* maximum itself is excluded */

/* One declared parameter. All strings are constants of the plugin. */
typedef struct hs_parameter {
  uint64_t size; /* sizeof(hs_parameter) in the plugin's build */
  const char *name;
  const char *doc;          /* one sentence for people */
  const char *unit;         /* "" where it has none */
  const char *choices;      /* CHOICE: words separated by '|'; otherwise NULL */
  const char *default_text; /* CHOICE and SOLVER; otherwise NULL */
  int32_t type;             /* hs_parameter_type */
  int32_t phase;            /* hs_parameter_phase */
  uint32_t flags;
  uint32_t reserved;
  double default_number, minimum, maximum; /* REAL, INTEGER, FLAG; minimum and maximum are inclusive unless
                                              a flag opens them; infinities mean "no bound" */
} hs_parameter;

/* One value, checked against the declaration. `text` is set for CHOICE and SOLVER, `number` otherwise.
 * The host passes values in the order of the declaration, one for each, defaults filled in: a plugin may
 * index them. Owned by the host, valid during the call only. */
typedef struct hs_parameter_value {
  const char *name;
  const char *text;
  double number;
} hs_parameter_value;

#ifdef __cplusplus
}
#endif
#endif
