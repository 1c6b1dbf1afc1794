/*
 * V of all targets that are characters on Z_q^n. With t = ⟨s, r⟩ mod q and the mean residual
 * φ_s(x) = A(x) + Re(B(x) u(t)), u(t) = Σ_c û_c e^{2πi c t/q},
 *     ∇C_s = E[A J] + Re Σ_c û_c F(c s),   F(k) = Σ_x P(x) B(x) J(x) e^{2πi ⟨k, r⟩/q},
 * one transform a parameter for all secrets at once.
 */
#include <math.h>
#include <string.h>

#include "informativeness/character_law.h"
#include "informativeness/exact.h"
#include "informativeness/sums_kernel.h"
#include "informativeness/support.h"
#include "linalg/linalg.h"
#include "parallel/parallel.h"
#include "transforms/fourier.h"
#include "transforms/walsh.h"

/* Numbers of a plane of a batch of transforms; bytes that the factors of the support may take. */
static const double plane_numbers = 0x1p25, most_factor_bytes = 0x1p31;
enum { CHUNK = GM_SUPPORT_CHUNK, PIECE = 4096 };

typedef struct harmonic {
    int64_t c;
    gm_complex weight;
} harmonic;

typedef struct fourier_job {
    const gm_meter *meter;
    const gm_group *group;
    const gm_character_law *law;
    gm_fourier *fourier; /* NULL for q = 2, which is Walsh–Hadamard */
    bool real;           /* slopes and features are */
    int64_t support, batch, first,
        count;                 /* parameters first … first+count−1 of a batch of `batch` */
    double *p, *z, *a, *delta; /* of the support */
    double *base;              /* [support] P A */
    gm_complex *slope;         /* [support] P B */
    int64_t *place;            /* of its points in the group */
    double *re, *im, *value;   /* [points][batch] */
    double *part;              /* [pieces][batch] partial sums */
    double *mean;              /* [batch] over secrets */
    double *activity;          /* [points] ‖∇C_s − mean‖² */
    harmonic *harmonics;
    int64_t harmonic_count;
} fourier_job;

static int64_t pieces_of(int64_t count) {
    return (count + PIECE - 1) / PIECE;
}

/* Whole cache lines where there are several. */
static double batch_of(double points, double parameters) {
    const double most = plane_numbers / points;
    return fmax(1.0, fmin(parameters, most < 8.0 ? floor(most) : 8.0 * round(most / 8.0)));
}

static double factor_bytes(const gm_meter *meter) {
    return 8.0 * meter->inputs->support *
           (double)(gm_model_factor_inputs(meter->model) + gm_model_factor_outputs(meter->model));
}

double gm_exact_fourier_memory(const gm_meter *meter) {
    const double points = pow((double)meter->targets->modulus, (double)meter->targets->columns);
    const double batch = batch_of(points, (double)meter->model->parameters);
    return 8.0 * points * (3.0 * batch + 5.0) + fmin(factor_bytes(meter), most_factor_bytes) +
           48.0 * meter->inputs->support;
}

/* Harmonics of u other than 0 that count, at most q; with real values one of c and −c does. */
static double count_harmonics(const gm_meter *meter) {
    const double q = (double)meter->targets->modulus;
    return meter->loss->affine ? q / 2.0 : q;
}

double gm_exact_fourier_operations(const gm_meter *meter) {
    const double q = (double)meter->targets->modulus, n = (double)meter->targets->columns;
    const double points = pow(q, n), p = (double)meter->model->parameters;
    const double again = factor_bytes(meter) <= most_factor_bytes ? 1.0 : p / batch_of(points, p);
    return p * (gm_fourier_operations(meter->targets->modulus, (int)n) +
                points * 4.0 * (count_harmonics(meter) + 1.0)) +
           meter->inputs->support * p * (6.0 + 40.0 * again);
}

/* --- filling --- */

typedef struct factor_rows {
    double *seen, *x, *p, *z, *a, *delta;
} factor_rows;

/* Support points first …: into the arrays of the job, places included. */
static gm_status take_chunk(const fourier_job *job, int64_t first, int64_t count,
                            const factor_rows *room) {
    const gm_meter *meter = job->meter;
    const int64_t n = meter->inputs->columns;
    meter->inputs->enumerate(meter->inputs, first, count, room->x, room->p);
    for (int64_t i = 0; i < count; i++)
        job->place[first + i] = gm_group_place(job->group, room->x + i * n);
    for (int64_t i = 0; i < count * n; i++)
        room->seen[i] = meter->inputs->scale * room->x[i];
    return meter->model->factors(meter->model, meter->weights, count, room->seen, room->z, room->a,
                                 room->delta);
}

typedef struct fill_job {
    fourier_job *job;
    bool keep, use; /* factors: keep them in the job; use those kept */
    double *room;   /* [workers][needed] */
    int64_t needed;
} fill_job;

static factor_rows rows_of(const fill_job *fill, int64_t first, int worker) {
    const fourier_job *job = fill->job;
    const int64_t n = job->meter->inputs->columns;
    const int64_t ins = gm_model_factor_inputs(job->meter->model);
    const int64_t outs = gm_model_factor_outputs(job->meter->model);
    double *seen = fill->room + worker * fill->needed, *x = seen + CHUNK * n, *a = x + CHUNK * n;
    factor_rows rows = {seen, x, job->p + first, job->z + first, a, a + CHUNK * ins};
    if (job->a) {
        rows.a = job->a + first * ins;
        rows.delta = job->delta + first * outs;
    }
    return rows;
}

/* Numbers first … first+count−1 of the Jacobian of one row. */
static void take_parameters(const gm_model *model, const double *a, const double *delta,
                            int64_t first, int64_t count, double *out) {
    for (int f = 0; f < model->factor_count; f++) {
        const gm_factor *factor = &model->factor[f];
        const int64_t weights = factor->in * factor->out;
        const int64_t end = factor->offset + weights + (factor->bias ? factor->out : 0);
        int64_t k = first > factor->offset ? first : factor->offset;
        const int64_t to = first + count < end ? first + count : end;
        while (k < to) { /* a run of weights into one output, or the biases */
            const int64_t at = k - factor->offset;
            const int64_t row = at / factor->in, column = at % factor->in;
            if (at >= weights) {
                memcpy(out + k - first, delta + at - weights, (size_t)(to - k) * sizeof *out);
                break;
            }
            const int64_t run = factor->in - column < to - k ? factor->in - column : to - k;
            for (int64_t c = 0; c < run; c++)
                out[k - first + c] = delta[row] * a[column + c];
            k += run;
        }
        a += factor->in;
        delta += factor->out;
    }
}

/* The parts of the residuals, times the probabilities. */
static void take_parts(const fourier_job *job, int64_t first, int64_t count,
                       const factor_rows *rows) {
    for (int64_t i = 0; i < count; i++) {
        double base = 0.0;
        gm_complex slope;
        job->meter->loss->parts(rows->z[i], &base, &slope);
        job->base[first + i] = rows->p[i] * base;
        job->slope[first + i] = (gm_complex){rows->p[i] * slope.re, rows->p[i] * slope.im};
    }
}

/* P B J of a chunk to its places, and the partial sums of P A J. */
static gm_status fill_chunk(void *argument, int64_t index, int worker) {
    gm_status status = GM_OK;
    fill_job *fill = argument;
    fourier_job *job = fill->job;
    const gm_meter *meter = job->meter;
    const int64_t first = index * CHUNK, left = job->support - first;
    const int64_t count = left < CHUNK ? left : CHUNK, batch = job->count;
    const int64_t ins = gm_model_factor_inputs(meter->model);
    const int64_t outs = gm_model_factor_outputs(meter->model);
    const factor_rows rows = rows_of(fill, first, worker);
    double *part = job->part + index * job->batch;
    if (!fill->use) {
        GM_TRY(take_chunk(job, first, count, &rows));
        take_parts(job, first, count, &rows);
    }
    memset(part, 0, (size_t)job->batch * sizeof *part);
    for (int64_t i = 0; i < count; i++) {
        double *re = job->re + job->place[first + i] * batch;
        double *im = job->im + job->place[first + i] * batch;
        take_parameters(meter->model, rows.a + i * ins, rows.delta + i * outs, job->first, batch,
                        re);
        GM_SELECT_KERNEL(meter->context->isa, gm_fill_row)
        (batch, job->base[first + i], job->slope[first + i].re, job->slope[first + i].im, re, im,
         part);
    }
done:
    return status;
}

static gm_status fill_batch(fill_job *fill) {
    gm_status status = GM_OK;
    fourier_job *job = fill->job;
    gm_context *context = job->meter->context;
    const int64_t chunks = (job->support + CHUNK - 1) / CHUNK;
    const size_t bytes = (size_t)(job->group->points * job->count) * sizeof *job->re;
    memset(job->re, 0, bytes);
    memset(job->im, 0, bytes);
    for (int64_t c = 0; c < chunks && job->meter->model->serial; c++)
        GM_TRY(fill_chunk(fill, c, 0));
    if (!job->meter->model->serial)
        GM_TRY(gm_parallel_for(context, chunks, fill_chunk, fill));
    memset(job->mean, 0, (size_t)job->count * sizeof *job->mean);
    for (int64_t c = 0; c < chunks; c++)
        for (int64_t r = 0; r < job->count; r++)
            job->mean[r] += job->part[c * job->batch + r];
    fill->use = fill->keep;
done:
    return status;
}

/* --- gathering --- */

/* Add Re û_c F(c s) to `count` secrets that differ in the last coordinate alone, the first at s:
   their multiples lie in one row of q places too. */
static void add_harmonic(const fourier_job *job, const harmonic *h, int64_t s, int64_t count) {
    const gm_group *group = job->group;
    const int64_t batch = job->count, q = group->q, last = s % q;
    const int64_t row = gm_group_multiple(group, s - last, h->c);
    int64_t at = h->c * last % q;
    for (int64_t i = 0; i < count; i++) {
        if (job->law->secret[s + i] > 0.0)
            GM_SELECT_KERNEL(job->meter->context->isa, gm_harmonic_row)
        (batch, h->weight.re, h->weight.im, job->re + (row + at) * batch,
         job->im + (row + at) * batch, job->value + (s + i) * batch);
        at = at + h->c < q ? at + h->c : at + h->c - q;
    }
}

/* value [s][r] = Re Σ_c û_c F_r(c s) for a piece of the secrets, and Σ π value. */
static gm_status gather_piece(void *argument, int64_t index, int worker) {
    const fourier_job *job = argument;
    const gm_group *group = job->group;
    const int64_t first = index * PIECE, left = group->points - first, batch = job->count;
    const int64_t end = first + (left < PIECE ? left : PIECE);
    double *part = job->part + index * job->batch;
    (void)worker;
    memset(part, 0, (size_t)batch * sizeof *part);
    for (int64_t s = first, next; s < end; s = next) {
        next = s - s % group->q + group->q;
        next = next < end ? next : end;
        memset(job->value + s * batch, 0, (size_t)((next - s) * batch) * sizeof *job->value);
        for (int64_t c = 0; c < job->harmonic_count; c++)
            add_harmonic(job, &job->harmonics[c], s, next - s);
        for (int64_t i = s; i < next; i++)
            for (int64_t r = 0; r < batch; r++)
                part[r] += job->law->secret[i] * job->value[i * batch + r];
    }
    return GM_OK;
}

/* Add Σ_r (value − mean)² to the activity of a piece of the secrets. */
static gm_status centre_piece(void *argument, int64_t index, int worker) {
    const fourier_job *job = argument;
    const int64_t first = index * PIECE, left = job->group->points - first, batch = job->count;
    const int64_t count = left < PIECE ? left : PIECE;
    (void)worker;
    for (int64_t s = first; s < first + count; s++) {
        const double *value = job->value + s * batch;
        double sum = 0.0;
        if (!(job->law->secret[s] > 0.0))
            continue;
        for (int64_t r = 0; r < batch; r++)
            sum += (value[r] - job->part[r]) * (value[r] - job->part[r]);
        job->activity[s] += sum;
    }
    return GM_OK;
}

/* The mean over secrets goes to the first row of the partial sums; adds ‖mean gradient‖² to *norm.
 */
static gm_status gather_batch(fourier_job *job, gm_complex zeroth, double *norm) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const int64_t pieces = pieces_of(job->group->points);
    GM_TRY(gm_parallel_for(context, pieces, gather_piece, job));
    for (int64_t i = 1; i < pieces; i++)
        for (int64_t r = 0; r < job->count; r++)
            job->part[r] += job->part[i * job->batch + r];
    for (int64_t r = 0; r < job->count; r++) {
        const double constant =
            job->mean[r] + zeroth.re * job->re[r] - zeroth.im * job->im[r]; /* û_0 F(0) */
        *norm += (constant + job->part[r]) * (constant + job->part[r]);
    }
    GM_TRY(gm_parallel_for(context, pieces, centre_piece, job));
done:
    return status;
}

static gm_status transform(fourier_job *job) {
    gm_context *context = job->meter->context;
    const int n = (int)job->group->n;
    if (job->fourier)
        return gm_fourier_run(context, job->fourier, n, job->count, job->re, job->im);
    gm_status status = gm_walsh_hadamard(context, n, job->count, job->re);
    return status == GM_OK && !job->real ? gm_walsh_hadamard(context, n, job->count, job->im)
                                         : status;
}

/* The harmonics of the mean feature but the zeroth. */
static gm_status list_harmonics(fourier_job *job) {
    gm_status status = GM_OK;
    const int64_t q = job->group->q;
    const gm_complex *mean = job->law->mean;
    double largest = 0.0;
    GM_TRY(GM_NEW(job->meter->context, job->harmonics, q));
    for (int64_t c = 0; c < q; c++)
        largest = fmax(largest, hypot(mean[c].re, mean[c].im));
    for (int64_t c = 1; c <= (job->real ? q / 2 : q - 1); c++) {
        const double twice = job->real && 2 * c != q ? 2.0 : 1.0; /* c and −c are conjugate */
        if (hypot(mean[c].re, mean[c].im) > 1e-15 * largest)      /* what is below is rounding */
            job->harmonics[job->harmonic_count++] =
                (harmonic){c, {twice * mean[c].re, twice * mean[c].im}};
    }
done:
    return status;
}

static gm_status run_batches(fourier_job *job, double *norm) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const gm_model *model = job->meter->model;
    fill_job fill = {.job = job, .keep = job->a != NULL};
    fill.needed = CHUNK * (2 * job->meter->inputs->columns + gm_model_factor_inputs(model) +
                           gm_model_factor_outputs(model));
    GM_TRY(GM_NEW(context, fill.room, (int64_t)context->threads * fill.needed));
    for (job->first = 0; job->first < model->parameters; job->first += job->batch) {
        const int64_t left = model->parameters - job->first;
        job->count = left < job->batch ? left : job->batch;
        GM_TRY(fill_batch(&fill));
        GM_TRY(transform(job));
        GM_TRY(gather_batch(job, job->law->mean[0], norm));
        GM_TRY(gm_progress(context, "transforms", (double)(job->first + job->count),
                           (double)model->parameters));
    }
done:
    gm_release(context, fill.room);
    return status;
}

/* --- what does not need the transforms of the gradient --- */

static gm_status add_moments(const fourier_job *job, gm_values *out) {
    const gm_meter *meter = job->meter;
    double power = 0.0;
    for (int64_t i = 0; i < job->support; i++) {
        double base = 0.0, mean, variance, noise;
        gm_complex slope;
        meter->loss->parts(job->z[i], &base, &slope);
        gm_character_law_at(job->law, job->place[i], base, slope, &mean, &variance, &noise);
        const double norm = job->value[i]; /* ‖J‖², put there by put_norms() */
        const double a = norm * variance, p = job->p[i];
        power += p * norm * (mean * mean + variance + noise);
        out->label_noise_trace += p * norm * noise;
        out->collision_term += p * p * a;
        out->activity_mean += p * a;
        out->activity_square += p * a * a;
        out->activity_largest = fmax(out->activity_largest, p > 0.0 ? a : 0.0);
    }
    if (meter->targets->reach == 0)
        out->label_noise_trace = 0.0;
    out->noise_trace = fmax(0.0, power - out->variance.value - out->mean_gradient);
    return gm_meter_check_power(meter, power);
}

static gm_status put_norms(void *argument, const gm_chunk *chunk, int group) {
    const fourier_job *job = argument;
    const gm_model *model = job->meter->model;
    const double *a = chunk->a, *delta = chunk->delta;
    (void)group;
    for (int64_t i = 0; i < chunk->count; i++) {
        job->value[chunk->first + i] = gm_model_squared_norm(model, a, delta);
        a += gm_model_factor_inputs(model);
        delta += gm_model_factor_outputs(model);
    }
    return GM_OK;
}

static gm_status conclude(fourier_job *job, gm_values *out) {
    gm_status status = GM_OK;
    double v = 0.0, squares = 0.0;
    for (int64_t s = 0; s < job->group->points; s++) {
        const double part = job->law->secret[s] * job->activity[s];
        v += part;
        squares += part * part;
    }
    out->variance = (gm_estimate){
        v, 0.0, v, v, job->fourier ? "exact: Fourier over Z_q^n" : "exact: Walsh-Hadamard"};
    out->effective_targets = squares > 0.0 ? v * v / squares : (double)NAN;
    GM_TRY(gm_support_visit(job->meter, false, put_norms, job));
    GM_TRY(add_moments(job, out));
done:
    return status;
}

/* --- making --- */

static gm_status make_room(fourier_job *job) {
    gm_status status = GM_OK;
    const gm_meter *meter = job->meter;
    gm_context *context = meter->context;
    const int64_t points = job->group->points, support = job->support;
    const int64_t chunks = (support + CHUNK - 1) / CHUNK, pieces = pieces_of(points);
    job->batch = (int64_t)batch_of((double)points, (double)meter->model->parameters);
    GM_TRY(GM_NEW(context, job->p, support));
    GM_TRY(GM_NEW(context, job->z, support));
    GM_TRY(GM_NEW(context, job->place, support));
    GM_TRY(GM_NEW(context, job->base, support));
    GM_TRY(GM_NEW(context, job->slope, support));
    if (factor_bytes(meter) <= most_factor_bytes) {
        GM_TRY(GM_NEW(context, job->a, support * gm_model_factor_inputs(meter->model)));
        GM_TRY(GM_NEW(context, job->delta, support * gm_model_factor_outputs(meter->model)));
    }
    GM_TRY(GM_NEW(context, job->re, points * job->batch));
    GM_TRY(GM_NEW(context, job->im, points * job->batch));
    GM_TRY(GM_NEW(context, job->value, points * job->batch));
    GM_TRY(GM_NEW(context, job->part, (chunks > pieces ? chunks : pieces) * job->batch));
    GM_TRY(GM_NEW(context, job->mean, job->batch));
    GM_TRY(GM_NEW_ZERO(context, job->activity, points));
    if (job->group->q > 2)
        GM_TRY(gm_fourier_create(context, job->group->q, &job->fourier));
done:
    return status;
}

static void release_room(gm_context *context, fourier_job *job) {
    double *const arrays[] = {job->p,  job->z,     job->a,    job->delta, job->re,
                              job->im, job->value, job->part, job->mean,  job->activity};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        gm_release(context, arrays[i]);
    gm_release(context, job->slope);
    gm_release(context, job->base);
    gm_release(context, job->place);
    gm_release(context, job->harmonics);
    gm_fourier_destroy(context, job->fourier);
}

gm_status gm_exact_fourier(const gm_meter *meter, gm_values *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    gm_group group;
    gm_character_law *law = NULL;
    double norm = 0.0;
    gm_group_create(meter->targets, &group);
    fourier_job job = {.meter = meter,
                       .group = &group,
                       .support = (int64_t)meter->inputs->support,
                       .real = meter->loss->affine};
    gm_values values = {.exact = true,
                        .enumerated = true,
                        .samples = job.support,
                        .targets = (int64_t)meter->targets->count,
                        .form = group.q == 2 ? "walsh-hadamard" : "fourier",
                        .kernel_square = (double)NAN,
                        .total_variation = (double)NAN};
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(gm_character_law_create(meter, &group, &law));
    job.law = law;
    GM_TRY(make_room(&job));
    GM_TRY(list_harmonics(&job));
    GM_TRY(run_batches(&job, &norm));
    values.mean_gradient = norm;
    GM_TRY(conclude(&job, &values));
    *out = values;
done:
    release_room(context, &job);
    gm_character_law_destroy(context, law);
    return status;
}
