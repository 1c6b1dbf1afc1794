#include "transforms/fft_kernel.h"

#include "linalg/lanes.h"

/* The arithmetic once, for registers and for single numbers: what is left over of an entry gets the
   same bits as it would in a register. */
#define number_splat(x)     (x)
#define number_f64(p)       (*(p))
#define number_fma(a, b, c) GM_FMA((a), (b), (c))
#define number_store(p, x)  (*(p) = (x))

/* out = (r, i)·(u, v). */
#define ROTATE(type, at, r, i, u, v)                                                               \
    {                                                                                              \
        const type r_ = (r), i_ = (i);                                                             \
        type##_store(y_re + (at), type##_fma(u, r_, -((v)*i_)));                                   \
        type##_store(y_im + (at), type##_fma(u, i_, (v)*r_));                                      \
    }

#define BUTTERFLY(type)                                                                            \
    {                                                                                              \
        const type ar = type##_f64(x_re + l), ai = type##_f64(x_im + l);                           \
        const type br = type##_f64(x_re + l + ms), bi = type##_f64(x_im + l + ms);                 \
        const type cr = type##_f64(x_re + l + 2 * ms), ci = type##_f64(x_im + l + 2 * ms);         \
        const type dr = type##_f64(x_re + l + 3 * ms), di = type##_f64(x_im + l + 3 * ms);         \
        const type er = ar + cr, ei = ai + ci, fr = ar - cr, fi = ai - ci;                         \
        const type gr = br + dr, gi = bi + di, hr = bi - di, hi = br - dr;                         \
        type##_store(y_re + l, er + gr);                                                           \
        type##_store(y_im + l, ei + gi);                                                           \
        ROTATE(type, l + s, fr - hr, fi + hi, type##_splat(u1), type##_splat(v1))                  \
        ROTATE(type, l + 2 * s, er - gr, ei - gi, type##_splat(u2), type##_splat(v2))              \
        ROTATE(type, l + 3 * s, fr + hr, fi - hi, type##_splat(u3), type##_splat(v3))              \
    }

typedef double number;

void GM_KERNEL(gm_fft_step4)(int64_t m, int64_t s, int64_t step, const double *root_re,
                             const double *root_im, const double *x_re, const double *x_im,
                             double *y_re, double *y_im) {
    const int64_t ms = m * s;
    for (int64_t p = 0; p < m; p++, x_re += s, x_im += s, y_re += 4 * s, y_im += 4 * s) {
        const double *root = root_re + p * step;
        const double u1 = root[0], u2 = root[p * step], u3 = root[2 * p * step];
        root = root_im + p * step;
        const double v1 = root[0], v2 = root[p * step], v3 = root[2 * p * step];
        int64_t l = 0;
        for (; l + LANES <= s; l += LANES)
            BUTTERFLY(lanes);
        for (; l < s; l++)
            BUTTERFLY(number);
    }
}

void GM_KERNEL(gm_fft_step2)(int64_t s, const double *x, double *y) {
    GM_INDEPENDENT
    for (int64_t l = 0; l < s; l++) {
        const double a = x[l], b = x[s + l];
        y[l] = a + b;
        y[s + l] = a - b;
    }
}

#define SCALE(type)                                                                                \
    {                                                                                              \
        const type r = type##_f64(re + l), i = type##_f64(im + l);                                 \
        const type u = type##_splat(factor_re[j]), v = type##_splat(factor_im[j]);                 \
        type##_store(re + l, type##_fma(u, r, -(v * i)));                                          \
        type##_store(im + l, type##_fma(u, i, v * r));                                             \
    }

void GM_KERNEL(gm_fft_scale)(int64_t count, int64_t s, const double *factor_re,
                             const double *factor_im, double *re, double *im) {
    for (int64_t j = 0; j < count; j++, re += s, im += s) {
        int64_t l = 0;
        for (; l + LANES <= s; l += LANES)
            SCALE(lanes);
        for (; l < s; l++)
            SCALE(number);
    }
}
