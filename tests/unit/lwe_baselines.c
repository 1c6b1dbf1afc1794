/* What other attacks on LWE would take: counts against enumeration, and the unique shortest vector
   found by reduction. */
#include "context.h"

#include "base/base.h"
#include "lattice/pool.h"
#include "lwe/baselines.h"
#include "lwe/usvp.h"

/* --- counts --- */

static int64_t power(int64_t base, int64_t exponent) {
    int64_t value = 1;
    for (int64_t i = 0; i < exponent; i++)
        value *= base;
    return value;
}

/* Of the secrets of n entries with `values` values, 0 among them: those that fit the weight (0:
   any) within places [from, to). */
static int64_t count(int64_t from, int64_t to, int64_t values, int64_t weight, bool any) {
    int64_t found = 0;
    for (int64_t number = 0; number < power(values, to - from); number++) {
        int64_t nonzero = 0;
        for (int64_t rest = number, j = from; j < to; j++, rest /= values)
            nonzero += rest % values != 0;
        found += any || nonzero == weight;
    }
    return found;
}

static void counts_are_those_of_enumeration(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t values;
    } laws[] = {{"binary", 2}, {"ternary", 3}, {"uniform", 5}};
    for (size_t k = 0; k < 3; k++)
        for (int64_t n = 1; n <= 7; n++)
            for (int64_t h = 0; h <= n; h++) {
                const gm_lwe_parameters p = {
                    .n = n, .q = 5, .samples = 1, .secret = laws[k].name, .hamming = h};
                const int64_t values = laws[k].values, middle = (n + 1) / 2;
                const double all = (double)count(0, n, values, h, h == 0);
                const double first = (double)count(0, middle, values, (h + 1) / 2, h == 0);
                const double second = (double)count(middle, n, values, h / 2, h == 0);
                check_near(gm_lwe_log2_exhaustive(&p), log2(all), 1e-12);
                /* Secrets that fall into the halves as presumed are first × second of them. */
                check_near(gm_lwe_log2_meet_in_the_middle(&p),
                           log2((first + second) * all / (first * second)), 1e-12);
            }
}

static void known_counts(void **state) {
    (void)state;
    gm_lwe_parameters p = {
        .n = 128, .q = 3329, .samples = 1, .sigma = 3.0, .secret = "binary", .hamming = 8};
    check_near(gm_lwe_log2_exhaustive(&p), log2(1429702652400.0), 1e-9); /* C(128, 8) */
    p.secret = NULL;
    assert_true(isnan(gm_lwe_log2_exhaustive(&p)) && isnan(gm_lwe_log2_meet_in_the_middle(&p)));
    /* ½ log2(2πeσ²) an entry, and a bit less where 0 is left out. */
    p = (gm_lwe_parameters){.n = 10, .q = 3329, .samples = 1, .sigma = 4.0, .secret = "gaussian"};
    const double entry = 0.5 * log2(17.079468445347132 * 16.0);
    check_near(gm_lwe_log2_exhaustive(&p), 10.0 * entry, 1e-9);
    check_near(gm_lwe_log2_meet_in_the_middle(&p), 5.0 * entry + 1.0, 1e-9);
    p.secret_sigma = 1.0;
    p.hamming = 10;
    double bits = 0.0, mass = 0.0;
    for (int x = 1; x < 12; x++)
        mass += 2.0 * exp(-0.5 * x * x);
    for (int x = 1; x < 12; x++) {
        const double share = exp(-0.5 * x * x) / mass;
        bits -= share > 0.0 ? 2.0 * share * log2(share) : 0.0;
    }
    check_near(gm_lwe_log2_exhaustive(&p), 10.0 * bits, 1e-9);
}

/* --- the embedding --- */

static gm_lwe *make_instance(const gm_lwe_parameters *parameters, uint64_t seed) {
    gm_lwe *instance = NULL;
    check_ok(context, gm_lwe_generate(context, parameters, seed, &instance));
    assert_non_null(instance->secret);
    return instance;
}

static int64_t rounded(int64_t a, int64_t q) {
    return (int64_t)floor((double)a / (double)q + 0.5);
}

/* The last row less s times those of A, less what the modulus takes off. */
static void embedding_holds_the_secret(void **state) {
    (void)state;
    const gm_lwe_parameters p = {
        .n = 12, .q = 521, .samples = 40, .sigma = 2.0, .secret = "ternary", .hamming = 5};
    gm_lwe *instance = make_instance(&p, 4);
    const gm_lwe_embedding plan = gm_lwe_plan_embedding(&p);
    const int64_t m = plan.samples, d = m + 13;
    int64_t *basis = NULL;
    double square = 0.0;
    check_ok(context, gm_lwe_embed(context, instance, &plan, &basis));
    for (int64_t c = 0; c < d; c++) {
        int64_t sum = basis[(d - 1) * d + c];
        for (int64_t j = 0; j < 12; j++)
            sum -= instance->secret[j] * basis[(m + j) * d + c];
        if (c < m)
            sum -= rounded(sum, basis[c * d + c]) * basis[c * d + c];
        if (c >= m && c < d - 1)
            assert_int_equal(sum, -plan.secret_scale * instance->secret[c - m]);
        square += (double)(sum * sum);
    }
    assert_int_equal(basis[d * d - 1], plan.last);
    check_between(sqrt(square), 0.5 * plan.norm, 1.2 * plan.norm);
    gm_release(context, basis);
    gm_lwe_destroy(context, instance);
}

/* As few as suffice: one less does not. */
static void samples_are_the_fewest(void **state) {
    (void)state;
    static const struct {
        int64_t n, q;
        double root, power;
    } cases[] = {{30, 3329, 1.0219, 2.0 / 3.0},
                 {80, 842779, 1.0219, 2.0 / 3.0},
                 {60, 3329, 1.0128, 2.0 / 3.0},
                 {90, 3329, 1.0128, 1.0 / 6.0}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        gm_lwe_parameters p = {
            .n = cases[k].n, .q = cases[k].q, .samples = 2000, .sigma = 3.0, .secret = "ternary"};
        const gm_lwe_embedding best = gm_lwe_plan_embedding(&p);
        assert_true(best.root == cases[k].root && best.excess <= 0.0);
        p.samples = best.samples - 1;
        const gm_lwe_embedding fewer = gm_lwe_plan_embedding(&p);
        assert_true(fewer.root < best.root || fewer.norm < 0.8 * best.norm || fewer.excess > 0.0);
        /* The definition, by hand. */
        const double d = (double)(best.samples + p.n + 1), m = (double)best.samples;
        const double e = (double)best.error_scale, s = (double)best.secret_scale;
        const double last = (double)best.last, n = (double)p.n;
        const double norm = sqrt(m * e * e * 9.0 + n * s * s * cases[k].power + last * last);
        const double volume = pow(e * (double)p.q, m / d) * pow(s, n / d) * pow(last, 1.0 / d);
        const double shortest = sqrt(d / 17.079468445347132) * volume;
        check_near(best.norm, norm, 1e-9 * norm);
        check_near(best.excess, log(norm * pow(best.root, d) / shortest), 1e-9);
    }
}

/* Where none suffices: d² ln δ = (n + 1) ln(c_e q) − n ln c_s − ln κ, but for terms of order d. */
static void samples_are_the_best(void **state) {
    (void)state;
    gm_lwe_parameters p = {
        .n = 256, .q = 3329, .samples = 9000, .sigma = 3.0, .secret = "binary", .hamming = 8};
    const gm_lwe_embedding best = gm_lwe_plan_embedding(&p);
    check_near((double)best.secret_scale / (double)best.error_scale, 3.0 / sqrt(42.0 / 256.0), 0.8);
    const double q = 3329.0 * (double)best.error_scale;
    const double d =
        sqrt((257.0 * log(q) - 256.0 * log((double)best.secret_scale) - log((double)best.last)) /
             log(1.0128));
    assert_true(best.excess > 0.0);
    check_near((double)best.samples, d - 257.0, 0.05 * d);
    for (int step = -1; step <= 1; step += 2) {
        p.samples = best.samples + step; /* too few: all are taken; more than needed: the same */
        const gm_lwe_embedding other = gm_lwe_plan_embedding(&p);
        assert_int_equal(other.samples, step < 0 ? best.samples - 1 : best.samples);
        assert_true(step > 0 || other.excess > best.excess);
    }
    p.hamming = 3; /* an attack does not know it */
    p.samples = 9000;
    assert_int_equal(gm_lwe_plan_embedding(&p).samples, best.samples);
}

static void scales_balance_error_and_secret(void **state) {
    (void)state;
    gm_lwe_parameters p = {.n = 30, .q = 3329, .samples = 99, .sigma = 0.0, .secret = "binary"};
    assert_true(gm_lwe_plan_embedding(&p).secret_scale == 1 && gm_lwe_plan_embedding(&p).last == 1);
    p = (gm_lwe_parameters){
        .n = 30, .q = 3329, .samples = 99, .sigma = 1.0, .secret = "gaussian", .secret_sigma = 4.0};
    const gm_lwe_embedding small = gm_lwe_plan_embedding(&p);
    assert_int_equal(small.error_scale, 4);
    assert_int_equal(small.secret_scale, 1);
    assert_int_equal(small.last, 4);
}

static bool have_helper(void) {
    gm_lattice_pool *pool = NULL;
    const gm_status status = gm_lattice_pool_create(context, NULL, 1, &pool);
    gm_lattice_pool_destroy(pool);
    return status == GM_OK;
}

static void reduction_finds_the_secret(void **state) {
    (void)state;
    static const gm_lwe_parameters all[] = {
        {.n = 30, .q = 521, .samples = 60, .sigma = 2.0, .secret = "ternary", .hamming = 8},
        {.n = 20,
         .q = 3329,
         .samples = 60,
         .sigma = 3.0,
         .secret = "gaussian",
         .secret_sigma = 2.0},
        {.n = 16, .q = 12289, .samples = 60, .sigma = 2.0, .secret = "uniform"},
        {.n = 12, .q = 97, .samples = 60, .sigma = 0.0, .secret = "binary"}};
    if (!have_helper()) {
        print_message("skipped: %s\n", gm_context_message(context));
        skip();
    }
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        gm_lwe *instance = make_instance(&all[k], 10 + k);
        int64_t secret[32];
        gm_lwe_usvp found;
        check_ok(context, gm_lwe_run_usvp(context, instance, NULL, 30, 60.0, secret, &found));
        if (!found.found)
            fail_msg("instance %zu: %s", k, found.reason);
        assert_memory_equal(secret, instance->secret, (size_t)all[k].n * sizeof *secret);
        assert_true(found.block_size >= 2 && found.block_size <= 30 && found.seconds > 0.0);
        gm_lwe_destroy(context, instance);
    }
}

/* Uniform b has no secret, and a limit of no time is kept. */
static void nothing_is_an_answer(void **state) {
    (void)state;
    const gm_lwe_parameters p = {
        .n = 20, .q = 521, .samples = 60, .sigma = 2.0, .secret = "ternary"};
    gm_lwe *instance = make_instance(&p, 3);
    gm_lwe_usvp found = {.found = true};
    int64_t secret[20] = {7};
    check_fails(context, GM_INVALID_ARGUMENT, "blocks of 61",
                gm_lwe_run_usvp(context, instance, NULL, 61, 60.0, secret, &found));
    if (!have_helper()) {
        print_message("skipped: %s\n", gm_context_message(context));
        gm_lwe_destroy(context, instance);
        skip();
    }
    gm_random_index(context, (gm_stream){5, 5}, 0, p.samples, p.q, instance->b);
    check_ok(context, gm_lwe_run_usvp(context, instance, NULL, 10, 60.0, secret, &found));
    assert_true(!found.found && found.block_size == 10);
    assert_string_equal(found.reason, "no secret in the basis after blocks of 10");
    check_ok(context, gm_lwe_run_usvp(context, instance, NULL, 10, 1e-9, secret, &found));
    assert_true(!found.found && found.reason[0] != 0 && secret[0] == 7);
    gm_lwe_destroy(context, instance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_enumeration),
        cmocka_unit_test(known_counts),
        cmocka_unit_test(embedding_holds_the_secret),
        cmocka_unit_test(samples_are_the_fewest),
        cmocka_unit_test(samples_are_the_best),
        cmocka_unit_test(scales_balance_error_and_secret),
        cmocka_unit_test(reduction_finds_the_secret),
        cmocka_unit_test(nothing_is_an_answer),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
