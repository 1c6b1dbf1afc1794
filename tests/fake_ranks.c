#include "fake_ranks.h"

#include <pthread.h>
#include <time.h>

#include "linalg/linalg.h"
#include "parallel/ranks.h"

typedef struct world {
    pthread_mutex_t lock;
    pthread_cond_t all_there;
    int size, waiting;
    uint64_t generation;
    void *bytes[FAKE_RANKS_MOST]; /* of each rank, in the exchange that goes on */
    const gm_grid *grid[FAKE_RANKS_MOST];
    double *matrix[FAKE_RANKS_MOST];
    int64_t carried;
} world;

typedef struct member {
    world *world;
    int rank, threads;
    bool deserted;
    gm_context *context;
    fake_rank run;
    void *argument;
} member;

static _Thread_local member *self;
static int64_t last_carried;

/* Wait for all, asking for patience every few milliseconds. */
static int32_t meet(gm_patience patience, void *argument) {
    world *w = self->world;
    int32_t ended = GM_TRANSPORT_DONE;
    if (self->deserted)
        return GM_TRANSPORT_LEFT;
    pthread_mutex_lock(&w->lock);
    const uint64_t generation = w->generation;
    if (++w->waiting == w->size) {
        w->waiting = 0;
        w->generation++;
        pthread_cond_broadcast(&w->all_there);
    }
    while (w->generation == generation && ended == GM_TRANSPORT_DONE) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 5000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&w->all_there, &w->lock, &until);
        if (w->generation == generation && !patience(argument)) {
            w->waiting--;
            ended = GM_TRANSPORT_LEFT;
        }
    }
    pthread_mutex_unlock(&w->lock);
    return ended;
}

static int32_t fake_start(void) {
    return GM_TRANSPORT_DONE;
}

static int32_t fake_rank_number(void) {
    return self->rank;
}

static int32_t fake_size(void) {
    return self->world->size;
}

static void count_bytes(int64_t bytes) {
    pthread_mutex_lock(&self->world->lock);
    self->world->carried += bytes;
    pthread_mutex_unlock(&self->world->lock);
}

static int32_t fake_gather(const int64_t *offsets, void *bytes, gm_patience patience,
                           void *argument) {
    world *w = self->world;
    w->bytes[self->rank] = bytes;
    int32_t ended = meet(patience, argument);
    for (int r = 0; r < w->size && ended == GM_TRANSPORT_DONE; r++) {
        if (r == self->rank || offsets[r + 1] == offsets[r])
            continue;
        memcpy((char *)bytes + offsets[r], (char *)w->bytes[r] + offsets[r],
               (size_t)(offsets[r + 1] - offsets[r]));
        count_bytes(offsets[r + 1] - offsets[r]);
    }
    return ended == GM_TRANSPORT_DONE ? meet(patience, argument) : ended;
}

static int32_t fake_broadcast(int32_t root, int64_t size, void *bytes, gm_patience patience,
                              void *argument) {
    world *w = self->world;
    w->bytes[self->rank] = bytes;
    int32_t ended = meet(patience, argument);
    if (ended == GM_TRANSPORT_DONE && root != self->rank) {
        memcpy(bytes, w->bytes[root], (size_t)size);
        count_bytes(size);
    }
    return ended == GM_TRANSPORT_DONE ? meet(patience, argument) : ended;
}

/* --- algebra of dealt-out matrices: every rank puts the whole together, and destroys its own ---
 */

static bool wait_on(void *argument) {
    (void)argument;
    return true;
}

/* The lower triangle, [order][order]. */
static void put_together(const gm_grid *grid, double *matrix, double *out) {
    world *w = self->world;
    const int64_t n = grid->order, tile = grid->tile;
    w->grid[self->rank] = grid;
    w->matrix[self->rank] = matrix;
    meet(wait_on, NULL);
    for (int64_t i = 0; i < n * n; i++)
        out[i] = NAN;
    for (int r = 0; r < w->size; r++) {
        const gm_grid *g = w->grid[r];
        for (int64_t c = 0; c < g->columns; c++)
            for (int64_t l = 0; l < g->rows; l++) {
                const int64_t i = (l / tile * g->grid_rows + g->row) * tile + l % tile;
                const int64_t j = (c / tile * g->grid_columns + g->column) * tile + c % tile;
                if (j <= i)
                    out[i * n + j] = w->matrix[r][c * g->lead + l];
            }
    }
    meet(wait_on, NULL);
    for (int64_t i = 0; i < grid->columns * grid->lead; i++)
        matrix[i] = NAN;
}

static int32_t fake_eigenvalues(const gm_grid *grid, double *matrix, double *values, double *work,
                                int64_t *work_size, int32_t *info) {
    const int64_t n = grid->order;
    *info = 0;
    *work_size = n * n;
    if (!work)
        return GM_TRANSPORT_DONE;
    put_together(grid, matrix, work);
    *info = gm_symmetric_eigenvalues(self->context, n, work, values) != GM_OK;
    for (int64_t i = 0; i < n / 2; i++) {
        const double held = values[i];
        values[i] = values[n - 1 - i];
        values[n - 1 - i] = held;
    }
    return GM_TRANSPORT_DONE;
}

static int32_t fake_solve(const gm_grid *grid, double *matrix, double *x, double *work,
                          int64_t *work_size, int32_t *info) {
    *info = 0;
    *work_size = grid->order * grid->order;
    if (!work)
        return GM_TRANSPORT_DONE;
    put_together(grid, matrix, work);
    *info = gm_positive_solve(self->context, grid->order, work, x) != GM_OK;
    return GM_TRANSPORT_DONE;
}

static const char *fake_algebra(void) {
    return "threads";
}

static const char *fake_library(void) {
    return "threads";
}

static void fake_end_all(int32_t exit_status) {
    (void)exit_status;
}

static void fake_finish(void) {
}

static const gm_transport transport = {.version = GM_TRANSPORT_VERSION,
                                       .library = fake_library,
                                       .start = fake_start,
                                       .rank = fake_rank_number,
                                       .size = fake_size,
                                       .gather = fake_gather,
                                       .broadcast = fake_broadcast,
                                       .algebra = fake_algebra,
                                       .eigenvalues = fake_eigenvalues,
                                       .solve = fake_solve,
                                       .end_all = fake_end_all,
                                       .finish = fake_finish};

static void *member_main(void *argument) {
    self = argument;
    const gm_context_options options = {.threads = self->threads};
    gm_context *context = NULL;
    if (gm_context_create(&options, &context) == GM_OK &&
        gm_ranks_join_by(context, &transport) == GM_OK) {
        self->context = context;
        self->run(context, self->rank, self->argument);
    }
    gm_context_destroy(context);
    return NULL;
}

void fake_ranks_run(int ranks, int threads, fake_rank run, void *argument) {
    world w = {
        .lock = PTHREAD_MUTEX_INITIALIZER, .all_there = PTHREAD_COND_INITIALIZER, .size = ranks};
    pthread_t thread[FAKE_RANKS_MOST];
    member members[FAKE_RANKS_MOST];
    for (int r = 0; r < ranks; r++) {
        members[r] =
            (member){.world = &w, .rank = r, .threads = threads, .run = run, .argument = argument};
        assert_int_equal(pthread_create(&thread[r], NULL, member_main, &members[r]), 0);
    }
    for (int r = 0; r < ranks; r++)
        pthread_join(thread[r], NULL);
    last_carried = w.carried;
}

void fake_ranks_desert(void) {
    self->deserted = true;
}

int64_t fake_ranks_bytes(void) {
    return last_carried;
}
