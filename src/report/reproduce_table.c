#include "report/reproduce.h"

enum { WIDTH = GM_LAYOUT_WIDTH, LEAST_COLUMN = 10 };

static int column_width(const json_t *columns, size_t i) {
    const int count = (int)json_array_size(columns);
    const int each = count > 1 ? (WIDTH - 4) / count : WIDTH - 4;
    int width = each < 14 ? each : 14;
    if (i == 0 && gm_reproduce_is_kind(columns, 0, "text"))
        width = WIDTH - 4 - width * (count - 1) < 24 ? WIDTH - 4 - width * (count - 1) : 24;
    return width > LEAST_COLUMN ? width : LEAST_COLUMN;
}

static void table_line(const json_t *columns, const json_t *row, gm_layout *layout) {
    for (size_t i = 0; i < json_array_size(columns); i++) {
        gm_text raw = GM_TEXT(layout->cell.context);
        if (row)
            gm_reproduce_say_cell(columns, row, i, &raw);
        else
            gm_text_add(&raw, gm_json_text(json_array_get(columns, i), "name"));
        gm_text_add(&layout->cell, "  ");
        gm_text_plain(&layout->cell, gm_text_view(&raw));
        gm_text_merge(&layout->cell, &raw);
        gm_layout_column(layout, column_width(columns, i),
                         gm_reproduce_is_kind(columns, i, "text") ? GM_LEFT : GM_RIGHT,
                         row ? GM_STYLE_PLAIN : GM_STYLE_FAINT);
    }
    gm_layout_end_line(layout);
}

static void add_paragraphs(const json_t *texts, gm_layout *layout) {
    size_t i;
    const json_t *text;
    json_array_foreach(texts, i, text) {
        gm_text_plain(&layout->cell, json_is_string(text) ? json_string_value(text) : "?");
        gm_layout_item(layout, "-", GM_STYLE_PLAIN);
    }
}

void gm_reproduce_table(const gm_report *report, gm_layout *layout) {
    size_t i;
    const json_t *item, *columns = gm_report_find(report, "result.table.columns");
    const char *question = gm_report_text(report, "result.question");
    if (gm_reproduce_is_list(report))
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
        const bool holds = gm_reproduce_holds(item);
        gm_text_plain(&layout->cell, gm_json_text(item, "claim"));
        gm_text_add(&layout->cell, ": ");
        gm_reproduce_say_range(item, &layout->cell);
        gm_layout_item(layout, holds ? "✓" : "✗", holds ? GM_STYLE_GOOD : GM_STYLE_BAD);
    }
    gm_layout_heading(layout, "Conclusion");
    add_paragraphs(gm_report_find(report, "result.conclusion"), layout);
    gm_layout_gap(layout);
    gm_text_count(&layout->cell, gm_report_value(report, "result.runs"));
    gm_text_add(&layout->cell, ", scale ");
    gm_text_number(&layout->cell, gm_report_value(report, "result.scale"));
    gm_layout_row(layout, "Runs");
}
