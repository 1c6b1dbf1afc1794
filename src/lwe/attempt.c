#include "lwe/attempt.h"

#include <math.h>
#include <string.h>

#include <gradiometer/spec.h>

#include "lwe/guess.h"
#include "lwe/law.h"
#include "lwe/linear.h"
#include "parallel/ranks.h"

enum {
    PATHS_WHITENED = 4096, /* guesses times copies that are followed */
    PATHS_PLAIN = 1024,
    DECODED = 64 /* guesses that are decoded linearly, at each of three norms */
};

static const char *const solvers[] = {"auto", "gradient", "linear"};

gm_status gm_lwe_solver_find(gm_context *context, const char *name, gm_lwe_solver *out) {
    const int count = (int)(sizeof solvers / sizeof *solvers);
    for (int s = 0; s < count; s++)
        if (!name || strcmp(name, solvers[s]) == 0) {
            *out = (gm_lwe_solver)s;
            return GM_OK;
        }
    const char *nearest = gm_nearest_word(name, solvers, count);
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "solver '%s' is not auto, gradient or linear%s%s%s", name,
                   nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* What the stages of an attempt share. */
struct stages {
    gm_context *context;
    const gm_lwe_effort *effort;
    gm_lwe_search search;
    gm_lwe_guesses *guesses;
    gm_lwe_attempt *attempt;
};

static gm_status is_over(const struct stages *stages, bool *over) {
    *over = stages->attempt->find.found;
    return *over ? GM_OK : gm_ranks_is_late(stages->context, stages->effort->deadline, over);
}

/* Follow the guesses by the gradient of one weighting. */
static gm_status peel(struct stages *stages, gm_lwe_weighting weighting, int64_t paths,
                      const char *name) {
    gm_lwe_gradient *gradient = NULL;
    const gm_lwe_view *view = stages->search.view;
    bool over = false;
    gm_status status = is_over(stages, &over);
    if (status != GM_OK || over)
        return status;
    const double most = gm_lwe_most_norm(&stages->search.instance->parameters, view->kept);
    stages->attempt->solver = name;
    stages->guesses->copies = paths > stages->guesses->count ? paths / stages->guesses->count : 1;
    status = gm_lwe_gradient_create(stages->context, view, weighting, most, &gradient);
    if (status == GM_OK)
        status = gm_lwe_peel(stages->context, &stages->search, gradient, stages->guesses,
                             &stages->attempt->find);
    gm_lwe_gradient_destroy(stages->context, gradient);
    return status;
}

/* Decode the best guesses, the norm of the secret being half, once and twice what is expected. */
static gm_status decode(struct stages *stages) {
    bool over = false;
    gm_status status = is_over(stages, &over);
    const double level = fmax(1, stages->effort->power * (double)stages->search.view->kept);
    const int64_t count = stages->guesses->count;
    stages->guesses->count = count < DECODED ? count : DECODED;
    for (double factor = 0.5; factor <= 2 && status == GM_OK && !over; factor *= 2) {
        stages->attempt->solver = "linear";
        status = gm_lwe_decode(stages->context, &stages->search, factor * level, stages->guesses,
                               &stages->attempt->find);
        if (status == GM_OK)
            status = is_over(stages, &over);
    }
    stages->guesses->count = count;
    return status;
}

/* Plain peeling sees every row, where those taken so far are not all. */
static gm_status peel_all(struct stages *stages, const gm_lwe_rows *rows, double level) {
    gm_lwe_view *all = NULL;
    const gm_lwe_view *best = stages->search.view;
    bool over = false;
    gm_status status = is_over(stages, &over);
    if (status != GM_OK || over)
        return status;
    if (rows->count > best->count) {
        status = gm_lwe_view_create(stages->context, rows, &stages->search.instance->parameters,
                                    level, 0, &all);
        stages->search.view = all;
    }
    if (status == GM_OK)
        status = peel(stages, GM_LWE_PLAIN, PATHS_PLAIN, "gradient-plain");
    stages->search.view = best;
    gm_lwe_view_destroy(stages->context, all);
    return status;
}

gm_status gm_lwe_attempt_run(gm_context *context, const gm_lwe *instance, const gm_lwe_rows *rows,
                             const gm_lwe_effort *effort, gm_lwe_attempt *attempt) {
    gm_status status;
    gm_lwe_view *view = NULL;
    struct stages stages = {.context = context, .effort = effort, .attempt = attempt};
    const double level = fmax(1, effort->power * (double)(rows->n - rows->dropped_count));
    attempt->find.found = false;
    attempt->guesses = 0;
    GM_TRY(gm_lwe_view_create(context, rows, &instance->parameters, level, effort->rows, &view));
    GM_TRY(gm_lwe_view_share(context, view, rows, &instance->parameters));
    stages.search = (gm_lwe_search){instance, view, rows->dropped_count, rows->dropped};
    GM_TRY(gm_lwe_guess(context, &stages.search, level, effort->guesses, effort->keep,
                        &attempt->guesses, &stages.guesses));
    stages.guesses->seed = effort->seed;
    if (effort->solver != GM_LWE_SOLVER_LINEAR) {
        GM_TRY(peel(&stages, GM_LWE_WHITENED, PATHS_WHITENED, "gradient-whitened"));
        GM_TRY(peel_all(&stages, rows, level));
    }
    if (effort->solver != GM_LWE_SOLVER_GRADIENT)
        GM_TRY(decode(&stages));
    if (gm_is_cancelled(context))
        GM_TRY(gm_fail(context, GM_CANCELLED, "cancelled while attacking"));
done:
    gm_lwe_guesses_destroy(context, stages.guesses);
    gm_lwe_view_destroy(context, view);
    return status;
}
