/* Saving, loading and merging of accumulators: the bits of one run where the tree allows it,
   rounding elsewhere, and files that are damaged. */
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

enum { D = 5, LEAF = 1024, MOST = 8 * LEAF + 700 };

static gm_context *context;
static double vectors[MOST * D];
static char folder[] = "/tmp/gm-state-XXXXXX", path[128];

static int set_up(void **state) {
    (void)state;
    context = make_context(2, GM_ISA_AUTO);
    gm_random_gaussian(context, (gm_stream){12, 1}, 0, MOST * D, vectors);
    for (int i = 0; i < MOST * D; i++)
        vectors[i] += 30.0;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/state", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gm_context_destroy(context);
    remove(path);
    rmdir(folder);
    return 0;
}

static gm_accumulator *make(int64_t first, int64_t count) {
    gm_accumulator *a = NULL;
    check_ok(context, gm_accumulator_create(context, D, &a));
    check_ok(context, gm_accumulator_add(a, count, vectors + first * D));
    return a;
}

typedef struct total {
    double mean[D], scatter[D * D];
} total;

static total total_of(gm_accumulator *a) {
    total t;
    check_ok(context, gm_accumulator_total(a, t.mean, t.scatter));
    gm_accumulator_destroy(a);
    return t;
}

static void a_saved_state_goes_on_with_the_same_bits(void **state) {
    (void)state;
    static const int64_t cuts[] = {0, 1, 255, 256, 700, LEAF, LEAF + 3, 3 * LEAF, 7 * LEAF + 513};
    const total whole = total_of(make(0, MOST));
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        gm_accumulator *a = make(0, cuts[i]), *loaded = NULL;
        check_ok(context, gm_accumulator_save(a, path));
        gm_accumulator_destroy(a);
        check_ok(context, gm_accumulator_load(context, path, &loaded));
        assert_int_equal(gm_accumulator_count(loaded), cuts[i]);
        check_ok(context, gm_accumulator_add(loaded, MOST - cuts[i], vectors + cuts[i] * D));
        const total t = total_of(loaded);
        assert_memory_equal(&t, &whole, sizeof t);
    }
}

/* into ends on leaf `cut`; the bits are those of one run where the subtrees of the rest find their
 * place. */
static void merging_at_nodes_gives_the_bits_of_one_run(void **state) {
    (void)state;
    static const struct {
        int64_t cut, end;
        bool same;
    } cases[] = {
        {4 * LEAF, 8 * LEAF, true},
        {4 * LEAF, 7 * LEAF + 100, true},
        {8 * LEAF, MOST, true},
        {6 * LEAF, 8 * LEAF, true},
        {7 * LEAF, 8 * LEAF + 30, true},
        {0, 3 * LEAF, true},
        {3 * LEAF, 5 * LEAF, false},
        {LEAF + 5, 4 * LEAF, false},
        {100, 900, false},
        {2 * LEAF, 8 * LEAF, false},
        {256, 700, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_accumulator *into = make(0, cases[i].cut);
        gm_accumulator *from = make(cases[i].cut, cases[i].end - cases[i].cut);
        check_ok(context, gm_accumulator_merge(into, from));
        gm_accumulator_destroy(from);
        assert_int_equal(gm_accumulator_count(into), cases[i].end);
        check_ok(context,
                 gm_accumulator_save(into, path)); /* what is beside the tree is saved too */
        gm_accumulator_destroy(into);
        check_ok(context, gm_accumulator_load(context, path, &into));
        const total t = total_of(into), whole = total_of(make(0, cases[i].end));
        if (cases[i].same)
            assert_memory_equal(&t, &whole, sizeof t);
        for (int j = 0; j < D * D; j++)
            check_near(t.scatter[j], whole.scatter[j], 1e-12 * whole.scatter[0]);
        for (int j = 0; j < D; j++)
            check_near(t.mean[j], whole.mean[j], 1e-12 * 30.0);
    }
    /* What was merged beside a tree goes along when that is merged on. */
    gm_accumulator *first = make(0, 0), *second = make(0, 300), *third = make(300, 400);
    check_ok(context, gm_accumulator_merge(second, third));
    check_ok(context, gm_accumulator_merge(first, second));
    gm_accumulator_destroy(third);
    gm_accumulator_destroy(second);
    assert_int_equal(gm_accumulator_count(first), 700);
    const total chained = total_of(first), direct = total_of(make(0, 700));
    for (int j = 0; j < D * D; j++)
        check_near(chained.scatter[j], direct.scatter[j], 1e-12 * direct.scatter[0]);
    gm_accumulator *a = make(0, 10), *other = NULL;
    check_ok(context, gm_accumulator_create(context, D + 1, &other));
    check_fails(context, GM_INVALID_ARGUMENT, "dimensions 5 and 6 differ",
                gm_accumulator_merge(a, other));
    gm_accumulator_destroy(other);
    gm_accumulator_destroy(a);
}

static size_t read_file(unsigned char *bytes, size_t most) {
    FILE *file = fopen(path, "rb");
    const size_t size = fread(bytes, 1, most, file);
    fclose(file);
    return size;
}

static void write_file(const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    fwrite(bytes, 1, size, file);
    fclose(file);
}

/* Every byte counts: one that is changed, or missing, is noticed. */
static void damaged_files_are_refused(void **state) {
    (void)state;
    static unsigned char bytes[1 << 16], copy[1 << 16];
    gm_accumulator *a = make(0, LEAF + 300), *out = NULL;
    check_ok(context, gm_accumulator_save(a, path));
    gm_accumulator_destroy(a);
    const size_t size = read_file(bytes, sizeof bytes);
    assert_in_range(size, 100, sizeof bytes - 1);
    for (size_t i = 0; i < size; i += i < 128 ? 1 : 97) {
        memcpy(copy, bytes, size);
        copy[i] ^= 0x40;
        write_file(copy, size);
        if (gm_accumulator_load(context, path, &out) != GM_INVALID_INPUT)
            fail_msg("a change of byte %zu of %zu went unnoticed", i, size);
        assert_null(out);
        write_file(bytes, i);
        assert_int_equal(gm_accumulator_load(context, path, &out), GM_INVALID_INPUT);
    }
    memcpy(copy, bytes, size);
    copy[12] = 9; /* the version */
    write_file(copy, size);
    check_fails(context, GM_INVALID_INPUT, "version 9", gm_accumulator_load(context, path, &out));
    remove(path);
    check_fails(context, GM_INVALID_INPUT, "No such file",
                gm_accumulator_load(context, path, &out));
    a = make(0, 10);
    check_fails(context, GM_IO_ERROR, "/nowhere/state", gm_accumulator_save(a, "/nowhere/state"));
    gm_accumulator_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_state_goes_on_with_the_same_bits),
        cmocka_unit_test(merging_at_nodes_gives_the_bits_of_one_run),
        cmocka_unit_test(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
