/* Known answers of the informativeness of a gradient, and everything that it refuses. Derivations
   that do not fit a line are in docs/theory/informativeness.md. */
#include "context.h"

#include "informativeness/verdict.h"

static const double PI = 3.14159265358979323846;

static gm_measurement *measure(const gm_measure_options *options) {
    gm_measurement *m = NULL;
    check_ok(context, gm_measure(context, options, &m));
    return m;
}

/* Exact, with weights that are all `w`. */
static gm_measurement *exact(const char *inputs, const char *targets, const char *loss, double w) {
    double weights[8];
    const gm_measure_options options = {.inputs = inputs,
                                        .targets = targets,
                                        .loss = loss,
                                        .weights = weights,
                                        .weight_count = inputs[strcspn(inputs, "=") + 1] - '0',
                                        .method = "exact"};
    for (int i = 0; i < 8; i++)
        weights[i] = w;
    return measure(&options);
}

static void check_variance(const char *inputs, const char *targets, const char *loss, double w,
                           double expected) {
    gm_measurement *m = exact(inputs, targets, loss, w);
    if (!(fabs(m->variance.value - expected) <= 1e-10 * fabs(expected) + 1e-15))
        fail_msg("%s %s %s: V is %.17g, expected %.17g", inputs, targets, loss, m->variance.value,
                 expected);
    gm_measurement_destroy(context, m);
}

/* Second moment of one coordinate as a model sees it, uniform on all centred residues of q. */
static double moment(double q, bool odd) {
    return (q * q + (odd ? -1 : 2)) / (12 * q * q);
}

/*
 * Uniform cube, linear, w = 0, squared: the gradient of parity S is −E ∏_S x · x, so −e_j for S =
 * {j} and 0 otherwise. Biased, E x_j = m = 1 − 2p: entry j is m^(k−1) where j ∈ S and m^(k+1)
 * elsewhere, so V = m^(2k−2)(1 − m²)² k(1 − k/n). All S: E_S g_j² = Aⁿ, A = (1 + m²)/2, and
 * E_S g_j = Bⁿ, B = (1 + m)/2: V = n(Aⁿ − B²ⁿ), all of it collisions. Logistic: a quarter.
 */
static void parities(void **state) {
    (void)state;
    const double m = 0.8, a = (1 + m * m) / 2, b = (1 + m) / 2;
    check_variance("cube:n=6", "parity", "squared", 0, .09228515625);
    check_variance("cube:n=6", "parity", "squared", .3, .09228515625);
    check_variance("cube:n=6", "parity", "logistic", .3, .09228515625 / 4);
    check_variance("cube:n=6", "parity:k=1", "squared", 0, 5.0 / 6);
    check_variance("cube:n=6", "parity:k=2", "squared", 0, 0);
    check_variance("cube:n=6", "parity:k=3", "squared", 0, 0);
    check_variance("cube:n=6,p=.1", "parity:k=1", "squared", 0, .108);
    for (int k = 1; k <= 5; k++) {
        char targets[32];
        snprintf(targets, sizeof targets, "parity:k=%d", k);
        const double expected = pow(m, 2 * k - 2) * pow(1 - m * m, 2) * k * (1 - k / 5.0);
        check_variance("cube:n=5,p=.1", targets, "squared", 0, expected);
        check_variance("cube:n=5,p=.1", targets, "logistic", 0.2, expected / 4);
    }
    check_variance("cube:n=5,p=.1", "parity", "squared", 0, 5 * (pow(a, 5) - pow(b, 10)));
    gm_measurement *all = exact("cube:n=5,p=.1", "parity", "squared", 0);
    check_near(all->collision_term, 5 * (pow(a, 5) - pow(b, 10)), 1e-12);
    check_near(all->epsilon_squared.value, 0, 1e-14); /* pairwise independent */
    check_near(all->total_variation, 0, 1e-13);
    check_near(all->collision, pow(a, 5), 1e-14);
    gm_measurement_destroy(context, all);
    /* The uniform cube: power n(1 − 2⁻ⁿ) + n 2⁻ⁿ = n, mean gradient n 4⁻ⁿ. */
    all = exact("cube:n=6", "parity", "squared", 0);
    check_near(all->mean_gradient, 6 * pow(4, -6), 1e-14);
    check_near(all->noise_trace, 6 - 6 * pow(2, -6), 1e-12);
    gm_measurement_destroy(context, all);
}

/* One target of n carries each direction: S = {j} adds (1 − 1/n) with probability 1/n, all alike.
 */
static void effective_targets(void **state) {
    (void)state;
    gm_measurement *m = exact("cube:n=6", "parity:k=1", "squared", 0);
    check_near(m->effective_targets, 6, 1e-12);
    assert_int_equal(m->targets, 6);
    assert_int_equal(m->samples, 64);
    assert_string_equal(m->form, "walsh-hadamard");
    check_near(m->noise_trace, 6 - 5.0 / 6 - 1.0 / 6, 1e-12);
    gm_measurement_destroy(context, m);
    /* Width 1: one input, one gradient. */
    m = exact("zq:n=2,q=5,width=1", "lwe", "squared", 0);
    assert_true(m->variance.value == 0.0 && m->noise_trace == 0.0);
    assert_string_equal(m->verdict, "uninformative");
    assert_non_null(strstr(m->reason, "the gradient is zero for every target"));
    gm_measurement_destroy(context, m);
}

/*
 * Uniform secrets, X uniform on all residues, w = 0. With the closed form (x ≠ 0): for odd q the
 * inputs are symmetric, J(−x) = −J(x). For even q the entry −q/2 is its own opposite, so that
 * Σ⟨J(x), J(−x)⟩ is −‖J‖² + 2 · ¼ for each such entry.
 *   sin: n q⁻ⁿ (q² − 1)/(12q²), or n q⁻ⁿ ((q² + 2)/(12q²) − 1/(4q));  cos: 0, or n q⁻ⁿ/(4q)
 *   cosine loss: π² n (q² − 1)/(3q²) q⁻ⁿ whatever w; or π² n (q − 1)(q − 2)/(3q²) q⁻ⁿ
 */
static void first_harmonics(void **state) {
    (void)state;
    check_variance("zq:n=3,q=7", "lwe:read=phase", "cosine", 0, .028187125081947);
    check_variance("zq:n=3,q=7", "lwe:read=phase", "cosine", .7, .028187125081947);
    for (int q = 2; q <= 9; q++) {
        char inputs[32];
        const int n = q < 6 ? 3 : 2;
        const bool odd = q % 2;
        const double power = pow(q, -n), size = (double)q * q;
        snprintf(inputs, sizeof inputs, "zq:n=%d,q=%d", n, q);
        check_variance(inputs, "lwe:read=sin", "squared", 0,
                       n * power * (moment(q, odd) - (odd ? 0 : 0.25 / q)));
        check_variance(inputs, "lwe", "squared", 0, odd ? 0 : n * power / (4 * q));
        check_variance(inputs, "lwe:read=phase", "cosine", odd ? .4 : 0,
                       odd ? PI * PI * n * (size - 1) / (3 * size) * power
                           : PI * PI * n * (q - 1) * (q - 2) / (3 * size) * power);
    }
}

/*
 * Errors e ~ ∝ exp(−e²/2σ²) multiply the feature by ρ = E cos 2πe/q, V by ρ². For prime q, w = 0,
 * cosine loss: E_s φ² = 2π² at every x ≠ 0, so T + V = 2π² n(q² − 1)/(12q²), of which label noise
 * is 1 − ρ²; the mean gradient is 0.
 */
static void errors(void **state) {
    (void)state;
    double rho = 0, total = 0;
    for (int e = -60; e <= 60; e++) {
        const double p = exp(-e * e / (2 * 1.3 * 1.3));
        rho += p * cos(2 * PI * e / 7);
        total += p;
    }
    rho /= total;
    const double whole = 2 * PI * PI * 3 * moment(7, true);
    gm_measurement *m = exact("zq:n=3,q=7", "lwe:read=phase,sigma=1.3", "cosine", 0);
    check_near(m->variance.value, .028187125081947 * rho * rho, 1e-14);
    check_near(m->noise_trace, whole - m->variance.value, 1e-10);
    check_near(m->label_noise_trace, whole * (1 - rho * rho), 1e-10);
    check_near(m->mean_gradient, 0, 1e-15);
    check_near(m->collision_term, .5 * .028187125081947 * rho * rho, 1e-14); /* x and −x share V */
    gm_measurement_destroy(context, m);
    check_variance("zq:n=3,q=7", "lwe:read=sin,sigma=1.3", "squared", 0,
                   rho * rho * 3 * moment(7, true) / 343);
}

/*
 * n = 1, reading `centered`: g_s = −E (x/q)(sx mod q)/q. q = 3: ∓2/27 at s = ±1, so V =
 * (2/3)(2/27)². q = 5: Σ x(sx mod 5) is ±10 at s = ±1 and 2 (1·2 + 2·(−1)) = 0 at s = ±2, so V =
 * (2/5)(10/125)².
 */
static void sawtooth(void **state) {
    (void)state;
    check_variance("zq:n=1,q=3", "lwe:read=centered", "squared", 0, 2.0 / 3 * 4 / 729);
    check_variance("zq:n=1,q=5", "lwe:read=centered", "squared", 0, .4 * .0064);
}

/* The law exp(−x²/2σ²) on residues, symmetric for odd q: P(−x) = P(x) and p(−x) = −p(x), so that
   V = 4π² n Σp²(r/q)² (Σp²)ⁿ⁻¹ under the cosine loss, whatever w. */
static void narrow_inputs(void **state) {
    (void)state;
    double p[9], total = 0, squares = 0, second = 0;
    for (int r = -4; r <= 4; r++)
        total += p[r + 4] = exp(-r * r / (2 * 1.7 * 1.7));
    for (int r = -4; r <= 4; r++) {
        p[r + 4] /= total;
        squares += p[r + 4] * p[r + 4];
        second += p[r + 4] * p[r + 4] * r * r / 81.0;
    }
    check_variance("dgauss:n=3,q=9,sigma=1.7", "lwe:read=phase", "cosine", .3,
                   4 * PI * PI * 3 * second * squares * squares);
    check_variance("dgauss:n=3,q=9,sigma=1.7", "lwe:read=sin", "squared", 0,
                   3 * second * squares * squares);
}

/*
 * Secrets of weight h, X uniform on all residues, linear, w = 0, cosine loss: the gradient at s has
 * E x_j e^{−2πi⟨s,x⟩/q}, a product that vanishes with any other s_i ≠ 0. h ≥ 2: V = 0. h = 1, odd
 * q: s = v e_j has g = π(−1)^v/(q sin(πv/q)) e_j, of mean 0, and Σ_v sin⁻²(πv/q) = (q² − 1)/3, so
 * V = π²(q + 1)/(3q²), whatever n. Moved weights or narrowed inputs end that.
 */
static void sparse_secrets(void **state) {
    (void)state;
    check_variance("zq:n=4,q=5", "lwe:read=phase,hamming=2", "cosine", 0, 0);
    check_variance("zq:n=4,q=5", "lwe:read=phase,secret=binary,hamming=3", "cosine", 0, 0);
    check_variance("zq:n=3,q=6", "lwe:read=phase,secret=ternary,hamming=2", "cosine", 0, 0);
    check_variance("zq:n=3,q=7", "lwe:read=phase,hamming=1", "cosine", 0, PI * PI * 8 / 147);
    check_variance("zq:n=2,q=9", "lwe:read=phase,hamming=1", "cosine", 0, PI * PI * 10 / 243);
    gm_measurement *m = exact("zq:n=4,q=5", "lwe:read=phase,hamming=2", "cosine", 0.2);
    assert_true(m->variance.value > 1e-3);
    gm_measurement_destroy(context, m);
    m = exact("zq:n=4,q=5,width=3", "lwe:read=phase,hamming=2", "cosine", 0);
    assert_true(m->variance.value > 1e-3);
    gm_measurement_destroy(context, m);
    m = exact("zq:n=4,q=5", "lwe:read=phase,hamming=2", "cosine", 0);
    assert_string_equal(m->verdict, "uninformative");
    assert_true(m->epsilon > 0.1); /* dependent, and yet V = 0: D = −O */
    assert_true(m->collision_term > 1e-4);
    assert_non_null(strstr(m->reason, "cancels in the gradient"));
    gm_measurement_destroy(context, m);
}

/*
 * Labels (Σ_S x mod q)/q, X uniform on all residues, odd q, linear, w = 0. k = 1: g_i is −c e_i,
 * c = E(r mod q) r/q² = (q² − 1)/(12q²) + E[r; r < 0]/q = −(q² − 1)/(24q²); V = c²(1 − 1/n). k ≥ 2:
 * the sum says nothing of one entry, V = 0.
 */
static void sums_of_entries(void **state) {
    (void)state;
    check_variance("zq:n=3,q=7", "modsum:k=1", "squared", 0, pow(48.0 / (24 * 49), 2) * 2 / 3);
    check_variance("zq:n=2,q=9", "modsum:k=1", "squared", 0, pow(80.0 / (24 * 81), 2) / 2);
    check_variance("zq:n=3,q=7", "modsum:k=2", "squared", 0, 0);
    check_variance("zq:n=2,q=9", "modsum:k=2", "squared", 0, 0); /* the only target */
}

/*
 * h = ⟨a, x⟩, a ~ N(0, I), squared, linear: ∇C_a = Σ(w − a), Σ = E x xᵀ, so V = ‖Σ‖_F², mean ‖Σw‖²,
 * and T + V + ‖Σw‖² = E‖x‖²(⟨w, x⟩² + ‖x‖²). Even q: E r/q = −1/(2q).
 */
static void linear_targets(void **state) {
    (void)state;
    const double m2 = moment(6, false), cross = pow(-1.0 / 12, 2);
    check_variance("zq:n=3,q=7", "linear", "squared", .5, 3 * pow(moment(7, true), 2));
    check_variance("zq:n=3,q=6", "linear", "squared", 0, 3 * m2 * m2 + 6 * cross * cross);
    check_variance("cube:n=4,p=.25", "linear", "squared", 0, 4 + 12 * .0625);
    gm_measurement *m = exact("cube:n=4", "linear", "squared", .5);
    check_near(m->variance.value, 4, 1e-12);
    check_near(m->mean_gradient, 1, 1e-12);
    check_near(m->noise_trace, 4 * (1 + 4) - 4 - 1, 1e-12);
    check_near(m->collision_term, 16.0 / 16, 1e-12);    /* Σ P² ‖x‖⁴ */
    check_near(m->epsilon_squared.value, 4 - 1, 1e-12); /* E⟨x, x'⟩² = n, less n²/2ⁿ */
    check_near(m->bound_dependence, 3, 1e-12);          /* ε² = E[K²; ≠]: sharp */
    assert_string_equal(m->form, "second-moment");
    assert_string_equal(m->verdict, "informative");
    assert_true(isnan(m->effective_targets));
    gm_measurement_destroy(context, m);
}

/* Independent signs: V = D = β² Σ P² ‖J‖², β = 1 or ½. */
static void random_targets(void **state) {
    (void)state;
    const double a = (1 + .25) / 2;
    check_variance("zq:n=3,q=7", "random", "squared", .5, 3 * moment(7, true) / 343);
    check_variance("cube:n=4,p=.25", "random", "squared", 0, 4 * pow(a, 4));
    check_variance("cube:n=4,p=.25", "random", "logistic", .3, pow(a, 4));
    gm_measurement *m = exact("cube:n=4,p=.25", "random", "squared", 0);
    check_near(m->bound, m->variance.value, 1e-12); /* a is constant: Σ P² max a is sharp */
    assert_true(m->total_variation == 0.0 && m->epsilon == 0.0);
    gm_measurement_destroy(context, m);
}

/* n = 1, q = 3: inputs 1 and −1, two ninths of all pairs, are bound to each other and 0 is
   constant. Phases: t' = −t, distance ½(3(1/3 − 1/9) + 6/9) = 2/3. Cosines are equal, labels 1 and
   −½: 4/9. */
static void dependence(void **state) {
    (void)state;
    gm_measurement *m = exact("zq:n=1,q=3", "lwe:read=phase", "squared", 0);
    check_near(m->total_variation, 2.0 / 9 * 2 / 3, 1e-13);
    gm_measurement_destroy(context, m);
    m = exact("zq:n=1,q=3", "lwe", "squared", 0);
    check_near(m->total_variation, 2.0 / 9 * 4 / 9, 1e-13);
    check_near(m->epsilon_squared.value, 2.0 / 9 / 4, 1e-13); /* κ(1, −1) = Var cos = ½ */
    check_near(m->epsilon, sqrt(1.0 / 18), 1e-13);
    gm_measurement_destroy(context, m);
}

/* Rows of a file: two points of weights 3/4 and 1/4, one target for each residue s of 4. */
static void rows_of_a_file(void **state) {
    (void)state;
    double values[4] = {1, 5, -3, 2}; /* 1, 1, 1 and 2 modulo 4 */
    const gm_array rows = {2, {4, 1}, values};
    const gm_measure_options options = {
        .rows = &rows, .modulus = 4, .targets = "lwe", .method = "exact"};
    gm_measurement *m = measure(&options);
    /* J = ¼ and −½ (2 is −2); cos(πs/2), cos(πs): g = −(3/16)cos(πs/2) + (1/8)cos(πs). Of mean 0,
       E = (9/256)/2 + 1/64 − 2 · 3/128 · E cos(πs/2)cos(πs), the last 0. */
    check_near(m->variance.value, 9.0 / 512 + 1.0 / 64, 1e-14);
    check_near(m->collision_term, 9.0 / 16 / 16 / 2 + 1.0 / 16 / 4, 1e-14);
    check_near(m->collision, 10.0 / 16, 1e-15);
    assert_int_equal(m->samples, 2);
    assert_string_equal(m->entropy.method, "rows");
    check_near(m->entropy.nats, log(2), 1e-12); /* 3 of 6 pairs are equal */
    gm_measurement_destroy(context, m);
    const gm_array different = {2, {2, 1}, values + 2};
    const gm_measure_options other = {
        .rows = &different, .modulus = 4, .targets = "lwe", .method = "exact"};
    m = measure(&other);
    assert_true(isnan(m->entropy.nats));
    assert_non_null(m->warnings[0]);
    assert_non_null(strstr(m->warnings[0], "no two rows of the file are equal"));
    gm_measurement_destroy(context, m);
    const gm_array one = {2, {1, 1}, values};
    const gm_measure_options single = {
        .rows = &one, .modulus = 4, .targets = "lwe", .method = "exact"};
    m = measure(&single);
    check_near(m->variance.value, 1.0 / 32, 1e-15);
    assert_true(isnan(m->entropy.nats) && isnan(m->entropy.low)); /* of one row nothing is known */
    gm_measurement_destroy(context, m);
}

/* Initial weights: the mean over draws of what each draw has, with the error of that mean. */
static void initial_weights(void **state) {
    (void)state;
    gm_measure_options options = {.inputs = "zq:n=2,q=5",
                                  .targets = "lwe:read=centered",
                                  .model = "mlp:hidden=3",
                                  .method = "exact",
                                  .init_draws = 6,
                                  .seed = 3};
    gm_measurement *all = measure(&options);
    options.init_draws = 1;
    gm_measurement *one = measure(&options);
    assert_true(all->variance.std_error > 0.0 && one->variance.std_error == 0.0);
    assert_true(all->variance.value != one->variance.value);
    assert_int_equal(all->init_draws, 6);
    assert_string_equal(all->variance.method, "mean over initial weights");
    const double t = 2.5705818356363146; /* .975 of Student's law with 5 degrees of freedom */
    check_near(all->variance.high - all->variance.value, t * all->variance.std_error, 1e-9);
    check_near(all->dependence_term, all->variance.value - all->collision_term, 1e-16);
    assert_true(all->variance.value <= all->bound);
    gm_measurement_destroy(context, one);
    gm_measurement_destroy(context, all);
}

/* --- verdicts --- */

static gm_measurement *judge(double noise, double low, double value, double high, double budget) {
    gm_measurement *m = gm_allocate_zero(context, 1, sizeof *m);
    assert_non_null(m);
    m->method = "sampled";
    m->variance = (gm_estimate){value, 1.0, low, high, "test"};
    m->noise_trace = noise;
    m->budget = budget;
    m->samples = 64;
    m->targets = 8;
    check_ok(context, gm_verdict_set(context, m));
    return m;
}

static void check_verdict(double noise, double low, double value, double high, double budget,
                          const char *verdict, const char *reason) {
    gm_measurement *m = judge(noise, low, value, high, budget);
    if (strcmp(m->verdict, verdict) != 0 || !strstr(m->reason, reason))
        fail_msg("T %g, V in [%g, %g], budget %g: %s, %s; expected %s, %s", noise, low, high,
                 budget, m->verdict, m->reason, verdict, reason);
    gm_measurement_destroy(context, m);
}

static void verdicts(void **state) {
    (void)state;
    check_verdict(100, 1, 2, 4, 100, "informative", "a batch of 50 samples");
    check_verdict(100, 1, 2, 4, 99.9, "undecided", "between 25 and 100 samples");
    check_verdict(100, 1, 2, 4, 25, "undecided", "between 25 and 100 samples");
    check_verdict(100, 1, 2, 4, 24.9, "uninformative", "at least 25 samples");
    check_verdict(100, 0, 2, 4, 1e9, "undecided", "cannot be told from 0 with 64 inputs and 8");
    check_verdict(100, 0, 2, 4, 24, "uninformative", "at least 25 samples");
    check_verdict(100, 0, -1, 0, 1e300, "uninformative", "no number of samples");
    check_verdict(0, 0, 0, 0, 100, "uninformative", "the gradient is zero for every target");
    check_verdict(0, 1, 1, 1, 1, "informative", "a batch of 1 sample shows");
    gm_measurement *m = judge(100, 1, 2, 4, 60);
    check_near(m->signal_to_noise, .02, 1e-15);
    check_near(m->samples_to_see_target, 50, 1e-12);
    check_near(m->samples_lower_bound, 25, 1e-12);
    gm_measurement_destroy(context, m);
    m = judge(100, 0, 2, 4, 60);
    assert_true(isnan(m->samples_to_see_target));
    check_near(m->samples_lower_bound, 25, 1e-12);
    gm_measurement_destroy(context, m);
    m = judge(0, 1, 2, 4, 60);
    assert_true(isnan(m->signal_to_noise) && m->samples_to_see_target == 0.0);
    gm_measurement_destroy(context, m);
    m = judge(100, 0, -2, 0, 60);
    assert_true(isinf(m->samples_lower_bound));
    gm_measurement_destroy(context, m);
}

/* --- refusals --- */

static gm_status give_products(void *user, int64_t count, const double *x, const double *v,
                               double *gradient) {
    (void)count, (void)x, (void)v;
    const gm_status status = user ? *(const gm_status *)user : GM_OK;
    gradient[0] = 1.0;
    return status;
}

static gm_status forward_zero(void *user, int64_t count, const double *x, double *p) {
    (void)user, (void)x;
    for (int64_t i = 0; i < count; i++)
        p[i] = 0.0;
    return GM_OK;
}

static gm_status forward_nan(void *user, int64_t count, const double *x, double *p) {
    (void)user, (void)x;
    for (int64_t i = 0; i < count; i++)
        p[i] = NAN;
    return GM_OK;
}

static gm_status forward_fails(void *user, int64_t count, const double *x, double *p) {
    (void)user, (void)count, (void)x, (void)p;
    return GM_INVALID_INPUT;
}

static gm_status products_nan(void *user, int64_t count, const double *x, const double *v,
                              double *gradient) {
    (void)user, (void)count, (void)x, (void)v;
    gradient[0] = INFINITY;
    return GM_OK;
}

/* A measurement that is refused leaves its result alone; so does its cost. */
static void refuse(gm_status expected, const char *text, const gm_measure_options *options,
                   bool cost_too) {
    gm_measurement *m = (gm_measurement *)(uintptr_t)8;
    gm_measure_cost cost = {.memory = -7.0};
    check_fails(context, expected, text, gm_measure(context, options, &m));
    assert_true(m == (gm_measurement *)(uintptr_t)8);
    if (!cost_too)
        return;
    check_fails(context, expected, text, gm_measure_get_cost(context, options, &cost));
    assert_true(cost.memory == -7.0);
}

static void options_are_checked(void **state) {
    (void)state;
    double values[4] = {1, 2, 3, 4}, weights[3] = {0, 0, 0};
    const gm_array rows = {2, {2, 2}, values}, line = {1, {4}, values};
    const gm_measure_options good = {.inputs = "zq:n=3,q=5",
                                     .targets = "lwe",
                                     .samples = 32,
                                     .target_draws = 4,
                                     .method = "sampled"};
#define REFUSE(status, text, ...)                                                                  \
    do {                                                                                           \
        gm_measure_options o = good;                                                               \
        __VA_ARGS__;                                                                               \
        refuse(status, text, &o, true);                                                            \
    } while (0)
    gm_measurement_destroy(context, measure(&good));
    REFUSE(GM_INVALID_ARGUMENT, "neither inputs nor rows", o.inputs = NULL);
    REFUSE(GM_INVALID_ARGUMENT, "not both", o.rows = &rows);
    REFUSE(GM_INVALID_ARGUMENT, "no targets are given", o.targets = NULL);
    REFUSE(GM_INVALID_ARGUMENT, "has 1 dimensions; it must have 2", o.inputs = NULL,
           o.rows = &line);
    REFUSE(GM_INVALID_ARGUMENT, "modulus is 1", o.inputs = NULL, o.rows = &rows, o.modulus = 1);
    REFUSE(GM_INVALID_ARGUMENT, "n", o.inputs = "zq:n=0,q=5");
    REFUSE(GM_INVALID_ARGUMENT, "q", o.inputs = "zq:n=3,q=1");
    REFUSE(GM_INVALID_ARGUMENT, "width is 4; it must be odd", o.inputs = "zq:n=3,q=5,width=4");
    REFUSE(GM_INVALID_ARGUMENT, "hamming", o.targets = "lwe:hamming=4");
    REFUSE(GM_INVALID_ARGUMENT, "nosuch", o.targets = "lwe:nosuch=4");
    REFUSE(GM_INVALID_ARGUMENT, "samples is 31; it must be from 32", o.samples = 31);
    REFUSE(GM_INVALID_ARGUMENT, "samples is -1", o.samples = -1);
    REFUSE(GM_INVALID_ARGUMENT, "target-draws is 3; it must be from 4", o.target_draws = 3);
    REFUSE(GM_INVALID_ARGUMENT, "init-draws is -2", o.init_draws = -2);
    REFUSE(GM_INVALID_ARGUMENT, "budget", o.budget = -1);
    REFUSE(GM_INVALID_ARGUMENT, "budget", o.budget = NAN);
    REFUSE(GM_INVALID_ARGUMENT, "unknown method 'guess'; use one of auto, exact, sampled",
           o.method = "guess");
    REFUSE(GM_INVALID_ARGUMENT, "unknown loss 'hinge'; use one of", o.loss = "hinge");
    REFUSE(GM_INVALID_ARGUMENT, "unknown loss 'softmax'", o.loss = "softmax");
    REFUSE(GM_INVALID_ARGUMENT, "the labels of lwe are not two values", o.loss = "logistic");
    REFUSE(GM_INVALID_ARGUMENT, "tree", o.model = "tree");
    REFUSE(GM_INVALID_ARGUMENT, "classes", o.model = "softmax");
    REFUSE(GM_INVALID_ARGUMENT, "classes", o.model = "logistic");
    REFUSE(GM_INVALID_ARGUMENT, "hidden", o.model = "mlp:hidden=0");
    REFUSE(GM_INVALID_ARGUMENT, "2 numbers; model linear on 3 columns has 3", o.weights = weights,
           o.weight_count = 2);
    REFUSE(GM_INVALID_ARGUMENT, "weights or draws of initial weights", o.weights = weights,
           o.weight_count = 3, o.init_draws = 2);
    weights[1] = NAN;
    REFUSE(GM_INVALID_ARGUMENT, "weights: number 1 is nan", o.weights = weights,
           o.weight_count = 3);
    refuse(GM_INVALID_ARGUMENT, "options is NULL", NULL, true);
    assert_int_equal(gm_measure(context, &good, NULL), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_measure_get_cost(context, &good, NULL), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_measure(NULL, &good, NULL), GM_INVALID_ARGUMENT);
    gm_measurement_destroy(context, NULL);
}

static void exactness_is_checked(void **state) {
    (void)state;
    const gm_measure_options good = {.inputs = "zq:n=3,q=5", .targets = "lwe", .method = "exact"};
    REFUSE(GM_UNABLE, "Z_2^40 has 1.1e+12 points; at most 2^26", o.inputs = "zq:n=40,q=2");
    REFUSE(GM_UNABLE, "operations and", o.inputs = "cube:n=40", o.targets = "parity");
    REFUSE(GM_UNABLE, "the support of the inputs has 1.1e+12 points", o.inputs = "cube:n=40",
           o.targets = "random");
    REFUSE(GM_UNABLE, "use --method sampled", o.inputs = "cube:n=27", o.targets = "linear");
    REFUSE(GM_UNAVAILABLE, "the law gaussian is continuous", o.inputs = "gaussian:n=3",
           o.targets = "linear");
    REFUSE(GM_UNAVAILABLE, "the class teacher has no closed sum", o.targets = "teacher");
    REFUSE(GM_UNAVAILABLE, "the class wave has no closed sum", o.targets = "wave:R=2");
    REFUSE(GM_UNAVAILABLE, "under the losses squared and logistic", o.targets = "linear",
           o.loss = "cosine");
    /* Where exact sums can not be had, or would take too long, auto draws. */
    static const char *const inputs[] = {"cube:n=40", "gaussian:n=3", "zq:n=3,q=5", "zq:n=3,q=5"};
    static const char *const targets[] = {"parity", "linear", "teacher", "lwe"};
    for (int i = 0; i < 4; i++) {
        const gm_measure_options options = {
            .inputs = inputs[i], .targets = targets[i], .samples = 64, .target_draws = 8};
        gm_measure_cost cost;
        gm_measurement *m = measure(&options);
        check_ok(context, gm_measure_get_cost(context, &options, &cost));
        assert_string_equal(m->method, i < 3 ? "sampled" : "exact");
        assert_string_equal(cost.method, m->method);
        assert_string_equal(cost.form, m->form);
        assert_true(cost.operations > 0.0 && cost.memory > 0.0 && cost.seconds > 0.0);
        gm_measurement_destroy(context, m);
    }
}

static void functions_are_checked(void **state) {
    (void)state;
    gm_function_model f = {3, 1, forward_zero, give_products, NULL};
    double weights[1] = {0};
    const gm_measure_options good = {.inputs = "zq:n=3,q=5",
                                     .targets = "lwe",
                                     .function = &f,
                                     .samples = 32,
                                     .target_draws = 4,
                                     .method = "sampled"};
    gm_measurement_destroy(context, measure(&good));
    f.forward = NULL;
    refuse(GM_INVALID_ARGUMENT, "forward is NULL", &good, true);
    f.forward = forward_zero;
    f.backward = NULL;
    refuse(GM_INVALID_ARGUMENT, "backward is NULL", &good, true);
    f.backward = give_products;
    f.columns = 2;
    refuse(GM_INVALID_ARGUMENT, "2 columns and 1 parameters; the inputs have 3", &good, true);
    f.columns = 3;
    f.parameters = 0;
    refuse(GM_INVALID_ARGUMENT, "at least one parameter", &good, true);
    f.parameters = 1;
    gm_measure_options with_weights = good;
    with_weights.weights = weights;
    with_weights.weight_count = 1;
    refuse(GM_INVALID_ARGUMENT, "has weights of its own", &with_weights, true);
    for (int exact = 0; exact < 2; exact++) {
        gm_measure_options options = good;
        gm_status answer = GM_CANCELLED;
        options.method = exact ? "exact" : "sampled";
        f.forward = forward_nan;
        refuse(GM_NUMERICAL_FAILURE, "of the outputs is nan", &options, false);
        f.forward = forward_fails;
        refuse(GM_INVALID_INPUT, "forward failed", &options, false);
        f.forward = forward_zero;
        f.backward = products_nan;
        refuse(GM_NUMERICAL_FAILURE, "of the gradient is inf", &options, false);
        f.backward = give_products;
        f.user = &answer;
        refuse(GM_CANCELLED, "backward failed", &options, false);
        f.user = NULL;
    }
}

/* Weights that the loss does not survive. */
static void overflow_is_told(void **state) {
    (void)state;
    double weights[3] = {1e308, 1e308, 1e308};
    gm_measure_options options = {.inputs = "cube:n=3",
                                  .targets = "parity",
                                  .method = "sampled",
                                  .weights = weights,
                                  .weight_count = 3};
    refuse(GM_NUMERICAL_FAILURE, "is not finite", &options, false);
    options.method = "exact";
    refuse(GM_NUMERICAL_FAILURE, "is not finite", &options, false);
    options.targets = "random";
    refuse(GM_NUMERICAL_FAILURE, "is not finite", &options, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parities),
        cmocka_unit_test(effective_targets),
        cmocka_unit_test(first_harmonics),
        cmocka_unit_test(errors),
        cmocka_unit_test(sawtooth),
        cmocka_unit_test(narrow_inputs),
        cmocka_unit_test(sparse_secrets),
        cmocka_unit_test(sums_of_entries),
        cmocka_unit_test(linear_targets),
        cmocka_unit_test(random_targets),
        cmocka_unit_test(dependence),
        cmocka_unit_test(rows_of_a_file),
        cmocka_unit_test(initial_weights),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(exactness_is_checked),
        cmocka_unit_test(functions_are_checked),
        cmocka_unit_test(overflow_is_told),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
