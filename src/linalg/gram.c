/* Symmetric products, tile by tile. */
#include <cblas.h>
#include <limits.h>
#include <string.h>

#include "linalg/linalg.h"
#include "parallel/parallel.h"
#include "parallel/ranks.h"

/* Side of the tiles of a symmetric product: ten tiles of a 784² triangle keep two threads busy, and
   a tile and its two panels stay in the second-level cache. */
enum { TILE = 200 };

typedef struct gram_job {
    int64_t k, d;
    const double *rows;
    double *lower;
} gram_job;

/* Where tile `index` is. */
typedef struct place {
    int64_t row, column, height, width;
} place;

static place place_of(int64_t d, int64_t index) {
    int64_t i = 0; /* row of tiles; index becomes the column */
    while (index > i)
        index -= ++i;
    const int64_t row = i * TILE, column = index * TILE;
    return (place){row, column, d - row < TILE ? d - row : TILE,
                   d - column < TILE ? d - column : TILE};
}

static gm_status gram_tile(void *argument, int64_t index, int worker) {
    (void)worker;
    const gram_job *job = argument;
    const int64_t d = job->d;
    const place t = place_of(d, index);
    const double *left = job->rows + t.row, *right = job->rows + t.column;
    double *tile = job->lower + t.row * d + t.column;
    if (t.row == t.column)
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)t.height, (int)job->k, 1.0, left,
                    (int)d, 1.0, tile, (int)d);
    else
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)t.height, (int)t.width,
                    (int)job->k, 1.0, left, (int)d, right, (int)d, 1.0, tile, (int)d);
    return GM_OK;
}

static int64_t gram_tiles(int64_t d) {
    const int64_t tiles = (d + TILE - 1) / TILE;
    return tiles * (tiles + 1) / 2;
}

/* `run` goes through the tiles: gm_parallel_for(), or gm_share_keep() for those of this rank. */
static gm_status accumulate(gm_context *context, int64_t k, int64_t d, const double *rows,
                            double *lower,
                            gm_status (*run)(gm_context *, int64_t, gm_task, void *)) {
    if (d > INT_MAX || k > INT_MAX)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_gram_accumulate: %lld x %lld is too large",
                       (long long)k, (long long)d);
    gram_job job = {k, d, rows, lower};
    gm_status status = gm_blas_prepare(context);
    if (status != GM_OK)
        return status;
    return run(context, gram_tiles(d), gram_tile, &job);
}

gm_status gm_gram_accumulate(gm_context *context, int64_t k, int64_t d, const double *rows,
                             double *lower) {
    return accumulate(context, k, d, rows, lower, gm_parallel_for);
}

gm_status gm_gram_accumulate_part(gm_context *context, int64_t k, int64_t d, const double *rows,
                                  double *lower) {
    return accumulate(context, k, d, rows, lower, gm_share_keep);
}

/* A tile from one place to another, whose rows lie so far apart; nothing above the diagonal. */
static void copy_tile(place t, const double *from, int64_t from_stride, double *to,
                      int64_t to_stride) {
    for (int64_t r = 0; r < t.height; r++)
        memcpy(to + r * to_stride, from + r * from_stride,
               (size_t)(t.row == t.column ? r + 1 : t.width) * sizeof *to);
}

/* Number `turn` of the tiles of each rank that has so many; offsets [R + 1], packed [R][TILE²]. */
static gm_status gather_turn(gm_context *context, int64_t d, int64_t turn, int64_t *offsets,
                             double *packed, double *lower) {
    const int64_t count = gram_tiles(d);
    const int ranks = gm_context_ranks(context), rank = gm_context_rank(context);
    gm_status status = GM_OK;
    int64_t first, end, next = 0;
    for (int r = 0; r < ranks; r++) {
        offsets[r] = next * (int64_t)sizeof *packed;
        gm_share_part(count, ranks, r, &first, &end);
        if (first + turn >= end)
            continue;
        const place t = place_of(d, first + turn);
        if (r == rank)
            copy_tile(t, lower + t.row * d + t.column, d, packed + next, t.width);
        next += t.height * t.width;
    }
    offsets[ranks] = next * (int64_t)sizeof *packed;
    status = gm_share_parts(context, offsets, packed);
    for (int r = 0; r < ranks && status == GM_OK; r++) {
        gm_share_part(count, ranks, r, &first, &end);
        if (r == rank || first + turn >= end)
            continue;
        const place t = place_of(d, first + turn);
        copy_tile(t, packed + offsets[r] / (int64_t)sizeof *packed, t.width,
                  lower + t.row * d + t.column, d);
    }
    return status;
}

/* Turn by turn, so that what travels stays in little memory, which is used again. */
gm_status gm_gram_gather(gm_context *context, int64_t d, double *lower) {
    gm_status status = GM_OK;
    const int64_t ranks = gm_context_ranks(context), turns = (gram_tiles(d) + ranks - 1) / ranks;
    int64_t *offsets = NULL;
    double *packed = NULL;
    if (!gm_is_shared(context))
        return GM_OK;
    status = GM_NEW(context, offsets, ranks + 1);
    if (status == GM_OK)
        status = GM_NEW(context, packed, ranks * TILE * TILE);
    GM_TRY(gm_ranks_agree(context, status));
    for (int64_t turn = 0; turn < turns; turn++)
        GM_TRY(gather_turn(context, d, turn, offsets, packed, lower));
done:
    gm_release(context, packed);
    gm_release(context, offsets);
    return status;
}

static gm_status outer_tile(void *argument, int64_t index, int worker) {
    (void)worker;
    const gram_job *job = argument;
    const int64_t k = job->k, d = job->d;
    const place t = place_of(k, index);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)t.height, (int)t.width, (int)d, 1.0,
                job->rows + t.row * d, (int)d, job->rows + t.column * d, (int)d, 0.0,
                job->lower + t.row * k + t.column, (int)k);
    return GM_OK;
}

gm_status gm_outer_gram(gm_context *context, int64_t k, int64_t d, const double *rows,
                        double *out) {
    gram_job job = {k, d, rows, out};
    gm_status status = gm_blas_prepare(context);
    if (status == GM_OK)
        status = gm_parallel_for(context, gram_tiles(k), outer_tile, &job);
    if (status == GM_OK)
        gm_symmetric_mirror(k, out);
    return status;
}
