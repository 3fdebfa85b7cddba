#include "selection.h"

#include <base/status.h>

#include "output.h"

#define AT(field) offsetof(hs_selection_options, field)

const hs_option HS_SELECTION_OPTIONS[HS_SELECTION_OPTION_COUNT] = {
    {.name = "sweep",
     .type = HS_OPTION_TEXT,
     .offset = AT(sweep),
     .argument = "NAME",
     .doc = "which sweep of the store (default: the latest)"},
    {.name = "where",
     .letter = 'w',
     .type = HS_OPTION_LIST,
     .offset = AT(where),
     .argument = "CONDITION",
     .doc = "only these trials: 'alpha>=1.5', solver=entmax, 'verdict!=ok'; repeatable, all must hold"},
    {.name = "quiet", .letter = 'q', .offset = AT(quiet), .doc = "results, warnings and errors only"},
};

const hs_option HS_ROW_OPTIONS[HS_ROW_OPTION_COUNT] = {
    {.name = "limit", .type = HS_OPTION_WHOLE, .offset = AT(limit), .argument = "N", .doc = "at most N rows"},
    HS_FORMAT_OPTION(AT(format)),
};

hs_selection hs_selection_of(const hs_selection_options *options) {
  return (hs_selection){.sweep = options->sweep,
                        .where = (const char *const *)options->where.items,
                        .where_count = options->where.count,
                        .limit = options->limit};
}

int hs_selection_open(hs_call *call, hs_store **store) {
  int status = hs_store_open(call->arguments[0], HS_STORE_READ, NULL, store, call->message);
  /* A missing or foreign file has a status of its own, but the exit code that says "store". */
  return status < 0 && status != HS_ERROR_MEMORY ? HS_ERROR_STORE : status;
}

int hs_query_to_output(hs_call *call, hs_store_query query) {
  hs_store *store = NULL;
  hs_buffer out = {0};
  HS_TRY(hs_selection_open(call, &store));
  int status = query(call, store, &out);
  hs_store_close(&store);
  if (status >= 0) status = hs_output_write(&out, call->message);
  hs_buffer_free(&out);
  return status < 0 ? status : HS_EXIT_OK;
}
