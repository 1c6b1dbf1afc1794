#include "curvature/compare.h"
#include "curvature/moments.h"
#include "curvature/recovery.h"
#include "curvature/stream.h"
#include "data/dataset.h"

gm_status gm_recovery_control_none(gm_context *context, const gm_dataset *dataset,
                                   const gm_plan *plan, const double *weights, const double *truth,
                                   gm_recovery *r) {
    gm_status status = GM_OK;
    const gm_plan control = gm_plan_control(plan);
    const int64_t d = plan->dimension;
    gm_target_noise noise;
    gm_source *source = NULL;
    double *estimate = NULL;
    control.estimator->plan(0.0, &noise);
    GM_TRY(GM_NEW(context, estimate, d * d));
    GM_TRY(gm_model_source_create(context, dataset, plan->model, weights, plan->batch_size, &noise,
                                  plan->seed, &source));
    GM_TRY(gm_stream_run(context, &control, source, NULL, NULL, estimate, NULL));
    GM_TRY(gm_compare(context, d, estimate, truth, r->truth_eigenvalues, true, &r->control_none));
done:
    gm_source_destroy(source);
    gm_release(context, estimate);
    return status;
}

gm_status gm_recovery_control_oracle(gm_context *context, const gm_dataset *dataset,
                                     const gm_plan *plan, const double *truth, gm_recovery *r) {
    gm_status status = GM_OK;
    const gm_rows *rows = gm_dataset_matrix(dataset);
    const int64_t d = plan->dimension, n = plan->batch_size;
    double *counts = NULL, *estimate = NULL;
    int64_t *index = NULL;
    GM_TRY(GM_NEW_ZERO(context, counts, rows->rows));
    GM_TRY(GM_NEW(context, index, n));
    GM_TRY(GM_NEW(context, estimate, d * d));
    for (int64_t batch = 0; batch < plan->batches; batch++) {
        gm_draw_batch(context, plan->seed, batch, n, rows->rows, index);
        for (int64_t i = 0; i < n; i++)
            counts[index[i]] += 1.0;
        GM_TRY(gm_progress(context, "counting the rows of the oracle", (double)batch,
                           (double)plan->batches));
    }
    GM_TRY(gm_second_moments(context, rows, counts, estimate));
    GM_TRY(gm_compare(context, d, estimate, truth, r->truth_eigenvalues, true, &r->control_oracle));
done:
    gm_release(context, estimate);
    gm_release(context, index);
    gm_release(context, counts);
    return status;
}
