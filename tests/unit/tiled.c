/* Matrices that are dealt out to ranks, which are threads here: the numbers of one place, the same
   bits for any number of ranks, and a recovery that never has the whole on one of them. */
#include "fake_ranks.h"
#include "problem.h"

#include "curvature/accumulate.h"
#include "linalg/linalg.h"
#include "linalg/tiled.h"

/* 301 = 18 tiles of 16 and a rest of 13; 5 is less than one tile, so that most ranks have nothing.
 */
static const int64_t orders[] = {1, 5, 8, 61, 301};
enum { ORDERS = 5, LARGEST = 301, VECTORS = 300 };

static double entry(int64_t i, int64_t j) {
    return sin(0.7 * (double)(i * LARGEST + j)) + (i % 9 == j % 9) + 0.2 * (double)(j % 5);
}

typedef struct dealt {
    int64_t order;
    bool centered;
    gm_status status[FAKE_RANKS_MOST];
    double *rows[FAKE_RANKS_MOST], *diagonal[FAKE_RANKS_MOST], *values[FAKE_RANKS_MOST];
    double *solution[FAKE_RANKS_MOST];
    int64_t numbers[FAKE_RANKS_MOST];
} dealt;

static gm_status accumulate(gm_context *context, int64_t d, bool tiled, gm_accumulator **out) {
    double *v = malloc(sizeof *v * (size_t)d);
    gm_status status = tiled ? gm_accumulator_create_tiled(context, d, out)
                             : gm_accumulator_create(context, d, out);
    for (int64_t i = 0; i < VECTORS && status == GM_OK; i++) {
        for (int64_t j = 0; j < d; j++)
            v[j] = entry(i, j);
        status = gm_accumulator_add(*out, 1, v);
    }
    free(v);
    return status;
}

/* Rows in pieces that are no multiples of a tile. */
static gm_status read_rows(const gm_tiled *m, int64_t d, double *out) {
    gm_status status = GM_OK;
    for (int64_t first = 0; first < d && status == GM_OK; first += 37) {
        const int64_t count = d - first < 37 ? d - first : 37;
        status = gm_tiled_rows(m, first, count, out + first * d);
    }
    return status;
}

static void deal(gm_context *context, int rank, void *argument) {
    dealt *all = argument;
    const int64_t d = all->order;
    gm_accumulator *a = NULL;
    gm_tiled *m = NULL;
    double *mean = calloc((size_t)d, sizeof *mean);
    all->rows[rank] = calloc((size_t)(d * d), sizeof *mean);
    all->diagonal[rank] = calloc((size_t)d, sizeof *mean);
    all->values[rank] = calloc((size_t)d, sizeof *mean);
    all->solution[rank] = calloc((size_t)d, sizeof *mean);
    for (int64_t i = 0; i < d; i++)
        all->solution[rank][i] = 1.0 + (double)(i % 3);
    gm_status status = accumulate(context, d, true, &a);
    if (status == GM_OK)
        status = gm_accumulator_finish_tiled(a, mean, &m);
    if (status == GM_OK) {
        gm_tiled_update(m, VECTORS, all->centered ? NULL : mean);
        gm_tiled_shift(m, 0.5, 0.25);
        all->numbers[rank] = m->grid.rows * m->grid.columns;
        status = read_rows(m, d, all->rows[rank]);
    }
    if (status == GM_OK)
        status = gm_tiled_diagonal(m, all->diagonal[rank]);
    if (status == GM_OK)
        status = gm_tiled_spectrum(m, all->values[rank]);
    if (status == GM_OK)
        status = gm_tiled_solve(m, all->solution[rank]);
    all->status[rank] = status;
    gm_tiled_destroy(m);
    gm_accumulator_destroy(a);
    free(mean);
}

static void free_dealt(dealt *all) {
    for (int r = 0; r < FAKE_RANKS_MOST; r++) {
        free(all->rows[r]);
        free(all->diagonal[r]);
        free(all->values[r]);
        free(all->solution[r]);
    }
}

/* The same in one place. */
static double *expected_rows(gm_context *context, int64_t d, bool centered) {
    gm_accumulator *a = NULL;
    double *s = malloc(sizeof *s * (size_t)(d * d)), *mean = malloc(sizeof *mean * (size_t)d);
    check_ok(context, accumulate(context, d, false, &a));
    check_ok(context, gm_accumulator_total(a, mean, s));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++)
            s[i * d + j] = 0.5 * (s[i * d + j] / VECTORS + (centered ? 0.0 : mean[i] * mean[j])) +
                           (i == j ? 0.25 : 0.0);
    gm_accumulator_destroy(a);
    free(mean);
    return s;
}

static void assert_near(int64_t count, const double *a, const double *b, double tolerance) {
    for (int64_t i = 0; i < count; i++)
        if (!(fabs(a[i] - b[i]) <= tolerance))
            fail_msg("number %d is %.17g, expected %.17g", (int)i, a[i], b[i]);
}

static void check_rank(const dealt *all, int rank, const double *expected, const double *values) {
    const int64_t d = all->order;
    const double *rows = all->rows[rank], *x = all->solution[rank];
    assert_int_equal(all->status[rank], GM_OK);
    assert_near(d * d, rows, expected, 1e-13 * values[0]);
    assert_near(d, all->values[rank], values, 1e-13 * values[0]);
    for (int64_t i = 0; i < d; i++) {
        double product = 0.0;
        assert_true(all->diagonal[rank][i] == rows[i * d + i]);
        for (int64_t j = 0; j < d; j++) {
            assert_true(rows[i * d + j] == rows[j * d + i]);
            product += rows[i * d + j] * x[j];
        }
        assert_true(fabs(product - 1.0 - (double)(i % 3)) < 1e-8);
    }
}

static void a_matrix_is_that_of_one_place(gm_context *context, int64_t d, bool centered) {
    double *expected = expected_rows(context, d, centered);
    double *values = malloc(sizeof *values * (size_t)d), *first = NULL;
    check_ok(context, gm_symmetric_spectrum(context, d, expected, values));
    for (int ranks = 1; ranks <= FAKE_RANKS_MOST; ranks++) {
        dealt all = {.order = d, .centered = centered};
        int64_t numbers = 0;
        fake_ranks_run(ranks, 1 + ranks % 2, deal, &all);
        for (int r = 0; r < ranks; r++) {
            check_rank(&all, r, expected, values);
            assert_true((double)all.numbers[r] * 8.0 <= gm_tiled_bytes(d, ranks));
            numbers += all.numbers[r];
        }
        assert_int_equal(numbers, d * d);
        if (!first) {
            first = all.rows[0];
            all.rows[0] = NULL;
        } else {
            assert_memory_equal(first, all.rows[0], sizeof *first * (size_t)(d * d));
        }
        free_dealt(&all);
    }
    free(first);
    free(values);
    free(expected);
}

static void matrices_are_those_of_one_place(void **state) {
    gm_context *context = make_context(1, GM_ISA_AUTO);
    (void)state;
    for (int i = 0; i < ORDERS; i++) {
        a_matrix_is_that_of_one_place(context, orders[i], false);
        a_matrix_is_that_of_one_place(context, orders[i], true);
    }
    gm_context_destroy(context);
}

/* Of a large matrix no rank has much more than its share. */
static void parts_are_even(void **state) {
    (void)state;
    for (int ranks = 1; ranks <= 64; ranks++) {
        const double share = 8.0 * 10000.0 * 10000.0 / ranks;
        assert_true(gm_tiled_bytes(10000, ranks) >= share);
        assert_true(gm_tiled_bytes(10000, ranks) <= (ranks <= 16 ? 1.3 : 2.0) * share);
    }
    assert_false(gm_tiled_is_possible(60000, 1));
    assert_true(gm_tiled_is_possible(60000, 4));
}

static void a_context_alone_has_no_algebra(void **state) {
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_tiled *m = NULL;
    double x[3] = {0};
    (void)state;
    check_ok(context, gm_tiled_create(context, 3, &m));
    check_fails(context, GM_UNAVAILABLE, "libscalapack-openmpi-dev", gm_tiled_spectrum(m, x));
    check_fails(context, GM_UNAVAILABLE, "libscalapack-openmpi-dev", gm_tiled_solve(m, x));
    gm_tiled_destroy(m);
    gm_context_destroy(context);
}

/* --- recoveries --- */

enum { ROWS = 200, D = 24, BYTES = 8 * D * D };

typedef struct run {
    gm_recover_options options;
    const problem *data;
    gm_status status[FAKE_RANKS_MOST];
    char message[FAKE_RANKS_MOST][256];
    char structure[FAKE_RANKS_MOST][16];
    double rows[FAKE_RANKS_MOST][D * D], values[FAKE_RANKS_MOST][D];
    double condition[FAKE_RANKS_MOST], effective[FAKE_RANKS_MOST], bias[FAKE_RANKS_MOST];
    double predicted[FAKE_RANKS_MOST], intensity[FAKE_RANKS_MOST];
    int64_t factor_rows[FAKE_RANKS_MOST];
} run;

static void recover(gm_context *context, int rank, void *argument) {
    run *all = argument;
    gm_dataset *dataset = NULL;
    gm_recovery *r = NULL;
    gm_status status =
        gm_dataset_from_arrays(context, ROWS, D, all->data->inputs, all->data->targets, &dataset);
    if (status == GM_OK)
        status = gm_recover(context, dataset, &all->options, &r);
    if (status == GM_OK && r->factor)
        all->factor_rows[rank] = r->factor_rows;
    else if (status == GM_OK)
        status = gm_recovery_rows(context, r, 0, D, all->rows[rank]);
    if (status == GM_OK) {
        snprintf(all->structure[rank], sizeof all->structure[rank], "%s", r->structure);
        if (!r->factor)
            memcpy(all->values[rank], r->eigenvalues, sizeof all->values[rank]);
        all->condition[rank] = r->condition_number;
        all->effective[rank] = r->effective_rank;
        all->bias[rank] = r->relative_bias.value;
        all->predicted[rank] = r->predicted_operator.value;
        all->intensity[rank] = r->shrinkage_intensity;
    }
    snprintf(all->message[rank], sizeof all->message[rank], "%s", gm_context_message(context));
    all->status[rank] = status;
    gm_recovery_destroy(context, r);
    gm_dataset_destroy(dataset);
}

static problem make_data(gm_context *context) {
    double spectrum[D];
    for (int j = 0; j < D; j++)
        spectrum[j] = 1.0 / (1.0 + j);
    return make_problem(context, ROWS, D, spectrum, 0.3, 0.5, 1);
}

static bool near(double a, double b) {
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * fabs(a);
}

static void check_recovery(const gm_recover_options *options, const problem *data) {
    static run whole, parts;
    whole = (run){.options = *options, .data = data};
    fake_ranks_run(1, 1, recover, &whole);
    assert_int_equal(whole.status[0], GM_OK);
    assert_string_equal(whole.structure[0], "full");
    for (int ranks = 2; ranks <= FAKE_RANKS_MOST; ranks++) {
        parts = (run){.options = *options, .data = data};
        parts.options.memory = 5 * BYTES / 3;
        fake_ranks_run(ranks, 1, recover, &parts);
        for (int r = 0; r < ranks; r++) {
            if (parts.status[r] != GM_OK)
                fail_msg("%s", parts.message[r]);
            assert_string_equal(parts.structure[r], "distributed");
            assert_near(D * D, parts.rows[r], whole.rows[0], 1e-13);
            assert_near(D, parts.values[r], whole.values[0], 1e-13);
            assert_true(near(whole.condition[0], parts.condition[r]));
            assert_true(near(whole.effective[0], parts.effective[r]));
            assert_true(near(whole.bias[0], parts.bias[r]));
            assert_true(near(whole.predicted[0], parts.predicted[r]));
            assert_true(near(whole.intensity[0], parts.intensity[r]));
        }
    }
}

static void recoveries_are_those_of_one_place(void **state) {
    static const gm_recover_options options[] = {
        {.num_gradients = 1200, .batch_size = 32},
        {.num_gradients = 1200, .batch_size = 32, .estimator = "calibrated"},
        {.num_gradients = 100, .batch_size = 32, .shrink = "oas"},
        {.num_gradients = 20, .batch_size = 32, .structure = "full"},
    };
    gm_context *context = make_context(1, GM_ISA_AUTO);
    problem data = make_data(context);
    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        check_recovery(&options[i], &data);
    free_problem(&data);
    gm_context_destroy(context);
}

/* Runs with a limit, and what rank 0 came to. */
static gm_status limited(const problem *data, int ranks, const char *structure, int64_t memory,
                         bool compare, run *out) {
    *out = (run){.data = data};
    out->options = (gm_recover_options){.num_gradients = 100,
                                        .batch_size = 32,
                                        .structure = structure,
                                        .memory = memory,
                                        .compare = compare};
    fake_ranks_run(ranks, 1, recover, out);
    for (int r = 1; r < ranks; r++)
        assert_int_equal(out->status[r], out->status[0]);
    return out->status[0];
}

static void the_limit_decides(void **state) {
    static run out;
    gm_context *context = make_context(1, GM_ISA_AUTO);
    problem data = make_data(context);
    (void)state;
    /* Three times the matrix fits, and what is one byte less. */
    assert_int_equal(limited(&data, 2, NULL, 3 * BYTES, false, &out), GM_OK);
    assert_string_equal(out.structure[0], "full");
    assert_int_equal(limited(&data, 2, NULL, 3 * BYTES - 1, false, &out), GM_OK);
    assert_string_equal(out.structure[0], "distributed");
    /* On one rank. */
    assert_int_equal(limited(&data, 1, "full", 3 * BYTES - 1, false, &out), GM_UNABLE);
    assert_non_null(strstr(out.message[0], "dealt out to 2 ranks it would fit"));
    assert_int_equal(limited(&data, 1, "auto", 32 * 7 * D, false, &out), GM_OK);
    assert_string_equal(out.structure[0], "low-rank");
    assert_in_range(out.factor_rows[0], 1, 14);
    assert_int_equal(limited(&data, 1, "auto", 1, false, &out), GM_OK);
    assert_string_equal(out.structure[0], "low-rank");
    /* On too few: of 24 x 24 in tiles of 8, a rank of two has two columns of tiles. */
    assert_int_equal(limited(&data, 2, "full", BYTES, false, &out), GM_UNABLE);
    assert_non_null(strstr(out.message[0], "dealt out to 3 ranks it would fit"));
    assert_int_equal(limited(&data, 3, "full", BYTES, false, &out), GM_OK);
    assert_int_equal(limited(&data, 2, "full", 16, false, &out), GM_UNABLE);
    assert_non_null(strstr(out.message[0], "however many"));
    /* What needs all of it in one place. */
    assert_int_equal(limited(&data, 2, NULL, 3 * BYTES, true, &out), GM_OK);
    assert_int_equal(limited(&data, 2, NULL, 2 * BYTES, true, &out), GM_INVALID_ARGUMENT);
    assert_non_null(strstr(out.message[0], "comparison"));
    assert_int_equal(limited(&data, 2, NULL, -1, false, &out), GM_INVALID_ARGUMENT);
    free_problem(&data);
    gm_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices_are_those_of_one_place),
        cmocka_unit_test(parts_are_even),
        cmocka_unit_test(a_context_alone_has_no_algebra),
        cmocka_unit_test(recoveries_are_those_of_one_place),
        cmocka_unit_test(the_limit_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
