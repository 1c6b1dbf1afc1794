#include "curvature/plan.h"
#include "curvature/shrink.h"
#include "linalg/tiled.h"
#include "random/system.h"

#include <math.h>
#include <string.h>

enum {
    DEFAULT_GRADIENTS = 1024,
    VECTORS_PER_DIMENSION = 4, /* default number of noise vectors over d */
    LEAST_VECTORS = 2
};

static const double MOST = 1e15; /* batch sizes and numbers of gradients stay exact in float64 */
static const double MOST_DRAWS = 1e18; /* indices of draws fit 63 bits */

/* The law of the noise. A supply that knows nothing of its loss gets plain noise. */
static gm_status choose_law(gm_context *context, const char *text, const gm_supply *supply,
                            gm_noise_law *out) {
    static const char *const names[] = {"link", "plain", "sampled"};
    const gm_noise_law laws[] = {GM_NOISE_LINK, GM_NOISE_PLAIN, GM_NOISE_SAMPLED};
    if (!text) {
        *out = supply->link ? GM_NOISE_LINK : GM_NOISE_PLAIN;
        return GM_OK;
    }
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            if (laws[i] != GM_NOISE_PLAIN && !supply->link)
                return gm_fail(context, GM_INVALID_ARGUMENT,
                               "noise '%s' needs a model; these gradients take plain noise", text);
            *out = laws[i];
            return GM_OK;
        }
    return gm_fail(context, GM_INVALID_ARGUMENT, "unknown noise '%s'; use link, plain or sampled",
                   text);
}

/* Where the matrix and what it takes to make it, 3 d² numbers, would be more than 2 GB, `auto`
   keeps directions and a diagonal instead. */
static const double MOST_FULL = 2e9;
enum { DEFAULT_RANK = 512, LEAST_RANK = 1 };

static double full_bytes(int64_t dimension) {
    return 24.0 * (double)dimension * (double)dimension;
}

/* Dealt out, a rank has its part of the matrix and a copy that is decomposed. */
static bool fits_tiled(int64_t dimension, int64_t memory, int ranks) {
    return gm_tiled_is_possible(dimension, ranks) &&
           2.0 * gm_tiled_bytes(dimension, ranks) <= (double)memory;
}

enum { MOST_RANKS = 65536 };

/* Why a full matrix that was asked for cannot be had. */
static gm_status too_large(gm_context *context, int64_t dimension, int64_t memory) {
    int ranks = gm_context_ranks(context) > 1 ? gm_context_ranks(context) : 2;
    if (gm_context_ranks(context) > 1 && !gm_ranks_have_algebra(context))
        return gm_fail(
            context, GM_UNAVAILABLE,
            "the matrix of %lld x %lld takes %.3g bytes, more than the %lld of the memory "
            "limit, and the module for MPI has no ScaLAPACK to deal it out (Debian "
            "package libscalapack-openmpi-dev)",
            (long long)dimension, (long long)dimension, full_bytes(dimension), (long long)memory);
    while (ranks < MOST_RANKS && !fits_tiled(dimension, memory, ranks))
        ranks++;
    if (!fits_tiled(dimension, memory, ranks))
        return gm_fail(
            context, GM_UNABLE,
            "the matrix of %lld x %lld does not fit a memory limit of %lld bytes a rank, "
            "however many ranks there are",
            (long long)dimension, (long long)dimension, (long long)memory);
    return gm_fail(
        context, GM_UNABLE,
        "the matrix of %lld x %lld takes %.3g bytes on one rank, and the memory limit is "
        "%lld; dealt out to %d ranks it would fit",
        (long long)dimension, (long long)dimension, full_bytes(dimension), (long long)memory,
        ranks);
}

/* The full matrix in one place where that fits, dealt out where ranks have room for it, and for
   `auto` directions and a diagonal where there is none: of R directions 4 R d numbers are held. */
static gm_status place_full(gm_context *context, bool choose, int64_t memory, int64_t rank,
                            gm_plan *plan) {
    const int64_t d = plan->dimension;
    const int ranks = gm_context_ranks(context);
    plan->rank = 0;
    if (memory == 0 ? !choose || full_bytes(d) <= MOST_FULL : full_bytes(d) <= (double)memory)
        return GM_OK;
    plan->tiled =
        memory > 0 && ranks > 1 && gm_ranks_have_algebra(context) && fits_tiled(d, memory, ranks);
    if (plan->tiled)
        return GM_OK;
    if (!choose)
        return too_large(context, d, memory);
    const double most = memory > 0 ? floor((double)memory / (32.0 * (double)d)) : (double)rank;
    plan->rank = (double)rank <= most ? rank : most > 1.0 ? (int64_t)most : 1;
    return GM_OK;
}

/* The form of the estimate. */
static gm_status choose_structure(gm_context *context, const char *text, int64_t memory,
                                  gm_plan *plan) {
    static const char *const names[] = {"auto", "full", "low-rank"}, *const keys[] = {"rank"};
    gm_status status = GM_OK;
    gm_spec *spec = NULL;
    double asked = DEFAULT_RANK;
    GM_TRY(gm_spec_parse(context, text, "structure", &spec));
    const char *name = gm_spec_name(spec);
    const bool low = strcmp(name, "low-rank") == 0;
    if (!low && strcmp(name, "auto") != 0 && strcmp(name, "full") != 0) {
        const char *near = gm_nearest_word(name, names, 3);
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "unknown structure '%s'%s%s%s; use auto, full or low-rank:rank=R", name,
                       near ? " (did you mean " : "", near ? near : "", near ? "?)" : ""));
    }
    GM_TRY(gm_spec_accept(context, spec, low ? keys : NULL, low));
    GM_TRY(gm_spec_number(context, spec, "rank", DEFAULT_RANK, LEAST_RANK, 1e6, &asked));
    if (asked != floor(asked))
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "structure '%s': the rank must be a whole number", text));
    if (memory < 0)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT, "memory is %lld bytes; it must be 0 or more",
                       (long long)memory));
    plan->rank = (int64_t)asked < plan->dimension ? (int64_t)asked : plan->dimension;
    if (!low)
        GM_TRY(place_full(context, strcmp(name, "auto") == 0, memory, plan->rank, plan));
done:
    gm_spec_destroy(context, spec);
    return status;
}

/* What needs the whole matrix. */
static gm_status check_rank(gm_context *context, const gm_plan *plan) {
    if (plan->rank == 0 && !plan->tiled)
        return GM_OK;
    if (plan->tiled && (plan->compare || plan->estimator.kind->correct))
        return gm_fail(
            context, GM_INVALID_ARGUMENT,
            "%s%s needs the full matrix of %lld x %lld on one rank, and the memory limit "
            "deals it out; %s, or raise the limit",
            plan->compare ? "a comparison" : "the estimator ",
            plan->compare ? "" : plan->estimator.kind->name, (long long)plan->dimension,
            (long long)plan->dimension, plan->compare ? "leave it out" : "use another one");
    if (plan->compare)
        return gm_fail(
            context, GM_INVALID_ARGUMENT,
            "a comparison needs the full matrix of %lld x %lld; leave it out, or ask for "
            "the structure full",
            (long long)plan->dimension, (long long)plan->dimension);
    if (plan->estimator.kind->correct)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the estimator '%s' corrects the full matrix; use another one with the "
                       "structure low-rank",
                       plan->estimator.kind->name);
    return GM_OK;
}

static gm_status check_count(gm_context *context, const char *name, int64_t value, int64_t least) {
    if (value >= least && (double)value <= MOST)
        return GM_OK;
    return gm_fail(context, GM_INVALID_ARGUMENT, "%s is %lld; it must be %lld to %.0e", name,
                   (long long)value, (long long)least, MOST);
}

static gm_status check_variance(gm_context *context, const char *name, double value) {
    if (value >= 0.0 && value <= 1e100)
        return GM_OK;
    return gm_fail(context, GM_INVALID_ARGUMENT, "%s is %g; it must be 0 to 1e100", name, value);
}

/* What is injected: as asked, or what makes the total of the calibrated noise the batch size. */
static gm_status choose_variance(gm_context *context, const gm_recover_options *options,
                                 bool recorded, gm_plan *plan) {
    const double n = (double)plan->batch_size;
    plan->label_noise = options->label_noise;
    const gm_estimator *e = &plan->estimator;
    if (recorded && !(options->noise_variance > 0.0) && e->kind->injects)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "recorded gradients need the variance of the noise that was put on their "
                       "targets (noise variance)");
    if (!e->kind->injects)
        plan->noise_variance = 0.0;
    else if (options->noise_variance > 0.0)
        plan->noise_variance = options->noise_variance;
    else if (e->kind->variance)
        plan->noise_variance = e->kind->variance(e, n);
    else if (!e->kind->calibrated)
        plan->noise_variance = n;
    else if (options->label_noise < n)
        plan->noise_variance = n - options->label_noise;
    else
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "label noise %g is not below the batch size %g, so no noise is left to "
                       "inject; use a larger batch or give a noise variance",
                       options->label_noise, n);
    return GM_OK;
}

static gm_status choose_batches(gm_context *context, const gm_recover_options *options,
                                const gm_supply *supply, gm_plan *plan) {
    const gm_estimator *e = &plan->estimator;
    int64_t gradients = options->num_gradients;
    if (supply->copies > 0 && supply->copies != e->copies)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the estimator '%s' takes %d gradient%s of each batch, %d %s recorded",
                       e->kind->name, e->copies, e->copies == 1 ? "" : "s", supply->copies,
                       supply->copies == 1 ? "is" : "are");
    if (supply->batches > 0 && gradients == 0)
        gradients = supply->batches * e->copies;
    if (gradients == 0) {
        gradients = VECTORS_PER_DIMENSION * plan->dimension * e->copies / e->vectors;
        gradients = gradients < DEFAULT_GRADIENTS ? DEFAULT_GRADIENTS : gradients;
    }
    plan->probes = e->kind->probes ? e->kind->probes(e, gradients) : 0;
    plan->batches = (gradients - plan->probes) / e->copies;
    const int64_t least = (LEAST_VECTORS + e->vectors - 1) / e->vectors;
    gm_status status =
        check_count(context, "number of gradients", gradients, least * e->copies + plan->probes);
    if (status == GM_OK && supply->batches > 0 && plan->batches > supply->batches)
        status =
            gm_fail(context, GM_INVALID_ARGUMENT, "%lld gradients asked for, %lld are recorded",
                    (long long)gradients, (long long)(supply->batches * e->copies));
    const double draws = (double)(plan->batches + plan->probes) * (double)plan->batch_size;
    if (status == GM_OK && draws > MOST_DRAWS)
        status = gm_fail(context, GM_INVALID_ARGUMENT,
                         "%lld batches of %lld draw more than %.0e rows; give fewer gradients",
                         (long long)plan->batches, (long long)plan->batch_size, MOST_DRAWS);
    return status;
}

gm_status gm_plan_make(gm_context *context, const gm_supply *supply,
                       const gm_recover_options *options, gm_plan *out) {
    gm_status status = GM_OK;
    gm_plan plan = {.compare = options->compare,
                    .leak = options->leak,
                    .private_noise = options->private_noise,
                    .shrink = options->shrink ? options->shrink : "auto",
                    .dimension = supply->dimension,
                    .batch_size = supply->batch_size,
                    .seeds = {options->seed, options->seed},
                    .require = options->require != 0.0 ? options->require : 0.1};
    GM_TRY(gm_estimator_choose(context, options->estimator ? options->estimator : "auto", supply,
                               options->num_gradients, &plan.estimator, &plan.reason));
    GM_TRY(choose_law(context, options->noise, supply, &plan.law));
    GM_TRY(gm_shrink_check(context, plan.shrink));
    GM_TRY(choose_structure(context, options->structure ? options->structure : "auto",
                            options->memory, &plan));
    GM_TRY(check_rank(context, &plan));
    GM_TRY(check_count(context, "batch size", plan.batch_size, 1));
    GM_TRY(choose_batches(context, options, supply, &plan));
    GM_TRY(check_variance(context, "noise variance", options->noise_variance));
    GM_TRY(check_variance(context, "label noise", options->label_noise));
    GM_TRY(choose_variance(context, options, !supply->injects, &plan));
    if (!(plan.require > 0.0 && plan.require <= 1e100))
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT, "required error is %g; it must be above 0",
                       plan.require));
    if (plan.private_noise && supply->injects)
        GM_TRY(gm_random_system(context, &plan.seeds.noise));
    *out = plan;
done:
    return status;
}

gm_plan gm_plan_control(const gm_plan *plan) {
    gm_plan control = *plan;
    control.estimator = (gm_estimator){.kind = &gm_estimator_none, .copies = 1, .vectors = 1};
    control.reason = gm_estimator_none.reason;
    control.noise_variance = 0.0;
    control.batches = gm_plan_gradients(plan);
    control.probes = 0;
    control.compare = control.leak = false;
    control.rank = 0;
    control.tiled = false;
    return control;
}

gm_target_noise gm_plan_noise(const gm_plan *plan) {
    gm_target_noise noise;
    plan->estimator.kind->plan(&plan->estimator, plan->noise_variance, &noise);
    noise.law = plan->law;
    return noise;
}

int64_t gm_plan_vectors(const gm_plan *plan) {
    return plan->batches * plan->estimator.vectors;
}

int64_t gm_plan_gradients(const gm_plan *plan) {
    return plan->batches * plan->estimator.copies + plan->probes;
}
