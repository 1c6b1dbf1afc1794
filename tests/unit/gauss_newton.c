/* The generalised Gauss-Newton matrix, the objective, the optimum, classes and points of every
 * model. */
#include "check.h"

#include "curvature/gauss_newton.h"
#include "curvature/objective.h"
#include "curvature/optimum.h"
#include "data/dataset.h"
#include "data/labels.h"

enum { ROWS = 611, COLUMNS = 4, MOST = 64 };

static gm_context *context;
static gm_dataset *numbers, *pair, *triple; /* targets: numbers, two values, three values */

static int set_up(void **state) {
    (void)state;
    double x[ROWS * COLUMNS], y[ROWS], two[ROWS], three[ROWS];
    context = make_context(2, GM_ISA_AUTO);
    gm_random_gaussian(context, (gm_stream){3, 100}, 0, ROWS * COLUMNS, x);
    gm_random_gaussian(context, (gm_stream){3, 101}, 0, ROWS, y);
    for (int i = 0; i < ROWS; i++) {
        x[i * COLUMNS + 1] += 0.5; /* not centred */
        two[i] = x[i * COLUMNS] + y[i] > 0 ? 7 : -2;
        three[i] = y[i] > 0.5 ? 30 : x[i * COLUMNS + 1] + y[i] > 0 ? 10 : 20;
    }
    check_ok(context, gm_dataset_from_arrays(context, ROWS, COLUMNS, x, y, &numbers));
    check_ok(context, gm_dataset_from_arrays(context, ROWS, COLUMNS, x, two, &pair));
    check_ok(context, gm_dataset_from_arrays(context, ROWS, COLUMNS, x, three, &triple));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gm_dataset_destroy(numbers);
    gm_dataset_destroy(pair);
    gm_dataset_destroy(triple);
    gm_context_destroy(context);
    return 0;
}

static gm_problem *make(const gm_dataset *data, const char *model, const char *at) {
    const gm_recover_options options = {.model = model, .at = at};
    gm_problem *p = NULL;
    check_ok(context, gm_problem_create(context, data, &options, &p));
    check_ok(context, gm_problem_place(p, 5));
    assert_in_range(p->model->parameters, 1, MOST);
    return p;
}

/* Counts 0, 1, 2, 3 in turn: rows that count twice must weigh twice. */
static void fill_counts(double *counts) {
    for (int i = 0; i < ROWS; i++)
        counts[i] = i % 4;
}

/* Block by block against row by row, with and without counts. */
static void fast_and_general_agree(void **state) {
    (void)state;
    const struct {
        const gm_dataset *data;
        const char *model;
    } cases[] = {{numbers, "linear"}, {pair, "logistic"}, {pair, "softmax"}, {triple, "softmax"}};
    static double counts[ROWS], fast[MOST * MOST], general[MOST * MOST];
    fill_counts(counts);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int weighted = 0; weighted <= 1; weighted++) {
            gm_problem *p = make(cases[i].data, cases[i].model, "random:norm=2");
            const gm_rows *rows = gm_dataset_matrix(p->dataset);
            const int64_t d = p->model->parameters;
            const double *c = weighted ? counts : NULL;
            double scale = 0;
            check_ok(context, gm_problem_curvature(p, c, fast));
            check_ok(context,
                     gm_gauss_newton_rows(context, rows, p->model, p->weights, c, general));
            for (int64_t j = 0; j < d; j++)
                scale = fmax(scale, general[j * d + j]);
            for (int64_t j = 0; j < d * d; j++)
                check_near(fast[j], general[j], 1e-14 * ROWS * scale);
            gm_problem_destroy(p);
        }
}

/* For models linear in w the matrix is the Hessian: differences of the gradient. */
static void linear_models_have_their_hessian(void **state) {
    (void)state;
    const struct {
        const gm_dataset *data;
        const char *model;
    } cases[] = {{numbers, "linear"}, {pair, "logistic"}, {triple, "softmax"}};
    const double step = 1e-5;
    static double truth[MOST * MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_problem *p = make(cases[i].data, cases[i].model, "random:norm=2");
        const int64_t d = p->model->parameters;
        gm_objective *objective = NULL;
        double above[MOST], below[MOST], gradient[MOST], up, down;
        check_ok(context, gm_problem_curvature(p, NULL, truth));
        check_ok(context, gm_objective_create(p, &objective));
        check_ok(context, gm_objective_evaluate(objective, p->weights, &up, gradient));
        for (int64_t j = 0; j < d; j++) {
            const double middle = p->weights[j];
            p->weights[j] = middle + step;
            check_ok(context, gm_objective_evaluate(objective, p->weights, &up, above));
            p->weights[j] = middle - step;
            check_ok(context, gm_objective_evaluate(objective, p->weights, &down, below));
            p->weights[j] = middle;
            check_near(gradient[j], (up - down) / (2 * step), 1e-8);
            for (int64_t k = 0; k < d; k++)
                check_near(truth[k * d + j], (above[k] - below[k]) / (2 * step), 1e-8);
        }
        gm_objective_destroy(objective);
        gm_problem_destroy(p);
    }
}

/* J by differences of the outputs, H by those of the residual: Jᵀ H J row by row. */
static void networks_have_their_gauss_newton(void **state) {
    (void)state;
    const struct {
        const gm_dataset *data;
        const char *model;
    } cases[] = {{numbers, "mlp:hidden=3x2"},
                 {pair, "mlp:hidden=3,act=relu,loss=logistic"},
                 {triple, "mlp:hidden=3,loss=softmax"}};
    enum { C = 3 };
    const double step = 1e-5;
    static double truth[MOST * MOST], expected[MOST * MOST], counts[ROWS], scratch[ROWS * MOST];
    static double jacobian[ROWS][C][MOST], z[ROWS * C], above[ROWS * C], below[ROWS * C];
    fill_counts(counts);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_problem *p = make(cases[i].data, cases[i].model, NULL);
        const gm_rows *rows = gm_dataset_matrix(p->dataset);
        const gm_model *m = p->model;
        const int64_t d = m->parameters;
        const int c = m->outputs;
        double total = 0;
        assert_in_range(m->scratch(m, ROWS, 1), 0, ROWS * MOST);
        check_ok(context, gm_problem_curvature(p, counts, truth));
        m->forward(m, context, rows, p->weights, 0, ROWS, scratch, z);
        for (int64_t j = 0; j < d; j++) {
            const double middle = p->weights[j];
            p->weights[j] = middle + step;
            m->forward(m, context, rows, p->weights, 0, ROWS, scratch, above);
            p->weights[j] = middle - step;
            m->forward(m, context, rows, p->weights, 0, ROWS, scratch, below);
            p->weights[j] = middle;
            for (int64_t r = 0; r < ROWS * c; r++)
                jacobian[r / c][r % c][j] = (above[r] - below[r]) / (2 * step);
        }
        memset(expected, 0, sizeof expected);
        for (int64_t r = 0; r < ROWS; r++) {
            total += counts[r];
            for (int a = 0; a < c; a++) {
                double y[C] = {0}, up[C], down[C];
                z[r * c + a] += step;
                m->loss->residual(1, c, z + r * c, y, up);
                z[r * c + a] -= 2 * step;
                m->loss->residual(1, c, z + r * c, y, down);
                z[r * c + a] += step;
                for (int b = 0; b < c; b++)
                    for (int64_t s = 0; s < d * d; s++)
                        expected[s] += counts[r] * (up[b] - down[b]) / (2 * step) *
                                       jacobian[r][a][s / d] * jacobian[r][b][s % d];
            }
        }
        for (int64_t s = 0; s < d * d; s++)
            check_near(truth[s], expected[s] / total, 1e-8 * fmax(1, fabs(truth[0])));
        gm_problem_destroy(p);
    }
}

static double largest(int64_t d, const double *v) {
    double out = 0;
    for (int64_t j = 0; j < d; j++)
        out = fabs(v[j]) > out || isnan(v[j]) ? fabs(v[j]) : out;
    return out;
}

/* At the optimum the gradient vanishes; softmax has no part in the direction that it cannot see. */
static void optimum_is_where_the_gradient_vanishes(void **state) {
    (void)state;
    const struct {
        const gm_dataset *data;
        const char *model;
    } cases[] = {{numbers, "linear"}, {pair, "logistic"}, {triple, "softmax"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_problem *p = make(cases[i].data, cases[i].model, "optimum");
        gm_objective *objective = NULL;
        double gradient[MOST], loss, sum[COLUMNS] = {0};
        check_ok(context, gm_objective_create(p, &objective));
        check_ok(context, gm_objective_evaluate(objective, p->weights, &loss, gradient));
        check_near(largest(p->model->parameters, gradient), 0, 1e-12);
        check_between(largest(p->model->parameters, p->weights), 0.01, 10);
        for (int64_t j = 0; p->model->outputs > 1 && j < p->model->parameters; j++)
            sum[j % COLUMNS] += p->weights[j];
        check_near(largest(COLUMNS, sum), 0, 1e-9);
        gm_objective_destroy(objective);
        gm_problem_destroy(p);
    }
}

/* √(Σ_a u_aᵀ Σ u_a) of the way from the optimum. */
static void distances_are_kept(void **state) {
    (void)state;
    const struct {
        const gm_dataset *data;
        const char *model;
    } cases[] = {{numbers, "linear"}, {pair, "logistic"}, {triple, "softmax"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_problem *p = make(cases[i].data, cases[i].model, "optimum");
        gm_problem *q = make(cases[i].data, cases[i].model, "random:distance=2.5");
        const int64_t d = p->model->parameters;
        double square = 0;
        for (int64_t a = 0; a < d; a++)
            for (int64_t b = a / COLUMNS * COLUMNS; b < (a / COLUMNS + 1) * COLUMNS; b++)
                square += (q->weights[a] - p->weights[a]) * (q->weights[b] - p->weights[b]) *
                          q->moments[a % COLUMNS * COLUMNS + b % COLUMNS];
        check_near(sqrt(square), 2.5, 1e-12);
        gm_problem_destroy(q);
        gm_problem_destroy(p);
    }
}

static void points_have_their_limits(void **state) {
    (void)state;
    const struct {
        const gm_dataset *data;
        const char *model, *at, *message;
    } wrong[] = {{numbers, "mlp", "optimum", "model mlp has no single optimum"},
                 {pair, "mlp", "random:distance=1", "model mlp has no single optimum"},
                 {numbers, "linear", "innit", "did you mean init"},
                 {numbers, "logistic", NULL, "model logistic: the target has 611 classes"},
                 {triple, "logistic", NULL, "the target has 3 classes"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const gm_recover_options options = {.model = wrong[i].model, .at = wrong[i].at};
        gm_problem *p = NULL;
        check_fails(context, GM_INVALID_ARGUMENT, wrong[i].message,
                    gm_problem_create(context, wrong[i].data, &options, &p));
    }
    double norm = 0;
    gm_problem *p = make(triple, "mlp:hidden=3,loss=softmax", "random:norm=3");
    for (int64_t j = 0; j < p->model->parameters; j++)
        norm += p->weights[j] * p->weights[j];
    check_near(sqrt(norm), 3, 1e-14);
    gm_problem_destroy(p);
}

/* Two classes that a plane separates, wholly or but for ties, have no optimum. */
static void separable_classes_have_no_optimum(void **state) {
    (void)state;
    const double x[8] = {-2, -1, -3, -0.5, 0.5, 1, 2, 3}, y[8] = {0, 0, 0, 0, 1, 1, 1, 1};
    const double ties[8] = {0, 0, 0, 0, 0, 1, 1, 2}, labels[8] = {0, 1, 0, 1, 1, 1, 1, 1};
    const char *const models[] = {"logistic", "softmax"};
    for (int i = 0; i < 4; i++) {
        const gm_recover_options options = {.model = models[i % 2], .at = "optimum"};
        gm_dataset *data = NULL;
        gm_problem *p = NULL;
        check_ok(context, gm_dataset_from_arrays(context, 8, 1, i < 2 ? x : ties,
                                                 i < 2 ? y : labels, &data));
        check_ok(context, gm_problem_create(context, data, &options, &p));
        check_fails(context, GM_NUMERICAL_FAILURE, "separates", gm_problem_place(p, 1));
        gm_problem_destroy(p);
        gm_dataset_destroy(data);
    }
}

/* Numbers become classes in ascending order. */
static void labels_are_numbered(void **state) {
    (void)state;
    double out[ROWS];
    int64_t classes = 0;
    check_ok(context, gm_labels_number(context, triple, out, &classes));
    assert_int_equal(classes, 3);
    for (int i = 0; i < ROWS; i++)
        assert_true(out[i] == gm_dataset_targets(triple)[i] / 10 - 1);
    check_ok(context, gm_labels_number(context, pair, out, &classes));
    assert_int_equal(classes, 2);
    for (int i = 0; i < ROWS; i++)
        assert_true(out[i] == (gm_dataset_targets(pair)[i] > 0));
    enum { MANY = 1001 };
    static double x[MANY], y[MANY], room[MANY];
    gm_dataset *data = NULL;
    check_ok(context, gm_dataset_from_arrays(context, MANY, 1, x, y, &data));
    check_fails(context, GM_INVALID_ARGUMENT, "has 1 distinct value; ",
                gm_labels_number(context, data, room, &classes));
    gm_dataset_destroy(data);
    for (int i = 0; i < MANY; i++)
        y[i] = 0.5 * i;
    check_ok(context, gm_dataset_from_arrays(context, MANY, 1, x, y, &data));
    check_fails(context, GM_INVALID_ARGUMENT, "has 1001 distinct values; ",
                gm_labels_number(context, data, room, &classes));
    gm_dataset_destroy(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_and_general_agree),
        cmocka_unit_test(linear_models_have_their_hessian),
        cmocka_unit_test(networks_have_their_gauss_newton),
        cmocka_unit_test(optimum_is_where_the_gradient_vanishes),
        cmocka_unit_test(distances_are_kept),
        cmocka_unit_test(points_have_their_limits),
        cmocka_unit_test(separable_classes_have_no_optimum),
        cmocka_unit_test(labels_are_numbered),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
