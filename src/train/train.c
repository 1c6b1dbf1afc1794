#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "curvature/point.h"
#include "curvature/serve_rows.h"
#include "data/dataset.h"
#include "gradients/clients.h"
#include "linalg/linalg.h"
#include "random/streams.h"
#include "train/cost.h"
#include "train/optimum.h"
#include "train/search.h"

enum { DEFAULT_BATCH = 256, POWER_STEPS = 8, NAME_SIZE = 64 };

/* Rows times parameters. */
static const double MOST_FOR_OPTIMUM = 2e8;
static const double DEFAULT_EPOCHS = 10.0, DEFAULT_GRADIENTS = 512.0, MOST_EPOCHS = 1e6;

/* Everything of one training. */
typedef struct job {
    gm_context *context;
    const gm_dataset *dataset;
    gm_train_options options; /* every default filled in */
    const gm_optimizer_kind *kinds[GM_MOST_OPTIMIZERS];
    int count;
    gm_problem *problem;
    gm_client_duty duties[4];
    gm_clients *clients; /* that have the rows; NULL: they are here */
    gm_oracle *oracle;
    gm_oracle *judge; /* of all the data where `oracle` asks clients; otherwise NULL */
    gm_trainer trainer;
    gm_training *training;
} job;

/* --- options --- */

static gm_status unknown_optimizer(gm_context *context, const char *name) {
    const char *names[GM_MOST_OPTIMIZERS], *near;
    char list[256] = "";
    int count = 0;
    const gm_optimizer_kind *kind;
    for (; (kind = gm_optimizer_at(count)) != NULL; count++) {
        names[count] = kind->name;
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", count ? ", " : "",
                 kind->name);
    }
    near = gm_nearest_word(name, names, count);
    return gm_fail(context, GM_INVALID_ARGUMENT, "unknown optimizer '%s'%s%s%s; use one of %s",
                   name, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "", list);
}

/* Names with commas between, each once. */
static gm_status read_optimizers(job *j, const char *text) {
    while (true) {
        char name[NAME_SIZE];
        const size_t length = strcspn(text, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < NAME_SIZE ? length : NAME_SIZE - 1),
                 text);
        const gm_optimizer_kind *kind = gm_optimizer_find(name);
        if (!kind)
            return unknown_optimizer(j->context, name);
        for (int i = 0; i < j->count; i++)
            if (j->kinds[i] == kind)
                return gm_fail(j->context, GM_INVALID_ARGUMENT, "optimizer %s is named twice",
                               name);
        j->kinds[j->count++] = kind;
        if (text[length] == '\0')
            return GM_OK;
        text += length + 1;
    }
}

static gm_status check_goal(job *j) {
    const gm_train_options *o = &j->options;
    const double most = o->until == GM_UNTIL_ACCURACY ? 1.0 : DBL_MAX;
    if ((int)o->until < GM_UNTIL_EPOCHS || o->until > GM_UNTIL_EXCESS)
        return gm_fail(j->context, GM_INVALID_ARGUMENT, "until: there is no goal %d",
                       (int)o->until);
    if (o->until != GM_UNTIL_EPOCHS && !(o->goal > 0.0 && o->goal <= most))
        return gm_fail(j->context, GM_INVALID_ARGUMENT, "until: %g; it must be above 0%s", o->goal,
                       o->until == GM_UNTIL_ACCURACY ? " and at most 1" : "");
    if (o->until == GM_UNTIL_ACCURACY && !j->problem->model->loss->classes)
        return gm_fail(j->context, GM_INVALID_ARGUMENT,
                       "until accuracy: the loss of model %s is %s, whose targets are not classes",
                       j->problem->model->kind->name, j->problem->model->loss->name);
    if (o->until == GM_UNTIL_EXCESS && !j->problem->model->convex)
        return gm_fail(j->context, GM_INVALID_ARGUMENT,
                       "until excess: model %s has no known optimum; use loss or accuracy",
                       j->problem->model->kind->name);
    return GM_OK;
}

static gm_status check_numbers(job *j) {
    const gm_train_options *o = &j->options;
    if (o->batch_size < 1 || o->batch_size > gm_dataset_rows(j->dataset))
        return gm_fail(j->context, GM_INVALID_ARGUMENT,
                       "batch size %lld; it must be 1 to %lld, the rows of the data",
                       (long long)o->batch_size, (long long)gm_dataset_rows(j->dataset));
    if (!(o->epochs > 0.0 && o->epochs <= MOST_EPOCHS))
        return gm_fail(j->context, GM_INVALID_ARGUMENT,
                       "epochs %g; it must be above 0 and at most %g", o->epochs, MOST_EPOCHS);
    if (!(o->l2 >= 0.0 && o->l2 <= DBL_MAX))
        return gm_fail(j->context, GM_INVALID_ARGUMENT, "l2 %g; it must be 0 or more", o->l2);
    if (!(o->learning_rate >= 0.0 && o->learning_rate <= DBL_MAX))
        return gm_fail(j->context, GM_INVALID_ARGUMENT, "learning rate %g; it must be above 0",
                       o->learning_rate);
    if (o->repeats < 1 || o->repeats > 1000)
        return gm_fail(j->context, GM_INVALID_ARGUMENT, "repeats %d; it must be 1 to 1000",
                       o->repeats);
    return GM_OK;
}

static gm_status prepare(job *j, const gm_train_options *options) {
    gm_status status = GM_OK;
    const gm_train_options none = {0};
    gm_train_options *o = &j->options;
    const int64_t rows = gm_dataset_rows(j->dataset);
    *o = options ? *options : none;
    o->batch_size = o->batch_size ? o->batch_size : rows < DEFAULT_BATCH ? rows : DEFAULT_BATCH;
    if (o->epochs == 0.0)
        o->epochs = fmax(DEFAULT_EPOCHS, DEFAULT_GRADIENTS * (double)o->batch_size / (double)rows);
    o->repeats = o->repeats ? o->repeats : 1;
    GM_TRY(read_optimizers(j, o->optimizers ? o->optimizers : "gradiometer"));
    GM_TRY(check_numbers(j));
    const gm_recover_options point = {
        .model = o->model, .at = o->at, .batch_size = o->batch_size, .seed = o->seed};
    GM_TRY(gm_problem_create(j->context, j->dataset, &point, &j->problem));
    GM_TRY(check_goal(j));
done:
    return status;
}

/* --- the start --- */

/* Largest curvature that differences of full gradients show: a few power steps. */
static gm_status find_sharpness(job *j, double *out) {
    gm_status status = GM_OK;
    const int64_t d = gm_oracle_dimension(j->oracle);
    const double *w = j->problem->weights;
    double *base = NULL, *moved = NULL, *v = NULL, *at = NULL, loss, length = 0.0, size = 0.0;
    GM_TRY(GM_NEW(j->context, base, d));
    GM_TRY(GM_NEW(j->context, moved, d));
    GM_TRY(GM_NEW(j->context, v, d));
    GM_TRY(GM_NEW(j->context, at, d));
    gm_random_gaussian(j->context, (gm_stream){j->options.seed, GM_STREAM_DIRECTIONS}, 0, d, v);
    GM_TRY(gm_oracle_full(j->oracle, w, &loss, base));
    for (int64_t i = 0; i < d; i++)
        size += w[i] * w[i];
    for (int step = 0; step < POWER_STEPS; step++) {
        const double reach = 1e-3 * (1.0 + sqrt(size));
        double norm = 0.0;
        for (int64_t i = 0; i < d; i++)
            norm += v[i] * v[i];
        norm = sqrt(norm);
        if (!(norm > 0.0) || !isfinite(norm))
            break;
        for (int64_t i = 0; i < d; i++)
            at[i] = w[i] + reach * v[i] / norm;
        GM_TRY(gm_oracle_full(j->oracle, at, &loss, moved));
        length = 0.0;
        for (int64_t i = 0; i < d; i++) {
            v[i] = (moved[i] - base[i]) / reach;
            length += v[i] * v[i];
        }
        length = sqrt(length);
    }
    *out = length > 0.0 && isfinite(length) ? length : 1.0;
    gm_oracle_reset(j->oracle);
done:
    gm_release(j->context, at);
    gm_release(j->context, v);
    gm_release(j->context, moved);
    gm_release(j->context, base);
    return status;
}

/* Whether an optimizer's rate is measured by the sharpness, which takes full gradients. */
static bool any_scaled(const job *j) {
    for (int i = 0; i < j->count; i++)
        if (j->kinds[i]->scaled)
            return true;
    return false;
}

/* Loss of the best constant prediction: half the variance, or the entropy of the classes. */
static gm_status find_baseline(job *j, double *out) {
    const gm_model *model = j->problem->model;
    const int64_t n = gm_dataset_rows(j->dataset);
    const double *y = j->problem->targets;
    const int c = model->outputs > 2 ? model->outputs : 2;
    double mean = 0.0, sum = 0.0;
    if (!model->loss->classes) {
        for (int64_t i = 0; i < n; i++)
            mean += y[i] / (double)n;
        for (int64_t i = 0; i < n; i++)
            sum += 0.5 * (y[i] - mean) * (y[i] - mean) / (double)n;
        *out = sum;
        return GM_OK;
    }
    int64_t *counts = gm_allocate_zero(j->context, c, sizeof *counts);
    if (!counts)
        return GM_OUT_OF_MEMORY;
    for (int64_t i = 0; i < n; i++)
        counts[(int)y[i]]++;
    for (int a = 0; a < c; a++)
        if (counts[a] > 0)
            sum -= (double)counts[a] / (double)n * log((double)counts[a] / (double)n);
    gm_release(j->context, counts);
    *out = sum;
    return GM_OK;
}

static uint64_t hash_text(uint64_t hash, const char *text) {
    return gm_hash_bytes(hash, text ? text : "-", text ? strlen(text) + 1 : 2);
}

/* What a checkpoint must agree with. */
static uint64_t fingerprint(const job *j) {
    const gm_train_options *o = &j->options;
    const gm_rows *rows = gm_dataset_matrix(j->dataset);
    uint64_t hash = GM_HASH_START;
    hash = hash_text(hash, o->model);
    hash = hash_text(hash, o->optimizers);
    hash = hash_text(hash, o->at);
    hash = gm_hash_bytes(hash, &o->batch_size, sizeof o->batch_size);
    hash = gm_hash_bytes(hash, &o->epochs, sizeof o->epochs);
    hash = gm_hash_bytes(hash, &o->l2, sizeof o->l2);
    hash = gm_hash_bytes(hash, &o->learning_rate, sizeof o->learning_rate);
    hash = gm_hash_bytes(hash, &o->until, sizeof o->until);
    hash = gm_hash_bytes(hash, &o->goal, sizeof o->goal);
    hash = gm_hash_bytes(hash, &o->repeats, sizeof o->repeats);
    hash = gm_hash_bytes(hash, &o->seed, sizeof o->seed);
    hash = gm_hash_bytes(hash, &o->clients.count, sizeof o->clients.count);
    hash = hash_text(hash, o->clients.sizes);
    hash = gm_hash_bytes(hash, &o->clients.reproducible, sizeof o->clients.reproducible);
    hash = gm_hash_bytes(hash, rows->data,
                         (size_t)(rows->rows * rows->stride) * gm_element_size(rows->element));
    hash = gm_hash_bytes(hash, j->problem->targets, (size_t)rows->rows * sizeof(double));
    return gm_hash_bytes(hash, j->problem->weights,
                         (size_t)j->problem->model->parameters * sizeof(double));
}

static gm_status add_warning(job *j, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (int i = 0; i < GM_MOST_TRAIN_WARNINGS; i++)
        if (!j->training->warnings[i]) {
            j->training->warnings[i] = gm_duplicate(j->context, text);
            return j->training->warnings[i] ? GM_OK : GM_OUT_OF_MEMORY;
        }
    return GM_OK;
}

/* The optimum takes hundreds of passes: where nobody asks for it, only of small problems. */
static bool wants_optimum(const job *j) {
    const double size = (double)gm_dataset_rows(j->dataset) * (double)j->problem->model->parameters;
    return j->options.until == GM_UNTIL_EXCESS || size <= MOST_FOR_OPTIMUM;
}

static gm_status find_optimum(job *j) {
    gm_status status = GM_OK;
    gm_training *t = j->training;
    gm_least least;
    t->optimum = t->optimum_error = NAN;
    if (!wants_optimum(j))
        return GM_OK;
    GM_TRY(gm_train_optimum(j->problem, j->judge ? j->judge : j->oracle, j->options.l2,
                            j->options.seed, &least));
    gm_oracle_reset(j->oracle);
    t->optimum = least.loss;
    t->optimum_error = least.error;
    t->optimum_method = least.method;
    if (least.method || !j->problem->model->convex)
        goto done;
    if (j->options.until == GM_UNTIL_EXCESS)
        GM_TRY(gm_fail(j->context, GM_NUMERICAL_FAILURE,
                       "until excess: no optimum of model %s was found: its loss falls for ever; "
                       "use --l2",
                       j->problem->model->kind->name));
    GM_TRY(add_warning(j, "the loss has no minimum: it falls for ever; a penalty gives it one"));
done:
    return status;
}

static const char *point_name(const job *j) {
    return j->problem->model->initialize && !j->options.at ? "init"
           : j->options.at                                 ? gm_point_name(j->options.at)
                                                           : "zero";
}

/* The least loss is what runs are judged by, and found from all the data wherever these lie. */
static gm_status make_judge(job *j, const gm_oracle_options *how) {
    gm_oracle_options here = *how;
    if (!j->clients)
        return GM_OK;
    here.clients = NULL;
    return gm_oracle_create(j->context, j->dataset, j->problem->model, j->problem->targets, &here,
                            &j->judge);
}

static gm_status make_clients(job *j) {
    const gm_train_options *o = &j->options;
    const gm_client_data data = {j->dataset, j->problem->targets, j->problem->classes};
    const gm_client_duty duties[] = {
        gm_client_shard_duty, gm_client_open_duty, gm_client_rows_duty, {.service = NULL}};
    memcpy(j->duties, duties, sizeof duties);
    if (o->clients.count == 0)
        return GM_OK;
    if (gm_point_needs_data(j->problem->at))
        return gm_fail(j->context, GM_UNAVAILABLE,
                       "a point that the data decide (%s) needs the data in one place, not at "
                       "clients",
                       j->problem->at);
    return gm_clients_create(j->context, &o->clients, &data, j->duties, &j->clients);
}

static gm_status begin(job *j) {
    gm_status status = GM_OK;
    const gm_train_options *o = &j->options;
    GM_TRY(make_clients(j));
    const gm_oracle_options how = {.batch_size = o->batch_size,
                                   .l2 = o->l2,
                                   .clients = j->clients,
                                   .specification = o->model ? o->model : "linear"};
    const double rows = (double)gm_dataset_rows(j->dataset);
    gm_training *t = NULL;
    const double *start;
    GM_TRY(GM_NEW_ZERO(j->context, t, 1));
    j->training = t;
    GM_TRY(gm_problem_place(j->problem, o->seed));
    GM_TRY(gm_oracle_create(j->context, j->dataset, j->problem->model, j->problem->targets, &how,
                            &j->oracle));
    GM_TRY(make_judge(j, &how));
    start = j->problem->weights;
    t->model = j->problem->model->kind->name;
    t->at = point_name(j);
    t->dimension = j->problem->model->parameters;
    t->batch_size = o->batch_size;
    t->rows = gm_dataset_rows(j->dataset);
    t->evaluations_per_epoch = rows / (double)o->batch_size;
    GM_TRY(gm_oracle_evaluate(j->oracle, 1, &start, &t->initial_loss, &t->initial_accuracy));
    GM_TRY(find_optimum(j));
    t->goal_loss = o->until == GM_UNTIL_LOSS     ? o->goal
                   : o->until == GM_UNTIL_EXCESS ? (1.0 + o->goal) * t->optimum
                                                 : NAN;
    j->trainer = (gm_trainer){.context = j->context,
                              .oracle = j->oracle,
                              .start = start,
                              .until = o->until,
                              .goal = isnan(t->goal_loss) ? o->goal : t->goal_loss,
                              .most = o->epochs * t->evaluations_per_epoch,
                              .initial_loss = t->initial_loss};
    GM_TRY(find_baseline(j, &j->trainer.baseline));
    j->trainer.least = isfinite(t->optimum) ? t->optimum : 0.0;
    GM_TRY(gm_train_condition(j->oracle, start, o->seed, &j->trainer.condition));
    j->trainer.sharpness = NAN;
    if (any_scaled(j))
        GM_TRY(find_sharpness(j, &j->trainer.sharpness));
    GM_TRY(gm_journal_open(j->context, o->checkpoint, o->checkpoint ? fingerprint(j) : 0,
                           &j->trainer.journal));
    t->resumed = j->trainer.journal.resumed;
done:
    return status;
}

/* --- one optimizer --- */

/* Earlier is better: by gradients to the goal, or by the loss at the end. */
static bool runs_before(const gm_train_run *a, const gm_train_run *b) {
    if (a->reached != b->reached)
        return a->reached;
    if (a->reached)
        return a->gradient_evaluations < b->gradient_evaluations;
    return isnan(b->final_loss) || a->final_loss < b->final_loss;
}

/* The run that half of the others are before. */
static int64_t median_run(const gm_trained *t) {
    for (int64_t i = 0; i < t->run_count; i++) {
        int64_t before = 0;
        for (int64_t k = 0; k < t->run_count; k++) {
            const bool ahead = runs_before(&t->runs[k], &t->runs[i]);
            const bool behind = runs_before(&t->runs[i], &t->runs[k]);
            before += ahead || (!behind && k < i);
        }
        if (before == (t->run_count - 1) / 2)
            return i;
    }
    return 0;
}

static void describe(const job *j, const gm_found *found, const gm_optimizer_kind *kind,
                     gm_trained *t) {
    t->name = kind->name;
    t->learning_rate = found->setting.rate;
    t->horizon = kind->stochastic ? found->setting.horizon : NAN;
    t->momentum = found->setting.momentum;
    t->damping = found->setting.damping;
    t->averaging = kind->stochastic ? "tail" : "none";
    t->condition_number = NAN;
    t->tried = found->tried;
    t->interior = found->interior;
    t->run_count = j->options.repeats;
}

static gm_status train_one(job *j, const gm_optimizer_kind *kind, gm_trained *t) {
    gm_status status = GM_OK;
    gm_found found;
    gm_outcome *outcomes = NULL;
    const int64_t count = j->options.repeats;
    j->trainer.watched = false;
    GM_TRY(gm_search(&j->trainer, kind, j->options.learning_rate, j->options.seed, &found));
    describe(j, &found, kind, t);
    GM_TRY(GM_NEW_ZERO(j->context, t->runs, count));
    GM_TRY(GM_NEW_ZERO(j->context, outcomes, count));
    j->trainer.watched = true;
    j->trainer.stage = kind->name;
    for (int64_t i = 0; i < count; i++) {
        GM_TRY(gm_trainer_run(&j->trainer, kind, &found.setting, j->options.seed + (uint64_t)i + 1,
                              j->trainer.most, true, &outcomes[i]));
        t->runs[i] = outcomes[i].run;
        outcomes[i].run.curve = NULL;
    }
    t->typical = median_run(t);
    t->weights = outcomes[t->typical].weights;
    outcomes[t->typical].weights = NULL;
    t->monitor = outcomes[t->typical].monitor;
    t->condition_number = outcomes[t->typical].condition;
    t->preconditioner = outcomes[t->typical].preconditioner;
done:
    for (int64_t i = 0; outcomes && i < count; i++)
        gm_outcome_release(j->context, &outcomes[i]);
    gm_release(j->context, outcomes);
    return status;
}

/* A budget that ends before the curvature is there, or with it. */
static gm_status warn_of_curvature(job *j, const gm_optimizer_kind *kind, const gm_trained *t) {
    const gm_train_run *run = &t->runs[t->typical];
    const double before = kind->before ? kind->before(j->problem->model) : 0.0;
    if (!(run->gradient_evaluations > 0.0) || run->gradient_evaluations > before)
        return GM_OK;
    return add_warning(j,
                       "%s: all of the %g gradients went into the curvature, which takes %g before "
                       "the first step; give more than %.3g epochs",
                       t->name, run->gradient_evaluations, before,
                       before / j->training->evaluations_per_epoch);
}

static gm_status warn(job *j) {
    gm_status status = GM_OK;
    for (int i = 0; i < j->training->optimizer_count; i++) {
        const gm_trained *t = &j->training->optimizer[i];
        if (t->tried > 1 && !t->interior)
            GM_TRY(add_warning(j, "%s: the best rate lies at the end of the grid that was tried",
                               t->name));
        GM_TRY(warn_of_curvature(j, j->kinds[i], t));
        if (j->options.until != GM_UNTIL_EPOCHS && !t->runs[t->typical].reached)
            GM_TRY(add_warning(j, "%s did not reach the goal in %g epochs", t->name,
                               j->options.epochs));
    }
done:
    return status;
}

static void finish(job *j) {
    gm_training_destroy(j->context, j->training);
    gm_journal_close(&j->trainer.journal);
    gm_oracle_destroy(j->judge);
    gm_oracle_destroy(j->oracle);
    gm_clients_destroy(j->clients);
    gm_problem_destroy(j->problem);
}

gm_status gm_train(gm_context *context, const gm_dataset *dataset, const gm_train_options *options,
                   gm_training **out) {
    gm_status status = GM_OK;
    job j = {.context = context, .dataset = dataset};
    GM_TRY(prepare(&j, options));
    GM_TRY(begin(&j));
    for (int i = 0; i < j.count; i++) {
        j.training->optimizer_count = i + 1;
        GM_TRY(train_one(&j, j.kinds[i], &j.training->optimizer[i]));
    }
    GM_TRY(warn(&j));
    if (j.clients)
        GM_TRY(gm_clients_tell(j.clients, &j.training->clients));
    *out = j.training;
    j.training = NULL;
done:
    finish(&j);
    return status;
}

void gm_training_destroy(gm_context *context, gm_training *t) {
    if (!t)
        return;
    for (int i = 0; i < t->optimizer_count; i++) {
        gm_trained *o = &t->optimizer[i];
        for (int64_t r = 0; o->runs && r < o->run_count; r++)
            gm_release(context, o->runs[r].curve);
        gm_release(context, o->runs);
        gm_release(context, o->weights);
    }
    for (int i = 0; i < GM_MOST_TRAIN_WARNINGS; i++)
        gm_release(context, t->warnings[i]);
    gm_clients_report_destroy(context, t->clients);
    gm_release(context, t);
}

/* --- what it would cost --- */

/* The start: its loss, the optimum, and full gradients for the sharpness. */
static gm_work start_work(const job *j, int64_t rows) {
    const gm_model *model = j->problem->model;
    gm_work out = gm_oracle_evaluate_work(model, rows, 1);
    if (model->convex && wants_optimum(j))
        gm_work_add(&out, gm_train_optimum_work(model, rows, j->options.l2), 1.0);
    if (any_scaled(j))
        gm_work_add(&out, gm_oracle_gradient_work(model, rows, 0), 1.0 + POWER_STEPS);
    return out;
}

gm_status gm_train_cost(gm_context *context, const gm_dataset *dataset,
                        const gm_train_options *options, gm_cost *out) {
    gm_status status = GM_OK;
    job j = {.context = context, .dataset = dataset};
    double rate = 0.0;
    GM_TRY(prepare(&j, options));
    GM_TRY(gm_product_rate(context, &rate));
    const gm_train_options *o = &j.options;
    const int64_t rows = gm_dataset_rows(dataset);
    const double d = (double)j.problem->model->parameters, n = (double)rows;
    const gm_length length = {rows, o->batch_size, o->epochs * n / (double)o->batch_size};
    gm_work work = start_work(&j, rows);
    double runs = 0.0;
    for (int i = 0; i < j.count; i++) {
        const gm_optimizer_kind *kind = j.kinds[i];
        const bool searched = o->learning_rate == 0.0 && !isnan(kind->first_rate);
        const double times =
            o->repeats + (searched ? gm_train_search_runs(kind, j.problem->model) : 0.0);
        gm_work_add(&work, gm_train_run_work(kind, j.problem->model, &length), times);
        runs += times;
    }
    const gm_rows *matrix = gm_dataset_matrix(dataset);
    const double row = (double)matrix->columns * (double)gm_element_size(matrix->element);
    *out = (gm_cost){.operations = work.operations,
                     .bytes_read = n * row,
                     .memory = 8.0 * d * (64.0 + n / (double)o->batch_size) + n * (row + 16.0),
                     .seconds = work.time / rate}; /* which is that of all threads */
    if (o->clients.count > 0) {
        const gm_clients_load load = {.rows = matrix,
                                      .held = 8.0 * 16.0 * d,
                                      .questions = runs * length.gradients,
                                      .answer = 2.0 * 8.0 * d};
        const gm_clients_cost asked = gm_clients_cost_of(context, &o->clients, &load);
        out->memory += asked.memory;
        out->seconds += asked.seconds;
    }
done:
    finish(&j);
    return status;
}
