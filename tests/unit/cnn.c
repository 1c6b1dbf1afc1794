/* The convolutional network against nested loops in float64. */
#include "check.h"

#include "linalg/rows.h"
#include "models/activation.h"
#include "models/model.h"

/* Nineteen rows: a block of sixteen and three more. */
enum { ROWS = 19, MOST_COLUMNS = 300, MOST_WEIGHTS = 1200, CLASSES = 3, SIDES = 2, MOST = 4096 };

/*
 * What float32 may change: each sum of a stage has at most 80 terms, each of relative error 2⁻²⁴,
 * and there are three of them one after another; sums over places have at most 80 terms as well.
 * Errors of single terms are of either sign; 64 ε, ε = 2⁻²³, of the largest value is their sum
 * several times over, and a thousandth of what a wrong term changes.
 */
#define TOLERANCE (64 * (double)FLT_EPSILON)

static const struct form {
    const char *text;
    int64_t classes;
    int height, width, channels; /* of the images */
    int stages, out[3];
    gm_activation act;
} forms[] = {
    {"cnn:channels=3x5", 3, 8, 8, 1, 2, {3, 5}, GM_ACTIVATION_RELU},
    {"cnn:channels=8x4,act=tanh", 2, 9, 9, 1, 2, {8, 4}, GM_ACTIVATION_TANH},
    {"cnn:channels=2,input=5x7x2,act=sin", 0, 5, 7, 2, 1, {2}, GM_ACTIVATION_SIN},
    {"cnn:channels=5x6x2,input=15x8", 3, 15, 8, 1, 3, {5, 6, 2}, GM_ACTIVATION_RELU},
    {"cnn:channels=9,input=2x2x3,loss=softmax", 2, 2, 2, 3, 1, {9}, GM_ACTIVATION_RELU},
    {"cnn:channels=2x3x2,input=12x15,act=tanh", 0, 12, 15, 1, 3, {2, 3, 2}, GM_ACTIVATION_TANH},
};
enum { FORMS = sizeof forms / sizeof *forms };

struct fixture {
    gm_context *context;
    double x[ROWS * MOST_COLUMNS], w[MOST_WEIGHTS], v[ROWS * SIDES * CLASSES];
    gm_rows rows;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->context = make_context(1, GM_ISA_AUTO);
    gm_random_gaussian(f->context, (gm_stream){3, 0}, 0, ROWS * MOST_COLUMNS, f->x);
    gm_random_gaussian(f->context, (gm_stream){3, 1}, 0, ROWS * SIDES * CLASSES, f->v);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    gm_context_destroy(f->context);
    free(f);
    return 0;
}

/* The model, rows of its shape, and weights that training would start from with biases that are not
   0. */
static gm_model *make(struct fixture *f, gm_context *context, const struct form *form) {
    const int64_t columns = form->height * form->width * form->channels;
    const gm_model_shape shape = {.columns = columns, .classes = form->classes};
    gm_model *model = NULL;
    assert_in_range(columns, 1, MOST_COLUMNS);
    check_ok(context, gm_model_create(context, form->text, &shape, &model));
    assert_in_range(model->parameters, 1, MOST_WEIGHTS);
    assert_in_range(model->outputs, 1, CLASSES);
    model->initialize(model, context, (gm_stream){3, 2}, f->w);
    for (int k = 0; k < model->factor_count; k++) {
        const gm_factor *factor = &model->factor[k];
        for (int64_t o = 0; o < factor->out; o++)
            f->w[factor->offset + factor->in * factor->out + o] = 0.1 * (double)(o % 5) - 0.17;
    }
    f->rows = (gm_rows){GM_ELEMENT_F64, ROWS, columns, columns, 1, f->x};
    return model;
}

/* One stage of the oracle: planes [in][h][w] to [out][h/2][w/2]; returns the weights behind it. */
static const double *reference_stage(gm_activation act, int in, int out, int h, int w,
                                     const double *weights, const double *from, double *to) {
    const double *bias = weights + out * in * 9;
    for (int o = 0; o < out; o++)
        for (int y = 0; y < h / 2; y++)
            for (int x = 0; x < w / 2; x++)
                to[(o * (h / 2) + y) * (w / 2) + x] = 0;
    for (int o = 0; o < out; o++)
        for (int y = 0; y < h / 2 * 2; y++)
            for (int x = 0; x < w / 2 * 2; x++) {
                double sum = bias[o];
                for (int c = 0; c < in; c++)
                    for (int i = -1; i <= 1; i++)
                        for (int j = -1; j <= 1; j++)
                            if (y + i >= 0 && y + i < h && x + j >= 0 && x + j < w)
                                sum += weights[(o * in + c) * 9 + (i + 1) * 3 + j + 1] *
                                       from[(c * h + y + i) * w + x + j];
                gm_activate(act, 1, &sum, NULL);
                to[(o * (h / 2) + y / 2) * (w / 2) + x / 2] += sum / 4;
            }
    return bias + out;
}

/* z [c] of one row. */
static void reference(const struct form *form, int c, const double *w, const double *row,
                      double *z) {
    double from[MOST], to[MOST];
    int in = form->channels, height = form->height, width = form->width;
    for (int y = 0; y < height * width; y++)
        for (int k = 0; k < in; k++)
            from[k * height * width + y] = row[y * in + k];
    for (int s = 0; s < form->stages; s++) {
        w = reference_stage(form->act, in, form->out[s], height, width, w, from, to);
        in = form->out[s];
        height /= 2;
        width /= 2;
        memcpy(from, to, sizeof *from * (size_t)(in * height * width));
    }
    const int features = in * height * width;
    for (int a = 0; a < c; a++) {
        z[a] = w[c * features + a];
        for (int k = 0; k < features; k++)
            z[a] += w[a * features + k] * from[k];
    }
}

/* Σ_i ⟨v[i][side], z_i⟩ of the oracle. */
static double combined(const struct fixture *f, const struct form *form, int c, int side) {
    double sum = 0, z[CLASSES];
    for (int i = 0; i < ROWS; i++) {
        reference(form, c, f->w, f->x + i * f->rows.columns, z);
        for (int a = 0; a < c; a++)
            sum += f->v[(i * SIDES + side) * c + a] * z[a];
    }
    return sum;
}

static double largest(int64_t count, const double *values) {
    double most = 0;
    for (int64_t i = 0; i < count; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

static double *numbers(int64_t count) {
    double *out = malloc((size_t)count * sizeof *out);
    assert_non_null(out);
    return out;
}

static void outputs_are_nested_loops(void **state) {
    struct fixture *f = *state;
    for (int k = 0; k < FORMS; k++) {
        gm_model *model = make(f, f->context, &forms[k]);
        const int c = model->outputs;
        double z[ROWS * CLASSES], expected[ROWS * CLASSES];
        double *room = numbers(model->batch_room(model, ROWS));
        model->batch_forward(model, f->w, ROWS, f->x, room, z);
        for (int i = 0; i < ROWS; i++)
            reference(&forms[k], c, f->w, f->x + i * model->columns, expected + i * c);
        const double scale = largest(ROWS * c, expected);
        assert_true(scale > 0.1);
        for (int i = 0; i < ROWS * c; i++)
            check_near(z[i], expected[i], TOLERANCE * scale);
        free(room);
        gm_model_destroy(f->context, model);
    }
}

/* Differences of the oracle are exact to 1e-8 or so, in float64. */
static void gradients_are_differences_of_nested_loops(void **state) {
    struct fixture *f = *state;
    const double step = 1e-6;
    for (int k = 0; k < FORMS; k++) {
        gm_model *model = make(f, f->context, &forms[k]);
        const int64_t d = model->parameters;
        double z[ROWS * CLASSES], *out = numbers(SIDES * d);
        double *room = numbers(model->batch_room(model, ROWS));
        model->batch_forward(model, f->w, ROWS, f->x, room, z);
        model->batch_backward(model, f->w, ROWS, f->x, SIDES, f->v, room, out);
        for (int side = 0; side < SIDES; side++) {
            const double scale = largest(d, out + side * d);
            assert_true(scale > 0.1);
            for (int64_t j = 0; j < d; j++) {
                const double middle = f->w[j];
                f->w[j] = middle + step;
                const double above = combined(f, &forms[k], model->outputs, side);
                f->w[j] = middle - step;
                const double below = combined(f, &forms[k], model->outputs, side);
                f->w[j] = middle;
                check_near(out[side * d + j], (above - below) / (2 * step), TOLERANCE * scale);
            }
        }
        free(room), free(out);
        gm_model_destroy(f->context, model);
    }
}

/* A row's outputs do not depend on the rows beside it: batches are as reproducible as rows are. */
static void rows_stand_alone(void **state) {
    struct fixture *f = *state;
    for (int k = 0; k < FORMS; k++) {
        gm_model *model = make(f, f->context, &forms[k]);
        const int c = model->outputs;
        double whole[ROWS * CLASSES], alone[CLASSES];
        double *room = numbers(model->batch_room(model, ROWS));
        model->batch_forward(model, f->w, ROWS, f->x, room, whole);
        for (int i = 0; i < ROWS; i++) {
            model->batch_forward(model, f->w, 1, f->x + i * model->columns, room, alone);
            assert_memory_equal(alone, whole + i * c, (size_t)c * sizeof *alone);
        }
        free(room);
        gm_model_destroy(f->context, model);
    }
}

/* z and gradients of both instruction sets that have fused products; the kernels' sums have one
   order. */
static void instruction_sets_agree(void **state) {
    struct fixture *f = *state;
    if (!have_isa(GM_ISA_AVX512))
        skip();
    for (int k = 0; k < FORMS; k++) {
        double z[2][ROWS * CLASSES], *out[2];
        int64_t d = 0, c = 0;
        for (int set = 0; set < 2; set++) {
            gm_context *context = make_context(1, set ? GM_ISA_AVX512 : GM_ISA_AVX2);
            gm_model *model = make(f, context, &forms[k]);
            double *room = numbers(model->batch_room(model, ROWS));
            d = model->parameters;
            c = model->outputs;
            out[set] = numbers(SIDES * d);
            model->batch_forward(model, f->w, ROWS, f->x, room, z[set]);
            model->batch_backward(model, f->w, ROWS, f->x, SIDES, f->v, room, out[set]);
            free(room);
            gm_model_destroy(context, model);
            gm_context_destroy(context);
        }
        assert_memory_equal(z[0], z[1], (size_t)(ROWS * c) * sizeof **z);
        assert_memory_equal(out[0], out[1], (size_t)(SIDES * d) * sizeof **out);
        free(out[0]), free(out[1]);
    }
}

static void layers_are_told(void **state) {
    struct fixture *f = *state;
    gm_model *model = make(f, f->context, &forms[3]); /* 15 × 8, then 7 × 4, 3 × 2 and 1 × 1 */
    const int64_t in[] = {9, 45, 54, 2}, out[] = {5, 6, 2, 3};
    int64_t offset = 0;
    assert_int_equal(model->factor_count, 4);
    for (int k = 0; k < 4; k++) {
        assert_int_equal(model->factor[k].in, in[k]);
        assert_int_equal(model->factor[k].out, out[k]);
        assert_true(model->factor[k].bias);
        assert_int_equal(model->factor[k].offset, offset);
        offset += (in[k] + 1) * out[k];
    }
    assert_int_equal(model->parameters, offset);
    gm_model_destroy(f->context, model);
}

static void refusals_say_what_fits(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *text;
        int64_t columns, classes;
        const char *message;
    } wrong[] = {
        {"cnn", 785, 0, "785 columns, which are no square of pixels; is one an intercept?"},
        {"cnn", 783, 0, "no square of pixels; give input=HxW or HxWxC"},
        {"cnn:input=28x28", 785, 0, "makes 784 columns; the inputs have 785 (is one an intercept?"},
        {"cnn:input=28x28", 800, 0, "input=28x28 makes 784 columns; the inputs have 800"},
        {"cnn:input=28", 28, 0, "input is '28'"},
        {"cnn:input=2x2x2x2", 16, 0, "input is '2x2x2x2'"},
        {"cnn:input=0x4", 16, 0, "input is '0x4'"},
        {"cnn:channels=4x4x4x4x4", 784, 0, "stage 5 of 5 would see 1x1 pixels; it needs 2x2"},
        {"cnn:channels=2,input=1x16", 16, 0, "stage 1 of 1 would see 1x16"},
        {"cnn:channels=0", 784, 0, "channels is '0'"},
        {"cnn:channels=4097", 784, 0, "of 1 to 4096"},
        {"cnn:channel=3", 784, 0, "did you mean 'channels'"},
        {"cnn:act=sine", 784, 0, "model cnn: act is 'sine'; it must be tanh, relu or sin"},
        {"cnn:loss=hinge", 784, 0, "model cnn: loss is 'hinge'"},
        {"cnn:loss=logistic", 784, 3, "model cnn: the target has 3 classes; loss=logistic needs 2"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const gm_model_shape shape = {.columns = wrong[i].columns, .classes = wrong[i].classes};
        gm_model *model = NULL;
        check_fails(f->context, GM_INVALID_ARGUMENT, wrong[i].message,
                    gm_model_create(f->context, wrong[i].text, &shape, &model));
        assert_null(model);
    }
}

/* Standardised weights of the second stage, 144 inputs each: mean 0 and variance `gain`. */
static void check_initial(struct fixture *f, const char *text, double gain) {
    const gm_model_shape shape = {.columns = 64};
    gm_model *model = NULL;
    double sum = 0, squares = 0;
    check_ok(f->context, gm_model_create(f->context, text, &shape, &model));
    double *w = numbers(model->parameters), *second = w + model->factor[1].offset;
    model->initialize(model, f->context, (gm_stream){5, 0}, w);
    const int count = 144 * 32;
    for (int i = 0; i < 32; i++)
        check_near(second[count + i], 0, 0);
    for (int i = 0; i < count; i++) {
        sum += second[i];
        squares += second[i] * second[i];
    }
    check_near(sum / count, 0, 5 * sqrt(gain / 144 / count));
    check_near(squares / count * 144, gain, 5 * gain * sqrt(2.0 / count));
    free(w);
    gm_model_destroy(f->context, model);
}

static void initial_weights_have_their_variance(void **state) {
    check_initial(*state, "cnn:channels=16x32", 2);
    check_initial(*state, "cnn:channels=16x32,act=tanh", 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_are_nested_loops),
        cmocka_unit_test(gradients_are_differences_of_nested_loops),
        cmocka_unit_test(rows_stand_alone),
        cmocka_unit_test(instruction_sets_agree),
        cmocka_unit_test(layers_are_told),
        cmocka_unit_test(refusals_say_what_fits),
        cmocka_unit_test(initial_weights_have_their_variance),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
