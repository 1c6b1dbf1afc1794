#include "lwe/gradient.h"

#include <math.h>

#include "linalg/linalg.h"
#include "lwe/phase.h"
#include "parallel/parallel.h"

/* Steps of the ladder; an error of √STEP in the norm costs little. */
static const double STEP = 1.7;

struct work {
    const gm_lwe_view *view;
    gm_lwe_gradient *gradient;
    const double *gram; /* [count][count] x_i·x_j */
    gm_context *context;
};

/* Covariance of sin 2πy_i and sin 2πy_j, on and below the diagonal. */
static void fill_covariance(const struct work *work, double level, double *e) {
    const gm_lwe_view *view = work->view;
    for (int64_t i = 0; i < view->count; i++) {
        const double v = gm_lwe_view_variance(view, i, level);
        for (int64_t j = 0; j <= i; j++)
            e[i * view->count + j] =
                gm_lwe_sine_covariance(v + gm_lwe_view_variance(view, j, level),
                                       gm_lwe_view_covariance(view, work->gram, i, j, level));
        e[i * view->count + i] += GM_LWE_RIDGE;
    }
}

/* Scale column j of the forms to variance 1, which `variance` says; note how far ±1 shifts it. */
static void normalise(const struct work *work, int64_t at, double least, const double *m,
                      const double *variance) {
    const gm_lwe_gradient *gradient = work->gradient;
    const int64_t count = gradient->count, kept = gradient->kept;
    double *w = &gradient->weights[at * count * kept], *shift = &gradient->shift[at * kept];
    for (int64_t j = 0; j < kept; j++)
        shift[j] = 0;
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < kept; j++)
            shift[j] += w[i * kept + j] * m[i * kept + j];
    for (int64_t j = 0; j < kept; j++) {
        const double scale = variance[j] > 0 ? 1 / sqrt(variance[j]) : 0;
        shift[j] *= scale * gm_lwe_damping(least);
        for (int64_t i = 0; i < count; i++)
            w[i * kept + j] *= scale;
    }
}

/* Weights exp(−2π²v_i) x_ij, variance as of independent rows. */
static gm_status make_plain(const struct work *work, int64_t at) {
    gm_status status;
    const gm_lwe_view *view = work->view;
    const int64_t count = view->count, kept = view->kept;
    const double level = work->gradient->level[at], least = gm_lwe_view_least_variance(view, level);
    double *w = &work->gradient->weights[at * count * kept], *m = NULL, *variance = NULL;
    GM_TRY(GM_NEW(work->context, m, count * kept));
    GM_TRY(GM_NEW_ZERO(work->context, variance, kept));
    gm_lwe_view_response(view, level, least, m);
    for (int64_t i = 0; i < count; i++) {
        const double sine = 0.5 * (1 - gm_lwe_damping(4 * gm_lwe_view_variance(view, i, level)));
        for (int64_t j = 0; j < kept; j++) {
            w[i * kept + j] = m[i * kept + j];
            variance[j] += m[i * kept + j] * m[i * kept + j] * sine;
        }
    }
    normalise(work, at, least, m, variance);
done:
    gm_release(work->context, m);
    gm_release(work->context, variance);
    return status;
}

/* Weights E⁻¹m_j, variance m_jᵀE⁻¹m_j. */
static gm_status make_whitened(const struct work *work, int64_t at) {
    gm_status status;
    const gm_lwe_view *view = work->view;
    const int64_t count = view->count, kept = view->kept;
    const double level = work->gradient->level[at], least = gm_lwe_view_least_variance(view, level);
    double *w = &work->gradient->weights[at * count * kept];
    double *m = NULL, *e = NULL, *variance = NULL;
    GM_TRY(GM_NEW(work->context, m, count * kept));
    GM_TRY(GM_NEW(work->context, e, count * count));
    GM_TRY(GM_NEW_ZERO(work->context, variance, kept));
    gm_lwe_view_response(view, level, least, m);
    fill_covariance(work, level, e);
    for (int64_t i = 0; i < count * kept; i++)
        w[i] = m[i];
    GM_TRY(gm_positive_solve_many(work->context, count, e, kept, w));
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < kept; j++)
            variance[j] += m[i * kept + j] * w[i * kept + j];
    normalise(work, at, least, m, variance);
done:
    gm_release(work->context, m);
    gm_release(work->context, e);
    gm_release(work->context, variance);
    return status;
}

static gm_status make_level(void *argument, int64_t index, int worker) {
    const struct work *work = argument;
    (void)worker;
    return work->gradient->weighting == GM_LWE_PLAIN ? make_plain(work, index)
                                                     : make_whitened(work, index);
}

/* ω_i = exp(−2π²v_i) half-way up the ladder, and the contrast that each level has under it. */
static void fill_contrast(const gm_lwe_view *view, gm_lwe_gradient *gradient) {
    const double middle = gradient->level[gradient->levels / 2];
    const double least = gm_lwe_view_least_variance(view, middle);
    double sum = 0;
    for (int64_t i = 0; i < view->count; i++) {
        gradient->omega[i] = gm_lwe_damping(gm_lwe_view_variance(view, i, middle) - least);
        sum += gradient->omega[i];
    }
    for (int64_t i = 0; i < view->count; i++)
        gradient->omega[i] /= sum;
    for (int64_t l = 0; l < gradient->levels; l++) {
        gradient->contrast[l] = 0;
        for (int64_t i = 0; i < view->count; i++)
            gradient->contrast[l] +=
                gradient->omega[i] *
                gm_lwe_damping(gm_lwe_view_variance(view, i, gradient->level[l]));
    }
}

gm_status gm_lwe_gradient_create(gm_context *context, const gm_lwe_view *view,
                                 gm_lwe_weighting weighting, double most, gm_lwe_gradient **out) {
    gm_status status;
    gm_lwe_gradient *gradient = NULL;
    double *gram = NULL;
    const int64_t levels = 1 + (int64_t)ceil(log(fmax(most, 1)) / log(STEP));
    GM_TRY(GM_NEW_ZERO(context, gradient, 1));
    gradient->weighting = weighting;
    gradient->count = view->count;
    gradient->kept = view->kept;
    gradient->levels = levels;
    GM_TRY(GM_NEW(context, gradient->level, levels));
    GM_TRY(GM_NEW(context, gradient->contrast, levels));
    GM_TRY(GM_NEW(context, gradient->omega, view->count));
    GM_TRY(GM_NEW(context, gradient->weights, levels * view->count * view->kept));
    GM_TRY(GM_NEW(context, gradient->shift, levels * view->kept));
    for (int64_t l = 0; l < levels; l++)
        gradient->level[l] = pow(STEP, (double)l);
    fill_contrast(view, gradient);
    if (weighting == GM_LWE_WHITENED) {
        GM_TRY(GM_NEW(context, gram, view->count * view->count));
        GM_TRY(gm_outer_gram(context, view->count, view->kept, view->x, gram));
    }
    struct work work = {.view = view, .gradient = gradient, .gram = gram, .context = context};
    GM_TRY(gm_parallel_for(context, levels, make_level, &work));
    *out = gradient;
    gradient = NULL;
done:
    gm_release(context, gram);
    gm_lwe_gradient_destroy(context, gradient);
    return status;
}

int64_t gm_lwe_gradient_level(const gm_lwe_gradient *gradient, double contrast) {
    int64_t level = gradient->levels - 1;
    /* Contrasts descend; half-way between two, in their logarithm, the nearer one begins. */
    while (level > 0 && contrast > 0 &&
           contrast * contrast > gradient->contrast[level] * gradient->contrast[level - 1])
        level--;
    return level;
}

void gm_lwe_gradient_destroy(gm_context *context, gm_lwe_gradient *gradient) {
    if (!gradient)
        return;
    gm_release(context, gradient->level);
    gm_release(context, gradient->contrast);
    gm_release(context, gradient->omega);
    gm_release(context, gradient->weights);
    gm_release(context, gradient->shift);
    gm_release(context, gradient);
}
