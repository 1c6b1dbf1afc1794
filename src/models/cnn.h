/* A convolutional network, which its keys and its way through a block of images share. */
#ifndef GM_CNN_H
#define GM_CNN_H

#include "models/activation.h"
#include "models/convolve_kernel.h"
#include "models/model.h"

enum { GM_CNN_MOST_STAGES = GM_MOST_FACTORS - 1 };

/* Convolution, bias, activation, means of 2 × 2 places. The convolution is computed where those
   means need it: an odd last row or column is left out. */
typedef struct gm_cnn_stage {
    gm_convolution shape;
    int64_t offset;   /* of W [out][in][3][3] in w, then b [out] */
    int64_t filters;  /* of the packed W in the room, in numbers */
    int64_t reversed; /* of its transpose, each filter turned by half a turn; not of the first */
    int64_t planes;   /* of what the stage reads, in the state */
    int64_t slopes;   /* of the activations, [out][rows][columns][16], in the state */
} gm_cnn_stage;

/* Stages, then z = W a + b of the means a [channel][y][x] of the last. */
typedef struct gm_cnn {
    gm_model base;
    const gm_context *context; /* of the model, for its instruction set */
    gm_activation act;
    int64_t height, width, channels; /* of the inputs, [y][x][channel] in a row */
    int stages;
    gm_cnn_stage stage[GM_CNN_MOST_STAGES];
    int64_t features; /* inputs of the linear layer */
    int64_t offset;   /* of its W in w */
    /* Numbers of float32, multiples of 16, of the parts of the room; and where in them is what. */
    int64_t packed, state, work;
    int64_t kept; /* in the state: a [16][features] in float64 */
    int64_t sums, biases, pooled, delta, pulled, two; /* in the work */
} gm_cnn;

/* What one thread computes a block with. */
typedef struct gm_cnn_room {
    float *packed, *work;
    float *state; /* of this block */
} gm_cnn_room;

/* Where the parts of the room lie; to be called after the shapes of the stages are known. */
void gm_cnn_lay_out_room(gm_cnn *self);

/* Filters of w in float32 as the kernels read them. */
void gm_cnn_pack(const gm_cnn *self, const double *w, float *packed);

/* Outputs z [count][c] of `count` ≤ 16 rows x [count][columns]. A row's bits depend on that row
   alone. The state of the room is what the backward pass needs. */
void gm_cnn_forward(const gm_cnn *self, const double *w, int64_t count, const double *x,
                    const gm_cnn_room *room, double *z);

/* out [d] += Σ_i J_iᵀ v_i of these rows; v_i [c] lie `stride` numbers apart. */
void gm_cnn_backward(const gm_cnn *self, const double *w, int64_t count, const double *v,
                     int64_t stride, const gm_cnn_room *room, double *out);

#endif
