/* The view of lwe reduce. */
#include <math.h>

#include "report/gnuplot.h"
#include "report/lwe.h"

static double value_at(const gm_report *report, const char *path) {
    return gm_report_value(report, path);
}

static void add_count(const gm_report *report, const char *path, const char *one, const char *many,
                      gm_text *out) {
    const double count = value_at(report, path);
    gm_text_count(out, count);
    gm_text_add(out, count == 1 ? one : many);
}

static void say_rows(const gm_report *report, gm_text *out) {
    add_count(report, "result.rows", " row of ", " rows of ", out);
    add_count(report, "result.blocks", " block", " blocks", out);
}

static gm_tone verdict(const gm_report *report, gm_text *out) {
    say_rows(report, out);
    gm_text_add(out, ", with entries of ");
    gm_text_percent(out, value_at(report, "result.rho"));
    gm_text_add(out, " of the length of uniform ones.");
    return GM_TONE_PLAIN;
}

static const char *no_badge(const gm_report *report) {
    (void)report;
    return NULL;
}

static void say_dropped(const gm_report *report, gm_text *out) {
    size_t i;
    const json_t *item;
    enum { SHOWN = 16 };
    if (gm_report_length(report, "result.dropped_columns") == 0)
        gm_text_add(out, "none");
    json_array_foreach(gm_report_find(report, "result.dropped_columns"), i, item) {
        if (i == SHOWN) {
            gm_text_add(out, ", …");
            break;
        }
        gm_text_add(out, i ? ", " : "");
        gm_text_number(out, gm_json_number(item));
    }
}

static void say_seconds(const gm_report *report, gm_text *out) {
    const char *precision = gm_report_text(report, "result.precision");
    if (isnan(value_at(report, "result.seconds")))
        return;
    gm_lwe_say_number(report, "result.seconds", out);
    gm_text_add(out, " s; processors: LLL ");
    gm_lwe_say_number(report, "result.processor_seconds.lll", out);
    gm_text_add(out, " s, BKZ ");
    gm_lwe_say_number(report, "result.processor_seconds.bkz", out);
    gm_text_add(out, " s");
    gm_text_add(out, precision ? ", " : "");
    gm_text_add(out, precision ? precision : "");
}

static const gm_lwe_row rows[] = {{"Instance", gm_lwe_say_size},
                                  {"Rows", say_rows},
                                  {"Row length", gm_lwe_say_rho},
                                  {"Dropped columns", say_dropped},
                                  {"Collision entropy", gm_lwe_say_entropy},
                                  {"Blocks lost", gm_lwe_say_lost},
                                  {"Reduction", say_seconds},
                                  {0}};
static const gm_lwe_row plan[] = {{"First two blocks", gm_lwe_say_plan},
                                  {"Why", gm_lwe_say_reason},
                                  {"After the first", gm_lwe_say_later_plan},
                                  {"Why, after it", gm_lwe_say_later_reason},
                                  {0}};
static const gm_lwe_part parts[] = {{"Reduced rows", rows}, {"Plan", plan}, {0}};

static void table(const gm_report *report, gm_layout *layout) {
    gm_lwe_table(report, parts, layout);
}

static void tables(const gm_report *report, gm_text *html) {
    gm_lwe_tables(report, parts, html);
}

static void tile(const gm_report *report, const char *label, const char *path, const char *note,
                 gm_text *html) {
    if (isnan(value_at(report, path)))
        return;
    gm_tile_begin(html, label);
    gm_text_count(html, value_at(report, path));
    gm_tile_note(html);
    gm_text_add(html, note);
    gm_tile_end(html);
}

static void tiles(const gm_report *report, gm_text *html) {
    gm_tile_begin(html, "Row length");
    gm_text_percent(html, value_at(report, "result.rho"));
    gm_tile_note(html);
    gm_text_add(html, "of uniform entries");
    gm_tile_end(html);
    tile(report, "Rows", "result.rows", "combinations of samples", html);
    tile(report, "Blocks", "result.blocks", "reduced by themselves", html);
}

/* --- plot --- */

/* Length of uniform residues. */
static double uniform(const gm_report *report) {
    return value_at(report, "result.q") / sqrt(12);
}

static double column(const gm_report *report, size_t j) {
    const json_t *all = gm_report_find(report, "result.column_std");
    return gm_json_number(json_array_get(all, j)) / uniform(report);
}

static bool has_columns(const gm_report *report) {
    return gm_report_length(report, "result.column_std") > 1 && column(report, 0) < 1e6;
}

static void script(const gm_report *report, gm_text *out) {
    const size_t count = gm_report_length(report, "result.column_std");
    gm_gnuplot_begin(out, "Length of the entries of reduced rows", "column, from 0",
                     "deviation over that of uniform entries");
    gm_text_format(out, "unset logscale\nset xrange [-1:%zu]\nset yrange [0:1.2]\n", count);
    gm_text_add(out, "$columns << END\n");
    for (size_t j = 0; j < count; j++) {
        if (!(column(report, j) < 1e6))
            continue;
        gm_text_format(out, "%zu ", j);
        gm_text_exact(out, column(report, j));
        gm_text_add(out, "\n");
    }
    gm_text_add(out, "END\nplot 1 with lines dashtype 2 linewidth 1.8 linecolor rgb "
                     "'" GM_COLOR_LIMIT "' title 'uniform'");
    if (isfinite(value_at(report, "result.rho"))) {
        gm_text_add(out, ", ");
        gm_text_exact(out, value_at(report, "result.rho"));
        gm_text_add(out, " with lines linewidth 1.8 linecolor rgb '" GM_COLOR_TRUTH
                         "' title 'mean, not dropped'");
    }
    gm_text_add(out, ", $columns using 1:2 with points pointtype 7 pointsize 0.6 linecolor rgb "
                     "'" GM_COLOR_ESTIMATE "' title 'column'\n");
}

static void caption(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(html, "<strong>Length of the entries</strong> in each column. Columns that were "
                      "dropped stay uniform: their entries of the secret are guessed.");
}

static void method(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<p>Each block draws its own samples <i>A</i>&prime; and reduces the lattice of the rows "
        "of "
        "[[0,&nbsp;<i>qI</i>],&nbsp;[&tau;<i>I</i>,&nbsp;<i>A</i>&prime;]] by LLL and then BKZ: a "
        "short vector (&tau;<i>R</i>,&nbsp;<i>RA</i>&prime;) is a combination <i>R</i> of samples "
        "with short <i>RA</i>, and a small <i>R</i>, which keeps the error small. The weight "
        "&tau; sets one against the other.</p>\n"
        "<p>What was not given is chosen by what a block is expected to show of a secret, and "
        "again after the first block was reduced.</p>\n");
}

static void glossary(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(html,
                "<dt>Row length</dt><dd>&rho;: standard deviation of the entries of <i>RA</i> over "
                "that of uniform residues, <i>q</i>/&radic;12.</dd>\n"
                "<dt>Collision entropy</dt><dd>Summed over columns as if these were independent, "
                "which is a proxy.</dd>\n"
                "<dt>z</dt><dd>How far the right guess of dropped entries stands out of wrong "
                "ones, in standard deviations.</dd>\n");
}

const gm_view gm_view_lwe_reduce = {
    .command = "lwe reduce",
    .headline = "Rows of Learning With Errors, reduced",
    .verdict = verdict,
    .badge = no_badge,
    .table = table,
    .plots = {{"columns.svg", has_columns, script, caption,
               "Standard deviation of each column of the reduced rows"}},
    .subject = gm_lwe_subject,
    .tiles = tiles,
    .tables = tables,
    .method = method,
    .glossary = glossary,
};
