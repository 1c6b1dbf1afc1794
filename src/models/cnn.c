#include "models/cnn.h"

#include <math.h>
#include <string.h>

#include "models/network_keys.h"

/*
 * Images go through in blocks of sixteen, side by side, in float32; the linear layer, and sums over
 * images, are float64. Of 28 × 28 pixels with channels=8x16 and ten outputs a row takes 0.58
 * million operations forward and 1.05 million back (the first stage needs no δ before it), of which
 * 0.05 million are the linear layer; it keeps 56 KiB between the two, so that a batch of 256 writes
 * and reads 14 MiB: at 100 billion operations and 16 billion bytes a second 4.2 ms beside 1.8.
 *
 * Means of places, not their largest: linear, so that z is as smooth in w as the activation is, and
 * that no ties have to be broken, of which blank corners of images are full.
 */
enum { MOST_CHANNELS = 4096, MOST_SIDE = 65536, LINE = 64 };

/* The first place of the room that a cache line begins at. */
static float *aligned(double *room) {
    return (float *)(((uintptr_t)room + LINE - 1) / LINE * LINE);
}

static int64_t block_count(int64_t n) {
    return (n + GM_IMAGES - 1) / GM_IMAGES;
}

static gm_cnn_room room_of(const gm_cnn *self, double *room, int64_t block) {
    float *start = aligned(room);
    return (gm_cnn_room){.packed = start,
                         .work = start + self->packed,
                         .state = start + self->packed + self->work + block * self->state};
}

static int64_t batch_room(const gm_model *model, int64_t n) {
    const gm_cnn *self = (const gm_cnn *)model;
    const int64_t numbers = self->packed + self->work + block_count(n) * self->state;
    return numbers / 2 + LINE / (int64_t)sizeof(double);
}

static void batch_forward(const gm_model *model, const double *w, int64_t n, const double *x,
                          double *room, double *z) {
    const gm_cnn *self = (const gm_cnn *)model;
    gm_cnn_pack(self, w, aligned(room));
    for (int64_t first = 0; first < n; first += GM_IMAGES) {
        const gm_cnn_room part = room_of(self, room, first / GM_IMAGES);
        gm_cnn_forward(self, w, n - first < GM_IMAGES ? n - first : GM_IMAGES,
                       x + first * model->columns, &part, z + first * model->outputs);
    }
}

/* All right-hand sides of a block while what it kept is near. */
static void block_backward(const gm_cnn *self, const double *w, int64_t count, int64_t m,
                           const double *coefficients, const gm_cnn_room *room, double *out) {
    const int64_t c = self->base.outputs;
    for (int64_t r = 0; r < m; r++)
        gm_cnn_backward(self, w, count, coefficients + r * c, m * c, room,
                        out + r * self->base.parameters);
}

static void batch_backward(const gm_model *model, const double *w, int64_t n, const double *x,
                           int64_t m, const double *coefficients, double *room, double *out) {
    const gm_cnn *self = (const gm_cnn *)model;
    (void)x; /* its images are in the room */
    memset(out, 0, (size_t)(m * model->parameters) * sizeof *out);
    for (int64_t first = 0; first < n; first += GM_IMAGES) {
        const gm_cnn_room part = room_of(self, room, first / GM_IMAGES);
        block_backward(self, w, n - first < GM_IMAGES ? n - first : GM_IMAGES, m,
                       coefficients + first * m * model->outputs, &part, out);
    }
}

/* Rows of a block, its outputs, and the room of one block. */
static int64_t scratch(const gm_model *model, int64_t n, int64_t m) {
    (void)n;
    (void)m;
    return GM_IMAGES * (model->columns + model->outputs) + batch_room(model, GM_IMAGES);
}

static void forward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                    const double *w, int64_t first, int64_t count, double *room, double *z) {
    const gm_cnn *self = (const gm_cnn *)model;
    double *x = room + batch_room(model, GM_IMAGES);
    const gm_cnn_room part = room_of(self, room, 0);
    (void)context;
    gm_cnn_pack(self, w, part.packed);
    for (int64_t done = 0; done < count; done += GM_IMAGES) {
        const int64_t some = count - done < GM_IMAGES ? count - done : GM_IMAGES;
        gm_rows_expand(rows, first + done, some, x);
        gm_cnn_forward(self, w, some, x, &part, z + done * model->outputs);
    }
}

static void backward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                     const double *w, int64_t n, const int64_t *index, int64_t m,
                     const double *coefficients, double *room, double *out) {
    const gm_cnn *self = (const gm_cnn *)model;
    double *x = room + batch_room(model, GM_IMAGES), *z = x + GM_IMAGES * model->columns;
    const gm_cnn_room part = room_of(self, room, 0);
    (void)context;
    gm_cnn_pack(self, w, part.packed);
    memset(out, 0, (size_t)(m * model->parameters) * sizeof *out);
    for (int64_t first = 0; first < n; first += GM_IMAGES) {
        const int64_t some = n - first < GM_IMAGES ? n - first : GM_IMAGES;
        gm_rows_gather(rows, some, index + first, x);
        gm_cnn_forward(self, w, some, x, &part, z);
        block_backward(self, w, some, m, coefficients + first * m * model->outputs, &part, out);
    }
}

/* N(0, 2 / inputs of the layer) before relu [he2015, equation 10], 1 / inputs before others
   [lecun1998, equation 16]; biases 0. */
static void initialize(const gm_model *model, const gm_context *context, gm_stream stream,
                       double *w) {
    const gm_cnn *self = (const gm_cnn *)model;
    gm_random_gaussian(context, stream, 0, model->parameters, w);
    for (int f = 0; f < model->factor_count; f++) {
        const gm_factor *factor = &model->factor[f];
        double *weights = w + factor->offset;
        const double gain = self->act == GM_ACTIVATION_RELU ? 2.0 : 1.0;
        for (int64_t i = 0; i < factor->in * factor->out; i++)
            weights[i] *= sqrt(gain / (double)factor->in);
        memset(weights + factor->in * factor->out, 0, (size_t)factor->out * sizeof *weights);
    }
}

/* Height, width and channels of the inputs: those of the key, or a square of one channel. */
static gm_status read_input(gm_context *context, const gm_spec *spec, gm_cnn *self) {
    const char *text = gm_spec_value(spec, "input");
    const int64_t columns = self->base.columns;
    int64_t side[3] = {0, 0, 1};
    if (!text) {
        const int64_t root = (int64_t)sqrt((double)columns);
        self->height = self->width = root;
        self->channels = 1;
        if (root * root == columns)
            return GM_OK;
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "model cnn: the inputs have %lld columns, which are no square of pixels%s",
                       (long long)columns,
                       root * root + 1 == columns
                           ? "; is one an intercept? Leave it out: cnn has biases of its own"
                           : "; give input=HxW or HxWxC");
    }
    if (gm_network_list(text, 3, MOST_SIDE, side) < 2)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "model cnn: input is '%s'; give height and width, or height, width and "
                       "channels, such as 32x32x3",
                       text);
    self->height = side[0];
    self->width = side[1];
    self->channels = side[2];
    const int64_t pixels = side[0] * side[1] * side[2];
    if (pixels == columns)
        return GM_OK;
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "model cnn: input=%s makes %lld columns; the inputs have %lld%s", text,
                   (long long)pixels, (long long)columns,
                   pixels + 1 == columns
                       ? " (is one an intercept? Leave it out: cnn has biases of its own)"
                       : "");
}

static gm_status read_keys(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                           gm_cnn *self, int64_t *channels) {
    static const char *const keys[] = {"channels", "act", "loss", "input"};
    gm_status status = GM_OK;
    const char *text = gm_spec_value(spec, "channels"), *act = gm_spec_value(spec, "act");
    GM_TRY(gm_spec_accept(context, spec, keys, 4));
    text = text ? text : "8x16";
    self->stages = gm_network_list(text, GM_CNN_MOST_STAGES, MOST_CHANNELS, channels);
    if (self->stages == 0)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "model cnn: channels is '%s'; give 1 to %d numbers of 1 to %d, such as 8x16",
                       text, GM_CNN_MOST_STAGES, MOST_CHANNELS));
    GM_TRY(gm_activation_read(context, "cnn", act ? act : "relu", &self->act));
    GM_TRY(read_input(context, spec, self));
    GM_TRY(gm_network_loss(context, "cnn", spec, shape->classes, &self->base.loss,
                           &self->base.outputs));
done:
    return status;
}

/* A layer at the end of w. */
static void add_layer(gm_cnn *self, int64_t in, int64_t out, int64_t places) {
    self->base.factor[self->base.factor_count++] = (gm_factor){
        .in = in, .out = out, .bias = true, .offset = self->base.parameters, .places = places};
    self->base.parameters += (in + 1) * out;
}

/* Shapes of the stages and of the linear layer. */
static gm_status lay_out(gm_context *context, gm_cnn *self, const int64_t *channels) {
    int64_t in = self->channels, height = self->height, width = self->width;
    for (int s = 0; s < self->stages; s++) {
        if (height < 2 || width < 2)
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "model cnn: stage %d of %d would see %lldx%lld pixels; it needs 2x2 or "
                           "more, so give fewer channels=",
                           s + 1, self->stages, (long long)height, (long long)width);
        self->stage[s].offset = self->base.parameters;
        self->stage[s].shape = (gm_convolution){.in = in,
                                                .out = channels[s],
                                                .height = height,
                                                .width = width,
                                                .rows = height / 2 * 2,
                                                .columns = width / 2 * 2};
        add_layer(self, in * GM_TAPS, channels[s],
                  self->stage[s].shape.rows * self->stage[s].shape.columns);
        in = channels[s];
        height /= 2;
        width /= 2;
    }
    self->features = in * height * width;
    self->offset = self->base.parameters;
    add_layer(self, self->features, self->base.outputs, 1);
    gm_cnn_lay_out_room(self);
    return GM_OK;
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                        gm_model **out) {
    gm_status status = GM_OK;
    gm_cnn *self = NULL;
    int64_t channels[GM_CNN_MOST_STAGES];
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    self->context = context;
    self->base = (gm_model){.kind = &gm_model_cnn,
                            .columns = shape->columns,
                            .single = true,
                            .scratch = scratch,
                            .forward = forward,
                            .backward = backward,
                            .batch_room = batch_room,
                            .batch_forward = batch_forward,
                            .batch_backward = batch_backward,
                            .initialize = initialize};
    GM_TRY(read_keys(context, spec, shape, self, channels));
    GM_TRY(lay_out(context, self, channels));
    *out = &self->base;
    self = NULL;
done:
    gm_release(context, self);
    return status;
}

const gm_model_kind gm_model_cnn = {"cnn", gm_network_classifies, create};
