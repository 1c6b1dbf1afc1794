/*
 * Pairs of gradients to second moments, timed: `bench_recover DATA PAIRS BATCH THREADS REPEATS`.
 * Prints one line a figure, `name value`: seconds are medians of REPEATS, the floors are measured
 * in the same process on the same number of threads.
 */
#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gradiometer/gradiometer.h>

#include "median.h"

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The floors: bytes read and written by memcpy, operations of dgemm, on `threads` threads at once.
 */
typedef struct floor_work {
    size_t bytes;
    char *from, *to;
    int order;
    double *a, *b, *c;
} floor_work;

static void *copy(void *argument) {
    floor_work *w = argument;
    memcpy(w->to, w->from, w->bytes);
    return NULL;
}

static void *multiply(void *argument) {
    floor_work *w = argument;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, w->order, w->order, w->order, 1.0, w->a,
                w->order, w->b, w->order, 0.0, w->c, w->order);
    return NULL;
}

static double time_together(void *(*work)(void *), floor_work *works, int threads, int repeats) {
    double seconds[MOST_REPEATS];
    for (int r = 0; r < repeats; r++) {
        pthread_t handles[64];
        const double start = now();
        for (int t = 1; t < threads; t++)
            pthread_create(&handles[t], NULL, work, &works[t]);
        work(&works[0]);
        for (int t = 1; t < threads; t++)
            pthread_join(handles[t], NULL);
        seconds[r] = now() - start;
    }
    return median(seconds, repeats);
}

static void print_floors(int threads, int repeats) {
    enum { BYTES = 64 << 20, ORDER = 1024 };
    floor_work works[64];
    for (int t = 0; t < threads; t++) {
        works[t] = (floor_work){.bytes = BYTES, .order = ORDER};
        works[t].from = malloc(BYTES);
        works[t].to = malloc(BYTES);
        memset(works[t].from, 1, BYTES);
        memset(works[t].to, 2, BYTES);
        works[t].a = calloc((size_t)ORDER * ORDER, sizeof(double));
        works[t].b = calloc((size_t)ORDER * ORDER, sizeof(double));
        works[t].c = calloc((size_t)ORDER * ORDER, sizeof(double));
        for (int i = 0; i < ORDER * ORDER; i++)
            works[t].a[i] = works[t].b[i] = 1.0 + i % 3;
    }
    const double copied = time_together(copy, works, threads, repeats);
    const double product = time_together(multiply, works, threads, repeats);
    /* A copy reads and writes every byte. */
    printf("copy_bytes_per_second %.4g\n", 2.0 * BYTES * threads / copied);
    printf("gemm_operations_per_second %.4g\n",
           2.0 * ORDER * (double)ORDER * ORDER * threads / product);
    for (int t = 0; t < threads; t++) {
        free(works[t].from);
        free(works[t].to);
        free(works[t].a);
        free(works[t].b);
        free(works[t].c);
    }
}

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
