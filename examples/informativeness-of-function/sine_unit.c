/*
 * Ask of a model that the library does not have whether its gradient can tell one target from
 * another: a unit p(w, x) = v sin <a, x> that learns waves sin <u, x> of every direction u.
 *
 * All that is asked of a model is two functions: its outputs, and the product of a vector with its
 * Jacobian. Here the answer is known: at v = 0 only v has a gradient, -E sin <u, x> sin <a, x> for
 * Gaussian x, which is -exp(-(R^2 + A^2) / 2) sinh(R A cos t) with t the angle between u and a. The
 * unit sees waves as long as its own and is blind to others.
 */
#include <gradiometer/gradiometer.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 2, PARAMETERS = COLUMNS + 1 };

/* The weights: what `user` points to. */
struct unit {
    double a[COLUMNS], v;
};

static double phase(const struct unit *unit, const double *x) {
    double sum = 0;
    for (int j = 0; j < COLUMNS; j++)
        sum += unit->a[j] * x[j];
    return sum;
}

static gm_status forward(void *user, int64_t count, const double *x, double *p) {
    const struct unit *unit = user;
    for (int64_t i = 0; i < count; i++)
        p[i] = unit->v * sin(phase(unit, x + i * COLUMNS));
    return GM_OK;
}

/* Sum over i of r[i] times the gradient of p(w, x_i) in (a, v). */
static gm_status backward(void *user, int64_t count, const double *x, const double *r,
                          double *gradient) {
    const struct unit *unit = user;
    memset(gradient, 0, PARAMETERS * sizeof *gradient);
    for (int64_t i = 0; i < count; i++) {
        const double t = phase(unit, x + i * COLUMNS);
        for (int j = 0; j < COLUMNS; j++)
            gradient[j] += r[i] * unit->v * cos(t) * x[i * COLUMNS + j];
        gradient[COLUMNS] += r[i] * sin(t);
    }
    return GM_OK;
}

/* The variance over u, uniform on the circle of radius R: the mean of the square, since the mean is
   zero. */
static double truth(double radius, double own) {
    enum { ANGLES = 1000 };
    const double turn = 6.283185307179586;
    double sum = 0;
    for (int k = 0; k < ANGLES; k++) {
        const double gradient =
            exp(-(radius * radius + own * own) / 2) * sinh(radius * own * cos(turn * k / ANGLES));
        sum += gradient * gradient / ANGLES;
    }
    return sum;
}

/* One line of the table, and whether the interval holds the truth. */
static gm_status measure(gm_context *context, struct unit *unit, double radius, int *held) {
    char targets[64];
    gm_measurement *m = NULL;
    const gm_function_model function = {.columns = COLUMNS,
                                        .parameters = PARAMETERS,
                                        .forward = forward,
                                        .backward = backward,
                                        .user = unit};
    snprintf(targets, sizeof targets, "wave:R=%g,psi=sin", radius);
    const gm_measure_options options = {.inputs = "gaussian:n=2",
                                        .targets = targets,
                                        .function = &function,
                                        .samples = 8192,
                                        .target_draws = 512,
                                        .seed = 3};
    gm_status status = gm_measure(context, &options, &m);
    if (status != GM_OK)
        return status;
    const double v = truth(radius, hypot(unit->a[0], unit->a[1]));
    *held += v >= m->variance.low && v <= m->variance.high;
    printf("%4.1f %11.3g %11.3g %11.3g %11.3g   %s\n", radius, v, m->variance.value,
           m->variance.low, m->variance.high, m->verdict);
    gm_measurement_destroy(context, m);
    return GM_OK;
}

int main(void) {
    struct unit unit = {.a = {2.4, 1.8}, .v = 0}; /* of length 3 */
    static const double radii[] = {1, 2, 3, 4, 5, 8};
    enum { RADII = sizeof radii / sizeof *radii };
    int held = 0;
    gm_context *context = NULL;
    gm_status status = gm_context_create(NULL, &context);
    printf("   R        true    measured    from          to   verdict\n");
    for (int i = 0; i < RADII && status == GM_OK; i++)
        status = measure(context, &unit, radii[i], &held);
    if (status == GM_OK)
        printf("%d of %d intervals hold the truth\n", held, RADII);
    else
        fprintf(stderr, "%s: %s\n", gm_status_text(status),
                context ? gm_context_message(context) : "no context");
    gm_context_destroy(context);
    return status == GM_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
