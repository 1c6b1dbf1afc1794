/* Frequent Directions: exact while it fits, within its bound when it does not, the same bits on any
   number of threads. */
#include "context.h"

#include "curvature/sketch.h"
#include "linalg/linalg.h"

enum { D = 90 };

/* k vectors of D coordinates with standard deviations (1+j)^−power, and a mean. */
static double *draw(int64_t k, double power, double mean, uint64_t seed) {
    double *v = malloc((size_t)(k * D) * sizeof *v);
    gm_random_gaussian(context, (gm_stream){seed, 4}, 0, k * D, v);
    for (int64_t i = 0; i < k; i++)
        for (int j = 0; j < D; j++)
            v[i * D + j] = mean + v[i * D + j] * pow(1.0 + j, -power);
    return v;
}

static void exact(int64_t k, const double *v, bool centered, double *out) {
    double mean[D] = {0};
    for (int64_t i = 0; centered && i < k; i++)
        for (int j = 0; j < D; j++)
            mean[j] += v[i * D + j] / (double)k;
    memset(out, 0, D * D * sizeof *out);
    for (int64_t i = 0; i < k; i++)
        for (int a = 0; a < D; a++)
            for (int b = 0; b < D; b++)
                out[a * D + b] += (v[i * D + a] - mean[a]) * (v[i * D + b] - mean[b]);
}

static gm_sketch_result sketch(gm_context *with, int64_t rank, int64_t k, const double *v,
                               bool centered, int64_t piece) {
    gm_sketch *s = NULL;
    gm_sketch_result out = {0};
    check_ok(with, gm_sketch_create(with, D, rank, k, centered, &s));
    for (int64_t first = 0; first < k;) {
        int64_t room = 0, count = k - first < piece ? k - first : piece;
        double *to = NULL;
        check_ok(with, gm_sketch_room(s, &room, &to));
        assert_true(room >= 1);
        count = count < room ? count : room;
        memcpy(to, v + first * D, (size_t)(count * D) * sizeof *to);
        check_ok(with, gm_sketch_take(s, count));
        first += count;
    }
    assert_int_equal(gm_sketch_count(s), k);
    check_ok(with, gm_sketch_finish(s, 2.0, &out));
    gm_sketch_destroy(s);
    return out;
}

static void release(gm_context *with, gm_sketch_result *r) {
    gm_release(with, r->factor);
    gm_release(with, r->eigenvalues);
    gm_release(with, r->diagonal);
}

/* scatter/2 − factorᵀ factor: its least and largest eigenvalue. */
static void left_out(const gm_sketch_result *r, const double *scatter, double *least,
                     double *most) {
    static double rest[D * D];
    double values[D];
    for (int a = 0; a < D; a++)
        for (int b = 0; b < D; b++) {
            rest[a * D + b] = scatter[a * D + b] / 2.0;
            for (int64_t i = 0; i < r->rows; i++)
                rest[a * D + b] -= r->factor[i * D + a] * r->factor[i * D + b];
        }
    check_ok(context, gm_symmetric_eigenvalues(context, D, rest, values));
    *most = values[0];
    *least = values[D - 1];
}

static void it_is_exact_while_it_fits(void **state) {
    (void)state;
    static double scatter[D * D];
    for (int centered = 0; centered < 2; centered++) {
        double *v = draw(40, 0.5, 3.0, 1), least, most;
        gm_sketch_result r = sketch(context, 20, 40, v, centered, 7);
        exact(40, v, centered, scatter);
        left_out(&r, scatter, &least, &most);
        check_near(most, 0.0, 1e-9);
        check_near(least, 0.0, 1e-9);
        check_near(r.bound, 0.0, 0.0);
        assert_int_equal(r.rank, centered ? 39 : 40);
        for (int j = 0; j < D; j++)
            check_near(r.diagonal[j], 0.0, 0.0);
        double trace = 0.0, sum = 0.0;
        for (int j = 0; j < D; j++)
            trace += scatter[j * D + j] / 2.0;
        for (int64_t i = 0; i < r.rows; i++)
            sum += r.eigenvalues[i];
        check_near(r.trace, trace, 1e-9 * trace);
        check_near(sum, trace, 1e-9 * trace);
        release(context, &r);
        free(v);
    }
}

/* The eigenvalues are the Rayleigh quotients of FᵀF + diagonal along the rows of F. */
static void check_quotients(const gm_sketch_result *r) {
    double expected = 0.0, told = 0.0;
    for (int64_t i = 0; i < r->rows; i++) {
        const double *row = r->factor + i * D;
        double above = 0.0, below = 0.0;
        for (int64_t l = 0; l < r->rows; l++) {
            double inner = 0.0;
            for (int j = 0; j < D; j++)
                inner += r->factor[l * D + j] * row[j];
            above += inner * inner;
        }
        for (int j = 0; j < D; j++) {
            above += r->diagonal[j] * row[j] * row[j];
            below += row[j] * row[j];
        }
        expected += below > 0.0 ? above / below : 0.0;
        told += r->eigenvalues[i];
    }
    check_near(told, expected, 1e-9 * expected);
}

/* A direction a million times shorter than the others counts, one of rounding does not. */
static void rank_counts_short_directions(void **state) {
    (void)state;
    static double v[11 * D];
    for (int i = 0; i < 9; i++)
        v[i * D + i] = 1.0;
    v[9 * D + 9] = 1e-6;
    v[10 * D + 10] = 1e-9;
    gm_sketch_result r = sketch(context, 20, 11, v, false, 11);
    assert_int_equal(r.rank, 10);
    release(context, &r);
}

/* What is left out is positive and within the bound, the bound within that of the theorem, and the
   diagonal of the whole exact: flat and decaying spectra, with a mean and without. */
static void what_is_left_out_is_within_the_bound(void **state) {
    (void)state;
    enum { K = 500, RANK = 20 };
    static double scatter[D * D], copy[D * D];
    for (int form = 0; form < 8; form++) {
        const bool centered = form % 2;
        double *v = draw(K, form / 2 * 0.4, form > 3 ? 2.0 : 0.0, 7), least, most, values[D];
        gm_sketch_result r = sketch(context, RANK, K, v, centered, 256);
        exact(K, v, centered, scatter);
        left_out(&r, scatter, &least, &most);
        memcpy(copy, scatter, sizeof copy);
        check_ok(context, gm_symmetric_eigenvalues(context, D, copy, values));
        check_between(least, -1e-9 * values[0], most);
        check_between(most, 0.05 * r.bound, r.bound * (1.0 + 1e-9));
        /* Δ ≤ ‖A − A_m‖_F² / (R + 1 − m) for every m, here divided by 2 as well. */
        for (int m = 0; m < RANK; m++) {
            double tail = 0.0;
            for (int j = m; j < D; j++)
                tail += values[j] / 2.0;
            check_between(r.bound, 0.0, tail / (RANK + 1 - m) * (1.0 + 1e-9));
        }
        for (int j = 0; j < D; j++) {
            double kept = r.diagonal[j];
            for (int64_t i = 0; i < r.rows; i++)
                kept += r.factor[i * D + j] * r.factor[i * D + j];
            check_near(kept, scatter[j * D + j] / 2.0, 1e-9 * values[0]);
        }
        for (int64_t i = 1; i < r.rows; i++)
            assert_true(r.eigenvalues[i] <= r.eigenvalues[i - 1]);
        check_quotients(&r);
        release(context, &r);
        free(v);
    }
}

static void bits_do_not_depend_on_threads_or_pieces(void **state) {
    (void)state;
    double *v = draw(300, 0.5, 1.0, 3);
    gm_context *single = make_context(1, GM_ISA_AUTO);
    gm_sketch_result a = sketch(single, 24, 300, v, true, 300),
                     b = sketch(context, 24, 300, v, true, 11);
    assert_int_equal(a.rows, b.rows);
    assert_memory_equal(a.factor, b.factor, (size_t)(a.rows * D) * sizeof *a.factor);
    assert_memory_equal(a.diagonal, b.diagonal, D * sizeof *a.diagonal);
    release(single, &a);
    release(context, &b);
    gm_context_destroy(single);
    free(v);
}

/* The recovery: the same leading eigenvalues as the full matrix, and its own form and bound. */
static void a_recovery_may_be_low_rank(void **state) {
    (void)state;
    enum { ROWS = 400 };
    double *inputs = draw(ROWS, 1.0, 0.0, 5), targets[ROWS] = {0};
    gm_dataset *dataset = NULL;
    gm_recovery *full = NULL, *low = NULL, *small = NULL;
    gm_recover_options options = {.num_gradients = 100, .shrink = "none", .estimator = "paired"};
    check_ok(context, gm_dataset_from_arrays(context, ROWS, D, inputs, targets, &dataset));
    options.structure = "full";
    check_ok(context, gm_recover(context, dataset, &options, &full));
    options.structure = "low-rank:rank=25";
    check_ok(context, gm_recover(context, dataset, &options, &low));
    options.structure = "low-rank:rank=10";
    check_ok(context, gm_recover(context, dataset, &options, &small));
    assert_null(low->hessian);
    assert_string_equal(low->structure, "low-rank");
    assert_int_equal(low->factor_rows, 50); /* k' = 50 fits in twice the rank */
    assert_int_equal(low->rank, 50);
    assert_int_equal(full->rank, 50);
    for (int i = 0; i < 20; i++)
        check_near(low->eigenvalues[i], full->eigenvalues[i], 1e-9 * full->eigenvalues[0]);
    check_near(low->factor_bound, 0.0, 0.0);
    check_between(small->factor_bound, 1e-6, full->eigenvalues[0]);
    for (int i = 0; i < small->factor_rows; i++)
        check_near(small->eigenvalues[i], full->eigenvalues[i], small->factor_bound);
    check_near(low->predicted_operator.value, full->predicted_operator.value, 1e-12);
    options.compare = true;
    gm_recovery *none = NULL;
    check_fails(context, GM_INVALID_ARGUMENT, "needs the full matrix",
                gm_recover(context, dataset, &options, &none));
    options = (gm_recover_options){.structure = "lowrank"};
    check_fails(context, GM_INVALID_ARGUMENT, "did you mean low-rank",
                gm_recover(context, dataset, &options, &none));
    options.structure = "low-rank:rank=0";
    check_fails(context, GM_INVALID_ARGUMENT, "rank=0",
                gm_recover(context, dataset, &options, &none));
    gm_recovery_destroy(context, small);
    gm_recovery_destroy(context, low);
    gm_recovery_destroy(context, full);
    gm_dataset_destroy(dataset);
    free(inputs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_exact_while_it_fits),
        cmocka_unit_test(rank_counts_short_directions),
        cmocka_unit_test(what_is_left_out_is_within_the_bound),
        cmocka_unit_test(bits_do_not_depend_on_threads_or_pieces),
        cmocka_unit_test(a_recovery_may_be_low_rank),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
