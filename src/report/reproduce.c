/* The view of an experiment: everything it shows is in the document. */
#include "report/gnuplot.h"
#include "report/view.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 80, LEAST_COLUMN = 10, SERIES_A_LINE = 3 };

/* Okabe and Ito, in the order of the document's color numbers. */
static const char *const colors[] = {GM_COLOR_ESTIMATE, GM_COLOR_TRUTH, "#009E73", "#CC79A7",
                                     "#E69F00",         "#56B4E9",      "#555555"};
enum { COLORS = sizeof colors / sizeof *colors };

/* --- the table --- */

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is_kind(const json_t *columns, size_t i, const char *kind) {
    return strcmp(text_of(json_array_get(columns, i), "kind"), kind) == 0;
}

/* A cell in words, not escaped. */
static void say_cell(const json_t *columns, const json_t *row, size_t i, gm_text *out) {
    const json_t *cell = json_array_get(row, i);
    if (is_kind(columns, i, "text"))
        gm_text_add(out, json_is_string(cell) ? json_string_value(cell) : "–");
    else if (is_kind(columns, i, "percent"))
        gm_text_percent(out, gm_json_number(cell));
    else
        gm_text_number(out, gm_json_number(cell));
}

static int column_width(const json_t *columns, size_t i) {
    const int count = (int)json_array_size(columns);
    const int each = count > 1 ? (WIDTH - 4) / count : WIDTH - 4;
    int width = each < 14 ? each : 14;
    if (i == 0 && is_kind(columns, 0, "text"))
        width = WIDTH - 4 - width * (count - 1) < 24 ? WIDTH - 4 - width * (count - 1) : 24;
    return width > LEAST_COLUMN ? width : LEAST_COLUMN;
}

static void table_line(const json_t *columns, const json_t *row, gm_layout *layout) {
    for (size_t i = 0; i < json_array_size(columns); i++) {
        gm_text raw = GM_TEXT(layout->cell.context);
        if (row)
            say_cell(columns, row, i, &raw);
        else
            gm_text_add(&raw, text_of(json_array_get(columns, i), "name"));
        gm_text_add(&layout->cell, "  ");
        gm_text_plain(&layout->cell, gm_text_view(&raw));
        gm_text_merge(&layout->cell, &raw);
        gm_layout_column(layout, column_width(columns, i),
                         is_kind(columns, i, "text") ? GM_LEFT : GM_RIGHT,
                         row ? GM_STYLE_PLAIN : GM_STYLE_FAINT);
    }
    gm_layout_end_line(layout);
}

/* --- claims --- */

/* " (0.98; 0.9 to 1.1)", what was measured and what the claim allows. */
static void say_range(const json_t *claim, gm_text *out) {
    const double low = gm_json_number(json_object_get(claim, "low"));
    const double high = gm_json_number(json_object_get(claim, "high"));
    gm_text_number(out, gm_json_number(json_object_get(claim, "measured")));
    gm_text_add(out, ", expected ");
    if (isnan(high)) {
        gm_text_add(out, "at least ");
        gm_text_number(out, low);
    } else if (isnan(low) || low == 0) {
        gm_text_add(out, "at most ");
        gm_text_number(out, high);
    } else {
        gm_text_number(out, low);
        gm_text_add(out, " to ");
        gm_text_number(out, high);
    }
}

static bool claim_holds(const json_t *claim) {
    return json_is_true(json_object_get(claim, "holds"));
}

static size_t count_held(const gm_report *report) {
    size_t i, held = 0;
    const json_t *claim;
    json_array_foreach(gm_report_find(report, "result.claims"), i, claim) held +=
        claim_holds(claim);
    return held;
}

static bool is_list(const gm_report *report) {
    return gm_report_length(report, "result.experiments") > 0;
}

static gm_tone verdict(const gm_report *report, gm_text *out) {
    const size_t claims = gm_report_length(report, "result.claims"), held = count_held(report);
    const char *title = gm_report_text(report, "result.title");
    if (is_list(report)) {
        gm_text_format(out, "%zu experiments.", gm_report_length(report, "result.experiments"));
        return GM_TONE_PLAIN;
    }
    gm_text_add(out, title ? title : "An experiment");
    gm_text_add(out, ": ");
    if (held == claims)
        gm_text_format(out, "all %zu claims hold.", claims);
    else
        gm_text_format(out, "%zu of %zu claims %s not hold.", claims - held, claims,
                       claims - held == 1 ? "does" : "do");
    return held == claims ? GM_TONE_GOOD : GM_TONE_BAD;
}

static const char *badge(const gm_report *report) {
    return count_held(report) == gm_report_length(report, "result.claims") ? "as theory says"
                                                                           : "not as theory says";
}

static void add_paragraphs(const json_t *texts, gm_layout *layout) {
    size_t i;
    const json_t *text;
    json_array_foreach(texts, i, text) {
        gm_text_plain(&layout->cell, json_is_string(text) ? json_string_value(text) : "?");
        gm_layout_item(layout, "-", GM_STYLE_PLAIN);
    }
}

static void table(const gm_report *report, gm_layout *layout) {
    size_t i;
    const json_t *item, *columns = gm_report_find(report, "result.table.columns");
    const char *question = gm_report_text(report, "result.question");
    if (is_list(report))
        return;
    if (question) {
        gm_text_plain(&layout->cell, question);
        gm_layout_paragraph(layout, GM_STYLE_PLAIN);
    }
    gm_layout_heading(layout, "Measured");
    table_line(columns, NULL, layout);
    json_array_foreach(gm_report_find(report, "result.table.rows"), i, item)
        table_line(columns, item, layout);
    gm_layout_heading(layout, "Claims");
    json_array_foreach(gm_report_find(report, "result.claims"), i, item) {
        const bool holds = claim_holds(item);
        gm_text_plain(&layout->cell, text_of(item, "claim"));
        gm_text_add(&layout->cell, ": ");
        say_range(item, &layout->cell);
        gm_layout_item(layout, holds ? "✓" : "✗", holds ? GM_STYLE_GOOD : GM_STYLE_BAD);
    }
    gm_layout_heading(layout, "Conclusion");
    add_paragraphs(gm_report_find(report, "result.conclusion"), layout);
    gm_layout_gap(layout);
    gm_text_count(&layout->cell, gm_report_value(report, "result.runs"));
    gm_text_add(&layout->cell, " recoveries, scale ");
    gm_text_number(&layout->cell, gm_report_value(report, "result.scale"));
    gm_layout_row(layout, "Runs");
}

/* --- plots --- */

static const json_t *find_plot(const gm_report *report, size_t i) {
    return json_array_get(gm_report_find(report, "result.plots"), i);
}

static double member(const json_t *series, const char *key, size_t i) {
    return gm_json_number(json_array_get(json_object_get(series, key), i));
}

static bool is_series(const json_t *series, const char *kind) {
    return strcmp(text_of(series, "kind"), kind) == 0;
}

/* A logarithmic axis has no place for other numbers. */
static bool is_drawn(double value) {
    return value > 0 && value < 1e290;
}

static bool has_points(const gm_report *report, size_t plot) {
    size_t i;
    const json_t *series;
    json_array_foreach(json_object_get(find_plot(report, plot), "series"), i,
                       series) for (size_t p = 0; p < json_array_size(json_object_get(series, "y"));
                                    p++) if (!is_series(series, "level") &&
                                             is_drawn(member(series, "x", p)) &&
                                             is_drawn(member(series, "y", p))) return true;
    return false;
}

/* "x y low high" lines of series i; bars are cut where the logarithm would not follow. */
static void series_block(gm_text *out, const json_t *series, size_t i, gm_range *x, gm_range *y) {
    const bool level = is_series(series, "level");
    gm_text_format(out, "$series%zu << END\n", i);
    for (size_t p = 0; p < json_array_size(json_object_get(series, "y")); p++) {
        const double at = member(series, "x", p), value = member(series, "y", p);
        const double low = member(series, "low", p), high = member(series, "high", p);
        if (!is_drawn(value) || (!is_drawn(at) && !level))
            continue;
        const double numbers[] = {at, value, isnan(low) ? value : fmax(low, value / 10),
                                  isnan(high) ? value : fmin(high, 1e290)};
        for (int n = 0; n < 4; n++) {
            gm_text_exact(out, numbers[n]);
            gm_text_add(out, n < 3 ? " " : "\n");
        }
        if (!level)
            gm_range_add(x, at);
        gm_range_add(y, numbers[2]);
        gm_range_add(y, numbers[3]);
    }
    gm_text_add(out, "END\n");
}

static void plot_series(gm_text *out, const json_t *series, size_t i, const gm_range *x) {
    const double number = gm_json_number(json_object_get(series, "color"));
    const char *color = colors[number >= 0 && number < COLORS ? (int)number : COLORS - 1];
    gm_text_add(out, i ? ", " : "plot ");
    if (is_series(series, "level")) {
        gm_text_add(out, "[");
        gm_text_exact(out, x->low / 1.3);
        gm_text_add(out, ":");
        gm_text_exact(out, x->high * 1.3);
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
    gm_text_gnuplot(out, text_of(series, "name"));
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

static void script(const gm_report *report, size_t which, gm_text *out) {
    size_t i;
    const json_t *series, *plot = find_plot(report, which), *all = json_object_get(plot, "series");
    gm_range x = GM_RANGE_EMPTY, y = GM_RANGE_EMPTY;
    gm_gnuplot_begin(out, text_of(plot, "title"), text_of(plot, "x"), text_of(plot, "y"));
    if (json_array_size(all) > SERIES_A_LINE)
        gm_text_add(out, "set key maxrows 2 width 1\nset bmargin at screen 0.29\n"
                         "set key at screen 0.545,0.075\n");
    json_array_foreach(all, i, series) series_block(out, series, i, &x, &y);
    gm_gnuplot_range(out, "x", x, 1.3);
    gm_gnuplot_range(out, "y", y, 1.5);
    gm_text_add(out, "set format xy '%.12g'\n");
    if (y.high / y.low < 30)
        gm_text_add(out,
                    "set ytics (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, "
                    "1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100)\n");
    if (json_array_size(json_object_get(plot, "ticks")) > 0)
        named_ticks(out, json_object_get(plot, "ticks"));
    else if (x.high / x.low < 30)
        gm_text_add(out,
                    "set xtics (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 3, 4, 5, 7, 10, 20, "
                    "50, 100)\n");
    json_array_foreach(all, i, series) plot_series(out, series, i, &x);
    gm_text_add(out, "\n");
}

static void caption(const gm_report *report, size_t which, gm_text *html) {
    gm_text_add(html, "<strong>");
    gm_text_html(html, text_of(find_plot(report, which), "title"));
    gm_text_add(html, ".</strong> Points are means over the repetitions, with bars of two standard "
                      "errors; dashed lines are theory, or what the legend says.");
}

static bool has_first(const gm_report *report) {
    return has_points(report, 0);
}
static bool has_second(const gm_report *report) {
    return has_points(report, 1);
}
static void script_first(const gm_report *report, gm_text *out) {
    script(report, 0, out);
}
static void script_second(const gm_report *report, gm_text *out) {
    script(report, 1, out);
}
static void caption_first(const gm_report *report, gm_text *html) {
    caption(report, 0, html);
}
static void caption_second(const gm_report *report, gm_text *html) {
    caption(report, 1, html);
}

/* --- the page --- */

static void subject(const gm_report *report, gm_text *html) {
    const char *question = gm_report_text(report, "result.question");
    gm_text_html(html, question ? question : "");
}

static void tiles(const gm_report *report, gm_text *html) {
    gm_tile_begin(html, "Claims");
    gm_text_format(html, "%zu of %zu", count_held(report),
                   gm_report_length(report, "result.claims"));
    gm_tile_note(html);
    gm_text_add(html, "hold");
    gm_tile_end(html);
    gm_tile_begin(html, "Recoveries");
    gm_text_count(html, gm_report_value(report, "result.runs"));
    gm_tile_note(html);
    gm_text_add(html, "runs of an estimator");
    gm_tile_end(html);
    gm_tile_begin(html, "Scale");
    gm_text_number(html, gm_report_value(report, "result.scale"));
    gm_tile_note(html);
    gm_text_add(html, "times the repetitions of the full experiment");
    gm_tile_end(html);
}

static void html_row(const json_t *columns, const json_t *row, gm_text *html) {
    gm_text_add(html, "<tr>");
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *cell = row && i > 0 ? "td" : "th";
        gm_text raw = GM_TEXT(html->context);
        if (row)
            say_cell(columns, row, i, &raw);
        else
            gm_text_add(&raw, text_of(json_array_get(columns, i), "name"));
        gm_text_format(html, "<%s>", cell);
        gm_text_html(html, gm_text_view(&raw));
        gm_text_format(html, "</%s>", cell);
        gm_text_merge(html, &raw);
    }
    gm_text_add(html, "</tr>\n");
}

static void tables(const gm_report *report, gm_text *html) {
    size_t i;
    const json_t *item, *columns = gm_report_find(report, "result.table.columns");
    gm_text_add(html, "<h2>Conclusion</h2>\n<ul>\n");
    json_array_foreach(gm_report_find(report, "result.conclusion"), i, item) {
        gm_text_add(html, "<li>");
        gm_text_html(html, json_is_string(item) ? json_string_value(item) : "?");
        gm_text_add(html, "</li>\n");
    }
    gm_text_add(html,
                "</ul>\n<h2>Claims</h2>\n<div class=\"scroll\"><table class=\"claims\"><tbody>\n");
    json_array_foreach(gm_report_find(report, "result.claims"), i, item) {
        gm_text_format(html, "<tr><th scope=\"row\">%s</th><td>", claim_holds(item) ? "✓" : "✗");
        gm_text_html(html, text_of(item, "claim"));
        gm_text_add(html, "</td><td>");
        say_range(item, html);
        gm_text_add(html, "</td></tr>\n");
    }
    gm_text_add(html, "</tbody></table></div>\n<h2>Measured</h2>\n<div class=\"scroll\">"
                      "<table class=\"figures\"><thead>\n");
    html_row(columns, NULL, html);
    gm_text_add(html, "</thead><tbody>\n");
    json_array_foreach(gm_report_find(report, "result.table.rows"), i, item)
        html_row(columns, item, html);
    gm_text_add(html, "</tbody></table></div>\n");
}

static void method(const gm_report *report, gm_text *html) {
    const char *text = gm_report_text(report, "result.method");
    gm_text_add(html, "<p>");
    gm_text_html(html, text ? text : "");
    gm_text_add(html, "</p>\n");
}

static void glossary(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<dt>Relative operator error</dt><dd>Largest eigenvalue, in absolute value, of the "
        "difference between estimate and truth, over that of the truth.</dd>\n"
        "<dt>Claim</dt><dd>A number that theory gives, and the range around it in which the "
        "measured one has to lie, sampling error included. A claim that does not hold makes the "
        "exit status 1.</dd>\n"
        "<dt>n, v, R</dt><dd>Batch size; variance of the noise put on the targets; distance of the "
        "weights from the optimum in the norm of the second moments.</dd>\n");
}

const gm_view gm_view_reproduce = {
    .command = "reproduce",
    .headline = "An experiment",
    .verdict = verdict,
    .badge = badge,
    .table = table,
    .plots = {{"plot-1.svg", has_first, script_first, caption_first, "Measured points and theory"},
              {"plot-2.svg", has_second, script_second, caption_second,
               "Measured points and theory"}},
    .subject = subject,
    .tiles = tiles,
    .tables = tables,
    .method = method,
    .glossary = glossary,
};
