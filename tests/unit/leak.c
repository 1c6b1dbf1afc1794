/* The leak report: privacy of labels against numerical integration, what each estimator gives away,
   noise that cannot be repeated, and rows recovered by who knows the seed. */
#include "problem.h"

#include "curvature/leak.h"
#include "linalg/linalg.h"
#include "random/streams.h"

enum { ROWS = 400, D = 12 };

static gm_context *context;
static problem data;

static int set_up(void **state) {
    (void)state;
    double spectrum[D];
    for (int j = 0; j < D; j++)
        spectrum[j] = 1.0 / (1 + j);
    context = make_context(2, GM_ISA_AUTO);
    data = make_problem(context, ROWS, D, spectrum, 0.2, 0.3, 9);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free_problem(&data);
    gm_context_destroy(context);
    return 0;
}

/* ∫ max(0, φ(x − μ) − e^ε φ(x)) dx by the trapezoid rule. */
static double hockey_stick(double mu, double epsilon) {
    const double step = 1e-4;
    double sum = 0.0;
    for (double x = -12.0; x < 12.0 + mu; x += step) {
        const double more = exp(-0.5 * (x - mu) * (x - mu)) - exp(epsilon - 0.5 * x * x);
        sum += more > 0.0 ? more * step / sqrt(8.0 * atan(1.0)) : 0.0;
    }
    return sum;
}

static void epsilon_is_that_of_the_mechanism(void **state) {
    (void)state;
    static const double ratios[] = {0.3, 1.0, 3.0, 10.0}, deltas[] = {1e-3, 1e-5};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 2; k++) {
            const double epsilon = gm_leak_epsilon(ratios[i], deltas[k]);
            check_near(hockey_stick(1.0 / ratios[i], epsilon), deltas[k], 1e-4 * deltas[k] + 1e-9);
        }
    check_near(gm_leak_epsilon(INFINITY, 1e-5), 0.0, 0.0);
    assert_true(isinf(gm_leak_epsilon(0.0, 1e-5)));
    assert_true(isnan(gm_leak_epsilon(NAN, 1e-5)));
    /* Far in the tails, by 40 digits; no overflow. */
    check_near(gm_leak_epsilon(0.01, 1e-5), 5425.50984614742956, 1e-5);
    check_near(gm_leak_epsilon(0.02, 1e-5), 1462.28501596477979, 1e-5);
}

static gm_recovery *recover(const char *estimator, int64_t batch, bool private_noise) {
    const gm_recover_options options = {.estimator = estimator,
                                        .batch_size = batch,
                                        .num_gradients = 600,
                                        .leak = true,
                                        .private_noise = private_noise,
                                        .seed = 5};
    gm_recovery *r = NULL;
    check_ok(context, gm_recover(context, data.dataset, &options, &r));
    assert_non_null(r->leak);
    return r;
}

static void each_estimator_tells_what_it_gives_away(void **state) {
    (void)state;
    static const struct {
        const char *estimator;
        int64_t batch, row_space;
        bool complete, clean, private_labels;
        const char *says;
    } cases[] = {
        {"paired", 32, 2, false, true, false, "voids the label privacy"},
        {"fanout:m=8", 32, 9, false, true, false, "voids the label privacy"},
        {"fanout:m=6", 7, 7, true, true, false, "whole span"},
        {"calibrated", 8, 1, false, false, true, "differentially private"},
        {"loud", 32, 1, false, false, true, "differentially private"},
        {"none", 32, 1, false, false, false, "no differential privacy"},
        {"gaussian", 256, 88, false, true, false, "single inputs"},
    };
    double low = data.targets[0], high = low;
    for (int i = 0; i < ROWS; i++) {
        low = fmin(low, data.targets[i]);
        high = fmax(high, data.targets[i]);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_recovery *r = recover(cases[i].estimator, cases[i].batch, false);
        assert_int_equal(r->leak->row_space, cases[i].row_space);
        assert_int_equal(r->leak->row_space_complete, cases[i].complete);
        assert_int_equal(r->leak->clean_gradient, cases[i].clean);
        assert_int_equal(isfinite(r->leak->epsilon), cases[i].private_labels);
        check_near(r->leak->sensitivity, high - low, 1e-12);
        assert_non_null(strstr(r->leak->paragraph, cases[i].says));
        if (strcmp(cases[i].estimator, "none") == 0)
            assert_null(strstr(r->leak->paragraph, "entropy"));
        if (cases[i].private_labels)
            check_near(r->leak->epsilon,
                       gm_leak_epsilon(sqrt(r->noise_variance) / (high - low), 1e-5), 1e-9);
        gm_recovery_destroy(context, r);
    }
}

/* Another label moves the targets of a class model by √2 where each class has an output, by 1 where
   there is one; noise that follows the curvature vanishes where the model is certain. */
static void labels_of_classes_move_by_one_or_by_root_two(void **state) {
    (void)state;
    static const char *const models[] = {"logistic", "softmax"};
    double labels[ROWS];
    gm_dataset *dataset = NULL;
    for (int i = 0; i < ROWS; i++)
        labels[i] = data.targets[i] > 0.0;
    check_ok(context, gm_dataset_from_arrays(context, ROWS, D, data.inputs, labels, &dataset));
    for (int m = 0; m < 2; m++)
        for (int plain = 0; plain < 2; plain++) {
            gm_recovery *r = NULL;
            const gm_recover_options options = {.model = models[m],
                                                .estimator = "calibrated",
                                                .noise = plain ? "plain" : "link",
                                                .batch_size = 32,
                                                .num_gradients = 600,
                                                .leak = true};
            check_ok(context, gm_recover(context, dataset, &options, &r));
            check_near(r->leak->sensitivity, m ? sqrt(2.0) : 1.0, 1e-15);
            if (plain)
                check_near(r->leak->epsilon,
                           gm_leak_epsilon(sqrt(r->noise_variance) / r->leak->sensitivity, 1e-5),
                           1e-9);
            else
                assert_true(isinf(r->leak->epsilon));
            gm_recovery_destroy(context, r);
        }
    gm_dataset_destroy(dataset);
}

static void private_noise_is_never_the_same(void **state) {
    (void)state;
    gm_recovery *known[2], *own[2];
    const size_t bytes = D * D * sizeof(double);
    for (int i = 0; i < 2; i++) {
        known[i] = recover("paired", 16, false);
        own[i] = recover("paired", 16, true);
    }
    assert_memory_equal(known[0]->hessian, known[1]->hessian, bytes);
    assert_true(memcmp(own[0]->hessian, own[1]->hessian, bytes) != 0);
    assert_true(memcmp(own[0]->hessian, known[0]->hessian, bytes) != 0);
    assert_true(known[0]->leak->noise_known && !own[0]->leak->noise_known);
    assert_non_null(strstr(known[0]->leak->paragraph, "whoever knows it"));
    assert_non_null(strstr(own[0]->leak->paragraph, "recorded nowhere"));
    for (int i = 0; i < 2; i++) {
        gm_recovery_destroy(context, known[i]);
        gm_recovery_destroy(context, own[i]);
    }
}

/* Many noised gradients of one batch of N inputs: q_r = −Xᵀe_r/N. Who knows the e's solves for X.
 */
static void a_known_seed_reveals_the_rows(void **state) {
    (void)state;
    enum { N = 8, M = 40 };
    static double noise[M][N], q[M][D], gram[N * N], row[N];
    for (int r = 0; r < M; r++)
        gm_random_gaussian(context, (gm_stream){5, GM_STREAM_TARGET_NOISE}, r * N, N, noise[r]);
    for (int r = 0; r < M; r++)
        for (int j = 0; j < D; j++) {
            q[r][j] = 0.0;
            for (int i = 0; i < N; i++)
                q[r][j] -= data.inputs[i * D + j] * noise[r][i] / N;
        }
    for (int j = 0; j < D; j++) {
        memset(gram, 0, sizeof gram);
        memset(row, 0, sizeof row);
        for (int r = 0; r < M; r++)
            for (int a = 0; a < N; a++) {
                row[a] -= N * noise[r][a] * q[r][j];
                for (int b = 0; b < N; b++)
                    gram[a * N + b] += noise[r][a] * noise[r][b];
            }
        check_ok(context, gm_positive_solve(context, N, gram, row));
        for (int i = 0; i < N; i++)
            check_near(row[i], data.inputs[i * D + j], 1e-10);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epsilon_is_that_of_the_mechanism),
        cmocka_unit_test(each_estimator_tells_what_it_gives_away),
        cmocka_unit_test(labels_of_classes_move_by_one_or_by_root_two),
        cmocka_unit_test(private_noise_is_never_the_same),
        cmocka_unit_test(a_known_seed_reveals_the_rows),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
