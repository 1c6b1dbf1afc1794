#include "check.h"

#include <Random123/threefry.h>

#include "random/discrete.h"

/* The generator against Random123 itself, at counters and keys that use every bit. */
static void blocks_are_threefry(void **state) {
    (void)state;
    for (gm_isa isa = GM_ISA_BASELINE; have_isa(isa) && isa <= GM_ISA_AVX512; isa++) {
        gm_context *context = make_context(1, isa);
        const gm_stream streams[] = {
            {0, 0}, {1, 2}, {UINT64_MAX, UINT64_MAX}, {0x243F6A8885A308D3u, 0x13198A2E03707344u}};
        for (size_t s = 0; s < sizeof streams / sizeof *streams; s++) {
            uint64_t bits[66];
            const int64_t first = s == 3 ? INT64_MAX / 2 - 1 : 0; /* even: whole blocks */
            gm_random_bits(context, streams[s], first, 66, bits);
            for (int b = 0; b < 33; b++) {
                threefry2x64_ctr_t counter = {{(uint64_t)first / 2 + (uint64_t)b, 0}};
                threefry2x64_key_t key = {{streams[s].seed, streams[s].stream}};
                threefry2x64_ctr_t expected = threefry2x64(counter, key);
                assert_true(bits[2 * b] == expected.v[0]);
                assert_true(bits[2 * b + 1] == expected.v[1]);
            }
        }
        gm_context_destroy(context);
    }
}

/* Any cut of the sequence gives the same draws. */
static void draws_are_addressed(void **state) {
    (void)state;
    enum { N = 700 };
    static double whole[N], cut[N];
    static int64_t index_whole[N], index_cut[N];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    const gm_stream stream = {7, 9};
    gm_random_gaussian(context, stream, 0, N, whole);
    gm_random_index(context, stream, 0, N, 1000003, index_whole);
    for (int64_t start = 0, size = 0; start < N; start += size) {
        size = 1 + (start * 7 + 3) % 130;
        size = size < N - start ? size : N - start;
        gm_random_gaussian(context, stream, start, size, cut + start);
        gm_random_index(context, stream, start, size, 1000003, index_cut + start);
    }
    assert_memory_equal(whole, cut, sizeof whole);
    assert_memory_equal(index_whole, index_cut, sizeof index_whole);
    gm_context_destroy(context);
}

static void instruction_sets_agree(void **state) {
    (void)state;
    enum { N = 20001 };
    static double a[N], b[N];
    if (!have_isa(GM_ISA_AVX512)) {
        print_message("skipped: this processor has no AVX-512\n");
        skip();
    }
    gm_context *avx2 = make_context(1, GM_ISA_AVX2), *avx512 = make_context(1, GM_ISA_AVX512);
    gm_random_gaussian(avx2, (gm_stream){3, 4}, 1, N, a);
    gm_random_gaussian(avx512, (gm_stream){3, 4}, 1, N, b);
    assert_memory_equal(a, b, sizeof a);
    gm_context_destroy(avx512);
    gm_context_destroy(avx2);
}

/* The same Box–Muller by libm in extended precision: all but a few last bits agree. */
static void gaussian_matches_libm(void **state) {
    (void)state;
    enum { N = 100000 };
    static double draws[N];
    static uint64_t bits[N];
    const long double pi = 3.14159265358979323846264338327950288L;
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_random_gaussian(context, (gm_stream){11, 0}, 0, N, draws);
    gm_random_bits(context, (gm_stream){11, 0}, 0, N, bits);
    for (int i = 0; i < N; i += 2) {
        long double u = ((long double)(bits[i] >> 12) + 0.5L) * 0x1p-52L;
        long double t = ((long double)((bits[i + 1] << 2) >> 12) + 0.5L) * 0x1p-52L - 0.5L;
        long double angle = (t + (long double)(bits[i + 1] >> 62)) * (pi / 2);
        long double radius = sqrtl(-2 * logl(u));
        check_near(draws[i], (double)(radius * cosl(angle)), 4e-15);
        check_near(draws[i + 1], (double)(radius * sinl(angle)), 4e-15);
    }
    gm_context_destroy(context);
}

/* Moments and tails within five standard errors, which are small against what they measure. */
static void gaussian_is_standard_normal(void **state) {
    (void)state;
    enum { N = 1 << 20 };
    static double x[N];
    double sum[5] = {0}, lagged = 0.0, tail = 0.0;
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_random_gaussian(context, (gm_stream){5, 6}, 0, N, x);
    for (int i = 0; i < N; i++) {
        for (int p = 1; p <= 4; p++)
            sum[p] += pow(x[i], p);
        lagged += i > 0 ? x[i] * x[i - 1] : 0.0;
        tail += fabs(x[i]) > 3.0;
    }
    const double root = sqrt(N), far = 0.0026997960632601866;
    check_near(sum[1] / N, 0.0, 5.0 / root);
    check_near(sum[2] / N, 1.0, 5.0 * sqrt(2.0) / root);
    check_near(sum[3] / N, 0.0, 5.0 * sqrt(15.0) / root);
    check_near(sum[4] / N, 3.0, 5.0 * sqrt(96.0) / root);
    check_near(lagged / N, 0.0, 5.0 / root);
    check_near(tail / N, far, 5.0 * sqrt(far / N));
    assert_true(5.0 * sqrt(far / N) < 0.1 * far);
    gm_context_destroy(context);
}

static void uniform_and_index_cover_their_range(void **state) {
    (void)state;
    enum { N = 1 << 18, CELLS = 7 };
    static double u[N];
    static int64_t index[N];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    double mean = 0.0, chi2 = 0.0, counts[CELLS] = {0};
    gm_random_uniform(context, (gm_stream){8, 1}, 0, N, u);
    gm_random_index(context, (gm_stream){8, 2}, 0, N, CELLS, index);
    for (int i = 0; i < N; i++) {
        assert_true(u[i] > 0.0 && u[i] < 1.0);
        assert_true(index[i] >= 0 && index[i] < CELLS);
        mean += u[i] / N;
        counts[index[i]]++;
    }
    check_near(mean, 0.5, 5.0 * sqrt(1.0 / 12 / N));
    for (int c = 0; c < CELLS; c++)
        chi2 += pow(counts[c] - (double)N / CELLS, 2) / ((double)N / CELLS);
    check_between(chi2, 0.2, 27.9); /* six degrees of freedom: 1e-4 on either side */
    gm_random_index(context, (gm_stream){8, 3}, 0, 100, 1, index);
    for (int i = 0; i < 100; i++)
        assert_int_equal(index[i], 0);
    gm_context_destroy(context);
}

/* Against a plain sum over a range of its own; sums, symmetry, second moments. */
static void discrete_gaussian_is_its_formula(void **state) {
    (void)state;
    static const double sigmas[] = {0.01, 0.1, 0.5, 1, 3.2, 50};
    for (size_t k = 0; k < sizeof sigmas / sizeof *sigmas; k++) {
        const double sigma = sigmas[k];
        const int64_t reach = gm_discrete_gaussian_reach(sigma);
        double p[2 * 450 + 1], total = 0, sum = 0, square = 0, beyond = 0;
        assert_in_range(reach, (int64_t)(9 * sigma), 450);
        gm_discrete_gaussian(sigma, -reach, reach, p);
        for (int x = -1000; x <= 1000; x++) {
            const double weight = exp(-0.5 * x * x / (sigma * sigma));
            total += weight;
            beyond += x < -reach || x > reach ? weight : 0;
        }
        assert_true(beyond / total < 0x1p-53);
        for (int64_t x = -reach; x <= reach; x++) {
            sum += p[x + reach];
            square += (double)(x * x) * p[x + reach];
            check_near(p[x + reach], exp(-0.5 * (double)(x * x) / (sigma * sigma)) / total, 1e-15);
            assert_true(p[x + reach] == p[reach - x]);
        }
        check_near(sum, 1, 1e-14);
        if (sigma >= 3) /* variance σ² but for 4π²σ⁴ exp(−2π²σ²) */
            check_near(square, sigma * sigma, 1e-12 * sigma * sigma);
        gm_discrete_gaussian(sigma, 2, 5, p); /* of sum 1 over whatever range */
        assert_true(sigma < 0.05 || fabs(p[0] + p[1] + p[2] + p[3] - 1) < 1e-15);
        assert_true(sigma < 0.05 || fabs(p[1] / p[0] - exp(-2.5 / (sigma * sigma))) < 1e-15);
    }
}

static void discrete_gaussian_wraps_around(void **state) {
    (void)state;
    static const double sigmas[] = {0.3, 1, 2.5, 40};
    for (int64_t q = 1; q <= 9; q++)
        for (size_t k = 0; k < sizeof sigmas / sizeof *sigmas; k++) {
            const double sigma = sigmas[k];
            double p[9], expected[9] = {0}, total = 0, sum = 0;
            gm_discrete_gaussian_residues(sigma, q, p);
            for (int64_t x = -9 * 100; x <= 9 * 100; x++) {
                const double weight = exp(-0.5 * (double)(x * x) / (sigma * sigma));
                expected[((x + q / 2) % q + q) % q] += weight;
                total += weight;
            }
            for (int64_t i = 0; i < q; i++) {
                check_near(p[i], expected[i] / total, 1e-14);
                sum += p[i];
            }
            check_near(sum, 1, 1e-15);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_threefry),
        cmocka_unit_test(draws_are_addressed),
        cmocka_unit_test(instruction_sets_agree),
        cmocka_unit_test(gaussian_matches_libm),
        cmocka_unit_test(gaussian_is_standard_normal),
        cmocka_unit_test(uniform_and_index_cover_their_range),
        cmocka_unit_test(discrete_gaussian_is_its_formula),
        cmocka_unit_test(discrete_gaussian_wraps_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
