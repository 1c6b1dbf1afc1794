#include "report/gnuplot.h"
#include "report/risk.h"

#include <math.h>

/* Columns of the curve; NULL where the document has none. */
typedef struct curve {
    const json_t *radius, *value, *low, *high, *exact;
    size_t points;
} curve;

static curve read_curve(const gm_report *report) {
    curve c = {
        .radius = gm_report_find(report, "result.curve.radius"),
        .value = gm_report_find(report, "result.curve.value"),
        .low = gm_report_find(report, "result.curve.low"),
        .high = gm_report_find(report, "result.curve.high"),
        .exact = gm_report_find(report, "result.curve.exact"),
    };
    c.points = json_array_size(c.radius);
    return c;
}

static double at(const json_t *column, size_t i) {
    return gm_json_number(json_array_get(column, i));
}

static bool is_drawn(const curve *c, size_t i) {
    return isfinite(at(c->radius, i)) && isfinite(at(c->value, i)) && isfinite(at(c->low, i)) &&
           isfinite(at(c->high, i));
}

static size_t count_drawn(const curve *c) {
    size_t count = 0;
    for (size_t i = 0; i < c->points; i++)
        count += is_drawn(c, i);
    return count;
}

static bool has_exact(const curve *c) {
    size_t count = 0;
    for (size_t i = 0; i < c->points; i++)
        count += is_drawn(c, i) && isfinite(at(c->exact, i));
    return count > 1;
}

bool gm_risk_has_curve(const gm_report *report) {
    const curve c = read_curve(report);
    return count_drawn(&c) > 1;
}

/* Lines "radius low high value exact"; what is not known is NaN to gnuplot. */
static void add_points(const curve *c, gm_text *out) {
    gm_text_add(out, "$curve << END\n");
    for (size_t i = 0; i < c->points; i++) {
        const double numbers[] = {at(c->radius, i), at(c->low, i), at(c->high, i), at(c->value, i),
                                  at(c->exact, i)};
        if (!is_drawn(c, i))
            continue;
        for (int j = 0; j < 5; j++) {
            if (isfinite(numbers[j]))
                gm_text_exact(out, numbers[j]);
            else
                gm_text_add(out, "NaN");
            gm_text_add(out, j < 4 ? " " : "\n");
        }
    }
    gm_text_add(out, "END\n");
}

void gm_risk_script(const gm_report *report, gm_text *out) {
    const curve c = read_curve(report);
    const char *path = gm_report_text(report, "result.data.path");
    const double radius = gm_risk_read(report).radius;
    gm_text title = GM_TEXT(out->context);
    gm_text_add(&title, "Adversarial risk");
    if (path) {
        gm_text_add(&title, ": ");
        gm_gnuplot_name(&title, path);
    }
    gm_gnuplot_begin(out, gm_text_view(&title), "radius of the attack", "risk");
    gm_text_merge(out, &title);
    add_points(&c, out);
    gm_text_add(out, "unset logscale\nset autoscale\nset lmargin at screen 0.17\nunset ylabel\n"
                     "set label 'risk' at screen 0.03, screen 0.565 center rotate\n");
    if (isfinite(radius)) {
        gm_text_add(out, "set arrow from ");
        gm_text_exact(out, radius);
        gm_text_add(out, ", graph 0 to ");
        gm_text_exact(out, radius);
        gm_text_add(out, ", graph 1 nohead dashtype 2 linewidth 1.2 linecolor rgb '" GM_COLOR_LIMIT
                         "'\n");
    }
    gm_text_add(out, "plot $curve using 1:2:3 with filledcurves fillstyle solid 0.55 noborder "
                     "linecolor rgb '" GM_COLOR_BAND "' title 'any law', ");
    if (has_exact(&c))
        gm_text_add(out,
                    "$curve using 1:5 with linespoints pointtype 7 pointsize 0.4 linewidth 2.5 "
                    "linecolor rgb '" GM_COLOR_TRUTH "' title 'from the data', ");
    gm_text_add(out, "$curve using 1:4 with lines linewidth 2.5 linecolor rgb '" GM_COLOR_ESTIMATE
                     "' title 'from gradients'\n");
}

void gm_risk_caption(const gm_report *report, gm_text *html) {
    const curve c = read_curve(report);
    gm_text_add(html,
                "<strong>Risk against the radius of the attack.</strong> The band holds it for "
                "any law of the residual, the error of sampling included at 95&nbsp;%.");
    if (has_exact(&c))
        gm_text_add(html, " Points: computed from the data.");
    gm_text_add(html, " The dashed line is the radius that was asked for.");
}
