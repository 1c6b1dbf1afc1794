#include "lwe/reducer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lattice/pool.h"
#include "lwe/block.h"
#include "lwe/entropy.h"
#include "lwe/view.h"
#include "parallel/ranks.h"

/* A block may take this many times as long as a plan expects, and this many seconds more. */
static const double PATIENCE = 20, PATIENCE_SECONDS = 60;
static const char *const precisions[] = {"double", "long double", "mpfr"};
enum { FIRST_PLAN = 2 }; /* blocks that follow the first plan */

/* Seconds between two meetings of ranks that wait for a block. */
static const double SLICE = 0.05;

/* Where a block stands. */
enum state { UNKNOWN, QUEUED, ELSEWHERE, READY, LOST };

struct slot {
    enum state state;
    gm_lwe_block block;
    uint64_t key;
};

struct gm_lwe_reducer {
    gm_context *context;
    const gm_lwe *instance;
    const gm_lwe_reduce_options *options;
    int64_t round, blocks, workers;
    double guesses;
    gm_lattice_pool *pool;
    int64_t *dropped, dropped_count;
    struct slot *slots; /* [blocks] */
    int64_t submitted;  /* blocks that were looked at: queued, or found in the checkpoint */
    int64_t next;       /* to hand out */
    gm_lwe_rows *rows;
    gm_lwe_reduction summary;
    double start;
};

void gm_lwe_reducer_destroy(gm_lwe_reducer *reducer) {
    if (!reducer)
        return;
    gm_context *context = reducer->context;
    gm_lattice_pool_destroy(reducer->pool);
    for (int64_t b = 0; reducer->slots && b < reducer->blocks; b++)
        gm_lwe_block_free(context, &reducer->slots[b].block);
    gm_release(context, reducer->slots);
    gm_release(context, reducer->dropped);
    gm_lwe_rows_destroy(context, reducer->rows);
    gm_release(context, reducer);
}

gm_status gm_lwe_reducer_create(gm_context *context, const gm_lwe *instance,
                                const gm_lwe_reduce_options *options, int64_t round, int64_t blocks,
                                double guesses, gm_lwe_reducer **out) {
    gm_status status;
    gm_lwe_reducer *reducer = NULL;
    const gm_lwe_parameters *parameters = &instance->parameters;
    GM_TRY(GM_NEW_ZERO(context, reducer, 1));
    reducer->context = context;
    reducer->instance = instance;
    reducer->options = options;
    reducer->round = round;
    reducer->guesses = guesses;
    reducer->start = gm_seconds();
    reducer->workers = options->workers > 0 ? options->workers : gm_context_threads(context);
    gm_lwe_plan *plan = &reducer->summary.plan;
    GM_TRY(
        gm_lwe_plan_make(context, parameters, options, round, GM_LWE_UNCALIBRATED, guesses, plan));
    reducer->summary.first = *plan;
    reducer->summary.precision = precisions[0];
    reducer->blocks = blocks > 0 ? blocks : gm_lwe_plan_blocks(plan);
    reducer->dropped_count = plan->drop_columns;
    GM_TRY(GM_NEW_ZERO(context, reducer->slots, reducer->blocks));
    GM_TRY(GM_NEW(context, reducer->dropped, reducer->dropped_count));
    GM_TRY(gm_lwe_block_drop(context, options->seed, round, parameters->n, reducer->dropped_count,
                             reducer->dropped));
    GM_TRY(gm_lwe_rows_create(context, instance, reducer->dropped, reducer->dropped_count,
                              &reducer->rows));
    GM_TRY(gm_lattice_pool_create(context, options->helper, (int)reducer->workers, &reducer->pool));
    *out = reducer;
    return GM_OK;
done:
    gm_lwe_reducer_destroy(reducer);
    return status;
}

gm_lwe_rows *gm_lwe_reducer_rows(gm_lwe_reducer *reducer) {
    return reducer->rows;
}

gm_lwe_rows *gm_lwe_reducer_release_rows(gm_lwe_reducer *reducer) {
    gm_lwe_rows *rows = reducer->rows;
    reducer->rows = NULL;
    return rows;
}

const gm_lwe_reduction *gm_lwe_reducer_summary(const gm_lwe_reducer *reducer) {
    return &reducer->summary;
}

static const gm_lwe_plan *plan_of(const gm_lwe_reducer *reducer, int64_t b) {
    return b < FIRST_PLAN ? &reducer->summary.first : &reducer->summary.plan;
}

/* The rank that reduces block b. */
static int owner_of(const gm_lwe_reducer *reducer, int64_t b) {
    return (int)(b % gm_context_ranks(reducer->context));
}

/* Draw block b; take it from the checkpoint or queue it, where it is this rank's. */
static gm_status look_at(gm_lwe_reducer *reducer, int64_t b) {
    gm_status status;
    gm_context *context = reducer->context;
    const gm_lwe *instance = reducer->instance;
    const gm_lwe_plan *plan = plan_of(reducer, b);
    const gm_lwe_reduce_options *options = reducer->options;
    struct slot *slot = &reducer->slots[b];
    int64_t *basis = NULL;
    GM_TRY(gm_lwe_block_draw(context, options->seed, reducer->round, b,
                             instance->parameters.samples, plan->rows, &slot->block));
    slot->block.weight = plan->embedding_weight;
    slot->block.block_size = plan->block_size;
    slot->block.loops = plan->loops;
    slot->key = gm_lwe_block_key(instance, &slot->block, reducer->dropped, reducer->dropped_count,
                                 options->seed);
    if (owner_of(reducer, b) != gm_context_rank(context)) {
        slot->state = ELSEWHERE;
        goto done;
    }
    if (options->checkpoint)
        GM_TRY(gm_lwe_block_load(context, options->checkpoint, slot->key, reducer->round, b,
                                 &slot->block));
    if (slot->block.count > 0) {
        slot->state = READY;
        goto done;
    }
    GM_TRY(gm_lwe_block_basis(context, instance, &slot->block, reducer->dropped,
                              reducer->dropped_count, &basis));
    const int64_t d = plan->rows + instance->parameters.n - reducer->dropped_count;
    const gm_lattice_job job = {.task = GM_LATTICE_REDUCE,
                                .id = b,
                                .rows = d,
                                .columns = d,
                                .basis = basis,
                                .delta = 0.99,
                                .block_size = plan->block_size,
                                .loops = plan->loops,
                                .time_limit = PATIENCE_SECONDS + PATIENCE * plan->seconds};
    GM_TRY(gm_lattice_pool_submit(reducer->pool, &job));
    slot->state = QUEUED;
done:
    gm_release(context, basis);
    return status;
}

/* Keep every worker busy; blocks after the first ones wait for what block 0 says. */
static gm_status queue_ahead(gm_lwe_reducer *reducer) {
    gm_status status = GM_OK;
    const int64_t known = reducer->next > 0 ? reducer->blocks : FIRST_PLAN;
    while (status == GM_OK && reducer->submitted < reducer->blocks && reducer->submitted < known &&
           (gm_lattice_pool_pending(reducer->pool) <= reducer->workers ||
            reducer->submitted <= reducer->next))
        status = look_at(reducer, reducer->submitted++);
    return status;
}

static gm_status lose(gm_lwe_reducer *reducer, struct slot *slot, const char *reason) {
    gm_lwe_reduction *summary = &reducer->summary;
    slot->state = LOST;
    summary->lost++;
    snprintf(summary->loss, sizeof summary->loss, "%s", reason);
    return GM_OK;
}

/* Take over what a worker sent. */
static gm_status receive(gm_lwe_reducer *reducer, const gm_lattice_result *result) {
    struct slot *slot = &reducer->slots[result->id];
    gm_lwe_block *block = &slot->block;
    if (!result->reduced)
        return lose(reducer, slot, result->reason);
    gm_status status = gm_lwe_block_read(reducer->context, reducer->instance, reducer->dropped,
                                         reducer->dropped_count, result->basis, block);
    if (status == GM_INVALID_INPUT)
        return lose(reducer, slot, gm_context_message(reducer->context));
    if (status != GM_OK)
        return status;
    for (int64_t p = 0; p < 3; p++)
        if (strcmp(result->precision, precisions[p]) == 0)
            block->precision = p;
    block->lll_seconds = result->lll_seconds;
    block->bkz_seconds = result->bkz_seconds;
    block->fplll_seconds = result->fplll_seconds;
    slot->state = READY;
    if (reducer->options->checkpoint)
        status = gm_lwe_block_save(reducer->context, reducer->options->checkpoint, slot->key,
                                   reducer->round, result->id, block);
    return status;
}

/* Take results of this rank's workers for a while, until one comes; this also gives them jobs. */
static gm_status look_at_workers(gm_lwe_reducer *reducer, double seconds) {
    gm_lattice_result *result = NULL;
    gm_status status = gm_lattice_pool_next(reducer->pool, isinf(seconds) ? -1 : seconds, &result);
    if (status == GM_OK && result)
        status = receive(reducer, result);
    gm_lattice_result_destroy(reducer->context, result);
    return status;
}

/* What the owner of a block tells the other ranks. */
struct news {
    int64_t state, count, width, precision;
    double lll_seconds, bkz_seconds, fplll_seconds;
    char loss[sizeof((gm_lwe_reduction *)NULL)->loss];
};

static gm_status take_block(gm_lwe_reducer *reducer, int64_t b, const struct news *news) {
    gm_context *context = reducer->context;
    gm_lwe_block *block = &reducer->slots[b].block;
    const int64_t count = news->count * news->width;
    gm_status status = GM_OK;
    if (owner_of(reducer, b) != gm_context_rank(context)) {
        status = GM_NEW(context, block->r, count);
        block->count = status == GM_OK ? news->count : 0;
        block->precision = news->precision;
        block->lll_seconds = news->lll_seconds;
        block->bkz_seconds = news->bkz_seconds;
        block->fplll_seconds = news->fplll_seconds;
    }
    status = gm_ranks_agree(context, status);
    return status == GM_OK ? gm_ranks_take(context, owner_of(reducer, b),
                                           count * (int64_t)sizeof *block->r, block->r)
                           : status;
}

/* All ranks learn how block b stands, and have it once it is ready. */
static gm_status share_block(gm_lwe_reducer *reducer, int64_t b) {
    struct slot *slot = &reducer->slots[b];
    const gm_lwe_block *block = &slot->block;
    const bool mine = owner_of(reducer, b) == gm_context_rank(reducer->context);
    struct news news = {.state = slot->state,
                        .count = block->count,
                        .width = block->width,
                        .precision = block->precision,
                        .lll_seconds = block->lll_seconds,
                        .bkz_seconds = block->bkz_seconds,
                        .fplll_seconds = block->fplll_seconds};
    if (slot->state == LOST)
        snprintf(news.loss, sizeof news.loss, "%s", reducer->summary.loss);
    gm_status status = gm_ranks_take(reducer->context, owner_of(reducer, b), sizeof news, &news);
    if (status != GM_OK)
        return status;
    if (news.state == LOST && !mine)
        return lose(reducer, slot, news.loss);
    if (news.state == READY) {
        slot->state = READY;
        status = take_block(reducer, b, &news);
    }
    return status;
}

/* Wait until block b is ready or lost, on every rank. */
static gm_status wait_for(gm_lwe_reducer *reducer, int64_t b, double deadline, bool *late) {
    gm_status status = GM_OK;
    const bool shared = gm_is_shared(reducer->context);
    const struct slot *slot = &reducer->slots[b];
    bool known = !shared && slot->state != QUEUED;
    *late = false;
    while (status == GM_OK && !known && !*late) {
        const double left = deadline - gm_seconds();
        status = gm_ranks_is_late(reducer->context, deadline, late);
        if (status == GM_OK && !*late && (slot->state == QUEUED || slot->state == ELSEWHERE))
            status = look_at_workers(reducer, shared && !(left < SLICE) ? SLICE : fmax(0.0, left));
        if (status == GM_OK && !*late && shared)
            status = share_block(reducer, b);
        known = slot->state == READY || slot->state == LOST;
    }
    return status;
}

/* Make the plan of the blocks to come by what the probe block is like. */
static gm_status replan(gm_lwe_reducer *reducer) {
    gm_lwe_view *view = NULL;
    gm_lwe_plan *plan = &reducer->summary.plan;
    const gm_lwe_parameters *parameters = &reducer->instance->parameters;
    gm_status status =
        gm_lwe_view_create(reducer->context, reducer->rows, parameters, plan->power, 0, &view);
    if (status != GM_OK)
        return status;
    const double scale = parameters->sigma / (double)parameters->q;
    double x = 0, r = 0;
    for (int64_t i = 0; i < view->count; i++) {
        x += view->square[i] / (double)view->count;
        r += view->error[i] / (double)view->count;
    }
    gm_lwe_view_destroy(reducer->context, view);
    gm_lwe_reduce_options options = *reducer->options;
    options.drop_columns = plan->drop_columns ? plan->drop_columns : -1;
    const gm_lwe_calibration calibration =
        gm_lwe_plan_calibrate(parameters, plan, x, scale > 0 ? r / (scale * scale) : NAN);
    return gm_lwe_plan_make(
        reducer->context, parameters, &options, reducer->round,
        (gm_lwe_calibration){calibration.x, isnan(calibration.r) ? 1 : calibration.r},
        reducer->guesses, plan);
}

static gm_status hand_out(gm_lwe_reducer *reducer, gm_lwe_block *block) {
    gm_lwe_reduction *summary = &reducer->summary;
    gm_status status = gm_lwe_rows_append(reducer->context, reducer->instance, reducer->rows,
                                          block->count, block->width, block->r, block->index);
    summary->blocks++;
    summary->lll_seconds += block->lll_seconds;
    summary->bkz_seconds += block->bkz_seconds;
    summary->fplll_seconds += block->fplll_seconds;
    for (int p = 0; p < 3; p++)
        if (summary->precision == precisions[p] && block->precision > p)
            summary->precision = precisions[block->precision];
    if (status == GM_OK && reducer->next == 0)
        status = replan(reducer);
    gm_lwe_block_free(reducer->context, block);
    return status;
}

gm_status gm_lwe_reducer_next(gm_lwe_reducer *reducer, double deadline, bool *done) {
    gm_status status = GM_OK;
    bool late = false;
    const int64_t b = reducer->next;
    *done = b >= reducer->blocks;
    if (*done)
        return GM_OK;
    status = queue_ahead(reducer);
    if (status == GM_OK)
        status = wait_for(reducer, b, deadline, &late);
    if (status == GM_OK && late)
        *done = true;
    else if (status == GM_OK && reducer->slots[b].state == READY)
        status = hand_out(reducer, &reducer->slots[b].block);
    if (status == GM_OK && !late) {
        reducer->next++;
        status = queue_ahead(reducer);
    }
    reducer->summary.seconds = gm_seconds() - reducer->start;
    return status;
}

gm_status gm_lwe_reduction_describe(gm_context *context, const gm_lwe *instance,
                                    const gm_lwe_rows *rows, gm_lwe_reduction *reduction) {
    gm_lwe_entropy entropy;
    gm_lwe_view *view = NULL;
    gm_status status = gm_lwe_find_entropy(context, rows, &entropy);
    if (status == GM_OK)
        status = gm_lwe_view_create(context, rows, &instance->parameters, 1, 0, &view);
    if (status != GM_OK)
        return status;
    reduction->rho = gm_lwe_rho(rows);
    reduction->entropy_before = entropy.before;
    reduction->entropy_after = entropy.after;
    reduction->variance = 0;
    for (int64_t i = 0; i < view->count; i++)
        reduction->variance +=
            (reduction->plan.power * view->square[i] + view->error[i]) / (double)view->count;
    gm_lwe_view_destroy(context, view);
    return GM_OK;
}
