/* For test programs whose only fixture is a context. */
#ifndef GM_TESTS_CONTEXT_H
#define GM_TESTS_CONTEXT_H

#include "check.h"

static gm_context *context;

static inline int set_up_context(void **state) {
    (void)state;
    context = make_context(2, GM_ISA_AUTO);
    return 0;
}

static inline int tear_down_context(void **state) {
    (void)state;
    gm_context_destroy(context);
    return 0;
}

#endif
