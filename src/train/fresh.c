#include "train/fresh.h"

#include <math.h>
#include <string.h>

#include "informativeness/sums.h"
#include "linalg/linalg.h"
#include "random/streams.h"

static int64_t scratch_size(const gm_meter *meter, int64_t batch) {
    const gm_targets *targets = meter->targets;
    const int64_t one = meter->model->batch_room(meter->model, batch);
    const int64_t other = targets->scratch ? targets->scratch(targets, batch, 1) : 0;
    return one > other ? one : other;
}

gm_status gm_fresh_create(const gm_meter *meter, int64_t batch, gm_fresh **out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    gm_fresh *fresh = NULL;
    GM_TRY(GM_NEW_ZERO(context, fresh, 1));
    fresh->meter = meter;
    fresh->batch = batch;
    GM_TRY(GM_NEW(context, fresh->target, meter->targets->width));
    GM_TRY(GM_NEW(context, fresh->x, batch * meter->inputs->columns));
    GM_TRY(GM_NEW(context, fresh->y, batch));
    GM_TRY(GM_NEW(context, fresh->z, batch));
    GM_TRY(GM_NEW(context, fresh->error, batch));
    GM_TRY(GM_NEW(context, fresh->residual, batch));
    GM_TRY(GM_NEW(context, fresh->scratch, scratch_size(meter, batch)));
    meter->targets->draw(meter->targets, context, gm_meter_stream(meter, GM_STREAM_TARGETS, 0), 0,
                         1, fresh->target);
    *out = fresh;
    fresh = NULL;
done:
    gm_fresh_destroy(fresh);
    return status;
}

void gm_fresh_destroy(gm_fresh *fresh) {
    if (!fresh)
        return;
    gm_context *context = fresh->meter->context;
    double *const arrays[] = {fresh->target, fresh->x,        fresh->y,      fresh->z,
                              fresh->error,  fresh->residual, fresh->scratch};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        gm_release(context, arrays[i]);
    gm_release(context, fresh);
}

/* --- drawing --- */

/* t = ⟨s, r⟩ mod q in y becomes the label of t + e, e drawn for every row. */
static void read_characters(gm_fresh *fresh, int64_t first) {
    const gm_meter *meter = fresh->meter;
    const gm_targets *targets = meter->targets;
    const int64_t q = targets->modulus;
    gm_random_uniform(meter->context, gm_meter_stream(meter, GM_STREAM_ALONG_ERRORS, 0), first,
                      fresh->batch, fresh->error);
    for (int64_t i = 0; i < fresh->batch; i++) {
        int64_t e = -targets->reach;
        double below = targets->reach > 0 ? targets->errors[0] : 1.0;
        while (fresh->error[i] > below && e < targets->reach)
            below += targets->errors[++e + targets->reach];
        const int64_t t = (int64_t)fresh->y[i] + e;
        fresh->y[i] = targets->labels[(t % q + q) % q];
    }
}

void gm_fresh_draw(gm_fresh *fresh, int64_t b) {
    const gm_meter *meter = fresh->meter;
    const gm_inputs *inputs = meter->inputs;
    const int64_t first = b * fresh->batch;
    inputs->draw(inputs, meter->context, gm_meter_stream(meter, GM_STREAM_ALONG_INPUTS, 0), first,
                 fresh->batch, fresh->x);
    meter->targets->evaluate(meter->targets, meter->context, 1, fresh->target, fresh->batch,
                             fresh->x, fresh->scratch, fresh->y);
    if (meter->targets->modulus > 0)
        read_characters(fresh, first);
    for (int64_t i = 0; i < fresh->batch && meter->loss->classes; i++)
        fresh->y[i] = 0.5 * (fresh->y[i] + 1.0);
    for (int64_t i = 0; i < fresh->batch * inputs->columns; i++)
        fresh->x[i] *= inputs->scale;
}

/* --- losses and gradients --- */

static double mean_loss(gm_fresh *fresh) {
    double sum = 0.0;
    fresh->meter->loss->value(fresh->batch, 1, fresh->z, fresh->y, fresh->error);
    for (int64_t i = 0; i < fresh->batch; i++)
        sum += fresh->error[i];
    return sum / (double)fresh->batch;
}

double gm_fresh_gradients(gm_fresh *fresh, const double *weights, double *first, double *second) {
    const gm_model *model = fresh->meter->model;
    const int64_t half = fresh->batch / 2;
    double *const out[] = {first, second};
    for (int h = 0; h < 2; h++) {
        const double *x = fresh->x + h * half * model->columns;
        double *z = fresh->z + h * half, *residual = fresh->residual + h * half;
        model->batch_forward(model, weights, half, x, fresh->scratch, z);
        fresh->meter->loss->residual(half, 1, z, fresh->y + h * half, residual);
        for (int64_t i = 0; i < half; i++)
            residual[i] /= (double)half;
        model->batch_backward(model, weights, half, x, 1, residual, fresh->scratch, out[h]);
    }
    return mean_loss(fresh);
}

double gm_fresh_loss(gm_fresh *fresh, const double *weights, int64_t first, int64_t count) {
    const gm_model *model = fresh->meter->model;
    double sum = 0.0;
    for (int64_t b = first; b < first + count; b++) {
        gm_fresh_draw(fresh, b);
        model->batch_forward(model, weights, fresh->batch, fresh->x, fresh->scratch, fresh->z);
        sum += mean_loss(fresh);
    }
    return sum / (double)count;
}

/* --- what knowing nothing costs --- */

/* The best constant: the mean under squared loss, its logit under logistic, and the mean direction
   of phases under cosine. */
static double best_constant(const gm_loss *loss, int64_t count, const double *y) {
    const double turn = 6.283185307179586;
    double mean = 0.0, re = 0.0, im = 0.0;
    for (int64_t i = 0; i < count; i++) {
        mean += y[i] / (double)count;
        re += cos(turn * y[i]);
        im += sin(turn * y[i]);
    }
    if (loss == &gm_loss_cosine)
        return atan2(im, re) / turn;
    if (loss == &gm_loss_logistic)
        return log(fmax(mean, 1e-12) / fmax(1.0 - mean, 1e-12));
    return mean;
}

gm_status gm_fresh_baseline(gm_fresh *fresh, int64_t first, int64_t count, double *loss,
                            double *std_error) {
    gm_status status = GM_OK;
    gm_context *context = fresh->meter->context;
    const gm_loss *kind = fresh->meter->loss;
    const int64_t rows = count * fresh->batch;
    double *y = NULL, *z = NULL, mean = 0.0, squares = 0.0;
    GM_TRY(GM_NEW(context, y, rows));
    GM_TRY(GM_NEW(context, z, rows));
    for (int64_t b = 0; b < count; b++) {
        gm_fresh_draw(fresh, first + b);
        memcpy(y + b * fresh->batch, fresh->y, (size_t)fresh->batch * sizeof *y);
    }
    const double constant = best_constant(kind, rows, y);
    for (int64_t i = 0; i < rows; i++)
        z[i] = constant;
    kind->value(rows, 1, z, y, z);
    for (int64_t i = 0; i < rows; i++)
        mean += z[i] / (double)rows;
    for (int64_t i = 0; i < rows; i++)
        squares += (z[i] - mean) * (z[i] - mean);
    *loss = mean;
    *std_error = sqrt(squares / (double)(rows - 1) / (double)rows);
done:
    gm_release(context, z);
    gm_release(context, y);
    return status;
}

/* --- the rate --- */

enum { RATE_ROWS = 256 };

/* sup |∂²L/∂p²|. */
static double steepest(const gm_loss *loss) {
    const double pi = 3.141592653589793;
    return loss == &gm_loss_cosine ? 4.0 * pi * pi : loss == &gm_loss_logistic ? 0.25 : 1.0;
}

gm_status gm_fresh_rate(gm_meter *meter, double *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    const int64_t samples = meter->samples;
    gm_sample *sample = NULL;
    double *kernel = NULL, *scratch = NULL, norm = 0.0;
    meter->samples = RATE_ROWS;
    GM_TRY(gm_sample_create(meter, 0, &sample));
    GM_TRY(GM_NEW(context, kernel, RATE_ROWS * RATE_ROWS));
    GM_TRY(GM_NEW(context, scratch, 2 * RATE_ROWS * RATE_ROWS));
    gm_kernel_tile(meter, sample, 0, RATE_ROWS, 0, RATE_ROWS, RATE_ROWS, kernel, scratch);
    GM_TRY(gm_symmetric_norm(context, RATE_ROWS, kernel, &norm));
    *out = norm > 0.0 ? 0.5 * RATE_ROWS / (steepest(meter->loss) * norm) : 1.0;
done:
    meter->samples = samples;
    gm_release(context, scratch);
    gm_release(context, kernel);
    gm_sample_destroy(context, sample);
    return status;
}
