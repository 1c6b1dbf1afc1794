/* Means over draws of initial weights. */
#include <math.h>
#include <stddef.h>

#include "base/special.h"
#include "informativeness/values.h"

/* Members that are averaged, in both structures. */
typedef struct mean_of {
    size_t from, to;
} mean_of;

#define MEAN(from, to)                                                                             \
    { offsetof(gm_values, from), offsetof(gm_measurement, to) }

static const mean_of means[] = {
    MEAN(naive, naive_variance),
    MEAN(collision_term, collision_term),
    MEAN(effective_targets, effective_targets),
    MEAN(smallest_visible, smallest_visible),
    MEAN(total_variation, total_variation),
    MEAN(noise_trace, noise_trace),
    MEAN(label_noise_trace, label_noise_trace),
    MEAN(mean_gradient, mean_gradient),
};

static double *number(void *structure, size_t offset) {
    return (double *)((char *)structure + offset);
}

/* Error of a mean over draws of weights: within each draw, and between them, which holds both. */
static void average_estimate(int64_t count, const gm_estimate *values, gm_estimate *out) {
    double mean = 0.0, squares = 0.0;
    if (count == 1) {
        *out = values[0];
        return;
    }
    for (int64_t i = 0; i < count; i++)
        mean += values[i].value / (double)count;
    for (int64_t i = 0; i < count; i++)
        squares += (values[i].value - mean) * (values[i].value - mean);
    const double error = sqrt(squares / (double)(count - 1) / (double)count);
    const double t = gm_student_quantile((double)(count - 1), 0.975);
    *out = (gm_estimate){mean, error, fmax(0.0, mean - t * error), fmax(0.0, mean + t * error),
                         "mean over initial weights"};
}

/* E_h a² of the bound: its three forms, of which the least. */
static double collision_bound(const gm_values *v, double collision) {
    const double root = sqrt(collision), square = sqrt(v->activity_square);
    double least = fmin(root * square, root * sqrt(root) * square);
    return v->exact ? fmin(least, collision * v->activity_largest) : least;
}

static double dependence_bound(const gm_values *v) {
    return sqrt(fmax(0.0, v->epsilon_squared.value)) * sqrt(v->kernel_square);
}

static void take_values(int64_t draws, const gm_values *values, gm_measurement *m,
                        gm_estimate *variances, gm_estimate *epsilons) {
    for (int64_t i = 0; i < draws; i++) {
        gm_values v = values[i];
        for (size_t k = 0; k < sizeof means / sizeof *means; k++)
            *number(m, means[k].to) += *number(&v, means[k].from) / (double)draws;
        variances[i] = v.variance;
        epsilons[i] = v.epsilon_squared;
        m->bound_collision += collision_bound(&v, m->collision) / (double)draws;
        m->bound_dependence += dependence_bound(&v) / (double)draws;
    }
    average_estimate(draws, variances, &m->variance);
    average_estimate(draws, epsilons, &m->epsilon_squared);
    m->form = values[0].form;
    m->samples = values[0].samples;
    m->targets = values[0].targets;
    m->enumerated = values[0].enumerated;
    m->dependence_term = m->variance.value - m->collision_term;
    m->epsilon = m->epsilon_squared.value >= 0.0 ? sqrt(m->epsilon_squared.value) : (double)NAN;
    m->bound = m->bound_collision + m->bound_dependence;
}

gm_status gm_values_average(gm_context *context, int64_t draws, const gm_values *values,
                            gm_measurement *out) {
    gm_status status = GM_OK;
    gm_estimate *variances = NULL, *epsilons = NULL;
    GM_TRY(GM_NEW(context, variances, draws));
    GM_TRY(GM_NEW(context, epsilons, draws));
    take_values(draws, values, out, variances, epsilons);
done:
    gm_release(context, epsilons);
    gm_release(context, variances);
    return status;
}
