/*
 * Transforms over Z_q^n, timed: `bench_transforms REPEATS`. Seconds are medians of REPEATS on one
 * and on two threads. Beside them two rates on one thread: of the plain count 8 q n q^n of complex
 * matrix products, and of the operations that are made; and what a dense product and a copy reach.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "linalg/linalg.h"
#include "transforms/fourier.h"
#include "transforms/walsh.h"

/* Transforms of a small array are repeated, so that the clock resolves them. */
enum { LEAST_NUMBERS = 1 << 18 };

typedef struct bench {
    int repeats;
    gm_context *context[2]; /* of one and two threads */
} bench;

static double smaller(double a, double b) {
    return a < b ? a : b;
}

/* What is timed: q = 0 means Walsh–Hadamard. */
typedef struct work {
    int64_t q, r, size;
    int n;
    const gm_fourier *fourier;
    double *re, *im;
} work;

static void stop(const gm_context *context) {
    fprintf(stderr, "bench_transforms: %s\n", gm_context_message(context));
    exit(1);
}

/* Numbers of either sign below 1, anew for each repetition: transforms make them grow. */
static void fill(double *x, int64_t size) {
    for (int64_t i = 0; i < size; i++)
        x[i] = (double)(i * 7919 % 1021) / 1021.0 - 0.5;
}

static void transform(gm_context *context, const work *w) {
    const gm_status status = w->q ? gm_fourier_run(context, w->fourier, w->n, w->r, w->re, w->im)
                                  : gm_walsh_hadamard(context, w->n, w->r, w->re);
    if (status != GM_OK)
        stop(context);
}

static double time_transform(const bench *b, int threads, const work *w) {
    double least = INFINITY;
    const int64_t times = w->size < LEAST_NUMBERS ? LEAST_NUMBERS / w->size : 1;
    for (int i = 0; i < b->repeats; i++) {
        fill(w->re, w->size);
        if (w->im)
            fill(w->im, w->size);
        const double start = gm_seconds();
        for (int64_t t = 0; t < times; t++)
            transform(b->context[threads - 1], w);
        least = smaller(least, (gm_seconds() - start) / (double)times);
    }
    return least;
}

static void row_fourier(const bench *b, int64_t q, int n, int64_t r) {
    gm_fourier *fourier = NULL;
    work w = {.q = q, .r = r, .size = r, .n = n};
    for (int i = 0; i < n; i++)
        w.size *= q;
    w.re = gm_allocate(b->context[0], w.size, sizeof(double));
    w.im = gm_allocate(b->context[0], w.size, sizeof(double));
    if (!w.re || !w.im || gm_fourier_create(b->context[0], q, &fourier) != GM_OK)
        stop(b->context[0]);
    w.fourier = fourier;
    const double one = time_transform(b, 1, &w), two = time_transform(b, 2, &w);
    const double plain = 8.0 * (double)q * n * (double)w.size;
    const double made = gm_fourier_operations(q, n) * (double)r;
    printf("| %lld | %d | %lld | %.5f | %.5f | %.1f | %.1f | %.2f |\n", (long long)q, n,
           (long long)r, one, two, 1e-9 * plain / one, 1e-9 * made / one,
           1e9 * one / (double)w.size / n);
    gm_fourier_destroy(b->context[0], fourier);
    gm_release(b->context[0], w.im);
    gm_release(b->context[0], w.re);
}

static void row_walsh(const bench *b, int n, int64_t r) {
    work w = {.r = r, .size = r << n, .n = n};
    w.re = gm_allocate(b->context[0], w.size, sizeof(double));
    if (!w.re)
        stop(b->context[0]);
    const double one = time_transform(b, 1, &w), two = time_transform(b, 2, &w);
    printf("| %d | %lld | %.5f | %.5f | %.1f | %.1f |\n", n, (long long)r, one, two,
           16e-9 * (double)w.size / one, 16e-9 * (double)w.size / two);
    gm_release(b->context[0], w.re);
}

static void print_floors(const bench *b) {
    enum { ORDER = 1024 };
    const int64_t bytes = INT64_C(1) << 28;
    double product = INFINITY, copy = INFINITY, *a = gm_allocate(b->context[0], 2 * bytes, 1);
    if (!a)
        stop(b->context[0]);
    double *c = a + bytes / 8;
    fill(a, bytes / 4);
    for (int i = 0; i < b->repeats; i++) {
        const double start = gm_seconds();
        gm_multiply(ORDER, ORDER, ORDER, a, ORDER, a, ORDER, c, ORDER);
        product = smaller(product, gm_seconds() - start);
    }
    printf("dense product, 1 thread: %.1f GFlop/s\n",
           2e-9 * ORDER * ORDER * (double)ORDER / product);
    for (int i = 0; i < b->repeats; i++) {
        const double start = gm_seconds();
        memcpy(c, a, (size_t)bytes);
        copy = smaller(copy, gm_seconds() - start);
    }
    printf("copy, 1 thread: %.1f GB/s read and written\n", 2e-9 * (double)bytes / copy);
    gm_release(b->context[0], a);
}

int main(int count, char **words) {
    static const struct {
        int q, n, r;
    } cases[] = {{2, 20, 1},   {3, 13, 1},   {7, 7, 1},     {7, 6, 16},   {17, 5, 1},
                 {17, 4, 16},  {31, 4, 1},   {31, 3, 16},   {64, 3, 1},   {101, 3, 1},
                 {101, 2, 64}, {128, 3, 1},  {199, 2, 32},  {257, 2, 16}, {512, 2, 16},
                 {1000, 2, 1}, {3329, 1, 1}, {3329, 1, 64}, {3329, 2, 1}, {1000003, 1, 1}};
    bench b = {.repeats = count == 2 ? atoi(words[1]) : 0};
    if (b.repeats < 1) {
        fprintf(stderr, "usage: bench_transforms REPEATS\n");
        return 2;
    }
    for (int t = 0; t < 2; t++) {
        const gm_context_options options = {.threads = t + 1};
        if (gm_context_create(&options, &b.context[t]) != GM_OK)
            return 3;
    }
    print_floors(&b);
    printf(
        "\n| q | n | R | 1 thread, s | 2 threads, s | plain GFlop/s | made GFlop/s | ns a number "
        "and axis |\n|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        row_fourier(&b, cases[i].q, cases[i].n, cases[i].r);
    printf("\n| n | R | 1 thread, s | 2 threads, s | GB/s of one pass, 1 thread | 2 threads |\n"
           "|---|---|---|---|---|---|\n");
    row_walsh(&b, 16, 1);
    row_walsh(&b, 20, 1);
    row_walsh(&b, 16, 64);
    row_walsh(&b, 26, 1);
    for (int t = 0; t < 2; t++)
        gm_context_destroy(b.context[t]);
    return 0;
}
