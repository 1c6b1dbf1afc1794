/* Models z = p(w, x) with c outputs a row. One file a model, one line in table.c. */
#ifndef GM_MODEL_H
#define GM_MODEL_H

#include <gradiometer/random.h>
#include <gradiometer/spec.h>

#include "base/base.h"
#include "linalg/rows.h"
#include "linalg/work.h"
#include "losses/loss.h"

/* What a model is made for. */
typedef struct gm_model_shape {
    int64_t columns;    /* of the inputs */
    int64_t classes;    /* of the targets; 0: they are numbers */
    const char *hidden; /* hidden layers of a network that names none; NULL: "64x32" */
} gm_model_shape;

typedef struct gm_model gm_model;

/* A layer W a + b of a model, and a block of its Jacobian: ∂z/∂W = δ ⊗ a and, with a bias,
   ∂z/∂b = δ, where a are the `in` inputs of the layer and δ the sensitivities of z to its `out`
   sums (a convolution: the sum of that over its places). */
typedef struct gm_factor {
    int64_t in, out;
    bool bias;
    int64_t offset; /* of W [out][in] in w; b [out] follows */
    int64_t places; /* of a row that W is applied at; 1 but of a convolution */
} gm_factor;

enum { GM_MOST_FACTORS = 17 };

/* An entry of the table: how a specification becomes a model. */
typedef struct gm_model_kind {
    const char *name;
    /* Targets are classes even where the data set gives them as numbers; NULL: they are not. */
    bool (*classifies)(const gm_spec *spec);
    /* Make the model that `spec` describes. GM_INVALID_ARGUMENT with the key and what is accepted,
       or where the targets do not fit the model; GM_OUT_OF_MEMORY. */
    gm_status (*create)(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                        gm_model **out);
} gm_model_kind;

/* A model of fixed shape. Immutable; its functions may run on many threads at once. */
struct gm_model {
    const gm_model_kind *kind;
    const gm_loss *loss; /* what the model is trained with */
    int64_t columns;     /* of the inputs */
    int outputs;         /* c */
    int64_t parameters;  /* d */
    bool convex;         /* the loss is convex in w, so that an optimum can be named */
    bool linear;         /* z_a = ⟨w_a, x⟩ with w [c][columns] */
    bool single;         /* z and J are computed in float32, or parts of them */
    /* Numbers of scratch that forward and backward need for n rows and m right-hand sides. */
    int64_t (*scratch)(const gm_model *model, int64_t n, int64_t m);
    /* z [count][c] of rows first … first+count−1; the bits do not depend on how rows are cut. */
    void (*forward)(const gm_model *model, const gm_context *context, const gm_rows *rows,
                    const double *w, int64_t first, int64_t count, double *scratch, double *z);
    /* out[r] = Σ_i J(row index[i])ᵀ coefficients[i][r], i < n, r < m, J = ∂z/∂w: coefficients
       [n][m][c], out [m][d], overwritten. */
    void (*backward)(const gm_model *model, const gm_context *context, const gm_rows *rows,
                     const double *w, int64_t n, const int64_t *index, int64_t m,
                     const double *coefficients, double *scratch, double *out);
    /*
     * The same of rows that lie side by side, which is what training runs on: a BLAS call a layer,
     * so that the bits depend on how rows are cut.
     * batch_room: numbers of room that the other two need for n rows.
     * batch_forward: z [n][c] of rows x [n][columns]; room keeps what batch_backward() needs.
     * batch_backward: after batch_forward() with the same w, n, x and room, any number of times:
     * out [m][d] as backward(), coefficients [n][m][c].
     */
    int64_t (*batch_room)(const gm_model *model, int64_t n);
    void (*batch_forward)(const gm_model *model, const double *w, int64_t n, const double *x,
                          double *room, double *z);
    void (*batch_backward)(const gm_model *model, const double *w, int64_t n, const double *x,
                           int64_t m, const double *coefficients, double *room, double *out);
    /* Weights that training would start from: --at init. NULL: zeros. */
    void (*initialize)(const gm_model *model, const gm_context *context, gm_stream stream,
                       double *w);
    /* The layers, block by block of w: where each lies and its shape. */
    int factor_count;
    gm_factor factor[GM_MOST_FACTORS];
    bool serial; /* factors() runs on the calling thread alone */
    /* The Jacobian of the one output in factors; NULL: not known. Of rows x [count][columns]: z
       [count], and side by side for all blocks a [count][Σ in] and δ [count][Σ out]. One BLAS call
       a layer: the bits depend on how rows are cut. May fail where the model is a function of the
       caller. */
    gm_status (*factors)(const gm_model *model, const double *w, int64_t count, const double *x,
                         double *z, double *a, double *delta);
    void (*destroy)(gm_context *context, gm_model *model); /* NULL: gm_release() */
};

extern const gm_model_kind gm_model_linear;   /* ⟨w, x⟩, squared loss; w [columns] */
extern const gm_model_kind gm_model_logistic; /* ⟨w, x⟩, logistic loss; w [columns] */
extern const gm_model_kind gm_model_softmax;  /* ⟨w_a, x⟩, softmax loss; w [c][columns] */
extern const gm_model_kind gm_model_cnn; /* on images: stages of 3 × 3 convolution, bias, act and
                                            means of 2 × 2 places, then W a + b; stage by stage
                                            W [out][in][3][3], then b [out] */
extern const gm_model_kind gm_model_mlp; /* layers x ← act(W x + b), the last without act; layer
                                            by layer W [out][in], then b [out] */

/* Whether the model that a specification names takes numbers in the targets as classes.
   GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY. */
gm_status gm_model_classifies(gm_context *context, const char *text, bool *out)
    __attribute__((warn_unused_result));

/* The model that a specification names. GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY. */
gm_status gm_model_create(gm_context *context, const char *text, const gm_model_shape *shape,
                          gm_model **out) __attribute__((warn_unused_result));

/* z [rows][c] of all rows, on all threads. GM_OUT_OF_MEMORY, GM_CANCELLED. */
gm_status gm_model_outputs(gm_context *context, const gm_rows *rows, const gm_model *model,
                           const double *weights, double *z) __attribute__((warn_unused_result));

/* Σ in and Σ out over the factors of a model. */
int64_t gm_model_factor_inputs(const gm_model *model);
int64_t gm_model_factor_outputs(const gm_model *model);

/* Row by row, the Jacobian [count][parameters] from its factors a and δ. */
void gm_model_jacobian(const gm_model *model, int64_t count, const double *a, const double *delta,
                       double *out);

/* ‖J‖² of one row from its factors. */
double gm_model_squared_norm(const gm_model *model, const double *a, const double *delta);

/* What batch_forward() takes for a row, and batch_backward() for a row and a right-hand side. */
gm_work gm_model_forward_work(const gm_model *model);
gm_work gm_model_backward_work(const gm_model *model);

/* NULL is allowed. */
void gm_model_destroy(gm_context *context, gm_model *model);

/* Kind of that name, or NULL. */
const gm_model_kind *gm_model_find(const char *name);

/* Kind number i of the table, or NULL past its end. */
const gm_model_kind *gm_model_at(int i);

#endif
