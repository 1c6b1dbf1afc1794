/* State to memory and back, and arrays that grow. */
#include "context.h"

#include "base/archive.h"

/* All kinds of values that an archive takes. */
typedef struct values {
    double numbers[3];
    int64_t counts[2];
    char bytes[5];
    bool flag;
} values;

static void exchange(values *v, gm_archive *archive) {
    gm_archive_doubles(archive, 3, v->numbers);
    gm_archive_integers(archive, 2, v->counts);
    gm_archive_bytes(archive, sizeof v->bytes, v->bytes);
    gm_archive_bytes(archive, 0, NULL);
    gm_archive_bytes(archive, sizeof v->flag, &v->flag);
}

static const values some = {{1.5, -INFINITY, 4e-320}, {INT64_MIN, 7}, {'a', 0, 'b', -1, 'c'}, true};
enum { SIZE = 3 * 8 + 2 * 8 + 5 + sizeof(bool) };

static void values_come_back(void **state) {
    (void)state;
    gm_archive out, in;
    values v = some, back = {0};
    gm_archive_write(context, &out);
    for (int i = 0; i < 3; i++)
        exchange(&v, &out);
    assert_memory_equal(&v.numbers, &some.numbers, sizeof v.numbers);
    assert_int_equal(out.status, GM_OK);
    assert_int_equal(out.size, 3 * SIZE);
    gm_archive_read(context, out.size, out.bytes, &in);
    for (int i = 0; i < 3; i++) {
        back = (values){0};
        exchange(&back, &in);
        assert_memory_equal(back.numbers, some.numbers, sizeof back.numbers);
        assert_memory_equal(back.counts, some.counts, sizeof back.counts);
        assert_memory_equal(back.bytes, some.bytes, sizeof back.bytes);
        assert_true(back.flag);
    }
    assert_int_equal(in.status, GM_OK);
    assert_int_equal(in.place, in.size);
    gm_archive_release(&in); /* borrowed: nothing is released */
    gm_archive_release(&out);
    gm_archive_release(&out);
}

/* What lies before the end is read, and nothing behind the first failure. */
static void every_truncation_is_seen(void **state) {
    (void)state;
    gm_archive out, in;
    values v = some;
    gm_archive_write(context, &out);
    exchange(&v, &out);
    for (int64_t size = 0; size < SIZE; size++) {
        values back = {0};
        gm_archive_read(context, size, out.bytes, &in);
        exchange(&back, &in);
        assert_int_equal(in.status, GM_INVALID_INPUT);
        assert_non_null(strstr(gm_context_message(context), "it ends before"));
        assert_false(back.flag);
        check_near(back.numbers[0], size >= 24 ? 1.5 : 0.0, 0.0);
        assert_int_equal(back.counts[1], size >= 40 ? 7 : 0);
        if (size >= 24 && size < 40) {
            assert_memory_equal(back.bytes, (char[5]){0}, 5); /* though five bytes were there */
        }
    }
    gm_archive_release(&out);
}

/* At least twice as large each time, so that n values take n copies at most; what was there stays.
 */
static void reserve_doubles(void **state) {
    (void)state;
    enum { N = 1000 };
    int64_t capacity = 0, last = 0, grown = 0, *array = NULL;
    for (int64_t i = 0; i < N; i++) {
        int64_t *room = gm_reserve(context, array, i, 1, &capacity, sizeof *array);
        assert_non_null(room);
        assert_true(capacity >= i + 1);
        assert_true(capacity == last ? room == array : capacity >= 2 * last);
        grown += capacity != last;
        last = capacity;
        array = room;
        array[i] = i * i;
        for (int64_t k = 0; k <= i; k += 97)
            assert_int_equal(array[k], k * k);
    }
    check_between((double)grown, 8.0, 12.0);
    array = gm_reserve(context, array, N, 5000, &capacity, sizeof *array);
    assert_true(capacity == N + 5000);
    assert_int_equal(array[N - 1], (N - 1) * (N - 1));
    gm_release(context, array);
    capacity = 0;
    array = gm_reserve(context, NULL, 0, 0, &capacity, sizeof *array);
    assert_non_null(array); /* NULL means failure alone */
    int64_t held = capacity, *none = gm_reserve(context, array, 0, INT64_MAX / 16, &capacity, 64);
    assert_null(none);
    assert_int_equal(capacity, held);
    gm_release(context, array);
}

static void texts_have_to_fit(void **state) {
    (void)state;
    gm_archive out, in;
    char text[] = "softmax", room[8] = "", narrow[7] = "";
    gm_archive_write(context, &out);
    gm_archive_text(&out, sizeof text, text);
    assert_int_equal(out.status, GM_OK);
    gm_archive_read(context, out.size, out.bytes, &in);
    gm_archive_text(&in, sizeof room, room);
    assert_int_equal(in.status, GM_OK);
    assert_string_equal(room, "softmax");
    gm_archive_read(context, out.size, out.bytes, &in);
    gm_archive_text(&in, sizeof narrow, narrow);
    assert_int_equal(in.status, GM_INVALID_INPUT);
    gm_archive_read(context, out.size - 1, out.bytes, &in);
    gm_archive_text(&in, sizeof room, room);
    assert_int_equal(in.status, GM_INVALID_INPUT);
    assert_string_equal(room, "");
    gm_archive_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(every_truncation_is_seen),
        cmocka_unit_test(reserve_doubles),
        cmocka_unit_test(texts_have_to_fit),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
