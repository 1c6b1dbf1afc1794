#include <math.h>
#include <string.h>

#include "curvature/accumulate.h"
#include "curvature/plan.h"
#include "curvature/predict.h"
#include "curvature/problem.h"
#include "data/dataset.h"
#include "gradients/clients.h"
#include "gradients/gradients.h"
#include "linalg/linalg.h"
#include "linalg/tiled.h"

/* What the noise vectors cost once they are there: moments, eigenvalues, prediction. */
typedef struct vectors_cost {
    double operations;
    double numbers; /* of 8 bytes held at the peak, buffers of the gradients included */
} vectors_cost;

/* Clean gradients and those of one batch a thread wait in buffers of this many vectors. */
enum { BUFFERED = 256 };

/* The peak is the pass of gradients, or the eigenvalues, which take a copy of the estimate. With a
   comparison the truth is held too, and condition numbers take two more copies beside a control. */
static double numbers_held(gm_context *context, const gm_plan *plan, double kept) {
    const double d = (double)plan->dimension;
    const double held =
        kept * d / 2.0 +
        (BUFFERED + (double)gm_context_threads(context) * plan->estimator.copies) * d;
    if (plan->rank > 0)
        return held + 4.0 * (double)plan->rank * d;
    if (plan->tiled)
        return held + 2.0 * gm_tiled_bytes(plan->dimension, gm_context_ranks(context)) / 8.0 +
               BUFFERED * d;
    const double pass = held + gm_accumulator_numbers(plan->dimension, gm_plan_vectors(plan)) +
                        (plan->compare ? d * d : 0.0);
    return fmax(pass, (plan->compare ? 5.0 : 2.0) * d * d);
}

static vectors_cost cost_of_vectors(gm_context *context, const gm_plan *plan) {
    const double d = (double)plan->dimension, k = (double)gm_plan_vectors(plan);
    const double kept = (double)gm_predictor_kept(plan->dimension, gm_plan_vectors(plan));
    /* The prediction works in float32, at twice the rate of the rest. */
    const double predict = plan->estimator.kind->injects ? 2624.0 * kept * d / 2.0 : 0.0;
    return (vectors_cost){k * d * d + 4.0 / 3.0 * d * d * d + predict,
                          numbers_held(context, plan, kept)};
}

/* Clients send gradients batch after batch, or each the moments of its part of the noise vectors,
   of which the answer is packed. */
static gm_clients_load load_of_clients(const gm_plan *plan, const gm_client_options *clients,
                                       const gm_rows *rows) {
    const double d = (double)plan->dimension, count = (double)clients->count;
    const double vectors = ceil((double)gm_plan_vectors(plan) / count);
    const double kept = (double)gm_predictor_kept(plan->dimension, gm_plan_vectors(plan)) / count;
    gm_clients_load out = {.rows = rows,
                           .held = 8.0 * plan->estimator.copies * d,
                           .questions = (double)plan->batches,
                           .answer = 8.0 * plan->estimator.copies * d};
    if (clients->sums)
        return out;
    out.held += 8.0 * (gm_accumulator_numbers(plan->dimension, (int64_t)vectors) + BUFFERED * d) +
                4.0 * kept * d + 4.0 * d * (d + 1.0);
    out.questions = 1.0;
    out.answer = 4.0 * d * (d + 1.0) + 8.0 * d + 4.0 * kept * d;
    out.last = true;
    return out;
}

/* Of moments the one who asks has the estimate alone, and then its eigenvalues. */
static void add_clients(gm_context *context, const gm_plan *plan, const gm_client_options *clients,
                        const gm_rows *rows, double *held, double *seconds) {
    const gm_clients_load load = load_of_clients(plan, clients, rows);
    const gm_clients_cost asked = gm_clients_cost_of(context, clients, &load);
    const double d = (double)plan->dimension;
    const double kept = (double)gm_predictor_kept(plan->dimension, gm_plan_vectors(plan));
    if (clients->sums)
        *held += asked.memory;
    else
        *held = fmax(asked.memory + 8.0 * d * d, 16.0 * d * d + 4.0 * kept * d);
    *seconds += asked.seconds;
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
    GM_TRY(gm_product_rate(context, &rate));
    const gm_rows *rows = gm_dataset_matrix(dataset);
    const double d = (double)plan.dimension, n = (double)plan.batch_size;
    const double evaluated = (double)gm_plan_gradients(&plan);
    const double rows_total = (double)rows->rows, columns = (double)rows->columns;
    const double element = (double)gm_element_size(rows->element);
    const double gradients = 2.0 * evaluated * n * d;
    const bool moments = plan.compare || strcmp(problem->at, "optimum") == 0;
    const vectors_cost vectors = cost_of_vectors(context, &plan);
    double dense = vectors.operations;
    if (moments)
        dense += rows_total * d * d;
    double passes = 1.0;
    if (plan.compare) {
        dense += rows_total * d * d + evaluated * d * d + 20.0 * d * d * d;
        passes += plan.estimator.copies;
    }
    /* Products with rows reach about a quarter of the rate of dense products. */
    double seconds = (4.0 * gradients * passes + dense) / rate, held = 8.0 * vectors.numbers;
    if (options->clients.count > 0)
        add_clients(context, &plan, &options->clients, rows, &held, &seconds);
    *out = (gm_cost){.operations = gradients * passes + dense,
                     .bytes_read = passes * (double)plan.batches * n * columns * element,
                     .memory = rows_total * columns * element + rows_total * 16.0 + held,
                     .seconds = seconds};
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
        status = gm_product_rate(context, &rate);
    if (status != GM_OK)
        return status;
    const double d = (double)plan.dimension;
    const double recorded = 8.0 * (double)gm_gradients_count(gradients) * d;
    const vectors_cost vectors = cost_of_vectors(context, &plan);
    *out = (gm_cost){.operations = vectors.operations,
                     .bytes_read = recorded,
                     .memory = recorded + 8.0 * vectors.numbers,
                     .seconds = vectors.operations / rate};
    return GM_OK;
}
