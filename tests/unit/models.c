/* What every model of the table must keep, and known values of each. */
#include "check.h"

#include "models/model.h"
#include "random/streams.h"

enum {
    ROWS = 37,
    COLUMNS = 5,
    MOST_COLUMNS = 16,
    CLASSES = 3,
    PICKED = 11,
    SIDES = 3,
    MOST = 4096
};

/* Models that the table can make, with the classes of the targets that they are made for. */
static const struct form {
    const char *text;
    int64_t classes;
    int64_t columns;
    bool single; /* outputs are computed in float32, and the Jacobian has no factors */
} forms[] = {{"linear", 0, COLUMNS, false},
             {"logistic", 2, COLUMNS, false},
             {"softmax", 3, COLUMNS, false},
             {"mlp:hidden=4x3", 0, COLUMNS, false},
             {"mlp:hidden=7,act=relu", 2, COLUMNS, false},
             {"mlp:hidden=4x6x2,act=tanh", 3, COLUMNS, false},
             {"mlp:hidden=6x5,act=sin", 0, COLUMNS, false},
             {"mlp:hidden=3,loss=softmax", 2, COLUMNS, false},
             {"mlp:hidden=3,loss=squared", 2, COLUMNS, false},
             {"cnn:channels=2x3,act=tanh", 3, 16, true},
             {"cnn:channels=5,input=2x3x2,act=sin", 0, 12, true}};
enum { FORMS = sizeof forms / sizeof *forms };

struct fixture {
    gm_context *context;
    double x[ROWS * MOST_COLUMNS], w[MOST], coefficients[PICKED * SIDES * CLASSES],
        scratch[MOST * 16];
    int64_t index[PICKED];
    gm_rows rows;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(gm_context_create(NULL, &f->context), GM_OK);
    const gm_stream stream = {11, 0}, weights = {11, 1}, others = {11, 2}, picks = {11, 3};
    gm_random_gaussian(f->context, stream, 0, ROWS * MOST_COLUMNS, f->x);
    gm_random_gaussian(f->context, weights, 0, MOST, f->w);
    gm_random_gaussian(f->context, others, 0, PICKED * SIDES * CLASSES, f->coefficients);
    gm_random_index(f->context, picks, 0, PICKED, ROWS, f->index);
    f->index[PICKED - 1] = f->index[0]; /* rows may come twice */
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
    const int64_t columns = form->columns;
    const gm_model_shape shape = {.columns = columns, .classes = form->classes};
    gm_model *model = NULL;
    assert_in_range(columns, 1, MOST_COLUMNS);
    f->rows = (gm_rows){GM_ELEMENT_F64, ROWS, columns, columns, 1, f->x};
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

/* Rows of the Jacobian from its factors are what backward gives for one row each; the outputs are
   those of forward. */
static void factors_make_up_the_jacobian(void **state) {
    struct fixture *f = *state;
    int known = 0;
    for (int k = 0; k < FORMS; k++) {
        gm_model *model = make(f, &forms[k]);
        const int64_t d = model->parameters;
        assert_int_equal(model->factors != NULL, model->outputs == 1 && !forms[k].single);
        if (!model->factors) {
            gm_model_destroy(f->context, model);
            continue;
        }
        const int64_t ins = gm_model_factor_inputs(model), outs = gm_model_factor_outputs(model);
        double *a = malloc((size_t)(ROWS * ins) * sizeof *a), z[ROWS], forward[ROWS];
        double *delta = malloc((size_t)(ROWS * outs) * sizeof *delta);
        double *j = malloc((size_t)(ROWS * d) * sizeof *j), *row = malloc((size_t)d * sizeof *row);
        assert_true(a && delta && j && row);
        check_ok(f->context, model->factors(model, f->w, ROWS, f->x, z, a, delta));
        gm_model_jacobian(model, ROWS, a, delta, j);
        model->forward(model, f->context, &f->rows, f->w, 0, ROWS, f->scratch, forward);
        for (int64_t i = 0; i < ROWS; i++) {
            const double one = 1.0;
            model->backward(model, f->context, &f->rows, f->w, 1, &i, 1, &one, f->scratch, row);
            check_near(z[i], forward[i], 1e-13 * (1 + fabs(z[i])));
            for (int64_t p = 0; p < d; p++)
                check_near(j[i * d + p], row[p], 1e-13 * (1 + fabs(row[p])));
        }
        known++;
        free(a), free(delta), free(j), free(row);
        gm_model_destroy(f->context, model);
    }
    assert_true(known >= 5);
}

/*
 * Outputs of relative error ε make one of ε Σ |coefficient z| / step, beside step² z‴/6. In float32
 * step = ε^⅓ makes both of the order ε^⅔ = 2e-5: times 30, for sums of 11 rows of outputs of a few
 * units. (Nested loops in float64 are a stricter test, in cnn.c.)
 */
static void backward_is_the_derivative_of_forward(void **state) {
    struct fixture *f = *state;
    for (int k = 0; k < FORMS; k++) {
        const double step = forms[k].single ? cbrt((double)FLT_EPSILON) : 1e-5;
        const double tolerance = forms[k].single ? 30 * step * step : 1e-7;
        gm_model *model = make(f, &forms[k]);
        const int64_t d = model->parameters;
        double *out = malloc((size_t)d * SIDES * sizeof *out);
        assert_non_null(out);
        for (int64_t j = 0; j < d * SIDES; j++)
            out[j] = NAN; /* all of it must be written */
        model->backward(model, f->context, &f->rows, f->w, PICKED, f->index, SIDES, f->coefficients,
                        f->scratch, out);
        for (int side = 0; side < SIDES; side++)
            for (int64_t j = 0; j < d; j++) {
                double middle = f->w[j];
                f->w[j] = middle + step;
                double above = combined(f, model, f->w, side);
                f->w[j] = middle - step;
                double below = combined(f, model, f->w, side);
                f->w[j] = middle;
                check_near(out[side * d + j], (above - below) / (2 * step), tolerance);
            }
        free(out);
        gm_model_destroy(f->context, model);
    }
}

/* Of the first n rows, side by side: outputs are those of forward; products those of backward, as
   often as they are asked for after one forward; all of what is read was written. */
static void batches_agree(struct fixture *f, const gm_model *model, int64_t n) {
    const int64_t d = model->parameters, c = model->outputs, room = model->batch_room(model, n);
    const double tolerance = 1e-12;
    double z[ROWS * CLASSES], expected_z[ROWS * CLASSES];
    double *coefficients = malloc((size_t)(n * SIDES * c) * sizeof *coefficients);
    double *scratch = malloc((size_t)(room + 1) * sizeof *scratch);
    double *out = malloc((size_t)(2 * SIDES * d) * sizeof *out), *expected = out + SIDES * d;
    int64_t index[ROWS];
    assert_true(coefficients && scratch && out);
    for (int64_t i = 0; i <= room; i++)
        scratch[i] = NAN;
    for (int64_t i = 0; i < n; i++)
        index[i] = i;
    for (int64_t i = 0; i < n * SIDES * c; i++)
        coefficients[i] = f->coefficients[i % (PICKED * SIDES * CLASSES)];
    model->batch_forward(model, f->w, n, f->x, scratch, z);
    model->forward(model, f->context, &f->rows, f->w, 0, n, f->scratch, expected_z);
    for (int64_t i = 0; i < n * c; i++)
        check_near(z[i], expected_z[i], tolerance * (1 + fabs(expected_z[i])));
    for (int64_t m = SIDES; m >= 1; m--) { /* the coefficients of another shape each time */
        for (int64_t j = 0; j < m * d; j++)
            out[j] = NAN;
        model->batch_backward(model, f->w, n, f->x, m, coefficients, scratch, out);
        model->backward(model, f->context, &f->rows, f->w, n, index, m, coefficients, f->scratch,
                        expected);
        for (int64_t j = 0; j < m * d; j++)
            check_near(out[j], expected[j], tolerance * (1 + fabs(expected[j])));
    }
    assert_true(isnan(scratch[room]));
    free(coefficients), free(scratch), free(out);
}

static void batches_are_rows_together(void **state) {
    struct fixture *f = *state;
    static const int64_t sizes[] = {1, 2, PICKED, ROWS};
    for (int k = 0; k < FORMS; k++) {
        gm_model *model = make(f, &forms[k]);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            batches_agree(f, model, sizes[i]);
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
    const gm_model_shape shape = {.columns = COLUMNS};
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

/* Weights in blocks of a class. */
static void softmax_has_a_block_for_each_class(void **state) {
    struct fixture *f = *state;
    gm_model *model = make(f, &forms[2]);
    double z[CLASSES];
    model->forward(model, f->context, &f->rows, f->w, 2, 1, f->scratch, z);
    for (int a = 0; a < CLASSES; a++) {
        double expected = 0;
        for (int j = 0; j < COLUMNS; j++)
            expected += f->x[2 * COLUMNS + j] * f->w[a * COLUMNS + j];
        check_near(z[a], expected, 1e-14);
    }
    assert_int_equal(model->parameters, CLASSES * COLUMNS);
    gm_model_destroy(f->context, model);
}

/* Layer by layer W [out][in], then b; tanh between, nothing at the end. */
static void mlp_is_its_formula(void **state) {
    struct fixture *f = *state;
    gm_model *model = make(f, &forms[3]);
    const double *w = f->w, *x = f->x + 2 * COLUMNS;
    double a[4], b[3], expected = w[24 + 15 + 3], z = NAN;
    assert_int_equal(model->parameters, 5 * 4 + 4 + 4 * 3 + 3 + 3 + 1);
    for (int u = 0; u < 4; u++) {
        a[u] = w[20 + u];
        for (int j = 0; j < COLUMNS; j++)
            a[u] += w[u * COLUMNS + j] * x[j];
    }
    for (int u = 0; u < 3; u++) {
        b[u] = w[24 + 12 + u];
        for (int j = 0; j < 4; j++)
            b[u] += w[24 + u * 4 + j] * tanh(a[j]);
        expected += w[39 + u] * tanh(b[u]);
    }
    model->forward(model, f->context, &f->rows, w, 2, 1, f->scratch, &z);
    check_near(z, expected, 1e-13);
    gm_model_destroy(f->context, model);
}

static void losses_follow_the_targets(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *text;
        int64_t classes;
        const gm_loss *loss;
        int outputs;
    } expected[] = {
        {"logistic", 2, &gm_loss_logistic, 1},
        {"softmax", 3, &gm_loss_softmax, 3},
        {"mlp", 0, &gm_loss_squared, 1},
        {"mlp", 2, &gm_loss_logistic, 1},
        {"mlp:loss=auto", 3, &gm_loss_softmax, 3},
        {"mlp:loss=softmax", 2, &gm_loss_softmax, 2},
        {"mlp:loss=squared", 3, &gm_loss_squared, 1},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const gm_model_shape shape = {.columns = COLUMNS, .classes = expected[i].classes};
        gm_model *model = NULL;
        check_ok(f->context, gm_model_create(f->context, expected[i].text, &shape, &model));
        assert_ptr_equal(model->loss, expected[i].loss);
        assert_int_equal(model->outputs, expected[i].outputs);
        gm_model_destroy(f->context, model);
    }
}

static void specifications_are_checked(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *text;
        int64_t classes;
        const char *message;
    } wrong[] = {
        {"logistic", 3, "the target has 3 classes"},
        {"softmax", 0, "the target has 0 classes"},
        {"softmax:c=3", 3, "c"},
        {"mlp:hiden=3", 0, "did you mean 'hidden'"},
        {"mlp:hidden=64x", 0, "hidden is '64x'"},
        {"mlp:hidden=0", 0, "hidden is '0'"},
        {"mlp:hidden=65537", 0, "1 to 65536"},
        {"mlp:hidden=1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1", 0, "1 to 16 widths"},
        {"mlp:hidden=-3", 0, "hidden is '-3'"},
        {"mlp:act=sine", 0, "it must be tanh, relu or sin"},
        {"mlp:loss=hinge", 0, "loss is 'hinge'"},
        {"mlp:loss=logistic", 3, "loss=logistic needs 2"},
        {"mlp:loss=softmax", 0, "loss=softmax needs 2 or more"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const gm_model_shape shape = {.columns = COLUMNS, .classes = wrong[i].classes};
        gm_model *model = NULL;
        check_fails(f->context, GM_INVALID_ARGUMENT, wrong[i].message,
                    gm_model_create(f->context, wrong[i].text, &shape, &model));
        assert_null(model);
    }
}

static void classes_are_asked_for(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *text;
        bool classes;
    } expected[] = {{"linear", false},          {"logistic", true},
                    {"softmax", true},          {"mlp", false},
                    {"mlp:loss=auto", false},   {"mlp:loss=logistic", true},
                    {"mlp:loss=squared", false}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        bool classes = !expected[i].classes;
        check_ok(f->context, gm_model_classifies(f->context, expected[i].text, &classes));
        assert_int_equal(classes, expected[i].classes);
    }
}

/* N(0, 1/fan-in), biases 0: standardised weights of a wide layer have mean 0, variance 1. */
static void initial_weights_have_their_variance(void **state) {
    struct fixture *f = *state;
    const gm_model_shape shape = {.columns = COLUMNS};
    gm_model *model = NULL;
    double sum = 0, squares = 0;
    check_ok(f->context, gm_model_create(f->context, "mlp:hidden=400x9", &shape, &model));
    double *w = malloc((size_t)model->parameters * sizeof *w);
    assert_non_null(w);
    model->initialize(model, f->context, (gm_stream){5, GM_STREAM_INITIAL}, w);
    const double *second = w + 2000 + 400;
    for (int i = 0; i < 400; i++)
        check_near(w[2000 + i], 0, 0);
    for (int i = 0; i < 3600; i++) {
        sum += second[i] * sqrt(400.0);
        squares += second[i] * second[i] * 400.0;
    }
    check_near(sum / 3600, 0, 5 / sqrt(3600));
    check_near(squares / 3600, 1, 5 * sqrt(2.0 / 3600));
    free(w);
    gm_model_destroy(f->context, model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_make_up_the_jacobian),
        cmocka_unit_test(backward_is_the_derivative_of_forward),
        cmocka_unit_test(outputs_do_not_depend_on_blocks),
        cmocka_unit_test(batches_are_rows_together),
        cmocka_unit_test(names_find_their_model),
        cmocka_unit_test(linear_is_the_inner_product),
        cmocka_unit_test(softmax_has_a_block_for_each_class),
        cmocka_unit_test(mlp_is_its_formula),
        cmocka_unit_test(losses_follow_the_targets),
        cmocka_unit_test(specifications_are_checked),
        cmocka_unit_test(classes_are_asked_for),
        cmocka_unit_test(initial_weights_have_their_variance),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
