/* How `recover` works and what its numbers mean, in words for the page. */
#include "report/recover.h"

#include <string.h>

static const char *const setting =
    "<p>A model is trained on inputs <i>x</i> and targets <i>y</i>. The person who measures sees "
    "neither: only gradients of the loss, each averaged over a batch of <i>n</i> samples, and may "
    "add noise to the targets. What is sought is the curvature of the loss in the weights: the "
    "generalised Gauss&ndash;Newton matrix E&#8202;<i>J</i><sup>T</sup><i>HJ</i>, <i>J</i> the "
    "derivative of the outputs in the weights and <i>H</i> that of the loss in the outputs, twice. "
    "For least squares it is the matrix of second moments E&#8202;<i>xx</i><sup>T</sup>, the "
    "Hessian.</p>\n";

static const char *const recorded =
    "<p>The gradients were recorded elsewhere, one batch a row. What their noise was is taken on "
    "trust from the options: a constant factor (a missing &frac12;, a sum in place of a mean, "
    "another "
    "batch size) leaves no trace in them.</p>\n";

static const char *const link_aware =
    "<p><b>Link-aware noise.</b> The noise on the target of sample <i>i</i> has the covariance "
    "<i>n&#8202;H<sub>i</sub></i>, the curvature of the loss at the model&rsquo;s own output "
    "there. "
    "Its trace in the gradient is then <i>J</i><sup>T</sup><i>HJ</i> and not "
    "<i>J</i><sup>T</sup><i>J</i>. For least squares <i>H</i> is the identity.</p>\n";

static const char *const paired =
    "<p><b>Paired gradients.</b> The gradient depends on the targets in a "
    "straight line, for the squared loss and for cross-entropy alike: changing them by <i>e</i> "
    "changes it by &minus;<i>J</i><sup>T</sup><i>e</i>/"
    "<i>n</i>, where the rows of <i>J</i> are the model&rsquo;s sensitivities (here the inputs). "
    "So on one batch the gradient is taken twice, with targets <i>y</i>&nbsp;+&nbsp;<i>e</i> and "
    "<i>y</i>&nbsp;&minus;&nbsp;<i>e</i>. Half their sum is the clean gradient; half their "
    "difference is exactly <i>J</i><sup>T</sup><i>e</i>/<i>n</i> up to its sign, with nothing in "
    "it "
    "of the targets, the weights or the distance from the optimum.</p>\n"
    "<p>With independent noise of variance <i>v</i> in every target, the covariance of these "
    "half differences is (<i>v</i>/<i>n</i>) times the curvature; with "
    "<i>v</i>&nbsp;=&nbsp;<i>n</i> it is the curvature itself. The estimate is the average of the "
    "outer products of the half differences, divided by <i>v</i>/<i>n</i>. It has no bias, "
    "whatever the distribution of the inputs.</p>\n";

static const char *const calibrated =
    "<p><b>Calibrated noise.</b> One gradient is taken a batch, with noise added to the targets "
    "such that the total noise in them, the injected variance and the data&rsquo;s own together, "
    "equals the batch size <i>n</i>. The noise then dominates how gradients differ from batch to "
    "batch, and their covariance (centred, divisor one less than their number) is the curvature "
    "itself.</p>\n"
    "<p>Itself up to a bias: the residual <i>&delta;</i><sup>T</sup><i>x</i> left by weights that "
    "are <i>&delta;</i> away from the optimum acts as further noise. For Gaussian inputs of mean "
    "zero the relative bias is <i>&delta;</i><sup>T</sup>&Sigma;<i>&delta;</i>/<i>n</i>, and more "
    "gradients do not reduce it. It is small only near the optimum, on the scale of the batch "
    "size; paired gradients do not have it.</p>\n";

static const char *const without_noise =
    "<p><b>No noise: a control.</b> Nothing was added to the targets. The covariance of clean "
    "gradients mixes the second moments with the residuals of the model and is not the curvature: "
    "its error shows what the noise contributes. Choose the paired or the calibrated estimator to "
    "recover the curvature.</p>\n";

static const char *const fanout =
    "<p><b>Fan-out.</b> The gradient depends on the targets in a straight line. So on one batch it "
    "is taken once as it is and <i>m</i> times with noise on the targets; each difference is "
    "exactly "
    "<i>J</i><sup>T</sup><i>e</i>/<i>n</i>, with nothing in it of the targets or of the weights. "
    "Of "
    "<i>m</i>&nbsp;+&nbsp;1 gradients <i>m</i> carry curvature, where pairs carry it in one of "
    "two. "
    "The estimate is the average of the outer products of the differences, and has no bias.</p>\n";

static const char *const loud =
    "<p><b>Loud noise.</b> One gradient is taken a batch, with noise on the targets so much louder "
    "than everything else in them that their covariance, scaled down again, is the curvature at "
    "any "
    "distance from the optimum, up to a bias of one over the loudness. Every gradient carries "
    "curvature. The price is the mean gradient, which drowns.</p>\n";

static const char *const gaussian =
    "<p><b>Gaussian inputs.</b> One noised gradient is taken a batch. If the inputs are Gaussian, "
    "the "
    "covariance of the gradients is known in closed form: the curvature times the mean squared "
    "residual, a term of the mean gradient, and one of the mean input. The last two and the "
    "residual "
    "are measured and taken out. Every gradient carries curvature, but only under that assumption: "
    "a "
    "few probes look for heavier tails.</p>\n";

static const char *const other =
    "<p>Noise of known variance was added to the targets, and the covariance that it leaves in "
    "the gradients was measured and scaled to the curvature.</p>\n";

static const char *const prediction =
    "<p><b>The predicted error</b> uses the gradients alone. The noise vectors are split at random "
    "into a third and two thirds, one part with positive, the other with negative weight: the "
    "weighted average strays from zero as the estimate strays from the truth. Its operator norm "
    "over the largest eigenvalue, cross-validated, for many splits (a multiplier bootstrap) gives "
    "the value and its 95&nbsp;% interval.";

static const struct {
    const char *name, *text;
} methods[] = {
    {"paired", paired},     {"fanout", fanout},         {"loud", loud},
    {"gaussian", gaussian}, {"calibrated", calibrated}, {"none", without_noise},
};

static const char *method_text(const char *name) {
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(name, methods[i].name) == 0)
            return methods[i].text;
    return other;
}

static bool equals(const gm_report *report, const char *path, const char *text) {
    const char *found = gm_report_text(report, path);
    return found && strcmp(found, text) == 0;
}

void gm_recover_method(const gm_report *report, gm_text *html) {
    const char *name = gm_recover_read(report).estimator;
    gm_text_add(html, setting);
    if (equals(report, "result.source", "file"))
        gm_text_add(html, recorded);
    gm_text_add(html, method_text(name));
    if (equals(report, "result.noise", "link") && !equals(report, "result.model", "linear") &&
        strcmp(name, "none") != 0)
        gm_text_add(html, link_aware);
    gm_text_add(html, prediction);
    if (strcmp(name, "paired") != 0 && strcmp(name, "fanout") != 0)
        gm_text_add(html, " It cannot see a bias that all noise vectors share.");
    if (strcmp(name, "calibrated") == 0)
        gm_text_add(html, " That of the calibration is estimated apart, and the interval widened "
                          "by it.");
    gm_text_add(html, "</p>\n");
}

void gm_recover_glossary(const gm_report *report, gm_text *html) {
    gm_recover facts = gm_recover_read(report);
    gm_text_add(
        html,
        "<dt>Operator-norm error</dt><dd>The largest error in any single direction, relative to "
        "the largest eigenvalue of the truth. 0&nbsp;% is perfect; a matrix of zeros has "
        "100&nbsp;%.</dd>\n"
        "<dt>Frobenius error</dt><dd>The root of the summed squares of all errors in the entries, "
        "relative to that of the truth: an average over the whole matrix.</dd>\n");
    if (facts.rank == facts.rank)
        gm_text_add(html, "<dt>Effective rank</dt><dd>The trace over the largest eigenvalue: how "
                          "many directions as strong as the strongest the curvature is worth. The "
                          "smaller it is, the fewer gradients are needed.</dd>\n");
    gm_text_add(html, "<dt>Condition number</dt><dd>Largest over smallest eigenvalue. Gradient "
                      "descent needs steps in proportion to it. <i>Condition after</i> is what is "
                      "left of it when the true curvature is preconditioned with the recovered "
                      "one; 1 would be ideal, and it approaches 1 as gradients are added.</dd>\n");
}
