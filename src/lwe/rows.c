#include "lwe/rows.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

int64_t gm_lwe_centred(int64_t value, int64_t q) {
    value %= q;
    if (value < 0)
        value += q;
    return value >= q - value ? value - q : value;
}

uint64_t gm_lwe_fingerprint(const gm_lwe *instance) {
    const gm_lwe_parameters *p = &instance->parameters;
    const int64_t sizes[] = {p->n, p->q, p->samples};
    uint64_t hash = gm_hash_bytes(GM_HASH_START, sizes, sizeof sizes);
    hash = gm_hash_bytes(hash, instance->a, (size_t)(p->samples * p->n) * sizeof *instance->a);
    return gm_hash_bytes(hash, instance->b, (size_t)p->samples * sizeof *instance->b);
}

gm_status gm_lwe_rows_create(gm_context *context, const gm_lwe *instance, const int64_t *dropped,
                             int64_t dropped_count, gm_lwe_rows **out) {
    gm_status status;
    gm_lwe_rows *rows = NULL;
    GM_TRY(GM_NEW_ZERO(context, rows, 1));
    rows->n = instance->parameters.n;
    rows->q = instance->parameters.q;
    rows->fingerprint = gm_lwe_fingerprint(instance);
    rows->dropped_count = dropped_count;
    GM_TRY(GM_NEW(context, rows->dropped, dropped_count));
    if (dropped_count)
        memcpy(rows->dropped, dropped, (size_t)dropped_count * sizeof *dropped);
    *out = rows;
    return GM_OK;
done:
    gm_lwe_rows_destroy(context, rows);
    return status;
}

void gm_lwe_rows_destroy(gm_context *context, gm_lwe_rows *rows) {
    if (!rows)
        return;
    gm_release(context, rows->ra);
    gm_release(context, rows->rb);
    gm_release(context, rows->r);
    gm_release(context, rows->index);
    gm_release(context, rows->block);
    gm_release(context, rows->dropped);
    gm_release(context, rows);
}

/* Copy [count][from] into [rows][to], to ≥ from, the rest zero: a new array. */
static gm_status widen(gm_context *context, const int64_t *values, int64_t count, int64_t from,
                       int64_t rows, int64_t to, int64_t **out) {
    const gm_status status = GM_NEW_ZERO(context, *out, rows * to);
    for (int64_t i = 0; status == GM_OK && i < count; i++)
        memcpy(&(*out)[i * to], &values[i * from], (size_t)from * sizeof *values);
    return status;
}

void gm_lwe_combine(const gm_lwe *instance, int64_t width, const int64_t *r, const int64_t *index,
                    int64_t *ra, int64_t *rb) {
    const int64_t n = instance->parameters.n, q = instance->parameters.q;
    memset(ra, 0, (size_t)n * sizeof *ra);
    *rb = 0;
    for (int64_t l = 0; l < width; l++) {
        const int64_t factor = r[l] % q;
        const int64_t *a = &instance->a[index[l] * n];
        if (factor == 0)
            continue;
        for (int64_t j = 0; j < n; j++) /* |factor a_j| < 2^62 */
            ra[j] = (ra[j] + factor * a[j]) % q;
        *rb = (*rb + factor * instance->b[index[l]]) % q;
    }
    for (int64_t j = 0; j < n; j++)
        ra[j] = gm_lwe_centred(ra[j], q);
    *rb = gm_lwe_centred(*rb, q);
}

gm_status gm_lwe_rows_append(gm_context *context, const gm_lwe *instance, gm_lwe_rows *rows,
                             int64_t count, int64_t width, const int64_t *r, const int64_t *index) {
    gm_status status;
    gm_lwe_rows grown = *rows;
    grown.count += count;
    grown.width = width > rows->width ? width : rows->width;
    grown.ra = grown.rb = grown.r = grown.index = grown.block = NULL;
    GM_TRY(widen(context, rows->ra, rows->count, rows->n, grown.count, rows->n, &grown.ra));
    GM_TRY(widen(context, rows->rb, rows->count, 1, grown.count, 1, &grown.rb));
    GM_TRY(widen(context, rows->r, rows->count, rows->width, grown.count, grown.width, &grown.r));
    GM_TRY(widen(context, rows->index, rows->count, rows->width, grown.count, grown.width,
                 &grown.index));
    GM_TRY(widen(context, rows->block, rows->count, 1, grown.count, 1, &grown.block));
    for (int64_t i = 0; i < count; i++) {
        const int64_t at = rows->count + i;
        memcpy(&grown.r[at * grown.width], &r[i * width], (size_t)width * sizeof *r);
        memcpy(&grown.index[at * grown.width], index, (size_t)width * sizeof *index);
        gm_lwe_combine(instance, width, &r[i * width], index, &grown.ra[at * grown.n],
                       &grown.rb[at]);
        grown.block[at] = rows->blocks;
    }
    grown.blocks++;
    gm_release(context, rows->ra);
    gm_release(context, rows->rb);
    gm_release(context, rows->r);
    gm_release(context, rows->index);
    gm_release(context, rows->block);
    *rows = grown;
    return GM_OK;
done:
    gm_release(context, grown.ra);
    gm_release(context, grown.rb);
    gm_release(context, grown.r);
    gm_release(context, grown.index);
    gm_release(context, grown.block);
    return status;
}

gm_status gm_lwe_rows_of_samples(gm_context *context, const gm_lwe *instance, int64_t count,
                                 const int64_t *dropped, int64_t dropped_count, gm_lwe_rows **out) {
    gm_status status;
    gm_lwe_rows *rows = NULL;
    const int64_t one = 1;
    if (count < 0 || count > instance->parameters.samples)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lwe_rows_of_samples: count is %lld; there are %lld samples",
                       (long long)count, (long long)instance->parameters.samples);
    GM_TRY(gm_lwe_rows_create(context, instance, dropped, dropped_count, &rows));
    rows->width = 1;
    rows->count = rows->blocks = count;
    GM_TRY(GM_NEW(context, rows->ra, count * rows->n));
    GM_TRY(GM_NEW(context, rows->rb, count));
    GM_TRY(GM_NEW(context, rows->r, count));
    GM_TRY(GM_NEW(context, rows->index, count));
    GM_TRY(GM_NEW(context, rows->block, count));
    for (int64_t i = 0; i < count; i++) {
        rows->r[i] = 1;
        rows->index[i] = rows->block[i] = i;
        gm_lwe_combine(instance, 1, &one, &i, &rows->ra[i * rows->n], &rows->rb[i]);
    }
    *out = rows;
    return GM_OK;
done:
    gm_lwe_rows_destroy(context, rows);
    return status;
}

int64_t gm_lwe_kept_columns(int64_t n, const int64_t *dropped, int64_t dropped_count,
                            int64_t *out) {
    int64_t count = 0, next = 0;
    for (int64_t j = 0; j < n; j++)
        if (next < dropped_count && dropped[next] == j)
            next++;
        else
            out[count++] = j;
    return count;
}

double gm_lwe_rho(const gm_lwe_rows *rows) {
    double sum = 0;
    int64_t entries = 0, next = 0;
    for (int64_t j = 0; j < rows->n; j++) {
        if (next < rows->dropped_count && rows->dropped[next] == j) {
            next++;
            continue;
        }
        for (int64_t i = 0; i < rows->count; i++, entries++) {
            const double entry = (double)rows->ra[i * rows->n + j] / (double)rows->q;
            sum += entry * entry;
        }
    }
    return sqrt(12 * sum / (double)entries);
}
