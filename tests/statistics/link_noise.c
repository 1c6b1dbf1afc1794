/* Noise that knows the link recovers the Hessian of logistic regression and of softmax where the
   weights are large; plain noise recovers the second moments of the inputs instead. */
#include "problem.h"

#include "curvature/problem.h"
#include "linalg/linalg.h"

enum { ROWS = 10000, D = 20, MOST = 64, BATCH = 64, VECTORS = 4000, RUNS = 16 };

static gm_context *context;

/* Inputs N(0, I); labels drawn from softmax(x₀, −x₀, 0, …) over the classes. */
static gm_dataset *make_data(int64_t columns, int classes) {
    gm_dataset *data = NULL;
    double *x = malloc((size_t)(ROWS * columns) * sizeof *x);
    double *y = malloc(ROWS * sizeof *y), *uniform = malloc(ROWS * sizeof *uniform);
    assert_true(x && y && uniform);
    gm_random_gaussian(context, (gm_stream){21, 100}, 0, ROWS * columns, x);
    gm_random_uniform(context, (gm_stream){21, 101}, 0, ROWS, uniform);
    for (int64_t i = 0; i < ROWS; i++) {
        const double up = exp(x[i * columns]), down = exp(-x[i * columns]);
        const double total = up + down + classes - 2, u = uniform[i] * total;
        y[i] = u < up ? 0 : u < up + down ? 1 : fmin(2 + floor(u - up - down), classes - 1);
    }
    check_ok(context, gm_dataset_from_arrays(context, ROWS, columns, x, y, &data));
    free(uniform);
    free(y);
    free(x);
    return data;
}

static int set_up(void **state) {
    (void)state;
    context = make_context(2, GM_ISA_AUTO);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gm_context_destroy(context);
    return 0;
}

static double operator_norm(int64_t d, const double *a) {
    double copy[MOST * MOST], values[MOST];
    memcpy(copy, a, (size_t)(d * d) * sizeof *copy);
    check_ok(context, gm_symmetric_eigenvalues(context, d, copy, values));
    return fmax(fabs(values[0]), fabs(values[d - 1]));
}

/* Relative operator error of a paired recovery at that point. */
static double error_of(const gm_dataset *data, const char *model, const char *noise, const char *at,
                       uint64_t seed) {
    gm_recovery *r = NULL;
    gm_problem *place = NULL;
    double truth[MOST * MOST], difference[MOST * MOST];
    const gm_recover_options options = {.model = model,
                                        .estimator = "paired",
                                        .shrink = "none",
                                        .noise = noise,
                                        .at = at,
                                        .batch_size = BATCH,
                                        .num_gradients = 2 * VECTORS,
                                        .seed = seed};
    check_ok(context, gm_recover(context, data, &options, &r));
    assert_int_equal(r->noise_vectors, VECTORS);
    const int64_t d = r->dimension;
    assert_in_range(d, 1, MOST);
    check_ok(context, gm_problem_create(context, data, &options, &place));
    check_ok(context, gm_problem_place(place, seed));
    check_ok(context, gm_problem_curvature(place, NULL, truth));
    for (int64_t i = 0; i < d * d; i++)
        difference[i] = r->hessian[i] - truth[i];
    gm_problem_destroy(place);
    gm_recovery_destroy(context, r);
    return operator_norm(d, difference) / operator_norm(d, truth);
}

/* Mean and standard error over seeds. */
typedef struct runs {
    double mean, error;
} runs;

static runs run(const gm_dataset *data, const char *model, const char *noise, const char *at,
                int count) {
    runs out = {0};
    double squares = 0.0;
    for (int s = 0; s < count; s++) {
        const double e = error_of(data, model, noise, at, 1 + (uint64_t)s);
        out.mean += e / count;
        squares += e * e / count;
    }
    out.error = sqrt((squares - out.mean * out.mean) / (count - 1));
    print_message("%s, %s: %.4f +- %.4f\n", model, noise, out.mean, out.error);
    return out;
}

/*
 * ‖w‖ = 3, Σ = I. With t = ⟨x, w⟩ ~ N(0, 9): a = E p(1−p) = .1049 is the curvature across w, 19
 * times, and E p(1−p) t²/9 = .034 that along it. Σ = I in its place is wrong by (1 − .034)/.1049
 * = 9.2 of the norm, across w by 8.5; what plain noise shows of it also has an error of its own.
 * The largest of 19 equal eigenvalues is found too large by 2√γ + γ = .143, γ = 19/4000, in the
 * limit of many; of so few it falls short of that edge by a tenth.
 */
static void logistic_needs_noise_that_knows_the_link(void **state) {
    (void)state;
    gm_dataset *data = make_data(D, 2);
    const runs link = run(data, "logistic", "link", "random:norm=3", RUNS);
    const runs sampled = run(data, "logistic", "sampled", "random:norm=3", RUNS / 2);
    const runs plain = run(data, "logistic", "plain", "random:norm=3", 3);
    check_between(link.mean, 0.10, 0.13);
    check_near(sampled.mean, link.mean, 5.0 * hypot(link.error, sampled.error));
    assert_true(link.error < 0.005 && sampled.error < 0.008);
    check_between(plain.mean, 7.5, 9.5);
    gm_dataset_destroy(data);
}

/* Twenty parameters in five blocks, of which one direction in each column is free of curvature. */
static void softmax_is_recovered_by_class_blocks(void **state) {
    (void)state;
    gm_dataset *data = make_data(4, 5);
    const runs link = run(data, "softmax", "link", "random:distance=2", 4);
    const runs sampled = run(data, "softmax", "sampled", "random:distance=2", 4);
    const runs plain = run(data, "softmax", "plain", "random:distance=2", 2);
    check_between(link.mean, 0.03, 0.15);
    check_between(sampled.mean, 0.03, 0.15);
    check_between(plain.mean, 1.5, 20.0);
    gm_dataset_destroy(data);
}

/* At the start: far from any optimum, where the Hessian itself is not positive semi-definite. */
static void networks_are_recovered_at_their_start(void **state) {
    (void)state;
    gm_dataset *data = make_data(4, 3);
    const runs squared = run(data, "mlp:hidden=4", "link", NULL, 2);
    const runs classes = run(data, "mlp:hidden=3x3,act=relu,loss=softmax", "link", NULL, 2);
    check_between(squared.mean, 0.005, 0.12);
    check_between(classes.mean, 0.005, 0.12);
    gm_dataset_destroy(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logistic_needs_noise_that_knows_the_link),
        cmocka_unit_test(softmax_is_recovered_by_class_blocks),
        cmocka_unit_test(networks_are_recovered_at_their_start),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
