#include "report/gnuplot.h"
#include "report/recover.h"

#include <math.h>
#include <string.h>

enum { TICS_MOST = 9 };

/* --- the spectrum --- */

/* The spectrum: thinned over the whole length where the document has it, else the largest. */
typedef struct gm_spectrum {
    const json_t *index, *estimate, *truth; /* index NULL: 1, 2, 3, … */
    size_t count, omitted;
} gm_spectrum;

static gm_spectrum read_spectrum(const gm_report *report) {
    gm_spectrum spectrum = {
        .index = gm_report_find(report, "result.spectrum.index"),
        .estimate = gm_report_find(report, "result.spectrum.estimate"),
        .truth = gm_report_find(report, "result.spectrum.truth"),
    };
    if (json_array_size(spectrum.estimate) == 0 || json_array_size(spectrum.index) == 0) {
        spectrum.index = spectrum.truth = NULL;
        spectrum.estimate = gm_report_find(report, "result.eigenvalues");
    }
    spectrum.count = json_array_size(spectrum.estimate);
    for (size_t i = 0; i < spectrum.count; i++)
        if (!(gm_json_number(json_array_get(spectrum.estimate, i)) > 0))
            spectrum.omitted++;
    return spectrum;
}

static double index_at(const gm_spectrum *spectrum, size_t i) {
    return spectrum->index ? gm_json_number(json_array_get(spectrum->index, i)) : (double)i + 1;
}

bool gm_recover_has_spectrum(const gm_report *report) {
    gm_spectrum spectrum = read_spectrum(report);
    return spectrum.count > spectrum.omitted;
}

static void point(gm_text *out, double x, double y) {
    gm_text_exact(out, x);
    gm_text_add(out, " ");
    gm_text_exact(out, y);
    gm_text_add(out, "\n");
}

/* A named block of "x y" lines; a logarithmic axis has no place for what is not positive. Returns
   the number of lines. */
static size_t spectrum_block(gm_text *out, const char *name, const gm_spectrum *spectrum,
                             const json_t *values, gm_range *x, gm_range *y) {
    size_t lines = 0;
    gm_text_format(out, "$%s << END\n", name);
    for (size_t i = 0; i < json_array_size(values); i++) {
        double index = index_at(spectrum, i), value = gm_json_number(json_array_get(values, i));
        if (!(index > 0) || !(value > 0))
            continue;
        gm_range_add(x, index);
        gm_range_add(y, value);
        point(out, index, value);
        lines++;
    }
    gm_text_add(out, "END\n");
    return lines;
}

/* "What: data set", so that a picture that travels alone still says what it shows. */
static void begin(const gm_report *report, gm_text *out, const char *what, const char *x_label,
                  const char *y_label) {
    const char *path = gm_report_text(report, "result.data.path");
    gm_text title = GM_TEXT(out->context);
    if (!path)
        path = gm_report_text(report, "options.data");
    gm_text_add(&title, what);
    if (path) {
        gm_text_add(&title, ": ");
        gm_gnuplot_name(&title, path);
    }
    gm_gnuplot_begin(out, gm_text_view(&title), x_label, y_label);
    gm_text_merge(out, &title);
}

void gm_recover_spectrum_script(const gm_report *report, gm_text *out) {
    gm_spectrum spectrum = read_spectrum(report);
    gm_range x = GM_RANGE_EMPTY, y = GM_RANGE_EMPTY;
    gm_text label = GM_TEXT(out->context);
    gm_text_add(&label, "index of the eigenvalue, largest first");
    if (spectrum.omitted) {
        gm_text_add(&label, " (");
        gm_text_count(&label, (double)spectrum.omitted);
        gm_text_add(&label, " not positive: left out)");
    }
    begin(report, out, "Spectrum of the curvature", gm_text_view(&label), "eigenvalue");
    gm_text_merge(out, &label);
    size_t truths = spectrum_block(out, "truth", &spectrum, spectrum.truth, &x, &y);
    spectrum_block(out, "estimate", &spectrum, spectrum.estimate, &x, &y);
    gm_gnuplot_range(out, "x", x, 1.15);
    gm_gnuplot_range(out, "y", y, 2);
    if (y.high / y.low > 100)
        gm_text_add(out, "set format y '10^{%T}'\n");
    if (x.high < 100)
        gm_text_add(out, "set xtics (1, 2, 3, 5, 10, 20, 30, 50)\n");
    /* The truth first: the points lie on it. */
    gm_text_add(out, "plot ");
    if (truths)
        gm_text_add(out, "$truth using 1:2 with linespoints linewidth 3 pointtype 7 pointsize 0.2 "
                         "linecolor rgb '" GM_COLOR_TRUTH "' title 'from the data', ");
    gm_text_format(out,
                   "$estimate using 1:2 with points pointtype 7 pointsize %s linecolor rgb "
                   "'" GM_COLOR_ESTIMATE "' title 'from the gradients'\n",
                   spectrum.count > 60 ? "0.45" : "0.6");
}

/* --- error against number of gradients --- */

typedef struct gm_curve_point {
    double gradients, predicted, low, high, error;
} gm_curve_point;

/* NaN for what would overflow as a percentage. */
static double plottable(const json_t *value) {
    double number = gm_json_number(value);
    return number < 1e290 ? number : NAN;
}

static gm_curve_point curve_point(const json_t *curve, size_t i) {
    const json_t *item = json_array_get(curve, i), *ci95 = json_object_get(item, "ci95");
    return (gm_curve_point){
        gm_json_number(json_object_get(item, "gradients")),
        plottable(json_object_get(item, "predicted")),
        plottable(json_array_get(ci95, 0)),
        plottable(json_array_get(ci95, 1)),
        plottable(json_object_get(item, "error")),
    };
}

static bool is_drawn(const gm_curve_point *p) {
    return p->gradients > 0 && (p->predicted > 0 || p->error > 0);
}

bool gm_recover_has_curve(const gm_report *report) {
    const json_t *curve = gm_report_find(report, "result.curve");
    for (size_t i = 0; i < json_array_size(curve); i++) {
        gm_curve_point p = curve_point(curve, i);
        if (is_drawn(&p))
            return true;
    }
    return false;
}

typedef struct gm_curve_counts {
    size_t band, predicted, error;
} gm_curve_counts;

/* Three blocks in per cent; the foot of the band is kept above zero for the logarithm. */
static gm_curve_counts curve_blocks(gm_text *out, const json_t *curve, gm_range *x, gm_range *y) {
    gm_curve_counts counts = {0, 0, 0};
    gm_text band = GM_TEXT(out->context), predicted = band, error = band;
    for (size_t i = 0; i < json_array_size(curve); i++) {
        gm_curve_point p = curve_point(curve, i);
        if (!is_drawn(&p))
            continue;
        gm_range_add(x, p.gradients);
        if (p.predicted > 0) {
            gm_range_add(y, 100 * p.predicted);
            point(&predicted, p.gradients, 100 * p.predicted);
            counts.predicted++;
        }
        if (p.high > 0 && !isnan(p.low)) {
            double low = fmax(p.low, p.high / 1000);
            gm_range_add(y, 100 * low);
            gm_range_add(y, 100 * p.high);
            gm_text_exact(&band, p.gradients);
            gm_text_add(&band, " ");
            point(&band, 100 * low, 100 * p.high);
            counts.band++;
        }
        if (p.error > 0) {
            gm_range_add(y, 100 * p.error);
            point(&error, p.gradients, 100 * p.error);
            counts.error++;
        }
    }
    gm_text *blocks[] = {&band, &predicted, &error};
    static const char *const names[] = {"band", "predicted", "realised"};
    for (int b = 0; b < 3; b++) {
        gm_text_format(out, "$%s << END\n", names[b]);
        gm_text_join(out, blocks[b]);
        gm_text_add(out, "END\n");
        gm_text_merge(out, blocks[b]);
    }
    return counts;
}

/* A label at measured numbers of gradients: every one, or every second, third … from the last. */
static void curve_tics(gm_text *out, const json_t *curve) {
    size_t count = json_array_size(curve), step = (count + TICS_MOST - 1) / TICS_MOST;
    bool first = true;
    gm_text_add(out, "set xtics (");
    for (size_t i = 0; i < count; i++) {
        gm_curve_point p = curve_point(curve, i);
        if (!is_drawn(&p) || (count - 1 - i) % step != 0)
            continue;
        gm_text_add(out, first ? "'" : ", '");
        gm_text_count(out, p.gradients);
        gm_text_add(out, "' ");
        gm_text_exact(out, p.gradients);
        first = false;
    }
    gm_text_add(out, ")\n");
}

/* 1, 2, 5 and their powers of ten as far as the axis reaches. */
static void percent_tics(gm_text *out, gm_range y) {
    bool wide = y.high / y.low > 1000, first = true;
    gm_text_add(out, "set ytics (");
    for (int power = (int)floor(log10(y.low)) - 1; power <= (int)ceil(log10(y.high)); power++) {
        static const double steps[] = {1, 2, 5};
        for (int s = 0; s < (wide ? 1 : 3); s++) {
            double value = steps[s] * pow(10, power);
            gm_text_add(out, first ? "'" : ", '");
            if (value >= 1)
                gm_text_count(out, value);
            else
                gm_text_exact(out, value);
            gm_text_add(out, " %%' "); /* a label is a format: %% is one sign */
            gm_text_exact(out, value);
            first = false;
        }
    }
    gm_text_add(out, ")\n");
}

/* The plot command: what there is to draw, from the back to the front. */
static void plot_curve(gm_text *out, const gm_curve_counts *counts, double required) {
    const char *separator = "plot ";
    if (counts->band > 0) {
        gm_text_add(out, separator);
        gm_text_add(out, counts->band > 1
                             ? "$band using 1:2:3 with filledcurves fillstyle solid 0.55 noborder "
                             : "$band using 1:2:(0):($3 - $2) with vectors nohead linewidth 10 ");
        gm_text_add(out, "linecolor rgb '" GM_COLOR_BAND "' title '95 % interval'");
        separator = ", ";
    }
    if (required > 0) {
        gm_text_add(out, separator);
        gm_text_exact(out, 100 * required);
        gm_text_add(out, " with lines dashtype 2 linewidth 1.6 linecolor rgb '" GM_COLOR_LIMIT
                         "' title 'required'");
        separator = ", ";
    }
    if (counts->predicted > 0) {
        gm_text_add(out, separator);
        gm_text_format(out, "$predicted using 1:2 with linespoints pointtype 7 pointsize %s ",
                       counts->predicted > 1 ? "0.25" : "0.9");
        gm_text_add(out, "linewidth 2.5 linecolor rgb '" GM_COLOR_ESTIMATE "' title 'predicted'");
        separator = ", ";
    }
    if (counts->error > 0) {
        gm_text_add(out, separator);
        gm_text_add(out, "$realised using 1:2 with points pointtype 7 pointsize 0.9 linecolor "
                         "rgb '" GM_COLOR_TRUTH "' title 'realised'");
    }
    gm_text_add(out, "\n");
}

void gm_recover_error_script(const gm_report *report, gm_text *out) {
    const json_t *curve = gm_report_find(report, "result.curve");
    double required = gm_recover_required(report);
    gm_range x = GM_RANGE_EMPTY, y = GM_RANGE_EMPTY;
    begin(report, out, "Error of the recovered curvature", "batch gradients",
          "relative operator error");
    gm_curve_counts counts = curve_blocks(out, curve, &x, &y);
    gm_range_add(&y, 100 * required);
    gm_gnuplot_range(out, "x", x, 1.15);
    gm_gnuplot_range(out, "y", y, 1.5);
    curve_tics(out, curve);
    percent_tics(out, y);
    plot_curve(out, &counts, required);
}

/* --- captions --- */

void gm_recover_spectrum_caption(const gm_report *report, gm_text *html) {
    gm_spectrum spectrum = read_spectrum(report);
    gm_text_add(html, "<strong>The spectrum.</strong> Each point is an eigenvalue of the "
                      "recovered matrix");
    gm_text_add(html, json_array_size(spectrum.truth)
                          ? "; the line is the same computed from the data, which the recovery "
                            "never saw. Large eigenvalues are recovered best; below the noise "
                            "floor (the predicted error times the largest) single values are "
                            "not to be read."
                          : ". Below the noise floor (the predicted error times the largest) "
                            "single values are not to be read.");
    if (spectrum.omitted) {
        gm_text_add(html, " ");
        gm_text_count(html, (double)spectrum.omitted);
        gm_text_add(html, " of the values shown are not positive and have no place on a "
                          "logarithmic axis.");
    }
}

void gm_recover_error_caption(const gm_report *report, gm_text *html) {
    const json_t *curve = gm_report_find(report, "result.curve");
    bool realised = false;
    for (size_t i = 0; i < json_array_size(curve); i++)
        realised = realised || curve_point(curve, i).error > 0;
    gm_text_add(html, "<strong>Error against effort.</strong> The line is the error predicted from "
                      "the gradients alone, the band its 95 % interval");
    gm_text_add(html,
                realised ? "; the points are the errors found by comparing with the truth." : ".");
    if (gm_recover_required(report) > 0)
        gm_text_add(html, " The dashed line is the accuracy that was asked for.");
}
