/* Signs of a broken calibration in recorded gradients: seen where there is one, seldom otherwise.
 */
#include "context.h"

enum { FILES = 30, N = 16 };

/* What was done to the gradients before they were recorded. */
typedef enum fault { SOUND, MOMENTUM, CLIPPED, TWO_SIZES, FAULTS } fault;

static const char *const names[FAULTS] = {"sound", "momentum .3", "clipped at the median",
                                          "batches of n and n/4"};

/* Gaussian draws [k, d], coordinate j of standard deviation (1+j)^−power, with that fault. */
static void draw(int64_t k, int64_t d, double power, fault wrong, uint64_t seed, double *g) {
    double trace = 0.0;
    gm_random_gaussian(context, (gm_stream){seed, 1}, 0, k * d, g);
    for (int64_t j = 0; j < d; j++)
        trace += pow(1.0 + (double)j, -2.0 * power);
    for (int64_t i = 0; i < k; i++) {
        double *row = g + i * d, norm = 0.0;
        for (int64_t j = 0; j < d; j++) {
            row[j] *= pow(1.0 + (double)j, -power);
            norm += row[j] * row[j];
        }
        for (int64_t j = 0; j < d; j++) {
            if (wrong == MOMENTUM && i > 0)
                row[j] = 0.7 * row[j] + 0.3 * row[j - d];
            if (wrong == CLIPPED)
                row[j] *= fmin(1.0, sqrt(trace / norm));
            if (wrong == TWO_SIZES && i % 3 == 0)
                row[j] *= 2.0;
        }
    }
}

static bool told(int64_t k, int64_t d, bool paired, const double *values, fault wrong) {
    static const char *const words[FAULTS] = {"", "momentum", "clipped", "batch size varies"};
    const gm_recorded_options options = {.batch_size = N, .paired = paired};
    const gm_recover_options how = {.noise_variance = N};
    gm_gradients *gradients = NULL;
    gm_recovery *r = NULL;
    bool seen = false;
    check_ok(context, gm_gradients_from_array(context, k, d, values, &options, &gradients));
    check_ok(context, gm_recover_gradients(context, gradients, &how, &r));
    for (int i = 0; r->warnings[i]; i++)
        for (int f = MOMENTUM; f < FAULTS; f++)
            seen =
                seen || ((wrong == SOUND || (int)wrong == f) && strstr(r->warnings[i], words[f]));
    gm_recovery_destroy(context, r);
    gm_gradients_destroy(gradients);
    return seen;
}

/* Many gradients of few parameters and few of many, with a flat spectrum and one that falls. Where
   the effective rank is small the norms vary much by themselves, so a fault is harder to see. */
static void faults_are_seen_and_sound_files_pass(void **state) {
    (void)state;
    static const struct {
        int64_t k, d;
        double power;
    } cases[] = {{900, 64, 0.0}, {64, 300, 0.0}, {150, 150, 0.0}, {900, 64, 0.5}, {256, 300, 1.0}};
    double *g = malloc(256 * 300 * sizeof *g);
    int alarms = 0;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int wrong = SOUND; wrong < FAULTS; wrong++) {
            int count = 0;
            for (uint64_t s = 0; s < FILES; s++) {
                draw(cases[c].k, cases[c].d, cases[c].power, (fault)wrong, 50 + s, g);
                count += told(cases[c].k, cases[c].d, false, g, (fault)wrong);
            }
            print_message("[%lld, %lld] power %.1f, %s: told in %d of %d\n", (long long)cases[c].k,
                          (long long)cases[c].d, cases[c].power, names[wrong], count, (int)FILES);
            if (wrong == SOUND)
                alarms += count;
            else if (wrong == MOMENTUM || cases[c].power < 1.0)
                assert_in_range(count, 9 * FILES / 10, FILES);
        }
    assert_in_range(alarms, 0, 3);
    free(g);
}

/* The mean that is taken off correlates neighbours by −1/k, which is put back: 2.1 standard
   deviations here. */
static void the_mean_taken_off_is_no_momentum(void **state) {
    (void)state;
    enum { K = 64, WIDE = 300 };
    const gm_recorded_options options = {.batch_size = N};
    const gm_recover_options how = {.noise_variance = N};
    double *g = malloc((size_t)K * WIDE * sizeof *g), mean = 0.0;
    for (uint64_t s = 0; s < FILES; s++) {
        gm_gradients *gradients = NULL;
        gm_recovery *r = NULL;
        draw(K, WIDE, 0.0, SOUND, 500 + s, g);
        check_ok(context, gm_gradients_from_array(context, K, WIDE, g, &options, &gradients));
        check_ok(context, gm_recover_gradients(context, gradients, &how, &r));
        mean += r->calibration->lag_z / FILES;
        gm_recovery_destroy(context, r);
        gm_gradients_destroy(gradients);
    }
    check_near(mean, 0.0, 4.0 / sqrt(FILES));
    free(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_seen_and_sound_files_pass),
        cmocka_unit_test(the_mean_taken_off_is_no_momentum),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
