#include "linalg/rows_kernel.h"

#include "linalg/lanes.h"

#define STEP(name, i)                                                                              \
    {                                                                                              \
        lanes x = lanes_##name(r##i + j);                                                          \
        a = lanes_fma(k[2 * (i)], x, a);                                                           \
        b = lanes_fma(k[2 * (i) + 1], x, b);                                                       \
    }

/* Eight rows at a time keep the outputs in registers for eight multiply-adds each: two outputs cost
   a quarter of a load and a store per element read. The order over i is the order of the sum. */
#define DEFINE_COMBINE(name, type)                                                                 \
    void GM_KERNEL(gm_combine_two_##name)(const type *const row[8], const double c[16],            \
                                          int64_t columns, double *out0, double *out1) {           \
        const type *r0 = row[0], *r1 = row[1], *r2 = row[2], *r3 = row[3];                         \
        const type *r4 = row[4], *r5 = row[5], *r6 = row[6], *r7 = row[7];                         \
        int64_t j = 0;                                                                             \
        lanes k[16];                                                                               \
        for (int i = 0; i < 16; i++)                                                               \
            k[i] = lanes_splat(c[i]);                                                              \
        for (; j + LANES <= columns; j += LANES) {                                                 \
            lanes a = lanes_f64(out0 + j), b = lanes_f64(out1 + j);                                \
            STEP(name, 0) STEP(name, 1) STEP(name, 2) STEP(name, 3)                                \
            STEP(name, 4) STEP(name, 5) STEP(name, 6) STEP(name, 7)                                \
            lanes_store(out0 + j, a);                                                              \
            lanes_store(out1 + j, b);                                                              \
        }                                                                                          \
        for (; j < columns; j++)                                                                   \
            for (int i = 0; i < 8; i++) {                                                          \
                out0[j] = GM_FMA(c[2 * i], (double)row[i][j], out0[j]);                            \
                out1[j] = GM_FMA(c[2 * i + 1], (double)row[i][j], out1[j]);                        \
            }                                                                                      \
    }                                                                                              \
    void GM_KERNEL(gm_combine_one_##name)(const type *const row[8], const double c[8],             \
                                          int64_t columns, double *out) {                          \
        int64_t j = 0;                                                                             \
        for (; j + LANES <= columns; j += LANES) {                                                 \
            lanes a = lanes_f64(out + j);                                                          \
            for (int i = 0; i < 8; i++)                                                            \
                a = lanes_fma(lanes_splat(c[i]), lanes_##name(row[i] + j), a);                     \
            lanes_store(out + j, a);                                                               \
        }                                                                                          \
        for (; j < columns; j++)                                                                   \
            for (int i = 0; i < 8; i++)                                                            \
                out[j] = GM_FMA(c[i], (double)row[i][j], out[j]);                                  \
    }                                                                                              \
    double GM_KERNEL(gm_dot_##name)(const type *row, const double *w, int64_t columns) {           \
        enum { PARTS = 16 / LANES };                                                               \
        lanes part[PARTS];                                                                         \
        double sum[16];                                                                            \
        for (int p = 0; p < PARTS; p++)                                                            \
            part[p] = lanes_splat(0.0);                                                            \
        int64_t j = 0;                                                                             \
        for (; j + 16 <= columns; j += 16)                                                         \
            for (int p = 0; p < PARTS; p++)                                                        \
                part[p] = lanes_fma(lanes_##name(row + j + p * LANES),                             \
                                    lanes_f64(w + j + p * LANES), part[p]);                        \
        for (int p = 0; p < PARTS; p++)                                                            \
            lanes_store(sum + p * LANES, part[p]);                                                 \
        for (int l = 0; j + l < columns; l++)                                                      \
            sum[l] = GM_FMA((double)row[j + l], w[j + l], sum[l]);                                 \
        for (int width = 8; width > 0; width /= 2)                                                 \
            for (int l = 0; l < width; l++)                                                        \
                sum[l] += sum[l + width];                                                          \
        return sum[0];                                                                             \
    }

DEFINE_COMBINE(u8, uint8_t)
DEFINE_COMBINE(f32, float)
DEFINE_COMBINE(f64, double)
