/* What estimators make of gradients, by hand; what `auto` chooses; what a gradient that is not
   affine in the targets leads to. */
#include "context.h"

#include "curvature/affinity.h"
#include "curvature/estimator.h"

static gm_estimator choose(const char *text, const gm_supply *supply, int64_t gradients,
                           const char **reason) {
    gm_estimator out = {0};
    check_ok(context, gm_estimator_choose(context, text, supply, gradients, &out, reason));
    return out;
}

static void fanout_takes_differences(void **state) {
    (void)state;
    const gm_supply supply = {.dimension = 2, .batch_size = 16, .injects = true};
    const double gradients[4 * 2] = {1, 2, 4, 8, 0, 2, 1, 1};
    double vectors[3 * 2], clean[2];
    const char *reason = NULL;
    const gm_estimator e = choose("fanout:m=3", &supply, 0, &reason);
    gm_target_noise noise;
    assert_int_equal(e.copies, 4);
    assert_int_equal(e.vectors, 3);
    e.kind->extract(&e, 2, gradients, vectors, clean);
    const double expected[6] = {3, 6, -1, 0, 0, -1};
    for (int i = 0; i < 6; i++)
        check_near(vectors[i], expected[i], 0);
    check_near(clean[0], 1, 0);
    check_near(clean[1], 2, 0);
    e.kind->plan(&e, 5.0, &noise);
    assert_int_equal(noise.draws, 3);
    check_near(noise.sign[0], 0, 0);
    for (int r = 0; r < 3; r++) {
        assert_int_equal(noise.draw[r + 1], r);
        check_near(noise.sign[r + 1], 1, 0);
    }
    check_near(e.kind->divisor(&e, 16, 5.0, 3.0), 5.0 / 16, 1e-15);
    assert_int_equal(choose("fanout:12", &supply, 0, &reason).vectors, 12);
}

static void parameters_are_checked(void **state) {
    (void)state;
    const gm_supply small = {.dimension = 2, .batch_size = 4, .injects = true};
    const gm_supply file = {.dimension = 2, .batch_size = 4, .squared = true, .copies = 1};
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"fanout:m=0", "m=0"},
        {"fanout:m=64", "m=64"},
        {"fanout:m=2.5", "whole number"},
        {"fanout:m=8", "batch size 4"},
        {"fanout:m=4", "below the batch size 4"},
        {"loud:c=0.5", "c=0.5"},
        {"gaussian", "least squares alone"},
        {"paired:m=2", "unknown key"},
        {"fanuot", "unknown estimator 'fanuot'"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        gm_estimator out;
        const char *reason;
        check_fails(context, GM_INVALID_ARGUMENT, wrong[i].message,
                    gm_estimator_choose(context, wrong[i].text, &small, 0, &out, &reason));
    }
    gm_estimator out;
    const char *reason;
    check_fails(context, GM_INVALID_ARGUMENT, "recorded gradients do not allow",
                gm_estimator_choose(context, "gaussian", &file, 0, &out, &reason));
    const gm_estimator loud = choose("loud:c=100", &small, 0, &reason);
    check_near(loud.kind->variance(&loud, 4.0), 400.0, 0);
}

static void auto_chooses_by_budget_and_source(void **state) {
    (void)state;
    static const struct {
        int64_t dimension, batch_size, gradients;
        bool injects;
        int copies;
        const char *name;
        int vectors;
        const char *reason;
    } cases[] = {
        {20, 64, 0, true, 0, "paired", 1, "isolate the noise"},
        {20, 64, 160, true, 0, "paired", 1, "isolate the noise"},
        {20, 64, 159, true, 0, "fanout", 8, "budget"},
        {20, 63, 100, true, 0, "fanout", 4, "budget"},
        {20, 16, 100, true, 0, "fanout", 2, "budget"},
        {20, 15, 100, true, 0, "paired", 1, "isolate the noise"},
        {20, 64, 72, true, 0, "fanout", 8, "budget"},
        {20, 64, 71, true, 0, "fanout", 4, "budget"},
        {20, 64, 39, true, 0, "fanout", 2, "budget"},
        {20, 64, 23, true, 0, "paired", 1, "isolate the noise"},
        {20, 64, 100, false, 2, "paired", 1, "recorded in pairs"},
        {20, 64, 100, false, 1, "calibrated", 1, "recorded one a batch"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const gm_supply supply = {.dimension = cases[i].dimension,
                                  .batch_size = cases[i].batch_size,
                                  .injects = cases[i].injects,
                                  .copies = cases[i].copies};
        const char *reason = NULL;
        const gm_estimator e = choose("auto", &supply, cases[i].gradients, &reason);
        assert_string_equal(e.kind->name, cases[i].name);
        assert_int_equal(e.vectors, cases[i].vectors);
        assert_non_null(strstr(reason, cases[i].reason));
    }
}

/* Two samples x = 1, 3; residual r, or its hyperbolic tangent, which is not affine in the target.
 */
static gm_status two_samples(void *user, int64_t batch, int64_t n, int64_t outputs,
                             const double *noise, double *gradient, double *loss) {
    const bool crooked = *(const bool *)user;
    (void)batch;
    (void)outputs;
    (void)loss;
    gradient[0] = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double x = i ? 3.0 : 1.0, residual = 0.2 * x - noise[i];
        gradient[0] += (crooked ? tanh(residual) : residual) * x / (double)n;
    }
    return GM_OK;
}

static void gradients_must_be_affine_in_the_targets(void **state) {
    (void)state;
    static const char *const relying[] = {"paired", "fanout:m=1"};
    bool crooked = false;
    const gm_function_options options = {
        .dimension = 1, .batch_size = 2, .gradient = two_samples, .user = &crooked};
    gm_gradients *gradients = NULL;
    check_ok(context, gm_gradients_from_function(context, &options, &gradients));
    for (int i = 0; i < 2; i++) {
        const gm_recover_options how = {.estimator = relying[i], .num_gradients = 64};
        gm_recovery *r = NULL;
        crooked = false;
        check_ok(context, gm_recover_gradients(context, gradients, &how, &r));
        check_between(r->affinity, 0.0, 1e-14);
        gm_recovery_destroy(context, r);
        r = NULL;
        crooked = true;
        check_fails(context, GM_INVALID_INPUT, "not affine in the targets",
                    gm_recover_gradients(context, gradients, &how, &r));
        assert_null(r);
    }
    gm_gradients_destroy(gradients);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fanout_takes_differences),
        cmocka_unit_test(parameters_are_checked),
        cmocka_unit_test(auto_chooses_by_budget_and_source),
        cmocka_unit_test(gradients_must_be_affine_in_the_targets),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
