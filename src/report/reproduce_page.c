#include "report/reproduce.h"

void gm_reproduce_subject(const gm_report *report, gm_text *html) {
    const char *question = gm_report_text(report, "result.question");
    gm_text_html(html, question ? question : "");
}

void gm_reproduce_tiles(const gm_report *report, gm_text *html) {
    gm_tile_begin(html, "Claims");
    gm_text_format(html, "%zu of %zu", gm_reproduce_count_held(report),
                   gm_report_length(report, "result.claims"));
    gm_tile_note(html);
    gm_text_add(html, "hold");
    gm_tile_end(html);
    gm_tile_begin(html, "Runs");
    gm_text_count(html, gm_report_value(report, "result.runs"));
    gm_tile_note(html);
    gm_text_add(html, "recoveries or measurements");
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
            gm_reproduce_say_cell(columns, row, i, &raw);
        else
            gm_text_add(&raw, gm_json_text(json_array_get(columns, i), "name"));
        gm_text_format(html, "<%s>", cell);
        gm_text_html(html, gm_text_view(&raw));
        gm_text_format(html, "</%s>", cell);
        gm_text_merge(html, &raw);
    }
    gm_text_add(html, "</tr>\n");
}

void gm_reproduce_tables(const gm_report *report, gm_text *html) {
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
        gm_text_format(html, "<tr><th scope=\"row\">%s</th><td>",
                       gm_reproduce_holds(item) ? "✓" : "✗");
        gm_text_html(html, gm_json_text(item, "claim"));
        gm_text_add(html, "</td><td>");
        gm_reproduce_say_range(item, html);
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

void gm_reproduce_method(const gm_report *report, gm_text *html) {
    const char *text = gm_report_text(report, "result.method");
    gm_text_add(html, "<p>");
    gm_text_html(html, text ? text : "");
    gm_text_add(html, "</p>\n");
}

void gm_reproduce_glossary(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<dt>Relative operator error</dt><dd>Largest eigenvalue, in absolute value, of the "
        "difference between estimate and truth, over that of the truth.</dd>\n"
        "<dt>Claim</dt><dd>A number that theory gives, and the range around it in which the "
        "measured one has to lie, sampling error included. A claim that does not hold makes the "
        "exit status 1.</dd>\n"
        "<dt>Run</dt><dd>One recovery of a curvature, or one measurement of how much a gradient "
        "depends on the target.</dd>\n"
        "<dt>n, v, R in recoveries</dt><dd>Batch size; variance of the noise put on the targets; "
        "distance of the weights from the optimum in the norm of the second moments.</dd>\n"
        "<dt>V, T in measurements</dt><dd>Variance of the mean gradient over the targets of a "
        "class; variance of the gradient of one sample over the inputs. A batch of T/V samples "
        "has as much noise as signal.</dd>\n");
}
