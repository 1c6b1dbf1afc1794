/* The variance of the gradient and its bound as the inputs narrow. */
#include <stdio.h>

#include "measuring.h"

enum { N = 3, Q = 9, SIGNS = 6 };

static const int widths[] = {9, 7, 5, 3};
static const double sigmas[] = {3.0, 2.0, 1.3, 0.8};
static const double shares[] = {0.5, 0.4, 0.3, 0.2, 0.1, 0.05}; /* of −1 on the cube */
enum {
    STEPS = sizeof widths / sizeof *widths,
    CUBES = sizeof shares / sizeof *shares,
    FAMILIES = 2,
    NARROW = 4 /* of the cube: p = 0.1 */
};

static const struct column columns[] = {
    {"inputs", TEXT}, {"entropy", NUMBER},  {"V", NUMBER},        {"D", NUMBER},
    {"O", NUMBER},    {"bound, D", NUMBER}, {"bound, O", NUMBER}, {"V, sparse", NUMBER}};

struct point {
    char name[32];
    double entropy, v, d, o, collisions, dependence;
    double sparse;       /* V of secrets with 2 entries that are not 0 */
    double sparse_share; /* the same over T */
    double theory;       /* of v */
    double bound, unit;  /* bound; E‖J‖², by which all of the above are divided */
};

struct state {
    struct point lwe[FAMILIES][STEPS], cube[CUBES];
};

static void fill(struct point *point, const gm_measurement *m, double unit) {
    point->unit = unit;
    point->entropy = m->entropy.nats;
    point->v = m->variance.value / unit;
    point->d = m->collision_term / unit;
    point->o = m->dependence_term / unit;
    point->collisions = m->bound_collision / unit;
    point->dependence = m->bound_dependence / unit;
    point->bound = m->bound / unit;
}

/* V = 4π² Σ P² ‖x/q‖² over E ‖x/q‖². */
static double lwe_theory(const struct coordinate *c) {
    const double pi = 3.14159265358979323846;
    return 4.0 * pi * pi * coordinate_sum(c, 2, 2) * pow(coordinate_sum(c, 2, 0), N - 1) /
           coordinate_sum(c, 1, 2);
}

static gm_status measure_lwe(struct record *record, const struct coordinate *c,
                             struct point *point) {
    gm_status status = GM_OK;
    gm_measurement m;
    const double unit = N * coordinate_sum(c, 1, 2) / (Q * Q);
    gm_measure_options options = {
        .inputs = c->spec, .targets = "lwe:read=phase", .loss = "cosine", .method = "exact"};
    TRY(measure_at(record, &options, &m));
    fill(point, &m, unit);
    snprintf(point->name, sizeof point->name, "%s", c->name);
    point->theory = lwe_theory(c);
    options.targets = "lwe:read=phase,hamming=2";
    TRY(measure_at(record, &options, &m));
    point->sparse = exact_variance(&m) / unit;
    point->sparse_share = m.variance.value / m.noise_trace;
done:
    return status;
}

/* V = (1 − m²)² (1 − 1/n), m = E x; over E ‖x‖² = n. */
static gm_status measure_cube(struct record *record, double share, struct point *point) {
    char spec[32];
    gm_measurement m;
    const double mean = 1.0 - 2.0 * share;
    const gm_measure_options options = {.inputs = spec, .targets = "parity:k=1", .method = "exact"};
    snprintf(spec, sizeof spec, "cube:n=%d,p=%g", SIGNS, share);
    const gm_status status = measure_at(record, &options, &m);
    if (status == GM_OK)
        fill(point, &m, SIGNS);
    snprintf(point->name, sizeof point->name, "cube, p = %g", share);
    point->theory = pow(1.0 - mean * mean, 2) * (1.0 - 1.0 / SIGNS) / SIGNS;
    point->sparse = NAN;
    return status;
}

static gm_status measure_all(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct state *all = state;
    (void)seed;
    for (int i = 0; i < STEPS; i++) {
        const struct coordinate uniform = coordinate_uniform(N, Q, widths[i]);
        const struct coordinate gaussian = coordinate_gaussian(N, Q, sigmas[i]);
        TRY(measure_lwe(record, &uniform, &all->lwe[0][i]));
        TRY(measure_lwe(record, &gaussian, &all->lwe[1][i]));
    }
    for (int i = 0; i < CUBES; i++)
        TRY(measure_cube(record, shares[i], &all->cube[i]));
done:
    return status;
}

static void tell_row(struct record *record, const struct point *p) {
    record_row(record, p->name, p->entropy, p->v, p->d, p->o, p->collisions, p->dependence,
               p->sparse);
}

static void plot_points(struct record *record, int plot, int count, const struct point *points,
                        const char *v, const char *bound, int color, bool theory) {
    const int measured = record_series(record, plot, v, MARKS, color);
    const int above = record_series(record, plot, bound, POINTS, color + 1);
    const int law = theory ? record_series(record, plot, "", LINE, color) : 0;
    for (int i = 0; i < count; i++) {
        record_point(record, plot, measured, points[i].entropy, points[i].v, 0.0);
        record_point(record, plot, above, points[i].entropy, points[i].bound, 0.0);
        if (theory)
            record_point(record, plot, law, points[i].entropy, points[i].theory, 0.0);
    }
}

static void tell(struct record *record, const struct state *all) {
    const char *x = "collision entropy, nats", *y = "V, bound over E |J|²";
    record_columns(record, columns, 8);
    for (int f = 0; f < FAMILIES; f++)
        for (int i = 0; i < STEPS; i++)
            tell_row(record, &all->lwe[f][i]);
    for (int i = 0; i < CUBES; i++)
        tell_row(record, &all->cube[i]);
    const int lwe = record_plot(record, "LWE with inputs that narrow", x, y);
    record_linear(record, lwe, "x");
    plot_points(record, lwe, STEPS, all->lwe[0], "V, uniform", "bound, uniform", 0, true);
    plot_points(record, lwe, STEPS, all->lwe[1], "V, Gaussian", "bound, Gaussian", 2, true);
    const int sparse = record_series(record, lwe, "V, 2 non-zeros", POINTS, 4);
    for (int i = STEPS - 1; i >= 0; i--)
        record_point(record, lwe, sparse, all->lwe[0][i].entropy, all->lwe[0][i].sparse, 0.0);
    const int cube = record_plot(record, "Parities of one entry on a cube that narrows", x, y);
    record_linear(record, cube, "x");
    plot_points(record, cube, CUBES, all->cube, "V", "bound", 0, true);
}

/* Largest relative distance from theory. */
static double apart(int count, const struct point *points) {
    double most = 0.0;
    for (int i = 0; i < count; i++)
        most = fmax(most, fabs(points[i].v / points[i].theory - 1.0));
    return most;
}

static double least_growth(const struct point *points, int count) {
    double least = INFINITY;
    for (int i = 1; i < count; i++)
        least = fmin(least, points[i].bound / points[i - 1].bound);
    return least;
}

static void claim(struct record *record, const struct state *all) {
    const struct point *wide = &all->cube[0], *narrow = &all->cube[NARROW];
    double below = INFINITY;
    for (int f = 0; f < FAMILIES; f++)
        for (int i = 0; i < STEPS; i++)
            below = fmin(below, all->lwe[f][i].bound / all->lwe[f][i].v);
    record_claim(record, least_growth(all->lwe[0], STEPS), 1.0, INFINITY,
                 "LWE, fewer residues: the bound grows with every step; the least factor");
    record_claim(record, least_growth(all->lwe[1], STEPS), 1.0, INFINITY,
                 "LWE, narrower Gaussians: the bound grows with every step; the least factor");
    record_claim(record, fmax(apart(STEPS, all->lwe[0]), apart(STEPS, all->lwe[1])), 0.0, 1e-9,
                 "LWE, cosine loss, weights 0: V = 4 pi^2 sum P^2 |x/q|^2, the largest relative "
                 "distance");
    record_claim(record, below, 1.0, INFINITY, "the bound is above V: the least bound/V");
    record_claim(record, all->lwe[0][0].sparse_share, 0.0, 1e-20,
                 "secrets with two non-zeros, uniform inputs: V = 0; V/T");
    record_claim(record, all->lwe[0][STEPS - 1].sparse / all->lwe[0][STEPS - 1].v, 1.0, INFINITY,
                 "on three residues they show, and more than dense secrets: V over that of all "
                 "secrets");
    record_claim(record, wide->v * wide->unit, 0.83333 - 1e-5, 0.83334 + 1e-5,
                 "parities of one entry on the uniform cube: V = 1 - 1/n");
    record_claim(record, narrow->v * narrow->unit, 0.108 - 1e-9, 0.108 + 1e-9,
                 "the same at p = 0.1: V = (1 - m^2)^2 (1 - 1/n), m = 0.8");
    record_claim(record, narrow->bound / wide->bound, 1.0, INFINITY,
                 "while the bound grows: bound at p = 0.1 over that at p = 0.5");
    record_conclude(
        record,
        "As the inputs of LWE narrow the bound grows, and V with it: %.3g times from %d "
        "residues to 3, and for secrets with two non-zeros from nothing.",
        all->lwe[0][STEPS - 1].v / all->lwe[0][0].v, Q);
    record_conclude(record,
                    "A larger bound is no larger V: parities of one entry lose %.0f %% of V on the "
                    "cube at p = 0.1, where the bound is %.2g times as large.",
                    100.0 * (1.0 - narrow->v / wide->v), narrow->bound / wide->bound);
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_entropy_sweep = {
    .name = "entropy-sweep",
    .title = "Inputs from uniform to narrow",
    .question = "What do inputs of low entropy change: the bound, or what a gradient tells?",
    .method =
        "LWE phases on Z_9^3, all 729 secrets, cosine loss, linear model at weights 0, exactly. "
        "The inputs, by their collision entropy in nats, are uniform on ever fewer residues, or "
        "Gaussian and ever narrower. Narrow "
        "inputs are small inputs, so that everything is divided by the mean square E|J|^2 of the "
        "Jacobian, as if the inputs were scaled back to one size. In closed form V = 4 pi^2 sum "
        "P(x)^2 |x/q|^2. Beside it secrets with two non-zeros (sparse), and parities of one entry "
        "on the "
        "cube of 6 signs, -1 with probability p, where V = (1 - m^2)^2 (1 - 1/n), m = 1 - 2p.",
    .seconds = 3,
    .repetitions = 1,
    .state_size = sizeof(struct state),
    .once = measure_all,
    .conclude = conclude,
};
