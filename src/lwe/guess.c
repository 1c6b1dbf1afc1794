#include "lwe/guess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linalg/linalg.h"
#include "lwe/phase.h"
#include "lwe/sincos_kernel.h"
#include "parallel/parallel.h"

enum {
    LEFT = 128,  /* guesses of one half in a tile of scores */
    RIGHT = 512, /* of the other */
    MOST_UNITS = GM_LWE_MOST_UNITS,
    MOST_HALF = 1 << 20 /* guesses of one half */
};

/* Log odds of an entry being zero: about one in eight is not. */
static const double LOG_ODDS = 2.0;

/* Guesses of one half of the dropped entries, in order of their units. */
struct half {
    int64_t first, width; /* its entries */
    int sign;             /* −1: phases are y − ⟨u, g⟩, of the first half; 1: ⟨u, g⟩ */
    float *base;          /* [2N] of the guess that is all zero, weighted */
    int64_t count;
    int8_t *entries;               /* [count][width] */
    int64_t start[MOST_UNITS + 2]; /* guesses of u units are start[u] … start[u+1]−1 */
    int64_t tabled;                /* guesses whose phases are kept: at most half of the units */
    float *phases;                 /* [tabled][2N] cosines, then sines */
    float *penalty;                /* [tabled] for what each is improbable */
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

/* Guesses first … first+count−1 of one half, all of `units` units, whose phases are made when they
   are needed, with the first `others` of the table of the other half. */
struct tile {
    int side;
    int64_t first, count, units, others;
};

/* Products of the first steps of a guess: neighbours in order share most of them. */
struct prefix {
    const struct half *half;
    int64_t steps;
    int64_t column[MOST_UNITS]; /* of each unit of the guess */
    int step[MOST_UNITS];       /* ±1 */
    float *product;             /* [MOST_UNITS][2N] of step 0 … s */
};

/* Memory of one worker. */
struct scratch {
    struct prefix prefix;
    float *phases; /* [LEFT][2N] */
    float *scores; /* [LEFT][RIGHT] */
    struct best best;
};

struct work {
    gm_context *context;
    const gm_lwe_view *view;
    const float *columns; /* [dropped][2N] cosines and sines of the view's u */
    struct half *halves;
    int64_t keep;
    double penalty; /* of a unit */
    const struct tile *tiles;
    struct scratch *scratch; /* [workers] */
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
static gm_status half_make(gm_context *context, gm_lwe_range range, int64_t units, int64_t rows,
                           double penalty, struct half *half) {
    gm_status status;
    int8_t *current = NULL;
    const int64_t count = (int64_t)gm_lwe_guess_count(range, half->width, units);
    GM_TRY(GM_NEW(context, half->entries, count * half->width));
    GM_TRY(GM_NEW_ZERO(context, current, half->width));
    for (int64_t u = 0; u <= MOST_UNITS; u++) {
        half->start[u] = half->count;
        if (u <= units)
            enumerate(range, half, 0, u, current);
    }
    half->start[MOST_UNITS + 1] = half->count;
    half->tabled = half->start[units / 2 + 1];
    GM_TRY(GM_NEW(context, half->phases, half->tabled * 2 * rows));
    GM_TRY(GM_NEW(context, half->penalty, half->tabled));
    for (int64_t u = 0; u <= units / 2; u++)
        for (int64_t g = half->start[u]; g < half->start[u + 1]; g++)
            half->penalty[g] = (float)(penalty * (double)u);
done:
    gm_release(context, current);
    return status;
}

/* The guess as single steps, column by column; returns how many lead the prefix, too. */
static int64_t list_steps(const struct half *half, int64_t guess, struct prefix *prefix) {
    int64_t count = 0, shared = 0;
    for (int64_t j = 0; j < half->width; j++) {
        const int entry = half->entries[guess * half->width + j];
        for (int u = 0; u < abs(entry); u++, count++) {
            const int step = entry > 0 ? 1 : -1;
            if (shared == count && count < prefix->steps && prefix->half == half &&
                prefix->column[count] == j && prefix->step[count] == step)
                shared++;
            prefix->column[count] = j;
            prefix->step[count] = step;
        }
    }
    prefix->half = half;
    prefix->steps = count;
    return shared;
}

/* Cosines and sines of a guess's phases, weighted: out [2N]. A step is one product of phases. */
static void make_phases(const struct work *work, const struct half *half, int64_t guess,
                        struct prefix *prefix, float *out) {
    const int64_t rows = work->view->count;
    const int64_t shared = list_steps(half, guess, prefix);
    const float *from = shared > 0 ? &prefix->product[(shared - 1) * 2 * rows] : half->base;
    for (int64_t s = shared; s < prefix->steps; s++) {
        float *to = &prefix->product[s * 2 * rows];
        const float *column = &work->columns[(half->first + prefix->column[s]) * 2 * rows];
        GM_SELECT_KERNEL(work->context->isa, gm_turn_phases)
        (rows, (float)(half->sign * prefix->step[s]), from, column, to);
        from = to;
    }
    memcpy(out, from, (size_t)(2 * rows) * sizeof *out);
}

/* Task: the phases of the table of both halves, those of the second after those of the first. */
static gm_status fill_table(void *argument, int64_t index, int worker) {
    const struct work *work = argument;
    const bool second = index >= work->halves[0].tabled;
    struct half *half = &work->halves[second];
    const int64_t guess = second ? index - work->halves[0].tabled : index;
    make_phases(work, half, guess, &work->scratch[worker].prefix,
                &half->phases[guess * 2 * work->view->count]);
    return GM_OK;
}

/* Offer what is good enough of the scores [lefts][rights] of a tile. */
static void offer_scores(const struct work *work, const struct tile *tile, int64_t right,
                         int64_t rights, struct scratch *scratch) {
    struct best *best = &scratch->best;
    const float *penalty = &work->halves[1 - tile->side].penalty[right];
    const float own = (float)(work->penalty * (double)tile->units);
    for (int64_t i = 0; i < tile->count; i++)
        for (int64_t j = 0; j < rights; j++) {
            const float score = scratch->scores[i * rights + j] - own - penalty[j];
            if (best->count == work->keep && score < best->heap[0].score)
                continue;
            const int64_t guesses[] = {tile->first + i, right + j};
            const struct scored scored = {score, guesses[tile->side], guesses[1 - tile->side]};
            offer(best, work->keep, &scored);
        }
}

/* Scores of a tile, and the best of them. */
static gm_status score_tile(void *argument, int64_t index, int worker) {
    const struct work *work = argument;
    const struct tile *tile = &work->tiles[index];
    const struct half *half = &work->halves[tile->side], *other = &work->halves[1 - tile->side];
    const int64_t depth = 2 * work->view->count;
    struct scratch *scratch = &work->scratch[worker];
    for (int64_t i = 0; i < tile->count; i++)
        make_phases(work, half, tile->first + i, &scratch->prefix, &scratch->phases[i * depth]);
    for (int64_t right = 0; right < tile->others; right += RIGHT) {
        const int64_t left = tile->others - right, rights = left < RIGHT ? left : RIGHT;
        gm_multiply_outer_f32(tile->count, rights, depth, scratch->phases,
                              &other->phases[right * depth], scratch->scores);
        offer_scores(work, tile, right, rights, scratch);
    }
    return GM_OK;
}

/* Tiles of all pairs of at most `units` units together. The half with more units is made as it is
   needed, the other one, of at most half of them, is in its table; of equal ones the first is made.
   out NULL: only count them. */
static int64_t list_tiles(const struct half halves[2], int64_t units, struct tile *out) {
    int64_t count = 0;
    for (int side = 0; side < 2; side++)
        for (int64_t u = side; u <= units; u++) {
            const int64_t fewer = u - side, left = units - u;
            const int64_t most = fewer < left ? fewer : left;
            const int64_t end = halves[side].start[u + 1];
            for (int64_t g = halves[side].start[u]; g < end; g += LEFT, count++)
                if (out)
                    out[count] = (struct tile){side, g, end - g < LEFT ? end - g : LEFT, u,
                                               halves[1 - side].start[most + 1]};
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
        for (int64_t i = 0; i < work->scratch[w].best.count; i++)
            all[count++] = work->scratch[w].best.heap[i];
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

static void scratch_free(gm_context *context, struct scratch *scratch) {
    gm_release(context, scratch->prefix.product);
    gm_release(context, scratch->phases);
    gm_release(context, scratch->scores);
    gm_release(context, scratch->best.heap);
}

static gm_status scratch_make(gm_context *context, int64_t rows, int64_t keep,
                              struct scratch *scratch) {
    gm_status status;
    GM_TRY(GM_NEW(context, scratch->prefix.product, MOST_UNITS * 2 * rows));
    GM_TRY(GM_NEW(context, scratch->phases, LEFT * 2 * rows));
    GM_TRY(GM_NEW(context, scratch->scores, LEFT * RIGHT));
    GM_TRY(GM_NEW(context, scratch->best.heap, keep));
done:
    return status;
}

/* Score all pairs of the halves' guesses. */
static gm_status score_all(struct work *work, int64_t units, gm_lwe_guesses *guesses) {
    gm_status status;
    gm_context *context = work->context;
    struct tile *tiles = NULL;
    const int workers = gm_context_threads(context);
    const int64_t count = list_tiles(work->halves, units, NULL);
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW(context, tiles, count));
    GM_TRY(GM_NEW_ZERO(context, work->scratch, workers));
    for (int w = 0; w < workers; w++)
        GM_TRY(scratch_make(context, work->view->count, work->keep, &work->scratch[w]));
    GM_TRY(gm_parallel_for(context, work->halves[0].tabled + work->halves[1].tabled, fill_table,
                           work));
    list_tiles(work->halves, units, tiles);
    work->tiles = tiles;
    GM_TRY(gm_parallel_for(context, count, score_tile, work));
    GM_TRY(gather(work, workers, work->view->dropped, guesses));
done:
    for (int w = 0; work->scratch && w < workers; w++)
        scratch_free(context, &work->scratch[w]);
    gm_release(context, work->scratch);
    gm_release(context, tiles);
    return status;
}

/* ω_i = exp(−2π²v_i), scaled so that the score of a wrong guess has variance 1; returns how far the
   right one lies from it. */
static double weigh(const gm_lwe_view *view, double level, double *weight) {
    const double least = gm_lwe_view_least_variance(view, level);
    double squares = 0, shift = 0;
    for (int64_t i = 0; i < view->count; i++) {
        weight[i] = gm_lwe_damping(gm_lwe_view_variance(view, i, level) - least);
        squares += 0.5 * weight[i] * weight[i];
    }
    for (int64_t i = 0; i < view->count; i++) {
        weight[i] /= sqrt(squares);
        shift += weight[i] * gm_lwe_damping(gm_lwe_view_variance(view, i, level));
    }
    return shift;
}

/* Cosines and sines of every column of u, and those of the two guesses that are all zero. */
static void fill_columns(gm_context *context, const gm_lwe_view *view, const double *weight,
                         double *turns, const double *ones, float *columns, struct half halves[2]) {
    const int64_t rows = view->count;
    for (int64_t j = 0; j < view->dropped; j++) {
        float *column = &columns[j * 2 * rows];
        for (int64_t i = 0; i < rows; i++)
            turns[i] = view->u[i * view->dropped + j];
        GM_SELECT_KERNEL(context->isa, gm_sincos_turns_f32)
        (rows, turns, ones, &column[rows], column);
    }
    GM_SELECT_KERNEL(context->isa, gm_sincos_turns_f32)
    (rows, view->y, weight, &halves[0].base[rows], halves[0].base);
    for (int64_t i = 0; i < rows; i++) {
        halves[1].base[i] = 1;
        halves[1].base[rows + i] = 0;
    }
}

/* Both halves with their guesses; what was made is the caller's to free, on failure too. */
static gm_status make_halves(gm_context *context, const gm_lwe_view *view, gm_lwe_range range,
                             int64_t units, double penalty, struct half halves[2]) {
    gm_status status = GM_OK;
    const int64_t left = view->dropped / 2;
    halves[0] = (struct half){.width = left, .sign = -1};
    halves[1] = (struct half){.first = left, .width = view->dropped - left, .sign = 1};
    for (int h = 0; h < 2 && status == GM_OK; h++) {
        status = GM_NEW(context, halves[h].base, 2 * view->count);
        if (status == GM_OK)
            status = half_make(context, range, units, view->count, penalty, &halves[h]);
    }
    return status;
}

gm_status gm_lwe_guess(gm_context *context, const gm_lwe_search *search, double level,
                       double budget, int64_t keep, double *tried, gm_lwe_guesses **out) {
    gm_status status;
    const gm_lwe_view *view = search->view;
    const gm_lwe_range range = gm_lwe_range_of(&search->instance->parameters);
    const int64_t units = most_units(range, view->dropped, budget);
    double *weight = NULL, *ones = NULL, *turns = NULL;
    float *columns = NULL;
    gm_lwe_guesses *guesses = NULL;
    struct half halves[2] = {{0}, {0}};
    GM_TRY(GM_NEW_ZERO(context, guesses, 1));
    GM_TRY(GM_NEW(context, weight, view->count));
    GM_TRY(GM_NEW(context, ones, view->count));
    GM_TRY(GM_NEW(context, turns, view->count));
    GM_TRY(GM_NEW(context, columns, view->dropped * 2 * view->count));
    for (int64_t i = 0; i < view->count; i++)
        ones[i] = 1;
    const double all = gm_lwe_guess_count(range, view->dropped, units);
    const double penalty = LOG_ODDS / fmax(weigh(view, level, weight), 1);
    GM_TRY(make_halves(context, view, range, units, penalty, halves));
    fill_columns(context, view, weight, turns, ones, columns, halves);
    struct work work = {.context = context,
                        .view = view,
                        .columns = columns,
                        .halves = halves,
                        .keep = (int64_t)fmin((double)keep, all),
                        .penalty = penalty};
    GM_TRY(score_all(&work, units, guesses));
    *tried = all;
    *out = guesses;
    guesses = NULL;
done:
    for (int h = 0; h < 2; h++) {
        gm_release(context, halves[h].base);
        gm_release(context, halves[h].entries);
        gm_release(context, halves[h].phases);
        gm_release(context, halves[h].penalty);
    }
    gm_release(context, weight);
    gm_release(context, ones);
    gm_release(context, turns);
    gm_release(context, columns);
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
