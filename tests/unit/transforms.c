/* Fourier over Z_q^n and Walsh–Hadamard: against the definition summed in long double, on functions
   whose transform is known, and whatever must not depend on threads. */
#include "check.h"

#include "base/base.h"
#include "transforms/chirp.h"
#include "transforms/folded.h"
#include "transforms/fourier.h"
#include "transforms/roots.h"
#include "transforms/walsh.h"

/* Transforms of up to MOST points; of more than FEW, the definition is summed at FEW places. */
enum { MOST = 20000, FEW = 12 };

static const int64_t orders[] = {2,  3,  4,  5,   6,   7,   8,   9,    12,  16,
                                 17, 31, 64, 101, 128, 257, 300, 1000, 3329};
static const int64_t batches[] = {1, 2, 5, 16};
enum { ORDERS = sizeof orders / sizeof *orders, BATCHES = sizeof batches / sizeof *batches };

/* A batch of functions and what the definition gives at some places. */
typedef struct sample {
    int64_t q, r, size; /* size = q^n */
    int n;
    double *re, *im;                /* [size][r] */
    double *out_re, *out_im;        /* the same, to be transformed in place */
    double norm;                    /* largest l2 norm of the functions */
    long double *root_re, *root_im; /* [q], e^{2πi j/q} */
} sample;

static double *numbers(int64_t count) {
    double *x = calloc((size_t)count, sizeof *x);
    assert_non_null(x);
    return x;
}

static void restore(sample *s) {
    memcpy(s->out_re, s->re, (size_t)(s->size * s->r) * sizeof *s->re);
    memcpy(s->out_im, s->im, (size_t)(s->size * s->r) * sizeof *s->im);
}

static sample *make_sample(gm_context *context, int64_t q, int n, int64_t r) {
    const long double two_pi = 6.283185307179586476925286766559005768L;
    sample *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->q = q, s->n = n, s->r = r, s->size = 1;
    for (int i = 0; i < n; i++)
        s->size *= q;
    s->re = numbers(s->size * r), s->im = numbers(s->size * r);
    s->out_re = numbers(s->size * r), s->out_im = numbers(s->size * r);
    const gm_stream stream = {(uint64_t)q, (uint64_t)n};
    gm_random_gaussian(context, stream, 0, s->size * r, s->re);
    gm_random_gaussian(context, stream, s->size * r, s->size * r, s->im);
    for (int64_t b = 0; b < r; b++) {
        double sum = 0.0;
        for (int64_t x = 0; x < s->size; x++)
            sum += s->re[x * r + b] * s->re[x * r + b] + s->im[x * r + b] * s->im[x * r + b];
        s->norm = fmax(s->norm, sqrt(sum));
    }
    s->root_re = calloc((size_t)q, sizeof *s->root_re);
    s->root_im = calloc((size_t)q, sizeof *s->root_im);
    assert_non_null(s->root_re);
    assert_non_null(s->root_im);
    for (int64_t j = 0; j < q; j++) { /* by symmetry from the half circle nearest to 1 */
        const long double angle = two_pi * (long double)(2 * j > q ? j - q : j) / (long double)q;
        s->root_re[j] = cosl(angle), s->root_im[j] = sinl(angle);
    }
    restore(s);
    return s;
}

static void release_sample(sample *s) {
    free(s->re);
    free(s->im);
    free(s->out_re);
    free(s->out_im);
    free(s->root_re);
    free(s->root_im);
    free(s);
}

/* ⟨k, x⟩ mod q from the indices. */
static int64_t inner_product(const sample *s, int64_t k, int64_t x) {
    int64_t sum = 0;
    for (int i = 0; i < s->n; i++, k /= s->q, x /= s->q)
        sum += k % s->q * (x % s->q);
    return sum % s->q;
}

/* F(k) of function b, by the definition. */
static void define(const sample *s, int64_t k, int64_t b, long double *re, long double *im) {
    *re = *im = 0.0L;
    for (int64_t x = 0; x < s->size; x++) {
        const int64_t m = inner_product(s, k, x);
        const long double fr = s->re[x * s->r + b], fi = s->im[x * s->r + b];
        *re += fr * s->root_re[m] - fi * s->root_im[m];
        *im += fr * s->root_im[m] + fi * s->root_re[m];
    }
}

/* Largest error of the output over what is allowed; NaN where one is NaN, so that it fails. */
static double worst_error(const sample *s) {
    const double allowed = 1e-15 * (1.0 + log2((double)s->size)) * s->norm;
    const int64_t places = s->size < FEW ? s->size : FEW;
    double worst = 0.0;
    for (int64_t i = 0; i < places; i++) {
        const int64_t k = s->size < FEW ? i : (i * s->size / FEW + i * i) % s->size;
        const int64_t b = i % s->r;
        long double re = 0.0L, im = 0.0L;
        define(s, k, b, &re, &im);
        const double error =
            (double)hypotl(s->out_re[k * s->r + b] - re, s->out_im[k * s->r + b] - im);
        if (!(error <= worst * allowed))
            worst = error / allowed;
        if (isnan(worst))
            break;
    }
    return worst;
}

/* Σ|F|² = q^n Σ|f|², over the batch: every place counts here. */
static void check_parseval(const sample *s) {
    double before = 0.0, after = 0.0;
    for (int64_t i = 0; i < s->size * s->r; i++) {
        before += s->re[i] * s->re[i] + s->im[i] * s->im[i];
        after += s->out_re[i] * s->out_re[i] + s->out_im[i] * s->out_im[i];
    }
    check_near(after / (before * (double)s->size), 1.0, 1e-13);
}

typedef enum method { CHOSEN, FOLDED, CHIRP } method;

static gm_status transform(gm_context *context, method how, sample *s) {
    gm_fourier *fourier = NULL;
    gm_folded *folded = NULL;
    gm_chirp *chirp = NULL;
    gm_status status = how == CHOSEN   ? gm_fourier_create(context, s->q, &fourier)
                       : how == FOLDED ? gm_folded_create(context, s->q, &folded)
                                       : gm_chirp_create(context, s->q, &chirp);
    if (fourier)
        status = gm_fourier_run(context, fourier, s->n, s->r, s->out_re, s->out_im);
    if (folded)
        status = gm_folded_run(context, folded, s->n, s->r, s->out_re, s->out_im);
    if (chirp)
        status = gm_chirp_run(context, chirp, s->n, s->r, s->out_re, s->out_im);
    gm_fourier_destroy(context, fourier);
    gm_folded_destroy(context, folded);
    gm_chirp_destroy(context, chirp);
    return status;
}

static void check_case(gm_context *context, int64_t q, int n, int64_t r) {
    sample *s = make_sample(context, q, n, r);
    for (method how = CHOSEN; how <= CHIRP; how++) {
        if (how == FOLDED && q > 300)
            continue;
        restore(s);
        check_ok(context, transform(context, how, s));
        const double worst = worst_error(s);
        if (!(worst <= 1.0))
            fail_msg("q = %d, n = %d, r = %d, method %d: error %.3g of what is allowed", (int)q, n,
                     (int)r, (int)how, worst);
        check_parseval(s);
    }
    release_sample(s);
}

static void fourier_is_the_definition(void **state) {
    (void)state;
    gm_context *context = make_context(2, GM_ISA_AUTO);
    for (int o = 0; o < ORDERS; o++) {
        int n = 1;
        for (int64_t size = orders[o]; size <= MOST; size *= orders[o], n++)
            if (n <= 2 || size * orders[o] > MOST)
                for (int b = 0; b < BATCHES; b++)
                    check_case(context, orders[o], n, batches[b]);
    }
    gm_context_destroy(context);
}

static void every_instruction_set(void **state) {
    (void)state;
    for (gm_isa isa = GM_ISA_BASELINE; have_isa(isa) && isa <= GM_ISA_AVX512; isa++) {
        gm_context *context = make_context(1, isa);
        check_case(context, 17, 2, 3);
        check_case(context, 8, 3, 1);
        check_case(context, 1000, 1, 11);
        gm_context_destroy(context);
    }
}

/* Columns so long that they are taken two at a time, and the last alone. */
static void long_columns(void **state) {
    (void)state;
    skip_without_long_double();
    gm_context *context = make_context(2, GM_ISA_AUTO);
    sample *s = make_sample(context, 600011, 1, 3);
    check_ok(context, transform(context, CHOSEN, s));
    check_between(worst_error(s), 0.0, 1.0);
    check_parseval(s);
    release_sample(s);
    gm_context_destroy(context);
}

static void roots_have_all_digits(void **state) {
    (void)state;
    skip_without_long_double();
    static const int64_t of[] = {1, 2, 3, 4, 8, 12, 3329, 1000003, 1 << 25};
    const long double two_pi = 6.283185307179586476925286766559005768L;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        for (int64_t j = 0; j < of[i]; j += 1 + of[i] / 1009) {
            double cosine = 0.0, sine = 0.0;
            gm_root_of_unity(j, of[i], &cosine, &sine);
            const int64_t near = 2 * j > of[i] ? j - of[i] : j;
            const long double angle = two_pi * (long double)near / (long double)of[i];
            assert_true(fabsl(cosine - cosl(angle)) <= 1.2e-16L);
            assert_true(fabsl(sine - sinl(angle)) <= 1.2e-16L);
            if (4 * j % of[i] == 0) /* powers of i */
                assert_true(cosine * sine == 0.0);
        }
}

/* The comparison rejects the transform of the other sign, one wrong place, and NaN. */
static void wrong_results_are_rejected(void **state) {
    (void)state;
    gm_context *context = make_context(1, GM_ISA_AUTO);
    sample *s = make_sample(context, 17, 2, 2);
    double *const held = s->out_re;
    s->out_re = s->out_im, s->out_im = held; /* planes exchanged: the conjugate's transform */
    check_ok(context, transform(context, CHOSEN, s));
    assert_true(worst_error(s) > 1e9);
    restore(s);
    check_ok(context, transform(context, CHOSEN, s));
    assert_true(worst_error(s) <= 1.0);
    s->out_re[0] *= 1.0 + 1e-12;
    assert_true(worst_error(s) > 1.0);
    s->out_re[0] = (double)NAN;
    assert_false(worst_error(s) <= 1.0);
    release_sample(s);
    gm_context_destroy(context);
}

/* A delta becomes a character, and the conjugate of that character the delta. */
static void deltas_and_characters(void **state) {
    (void)state;
    static const struct {
        int q, n, at;
    } cases[] = {{2, 5, 19}, {3, 4, 50}, {12, 2, 77}, {101, 1, 100}, {128, 1, 3}, {1000, 1, 999}};
    gm_context *context = make_context(2, GM_ISA_AUTO);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        sample *s = make_sample(context, cases[c].q, cases[c].n, 1);
        memset(s->out_re, 0, (size_t)s->size * sizeof *s->out_re);
        memset(s->out_im, 0, (size_t)s->size * sizeof *s->out_im);
        s->out_re[cases[c].at] = 1.0;
        check_ok(context, transform(context, CHOSEN, s));
        for (int64_t k = 0; k < s->size; k++) {
            const int64_t m = inner_product(s, k, cases[c].at);
            check_near(s->out_re[k], (double)s->root_re[m], 1e-15 * (1.0 + log2((double)s->size)));
            check_near(s->out_im[k], (double)s->root_im[m], 1e-15 * (1.0 + log2((double)s->size)));
            s->out_im[k] = -s->out_im[k];
        }
        check_ok(context, transform(context, CHOSEN, s));
        for (int64_t k = 0; k < s->size; k++) {
            check_near(s->out_re[k] / (double)s->size, k == cases[c].at, 1e-14);
            check_near(s->out_im[k] / (double)s->size, 0.0, 1e-14);
        }
        release_sample(s);
    }
    gm_context_destroy(context);
}

static int64_t walsh_sign(int64_t s, int64_t x) {
    return __builtin_parityll((unsigned long long)(s & x)) ? -1 : 1;
}

/* Integers, so every sum is exact: any difference is a defect. */
static void walsh_is_the_definition(void **state) {
    (void)state;
    static const struct {
        int n, r;
    } cases[] = {{0, 3},  {1, 1},   {2, 1},  {3, 1},  {3, 2},  {4, 4},   {5, 5},
                 {10, 1}, {12, 16}, {14, 3}, {16, 2}, {18, 1}, {13, 17}, {2, 40000}};
    for (gm_isa isa = GM_ISA_BASELINE; have_isa(isa) && isa <= GM_ISA_AVX512; isa++) {
        gm_context *context = make_context(2, isa);
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            const int64_t size = INT64_C(1) << cases[c].n, r = cases[c].r;
            double *f = numbers(size * r), *x = numbers(size * r);
            for (int64_t i = 0; i < size * r; i++)
                f[i] = x[i] = (double)(i * i * 7919 % 2003 - 1001);
            check_ok(context, gm_walsh_hadamard(context, cases[c].n, r, x));
            for (int64_t i = 0; i < FEW; i++) {
                const int64_t s = (i * size / FEW + 3 * i * i) % size, b = (i * r / FEW + i) % r;
                double sum = 0.0;
                for (int64_t y = 0; y < size; y++)
                    sum += (double)walsh_sign(s, y) * f[y * r + b];
                check_near(x[s * r + b], sum, 0.0);
            }
            check_ok(context, gm_walsh_hadamard(context, cases[c].n, r, x));
            for (int64_t i = 0; i < size * r; i++)
                check_near(x[i], (double)size * f[i], 0.0);
            free(x);
            free(f);
        }
        gm_context_destroy(context);
    }
}

static void walsh_is_fourier_of_two(void **state) {
    (void)state;
    gm_context *context = make_context(2, GM_ISA_AUTO);
    for (method how = CHOSEN; how <= CHIRP; how++) {
        sample *s = make_sample(context, 2, 14, 3);
        check_ok(context, transform(context, how, s));
        check_ok(context, gm_walsh_hadamard(context, 14, 3, s->re));
        check_ok(context, gm_walsh_hadamard(context, 14, 3, s->im));
        for (int64_t i = 0; i < s->size * 3; i++) {
            check_near(s->out_re[i], s->re[i], 1e-14 * s->norm);
            check_near(s->out_im[i], s->im[i], 1e-14 * s->norm);
        }
        release_sample(s);
    }
    gm_context_destroy(context);
}

static void check_same_bits(gm_context *a, gm_context *b, int64_t q, int n, int64_t r) {
    sample *s = make_sample(a, q, n, r), *t = make_sample(a, q, n, r);
    check_ok(a, transform(a, CHOSEN, s));
    check_ok(b, transform(b, CHOSEN, t));
    assert_memory_equal(s->out_re, t->out_re, (size_t)(s->size * r) * sizeof(double));
    assert_memory_equal(s->out_im, t->out_im, (size_t)(s->size * r) * sizeof(double));
    release_sample(t);
    release_sample(s);
}

static void check_same_bits_everywhere(gm_context *a, gm_context *b) {
    check_same_bits(a, b, 2, 17, 1);
    check_same_bits(a, b, 7, 6, 1);
    check_same_bits(a, b, 7, 4, 21);
    check_same_bits(a, b, 101, 2, 13);
    check_same_bits(a, b, 256, 2, 3);
    check_same_bits(a, b, 500, 1, 75);
}

static void threads_change_no_bit(void **state) {
    (void)state;
    gm_context *one = make_context(1, GM_ISA_AUTO);
    for (int threads = 2; threads <= 4; threads += 2) {
        gm_context *more = make_context(threads, GM_ISA_AUTO);
        check_same_bits_everywhere(one, more);
        gm_context_destroy(more);
    }
    gm_context_destroy(one);
}

static void registers_change_no_bit(void **state) {
    (void)state;
    if (!have_isa(GM_ISA_AVX512)) {
        print_message("skipped: this processor has no AVX-512\n");
        skip();
    }
    gm_context *avx2 = make_context(2, GM_ISA_AVX2), *avx512 = make_context(2, GM_ISA_AVX512);
    check_same_bits_everywhere(avx2, avx512);
    gm_context_destroy(avx512);
    gm_context_destroy(avx2);
}

static void operations_are_counted(void **state) {
    (void)state;
    check_near(gm_fourier_operations(2, 10), 2.0 * 10.0 * 1024.0, 0.0); /* two Walsh–Hadamard */
    check_near(gm_fourier_operations(3, 0), 0.0, 0.0);
    /* A quarter of 8 q² for a column, and the rest smaller by a factor q. */
    check_between(gm_fourier_operations(101, 1) / (8.0 * 101.0 * 101.0), 0.25, 0.27);
    /* 34/4 for a step of radix 4 and each number. */
    check_near(gm_fourier_operations(1024, 1), 5.0 * 8.5 * 1024.0, 0.0);
}

static void arguments_are_checked(void **state) {
    (void)state;
    double re[4] = {1, 2, 3, 4}, im[4] = {0};
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_fourier *fourier = NULL;
    check_fails(context, GM_INVALID_ARGUMENT, "q is 1", gm_fourier_create(context, 1, &fourier));
    check_fails(context, GM_INVALID_ARGUMENT, "q is 16777217",
                gm_fourier_create(context, 16777217, &fourier));
    assert_null(fourier);
    check_ok(context, gm_fourier_create(context, 3, &fourier));
    check_fails(context, GM_INVALID_ARGUMENT, "n is -1",
                gm_fourier_run(context, fourier, -1, 1, re, im));
    check_fails(context, GM_INVALID_ARGUMENT, "r is 0",
                gm_fourier_run(context, fourier, 1, 0, re, im));
    check_fails(context, GM_INVALID_ARGUMENT, "at most 2^40",
                gm_fourier_run(context, fourier, 100, 1, re, im));
    check_fails(context, GM_INVALID_ARGUMENT, "n is 41", gm_walsh_hadamard(context, 41, 1, re));
    check_fails(context, GM_INVALID_ARGUMENT, "n is -1", gm_walsh_hadamard(context, -1, 1, re));
    check_fails(context, GM_INVALID_ARGUMENT, "r is 0", gm_walsh_hadamard(context, 1, 0, re));
    check_fails(context, GM_INVALID_ARGUMENT, "r is 2", gm_walsh_hadamard(context, 40, 2, re));
    check_ok(context, gm_fourier_run(context, fourier, 0, 4, re, im));
    for (int i = 0; i < 4; i++)
        check_near(re[i], i + 1.0, 0.0);
    gm_fourier_destroy(context, fourier);
    gm_fourier_destroy(context, NULL);
    gm_context_destroy(context);
}

static void cancellation_is_heard(void **state) {
    (void)state;
    for (int64_t q = 2; q <= 512; q += 255) { /* 2, 257, 512: one of each method */
        gm_context *context = make_context(2, GM_ISA_AUTO);
        sample *s = make_sample(context, q, 1, 3);
        gm_context_cancel(context);
        check_fails(context, GM_CANCELLED, "cancelled", transform(context, CHOSEN, s));
        release_sample(s);
        gm_context_destroy(context);
    }
}

/* An allocator of which allocation number `failing` returns NULL. */
typedef struct counter {
    long failing, made, live;
} counter;

static void *count_allocate(void *user, size_t alignment, size_t bytes) {
    counter *c = user;
    if (c->made++ == c->failing)
        return NULL;
    c->live++;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void count_release(void *user, void *pointer) {
    counter *c = user;
    c->live -= pointer != NULL;
    free(pointer);
}

static gm_status allocate_everything(gm_context *context, int64_t q) {
    static double re[2 << 16], im[2 << 16];
    gm_fourier *fourier = NULL;
    gm_status status = gm_fourier_create(context, q, &fourier);
    if (status == GM_OK)
        status = gm_fourier_run(context, fourier, 1, 2, re, im);
    if (status == GM_OK)
        status = gm_walsh_hadamard(context, 16, 2, re);
    gm_fourier_destroy(context, fourier);
    return status;
}

static void sweep(int64_t q) {
    counter heap = {.failing = -1};
    const gm_allocator allocator = {count_allocate, count_release, &heap};
    const gm_context_options options = {.threads = 1, .allocator = &allocator};
    long total = 0;
    for (long failing = -1; failing < total; failing++) {
        gm_context *context = NULL;
        heap = (counter){.failing = failing};
        gm_status status = gm_context_create(&options, &context);
        if (status == GM_OK)
            status = allocate_everything(context, q);
        gm_context_destroy(context);
        assert_int_equal(heap.live, 0);
        assert_int_equal(status, failing < 0 ? GM_OK : GM_OUT_OF_MEMORY);
        total = failing < 0 ? heap.made : total;
    }
    assert_true(total > 2);
}

static void allocations_may_fail(void **state) {
    (void)state;
    sweep(2);
    sweep(17);
    sweep(64);
    sweep(1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fourier_is_the_definition),
        cmocka_unit_test(every_instruction_set),
        cmocka_unit_test(long_columns),
        cmocka_unit_test(roots_have_all_digits),
        cmocka_unit_test(wrong_results_are_rejected),
        cmocka_unit_test(deltas_and_characters),
        cmocka_unit_test(walsh_is_the_definition),
        cmocka_unit_test(walsh_is_fourier_of_two),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(registers_change_no_bit),
        cmocka_unit_test(operations_are_counted),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(cancellation_is_heard),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
