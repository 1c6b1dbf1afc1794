#ifndef GRADIOMETER_LWE_ATTACK_H
#define GRADIOMETER_LWE_ATTACK_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/cost.h>
#include <gradiometer/estimate.h>
#include <gradiometer/export.h>
#include <gradiometer/lwe.h>
#include <gradiometer/output.h>

GM_BEGIN_DECLS

/**
 * N rows R A mod q, R b mod q of an instance. Each is a combination of `width` samples, the same
 * ones for all rows of a block. Columns that are dropped were left out of the lattice: in `ra` they
 * are uniform, and their entries of the secret are guessed. Free it with gm_lwe_rows_destroy().
 */
typedef struct gm_lwe_rows {
    int64_t count; /**< N */
    int64_t n;     /**< columns */
    int64_t q;
    int64_t width; /**< samples that a row combines at most */
    int64_t blocks;
    int64_t *ra;    /**< [N, n], centred residues */
    int64_t *rb;    /**< [N], centred residues */
    int64_t *r;     /**< [N, width], coefficients */
    int64_t *index; /**< [N, width], sample that each coefficient belongs to */
    int64_t *block; /**< [N], ascending from 0 */
    int64_t dropped_count;
    int64_t *dropped;     /**< [dropped_count], ascending */
    uint64_t fingerprint; /**< of the instance: a hash of n, q, samples, A and b */
} gm_lwe_rows;

/** How blocks are reduced. Zero-initialise: every zero is chosen by the program. */
typedef struct gm_lwe_reduce_options {
    int64_t rows;             /**< samples in a block */
    int64_t blocks;           /**< blocks to reduce; 0: two */
    int64_t embedding_weight; /**< τ */
    int64_t drop_columns;     /**< columns left out; −1: none */
    int block_size;           /**< of BKZ; 2: LLL alone */
    int loops;                /**< of BKZ at most; 0: 8 */
    double time_limit;        /**< seconds for all; 0: none */
    int workers;              /**< helper processes; 0: as many as threads */
    const char *checkpoint;   /**< folder of finished blocks, kept and found again; NULL: none */
    const char *helper;       /**< path of the helper program; NULL: the one that is found */
    uint64_t seed;
} gm_lwe_reduce_options;

/** What was chosen for a block and why. */
typedef struct gm_lwe_plan {
    int64_t rows, embedding_weight, drop_columns;
    int block_size, loops;
    double power;    /**< E s_j² that was reckoned with, the weight not being known */
    double variance; /**< row variance v = E s_j² ‖x‖² + σ²‖R‖²/q² that is expected */
    double signal; /**< z of the right guess that one block is expected to give: √(2N) e^{−2π²v} */
    double seconds; /**< processor seconds of a block, roughly */
} gm_lwe_plan;

/** What a reduction gave. */
typedef struct gm_lwe_reduction {
    gm_lwe_plan plan;      /**< of the last block */
    gm_lwe_plan first;     /**< before the probe block */
    int64_t blocks;        /**< reduced */
    int64_t lost;          /**< blocks that a worker lost */
    char loss[256];        /**< how the last of them was lost; empty where none was */
    const char *precision; /**< static: "double", "long double", "mpfr"; the highest needed */
    double rho;            /**< deviation of the kept columns over that of uniform ones */
    double variance;       /**< mean row variance, at plan.power */
    double entropy_before, entropy_after; /**< collision-entropy proxy of a row, nats */
    double lll_seconds, bkz_seconds;      /**< processor seconds of all blocks */
    double fplll_seconds; /**< of both, inside fplll; the rest is our own LLL, BKZ */
    double seconds;       /**< on the clock */
} gm_lwe_reduction;

/**
 * Reduce blocks of samples: rows of [[qI, 0], [A', τI]] by LLL and BKZ in helper processes. A block
 * that a worker loses is counted and left out.
 *
 * With a checkpoint every finished block is kept, and taken from there by a later call with the
 * same instance, options and seed: it gives the same rows, whenever the first was killed.
 * @param out   owned by the caller; untouched on failure
 * @param info  NULL: not wanted
 * @return GM_INVALID_ARGUMENT (sizes that do not fit the instance, a secret of uniform entries),
 *         GM_UNAVAILABLE (no helper program), GM_UNABLE (every block was lost; none within the time
 *         limit), GM_IO_ERROR, GM_OUT_OF_MEMORY, GM_CANCELLED
 */
GM_API GM_MUST_USE gm_status gm_lwe_reduce(gm_context *context, const gm_lwe *instance,
                                           const gm_lwe_reduce_options *options, gm_lwe_rows **out,
                                           gm_lwe_reduction *info);

/** What gm_lwe_reduce() would do, a block. @return as gm_lwe_reduce() */
GM_API GM_MUST_USE gm_status gm_lwe_reduce_plan(gm_context *context, const gm_lwe *instance,
                                                const gm_lwe_reduce_options *options,
                                                gm_lwe_plan *out);

/**
 * Take unreduced samples for rows: R = 1. What a control attacks.
 * @param count    rows, at most the samples
 * @param dropped  [dropped_count] columns, ascending, that are counted as dropped
 */
GM_API GM_MUST_USE gm_status gm_lwe_rows_of_samples(gm_context *context, const gm_lwe *instance,
                                                    int64_t count, const int64_t *dropped,
                                                    int64_t dropped_count, gm_lwe_rows **out);

/**
 * Read RA.npy [N, n], Rb.npy [N], R.npy [N, w], indices.npy [N, w], blocks.npy [N] and
 * reduction.json of a folder. Every row is computed again from the instance and compared.
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_INPUT (absent, empty, of another instance, shapes that do not fit, an entry
 * out of range, a row that is not R A mod q of this instance), GM_OUT_OF_MEMORY, GM_CANCELLED Cost:
 * N w n operations.
 */
GM_API GM_MUST_USE gm_status gm_lwe_rows_load(gm_context *context, const gm_lwe *instance,
                                              const char *folder, gm_lwe_rows **out);

/**
 * Write those files. reduction.json has the sizes, the dropped columns, the fingerprint of the
 * instance, and what `info` says.
 * @param info  NULL: not known, and left out
 * @return as gm_output_write()
 */
GM_API GM_MUST_USE gm_status gm_lwe_rows_save(gm_context *context, const gm_lwe_rows *rows,
                                              const gm_lwe_reduction *info, gm_output *output);

/** Free rows. NULL is allowed. */
GM_API void gm_lwe_rows_destroy(gm_context *context, gm_lwe_rows *rows);

/** How to attack. Zero-initialise: every zero is a default. */
typedef struct gm_lwe_attack_options {
    const char *solver; /**< "auto" (gradient, then linear), "gradient", "linear"; NULL: "auto" */
    double time_limit;  /**< seconds; 0: 120 */
    bool no_control;    /**< leave the control out */
    bool baselines;     /**< run the unique shortest vector, too */
    double guesses;     /**< of dropped entries to score at most; 0: 10^7 */
    int64_t keep;       /**< of them to follow; 0: 1024 */
    gm_lwe_reduce_options reduce; /**< of gm_lwe_solve(); its seed is not used */
    uint64_t seed;
} gm_lwe_attack_options;

/** z of an entry ±1 of the secret, its deviation where entries are 0, and their ratio d'. */
typedef struct gm_lwe_signal_summary {
    double z, deviation, discrimination;
} gm_lwe_signal_summary;

/** What an attack found, and the evidence. Undefined members are NaN. */
typedef struct gm_lwe_result {
    bool recovered;
    int64_t n;
    int64_t *secret;    /**< [n]; NULL where not recovered; owned */
    const char *solver; /**< static: "gradient-whitened", "gradient-plain", "linear", "guess"; of
                           the last try where not recovered */
    gm_lwe_check check; /**< of the secret; accepted is false where not recovered */
    int64_t rows_used, blocks_used, rounds;
    double guesses;                  /**< that were scored */
    double guess_rank;               /**< of the guess that led to the secret, from 0 */
    int64_t moves;                   /**< of kept entries from there */
    gm_lwe_signal_summary predicted; /**< from the rows alone */
    gm_lwe_signal_summary observed;  /**< with the secret that was recovered */
    gm_lwe_reduction reduction; /**< blocks is 0 where the rows were given; then rho, variance and
                                     entropies alone are set */

    bool control_run;       /**< the members below are set */
    bool control_recovered; /**< same solver, rows and guesses on unreduced samples */
    int64_t control_rows;
    double control_guesses;
    gm_lwe_signal_summary control_predicted;

    double *z;         /**< [n] gradient at w = 0 in units of the deviation where the entry is 0;
                            NaN for dropped columns, and for all where nothing was recovered; owned */
    double *control_z; /**< [n] the same of the control's unreduced samples, unweighted; owned */

    gm_estimate informativeness, unreduced_informativeness; /**< V of the gradient at w = 0 */
    const char *verdict, *unreduced_verdict;                /**< static */

    bool usvp_run, usvp_found;
    int usvp_block_size;
    double usvp_seconds;
    char usvp_reason[256];
    double log2_exhaustive, log2_mitm;

    double reduce_seconds, attack_seconds, control_seconds, evidence_seconds;
} gm_lwe_result;

/**
 * Recover the secret from rows: score guesses of the dropped entries, follow the gradient of the
 * best ones, whitened and plain, and accept what the original samples accept.
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (an option; rows of another instance, or none), GM_OUT_OF_MEMORY,
 *         GM_CANCELLED; that nothing is found is a result
 */
GM_API GM_MUST_USE gm_status gm_lwe_attack(gm_context *context, const gm_lwe *instance,
                                           const gm_lwe_rows *rows,
                                           const gm_lwe_attack_options *options,
                                           gm_lwe_result **out);

/** Reduce and attack, block after block, until the secret is found or time is over.
    @return as gm_lwe_attack() and gm_lwe_reduce() */
GM_API GM_MUST_USE gm_status gm_lwe_solve(gm_context *context, const gm_lwe *instance,
                                          const gm_lwe_attack_options *options,
                                          gm_lwe_result **out);

/**
 * Compare what rows show of a secret that is known with what they are expected to show, whether or
 * not an attack finds it: z = Σ z_j s_j / Σ s_j² over kept columns, its deviation where s_j = 0,
 * and d', of the first step of the gradient on the 600 rows of least variance at most.
 * @param secret     [n], such as `secret` of an instance that was drawn
 * @param whitened   read by the whitened gradient, else by the plain one
 * @param predicted  from the rows and the parameters, the number of non-zero entries included
 * @param observed   NaN where no kept entry is 0, or all are; untouched on failure, as predicted
 * @return GM_INVALID_ARGUMENT (a NULL, rows of another n or q, no rows), GM_OUT_OF_MEMORY,
 *         GM_CANCELLED
 * Cost: 20 to 60 ms.
 */
GM_API GM_MUST_USE gm_status gm_lwe_observe_secret(gm_context *context, const gm_lwe *instance,
                                                   const gm_lwe_rows *rows, const int64_t *secret,
                                                   bool whitened, gm_lwe_signal_summary *predicted,
                                                   gm_lwe_signal_summary *observed);

/** Free a result. NULL is allowed. */
GM_API void gm_lwe_result_destroy(gm_context *context, gm_lwe_result *result);

GM_END_DECLS

#endif
