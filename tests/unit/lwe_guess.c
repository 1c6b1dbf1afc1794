/* Guesses of dropped entries against all of them, one by one. */
#include "planted.h"

#include "lwe/guess.h"

static const double pi = 3.14159265358979323846;

enum { MOST = 8, LIMIT = 200000 };

static plant_form form_of(const char *law, int64_t dropped) {
    return (plant_form){.parameters = {.n = 26,
                                       .q = 3329,
                                       .samples = 40,
                                       .sigma = 3,
                                       .secret = law,
                                       .secret_sigma = law[0] == 'g' ? 0.7 : 0},
                        .count = 37,
                        .width = 6,
                        .blocks = 2,
                        .dropped = dropped,
                        .deviation = 0.05,
                        .amplify = 10};
}

static int64_t units_of(const int8_t *entries, int64_t width) {
    int64_t units = 0;
    for (int64_t j = 0; j < width; j++)
        units += abs(entries[j]);
    return units;
}

/* All guesses of at most `units` units, as an odometer counts: out [LIMIT][MOST]; their number. */
static int64_t all_guesses(gm_lwe_range range, int64_t width, int64_t units, int8_t (*out)[MOST]) {
    int8_t entries[MOST];
    int64_t count = 0, j;
    memset(entries, (int)range.low, sizeof entries);
    do {
        if (units_of(entries, width) <= units) {
            assert_true(count < LIMIT);
            memcpy(out[count++], entries, sizeof entries);
        }
        for (j = 0; j < width && entries[j] == range.high; j++)
            entries[j] = (int8_t)range.low;
        if (j < width)
            entries[j]++;
    } while (j < width);
    return count;
}

static void counts_are_those_of_a_list(void **state) {
    (void)state;
    static const gm_lwe_range ranges[] = {{0, 1}, {-1, 1}, {-2, 2}, {-4, 4}};
    int8_t(*list)[MOST] = calloc(LIMIT, sizeof *list);
    assert_non_null(list);
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
        for (int64_t width = 0; width <= 5; width++)
            for (int64_t units = 0; units <= GM_LWE_MOST_UNITS; units++)
                check_near(gm_lwe_guess_count(ranges[r], width, units),
                           (double)all_guesses(ranges[r], width, units, list), 0);
    check_near(gm_lwe_guess_count(ranges[1], 40, 2), 1 + 80 + 80.0 * 78 / 2, 0);
    check_near(gm_lwe_guess_count(ranges[0], 40, 3), 1 + 40 + 780 + 9880, 0);
    free(list);
}

/* Σ ω cos 2π(y − ⟨u, g⟩) over its deviation, ω = exp(−2π²v); how far the right guess lies off. */
static double plain_score(const gm_lwe_view *view, double level, const int8_t *entries,
                          double *shift) {
    double sum = 0, squares = 0, damped = 0;
    for (int64_t i = 0; i < view->count; i++) {
        const double weight = exp(-2 * pi * pi * gm_lwe_view_variance(view, i, level));
        double phase = view->y[i];
        for (int64_t j = 0; j < view->dropped; j++)
            phase -= entries[j] * view->u[i * view->dropped + j];
        sum += weight * cos(2 * pi * phase);
        squares += weight * weight / 2;
        damped += weight * weight;
    }
    *shift = damped / sqrt(squares);
    return sum / sqrt(squares);
}

typedef struct setting {
    planted p;
    gm_lwe_view *view;
    gm_lwe_search search;
} setting;

static void open_setting(setting *s, const char *law, int64_t dropped, uint64_t seed) {
    const plant_form form = form_of(law, dropped);
    s->p = plant(&form, seed);
    check_ok(context,
             gm_lwe_view_create(context, &s->p.rows, &s->p.instance->parameters, 3, 0, &s->view));
    s->search = (gm_lwe_search){s->p.instance, s->view, s->p.rows.dropped_count, s->p.rows.dropped};
}

static void close_setting(setting *s) {
    gm_lwe_view_destroy(context, s->view);
    plant_free(&s->p);
}

static gm_lwe_guesses *guess(gm_context *with, const setting *s, double budget, int64_t keep,
                             double *tried) {
    gm_lwe_guesses *guesses = NULL;
    check_ok(with, gm_lwe_guess(with, &s->search, 3, budget, keep, tried, &guesses));
    assert_int_equal(guesses->width, s->view->dropped);
    assert_true(guesses->count <= keep);
    return guesses;
}

/* What a unit costs, as the list itself has it: the same for all, and positive. */
static double cost_of_unit(const setting *s, const gm_lwe_guesses *all) {
    double cost = NAN, shift;
    for (int64_t g = 0; g < all->count; g++) {
        const int8_t *entries = &all->entries[g * all->width];
        const int64_t units = units_of(entries, all->width);
        const double over = plain_score(s->view, 3, entries, &shift) - all->score[g];
        if (units && isnan(cost))
            cost = over / (double)units;
        check_near(over, units ? cost * (double)units : 0, 5e-5);
    }
    if (all->width)
        check_between(cost * shift, 0.5, 5);
    return cost;
}

/* Each guess of the units that fit is there once, by descending score. */
static void check_all(const setting *s, const gm_lwe_guesses *all, int64_t units) {
    int8_t(*list)[MOST] = calloc(LIMIT, sizeof *list);
    const gm_lwe_range range = gm_lwe_range_of(&s->p.instance->parameters);
    const int64_t count = all_guesses(range, all->width, units, list);
    char *seen = calloc((size_t)count, 1);
    assert_true(list && seen);
    assert_int_equal(all->count, count);
    for (int64_t g = 0; g < count; g++) {
        int64_t at = 0;
        while (at < count &&
               memcmp(list[at], &all->entries[g * all->width], (size_t)all->width) != 0)
            at++;
        assert_true(at < count && !seen[at]);
        seen[at] = 1;
        assert_true(g == 0 || all->score[g] <= all->score[g - 1]);
    }
    free(seen);
    free(list);
}

static void scores_are_those_of_all(void **state) {
    (void)state;
    static const struct {
        const char *law;
        int64_t dropped, units;
    } forms[] = {{"binary", 0, 0},  {"binary", 1, 1},  {"binary", 7, 7},   {"ternary", 2, 2},
                 {"ternary", 6, 4}, {"ternary", 3, 3}, {"gaussian", 3, 5}, {"gaussian", 1, 6}};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        setting s;
        double tried = NAN;
        open_setting(&s, forms[f].law, forms[f].dropped, 20 + f);
        const gm_lwe_range range = gm_lwe_range_of(&s.p.instance->parameters);
        const double budget = gm_lwe_guess_count(range, forms[f].dropped, forms[f].units);
        gm_lwe_guesses *all = guess(context, &s, budget, LIMIT, &tried);
        check_near(tried, budget, 0);
        check_all(&s, all, forms[f].units);
        (void)cost_of_unit(&s, all);
        for (int64_t keep = 1; keep <= 20; keep += 3) { /* fewer are the first of them */
            gm_lwe_guesses *best = guess(context, &s, budget, keep, &tried);
            assert_int_equal(best->count, keep < all->count ? keep : all->count);
            assert_memory_equal(best->entries, all->entries, (size_t)(best->count * best->width));
            assert_memory_equal(best->score, all->score, (size_t)best->count * sizeof(double));
            gm_lwe_guesses_destroy(context, best);
        }
        gm_lwe_guesses_destroy(context, all);
        close_setting(&s);
    }
}

/* A budget holds all guesses of as many units as fit, never more, and at least the one of none. */
static void budgets_are_kept(void **state) {
    (void)state;
    setting s;
    double tried = NAN;
    open_setting(&s, "ternary", 6, 40);
    static const struct {
        double budget, tried;
    } forms[] = {{0.5, 1}, {1, 1}, {12, 1}, {13, 13}, {72, 13}, {73, 73}, {728, 665}, {1e9, 729}};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        gm_lwe_guesses *guesses = guess(context, &s, forms[f].budget, LIMIT, &tried);
        check_near(tried, forms[f].tried, 0);
        check_near((double)guesses->count, forms[f].tried, 0);
        gm_lwe_guesses_destroy(context, guesses);
    }
    close_setting(&s);
}

static void nothing_dropped_is_one_guess(void **state) {
    (void)state;
    setting s;
    double tried = NAN, shift;
    open_setting(&s, "ternary", 0, 41);
    gm_lwe_guesses *guesses = guess(context, &s, 1e7, 100, &tried);
    check_near(tried, 1, 0);
    assert_int_equal(guesses->count, 1);
    assert_int_equal(guesses->width, 0);
    check_near(guesses->score[0], plain_score(s.view, 3, NULL, &shift), 5e-5);
    gm_lwe_guesses_destroy(context, guesses);
    close_setting(&s);
}

/* The same bits whatever the threads and the instruction set that has fused products. */
static void threads_do_not_matter(void **state) {
    (void)state;
    setting s;
    double tried = NAN;
    open_setting(&s, "ternary", 8, 42);
    gm_lwe_guesses *first = guess(context, &s, 1e9, 50, &tried);
    for (int threads = 1; threads <= 4; threads++)
        for (gm_isa isa = GM_ISA_AVX2; have_isa(isa) && isa <= GM_ISA_AVX512; isa++) {
            gm_context *other = make_context(threads, isa);
            gm_lwe_guesses *guesses = guess(other, &s, 1e9, 50, &tried);
            assert_int_equal(guesses->count, 50);
            assert_memory_equal(guesses->entries, first->entries, 50 * 8);
            assert_memory_equal(guesses->score, first->score, 50 * sizeof(double));
            gm_lwe_guesses_destroy(other, guesses);
            gm_context_destroy(other);
        }
    gm_lwe_guesses_destroy(context, first);
    close_setting(&s);
}

/* Columns that are alike give guesses of equal scores: which of them are kept, and in which order,
   does not hang on the threads, and fewer are the first of more. */
static void equal_scores_have_an_order(void **state) {
    (void)state;
    setting s;
    double tried = NAN;
    open_setting(&s, "ternary", 8, 44);
    for (int64_t i = 0; i < s.view->count; i++)
        for (int64_t j = 0; j < 8; j++)
            s.view->u[8 * i + j] = s.view->u[8 * i];
    gm_lwe_guesses *all = guess(context, &s, 1e9, LIMIT, &tried);
    int equal = 0;
    for (int64_t g = 1; g < all->count; g++)
        equal += all->score[g] == all->score[g - 1];
    assert_true(equal > all->count / 2);
    for (int threads = 1; threads <= 4; threads++) {
        gm_context *other = make_context(threads, GM_ISA_AUTO);
        for (int64_t keep = 1; keep < 300; keep += 13) {
            gm_lwe_guesses *best = guess(other, &s, 1e9, keep, &tried);
            assert_memory_equal(best->entries, all->entries, (size_t)(best->count * 8));
            assert_memory_equal(best->score, all->score, (size_t)best->count * sizeof(double));
            gm_lwe_guesses_destroy(other, best);
        }
        gm_context_destroy(other);
    }
    gm_lwe_guesses_destroy(context, all);
    close_setting(&s);
}

/* Rows that all say nothing leave scores that are numbers. */
static void hopeless_rows_are_scored(void **state) {
    (void)state;
    setting s;
    double tried = NAN;
    plant_form form = form_of("ternary", 4);
    form.amplify = 5000;
    s.p = plant(&form, 43);
    check_ok(context,
             gm_lwe_view_create(context, &s.p.rows, &s.p.instance->parameters, 3, 0, &s.view));
    s.search = (gm_lwe_search){s.p.instance, s.view, 4, s.p.rows.dropped};
    gm_lwe_guesses *guesses = guess(context, &s, 1e9, 1000, &tried);
    assert_int_equal(guesses->count, 81);
    for (int64_t g = 0; g < guesses->count; g++)
        check_between(guesses->score[g], -50, 50);
    gm_lwe_guesses_destroy(context, guesses);
    close_setting(&s);
}

/* With rows that show it the right guess is the first, and with y of another secret it is not. */
static void the_right_guess_is_first(void **state) {
    (void)state;
    int first = 0, first_of_another = 0;
    for (uint64_t seed = 60; seed < 80; seed++) {
        setting s;
        double tried = NAN;
        plant_form form = form_of("ternary", 6);
        form.count = 300;
        s.p = plant(&form, seed);
        check_ok(context,
                 gm_lwe_view_create(context, &s.p.rows, &s.p.instance->parameters, 3, 0, &s.view));
        s.search = (gm_lwe_search){s.p.instance, s.view, 6, s.p.rows.dropped};
        for (int other = 0; other < 2; other++) {
            bool right = true;
            for (int64_t i = 0; other && i < s.view->count; i++)
                s.view->y[i] = (double)((i * 7919 + 13) % 3329) / 3329;
            gm_lwe_guesses *guesses = guess(context, &s, 1e9, 1, &tried);
            for (int64_t j = 0; j < 6; j++)
                right &= guesses->entries[j] == s.p.instance->secret[3 * j + 1];
            *(other ? &first_of_another : &first) += right;
            gm_lwe_guesses_destroy(context, guesses);
        }
        close_setting(&s);
    }
    assert_true(first >= 19);
    assert_true(first_of_another <= 1);
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, set_up_context, tear_down_context)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_CONTEXT(counts_are_those_of_a_list), WITH_CONTEXT(scores_are_those_of_all),
        WITH_CONTEXT(budgets_are_kept),           WITH_CONTEXT(nothing_dropped_is_one_guess),
        WITH_CONTEXT(threads_do_not_matter),      WITH_CONTEXT(equal_scores_have_an_order),
        WITH_CONTEXT(hopeless_rows_are_scored),   WITH_CONTEXT(the_right_guess_is_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
