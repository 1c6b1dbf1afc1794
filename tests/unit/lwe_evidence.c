/* Evidence beside an attack on LWE: informativeness with amplified errors against plain sums over
   secrets and errors, entropy of columns, predicted z against simulation. */
#include "context.h"

#include "informativeness/residuals.h"
#include "lwe/entropy.h"
#include "lwe/informativeness.h"
#include "lwe/law.h"
#include "lwe/predict.h"
#include "lwe/view.h"
#include "random/discrete.h"

static const double pi = 3.14159265358979323846;

/* --- rows made by hand --- */

static gm_lwe_rows make_rows(int64_t count, int64_t n, int64_t q, int64_t width) {
    gm_lwe_rows rows = {.count = count, .n = n, .q = q, .width = width, .blocks = 1};
    rows.ra = calloc((size_t)(count * n), sizeof(int64_t));
    rows.rb = calloc((size_t)count, sizeof(int64_t));
    rows.r = calloc((size_t)(count * width), sizeof(int64_t));
    rows.index = calloc((size_t)(count * width), sizeof(int64_t));
    rows.block = calloc((size_t)count, sizeof(int64_t));
    rows.dropped = calloc((size_t)n, sizeof(int64_t));
    assert_true(rows.ra && rows.rb && rows.r && rows.index && rows.block && rows.dropped);
    return rows;
}

static void free_rows(gm_lwe_rows *rows) {
    free(rows->ra);
    free(rows->rb);
    free(rows->r);
    free(rows->index);
    free(rows->block);
    free(rows->dropped);
}

static int64_t centred(int64_t a, int64_t q) {
    a = (a % q + q) % q;
    return 2 * a >= q ? a - q : a;
}

/* Whole numbers, normal and rounded. */
static void fill_normal(uint64_t stream, int64_t count, double std, int64_t *out) {
    for (int64_t i = 0; i < count; i++) {
        double g;
        gm_random_gaussian(context, (gm_stream){77, stream}, i, 1, &g);
        out[i] = (int64_t)lround(std * g);
    }
}

/* Uniform residues, width 1, R = 1: unreduced samples. */
static gm_lwe_rows make_unreduced(uint64_t stream, int64_t count, int64_t n, int64_t q) {
    gm_lwe_rows rows = make_rows(count, n, q, 1);
    gm_random_index(context, (gm_stream){78, stream}, 0, count * n, q, rows.ra);
    for (int64_t i = 0; i < count * n; i++)
        rows.ra[i] = centred(rows.ra[i], q);
    for (int64_t i = 0; i < count; i++) {
        rows.r[i] = 1;
        rows.index[i] = i;
    }
    return rows;
}

/* --- laws --- */

static void error_damps_as_its_sum(void **state) {
    (void)state;
    static const double sigmas[] = {0.2, 0.4, 0.499, 0.5, 0.8, 3.0};
    for (size_t k = 0; k < sizeof sigmas / sizeof *sigmas; k++)
        for (double t = -1.3; t < 1.4; t += 0.07) {
            const double s = sigmas[k];
            double above = 0.0, below = 0.0;
            for (int e = -60; e <= 60; e++) {
                above += exp(-0.5 * e * e / (s * s)) * cos(2.0 * pi * t * e);
                below += exp(-0.5 * e * e / (s * s));
            }
            check_near(gm_lwe_error_factor(s, t), above / below, 1e-14);
        }
    check_near(gm_lwe_error_factor(0.0, 0.3), 1.0, 0.0);
    check_near(gm_lwe_error_factor(3.0, 0.05), exp(-2.0 * pi * pi * 9.0 * 0.0025), 1e-14);
}

static void secrets_follow_their_law(void **state) {
    (void)state;
    enum { N = 24, COUNT = 4000 };
    static int64_t s[COUNT * N];
    gm_lwe_parameters p = {.n = N, .q = 97, .samples = 1, .sigma = 3.0, .secret = "ternary"};
    assert_int_equal(gm_lwe_weight(&p), 4);
    check_near(gm_lwe_entry_power(&p), 4.0 / N, 1e-15);
    p.hamming = 7;
    double sum = 0.0, first = 0.0;
    check_ok(context, gm_lwe_draw_secrets(context, &p, 5, COUNT, s));
    for (int h = 0; h < COUNT; h++) {
        int weight = 0;
        for (int j = 0; j < N; j++) {
            assert_true(s[h * N + j] >= -1 && s[h * N + j] <= 1);
            weight += s[h * N + j] != 0;
            sum += (double)s[h * N + j];
        }
        first += s[h * N] != 0;
        assert_int_equal(weight, 7);
    }
    check_near(sum, 0.0, 5.0 * sqrt(7.0 * COUNT));
    check_near(first, COUNT * 7.0 / N, 5.0 * sqrt(COUNT * 7.0 / N * 17.0 / N));
    p.secret = "gaussian";
    p.secret_sigma = 0.6;
    check_ok(context, gm_lwe_draw_secrets(context, &p, 5, COUNT, s));
    double fixed = 0.0;
    for (int h = 0; h < COUNT; h++) {
        int weight = 0;
        for (int j = 0; j < N; j++) {
            weight += s[h * N + j] != 0;
            fixed += (double)(s[h * N + j] * s[h * N + j]) / (COUNT * N);
        }
        assert_int_equal(weight, 7);
    }
    check_near(fixed, gm_lwe_entry_power(&p), 0.02 * fixed);
    assert_true(fixed > 7.0 / N);
    check_near(gm_lwe_power_beside_nonzero(&p), gm_lwe_entry_power(&p) * 6.0 / 7.0 * N / (N - 1.0),
               1e-12);
    check_near(gm_lwe_power_beside_zero(&p), gm_lwe_entry_power(&p) * N / (N - 1.0), 1e-12);
    p.hamming = 0;
    assert_int_equal(gm_lwe_weight(&p), -1);
    check_ok(context, gm_lwe_draw_secrets(context, &p, 5, COUNT, s));
    double squares = 0.0;
    for (int i = 0; i < COUNT * N; i++)
        squares += (double)(s[i] * s[i]) / (COUNT * N);
    const double power = gm_lwe_entry_power(&p);
    check_between(power, 0.3, 0.3599); /* the rounding of small widths shows */
    check_near(squares, power, 5.0 * power * sqrt(2.5 / (COUNT * N)));
    p.secret = "uniform";
    check_ok(context, gm_lwe_draw_secrets(context, &p, 5, COUNT, s));
    squares = 0.0;
    for (int i = 0; i < COUNT * N; i++) {
        assert_true(2 * s[i] >= -97 && 2 * s[i] < 97);
        squares += (double)(s[i] * s[i]) / (COUNT * N);
    }
    check_near(squares, gm_lwe_entry_power(&p), 0.02 * squares);
}

/* --- informativeness --- */

enum { SMALL_N = 3, SMALL_Q = 11, SMALL_ROWS = 40, SECRETS = 27 };
static const double small_sigma = 0.8;

static gm_lwe_rows small_rows(void) {
    gm_lwe_rows rows = make_rows(SMALL_ROWS, SMALL_N, SMALL_Q, 2);
    fill_normal(1, rows.count * rows.n, 2.0, rows.ra);
    fill_normal(2, rows.count * rows.width, 1.5, rows.r);
    for (int64_t i = 0; i < rows.count * rows.n; i++)
        rows.ra[i] = centred(rows.ra[i], SMALL_Q);
    return rows;
}

/* All ternary secrets, ±1 twice as likely as 0. */
static void small_secrets(int64_t *secrets, double *probability) {
    for (int h = 0; h < SECRETS; h++) {
        int number = h;
        probability[h] = 1.0;
        for (int j = 0; j < SMALL_N; j++, number /= 3) {
            secrets[h * SMALL_N + j] = number % 3 - 1;
            probability[h] *= number % 3 == 1 ? 0.2 : 0.4;
        }
    }
}

/* φ and the mean of its square over all pairs of errors, one after the other. */
static void plain_residuals(const gm_lwe_rows *rows, const int64_t *s, int64_t i, double *mean,
                            double *square) {
    const int64_t reach = gm_discrete_gaussian_reach(small_sigma);
    double *p = malloc((size_t)(2 * reach + 1) * sizeof *p);
    assert_non_null(p);
    gm_discrete_gaussian(small_sigma, -reach, reach, p);
    *mean = *square = 0.0;
    for (int64_t e = -reach; e <= reach; e++)
        for (int64_t f = -reach; f <= reach; f++) {
            int64_t y = rows->r[2 * i] * e + rows->r[2 * i + 1] * f;
            for (int j = 0; j < SMALL_N; j++)
                y += rows->ra[i * SMALL_N + j] * s[j];
            const double residual = 2.0 * pi * sin(-2.0 * pi * (double)y / SMALL_Q);
            *mean += p[e + reach] * p[f + reach] * residual;
            *square += p[e + reach] * p[f + reach] * residual * residual;
        }
    free(p);
}

/* V by its definition over pairs of rows, and T. */
static void plain_informativeness(const gm_lwe_rows *rows, const double *probability,
                                  const double *phi, const double *power, double *v, double *t) {
    const double pairs = (double)(rows->count * (rows->count - 1)), q = SMALL_Q;
    *v = *t = 0.0;
    for (int64_t i = 0; i < rows->count; i++)
        for (int64_t k = 0; k < rows->count; k++) {
            double inner = 0.0, mean = 0.0, other = 0.0, both = 0.0;
            for (int j = 0; j < SMALL_N; j++)
                inner += (double)(rows->ra[i * SMALL_N + j] * rows->ra[k * SMALL_N + j]) / q / q;
            for (int h = 0; h < SECRETS; h++) {
                mean += probability[h] * phi[i * SECRETS + h];
                other += probability[h] * phi[k * SECRETS + h];
                both += probability[h] * phi[i * SECRETS + h] * phi[k * SECRETS + h];
            }
            if (i == k)
                *t += inner * power[i] / (double)rows->count;
            else {
                *v += inner * (both - mean * other) / pairs;
                *t -= inner * both / pairs;
            }
        }
}

static void residuals_are_sums_over_errors(void **state) {
    (void)state;
    gm_lwe_rows rows = small_rows();
    int64_t secrets[SECRETS * SMALL_N];
    double probability[SECRETS], phi[SMALL_ROWS * SECRETS], power[SMALL_ROWS];
    double x[SMALL_ROWS * SMALL_N], v, t;
    small_secrets(secrets, probability);
    check_ok(context, gm_lwe_residuals(context, &rows, small_sigma, SECRETS, secrets, probability,
                                       phi, power));
    for (int64_t i = 0; i < rows.count; i++) {
        double expected = 0.0;
        for (int h = 0; h < SECRETS; h++) {
            double mean, square;
            plain_residuals(&rows, secrets + h * SMALL_N, i, &mean, &square);
            check_near(phi[i * SECRETS + h], mean, 1e-12);
            expected += probability[h] * square;
        }
        check_near(power[i], expected, 1e-12 * expected + 1e-12);
    }
    for (int64_t i = 0; i < rows.count * rows.n; i++)
        x[i] = (double)rows.ra[i] / SMALL_Q;
    const gm_residuals residuals = {SMALL_ROWS, SECRETS, SMALL_N, x, phi, power, probability};
    gm_measurement *m = NULL;
    check_ok(context, gm_measure_residuals(context, &residuals, 0.0, &m));
    plain_informativeness(&rows, probability, phi, power, &v, &t);
    check_near(m->variance.value, v, 1e-12);
    check_near(m->noise_trace, t, 1e-12);
    assert_true(m->enumerated && m->targets == SECRETS && v > 0.05);
    check_near(m->budget, SMALL_ROWS, 0.0);
    gm_measurement_destroy(context, m);
    free_rows(&rows);
}

static void too_little_is_refused(void **state) {
    (void)state;
    gm_measurement *m = NULL;
    gm_lwe_rows rows = make_unreduced(1, 31, 2, 5);
    const gm_lwe_parameters p = {.n = 2, .q = 5, .samples = 31, .secret = "ternary"};
    check_fails(context, GM_INVALID_ARGUMENT, "31 rows",
                gm_lwe_informativeness(context, &rows, &p, 1, &m));
    assert_null(m);
    free_rows(&rows);
}

/* Uniform secrets on all residues: ρ² π² n (q² − 1)/(3q²) q⁻ⁿ; without its error the value would be
   half as large again, which the tolerance must tell. */
static void uniform_secrets_have_a_closed_form(void **state) {
    (void)state;
    const double q = 5.0, sigma = 0.5;
    gm_lwe_rows rows = make_unreduced(2, 3000, 1, 5);
    const gm_lwe_parameters p = {
        .n = 1, .q = 5, .samples = 3000, .sigma = sigma, .secret = "uniform"};
    double factor = 0.0, mass = 0.0;
    for (int e = -9; e <= 9; e++) {
        factor += exp(-0.5 * e * e / (sigma * sigma)) * cos(2.0 * pi * e / q);
        mass += exp(-0.5 * e * e / (sigma * sigma));
    }
    factor *= factor / (mass * mass);
    const double known = factor * pi * pi * (q * q - 1.0) / (3.0 * q * q) / q;
    gm_measurement *m = NULL;
    check_ok(context, gm_lwe_informativeness(context, &rows, &p, 3, &m));
    check_near(m->variance.value, known, 5.0 * m->variance.std_error);
    assert_true(5.0 * m->variance.std_error < (1.0 / factor - 1.0) * known);
    assert_string_equal(m->verdict, "informative");
    gm_measurement_destroy(context, m);
    free_rows(&rows);
}

/* Sparse secrets: nothing on unreduced samples, and much on short rows whose error stays small. */
static void reduction_makes_the_gradient_speak(void **state) {
    (void)state;
    enum { N = 30, ROWS = 300, WIDTH = 40 };
    const gm_lwe_parameters p = {
        .n = N, .q = 3329, .samples = ROWS, .sigma = 3.0, .secret = "ternary", .hamming = 6};
    gm_lwe_rows raw = make_unreduced(3, ROWS, N, 3329), rows = make_rows(ROWS, N, 3329, WIDTH);
    gm_measurement *before = NULL, *after = NULL, *dropped = NULL, *again = NULL;
    fill_normal(4, ROWS * N, 250.0, rows.ra);
    fill_normal(5, ROWS * WIDTH, 20.0, rows.r);
    check_ok(context, gm_lwe_informativeness(context, &raw, &p, 1, &before));
    check_ok(context, gm_lwe_informativeness(context, &rows, &p, 1, &after));
    assert_true(before->variance.low == 0.0 && strcmp(before->verdict, "informative") != 0);
    assert_string_equal(after->verdict, "informative");
    assert_true(after->variance.low > 5.0 * before->variance.high);
    check_near(after->signal_to_noise, after->variance.value / after->noise_trace, 1e-12);
    assert_true(after->effective_targets > 30.0 && after->effective_targets <= 256.0);
    /* Columns that are dropped have no part, whatever stands in them. */
    for (int64_t i = 0; i < ROWS; i++)
        rows.ra[i * N + 7] = raw.ra[i];
    rows.dropped_count = 1;
    rows.dropped[0] = 7;
    check_ok(context, gm_lwe_informativeness(context, &rows, &p, 1, &dropped));
    for (int64_t i = 0; i < ROWS; i++)
        rows.ra[i * N + 7] = 0;
    rows.dropped_count = 0;
    check_ok(context, gm_lwe_informativeness(context, &rows, &p, 1, &again));
    check_near(dropped->variance.value, again->variance.value, 1e-12);
    assert_int_equal(dropped->columns, N - 1);
    gm_measurement_destroy(context, again);
    gm_measurement_destroy(context, dropped);
    gm_measurement_destroy(context, after);
    gm_measurement_destroy(context, before);
    free_rows(&rows);
    free_rows(&raw);
}

/* --- entropy --- */

static void gaussian_entropy_is_its_sum(void **state) {
    (void)state;
    for (double s = 0.15; s < 12.0; s *= 1.3) {
        double mass = 0.0, square = 0.0, collision = 0.0;
        for (int x = -120; x <= 120; x++) {
            const double weight = exp(-0.5 * x * x / (s * s));
            mass += weight;
            square += weight * x * x;
            collision += weight * weight;
        }
        check_near(gm_lwe_gaussian_entropy(sqrt(square / mass)), -log(collision / mass / mass),
                   1e-9);
    }
    check_near(gm_lwe_gaussian_entropy(0.0), 0.0, 0.0);
    check_near(gm_lwe_gaussian_entropy(300.0), log(600.0 * sqrt(pi)), 1e-12);
}

static void entropy_of_rows_falls(void **state) {
    (void)state;
    enum { N = 20, ROWS = 400 };
    gm_lwe_rows rows = make_rows(ROWS, N, 3329, 1), raw = make_unreduced(6, ROWS, N, 3329);
    gm_lwe_entropy found;
    fill_normal(7, ROWS * N, 40.0, rows.ra);
    for (int64_t i = 0; i < ROWS; i++)
        rows.ra[i * N + 3] = raw.ra[i];
    rows.dropped_count = 1;
    rows.dropped[0] = 3;
    check_ok(context, gm_lwe_find_entropy(context, &rows, &found));
    check_near(found.before, N * log(3329.0), 1e-9);
    check_near(found.before_bits, N * log2(3329.0), 1e-9);
    const double expected = log(3329.0) + (N - 1) * log(80.0 * sqrt(pi));
    check_near(found.column_std, 40.0, 5.0 * 40.0 / sqrt(2.0 * ROWS * (N - 1)));
    check_near(found.after, expected, 5.0 * sqrt((N - 1) / (2.0 * ROWS)) + N / (double)ROWS);
    check_near(found.after_bits, found.after / log(2.0), 1e-9);
    check_near(found.counted, expected, 5.0 * found.counted_error);
    assert_true(5.0 * found.counted_error < 2.0); /* of a fall by 60 */
    check_ok(context, gm_lwe_find_entropy(context, &raw, &found));
    check_near(found.after, found.before, 0.02 * N);
    assert_true(found.after <= found.before);
    free_rows(&raw);
    free_rows(&rows);
}

/* --- prediction --- */

/* v_i = E s_j² ‖x_i‖² + σ² ‖R_i‖²/q² of all rows. */
static void row_variances(const gm_lwe_rows *rows, const gm_lwe_parameters *p, double *out) {
    gm_lwe_view *view = NULL;
    const double level = gm_lwe_entry_power(p) * (double)(rows->n - rows->dropped_count);
    check_ok(context, gm_lwe_view_create(context, rows, p, level, 0, &view));
    for (int64_t i = 0; i < rows->count; i++)
        out[i] = gm_lwe_view_variance(view, i, level);
    gm_lwe_view_destroy(context, view);
}

/* One row, one column: z = √2 sin 2πy, whatever the weights. */
static void one_row_by_hand(void **state) {
    (void)state;
    gm_lwe_rows rows = make_rows(1, 1, 100, 1);
    const gm_lwe_parameters p = {
        .n = 1, .q = 100, .samples = 1, .sigma = 3.0, .secret = "gaussian", .secret_sigma = 0.6};
    gm_lwe_reading *reading = NULL;
    gm_lwe_signal seen;
    const int64_t secret = 2;
    rows.ra[0] = -6;
    rows.r[0] = 2;
    rows.rb[0] = -9;
    const double x = -0.06, power = gm_lwe_entry_power(&p), v = power * x * x + 36.0 / 1e4;
    const double shift = -sqrt(2.0) * 2.0 * pi * x * exp(-2.0 * pi * pi * v);
    /* Without the entry there is the error alone. */
    const double variance = 1.0 - exp(-8.0 * pi * pi * 36.0 / 1e4);
    double found_v;
    row_variances(&rows, &p, &found_v);
    check_near(found_v, v, 1e-15);
    for (int whitened = 0; whitened < 2; whitened++) {
        check_ok(context, whitened ? gm_lwe_read_whitened(context, &rows, &p, 9, &reading)
                                   : gm_lwe_read_plain(context, &rows, &p, 9, &reading));
        const double scale = whitened ? 1.0 / sqrt(1.0 - exp(-8.0 * pi * pi * v) + 2e-6) : 1.0;
        check_near(reading->weight[0], -sqrt(2.0) * scale, 1e-13);
        check_near(reading->shift[0], shift * scale, 1e-13);
        check_near(reading->deviation[0], sqrt(variance) * scale, 1e-12);
        const gm_lwe_signal mean = gm_lwe_predicted(reading);
        check_near(mean.discrimination, shift / sqrt(variance), 1e-10);
        check_ok(context, gm_lwe_observe(context, &rows, reading, &secret, &seen));
        check_near(seen.z, 0.5 * sqrt(2.0) * scale * sin(2.0 * pi * 0.09), 1e-13);
        assert_true(isnan(seen.deviation) && isnan(seen.discrimination));
        gm_lwe_reading_destroy(context, reading);
    }
    free_rows(&rows);
}

/* Two blocks that share half of their samples, and two dropped columns. */
enum { P_N = 42, P_ROWS = 150, P_WIDTH = 60, P_SAMPLES = 90, P_Q = 3329, TIMES = 1500 };

static gm_lwe_rows dependent_rows(void) {
    gm_lwe_rows rows = make_rows(P_ROWS, P_N, P_Q, P_WIDTH);
    fill_normal(10, P_ROWS * P_N, 200.0, rows.ra);
    fill_normal(11, P_ROWS * P_WIDTH, 22.0, rows.r);
    rows.blocks = 2;
    rows.dropped_count = 2;
    rows.dropped[0] = 5;
    rows.dropped[1] = 41;
    for (int64_t i = 0; i < P_ROWS; i++) {
        rows.block[i] = i >= P_ROWS / 2;
        for (int64_t l = 0; l < P_WIDTH; l++)
            rows.index[i * P_WIDTH + l] = rows.block[i] ? P_SAMPLES - 1 - l : l;
        for (int64_t d = 0; d < 2; d++)
            rows.ra[i * P_N + rows.dropped[d]] =
                (rows.ra[i * P_N + rows.dropped[d]] * 7919 + 31 * i) % (P_Q / 2);
    }
    return rows;
}

/* A secret, an error of every sample, and then y of every row. */
static void simulate(gm_lwe_rows *rows, const gm_lwe_parameters *p, uint64_t number,
                     int64_t *secret) {
    int64_t error[P_SAMPLES];
    check_ok(context, gm_lwe_draw_secrets(context, p, 1000 + number, 1, secret));
    fill_normal(5000 + number, P_SAMPLES, sqrt(p->sigma * p->sigma - 1.0 / 12.0), error);
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t y = 0;
        for (int64_t j = 0; j < rows->n; j++)
            y += rows->ra[i * rows->n + j] * secret[j];
        for (int64_t l = 0; l < rows->width; l++)
            y += rows->r[i * rows->width + l] * error[rows->index[i * rows->width + l]];
        rows->rb[i] = centred(y, rows->q);
    }
}

/* Mean z of entries, Σ z s / Σ s² over all secrets, and mean square where entries are 0. */
typedef struct averages {
    double z, z_error, square, square_error;
} averages;

static averages average(gm_lwe_rows *rows, const gm_lwe_parameters *p,
                        const gm_lwe_reading *reading) {
    static double along[TIMES], size[TIMES], square[TIMES];
    averages out = {0.0, 0.0, 0.0, 0.0};
    double all = 0.0;
    for (int t = 0; t < TIMES; t++) {
        int64_t secret[P_N];
        gm_lwe_signal seen;
        simulate(rows, p, (uint64_t)t, secret);
        check_ok(context, gm_lwe_observe(context, rows, reading, secret, &seen));
        size[t] = 0.0;
        for (int64_t k = 0; k < reading->columns; k++)
            size[t] += (double)(secret[reading->column[k]] * secret[reading->column[k]]);
        along[t] = size[t] > 0.0 ? seen.z * size[t] : 0.0;
        square[t] = seen.deviation * seen.deviation;
        out.z += along[t];
        all += size[t];
        out.square += square[t] / TIMES;
    }
    out.z /= all;
    for (int t = 0; t < TIMES; t++) {
        out.z_error += pow((along[t] - out.z * size[t]) / all, 2.0);
        out.square_error += pow((square[t] - out.square) / TIMES, 2.0);
    }
    out.z_error = sqrt(out.z_error);
    out.square_error = sqrt(out.square_error);
    return out;
}

static void prediction_is_what_simulation_gives(void **state) {
    (void)state;
    static const char *const laws[] = {"ternary", "gaussian"};
    gm_lwe_rows rows = dependent_rows();
    for (int k = 0; k < 4; k++) {
        const bool whitened = k % 2;
        const gm_lwe_parameters p = {.n = P_N,
                                     .q = P_Q,
                                     .samples = P_SAMPLES,
                                     .sigma = 3.0,
                                     .secret = laws[k / 2],
                                     .hamming = k / 2 ? 0 : 8,
                                     .secret_sigma = 0.5};
        gm_lwe_reading *reading = NULL;
        check_ok(context, whitened ? gm_lwe_read_whitened(context, &rows, &p, 1000, &reading)
                                   : gm_lwe_read_plain(context, &rows, &p, 1000, &reading));
        assert_int_equal(reading->columns, P_N - 2);
        const gm_lwe_signal expected = gm_lwe_predicted(reading);
        const averages seen = average(&rows, &p, reading);
        check_near(seen.z, expected.z, 5.0 * seen.z_error);
        check_near(seen.square, expected.deviation * expected.deviation, 5.0 * seen.square_error);
        assert_true(5.0 * seen.z_error < 0.05 * expected.z);
        assert_true(5.0 * seen.square_error < 0.08 * seen.square);
        gm_lwe_reading_destroy(context, reading);
    }
    free_rows(&rows);
}

/* Rows that are not reduced: an entry of the secret has a large part in a phase. */
static void uniform_rows_deviate_as_expected(void **state) {
    (void)state;
    gm_lwe_rows rows = make_unreduced(12, P_SAMPLES, P_N, P_Q);
    const gm_lwe_parameters p = {
        .n = P_N, .q = P_Q, .samples = P_SAMPLES, .sigma = 3.0, .secret = "ternary", .hamming = 8};
    for (int whitened = 0; whitened < 2; whitened++) {
        gm_lwe_reading *reading = NULL;
        check_ok(context, whitened ? gm_lwe_read_whitened(context, &rows, &p, 1000, &reading)
                                   : gm_lwe_read_plain(context, &rows, &p, 1000, &reading));
        const gm_lwe_signal expected = gm_lwe_predicted(reading);
        const averages seen = average(&rows, &p, reading);
        check_near(seen.square, expected.deviation * expected.deviation, 5.0 * seen.square_error);
        assert_true(5.0 * seen.square_error < 0.08 * seen.square);
        gm_lwe_reading_destroy(context, reading);
    }
    free_rows(&rows);
}

/* What the public function says is what the reading says; what it refuses. */
static void known_secret_is_observed(void **state) {
    (void)state;
    gm_lwe *instance = NULL;
    gm_lwe_rows *rows = NULL;
    gm_lwe_signal_summary predicted, observed;
    const gm_lwe_parameters p = {
        .n = 12, .q = 257, .samples = 40, .sigma = 1.0, .secret = "ternary", .hamming = 3};
    check_ok(context, gm_lwe_generate(context, &p, 4, &instance));
    check_ok(context, gm_lwe_rows_of_samples(context, instance, 40, NULL, 0, &rows));
    for (int whitened = 0; whitened < 2; whitened++) {
        gm_lwe_reading *reading = NULL;
        gm_lwe_signal seen;
        check_ok(context, gm_lwe_observe_secret(context, instance, rows, instance->secret, whitened,
                                                &predicted, &observed));
        check_ok(context, whitened ? gm_lwe_read_whitened(context, rows, &p, 600, &reading)
                                   : gm_lwe_read_plain(context, rows, &p, 600, &reading));
        check_ok(context, gm_lwe_observe(context, rows, reading, instance->secret, &seen));
        check_near(observed.z, seen.z, 0.0);
        check_near(observed.deviation, seen.deviation, 0.0);
        check_near(observed.discrimination, seen.discrimination, 0.0);
        check_near(predicted.z, gm_lwe_predicted(reading).z, 0.0);
        check_near(predicted.discrimination, gm_lwe_predicted(reading).discrimination, 0.0);
        gm_lwe_reading_destroy(context, reading);
    }
    check_fails(context, GM_INVALID_ARGUMENT, "NULL",
                gm_lwe_observe_secret(context, instance, rows, NULL, true, &predicted, &observed));
    rows->q = 263;
    check_fails(context, GM_INVALID_ARGUMENT, "q = 263",
                gm_lwe_observe_secret(context, instance, rows, instance->secret, true, &predicted,
                                      &observed));
    rows->q = 257;
    gm_lwe_rows_destroy(context, rows);
    gm_lwe_destroy(context, instance);
}

/* Taking few rows takes those of least variance, in their order. */
static void few_rows_are_the_best(void **state) {
    (void)state;
    gm_lwe_rows rows = dependent_rows();
    const gm_lwe_parameters p = {
        .n = P_N, .q = P_Q, .samples = P_SAMPLES, .sigma = 3.0, .secret = "binary", .hamming = 8};
    gm_lwe_reading *reading = NULL;
    double v[P_ROWS], most = 0.0, least = 1e9;
    row_variances(&rows, &p, v);
    check_ok(context, gm_lwe_read_plain(context, &rows, &p, 40, &reading));
    assert_int_equal(reading->rows, 40);
    int64_t next = 0;
    for (int64_t i = 0; i < P_ROWS; i++)
        if (next < 40 && reading->row[next] == i) {
            most = fmax(most, v[i]);
            next++;
        } else {
            least = fmin(least, v[i]);
        }
    assert_true(next == 40 && most <= least);
    gm_lwe_reading_destroy(context, reading);
    free_rows(&rows);
}

/* Rows of independent entries and errors, few beside the columns: the formula of one line. */
static void simple_formula_holds_for_independent_rows(void **state) {
    (void)state;
    enum { N = 400, ROWS = 40 };
    gm_lwe_rows rows = make_rows(ROWS, N, P_Q, 1);
    const gm_lwe_parameters p = {
        .n = N, .q = P_Q, .samples = ROWS, .sigma = 3.0, .secret = "ternary", .hamming = 200};
    gm_lwe_reading *reading = NULL;
    double v[ROWS], mean_v = 0.0, square = 0.0;
    fill_normal(20, ROWS * N, 60.0, rows.ra);
    for (int64_t i = 0; i < ROWS; i++) {
        rows.r[i] = 150;
        rows.index[i] = i;
    }
    row_variances(&rows, &p, v);
    for (int64_t i = 0; i < ROWS; i++)
        mean_v += v[i] / ROWS;
    for (int64_t i = 0; i < ROWS * N; i++)
        square += (double)(rows.ra[i] * rows.ra[i]) / P_Q / P_Q / (ROWS * N);
    check_ok(context, gm_lwe_read_plain(context, &rows, &p, ROWS, &reading));
    const gm_lwe_signal found = gm_lwe_predicted(reading);
    const double simple = gm_lwe_simple_z(ROWS, sqrt(square), mean_v);
    check_near(found.z, simple, 0.03 * simple);
    check_near(found.deviation, 1.0, 0.1);
    gm_lwe_reading_destroy(context, reading);
    free_rows(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_damps_as_its_sum),
        cmocka_unit_test(secrets_follow_their_law),
        cmocka_unit_test(residuals_are_sums_over_errors),
        cmocka_unit_test(too_little_is_refused),
        cmocka_unit_test(uniform_secrets_have_a_closed_form),
        cmocka_unit_test(reduction_makes_the_gradient_speak),
        cmocka_unit_test(gaussian_entropy_is_its_sum),
        cmocka_unit_test(entropy_of_rows_falls),
        cmocka_unit_test(one_row_by_hand),
        cmocka_unit_test(prediction_is_what_simulation_gives),
        cmocka_unit_test(uniform_rows_deviate_as_expected),
        cmocka_unit_test(known_secret_is_observed),
        cmocka_unit_test(few_rows_are_the_best),
        cmocka_unit_test(simple_formula_holds_for_independent_rows),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
