#include "models/mlp.h"

#include <string.h>

#include "linalg/linalg.h"

/* Activations of the hidden layers, one after another, and their slopes, which stay; then two
   matrices of `widest` columns for δ. */
int64_t gm_mlp_batch_room(const gm_model *model, int64_t n) {
    const gm_mlp *self = (const gm_mlp *)model;
    return n * (2 * self->hidden + 2 * self->widest);
}

void gm_mlp_batch_forward(const gm_model *model, const double *w, int64_t n, const double *x,
                          double *room, double *z) {
    const gm_mlp *self = (const gm_mlp *)model;
    double *next = room, *slope = room + n * self->hidden;
    for (int l = 0; l < self->layers; l++) {
        const int64_t from = self->width[l], to = self->width[l + 1];
        const double *weights = w + self->offset[l], *bias = weights + from * to;
        const bool last = l + 1 == self->layers;
        double *out = last ? z : next;
        gm_multiply_outer(n, to, from, x, from, weights, from, out, to);
        for (int64_t i = 0; i < n; i++)
            for (int64_t u = 0; u < to; u++)
                out[i * to + u] += bias[u];
        if (last)
            return;
        gm_activate_many(self->act, self->isa, n * to, out, slope);
        x = out;
        next += n * to;
        slope += n * to;
    }
}

/* Σ_i δ_i a_iᵀ and Σ_i δ_i of a layer, with a bias after W, as out [to][from], [to]. */
static void layer_gradient(int64_t n, int64_t from, int64_t to, const double *a,
                           const double *delta, double *out) {
    double *bias = out + from * to;
    memset(out, 0, (size_t)((from + 1) * to) * sizeof *out);
    gm_multiply_inner_add(to, from, n, delta, to, a, from, out, from);
    for (int64_t i = 0; i < n; i++)
        for (int64_t u = 0; u < to; u++)
            bias[u] += delta[i * to + u];
}

/* One right-hand side, of which delta [n][c] holds the coefficients; `next` is as large. */
static void pass(const gm_mlp *self, const double *w, int64_t n, const double *x,
                 const double *room, double *delta, double *next, double *out) {
    const double *a = room + n * self->hidden, *slope = a + n * self->hidden; /* ends of both */
    for (int l = self->layers - 1; l > 0; l--) {
        const int64_t from = self->width[l], to = self->width[l + 1];
        a -= n * from;
        slope -= n * from;
        layer_gradient(n, from, to, a, delta, out + self->offset[l]);
        gm_multiply(n, from, to, delta, to, w + self->offset[l], from, next, from);
        for (int64_t i = 0; i < n * from; i++)
            next[i] *= slope[i];
        double *held = delta;
        delta = next;
        next = held;
    }
    layer_gradient(n, self->width[0], self->width[1], x, delta, out + self->offset[0]);
}

void gm_mlp_batch_backward(const gm_model *model, const double *w, int64_t n, const double *x,
                           int64_t m, const double *coefficients, double *room, double *out) {
    const gm_mlp *self = (const gm_mlp *)model;
    const int c = model->outputs;
    double *delta = room + 2 * n * self->hidden, *next = delta + n * self->widest;
    for (int64_t r = 0; r < m; r++) {
        for (int64_t i = 0; i < n; i++)
            memcpy(delta + i * c, coefficients + (i * m + r) * c, (size_t)c * sizeof *delta);
        pass(self, w, n, x, room, delta, next, out + r * model->parameters);
    }
}
