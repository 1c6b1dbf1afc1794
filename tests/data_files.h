/* For tests of readers: a folder that goes away, files in it, and loads that fail as they should.
 */
#ifndef GM_TESTS_DATA_FILES_H
#define GM_TESTS_DATA_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <gradiometer/data.h>

#include "data/dataset.h"

typedef struct files {
    gm_context *context;
    char folder[64];
    char path[512];
} files;

static inline int files_set_up(void **state) {
    files *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/gm-data-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(gm_context_create(NULL, &f->context), GM_OK);
    *state = f;
    return 0;
}

static inline int remove_entry(const char *path, const struct stat *info, int kind,
                               struct FTW *where) {
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static inline int files_tear_down(void **state) {
    files *f = *state;
    gm_context_destroy(f->context);
    int status = nftw(f->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(f);
    return status;
}

static inline const char *in_folder(files *f, const char *name) {
    snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name);
    return f->path;
}

/* Write a file; its path. */
static inline const char *put(files *f, const char *name, const void *bytes, size_t size) {
    FILE *file = fopen(in_folder(f, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return f->path;
}

static inline const char *put_text(files *f, const char *name, const char *text) {
    return put(f, name, text, strlen(text));
}

/* Append a gzip member to a file; its path. */
static inline const char *put_gzip(files *f, const char *name, const void *bytes, size_t size) {
    gzFile file = gzopen(in_folder(f, name), "ab");
    assert_non_null(file);
    if (size)
        assert_int_equal(gzwrite(file, bytes, (unsigned)size), (int)size);
    assert_int_equal(gzclose(file), Z_OK);
    return f->path;
}

/* Expect a message that contains each of the texts (NULL ends them). */
static inline void assert_says(gm_context *context, ...) {
    const char *message = gm_context_message(context), *text;
    va_list texts;
    va_start(texts, context);
    while ((text = va_arg(texts, const char *)))
        if (!strstr(message, text))
            fail_msg("'%s' is not in the message '%s'", text, message);
    va_end(texts);
}

static inline gm_dataset *load(files *f, const char *path, gm_dataset_options options) {
    gm_dataset *dataset = NULL;
    gm_status status = gm_dataset_load(f->context, path, &options, &dataset);
    if (status != GM_OK)
        fail_msg("%s: %s", gm_status_name(status), gm_context_message(f->context));
    assert_non_null(dataset);
    return dataset;
}

static inline void load_fails(files *f, const char *path, gm_dataset_options options,
                              gm_status expected) {
    gm_dataset *dataset = NULL;
    gm_status status = gm_dataset_load(f->context, path, &options, &dataset);
    if (status != expected)
        fail_msg("%s instead of %s: %s", gm_status_name(status), gm_status_name(expected),
                 gm_context_message(f->context));
    assert_null(dataset);
}

/* Compare values; written so that NaN fails. */
static inline void assert_close(double seen, double expected, double tolerance) {
    if (!(seen - expected <= tolerance && expected - seen <= tolerance))
        fail_msg("%.17g is not within %g of %.17g", seen, tolerance, expected);
}

/* Compare all inputs with [rows][columns] and the targets with [rows]. */
static inline void assert_dataset(const gm_dataset *dataset, int64_t rows, int64_t columns,
                                  const double *inputs, const double *targets) {
    assert_int_equal(gm_dataset_rows(dataset), rows);
    assert_int_equal(gm_dataset_columns(dataset), columns);
    double *seen = malloc((size_t)(rows * columns) * sizeof *seen);
    assert_non_null(seen);
    gm_dataset_copy_rows(dataset, 0, rows, seen);
    for (int64_t i = 0; i < rows * columns; i++)
        assert_close(seen[i], inputs[i], 0);
    for (int64_t i = 0; i < rows; i++)
        assert_close(gm_dataset_targets(dataset)[i], targets[i], 0);
    free(seen);
}

/* The folder of larger files, or NULL after saying that the test is skipped. */
static inline const char *test_data(const char *file, char path[512]) {
    const char *folder = getenv("GRADIOMETER_TEST_DATA");
    if (!folder) {
        print_message("skipped: GRADIOMETER_TEST_DATA is not set\n");
        return NULL;
    }
    snprintf(path, 512, "%s/%s", folder, file);
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is absent\n", path);
        return NULL;
    }
    return path;
}

#endif
