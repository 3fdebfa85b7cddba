/* selection.h: the options of the commands that look into a store, and what these commands have in common. */
#ifndef HS_RUNNER_COMMANDS_SELECTION_H
#define HS_RUNNER_COMMANDS_SELECTION_H

#include <results/queries.h>

#include "command.h"

typedef struct hs_selection_options {
  char *sweep;
  hs_text_list where;
  uint64_t limit;
  int format;
  bool quiet;
} hs_selection_options;

enum { HS_SELECTION_OPTION_COUNT = 3, HS_ROW_OPTION_COUNT = 2 };
extern const hs_option HS_SELECTION_OPTIONS[HS_SELECTION_OPTION_COUNT]; /* --sweep, --where, --quiet */
extern const hs_option HS_ROW_OPTIONS[HS_ROW_OPTION_COUNT];             /* --limit, --format */

hs_selection hs_selection_of(const hs_selection_options *options);

/* Opens the store named by the first argument for reading. Whatever is wrong with it is HS_ERROR_STORE. */
int hs_selection_open(hs_call *call, hs_store **store);

/* Opens the store named by the first argument for reading, lets `query` append to a buffer, and writes that to stdout.
 * Returns HS_EXIT_OK or an error. */
typedef int (*hs_store_query)(hs_call *call, hs_store *store, hs_buffer *out);
int hs_query_to_output(hs_call *call, hs_store_query query);

#endif
