#include "lwe/plan.h"

#include <math.h>
#include <string.h>

#include "lwe/guess.h"
#include "lwe/instance.h"
#include "lwe/phase.h"

/*
 * What reduction of each strength does to the mean row, and what it costs, measured on q-ary
 * embeddings of 90 to 192 rows: ln δ of a row's mean norm, and seconds of one of 128 rows
 * [docs/theory/lwe.md]. Only their ratios matter here.
 */
static const struct strength {
    int block_size, loops;
    double log_delta, seconds;
} strengths[] = {
    {2, 8, 0.0203, 0},     {10, 8, 0.0180, 0.026}, {20, 8, 0.0163, 0.04},
    {30, 8, 0.0149, 0.11}, {40, 8, 0.0140, 0.37},
};
enum { STRENGTHS = sizeof strengths / sizeof *strengths };

static const double LLL_SECONDS = 2e-10; /* × d³ ln² q */
static const double BKZ_EXPONENT = 2.4;  /* of d */
static const double FACTOR = 1.15;       /* K */
static const double SHARE = 1.3; /* energy of an entry of x over the mean of all entries of a row */
static const double SCORES = 4e10;  /* operations a second of scoring, the processors shared */
static const double OVERHEAD = 0.1; /* seconds of an attack beside its guesses */

/* Shares of non-zero entries that a sparse secret may have, each as likely as the others. */
static const double shares[] = {0.05, 0.1, 1.0 / 6, 0.25};
enum { SHARES = sizeof shares / sizeof *shares };
/* Seconds after which a light round is better given up, and how many times as many each heavier one
   has. */
static const double PATIENCE = 1.5, MORE_PATIENCE = 5;
static const double LEAST_SIGNAL = 3.5; /* z of the right guess that is needed in any case */
static const double AMPLE_SIGNAL = 6;   /* with which a round should succeed */
static const double PEELING = 2.1;      /* z of an entry ±1 that peeling needs */
enum { MOST_BLOCKS = 16, SMALLEST_BLOCK = 8 };

/* A plan with its expected time. */
struct choice {
    gm_lwe_plan plan;
    double time;
};

/* What all plans share. */
struct setting {
    const gm_lwe_parameters *parameters;
    const gm_lwe_reduce_options *options;
    double guesses;
    gm_lwe_calibration calibration;
    bool told;             /* the number of dropped columns is not ours to choose */
    double powers[SHARES]; /* E s_j² that are reckoned with, ascending */
    double needed[SHARES]; /* guesses of the dropped entries, of as many as are tried now */
    int count;
    double patience; /* seconds that an unknown power which is not in reach costs */
};

/*
 * Powers and patience of a round. Light ones come first and come again, with other columns dropped:
 * that too many non-zero entries are among these is the usual reason that one fails.
 */
static void reckon(struct setting *setting, int64_t round) {
    static const int efforts[] = {0, 0, 1, 0, 1, 2, 1, 2, 3};
    static const double factors[] = {1, 1, 2, 3};
    const int64_t last = (int64_t)(sizeof efforts / sizeof *efforts) - 1;
    const int effort = efforts[round < last ? round : last];
    const double sigma = gm_lwe_secret_sigma(setting->parameters);
    setting->patience = PATIENCE * pow(MORE_PATIENCE, effort);
    if (gm_lwe_is_gaussian(setting->parameters)) {
        setting->count = 1;
        setting->powers[0] = sigma * sigma;
        return;
    }
    setting->count = SHARES;
    for (int p = 0; p < SHARES; p++)
        setting->powers[p] = fmin(1, shares[p] * factors[effort]);
}

/* Units that guesses of k entries must reach to hold the right one in nineteen cases of twenty. */
static int64_t units_needed(const gm_lwe_parameters *parameters, double power, double k) {
    double mean = power, variance = power * (1 - fmin(power, 1));
    if (gm_lwe_is_gaussian(parameters)) {
        mean = 0.798 * sqrt(power);
        variance = power - mean * mean;
    }
    return (int64_t)ceil(k * mean + 1.65 * sqrt(k * variance));
}

/* ln of the norm of a mean row, of one entry of unit scale. */
static double log_entry(const gm_lwe_parameters *parameters, const gm_lwe_plan *plan,
                        double log_delta) {
    const double kept = (double)(parameters->n - plan->drop_columns), m = (double)plan->rows;
    const double d = kept + m;
    const double volume =
        kept * log((double)parameters->q) + m * log((double)plan->embedding_weight);
    return log(FACTOR) + d * log_delta + volume / d - 0.5 * log(d);
}

/* ‖x‖² and ‖R‖² that the model expects. */
static void expect(const gm_lwe_parameters *parameters, const gm_lwe_plan *plan, double log_delta,
                   double *x_square, double *r_square) {
    const double kept = (double)(parameters->n - plan->drop_columns), m = (double)plan->rows;
    const double entry = exp(log_entry(parameters, plan, log_delta));
    const double share = fmin(SHARE, 0.9 * (kept + m) / kept);
    const double rest = (kept + m - share * kept) / m;
    const double x = entry / (double)parameters->q;
    const double uniform = kept / 12; /* no reduction is worse */
    const double weight = (double)plan->embedding_weight;
    *x_square = fmin(share * kept * x * x, uniform);
    *r_square = rest * m * entry * entry / (weight * weight);
}

static double log_delta_of(int block_size, int loops) {
    double log_delta = strengths[0].log_delta;
    for (int s = 0; s < STRENGTHS; s++)
        if (strengths[s].block_size <= block_size && strengths[s].loops <= loops)
            log_delta = fmin(log_delta, strengths[s].log_delta);
    return log_delta;
}

static double seconds_of(const gm_lwe_parameters *parameters, double d, int block_size, int loops) {
    const double logarithm = log((double)parameters->q);
    double bkz = 0;
    for (int s = 0; s < STRENGTHS; s++)
        if (strengths[s].block_size <= block_size && strengths[s].loops <= loops)
            bkz = fmax(bkz, strengths[s].seconds);
    if (block_size > 40)
        bkz *= pow(2, 0.5 * (block_size - 40));
    return LLL_SECONDS * d * d * d * logarithm * logarithm + bkz * pow(d / 128, BKZ_EXPONENT);
}

gm_lwe_calibration gm_lwe_plan_calibrate(const gm_lwe_parameters *parameters,
                                         const gm_lwe_plan *plan, double x_square,
                                         double r_square) {
    double x, r;
    expect(parameters, plan, log_delta_of(plan->block_size, plan->loops), &x, &r);
    return (gm_lwe_calibration){x_square / x, r_square / r};
}

/* Units, and guesses, of the dropped entries; infinitely many where they are not to be had. */
static double guesses_needed(const struct setting *setting, int64_t dropped, double power) {
    const gm_lwe_parameters *parameters = setting->parameters;
    const int64_t units = units_needed(parameters, power, (double)dropped);
    return units > GM_LWE_MOST_UNITS
               ? INFINITY
               : gm_lwe_guess_count(gm_lwe_range_of(parameters), dropped, units);
}

/* Row variance and z of a plan where E s_j² is `power`; returns z of an entry ±1. */
static double see(const struct setting *setting, double power, gm_lwe_plan *plan) {
    const gm_lwe_parameters *parameters = setting->parameters;
    const double kept = (double)(parameters->n - plan->drop_columns);
    const double scale = parameters->sigma / (double)parameters->q;
    double x, r;
    expect(parameters, plan, log_delta_of(plan->block_size, plan->loops), &x, &r);
    plan->power = power;
    plan->variance = power * fmin(x * setting->calibration.x, kept / 12) +
                     scale * scale * r * setting->calibration.r;
    plan->signal = sqrt(2 * (kept + (double)plan->rows)) * gm_lwe_damping(plan->variance);
    return plan->signal * GM_TWO_PI * sqrt(x * setting->calibration.x / kept);
}

/* Seconds until z suffices to find the right guess and to peel from there; patience where that
   is not to be hoped for. */
static double time_until_seen(const struct setting *setting, const gm_lwe_plan *plan,
                              double guesses, double entry) {
    const double d = (double)(setting->parameters->n - plan->drop_columns + plan->rows);
    const double among = fmax(guesses / GM_LWE_KEEP, 1);
    const double needed = fmax(LEAST_SIGNAL, 0.5 + sqrt(2 * log(among)));
    const double ratio = fmax(needed / plan->signal, PEELING / entry);
    const double blocks = fmax(1, ceil(ratio * ratio));
    const double attack = OVERHEAD + guesses * 4 * d * (1 + blocks) / 2 / SCORES;
    return blocks * (plan->seconds + attack);
}

/* Fill in what a plan is expected to give. The weight of the secret is not known: the time is a
   mean over several of them, and what is noted is for the heaviest that is in reach. */
static void judge(const struct setting *setting, struct choice *choice) {
    gm_lwe_plan *plan = &choice->plan, seen = {0};
    const double d = (double)(setting->parameters->n - plan->drop_columns + plan->rows);
    plan->seconds = seconds_of(setting->parameters, d, plan->block_size, plan->loops);
    choice->time = 0;
    for (int p = 0; p < setting->count; p++) {
        const double guesses = setting->needed[p];
        gm_lwe_plan one = *plan;
        const double entry = see(setting, setting->powers[p], &one);
        /* All guesses that are allowed are scored; where the number of columns is given, that has
           to do. */
        double time = time_until_seen(setting, &one, fmin(guesses, setting->guesses), entry);
        if (guesses > setting->guesses && !setting->told)
            time = INFINITY;
        if (p == 0 || time < setting->patience)
            seen = one;
        /* Of plans that do not reach, the one that shows more is better. */
        choice->time += fmin(time, setting->patience * (2 - fmin(1, one.signal))) / setting->count;
    }
    *plan = seen;
}

/* Where z is too small to be a number, the least variance is best. */
static bool is_better(const struct choice *choice, const struct choice *best) {
    if (best->plan.rows == 0 || choice->time != best->time)
        return best->plan.rows == 0 || choice->time < best->time;
    return choice->plan.drop_columns == best->plan.drop_columns &&
           choice->plan.variance < best->plan.variance;
}

/* Best embedding weight for columns, samples and strength that are given: whole numbers by steps of
   a fifth around σ/√E s², where both parts of v are alike. */
static void try_weights(const struct setting *setting, gm_lwe_plan plan, struct choice *best) {
    const double largest = (double)setting->parameters->q;
    const double middle = setting->powers[setting->count / 2];
    const double balance = fmin(fmax(1, setting->parameters->sigma / sqrt(middle)), largest);
    const int64_t told = setting->options->embedding_weight;
    const int64_t most = told ? told : (int64_t)fmin(ceil(4 * balance), largest);
    int64_t weight = told ? told : (int64_t)fmax(1, balance / 2);
    for (; weight <= most; weight += 1 + weight / 5) {
        struct choice choice = {.plan = plan};
        choice.plan.embedding_weight = weight;
        judge(setting, &choice);
        if (is_better(&choice, best))
            *best = choice;
    }
}

static void try_strengths(const struct setting *setting, gm_lwe_plan plan, struct choice *best) {
    const gm_lwe_reduce_options *options = setting->options;
    for (int s = 0; s < STRENGTHS; s++) {
        plan.block_size = options->block_size ? options->block_size : strengths[s].block_size;
        plan.loops = options->loops ? options->loops : strengths[s].loops;
        try_weights(setting, plan, best);
        if (options->block_size)
            break;
    }
}

static void try_samples(const struct setting *setting, gm_lwe_plan plan, struct choice *best) {
    const int64_t kept = setting->parameters->n - plan.drop_columns;
    const int64_t samples = setting->parameters->samples;
    const int64_t most = 2 * kept < samples ? 2 * kept : samples;
    if (setting->options->rows) {
        plan.rows = setting->options->rows;
        try_strengths(setting, plan, best);
        return;
    }
    for (plan.rows = most < SMALLEST_BLOCK ? most : SMALLEST_BLOCK; plan.rows <= most;
         plan.rows += 1 + plan.rows / 8)
        try_strengths(setting, plan, best);
}

static gm_status check(gm_context *context, const gm_lwe_parameters *parameters,
                       const gm_lwe_reduce_options *options) {
    const long long n = parameters->n, samples = parameters->samples;
    if (parameters->secret && strcmp(parameters->secret, gm_lwe_secrets[GM_LWE_UNIFORM]) == 0)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the secret is uniform on [0, q): its entries are too large to be seen in "
                       "short rows; binary, ternary and Gaussian secrets can be attacked");
    if (options->rows < 0 || options->rows > samples)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "rows of a block is %lld; there are %lld samples", (long long)options->rows,
                       samples);
    if (options->drop_columns < -1 || options->drop_columns >= n)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "columns to drop is %lld; it must be below n = %lld",
                       (long long)options->drop_columns, n);
    if (options->embedding_weight < 0 || options->embedding_weight > parameters->q)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "embedding weight is %lld; it must lie in 1 to q = %lld",
                       (long long)options->embedding_weight, (long long)parameters->q);
    if (options->block_size < 0 || options->block_size == 1 || options->block_size > 60 ||
        options->loops < 0 || options->blocks < 0)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "block size is %d, loops %d, blocks %lld; a block size is 2 (LLL alone) to "
                       "60",
                       options->block_size, options->loops, (long long)options->blocks);
    if (!(options->time_limit >= 0) || options->workers < 0)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "time limit is %g seconds, workers %d: none may be negative",
                       options->time_limit, options->workers);
    return GM_OK;
}

/* Try all plans that drop k columns. */
static void try_columns(struct setting *setting, int64_t k, struct choice *best) {
    for (int p = 0; p < setting->count; p++)
        setting->needed[p] = guesses_needed(setting, k, setting->powers[p]);
    try_samples(setting, (gm_lwe_plan){.drop_columns = k}, best);
}

static struct choice choose(struct setting *setting) {
    struct choice best = {.time = INFINITY};
    const int64_t told = setting->options->drop_columns;
    if (setting->told)
        try_columns(setting, told < 0 ? 0 : told, &best);
    for (int64_t k = 0; !setting->told && k <= setting->parameters->n / 2; k += 4)
        try_columns(setting, k, &best);
    return best;
}

gm_status gm_lwe_plan_make(gm_context *context, const gm_lwe_parameters *parameters,
                           const gm_lwe_reduce_options *options, int64_t round,
                           gm_lwe_calibration calibration, double guesses, gm_lwe_plan *out) {
    struct setting setting = {.parameters = parameters,
                              .options = options,
                              .guesses = fmax(guesses, 1),
                              .calibration = calibration,
                              .told = options->drop_columns != 0};
    const gm_status status = check(context, parameters, options);
    if (status != GM_OK)
        return status;
    reckon(&setting, round);
    *out = choose(&setting).plan;
    return GM_OK;
}

int64_t gm_lwe_plan_blocks(const gm_lwe_plan *plan) {
    const double ratio = AMPLE_SIGNAL / plan->signal;
    return 2 + (int64_t)fmin(ratio * ratio, MOST_BLOCKS);
}
