#include "lwe/linear.h"

#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "lwe/law.h"
#include "lwe/screen.h"

/* Largest standard deviation of a prediction, in turns, that is unwrapped: of four of them the
   wrap is at two. */
static const double LARGEST_DEVIATION = 0.24;
static const double NO_ERROR = 1e-12; /* variance of a phase that is given by those before it */

/* The order of rows and what each tells, whatever its phase is. */
struct filter {
    int64_t used;
    int64_t *order;    /* [count], the first `used` count */
    double *gain;      /* [used][count] of an innovation on the predictions of all rows */
    double *on_secret; /* [used][kept] on the mean of the secret */
};

struct state {
    double *rows;   /* [count][count] covariance of the predictions' errors */
    double *secret; /* [kept][count] covariance of the secret with them */
    bool *taken;    /* [count] */
};

static void filter_free(gm_context *context, struct filter *filter) {
    gm_release(context, filter->order);
    gm_release(context, filter->gain);
    gm_release(context, filter->on_secret);
}

/* Row that is predicted best among those that are not given by others already; −1: none that can be
   unwrapped. */
static int64_t next_row(const struct state *state, int64_t count) {
    double least = LARGEST_DEVIATION * LARGEST_DEVIATION;
    int64_t best = -1;
    for (int64_t i = 0; i < count; i++) {
        const double variance = state->rows[i * count + i];
        if (!state->taken[i] && variance > NO_ERROR && variance < least) {
            least = variance;
            best = i;
        }
    }
    return best;
}

/* Note the gains of row i and take what it tells off the covariances. */
static void take_row(struct state *state, struct filter *filter, int64_t i, int64_t count,
                     int64_t kept) {
    double *gain = &filter->gain[filter->used * count];
    double *on_secret = &filter->on_secret[filter->used * kept];
    const double variance = state->rows[i * count + i];
    for (int64_t j = 0; j < count; j++)
        gain[j] = state->rows[j * count + i] / variance;
    for (int64_t j = 0; j < kept; j++)
        on_secret[j] = state->secret[j * count + i] / variance;
    double *row = &state->rows[i * count];
    for (int64_t j = 0; j < kept; j++)
        for (int64_t l = 0; l < count; l++)
            state->secret[j * count + l] -= on_secret[j] * row[l];
    for (int64_t j = 0; j < count; j++)
        for (int64_t l = 0; j != i && l < count; l++)
            state->rows[j * count + l] -= gain[j] * row[l];
    memset(row, 0, (size_t)count * sizeof *row);
    state->taken[i] = true;
    filter->order[filter->used++] = i;
}

static gm_status filter_make(gm_context *context, const gm_lwe_view *view, double level,
                             struct filter *filter) {
    gm_status status;
    const int64_t count = view->count, kept = view->kept;
    const double power = level / (double)kept;
    struct state state = {0};
    GM_TRY(GM_NEW(context, filter->order, count));
    GM_TRY(GM_NEW(context, filter->gain, count * count));
    GM_TRY(GM_NEW(context, filter->on_secret, count * kept));
    GM_TRY(GM_NEW(context, state.rows, count * count));
    GM_TRY(GM_NEW(context, state.secret, kept * count));
    GM_TRY(GM_NEW_ZERO(context, state.taken, count));
    GM_TRY(gm_outer_gram(context, count, kept, view->x, state.rows));
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < count; j++)
            state.rows[i * count + j] = gm_lwe_view_covariance(view, state.rows, i, j, level);
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < kept; j++)
            state.secret[j * count + i] = power * view->x[i * kept + j];
    for (int64_t i; (i = next_row(&state, count)) >= 0;) {
        take_row(&state, filter, i, count, kept);
        if (gm_is_cancelled(context))
            GM_TRY(gm_fail(context, GM_CANCELLED, "cancelled while decoding"));
    }
done:
    gm_release(context, state.rows);
    gm_release(context, state.secret);
    gm_release(context, state.taken);
    return status;
}

/* Phases that are left after a guess. */
static void remove_guess(const gm_lwe_view *view, const int8_t *entries, double *y) {
    memcpy(y, view->y, (size_t)view->count * sizeof *y);
    for (int64_t j = 0; j < view->dropped; j++)
        for (int64_t i = 0; entries[j] && i < view->count; i++)
            y[i] -= entries[j] * view->u[i * view->dropped + j];
}

/* Run the phases through the filter: predictions become 0 as they are taken off. */
static void run_filter(const struct filter *filter, int64_t count, int64_t kept, double *y,
                       double *mean) {
    memset(mean, 0, (size_t)kept * sizeof *mean);
    for (int64_t u = 0; u < filter->used; u++) {
        const double left = y[filter->order[u]];
        const double innovation = left - rint(left);
        const double *gain = &filter->gain[u * count];
        for (int64_t i = 0; i < count; i++)
            y[i] -= innovation * gain[i];
        for (int64_t j = 0; j < kept; j++)
            mean[j] += innovation * filter->on_secret[u * kept + j];
    }
}

static void round_secret(const gm_lwe_search *search, gm_lwe_range range, const double *mean,
                         const int8_t *entries, int64_t *secret) {
    for (int64_t j = 0; j < search->view->kept; j++) {
        const double entry = fmin(fmax(rint(mean[j]), (double)range.low), (double)range.high);
        secret[search->view->column[j]] = (int64_t)entry;
    }
    for (int64_t j = 0; j < search->dropped_count; j++)
        secret[search->dropped[j]] = entries[j];
}

gm_status gm_lwe_decode(gm_context *context, const gm_lwe_search *search, double level,
                        const gm_lwe_guesses *guesses, gm_lwe_find *find) {
    gm_status status;
    const gm_lwe_view *view = search->view;
    const gm_lwe_range range = gm_lwe_range_of(&search->instance->parameters);
    const int64_t n = search->instance->parameters.n;
    struct filter filter = {0};
    double *y = NULL, *mean = NULL;
    int64_t *secret = NULL, residuals[GM_LWE_SCREEN_SAMPLES];
    find->found = false;
    GM_TRY(GM_NEW(context, y, view->count));
    GM_TRY(GM_NEW(context, mean, view->kept));
    GM_TRY(GM_NEW(context, secret, n));
    GM_TRY(filter_make(context, view, level, &filter));
    for (int64_t g = 0; g < guesses->count && !find->found; g++) {
        const int8_t *entries = &guesses->entries[g * guesses->width];
        remove_guess(view, entries, y);
        run_filter(&filter, view->count, view->kept, y, mean);
        round_secret(search, range, mean, entries, secret);
        gm_lwe_screen_start(search->instance, secret, residuals);
        if (!gm_lwe_screen_passes(search->instance, residuals))
            continue;
        GM_TRY(gm_lwe_verify(context, search->instance, secret, &find->check));
        if (find->check.accepted) {
            find->found = true;
            find->guess = g;
            find->moves = filter.used;
            memcpy(find->secret, secret, (size_t)n * sizeof *secret);
        }
    }
done:
    filter_free(context, &filter);
    gm_release(context, y);
    gm_release(context, mean);
    gm_release(context, secret);
    return status;
}
