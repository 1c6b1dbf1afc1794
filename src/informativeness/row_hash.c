#include "informativeness/row_hash.h"

#include <string.h>

enum { DIGIT = 8, DIGITS = 64 / DIGIT, VALUES = 1 << DIGIT };

static int digit(uint64_t hash, int which) {
    return (int)(hash >> which * DIGIT & (VALUES - 1));
}

/* Where the hashes with each value of a digit begin in the sorted order. */
static void count_digits(int64_t rows, const uint64_t *hashes, int64_t starts[DIGITS][VALUES]) {
    memset(starts, 0, sizeof(int64_t[DIGITS][VALUES]));
    for (int64_t i = 0; i < rows; i++)
        for (int d = 0; d < DIGITS; d++)
            starts[d][digit(hashes[i], d)]++;
    for (int d = 0; d < DIGITS; d++) {
        int64_t before = 0;
        for (int v = 0; v < VALUES; v++) {
            const int64_t count = starts[d][v];
            starts[d][v] = before;
            before += count;
        }
    }
}

static void count_runs(int64_t rows, const uint64_t *sorted, gm_collisions *out) {
    int64_t first = 0;
    *out = (gm_collisions){.rows = (double)rows};
    for (int64_t i = 1; i <= rows; i++)
        if (i == rows || sorted[i] != sorted[first]) {
            gm_collisions_add(out, (double)(i - first));
            first = i;
        }
}

gm_status gm_row_collisions(gm_context *context, int64_t rows, uint64_t *hashes, uint64_t *spare,
                            gm_collisions *out) {
    gm_status status = GM_OK;
    int64_t starts[DIGITS][VALUES];
    count_digits(rows, hashes, starts);
    for (int d = 0; d < DIGITS; d++) { /* an even number: the last one ends in `hashes` */
        GM_TRY(gm_progress(context, "counting equal rows", d, DIGITS));
        for (int64_t i = 0; i < rows; i++)
            spare[starts[d][digit(hashes[i], d)]++] = hashes[i];
        uint64_t *const sorted = spare;
        spare = hashes;
        hashes = sorted;
    }
    count_runs(rows, hashes, out);
done:
    return status;
}
