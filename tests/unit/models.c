/* What every model of the table must keep, and known values of each. */
#include "check.h"

#include "models/model.h"

enum { ROWS = 37, COLUMNS = 5, PICKED = 11, SIDES = 3, PARAMETERS_MAX = 4096 };

struct fixture {
    gm_context *context;
    double x[ROWS * COLUMNS], w[PARAMETERS_MAX], coefficients[PICKED * SIDES];
    int64_t index[PICKED];
    gm_rows rows;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(gm_context_create(NULL, &f->context), GM_OK);
    const gm_stream stream = {11, 0}, weights = {11, 1}, others = {11, 2}, picks = {11, 3};
    gm_random_gaussian(f->context, stream, 0, ROWS * COLUMNS, f->x);
    gm_random_gaussian(f->context, weights, 0, PARAMETERS_MAX, f->w);
    gm_random_gaussian(f->context, others, 0, PICKED * SIDES, f->coefficients);
    gm_random_index(f->context, picks, 0, PICKED, ROWS, f->index);
    f->index[PICKED - 1] = f->index[0]; /* rows may come twice */
    f->rows = (gm_rows){GM_ELEMENT_F64, ROWS, COLUMNS, COLUMNS, 1, f->x};
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    gm_context_destroy(f->context);
    free(f);
    return 0;
}

/* Σ_i coefficients[i][side] p(w, row index[i]). */
static double combined(struct fixture *f, const gm_model *model, const double *w, int side) {
    double z[ROWS], sum = 0;
    model->forward(f->context, &f->rows, w, 0, ROWS, z);
    for (int i = 0; i < PICKED; i++)
        sum += f->coefficients[i * SIDES + side] * z[f->index[i]];
    return sum;
}

static void backward_is_the_derivative_of_forward(void **state) {
    struct fixture *f = *state;
    const double step = 1e-5;
    const gm_model *model;
    for (int k = 0; (model = gm_model_at(k)) != NULL; k++) {
        int64_t d = model->parameters(COLUMNS);
        assert_in_range(d, 1, PARAMETERS_MAX);
        double *out = malloc((size_t)d * SIDES * sizeof *out);
        assert_non_null(out);
        for (int64_t j = 0; j < d * SIDES; j++)
            out[j] = NAN; /* all of it must be written */
        model->backward(f->context, &f->rows, f->w, PICKED, f->index, SIDES, f->coefficients, out);
        for (int side = 0; side < SIDES; side++)
            for (int64_t j = 0; j < d; j++) {
                double middle = f->w[j];
                f->w[j] = middle + step;
                double above = combined(f, model, f->w, side);
                f->w[j] = middle - step;
                double below = combined(f, model, f->w, side);
                f->w[j] = middle;
                check_near(out[side * d + j], (above - below) / (2 * step), 1e-7);
            }
        free(out);
    }
    assert_true(gm_model_at(0) != NULL);
}

static void outputs_do_not_depend_on_blocks(void **state) {
    struct fixture *f = *state;
    const gm_model *model;
    for (int k = 0; (model = gm_model_at(k)) != NULL; k++) {
        double whole[ROWS], pieces[ROWS];
        model->forward(f->context, &f->rows, f->w, 0, ROWS, whole);
        for (int64_t first = 0, count; first < ROWS; first += count) {
            count = first % 7 + 1 < ROWS - first ? first % 7 + 1 : ROWS - first;
            model->forward(f->context, &f->rows, f->w, first, count, pieces + first);
        }
        assert_memory_equal(whole, pieces, sizeof whole);
    }
}

static void names_find_their_model(void **state) {
    (void)state;
    const gm_model *model;
    int count = 0;
    for (; (model = gm_model_at(count)) != NULL; count++) {
        assert_ptr_equal(gm_model_find(model->name), model);
        assert_non_null(model->loss);
    }
    assert_null(gm_model_at(-1));
    assert_null(gm_model_at(count + 1));
    assert_null(gm_model_find("no such model"));
}

static void linear_is_the_inner_product(void **state) {
    struct fixture *f = *state;
    double z = NAN, expected = 0;
    for (int j = 0; j < COLUMNS; j++)
        expected += f->x[2 * COLUMNS + j] * f->w[j];
    gm_model_linear.forward(f->context, &f->rows, f->w, 2, 1, &z);
    check_near(z, expected, 1e-14);
    assert_int_equal(gm_model_linear.parameters(COLUMNS), COLUMNS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backward_is_the_derivative_of_forward),
        cmocka_unit_test(outputs_do_not_depend_on_blocks),
        cmocka_unit_test(names_find_their_model),
        cmocka_unit_test(linear_is_the_inner_product),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
