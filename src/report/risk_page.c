/* The page of a risk: figures, how they come about, and what they mean. */
#include "report/risk.h"

#include <math.h>
#include <string.h>

#include "report/recover.h"

void gm_risk_subject(const gm_report *report, gm_text *html) {
    const char *model = gm_report_text(report, "result.model");
    const char *at = gm_recover_at(report);
    gm_page_say(report, html, gm_recover_say_data);
    if (model) {
        gm_text_add(html, " · model ");
        gm_text_html(html, model);
    }
    if (at) {
        gm_text_add(html, " · weights: ");
        gm_text_html(html, at);
    }
}

static void number_tile(gm_text *html, const char *label, double value, const char *note) {
    if (isnan(value))
        return;
    gm_tile_begin(html, label);
    gm_text_number(html, value);
    gm_tile_note(html);
    gm_text_add(html, note);
    gm_tile_end(html);
}

void gm_risk_tiles(const gm_report *report, gm_text *html) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    if (!isnan(f.value)) {
        gm_tile_begin(html, "Adversarial risk");
        gm_text_number(html, f.value);
        gm_tile_note(html);
        gm_risk_say_between(f.low, f.high, html);
        gm_tile_end(html);
    }
    number_tile(html, "Clean risk", f.clean,
                f.logistic ? "mean logistic loss" : "mean squared residual");
    number_tile(html, "From the data", f.exact,
                f.low <= f.exact && f.exact <= f.high ? "inside the interval"
                                                      : "<b>outside</b> the interval");
    number_tile(html, "Dual norm of the weights", f.dual_norm,
                f.supremum ? "sum of |w|" : "length of w");
    if (!isnan(f.gradients)) {
        gm_tile_begin(html, "Gradients");
        gm_text_count(html, f.gradients);
        gm_tile_end(html);
    }
}

void gm_risk_tables(const gm_report *report, gm_text *html) {
    gm_text_add(html, "<h2>What was estimated</h2>\n<dl class=\"facts\">\n");
    gm_page_fact(report, html, "Data", gm_recover_say_data);
    gm_page_fact(report, html, "Classes", gm_recover_say_classes);
    gm_page_fact(report, html, "Attack", gm_risk_say_attack);
    gm_page_fact(report, html, "Gradients", gm_risk_say_gradients);
    gm_page_fact(report, html, "Clean risk", gm_risk_say_clean);
    gm_page_fact(report, html, "Adversarial risk", gm_risk_say_value);
    gm_page_fact(report, html, "Interval", gm_risk_say_interval);
    gm_page_fact(report, html, "From the data", gm_risk_say_exact);
    gm_page_fact(report, html, "Residual&rsquo;s power", gm_risk_say_residual);
    gm_page_fact(report, html, "Why from there", gm_risk_say_reason);
    gm_page_fact(report, html, "By the losses", gm_risk_say_losses);
    gm_page_fact(report, html, "Files", gm_view_say_files);
    gm_text_add(html, "</dl>\n");
}

static const char *const of_linear =
    "<p>The worst change <i>u</i> of an input, of norm at most <i>r</i>, moves the output of a "
    "linear model by <i>c</i> = <i>r</i>&#8214;<i>w</i>&#8214; in the dual norm, away from the "
    "target: the squared residual &rho;&sup2; becomes (|&rho;| + <i>c</i>)&sup2;, on average "
    "<i>s</i>&sup2; + 2<i>c</i>&nbsp;E|&rho;| + <i>c</i>&sup2;. The weights are known to whoever "
    "takes gradients, and <i>s</i>&sup2; = E&nbsp;&rho;&sup2; is in the gradients. E|&rho;| lies "
    "between |E&nbsp;&rho;| and <i>s</i>, which makes the interval, and is 0.80&nbsp;<i>s</i> for "
    "a "
    "Gaussian residual of mean 0, which makes the estimate.</p>\n";

static const char *const of_logistic =
    "<p>The worst change of an input lowers its margin by <i>c</i> = "
    "<i>r</i>&#8214;<i>w</i>&#8214; "
    "in the dual norm and adds log(1 + <i>q</i>(e<sup><i>c</i></sup> &minus; 1)) to its loss, "
    "where "
    "<i>q</i> = |&rho;| is the probability that the model gives to the wrong class. The mean of "
    "that is not known from gradients, but other means are: of <i>q</i>&sup2;, and of the entropy "
    "of "
    "<i>q</i>, which is the mean loss less "
    "<i>w</i>&middot;E&nbsp;<i>g</i>. The interval is what all laws of <i>q</i> with these means "
    "allow. The estimate takes the model to be calibrated, as it is at its optimum if it is "
    "right.</p>\n";

static const char *const of_intercept =
    "<p>The gradient of the intercept is the mean residual of a batch: <i>n</i> times its variance "
    "over batches, plus the square of its mean, is E&nbsp;&rho;&sup2;, whatever the law of the "
    "inputs.</p>\n";

static const char *const of_gaussian =
    "<p>For Gaussian inputs of second moments <i>H</i> the covariance of the gradients is "
    "<i>s</i>&sup2;<i>H</i>/<i>n</i> and a part that their mean shows. <i>H</i> is recovered from "
    "differences of noised and clean gradients. On real tables, whose inputs are not Gaussian, "
    "this "
    "may be off by &minus;30 to +50&nbsp;%: an intercept or the losses do not need it.</p>\n";

void gm_risk_method(const gm_report *report, gm_text *html) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    gm_text_add(html, f.logistic ? of_logistic : of_linear);
    if (strcmp(f.residual, "intercept") == 0)
        gm_text_add(html, of_intercept);
    if (strcmp(f.residual, "gaussian") == 0)
        gm_text_add(html, of_gaussian);
}

void gm_risk_glossary(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<dt>Adversarial risk</dt><dd>Mean over the data of the loss after the worst change of "
        "each "
        "input that the radius allows. For linear models the loss is the squared residual, without "
        "its half.</dd>\n"
        "<dt>Dual norm</dt><dd>How far an attack of radius 1 moves the output: the length of "
        "<i>w</i> for attacks of bounded length, the sum of its absolute entries for attacks "
        "bounded "
        "in each entry. The intercept is not attacked and left out.</dd>\n"
        "<dt>Residual</dt><dd>Output less target; for a logistic model the probability of class 1 "
        "less the label.</dd>\n");
}
