/* The state of an accumulator without its checksum, which is put right: load it, and use it. */
#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gradiometer/accumulate.h>

static int put(const uint8_t *data, size_t size) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 1099511628211u;
    const int file = memfd_create("accumulator", 0);
    fuzz_check(file >= 0);
    fuzz_check(write(file, data, size) == (ssize_t)size);
    fuzz_check(write(file, &hash, sizeof hash) == (ssize_t)sizeof hash);
    return file;
}

static void use(gm_context *context, gm_accumulator *a, int64_t d) {
    double *vectors = calloc((size_t)(300 * d), sizeof *vectors);
    double *scatter = malloc((size_t)(d * d) * sizeof *scatter);
    fuzz_check(vectors && scatter);
    gm_status status = gm_accumulator_add(a, 300, vectors);
    if (status == GM_OK)
        status = gm_accumulator_total(a, NULL, scatter);
    fuzz_check_status(context, status, status == GM_OK ? a : NULL);
    free(scatter);
    free(vectors);
}

static void load(gm_context *context, const uint8_t *data, size_t size) {
    char path[64];
    int64_t d = 0;
    gm_accumulator *a = NULL;
    const int file = put(data, size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const gm_status status = gm_accumulator_load(context, path, &a);
    close(file);
    fuzz_check_status(context, status, a);
    if (!a)
        return;
    memcpy(&d, data + 16, sizeof d); /* after the magic, byte order and version */
    fuzz_check(d >= 1 && gm_accumulator_count(a) >= 0);
    use(context, a, d);
    gm_accumulator_destroy(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(load, data, size);
}
