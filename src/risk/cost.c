#include <string.h>

#include "curvature/accumulate.h"
#include "data/dataset.h"
#include "linalg/linalg.h"
#include "risk/plan.h"
#include "risk/pass.h"

/* Clean gradients and noise vectors of a chunk wait in buffers of this many vectors each. */
enum { BUFFERED = 256 };

/* Numbers of 8 bytes beside the data. */
static double numbers_held(gm_context *context, const gm_risk_plan *plan) {
    const double d = (double)plan->dimension, k = (double)plan->batches;
    const double held = 3.0 * k + (double)gm_context_threads(context) * plan->estimator.copies * d;
    if (plan->source != GM_RESIDUAL_GAUSSIAN)
        return held;
    const double kept = k < GM_RISK_KEPT ? k : GM_RISK_KEPT;
    return held + 2.0 * (kept + BUFFERED) * d +
           2.0 * gm_accumulator_numbers(plan->dimension, plan->batches);
}

gm_status gm_risk_cost(gm_context *context, const gm_dataset *dataset,
                       const gm_risk_options *options, gm_cost *out) {
    gm_status status = GM_OK;
    gm_problem *problem = NULL;
    gm_risk_plan plan;
    double rate = 1.0;
    const gm_recover_options of_problem = gm_risk_problem_options(options);
    GM_TRY(gm_problem_create(context, dataset, &of_problem, &problem));
    GM_TRY(gm_risk_plan_make(context, problem, options, &plan));
    GM_TRY(gm_product_rate(context, &rate));
    const gm_rows *rows = gm_dataset_matrix(dataset);
    const double d = (double)plan.dimension, total = (double)rows->rows;
    const double element = (double)gm_element_size(rows->element);
    const double drawn = (double)plan.batches * (double)plan.batch_size;
    const double gradients = 2.0 * drawn * d * plan.estimator.copies;
    double dense = strcmp(problem->at, "optimum") == 0 ? total * d * d : 0.0;
    if (plan.source == GM_RESIDUAL_GAUSSIAN)
        dense += 2.0 * (double)plan.batches * d * d + 10.0 * d * d * d;
    if (plan.compare)
        dense += 2.0 * total * d;
    *out = (gm_cost){.operations = gradients + dense,
                     .bytes_read = drawn * (double)rows->columns * element,
                     .memory = total * (double)rows->columns * element + total * 16.0 +
                               8.0 * numbers_held(context, &plan),
                     /* Products with rows reach about a quarter of the rate of dense products. */
                     .seconds = (4.0 * gradients + dense) / rate};
done:
    gm_problem_destroy(problem);
    return status;
}
