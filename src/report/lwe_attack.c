/* The views of lwe solve and lwe attack: verdict, table, and where each part is. */
#include <math.h>
#include <string.h>

#include "report/lwe.h"

static bool is_recovered(const gm_report *report) {
    return gm_report_flag(report, "result.recovered", false);
}

static void add_control(const gm_report *report, gm_text *out) {
    if (!gm_report_flag(report, "result.control.run", false))
        gm_text_add(out, ". No control was run.");
    else if (gm_report_flag(report, "result.control.recovered", false))
        gm_text_add(out, ". So did the same attack on unreduced samples: no reduction was needed.");
    else
        gm_text_add(out, ". The same attack on unreduced samples found nothing.");
}

static gm_tone verdict(const gm_report *report, gm_text *out) {
    const double seconds = gm_lwe_attack_seconds(report);
    const bool found = is_recovered(report);
    if (found) {
        gm_text_add(out, "The secret was recovered");
        gm_text_add(out, *gm_lwe_solver_words(report) ? " by " : "");
        gm_text_add(out, gm_lwe_solver_words(report));
        gm_text_add(out, isnan(seconds) ? "" : ", in ");
    } else {
        gm_text_add(out, "The secret was not recovered: ");
        gm_text_count(out, gm_report_value(report, "result.rows_used"));
        gm_text_add(out, " rows of ");
        gm_text_count(out, gm_report_value(report, "result.blocks_used"));
        gm_text_add(out, " blocks and ");
        gm_text_count(out, gm_report_value(report, "result.guesses"));
        gm_text_add(out, " guesses were tried");
        gm_text_add(out, isnan(seconds) ? "." : " in ");
    }
    if (!isnan(seconds)) {
        gm_text_number(out, seconds);
        gm_text_add(out, found ? " s" : " s.");
    }
    if (found)
        add_control(report, out);
    return found ? GM_TONE_GOOD : GM_TONE_BAD;
}

static const char *badge(const gm_report *report) {
    return is_recovered(report) ? "Recovered" : "Not recovered";
}

/* Whether any row of a part says something: one that does not has no heading. */
static bool says_anything(const gm_report *report, const gm_lwe_part *part, gm_context *context) {
    gm_text text = GM_TEXT(context);
    for (const gm_lwe_row *row = part->rows; row->label && !text.size; row++)
        row->say(report, &text);
    const bool any = text.size > 0 || text.status != GM_OK;
    gm_text_drop(&text);
    return any;
}

void gm_lwe_table(const gm_report *report, const gm_lwe_part *parts, gm_layout *layout) {
    for (; parts->rows; parts++) {
        if (!says_anything(report, parts, layout->cell.context))
            continue;
        gm_layout_heading(layout, parts->heading);
        for (const gm_lwe_row *row = parts->rows; row->label; row++)
            gm_view_row(report, layout, row->label, row->say);
    }
}

void gm_lwe_tables(const gm_report *report, const gm_lwe_part *parts, gm_text *html) {
    for (; parts->rows; parts++) {
        if (!says_anything(report, parts, html->context))
            continue;
        gm_text_format(html, "<h2>%s</h2>\n<dl class=\"facts\">\n", parts->heading);
        for (const gm_lwe_row *row = parts->rows; row->label; row++)
            gm_page_fact(report, html, row->label, row->say);
        gm_text_add(html, "</dl>\n");
    }
    gm_text_add(html, "<dl class=\"facts\">\n");
    gm_page_fact(report, html, "Files", gm_view_say_files);
    gm_text_add(html, "</dl>\n");
}

static void table(const gm_report *report, gm_layout *layout) {
    gm_lwe_table(report, gm_lwe_attack_parts, layout);
}

static void tables(const gm_report *report, gm_text *html) {
    gm_lwe_tables(report, gm_lwe_attack_parts, html);
}

#define PARTS                                                                                      \
    .verdict = verdict, .badge = badge, .table = table,                                            \
    .plots = {{"signal.svg", gm_lwe_has_signal, gm_lwe_signal_script, gm_lwe_signal_caption,       \
               "The gradient of each entry of the secret, of reduced rows and of samples"}},       \
    .subject = gm_lwe_subject, .tiles = gm_lwe_attack_tiles, .tables = tables,                     \
    .method = gm_lwe_attack_method, .glossary = gm_lwe_attack_glossary

const gm_view gm_view_lwe_solve = {
    .command = "lwe solve", .headline = "A secret of Learning With Errors, by gradients", PARTS};
const gm_view gm_view_lwe_attack = {
    .command = "lwe attack", .headline = "A secret of Learning With Errors, by gradients", PARTS};
