#include "lwe/peel.h"

#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "lwe/law.h"
#include "lwe/screen.h"
#include "lwe/sincos.h"
#include "parallel/parallel.h"
#include "random/streams.h"

enum {
    TILE = 32,        /* guesses that are followed together */
    ROUND = 4,        /* moves after which half of them are given up */
    LAST = 4,         /* of a tile that are followed to the end */
    LEAST_MOVES = 12, /* that are made at least before the end */
    MOST_MOVES = 1 << 12
};

/* Deviation of what is added to the derivatives of a copy, in units of theirs. */
static const double SHAKE = 0.5;

/* One guess that is followed. */
struct path {
    int64_t guess, copy;
    int64_t moves, allowed;
    int64_t level;
    double contrast; /* Σ ω cos 2πy */
    int64_t last;    /* entry of the last move, not to be undone at once; −1 before any */
    double *y;       /* [count] phases of what is left */
    double *sine;    /* [count] their sines */
    int64_t *secret; /* [n] */
    int64_t residuals[GM_LWE_SCREEN_SAMPLES];
};

/* What all tiles share. */
struct work {
    gm_context *context;
    const gm_lwe_search *search;
    const gm_lwe_gradient *gradient;
    const gm_lwe_guesses *guesses;
    gm_lwe_range range;
    gm_lwe_find *find;
    pthread_mutex_t lock;
    atomic_int_least64_t first; /* tile that found a secret, lowest so far */
};

/* Memory of one tile. */
struct tile {
    struct path paths[TILE];
    int64_t alive;
    double *y;       /* [TILE][count] */
    double *sine;    /* [TILE][count] */
    double *cosine;  /* [count] */
    double *lined;   /* [TILE][count] sines in the order of levels */
    double *shake;   /* [kept] */
    double *z;       /* [TILE][kept] */
    int64_t *secret; /* [TILE][n] */
};

static void tile_free(gm_context *context, struct tile *tile) {
    gm_release(context, tile->y);
    gm_release(context, tile->sine);
    gm_release(context, tile->cosine);
    gm_release(context, tile->lined);
    gm_release(context, tile->shake);
    gm_release(context, tile->z);
    gm_release(context, tile->secret);
}

static gm_status tile_make(gm_context *context, const gm_lwe_search *search, struct tile *tile) {
    gm_status status;
    const gm_lwe_view *view = search->view;
    GM_TRY(GM_NEW(context, tile->y, TILE * view->count));
    GM_TRY(GM_NEW(context, tile->sine, TILE * view->count));
    GM_TRY(GM_NEW(context, tile->cosine, view->count));
    GM_TRY(GM_NEW(context, tile->lined, TILE * view->count));
    GM_TRY(GM_NEW(context, tile->shake, view->kept));
    GM_TRY(GM_NEW(context, tile->z, TILE * view->kept));
    GM_TRY(GM_NEW_ZERO(context, tile->secret, TILE * search->instance->parameters.n));
done:
    return status;
}

/* Take the guessed entries off the phases. */
static void path_start(const struct work *work, int64_t index, struct path *path) {
    const gm_lwe_search *search = work->search;
    const gm_lwe_view *view = search->view;
    const int64_t guess = index % work->guesses->count;
    const int8_t *entries = &work->guesses->entries[guess * work->guesses->width];
    path->guess = guess;
    path->copy = index / work->guesses->count;
    path->last = -1;
    memcpy(path->y, view->y, (size_t)view->count * sizeof *path->y);
    for (int64_t j = 0; j < view->dropped; j++) {
        path->secret[search->dropped[j]] = entries[j];
        for (int64_t i = 0; entries[j] && i < view->count; i++)
            path->y[i] -= entries[j] * view->u[i * view->dropped + j];
    }
    gm_lwe_screen_start(search->instance, path->secret, path->residuals);
}

static void swap_paths(struct tile *tile, int64_t i, int64_t j) {
    const struct path swap = tile->paths[i];
    tile->paths[i] = tile->paths[j];
    tile->paths[j] = swap;
}

/* Sines of the phases, and the level that their agreement speaks of. */
static void look(const struct work *work, struct tile *tile, struct path *path) {
    const gm_lwe_gradient *gradient = work->gradient;
    gm_sincos(work->context->isa, gradient->count, path->y, path->sine, tile->cosine);
    path->contrast = 0;
    for (int64_t i = 0; i < gradient->count; i++)
        path->contrast += gradient->omega[i] * tile->cosine[i];
    path->level = gm_lwe_gradient_level(gradient, path->contrast);
}

/* Derivatives of every path, those of one level by one product. */
static void derive(const struct work *work, struct tile *tile) {
    const gm_lwe_gradient *gradient = work->gradient;
    const int64_t count = gradient->count, kept = gradient->kept;
    for (int64_t i = 0; i < tile->alive; i++) {
        look(work, tile, &tile->paths[i]);
        for (int64_t j = i; j > 0 && tile->paths[j].level < tile->paths[j - 1].level; j--)
            swap_paths(tile, j, j - 1);
    }
    for (int64_t i = 0; i < tile->alive; i++)
        memcpy(&tile->lined[i * count], tile->paths[i].sine, (size_t)count * sizeof *tile->lined);
    for (int64_t i = 0, end; i < tile->alive; i = end) {
        const int64_t level = tile->paths[i].level;
        for (end = i + 1; end < tile->alive && tile->paths[end].level == level;)
            end++;
        gm_multiply(end - i, kept, count, &tile->lined[i * count], count,
                    &gradient->weights[level * count * kept], kept, &tile->z[i * kept], kept);
    }
}

/* Copies of a guess take other ways: their derivatives are shaken, each move anew. */
static void shake(const struct work *work, const struct path *path, double *draws, double *z) {
    const int64_t kept = work->gradient->kept;
    const gm_stream stream = {work->guesses->seed, GM_STREAM_LWE_SHAKE};
    const int64_t first = ((path->copy * work->guesses->count + path->guess) * MOST_MOVES +
                           path->moves % MOST_MOVES) *
                          kept;
    if (path->copy == 0)
        return;
    gm_random_gaussian(work->context, stream, first, kept, draws);
    for (int64_t j = 0; j < kept; j++)
        z[j] += SHAKE * draws[j];
}

/* Make the move that the gradient points to most. False where none is allowed. */
static bool move(const struct work *work, struct path *path, const double *z) {
    const gm_lwe_view *view = work->search->view;
    int64_t best = -1, step = 0;
    double most = 0;
    for (int64_t j = 0; j < view->kept; j++) {
        const int64_t direction = z[j] > 0 ? 1 : -1;
        const int64_t entry = path->secret[view->column[j]] + direction;
        if (fabs(z[j]) > most && j != path->last && entry >= work->range.low &&
            entry <= work->range.high) {
            most = fabs(z[j]);
            best = j;
            step = direction;
        }
    }
    if (best < 0)
        return false;
    path->secret[view->column[best]] += step;
    path->last = best;
    path->moves++;
    for (int64_t i = 0; i < view->count; i++)
        path->y[i] -= (double)step * view->x[i * view->kept + best];
    gm_lwe_screen_move(work->search->instance, view->column[best], step, path->residuals);
    return true;
}

/* Whether the samples accept; then keep it, if no earlier tile has one. */
static gm_status judge(struct work *work, int64_t index, const struct path *path, bool *found) {
    const gm_lwe *instance = work->search->instance;
    gm_lwe_check check;
    *found = false;
    if (!gm_lwe_screen_passes(instance, path->residuals))
        return GM_OK;
    const gm_status status = gm_lwe_verify(work->context, instance, path->secret, &check);
    if (status != GM_OK || !check.accepted)
        return status;
    *found = true;
    pthread_mutex_lock(&work->lock);
    if (index < atomic_load(&work->first)) {
        atomic_store(&work->first, index);
        work->find->found = true;
        work->find->guess = path->guess;
        work->find->moves = path->moves;
        work->find->check = check;
        memcpy(work->find->secret, path->secret,
               (size_t)instance->parameters.n * sizeof *path->secret);
    }
    pthread_mutex_unlock(&work->lock);
    return GM_OK;
}

/* Keep the half of the paths whose phases agree most. */
static void halve(struct tile *tile) {
    const int64_t keep = tile->alive / 2 > LAST ? tile->alive / 2 : LAST;
    for (int64_t i = 1; i < tile->alive; i++)
        for (int64_t j = i; j > 0 && tile->paths[j].contrast > tile->paths[j - 1].contrast; j--)
            swap_paths(tile, j, j - 1);
    tile->alive = keep < tile->alive ? keep : tile->alive;
}

/* Moves that a path may make: more than three times the norm that is left at its start. */
static int64_t moves_allowed(const gm_lwe_gradient *gradient, int64_t level) {
    return LEAST_MOVES + (int64_t)(3 * gradient->level[level]);
}

static gm_status follow(struct work *work, int64_t index, struct tile *tile) {
    gm_status status = GM_OK;
    const int64_t kept = work->gradient->kept;
    for (int64_t round = 1; tile->alive && status == GM_OK; round++) {
        if (atomic_load(&work->first) < index || gm_is_cancelled(work->context))
            return GM_OK;
        derive(work, tile);
        int64_t alive = 0;
        for (int64_t i = 0; i < tile->alive && status == GM_OK; i++) {
            struct path *path = &tile->paths[i];
            bool found = false;
            if (path->moves == 0)
                path->allowed = moves_allowed(work->gradient, path->level);
            shake(work, path, tile->shake, &tile->z[i * kept]);
            const bool moved = path->moves < path->allowed && move(work, path, &tile->z[i * kept]);
            if (moved)
                status = judge(work, index, path, &found);
            if (found)
                return status;
            if (moved)
                swap_paths(tile, alive++, i);
        }
        tile->alive = alive;
        if (round % ROUND == 0)
            halve(tile);
    }
    return status;
}

static gm_status run_tile(void *argument, int64_t index, int worker) {
    struct work *work = argument;
    gm_status status;
    struct tile tile = {.alive = 0};
    const gm_lwe_search *search = work->search;
    const int64_t n = search->instance->parameters.n;
    const int64_t paths = work->guesses->count * work->guesses->copies;
    bool found = false;
    (void)worker;
    if (atomic_load(&work->first) < index)
        return GM_OK;
    GM_TRY(tile_make(work->context, search, &tile));
    for (int64_t p = index * TILE; p < paths && tile.alive < TILE; p++) {
        struct path *path = &tile.paths[tile.alive];
        *path = (struct path){.y = &tile.y[tile.alive * search->view->count],
                              .sine = &tile.sine[tile.alive * search->view->count],
                              .secret = &tile.secret[tile.alive * n]};
        path_start(work, p, path);
        tile.alive++;
        GM_TRY(judge(work, index, path, &found));
        if (found)
            goto done;
    }
    status = follow(work, index, &tile);
done:
    tile_free(work->context, &tile);
    return status;
}

gm_status gm_lwe_peel(gm_context *context, const gm_lwe_search *search,
                      const gm_lwe_gradient *gradient, const gm_lwe_guesses *guesses,
                      gm_lwe_find *find) {
    struct work work = {.context = context,
                        .search = search,
                        .gradient = gradient,
                        .guesses = guesses,
                        .range = gm_lwe_range_of(&search->instance->parameters),
                        .find = find,
                        .lock = PTHREAD_MUTEX_INITIALIZER};
    atomic_init(&work.first, INT64_MAX);
    find->found = false;
    gm_status status = gm_blas_prepare(context);
    if (status == GM_OK)
        status = gm_parallel_for(context, (guesses->count * guesses->copies + TILE - 1) / TILE,
                                 run_tile, &work);
    pthread_mutex_destroy(&work.lock);
    return status;
}
