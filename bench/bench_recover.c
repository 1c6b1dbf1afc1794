/*
 * Pairs of gradients to second moments, timed: `bench_recover DATA PAIRS BATCH THREADS REPEATS`.
 * Prints one line a figure, `name value`: seconds are medians of REPEATS, the floors are measured
 * in the same process on the same number of threads.
 */
#include <stdio.h>
#include <stdlib.h>

#include <gradiometer/gradiometer.h>

#include "floors.h"
#include "median.h"

static int fail(const gm_context *context, gm_status status) {
    fprintf(stderr, "bench_recover: %s: %s\n", gm_status_name(status),
            context ? gm_context_message(context) : "no context");
    return 1;
}

int main(int count, char **words) {
    if (count != 6) {
        fprintf(stderr, "usage: bench_recover DATA PAIRS BATCH THREADS REPEATS\n");
        return 2;
    }
    const int64_t pairs = atoll(words[2]), batch = atoll(words[3]);
    const int threads = atoi(words[4]), repeats = atoi(words[5]);
    const gm_context_options setup = {.threads = threads};
    const gm_recover_options options = {.batch_size = batch, .num_gradients = 2 * pairs};
    double gradients[MOST_REPEATS], predict[MOST_REPEATS], whole[MOST_REPEATS];
    gm_context *context = NULL;
    gm_dataset *dataset = NULL;
    if (threads < 1 || threads > 64 || repeats < 1 || repeats > MOST_REPEATS)
        return fail(NULL, GM_INVALID_ARGUMENT);
    gm_status status = gm_context_create(&setup, &context);
    if (status != GM_OK)
        return fail(NULL, status);
    status = gm_dataset_load(context, words[1], NULL, &dataset);
    for (int r = -1; r < repeats && status == GM_OK; r++) { /* one warm-up */
        gm_recovery *recovery = NULL;
        const double start = now();
        status = gm_recover(context, dataset, &options, &recovery);
        if (status != GM_OK)
            break;
        if (r >= 0) {
            whole[r] = now() - start;
            gradients[r] = recovery->seconds_gradients;
            predict[r] = recovery->seconds_predict;
        }
        gm_recovery_destroy(context, recovery);
    }
    if (status != GM_OK)
        return fail(context, status);
    const double d = (double)gm_dataset_columns(dataset);
    printf("dimension %g\n", d);
    printf("rows %g\n", (double)gm_dataset_rows(dataset));
    printf("seconds_estimate %.4g\n", median(gradients, repeats));
    printf("seconds_predict %.4g\n", median(predict, repeats));
    printf("seconds_whole %.4g\n", median(whole, repeats));
    printf("operations_gradients %.4g\n", 4.0 * (double)(pairs * batch) * d);
    printf("operations_moments %.4g\n", (double)pairs * d * d);
    printf("elements_read %.4g\n", (double)(pairs * batch) * d);
    print_floors(threads, 5);
    const gm_build_info build = gm_build_describe();
    printf("blas_core %s\n", build.blas_core);
    printf("instructions %s\n", gm_isa_name(gm_context_isa(context)));
    gm_dataset_destroy(dataset);
    gm_context_destroy(context);
    return 0;
}
