/* What every model of the table must keep, and known values of each. */
#include "check.h"

#include "models/model.h"

enum { ROWS = 37, COLUMNS = 5, CLASSES = 3, PICKED = 11, SIDES = 3, MOST = 4096 };

/* Models that the table can make, with the classes of the targets that they are made for. */
static const struct form {
    const char *text;
    int64_t classes;
} forms[] = {{"linear", 0}};
enum { FORMS = sizeof forms / sizeof *forms };

struct fixture {
    gm_context *context;
    double x[ROWS * COLUMNS], w[MOST], coefficients[PICKED * SIDES * CLASSES], scratch[MOST * 16];
    int64_t index[PICKED];
    gm_rows rows;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(gm_context_create(NULL, &f->context), GM_OK);
    const gm_stream stream = {11, 0}, weights = {11, 1}, others = {11, 2}, picks = {11, 3};
    gm_random_gaussian(f->context, stream, 0, ROWS * COLUMNS, f->x);
    gm_random_gaussian(f->context, weights, 0, MOST, f->w);
    gm_random_gaussian(f->context, others, 0, PICKED * SIDES * CLASSES, f->coefficients);
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

static gm_model *make(struct fixture *f, const struct form *form) {
    const gm_model_shape shape = {COLUMNS, form->classes};
    gm_model *model = NULL;
    check_ok(f->context, gm_model_create(f->context, form->text, &shape, &model));
    assert_in_range(model->parameters, 1, MOST);
    assert_in_range(model->outputs, 1, CLASSES);
    assert_in_range(model->scratch(model, ROWS, SIDES), 0, MOST * 16);
    return model;
}

/* Σ_i ⟨coefficients[i][side], z(row index[i])⟩. */
static double combined(struct fixture *f, const gm_model *model, const double *w, int side) {
    const int c = model->outputs;
    double z[ROWS * CLASSES], sum = 0;
    model->forward(model, f->context, &f->rows, w, 0, ROWS, f->scratch, z);
    for (int i = 0; i < PICKED; i++)
        for (int j = 0; j < c; j++)
            sum += f->coefficients[(i * SIDES + side) * c + j] * z[f->index[i] * c + j];
    return sum;
}

static void backward_is_the_derivative_of_forward(void **state) {
    struct fixture *f = *state;
    const double step = 1e-5;
    for (int k = 0; k < FORMS; k++) {
        gm_model *model = make(f, &forms[k]);
        const int64_t d = model->parameters;
        double *out = malloc((size_t)d * SIDES * sizeof *out);
        assert_non_null(out);
        for (int64_t j = 0; j < d * SIDES; j++)
            out[j] = NAN; /* all of it must be written */
        model->backward(model, f->context, &f->rows, f->w, PICKED, f->index, SIDES,
                        f->coefficients, f->scratch, out);
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
        gm_model_destroy(f->context, model);
    }
}

static void outputs_do_not_depend_on_blocks(void **state) {
    struct fixture *f = *state;
    for (int k = 0; k < FORMS; k++) {
        gm_model *model = make(f, &forms[k]);
        const int c = model->outputs;
        double whole[ROWS * CLASSES], pieces[ROWS * CLASSES];
        model->forward(model, f->context, &f->rows, f->w, 0, ROWS, f->scratch, whole);
        for (int64_t first = 0, count; first < ROWS; first += count) {
            count = first % 7 + 1 < ROWS - first ? first % 7 + 1 : ROWS - first;
            model->forward(model, f->context, &f->rows, f->w, first, count, f->scratch,
                           pieces + first * c);
        }
        assert_memory_equal(whole, pieces, (size_t)(ROWS * c) * sizeof *whole);
        gm_model_destroy(f->context, model);
    }
}

/* Every entry of the table has a form above. */
static void names_find_their_model(void **state) {
    struct fixture *f = *state;
    const gm_model_kind *kind;
    int count = 0;
    for (; (kind = gm_model_at(count)) != NULL; count++) {
        bool tried = false;
        assert_ptr_equal(gm_model_find(kind->name), kind);
        for (int k = 0; k < FORMS; k++)
            tried = tried || strncmp(forms[k].text, kind->name, strlen(kind->name)) == 0;
        assert_true(tried);
    }
    assert_null(gm_model_at(-1));
    assert_null(gm_model_at(count + 1));
    assert_null(gm_model_find("no such model"));
    const gm_model_shape shape = {COLUMNS, 0};
    gm_model *model = NULL;
    check_fails(f->context, GM_INVALID_ARGUMENT, "unknown model 'nothing'; use one of linear",
                gm_model_create(f->context, "nothing", &shape, &model));
}

static void linear_is_the_inner_product(void **state) {
    struct fixture *f = *state;
    gm_model *model = make(f, &forms[0]);
    double z = NAN, expected = 0;
    for (int j = 0; j < COLUMNS; j++)
        expected += f->x[2 * COLUMNS + j] * f->w[j];
    model->forward(model, f->context, &f->rows, f->w, 2, 1, f->scratch, &z);
    check_near(z, expected, 1e-14);
    assert_int_equal(model->parameters, COLUMNS);
    gm_model_destroy(f->context, model);
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
