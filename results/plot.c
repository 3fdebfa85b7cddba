/* plot.c: which lines a figure has. */
#include "plot.h"

#include <base/memory.h>
#include <base/status.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "statistics.h"

/* Enough for a legend that somebody reads. */
enum { MOST_LINES = 60, MOST_CATEGORIES = 200 };

void hs__figure_free(hs__figure *figure) {
  for (size_t i = 0; i < figure->line_count; i++) {
    hs_free(&figure->lines[i].label);
    hs_free(&figure->lines[i].points);
  }
  for (size_t i = 0; i < figure->category_count; i++) hs_free(&figure->categories[i]);
  hs_free(&figure->lines);
  hs_free(&figure->categories);
  hs_free(&figure->title);
  hs_free(&figure->x_label);
  hs_free(&figure->y_label);
  *figure = (hs__figure){0};
}

typedef struct plot_drawing {
  const hs_plot_request *request;
  const hs__catalog *catalog;
  hs__aggregate aggregate; /* by: x first, then the groups; measured: y */
  bool *shown;             /* by columns that make lines */
  bool text_x;
  hs__figure figure;
  char *message;
} plot_drawing;

static int choose_columns(plot_drawing *drawing) {
  const hs_plot_request *request = drawing->request;
  size_t count = request->group_count, capacity = 1 + (count ? count : drawing->catalog->count), used = 0;
  const char **names = hs_allocate(capacity, sizeof *names);
  if (!names) return hs_fail(drawing->message, HS_ERROR_MEMORY, "no memory");
  names[used++] = request->x;
  for (size_t i = 0; i < count; i++) names[used++] = request->group[i];
  for (size_t i = 0; !count && i < drawing->catalog->count; i++) {
    const hs__column *column = &drawing->catalog->items[i];
    if (column->kind == HS__COLUMN_PARAMETER && strcmp(column->label, request->x) != 0) names[used++] = column->label;
  }
  int status = hs__aggregate_choose_by(&drawing->aggregate, drawing->catalog, names, used, drawing->message);
  hs_free(&names);
  HS_TRY(status);
  return hs__aggregate_choose_measured(&drawing->aggregate, drawing->catalog, &request->y, 1, drawing->message);
}

/* Texts keep their own words; numbers and flags say what they count. */
static char *line_label(const plot_drawing *drawing, const hs__group *group) {
  hs_buffer label = {0};
  char number[HS_NUMBER_TEXT_SIZE];
  for (size_t i = 1; i < drawing->aggregate.by_count; i++) {
    const hs__cell *cell = &group->by[i];
    if (!drawing->shown[i] || cell->kind == HS__CELL_EMPTY) continue;
    if (label.size) hs_put_format(&label, ", ");
    const char *name = drawing->catalog->items[drawing->aggregate.by[i]].label;
    if (cell->kind == HS__CELL_TEXT)
      hs_put_format(&label, "%.60s", cell->text);
    else if (cell->kind == HS__CELL_FLAG)
      hs_put_format(&label, "%s%s", cell->number != 0 ? "" : "not ", name);
    else
      hs_put_format(&label, "%s = %s", name, hs_number_text(cell->number, number));
  }
  char *copy = hs_copy_text(hs_buffer_text(&label));
  hs_buffer_free(&label);
  return copy;
}

/* The line with this label, made if new. */
static hs__line *need_line(plot_drawing *drawing, char *label) {
  hs__figure *figure = &drawing->figure;
  for (size_t i = 0; i < figure->line_count; i++)
    if (strcmp(figure->lines[i].label, label) == 0) {
      hs_free(&label);
      return &figure->lines[i];
    }
  if (hs_grow(&figure->lines, &figure->line_capacity, figure->line_count + 1, sizeof *figure->lines) < 0) {
    hs_free(&label);
    return NULL;
  }
  hs__line *line = &figure->lines[figure->line_count++];
  *line = (hs__line){.label = label};
  return line;
}

static int category_of(hs__figure *figure, const hs__cell *cell, double *x) {
  char number[HS_NUMBER_TEXT_SIZE];
  const char *text = cell->kind == HS__CELL_TEXT    ? cell->text
                     : cell->kind == HS__CELL_EMPTY ? "(none)"
                     : cell->kind == HS__CELL_FLAG  ? (cell->number != 0 ? "true" : "false")
                                                    : hs_number_text(cell->number, number);
  for (size_t i = 0; i < figure->category_count; i++)
    if (strcmp(figure->categories[i], text) == 0) {
      *x = (double)i;
      return HS_OK;
    }
  HS_TRY(hs_grow(&figure->categories, &figure->category_capacity, figure->category_count + 1, sizeof(char *)));
  char *copy = hs_copy_text(text);
  if (!copy) return HS_ERROR_MEMORY;
  *x = (double)figure->category_count;
  figure->categories[figure->category_count++] = copy;
  return HS_OK;
}

static int fail_memory(const plot_drawing *drawing) {
  return hs_fail(drawing->message, HS_ERROR_MEMORY, "no memory for the figure");
}

static int add_point(plot_drawing *drawing, hs__group *group) {
  const hs_plot_request *request = drawing->request;
  hs__statistics statistics = hs__describe(group->values[0].items, group->values[0].count);
  hs__point point = {.middle = request->median ? statistics.median : statistics.mean,
                     .low = request->median ? statistics.q1 : statistics.lo,
                     .high = request->median ? statistics.q3 : statistics.hi};
  if (statistics.n < 2) point.low = point.high = NAN;
  if (!isfinite(point.middle)) return HS_OK;
  const hs__cell *x = &group->by[0];
  if (drawing->text_x) {
    if (category_of(&drawing->figure, x, &point.x) < 0) return fail_memory(drawing);
  } else {
    if (x->kind == HS__CELL_EMPTY || !isfinite(x->number)) return HS_OK;
    point.x = x->number;
  }
  bool log_x = !drawing->text_x && (request->log_x || request->log2_x);
  if ((log_x && point.x <= 0) || (request->log_y && point.middle <= 0)) return HS_OK; /* no place on that axis */
  if (request->log_y && point.low <= 0) point.low = point.middle;
  char *label = line_label(drawing, group);
  hs__line *line = label ? need_line(drawing, label) : NULL;
  if (!line || hs_grow(&line->points, &line->capacity, line->count + 1, sizeof point) < 0) return fail_memory(drawing);
  line->points[line->count++] = point;
  return HS_OK;
}

static int compare_points(const void *left, const void *right) {
  const hs__point *a = left, *b = right;
  return (a->x > b->x) - (a->x < b->x);
}

static int make_lines(plot_drawing *drawing) {
  hs__aggregate *aggregate = &drawing->aggregate;
  drawing->shown = hs_allocate(aggregate->by_count, sizeof *drawing->shown);
  if (!drawing->shown) return fail_memory(drawing);
  for (size_t i = 1; i < aggregate->by_count; i++)
    drawing->shown[i] = drawing->request->group_count || hs__aggregate_varies(aggregate, i);
  for (size_t i = 0; i < aggregate->group_count; i++) {
    hs__cell_kind kind = aggregate->groups[i].by[0].kind;
    drawing->text_x = drawing->text_x || kind == HS__CELL_TEXT || kind == HS__CELL_FLAG;
  }
  for (size_t i = 0; i < aggregate->group_count; i++) HS_TRY(add_point(drawing, &aggregate->groups[i]));
  hs__figure *figure = &drawing->figure;
  for (size_t i = 0; i < figure->line_count; i++)
    qsort(figure->lines[i].points, figure->lines[i].count, sizeof(hs__point), compare_points);
  if (figure->line_count == 0)
    return hs_fail(drawing->message, HS_ERROR_NOT_FOUND,
                   "nothing to draw: no trial that is ok has numbers for %.60s and %.60s", drawing->request->x,
                   drawing->request->y);
  if (figure->line_count > MOST_LINES || figure->category_count > MOST_CATEGORIES)
    return hs_fail(drawing->message, HS_ERROR_USAGE,
                   "%zu lines are too many for a figure; choose with --group or --where", figure->line_count);
  return HS_OK;
}

static int write_labels(plot_drawing *drawing, const char *sweep) {
  const hs_plot_request *request = drawing->request;
  hs__figure *figure = &drawing->figure;
  bool band = false;
  for (size_t i = 0; i < drawing->aggregate.group_count; i++) band = band || drawing->aggregate.groups[i].n > 1;
  hs_buffer label = {0};
  hs_put_format(&label, "%s%s", request->y,
                !band             ? ""
                : request->median ? " (median, quartiles)"
                                  : " (mean, 95 % interval)");
  figure->y_label = hs_copy_text(hs_buffer_text(&label));
  hs_buffer_free(&label);
  figure->x_label = hs_copy_text(request->x);
  figure->title = hs_copy_text(request->title ? request->title : sweep);
  figure->log_x = request->log_x && !drawing->text_x;
  figure->log2_x = request->log2_x && !drawing->text_x;
  figure->log_y = request->log_y;
  return figure->y_label && figure->x_label && figure->title ? HS_OK : fail_memory(drawing);
}

static const char *ending_of(const char *file) {
  static const char *const ENDINGS[] = {"svg", "png", "pdf"};
  const char *dot = strrchr(file, '.');
  for (size_t i = 0; dot && i < 3; i++)
    if (strcasecmp(dot + 1, ENDINGS[i]) == 0) return ENDINGS[i];
  return NULL;
}

/* Whether the last bytes are those that end such a figure: gnuplot does not notice a full disk. */
static bool is_complete(int drawn, const char *ending) {
  const char *last = strcmp(ending, "svg") == 0 ? "</svg>" : strcmp(ending, "png") == 0 ? "IEND" : "%%EOF";
  char tail[32];
  struct stat state;
  if (fstat(drawn, &state) != 0 || state.st_size < (off_t)sizeof tail) return false;
  return pread(drawn, tail, sizeof tail, state.st_size - (off_t)sizeof tail) == (ssize_t)sizeof tail &&
         memmem(tail, sizeof tail, last, strlen(last)) != NULL;
}

/* gnuplot keeps to itself why it could not write; asking for room again tells. */
static int fail_incomplete(int drawn, const char *file, char *message) {
  int reason = posix_fallocate(drawn, 0, 1 << 20);
  return hs_fail(message, HS_ERROR_IO, "%s: cannot be written: %s", file,
                 reason ? strerror(reason) : "gnuplot left it incomplete");
}

static int draw_into(const hs__figure *figure, const char *file, const char *temporary, char *message) {
  const char *ending = ending_of(file);
  int drawn = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (drawn < 0) return hs_fail(message, HS_ERROR_IO, "%s: cannot be written: %s", file, strerror(errno));
  hs_buffer script = {0};
  hs__put_plot_script(figure, ending, temporary, &script);
  int status =
      script.failed ? hs_fail(message, HS_ERROR_MEMORY, "no memory for the figure") : hs__run_gnuplot(&script, message);
  hs_buffer_free(&script);
  if (status == HS_OK && (fsync(drawn) != 0 || !is_complete(drawn, ending)))
    status = fail_incomplete(drawn, file, message);
  close(drawn);
  if (status == HS_OK && rename(temporary, file) != 0)
    status = hs_fail(message, HS_ERROR_IO, "%s: cannot be written: %s", file, strerror(errno));
  if (status < 0) unlink(temporary);
  return status;
}

/* Drawn beside the target and renamed, so that a failure leaves the old figure. */
static int draw(const hs__figure *figure, const char *file, char *message) {
  hs_buffer temporary = {0};
  hs_put_format(&temporary, "%s.%ld.tmp", file, (long)getpid());
  hs_buffer_text(&temporary);
  int status = temporary.failed ? hs_fail(message, HS_ERROR_MEMORY, "no memory for the figure")
                                : draw_into(figure, file, hs_buffer_text(&temporary), message);
  hs_buffer_free(&temporary);
  return status;
}

static int check_request(const hs_plot_request *request, char *message) {
  if (!request->x || !request->y || !request->file)
    return hs_fail(message, HS_ERROR_USAGE, "a plot needs x, y and a file");
  for (const char *at = request->file; *at; at++)
    if ((unsigned char)*at < 0x20)
      return hs_fail(message, HS_ERROR_USAGE, "the name of the figure has control characters");
  if (ending_of(request->file)) return HS_OK;
  return hs_fail(message, HS_ERROR_USAGE, "%.120s: a figure ends in .svg, .png or .pdf", request->file);
}

static int prepare(plot_drawing *drawing, hs__rows *rows) {
  char *sweep = NULL;
  drawing->catalog = &rows->catalog;
  HS_TRY(choose_columns(drawing));
  HS_TRY(hs__aggregate_fill(&drawing->aggregate, rows, drawing->message));
  HS_TRY(make_lines(drawing));
  HS_TRY(
      hs__sql_text(rows->store, &sweep, drawing->message, "SELECT name FROM sweeps WHERE id = ?", "i", rows->sweep_id));
  int status = write_labels(drawing, sweep ? sweep : "");
  hs_free(&sweep);
  return status;
}

int hs_query_plot(hs_store *store, const hs_selection *selection, const hs_plot_request *request, char *message) {
  HS_TRY(check_request(request, message));
  plot_drawing drawing = {.request = request, .message = message};
  hs__rows rows;
  int status = hs__rows_open(store, selection, &rows, message);
  if (status == HS_OK) status = prepare(&drawing, &rows);
  hs__aggregate_free(&drawing.aggregate);
  hs__rows_close(&rows);
  if (status == HS_OK) status = draw(&drawing.figure, request->file, message);
  hs__figure_free(&drawing.figure);
  hs_free(&drawing.shown);
  return status;
}
