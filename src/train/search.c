#include "train/search.h"

#include <math.h>
#include <string.h>

enum { MOST_RATES = 40 };

/* The grid's step. */
static const double STEP = 3.1622776601683795;

/* How a run went: `reached` after that many gradients, or what it ended at. */
typedef struct score {
    bool made, reached;
    double gradients, loss;
} score;

/* Rates of one horizon and one momentum, from the lowest. */
typedef struct line {
    gm_setting setting; /* but for the rate */
    double first;
    score at[MOST_RATES];
    int low, high, best; /* tried: low … high; the first is number MOST_RATES/2 */
} line;

typedef struct search {
    gm_trainer *trainer;
    const gm_optimizer_kind *kind;
    uint64_t seed;
    double limit; /* gradients of the best run so far that reached the goal */
    int tried;
} search;

static bool is_better(const score *a, const score *b) {
    if (a->reached != b->reached)
        return a->reached;
    return a->reached ? a->gradients < b->gradients : a->loss < b->loss;
}

static double rate_at(const line *l, int i) {
    return l->first * pow(STEP, i - MOST_RATES / 2);
}

/* One run. What is lost counts as an infinite loss. */
static gm_status try_rate(search *self, line *l, int i) {
    gm_outcome outcome = {0};
    l->setting.rate = rate_at(l, i);
    const gm_status status = gm_trainer_run(self->trainer, self->kind, &l->setting, self->seed,
                                            self->limit, false, &outcome);
    if (status != GM_OK)
        return status;
    l->at[i] = (score){.made = true,
                       .reached = outcome.run.reached,
                       .gradients = outcome.run.gradient_evaluations,
                       .loss = outcome.run.diverged || isnan(outcome.run.final_loss)
                                   ? INFINITY
                                   : outcome.run.final_loss};
    if (outcome.run.reached)
        self->limit = fmin(self->limit, outcome.run.gradient_evaluations);
    if (is_better(&l->at[i], &l->at[l->best]))
        l->best = i;
    self->tried++;
    gm_outcome_release(self->trainer->context, &outcome);
    return GM_OK;
}

/* Grow the grid on the side where the best point lies until it is interior, or the grid is full. A
   grid where all is lost grows downwards. */
static gm_status follow(search *self, line *l) {
    gm_status status = GM_OK;
    l->low = l->high = l->best = MOST_RATES / 2;
    GM_TRY(try_rate(self, l, l->best));
    for (;;) {
        const bool lost = isinf(l->at[l->best].loss);
        if (l->best == l->low && l->low > 0)
            GM_TRY(try_rate(self, l, --l->low));
        else if (l->best == l->high && l->high < MOST_RATES - 1 && !lost)
            GM_TRY(try_rate(self, l, ++l->high));
        else
            break;
        if (isinf(l->at[l->best].loss))
            l->best = l->low;
    }
done:
    return status;
}

static bool is_interior(const line *l) {
    return l->best > l->low && l->best < l->high;
}

int gm_search_horizons(const gm_optimizer_kind *kind, const gm_model *model) {
    return !kind->stochastic || (kind->single && model->convex) ? 1 : 3;
}

/* In epochs: constant, and down to nothing at the end of the budget or a quarter of it. */
static int horizons_of(const search *self, double *out) {
    const gm_model *model = gm_oracle_model(self->trainer->oracle);
    const double epochs = self->trainer->most *
                          (double)gm_oracle_batch_size(self->trainer->oracle) /
                          (double)gm_oracle_rows(self->trainer->oracle);
    out[0] = INFINITY;
    out[1] = epochs;
    out[2] = 0.25 * epochs;
    return gm_search_horizons(self->kind, model);
}

static double first_rate(const search *self, double momentum) {
    double rate = self->kind->first_rate;
    if (self->kind->scaled)
        rate /= self->trainer->sharpness;
    return isfinite(momentum) ? rate * (1.0 - momentum) : rate;
}

/* Nothing is searched. */
static gm_found fixed(const gm_optimizer_kind *kind, double rate) {
    const double momentum = kind->momenta > 0 ? kind->momentum[0] : NAN;
    return (gm_found){
        .setting = {.rate = rate, .horizon = INFINITY, .momentum = momentum, .damping = NAN},
        .tried = 1};
}

static gm_status search_all(search *self, gm_found *out) {
    gm_status status = GM_OK;
    double horizons[3];
    const int count = horizons_of(self, horizons);
    const int momenta = self->kind->momenta > 0 ? self->kind->momenta : 1;
    score best = {.loss = INFINITY};
    for (int m = 0; m < momenta; m++)
        for (int h = 0; h < count; h++) {
            const double momentum = self->kind->momenta > 0 ? self->kind->momentum[m] : NAN;
            line l = {.setting = {.horizon = horizons[h], .momentum = momentum, .damping = NAN},
                      .first = first_rate(self, momentum)};
            for (int i = 0; i < MOST_RATES; i++)
                l.at[i].loss = INFINITY;
            GM_TRY(follow(self, &l));
            if (best.made && !is_better(&l.at[l.best], &best))
                continue;
            best = l.at[l.best];
            out->setting = l.setting;
            out->setting.rate = rate_at(&l, l.best);
            out->interior = is_interior(&l);
        }
    if (!best.made || isinf(best.loss))
        status = gm_fail(self->trainer->context, GM_NUMERICAL_FAILURE,
                         "%s: every rate that was tried diverges", self->kind->name);
done:
    return status;
}

gm_status gm_search(gm_trainer *trainer, const gm_optimizer_kind *kind, double rate, uint64_t seed,
                    gm_found *out) {
    search self = {
        .trainer = trainer, .kind = kind, .seed = seed, .limit = trainer->most, .tried = 0};
    gm_found found = {0};
    gm_status status = GM_OK;
    if (rate > 0.0 || isnan(kind->first_rate)) {
        *out = fixed(kind, isnan(kind->first_rate) ? NAN : rate);
        return GM_OK;
    }
    trainer->stage = kind->name;
    GM_TRY(search_all(&self, &found));
    found.tried = self.tried;
    *out = found;
done:
    return status;
}
