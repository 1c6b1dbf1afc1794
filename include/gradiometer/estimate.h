#ifndef GRADIOMETER_ESTIMATE_H
#define GRADIOMETER_ESTIMATE_H

/** A number with its error. Undefined members are NaN. */
typedef struct gm_estimate {
    double value;
    double std_error;
    double low, high;   /**< 95 % interval */
    const char *method; /**< static string */
} gm_estimate;

#endif
