/* Preconditioners against plain matrices that are built and inverted, or known. */
#include "context.h"

#include "curvature/precondition.h"
#include "curvature/precondition_form.h"
#include "linalg/linalg.h"

enum { SOME = 9 }; /* weights of the small cases: the two layers below */

/* Two layers, the second first in w: [3][1] without bias, then [2][2] with. */
static const gm_model small = {
    .parameters = SOME,
    .factor_count = 2,
    .factor = {{.in = 2, .out = 2, .bias = true, .offset = 3}, {.in = 1, .out = 3, .offset = 0}}};

/* What has weights of one layer without bias. */
static gm_model flat(int64_t d) {
    return (gm_model){.parameters = d, .factor_count = 1, .factor = {{.in = d, .out = 1}}};
}

static double *draw(int64_t count, uint64_t stream) {
    double *v = malloc((size_t)count * sizeof *v);
    gm_random_gaussian(context, (gm_stream){11, stream}, 0, count, v);
    return v;
}

static gm_preconditioner *make(gm_context *with, gm_precondition_form form, const gm_model *model,
                               const double *penalty, int64_t most) {
    gm_preconditioner *p = NULL;
    check_ok(with, gm_preconditioner_create(with, form, model, penalty, most, &p));
    return p;
}

/* Plain second moment of vectors [k][d], with weights [k] or NULL. */
static double *moment(int64_t k, int64_t d, const double *v, const double *weights) {
    double *out = calloc((size_t)(d * d), sizeof *out), sum = 0.0;
    for (int64_t r = 0; r < k; r++)
        sum += weights ? weights[r] : 1.0;
    for (int64_t r = 0; r < k; r++)
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++)
                out[i * d + j] += v[r * d + i] * v[r * d + j] * (weights ? weights[r] : 1.0) / sum;
    return out;
}

static double top_eigenvalue(int64_t d, const double *a, bool to_unit_diagonal) {
    double *copy = malloc((size_t)(d * d) * sizeof *copy), values[64];
    for (int64_t i = 0; i < d * d; i++)
        copy[i] = a[i] / (to_unit_diagonal ? sqrt(a[i / d * d + i / d] * a[i % d * d + i % d]) : 1);
    check_ok(context, gm_symmetric_eigenvalues(context, d, copy, values));
    free(copy);
    return values[0];
}

/* P⁻¹ as a matrix, a column for each unit vector. */
static double *as_matrix(const gm_preconditioner *p, int64_t d) {
    double *out = calloc((size_t)(d * d), sizeof *out);
    for (int64_t j = 0; j < d; j++) {
        out[j * d + j] = 1.0;
        gm_preconditioner_apply(p, out + j * d, out + j * d);
    }
    return out;
}

/* P⁻¹ of `plain` [d][d], released, against p in the units that its diagonal gives. */
static void check_inverse(const gm_preconditioner *p, int64_t d, double *plain, double tolerance) {
    double *found = as_matrix(p, d), *expected = calloc((size_t)(d * d), sizeof *expected);
    double *unit = malloc((size_t)d * sizeof *unit);
    for (int64_t j = 0; j < d; j++) {
        expected[j * d + j] = 1.0;
        unit[j] = sqrt(plain[j * d + j]);
    }
    check_ok(context, gm_positive_solve_many(context, d, plain, d, expected));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++)
            check_near(found[i * d + j] * unit[i] * unit[j],
                       expected[i * d + j] * unit[i] * unit[j], tolerance);
    free(plain);
    free(found);
    free(expected);
    free(unit);
}

/* Columns of raw tables: scales over 3e5, one nearly the sum of others: no damping is needed, and
   none is taken. */
static void full_inverts_what_is_badly_scaled(void **state) {
    (void)state;
    enum { D = 24, K = 96 };
    double *v = draw(K * D, 1), unit[D], values[D];
    for (int r = 0; r < K; r++) {
        v[r * D + 5] = v[r * D + 1] + v[r * D + 2] + 0.03 * v[r * D + 5];
        for (int j = 0; j < D; j++)
            v[r * D + j] *= pow(10.0, 2.0 - 5.5 * j / (D - 1));
    }
    const gm_model model = flat(D);
    gm_preconditioner *p = make(context, GM_PRECONDITION_FULL, &model, NULL, 0);
    check_ok(context, gm_preconditioner_add(p, K, v, 1.0));
    check_ok(context, gm_preconditioner_factor(p, 0.0));
    double *s = moment(K, D, v, NULL), product[D];
    for (int j = 0; j < D; j++)
        unit[j] = sqrt(s[j * D + j]);
    for (int j = 0; j < D; j++) {
        gm_preconditioner_apply(p, s + j * D, product);
        for (int i = 0; i < D; i++)
            check_near(product[i] * unit[i] / unit[j], i == j, 1e-11);
    }
    const gm_precondition_facts facts = gm_preconditioner_facts(p);
    check_ok(context, gm_symmetric_eigenvalues(context, D, s, values));
    check_between(values[0] / values[D - 1], 3e10, 1e13);
    check_near(facts.condition, values[0] / values[D - 1], 1e-3 * facts.condition);
    check_near(facts.largest, values[0], 1e-9 * values[0]);
    check_near(facts.damping, 0.0, 0.0);
    check_near(facts.ratio, 4.0, 1e-12);
    assert_int_equal(facts.vectors, K);
    gm_preconditioner_destroy(p);
    free(v);
    free(s);
}

static const double small_penalty[SOME] = {0.2, 0.2, 0.2, 0.3, 0.3, 0.3, 0.3, 0.0, 0.0};

/* Fading, damping and penalty against the matrix they are defined by. */
static void full_is_the_inverse_that_is_defined(void **state) {
    (void)state;
    enum { K = 30 };
    static const double dampings[] = {0.0, 1e-3, 0.5};
    double *v = draw(K * SOME, 2), weights[K];
    for (int r = 0; r < K; r++)
        weights[r] = r < 12 ? 0.25 : 1.0;
    for (int c = 0; c < 6; c++) {
        const double *penalty = c % 2 ? small_penalty : NULL, damping = dampings[c / 2];
        gm_preconditioner *p = make(context, GM_PRECONDITION_FULL, &small, penalty, 0);
        check_ok(context, gm_preconditioner_add(p, 12, v, 1.0));
        check_ok(context, gm_preconditioner_add(p, 18, v + 12 * SOME, 0.25));
        check_ok(context, gm_preconditioner_factor(p, damping));
        double *s = moment(K, SOME, v, weights);
        const double ridge = damping * top_eigenvalue(SOME, s, true);
        const double largest = top_eigenvalue(SOME, s, false);
        double *plain = s, freedom = SOME;
        double *found = as_matrix(p, SOME);
        for (int j = 0; j < SOME; j++) {
            const double added = ridge * s[j * SOME + j] + (penalty ? penalty[j] : 0.0);
            freedom -= found[j * SOME + j] * added;
            plain[j * SOME + j] += added;
        }
        check_inverse(p, SOME, plain, 1e-10);
        const gm_precondition_facts facts = gm_preconditioner_facts(p);
        check_near(facts.largest, largest, 1e-10 * largest);
        check_near(facts.damping, damping, 0.0);
        assert_int_equal(facts.vectors, (int)(21.0 * 21.0 / (18.0 + 12.0 / 16.0)));
        const gm_precondition_spread spread = p->kind->spread(p);
        const double vectors = 21.0 * 21.0 / (18.0 + 12.0 / 16.0);
        check_near(spread.trace, freedom / (1.0 - freedom / vectors), 1e-9 * SOME);
        gm_preconditioner_destroy(p);
        free(found);
    }
    free(v);
}

/* Fewer vectors than weights: damping is found, and on their span P⁻¹ is the inverse. */
static void full_raises_damping_where_the_estimate_is_singular(void **state) {
    (void)state;
    enum { K = 5 };
    double *v = draw(K * SOME, 3), g[SOME];
    gm_preconditioner *p = make(context, GM_PRECONDITION_FULL, &small, NULL, 0);
    check_ok(context, gm_preconditioner_add(p, K, v, 1.0));
    check_ok(context, gm_preconditioner_factor(p, 0.0));
    const gm_precondition_facts facts = gm_preconditioner_facts(p);
    check_between(facts.damping, 1e-14, 1e-8);
    assert_true(isnan(facts.condition));
    check_near(facts.ratio, 5.0 / 9.0, 1e-12);
    double *s = moment(K, SOME, v, NULL);
    gm_preconditioner_apply(p, v, g);
    for (int i = 0; i < SOME; i++) {
        double back = 0.0;
        for (int j = 0; j < SOME; j++)
            back += s[i * SOME + j] * g[j];
        check_near(back, v[i], 1e-3);
    }
    check_between(gm_preconditioner_safe_step(p, 64.0), 1e-15, 1e-6);
    gm_preconditioner_destroy(p);
    free(v);
    free(s);
}

/* Of one vector of two numbers Cholesky now and then finds a pivot of rounding above 0. */
static void full_is_not_taken_in_by_rounding(void **state) {
    (void)state;
    enum { TIMES = 50 };
    double *v = draw(2 * TIMES, 19);
    const gm_model model = flat(2);
    for (int t = 0; t < TIMES; t++) {
        gm_preconditioner *p = make(context, GM_PRECONDITION_FULL, &model, NULL, 0);
        check_ok(context, gm_preconditioner_add(p, 1, v + (ptrdiff_t)2 * t, 1.0));
        check_ok(context, gm_preconditioner_factor(p, 0.0));
        check_between(gm_preconditioner_facts(p).damping, 1e-14, 1e-12);
        gm_preconditioner_destroy(p);
    }
    free(v);
}

/* Condition of Σ^½ P⁻¹ Σ^½ of a matrix with eigenvalues over 1e6: that of E6, whatever Σ. */
static void full_whitens_as_theory_says(void **state) {
    (void)state;
    enum { D = 240 };
    for (int times = 2; times <= 8; times *= 2) {
        const int64_t k = (int64_t)times * D;
        double *v = draw(k * D, 4), values[D];
        for (int64_t i = 0; i < k * D; i++)
            v[i] *= pow(10.0, -3.0 * (double)(i % D) / D);
        const gm_model model = flat(D);
        gm_preconditioner *p = make(context, GM_PRECONDITION_FULL, &model, NULL, 0);
        check_ok(context, gm_preconditioner_add(p, k, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, 0.0));
        double *inverse = as_matrix(p, D);
        for (int i = 0; i < D * D; i++)
            inverse[i] *= pow(10.0, -3.0 * (i / D + i % D) / D);
        check_ok(context, gm_symmetric_eigenvalues(context, D, inverse, values));
        const double gamma = 1.0 / times, root = sqrt(gamma);
        const double expected = pow((1.0 + root) / (1.0 - root), 2.0);
        check_near(values[0] / values[D - 1], expected, 0.15 * expected);
        check_near(gm_preconditioner_safe_step(p, INFINITY),
                   (1.0 - gamma) * (1.0 - gamma) / (1.0 + gamma), 1e-12);
        gm_preconditioner_destroy(p);
        free(inverse);
        free(v);
    }
}

/* Coordinates of neither curvature nor penalty take no step; those with a penalty take 1/λ. */
static void axes_without_curvature(void **state) {
    (void)state;
    enum { K = 40 };
    double *v = draw(K * SOME, 5), g[SOME], out[SOME], penalty[SOME];
    for (int r = 0; r < K; r++) /* an output of the second layer, the second input of the first */
        v[r * SOME + 1] = v[r * SOME + 4] = v[r * SOME + 6] = 0.0;
    for (int j = 0; j < SOME; j++) {
        g[j] = 1.0 + j;
        penalty[j] = 0.5;
    }
    for (int c = 0; c < 8; c++) {
        const gm_precondition_form form = c % 2 ? GM_PRECONDITION_FULL : GM_PRECONDITION_KRONECKER;
        const double *with = c / 2 % 2 ? penalty : NULL;
        gm_preconditioner *p = make(context, form, &small, with, 0);
        check_ok(context, gm_preconditioner_add(p, K, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, c / 4 ? 1e-2 : 0.0));
        gm_preconditioner_apply(p, g, out);
        for (int j = 0; j < SOME; j++) {
            assert_true(isfinite(out[j]) && (out[j] != 0.0 || j == 1 || j == 4 || j == 6));
            if (j == 4 || j == 6 || (j == 1 && (!with || form == GM_PRECONDITION_FULL || c < 4)))
                check_near(out[j], with ? g[j] / 0.5 : 0.0, 1e-12 * g[j]);
        }
        assert_true(gm_preconditioner_safe_step(p, 16.0) > 0.0);
        gm_preconditioner_destroy(p);
    }
    free(v);
}

/* A [n][n] over inputs and bias and B [out][out] of vectors, so that B ⊗ A is the estimate. */
static void plain_sides(const gm_factor *f, int64_t k, int64_t d, const double *v, double *a,
                        double *b) {
    const int64_t n = f->in + f->bias;
    double trace = 0.0;
    memset(a, 0, (size_t)(n * n) * sizeof *a);
    memset(b, 0, (size_t)(f->out * f->out) * sizeof *b);
    for (int64_t r = 0; r < k; r++)
        for (int64_t i = 0; i < f->out; i++)
            for (int64_t j = 0; j < n; j++)
                for (int64_t l = 0; l < d; l++) { /* l: an output, or an input */
                    const double *w = v + r * d + f->offset, *bias = w + f->in * f->out;
                    const double one = j < f->in ? w[i * f->in + j] : bias[i];
                    if (l < n)
                        a[j * n + l] += one * (l < f->in ? w[i * f->in + l] : bias[i]) / (double)k;
                    if (l < f->out)
                        b[i * f->out + l] +=
                            one * (j < f->in ? w[l * f->in + j] : bias[l]) / (double)k;
                }
    for (int64_t j = 0; j < n; j++)
        trace += a[j * n + j];
    for (int64_t i = 0; i < f->out * f->out; i++)
        b[i] /= trace;
}

/* Place in w of (output i, input j). */
static int64_t place(const gm_factor *f, int64_t i, int64_t j) {
    return f->offset + (j < f->in ? i * f->in + j : f->in * f->out + i);
}

/* What kronecker inverts: layer by layer B ⊗ A + damping · largest · I ⊗ diag(A) + λ. */
static double *plain_kronecker(const gm_model *model, int64_t k, const double *v, double damping,
                               const double *penalty) {
    const int64_t d = model->parameters;
    double *out = calloc((size_t)(d * d), sizeof *out), a[40 * 40], b[64];
    for (int l = 0; l < model->factor_count; l++) {
        const gm_factor *f = &model->factor[l];
        const int64_t n = f->in + f->bias, size = n * f->out;
        plain_sides(f, k, d, v, a, b);
        const double ridge =
            damping * top_eigenvalue(n, a, true) * top_eigenvalue(f->out, b, false);
        for (int64_t e = 0; e < size * size; e++) {
            const int64_t i = e / size / n, j = e / size % n, i2 = e % size / n, j2 = e % size % n;
            double *to = out + place(f, i, j) * d + place(f, i2, j2);
            *to = b[i * f->out + i2] * a[j * n + j2];
            if (i == i2 && j == j2)
                *to += ridge * a[j * n + j] + (penalty ? penalty[place(f, i, j)] : 0.0);
        }
    }
    return out;
}

static void kronecker_is_the_inverse_that_is_defined(void **state) {
    (void)state;
    enum { K = 7 };
    static const double dampings[] = {0.0, 1e-3, 0.5};
    double *v = draw(K * SOME, 6);
    for (int i = 0; i < K * SOME; i++)
        v[i] *= 1.0 + i % SOME * 3.0; /* scales of their own */
    for (int c = 0; c < 6; c++) {
        const double *penalty = c % 2 ? small_penalty : NULL, damping = dampings[c / 2];
        gm_preconditioner *p = make(context, GM_PRECONDITION_KRONECKER, &small, penalty, 0);
        check_ok(context, gm_preconditioner_add(p, 3, v, 1.0));
        check_ok(context, gm_preconditioner_add(p, 4, v + 3 * SOME, 1.0));
        check_ok(context, gm_preconditioner_factor(p, damping));
        check_inverse(p, SOME, plain_kronecker(&small, K, v, damping, penalty), 1e-9);
        gm_preconditioner_destroy(p);
    }
    free(v);
}

/* Old vectors count `keep` times: as often in the plain matrix. */
static void kronecker_fades(void **state) {
    (void)state;
    double *v = draw(9 * SOME, 7), *twice = malloc(12 * SOME * sizeof *twice);
    gm_preconditioner *p = make(context, GM_PRECONDITION_KRONECKER, &small, NULL, 0);
    check_ok(context, gm_preconditioner_add(p, 6, v, 1.0));
    check_ok(context, gm_preconditioner_add(p, 3, v + 6 * SOME, 0.5));
    check_ok(context, gm_preconditioner_factor(p, 0.01));
    memcpy(twice, v, 9 * SOME * sizeof *v); /* 6 of weight ½ and 3 twice of weight ½ */
    memcpy(twice + 9 * SOME, v + 6 * SOME, 3 * SOME * sizeof *v);
    check_inverse(p, SOME, plain_kronecker(&small, 12, twice, 0.01, NULL), 1e-9);
    gm_preconditioner_destroy(p);
    free(v);
    free(twice);
}

/* The largest eigenvalue of A [n][n] times that of B [out][out]. */
static double top_of_sides(int64_t n, const double *a, int64_t out, const double *b) {
    return top_eigenvalue(n, a, false) * top_eigenvalue(out, b, false);
}

/* Inputs of one unit where units are trusted: B ⊗ A + damping ‖A‖ ‖B‖ + λ, layer by layer. */
static void inputs_of_one_unit_are_damped_by_the_identity(void **state) {
    (void)state;
    enum { K = 12 };
    static const double dampings[] = {1e-3, 0.1, 1.0};
    double *v = draw(K * SOME, 21), a[9], b[9];
    for (int c = 0; c < 6; c++) {
        const double *penalty = c % 2 ? small_penalty : NULL, damping = dampings[c / 2];
        gm_preconditioner *p = make(context, GM_PRECONDITION_KRONECKER, &small, penalty, 0);
        double *plain = plain_kronecker(&small, K, v, 0.0, penalty), largest = 0.0;
        for (int l = 0; l < 2; l++) {
            const gm_factor *f = &small.factor[l];
            const int64_t n = f->in + f->bias;
            plain_sides(f, K, SOME, v, a, b);
            for (int64_t e = 0; e < n * f->out; e++)
                plain[place(f, e / n, e % n) * (SOME + 1)] +=
                    damping * top_of_sides(n, a, f->out, b);
            largest = fmax(largest, top_of_sides(n, a, f->out, b));
        }
        gm_preconditioner_trust_units(p);
        check_ok(context, gm_preconditioner_add(p, K, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, damping));
        check_near(gm_preconditioner_facts(p).largest, largest, 1e-10 * largest);
        check_inverse(p, SOME, plain, 1e-9);
        gm_preconditioner_destroy(p);
    }
    free(v);
}

/* Where the largest second moment is over a hundred times that of half of the inputs, and where
   nothing is damped, units are not trusted: as without. */
static void inputs_of_several_units_are_damped_by_their_own(void **state) {
    (void)state;
    enum { D = 8, K = 40 };
    const gm_model model = {
        .parameters = 2 * D, .factor_count = 1, .factor = {{.in = D, .out = 2}}};
    double *v = draw(K * 2 * D, 22);
    for (int c = 0; c < 3;
         c++) { /* five of eight are small, then three, then five and no damping */
        double g[2][2 * D];
        for (int i = 0; i < K * 2 * D; i++) {
            const int j = i % D;
            v[i] = fmod(v[i], 50.0) * (c == 1 && (j == 3 || j == 4) ? 30.0 : 1.0);
            if (c == 0 && j < 5)
                v[i] /= 30.0;
        }
        for (int trusted = 0; trusted < 2; trusted++) {
            gm_preconditioner *p = make(context, GM_PRECONDITION_KRONECKER, &model, NULL, 0);
            if (trusted)
                gm_preconditioner_trust_units(p);
            check_ok(context, gm_preconditioner_add(p, K, v, 1.0));
            check_ok(context, gm_preconditioner_factor(p, c == 2 ? 0.0 : 0.01));
            for (int j = 0; j < 2 * D; j++)
                g[trusted][j] = 1.0 + j;
            gm_preconditioner_apply(p, g[trusted], g[trusted]);
            gm_preconditioner_destroy(p);
        }
        double distance = 0.0;
        for (int j = 0; j < 2 * D; j++)
            distance = fmax(distance, fabs(g[1][j] - g[0][j]) / fabs(g[0][j]));
        if (c == 1)
            assert_true(distance > 0.1);
        else
            check_near(distance, 0.0, c == 0 ? 0.02 : 1e-9); /* axes are left out */
    }
    free(v);
}

/* Of a decaying spectrum axes are left out, along which P⁻¹ loses 2 % at most: for all u at once,
   uᵀ P⁻¹ u of the whole inverse to 1.02 times it. Some are left out here, and some kept. */
static void axes_that_are_left_out_are_not_missed(void **state) {
    (void)state;
    enum { IN = 40, OUT = 3, DIM = IN * OUT, K = 400 };
    const gm_model model = {
        .parameters = DIM, .factor_count = 1, .factor = {{.in = IN, .out = OUT}}};
    double *v = draw(K * DIM, 23), a[IN * IN], b[OUT * OUT];
    for (int r = 0; r < K * OUT; r++) { /* eigenvalues 1 … 1e-6 along waves */
        double *row = v + (ptrdiff_t)r * IN, x[IN] = {0};
        for (int i = 0; i < IN * IN; i++)
            x[i / IN] += row[i % IN] * pow(10.0, -3.0 * (i % IN) / (IN - 1)) *
                         sqrt((i % IN ? 2.0 : 1.0) / IN) *
                         cos(3.14159265358979 * (i / IN + 0.5) * (i % IN) / IN);
        memcpy(row, x, sizeof x);
    }
    for (int with = 0; with < 2; with++) {
        double *penalty = calloc(DIM, sizeof *penalty), low[DIM];
        for (int j = 0; with && j < DIM; j++)
            penalty[j] = 1e-3;
        gm_preconditioner *p = make(context, GM_PRECONDITION_KRONECKER, &model, penalty, 0);
        gm_preconditioner_trust_units(p);
        check_ok(context, gm_preconditioner_add(p, K, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, 0.01));
        plain_sides(&model.factor[0], K, DIM, v, a, b);
        double *whole = plain_kronecker(&model, K, v, 0.0, penalty), *found = as_matrix(p, DIM);
        for (int j = 0; j < DIM; j++)
            whole[j * (DIM + 1)] += 0.01 * top_of_sides(IN, a, OUT, b);
        /* P^½ found P^½ has the eigenvalues of found P: with P = LLᵀ those of Lᵀ found L. */
        double *l = calloc(DIM * DIM, sizeof *l), *m = calloc(DIM * DIM, sizeof *m);
        for (int i = 0; i < DIM; i++)
            for (int j = 0; j <= i; j++) {
                double left = whole[i * DIM + j];
                for (int k = 0; k < j; k++)
                    left -= l[i * DIM + k] * l[j * DIM + k];
                l[i * DIM + j] = i == j ? sqrt(left) : left / l[j * (DIM + 1)];
            }
        for (int pass = 0; pass < 2; pass++) { /* found ← (found L)ᵀ, twice */
            for (int i = 0; i < DIM * DIM; i++) {
                m[i] = 0.0;
                for (int k = 0; k < DIM; k++)
                    m[i] += found[i % DIM * DIM + k] * l[k * DIM + i / DIM];
            }
            memcpy(found, m, DIM * DIM * sizeof *m);
        }
        check_ok(context, gm_symmetric_eigenvalues(context, DIM, found, low));
        check_between(low[0], 1.005, 1.02);
        check_near(low[DIM - 1], 1.0, 1e-9);
        gm_preconditioner_destroy(p);
        free(penalty);
        free(whole);
        free(found);
        free(l);
        free(m);
    }
    free(v);
}

enum { CLASSES = 4, INPUTS = 5, WEIGHTS = CLASSES * INPUTS };

static const gm_model softmax = {
    .parameters = WEIGHTS, .factor_count = 1, .factor = {{.in = INPUTS, .out = CLASSES}}};

/* Σ of the inputs = root rootᵀ, and it times a row. */
static double root[INPUTS * INPUTS];

/* ‖P⁻¹ H u − u‖ / ‖u‖ of a u [c][in] whose columns sum to 0, H = (I − 11ᵀ/c)/c ⊗ Σ. */
static double softmax_error(const gm_preconditioner *p) {
    double u[WEIGHTS], h[WEIGHTS] = {0}, error = 0.0, norm = 0.0;
    for (int i = 0; i < WEIGHTS; i++)
        u[i] = i < WEIGHTS - INPUTS ? cos(i * i) : 0.0;
    for (int j = 0; j < INPUTS; j++)
        for (int i = 0; i < CLASSES - 1; i++)
            u[WEIGHTS - INPUTS + j] -= u[i * INPUTS + j];
    for (int i = 0; i < WEIGHTS * INPUTS * INPUTS; i++) {
        const int row = i / INPUTS / INPUTS / INPUTS, j = i / INPUTS / INPUTS % INPUTS,
                  l = i / INPUTS % INPUTS, m = i % INPUTS;
        h[row * INPUTS + j] +=
            root[j * INPUTS + m] * root[l * INPUTS + m] * u[row * INPUTS + l] / CLASSES;
    }
    gm_preconditioner_apply(p, h, h);
    for (int i = 0; i < WEIGHTS; i++) {
        error += (h[i] - u[i]) * (h[i] - u[i]);
        norm += u[i] * u[i];
    }
    return sqrt(error / norm);
}

static void make_root(void) {
    double *z = draw(INPUTS * INPUTS, 8);
    for (int i = 0; i < INPUTS * INPUTS; i++)
        root[i] = z[i] * pow(4.0, -(double)(i % INPUTS)) + (i % (INPUTS + 1) == 0);
    free(z);
}

/* Vectors of exactly that second moment: contrasts times columns of the root. */
static void kronecker_is_exact_for_softmax_at_zero(void **state) {
    (void)state;
    make_root();
    static double v[(CLASSES - 1) * INPUTS * WEIGHTS];
    memset(v, 0, sizeof v);
    for (int r = 0; r < CLASSES - 1; r++) /* Helmert's contrast r: 1 …, −(r+1), 0 … */
        for (int m = 0; m < INPUTS; m++)
            for (int i = 0; i <= r + 1; i++)
                for (int j = 0; j < INPUTS; j++) {
                    const double u = (i <= r ? 1.0 : -(r + 1.0)) / sqrt((r + 1.0) * (r + 2.0));
                    v[((r * INPUTS + m) * CLASSES + i) * INPUTS + j] =
                        u * root[j * INPUTS + m] * sqrt((CLASSES - 1.0) * INPUTS / (double)CLASSES);
                }
    gm_preconditioner *p = make(context, GM_PRECONDITION_KRONECKER, &softmax, NULL, 0);
    check_ok(context, gm_preconditioner_add(p, (CLASSES - 1) * INPUTS, v, 1.0));
    check_ok(context, gm_preconditioner_factor(p, 0.0));
    check_near(softmax_error(p), 0.0, 1e-11);
    /* Each gives rank vectors: 3 equal contrasts to A, (tr Σ)²/‖Σ‖_F² to B. */
    double trace = 0.0, square = 0.0;
    for (int e = 0; e < INPUTS * INPUTS; e++) {
        double entry = 0.0;
        for (int m = 0; m < INPUTS; m++)
            entry += root[e / INPUTS * INPUTS + m] * root[e % INPUTS * INPUTS + m];
        trace += e % (INPUTS + 1) ? 0.0 : entry;
        square += entry * entry;
    }
    const double of_a = 15.0 * 3.0, of_b = 15.0 * trace * trace / square;
    const gm_precondition_facts facts = gm_preconditioner_facts(p);
    check_near(facts.ratio, fmin(of_a / INPUTS, of_b / CLASSES), 1e-9);
    assert_int_equal(facts.vectors, (int)(of_a / INPUTS < of_b / CLASSES ? of_a : of_b));
    assert_true(facts.condition > 1.0 && facts.condition < 1e6);
    gm_preconditioner_destroy(p);
}

/* Drawn from that law, the error falls as 1/√k. */
static void kronecker_is_consistent_for_softmax_at_zero(void **state) {
    (void)state;
    make_root();
    double error[2];
    for (int large = 0; large < 2; large++) {
        const int64_t k = large ? 25600 : 256;
        double *z = draw(k * WEIGHTS, 9), *v = calloc((size_t)(k * WEIGHTS), sizeof *v);
        for (int64_t e = 0; e < k * CLASSES * INPUTS * INPUTS; e++) {
            const int64_t row = e / (INPUTS * INPUTS), j = e / INPUTS % INPUTS, m = e % INPUTS;
            v[row * INPUTS + j] += root[j * INPUTS + m] * z[row * INPUTS + m] / sqrt(CLASSES);
        }
        for (int64_t r = 0; r < k; r++)
            for (int j = 0; j < INPUTS; j++) {
                double *g = v + r * WEIGHTS + j, mean = 0.0;
                for (int i = 0; i < CLASSES; i++)
                    mean += g[(ptrdiff_t)i * INPUTS] / CLASSES;
                for (int i = 0; i < CLASSES; i++)
                    g[(ptrdiff_t)i * INPUTS] -= mean;
            }
        gm_preconditioner *p = make(context, GM_PRECONDITION_KRONECKER, &softmax, NULL, 0);
        check_ok(context, gm_preconditioner_add(p, k, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, 0.0));
        error[large] = softmax_error(p);
        gm_preconditioner_destroy(p);
        free(z);
        free(v);
    }
    /* A of 3k vectors, B of about 3k: √(in/3k) + √(c/3k), give or take. */
    check_between(error[0], 0.02, 0.3);
    check_between(error[0] / error[1], 4.0, 25.0);
}

/* A side that is too long keeps its diagonal, the other its matrix. */
static void kronecker_of_a_long_side(void **state) {
    (void)state;
    enum { LONG = 4100, K = 3 };
    const gm_model model = {.parameters = 2 * LONG,
                            .factor_count = 1,
                            .factor = {{.in = LONG - 1, .out = 2, .bias = true}}};
    const gm_factor *f = &model.factor[0];
    double *v = draw((int64_t)K * 2 * LONG, 10), *out = malloc(2 * LONG * sizeof *out);
    double b[4] = {0}, trace = 0.0;
    gm_preconditioner *p = make(context, GM_PRECONDITION_KRONECKER, &model, NULL, 0);
    check_ok(context, gm_preconditioner_add(p, K, v, 1.0));
    check_ok(context, gm_preconditioner_factor(p, 0.0));
    for (int64_t r = 0; r < K; r++)
        for (int e = 0; e < 4; e++)
            for (int64_t j = 0; j < LONG; j++)
                b[e] +=
                    v[r * 2 * LONG + place(f, e / 2, j)] * v[r * 2 * LONG + place(f, e % 2, j)] / K;
    trace = b[0] + b[3];
    gm_preconditioner_apply(p, v, out);
    for (int64_t j = 0; j < LONG; j += 7) {
        double a = 0.0;
        for (int r = 0; r < 2 * K; r++)
            a += pow(v[r / 2 * 2 * (int64_t)LONG + place(f, r % 2, j)], 2.0) / K;
        for (int i = 0; i < 2; i++) { /* B ⊗ diag(A) times the result is what it was applied to */
            const double back =
                (b[2 * i] * out[place(f, 0, j)] + b[2 * i + 1] * out[place(f, 1, j)]) * a / trace;
            check_near(back, v[place(f, i, j)], 1e-9);
        }
    }
    gm_preconditioner_destroy(p);
    free(v);
    free(out);
}

/* Newest vectors, each of its weight, and what is added. */
static void low_rank_is_the_inverse_that_is_defined(void **state) {
    (void)state;
    enum { D = 40, MOST = 8 };
    const gm_model model = flat(D);
    double *v = draw(13 * D, 12), penalty[D];
    for (int j = 0; j < D; j++)
        penalty[j] = j % 3 * 0.1;
    for (int c = 0; c < 4; c++) {
        static const double weights[MOST] = {0.25, 0.25, 0.25, 0.25, 0.25, 1.0, 1.0, 1.0};
        gm_preconditioner *p =
            make(context, GM_PRECONDITION_LOW_RANK, &model, c % 2 ? penalty : NULL, MOST);
        check_ok(context, gm_preconditioner_add(p, 10, v, 1.0));
        check_ok(context, gm_preconditioner_add(p, 3, v + 10 * D, 0.25));
        check_ok(context, gm_preconditioner_factor(p, c / 2 * 0.1));
        double *s = moment(MOST, D, v + 5 * D, weights);
        const gm_precondition_facts facts = gm_preconditioner_facts(p);
        check_near(facts.largest, top_eigenvalue(D, s, false), 1e-10 * facts.largest);
        assert_int_equal(facts.vectors, (int)(4.25 * 4.25 / (3.0 + 5.0 / 16.0)));
        assert_true(facts.damping > c / 2 * 0.1 && isnan(facts.condition));
        for (int j = 0; j < D; j++)
            s[j * D + j] += facts.damping * facts.largest + (c % 2 ? penalty[j] : 0.0);
        check_inverse(p, D, s, 1e-11);
        gm_preconditioner_destroy(p);
    }
    free(v);
}

/* Of orthogonal vectors all of each lies outside the span of the others; of one that is repeated,
   nothing. */
static void low_rank_adds_what_lies_outside(void **state) {
    (void)state;
    enum { D = 6 };
    const gm_model model = flat(D);
    static const double v[5 * D] = {[0] = 3.0, [D + 1] = 2.0, [2 * D + 2] = 1.0};
    gm_preconditioner *p = make(context, GM_PRECONDITION_LOW_RANK, &model, NULL, 5);
    check_ok(context, gm_preconditioner_add(p, 3, v, 1.0));
    check_ok(context, gm_preconditioner_factor(p, 0.25));
    gm_precondition_facts facts = gm_preconditioner_facts(p);
    check_near(facts.largest, 3.0, 1e-12);
    check_near(facts.damping, 0.25 + 4.0 * (14.0 / 3.0) / 3.0 / 3.0, 1e-10);
    check_ok(context, gm_preconditioner_add(p, 1, v, 1.0));
    check_ok(context, gm_preconditioner_factor(p, 0.0));
    facts = gm_preconditioner_facts(p);
    check_near(facts.largest, 4.5, 1e-12);
    check_near(facts.damping, 4.0 * (5.0 / 4.0) / 4.0 / 4.5, 1e-10);
    gm_preconditioner_destroy(p);
}

/* With more vectors than weights nothing lies outside, and the inverse is that of the estimate. */
static void low_rank_of_many_vectors(void **state) {
    (void)state;
    double *v = draw(50 * SOME, 13), values[SOME];
    gm_preconditioner *p = make(context, GM_PRECONDITION_LOW_RANK, &small, NULL, 64);
    check_ok(context, gm_preconditioner_add(p, 50, v, 1.0));
    check_ok(context, gm_preconditioner_factor(p, 0.0));
    const gm_precondition_facts facts = gm_preconditioner_facts(p);
    double *s = moment(50, SOME, v, NULL), *copy = moment(50, SOME, v, NULL);
    check_near(facts.damping, 1e-8, 1e-12);
    check_ok(context, gm_symmetric_eigenvalues(context, SOME, copy, values));
    check_near(facts.condition, values[0] / values[SOME - 1], 1e-9 * facts.condition);
    check_inverse(p, SOME, s, 1e-5);
    gm_preconditioner_destroy(p);
    free(copy);
    free(v);
}

static const gm_precondition_form forms[] = {GM_PRECONDITION_FULL, GM_PRECONDITION_KRONECKER,
                                             GM_PRECONDITION_LOW_RANK};

/* What is taken after factor() does not touch the inverse; low-rank has none then. */
static void inverses_stay(void **state) {
    (void)state;
    double *v = draw(20 * SOME, 18), before[SOME], after[SOME];
    for (int f = 0; f < 3; f++) {
        gm_preconditioner *p = make(context, forms[f], &small, NULL, 8);
        check_ok(context, gm_preconditioner_add(p, 12, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, 0.1));
        gm_preconditioner_apply(p, v, before);
        check_ok(context, gm_preconditioner_add(p, 8, v + 12 * SOME, 0.5));
        gm_preconditioner_apply(p, v, after);
        for (int j = 0; j < SOME; j++)
            check_near(after[j], f == 2 ? 0.0 : before[j], 0.0);
        assert_true(before[0] != 0.0);
        gm_preconditioner_destroy(p);
    }
    free(v);
}

/* Eigenvalues of P⁻¹Σ, Σ = 1/j: their top is not above what the forms say, nor far below, and
   their sum is what they say. Of one output kronecker is full. */
static void eigenvalues_lie_where_they_are_said_to(void **state) {
    (void)state;
    enum { D = 60, K = 90 };
    static const double dampings[] = {1e-4, 1e-2, 1e-1};
    const gm_model model = flat(D);
    double *v = draw(K * D, 14);
    for (int i = 0; i < K * D; i++)
        v[i] /= sqrt(1.0 + i % D);
    for (int c = 0; c < 9; c++) {
        gm_preconditioner *p = make(context, forms[c % 3], &model, NULL, K);
        check_ok(context, gm_preconditioner_add(p, c % 3 == 2 ? K / 3 : K, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, dampings[c / 3]));
        double *m = as_matrix(p, D), values[D], trace = 0.0;
        for (int i = 0; i < D * D; i++)
            m[i] /= sqrt((1.0 + i / D) * (1.0 + i % D));
        for (int i = 0; i < D; i++)
            trace += m[i * D + i];
        check_ok(context, gm_symmetric_eigenvalues(context, D, m, values));
        const gm_precondition_spread spread = p->kind->spread(p);
        check_between(values[0], spread.high / 12.0, spread.high * 1.1);
        check_near(trace, spread.trace, 0.2 * spread.trace);
        const double step = gm_preconditioner_safe_step(p, 32.0);
        check_between(step * ((1.0 + 1.0 / 32.0) * values[0] + trace / 32.0), 0.1, 2.0);
        gm_preconditioner_destroy(p);
        free(m);
    }
    free(v);
}

/* With too few vectors the damping bounds the eigenvalues, and a step is known; without, none. */
static void damping_bounds_what_vectors_do_not(void **state) {
    (void)state;
    double *v = draw(SOME, 20);
    for (int f = 0; f < 3; f++) {
        gm_preconditioner *p = make(context, forms[f], &small, NULL, 4);
        check_ok(context, gm_preconditioner_add(p, 1, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, 0.01));
        check_between(gm_preconditioner_safe_step(p, INFINITY), 2.0 / 2.0 / 102.0, 1.5);
        check_ok(context, gm_preconditioner_add(p, 1, v, 1.0));
        check_ok(context, gm_preconditioner_factor(p, 0.0));
        if (f == 1)
            check_near(gm_preconditioner_safe_step(p, INFINITY), 0.0, 0.0);
        gm_preconditioner_destroy(p);
    }
    free(v);
}

/* H of several layers is at most as many times its blocks as there are layers, and it may be: of
   equal and fully dependent layers. */
static void layers_add_up(void **state) {
    (void)state;
    enum { K = 4000 };
    const gm_model one = flat(1),
                   two = {.parameters = 2,
                          .factor_count = 2,
                          .factor = {{.in = 1, .out = 1}, {.in = 1, .out = 1, .offset = 1}}};
    gm_preconditioner *a = make(context, GM_PRECONDITION_KRONECKER, &one, NULL, 0),
                      *b = make(context, GM_PRECONDITION_KRONECKER, &two, NULL, 0);
    double v[2 * K], h[2] = {1.0, 1.0};
    for (int i = 0; i < 2 * K; i++)
        v[i] = 1.0;
    check_ok(context, gm_preconditioner_add(a, K, v, 1.0));
    check_ok(context, gm_preconditioner_add(b, K, v, 1.0));
    check_ok(context, gm_preconditioner_factor(a, 0.0));
    check_ok(context, gm_preconditioner_factor(b, 0.0));
    gm_preconditioner_apply(b, h, h); /* H = 11ᵀ, whose eigenvector 1 has eigenvalue 2 */
    check_near(h[0] + h[1], 2.0, 1e-9);
    check_near(b->kind->spread(b).high, 2.0 * a->kind->spread(a).high, 1e-12);
    check_near(b->kind->spread(b).trace, 2.0 * a->kind->spread(a).trace, 1e-12);
    gm_preconditioner_destroy(a);
    gm_preconditioner_destroy(b);
}

/* E ‖(I − η M Σ̂) δ‖² in the norm of M⁻¹ for batches of Gaussian rows of Σ = I: what the step is
   derived from, with its constants. */
static void the_mean_square_of_a_step_is_as_derived(void **state) {
    (void)state;
    enum { D = 8, N = 5, TIMES = 40000 };
    double *x = draw((int64_t)TIMES * N * D, 15), m[D], trace = 0.0, sum = 0.0, squares = 0.0;
    double expected = 0.0;
    const double eta = 0.3;
    for (int j = 0; j < D; j++) {
        m[j] = 0.3 + 0.2 * j;
        trace += m[j];
    }
    for (int j = 0; j < D; j++) /* δ = M^½ u, u = 1 */
        expected +=
            1.0 - 2.0 * eta * m[j] + eta * eta * ((1.0 + 1.0 / N) * m[j] * m[j] + trace / N * m[j]);
    for (int t = 0; t < TIMES; t++) {
        double s[D] = {0}, square = 0.0;
        for (int i = 0; i < N; i++) {
            const double *row = x + ((int64_t)t * N + i) * D;
            double inner = 0.0;
            for (int j = 0; j < D; j++)
                inner += row[j] * sqrt(m[j]);
            for (int j = 0; j < D; j++)
                s[j] += inner * row[j] / N;
        }
        for (int j = 0; j < D; j++)
            square += pow(sqrt(m[j]) - eta * m[j] * s[j], 2.0) / m[j];
        sum += square;
        squares += square * square;
    }
    const double mean = sum / TIMES, error = sqrt((squares / TIMES - mean * mean) / TIMES);
    check_between(error, 0.0, 0.01 * expected);
    check_near(mean, expected, 5.0 * error);
    free(x);
}

/* S = I of so many vectors that only the batch errs: 1/(1 + (d+1)/n). */
static void the_step_of_a_known_curvature(void **state) {
    (void)state;
    double v[SOME * SOME] = {0};
    gm_preconditioner *p = make(context, GM_PRECONDITION_FULL, &small, NULL, 0);
    for (int j = 0; j < SOME; j++)
        v[j * (SOME + 1)] = sqrt(SOME);
    for (int t = 0; t < 20000; t++)
        check_ok(context, gm_preconditioner_add(p, SOME, v, 1.0));
    check_ok(context, gm_preconditioner_factor(p, 0.0));
    for (double n = 1.0; n < 2000.0; n *= 8.0) {
        const double known = 1.0 / (1.0 + (SOME + 1) / n);
        check_near(gm_preconditioner_safe_step(p, n), known, 0.02 * known);
    }
    check_near(gm_preconditioner_facts(p).condition, 1.0, 1e-10);
    gm_preconditioner_destroy(p);
}

static void what_is_refused(void **state) {
    (void)state;
    gm_model model = small;
    double *v = draw(20 * SOME, 16), g[SOME] = {1.0}, out[SOME], zero[2 * SOME] = {0};
    gm_preconditioner *p = NULL;
    for (int f = 0; f < 3; f++) {
        p = make(context, forms[f], &small, NULL, 20);
        check_fails(context, GM_UNDEFINED, "no noise vectors", gm_preconditioner_factor(p, 0.1));
        gm_preconditioner_apply(p, g, out);
        check_near(out[0], 0.0, 0.0);
        assert_true(isnan(gm_preconditioner_facts(p).largest));
        check_ok(context, gm_preconditioner_add(p, 2, zero, 1.0));
        check_fails(context, GM_UNDEFINED, "are zero", gm_preconditioner_factor(p, 0.1));
        check_near(gm_preconditioner_safe_step(p, 4.0), 0.0, 0.0);
        check_ok(context, gm_preconditioner_add(p, 18, v, 0.0));
        v[18 * SOME + 4] = f == 1 ? INFINITY : NAN;
        check_fails(context, GM_INVALID_INPUT, "entry 4 of vector 1",
                    gm_preconditioner_add(p, 2, v + 17 * SOME, 1.0));
        check_fails(context, GM_INVALID_ARGUMENT, "keep is 1.5",
                    gm_preconditioner_add(p, 1, v, 1.5));
        check_fails(context, GM_INVALID_ARGUMENT, "damping is nan",
                    gm_preconditioner_factor(p, NAN));
        check_ok(context, gm_preconditioner_factor(p, 0.1));
        assert_int_equal(gm_preconditioner_facts(p).vectors > 0, 1);
        gm_preconditioner_apply(p, g, out);
        assert_true(isfinite(out[0]) && out[0] > 0.0);
        gm_preconditioner_destroy(p);
        const double negative[SOME] = {[3] = -1.0};
        check_fails(context, GM_INVALID_ARGUMENT, "penalty 3 is -1",
                    gm_preconditioner_create(context, forms[f], &small, negative, 1, &p));
    }
    model.factor_count = 1;
    check_fails(context, GM_INVALID_ARGUMENT, "6 of 9 weights",
                gm_preconditioner_create(context, forms[1], &model, NULL, 1, &p));
    check_fails(context, GM_INVALID_ARGUMENT, "most_vectors is 0",
                gm_preconditioner_create(context, forms[2], &model, NULL, 0, &p));
    free(v);
}

/* Vectors that overflow when squared: a failure, and no infinity comes out. */
static void overflow_is_reported(void **state) {
    (void)state;
    double v[SOME], out[SOME];
    for (int f = 0; f < 3; f++) {
        gm_preconditioner *p = make(context, forms[f], &small, NULL, 4);
        for (int j = 0; j < SOME; j++)
            v[j] = 1e200;
        check_ok(context, gm_preconditioner_add(p, 1, v, 1.0));
        assert_int_equal(gm_preconditioner_factor(p, 0.1), GM_NUMERICAL_FAILURE);
        gm_preconditioner_apply(p, v, out);
        check_near(out[0], 0.0, 0.0);
        gm_preconditioner_destroy(p);
    }
}

/* P⁻¹g of vectors in two pieces, straight or through an archive after the first. */
static void run(gm_context *with, gm_precondition_form form, const gm_model *model, int64_t k,
                const double *v, bool archived, double *out) {
    const int64_t d = model->parameters;
    gm_preconditioner *p = make(with, form, model, NULL, 2 * k / 3);
    check_ok(with, gm_preconditioner_add(p, k / 2, v, 1.0));
    if (archived) {
        gm_archive archive, back;
        gm_archive_write(with, &archive);
        gm_preconditioner_exchange(p, &archive);
        check_ok(with, archive.status);
        gm_preconditioner_destroy(p);
        p = make(with, form, model, NULL, 2 * k / 3);
        gm_archive_read(with, archive.size - 1, archive.bytes, &back);
        gm_preconditioner_exchange(p, &back);
        assert_int_equal(back.status, GM_INVALID_INPUT);
        gm_archive_read(with, archive.size, archive.bytes, &back);
        gm_preconditioner_exchange(p, &back);
        check_ok(with, back.status);
        assert_int_equal(back.place, back.size);
        gm_archive_release(&archive);
    }
    check_ok(with, gm_preconditioner_add(p, k - k / 2, v + k / 2 * d, 0.5));
    check_ok(with, gm_preconditioner_factor(p, 1e-3));
    gm_preconditioner_apply(p, v, out);
    out[d] = gm_preconditioner_safe_step(p, 8.0);
    out[d + 1] = gm_preconditioner_facts(p).largest;
    gm_preconditioner_destroy(p);
}

static void bits_do_not_depend_on_threads_or_archives(void **state) {
    (void)state;
    enum { D = 450, K = 30 };
    const gm_model model = {
        .parameters = D,
        .factor_count = 2,
        .factor = {{.in = 219, .out = 2, .bias = true}, {.in = 1, .out = 10, .offset = 440}}};
    double *v = draw(K * D, 17), a[D + 2], b[D + 2];
    gm_context *single = make_context(1, GM_ISA_AUTO);
    for (int f = 0; f < 3; f++) {
        run(context, forms[f], &model, K, v, false, a);
        run(context, forms[f], &model, K, v, true, b);
        assert_memory_equal(a, b, sizeof a);
        run(single, forms[f], &model, K, v, false, b);
        assert_memory_equal(a, b, sizeof a);
        assert_true(isfinite(a[0]) && a[0] != 0.0);
    }
    gm_context_destroy(single);
    free(v);
}

/* An archive of places that are not there. */
static void archives_are_not_trusted(void **state) {
    (void)state;
    double v[SOME] = {1.0};
    gm_preconditioner *p = make(context, GM_PRECONDITION_LOW_RANK, &small, NULL, 9);
    gm_preconditioner *less = make(context, GM_PRECONDITION_LOW_RANK, &small, NULL, 3);
    gm_archive archive, back;
    for (int i = 0; i < 5; i++)
        check_ok(context, gm_preconditioner_add(p, 1, v, 1.0));
    gm_archive_write(context, &archive);
    gm_preconditioner_exchange(p, &archive);
    gm_archive_read(context, archive.size, archive.bytes, &back);
    gm_preconditioner_exchange(less, &back);
    assert_int_equal(back.status, GM_INVALID_INPUT);
    gm_archive_release(&archive);
    gm_preconditioner_destroy(less);
    gm_preconditioner_destroy(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_inverts_what_is_badly_scaled),
        cmocka_unit_test(full_is_the_inverse_that_is_defined),
        cmocka_unit_test(full_raises_damping_where_the_estimate_is_singular),
        cmocka_unit_test(full_is_not_taken_in_by_rounding),
        cmocka_unit_test(full_whitens_as_theory_says),
        cmocka_unit_test(axes_without_curvature),
        cmocka_unit_test(kronecker_is_the_inverse_that_is_defined),
        cmocka_unit_test(kronecker_fades),
        cmocka_unit_test(inputs_of_one_unit_are_damped_by_the_identity),
        cmocka_unit_test(inputs_of_several_units_are_damped_by_their_own),
        cmocka_unit_test(axes_that_are_left_out_are_not_missed),
        cmocka_unit_test(kronecker_is_exact_for_softmax_at_zero),
        cmocka_unit_test(kronecker_is_consistent_for_softmax_at_zero),
        cmocka_unit_test(kronecker_of_a_long_side),
        cmocka_unit_test(low_rank_is_the_inverse_that_is_defined),
        cmocka_unit_test(low_rank_adds_what_lies_outside),
        cmocka_unit_test(low_rank_of_many_vectors),
        cmocka_unit_test(eigenvalues_lie_where_they_are_said_to),
        cmocka_unit_test(inverses_stay),
        cmocka_unit_test(damping_bounds_what_vectors_do_not),
        cmocka_unit_test(layers_add_up),
        cmocka_unit_test(the_mean_square_of_a_step_is_as_derived),
        cmocka_unit_test(the_step_of_a_known_curvature),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(overflow_is_reported),
        cmocka_unit_test(bits_do_not_depend_on_threads_or_archives),
        cmocka_unit_test(archives_are_not_trusted),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
