#define _GNU_SOURCE /* mkdtemp, nftw, mkfifo */
#include "data_files.h"

#include <locale.h>
#include <math.h>
#include <sys/stat.h>

#include "data/csv.h"
#include "data/scan.h"

static const gm_dataset_options DEFAULTS = {0};

/* Every spelling of the same 3 × 3 table. */
static void reads_every_spelling(void **state) {
    static const char *const spellings[] = {
        "a,b,y\n1,2,3\n4,5,6\n",
        "a,b,y\r\n1,2,3\r\n4,5,6\r\n",
        "a,b,y\r1,2,3\r4,5,6\r",
        "a,b,y\n1,2,3\n4,5,6",
        "\xef\xbb\xbf\x61,b,y\n1,2,3\n4,5,6\n",
        "a\tb\ty\n1\t2\t3\n4\t5\t6\n",
        "a;b;y\n1;2;3\n4;5;6\n",
        "a b y\n1 2 3\n4 5 6\n",
        "  a   b   y  \n   1  2    3\n 4 5 6 \n",
        "a b\t y\n1\t 2 3\n4 5 6\n",
        "\n\na,b,y\n\n1,2,3\n   \n4,5,6\n\n",
        "\"a\",\"b\",\"y\"\n\"1\",\"2\",\"3\"\n\"4\",\"5\",\"6\"\n",
        " a , b , y \n 1 , 2 , 3 \n 4 , \"5\" , 6 \n",
        "a,b,y\n+1,2.,3e0\n.4e1,50E-1,0.0006e+4\n",
    };
    static const double inputs[] = {1, 2, 4, 5}, targets[] = {3, 6};
    files *f = *state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        gm_dataset *d = load(f, put_text(f, "t.csv", spellings[i]), DEFAULTS);
        assert_dataset(d, 2, 2, inputs, targets);
        assert_string_equal(gm_dataset_column_name(d, 0), "a");
        assert_string_equal(gm_dataset_column_name(d, 1), "b");
        assert_string_equal(gm_dataset_target_name(d), "y");
        assert_int_equal(gm_dataset_classes(d), 0);
        gm_dataset_destroy(d);
    }
}

static void knows_headers_from_data(void **state) {
    static const struct {
        const char *text;
        int64_t rows;
        const char *target;
    } cases[] = {
        {"1,2,3\n4,5,6\n", 2, "2"},                   /* numbers alone */
        {"5.1,3.5,setosa\n4.9,3.0,setosa\n", 2, "2"}, /* a text target, no header */
        {"T,x,y\nA,1,2\nB,3,4\n", 2, "y"},            /* text over text beside names */
        {"id,2019,y\n7,1,2\n8,3,4\n", 2, "y"},        /* a number as name */
        {"1,?,2\n3,4,5\n", 2, "2"},                   /* missing in the first row */
        {"?,?,a\n3,4,b\n", 2, "2"},                   /* nothing but missing and text */
        {"1,2,3\n", 1, "2"},                          /* one row */
        {"nan,x,y\n1,2,3\n4,5,6\n", 2, "y"},          /* a name that reads as missing */
    };
    files *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_dataset_options options = {.missing = GM_MISSING_MEAN};
        if (i == 2)
            options.drop = "T";
        if (i == 5)
            options.missing = GM_MISSING_MEAN;
        gm_dataset *d = load(f, put_text(f, "t.csv", cases[i].text), options);
        assert_int_equal(gm_dataset_rows(d), cases[i].rows);
        assert_string_equal(gm_dataset_target_name(d), cases[i].target);
        gm_dataset_destroy(d);
    }
}

static void reads_quotes(void **state) {
    files *f = *state;
    const char *text = "x,y,label\r\n1,2,\"a, \"\"b\"\"\"\r\n3,4,\"two\r\nlines\"\r\n5,oops,c\r\n";
    gm_dataset_options options = {.drop = "y"};
    gm_dataset *d = load(f, put_text(f, "t.csv", text), options);
    static const double inputs[] = {1, 3, 5}, targets[] = {0, 2, 1};
    assert_dataset(d, 3, 1, inputs, targets);
    assert_int_equal(gm_dataset_classes(d), 3);
    assert_string_equal(gm_dataset_class_name(d, 0), "a, \"b\"");
    assert_string_equal(gm_dataset_class_name(d, 1), "c");
    assert_string_equal(gm_dataset_class_name(d, 2), "two\r\nlines");
    gm_dataset_destroy(d);
    /* The line break in quotes counts: the text stands on line 5 of the file. */
    load_fails(f, f->path, DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "t.csv: row 5: column 'y' holds text ('oops')",
                "leave it out with --drop y or make it the target", NULL);
}

static void sorts_classes_bytewise(void **state) {
    files *f = *state;
    gm_dataset *d =
        load(f, put_text(f, "t.csv", "1,b\n2,B\n3,10\n4,9\n5,b\n6,\xc3\xa9\n"), DEFAULTS);
    static const double inputs[] = {1, 2, 3, 4, 5, 6}, targets[] = {3, 2, 0, 1, 3, 4};
    assert_dataset(d, 6, 1, inputs, targets);
    assert_int_equal(gm_dataset_classes(d), 5);
    assert_string_equal(gm_dataset_class_name(d, 0), "10");
    assert_string_equal(gm_dataset_class_name(d, 4), "\xc3\xa9");
    gm_dataset_destroy(d);
    /* A class that occurs only in dropped rows is not one. */
    gm_dataset_options drop = {.missing = GM_MISSING_DROP};
    d = load(f, put_text(f, "t.csv", "1,b\nNA,a\n3,c\n4,\n"), drop);
    assert_int_equal(gm_dataset_rows(d), 2);
    assert_int_equal(gm_dataset_dropped_rows(d), 2);
    assert_int_equal(gm_dataset_classes(d), 2);
    assert_string_equal(gm_dataset_class_name(d, 0), "b");
    assert_close(gm_dataset_targets(d)[1], 1, 0);
    gm_dataset_destroy(d);
}

/* Enough classes that the table grows several times. */
static void numbers_many_classes(void **state) {
    files *f = *state;
    FILE *file = fopen(in_folder(f, "t.csv"), "w");
    assert_non_null(file);
    for (int i = 0; i < 5000; i++)
        fprintf(file, "%d,class%04d\n", i, (i * 7919) % 5000);
    fclose(file);
    gm_dataset *d = load(f, f->path, DEFAULTS);
    assert_int_equal(gm_dataset_classes(d), 5000);
    for (int i = 0; i < 5000; i++)
        assert_close(gm_dataset_targets(d)[i], (i * 7919) % 5000, 0);
    gm_dataset_destroy(d);
}

static void treats_missing_values(void **state) {
    files *f = *state;
    const char *text = "a,b,y\n1,,1\n2,4,2\nNA,8,3\n6,?,4\n9,9,null\n";
    const char *path = put_text(f, "t.csv", text);
    load_fails(f, path, DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "t.csv: row 2: column 'b' has no value",
                "use --missing drop or --missing mean", NULL);
    gm_dataset_options b = {.drop = "b"};
    load_fails(f, path, b, GM_INVALID_INPUT);
    assert_says(f->context, "row 4: column 'a' has no value ('NA')", NULL);
    gm_dataset_options target = {.missing = GM_MISSING_ERROR, .drop = "a,b"};
    load_fails(f, path, target, GM_INVALID_ARGUMENT);
    gm_dataset_options drop = {.missing = GM_MISSING_DROP};
    gm_dataset *d = load(f, path, drop);
    static const double kept[] = {2, 4}, kept_target[] = {2};
    assert_dataset(d, 1, 2, kept, kept_target);
    assert_int_equal(gm_dataset_dropped_rows(d), 4);
    gm_dataset_destroy(d);
    gm_dataset_options mean = {.missing = GM_MISSING_MEAN};
    d = load(f, path, mean);
    /* Means over the rows that have a target: a (1+2+6)/3, b (4+8)/2. */
    static const double filled[] = {1, 6, 2, 4, 3, 8, 6, 6}, targets[] = {1, 2, 3, 4};
    assert_dataset(d, 4, 2, filled, targets);
    assert_int_equal(gm_dataset_dropped_rows(d), 1);
    assert_int_equal(gm_dataset_filled_values(d), 3);
    gm_dataset_destroy(d);
    load_fails(f, put_text(f, "t.csv", "a,b\n1,\n2,3\n"), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "row 2: column 'b' has no value; use --missing drop", NULL);
    assert_null(strstr(gm_context_message(f->context), "mean"));
    load_fails(f, put_text(f, "t.csv", "a,b\n,1\n,2\n"), mean, GM_INVALID_INPUT);
    assert_says(f->context, "column 'a' has no value in any row", NULL);
    load_fails(f, f->path, drop, GM_INVALID_INPUT);
    assert_says(f->context, "no row is left: all 2 have missing values", NULL);
}

static void refuses_bad_files(void **state) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "no row of data: the file is empty"},
        {"\n  \n", "no row of data: the file is empty"},
        {"a,b\n", "row 1 holds names and nothing follows"},
        {"a,b\n1,2\n3\n", "row 3: 1 field, expected 2 as in row 1"},
        {"a,b\n1,2\n\n3,4,5,6\n", "row 4: 4 fields, expected 2 as in row 1"},
        {"a,b\n1,inf\n", "row 2: column 'b' holds 'inf'; finite numbers are accepted"},
        {"a,b\n1,2\n-Infinity,2\n", "row 3: column 'a' holds '-Infinity'"},
        {"a,b\n1,1e999\n", "row 2: column 'b' holds '1e999'"},
        {"1,2\n0x10,2\n", "row 2: column 0 holds text ('0x10'); leave it out with --drop 0"},
        {"1,2\n1d3,2\n", "column 0 holds text ('1d3')"},
        {"1,2\n1e,2\n", "column 0 holds text ('1e')"},
        {"1,2\n.,2\n", "column 0 holds text ('.')"},
        {"1,2\n1 2,2\n", "column 0 holds text ('1 2')"},
        {"a,b\n1,\"2\n3,4\n", "row 2: a quote is opened and never closed"},
        {"a,b\n1,\"2\"3\n", "row 2: text follows a closing quote"},
        {"a,b\n1,\x01\n", "row 2: byte 0x01; this is not a text file"},
        {"a,b\n1,\"\x7f\"\n", "row 2: byte 0x7f; this is not a text file"},
        {"\"x,y\",b\nq,2\n3,4\n", "leave it out with --drop 0"},
    };
    files *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        load_fails(f, put_text(f, "t.csv", cases[i].text), DEFAULTS, GM_INVALID_INPUT);
        assert_says(f->context, "/t.csv", cases[i].message, NULL);
    }
    load_fails(f, put(f, "t.csv", "a,b\n1,\0\n", 8), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "row 2: byte 0x00", "UTF-16 must be converted", NULL);
}

static void limits_fields(void **state) {
    files *f = *state;
    char *text = malloc(3 * GM_LONGEST_FIELD);
    assert_non_null(text);
    for (int quoted = 0; quoted < 2; quoted++) {
        /* As long as a field may be, then one more byte. */
        for (int extra = 0; extra < 2; extra++) {
            int size = GM_LONGEST_FIELD - quoted + extra;
            int used = sprintf(text, "1,%s", quoted ? "\"" : "");
            memset(text + used, 'x', (size_t)size - (size_t)quoted);
            used += size - quoted;
            used += sprintf(text + used, "%s\n2,y\n", quoted ? "\"" : "");
            put(f, "t.csv", text, (size_t)used);
            put_gzip(f, "t.csv.gz", text, (size_t)used);
            for (int gzip = 0; gzip < 2; gzip++) {
                in_folder(f, gzip ? "t.csv.gz" : "t.csv");
                if (!extra)
                    gm_dataset_destroy(load(f, f->path, DEFAULTS));
                else {
                    load_fails(f, f->path, DEFAULTS, GM_INVALID_INPUT);
                    assert_says(f->context, "row 1: a field of more than 65536 bytes", NULL);
                }
            }
            remove(in_folder(f, "t.csv.gz"));
        }
    }
    free(text);
}

/* A table that spans many blocks: every boundary falls somewhere else. */
static void reads_across_blocks(void **state) {
    files *f = *state;
    enum { ROWS = 60000 };
    char *text = malloc(ROWS * 64), *at = text;
    assert_non_null(text);
    for (int i = 0; i < ROWS; i++)
        at += sprintf(at, "%d.25,\"%d\",%s\r\n", i, i % 977, i % 3 ? "\"no \"\"q\"\"\"" : "yes");
    put(f, "t.csv", text, (size_t)(at - text));
    put_gzip(f, "t.csv.gz", text, 100000);
    put_gzip(f, "t.csv.gz", "", 0);
    put_gzip(f, "t.csv.gz", text + 100000, (size_t)(at - text) - 100000);
    for (int gzip = 0; gzip < 2; gzip++) {
        gm_dataset *d = load(f, in_folder(f, gzip ? "t.csv.gz" : "t.csv"), DEFAULTS);
        assert_int_equal(gm_dataset_rows(d), ROWS);
        const double *values = gm_dataset_matrix(d)->data;
        for (int i = 0; i < ROWS; i++) {
            assert_close(values[2 * i], i + .25, 0);
            assert_close(values[2 * i + 1], i % 977, 0);
            assert_close(gm_dataset_targets(d)[i], i % 3 == 0, 0);
        }
        gm_dataset_destroy(d);
    }
    free(text);
}

static void refuses_what_is_not_a_file(void **state) {
    files *f = *state;
    load_fails(f, in_folder(f, "absent.csv"), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "absent.csv: cannot be opened: No such file", NULL);
    assert_int_equal(mkfifo(in_folder(f, "pipe"), 0600), 0);
    load_fails(f, f->path, DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "is a pipe, socket or device; a regular file is needed", NULL);
    load_fails(f, "/dev/zero", DEFAULTS, GM_INVALID_INPUT);
    load_fails(f, f->folder, DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "the folder has no train-images-idx3-ubyte", NULL);
    load_fails(f, "x.h5", DEFAULTS, GM_UNAVAILABLE);
    assert_says(f->context, "HDF5 is not available in this version", NULL);
    load_fails(f, "x.h5::/data/x", DEFAULTS, GM_UNAVAILABLE);
    load_fails(f, put(f, "t.dat", "\x89HDF\r\n\x1a\n", 8), DEFAULTS, GM_UNAVAILABLE);
    load_fails(f, put(f, "t.npz", "PK\3\4....", 8), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "zip archive", NULL);
    load_fails(f, put(f, "t.idx", "\0\0\x08\1\0\0\0\0", 8), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "give the folder", NULL);
}

static void refuses_damaged_gzip(void **state) {
    files *f = *state;
    char text[2000], bytes[4096];
    for (int i = 0; i < 500; i++)
        memcpy(text + 4 * i, i % 7 ? "1,2\n" : "3,4\n", 4);
    put_gzip(f, "good.csv.gz", text, sizeof text);
    FILE *file = fopen(f->path, "rb");
    size_t size = fread(bytes, 1, sizeof bytes - 10, file);
    fclose(file);
    assert_true(size > 20);
    load_fails(f, put(f, "t.csv.gz", bytes, size - 5), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "t.csv.gz: gzip data cut short", NULL);
    bytes[size - 6] ^= 1; /* the checksum */
    load_fails(f, put(f, "t.csv.gz", bytes, size), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "t.csv.gz: damaged gzip data: incorrect data check", NULL);
    bytes[size - 6] ^= 1;
    memcpy(bytes + size, "more", 4);
    load_fails(f, put(f, "t.csv.gz", bytes, size + 4), DEFAULTS, GM_INVALID_INPUT);
    assert_says(f->context, "other bytes follow its end", NULL);
    memset(bytes + size, 0, 8); /* padding is accepted */
    gm_dataset *d = load(f, put(f, "t.csv.gz", bytes, size + 8), DEFAULTS);
    assert_int_equal(gm_dataset_rows(d), 500);
    gm_dataset_destroy(d);
}

struct countdown {
    gm_context *context;
    int calls;
};

static void on_progress(void *user, const char *stage, double done, double total) {
    struct countdown *countdown = user;
    assert_non_null(stage);
    assert_true(total > 0 && done >= 0 && done <= total);
    if (--countdown->calls == 0)
        gm_context_cancel(countdown->context);
}

/* Cancelled at the first look, the second, and so on, until it ends before it is cancelled. */
static void can_be_cancelled(void **state) {
    files *f = *state;
    enum { ROWS = 100000 };
    char *text = malloc(ROWS * 8);
    assert_non_null(text);
    for (int i = 0; i < ROWS; i++)
        memcpy(text + 8 * i, i % 5 ? "1,2,3.5\n" : "2,,1.25\n", 8);
    put_gzip(f, "t.csv.gz", text, ROWS * 8);
    free(text);
    gm_dataset_options options = {.missing = GM_MISSING_MEAN, .standardize = true};
    int cancelled = 0;
    for (gm_status status = GM_CANCELLED; status != GM_OK; cancelled++) {
        struct countdown countdown = {NULL, cancelled + 1};
        gm_context_options with = {.progress = on_progress, .progress_user = &countdown};
        gm_dataset *d = NULL;
        assert_int_equal(gm_context_create(&with, &countdown.context), GM_OK);
        status = gm_dataset_load(countdown.context, f->path, &options, &d);
        if (status != GM_OK) {
            assert_int_equal(status, GM_CANCELLED);
            assert_null(d);
            assert_says(countdown.context, "cancelled while ", NULL);
        }
        gm_dataset_destroy(d);
        gm_context_destroy(countdown.context);
    }
    assert_true(cancelled > 10);
}

/* A locale with a decimal comma must change nothing. */
static void ignores_the_locale(void **state) {
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "ru_RU.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < 4 && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]) != NULL;
    if (!found)
        print_message("no locale with a decimal comma here; the C locale is tested\n");
    files *f = *state;
    gm_dataset *d = load(f, put_text(f, "t.csv", "1.5,2.123456789012345678901\n3,4\n"), DEFAULTS);
    static const double inputs[] = {1.5, 3}, targets[] = {2.123456789012345678901, 4};
    assert_dataset(d, 2, 1, inputs, targets);
    gm_dataset_destroy(d);
    setlocale(LC_NUMERIC, "C");
}

static void reads_california_housing(void **state) {
    files *f = *state;
    char path[512];
    if (!test_data("california/housing.csv.gz", path))
        skip();
    gm_dataset_options options = {.target = "median_house_value"};
    load_fails(f, path, options, GM_INVALID_INPUT);
    assert_says(f->context,
                "housing.csv.gz: row 2: column 'ocean_proximity' holds text ('NEAR BAY'); leave it "
                "out with --drop ocean_proximity or make it the target",
                NULL);
    options.drop = "ocean_proximity";
    load_fails(f, path, options, GM_INVALID_INPUT);
    assert_says(f->context, "column 'total_bedrooms' has no value", NULL);
    options.missing = GM_MISSING_DROP;
    gm_dataset *d = load(f, path, options);
    assert_int_equal(gm_dataset_rows(d), 20433);
    assert_int_equal(gm_dataset_dropped_rows(d), 207);
    gm_dataset_destroy(d);
    options.missing = GM_MISSING_MEAN;
    d = load(f, path, options);
    assert_int_equal(gm_dataset_rows(d), 20640);
    assert_int_equal(gm_dataset_filled_values(d), 207);
    assert_int_equal(gm_dataset_columns(d), 8);
    gm_dataset_destroy(d);
    options = (gm_dataset_options){.missing = GM_MISSING_DROP};
    d = load(f, path, options);
    assert_int_equal(gm_dataset_classes(d), 5);
    assert_string_equal(gm_dataset_class_name(d, 0), "<1H OCEAN");
    gm_dataset_destroy(d);
}

static void reads_the_other_tables(void **state) {
    static const struct {
        const char *file, *target;
        int64_t rows, columns, classes;
    } cases[] = {
        {"mlbench/LetterRecognition.csv.gz", "lettr", 20000, 16, 26},
        {"mlbench/Satellite.csv.gz", "classes", 6435, 36, 6},
        {"uci/protein.csv.gz", NULL, 45730, 9, 0},
        {"uci/gas.csv.gz", NULL, 2565, 128, 0},
        {"uci/pumadyn32nm.csv.gz", NULL, 8192, 32, 0},
        {"uci/energy.csv.gz", NULL, 768, 8, 0},
        {"uci/concrete.csv.gz", NULL, 1030, 8, 0},
    };
    files *f = *state;
    char path[512];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!test_data(cases[i].file, path))
            skip();
        gm_dataset_options options = {.target = cases[i].target};
        gm_dataset *d = load(f, path, options);
        assert_int_equal(gm_dataset_rows(d), cases[i].rows);
        assert_int_equal(gm_dataset_columns(d), cases[i].columns);
        assert_int_equal(gm_dataset_classes(d), cases[i].classes);
        gm_dataset_destroy(d);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_set_up, files_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_every_spelling),   TEST(knows_headers_from_data),
        TEST(reads_quotes),           TEST(sorts_classes_bytewise),
        TEST(numbers_many_classes),   TEST(treats_missing_values),
        TEST(refuses_bad_files),      TEST(limits_fields),
        TEST(reads_across_blocks),    TEST(refuses_what_is_not_a_file),
        TEST(refuses_damaged_gzip),   TEST(can_be_cancelled),
        TEST(ignores_the_locale),     TEST(reads_california_housing),
        TEST(reads_the_other_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
