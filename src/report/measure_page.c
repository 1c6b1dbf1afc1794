/* The page of `measure`: figures, how they come about, and what they mean. */
#include "report/measure.h"

#include <math.h>
#include <string.h>

void gm_measure_subject(const gm_report *report, gm_text *html) {
    const gm_measure_row *rows = gm_measure_parts[0].rows;
    for (int i = 0; i < 3; i++) {
        gm_text_add(html, i ? " · " : "");
        gm_page_say(report, html, rows[i].say);
    }
}

/* --- tiles --- */

static void variance_tile(const gm_measure_facts *facts, gm_text *html) {
    gm_tile_begin(html, "Variance V over the targets");
    gm_text_number(html, facts->variance);
    gm_tile_note(html);
    if (facts->exact && facts->error <= 0) {
        gm_text_add(html, "exact");
    } else if (!isnan(facts->low) && !isnan(facts->high)) {
        gm_text_number(html, facts->low);
        gm_text_add(html, " to ");
        gm_text_number(html, facts->high);
        gm_text_add(html, " at 95&nbsp;%");
    }
    gm_tile_end(html);
}

static void number_tile(const char *label, double value, const char *note, gm_text *html) {
    if (isnan(value))
        return;
    gm_tile_begin(html, label);
    gm_text_number(html, value);
    gm_tile_note(html);
    gm_text_add(html, note);
    gm_tile_end(html);
}

static void samples_tile(const gm_measure_facts *facts, gm_text *html) {
    gm_tile_begin(html, isnan(facts->needed) && !isnan(facts->at_least) ? "Samples, at least"
                                                                        : "Samples needed");
    if (!isnan(facts->needed))
        gm_text_count(html, fmax(1, ceil(facts->needed)));
    else if (!isnan(facts->at_least))
        gm_text_number(html, facts->at_least);
    else
        gm_text_add(html, facts->high <= 0 ? "∞" : "–");
    gm_tile_note(html);
    if (!isnan(facts->budget)) {
        gm_text_add(html, "budget ");
        gm_text_count(html, facts->budget);
    }
    gm_tile_end(html);
}

void gm_measure_tiles(const gm_report *report, gm_text *html) {
    const gm_measure_facts facts = gm_measure_read(report);
    variance_tile(&facts, html);
    samples_tile(&facts, html);
    number_tile("Signal to noise", facts.ratio, "V / T, of one sample", html);
    number_tile("Naive estimate", facts.naive, "what is usually computed", html);
    number_tile("Bound on V", facts.bound, facts.exact ? "proved" : "estimated", html);
}

void gm_measure_tables(const gm_report *report, gm_text *html) {
    for (const gm_measure_part *part = gm_measure_parts; part->heading; part++) {
        if (part->available && !part->available(report))
            continue;
        gm_text_format(html, "<h2>%s</h2>\n<dl class=\"facts\">\n", part->heading);
        for (const gm_measure_row *row = part->rows; row->label; row++)
            gm_page_fact(report, html, row->label, row->say);
        gm_text_add(html, "</dl>\n");
    }
}

/* --- how it works --- */

static const char *const setting =
    "<p>One function <i>h</i> of a class is to be learnt from samples of it. The expected gradient "
    "of the loss at fixed weights is a vector &nabla;<i>C<sub>h</sub></i>, and all that a gradient "
    "method ever sees of <i>h</i> is this vector under noise. Its variance over the class,</p>\n"
    "<p><i>V</i> = E<sub><i>h</i></sub>&#8202;&Vert;&nabla;<i>C<sub>h</sub></i> &minus; "
    "E<sub><i>h</i>&prime;</sub>&#8202;&nabla;<i>C<sub>h&prime;</sub></i>&Vert;&sup2;,</p>\n"
    "<p>says how much the gradient depends on which function it is. Where <i>V</i> is far below "
    "the noise <i>T</i> of one sample, about <i>T</i>/<i>V</i> samples must be averaged before the "
    "function shows.</p>\n"
    "<p><i>V</i> is a sum over pairs of inputs of two factors: how alike the model&rsquo;s "
    "derivatives are at both, and how the residuals of the class vary together there. Pairs of "
    "equal inputs make the collision term <i>D</i>, which is small where the collision entropy of "
    "the inputs is large. Pairs of different inputs make the dependence term <i>O</i>, which is 0 "
    "for a class whose values at different inputs are independent.</p>\n";

static const char *const sampled =
    "<p><b>Sampled.</b> Inputs and targets are drawn, and the sum runs over pairs of inputs that "
    "are different draws. That makes the estimate unbiased: where <i>V</i> is 0 it scatters around "
    "0 and may be negative. The usual estimate, the variance of gradients averaged over the drawn "
    "inputs, counts each input with itself as well; that adds to it about 1/<i>N</i> of what a "
    "single sample varies, so it never shows a small <i>V</i>. The error comes from leaving out "
    "inputs in blocks, and targets one by one (a jackknife).</p>\n";

static const char *const exact =
    "<p><b>Exact.</b> All inputs and all targets are summed over, with their probabilities, by "
    "transforms or moments in place of the double sum. There is no sampling error. The naive "
    "estimate shown is what one would expect of drawn inputs.</p>\n";

static const char *const along =
    "<p><b>Along training.</b> The model was trained by plain descent on fresh samples of one "
    "function of the class. <i>V</i> is that of the whole class at the weights so far. The monitor "
    "sees the loss and the gradients of the two halves of each batch, and nothing else: their "
    "product is the squared length of the gradient without bias, their difference its "
    "noise.</p>\n";

void gm_measure_method(const gm_report *report, gm_text *html) {
    gm_text_add(html, setting);
    gm_text_add(html, gm_measure_read(report).exact ? exact : sampled);
    gm_text_add(
        html,
        "<p><b>The verdict</b> compares the samples needed with the budget. <i>Informative</i>: "
        "the budget is enough even at the lower end of the interval of <i>V</i>. "
        "<i>Uninformative</i>: it is too small even at the upper end. Otherwise "
        "<i>undecided</i>: draw more. It speaks of the gradient at these weights, for a "
        "function drawn from this class; elsewhere in training it may be otherwise.</p>\n");
    if (gm_measure_has_along(report))
        gm_text_add(html, along);
}

void gm_measure_glossary(const gm_report *report, gm_text *html) {
    const gm_measure_facts facts = gm_measure_read(report);
    gm_text_add(
        html,
        "<dt>Noise T</dt><dd>The variance of the gradient of one sample around the expected one of "
        "its target, summed over the parameters. <i>V</i> has the same unit.</dd>\n"
        "<dt>Samples needed</dt><dd><i>T</i>/<i>V</i>, the batch whose mean gradient has as much "
        "noise as signal. Where the interval of <i>V</i> reaches 0 only a lower bound is "
        "known.</dd>\n"
        "<dt>Bound on V</dt><dd>A term that falls with the collision entropy of the inputs, and "
        "one that is proportional to the dependence &epsilon;. It has one side: a small bound "
        "keeps <i>V</i> small; a large one says nothing.</dd>\n"
        "<dt>Collision entropy</dt><dd>The logarithm of how rarely two inputs are equal.</dd>\n"
        "<dt>Dependence &epsilon;</dt><dd>The root of the mean squared covariance, over the class, "
        "of the residuals at two different inputs. 0 where the class is pairwise independent. Its "
        "estimate of &epsilon;&sup2; is unbiased and may be negative.</dd>\n"
        "<dt>Effective targets</dt><dd>How many targets the variance is spread over. Where it is "
        "small a few rare ones carry it, and a typical one gives less signal than <i>V</i> "
        "says.</dd>\n");
    if (facts.smallest > 0)
        gm_text_add(html, "<dt>Smallest visible V</dt><dd>A smaller one is lost in the "
                          "scatter of the estimate, with this many inputs and targets.</dd>\n");
}
