/* Loops over ranks, which are threads here: the same bytes for any number of them, and no rank that
   waits for ever where one fails, is cancelled, ends early or goes another way. */
#include "fake_ranks.h"

#include "linalg/linalg.h"
#include "parallel/ranks.h"

/* --- parts --- */

static void parts_cover_every_index_once(void **state) {
    (void)state;
    for (int ranks = 1; ranks <= 7; ranks++)
        for (int64_t count = 0; count < 40; count++) {
            int64_t next = 0;
            for (int r = 0; r < ranks; r++) {
                int64_t first = -1, end = -1;
                gm_share_part(count, ranks, r, &first, &end);
                assert_int_equal(first, next);
                assert_true(end - first >= count / ranks && end - first <= count / ranks + 1);
                next = end;
            }
            assert_int_equal(next, count);
        }
}

/* --- loops --- */

/* What every rank saw; the thread of the test looks at it. */
typedef struct seen {
    gm_status status[FAKE_RANKS_MOST];
    char message[FAKE_RANKS_MOST][256];
    bool right[FAKE_RANKS_MOST];
    int exit_status[FAKE_RANKS_MOST];
    bool tells[FAKE_RANKS_MOST], met[FAKE_RANKS_MOST];
} seen;

static void keep(seen *s, int rank, const gm_context *context, gm_status status) {
    s->status[rank] = status;
    snprintf(s->message[rank], sizeof s->message[rank], "%s", gm_context_message(context));
}

enum { COUNT = 103, WIDTH = 3, LAST = 2 };

typedef struct loop {
    gm_context *context;
    double *wide; /* [COUNT][WIDTH], the last row LAST numbers alone */
    int64_t *narrow;
    int64_t failing, cancelling;
} loop;

static gm_status fill(void *argument, int64_t index, int worker) {
    loop *l = argument;
    (void)worker;
    if (index >= l->failing)
        return gm_fail(l->context, GM_UNABLE, "index %d is too large", (int)index);
    if (index == l->cancelling)
        gm_context_cancel(l->context);
    l->narrow[index] = 7 * index;
    for (int j = 0; j < (index == COUNT - 1 ? LAST : WIDTH); j++)
        l->wide[index * WIDTH + j] = 0.1 * (double)index + j;
    return GM_OK;
}

static gm_status run_loop(loop *l) {
    enum { SIZE = (COUNT - 1) * WIDTH + LAST };
    double wide[SIZE + 1];
    int64_t narrow[COUNT];
    memset(narrow, 0, sizeof narrow);
    memset(wide, 0, sizeof wide);
    wide[SIZE] = -1.0;
    l->wide = wide;
    l->narrow = narrow;
    const gm_shared outputs[] = {{wide, WIDTH * sizeof *wide, SIZE * sizeof *wide},
                                 {narrow, sizeof *narrow, 0}};
    gm_status status = gm_share_for(l->context, COUNT, fill, l, 2, outputs);
    for (int i = 0; i < COUNT && status == GM_OK; i++)
        for (int j = 0; j < (i == COUNT - 1 ? LAST : WIDTH); j++)
            if (!(wide[i * WIDTH + j] == 0.1 * (double)i + j) || narrow[i] != 7 * i)
                status = GM_INTERNAL_ERROR;
    return wide[SIZE] == -1.0 ? status : GM_INTERNAL_ERROR;
}

static loop make_loop(gm_context *context) {
    return (loop){.context = context, .failing = INT64_MAX, .cancelling = -1};
}

static void fill_on_rank(gm_context *context, int rank, void *argument) {
    loop l = make_loop(context);
    keep(argument, rank, context, run_loop(&l));
}

static void every_rank_has_every_index(void **state) {
    (void)state;
    for (int ranks = 1; ranks <= FAKE_RANKS_MOST; ranks++)
        for (int threads = 1; threads <= 3; threads += 2) {
            seen s = {.status = {GM_UNABLE, GM_UNABLE, GM_UNABLE, GM_UNABLE, GM_UNABLE}};
            fake_ranks_run(ranks, threads, fill_on_rank, &s);
            for (int r = 0; r < ranks; r++)
                assert_int_equal(s.status[r], GM_OK);
        }
}

static void a_context_alone_needs_no_ranks(void **state) {
    (void)state;
    gm_context *context = make_context(2, GM_ISA_AUTO);
    loop l = make_loop(context);
    int exit_status = 3;
    bool tells = true;
    check_ok(context, run_loop(&l));
    check_ok(context, gm_ranks_agree(context, GM_OK));
    assert_int_equal(gm_ranks_agree(context, GM_UNABLE), GM_UNABLE);
    assert_int_equal(gm_context_ranks(context), 1);
    assert_int_equal(gm_context_rank(context), 0);
    assert_true(gm_ranks_leave(context, GM_UNABLE, &exit_status, &tells));
    assert_int_equal(exit_status, 3);
    assert_true(tells);
    gm_context_destroy(context);
}

static void fail_on_rank(gm_context *context, int rank, void *argument) {
    loop l = make_loop(context);
    l.failing = 60;
    keep(argument, rank, context, run_loop(&l));
}

static void the_lowest_failing_index_is_told_to_all(void **state) {
    (void)state;
    for (int ranks = 2; ranks <= FAKE_RANKS_MOST; ranks++) {
        seen s = {0};
        fake_ranks_run(ranks, 1, fail_on_rank, &s);
        for (int r = 0; r < ranks; r++) {
            assert_int_equal(s.status[r], GM_UNABLE);
            assert_non_null(strstr(s.message[r], "index 60 is too large"));
        }
    }
}

static void cancel_on_rank(gm_context *context, int rank, void *argument) {
    loop l = make_loop(context);
    l.cancelling = 40;
    keep(argument, rank, context, run_loop(&l));
}

static void a_cancellation_of_one_is_one_of_all(void **state) {
    (void)state;
    for (int ranks = 2; ranks <= FAKE_RANKS_MOST; ranks++) {
        seen s = {0};
        fake_ranks_run(ranks, 2, cancel_on_rank, &s);
        for (int r = 0; r < ranks; r++)
            assert_int_equal(s.status[r], GM_CANCELLED);
    }
}

/* A loop inside a task is the rank's own, even where ranks run different numbers of them. */
static gm_status fill_inside(void *argument, int64_t index, int worker) {
    loop *outer = argument, inner = make_loop(outer->context);
    double wide[COUNT * WIDTH];
    int64_t narrow[COUNT];
    (void)worker;
    inner.wide = wide;
    inner.narrow = narrow;
    outer->narrow[index] = 7 * index;
    const gm_shared none = {narrow, sizeof *narrow, 0};
    return gm_share_for(outer->context, index, fill, &inner, 1, &none);
}

static void nest_on_rank(gm_context *context, int rank, void *argument) {
    int64_t narrow[COUNT] = {0};
    loop l = make_loop(context);
    l.narrow = narrow;
    const gm_shared output = {narrow, sizeof *narrow, 0};
    gm_status status = gm_share_for(context, COUNT, fill_inside, &l, 1, &output);
    for (int i = 0; i < COUNT && status == GM_OK; i++)
        if (narrow[i] != 7 * i)
            status = GM_INTERNAL_ERROR;
    keep(argument, rank, context, status);
}

static void loops_inside_tasks_stay_on_their_rank(void **state) {
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        seen s = {.status = {GM_UNABLE, GM_UNABLE, GM_UNABLE}};
        fake_ranks_run(3, threads, nest_on_rank, &s);
        for (int r = 0; r < 3; r++)
            assert_int_equal(s.status[r], GM_OK);
    }
}

/* --- agreeing --- */

static void agree_on_rank(gm_context *context, int rank, void *argument) {
    seen *s = argument;
    double clock = 10.0 + rank;
    bool late = false;
    gm_status status = gm_ranks_take_first(context, sizeof clock, &clock);
    if (status == GM_OK)
        status = gm_ranks_is_late(context, rank == 0 ? -1.0 : (double)INFINITY, &late);
    s->right[rank] = status == GM_OK && clock == 10.0 && late;
    if (status == GM_OK)
        status = gm_ranks_agree(
            context, rank >= 1 ? gm_fail(context, GM_IO_ERROR, "disk %d is full", rank) : GM_OK);
    keep(s, rank, context, status);
}

static void ranks_agree_on_clocks_and_failures(void **state) {
    seen s = {0};
    (void)state;
    fake_ranks_run(4, 1, agree_on_rank, &s);
    for (int r = 0; r < 4; r++) {
        assert_true(s.right[r]);
        assert_int_equal(s.status[r], GM_IO_ERROR);
        assert_non_null(strstr(s.message[r], "disk 1 is full"));
    }
    assert_string_equal(s.message[0], "rank 1: disk 1 is full");
}

/* --- ends --- */

static void leave(seen *s, int rank, gm_context *context, gm_status ended, int exit_status) {
    s->exit_status[rank] = exit_status;
    s->tells[rank] = ended != GM_OK;
    s->met[rank] = gm_ranks_leave(context, ended, &s->exit_status[rank], &s->tells[rank]);
}

/* Rank 1 fails before the loop of the others. */
static void fail_alone(gm_context *context, int rank, void *argument) {
    loop l = make_loop(context);
    const gm_status status =
        rank == 1 ? gm_fail(context, GM_INVALID_INPUT, "no such file") : run_loop(&l);
    keep(argument, rank, context, status);
    leave(argument, rank, context, status, status == GM_OK ? 0 : 2);
}

static void a_rank_that_fails_alone_ends_all(void **state) {
    seen s = {0};
    (void)state;
    fake_ranks_run(3, 1, fail_alone, &s);
    for (int r = 0; r < 3; r++) {
        assert_int_equal(s.status[r], GM_INVALID_INPUT);
        assert_true(s.met[r]);
        assert_int_equal(s.exit_status[r], 2);
        assert_int_equal(s.tells[r], r == 0);
    }
    assert_string_equal(s.message[0], "rank 1: no such file");
}

/* Rank 1 does not come to the loop, though all is well with it. */
static void go_another_way(gm_context *context, int rank, void *argument) {
    loop l = make_loop(context);
    const gm_status status = rank == 1 ? GM_OK : run_loop(&l);
    keep(argument, rank, context, status);
    leave(argument, rank, context, status, status == GM_OK ? 0 : 4);
}

static void ranks_that_went_different_ways_are_told(void **state) {
    seen s = {0};
    (void)state;
    fake_ranks_run(2, 1, go_another_way, &s);
    assert_int_equal(s.status[0], GM_INTERNAL_ERROR);
    assert_non_null(strstr(s.message[0], "different ways"));
    for (int r = 0; r < 2; r++) {
        assert_true(s.met[r]);
        assert_int_equal(s.exit_status[r], 4);
    }
}

/* A signal to rank 2 alone: its exit status is that of all, and it says so. */
static void be_signalled(gm_context *context, int rank, void *argument) {
    seen *s = argument;
    if (rank == 2)
        gm_context_cancel(context);
    loop l = make_loop(context);
    const gm_status status = run_loop(&l);
    keep(s, rank, context, status);
    s->exit_status[rank] = rank == 2 ? 143 : 130;
    s->tells[rank] = rank == 2;
    s->met[rank] = gm_ranks_leave(context, status, &s->exit_status[rank], &s->tells[rank]);
}

static void a_signal_to_one_rank_ends_all(void **state) {
    seen s = {0};
    (void)state;
    fake_ranks_run(4, 1, be_signalled, &s);
    for (int r = 0; r < 4; r++) {
        assert_int_equal(s.status[r], GM_CANCELLED);
        assert_true(s.met[r]);
        assert_int_equal(s.exit_status[r], 143);
        assert_int_equal(s.tells[r], r == 2);
    }
}

static void be_deserted(gm_context *context, int rank, void *argument) {
    loop l = make_loop(context);
    fake_ranks_desert();
    const gm_status status = run_loop(&l);
    keep(argument, rank, context, status);
    leave(argument, rank, context, status, 3);
}

static void a_rank_that_is_left_alone_does_not_wait(void **state) {
    seen s = {0};
    (void)state;
    fake_ranks_run(2, 1, be_deserted, &s);
    for (int r = 0; r < 2; r++) {
        assert_int_equal(s.status[r], GM_IO_ERROR);
        assert_false(s.met[r]);
        assert_true(s.tells[r]);
        assert_int_equal(s.exit_status[r], 3);
    }
}

/* --- sums --- */

enum { MOST_ARRAYS = 21, SIZE = 5000 }; /* more than one task sums at a time */

/* Not the same where the order of a sum is another one. */
static double entry(int64_t array, int64_t j) {
    return sin(1.3 * (double)array + 0.01 * (double)j) / (1.0 + 100.0 * (double)(array % 3));
}

/* The sum of a node of the tree as it is defined: its halves, each by itself. */
static double tree_entry(int64_t count, int64_t first, int64_t width, int64_t j) {
    if (width == 1)
        return entry(first, j);
    const double left = tree_entry(count, first, width / 2, j);
    if (first + width / 2 >= count)
        return left;
    return left + tree_entry(count, first + width / 2, width / 2, j);
}

typedef struct sum {
    int64_t count;
    seen seen;
    double found[FAKE_RANKS_MOST][SIZE];
} sum;

static gm_status sum_arrays(gm_context *context, int64_t count, double *out) {
    int64_t first = 0, end = 0;
    gm_share_mine(context, count, &first, &end);
    double *arrays = malloc((size_t)(end - first + 1) * SIZE * sizeof *arrays);
    for (int64_t i = first; i < end; i++)
        for (int64_t j = 0; j < SIZE; j++)
            arrays[(i - first) * SIZE + j] = entry(i, j);
    const gm_status status = gm_share_sum(context, count, SIZE, arrays, out);
    free(arrays);
    return status;
}

static void sum_on_rank(gm_context *context, int rank, void *argument) {
    sum *s = argument;
    keep(&s->seen, rank, context, sum_arrays(context, s->count, s->found[rank]));
}

static void sums_are_those_of_the_tree_on_any_ranks(void **state) {
    (void)state;
    double *expected = malloc(SIZE * sizeof *expected);
    sum *s = calloc(1, sizeof *s);
    for (s->count = 1; s->count <= MOST_ARRAYS; s->count++) {
        for (int64_t j = 0; j < SIZE; j++)
            expected[j] = tree_entry(s->count, 0, 32, j);
        for (int ranks = 1; ranks <= FAKE_RANKS_MOST; ranks++) {
            memset(s->found, 0, sizeof s->found);
            fake_ranks_run(ranks, 1 + ranks % 2, sum_on_rank, s);
            for (int r = 0; r < ranks; r++) {
                assert_int_equal(s->seen.status[r], GM_OK);
                assert_memory_equal(s->found[r], expected, SIZE * sizeof *expected);
            }
        }
    }
    free(s);
    free(expected);
}

/* One sum a rank travels where ranks are a power of two. */
static void sums_travel_rather_than_arrays(void **state) {
    (void)state;
    sum *s = calloc(1, sizeof *s);
    s->count = 16;
    fake_ranks_run(2, 1, sum_on_rank, s);
    assert_in_range(fake_ranks_bytes(), 2 * SIZE * sizeof(double),
                    2 * SIZE * sizeof(double) + 2000);
    free(s);
}

/* --- what is built on them --- */

enum { DIMENSION = 431, VECTORS = 777 };

static void fill_vectors(double *vectors) {
    for (int i = 0; i < VECTORS * DIMENSION; i++)
        vectors[i] = sin(0.7 * i) + 0.1 * (i % DIMENSION);
}

/* Scatter read twice, with vectors between. */
static gm_status accumulate(gm_context *context, const double *vectors, double *early,
                            double *late) {
    gm_accumulator *a = NULL, *other = NULL;
    gm_status status = gm_accumulator_create(context, DIMENSION, &a);
    if (status == GM_OK)
        status = gm_accumulator_create(context, DIMENSION, &other);
    if (status == GM_OK)
        status = gm_accumulator_add(a, 600, vectors);
    if (status == GM_OK)
        status = gm_accumulator_total(a, NULL, early);
    if (status == GM_OK)
        status = gm_accumulator_add(other, VECTORS - 600, vectors + 600 * DIMENSION);
    if (status == GM_OK)
        status = gm_accumulator_merge(a, other);
    if (status == GM_OK)
        status = gm_accumulator_total(a, NULL, late);
    gm_accumulator_destroy(other);
    gm_accumulator_destroy(a);
    return status;
}

enum { ENTRIES = DIMENSION * DIMENSION };

static void accumulate_on_rank(gm_context *context, int rank, void *argument) {
    double *vectors = malloc(VECTORS * DIMENSION * sizeof *vectors);
    double *mine = malloc(2 * ENTRIES * sizeof *mine);
    double **result = argument;
    fill_vectors(vectors);
    if (accumulate(context, vectors, mine, mine + ENTRIES) == GM_OK)
        result[rank] = mine;
    free(vectors);
}

static void scatter_has_the_bits_of_one_process(void **state) {
    double *vectors = malloc(VECTORS * DIMENSION * sizeof *vectors);
    double *alone = malloc(2 * ENTRIES * sizeof *alone);
    gm_context *context = make_context(1, GM_ISA_AUTO);
    (void)state;
    fill_vectors(vectors);
    check_ok(context, accumulate(context, vectors, alone, alone + ENTRIES));
    for (int ranks = 2; ranks <= 4; ranks++) {
        double *found[FAKE_RANKS_MOST] = {NULL};
        fake_ranks_run(ranks, 1, accumulate_on_rank, found);
        for (int r = 0; r < ranks; r++) {
            assert_non_null(found[r]);
            assert_memory_equal(found[r], alone, 2 * ENTRIES * sizeof *alone);
            free(found[r]);
        }
        /* Four matrices were handed over, of each the tiles of other ranks, and little beside. */
        const int64_t squares = 3 * 200 * 200 + 2 * 200 * 31 + 31 * 31, matrix = squares * 8;
        assert_in_range(fake_ranks_bytes(), 4 * matrix * (ranks - 1),
                        4 * matrix * (ranks - 1) + (1 << 20));
    }
    gm_context_destroy(context);
    free(alone);
    free(vectors);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_cover_every_index_once),
        cmocka_unit_test(every_rank_has_every_index),
        cmocka_unit_test(a_context_alone_needs_no_ranks),
        cmocka_unit_test(the_lowest_failing_index_is_told_to_all),
        cmocka_unit_test(a_cancellation_of_one_is_one_of_all),
        cmocka_unit_test(loops_inside_tasks_stay_on_their_rank),
        cmocka_unit_test(ranks_agree_on_clocks_and_failures),
        cmocka_unit_test(a_rank_that_fails_alone_ends_all),
        cmocka_unit_test(ranks_that_went_different_ways_are_told),
        cmocka_unit_test(a_signal_to_one_rank_ends_all),
        cmocka_unit_test(a_rank_that_is_left_alone_does_not_wait),
        cmocka_unit_test(sums_are_those_of_the_tree_on_any_ranks),
        cmocka_unit_test(sums_travel_rather_than_arrays),
        cmocka_unit_test(scatter_has_the_bits_of_one_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
