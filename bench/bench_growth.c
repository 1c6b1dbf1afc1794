/*
 * How a recovery grows: `bench_growth MODEL ESTIMATOR COLUMNS BATCH GRADIENTS THREADS REPEATS`.
 * The inputs are standard normal. Prints one line a figure, `name value`: seconds are medians of
 * REPEATS, bytes the most that was allocated at one time, the data not counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include <gradiometer/gradiometer.h>

#include "median.h"

enum { ROWS = 8192, FRONT = 4096 };

/* An allocator that counts; each block carries its size in front. */
typedef struct counter {
    mtx_t lock;
    size_t now, most;
} counter;

static void *count_allocate(void *user, size_t alignment, size_t bytes) {
    counter *c = user;
    (void)alignment; /* FRONT is a multiple of every alignment that the library asks for */
    char *block = aligned_alloc(FRONT, (FRONT + bytes + FRONT - 1) / FRONT * FRONT);
    if (!block)
        return NULL;
    memcpy(block, &bytes, sizeof bytes);
    mtx_lock(&c->lock);
    c->now += bytes;
    c->most = c->now > c->most ? c->now : c->most;
    mtx_unlock(&c->lock);
    return block + FRONT;
}

static void count_release(void *user, void *pointer) {
    counter *c = user;
    size_t bytes = 0;
    if (!pointer)
        return;
    char *block = (char *)pointer - FRONT;
    memcpy(&bytes, block, sizeof bytes);
    mtx_lock(&c->lock);
    c->now -= bytes;
    mtx_unlock(&c->lock);
    free(block);
}

static gm_dataset *make_data(gm_context *context, int64_t columns, int64_t classes) {
    gm_dataset *dataset = NULL;
    double *inputs = malloc((size_t)(ROWS * columns) * sizeof *inputs);
    double *targets = malloc(ROWS * sizeof *targets);
    gm_random_gaussian(context, (gm_stream){1, 1}, 0, ROWS * columns, inputs);
    gm_random_gaussian(context, (gm_stream){1, 2}, 0, ROWS, targets);
    for (int64_t i = 0; classes && i < ROWS; i++)
        targets[i] = (double)(i % classes);
    if (gm_dataset_from_arrays(context, ROWS, columns, inputs, targets, &dataset) != GM_OK)
        fprintf(stderr, "%s\n", gm_context_message(context));
    free(targets);
    free(inputs);
    return dataset;
}

static int64_t classes_of(const char *model) {
    return strncmp(model, "logistic", 8) == 0 ? 2 : strncmp(model, "softmax", 7) == 0 ? 10 : 0;
}

int main(int count, char **words) {
    if (count != 8) {
        fprintf(stderr,
                "usage: bench_growth MODEL ESTIMATOR COLUMNS BATCH GRADIENTS THREADS REPEATS\n");
        return 2;
    }
    static counter used;
    mtx_init(&used.lock, mtx_plain);
    const gm_allocator allocator = {count_allocate, count_release, &used};
    const gm_context_options settings = {.threads = atoi(words[6]), .allocator = &allocator};
    const gm_recover_options options = {.model = words[1],
                                        .estimator = words[2],
                                        .batch_size = atoll(words[4]),
                                        .num_gradients = atoll(words[5]),
                                        .shrink = "none",
                                        .seed = 1};
    const int repeats = atoi(words[7]) < MOST_REPEATS ? atoi(words[7]) : MOST_REPEATS;
    double gradients[MOST_REPEATS], predict[MOST_REPEATS];
    gm_context *context = NULL;
    if (gm_context_create(&settings, &context) != GM_OK)
        return 3;
    gm_dataset *dataset = make_data(context, atoll(words[3]), classes_of(words[1]));
    const size_t data = used.now;
    used.most = used.now;
    for (int r = 0; dataset && r < repeats; r++) {
        gm_recovery *recovery = NULL;
        if (gm_recover(context, dataset, &options, &recovery) != GM_OK) {
            fprintf(stderr, "bench_growth: %s\n", gm_context_message(context));
            return 1;
        }
        gradients[r] = recovery->seconds_gradients;
        predict[r] = recovery->seconds_predict;
        if (r == 0)
            printf("dimension %lld\nnoise_vectors %lld\n", (long long)recovery->dimension,
                   (long long)recovery->noise_vectors);
        gm_recovery_destroy(context, recovery);
    }
    printf("seconds_gradients %.6f\nseconds_predict %.6f\nbytes %zu\n", median(gradients, repeats),
           median(predict, repeats), used.most - data);
    gm_dataset_destroy(dataset);
    gm_context_destroy(context);
    mtx_destroy(&used.lock);
    return 0;
}
