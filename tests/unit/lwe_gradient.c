/* The gradient of reduced rows: sines against long double, rows and their covariance against plain
   loops, forms against dense formulas and against simulated secrets. */
#include "planted.h"

#include "lwe/gradient.h"
#include "lwe/sincos.h"
#include "lwe/view.h"

static const double pi = 3.14159265358979323846;

/* --- sines and cosines of turns --- */

enum { POINTS = 40000 };

/* Quarters and what lies beside them, then numbers of all sizes up to 2^50. */
static double point(int i) {
    double g[2];
    if (i < 400) {
        const double beside[] = {0, 1e-17, -1e-17, 1e-9, -1e-9};
        return (i / 5 - 40) / 8.0 + beside[i % 5];
    }
    gm_random_gaussian(context, (gm_stream){5, 910}, 2 * (int64_t)i, 2, g);
    return fmod(g[0] * exp2(5 * g[1]), 0x1p50);
}

static void sines_are_accurate(void **state) {
    (void)state;
    skip_without_long_double();
    double *turns = plant_numbers(POINTS), *sine = plant_numbers(POINTS),
           *cosine = plant_numbers(POINTS);
    for (gm_isa isa = GM_ISA_BASELINE; have_isa(isa) && isa <= GM_ISA_AVX512; isa++) {
        double worst = 0;
        for (int i = 0; i < POINTS; i++)
            turns[i] = point(i);
        gm_sincos(isa, POINTS, turns, sine, cosine);
        for (int i = 0; i < POINTS; i++) {
            const long double t = (long double)turns[i] - rintl((long double)turns[i]);
            const long double angle = 2 * 3.14159265358979323846264338327950288L * t;
            const double off = (double)fmaxl(fabsl((long double)sine[i] - sinl(angle)),
                                             fabsl((long double)cosine[i] - cosl(angle)));
            worst = off > worst || isnan(off) || isnan(sine[i]) ? off : worst;
        }
        check_between(worst, 1e-17, 1e-12);
    }
    free(turns);
    free(sine);
    free(cosine);
}

static void quarters_are_exact(void **state) {
    (void)state;
    const double turns[] = {0, 0.25, 0.5, 0.75, 1, -0.25, -0.75, 0x1p40 + 0.25, -7.5};
    const double sines[] = {0, 1, 0, -1, 0, -1, 1, 1, 0};
    const double cosines[] = {1, 0, -1, 0, 1, 0, 0, 0, -1};
    enum { COUNT = sizeof turns / sizeof *turns };
    double sine[COUNT], cosine[COUNT];
    gm_sincos(context->isa, COUNT, turns, sine, cosine);
    for (int i = 0; i < COUNT; i++) {
        check_near(sine[i], sines[i], 1e-13);
        check_near(cosine[i], cosines[i], 1e-13);
    }
}

static void sets_give_the_same_bits(void **state) {
    (void)state;
    enum { COUNT = 1003 };
    double turns[COUNT], weight[COUNT], sine[2][COUNT], cosine[2][COUNT];
    float sine32[2][COUNT], cosine32[2][COUNT];
    if (!have_isa(GM_ISA_AVX512)) {
        print_message("skipped: no AVX-512 here\n");
        skip();
    }
    for (int i = 0; i < COUNT; i++) {
        turns[i] = point(400 + i);
        weight[i] = 1.0 / (1 + i);
    }
    for (int s = 0; s < 2; s++) {
        const gm_isa isa = s ? GM_ISA_AVX512 : GM_ISA_AVX2;
        gm_sincos(isa, COUNT, turns, sine[s], cosine[s]);
        gm_sincos_f32(isa, COUNT, turns, weight, sine32[s], cosine32[s]);
    }
    assert_memory_equal(sine[0], sine[1], sizeof *sine);
    assert_memory_equal(cosine[0], cosine[1], sizeof *cosine);
    assert_memory_equal(sine32[0], sine32[1], sizeof *sine32);
    assert_memory_equal(cosine32[0], cosine32[1], sizeof *cosine32);
    for (int i = 0; i < COUNT; i++) {
        check_near((double)sine32[0][i], weight[i] * sine[0][i], 4e-7 * weight[i]);
        check_near((double)cosine32[0][i], weight[i] * cosine[0][i], 4e-7 * weight[i]);
    }
}

/* --- rows as they are seen --- */

static const plant_form seen_form = {
    .parameters = {.n = 14, .q = 3329, .samples = 30, .sigma = 3, .secret = "ternary"},
    .count = 50,
    .width = 8,
    .blocks = 3,
    .dropped = 3,
    .deviation = 0.06,
    .amplify = 20};

/* Columns that are not 1, 4, 7, … */
static int64_t kept_columns(const planted *p, int64_t *out) {
    int64_t kept = 0;
    for (int64_t j = 0; j < p->rows.n; j++)
        if (!(j % 3 == 1 && j / 3 < p->rows.dropped_count))
            out[kept++] = j;
    return kept;
}

static double row_x(const planted *p, int64_t row, int64_t column) {
    return (double)p->rows.ra[row * p->rows.n + column] / (double)p->rows.q;
}

/* σ² R_i·R_j/q² over samples. */
static double row_shared(const planted *p, int64_t i, int64_t j) {
    const int64_t width = p->rows.width;
    const double scale = p->instance->parameters.sigma / (double)p->rows.q;
    double sum = 0;
    for (int64_t l = 0; l < width; l++)
        for (int64_t k = 0; k < width; k++)
            if (p->rows.index[i * width + l] == p->rows.index[j * width + k])
                sum += (double)p->rows.r[i * width + l] * (double)p->rows.r[j * width + k];
    return scale * scale * sum;
}

static double row_square(const planted *p, int64_t row) {
    int64_t column[64];
    const int64_t kept = kept_columns(p, column);
    double sum = 0;
    for (int64_t j = 0; j < kept; j++)
        sum += row_x(p, row, column[j]) * row_x(p, row, column[j]);
    return sum;
}

static double row_variance(const planted *p, int64_t row, double level) {
    int64_t column[64];
    return level * row_square(p, row) / (double)kept_columns(p, column) + row_shared(p, row, row);
}

static gm_lwe_view *view_of(const planted *p, double level, int64_t limit) {
    gm_lwe_view *view = NULL;
    check_ok(context,
             gm_lwe_view_create(context, &p->rows, &p->instance->parameters, level, limit, &view));
    check_ok(context, gm_lwe_view_share(context, view, &p->rows, &p->instance->parameters));
    return view;
}

static void check_seen_row(const planted *p, const gm_lwe_view *view, int64_t i) {
    int64_t column[64];
    const int64_t kept = kept_columns(p, column), row = view->row[i];
    for (int64_t j = 0; j < kept; j++) {
        assert_int_equal(view->column[j], column[j]);
        check_near(view->x[i * kept + j], row_x(p, row, column[j]), 1e-15);
    }
    for (int64_t j = 0; j < view->dropped; j++)
        check_near(view->u[i * view->dropped + j], row_x(p, row, 3 * j + 1), 1e-15);
    check_near(view->y[i], (double)p->rows.rb[row] / (double)p->rows.q, 1e-15);
    check_near(view->square[i], row_square(p, row), 1e-12);
    check_near(view->error[i], row_shared(p, row, row), 1e-12);
    for (int64_t j = 0; j < view->count; j++)
        check_near(view->shared[i * view->count + j], row_shared(p, row, view->row[j]), 1e-12);
    check_near(gm_lwe_view_variance(view, i, 3), row_variance(p, row, 3), 1e-12);
}

static void views_are_of_the_best_rows(void **state) {
    (void)state;
    static const int64_t limits[] = {0, 1, 17, 50, 80};
    planted p = plant(&seen_form, 3);
    for (int64_t at = 7; at < 50 * 8; at += 16) { /* zeros that widen a row name a sample again */
        p.rows.r[at] = 0;
        p.rows.index[at] = p.rows.index[at - 3];
    }
    bool crossing = false; /* rows of different blocks that share samples */
    for (size_t f = 0; f < sizeof limits / sizeof *limits; f++) {
        gm_lwe_view *view = view_of(&p, 4, limits[f]);
        bool taken[50] = {false};
        double worst = 0;
        assert_int_equal(view->count, limits[f] && limits[f] < 50 ? limits[f] : 50);
        assert_int_equal(view->kept, 11);
        assert_int_equal(view->dropped, 3);
        for (int64_t i = 0; i < view->count; i++) {
            assert_true(i == 0 || view->row[i] > view->row[i - 1]);
            taken[view->row[i]] = true;
            worst = fmax(worst, row_variance(&p, view->row[i], 4));
            check_seen_row(&p, view, i);
            for (int64_t j = 0; j < i; j++)
                crossing |= p.rows.block[view->row[i]] != p.rows.block[view->row[j]] &&
                            view->shared[i * view->count + j] != 0;
        }
        for (int64_t row = 0; row < 50; row++)
            assert_true(taken[row] || row_variance(&p, row, 4) >= worst - 1e-15);
        gm_lwe_view_destroy(context, view);
    }
    assert_true(crossing);
    plant_free(&p);
}

/* The level decides which rows are best: short x at a large one, small errors at a small one. */
static void the_level_decides(void **state) {
    (void)state;
    planted p = plant(&seen_form, 4);
    gm_lwe_view *small = view_of(&p, 1e-9, 10), *large = view_of(&p, 1e9, 10);
    int differ = 0;
    for (int i = 0; i < 10; i++)
        differ += small->row[i] != large->row[i];
    assert_true(differ > 0);
    gm_lwe_view_destroy(context, small);
    gm_lwe_view_destroy(context, large);
    plant_free(&p);
}

/* --- forms against dense formulas --- */

/* Covariances at a level, as docs/theory says, by rows of the view. */
typedef struct dense {
    int64_t count, kept;
    double v[64], e[64][64], m[64][64]; /* e without a ridge */
} dense;

static const double ridge = 1e-6;

static void dense_make(const planted *p, const gm_lwe_view *view, double level, dense *d) {
    d->count = view->count;
    d->kept = view->kept;
    assert_true(d->count <= 64 && d->kept <= 64);
    for (int64_t i = 0; i < d->count; i++)
        d->v[i] = row_variance(p, view->row[i], level);
    for (int64_t i = 0; i < d->count; i++) {
        for (int64_t j = 0; j < d->count; j++) {
            double c = row_shared(p, view->row[i], view->row[j]);
            for (int64_t k = 0; k < d->kept; k++)
                c += level / (double)d->kept * row_x(p, view->row[i], view->column[k]) *
                     row_x(p, view->row[j], view->column[k]);
            d->e[i][j] = 0.5 * (exp(-2 * pi * pi * (d->v[i] + d->v[j] - 2 * c)) -
                                exp(-2 * pi * pi * (d->v[i] + d->v[j] + 2 * c)));
        }
        for (int64_t k = 0; k < d->kept; k++)
            d->m[i][k] =
                2 * pi * exp(-2 * pi * pi * d->v[i]) * row_x(p, view->row[i], view->column[k]);
    }
}

/* Gaussian elimination with pivots: (E + ridge I) x = right. */
static void eliminate(const dense *d, const double *right, double *x) {
    static double a[64][65];
    const int64_t n = d->count;
    for (int64_t i = 0; i < n; i++) {
        memcpy(a[i], d->e[i], sizeof d->e[i]);
        a[i][i] += ridge;
        a[i][64] = right[i];
    }
    for (int64_t c = 0; c < n; c++) {
        int64_t pivot = c;
        for (int64_t i = c; i < n; i++)
            if (fabs(a[i][c]) > fabs(a[pivot][c]))
                pivot = i;
        for (int64_t j = 0; j < 65; j++) {
            const double swap = a[c][j];
            a[c][j] = a[pivot][j];
            a[pivot][j] = swap;
        }
        for (int64_t i = 0; i < n; i++) {
            const double factor = i == c ? 0 : a[i][c] / a[c][c];
            for (int64_t j = c; factor != 0 && j < 65; j++)
                a[i][j] -= factor * a[c][j];
        }
    }
    for (int64_t i = 0; i < n; i++)
        x[i] = a[i][64] / a[i][i];
}

/* Weights of entry k and how far ±1 shifts it. */
static double form_by_hand(const dense *d, gm_lwe_weighting weighting, int64_t k, double *w) {
    double m[64], variance = 0, shift = 0;
    for (int64_t i = 0; i < d->count; i++)
        m[i] = w[i] = d->m[i][k];
    if (weighting == GM_LWE_WHITENED)
        eliminate(d, m, w);
    for (int64_t i = 0; i < d->count; i++) {
        variance += weighting == GM_LWE_WHITENED ? w[i] * m[i] : w[i] * w[i] * d->e[i][i];
        shift += w[i] * m[i];
    }
    for (int64_t i = 0; i < d->count; i++)
        w[i] /= sqrt(variance);
    return shift / sqrt(variance);
}

static gm_lwe_gradient *gradient_of(const gm_lwe_view *view, gm_lwe_weighting weighting,
                                    double most) {
    gm_lwe_gradient *gradient = NULL;
    check_ok(context, gm_lwe_gradient_create(context, view, weighting, most, &gradient));
    return gradient;
}

static void forms_are_the_dense_ones(void **state) {
    (void)state;
    static dense d;
    planted p = plant(&seen_form, 5);
    gm_lwe_view *view = view_of(&p, 4, 40);
    for (gm_lwe_weighting w = 0; w < GM_LWE_WEIGHTINGS; w++) {
        gm_lwe_gradient *gradient = gradient_of(view, w, 9);
        assert_int_equal(gradient->count, 40);
        assert_int_equal(gradient->kept, 11);
        for (int64_t l = 0; l < gradient->levels; l++) {
            dense_make(&p, view, gradient->level[l], &d);
            for (int64_t k = 0; k < d.kept; k++) {
                double weights[64];
                const double shift = form_by_hand(&d, w, k, weights);
                check_near(gradient->shift[l * d.kept + k], shift, 1e-7 * shift);
                for (int64_t i = 0; i < d.count; i++)
                    check_near(gradient->weights[(l * d.count + i) * d.kept + k], weights[i],
                               1e-6 * (1 + fabs(weights[i])));
            }
        }
        gm_lwe_gradient_destroy(context, gradient);
    }
    gm_lwe_view_destroy(context, view);
    plant_free(&p);
}

static void threads_do_not_matter(void **state) {
    (void)state;
    planted p = plant(&seen_form, 6);
    gm_lwe_view *view = view_of(&p, 4, 0);
    for (gm_lwe_weighting w = 0; w < GM_LWE_WEIGHTINGS; w++) {
        gm_lwe_gradient *first = gradient_of(view, w, 20);
        for (int threads = 1; threads <= 4; threads++) {
            gm_context *other = make_context(threads, GM_ISA_AUTO);
            gm_lwe_gradient *gradient = NULL;
            check_ok(other, gm_lwe_gradient_create(other, view, w, 20, &gradient));
            const size_t size = (size_t)(first->levels * first->count * first->kept);
            assert_memory_equal(gradient->weights, first->weights, size * sizeof(double));
            gm_lwe_gradient_destroy(other, gradient);
            gm_context_destroy(other);
        }
        gm_lwe_gradient_destroy(context, first);
    }
    gm_lwe_view_destroy(context, view);
    plant_free(&p);
}

/* Rows of which every factor exp(−2π²v) underflows still have forms. */
static void hopeless_rows_have_forms(void **state) {
    (void)state;
    plant_form form = seen_form;
    form.deviation = 0.28;
    form.amplify = 3000;
    planted p = plant(&form, 7);
    gm_lwe_view *view = view_of(&p, 4, 0);
    for (gm_lwe_weighting w = 0; w < GM_LWE_WEIGHTINGS; w++) {
        gm_lwe_gradient *gradient = gradient_of(view, w, 300);
        for (int64_t l = 0; l < gradient->levels; l++)
            for (int64_t j = 0; j < view->kept; j++) {
                double norm = 0;
                for (int64_t i = 0; i < view->count; i++)
                    norm += fabs(gradient->weights[(l * view->count + i) * view->kept + j]);
                check_between(norm, 1e-6, 1e6);
                check_between(gradient->shift[l * view->kept + j], 0, 1e-6);
            }
        gm_lwe_gradient_destroy(context, gradient);
    }
    gm_lwe_view_destroy(context, view);
    plant_free(&p);
}

/* --- forms against simulated secrets --- */

enum { DRAWS = 20000 };

/* z and contrast under normal secrets of the level and normal errors of the samples. */
typedef struct moments {
    double mean[64], square[64], fourth[64], with_secret[64];
    double contrast;
} moments;

static void draw_phases(const planted *p, const gm_lwe_view *view, double level, int64_t draw,
                        double *secret, double *y) {
    double errors[64];
    const int64_t samples = p->instance->parameters.samples, width = p->rows.width;
    const double scale = p->instance->parameters.sigma / (double)p->rows.q;
    gm_random_gaussian(context, (gm_stream){9, 911}, draw * view->kept, view->kept, secret);
    gm_random_gaussian(context, (gm_stream){9, 912}, draw * samples, samples, errors);
    for (int64_t j = 0; j < view->kept; j++)
        secret[j] *= sqrt(level / (double)view->kept);
    for (int64_t i = 0; i < view->count; i++) {
        const int64_t row = view->row[i];
        y[i] = 0;
        for (int64_t j = 0; j < view->kept; j++)
            y[i] += secret[j] * row_x(p, row, view->column[j]);
        for (int64_t l = 0; l < width; l++)
            y[i] +=
                scale * (double)p->rows.r[row * width + l] * errors[p->rows.index[row * width + l]];
    }
}

static void simulate(const planted *p, const gm_lwe_view *view, const gm_lwe_gradient *gradient,
                     int64_t l, moments *out) {
    double secret[64], y[64];
    *out = (moments){.contrast = 0};
    for (int64_t draw = 0; draw < DRAWS; draw++) {
        draw_phases(p, view, gradient->level[l], draw, secret, y);
        for (int64_t i = 0; i < view->count; i++)
            out->contrast += gradient->omega[i] * cos(2 * pi * y[i]) / DRAWS;
        for (int64_t j = 0; j < view->kept; j++) {
            double z = 0;
            for (int64_t i = 0; i < view->count; i++)
                z += gradient->weights[(l * view->count + i) * view->kept + j] * sin(2 * pi * y[i]);
            out->mean[j] += z / DRAWS;
            out->square[j] += z * z / DRAWS;
            out->fourth[j] += z * z * z * z / DRAWS;
            out->with_secret[j] += z * secret[j] / DRAWS;
        }
    }
}

/* Variance 1 but for the ridge or for rows that depend; a shift of shift_j for an entry of 1, which
   by Stein's lemma is Cov(z_j, s_j)/E s_j². The wrong sign lies far off. */
static void forms_are_seen_in_simulation(void **state) {
    (void)state;
    static dense d;
    static moments found;
    planted p = plant(&seen_form, 8);
    gm_lwe_view *view = view_of(&p, 4, 40);
    for (gm_lwe_weighting w = 0; w < GM_LWE_WEIGHTINGS; w++) {
        gm_lwe_gradient *gradient = gradient_of(view, w, 9);
        const int64_t l = gradient->levels - 2;
        const double power = gradient->level[l] / (double)view->kept;
        simulate(&p, view, gradient, l, &found);
        dense_make(&p, view, gradient->level[l], &d);
        for (int64_t j = 0; j < view->kept; j++) {
            double weights[64], variance = 0;
            (void)form_by_hand(&d, w, j, weights);
            for (int64_t i = 0; i < view->count; i++)
                for (int64_t k = 0; k < view->count; k++)
                    variance += weights[i] * weights[k] * d.e[i][k];
            if (w == GM_LWE_WHITENED)
                check_between(variance, 0.8, 1); /* what the ridge takes */
            const double error =
                5 * sqrt((found.fourth[j] - found.square[j] * found.square[j]) / DRAWS);
            check_between(error, 0, 0.1 * variance);
            check_near(found.square[j], variance, error);
            check_near(found.mean[j], 0, 5 * sqrt(found.square[j] / DRAWS));
            const double shift = gradient->shift[l * view->kept + j];
            const double shift_error =
                5 * sqrt((variance + 2 * shift * shift * power) / (power * DRAWS));
            check_between(shift_error, 0, 0.25 * shift);
            check_near(found.with_secret[j] / power, shift, shift_error);
            assert_true(fabs(found.with_secret[j] / power + shift) > shift_error);
        }
        check_near(found.contrast, gradient->contrast[l], 5 * sqrt(0.5 / DRAWS));
        gm_lwe_gradient_destroy(context, gradient);
    }
    gm_lwe_view_destroy(context, view);
    plant_free(&p);
}

/* --- the ladder --- */

static void ladder_reaches_the_norm(void **state) {
    (void)state;
    static const double most[] = {0, 1, 1.5, 3, 24, 1000};
    planted p = plant(&seen_form, 10);
    gm_lwe_view *view = view_of(&p, 4, 0);
    for (size_t f = 0; f < sizeof most / sizeof *most; f++) {
        gm_lwe_gradient *gradient = gradient_of(view, GM_LWE_PLAIN, most[f]);
        double sum = 0;
        check_near(gradient->level[0], 1, 1e-15);
        assert_true(gradient->level[gradient->levels - 1] >= most[f]);
        for (int64_t l = 1; l < gradient->levels; l++)
            check_between(gradient->level[l] / gradient->level[l - 1], 1.1, 2.5);
        for (int64_t i = 0; i < view->count; i++) {
            sum += gradient->omega[i];
            assert_true(gradient->omega[i] > 0);
        }
        check_near(sum, 1, 1e-12);
        for (int64_t l = 0; l < gradient->levels; l++) {
            double contrast = 0;
            for (int64_t i = 0; i < view->count; i++)
                contrast += gradient->omega[i] *
                            exp(-2 * pi * pi * row_variance(&p, view->row[i], gradient->level[l]));
            check_near(gradient->contrast[l], contrast, 1e-12 * contrast);
        }
        gm_lwe_gradient_destroy(context, gradient);
    }
    gm_lwe_view_destroy(context, view);
    plant_free(&p);
}

/* ω weighs rows as their phases agree half-way up. */
static void omega_is_of_the_middle(void **state) {
    (void)state;
    planted p = plant(&seen_form, 11);
    gm_lwe_view *view = view_of(&p, 4, 0);
    gm_lwe_gradient *gradient = gradient_of(view, GM_LWE_PLAIN, 30);
    const double middle = gradient->level[gradient->levels / 2];
    for (int64_t i = 1; i < view->count; i++)
        check_near(
            log(gradient->omega[i] / gradient->omega[0]),
            -2 * pi * pi *
                (row_variance(&p, view->row[i], middle) - row_variance(&p, view->row[0], middle)),
            1e-9);
    gm_lwe_gradient_destroy(context, gradient);
    gm_lwe_view_destroy(context, view);
    plant_free(&p);
}

static void nearest_level_is_found(void **state) {
    (void)state;
    planted p = plant(&seen_form, 12);
    gm_lwe_view *view = view_of(&p, 4, 0);
    gm_lwe_gradient *gradient = gradient_of(view, GM_LWE_PLAIN, 30);
    const int64_t last = gradient->levels - 1;
    assert_true(last > 3);
    for (int64_t l = 0; l <= last; l++)
        assert_int_equal(gm_lwe_gradient_level(gradient, gradient->contrast[l]), l);
    for (int64_t l = 0; l < last; l++) {
        const double between = sqrt(gradient->contrast[l] * gradient->contrast[l + 1]);
        assert_int_equal(gm_lwe_gradient_level(gradient, 1.0001 * between), l);
        assert_int_equal(gm_lwe_gradient_level(gradient, 0.9999 * between), l + 1);
    }
    assert_int_equal(gm_lwe_gradient_level(gradient, 1), 0);
    assert_int_equal(gm_lwe_gradient_level(gradient, 0), last);
    assert_int_equal(gm_lwe_gradient_level(gradient, -0.5), last);
    assert_int_equal(gm_lwe_gradient_level(gradient, -1), last);
    gm_lwe_gradient_destroy(context, gradient);
    gm_lwe_view_destroy(context, view);
    plant_free(&p);
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, set_up_context, tear_down_context)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_CONTEXT(sines_are_accurate),
        WITH_CONTEXT(quarters_are_exact),
        WITH_CONTEXT(sets_give_the_same_bits),
        WITH_CONTEXT(views_are_of_the_best_rows),
        WITH_CONTEXT(the_level_decides),
        WITH_CONTEXT(forms_are_the_dense_ones),
        WITH_CONTEXT(threads_do_not_matter),
        WITH_CONTEXT(hopeless_rows_have_forms),
        WITH_CONTEXT(forms_are_seen_in_simulation),
        WITH_CONTEXT(ladder_reaches_the_norm),
        WITH_CONTEXT(omega_is_of_the_middle),
        WITH_CONTEXT(nearest_level_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
