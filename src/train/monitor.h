/* What a monitor keeps, and what is said of it. */
#ifndef GM_TRAIN_MONITOR_H
#define GM_TRAIN_MONITOR_H

#include <gradiometer/monitor.h>

#include "base/archive.h"
#include "base/base.h"
#include "train/phase.h"

/* Steps whose mean loss stands for what knowing nothing costs, where nobody says. */
enum { GM_FIRST_STEPS = 4 };

struct gm_monitor {
    gm_context *context;
    gm_monitor_options options;
    int64_t observations;
    int64_t broken;    /* the latest observation that was not finite, counted from 1; 0: none */
    gm_step *ring;     /* [window] */
    double *previous;  /* [d] gradient of the step before */
    double inner;      /* of the step before; */
    double power;      /* ‖g‖² of it; 0: there is none */
    double first_loss; /* mean of the first few */
    double best_loss;  /* lowest mean over a window; at first that of the first few */
    gm_phase phase;    /* that goes on; owns its vectors */
    bool phase_seen;   /* one has ended */
    bool moving;       /* in the one that ended last the gradients added up, or the loss fell */
    double constants, constants_variance; /* time constants of steep directions so far */
    double largest, condition, rate;      /* what the caller knows of the curvature; NaN */
};

/* Find the cause and put it into words. The numbers of `state` are set; blocks are NULL where
   there are too few observations. */
void gm_monitor_diagnose(const gm_monitor *monitor, const gm_blocks *blocks,
                         gm_monitor_state *state);

/* All that was observed, both ways, of a monitor made with the same options. */
void gm_monitor_exchange(gm_monitor *monitor, gm_archive *archive);

/* Steps of the window that are there. */
static inline int64_t gm_monitor_count(const gm_monitor *monitor) {
    return monitor->observations < monitor->options.window ? monitor->observations
                                                           : monitor->options.window;
}

/* Whether a number of the window is not finite. */
static inline bool gm_monitor_is_broken(const gm_monitor *monitor) {
    return monitor->broken > 0 && monitor->observations - monitor->broken < monitor->options.window;
}

#endif
