/* The steps of a recovery that follow the pass of gradients. */
#ifndef GM_RECOVERY_H
#define GM_RECOVERY_H

#include "curvature/plan.h"
#include "curvature/predict.h"
#include "curvature/problem.h"
#include "curvature/sketch.h"

/* An empty recovery with room for its arrays, options already in it. */
gm_status gm_recovery_create(gm_context *context, const gm_plan *plan, gm_recovery **out)
    __attribute__((warn_unused_result));

/* The plan has fewer batches than it had: clients were left out. */
void gm_recovery_recount(gm_recovery *recovery, const gm_plan *plan);

/* Take over what a sketch came to. */
void gm_recovery_take_sketch(gm_recovery *recovery, const gm_sketch_result *sketch);

/* Eigenvalues, rank, condition number and effective rank of the hessian. A semidefinite one of few
   noise vectors takes the dual form, of their order. */
gm_status gm_recovery_summarize(gm_context *context, bool semidefinite, gm_recovery *recovery)
    __attribute__((warn_unused_result));

/* tr S and tr S² by the eigenvalues that are there. */
typedef struct gm_traces {
    double first, second;
} gm_traces;

gm_traces gm_recovery_traces(const gm_recovery *recovery);

/* Relative bias of the calibration rule at this distance from the optimum, from the hessian and the
   mean gradient alone; calibrated only. */
gm_status gm_recovery_estimate_bias(gm_context *context, const gm_plan *plan, gm_recovery *recovery)
    __attribute__((warn_unused_result));

/* Predicted errors, what is enough, and the predicted part of the curve. */
void gm_recovery_predict(const gm_plan *plan, const gm_prediction *prediction,
                         gm_recovery *recovery);

/* Sentences about what a reader must know. */
gm_status gm_recovery_warn(gm_context *context, gm_recovery *recovery)
    __attribute__((warn_unused_result));

/* Keep a sentence that a reader must know; gm_recovery_warn() adds those of its own. */
gm_status gm_recovery_add_warning(gm_context *context, gm_recovery *recovery, const char *format,
                                  ...) __attribute__((format(printf, 3, 4), warn_unused_result));

/* The controls that gm_recover() prints beside a comparison: the same number of gradients without
   noise, and the curvature of the rows that the batches drew. */
gm_status gm_recovery_control_none(gm_problem *problem, const gm_plan *plan, const double *truth,
                                   gm_recovery *recovery) __attribute__((warn_unused_result));
gm_status gm_recovery_control_oracle(gm_problem *problem, const gm_plan *plan, const double *truth,
                                     gm_recovery *recovery) __attribute__((warn_unused_result));

/* The same number of gradients spent on Hessian–vector products, which move the weights; left
   undefined above d = 1024. */
gm_status gm_recovery_control_hvp(gm_problem *problem, const gm_plan *plan, const double *truth,
                                  gm_recovery *recovery) __attribute__((warn_unused_result));

#endif
