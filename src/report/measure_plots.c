/* The plots of `measure`. */
#include "report/gnuplot.h"
#include "report/measure.h"

#include <math.h>

/* The largest number that has a place on an axis, with room to widen it. */
static const double most = 1e250;

/* NaN for what a logarithmic axis has no place for. */
static double plottable(double value) {
    return value > 1 / most && value < most ? value : NAN;
}

void gm_measure_begin(const gm_report *report, gm_text *out, const char *what, const char *x_label,
                      const char *y_label) {
    const char *targets = gm_report_text(report, "options.targets");
    gm_text title = GM_TEXT(out->context);
    gm_text_add(&title, what);
    if (targets) {
        gm_text_add(&title, ": ");
        gm_gnuplot_name(&title, targets);
    }
    gm_gnuplot_begin(out, gm_text_view(&title), x_label, y_label);
    gm_text_merge(out, &title);
}

/* Labels at powers of ten, at most about eight. */
void gm_measure_decades(gm_text *out, const char *axis, gm_range range) {
    const double span = log10(range.high / range.low);
    gm_text_format(out, "set format %s '10^{%%T}'\nset %stics 10", axis, axis);
    for (double step = ceil(span / 8); step > 1; step--)
        gm_text_add(out, "*10");
    gm_text_add(out, "\n");
}

/* --- batch: noise against signal --- */

bool gm_measure_has_batch(const gm_report *report) {
    const gm_measure_facts facts = gm_measure_read(report);
    return !isnan(plottable(facts.noise)) && !isnan(plottable(facts.high));
}

/* Sizes of batches that are drawn: from one sample to beyond what is needed and what there is. */
static gm_range batch_sizes(const gm_measure_facts *facts) {
    gm_range sizes = {1, 10};
    gm_range_add(&sizes, plottable(fmin(facts->noise / facts->high, 1e200)));
    gm_range_add(&sizes, plottable(facts->needed));
    gm_range_add(&sizes, plottable(facts->budget));
    sizes.low = 1;
    sizes.high *= 10;
    return sizes;
}

static void add_band(gm_text *out, const gm_range *sizes, double low, double high) {
    const double ends[] = {sizes->low, sizes->high};
    gm_text_add(out, "$band << END\n");
    for (int i = 0; i < 2; i++) {
        const double row[] = {ends[i], low, high};
        for (int k = 0; k < 3; k++) {
            gm_text_exact(out, row[k]);
            gm_text_add(out, k < 2 ? " " : "\n");
        }
    }
    gm_text_add(out, "END\n");
}

static void add_line(gm_text *out, double value, const char *rest) {
    gm_text_exact(out, value);
    gm_text_add(out, rest);
}

void gm_measure_batch_script(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    const gm_range sizes = batch_sizes(&facts);
    gm_range y = GM_RANGE_EMPTY;
    gm_range_add(&y, facts.noise);
    gm_range_add(&y, facts.noise / sizes.high);
    gm_range_add(&y, facts.high);
    gm_range_add(&y, plottable(facts.low));
    const double low = isnan(plottable(facts.low)) ? y.low / 10 : facts.low;
    gm_measure_begin(report, out, "Noise and signal", "samples in the batch",
                     "variance of the mean gradient");
    gm_gnuplot_range(out, "x", sizes, 1);
    gm_gnuplot_range(out, "y", y, 3);
    gm_measure_decades(out, "x", sizes);
    gm_measure_decades(out, "y", y);
    add_band(out, &sizes, low, facts.high);
    if (!isnan(plottable(facts.budget))) {
        gm_text_add(out, "set arrow from first ");
        add_line(out, facts.budget, ", graph 0 to first ");
        add_line(out, facts.budget,
                 ", graph 1 nohead dashtype 2 linewidth 1.8 linecolor rgb '" GM_COLOR_LIMIT "'\n");
    }
    gm_text_add(out, "plot ");
    if (low < facts.high)
        gm_text_add(out, "$band using 1:2:3 with filledcurves fillstyle solid 0.55 noborder "
                         "linecolor rgb '" GM_COLOR_BAND "' title '95 % interval', ");
    if (!isnan(plottable(facts.variance)) && facts.low > 0) /* else the band alone is true */
        add_line(out, facts.variance,
                 " with lines linewidth 2.5 linecolor rgb '" GM_COLOR_ESTIMATE
                 "' title 'signal V', ");
    add_line(out, facts.noise,
             "/x with lines linewidth 2.5 linecolor rgb '" GM_COLOR_TRUTH "' title 'noise T/n'");
    gm_text_add(out, isnan(plottable(facts.budget))
                         ? "\n"
                         : ", NaN with lines dashtype 2 linewidth 1.8 linecolor rgb "
                           "'" GM_COLOR_LIMIT "' title 'budget'\n");
}

void gm_measure_batch_caption(const gm_report *report, gm_text *html) {
    const gm_measure_facts facts = gm_measure_read(report);
    gm_text_add(html,
                "<strong>Noise and signal.</strong> The noise of the mean gradient falls with "
                "the size of the batch; the signal does not. Right of where they cross, the "
                "gradient shows which target it is");
    gm_text_add(html, isnan(facts.needed) ? "; the interval of the signal reaches 0, so they may "
                                            "cross anywhere right of its upper end."
                                          : ".");
    gm_text_add(html, " The dashed line is the budget.");
}

/* --- ladder: V among what it is compared with --- */

enum { RUNGS = 6 };

struct rung {
    const char *label;
    double value, low, high; /* NaN: no interval */
    const char *color;
};

/* From the top; those without a value are left out. Returns how many. */
static int list_rungs(const gm_measure_facts *facts, struct rung *out) {
    const struct rung all[RUNGS] = {
        {"V", facts->variance, facts->low, facts->high, GM_COLOR_ESTIMATE},
        {"naive estimate", facts->naive, NAN, NAN, GM_COLOR_TRUTH},
        {"D, equal inputs", facts->collision, NAN, NAN, GM_COLOR_ESTIMATE},
        {"|O|, different", fabs(facts->dependence), NAN, NAN, GM_COLOR_ESTIMATE},
        {"bound on V", facts->bound, NAN, NAN, GM_COLOR_LIMIT},
        {"smallest visible", facts->smallest > 0 ? facts->smallest : NAN, NAN, NAN, GM_COLOR_LIMIT},
    };
    int count = 0;
    for (int i = 0; i < RUNGS; i++)
        if (!isnan(all[i].value) && fabs(all[i].value) < most)
            out[count++] = all[i];
    return count;
}

static gm_range ladder_range(const struct rung *rungs, int count) {
    gm_range range = GM_RANGE_EMPTY;
    for (int i = 0; i < count; i++) {
        gm_range_add(&range, plottable(rungs[i].value));
        gm_range_add(&range, plottable(rungs[i].low));
        gm_range_add(&range, plottable(rungs[i].high));
    }
    range.low = fmin(range.low, range.high / 100);   /* two labels at least */
    range.low = fmax(range.low, range.high * 1e-24); /* the rest is as good as 0 */
    return range;
}

bool gm_measure_has_ladder(const gm_report *report) {
    const gm_measure_facts facts = gm_measure_read(report);
    struct rung rungs[RUNGS];
    return isfinite(ladder_range(rungs, list_rungs(&facts, rungs)).high);
}

/* "0.0123", at the right end of the picture. */
static void add_value(gm_text *out, int y, double value) {
    gm_text number = GM_TEXT(out->context);
    gm_text_number(&number, value);
    gm_text_add(out, "set label ");
    gm_text_gnuplot(out, gm_text_view(&number));
    gm_text_format(
        out, " at graph 1.02, first %d left noenhanced font ',13' textcolor rgb '#333333'\n", y);
    gm_text_merge(out, &number);
}

/* A bar from one x to another on rung y, from the left edge where it has no place below. */
static void add_bar(gm_text *out, int y, double from, double to, const char *color, double width) {
    gm_text_add(out, "set arrow from ");
    if (isnan(from))
        gm_text_add(out, "graph 0");
    else
        add_line(out, from, "");
    gm_text_format(out, ", first %d to first ", y);
    gm_text_exact(out, to);
    gm_text_format(out, ", first %d nohead linewidth ", y);
    gm_text_exact(out, width);
    gm_text_format(out, " linecolor rgb '%s'\n", color);
}

static void add_rung(gm_text *out, const struct rung *rung, int y, gm_range range) {
    const double value = plottable(rung->value), high = plottable(rung->high);
    if (!isnan(high) && rung->low < rung->high)
        add_bar(out, y, rung->low >= range.low ? rung->low : NAN, high, GM_COLOR_BAND, 9);
    add_value(out, y, rung->value);
    if (!(value >= range.low))
        return;
    gm_text_add(out, "set object circle at first ");
    gm_text_exact(out, value);
    gm_text_format(out,
                   ", first %d size graph 0.009 front fillstyle solid 1 border rgb '%s' "
                   "fillcolor rgb '%s'\n",
                   y, rung->color, rung->color);
}

void gm_measure_ladder_script(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    struct rung rungs[RUNGS];
    const int count = list_rungs(&facts, rungs);
    const gm_range range = ladder_range(rungs, count);
    gm_measure_begin(report, out, "How large V is", "squared length of gradients", "");
    gm_text_format(out,
                   "unset logscale y\nunset key\nset yrange [0.4:%d.6]\n"
                   "set lmargin at screen 0.26\nset rmargin at screen 0.82\n"
                   "set bmargin at screen 0.2\nset grid xtics\nset ytics scale 0 (",
                   count);
    for (int i = 0; i < count; i++)
        gm_text_format(out, "%s'%s' %d", i ? ", " : "", rungs[i].label, count - i);
    gm_text_add(out, ")\n");
    gm_gnuplot_range(out, "x", range, 3);
    gm_measure_decades(out, "x", range);
    for (int i = 0; i < count; i++)
        add_rung(out, &rungs[i], count - i, range);
    gm_text_add(out, "plot NaN\n");
}

void gm_measure_ladder_caption(const gm_report *report, gm_text *html) {
    const gm_measure_facts facts = gm_measure_read(report);
    gm_text_add(html, "<strong>How large V is</strong> beside the naive estimate, the terms that "
                      "it is the sum of, and its bound. ");
    if (facts.low < facts.high)
        gm_text_add(html, facts.low > 0
                              ? "The band is the 95&nbsp;% interval. "
                              : "The band is the 95&nbsp;% interval, which reaches 0 and so has "
                                "no lower end on this axis. ");
    gm_text_add(html, "What is 0 or below has no point on a logarithmic axis; its value stands at "
                      "the right.");
}
