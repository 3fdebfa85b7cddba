/* plot_script.c: how a figure looks. Made for a column of a paper: few inks, light grid, lines told apart by colour,
 * dash and mark at once, so that they survive a grey printer and every kind of colour vision. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "plot.h"

/* Okabe and Ito's palette without its yellow, which vanishes on white. */
static const char *const COLOURS[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444"};
static const int MARKS[] = {7, 5, 9, 11, 13, 6, 4};
enum { COLOUR_COUNT = sizeof COLOURS / sizeof *COLOURS };

/* Everything but letters, spaces and what is beyond ASCII becomes an octal escape: nothing is left that gnuplot could
 * read as an end of the text, a command or a shell's backquote. Digits too, as gnuplot would take one that follows an
 * escape for a part of it. Control characters become spaces. */
static void put_quoted(hs_buffer *script, const char *text) {
  hs_put_bytes(script, "\"", 1);
  for (; *text; text++) {
    unsigned char byte = (unsigned char)*text;
    if (byte < 0x20 || byte == 0x7f)
      hs_put_bytes(script, " ", 1);
    else if (isalpha(byte) || byte == ' ' || byte >= 0x80)
      hs_put_u8(script, byte);
    else
      hs_put_format(script, "\\%03o", byte);
  }
  hs_put_bytes(script, "\"", 1);
}

static void put_setting(hs_buffer *script, const char *setting, const char *text) {
  hs_put_format(script, "set %s ", setting);
  put_quoted(script, text);
  hs_put_bytes(script, "\n", 1);
}

/* The same picture in three media: 7 by 4.4 inches; the PNG at twice the pixels of a screen. */
static void put_terminal(hs_buffer *script, const char *ending, const char *file) {
  if (strcmp(ending, "png") == 0)
    hs_put_format(script,
                  "set terminal pngcairo noenhanced size 1540,968 fontscale 1.9 linewidth 2.0 pointscale 1.7\n");
  else if (strcmp(ending, "pdf") == 0)
    hs_put_format(script,
                  "set terminal pdfcairo noenhanced size 7in,4.4in fontscale 0.9 linewidth 1.6 pointscale 0.7\n");
  else
    hs_put_format(script,
                  "set terminal svg noenhanced size 770,484 dynamic background 'white' font 'sans-serif,12'"
                  " linewidth 1.2\nset pointsize 0.85\n");
  put_setting(script, "output", file);
}

static void put_key(const hs__figure *figure, hs_buffer *script) {
  if (figure->line_count < 2) {
    hs_put_format(script, "unset key\n");
    return;
  }
  hs_put_format(script, "set key outside right top vertical Left reverse samplen 2.2 spacing 1.25 maxrows %d\n",
                figure->line_count > 24 ? 24 : (int)figure->line_count);
}

static void put_range(const hs__figure *figure, double *low, double *high) {
  *low = INFINITY;
  *high = -INFINITY;
  for (size_t i = 0; i < figure->line_count; i++)
    for (size_t j = 0; j < figure->lines[i].count; j++) {
      *low = fmin(*low, figure->lines[i].points[j].x);
      *high = fmax(*high, figure->lines[i].points[j].x);
    }
}

/* A little air on both sides of the data, in the measure of the axis. */
static void put_x_axis(const hs__figure *figure, hs_buffer *script) {
  double low, high;
  put_range(figure, &low, &high);
  bool logarithmic = figure->log_x || figure->log2_x;
  if (figure->log2_x)
    hs_put_format(script, "set logscale x 2\nset format x '%%.10g'\n");
  else if (figure->log_x)
    hs_put_format(script, "set logscale x 10\nset format x '%%.10g'\n");
  if (figure->category_count) {
    hs_put_format(script, "set xtics (");
    for (size_t i = 0; i < figure->category_count; i++) {
      if (i) hs_put_format(script, ", ");
      put_quoted(script, figure->categories[i]);
      hs_put_format(script, " %zu", i);
    }
    hs_put_format(script, ")%s\n", figure->category_count > 8 ? " rotate by 35 right" : "");
    hs_put_format(script, "set xrange [-0.3:%.17g]\n", (double)figure->category_count - 0.7);
  } else if (logarithmic && high > low) {
    double margin = pow(high / low, 0.03);
    hs_put_format(script, "set xrange [%.17g:%.17g]\n", low / margin, high * margin);
  } else if (high > low) {
    hs_put_format(script, "set xrange [%.17g:%.17g]\n", low - 0.03 * (high - low), high + 0.03 * (high - low));
  }
}

static void put_axes(const hs__figure *figure, hs_buffer *script) {
  put_setting(script, "title", figure->title);
  put_setting(script, "xlabel", figure->x_label);
  put_setting(script, "ylabel", figure->y_label);
  hs_put_format(script,
                "set border 3 lc rgb '#666666'\nset tics out nomirror scale 0.6 textcolor rgb '#222222'\n"
                "set grid lt 1 lc rgb '#e4e4e4' lw 0.6\nset autoscale yfix\nset offsets 0, 0, graph 0.04, graph "
                "0.04\nset datafile missing 'NaN'\n");
  if (figure->log_y) hs_put_format(script, "set logscale y 10\nset format y '%%.10g'\n");
  put_x_axis(figure, script);
  put_key(figure, script);
}

static bool has_band(const hs__line *line) {
  for (size_t i = 0; i < line->count; i++)
    if (!isnan(line->points[i].low)) return true;
  return false;
}

static void put_data(const hs__figure *figure, hs_buffer *script) {
  for (size_t i = 0; i < figure->line_count; i++) {
    hs_put_format(script, "$line%zu << END\n", i);
    for (size_t j = 0; j < figure->lines[i].count; j++) {
      const hs__point *point = &figure->lines[i].points[j];
      bool band = !isnan(point->low);
      hs_put_format(script, "%.17g %.17g %.17g %.17g\n", point->x, point->middle, band ? point->low : point->middle,
                    band ? point->high : point->middle);
    }
    hs_put_format(script, "END\n");
  }
}

/* All bands first, so that no band covers a line. */
static void put_curves(const hs__figure *figure, hs_buffer *script) {
  const char *comma = "plot ";
  for (size_t i = 0; i < figure->line_count; i++) {
    if (!has_band(&figure->lines[i])) continue;
    if (figure->lines[i].count > 1)
      hs_put_format(script,
                    "%s$line%zu using 1:3:4 with filledcurves fc rgb '%s' fs transparent solid 0.16 noborder notitle",
                    comma, i, COLOURS[i % COLOUR_COUNT]);
    else
      hs_put_format(script, "%s$line%zu using 1:2:3:4 with yerrorbars lc rgb '%s' pt 0 notitle", comma, i,
                    COLOURS[i % COLOUR_COUNT]);
    comma = ", \\\n  ";
  }
  for (size_t i = 0; i < figure->line_count; i++) {
    hs_put_format(script, "%s$line%zu using 1:2 with linespoints lc rgb '%s' lw 1.6 dt %zu pt %d ps 0.9 title ", comma,
                  i, COLOURS[i % COLOUR_COUNT], i / COLOUR_COUNT % 4 + 1, MARKS[i % COLOUR_COUNT]);
    put_quoted(script, figure->lines[i].label);
    comma = ", \\\n  ";
  }
  hs_put_format(script, "\nunset output\n");
}

void hs__put_plot_script(const hs__figure *figure, const char *ending, const char *file, hs_buffer *script) {
  put_terminal(script, ending, file);
  put_axes(figure, script);
  put_data(figure, script);
  put_curves(figure, script);
}
