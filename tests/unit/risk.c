/* Adversarial risk from gradients: against the data, brute force, and laws whose answer is known.
 */
#define _GNU_SOURCE /* mkdtemp, nftw */
#include "check.h"
#include "npy_file.h"

#include "risk/exact.h"
#include "risk/value.h"

static gm_context *context;

static int set_up(void **state) {
    (void)state;
    context = make_context(0, have_isa(GM_ISA_AVX2) ? GM_ISA_AUTO : GM_ISA_BASELINE);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gm_context_destroy(context);
    return 0;
}

/* Laws of single numbers: normal; with tails, (normal)³/√15. Both of variance 1. */
static double shape(double z, bool tails) {
    return tails ? z * z * z / sqrt(15.0) : z;
}

/* Rows of `inputs` numbers of mean `mean`, a column of ones where asked for; y = Σ x_j/(1 + j) + 2
   + noise, or the two classes that a logistic model of half that gives. */
typedef struct table {
    int64_t rows, inputs;
    bool intercept, tails, classes;
    double mean, noise;
    uint64_t seed;
} table;

static gm_dataset *make_table(table t) {
    const int64_t d = t.inputs + t.intercept;
    double *x = malloc((size_t)(t.rows * d) * sizeof *x), *z = malloc((size_t)d * sizeof *z);
    double *y = malloc((size_t)t.rows * sizeof *y);
    gm_dataset *dataset = NULL;
    for (int64_t i = 0; i < t.rows; i++) {
        double e[2];
        gm_random_gaussian(context, (gm_stream){t.seed, 101}, i * d, d, z);
        gm_random_gaussian(context, (gm_stream){t.seed, 102}, 2 * i, 2, e);
        y[i] = t.intercept ? 2.0 : 0.0;
        for (int64_t j = 0; j < t.inputs; j++) {
            x[i * d + j] = shape(z[j], t.tails) + t.mean;
            y[i] += x[i * d + j] / (1.0 + (double)j);
        }
        if (t.intercept)
            x[i * d + t.inputs] = 1.0;
        if (t.classes)
            y[i] = 0.5 * erfc(-e[0] / sqrt(2.0)) < 1.0 / (1.0 + exp(-y[i] + 2.0 * t.intercept));
        else
            y[i] += t.noise * shape(e[0], t.tails);
    }
    check_ok(context, gm_dataset_from_arrays(context, t.rows, d, x, y, &dataset));
    free(y);
    free(z);
    free(x);
    return dataset;
}

static gm_risk *estimate(const gm_dataset *dataset, gm_risk_options options) {
    gm_risk *risk = NULL;
    check_ok(context, gm_risk_estimate(context, dataset, &options, &risk));
    return risk;
}

static bool warned(const gm_risk *risk, const char *text) {
    for (int i = 0; risk->warnings[i]; i++)
        if (strstr(risk->warnings[i], text))
            return true;
    return false;
}

/* --- from gradients against the data --- */

static void is_within_five_percent_on_gaussian_data(void **state) {
    (void)state;
    enum { D = 50 };
    for (uint64_t seed = 1; seed <= 4; seed++)
        for (int intercept = 0; intercept < 2; intercept++) {
            gm_dataset *dataset = make_table((table){.rows = 20000,
                                                     .inputs = D - intercept,
                                                     .intercept = intercept,
                                                     .noise = 1.0,
                                                     .seed = seed});
            for (int norm = 0; norm < 2; norm++) {
                gm_risk *r =
                    estimate(dataset, (gm_risk_options){.num_gradients = 16 * D,
                                                        .radius = norm ? 0.05 : 0.3,
                                                        .norm = (gm_risk_norm)norm,
                                                        .residual = intercept ? "gaussian" : NULL,
                                                        .seed = seed,
                                                        .compare = true});
                assert_string_equal(r->residual, "gaussian");
                assert_int_equal(r->gradients, 16 * D);
                check_between(r->adversarial_risk.value / r->exact, 0.95, 1.05);
                check_between(r->exact, r->low, r->high);
                check_between(r->exact / r->exact_clean, 1.2, 3.0); /* the attack is no trifle */
                assert_true(warned(r, "nothing but the Gaussian form"));
                gm_risk_destroy(context, r);
            }
            gm_dataset_destroy(dataset);
        }
}

/* How often intervals hold the truth, and mean and spread of the error in standard errors. */
typedef struct tally {
    int count, power, risk, losses;
    double sum, squares, bias;
} tally;

static void add(tally *t, const gm_risk *r) {
    const double z = (r->residual_power.value - r->exact_clean) / r->residual_power.std_error;
    t->count++;
    t->power += r->residual_power.low <= r->exact_clean && r->exact_clean <= r->residual_power.high;
    t->losses += r->loss_power.low <= r->exact_clean && r->exact_clean <= r->loss_power.high;
    t->risk += r->low <= r->exact && r->exact <= r->high;
    t->sum += z;
    t->squares += z * z;
    t->bias += r->residual_power.value / r->exact_clean - 1.0;
}

static tally repeat(const gm_dataset *dataset, gm_risk_options options, int count) {
    tally t = {0};
    options.compare = true;
    for (int i = 0; i < count; i++) {
        options.seed = 1000 + (uint64_t)i;
        gm_risk *r = estimate(dataset, options);
        add(&t, r);
        gm_risk_destroy(context, r);
    }
    return t;
}

/* 95 % of 300, five standard errors; the spread says that the error is neither too large nor too
   small. */
static void check_tally(const tally *t) {
    const double n = t->count, allowed = 5.0 * sqrt(n * 0.95 * 0.05);
    check_between(t->power, 0.95 * n - allowed, n - 1.0);
    check_between(t->losses, 0.95 * n - allowed, n - 1.0);
    check_between(t->risk, 0.95 * n - allowed, n);
    check_between(sqrt(t->squares / n), 0.8, 1.25);
}

static void the_intercept_covers_whatever_the_law(void **state) {
    (void)state;
    enum { REPETITIONS = 300, K = 400 };
    gm_dataset *dataset = make_table((table){.rows = 4000,
                                             .inputs = 3,
                                             .intercept = true,
                                             .tails = true,
                                             .mean = 1.5,
                                             .noise = 1.0,
                                             .seed = 5});
    static const char *const points[] = {"optimum", "random:norm=2"};
    for (int p = 0; p < 2; p++) {
        const tally t = repeat(
            dataset,
            (gm_risk_options){.at = points[p], .batch_size = 32, .num_gradients = K, .radius = 0.2},
            REPETITIONS);
        check_tally(&t);
        /* Relative standard error of one, √(2/k), is at least that, over the repetitions. */
        check_near(t.bias / REPETITIONS, 0.0, 5.0 * 1.3 * sqrt(2.0 / K / REPETITIONS));
    }
    gm_dataset_destroy(dataset);
}

/* Far from zero the mean has most of the error: batches of 100, residuals N(m, 1). */
static void the_error_of_the_intercept_has_the_mean_in_it(void **state) {
    (void)state;
    enum { REPETITIONS = 400, K = 200 };
    static const double means[] = {0.0, 3.0, -30.0};
    for (int m = 0; m < 3; m++) {
        double squares = 0.0, b[K];
        for (uint64_t i = 0; i < REPETITIONS; i++) {
            gm_random_gaussian(context, (gm_stream){i, 7}, 0, K, b);
            for (int j = 0; j < K; j++)
                b[j] = means[m] + 0.1 * b[j];
            const gm_estimate e = gm_intercept_power(K, b, 100.0);
            const double z = (e.value - 1.0 - means[m] * means[m]) / e.std_error;
            squares += z * z / REPETITIONS;
        }
        check_between(squares, 1.0 - 5.0 * sqrt(2.0 / REPETITIONS),
                      1.0 + 5.0 * sqrt(2.5 / REPETITIONS));
    }
}

/* E |ρ| of N(mean, 1 − mean²) by adding up its density. */
static double absolute_mean(double mean) {
    const double spread = sqrt(1.0 - mean * mean), step = 1e-4;
    double sum = 0.0;
    for (double x = -10.0; x < 10.0; x += step)
        sum += fabs(mean + spread * x) * exp(-0.5 * x * x) / sqrt(2.0 * 3.14159265358979) * step;
    return sum;
}

/* Power 1, hardly any error: the interval is what a mean allows, the value what a normal law has.
 */
static void the_value_is_that_of_a_gaussian_residual(void **state) {
    (void)state;
    static const double means[] = {0.0, 0.6, -0.6, 0.999};
    for (int m = 0; m < 4; m++)
        for (double c = 0.0; c < 3.0; c += 0.7) {
            const gm_risk_facts facts = {
                .power = {.value = 1.0, .std_error = 1e-9, .low = 1.0 - 2e-9, .high = 1.0 + 2e-9},
                .mean = {.value = means[m], .std_error = 1e-9}};
            const gm_risk_value v = gm_linear_value(&facts, c);
            check_near(v.estimate.value, 1.0 + 2.0 * c * absolute_mean(means[m]) + c * c, 1e-6);
            check_near(v.low, 1.0 + 2.0 * c * fabs(means[m]) + c * c, 1e-6);
            check_near(v.high, (1.0 + c) * (1.0 + c), 1e-6);
        }
    const gm_risk_facts blind = {.power = {.value = 4.0, .std_error = 1e-9},
                                 .mean = {.value = (double)NAN, .std_error = (double)NAN}};
    const gm_risk_value v = gm_linear_value(&blind, 0.5);
    check_near(v.estimate.value, 4.0 + 2.0 * 0.5 * 2.0 * 0.79788456080286536 + 0.25, 1e-6);
    check_near(v.low, 4.25, 1e-6);
}

static void the_gaussian_form_covers_and_is_not_biased(void **state) {
    (void)state;
    enum { REPETITIONS = 300, D = 16, K = 128 };
    gm_dataset *tables[] = {
        make_table((table){.rows = 20000, .inputs = D, .noise = 1.0, .seed = 6}),
        make_table((table){.rows = 20000,
                           .inputs = D - 1,
                           .intercept = true,
                           .mean = 1.0,
                           .noise = 1.0,
                           .seed = 6})};
    static const char *const points[] = {"optimum", "random:distance=2"};
    for (int p = 0; p < 4; p++) {
        const tally t = repeat(tables[p / 2],
                               (gm_risk_options){.at = points[p % 2],
                                                 .residual = "gaussian",
                                                 .batch_size = 64,
                                                 .num_gradients = K,
                                                 .radius = 0.2},
                               REPETITIONS);
        check_tally(&t);
        /* Without its factor the inverse is k'/(k' − d − 1) = 1.36 times too large; without the
           mean gradient's square the power at that distance is 1/16 too large, five errors are 3 %.
         */
        check_near(t.bias / REPETITIONS, 0.0, 5.0 * sqrt(8.0 / D / K / REPETITIONS) * 1.5);
    }
    gm_dataset_destroy(tables[1]);
    gm_dataset_destroy(tables[0]);
}

/* A direction without inputs, and one that repeats another. */
static void the_gaussian_form_bears_singular_inputs(void **state) {
    (void)state;
    enum { N = 20000, D = 5 };
    double *x = malloc(N * D * sizeof *x), *y = malloc(N * sizeof *y);
    gm_dataset *dataset = NULL;
    for (int64_t i = 0; i < N; i++) {
        double z[4];
        gm_random_gaussian(context, (gm_stream){9, 1}, 4 * i, 4, z);
        const double row[D] = {z[0], 0.0, 30.0 * z[1], z[0] + 30.0 * z[1], z[2]};
        memcpy(x + i * D, row, sizeof row);
        y[i] = z[0] + z[3];
    }
    check_ok(context, gm_dataset_from_arrays(context, N, D, x, y, &dataset));
    gm_risk *r = estimate(dataset, (gm_risk_options){.num_gradients = 4000,
                                                     .residual = "gaussian",
                                                     .radius = 0.1,
                                                     .compare = true});
    check_near(r->residual_power.value, r->exact_clean, 5.0 * r->residual_power.std_error);
    check_between(r->residual_power.std_error / r->exact_clean, 0.005, 0.04);
    gm_risk_destroy(context, r);
    gm_dataset_destroy(dataset);
    free(y);
    free(x);
}

static void tells_where_the_gaussian_form_is_wrong(void **state) {
    (void)state;
    gm_dataset *dataset = make_table(
        (table){.rows = 5000, .inputs = 8, .mean = 2.0, .tails = true, .noise = 0.3, .seed = 7});
    gm_risk_options options = {.at = "random:distance=3", .radius = 0.1, .compare = true};
    gm_risk *r = estimate(dataset, options);
    assert_string_equal(r->residual, "losses");
    assert_true(warned(r, "which are used"));
    check_between(r->exact, r->low, r->high);
    check_near(r->residual_power.value, r->exact_clean, 5.0 * r->residual_power.std_error);
    gm_risk_destroy(context, r);
    options.residual = "gaussian";
    r = estimate(dataset, options);
    assert_string_equal(r->residual, "gaussian");
    assert_true(warned(r, "the interval does not hold"));
    assert_false(fabs(r->residual_power.value / r->exact_clean - 1.0) < 0.1);
    gm_risk_destroy(context, r);
    gm_dataset_destroy(dataset);
}

static void the_intercept_is_not_attacked(void **state) {
    (void)state;
    gm_dataset *dataset =
        make_table((table){.rows = 500, .inputs = 2, .intercept = true, .noise = 1e-3, .seed = 8});
    for (int norm = 0; norm < 2; norm++) {
        gm_risk *r =
            estimate(dataset, (gm_risk_options){.radius = 1.0, .norm = (gm_risk_norm)norm});
        check_near(r->dual_norm, norm ? 1.5 : sqrt(1.25), 1e-2); /* 1 and ½; not the 2 */
        assert_true(isnan(r->exact));
        gm_risk_destroy(context, r);
    }
    gm_dataset_destroy(dataset);
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    for (int intercept = 0; intercept < 2; intercept++) {
        gm_dataset *dataset = make_table(
            (table){.rows = 700, .inputs = 6, .intercept = intercept, .noise = 1.0, .seed = 3});
        double seen[3];
        for (int threads = 1; threads <= 3; threads++) {
            gm_context *other = make_context(threads, GM_ISA_AUTO);
            const gm_risk_options options = {.radius = 0.1, .seed = 4};
            gm_risk *r = NULL;
            check_ok(other, gm_risk_estimate(other, dataset, &options, &r));
            seen[threads - 1] =
                r->adversarial_risk.value + r->low + r->high + r->adversarial_risk.std_error;
            gm_risk_destroy(other, r);
            gm_context_destroy(other);
        }
        assert_true(seen[0] == seen[1] && seen[1] == seen[2]);
        gm_dataset_destroy(dataset);
    }
}

/* --- logistic --- */

static void logistic_risk_is_inside(void **state) {
    (void)state;
    static const char *const points[] = {"optimum", "random:norm=2", "zero"};
    for (uint64_t seed = 1; seed <= 2; seed++)
        for (int intercept = 0; intercept < 2; intercept++)
            for (int p = 0; p < 3; p++) {
                gm_dataset *dataset = make_table((table){.rows = 3000,
                                                         .inputs = 5,
                                                         .intercept = intercept,
                                                         .classes = true,
                                                         .seed = seed});
                gm_risk *r = estimate(dataset, (gm_risk_options){.model = "logistic",
                                                                 .at = points[p],
                                                                 .num_gradients = 8000,
                                                                 .radius = 0.5,
                                                                 .seed = seed,
                                                                 .compare = true});
                assert_string_equal(r->residual, intercept ? "intercept" : "losses");
                check_between(r->exact, r->low - 1e-12, r->high + 1e-12);
                check_near(r->clean_risk.value, r->exact_clean,
                           5.0 * r->clean_risk.std_error + 1e-12);
                const double gain = r->exact - r->exact_clean;
                if (p == 2)
                    check_near(gain, 0.0, 1e-12); /* no weights, no attack */
                if (p == 0 && intercept) {        /* calibrated, and the interval is narrow */
                    check_between(r->adversarial_risk.value / r->exact, 0.98, 1.02);
                    check_between((r->high - r->low) / gain, 0.0, 0.5);
                }
                gm_risk_destroy(context, r);
                gm_dataset_destroy(dataset);
            }
}

/* h(q) as it is defined. */
static double gain(double q, double c) {
    return log1p(q * expm1(c));
}

static void gains_are_those_of_the_loss(void **state) {
    (void)state;
    for (double m = -6.0; m <= 6.0; m += 0.5)
        for (double c = 0.0; c < 3.0; c += 0.25) {
            const double q = 1.0 / (1.0 + exp(m));
            check_near(gm_logistic_gain(m, c), gain(q, c), 1e-13);
            check_near(gm_logistic_gain(m, c), log1p(exp(c - m)) - log1p(exp(-m)), 1e-13);
        }
    check_near(gm_logistic_gain(-50.0, 2000.0), 2000.0, 1e-9);
}

/* Calibrated laws: probabilities p of class 1 with weights. E ρ² = E p(1−p), gain E [p h(1−p) +
   (1−p) h(p)]. */
static void calibrated_gains_are_near(void **state) {
    (void)state;
    static const double laws[][4] = {
        {0.5, 0.5, 0.5, 0.5}, {0.1, 0.9, 0.3, 0.7}, {0.01, 0.2, 0.5, 0.99}, {0.02, 0.03, 0.9, 0.6}};
    for (int l = 0; l < 4; l++)
        for (double c = 0.25; c <= 2.0; c *= 2.0) {
            double power = 0.0, expected = 0.0;
            for (int a = 0; a < 4; a++) {
                const double p = laws[l][a];
                power += p * (1.0 - p) / 4.0;
                expected += (p * gain(1.0 - p, c) + (1.0 - p) * gain(p, c)) / 4.0;
            }
            check_between(gm_calibrated_gain(power, c) / expected, 0.9, 1.1);
            if (l == 0)
                check_near(gm_calibrated_gain(power, c), expected, 1e-12);
        }
}

enum { ATOMS = 61 };

/* Weights ≥ 0 of three atoms with total 1 and these two means; false where there are none. */
static bool weigh(const double a[3], const double b[3], double first, double second,
                  double out[3]) {
    const double d = a[0] * (b[1] - b[2]) - b[0] * (a[1] - a[2]) + a[1] * b[2] - a[2] * b[1];
    if (fabs(d) < 1e-12)
        return false;
    out[0] = (first * (b[1] - b[2]) - second * (a[1] - a[2]) + a[1] * b[2] - a[2] * b[1]) / d;
    out[1] = (a[0] * (second - b[2]) - b[0] * (first - a[2]) + first * b[2] - a[2] * second) / d;
    out[2] = 1.0 - out[0] - out[1];
    return out[0] >= 0.0 && out[1] >= 0.0 && out[2] >= 0.0;
}

/* Least and largest mean of h over all laws of three atoms on a coarse grid. */
static gm_between search(bool loss, double c, double first, double second) {
    double a[ATOMS] = {0.0}, b[ATOMS] = {0.0}, h[ATOMS] = {0.0}, w[3];
    gm_between found = {INFINITY, -INFINITY};
    for (int i = 1; i < ATOMS; i++) { /* atom 0 is q = 0 */
        const double m = -7.0 + 14.0 * i / ATOMS, q = 1.0 / (1.0 + exp(m));
        a[i] = loss ? -log1p(-q) : q * q;
        b[i] = -q * log(q) - (1.0 - q) * log1p(-q);
        h[i] = gain(q, c);
    }
    if (loss) { /* q → 1: any loss at hardly any weight */
        a[ATOMS - 1] = 1e9;
        b[ATOMS - 1] = 0.0;
    }
    for (int i = 0; i < ATOMS; i++)
        for (int j = i + 1; j < ATOMS; j++)
            for (int k = j + 1; k < ATOMS; k++)
                if (weigh((const double[3]){a[i], a[j], a[k]}, (const double[3]){b[i], b[j], b[k]},
                          first, second, w)) {
                    const double mean = w[0] * h[i] + w[1] * h[j] + w[2] * h[k];
                    found.low = fmin(found.low, mean);
                    found.high = fmax(found.high, mean);
                }
    return found;
}

static gm_between bounds_of(bool loss, double c, gm_between first, gm_between second) {
    gm_moment_grid grid;
    check_ok(context, gm_moment_grid_create(context, loss, &grid));
    for (int i = 0; i < GM_MOMENT_POINTS; i++)
        grid.objective[i] = gm_logistic_gain(gm_moment_margin(i), c);
    const gm_between out = gm_moment_bounds(&grid, c, first, second);
    gm_moment_grid_release(context, &grid);
    return out;
}

/* The dual bounds against the primal search: no law is outside, and some come near. */
static void bounds_are_sharp(void **state) {
    (void)state;
    static const double means[][2] = {{0.1, 0.33}, {0.05, 0.2}, {0.2, 0.5}, {0.12, 0.1}};
    for (int loss = 0; loss < 2; loss++)
        for (int m = 0; m < 4; m++)
            for (double c = 0.5; c <= 2.0; c *= 2.0) {
                const double first = means[m][0] * (loss ? 3.0 : 1.0), second = means[m][1];
                const gm_between found = search(loss, c, first, second);
                const gm_between bound =
                    bounds_of(loss, c, (gm_between){first, first}, (gm_between){second, second});
                const double slack = 0.02 * (found.high - found.low) + 2e-3 * c;
                check_between(bound.low, found.low - slack, found.low + 1e-5);
                check_between(bound.high, found.high - 1e-5, found.high + slack);
            }
}

/* Wider knowledge, wider bounds; and never wider than those of the power alone, c s² and h(s). */
static void bounds_grow_with_what_is_not_known(void **state) {
    (void)state;
    const double c = 0.7, s2 = 0.1;
    const gm_between sharp = bounds_of(false, c, (gm_between){s2, s2}, (gm_between){0.33, 0.33});
    const gm_between wide =
        bounds_of(false, c, (gm_between){0.9 * s2, 1.1 * s2}, (gm_between){0.3, 0.36});
    const gm_between blind = bounds_of(false, c, (gm_between){s2, s2}, (gm_between){0.0, 0.7});
    check_between(wide.low, 0.0, sharp.low - 1e-4);
    check_between(wide.high, sharp.high + 1e-4, c);
    check_near(blind.low, c * s2, 1e-4);
    check_near(blind.high, gain(sqrt(s2), c), 1e-4);
}

/* --- the exact risk --- */

/* The worst attack of a row by trying: corners of the cube, directions on the circle. */
static double worst(const double *x, double y, const double *w, double r, int norm, bool logistic) {
    double most = -INFINITY;
    for (int i = 0; i < (norm ? 4 : 20000); i++) {
        const double turn = 2.0 * 3.14159265358979 * i / 20000;
        const double u[2] = {norm ? (i & 1 ? r : -r) : r * cos(turn),
                             norm ? (i & 2 ? r : -r) : r * sin(turn)};
        const double z = w[0] * (x[0] + u[0]) + w[1] * (x[1] + u[1]) + w[2];
        const double loss = logistic ? log1p(exp(z)) - y * z : (z - y) * (z - y);
        most = fmax(most, loss);
    }
    return most;
}

static void exact_is_the_worst_attack(void **state) {
    (void)state;
    for (int logistic = 0; logistic < 2; logistic++)
        for (int norm = 0; norm < 2; norm++) {
            gm_dataset *dataset = make_table((table){.rows = 40,
                                                     .inputs = 2,
                                                     .intercept = true,
                                                     .classes = logistic,
                                                     .noise = 1.0,
                                                     .seed = 2});
            const double w[3] = {0.8, -0.5, 0.3};
            void *place = NULL;
            files_set_up(&place);
            files *f = place;
            put_npy(f, "<f8", "False", "(3,)", w, sizeof w);
            char at[600];
            snprintf(at, sizeof at, "file:path=%s", f->path);
            gm_risk *r = estimate(dataset, (gm_risk_options){.model = logistic ? "logistic" : NULL,
                                                             .at = at,
                                                             .radius = 0.4,
                                                             .norm = (gm_risk_norm)norm,
                                                             .compare = true});
            double expected = 0.0, x[40 * 3];
            gm_dataset_copy_rows(dataset, 0, 40, x);
            for (int i = 0; i < 40; i++)
                expected +=
                    worst(x + 3 * i, gm_dataset_targets(dataset)[i], w, 0.4, norm, logistic);
            check_near(r->exact, expected / 40.0, 1e-6);
            gm_risk_destroy(context, r);
            gm_dataset_destroy(dataset);
            files_tear_down(&place);
        }
}

/* --- refusals, options --- */

static void refuses_what_it_cannot_do(void **state) {
    (void)state;
    gm_dataset *plain = make_table((table){.rows = 60, .inputs = 3, .classes = true, .seed = 1});
    static const struct {
        gm_risk_options options;
        gm_status status;
        const char *says;
    } cases[] = {
        {{.model = "softmax", .at = "zero"}, GM_INVALID_ARGUMENT, "no closed form"},
        {{.model = "mlp:hidden=3", .at = "zero"}, GM_INVALID_ARGUMENT, "no closed form"},
        {{.model = "liner"}, GM_INVALID_ARGUMENT, "linear"},
        {{.radius = -1.0}, GM_INVALID_ARGUMENT, "radius is -1"},
        {{.radius = (double)NAN}, GM_INVALID_ARGUMENT, "radius is"},
        {{.radius = (double)INFINITY}, GM_INVALID_ARGUMENT, "radius is inf"},
        {{.radius = 1e300}, GM_INVALID_ARGUMENT, "too large for float64"},
        {{.norm = (gm_risk_norm)2}, GM_INVALID_ARGUMENT, "norm is 2"},
        {{.num_gradients = 15}, GM_INVALID_ARGUMENT, "15; it must be 16"},
        {{.num_gradients = -2}, GM_INVALID_ARGUMENT, "-2"},
        {{.batch_size = -2}, GM_INVALID_ARGUMENT, "-2"},
        {{.residual = "intercpt"}, GM_INVALID_ARGUMENT, "did you mean intercept?"},
        {{.residual = "intercept"}, GM_INVALID_ARGUMENT, "column of ones"},
        {{.residual = "gaussian", .model = "logistic"}, GM_INVALID_ARGUMENT, "least squares alone"},
        {{.residual = "gaussian", .batch_size = 1}, GM_INVALID_ARGUMENT, "batches of 2"},
        {{.at = "file:path=/nowhere/w.npy"}, GM_INVALID_INPUT, "/nowhere/w.npy"},
        {{.at = "somewhere"}, GM_INVALID_ARGUMENT, "somewhere"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_risk *r = NULL;
        check_fails(context, cases[i].status, cases[i].says,
                    gm_risk_estimate(context, plain, &cases[i].options, &r));
        assert_null(r);
    }
    gm_dataset_destroy(plain);
    gm_dataset *wide = make_table((table){.rows = 60, .inputs = 30, .noise = 1.0, .seed = 1});
    const gm_risk_options few = {.residual = "gaussian", .num_gradients = 67, .at = "zero"};
    gm_risk *r = NULL;
    check_fails(context, GM_INVALID_ARGUMENT, "needs 68 gradients",
                gm_risk_estimate(context, wide, &few, &r));
    r = estimate(wide, (gm_risk_options){.num_gradients = 67, .at = "zero"});
    assert_string_equal(r->residual, "losses");
    gm_risk_destroy(context, r);
    gm_dataset_destroy(wide);
}

static void a_radius_of_zero_is_the_clean_risk(void **state) {
    (void)state;
    gm_dataset *dataset =
        make_table((table){.rows = 300, .inputs = 3, .intercept = true, .noise = 1.0, .seed = 4});
    gm_risk *r = estimate(dataset, (gm_risk_options){.radius = 0.0, .compare = true});
    check_near(r->adversarial_risk.value, r->clean_risk.value, 0.0);
    check_near(r->exact, r->exact_clean, 0.0);
    assert_int_equal(r->curve_points, 0);
    gm_risk_destroy(context, r);
    r = estimate(dataset, (gm_risk_options){.radius = 0.5, .compare = true});
    assert_int_equal(r->curve_points, 17);
    check_near(r->curve[8].radius, 0.5, 0.0);
    check_near(r->curve[8].value, r->adversarial_risk.value, 0.0);
    check_near(r->curve[8].exact, r->exact, 0.0);
    for (int i = 1; i < 17; i++)
        assert_true(r->curve[i].value > r->curve[i - 1].value &&
                    r->curve[i].low <= r->curve[i].exact && r->curve[i].exact <= r->curve[i].high);
    gm_risk_destroy(context, r);
    gm_dataset_destroy(dataset);
}

static void costs_are_told(void **state) {
    (void)state;
    gm_dataset *dataset = make_table((table){.rows = 300, .inputs = 8, .noise = 1.0, .seed = 4});
    const gm_risk_options options = {.radius = 1.0, .num_gradients = 1000, .batch_size = 10};
    const gm_risk_options wrong = {.radius = -1.0};
    gm_cost cost;
    check_ok(context, gm_risk_cost(context, dataset, &options, &cost));
    check_between(cost.operations, 2.0 * 1000 * 10 * 8, 4e5);
    check_between(cost.memory, 300.0 * 8 * 8, 1e7);
    assert_true(cost.seconds > 0.0 && cost.seconds < 1.0);
    check_fails(context, GM_INVALID_ARGUMENT, "radius",
                gm_risk_cost(context, dataset, &wrong, &cost));
    gm_dataset_destroy(dataset);
}

/* --- real tables --- */

static int check_real(const char *file, gm_dataset_options how) {
    char path[512];
    if (!test_data(file, path))
        return 0;
    gm_dataset *dataset = NULL;
    how.intercept = how.standardize = true;
    check_ok(context, gm_dataset_load(context, path, &how, &dataset));
    for (int norm = 0; norm < 2; norm++) {
        gm_risk *r = estimate(dataset, (gm_risk_options){.radius = norm ? 0.05 : 0.2,
                                                         .norm = (gm_risk_norm)norm,
                                                         .seed = 1,
                                                         .compare = true});
        print_message("%s %s: exact %.6g, estimate %.6g, interval %.6g to %.6g\n", file, r->norm,
                      r->exact, r->adversarial_risk.value, r->low, r->high);
        assert_string_equal(r->residual, "intercept");
        check_between(r->exact, r->low, r->high);
        check_between(r->adversarial_risk.value / r->exact, 0.75, 1.25);
        gm_risk_destroy(context, r);
    }
    gm_dataset_destroy(dataset);
    return 1;
}

static void exact_risk_of_real_tables_is_inside(void **state) {
    (void)state;
    static const char *const tables[] = {"uci/protein.csv.gz", "uci/energy.csv.gz",
                                         "uci/concrete.csv.gz", "uci/pumadyn32nm.csv.gz",
                                         "uci/gas.csv.gz"};
    int found =
        check_real("california/housing.csv.gz", (gm_dataset_options){.target = "median_house_value",
                                                                     .drop = "ocean_proximity",
                                                                     .missing = GM_MISSING_MEAN});
    for (int i = 0; i < 5; i++)
        found += check_real(tables[i], (gm_dataset_options){0});
    if (found < 3)
        skip();
}

#define TEST(name) cmocka_unit_test(name)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(is_within_five_percent_on_gaussian_data),
        TEST(the_intercept_covers_whatever_the_law),
        TEST(the_error_of_the_intercept_has_the_mean_in_it),
        TEST(the_value_is_that_of_a_gaussian_residual),
        TEST(the_gaussian_form_covers_and_is_not_biased),
        TEST(the_gaussian_form_bears_singular_inputs),
        TEST(tells_where_the_gaussian_form_is_wrong),
        TEST(the_intercept_is_not_attacked),
        TEST(bits_do_not_depend_on_threads),
        TEST(logistic_risk_is_inside),
        TEST(gains_are_those_of_the_loss),
        TEST(calibrated_gains_are_near),
        TEST(bounds_are_sharp),
        TEST(bounds_grow_with_what_is_not_known),
        TEST(exact_is_the_worst_attack),
        TEST(refuses_what_it_cannot_do),
        TEST(a_radius_of_zero_is_the_clean_risk),
        TEST(costs_are_told),
        TEST(exact_risk_of_real_tables_is_inside),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
