/* What the size and the diversity of a class of targets do to V. */
#include <stdio.h>

#include "measuring.h"

enum { N = 5, Q = 7, WIDTH = 3, SIGNS = 8 };

static const double pi = 3.14159265358979323846, share = 0.1; /* share: of −1 on the cube */

static const char *const secrets[] = {"binary", "ternary", "uniform"};
enum { SECRETS = sizeof secrets / sizeof *secrets };

static const struct column columns[] = {{"class", TEXT},      {"targets", NUMBER}, {"V", NUMBER},
                                        {"theory", NUMBER},   {"T", NUMBER},       {"T/V", NUMBER},
                                        {"effective", NUMBER}};

struct point {
    char name[32];
    double targets, v, theory, noise, samples, effective;
};

struct state {
    struct point weight[N], wide[N], parity[SIGNS], secret[SECRETS];
};

static double choose(int n, int k) {
    double value = 1.0;
    for (int i = 1; i <= k; i++)
        value = value * (n - k + i) / i;
    return round(value);
}

static gm_status measure_class(struct record *record, const gm_measure_options *options,
                               struct point *out) {
    gm_measurement m;
    const gm_status status = measure_at(record, options, &m);
    if (status != GM_OK)
        return status;
    out->v = exact_variance(&m);
    out->noise = m.noise_trace;
    out->samples = out->v > 0.0 ? m.noise_trace / out->v : NAN;
    out->effective = out->v > 0.0 ? m.effective_targets : NAN;
    return GM_OK;
}

/* Means over the values of an entry of the secret, with probability 1/count each. */
struct entry {
    double g, d, gg, dd; /* of g, d and their squares */
};

static struct entry entry_of(const struct coordinate *c, int low, int high, bool zero) {
    struct entry e = {0};
    const double count = high - low + (zero ? 1.0 : 0.0);
    for (int s = low; s <= high; s++) {
        double g, d;
        if (s == 0 && !zero)
            continue;
        coordinate_transform(c, s, &g, &d);
        e.g += g / count;
        e.d += d / count;
        e.gg += g * g / count;
        e.dd += d * d / count;
    }
    return e;
}

/* The gradient at weights 0 has entries 2π d(s_j) Π_{i≠j} g(s_i). */
static gm_status measure_weight(struct record *record, const struct coordinate *c, int weight,
                                struct point *out) {
    char spec[64];
    const struct entry e = entry_of(c, 1 - (Q + 1) / 2, Q / 2, false);
    const gm_measure_options options = {
        .inputs = c->spec, .targets = spec, .loss = "cosine", .method = "exact"};
    snprintf(spec, sizeof spec, "lwe:read=phase,hamming=%d", weight);
    snprintf(out->name, sizeof out->name, "LWE, %d non-zero%s", weight, weight == 1 ? "" : "s");
    out->targets = choose(N, weight) * pow(Q - 1, weight);
    out->theory = 4.0 * pi * pi * weight * e.dd * pow(e.gg, weight - 1);
    return measure_class(record, &options, out);
}

static gm_status measure_secret(struct record *record, const struct coordinate *c, int kind,
                                struct point *out) {
    static const int lows[SECRETS] = {0, -1, -3}, highs[SECRETS] = {1, 1, 3};
    char spec[64];
    const struct entry e = entry_of(c, lows[kind], highs[kind], true);
    const gm_measure_options options = {
        .inputs = c->spec, .targets = spec, .loss = "cosine", .method = "exact"};
    snprintf(spec, sizeof spec, "lwe:read=phase,secret=%s", secrets[kind]);
    snprintf(out->name, sizeof out->name, "LWE, %s", secrets[kind]);
    out->targets = pow(highs[kind] - lows[kind] + 1, N);
    out->theory = 4.0 * pi * pi * N * (e.dd * pow(e.gg, N - 1) - e.d * e.d * pow(e.g, 2 * (N - 1)));
    return measure_class(record, &options, out);
}

/* An entry of the gradient is m^{k−1} in the subset and m^{k+1} outside. */
static gm_status measure_parity(struct record *record, int k, struct point *out) {
    char inputs[32], spec[32];
    const double m = 1.0 - 2.0 * share;
    const gm_measure_options options = {.inputs = inputs, .targets = spec, .method = "exact"};
    snprintf(inputs, sizeof inputs, "cube:n=%d,p=%g", SIGNS, share);
    snprintf(spec, sizeof spec, "parity:k=%d", k);
    snprintf(out->name, sizeof out->name, "parities, k = %d", k);
    out->targets = choose(SIGNS, k);
    out->theory = k * (1.0 - (double)k / SIGNS) * pow(m, 2 * k - 2) * pow(1.0 - m * m, 2);
    return measure_class(record, &options, out);
}

static gm_status measure_all(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct state *all = state;
    const struct coordinate narrow = coordinate_uniform(N, Q, WIDTH);
    const struct coordinate wide = coordinate_uniform(N, Q, Q);
    (void)seed;
    for (int h = 1; h <= N; h++) {
        TRY(measure_weight(record, &narrow, h, &all->weight[h - 1]));
        TRY(measure_weight(record, &wide, h, &all->wide[h - 1]));
    }
    for (int kind = 0; kind < SECRETS; kind++)
        TRY(measure_secret(record, &narrow, kind, &all->secret[kind]));
    for (int k = 1; k <= SIGNS; k++)
        TRY(measure_parity(record, k, &all->parity[k - 1]));
done:
    return status;
}

static void tell_rows(struct record *record, int count, const struct point *points) {
    for (int i = 0; i < count; i++)
        record_row(record, points[i].name, points[i].targets, points[i].v, points[i].theory,
                   points[i].noise, points[i].samples, points[i].effective);
}

/* T/V against the place in the list, with its theory, or against the size of the class. */
static void add_series(struct record *record, int plot, const char *name, int color, int count,
                       const struct point *points, bool by_size) {
    const int marks = record_series(record, plot, name, MARKS, color);
    const int law = by_size ? 0 : record_series(record, plot, "", LINE, color);
    for (int i = 0; i < count; i++) {
        record_point(record, plot, marks, by_size ? points[i].targets : i + 1.0, points[i].samples,
                     0.0);
        if (!by_size)
            record_point(record, plot, law, i + 1.0, points[i].noise / points[i].theory, 0.0);
    }
}

static void tell(struct record *record, const struct state *all) {
    const char *samples = "samples to see the target, T/V";
    record_columns(record, columns, 7);
    tell_rows(record, N, all->weight);
    tell_rows(record, SECRETS, all->secret);
    tell_rows(record, SIGNS, all->parity);
    const int plot = record_plot(record, "Samples that show the target",
                                 "non-zeros of the secret, or size k of the subset", samples);
    record_linear(record, plot, "x");
    add_series(record, plot, "LWE, 3 of 7 residues", 0, N, all->weight, false);
    add_series(record, plot, "parities, p = 0.1", 1, SIGNS - 1, all->parity, false);
    const int size =
        record_plot(record, "The size of the class says little", "targets in the class", samples);
    add_series(record, size, "LWE, by non-zeros", 0, N, all->weight, true);
    add_series(record, size, "LWE, by secrets", 2, SECRETS, all->secret, true);
    add_series(record, size, "parities, by k", 1, SIGNS - 1, all->parity, true);
}

static double apart(int count, const struct point *points) {
    double most = 0.0;
    for (int i = 0; i < count; i++)
        most = fmax(most, fabs(points[i].v - points[i].theory) / points[0].theory);
    return most;
}

static void claim(struct record *record, const struct state *all) {
    double silent = 0.0;
    const struct point *few = &all->parity[0], *many = &all->parity[SIGNS - 2];
    for (int h = 1; h < N; h++)
        silent = fmax(silent, all->wide[h].v);
    record_claim(record, apart(N, all->weight), 0.0, 1e-9,
                 "LWE with h non-zeros: V = 4 pi^2 h E d^2 (E g^2)^(h-1); the largest distance "
                 "over V at h = 1");
    record_claim(record, apart(SECRETS, all->secret), 0.0, 1e-9,
                 "LWE with independent entries: V = 4 pi^2 n (E d^2 (E g^2)^(n-1) - (E d)^2 "
                 "(E g)^(2n-2)); the largest distance over V of the first");
    record_claim(record, apart(SIGNS, all->parity), 0.0, 1e-9,
                 "parities on the cube: V = k (1 - k/n) m^(2k-2) (1 - m^2)^2; the largest "
                 "distance over V at k = 1");
    record_claim(record, silent, 0.0, 0.0,
                 "uniform inputs: no V for 2 to %d non-zeros, however few the targets; the "
                 "largest",
                 N);
    record_claim(record, few->v / many->v, 10.0, INFINITY,
                 "parities of 1 and of %d entries are %.0f targets each: V of the first over V of "
                 "the second",
                 SIGNS - 1, few->targets);
    record_conclude(record,
                    "With every non-zero of the secret V changes by a factor: at %d non-zeros "
                    "%.3g samples show the target, at one %.3g.",
                    N, all->weight[N - 1].samples, all->weight[0].samples);
    record_conclude(record,
                    "The number of targets decides little: parities of one entry and of %d are "
                    "equally many, and V is %.3g and %.3g.",
                    SIGNS - 1, few->v, many->v);
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_class_diversity = {
    .name = "class-diversity",
    .title = "Classes of many and of few targets",
    .question = "Is a large or a diverse class of targets harder to see than a small one?",
    .method =
        "LWE phases on Z_7^5 under the cosine loss, secrets with 1 to 5 non-zeros or with "
        "independent entries, inputs uniform on 3 of 7 residues (and on all), and parities of k "
        "of 8 signs, -1 with probability 0.1, under the squared loss; linear model at weights 0, "
        "exactly. With g(s) = E cos 2 pi s x/q and d(s) = E (x/q) sin 2 pi s x/q the gradient "
        "has entries 2 pi d(s_j) times the g of the other entries; that of a parity m^(k-1) in "
        "the subset and m^(k+1) outside it, m = E x. T/V is the batch that has as much noise as "
        "signal; effective targets are (sum a)^2 / sum a^2 of what each adds to V.",
    .seconds = 2,
    .repetitions = 1,
    .state_size = sizeof(struct state),
    .once = measure_all,
    .conclude = conclude,
};
