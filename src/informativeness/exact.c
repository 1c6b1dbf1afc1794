#include "informativeness/exact.h"

#include <math.h>
#include <stdio.h>

#include "informativeness/pairs.h"
#include "informativeness/sample.h"

/* Sums over pairs beyond this are estimated from draws. */
static const double most_pairs = 2e11, most_kernel = 2e12;

static gm_status too_many(const gm_meter *meter, const char *what, double points,
                          const gm_exact_cost *cost) {
    return gm_fail(
        meter->context, GM_UNABLE,
        "exact: %s has %.3g points; at most 2^26 = 6.7e7 are allowed. It would take %.2g "
        "operations and %.2g GB; use --method sampled, or a smaller n or q",
        what, points, cost->operations, cost->memory / 1e9);
}

static gm_status check_group(const gm_meter *meter, gm_exact_cost *out) {
    const double q = (double)meter->targets->modulus, n = (double)meter->targets->columns;
    char name[64];
    out->form = q == 2.0 ? "walsh-hadamard" : "fourier";
    out->points = pow(q, n);
    out->operations = gm_exact_fourier_operations(meter);
    out->memory = gm_exact_fourier_memory(meter);
    snprintf(name, sizeof name, "Z_%.0f^%.0f", q, n);
    return out->points <= GM_EXACT_MOST_POINTS ? GM_OK : too_many(meter, name, out->points, out);
}

static gm_status check_moment(const gm_meter *meter, gm_exact_cost *out) {
    out->form = "second-moment";
    out->points = meter->inputs->support;
    out->operations = gm_exact_moment_operations(meter);
    out->memory = gm_exact_moment_memory(meter);
    if (!meter->loss->affine)
        return gm_fail(meter->context, GM_UNAVAILABLE,
                       "exact: targets %s have a closed sum under the losses squared and logistic "
                       "only; use --method sampled",
                       meter->targets->name);
    return out->points <= GM_EXACT_MOST_POINTS
               ? GM_OK
               : too_many(meter, "the support of the inputs", out->points, out);
}

gm_status gm_exact_check(const gm_meter *meter, gm_exact_cost *out) {
    const gm_targets *targets = meter->targets;
    *out = (gm_exact_cost){NULL, (double)NAN, (double)NAN, (double)NAN};
    if (meter->inputs->continuous)
        return gm_fail(
            meter->context, GM_UNAVAILABLE,
            "exact: the law %s is continuous; exact sums need zq, dgauss, cube or a file. "
            "Use --method sampled",
            meter->inputs->name);
    if (targets->modulus > 0)
        return check_group(meter, out);
    if (targets->rank > 0 || targets->white)
        return check_moment(meter, out);
    return gm_fail(meter->context, GM_UNAVAILABLE,
                   "exact: the class %s has no closed sum; it can be had for lwe, modsum, parity, "
                   "linear and random. Use --method sampled",
                   targets->name);
}

/* Pairs from the whole of a small problem, which also knows the total variation. */
static gm_status take_pairs(const gm_meter *meter, gm_values *out) {
    gm_status status = GM_OK;
    gm_sample *whole = NULL;
    gm_pair_sums sums;
    GM_TRY(gm_sample_whole(meter, &whole));
    GM_TRY(gm_pairs(meter, whole, &sums));
    out->kernel_square = sums.kernel;
    out->epsilon_squared = (gm_estimate){sums.epsilon_squared, 0.0, sums.epsilon_squared,
                                         sums.epsilon_squared, "exact"};
    out->total_variation = sums.total_variation;
done:
    gm_sample_destroy(meter->context, whole);
    return status;
}

/* Pairs of drawn inputs, where all of them are too many. */
static gm_status draw_pairs(const gm_meter *meter, int64_t draw, gm_values *out) {
    gm_values drawn;
    gm_status status = gm_values_sampled(meter, draw, &drawn);
    if (status != GM_OK)
        return status;
    if (isnan(out->epsilon_squared.value))
        out->epsilon_squared = drawn.epsilon_squared;
    if (isnan(out->kernel_square))
        out->kernel_square = drawn.kernel_square;
    return GM_OK;
}

/* Sums of squares of what rounding left of numbers of the size √T are no variance: V is then 0. */
static void drop_rounding(gm_values *values) {
    gm_estimate *v = &values->variance;
    if (v->value <= 1e-27 * (values->noise_trace + values->mean_gradient)) {
        v->value = v->low = v->high = 0.0;
        values->effective_targets = (double)NAN;
    }
}

gm_status gm_values_exact(const gm_meter *meter, int64_t draw, gm_values *out) {
    gm_status status = GM_OK;
    gm_values values;
    if (meter->targets->modulus > 0) {
        GM_TRY(gm_exact_fourier(meter, &values));
        values.epsilon_squared.value = (double)NAN;
    } else {
        GM_TRY(gm_exact_moment(meter, &values));
    }
    drop_rounding(&values);
    values.degrees = (double)INFINITY;
    values.smallest_visible = 0.0;
    const double samples = (double)meter->samples;
    if (gm_pairs_operations(meter) <= most_pairs)
        GM_TRY(take_pairs(meter, &values));
    else if (gm_exact_kernel_operations(meter) <= most_kernel)
        GM_TRY(gm_exact_kernel(meter, &values.kernel_square));
    if (isnan(values.epsilon_squared.value) || isnan(values.kernel_square))
        GM_TRY(draw_pairs(meter, draw, &values));
    /* What the biased estimate would have shown: E a is E ‖J‖² Var φ, the trace at one input. */
    values.naive = values.variance.value + (values.activity_mean - values.variance.value) / samples;
    *out = values;
done:
    return status;
}

double gm_exact_pair_operations(const gm_meter *meter) {
    const double pairs = gm_pairs_operations(meter), kernel = gm_exact_kernel_operations(meter);
    if (pairs <= most_pairs)
        return pairs;
    const double exact = kernel <= most_kernel ? kernel : 0.0;
    const bool draws = meter->targets->modulus > 0 || kernel > most_kernel;
    return exact + (draws ? gm_sampled_operations(meter) : 0.0);
}

double gm_exact_pair_memory(const gm_meter *meter) {
    if (gm_pairs_operations(meter) > most_pairs)
        return gm_sampled_memory(meter);
    /* Residuals, and labels for the total variation. */
    return 16.0 * meter->inputs->support * meter->targets->count;
}
