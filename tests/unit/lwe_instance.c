#define _GNU_SOURCE /* mkdtemp, nftw */
/* Instances of Learning With Errors: the laws that they are drawn from, the check of a secret, and
   everything that is read. */
#include "check.h"

#include "inputs/inputs.h"
#include "lwe/instance.h"
#include "npy_file.h"
#include "random/discrete.h"

__extension__ typedef __int128 wide;

static gm_lwe *generate(gm_context *context, gm_lwe_parameters p, uint64_t seed) {
    gm_lwe *made = NULL;
    check_ok(context, gm_lwe_generate(context, &p, seed, &made));
    return made;
}

/* --- laws --- */

/* Pearson's statistic over its mean, in standard deviations. */
static double chi_square(const int64_t *counts, const double *probabilities, int64_t cells,
                         double total) {
    double sum = 0.0;
    int64_t used = -1;
    for (int64_t i = 0; i < cells; i++) {
        const double expected = total * probabilities[i];
        if (expected == 0.0) {
            assert_int_equal(counts[i], 0);
            continue;
        }
        if (expected < 5.0) /* too rare for the approximation */
            continue;
        const double d = (double)counts[i] - expected;
        sum += d * d / expected;
        used++;
    }
    assert_true(used >= 1);
    return (sum - (double)used) / sqrt(2.0 * (double)used);
}

static void entries_of_a_are_uniform(void **state) {
    files *f = *state;
    enum { Q = 17 };
    int64_t counts[Q] = {0}, pairs[Q * Q] = {0};
    double uniform[Q * Q];
    gm_lwe *made = generate(
        f->context, (gm_lwe_parameters){.n = 40, .q = Q, .samples = 2500, .secret = "binary"}, 3);
    for (int64_t i = 0; i < 100000; i++) {
        assert_in_range(made->a[i], 0, Q - 1);
        counts[made->a[i]]++;
        if (i % 2)
            pairs[made->a[i - 1] * Q + made->a[i]]++;
    }
    for (int i = 0; i < Q * Q; i++)
        uniform[i] = 1.0 / (Q * Q);
    check_between(chi_square(pairs, uniform, Q * Q, 50000), -5.0, 5.0);
    for (int i = 0; i < Q; i++)
        uniform[i] = 1.0 / Q;
    check_between(chi_square(counts, uniform, Q, 100000), -5.0, 5.0);
    /* The test has power: a value favoured by 5 % is seen. */
    counts[0] += 300;
    counts[1] -= 300;
    assert_true(chi_square(counts, uniform, Q, 100000) > 5.0);
    gm_lwe_destroy(f->context, made);
}

static void the_largest_modulus_is_filled(void **state) {
    files *f = *state;
    const int64_t q = INT64_C(1) << 31, count = 64 * 1000;
    gm_lwe *made = generate(
        f->context, (gm_lwe_parameters){.n = 64, .q = q, .samples = 1000, .secret = "uniform"}, 1);
    double sum = 0.0, squares = 0.0;
    for (int64_t i = 0; i < count; i++) {
        const double u = ((double)made->a[i] + 0.5) / (double)q - 0.5;
        sum += u;
        squares += u * u;
    }
    check_near(sum / (double)count, 0.0, 5.0 * sqrt(1.0 / 12.0 / (double)count));
    check_near(squares / (double)count, 1.0 / 12.0, 5.0 * sqrt(1.0 / 180.0 / (double)count));
    /* Without error b is A s, here in numbers of 128 bits. */
    for (int64_t i = 0; i < 1000; i++) {
        wide product = 0;
        for (int64_t j = 0; j < 64; j++)
            product += (wide)made->a[i * 64 + j] * made->secret[j];
        assert_int_equal((int64_t)(((product % q) + q) % q), made->b[i]);
    }
    gm_lwe_destroy(f->context, made);
}

enum { REACH = 40, CELLS = 2 * REACH + 1 };

/* Counts of the errors of 40,000 samples; [CELLS]. */
static void count_errors(gm_context *context, double sigma, int64_t *counts) {
    enum { M = 40000 };
    const int64_t q = 3329;
    gm_lwe *made = generate(
        context,
        (gm_lwe_parameters){.n = 3, .q = q, .samples = M, .sigma = sigma, .secret = "ternary"}, 7);
    memset(counts, 0, CELLS * sizeof *counts);
    for (int64_t i = 0; i < M; i++) {
        int64_t e = made->b[i];
        for (int64_t j = 0; j < 3; j++)
            e -= made->a[3 * i + j] * made->secret[j];
        e = gm_centred(e, q);
        assert_in_range(e + REACH, 0, CELLS - 1);
        counts[e + REACH]++;
    }
    gm_lwe_destroy(context, made);
}

static void errors_are_discrete_gaussians(void **state) {
    files *f = *state;
    static const double sigmas[] = {0.3, 0.7, 3.2};
    for (int i = 0; i < 3; i++) {
        int64_t counts[CELLS];
        double law[CELLS], rounded[CELLS];
        count_errors(f->context, sigmas[i], counts);
        gm_discrete_gaussian(sigmas[i], -REACH, REACH, law);
        if (sigmas[i] > 0.5) /* otherwise three cells are left, which is enough for the mean */
            check_between(chi_square(counts, law, CELLS, 40000), -5.0, 5.0);
        check_near((double)counts[REACH], 40000 * law[REACH],
                   5.0 * sqrt(40000 * law[REACH] * (1.0 - law[REACH])));
        /* A rounded Gaussian is another law, and it is told apart where σ is small. */
        for (int x = -REACH; x <= REACH; x++)
            rounded[x + REACH] = 0.5 * (erf((x + 0.5) / sigmas[i] / sqrt(2.0)) -
                                        erf((x - 0.5) / sigmas[i] / sqrt(2.0)));
        if (i == 1)
            assert_true(chi_square(counts, rounded, CELLS, 40000) > 5.0);
    }
}

static void no_error_where_sigma_is_0(void **state) {
    files *f = *state;
    gm_lwe_check check;
    gm_lwe *made = generate(
        f->context, (gm_lwe_parameters){.n = 8, .q = 101, .samples = 30, .secret = "uniform"}, 1);
    check_ok(f->context, gm_lwe_verify(f->context, made, made->secret, &check));
    check_near(check.residual_std, 0.0, 0.0);
    check_near(check.threshold, 0.5, 0.0);
    assert_true(check.accepted);
    gm_lwe_destroy(f->context, made);
}

/* Counts of the entries, offset by REACH, and of the places that are not 0, over many seeds. */
static void count_secrets(gm_context *context, gm_lwe_parameters p, int64_t seeds, int64_t *counts,
                          int64_t *places) {
    memset(counts, 0, CELLS * sizeof *counts);
    memset(places, 0, (size_t)p.n * sizeof *places);
    for (int64_t seed = 0; seed < seeds; seed++) {
        gm_lwe *made = generate(context, p, (uint64_t)seed);
        int64_t weight = 0;
        for (int64_t j = 0; j < p.n; j++) {
            counts[made->secret[j] + REACH]++;
            places[j] += made->secret[j] != 0;
            weight += made->secret[j] != 0;
        }
        if (p.hamming)
            assert_int_equal(weight, p.hamming);
        gm_lwe_destroy(context, made);
    }
}

/* P of an entry of each law, offset by REACH. */
static void entry_law(const gm_lwe_parameters *p, double *law) {
    double zero = 0.0;
    memset(law, 0, CELLS * sizeof *law);
    if (strcmp(p->secret, "gaussian") == 0)
        gm_discrete_gaussian(p->secret_sigma, -REACH, REACH, law);
    else if (strcmp(p->secret, "uniform") == 0)
        for (int64_t x = 0; x < p->q; x++)
            law[REACH - p->q / 2 + x] = 1.0 / (double)p->q;
    else
        for (int x = strcmp(p->secret, "ternary") == 0 ? -1 : 0; x <= 1; x++)
            law[REACH + x] = strcmp(p->secret, "ternary") == 0 ? 1.0 / 3.0 : 0.5;
    if (p->hamming == 0)
        return;
    zero = law[REACH];
    for (int i = 0; i < CELLS; i++)
        law[i] *= (double)p->hamming / (double)p->n / (1.0 - zero);
    law[REACH] = 1.0 - (double)p->hamming / (double)p->n;
}

static void secrets_have_their_law(void **state) {
    files *f = *state;
    enum { N = 12, SEEDS = 4000 };
    for (int k = 0; k < 2 * GM_LWE_SECRETS; k++) {
        gm_lwe_parameters p = {.n = N, .q = 31, .samples = 1, .hamming = k % 2 ? 5 : 0};
        int64_t counts[CELLS], places[N];
        double law[CELLS];
        p.secret = gm_lwe_secrets[k / 2];
        p.secret_sigma = k / 2 == GM_LWE_GAUSSIAN ? 1.5 : 0.0;
        count_secrets(f->context, p, SEEDS, counts, places);
        entry_law(&p, law);
        const double nonzero = 1.0 - law[REACH];
        /* Of fixed weight the number of zeros does not vary: the cell of 0 lowers the statistic. */
        check_between(chi_square(counts, law, CELLS, N * SEEDS), -5.0, 5.0);
        for (int j = 0; j < N; j++)
            check_near((double)places[j], SEEDS * nonzero,
                       5.0 * sqrt(SEEDS * nonzero * (1.0 - nonzero)));
    }
}

/* All sets of two places of five, equally often. */
static void places_are_a_uniform_set(void **state) {
    files *f = *state;
    int64_t counts[32] = {0};
    double law[32] = {0.0};
    for (uint64_t seed = 0; seed < 5000; seed++) {
        gm_lwe *made = generate(
            f->context,
            (gm_lwe_parameters){.n = 5, .q = 31, .samples = 1, .hamming = 2, .secret = "binary"},
            seed);
        int set = 0;
        for (int j = 0; j < 5; j++)
            set |= (int)made->secret[j] << j;
        counts[set]++;
        gm_lwe_destroy(f->context, made);
    }
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < a; b++)
            law[1 << a | 1 << b] = 0.1;
    check_between(chi_square(counts, law, 32, 5000), -5.0, 5.0);
}

static void a_seed_is_an_instance(void **state) {
    (void)state;
    const gm_lwe_parameters p = {
        .n = 33, .q = 842779, .samples = 1500, .sigma = 3.0, .secret = "gaussian", .hamming = 20};
    gm_lwe_parameters more = p;
    gm_context *one = make_context(1, GM_ISA_AUTO), *three = make_context(3, GM_ISA_BASELINE);
    more.samples = 1700;
    gm_lwe *first = generate(one, p, 5), *again = generate(three, p, 5),
           *other = generate(one, p, 6);
    gm_lwe *longer = generate(three, more, 5);
    assert_memory_equal(first->a, again->a, 33 * 1500 * sizeof *first->a);
    assert_memory_equal(first->b, again->b, 1500 * sizeof *first->b);
    assert_memory_equal(first->secret, again->secret, 33 * sizeof *first->secret);
    assert_memory_equal(first->a, longer->a, 33 * 1500 * sizeof *first->a);
    assert_memory_equal(first->b, longer->b, 1500 * sizeof *first->b);
    assert_memory_not_equal(first->a, other->a, 33 * sizeof *first->a);
    assert_memory_not_equal(first->secret, other->secret, 33 * sizeof *first->secret);
    check_near(first->parameters.secret_sigma, 3.0, 0.0); /* as sigma */
    gm_lwe_destroy(one, first);
    gm_lwe_destroy(three, again);
    gm_lwe_destroy(one, other);
    gm_lwe_destroy(three, longer);
    gm_context_destroy(one);
    gm_context_destroy(three);
}

/* --- verification --- */

static void residuals_are_known(void **state) {
    files *f = *state;
    /* s = (1, −2): residuals 1, −2, 3, 0, mean square 14/4. */
    const int64_t a[] = {3, 1, 5, 6, 0, 4, 2, 2}, b[] = {2, 5, 2, 5};
    const int64_t s[] = {1, -2}, same[] = {8, 5}, far[] = {INT64_MIN, INT64_MAX}, wrong[] = {1, 3};
    gm_lwe_parameters p = {.n = 2, .q = 7, .samples = 4, .sigma = 1.0};
    gm_lwe_check check, other;
    gm_lwe *made = NULL;
    check_ok(f->context, gm_lwe_create(f->context, &p, a, b, &made));
    assert_null(made->parameters.secret);
    assert_null(made->secret);
    check_ok(f->context, gm_lwe_verify(f->context, made, s, &check));
    check_near(check.residual_std, sqrt(3.5), 1e-15);
    check_near(check.threshold, 2.0, 0.0);
    assert_true(check.accepted);
    /* Entries count modulo q. */
    check_ok(f->context, gm_lwe_verify(f->context, made, same, &other));
    check_near(other.residual_std, check.residual_std, 0.0);
    check_ok(f->context, gm_lwe_verify(f->context, made, far, &other));
    const int64_t small[] = {INT64_MIN % 7, INT64_MAX % 7};
    check_ok(f->context, gm_lwe_verify(f->context, made, small, &check));
    check_near(other.residual_std, check.residual_std, 0.0);
    /* (1, 3): −4, −18, −10, −3 are 3, 3, −3, −3 modulo 7. */
    check_ok(f->context, gm_lwe_verify(f->context, made, wrong, &other));
    check_near(other.residual_std, 3.0, 1e-15);
    assert_false(other.accepted);
    check_fails(f->context, GM_INVALID_ARGUMENT, "an argument is NULL",
                gm_lwe_verify(f->context, made, NULL, &other));
    gm_lwe_destroy(f->context, made);
}

static void right_secrets_pass_and_wrong_ones_do_not(void **state) {
    files *f = *state;
    int wrong_accepted = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        gm_lwe *made =
            generate(f->context,
                     (gm_lwe_parameters){
                         .n = 20, .q = 3329, .samples = 80, .sigma = 3.0, .secret = "ternary"},
                     seed);
        gm_lwe_check check;
        check_ok(f->context, gm_lwe_verify(f->context, made, made->secret, &check));
        assert_true(check.accepted);
        check_near(check.residual_std, 3.0, 5.0 * 3.0 / sqrt(2.0 * 80));
        assert_true(check.log2_false < -400.0);
        made->secret[seed % 20] += 1;
        check_ok(f->context, gm_lwe_verify(f->context, made, made->secret, &check));
        wrong_accepted += check.accepted;
        check_near(check.residual_std, 3329 / sqrt(12.0), 5.0 * 3329 / sqrt(12.0) / sqrt(5.0 * 80));
        gm_lwe_destroy(f->context, made);
    }
    assert_int_equal(wrong_accepted, 0);
}

/* log2 P(Σ r² ≤ limit) of m uniform residues, by convolution of the law of Σ r². */
static double exact_log2(int64_t q, int64_t m, double limit) {
    const int64_t half = q / 2, size = m * half * half + 1;
    double *law = calloc((size_t)size, sizeof *law), *next = calloc((size_t)size, sizeof *next);
    assert_true(law && next);
    double total = 0.0;
    law[0] = 1.0;
    for (int64_t k = 0; k < m; k++) {
        memset(next, 0, (size_t)size * sizeof *next);
        for (int64_t t = 0; t < size; t++)
            for (int64_t i = 0; law[t] > 0.0 && i < q; i++) {
                const int64_t r = gm_centred(i, q);
                next[t + r * r] += law[t] / (double)q;
            }
        double *swap = law;
        law = next;
        next = swap;
    }
    for (int64_t t = 0; t < size && (double)t <= limit; t++)
        total += law[t];
    free(law);
    free(next);
    return log2(total);
}

static void the_bound_holds_and_is_near(void **state) {
    (void)state;
    static const int64_t moduli[] = {2, 3, 5, 8, 17, 31};
    static const double sigmas[] = {0.0, 0.3, 1.0, 2.5};
    int near = 0;
    for (size_t i = 0; i < sizeof moduli / sizeof *moduli; i++)
        for (int64_t m = 1; m <= 24; m += m < 4 ? 1 : 10)
            for (int k = 0; k < 4; k++) {
                const gm_lwe_parameters p = {.q = moduli[i], .samples = m, .sigma = sigmas[k]};
                const double t = sigmas[k] > 0.0 ? 2.0 * sigmas[k] : 0.5;
                const double exact = exact_log2(moduli[i], m, (double)m * t * t);
                const double bound = gm_lwe_log2_false(&p);
                check_between(bound, exact - 1e-9, 1e-12);
                /* Chernoff's inequality is right to first order in m: no trivial bound passes. */
                if (m == 24 && exact < -24.0) {
                    check_between(bound / exact, 0.85, 1.0);
                    near++;
                }
            }
    assert_true(near >= 6);
    /* Moduli whose moment is bounded in closed form. */
    for (int64_t q = 257; q <= 301; q += 22) {
        const gm_lwe_parameters p = {.q = q, .samples = 3, .sigma = 10.0};
        const double exact = exact_log2(q, 3, 3 * 400.0), bound = gm_lwe_log2_false(&p);
        check_between(bound, exact, exact + 4.0);
    }
}

/* The closed bound of the moment against its sum, through the bound that is made of it. */
static void the_closed_moment_is_the_sum(void **state) {
    (void)state;
    static const double sigmas[] = {0.0, 0.4, 3.2, 40.0};
    for (int k = 0; k < 4; k++) {
        const int64_t q = 1009;
        const gm_lwe_parameters p = {.q = q, .samples = 1, .sigma = sigmas[k]};
        const double t = sigmas[k] > 0.0 ? 2.0 * sigmas[k] : 0.5;
        double least = 0.0;
        for (double x = -20.0; x < 5.0; x += 0.001) {
            double sum = 0.0;
            for (int64_t r = 0; r < 60 + 400 * (x < -1.0) && r <= q / 2; r++)
                sum += (r ? 2.0 : 1.0) * exp(-exp(x) * (double)(r * r));
            for (int64_t r = 460; x < -1.0 && r <= q / 2; r++)
                sum += 2.0 * exp(-exp(x) * (double)(r * r));
            least = fmin(least, log(sum / (double)q) + exp(x) * t * t);
        }
        check_near(gm_lwe_log2_false(&p), least / log(2.0), 1e-4);
    }
}

static void instances_that_say_nothing_are_known(void **state) {
    (void)state;
    /* Twice σ reaches q/√12. */
    check_near(gm_lwe_log2_false(&(gm_lwe_parameters){.q = 3329, .samples = 1000, .sigma = 481.0}),
               0.0, 0.0);
    check_near(gm_lwe_log2_false(&(gm_lwe_parameters){.q = 2, .samples = 10, .sigma = 1.0}), 0.0,
               0.0);
    /* Few samples. */
    check_between(gm_lwe_log2_false(&(gm_lwe_parameters){.q = 3329, .samples = 1, .sigma = 3.2}),
                  -10.0, -4.0);
    assert_true(isnan(gm_lwe_log2_false(&(gm_lwe_parameters){.q = 1, .samples = 1})));
    assert_true(isnan(gm_lwe_log2_false(&(gm_lwe_parameters){.q = 5, .samples = 0})));
    assert_true(isnan(gm_lwe_log2_false(&(gm_lwe_parameters){.q = 5, .samples = 1, .sigma = NAN})));
}

/* --- arguments --- */

static void generate_fails(files *f, const char *text, gm_lwe_parameters p) {
    gm_lwe *made = NULL;
    check_fails(f->context, GM_INVALID_ARGUMENT, text, gm_lwe_generate(f->context, &p, 1, &made));
    assert_null(made);
}

static void wrong_parameters_are_refused(void **state) {
    files *f = *state;
    const gm_lwe_parameters good = {.n = 4, .q = 7, .samples = 3, .sigma = 1.0, .secret = "binary"};
    gm_lwe_parameters p;
    gm_lwe *made = NULL;
#define REFUSED(change, text)                                                                      \
    p = good;                                                                                      \
    change;                                                                                        \
    generate_fails(f, "gm_lwe_generate: " text, p)
    REFUSED(p.n = 0, "n is 0; accepted: 1 to 4096");
    REFUSED(p.n = 4097, "n is 4097; accepted: 1 to 4096");
    REFUSED(p.q = 1, "q is 1; accepted: 2 to 2147483648");
    REFUSED(p.q = (INT64_C(1) << 31) + 1, "q is 2147483649; accepted: 2 to 2147483648");
    REFUSED(p.samples = 0, "samples is 0; accepted: 1 to");
    REFUSED(p.samples = INT64_MAX / 4, "samples is");
    REFUSED(p.sigma = -1.0, "sigma is -1; accepted: 0 to q = 7");
    REFUSED(p.sigma = 8.0, "sigma is 8; accepted: 0 to q = 7");
    REFUSED(p.sigma = NAN, "sigma is ");
    REFUSED(p.hamming = 5, "hamming is 5; accepted: 0 to 4");
    REFUSED(p.hamming = -1, "hamming is -1; accepted: 0 to 4");
    REFUSED(p.secret = NULL, "secret is NULL; accepted: binary");
    REFUSED(p.secret = "ternery", "secret is 'ternery'; accepted: binary, ternary, gaussian, "
                                  "uniform (did you mean 'ternary'?)");
    REFUSED(p.secret_sigma = 1.0, "secret_sigma is 1; it goes with the secret gaussian only");
    REFUSED(p.secret_sigma = -1.0, "secret_sigma is -1");
    REFUSED((p.secret = "gaussian", p.sigma = 0.0), "secret_sigma and sigma are 0");
    REFUSED((p.q = 1 << 30, p.sigma = 131073.0),
            "sigma is 131073; a discrete Gaussian is drawn up to 131072");
    REFUSED((p.q = 1 << 30, p.secret = "gaussian", p.secret_sigma = 200000.0),
            "secret_sigma is 200000");
#undef REFUSED
    check_fails(f->context, GM_INVALID_ARGUMENT, "parameters is NULL",
                gm_lwe_generate(f->context, NULL, 1, &made));
    assert_null(made);
}

static void *allocate_little(void *user, size_t alignment, size_t bytes) {
    (void)user;
    return bytes > 1 << 20
               ? NULL
               : aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void release_little(void *user, void *pointer) {
    (void)user;
    free(pointer);
}

static void sizes_beyond_memory_are_an_error(void **state) {
    (void)state;
    const gm_allocator allocator = {allocate_little, release_little, NULL};
    const gm_context_options options = {.threads = 1, .allocator = &allocator};
    gm_lwe_parameters p = {.n = 4096, .q = 7, .samples = 33, .secret = "binary"};
    gm_context *context = NULL;
    gm_lwe *made = NULL;
    assert_int_equal(gm_context_create(&options, &context), GM_OK);
    check_fails(context, GM_OUT_OF_MEMORY, "out of memory", gm_lwe_generate(context, &p, 1, &made));
    p.samples = INT64_C(1) << 44;
    check_fails(context, GM_OUT_OF_MEMORY, "out of memory", gm_lwe_generate(context, &p, 1, &made));
    assert_null(made);
    gm_context_destroy(context);
}

static void wrong_entries_are_refused(void **state) {
    files *f = *state;
    const gm_lwe_parameters p = {.n = 2, .q = 5, .samples = 2, .sigma = 1.0};
    const int64_t good[] = {0, 1, 4, 2}, high[] = {0, 1, 2, 5}, low[] = {0, -1, 2, 3};
    gm_lwe *made = NULL;
    check_fails(f->context, GM_INVALID_INPUT,
                "gm_lwe_create: a: row 1, column 1 (both from 0) is 5; accepted: 0 to 4",
                gm_lwe_create(f->context, &p, high, good, &made));
    check_fails(f->context, GM_INVALID_INPUT,
                "gm_lwe_create: b: entry 1 (from 0) is -1; accepted: 0 to 4",
                gm_lwe_create(f->context, &p, good, low, &made));
    check_fails(f->context, GM_INVALID_ARGUMENT, "an argument is NULL",
                gm_lwe_create(f->context, &p, NULL, good, &made));
    assert_null(made);
    gm_lwe_destroy(f->context, NULL);
}

/* --- folders --- */

static const char header[] = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }   \n";

static void put_array(files *f, const char *name, const char *type, const char *order,
                      const char *shape, const void *elements, size_t size) {
    char text[256];
    snprintf(text, sizeof text, header, type, order, shape);
    put_npy_header(f, name, 1, text, elements, size);
}

static const int8_t small_a[] = {1, 2, 3, 4, 5, 6}, small_b[] = {0, 6, 3};

/* A folder with A = [[1, 2], [3, 4], [5, 6]], b = [0, 6, 3]. */
static void put_instance(files *f, const char *json) {
    put_array(f, "A.npy", "|i1", "False", "(3, 2)", small_a, sizeof small_a);
    put_array(f, "b.npy", "|u1", "False", "(3,)", small_b, sizeof small_b);
    put_text(f, "instance.json", json);
}

static void check_small(files *f) {
    gm_lwe *read = NULL;
    check_ok(f->context, gm_lwe_load(f->context, f->folder, &read));
    assert_int_equal(read->parameters.n, 2);
    assert_int_equal(read->parameters.samples, 3);
    assert_int_equal(read->parameters.q, 7);
    for (int i = 0; i < 6; i++)
        assert_int_equal(read->a[i], small_a[i]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(read->b[i], small_b[i]);
    assert_null(read->secret);
    gm_lwe_destroy(f->context, read);
}

static const char good_json[] = "{\"n\": 2, \"q\": 7, \"sigma\": 0.5, \"samples\": 3}";

static void what_is_saved_is_read(void **state) {
    files *f = *state;
    const gm_lwe_parameters p = {.n = 9,
                                 .q = INT64_C(1) << 31,
                                 .samples = 40,
                                 .sigma = 0.1 + 0.2,
                                 .secret = "gaussian",
                                 .hamming = 3,
                                 .secret_sigma = 1.25};
    gm_lwe *made = generate(f->context, p, 2), *read = NULL;
    gm_output *output = NULL;
    int64_t *secret = NULL;
    check_ok(f->context, gm_output_open(f->context, f->folder, NULL, &output));
    check_ok(f->context, gm_lwe_save(f->context, made, output));
    check_ok(f->context, gm_output_commit(output));
    gm_output_close(output);
    check_ok(f->context, gm_lwe_load_secret(f->context, in_folder(f, "secret.npy"), p.n, &secret));
    assert_memory_equal(secret, made->secret, 9 * sizeof *secret);
    gm_lwe_release_secret(f->context, secret);
    /* Never opened: anything may stand there. */
    put_text(f, "secret.npy", "no array");
    check_ok(f->context, gm_lwe_load(f->context, f->folder, &read));
    assert_null(read->secret);
    assert_memory_equal(read->a, made->a, 9 * 40 * sizeof *read->a);
    assert_memory_equal(read->b, made->b, 40 * sizeof *read->b);
    assert_string_equal(read->parameters.secret, "gaussian");
    assert_int_equal(read->parameters.q, p.q);
    assert_int_equal(read->parameters.hamming, 3);
    check_near(read->parameters.sigma, p.sigma, 0.0);
    check_near(read->parameters.secret_sigma, 1.25, 0.0);
    gm_lwe_destroy(f->context, made);
    gm_lwe_destroy(f->context, read);
}

static void any_number_type_is_read(void **state) {
    files *f = *state;
    const float narrow[] = {1, 2, 3, 4, 5, 6};
    const double b[] = {0, 6, 3};
    const unsigned char big[] = {0, 1, 0, 3, 0, 5, 0, 2, 0, 4, 0, 6};
    const int64_t wide_b[] = {0, 6, 3};
    put_instance(f, good_json);
    check_small(f);
    put_array(f, "A.npy", ">i2", "True", "(3, 2)", big, sizeof big);
    check_small(f);
    put_array(f, "A.npy", "<f4", "False", "(3, 2)", narrow, sizeof narrow);
    put_array(f, "b.npy", "<f8", "False", "(3,)", b, sizeof b);
    check_small(f);
    put_array(f, "b.npy", "<i8", "False", "(3,)", wide_b, sizeof wide_b);
    check_small(f);
    /* What a foreign description may leave out, or say beside. */
    put_text(f, "instance.json",
             "{\"q\": 7.0, \"sigma\": 1, \"secret\": null, \"by\": [1, {\"x\": true}]}");
    check_small(f);
}

static void load_refused(files *f, const char *text) {
    gm_lwe *read = NULL;
    check_fails(f->context, GM_INVALID_INPUT, text, gm_lwe_load(f->context, f->folder, &read));
    assert_null(read);
}

static void wrong_descriptions_are_refused(void **state) {
    files *f = *state;
    static const char *const cases[][2] = {
        {"{\"q\": 7}", "instance.json: has no \"sigma\""},
        {"{\"sigma\": 1}", "instance.json: has no \"q\""},
        {"{\"q\": 7, \"sigma\": null}", "has no \"sigma\""},
        {"{\"q\": 7, \"sigma\": \"3\"}", "\"sigma\" is not a number"},
        {"{\"q\": 7.5, \"sigma\": 1}", "\"q\" is not a whole number"},
        {"{\"q\": 1, \"sigma\": 1}", "instance.json: q is 1; accepted: 2 to"},
        {"{\"q\": 1e300, \"sigma\": 1}", "\"q\" is not a whole number"},
        {"{\"q\": 7, \"sigma\": -0.5}", "instance.json: sigma is -0.5; accepted: 0 to q = 7"},
        {"{\"q\": 7, \"sigma\": 1, \"n\": 3}",
         "instance.json: n is 3, but"}, /* … A.npy has 2 columns */
        {"{\"q\": 7, \"sigma\": 1, \"samples\": 4}", "instance.json: samples is 4, but"},
        {"{\"q\": 7, \"sigma\": 1, \"n\": \"2\"}", "\"n\" is not a whole number"},
        {"{\"q\": 7, \"sigma\": 1, \"secret\": \"binery\"}", "did you mean 'binary'"},
        {"{\"q\": 7, \"sigma\": 1, \"secret\": 3}", "secret is '?'; accepted: binary"},
        {"{\"q\": 7, \"sigma\": 1, \"hamming\": 9}", "hamming is 9; accepted: 0 to 2"},
        {"{\"q\": 7, \"sigma\": 1, \"secret_sigma\": -1}", "secret_sigma is -1"},
        {"[7]", "instance.json: a JSON object"},
        {"{\"q\": 7 \"sigma\": 1}", "instance.json:1:9: ',' or '}' is expected"},
        {"", "instance.json:1:1: a value is expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_instance(f, cases[i][0]);
        load_refused(f, cases[i][1]);
    }
}

static void wrong_arrays_are_refused(void **state) {
    files *f = *state;
    gm_lwe *read = NULL;
    const int8_t negative[] = {1, 2, 3, -1, 5, 6}, large[] = {1, 2, 3, 4, 5, 7};
    const float half[] = {0, 1.5F, 3}, nan[] = {0, NAN, 3};
    const uint64_t huge[] = {0, UINT64_C(1) << 63, 3};
    check_fails(f->context, GM_INVALID_INPUT, "absent/instance.json: cannot open: No such file",
                gm_lwe_load(f->context, in_folder(f, "absent"), &read));
    put_instance(f, good_json);
    put_array(f, "A.npy", "|i1", "False", "(3, 2)", negative, 6);
    load_refused(f, "A.npy: row 1, column 1 (both from 0) is -1; accepted: 0 to 6");
    put_array(f, "A.npy", "|i1", "True", "(3, 2)", negative, 6);
    load_refused(f, "A.npy: row 0, column 1 (both from 0) is -1; accepted: 0 to 6");
    put_array(f, "A.npy", "|i1", "False", "(3, 2)", large, 6);
    load_refused(f, "A.npy: row 2, column 1 (both from 0) is 7; accepted: 0 to 6");
    put_array(f, "A.npy", "|i1", "False", "(2, 3)", small_a, 6);
    load_refused(f, "A.npy has 2 rows and");
    put_array(f, "A.npy", "|i1", "False", "(6,)", small_a, 6);
    load_refused(f, "A.npy: an array of 1 dimensions; two");
    put_array(f, "A.npy", "|i1", "False", "(3, 2)", small_a, 5);
    load_refused(f, "A.npy: too short");
    put_array(f, "A.npy", "|i1", "False", "(3, 2)", small_a, 6);
    put_array(f, "b.npy", "<f4", "False", "(3,)", half, sizeof half);
    load_refused(f, "b.npy: entry 1 (from 0) is not a whole number");
    put_array(f, "b.npy", "<f4", "False", "(3,)", nan, sizeof nan);
    load_refused(f, "b.npy: entry 1 (from 0) is not a whole number");
    put_array(f, "b.npy", "<u8", "False", "(3,)", huge, sizeof huge);
    load_refused(f, "b.npy: entry 1 (from 0) is not a whole number");
    put_array(f, "b.npy", "|i1", "False", "(3, 1)", small_b, 3);
    load_refused(f, "b.npy: an array of 2 dimensions; one");
    put_array(f, "A.npy", "|i1", "False", "(0, 2)", small_a, 0);
    put_array(f, "b.npy", "|i1", "False", "(0,)", small_b, 0);
    put_text(f, "instance.json", "{\"q\": 7, \"sigma\": 1}");
    load_refused(f, "samples is 0; accepted: 1 to");
    assert_int_equal(remove(in_folder(f, "b.npy")), 0);
    load_refused(f, "b.npy");
    check_fails(f->context, GM_INVALID_ARGUMENT, "the folder has no name",
                gm_lwe_load(f->context, "", &read));
    assert_null(read);
}

static void secrets_are_read_whole(void **state) {
    files *f = *state;
    const float half[] = {0, 1.5F};
    const int64_t s[] = {INT64_MIN, INT64_MAX};
    int64_t *secret = NULL;
    put_array(f, "s.npy", "<i8", "False", "(2,)", s, sizeof s);
    const char *path = in_folder(f, "s.npy");
    check_ok(f->context, gm_lwe_load_secret(f->context, path, 2, &secret));
    assert_memory_equal(secret, s, sizeof s);
    gm_lwe_release_secret(f->context, secret);
    secret = NULL;
    check_fails(f->context, GM_INVALID_INPUT, "2 entries; a secret of n = 3 is accepted",
                gm_lwe_load_secret(f->context, path, 3, &secret));
    put_array(f, "s.npy", "<f4", "False", "(2,)", half, sizeof half);
    check_fails(f->context, GM_INVALID_INPUT, "entry 1 (from 0) is not a whole number",
                gm_lwe_load_secret(f->context, path, 2, &secret));
    put_array(f, "s.npy", "<f4", "False", "(1, 2)", half, sizeof half);
    check_fails(f->context, GM_INVALID_INPUT, "row 0, column 1 (both from 0) is not a whole",
                gm_lwe_load_secret(f->context, path, 2, &secret));
    put_array(f, "s.npy", "<i8", "False", "(2, 1)", s, sizeof s);
    check_fails(f->context, GM_INVALID_INPUT, "an array of 2 dimensions; one, [n = 2]",
                gm_lwe_load_secret(f->context, path, 2, &secret));
    assert_null(secret);
    gm_lwe_release_secret(f->context, NULL);
}

static void arrays_of_others_may_be_centred(void **state) {
    files *f = *state;
    const int8_t a[] = {1, -3, 3, -3, 6, 0}, b[] = {0, -1, 3};
    const gm_lwe_parameters p = {.q = 7, .sigma = 1.0, .secret = "binary"};
    gm_lwe_parameters wrong = p;
    char a_path[128], b_path[128];
    int64_t centred = -1;
    gm_lwe *made = NULL;
    put_array(f, "other.npy", "|i1", "False", "(3, 2)", a, sizeof a);
    put_array(f, "vector.npy", "|i1", "False", "(3,)", b, sizeof b);
    snprintf(a_path, sizeof a_path, "%s/other.npy", f->folder);
    snprintf(b_path, sizeof b_path, "%s/vector.npy", f->folder);
    check_ok(f->context, gm_lwe_import_arrays(f->context, &p, a_path, b_path, &centred, &made));
    assert_int_equal(centred, 3);
    assert_int_equal(made->a[1], 4);
    assert_int_equal(made->a[3], 4);
    assert_int_equal(made->b[1], 6);
    assert_int_equal(made->parameters.n, 2);
    gm_lwe_destroy(f->context, made);
    made = NULL;
    wrong.q = 5;
    check_fails(f->context, GM_INVALID_INPUT,
                "other.npy: row 0, column 1 (both from 0) is -3; accepted: -2 to 4",
                gm_lwe_import_arrays(f->context, &wrong, a_path, b_path, &centred, &made));
    wrong.q = 7;
    wrong.n = 3;
    check_fails(f->context, GM_INVALID_ARGUMENT, "n is 3, but",
                gm_lwe_import_arrays(f->context, &wrong, a_path, b_path, &centred, &made));
    assert_null(made);
    assert_int_equal(centred, 3);
}

/* --- challenges --- */

static const char challenge[] = "2\n3\n7\n0.25\n[0 6 3]\n[[1 2]\n[3 4]\n[5 6]]\n";

static void a_challenge_is_read(void **state) {
    files *f = *state;
    static const char *const forms[] = {
        challenge, "2 3 7 2.5e-1 [0,6,3] [[1,2],[3,4],[5,6]]",
        "2\r\n3\r\n7\r\n.25\r\n[ 0  6 3 ]\r\n[\r\n[1 2]\r\n[3 4]\r\n[ 5 6 ]\r\n]\r\n\r\n"};
    for (int k = 0; k < 3; k++) {
        gm_lwe *made = NULL;
        const char *path = put_text(f, "c.txt", forms[k]);
        check_ok(f->context, gm_lwe_import_challenge(f->context, path, &made));
        assert_int_equal(made->parameters.n, 2);
        assert_int_equal(made->parameters.samples, 3);
        assert_int_equal(made->parameters.q, 7);
        check_near(made->parameters.sigma, 1.75, 0.0);
        assert_null(made->parameters.secret);
        assert_null(made->secret);
        for (int i = 0; i < 6; i++)
            assert_int_equal(made->a[i], small_a[i]);
        for (int i = 0; i < 3; i++)
            assert_int_equal(made->b[i], small_b[i]);
        gm_lwe_destroy(f->context, made);
    }
}

static void broken_challenges_are_refused(void **state) {
    files *f = *state;
    static const char *const cases[][2] = {
        {"", ":1:1: n, the length of the secret, a whole number from 1 to 4096, is expected, not "
             "the end"},
        {"x\n", ":1:1: n, the length of the secret, a whole number from 1 to 4096, is expected, "
                "not 'x'"},
        {"2.5 3 7 .25 [", ":1:1: n, the length"},
        {"5000 3 7", ":1:1: n, the length"},
        {"2\n0\n7\n", ":2:1: m, the number of samples"},
        {"2\n1000000000000\n7\n0.1\n[", ":2:14: the text is too short for m rows"},
        {"2\n3\n1\n0.25\n[0 6 3]\n[[1 2]", ":3:1: q, the modulus, a whole number from 2"},
        {"2\n3\n7\n[0 6 3]\n[[1 2]\n[3 4]\n[5 6]]", ":4:1: alpha, the width"},
        {"2\n3\n7\n1.5\n[0 6 3]\n[[1 2]\n[3 4]", ":4:1: alpha, the width"},
        {"2\n3\n7\nnan\n[0 6 3]\n[[1 2]\n[3 4]", ":4:1: alpha, the width"},
        {"2\n3\n7\n.25\n0 6 3\n[[1 2]\n[3 4]\n", ":5:1: '[' before b is expected, not '0'"},
        {"2\n3\n7\n.25\n[0 7 3]\n[[1 2]\n[3 4]", ":5:4: an entry of b, of 3 from 0 to 6, is "
                                                 "expected, not '7'"},
        {"2\n3\n7\n.25\n[0 -1 3]\n[[1 2]\n[3 4]", ":5:4: an entry of b"},
        {"2\n3\n7\n.25\n[0 1.5 3]\n[[1 2]\n[3 4]", ":5:4: an entry of b"},
        {"2\n3\n7\n.25\n[0 6]\n[[1 2]\n[3 4]\n[5 6]]", ":5:5: an entry of b"},
        {"2\n3\n7\n.25\n[0 6 3 1]\n[[1 2]\n[3 4]\n", ":5:8: ']' after the 3 entries of b"},
        {"2\n3\n7\n.25\n[0 6 3]\n[[1 2]\n[3 4 5]\n", ":7:6: ']' after the 2 entries of a row of A"},
        {"2\n3\n7\n.25\n[0 6 3]\n[[1 2]\n[3 4]]", ":7:6: '[' before a row of A is expected, not"},
        {"2\n3\n7\n.25\n[0 6 3]\n[[1 2]\n[3 4]\n[5 6]", ":8:6: ']' after the rows of A is "
                                                        "expected, not the end"},
        {"2\n3\n7\n.25\n[0 6 3]\n[[1 2]\n[3 4]\n[5 6]] 1", ":8:8: the end is expected, not '1'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_lwe *made = NULL;
        const char *path = put_text(f, "c.txt", cases[i][0]);
        check_fails(f->context, GM_INVALID_INPUT, cases[i][1],
                    gm_lwe_import_challenge(f->context, path, &made));
        assert_null(made);
    }
    gm_lwe *made = NULL;
    check_fails(f->context, GM_INVALID_INPUT, "absent.txt: cannot open",
                gm_lwe_import_challenge(f->context, in_folder(f, "absent.txt"), &made));
    assert_null(made);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, files_set_up, files_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(entries_of_a_are_uniform),
        TEST(the_largest_modulus_is_filled),
        TEST(errors_are_discrete_gaussians),
        TEST(no_error_where_sigma_is_0),
        TEST(secrets_have_their_law),
        TEST(places_are_a_uniform_set),
        TEST(a_seed_is_an_instance),
        TEST(residuals_are_known),
        TEST(right_secrets_pass_and_wrong_ones_do_not),
        TEST(the_bound_holds_and_is_near),
        TEST(the_closed_moment_is_the_sum),
        TEST(instances_that_say_nothing_are_known),
        TEST(wrong_parameters_are_refused),
        TEST(sizes_beyond_memory_are_an_error),
        TEST(wrong_entries_are_refused),
        TEST(what_is_saved_is_read),
        TEST(any_number_type_is_read),
        TEST(wrong_descriptions_are_refused),
        TEST(wrong_arrays_are_refused),
        TEST(secrets_are_read_whole),
        TEST(arrays_of_others_may_be_centred),
        TEST(a_challenge_is_read),
        TEST(broken_challenges_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
