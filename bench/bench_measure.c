/*
 * The informativeness of a gradient, timed:
 * `bench_measure INPUTS TARGETS MODEL LOSS SAMPLES DRAWS METHOD THREADS REPEATS [WEIGHTS]`, the
 * last a file of float64. Prints one line a figure, `name value`: seconds are medians of REPEATS
 * after a warm-up where there are several, cpu_seconds and the share of dgemm are of all threads
 * together, bytes the most that the process held, of which some ten million are its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <gradiometer/gradiometer.h>

#include "floors.h"
#include "median.h"

static int fail(const gm_context *context, gm_status status) {
    fprintf(stderr, "bench_measure: %s: %s\n", gm_status_name(status),
            context ? gm_context_message(context) : "no context");
    return 1;
}

static void print_measurement(const gm_measurement *m) {
    printf("form %s\n", m->form);
    printf("parameters %lld\n", (long long)m->parameters);
    printf("variance %.17g\n", m->variance.value);
    printf("std_error %.17g\n", m->variance.std_error);
    printf("naive_variance %.17g\n", m->naive_variance);
    printf("noise_trace %.17g\n", m->noise_trace);
    printf("mean_gradient %.17g\n", m->mean_gradient);
    printf("collision_term %.17g\n", m->collision_term);
    printf("effective_targets %.17g\n", m->effective_targets);
    printf("smallest_visible %.17g\n", m->smallest_visible);
    printf("epsilon_squared %.17g\n", m->epsilon_squared.value);
    printf("epsilon_squared_error %.17g\n", m->epsilon_squared.std_error);
    printf("bound %.17g\n", m->bound);
}

static double *read_numbers(const char *path, int64_t *count) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *count = ftell(file) / (int64_t)sizeof(double);
    rewind(file);
    double *numbers = malloc((size_t)*count * sizeof *numbers);
    if (numbers && fread(numbers, sizeof *numbers, (size_t)*count, file) != (size_t)*count) {
        free(numbers);
        numbers = NULL;
    }
    fclose(file);
    return numbers;
}

int main(int count, char **words) {
    if (count != 10 && count != 11) {
        fprintf(stderr, "usage: bench_measure INPUTS TARGETS MODEL LOSS SAMPLES DRAWS METHOD "
                        "THREADS REPEATS [WEIGHTS]\n");
        return 2;
    }
    const gm_context_options settings = {.threads = atoi(words[8])};
    gm_measure_options options = {.inputs = words[1],
                                  .targets = words[2],
                                  .model = words[3],
                                  .loss = words[4],
                                  .samples = atoll(words[5]),
                                  .target_draws = atoll(words[6]),
                                  .method = words[7],
                                  .seed = 1};
    const int repeats = atoi(words[9]) < MOST_REPEATS ? atoi(words[9]) : MOST_REPEATS;
    double seconds[MOST_REPEATS], cpu[MOST_REPEATS], *weights = NULL;
    if (count == 11) {
        weights = read_numbers(words[10], &options.weight_count);
        if (!weights)
            return fail(NULL, GM_INVALID_INPUT);
        options.weights = weights;
    }
    gm_context *context = NULL;
    gm_measure_cost cost;
    gm_status status = gm_context_create(&settings, &context);
    if (status != GM_OK)
        return fail(NULL, status);
    status = gm_measure_get_cost(context, &options, &cost);
    for (int r = repeats > 1 ? -1 : 0; r < repeats && status == GM_OK; r++) {
        gm_measurement *m = NULL;
        const clock_t before = clock();
        status = gm_measure(context, &options, &m);
        if (status != GM_OK)
            break;
        if (r >= 0) {
            cpu[r] = (double)(clock() - before) / CLOCKS_PER_SEC;
            seconds[r] = m->seconds;
        }
        if (r == 0)
            print_measurement(m);
        gm_measurement_destroy(context, m);
    }
    if (status != GM_OK)
        return fail(context, status);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const double rate = print_floors(gm_context_threads(context), 5);
    const double used = median(cpu, repeats);
    printf("seconds %.6g\n", median(seconds, repeats));
    printf("cpu_seconds %.6g\n", used);
    printf("operations %.6g\n", cost.operations);
    printf("share_of_gemm %.4g\n", cost.operations / rate / used);
    printf("bytes %.4g\n", 1024.0 * (double)usage.ru_maxrss);
    printf("predicted_seconds %.4g\n", cost.seconds);
    printf("predicted_bytes %.4g\n", cost.memory);
    const gm_build_info build = gm_build_describe();
    printf("blas_core %s\n", build.blas_core);
    printf("instructions %s\n", gm_isa_name(gm_context_isa(context)));
    gm_context_destroy(context);
    free(weights);
    return 0;
}
