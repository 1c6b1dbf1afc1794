#ifndef GRADIOMETER_COST_H
#define GRADIOMETER_COST_H

/** What a computation would cost, for a dry run. */
typedef struct gm_cost {
    double operations; /**< floating-point or integer operations */
    double bytes_read; /**< data read */
    double memory;     /**< bytes at the peak, the data included where they are kept */
    double seconds;    /**< from the operations and rates of this machine, roughly */
} gm_cost;

#endif
