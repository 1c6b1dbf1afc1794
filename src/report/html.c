/* The page: a template with names in double braces, and what stands for each name. */
#include "report/svg.h"
#include "report/view.h"

#include <string.h>

extern const char gm_report_template[];

typedef struct gm_page {
    const gm_report *report;
    const gm_view *view;
    const char *const *svgs;
} gm_page;

static void add_member(const gm_page *page, const char *path, gm_text *html) {
    const char *string = gm_report_text(page->report, path);
    double number = gm_report_value(page->report, path);
    if (string)
        gm_text_html(html, string);
    else
        gm_text_number(html, number);
}

void gm_tile_begin(gm_text *html, const char *label) {
    gm_text_add(html, "<div class=\"tile\"><div class=\"label\">");
    gm_text_add(html, label);
    gm_text_add(html, "</div><div class=\"value\">");
}

void gm_tile_note(gm_text *html) {
    gm_text_add(html, "</div><div class=\"note\">");
}

void gm_tile_end(gm_text *html) {
    gm_text_add(html, "</div></div>\n");
}

void gm_page_say(const gm_report *report, gm_text *html, gm_say *say) {
    gm_text raw = GM_TEXT(html->context);
    say(report, &raw);
    gm_text_html(html, gm_text_view(&raw));
    gm_text_merge(html, &raw);
}

void gm_page_fact(const gm_report *report, gm_text *html, const char *label, gm_say *say) {
    gm_text value = GM_TEXT(html->context);
    gm_page_say(report, &value, say);
    if (value.size)
        gm_text_format(html, "<dt>%s</dt><dd>%s</dd>\n", label, gm_text_view(&value));
    gm_text_merge(html, &value);
}

/* Escape; keep "2.1 %" and "784 × 784" on one line. */
static void add_unbroken(gm_text *html, const char *string) {
    gm_text kept = GM_TEXT(html->context);
    for (const char *c = string; *c; c++) {
        bool unit = *c == ' ' && (c[1] == '%' || strncmp(c + 1, "×", 2) == 0 ||
                                  (c - string >= 2 && strncmp(c - 2, "×", 2) == 0));
        gm_text_add_bytes(&kept, unit ? "\u00A0" : c, unit ? 2 : 1);
    }
    gm_text_html(html, gm_text_view(&kept));
    gm_text_merge(html, &kept);
}

static void add_verdict(const gm_page *page, gm_text *html) {
    gm_text raw = GM_TEXT(html->context);
    page->view->verdict(page->report, &raw);
    add_unbroken(html, gm_text_view(&raw));
    gm_text_merge(html, &raw);
}

static void add_title(const gm_page *page, gm_text *html) {
    gm_text_html(html, page->view->headline);
}

static void add_badge(const gm_page *page, gm_text *html) {
    static const char *const classes[] = {"plain", "good", "bad"};
    gm_text raw = GM_TEXT(html->context);
    gm_tone tone = page->view->verdict(page->report, &raw);
    gm_text_merge(html, &raw);
    const char *badge = page->view->badge(page->report);
    if (badge)
        gm_text_format(html, "<p><span class=\"badge %s\">%s</span></p>", classes[tone], badge);
}

static void add_subject(const gm_page *page, gm_text *html) {
    page->view->subject(page->report, html);
}

static void add_tiles(const gm_page *page, gm_text *html) {
    page->view->tiles(page->report, html);
}

static void add_warnings(const gm_page *page, gm_text *html) {
    size_t i;
    const json_t *item;
    if (gm_report_length(page->report, "warnings") == 0)
        return;
    gm_text_add(html, "<section class=\"warnings\"><h2>Warnings</h2>\n<ul>\n");
    json_array_foreach(gm_report_find(page->report, "warnings"), i, item) {
        gm_text_add(html, "<li>");
        gm_text_html(html, json_is_string(item) ? json_string_value(item) : "?");
        gm_text_add(html, "</li>\n");
    }
    gm_text_add(html, "</ul></section>\n");
}

static void add_plots(const gm_page *page, gm_text *html) {
    const gm_plot *plot;
    for (int i = 0; (plot = gm_view_plot(page->report, i)); i++) {
        const char prefix[] = {'p', (char)('0' + i), '-', '\0'};
        const char *svg = page->svgs ? page->svgs[i] : NULL;
        gm_text_add(html, "<figure>\n<div class=\"plot\" tabindex=\"0\">");
        if (!svg || !gm_svg_inline(svg, prefix, plot->label, html))
            gm_text_format(html, "<p class=\"missing\">Not drawn: %s needs gnuplot.</p>",
                           plot->name);
        gm_text_add(html, "</div>\n<figcaption>");
        plot->caption(page->report, html);
        gm_text_add(html, "</figcaption>\n</figure>\n");
    }
}

static void add_tables(const gm_page *page, gm_text *html) {
    page->view->tables(page->report, html);
}

static void add_method(const gm_page *page, gm_text *html) {
    page->view->method(page->report, html);
}

static void add_glossary(const gm_page *page, gm_text *html) {
    page->view->glossary(page->report, html);
}

static void add_command_line(const gm_page *page, gm_text *html) {
    gm_text raw = GM_TEXT(html->context);
    gm_report_command_line(page->report, " \\\n    ", &raw);
    gm_text_html(html, gm_text_view(&raw));
    gm_text_merge(html, &raw);
}

/* Version, commit, seed and what else decides the bits of a result. */
static void add_circumstances(const gm_page *page, gm_text *html) {
    static const char *const rows[][2] = {
        {"Version", "version"}, {"Commit", "commit"}, {"Seed", "seed"},
        {"Threads", "threads"}, {"Ranks", "ranks"},   {"BLAS core", "blas"},
        {"Seconds", "seconds"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *value = gm_report_find(page->report, rows[i][1]);
        if (!value || json_is_null(value))
            continue;
        gm_text_format(html, "<dt>%s</dt><dd>", rows[i][0]);
        if (json_is_integer(value))
            gm_text_format(html, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else
            add_member(page, rows[i][1], html);
        gm_text_add(html, "</dd>\n");
    }
}

static void add_version(const gm_page *page, gm_text *html) {
    add_member(page, "version", html);
}

static const struct {
    const char *name;
    void (*add)(const gm_page *page, gm_text *html);
} slots[] = {
    {"title", add_title},       {"verdict", add_verdict},      {"badge", add_badge},
    {"subject", add_subject},   {"tiles", add_tiles},          {"warnings", add_warnings},
    {"plots", add_plots},       {"tables", add_tables},        {"method", add_method},
    {"glossary", add_glossary}, {"command", add_command_line}, {"circumstances", add_circumstances},
    {"version", add_version},
};

/* Add what stands for a name. False where nobody knows it. */
static bool fill_slot(const gm_page *page, const char *name, size_t length, gm_text *html) {
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (strlen(slots[i].name) == length && strncmp(slots[i].name, name, length) == 0) {
            slots[i].add(page, html);
            return true;
        }
    return false;
}

gm_status gm_report_html(const gm_report *report, const char *const *svgs, char **out) {
    const gm_page page = {report, gm_view_find(report), svgs};
    const char *command = gm_report_text(report, "command");
    if (!page.view)
        return gm_fail(report->context, GM_UNAVAILABLE,
                       "gm_report_html: no page for the command \"%s\" in this version",
                       command ? command : "");
    gm_text html = GM_TEXT(report->context);
    const char *rest = gm_report_template, *open;
    while (html.status == GM_OK && (open = strstr(rest, "{{"))) {
        const char *close = strstr(open, "}}");
        gm_text_add_bytes(&html, rest, (size_t)(open - rest));
        if (!close || !fill_slot(&page, open + 2, (size_t)(close - open) - 2, &html)) {
            gm_text_drop(&html);
            return gm_fail(report->context, GM_INTERNAL_ERROR,
                           "gm_report_html: the template has an unknown name");
        }
        rest = close + 2;
    }
    gm_text_add(&html, rest);
    return gm_text_finish(&html, out);
}
