/* The page of lwe solve and attack: figures, how they come about, and what they mean. */
#include "report/lwe.h"

#include <math.h>

static void number_tile(const gm_report *report, const char *label, const char *path,
                        const char *note, gm_text *html) {
    if (isnan(gm_report_value(report, path)))
        return;
    gm_tile_begin(html, label);
    gm_lwe_say_number(report, path, html);
    gm_tile_note(html);
    gm_text_add(html, note);
    gm_tile_end(html);
}

static void time_tile(const gm_report *report, gm_text *html) {
    const double seconds = gm_lwe_attack_seconds(report);
    if (isnan(seconds))
        return;
    gm_tile_begin(html, "Seconds");
    gm_text_number(html, seconds);
    gm_tile_note(html);
    gm_text_add(html, isnan(gm_report_value(report, "result.seconds.reduce"))
                          ? "attack; the rows were given"
                          : "reduction and attack");
    gm_tile_end(html);
}

static void control_tile(const gm_report *report, gm_text *html) {
    if (!gm_report_flag(report, "result.control.run", false))
        return;
    gm_tile_begin(html, "Control");
    gm_text_add(html,
                gm_report_flag(report, "result.control.recovered", false) ? "found it" : "nothing");
    gm_tile_note(html);
    gm_text_add(html, "the same attack, unreduced");
    gm_tile_end(html);
}

void gm_lwe_attack_tiles(const gm_report *report, gm_text *html) {
    time_tile(report, html);
    control_tile(report, html);
    number_tile(report, "d&prime;", "result.discrimination",
                gm_report_flag(report, "result.recovered", false)
                    ? "of an entry &plusmn;1, observed"
                    : "of an entry &plusmn;1, predicted",
                html);
    number_tile(report, "V, reduced", "result.informativeness.reduced.value",
                "of the gradient at 0", html);
    number_tile(report, "V, unreduced", "result.informativeness.unreduced.value",
                "of the gradient at 0", html);
}

void gm_lwe_attack_method(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<p>Lattice reduction finds whole combinations <i>R</i> of samples with <i>RA</i> modulo "
        "<i>q</i> short. With <i>x</i> = <i>RA</i>/<i>q</i> and <i>y</i> = <i>Rb</i>/<i>q</i>, "
        "<i>y</i> is &lang;<i>x</i>,&nbsp;<i>s</i>&rang; with an error that grew with <i>R</i>, "
        "and the gradient of E&nbsp;cos&nbsp;2&pi;(<i>y</i>&nbsp;&minus;&nbsp;&lang;<i>x</i>,"
        "&nbsp;<i>w</i>&rang;) at <i>w</i>&nbsp;=&nbsp;0 points along <i>s</i>. On unreduced "
        "samples <i>x</i> is uniform, and the gradient shows nothing.</p>\n"
        "<p>The largest component is taken for an entry of the secret, its part is subtracted from "
        "<i>y</i>, and so on. Whitened, the gradient is weighted by the covariance of the rows, "
        "which are dependent within a block. Columns that were left out of the lattice are "
        "guessed: all guesses are scored at once, and the best ones are followed. A secret is "
        "accepted on the original samples alone.</p>\n"
        "<p>The control is the same solver with the same guesses on as many unreduced samples. "
        "These are toy parameters: the dimensions of real schemes are several times larger.</p>\n");
}

void gm_lwe_attack_glossary(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<dt>V</dt><dd>Variance of the gradient at <i>w</i> = 0 over secrets of the law: how much "
        "it depends on which secret it is. It may be estimated below 0 where there is "
        "nothing. The verdict says whether the mean gradient of as many rows, by itself, tells "
        "secrets apart; guesses and further steps may find the secret before.</dd>\n"
        "<dt>z</dt><dd>The gradient of an entry &plusmn;1, normalised: predicted from the rows "
        "alone, and observed with the secret that was found.</dd>\n"
        "<dt>d&prime;</dt><dd><i>z</i> over its standard deviation where the entry is 0: how far "
        "the two are apart. About 3.5 is needed to take entries one by one.</dd>\n"
        "<dt>Row length</dt><dd>&rho;: standard deviation of the entries of <i>RA</i> over that of "
        "uniform residues, <i>q</i>/&radic;12.</dd>\n"
        "<dt>Collision entropy</dt><dd>Summed over columns as if these were independent, which is "
        "a proxy. A small one raises the bound of V, and does not predict V.</dd>\n"
        "<dt>Unique shortest vector</dt><dd>The usual attack: reduce the lattice of the whole "
        "instance until the vector (<i>e</i>, <i>s</i>, 1) comes out.</dd>\n"
        "<dt>By chance</dt><dd>An upper bound for one wrong secret; for a search over <i>k</i> "
        "secrets, multiply by <i>k</i>.</dd>\n");
}
