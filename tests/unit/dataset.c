#define _GNU_SOURCE /* mkdtemp, nftw */
#include "data_files.h"

#include <math.h>

static const char TABLE[] = "alpha,beta,beta,-1,gamma\n1,2,3,4,5\n6,7,8,9,10\n";

static void selects_columns(void **state) {
    static const struct {
        const char *target, *columns, *drop;
        double first[5]; /* the first row, then its target */
        int64_t inputs;
    } cases[] = {
        {NULL, NULL, NULL, {1, 2, 3, 4, 5}, 4}, {"alpha", NULL, NULL, {2, 3, 4, 5, 1}, 4},
        {"0", NULL, NULL, {2, 3, 4, 5, 1}, 4},  {"-2", NULL, NULL, {1, 2, 3, 5, 4}, 4},
        {"-1", NULL, NULL, {1, 2, 3, 5, 4}, 4}, /* there is a column of this name */
        {"+4", NULL, NULL, {1, 2, 3, 4, 5}, 4}, {NULL, "1, alpha ,-3", NULL, {2, 1, 3, 5}, 3},
        {NULL, NULL, "alpha,2", {2, 4, 5}, 2},  {NULL, "3,2,1", "2", {4, 2, 5}, 2},
        {"alpha", "gamma", "1", {5, 1}, 1},
    };
    files *f = *state;
    put_text(f, "t.csv", TABLE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_dataset_options options = {
            .target = cases[i].target, .columns = cases[i].columns, .drop = cases[i].drop};
        gm_dataset *d = load(f, f->path, options);
        double row[5];
        assert_int_equal(gm_dataset_columns(d), cases[i].inputs);
        gm_dataset_copy_rows(d, 0, 1, row);
        row[cases[i].inputs] = gm_dataset_targets(d)[0];
        for (int64_t j = 0; j <= cases[i].inputs; j++)
            assert_close(row[j], cases[i].first[j], 0);
        gm_dataset_destroy(d);
    }
}

static void refuses_bad_selections(void **state) {
    static const struct {
        const char *target, *columns, *drop, *message;
    } cases[] = {
        {"gama", NULL, NULL, "--target 'gama': no such column in"},
        {"gama", NULL, NULL, "did you mean 'gamma'?"},
        {"price", NULL, NULL,
         "it has 5, from 'alpha' to 'gamma'; accepted: a name, or an index "
         "from -5 to 4"},
        {"5", NULL, NULL, "--target 5:"},
        {"-6", NULL, NULL, "has 5 columns; accepted: a name, or an index from -5 to 4"},
        {"99999999999999999999", NULL, NULL, "no such column"},
        {"", NULL, NULL, "--target '': no such column"},
        {"beta", NULL, NULL, "--target 'beta': columns 1 and 2 of"},
        {NULL, "alpha,,1", NULL, "--columns: an empty item"},
        {NULL, "", NULL, "--columns: an empty item"},
        {NULL, "alpha,", NULL, "--columns: an empty item"},
        {NULL, "alpha,0", NULL, "--columns: column 'alpha' of"},
        {NULL, "alpha,0", NULL, "is named twice"},
        {NULL, "alpha,gamma", NULL, "--columns: column 'gamma' of"},
        {NULL, "gamma", NULL, "is the target; it cannot be an input too"},
        {NULL, NULL, "gamma", "is the target; it cannot be left out"},
        {NULL, NULL, "delta", "--drop 'delta': no such column"},
        {NULL, NULL, "0,1,2,3", "no input is left: 5 columns, one is the target, --drop leaves"},
        {NULL, "alpha", "0", "no input is left"},
    };
    files *f = *state;
    put_text(f, "t.csv", TABLE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_dataset_options options = {
            .target = cases[i].target, .columns = cases[i].columns, .drop = cases[i].drop};
        load_fails(f, f->path, options, GM_INVALID_ARGUMENT);
        assert_says(f->context, cases[i].message, NULL);
    }
    char item[400];
    memset(item, 'a', sizeof item - 1);
    item[sizeof item - 1] = '\0';
    gm_dataset_options options = {.columns = item};
    load_fails(f, f->path, options, GM_INVALID_ARGUMENT);
    assert_says(f->context, "an item of 399 bytes; at most 255 are accepted", NULL);
    load_fails(f, put_text(f, "t.csv", "1\n2\n"), (gm_dataset_options){0}, GM_INVALID_ARGUMENT);
    assert_says(f->context, "no input is left: 1 column, one is the target", NULL);
}

static void refuses_bad_options(void **state) {
    files *f = *state;
    gm_dataset *d = NULL;
    put_text(f, "t.csv", TABLE);
    gm_dataset_options options = {.missing = (gm_missing)7};
    load_fails(f, f->path, options, GM_INVALID_ARGUMENT);
    assert_says(f->context, "missing = 7; accepted: error, drop, mean", NULL);
    options = (gm_dataset_options){.part = (gm_data_part)2};
    load_fails(f, f->path, options, GM_INVALID_ARGUMENT);
    assert_int_equal(gm_dataset_load(f->context, NULL, NULL, &d), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_dataset_load(NULL, f->path, NULL, &d), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_dataset_load(f->context, f->path, NULL, NULL), GM_INVALID_ARGUMENT);
    gm_dataset_destroy(NULL);
}

/* Values near 1e4 with a variance of 1e-9, huge ones, tiny ones, and constants. */
static void standardizes(void **state) {
    files *f = *state;
    enum { ROWS = 2000, COLUMNS = 5 };
    FILE *file = fopen(in_folder(f, "t.csv"), "w");
    assert_non_null(file);
    for (int i = 0; i < ROWS; i++) {
        double u = (i * 769 % ROWS + .5) / ROWS - .5; /* uniform, centred */
        fprintf(file, "%.17g,%.17g,%.17g,%.17g,%d,%d\n", 1e4 + 1e-4 * u, 1.6e308 * (2 * u),
                1e-310 * u, u, 3, i);
    }
    fclose(file);
    gm_dataset_options options = {.standardize = true, .intercept = true};
    gm_dataset *d = load(f, f->path, options);
    const double *values = gm_dataset_matrix(d)->data;
    for (int j = 0; j < 4; j++) {
        double mean = 0, square = 0;
        for (int i = 0; i < ROWS; i++)
            mean += values[i * 6 + j] / ROWS;
        for (int i = 0; i < ROWS; i++)
            square += values[i * 6 + j] * values[i * 6 + j] / ROWS;
        assert_close(mean, 0, j == 0 ? 1e-9 : 1e-13);
        assert_close(square, 1, j == 0 ? 1e-9 : 1e-12);
        /* A uniform value keeps its place: u / √(1/12). */
        assert_close(values[1 * 6 + j], ((769 + .5) / ROWS - .5) * sqrt(12), 1e-5);
    }
    for (int i = 0; i < ROWS; i++) {
        assert_close(values[i * 6 + 4], 0, 0);
        assert_close(values[i * 6 + 5], 1, 0);
    }
    gm_dataset_destroy(d);
}

/* Exact: a constant that no sum of 3 represents, and columns of one row. */
static void standardizes_constants_to_zero(void **state) {
    files *f = *state;
    gm_dataset_options options = {.standardize = true};
    gm_dataset *d = load(f, put_text(f, "t.csv", "0.1,0,1\n0.1,-0,2\n0.1,0,3\n"), options);
    static const double zeros[6] = {0}, targets[] = {1, 2, 3};
    assert_dataset(d, 3, 2, zeros, targets);
    gm_dataset_destroy(d);
    d = load(f, put_text(f, "t.csv", "1e300,5,1\n"), options);
    assert_dataset(d, 1, 2, zeros, targets);
    gm_dataset_destroy(d);
}

/* The mean that fills is that of the column, however large its values are. */
static void fills_without_overflow(void **state) {
    files *f = *state;
    gm_dataset_options options = {.missing = GM_MISSING_MEAN};
    gm_dataset *d =
        load(f, put_text(f, "t.csv", "1.7e308,1,1\n,2,1\n1.5e308,3,1\n1.6e308,4,1\n"), options);
    double row[2];
    gm_dataset_copy_rows(d, 1, 1, row);
    assert_close(row[0] / 1e308, 1.6, 1e-15);
    gm_dataset_destroy(d);
}

static void copies_arrays(void **state) {
    files *f = *state;
    double inputs[] = {1, 2, 3, 4, 5, 6}, targets[] = {7, 8, 9};
    gm_dataset *d = NULL;
    assert_int_equal(gm_dataset_from_arrays(f->context, 3, 2, inputs, targets, &d), GM_OK);
    const double expected[] = {1, 2, 3, 4, 5, 6}, expected_targets[] = {7, 8, 9};
    inputs[0] = targets[0] = 99;
    assert_dataset(d, 3, 2, expected, expected_targets);
    assert_string_equal(gm_dataset_column_name(d, 1), "1");
    double rows[4];
    gm_dataset_copy_rows(d, 1, 2, rows);
    for (int i = 0; i < 4; i++)
        assert_close(rows[i], expected[2 + i], 0);
    gm_dataset_destroy(d);
    d = NULL;
    inputs[3] = NAN;
    assert_int_equal(gm_dataset_from_arrays(f->context, 3, 2, inputs, targets, &d),
                     GM_INVALID_ARGUMENT);
    assert_says(f->context, "gm_dataset_from_arrays: inputs[1][1] is nan", NULL);
    inputs[3] = 0;
    targets[2] = INFINITY;
    assert_int_equal(gm_dataset_from_arrays(f->context, 3, 2, inputs, targets, &d),
                     GM_INVALID_ARGUMENT);
    assert_says(f->context, "targets[2][0] is inf", NULL);
    assert_int_equal(gm_dataset_from_arrays(f->context, 0, 2, inputs, targets, &d),
                     GM_INVALID_ARGUMENT);
    assert_says(f->context, "rows = 0, columns = 2", NULL);
    assert_int_equal(gm_dataset_from_arrays(f->context, 3, 2, NULL, targets, &d),
                     GM_INVALID_ARGUMENT);
    assert_int_equal(gm_dataset_from_arrays(f->context, INT64_MAX, 2, inputs, targets, &d),
                     GM_OUT_OF_MEMORY);
    assert_null(d);
}

/* An allocator whose n-th allocation fails, and which counts what is not released. */
struct failing {
    int left;
    long held;
};

static void *allocate(void *user, size_t alignment, size_t bytes) {
    struct failing *failing = user;
    if (failing->left-- == 0)
        return NULL;
    void *pointer = aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    failing->held += pointer != NULL;
    return pointer;
}

static void release(void *user, void *pointer) {
    if (pointer)
        ((struct failing *)user)->held--;
    free(pointer);
}

static void sweep(files *f, const char *path, const gm_dataset_options *options) {
    int failures = 0;
    for (gm_status status = GM_OUT_OF_MEMORY; status != GM_OK; failures++) {
        struct failing failing = {failures + 1, 0}; /* the context is the first */
        gm_allocator allocator = {allocate, release, &failing};
        gm_context_options with = {.allocator = &allocator};
        gm_context *context = NULL;
        gm_dataset *d = NULL;
        assert_int_equal(gm_context_create(&with, &context), GM_OK);
        status = gm_dataset_load(context, path, options, &d);
        if (status != GM_OK) {
            assert_int_equal(status, GM_OUT_OF_MEMORY);
            assert_null(d);
            assert_says(context, "out of memory", NULL);
        }
        gm_dataset_destroy(d);
        gm_context_destroy(context);
        assert_int_equal(failing.held, 0);
    }
    assert_true(failures > 5);
    (void)f;
}

static void survives_every_failing_allocation(void **state) {
    files *f = *state;
    gm_dataset_options options = {
        .missing = GM_MISSING_MEAN, .standardize = true, .intercept = true, .columns = "a,b"};
    static const char table[] = "a,b,y\n1,,p\n2,3,q\n";
    put_gzip(f, "t.csv.gz", table, sizeof table - 1);
    sweep(f, f->path, &options);
    options.columns = NULL;
    sweep(f,
          put(f, "t.npy",
              "\x93NUMPY\1\0\x3a\0{'descr': '|u1', 'fortran_order': False, 'shape': "
              "(2,2)}  \1\2\3\4",
              72),
          &options);
    put(f, "train-images-idx3-ubyte", "\0\0\x08\2\0\0\0\2\0\0\0\2abcd", 16);
    put_gzip(f, "train-labels-idx1-ubyte.gz", "\0\0\x08\1\0\0\0\2ab", 10);
    sweep(f, f->folder, &options);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_set_up, files_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(selects_columns),
        TEST(refuses_bad_selections),
        TEST(refuses_bad_options),
        TEST(standardizes),
        TEST(standardizes_constants_to_zero),
        TEST(fills_without_overflow),
        TEST(copies_arrays),
        TEST(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
