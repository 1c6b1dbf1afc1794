#include "lwe/block.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "data/text_file.h"
#include "random/order.h"
#include "random/streams.h"

enum { HEADER = 11, MOST_WIDTH = 4096, MOST_COUNT = 8192 };
static const uint64_t MAGIC = 0x314B4C4245574C47u; /* "GLWEBLK1" where the low byte is first */

void gm_lwe_block_free(gm_context *context, gm_lwe_block *block) {
    gm_release(context, block->index);
    gm_release(context, block->r);
    *block = (gm_lwe_block){0};
}

/* The first `count` of a random order of 0 … size−1, in ascending order. */
static gm_status choose(gm_context *context, gm_stream stream, int64_t first, int64_t size,
                        int64_t count, int64_t *out) {
    gm_status status;
    int64_t *order = NULL;
    GM_TRY(GM_NEW(context, order, size));
    gm_random_order(context, stream, first, size, count, order);
    for (int64_t i = 0; i < count; i++) {
        int64_t at = i;
        for (; at > 0 && out[at - 1] > order[i]; at--)
            out[at] = out[at - 1];
        out[at] = order[i];
    }
done:
    gm_release(context, order);
    return status;
}

gm_status gm_lwe_block_drop(gm_context *context, uint64_t seed, int64_t round, int64_t n, int64_t k,
                            int64_t *out) {
    return choose(context, (gm_stream){seed, GM_STREAM_LWE_DROP}, round << 20, n, k, out);
}

gm_status gm_lwe_block_draw(gm_context *context, uint64_t seed, int64_t round, int64_t b,
                            int64_t samples, int64_t width, gm_lwe_block *out) {
    gm_status status;
    int64_t *index = NULL;
    GM_TRY(GM_NEW(context, index, width));
    GM_TRY(choose(context, (gm_stream){seed, GM_STREAM_LWE_BLOCK}, ((round << 20) + b) << 20,
                  samples, width, index));
    *out = (gm_lwe_block){.width = width, .index = index};
    return GM_OK;
done:
    gm_release(context, index);
    return status;
}

gm_status gm_lwe_block_basis(gm_context *context, const gm_lwe *instance, const gm_lwe_block *block,
                             const int64_t *dropped, int64_t dropped_count, int64_t **out) {
    gm_status status;
    const int64_t n = instance->parameters.n, q = instance->parameters.q, m = block->width;
    const int64_t kept = n - dropped_count, d = m + kept;
    int64_t *basis = NULL, *column = NULL;
    GM_TRY(GM_NEW(context, column, kept));
    GM_TRY(GM_NEW_ZERO(context, basis, d * d));
    gm_lwe_kept_columns(n, dropped, dropped_count, column);
    for (int64_t j = 0; j < kept; j++)
        basis[j * d + m + j] = q;
    for (int64_t i = 0; i < m; i++) {
        int64_t *row = &basis[(kept + i) * d];
        row[i] = block->weight;
        for (int64_t j = 0; j < kept; j++)
            row[m + j] = gm_lwe_centred(instance->a[block->index[i] * n + column[j]], q);
    }
    *out = basis;
    basis = NULL;
done:
    gm_release(context, basis);
    gm_release(context, column);
    return status;
}

/* Whether the vector is τ R, R A' mod q; its R is written, and whether that is not 0. */
static bool read_vector(const gm_lwe *instance, const gm_lwe_block *block, const int64_t *column,
                        int64_t kept, const int64_t *vector, int64_t *r, bool *combines) {
    const int64_t n = instance->parameters.n, q = instance->parameters.q, m = block->width;
    *combines = false;
    for (int64_t i = 0; i < m; i++) {
        if (vector[i] % block->weight)
            return false;
        r[i] = vector[i] / block->weight;
        *combines |= r[i] != 0;
    }
    for (int64_t j = 0; j < kept; j++) {
        int64_t sum = 0;
        for (int64_t i = 0; i < m; i++)
            sum = (sum + r[i] % q * instance->a[block->index[i] * n + column[j]]) % q;
        if ((sum - vector[m + j]) % q)
            return false;
    }
    return true;
}

gm_status gm_lwe_block_read(gm_context *context, const gm_lwe *instance, const int64_t *dropped,
                            int64_t dropped_count, const int64_t *basis, gm_lwe_block *block) {
    gm_status status;
    const int64_t n = instance->parameters.n, m = block->width, kept = n - dropped_count;
    const int64_t d = m + kept;
    int64_t *r = NULL, *column = NULL, count = 0;
    GM_TRY(GM_NEW(context, column, kept));
    GM_TRY(GM_NEW(context, r, d * m));
    gm_lwe_kept_columns(n, dropped, dropped_count, column);
    for (int64_t i = 0; i < d; i++) {
        bool combines;
        if (!read_vector(instance, block, column, kept, &basis[i * d], &r[count * m], &combines))
            GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                           "vector %lld of the reduced basis is not of the lattice", (long long)i));
        count += combines;
    }
    block->r = r;
    block->count = count;
    r = NULL;
done:
    gm_release(context, r);
    gm_release(context, column);
    return status;
}

uint64_t gm_lwe_block_key(const gm_lwe *instance, const gm_lwe_block *block, const int64_t *dropped,
                          int64_t dropped_count, uint64_t seed) {
    const gm_lwe_parameters *p = &instance->parameters;
    const int64_t numbers[] = {p->n,         p->q,          p->samples,
                               block->width, block->weight, block->block_size,
                               block->loops, dropped_count};
    uint64_t key = gm_hash_bytes(GM_HASH_START, numbers, sizeof numbers);
    key = gm_hash_bytes(key, &seed, sizeof seed);
    key = gm_hash_bytes(key, block->index, (size_t)block->width * sizeof *block->index);
    key = gm_hash_bytes(key, dropped, (size_t)dropped_count * sizeof *dropped);
    for (int64_t i = 0; i < block->width; i++)
        key = gm_hash_bytes(key, &instance->a[block->index[i] * p->n],
                            (size_t)p->n * sizeof *instance->a);
    return key;
}

/* File: magic, key, count, width, precision, block size, loops, τ, three times; r; checksum. */
static void fill_header(uint64_t key, const gm_lwe_block *block, uint64_t *header) {
    const uint64_t values[HEADER] = {MAGIC,
                                     key,
                                     (uint64_t)block->count,
                                     (uint64_t)block->width,
                                     (uint64_t)block->precision,
                                     (uint64_t)block->block_size,
                                     (uint64_t)block->loops,
                                     (uint64_t)block->weight};
    memcpy(header, values, sizeof values);
    memcpy(&header[8], &block->lll_seconds, sizeof *header);
    memcpy(&header[9], &block->bkz_seconds, sizeof *header);
    memcpy(&header[10], &block->fplll_seconds, sizeof *header);
}

static void file_name(int64_t round, int64_t b, char name[64]) {
    snprintf(name, 64, "block-%lld-%lld", (long long)round, (long long)b);
}

gm_status gm_lwe_block_save(gm_context *context, const char *folder, uint64_t key, int64_t round,
                            int64_t b, const gm_lwe_block *block) {
    gm_status status;
    gm_output *output = NULL;
    uint64_t *words = NULL;
    char name[64];
    const int64_t entries = block->count * block->width, count = HEADER + entries + 1;
    GM_TRY(GM_NEW(context, words, count));
    fill_header(key, block, words);
    memcpy(&words[HEADER], block->r, (size_t)entries * sizeof *words);
    words[count - 1] = gm_hash_bytes(GM_HASH_START, words, (size_t)(count - 1) * sizeof *words);
    file_name(round, b, name);
    GM_TRY(gm_output_open(context, folder, NULL, &output));
    GM_TRY(gm_output_write(output, name, words, (size_t)count * sizeof *words));
    GM_TRY(gm_output_commit(output));
done:
    gm_output_close(output);
    gm_release(context, words);
    return status;
}

gm_status gm_lwe_block_take(gm_context *context, const char *bytes, size_t size, uint64_t key,
                            gm_lwe_block *block) {
    uint64_t header[HEADER], sum;
    if (size < sizeof header + sizeof sum)
        return GM_OK;
    memcpy(header, bytes, sizeof header);
    memcpy(&sum, &bytes[size - sizeof sum], sizeof sum);
    const uint64_t count = header[2], width = header[3];
    if (header[0] != MAGIC || header[1] != key || width != (uint64_t)block->width || count == 0 ||
        count > MOST_COUNT || header[4] > 2 || size != (HEADER + count * width + 1) * sizeof sum ||
        sum != gm_hash_bytes(GM_HASH_START, bytes, size - sizeof sum))
        return GM_OK;
    const gm_status status = GM_NEW(context, block->r, (int64_t)(count * width));
    if (status != GM_OK)
        return status;
    memcpy(block->r, &bytes[sizeof header], count * width * sizeof *block->r);
    block->count = (int64_t)count;
    block->precision = (int64_t)header[4];
    memcpy(&block->lll_seconds, &header[8], sizeof *header);
    memcpy(&block->bkz_seconds, &header[9], sizeof *header);
    memcpy(&block->fplll_seconds, &header[10], sizeof *header);
    return GM_OK;
}

gm_status gm_lwe_block_load(gm_context *context, const char *folder, uint64_t key, int64_t round,
                            int64_t b, gm_lwe_block *block) {
    gm_status status;
    char *path = NULL, *bytes = NULL, name[64];
    size_t size = 0;
    const int64_t length = (int64_t)(strlen(folder) + sizeof name + 1);
    file_name(round, b, name);
    GM_TRY(GM_NEW(context, path, length));
    snprintf(path, (size_t)length, "%s/%s", folder, name);
    const int64_t largest = (int64_t)(HEADER + (int64_t)MOST_COUNT * MOST_WIDTH + 1) * 8;
    status = gm_text_file_read(context, path, "a reduced block", "reading blocks", largest, &bytes,
                               &size);
    if (status == GM_INVALID_INPUT) /* absent, or no file of ours: the block is reduced anew */
        status = GM_OK;
    else if (status == GM_OK)
        status = gm_lwe_block_take(context, bytes, size, key, block);
done:
    gm_release(context, path);
    gm_release(context, bytes);
    return status;
}
