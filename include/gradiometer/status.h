#ifndef GRADIOMETER_STATUS_H
#define GRADIOMETER_STATUS_H

#include <gradiometer/export.h>

GM_BEGIN_DECLS

/**
 * The one list of statuses: X(NAME, value, text).
 *
 * "Undefined" (the quantity does not exist for this input) differs from "unable" (the budget given
 * is too small), and both differ from an error. "No information found" is a result, not a status.
 */
#define GM_STATUS_LIST(X)                                                                          \
    X(OK, 0, "success")                                                                            \
    X(INVALID_ARGUMENT, 1, "invalid argument")                                                     \
    X(INVALID_INPUT, 2, "input absent, unreadable or invalid")                                     \
    X(UNAVAILABLE, 3, "not available in this version")                                             \
    X(UNDEFINED, 4, "undefined for this input")                                                    \
    X(UNABLE, 5, "the budget is too small")                                                        \
    X(OUT_OF_MEMORY, 6, "out of memory")                                                           \
    X(IO_ERROR, 7, "writing failed")                                                               \
    X(CANCELLED, 8, "cancelled")                                                                   \
    X(NUMERICAL_FAILURE, 9, "a numerical method failed")                                           \
    X(INTERNAL_ERROR, 10, "internal error")

/** What every fallible function returns. The details are in gm_context_message(). */
typedef enum gm_status {
#define GM_STATUS_ENUM(name, value, text) GM_##name = (value),
    GM_STATUS_LIST(GM_STATUS_ENUM)
#undef GM_STATUS_ENUM
} gm_status;

/** Name a status, such as "GM_INVALID_INPUT". Static string; "GM_?" for a value not in the list. */
GM_API const char *gm_status_name(gm_status status);

/** Describe a status in a few words. Static string, never NULL. */
GM_API const char *gm_status_text(gm_status status);

GM_END_DECLS

#endif
