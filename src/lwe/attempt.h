/* One attack on the rows that there are. */
#ifndef GM_LWE_ATTEMPT_H
#define GM_LWE_ATTEMPT_H

#include "lwe/peel.h"

/* Which solvers to run. */
typedef enum gm_lwe_solver {
    GM_LWE_SOLVER_AUTO,     /* gradient, then linear */
    GM_LWE_SOLVER_GRADIENT, /* whitened, then plain */
    GM_LWE_SOLVER_LINEAR
} gm_lwe_solver;

/* How hard to try. */
typedef struct gm_lwe_effort {
    gm_lwe_solver solver;
    double power;    /* E s_j² to reckon with */
    double guesses;  /* of dropped entries to score at most */
    int64_t keep;    /* of them to follow */
    int64_t rows;    /* best rows to take at most; plain peeling takes all */
    double deadline; /* by gm_seconds(): no stage begins after it */
    uint64_t seed;
} gm_lwe_effort;

/* The solver of a name; NULL is "auto". GM_INVALID_ARGUMENT names those that there are. */
gm_status gm_lwe_solver_find(gm_context *context, const char *name, gm_lwe_solver *out)
    __attribute__((warn_unused_result));

/* What came of it. */
typedef struct gm_lwe_attempt {
    gm_lwe_find find;   /* its secret [n] is the caller's */
    const char *solver; /* static: the one that found it, or the last one */
    double guesses;     /* scored */
} gm_lwe_attempt;

/*
 * Score guesses of the dropped entries, then follow the best ones by each solver until the original
 * samples accept. Determined by rows, effort and seed, not by threads.
 */
gm_status gm_lwe_attempt_run(gm_context *context, const gm_lwe *instance, const gm_lwe_rows *rows,
                             const gm_lwe_effort *effort, gm_lwe_attempt *attempt)
    __attribute__((warn_unused_result));

#endif
