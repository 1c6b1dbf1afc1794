/* Data at several clients that send moments of gradients: what it costs in error, bytes and time,
   by the number of clients. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

enum { ROWS = 16896, D = 32, BATCH = 64, VECTORS = 1024, BLOCKS = 8 };

static const int counts[] = {1, 2, 4, 8, 16, 32};
enum { COUNTS = sizeof counts / sizeof *counts, MOST_CLIENTS = 32 };

/* How second moments move along the rows, of which each client has a part. */
enum unlike { ALIKE, TURNED, SCALED, UNLIKE };
static const char *const unlike_names[UNLIKE] = {"alike", "turned", "scaled"};

enum { PLAIN, CURVATURE, TRAININGS };
static const char *const optimizers[TRAININGS] = {"sgd", "gradiometer"};
static const double rates[TRAININGS] = {0.05, 1.0};
enum { EPOCHS = 3 };

enum { STREAM_INPUTS = 1, STREAM_SIGNAL, STREAM_LABELS };

/* Bytes of messages beside the arrays: the header; what stands before the moments of a client and
   before its sums, in question and answer, with the texts "linear" and "paired". */
enum {
    HEADER = 40,
    QUESTION = HEADER + 2 * 8 + 6 + 6 + 6 * 8 + 4 * 8,
    ANSWER = HEADER + 7 * 8,
    ROWS_QUESTION = HEADER + 12 * 8
};

static const struct column columns[] = {
    {"what", TEXT},     {"clients", NUMBER},  {"error", PERCENT},       {"over one place", NUMBER},
    {"theory", NUMBER}, {"covered", PERCENT}, {"from clients", NUMBER}, {"ms", NUMBER}};

struct cell {
    struct sample error, covered, seconds;
    struct sample frobenius2, one; /* squared errors from clients and in one place */
    double theory;                 /* of the root of their ratio, of the last repetition */
    double bytes;                  /* from clients */
};

struct trained {
    struct sample excess, departure, seconds; /* departure: loss over that in one place, less 1 */
    double bytes;
};

struct state {
    struct cell cells[UNLIKE][COUNTS];
    struct trained trained[TRAININGS][COUNTS];
    struct sample theory;   /* squared Frobenius errors over those of theory, each the mean over
                               numbers of clients: these share draws */
    struct sample covered;  /* of all runs at clients */
    double most_off[2];     /* bytes less the formula, from clients and to them, the largest */
    double most_off_row[2]; /* the same of plain steps */
};

/* --- data --- */

struct problem {
    double *x, *y;   /* [ROWS][D], [ROWS] */
    double *moments; /* [D][D] */
    gm_dataset *data;
};

/* Variance of coordinate j of row i: 1 on the mean over all rows. */
static double variance(enum unlike unlike, int64_t i, int64_t j) {
    const double t = ((double)i + 0.5) / ROWS;
    const bool own = j * BLOCKS / D == (int64_t)(t * BLOCKS);
    switch (unlike) {
    case TURNED: /* by 8 blocks: the trace stays */
        return own ? 4.5 : 0.5;
    case SCALED:
        return 3.0 * t * t;
    case ALIKE:
    case UNLIKE:
        break;
    }
    return 1.0;
}

static void problem_destroy(struct problem *p) {
    gm_dataset_destroy(p->data);
    free(p->moments);
    free(p->y);
    free(p->x);
}

static void add_moments(const double *x, double weight, double *moments) {
    for (int a = 0; a < D; a++)
        for (int b = 0; b < D; b++)
            moments[a * D + b] += weight * x[a] * x[b];
}

static gm_status problem_create(gm_context *context, enum unlike unlike, uint64_t seed,
                                struct problem *p) {
    double signal[D];
    *p = (struct problem){.x = malloc(sizeof(double) * ROWS * D),
                          .y = malloc(sizeof(double) * ROWS),
                          .moments = calloc((size_t)D * D, sizeof(double))};
    if (!p->x || !p->y || !p->moments)
        return GM_OUT_OF_MEMORY;
    gm_random_gaussian(context, (gm_stream){seed, STREAM_INPUTS}, 0, (int64_t)ROWS * D, p->x);
    gm_random_gaussian(context, (gm_stream){seed, STREAM_SIGNAL}, 0, D, signal);
    gm_random_gaussian(context, (gm_stream){seed, STREAM_LABELS}, 0, ROWS, p->y);
    for (int64_t i = 0; i < ROWS; i++) {
        double *x = p->x + i * D;
        for (int64_t j = 0; j < D; j++) {
            x[j] *= sqrt(variance(unlike, i, j));
            p->y[i] += signal[j] / sqrt(D) * x[j];
        }
        add_moments(x, 1.0 / ROWS, p->moments);
    }
    return gm_dataset_from_arrays(context, ROWS, D, p->x, p->y, &p->data);
}

/*
 * What one vector adds to the squared Frobenius error, E‖v‖⁴ − tr H², where rows first … end−1 are
 * drawn with replacement into batches of n: v is N(0, A) given its batch of second moment A, and
 * E A ⊗ A = (1 − 1/n) H ⊗ H + (1/n) E xxᵀ ⊗ xxᵀ, so that
 * E‖v‖⁴ = E[(tr A)² + 2 tr A²] = (1 − 1/n)((tr H)² + 2 tr H²) + (3/n) E‖x‖⁴.
 */
static double spread(const struct problem *p, int64_t first, int64_t end) {
    double h[D * D] = {0}, fourth = 0.0, trace = 0.0, squares = 0.0;
    const double weight = 1.0 / (double)(end - first);
    for (int64_t i = first; i < end; i++) {
        const double *x = p->x + i * D;
        double norm = 0.0;
        for (int j = 0; j < D; j++)
            norm += x[j] * x[j];
        fourth += weight * norm * norm;
        add_moments(x, weight, h);
    }
    for (int a = 0; a < D * D; a++) {
        trace += a % (D + 1) == 0 ? h[a] : 0.0;
        squares += h[a] * h[a];
    }
    return (1.0 - 1.0 / BATCH) * (trace * trace + 2.0 * squares) + 3.0 / BATCH * fourth - squares;
}

/* Σ_c w_c² (E‖v_c‖⁴ − tr H_c²)/k'_c over the same in one place. */
static double spread_ratio(const struct problem *p, const gm_clients_report *clients) {
    double sum = 0.0;
    int64_t first = 0;
    for (int64_t c = 0; c < clients->count; c++) {
        const gm_client_report *r = &clients->client[c];
        const double weight = (double)r->rows / ROWS;
        sum += weight * weight * spread(p, first, first + r->rows) / ((double)r->gradients / 2.0);
        first += r->rows;
    }
    return sum / (spread(p, 0, ROWS) / VECTORS);
}

/* Sizes 1 : 2 : … : C. */
static const char *relative_sizes(int count, char text[4 * MOST_CLIENTS]) {
    size_t used = 0;
    for (int c = 1; c <= count; c++)
        used += (size_t)snprintf(text + used, (size_t)(4 * MOST_CLIENTS) - used, "%s%d",
                                 c > 1 ? "," : "", c);
    return text;
}

/* --- recover --- */

static void keep_largest(double *largest, double value) {
    if (fabs(value) > fabs(*largest) || isnan(value))
        *largest = value;
}

/* Bytes against 4 d² + 12 d + 96 and 4 d a vector kept from each client, 8 d + 148 to it. */
static void count_bytes(const gm_clients_report *clients, struct cell *cell, struct state *state) {
    double from = 0.0, to = 0.0, expected = 0.0, asked = 0.0;
    for (int64_t c = 0; c < clients->count; c++) {
        const gm_client_report *r = &clients->client[c];
        const double share = (double)(r->gradients / 2) / VECTORS;
        from += r->sent;
        to += r->received;
        expected += ANSWER + 8.0 * D + 4.0 * D * (D + 1) + 4.0 * D * floor(VECTORS * share);
        asked += QUESTION + 8.0 * D;
    }
    cell->bytes = from;
    keep_largest(&state->most_off[0], from - expected);
    keep_largest(&state->most_off[1], to - asked);
}

static gm_status recover_at(struct record *record, const struct problem *p, int count,
                            uint64_t seed, gm_recovery **out, gm_recovery_error *error) {
    gm_status status = GM_OK;
    char sizes[4 * MOST_CLIENTS];
    gm_recovery *r = NULL;
    gm_recover_options options = {.estimator = "paired",
                                  .shrink = "none",
                                  .batch_size = BATCH,
                                  .num_gradients = 2 * VECTORS,
                                  .seed = seed};
    if (count > 0)
        options.clients = (gm_client_options){
            .count = count, .sizes = relative_sizes(count, sizes), .reproducible = true};
    TRY(gm_recover(record->context, p->data, &options, &r));
    record->runs++;
    TRY(gm_curvature_error(record->context, D, r->hessian, p->moments, error));
    *out = r;
    r = NULL;
done:
    gm_recovery_destroy(record->context, r);
    return status;
}

static gm_status recover_once(struct record *record, enum unlike unlike, uint64_t seed,
                              struct state *state) {
    gm_status status = GM_OK;
    struct problem p = {0};
    gm_recovery *r = NULL;
    gm_recovery_error one, error;
    TRY(problem_create(record->context, unlike, seed, &p));
    TRY(recover_at(record, &p, 0, seed, &r, &one));
    const double expected = spread(&p, 0, ROWS) / VECTORS;
    double squares = 0.0, relative = 0.0;
    for (int a = 0; a < D * D; a++)
        squares += p.moments[a] * p.moments[a];
    for (int i = 0; i < COUNTS; i++) {
        struct cell *cell = &state->cells[unlike][i];
        gm_recovery_destroy(record->context, r);
        r = NULL;
        TRY(recover_at(record, &p, counts[i], seed, &r, &error));
        const double ratio = spread_ratio(&p, r->clients);
        const double found = error.frobenius_relative * error.frobenius_relative;
        const gm_estimate *interval = &r->predicted_operator;
        const double covered =
            interval->low <= error.operator_relative && error.operator_relative <= interval->high;
        sample_add(&cell->error, error.operator_relative);
        sample_add(&cell->frobenius2, found);
        sample_add(&cell->one, one.frobenius_relative * one.frobenius_relative);
        sample_add(&cell->covered, covered);
        sample_add(&cell->seconds, r->seconds_gradients);
        sample_add(&state->covered, covered);
        relative += found * squares / (ratio * expected) / COUNTS;
        cell->theory = sqrt(ratio);
        count_bytes(r->clients, cell, state);
    }
    sample_add(&state->theory, relative);
done:
    gm_recovery_destroy(record->context, r);
    problem_destroy(&p);
    return status;
}

/* --- train --- */

static void add_up(const gm_clients_report *clients, double *from, double *to) {
    *from = *to = 0.0;
    for (int64_t c = 0; c < clients->count; c++) {
        *from += clients->client[c].sent;
        *to += clients->client[c].received;
    }
}

/* Plain steps: what the epochs after the first add. A gradient is asked for by weights [d] and
   rows, and answered by losses and gradients of two lists of rows; a look at the run is two
   weights, and two losses and accuracies. */
static void count_steps(const gm_training *shorter, const gm_training *longer,
                        struct state *state) {
    const gm_train_run *one = shorter->optimizer[0].runs, *all = longer->optimizer[0].runs;
    const double steps = all->gradient_evaluations - one->gradient_evaluations;
    const double looks = (double)(all->points - one->points);
    const double count = (double)longer->clients->count;
    double from[2], to[2];
    add_up(shorter->clients, &from[0], &to[0]);
    add_up(longer->clients, &from[1], &to[1]);
    keep_largest(&state->most_off_row[0],
                 from[1] - from[0] -
                     count * (steps * (HEADER + 16.0 * (D + 1)) + looks * (HEADER + 8.0 * 4)));
    keep_largest(&state->most_off_row[1], to[1] - to[0] -
                                              count * (steps * (ROWS_QUESTION + 8.0 * D) +
                                                       looks * (ROWS_QUESTION + 16.0 * D)) -
                                              8.0 * BATCH * steps);
}

static gm_status train_at(struct record *record, const struct problem *p, int which, int count,
                          double epochs, uint64_t seed, gm_training **out) {
    char sizes[4 * MOST_CLIENTS];
    gm_train_options options = {.optimizers = optimizers[which],
                                .learning_rate = rates[which],
                                .batch_size = BATCH,
                                .epochs = epochs,
                                .seed = seed};
    if (count > 0)
        options.clients = (gm_client_options){
            .count = count, .sizes = relative_sizes(count, sizes), .reproducible = true};
    const gm_status status = gm_train(record->context, p->data, &options, out);
    record->runs += status == GM_OK;
    return status;
}

static double final_loss(const gm_training *training) {
    return training->optimizer[0].runs[0].final_loss;
}

static gm_status train_once(struct record *record, uint64_t seed, struct state *state) {
    gm_status status = GM_OK;
    struct problem p = {0};
    gm_training *one = NULL, *several = NULL, *shorter = NULL;
    double to;
    TRY(problem_create(record->context, TURNED, seed, &p));
    for (int which = 0; which < TRAININGS; which++) {
        TRY(train_at(record, &p, which, 0, EPOCHS, seed, &one));
        for (int i = 0; i < COUNTS; i++) {
            struct trained *t = &state->trained[which][i];
            TRY(train_at(record, &p, which, counts[i], EPOCHS, seed, &several));
            sample_add(&t->excess, final_loss(several) / several->optimum - 1.0);
            sample_add(&t->departure, final_loss(several) / final_loss(one) - 1.0);
            sample_add(&t->seconds, several->optimizer[0].runs[0].seconds);
            add_up(several->clients, &t->bytes, &to);
            if (which == PLAIN) {
                TRY(train_at(record, &p, which, counts[i], 1.0, seed, &shorter));
                count_steps(shorter, several, state);
                gm_training_destroy(record->context, shorter);
                shorter = NULL;
            }
            gm_training_destroy(record->context, several);
            several = NULL;
        }
        gm_training_destroy(record->context, one);
        one = NULL;
    }
done:
    gm_training_destroy(record->context, shorter);
    gm_training_destroy(record->context, several);
    gm_training_destroy(record->context, one);
    problem_destroy(&p);
    return status;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    for (int unlike = 0; unlike < UNLIKE; unlike++)
        TRY(recover_once(record, (enum unlike)unlike, seed, state));
    TRY(train_once(record, seed, state));
done:
    return status;
}

/* --- what came out --- */

static double over_one(const struct cell *cell) {
    return sqrt(cell->frobenius2.mean / cell->one.mean);
}

static void tell(struct record *record, const struct state *state) {
    char name[64];
    record_columns(record, columns, 8);
    for (int unlike = 0; unlike < UNLIKE; unlike++)
        for (int i = 0; i < COUNTS; i++) {
            const struct cell *c = &state->cells[unlike][i];
            snprintf(name, sizeof name, "recover, %s", unlike_names[unlike]);
            record_row(record, name, (double)counts[i], c->error.mean, over_one(c), c->theory,
                       c->covered.mean, c->bytes, 1e3 * c->seconds.mean);
        }
    for (int which = 0; which < TRAININGS; which++)
        for (int i = 0; i < COUNTS; i++) {
            const struct trained *t = &state->trained[which][i];
            snprintf(name, sizeof name, "train, %s", optimizers[which]);
            record_row(record, name, (double)counts[i], t->excess.mean, 1.0 + t->departure.mean,
                       1.0, (double)NAN, t->bytes, 1e3 * t->seconds.mean);
        }
}

static void draw(struct record *record, const struct state *state) {
    const int errors = record_plot(record, "Error over that of one place, as many gradients",
                                   "clients", "root mean square of the Frobenius errors, ratio");
    record_linear(record, errors, "y");
    for (int unlike = 0; unlike < UNLIKE; unlike++) {
        const int found = record_series(record, errors, unlike_names[unlike], POINTS, unlike);
        const int theory = record_series(record, errors, "", LINE, unlike);
        for (int i = 0; i < COUNTS; i++) {
            const struct cell *c = &state->cells[unlike][i];
            const double error = 0.5 * over_one(c) *
                                 hypot(sample_error(&c->frobenius2) / c->frobenius2.mean,
                                       sample_error(&c->one) / c->one.mean);
            record_point(record, errors, found, counts[i], over_one(c), error);
            record_point(record, errors, theory, counts[i], c->theory, 0.0);
        }
    }
    const int bytes = record_plot(record, "What comes from the clients", "clients", "bytes");
    const int moments = record_series(record, bytes, "recover, 2048 gradients", POINTS, 0);
    for (int i = 0; i < COUNTS; i++)
        record_point(record, bytes, moments, counts[i], state->cells[ALIKE][i].bytes, 0.0);
    for (int which = 0; which < TRAININGS; which++) {
        const int series = record_series(record, bytes, optimizers[which], POINTS, 1 + which);
        for (int i = 0; i < COUNTS; i++)
            record_point(record, bytes, series, counts[i], state->trained[which][i].bytes, 0.0);
    }
}

/* The largest of |loss over that in one place, less 1|, over all numbers of clients. */
static double most_departure(const struct state *state, int which) {
    double most = 0.0;
    for (int i = 0; i < COUNTS; i++)
        keep_largest(&most, state->trained[which][i].departure.mean);
    return fabs(most);
}

static void claim_errors(struct record *record, const struct state *state) {
    /* The relative variance of ‖E‖_F² is 4/(d (d + 1)) for H = I; runs of one repetition share
       draws, and count as one. */
    const double slack = 10.0 / sqrt(D * (D + 1.0) * state->theory.count / UNLIKE);
    const double expected = 0.95;
    record_claim(record, state->theory.mean, 1.0 - slack, 1.0 + slack,
                 "mean squared Frobenius error over that of theory, all runs at clients");
    record_claim(record, over_one(&state->cells[ALIKE][COUNTS - 1]), 0.85, 1.15,
                 "32 clients that are alike: error over that of one place");
    record_claim(record, over_one(&state->cells[TURNED][COUNTS - 1]), 0.85, 1.2,
                 "32 clients of other directions and the same trace");
    record_claim(record, state->cells[SCALED][COUNTS - 1].theory, 1.1, sqrt(1.0 + 0.8),
                 "32 clients of other traces: theory, at most the root of 1 + their relative "
                 "variance, 0.8");
    record_claim(record, state->covered.mean,
                 expected - 5.0 * sqrt(expected * (1.0 - expected) / state->covered.count), 1.0,
                 "share of predicted intervals that hold the error");
}

static void claim_bytes(struct record *record, const struct state *state) {
    record_claim(
        record, state->most_off[0], 0.0, 0.0,
        "recover: bytes from clients less C (4 d² + 12 d + 96) + 4 d for every vector kept");
    record_claim(record, state->most_off[1], 0.0, 0.0,
                 "recover: bytes to clients less C (8 d + %d)", (int)QUESTION);
    record_claim(record, state->most_off_row[0], 0.0, 0.0,
                 "sgd, later epochs: bytes from clients less C (16 d + %d) a gradient and C %d a "
                 "look at the losses",
                 (int)HEADER + 16, (int)HEADER + 32);
    record_claim(record, state->most_off_row[1], 0.0, 0.0,
                 "and to clients less C (8 d + %d) + 8 n a gradient and C (16 d + %d) a look",
                 (int)ROWS_QUESTION, (int)ROWS_QUESTION);
}

static void claim_losses(struct record *record, const struct state *state) {
    double most = 0.0;
    for (int i = 0; i < COUNTS; i++)
        keep_largest(&most, state->trained[CURVATURE][i].excess.mean);
    record_claim(record, most_departure(state, PLAIN), 0.0, 1e-12,
                 "sgd, the same batches: loss over that in one place, less 1, the largest");
    record_claim(record, most_departure(state, CURVATURE), 0.0, 0.01,
                 "gradiometer, other noise: the same");
    record_claim(record, most, 0.0, 0.02, "gradiometer: loss above the least one, the largest");
}

static gm_status conclude(struct record *record, void *given) {
    const struct state *state = given;
    tell(record, state);
    draw(record, state);
    claim_errors(record, state);
    claim_bytes(record, state);
    claim_losses(record, state);
    record_conclude(
        record,
        "Cut among 32 clients that are alike, as many gradients recover the curvature with %.2f "
        "times the error of one place; where they differ in direction %.2f times, in trace %.2f "
        "times (theory %.2f).",
        over_one(&state->cells[ALIKE][COUNTS - 1]), over_one(&state->cells[TURNED][COUNTS - 1]),
        over_one(&state->cells[SCALED][COUNTS - 1]), state->cells[SCALED][COUNTS - 1].theory);
    record_conclude(record,
                    "Bytes are 4 d² a client and 4 d a noise vector shown: %.3g from 32 clients, "
                    "%.3g from one, whatever the rows.",
                    state->cells[ALIKE][COUNTS - 1].bytes, state->cells[ALIKE][0].bytes);
    record_conclude(record,
                    "Training meets the loss of one place, to rounding by plain steps and within "
                    "%.2g of it by gradiometer, whose noise is each client's own.",
                    most_departure(state, CURVATURE));
    return GM_OK;
}

const struct experiment experiment_federated = {
    .name = "federated",
    .title = "Data at clients that send moments of gradients",
    .question = "What do 1 to 32 clients cost in error, bytes and time, against the same number of "
                "gradients in one place?",
    .method =
        "Least squares, d = 32, 16896 rows, batches of 64, pairs from 2048 gradients. Client c of "
        "C has a part of the rows in proportion to c, and as large a part of the gradients. Inputs "
        "of row i = t N are Gaussian with independent coordinates: of variance 1 (alike); of "
        "variance 4.5 in the block of four that t is in, of eight, and 0.5 in others (turned); of "
        "variance 3 t^2 (scaled). The squared Frobenius error is the sum over clients of their "
        "squared "
        "weights times (E|v|^4 - tr H_c^2)/k_c, E|v|^4 = (1 - 1/n)((tr H_c)^2 + 2 tr H_c^2) + "
        "(3/n) E|x|^4, the fourth moments of the rows as they are. Then three epochs of training "
        "on the turned rows, loss above the least one, rate 0.05 (sgd) and 1 (gradiometer). "
        "Clients run in this process, with noise from the seed; seconds are those of gradients.",
    .seconds = 20,
    .repetitions = 10,
    .state_size = sizeof(struct state),
    .once = measure_once,
    .conclude = conclude,
};
