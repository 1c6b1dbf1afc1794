/* The experiments that `reproduce` runs: each is a question, a grid of runs, and what came out.
   Made on the public headers alone. */
#ifndef GM_EXPERIMENTS_H
#define GM_EXPERIMENTS_H

#include <gradiometer/gradiometer.h>

struct record;

struct experiment {
    const char *name;     /* lower case, dashes */
    const char *title;    /* a few words */
    const char *question; /* one sentence */
    const char *method;   /* what is done, and what theory says */
    double seconds;       /* about, at scale 1 on two cores */
    int repetitions;      /* at scale 1; 1: made once at any scale, as nothing
                              is drawn or trainings are repeated inside */
    size_t state_size;    /* of what the repetitions add up, zero at first */
    /* One repetition, all its draws made from this seed. */
    gm_status (*once)(struct record *record, uint64_t seed, void *state);
    /* The table, plots, claims and conclusion of all of them. */
    gm_status (*conclude)(struct record *record, void *state);
};

/* All experiments; ends with NULL. */
extern const struct experiment *const experiments[];

/* Find an experiment by its name; NULL where there is none. */
const struct experiment *experiment_find(const char *name);

/*
 * Run an experiment and store what it found under "result" of a report:
 *   experiment, title, question, method, scale, runs (recoveries or measurements made),
 *   table {columns: [{name, kind}], rows: [[…]]}, kind one of "text", "number", "percent"
 *   plots [{title, x, y, linear, ticks, series: [{name, kind, color, x, y, low, high}]}], kind one
 *     of "points" (joined, with bars from low to high), "marks" (not joined), "line" and "level"
 *     (one y across the whole); linear, where present, is "x", "y" or "xy", the axes that are not
 *     logarithmic; ticks, where present, name x = 1, 2, … of a linear axis
 *   claims [{claim, measured, low, high, holds}], low or high null where the range is open
 *   conclusion [sentences], holds (all claims do).
 *   scale  > 0: the number of repetitions is multiplied by it
 *   csv    the table, to be freed with free(); untouched on failure
 *   holds  whether all claims do
 */
GM_MUST_USE gm_status experiment_run(const struct experiment *experiment, gm_context *context,
                                     double scale, uint64_t seed, gm_report *report, char **csv,
                                     bool *holds);

#endif
