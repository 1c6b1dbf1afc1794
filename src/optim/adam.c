#include "optim/optimizer.h"

#include <math.h>

static const double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

/* The state is the moments m [d], then v [d] [kingma2015, algorithm 1]. */
static gm_status create(gm_optimizer *self) {
    double *moments = NULL;
    const gm_status status = GM_NEW_ZERO(self->context, moments, 2 * self->dimension);
    self->state = moments;
    return status;
}

static void destroy(gm_optimizer *self) {
    gm_release(self->context, self->state);
}

static void exchange(gm_optimizer *self, gm_archive *archive) {
    gm_archive_doubles(archive, 2 * self->dimension, self->state);
}

static gm_status advance(gm_optimizer *self) {
    const int64_t d = self->dimension;
    double *m = self->state, *v = m + d;
    const double t = (double)self->steps + 1.0, rate = gm_optimizer_rate(self);
    const double correct1 = 1.0 / (1.0 - pow(beta1, t)), correct2 = 1.0 / (1.0 - pow(beta2, t));
    const gm_status status = gm_optimizer_batch(self);
    for (int64_t j = 0; status == GM_OK && j < d; j++) {
        const double g = self->gradient[j];
        m[j] = beta1 * m[j] + (1.0 - beta1) * g;
        v[j] = beta2 * v[j] + (1.0 - beta2) * g * g;
        self->w[j] -= rate * m[j] * correct1 / (sqrt(v[j] * correct2) + epsilon);
    }
    return status;
}

const gm_optimizer_kind gm_optimizer_adam = {
    .name = "adam",
    .about = "moments of the gradient, coordinate by coordinate",
    .stochastic = true,
    .first_rate = 1e-3,
    .create = create,
    .advance = advance,
    .exchange = exchange,
    .destroy = destroy,
};
