/* Random orders, drawn from addressed numbers. */
#ifndef GM_ORDER_H
#define GM_ORDER_H

#include <gradiometer/random.h>

/*
 * The first `count` members of a uniform random order of 0 … size−1, by Fisher and Yates: member i
 * is swapped with a later one, or itself, as draw first+i says. What follows them in out [size] is
 * the rest, in no order that is promised.
 */
void gm_random_order(const gm_context *context, gm_stream stream, int64_t first, int64_t size,
                     int64_t count, int64_t *out);

#endif
