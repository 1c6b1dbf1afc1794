/* Following the gradient and decoding on planted rows: the secret is found, nothing else is. */
#include "planted.h"

#include "lwe/gradient.h"
#include "lwe/guess.h"
#include "lwe/linear.h"
#include "lwe/screen.h"

static const plant_form ternary = {
    .parameters =
        {.n = 30, .q = 3329, .samples = 60, .sigma = 3, .secret = "ternary", .hamming = 8},
    .count = 120,
    .width = 8,
    .blocks = 2,
    .dropped = 4,
    .deviation = 0.05,
    .amplify = 8};

static plant_form form_of(const char *law, double sigma) {
    plant_form form = ternary;
    form.parameters.secret = law;
    form.parameters.sigma = sigma;
    if (strcmp(law, "gaussian") == 0) {
        form.parameters.hamming = 0;
        form.parameters.secret_sigma = 1;
        form.deviation = 0.025;
    }
    return form;
}

typedef struct setting {
    planted p;
    gm_lwe_view *view;
    gm_lwe_search search;
    gm_lwe_guesses guesses;
    int8_t entries[8][16]; /* of the guesses, the right one in the place that was asked for */
    int64_t secret[64];
    gm_lwe_find find;
} setting;

/* `count` guesses, of which number `right` is right (−1: none); the others miss by one unit. */
static void open_setting(setting *s, const plant_form *form, uint64_t seed, int count, int right) {
    memset(s, 0, sizeof *s);
    s->p = plant(form, seed);
    const gm_lwe_parameters *parameters = &s->p.instance->parameters;
    check_ok(context, gm_lwe_view_create(context, &s->p.rows, parameters, 4, 0, &s->view));
    check_ok(context, gm_lwe_view_share(context, s->view, &s->p.rows, parameters));
    s->search = (gm_lwe_search){s->p.instance, s->view, form->dropped, s->p.rows.dropped};
    int8_t *entries = s->entries[0];
    for (int g = 0; g < count; g++)
        for (int64_t j = 0; j < form->dropped; j++) {
            const int64_t truth = s->p.instance->secret[s->p.rows.dropped[j]];
            const int wrong = g != right && j == g % form->dropped;
            *entries++ = (int8_t)(truth + (wrong ? truth > 0 ? -1 : 1 : 0));
        }
    s->guesses = (gm_lwe_guesses){
        .count = count, .width = form->dropped, .entries = s->entries[0], .copies = 1, .seed = 5};
    s->find.secret = s->secret;
}

static void close_setting(setting *s) {
    gm_lwe_view_destroy(context, s->view);
    plant_free(&s->p);
}

static void peel_with(gm_context *with, setting *s, gm_lwe_weighting weighting) {
    gm_lwe_gradient *gradient = NULL;
    const double most = gm_lwe_most_norm(&s->p.instance->parameters, s->view->kept);
    s->find.found = true;
    check_ok(with, gm_lwe_gradient_create(with, s->view, weighting, most, &gradient));
    check_ok(with, gm_lwe_peel(with, &s->search, gradient, &s->guesses, &s->find));
    gm_lwe_gradient_destroy(with, gradient);
}

static void decode_with(gm_context *with, setting *s) {
    s->find.found = true;
    check_ok(with, gm_lwe_decode(with, &s->search, 6, &s->guesses, &s->find));
}

static void check_truth(const setting *s, int64_t guess) {
    const gm_lwe *instance = s->p.instance;
    gm_lwe_check check;
    assert_true(s->find.found);
    assert_memory_equal(s->secret, instance->secret,
                        (size_t)instance->parameters.n * sizeof *s->secret);
    assert_int_equal(s->find.guess, guess);
    check_ok(context, gm_lwe_verify(context, instance, s->secret, &check));
    assert_true(check.accepted && s->find.check.accepted);
    check_near(s->find.check.residual_std, check.residual_std, 0);
}

/* Σ |s_j| of the kept entries: the fewest moves there are. */
static int64_t fewest_moves(const setting *s) {
    int64_t moves = 0;
    for (int64_t j = 0; j < s->view->kept; j++)
        moves += llabs(s->p.instance->secret[s->view->column[j]]);
    return moves;
}

static void planted_secrets_are_peeled(void **state) {
    (void)state;
    static const char *const laws[] = {"binary", "ternary", "gaussian"};
    for (int f = 0; f < 6; f++)
        for (gm_lwe_weighting w = 0; w < GM_LWE_WEIGHTINGS; w++) {
            const plant_form form = form_of(laws[f / 2], f % 2 ? 3 : 0);
            for (uint64_t seed = 0; seed < 5; seed++) {
                setting s;
                open_setting(&s, &form, 100 + 10 * (uint64_t)f + seed, 1, 0);
                peel_with(context, &s, w);
                check_truth(&s, 0);
                check_between((double)s.find.moves, (double)fewest_moves(&s), 200);
                assert_int_equal((s.find.moves - fewest_moves(&s)) % 2, 0);
                close_setting(&s);
            }
        }
}

/* Few rows: some pick is wrong on the way, and taken back. Moves beyond the fewest say so. */
static void wrong_picks_are_undone(void **state) {
    (void)state;
    for (gm_lwe_weighting w = 0; w < GM_LWE_WEIGHTINGS; w++) {
        int undone = 0;
        for (uint64_t seed = 0; seed < 40; seed++) {
            plant_form form = ternary;
            setting s;
            form.count = 48;
            form.deviation = 0.10;
            open_setting(&s, &form, 200 + seed, 1, 0);
            peel_with(context, &s, w);
            if (s.find.found) {
                check_truth(&s, 0);
                undone += s.find.moves > fewest_moves(&s);
            }
            close_setting(&s);
        }
        assert_true(undone >= 3);
    }
}

static void wrong_guesses_lead_nowhere(void **state) {
    (void)state;
    for (uint64_t seed = 300; seed < 310; seed++)
        for (int solver = 0; solver < 3; solver++) {
            setting s;
            open_setting(&s, &ternary, seed, 4, -1);
            memset(s.secret, 77, sizeof s.secret);
            if (solver < 2)
                peel_with(context, &s, (gm_lwe_weighting)solver);
            else
                decode_with(context, &s);
            assert_false(s.find.found);
            assert_true(s.secret[0] == INT64_C(0x4d4d4d4d4d4d4d4d)); /* untouched */
            close_setting(&s);
        }
}

/* The right guess among wrong ones is the one that is named. */
static void the_right_guess_is_named(void **state) {
    (void)state;
    for (int right = 0; right < 6; right++)
        for (int solver = 0; solver < 3; solver++) {
            setting s;
            open_setting(&s, &ternary, 320, 6, right);
            if (solver < 2)
                peel_with(context, &s, (gm_lwe_weighting)solver);
            else
                decode_with(context, &s);
            check_truth(&s, right);
            close_setting(&s);
        }
}

/* Give the samples the b of another secret: rows fit one secret, samples the other. */
static void refit_samples(setting *s, gm_lwe **out) {
    const gm_lwe *instance = s->p.instance;
    const int64_t n = instance->parameters.n, q = instance->parameters.q;
    int64_t b[64];
    for (int64_t i = 0; i < instance->parameters.samples; i++) {
        int64_t sum = instance->b[i];
        for (int64_t j = 0; j < n; j++)
            sum = (sum +
                   (instance->secret[(j + 1) % n] - instance->secret[j]) * instance->a[i * n + j]) %
                  q;
        b[i] = (sum + q) % q;
    }
    check_ok(context, gm_lwe_create(context, &instance->parameters, instance->a, b, out));
    s->search.instance = *out;
}

static void only_the_samples_accept(void **state) {
    (void)state;
    for (uint64_t seed = 340; seed < 350; seed++)
        for (int solver = 0; solver < 3; solver++) {
            setting s;
            gm_lwe *other = NULL;
            open_setting(&s, &ternary, seed, 2, 0);
            refit_samples(&s, &other);
            if (solver < 2)
                peel_with(context, &s, (gm_lwe_weighting)solver);
            else
                decode_with(context, &s);
            assert_false(s.find.found);
            gm_lwe_destroy(context, other);
            close_setting(&s);
        }
}

/* No kept entries but zeros: the guess alone is accepted, without a move. */
static void a_guess_may_suffice(void **state) {
    (void)state;
    setting s;
    plant_form form = ternary;
    form.parameters.hamming = 1;
    for (uint64_t seed = 360;; seed++) { /* until the one is dropped */
        open_setting(&s, &form, seed, 3, 2);
        if (fewest_moves(&s) == 0)
            break;
        close_setting(&s);
    }
    peel_with(context, &s, GM_LWE_PLAIN);
    check_truth(&s, 2);
    assert_int_equal(s.find.moves, 0);
    close_setting(&s);
}

/* An entry of 2: out of reach of a ternary law, found where the law is Gaussian. */
static void entries_stay_in_the_law(void **state) {
    (void)state;
    plant_form form = form_of("gaussian", 3);
    form.parameters.secret_sigma = 0.5;
    int checked = 0;
    for (uint64_t seed = 400; checked < 5; seed++) {
        setting s;
        int64_t largest = 0;
        open_setting(&s, &form, seed, 1, 0);
        for (int64_t j = 0; j < s.view->kept; j++) {
            const int64_t size = llabs(s.p.instance->secret[s.view->column[j]]);
            largest = size > largest ? size : largest;
        }
        for (int solver = 0; solver < 3 && largest == 2; solver++)
            for (int narrow = 0; narrow < 2; narrow++) {
                s.p.instance->parameters.secret = narrow ? "ternary" : "gaussian";
                if (solver < 2)
                    peel_with(context, &s, (gm_lwe_weighting)solver);
                else
                    decode_with(context, &s);
                assert_int_equal(s.find.found, !narrow);
                checked += s.find.found;
            }
        close_setting(&s);
    }
}

/* Negative entries are out of reach of a binary law. */
static void binary_secrets_are_not_negative(void **state) {
    (void)state;
    for (int solver = 0; solver < 3; solver++) {
        setting s;
        open_setting(&s, &ternary, 420, 1, 0);
        s.p.instance->parameters.secret = "binary";
        if (solver < 2)
            peel_with(context, &s, (gm_lwe_weighting)solver);
        else
            decode_with(context, &s);
        assert_false(s.find.found);
        close_setting(&s);
    }
}

/* Many guesses in several tiles, of which two are right: the first is named, and the same moves
   lead there, whatever the threads. */
static void threads_do_not_matter(void **state) {
    (void)state;
    enum { COUNT = 150 };
    static int8_t entries[COUNT * 4];
    setting s;
    open_setting(&s, &ternary, 440, 1, 0);
    for (int g = 0; g < COUNT; g++)
        for (int64_t j = 0; j < 4; j++)
            entries[4 * g + j] = (int8_t)(s.entries[0][j] + (g != 70 && g != 140 && j == g % 4));
    s.guesses.entries = entries;
    s.guesses.count = COUNT;
    s.guesses.copies = 2;
    for (int solver = 0; solver < 3; solver++) {
        int64_t moves = -1;
        for (int threads = 1; threads <= 4; threads++) {
            gm_context *other = make_context(threads, GM_ISA_AUTO);
            if (solver < 2)
                peel_with(other, &s, (gm_lwe_weighting)solver);
            else
                decode_with(other, &s);
            check_truth(&s, 70);
            assert_true(moves < 0 || moves == s.find.moves);
            moves = s.find.moves;
            gm_context_destroy(other);
        }
    }
    close_setting(&s);
}

/* Of guesses that are all right, too. */
static void the_first_of_equals_is_named(void **state) {
    (void)state;
    for (int solver = 0; solver < 3; solver++) {
        setting s;
        open_setting(&s, &ternary, 449, 3, 0);
        memcpy(s.entries[0] + 4, s.entries[0], 4);
        memcpy(s.entries[0] + 8, s.entries[0], 4);
        if (solver < 2)
            peel_with(context, &s, (gm_lwe_weighting)solver);
        else
            decode_with(context, &s);
        check_truth(&s, 0);
        close_setting(&s);
    }
}

/* The last of a full tile and the only one of the next, which is through long before: the first is
   named. */
static void the_first_is_named(void **state) {
    (void)state;
    enum { COUNT = 33 };
    static int8_t entries[COUNT * 4];
    for (int repeat = 0; repeat < 10; repeat++) {
        setting s;
        open_setting(&s, &ternary, 450 + (uint64_t)repeat, 1, 0);
        for (int g = 0; g < COUNT; g++)
            for (int64_t j = 0; j < 4; j++)
                entries[4 * g + j] = (int8_t)(s.entries[0][j] + (g < 31 && j == g % 4));
        s.guesses.entries = entries;
        s.guesses.count = COUNT;
        peel_with(context, &s, GM_LWE_PLAIN);
        check_truth(&s, 31);
        close_setting(&s);
    }
}

/* The first samples fit the secret of the rows, the others do not: all of them decide. */
static void all_samples_are_asked(void **state) {
    (void)state;
    for (int solver = 0; solver < 3; solver++) {
        setting s;
        open_setting(&s, &ternary, 460, 1, 0);
        gm_lwe *instance = s.p.instance;
        for (int64_t i = GM_LWE_SCREEN_SAMPLES; i < instance->parameters.samples; i++)
            instance->b[i] = (instance->b[i] + 100 * i) % instance->parameters.q;
        if (solver < 2)
            peel_with(context, &s, (gm_lwe_weighting)solver);
        else
            decode_with(context, &s);
        assert_false(s.find.found);
        close_setting(&s);
    }
}

/* Two entries, each with a row of its own. The derivative in the first is larger at the start, and
   points back after a move. */
static void check_two_entries(const int64_t truth[2], int64_t moves) {
    const gm_lwe_parameters parameters = {.n = 2, .q = 97, .samples = 30, .secret = "ternary"};
    int64_t a[60], b[30], row[2] = {0, 1}, column[2] = {0, 1}, secret[2] = {7, 7};
    double x[4] = {0.3, 0, 0, 0.3}, y[2] = {0.25, 0.1}, square[2] = {0.09, 0.09}, error[2] = {0};
    double level[2] = {1, 2}, contrast[2] = {1e9, 0.5}, omega[2] = {0.5, 0.5},
           shift[4] = {1, 1, 1, 1};
    double weights[8] = {0, 0, 0, 0, 10, 0, 0, 1}; /* those of the second level point */
    gm_lwe *instance = NULL;
    for (int64_t i = 0; i < 30; i++) {
        a[2 * i] = (17 * i * i + 5) % 97;
        a[2 * i + 1] = (29 * i + 3) % 97;
        b[i] = (a[2 * i] * truth[0] + a[2 * i + 1] * truth[1]) % 97;
    }
    check_ok(context, gm_lwe_create(context, &parameters, a, b, &instance));
    const gm_lwe_view view = {.count = 2,
                              .kept = 2,
                              .x = x,
                              .y = y,
                              .square = square,
                              .error = error,
                              .column = column,
                              .row = row};
    const gm_lwe_gradient gradient = {.count = 2,
                                      .kept = 2,
                                      .levels = 2,
                                      .level = level,
                                      .contrast = contrast,
                                      .omega = omega,
                                      .weights = weights,
                                      .shift = shift};
    const gm_lwe_search search = {.instance = instance, .view = &view};
    const gm_lwe_guesses guesses = {.count = 1, .copies = 1};
    gm_lwe_find find = {.secret = secret};
    check_ok(context, gm_lwe_peel(context, &search, &gradient, &guesses, &find));
    assert_true(find.found);
    assert_int_equal(find.moves, moves);
    assert_memory_equal(secret, truth, sizeof secret);
    gm_lwe_destroy(context, instance);
}

static void moves_are_undone_but_not_at_once(void **state) {
    (void)state;
    check_two_entries((const int64_t[]){1, 1}, 2); /* the second entry comes in between */
    check_two_entries((const int64_t[]){0, 1}, 3); /* and then the first goes back */
}

/* Copies of a guess take other ways: more of them find more, and the seed decides. */
static void copies_find_more(void **state) {
    (void)state;
    int alone = 0, many = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        plant_form form = ternary;
        setting s;
        form.count = 40;
        form.deviation = 0.11;
        open_setting(&s, &form, 500 + seed, 1, 0);
        peel_with(context, &s, GM_LWE_WHITENED);
        const bool found = s.find.found;
        const int64_t moves = s.find.moves;
        alone += found;
        s.guesses.seed = seed + 77; /* the first way is not shaken */
        peel_with(context, &s, GM_LWE_WHITENED);
        assert_int_equal(s.find.found, found);
        assert_true(!found || s.find.moves == moves);
        s.guesses.copies = 200;
        peel_with(context, &s, GM_LWE_WHITENED);
        many += s.find.found;
        if (s.find.found)
            check_truth(&s, 0);
        close_setting(&s);
    }
    print_message("found: %d alone, %d with 200 copies\n", alone, many);
    assert_true(many > alone);
}

static void planted_secrets_are_decoded(void **state) {
    (void)state;
    static const char *const laws[] = {"binary", "ternary", "gaussian"};
    for (int f = 0; f < 6; f++) {
        const plant_form form = form_of(laws[f / 2], f % 2 ? 3 : 0);
        for (uint64_t seed = 0; seed < 5; seed++) {
            setting s;
            open_setting(&s, &form, 600 + 10 * (uint64_t)f + seed, 1, 0);
            decode_with(context, &s);
            check_truth(&s, 0);
            close_setting(&s);
        }
    }
}

/* Phases that went round: rows of large x after rows of small x are unwrapped. A decoder that took
   them as they are would miss. */
static void decoding_unwraps(void **state) {
    (void)state;
    int wrapped = 0;
    for (uint64_t seed = 0; seed < 10; seed++) {
        setting s;
        plant_form form = ternary;
        form.deviation = 0.03;
        form.spread = 1.5;
        open_setting(&s, &form, 700 + seed, 1, 0);
        for (int64_t i = 0; i < s.view->count; i++) {
            double phase = 0;
            for (int64_t j = 0; j < s.view->kept; j++)
                phase += s.view->x[i * s.view->kept + j] *
                         (double)s.p.instance->secret[s.view->column[j]];
            wrapped += fabs(phase) > 0.5;
        }
        decode_with(context, &s);
        check_truth(&s, 0);
        close_setting(&s);
    }
    assert_true(wrapped > 50);
}

/* Rows of which nothing can be told are not used: three of four have errors of many turns. */
static void hopeless_rows_are_not_decoded(void **state) {
    (void)state;
    for (uint64_t seed = 720; seed < 725; seed++) {
        setting s;
        plant_form form = ternary;
        form.count = 240;
        form.parameters.samples = 260;
        open_setting(&s, &form, seed, 1, 0);
        gm_lwe_rows *rows = &s.p.rows;
        for (int64_t i = 0; i < rows->count; i++) {
            for (int64_t l = 0; i % 4 && l < rows->width; l++) { /* of samples of their own */
                rows->r[i * rows->width + l] = 3000 + 7 * i * l;
                rows->index[i * rows->width + l] = 20 + (i + 31 * l) % 240;
            }
            if (i % 4)
                rows->rb[i] = plant_centred(12345 * i * i, rows->q);
        }
        gm_lwe_view_destroy(context, s.view);
        const gm_lwe_parameters *parameters = &s.p.instance->parameters;
        check_ok(context, gm_lwe_view_create(context, rows, parameters, 4, 0, &s.view));
        check_ok(context, gm_lwe_view_share(context, s.view, rows, parameters));
        s.search.view = s.view;
        decode_with(context, &s);
        check_truth(&s, 0);
        check_between((double)s.find.moves, 20, 60);
        close_setting(&s);
    }
}

static void cancelling_ends_it(void **state) {
    (void)state;
    for (int solver = 0; solver < 3; solver++) {
        gm_context *other = make_context(2, GM_ISA_AUTO);
        gm_lwe_gradient *gradient = NULL;
        setting s;
        open_setting(&s, &ternary, 800, 6, -1);
        if (solver < 2)
            check_ok(other, gm_lwe_gradient_create(other, s.view, (gm_lwe_weighting)solver, 10,
                                                   &gradient));
        gm_context_cancel(other);
        const gm_status status = solver < 2
                                     ? gm_lwe_peel(other, &s.search, gradient, &s.guesses, &s.find)
                                     : gm_lwe_decode(other, &s.search, 6, &s.guesses, &s.find);
        assert_true(status == GM_CANCELLED || status == GM_OK);
        assert_false(s.find.found);
        gm_lwe_gradient_destroy(other, gradient);
        gm_context_destroy(other);
        close_setting(&s);
    }
}

/* The whole attack on planted rows, in the order of its solvers. */
static void attacks_on_planted_rows(void **state) {
    (void)state;
    static const char *const solvers[] = {NULL, "gradient", "linear"};
    static const char *const names[] = {"gradient-whitened", "gradient-whitened", "linear"};
    for (int f = 0; f < 3; f++) {
        setting s;
        gm_lwe_result *result = NULL;
        const gm_lwe_attack_options options = {.solver = solvers[f], .no_control = f > 0};
        open_setting(&s, &ternary, 820, 1, 0);
        check_ok(context, gm_lwe_attack(context, s.p.instance, &s.p.rows, &options, &result));
        assert_true(result->recovered && result->check.accepted);
        assert_string_equal(result->solver, names[f]);
        assert_memory_equal(result->secret, s.p.instance->secret, 30 * sizeof(int64_t));
        assert_int_equal(result->rows_used, 120);
        assert_int_equal(result->blocks_used, 2);
        assert_int_equal(result->rounds, 1);
        assert_int_equal(result->control_run, f == 0);
        assert_false(result->control_recovered);
        check_between(result->guesses, 81, 81);
        gm_lwe_result_destroy(context, result);
        close_setting(&s);
    }
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    setting s;
    gm_lwe_result *result = NULL;
    open_setting(&s, &ternary, 830, 1, 0);
    const struct {
        gm_lwe_attack_options options;
        const char *text;
    } forms[] = {{{.solver = "liner"}, "did you mean 'linear'"},
                 {{.time_limit = -1}, "negative"},
                 {{.time_limit = NAN}, "negative"},
                 {{.guesses = -3}, "negative"},
                 {{.guesses = NAN}, "negative"},
                 {{.keep = -1}, "negative"}};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
        check_fails(context, GM_INVALID_ARGUMENT, forms[f].text,
                    gm_lwe_attack(context, s.p.instance, &s.p.rows, &forms[f].options, &result));
    assert_null(result);
    close_setting(&s);
}

/* Rows of another instance, and none at all. */
static void foreign_rows_are_refused(void **state) {
    (void)state;
    setting s;
    gm_lwe_result *result = NULL;
    const gm_lwe_attack_options options = {.no_control = true};
    open_setting(&s, &ternary, 840, 1, 0);
    gm_lwe_rows *rows = &s.p.rows;
#define REFUSED(member, value, text)                                                               \
    do {                                                                                           \
        const int64_t before = member;                                                             \
        member = value;                                                                            \
        check_fails(context, GM_INVALID_ARGUMENT, text,                                            \
                    gm_lwe_attack(context, s.p.instance, rows, &options, &result));                \
        member = before;                                                                           \
    } while (0)
    REFUSED(rows->n, 31, "n = 31");
    REFUSED(rows->q, 3331, "q = 3331");
    REFUSED(rows->count, 0, "0 rows");
    REFUSED(rows->dropped_count, 30, "30 columns dropped");
    REFUSED(rows->index[17], 60, "row 2 is made of sample 60");
    REFUSED(rows->index[17], -1, "row 2 is made of sample -1");
    assert_null(result);
    close_setting(&s);
}

/* More guesses to keep than there are. */
static void any_number_may_be_kept(void **state) {
    (void)state;
    setting s;
    gm_lwe_result *result = NULL;
    const gm_lwe_attack_options options = {.no_control = true, .keep = INT64_MAX, .guesses = 1e300};
    open_setting(&s, &ternary, 841, 1, 0);
    check_ok(context, gm_lwe_attack(context, s.p.instance, &s.p.rows, &options, &result));
    assert_true(result->recovered);
    gm_lwe_result_destroy(context, result);
    close_setting(&s);
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, set_up_context, tear_down_context)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_CONTEXT(planted_secrets_are_peeled),
        WITH_CONTEXT(wrong_picks_are_undone),
        WITH_CONTEXT(wrong_guesses_lead_nowhere),
        WITH_CONTEXT(the_right_guess_is_named),
        WITH_CONTEXT(only_the_samples_accept),
        WITH_CONTEXT(a_guess_may_suffice),
        WITH_CONTEXT(entries_stay_in_the_law),
        WITH_CONTEXT(binary_secrets_are_not_negative),
        WITH_CONTEXT(threads_do_not_matter),
        WITH_CONTEXT(the_first_of_equals_is_named),
        WITH_CONTEXT(the_first_is_named),
        WITH_CONTEXT(all_samples_are_asked),
        WITH_CONTEXT(moves_are_undone_but_not_at_once),
        WITH_CONTEXT(copies_find_more),
        WITH_CONTEXT(planted_secrets_are_decoded),
        WITH_CONTEXT(decoding_unwraps),
        WITH_CONTEXT(hopeless_rows_are_not_decoded),
        WITH_CONTEXT(cancelling_ends_it),
        WITH_CONTEXT(attacks_on_planted_rows),
        WITH_CONTEXT(wrong_options_are_refused),
        WITH_CONTEXT(foreign_rows_are_refused),
        WITH_CONTEXT(any_number_may_be_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
