#define _GNU_SOURCE /* mkdtemp, nftw */
#include "check.h"
#include "npy_file.h"

#include "base/special.h"
#include "informativeness/row_hash.h"
#include "informativeness/row_scan.h"
#include "informativeness/tally.h"

/* --- laws --- */

static gm_entropy *of_inputs(files *f, const char *inputs) {
    gm_entropy *entropy = NULL;
    check_ok(f->context, gm_entropy_of_inputs(f->context, inputs, &entropy));
    return entropy;
}

static void check_law(files *f, const char *inputs, int64_t columns, double nats, double uniform) {
    gm_entropy *e = of_inputs(f, inputs);
    assert_int_equal(e->columns, columns);
    check_near(e->whole.nats, nats, 1e-12 * (1.0 + nats));
    check_near(e->coordinates[columns - 1].nats, nats / (double)columns, 1e-12);
    check_near(e->uniform, uniform, 1e-12 * uniform);
    assert_true(e->whole.low == e->whole.nats && e->whole.high == e->whole.nats);
    assert_true(e->whole.lower_bound == e->whole.nats && e->product_proxy == e->whole.nats);
    assert_string_equal(e->whole.method, "exact");
    assert_int_equal(e->rows, 0);
    gm_entropy_destroy(f->context, e);
}

static void laws_have_their_entropy(void **state) {
    files *f = *state;
    double weight = 0.0, squares = 0.0;
    for (int x = -128; x < 128; x++) {
        weight += exp(-x * x / 18.0);
        squares += exp(-x * x / 9.0);
    }
    check_law(f, "zq:n=3,q=7", 3, 3 * log(7), 3 * log(7));
    check_law(f, "zq:n=64,q=3329,width=5", 64, 64 * log(5), 64 * log(3329));
    check_law(f, "zq:n=2,q=2", 2, 2 * log(2), 2 * log(2));
    check_law(f, "dgauss:n=4,q=256,sigma=3", 4, 4 * log(weight * weight / squares), 4 * log(256));
    check_law(f, "cube:n=6", 6, 6 * log(2), 6 * log(2));
    check_law(f, "cube:n=6,p=0.1", 6, -6 * log(0.82), 6 * log(2));
    check_law(f, "cube:n=6,p=0", 6, 0, 6 * log(2));
    /* 2^-65536 is no float64. */
    check_law(f, "cube:n=65536", 65536, 65536 * log(2), 65536 * log(2));
}

static void continuous_laws_never_collide(void **state) {
    files *f = *state;
    static const char *const laws[] = {"gaussian:n=5", "box:n=5"};
    for (int i = 0; i < 2; i++) {
        gm_entropy *e = of_inputs(f, laws[i]);
        assert_true(isinf(e->whole.nats) && isinf(e->whole.lower_bound));
        assert_true(isinf(e->coordinates[4].nats) && isnan(e->uniform));
        assert_string_equal(e->whole.method, "continuous");
        gm_entropy_destroy(f->context, e);
    }
}

static void wrong_laws_are_refused(void **state) {
    files *f = *state;
    gm_entropy *e = NULL;
    check_fails(f->context, GM_INVALID_ARGUMENT, "did you mean 'cube'",
                gm_entropy_of_inputs(f->context, "cub:n=3", &e));
    check_fails(f->context, GM_INVALID_ARGUMENT, "n=0",
                gm_entropy_of_inputs(f->context, "zq:n=0,q=3", &e));
    check_fails(f->context, GM_INVALID_ARGUMENT, "inputs is NULL",
                gm_entropy_of_inputs(f->context, NULL, &e));
    assert_int_equal(gm_entropy_of_inputs(NULL, "cube:n=3", &e), GM_INVALID_ARGUMENT);
    assert_null(e);
    gm_entropy_destroy(f->context, NULL);
}

/* --- the interval --- */

static gm_collision_entropy interval(double rows, double pairs, double triples) {
    const gm_collisions counts = {.rows = rows, .pairs = pairs, .triples = triples};
    gm_collision_entropy out;
    gm_collision_interval(&counts, &out);
    return out;
}

/* The largest λ with (1 + λ) e^−λ ≥ 1/20: an atom of weight λ/N shows at most once. */
static void nothing_seen_gives_a_bound(void **state) {
    (void)state;
    const gm_collision_entropy e = interval(1000, 0, 0);
    const double atom = 1000 * exp(-0.5 * e.low);
    assert_true(isnan(e.nats) && isinf(e.high) && e.lower_bound == e.low);
    assert_string_equal(e.method, "lower-bound");
    check_near((1 + atom) * exp(-atom), 0.05, 1e-12);
    check_near(atom * atom, 22.5042, 1e-4);
    assert_true(interval(3, 0, 0).low == 0.0); /* three rows say nothing */
}

/* One value n times: the interval is that of a Poisson mean, squared. */
static void one_atom_has_the_interval_of_its_count(void **state) {
    (void)state;
    const double rows = 1e9;
    for (int n = 2; n <= 9; n++) {
        const double pairs = n * (n - 1) / 2.0;
        const gm_collision_entropy e = interval(rows, pairs, 2 * pairs * (n - 2));
        const double low = gm_gamma_quantile(n, 0.025), high = gm_gamma_quantile(n + 1, 0.975);
        check_near(rows * rows * exp(-e.high), low * low, 1e-6 * low * low);
        check_near(rows * rows * exp(-e.low), high * high, 1e-6 * high * high);
        check_near(exp(-e.nats) * rows * (rows - 1) / 2, pairs, 1e-9 * pairs);
        assert_true(e.low < e.nats && e.nats < e.high);
    }
    /* Many pairs of different values: as Poisson. */
    const gm_collision_entropy many = interval(1e9, 1e6, 0);
    check_near(many.nats - many.low, 1.96e-3, 5e-6);
    check_near(many.high - many.nats, 1.96e-3, 5e-6);
}

static void all_rows_equal_have_none(void **state) {
    (void)state;
    for (double n = 2; n < 1e7; n *= 7) {
        const gm_collision_entropy e = interval(n, n * (n - 1) / 2, n * (n - 1) * (n - 2));
        assert_true(e.nats == 0.0 && !signbit(e.nats) && e.low == 0.0 && e.high > 0.0);
    }
}

/* --- rows --- */

static gm_entropy *of_rows(files *f, const char *path, int64_t modulus) {
    gm_entropy *entropy = NULL;
    check_ok(f->context, gm_entropy_of_rows(f->context, path, modulus, &entropy));
    return entropy;
}

/* Pairs of equal rows of [rows][columns], all compared with all; those of one column where it is
   not negative. */
static double count_pairs(const double *x, int rows, int columns, int column) {
    double pairs = 0.0;
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < i; k++) {
            bool equal = true;
            for (int j = 0; j < columns; j++)
                if (column < 0 || column == j)
                    equal = equal && x[i * columns + j] == x[k * columns + j];
            pairs += equal;
        }
    return pairs;
}

/* Element of a type and width with a small value, in either byte order. */
static void encode(char kind, int width, bool big, double value, unsigned char *out) {
    unsigned char bytes[8];
    const double wide = value;
    const float narrow = (float)value;
    const int64_t whole = (int64_t)value;
    /* 0, 1, 2, 3 and −0 as float16 */
    const uint16_t half = signbit(value) ? 0x8000
                          : value == 0.0 ? 0
                          : value == 1.0 ? 0x3c00
                          : value == 2.0 ? 0x4000
                                         : 0x4200;
    if (kind != 'f')
        memcpy(bytes, &whole, sizeof whole);
    else if (width == 2)
        memcpy(bytes, &half, sizeof half);
    else if (width == 4)
        memcpy(bytes, &narrow, sizeof narrow);
    else
        memcpy(bytes, &wide, sizeof wide);
    for (int b = 0; b < width; b++)
        out[b] = bytes[big ? width - 1 - b : b];
}

enum { ROWS = 60, COLUMNS = 3 };

/* Small values with equal rows among them; zeros of both signs where the type has them. */
static void make_rows(char kind, double *x) {
    uint64_t bits[ROWS * COLUMNS];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_random_bits(context, (gm_stream){4, 4}, 0, ROWS * COLUMNS, bits);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        x[i] = (double)(bits[i] % (kind == 'b' ? 2 : 4));
        if (kind == 'f' && x[i] == 0.0 && bits[i] >> 63)
            x[i] = -0.0;
    }
    gm_context_destroy(context);
}

static void check_against_all_pairs(files *f, const char *path, const double *x, int64_t modulus) {
    gm_entropy *e = of_rows(f, path, modulus);
    const double pairs = count_pairs(x, ROWS, COLUMNS, -1), all = ROWS * (ROWS - 1) / 2.0;
    assert_true(pairs > 0);
    assert_int_equal(e->rows, ROWS);
    assert_int_equal(e->columns, COLUMNS);
    assert_int_equal(e->coordinate_rows, ROWS);
    check_near(e->collisions, pairs, 0);
    check_near(e->whole.nats, -log(pairs / all), 1e-12);
    double proxy = 0.0;
    for (int j = 0; j < COLUMNS; j++) {
        const double nats = -log(count_pairs(x, ROWS, COLUMNS, j) / all);
        check_near(e->coordinates[j].nats, nats, 1e-12);
        proxy += nats;
    }
    check_near(e->product_proxy, proxy, 1e-12);
    gm_entropy_destroy(f->context, e);
}

static void every_type_and_order_counts_alike(void **state) {
    files *f = *state;
    static const char *const types[] = {"|b1", "|i1", "|u1", "<i2", ">i2", "<u2", ">u2",
                                        "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", ">u8",
                                        "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"};
    double x[ROWS * COLUMNS];
    unsigned char bytes[ROWS * COLUMNS * 8];
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (int fortran = 0; fortran < 2; fortran++) {
            const int width = types[t][2] - '0';
            make_rows(types[t][1], x);
            for (int i = 0; i < ROWS; i++)
                for (int j = 0; j < COLUMNS; j++)
                    encode(types[t][1], width, types[t][0] == '>', x[i * COLUMNS + j],
                           bytes + width * (fortran ? j * ROWS + i : i * COLUMNS + j));
            const char *path = put_npy(f, types[t], fortran ? "True" : "False", "(60, 3)", bytes,
                                       (size_t)(ROWS * COLUMNS * width));
            check_against_all_pairs(f, path, x, 0);
            check_against_all_pairs(f, path, x, 5); /* changes nothing */
        }
}

static void residues_are_compared(void **state) {
    files *f = *state;
    double x[ROWS * COLUMNS], reduced[ROWS * COLUMNS];
    int64_t whole[ROWS * COLUMNS];
    make_rows('i', x);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        x[i] = x[i] * 5 - 7;
        whole[i] = (int64_t)x[i];
        reduced[i] = fmod(x[i] + 30, 3);
    }
    check_against_all_pairs(f, put_npy(f, "<f8", "False", "(60, 3)", x, sizeof x), reduced, 3);
    check_against_all_pairs(f, put_npy(f, "<i8", "False", "(60, 3)", whole, sizeof whole), reduced,
                            3);
}

static double pairs_of_column(files *f, const char *type, int64_t modulus, const void *elements,
                              size_t count) {
    char shape[32];
    snprintf(shape, sizeof shape, "(%zu, 1)", count);
    gm_entropy *e = of_rows(f, put_npy(f, type, "False", shape, elements, count * 8), modulus);
    const double pairs = e->collisions;
    assert_true(e->coordinates[0].method == e->whole.method);
    gm_entropy_destroy(f->context, e);
    return pairs;
}

/* Integers that float64 rounds to one value stay apart; extremes have the right residues. */
static void large_integers_are_exact(void **state) {
    files *f = *state;
    const int64_t near[] = {INT64_C(9007199254740992), INT64_C(9007199254740993),
                            INT64_C(9007199254740992), INT64_MIN, INT64_MAX};
    const uint64_t huge[] = {UINT64_MAX, UINT64_MAX - 1, UINT64_MAX, 0};
    /* −2^63 = 4 and 2^63 − 1 = 1, modulo 6; 2^64 − 1 = 3. */
    const int64_t residues[] = {INT64_MIN, 4, INT64_MAX, 1, -2};
    const uint64_t unsigned_residues[] = {UINT64_MAX, 3, 9};
    const double floating[] = {-9223372036854775808.0, 4, -2, 1e300, fmod(1e300, 6)};
    check_near(pairs_of_column(f, "<i8", 0, near, 5), 1, 0);
    check_near(pairs_of_column(f, "<u8", 0, huge, 4), 1, 0);
    check_near(pairs_of_column(f, "<i8", 6, residues, 5), 3 + 1, 0);
    check_near(pairs_of_column(f, "<u8", 6, unsigned_residues, 3), 3, 0);
    const double extra = fmod(1e300, 6) == 4 ? 7 : 1;
    check_near(pairs_of_column(f, "<f8", 6, floating, 5), 3 + extra, 0);
    check_near(pairs_of_column(f, "<i8", INT64_C(1) << 53, near, 5), 3, 0); /* 2^63 = 0 */
}

static void check_refused(files *f, const char *path, int64_t modulus, const char *message) {
    gm_entropy *e = NULL;
    check_fails(f->context, GM_INVALID_INPUT, message,
                gm_entropy_of_rows(f->context, path, modulus, &e));
    assert_null(e);
}

static void bad_entries_are_named(void **state) {
    files *f = *state;
    static double x[4000 * 100]; /* too large for a stack */
    gm_entropy *e = NULL;
    x[3999 * 100 + 7] = NAN;
    x[3999 * 100 + 8] = INFINITY;
    check_refused(f, put_npy(f, "<f8", "False", "(4000, 100)", x, sizeof x), 0,
                  "row 3999, column 7 is nan; every entry must be finite");
    assert_says(f->context, "t.npy: ", NULL);
    x[3999 * 100 + 7] = 0;
    check_refused(f, f->path, 0, "row 3999, column 7"); /* what the file has */
    check_refused(f, put_npy(f, "<f8", "True", "(4000, 100)", x, sizeof x), 0,
                  "row 3908, column 99 is inf");
    x[250] = 2.5;
    check_refused(f, put_npy(f, "<f8", "False", "(4000, 100)", x, sizeof x), 7,
                  "row 2, column 50 is 2.5; with a modulus every entry must be a whole number");
    check_refused(f, put_npy(f, "<f8", "False", "(4,)", x, 32), 0, "an array of 1 dimensions");
    check_refused(f, put_npy(f, "<f8", "False", "(1, 4)", x, 32), 0, "1 x 4");
    check_refused(f, put_npy(f, "<f8", "False", "(4, 0)", x, 0), 0, "1 to 1048576 columns");
    check_refused(f, put_npy(f, "<f8", "False", "(2, 2)", x, 40), 0, "t.npy");
    check_refused(f, put_npy(f, "<c16", "False", "(2, 2)", x, 64), 0, "'<c16'");
    check_refused(f, put_text(f, "text.npy", "1,2,3,4\n5,6,7,8\n"), 0, "not a .npy file");
    check_refused(f, in_folder(f, "absent.npy"), 0, "absent.npy");
    check_fails(f->context, GM_INVALID_ARGUMENT, "modulus is 1;",
                gm_entropy_of_rows(f->context, f->path, 1, &e));
    check_fails(f->context, GM_INVALID_ARGUMENT, "2 to 2^53",
                gm_entropy_of_rows(f->context, f->path, (INT64_C(1) << 53) + 1, &e));
    check_fails(f->context, GM_INVALID_ARGUMENT, "path is NULL",
                gm_entropy_of_rows(f->context, NULL, 0, &e));
    assert_int_equal(gm_entropy_of_rows(NULL, f->path, 0, &e), GM_INVALID_ARGUMENT);
}

static void assert_same(const gm_entropy *a, const gm_entropy *b) {
    assert_memory_equal(&a->whole, &b->whole, sizeof a->whole);
    assert_memory_equal(a->coordinates, b->coordinates,
                        (size_t)a->columns * sizeof *a->coordinates);
    assert_true(a->collisions == b->collisions && a->distinct == b->distinct);
    assert_int_equal(a->coordinate_rows, b->coordinate_rows);
}

/* Several blocks: any number of threads, C and Fortran order, plain and gzip give the same. */
static void blocks_and_threads_change_nothing(void **state) {
    files *f = *state;
    enum { MANY = 30011, WIDE = 37, SAME = 500 };
    static int16_t c_order[MANY * WIDE], fortran[MANY * WIDE];
    static uint64_t bits[MANY * WIDE];
    static const int threads[] = {1, 2, 5};
    gm_random_bits(f->context, (gm_stream){9, 1}, 0, MANY * WIDE, bits);
    for (int i = 0; i < MANY; i++)
        for (int j = 0; j < WIDE; j++) {
            const int64_t from = (i < MANY - SAME ? i : i - MANY + SAME) * WIDE + j;
            c_order[i * WIDE + j] = fortran[j * MANY + i] = (int16_t)(bits[from] >> (j + 12));
        }
    const char *header = "{'descr': '<i2', 'fortran_order': False, 'shape': (30011, 37)}\n";
    gm_entropy *first =
        of_rows(f, put_npy(f, "<i2", "False", "(30011, 37)", c_order, sizeof c_order), 0);
    check_near(first->collisions, SAME, 0);
    assert_int_equal(first->distinct, MANY - SAME);
    for (int t = 0; t < 3; t++) {
        gm_context *own = f->context;
        f->context = make_context(threads[t], GM_ISA_AUTO);
        for (int form = 0; form < 3; form++) {
            const char *path =
                form == 0   ? put_npy(f, "<i2", "False", "(30011, 37)", c_order, sizeof c_order)
                : form == 1 ? put_npy(f, "<i2", "True", "(30011, 37)", fortran, sizeof fortran)
                            : put_npy_header(f, "t.npy.gz", 1, header, c_order, sizeof c_order);
            gm_entropy *again = of_rows(f, path, 0);
            assert_same(first, again);
            gm_entropy_destroy(f->context, again);
            assert_int_equal(remove(path), 0);
        }
        gm_context_destroy(f->context);
        f->context = own;
    }
    gm_entropy_destroy(f->context, first);
}

/* Rows longer than a block are read in parts. */
static void long_rows_are_compared_whole(void **state) {
    files *f = *state;
    enum { LONG = (1 << 18) + 5 };
    static unsigned char x[3 * LONG];
    x[LONG - 1] = 1; /* row 0 alone differs, in its last entry */
    gm_entropy *e = of_rows(f, put_npy(f, "|u1", "False", "(3, 262149)", x, sizeof x), 0);
    check_near(e->collisions, 1, 0);
    assert_int_equal(e->distinct, 2);
    check_near(e->coordinates[LONG - 1].nats, log(3), 1e-12);
    assert_true(e->coordinates[LONG - 2].nats == 0.0);
    gm_entropy_destroy(f->context, e);
}

/* A column with more values than are counted: its first 2^17 draws, which have 1000 pairs. */
static void many_values_leave_a_subsample(void **state) {
    files *f = *state;
    enum { MANY = (1 << 18) + 100 };
    static int32_t x[2 * MANY];
    for (int i = 0; i < MANY; i++) {
        x[2 * i] = i < GM_TALLY_MOST && i >= GM_TALLY_MOST - 1000 ? i - 50000 : i;
        x[2 * i + 1] = i % 1000;
    }
    gm_entropy *e = of_rows(f, put_npy(f, "<i4", "False", "(262244, 2)", x, sizeof x), 0);
    const double rows = GM_TALLY_MOST, pairs = 1000;
    assert_int_equal(e->coordinate_rows, GM_TALLY_MOST);
    assert_string_equal(e->coordinates[0].method, "subsample");
    check_near(e->coordinates[0].nats, -log(pairs / (rows * (rows - 1) / 2)), 1e-12);
    assert_string_equal(e->coordinates[1].method, "rows");
    check_near(e->coordinates[1].nats, log(1000), 0.01);
    gm_entropy_destroy(f->context, e);
}

/* Values at the limit are all counted; one more is not. */
static void a_tally_holds_what_it_says(void **state) {
    files *f = *state;
    static uint64_t keys[GM_TALLY_MOST + 1];
    gm_tally tally = {0};
    for (int i = 0; i <= GM_TALLY_MOST; i++)
        keys[i] = (uint64_t)i << 40;
    for (int pass = 0; pass < 2; pass++)
        check_ok(f->context, gm_tally_add(f->context, &tally, keys, GM_TALLY_MOST, 1));
    assert_false(tally.overflowed);
    check_near(gm_tally_collisions(&tally).pairs, GM_TALLY_MOST, 0);
    check_near(gm_tally_collisions(&tally).rows, 2 * GM_TALLY_MOST, 0);
    assert_int_equal(tally.capacity, 2 * GM_TALLY_MOST);
    check_ok(f->context, gm_tally_add(f->context, &tally, keys + GM_TALLY_MOST, 1, 1));
    assert_true(tally.overflowed);
    check_near(gm_tally_collisions(&tally).pairs, 0, 0);
    check_near(gm_tally_collisions(&tally).rows, GM_TALLY_MOST, 0);
    gm_tally_release(f->context, &tally);
}

/* Rows of a grid, which weak hashes fold onto each other: 2^18 of them stay apart (of a random
   function: with probability 1 − 2^−29). */
static void structured_rows_stay_apart(void **state) {
    files *f = *state;
    enum { SIDE = 64, GRID = SIDE * SIDE * SIDE };
    uint64_t *hashes = malloc(2 * GRID * sizeof *hashes), *spare = hashes + GRID;
    static const int shifts[] = {0, 12, 32, 52};
    assert_non_null(hashes);
    for (int s = 0; s < 4; s++) {
        gm_collisions found;
        for (uint64_t i = 0; i < GRID; i++) {
            const uint64_t entries[3] = {i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE};
            hashes[i] = GM_ROW_HASH_START;
            for (int j = 0; j < 3; j++)
                hashes[i] = gm_row_hash(hashes[i], entries[j] << shifts[s]);
        }
        check_ok(f->context, gm_row_collisions(f->context, GRID, hashes, spare, &found));
        check_near(found.pairs, 0, 0);
        check_near(found.distinct, GRID, 0);
    }
    free(hashes);
}

static void costs_are_told_from_the_header(void **state) {
    files *f = *state;
    unsigned char x[64] = {0};
    gm_cost cost;
    const char *path = put_npy(f, "<i8", "False", "(4, 2)", x, sizeof x);
    check_ok(f->context, gm_entropy_of_rows_cost(f->context, path, 0, &cost));
    check_near(cost.bytes_read, 64, 0);
    assert_true(cost.operations > 0 && cost.memory > 0 && cost.seconds > 0);
    check_fails(f->context, GM_INVALID_ARGUMENT, "gm_entropy_of_rows_cost: the modulus is -3",
                gm_entropy_of_rows_cost(f->context, path, -3, &cost));
    assert_int_equal(gm_entropy_of_rows_cost(f->context, path, 0, NULL), GM_INVALID_ARGUMENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_set_up, files_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(laws_have_their_entropy),
        TEST(continuous_laws_never_collide),
        TEST(wrong_laws_are_refused),
        cmocka_unit_test(nothing_seen_gives_a_bound),
        cmocka_unit_test(one_atom_has_the_interval_of_its_count),
        cmocka_unit_test(all_rows_equal_have_none),
        TEST(every_type_and_order_counts_alike),
        TEST(residues_are_compared),
        TEST(large_integers_are_exact),
        TEST(bad_entries_are_named),
        TEST(blocks_and_threads_change_nothing),
        TEST(long_rows_are_compared_whole),
        TEST(many_values_leave_a_subsample),
        TEST(a_tally_holds_what_it_says),
        TEST(structured_rows_stay_apart),
        TEST(costs_are_told_from_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
