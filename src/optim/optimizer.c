#include "optim/optimizer.h"

#include <math.h>
#include <string.h>

/* A rate that decays to nothing would end a run early where its horizon is short. */
static const double least_share = 0.01;

/* The average of t steps weighs step s as s (s+1) … (s+POWER−1) [shamir2013]. */
enum { POWER = 3 };

/* What batches need beside the gradient. */
static gm_status create_batches(gm_optimizer *self, const double *start) {
    const int64_t d = self->dimension;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(self->context, self->average, d));
    GM_TRY(GM_NEW_ZERO(self->context, self->halves, 2 * d));
    GM_TRY(GM_NEW_ZERO(self->context, self->rows, gm_oracle_batch_size(self->oracle)));
    GM_TRY(
        gm_shuffle_create(self->context, self->seed, gm_oracle_rows(self->oracle), &self->shuffle));
    memcpy(self->average, start, (size_t)d * sizeof *start);
done:
    return status;
}

gm_status gm_optimizer_create(gm_context *context, const gm_optimizer_kind *kind, gm_oracle *oracle,
                              const gm_setting *setting, uint64_t seed, const double *start,
                              gm_optimizer **out) {
    const int64_t d = gm_oracle_dimension(oracle);
    gm_optimizer *self = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    *self = (gm_optimizer){.kind = kind,
                           .context = context,
                           .oracle = oracle,
                           .setting = *setting,
                           .seed = seed,
                           .dimension = d,
                           .loss = NAN,
                           .condition = NAN,
                           .largest = NAN};
    GM_TRY(GM_NEW(context, self->w, d));
    GM_TRY(GM_NEW_ZERO(context, self->gradient, d));
    memcpy(self->w, start, (size_t)d * sizeof *start);
    if (kind->stochastic)
        GM_TRY(create_batches(self, start));
    GM_TRY(kind->create(self));
    *out = self;
    self = NULL;
done:
    gm_optimizer_destroy(self);
    return status;
}

void gm_optimizer_destroy(gm_optimizer *self) {
    if (!self)
        return;
    if (self->kind->destroy)
        self->kind->destroy(self);
    gm_shuffle_release(&self->shuffle);
    gm_release(self->context, self->rows);
    gm_release(self->context, self->halves);
    gm_release(self->context, self->average);
    gm_release(self->context, self->gradient);
    gm_release(self->context, self->w);
    gm_release(self->context, self);
}

/* The first step is the average, whatever was in it before. */
static void take_into_average(gm_optimizer *self) {
    const double share = (POWER + 1.0) / ((double)self->averaged + POWER + 1.0);
    if (self->averaged == 0)
        memcpy(self->average, self->w, (size_t)self->dimension * sizeof *self->w);
    else
        for (int64_t j = 0; j < self->dimension; j++)
            self->average[j] += share * (self->w[j] - self->average[j]);
    self->averaged++;
}

gm_status gm_optimizer_advance(gm_optimizer *self) {
    const gm_status status = self->kind->advance(self);
    if (status != GM_OK)
        return status;
    self->steps++;
    if (self->average)
        take_into_average(self);
    return GM_OK;
}

void gm_optimizer_forget_average(gm_optimizer *self) {
    self->averaged = 0;
}

void gm_optimizer_exchange(gm_optimizer *self, gm_archive *archive) {
    const int64_t d = self->dimension;
    gm_archive_integers(archive, 1, &self->steps);
    gm_archive_integers(archive, 1, &self->taken);
    gm_archive_integers(archive, 1, &self->averaged);
    gm_archive_bytes(archive, sizeof self->ended, &self->ended);
    gm_archive_bytes(archive, sizeof self->halves_known, &self->halves_known);
    gm_archive_doubles(archive, 1, &self->loss);
    gm_archive_doubles(archive, 1, &self->condition);
    gm_archive_doubles(archive, 1, &self->largest);
    gm_archive_doubles(archive, d, self->w);
    gm_archive_doubles(archive, d, self->gradient);
    if (self->average) {
        gm_archive_doubles(archive, d, self->average);
        gm_archive_doubles(archive, 2 * d, self->halves);
        gm_archive_integers(archive, gm_oracle_batch_size(self->oracle), self->rows);
    }
    if (self->kind->exchange)
        self->kind->exchange(self, archive);
}

gm_status gm_optimizer_batch(gm_optimizer *self) {
    const int64_t n = gm_oracle_batch_size(self->oracle);
    gm_shuffle_take(&self->shuffle, self->taken, n, self->rows);
    const gm_status status = gm_oracle_gradient(self->oracle, self->w, n, self->rows, &self->loss,
                                                self->gradient, self->halves);
    if (status != GM_OK)
        return status;
    self->taken += n;
    self->halves_known = n > 1;
    return GM_OK;
}

double gm_optimizer_rate(const gm_optimizer *self) {
    const gm_setting *s = &self->setting;
    const double epochs = (double)self->steps * (double)gm_oracle_batch_size(self->oracle) /
                          (double)gm_oracle_rows(self->oracle);
    return isfinite(s->horizon) ? s->rate * fmax(1.0 - epochs / s->horizon, least_share) : s->rate;
}

/* Numbers of each weight that a step and its average read and write. */
static const double PASSES = 10.0;

gm_run_work gm_optimizer_work(const gm_optimizer_kind *kind, const gm_model *model,
                              const gm_length *length) {
    if (kind->work)
        return kind->work(model, length);
    gm_work step = gm_oracle_gradient_work(model, length->batch_size, 0);
    gm_run_work out = {.steps = length->gradients, .plain = length->gradients};
    gm_work_numbers(&step, PASSES * (double)model->parameters);
    gm_work_add(&out.work, step, out.steps);
    return out;
}
