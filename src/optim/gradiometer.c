/*
 * Gradients divided by the curvature that target noise reveals. Three phases
 * [docs/theory/train.md]:
 *   curvature  at the start, batches with one clean and FAN noised gradients, until there are
 *              enough noise vectors; then one step along the mean of the clean ones. Later, of
 *              networks, a step along each of these
 *   pass       once over the rows, a preconditioned step a batch, the tail averaged
 *   reduced    convex models: from that average on, steps along gradients of which the noise of
 *              batches is taken off by their last gradients (SAGA), with momentum where the
 *              curvature is not known in full. Networks: momentum, and curvature anew at growing
 *              intervals
 */
#include <math.h>
#include <string.h>

#include "curvature/precondition.h"
#include "linalg/linalg.h"
#include "optim/optimizer.h"

/* Noise vectors beyond twice the dimension: what 2 d of them leave of a small d varies too much. */
enum { SPARE = 16 };
enum { FAN = 8, MOST_FULL = 2048, MOST_VECTORS = 512 };

/* Bytes that the last gradients of batches may take. */
static const double MOST_TABLE = 1e9;

/* A step longer than this times the usual one, in the metric, is cut to it: rows far from all
   others come by in few batches. */
static const double LONGEST = 4.0;

/* A loss that is smoothed over ten steps and still so many times its lowest has left the region
   where the step is safe: back to the weights of then, with half the step. */
static const double ASTRAY = 2.0;

/* The step that is safe for plain gradients of batches is so many times too short for those that
   are reduced. Measured: docs/theory/train.md. */
static const double REDUCED_STEP = 1.7;

/* The parts that momentum remembers, 1/(1 − β), are at most 1/MEMORY of all: their last gradients
   must not be older than the steps that are taken by them. Measured: of 47 parts β = .95 diverges.
 */
static const double MEMORY = 8.0;

/* Damping, over the largest curvature, where that is no full one. */
static const double DAMPING = 0.007;

/* Of a network the curvature moves: it is taken from 1/SHARE as many vectors, anew after
   1/INTERVALS of an epoch, or as many steps as it took gradients where these are fewer, and then
   GROWTH times as long each time, and what was there counts KEEP times. */
enum { INTERVALS = 2, SHARE = 4 };
static const double KEEP = 0.5, GROWTH = 1.5;

/* The weights of a layer of a network move by at most this share of their length a step: their
   length is the scale on which the curvature of the other layers changes. Measured:
   docs/theory/train.md. */
static const double LONGEST_SHARE = 0.05;

/* Nor do they go further than so many times their length from where the curvature was last taken.
   Measured there too. */
static const double FURTHEST = 1.0;

/* The order of the parts must not be that of the rows. */
static const uint64_t OTHER = UINT64_C(0x9e3779b97f4a7c15);

enum phase { CURVATURE, PASS, REDUCED };

typedef struct state {
    gm_precondition_form form;
    gm_preconditioner *inverse;
    double step; /* along the inverse, times the rate */
    double momentum, damping;
    double usual;          /* length of a step in the metric, squared; NaN: none yet */
    double smooth, lowest; /* loss of batches, smoothed, and its lowest; NaN: none yet */
    int64_t phase, parts;
    int64_t batches;  /* of noise so far */
    int64_t wanted;   /* of them each time that the curvature is taken */
    int64_t interval; /* steps from one time to the next; 0: it is taken once */
    int64_t left;     /* batches of noise that this phase still takes */
    int64_t passed;   /* steps so far */
    int64_t since;    /* of them since the curvature was last taken */
    bool reduces;
    gm_shuffle order;  /* of the parts */
    double *vectors;   /* [FAN][d] */
    double *clean;     /* [d] sum of clean gradients */
    double *velocity;  /* [d] */
    double *kept;      /* [d] weights of the lowest loss */
    double *taken;     /* [d] weights where the curvature was last taken, or that were turned back
                          to; NULL: it is one for all */
    double *direction; /* [d] */
    double *table;     /* [parts][d] last gradient of each part, without penalty; or NULL */
    double *mean;      /* [d] of the table */
} state;

/* Fewest outputs of a layer that a noised gradient sees independently. */
static int64_t independent(const gm_model *model, int64_t out) {
    const int64_t free = model->outputs > 1 ? model->outputs - 1 : 1;
    return free < out ? free : out;
}

/* Noise vectors that the form asks for. */
static int64_t vectors_wanted(const gm_model *model, gm_precondition_form form) {
    int64_t most = 2 * model->parameters + SPARE;
    if (form == GM_PRECONDITION_LOW_RANK)
        return most < MOST_VECTORS ? most : MOST_VECTORS;
    if (form == GM_PRECONDITION_FULL)
        return most;
    most = 0;
    for (int f = 0; f < model->factor_count; f++) {
        const int64_t in = model->factor[f].in + model->factor[f].bias;
        const int64_t per = independent(model, model->factor[f].out);
        const int64_t vectors = (in + per - 1) / per;
        most = vectors > most ? vectors : most;
    }
    return most;
}

/* Of several outputs the product is exact where all are equally likely, as at w = 0, and takes a
   fraction of the vectors that a full matrix does. */
static gm_precondition_form form_of(const gm_model *model) {
    if (model->linear && model->outputs == 1)
        return model->parameters <= MOST_FULL ? GM_PRECONDITION_FULL : GM_PRECONDITION_LOW_RANK;
    return GM_PRECONDITION_KRONECKER;
}

/* Batches with noise that the curvature is taken from each time. */
static int64_t batches_wanted(const gm_model *model, gm_precondition_form form) {
    const int64_t all = (vectors_wanted(model, form) + FAN - 1) / FAN;
    return model->convex ? all : (all + SHARE - 1) / SHARE;
}

static int64_t parts_of(int64_t rows, int64_t batch_size) {
    return (rows + batch_size - 1) / batch_size;
}

/* Steps between the first two times that the curvature of a network is taken, from that many
   batches of noise: no more than it took gradients. */
static int64_t first_interval(int64_t parts, int64_t wanted) {
    const int64_t part = (parts + INTERVALS - 1) / INTERVALS, cost = wanted * (FAN + 1);
    return part < cost ? part : cost;
}

/* Rows of part q: a stretch of the first order of the rows. */
static int64_t part_rows(gm_optimizer *self, int64_t q, const int64_t **rows) {
    const state *s = self->state;
    const int64_t n = gm_oracle_rows(self->oracle);
    const int64_t first = q * n / s->parts, end = (q + 1) * n / s->parts;
    *rows = gm_shuffle_epoch(&self->shuffle, 0) + first;
    return end - first;
}

static void destroy(gm_optimizer *self) {
    state *s = self->state;
    if (!s)
        return;
    gm_release(self->context, s->mean);
    gm_release(self->context, s->table);
    gm_release(self->context, s->direction);
    gm_release(self->context, s->taken);
    gm_release(self->context, s->kept);
    gm_release(self->context, s->velocity);
    gm_release(self->context, s->clean);
    gm_release(self->context, s->vectors);
    gm_shuffle_release(&s->order);
    gm_preconditioner_destroy(s->inverse);
    gm_release(self->context, s);
}

/* Momentum, damping and how often the curvature is taken, where the setting does not say. */
static void choose(const gm_optimizer *self, const gm_model *model, state *s) {
    const bool exact = s->form == GM_PRECONDITION_FULL;
    s->wanted = batches_wanted(model, s->form);
    s->interval = model->convex ? 0 : first_interval(s->parts, s->wanted);
    s->left = s->wanted;
    s->momentum = !model->convex                             ? 0.9
                  : exact && model->loss == &gm_loss_squared ? 0.0
                  : exact                                    ? 0.9
                                                             : 0.95;
    if (model->convex)
        s->momentum = fmax(0.0, fmin(s->momentum, 1.0 - MEMORY / (double)s->parts));
    s->damping = exact ? 0.0 : DAMPING;
    if (isfinite(self->setting.momentum))
        s->momentum = self->setting.momentum;
    if (isfinite(self->setting.damping))
        s->damping = self->setting.damping;
}

static gm_status create(gm_optimizer *self) {
    gm_status status = GM_OK;
    const gm_model *model = gm_oracle_model(self->oracle);
    const int64_t d = self->dimension, n = gm_oracle_batch_size(self->oracle);
    state *s = NULL;
    GM_TRY(GM_NEW_ZERO(self->context, s, 1));
    self->state = s;
    s->form = form_of(model);
    s->usual = s->smooth = s->lowest = NAN;
    s->parts = parts_of(gm_oracle_rows(self->oracle), n);
    choose(self, model, s);
    s->reduces = model->convex && 8.0 * (double)s->parts * (double)d <= MOST_TABLE;
    self->preconditioner = gm_precondition_form_name(s->form);
    GM_TRY(gm_preconditioner_create(self->context, s->form, model, gm_oracle_penalty(self->oracle),
                                    s->wanted * FAN, &s->inverse));
    gm_preconditioner_trust_units(s->inverse);
    GM_TRY(gm_shuffle_create(self->context, self->seed ^ OTHER, s->parts, &s->order));
    GM_TRY(GM_NEW(self->context, s->vectors, FAN * d));
    GM_TRY(GM_NEW_ZERO(self->context, s->clean, d));
    GM_TRY(GM_NEW_ZERO(self->context, s->velocity, d));
    GM_TRY(GM_NEW(self->context, s->direction, d));
    GM_TRY(GM_NEW(self->context, s->kept, d));
    memcpy(s->kept, self->w, (size_t)d * sizeof *s->kept);
    if (s->interval > 0) {
        GM_TRY(GM_NEW(self->context, s->taken, d));
        memcpy(s->taken, self->w, (size_t)d * sizeof *s->taken);
    }
    if (s->reduces) {
        GM_TRY(GM_NEW_ZERO(self->context, s->table, s->parts * d));
        GM_TRY(GM_NEW_ZERO(self->context, s->mean, d));
    }
done:
    return status;
}

/* --- steps --- */

/* Of a layer's weights. They count as no shorter than those of rows of length 1, which keep their
   inputs as they are: a layer may start at 0. */
static double length_of(const gm_factor *layer, int64_t size, const double *w) {
    return sqrt(fmax(gm_inner(size, w, w), (double)layer->out));
}

/* Shorten the velocity of each layer that would move by more than LONGEST_SHARE of its weights, and
   then bend it where it would leave the ball of FURTHEST around the weights that the curvature is
   of. They are in it, so that this makes no step longer. */
static void shorten(gm_optimizer *self) {
    const gm_model *model = gm_oracle_model(self->oracle);
    state *s = self->state;
    for (int f = 0; f < model->factor_count; f++) {
        const gm_factor *layer = &model->factor[f];
        const int64_t size = (layer->in + layer->bias) * layer->out;
        const double *w = self->w + layer->offset, *taken = s->taken + layer->offset;
        double *velocity = s->velocity + layer->offset;
        const double most = LONGEST_SHARE * length_of(layer, size, w);
        const double moved = sqrt(gm_inner(size, velocity, velocity));
        for (int64_t j = 0; moved > most && j < size; j++)
            velocity[j] *= most / moved;
        double far = 0.0;
        for (int64_t j = 0; j < size; j++) {
            const double off = w[j] + velocity[j] - taken[j];
            far += off * off;
        }
        far = sqrt(far);
        const double radius = FURTHEST * length_of(layer, size, taken);
        for (int64_t j = 0; far > radius && j < size; j++)
            velocity[j] = taken[j] + (w[j] + velocity[j] - taken[j]) * (radius / far) - w[j];
    }
}

/* w ← w + what the direction and the velocity come to. A direction that is not finite is dropped
   and the step halved: w stays finite. */
static void move(gm_optimizer *self, double rate, double momentum) {
    state *s = self->state;
    const int64_t d = self->dimension;
    double power = 0.0;
    memcpy(self->gradient, s->direction, (size_t)d * sizeof *s->direction);
    gm_preconditioner_apply(s->inverse, s->direction, s->direction);
    for (int64_t j = 0; j < d; j++)
        power += self->gradient[j] * s->direction[j];
    if (!isfinite(power)) {
        s->step *= 0.5;
        memset(s->velocity, 0, (size_t)d * sizeof *s->velocity);
        return;
    }
    double scale = 1.0;
    if (isfinite(s->usual) && power > LONGEST * LONGEST * s->usual) {
        scale = LONGEST * sqrt(s->usual / power);
        power = LONGEST * LONGEST * s->usual;
    }
    s->usual = isfinite(s->usual) ? 0.9 * s->usual + 0.1 * power : power;
    for (int64_t j = 0; j < d; j++)
        s->velocity[j] = momentum * s->velocity[j] - rate * s->step * scale * s->direction[j];
    if (s->taken)
        shorten(self);
    for (int64_t j = 0; j < d; j++)
        self->w[j] += s->velocity[j];
}

/* Look at the loss of the batch that was taken at w. Back to the weights of the lowest loss, with
   half the step, where it went astray; true then. */
static bool turn_back(gm_optimizer *self) {
    state *s = self->state;
    const size_t size = (size_t)self->dimension * sizeof *self->w;
    s->smooth = isfinite(s->smooth) ? 0.9 * s->smooth + 0.1 * self->loss : self->loss;
    if (isnan(s->lowest) || s->smooth < s->lowest) {
        /* A copy at each hundredth of the way down is enough. */
        if (isnan(s->lowest) || s->smooth < s->lowest - 0.01 * fabs(s->lowest)) {
            memcpy(s->kept, self->w, size);
            s->lowest = s->smooth;
        }
        return false;
    }
    if (isfinite(s->smooth) && s->smooth - s->lowest <= (ASTRAY - 1.0) * fabs(s->lowest))
        return false;
    memcpy(self->w, s->kept, size);
    if (s->taken)
        memcpy(s->taken, s->kept, size);
    memset(s->velocity, 0, size);
    s->smooth = s->lowest;
    s->usual = NAN;
    s->step *= 0.5;
    gm_optimizer_forget_average(self);
    return true;
}

/* One batch with noise, and a step along its clean gradient by the inverse there is; at the end of
   the phase the new inverse and, the first time, a step along the mean of the clean gradients. */
static gm_status take_curvature(gm_optimizer *self) {
    gm_status status = GM_OK;
    state *s = self->state;
    const int64_t d = self->dimension, n = gm_oracle_batch_size(self->oracle);
    const bool first = s->batches < s->wanted;
    const double keep = !first && s->left == s->wanted ? KEEP : 1.0;
    gm_shuffle_take(&self->shuffle, s->batches * n, n, self->rows);
    GM_TRY(gm_oracle_noised(self->oracle, self->w, n, self->rows, FAN, self->seed, s->batches,
                            &self->loss, self->gradient, s->vectors));
    self->halves_known = false;
    GM_TRY(gm_preconditioner_add(s->inverse, FAN, s->vectors, keep));
    s->batches++;
    for (int64_t j = 0; first && j < d; j++)
        s->clean[j] += self->gradient[j] / (double)s->wanted;
    if (!first) {
        const double *penalty = gm_oracle_penalty(self->oracle);
        for (int64_t j = 0; j < d; j++)
            s->direction[j] = self->gradient[j] + penalty[j] * self->w[j];
        move(self, gm_optimizer_rate(self) * (1.0 - s->momentum), s->momentum);
    }
    if (--s->left > 0)
        goto done;
    status = gm_preconditioner_factor(s->inverse, s->damping);
    if (status == GM_UNDEFINED)
        status = gm_fail(self->context, GM_NUMERICAL_FAILURE,
                         "gradiometer: noise on the targets does not move the gradients, so that "
                         "they hold no curvature");
    GM_TRY(status);
    const gm_precondition_facts facts = gm_preconditioner_facts(s->inverse);
    self->condition = facts.condition;
    self->largest = facts.largest;
    s->step = gm_preconditioner_safe_step(s->inverse, (double)n);
    s->phase = first ? PASS : REDUCED;
    s->since = 0;
    if (s->taken)
        memcpy(s->taken, self->w, (size_t)d * sizeof *s->taken);
    if (first) {
        const double *penalty = gm_oracle_penalty(self->oracle);
        for (int64_t j = 0; j < d; j++)
            s->direction[j] = s->clean[j] + penalty[j] * self->w[j];
        move(self, fmin(self->setting.rate, 1.0), 0.0);
        memset(s->velocity, 0, (size_t)d * sizeof *s->velocity);
    }
done:
    return status;
}

/* The gradient of the next part, into self->gradient and without the penalty; returns its number.
 */
static gm_status take_part(gm_optimizer *self, int64_t *part, double *weight) {
    state *s = self->state;
    const int64_t d = self->dimension, epoch = s->passed / s->parts;
    const int64_t q = gm_shuffle_epoch(&s->order, epoch)[s->passed % s->parts];
    const int64_t *rows;
    const int64_t count = part_rows(self, q, &rows);
    const double *penalty = gm_oracle_penalty(self->oracle);
    const gm_status status = gm_oracle_gradient(self->oracle, self->w, count, rows, &self->loss,
                                                self->gradient, self->halves);
    if (status != GM_OK)
        return status;
    self->halves_known = count > 1;
    for (int64_t j = 0; j < d; j++)
        self->gradient[j] -= penalty[j] * self->w[j];
    *part = q;
    *weight = (double)count / (double)gm_oracle_rows(self->oracle);
    return GM_OK;
}

/* The direction of SAGA: the part's gradient less its last one, and the mean of the last ones,
   which are then brought up to date. Unbiased over the parts. */
static void reduce(gm_optimizer *self, int64_t part, double weight, bool ready) {
    state *s = self->state;
    const int64_t d = self->dimension;
    double *last = s->table + part * d;
    for (int64_t j = 0; j < d; j++) {
        const double change = self->gradient[j] - last[j];
        s->direction[j] =
            ready ? weight * (double)s->parts * change + s->mean[j] : self->gradient[j];
        s->mean[j] += weight * change;
        last[j] = self->gradient[j];
    }
}

static gm_status take_step(gm_optimizer *self) {
    state *s = self->state;
    const int64_t d = self->dimension;
    const double *penalty = gm_oracle_penalty(self->oracle);
    const bool reduced = s->phase == REDUCED;
    const double momentum = reduced || s->interval > 0 ? s->momentum : 0.0;
    int64_t part = 0;
    double weight = 0.0;
    const gm_status status = take_part(self, &part, &weight);
    if (status != GM_OK)
        return status;
    s->passed++;
    s->since++;
    if (turn_back(self))
        return GM_OK;
    if (s->reduces)
        reduce(self, part, weight, reduced);
    else
        memcpy(s->direction, self->gradient, (size_t)d * sizeof *s->direction);
    for (int64_t j = 0; j < d; j++)
        s->direction[j] += penalty[j] * self->w[j];
    const double more = reduced && s->reduces && s->damping > 0.0 ? REDUCED_STEP : 1.0;
    move(self, more * gm_optimizer_rate(self) * (1.0 - momentum), momentum);
    return GM_OK;
}

/* After a pass: convex models go on from the average, networks take their curvature anew. */
static void end_pass(gm_optimizer *self) {
    state *s = self->state;
    if (s->interval > 0 && s->since >= s->interval) {
        s->phase = CURVATURE;
        s->left = s->wanted;
        s->interval = (int64_t)ceil(GROWTH * (double)s->interval);
        return;
    }
    if (s->phase == PASS && s->reduces && s->since == s->parts) {
        memcpy(self->w, self->average, (size_t)self->dimension * sizeof *self->w);
        gm_optimizer_forget_average(self);
        s->usual = NAN;
        s->phase = REDUCED;
    }
}

static gm_status advance(gm_optimizer *self) {
    state *s = self->state;
    if (s->phase == CURVATURE) {
        if (s->batches < s->wanted)
            gm_optimizer_forget_average(self);
        return take_curvature(self);
    }
    end_pass(self);
    if (s->phase == CURVATURE)
        return take_curvature(self);
    return take_step(self);
}

static void exchange(gm_optimizer *self, gm_archive *archive) {
    state *s = self->state;
    const int64_t d = self->dimension;
    int64_t factored = s->batches > 0 && s->phase != CURVATURE;
    gm_archive_integers(archive, 1, &factored);
    gm_preconditioner_exchange(s->inverse, archive);
    gm_archive_doubles(archive, 1, &s->step);
    gm_archive_doubles(archive, 1, &s->usual);
    gm_archive_doubles(archive, 1, &s->smooth);
    gm_archive_doubles(archive, 1, &s->lowest);
    gm_archive_doubles(archive, d, s->kept);
    if (s->taken)
        gm_archive_doubles(archive, d, s->taken);
    gm_archive_integers(archive, 1, &s->phase);
    gm_archive_integers(archive, 1, &s->batches);
    gm_archive_integers(archive, 1, &s->interval);
    gm_archive_integers(archive, 1, &s->left);
    gm_archive_integers(archive, 1, &s->passed);
    gm_archive_integers(archive, 1, &s->since);
    gm_archive_doubles(archive, d, s->clean);
    gm_archive_doubles(archive, d, s->velocity);
    if (s->reduces) {
        gm_archive_doubles(archive, s->parts * d, s->table);
        gm_archive_doubles(archive, d, s->mean);
    }
    if (!archive->reading || archive->status != GM_OK || !factored)
        return;
    archive->status = gm_preconditioner_factor(s->inverse, s->damping);
    if (archive->status == GM_UNDEFINED)
        archive->status =
            gm_fail(self->context, GM_INVALID_INPUT, "checkpoint: the curvature in it is zero");
}

/* Batches with noise and steps of one gradient of a run, and how often the inverse is made. */
static void count_steps(const gm_model *model, const gm_length *length, double wanted,
                        double *noised, double *plain, double *factors) {
    double left = length->gradients;
    double interval =
        (double)first_interval(parts_of(length->rows, length->batch_size), (int64_t)wanted);
    *noised = *plain = *factors = 0.0;
    while (left > 0.0) {
        const double batches = fmin(wanted, ceil(left / (FAN + 1.0)));
        *noised += batches;
        *factors += batches == wanted;
        left -= (FAN + 1.0) * batches;
        const double steps = fmax(0.0, model->convex ? left : fmin(left, interval));
        *plain += steps;
        left -= steps;
        interval = ceil(GROWTH * interval);
    }
}

static double before(const gm_model *model) {
    return (FAN + 1.0) * (double)batches_wanted(model, form_of(model));
}

static gm_run_work work(const gm_model *model, const gm_length *length) {
    enum { PASSES = 24 }; /* over the weights: two directions, the table, three averages */
    const gm_precondition_form form = form_of(model);
    const int64_t wanted = batches_wanted(model, form);
    const gm_precondition_work p = gm_precondition_takes(form, model, wanted * FAN);
    double noised, plain, factors;
    gm_run_work out = {0.0, 0.0, {0.0, 0.0}};
    count_steps(model, length, (double)wanted, &noised, &plain, &factors);
    gm_work_add(&out.work, gm_oracle_gradient_work(model, length->batch_size, FAN), noised);
    gm_work_add(&out.work, p.add, noised * FAN);
    gm_work_add(&out.work, p.factor, factors);
    gm_work_add(&out.work, gm_oracle_gradient_work(model, length->batch_size, 0), plain);
    gm_work_add(&out.work, p.apply, plain);
    gm_work_numbers(&out.work, plain * PASSES * (double)model->parameters);
    out.steps = noised + plain;
    out.plain = plain;
    return out;
}

const gm_optimizer_kind gm_optimizer_gradiometer = {
    .name = "gradiometer",
    .about = "gradients divided by the curvature that noise on their targets reveals",
    .stochastic = true,
    .single = true,
    .first_rate = 1.0,
    .create = create,
    .advance = advance,
    .work = work,
    .before = before,
    .exchange = exchange,
    .destroy = destroy};
