/* What many noised gradients of one batch give away: with Gaussian noise that is not known XᵀX
   alone, with Rademacher noise of the same variance every row. The attack is independent component
   analysis: g = −Xᵀe/n mixes n independent sources e_i by the rows of X. */
#include "context.h"

#include "linalg/linalg.h"

enum { N = 8, D = 20, K = 8192, ROUNDS = 200 };

typedef struct attack {
    double rows[N][D];      /* the inputs of the batch */
    double gradients[K][D]; /* noise part, K gradients */
    double axes[D * D];     /* eigenvectors of their second moments */
    double white[K][N];     /* gradients along the first N of them, of variance 1 */
    double moments[D * D];
    double found[N][D]; /* a row each, up to its length and sign */
} attack;

static void draw(attack *a, bool rademacher, uint64_t seed) {
    double e[N];
    gm_random_gaussian(context, (gm_stream){seed, 1}, 0, (int64_t)N * D, a->rows[0]);
    for (int r = 0; r < K; r++) {
        gm_random_gaussian(context, (gm_stream){seed, 2}, (int64_t)r * N, N, e);
        for (int j = 0; j < D; j++) {
            a->gradients[r][j] = 0.0;
            for (int i = 0; i < N; i++)
                a->gradients[r][j] -= a->rows[i][j] * (rademacher ? copysign(1.0, e[i]) : e[i]) / N;
        }
    }
}

static void whiten(attack *a) {
    double values[D];
    memset(a->moments, 0, sizeof a->moments);
    for (int r = 0; r < K; r++)
        for (int j = 0; j < D; j++)
            for (int l = 0; l < D; l++)
                a->moments[j * D + l] += a->gradients[r][j] * a->gradients[r][l] / K;
    memcpy(a->axes, a->moments, sizeof a->axes);
    check_ok(context, gm_symmetric_eigen(context, D, a->axes, values));
    assert_true(values[N] < 1e-12 * values[0]); /* the span of the rows, exactly */
    for (int r = 0; r < K; r++)
        for (int i = 0; i < N; i++) {
            a->white[r][i] = 0.0;
            for (int j = 0; j < D; j++)
                a->white[r][i] += a->axes[i * D + j] * a->gradients[r][j] / sqrt(values[i]);
        }
}

/* Orthogonal to the first `count` of w, and of length 1. */
static void orthonormalize(double w[N][N], int count) {
    double norm = 0.0;
    for (int c = 0; c < count; c++) {
        double inner = 0.0;
        for (int i = 0; i < N; i++)
            inner += w[c][i] * w[count][i];
        for (int i = 0; i < N; i++)
            w[count][i] -= inner * w[c][i];
    }
    for (int i = 0; i < N; i++)
        norm += w[count][i] * w[count][i];
    for (int i = 0; i < N; i++)
        w[count][i] /= sqrt(norm);
}

/* Directions of extreme kurtosis, one after the other: w ← E[z ⟨w,z⟩³] − 3w. A source found, its
   covariance with the gradients is proportional to the row that it came by. */
static void separate(attack *a, uint64_t seed) {
    double w[N][N], next[N];
    gm_random_gaussian(context, (gm_stream){seed, 3}, 0, (int64_t)N * N, w[0]);
    memset(a->found, 0, sizeof a->found);
    for (int c = 0; c < N; c++) {
        orthonormalize(w, c);
        for (int round = 0; round < ROUNDS; round++) {
            memset(next, 0, sizeof next);
            for (int r = 0; r < K; r++) {
                double s = 0.0;
                for (int i = 0; i < N; i++)
                    s += w[c][i] * a->white[r][i];
                for (int i = 0; i < N; i++)
                    next[i] += a->white[r][i] * s * s * s / K;
            }
            double moved = 0.0;
            for (int i = 0; i < N; i++) {
                const double before = w[c][i];
                w[c][i] = next[i] - 3.0 * before;
                next[i] = before;
            }
            orthonormalize(w, c);
            for (int i = 0; i < N; i++)
                moved += w[c][i] * next[i];
            if (fabs(moved) > 1.0 - 1e-12)
                break;
        }
        for (int r = 0; r < K; r++) {
            double s = 0.0;
            for (int i = 0; i < N; i++)
                s += w[c][i] * a->white[r][i];
            for (int j = 0; j < D; j++)
                a->found[c][j] += a->gradients[r][j] * s / K;
        }
    }
}

static double cosine(const double *a, const double *b) {
    double inner = 0.0, first = 0.0, second = 0.0;
    for (int j = 0; j < D; j++) {
        inner += a[j] * b[j];
        first += a[j] * a[j];
        second += b[j] * b[j];
    }
    return fabs(inner) / sqrt(first * second);
}

/* The best |cos| of each row with anything found: the worst row, and the mean. */
static void match(const attack *a, double *least, double *mean) {
    *least = 1.0;
    *mean = 0.0;
    for (int i = 0; i < N; i++) {
        double best = 0.0;
        for (int c = 0; c < N; c++)
            best = fmax(best, cosine(a->rows[i], a->found[c]));
        *least = fmin(*least, best);
        *mean += best / N;
    }
}

static double moments_error(const attack *a) {
    double truth[D * D] = {0.0};
    gm_recovery_error error;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D * D; j++)
            truth[j] += a->rows[i][j / D] * a->rows[i][j % D] / (N * N);
    check_ok(context, gm_curvature_error(context, D, a->moments, truth, &error));
    return error.operator_relative;
}

static void rademacher_noise_gives_rows_away_and_gaussian_noise_does_not(void **state) {
    (void)state;
    static attack a;
    for (int rademacher = 0; rademacher < 2; rademacher++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            double least, mean;
            draw(&a, rademacher, seed);
            whiten(&a);
            separate(&a, seed);
            match(&a, &least, &mean);
            print_message("%s: |cos| of the worst row %.3f, mean %.3f; XᵀX off by %.3f\n",
                          rademacher ? "Rademacher" : "Gaussian", least, mean, moments_error(&a));
            check_between(moments_error(&a), 0.0, 0.1); /* XᵀX is known either way */
            if (rademacher)
                check_between(least, 0.99, 1.0 + 1e-12);
            else
                check_between(mean, 0.3, 0.85); /* rows turned at random in their span: about .7 */
        }
}

/* For any rotation Q, the rows QX with the noise Qe give the same gradient, and Qe has the law of
   e: no receiver can tell X from QX. */
static void gaussian_noise_hides_a_rotation_of_the_rows(void **state) {
    (void)state;
    static attack a;
    double v[N], turned[N][D], e[N], norm = 0.0;
    draw(&a, false, 5);
    gm_random_gaussian(context, (gm_stream){5, 4}, 0, N, v);
    for (int i = 0; i < N; i++)
        norm += v[i] * v[i];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++) {
            turned[i][j] = a.rows[i][j];
            for (int l = 0; l < N; l++)
                turned[i][j] -= 2.0 * v[i] * v[l] / norm * a.rows[l][j];
        }
    for (int r = 0; r < 50; r++) {
        double inner = 0.0;
        gm_random_gaussian(context, (gm_stream){5, 2}, (int64_t)r * N, N, e);
        for (int i = 0; i < N; i++)
            inner += v[i] * e[i];
        for (int j = 0; j < D; j++) {
            double g = 0.0;
            for (int i = 0; i < N; i++)
                g -= turned[i][j] * (e[i] - 2.0 * inner / norm * v[i]) / N;
            check_near(g, a.gradients[r][j], 1e-13);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rademacher_noise_gives_rows_away_and_gaussian_noise_does_not),
        cmocka_unit_test(gaussian_noise_hides_a_rotation_of_the_rows),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
