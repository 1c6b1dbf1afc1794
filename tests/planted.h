/* Rows that need no lattice: x short and drawn at random, y made of the secret and of the errors of
   the samples that the coefficients name. */
#ifndef GM_TESTS_PLANTED_H
#define GM_TESTS_PLANTED_H

#include "context.h"

#include "lwe/peel.h"
#include "lwe/rows.h"
#include "random/discrete.h"

typedef struct plant_form {
    gm_lwe_parameters parameters;
    int64_t count, width, blocks;
    int64_t dropped;  /* every third column, that many */
    double deviation; /* of entries of x, in turns */
    double spread;    /* row i has (1 + spread (i mod 4)) times that */
    double amplify;   /* deviation of coefficients */
} plant_form;

typedef struct planted {
    gm_lwe *instance;
    gm_lwe_rows rows;
} planted;

static inline int64_t plant_centred(int64_t a, int64_t q) {
    a = (a % q + q) % q;
    return 2 * a >= q ? a - q : a;
}

/* b − A s of a sample, centred. */
static inline int64_t plant_error(const gm_lwe *instance, const int64_t *secret, int64_t i) {
    const int64_t n = instance->parameters.n, q = instance->parameters.q;
    int64_t sum = instance->b[i];
    for (int64_t j = 0; j < n; j++)
        sum = (sum - instance->a[i * n + j] * secret[j]) % q;
    return plant_centred(sum, q);
}

static inline void *plant_numbers(int64_t count) {
    void *numbers = calloc((size_t)(count > 0 ? count : 1), sizeof(int64_t));
    assert_non_null(numbers);
    return numbers;
}

static inline int64_t plant_rounded(uint64_t seed, uint64_t stream, int64_t index, double std) {
    double g;
    gm_random_gaussian(context, (gm_stream){seed, stream}, index, 1, &g);
    return (int64_t)lround(std * g);
}

static inline void plant_row(planted *p, const plant_form *form, uint64_t seed, int64_t i) {
    gm_lwe_rows *rows = &p->rows;
    const gm_lwe *instance = p->instance;
    const int64_t n = rows->n, q = rows->q, samples = instance->parameters.samples;
    const double size = form->deviation * (1 + form->spread * (double)(i % 4)) * (double)q;
    int64_t y = 0, next = 0;
    rows->block[i] = i * rows->blocks / rows->count;
    for (int64_t l = 0; l < rows->width; l++) { /* blocks share half of their samples */
        const int64_t at = (rows->block[i] * ((rows->width + 1) / 2) + l) % samples;
        rows->index[i * rows->width + l] = at;
        rows->r[i * rows->width + l] = plant_rounded(seed, 901, i * rows->width + l, form->amplify);
        y += rows->r[i * rows->width + l] * plant_error(instance, instance->secret, at);
    }
    for (int64_t j = 0; j < n; j++) {
        int64_t *entry = &rows->ra[i * n + j];
        if (next < rows->dropped_count && rows->dropped[next] == j) {
            gm_random_index(context, (gm_stream){seed, 902}, i * n + j, 1, q, entry);
            next++;
        } else
            *entry = plant_rounded(seed, 903, i * n + j, size);
        *entry = plant_centred(*entry, q);
        y = (y + *entry * instance->secret[j]) % q;
    }
    rows->rb[i] = plant_centred(y, q);
}

static inline planted plant(const plant_form *form, uint64_t seed) {
    planted p = {0};
    gm_lwe_rows *rows = &p.rows;
    const int64_t n = form->parameters.n, count = form->count, width = form->width;
    check_ok(context, gm_lwe_generate(context, &form->parameters, seed, &p.instance));
    *rows = (gm_lwe_rows){.count = count,
                          .n = n,
                          .q = form->parameters.q,
                          .width = width,
                          .blocks = form->blocks,
                          .dropped_count = form->dropped};
    rows->ra = plant_numbers(count * n);
    rows->rb = plant_numbers(count);
    rows->r = plant_numbers(count * width);
    rows->index = plant_numbers(count * width);
    rows->block = plant_numbers(count);
    rows->dropped = plant_numbers(form->dropped);
    for (int64_t j = 0; j < form->dropped; j++)
        rows->dropped[j] = 3 * j + 1;
    for (int64_t i = 0; i < count; i++)
        plant_row(&p, form, seed, i);
    return p;
}

static inline void plant_free(planted *p) {
    gm_lwe_destroy(context, p->instance);
    free(p->rows.ra);
    free(p->rows.rb);
    free(p->rows.r);
    free(p->rows.index);
    free(p->rows.block);
    free(p->rows.dropped);
}

#endif
