/* The view of an experiment: what its parts share, the verdict, and where each part is. */
#include "report/reproduce.h"

#include <math.h>
#include <string.h>

bool gm_reproduce_is_kind(const json_t *columns, size_t i, const char *kind) {
    return strcmp(gm_json_text(json_array_get(columns, i), "kind"), kind) == 0;
}

void gm_reproduce_say_cell(const json_t *columns, const json_t *row, size_t i, gm_text *out) {
    const json_t *cell = json_array_get(row, i);
    if (gm_reproduce_is_kind(columns, i, "text"))
        gm_text_add(out, json_is_string(cell) ? json_string_value(cell) : "–");
    else if (gm_reproduce_is_kind(columns, i, "percent"))
        gm_text_percent(out, gm_json_number(cell));
    else
        gm_text_number(out, gm_json_number(cell));
}

void gm_reproduce_say_range(const json_t *claim, gm_text *out) {
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

bool gm_reproduce_holds(const json_t *claim) {
    return json_is_true(json_object_get(claim, "holds"));
}

size_t gm_reproduce_count_held(const gm_report *report) {
    size_t i, held = 0;
    const json_t *claim;
    json_array_foreach(gm_report_find(report, "result.claims"), i, claim) held +=
        gm_reproduce_holds(claim);
    return held;
}

bool gm_reproduce_is_list(const gm_report *report) {
    return gm_report_length(report, "result.experiments") > 0;
}

static gm_tone verdict(const gm_report *report, gm_text *out) {
    const size_t claims = gm_report_length(report, "result.claims"),
                 held = gm_reproduce_count_held(report);
    const char *title = gm_report_text(report, "result.title");
    if (gm_reproduce_is_list(report)) {
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
    return gm_reproduce_count_held(report) == gm_report_length(report, "result.claims")
               ? "as theory says"
               : "not as theory says";
}

static bool has_first(const gm_report *report) {
    return gm_reproduce_has_points(report, 0);
}
static bool has_second(const gm_report *report) {
    return gm_reproduce_has_points(report, 1);
}
static void script_first(const gm_report *report, gm_text *out) {
    gm_reproduce_script(report, 0, out);
}
static void script_second(const gm_report *report, gm_text *out) {
    gm_reproduce_script(report, 1, out);
}
static void caption_first(const gm_report *report, gm_text *html) {
    gm_reproduce_caption(report, 0, html);
}
static void caption_second(const gm_report *report, gm_text *html) {
    gm_reproduce_caption(report, 1, html);
}

const gm_view gm_view_reproduce = {
    .command = "reproduce",
    .headline = "An experiment",
    .verdict = verdict,
    .badge = badge,
    .table = gm_reproduce_table,
    .plots = {{"plot-1.svg", has_first, script_first, caption_first, "Measured points and theory"},
              {"plot-2.svg", has_second, script_second, caption_second,
               "Measured points and theory"}},
    .subject = gm_reproduce_subject,
    .tiles = gm_reproduce_tiles,
    .tables = gm_reproduce_tables,
    .method = gm_reproduce_method,
    .glossary = gm_reproduce_glossary,
};
