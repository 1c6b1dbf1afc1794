/* Reduction of a block against the command line of fplll on the same lattice, and the rate of
   guessing against that of the product it is made of.
     bench_lattice blocks FOLDER   FOLDER receives the lattices as text
     bench_lattice guesses */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <gradiometer/gradiometer.h>

#include "lattice/pool.h"
#include "linalg/linalg.h"
#include "lwe/guess.h"
#include "median.h"

enum { REPEATS = 3, ROUNDS = 5 };

static void check(gm_context *context, gm_status status) {
    if (status == GM_OK)
        return;
    fprintf(stderr, "bench_lattice: %s\n", gm_context_message(context));
    exit(1);
}

static const struct lattice {
    int64_t q, kept, samples, weight;
} lattices[] = {{3329, 64, 64, 16},  {842779, 80, 40, 14}, {3329, 80, 80, 10},
                {842779, 96, 50, 7}, {3329, 88, 80, 12},   {113, 40, 50, 12}};
enum { LATTICES = sizeof lattices / sizeof *lattices };

/* [[0, q I], [τ I, A]], A uniform: [d][d]. */
static int64_t *make_basis(gm_context *context, const struct lattice *l, uint64_t seed) {
    const int64_t m = l->samples, d = m + l->kept;
    int64_t *basis = calloc((size_t)(d * d), sizeof *basis);
    if (!basis)
        exit(1);
    for (int64_t j = 0; j < l->kept; j++)
        basis[j * d + m + j] = l->q;
    for (int64_t i = 0; i < m; i++) {
        int64_t *row = &basis[(l->kept + i) * d];
        row[i] = l->weight;
        gm_random_index(context, (gm_stream){seed, 1}, i * l->kept, l->kept, l->q, &row[m]);
        for (int64_t j = m; j < d; j++)
            row[j] -= row[j] > l->q / 2 ? l->q : 0;
    }
    return basis;
}

static void write_basis(const char *path, const int64_t *basis, int64_t d) {
    FILE *file = fopen(path, "w");
    if (!file)
        exit(1);
    fputc('[', file);
    for (int64_t i = 0; i < d; i++) {
        fputc('[', file);
        for (int64_t j = 0; j < d; j++)
            fprintf(file, "%lld ", (long long)basis[i * d + j]);
        fputs("]\n", file);
    }
    fputs("]\n", file);
    fclose(file);
}

static double of_children(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Processor seconds of the command line, LLL before BKZ; NaN where it is not there. Its exit status
   says that the limit of loops was reached, which is no failure. */
static double by_command(const char *folder, const char *method) {
    char command[1024];
    if (system("command -v fplll >/dev/null") != 0)
        return NAN;
    const double before = of_children();
    snprintf(command, sizeof command, "fplll -a lll '%s/lattice' 2>/dev/null%s >/dev/null 2>&1",
             folder, method);
    return system(command) == -1 ? NAN : of_children() - before;
}

/* Processor seconds of the helper, and the root mean square of the entries. */
static double by_helper(gm_context *context, gm_lattice_pool *pool, const int64_t *basis, int64_t d,
                        int block_size, double *size) {
    const gm_lattice_job job = {.task = GM_LATTICE_REDUCE,
                                .rows = d,
                                .columns = d,
                                .basis = basis,
                                .delta = 0.99,
                                .block_size = block_size,
                                .loops = 8,
                                .time_limit = 600};
    gm_lattice_result *result;
    check(context, gm_lattice_pool_submit(pool, &job));
    check(context, gm_lattice_pool_next(pool, -1, &result));
    *size = 0;
    for (int64_t i = 0; i < d * d; i++)
        *size += (double)result->basis[i] * (double)result->basis[i] / (double)(d * d);
    *size = sqrt(*size);
    const double seconds = result->lll_seconds + result->bkz_seconds;
    gm_lattice_result_destroy(context, result);
    return seconds;
}

static void blocks(gm_context *context, const char *folder) {
    static const char *const methods[] = {"", " | fplll -a bkz -b 20 -bkzmaxloops 8 -bkzautoabort",
                                          " | fplll -a bkz -b 30 -bkzmaxloops 8 -bkzautoabort"};
    static const int block_sizes[] = {2, 20, 30};
    gm_lattice_pool *pool;
    char path[1024];
    snprintf(path, sizeof path, "%s/lattice", folder);
    check(context, gm_lattice_pool_create(context, NULL, 1, &pool));
    puts("processor seconds, medians of 3; the command line reads and writes text, too\n");
    puts("| q | columns | samples | τ | method | fplll | helper | ratio | rms of entries |");
    puts("|---|---|---|---|---|---|---|---|---|");
    for (int l = 0; l < LATTICES; l++)
        for (int m = 0; m < 3; m++) {
            const int64_t d = lattices[l].kept + lattices[l].samples;
            double command[REPEATS], helper[REPEATS], size = 0;
            for (int r = 0; r < REPEATS; r++) {
                int64_t *basis = make_basis(context, &lattices[l], 1 + (uint64_t)r);
                write_basis(path, basis, d);
                command[r] = by_command(folder, methods[m]);
                helper[r] = by_helper(context, pool, basis, d, block_sizes[m], &size);
                free(basis);
            }
            const double theirs = median(command, REPEATS), ours = median(helper, REPEATS);
            printf("| %lld | %lld | %lld | %lld | %s | %.3f | %.3f | %.1f | %.1f |\n",
                   (long long)lattices[l].q, (long long)lattices[l].kept,
                   (long long)lattices[l].samples, (long long)lattices[l].weight,
                   m == 0   ? "LLL"
                   : m == 1 ? "BKZ-20"
                            : "BKZ-30",
                   theirs, ours, theirs / ours, size);
            fflush(stdout);
        }
    gm_lattice_pool_destroy(pool);
}

/* Operations a second of a float32 product of one tile, on one thread. */
static double product_rate(int64_t m, int64_t n, int64_t k) {
    float *a = calloc((size_t)(m * k), sizeof *a), *b = calloc((size_t)(n * k), sizeof *b);
    float *c = calloc((size_t)(m * n), sizeof *c);
    double best = 0;
    if (!a || !b || !c)
        exit(1);
    for (int round = 0; round < 5; round++) {
        const double start = gm_seconds();
        for (int r = 0; r < 20; r++)
            gm_multiply_outer_f32(m, n, k, a, b, c);
        best = fmax(best, 20 * 2.0 * (double)(m * n * k) / (gm_seconds() - start));
    }
    free(a);
    free(b);
    free(c);
    return best;
}

/* Rows that no lattice made: guessing takes as long on any. */
static void guesses_of(gm_context *context, int64_t rows_count, int64_t dropped) {
    enum { KEPT = 64, KEEP = 1024 };
    gm_lwe instance = {
        .parameters = {
            .n = KEPT + dropped, .q = 3329, .samples = 1, .sigma = 3, .secret = "binary"}};
    gm_lwe_view view = {.count = rows_count, .kept = KEPT, .dropped = dropped};
    double *numbers = calloc((size_t)(rows_count * (dropped + 3)), sizeof *numbers);
    double seconds[ROUNDS], tried = 0;
    if (!numbers)
        exit(1);
    gm_random_uniform(context, (gm_stream){1, 1}, 0, rows_count * (dropped + 1), numbers);
    view.u = numbers;
    view.y = &numbers[rows_count * dropped];
    view.square = &numbers[rows_count * (dropped + 1)];
    view.error = &numbers[rows_count * (dropped + 2)];
    const gm_lwe_search search = {.instance = &instance, .view = &view, .dropped_count = dropped};
    for (int r = 0; r < ROUNDS; r++) {
        gm_lwe_guesses *guesses;
        const double start = gm_seconds();
        check(context, gm_lwe_guess(context, &search, 1, 1e7, KEEP, &tried, &guesses));
        seconds[r] = gm_seconds() - start;
        gm_lwe_guesses_destroy(context, guesses);
    }
    const double rate = tried / median(seconds, ROUNDS);
    const double limit = product_rate(128, 512, 2 * rows_count);
    printf("| %lld | %lld | %.2g | %.2g | %.0f %% |\n", (long long)rows_count, (long long)dropped,
           tried, rate, 100 * rate * 4 * (double)rows_count / limit);
    free(numbers);
}

static void guesses(void) {
    const gm_context_options options = {.threads = 1};
    gm_context *context;
    if (gm_context_create(&options, &context) != GM_OK)
        exit(1);
    check(context, gm_blas_prepare(context));
    puts("| rows | dropped | guesses | a second, one thread | share of the product's limit |");
    puts("|---|---|---|---|---|");
    guesses_of(context, 128, 32);
    guesses_of(context, 128, 48);
    guesses_of(context, 336, 40);
    guesses_of(context, 1024, 32);
    guesses_of(context, 1024, 40);
    guesses_of(context, 1024, 48);
    gm_context_destroy(context);
}

int main(int argc, char **argv) {
    gm_context *context;
    if (argc < 2 || gm_context_create(NULL, &context) != GM_OK)
        return 2;
    if (strcmp(argv[1], "blocks") == 0 && argc > 2)
        blocks(context, argv[2]);
    else
        guesses();
    gm_context_destroy(context);
    return 0;
}
