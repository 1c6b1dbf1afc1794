#include "optim/optimizer.h"

/* The state is v [d] [polyak1964]. */
static gm_status create(gm_optimizer *self) {
    double *v = NULL;
    const gm_status status = GM_NEW_ZERO(self->context, v, self->dimension);
    self->state = v;
    return status;
}

static void destroy(gm_optimizer *self) {
    gm_release(self->context, self->state);
}

static void exchange(gm_optimizer *self, gm_archive *archive) {
    gm_archive_doubles(archive, self->dimension, self->state);
}

static gm_status advance(gm_optimizer *self) {
    double *v = self->state;
    const double rate = gm_optimizer_rate(self), beta = self->setting.momentum;
    const gm_status status = gm_optimizer_batch(self);
    for (int64_t j = 0; status == GM_OK && j < self->dimension; j++) {
        v[j] = beta * v[j] + self->gradient[j];
        self->w[j] -= rate * v[j];
    }
    return status;
}

/* A gradient is followed for 1/(1−β) steps in all: at 1−β times its rate sgd goes as far. */
const gm_optimizer_kind gm_optimizer_momentum = {
    .name = "momentum",
    .about = "heavy ball, v ← β v + g, w ← w − η v",
    .stochastic = true,
    .first_rate = 0.3,
    .scaled = true,
    .momenta = 3,
    .momentum = {0.9, 0.99, 0.999},
    .create = create,
    .advance = advance,
    .exchange = exchange,
    .destroy = destroy,
};
