#include "measuring.h"

#include <stdio.h>
#include <string.h>

gm_status measure_at(struct record *record, const gm_measure_options *options,
                     gm_measurement *out) {
    gm_measurement *m = NULL;
    const gm_status status = gm_measure(record->context, options, &m);
    if (status != GM_OK)
        return status;
    record->runs++;
    *out = *m;
    out->reason = NULL;
    memset(out->warnings, 0, sizeof out->warnings);
    gm_measurement_destroy(record->context, m);
    return GM_OK;
}

double mean_activity(const gm_measurement *m) {
    return m->variance.value + (m->naive_variance - m->variance.value) * (double)m->samples;
}

double exact_variance(const gm_measurement *m) {
    return m->variance.value > 1e-24 * m->noise_trace ? m->variance.value : 0.0;
}

struct coordinate coordinate_uniform(int n, int q, int width) {
    struct coordinate c = {.n = n, .q = q, .reach = width / 2};
    for (int i = 0; i < width; i++)
        c.p[i] = 1.0 / width;
    snprintf(c.spec, sizeof c.spec, "zq:n=%d,q=%d,width=%d", n, q, width);
    snprintf(c.name, sizeof c.name, "uniform on %d", width);
    return c;
}

struct coordinate coordinate_gaussian(int n, int q, double sigma) {
    struct coordinate c = {.n = n, .q = q, .reach = q / 2};
    double total = 0.0;
    for (int i = 0; i < q; i++)
        total += c.p[i] = exp(-0.5 * (i - c.reach) * (i - c.reach) / (sigma * sigma));
    for (int i = 0; i < q; i++)
        c.p[i] /= total;
    snprintf(c.spec, sizeof c.spec, "dgauss:n=%d,q=%d,sigma=%g", n, q, sigma);
    snprintf(c.name, sizeof c.name, "Gaussian, σ = %g", sigma);
    return c;
}

double coordinate_sum(const struct coordinate *c, int power, int degree) {
    double sum = 0.0;
    for (int i = 0; i <= 2 * c->reach; i++)
        sum += pow(c->p[i], power) * pow(i - c->reach, degree);
    return sum;
}

void coordinate_transform(const struct coordinate *c, int s, double *g, double *d) {
    const double two_pi = 6.283185307179586;
    *g = *d = 0.0;
    for (int i = 0; i <= 2 * c->reach; i++) {
        const double x = (double)(i - c->reach) / c->q;
        *g += c->p[i] * cos(two_pi * s * x);
        *d += c->p[i] * x * sin(two_pi * s * x);
    }
}

double slope_of(int count, const double *x, const double *y) {
    double middle = 0.0, above = 0.0, below = 0.0;
    for (int i = 0; i < count; i++)
        middle += x[i] / count;
    for (int i = 0; i < count; i++) {
        above += (x[i] - middle) * y[i];
        below += (x[i] - middle) * (x[i] - middle);
    }
    return above / below;
}
