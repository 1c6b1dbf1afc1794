#include "report/entropy.h"
#include "report/gnuplot.h"

#include <math.h>
#include <string.h>

enum { MOST_POINTS = 2000 }; /* more would only lie on each other */

static double coordinate(const gm_report *report, size_t i) {
    return gm_json_number(json_array_get(gm_report_find(report, "result.per_coordinate"), i));
}

bool gm_entropy_has_coordinates(const gm_report *report) {
    size_t count = 0;
    for (size_t i = 0; i < gm_report_length(report, "result.per_coordinate") && count < 2; i++)
        count += isfinite(coordinate(report, i));
    return count > 1;
}

/* Entropy of one coordinate of the uniform law; NaN where it is not known. */
static double level(const gm_report *report) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    return facts.uniform / facts.columns;
}

static void add_points(const gm_report *report, gm_text *out, double *highest) {
    const size_t count = gm_report_length(report, "result.per_coordinate");
    const size_t step = count / MOST_POINTS + 1;
    gm_text_add(out, "$coordinates << END\n");
    for (size_t i = 0; i < count; i += step) {
        const double nats = coordinate(report, i);
        if (!isfinite(nats))
            continue;
        *highest = fmax(*highest, nats);
        gm_text_format(out, "%zu ", i);
        gm_text_exact(out, nats);
        gm_text_add(out, "\n");
    }
    gm_text_add(out, "END\n");
}

static void begin(const gm_report *report, gm_text *out) {
    gm_text title = GM_TEXT(out->context);
    const char *source = gm_report_text(report, "result.source");
    gm_text_add(&title, "Entropy of each coordinate");
    if (source) {
        gm_text_add(&title, ": ");
        gm_gnuplot_name(&title, source);
    }
    gm_gnuplot_begin(out, gm_text_view(&title), "coordinate, from 0", "collision entropy, nats");
    gm_text_merge(out, &title);
}

void gm_entropy_script(const gm_report *report, gm_text *out) {
    const double uniform = level(report);
    const size_t count = gm_report_length(report, "result.per_coordinate");
    double highest = isnan(uniform) ? 0 : uniform;
    begin(report, out);
    add_points(report, out, &highest);
    gm_text_format(out, "unset logscale\nset xrange [-0.5:%zu.5]\nset yrange [0:", count - 1);
    gm_text_exact(out, highest > 0 ? 1.1 * highest : 1);
    gm_text_format(out, "]\n%splot ", count < 8 ? "set xtics 1\n" : "");
    if (!isnan(uniform)) {
        gm_text_exact(out, uniform);
        gm_text_add(out, " with lines dashtype 2 linewidth 1.8 linecolor rgb '" GM_COLOR_LIMIT
                         "' title 'uniform law', ");
    }
    gm_text_format(out,
                   "$coordinates using 1:2 with points pointtype 7 pointsize %s linecolor rgb "
                   "'" GM_COLOR_ESTIMATE "' title 'each coordinate'\n",
                   count <= 100 ? "0.6" : "0.3");
}

void gm_entropy_caption(const gm_report *report, gm_text *html) {
    const size_t count = gm_report_length(report, "result.per_coordinate");
    const size_t step = count / MOST_POINTS + 1;
    gm_text_add(html, "<strong>Entropy of each coordinate</strong> by itself: how rarely two draws "
                      "agree in it.");
    if (!isnan(level(report)))
        gm_text_add(html, " The dashed line is the uniform law, the most that is possible.");
    if (step > 1)
        gm_text_format(html, " One coordinate in %zu is drawn.", step);
}
