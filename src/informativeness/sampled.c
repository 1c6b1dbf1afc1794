/* The unbiased estimate of V from drawn inputs and targets, and its error. */
#include <math.h>

#include "base/special.h"
#include "informativeness/independence.h"
#include "informativeness/jackknife.h"
#include "informativeness/sums.h"
#include "informativeness/values.h"

/* Without block b of the inputs. */
static double leave_inputs(const gm_sample *s, const gm_sums *sums, double total, int b) {
    const double gone = (double)(gm_sample_block(s, b + 1) - gm_sample_block(s, b));
    const double rows = (double)s->rows - gone;
    double pairs = 0.0; /* with an input of the block */
    for (int c = 0; c < GM_INPUT_BLOCKS; c++)
        pairs += (c == b ? 1.0 : 2.0) * sums->block[b][c];
    return (total - pairs) / (rows * (rows - 1.0));
}

/* Over blocks of inputs. */
static double input_error(const gm_sample *s, const gm_sums *sums, double total) {
    double left[GM_INPUT_BLOCKS];
    for (int b = 0; b < GM_INPUT_BLOCKS; b++)
        left[b] = leave_inputs(s, sums, total, b);
    return gm_jackknife(GM_INPUT_BLOCKS, left);
}

/*
 * Over targets, in closed form: with all residuals less their mean, leaving out target h takes
 * q_h M/(M − 1) off Σ q, the mean of the others included, so that the values left are
 * (Σq − q_h M/(M − 1)) / (M − 2), whose jackknife is that of the q_h.
 */
static double target_error(const gm_sample *s, const gm_sums *sums, double pairs) {
    const double m = (double)s->targets;
    double mean = 0.0, squares = 0.0;
    if (s->enumerated)
        return 0.0;
    for (int64_t h = 0; h < s->targets; h++)
        mean += sums->target[h] / m;
    for (int64_t h = 0; h < s->targets; h++)
        squares += (sums->target[h] - mean) * (sums->target[h] - mean);
    const double scale = m / ((m - 1.0) * (m - 2.0)) / pairs;
    return squares * scale * scale * (m - 1.0) / m;
}

static void find_variance(const gm_sample *s, const gm_sums *sums, gm_values *out) {
    const double rows = (double)s->rows, pairs = rows * (rows - 1.0);
    double total = 0.0, own = 0.0, squares = 0.0;
    for (int64_t h = 0; h < s->targets; h++) {
        const double part = s->weight[h] * sums->target[h];
        total += part;
        squares += part * part;
    }
    for (int64_t i = 0; i < s->rows; i++)
        own += s->norm[i] * s->variance[i];
    gm_estimate *v = &out->variance;
    v->value = total / pairs;
    v->std_error = sqrt(input_error(s, sums, total) + target_error(s, sums, pairs));
    out->degrees =
        (double)(s->enumerated || s->targets > GM_INPUT_BLOCKS ? GM_INPUT_BLOCKS : s->targets) -
        1.0;
    const double t = gm_student_quantile(out->degrees, 0.975);
    v->low = fmax(0.0, v->value - t * v->std_error);
    v->high = fmax(0.0, v->value + t * v->std_error);
    v->method = s->enumerated ? "U-statistic over inputs, all targets; jackknife"
                              : "U-statistic over inputs and targets; jackknife";
    out->naive = (total + own) / (rows * rows);
    out->effective_targets = squares > 0.0 ? total * total / squares : (double)NAN;
}

/* What rounding or chance made negative is 0; NaN stays. */
static double not_negative(double value) {
    return value < 0.0 ? 0.0 : value;
}

/* Means over inputs that need no pairs, and those over pairs whatever the target. */
static void find_means(const gm_sample *s, const gm_sums *sums, gm_values *out) {
    const double rows = (double)s->rows, pairs = rows * (rows - 1.0);
    double power = 0.0, noise = 0.0, term = 0.0, square = 0.0, equal = 0.0, gradient = 0.0;
    double activity = 0.0;
    for (int64_t i = 0; i < s->rows; i++) {
        const double a = s->norm[i] * s->variance[i];
        power += s->norm[i] * s->power[i] / rows;
        noise += s->norm[i] * s->noise[i] / rows;
        term += s->p[i] * a / rows;
        activity += a / rows;
        square += a * a / rows;
        equal += s->p[i] * s->norm[i] * s->norm[i] / rows;
    }
    for (int64_t h = 0; h < s->targets; h++)
        gradient += s->share[h] * sums->target[h] / pairs;
    const double mean = sums->target[s->targets] / pairs; /* of drawn targets: V/M too large */
    out->mean_gradient =
        fmax(0.0, mean - (s->enumerated ? 0.0 : out->variance.value / (double)s->targets));
    out->noise_trace = fmax(0.0, power - gradient - mean);
    out->label_noise_trace = noise;
    out->collision_term = term;
    out->activity_mean = activity;
    out->activity_square = square;
    out->activity_largest = (double)NAN;
    out->kernel_square = not_negative(sums->kernel / pairs - equal);
    out->smallest_visible =
        sqrt(2.0 * not_negative(sums->weighted / pairs)) / (rows * sqrt((double)s->targets));
}

static gm_status find_sums(const gm_meter *meter, const gm_sample *s, gm_sums *sums,
                           const char **form) {
    switch (gm_choose_form(meter->model, (double)s->rows, (double)s->targets)) {
    case GM_FORM_PRODUCTS:
        *form = "products";
        return gm_sums_by_products(meter, s, sums);
    case GM_FORM_JACOBIAN:
        *form = "jacobian";
        return gm_sums_by_jacobian(meter, s, sums);
    default:
        *form = "gram";
        return gm_sums_by_gram(meter, s, sums);
    }
}

gm_status gm_values_of_sample(const gm_meter *meter, const gm_sample *s, gm_values *out) {
    gm_status status = GM_OK;
    gm_sums sums = {0};
    gm_values values = {.total_variation = (double)NAN};
    GM_TRY(find_sums(meter, s, &sums, &values.form));
    GM_TRY(gm_epsilon_squared(meter, s, &values.epsilon_squared));
    values.samples = s->rows;
    values.targets = s->targets;
    values.enumerated = s->enumerated;
    find_variance(s, &sums, &values);
    find_means(s, &sums, &values);
    *out = values;
done:
    gm_sums_release(meter->context, &sums);
    return status;
}

gm_status gm_values_sampled(const gm_meter *meter, int64_t draw, gm_values *out) {
    gm_status status = GM_OK;
    gm_sample *s = NULL;
    GM_TRY(gm_progress(meter->context, "drawing", 0.0, 1.0));
    GM_TRY(gm_sample_create(meter, draw, &s));
    GM_TRY(gm_values_of_sample(meter, s, out));
done:
    gm_sample_destroy(meter->context, s);
    return status;
}

double gm_sampled_operations(const gm_meter *meter) {
    const double rows = (double)meter->samples, targets = gm_sample_targets(meter);
    return gm_choose_form(meter->model, rows, targets) == GM_FORM_GRAM
               ? gm_gram_operations(meter->model, rows, targets)
               : gm_jacobian_operations(meter->model, rows, targets);
}

double gm_sampled_memory(const gm_meter *meter) {
    const double rows = (double)meter->samples, targets = gm_sample_targets(meter);
    const double widths =
        (double)(gm_model_factor_inputs(meter->model) + gm_model_factor_outputs(meter->model));
    const double half = fmin(512.0, targets / 2.0);
    return 8.0 *
           (rows * (targets + widths + (double)meter->inputs->columns + 8.0) + 17.0 * half * half);
}
