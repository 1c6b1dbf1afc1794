#include "report/gnuplot.h"
#include "report/reproduce.h"

#include <math.h>
#include <string.h>

enum { SERIES_A_LINE = 3 };

/* Okabe and Ito, in the order of the document's color numbers. */
static const char *const colors[] = {GM_COLOR_ESTIMATE, GM_COLOR_TRUTH, "#009E73", "#CC79A7",
                                     "#E69F00",         "#56B4E9",      "#555555"};
enum { COLORS = sizeof colors / sizeof *colors };

static const json_t *find_plot(const gm_report *report, size_t i) {
    return json_array_get(gm_report_find(report, "result.plots"), i);
}

static double member(const json_t *series, const char *key, size_t i) {
    return gm_json_number(json_array_get(json_object_get(series, key), i));
}

static bool is_series(const json_t *series, const char *kind) {
    return strcmp(gm_json_text(series, "kind"), kind) == 0;
}

/* An axis of a plot, and the values that it has to hold. */
typedef struct axis {
    char name;
    bool linear;
    double low, high;
} axis;

static axis axis_of(const json_t *plot, char name) {
    return (axis){name, strchr(gm_json_text(plot, "linear"), name) != NULL, INFINITY, -INFINITY};
}

/* A logarithmic axis has no place for other numbers. */
static bool is_drawn(const axis *a, double value) {
    return value < 1e290 && value > (a->linear ? -1e290 : 0.0);
}

static void widen(axis *a, double value) {
    if (!is_drawn(a, value))
        return;
    a->low = fmin(a->low, value);
    a->high = fmax(a->high, value);
}

/* The end of an axis, beyond its values by a factor, or by a part of their range. */
static double end_of(const axis *a, double factor, bool high) {
    const double range = a->high - a->low;
    const double part = 0.06 * (range > 0.0 ? range : fmax(fabs(a->high), 1.0));
    if (a->linear)
        return high ? a->high + part : a->low - part;
    return high ? fmin(a->high * factor, 1e300) : fmax(a->low / factor, 1e-300);
}

static void say_range(gm_text *out, const axis *a, double factor) {
    if (a->low > a->high)
        return;
    if (a->linear)
        gm_text_format(out, "unset logscale %c\n", a->name);
    gm_text_format(out, "set %crange [", a->name);
    gm_text_exact(out, end_of(a, factor, false));
    gm_text_add(out, ":");
    gm_text_exact(out, end_of(a, factor, true));
    gm_text_add(out, "]\n");
}

/* Powers of ten where numbers written out would push the name of the axis off the picture. */
static void say_powers(gm_text *out, const axis *a) {
    if (!a->linear && (a->low < 1e-3 || a->high > 1e5) && a->high / a->low > 100)
        gm_text_format(out, "set format %c '10^{%%T}'\n", a->name);
}

/* Whether a logarithmic axis has too few powers of ten for its ticks. */
static bool is_short(const axis *a) {
    return !a->linear && a->high / a->low < 30;
}

bool gm_reproduce_has_points(const gm_report *report, size_t plot) {
    size_t i;
    const json_t *series;
    const axis x = axis_of(find_plot(report, plot), 'x'), y = axis_of(find_plot(report, plot), 'y');
    json_array_foreach(json_object_get(find_plot(report, plot), "series"), i,
                       series) for (size_t p = 0; p < json_array_size(json_object_get(series, "y"));
                                    p++) if (!is_series(series, "level") &&
                                             is_drawn(&x, member(series, "x", p)) &&
                                             is_drawn(&y, member(series, "y", p))) return true;
    return false;
}

/* "x y low high" lines of series i; bars are cut where the logarithm would not follow. */
static void series_block(gm_text *out, const json_t *series, size_t i, axis *x, axis *y) {
    const bool level = is_series(series, "level");
    gm_text_format(out, "$series%zu << END\n", i);
    for (size_t p = 0; p < json_array_size(json_object_get(series, "y")); p++) {
        const double at = member(series, "x", p), value = member(series, "y", p);
        const double low = member(series, "low", p), high = member(series, "high", p);
        if (!is_drawn(y, value) || (!is_drawn(x, at) && !level))
            continue;
        const double numbers[] = {at, value,
                                  isnan(low) ? value : fmax(low, y->linear ? -1e290 : value / 10),
                                  isnan(high) ? value : fmin(high, 1e290)};
        for (int n = 0; n < 4; n++) {
            gm_text_exact(out, numbers[n]);
            gm_text_add(out, n < 3 ? " " : "\n");
        }
        if (!level)
            widen(x, at);
        widen(y, numbers[2]);
        widen(y, numbers[3]);
    }
    gm_text_add(out, "END\n");
}

static void plot_series(gm_text *out, const json_t *series, size_t i, const axis *x) {
    const double number = gm_json_number(json_object_get(series, "color"));
    const char *color = colors[number >= 0 && number < COLORS ? (int)number : COLORS - 1];
    gm_text_add(out, i ? ", " : "plot ");
    if (is_series(series, "level")) {
        gm_text_add(out, "[");
        gm_text_exact(out, end_of(x, 1.3, false));
        gm_text_add(out, ":");
        gm_text_exact(out, end_of(x, 1.3, true));
        gm_text_add(out, "] ");
        gm_text_exact(out, member(series, "y", 0));
        gm_text_format(out, " with lines dashtype 3 linewidth 1.8 linecolor rgb '%s' title ",
                       color);
    } else if (is_series(series, "line")) {
        gm_text_format(
            out,
            "$series%zu using 1:2 with lines dashtype 2 linewidth 1.8 linecolor rgb '%s' "
            "title ",
            i, color);
    } else {
        gm_text_format(out,
                       "$series%zu using 1:2:3:4 with yerror%s pointtype 7 pointsize 0.6 linewidth "
                       "1.4 linecolor rgb '%s' title ",
                       i, is_series(series, "marks") ? "bars" : "lines", color);
    }
    gm_text_gnuplot(out, gm_json_text(series, "name"));
    gm_text_add(out, " noenhanced");
}

/* A linear axis with names at 1, 2, … */
static void named_ticks(gm_text *out, const json_t *names) {
    size_t i;
    const json_t *name;
    gm_text_add(out, "unset logscale x\nset xtics (");
    json_array_foreach(names, i, name) {
        gm_text_add(out, i ? ", " : "");
        gm_text_gnuplot(out, json_is_string(name) ? json_string_value(name) : "?");
        gm_text_format(out, " %zu", i + 1);
    }
    gm_text_format(out, ") noenhanced\nset xrange [0.5:%zu.5]\n", json_array_size(names));
}

void gm_reproduce_script(const gm_report *report, size_t which, gm_text *out) {
    size_t i;
    const json_t *series, *plot = find_plot(report, which), *all = json_object_get(plot, "series");
    axis x = axis_of(plot, 'x'), y = axis_of(plot, 'y');
    gm_gnuplot_begin(out, gm_json_text(plot, "title"), gm_json_text(plot, "x"),
                     gm_json_text(plot, "y"));
    if (json_array_size(all) > SERIES_A_LINE)
        gm_text_add(out, "set key maxrows 2 width 1\nset bmargin at screen 0.29\n"
                         "set key at screen 0.545,0.075\n");
    json_array_foreach(all, i, series) series_block(out, series, i, &x, &y);
    say_range(out, &x, 1.3);
    say_range(out, &y, 1.5);
    gm_text_add(out, "set format xy '%.12g'\n");
    say_powers(out, &x);
    say_powers(out, &y);
    if (is_short(&y))
        gm_text_add(out,
                    "set ytics (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, "
                    "1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100)\n");
    if (json_array_size(json_object_get(plot, "ticks")) > 0)
        named_ticks(out, json_object_get(plot, "ticks"));
    else if (is_short(&x))
        gm_text_add(out,
                    "set xtics (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 3, 4, 5, 7, 10, 20, "
                    "50, 100)\n");
    json_array_foreach(all, i, series) plot_series(out, series, i, &x);
    gm_text_add(out, "\n");
}

void gm_reproduce_caption(const gm_report *report, size_t which, gm_text *html) {
    gm_text_add(html, "<strong>");
    gm_text_html(html, gm_json_text(find_plot(report, which), "title"));
    gm_text_add(html, ".</strong> Points are means over the repetitions, with bars of two standard "
                      "errors; dashed lines are theory, or what the legend says.");
}
