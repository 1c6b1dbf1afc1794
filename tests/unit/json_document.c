/* JSON documents as a whole: cut short, damaged, written and read again, in files of every kind. */
#include "json_text.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "report/document.h"

static gm_context *context;
static char folder[64];

static int set_up(void **state) {
    (void)state;
    context = make_context(1, GM_ISA_AUTO);
    strcpy(folder, "/tmp/gm-json-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    gm_context_destroy(context);
    return rmdir(folder);
}

static char *fixture(const char *name, size_t *size) {
    char path[1000];
    const char *here = strstr(__FILE__, "unit/json_document.c");
    assert_non_null(here);
    snprintf(path, sizeof path, "%.*sfixtures/report/%s", (int)(here - __FILE__), __FILE__, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 16);
    assert_non_null(text);
    *size = fread(text, 1, (1 << 16) - 1, file);
    assert_true(*size > 1000 && feof(file));
    fclose(file);
    return text;
}

static void every_beginning_of_a_document_is_refused(void **state) {
    size_t size;
    char *text = fixture("compared.json", &size);
    json_t *root = NULL;
    (void)state;
    while (text[size - 1] == '\n')
        size--;
    for (size_t length = 0; length < size; length++)
        json_must_fail(context, text, length, NULL);
    assert_int_equal(json_parse_exactly(context, text, size, &root), GM_OK);
    json_decref(root);
    free(text);
}

/* No byte may change a document into something that is half read. */
static void every_wrong_byte_is_survived(void **state) {
    static const char bytes[] = {'\0', '"', '\\', '{', ']', ',', '9', 'e', '\n', '\x80', '\xf0'};
    size_t size, refused = 0;
    char *text = fixture("tiny.json", &size);
    (void)state;
    for (size_t i = 0; i < size; i++)
        for (size_t b = 0; b < sizeof bytes; b++) {
            const char kept = text[i];
            json_t *root = NULL;
            text[i] = bytes[b];
            gm_status status = json_parse_exactly(context, text, size, &root);
            assert_true(status == GM_OK || status == GM_INVALID_INPUT);
            assert_true((status == GM_OK) == (root != NULL));
            refused += status != GM_OK;
            text[i] = kept;
            json_decref(root);
        }
    assert_true(refused > size);
    free(text);
}

/* Written, read and written again: the same tree and the same bytes. */
static void check_round_trip(json_t *root) {
    gm_report report = {context, root};
    json_t *again = NULL;
    char *first = NULL, *second = NULL;
    check_ok(context, gm_report_json(&report, &first));
    check_ok(context, gm_json_parse(context, "again", first, strlen(first), &again));
    assert_true(json_equal(root, again));
    report.root = again;
    check_ok(context, gm_report_json(&report, &second));
    assert_string_equal(first, second);
    gm_release(context, first);
    gm_release(context, second);
    json_decref(again);
}

static void documents_survive_the_round_trip(void **state) {
    static const char *const names[] = {"compared.json", "not-compared.json", "calibrated.json",
                                        "tiny.json"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size;
        char *text = fixture(names[i], &size);
        json_t *root = NULL;
        check_ok(context, gm_json_parse(context, names[i], text, size, &root));
        json_t *other = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(other);
        assert_true(json_equal(root, other));
        check_round_trip(root);
        json_decref(other);
        json_decref(root);
        free(text);
    }
    json_t *root = json_must_parse(
        context, "{\"\": \"\\u0001\\u007f\\\"\\\\\", \"\xc3\xa9\\t\": [\"\\ud83d\\ude42\", "
                 "[], {}, [[]], [1, 2.0, null, true]]}");
    check_round_trip(root);
    json_decref(root);
}

/* Any bits that are a finite number, from 2^−1074 up to the largest. */
static void numbers_survive_the_round_trip_bit_by_bit(void **state) {
    enum { COUNT = 20000 };
    uint64_t bits = 88172645463325252u;
    json_t *root = json_array(), *again = NULL;
    gm_report report = {context, root};
    char *text = NULL;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        double value;
        bits ^= bits << 13; /* Marsaglia's xorshift, period 2^64 − 1 */
        bits ^= bits >> 7;
        bits ^= bits << 17;
        uint64_t pattern = i % 10 ? bits : bits & 0x800fffffffffffffu; /* some subnormal */
        memcpy(&value, &pattern, sizeof value);
        assert_int_equal(json_array_append_new(root, isfinite(value)
                                                         ? json_real(value)
                                                         : json_integer((json_int_t)bits)),
                         0);
    }
    check_ok(context, gm_report_json(&report, &text));
    check_ok(context, gm_json_parse(context, "numbers", text, strlen(text), &again));
    for (size_t i = 0; i < COUNT; i++) {
        const json_t *one = json_array_get(root, i), *two = json_array_get(again, i);
        assert_int_equal(json_typeof(one), json_typeof(two));
        double a = json_real_value(one), b = json_real_value(two);
        assert_memory_equal(&a, &b, sizeof a);
        assert_true(json_integer_value(one) == json_integer_value(two));
    }
    gm_release(context, text);
    json_decref(again);
    json_decref(root);
}

static void what_paths_can_store_can_be_read(void **state) {
    const double values[2] = {1, 2};
    char path[2 * GM_JSON_DEPTH + 1] = "a";
    gm_report *report = NULL;
    json_t *root = NULL;
    char *text = NULL;
    (void)state;
    for (int i = 1; i < GM_JSON_DEPTH - 1; i++)
        strcat(path, ".a");
    check_ok(context, gm_report_create(context, "recover", &report));
    check_ok(context, gm_report_set_numbers(report, path, values, 2));
    check_ok(context, gm_report_json(report, &text));
    root = json_must_parse(context, text);
    json_decref(root);
    gm_report_free_text(report, text);
    strcpy(path, "b");
    for (int i = 1; i < GM_JSON_DEPTH; i++)
        strcat(path, ".b");
    check_fails(context, GM_INVALID_ARGUMENT, "at most 63",
                gm_report_set_numbers(report, path, values, 2));
    gm_report_destroy(report);
}

/* --- files --- */

static const char *in_folder(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *put(const char *name, const char *text) {
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return in_folder(name);
}

static void file_refused(const char *path, const char *message) {
    json_t *root = NULL;
    check_fails(context, GM_INVALID_INPUT, message, gm_json_read(context, path, &root));
    assert_null(root);
    assert_non_null(strstr(gm_context_message(context), path));
}

static void files_are_read(void **state) {
    json_t *root = NULL;
    (void)state;
    const char *path = put("good.json", "{\"a\": [1, 2]}\n");
    check_ok(context, gm_json_read(context, path, &root));
    assert_int_equal(json_array_size(json_object_get(root, "a")), 2);
    json_decref(root);
    unlink(path);
    path = put("bad.json", "{\n  \"a\": [1 2]}\n");
    file_refused(path, "bad.json:2:11: ',' or ']' is expected, not '2'");
    unlink(path);
    path = put("empty.json", "");
    file_refused(path, "empty.json:1:1: a value is expected, not the end");
    unlink(path);
}

static void what_is_no_plain_file_is_refused_at_once(void **state) {
    (void)state;
    file_refused(in_folder("absent.json"), "absent.json: cannot open: No such file");
    file_refused(folder, "is a folder");
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    file_refused(in_folder("pipe"), "a regular file is needed"); /* and no waiting for a writer */
    unlink(in_folder("pipe"));
    gzFile file = gzopen(in_folder("packed.json"), "wb");
    assert_non_null(file);
    assert_int_equal(gzputs(file, "{}"), 2);
    assert_int_equal(gzclose(file), Z_OK);
    file_refused(in_folder("packed.json"), "is compressed; plain JSON is accepted");
    unlink(in_folder("packed.json"));
}

static void files_have_a_limit(void **state) {
    (void)state;
    const char *path = put("large.json", "[");
    assert_int_equal(truncate(path, (off_t)GM_JSON_LARGEST + 1), 0); /* takes no space */
    file_refused(path, "268435457 bytes; at most 268435456 are accepted");
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_beginning_of_a_document_is_refused),
        cmocka_unit_test(every_wrong_byte_is_survived),
        cmocka_unit_test(documents_survive_the_round_trip),
        cmocka_unit_test(numbers_survive_the_round_trip_bit_by_bit),
        cmocka_unit_test(what_paths_can_store_can_be_read),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(what_is_no_plain_file_is_refused_at_once),
        cmocka_unit_test(files_have_a_limit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
