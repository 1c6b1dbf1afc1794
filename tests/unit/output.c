#define _GNU_SOURCE /* setrlimit, mkdtemp */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gradiometer/output.h>

/* Each test works in a folder of its own, which must be empty of surprises afterwards. */
struct fixture {
    gm_context *context;
    char folder[64];
    char path[256];
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/gm-output-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(gm_context_create(NULL, &f->context), GM_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    char command[128];
    gm_context_destroy(f->context);
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static const char *in_folder(struct fixture *f, const char *name) {
    snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name);
    return f->path;
}

static void put(struct fixture *f, const char *name, const char *text) {
    FILE *file = fopen(in_folder(f, name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static bool exists(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0;
}

/* Number of entries, hidden ones included; −1: no such folder. */
static int entries(const char *path) {
    int count = -2;
    DIR *directory = opendir(path);
    if (!directory)
        return -1;
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void assert_holds(const char *path, const char *text) {
    char seen[64] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    seen[fread(seen, 1, sizeof seen - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(seen, text);
}

static void appears_as_a_whole(void **state) {
    struct fixture *f = *state;
    gm_output *output = NULL;
    put(f, "result.json", "old");
    put(f, "a.txt", "old");
    assert_int_equal(gm_output_open(f->context, f->folder, "result.json", &output), GM_OK);
    assert_false(exists(in_folder(f, "result.json"))); /* the old mark goes first */
    assert_int_equal(entries(f->folder), 1);           /* no hidden folder before a write */
    assert_false(exists(gm_output_staging(output)));
    assert_int_equal(gm_output_write(output, "result.json", "new", 3), GM_OK);
    assert_int_equal(gm_output_write(output, "a.txt", "first", 5), GM_OK);
    assert_int_equal(gm_output_write(output, "a.txt", "new", 3), GM_OK);
    assert_int_equal(gm_output_write(output, "empty", NULL, 0), GM_OK);
    assert_int_equal(entries(gm_output_staging(output)), 3);
    assert_holds(in_folder(f, "a.txt"), "old");
    assert_false(exists(in_folder(f, "result.json")));
    assert_int_equal(gm_output_commit(output), GM_OK);
    assert_int_equal(gm_output_commit(output), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_write(output, "late", "", 0), GM_INVALID_ARGUMENT);
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 3);
    assert_holds(in_folder(f, "a.txt"), "new");
    assert_holds(in_folder(f, "result.json"), "new");
    assert_holds(in_folder(f, "empty"), "");
}

static void leaves_nothing_uncommitted(void **state) {
    struct fixture *f = *state;
    gm_output *output = NULL;
    char deep[128];
    snprintf(deep, sizeof deep, "%s/x//y/z/", f->folder);
    assert_int_equal(gm_output_open(f->context, deep, "result.json", &output), GM_OK);
    assert_int_equal(entries(deep), 0);
    assert_int_equal(gm_output_write(output, "a.txt", "1", 1), GM_OK);
    assert_int_equal(gm_output_commit(output), GM_INVALID_ARGUMENT);
    assert_non_null(strstr(gm_context_message(f->context), "the mark was not written"));
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 0); /* x, x/y and x/y/z were made by us */

    /* A folder that was there stays, and so does a new one in which someone else wrote. */
    assert_int_equal(gm_output_open(f->context, f->folder, "m", &output), GM_OK);
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 0);
    assert_int_equal(gm_output_open(f->context, in_folder(f, "new"), "m", &output), GM_OK);
    put(f, "new/other", "");
    gm_output_close(output);
    assert_true(exists(in_folder(f, "new/other")));
    gm_output_close(NULL);
}

static void works_without_a_mark(void **state) {
    struct fixture *f = *state;
    gm_output *output = NULL;
    put(f, "page", "old");
    assert_int_equal(gm_output_open(f->context, f->folder, NULL, &output), GM_OK);
    assert_int_equal(gm_output_write(output, "page", "new", 3), GM_OK);
    assert_holds(in_folder(f, "page"), "old");
    assert_int_equal(gm_output_commit(output), GM_OK);
    gm_output_close(output);
    assert_holds(in_folder(f, "page"), "new");
    assert_int_equal(entries(f->folder), 1);
}

static void refuses_bad_names(void **state) {
    struct fixture *f = *state;
    static const char *const names[] = {"", "a/b", "/", ".", ".."};
    gm_output *output = NULL;
    assert_int_equal(gm_output_open(f->context, "", "m", &output), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_open(f->context, f->folder, "a/b", &output), GM_INVALID_ARGUMENT);
    put(f, "file", "");
    assert_int_equal(gm_output_open(f->context, in_folder(f, "file"), "m", &output),
                     GM_INVALID_INPUT);
    assert_non_null(strstr(gm_context_message(f->context), "/file is not a folder"));
    assert_int_equal(gm_output_open(f->context, in_folder(f, "file/x"), "m", &output),
                     GM_INVALID_INPUT);
    assert_int_equal(gm_output_open(f->context, "/proc/none/x", "m", &output), GM_IO_ERROR);
    assert_int_equal(mkdir(in_folder(f, "m"), 0777), 0);
    assert_int_equal(gm_output_open(f->context, f->folder, "m", &output), GM_INVALID_INPUT);
    assert_null(output);
    assert_int_equal(gm_output_open(f->context, f->folder, "n", &output), GM_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(gm_output_write(output, names[i], "", 0), GM_INVALID_ARGUMENT);
        assert_non_null(strstr(gm_context_message(f->context), "accepted: a plain file name"));
    }
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 2);
}

static void undoes_half_a_commit(void **state) {
    struct fixture *f = *state;
    gm_output *output = NULL;
    assert_int_equal(mkdir(in_folder(f, "b"), 0777), 0); /* a file cannot replace a folder */
    assert_int_equal(gm_output_open(f->context, f->folder, "m", &output), GM_OK);
    assert_int_equal(gm_output_write(output, "m", "", 0), GM_OK);
    assert_int_equal(gm_output_write(output, "a", "", 0), GM_OK);
    assert_int_equal(gm_output_write(output, "b", "", 0), GM_OK);
    assert_int_equal(gm_output_write(output, "c", "", 0), GM_OK);
    assert_int_equal(gm_output_commit(output), GM_IO_ERROR);
    assert_non_null(strstr(gm_context_message(f->context), "cannot publish"));
    assert_non_null(strstr(gm_context_message(f->context), "/b: Is a directory"));
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 1);
}

static void reports_a_full_disk(void **state) {
    struct fixture *f = *state;
    gm_output *output = NULL;
    double *values = calloc(1 << 16, sizeof *values);
    struct rlimit before, small;
    assert_non_null(values);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(gm_output_open(f->context, f->folder, "m", &output), GM_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    gm_status status = gm_output_write_array(output, "x.npy", 1, (int64_t[]){1 << 16}, values);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, GM_IO_ERROR);
    assert_non_null(strstr(gm_context_message(f->context), "/x.npy: File too large"));
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 0);
    free(values);
}

static void heeds_cancel(void **state) {
    struct fixture *f = *state;
    gm_output *output = NULL;
    assert_int_equal(gm_output_open(f->context, f->folder, "m", &output), GM_OK);
    assert_int_equal(gm_output_write(output, "m", "1", 1), GM_OK);
    gm_context_cancel(f->context);
    assert_int_equal(gm_output_write(output, "n", "1", 1), GM_CANCELLED);
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 0);
}

static void assert_npy(struct fixture *f, const char *name, const char *shape, int count) {
    unsigned char bytes[1024];
    char expected[128];
    FILE *file = fopen(in_folder(f, name), "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    /* What numpy.save writes: magic, version 1.0, length, dictionary, spaces to 128, newline. */
    snprintf(expected, sizeof expected, "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }",
             shape);
    assert_int_equal(size, 128 + 8 * (size_t)count);
    assert_memory_equal(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
    assert_memory_equal(bytes + 10, expected, strlen(expected));
    for (size_t i = 10 + strlen(expected); i < 127; i++)
        assert_int_equal(bytes[i], ' ');
    assert_int_equal(bytes[127], '\n');
    for (int i = 0; i < count; i++) {
        double value;
        memcpy(&value, bytes + 128 + 8 * i, 8);
        assert_true(value == i + 0.5);
    }
}

static void writes_arrays_as_numpy_does(void **state) {
    struct fixture *f = *state;
    const double values[6] = {0.5, 1.5, 2.5, 3.5, 4.5, 5.5};
    const int64_t shape[5] = {1, 2, 3, 1, 1}, empty[2] = {0, INT64_MAX};
    const int64_t negative[2] = {2, -1}, large[2] = {INT64_MAX / 8, 2};
    gm_output *output = NULL;
    assert_int_equal(gm_output_open(f->context, f->folder, "a.npy", &output), GM_OK);
    assert_int_equal(gm_output_write_array(output, "a.npy", 1, (int64_t[]){6}, values), GM_OK);
    assert_int_equal(gm_output_write_array(output, "b.npy", 2, shape + 1, values), GM_OK);
    assert_int_equal(gm_output_write_array(output, "c.npy", 4, shape, values), GM_OK);
    assert_int_equal(gm_output_write_array(output, "d.npy", 2, empty, NULL), GM_OK);
    assert_int_equal(gm_output_write_array(output, "e", 0, shape, values), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_write_array(output, "e", 5, shape, values), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_write_array(output, "e", 2, negative, values), GM_INVALID_ARGUMENT);
    assert_non_null(strstr(gm_context_message(f->context), "shape[1] is -1"));
    assert_int_equal(gm_output_write_array(output, "e", 2, large, values), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_commit(output), GM_OK);
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 4);
    assert_npy(f, "a.npy", "(6,)", 6);
    assert_npy(f, "b.npy", "(2, 3)", 6);
    assert_npy(f, "c.npy", "(1, 2, 3, 1)", 6);
    assert_npy(f, "d.npy", "(0, 9223372036854775807)", 0);
}

static void arrays_come_in_pieces(void **state) {
    struct fixture *f = *state;
    const double values[6] = {0.5, 1.5, 2.5, 3.5, 4.5, 5.5};
    const int64_t shape[2] = {3, 2}, none[2] = {0, 2}, negative[1] = {-1};
    gm_output *output = NULL;
    assert_int_equal(gm_output_open(f->context, f->folder, NULL, &output), GM_OK);
    assert_int_equal(gm_output_add(output, 1, values), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_begin_array(output, "e", 1, negative), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_begin_array(output, "a.npy", 2, shape), GM_OK);
    assert_int_equal(gm_output_add(output, 2, values), GM_OK);
    assert_int_equal(gm_output_add(output, 0, values), GM_OK);
    assert_int_equal(gm_output_add(output, -1, values), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_add(output, 5, values), GM_INVALID_ARGUMENT);
    assert_non_null(strstr(gm_context_message(f->context), "accepted: 0 to 4"));
    assert_int_equal(gm_output_write(output, "e", "1", 1), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_begin_array(output, "e", 2, shape), GM_INVALID_ARGUMENT);
    assert_non_null(strstr(gm_context_message(f->context), "before 'a.npy' is whole"));
    assert_int_equal(gm_output_commit(output), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_add(output, 4, values + 2), GM_OK);
    assert_int_equal(gm_output_begin_array(output, "b.npy", 2, none), GM_OK);
    assert_int_equal(gm_output_commit(output), GM_OK);
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 2);
    assert_npy(f, "a.npy", "(3, 2)", 6);
    assert_npy(f, "b.npy", "(0, 2)", 0);
}

static void an_array_that_is_not_whole_is_removed(void **state) {
    struct fixture *f = *state;
    const int64_t shape[1] = {6};
    gm_output *output = NULL;
    assert_int_equal(gm_output_open(f->context, f->folder, NULL, &output), GM_OK);
    assert_int_equal(gm_output_begin_array(output, "a.npy", 1, shape), GM_OK);
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 0);
    assert_int_equal(gm_output_open(f->context, f->folder, NULL, &output), GM_OK);
    gm_context_cancel(f->context);
    assert_int_equal(gm_output_begin_array(output, "a.npy", 1, shape), GM_CANCELLED);
    assert_int_equal(gm_output_add(output, 1, (double[]){1}), GM_INVALID_ARGUMENT);
    gm_output_close(output);
    assert_int_equal(entries(f->folder), 0);
}

static void whole_numbers_are_written_as_such(void **state) {
    struct fixture *f = *state;
    static const char header[] = "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }";
    const int64_t values[3] = {INT64_MIN, -1, INT64_MAX}, shape[1] = {3};
    int64_t read[3];
    char path[512], start[128];
    gm_output *output = NULL;
    assert_int_equal(gm_output_open(f->context, f->folder, NULL, &output), GM_OK);
    assert_int_equal(gm_output_write_integers(output, "i.npy", 1, shape, values), GM_OK);
    assert_int_equal(gm_output_write_integers(output, "e", 0, shape, values), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_output_commit(output), GM_OK);
    gm_output_close(output);
    snprintf(path, sizeof path, "%s/i.npy", f->folder);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(start, 1, sizeof start, file), sizeof start);
    assert_int_equal(fread(read, sizeof *read, 3, file), 3);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    assert_memory_equal(start + 10, header, strlen(header));
    assert_memory_equal(read, values, sizeof values);
}

/* An allocator whose n-th call fails. */
struct failing {
    int calls, fail_at, live;
};

static void *failing_allocate(void *user, size_t alignment, size_t bytes) {
    struct failing *state = user;
    if (++state->calls == state->fail_at)
        return NULL;
    state->live++;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void failing_release(void *user, void *pointer) {
    ((struct failing *)user)->live -= pointer != NULL;
    free(pointer);
}

static gm_status write_ten_files(gm_context *context, const char *folder) {
    gm_output *output = NULL;
    gm_status status = gm_output_open(context, folder, "m", &output);
    if (status != GM_OK)
        return status;
    for (int i = 0; i < 10 && status == GM_OK; i++)
        status = gm_output_write(output, (char[]){(char)('a' + i), '\0'}, "x", 1);
    if (status == GM_OK)
        status = gm_output_write(output, "m", "x", 1);
    if (status == GM_OK)
        status = gm_output_commit(output);
    gm_output_close(output);
    return status;
}

static void survives_every_failed_allocation(void **state) {
    struct fixture *f = *state;
    gm_status status = GM_OUT_OF_MEMORY;
    int n = 2; /* the first call makes the context */
    for (; status != GM_OK && n < 100; n++) {
        struct failing memory = {0, n, 0};
        gm_allocator allocator = {failing_allocate, failing_release, &memory};
        gm_context_options options = {.allocator = &allocator};
        gm_context *context = NULL;
        assert_int_equal(gm_context_create(&options, &context), GM_OK);
        status = write_ten_files(context, in_folder(f, "out"));
        gm_context_destroy(context);
        assert_int_equal(memory.live, 0);
        if (status != GM_OK) {
            assert_int_equal(status, GM_OUT_OF_MEMORY);
            assert_int_equal(entries(f->folder), 0);
        }
    }
    assert_int_equal(status, GM_OK);
    assert_true(n > 15);
    assert_int_equal(entries(in_folder(f, "out")), 11);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(appears_as_a_whole),
        TEST(leaves_nothing_uncommitted),
        TEST(works_without_a_mark),
        TEST(refuses_bad_names),
        TEST(undoes_half_a_commit),
        TEST(reports_a_full_disk),
        TEST(heeds_cancel),
        TEST(writes_arrays_as_numpy_does),
        TEST(arrays_come_in_pieces),
        TEST(an_array_that_is_not_whole_is_removed),
        TEST(whole_numbers_are_written_as_such),
        TEST(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
