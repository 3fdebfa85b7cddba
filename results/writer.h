/* writer.h: rows of cells as aligned text, CSV (RFC 4180) or JSON. */
#ifndef HS_RESULTS_WRITER_H
#define HS_RESULTS_WRITER_H

#include "queries.h"

typedef enum hs__cell_kind {
  HS__CELL_EMPTY,  /* not there: empty in CSV and text, left out in JSON */
  HS__CELL_NUMBER, /* NaN: "NaN" in CSV, null in JSON; infinities: inf in CSV, 1e999 in JSON (reads as infinity) */
  HS__CELL_FLAG,
  HS__CELL_TEXT,
  HS__CELL_MEAN /* number, and half the width of its interval (NaN = none): text tables only */
} hs__cell_kind;

typedef struct hs__cell {
  hs__cell_kind kind;
  double number, half;
  const char *text; /* borrowed */
} hs__cell;

static inline hs__cell hs__cell_empty(void) { return (hs__cell){.kind = HS__CELL_EMPTY}; }
static inline hs__cell hs__cell_number(double number) { return (hs__cell){.kind = HS__CELL_NUMBER, .number = number}; }
static inline hs__cell hs__cell_text(const char *text) { return (hs__cell){.kind = HS__CELL_TEXT, .text = text}; }

typedef struct hs__writer_column {
  char *label;
  bool measured; /* in text: a column of common precision instead of all digits */
} hs__writer_column;

/* Zero-initialise with format and out set; hs__writer_end writes what is left and frees. */
typedef struct hs__writer {
  hs_format format;
  hs_buffer *out;
  size_t lead; /* text: so many first columns are repeated where a wide table continues below */
  hs__writer_column *columns;
  size_t column_count, column_capacity;
  /* Text only: all cells, and the bytes of their texts; until the end, because widths are only known then. */
  hs__cell *cells;
  size_t cell_count, cell_capacity;
  size_t rows;
  bool failed;
} hs__writer;

void hs__writer_column_add(hs__writer *writer, const char *label, bool measured);
void hs__writer_row(hs__writer *writer, const hs__cell *cells);
int hs__writer_end(hs__writer *writer, char *message); /* HS_ERROR_MEMORY */

/* The cell as CSV: shortest round-trip numbers; quotes where needed. */
void hs__put_csv_cell(hs_buffer *out, const hs__cell *cell);
void hs__put_csv_text(hs_buffer *out, const char *text);
void hs__put_json_cell(hs_buffer *out, const hs__cell *cell);

/* Renders the collected cells (text_table.c). */
void hs__put_text_table(const hs__writer *writer);

#endif
