#include "informativeness/sample.h"

#include <math.h>
#include <string.h>

#include "informativeness/sums_kernel.h"
#include "linalg/linalg.h"
#include "models/function.h"
#include "parallel/ranks.h"
#include "random/streams.h"

enum { PIECE = 256, MOST_ENUMERATED = 2048 };

/* --- targets --- */

/* All targets of a small class, unless fewer were asked for; otherwise draws. */
static bool takes_all(const gm_meter *meter) {
    const double count = meter->targets->count;
    const double most = meter->draws_given ? (double)meter->target_draws : MOST_ENUMERATED;
    return count > 0.0 && count <= most;
}

double gm_sample_targets(const gm_meter *meter) {
    return takes_all(meter) ? meter->targets->count : (double)meter->target_draws;
}

static void weigh_draws(gm_sample *sample) {
    for (int64_t h = 0; h < sample->targets; h++) {
        sample->weight[h] = 1.0 / (double)(sample->targets - 1);
        sample->share[h] = 1.0 / (double)sample->targets;
    }
}

static gm_status draw_targets(const gm_meter *meter, int64_t draw, gm_sample *sample,
                              double **description) {
    gm_status status = GM_OK;
    const gm_targets *targets = meter->targets;
    sample->enumerated = sample->whole || takes_all(meter);
    sample->targets = sample->enumerated ? (int64_t)targets->count : meter->target_draws;
    GM_TRY(GM_NEW(meter->context, *description, sample->targets * targets->width));
    GM_TRY(GM_NEW(meter->context, sample->weight, sample->targets));
    GM_TRY(GM_NEW(meter->context, sample->share, sample->targets));
    if (sample->enumerated) {
        targets->enumerate(targets, 0, sample->targets, *description, sample->share);
        memcpy(sample->weight, sample->share, (size_t)sample->targets * sizeof *sample->share);
        return GM_OK;
    }
    targets->draw(targets, meter->context, gm_meter_stream(meter, GM_STREAM_TARGETS, draw), 0,
                  sample->targets, *description);
    weigh_draws(sample);
done:
    return status;
}

/* --- rows --- */

typedef struct row_job {
    const gm_meter *meter;
    gm_sample *sample;
    const double *description;
    int64_t draw;
    double *seen;      /* [workers][PIECE][n] what a model sees of the inputs */
    double *evaluated; /* [workers][PIECE][M] */
    double *scratch;   /* [workers][scratch] */
    int64_t scratch_size;
} row_job;

/* Draw rows first …, or take them from the support, and run the model on them. */
static gm_status run_model(const row_job *job, int64_t first, int64_t count, double *seen) {
    gm_status status = GM_OK;
    const gm_meter *meter = job->meter;
    gm_sample *s = job->sample;
    const int64_t n = meter->inputs->columns;
    double *x = s->x + first * n;
    if (s->whole) {
        meter->inputs->enumerate(meter->inputs, first, count, x, s->p + first);
    } else {
        meter->inputs->draw(meter->inputs, meter->context,
                            gm_meter_stream(meter, GM_STREAM_INPUTS, job->draw), first, count, x);
        meter->inputs->probability(meter->inputs, count, x, s->p + first);
    }
    for (int64_t i = 0; i < count * n; i++)
        seen[i] = meter->inputs->scale * x[i];
    if (!s->a)
        return gm_function_outputs(meter->model, count, seen, s->z + first);
    GM_TRY(meter->model->factors(meter->model, meter->weights, count, seen, s->z + first,
                                 s->a + first * s->ins, s->delta + first * s->outs));
    for (int64_t i = first; i < first + count; i++)
        s->norm[i] = gm_model_squared_norm(meter->model, s->a + i * s->ins, s->delta + i * s->outs);
done:
    return status;
}

/* Re(slope v) of one row at all targets, averaged over label noise: out [M]. */
static void take_row(const gm_meter *meter, int64_t targets, gm_complex slope,
                     const double *evaluated, double *out) {
    if (meter->features) {
        for (int64_t h = 0; h < targets; h++)
            out[h] = gm_residual_mean(0.0, slope, &meter->features[(int64_t)evaluated[h]]);
        return;
    }
    if (meter->loss->affine) { /* so is the feature, and real */
        const double zero = gm_meter_feature(meter, 0.0).mean.re;
        const double one = gm_meter_feature(meter, 1.0).mean.re - zero;
        for (int64_t h = 0; h < targets; h++)
            out[h] = slope.re * (zero + one * evaluated[h]);
        return;
    }
    for (int64_t h = 0; h < targets; h++) {
        const gm_feature v = gm_meter_feature(meter, evaluated[h]);
        out[h] = gm_residual_mean(0.0, slope, &v);
    }
}

/* What label noise, which only characters have, adds to E_h φ². */
static double label_noise(const gm_meter *meter, const gm_sample *s, gm_complex slope,
                          const double *evaluated) {
    double noise = 0.0;
    if (meter->targets->reach == 0)
        return 0.0;
    for (int64_t h = 0; h < s->targets; h++) {
        const gm_feature *v = &meter->features[(int64_t)evaluated[h]];
        noise += s->share[h] * fmax(0.0, gm_residual_variance(slope, v));
    }
    return noise;
}

void gm_sample_centre_row(const gm_context *context, gm_sample *s, int64_t i, double base) {
    const gm_isa isa = context->isa;
    double plain[2], shared[2], weighted[2];
    double *phi = s->phi + i * (s->targets + 1);
    GM_SELECT_KERNEL(isa, gm_moments_row)(s->targets, s->share, phi, plain);
    GM_SELECT_KERNEL(isa, gm_centre_row)(s->targets, plain[0], phi);
    GM_SELECT_KERNEL(isa, gm_moments_row)(s->targets, s->share, phi, shared);
    GM_SELECT_KERNEL(isa, gm_moments_row)(s->targets, s->weight, phi, weighted);
    phi[s->targets] = base + plain[0];
    s->variance[i] = weighted[1];
    s->power[i] = phi[s->targets] * phi[s->targets] + shared[1];
}

/* Residuals of row i against all targets, centred, and their moments. */
static gm_status take_residuals(const gm_meter *meter, gm_sample *s, int64_t i,
                                const double *evaluated) {
    double base = 0.0;
    gm_complex slope = {0.0, 0.0};
    meter->loss->parts(s->z[i], &base, &slope);
    take_row(meter, s->targets, slope, evaluated, s->phi + i * (s->targets + 1));
    gm_sample_centre_row(meter->context, s, i, base);
    s->noise[i] = label_noise(meter, s, slope, evaluated);
    s->power[i] += s->noise[i];
    return isfinite(s->power[i])
               ? GM_OK
               : gm_fail(meter->context, GM_NUMERICAL_FAILURE,
                         "the residual at sample %lld is not finite: the model's output "
                         "is %g",
                         (long long)i, s->z[i]);
}

static gm_status run_piece(void *argument, int64_t index, int worker) {
    gm_status status = GM_OK;
    const row_job *job = argument;
    gm_sample *s = job->sample;
    const gm_targets *targets = job->meter->targets;
    const int64_t n = job->meter->inputs->columns, first = index * PIECE;
    const int64_t count = s->rows - first < PIECE ? s->rows - first : PIECE;
    double *evaluated = job->evaluated + worker * PIECE * s->targets;
    GM_TRY(run_model(job, first, count, job->seen + worker * PIECE * n));
    targets->evaluate(targets, job->meter->context, s->targets, job->description, count,
                      s->x + first * n, job->scratch + worker * job->scratch_size, evaluated);
    for (int64_t i = 0; i < count; i++)
        GM_TRY(take_residuals(job->meter, s, first + i, evaluated + i * s->targets));
done:
    return status;
}

/* ‖J(x)‖² row by row, where factors are not kept. */
static gm_status find_norms(const gm_meter *meter, gm_sample *s) {
    gm_status status = GM_OK;
    const gm_model *model = meter->model;
    const int64_t n = meter->inputs->columns;
    const double one = 1.0;
    double *gradient = NULL, *seen = NULL;
    GM_TRY(GM_NEW(meter->context, gradient, model->parameters));
    GM_TRY(GM_NEW(meter->context, seen, n));
    for (int64_t i = 0; i < s->rows; i++) {
        for (int64_t j = 0; j < n; j++)
            seen[j] = meter->inputs->scale * s->x[i * n + j];
        GM_TRY(gm_function_product(model, 1, seen, &one, gradient));
        s->norm[i] = 0.0;
        for (int64_t k = 0; k < model->parameters; k++)
            s->norm[i] += gradient[k] * gradient[k];
        GM_TRY(gm_progress(meter->context, "norms of gradients", (double)(i + 1), (double)s->rows));
    }
done:
    gm_release(meter->context, seen);
    gm_release(meter->context, gradient);
    return status;
}

/* Of a column of `width` numbers a row. */
static gm_shared rows_of(const gm_sample *s, double *values, int64_t width) {
    const int64_t row = width * (int64_t)sizeof *values;
    return (gm_shared){values, PIECE * row, s->rows * row};
}

static gm_status share_pieces(row_job *job, int64_t pieces) {
    const gm_sample *s = job->sample;
    const gm_shared rows[] = {rows_of(s, s->x, job->meter->inputs->columns),
                              rows_of(s, s->p, 1),
                              rows_of(s, s->z, 1),
                              rows_of(s, s->phi, s->targets + 1),
                              rows_of(s, s->variance, 1),
                              rows_of(s, s->power, 1),
                              rows_of(s, s->noise, 1),
                              rows_of(s, s->norm, 1), /* and these where factors are kept */
                              rows_of(s, s->a, s->ins),
                              rows_of(s, s->delta, s->outs)};
    const int count = sizeof rows / sizeof *rows;
    return gm_share_for(job->meter->context, pieces, run_piece, job, s->a ? count : count - 3,
                        rows);
}

static gm_status run_rows(row_job *job) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const int64_t n = job->meter->inputs->columns, m = job->sample->targets;
    const int64_t pieces = (job->sample->rows + PIECE - 1) / PIECE;
    const gm_targets *targets = job->meter->targets;
    job->scratch_size = targets->scratch ? targets->scratch(targets, PIECE, m) : 0;
    GM_TRY(GM_NEW(context, job->seen, context->threads * PIECE * n));
    GM_TRY(GM_NEW(context, job->evaluated, context->threads * PIECE * m));
    GM_TRY(GM_NEW(context, job->scratch, context->threads * job->scratch_size));
    for (int64_t piece = 0; piece < pieces && job->meter->model->serial; piece++) {
        GM_TRY(run_piece(job, piece, 0));
        GM_TRY(gm_progress(context, "running the model", (double)(piece + 1), (double)pieces));
    }
    if (!job->meter->model->serial)
        GM_TRY(share_pieces(job, pieces));
    if (!job->sample->a)
        GM_TRY(find_norms(job->meter, job->sample));
done:
    gm_release(context, job->scratch);
    gm_release(context, job->evaluated);
    gm_release(context, job->seen);
    return status;
}

static gm_status make_room(const gm_meter *meter, gm_sample *s, bool keep) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    s->ins = gm_model_factor_inputs(meter->model);
    s->outs = gm_model_factor_outputs(meter->model);
    GM_TRY(GM_NEW(context, s->x, s->rows * meter->model->columns));
    GM_TRY(GM_NEW(context, s->p, s->rows));
    GM_TRY(GM_NEW(context, s->z, s->rows));
    if (keep) {
        GM_TRY(GM_NEW(context, s->a, s->rows * s->ins));
        GM_TRY(GM_NEW(context, s->delta, s->rows * s->outs));
    }
    GM_TRY(GM_NEW(context, s->norm, s->rows));
    GM_TRY(GM_NEW(context, s->phi, s->rows * (s->targets + 1)));
    GM_TRY(GM_NEW(context, s->variance, s->rows));
    GM_TRY(GM_NEW(context, s->power, s->rows));
    GM_TRY(GM_NEW(context, s->noise, s->rows));
done:
    return status;
}

static gm_status make_sample(const gm_meter *meter, int64_t draw, int64_t rows, bool whole,
                             gm_sample **out) {
    gm_status status = GM_OK;
    double *description = NULL;
    gm_sample *s = NULL;
    GM_TRY(gm_blas_prepare(meter->context));
    GM_TRY(GM_NEW_ZERO(meter->context, s, 1));
    s->rows = rows;
    s->whole = whole;
    GM_TRY(draw_targets(meter, draw, s, &description));
    const gm_form form = gm_choose_form(meter->model, (double)s->rows, (double)s->targets);
    GM_TRY(make_room(meter, s, form != GM_FORM_PRODUCTS));
    row_job job = {.meter = meter, .sample = s, .description = description, .draw = draw};
    GM_TRY(run_rows(&job));
    *out = s;
    s = NULL;
done:
    gm_sample_destroy(meter->context, s);
    gm_release(meter->context, description);
    return status;
}

gm_status gm_sample_create(const gm_meter *meter, int64_t draw, gm_sample **out) {
    return make_sample(meter, draw, meter->samples, false, out);
}

gm_status gm_sample_whole(const gm_meter *meter, gm_sample **out) {
    return make_sample(meter, 0, (int64_t)meter->inputs->support, true, out);
}

/* Row i of residuals that the caller found. */
static void copy_row(const gm_meter *meter, const gm_residuals *from, gm_sample *s, int64_t i) {
    s->p[i] = 0.0;
    s->norm[i] = gm_model_squared_norm(meter->model, s->a + i * s->ins, s->delta + i * s->outs);
    memcpy(s->phi + i * (s->targets + 1), from->phi + i * s->targets,
           (size_t)s->targets * sizeof *s->phi);
    gm_sample_centre_row(meter->context, s, i, 0.0);
    s->noise[i] = fmax(0.0, from->power[i] - s->power[i]);
    s->power[i] += s->noise[i];
}

gm_status gm_sample_of_residuals(const gm_meter *meter, const gm_residuals *from, gm_sample **out) {
    gm_status status = GM_OK;
    gm_sample *s = NULL;
    GM_TRY(gm_blas_prepare(meter->context));
    GM_TRY(GM_NEW_ZERO(meter->context, s, 1));
    s->rows = from->rows;
    s->targets = from->targets;
    s->enumerated = from->probability != NULL;
    GM_TRY(GM_NEW(meter->context, s->weight, s->targets));
    GM_TRY(GM_NEW(meter->context, s->share, s->targets));
    weigh_draws(s);
    for (int64_t h = 0; h < s->targets && s->enumerated; h++)
        s->weight[h] = s->share[h] = from->probability[h];
    GM_TRY(make_room(meter, s, true));
    memcpy(s->x, from->x, (size_t)(s->rows * meter->model->columns) * sizeof *s->x);
    GM_TRY(
        meter->model->factors(meter->model, meter->weights, s->rows, s->x, s->z, s->a, s->delta));
    for (int64_t i = 0; i < s->rows; i++)
        copy_row(meter, from, s, i);
    *out = s;
    s = NULL;
done:
    gm_sample_destroy(meter->context, s);
    return status;
}

void gm_sample_destroy(gm_context *context, gm_sample *s) {
    if (!s)
        return;
    double *const arrays[] = {s->weight, s->share, s->x,   s->p,        s->z,     s->a,
                              s->delta,  s->norm,  s->phi, s->variance, s->power, s->noise};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        gm_release(context, arrays[i]);
    gm_release(context, s);
}
