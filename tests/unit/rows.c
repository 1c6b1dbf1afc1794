#include "check.h"

#include "linalg/rows.h"

enum { ROWS = 37, STRIDE = 1100, BATCH = 29 };

static uint8_t bytes[ROWS * STRIDE];
static float floats[ROWS * STRIDE];
static double doubles[ROWS * STRIDE];
static int64_t drawn[BATCH];
static double coefficients[BATCH * 5];

static int fill(void **state) {
    (void)state;
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_random_gaussian(context, (gm_stream){1, 1}, 0, ROWS * STRIDE, doubles);
    gm_random_gaussian(context, (gm_stream){1, 2}, 0, BATCH * 5, coefficients);
    gm_random_index(context, (gm_stream){1, 3}, 0, BATCH, ROWS, drawn);
    for (int i = 0; i < ROWS * STRIDE; i++) {
        floats[i] = (float)doubles[i];
        bytes[i] = (uint8_t)(i * 131 % 256);
    }
    gm_context_destroy(context);
    return 0;
}

static gm_rows rows_of(gm_element element, int64_t columns) {
    const void *data = element == GM_ELEMENT_U8    ? (const void *)bytes
                       : element == GM_ELEMENT_F32 ? (const void *)floats
                                                   : (const void *)doubles;
    return (gm_rows){element, ROWS, columns, STRIDE, element == GM_ELEMENT_U8 ? 255.0 : 1.0, data};
}

static double entry(const gm_rows *rows, int64_t i, int64_t j) {
    double x = 0.0;
    gm_rows one = *rows;
    one.columns = j + 1;
    double *row = malloc((size_t)(j + 1) * sizeof *row);
    gm_rows_expand(&one, i, 1, row);
    x = row[j];
    free(row);
    return x;
}

/* Every element type, numbers of right-hand sides and of columns that leave all kinds of rests. */
static void combine_is_the_transposed_product(void **state) {
    (void)state;
    static const int64_t widths[] = {1, 7, 8, 63, 1100};
    static double out[5 * STRIDE];
    for (gm_isa isa = GM_ISA_BASELINE; have_isa(isa) && isa <= GM_ISA_AVX512; isa++) {
        gm_context *context = make_context(1, isa);
        for (gm_element element = GM_ELEMENT_U8; element <= GM_ELEMENT_F64; element++)
            for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
                for (int64_t m = 1; m <= 5; m += 2) {
                    const gm_rows rows = rows_of(element, widths[w]);
                    gm_rows_combine(context, &rows, BATCH, drawn, m, coefficients, out);
                    for (int64_t r = 0; r < m; r++)
                        for (int64_t j = 0; j<widths[w]; j += widths[w]> 100 ? 173 : 1) {
                            long double sum = 0.0L;
                            for (int64_t i = 0; i < BATCH; i++)
                                sum += (long double)coefficients[i * m + r] *
                                       (long double)entry(&rows, drawn[i], j);
                            check_near(out[r * widths[w] + j], (double)sum, 1e-13);
                        }
                }
        gm_context_destroy(context);
    }
}

static void multiply_is_the_product(void **state) {
    (void)state;
    double out[ROWS];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    for (gm_element element = GM_ELEMENT_U8; element <= GM_ELEMENT_F64; element++)
        for (int64_t columns = 1; columns < 40; columns += 6) {
            const gm_rows rows = rows_of(element, columns);
            gm_rows_multiply(context, &rows, 2, ROWS - 2, coefficients, out);
            for (int64_t i = 0; i < ROWS - 2; i++) {
                long double sum = 0.0L;
                for (int64_t j = 0; j < columns; j++)
                    sum += (long double)entry(&rows, i + 2, j) * (long double)coefficients[j];
                check_near(out[i], (double)sum, 1e-13);
            }
        }
    gm_context_destroy(context);
}

static void instruction_sets_agree(void **state) {
    (void)state;
    static double a[2 * STRIDE], b[2 * STRIDE], za[ROWS], zb[ROWS];
    if (!have_isa(GM_ISA_AVX512)) {
        print_message("skipped: this processor has no AVX-512\n");
        skip();
    }
    gm_context *avx2 = make_context(1, GM_ISA_AVX2), *avx512 = make_context(1, GM_ISA_AVX512);
    for (gm_element element = GM_ELEMENT_U8; element <= GM_ELEMENT_F64; element++) {
        const gm_rows rows = rows_of(element, 1099);
        gm_rows_combine(avx2, &rows, BATCH, drawn, 2, coefficients, a);
        gm_rows_combine(avx512, &rows, BATCH, drawn, 2, coefficients, b);
        assert_memory_equal(a, b, 2 * 1099 * sizeof *a);
        gm_rows_multiply(avx2, &rows, 0, ROWS, doubles, za);
        gm_rows_multiply(avx512, &rows, 0, ROWS, doubles, zb);
        assert_memory_equal(za, zb, sizeof za);
    }
    gm_context_destroy(avx512);
    gm_context_destroy(avx2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(combine_is_the_transposed_product),
        cmocka_unit_test(multiply_is_the_product),
        cmocka_unit_test(instruction_sets_agree),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
