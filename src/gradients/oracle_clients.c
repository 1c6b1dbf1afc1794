#include "gradients/oracle_clients.h"

#include <math.h>
#include <string.h>

#include "gradients/client_rows.h"
#include "linalg/linalg.h"
#include "random/streams.h"

enum { MODEL_TEXT = 512, HALVES = 2, FIELDS = 16 };

/* Weights up to which a client's numbers have to be finite: beyond, a run has diverged. */
static const double TAME = 1e30;

/* What a client's noise came to so far, and what it should have. */
typedef struct power {
    double seen, expected, vectors;
    double variance; /* of what is expected */
} power;

struct gm_remote {
    gm_context *context;
    gm_clients *clients;
    char model[MODEL_TEXT];
    int64_t dimension;
    int64_t *rows;  /* local rows of all clients, one after another: early ones, then late ones */
    int64_t *start; /* [clients][HALVES + 1] where each list begins */
    int64_t *next;  /* [clients][HALVES] where its next row goes */
    int64_t rows_capacity;
    power *power; /* [clients] */
};

/* One question to all, and where the answers go. */
typedef struct question {
    gm_remote *remote;
    gm_rows_question fields;
    const double *const *weights; /* [count] */
    const double *direction;
    const gm_target_noise *noise; /* of GM_ROWS_COPIES */
    uint64_t seed;                /* of noise, where it comes from one */
    bool finite;                  /* answers have to be */
    double total[HALVES];         /* rows of the clients that answered; −1: not counted yet */
    double *answer;               /* [size] of one client */
    double *sums;                 /* [size] weighted */
} question;

static double rows_of(const question *q, int64_t c, int half) {
    const gm_remote *r = q->remote;
    const int64_t *start = r->start + c * (HALVES + 1);
    if (q->fields.early == GM_ROWS_ALL)
        return half == 0 ? (double)gm_clients_rows(r->clients, c) : 0.0;
    return (double)(start[half + 1] - start[half]);
}

/* --- what is asked --- */

static void write_question(void *argument, int64_t c, gm_archive *request) {
    const question *q = argument;
    gm_remote *r = q->remote;
    gm_rows_question fields = q->fields;
    const int64_t d = r->dimension, *start = r->start + c * (HALVES + 1);
    if (fields.early != GM_ROWS_ALL) {
        fields.early = start[1] - start[0];
        fields.late = start[2] - start[1];
    }
    fields.private_noise = !gm_clients_options(r->clients)->reproducible;
    if (fields.noised > 0 && !fields.private_noise)
        gm_random_bits(r->context, (gm_stream){q->seed, GM_STREAM_CLIENTS},
                       2 * (fields.batch * gm_clients_count(r->clients) + c) + 1, 1, &fields.seed);
    gm_rows_question_exchange(request, &fields);
    for (int64_t k = 0; k < fields.count; k++)
        gm_archive_doubles(request, d, (double *)(uintptr_t)q->weights[k]);
    if (q->direction)
        gm_archive_doubles(request, d, (double *)(uintptr_t)q->direction);
    for (int64_t i = 0; i < fields.copies; i++) {
        int64_t draw = q->noise->draw[i];
        double sign = q->noise->sign[i];
        gm_archive_integers(request, 1, &draw);
        gm_archive_doubles(request, 1, &sign);
    }
    if (fields.early != GM_ROWS_ALL)
        gm_archive_integers(request, start[2] - start[0], r->rows + start[0]);
}

/* --- what is answered --- */

static gm_status check_answer(void *argument, int64_t c, gm_archive *in, gm_client_fault *fault) {
    (void)c;
    const question *q = argument;
    const int64_t size = gm_rows_answer_size(&q->fields);
    bool finite = true;
    if (in->size != size * (int64_t)sizeof(double)) {
        gm_client_blame(fault, "size", "answers by %lld bytes where %lld are expected",
                        (long long)in->size, (long long)size * (long long)sizeof(double));
        return GM_OK;
    }
    for (int64_t i = 0; i < size; i++) {
        double value;
        memcpy(&value, in->bytes + i * (int64_t)sizeof value, sizeof value);
        /* What is not known is NaN. */
        const bool unknown =
            (q->fields.task == GM_ROWS_NOISED && i >= 1 && i < GM_ROWS_NOISED_NUMBERS) ||
            (q->fields.task == GM_ROWS_EVALUATE && i >= q->fields.count);
        finite = finite && (unknown || isfinite(value));
    }
    if (q->finite && !finite)
        gm_client_blame(fault, "not finite", "sends numbers that are not finite");
    return GM_OK;
}

static void count_rows(question *q) {
    const gm_clients *clients = q->remote->clients;
    for (int half = 0; half < HALVES; half++) {
        q->total[half] = 0.0;
        for (int64_t c = 0; c < gm_clients_count(clients); c++)
            q->total[half] += gm_clients_has(clients, c) ? rows_of(q, c, half) : 0.0;
    }
}

/* sums += weight × the numbers first … end−1 of the answer. */
static void add(question *q, double weight, int64_t first, int64_t end) {
    for (int64_t i = first; i < end; i++)
        q->sums[i] += weight * q->answer[i];
}

static gm_status take_answer(void *argument, int64_t c, gm_archive *in) {
    question *q = argument;
    const int64_t size = gm_rows_answer_size(&q->fields), d = q->remote->dimension;
    if (q->total[0] < 0.0)
        count_rows(q);
    gm_archive_doubles(in, size, q->answer);
    const double rows = rows_of(q, c, 0), weight = rows / q->total[0];
    if (rows == 0.0 && q->fields.task != GM_ROWS_GRADIENT)
        return in->status;
    switch ((gm_rows_task)q->fields.task) {
    case GM_ROWS_GRADIENT:
        gm_clients_count_gradients(q->remote->clients, c, 1);
        for (int half = 0; half < HALVES; half++)
            if (rows_of(q, c, half) > 0.0)
                add(q, rows_of(q, c, half) / q->total[half], half * (1 + d), (half + 1) * (1 + d));
        break;
    case GM_ROWS_NOISED: {
        power *p = &q->remote->power[c];
        gm_clients_count_gradients(q->remote->clients, c, 1 + q->fields.noised);
        const int64_t mean_end = GM_ROWS_NOISED_NUMBERS + d;
        const double *vectors = q->answer + mean_end, m = (double)q->fields.noised;
        if (isfinite(q->answer[1]) && isfinite(q->answer[2])) {
            p->seen += gm_inner(q->fields.noised * d, vectors, vectors);
            p->expected += m * q->answer[1];
            p->variance += m * m * q->answer[2];
            p->vectors += m;
        }
        add(q, weight, 0, mean_end);
        /* Noise of variance n over n of all, not over those of one client. */
        add(q, sqrt(weight), mean_end, size);
        break;
    }
    case GM_ROWS_COPIES: /* weighed already */
        gm_clients_count_gradients(q->remote->clients, c, q->fields.copies);
        add(q, 1.0, 0, size);
        break;
    case GM_ROWS_EVALUATE:
    case GM_ROWS_CURVATURE:
    case GM_ROWS_TASKS:
        add(q, weight, 0, size);
        break;
    }
    return in->status;
}

static gm_status ask(question *q) {
    gm_remote *r = q->remote;
    gm_status status = GM_OK;
    const int64_t size = gm_rows_answer_size(&q->fields);
    const gm_client_question asked = {.kind = GM_CLIENT_ROWS,
                                      .most = size * (int64_t)sizeof(double),
                                      .argument = q,
                                      .write = write_question,
                                      .check = check_answer,
                                      .take = take_answer};
    double largest = 0.0;
    for (int64_t k = 0; k < q->fields.count; k++)
        for (int64_t j = 0; j < r->dimension; j++)
            largest = fmax(largest, fabs(q->weights[k][j]));
    q->finite = largest <= TAME;
    q->total[0] = -1.0;
    GM_TRY(GM_NEW(r->context, q->answer, size));
    GM_TRY(GM_NEW_ZERO(r->context, q->sums, size));
    GM_TRY(gm_clients_ask(r->clients, &asked));
done:
    gm_release(r->context, q->answer);
    q->answer = NULL;
    return status;
}

static question ask_at(gm_remote *r, gm_rows_task task, const double *const *w) {
    return (question){
        .remote = r,
        .weights = w,
        .fields = {.task = task, .dimension = r->dimension, .count = 1, .early = GM_ROWS_ALL}};
}

/* --- which rows are whose --- */

static int64_t owner_of(const gm_clients *clients, int64_t row) {
    int64_t low = 0, high = gm_clients_count(clients);
    while (high - low > 1) {
        const int64_t middle = (low + high) / 2;
        if (row < gm_clients_first(clients, middle))
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* Sort the rows of a batch by client and half; within both they keep their order. */
static gm_status deal_rows(gm_remote *r, int64_t n, const int64_t *index, int64_t cut) {
    const int64_t count = gm_clients_count(r->clients);
    int64_t *grown = gm_reserve(r->context, r->rows, 0, n, &r->rows_capacity, sizeof *r->rows);
    if (!grown)
        return GM_OUT_OF_MEMORY;
    r->rows = grown;
    memset(r->start, 0, (size_t)(count * (HALVES + 1)) * sizeof *r->start);
    for (int64_t i = 0; i < n; i++) /* lengths, each behind its list */
        r->start[owner_of(r->clients, index[i]) * (HALVES + 1) + (i >= cut) + 1]++;
    int64_t at = 0;
    for (int64_t c = 0; c < count; c++) {
        int64_t *start = r->start + c * (HALVES + 1);
        start[0] = at;
        start[1] += start[0];
        start[2] += start[1];
        at = start[2];
    }
    for (int64_t c = 0; c < count; c++)
        memcpy(r->next + c * HALVES, r->start + c * (HALVES + 1), HALVES * sizeof *r->next);
    for (int64_t i = 0; i < n; i++) {
        const int64_t c = owner_of(r->clients, index[i]);
        r->rows[r->next[c * HALVES + (i >= cut)]++] = index[i] - gm_clients_first(r->clients, c);
    }
    return GM_OK;
}

/* --- the questions --- */

gm_status gm_remote_gradient(gm_remote *r, const double *w, int64_t n, const int64_t *index,
                             int64_t cut, double *losses, double *gradients) {
    gm_status status = GM_OK;
    const int64_t d = r->dimension;
    question q = ask_at(r, GM_ROWS_GRADIENT, &w);
    if (index) {
        q.fields.early = 0;
        GM_TRY(deal_rows(r, n, index, cut > 0 ? cut : n));
    }
    GM_TRY(ask(&q));
    for (int half = 0; half < HALVES; half++) {
        losses[half] = q.sums[half * (1 + d)];
        memcpy(gradients + half * d, q.sums + half * (1 + d) + 1, (size_t)d * sizeof *gradients);
    }
done:
    gm_release(r->context, q.sums);
    return status;
}

/* On the noise of all batches so far, so that few vectors of each are enough. */
static gm_status check_power(gm_remote *r) {
    for (int64_t c = 0; c < gm_clients_count(r->clients); c++) {
        const power *p = &r->power[c];
        const double ratio = p->seen / p->expected, error = sqrt(p->variance) / p->expected;
        if (!gm_clients_has(r->clients, c) || !gm_client_power_is_off(ratio, error, p->vectors))
            continue;
        gm_client_fault fault = {0};
        gm_client_blame_power(&fault, ratio);
        const gm_status status = gm_clients_leave_out(r->clients, c, &fault);
        if (status != GM_OK)
            return status;
    }
    return GM_OK;
}

gm_status gm_remote_noised(gm_remote *r, const double *w, int64_t n, const int64_t *index, int m,
                           uint64_t seed, int64_t batch, double *loss, double *gradient,
                           double *vectors) {
    gm_status status = GM_OK;
    const int64_t d = r->dimension;
    question q = ask_at(r, GM_ROWS_NOISED, &w);
    q.fields.early = 0;
    q.fields.noised = m;
    q.fields.batch = batch;
    q.seed = seed;
    GM_TRY(deal_rows(r, n, index, n));
    GM_TRY(ask(&q));
    *loss = q.sums[0];
    memcpy(gradient, q.sums + GM_ROWS_NOISED_NUMBERS, (size_t)d * sizeof *gradient);
    memcpy(vectors, q.sums + GM_ROWS_NOISED_NUMBERS + d, (size_t)(m * d) * sizeof *vectors);
    GM_TRY(check_power(r));
done:
    gm_release(r->context, q.sums);
    return status;
}

/* Whether every client that has rows of the batch is left. */
static bool all_answered(const gm_remote *r) {
    for (int64_t c = 0; c < gm_clients_count(r->clients); c++) {
        const int64_t *start = r->start + c * (HALVES + 1);
        if (start[1] > start[0] && !gm_clients_has(r->clients, c))
            return false;
    }
    return true;
}

gm_status gm_remote_copies(gm_remote *r, const double *w, int64_t n, const int64_t *index,
                           const gm_target_noise *noise, uint64_t seed, int64_t batch, double *out,
                           bool *whole) {
    gm_status status = GM_OK;
    question q = ask_at(r, GM_ROWS_COPIES, &w);
    q.fields.early = 0;
    q.fields.noised = noise->draws;
    q.fields.copies = noise->copies;
    q.fields.batch = batch;
    q.fields.total = n;
    q.fields.scale = sqrt(noise->variance / (double)n);
    q.noise = noise;
    q.seed = seed;
    GM_TRY(deal_rows(r, n, index, n));
    GM_TRY(ask(&q));
    *whole = all_answered(r);
    memcpy(out, q.sums, (size_t)(noise->copies * r->dimension) * sizeof *out);
done:
    gm_release(r->context, q.sums);
    return status;
}

gm_status gm_remote_evaluate(gm_remote *r, int count, const double *const *weights, double *losses,
                             double *accuracies) {
    gm_status status = GM_OK;
    question q = ask_at(r, GM_ROWS_EVALUATE, weights);
    q.fields.count = count;
    GM_TRY(ask(&q));
    memcpy(losses, q.sums, (size_t)count * sizeof *losses);
    memcpy(accuracies, q.sums + count, (size_t)count * sizeof *accuracies);
done:
    gm_release(r->context, q.sums);
    return status;
}

gm_status gm_remote_curvature(gm_remote *r, const double *w, const double *v, double *out) {
    gm_status status = GM_OK;
    question q = ask_at(r, GM_ROWS_CURVATURE, &w);
    q.direction = v;
    GM_TRY(ask(&q));
    memcpy(out, q.sums, (size_t)r->dimension * sizeof *out);
done:
    gm_release(r->context, q.sums);
    return status;
}

/* --- the beginning --- */

static void write_opening(void *argument, int64_t c, gm_archive *request) {
    gm_remote *r = argument;
    (void)c;
    gm_archive_text(request, MODEL_TEXT, r->model);
}

static gm_status check_opening(void *argument, int64_t c, gm_archive *in, gm_client_fault *fault) {
    const gm_remote *r = argument;
    gm_rows_opening opening = {0};
    (void)c;
    if (in->size != (int64_t)sizeof opening) {
        gm_client_blame(fault, "size", "opens by %lld bytes where %zu are expected",
                        (long long)in->size, sizeof opening);
        return GM_OK;
    }
    gm_archive_bytes(in, sizeof opening, &opening);
    if (opening.dimension != r->dimension)
        gm_client_blame(fault, "size", "has a model of %lld parameters where %lld are expected",
                        (long long)opening.dimension, (long long)r->dimension);
    else
        (void)gm_client_bends(fault, opening.affinity);
    return GM_OK;
}

static gm_status take_opening(void *argument, int64_t c, gm_archive *in) {
    (void)argument;
    (void)c;
    return in->status;
}

gm_status gm_remote_open(gm_clients *clients, const char *model, int64_t dimension,
                         gm_remote **out) {
    gm_status status = GM_OK;
    gm_context *context = gm_clients_context(clients);
    const int64_t count = gm_clients_count(clients);
    gm_remote *r = NULL;
    GM_TRY(GM_NEW_ZERO(context, r, 1));
    *r = (gm_remote){.context = context, .clients = clients, .dimension = dimension};
    if (strlen(model) >= MODEL_TEXT)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "a specification of a model of %zu bytes; at most %d go to clients",
                       strlen(model), MODEL_TEXT - 1));
    memcpy(r->model, model, strlen(model) + 1);
    GM_TRY(GM_NEW_ZERO(context, r->start, count * (HALVES + 1)));
    GM_TRY(GM_NEW(context, r->next, count * HALVES));
    GM_TRY(GM_NEW_ZERO(context, r->power, count));
    const gm_client_question opening = {.kind = GM_CLIENT_OPEN,
                                        .most = FIELDS * (int64_t)sizeof(double),
                                        .argument = r,
                                        .write = write_opening,
                                        .check = check_opening,
                                        .take = take_opening};
    GM_TRY(gm_clients_ask(clients, &opening));
    *out = r;
    r = NULL;
done:
    gm_remote_destroy(r);
    return status;
}

void gm_remote_destroy(gm_remote *r) {
    if (!r)
        return;
    gm_release(r->context, r->power);
    gm_release(r->context, r->next);
    gm_release(r->context, r->start);
    gm_release(r->context, r->rows);
    gm_release(r->context, r);
}
