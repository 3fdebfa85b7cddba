/* plan.h: what is said about a sweep before its first trial, and what a sweep is made from. */
#ifndef HS_BASE_PLAN_H
#define HS_BASE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "hash.h"
#include "params.h"

/* A sweep script with everything it was started with: rank 0 reads it once and ships it to all.
 * Zero-initialise; hs_sweep_source_free ends it. */
typedef struct hs_sweep_source {
  char *path;          /* as the user named it: for messages */
  char *text;          /* of the script */
  hs_params overrides; /* --set name=value; all TEXT: the declaration in the script decides the type */
  char *data_folders;  /* "a:b:c", searched in order; "" = none */
  uint64_t seed;       /* --seed, if seed_given; otherwise the script's */
  bool seed_given;
  /* Further Lua files found beside the script that it may require: names and texts, pairwise. */
  char **module_names, **module_texts;
  size_t module_count;
} hs_sweep_source;

void hs_sweep_source_free(hs_sweep_source *source);
void hs_put_sweep_source(hs_buffer *buffer, const hs_sweep_source *source);
int hs_get_sweep_source(hs_reader *reader, hs_sweep_source *source);

/* The head of a plan. Zero-initialise; hs_plan_head_free ends it. */
typedef struct hs_plan_head {
  char *name;        /* of the sweep */
  char *description; /* "" = none */
  int64_t revision;
  uint64_t seed;
  uint32_t repeats;
  uint64_t cells, trials; /* exact numbers, after duplicates collapsed */
  hs_params options;      /* values in force */
  char *parameter_order;  /* names of the space's parameters in order of first appearance, joined by ',' */
  hs_hash code; /* hash of what decides results: the functions of trials, models and shared data, and all they hold on
                   to; not the space, the repeats, comments or names of locals */
} hs_plan_head;

void hs_plan_head_free(hs_plan_head *head);
void hs_put_plan_head(hs_buffer *buffer, const hs_plan_head *head);
int hs_get_plan_head(hs_reader *reader, hs_plan_head *head);

#endif
