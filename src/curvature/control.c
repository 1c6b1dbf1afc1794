#include "curvature/compare.h"
#include "curvature/recovery.h"
#include "curvature/stream.h"
#include "data/dataset.h"

gm_status gm_recovery_control_none(gm_problem *problem, const gm_plan *plan, const double *truth,
                                   gm_recovery *r) {
    gm_status status = GM_OK;
    gm_context *context = problem->context;
    const gm_plan control = gm_plan_control(plan);
    const gm_target_noise noise = gm_plan_noise(&control);
    const int64_t d = plan->dimension;
    gm_source *source = NULL;
    double *estimate = NULL;
    GM_TRY(problem->supply->open(problem->supply, &noise, plan->seeds, &source));
    GM_TRY(gm_stream_run(context, &control, source, NULL, NULL, &estimate, NULL));
    GM_TRY(gm_compare(context, d, estimate, truth, r->truth_eigenvalues, true, &r->control_none));
done:
    gm_source_destroy(source);
    gm_release(context, estimate);
    return status;
}

gm_status gm_recovery_control_oracle(gm_problem *problem, const gm_plan *plan, const double *truth,
                                     gm_recovery *r) {
    gm_status status = GM_OK;
    gm_context *context = problem->context;
    const int64_t rows = gm_dataset_rows(problem->dataset);
    const int64_t d = plan->dimension, n = plan->batch_size;
    double *counts = NULL, *estimate = NULL;
    int64_t *index = NULL;
    GM_TRY(GM_NEW_ZERO(context, counts, rows));
    GM_TRY(GM_NEW(context, index, n));
    GM_TRY(GM_NEW(context, estimate, d * d));
    for (int64_t batch = 0; batch < plan->batches; batch++) {
        gm_draw_batch(context, plan->seeds.batches, batch, n, rows, index);
        for (int64_t i = 0; i < n; i++)
            counts[index[i]] += 1.0;
        GM_TRY(gm_progress(context, "counting the rows of the oracle", (double)batch,
                           (double)plan->batches));
    }
    GM_TRY(gm_problem_curvature(problem, counts, estimate));
    GM_TRY(gm_compare(context, d, estimate, truth, r->truth_eigenvalues, true, &r->control_oracle));
done:
    gm_release(context, estimate);
    gm_release(context, index);
    gm_release(context, counts);
    return status;
}
