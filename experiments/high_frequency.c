/* Waves ψ(⟨u, x⟩) of rising frequency R = ‖u‖: how fast V falls is a matter of the model. */
#include <stdio.h>
#include <stdlib.h>

#include "measuring.h"

static const double pi = 3.14159265358979323846;

/* --- exact integrals --- */

/*
 * A unit v act(⟨a, x⟩ + b) + c on Gaussian inputs at ‖a‖ = α, b = 0, v = 1, whose Jacobian is
 * (act'(αz) x, act'(αz), act(αz), 1) with z = ⟨a, x⟩/α. Against sin⟨u, x⟩, with u = R(c, s) of
 * component t = Rc along a, and the mean over what is orthogonal to a done in closed form:
 *     along a   E sin(tz) z act'        across   Rs E cos(tz) act'
 *     b         E sin(tz) act'          v        E sin(tz) act
 * all times e^{−R²s²/2}. All are odd in u: their mean is 0 and V the mean of their squares. That
 * is an integral over the angle between u and a of integrals over one normal number.
 */
enum { NODES = 300, ANGLES = 300 };

struct unit {
    const char *name;
    double (*act)(double), (*slope)(double);
    double length; /* α */
};

static double linear(double t) {
    return t;
}
static double one(double t) {
    (void)t;
    return 1.0;
}
static double relu(double t) {
    return fmax(t, 0.0);
}
static double step(double t) {
    return t > 0.0 ? 1.0 : 0.0;
}
static double hill(double t) {
    return 1.0 / (cosh(t) * cosh(t));
}

enum { LINEAR, RELU, TANH, SINE, UNITS };
static const struct unit units[UNITS] = {{"linear", linear, one, 1.0},
                                         {"ReLU unit", relu, step, 1.0},
                                         {"tanh unit, |a| = 2", tanh, hill, 2.0},
                                         {"sin unit, |a| = 3", sin, cos, 3.0}};

/* Of one unit: nodes and weights of the normal law on both half lines, with the values there. */
struct nodes {
    double z[2 * NODES], weight[2 * NODES], act[2 * NODES], slope[2 * NODES];
};

/* Gauss–Legendre on (0, 10) by Newton's method, times the normal density. */
static void make_nodes(const struct unit *unit, struct nodes *out) {
    const double length = 10.0;
    for (int i = 0; i < NODES; i++) {
        double x = cos(pi * (i + 0.75) / (NODES + 0.5)), slope = 1.0;
        for (int round = 0; round < 20; round++) {
            double before = 1.0, p = x;
            for (int k = 2; k <= NODES; k++) {
                const double next = ((2 * k - 1) * x * p - (k - 1) * before) / k;
                before = p;
                p = next;
            }
            slope = NODES * (x * p - before) / (x * x - 1.0);
            x -= p / slope;
        }
        const double z = 0.5 * length * (x + 1.0);
        for (int side = 0; side < 2; side++) {
            const int at = 2 * i + side;
            out->z[at] = side ? -z : z;
            out->weight[at] =
                length / ((1.0 - x * x) * slope * slope) * exp(-0.5 * z * z) / sqrt(2.0 * pi);
            out->act[at] = unit->act(unit->length * out->z[at]);
            out->slope[at] = unit->slope(unit->length * out->z[at]);
        }
    }
}

/* Squared gradient for the wave vector of components t along a and r across, the mean over normal
   inputs done. With `weights` only of a, else of all parameters. */
static double squared_gradient(const struct nodes *n, double t, double r, bool weights) {
    double along = 0.0, across = 0.0, bias = 0.0, outer = 0.0;
    for (int i = 0; i < 2 * NODES; i++) {
        const double s = sin(t * n->z[i]) * n->weight[i], c = cos(t * n->z[i]) * n->weight[i];
        along += s * n->z[i] * n->slope[i];
        across += c * n->slope[i];
        bias += s * n->slope[i];
        outer += s * n->act[i];
    }
    const double rest = weights ? 0.0 : bias * bias + outer * outer;
    return exp(-r * r) * (along * along + r * r * across * across + rest);
}

/* V of a unit at n ≥ 2: over the angle to a with density ∝ sin^{n−2}, by Simpson's rule where
   e^{−r²} has not ended it. */
static double unit_variance(const struct nodes *nodes, int n, double radius, bool weights) {
    const double end = fmin(0.5 * pi, 8.0 / radius), h = end / ANGLES;
    const double all = sqrt(pi) * tgamma(0.5 * (n - 1)) / tgamma(0.5 * n) / 2.0;
    double sum = 0.0;
    for (int i = 0; i <= ANGLES; i++) {
        const double angle = i * h, factor = i == 0 || i == ANGLES ? 1.0 : i % 2 ? 4.0 : 2.0;
        sum += factor * pow(sin(angle), n - 2) *
               squared_gradient(nodes, radius * cos(angle), radius * sin(angle), weights);
    }
    return sum * h / 3.0 / all;
}

/* sin t / t and its derivative. */
static double sinc(double t) {
    return fabs(t) < 1e-4 ? 1.0 - t * t / 6.0 : sin(t) / t;
}
static double sinc_slope(double t) {
    return fabs(t) < 1e-3 ? -t / 3.0 : (cos(t) - sin(t) / t) / t;
}

/* V of a linear model, inputs uniform on [−1, 1]²: the gradient is −∇ Π sinc(u_j). */
static double box_variance(double radius) {
    const int angles = 5000;
    double sum = 0.0;
    for (int i = 0; i < angles; i++) {
        const double angle = 0.5 * pi * (i + 0.5) / angles;
        const double x = radius * cos(angle), y = radius * sin(angle);
        sum += pow(sinc_slope(x) * sinc(y), 2) + pow(sinc(x) * sinc_slope(y), 2);
    }
    return sum / angles;
}

/* --- drawn --- */

enum { N = 3, SAMPLES = 16384, TARGETS = 256, BOX = UNITS, MODELS };

static const double radii[] = {0.5, 1.0, 1.5, 2.0, 2.5, 3.5, 5.0};
enum { RADII = sizeof radii / sizeof *radii, IN_SLOPE = 5 };

/* Where V is so large that drawing shows it to some percent. */
static const double visible = 1e-2;

struct state {
    struct sample v[MODELS][RADII];
    struct sample even[RADII]; /* V of cosines over what noise alone would make of it */
    double informative;        /* verdicts on cosines */
};

static gm_status measure_model(struct record *record, int model, double radius, uint64_t seed,
                               struct sample *out) {
    static const char *const specs[MODELS] = {"linear", "mlp:hidden=1,act=relu",
                                              "mlp:hidden=1,act=tanh", "mlp:hidden=1,act=sin",
                                              "linear"};
    char targets[64];
    const double weights[] = {model < BOX ? units[model].length : 0.0, 0.0, 0.0, 0.0, 1.0, 0.0};
    const bool plain = model == LINEAR || model == BOX;
    gm_measurement m;
    const gm_measure_options options = {.inputs = model == BOX ? "box:n=2" : "gaussian:n=3",
                                        .targets = targets,
                                        .model = specs[model],
                                        .weights = plain ? NULL : weights,
                                        .weight_count = plain ? 0 : 6,
                                        .samples = SAMPLES,
                                        .target_draws = TARGETS,
                                        .method = "sampled",
                                        .seed = seed};
    snprintf(targets, sizeof targets, "wave:R=%g,psi=sin", radius);
    const gm_status status = measure_at(record, &options, &m);
    if (status == GM_OK)
        sample_add(out, m.variance.value);
    return status;
}

static gm_status measure_even(struct record *record, double radius, uint64_t seed, int at,
                              struct state *state) {
    char targets[64];
    gm_measurement m;
    const gm_measure_options options = {.inputs = "gaussian:n=3",
                                        .targets = targets,
                                        .samples = SAMPLES,
                                        .target_draws = TARGETS,
                                        .method = "sampled",
                                        .seed = seed};
    snprintf(targets, sizeof targets, "wave:R=%g,psi=cos", radius);
    const gm_status status = measure_at(record, &options, &m);
    if (status == GM_OK) {
        sample_add(&state->even[at], m.variance.value * SAMPLES / mean_activity(&m));
        state->informative += m.verdict[0] == 'i';
    }
    return status;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct state *all = state;
    for (int r = 0; r < RADII; r++) {
        const uint64_t own = seed * 100 + (uint64_t)r;
        for (int model = 0; model < MODELS; model++)
            TRY(measure_model(record, model, radii[r], own, &all->v[model][r]));
        TRY(measure_even(record, radii[r], own, r, all));
    }
done:
    return status;
}

/* --- laws --- */

enum { STEPS = 13, MOST_N = 4 };

struct laws {
    struct nodes nodes[UNITS];
    double exact[MODELS][RADII];        /* V where it was drawn */
    double power[MOST_N + 1];           /* slope of log V in log R of the ReLU unit, n = 2, 3, 4 */
    double weights_alone;               /* largest |V/(R² e^{−R²}/4) − 1| of ReLU, a alone */
    double rate, sine, sine_apart, box; /* of tanh; sin; sin against its closed form; box */
};

/* Of the linear model and the box as they are, of the others by the integral. */
static double variance(const struct laws *laws, int model, double radius) {
    return model == BOX      ? box_variance(radius)
           : model == LINEAR ? radius * radius * exp(-radius * radius)
                             : unit_variance(&laws->nodes[model], N, radius, false);
}

/* (2 + (R − α)²) e^{−(R−α)²} / 8Rα, the mean over the sphere for n = 3 without the far pole. */
static double sine_law(double radius) {
    const double alpha = units[SINE].length, q = (radius - alpha) * (radius - alpha);
    return (2.0 + q) * exp(-q) / (8.0 * radius * alpha);
}

/* 2/R³ (cos² R + sin² R / 3): four poles of the circle, n = 2. */
static double box_law(double radius) {
    return 2.0 / pow(radius, 3) * (pow(cos(radius), 2) + pow(sin(radius), 2) / 3.0);
}

static void find_laws(struct laws *out) {
    double x[STEPS], y[STEPS];
    for (int u = 0; u < UNITS; u++)
        make_nodes(&units[u], &out->nodes[u]);
    for (int model = 0; model < MODELS; model++)
        for (int r = 0; r < RADII; r++)
            out->exact[model][r] = variance(out, model, radii[r]);
    for (int n = 2; n <= MOST_N; n++) {
        for (int i = 0; i < STEPS; i++) {
            const double radius = 10.0 * pow(4.0, i / (STEPS - 1.0));
            x[i] = log(radius);
            y[i] = log(unit_variance(&out->nodes[RELU], n, radius, false));
        }
        out->power[n] = slope_of(STEPS, x, y);
    }
    for (int i = 0; i < STEPS; i++) {
        const double radius = 0.5 + 0.25 * i;
        const double a = unit_variance(&out->nodes[RELU], N, radius, true);
        out->weights_alone =
            fmax(out->weights_alone, fabs(4.0 * a / pow(radius, 2) * exp(radius * radius) - 1.0));
    }
    for (int i = 0; i < STEPS; i++) {
        x[i] = 8.0 + 8.0 * i / (STEPS - 1.0);
        y[i] = log(variance(out, TANH, x[i]));
    }
    out->rate = slope_of(STEPS, x, y) * units[TANH].length / pi;
    for (int i = 0; i < STEPS; i++) {
        const double radius = 4.0 + 3.0 * i / (STEPS - 1.0), alpha = units[SINE].length;
        const double v = variance(out, SINE, radius), q = pow(radius - alpha, 2);
        x[i] = q;
        y[i] = log(v * radius / (2.0 + q));
        out->sine_apart = fmax(out->sine_apart, fabs(v / sine_law(radius) - 1.0));
    }
    out->sine = slope_of(STEPS, x, y);
    for (int i = 0; i < STEPS; i++) {
        const double radius = 20.0 * pow(5.0, i / (STEPS - 1.0));
        x[i] = log(radius);
        y[i] = log(box_variance(radius) / (box_law(radius) * pow(radius, 3)));
    }
    out->box = slope_of(STEPS, x, y);
}

/* --- telling --- */

static const struct column columns[] = {
    {"R", NUMBER},         {"linear", NUMBER},   {"ReLU unit", NUMBER}, {"exact", NUMBER},
    {"tanh unit", NUMBER}, {"sin unit", NUMBER}, {"box", NUMBER}};

static const char *name_of(int model) {
    return model == BOX ? "linear, box" : units[model].name;
}

static void plot_models(struct record *record, const struct state *all, const struct laws *laws) {
    const int plot = record_plot(record, "Waves of rising frequency", "length R of the wave vector",
                                 "variance over targets, V");
    for (int model = 0; model < MODELS; model++) {
        const int marks = record_series(record, plot, name_of(model), MARKS, model);
        for (int r = 0; r < RADII; r++)
            if (laws->exact[model][r] >= visible)
                record_point(record, plot, marks, radii[r], all->v[model][r].mean,
                             sample_error(&all->v[model][r]));
        const int line = record_series(record, plot, "", LINE, model);
        const int steps = model == BOX ? 240 : 40;
        for (int i = 0; i <= steps; i++) {
            const double radius = 0.4 * pow(50.0, (double)i / steps);
            const double v = variance(laws, model, radius);
            if (v > 1e-8)
                record_point(record, plot, line, radius, v, 0.0);
        }
    }
}

static void plot_slope(struct record *record, const struct state *all) {
    const int plot =
        record_plot(record, "A linear model on Gaussian inputs: V/R² = exp(−R²)", "R²", "V/R²");
    record_linear(record, plot, "x");
    const int marks = record_series(record, plot, "sines, drawn", MARKS, 0);
    const int line = record_series(record, plot, "exp(−R²)", LINE, 1);
    for (int r = 0; r < IN_SLOPE; r++) {
        const double square = radii[r] * radii[r];
        record_point(record, plot, marks, square, all->v[LINEAR][r].mean / square,
                     sample_error(&all->v[LINEAR][r]) / square);
        record_point(record, plot, line, square, exp(-square), 0.0);
    }
}

static void tell(struct record *record, const struct state *all, const struct laws *laws) {
    record_columns(record, columns, 7);
    for (int r = 0; r < RADII; r++)
        record_row(record, radii[r], all->v[LINEAR][r].mean, all->v[RELU][r].mean,
                   laws->exact[RELU][r], all->v[TANH][r].mean, all->v[SINE][r].mean,
                   all->v[BOX][r].mean);
    plot_models(record, all, laws);
    plot_slope(record, all);
}

/* Mean over R of what was drawn over what is exact, where it can be seen. */
static double agreement(const struct state *all, const struct laws *laws, int model) {
    double sum = 0.0, count = 0.0;
    for (int r = 0; r < RADII; r++)
        if (laws->exact[model][r] >= visible) {
            sum += all->v[model][r].mean / laws->exact[model][r];
            count++;
        }
    return sum / count;
}

static void claim(struct record *record, const struct state *all, const struct laws *laws) {
    double squares[IN_SLOPE], logs[IN_SLOPE], even = 0.0;
    for (int r = 0; r < IN_SLOPE; r++) {
        squares[r] = radii[r] * radii[r];
        logs[r] = log(all->v[LINEAR][r].mean / squares[r]);
    }
    for (int r = 0; r < RADII; r++)
        even += all->even[r].mean / RADII;
    record_claim(record, slope_of(IN_SLOPE, squares, logs), -1.05, -0.95,
                 "linear model, sines, drawn: the slope of log(V/R^2) in R^2 over R = 0.5 to 2.5");
    record_claim(
        record, even, -0.5, 0.5,
        "linear model, cosines: V = 0, so that the estimate is far below E a / N; over it");
    record_claim(record, all->informative, 0.0, 0.0,
                 "verdicts of 'informative' on cosines with a linear model");
    for (int model = 0; model < MODELS; model++)
        record_claim(record, agreement(all, laws, model), model == SINE ? 0.7 : 0.9,
                     model == SINE ? 1.3 : 1.1,
                     "%s: V as drawn over V as integrated, mean over R where V > %.3g",
                     name_of(model), visible);
    for (int n = 2; n <= MOST_N; n++)
        record_claim(record, -laws->power[n] / (n + 1), 0.95, 1.05,
                     "ReLU unit with bias, n = %d: V falls as R^-(n+1); the exponent over R = 10 "
                     "to 40, over n + 1",
                     n);
    record_claim(record, laws->weights_alone, 0.0, 1e-9,
                 "the weights a of the ReLU unit alone: V = R^2 exp(-R^2)/4; largest distance");
    record_claim(record, -laws->rate, 0.95, 1.05,
                 "tanh unit: V falls as exp(-pi R/|a|); the rate over R = 8 to 16, over pi/|a|");
    record_claim(record, laws->sine, -1.05, -0.95,
                 "sin unit: slope of log(V R/(2 + q)) in q = (R - |a|)^2, R = 4 to 7");
    record_claim(record, laws->sine_apart, 0.0, 0.01,
                 "sin unit, n = 3: V = (2 + q) exp(-q)/(8 R |a|) there; largest distance");
    record_claim(record, laws->box, -3.15, -2.85,
                 "box, linear model, n = 2: V falls as R^-(n+1) (cos^2 R + sin^2 R/3); the "
                 "exponent over R = 20 to 100");
    record_conclude(record,
                    "How fast V falls with the frequency is a matter of the model and the inputs: "
                    "at R = 5 it is %.2g for the linear model, %.2g for a tanh unit and %.2g for a "
                    "ReLU unit with a bias.",
                    laws->exact[LINEAR][RADII - 1], laws->exact[TANH][RADII - 1],
                    laws->exact[RELU][RADII - 1]);
    record_conclude(record,
                    "The power law of ReLU comes from its bias: the gradient in the weights a "
                    "falls as exp(-R^2) like that of a linear model. A sin unit sees waves of its "
                    "own frequency. Even waves are invisible to odd Jacobians.");
}

static gm_status conclude(struct record *record, void *state) {
    struct laws *laws = calloc(1, sizeof *laws);
    if (!laws)
        return GM_OUT_OF_MEMORY;
    find_laws(laws);
    tell(record, state, laws);
    claim(record, state, laws);
    free(laws);
    return GM_OK;
}

const struct experiment experiment_high_frequency = {
    .name = "high-frequency",
    .title = "Waves of high frequency",
    .question = "How fast does the gradient stop telling waves apart as their frequency rises?",
    .method =
        "Targets sin<u, x> and cos<u, x>, u uniform on the sphere of radius R, squared loss. "
        "Gaussian inputs of 3 dimensions and a linear model at weights 0, or one unit v act(<a, "
        "x> + b) + c at b = 0, v = 1, all of whose parameters count; inputs uniform on the "
        "square [-1, 1]^2 and a linear model. Points: 16384 inputs and 256 targets are drawn. "
        "Dashed lines: exact, by integrals over one normal number and over the angle between u "
        "and a; the normal numbers across a have a closed mean.",
    .seconds = 60,
    .repetitions = 8,
    .state_size = sizeof(struct state),
    .once = measure_once,
    .conclude = conclude,
};
