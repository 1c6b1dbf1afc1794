/* Training runs whose trouble is known beforehand, by plain stochastic gradient descent on samples
   that are drawn afresh. No code of the library. */
#ifndef GM_TESTS_STAGED_H
#define GM_TESTS_STAGED_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STAGED_MOST_COLUMNS = 32, STAGED_MOST_PARAMETERS = 1024 };

/* --- draws --- */

typedef struct dice {
    uint64_t state;
} dice;

static inline double dice_uniform(dice *d) { /* splitmix64 */
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static inline double dice_gaussian(dice *d) {
    const double radius = sqrt(-2.0 * log(dice_uniform(d)));
    return radius * cos(6.283185307179586 * dice_uniform(d));
}

/* --- runs --- */

typedef enum staged_data {
    STAGED_PARITY, /* product of all signs */
    STAGED_PHASE, /* ⟨s, r⟩ + e mod 31 over 31, every third entry of s is 1 or −1; columns are r/31
                   */
    STAGED_WAVE,    /* sin ⟨u, x⟩, ‖u‖ = 8 */
    STAGED_LINEAR,  /* ⟨a, x⟩ and noise, the last entry of x 10^(−decades/2) of the first */
    STAGED_CLASSES, /* 1 with probability 1/(1 + exp −2⟨a, x⟩), otherwise 0; ‖a‖ = 1 */
    STAGED_TEACHER, /* a network of four units, and noise */
} staged_data;

typedef enum staged_loss { STAGED_SQUARED, STAGED_LOGISTIC, STAGED_COSINE } staged_loss;

typedef struct staged {
    const char *name;
    staged_data data;
    staged_loss loss;
    int columns, hidden; /* hidden units; 0: linear, without a bias */
    double rate;
    double noise;   /* standard deviation of that of the labels */
    double decades; /* of the condition number */
    int batch;
    double baseline; /* loss of the best constant */
} staged;

typedef struct staged_run {
    const staged *what;
    dice dice;
    int parameters;
    double target[STAGED_MOST_COLUMNS], teacher[4][STAGED_MOST_COLUMNS];
    double w[STAGED_MOST_PARAMETERS];
    double first[STAGED_MOST_PARAMETERS], second[STAGED_MOST_PARAMETERS];
} staged_run;

static inline double staged_label(staged_run *run, const double *x) {
    const staged *what = run->what;
    double sum = 0.0, product = 1.0;
    for (int j = 0; j < what->columns; j++) {
        sum += run->target[j] * x[j];
        product *= x[j];
    }
    switch (what->data) {
    case STAGED_PARITY:
        return product;
    case STAGED_PHASE:
        return sum + what->noise * dice_gaussian(&run->dice);
    case STAGED_WAVE:
        return sin(sum);
    case STAGED_LINEAR:
        return sum + what->noise * dice_gaussian(&run->dice);
    case STAGED_CLASSES:
        return dice_uniform(&run->dice) < 1.0 / (1.0 + exp(-2.0 * sum)) ? 1.0 : 0.0;
    case STAGED_TEACHER:
        break;
    }
    sum = what->noise * dice_gaussian(&run->dice);
    for (int u = 0; u < 4; u++) {
        double inside = 0.0;
        for (int j = 0; j < what->columns; j++)
            inside += run->teacher[u][j] * x[j];
        sum += tanh(inside);
    }
    return sum;
}

static inline void staged_input(staged_run *run, double *x) {
    const staged *what = run->what;
    for (int j = 0; j < what->columns; j++) {
        if (what->data == STAGED_PARITY)
            x[j] = dice_uniform(&run->dice) < 0.5 ? -1.0 : 1.0;
        else if (what->data == STAGED_PHASE)
            x[j] = (floor(31.0 * dice_uniform(&run->dice)) - 15.0) / 31.0;
        else
            x[j] = dice_gaussian(&run->dice) *
                   pow(10.0, -0.5 * what->decades * j / (what->columns - 1));
    }
}

/* Adds the gradient of one sample to `gradient`, and gives its loss. w: W [hidden][columns],
   biases, weights of the output, its bias. */
static inline double staged_sample(const staged_run *run, const double *x, double y,
                                   double *gradient) {
    const staged *what = run->what;
    const int n = what->columns, hidden = what->hidden;
    const double *bias = run->w + hidden * n, *out = bias + hidden;
    double act[64], p = hidden ? out[hidden] : 0.0, loss, slope;
    for (int u = 0; u < hidden; u++) {
        act[u] = bias[u];
        for (int j = 0; j < n; j++)
            act[u] += run->w[u * n + j] * x[j];
        act[u] = tanh(act[u]);
        p += out[u] * act[u];
    }
    for (int j = 0; j < n && !hidden; j++)
        p += run->w[j] * x[j];
    if (what->loss == STAGED_SQUARED) {
        slope = p - y;
        loss = 0.5 * slope * slope;
    } else if (what->loss == STAGED_LOGISTIC) {
        slope = 1.0 / (1.0 + exp(-p)) - y;
        loss = fmax(p, 0.0) + log1p(exp(-fabs(p))) - y * p;
    } else {
        slope = 6.283185307179586 * sin(6.283185307179586 * (p - y));
        loss = -cos(6.283185307179586 * (p - y));
    }
    for (int j = 0; j < n && !hidden; j++)
        gradient[j] += slope * x[j];
    for (int u = 0; u < hidden; u++) {
        const double inner = slope * out[u] * (1.0 - act[u] * act[u]);
        for (int j = 0; j < n; j++)
            gradient[u * n + j] += inner * x[j];
        gradient[hidden * n + u] += inner;
        gradient[hidden * (n + 1) + u] += slope * act[u];
    }
    if (hidden)
        gradient[hidden * (n + 2)] += slope;
    return loss;
}

static inline void staged_begin(staged_run *run, const staged *what, uint64_t seed) {
    double norm = 0.0;
    memset(run, 0, sizeof *run);
    run->what = what;
    run->dice.state = seed * 0x2545f4914f6cdd1du + 77;
    run->parameters = what->hidden ? what->hidden * (what->columns + 2) + 1 : what->columns;
    for (int j = 0; j < what->columns; j++) {
        run->target[j] = dice_gaussian(&run->dice);
        norm += run->target[j] * run->target[j];
        for (int u = 0; u < 4; u++)
            run->teacher[u][j] = dice_gaussian(&run->dice) / sqrt(what->columns);
    }
    for (int j = 0; j < what->columns; j++) {
        if (what->data == STAGED_WAVE || what->data == STAGED_CLASSES)
            run->target[j] *= (what->data == STAGED_WAVE ? 8.0 : 1.0) / sqrt(norm);
        if (what->data == STAGED_PHASE)
            run->target[j] = 0.0;
    }
    for (int j = 0; j < what->columns && what->data == STAGED_PHASE; j += 3)
        run->target[j] = dice_uniform(&run->dice) < 0.5 ? -1.0 : 1.0;
    for (int i = 0; i < what->hidden * what->columns; i++)
        run->w[i] = dice_gaussian(&run->dice) / sqrt(what->columns);
    for (int u = 0; u < what->hidden; u++)
        run->w[what->hidden * (what->columns + 1) + u] =
            dice_gaussian(&run->dice) / sqrt(what->hidden);
}

/* Gradients of the halves of a batch at the present weights; the loss of the batch. */
static inline double staged_batch(staged_run *run) {
    const int half = run->what->batch / 2;
    double x[STAGED_MOST_COLUMNS], loss = 0.0;
    memset(run->first, 0, sizeof run->first);
    memset(run->second, 0, sizeof run->second);
    for (int i = 0; i < 2 * half; i++) {
        staged_input(run, x);
        loss += staged_sample(run, x, staged_label(run, x), i < half ? run->first : run->second);
    }
    for (int k = 0; k < run->parameters; k++) {
        run->first[k] /= half;
        run->second[k] /= half;
    }
    return loss / (2 * half);
}

static inline void staged_step(staged_run *run) {
    for (int k = 0; k < run->parameters; k++)
        run->w[k] -= run->what->rate * 0.5 * (run->first[k] + run->second[k]);
}

#endif
