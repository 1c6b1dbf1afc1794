#define _GNU_SOURCE /* mkdtemp, nftw */
#include "npy_file.h"

#include <math.h>

#include "linalg/rows.h"

static const gm_dataset_options DEFAULTS = {0};

static gm_array *read_array(files *f, const char *path) {
    gm_array *array = NULL;
    gm_status status = gm_array_read(f->context, path, &array);
    if (status != GM_OK)
        fail_msg("%s: %s", gm_status_name(status), gm_context_message(f->context));
    return array;
}

static void array_fails(files *f, const char *path, const char *message) {
    gm_array *array = NULL;
    assert_int_equal(gm_array_read(f->context, path, &array), GM_INVALID_INPUT);
    assert_null(array);
    assert_says(f->context, path, message, NULL);
}

/* The bytes of 1, −2 (254 where unsigned, 1 where boolean) and 3 in every type and order. */
static void reads_every_type(void **state) {
    static const struct {
        const char *type;
        int width;
        const char *bytes;
        double expected[3];
    } cases[] = {
        {"|u1", 1, "\x01\xfe\x03", {1, 254, 3}},
        {"|i1", 1, "\x01\xfe\x03", {1, -2, 3}},
        {"|b1", 1, "\x01\x00\x01", {1, 0, 1}},
        {"<i2", 2, "\x01\x00\xfe\xff\x03\x00", {1, -2, 3}},
        {">i2", 2, "\x00\x01\xff\xfe\x00\x03", {1, -2, 3}},
        {"<u2", 2, "\x01\x00\xfe\xff\x03\x00", {1, 65534, 3}},
        {"<i4", 4, "\x01\0\0\0\xfe\xff\xff\xff\x03\0\0\0", {1, -2, 3}},
        {">u4", 4, "\0\0\0\x01\xff\xff\xff\xfe\0\0\0\x03", {1, 4294967294.0, 3}},
        {"<i8",
         8,
         "\x01\0\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\x80",
         {1, -2, -9223372036854775808.0}},
        {"<u8",
         8,
         "\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\x03\0\0\0\0\0\0\0",
         {1, 9223372036854775808.0, 3}},
        {">i8",
         8,
         "\0\0\0\0\0\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xfe\0\0\0\0\0\0\0\x03",
         {1, -2, 3}},
        {"<f2", 2, "\x00\x3c\x00\xc0\x01\x00", {1, -2, 0x1p-24}},
        {">f2", 2, "\x3c\x00\xc0\x00\x7b\xff", {1, -2, 65504}},
        {"<f4", 4, "\0\0\x80\x3f\0\0\0\xc0\0\0\x40\x40", {1, -2, 3}},
        {">f4", 4, "\x3f\x80\0\0\xc0\0\0\0\x40\x40\0\0", {1, -2, 3}},
        {"<f8", 8, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\x08\x40", {1, -2, 3}},
        {">f8", 8, "\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0\x40\x08\0\0\0\0\0\0", {1, -2, 3}},
    };
    files *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = 3 * (size_t)cases[i].width;
        gm_array *a =
            read_array(f, put_npy(f, cases[i].type, "False", "(3,)", cases[i].bytes, size));
        assert_int_equal(a->dimensions, 1);
        assert_int_equal(a->shape[0], 3);
        assert_int_equal(a->shape[1], 1);
        for (int k = 0; k < 3; k++)
            assert_close(a->values[k], cases[i].expected[k], 0);
        gm_array_destroy(f->context, a);
    }
}

static void reads_every_shape(void **state) {
    files *f = *state;
    unsigned char bytes[24];
    for (int i = 0; i < 24; i++)
        bytes[i] = (unsigned char)i;
    gm_array *a = read_array(f, put_npy(f, "|u1", "False", "()", bytes, 1));
    assert_int_equal(a->dimensions, 0);
    assert_close(a->values[0], 0, 0);
    gm_array_destroy(f->context, a);
    a = read_array(f, put_npy(f, "|u1", "False", "(0, 9223372036854775807)", bytes, 0));
    assert_int_equal(a->dimensions, 2);
    assert_int_equal(a->shape[0], 0);
    gm_array_destroy(f->context, a);
    a = read_array(f, put_npy(f, "|u1", "True", "(2,3,4L)", bytes, 24));
    assert_int_equal(a->dimensions, 3);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 4; k++)
                assert_close(a->values[(i * 3 + j) * 4 + k], i + 2 * j + 6 * k, 0);
    gm_array_destroy(f->context, a);
    a = read_array(f, put_npy(f, "|u1", "False", "(2, 3, 2, 2)", bytes, 24));
    assert_int_equal(a->dimensions, 4);
    for (int k = 0; k < 24; k++)
        assert_close(a->values[k], k, 0);
    gm_array_destroy(f->context, a);
    gm_array_destroy(f->context, NULL);
}

static void reads_every_version_and_spelling(void **state) {
    static const char *const headers[] = {
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }",
        "{\"shape\":(2,),\"descr\":\"<i2\",\"fortran_order\":False}\n",
        "  { 'fortran_order' : False , 'descr' : '<i2' , 'shape' : ( 2 , ) } ",
        "{'descr': '=i2', 'fortran_order': True, 'shape': (2)}",
    };
    files *f = *state;
    for (int version = 1; version <= 3; version++)
        for (int i = 0; i < 8; i++) {
            const char *name = i < 4 ? "t.npy" : "t.npy.gz";
            remove(in_folder(f, name));
            gm_array *a =
                read_array(f, put_npy_header(f, name, version, headers[i % 4], "\1\0\2\0", 4));
            assert_close(a->values[0], 1, 0);
            assert_close(a->values[1], 2, 0);
            gm_array_destroy(f->context, a);
        }
}

static void refuses_bad_arrays(void **state) {
    static const struct {
        const char *type, *order, *shape, *message;
    } cases[] = {
        {"<c16", "False", "(1,)", "elements of type '<c16'; accepted: b1, i1 to i8"},
        {"|S4", "False", "(1,)", "elements of type '|S4'"},
        {"|O", "False", "(1,)", "elements of type '|O'"},
        {"<f16", "False", "(1,)", "elements of type '<f16'"},
        {"<i3", "False", "(1,)", "elements of type '<i3'"},
        {"<i44", "False", "(1,)", "elements of type '<i44'"},
        {"<M8[ns]", "False", "(1,)", "elements of type '<M8[ns]'"},
        {"|u1", "Maybe", "(1,)", "damaged .npy header: 'Maybe"},
        {"|u1", "False", "1", "where a tuple of sizes belongs"},
        {"|u1", "False", "(-1,)", "where a size belongs"},
        {"|u1", "False", "(1 2)", "where a comma or parenthesis belongs"},
        {"|u1", "False", "(1,1,1,1,1)", "more than 4 dimensions; at most 4 are accepted"},
        {"|u1", "False", "(99999999999999999999,)", "a size beyond 2^63"},
        {"|u1", "False", "(4294967296,4294967296)", "more than memory can address"},
        {"|u1", "False", "(2305843009213693952,)", "more than memory can address"},
        {"<f8", "False", "(1000000,1000)",
         "too short for an array of 1000000 x 1000 elements of type f8: 8000000000 bytes are "
         "needed, 4 are there"},
        {"|u1", "False", "(5,)", "5 bytes are needed, 4 are there"},
        {"|u1", "False", "(3,)", "more bytes follow the array"},
    };
    files *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        array_fails(f, put_npy(f, cases[i].type, cases[i].order, cases[i].shape, "\1\2\3\4", 4),
                    cases[i].message);
}

static void refuses_bad_headers(void **state) {
    static const struct {
        const char *header, *message;
    } cases[] = {
        {"{'descr': '|u1', 'fortran_order': False}", "where all of descr, fortran_order and shape"},
        {"{'descr': '|u1', 'descr': '|u1'}", "where descr, fortran_order and shape, each once,"},
        {"{'other': 1}", "where descr, fortran_order and shape"},
        {"[1]", "where a dictionary belongs"},
        {"{'descr", "where a key belongs"},
        {"{'descr': '|u1' 'shape': ()}", "where a comma or brace belongs"},
        {"{'descr': [('a', '<f8')]}", "the array has named fields"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': ()} x", "where the end belongs"},
    };
    files *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        array_fails(f, put_npy_header(f, "t.npy", 1, cases[i].header, "", 0), cases[i].message);
    array_fails(f, put_text(f, "t.npy", "\x93NUMPX\1\1 aaaaaaaaaaaaa"), "not a .npy file");
    array_fails(f, put_text(f, "t.npy", "\x93NUM"), "truncated: 4 bytes");
    array_fails(f, put_npy_header(f, "t.npy", 9, "{}", "", 0), ".npy version 9; accepted: 1 to 3");
    array_fails(f, put(f, "t.npy", "\x93NUMPY\2\0\xff\xff\xff\xff", 12), "a header of 4294967295");
    array_fails(f, put(f, "t.npy", "\x93NUMPY\1\0\x10\0{}", 12), "truncated: 12 bytes");
    array_fails(f, put(f, "t.npy", "\x93NUMPY\1\0\4\0{}\0 ", 14), "without zero bytes");
    array_fails(f, in_folder(f, "absent.npy"), "cannot be opened");
    array_fails(f, f->folder, "is a folder; a regular file is needed");
    gm_array *array = NULL;
    assert_int_equal(gm_array_read(f->context, NULL, &array), GM_INVALID_ARGUMENT);
}

/* What gzip claims: believed up to 16 to one, counted up to 1032 to one, refused beyond. */
static void checks_claims_of_gzip(void **state) {
    files *f = *state;
    enum { ZEROS = 5000000 };
    unsigned char *bytes = calloc(1, ZEROS + 128);
    assert_non_null(bytes);
    const char *header = "{'descr': '|u1', 'fortran_order': False, 'shape': (5000000,)}";
    memcpy(bytes, "\x93NUMPY\1\0", 8);
    bytes[8] = (unsigned char)strlen(header);
    memcpy(bytes + 10, header, strlen(header));
    gm_array *a = read_array(f, put_gzip(f, "t.npy.gz", bytes, 10 + strlen(header) + ZEROS));
    assert_int_equal(a->shape[0], ZEROS);
    gm_array_destroy(f->context, a);
    remove(f->path);
    array_fails(f, put_gzip(f, "t.npy.gz", bytes, 10 + strlen(header) + ZEROS - 1),
                "5000000 bytes are needed, 4999999 are there");
    remove(f->path);
    array_fails(f, put_gzip(f, "t.npy.gz", bytes, 10 + strlen(header) + 100),
                "5000000 bytes cannot come from");
    free(bytes);
}

static void keeps_narrow_elements(void **state) {
    files *f = *state;
    static const float floats[] = {.1f, 2, 3, 4, 5, 6};
    static const double inputs[] = {(double).1f, 2, 1, 4, 5, 1}, targets[] = {3, 6};
    gm_dataset_options intercept = {.intercept = true};
    gm_dataset *d = load(f, put_npy(f, "<f4", "False", "(2,3)", floats, sizeof floats), intercept);
    assert_int_equal(gm_dataset_matrix(d)->element, GM_ELEMENT_F32);
    assert_dataset(d, 2, 3, inputs, targets);
    assert_string_equal(gm_dataset_column_name(d, 1), "1");
    assert_string_equal(gm_dataset_column_name(d, 2), "intercept");
    assert_string_equal(gm_dataset_target_name(d), "2");
    gm_dataset_destroy(d);
    static const double byte_inputs[] = {7, 9, 1, 255, 0, 1}, byte_targets[] = {8, 1};
    gm_dataset_options middle = {.target = "1", .intercept = true};
    d = load(f, put_npy(f, "|u1", "False", "(2,3)", "\7\x8\x9\xff\1\0", 6), middle);
    assert_int_equal(gm_dataset_matrix(d)->element, GM_ELEMENT_U8);
    assert_close(gm_dataset_matrix(d)->divisor, 1, 0);
    assert_dataset(d, 2, 3, byte_inputs, byte_targets);
    gm_dataset_destroy(d);
    middle.standardize = true;
    d = load(f, f->path, middle);
    assert_int_equal(gm_dataset_matrix(d)->element, GM_ELEMENT_F64);
    static const double standard[] = {-1, 1, 1, 1, -1, 1};
    double seen[6];
    gm_dataset_copy_rows(d, 0, 2, seen);
    for (int i = 0; i < 6; i++)
        assert_close(seen[i], standard[i], 1e-15);
    gm_dataset_destroy(d);
    gm_dataset_options first = {.target = "0"};
    d = load(f, put_npy(f, "<f4", "True", "(3,2)", floats, sizeof floats), first);
    static const double columns[] = {4, 5, 6}, column_targets[] = {(double).1f, 2, 3};
    assert_dataset(d, 3, 1, columns, column_targets);
    gm_dataset_destroy(d);
}

static void treats_missing_values(void **state) {
    files *f = *state;
    float floats[] = {1, NAN, 3, 4, 5, 6, 7, 8, NAN};
    const char *path = put_npy(f, "<f4", "False", "(3,3)", floats, sizeof floats);
    load_fails(f, path, DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context,
                "t.npy: row 0, column 1 (both from 0): no value (NaN); use --missing "
                "drop or --missing mean",
                NULL);
    gm_dataset_options options = {.missing = GM_MISSING_DROP};
    gm_dataset *d = load(f, path, options);
    static const double kept[] = {4, 5}, kept_target[] = {6};
    assert_int_equal(gm_dataset_matrix(d)->element, GM_ELEMENT_F32);
    assert_dataset(d, 1, 2, kept, kept_target);
    assert_int_equal(gm_dataset_dropped_rows(d), 2);
    gm_dataset_destroy(d);
    options.missing = GM_MISSING_MEAN;
    d = load(f, path, options);
    static const double filled[] = {1, 5, 4, 5}, targets[] = {3, 6};
    assert_dataset(d, 2, 2, filled, targets);
    assert_int_equal(gm_dataset_filled_values(d), 1);
    assert_int_equal(gm_dataset_dropped_rows(d), 1);
    gm_dataset_destroy(d);
    /* A column that is left out may hold anything. */
    options = (gm_dataset_options){.drop = "1", .target = "0"};
    floats[8] = -INFINITY;
    load_fails(f, put_npy(f, "<f4", "False", "(3,3)", floats, sizeof floats), options,
               GM_INVALID_INPUT);
    assert_says(f->context, "row 2, column 2 (both from 0): -inf; finite numbers are accepted",
                NULL);
    options.drop = "1,2";
    load_fails(f, f->path, options, GM_INVALID_ARGUMENT);
    floats[8] = 9;
    options.drop = "1";
    d = load(f, put_npy(f, "<f4", "True", "(3,3)", floats, sizeof floats),
             (gm_dataset_options){.drop = "0", .target = "1"});
    static const double last[] = {7, 8, 9}, middle[] = {4, 5, 6};
    assert_dataset(d, 3, 1, last, middle);
    gm_dataset_destroy(d);
}

static void refuses_what_is_not_a_matrix(void **state) {
    files *f = *state;
    load_fails(f, put_npy(f, "|u1", "False", "(4,)", "\1\2\3\4", 4), DEFAULTS, GM_INVALID_ARGUMENT);
    assert_says(f->context, "no input is left: 1 column, one is the target", NULL);
    load_fails(f, put_npy(f, "|u1", "False", "(2,2,1)", "\1\2\3\4", 4), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "an array of 3 dimensions; a data set has 2", NULL);
    load_fails(f, put_npy(f, "|u1", "False", "()", "\1", 1), DEFAULTS, GM_INVALID_INPUT);
    load_fails(f, put_npy(f, "|u1", "False", "(0,3)", "", 0), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "an array of 0 x 3", NULL);
    load_fails(f, put_text(f, "t.npy", "a,b\n1,2\n"), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "truncated", NULL);
    load_fails(f, put_text(f, "t.npy", "a,b,c,d,e\n1,2,3,4,5\n"), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "t.npy: not a .npy file: it does not begin with", NULL);
    gm_dataset_options named = {.target = "price"};
    load_fails(f, put_npy(f, "|u1", "False", "(2,2)", "\1\2\3\4", 4), named, GM_INVALID_ARGUMENT);
    assert_says(f->context, "--target 'price'",
                "has no column names; accepted: an index from -2 to 1", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_set_up, files_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_every_type),
        TEST(reads_every_shape),
        TEST(reads_every_version_and_spelling),
        TEST(refuses_bad_arrays),
        TEST(refuses_bad_headers),
        TEST(checks_claims_of_gzip),
        TEST(keeps_narrow_elements),
        TEST(treats_missing_values),
        TEST(refuses_what_is_not_a_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
