/* Loss against gradients and against time: what is above the least loss, where that is known. */
#include <math.h>
#include <stdio.h>

#include "report/gnuplot.h"
#include "report/measure.h"
#include "report/train.h"

/* Okabe and Ito, the one that every plot has its estimate in first; dashes tell them apart in
   grey. */
static const char *const colors[GM_TRAIN_SHOWN] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                   "#E69F00", "#56B4E9", "#000000", "#999999"};
static const int dashes[GM_TRAIN_SHOWN] = {1, 2, 4, 5, 3, 1, 2, 4};

typedef struct curve {
    const json_t *x, *loss, *averaged;
    size_t points;
} curve;

static curve read_curve(const gm_report *report, int i, const char *x) {
    char path[96];
    curve c;
    snprintf(path, sizeof path, "result.optimizers[%d].curve.%s", i, x);
    c.x = gm_report_find(report, path);
    snprintf(path, sizeof path, "result.optimizers[%d].curve.loss", i);
    c.loss = gm_report_find(report, path);
    snprintf(path, sizeof path, "result.optimizers[%d].curve.averaged_loss", i);
    c.averaged = gm_report_find(report, path);
    c.points = json_array_size(c.x);
    return c;
}

/* Loss from which heights are counted; 0 where the least is not known. */
static double base_of(const gm_train_shown *s) {
    return isfinite(s->optimum) ? s->optimum : 0.0;
}

/* A place that a logarithmic axis has; false: none. */
static bool point_at(const curve *c, size_t i, double base, double *x, double *y) {
    const double loss = gm_json_number(json_array_get(c->loss, i));
    const double averaged = gm_json_number(json_array_get(c->averaged, i));
    *x = gm_json_number(json_array_get(c->x, i));
    *y = fmin(loss, averaged) - base;
    return *x > 0.0 && *y > 0.0 && *x < 1e250 && *y < 1e250;
}

static void measure_curves(const gm_report *report, const gm_train_shown *s, const char *x,
                           gm_range *across, gm_range *up) {
    *across = *up = GM_RANGE_EMPTY;
    for (int o = 0; o < s->count; o++) {
        const curve c = read_curve(report, o, x);
        for (size_t i = 0; i < c.points; i++) {
            double at, height;
            if (!point_at(&c, i, base_of(s), &at, &height))
                continue;
            gm_range_add(across, at);
            gm_range_add(up, height);
        }
    }
    /* What diverges leaves the picture, not the others in it; nor does rounding at the optimum. */
    if (s->initial - base_of(s) > 0.0)
        up->high = fmin(up->high, 3.0 * (s->initial - base_of(s)));
    up->low = fmax(up->low, up->high * 1e-8);
}

bool gm_train_has_curves(const gm_report *report) {
    const gm_train_shown s = gm_train_read(report);
    gm_range across, up;
    measure_curves(report, &s, "gradient_evaluations", &across, &up);
    return across.high > across.low && up.high >= up.low;
}

static void add_curve(const gm_report *report, const gm_train_shown *s, int o, const char *x,
                      gm_text *out) {
    const curve c = read_curve(report, o, x);
    gm_text_format(out, "$curve%d << END\n", o);
    for (size_t i = 0; i < c.points; i++) {
        double at, height;
        if (!point_at(&c, i, base_of(s), &at, &height))
            continue;
        gm_text_exact(out, at);
        gm_text_add(out, " ");
        gm_text_exact(out, height);
        gm_text_add(out, "\n");
    }
    gm_text_add(out, "NaN NaN\nEND\n"); /* never empty */
}

static void add_line(const gm_train_shown *s, int o, gm_text *out) {
    gm_text_format(out,
                   "%s$curve%d using 1:2 with lines dashtype %d linewidth %s linecolor rgb "
                   "'%s' title ",
                   o > 0 ? ", " : "plot ", o, dashes[o], o == 0 ? "3" : "2", colors[o]);
    gm_text_gnuplot(out, s->of[o].name);
}

/* Powers of ten, or where there are few of them, 1, 2 and 5 times these. */
static void add_tics(gm_text *out, const char *axis, gm_range range) {
    static const double steps[] = {1.0, 2.0, 5.0};
    const char *separator = "";
    if (!(range.high / range.low < 30.0)) {
        gm_measure_decades(out, axis, range);
        return;
    }
    gm_text_format(out, "set format %s '%%g'\nset %stics (", axis, axis);
    for (double power = floor(log10(range.low)) - 1.0; power <= log10(range.high) + 1.0; power++)
        for (int i = 0; i < 3; i++) {
            gm_text_add(out, separator);
            gm_text_exact(out, steps[i] * pow(10.0, power));
            separator = ", ";
        }
    gm_text_add(out, ")\n");
}

static void script(const gm_report *report, const char *x, const char *x_label, gm_text *out) {
    const gm_train_shown s = gm_train_read(report);
    const bool known = isfinite(s.optimum);
    const double goal = s.goal_loss - base_of(&s);
    const char *path = gm_report_text(report, "result.data.path");
    gm_range across, up;
    gm_text title = GM_TEXT(out->context);
    measure_curves(report, &s, x, &across, &up);
    gm_range_add(&up, goal);
    if (!(across.high > across.low)) /* clocks may stand still */
        across = (gm_range){across.high > 0.0 && isfinite(across.high) ? 0.1 * across.high : 0.1,
                            across.high > 0.0 && isfinite(across.high) ? across.high : 1.0};
    gm_text_add(&title, "Training");
    if (path) {
        gm_text_add(&title, ": ");
        gm_gnuplot_name(&title, path);
    }
    gm_gnuplot_begin(out, gm_text_view(&title), x_label,
                     known ? "loss above the least one" : "loss");
    gm_text_merge(out, &title);
    if (s.count > 3)
        gm_text_add(out, "set key maxrows 2\nset bmargin at screen 0.28\n");
    gm_gnuplot_range(out, "x", across, 1.1);
    gm_gnuplot_range(out, "y", up, 1.5);
    add_tics(out, "x", across);
    add_tics(out, "y", up);
    for (int o = 0; o < s.count; o++)
        add_curve(report, &s, o, x, out);
    for (int o = 0; o < s.count; o++)
        add_line(&s, o, out);
    if (goal > 0.0 && goal < 1e250) {
        gm_text_add(out, ", ");
        gm_text_exact(out, goal);
        gm_text_add(out, " with lines dashtype 3 linewidth 1.8 linecolor rgb '" GM_COLOR_LIMIT
                         "' title 'goal'");
    }
    gm_text_add(out, "\n");
}

void gm_train_loss_script(const gm_report *report, gm_text *out) {
    script(report, "gradient_evaluations", "gradient evaluations", out);
}

void gm_train_time_script(const gm_report *report, gm_text *out) {
    script(report, "seconds", "seconds of training", out);
}

static void caption(const gm_report *report, const char *title, const char *note, gm_text *html) {
    const gm_train_shown s = gm_train_read(report);
    gm_text_add(html, "<strong>");
    gm_text_add(html, title);
    gm_text_add(html, "</strong> The loss over all rows, of the weights or of their average, ");
    gm_text_add(html, isfinite(s.optimum) ? "less the least loss that there is. "
                                          : "whichever is "
                                            "lower. ");
    gm_text_add(html, note);
    if (isfinite(s.goal_loss))
        gm_text_add(html, " The level line is the goal.");
}

void gm_train_loss_caption(const gm_report *report, gm_text *html) {
    caption(report, "Against gradients.",
            "Every batch gradient counts, those with noise on the targets too.", html);
}

void gm_train_time_caption(const gm_report *report, gm_text *html) {
    caption(report, "Against time.",
            "Seconds of the steps, without the time taken to look at the loss.", html);
}
