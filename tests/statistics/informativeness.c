/* Sampled informativeness against exact: bias, coverage, resolution, verdicts; and what the two
   jackknives are needed for. */
#include "context.h"

#include "base/special.h"
#include "informativeness/exact.h"
#include "informativeness/jackknife.h"
#include "informativeness/meter.h"
#include "informativeness/sums.h"
#include "informativeness/values.h"

enum { SEEDS = 100, LONG_SEEDS = 2000 };

static int seeds(void) {
    return getenv("GRADIOMETER_LONG") ? LONG_SEEDS : SEEDS;
}

typedef struct setting {
    const char *name, *inputs, *targets, *model, *loss;
    int64_t samples, draws;
    bool sharp; /* V ≥ 20 ‖Γ‖_F/(N √M), with targets and inputs enough */
} setting;

static gm_measure_options options_of(const setting *s, const double *weights, int64_t count,
                                     uint64_t seed) {
    return (gm_measure_options){.inputs = s->inputs,
                                .targets = s->targets,
                                .model = s->model,
                                .loss = s->loss,
                                .samples = s->samples,
                                .target_draws = s->draws,
                                .weights = count ? weights : NULL,
                                .weight_count = count,
                                .method = "sampled",
                                .seed = seed};
}

static gm_values values_of(const gm_measure_options *options, bool exact) {
    gm_meter *meter = NULL;
    gm_values v;
    gm_exact_cost cost;
    check_ok(context, gm_meter_create(context, options, &meter));
    if (exact)
        check_ok(context, gm_exact_check(meter, &cost));
    check_ok(context, exact ? gm_values_exact(meter, 0, &v) : gm_values_sampled(meter, 0, &v));
    gm_meter_destroy(context, meter);
    return v;
}

/* Mean and standard error over seeds, by Welford's steps. */
typedef struct tally {
    double mean, squares;
    int count;
} tally;

static void add(tally *t, double value) {
    const double step = value - t->mean;
    t->count++;
    t->mean += step / t->count;
    t->squares += step * (value - t->mean);
}

static double deviation(const tally *t) {
    return sqrt(t->squares / (t->count - 1));
}

static double error_of(const tally *t) {
    return deviation(t) / sqrt(t->count);
}

typedef struct result {
    tally value, naive, error, epsilon, noise, label_noise, term, gradient;
    int covered, naive_covered;
} result;

/* One interval for all: the estimate, its error, Student's quantile; cut at 0. */
static bool covers(double value, const gm_values *v, double truth) {
    const double reach = gm_student_quantile(v->degrees, 0.975) * v->variance.std_error;
    return fmax(0, value - reach) <= truth && truth <= fmax(0, value + reach);
}

static result run(const setting *s, const double *weights, int64_t count, double truth) {
    result r = {0};
    for (int k = 0; k < seeds(); k++) {
        const gm_measure_options o = options_of(s, weights, count, 1000 + (uint64_t)k);
        const gm_values v = values_of(&o, false);
        add(&r.value, v.variance.value);
        add(&r.naive, v.naive);
        add(&r.error, v.variance.std_error);
        add(&r.epsilon, v.epsilon_squared.value);
        add(&r.noise, v.noise_trace);
        add(&r.label_noise, v.label_noise_trace);
        add(&r.term, v.collision_term);
        add(&r.gradient, v.mean_gradient);
        r.covered += v.variance.low <= truth && truth <= v.variance.high;
        assert_true(covers(v.variance.value, &v, truth) ==
                    (v.variance.low <= truth && truth <= v.variance.high));
        r.naive_covered += covers(v.naive, &v, truth);
    }
    return r;
}

static void check_unbiased(const char *name, const char *what, const tally *t, double truth,
                           double resolution) {
    const double error = error_of(t) + 1e-12 * fabs(truth);
    if (!(fabs(t->mean - truth) <= 5 * error))
        fail_msg("%s: %s has mean %.6g +- %.2g, expected %.6g", name, what, t->mean, error, truth);
    if (!(5 * error <= resolution))
        fail_msg("%s: %s is not resolved: 5 standard errors are %.3g", name, what, 5 * error);
}

static const setting settings[] = {
    {"few secrets", "zq:n=2,q=11", "lwe:read=phase", "linear", "cosine", 256, 64, false},
    {"all secrets", "zq:n=2,q=11", "lwe:read=sin,sigma=1", "linear", "squared", 2048, 0, true},
    {"phases", "dgauss:n=3,q=5,sigma=.7", "lwe:read=phase", "linear", "cosine", 256, 96, false},
    {"centered", "dgauss:n=3,q=7,sigma=1", "lwe:read=centered", "linear", "squared", 512, 96,
     false},
    {"parities", "cube:n=6", "parity", "linear", "squared", 1024, 0, true},
    {"linear", "cube:n=8,p=.4", "linear", "linear", "squared", 1024, 256, true},
    {"random", "cube:n=5,p=.3", "random", "linear", "squared", 512, 64, false},
    {"mlp, tanh", "dgauss:n=3,q=5,sigma=.7", "lwe:read=sin", "mlp:hidden=6,act=tanh", "squared",
     256, 64, false},
    {"mlp, sin", "dgauss:n=2,q=9,sigma=1.5", "lwe:read=phase", "mlp:hidden=4x3,act=sin", "cosine",
     256, 64, false},
    {"mlp, relu", "zq:n=3,q=5,width=3", "lwe", "mlp:hidden=4,act=relu", "squared", 1024, 120,
     false},
};

/* Weights of a network, of size 1: those that a seed would give vary with it. */
static int64_t fixed_weights(const setting *s, double *w) {
    gm_meter *meter = NULL;
    const gm_measure_options o = options_of(s, NULL, 0, 1);
    check_ok(context, gm_meter_create(context, &o, &meter));
    const int64_t count = strcmp(s->model, "linear") == 0 ? 0 : meter->model->parameters;
    gm_meter_destroy(context, meter);
    gm_random_gaussian(context, (gm_stream){5, 900}, 0, count, w);
    return count;
}

static void estimates_are_unbiased_and_covered(void **state) {
    (void)state;
    double w[256];
    print_message("%-18s %9s %9s %7s %7s %6s %6s %6s\n", "", "V", "mean", "s.e./V", "sd/se",
                  "cover", "naive", "eff");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const setting *s = &settings[i];
        const int64_t count = fixed_weights(s, w);
        const gm_measure_options o = options_of(s, w, count, 1);
        const gm_values truth = values_of(&o, true);
        const double v = truth.variance.value;
        const result r = run(s, w, count, v);
        const double n = (double)seeds(), cover = r.covered / n, naive = r.naive_covered / n;
        print_message("%-18s %9.4g %9.4g %7.3f %7.2f %6.3f %6.3f %6.0f\n", s->name, v, r.value.mean,
                      r.error.mean / v, deviation(&r.value) / r.error.mean, cover, naive,
                      truth.effective_targets);
        check_unbiased(s->name, "V", &r.value, v, 0.3 * v);
        check_unbiased(s->name, "T", &r.noise, truth.noise_trace, 0.1 * truth.noise_trace);
        check_unbiased(s->name, "D", &r.term, truth.collision_term, 0.2 * truth.collision_term);
        check_unbiased(s->name, "epsilon^2", &r.epsilon, truth.epsilon_squared.value,
                       0.3 * truth.epsilon_squared.value + 5e-3);
        check_unbiased(s->name, "label noise", &r.label_noise, truth.label_noise_trace,
                       0.1 * truth.label_noise_trace + 1e-12);
        /* The naive value: biased by (E a − V)/N, which the same check finds. */
        const double bias = (truth.activity_mean - v) / (double)s->samples;
        check_unbiased(s->name, "naive", &r.naive, v + bias, 0.3 * v);
        if (bias > 10 * error_of(&r.naive))
            assert_false(fabs(r.naive.mean - v) <= 5 * error_of(&r.naive));
        if (isnan(truth.effective_targets) || truth.effective_targets >= 20)
            check_between(cover, 0.90, 1.0);
        if (s->sharp)
            check_between(r.error.mean / v, 0.0, 0.10);
    }
}

/* More targets than ε² takes whole: two sets are drawn by their probabilities, which are uneven. */
static void dependence_of_large_classes(void **state) {
    (void)state;
    static const setting s = {"large class",
                              "zq:n=2,q=37,width=3",
                              "lwe:secret=gaussian,secret_sigma=3,read=sin",
                              "linear",
                              "squared",
                              48,
                              2000,
                              false};
    const gm_measure_options o = options_of(&s, NULL, 0, 1);
    const double truth = values_of(&o, true).epsilon_squared.value;
    tally found = {0}, error = {0};
    for (int k = 0; k < seeds() / 8; k++) {
        const gm_measure_options drawn = options_of(&s, NULL, 0, 300 + (uint64_t)k);
        const gm_values v = values_of(&drawn, false);
        assert_true(v.enumerated);
        assert_string_equal(v.epsilon_squared.method, "split halves");
        add(&found, v.epsilon_squared.value);
        add(&error, v.epsilon_squared.std_error);
    }
    print_message("epsilon^2 %.5g: mean %.5g +- %.2g, error %.2g\n", truth, found.mean,
                  error_of(&found), error.mean);
    check_unbiased(s.name, "epsilon^2", &found, truth, 0.5 * truth);
    check_between(deviation(&found) / error.mean, 0.4, 1.6);
}

/* The naive value is rejected by what accepts the estimate: it covers nothing where V is small. */
static void the_naive_value_is_rejected(void **state) {
    (void)state;
    static const setting s = {"parities", "cube:n=6", "parity", "linear", "squared", 512, 0, false};
    const gm_measure_options o = options_of(&s, NULL, 0, 1);
    const gm_values truth = values_of(&o, true);
    const result r = run(&s, NULL, 0, truth.variance.value);
    const double error = error_of(&r.naive);
    print_message("V %.4g, naive %.4g +- %.2g, covered %.3f against %.3f\n", truth.variance.value,
                  r.naive.mean, error, r.naive_covered / (double)seeds(),
                  r.covered / (double)seeds());
    check_between(r.covered / (double)seeds(), 0.90, 1.0);
    check_between(r.naive_covered / (double)seeds(), 0.0, 0.50);
    check_unbiased(s.name, "V", &r.value, truth.variance.value, truth.variance.value);
    assert_true(fabs(r.naive.mean - truth.variance.value) > 5 * error);
}

/* --- V = 0 --- */

typedef struct alarms {
    int whole, targets, inputs, informative;
    tally value, naive, error;
} alarms;

/* How often each rule says that V > 0 where it is 0, at 2.5 % on that side: the interval of both
   jackknives, that of the targets alone, and that of the inputs alone. */
static alarms count_alarms(const setting *s) {
    alarms out = {0};
    for (int k = 0; k < 2 * seeds(); k++) {
        const gm_measure_options o = options_of(s, NULL, 0, 7000 + (uint64_t)k);
        gm_meter *meter = NULL;
        gm_sample *sample = NULL;
        gm_sums sums;
        gm_values v;
        double mean = 0.0, squares = 0.0;
        check_ok(context, gm_meter_create(context, &o, &meter));
        check_ok(context, gm_values_sampled(meter, 0, &v));
        check_ok(context, gm_sample_create(meter, 0, &sample));
        check_ok(context, gm_sums_by_jacobian(meter, sample, &sums));
        const double count = (double)sample->targets;
        const double pairs = (double)sample->rows * ((double)sample->rows - 1);
        for (int64_t h = 0; h < sample->targets; h++)
            mean += sums.target[h] / count;
        for (int64_t h = 0; h < sample->targets && !sample->enumerated; h++)
            squares += pow((sums.target[h] - mean) / (count - 1) / pairs, 2);
        /* Σ(q − q̄)² M/((M − 1)(M − 2)²): here q/(M − 1) is what a target adds. */
        const double own = sqrt(squares * count * (count - 1) / pow(count - 2, 2));
        const double rest = sqrt(fmax(0, pow(v.variance.std_error, 2) - own * own));
        const double t = gm_student_quantile(v.degrees, 0.975);
        const double normal = gm_student_quantile(sample->enumerated ? 1e9 : count - 1, 0.975);
        out.whole += v.variance.low > 0;
        out.targets += v.variance.value - normal * own > 0;
        out.inputs += v.variance.value - t * rest > 0;
        add(&out.value, v.variance.value);
        add(&out.naive, v.naive);
        add(&out.error, v.variance.std_error);
        out.informative +=
            v.variance.low > 0 && v.noise_trace / v.variance.low <= (double)s->samples;
        if (k < 8) {
            gm_measurement *m = NULL;
            check_ok(context, gm_measure(context, &o, &m));
            assert_string_not_equal(m->verdict, "informative");
            gm_measurement_destroy(context, m);
        }
        gm_sums_release(context, &sums);
        gm_sample_destroy(context, sample);
        gm_meter_destroy(context, meter);
    }
    return out;
}

/*
 * Conditional on the inputs the mean over targets of the estimate is Σ_{i≠j} K_ij κ_ij/(N(N − 1)),
 * not 0 where targets of different inputs depend: the error over targets alone is then none of the
 * estimate's. (docs/theory/informativeness.md)
 */
static void nothing_is_not_something(void **state) {
    (void)state;
    static const setting nulls[] = {
        {"sparse secrets", "zq:n=8,q=17", "lwe:read=phase,hamming=3", "linear", "cosine", 256, 64,
         true},
        {"sparse, small class", "zq:n=4,q=5", "lwe:read=phase,hamming=2", "linear", "cosine", 64,
         90, true},
        {"sparse, whole class", "zq:n=4,q=5", "lwe:read=phase,hamming=2", "linear", "cosine", 256,
         0, true},
        {"random", "gaussian:n=8", "random", "linear", "squared", 256, 64, false},
        {"parities", "cube:n=30", "parity", "linear", "squared", 256, 64, false},
        {"even waves", "gaussian:n=8", "wave:R=1.5,psi=cos", "linear", "squared", 256, 64, true},
    };
    const double n = 2.0 * seeds();
    double worst = 0.0;
    print_message("%-20s %7s %7s %7s %9s %9s %7s\n", "V = 0: alarms by", "both", "targets",
                  "inputs", "V/se", "naive/se", "sd/se");
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++) {
        const alarms a = count_alarms(&nulls[i]);
        print_message("%-20s %7.3f %7.3f %7.3f %9.2f %9.2f %7.2f\n", nulls[i].name, a.whole / n,
                      a.targets / n, a.inputs / n, a.value.mean / error_of(&a.value),
                      a.naive.mean / error_of(&a.naive), deviation(&a.value) / a.error.mean);
        check_near(a.value.mean, 0, 5 * error_of(&a.value));
        /* Degenerate: the error is about √3 too large, and √2 where targets have none. */
        check_between(deviation(&a.value) / a.error.mean, 0.4, 0.9);
        assert_true(a.naive.mean > 10 * error_of(&a.naive));
        assert_true(a.naive.mean > 3 * a.error.mean);
        /* At most 2.5 %, and what chance adds to that. */
        check_between(a.whole / n, 0, 0.025 + 5 * sqrt(0.025 * 0.975 / n));
        assert_true(a.informative == 0);
        worst = fmax(worst, a.targets / n);
    }
    assert_true(worst > 0.3);
}

/* --- verdicts --- */

static const char *verdict_of(const char *inputs, const char *targets, const char *loss,
                              uint64_t seed, double *value, double *high) {
    const gm_measure_options o = {.inputs = inputs,
                                  .targets = targets,
                                  .loss = loss,
                                  .samples = 1024,
                                  .method = "sampled",
                                  .seed = seed};
    gm_measurement *m = NULL;
    check_ok(context, gm_measure(context, &o, &m));
    const char *verdict = m->verdict;
    *value = m->variance.value;
    *high = m->variance.high;
    gm_measurement_destroy(context, m);
    return verdict;
}

static void verdicts_know_their_targets(void **state) {
    (void)state;
    double v, high;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        assert_string_equal(verdict_of("gaussian:n=8", "linear", "squared", seed, &v, &high),
                            "informative");
        assert_string_equal(verdict_of("zq:n=8,q=17", "linear", "squared", seed, &v, &high),
                            "informative");
        assert_string_equal(verdict_of("gaussian:n=8", "teacher", "squared", seed, &v, &high),
                            "informative");
        assert_string_not_equal(verdict_of("gaussian:n=8", "random", "squared", seed, &v, &high),
                                "informative");
        assert_string_not_equal(verdict_of("box:n=8", "random", "logistic", seed, &v, &high),
                                "informative");
        assert_string_not_equal(
            verdict_of("zq:n=16,q=257", "lwe:read=phase,hamming=4", "cosine", seed, &v, &high),
            "informative");
    }
}

/* h = ⟨a, x⟩ with a, x ~ N(0, I): V = n, T = n(n + 1). */
static void continuous_inputs(void **state) {
    (void)state;
    static const setting s = {"gaussian", "gaussian:n=8", "linear", "linear",
                              "squared",  1024,           256,      true};
    const result r = run(&s, NULL, 0, 8);
    print_message("V = 8: mean %.4f, s.e. %.3f, covered %.3f\n", r.value.mean, r.error.mean,
                  r.covered / (double)seeds());
    check_unbiased(s.name, "V", &r.value, 8, 0.4);
    check_unbiased(s.name, "T", &r.noise, 72, 2);
    assert_true(r.term.mean == 0.0);
    check_between(r.covered / (double)seeds(), 0.90, 1.0);
    check_between(r.error.mean / 8, 0, 0.10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_unbiased_and_covered),
        cmocka_unit_test(dependence_of_large_classes),
        cmocka_unit_test(the_naive_value_is_rejected),
        cmocka_unit_test(nothing_is_not_something),
        cmocka_unit_test(verdicts_know_their_targets),
        cmocka_unit_test(continuous_inputs),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
