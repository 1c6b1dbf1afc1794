/* Hessian-vector products: what one batch holds, resolved along all axes or completed from a few,
   and where that beats label noise. */
#include "problem.h"

#include "curvature/hvp.h"
#include "data/dataset.h"
#include "linalg/linalg.h"

enum { ROWS = 400, D = 12, SEED = 5 };

static gm_context *context;
static problem data, classes;

static int set_up(void **state) {
    (void)state;
    double spectrum[D], labels[ROWS];
    context = make_context(2, GM_ISA_AUTO);
    for (int j = 0; j < D; j++)
        spectrum[j] = 1.0 / (j + 1);
    data = make_problem(context, ROWS, D, spectrum, 0.3, 0.5, 1);
    classes = data;
    for (int i = 0; i < ROWS; i++)
        labels[i] = data.targets[i] > 0.2 ? 2.0 : data.targets[i] > -0.3 ? 1.0 : 0.0;
    check_ok(context,
             gm_dataset_from_arrays(context, ROWS, D, data.inputs, labels, &classes.dataset));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gm_dataset_destroy(classes.dataset);
    free_problem(&data);
    gm_context_destroy(context);
    return 0;
}

static gm_problem *place(const gm_dataset *dataset, const char *model, const char *at,
                         int64_t batch_size) {
    gm_problem *p = NULL;
    const gm_recover_options options = {.model = model, .at = at, .batch_size = batch_size};
    check_ok(context, gm_problem_create(context, dataset, &options, &p));
    check_ok(context, gm_problem_place(p, 3));
    return p;
}

/* Generalised Gauss–Newton matrix of the rows that batches 0 … count−1 drew, by another path. */
static double *truth_of(gm_problem *p, int64_t count, double *norm) {
    const int64_t d = p->model->parameters, n = p->supply->batch_size;
    double counts[ROWS] = {0}, *out = malloc((size_t)(d * d) * sizeof *out);
    int64_t *index = malloc((size_t)n * sizeof *index);
    for (int64_t b = 0; b < count; b++) {
        gm_draw_batch(context, SEED, b, n, ROWS, index);
        for (int64_t i = 0; i < n; i++)
            counts[index[i]] += 1.0;
    }
    check_ok(context, gm_problem_curvature(p, counts, out));
    check_ok(context, gm_symmetric_norm(context, d, out, norm));
    free(index);
    return out;
}

/* ‖estimate − truth‖ over ‖truth‖ in the operator norm. */
static double error_of(gm_problem *p, int64_t gradients, int64_t batches) {
    const int64_t d = p->model->parameters;
    double norm = NAN, error = NAN, *truth = truth_of(p, batches, &norm);
    double *estimate = malloc((size_t)(d * d) * sizeof *estimate);
    check_ok(context, gm_hvp_estimate(p, SEED, gradients, estimate));
    for (int64_t i = 0; i < d * d; i++)
        estimate[i] -= truth[i];
    check_ok(context, gm_symmetric_norm(context, d, estimate, &error));
    free(estimate);
    free(truth);
    return error / norm;
}

/* Any step is exact for least squares, so that only rounding is left; 3 batches and 4 gradients
 * over. */
static void least_squares_gives_the_second_moments(void **state) {
    (void)state;
    static const char *const at[] = {"zero", "random:distance=1", "random:norm=1000"};
    for (int i = 0; i < 3; i++) {
        gm_problem *p = place(data.dataset, "linear", at[i], 20);
        check_between(error_of(p, 3 * (D + 1) + 4, 3), 0.0, 1e-8);
        /* Residuals of 10⁴ round by 10⁻¹², which a step of √ε would make 10⁻⁴. */
        for (int64_t row = 0; row < ROWS; row++)
            p->targets[row] *= 1e4;
        check_between(error_of(p, 3 * (D + 1) + 4, 3), 0.0, 1e-8);
        gm_problem_destroy(p);
    }
}

/* n = 5 rows span what 8 directions resolve: Nyström is exact there, and nothing less than 5 is. */
static void few_directions_complete_a_small_batch(void **state) {
    (void)state;
    gm_problem *p = place(data.dataset, "linear", "zero", 5);
    check_between(error_of(p, 9, 1), 0.0, 1e-6);
    check_between(error_of(p, 6, 1), 0.0, 1e-6);
    check_between(error_of(p, 5, 1), 1e-3, 1.0); /* Yᵀ C⁺ Y ⪯ H: the error is at most ‖H‖ */
    gm_problem_destroy(p);
}

/* Convex losses of linear outputs: the Hessian is Gauss–Newton, up to the √ε of a forward
 * difference. */
static void canonical_links_give_gauss_newton(void **state) {
    (void)state;
    gm_problem *p = place(classes.dataset, "softmax", "random:norm=1", 30);
    assert_int_equal(p->model->parameters, 3 * D);
    check_between(error_of(p, 2 * (3 * D + 1), 2), 0.0, 1e-6);
    gm_problem_destroy(p);
}

/* The Hessian of a network is Gauss–Newton where every residual is zero, and not elsewhere. */
static void networks_give_the_hessian(void **state) {
    (void)state;
    gm_problem *p = place(data.dataset, "mlp:hidden=3", "init", 40);
    const gm_model *model = p->model;
    const int64_t d = model->parameters;
    double *scratch = malloc((size_t)(model->scratch(model, ROWS, 1) + 1) * sizeof *scratch);
    check_between(error_of(p, d + 1, 1), 1e-3, 100.0);
    model->forward(model, context, gm_dataset_matrix(data.dataset), p->weights, 0, ROWS, scratch,
                   p->targets);
    check_between(error_of(p, d + 1, 1), 0.0, 1e-6);
    free(scratch);
    gm_problem_destroy(p);
}

/* In float32 a step of √ε of float64 would not move a weight: differences are good to √ε of
 * float32, 3e-4, times what is left of curvature beside the gradients. */
static void single_precision_takes_longer_steps(void **state) {
    (void)state;
    gm_problem *p = place(data.dataset, "cnn:channels=2,input=3x4,act=tanh", "init", 40);
    const gm_model *model = p->model;
    double *scratch = malloc((size_t)model->scratch(model, ROWS, 1) * sizeof *scratch);
    assert_non_null(scratch);
    assert_true(model->single);
    model->forward(model, context, gm_dataset_matrix(data.dataset), p->weights, 0, ROWS, scratch,
                   p->targets);
    check_between(error_of(p, model->parameters + 1, 1), 0.0, 0.02);
    free(scratch);
    gm_problem_destroy(p);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    gm_context *one = make_context(1, GM_ISA_AUTO), *two = context;
    double bits[2][D * D];
    for (int64_t gradients = 7; gradients <= 30; gradients += 23) {
        for (int i = 0; i < 2; i++) {
            context = i ? two : one;
            gm_problem *p = place(data.dataset, "linear", "random:norm=2", 20);
            check_ok(context, gm_hvp_estimate(p, SEED, gradients, bits[i]));
            gm_problem_destroy(p);
        }
        assert_memory_equal(bits[0], bits[1], sizeof bits[0]);
    }
    gm_context_destroy(one);
}

/* Gradients that do not resolve one more batch are left over: no more are spent than there are. */
static void the_budget_is_kept(void **state) {
    (void)state;
    double one[D * D], nearly_two[D * D];
    gm_problem *p = place(data.dataset, "linear", "zero", 20);
    check_ok(context, gm_hvp_estimate(p, SEED, D + 1, one));
    check_ok(context, gm_hvp_estimate(p, SEED, 2 * D + 1, nearly_two));
    assert_memory_equal(one, nearly_two, sizeof one);
    gm_problem_destroy(p);
}

static void one_gradient_is_refused(void **state) {
    (void)state;
    double out[D * D];
    gm_problem *p = place(data.dataset, "linear", "zero", 5);
    check_fails(context, GM_INVALID_ARGUMENT, "2 gradients", gm_hvp_estimate(p, SEED, 1, out));
    gm_problem_destroy(p);
}

/* Mean relative operator errors of pairs and of products over five seeds. */
static void errors_at(const gm_dataset *dataset, int64_t batch_size, int64_t gradients,
                      double *paired, double *products) {
    *paired = *products = 0.0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        gm_recovery *r = NULL;
        const gm_recover_options options = {.estimator = "paired",
                                            .shrink = "none",
                                            .batch_size = batch_size,
                                            .num_gradients = gradients,
                                            .compare = true,
                                            .seed = seed};
        check_ok(context, gm_recover(context, dataset, &options, &r));
        *paired += r->error.operator_relative / 5.0;
        *products += r->control_hvp.operator_relative / 5.0;
        gm_recovery_destroy(context, r);
    }
}

/* k gradients show k n/(d + 1) rows to the products and k/2 vectors to the pairs, which meet at
   n = (d + 1)/2. Flat spectrum, d = 40: ten times above, and ten below, where a vector of two rows
   has twice the fourth moment of a Gaussian one, so that five are left. */
static void large_batches_are_where_products_win(void **state) {
    (void)state;
    enum { COLUMNS = 40 };
    double spectrum[COLUMNS], paired, products;
    for (int j = 0; j < COLUMNS; j++)
        spectrum[j] = 1.0;
    problem flat = make_problem(context, 4000, COLUMNS, spectrum, 0.0, 0.5, 2);
    errors_at(flat.dataset, 205, 10 * (COLUMNS + 1), &paired, &products);
    print_message("n = 205: paired %.3f, products %.3f\n", paired, products);
    check_between(products, 1e-6, paired);
    errors_at(flat.dataset, 2, 20 * (COLUMNS + 1), &paired, &products);
    print_message("n = 2: paired %.3f, products %.3f\n", paired, products);
    check_between(paired, 1e-6, products);
    free_problem(&flat);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_squares_gives_the_second_moments),
        cmocka_unit_test(few_directions_complete_a_small_batch),
        cmocka_unit_test(canonical_links_give_gauss_newton),
        cmocka_unit_test(networks_give_the_hessian),
        cmocka_unit_test(single_precision_takes_longer_steps),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(one_gradient_is_refused),
        cmocka_unit_test(large_batches_are_where_products_win),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
