#include "train/monitor.h"

#include <math.h>
#include <string.h>

enum { WINDOW = 64, MOST_WINDOW = 1 << 20 };

static gm_status check(gm_context *context, const gm_monitor_options *options) {
    const int64_t window = options->window;
    if (options->dimension < 1)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_monitor_create: dimension is %lld; it must be at least 1",
                       (long long)options->dimension);
    if (options->batch_size < 2)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_monitor_create: batch_size is %lld; it must be at least 2",
                       (long long)options->batch_size);
    if (window != 0 && (window < GM_LEAST_WINDOW || window > MOST_WINDOW))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_monitor_create: window is %lld; it must be 0 or from %d to %d",
                       (long long)window, GM_LEAST_WINDOW, MOST_WINDOW);
    if (!isfinite(options->baseline))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_monitor_create: baseline is %g; it must be finite", options->baseline);
    return GM_OK;
}

/* Begin a phase of a quarter of the run's age, half a window at least. */
static void begin_phase(gm_monitor *monitor) {
    const int64_t quarter = monitor->observations / 4, least = monitor->options.window / 2;
    const int64_t steps = quarter > least ? quarter : least;
    gm_phase_begin(&monitor->phase, steps > GM_PHASE_PIECES ? steps / GM_PHASE_PIECES : 1);
}

gm_status gm_monitor_create(gm_context *context, const gm_monitor_options *options,
                            gm_monitor **out) {
    gm_status status = GM_OK;
    gm_monitor *monitor = NULL;
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!options)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_monitor_create: options is NULL");
    GM_TRY(check(context, options));
    GM_TRY(GM_NEW_ZERO(context, monitor, 1));
    monitor->context = context;
    monitor->options = *options;
    monitor->options.window = options->window ? options->window : WINDOW;
    monitor->largest = monitor->condition = monitor->rate = (double)NAN;
    GM_TRY(GM_NEW_ZERO(context, monitor->ring, monitor->options.window));
    GM_TRY(GM_NEW_ZERO(context, monitor->previous, options->dimension));
    monitor->phase.dimension = options->dimension;
    GM_TRY(GM_NEW(context, monitor->phase.piece, options->dimension));
    GM_TRY(GM_NEW(context, monitor->phase.whole, options->dimension));
    begin_phase(monitor);
    *out = monitor;
    monitor = NULL;
done:
    gm_monitor_destroy(monitor);
    return status;
}

void gm_monitor_destroy(gm_monitor *monitor) {
    if (!monitor)
        return;
    gm_release(monitor->context, monitor->phase.whole);
    gm_release(monitor->context, monitor->phase.piece);
    gm_release(monitor->context, monitor->previous);
    gm_release(monitor->context, monitor->ring);
    gm_release(monitor->context, monitor);
}

/* --- observing --- */

/* One pass over both halves: what is kept of the step; its gradient becomes the previous one and is
   added to the piece of the phase. */
static gm_step take(gm_monitor *monitor, double loss, const double *first, const double *second) {
    double inner = 0.0, apart = 0.0, overlap = 0.0;
    for (int64_t i = 0; i < monitor->options.dimension; i++) {
        const double whole = 0.5 * (first[i] + second[i]), half = 0.5 * (first[i] - second[i]);
        inner += first[i] * second[i];
        apart += half * half;
        overlap += whole * monitor->previous[i];
        monitor->previous[i] = whole;
        monitor->phase.piece[i] += whole;
    }
    const gm_step step = {{[GM_LOSS] = loss,
                           [GM_INNER] = inner,
                           [GM_NOISE] = apart,
                           [GM_BEFORE] = monitor->power,
                           [GM_TURNED] = monitor->inner - overlap}};
    monitor->inner = inner;
    monitor->power = inner + apart;
    return step;
}

static bool is_finite(const gm_step *step) {
    bool finite = true;
    for (int q = 0; q < GM_QUANTITIES; q++)
        finite = finite && isfinite(step->of[q]);
    return finite;
}

static void end_phase(gm_monitor *monitor) {
    double constants, variance;
    monitor->moving = gm_phase_drifts(&monitor->phase) || gm_phase_falls(&monitor->phase);
    monitor->phase_seen = true;
    gm_phase_constants(&monitor->phase, &constants, &variance);
    monitor->constants += constants;
    monitor->constants_variance += variance;
    begin_phase(monitor);
}

/* A step that is not finite ends what led to it. */
static void start_over(gm_monitor *monitor) {
    const size_t bytes = (size_t)monitor->options.dimension * sizeof *monitor->previous;
    memset(monitor->previous, 0, bytes);
    monitor->inner = monitor->power = 0.0;
    monitor->broken = monitor->observations;
    begin_phase(monitor);
}

static double window_loss(const gm_monitor *monitor) {
    const int64_t count = gm_monitor_count(monitor);
    double sum = 0.0;
    for (int64_t i = 0; i < count; i++)
        sum += monitor->ring[i].of[GM_LOSS];
    return sum / (double)count;
}

static void keep_losses(gm_monitor *monitor, double loss) {
    const int64_t t = monitor->observations;
    if (t <= GM_FIRST_STEPS)
        monitor->best_loss = monitor->first_loss += (loss - monitor->first_loss) / (double)t;
    else if (t % (monitor->options.window / 4) == 0 && t >= monitor->options.window)
        monitor->best_loss = fmin(monitor->best_loss, window_loss(monitor));
}

gm_status gm_monitor_observe(gm_monitor *monitor, double loss, const double *first,
                             const double *second) {
    if (!monitor)
        return GM_INVALID_ARGUMENT;
    if (!first || !second)
        return gm_fail(monitor->context, GM_INVALID_ARGUMENT,
                       "gm_monitor_observe: first or second is NULL");
    const gm_step step = take(monitor, loss, first, second);
    monitor->ring[monitor->observations++ % monitor->options.window] = step;
    if (!is_finite(&step)) {
        start_over(monitor);
        return GM_OK;
    }
    if (!gm_monitor_is_broken(monitor))
        keep_losses(monitor, loss);
    if (gm_phase_add(&monitor->phase, &step))
        end_phase(monitor);
    return GM_OK;
}

void gm_monitor_set_curvature(gm_monitor *monitor, double largest, double condition, double rate) {
    monitor->largest = largest;
    monitor->condition = condition;
    monitor->rate = rate;
}

/* The numbers as they lie, the pointers as they are here. */
void gm_monitor_exchange(gm_monitor *monitor, gm_archive *archive) {
    const gm_monitor here = *monitor;
    const int64_t d = monitor->options.dimension;
    gm_archive_bytes(archive, sizeof *monitor, monitor);
    monitor->context = here.context;
    monitor->options = here.options;
    monitor->ring = here.ring;
    monitor->previous = here.previous;
    monitor->phase.piece = here.phase.piece;
    monitor->phase.whole = here.phase.whole;
    monitor->phase.dimension = d;
    gm_archive_bytes(archive, here.options.window * (int64_t)sizeof *here.ring, here.ring);
    gm_archive_doubles(archive, d, here.previous);
    gm_archive_doubles(archive, d, here.phase.piece);
    gm_archive_doubles(archive, d, here.phase.whole);
}

/* --- reading --- */

static const gm_estimate unknown = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, "halves"};

/* The root of an estimate of a square: where that is below 0, so is what is left of the noise. */
static gm_estimate root(gm_estimate square) {
    const double value = sqrt(fmax(0.0, square.value));
    return (gm_estimate){value, value > 0.0 ? square.std_error / (2.0 * value) : (double)NAN,
                         sqrt(fmax(0.0, square.low)), sqrt(fmax(0.0, square.high)), square.method};
}

void gm_monitor_read(const gm_monitor *monitor, gm_monitor_state *out) {
    static const double inner[GM_QUANTITIES] = {[GM_INNER] = 1.0};
    static const double noise[GM_QUANTITIES] = {[GM_NOISE] = 1.0};
    const int64_t count = gm_monitor_count(monitor);
    gm_monitor_state state = {.observations = monitor->observations,
                              .loss = (double)NAN,
                              .gradient_norm = unknown,
                              .signal_to_noise = unknown,
                              .samples_to_see = (double)NAN};
    gm_blocks blocks;
    if (count > 0 && !gm_monitor_is_broken(monitor))
        state.loss = window_loss(monitor);
    if (count < GM_LEAST_WINDOW || gm_monitor_is_broken(monitor)) {
        gm_monitor_diagnose(monitor, NULL, &state);
        *out = state;
        return;
    }
    gm_window_blocks(monitor->ring, monitor->options.window, monitor->observations, count, &blocks);
    state.gradient_norm = root(gm_window_estimate(gm_window_mean(&blocks, inner), "halves"));
    state.signal_to_noise =
        gm_window_estimate(gm_window_ratio(&blocks, inner, noise), "ratio of halves");
    state.samples_to_see =
        (double)monitor->options.batch_size / fmax(0.0, state.signal_to_noise.high);
    state.plateau = !(gm_window_slope(&blocks).high < 0.0);
    gm_monitor_diagnose(monitor, &blocks, &state);
    *out = state;
}
