#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "curvature/precondition.h"
#include "train/monitor.h"
#include "train/trainer.h"

/* A loss beyond this times the first one, or what is not finite, ends a run. */
static const double LOST = 1e3;

/* State of a run beside that of its optimizer. */
typedef struct progress {
    gm_trainer *trainer;
    gm_optimizer *optimizer;
    gm_monitor *monitor;
    gm_train_run run;
    int64_t capacity; /* of the curve */
    double limit, next, seconds;
    int64_t ended;
} progress;

void gm_outcome_release(gm_context *context, gm_outcome *outcome) {
    gm_release(context, outcome->weights);
    gm_release(context, outcome->run.curve);
    outcome->weights = NULL;
    outcome->run.curve = NULL;
}

/* --- both ways --- */

static void exchange_curve(gm_archive *archive, gm_train_run *run, int64_t *capacity) {
    gm_archive_integers(archive, 1, &run->points);
    if (archive->reading && archive->status == GM_OK) {
        gm_train_point *room = NULL;
        if (run->points >= 0 && run->points <= archive->size)
            room = gm_reserve(archive->context, run->curve, 0, run->points + 1, capacity,
                              sizeof *run->curve);
        if (!room) {
            run->points = 0;
            archive->status = GM_OUT_OF_MEMORY;
            return;
        }
        run->curve = room;
    }
    gm_archive_bytes(archive, run->points * (int64_t)sizeof *run->curve, run->curve);
}

/* All but the curve, whose pointer is not of the file. */
static void exchange_run(gm_archive *archive, gm_train_run *run, int64_t *capacity) {
    gm_train_point *curve = run->curve;
    gm_archive_bytes(archive, sizeof *run, run);
    run->curve = curve;
    exchange_curve(archive, run, capacity);
}

/* Forms of a preconditioner go by number, from 1; 0: there is none. */
static void exchange_name(gm_archive *archive, const char **name) {
    int64_t which = 0;
    const char *known;
    for (int form = 0; *name && (known = gm_precondition_form_name(form)) != NULL; form++)
        which = strcmp(*name, known) == 0 ? form + 1 : which;
    gm_archive_integers(archive, 1, &which);
    if (archive->reading)
        *name = which > 0 && which <= INT_MAX ? gm_precondition_form_name((int)which - 1) : NULL;
}

static void exchange_outcome(gm_archive *archive, int64_t d, bool keep, gm_monitor *monitor,
                             gm_outcome *outcome) {
    int64_t capacity = 0;
    exchange_run(archive, &outcome->run, &capacity);
    if (monitor)
        gm_monitor_exchange(monitor, archive);
    gm_archive_doubles(archive, 1, &outcome->condition);
    exchange_name(archive, &outcome->preconditioner);
    if (keep)
        gm_archive_doubles(archive, d, outcome->weights);
}

static void exchange_progress(gm_archive *archive, progress *p) {
    exchange_run(archive, &p->run, &p->capacity);
    gm_archive_doubles(archive, 1, &p->next);
    gm_archive_doubles(archive, 1, &p->seconds);
    gm_archive_integers(archive, 1, &p->ended);
    gm_oracle_exchange(p->trainer->oracle, archive);
    gm_optimizer_exchange(p->optimizer, archive);
    if (p->monitor)
        gm_monitor_exchange(p->monitor, archive);
}

/* --- one run --- */

static double better_loss(const gm_train_point *point) {
    return fmin(point->loss, point->averaged_loss); /* NaN is no number to be less than */
}

/* Whether a point is where the run was to come. */
static bool is_reached(const gm_trainer *t, const gm_train_point *point) {
    switch (t->until) {
    case GM_UNTIL_ACCURACY:
        return point->accuracy >= t->goal;
    case GM_UNTIL_LOSS:
    case GM_UNTIL_EXCESS:
        return better_loss(point) <= t->goal;
    default:
        return false;
    }
}

/* Loss and accuracy at the weights and their average. */
static gm_status look(progress *p) {
    gm_status status = GM_OK;
    gm_trainer *t = p->trainer;
    const gm_optimizer *o = p->optimizer;
    const double *weights[2] = {o->w, o->average};
    double losses[2] = {NAN, NAN}, accuracies[2] = {NAN, NAN};
    gm_train_point *room =
        gm_reserve(t->context, p->run.curve, p->run.points, 1, &p->capacity, sizeof *p->run.curve);
    if (!room)
        return GM_OUT_OF_MEMORY;
    p->run.curve = room;
    GM_TRY(gm_oracle_evaluate(t->oracle, o->average ? 2 : 1, weights, losses, accuracies));
    const gm_oracle_count count = gm_oracle_counted(t->oracle);
    const bool averaged = !(losses[0] <= losses[1]) && !isnan(losses[1]);
    gm_train_point *point = &p->run.curve[p->run.points++];
    *point = (gm_train_point){.gradient_evaluations = count.all,
                              .seconds = p->seconds,
                              .loss = losses[0],
                              .averaged_loss = losses[1],
                              .accuracy = accuracies[averaged]};
    p->run.averaged = averaged;
    p->run.reached = is_reached(t, point);
    p->run.diverged = !(better_loss(point) <= LOST * fabs(t->initial_loss) + DBL_MIN);
    p->run.gradient_evaluations = count.all;
    p->run.curvature_gradients = count.curvature;
    p->run.seconds = p->seconds;
    p->run.final_loss = better_loss(point);
    p->run.final_accuracy = point->accuracy;
    const double epoch =
        (double)gm_oracle_rows(t->oracle) / (double)gm_oracle_batch_size(t->oracle);
    p->next = count.all + fmax(1.0, fmax(GM_LOOK * count.all, epoch / GM_LOOKS_AN_EPOCH));
done:
    return status;
}

static gm_status go(progress *p) {
    gm_status status = GM_OK;
    gm_trainer *t = p->trainer;
    gm_optimizer *o = p->optimizer;
    const double start = gm_seconds();
    GM_TRY(gm_optimizer_advance(o));
    p->seconds += gm_seconds() - start;
    if (p->monitor && o->halves_known)
        GM_TRY(gm_monitor_observe(p->monitor, o->loss, o->halves, o->halves + o->dimension));
    const double now = gm_oracle_counted(t->oracle).all;
    const bool lost = !isfinite(o->loss);
    p->ended = now >= p->limit || lost || o->ended;
    if (now < p->next && !p->ended)
        goto done;
    GM_TRY(look(p));
    p->run.diverged = p->run.diverged || lost;
    p->ended = p->ended || p->run.reached || p->run.diverged;
done:
    return status;
}

static gm_status keep_state(progress *p) {
    gm_archive archive;
    gm_archive_write(p->trainer->context, &archive);
    exchange_progress(&archive, p);
    const gm_status status = gm_journal_go_on(&p->trainer->journal, &archive);
    gm_archive_release(&archive);
    return status;
}

/* Go on where the journal left a run of the same kind. */
static gm_status take_up(progress *p) {
    const gm_entry *going = &p->trainer->journal.going;
    gm_archive archive;
    if (going->size == 0)
        return GM_OK;
    gm_archive_read(p->trainer->context, going->size, going->bytes, &archive);
    exchange_progress(&archive, p);
    return archive.status;
}

static gm_status make_monitor(const gm_trainer *t, gm_monitor **out) {
    const gm_monitor_options options = {.dimension = gm_oracle_dimension(t->oracle),
                                        .batch_size = gm_oracle_batch_size(t->oracle),
                                        .baseline = t->baseline,
                                        .least = t->least};
    if (!t->watched || options.batch_size < 2)
        return GM_OK;
    return gm_monitor_create(t->context, &options, out);
}

static gm_status loop(progress *p) {
    gm_status status = GM_OK;
    gm_trainer *t = p->trainer;
    while (!p->ended) {
        GM_TRY(gm_progress(t->context, t->stage, gm_oracle_counted(t->oracle).all, p->limit));
        GM_TRY(go(p));
        if (gm_journal_is_due(&t->journal) && !p->ended)
            GM_TRY(keep_state(p));
    }
done:
    return status;
}

/* The rate along the gradient itself, and the condition that it meets. */
static void tell_curvature(const gm_trainer *t, const gm_optimizer *o, gm_monitor *monitor) {
    const bool divides = o->preconditioner != NULL; /* what is left of κ then is not known */
    double rate = NAN;
    if (o->kind->scaled)
        rate = gm_optimizer_rate(o) /
               (isfinite(o->setting.momentum) ? 1.0 - o->setting.momentum : 1.0);
    gm_monitor_set_curvature(monitor, divides ? NAN : t->sharpness, divides ? NAN : t->condition,
                             rate);
}

/* What the run came to; the journal keeps it. */
static gm_status settle(progress *p, bool keep, gm_outcome *out) {
    gm_status status = GM_OK;
    gm_trainer *t = p->trainer;
    const gm_optimizer *o = p->optimizer;
    gm_archive archive;
    gm_archive_write(t->context, &archive);
    *out =
        (gm_outcome){.run = p->run, .condition = o->condition, .preconditioner = o->preconditioner};
    p->run.curve = NULL;
    if (p->monitor) {
        tell_curvature(t, o, p->monitor);
        gm_monitor_read(p->monitor, &out->monitor);
    }
    if (keep) {
        const double *from = out->run.averaged && o->average ? o->average : o->w;
        GM_TRY(GM_NEW(t->context, out->weights, o->dimension));
        memcpy(out->weights, from, (size_t)o->dimension * sizeof *from);
    }
    if (t->journal.path) {
        exchange_outcome(&archive, o->dimension, keep, p->monitor, out);
        GM_TRY(gm_journal_end(&t->journal, &archive));
    }
done:
    gm_archive_release(&archive);
    if (status != GM_OK)
        gm_outcome_release(t->context, out);
    return status;
}

/* The outcome that the journal holds. */
static gm_status recall(gm_trainer *t, const gm_entry *entry, bool keep, gm_outcome *out) {
    gm_status status = GM_OK;
    const int64_t d = gm_oracle_dimension(t->oracle);
    gm_archive archive;
    gm_monitor *monitor = NULL;
    *out = (gm_outcome){0};
    gm_archive_read(t->context, entry->size, entry->bytes, &archive);
    GM_TRY(make_monitor(t, &monitor));
    if (keep)
        GM_TRY(GM_NEW(t->context, out->weights, d));
    exchange_outcome(&archive, d, keep, monitor, out);
    GM_TRY(archive.status);
    if (monitor)
        gm_monitor_read(monitor, &out->monitor);
done:
    gm_monitor_destroy(monitor);
    if (status != GM_OK)
        gm_outcome_release(t->context, out);
    return status;
}

gm_status gm_trainer_run(gm_trainer *t, const gm_optimizer_kind *kind, const gm_setting *setting,
                         uint64_t seed, double limit, bool keep, gm_outcome *out) {
    gm_status status = GM_OK;
    progress p = {.trainer = t, .limit = limit, .run = {.seed = seed}};
    const gm_entry *entry = gm_journal_next(&t->journal);
    if (entry)
        return recall(t, entry, keep, out);
    gm_oracle_reset(t->oracle);
    GM_TRY(make_monitor(t, &p.monitor));
    GM_TRY(gm_optimizer_create(t->context, kind, t->oracle, setting, seed, t->start, &p.optimizer));
    GM_TRY(take_up(&p));
    if (p.run.points == 0) {
        GM_TRY(look(&p));
        p.ended = p.run.reached; /* the start may be there already */
    }
    GM_TRY(loop(&p));
    GM_TRY(settle(&p, keep, out));
done:
    gm_release(t->context, p.run.curve);
    gm_optimizer_destroy(p.optimizer);
    gm_monitor_destroy(p.monitor);
    return status;
}
