/*
 * Counting equal rows: `bench_entropy FOLDER TYPE ROWS COLUMNS MODULUS THREADS REPEATS`, TYPE i1 or
 * i8. The rows are drawn from 201 values a column and written to FOLDER/bench-entropy-rows.npy,
 * which is removed at the end. Prints one line a figure, `name value`: seconds are medians of
 * REPEATS.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <gradiometer/gradiometer.h>

#include "median.h"

enum { CHUNK = 1 << 16, VALUES = 201 };

static double now(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int write_rows(gm_context *context, const char *path, int width, int64_t rows,
                      int64_t columns) {
    static int64_t index[CHUNK];
    static int8_t narrow[CHUNK];
    char header[119];
    FILE *file = fopen(path, "wb");
    if (!file)
        return 1;
    const int length =
        snprintf(header, sizeof header,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRId64 ", %" PRId64 ")}",
                 width == 1 ? "|i1" : "<i8", rows, columns);
    memset(header + length, ' ', sizeof header - (size_t)length);
    header[117] = '\n';
    fwrite("\x93NUMPY\1\0\x76\0", 1, 10, file);
    fwrite(header, 1, 118, file);
    for (int64_t first = 0; first < rows * columns; first += CHUNK) {
        const int64_t left = rows * columns - first, count = left < CHUNK ? left : CHUNK;
        gm_random_index(context, (gm_stream){1, 1}, first, count, VALUES, index);
        for (int64_t i = 0; i < count; i++) {
            index[i] -= VALUES / 2;
            narrow[i] = (int8_t)index[i];
        }
        fwrite(width == 1 ? (const void *)narrow : (const void *)index, (size_t)width,
               (size_t)count, file);
    }
    return fclose(file);
}

static int run(gm_context *context, const char *path, int64_t modulus, int repeats) {
    double seconds[MOST_REPEATS];
    struct rusage usage;
    for (int i = 0; i < repeats; i++) {
        gm_entropy *entropy = NULL;
        const double start = now();
        if (gm_entropy_of_rows(context, path, modulus, &entropy) != GM_OK) {
            fprintf(stderr, "%s\n", gm_context_message(context));
            return 1;
        }
        seconds[i] = now() - start;
        gm_entropy_destroy(context, entropy);
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("seconds %.3f\nbytes %.3g\n", median(seconds, repeats),
           1024.0 * (double)usage.ru_maxrss);
    return 0;
}

int main(int count, char **arguments) {
    if (count != 8) {
        fprintf(stderr, "usage: %s FOLDER i1|i8 ROWS COLUMNS MODULUS THREADS REPEATS\n",
                arguments[0]);
        return 2;
    }
    char path[4096];
    const int width = strcmp(arguments[2], "i1") == 0 ? 1 : 8, repeats = atoi(arguments[7]);
    const gm_context_options options = {.threads = atoi(arguments[6])};
    gm_context *context = NULL;
    snprintf(path, sizeof path, "%s/bench-entropy-rows.npy", arguments[1]);
    if (repeats < 1 || repeats > MOST_REPEATS || gm_context_create(&options, &context) != GM_OK)
        return 2;
    int failed = write_rows(context, path, width, atoll(arguments[3]), atoll(arguments[4]));
    if (!failed)
        failed = run(context, path, atoll(arguments[5]), repeats);
    remove(path);
    gm_context_destroy(context);
    return failed;
}
