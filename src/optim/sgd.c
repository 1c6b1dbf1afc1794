#include "optim/optimizer.h"

static gm_status create(gm_optimizer *self) {
    (void)self;
    return GM_OK;
}

static gm_status advance(gm_optimizer *self) {
    const double rate = gm_optimizer_rate(self);
    const gm_status status = gm_optimizer_batch(self);
    for (int64_t j = 0; status == GM_OK && j < self->dimension; j++)
        self->w[j] -= rate * self->gradient[j];
    return status;
}

const gm_optimizer_kind gm_optimizer_sgd = {
    .name = "sgd",
    .about = "stochastic gradient descent, w ← w − η g",
    .stochastic = true,
    .first_rate = 0.3,
    .scaled = true,
    .create = create,
    .advance = advance,
};
