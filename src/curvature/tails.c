#include "curvature/tails.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "linalg/linalg.h"

/* Standard deviations from which the tails are called heavy. */
static const double HEAVY = 4.0;

enum { LEAST = 8, MOST_AXES = 1024 };

/* Inputs about their mean, with their products. */
typedef struct sample {
    int64_t count, d;
    double *z;        /* [count][d] */
    double *products; /* [count][count] ⟨z_i, z_j⟩ */
} sample;

static void centre(const double *rows, sample *s) {
    for (int64_t j = 0; j < s->d; j++) {
        double mean = 0.0;
        for (int64_t i = 0; i < s->count; i++)
            mean += rows[i * s->d + j] / (double)s->count;
        for (int64_t i = 0; i < s->count; i++)
            s->z[i * s->d + j] = rows[i * s->d + j] - mean;
    }
    for (int64_t a = 0; a < s->count; a++)
        for (int64_t b = 0; b <= a; b++) {
            double sum = 0.0;
            for (int64_t j = 0; j < s->d; j++)
                sum += s->z[a * s->d + j] * s->z[b * s->d + j];
            s->products[a * s->count + b] = s->products[b * s->count + a] = sum;
        }
}

/* Kurtosis m4/m2² of N numbers about zero; NaN where all are zero. */
static double kurtosis(int64_t n, int64_t stride, const double *z) {
    double m2 = 0.0, m4 = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double z2 = z[i * stride] * z[i * stride];
        m2 += z2 / (double)n;
        m4 += z2 * z2 / (double)n;
    }
    return m2 > 0.0 ? m4 / (m2 * m2) : NAN;
}

/*
 * The kurtosis of N Gaussian numbers has mean 3(N−1)/(N+1) and variance
 * 24 N(N−2)(N−3)/((N+1)²(N+3)(N+5)) [fisher1930]. Coordinates of correlation ρ share it as ρ⁴, so
 * the mean over d of them varies as that of an effective number: between the effective rank, which
 * is taken, and d.
 */
static double pooled_kurtosis(const sample *s, double effective) {
    const double n = (double)s->count;
    double sum = 0.0, used = 0.0;
    for (int64_t j = 0; j < s->d; j++) {
        const double k = kurtosis(s->count, s->d, s->z + j);
        if (isnan(k))
            continue;
        sum += k;
        used += 1.0;
    }
    const double variance = 24.0 * n * (n - 2.0) * (n - 3.0) /
                            ((n + 1.0) * (n + 1.0) * (n + 3.0) * (n + 5.0)) / fmin(used, effective);
    return used > 0.0 ? (sum / used - 3.0 * (n - 1.0) / (n + 1.0)) / sqrt(variance) : NAN;
}

/* (tr C)² / tr C², from the products. */
static double effective_rank(const sample *s) {
    const double n = (double)s->count;
    double trace = 0.0, squares = 0.0;
    for (int64_t i = 0; i < s->count; i++) {
        trace += s->products[i * s->count + i] / n;
        for (int64_t l = 0; l < i; l++)
            squares += 2.0 * s->products[i * s->count + l] * s->products[i * s->count + l] /
                       (n * (n - 1.0));
    }
    return squares > 0.0 ? fmax(trace * trace / squares, 1.0) : 1.0;
}

/* The coordinates along the eigenvectors of the moments: uncorrelated, so each counts. */
static gm_status principal(gm_context *context, const sample *s, const double *moments,
                           double *out) {
    gm_status status = GM_OK;
    const int64_t d = s->d;
    double *axes = NULL, *values = NULL;
    sample turned = *s;
    turned.z = NULL;
    GM_TRY(GM_NEW(context, axes, d * d));
    GM_TRY(GM_NEW(context, values, d));
    GM_TRY(GM_NEW(context, turned.z, s->count * d));
    memcpy(axes, moments, (size_t)(d * d) * sizeof *axes);
    GM_TRY(gm_symmetric_eigen(context, d, axes, values));
    for (int64_t i = 0; i < s->count; i++)
        for (int64_t a = 0; a < d; a++) {
            double sum = 0.0;
            for (int64_t j = 0; j < d; j++)
                sum += axes[a * d + j] * s->z[i * d + j];
            turned.z[i * d + a] = sum;
        }
    *out = pooled_kurtosis(&turned, (double)d);
done:
    gm_release(context, turned.z);
    gm_release(context, values);
    gm_release(context, axes);
    return status;
}

/*
 * For Gaussian z, Var ‖z‖² = 2 tr C², which the squared products of different inputs estimate
 * without bias. Of N lengths the sample variance is spread by √(2/N + κ/N), κ the excess kurtosis
 * of ‖z‖², 12 tr C⁴/(tr C²)² ≤ 12.
 */
static double radial(const sample *s) {
    const double n = (double)s->count;
    double mean = 0.0, variance = 0.0, squares = 0.0, fourths = 0.0;
    for (int64_t i = 0; i < s->count; i++)
        mean += s->products[i * s->count + i] / n;
    for (int64_t i = 0; i < s->count; i++) {
        const double excess = s->products[i * s->count + i] - mean;
        variance += excess * excess / (n - 1.0);
        for (int64_t l = 0; l < i; l++) {
            const double square = s->products[i * s->count + l] * s->products[i * s->count + l];
            squares += 2.0 * square / (n * (n - 1.0));
            fourths += 2.0 * square * square / (n * (n - 1.0));
        }
    }
    if (!(squares > 0.0))
        return NAN;
    /* E⟨z,z'⟩⁴ = 3 (tr C²)² + 6 tr C⁴. */
    const double concentration = fmin(fmax((fourths / (squares * squares) - 3.0) / 6.0, 0.0), 1.0);
    const double spread = sqrt((2.0 + 12.0 * concentration) / n) + 2.0 / n;
    return (variance / (2.0 * squares) - 1.0) / spread;
}

gm_status gm_tails_test(gm_context *context, int64_t count, int64_t d, const double *rows,
                        const double *moments, gm_tails *out) {
    gm_status status = GM_OK;
    sample s = {.count = count, .d = d};
    *out = (gm_tails){NAN, NAN, NAN};
    if (count < LEAST)
        return GM_OK;
    GM_TRY(GM_NEW(context, s.z, count * d));
    GM_TRY(GM_NEW(context, s.products, count * count));
    centre(rows, &s);
    out->marginal = pooled_kurtosis(&s, effective_rank(&s));
    out->radial = radial(&s);
    if (moments && d <= MOST_AXES)
        GM_TRY(principal(context, &s, moments, &out->principal));
done:
    gm_release(context, s.products);
    gm_release(context, s.z);
    return status;
}

void gm_tails_say(const gm_tails *tails, size_t size, char *out) {
    const double coordinates = fmax(fmax(tails->marginal, tails->principal), 0.0);
    const double lengths = fmax(tails->radial, 0.0);
    out[0] = '\0';
    if (coordinates > HEAVY || lengths > HEAVY)
        snprintf(
            out, size,
            "the inputs have heavier tails than Gaussian ones (%.0f standard deviations in the "
            "coordinates, %.0f in the lengths), for which the estimator 'gaussian' is wrong; use "
            "paired",
            coordinates, lengths);
}
