/*
 * Gradients of a batch of 256 rows of 784 numbers, ten classes: `bench_models REPEATS`. Outputs and
 * one product of the Jacobian's transpose, rows side by side, on one thread; the least of REPEATS
 * of processor time. Beside them the operations and what a dense product of the same kind, float64
 * or float32, would take for them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "linalg/linalg.h"
#include "models/model.h"

enum { ROWS = 256, COLUMNS = 784, CLASSES = 10, ORDER = 1024 };

static void stop(const gm_context *context) {
    fprintf(stderr, "bench_models: %s\n", gm_context_message(context));
    exit(1);
}

/* Processor time of this thread: other work on the machine does not count. */
static double used(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double *numbers(gm_context *context, int64_t count) {
    double *out = gm_allocate(context, count, sizeof *out);
    if (!out)
        stop(context);
    for (int64_t i = 0; i < count; i++)
        out[i] = (double)(i * 7919 % 1021) / 1021.0;
    return out;
}

static double product_rate(gm_context *context, int repeats, bool single) {
    double *a = numbers(context, ORDER * ORDER), *c = numbers(context, ORDER * ORDER);
    double least = INFINITY;
    float *a32 = gm_allocate(context, ORDER * ORDER, sizeof *a32), *c32 = (float *)c;
    if (!a32)
        stop(context);
    for (int i = 0; i < ORDER * ORDER; i++)
        a32[i] = (float)a[i];
    for (int i = 0; i < repeats; i++) {
        const double start = used();
        if (single)
            gm_multiply_f32(ORDER, ORDER, ORDER, a32, a32, c32);
        else
            gm_multiply(ORDER, ORDER, ORDER, a, ORDER, a, ORDER, c, ORDER);
        least = fmin(least, used() - start);
    }
    gm_release(context, a32);
    gm_release(context, c);
    gm_release(context, a);
    return 2.0 * ORDER * ORDER * (double)ORDER / least;
}

static void row(gm_context *context, int repeats, const char *spec, double operations,
                double rate) {
    const gm_model_shape shape = {.columns = COLUMNS, .classes = CLASSES};
    gm_model *model = NULL;
    double forward = INFINITY, backward = INFINITY;
    if (gm_model_create(context, spec, &shape, &model) != GM_OK)
        stop(context);
    double *w = numbers(context, model->parameters), *out = numbers(context, model->parameters);
    double *x = numbers(context, ROWS * COLUMNS), *z = numbers(context, ROWS * CLASSES);
    double *room = numbers(context, model->batch_room(model, ROWS));
    if (model->initialize)
        model->initialize(model, context, (gm_stream){1, 0}, w);
    for (int i = 0; i <= repeats; i++) {
        double start = used();
        model->batch_forward(model, w, ROWS, x, room, z);
        const double first = used() - start;
        start = used();
        model->batch_backward(model, w, ROWS, x, 1, z, room, out);
        forward = i ? fmin(forward, first) : forward; /* the first warms up */
        backward = i ? fmin(backward, used() - start) : backward;
    }
    const double total = forward + backward;
    printf("| `%s` | %.2f | %.2f | %.2f | %.1f | %.2f | %.0f %% |\n", spec, 1e3 * forward,
           1e3 * backward, 1e3 * total, 1e-6 * operations, 1e3 * operations / rate,
           100 * operations / rate / total);
    gm_release(context, room);
    gm_release(context, z);
    gm_release(context, x);
    gm_release(context, out);
    gm_release(context, w);
    gm_model_destroy(context, model);
}

/* Multiplications and additions of a batch: twice the weights a place, forward, for their gradient,
   and, where there is a layer before, for δ. */
static double layers(int count, const double *in, const double *out, const double *places) {
    double sum = 0.0;
    for (int l = 0; l < count; l++)
        sum += 2.0 * in[l] * out[l] * places[l] * (l > 0 ? 3.0 : 2.0);
    return ROWS * sum;
}

static double convolutional(double first, double second) {
    return layers(3, (const double[]){9, 9 * first, 49 * second},
                  (const double[]){first, second, CLASSES}, (const double[]){784, 196, 1});
}

int main(int count, char **words) {
    const int repeats = count == 2 ? atoi(words[1]) : 0;
    const gm_context_options one = {.threads = 1};
    gm_context *context = NULL;
    if (repeats < 1) {
        fprintf(stderr, "usage: bench_models REPEATS\n");
        return 2;
    }
    if (gm_context_create(&one, &context) != GM_OK || gm_blas_prepare(context) != GM_OK)
        stop(context);
    const double f64 = product_rate(context, repeats, false);
    const double f32 = product_rate(context, repeats, true);
    printf("dense product: %.1f GFlop/s in float64, %.1f in float32\n\n", 1e-9 * f64, 1e-9 * f32);
    printf("| model | forward, ms | backward, ms | both, ms | million operations | floor, ms | "
           "share |\n|---|---|---|---|---|---|---|\n");
    row(context, repeats, "softmax",
        layers(1, (const double[]){784}, (const double[]){CLASSES}, (const double[]){1}), f64);
    const double perceptron = layers(2, (const double[]){784, 128}, (const double[]){128, CLASSES},
                                     (const double[]){1, 1});
    row(context, repeats, "mlp:hidden=128", perceptron, f64);
    row(context, repeats, "mlp:hidden=128,act=relu", perceptron, f64);
    row(context, repeats, "cnn:channels=8x16", convolutional(8, 16), f32);
    row(context, repeats, "cnn:channels=8x16,act=tanh", convolutional(8, 16), f32);
    row(context, repeats, "cnn:channels=16x32", convolutional(16, 32), f32);
    gm_context_destroy(context);
    return 0;
}
