/* A multilayer perceptron, which its two ways through many rows share. */
#ifndef GM_MLP_H
#define GM_MLP_H

#include "models/activation.h"
#include "models/model.h"

enum { GM_MLP_MOST_HIDDEN = 16, GM_MLP_MOST_LAYERS = GM_MLP_MOST_HIDDEN + 1 };

/* Layer l takes width[l] numbers to width[l + 1]; the last has no activation. */
typedef struct gm_mlp {
    gm_model base;
    gm_activation act;
    gm_isa isa;
    int layers;
    int64_t width[GM_MLP_MOST_LAYERS + 1];
    /* of W [width[l + 1]][width[l]] in w, then b [width[l + 1]] */
    int64_t offset[GM_MLP_MOST_LAYERS];
    int64_t widest; /* of width[1] … */
    int64_t hidden; /* sum of the hidden widths */
} gm_mlp;

/* For gm_model: rows side by side, a BLAS call a layer. */
int64_t gm_mlp_batch_room(const gm_model *model, int64_t n);
void gm_mlp_batch_forward(const gm_model *model, const double *w, int64_t n, const double *x,
                          double *room, double *z);
void gm_mlp_batch_backward(const gm_model *model, const double *w, int64_t n, const double *x,
                           int64_t m, const double *coefficients, double *room, double *out);

#endif
