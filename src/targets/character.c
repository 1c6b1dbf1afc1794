#include "targets/character.h"

#include <math.h>
#include <string.h>

#include "linalg/linalg.h"

typedef struct character {
    gm_targets base;
    gm_secret_law law;
    double *numbers;    /* everything that the pointers of base and law lead to */
    double *cumulative; /* [points]; of the law given that an entry is not 0 where weight ≥ 0 */
    int64_t nonzero;    /* values other than 0 */
    double *nonzero_values; /* [nonzero] */
    double *nonzero_probabilities;
} character;

/* --- drawing --- */

static double pick(const double *values, const double *cumulative, int64_t points, double u) {
    int64_t low = 0, high = points - 1;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (cumulative[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return values[low];
}

/* Draws 2n·h … 2n·h+2n−1 of the stream belong to target h: positions first, then values. */
static void draw(const gm_targets *targets, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *out) {
    const character *self = (const character *)targets;
    const int64_t n = targets->columns, weight = self->law.weight;
    for (int64_t h = 0; h < count; h++) {
        double *s = out + h * n, u[2];
        int64_t left = weight;
        for (int64_t j = 0; j < n; j++) {
            gm_random_uniform(context, stream, 2 * ((first + h) * n + j), 2, u);
            if (weight < 0) {
                s[j] = pick(self->law.values, self->cumulative, self->law.points, u[1]);
                continue;
            }
            /* Selection sampling: entry j is taken with probability left / (n − j). */
            const bool taken = u[0] * (double)(n - j) < (double)left;
            left -= taken;
            s[j] = taken ? pick(self->nonzero_values, self->cumulative, self->nonzero, u[1]) : 0.0;
        }
    }
}

/* --- enumerating --- */

/* Whole and exact below 2^53 / n; infinite where float64 ends. */
static double choose(int64_t n, int64_t k) {
    double value = 1.0;
    if (k > n - k)
        k = n - k;
    for (int64_t i = 1; i <= k; i++)
        value = value * (double)(n - k + i) / (double)i;
    return round(value);
}

/* The last entry runs fastest, in the order of the values: for values 0 … q−1 the number of a
   secret is its place in Z_q^n. */
static void enumerate_entries(const character *self, int64_t number, double *s, double *p) {
    *p = 1.0;
    for (int64_t j = self->base.columns - 1; j >= 0; j--) {
        const int64_t at = number % self->law.points;
        number /= self->law.points;
        s[j] = self->law.values[at];
        *p *= self->law.probabilities[at];
    }
}

/* Subsets in lexicographic order of their positions, then values of the entries that are not 0. */
static void enumerate_weight(const character *self, int64_t number, double *s, double *p) {
    const int64_t n = self->base.columns;
    int64_t left = self->law.weight;
    int64_t subset = number;
    for (int64_t i = 0; i < left && subset > 0; i++)
        subset /= self->nonzero; /* the last digits, base `nonzero`, are the values */
    *p = 1.0 / choose(n, left);
    for (int64_t j = 0; j < n; j++) {
        const double with = left > 0 ? choose(n - j - 1, left - 1) : 0.0;
        s[j] = 0.0;
        if (left > 0 && (double)subset < with) {
            const int64_t at = number % self->nonzero;
            number /= self->nonzero;
            s[j] = self->nonzero_values[at];
            *p *= self->nonzero_probabilities[at];
            left--;
        } else {
            subset -= (int64_t)with;
        }
    }
}

static void enumerate(const gm_targets *targets, int64_t first, int64_t count, double *out,
                      double *probability) {
    const character *self = (const character *)targets;
    for (int64_t h = 0; h < count; h++) {
        double *s = out + h * targets->columns;
        if (self->law.weight < 0)
            enumerate_entries(self, first + h, s, &probability[h]);
        else
            enumerate_weight(self, first + h, s, &probability[h]);
    }
}

/* --- evaluating --- */

static int64_t scratch(const gm_targets *targets, int64_t rows, int64_t count) {
    (void)count;
    return rows * targets->columns;
}

/* Products of whole numbers below 2^53: exact. */
static void evaluate(const gm_targets *targets, const gm_context *context, int64_t count,
                     const double *description, int64_t rows, const double *x, double *room,
                     double *out) {
    const int64_t n = targets->columns;
    const double q = (double)targets->modulus;
    (void)context;
    for (int64_t i = 0; i < rows * n; i++)
        room[i] = targets->residue_scale * x[i] + targets->residue_shift;
    gm_multiply_outer(rows, count, n, room, n, description, n, out, count);
    for (int64_t i = 0; i < rows * count; i++) {
        double t = out[i] - q * floor(out[i] / q);
        t -= t >= q ? q : 0.0; /* the quotient may have been rounded either way */
        t += t < 0.0 ? q : 0.0;
        out[i] = t;
    }
}

/* --- making --- */

static void destroy(gm_context *context, gm_targets *targets) {
    character *self = (character *)targets;
    gm_release(context, self->numbers);
    gm_release(context, self);
}

static double *copy(double **room, const double *from, int64_t count) {
    double *to = *room;
    if (from)
        memcpy(to, from, (size_t)count * sizeof *to);
    *room += count;
    return to;
}

/* The law of an entry given that it is not 0. */
static void find_nonzero(character *self) {
    double total = 0.0;
    for (int64_t i = 0; i < self->law.points; i++)
        if (self->law.values[i] != 0.0) {
            self->nonzero_values[self->nonzero] = self->law.values[i];
            self->nonzero_probabilities[self->nonzero++] = self->law.probabilities[i];
            total += self->law.probabilities[i];
        }
    for (int64_t i = 0; i < self->nonzero; i++)
        self->nonzero_probabilities[i] /= total;
}

static void accumulate(const double *probabilities, int64_t points, double *cumulative) {
    double sum = 0.0;
    for (int64_t i = 0; i < points; i++)
        cumulative[i] = sum += probabilities[i];
    cumulative[points - 1] = 2.0; /* whatever rounding did: no u reaches it */
}

static void fill(character *self, const gm_character_form *form) {
    double *room = self->numbers;
    const int64_t points = form->secrets.points, errors = 2 * form->reach + 1;
    self->law = form->secrets;
    self->law.values = copy(&room, form->secrets.values, points);
    self->law.probabilities = copy(&room, form->secrets.probabilities, points);
    self->cumulative = copy(&room, NULL, points);
    self->nonzero_values = copy(&room, NULL, points);
    self->nonzero_probabilities = copy(&room, NULL, points);
    self->base.labels = copy(&room, form->labels, form->modulus);
    self->base.errors = room;
    room[0] = 1.0;
    copy(&room, form->errors, errors);
    find_nonzero(self);
    if (self->law.weight < 0)
        accumulate(self->law.probabilities, points, self->cumulative);
    else if (self->nonzero > 0)
        accumulate(self->nonzero_probabilities, self->nonzero, self->cumulative);
}

static double count_secrets(const character *self) {
    const int64_t n = self->base.columns, weight = self->law.weight;
    return weight < 0 ? pow((double)self->law.points, (double)n)
                      : choose(n, weight) * pow((double)self->nonzero, (double)weight);
}

gm_status gm_character_create(gm_context *context, const gm_character_form *form,
                              gm_targets **out) {
    gm_status status = GM_OK;
    character *self = NULL;
    const int64_t n = form->columns, q = form->modulus;
    if ((double)n * (double)q * (double)q > 0x1p53)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "targets %s: n q² is %.3g; it must be at most 2^53, so that ⟨s, x⟩ is exact",
                       form->name, (double)n * (double)q * (double)q);
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    GM_TRY(GM_NEW(context, self->numbers, 5 * form->secrets.points + q + 2 * form->reach + 1));
    self->base = (gm_targets){.name = form->name,
                              .columns = n,
                              .width = n,
                              .signs = form->signs,
                              .modulus = q,
                              .residue_scale = form->residue_scale,
                              .residue_shift = form->residue_shift,
                              .reach = form->reach,
                              .draw = draw,
                              .enumerate = enumerate,
                              .scratch = scratch,
                              .evaluate = evaluate,
                              .destroy = destroy};
    fill(self, form);
    self->base.count = count_secrets(self);
    *out = &self->base;
    return GM_OK;
done:
    gm_release(context, self);
    return status;
}
