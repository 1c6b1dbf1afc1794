/* Models p(w, x) with one output a row. One file a model, one line in table.c. */
#ifndef GM_MODEL_H
#define GM_MODEL_H

#include "base/base.h"
#include "linalg/rows.h"
#include "losses/loss.h"

typedef struct gm_model {
    const char *name;
    const gm_loss *loss; /* what the model is trained with */
    /* Number of parameters for inputs of that many columns. */
    int64_t (*parameters)(int64_t columns);
    /* z[i] = p(w, row first+i), i < count. */
    void (*forward)(const gm_context *context, const gm_rows *rows, const double *w, int64_t first,
                    int64_t count, double *z);
    /* out[r] = Σ_i coefficients[i][r] ∇_w p(w, row index[i]), i < n, r < m: out [m][parameters]. */
    void (*backward)(const gm_context *context, const gm_rows *rows, const double *w, int64_t n,
                     const int64_t *index, int64_t m, const double *coefficients, double *out);
} gm_model;

extern const gm_model gm_model_linear; /* ⟨w, x⟩ */

/* The model of that name, or NULL. */
const gm_model *gm_model_find(const char *name);

/* Model number i of the table, or NULL past its end. */
const gm_model *gm_model_at(int i);

#endif
