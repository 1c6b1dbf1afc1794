#include "models/convolve_kernel.h"

#include "linalg/lanes_f32.h"

/* Two neighbours and four filters are eight chains, which cover the latency of a multiply-add, and
   each number that is read takes part in two or four of them. */
enum { FILTERS = GM_FILTER_GROUP, PLACES = 2, SIDE = 3 };

/* PLACES places of one group of filters; to[f] begins with the first place of filter f. */
static inline void tile(const gm_convolution *shape, const float *from, const float *filters,
                        const float *bias, float *const to[FILTERS]) {
    const int64_t stride = (shape->width + 2) * GM_IMAGES, plane = (shape->height + 2) * stride;
    lanes_f32 sum[FILTERS][PLACES];
    for (int f = 0; f < FILTERS; f++)
        for (int p = 0; p < PLACES; p++)
            sum[f][p] = lanes_f32_splat(bias[f]);
    for (int64_t c = 0; c < shape->in; c++)
        for (int i = 0; i < SIDE; i++) {
            const float *row = from + c * plane + i * stride;
            const float *w = filters + (c * SIDE + i) * SIDE * FILTERS;
            for (int j = 0; j < SIDE; j++) {
                lanes_f32 x[PLACES];
                for (int p = 0; p < PLACES; p++)
                    x[p] = lanes_f32_load(row + (j + p) * GM_IMAGES);
                for (int f = 0; f < FILTERS; f++) {
                    const lanes_f32 tap = lanes_f32_splat(w[j * FILTERS + f]);
                    for (int p = 0; p < PLACES; p++)
                        sum[f][p] = lanes_f32_fma(tap, x[p], sum[f][p]);
                }
            }
        }
    for (int f = 0; f < FILTERS; f++)
        for (int p = 0; p < PLACES; p++)
            lanes_f32_store(to[f] + p * GM_IMAGES, sum[f][p]);
}

/* A filter past the last is the last again, and so is its plane; in an odd row the last two places
   overlap those before. */
void GM_KERNEL(gm_convolve_plain)(const gm_convolution *shape, const float *from,
                                  const float *filters, const float *bias, float *to) {
    const int64_t stride = (shape->width + 2) * GM_IMAGES, columns = shape->columns;
    for (int64_t y = 0; y < shape->rows; y++)
        for (int64_t first = 0; first < shape->out; first += FILTERS) {
            const float *w = filters + first * shape->in * GM_TAPS;
            float *row[FILTERS], shift[FILTERS];
            for (int f = 0; f < FILTERS; f++) {
                const int64_t o = first + f < shape->out ? first + f : shape->out - 1;
                row[f] = to + (o * shape->rows + y) * columns * GM_IMAGES;
                shift[f] = bias[o];
            }
            for (int64_t x = 0; x < columns; x += PLACES) {
                const int64_t place = (x + PLACES <= columns ? x : columns - PLACES) * GM_IMAGES;
                for (int64_t part = place; part < place + GM_IMAGES; part += LANES_F32) {
                    float *const at[FILTERS] = {row[0] + part, row[1] + part, row[2] + part,
                                                row[3] + part};
                    tile(shape, from + y * stride + part, w, shift, at);
                }
            }
        }
}

/* Three taps of a row and four filters: `count` rows of places, as many numbers apart in `from` as
   in delta. */
static inline void taps(int64_t count, int64_t columns, int64_t stride, const float *from,
                        const float *const delta[FILTERS], float *const sums[FILTERS]) {
    lanes_f32 sum[FILTERS][SIDE];
    for (int f = 0; f < FILTERS; f++)
        for (int j = 0; j < SIDE; j++)
            sum[f][j] = lanes_f32_load(sums[f] + j * GM_IMAGES);
    for (int64_t y = 0; y < count; y++)
        for (int64_t at = y * stride; at < y * stride + columns * GM_IMAGES; at += GM_IMAGES) {
            lanes_f32 x[SIDE];
            for (int j = 0; j < SIDE; j++)
                x[j] = lanes_f32_load(from + at + j * GM_IMAGES);
            for (int f = 0; f < FILTERS; f++) {
                const lanes_f32 d = lanes_f32_load(delta[f] + at);
                for (int j = 0; j < SIDE; j++)
                    sum[f][j] = lanes_f32_fma(d, x[j], sum[f][j]);
            }
        }
    for (int f = 0; f < FILTERS; f++)
        for (int j = 0; j < SIDE; j++)
            lanes_f32_store(sums[f] + j * GM_IMAGES, sum[f][j]);
}

/* Rows y … y + count − 1 of all filters and taps: few enough places to stay in the first cache. */
static inline void correlate_rows(const gm_convolution *shape, int64_t y, int64_t count,
                                  const float *from, const float *delta, float *sums) {
    const int64_t stride = (shape->width + 2) * GM_IMAGES, plane = (shape->height + 2) * stride;
    for (int64_t first = 0; first < shape->out; first += FILTERS)
        for (int64_t c = 0; c < shape->in; c++)
            for (int i = 0; i < SIDE; i++)
                for (int64_t part = 0; part < GM_IMAGES; part += LANES_F32) {
                    const float *d[FILTERS];
                    float *s[FILTERS];
                    for (int f = 0; f < FILTERS; f++) {
                        const int64_t o = first + f < shape->out ? first + f : shape->out - 1;
                        d[f] = delta + o * plane + (y + 1) * stride + GM_IMAGES + part;
                        s[f] = sums + ((o * shape->in + c) * GM_TAPS + i * SIDE) * GM_IMAGES + part;
                    }
                    taps(count, shape->columns, stride, from + c * plane + (y + i) * stride + part,
                         d, s);
                }
}

void GM_KERNEL(gm_correlate_plain)(const gm_convolution *shape, const float *from,
                                   const float *delta, float *sums) {
    enum { NEAR = 64 }; /* places */
    const int64_t step = shape->columns < NEAR ? NEAR / shape->columns : 1;
    for (int64_t y = 0; y < shape->rows; y += step)
        correlate_rows(shape, y, y + step <= shape->rows ? step : shape->rows - y, from, delta,
                       sums);
}

void GM_KERNEL(gm_relu_plain)(int64_t count, float *restrict a, float *restrict to) {
    for (int64_t i = 0; i < count; i++) {
        const float sum = a[i];
        to[i] = sum > 0.0f ? sum : 0.0f;
        a[i] = sum > 0.0f ? 1.0f : 0.0f;
    }
}

void GM_KERNEL(gm_pool_plain)(int64_t columns, const float *restrict two, float *restrict to) {
    const float *below = two + columns * GM_IMAGES;
    for (int64_t x = 0; x < columns / 2; x++)
        for (int64_t i = 0; i < GM_IMAGES; i++) {
            const int64_t at = 2 * x * GM_IMAGES + i, next = at + GM_IMAGES;
            to[x * GM_IMAGES + i] = 0.25f * ((two[at] + two[next]) + (below[at] + below[next]));
        }
}

void GM_KERNEL(gm_unpool_plain)(int64_t columns, const float *pooled, const float *slope,
                                int64_t stride, float *to, float *bias) {
    const lanes_f32 zero = lanes_f32_splat(0.0f), one = lanes_f32_splat(1.0f);
    const lanes_f32 quarter = lanes_f32_splat(0.25f);
    for (int64_t part = 0; part < GM_IMAGES; part += LANES_F32) {
        lanes_f32 sum = lanes_f32_load(bias + part);
        for (int64_t y = 0; y < 2; y++)
            for (int64_t x = 0; x < columns; x++) {
                const lanes_f32 p = lanes_f32_load(pooled + x / 2 * GM_IMAGES + part);
                const lanes_f32 s = lanes_f32_load(slope + (y * columns + x) * GM_IMAGES + part);
                const lanes_f32 d = lanes_f32_fma(lanes_f32_fma(quarter, p, zero), s, zero);
                lanes_f32_store(to + (y * stride + x) * GM_IMAGES + part, d);
                sum = lanes_f32_fma(one, d, sum);
            }
        lanes_f32_store(bias + part, sum);
    }
}

void GM_KERNEL(gm_add_images_plain)(int64_t count, const float *restrict lanes,
                                    double *restrict out) {
    for (int64_t k = 0; k < count; k++) {
        double sum[GM_IMAGES];
        for (int i = 0; i < GM_IMAGES; i++)
            sum[i] = (double)lanes[k * GM_IMAGES + i];
        for (int width = GM_IMAGES / 2; width > 0; width /= 2)
            for (int i = 0; i < width; i++)
                sum[i] += sum[i + width];
        out[k] += sum[0];
    }
}
