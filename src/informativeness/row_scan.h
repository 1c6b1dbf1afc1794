/* One pass over the rows of a .npy file: equal rows, and the values of each column. */
#ifndef GM_ROW_SCAN_H
#define GM_ROW_SCAN_H

#include "data/npy.h"
#include "informativeness/collision.h"

/* Columns beyond this are refused. */
enum { GM_SCAN_MOST_COLUMNS = 1 << 20 };

/* Read the header, and refuse what is not an array [N ≥ 2, n ≥ 1] of numbers. GM_INVALID_INPUT. */
gm_status gm_row_scan_open(gm_context *context, gm_bytes *bytes, gm_npy_layout *out)
    __attribute__((warn_unused_result));

/*
 * Count the rows that follow the header.
 *   whole    of rows
 *   columns  [n], of the values of each column; `rows` is what it was counted from
 * GM_INVALID_INPUT (an entry without key, see gm_npy_keys(); other bytes follow), GM_OUT_OF_MEMORY,
 * GM_CANCELLED
 */
gm_status gm_row_scan(gm_context *context, gm_bytes *bytes, const gm_npy_layout *layout,
                      int64_t modulus, gm_collisions *whole, gm_collisions *columns)
    __attribute__((warn_unused_result));

/* Bytes of memory that gm_row_scan() takes at most. */
double gm_row_scan_memory(const gm_npy_layout *layout, int64_t modulus);

#endif
