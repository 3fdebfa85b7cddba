/* status_query.c: how a sweep stands, for people and for programs. */
#include <base/clock.h>
#include <base/memory.h>
#include <base/status.h>

#include "rows.h"

/* "running", "complete", "interrupted", "killed" ...: how the latest run stands. */
static const char *state_of(const hs_store_sweep *sweep) {
  if (sweep->how) return sweep->how;
  return sweep->running ? "running" : "killed";
}

static void put_text_counts(const hs_store_sweep *sweep, hs_buffer *out) {
  double share = sweep->planned ? 100.0 * (double)sweep->recorded / (double)sweep->planned : 100.0;
  /* 99.96 % is not done. */
  if (share > 99.9 && sweep->recorded < sweep->planned) share = 99.9;
  hs_put_format(out, "trials   %llu planned, %llu recorded (%.*f %%)\n", (unsigned long long)sweep->planned,
                (unsigned long long)sweep->recorded, share >= 100 || share == 0 ? 0 : 1, share);
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++)
    if (sweep->counts[verdict])
      hs_put_format(out, "         %llu %s\n", (unsigned long long)sweep->counts[verdict], hs_verdict_word(verdict));
}

/* The commonest complaints of trials that are not ok. The partial index on them keeps this cheap. */
static int put_text_troubles(hs_store *store, const char *name, hs_buffer *out, char *message) {
  sqlite3_stmt *statement;
  int status =
      hs__sql_query(store, &statement, message,
                    "SELECT verdict, substr(message, 1, 160), count(*) FROM (SELECT verdict, message FROM trials"
                    " WHERE sweep_id = (SELECT id FROM sweeps WHERE name = ?) AND verdict <> 'ok'"
                    " AND position IS NOT NULL AND message IS NOT NULL LIMIT 10000)"
                    " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 3",
                    "t", name);
  while (status == HS_OK) {
    status = hs__sql_step(store, statement, message);
    if (status == HS_OK)
      hs_put_format(out, "         %s: %s (%lld x)\n", hs__column_text(statement, 0), hs__column_text(statement, 1),
                    (long long)sqlite3_column_int64(statement, 2));
  }
  sqlite3_finalize(statement);
  return status < 0 ? status : HS_OK;
}

static void put_text_state(const hs_store_sweep *sweep, hs_buffer *out) {
  char wall[32], cpu[32];
  hs_put_format(out, "state    %s", state_of(sweep));
  if (sweep->running && sweep->writer) hs_put_format(out, " (%s)", sweep->writer);
  hs_put_format(out, "; started %s", sweep->started ? sweep->started : "?");
  if (sweep->ended) hs_put_format(out, ", ended %s", sweep->ended);
  hs_put_format(out, "\ntime     %s in trials, %s of them on the CPU\n", hs_duration_text(sweep->wall_seconds, wall),
                hs_duration_text(sweep->cpu_seconds, cpu));
  if (!sweep->running && sweep->recorded < sweep->planned)
    hs_put_format(out, "next     the same `hopsweep run` goes on where it stopped\n");
}

static int put_text_others(hs_store *store, const char *name, hs_buffer *out, char *message) {
  char *others = NULL;
  HS_TRY(hs__sql_text(store, &others, message,
                      "SELECT group_concat(name, ', ') FROM (SELECT name FROM sweeps WHERE name <> ? ORDER BY name)",
                      "t", name));
  if (others) hs_put_format(out, "also in this store: %s (choose with --sweep)\n", others);
  hs_free(&others);
  return HS_OK;
}

static int put_text(hs_store *store, const hs_store_sweep *sweep, hs_buffer *out, char *message) {
  hs_put_format(out, "sweep    %s, revision %lld", sweep->name, (long long)sweep->revision);
  if (sweep->description && sweep->description[0]) hs_put_format(out, ": %s", sweep->description);
  hs_put_format(out, "\n");
  put_text_counts(sweep, out);
  if (sweep->recorded > sweep->counts[HS_VERDICT_OK]) HS_TRY(put_text_troubles(store, sweep->name, out, message));
  put_text_state(sweep, out);
  return put_text_others(store, sweep->name, out, message);
}

static hs__cell text_or_empty(const char *text) { return text ? hs__cell_text(text) : hs__cell_empty(); }

static int put_row(const hs_store_sweep *sweep, hs_format format, hs_buffer *out, char *message) {
  hs__writer writer = {.format = format, .out = out};
  static const char *const LABELS[] = {"sweep", "revision", "state",    "running",      "started",
                                       "ended", "planned",  "recorded", "wall_seconds", "cpu_seconds"};
  hs__cell cells[16] = {hs__cell_text(sweep->name),
                        hs__cell_number((double)sweep->revision),
                        hs__cell_text(state_of(sweep)),
                        {.kind = HS__CELL_FLAG, .number = sweep->running},
                        text_or_empty(sweep->started),
                        text_or_empty(sweep->ended),
                        hs__cell_number((double)sweep->planned),
                        hs__cell_number((double)sweep->recorded),
                        hs__cell_number(sweep->wall_seconds),
                        hs__cell_number(sweep->cpu_seconds)};
  size_t count = sizeof LABELS / sizeof *LABELS;
  for (size_t i = 0; i < count; i++) hs__writer_column_add(&writer, LABELS[i], false);
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++) {
    hs__writer_column_add(&writer, hs_verdict_word(verdict), false);
    cells[count++] = hs__cell_number((double)sweep->counts[verdict]);
  }
  hs__writer_row(&writer, cells);
  return hs__writer_end(&writer, message);
}

int hs_query_status(hs_store *store, const char *sweep, hs_format format, hs_buffer *out, char *message) {
  hs_store_sweep found;
  HS_TRY(hs__snapshot_begin(store, message));
  int status = hs_store_status(store, sweep, &found, message);
  if (status == HS_OK)
    status = format == HS_FORMAT_TEXT ? put_text(store, &found, out, message) : put_row(&found, format, out, message);
  hs__snapshot_end(store);
  hs_store_sweep_free(&found);
  return status;
}
