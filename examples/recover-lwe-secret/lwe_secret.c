/*
 * Learning With Errors from C: draw an instance, recover its secret by lattice reduction and a
 * gradient, and compare with the truth. The attack is told A, b, q, sigma and that the secret is
 * binary, not how many of its entries are 1.
 */
#include <gradiometer/gradiometer.h>

#include <stdio.h>
#include <stdlib.h>

static void check(gm_context *context, gm_status status) {
    if (status == GM_OK)
        return;
    fprintf(stderr, "lwe_secret: %s\n", gm_context_message(context));
    exit(1);
}

int main(void) {
    gm_context *context;
    if (gm_context_create(NULL, &context) != GM_OK)
        return 1;

    char reduction[GM_LWE_REDUCTION_TEXT];
    if (gm_lwe_reduction_available(context, reduction) != GM_OK) {
        printf("error: no lattice reduction here: %s\n", gm_context_message(context));
        gm_context_destroy(context);
        return 0;
    }

    const gm_lwe_parameters parameters = {
        .n = 48, .q = 3329, .samples = 192, .sigma = 3, .secret = "binary", .hamming = 8};
    gm_lwe *instance;
    check(context, gm_lwe_generate(context, &parameters, 1, &instance));
    instance->parameters.hamming = 0;

    const gm_lwe_attack_options options = {.solver = "gradient", .seed = 1};
    gm_lwe_result *result;
    check(context, gm_lwe_solve(context, instance, &options, &result));

    int differences = 0;
    for (int64_t j = 0; result->recovered && j < result->n; j++)
        differences += result->secret[j] != instance->secret[j];
    printf("recovered:      %s, %d entries differ from the truth\n",
           result->recovered ? "yes" : "no", differences);
    printf("unreduced:      %s\n", result->control_recovered ? "recovered, too" : "nothing");
    printf("V:              %.3g reduced (%s), %.3g unreduced (%s)\n",
           result->informativeness.value, result->verdict, result->unreduced_informativeness.value,
           result->unreduced_verdict);
    printf("error:          %.2f on all samples, accepted below %.0f\n", result->check.residual_std,
           result->check.threshold);
    const int wrong = !result->recovered || differences != 0;

    gm_lwe_result_destroy(context, result);
    gm_lwe_destroy(context, instance);
    gm_context_destroy(context);
    return wrong;
}
