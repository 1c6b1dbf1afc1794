/* What the machine can do: bytes a second of memcpy and operations a second of dgemm. */
#ifndef GM_BENCH_FLOORS_H
#define GM_BENCH_FLOORS_H

#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "median.h"

static inline double now(void) {
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

static inline void *copy(void *argument) {
    floor_work *w = argument;
    memcpy(w->to, w->from, w->bytes);
    return NULL;
}

static inline void *multiply(void *argument) {
    floor_work *w = argument;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, w->order, w->order, w->order, 1.0, w->a,
                w->order, w->b, w->order, 0.0, w->c, w->order);
    return NULL;
}

static inline double time_together(void *(*work)(void *), floor_work *works, int threads,
                                   int repeats) {
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

/* Print them; returns operations of dgemm in a second of one processor. */
static inline double print_floors(int threads, int repeats) {
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
    const clock_t before = clock();
    const double product = time_together(multiply, works, threads, repeats);
    const double used = (double)(clock() - before) / CLOCKS_PER_SEC;
    /* A copy reads and writes every byte. */
    printf("copy_bytes_per_second %.4g\n", 2.0 * BYTES * threads / copied);
    const double rate = 2.0 * ORDER * (double)ORDER * ORDER * threads / product;
    printf("gemm_operations_per_second %.4g\n", rate);
    const double busy = 2.0 * ORDER * (double)ORDER * ORDER * threads * repeats / used;
    printf("gemm_operations_per_cpu_second %.4g\n", busy);
    for (int t = 0; t < threads; t++) {
        free(works[t].from);
        free(works[t].to);
        free(works[t].a);
        free(works[t].b);
        free(works[t].c);
    }
    return busy;
}

#endif
