/* Sampled informativeness: all forms of the sums over pairs give what plain loops give, on the same
   draws, and the same bits for any number of threads. */
#include "context.h"

#include "informativeness/independence.h"
#include "informativeness/meter.h"
#include "informativeness/sums.h"
#include "informativeness/values.h"
#include "random/streams.h"
#include "small_problem.h"

enum { B = GM_INPUT_BLOCKS };

static gm_meter *make_meter(const gm_measure_options *options) {
    gm_meter *meter = NULL;
    check_ok(context, gm_meter_create(context, options, &meter));
    return meter;
}

/* Σ_{i≠j} over whatever, pair after pair. */
static void plain_sums(const gm_sample *s, const double *j, int64_t p, gm_sums *out) {
    const int64_t stride = s->targets + 1;
    int block[1024];
    assert_true(s->rows <= 1024);
    for (int b = 0; b < B; b++)
        for (int64_t i = b * s->rows / B; i < (b + 1) * s->rows / B; i++)
            block[i] = b;
    *out = (gm_sums){.target = calloc((size_t)stride, sizeof(double))};
    assert_non_null(out->target);
    for (int64_t a = 0; a < s->rows; a++)
        for (int64_t b = 0; b < s->rows; b++) {
            double k = 0.0;
            if (a == b)
                continue;
            for (int64_t r = 0; r < p; r++)
                k += j[a * p + r] * j[b * p + r];
            for (int64_t h = 0; h < stride; h++) {
                const double part = s->phi[a * stride + h] * k * s->phi[b * stride + h];
                out->target[h] += part;
                out->block[block[a]][block[b]] += h < s->targets ? s->weight[h] * part : 0.0;
            }
            out->kernel += k * k;
            out->weighted += k * k * s->variance[a] * s->variance[b];
        }
}

static void compare_sums(const char *form, const gm_sample *s, const gm_sums *actual,
                         const gm_sums *expected, double size) {
    const double tolerance = 1e-11 * (double)s->rows * size;
    for (int64_t h = 0; h <= s->targets; h++)
        if (!(fabs(actual->target[h] - expected->target[h]) <= tolerance))
            fail_msg("%s: target %lld is %.17g, expected %.17g", form, (long long)h,
                     actual->target[h], expected->target[h]);
    for (int b = 0; b < B; b++)
        for (int c = 0; c < B; c++)
            if (!(fabs(actual->block[b][c] - expected->block[b][c]) <= tolerance))
                fail_msg("%s: block %d, %d is %.17g, expected %.17g", form, b, c,
                         actual->block[b][c], expected->block[b][c]);
}

static void compare_squares(const gm_sums *actual, const gm_sums *expected) {
    check_near(actual->kernel, expected->kernel, 1e-9 * expected->kernel);
    check_near(actual->weighted, expected->weighted, 1e-9 * expected->weighted);
}

/* Of the sizes of what is added: sums themselves may vanish. */
static double size_of(const gm_sample *s) {
    double power = 0.0, norm = 0.0;
    for (int64_t i = 0; i < s->rows; i++) {
        power += s->norm[i] * (s->variance[i] + s->phi[i * (s->targets + 1) + s->targets] *
                                                    s->phi[i * (s->targets + 1) + s->targets]);
        norm += s->norm[i];
    }
    return power + 1e-6 * norm;
}

static void forms_agree(small_problem *problem, int64_t samples, int64_t draws) {
    gm_sample *s = NULL, *again = NULL;
    gm_sums expected = {0}, gram = {0}, jacobian = {0}, products = {0};
    gm_measure_options *o = &problem->options;
    o->method = "sampled";
    o->samples = samples;
    o->target_draws = draws;
    gm_meter *meter = make_meter(o);
    check_ok(context, gm_sample_create(meter, 0, &s));
    const int64_t p = meter->model->parameters;
    double *j = malloc((size_t)(s->rows * p) * sizeof *j);
    assert_non_null(j);
    gm_model_jacobian(meter->model, s->rows, s->a, s->delta, j);
    plain_sums(s, j, p, &expected);
    const double size = size_of(s);
    check_ok(context, gm_sums_by_gram(meter, s, &gram));
    compare_sums("gram", s, &gram, &expected, size);
    compare_squares(&gram, &expected);
    check_ok(context, gm_sums_by_jacobian(meter, s, &jacobian));
    compare_sums("jacobian", s, &jacobian, &expected, size);
    compare_squares(&jacobian, &expected);
    const gm_function_model function = {problem->plain.n, p, plain_forward, plain_backward,
                                        &problem->plain};
    gm_measure_options wrapped = *o;
    wrapped.function = &function;
    wrapped.weights = NULL;
    gm_meter *other = make_meter(&wrapped);
    check_ok(context, gm_sample_create(other, 0, &again));
    assert_memory_equal(again->x, s->x, (size_t)(s->rows * meter->inputs->columns) * sizeof *s->x);
    for (int64_t i = 0; i < s->rows; i++)
        check_near(again->norm[i], s->norm[i], 1e-12 * (1 + s->norm[i]));
    check_ok(context, gm_sums_by_products(other, again, &products));
    compare_sums("products", s, &products, &expected, size);
    assert_true(isnan(products.kernel) && isnan(products.weighted));
    gm_sums_release(context, &products);
    gm_sums_release(context, &jacobian);
    gm_sums_release(context, &gram);
    free(expected.target);
    free(j);
    gm_sample_destroy(context, again);
    gm_sample_destroy(context, s);
    gm_meter_destroy(context, other);
    gm_meter_destroy(context, meter);
}

static void all_forms_give_the_plain_sums(void **state) {
    (void)state;
    static small_problem problem;
    for (uint64_t number = 0; number < 30; number++) {
        make_problem(&problem, 40000 + number);
        forms_agree(&problem, 32 + (int64_t)number, 4 + (int64_t)number % 5);
    }
    make_problem(&problem, 40001);
    forms_agree(&problem, 1000, 300); /* more than one tile of targets */
}

/* Blocks of the jackknife that are more than one tile, and a last tile that is not full. */
static void blocks_of_many_tiles(void **state) {
    (void)state;
    const gm_measure_options options = {.inputs = "gaussian:n=3",
                                        .targets = "teacher:hidden=2",
                                        .model = "mlp:hidden=2",
                                        .samples = 8500,
                                        .target_draws = 5,
                                        .seed = 6};
    gm_meter *meter = make_meter(&options);
    gm_sample *s = NULL;
    gm_sums gram, jacobian;
    check_ok(context, gm_sample_create(meter, 0, &s));
    check_ok(context, gm_sums_by_gram(meter, s, &gram));
    check_ok(context, gm_sums_by_jacobian(meter, s, &jacobian));
    compare_sums("gram", s, &gram, &jacobian, size_of(s));
    compare_squares(&gram, &jacobian);
    gm_sums_release(context, &jacobian);
    gm_sums_release(context, &gram);
    gm_sample_destroy(context, s);
    gm_meter_destroy(context, meter);
}

/* Values from the sums, once more from the definitions: the estimate is the U-statistic, the errors
   are jackknives that leave out what they say. */
static double leave(const gm_sample *s, const double *j, int64_t p, int64_t target, int block) {
    const int64_t stride = s->targets + 1;
    double *mean = calloc((size_t)s->rows, sizeof *mean), total = 0.0, rows = 0.0;
    double *sum = malloc((size_t)p * sizeof *sum);
    const double count = (double)(s->targets - (target >= 0));
    assert_true(mean && sum);
    for (int64_t i = 0; i < s->rows; i++)
        for (int64_t h = 0; h < s->targets; h++)
            mean[i] += h == target ? 0.0 : s->phi[i * stride + h] / count;
    for (int64_t h = 0; h < s->targets; h++) {
        double own = 0.0, norm = 0.0;
        memset(sum, 0, (size_t)p * sizeof *sum);
        rows = 0.0;
        for (int64_t i = 0; i < s->rows && h != target; i++) {
            const bool out =
                block >= 0 && i >= block * s->rows / B && i < (block + 1) * s->rows / B;
            const double phi = s->phi[i * stride + h] - (s->enumerated ? 0.0 : mean[i]);
            if (out)
                continue;
            rows += 1.0;
            own += phi * phi * s->norm[i];
            for (int64_t r = 0; r < p; r++)
                sum[r] += phi * j[i * p + r];
        }
        for (int64_t r = 0; r < p && h != target; r++)
            norm += sum[r] * sum[r];
        if (h != target)
            total += (s->enumerated ? s->share[h] : 1.0 / (count - 1)) * (norm - own) /
                     (rows * (rows - 1));
    }
    free(sum);
    free(mean);
    return total;
}

static double plain_jackknife(const gm_sample *s, const double *j, int64_t p, bool targets) {
    const int count = targets ? (int)s->targets : B;
    double left[512], mean = 0.0, squares = 0.0;
    assert_true(count <= 512);
    for (int k = 0; k < count; k++) {
        left[k] = targets ? leave(s, j, p, k, -1) : leave(s, j, p, -1, k);
        mean += left[k] / count;
    }
    for (int k = 0; k < count; k++)
        squares += (left[k] - mean) * (left[k] - mean);
    return squares * (count - 1) / count;
}

static double quantile(double degrees) {
    return degrees == 15 ? 2.131449545559323 : degrees == 5 ? 2.5705818356363146 : NAN;
}

static void check_estimate(const gm_measure_options *options) {
    gm_meter *meter = make_meter(options);
    gm_sample *s = NULL;
    gm_values v;
    check_ok(context, gm_sample_create(meter, 0, &s));
    check_ok(context, gm_values_sampled(meter, 0, &v));
    const int64_t p = meter->model->parameters, n = s->rows, m = s->targets, stride = m + 1;
    double *j = malloc((size_t)(n * p) * sizeof *j), *g = calloc((size_t)p, sizeof *g);
    double naive = 0.0, power = 0.0, whole = 0.0, own = 0.0, d = 0.0, noise = 0.0, a2 = 0.0;
    double squares = 0.0, total = 0.0, visible = 0.0, kernels = 0.0;
    assert_true(j && g);
    gm_model_jacobian(meter->model, n, s->a, s->delta, j);
    const double value = leave(s, j, p, -1, -1);
    check_near(v.variance.value, value, 1e-9 * (v.naive + v.noise_trace / (double)n));
    const double inputs = plain_jackknife(s, j, p, false);
    const double targets = s->enumerated ? 0.0 : plain_jackknife(s, j, p, true);
    check_near(v.variance.std_error, sqrt(inputs + targets), 1e-7 * v.variance.std_error);
    const double degrees = !s->enumerated && m < 16 ? (double)m - 1 : 15;
    check_near(v.degrees, degrees, 0);
    const double reach = quantile(degrees) * v.variance.std_error;
    check_near(v.variance.low, fmax(0, value - reach), 1e-7 * reach);
    check_near(v.variance.high, fmax(0, value + reach), 1e-7 * reach);
    for (int64_t h = 0; h < m; h++) {
        double norm = 0.0, mine = 0.0, all = 0.0, alone = 0.0;
        memset(g, 0, (size_t)p * sizeof *g);
        for (int64_t i = 0; i < n; i++)
            for (int64_t r = 0; r < p; r++)
                g[r] += s->phi[i * stride + h] * j[i * p + r] / (double)n;
        for (int64_t r = 0; r < p; r++)
            norm += g[r] * g[r];
        naive += s->weight[h] * norm;
        memset(g, 0, (size_t)p * sizeof *g);
        for (int64_t i = 0; i < n; i++) {
            const double phi = s->phi[i * stride + h] + s->phi[i * stride + m];
            mine += s->phi[i * stride + h] * s->phi[i * stride + h] * s->norm[i];
            alone += phi * phi * s->norm[i];
            for (int64_t r = 0; r < p; r++)
                g[r] += phi * j[i * p + r];
        }
        for (int64_t r = 0; r < p; r++)
            all += g[r] * g[r];
        /* ‖∇C_h‖² without bias, target by target. */
        whole += s->share[h] * (all - alone) / (double)(n * (n - 1));
        power += s->share[h] * alone / (double)n;
        const double part = s->weight[h] * (norm * (double)(n * n) - mine) / (double)(n * (n - 1));
        total += part;
        squares += part * part;
    }
    for (int64_t i = 0; i < n; i++) {
        const double a = s->norm[i] * s->variance[i];
        own += a / (double)n;
        a2 += a * a / (double)n;
        d += s->p[i] * a / (double)n;
        noise += s->norm[i] * s->noise[i] / (double)n;
        for (int64_t k = 0; k < n && k != -1; k++) {
            double kernel = 0.0;
            for (int64_t r = 0; r < p; r++)
                kernel += j[i * p + r] * j[k * p + r];
            visible += i == k ? 0.0 : kernel * kernel * s->variance[i] * s->variance[k];
            /* Of different inputs: pairs of equal ones are taken off by their probability. */
            kernels += i == k ? -s->p[i] * kernel * kernel / (double)n
                              : kernel * kernel / (double)(n * (n - 1));
        }
    }
    const double size = power + noise;
    check_near(v.naive, naive, 1e-10 * size);
    check_near(v.activity_mean, own, 1e-10 * size);
    check_near(v.activity_square, a2, 1e-10 * (a2 + size * size));
    check_near(v.collision_term, d, 1e-10 * size);
    check_near(v.label_noise_trace, noise, 1e-10 * size);
    check_near(v.noise_trace, fmax(0, power + noise - whole), 1e-9 * size);
    check_near(v.effective_targets, total * total / squares, 1e-6 * v.effective_targets);
    check_near(v.smallest_visible,
               sqrt(2 * visible / (double)(n * (n - 1))) / ((double)n * sqrt((double)m)),
               1e-9 * size);
    check_near(v.kernel_square, fmax(0, kernels), 1e-9 * (1e-6 + fabs(kernels)));
    assert_true(isnan(v.activity_largest) && isnan(v.total_variation));
    const double mean = whole - value * (s->enumerated ? 1.0 : (double)(m - 1) / (double)m);
    check_near(v.mean_gradient, fmax(0, s->enumerated ? mean : mean - value / (double)m),
               1e-9 * size);
    free(g);
    free(j);
    gm_sample_destroy(context, s);
    gm_meter_destroy(context, meter);
}

static void estimates_are_u_statistics(void **state) {
    (void)state;
    gm_measure_options options = {.inputs = "zq:n=3,q=7",
                                  .targets = "lwe:read=centered,sigma=.8",
                                  .model = "mlp:hidden=3,act=tanh",
                                  .method = "sampled",
                                  .samples = 90,
                                  .target_draws = 24,
                                  .seed = 5};
    check_estimate(&options);
    options.target_draws = 6;
    check_estimate(&options);
    options.loss = "cosine";
    check_estimate(&options);
    options.target_draws = 400; /* the class of 343 */
    check_estimate(&options);
    options.targets = "modsum:k=2";
    options.target_draws = 0;
    check_estimate(&options);
    options = (gm_measure_options){.inputs = "gaussian:n=4",
                                   .targets = "teacher:hidden=3",
                                   .method = "sampled",
                                   .samples = 57,
                                   .target_draws = 6};
    check_estimate(&options);
    options.model = "mlp:hidden=2x3,act=sin";
    options.targets = "random";
    options.loss = "logistic";
    check_estimate(&options);
}

/* --- ε² --- */

/* Σ_{i≠j} κ₁κ₂/(N(N−1)) less what pairs of equal inputs add, by loops over pairs. */
static double plain_epsilon(const gm_sample *s, bool whole, int64_t m, int without) {
    const int64_t stride = s->targets + 1, n = s->rows;
    double rows = 0.0, pairs = 0.0, equal = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (without >= 0 && i >= without * n / B && i < (without + 1) * n / B)
            continue;
        rows += 1.0;
        for (int64_t k = 0; k < n; k++) {
            double kappa[2] = {0, 0};
            if (without >= 0 && k >= without * n / B && k < (without + 1) * n / B)
                continue;
            for (int half = 0; half < 2; half++) {
                double a = 0.0, b = 0.0;
                const int64_t first = whole ? 0 : half * m;
                for (int64_t h = first; h < first + m && !whole; h++) {
                    a += s->phi[i * stride + h] / (double)m;
                    b += s->phi[k * stride + h] / (double)m;
                }
                for (int64_t h = first; h < first + m; h++)
                    kappa[half] += (whole ? s->share[h] : 1.0 / (double)(m - 1)) *
                                   (s->phi[i * stride + h] - a) * (s->phi[k * stride + h] - b);
            }
            if (i == k)
                equal += s->p[i] * kappa[0] * kappa[1];
            else
                pairs += kappa[0] * kappa[1];
        }
    }
    return pairs / (rows * (rows - 1)) - equal / rows;
}

static void epsilon_is_that_of_the_pairs(void **state) {
    (void)state;
    static const char *const inputs[] = {"zq:n=1,q=5", "zq:n=2,q=5", "gaussian:n=2"};
    static const char *const targets[] = {"lwe:secret=gaussian,secret_sigma=.8",
                                          "lwe:secret=ternary", "wave:R=1"};
    for (int k = 0; k < 3; k++)
        for (int draws = 4; draws <= 13; draws += 3) {
            const gm_measure_options options = {.inputs = inputs[k],
                                                .targets = targets[k],
                                                .samples = 50,
                                                .target_draws = draws,
                                                .seed = 3};
            gm_meter *meter = make_meter(&options);
            gm_sample *s = NULL;
            gm_estimate found;
            double left[B], mean = 0.0, squares = 0.0;
            check_ok(context, gm_sample_create(meter, 0, &s));
            check_ok(context, gm_epsilon_squared(meter, s, &found));
            const int64_t m = s->enumerated ? s->targets : s->targets / 2;
            const double expected = plain_epsilon(s, s->enumerated, m, -1);
            check_near(found.value, expected, 1e-10 * (1 + fabs(expected)));
            for (int b = 0; b < B; b++) {
                left[b] = plain_epsilon(s, s->enumerated, m, b);
                mean += left[b] / B;
            }
            for (int b = 0; b < B; b++)
                squares += (left[b] - mean) * (left[b] - mean);
            const double inputs_alone = sqrt(squares * (B - 1) / B);
            if (s->enumerated)
                check_near(found.std_error, inputs_alone, 1e-9 * (1e-6 + inputs_alone));
            else if (inputs_alone >
                     0.0) /* of two targets, each half of their spread, the error over them is 0 */
                check_between(found.std_error / inputs_alone, m == 2 ? 1 - 1e-9 : 1 + 1e-6, 1e3);
            assert_string_equal(found.method, s->enumerated ? "whole class" : "split halves");
            gm_sample_destroy(context, s);
            gm_meter_destroy(context, meter);
        }
}

/* Left-out targets of ε²: what the targets of a half add, by their spread. */
static void epsilon_knows_its_targets(void **state) {
    (void)state;
    const gm_measure_options options = {.inputs = "zq:n=3,q=7",
                                        .targets = "lwe:read=centered",
                                        .samples = 64,
                                        .target_draws = 10,
                                        .seed = 8};
    gm_meter *meter = make_meter(&options);
    gm_sample *s = NULL;
    gm_estimate found;
    check_ok(context, gm_sample_create(meter, 0, &s));
    check_ok(context, gm_epsilon_squared(meter, s, &found));
    const int64_t m = 5, stride = s->targets + 1, n = s->rows;
    double left[B], mean = 0.0, variance = 0.0, part[2][5] = {{0}};
    for (int64_t h = 0; h < m; h++)
        for (int64_t g = 0; g < m; g++) {
            double gram = 0.0, square = 0.0;
            for (int64_t i = 0; i < n; i++) {
                double a = s->phi[i * stride + h], b = s->phi[i * stride + m + g];
                for (int64_t k = 0; k < m; k++) {
                    a -= s->phi[i * stride + k] / 5;
                    b -= s->phi[i * stride + m + k] / 5;
                }
                gram += a * b;
                square += a * a * b * b;
            }
            part[0][h] += (gram * gram - square) / 16 / (double)(n * (n - 1));
            part[1][g] += (gram * gram - square) / 16 / (double)(n * (n - 1));
        }
    for (int b = 0; b < B; b++) {
        left[b] = plain_epsilon(s, false, m, b);
        mean += left[b] / B;
    }
    for (int b = 0; b < B; b++)
        variance += (left[b] - mean) * (left[b] - mean) * (B - 1) / B;
    for (int half = 0; half < 2; half++) {
        double middle = 0.0;
        for (int h = 0; h < 5; h++)
            middle += part[half][h] / 5;
        for (int h = 0; h < 5; h++)
            variance += (part[half][h] - middle) * (part[half][h] - middle) * 5 / 4;
    }
    check_near(found.std_error, sqrt(variance), 1e-9 * found.std_error);
    gm_sample_destroy(context, s);
    gm_meter_destroy(context, meter);
}

/* --- invariance --- */

static const char *const members[] = {
    "variance", "error",       "low",           "high",      "naive",     "D",
    "O",        "effective",   "visible",       "epsilon^2", "its error", "bound",
    "T",        "label noise", "mean gradient", "TV"};
enum { MEMBERS = sizeof members / sizeof *members };

static void take(const gm_measurement *m, double *out) {
    const double all[MEMBERS] = {m->variance.value,
                                 m->variance.std_error,
                                 m->variance.low,
                                 m->variance.high,
                                 m->naive_variance,
                                 m->collision_term,
                                 m->dependence_term,
                                 m->effective_targets,
                                 m->smallest_visible,
                                 m->epsilon_squared.value,
                                 m->epsilon_squared.std_error,
                                 m->bound,
                                 m->noise_trace,
                                 m->label_noise_trace,
                                 m->mean_gradient,
                                 m->total_variation};
    memcpy(out, all, sizeof all);
}

static void same_bits(const gm_measure_options *options, const char *form) {
    double first[MEMBERS], again[MEMBERS];
    static const int threads[] = {1, 2, 4};
    for (int i = 0; i < 3; i++) {
        gm_context *own = make_context(threads[i], GM_ISA_AUTO);
        gm_measurement *m = NULL;
        check_ok(own, gm_measure(own, options, &m));
        assert_string_equal(m->form, form);
        take(m, i ? again : first);
        for (int k = 0; k < MEMBERS && i > 0; k++)
            if (memcmp(&first[k], &again[k], sizeof first[k]) != 0)
                fail_msg("%s, %d threads: %s is %.17g, with 1 thread %.17g", form, threads[i],
                         members[k], again[k], first[k]);
        gm_measurement_destroy(own, m);
        gm_context_destroy(own);
    }
}

static void threads_change_no_bit(void **state) {
    (void)state;
    gm_measure_options o = {.inputs = "zq:n=8,q=17",
                            .targets = "lwe:read=centered,sigma=.7",
                            .model = "mlp:hidden=64x64",
                            .method = "sampled",
                            .samples = 700,
                            .target_draws = 40,
                            .seed = 12};
    same_bits(&o, "gram");
    o.model = "linear";
    o.target_draws = 600;
    same_bits(&o, "jacobian");
    o = (gm_measure_options){.inputs = "zq:n=3,q=9",
                             .targets = "lwe:read=centered,secret=gaussian,secret_sigma=1",
                             .model = "mlp:hidden=5",
                             .method = "exact"};
    same_bits(&o, "fourier");
    o.inputs = "cube:n=11,p=.3";
    o.targets = "parity:k=3";
    same_bits(&o, "walsh-hadamard");
    o.targets = "linear";
    same_bits(&o, "second-moment");
}

/* --- large functions --- */

enum { WIDE = 20000, ROWS = 7000 };

static gm_status wide_forward(void *user, int64_t count, const double *x, double *p) {
    (void)user, (void)x;
    for (int64_t i = 0; i < count; i++)
        p[i] = 0.0;
    return GM_OK;
}

/* The linear model, and parameters that change nothing. */
static gm_status wide_backward(void *user, int64_t count, const double *x, const double *v,
                               double *gradient) {
    (void)user;
    memset(gradient, 0, WIDE * sizeof *gradient);
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < 3; j++)
            gradient[5000 * (j + 1)] += v[i] * x[3 * i + j];
    return GM_OK;
}

/* N P numbers of 8 bytes are more than 1 GiB: products alone, and the same numbers as `linear`. */
static void large_functions_keep_no_jacobian(void **state) {
    (void)state;
    const gm_function_model function = {3, WIDE, wide_forward, wide_backward, NULL};
    gm_measure_options options = {.inputs = "zq:n=3,q=7",
                                  .targets = "lwe:read=sin,sigma=.5",
                                  .method = "sampled",
                                  .samples = ROWS,
                                  .target_draws = 4,
                                  .seed = 2};
    double linear[MEMBERS], wide[MEMBERS];
    gm_measurement *m = NULL;
    gm_measure_cost cost;
    check_ok(context, gm_measure(context, &options, &m));
    assert_string_equal(m->form, "jacobian");
    take(m, linear);
    gm_measurement_destroy(context, m);
    options.function = &function;
    check_ok(context, gm_measure_get_cost(context, &options, &cost));
    assert_string_equal(cost.form, "products");
    check_ok(context, gm_measure(context, &options, &m));
    assert_string_equal(m->form, "products");
    assert_true(isnan(m->bound) && isnan(m->smallest_visible));
    assert_non_null(m->warnings[0]);
    assert_non_null(strstr(m->warnings[0], "the bound is not known"));
    take(m, wide);
    for (int k = 0; k < MEMBERS; k++)
        if (!isnan(wide[k]))
            check_near(wide[k], linear[k], 1e-9 * (linear[4] + fabs(linear[k])));
    gm_measurement_destroy(context, m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_forms_give_the_plain_sums),
        cmocka_unit_test(blocks_of_many_tiles),
        cmocka_unit_test(estimates_are_u_statistics),
        cmocka_unit_test(epsilon_is_that_of_the_pairs),
        cmocka_unit_test(epsilon_knows_its_targets),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(large_functions_keep_no_jacobian),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
