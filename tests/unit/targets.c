/* What every class of targets must keep, and known values of each. */
#include "context.h"

#include "targets/targets.h"

enum { ROWS = 23, TARGETS = 29, MOST_COLUMNS = 8, MOST_WIDTH = 256, DRAWS = 1 << 16, MOST = 700 };
static const gm_stream rows_stream = {21, 0}, stream = {21, 1};

/* Classes on inputs that they fit. */
static const struct form {
    const char *inputs, *targets;
} forms[] = {
    {"zq:n=3,q=7", "lwe"},
    {"zq:n=3,q=8", "lwe:read=sin,sigma=1.5"},
    {"zq:n=2,q=8,width=3", "lwe:read=centered,secret=uniform"},
    {"zq:n=4,q=5", "lwe:read=phase,secret=ternary"},
    {"zq:n=6,q=11", "lwe:read=cos,secret=binary,sigma=0.5"},
    {"zq:n=2,q=101", "lwe:secret=gaussian,secret_sigma=0.8"},
    {"zq:n=2,q=7", "lwe:secret=gaussian,secret_sigma=2.5"},
    {"zq:n=2,q=8", "lwe:secret=gaussian,secret_sigma=3"},
    {"zq:n=5,q=7", "lwe:secret=ternary,hamming=2"},
    {"zq:n=4,q=7", "lwe:secret=uniform,hamming=2"},
    {"zq:n=6,q=7", "lwe:secret=binary,hamming=5"},
    {"zq:n=3,q=64", "lwe:secret=gaussian,secret_sigma=0.7,hamming=1"},
    {"dgauss:n=4,q=12,sigma=2", "lwe:secret=ternary,hamming=0"},
    {"dgauss:n=3,q=4194304,sigma=1000", "lwe:secret=ternary,hamming=3"},
    {"cube:n=5", "parity"},
    {"cube:n=5,p=0.3", "parity:k=all"},
    {"cube:n=5", "parity:k=2"},
    {"cube:n=5", "parity:k=0"},
    {"cube:n=5", "parity:k=5"},
    {"zq:n=5,q=6", "modsum:k=3"},
    {"dgauss:n=4,q=2,sigma=1", "modsum:k=4"},
    {"gaussian:n=4", "wave:R=2.5"},
    {"box:n=4", "wave:R=30,psi=sin"},
    {"cube:n=4", "wave:R=2,psi=cos"},
    {"zq:n=3,q=7", "wave:R=9,psi=square"},
    {"gaussian:n=1", "wave:R=3,psi=triangle"},
    {"gaussian:n=4", "teacher"},
    {"dgauss:n=4,q=12,sigma=2", "teacher:hidden=3"},
    {"gaussian:n=4", "linear"},
    {"zq:n=3,q=7", "linear"},
    {"cube:n=5", "random"},
    {"gaussian:n=4", "random"},
    {"zq:n=3,q=7", "random"},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* Every key and word of every kind, each of which some form has. */
static const char *const options[] = {
    "lwe",        "secret=uniform", "secret=binary", "secret=ternary", "secret=gaussian",
    "hamming=",   "secret_sigma=",  ",sigma=",       "read=cos",       "read=sin",
    "read=phase", "read=centered",  "wave:R=",       "psi=sin",        "psi=cos",
    "psi=square", "psi=triangle",   "parity",        "k=all",          "parity:k=",
    "modsum:k=",  "teacher",        "hidden=",       "linear",         "random"};

/* A class with the law that it is on, and rows of it of which the last is the first once more. */
typedef struct made {
    gm_inputs *inputs;
    gm_targets *targets;
    bool exact; /* whole numbers and bits: nothing is rounded */
    double x[ROWS * MOST_COLUMNS];
} made;

static made make(const char *inputs, const char *targets) {
    made m = {NULL, NULL, false, {0}};
    check_ok(context, gm_inputs_create(context, inputs, &m.inputs));
    check_ok(context, gm_targets_create(context, targets, m.inputs, &m.targets));
    const int64_t n = m.inputs->columns;
    assert_in_range(n, 1, MOST_COLUMNS);
    assert_int_equal(m.targets->columns, n);
    assert_in_range(m.targets->width, 1, MOST_WIDTH);
    m.exact = m.targets->modulus > 0 || strcmp(m.targets->name, "random") == 0;
    m.inputs->draw(m.inputs, context, rows_stream, 0, ROWS - 1, m.x);
    memcpy(m.x + (ROWS - 1) * n, m.x, (size_t)n * sizeof *m.x);
    return m;
}

static void destroy(made *m) {
    gm_targets_destroy(context, m->targets);
    gm_inputs_destroy(context, m->inputs);
}

/* out [rows][count], from scratch of the size that is asked for and no larger. */
static void evaluate(const made *m, int64_t count, const double *description, int64_t rows,
                     const double *x, double *out) {
    const int64_t size = m->targets->scratch ? m->targets->scratch(m->targets, rows, count) : 0;
    double *scratch = malloc((size_t)(size + 1) * sizeof *scratch);
    assert_non_null(scratch);
    for (int64_t i = 0; i < rows * count; i++)
        out[i] = NAN;
    m->targets->evaluate(m->targets, context, count, description, rows, x, scratch, out);
    free(scratch);
}

/* Label of what evaluate() gave, without error. */
static double label(const made *m, double value) {
    if (m->targets->modulus == 0)
        return value;
    assert_true(value >= 0 && value < (double)m->targets->modulus && value == floor(value));
    return m->targets->labels[(int64_t)value];
}

static void names_find_their_class(void **state) {
    (void)state;
    const gm_targets_kind *kind;
    int count = 0;
    for (; (kind = gm_targets_at(count)) != NULL; count++) {
        bool tried = false, listed = false;
        const size_t length = strlen(kind->name);
        for (int k = 0; k < FORMS; k++)
            tried = tried || strncmp(forms[k].targets, kind->name, length) == 0;
        for (size_t o = 0; o < sizeof options / sizeof *options; o++)
            listed = listed || strncmp(options[o], kind->name, length) == 0;
        if (!tried || !listed)
            fail_msg("no form of %s is tested", kind->name);
    }
    assert_true(count >= 7);
    assert_null(gm_targets_at(-1));
    assert_null(gm_targets_at(count + 1));
    for (size_t o = 0; o < sizeof options / sizeof *options; o++) {
        bool tried = false;
        for (int k = 0; k < FORMS; k++)
            tried = tried || strstr(forms[k].targets, options[o]);
        if (!tried)
            fail_msg("no form has %s", options[o]);
    }
    for (int k = 0; k < FORMS; k++) {
        made m = make(forms[k].inputs, forms[k].targets);
        assert_int_equal(strncmp(forms[k].targets, m.targets->name, strlen(m.targets->name)), 0);
        destroy(&m);
    }
    gm_targets_destroy(context, NULL);
}

static void draws_are_addressed(void **state) {
    (void)state;
    static double whole[TARGETS * MOST_WIDTH], cut[TARGETS * MOST_WIDTH];
    const int64_t starts[] = {0, 3, ((int64_t)1 << 40) + 1};
    for (int k = 0; k < FORMS; k++) {
        made m = make(forms[k].inputs, forms[k].targets);
        const int64_t width = m.targets->width;
        const size_t size = (size_t)(TARGETS * width) * sizeof *whole;
        for (int s = 0; s < 3; s++) {
            m.targets->draw(m.targets, context, stream, starts[s], TARGETS, whole);
            for (int64_t first = 0, count; first < TARGETS; first += count) {
                count = 1 + (first * 5 + 2) % 7;
                count = count < TARGETS - first ? count : TARGETS - first;
                m.targets->draw(m.targets, context, stream, starts[s] + first, count,
                                cut + first * width);
            }
            assert_memory_equal(whole, cut, size);
        }
        m.targets->draw(m.targets, context, (gm_stream){22, 1}, starts[2], TARGETS, cut);
        assert_int_equal(memcmp(whole, cut, size) != 0, m.targets->count != 1);
        destroy(&m);
    }
}

/* Labels are a function of the row and the target, however both are cut into blocks. */
static void labels_are_functions_of_rows(void **state) {
    (void)state;
    static double h[TARGETS * MOST_WIDTH], whole[ROWS * TARGETS], cut[ROWS * TARGETS];
    for (int k = 0; k < FORMS; k++) {
        made m = make(forms[k].inputs, forms[k].targets);
        const int64_t n = m.targets->columns, width = m.targets->width;
        const double tolerance = m.exact ? 0 : 1e-12;
        double lowest = INFINITY, highest = -INFINITY;
        m.targets->draw(m.targets, context, stream, 0, TARGETS, h);
        evaluate(&m, TARGETS, h, ROWS, m.x, whole);
        for (int64_t i = 0, rows; i < ROWS; i += rows) {
            rows = 1 + i % 4 < ROWS - i ? 1 + i % 4 : ROWS - i;
            for (int64_t t = 0, count; t < TARGETS; t += count) {
                count = 1 + t % 5 < TARGETS - t ? 1 + t % 5 : TARGETS - t;
                evaluate(&m, count, h + t * width, rows, m.x + i * n, cut);
                for (int64_t a = 0; a < rows; a++)
                    for (int64_t b = 0; b < count; b++)
                        check_near(cut[a * count + b], whole[(i + a) * TARGETS + t + b], tolerance);
            }
        }
        for (int64_t t = 0; t < TARGETS; t++) {
            check_near(whole[(ROWS - 1) * TARGETS + t], whole[t], tolerance);
            for (int64_t i = 0; i < ROWS; i++) {
                const double y = label(&m, whole[i * TARGETS + t]);
                lowest = fmin(lowest, y);
                highest = fmax(highest, y);
                assert_true(isfinite(y) && (!m.targets->signs || fabs(y) == 1.0));
            }
        }
        /* Labels of one value: no secret but 0. */
        assert_int_equal(lowest < highest, !strstr(forms[k].targets, "hamming=0") &&
                                               !strstr(forms[k].targets, "k=0"));
        assert_int_equal(m.targets->signs, strstr(forms[k].targets, "parity") ||
                                               strstr(forms[k].targets, "square") ||
                                               strstr(forms[k].targets, "random"));
        destroy(&m);
    }
}

static int64_t modulo(int64_t a, int64_t q) {
    return (a % q + q) % q;
}

/* Σ_j s_j r_j mod q in whole numbers; secrets are residues. */
static void characters_are_inner_products(void **state) {
    (void)state;
    static double h[TARGETS * MOST_WIDTH], out[ROWS * TARGETS];
    int characters = 0;
    for (int k = 0; k < FORMS; k++) {
        made m = make(forms[k].inputs, forms[k].targets);
        const int64_t n = m.targets->columns, q = m.targets->modulus;
        if (q > 0) {
            m.targets->draw(m.targets, context, stream, 0, TARGETS, h);
            evaluate(&m, TARGETS, h, ROWS, m.x, out);
            for (int64_t i = 0; i < ROWS; i++)
                for (int64_t t = 0; t < TARGETS; t++) {
                    int64_t sum = 0;
                    for (int64_t j = 0; j < n; j++) {
                        const double r =
                            m.targets->residue_scale * m.x[i * n + j] + m.targets->residue_shift;
                        const double s = h[t * n + j];
                        assert_true(r == floor(r) && s == floor(s));
                        assert_true(s > -(double)q && s < (double)q);
                        sum += modulo((int64_t)s, q) * modulo((int64_t)r, q);
                    }
                    assert_true(out[i * TARGETS + t] == (double)modulo(sum, q));
                }
            characters++;
        }
        destroy(&m);
    }
    assert_true(characters >= 20);
}

/* Where n q² is 2^53: products at the edge of what float64 holds. */
static void the_largest_products_are_exact(void **state) {
    (void)state;
    gm_inputs *inputs = NULL;
    gm_targets *targets = NULL;
    const int64_t n = 512, q = 4194304;
    double *x = malloc((size_t)n * sizeof *x), *s = malloc((size_t)n * sizeof *s);
    double *room = malloc((size_t)n * sizeof *room), out = NAN;
    assert_true(x && s && room);
    check_ok(context, gm_inputs_create(context, "zq:n=512,q=4194304", &inputs));
    check_ok(context, gm_targets_create(context, "lwe:read=phase", inputs, &targets));
    for (int odd = 0; odd < 3; odd++) {
        int64_t sum = 0;
        for (int64_t j = 0; j < n; j++) {
            x[j] = -(double)(q / 2) + odd % 2;
            s[j] = (double)(q - 1) - (double)(j == 7 && odd == 2);
            sum += modulo((int64_t)x[j] * (int64_t)s[j], q);
        }
        targets->evaluate(targets, context, 1, s, 1, x, room, &out);
        assert_true(out == (double)modulo(sum, q));
    }
    free(x), free(s), free(room);
    gm_targets_destroy(context, targets);
    gm_inputs_destroy(context, inputs);
}

static int64_t width_of_entries; /* for by_entries() */

static int by_entries(const void *a, const void *b) {
    const double *left = a, *right = b;
    for (int64_t j = 0; j < width_of_entries; j++)
        if (left[j] != right[j])
            return left[j] < right[j] ? -1 : 1;
    return 0;
}

/* All targets of a class, sorted, and their probabilities in that order. */
static int64_t enumerated(const gm_targets *targets, double *sorted, double *probability) {
    static double p[MOST], all[MOST * MOST_COLUMNS];
    const int64_t width = targets->width, size = (int64_t)targets->count;
    assert_in_range(size, 1, MOST);
    assert_in_range(width, 1, MOST_COLUMNS);
    targets->enumerate(targets, 0, size, all, p);
    memcpy(sorted, all, (size_t)(size * width) * sizeof *all);
    width_of_entries = width;
    qsort(sorted, (size_t)size, (size_t)width * sizeof *sorted, by_entries);
    for (int64_t i = 0; i < size; i++) {
        double again[MOST_COLUMNS], of_it = NAN;
        targets->enumerate(targets, i, 1, again, &of_it);
        assert_true(by_entries(again, all + i * width) == 0 && of_it == p[i]);
        const double *at =
            bsearch(again, sorted, (size_t)size, (size_t)width * sizeof *sorted, by_entries);
        assert_non_null(at);
        probability[(at - sorted) / width] = p[i];
    }
    return size;
}

/* Each target once, also modulo q; drawn as often as its probability says. */
static void enumerations_are_complete(void **state) {
    (void)state;
    static double sorted[MOST * MOST_COLUMNS], p[MOST], h[DRAWS * MOST_COLUMNS];
    int classes = 0;
    for (int k = 0; k < FORMS; k++) {
        made m = make(forms[k].inputs, forms[k].targets);
        const int64_t n = m.targets->width, q = m.targets->modulus;
        if (m.targets->count == 0) {
            assert_int_equal(q, 0);
            destroy(&m);
            continue;
        }
        const int64_t size = enumerated(m.targets, sorted, p);
        double counts[MOST] = {0}, total = 0, rare = 0, rarely = 0;
        int judged = 0;
        m.targets->draw(m.targets, context, stream, 0, DRAWS, h);
        for (int64_t i = 0; i < DRAWS; i++) {
            const double *at =
                bsearch(h + i * n, sorted, (size_t)size, (size_t)n * sizeof *h, by_entries);
            assert_non_null(at);
            counts[(at - sorted) / n]++;
        }
        for (int64_t i = 0; i < size; i++) {
            for (int64_t other = 0; other < i; other++) {
                bool same = true;
                for (int64_t j = 0; j < n; j++)
                    same = same &&
                           modulo((int64_t)(sorted[i * n + j] - sorted[other * n + j]), q) == 0;
                assert_false(same);
            }
            const double tolerance = 5 * sqrt(p[i] * (1 - p[i]) / DRAWS) + 1e-12;
            assert_true(p[i] >= 0);
            total += p[i];
            if (p[i] * DRAWS < 80) {
                rare += p[i];
                rarely += counts[i];
                continue;
            }
            check_near(counts[i] / DRAWS, p[i], tolerance);
            assert_true(tolerance <= 0.6 * p[i]);
            judged++;
        }
        check_near(total, 1, 1e-13);
        check_near(rarely / DRAWS, rare, 5 * sqrt(rare * (1 - rare) / DRAWS) + 5.0 / DRAWS);
        assert_true(judged >= 1 && rare < 0.1);
        classes++;
        destroy(&m);
    }
    assert_true(classes >= 20);
}

/* The number of a secret is its place in Z_q^n, the last entry fastest. */
static void uniform_secrets_are_numbered_by_place(void **state) {
    (void)state;
    made m = make("zq:n=3,q=7", "lwe");
    double s[3], p = NAN;
    m.targets->enumerate(m.targets, 3 * 49 + 5 * 7 + 6, 1, s, &p);
    assert_true(s[0] == 3 && s[1] == 5 && s[2] == 6);
    check_near(p, 1.0 / 343, 1e-17);
    check_near(m.targets->count, 343, 0);
    destroy(&m);
}

/* Probabilities of secrets by hand. */
static void secrets_have_their_laws(void **state) {
    (void)state;
    static const struct {
        const char *inputs, *targets;
        double count, each;
    } uniform[] = {{"zq:n=4,q=5", "lwe:secret=ternary", 81, 1.0 / 81},
                   {"zq:n=6,q=5", "lwe:secret=binary", 64, 1.0 / 64},
                   {"zq:n=4,q=5", "lwe:secret=ternary,hamming=2", 24, 1.0 / 24},
                   {"zq:n=4,q=5", "lwe:secret=binary,hamming=2", 6, 1.0 / 6},
                   {"zq:n=4,q=5", "lwe:hamming=4", 256, 1.0 / 256},
                   {"zq:n=4,q=5", "lwe:hamming=0", 1, 1},
                   {"cube:n=5", "parity", 32, 1.0 / 32},
                   {"cube:n=5", "parity:k=2", 10, 0.1},
                   {"zq:n=5,q=3", "modsum:k=4", 5, 0.2}};
    double s[MOST_COLUMNS], p = NAN;
    for (size_t u = 0; u < sizeof uniform / sizeof *uniform; u++) {
        made m = make(uniform[u].inputs, uniform[u].targets);
        check_near(m.targets->count, uniform[u].count, 0);
        for (int64_t i = 0; i < (int64_t)uniform[u].count; i++) {
            m.targets->enumerate(m.targets, i, 1, s, &p);
            check_near(p, uniform[u].each, 1e-15);
        }
        destroy(&m);
    }
    /* One entry that is not 0, of a discrete Gaussian given that: P(s) = g(s) / n Σ_{t≠0} g(t). */
    made m = make("zq:n=3,q=64", "lwe:secret=gaussian,secret_sigma=0.7,hamming=1");
    double total = 0;
    for (int t = 1; t <= 7; t++)
        total += 2 * exp(-t * t / (2 * 0.49));
    for (int64_t i = 0; i < (int64_t)m.targets->count; i++) {
        m.targets->enumerate(m.targets, i, 1, s, &p);
        const double t = s[0] + s[1] + s[2];
        assert_int_equal((s[0] != 0) + (s[1] != 0) + (s[2] != 0), 1);
        check_near(p, exp(-t * t / (2 * 0.49)) / total / 3, 1e-15);
    }
    destroy(&m);
}

/* A Gaussian wider than the residues is that of s mod q: each residue once, with all of its weight;
   also where it is 0 modulo q and the entry was to be another. */
static void wide_secrets_are_reduced(void **state) {
    (void)state;
    for (int64_t q = 2; q <= 9; q++)
        for (int k = 0; k < 6; k++) {
            char inputs[32], targets[64];
            const bool hamming = k % 2;
            const double sigma = (const double[]){0.7, 1.7, (double)q}[k / 2];
            double weight[16] = {0}, total = 0, s = NAN, p = NAN, sum = 0;
            snprintf(inputs, sizeof inputs, "zq:n=1,q=%d", (int)q);
            snprintf(targets, sizeof targets, "lwe:secret=gaussian,secret_sigma=%g%s", sigma,
                     hamming ? ",hamming=1" : "");
            made m = make(inputs, targets);
            for (int64_t x = -200; x <= 200; x++) {
                const double w = exp(-0.5 * (double)(x * x) / (sigma * sigma));
                weight[modulo(x, q)] += w;
                total += hamming && modulo(x, q) == 0 ? 0 : w;
            }
            check_near(m.targets->count, (double)(q - hamming), 0);
            for (int64_t i = 0; i < q - hamming; i++) {
                m.targets->enumerate(m.targets, i, 1, &s, &p);
                check_near(p, weight[modulo((int64_t)s, q)] / total, 1e-14);
                assert_true(s >= -(double)q / 2 && s < (double)q / 2);
                sum += p;
            }
            check_near(sum, 1, 1e-14);
            destroy(&m);
        }
    made m = make("zq:n=1,q=4194304", "lwe:secret=gaussian,secret_sigma=4194304");
    check_near(m.targets->count, 4194304, 0);
    destroy(&m);
}

/* Weights, positions, and pairs of positions of sparse secrets of many entries. */
static void sparse_secrets_are_uniform(void **state) {
    (void)state;
    enum { N = 64, WEIGHT = 10, MANY = 1 << 14 };
    static double s[MANY * N];
    gm_inputs *inputs = NULL;
    gm_targets *targets = NULL;
    double at[N] = {0}, first = 0, ends = 0, last = 0, negative = 0;
    check_ok(context, gm_inputs_create(context, "zq:n=64,q=257", &inputs));
    check_ok(context,
             gm_targets_create(context, "lwe:secret=ternary,hamming=10", inputs, &targets));
    targets->draw(targets, context, stream, 0, MANY, s);
    for (int64_t h = 0; h < MANY; h++) {
        int weight = 0;
        for (int j = 0; j < N; j++) {
            const double entry = s[h * N + j];
            assert_true(entry == 0 || fabs(entry) == 1);
            weight += entry != 0;
            negative += entry < 0;
            at[j] += entry != 0;
        }
        assert_int_equal(weight, WEIGHT);
        first += s[h * N] != 0 && s[h * N + 1] != 0;
        ends += s[h * N] != 0 && s[h * N + N - 1] != 0;
        last += s[h * N + N - 2] != 0 && s[h * N + N - 1] != 0;
    }
    const double share = (double)WEIGHT / N, pair = share * (WEIGHT - 1) / (N - 1);
    const double of_pair = 5 * sqrt(pair * (1 - pair) / MANY);
    for (int j = 0; j < N; j++)
        check_near(at[j] / MANY, share, 5 * sqrt(share * (1 - share) / MANY));
    check_near(first / MANY, pair, of_pair);
    check_near(ends / MANY, pair, of_pair);
    check_near(last / MANY, pair, of_pair);
    check_near(negative / (MANY * WEIGHT), 0.5, 5 * 0.5 / sqrt(MANY * WEIGHT));
    assert_true(of_pair < 0.3 * pair);
    gm_targets_destroy(context, targets);
    gm_inputs_destroy(context, inputs);
}

/* Subsets in lexicographic order, of large classes too: the pair of number
   i (2n − i − 1)/2 + j − i − 1 is (i, j), and the values run fastest. */
static void large_classes_are_numbered(void **state) {
    (void)state;
    enum { N = 6000 };
    static double s[N];
    static const int64_t pairs[][2] = {{0, 1},      {0, N - 1},     {1, 2},
                                       {777, 4321}, {N - 3, N - 1}, {N - 2, N - 1}};
    gm_inputs *inputs = NULL;
    gm_targets *targets = NULL;
    double p = NAN;
    check_ok(context, gm_inputs_create(context, "zq:n=6000,q=7", &inputs));
    check_ok(context, gm_targets_create(context, "lwe:secret=ternary,hamming=2", inputs, &targets));
    check_near(targets->count, 4.0 * N * (N - 1) / 2, 0);
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
        for (int values = 0; values < 4; values++) {
            const int64_t i = pairs[k][0], j = pairs[k][1];
            const int64_t number = i * (2 * N - i - 1) / 2 + j - i - 1;
            targets->enumerate(targets, 4 * number + values, 1, s, &p);
            for (int64_t a = 0; a < N; a++)
                assert_true(a == i   ? s[a] == (values % 2 ? 1 : -1)
                            : a == j ? s[a] == (values / 2 ? 1 : -1)
                                     : s[a] == 0);
            check_near(p, 2.0 / (4.0 * N * (N - 1)), 1e-22);
        }
    gm_targets_destroy(context, targets);
    /* All but one: as many as entries, and numbered at once, though 5999 are chosen. */
    check_ok(context,
             gm_targets_create(context, "lwe:secret=binary,hamming=5999", inputs, &targets));
    check_near(targets->count, N, 0);
    for (int64_t number = 0; number < N; number += N / 2 - 1) {
        targets->enumerate(targets, number, 1, s, &p);
        for (int64_t a = 0; a < N; a++)
            assert_true(s[a] == (a == N - 1 - number ? 0 : 1));
        check_near(p, 1.0 / N, 1e-18);
    }
    gm_targets_destroy(context, targets);
    /* More than float64 can count; the first ones can still be told. */
    check_ok(context,
             gm_targets_create(context, "lwe:secret=ternary,hamming=3000", inputs, &targets));
    assert_true(isinf(targets->count));
    targets->enumerate(targets, 1, 1, s, &p);
    for (int64_t a = 0; a < N; a++)
        assert_true(s[a] == (a == 0 ? 1 : a < 3000 ? -1 : 0));
    gm_targets_destroy(context, targets);
    gm_inputs_destroy(context, inputs);
}

/* Labels against their definitions; what is symmetric is so exactly. */
static void readings_are_their_definitions(void **state) {
    (void)state;
    static const int64_t moduli[] = {2, 3, 7, 8, 12, 4096, 4194304};
    static const char *const texts[] = {"lwe:read=cos", "lwe:read=sin", "lwe:read=centered",
                                        "lwe:read=phase", "lwe"};
    const long double turn = 6.28318530717958647692528676655900577L;
    for (size_t m = 0; m < sizeof moduli / sizeof *moduli; m++) {
        const int64_t q = moduli[m];
        char text[32];
        const double *labels[5];
        gm_targets *targets[5] = {NULL};
        gm_inputs *inputs = NULL;
        snprintf(text, sizeof text, "zq:n=1,q=%d", (int)q);
        check_ok(context, gm_inputs_create(context, text, &inputs));
        for (int r = 0; r < 5; r++) {
            check_ok(context, gm_targets_create(context, texts[r], inputs, &targets[r]));
            labels[r] = targets[r]->labels;
        }
        for (int64_t t = 0; t < q; t++) {
            const long double angle = turn * (long double)t / (long double)q;
            check_near(labels[0][t], (double)cosl(angle), 1e-15);
            check_near(labels[1][t], (double)sinl(angle), 1e-15);
            assert_true(labels[2][t] == (double)(2 * t < q ? t : t - q) / (double)q);
            assert_true(labels[3][t] == (double)t / (double)q);
            assert_true(labels[4][t] == labels[0][t]);
            assert_true(labels[0][t] == labels[0][modulo(-t, q)]);
            assert_true(labels[1][t] == -labels[1][modulo(-t, q)]);
            assert_true(2 * t == q || labels[2][t] == -labels[2][modulo(-t, q)]);
        }
        assert_true(labels[0][0] == 1 && labels[1][0] == 0);
        assert_true(q % 2 ||
                    (labels[0][q / 2] == -1 && labels[1][q / 2] == 0 && labels[2][q / 2] == -0.5));
        for (int r = 0; r < 5; r++)
            gm_targets_destroy(context, targets[r]);
        gm_inputs_destroy(context, inputs);
    }
}

static void errors_are_discrete_gaussian(void **state) {
    (void)state;
    static const double sigmas[] = {0.05, 0.4, 1, 3.2, 40, 101};
    gm_inputs *inputs = NULL;
    gm_targets *targets = NULL;
    check_ok(context, gm_inputs_create(context, "zq:n=2,q=101", &inputs));
    for (size_t k = 0; k < sizeof sigmas / sizeof *sigmas; k++) {
        const double sigma = sigmas[k];
        char text[32];
        double total = 0, variance = 0;
        snprintf(text, sizeof text, "lwe:sigma=%g", sigma);
        check_ok(context, gm_targets_create(context, text, inputs, &targets));
        const int64_t reach = targets->reach;
        const double *p = targets->errors + reach;
        assert_true((double)reach >= 9 * sigma);
        for (int64_t e = -reach; e <= reach; e++) {
            total += p[e];
            variance += (double)(e * e) * p[e];
            assert_true(p[e] == p[-e]);
            check_near(p[e], p[0] * exp(-0.5 * (double)(e * e) / (sigma * sigma)), 1e-16);
        }
        check_near(total, 1, 1e-13);
        if (sigma >= 3) /* σ² but for 4π² σ⁴ e^{−2π²σ²} */
            check_near(variance, sigma * sigma, 1e-12 * sigma * sigma);
        gm_targets_destroy(context, targets);
    }
    const char *const without[] = {"lwe", "lwe:sigma=0"};
    for (int k = 0; k < 2; k++) {
        check_ok(context, gm_targets_create(context, without[k], inputs, &targets));
        assert_int_equal(targets->reach, 0);
        check_near(targets->errors[0], 1, 0);
        gm_targets_destroy(context, targets);
    }
    gm_inputs_destroy(context, inputs);
}

static void parities_are_products_of_signs(void **state) {
    (void)state;
    static double s[32 * 5], p[32], out[32 * 32], x[32 * 5], px[32];
    made m = make("cube:n=5", "parity");
    m.targets->enumerate(m.targets, 0, 32, s, p);
    m.inputs->enumerate(m.inputs, 0, 32, x, px);
    evaluate(&m, 32, s, 32, x, out);
    for (int i = 0; i < 32; i++)
        for (int h = 0; h < 32; h++) {
            double product = 1;
            for (int j = 0; j < 5; j++)
                product *= s[h * 5 + j] == 1 ? x[i * 5 + j] : 1;
            assert_true(label(&m, out[i * 32 + h]) == product);
        }
    destroy(&m);
}

static void modsum_is_the_sum_of_k_residues(void **state) {
    (void)state;
    static double s[TARGETS * 5], out[ROWS * TARGETS];
    made m = make("zq:n=5,q=6", "modsum:k=3");
    m.targets->draw(m.targets, context, stream, 0, TARGETS, s);
    evaluate(&m, TARGETS, s, ROWS, m.x, out);
    for (int i = 0; i < ROWS; i++)
        for (int h = 0; h < TARGETS; h++) {
            int64_t sum = 0, picked = 0;
            for (int j = 0; j < 5; j++) {
                assert_true(s[h * 5 + j] == 0 || s[h * 5 + j] == 1);
                picked += s[h * 5 + j] == 1;
                sum += s[h * 5 + j] == 1 ? (int64_t)m.x[i * 5 + j] : 0;
            }
            assert_int_equal(picked, 3);
            assert_true(label(&m, out[i * TARGETS + h]) == (double)modulo(sum, 6) / 6);
        }
    assert_int_equal(m.targets->reach, 0);
    destroy(&m);
}

static double sign_of_sine(double t) {
    return sin(t) >= 0 ? 1 : -1;
}

/* Through 0, π/2, 3π/2 at 0, 1, −1, straight between. */
static double zigzag(double t) {
    const double phase = t / 6.283185307179586476925, s = phase - floor(phase);
    return s < 0.25 ? 4 * s : s < 0.75 ? 2 - 4 * s : 4 * s - 4;
}

static void waves_are_their_formula(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double (*psi)(double t);
    } shapes[] = {{"wave:R=2.5", sin},
                  {"wave:R=2.5,psi=sin", sin},
                  {"wave:R=2.5,psi=cos", cos},
                  {"wave:R=2.5,psi=square", sign_of_sine},
                  {"wave:R=2.5,psi=triangle", zigzag}};
    static double u[TARGETS * 3], out[ROWS * TARGETS];
    for (int k = 0; k < 10; k++) {
        made m = make(k % 2 ? "gaussian:n=3" : "zq:n=3,q=7", shapes[k / 2].text);
        m.targets->draw(m.targets, context, stream, 0, TARGETS, u);
        evaluate(&m, TARGETS, u, ROWS, m.x, out);
        for (int h = 0; h < TARGETS; h++) {
            const double *v = u + 3 * h;
            check_near(sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]), 2.5 * m.inputs->scale, 1e-15);
            for (int i = 0; i < ROWS; i++) {
                const double *x = m.x + 3 * i, t = v[0] * x[0] + v[1] * x[1] + v[2] * x[2];
                check_near(out[i * TARGETS + h], shapes[k / 2].psi(t), 1e-14);
            }
        }
        destroy(&m);
    }
}

/* Close to π/2 the sine is 1 to the last digit long before the triangle is. */
static void triangles_are_straight_to_their_tips(void **state) {
    (void)state;
    made m = make("gaussian:n=1", "wave:R=1,psi=triangle");
    const double u = 1, quarter = 1.57079632679489661923;
    for (double step = 1e-2; step > 1e-10; step /= 10) {
        const double x[2] = {quarter - step, -quarter - step};
        double out[2];
        evaluate(&m, 1, &u, 2, x, out);
        check_near(out[0], 1 - step / quarter, 1e-15);
        check_near(out[1], -1 + step / quarter, 1e-15);
    }
    destroy(&m);
}

/* E u = 0, E u uᵀ = R²/n, with E u_i⁴ = 3R⁴/n(n+2) and E u_i² u_j² = R⁴/n(n+2). */
static void waves_go_in_all_directions(void **state) {
    (void)state;
    enum { N = 4 };
    static double u[DRAWS * N];
    made m = make("gaussian:n=4", "wave:R=2.5");
    const double square = 2.5 * 2.5, fourth = square * square / (N * (N + 2)), root = sqrt(DRAWS);
    m.targets->draw(m.targets, context, stream, 0, DRAWS, u);
    for (int i = 0; i < N; i++) {
        double mean = 0;
        for (int64_t h = 0; h < DRAWS; h++)
            mean += u[h * N + i] / DRAWS;
        check_near(mean, 0, 5 * sqrt(square / N) / root);
        for (int j = 0; j <= i; j++) {
            double product = 0;
            for (int64_t h = 0; h < DRAWS; h++)
                product += u[h * N + i] * u[h * N + j] / DRAWS;
            const double expected = i == j ? square / N : 0;
            const double variance = (i == j ? 3 : 1) * fourth - expected * expected;
            check_near(product, expected, 5 * sqrt(variance) / root);
            assert_true(5 * sqrt(variance) / root < 0.05 * square / N);
        }
    }
    destroy(&m);
}

static void teachers_are_their_formula(void **state) {
    (void)state;
    enum { HIDDEN = 3, WIDTH = 5 * HIDDEN };
    static double w[TARGETS * WIDTH], out[ROWS * TARGETS];
    made m = make("dgauss:n=4,q=12,sigma=2", "teacher:hidden=3");
    assert_int_equal(m.targets->width, WIDTH);
    m.targets->draw(m.targets, context, stream, 0, TARGETS, w);
    evaluate(&m, TARGETS, w, ROWS, m.x, out);
    for (int h = 0; h < TARGETS; h++)
        for (int i = 0; i < ROWS; i++) {
            double y = 0;
            for (int u = 0; u < HIDDEN; u++) {
                double z = 0;
                for (int j = 0; j < 4; j++)
                    z += w[h * WIDTH + u * 4 + j] * m.x[i * 4 + j];
                y += w[h * WIDTH + HIDDEN * 4 + u] * tanh(z);
            }
            check_near(out[i * TARGETS + h], y, 1e-14);
        }
    destroy(&m);
    m = make("gaussian:n=4", "teacher");
    assert_int_equal(m.targets->width, 16 * 5);
    destroy(&m);
}

/* Mean and variance of each group of weights; what a model sees is x times the scale. */
static void teachers_have_the_fan_in_of_a_network(void **state) {
    (void)state;
    enum { MANY = 1 << 12 };
    static const char *const laws[] = {"gaussian:n=4", "zq:n=7,q=11"};
    static double w[MANY * 3 * 8];
    for (int l = 0; l < 2; l++) {
        made m = make(laws[l], "teacher:hidden=3");
        const int64_t n = m.targets->columns, width = m.targets->width, inner = 3 * n;
        double means[2] = {0}, squares[2] = {0};
        m.targets->draw(m.targets, context, stream, 0, MANY, w);
        for (int64_t i = 0; i < MANY * width; i++) {
            const bool outer = i % width >= inner;
            means[outer] += w[i];
            squares[outer] += w[i] * w[i];
        }
        const double scale = m.inputs->scale;
        const double variance[2] = {scale * scale / (double)n, 1.0 / 3};
        for (int outer = 0; outer < 2; outer++) {
            const double count = (double)MANY * (double)(outer ? 3 : inner);
            check_near(means[outer] / count, 0, 5 * sqrt(variance[outer] / count));
            check_near(squares[outer] / count, variance[outer],
                       5 * variance[outer] * sqrt(2 / count));
            assert_true(5 * sqrt(2 / count) < 0.1);
        }
        destroy(&m);
    }
}

/* N(0, I) in what a model sees of the row. */
static void linear_targets_are_standard_normal(void **state) {
    (void)state;
    enum { N = 3 };
    static const char *const laws[] = {"gaussian:n=3", "zq:n=3,q=7"};
    static double a[DRAWS * N], out[ROWS * TARGETS];
    const double root = sqrt(DRAWS);
    for (int l = 0; l < 2; l++) {
        made m = make(laws[l], "linear");
        m.targets->draw(m.targets, context, stream, 0, DRAWS, a);
        for (int64_t i = 0; i < DRAWS * N; i++)
            a[i] /= m.inputs->scale;
        for (int i = 0; i < N; i++) {
            double mean = 0, fourth = 0;
            for (int64_t h = 0; h < DRAWS; h++) {
                mean += a[h * N + i] / DRAWS;
                fourth += pow(a[h * N + i], 4) / DRAWS;
            }
            check_near(mean, 0, 5 / root);
            check_near(fourth, 3, 5 * sqrt(96) / root);
            for (int j = 0; j <= i; j++) {
                double product = 0;
                for (int64_t h = 0; h < DRAWS; h++)
                    product += a[h * N + i] * a[h * N + j] / DRAWS;
                check_near(product, i == j, 5 * sqrt(i == j ? 2 : 1) / root);
            }
        }
        evaluate(&m, TARGETS, a, ROWS, m.x, out);
        for (int i = 0; i < ROWS; i++)
            for (int h = 0; h < TARGETS; h++)
                check_near(out[i * TARGETS + h],
                           a[3 * h] * m.x[3 * i] + a[3 * h + 1] * m.x[3 * i + 1] +
                               a[3 * h + 2] * m.x[3 * i + 2],
                           1e-14);
        destroy(&m);
    }
}

/* E_h h(x) h(x') of rows i and j as the class says it. */
static double second_moment(const made *m, int64_t i, int64_t j) {
    const int64_t n = m->targets->columns, rank = m->targets->rank;
    double f[MOST_COLUMNS], g[MOST_COLUMNS], sum = 0;
    if (m->targets->white)
        return memcmp(m->x + i * n, m->x + j * n, (size_t)n * sizeof *m->x) == 0;
    assert_in_range(rank, 1, MOST_COLUMNS);
    m->targets->moment(m->targets, 1, m->x + i * n, f);
    m->targets->moment(m->targets, 1, m->x + j * n, g);
    for (int64_t r = 0; r < rank; r++)
        sum += f[r] * g[r];
    return sum;
}

/* Where a class knows E_h h(x) h(x'), and that E_h h(x) = 0: averages over many targets. */
static void second_moments_are_averages(void **state) {
    (void)state;
    enum { MANY = 1 << 14, FEW = 6 };
    static double h[MANY * MOST_COLUMNS], out[(FEW + 1) * MANY];
    int known = 0;
    for (int k = 0; k < FORMS; k++) {
        made m = make(forms[k].inputs, forms[k].targets);
        const int64_t n = m.targets->columns;
        if (!m.targets->white && m.targets->rank == 0) {
            destroy(&m);
            continue;
        }
        assert_in_range(m.targets->width, 1, MOST_COLUMNS);
        memcpy(m.x + FEW * n, m.x, (size_t)n * sizeof *m.x); /* a row twice */
        m.targets->draw(m.targets, context, stream, 0, MANY, h);
        evaluate(&m, MANY, h, FEW + 1, m.x, out);
        for (int i = 0; i <= FEW; i++) {
            double mean = 0, square = 0;
            for (int64_t t = 0; t < MANY; t++)
                mean += out[i * MANY + t] / MANY;
            for (int64_t t = 0; t < MANY; t++)
                square += pow(out[i * MANY + t] - mean, 2) / (MANY - 1);
            check_near(mean, 0, 5 * sqrt(square / MANY));
            for (int j = 0; j <= i; j++) {
                double product = 0, spread = 0;
                const double expected = second_moment(&m, i, j);
                for (int64_t t = 0; t < MANY; t++)
                    product += out[i * MANY + t] * out[j * MANY + t] / MANY;
                for (int64_t t = 0; t < MANY; t++)
                    spread += pow(out[i * MANY + t] * out[j * MANY + t] - product, 2) / (MANY - 1);
                check_near(product, expected, 5 * sqrt(spread / MANY) + 1e-14);
                if (i == j)
                    assert_true(5 * sqrt(spread / MANY) < 0.1 * expected || expected == 0);
            }
        }
        known++;
        destroy(&m);
    }
    assert_true(known >= 5);
}

/* All rows of a cube under many keys: signs without mean, no two rows or keys related. */
static void random_labels_are_independent(void **state) {
    (void)state;
    enum { KEYS = 1 << 12, CORNERS = 32, N = 5 };
    static double h[KEYS], y[CORNERS * KEYS], x[CORNERS * N], p[CORNERS];
    made m = make("cube:n=5", "random");
    m.inputs->enumerate(m.inputs, 0, CORNERS, x, p);
    m.targets->draw(m.targets, context, stream, 0, KEYS, h);
    evaluate(&m, KEYS, h, CORNERS, x, y);
    for (int i = 0; i < CORNERS; i++) {
        double mean = 0;
        for (int t = 0; t < KEYS; t++) {
            assert_true(fabs(y[i * KEYS + t]) == 1);
            mean += y[i * KEYS + t] / KEYS;
        }
        check_near(mean, 0, 5 / sqrt(KEYS));
        for (int j = 0; j < i; j++) {
            double product = 0;
            for (int t = 0; t < KEYS; t++)
                product += y[i * KEYS + t] * y[j * KEYS + t] / KEYS;
            check_near(product, 0, 5 / sqrt(KEYS));
        }
    }
    /* Neighbouring keys, over all rows: E of the product is 0, its variance 1. */
    double product = 0;
    for (int64_t i = 0; i < CORNERS * KEYS - 1; i++)
        product += (i + 1) % KEYS ? y[i] * y[i + 1] / (CORNERS * KEYS) : 0;
    check_near(product, 0, 5 / sqrt(CORNERS * KEYS));
    for (int t = 0; t < KEYS; t++) {
        assert_true(h[t] >= 0 && h[t] < 0x1p53 && h[t] == floor(h[t]));
        assert_true(t == 0 || h[t] != h[t - 1]);
    }
    destroy(&m);
}

/* −0 is 0; the order of the entries counts. */
static void random_labels_are_of_values(void **state) {
    (void)state;
    enum { KEYS = 64 };
    static double h[KEYS], y[4 * KEYS];
    const double x[] = {0.0, 1.5, -0.0, 1.5, 1.5, 0.0, 0.0, -1.5};
    made m = make("gaussian:n=2", "random");
    int agree[4] = {0};
    m.targets->draw(m.targets, context, stream, 0, KEYS, h);
    evaluate(&m, KEYS, h, 4, x, y);
    for (int i = 0; i < 4; i++)
        for (int t = 0; t < KEYS; t++)
            agree[i] += y[i * KEYS + t] == y[t];
    assert_int_equal(agree[1], KEYS);
    assert_in_range(agree[2], 12, 52); /* five standard errors of 64 coins */
    assert_in_range(agree[3], 12, 52);
    assert_true(m.targets->white);
    destroy(&m);
}

static void specifications_are_checked(void **state) {
    (void)state;
    static const struct {
        const char *inputs, *targets, *message;
    } wrong[] = {
        {"gaussian:n=2", "lwe", "targets lwe: the inputs are not residues; use zq or dgauss"},
        {"cube:n=2", "lwe", "the inputs are not residues"},
        {"box:n=2", "modsum:k=1", "targets modsum: the inputs are not residues"},
        {"zq:n=2,q=2", "parity", "targets parity: the inputs are not −1 and +1"},
        {"gaussian:n=2", "parity:k=1", "the inputs are not −1 and +1"},
        {"zq:n=3,q=7", "lwe:hamming=4", "hamming=4; accepted: a whole number from 0 to 3"},
        {"zq:n=3,q=7", "lwe:hamming=-1", "hamming=-1; accepted: a whole number from 0 to 3"},
        {"zq:n=3,q=7", "lwe:hamming=-2", "hamming=-2; accepted: a whole number from 0 to 3"},
        {"zq:n=3,q=7", "lwe:hamming=1.5", "hamming=1.5"},
        {"zq:n=3,q=7", "lwe:hamming=all", "hamming=all"},
        {"zq:n=3,q=7", "lwe:read=tan", "read=tan; accepted: centered, cos, phase, sin"},
        {"zq:n=3,q=7", "lwe:secret=small",
         "secret=small; accepted: uniform, binary, ternary, gaussian"},
        {"zq:n=3,q=7", "lwe:secret=gaussian", "secret=gaussian needs secret_sigma=S"},
        {"zq:n=3,q=7", "lwe:secret=gaussian,secret_sigma=0", "secret_sigma=0; accepted: a number"},
        {"zq:n=3,q=7", "lwe:secret=gaussian,secret_sigma=8", "from 0.1 to 7"},
        {"zq:n=3,q=7", "lwe:secret_sigma=1", "secret_sigma goes with secret=gaussian only"},
        {"zq:n=3,q=7", "lwe:secret=ternary,secret_sigma=1", "goes with secret=gaussian only"},
        {"zq:n=3,q=7", "lwe:sigma=-1", "sigma=-1; accepted: a number from 0 to 7"},
        {"zq:n=3,q=7", "lwe:sigma=7.5", "sigma=7.5"},
        {"zq:n=3,q=7", "lwe:sgima=1", "unknown key 'sgima'"},
        {"zq:n=513,q=4194304", "lwe", "n q² is 9.02e+15; it must be at most 2^53"},
        {"zq:n=513,q=4194304", "modsum:k=3", "targets modsum: n q² is"},
        {"zq:n=3,q=7", "modsum", "k is missing; give k=N, a whole number from 1 to 3"},
        {"zq:n=3,q=7", "modsum:k=0", "k=0; accepted: a whole number from 1 to 3"},
        {"zq:n=3,q=7", "modsum:k=4", "k=4"},
        {"zq:n=3,q=7", "modsum:k=2,q=7", "unknown key 'q'"},
        {"cube:n=3", "parity:k=4", "k=4; accepted: a whole number from 0 to 3"},
        {"cube:n=3", "parity:k=-1", "k=-1"},
        {"cube:n=3", "parity:k=some", "k=some"},
        {"cube:n=3", "parity:n=3", "unknown key 'n'"},
        {"gaussian:n=3", "wave", "targets wave: R is missing; give R=X"},
        {"gaussian:n=3", "wave:R=0", "R=0; accepted: a number from"},
        {"gaussian:n=3", "wave:R=-1", "R=-1"},
        {"gaussian:n=3", "wave:R=1,psi=saw", "psi=saw; accepted: sin, cos, square, triangle"},
        {"gaussian:n=3", "wave:r=1", "unknown key 'r'"},
        {"gaussian:n=3", "teacher:hidden=0", "hidden=0; accepted: a whole number from 1 to 65536"},
        {"gaussian:n=3", "teacher:hidden=4x4", "hidden=4x4"},
        {"gaussian:n=3", "teacher:width=4", "unknown key 'width'"},
        {"gaussian:n=3", "linear:n=3", "unknown key 'n'; accepted: no options"},
        {"gaussian:n=3", "random:seed=3", "unknown key 'seed'; accepted: no options"},
        {"gaussian:n=3", "liner",
         "unknown targets 'liner'; use one of lwe, wave, parity, modsum, teacher, linear, random "
         "(did you mean 'linear'?)"},
        {"gaussian:n=3", "polynomial", "unknown targets 'polynomial'; use one of lwe"},
        {"gaussian:n=3", "", "the name is empty"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        gm_inputs *inputs = NULL;
        gm_targets *targets = NULL;
        check_ok(context, gm_inputs_create(context, wrong[i].inputs, &inputs));
        check_fails(context, GM_INVALID_ARGUMENT, wrong[i].message,
                    gm_targets_create(context, wrong[i].targets, inputs, &targets));
        assert_null(targets);
        gm_inputs_destroy(context, inputs);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_find_their_class),
        cmocka_unit_test(draws_are_addressed),
        cmocka_unit_test(labels_are_functions_of_rows),
        cmocka_unit_test(characters_are_inner_products),
        cmocka_unit_test(the_largest_products_are_exact),
        cmocka_unit_test(enumerations_are_complete),
        cmocka_unit_test(uniform_secrets_are_numbered_by_place),
        cmocka_unit_test(secrets_have_their_laws),
        cmocka_unit_test(wide_secrets_are_reduced),
        cmocka_unit_test(sparse_secrets_are_uniform),
        cmocka_unit_test(large_classes_are_numbered),
        cmocka_unit_test(readings_are_their_definitions),
        cmocka_unit_test(errors_are_discrete_gaussian),
        cmocka_unit_test(parities_are_products_of_signs),
        cmocka_unit_test(modsum_is_the_sum_of_k_residues),
        cmocka_unit_test(waves_are_their_formula),
        cmocka_unit_test(triangles_are_straight_to_their_tips),
        cmocka_unit_test(waves_go_in_all_directions),
        cmocka_unit_test(teachers_are_their_formula),
        cmocka_unit_test(teachers_have_the_fan_in_of_a_network),
        cmocka_unit_test(linear_targets_are_standard_normal),
        cmocka_unit_test(second_moments_are_averages),
        cmocka_unit_test(random_labels_are_independent),
        cmocka_unit_test(random_labels_are_of_values),
        cmocka_unit_test(specifications_are_checked),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
