/* What every law of inputs must keep, and known values of each. */
#include "context.h"

#include "inputs/inputs.h"

enum { ROWS = 200, MOST_COLUMNS = 5, MOST_SUPPORT = 256, DRAWS = 1 << 16 };
static const gm_stream stream = {17, 3};

/* Laws that the table can make, and one of rows: 7 of them, 3 distinct. */
static const char rows_of_an_array[] = "rows";
static const double array[] = {0, 1, 2, 0, 0, 1, 0, 1, -0.0, 1, 2, 0, 0.5, -3};
static const char *const forms[] = {"zq:n=2,q=7",
                                    "zq:n=2,q=8",
                                    "zq:n=3,q=101,width=5",
                                    "zq:n=2,q=101,width=1",
                                    "dgauss:n=2,q=7,sigma=1.5",
                                    "dgauss:n=1,q=16,sigma=2",
                                    "dgauss:n=2,q=64,sigma=0.6",
                                    "dgauss:n=3,q=6,sigma=1e9",
                                    "cube:n=5",
                                    "cube:n=4,p=0.1",
                                    "cube:n=3,p=0",
                                    "cube:n=3,p=1",
                                    "gaussian:n=3",
                                    "box:n=3",
                                    rows_of_an_array};
enum { FORMS = sizeof forms / sizeof *forms };

static gm_inputs *create(const char *text) {
    gm_inputs *inputs = NULL;
    if (text == rows_of_an_array)
        check_ok(context, gm_inputs_from_rows(context, 7, 2, array, 0, &inputs));
    else
        check_ok(context, gm_inputs_create(context, text, &inputs));
    assert_in_range(inputs->columns, 1, MOST_COLUMNS);
    return inputs;
}

/* The support of a discrete law, and P of each row. */
typedef struct support {
    int64_t size;
    double x[MOST_SUPPORT * MOST_COLUMNS], p[MOST_SUPPORT];
} support;

static support enumerated(const gm_inputs *inputs) {
    support s = {.size = (int64_t)inputs->support};
    assert_in_range(s.size, 1, MOST_SUPPORT);
    inputs->enumerate(inputs, 0, s.size, s.x, s.p);
    return s;
}

static bool equal(const double *a, const double *b, int64_t columns) {
    for (int64_t j = 0; j < columns; j++)
        if (!(a[j] == b[j]))
            return false;
    return true;
}

static void names_find_their_law(void **state) {
    (void)state;
    const gm_inputs_kind *kind;
    int count = 0;
    for (; (kind = gm_inputs_at(count)) != NULL; count++) {
        bool tried = false;
        for (int k = 0; k < FORMS; k++) {
            const size_t length = strlen(kind->name);
            tried = tried || (strncmp(forms[k], kind->name, length) == 0 &&
                              (forms[k][length] == ':' || !forms[k][length]));
        }
        if (!tried)
            fail_msg("no form of %s is tested", kind->name);
    }
    assert_true(count >= 5);
    assert_null(gm_inputs_at(-1));
    assert_null(gm_inputs_at(count + 1));
    for (int k = 0; k < FORMS; k++) {
        gm_inputs *inputs = create(forms[k]);
        assert_int_equal(strncmp(forms[k], inputs->name, strlen(inputs->name)), 0);
        gm_inputs_destroy(context, inputs);
    }
    gm_inputs_destroy(context, NULL);
}

/* Any cut of the rows of a stream gives the same rows, far along the stream too. */
static void draws_are_addressed(void **state) {
    (void)state;
    static double whole[ROWS * MOST_COLUMNS], cut[ROWS * MOST_COLUMNS], other[ROWS * MOST_COLUMNS];
    const int64_t starts[] = {0, 3, ((int64_t)1 << 40) + 1};
    for (int k = 0; k < FORMS; k++) {
        gm_inputs *inputs = create(forms[k]);
        const int64_t n = inputs->columns;
        const size_t size = (size_t)(ROWS * n) * sizeof *whole;
        for (int s = 0; s < 3; s++) {
            inputs->draw(inputs, context, stream, starts[s], ROWS, whole);
            for (int64_t first = 0, count; first < ROWS; first += count) {
                count = 1 + (first * 5 + 2) % 11;
                count = count < ROWS - first ? count : ROWS - first;
                inputs->draw(inputs, context, stream, starts[s] + first, count, cut + first * n);
            }
            assert_memory_equal(whole, cut, size);
        }
        inputs->draw(inputs, context, (gm_stream){18, 3}, starts[2], ROWS, other);
        assert_int_equal(memcmp(whole, other, size) != 0, inputs->collision < 1);
        gm_inputs_destroy(context, inputs);
    }
}

static void rows_lie_in_the_support(void **state) {
    (void)state;
    static double x[DRAWS * MOST_COLUMNS], p[DRAWS];
    for (int k = 0; k < FORMS; k++) {
        gm_inputs *inputs = create(forms[k]);
        const double q = (double)inputs->modulus;
        inputs->draw(inputs, context, stream, 0, DRAWS, x);
        inputs->probability(inputs, DRAWS, x, p);
        for (int64_t i = 0; i < DRAWS; i++)
            assert_true(inputs->continuous ? p[i] == 0.0 : p[i] > 0.0 && p[i] <= 1.0);
        for (int64_t i = 0; i < DRAWS * inputs->columns; i++) {
            assert_true(isfinite(x[i]));
            assert_true(q == 0 || (x[i] == floor(x[i]) && x[i] >= -q / 2 && x[i] < q / 2));
            assert_true(!inputs->signs || fabs(x[i]) == 1.0);
            assert_true(strcmp(inputs->name, "box") != 0 || fabs(x[i]) < 1.0);
        }
        check_near(inputs->scale, q > 0 ? 1.0 / q : 1.0, 0);
        assert_int_equal(inputs->signs, strcmp(inputs->name, "cube") == 0);
        assert_int_equal(inputs->continuous, inputs->support == 0.0);
        gm_inputs_destroy(context, inputs);
    }
}

static void enumeration_gives_each_row_once(void **state) {
    (void)state;
    for (int k = 0; k < FORMS; k++) {
        gm_inputs *inputs = create(forms[k]);
        if (inputs->continuous) {
            check_near(inputs->collision, 0, 0);
            gm_inputs_destroy(context, inputs);
            continue;
        }
        const int64_t n = inputs->columns;
        const support s = enumerated(inputs);
        double p[MOST_SUPPORT], total = 0, squares = 0;
        inputs->probability(inputs, s.size, s.x, p);
        for (int64_t i = 0; i < s.size; i++) {
            double row[MOST_COLUMNS], again = NAN;
            total += s.p[i];
            squares += s.p[i] * s.p[i];
            check_near(p[i], s.p[i], 1e-15);
            for (int64_t other = 0; other < i; other++)
                assert_false(equal(s.x + i * n, s.x + other * n, n));
            inputs->enumerate(inputs, i, 1, row, &again);
            assert_true(equal(row, s.x + i * n, n) && again == s.p[i]);
            row[n - 1] += 0.25; /* no row of any of these laws */
            inputs->probability(inputs, 1, row, &again);
            check_near(again, 0, 0);
        }
        check_near(total, 1, 1e-13);
        check_near(squares, inputs->collision, 1e-13 * inputs->collision);
        gm_inputs_destroy(context, inputs);
    }
}

/* Laws of independent coordinates: P of a row and Σ P² are products of the marginals. */
static void coordinates_are_independent(void **state) {
    (void)state;
    int products = 0;
    for (int k = 0; k < FORMS; k++) {
        gm_inputs *inputs = create(forms[k]);
        if (inputs->points == 0) {
            gm_inputs_destroy(context, inputs);
            continue;
        }
        const int64_t n = inputs->columns;
        const support s = enumerated(inputs);
        double marginal[MOST_COLUMNS][MOST_SUPPORT] = {{0}}, collision = 1;
        check_near(inputs->support, pow((double)inputs->points, (double)n), 0);
        for (int64_t i = 0; i < s.size; i++)
            for (int64_t j = 0; j < n; j++)
                for (int64_t v = 0; v < inputs->points; v++)
                    marginal[j][v] += s.x[i * n + j] == inputs->values[v] ? s.p[i] : 0;
        for (int64_t j = 0; j < n; j++) {
            double squares = 0;
            for (int64_t v = 0; v < inputs->points; v++) {
                assert_true(v == 0 || inputs->values[v - 1] < inputs->values[v]);
                check_near(marginal[j][v], inputs->probabilities[v], 1e-14);
                squares += marginal[j][v] * marginal[j][v];
            }
            collision *= squares;
        }
        check_near(collision, inputs->collision, 1e-13 * collision);
        products++;
        gm_inputs_destroy(context, inputs);
    }
    assert_true(products >= 10);
}

/* Rows as often as P says: each one of which 100 are expected, and all others together. */
static void frequencies_are_probabilities(void **state) {
    (void)state;
    static double x[DRAWS * MOST_COLUMNS];
    for (int k = 0; k < FORMS; k++) {
        gm_inputs *inputs = create(forms[k]);
        if (inputs->continuous) {
            gm_inputs_destroy(context, inputs);
            continue;
        }
        const int64_t n = inputs->columns;
        const support s = enumerated(inputs);
        double counts[MOST_SUPPORT] = {0}, rare = 0, rarely = 0;
        int judged = 0;
        inputs->draw(inputs, context, stream, 0, DRAWS, x);
        for (int64_t i = 0; i < DRAWS; i++) {
            int64_t at = 0;
            while (at < s.size && !equal(s.x + at * n, x + i * n, n))
                at++;
            assert_true(at < s.size);
            counts[at]++;
        }
        for (int64_t at = 0; at < s.size; at++) {
            const double p = s.p[at], tolerance = 5 * sqrt(p * (1 - p) / DRAWS) + 1e-12;
            if (p * DRAWS < 100) {
                rare += p;
                rarely += counts[at];
                continue;
            }
            check_near(counts[at] / DRAWS, p, tolerance);
            assert_true(tolerance <= 0.5 * p);
            judged++;
        }
        check_near(rarely / DRAWS, rare, 5 * sqrt(rare * (1 - rare) / DRAWS) + 5.0 / DRAWS);
        assert_true(judged >= 1 && rare < 0.1);
        gm_inputs_destroy(context, inputs);
    }
}

/* Moments of order 1, 2, 4, and products of two entries, of one row and of neighbouring rows. */
static void continuous_laws_have_their_moments(void **state) {
    (void)state;
    enum { N = 3 };
    static double x[(DRAWS + 1) * N];
    static const struct {
        const char *text;
        double second, fourth, eighth; /* E x², E x⁴, E x⁸ */
    } laws[] = {{"gaussian:n=3", 1, 3, 105}, {"box:n=3", 1.0 / 3, 1.0 / 5, 1.0 / 9}};
    const double root = sqrt(DRAWS);
    for (int l = 0; l < 2; l++) {
        gm_inputs *inputs = create(laws[l].text);
        const double second = laws[l].second, fourth = laws[l].fourth;
        const double of_second = 5 * sqrt(fourth - second * second) / root;
        const double of_fourth = 5 * sqrt(laws[l].eighth - fourth * fourth) / root;
        inputs->draw(inputs, context, stream, 0, DRAWS + 1, x);
        assert_true(of_second < 0.05 * second && of_fourth < 0.1 * fourth);
        for (int j = 0; j < N; j++) {
            double mean = 0, square = 0, fourths = 0;
            for (int64_t i = 0; i < DRAWS; i++) {
                const double t = x[i * N + j];
                mean += t / DRAWS;
                square += t * t / DRAWS;
                fourths += t * t * t * t / DRAWS;
            }
            check_near(mean, 0, 5 * sqrt(second) / root);
            check_near(square, second, of_second);
            check_near(fourths, fourth, of_fourth);
            for (int64_t apart = 1; apart <= N; apart++) { /* of the next row from the end on */
                double product = 0;
                for (int64_t i = 0; i < DRAWS; i++)
                    product += x[i * N + j] * x[i * N + j + apart] / DRAWS;
                check_near(product, 0, 5 * second / root);
            }
        }
        gm_inputs_destroy(context, inputs);
    }
}

static void zq_has_the_residues_nearest_zero(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t points, lowest;
    } expected[] = {{"zq:n=1,q=7", 7, -3},         {"zq:n=1,q=7,width=3", 3, -1},
                    {"zq:n=1,q=8", 8, -4},         {"zq:n=1,q=8,width=8", 8, -4},
                    {"zq:n=1,q=8,width=7", 7, -3}, {"zq:n=1,q=2", 2, -1},
                    {"zq:n=1,q=2,width=1", 1, 0},  {"zq:n=1,q=4194304", 4194304, -2097152},
                    {"zq:n=1,q=7,width=1", 1, 0}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        gm_inputs *inputs = create(expected[i].text);
        assert_int_equal(inputs->points, expected[i].points);
        for (int64_t v = 0; v < inputs->points; v++) {
            assert_true(inputs->values[v] == (double)(expected[i].lowest + v));
            check_near(inputs->probabilities[v], 1.0 / (double)inputs->points, 1e-16);
        }
        gm_inputs_destroy(context, inputs);
    }
}

/* Against a plain sum over all centred residues. */
static void dgauss_is_its_formula(void **state) {
    (void)state;
    static const struct {
        int64_t q;
        double sigma;
    } cases[] = {{7, 1.5},    {8, 1.5},     {8, 0.3},   {2, 1},       {3, 100},
                 {4096, 3.2}, {4096, 1000}, {17, 0.01}, {4194304, 50}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const int64_t q = cases[c].q, low = -(q / 2);
        const double sigma = cases[c].sigma;
        char text[64];
        double total = 0, sum = 0;
        int64_t at = 0;
        snprintf(text, sizeof text, "dgauss:n=1,q=%lld,sigma=%g", (long long)q, sigma);
        gm_inputs *inputs = create(text);
        for (int64_t x = low; x < low + q; x++)
            total += exp(-0.5 * (double)(x * x) / (sigma * sigma));
        for (int64_t x = low; x < low + q; x++) {
            const double p = exp(-0.5 * (double)(x * x) / (sigma * sigma)) / total;
            if (at < inputs->points && inputs->values[at] == (double)x)
                check_near(inputs->probabilities[at++], p, 1e-14);
            else
                sum += p; /* left out: no weight in float64 */
        }
        assert_int_equal(at, inputs->points);
        check_near(sum, 0, 1e-16);
        assert_int_equal(inputs->modulus, q);
        gm_inputs_destroy(context, inputs);
    }
}

static void cube_has_minus_one_with_probability_p(void **state) {
    (void)state;
    gm_inputs *inputs = create("cube:n=2,p=0.1");
    const double rows[] = {-1, -1, -1, 1, 1, -1, 1, 1, 0, 1};
    const double expected[] = {0.01, 0.09, 0.09, 0.81, 0};
    double p[5];
    inputs->probability(inputs, 5, rows, p);
    for (int i = 0; i < 5; i++)
        check_near(p[i], expected[i], 1e-16);
    gm_inputs_destroy(context, inputs);
    inputs = create("cube:n=2");
    inputs->probability(inputs, 1, rows, p);
    check_near(p[0], 0.25, 0);
    gm_inputs_destroy(context, inputs);
}

/* 0.0 and −0.0 are one value; of seven rows four are (0, 1), two are (2, 0). */
static void equal_rows_are_one(void **state) {
    (void)state;
    const double rows[] = {0, 1, 2, 0, 0.5, -3, -0.0, 1}, expected[] = {4, 2, 1, 4};
    double p[4], minus[] = {-0.0, -1, 1, 1};
    gm_inputs *inputs = create(rows_of_an_array);
    check_near(inputs->support, 3, 0);
    check_near(inputs->collision, (16 + 4 + 1) / 49.0, 1e-16);
    assert_int_equal(inputs->points, 0);
    assert_int_equal(inputs->modulus, 0);
    inputs->probability(inputs, 4, rows, p);
    for (int i = 0; i < 4; i++)
        check_near(p[i], expected[i] / 7, 1e-16);
    gm_inputs_destroy(context, inputs);
    check_ok(context, gm_inputs_from_rows(context, 1, 2, minus, 0, &inputs));
    inputs->draw(inputs, context, stream, 0, 1, p);
    assert_true(!signbit(p[0]) && p[1] == -1);
    gm_inputs_destroy(context, inputs);
    minus[0] = 1;
    check_ok(context, gm_inputs_from_rows(context, 2, 2, minus, 0, &inputs));
    assert_true(inputs->signs);
    minus[0] = 7; /* the array was copied */
    inputs->probability(inputs, 1, (double[]){1, -1}, p);
    check_near(p[0], 0.5, 0);
    gm_inputs_destroy(context, inputs);
}

/* Draw i is the row of the array that index draw i names. */
static void rows_are_drawn_by_their_number(void **state) {
    (void)state;
    int64_t index[ROWS];
    double x[ROWS * 2];
    gm_inputs *inputs = create(rows_of_an_array);
    inputs->draw(inputs, context, stream, 5, ROWS, x);
    gm_random_index(context, stream, 5, ROWS, 7, index);
    for (int i = 0; i < ROWS; i++)
        assert_true(equal(x + 2 * i, array + 2 * index[i], 2));
    gm_inputs_destroy(context, inputs);
}

static void rows_become_centred_residues(void **state) {
    (void)state;
    const double x[] = {0, 3, 4, 5, 8, -4, -5, -13, 9007199254740992.0};
    const double odd[] = {0, 3, -3, -2, 1, 3, 2, 1, 4}, even[] = {0, 3, -4, -3, 0, -4, 3, 3, 0};
    double row[9], p = NAN;
    gm_inputs *inputs = NULL;
    for (int e = 0; e < 2; e++) {
        const double *expected = e ? even : odd;
        const int64_t q = e ? 8 : 7;
        check_ok(context, gm_inputs_from_rows(context, 1, 9, x, q, &inputs));
        inputs->enumerate(inputs, 0, 1, row, &p);
        for (int j = 0; j < (e ? 9 : 8); j++)
            assert_true(row[j] == expected[j]);
        assert_true(!signbit(row[0]));
        assert_int_equal(inputs->modulus, q);
        check_near(inputs->scale, 1.0 / (double)q, 0);
        assert_false(inputs->signs);
        gm_inputs_destroy(context, inputs);
    }
    /* Residues that are equal modulo q are one row; signs that are residues are no signs. */
    check_ok(context, gm_inputs_from_rows(context, 4, 1, (double[]){1, -6, 8, -1}, 7, &inputs));
    check_near(inputs->support, 2, 0);
    assert_false(inputs->signs);
    gm_inputs_destroy(context, inputs);
}

static void wrong_rows_are_refused(void **state) {
    (void)state;
    gm_inputs *inputs = NULL;
    const double x[] = {1, 2, 3, 4, 5.5, 6}, wild[] = {1, 2, 3, NAN, 5, INFINITY};
    const double far[] = {0, 1e17};
    check_fails(context, GM_INVALID_ARGUMENT, "row 2, column 0 is 5.5; with a modulus",
                gm_inputs_from_rows(context, 3, 2, x, 7, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "row 1, column 1 is nan; it must be finite",
                gm_inputs_from_rows(context, 3, 2, wild, 0, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "row 0, column 1 is inf",
                gm_inputs_from_rows(context, 1, 2, wild + 4, 7, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "row 1, column 0 is 1e+17",
                gm_inputs_from_rows(context, 2, 1, far, 7, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "0 rows of 2 columns",
                gm_inputs_from_rows(context, 0, 2, x, 0, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "2 rows of 0 columns",
                gm_inputs_from_rows(context, 2, 0, x, 0, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "1 rows of 65537 columns",
                gm_inputs_from_rows(context, 1, 65537, x, 0, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "the modulus is 1; it must be from 2 to 4194304",
                gm_inputs_from_rows(context, 1, 2, x, 1, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "the modulus is -7",
                gm_inputs_from_rows(context, 1, 2, x, -7, &inputs));
    check_fails(context, GM_INVALID_ARGUMENT, "the modulus is 4194305",
                gm_inputs_from_rows(context, 1, 2, x, 4194305, &inputs));
    assert_null(inputs);
}

static void specifications_are_checked(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"zq:n=0,q=7", "inputs zq: n=0; accepted: a whole number from 1 to 65536"},
        {"zq:n=65537,q=7", "n=65537"},
        {"zq:n=1.5,q=7", "n=1.5"},
        {"zq:q=7", "inputs zq: n is missing; give n=N, a whole number from 1 to 65536"},
        {"zq:n=2", "inputs zq: q is missing; give q=N, a whole number from 2 to 4194304"},
        {"zq:n=2,q=1", "q=1; accepted: a whole number from 2"},
        {"zq:n=2,q=4194305", "q=4194305"},
        {"zq:n=2,q=8,width=4", "width is 4; it must be odd"},
        {"zq:n=2,q=7,width=6", "width is 6; it must be odd"},
        {"zq:n=2,q=7,width=9", "width=9; accepted: a whole number from 1 to 7"},
        {"zq:n=2,q=7,width=0", "width=0; accepted: a whole number from 1 to 7"},
        {"zq:n=2,q=7,wdth=3", "unknown key 'wdth'; did you mean 'width'?"},
        {"dgauss:n=2,sigma=1", "inputs dgauss: q is missing"},
        {"dgauss:q=7,sigma=1", "inputs dgauss: n is missing"},
        {"dgauss:n=2,q=7", "inputs dgauss: sigma is missing; give sigma=S"},
        {"dgauss:n=2,q=7,sigma=0", "sigma=0; accepted: a number from 0.01"},
        {"dgauss:n=2,q=7,sigma=-1", "sigma=-1"},
        {"dgauss:n=2,q=7,sigma=nan", "sigma=nan"},
        {"dgauss:n=2,q=7,width=3", "unknown key 'width'"},
        {"cube:n=2,p=1.5", "inputs cube: p=1.5; accepted: a number from 0 to 1"},
        {"cube:n=2,p=-0.1", "p=-0.1"},
        {"cube:p=0.5", "inputs cube: n is missing"},
        {"cube:n=2,q=3", "unknown key 'q'"},
        {"gaussian", "inputs gaussian: n is missing"},
        {"gaussian:n=0", "n=0"},
        {"gaussian:n=2,sigma=1", "unknown key 'sigma'"},
        {"box:n=-1", "inputs box: n=-1"},
        {"box:3", "'3' has no key"},
        {"gausian:n=2", "unknown inputs 'gausian'; use one of zq, dgauss, cube, gaussian, box "
                        "(did you mean 'gaussian'?)"},
        {"sphere:n=2", "unknown inputs 'sphere'; use one of"},
        {"", "the name is empty"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        gm_inputs *inputs = NULL;
        check_fails(context, GM_INVALID_ARGUMENT, wrong[i][1],
                    gm_inputs_create(context, wrong[i][0], &inputs));
        assert_null(inputs);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_find_their_law),
        cmocka_unit_test(draws_are_addressed),
        cmocka_unit_test(rows_lie_in_the_support),
        cmocka_unit_test(enumeration_gives_each_row_once),
        cmocka_unit_test(coordinates_are_independent),
        cmocka_unit_test(frequencies_are_probabilities),
        cmocka_unit_test(continuous_laws_have_their_moments),
        cmocka_unit_test(zq_has_the_residues_nearest_zero),
        cmocka_unit_test(dgauss_is_its_formula),
        cmocka_unit_test(cube_has_minus_one_with_probability_p),
        cmocka_unit_test(equal_rows_are_one),
        cmocka_unit_test(rows_are_drawn_by_their_number),
        cmocka_unit_test(rows_become_centred_residues),
        cmocka_unit_test(wrong_rows_are_refused),
        cmocka_unit_test(specifications_are_checked),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
