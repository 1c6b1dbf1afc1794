#include "curvature/federated.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "curvature/affinity.h"
#include "curvature/problem.h"
#include "curvature/stream.h"
#include "curvature/trace.h"
#include "linalg/linalg.h"
#include "random/streams.h"
#include "random/system.h"

enum { MODEL_TEXT = 512, ESTIMATOR_TEXT = 64, FIELDS = 64 };

/* --- messages --- */

/* What a client is asked for; the weights [d] follow. */
typedef struct question {
    char model[MODEL_TEXT], estimator[ESTIMATOR_TEXT];
    int64_t dimension, law, batch_size, batches, keep, private_noise;
    uint64_t batch_seed, noise_seed;
    double noise_variance, label_noise;
} question;

static void exchange_question(gm_archive *archive, question *q) {
    gm_archive_text(archive, MODEL_TEXT, q->model);
    gm_archive_text(archive, ESTIMATOR_TEXT, q->estimator);
    gm_archive_integers(archive, 1, &q->dimension);
    gm_archive_integers(archive, 1, &q->law);
    gm_archive_integers(archive, 1, &q->batch_size);
    gm_archive_integers(archive, 1, &q->batches);
    gm_archive_integers(archive, 1, &q->keep);
    gm_archive_integers(archive, 1, &q->private_noise);
    gm_archive_bytes(archive, sizeof q->batch_seed, &q->batch_seed);
    gm_archive_bytes(archive, sizeof q->noise_seed, &q->noise_seed);
    gm_archive_doubles(archive, 1, &q->noise_variance);
    gm_archive_doubles(archive, 1, &q->label_noise);
}

/*
 * What it answers. The arrays follow: the clean gradient [d], the estimate on and below its
 * diagonal [d (d + 1) / 2], then the first noise vectors [kept][d] as float32 in units of `unit`.
 */
typedef struct answer {
    int64_t dimension, vectors, kept;
    double unit;
    double trace;    /* of the curvature over its rows, from the data; NaN: not known */
    double variance; /* of that, where it is of some rows; 0: of all */
    double affinity; /* departure of its gradients from what is affine in the targets; NaN */
} answer;

static void exchange_answer(gm_archive *archive, answer *a) {
    gm_archive_integers(archive, 1, &a->dimension);
    gm_archive_integers(archive, 1, &a->vectors);
    gm_archive_integers(archive, 1, &a->kept);
    gm_archive_doubles(archive, 1, &a->unit);
    gm_archive_doubles(archive, 1, &a->trace);
    gm_archive_doubles(archive, 1, &a->variance);
    gm_archive_doubles(archive, 1, &a->affinity);
}

/* --- the client --- */

static gm_plan plan_of(const question *q, const gm_estimator *estimator) {
    return (gm_plan){.estimator = *estimator,
                     .law = (gm_noise_law)q->law,
                     .dimension = q->dimension,
                     .batch_size = q->batch_size,
                     .batches = q->batches,
                     .noise_variance = q->noise_variance,
                     .label_noise = q->label_noise,
                     .seeds = {q->batch_seed, q->noise_seed}};
}

/* Everything that a client makes for one answer. */
typedef struct work {
    gm_problem *problem;
    gm_supply *supply; /* the problem's, or what stands before it */
    gm_source *source;
    gm_predictor *predictor;
    double *hessian, *gradient, *packed;
} work;

static gm_status run_pass(gm_context *context, const gm_plan *plan, int64_t keep, work *w,
                          answer *a) {
    gm_status status = GM_OK;
    const int64_t d = plan->dimension, group = plan->estimator.vectors;
    const gm_target_noise noise = gm_plan_noise(plan);
    GM_TRY(GM_NEW(context, w->gradient, d));
    gm_stream_facts facts = {.mean_gradient = w->gradient};
    if (plan->estimator.kind->injects)
        GM_TRY(gm_affinity_measure(context, w->supply, &noise, plan->seeds, plan->batches,
                                   &a->affinity));
    if (keep > 0)
        GM_TRY(gm_predictor_create(context, d, keep, group, plan->estimator.kind->centered, 0,
                                   &w->predictor));
    GM_TRY(w->supply->open(w->supply, &noise, plan->seeds, &w->source));
    GM_TRY(gm_stream_run(context, plan, w->source, w->predictor, NULL, &w->hessian, &facts));
    if (plan->estimator.kind->injects) {
        gm_mean_trace trace;
        GM_TRY(gm_problem_trace(w->problem, plan->law, plan->seeds.batches, &trace));
        a->trace = trace.value;
        a->variance = trace.variance;
    }
done:
    return status;
}

static gm_status write_answer(gm_context *context, work *w, answer *a, gm_archive *archive) {
    gm_status status = GM_OK;
    const int64_t d = a->dimension;
    const float *kept = NULL;
    if (w->predictor)
        kept = gm_predictor_vectors(w->predictor, &a->kept, &a->unit);
    GM_TRY(GM_NEW(context, w->packed, d * (d + 1) / 2));
    gm_symmetric_pack(d, w->hessian, w->packed);
    exchange_answer(archive, a);
    gm_archive_doubles(archive, d, w->gradient);
    gm_archive_doubles(archive, d * (d + 1) / 2, w->packed);
    gm_archive_bytes(archive, a->kept * d * (int64_t)sizeof *kept, (void *)(uintptr_t)kept);
done:
    return status;
}

static void work_release(gm_context *context, work *w) {
    gm_source_destroy(w->source);
    if (w->problem && w->supply != w->problem->supply)
        gm_supply_destroy(w->supply);
    gm_predictor_destroy(w->predictor);
    gm_problem_destroy(w->problem);
    gm_release(context, w->packed);
    gm_release(context, w->gradient);
    gm_release(context, w->hessian);
}

static gm_status check_question(gm_context *context, const question *q) {
    const double most = 1e18; /* indices of draws fit 63 bits */
    if (q->batch_size >= 1 && q->batches >= 1 && q->keep >= 0 && q->law >= GM_NOISE_LINK &&
        q->law <= GM_NOISE_SAMPLED && q->noise_variance >= 0.0 && isfinite(q->noise_variance) &&
        q->label_noise >= 0.0 && isfinite(q->label_noise) &&
        (double)q->batch_size * (double)q->batches * GM_MAX_COPIES < most)
        return GM_OK;
    return gm_fail(context, GM_INVALID_INPUT, "a question that a client does not know");
}

static gm_status answer_moments(gm_client *client, gm_archive *request, gm_archive *out) {
    gm_context *context = client->context;
    gm_status status = GM_OK;
    question q = {0};
    answer a = {.trace = NAN, .variance = NAN, .affinity = NAN};
    work w = {0};
    gm_estimator estimator;
    const char *reason;
    exchange_question(request, &q);
    GM_TRY(request->status);
    GM_TRY(check_question(context, &q));
    if (!client->dataset)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT, "a client was asked before it had data"));
    const gm_recover_options options = {.model = q.model, .batch_size = q.batch_size};
    GM_TRY(gm_problem_create(context, client->dataset, &options, &w.problem));
    w.supply = w.problem->supply;
    if (w.supply->dimension != q.dimension)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "the model has %lld parameters at a client, %lld at the server",
                       (long long)w.supply->dimension, (long long)q.dimension));
    gm_archive_doubles(request, q.dimension, w.problem->weights);
    GM_TRY(request->status);
    if (client->adapt)
        GM_TRY(client->adapt(client, w.problem->supply, &w.supply));
    GM_TRY(gm_estimator_choose(context, q.estimator, w.supply, 0, &estimator, &reason));
    if (q.private_noise)
        GM_TRY(gm_random_system(context, &q.noise_seed));
    const gm_plan plan = plan_of(&q, &estimator);
    a.dimension = q.dimension;
    a.vectors = gm_plan_vectors(&plan);
    GM_TRY(run_pass(context, &plan, q.keep, &w, &a));
    GM_TRY(write_answer(context, &w, &a, out));
done:
    work_release(context, &w);
    return status;
}

const gm_client_duty gm_client_moments_duty = {GM_CLIENT_MOMENTS, GM_CLIENT_STATE, answer_moments};

/* --- the server --- */

/* Departure of the logarithm of a trace that is a sign of wrong calibration, in standard deviations
   by the spread of the vectors: that counts the rows that batches share. */
static const double PLAIN = 6.0;
enum { LEAST_GROUPS = 16 };

typedef struct server {
    gm_context *context;
    gm_clients *clients;
    const gm_plan *plan;
    const char *model;
    char estimator[ESTIMATOR_TEXT];
    const double *weights;
    gm_predictor *predictor;
    int64_t *batches, *keep;   /* [clients] */
    double rows, vectors;      /* of the clients that answered; 0: not yet summed */
    double *packed, *gradient; /* the weighted sums */
} server;

/*
 * Batches in proportion to the rows, but at least `least` each, which those of the most pay for. A
 * client's share of the estimate is that of its rows, whatever comes of the rounding.
 */
static gm_status deal(server *s, int64_t total) {
    const int64_t count = gm_clients_count(s->clients), group = s->plan->estimator.vectors;
    const int64_t least = (2 + group - 1) / group;
    double rows = 0.0, before = 0.0;
    int64_t owed = 0;
    if (total < count * least)
        return gm_fail(s->context, GM_INVALID_ARGUMENT,
                       "%lld batches of gradients are too few for %lld clients, which need %lld "
                       "each",
                       (long long)total, (long long)count, (long long)least);
    for (int64_t c = 0; c < count; c++)
        rows += (double)gm_clients_rows(s->clients, c);
    for (int64_t c = 0; c < count; c++) {
        const double share = (double)total / rows;
        const int64_t from = llround(share * before);
        before += (double)gm_clients_rows(s->clients, c);
        s->batches[c] = llround(share * before) - from;
        owed += s->batches[c] < least ? least - s->batches[c] : 0;
        s->batches[c] = s->batches[c] < least ? least : s->batches[c];
    }
    for (; owed > 0; owed--) {
        int64_t most = 0;
        for (int64_t c = 1; c < count; c++)
            most = s->batches[c] > s->batches[most] ? c : most;
        s->batches[most]--;
    }
    return GM_OK;
}

static void write_question(void *argument, int64_t c, gm_archive *request) {
    const server *s = argument;
    const gm_plan *plan = s->plan;
    const gm_client_options *options = gm_clients_options(s->clients);
    uint64_t seeds[2];
    gm_random_bits(s->context, (gm_stream){plan->seeds.batches, GM_STREAM_CLIENTS}, 2 * c, 2,
                   seeds);
    question q = {.dimension = plan->dimension,
                  .law = plan->law,
                  .batch_size = plan->batch_size,
                  .batches = s->batches[c],
                  .keep = s->predictor ? s->keep[c] : 0,
                  .private_noise = !options->reproducible,
                  .batch_seed = seeds[0],
                  .noise_seed = options->reproducible ? seeds[1] : 0,
                  .noise_variance = plan->noise_variance,
                  .label_noise = plan->label_noise};
    snprintf(q.model, sizeof q.model, "%s", s->model);
    snprintf(q.estimator, sizeof q.estimator, "%s", s->estimator);
    exchange_question(request, &q);
    gm_archive_doubles(request, plan->dimension, (double *)(uintptr_t)s->weights);
}

static bool all_finite(int64_t count, const double *values) {
    bool finite = true;
    for (int64_t i = 0; i < count; i++)
        finite = finite && isfinite(values[i]);
    return finite;
}

/* Trace of the estimate, and its relative standard error by the spread of the groups that came with
   it; NaN where these are few. */
static double trace_of(const server *s, const answer *a, const double *packed, const float *kept,
                       double *error) {
    const int64_t d = a->dimension, group = s->plan->estimator.vectors, groups = a->kept / group;
    double trace = 0.0, sum = 0.0, squares = 0.0;
    for (int64_t i = 0; i < d; i++)
        trace += packed[i * (i + 1) / 2 + i];
    for (int64_t g = 0; g < groups; g++) {
        double norm = 0.0;
        for (int64_t j = 0; j < group * d; j++)
            norm += (double)kept[g * group * d + j] * (double)kept[g * group * d + j];
        sum += norm;
        squares += norm * norm;
    }
    const double mean = sum / (double)groups;
    const double spread = sqrt(fmax(0.0, squares / (double)groups - mean * mean)) / mean;
    *error = groups >= LEAST_GROUPS ? spread / sqrt((double)(a->vectors / group)) : (double)NAN;
    return trace;
}

static void check_calibration(const server *s, const answer *a, const double *packed,
                              const float *kept, gm_client_fault *fault) {
    double error = NAN;
    const double of_trace = sqrt(a->variance) / a->trace;
    const double ratio = trace_of(s, a, packed, kept, &error) / a->trace;
    const double departure = log(ratio);
    /* A covariance holds that of the clean gradients too, and a sample may have missed rows of a
       large trace: it can be too large. */
    const bool below = s->plan->estimator.kind->centered || of_trace > 0.0;
    if (gm_client_bends(fault, a->affinity))
        return;
    if ((below ? -departure : fabs(departure)) > PLAIN * hypot(error, of_trace) &&
        gm_client_power_is_off(ratio, of_trace, (double)a->vectors))
        gm_client_blame_power(fault, ratio);
}

/* On the rank of the client: sizes, numbers, and whether the noise is what it should be. */
static gm_status check_answer(void *argument, int64_t c, gm_archive *in, gm_client_fault *fault) {
    const server *s = argument;
    gm_status status = GM_OK;
    const int64_t d = s->plan->dimension, size = d * (d + 1) / 2;
    const int64_t vectors = s->batches[c] * s->plan->estimator.vectors;
    answer a = {0};
    double *values = NULL;
    float *kept = NULL;
    exchange_answer(in, &a);
    if (in->status != GM_OK || a.dimension != d || a.vectors != vectors || a.kept < 0 ||
        a.kept > s->keep[c] ||
        in->size - in->place !=
            (d + size) * (int64_t)sizeof *values + a.kept * d * (int64_t)sizeof *kept) {
        gm_client_blame(
            fault, "size",
            "answers for %lld parameters and %lld noise vectors where %lld and %lld are "
            "expected, in %lld bytes",
            (long long)a.dimension, (long long)a.vectors, (long long)d, (long long)vectors,
            (long long)in->size);
        return GM_OK;
    }
    GM_TRY(GM_NEW(s->context, values, d + size));
    GM_TRY(GM_NEW(s->context, kept, a.kept * d));
    gm_archive_doubles(in, d + size, values);
    gm_archive_bytes(in, a.kept * d * (int64_t)sizeof *kept, kept);
    bool finite = all_finite(d + size, values) && isfinite(a.unit);
    for (int64_t i = 0; i < a.kept * d; i++)
        finite = finite && isfinite(kept[i]);
    if (!finite)
        gm_client_blame(fault, "not finite", "sends numbers that are not finite");
    else
        check_calibration(s, &a, values + d, kept, fault);
done:
    gm_release(s->context, kept);
    gm_release(s->context, values);
    return status;
}

static void count_answers(server *s) {
    for (int64_t c = 0; c < gm_clients_count(s->clients); c++)
        if (gm_clients_has(s->clients, c)) {
            s->rows += (double)gm_clients_rows(s->clients, c);
            s->vectors += (double)(s->batches[c] * s->plan->estimator.vectors);
        }
}

/* The vectors of a client, such that the second moment of all is the weighted estimate. */
static gm_status show_vectors(server *s, const answer *a, double weight, gm_archive *in) {
    gm_status status = GM_OK;
    const int64_t d = a->dimension;
    const double scale = a->unit * sqrt(weight * s->vectors / (double)a->vectors);
    float *kept = NULL;
    double *vectors = NULL;
    if (!s->predictor)
        return GM_OK;
    GM_TRY(GM_NEW(s->context, kept, a->kept * d));
    GM_TRY(GM_NEW(s->context, vectors, a->kept * d));
    gm_archive_bytes(in, a->kept * d * (int64_t)sizeof *kept, kept);
    for (int64_t i = 0; i < a->kept * d; i++)
        vectors[i] = scale * (double)kept[i];
    GM_TRY(gm_predictor_begin_stratum(s->predictor));
    GM_TRY(gm_predictor_add(s->predictor, a->kept, vectors));
done:
    gm_release(s->context, vectors);
    gm_release(s->context, kept);
    return status;
}

static gm_status take_answer(void *argument, int64_t c, gm_archive *in) {
    server *s = argument;
    gm_status status = GM_OK;
    const int64_t d = s->plan->dimension;
    answer a = {0};
    double *row = NULL;
    if (s->rows == 0.0)
        count_answers(s);
    const double weight = (double)gm_clients_rows(s->clients, c) / s->rows;
    GM_TRY(GM_NEW(s->context, row, d));
    exchange_answer(in, &a);
    gm_archive_doubles(in, d, row);
    for (int64_t j = 0; j < d; j++)
        s->gradient[j] += weight * row[j];
    for (int64_t i = 0; i < d; i++) {
        double *sum = s->packed + i * (i + 1) / 2;
        gm_archive_doubles(in, i + 1, row);
        for (int64_t j = 0; j <= i; j++)
            sum[j] += weight * row[j];
    }
    GM_TRY(in->status);
    GM_TRY(show_vectors(s, &a, weight, in));
    gm_clients_count_gradients(s->clients, c, s->batches[c] * s->plan->estimator.copies);
done:
    gm_release(s->context, row);
    return status;
}

static gm_status unpack(const server *s, double **hessian) {
    const int64_t d = s->plan->dimension;
    double *out = NULL;
    gm_status status = GM_NEW(s->context, out, d * d);
    if (status != GM_OK)
        return status;
    for (int64_t i = 0; i < d; i++)
        memcpy(out + i * d, s->packed + i * (i + 1) / 2, (size_t)(i + 1) * sizeof *out);
    gm_symmetric_mirror(d, out);
    *hessian = out;
    return GM_OK;
}

static gm_status server_create(server *s, int64_t capacity) {
    gm_status status = GM_OK;
    const int64_t d = s->plan->dimension, count = gm_clients_count(s->clients);
    const int64_t group = s->plan->estimator.vectors;
    gm_estimator_text(&s->plan->estimator, sizeof s->estimator, s->estimator);
    if (strlen(s->model) >= MODEL_TEXT)
        GM_TRY(gm_fail(s->context, GM_INVALID_ARGUMENT,
                       "a specification of a model of %zu bytes; at most %d go to clients",
                       strlen(s->model), MODEL_TEXT - 1));
    GM_TRY(GM_NEW(s->context, s->batches, count));
    GM_TRY(GM_NEW(s->context, s->keep, count));
    GM_TRY(deal(s, s->plan->batches));
    for (int64_t c = 0; c < count; c++) {
        const double share = (double)s->batches[c] / (double)s->plan->batches;
        s->keep[c] = (int64_t)((double)(capacity / group) * share) * group;
    }
    GM_TRY(GM_NEW_ZERO(s->context, s->packed, d * (d + 1) / 2));
done:
    return status;
}

gm_status gm_federated_pass(gm_clients *clients, gm_plan *plan, const char *model,
                            const double *weights, gm_predictor *predictor, int64_t capacity,
                            double **hessian, double *gradient) {
    gm_status status = GM_OK;
    const int64_t d = plan->dimension;
    gm_context *context = gm_clients_context(clients);
    server s = {.context = context,
                .clients = clients,
                .plan = plan,
                .model = model,
                .weights = weights,
                .predictor = predictor,
                .gradient = gradient};
    memset(gradient, 0, (size_t)d * sizeof *gradient);
    GM_TRY(server_create(&s, predictor ? capacity : 0));
    int64_t most_kept = 0;
    for (int64_t c = 0; c < gm_clients_count(clients); c++)
        most_kept = s.keep[c] > most_kept ? s.keep[c] : most_kept;
    const gm_client_question ask = {
        .kind = GM_CLIENT_MOMENTS,
        .most = 8 * (FIELDS + d + d * (d + 1) / 2) + 4 * most_kept * d,
        .last = true,
        .argument = &s,
        .write = write_question,
        .check = check_answer,
        .take = take_answer,
    };
    GM_TRY(gm_clients_ask(clients, &ask));
    GM_TRY(unpack(&s, hessian));
    plan->batches = (int64_t)s.vectors / plan->estimator.vectors;
done:
    gm_release(context, s.packed);
    gm_release(context, s.keep);
    gm_release(context, s.batches);
    return status;
}
