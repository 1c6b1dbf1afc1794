#include "attacking.h"

#include <string.h>

static gm_status make_rows(struct record *record, const struct lwe_setting *setting,
                           const gm_lwe *instance, uint64_t seed, gm_lwe_rows **rows,
                           gm_lwe_reduction *reduction) {
    const gm_lwe_reduce_options options = {.rows = setting->rows,
                                           .blocks = LWE_BLOCKS,
                                           .embedding_weight = setting->weight,
                                           .drop_columns = -1,
                                           .block_size = setting->block_size,
                                           .seed = seed};
    if (setting->block_size > 0)
        return gm_lwe_reduce(record->context, instance, &options, rows, reduction);
    *reduction = (gm_lwe_reduction){.rho = 1.0};
    return gm_lwe_rows_of_samples(record->context, instance, 2 * setting->rows, NULL, 0, rows);
}

static gm_status observe(struct record *record, const gm_lwe *instance, const gm_lwe_rows *rows,
                         struct lwe_run *out) {
    gm_status status = GM_OK;
    TRY(gm_lwe_observe_secret(record->context, instance, rows, instance->secret, true,
                              &out->predicted, &out->observed));
    TRY(gm_lwe_observe_secret(record->context, instance, rows, instance->secret, false,
                              &out->plain_predicted, &out->plain_observed));
done:
    return status;
}

static void take_result(const gm_lwe_result *result, struct lwe_run *out) {
    out->recovered = result->recovered;
    out->by_gradient = result->recovered && strcmp(result->solver, "linear") != 0;
    out->control_recovered = result->control_run && result->control_recovered;
    out->v = result->informativeness;
    out->informative = strcmp(result->verdict, "informative") == 0;
    out->seconds = out->reduction.seconds + result->attack_seconds;
}

gm_status lwe_run(struct record *record, const struct lwe_setting *setting, uint64_t seed,
                  struct lwe_run *out) {
    gm_status status = GM_OK;
    gm_context *context = record->context;
    gm_lwe *instance = NULL;
    gm_lwe_rows *rows = NULL;
    gm_lwe_result *result = NULL;
    const gm_lwe_parameters parameters = {.n = setting->n,
                                          .q = setting->q,
                                          .samples = 4 * setting->n,
                                          .sigma = LWE_SIGMA,
                                          .secret = "ternary",
                                          .hamming = setting->hamming};
    const gm_lwe_attack_options options = {
        .solver = setting->solver, .no_control = !setting->control, .seed = seed};
    TRY(gm_lwe_generate(context, &parameters, seed, &instance));
    TRY(make_rows(record, setting, instance, seed, &rows, &out->reduction));
    TRY(gm_lwe_attack(context, instance, rows, &options, &result));
    take_result(result, out);
    TRY(observe(record, instance, rows, out));
    record->runs++;
done:
    gm_lwe_result_destroy(context, result);
    gm_lwe_rows_destroy(context, rows);
    gm_lwe_destroy(context, instance);
    return status;
}
