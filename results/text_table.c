/* text_table.c: aligned text for people. Numbers stand to the right with one precision per column; a table wider than
 * a page continues below, its first columns repeated. */
#include <base/memory.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "writer.h"

enum { PAGE_WIDTH = 120, GAP = 2, CELL_SIZE = 512, LONGEST_TEXT = 60 };

typedef enum number_style { ALL_DIGITS, FIXED, SCIENTIFIC } number_style;

typedef struct column_layout {
  number_style style;
  int decimals;
  bool right, hidden; /* hidden: nothing in it in any row */
  size_t width;
} column_layout;

static const hs__cell *cell_at(const hs__writer *writer, size_t row, size_t column) {
  return &writer->cells[row * writer->column_count + column];
}

static bool is_number(const hs__cell *cell) {
  return (cell->kind == HS__CELL_NUMBER || cell->kind == HS__CELL_MEAN) && isfinite(cell->number);
}

static int clamp(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

/* Three or four significant digits of the largest number: 12.35, 1.235, 0.123. With intervals, two digits of the
 * narrowest, if those are fewer. */
static void choose_precision(const hs__writer *writer, size_t column, column_layout *layout) {
  double largest = 0, narrowest = INFINITY;
  bool whole = true;
  for (size_t row = 0; row < writer->rows; row++) {
    const hs__cell *cell = cell_at(writer, row, column);
    if (!is_number(cell)) continue;
    largest = fmax(largest, fabs(cell->number));
    whole = whole && cell->number == floor(cell->number) && fabs(cell->number) < 1e15;
    if (cell->kind == HS__CELL_MEAN && cell->half > 0) {
      narrowest = fmin(narrowest, cell->half);
      whole = false;
    }
  }
  if (whole || !writer->columns[column].measured) return;
  layout->style = largest >= 1e7 || largest < 1e-4 ? SCIENTIFIC : FIXED;
  int magnitude = (int)floor(log10(largest));
  layout->decimals = layout->style == SCIENTIFIC ? 3 : clamp((magnitude < 0 ? 2 : 3) - magnitude, 0, 8);
  if (layout->style == FIXED && isfinite(narrowest))
    layout->decimals = clamp(1 - (int)floor(log10(narrowest)), 0, layout->decimals);
}

static void format_number(const column_layout *layout, double number, char text[CELL_SIZE]) {
  char digits[HS_NUMBER_TEXT_SIZE];
  if (!isfinite(number))
    snprintf(text, CELL_SIZE, "%s", isnan(number) ? "NaN" : number > 0 ? "inf" : "-inf");
  else if (layout->style == ALL_DIGITS)
    snprintf(text, CELL_SIZE, "%s", hs_number_text(number, digits));
  else if (layout->style == SCIENTIFIC)
    snprintf(text, CELL_SIZE, "%.*e", layout->decimals, number);
  else if (number != 0 && fabs(number) < 0.5 * pow(10, -layout->decimals))
    snprintf(text, CELL_SIZE, "%.0e", number); /* small is not zero */
  else
    snprintf(text, CELL_SIZE, "%.*f", layout->decimals, number);
}

/* A text in one line, cut where it is long; a cut never splits a UTF-8 character. */
static void format_text(const char *from, char text[CELL_SIZE]) {
  size_t size = 0;
  for (; *from && size < LONGEST_TEXT; from++) text[size++] = (unsigned char)*from < 0x20 ? ' ' : *from;
  while (*from && size > 0 && ((unsigned char)*from & 0xc0) == 0x80) from--, size--;
  snprintf(text + size, CELL_SIZE - size, "%s", *from ? "..." : "");
}

/* Where the column's precision would round an interval away, the cell gets two digits of its interval. */
static column_layout layout_of_cell(const column_layout *layout, const hs__cell *cell) {
  column_layout own = *layout;
  bool lost = cell->half > 0 && isfinite(cell->half) && cell->half < 0.5 * pow(10, -layout->decimals);
  if (cell->kind == HS__CELL_MEAN && layout->style == FIXED && lost)
    own.decimals = clamp(1 - (int)floor(log10(cell->half)), 0, 8);
  return own;
}

static void format_cell(const column_layout *layout, const hs__cell *cell, char text[CELL_SIZE]) {
  column_layout own = layout_of_cell(layout, cell);
  char half[CELL_SIZE];
  text[0] = 0;
  if (cell->kind == HS__CELL_TEXT) format_text(cell->text, text);
  if (cell->kind == HS__CELL_FLAG) snprintf(text, CELL_SIZE, "%s", cell->number != 0 ? "true" : "false");
  if (cell->kind != HS__CELL_NUMBER && cell->kind != HS__CELL_MEAN) return;
  format_number(&own, cell->number, text);
  if (cell->kind == HS__CELL_NUMBER || isnan(cell->half)) return;
  format_number(&own, cell->half, half);
  size_t length = strlen(text);
  snprintf(text + length, CELL_SIZE - length, " ± %.64s", half);
}

/* Characters, not bytes. */
static size_t width_of(const char *text) {
  size_t width = 0;
  for (; *text; text++) width += ((unsigned char)*text & 0xc0) != 0x80;
  return width;
}

static column_layout lay_out(const hs__writer *writer, size_t column) {
  column_layout layout = {.style = ALL_DIGITS, .width = width_of(writer->columns[column].label)};
  choose_precision(writer, column, &layout);
  char text[CELL_SIZE];
  layout.hidden = writer->rows > 0;
  for (size_t row = 0; row < writer->rows; row++) {
    const hs__cell *cell = cell_at(writer, row, column);
    if (cell->kind != HS__CELL_EMPTY) layout.hidden = false;
    format_cell(&layout, cell, text);
    size_t width = width_of(text);
    if (width > layout.width) layout.width = width;
    if (cell->kind == HS__CELL_NUMBER || cell->kind == HS__CELL_MEAN) layout.right = true;
  }
  return layout;
}

static void put_padded(hs_buffer *out, const char *text, const column_layout *layout) {
  int padding = (int)(layout->width - width_of(text));
  if (layout->right)
    hs_put_format(out, "%*s%s", padding, "", text);
  else
    hs_put_format(out, "%s%*s", text, padding, "");
}

/* Trailing spaces are nothing to read. */
static void end_line(hs_buffer *out) {
  while (out->size > 0 && out->data[out->size - 1] == ' ') out->size--;
  hs_put_bytes(out, "\n", 1);
}

typedef struct page_block {
  size_t lead, first, end; /* columns [0, lead) and [first, end) */
} page_block;

static void put_line(const hs__writer *writer, const column_layout *layouts, page_block block, const size_t *row) {
  char text[CELL_SIZE];
  for (size_t column = 0; column < block.end; column++) {
    if (layouts[column].hidden || (column >= block.lead && column < block.first)) continue;
    if (column) hs_put_format(writer->out, "%*s", GAP, "");
    if (row) format_cell(&layouts[column], cell_at(writer, *row, column), text);
    put_padded(writer->out, row ? text : writer->columns[column].label, &layouts[column]);
  }
  end_line(writer->out);
}

static void put_rule(const hs__writer *writer, const column_layout *layouts, page_block block) {
  for (size_t column = 0; column < block.end; column++) {
    if (layouts[column].hidden || (column >= block.lead && column < block.first)) continue;
    if (column) hs_put_format(writer->out, "%*s", GAP, "");
    for (size_t i = 0; i < layouts[column].width; i++) hs_put_bytes(writer->out, "-", 1);
  }
  hs_put_bytes(writer->out, "\n", 1);
}

/* As many columns from `first` on as fit the page beside the lead, at least one. */
static page_block next_block(const hs__writer *writer, const column_layout *layouts, size_t first) {
  page_block block = {.lead = first < writer->lead ? 0 : writer->lead, .first = first, .end = first};
  size_t width = 0;
  for (size_t i = 0; i < block.lead; i++) width += layouts[i].hidden ? 0 : layouts[i].width + GAP;
  while (block.end < writer->column_count) {
    width += layouts[block.end].hidden ? 0 : layouts[block.end].width + GAP;
    if (width > PAGE_WIDTH + GAP && block.end > first) break;
    block.end++;
  }
  return block;
}

void hs__put_text_table(const hs__writer *writer) {
  if (writer->column_count == 0) return;
  column_layout *layouts = hs_allocate(writer->column_count, sizeof *layouts);
  if (!layouts) {
    writer->out->failed = true;
    return;
  }
  for (size_t column = 0; column < writer->column_count; column++) layouts[column] = lay_out(writer, column);
  size_t first = writer->lead < writer->column_count ? writer->lead : 0;
  do {
    page_block block = next_block(writer, layouts, first);
    if (first > writer->lead) hs_put_bytes(writer->out, "\n", 1);
    put_line(writer, layouts, block, NULL);
    put_rule(writer, layouts, block);
    for (size_t row = 0; row < writer->rows; row++) put_line(writer, layouts, block, &row);
    first = block.end;
  } while (first < writer->column_count);
  hs_free(&layouts);
}
