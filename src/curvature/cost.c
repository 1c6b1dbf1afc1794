#include <string.h>

#include "curvature/plan.h"
#include "curvature/problem.h"
#include "data/dataset.h"
#include "gradients/gradients.h"
#include "linalg/linalg.h"

/* Operations a second of a symmetric product, measured on a small one; at least 1e9. */
static gm_status measure_rate(gm_context *context, double *operations_per_second) {
    enum { ROWS = 256, ORDER = 640, TIMES = 3 };
    gm_status status = GM_OK;
    double *rows = NULL, *product = NULL, best = 1e-1;
    GM_TRY(GM_NEW_ZERO(context, rows, ROWS * ORDER));
    GM_TRY(GM_NEW_ZERO(context, product, ORDER * ORDER));
    for (int i = 0; i < TIMES; i++) {
        const double start = gm_seconds();
        GM_TRY(gm_gram_accumulate(context, ROWS, ORDER, rows, product));
        const double taken = gm_seconds() - start;
        best = taken < best ? taken : best;
    }
    *operations_per_second = (double)ROWS * ORDER * ORDER / best;
done:
    gm_release(context, product);
    gm_release(context, rows);
    return status;
}

/* What the noise vectors cost once they are there: moments, eigenvalues, prediction. */
typedef struct vectors_cost {
    double operations, kept; /* vectors kept for the prediction */
} vectors_cost;

static vectors_cost cost_of_vectors(const gm_plan *plan) {
    const double d = (double)plan->dimension, k = (double)gm_plan_vectors(plan);
    const double most_kept = 4.0 * d > 2048.0 ? 4.0 * d : 2048.0;
    const double kept = k < most_kept ? k : most_kept;
    /* The prediction works in float32, at twice the rate of the rest. */
    const double predict = plan->estimator.kind->injects ? 2624.0 * kept * d / 2.0 : 0.0;
    return (vectors_cost){k * d * d + 4.0 / 3.0 * d * d * d + predict, kept};
}

gm_status gm_recover_cost(gm_context *context, const gm_dataset *dataset,
                          const gm_recover_options *options, gm_cost *out) {
    const gm_recover_options defaults = {0};
    gm_status status = GM_OK;
    gm_problem *problem = NULL;
    gm_plan plan;
    double rate = 1.0;
    if (!options)
        options = &defaults;
    GM_TRY(gm_problem_create(context, dataset, options, &problem));
    GM_TRY(gm_plan_make(context, problem->supply, options, &plan));
    GM_TRY(measure_rate(context, &rate));
    const gm_rows *rows = gm_dataset_matrix(dataset);
    const double d = (double)plan.dimension, n = (double)plan.batch_size;
    const double evaluated = (double)gm_plan_gradients(&plan);
    const double rows_total = (double)rows->rows, columns = (double)rows->columns;
    const double element = (double)gm_element_size(rows->element);
    const double gradients = 2.0 * evaluated * n * d;
    const bool moments = plan.compare || strcmp(problem->at, "optimum") == 0;
    const vectors_cost vectors = cost_of_vectors(&plan);
    double dense = vectors.operations;
    if (moments)
        dense += rows_total * d * d;
    double passes = 1.0;
    if (plan.compare) {
        dense += rows_total * d * d + evaluated * d * d + 20.0 * d * d * d;
        passes += plan.estimator.copies;
    }
    *out = (gm_cost){.operations = gradients * passes + dense,
                     .bytes_read = passes * (double)plan.batches * n * columns * element,
                     .memory = rows_total * columns * element + rows_total * 16.0 +
                               (moments ? 5.0 : 3.0) * d * d * 8.0 + vectors.kept * d * 4.0};
    /* Products with rows reach about a quarter of the rate of dense products. */
    out->seconds = (4.0 * gradients * passes + dense) / rate;
done:
    gm_problem_destroy(problem);
    return status;
}

gm_status gm_recover_gradients_cost(gm_context *context, gm_gradients *gradients,
                                    const gm_recover_options *options, gm_cost *out) {
    const gm_recover_options defaults = {0};
    gm_plan plan;
    double rate = 1.0;
    gm_status status =
        gm_plan_make(context, gradients->supply, options ? options : &defaults, &plan);
    if (status == GM_OK)
        status = measure_rate(context, &rate);
    if (status != GM_OK)
        return status;
    const double d = (double)plan.dimension;
    const double recorded = 8.0 * (double)gm_gradients_count(gradients) * d;
    const vectors_cost vectors = cost_of_vectors(&plan);
    *out = (gm_cost){.operations = vectors.operations,
                     .bytes_read = recorded,
                     .memory = recorded + 3.0 * d * d * 8.0 + vectors.kept * d * 4.0,
                     .seconds = vectors.operations / rate};
    return GM_OK;
}
