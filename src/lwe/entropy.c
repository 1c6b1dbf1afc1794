#include "lwe/entropy.h"

#include <math.h>

#include "informativeness/tally.h"

static const double pi = 3.14159265358979323846;

/* Σ_x e^(−x²/2s²) x^(2k) over whole numbers, k = 0, 1. */
static void gaussian_sums(double s, double *mass, double *square) {
    *mass = 1.0;
    *square = 0.0;
    for (int x = 1; x <= 9.0 * s + 1.0; x++) {
        const double weight = 2.0 * exp(-0.5 * x * x / (s * s));
        *mass += weight;
        *square += weight * x * x;
    }
}

/* The width s with that standard deviation, which grows with s. */
static double find_width(double std) {
    double low = 0.0, high = 3.0;
    for (int step = 0; step < 60; step++) {
        const double middle = 0.5 * (low + high);
        double mass, square;
        gaussian_sums(middle, &mass, &square);
        *(square > std * std * mass ? &high : &low) = middle;
    }
    return 0.5 * (low + high);
}

/* Σ P² = Σ e^(−x²/s²) / (Σ e^(−x²/2s²))². */
double gm_lwe_gaussian_entropy(double std) {
    double mass, square, collisions;
    if (std <= 0.0)
        return 0.0;
    if (std >= 2.0)
        return log(2.0 * sqrt(pi) * std);
    const double s = find_width(std);
    gaussian_sums(s, &mass, &square);
    gaussian_sums(s / sqrt(2.0), &collisions, &square);
    return 2.0 * log(mass) - log(collisions);
}

/* Mean square of an entry of column j about 0, where reduction centres it. */
static double mean_square(const gm_lwe_rows *rows, int64_t j) {
    double sum = 0.0;
    for (int64_t i = 0; i < rows->count; i++) {
        const double entry = (double)rows->ra[i * rows->n + j];
        sum += entry * entry / (double)rows->count;
    }
    return sum;
}

/* Pairs of rows that agree in column j. */
static gm_status count_pairs(gm_context *context, const gm_lwe_rows *rows, int64_t j,
                             uint64_t *keys, double *pairs) {
    gm_tally tally = {0};
    for (int64_t i = 0; i < rows->count; i++)
        keys[i] = (uint64_t)(rows->ra[i * rows->n + j] + rows->q);
    const gm_status status = gm_tally_add(context, &tally, keys, rows->count, 1);
    if (status == GM_OK)
        *pairs += gm_tally_collisions(&tally).pairs;
    gm_tally_release(context, &tally);
    return status;
}

gm_status gm_lwe_find_entropy(gm_context *context, const gm_lwe_rows *rows, gm_lwe_entropy *out) {
    gm_status status = GM_OK;
    const double n = (double)rows->n, uniform = log((double)rows->q), count = (double)rows->count;
    double pairs = 0.0, squares = 0.0, after = 0.0;
    int64_t *column = NULL;
    uint64_t *keys = NULL;
    GM_TRY(GM_NEW(context, column, rows->n));
    GM_TRY(GM_NEW(context, keys, rows->count));
    const int64_t kept = gm_lwe_kept_columns(rows->n, rows->dropped, rows->dropped_count, column);
    const double left = (n - (double)kept) * uniform;
    for (int64_t k = 0; k < kept; k++) {
        const double square = mean_square(rows, column[k]);
        squares += square / (double)kept;
        after += fmin(uniform, gm_lwe_gaussian_entropy(sqrt(square)));
        GM_TRY(count_pairs(context, rows, column[k], keys, &pairs));
    }
    const double share = pairs / ((double)kept * 0.5 * count * (count - 1.0));
    *out =
        (gm_lwe_entropy){.before = n * uniform,
                         .after = after + left,
                         .column_std = sqrt(squares),
                         .counted = pairs > 0.0 ? left - (double)kept * log(share) : (double)NAN,
                         .counted_error = pairs > 0.0 ? (double)kept / sqrt(pairs) : (double)NAN};
    out->before_bits = out->before / log(2.0);
    out->after_bits = out->after / log(2.0);
done:
    gm_release(context, keys);
    gm_release(context, column);
    return status;
}
