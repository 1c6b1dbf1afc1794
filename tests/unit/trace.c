/* What the squared length of noise should be, against Jacobians by products with unit vectors. */
#include "check.h"

#include "curvature/trace.h"
#include "data/dataset.h"

enum { ROWS = 700, MOST_D = 64, MOST_C = 3, SEEDS = 300 };

static const struct form {
    const char *model;
    int64_t classes, columns;
} forms[] = {{"linear", 0, 4},
             {"logistic", 2, 5},
             {"softmax", 3, 4},
             {"mlp:hidden=3,act=tanh", 3, 4},
             {"mlp:hidden=3,act=tanh", 0, 4}};
enum { FORMS = sizeof forms / sizeof *forms, NETWORK = 4 };

typedef struct task {
    gm_context *context;
    gm_dataset *dataset;
    gm_model *model;
    double w[MOST_D];
} task;

static task make(const struct form *form) {
    static double x[ROWS * 5], y[ROWS];
    task t = {.context = make_context(1, GM_ISA_AUTO)};
    const gm_model_shape shape = {.columns = form->columns, .classes = form->classes};
    gm_random_gaussian(t.context, (gm_stream){7, 0}, 0, ROWS * form->columns, x);
    for (int i = 0; i < ROWS; i++)
        y[i] = form->classes ? i % (int)form->classes : 0.5 * i;
    check_ok(t.context, gm_dataset_from_arrays(t.context, ROWS, form->columns, x, y, &t.dataset));
    check_ok(t.context, gm_model_create(t.context, form->model, &shape, &t.model));
    assert_true(t.model->parameters <= MOST_D && t.model->outputs <= MOST_C);
    gm_random_gaussian(t.context, (gm_stream){7, 1}, 0, t.model->parameters, t.w);
    return t;
}

static void release(task *t) {
    gm_model_destroy(t->context, t->model);
    gm_dataset_destroy(t->dataset);
    gm_context_destroy(t->context);
}

/* tr Jᵀ H J = Σ_ab H_ab ⟨J_a, J_b⟩ of one row; plain: H is the identity. */
static double expected_trace(const task *t, int64_t row, bool plain) {
    const gm_model *model = t->model;
    const gm_rows *rows = gm_dataset_matrix(t->dataset);
    const int c = model->outputs;
    double z[MOST_C], units[MOST_C * MOST_C] = {0}, j[MOST_C * MOST_D], sum = 0.0;
    double *scratch = malloc((size_t)(model->scratch(model, 1, c) + 1) * sizeof *scratch);
    for (int a = 0; a < c; a++)
        units[a * c + a] = 1.0;
    model->forward(model, t->context, rows, t->w, row, 1, scratch, z);
    model->backward(model, t->context, rows, t->w, 1, &row, c, units, scratch, j);
    for (int a = 0; a < c; a++)
        for (int b = 0; b < c; b++) {
            double h = a == b;
            if (!plain)
                model->loss->curvature(1, c, z, a, b, &h);
            for (int64_t k = 0; k < model->parameters; k++)
                sum += h * j[a * model->parameters + k] * j[b * model->parameters + k];
        }
    free(scratch);
    return sum;
}

static void traces_are_those_of_the_jacobian(void **state) {
    (void)state;
    static double found[ROWS];
    for (int f = 0; f < FORMS; f++)
        for (int plain = 0; plain < 2; plain++) {
            task t = make(&forms[f]);
            const gm_noise_law law = plain ? GM_NOISE_PLAIN : GM_NOISE_LINK;
            const gm_rows *rows = gm_dataset_matrix(t.dataset);
            const int64_t some[] = {699, 3, 3, 128};
            check_ok(t.context,
                     gm_row_traces(t.context, t.model, t.w, law, rows, ROWS, NULL, found));
            for (int i = 0; i < ROWS; i++)
                check_near(found[i] / expected_trace(&t, i, plain), 1.0, 1e-11);
            check_ok(t.context, gm_row_traces(t.context, t.model, t.w, law, rows, 4, some, found));
            for (int i = 0; i < 4; i++)
                check_near(found[i] / expected_trace(&t, some[i], plain), 1.0, 1e-11);
            release(&t);
        }
}

static void means_know_their_error(void **state) {
    (void)state;
    const double traces[] = {1.0, 2.0, 6.0};
    const gm_mean_trace all = gm_trace_mean(3, traces, 3), some = gm_trace_mean(3, traces, 30);
    check_near(all.value, 3.0, 1e-15);
    check_near(all.variance, 0.0, 0.0);
    check_near(some.value, 3.0, 1e-15);
    check_near(some.variance, 0.9 * 7.0 / 3.0, 1e-15); /* spread 7, of three, of which a tenth */
    assert_true(isnan(gm_trace_mean(1, traces, 2).value));
    check_near(gm_trace_mean(1, traces, 1).value, 1.0, 0.0);
}

/* 512 rows of 700 that a seed draws: no bias, and the error that they say. */
static void a_sample_of_rows_stands_for_all(void **state) {
    (void)state;
    task t = make(&forms[NETWORK]);
    gm_problem *problem = NULL;
    const gm_recover_options options = {.model = forms[NETWORK].model, .at = "init"};
    double whole = 0.0, sum = 0.0, squares = 0.0, said = 0.0;
    check_ok(t.context, gm_problem_create(t.context, t.dataset, &options, &problem));
    check_ok(t.context, gm_problem_place(problem, 1));
    memcpy(t.w, problem->weights, (size_t)t.model->parameters * sizeof *t.w);
    for (int i = 0; i < ROWS; i++)
        whole += expected_trace(&t, i, false) / ROWS;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        gm_mean_trace found;
        check_ok(t.context, gm_problem_trace(problem, GM_NOISE_LINK, seed, &found));
        sum += (found.value - whole) / SEEDS;
        squares += (found.value - whole) * (found.value - whole) / SEEDS;
        said += found.variance / SEEDS;
    }
    check_near(sum, 0.0, 5.0 * sqrt(squares / SEEDS));
    check_between(squares / said, 0.7, 1.4); /* five of √(2/300) */
    assert_true(squares > 0.0);
    gm_problem_destroy(problem);
    release(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_are_those_of_the_jacobian),
        cmocka_unit_test(means_know_their_error),
        cmocka_unit_test(a_sample_of_rows_stands_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
