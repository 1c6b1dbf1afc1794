/*
 * Recover the Hessian of a model that the library does not have, from its gradients: Poisson
 * regression, L = exp(z) - y z at z = <w, x>.
 *
 * All that is asked of a model is a function that returns the gradient of one batch with noise
 * added to its targets. Here d2L/dz dy = -1, so noise of covariance n d2L/dz2 = n exp(z) recovers
 * the Hessian (1/N) sum exp(z) x x'. Where the loss is another's and only plain noise can be had,
 * leave `link` out.
 */
#include <gradiometer/gradiometer.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 5000, D = 4, BATCH = 64 };

/* A model and its data: what `user` points to. It is only read, so threads may share it. */
struct model {
    const gm_context *context; /* for random numbers */
    double x[ROWS * D], y[ROWS], w[D];
};

static double output(const struct model *m, int64_t row) {
    double z = 0;
    for (int j = 0; j < D; j++)
        z += m->w[j] * m->x[row * D + j];
    return z;
}

/* The rows of a batch: the same whenever it is asked for, by whatever thread. */
static void draw_rows(const struct model *m, int64_t batch, int64_t n, int64_t *rows) {
    gm_random_index(m->context, (gm_stream){.seed = 7, .stream = 1}, batch * n, n, ROWS, rows);
}

static gm_status gradient(void *user, int64_t batch, int64_t n, int64_t outputs,
                          const double *noise, double *out, double *loss) {
    const struct model *m = user;
    int64_t rows[BATCH];
    (void)outputs;
    draw_rows(m, batch, n, rows);
    memset(out, 0, D * sizeof *out);
    *loss = 0;
    for (int64_t i = 0; i < n; i++) {
        const double z = output(m, rows[i]), y = m->y[rows[i]] + noise[i];
        *loss += (exp(z) - y * z) / (double)n;
        for (int j = 0; j < D; j++)
            out[j] += (exp(z) - y) * m->x[rows[i] * D + j] / (double)n;
    }
    return GM_OK;
}

/* Standard normal noise into noise of covariance d2L/dz2 = exp(z). */
static void link_noise(void *user, int64_t batch, int64_t n, int64_t outputs, double *noise) {
    const struct model *m = user;
    int64_t rows[BATCH];
    (void)outputs;
    draw_rows(m, batch, n, rows);
    for (int64_t i = 0; i < n; i++)
        noise[i] *= exp(0.5 * output(m, rows[i]));
}

/* Inputs N(0, I); targets near exp(<w, x>). The weights are where the Hessian is wanted. */
static void make(const gm_context *context, struct model *m) {
    static const double w[D] = {0.6, -0.3, 0.2, 0};
    m->context = context;
    memcpy(m->w, w, sizeof w);
    gm_random_gaussian(context, (gm_stream){.seed = 7, .stream = 2}, 0, ROWS * D, m->x);
    for (int64_t i = 0; i < ROWS; i++)
        m->y[i] = floor(exp(output(m, i)) + 0.5);
}

static void true_hessian(const struct model *m, double *out) {
    memset(out, 0, D * D * sizeof *out);
    for (int64_t i = 0; i < ROWS; i++)
        for (int a = 0; a < D; a++)
            for (int b = 0; b < D; b++)
                out[a * D + b] += exp(output(m, i)) * m->x[i * D + a] * m->x[i * D + b] / ROWS;
}

static gm_status recover(gm_context *context, struct model *m, gm_recovery **out) {
    const gm_function_options functions = {
        .dimension = D, .batch_size = BATCH, .gradient = gradient, .link = link_noise, .user = m};
    const gm_recover_options options = {
        .estimator = "paired", .batch_size = BATCH, .num_gradients = 16384, .seed = 2};
    gm_gradients *gradients = NULL;
    gm_status status = gm_gradients_from_function(context, &functions, &gradients);
    if (status == GM_OK)
        status = gm_recover_gradients(context, gradients, &options, out);
    gm_gradients_destroy(gradients);
    return status;
}

static gm_status compare(gm_context *context, const struct model *m, const gm_recovery *r) {
    double truth[D * D];
    gm_recovery_error error;
    true_hessian(m, truth);
    gm_status status = gm_curvature_error(context, D, r->hessian, truth, &error);
    if (status != GM_OK)
        return status;
    printf("  i  j      true  recovered\n");
    for (int i = 0; i < D; i++)
        for (int j = i; j < D; j++)
            printf("%3d%3d%10.3f%11.3f\n", i, j, truth[i * D + j], r->hessian[i * D + j]);
    printf("predicted relative error %.4f, 95 %% interval %.4f %.4f\n", r->predicted_operator.value,
           r->predicted_operator.low, r->predicted_operator.high);
    printf("true relative error %.4f\n", error.operator_relative);
    return GM_OK;
}

int main(void) {
    static struct model model;
    gm_context *context = NULL;
    gm_recovery *recovery = NULL;
    gm_status status = gm_context_create(NULL, &context);
    if (status == GM_OK) {
        make(context, &model);
        status = recover(context, &model, &recovery);
    }
    if (status == GM_OK)
        status = compare(context, &model, recovery);
    if (status != GM_OK)
        fprintf(stderr, "%s: %s\n", gm_status_text(status),
                context ? gm_context_message(context) : "no context");
    gm_recovery_destroy(context, recovery);
    gm_context_destroy(context);
    return status == GM_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
