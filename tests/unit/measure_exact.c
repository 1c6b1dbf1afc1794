/* Exact informativeness: against plain enumeration of random small problems, against the closed
   form of uniform secrets, and below its bound. */
#include "context.h"

#include "informativeness/exact.h"
#include "informativeness/meter.h"
#include "informativeness/pairs.h"
#include "informativeness/sample.h"
#include "informativeness/values.h"
#include "small_problem.h"

static gm_values exact_values(const gm_measure_options *options) {
    gm_meter *meter = NULL;
    gm_values values;
    gm_exact_cost cost;
    check_ok(context, gm_meter_create(context, options, &meter));
    check_ok(context, gm_exact_check(meter, &cost));
    check_ok(context, gm_values_exact(meter, 0, &values));
    gm_meter_destroy(meter->context, meter);
    return values;
}

/* |actual − expected| ≤ 1e-10 of a size that both stand beside. */
static void compare(const small_problem *problem, const char *name, double actual, real expected,
                    real size) {
    if (!(fabsl(actual - expected) <= 1e-10L * (size + fabsl(expected)) + 1e-13L))
        fail_msg("%s: %s is %.17g, expected %.17Lg", tell_problem(problem), name, actual, expected);
}

static void compare_all(const small_problem *p, const gm_values *v, const plain_values *e) {
    /* Where nothing is left of what cancels, rounding of the parts is. */
    const real rounding = 1e-4L * (e->t + e->mean_gradient + e->v), a = e->activity + rounding;
    compare(p, "V", v->variance.value, e->v, a);
    compare(p, "D", v->collision_term, e->d, a);
    compare(p, "O", v->variance.value - v->collision_term, e->o, a);
    compare(p, "T", v->noise_trace, e->t, a);
    compare(p, "label noise", v->label_noise_trace, e->label_noise, e->t);
    compare(p, "mean gradient", v->mean_gradient, e->mean_gradient, a);
    compare(p, "E a", v->activity_mean, e->activity, rounding);
    compare(p, "E a^2", v->activity_square, e->activity_square, rounding * rounding);
    compare(p, "max a", v->activity_largest, e->activity_largest, rounding);
    compare(p, "epsilon^2", v->epsilon_squared.value, e->epsilon_squared,
            e->activity_square > 0 ? 1 : 0);
    compare(p, "E K^2", v->kernel_square, e->kernel_square, 1);
    compare(p, "naive", v->naive, e->v + (e->activity - e->v) / 4096, a);
    if (p->plain.class != LINEAR_TARGETS)
        compare(p, "total variation", v->total_variation, e->total_variation, 1);
    if (p->plain.class == CHARACTERS && e->v > 1e-6L * a + 1e-12L)
        compare(p, "effective targets", v->effective_targets, e->effective, 1);
    assert_true(v->smallest_visible == 0.0 && isinf(v->degrees));
}

static void enumeration_agrees(void **state) {
    (void)state;
    static small_problem problem;
    int seen[3] = {0}, noisy = 0, deep = 0, dependent = 0;
    for (uint64_t number = 0; number < 400; number++) {
        make_problem(&problem, number);
        const plain_values expected = plain_enumerate(&problem.plain);
        const gm_values values = exact_values(&problem.options);
        compare(&problem, "D + O of the enumeration", (double)expected.v, expected.d + expected.o,
                expected.activity);
        compare_all(&problem, &values, &expected);
        seen[problem.plain.class]++;
        noisy += problem.plain.noisy;
        deep += problem.plain.layers > 0;
        dependent += fabsl(expected.o) > 1e-3L * expected.activity;
    }
    print_message("%d characters, %d linear, %d random; %d with label noise, %d networks, %d "
                  "dependent\n",
                  seen[0], seen[1], seen[2], noisy, deep, dependent);
    assert_true(seen[0] > 200 && seen[1] > 20 && seen[2] > 20);
    assert_true(noisy > 50 && deep > 200 && dependent > 50);
}

/* V ≤ min(√Σ P² √E a², (Σ P²)^¾ √E a², Σ P² max a) + ε √E[K²; X ≠ X']: on exact values, always.
   A bound without its second term, or with half the first, fails. */
static void the_bound_holds(void **state) {
    (void)state;
    static small_problem problem;
    int without = 0, halved = 0, sharp = 0;
    for (uint64_t number = 0; number < 1000; number++) {
        gm_measurement *m = NULL;
        make_problem(&problem, 5000 + number);
        check_ok(context, gm_measure(context, &problem.options, &m));
        const double slack = 1e-12 * (m->bound + m->noise_trace + m->mean_gradient + 0.1);
        if (!(m->variance.value <= m->bound + slack))
            fail_msg("%s: V %.17g above its bound %.17g", tell_problem(&problem), m->variance.value,
                     m->bound);
        if (!(m->collision_term <= m->bound_collision + slack))
            fail_msg("%s: D %.17g above its bound %.17g", tell_problem(&problem), m->collision_term,
                     m->bound_collision);
        if (!(fabs(m->dependence_term) <= m->bound_dependence + slack))
            fail_msg("%s: O %.17g above its bound %.17g", tell_problem(&problem),
                     m->dependence_term, m->bound_dependence);
        check_near(m->bound, m->bound_collision + m->bound_dependence, slack);
        check_near(m->variance.value, m->collision_term + m->dependence_term, slack);
        without += m->variance.value > m->bound_collision + slack;
        halved += m->collision_term > 0.5 * m->bound_collision + slack;
        sharp += m->collision_term > 0.9 * m->bound_collision && m->bound_collision > 1e-9;
        gm_measurement_destroy(context, m);
    }
    print_message("1000 bounds: %d need the second term, %d the whole first one, %d within a "
                  "tenth\n",
                  without, halved, sharp);
    assert_true(without > 20 && halved > 20 && sharp > 5);
}

/* What gm_measurement says is made of what gm_values says. */
static void measurements_carry_the_values(void **state) {
    (void)state;
    static small_problem problem;
    for (uint64_t number = 0; number < 40; number++) {
        gm_measurement *m = NULL;
        make_problem(&problem, 9000 + number);
        problem.options.samples = 100 + (int64_t)number;
        problem.options.budget = 7.0;
        const gm_values v = exact_values(&problem.options);
        const plain_values e = plain_enumerate(&problem.plain);
        check_ok(context, gm_measure(context, &problem.options, &m));
        const double root = sqrt((double)e.collision), square = sqrt((double)e.activity_square);
        const double least = fmin(fmin(root * square, pow(root, 1.5) * square),
                                  root * root * (double)e.activity_largest);
        check_near(m->bound_collision, least, 1e-10 * (1 + least));
        check_near(m->bound_dependence,
                   sqrt(fmax(0, (double)(e.epsilon_squared * e.kernel_square))), 1e-8);
        check_near(m->collision, (double)e.collision, 1e-12);
        if (!problem.options.rows)
            check_near(m->entropy.nats, -log((double)e.collision), 1e-10);
        check_near(m->naive_variance,
                   v.variance.value +
                       (v.activity_mean - v.variance.value) / (100.0 + (double)number),
                   1e-12);
        assert_string_equal(m->method, "exact");
        assert_string_equal(m->form, v.form);
        assert_int_equal(m->columns, problem.plain.n);
        assert_int_equal(m->parameters, problem.plain.parameters);
        assert_int_equal(m->samples, problem.plain.points);
        assert_true(m->variance.std_error == 0.0 && m->variance.low == m->variance.value &&
                    m->variance.high == m->variance.value);
        if (m->noise_trace > 0.0 && m->variance.value > 0.0) {
            check_near(m->signal_to_noise * m->noise_trace, m->variance.value, 1e-12);
            check_near(m->samples_to_see_target * m->variance.value, m->noise_trace,
                       1e-12 * m->noise_trace);
            check_near(m->samples_lower_bound, m->samples_to_see_target,
                       1e-12 * m->samples_lower_bound);
            assert_string_equal(m->verdict,
                                m->samples_to_see_target <= 7.0 ? "informative" : "uninformative");
        }
        assert_true(m->budget == 7.0 && m->reason && strlen(m->reason) > 20);
        gm_measurement_destroy(context, m);
    }
}

/* A model of the caller that is the network of the enumeration. */
static gm_status forward(void *user, int64_t count, const double *x, double *p) {
    const plain *m = user;
    real seen[MOST_N], jacobian[MOST_P];
    for (int64_t i = 0; i < count; i++) {
        for (int j = 0; j < m->n; j++)
            seen[j] = x[i * m->n + j];
        p[i] = (double)plain_model(m, seen, jacobian);
    }
    return GM_OK;
}

static gm_status backward(void *user, int64_t count, const double *x, const double *v,
                          double *gradient) {
    const plain *m = user;
    real seen[MOST_N], jacobian[MOST_P], sum[MOST_P] = {0};
    for (int64_t i = 0; i < count; i++) {
        for (int j = 0; j < m->n; j++)
            seen[j] = x[i * m->n + j];
        (void)plain_model(m, seen, jacobian);
        for (int k = 0; k < m->parameters; k++)
            sum[k] += v[i] * jacobian[k];
    }
    for (int k = 0; k < m->parameters; k++)
        gradient[k] = (double)sum[k];
    return GM_OK;
}

static void functions_are_exact_too(void **state) {
    (void)state;
    static small_problem problem;
    for (uint64_t number = 0; number < 60; number++) {
        make_problem(&problem, 20000 + number);
        plain *m = &problem.plain;
        const gm_function_model function = {m->n, m->parameters, forward, backward, m};
        problem.options.function = &function;
        problem.options.model = NULL;
        problem.options.weights = NULL;
        problem.options.weight_count = 0;
        const plain_values expected = plain_enumerate(m);
        const gm_values values = exact_values(&problem.options);
        compare_all(&problem, &values, &expected);
    }
}

/*
 * Uniform secrets on any Z_q^n, a reading of first harmonics, any model, any law: with ρ = E cos
 * 2πe/q, from E_s cos⟨s,x⟩cos⟨s,x'⟩ = ½[x = x'] + ½[x = −x'] and its like,
 *   cos: V = ½ρ² Σ_{x≠0} (P(x)²‖J(x)‖² + P(x)P(−x)⟨J(x), J(−x)⟩), sin: minus,
 *   cosine loss on phases: 2π²ρ² Σ_{x≠0} (P²‖J‖² − P(x)P(−x)⟨J(x), J(−x)⟩ cos 2π(p(x) + p(−x))).
 * x = 0 is left out: every target is the same there. (docs/theory/informativeness.md)
 */
static real closed_form(const plain *m, int reading) {
    static plain_tables t;
    const real two_pi = 8 * atanl(1);
    real rho = 0, sum = 0;
    plain_fill(m, &t);
    for (int e = 0; e < m->q; e++)
        rho += m->error[e] * cosl(two_pi * e / m->q);
    for (int i = 0; i < m->points; i++) {
        bool zero = true;
        for (int j = 0; j < m->n; j++)
            zero = zero && m->x[i][j] == 0;
        if (zero)
            continue;
        sum += m->p[i] * m->p[i] * t.norm[i];
        for (int k = 0; k < m->points; k++) {
            bool opposite = true;
            real inner = 0;
            for (int j = 0; j < m->n; j++)
                opposite = opposite && fmod(m->x[i][j] + m->x[k][j], m->q) == 0;
            for (int r = 0; r < m->parameters; r++)
                inner += t.jacobian[i][r] * t.jacobian[k][r];
            const real phase = reading == 2   ? -cosl(two_pi * (t.output[i] + t.output[k]))
                               : reading == 3 ? -1
                                              : 1;
            sum += opposite ? m->p[i] * m->p[k] * inner * phase : 0;
        }
    }
    return (reading == 2 ? two_pi * two_pi : 1) * rho * rho * sum / 2;
}

static void the_closed_form_agrees(void **state) {
    (void)state;
    static small_problem problem;
    static const char *const readings[] = {"", "cos", "phase", "sin"};
    static const char *const losses[] = {"", "squared", "cosine", "squared"};
    int at_zero = 0;
    for (int number = 0; number < 150; number++) {
        uint64_t seed = (uint64_t)number + 777;
        const int q = 2 + roll(&seed, 11), reading = 1 + number % 3;
        plain *m = &problem.plain;
        problem = (small_problem){.plain = {.class = CHARACTERS}};
        make_residues(&problem, &seed, 1 + roll(&seed, q < 6 ? 3 : 2), q);
        make_lwe(&problem, &seed);
        const double sigma = number % 4 ? 0.3 + 0.1 * roll(&seed, 10) : 0;
        const plain_law all = plain_uniform(0, q);
        const plain_law errors = plain_gaussian(fmax(sigma, 1e-3), 0, q - 1, q);
        plain_secrets(m, &all, -1);
        memcpy(m->error, errors.p, (size_t)q * sizeof *errors.p);
        snprintf(problem.targets, sizeof problem.targets, "lwe:read=%s,sigma=%.17g",
                 readings[reading], sigma);
        make_model(&problem, &seed, 1.0);
        problem.options.targets = problem.targets;
        problem.options.loss = losses[reading];
        const gm_values v = exact_values(&problem.options);
        compare(&problem, "V", v.variance.value, closed_form(m, reading), v.activity_mean);
        at_zero += m->layers > 0 && v.variance.value > 0.0;
    }
    assert_true(at_zero > 50);
}

/* --- parts --- */

/* Sums over pairs against loops over what was handed in. */
static void pairs_are_summed(void **state) {
    (void)state;
    static small_problem problem;
    for (uint64_t number = 0; number < 40; number++) {
        gm_meter *meter = NULL;
        gm_sample *whole = NULL;
        gm_pair_sums sums;
        double kernel = 0.0, squares = 0.0, dependence = 0.0, exact_kernel = 0.0;
        make_problem(&problem, 30000 + number);
        check_ok(context, gm_meter_create(context, &problem.options, &meter));
        if (meter->targets->count > 0.0) {
            check_ok(context, gm_sample_whole(meter, &whole));
            check_ok(context, gm_pairs(meter, whole, &sums));
            const int64_t p = meter->model->parameters, stride = whole->targets + 1;
            double *j = malloc((size_t)(whole->rows * p) * sizeof *j);
            assert_non_null(j);
            gm_model_jacobian(meter->model, whole->rows, whole->a, whole->delta, j);
            for (int64_t a = 0; a < whole->rows; a++)
                for (int64_t b = 0; b < whole->rows; b++) {
                    double k = 0.0, c = 0.0;
                    for (int64_t r = 0; r < p; r++)
                        k += j[a * p + r] * j[b * p + r];
                    for (int64_t h = 0; h < whole->targets; h++)
                        c += whole->share[h] * whole->phi[a * stride + h] *
                             whole->phi[b * stride + h];
                    const double weight = a == b ? 0.0 : whole->p[a] * whole->p[b];
                    kernel += weight * k * k;
                    squares += weight * c * c;
                    dependence += weight * k * c;
                }
            check_near(sums.kernel, kernel, 1e-12 * (1 + kernel));
            check_near(sums.epsilon_squared, squares, 1e-12 * (1 + squares));
            check_near(sums.dependence, dependence, 1e-12 * (1 + kernel + squares));
            check_ok(context, gm_exact_kernel(meter, &exact_kernel));
            check_near(exact_kernel, kernel, 1e-12 * (1 + kernel));
            free(j);
            gm_sample_destroy(context, whole);
        }
        gm_meter_destroy(context, meter);
    }
}

/* More than one tile of pairs, more than one piece and chunk of everything. */
static void large_supports_are_cut_alike(void **state) {
    (void)state;
    const gm_measure_options options = {.inputs = "zq:n=3,q=9",
                                        .targets = "lwe:secret=ternary,read=centered,sigma=.7",
                                        .model = "mlp:hidden=3,act=sin",
                                        .loss = "squared",
                                        .method = "exact",
                                        .seed = 4};
    gm_meter *meter = NULL;
    gm_sample *whole = NULL;
    gm_pair_sums sums;
    check_ok(context, gm_meter_create(context, &options, &meter));
    check_ok(context, gm_sample_whole(meter, &whole));
    check_ok(context, gm_pairs(meter, whole, &sums));
    const gm_values v = exact_values(&options);
    assert_int_equal(v.samples, 729);
    check_near(v.variance.value, v.collision_term + sums.dependence, 1e-12);
    assert_true(fabs(sums.dependence) > 1e-6);
    double kernel = 0.0;
    check_ok(context, gm_exact_kernel(meter, &kernel));
    check_near(sums.kernel, kernel, 1e-12 * kernel);
    gm_sample_destroy(context, whole);
    gm_meter_destroy(context, meter);
}

/* Outputs far from the labels leave their variance alone: it is not a difference of squares. */
static void large_outputs_lose_no_digits(void **state) {
    (void)state;
    const double small[4] = {0.3, -0.2, 0.1, 0.4}, large[4] = {0.3, -0.2, 0.1, 1e7};
    gm_measure_options options = {.inputs = "zq:n=1,q=5",
                                  .targets = "lwe:secret=binary,read=sin,sigma=.5",
                                  .model = "mlp:hidden=1,act=tanh",
                                  .method = "exact",
                                  .weights = small,
                                  .weight_count = 4};
    const gm_values near = exact_values(&options);
    options.weights = large;
    const gm_values moved = exact_values(&options);
    check_near(moved.collision_term, near.collision_term, 1e-9 * near.collision_term);
    check_near(moved.activity_mean, near.activity_mean, 1e-9 * near.activity_mean);
    check_near(moved.label_noise_trace, near.label_noise_trace, 1e-9 * near.label_noise_trace);
    check_near(moved.variance.value, near.variance.value, 1e-9 * near.variance.value);
    options.method = "sampled";
    gm_measurement *m = NULL;
    options.weights = small;
    check_ok(context, gm_measure(context, &options, &m));
    const double noise = m->label_noise_trace;
    gm_measurement_destroy(context, m);
    options.weights = large;
    check_ok(context, gm_measure(context, &options, &m));
    check_near(m->label_noise_trace, noise, 1e-9 * noise);
    gm_measurement_destroy(context, m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enumeration_agrees),
        cmocka_unit_test(the_bound_holds),
        cmocka_unit_test(measurements_carry_the_values),
        cmocka_unit_test(functions_are_exact_too),
        cmocka_unit_test(the_closed_form_agrees),
        cmocka_unit_test(pairs_are_summed),
        cmocka_unit_test(large_supports_are_cut_alike),
        cmocka_unit_test(large_outputs_lose_no_digits),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
