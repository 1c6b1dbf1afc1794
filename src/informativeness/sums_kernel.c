#include "informativeness/sums_kernel.h"

enum { PARTS = 16 };

void GM_KERNEL(gm_factor_row)(int64_t count, bool first, double bias, double scale,
                              const double *in, const double *out, double *k) {
    if (first) {
        GM_INDEPENDENT
        for (int64_t c = 0; c < count; c++)
            k[c] = (in[c] + bias) * (scale * out[c]);
    } else {
        GM_INDEPENDENT
        for (int64_t c = 0; c < count; c++)
            k[c] = GM_FMA(in[c] + bias, scale * out[c], k[c]);
    }
}

void GM_KERNEL(gm_products_row)(int64_t count, const double *a, const double *b, double *sums) {
    GM_INDEPENDENT
    for (int64_t h = 0; h < count; h++)
        sums[h] = GM_FMA(a[h], b[h], sums[h]);
}

static inline double add_parts(double *parts) {
    for (int half = PARTS / 2; half > 0; half /= 2)
        for (int p = 0; p < half; p++)
            parts[p] += parts[p + half];
    return parts[0];
}

void GM_KERNEL(gm_moments_row)(int64_t count, const double *w, const double *k, double out[2]) {
    double plain[PARTS] = {0}, square[PARTS] = {0};
    int64_t c = 0;
    for (; c + PARTS <= count; c += PARTS)
        for (int p = 0; p < PARTS; p++) {
            const double weighted = w[c + p] * k[c + p];
            plain[p] += weighted;
            square[p] = GM_FMA(weighted, k[c + p], square[p]);
        }
    for (int p = 0; c < count; c++, p++) {
        const double weighted = w[c] * k[c];
        plain[p] += weighted;
        square[p] = GM_FMA(weighted, k[c], square[p]);
    }
    out[0] = add_parts(plain);
    out[1] = add_parts(square);
}

void GM_KERNEL(gm_squares_row)(int64_t count, const double *w, const double *k, double out[2]) {
    double plain[PARTS] = {0}, with[PARTS] = {0};
    int64_t c = 0;
    for (; c + PARTS <= count; c += PARTS)
        for (int p = 0; p < PARTS; p++) {
            const double square = k[c + p] * k[c + p];
            plain[p] += square;
            with[p] = GM_FMA(square, w[c + p], with[p]);
        }
    for (int p = 0; c < count; c++, p++) {
        const double square = k[c] * k[c];
        plain[p] += square;
        with[p] = GM_FMA(square, w[c], with[p]);
    }
    out[0] = add_parts(plain);
    out[1] = add_parts(with);
}

void GM_KERNEL(gm_centre_row)(int64_t count, double mean, double *k) {
    GM_INDEPENDENT
    for (int64_t c = 0; c < count; c++)
        k[c] -= mean;
}

void GM_KERNEL(gm_fill_row)(int64_t count, double base, double slope_re, double slope_im,
                            double *re, double *im, double *part) {
    GM_INDEPENDENT
    for (int64_t r = 0; r < count; r++) {
        const double x = re[r];
        part[r] = GM_FMA(base, x, part[r]);
        re[r] = slope_re * x;
        im[r] = slope_im * x;
    }
}

void GM_KERNEL(gm_harmonic_row)(int64_t count, double w_re, double w_im, const double *re,
                                const double *im, double *value) {
    GM_INDEPENDENT
    for (int64_t r = 0; r < count; r++)
        value[r] = GM_FMA(-w_im, im[r], GM_FMA(w_re, re[r], value[r]));
}
