/* Attacks on LWE at settings that are known, with what the rows show of the secret. */
#ifndef GM_EXPERIMENTS_ATTACKING_H
#define GM_EXPERIMENTS_ATTACKING_H

#include "record.h"

/* An instance with a ternary secret and error of deviation 3, and how it is reduced: two blocks,
   no column dropped, so that no entry is guessed. */
struct lwe_setting {
    int64_t n, q, hamming;
    int64_t rows, weight; /* samples in a block, embedding weight; 0: chosen by the program */
    int block_size;       /* 2: LLL alone; 0: R = 1, unreduced samples, two times `rows` */
    const char *solver;
    bool control;
};

enum { LWE_SIGMA = 3, LWE_BLOCKS = 2 };

struct lwe_run {
    gm_lwe_reduction reduction;
    bool recovered, by_gradient; /* by_gradient: not by the linear decode */
    bool control_recovered;
    gm_estimate v;    /* of the gradient at w = 0, with the real amplified error */
    bool informative; /* the verdict on it */
    gm_lwe_signal_summary predicted, observed;             /* of the whitened gradient */
    gm_lwe_signal_summary plain_predicted, plain_observed; /* of the plain one */
    double seconds;                                        /* reduction and attack, on the clock */
};

/* Draw an instance, reduce, attack, compare with its secret, and count it as a run.
   GM_UNAVAILABLE: reduction is asked for, and there is no helper program for it. */
GM_MUST_USE gm_status lwe_run(struct record *record, const struct lwe_setting *setting,
                              uint64_t seed, struct lwe_run *out);

#endif
