#include "base/tanh.h"

#include <float.h>

#include "check.h"

enum { POINTS = 200000 };

static void run(gm_isa isa, int64_t count, double *x) {
    gm_tanh(isa, count, x);
}

/* Both signs, sizes from the least normal number to beyond saturation, dense where the quotient
   bends. */
static double point(int i) {
    const double sign = i % 2 ? -1.0 : 1.0, at = (double)(i / 2) / (POINTS / 2.0);
    return i % 3 ? sign * 24.0 * at : sign * exp(-708.0 * at);
}

static double units(double actual, long double expected) {
    int exponent;
    frexp((double)expected, &exponent);
    return fabs((double)((long double)actual - expected)) / ldexp(DBL_EPSILON / 2.0, exponent);
}

static void within_three_units(void **state) {
    (void)state;
    skip_without_long_double();
    double *x = malloc(POINTS * sizeof *x);
    for (gm_isa isa = GM_ISA_BASELINE; have_isa(isa) && isa <= GM_ISA_AVX512; isa++) {
        double worst = 0.0;
        for (int i = 0; i < POINTS; i++)
            x[i] = point(i);
        run(isa, POINTS, x);
        for (int i = 0; i < POINTS; i++) {
            const double off = units(x[i], tanhl((long double)point(i)));
            worst = off > worst || isnan(off) ? off : worst;
        }
        check_between(worst, 0.4, 3.0); /* less than rounding alone leaves is no comparison */
    }
    free(x);
}

static void special_values(void **state) {
    const double given[] = {0.0,    -0.0,         INFINITY, -INFINITY, NAN,  22.0,
                            -800.0, DBL_TRUE_MIN, -DBL_MIN, DBL_MAX,   40.0, 1e-300};
    enum { COUNT = sizeof given / sizeof *given };
    (void)state;
    for (gm_isa isa = GM_ISA_BASELINE; have_isa(isa) && isa <= GM_ISA_AVX512; isa++) {
        double x[COUNT];
        memcpy(x, given, sizeof x);
        run(isa, COUNT, x);
        for (int i = 0; i < COUNT; i++) {
            const double expected = tanh(given[i]);
            assert_int_equal(isnan(x[i]), isnan(expected));
            if (isnan(expected))
                continue;
            assert_true(x[i] == expected);
            assert_int_equal(signbit(x[i]) != 0, signbit(expected) != 0);
        }
    }
}

static void same_bits(void **state) {
    double *wide = malloc(POINTS * sizeof *wide), *narrow = malloc(POINTS * sizeof *narrow);
    (void)state;
    for (int i = 0; i < POINTS; i++)
        wide[i] = narrow[i] = point(i);
    const bool both = have_isa(GM_ISA_AVX512);
    if (both) {
        run(GM_ISA_AVX512, POINTS, wide);
        run(GM_ISA_AVX2, 5, narrow); /* cut anywhere */
        run(GM_ISA_AVX2, POINTS - 5, narrow + 5);
        assert_memory_equal(wide, narrow, POINTS * sizeof *wide);
    }
    free(narrow);
    free(wide);
    if (!both)
        skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_three_units),
        cmocka_unit_test(special_values),
        cmocka_unit_test(same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
