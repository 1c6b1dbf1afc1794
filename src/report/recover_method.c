/* How `recover` works and what its numbers mean, in words for the page. */
#include "report/recover.h"

#include <string.h>

static const char *const setting =
    "<p>A model is trained on inputs <i>x</i> and targets <i>y</i>. The person who measures sees "
    "neither: only gradients of the loss, each averaged over a batch of <i>n</i> samples, and may "
    "add noise to the targets. What is sought is the matrix of second moments E&#8202;<i>xx</i>"
    "<sup>T</sup>, which for squared loss is the Hessian: the curvature of the loss.</p>\n";

static const char *const paired =
    "<p><b>Paired gradients.</b> The gradient of the squared loss depends on the targets in a "
    "straight line: changing them by <i>e</i> changes it by &minus;<i>J</i><sup>T</sup><i>e</i>/"
    "<i>n</i>, where the rows of <i>J</i> are the model&rsquo;s sensitivities (here the inputs). "
    "So on one batch the gradient is taken twice, with targets <i>y</i>&nbsp;+&nbsp;<i>e</i> and "
    "<i>y</i>&nbsp;&minus;&nbsp;<i>e</i>. Half their sum is the clean gradient; half their "
    "difference is exactly <i>J</i><sup>T</sup><i>e</i>/<i>n</i> up to its sign, with nothing in "
    "it "
    "of the targets, the weights or the distance from the optimum.</p>\n"
    "<p>With independent noise of variance <i>v</i> in every target, the covariance of these "
    "half differences is (<i>v</i>/<i>n</i>) times the matrix of second moments; with "
    "<i>v</i>&nbsp;=&nbsp;<i>n</i> it is that matrix itself. The estimate is the average of the "
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

static const char *const other =
    "<p>Noise of known variance was added to the targets, and the covariance that it leaves in "
    "the gradients was measured and scaled to the curvature.</p>\n";

static const char *const prediction =
    "<p><b>The predicted error</b> uses the gradients alone. The noise vectors are split at random "
    "into a third and two thirds, one part with positive, the other with negative weight: the "
    "weighted average strays from zero as the estimate strays from the truth. Its operator norm "
    "over the largest eigenvalue, cross-validated, for many splits (a multiplier bootstrap) gives "
    "the value and its 95&nbsp;% interval.";

void gm_recover_method(const gm_report *report, gm_text *html) {
    const char *name = gm_recover_read(report).estimator;
    gm_text_add(html, setting);
    gm_text_add(html, strcmp(name, "paired") == 0       ? paired
                      : strcmp(name, "calibrated") == 0 ? calibrated
                      : strcmp(name, "none") == 0       ? without_noise
                                                        : other);
    gm_text_add(html, prediction);
    if (strcmp(name, "paired") != 0)
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
