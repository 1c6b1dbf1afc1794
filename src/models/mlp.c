#include "models/mlp.h"

#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "models/network_keys.h"

enum { PIECE = 64, MOST_PIECE = 64 }; /* of a product that is kept on the stack */
enum { MOST_WIDTH = 65536 };

/* Activations of the hidden layers, one after another, their slopes, then three matrices of
   `widest` columns. */
static int64_t scratch(const gm_model *model, int64_t n, int64_t m) {
    const gm_mlp *self = (const gm_mlp *)model;
    (void)m;
    return n * (2 * self->hidden + 3 * self->widest);
}

static gm_rows as_rows(int64_t rows, int64_t columns, const double *values) {
    return (gm_rows){GM_ELEMENT_F64, rows, columns, columns, 1.0, values};
}

/* Layer l on rows `index`, or first …: out [n][width[l + 1]]. Row by row, so that the bits do not
   depend on which rows share a call. */
static void run_layer(const gm_mlp *self, const gm_context *context, int l, const double *w,
                      const gm_rows *in, const int64_t *index, int64_t first, int64_t n,
                      double *out, double *slope) {
    const int64_t from = self->width[l], to = self->width[l + 1];
    const double *weights = w + self->offset[l], *bias = weights + from * to;
    for (int64_t i = 0; i < n; i++)
        for (int64_t u = 0; u < to; u++) {
            gm_rows_multiply(context, in, index ? index[i] : first + i, 1, weights + u * from,
                             &out[i * to + u]);
            out[i * to + u] += bias[u];
        }
    if (l + 1 < self->layers)
        gm_activate(self->act, n * to, out, slope);
}

/* Hidden layers into `hidden`, their slopes and the outputs into `slopes` and z where those are
   asked for. */
static void run(const gm_mlp *self, const gm_context *context, const double *w, const gm_rows *rows,
                const int64_t *index, int64_t first, int64_t n, double *hidden, double *slopes,
                double *z) {
    gm_rows in = *rows;
    for (int l = 0; l < self->layers; l++) {
        double *out = l + 1 < self->layers ? hidden : z;
        if (!out)
            return;
        run_layer(self, context, l, w, &in, index, first, n, out, slopes);
        in = as_rows(n, self->width[l + 1], out);
        index = NULL;
        first = 0;
        hidden += n * self->width[l + 1];
        slopes += slopes ? n * self->width[l + 1] : 0;
    }
}

static void forward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                    const double *w, int64_t first, int64_t count, double *room, double *z) {
    run((const gm_mlp *)model, context, w, rows, NULL, first, count, room, NULL, z);
}

/* delta [n][width[l + 1]] at the outputs of layer l becomes that at its inputs, out
   [n][width[l]]: Wᵀ delta times the slope of the activation that made those inputs. */
static void pull_back(const gm_mlp *self, const gm_context *context, int l, const double *w,
                      int64_t n, const double *delta, const double *slope, double *transposed,
                      double *out) {
    const int64_t from = self->width[l], to = self->width[l + 1];
    const gm_rows weights = as_rows(to, from, w + self->offset[l]);
    for (int64_t i = 0; i < n; i++)
        for (int64_t u = 0; u < to; u++)
            transposed[u * n + i] = delta[i * to + u];
    gm_rows_combine(context, &weights, to, NULL, n, transposed, out);
    for (int64_t i = 0; i < n * from; i++)
        out[i] *= slope[i];
}

/* Gradient of layer l: out [to][from + …], Σ_i delta_i a_iᵀ, and Σ_i delta_i for the bias. */
static void layer_gradient(const gm_mlp *self, const gm_context *context, int l, const gm_rows *in,
                           const int64_t *index, int64_t n, const double *delta, double *out) {
    const int64_t from = self->width[l], to = self->width[l + 1];
    double *bias = out + self->offset[l] + from * to;
    gm_rows_combine(context, in, n, index, to, delta, out + self->offset[l]);
    memset(bias, 0, (size_t)to * sizeof *bias);
    for (int64_t i = 0; i < n; i++)
        for (int64_t u = 0; u < to; u++)
            bias[u] += delta[i * to + u];
}

static void backward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                     const double *w, int64_t n, const int64_t *index, int64_t m,
                     const double *coefficients, double *room, double *out) {
    const gm_mlp *self = (const gm_mlp *)model;
    const int c = model->outputs;
    double *slopes = room + n * self->hidden, *delta = slopes + n * self->hidden;
    double *next = delta + n * self->widest;
    double *transposed = next + n * self->widest;
    run(self, context, w, rows, index, 0, n, room, slopes, NULL);
    for (int64_t r = 0; r < m; r++) {
        const double *a = slopes, *slope = slopes + n * self->hidden; /* ends of both */
        for (int64_t i = 0; i < n; i++)
            memcpy(delta + i * c, coefficients + (i * m + r) * c, (size_t)c * sizeof *delta);
        for (int l = self->layers - 1; l > 0; l--) {
            a -= n * self->width[l];
            slope -= n * self->width[l];
            const gm_rows in = as_rows(n, self->width[l], a);
            layer_gradient(self, context, l, &in, NULL, n, delta, out + r * model->parameters);
            pull_back(self, context, l, w, n, delta, slope, transposed, next);
            double *held = delta;
            delta = next;
            next = held;
        }
        layer_gradient(self, context, 0, rows, index, n, delta, out + r * model->parameters);
    }
}

/* δ of the layer before: (delta W) times the slopes, which `before` holds. Rows lie `stride` apart.
 */
static void pull_back_rows(int64_t count, int64_t from, int64_t to, const double *w, int64_t stride,
                           const double *delta, double *before) {
    double product[PIECE * MOST_PIECE];
    for (int64_t u = 0; u < from; u += MOST_PIECE) {
        const int64_t width = from - u < MOST_PIECE ? from - u : MOST_PIECE;
        for (int64_t first = 0; first < count; first += PIECE) {
            const int64_t rows = count - first < PIECE ? count - first : PIECE;
            gm_multiply(rows, width, to, delta + first * stride, stride, w + u, from, product,
                        width);
            for (int64_t i = 0; i < rows; i++)
                for (int64_t v = 0; v < width; v++)
                    before[(first + i) * stride + u + v] *= product[i * width + v];
        }
    }
}

/* Matrices of all layers lie side by side, so that row i of one begins `ins` or `outs` numbers
   after row i − 1. Slopes of a layer wait where its δ will be. */
static gm_status factors(const gm_model *model, const double *w, int64_t count, const double *x,
                         double *z, double *a, double *delta) {
    const gm_mlp *self = (const gm_mlp *)model;
    const int64_t ins = gm_model_factor_inputs(model), outs = gm_model_factor_outputs(model);
    double *in = a, *out = delta;
    for (int64_t i = 0; i < count; i++)
        memcpy(a + i * ins, x + i * model->columns, (size_t)model->columns * sizeof *a);
    for (int l = 0; l < self->layers; l++) {
        const int64_t from = self->width[l], to = self->width[l + 1];
        const double *weights = w + self->offset[l], *bias = weights + from * to;
        const bool last = l + 1 == self->layers;
        double *sums = last ? z : in + from;
        const int64_t stride = last ? 1 : ins;
        gm_multiply_outer(count, to, from, in, ins, weights, from, sums, stride);
        for (int64_t i = 0; i < count; i++) {
            for (int64_t u = 0; u < to; u++)
                sums[i * stride + u] += bias[u];
            if (!last)
                gm_activate_many(self->act, self->isa, to, sums + i * stride, out + i * outs);
            else
                out[i * outs] = 1.0;
        }
        in += from;
        out += last ? 0 : to;
    }
    for (int l = self->layers - 1; l > 0; l--) {
        const int64_t from = self->width[l], to = self->width[l + 1];
        pull_back_rows(count, from, to, w + self->offset[l], outs, out, out - from);
        out -= from;
    }
    return GM_OK;
}

static void initialize(const gm_model *model, const gm_context *context, gm_stream stream,
                       double *w) {
    const gm_mlp *self = (const gm_mlp *)model;
    gm_random_gaussian(context, stream, 0, model->parameters, w);
    for (int l = 0; l < self->layers; l++) {
        const int64_t from = self->width[l], to = self->width[l + 1];
        double *weights = w + self->offset[l];
        for (int64_t i = 0; i < from * to; i++)
            weights[i] /= sqrt((double)from);
        memset(weights + from * to, 0, (size_t)to * sizeof *weights);
    }
}

static gm_status read_keys(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                           gm_mlp *self) {
    static const char *const keys[] = {"hidden", "act", "loss"};
    gm_status status = GM_OK;
    const char *hidden = gm_spec_value(spec, "hidden"), *act = gm_spec_value(spec, "act");
    GM_TRY(gm_spec_accept(context, spec, keys, 3));
    hidden = hidden ? hidden : shape->hidden ? shape->hidden : "64x32";
    self->layers = gm_network_list(hidden, GM_MLP_MOST_HIDDEN, MOST_WIDTH, self->width + 1) + 1;
    if (self->layers == 1)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "model mlp: hidden is '%s'; give 1 to %d widths of 1 to %d, such as 64x32",
                       hidden, GM_MLP_MOST_HIDDEN, MOST_WIDTH));
    GM_TRY(gm_activation_read(context, "mlp", act ? act : "tanh", &self->act));
    GM_TRY(gm_network_loss(context, "mlp", spec, shape->classes, &self->base.loss,
                           &self->base.outputs));
done:
    return status;
}

/* Offsets of the layers in w, and the sizes of what is computed. */
static void lay_out(gm_mlp *self) {
    self->width[0] = self->base.columns;
    self->width[self->layers] = self->base.outputs;
    for (int l = 0; l < self->layers; l++) {
        const int64_t to = self->width[l + 1];
        self->offset[l] = self->base.parameters;
        self->base.parameters += (self->width[l] + 1) * to;
        self->hidden += l + 1 < self->layers ? to : 0;
        self->widest = to > self->widest ? to : self->widest;
        self->base.factor[l] = (gm_factor){
            .in = self->width[l], .out = to, .bias = true, .offset = self->offset[l], .places = 1};
    }
    self->base.factor_count = self->layers;
    if (self->base.outputs == 1)
        self->base.factors = factors;
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                        gm_model **out) {
    gm_status status = GM_OK;
    gm_mlp *self = NULL;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    self->base = (gm_model){.kind = &gm_model_mlp,
                            .columns = shape->columns,
                            .scratch = scratch,
                            .forward = forward,
                            .backward = backward,
                            .batch_room = gm_mlp_batch_room,
                            .batch_forward = gm_mlp_batch_forward,
                            .batch_backward = gm_mlp_batch_backward,
                            .initialize = initialize};
    self->isa = context->isa;
    GM_TRY(read_keys(context, spec, shape, self));
    lay_out(self);
    *out = &self->base;
    self = NULL;
done:
    gm_release(context, self);
    return status;
}

const gm_model_kind gm_model_mlp = {"mlp", gm_network_classifies, create};
