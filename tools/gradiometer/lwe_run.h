/* What lwe solve, reduce and attack share: everything between their options and the exit status. */
#ifndef GM_TOOL_LWE_RUN_H
#define GM_TOOL_LWE_RUN_H

#include "session.h"

/* Each part is NULL until it is there. */
struct lwe_work {
    const void *values;
    const char *folder; /* of the instance */
    gm_lwe *instance;
    gm_lwe_rows *rows;
    gm_lwe_reduction reduction; /* of lwe reduce */
    gm_lwe_result *result;
    gm_report *report;
    gm_output *output;
    char kept[PATH_MAX]; /* finished blocks; "": none are kept */
    double start;
};

/* How a command does its own part, the instance being there. */
struct lwe_steps {
    bool keeps_blocks; /* where there is a folder for results */
    int (*plan)(struct session *session, struct lwe_work *work); /* prints it; the exit */
    gm_status (*compute)(struct session *session, struct lwe_work *work);
    gm_status (*describe)(struct session *session, struct lwe_work *work); /* and writes arrays */
};

/* Run a command: open the output, read the instance, compute, describe, deliver. Returns the exit
   status, failures told; EXIT_NO where there is a result that recovered nothing. */
int lwe_run(struct session *session, const struct lwe_steps *steps, const char *folder,
            const void *values);

/* Describe an attack: the result document, and secret.npy where there is one. */
GM_MUST_USE gm_status lwe_describe_attack(struct session *session, struct lwe_work *work);

#endif
