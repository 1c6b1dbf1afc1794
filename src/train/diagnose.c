#include <math.h>
#include <stdio.h>

#include "base/special.h"
#include "train/monitor.h"

/* Time constants after which (e^−10)² = 2e-9 is left of what a direction adds to the loss. */
static const double gone = 10.0;
/* A problem whose flat directions take ten times as long as its steep ones is ill-conditioned. */
static const double least_condition = 10.0;

const char *gm_cause_name(gm_cause cause) {
    static const char *const names[] = {
        [GM_CAUSE_HEALTHY] = "healthy",
        [GM_CAUSE_CONVERGED] = "converged",
        [GM_CAUSE_UNINFORMATIVE] = "uninformative",
        [GM_CAUSE_ILL_CONDITIONED] = "ill-conditioned",
        [GM_CAUSE_RATE_TOO_HIGH] = "rate-too-high",
        [GM_CAUSE_UNDECIDED] = "undecided",
    };
    return (unsigned)cause < sizeof names / sizeof *names ? names[cause] : "undecided";
}

/* --- the cause --- */

/* What is known when the cause is looked for. */
typedef struct finding {
    const gm_monitor *monitor;
    const gm_blocks *blocks;
    gm_bounded loss, slope, sharpness;
    bool told;        /* the caller said what knowing nothing costs */
    double nothing;   /* that, or the mean of the first losses */
    bool fell;        /* the loss is below that */
    double condition; /* if anything still moves: a lower bound of it */
} finding;

static finding find(const gm_monitor *monitor, const gm_blocks *blocks) {
    static const double loss[GM_QUANTITIES] = {[GM_LOSS] = 1.0};
    const bool told = monitor->options.baseline != 0.0 || monitor->options.zero_baseline;
    const double firsts = told ? INFINITY : GM_FIRST_STEPS; /* steps that the stand-in rests on */
    const double doubt = gm_normal_quantile(GM_MONITOR_LEVEL) * sqrt(monitor->constants_variance);
    finding f = {.monitor = monitor,
                 .blocks = blocks,
                 .loss = gm_window_mean(blocks, loss),
                 .slope = gm_window_slope(blocks),
                 .sharpness = gm_window_sharpness(blocks),
                 .told = told,
                 .nothing = told ? monitor->options.baseline : monitor->first_loss,
                 .condition = (monitor->constants - doubt) / gone};
    const double steps = (double)gm_monitor_count(monitor);
    f.fell = f.nothing - f.loss.value > (f.loss.high - f.loss.value) * sqrt(1.0 + steps / firsts);
    return f;
}

/* In all blocks but one the loss is twice the lowest that was, or a tenth of the fall is given
   back: more than hovering adds. A test of signs, since a run that grows has no scatter to speak
   of. */
static bool rose(const finding *f) {
    const double best = f->monitor->best_loss;
    const double least = fmax(fabs(best), 0.1 * (f->nothing - best));
    return gm_window_above(f->blocks, best + least) >= GM_WINDOW_BLOCKS - 1;
}

/* A twentieth of all that there is to gain is still to be had, as far as anybody knows. */
static bool is_above_least(const finding *f) {
    const double least = f->monitor->options.least;
    return least != 0.0 && f->loss.low - least > 0.05 * (f->nothing - least);
}

/* The slope of the flattest direction has not had its time yet. */
static bool known_to_be_slow(const gm_monitor *m) {
    return (double)m->observations * m->rate * m->largest / m->condition < 1.0;
}

static gm_cause judge(const finding *f, bool plateau) {
    const gm_monitor *m = f->monitor;
    if (plateau && (rose(f) || f->sharpness.low > 1.0))
        return GM_CAUSE_RATE_TOO_HIGH;
    if (!plateau)
        return GM_CAUSE_HEALTHY;
    if (!m->phase_seen)
        return GM_CAUSE_UNDECIDED;
    if (m->moving)
        return f->condition > least_condition ? GM_CAUSE_ILL_CONDITIONED : GM_CAUSE_HEALTHY;
    if (f->fell && is_above_least(f))
        return m->condition > least_condition ? GM_CAUSE_ILL_CONDITIONED : GM_CAUSE_HEALTHY;
    if (f->fell)
        return known_to_be_slow(m) ? GM_CAUSE_ILL_CONDITIONED : GM_CAUSE_CONVERGED;
    /* The first losses cannot be compared with themselves. */
    const bool apart = m->observations >= m->options.window + GM_FIRST_STEPS;
    return f->told || apart ? GM_CAUSE_UNINFORMATIVE : GM_CAUSE_UNDECIDED;
}

/* --- the advice --- */

typedef char words[128];

/* "signal to noise 0.12 (0.1 to 0.14)". */
static void say_signal(const gm_monitor_state *state, words out) {
    const gm_estimate *ratio = &state->signal_to_noise;
    snprintf(out, sizeof(words), "signal to noise %.3g, 95 %% interval %.3g to %.3g", ratio->value,
             ratio->low, ratio->high);
}

/* What the loss does over a step. */
static void say_fall(const finding *f, words out) {
    const double most = -f->slope.low;
    if (f->slope.value < 0.0)
        snprintf(out, sizeof(words), "the loss falls by only %.2g a step (at most %.2g)",
                 -f->slope.value, most);
    else
        snprintf(out, sizeof(words), "the loss does not fall by more than %.2g a step",
                 fmax(0.0, most));
}

/* How little there is of the gradient, after the words `before`. */
static void advise_unseen(const finding *f, gm_monitor_state *state, const char *before) {
    const double length = state->gradient_norm.high, samples = state->samples_to_see;
    const double batch = (double)f->monitor->options.batch_size;
    if (isfinite(samples) && samples > batch)
        snprintf(state->advice, sizeof state->advice,
                 "%s: its squared length is below %.3g; to see it a batch needs about %.3g samples "
                 "or more, %.3g times those of this one",
                 before, length * length, samples, samples / batch);
    else if (length > 0.0)
        snprintf(state->advice, sizeof state->advice,
                 "%s that lasts: its squared length is below %.3g, and steps undo each other",
                 before, length * length);
    else
        snprintf(state->advice, sizeof state->advice, "%s: less of it is seen than nothing gives",
                 before);
}

static void advise_rate(const finding *f, gm_monitor_state *state) {
    const gm_monitor *m = f->monitor;
    const double exact = m->rate * m->largest;
    if (exact > 1.0)
        snprintf(
            state->advice, sizeof state->advice,
            "step too large: the rate times the largest curvature is %.3g, and steps grow from "
            "2 on; take a rate below %.3g",
            exact, 1.0 / m->largest);
    else if (f->sharpness.low > 1.0)
        snprintf(state->advice, sizeof state->advice,
                 "step too large: the rate times the curvature along a step is %.3g, so that steps "
                 "undo each other (above 1) or grow (2); take a rate at most 1/%.3g of this one",
                 f->sharpness.value, f->sharpness.value);
    else
        snprintf(state->advice, sizeof state->advice,
                 "step too large: the loss rose from %.3g to %.3g and stays there; take a smaller "
                 "rate",
                 m->best_loss, f->loss.value);
}

static void advise_slow(const finding *f, gm_monitor_state *state) {
    const gm_monitor *m = f->monitor;
    words fall, seen;
    say_fall(f, fall);
    say_signal(state, seen);
    if (m->condition > 1.0)
        snprintf(state->advice, sizeof state->advice,
                 "ill-conditioned: κ = %.3g; the flattest direction takes %.3g steps %s, %lld were "
                 "made; recover the curvature and precondition",
                 m->condition, m->condition / (isnan(m->rate) ? 1.0 : m->rate * m->largest),
                 isnan(m->rate) ? "of the longest kind" : "of this kind",
                 (long long)m->observations);
    else
        snprintf(state->advice, sizeof state->advice,
                 "ill-conditioned: the gradient is visible over many steps (of one: %s) and %s; "
                 "steep directions had %.3g "
                 "times the time that they need, so κ is %.2g at least; recover the curvature "
                 "and precondition",
                 seen, fall, f->condition, f->condition);
}

static void advise_healthy(const finding *f, gm_monitor_state *state) {
    words fall, seen;
    say_fall(f, fall);
    say_signal(state, seen);
    if (!state->plateau)
        snprintf(state->advice, sizeof state->advice, "healthy: the loss falls by %.3g a step (%s)",
                 -f->slope.value, seen);
    else if (!f->monitor->moving && is_above_least(f))
        snprintf(state->advice, sizeof state->advice,
                 "healthy, behind the noise of batches: the loss, %.3g, is above the least one, "
                 "%.3g, and %s; larger batches, a smaller rate or an average show whether it falls",
                 f->loss.value, f->monitor->options.least, fall);
    else
        snprintf(state->advice, sizeof state->advice,
                 "healthy: gradients of successive steps add up (%s), though %s; a step takes %.2g "
                 "of what the curvature along it allows",
                 seen, fall, fmax(0.0, f->sharpness.value));
}

static void advise(const finding *f, gm_monitor_state *state) {
    words before;
    switch (state->cause) {
    case GM_CAUSE_HEALTHY:
        advise_healthy(f, state);
        break;
    case GM_CAUSE_ILL_CONDITIONED:
        advise_slow(f, state);
        break;
    case GM_CAUSE_RATE_TOO_HIGH:
        advise_rate(f, state);
        break;
    case GM_CAUSE_CONVERGED:
        snprintf(before, sizeof before,
                 "converged: the loss fell from %.3g to %.3g, and nothing of the gradient is left",
                 f->nothing, f->loss.value);
        advise_unseen(f, state, before);
        break;
    case GM_CAUSE_UNINFORMATIVE:
        snprintf(
            before, sizeof before,
            "gradient indistinguishable from noise (loss %.3g, where knowing nothing costs %.3g)",
            f->loss.value, f->nothing);
        advise_unseen(f, state, before);
        break;
    case GM_CAUSE_UNDECIDED:
        snprintf(state->advice, sizeof state->advice,
                 "undecided: the loss does not fall, and %lld steps are too few to say why",
                 (long long)state->observations);
        break;
    }
}

void gm_monitor_diagnose(const gm_monitor *monitor, const gm_blocks *blocks,
                         gm_monitor_state *state) {
    if (gm_monitor_is_broken(monitor)) {
        state->cause = GM_CAUSE_RATE_TOO_HIGH;
        snprintf(
            state->advice, sizeof state->advice,
            "step too large: loss or gradient of step %lld are not finite; take a smaller rate",
            (long long)monitor->broken);
        return;
    }
    if (!blocks) {
        state->cause = GM_CAUSE_UNDECIDED;
        snprintf(state->advice, sizeof state->advice,
                 "undecided: %lld steps were seen; %d are needed", (long long)state->observations,
                 GM_LEAST_WINDOW);
        return;
    }
    const finding f = find(monitor, blocks);
    state->cause = judge(&f, state->plateau);
    advise(&f, state);
}
