/* Random problems: the options that the library takes, beside what plain loops take. */
#ifndef GM_TESTS_SMALL_PROBLEM_H
#define GM_TESTS_SMALL_PROBLEM_H

#include "enumeration.h"

typedef struct small_problem {
    plain plain;
    gm_measure_options options;
    gm_array rows;
    double values[16 * MOST_N];
    char inputs[64], targets[128], model[64];
} small_problem;

/* Whole numbers below `range`, from a state of our own. */
static inline int roll(uint64_t *state, int range) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((*state >> 33) % (uint64_t)range);
}

static inline double roll_unit(uint64_t *state) {
    return roll(state, 1 << 20) / 1048576.0;
}

/* Rows of a file: each is a point, but those that are equal modulo q are one. */
static inline void take_rows(small_problem *out, int rows, int q) {
    plain *m = &out->plain;
    m->points = 0;
    for (int i = 0; i < rows; i++) {
        const double *x = out->values + i * m->n;
        int at = 0;
        for (; at < m->points; at++) {
            bool same = true;
            for (int j = 0; j < m->n; j++)
                same = same && (q ? fmod(x[j] - m->x[at][j], q) == 0 : x[j] == m->x[at][j]);
            if (same)
                break;
        }
        if (at == m->points) {
            m->p[m->points++] = 0;
            for (int j = 0; j < m->n; j++)
                m->x[at][j] = q ? x[j] - q * floor(x[j] / q + 0.5) : x[j];
        }
        m->p[at] += 1.0L / rows;
    }
    out->rows = (gm_array){.dimensions = 2, .shape = {rows, m->n}, .values = out->values};
    out->options.rows = &out->rows;
    out->options.modulus = q;
}

static inline void make_residues(small_problem *out, uint64_t *state, int n, int q) {
    plain *m = &out->plain;
    const int kind = roll(state, 3), low = -(q / 2);
    plain_law law;
    m->n = n;
    m->q = q;
    m->scale = 1.0L / q;
    if (kind == 0) {
        const int width = roll(state, 2) ? q : 2 * roll(state, (q + 1) / 2) + 1;
        law = plain_uniform(-(width / 2), width);
        snprintf(out->inputs, sizeof out->inputs, "zq:n=%d,q=%d,width=%d", n, q, width);
    } else if (kind == 1) {
        const double sigma = 0.3 + 0.1 * roll(state, 5 * q);
        law = plain_gaussian(sigma, low, low + q - 1, 0);
        snprintf(out->inputs, sizeof out->inputs, "dgauss:n=%d,q=%d,sigma=%.17g", n, q, sigma);
    } else {
        const int rows = 2 + roll(state, 12);
        for (int i = 0; i < rows * n; i++)
            out->values[i] = roll(state, 4 * q) - 2 * q;
        take_rows(out, rows, q);
        return;
    }
    plain_product(m, n, &law);
    out->options.inputs = out->inputs;
}

static inline void make_signs(small_problem *out, uint64_t *state, int n) {
    plain *m = &out->plain;
    m->n = n;
    m->scale = 1;
    if (roll(state, 3) == 0) {
        const int rows = 2 + roll(state, 12);
        for (int i = 0; i < rows * n; i++)
            out->values[i] = roll(state, 2) ? 1 : -1;
        take_rows(out, rows, 0);
        return;
    }
    const double p = 0.05 + 0.1 * roll(state, 10);
    plain_law law = {2, {-1, 1}, {p, 1 - (real)p}};
    plain_product(m, n, &law);
    snprintf(out->inputs, sizeof out->inputs, "cube:n=%d,p=%.17g", n, p);
    out->options.inputs = out->inputs;
}

static inline void make_lwe(small_problem *out, uint64_t *state) {
    static const char *const secrets[] = {"uniform", "binary", "ternary", "gaussian"};
    static const char *const readings[] = {"centered", "cos", "phase", "sin"};
    plain *m = &out->plain;
    const int q = m->q, secret = roll(state, 4), reading = roll(state, 4);
    const int weight = roll(state, 2) ? -1 : roll(state, m->n + 1);
    const double sigma = roll(state, 2) ? 0 : 0.3 + 0.2 * roll(state, q);
    const double width = 0.4 + 0.1 * roll(state, q);
    const real two_pi = 8 * atanl(1);
    plain_law law = secret == 0   ? plain_uniform(0, q)
                    : secret == 1 ? plain_uniform(0, 2)
                    : secret == 2 ? plain_uniform(-1, 3)
                                  : plain_gaussian(width, -((q - 1) / 2), q / 2, q);
    char part[64];
    snprintf(out->targets, sizeof out->targets, "lwe:secret=%s,read=%s", secrets[secret],
             readings[reading]);
    if (secret == 3) {
        snprintf(part, sizeof part, ",secret_sigma=%.17g", width);
        strcat(out->targets, part);
    }
    if (weight >= 0) {
        snprintf(part, sizeof part, ",hamming=%d", weight);
        strcat(out->targets, part);
    }
    if (sigma > 0) {
        snprintf(part, sizeof part, ",sigma=%.17g", sigma);
        strcat(out->targets, part);
    }
    plain_secrets(m, &law, weight);
    for (int t = 0; t < q; t++) {
        const int centred = 2 * t >= q ? t - q : t;
        m->label[t] = reading == 0   ? (real)centred / q
                      : reading == 1 ? cosl(two_pi * t / q)
                      : reading == 2 ? (real)t / q
                                     : sinl(two_pi * t / q);
        m->error[t] = t == 0;
    }
    m->noisy = sigma > 0;
    if (m->noisy) {
        const plain_law errors = plain_gaussian(sigma, 0, q - 1, q);
        memcpy(m->error, errors.p, (size_t)q * sizeof *errors.p);
    }
}

/* modsum or parity: k ones among n, or any number of them. */
static inline void make_subsets(small_problem *out, uint64_t *state, bool parity) {
    plain *m = &out->plain;
    const plain_law bits = plain_uniform(0, 2);
    const int low = parity ? 0 : 1, k = low + roll(state, m->n + 1 - low);
    const bool all = parity && roll(state, 2);
    m->signs = parity;
    m->q = parity ? 2 : m->q;
    plain_secrets(m, &bits, all ? -1 : k);
    for (int t = 0; t < m->q; t++) {
        m->label[t] = parity ? 1 - 2 * t : (real)t / m->q;
        m->error[t] = t == 0;
    }
    if (all)
        snprintf(out->targets, sizeof out->targets, "parity%s", k % 2 ? "" : ":k=all");
    else
        snprintf(out->targets, sizeof out->targets, "%s:k=%d", parity ? "parity" : "modsum", k);
}

static inline void make_model(small_problem *out, uint64_t *state, double size) {
    static const char *const acts[] = {"tanh", "relu", "sin"};
    plain *m = &out->plain;
    m->layers = roll(state, 3);
    m->act = (plain_act)roll(state, 3);
    m->width[0] = 1 + roll(state, 4);
    m->width[1] = 1 + roll(state, 3);
    if (m->layers == 0)
        snprintf(out->model, sizeof out->model, "linear");
    else if (m->layers == 1)
        snprintf(out->model, sizeof out->model, "mlp:hidden=%d,act=%s", m->width[0], acts[m->act]);
    else
        snprintf(out->model, sizeof out->model, "mlp:hidden=%dx%d,act=%s", m->width[0], m->width[1],
                 acts[m->act]);
    m->parameters = plain_count(m);
    assert_true(m->parameters <= MOST_P);
    for (int k = 0; k < m->parameters; k++)
        m->w[k] = size * (2 * roll_unit(state) - 1);
    out->options.model = out->model;
    out->options.weights = m->w;
    out->options.weight_count = m->parameters;
}

/* Problem number `number`; it holds pointers to itself. */
static inline void make_problem(small_problem *out, uint64_t number) {
    static const int orders[] = {2, 3, 4, 5, 6, 7, 8, 9, 11, 12};
    static const char *const losses[] = {"squared", "logistic", "cosine"};
    uint64_t state = number * UINT64_C(0x9e3779b97f4a7c15) + 12345;
    for (int i = 0; i < 4; i++)
        (void)roll(&state, 2);
    *out = (small_problem){.plain = {.class = CHARACTERS}};
    plain *m = &out->plain;
    const int kind = roll(&state, 8);
    const int q = orders[roll(&state, 10)];
    int n = 1 + roll(&state, q == 2 ? 5 : q < 6 ? 3 : 2);
    if (kind < 4) { /* lwe */
        make_residues(out, &state, n, q);
        make_lwe(out, &state);
    } else if (kind == 4) {
        make_residues(out, &state, n, q);
        make_subsets(out, &state, false);
    } else if (kind == 5) {
        make_signs(out, &state, 1 + roll(&state, 6));
        make_subsets(out, &state, true);
    } else {
        if (roll(&state, 2))
            make_residues(out, &state, n, q);
        else
            make_signs(out, &state, 1 + roll(&state, 6));
        m->class = kind == 6 ? LINEAR_TARGETS : RANDOM_TARGETS;
        snprintf(out->targets, sizeof out->targets, "%s", kind == 6 ? "linear" : "random");
    }
    const bool labels_are_signs = m->signs || m->class == RANDOM_TARGETS;
    m->loss = labels_are_signs && roll(&state, 2)         ? LOGISTIC
              : m->class == CHARACTERS && roll(&state, 2) ? COSINE
                                                          : SQUARED;
    make_model(out, &state, roll(&state, 5) ? 1.0 : 0.0);
    out->options.targets = out->targets;
    out->options.loss = losses[m->loss];
    out->options.method = "exact";
}

/* What failed, for messages. */
static inline const char *tell_problem(const small_problem *p) {
    static char text[512];
    snprintf(text, sizeof text, "%s %s %s %s", p->options.inputs ? p->options.inputs : "rows",
             p->targets, p->model, p->options.loss);
    return text;
}

#endif
