/* V and the loss along training: rows of the table, and the plot. */
#include "report/measure.h"

#include <math.h>
#include <stdio.h>

/* The largest number that has a place on an axis, with room to widen it. */
static const double most = 1e250;

/* A member of point i; NaN where there is none. */
static double value_at(const gm_report *report, int i, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "result.along[%d].%s", i, name);
    return gm_report_value(report, path);
}

static int count_points(const gm_report *report) {
    int count = 0;
    while (!isnan(value_at(report, count, "step")))
        count++;
    return count;
}

/* Of a few at least, with a V that a logarithmic axis has a place for. */
static gm_range variance_range(const gm_report *report) {
    gm_range range = GM_RANGE_EMPTY;
    for (int i = 0; i < count_points(report); i++) {
        gm_range_add(&range, value_at(report, i, "variance.value"));
        gm_range_add(&range, value_at(report, i, "variance.ci95[1]"));
    }
    range.low = fmax(range.low, range.high * 1e-12);
    return range;
}

bool gm_measure_has_along(const gm_report *report) {
    return count_points(report) > 0;
}

bool gm_measure_has_course(const gm_report *report) {
    const int count = count_points(report);
    const double high = variance_range(report).high;
    return count > 0 && value_at(report, count - 1, "step") < most && high > 0.0 && high < most;
}

/* --- rows --- */

void gm_measure_say_training(const gm_report *report, gm_text *out) {
    const int count = count_points(report);
    const double rate = gm_report_value(report, "result.training.rate");
    if (count == 0)
        return;
    gm_text_count(out, value_at(report, count - 1, "step"));
    gm_text_add(out, " steps at a rate of ");
    gm_text_number(out, rate);
    gm_text_add(out, ", on ");
    gm_text_count(out, gm_report_value(report, "result.training.batch_size"));
    gm_text_add(out, " fresh samples each");
    if (gm_report_flag(report, "result.training.diverged", false))
        gm_text_add(out, "; then weights or loss were no longer finite");
}

void gm_measure_say_monitor(const gm_report *report, gm_text *out) {
    const char *advice = gm_report_text(report, "result.training.monitor.advice");
    gm_text_add(out, advice ? advice : "");
}

static void say_change(const gm_report *report, const char *name, gm_text *out) {
    gm_text_number(out, value_at(report, 0, name));
    gm_text_add(out, " at first, ");
    gm_text_number(out, value_at(report, count_points(report) - 1, name));
    gm_text_add(out, " at last");
}

void gm_measure_say_course(const gm_report *report, gm_text *out) {
    if (count_points(report) == 0)
        return;
    gm_text_add(out, "V ");
    say_change(report, "variance.value", out);
    gm_text_add(out, "; loss ");
    say_change(report, "loss", out);
    gm_text_add(out, "; knowing nothing costs ");
    gm_text_number(out, gm_report_value(report, "result.training.baseline"));
}

/* --- plot --- */

/* "step+1 V low high loss"; what has no place on the logarithmic axis is NaN. */
static void add_points(const gm_report *report, gm_range range, gm_text *out) {
    gm_text_add(out, "$along << END\n");
    for (int i = 0; i < count_points(report); i++) {
        const double v = value_at(report, i, "variance.value");
        const double low = value_at(report, i, "variance.ci95[0]");
        const double row[] = {value_at(report, i, "step") + 1.0, v > 0.0 ? v : (double)NAN,
                              fmax(low, range.low / 3.0), value_at(report, i, "variance.ci95[1]"),
                              value_at(report, i, "loss")};
        for (int k = 0; k < 5; k++) {
            if (fabs(row[k]) < most && (k == 4 || row[k] > 0.0))
                gm_text_exact(out, row[k]);
            else
                gm_text_add(out, "?");
            gm_text_add(out, k < 4 ? " " : "\n");
        }
    }
    gm_text_add(out, "END\n");
}

void gm_measure_along_script(const gm_report *report, gm_text *out) {
    const gm_range range = variance_range(report);
    const double baseline = gm_report_value(report, "result.training.baseline");
    gm_range steps = GM_RANGE_EMPTY;
    gm_range_add(&steps, 1.0);
    gm_range_add(&steps, value_at(report, count_points(report) - 1, "step") + 1.0);
    gm_range_add(&steps, 10.0);
    gm_measure_begin(report, out, "Along training", "steps of training + 1", "V");
    gm_gnuplot_range(out, "x", steps, 1.2);
    gm_gnuplot_range(out, "y", range, 3);
    gm_measure_decades(out, "x", steps);
    gm_measure_decades(out, "y", range);
    gm_text_add(out, "set datafile missing '?'\nset ytics nomirror\nset y2tics\n"
                     "set y2label 'loss'\nset rmargin at screen 0.86\n");
    add_points(report, range, out);
    gm_text_add(out,
                "plot $along using 1:3:4 with filledcurves fillstyle solid 0.55 noborder "
                "linecolor rgb '" GM_COLOR_BAND "' title '95 %', "
                "$along using 1:2 with linespoints pointtype 7 pointsize 0.5 linewidth 2.5 "
                "linecolor rgb '" GM_COLOR_ESTIMATE "' title 'V', "
                "$along using 1:5 axes x1y2 with linespoints pointtype 6 pointsize 0.5 linewidth "
                "2 linecolor rgb '" GM_COLOR_TRUTH "' title 'loss, right'");
    if (fabs(baseline) < most) {
        gm_text_add(out, ", ");
        gm_text_exact(out, baseline);
        gm_text_add(out, " axes x1y2 with lines dashtype 2 linewidth 1.8 linecolor rgb "
                         "'" GM_COLOR_LIMIT "' title 'constant'");
    }
    gm_text_add(out, "\n");
}

void gm_measure_along_caption(const gm_report *report, gm_text *html) {
    gm_text_add(html,
                "<strong>Along training.</strong> V over the whole class at the weights after "
                "so many steps on one target, and the loss of that target. The dashed line is "
                "the loss of the best constant prediction");
    gm_text_add(html, gm_report_flag(report, "result.training.diverged", false)
                          ? "; the run diverged after the last point."
                          : ".");
}
