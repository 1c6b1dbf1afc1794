/* Independent coordinates of one law on finitely many values. */
#include <math.h>

#include "inputs/inputs.h"

typedef struct product {
    gm_inputs base;
    double *own_values, *own_probabilities, *cumulative; /* [points] */
} product;

/* First value whose cumulative probability exceeds u. */
static int64_t find(const product *self, double u) {
    int64_t low = 0, high = self->base.points - 1;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (self->cumulative[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void draw(const gm_inputs *inputs, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *x) {
    const product *self = (const product *)inputs;
    const int64_t n = inputs->columns;
    gm_random_uniform(context, stream, first * n, count * n, x);
    for (int64_t i = 0; i < count * n; i++)
        x[i] = inputs->values[find(self, x[i])];
}

/* Place of a value in the ascending list; −1 where it is none of them. */
static int64_t place(const gm_inputs *inputs, double value) {
    int64_t low = 0, high = inputs->points - 1;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (inputs->values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return inputs->values[low] == value ? low : -1;
}

static void probability(const gm_inputs *inputs, int64_t count, const double *x, double *out) {
    for (int64_t i = 0; i < count; i++) {
        out[i] = 1.0;
        for (int64_t j = 0; j < inputs->columns; j++) {
            const int64_t at = place(inputs, x[i * inputs->columns + j]);
            out[i] *= at < 0 ? 0.0 : inputs->probabilities[at];
        }
    }
}

/* The last coordinate runs fastest. */
static void enumerate(const gm_inputs *inputs, int64_t first, int64_t count, double *x,
                      double *out) {
    const int64_t n = inputs->columns;
    for (int64_t i = 0; i < count; i++) {
        int64_t rest = first + i;
        out[i] = 1.0;
        for (int64_t j = n - 1; j >= 0; j--) {
            const int64_t at = rest % inputs->points;
            rest /= inputs->points;
            x[i * n + j] = inputs->values[at];
            out[i] *= inputs->probabilities[at];
        }
    }
}

static void destroy(gm_context *context, gm_inputs *inputs) {
    product *self = (product *)inputs;
    gm_release(context, self->cumulative);
    gm_release(context, self->own_probabilities);
    gm_release(context, self->own_values);
    gm_release(context, self);
}

/* Fill in what the probabilities imply; they are brought to a sum of 1. */
static void complete(product *self) {
    double total = 0.0, sum = 0.0, squares = 0.0;
    const int64_t points = self->base.points;
    for (int64_t i = 0; i < points; i++)
        total += self->own_probabilities[i];
    for (int64_t i = 0; i < points; i++) {
        self->own_probabilities[i] /= total;
        sum += self->own_probabilities[i];
        squares += self->own_probabilities[i] * self->own_probabilities[i];
        self->cumulative[i] = sum;
    }
    self->cumulative[points - 1] = 2.0; /* whatever rounding did: no u reaches it */
    self->base.collision = pow(squares, (double)self->base.columns);
}

gm_status gm_inputs_product(gm_context *context, const char *name, int64_t columns, int64_t points,
                            double *values, double *probabilities, gm_inputs **out) {
    gm_status status = GM_OK;
    product *self = NULL;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    GM_TRY(GM_NEW(context, self->cumulative, points));
    self->own_values = values;
    self->own_probabilities = probabilities;
    self->base = (gm_inputs){.name = name,
                             .columns = columns,
                             .scale = 1.0,
                             .points = points,
                             .values = values,
                             .probabilities = probabilities,
                             .draw = draw,
                             .probability = probability,
                             .support = pow((double)points, (double)columns),
                             .enumerate = enumerate,
                             .destroy = destroy};
    complete(self);
    *out = &self->base;
    return GM_OK;
done:
    gm_release(context, self);
    gm_release(context, values);
    gm_release(context, probabilities);
    return status;
}

gm_status gm_inputs_residues(gm_context *context, const char *name, int64_t columns,
                             int64_t modulus, int64_t low, int64_t points, double *probabilities,
                             gm_inputs **out) {
    gm_status status = GM_OK;
    double *values = NULL;
    GM_TRY(GM_NEW(context, values, points));
    for (int64_t i = 0; i < points; i++)
        values[i] = (double)(low + i);
    GM_TRY(gm_inputs_product(context, name, columns, points, values, probabilities, out));
    (*out)->modulus = modulus;
    (*out)->scale = 1.0 / (double)modulus;
    return GM_OK;
done:
    if (!values) /* otherwise both were adopted */
        gm_release(context, probabilities);
    return status;
}
