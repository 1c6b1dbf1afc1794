#include "linalg/rows_kernel.h"

#include "linalg/lanes.h"

/*
 * Columns j … j + width·LANES of two outputs over eight rows. The outputs stay in registers for
 * eight multiply-adds each: a quarter of a load and a store per element read. Four registers wide,
 * two outputs make eight independent chains, which covers the latency of a multiply-add.
 */
#define STEP(name, r, i, width)                                                                    \
    for (int v = 0; v < (width); v++) {                                                            \
        lanes x = lanes_##name((r) + j + v * LANES);                                               \
        a[v] = lanes_fma(k[2 * (i)], x, a[v]);                                                     \
        b[v] = lanes_fma(k[2 * (i) + 1], x, b[v]);                                                 \
    }
#define PANEL(name, width)                                                                         \
    {                                                                                              \
        lanes a[width], b[width];                                                                  \
        for (int v = 0; v < (width); v++) {                                                        \
            a[v] = lanes_f64(out0 + j + v * LANES);                                                \
            b[v] = lanes_f64(out1 + j + v * LANES);                                                \
        }                                                                                          \
        STEP(name, r0, 0, width)                                                                   \
        STEP(name, r1, 1, width)                                                                   \
        STEP(name, r2, 2, width)                                                                   \
        STEP(name, r3, 3, width)                                                                   \
        STEP(name, r4, 4, width)                                                                   \
        STEP(name, r5, 5, width)                                                                   \
        STEP(name, r6, 6, width) STEP(name, r7, 7, width) for (int v = 0; v < (width); v++) {      \
            lanes_store(out0 + j + v * LANES, a[v]);                                               \
            lanes_store(out1 + j + v * LANES, b[v]);                                               \
        }                                                                                          \
    }

/*
 * Ask for the part of the next eight rows that the panel just done corresponds to: rows lie
 * anywhere in memory, no hardware foresees them, and a few requests a panel overlap with arithmetic
 * where a burst would wait. A panel narrower than a cache line asks for its share of the eight
 * rows.
 */
#define AHEAD(type)                                                                                \
    {                                                                                              \
        enum {                                                                                     \
            BYTES = 4 * LANES * sizeof(type),                                                      \
            SHARE = BYTES >= 64 ? 8 : 8 * BYTES / 64,                                              \
            PARTS = 8 / SHARE                                                                      \
        };                                                                                         \
        const int64_t first = j / (4 * LANES) % PARTS * SHARE;                                     \
        for (int64_t i = first; i < first + SHARE; i++)                                            \
            for (int64_t byte = 0; byte < BYTES; byte += 64)                                       \
                __builtin_prefetch((const char *)(next[i] + j) + byte, 0, 3);                      \
    }

/* The order over i is the order of the sum, whatever the panel. */
#define DEFINE_COMBINE(name, type)                                                                 \
    void GM_KERNEL(gm_combine_two_##name)(const type *const row[8], const type *const next[8],     \
                                          const double c[16], int64_t columns, double *out0,       \
                                          double *out1) {                                          \
        const type *r0 = row[0], *r1 = row[1], *r2 = row[2], *r3 = row[3];                         \
        const type *r4 = row[4], *r5 = row[5], *r6 = row[6], *r7 = row[7];                         \
        int64_t j = 0;                                                                             \
        lanes k[16];                                                                               \
        for (int i = 0; i < 16; i++)                                                               \
            k[i] = lanes_splat(c[i]);                                                              \
        for (; j + 4 * LANES <= columns; j += 4 * LANES) {                                         \
            AHEAD(type)                                                                            \
            PANEL(name, 4)                                                                         \
        }                                                                                          \
        for (; j + LANES <= columns; j += LANES)                                                   \
            PANEL(name, 1)                                                                         \
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
