/* What recovering LWE secrets takes, beside its control and the baselines.
     bench_lwe table SECRETS [SOLVER [FIRST]]
                               every setting from FIRST on, that many fresh secrets each
     bench_lwe uniform COUNT   b drawn uniformly: how often something is accepted
     bench_lwe workers BLOCKS  one reduction with one worker and with two */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gradiometer/gradiometer.h>

#include "median.h"

enum { MOST = 1000, USVP_SECRETS = 5 }; /* the unique shortest vector of the first ones */
static const double TIME_LIMIT = 60;    /* seconds, of each attack */

static const struct setting {
    gm_lwe_parameters parameters;
    double goal; /* seconds; 0: none */
} settings[] = {
    {{64, 3329, 256, 3, "ternary", 16, 0}, 2},  {{80, 842779, 320, 3, "ternary", 24, 0}, 3},
    {{96, 3329, 384, 3, "binary", 12, 0}, 10},  {{96, 842779, 384, 3, "ternary", 16, 0}, 5},
    {{128, 3329, 512, 3, "binary", 8, 0}, 20},  {{80, 113, 320, 3, "binary", 5, 0}, 5},
    {{128, 3329, 512, 3, "binary", 12, 0}, 0},  {{144, 3329, 576, 3, "binary", 8, 0}, 0},
    {{64, 12289, 256, 3, "gaussian", 0, 1}, 0},
};
enum { SETTINGS = sizeof settings / sizeof *settings, GOALS = 6 };

/* What one setting came to. */
struct sums {
    int secrets, recovered, wrong, control, usvp_run, usvp;
    double seconds[MOST], usvp_seconds[MOST], rows[MOST], blocks[MOST];
    double reduction, fplll, guesses;
    double log2_exhaustive, log2_mitm;
};

static void check(gm_context *context, gm_status status) {
    if (status == GM_OK)
        return;
    fprintf(stderr, "bench_lwe: %s\n", gm_context_message(context));
    exit(1);
}

/* A fresh instance of which an attack knows no weight. */
static gm_lwe *draw(gm_context *context, const struct setting *setting, uint64_t seed) {
    gm_lwe *instance;
    check(context, gm_lwe_generate(context, &setting->parameters, seed, &instance));
    instance->parameters.hamming = 0;
    return instance;
}

static void add(struct sums *sums, const gm_lwe *instance, const gm_lwe_result *result) {
    const int i = sums->secrets++;
    sums->recovered += result->recovered;
    sums->control += result->control_recovered;
    sums->usvp += result->usvp_found;
    if (result->usvp_run)
        sums->usvp_seconds[sums->usvp_run++] = result->usvp_seconds;
    for (int64_t j = 0; result->recovered && j < result->n; j++)
        if (result->secret[j] != instance->secret[j]) {
            sums->wrong++;
            break;
        }
    sums->seconds[i] = result->reduce_seconds + result->attack_seconds;
    sums->rows[i] = (double)result->rows_used;
    sums->blocks[i] = (double)result->reduction.blocks;
    sums->reduction += result->reduction.lll_seconds + result->reduction.bkz_seconds;
    sums->fplll += result->reduction.fplll_seconds;
    sums->guesses += result->guesses;
    sums->log2_exhaustive = result->log2_exhaustive;
    sums->log2_mitm = result->log2_mitm;
}

static void show(const struct setting *setting, struct sums *sums) {
    const gm_lwe_parameters *p = &setting->parameters;
    const int count = sums->secrets;
    const double seconds = median(sums->seconds, count),
                 usvp = median(sums->usvp_seconds, sums->usvp_run);
    char weight[32], goal[32] = "none";
    if (p->hamming)
        snprintf(weight, sizeof weight, "%lld", (long long)p->hamming);
    else
        snprintf(weight, sizeof weight, "σ_s = %g", p->secret_sigma);
    if (setting->goal > 0)
        snprintf(goal, sizeof goal, "%g", setting->goal);
    printf("| %lld | %lld | %s %s | %d/%d | %d | %.2f (%.2f) | %s | %d | %.0f | %.0f | %.1e | "
           "%.0f %% | %d/%d %.2f (%.2f) | %.0f | %.0f |\n",
           (long long)p->n, (long long)p->q, p->secret, weight, sums->recovered, count, sums->wrong,
           seconds, sums->seconds[count - 1], goal, sums->control, median(sums->rows, count),
           median(sums->blocks, count), sums->guesses / count, 100 * sums->fplll / sums->reduction,
           sums->usvp, sums->usvp_run, usvp, sums->usvp_seconds[sums->usvp_run - 1],
           sums->log2_exhaustive, sums->log2_mitm);
    fflush(stdout);
}

static void table(gm_context *context, int secrets, const char *solver, int first) {
    static struct sums sums;
    printf("solver %s, %d threads and workers; σ = 3, weight not known to the attack\n\n", solver,
           gm_context_threads(context));
    puts(
        "| n | q | secret | recovered | wrong | s, median (max) | goal | control | rows | blocks | "
        "guesses | in fplll | uSVP, found, s | log2 exhaustive | log2 mitm |");
    puts("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (int s = first; s < SETTINGS; s++) {
        memset(&sums, 0, sizeof sums);
        for (int i = 0; i < secrets; i++) {
            gm_lwe *instance = draw(context, &settings[s], 1000 + (uint64_t)i);
            gm_lwe_result *result;
            const gm_lwe_attack_options options = {.solver = solver,
                                                   .time_limit = TIME_LIMIT,
                                                   .baselines = i < USVP_SECRETS,
                                                   .seed = 1000 + (uint64_t)i};
            check(context, gm_lwe_solve(context, instance, &options, &result));
            add(&sums, instance, result);
            gm_lwe_result_destroy(context, result);
            gm_lwe_destroy(context, instance);
        }
        show(&settings[s], &sums);
    }
}

/* Instances whose b has nothing to do with A: the goals' settings in turn, a second each. */
static void uniform(gm_context *context, int count) {
    int accepted = 0;
    double blocks = 0, guesses = 0;
    for (int i = 0; i < count; i++) {
        gm_lwe *instance = draw(context, &settings[i % GOALS], 5000 + (uint64_t)i);
        gm_lwe_result *result;
        const gm_lwe_attack_options options = {
            .time_limit = 1, .no_control = true, .seed = 5000 + (uint64_t)i};
        gm_random_index(context, (gm_stream){5000 + (uint64_t)i, 1u << 20}, 0,
                        instance->parameters.samples, instance->parameters.q, instance->b);
        check(context, gm_lwe_solve(context, instance, &options, &result));
        accepted += result->recovered;
        blocks += (double)result->reduction.blocks;
        guesses += result->guesses;
        gm_lwe_result_destroy(context, result);
        gm_lwe_destroy(context, instance);
    }
    printf("uniform b: %d of %d accepted; %.1f blocks, %.2g guesses each\n", accepted, count,
           blocks / count, guesses / count);
}

static void workers(gm_context *context, int blocks) {
    static double seconds[2][MOST];
    enum { ROUNDS = 5 };
    gm_lwe *instance = draw(context, &settings[2], 77);
    for (int round = 0; round < ROUNDS; round++)
        for (int w = 0; w < 2; w++) {
            gm_lwe_rows *rows;
            gm_lwe_reduction info;
            const gm_lwe_reduce_options options = {.rows = 80,
                                                   .blocks = blocks,
                                                   .embedding_weight = 10,
                                                   .drop_columns = 16,
                                                   .block_size = 30,
                                                   .workers = w + 1,
                                                   .seed = 9};
            check(context, gm_lwe_reduce(context, instance, &options, &rows, &info));
            seconds[w][round] = info.seconds;
            gm_lwe_rows_destroy(context, rows);
        }
    const double one = median(seconds[0], ROUNDS), two = median(seconds[1], ROUNDS);
    printf("%d blocks of 160 rows, BKZ-30: %.2f s with one worker, %.2f with two: %.2f times\n",
           blocks, one, two, one / two);
    gm_lwe_destroy(context, instance);
}

int main(int argc, char **argv) {
    const int count = argc > 2 ? atoi(argv[2]) : 0;
    gm_context *context;
    if (count < 1 || count > MOST) {
        fputs("bench_lwe table SECRETS [SOLVER [FIRST]] | uniform COUNT | workers BLOCKS\n",
              stderr);
        return 2;
    }
    if (gm_context_create(NULL, &context) != GM_OK)
        return 1;
    if (strcmp(argv[1], "table") == 0)
        table(context, count, argc > 3 ? argv[3] : "gradient", argc > 4 ? atoi(argv[4]) : 0);
    else if (strcmp(argv[1], "uniform") == 0)
        uniform(context, count);
    else if (strcmp(argv[1], "workers") == 0)
        workers(context, count);
    gm_context_destroy(context);
    return 0;
}
