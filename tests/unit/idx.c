#define _GNU_SOURCE /* mkdtemp, nftw */
#include "data_files.h"

#include <math.h>

#include "linalg/rows.h"

static const gm_dataset_options DEFAULTS = {0};

/* Two images of 2 × 2 and their labels. */
static const char IMAGES[] = "\0\0\x08\3\0\0\0\2\0\0\0\2\0\0\0\2\x00\x33\x66\xff\1\2\3\4";
static const char LABELS[] = "\0\0\x08\1\0\0\0\2\7\x9";
enum { IMAGES_SIZE = sizeof IMAGES - 1, LABELS_SIZE = sizeof LABELS - 1 };

static void put_pair(files *f) {
    put(f, "train-images-idx3-ubyte", IMAGES, IMAGES_SIZE);
    put(f, "train-labels-idx1-ubyte", LABELS, LABELS_SIZE);
}

static void reads_bytes(void **state) {
    files *f = *state;
    put_pair(f);
    gm_dataset *d = load(f, f->folder, DEFAULTS);
    static const double inputs[] = {0,        51 / 255., 102 / 255., 1,
                                    1 / 255., 2 / 255.,  3 / 255.,   4 / 255.},
                        targets[] = {7, 9};
    assert_int_equal(gm_dataset_matrix(d)->element, GM_ELEMENT_U8);
    assert_close(gm_dataset_matrix(d)->divisor, 255, 0);
    assert_dataset(d, 2, 4, inputs, targets);
    assert_string_equal(gm_dataset_column_name(d, 3), "3");
    assert_string_equal(gm_dataset_target_name(d), "label");
    assert_int_equal(gm_dataset_classes(d), 0);
    gm_dataset_destroy(d);
}

static void selects_pixels(void **state) {
    files *f = *state;
    put_pair(f);
    gm_dataset_options options = {.columns = "3,0,1", .drop = "0", .intercept = true};
    gm_dataset *d = load(f, f->folder, options);
    static const double inputs[] = {1, 51 / 255., 1, 4 / 255., 2 / 255., 1}, targets[] = {7, 9};
    assert_dataset(d, 2, 3, inputs, targets);
    assert_string_equal(gm_dataset_column_name(d, 0), "3");
    assert_string_equal(gm_dataset_column_name(d, 2), "intercept");
    gm_dataset_destroy(d);
    options.columns = "9";
    load_fails(f, f->folder, options, GM_INVALID_ARGUMENT);
    assert_says(f->context, "--columns 9", "has 4 columns; accepted: an index from -4 to 3", NULL);
    options = (gm_dataset_options){.target = "0"};
    load_fails(f, f->folder, options, GM_INVALID_ARGUMENT);
    assert_says(f->context, "--target 0", "has one target, its labels; leave the option out", NULL);
    options = (gm_dataset_options){.drop = "0,1,2,3"};
    load_fails(f, f->folder, options, GM_INVALID_ARGUMENT);
    assert_says(f->context, "no input is left", NULL);
}

static void standardizes_pixels(void **state) {
    files *f = *state;
    put_pair(f);
    gm_dataset_options options = {.standardize = true};
    gm_dataset *d = load(f, f->folder, options);
    double seen[8];
    gm_dataset_copy_rows(d, 0, 2, seen);
    assert_int_equal(gm_dataset_matrix(d)->element, GM_ELEMENT_F64);
    for (int j = 0; j < 4; j++) {
        assert_close(seen[j], j ? 1 : -1, 1e-14);
        assert_close(seen[4 + j], j ? -1 : 1, 1e-14);
    }
    gm_dataset_destroy(d);
}

static void finds_every_spelling(void **state) {
    files *f = *state;
    static const struct {
        const char *images, *labels;
        gm_data_part part;
    } cases[] = {
        {"train-images-idx3-ubyte", "train-labels.idx1-ubyte", GM_PART_FIT},
        {"train-images.idx3-ubyte", "train-labels-idx1-ubyte.gz", GM_PART_FIT},
        {"train-images-idx3-ubyte.gz", "train-labels.idx1-ubyte.gz", GM_PART_FIT},
        {"t10k-images.idx3-ubyte.gz", "t10k-labels-idx1-ubyte", GM_PART_SCORE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_dataset_options options = {.part = cases[i].part};
        bool gzip = strstr(cases[i].images, ".gz");
        (gzip ? put_gzip : put)(f, cases[i].images, IMAGES, IMAGES_SIZE);
        gzip = strstr(cases[i].labels, ".gz");
        load_fails(f, f->folder, options, GM_INVALID_INPUT);
        assert_says(f->context, i < 3 ? "no train-labels-idx1-ubyte or" : "no t10k-labels", NULL);
        (gzip ? put_gzip : put)(f, cases[i].labels, LABELS, LABELS_SIZE);
        gm_dataset *d = load(f, f->folder, options);
        assert_int_equal(gm_dataset_rows(d), 2);
        gm_dataset_destroy(d);
        remove(in_folder(f, cases[i].images));
        remove(in_folder(f, cases[i].labels));
    }
}

static void refuses_bad_files(void **state) {
    static const struct {
        const char *images;
        size_t size;
        const char *message;
    } cases[] = {
        {"\0\0\x08", 3, "truncated: 3 bytes"},
        {"\0\0\x0d\3\0\0\0\2\0\0\0\2\0\0\0\2", 16, "begins with bytes 00 00 0d 03"},
        {"\0\1\x08\3\0\0\0\2\0\0\0\2\0\0\0\2", 16, "begins with bytes 00 01 08 03"},
        {"\0\0\x08\1\0\0\0\2", 8, "begin with 00 00 08 and 2 to 4 dimensions"},
        {"\0\0\x08\xff\0\0\0\2", 8, "begin with 00 00 08 and 2 to 4 dimensions"},
        {"\0\0\x08\3\0\0\0\2\0\0\0\2\0\0\0", 15, "truncated: 15 bytes"},
        {"\0\0\x08\3\0\0\0\2\0\0\0\0\0\0\0\2", 16, "dimension 1 is 0; at least 1 is needed"},
        {"\0\0\x08\3\0\0\0\2\0\0\0\2\0\0\0\2abcdefg", 23,
         "too short for 2 images of 4 bytes: 8 bytes are needed, 7 are there"},
        {"\0\0\x08\3\0\0\0\2\0\0\0\2\0\0\0\2abcdefghi", 25, "more bytes follow the images"},
        {"\0\0\x08\3\0\0\0\3\0\0\0\2\0\0\0\1abcdef", 22, "2 labels for the 3 images"},
        {"\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16,
         "product is beyond 2^63"},
        {"\0\0\x08\3\xff\xff\xff\xff\0\0\xff\xff\0\0\x7f\xff", 16,
         "too short for 4294967295 images"},
    };
    files *f = *state;
    put_pair(f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put(f, "train-images-idx3-ubyte", cases[i].images, cases[i].size);
        load_fails(f, f->folder, DEFAULTS, GM_INVALID_INPUT);
        assert_says(f->context, "/train-", cases[i].message, NULL);
    }
    put_pair(f);
    put(f, "train-labels-idx1-ubyte", LABELS, LABELS_SIZE - 1);
    load_fails(f, f->folder, DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "train-labels-idx1-ubyte: too short for 2 labels of 1 byte", NULL);
    put(f, "train-labels-idx1-ubyte", LABELS, LABELS_SIZE + 1);
    load_fails(f, f->folder, DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "more bytes follow the labels", NULL);
}

static void reads_mnist(void **state) {
    files *f = *state;
    char path[512];
    if (!test_data("mnist", path))
        skip();
    gm_dataset_options options = {.intercept = true};
    for (int part = 0; part < 2; part++) {
        options.part = part ? GM_PART_SCORE : GM_PART_FIT;
        gm_dataset *d = load(f, path, options);
        int64_t rows = part ? 10000 : 60000, sevens = 0;
        assert_int_equal(gm_dataset_rows(d), rows);
        assert_int_equal(gm_dataset_columns(d), 785);
        for (int64_t i = 0; i < rows; i++)
            sevens += gm_dataset_targets(d)[i] == 7;
        assert_int_equal(sevens, part ? 1028 : 6265);
        gm_dataset_destroy(d);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_set_up, files_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_bytes),          TEST(selects_pixels),    TEST(standardizes_pixels),
        TEST(finds_every_spelling), TEST(refuses_bad_files), TEST(reads_mnist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
