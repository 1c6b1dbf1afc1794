#include "curvature/serve_rows.h"

#include <math.h>
#include <string.h>

#include "curvature/affinity.h"
#include "curvature/trace.h"
#include "data/dataset.h"
#include "gradients/client_rows.h"
#include "gradients/oracle.h"
#include "linalg/linalg.h"
#include "random/system.h"

enum { MODEL_TEXT = 512, MOST_WEIGHTS = 4, MOST_NOISED = 1024, PROBED_BATCH = 32 };

/* Indices of draws fit 63 bits. */
static const double MOST_DRAWS = 1e18;

/* Rows of a batch that say what the power of a network's noise should be: a product with the
   Jacobian for every output of each. */
enum { TRACED = 4 };

/* What stays from one question to the next. */
typedef struct kept {
    gm_model *model;
    gm_oracle *oracle;
} kept;

static void release_kept(gm_client *client) {
    kept *k = client->kept;
    gm_oracle_destroy(k->oracle);
    gm_model_destroy(client->context, k->model);
    gm_release(client->context, k);
}

/* --- opening --- */

static gm_status read_model(gm_client *client, gm_archive *request, gm_model **out) {
    gm_status status = GM_OK;
    char text[MODEL_TEXT] = "";
    gm_archive_text(request, MODEL_TEXT, text);
    GM_TRY(request->status);
    if (!client->dataset)
        GM_TRY(gm_fail(client->context, GM_INVALID_INPUT, "a client was asked before it had data"));
    const gm_model_shape shape = {.columns = gm_dataset_columns(client->dataset),
                                  .classes = gm_dataset_classes(client->dataset)};
    GM_TRY(gm_model_create(client->context, text, &shape, out));
done:
    return status;
}

/* Whether gradients at w = 0 follow noise on the targets, on one batch of its rows. */
static gm_status probe(gm_client *client, const gm_model *model, double *affinity) {
    gm_context *context = client->context;
    gm_status status = GM_OK;
    const gm_target_noise noise = {.law = GM_NOISE_LINK, .variance = PROBED_BATCH};
    gm_supply *supply = NULL, *adapted = NULL;
    double *weights = NULL;
    *affinity = NAN;
    if (!model->loss->affine)
        return GM_OK;
    GM_TRY(GM_NEW_ZERO(context, weights, model->parameters));
    if (model->initialize)
        model->initialize(model, context, (gm_stream){0, 0}, weights);
    GM_TRY(gm_model_supply_create(context, client->dataset, model,
                                  gm_dataset_targets(client->dataset), weights, PROBED_BATCH,
                                  &supply));
    adapted = supply;
    if (client->adapt)
        GM_TRY(client->adapt(client, supply, &adapted));
    GM_TRY(gm_affinity_measure(context, adapted, &noise, (gm_source_seeds){0, 0}, 0, affinity));
done:
    if (adapted != supply)
        gm_supply_destroy(adapted);
    gm_supply_destroy(supply);
    gm_release(context, weights);
    return status;
}

static gm_status open_rows(gm_client *client, gm_archive *request, gm_archive *answer) {
    gm_context *context = client->context;
    gm_status status = GM_OK;
    gm_rows_opening opening = {.affinity = NAN};
    kept *k = NULL;
    if (client->kept)
        release_kept(client);
    client->kept = NULL;
    GM_TRY(GM_NEW_ZERO(context, k, 1));
    client->kept = k;
    client->release_kept = release_kept;
    GM_TRY(read_model(client, request, &k->model));
    const gm_oracle_options options = {.batch_size = 1};
    GM_TRY(gm_oracle_create(context, client->dataset, k->model, gm_dataset_targets(client->dataset),
                            &options, &k->oracle));
    opening.dimension = k->model->parameters;
    GM_TRY(probe(client, k->model, &opening.affinity));
    gm_archive_bytes(answer, sizeof opening, &opening);
done:
    return status;
}

/* --- sums over rows --- */

/* A question with its arrays, and room for the answer. */
typedef struct work {
    gm_rows_question fields;
    int64_t rows;                /* in the lists */
    double *weights, *direction; /* [count][d], [d] */
    int64_t draw[GM_MAX_COPIES];
    double sign[GM_MAX_COPIES];
    const double *at[MOST_WEIGHTS];
    int64_t *index;
    double *answer; /* [size] */
} work;

static gm_status check_fields(const gm_client *client, const gm_rows_question *q, int64_t d) {
    const int64_t rows = gm_dataset_rows(client->dataset);
    const bool lists = q->early != GM_ROWS_ALL;
    if (q->dimension == d && q->task >= 0 && q->task < GM_ROWS_TASKS && q->count >= 1 &&
        q->count <= MOST_WEIGHTS && q->noised >= 0 && q->noised <= MOST_NOISED && q->copies >= 0 &&
        q->copies <= GM_MAX_COPIES && q->total >= 0 &&
        (lists ? q->early >= 0 && q->late >= 0 && q->early <= rows && q->late <= rows : true))
        return GM_OK;
    return gm_fail(client->context, GM_INVALID_INPUT, "a question that a client does not know");
}

static gm_status read_work(gm_client *client, gm_archive *request, int64_t d, work *w) {
    gm_context *context = client->context;
    gm_status status = GM_OK;
    gm_rows_question *q = &w->fields;
    const int64_t rows = gm_dataset_rows(client->dataset);
    gm_rows_question_exchange(request, q);
    GM_TRY(request->status);
    GM_TRY(check_fields(client, q, d));
    GM_TRY(GM_NEW(context, w->weights, q->count * d));
    gm_archive_doubles(request, q->count * d, w->weights);
    for (int64_t i = 0; i < q->count; i++)
        w->at[i] = w->weights + i * d;
    GM_TRY(GM_NEW(context, w->direction, d));
    if (q->task == GM_ROWS_CURVATURE)
        gm_archive_doubles(request, d, w->direction);
    for (int64_t i = 0; i < q->copies; i++) {
        gm_archive_integers(request, 1, &w->draw[i]);
        gm_archive_doubles(request, 1, &w->sign[i]);
        if (request->status == GM_OK && w->sign[i] != 0.0 &&
            (w->draw[i] < 0 || w->draw[i] >= q->noised))
            GM_TRY(gm_fail(context, GM_INVALID_INPUT, "copy %lld has draw %lld of %lld",
                           (long long)i, (long long)w->draw[i], (long long)q->noised));
    }
    w->rows = q->early == GM_ROWS_ALL ? 0 : q->early + q->late;
    GM_TRY(GM_NEW(context, w->index, w->rows));
    gm_archive_integers(request, w->rows, w->index);
    GM_TRY(request->status);
    for (int64_t i = 0; i < w->rows; i++)
        if (w->index[i] < 0 || w->index[i] >= rows)
            GM_TRY(gm_fail(context, GM_INVALID_INPUT, "a client was asked for row %lld of %lld",
                           (long long)w->index[i], (long long)rows));
    GM_TRY(GM_NEW_ZERO(context, w->answer, gm_rows_answer_size(q)));
done:
    return status;
}

static void work_release(gm_context *context, work *w) {
    gm_release(context, w->answer);
    gm_release(context, w->index);
    gm_release(context, w->direction);
    gm_release(context, w->weights);
}

/* The noise of a batch is addressed by its number, which must leave room for all draws before it.
 */
static gm_status check_draws(const gm_client *client, const kept *k, const gm_rows_question *q) {
    const double draws =
        ((double)q->batch + 1.0) * (double)q->noised * (double)q->early * (double)k->model->outputs;
    return q->batch >= 0 && draws <= MOST_DRAWS
               ? GM_OK
               : gm_fail(client->context, GM_INVALID_INPUT, "a client was asked for batch %lld",
                         (long long)q->batch);
}

static gm_status take_gradients(const kept *k, const work *w) {
    gm_status status = GM_OK;
    const gm_rows_question *q = &w->fields;
    const int64_t d = q->dimension;
    double *late = w->answer + 1 + d;
    if (q->early == GM_ROWS_ALL)
        return gm_oracle_full(k->oracle, w->at[0], w->answer, w->answer + 1);
    if (q->early > 0)
        GM_TRY(gm_oracle_gradient(k->oracle, w->at[0], q->early, w->index, w->answer, w->answer + 1,
                                  NULL));
    if (q->late > 0)
        GM_TRY(gm_oracle_gradient(k->oracle, w->at[0], q->late, w->index + q->early, late, late + 1,
                                  NULL));
done:
    return status;
}

/* E ‖v‖² of noise of variance n on n rows: (1/n) Σ_i tr Jᵢᵀ H_i Jᵢ. Of networks it is taken of the
   first rows, which a shuffle has put there. */
static gm_status expect_power(const gm_client *client, const kept *k, const work *w,
                              gm_mean_trace *out) {
    gm_context *context = client->context;
    gm_status status = GM_OK;
    const gm_model *model = k->model;
    const int64_t all = w->fields.early, n = model->linear || all < TRACED ? all : TRACED;
    double *traces = NULL;
    *out = (gm_mean_trace){NAN, NAN};
    if (!model->loss->affine)
        return GM_OK;
    GM_TRY(GM_NEW(context, traces, n));
    GM_TRY(gm_row_traces(context, model, w->at[0], GM_NOISE_LINK,
                         gm_dataset_matrix(client->dataset), n, w->index, traces));
    *out = gm_trace_mean(n, traces, all);
done:
    gm_release(context, traces);
    return status;
}

static gm_status take_noised(gm_client *client, const kept *k, work *w) {
    gm_status status = GM_OK;
    gm_rows_question *q = &w->fields;
    const int64_t d = q->dimension;
    gm_mean_trace power;
    double *gradient = w->answer + GM_ROWS_NOISED_NUMBERS;
    if (q->early <= 0)
        return GM_OK;
    GM_TRY(check_draws(client, k, q));
    if (q->private_noise)
        GM_TRY(gm_random_system(client->context, &q->seed));
    GM_TRY(gm_oracle_noised(k->oracle, w->at[0], q->early, w->index, (int)q->noised, q->seed,
                            q->batch, w->answer, gradient, gradient + d));
    GM_TRY(expect_power(client, k, w, &power));
    w->answer[1] = power.value;
    w->answer[2] = power.variance;
done:
    return status;
}

/* Its share of the gradients of a batch, and nothing that would part noise and gradient. */
static gm_status take_copies(gm_client *client, const kept *k, work *w) {
    gm_context *context = client->context;
    gm_status status = GM_OK;
    gm_rows_question *q = &w->fields;
    const int64_t d = q->dimension;
    const double share = (double)q->early / (double)q->total;
    double *gradient = NULL, *vectors = NULL, loss;
    if (q->early <= 0 || q->total < q->early)
        return GM_OK;
    GM_TRY(check_draws(client, k, q));
    GM_TRY(GM_NEW(context, gradient, d));
    GM_TRY(GM_NEW(context, vectors, q->noised * d));
    if (q->private_noise)
        GM_TRY(gm_random_system(context, &q->seed));
    GM_TRY(gm_oracle_noised(k->oracle, w->at[0], q->early, w->index, (int)q->noised, q->seed,
                            q->batch, &loss, gradient, vectors));
    for (int64_t i = 0; i < q->copies; i++) {
        const double scale = w->sign[i] * q->scale * sqrt(share);
        double *out = w->answer + i * d;
        for (int64_t j = 0; j < d; j++)
            out[j] = share * gradient[j];
        for (int64_t j = 0; scale != 0.0 && j < d; j++)
            out[j] += scale * vectors[w->draw[i] * d + j];
    }
done:
    gm_release(context, vectors);
    gm_release(context, gradient);
    return status;
}

static gm_status sum_rows(gm_client *client, gm_archive *request, gm_archive *answer) {
    gm_status status = GM_OK;
    const kept *k = client->kept;
    work w = {.index = NULL};
    if (!k || !k->oracle)
        return gm_fail(client->context, GM_INVALID_INPUT,
                       "a client was asked before it was opened");
    GM_TRY(read_work(client, request, gm_oracle_dimension(k->oracle), &w));
    switch ((gm_rows_task)w.fields.task) {
    case GM_ROWS_GRADIENT:
        GM_TRY(take_gradients(k, &w));
        break;
    case GM_ROWS_NOISED:
        GM_TRY(take_noised(client, k, &w));
        break;
    case GM_ROWS_EVALUATE:
        GM_TRY(gm_oracle_evaluate(k->oracle, (int)w.fields.count, w.at, w.answer,
                                  w.answer + w.fields.count));
        break;
    case GM_ROWS_CURVATURE:
        GM_TRY(gm_oracle_curvature_product(k->oracle, w.at[0], w.direction, w.answer));
        break;
    case GM_ROWS_COPIES:
        GM_TRY(take_copies(client, k, &w));
        break;
    case GM_ROWS_TASKS:
        break;
    }
    gm_archive_doubles(answer, gm_rows_answer_size(&w.fields), w.answer);
done:
    work_release(client->context, &w);
    return status;
}

const gm_client_duty gm_client_open_duty = {GM_CLIENT_OPEN, GM_CLIENT_OPENED, open_rows};
const gm_client_duty gm_client_rows_duty = {GM_CLIENT_ROWS, GM_CLIENT_SUMS, sum_rows};
