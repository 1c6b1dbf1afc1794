/* Problems small enough to enumerate, and what plain loops over all inputs and all targets say of
   their gradients: written without the library, in long double, from the definitions alone. */
#ifndef GM_TESTS_ENUMERATION_H
#define GM_TESTS_ENUMERATION_H

#include "check.h"

enum { MOST_Q = 16, MOST_POINTS = 256, MOST_SECRETS = 256, MOST_N = 6, MOST_P = 64 };

typedef long double real;
typedef enum plain_loss { SQUARED, LOGISTIC, COSINE } plain_loss;
typedef enum plain_act { TANH, RELU, SIN } plain_act;
typedef enum plain_class { CHARACTERS, LINEAR_TARGETS, RANDOM_TARGETS } plain_class;

/* A law of one coordinate, or of one entry of a secret. */
typedef struct plain_law {
    int count;
    int value[4 * MOST_Q];
    real p[4 * MOST_Q];
} plain_law;

typedef struct plain {
    /* inputs */
    int n, points;
    double x[MOST_POINTS][MOST_N]; /* in their own units */
    real p[MOST_POINTS];
    real scale; /* what a model sees of an entry */
    /* targets: ⟨s, r⟩ + e mod q, r = x, or (1 − x)/2 where `signs` */
    plain_class class;
    bool signs;
    int q, secrets, secret[MOST_SECRETS][MOST_N];
    real prior[MOST_SECRETS], label[MOST_Q], error[MOST_Q]; /* error: P(e mod q) */
    bool noisy;
    /* model: hidden layers, none: linear without bias */
    int layers, width[4];
    plain_act act;
    double w[MOST_P];
    int parameters;
    plain_loss loss;
} plain;

typedef struct plain_values {
    real v, d, o, t, label_noise, mean_gradient, effective;
    real activity, activity_square, activity_largest;
    real epsilon_squared, kernel_square, total_variation, collision;
} plain_values;

/* --- laws --- */

static inline plain_law plain_uniform(int low, int count) {
    plain_law law = {.count = count};
    for (int i = 0; i < count; i++) {
        law.value[i] = low + i;
        law.p[i] = 1.0L / count;
    }
    return law;
}

/* P(x) ∝ exp(−x²/2σ²) on low … high; with q > 0 on all whole numbers, those beyond wrapped. */
static inline plain_law plain_gaussian(double sigma, int low, int high, int q) {
    plain_law law = {.count = high - low + 1};
    const int reach = q ? (int)(14 * sigma) + 20 : 0;
    real total = 0;
    for (int x = low - reach; x <= high + reach; x++) {
        const real p = expl(-(real)x * x / (2 * (real)sigma * sigma));
        const int at = q ? ((x - low) % q + q) % q : x - low;
        total += p;
        if (at < law.count)
            law.p[at] += p;
    }
    for (int i = 0; i < law.count; i++) {
        law.value[i] = low + i;
        law.p[i] /= total;
    }
    return law;
}

/* All rows of n independent coordinates. */
static inline void plain_product(plain *out, int n, const plain_law *law) {
    out->n = n;
    out->points = 1;
    for (int j = 0; j < n; j++)
        out->points *= law->count;
    assert_true(out->points <= MOST_POINTS);
    for (int i = 0; i < out->points; i++) {
        int rest = i;
        out->p[i] = 1;
        for (int j = 0; j < n; j++) {
            out->x[i][j] = law->value[rest % law->count];
            out->p[i] *= law->p[rest % law->count];
            rest /= law->count;
        }
    }
}

/* Secrets with entries of one law, or with exactly `weight` ≥ 0 that are not 0 at places drawn
   uniformly; those that are equal modulo q are one. */
static inline void plain_secrets(plain *out, const plain_law *law, int weight) {
    const int n = out->n, q = out->q;
    real choices = 1, zero = 0, total[MOST_SECRETS] = {0};
    long all = 1;
    out->secrets = 1;
    for (int j = 0; j < n; j++) {
        all *= law->count;
        out->secrets *= q;
    }
    for (int j = 0; j < weight; j++)
        choices = choices * (n - j) / (j + 1);
    for (int i = 0; i < law->count; i++)
        zero += law->value[i] == 0 ? law->p[i] : 0;
    assert_true(out->secrets <= MOST_SECRETS);
    for (long number = 0; number < all; number++) {
        long rest = number;
        int place = 0, heavy = 0;
        real p = 1;
        for (int j = 0; j < n; j++) {
            const int at = (int)(rest % law->count), value = law->value[at];
            rest /= law->count;
            place = place * q + (value % q + q) % q;
            heavy += value != 0;
            p *= weight < 0 ? law->p[at] : value ? law->p[at] / (1 - zero) : 1;
        }
        total[place] += weight < 0 ? p : heavy == weight ? p / choices : 0;
    }
    int kept = 0;
    for (int place = 0; place < out->secrets; place++) {
        if (!(total[place] > 0))
            continue;
        int rest = place;
        for (int j = n - 1; j >= 0; j--) {
            out->secret[kept][j] = rest % q;
            rest /= q;
        }
        out->prior[kept++] = total[place];
    }
    out->secrets = kept;
}

/* --- model and loss --- */

static inline real plain_activation(plain_act act, real t, real *slope) {
    const real value = act == TANH ? tanhl(t) : act == RELU ? fmaxl(t, 0) : sinl(t);
    *slope = act == TANH ? 1 - value * value : act == RELU ? (real)(t > 0) : cosl(t);
    return value;
}

static inline int plain_count(const plain *m) {
    int total = 0, from = m->n;
    if (m->layers == 0)
        return m->n;
    for (int l = 0; l <= m->layers; l++) {
        const int to = l < m->layers ? m->width[l] : 1;
        total += (from + 1) * to;
        from = to;
    }
    return total;
}

/* Output and Jacobian at a row as the model sees it: the chain rule, one unit after another. */
static inline real plain_model(const plain *m, const real *x, real *jacobian) {
    real a[4][MOST_P], slope[4][MOST_P], delta[MOST_P] = {1}, before[MOST_P] = {0};
    int offset[4], from = m->n, at = 0;
    memcpy(a[0], x, (size_t)m->n * sizeof *x);
    if (m->layers == 0) {
        real p = 0;
        for (int j = 0; j < m->n; j++) {
            jacobian[j] = x[j];
            p += m->w[j] * x[j];
        }
        return p;
    }
    for (int l = 0; l <= m->layers; l++) {
        const int to = l < m->layers ? m->width[l] : 1;
        offset[l] = at;
        for (int u = 0; u < to; u++) {
            real sum = m->w[at + from * to + u];
            for (int j = 0; j < from; j++)
                sum += m->w[at + u * from + j] * a[l][j];
            if (l == m->layers)
                before[0] = sum;
            else
                a[l + 1][u] = plain_activation(m->act, sum, &slope[l + 1][u]);
        }
        at += (from + 1) * to;
        from = to;
    }
    const real p = before[0];
    for (int l = m->layers; l >= 0; l--) {
        const int to = l < m->layers ? m->width[l] : 1, in = l ? m->width[l - 1] : m->n;
        for (int u = 0; u < to; u++) {
            for (int j = 0; j < in; j++)
                jacobian[offset[l] + u * in + j] = delta[u] * a[l][j];
            jacobian[offset[l] + in * to + u] = delta[u];
        }
        for (int j = 0; j < in && l > 0; j++) {
            before[j] = 0;
            for (int u = 0; u < to; u++)
                before[j] += delta[u] * m->w[offset[l] + u * in + j];
            before[j] *= slope[l][j];
        }
        memcpy(delta, before, sizeof before);
    }
    return p;
}

/* ∂L/∂p; logistic: ±1 become 1 and 0. */
static inline real plain_residual(plain_loss loss, real p, real y) {
    const real two_pi = 8 * atanl(1);
    return loss == SQUARED    ? p - y
           : loss == LOGISTIC ? 1 / (1 + expl(-p)) - (y + 1) / 2
                              : two_pi * sinl(two_pi * (p - y));
}

/* --- what the definitions say --- */

typedef struct plain_tables {
    real output[MOST_POINTS], jacobian[MOST_POINTS][MOST_P], norm[MOST_POINTS];
    real phi[MOST_SECRETS][MOST_POINTS];    /* averaged over label noise, less the mean over s */
    real square[MOST_SECRETS][MOST_POINTS]; /* E_e φ² */
    real mean[MOST_POINTS];
    int t[MOST_SECRETS][MOST_POINTS];
} plain_tables;

static inline void plain_fill(const plain *m, plain_tables *out) {
    for (int i = 0; i < m->points; i++) {
        real seen[MOST_N];
        for (int j = 0; j < m->n; j++)
            seen[j] = m->scale * m->x[i][j];
        out->output[i] = plain_model(m, seen, out->jacobian[i]);
        out->norm[i] = 0;
        for (int k = 0; k < m->parameters; k++)
            out->norm[i] += out->jacobian[i][k] * out->jacobian[i][k];
        out->mean[i] = 0;
        for (int s = 0; s < m->secrets && m->class == CHARACTERS; s++) {
            long t = 0;
            for (int j = 0; j < m->n; j++)
                t += m->secret[s][j] * (m->signs ? m->x[i][j] < 0 : lround(m->x[i][j]));
            out->t[s][i] = (int)((t % m->q + m->q) % m->q);
            out->phi[s][i] = out->square[s][i] = 0;
            for (int e = 0; e < m->q; e++) {
                const real y = m->label[(out->t[s][i] + e) % m->q];
                const real phi = plain_residual(m->loss, out->output[i], y);
                out->phi[s][i] += m->error[e] * phi;
                out->square[s][i] += m->error[e] * phi * phi;
            }
            out->mean[i] += m->prior[s] * out->phi[s][i];
        }
    }
    for (int i = 0; i < m->points; i++)
        for (int s = 0; s < m->secrets && m->class == CHARACTERS; s++)
            out->phi[s][i] -= out->mean[i];
}

/* Cov_h(φ(x_i), φ(x_j)). Of linear and random targets by hand: a label of mean 0 under a loss
   affine in it, E⟨a, x⟩⟨a, x'⟩ = ⟨x, x'⟩, and independent signs. */
static inline real plain_covariance(const plain *m, const plain_tables *t, int i, int j) {
    const real beta = m->loss == LOGISTIC ? 0.5L : 1;
    real sum = 0;
    if (m->class == RANDOM_TARGETS)
        return i == j ? beta * beta : 0;
    for (int k = 0; k < m->n && m->class == LINEAR_TARGETS; k++)
        sum += m->scale * m->x[i][k] * m->scale * m->x[j][k];
    for (int s = 0; s < m->secrets && m->class == CHARACTERS; s++)
        sum += m->prior[s] * t->phi[s][i] * t->phi[s][j];
    return sum;
}

static inline real plain_mean(const plain *m, const plain_tables *t, int i) {
    return m->class == CHARACTERS ? t->mean[i] : plain_residual(m->loss, t->output[i], 0);
}

/* Distance of the labels at x_i and x_j from independence. */
static inline real plain_distance(const plain *m, const plain_tables *t, int i, int j) {
    real joint[MOST_Q][MOST_Q] = {{0}}, left[MOST_Q] = {0}, right[MOST_Q] = {0}, sum = 0;
    int number[MOST_Q];
    for (int a = 0; a < m->q; a++)
        for (number[a] = 0; fabsl(m->label[number[a]] - m->label[a]) > 1e-9L;)
            number[a]++;
    for (int s = 0; s < m->secrets; s++) {
        const int a = number[t->t[s][i]], b = number[t->t[s][j]];
        joint[a][b] += m->prior[s];
        left[a] += m->prior[s];
        right[b] += m->prior[s];
    }
    for (int a = 0; a < m->q; a++)
        for (int b = 0; b < m->q; b++)
            sum += fabsl(joint[a][b] - left[a] * right[b]);
    return sum / 2;
}

static inline void plain_pairs(const plain *m, const plain_tables *t, plain_values *out) {
    for (int i = 0; i < m->points; i++)
        for (int j = 0; j < m->points; j++) {
            const real p = m->p[i] * m->p[j], c = plain_covariance(m, t, i, j);
            real k = 0;
            for (int r = 0; r < m->parameters; r++)
                k += t->jacobian[i][r] * t->jacobian[j][r];
            out->v += p * k * c;
            if (i == j)
                continue;
            out->o += p * k * c;
            out->epsilon_squared += p * c * c;
            out->kernel_square += p * k * k;
            out->total_variation += m->class == CHARACTERS ? p * plain_distance(m, t, i, j) : 0;
        }
}

/* Gradients of all targets, one after another: V, what each adds, and T, without a kernel. */
static inline void plain_gradients(const plain *m, const plain_tables *t, plain_values *out) {
    real squares = 0, v = 0, power = 0, mean[MOST_P] = {0};
    for (int i = 0; i < m->points; i++)
        for (int k = 0; k < m->parameters; k++)
            mean[k] += m->p[i] * plain_mean(m, t, i) * t->jacobian[i][k];
    for (int k = 0; k < m->parameters; k++)
        out->mean_gradient += mean[k] * mean[k];
    for (int s = 0; s < m->secrets && m->class == CHARACTERS; s++) {
        real norm = 0;
        for (int k = 0; k < m->parameters; k++) {
            real g = 0;
            for (int i = 0; i < m->points; i++)
                g += m->p[i] * t->phi[s][i] * t->jacobian[i][k];
            norm += g * g;
        }
        v += m->prior[s] * norm;
        squares += m->prior[s] * norm * m->prior[s] * norm;
        for (int i = 0; i < m->points; i++) {
            const real phi = t->phi[s][i] + t->mean[i];
            power += m->prior[s] * m->p[i] * t->norm[i] * t->square[s][i];
            out->label_noise += m->prior[s] * m->p[i] * t->norm[i] * (t->square[s][i] - phi * phi);
        }
    }
    for (int i = 0; i < m->points && m->class != CHARACTERS; i++) {
        const real base = plain_mean(m, t, i);
        power += m->p[i] * t->norm[i] * (base * base + plain_covariance(m, t, i, i));
    }
    if (m->class == CHARACTERS)
        out->v = v; /* and the pairs gave D + O */
    out->effective = squares > 0 ? v * v / squares : NAN;
    out->t = power - out->v - out->mean_gradient;
}

static inline plain_values plain_enumerate(const plain *m) {
    static plain_tables t;
    plain_values out = {0};
    plain_fill(m, &t);
    plain_pairs(m, &t, &out);
    for (int i = 0; i < m->points; i++) {
        const real a = t.norm[i] * plain_covariance(m, &t, i, i);
        out.d += m->p[i] * m->p[i] * a;
        out.activity += m->p[i] * a;
        out.activity_square += m->p[i] * a * a;
        out.activity_largest = fmaxl(out.activity_largest, m->p[i] > 0 ? a : 0);
        out.collision += m->p[i] * m->p[i];
    }
    plain_gradients(m, &t, &out);
    return out;
}

#endif
