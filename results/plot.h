/* plot.h: inside of the figures: from groups of rows to lines, from lines to a gnuplot script, from that to a file. */
#ifndef HS_RESULTS_PLOT_H
#define HS_RESULTS_PLOT_H

#include "aggregate.h"

typedef struct hs__point {
  double x, middle, low, high; /* low and high are NaN without a band */
} hs__point;

typedef struct hs__line {
  char *label;
  hs__point *points;
  size_t count, capacity;
} hs__line;

/* Zero-initialise; hs__figure_free ends it. */
typedef struct hs__figure {
  hs__line *lines;
  size_t line_count, line_capacity;
  char **categories; /* texts along x; their places are 0, 1, 2 ...; none if x is a number */
  size_t category_count, category_capacity;
  char *title, *x_label, *y_label;
  bool log_x, log2_x, log_y;
} hs__figure;

void hs__figure_free(hs__figure *figure);

/* Appends the script that draws the figure into `file` ("svg", "png" or "pdf" by `ending`). Everything that comes from
 * outside is quoted so that nothing in it is read as a command, in a terminal that reads no markup. */
void hs__put_plot_script(const hs__figure *figure, const char *ending, const char *file, hs_buffer *script);

/* Runs gnuplot on a script. HS_ERROR_NOT_FOUND (not installed), HS_ERROR_IO with its first complaint. */
int hs__run_gnuplot(const hs_buffer *script, char *message);

#endif
