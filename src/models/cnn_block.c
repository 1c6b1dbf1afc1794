#include "models/cnn.h"

#include <string.h>

#include "linalg/linalg.h"

static int64_t round_up(int64_t value, int64_t step) {
    return (value + step - 1) / step * step;
}

static int64_t most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* Numbers of a plane with its border, for all images of a block. */
static int64_t plane_size(const gm_convolution *shape) {
    return (shape->height + 2) * (shape->width + 2) * GM_IMAGES;
}

/* Filters of a convolution of in planes into out, packed. */
static int64_t packed_size(int64_t in, int64_t out) {
    return round_up(round_up(out, GM_FILTER_GROUP) * in * GM_TAPS, GM_IMAGES);
}

/* The convolution that takes δ at the sums of a stage to δ at its inputs. */
static gm_convolution reversed_shape(const gm_convolution *shape) {
    return (gm_convolution){.in = shape->out,
                            .out = shape->in,
                            .height = shape->height,
                            .width = shape->width,
                            .rows = shape->height,
                            .columns = shape->width};
}

void gm_cnn_lay_out_room(gm_cnn *self) {
    int64_t sums = 0, filters = 0, planes = 0, delta = 0, columns = 0;
    for (int s = 0; s < self->stages; s++) {
        gm_cnn_stage *stage = &self->stage[s];
        const gm_convolution *shape = &stage->shape;
        stage->filters = self->packed;
        self->packed += packed_size(shape->in, shape->out) + round_up(shape->out, GM_IMAGES);
        stage->reversed = self->packed;
        self->packed += s > 0 ? packed_size(shape->out, shape->in) : 0;
        stage->planes = self->state;
        stage->slopes = self->state + shape->in * plane_size(shape);
        self->state = stage->slopes + shape->out * shape->rows * shape->columns * GM_IMAGES;
        sums = most(sums, shape->out * shape->in * GM_TAPS);
        filters = most(filters, most(shape->in, shape->out));
        planes = most(planes, s > 0 ? shape->in * shape->height * shape->width : 0);
        delta = most(delta, shape->out * plane_size(shape));
        columns = most(columns, shape->columns);
    }
    self->kept = self->state;
    self->state += 2 * GM_IMAGES * self->features;
    self->sums = 0;
    self->biases = self->sums + sums * GM_IMAGES;
    self->pooled = self->biases + filters * GM_IMAGES;
    self->delta = self->pooled + most(planes, self->features) * GM_IMAGES;
    self->pulled = self->delta + delta;
    self->two = self->pulled + 2 * GM_IMAGES * self->features;
    self->work = self->two + 2 * most(columns, self->base.outputs) * GM_IMAGES;
}

/* Filters [out][in][9] by groups; a filter past the last is the last again. `reversed`: those of
   the transpose, which takes plane o to plane c, turned by half a turn. */
static void pack(const gm_convolution *shape, const double *w, bool reversed, float *to) {
    for (int64_t first = 0; first < shape->out; first += GM_FILTER_GROUP)
        for (int64_t c = 0; c < shape->in; c++)
            for (int64_t tap = 0; tap < GM_TAPS; tap++)
                for (int64_t f = first; f < first + GM_FILTER_GROUP; f++) {
                    const int64_t o = f < shape->out ? f : shape->out - 1;
                    *to++ = (float)(reversed ? w[(c * shape->out + o + 1) * GM_TAPS - 1 - tap]
                                             : w[(o * shape->in + c) * GM_TAPS + tap]);
                }
}

void gm_cnn_pack(const gm_cnn *self, const double *w, float *packed) {
    for (int s = 0; s < self->stages; s++) {
        const gm_cnn_stage *stage = &self->stage[s];
        const gm_convolution *shape = &stage->shape, reversed = reversed_shape(shape);
        const double *bias = w + stage->offset + shape->out * shape->in * GM_TAPS;
        float *to = packed + stage->filters + packed_size(shape->in, shape->out);
        pack(shape, w + stage->offset, false, packed + stage->filters);
        for (int64_t o = 0; o < shape->out; o++)
            to[o] = (float)bias[o];
        if (s > 0)
            pack(&reversed, w + stage->offset, true, packed + stage->reversed);
    }
}

/* Zeros around the first rows × columns places of planes with a border. */
static void clear_border(int64_t count, const gm_convolution *shape, int64_t rows, int64_t columns,
                         float *planes) {
    const int64_t stride = (shape->width + 2) * GM_IMAGES, plane = plane_size(shape);
    const int64_t end = (columns + 1) * GM_IMAGES;
    for (int64_t c = 0; c < count; c++, planes += plane) {
        memset(planes, 0, (size_t)stride * sizeof *planes);
        for (int64_t y = 1; y <= rows; y++) {
            memset(planes + y * stride, 0, GM_IMAGES * sizeof *planes);
            memset(planes + y * stride + end, 0, (size_t)(stride - end) * sizeof *planes);
        }
        memset(planes + (rows + 1) * stride, 0,
               (size_t)(plane - (rows + 1) * stride) * sizeof *planes);
    }
}

/* Rows side by side; images past the last are black. */
static void load(const gm_cnn *self, int64_t count, const double *x, float *planes) {
    const gm_convolution *shape = &self->stage[0].shape;
    const int64_t plane = plane_size(shape);
    clear_border(self->channels, shape, self->height, self->width, planes);
    for (int64_t y = 0; y < self->height; y++)
        for (int64_t at = 0; at < self->width; at++)
            for (int64_t c = 0; c < self->channels; c++) {
                const double *from = x + (y * self->width + at) * self->channels + c;
                float *to =
                    planes + c * plane + ((y + 1) * (shape->width + 2) + at + 1) * GM_IMAGES;
                for (int64_t i = 0; i < GM_IMAGES; i++)
                    to[i] = i < count ? (float)from[i * self->base.columns] : 0.0f;
            }
}

/* Sums become slopes; activations go to `to`. */
static void activate(const gm_cnn *self, int64_t count, float *sums, float *to) {
    enum { PIECE = 256 };
    double a[PIECE], slope[PIECE];
    if (self->act == GM_ACTIVATION_RELU) {
        GM_SELECT_KERNEL(self->context->isa, gm_relu_plain)(count, sums, to);
        return;
    }
    for (int64_t first = 0; first < count; first += PIECE) {
        const int64_t some = count - first < PIECE ? count - first : PIECE;
        for (int64_t i = 0; i < some; i++)
            a[i] = (double)sums[first + i];
        gm_activate_many(self->act, self->context->isa, some, a, slope);
        for (int64_t i = 0; i < some; i++) {
            to[first + i] = (float)a[i];
            sums[first + i] = (float)slope[i];
        }
    }
}

/* A stage of a block. Means go to the planes of the next, or, of the last, side by side. */
static void run_stage(const gm_cnn *self, int s, const gm_cnn_room *room) {
    const gm_cnn_stage *stage = &self->stage[s];
    const gm_convolution *shape = &stage->shape;
    const float *filters = room->packed + stage->filters;
    const float *bias = filters + packed_size(shape->in, shape->out);
    const int64_t row = shape->columns * GM_IMAGES;
    float *slopes = room->state + stage->slopes, *two = room->work + self->two;
    const gm_isa isa = self->context->isa;
    float *to = room->work + self->pooled;
    int64_t step = row / 2, plane = shape->rows / 2 * step;
    GM_SELECT_KERNEL(isa, gm_convolve_plain)
    (shape, room->state + stage->planes, filters, bias, slopes);
    if (s + 1 < self->stages) {
        const gm_convolution *next = &stage[1].shape;
        to = room->state + stage[1].planes;
        clear_border(next->in, next, next->height, next->width, to);
        plane = plane_size(next);
        step += 2 * GM_IMAGES;
        to += step + GM_IMAGES; /* the place behind the border */
    }
    for (int64_t o = 0; o < shape->out; o++)
        for (int64_t y = 0; y < shape->rows; y += 2) {
            activate(self, 2 * row, slopes + (o * shape->rows + y) * row, two);
            GM_SELECT_KERNEL(isa, gm_pool_plain)
            (shape->columns, two, to + o * plane + y / 2 * step);
        }
}

/* The linear layer in float64, row by row, so that bits do not depend on the rows beside. */
static void linear_outputs(const gm_cnn *self, const double *w, int64_t count,
                           const double *features, double *z) {
    const int64_t columns = self->features, c = self->base.outputs;
    const gm_rows rows = {GM_ELEMENT_F64, count, columns, columns, 1.0, features};
    const double *weights = w + self->offset, *bias = weights + c * columns;
    double column[GM_IMAGES];
    for (int64_t a = 0; a < c; a++) {
        gm_rows_multiply(self->context, &rows, 0, count, weights + a * columns, column);
        for (int64_t i = 0; i < count; i++)
            z[i * c + a] = column[i] + bias[a];
    }
}

void gm_cnn_forward(const gm_cnn *self, const double *w, int64_t count, const double *x,
                    const gm_cnn_room *room, double *z) {
    const float *pooled = room->work + self->pooled;
    double *kept = (double *)(room->state + self->kept);
    load(self, count, x, room->state + self->stage[0].planes);
    for (int s = 0; s < self->stages; s++)
        run_stage(self, s, room);
    for (int64_t f = 0; f < self->features; f++)
        for (int64_t i = 0; i < GM_IMAGES; i++)
            kept[i * self->features + f] = (double)pooled[f * GM_IMAGES + i];
    linear_outputs(self, w, count, kept, z);
}

/* Gradient of the linear layer, and δ at its inputs side by side. */
static void pull_linear(const gm_cnn *self, const double *w, int64_t count, const double *v,
                        int64_t stride, const gm_cnn_room *room, double *out) {
    const int64_t columns = self->features, c = self->base.outputs;
    const double *kept = (const double *)(room->state + self->kept);
    double *pulled = (double *)(room->work + self->pulled);
    float *pooled = room->work + self->pooled;
    double *bias = out + self->offset + c * columns;
    gm_multiply_inner_add(c, columns, count, v, stride, kept, columns, out + self->offset, columns);
    for (int64_t i = 0; i < count; i++)
        for (int64_t a = 0; a < c; a++)
            bias[a] += v[i * stride + a];
    gm_multiply(count, columns, c, v, stride, w + self->offset, columns, pulled, columns);
    for (int64_t f = 0; f < columns; f++)
        for (int64_t i = 0; i < GM_IMAGES; i++)
            pooled[f * GM_IMAGES + i] = i < count ? (float)pulled[i * columns + f] : 0.0f;
}

/* δ at the means of a stage becomes its gradient and δ at the means of the stage before. */
static void pull_stage(const gm_cnn *self, int s, const gm_cnn_room *room, double *out) {
    const gm_cnn_stage *stage = &self->stage[s];
    const gm_convolution *shape = &stage->shape, reversed = reversed_shape(shape);
    const gm_isa isa = self->context->isa;
    const int64_t row = shape->columns * GM_IMAGES, weights = shape->out * shape->in * GM_TAPS;
    const int64_t step = (shape->width + 2) * GM_IMAGES;
    float *delta = room->work + self->delta, *sums = room->work + self->sums;
    float *biases = room->work + self->biases, *pooled = room->work + self->pooled;
    const float *slopes = room->state + stage->slopes;
    memset(biases, 0, (size_t)(shape->out * GM_IMAGES) * sizeof *biases);
    memset(sums, 0, (size_t)(weights * GM_IMAGES) * sizeof *sums);
    clear_border(shape->out, shape, shape->rows, shape->columns, delta);
    for (int64_t o = 0; o < shape->out; o++)
        for (int64_t y = 0; y < shape->rows; y += 2)
            GM_SELECT_KERNEL(isa, gm_unpool_plain)
    (shape->columns, pooled + (o * shape->rows + y) / 2 * row / 2,
     slopes + (o * shape->rows + y) * row, shape->width + 2,
     delta + o * plane_size(shape) + (y + 1) * step + GM_IMAGES, biases + o * GM_IMAGES);
    GM_SELECT_KERNEL(isa, gm_correlate_plain)(shape, room->state + stage->planes, delta, sums);
    GM_SELECT_KERNEL(isa, gm_add_images_plain)(weights, sums, out + stage->offset);
    GM_SELECT_KERNEL(isa, gm_add_images_plain)(shape->out, biases, out + stage->offset + weights);
    if (s == 0)
        return;
    memset(biases, 0, (size_t)shape->in * sizeof *biases); /* the transpose has none */
    GM_SELECT_KERNEL(isa, gm_convolve_plain)
    (&reversed, delta, room->packed + stage->reversed, biases, pooled);
}

void gm_cnn_backward(const gm_cnn *self, const double *w, int64_t count, const double *v,
                     int64_t stride, const gm_cnn_room *room, double *out) {
    pull_linear(self, w, count, v, stride, room, out);
    for (int s = self->stages - 1; s >= 0; s--)
        pull_stage(self, s, room, out);
}
