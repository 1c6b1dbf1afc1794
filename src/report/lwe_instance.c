/* The views of lwe generate, import and verify: an instance, and whether a secret fits it. */
#include <math.h>

#include "report/lwe.h"

/* --- what rows say --- */

void gm_lwe_say_size(const gm_report *report, gm_text *out) {
    gm_text_add(out, "n = ");
    gm_text_count(out, gm_report_value(report, "result.n"));
    gm_text_add(out, ", q = ");
    gm_text_count(out, gm_report_value(report, "result.q"));
    gm_text_add(out, ", ");
    gm_text_count(out, gm_report_value(report, "result.samples"));
    gm_text_add(out, gm_report_value(report, "result.samples") == 1 ? " sample" : " samples");
}

void gm_lwe_say_error(const gm_report *report, gm_text *out) {
    const double sigma = gm_report_value(report, "result.sigma");
    if (sigma == 0) {
        gm_text_add(out, "none");
        return;
    }
    gm_text_add(out, "discrete Gaussian, standard deviation ");
    gm_text_number(out, sigma);
}

static void say_secret(const gm_report *report, gm_text *out) {
    const char *law = gm_report_text(report, "result.secret");
    const double weight = gm_report_value(report, "result.hamming");
    const double sigma = gm_report_value(report, "result.secret_sigma");
    gm_text_add(out, law ? law : "of unknown law");
    if (!isnan(sigma)) {
        gm_text_add(out, ", standard deviation ");
        gm_text_number(out, sigma);
    }
    if (!isnan(weight)) {
        gm_text_add(out, ", ");
        gm_text_count(out, weight);
        gm_text_add(out, weight == 1 ? " entry not 0" : " entries not 0");
    }
}

static void say_centred(const gm_report *report, gm_text *out) {
    const double count = gm_report_value(report, "result.centred_entries");
    if (isnan(count) || count == 0)
        return;
    gm_text_count(out, count);
    gm_text_add(out, " below 0 were brought to [0, q)");
}

static void say_residual(const gm_report *report, gm_text *out) {
    gm_lwe_say_number(report, "result.residual_std", out);
}

static void say_threshold(const gm_report *report, gm_text *out) {
    gm_lwe_say_number(report, "result.threshold", out);
    gm_text_add(out, gm_report_value(report, "result.sigma") > 0
                         ? ", twice the standard deviation of the error"
                         : ", since there is no error");
}

void gm_lwe_say_chance(const gm_report *report, gm_text *out) {
    const double log2_false = gm_report_value(report, "result.log2_false_acceptance");
    if (isnan(log2_false))
        return;
    gm_text_add(out, "a wrong secret passes with probability at most ");
    if (log2_false > -1e-9) {
        gm_text_add(out, "1");
        return;
    }
    gm_text_add(out, "2^");
    gm_text_number(out, log2_false);
}

/* --- verdicts --- */

static bool is_accepted(const gm_report *report) {
    return gm_report_flag(report, "result.accepted", false);
}

static gm_tone made(const gm_report *report, gm_text *out) {
    gm_text_add(out, "An instance of Learning With Errors: ");
    gm_lwe_say_size(report, out);
    gm_text_add(out, ".");
    return GM_TONE_PLAIN;
}

static gm_tone verified(const gm_report *report, gm_text *out) {
    const bool accepted = is_accepted(report);
    gm_text_add(out, accepted ? "The secret fits: residuals of "
                              : "The secret does not fit: "
                                "residuals of ");
    gm_text_number(out, gm_report_value(report, "result.residual_std"));
    gm_text_add(out, accepted ? " are below " : " are not below ");
    gm_text_number(out, gm_report_value(report, "result.threshold"));
    gm_text_add(out, ".");
    return accepted ? GM_TONE_GOOD : GM_TONE_BAD;
}

static const char *no_badge(const gm_report *report) {
    (void)report;
    return NULL;
}

static const char *badge(const gm_report *report) {
    return is_accepted(report) ? "accepted" : "not accepted";
}

/* --- rows of the table, facts of the page --- */

static const struct {
    const char *label;
    gm_say *say;
    bool check; /* of verify alone */
} rows[] = {
    {"Instance", gm_lwe_say_size, false},    {"Secret", say_secret, false},
    {"Error", gm_lwe_say_error, false},      {"Entries", say_centred, false},
    {"Residuals", say_residual, true},       {"Threshold", say_threshold, false},
    {"By chance", gm_lwe_say_chance, false},
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool has_row(const gm_report *report, int i) {
    return !rows[i].check || !isnan(gm_report_value(report, "result.residual_std"));
}

static void table(const gm_report *report, gm_layout *layout) {
    gm_layout_gap(layout);
    for (int i = 0; i < ROWS; i++)
        if (has_row(report, i))
            gm_view_row(report, layout, rows[i].label, rows[i].say);
}

static void tables(const gm_report *report, gm_text *html) {
    gm_text_add(html, "<h2>Instance</h2>\n<dl class=\"facts\">\n");
    for (int i = 0; i < ROWS; i++)
        if (has_row(report, i))
            gm_page_fact(report, html, rows[i].label, rows[i].say);
    gm_page_fact(report, html, "Files", gm_view_say_files);
    gm_text_add(html, "</dl>\n");
}

void gm_lwe_subject(const gm_report *report, gm_text *html) {
    gm_page_say(report, html, gm_lwe_say_size);
}

static void tiles(const gm_report *report, gm_text *html) {
    static const char *const figures[][2] = {{"Residuals", "result.residual_std"},
                                             {"Threshold", "result.threshold"}};
    for (int i = 0; i < 2; i++) {
        if (isnan(gm_report_value(report, figures[i][1])))
            continue;
        gm_tile_begin(html, figures[i][0]);
        gm_lwe_say_number(report, figures[i][1], html);
        gm_tile_note(html);
        gm_text_add(html, i ? "a secret is accepted below it" : "root of their mean square");
        gm_tile_end(html);
    }
}

static void method(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<p>A secret <i>s</i> is checked against all samples: the residuals <i>b</i>&nbsp;&minus;"
        "&nbsp;<i>As</i> modulo <i>q</i>, centred, are the error where <i>s</i> is right, and "
        "uniform where it is wrong and <i>q</i> is a prime. It is accepted where the root of their "
        "mean square is below 2&sigma;, or below &frac12; where there is no error.</p>\n"
        "<p>How likely uniform residuals pass is bounded by Chernoff&rsquo;s inequality. Where the "
        "bound is near 1, as with few samples or an error almost as wide as <i>q</i>, being "
        "accepted says little.</p>\n");
}

static void glossary(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(html,
                "<dt>Learning With Errors</dt><dd><i>b</i> = <i>As</i> + <i>e</i> modulo "
                "<i>q</i>, <i>A</i> uniform, <i>e</i> a discrete Gaussian of standard deviation "
                "&sigma;; <i>s</i> is to be found.</dd>\n"
                "<dt>By chance</dt><dd>An upper bound for one wrong secret. For a search over "
                "<i>k</i> secrets, multiply by <i>k</i>.</dd>\n");
}

#define PARTS                                                                                      \
    .table = table, .subject = gm_lwe_subject, .tiles = tiles, .tables = tables, .method = method, \
    .glossary = glossary

const gm_view gm_view_lwe_generate = {.command = "lwe generate",
                                      .headline = "An instance of Learning With Errors",
                                      .verdict = made,
                                      .badge = no_badge,
                                      PARTS};
const gm_view gm_view_lwe_import = {.command = "lwe import",
                                    .headline = "An instance of Learning With Errors",
                                    .verdict = made,
                                    .badge = no_badge,
                                    PARTS};
const gm_view gm_view_lwe_verify = {.command = "lwe verify",
                                    .headline = "Check of a secret",
                                    .verdict = verified,
                                    .badge = badge,
                                    PARTS};
