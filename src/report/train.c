/* The view of a training: what its parts share, the verdict, and where each part is. */
#include "report/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *or_empty(const char *text) {
    return text ? text : "";
}

/* Of optimizer i. */
static double number(const gm_report *report, int i, const char *name) {
    char path[96];
    snprintf(path, sizeof path, "result.optimizers[%d].%s", i, name);
    return gm_report_value(report, path);
}

static const char *text(const gm_report *report, int i, const char *name) {
    char path[96];
    snprintf(path, sizeof path, "result.optimizers[%d].%s", i, name);
    return or_empty(gm_report_text(report, path));
}

static bool flag(const gm_report *report, int i, const char *name) {
    char path[96];
    snprintf(path, sizeof path, "result.optimizers[%d].%s", i, name);
    return gm_report_flag(report, path, false);
}

static gm_trained_shown read_optimizer(const gm_report *report, int i) {
    return (gm_trained_shown){
        .name = text(report, i, "name"),
        .reached = flag(report, i, "reached"),
        .averaged = flag(report, i, "averaged"),
        .gradients = number(report, i, "gradient_evaluations"),
        .curvature = number(report, i, "curvature_gradients"),
        .epochs = number(report, i, "epochs"),
        .seconds = number(report, i, "seconds"),
        .loss = number(report, i, "final_loss"),
        .accuracy = number(report, i, "final_accuracy"),
        .rate = number(report, i, "learning_rate"),
        .horizon = number(report, i, "horizon"),
        .momentum = number(report, i, "momentum"),
        .condition = number(report, i, "condition_number"),
        .tried = number(report, i, "tried"),
        .preconditioner = text(report, i, "preconditioner"),
        .advice = text(report, i, "monitor.advice"),
    };
}

static gm_train_goal read_goal(const gm_report *report) {
    static const char *const names[] = {"", "loss", "accuracy", "excess"};
    const char *kind = or_empty(gm_report_text(report, "result.goal.kind"));
    for (int i = 1; i < 4; i++)
        if (strcmp(kind, names[i]) == 0)
            return (gm_train_goal)i;
    return GM_TRAIN_NO_GOAL;
}

gm_train_shown gm_train_read(const gm_report *report) {
    gm_train_shown s = {
        .goal = read_goal(report),
        .goal_value = gm_report_value(report, "result.goal.value"),
        .goal_loss = gm_report_value(report, "result.goal_loss"),
        .optimum = gm_report_value(report, "result.optimum"),
        .optimum_error = gm_report_value(report, "result.optimum_error"),
        .initial = gm_report_value(report, "result.initial_loss"),
        .dimension = gm_report_value(report, "result.dimension"),
        .batch_size = gm_report_value(report, "result.batch_size"),
        .per_epoch = gm_report_value(report, "result.evaluations_per_epoch"),
    };
    const size_t count = gm_report_length(report, "result.optimizers");
    for (size_t i = 0; i < count && i < GM_TRAIN_SHOWN; i++) {
        s.of[s.count++] = read_optimizer(report, (int)i);
        s.classes = s.classes || !isnan(s.of[i].accuracy);
    }
    return s;
}

/* Reached in fewer gradients, or where neither did, ended lower. */
static bool is_before(const gm_trained_shown *a, const gm_trained_shown *b) {
    if (a->reached != b->reached)
        return a->reached;
    return a->reached ? a->gradients < b->gradients : a->loss < b->loss;
}

const gm_trained_shown *gm_train_rival(const gm_train_shown *s) {
    const gm_trained_shown *best = NULL;
    for (int i = 1; i < s->count; i++)
        if (!best || is_before(&s->of[i], best))
            best = &s->of[i];
    return best;
}

/* --- sentences --- */

void gm_train_say_the_goal(const gm_train_shown *s, gm_text *out) {
    if (s->goal == GM_TRAIN_ACCURACY) {
        gm_text_add(out, "an accuracy of ");
        gm_text_percent(out, s->goal_value);
        return;
    }
    gm_text_add(out, "a loss of ");
    gm_text_number(out, s->goal_loss);
    if (s->goal != GM_TRAIN_EXCESS)
        return;
    gm_text_add(out, ", ");
    gm_text_percent(out, s->goal_value);
    gm_text_add(out, " above the least one");
}

void gm_train_say_a_loss(const gm_train_shown *s, double loss, gm_text *out) {
    gm_text_number(out, loss);
    if (!(s->optimum > 0.0) || !isfinite(loss))
        return;
    gm_text_add(out, ", ");
    gm_text_percent(out, fmax(loss / s->optimum - 1.0, 0.0));
    gm_text_add(out, " above the least one");
}

static void say_gradients(const gm_trained_shown *of, gm_text *out) {
    gm_text_count(out, ceil(of->gradients));
    gm_text_add(out, of->gradients == 1.0 ? " gradient" : " gradients");
}

static void say_epochs(const gm_trained_shown *of, gm_text *out) {
    gm_text_number(out, of->epochs);
    gm_text_add(out, of->epochs == 1.0 ? " epoch" : " epochs");
}

/* The first, which reached the goal, against the best of the others. */
static void compare_reached(const gm_trained_shown *first, const gm_trained_shown *rival,
                            gm_text *out) {
    const double ratio = rival->gradients / first->gradients;
    gm_text_add(out, "; ");
    gm_text_add(out, rival->name);
    gm_text_add(out, " took ");
    say_gradients(rival, out);
    if (!isfinite(ratio) || !(ratio > 0.0) || ratio == 1.0)
        return;
    gm_text_add(out, ", ");
    gm_text_number(out, ratio > 1.0 ? ratio : 1.0 / ratio);
    gm_text_add(out, ratio > 1.0 ? " times as many" : " times fewer");
}

static void say_rival(const gm_train_shown *s, gm_text *out) {
    const gm_trained_shown *first = &s->of[0], *rival = gm_train_rival(s);
    if (!rival)
        return;
    if (rival->reached && first->reached) {
        compare_reached(first, rival, out);
    } else if (rival->reached) {
        gm_text_add(out, "; ");
        gm_text_add(out, rival->name);
        gm_text_add(out, " did, after ");
        say_gradients(rival, out);
    } else if (s->count > 2) {
        gm_text_add(out, "; no other did");
    } else {
        gm_text_add(out, "; ");
        gm_text_add(out, rival->name);
        gm_text_add(out, " did not");
    }
}

static gm_tone with_goal(const gm_train_shown *s, gm_text *out) {
    const gm_trained_shown *first = &s->of[0];
    gm_text_add(out, first->name);
    gm_text_add(out, first->reached ? " reached " : " did not reach ");
    gm_train_say_the_goal(s, out);
    gm_text_add(out, first->reached ? ", after " : ", in ");
    say_gradients(first, out);
    gm_text_add(out, " (");
    say_epochs(first, out);
    gm_text_add(out, ")");
    if (!first->reached) {
        gm_text_add(out, "; it came to ");
        if (s->goal == GM_TRAIN_ACCURACY)
            gm_text_percent(out, first->accuracy);
        else
            gm_train_say_a_loss(s, first->loss, out);
    }
    say_rival(s, out);
    gm_text_add(out, ".");
    return first->reached ? GM_TONE_GOOD : GM_TONE_BAD;
}

static gm_tone without_goal(const gm_train_shown *s, gm_text *out) {
    const gm_trained_shown *first = &s->of[0], *rival = gm_train_rival(s);
    gm_text_add(out, first->name);
    gm_text_add(out, " came to a loss of ");
    gm_train_say_a_loss(s, first->loss, out);
    gm_text_add(out, ", in ");
    say_gradients(first, out);
    gm_text_add(out, " (");
    say_epochs(first, out);
    gm_text_add(out, ")");
    if (rival) {
        gm_text_add(out, s->count > 2 ? "; of the others " : "; ");
        gm_text_add(out, rival->name);
        gm_text_add(out, s->count > 2 ? " came lowest, to " : " to ");
        gm_text_number(out, rival->loss);
    }
    gm_text_add(out, ".");
    return GM_TONE_PLAIN;
}

static gm_tone verdict(const gm_report *report, gm_text *out) {
    const gm_train_shown s = gm_train_read(report);
    if (s.count == 0) {
        gm_text_add(out, "Nothing was trained.");
        return GM_TONE_PLAIN;
    }
    return s.goal == GM_TRAIN_NO_GOAL ? without_goal(&s, out) : with_goal(&s, out);
}

static const char *badge(const gm_report *report) {
    const gm_train_shown s = gm_train_read(report);
    if (s.goal == GM_TRAIN_NO_GOAL || s.count == 0)
        return NULL;
    return s.of[0].reached ? "Reached" : "Not reached";
}

/* --- rows --- */

void gm_train_say_model(const gm_report *report, gm_text *out) {
    const double l2 = gm_report_value(report, "options.l2");
    const char *model = gm_report_text(report, "options.model");
    if (!model)
        return;
    gm_text_add(out, model);
    gm_text_add(out, ", ");
    gm_text_count(out, gm_train_read(report).dimension);
    gm_text_add(out, " weights");
    if (l2 > 0.0) {
        gm_text_add(out, ", penalty ");
        gm_text_number(out, l2);
    }
}

void gm_train_say_start(const gm_report *report, gm_text *out) {
    const char *at = gm_report_text(report, "options.at");
    const double accuracy = gm_report_value(report, "result.initial_accuracy");
    if (!at)
        at = gm_report_text(report, "result.at");
    if (!at)
        return;
    gm_text_add(out, at);
    gm_text_add(out, ", loss ");
    gm_text_number(out, gm_train_read(report).initial);
    if (isnan(accuracy))
        return;
    gm_text_add(out, ", accuracy ");
    gm_text_percent(out, accuracy);
}

void gm_train_say_batches(const gm_report *report, gm_text *out) {
    const gm_train_shown s = gm_train_read(report);
    const double repeats = gm_report_value(report, "options.repeats");
    gm_text_count(out, s.batch_size);
    gm_text_add(out, s.batch_size == 1 ? " row; an epoch is " : " rows; an epoch is ");
    gm_text_number(out, s.per_epoch);
    gm_text_add(out, s.per_epoch == 1 ? " gradient" : " gradients");
    if (repeats > 1) {
        gm_text_add(out, "; the median of ");
        gm_text_count(out, repeats);
        gm_text_add(out, " orders of the rows");
    }
}

void gm_train_say_goal(const gm_report *report, gm_text *out) {
    const gm_train_shown s = gm_train_read(report);
    if (s.goal != GM_TRAIN_NO_GOAL)
        gm_train_say_the_goal(&s, out);
}

void gm_train_say_optimum(const gm_report *report, gm_text *out) {
    const gm_train_shown s = gm_train_read(report);
    const char *method = gm_report_text(report, "result.optimum_method");
    if (isnan(s.optimum))
        return;
    gm_text_number(out, s.optimum);
    if (s.optimum_error > 0.0) {
        gm_text_add(out, ", to within ");
        gm_text_number(out, s.optimum_error);
    }
    if (method) {
        gm_text_add(out, ", by ");
        gm_text_add(out, method);
    }
}

static void say_one_setting(const gm_trained_shown *of, gm_text *out) {
    gm_text_add(out, of->name);
    if (!isnan(of->rate)) {
        gm_text_add(out, ": rate ");
        gm_text_number(out, of->rate);
    }
    if (!isnan(of->momentum)) {
        gm_text_add(out, ", momentum ");
        gm_text_number(out, of->momentum);
    }
    if (!isnan(of->horizon)) {
        gm_text_add(out, ", falling over ");
        gm_text_number(out, of->horizon);
        gm_text_add(out, " epochs");
    }
    if (of->tried > 1.0) {
        gm_text_add(out, ", best of ");
        gm_text_count(out, of->tried);
    }
}

void gm_train_say_setting(const gm_report *report, gm_text *out) {
    const gm_train_shown s = gm_train_read(report);
    bool some = false;
    for (int i = 0; i < s.count; i++) {
        if (isnan(s.of[i].rate))
            continue;
        gm_text_add(out, some ? "; " : "");
        say_one_setting(&s.of[i], out);
        some = true;
    }
}

void gm_train_say_curvature(const gm_report *report, gm_text *out) {
    const gm_train_shown s = gm_train_read(report);
    for (int i = 0; i < s.count; i++) {
        const gm_trained_shown *of = &s.of[i];
        if (!(of->curvature > 0.0))
            continue;
        gm_text_count(out, of->curvature);
        gm_text_add(out, " gradients");
        if (of->preconditioner[0]) {
            gm_text_add(out, ", ");
            gm_text_add(out, of->preconditioner);
        }
        if (!isnan(of->condition)) {
            gm_text_add(out, ", condition number ");
            gm_text_number(out, of->condition);
        }
        return;
    }
}

void gm_train_say_advice(const gm_report *report, gm_text *out) {
    const gm_train_shown s = gm_train_read(report);
    gm_text_add(out, s.count > 0 ? s.of[0].advice : "");
}

/* --- columns of the comparison --- */

static void say_rate(const gm_trained_shown *of, gm_text *out) {
    gm_text_number(out, of->rate);
}

static void say_all(const gm_trained_shown *of, gm_text *out) {
    gm_text_count(out, ceil(of->gradients));
}

static void say_noised(const gm_trained_shown *of, gm_text *out) {
    gm_text_count(out, ceil(of->curvature));
}

static void say_passes(const gm_trained_shown *of, gm_text *out) {
    gm_text_number(out, of->epochs);
}

static void say_seconds(const gm_trained_shown *of, gm_text *out) {
    if (of->seconds >= 0.0 && of->seconds < 0.001)
        gm_text_add(out, "< 0.001");
    else
        gm_text_number(out, of->seconds);
}

static void say_loss(const gm_trained_shown *of, gm_text *out) {
    gm_text_number(out, of->loss);
}

static void say_accuracy(const gm_trained_shown *of, gm_text *out) {
    gm_text_percent(out, of->accuracy);
}

const gm_train_column gm_train_columns[GM_TRAIN_COLUMNS] = {
    {"gradients", say_all, 10, false},  {"curvature", say_noised, 10, false},
    {"epochs", say_passes, 7, false},   {"seconds", say_seconds, 9, false},
    {"rate", say_rate, 11, false},      {"loss", say_loss, 11, false},
    {"accuracy", say_accuracy, 9, true}};

const gm_view gm_view_train = {
    .command = "train",
    .headline = "Training, and what it took",
    .verdict = verdict,
    .badge = badge,
    .table = gm_train_table,
    .plots = {{"loss.svg", gm_train_has_curves, gm_train_loss_script, gm_train_loss_caption,
               "Loss against gradient evaluations, a line for each optimizer"},
              {"time.svg", gm_train_has_curves, gm_train_time_script, gm_train_time_caption,
               "Loss against seconds, a line for each optimizer"}},
    .subject = gm_train_subject,
    .tiles = gm_train_tiles,
    .tables = gm_train_tables,
    .method = gm_train_method,
    .glossary = gm_train_glossary,
};
