/* For functions that return gm_status and hold nothing. */
#ifndef GM_TOOL_TRY_H
#define GM_TOOL_TRY_H

#include <gradiometer/status.h>

/* The first failure ends the function. */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        gm_status tried = (expression);                                                            \
        if (tried != GM_OK)                                                                        \
            return tried;                                                                          \
    } while (0)

#endif
