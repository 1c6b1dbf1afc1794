#include "lwe_options.h"

#include <stdio.h>

const char *const lwe_solvers[] = {"auto", "gradient", "linear", NULL};

/* Of the library, where 0 means that the program chooses and −1 that none are dropped. */
static int64_t dropped(int64_t columns) {
    return columns < 0 ? 0 : columns == 0 ? -1 : columns;
}

gm_lwe_reduce_options lwe_reduce_options(const struct session *session,
                                         const struct lwe_reduce_values *values) {
    return (gm_lwe_reduce_options){.rows = values->rows,
                                   .blocks = values->blocks,
                                   .embedding_weight = values->embedding_weight,
                                   .drop_columns = dropped(values->drop_columns),
                                   .block_size = (int)values->block_size,
                                   .loops = (int)values->loops,
                                   .workers = (int)lwe_workers(session, values),
                                   .seed = (uint64_t)session->common.seed};
}

gm_lwe_attack_options lwe_attack_options(const struct session *session,
                                         const struct lwe_attack_values *values) {
    return (gm_lwe_attack_options){.solver = lwe_solvers[values->solver],
                                   .time_limit = values->time_limit,
                                   .no_control = values->no_control,
                                   .baselines = values->baselines,
                                   .guesses = values->guesses,
                                   .seed = (uint64_t)session->common.seed};
}

int64_t lwe_workers(const struct session *session, const struct lwe_reduce_values *values) {
    return values->workers ? values->workers : gm_context_threads(session->context);
}

void lwe_say_plan(const gm_lwe_plan *plan, char *out, size_t size) {
    char strength[64] = "LLL alone";
    if (plan->block_size > 2)
        snprintf(strength, sizeof strength, "BKZ-%d of at most %d loops", plan->block_size,
                 plan->loops);
    snprintf(out, size, "blocks of %lld samples, embedding weight %lld, %s, %lld columns dropped",
             (long long)plan->rows, (long long)plan->embedding_weight, strength,
             (long long)plan->drop_columns);
}

void lwe_say_reason(const gm_lwe_plan *plan, char *out, size_t size) {
    snprintf(out, size,
             "least time expected: a row variance of %.3g, at which a block shows the right guess "
             "with z = %.3g, in about %.2g processor seconds",
             plan->variance, plan->signal, plan->seconds);
}

double lwe_reduce_bytes(const gm_lwe *instance, const gm_lwe_plan *plan, double blocks,
                        double workers) {
    const double n = (double)instance->parameters.n, m = (double)plan->rows;
    const double size = n + m; /* of a lattice, and rows of a block */
    return 8.0 * (double)instance->parameters.samples * (n + 1) + 64.0 * size * size * workers +
           8.0 * blocks * size * (n + 2.0 * m);
}
