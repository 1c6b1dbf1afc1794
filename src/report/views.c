/* Which commands have a view, and what all of them share. */
#include "report/view.h"

#include <math.h>
#include <string.h>

static const gm_view *const views[] = {
    &gm_view_measure,   &gm_view_recover,      &gm_view_train,      &gm_view_risk,
    &gm_view_entropy,   &gm_view_lwe_generate, &gm_view_lwe_import, &gm_view_lwe_verify,
    &gm_view_lwe_solve, &gm_view_lwe_reduce,   &gm_view_lwe_attack, &gm_view_reproduce,
};

const gm_view *gm_view_find(const gm_report *report) {
    const char *command = gm_report_text(report, "command");
    for (size_t i = 0; command && i < sizeof views / sizeof *views; i++)
        if (strcmp(views[i]->command, command) == 0)
            return views[i];
    return NULL;
}

const gm_plot *gm_view_plot(const gm_report *report, int i) {
    const gm_view *view = gm_view_find(report);
    for (int p = 0; view && p < GM_PLOTS_MAX && view->plots[p].name; p++)
        if (view->plots[p].available(report) && i-- == 0)
            return &view->plots[p];
    return NULL;
}

int gm_report_plots(const gm_report *report) {
    int count = 0;
    while (gm_view_plot(report, count))
        count++;
    return count;
}

const char *gm_report_plot_name(const gm_report *report, int i) {
    const gm_plot *plot = gm_view_plot(report, i);
    return plot ? plot->name : NULL;
}

gm_status gm_report_plot_script(const gm_report *report, int i, char **out) {
    const gm_plot *plot = gm_view_plot(report, i);
    if (!plot)
        return gm_fail(report->context, GM_INVALID_ARGUMENT,
                       "gm_report_plot_script: plot %d; this result has %d", i,
                       gm_report_plots(report));
    gm_text text = GM_TEXT(report->context);
    plot->script(report, &text);
    return gm_text_finish(&text, out);
}

static void add_warnings(const gm_report *report, gm_layout *layout) {
    size_t i;
    const json_t *item;
    if (gm_report_length(report, "warnings") == 0)
        return;
    gm_layout_heading(layout, "Warnings");
    json_array_foreach(gm_report_find(report, "warnings"), i, item) {
        gm_text_plain(&layout->cell, json_is_string(item) ? json_string_value(item) : "?");
        gm_layout_item(layout, "!", GM_STYLE_WARNING);
    }
}

void gm_view_say_files(const gm_report *report, gm_text *out) {
    size_t i;
    const json_t *item;
    json_array_foreach(gm_report_find(report, "result.files"), i, item) {
        gm_text_add(out, i ? ", " : "");
        gm_text_add(out, json_is_string(item) ? json_string_value(item) : "?");
    }
}

void gm_view_row(const gm_report *report, gm_layout *layout, const char *label, gm_say *say) {
    gm_text raw = GM_TEXT(layout->cell.context);
    say(report, &raw);
    gm_text_plain(&layout->cell, gm_text_view(&raw));
    gm_text_merge(&layout->cell, &raw);
    gm_layout_row(layout, label);
}

static void add_time(const gm_report *report, gm_layout *layout) {
    double seconds = gm_report_value(report, "seconds");
    double threads = gm_report_value(report, "threads");
    if (isnan(seconds))
        return;
    gm_text_number(&layout->cell, seconds);
    gm_text_add(&layout->cell, " s");
    if (!isnan(threads)) {
        gm_text_add(&layout->cell, " on ");
        gm_text_count(&layout->cell, threads);
        gm_text_add(&layout->cell, threads == 1 ? " thread" : " threads");
    }
    gm_layout_row(layout, "Time");
}

/* What decides the bits of a result. */
static void add_origin(const gm_report *report, gm_layout *layout) {
    static const char *const parts[][2] = {
        {"gradiometer ", "version"}, {", commit ", "commit"}, {", BLAS core ", "blas"}};
    const json_t *seed = gm_report_find(report, "seed");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *value = gm_report_text(report, parts[i][1]);
        if (!value)
            continue;
        gm_text_add(&layout->cell, parts[i][0]);
        gm_text_plain(&layout->cell, value);
    }
    if (json_is_integer(seed))
        gm_text_format(&layout->cell, ", seed %" JSON_INTEGER_FORMAT, json_integer_value(seed));
    gm_layout_row(layout, "Made by");
}

gm_status gm_report_table(const gm_report *report, bool color, char **out) {
    const gm_view *view = gm_view_find(report);
    const char *command = gm_report_text(report, "command");
    if (!view)
        return gm_fail(report->context, GM_UNAVAILABLE,
                       "gm_report_table: no table for the command \"%s\" in this version",
                       command ? command : "");
    static const gm_style tones[] = {GM_STYLE_BOLD, GM_STYLE_GOOD, GM_STYLE_BAD};
    gm_layout layout = GM_LAYOUT(report->context, color);
    gm_tone tone = view->verdict(report, &layout.cell);
    gm_layout_paragraph(&layout, tones[tone]);
    view->table(report, &layout);
    add_warnings(report, &layout);
    gm_layout_gap(&layout);
    gm_view_row(report, &layout, "Files", gm_view_say_files);
    add_time(report, &layout);
    add_origin(report, &layout);
    return gm_layout_finish(&layout, out);
}
