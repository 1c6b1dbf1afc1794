/* Shrinkage against its formulas written out, what `auto` does, and whether the predicted error of
   a shrunk estimate holds. */
#include "context.h"
#include "problem.h"

enum { K = 60, D = 24 };

/* Pairs ±v of K vectors with standard deviations (1+j)^−power. */
static double *draw_pairs(double power, uint64_t seed) {
    double *out = malloc(2 * K * D * sizeof *out), v[D];
    for (int64_t i = 0; i < K; i++) {
        gm_random_gaussian(context, (gm_stream){seed, 6}, i * D, D, v);
        for (int j = 0; j < D; j++) {
            out[2 * i * D + j] = v[j] * pow(1.0 + j, -power);
            out[(2 * i + 1) * D + j] = -out[2 * i * D + j];
        }
    }
    return out;
}

static gm_recovery *recover(const double *pairs, const char *shrink) {
    const gm_recorded_options recorded = {.batch_size = 8, .paired = true, .dimension = D};
    const gm_recover_options options = {.noise_variance = 8.0, .shrink = shrink};
    gm_gradients *gradients = NULL;
    gm_recovery *r = NULL;
    check_ok(context, gm_gradients_from_array(context, 2 * K, D, pairs, &recorded, &gradients));
    check_ok(context, gm_recover_gradients(context, gradients, &options, &r));
    gm_gradients_destroy(gradients);
    return r;
}

/* The intensities of Chen et al. and of Ledoit and Wolf for vectors about zero. */
static void formulas(const double *pairs, double *oas, double *ledoit_wolf) {
    static long double s[D][D];
    long double trace = 0, square = 0, beta = 0;
    memset(s, 0, sizeof s);
    for (int i = 0; i < K; i++)
        for (int a = 0; a < D; a++)
            for (int b = 0; b < D; b++)
                s[a][b] += (long double)pairs[2 * i * D + a] * pairs[2 * i * D + b] / K;
    for (int a = 0; a < D; a++) {
        trace += s[a][a];
        for (int b = 0; b < D; b++)
            square += s[a][b] * s[a][b];
    }
    for (int i = 0; i < K; i++)
        for (int a = 0; a < D; a++)
            for (int b = 0; b < D; b++) {
                const long double e =
                    (long double)pairs[2 * i * D + a] * pairs[2 * i * D + b] - s[a][b];
                beta += e * e / K / K;
            }
    const long double away = square - trace * trace / D;
    *oas = (double)fminl(1.0L,
                         ((1 - 2.0L / D) * square + trace * trace) / ((K + 1 - 2.0L / D) * away));
    *ledoit_wolf = (double)fminl(1.0L, beta / away);
}

static void intensities_are_those_of_the_formulas(void **state) {
    (void)state;
    for (int form = 0; form < 3; form++) {
        double *pairs = draw_pairs(0.4 * form, 2), oas, ledoit_wolf, mean = 0.0;
        gm_recovery *plain = recover(pairs, "none");
        gm_recovery *chen = recover(pairs, "oas"), *wolf = recover(pairs, "ledoit-wolf");
        formulas(pairs, &oas, &ledoit_wolf);
        check_near(plain->shrinkage_intensity, 0.0, 0.0);
        assert_string_equal(plain->shrinkage, "none");
        check_near(chen->shrinkage_intensity, oas, 1e-10);
        check_near(wolf->shrinkage_intensity, ledoit_wolf, 1e-5); /* ‖v‖⁴ is kept in float32 */
        assert_string_equal(chen->shrinkage, "oas");
        assert_string_equal(wolf->shrinkage, "ledoit-wolf");
        for (int j = 0; j < D; j++)
            mean += plain->hessian[j * D + j] / D;
        for (int a = 0; a < D; a++)
            for (int b = 0; b < D; b++)
                check_near(chen->hessian[a * D + b],
                           (1.0 - oas) * plain->hessian[a * D + b] + (a == b ? oas * mean : 0.0),
                           1e-12);
        check_near(chen->eigenvalues[0], (1.0 - oas) * plain->eigenvalues[0] + oas * mean, 1e-12);
        check_near(chen->condition_number, chen->eigenvalues[0] / chen->eigenvalues[D - 1], 1e-9);
        gm_recovery_destroy(context, wolf);
        gm_recovery_destroy(context, chen);
        gm_recovery_destroy(context, plain);
        free(pairs);
    }
}

static void auto_shrinks_flat_spectra_alone(void **state) {
    (void)state;
    static const struct {
        double power;
        const char *expected;
    } cases[] = {{0.0, "oas"}, {0.5, "none"}, {1.0, "none"}};
    for (int i = 0; i < 3; i++) {
        double *pairs = draw_pairs(cases[i].power, 4);
        gm_recovery *r = recover(pairs, "auto");
        assert_string_equal(r->shrinkage, cases[i].expected);
        gm_recovery_destroy(context, r);
        free(pairs);
    }
}

/* Beyond 4 d vectors there is little to gain, and a spectrum that is not flat may be lost. */
static void auto_leaves_many_vectors_alone(void **state) {
    (void)state;
    enum { ROWS = 2000, SIZE = 20 };
    double flat[SIZE];
    for (int j = 0; j < SIZE; j++)
        flat[j] = 1.0;
    problem p = make_problem(context, ROWS, SIZE, flat, 0.0, 0.1, 6);
    for (int many = 0; many < 2; many++) {
        gm_recovery *r = NULL;
        const gm_recover_options options = {.estimator = "paired",
                                            .num_gradients = 2 * (many ? 5 : 3) * SIZE};
        check_ok(context, gm_recover(context, p.dataset, &options, &r));
        assert_string_equal(r->shrinkage, many ? "none" : "oas");
        gm_recovery_destroy(context, r);
    }
    free_problem(&p);
}

/* Vectors of one batch are no independent terms: of Ledoit and Wolf's n there are as many as
   batches. With 7 vectors of 8 rows they are much alike. */
static void shared_rows_count_once(void **state) {
    (void)state;
    enum { ROWS = 2000, SIZE = 12, BATCHES = 60, RUNS = 20 };
    double spectrum[SIZE], found = 0.0, best = 0.0;
    for (int j = 0; j < SIZE; j++)
        spectrum[j] = 1.0 / (1 + j);
    problem p = make_problem(context, ROWS, SIZE, spectrum, 0.0, 0.1, 6);
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        gm_recovery *plain = NULL, *wolf = NULL;
        gm_recover_options options = {.estimator = "fanout:m=7",
                                      .shrink = "none",
                                      .batch_size = 8,
                                      .num_gradients = 8 * BATCHES,
                                      .seed = seed};
        check_ok(context, gm_recover(context, p.dataset, &options, &plain));
        options.shrink = "ledoit-wolf";
        check_ok(context, gm_recover(context, p.dataset, &options, &wolf));
        found += wolf->shrinkage_intensity / RUNS;
        /* ρ* = ‖S − Σ‖² / ‖S − μI‖² by the truth. */
        double error = 0.0, away = 0.0, mean = 0.0;
        for (int a = 0; a < SIZE; a++)
            mean += plain->hessian[a * SIZE + a] / SIZE;
        for (int i = 0; i < SIZE * SIZE; i++) {
            const double s = plain->hessian[i], m = i % (SIZE + 1) == 0 ? mean : 0.0;
            error += (s - p.moments[i]) * (s - p.moments[i]);
            away += (s - m) * (s - m);
        }
        best += error / away / RUNS;
        gm_recovery_destroy(context, wolf);
        gm_recovery_destroy(context, plain);
    }
    print_message("intensity of fan-out %.4f, by the truth %.4f\n", found, best);
    check_between(found / best, 0.75, 1.33);
    free_problem(&p);
}

static double unshrunk_error(const problem *p, const gm_recover_options *options) {
    gm_recover_options plain = *options;
    gm_recovery *r = NULL;
    plain.shrink = "none";
    check_ok(context, gm_recover(context, p->dataset, &plain, &r));
    const double error = r->error.operator_relative;
    gm_recovery_destroy(context, r);
    return error;
}

/* Flat, 1/√j and 1/j; k' = d/2, d, 2 d. The interval is conservative where the bias rules. */
static void the_predicted_error_holds(void **state) {
    (void)state;
    enum { ROWS = 4000, SIZE = 30, SEEDS = 10 };
    static const char *const shrinkages[] = {"oas", "ledoit-wolf", "auto"};
    int covered = 0, runs = 0;
    double worst = 0.0;
    for (int form = 0; form < 3; form++) {
        double spectrum[SIZE];
        for (int j = 0; j < SIZE; j++)
            spectrum[j] = pow(1.0 + j, -0.5 * form);
        problem p = make_problem(context, ROWS, SIZE, spectrum, 0.0, 0.1, 6);
        double predicted2[9] = {0.0}, realised2[9] = {0.0}; /* of the Frobenius norm */
        for (int s = 0; s < 3 * 3 * SEEDS; s++) {
            const gm_recover_options options = {.estimator = "paired",
                                                .shrink = shrinkages[s % 3],
                                                .num_gradients = SIZE << (s / 3 % 3),
                                                .compare = true,
                                                .seed = (uint64_t)s};
            gm_recovery *r = NULL;
            check_ok(context, gm_recover(context, p.dataset, &options, &r));
            const double error = r->error.operator_relative;
            predicted2[s % 9] += r->predicted_frobenius * r->predicted_frobenius;
            realised2[s % 9] += r->error.frobenius_relative * r->error.frobenius_relative;
            covered += r->predicted_operator.low <= error && error <= r->predicted_operator.high;
            runs++;
            if (form == 0)
                worst = fmax(worst, error / unshrunk_error(&p, &options));
            gm_recovery_destroy(context, r);
        }
        /* Where nothing is left to be wrong by, the noise of the estimated bias rules. */
        for (int i = 0; i < 9; i++)
            check_between(sqrt(predicted2[i] / realised2[i]), 0.8, form == 0 ? 2.5 : 1.2);
        free_problem(&p);
    }
    print_message("%d of %d intervals hold; flat spectrum: at worst %.2f of the error without\n",
                  covered, runs, worst);
    assert_in_range(covered, (93 * runs) / 100, runs);
    check_between(worst, 0.0, 0.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intensities_are_those_of_the_formulas),
        cmocka_unit_test(auto_shrinks_flat_spectra_alone),
        cmocka_unit_test(auto_leaves_many_vectors_alone),
        cmocka_unit_test(shared_rows_count_once),
        cmocka_unit_test(the_predicted_error_holds),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
