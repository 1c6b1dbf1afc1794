#include "lwe/guess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linalg/linalg.h"
#include "lwe/sincos_kernel.h"
#include "parallel/parallel.h"

enum {
    LEFT = 64,   /* guesses of the first half in a tile of scores */
    RIGHT = 512, /* of the second */
    MOST_UNITS = 12,
    MOST_HALF = 1 << 17 /* guesses of one half */
};

/* Log odds of an entry being zero: about one in eight is not. */
static const double LOG_ODDS = 2.0;

/* Guesses of one half of the dropped entries, in order of their units. */
struct half {
    int64_t first, width; /* its entries */
    int64_t count;
    int8_t *entries;               /* [count][width] */
    int64_t start[MOST_UNITS + 2]; /* guesses of u units are start[u] … start[u+1]−1 */
    float *phases;                 /* [count][2N] cosines, then sines */
};

/* A scored pair. Of equal scores the lower index is better. */
struct scored {
    float score;
    int64_t left, right;
};

/* The best of one worker, a heap with the worst on top. */
struct best {
    int64_t count;
    struct scored *heap;
};

/* Guesses of one half with all numbers of units of the other that still fit. */
struct tile {
    int64_t left, lefts, right, rights;
    double penalty;
};

struct work {
    gm_context *context;
    int64_t rows, keep;
    const struct half *halves;
    const struct tile *tiles;
    float **scores;    /* [workers] of [LEFT][RIGHT] */
    struct best *best; /* [workers] */
};

static bool better(const struct scored *a, const struct scored *b) {
    if (a->score != b->score)
        return a->score > b->score;
    return a->left != b->left ? a->left < b->left : a->right < b->right;
}

static void sift_down(struct scored *heap, int64_t count) {
    for (int64_t at = 0, child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && better(&heap[child], &heap[child + 1]))
            child++;
        if (!better(&heap[at], &heap[child]))
            return;
        const struct scored swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
    }
}

static void offer(struct best *best, int64_t keep, const struct scored *scored) {
    struct scored *heap = best->heap;
    if (best->count == keep) {
        if (better(scored, &heap[0])) {
            heap[0] = *scored;
            sift_down(heap, keep);
        }
        return;
    }
    int64_t at = best->count++;
    heap[at] = *scored;
    while (at > 0 && better(&heap[(at - 1) / 2], &heap[at])) {
        const struct scored swap = heap[at];
        heap[at] = heap[(at - 1) / 2];
        heap[(at - 1) / 2] = swap;
        at = (at - 1) / 2;
    }
}

/* Number of guesses of exactly `units` units: coefficients of (Σ_v x^|v|)^width. */
static void count_exact(gm_lwe_range range, int64_t width, int64_t most, double *out) {
    for (int64_t u = 0; u <= most; u++)
        out[u] = u == 0;
    for (int64_t j = 0; j < width; j++)
        for (int64_t u = most; u >= 0; u--) {
            double sum = out[u];
            for (int64_t v = 1; v <= u; v++)
                sum += out[u - v] * ((v <= range.high) + (-v >= range.low));
            out[u] = sum;
        }
}

double gm_lwe_guess_count(gm_lwe_range range, int64_t width, int64_t units) {
    double exact[MOST_UNITS + 1], sum = 0;
    const int64_t most = units < MOST_UNITS ? units : MOST_UNITS;
    count_exact(range, width, most, exact);
    for (int64_t u = 0; u <= most; u++)
        sum += exact[u];
    return sum;
}

/* Write all guesses of exactly `units` units on entries from `at` on, the others as in `current`.
 */
static void enumerate(gm_lwe_range range, struct half *half, int64_t at, int64_t units,
                      int8_t *current) {
    if (units == 0) {
        memcpy(&half->entries[half->count++ * half->width], current, (size_t)half->width);
        return;
    }
    for (int64_t j = at; j < half->width; j++)
        for (int64_t v = range.low; v <= range.high; v++)
            if (v != 0 && llabs(v) <= units) {
                current[j] = (int8_t)v;
                enumerate(range, half, j + 1, units - llabs(v), current);
                current[j] = 0;
            }
}

/* All guesses of a half with at most `units` units. */
static gm_status half_make(gm_context *context, gm_lwe_range range, int64_t first, int64_t width,
                           int64_t units, int64_t rows, struct half *half) {
    gm_status status;
    int8_t *current = NULL;
    const int64_t count = (int64_t)gm_lwe_guess_count(range, width, units);
    half->first = first;
    half->width = width;
    GM_TRY(GM_NEW(context, half->entries, count * width));
    GM_TRY(GM_NEW(context, half->phases, count * 2 * rows));
    GM_TRY(GM_NEW_ZERO(context, current, width));
    for (int64_t u = 0; u <= MOST_UNITS; u++) {
        half->start[u] = half->count;
        if (u <= units)
            enumerate(range, half, 0, u, current);
    }
    half->start[MOST_UNITS + 1] = half->count;
done:
    gm_release(context, current);
    return status;
}

/* Phases y − ⟨u, g⟩ of the first half, ⟨u, g⟩ of the second: their cosines and sines, weighted. */
struct phases {
    gm_context *context;
    const gm_lwe_view *view;
    struct half *half;
    const double *weight; /* [rows] */
    double sign;          /* −1: of the first half */
    double *turns;        /* [workers][rows] */
};

static gm_status fill_phases(void *argument, int64_t index, int worker) {
    const struct phases *phases = argument;
    const gm_lwe_view *view = phases->view;
    const struct half *half = phases->half;
    const int64_t rows = view->count;
    double *turns = &phases->turns[worker * rows];
    float *out = &half->phases[index * 2 * rows];
    for (int64_t i = 0; i < rows; i++)
        turns[i] = phases->sign < 0 ? view->y[i] : 0;
    for (int64_t j = 0; j < half->width; j++) {
        const double entry = phases->sign * half->entries[index * half->width + j];
        for (int64_t i = 0; entry != 0 && i < rows; i++)
            turns[i] += entry * view->u[i * view->dropped + half->first + j];
    }
    GM_SELECT_KERNEL(phases->context->isa, gm_sincos_turns_f32)
    (rows, turns, phases->weight, &out[rows], out);
    return GM_OK;
}

/* Scores of a tile, and the best of them. */
static gm_status score_tile(void *argument, int64_t index, int worker) {
    const struct work *work = argument;
    const struct tile *tile = &work->tiles[index];
    const struct half *left = &work->halves[0], *right = &work->halves[1];
    const int64_t depth = 2 * work->rows;
    struct best *best = &work->best[worker];
    float *scores = work->scores[worker];
    gm_multiply_outer_f32(tile->lefts, tile->rights, depth, &left->phases[tile->left * depth],
                          &right->phases[tile->right * depth], scores);
    const float penalty = (float)tile->penalty;
    for (int64_t i = 0; i < tile->lefts; i++)
        for (int64_t j = 0; j < tile->rights; j++) {
            const float score = scores[i * tile->rights + j] - penalty;
            if (best->count == work->keep && score < best->heap[0].score)
                continue;
            const struct scored scored = {score, tile->left + i, tile->right + j};
            offer(best, work->keep, &scored);
        }
    return GM_OK;
}

/* Tiles of all pairs of at most `units` units together; out NULL: only count them. */
static int64_t list_tiles(const struct half halves[2], int64_t units, double penalty,
                          struct tile *out) {
    int64_t count = 0;
    for (int64_t a = 0; a <= units; a++)
        for (int64_t b = 0; a + b <= units; b++)
            for (int64_t i = halves[0].start[a]; i < halves[0].start[a + 1]; i += LEFT)
                for (int64_t j = halves[1].start[b]; j < halves[1].start[b + 1]; j += RIGHT) {
                    const int64_t lefts = halves[0].start[a + 1] - i;
                    const int64_t rights = halves[1].start[b + 1] - j;
                    if (out)
                        out[count] = (struct tile){i, lefts < LEFT ? lefts : LEFT, j,
                                                   rights < RIGHT ? rights : RIGHT,
                                                   penalty * (double)(a + b)};
                    count++;
                }
    return count;
}

static int by_score(const void *a, const void *b) {
    return better(a, b) ? -1 : better(b, a);
}

/* The best of all workers, best first. */
static gm_status gather(const struct work *work, int workers, int64_t width,
                        gm_lwe_guesses *guesses) {
    gm_status status;
    struct scored *all = NULL;
    int64_t count = 0;
    GM_TRY(GM_NEW(work->context, all, workers * work->keep));
    for (int w = 0; w < workers; w++)
        for (int64_t i = 0; i < work->best[w].count; i++)
            all[count++] = work->best[w].heap[i];
    qsort(all, (size_t)count, sizeof *all, by_score);
    guesses->count = count < work->keep ? count : work->keep;
    guesses->width = width;
    GM_TRY(GM_NEW(work->context, guesses->entries, guesses->count * width));
    GM_TRY(GM_NEW(work->context, guesses->score, guesses->count));
    for (int64_t g = 0; g < guesses->count; g++) {
        guesses->score[g] = (double)all[g].score;
        for (int h = 0; h < 2; h++) {
            const struct half *half = &work->halves[h];
            const int64_t from = h == 0 ? all[g].left : all[g].right;
            memcpy(&guesses->entries[g * width + half->first], &half->entries[from * half->width],
                   (size_t)half->width);
        }
    }
done:
    gm_release(work->context, all);
    return status;
}

/* Units of the largest set of guesses that the budget, and the memory of a half, hold. */
static int64_t most_units(gm_lwe_range range, int64_t width, double budget) {
    int64_t units = 0;
    while (units < MOST_UNITS && gm_lwe_guess_count(range, width, units + 1) <= budget &&
           gm_lwe_guess_count(range, width - width / 2, units + 1) <= MOST_HALF)
        units++;
    return units;
}

/* Score all pairs of the halves' guesses. */
static gm_status score_all(struct work *work, int64_t units, double penalty, int64_t width,
                           gm_lwe_guesses *guesses) {
    gm_status status;
    gm_context *context = work->context;
    struct tile *tiles = NULL;
    const int workers = gm_context_threads(context);
    const int64_t count = list_tiles(work->halves, units, penalty, NULL);
    GM_TRY(GM_NEW(context, tiles, count));
    GM_TRY(GM_NEW_ZERO(context, work->scores, workers));
    GM_TRY(GM_NEW_ZERO(context, work->best, workers));
    for (int w = 0; w < workers; w++) {
        GM_TRY(GM_NEW(context, work->scores[w], LEFT * RIGHT));
        GM_TRY(GM_NEW(context, work->best[w].heap, work->keep));
    }
    list_tiles(work->halves, units, penalty, tiles);
    work->tiles = tiles;
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(gm_parallel_for(context, count, score_tile, work));
    GM_TRY(gather(work, workers, width, guesses));
done:
    for (int w = 0; w < workers; w++) {
        gm_release(context, work->scores ? work->scores[w] : NULL);
        gm_release(context, work->best ? work->best[w].heap : NULL);
    }
    gm_release(context, work->scores);
    gm_release(context, work->best);
    gm_release(context, tiles);
    return status;
}

/* ω_i = exp(−2π²v_i), scaled so that the score of a wrong guess has variance 1; returns how far the
   right one lies from it. */
static double weigh(const gm_lwe_view *view, double level, double *weight) {
    double least = INFINITY, squares = 0, shift = 0;
    for (int64_t i = 0; i < view->count; i++)
        least = fmin(least, gm_lwe_view_variance(view, i, level));
    for (int64_t i = 0; i < view->count; i++) {
        weight[i] = exp(-19.739208802178716 * (gm_lwe_view_variance(view, i, level) - least));
        squares += 0.5 * weight[i] * weight[i];
    }
    for (int64_t i = 0; i < view->count; i++) {
        weight[i] /= sqrt(squares);
        shift += weight[i] * exp(-19.739208802178716 * gm_lwe_view_variance(view, i, level));
    }
    return shift;
}

static gm_status make_halves(gm_context *context, const gm_lwe_view *view, gm_lwe_range range,
                             int64_t units, const double *weight, struct half halves[2]) {
    gm_status status;
    double *ones = NULL, *turns = NULL;
    const int64_t left = view->dropped / 2;
    GM_TRY(GM_NEW(context, ones, view->count));
    GM_TRY(GM_NEW(context, turns, gm_context_threads(context) * view->count));
    for (int64_t i = 0; i < view->count; i++)
        ones[i] = 1;
    GM_TRY(half_make(context, range, 0, left, units, view->count, &halves[0]));
    GM_TRY(half_make(context, range, left, view->dropped - left, units, view->count, &halves[1]));
    for (int h = 0; h < 2; h++) {
        struct phases phases = {.context = context,
                                .view = view,
                                .half = &halves[h],
                                .weight = h == 0 ? weight : ones,
                                .sign = h == 0 ? -1 : 1,
                                .turns = turns};
        GM_TRY(gm_parallel_for(context, halves[h].count, fill_phases, &phases));
    }
done:
    gm_release(context, ones);
    gm_release(context, turns);
    return status;
}

gm_status gm_lwe_guess(gm_context *context, const gm_lwe_search *search, double level,
                       double budget, int64_t keep, double *tried, gm_lwe_guesses **out) {
    gm_status status;
    const gm_lwe_view *view = search->view;
    const gm_lwe_range range = gm_lwe_range_of(&search->instance->parameters);
    const int64_t units = most_units(range, view->dropped, budget);
    struct half halves[2] = {{0}, {0}};
    double *weight = NULL;
    gm_lwe_guesses *guesses = NULL;
    struct work work = {.context = context, .rows = view->count, .keep = keep, .halves = halves};
    GM_TRY(GM_NEW_ZERO(context, guesses, 1));
    GM_TRY(GM_NEW(context, weight, view->count));
    const double shift = weigh(view, level, weight);
    const double penalty = LOG_ODDS / fmax(shift, 1);
    GM_TRY(make_halves(context, view, range, units, weight, halves));
    GM_TRY(score_all(&work, units, penalty, view->dropped, guesses));
    *tried = gm_lwe_guess_count(range, view->dropped, units);
    *out = guesses;
    guesses = NULL;
done:
    for (int h = 0; h < 2; h++) {
        gm_release(context, halves[h].entries);
        gm_release(context, halves[h].phases);
    }
    gm_release(context, weight);
    gm_lwe_guesses_destroy(context, guesses);
    return status;
}

void gm_lwe_guesses_destroy(gm_context *context, gm_lwe_guesses *guesses) {
    if (!guesses)
        return;
    gm_release(context, guesses->entries);
    gm_release(context, guesses->score);
    gm_release(context, guesses);
}
