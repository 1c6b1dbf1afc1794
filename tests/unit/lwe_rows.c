#define _GNU_SOURCE /* mkdtemp, nftw */
/* Folders of reduced rows: what is written comes back, and nothing else is believed. */
#include "check.h"

#include "lwe/rows.h"
#include "npy_file.h"

enum { N = 5, SAMPLES = 9, Q = 97, WIDTH = 3, COUNT = 4, BLOCKS = 2 };

static gm_lwe *make_instance(gm_context *context, uint64_t seed) {
    const gm_lwe_parameters p = {
        .n = N, .q = Q, .samples = SAMPLES, .sigma = 1, .secret = "ternary"};
    gm_lwe *made = NULL;
    check_ok(context, gm_lwe_generate(context, &p, seed, &made));
    return made;
}

/* Two blocks of four combinations, columns 1 and 4 dropped. */
static gm_lwe_rows *make_rows(gm_context *context, const gm_lwe *instance) {
    static const int64_t dropped[] = {1, 4};
    static const int64_t r[] = {1, 0, -2, 0, 3, 1, -1, 1, 1, 5, 0, 0};
    static const int64_t index[BLOCKS][WIDTH] = {{0, 3, 8}, {1, 2, 7}};
    gm_lwe_rows *rows = NULL;
    check_ok(context, gm_lwe_rows_create(context, instance, dropped, 2, &rows));
    for (int b = 0; b < BLOCKS; b++)
        check_ok(context, gm_lwe_rows_append(context, instance, rows, COUNT, WIDTH, r, index[b]));
    return rows;
}

static void save(files *f, const gm_lwe_rows *rows) {
    const gm_lwe_reduction info = {
        .plan = {.rows = 3, .embedding_weight = 2}, .precision = "double", .rho = 0.5, .blocks = 2};
    gm_output *output = NULL;
    check_ok(f->context, gm_output_open(f->context, in_folder(f, "rows"), NULL, &output));
    check_ok(f->context, gm_lwe_rows_save(f->context, rows, &info, output));
    check_ok(f->context, gm_output_commit(output));
    gm_output_close(output);
}

#define assert_same(member, count)                                                                 \
    assert_memory_equal(back->member, rows->member, (size_t)(count) * sizeof *rows->member)

static void rows_come_back_as_they_were(void **state) {
    files *f = *state;
    gm_lwe *instance = make_instance(f->context, 1);
    gm_lwe_rows *rows = make_rows(f->context, instance), *back = NULL;
    save(f, rows);
    check_ok(f->context, gm_lwe_rows_load(f->context, instance, in_folder(f, "rows"), &back));
    assert_int_equal(back->count, BLOCKS * COUNT);
    assert_int_equal(back->n, N);
    assert_int_equal(back->q, Q);
    assert_int_equal(back->width, WIDTH);
    assert_int_equal(back->blocks, BLOCKS);
    assert_int_equal(back->dropped_count, 2);
    assert_true(back->fingerprint == rows->fingerprint);
    assert_same(ra, rows->count * N);
    assert_same(rb, rows->count);
    assert_same(r, rows->count * WIDTH);
    assert_same(index, rows->count * WIDTH);
    assert_same(block, rows->count);
    assert_same(dropped, 2);
    gm_lwe_rows_destroy(f->context, back);
    gm_lwe_rows_destroy(f->context, rows);
    gm_lwe_destroy(f->context, instance);
}

static void fingerprints_tell_instances_apart(void **state) {
    files *f = *state;
    gm_lwe *instance = make_instance(f->context, 1);
    const uint64_t first = gm_lwe_fingerprint(instance);
    assert_true(first == gm_lwe_fingerprint(instance));
    instance->b[3] = (instance->b[3] + 1) % Q;
    assert_false(first == gm_lwe_fingerprint(instance));
    instance->b[3] = (instance->b[3] + Q - 1) % Q;
    instance->a[N * SAMPLES - 1] = (instance->a[N * SAMPLES - 1] + 1) % Q;
    assert_false(first == gm_lwe_fingerprint(instance));
    gm_lwe_destroy(f->context, instance);
}

/* Loading the folder fails with a message that holds the text. */
static void refuse(files *f, const gm_lwe *instance, const char *text) {
    gm_lwe_rows *rows = NULL;
    check_fails(f->context, GM_INVALID_INPUT, text,
                gm_lwe_rows_load(f->context, instance, in_folder(f, "rows"), &rows));
    assert_null(rows);
}

static void rows_of_another_instance_are_refused(void **state) {
    files *f = *state;
    gm_lwe *instance = make_instance(f->context, 1), *other = make_instance(f->context, 2);
    gm_lwe_rows *rows = make_rows(f->context, instance);
    refuse(f, instance, "reduction.json: cannot open");
    save(f, rows);
    refuse(f, other, "rows/reduction.json: reduced from another instance");
    put_text(f, "rows/reduction.json", "{\"rows\": 8}");
    refuse(f, instance, "has no \"instance\"");
    put_text(f, "rows/reduction.json", "{\"rows\": ");
    refuse(f, instance, "reduction.json:1:");
    /* The name of this instance on rows of another: each row is computed again. */
    rows->fingerprint = gm_lwe_fingerprint(other);
    save(f, rows);
    refuse(f, other, "RA.npy: row 0, column ");
    gm_lwe_rows_destroy(f->context, rows);
    gm_lwe_destroy(f->context, other);
    gm_lwe_destroy(f->context, instance);
}

/* A change of one value, and what is said of it. */
static void spoil(files *f, const gm_lwe *instance, gm_lwe_rows *rows, int64_t *at, int64_t value,
                  const char *text) {
    const int64_t before = *at;
    *at = value;
    save(f, rows);
    refuse(f, instance, text);
    *at = before;
}

static void every_value_is_checked(void **state) {
    files *f = *state;
    gm_lwe *instance = make_instance(f->context, 1);
    gm_lwe_rows *rows = make_rows(f->context, instance);
    const int64_t near = rows->rb[2] > 0 ? rows->rb[2] - 1 : rows->rb[2] + 1;
    spoil(f, instance, rows, &rows->ra[7], 49,
          "RA.npy: row 1, column 2 (both from 0) is 49; accepted: -48 to 48");
    spoil(f, instance, rows, &rows->ra[7], rows->ra[7] > 0 ? rows->ra[7] - 1 : rows->ra[7] + 1,
          "RA.npy: row 1, column 2 (both from 0) is ");
    spoil(f, instance, rows, &rows->rb[2], -49, "Rb.npy: entry 2 (from 0) is -49; accepted:");
    spoil(f, instance, rows, &rows->rb[2], near, "R b mod q of this instance");
    spoil(f, instance, rows, &rows->r[0], INT64_C(1) << 40, "R.npy: row 0, column 0");
    spoil(f, instance, rows, &rows->r[0], 2, "RA.npy: row 0, column ");
    spoil(f, instance, rows, &rows->index[4], SAMPLES,
          "indices.npy: row 1, column 1 (both from 0) is 9; accepted: 0 to 8");
    spoil(f, instance, rows, &rows->index[4], -1, "indices.npy: row 1, column 1");
    spoil(f, instance, rows, &rows->block[0], 1, "blocks.npy: entry 0 (from 0) is 1;");
    spoil(f, instance, rows, &rows->block[3], 2, "blocks.npy: entry 3 (from 0) is 2;");
    spoil(f, instance, rows, &rows->block[7], 0, "blocks.npy: entry 7 (from 0) is 0;");
    spoil(f, instance, rows, &rows->dropped[1], N, "dropped_columns[1] is not accepted");
    spoil(f, instance, rows, &rows->dropped[1], 1, "dropped_columns[1] is not accepted");
    spoil(f, instance, rows, &rows->dropped[0], -1, "dropped_columns[0] is not accepted");
    gm_lwe_rows_destroy(f->context, rows);
    gm_lwe_destroy(f->context, instance);
}

static void put_array(files *f, const char *name, const char *shape, const void *values,
                      size_t size) {
    char path[64], header[128];
    snprintf(path, sizeof path, "rows/%s.npy", name);
    snprintf(header, sizeof header,
             "{'descr': '<i8', 'fortran_order': False, 'shape': %s, }          \n", shape);
    put_npy_header(f, path, 1, header, values, size);
}

static void shapes_are_checked(void **state) {
    files *f = *state;
    gm_lwe *instance = make_instance(f->context, 1);
    gm_lwe_rows *rows = make_rows(f->context, instance);
    static const struct {
        const char *name, *shape, *text;
        size_t size;
    } cases[] = {
        {"RA", "(40,)", "RA.npy: an array of 1 dimensions; 2 are accepted", 40},
        {"RA", "(10, 4)", "RA.npy: 4 columns; 5, at least one, are accepted", 40},
        {"RA", "(0, 5)", "RA.npy: 0 rows", 0},
        {"Rb", "(7,)", "Rb.npy: 7 rows; as many as in RA.npy, 8", 7},
        {"Rb", "(8, 1)", "Rb.npy: an array of 2 dimensions", 8},
        {"R", "(4, 6)", "R.npy: 4 rows", 24},
        {"R", "(8, 0)", "R.npy: 0 columns", 0},
        {"indices", "(8, 2)", "indices.npy: 2 columns; 3", 16},
        {"blocks", "(9,)", "blocks.npy: 9 rows", 9},
        {"R", "(8, 3)", "R.npy", 23},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t zeros[40] = {0};
        save(f, rows);
        put_array(f, cases[i].name, cases[i].shape, zeros, cases[i].size * sizeof *zeros);
        refuse(f, instance, cases[i].text);
    }
    save(f, rows);
    assert_int_equal(remove(in_folder(f, "rows/indices.npy")), 0);
    refuse(f, instance, "indices.npy: cannot be opened");
    gm_lwe_rows_destroy(f->context, rows);
    gm_lwe_destroy(f->context, instance);
}

static void null_is_refused(void **state) {
    files *f = *state;
    gm_lwe *instance = make_instance(f->context, 1);
    gm_lwe_rows *rows = NULL;
    check_fails(f->context, GM_INVALID_ARGUMENT, "gm_lwe_rows_load: NULL",
                gm_lwe_rows_load(f->context, instance, NULL, &rows));
    check_fails(f->context, GM_INVALID_ARGUMENT, "gm_lwe_rows_save: NULL",
                gm_lwe_rows_save(f->context, NULL, NULL, NULL));
    assert_int_equal(gm_lwe_rows_load(NULL, instance, "x", &rows), GM_INVALID_ARGUMENT);
    gm_lwe_rows_destroy(f->context, NULL);
    gm_lwe_destroy(f->context, instance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_come_back_as_they_were, files_set_up, files_tear_down),
        cmocka_unit_test_setup_teardown(fingerprints_tell_instances_apart, files_set_up,
                                        files_tear_down),
        cmocka_unit_test_setup_teardown(rows_of_another_instance_are_refused, files_set_up,
                                        files_tear_down),
        cmocka_unit_test_setup_teardown(every_value_is_checked, files_set_up, files_tear_down),
        cmocka_unit_test_setup_teardown(shapes_are_checked, files_set_up, files_tear_down),
        cmocka_unit_test_setup_teardown(null_is_refused, files_set_up, files_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
