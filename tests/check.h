/* What every test program of ours begins with: cmocka in its order, comparisons that NaN fails, and
   contexts. */
#ifndef GM_TESTS_CHECK_H
#define GM_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gradiometer/gradiometer.h>

/* |actual − expected| ≤ tolerance. */
#define check_near(actual, expected, tolerance)                                                    \
    do {                                                                                           \
        const double actual_ = (actual), expected_ = (expected), tolerance_ = (tolerance);         \
        if (!(fabs(actual_ - expected_) <= tolerance_))                                            \
            fail_msg("%s is %.17g, expected %.17g within %.3g", #actual, actual_, expected_,       \
                     tolerance_);                                                                  \
    } while (0)

/* low ≤ actual ≤ high. */
#define check_between(actual, low, high)                                                           \
    do {                                                                                           \
        const double actual_ = (actual), low_ = (low), high_ = (high);                             \
        if (!(actual_ >= low_ && actual_ <= high_))                                                \
            fail_msg("%s is %.17g, expected %.6g to %.6g", #actual, actual_, low_, high_);         \
    } while (0)

/* A call that must succeed; tells the context's message where it does not. */
#define check_ok(context, call)                                                                    \
    do {                                                                                           \
        gm_status status_ = (call);                                                                \
        if (status_ != GM_OK)                                                                      \
            fail_msg("%s: %s: %s", #call, gm_status_name(status_), gm_context_message(context));   \
    } while (0)

/* A call that must fail with that status and a message that holds the text. */
#define check_fails(context, expected, text, call)                                                 \
    do {                                                                                           \
        gm_status status_ = (call);                                                                \
        if (status_ != (expected))                                                                 \
            fail_msg("%s: %s, expected %s", #call, gm_status_name(status_),                        \
                     gm_status_name(expected));                                                    \
        if (!strstr(gm_context_message(context), (text)))                                          \
            fail_msg("%s: message '%s' lacks '%s'", #call, gm_context_message(context), (text));   \
    } while (0)

static inline gm_context *make_context(int threads, gm_isa isa) {
    const gm_context_options options = {.threads = threads, .isa = isa};
    gm_context *context = NULL;
    if (gm_context_create(&options, &context) != GM_OK)
        fail_msg("no context with %d threads, %s", threads, gm_isa_name(isa));
    return context;
}

/* Whether kernels of that set run on this processor. */
static inline bool have_isa(gm_isa isa) {
    return isa <= gm_build_describe().best_isa;
}

/* Valgrind computes long double in the 64 bits of a double, whatever the compiler was told. */
static inline void skip_without_long_double(void) {
    volatile long double one = 1.0L;
    if (one + LDBL_EPSILON == one) {
        print_message("skipped: long double has no more digits than double here\n");
        skip();
    }
}

#endif
