#include "curvature/predict.h"

#include <float.h>
#include <math.h>

/* From what the splits say to errors at any number of noise vectors. */

/* Relative error of a root mean square of one term with the tails of a squared normal (kurtosis
 * 15), and what is left of its square, 2/14, for the mean of many such terms. */
static const double SCALE_ERROR = 1.9, MANY = 1.0 / 7.0;
static const double SYSTEMATIC = 0.05; /* of the edge formula for spectra that are not flat */
static const double NORMAL_95 = 1.96;
/* Least and largest of 32 splits enclose 31/33 of further ones: stretched to 95 %. */
static const double STRETCH = 1.1;
/* The folds share most of their vectors: their mean varies 1.75 times as much as k independent
   terms where no direction stands out (measured over aspects .06 to 1). */
static const double SHARED_FOLDS = 1.75;

/* Mean, least and largest of 2√(a s) + a s over the splits. */
typedef struct spread {
    double mean, least, largest, deviation;
} spread;

static spread errors_at(const double *aspect, double scale) {
    spread s = {.least = DBL_MAX};
    double squares = 0.0;
    for (int r = 0; r < GM_SPLITS; r++) {
        const double a = aspect[r] * scale, error = 2.0 * sqrt(a) + a;
        s.mean += error / GM_SPLITS;
        s.least = fmin(s.least, error);
        s.largest = fmax(s.largest, error);
        squares += error * error / GM_SPLITS;
    }
    s.deviation = sqrt(fmax(squares - s.mean * s.mean, 0.0));
    return s;
}

gm_estimate gm_predict_at(const gm_prediction *prediction, int64_t k) {
    const double kept = (double)prediction->vectors, scale = kept / (double)k;
    const spread high = errors_at(prediction->aspect, scale);
    const spread low = errors_at(prediction->aspect_low, scale);
    const double a = (sqrt(1.0 + high.mean) - 1.0) * (sqrt(1.0 + high.mean) - 1.0);
    const double m = (double)prediction->group, groups = kept / m;
    const double rank = fmax(1.0, a * (double)k / m); /* effective: 2√a + a is the error */
    const double tails = SCALE_ERROR * sqrt(MANY + (1.0 - MANY) / m);
    const double scatter = NORMAL_95 * tails / sqrt(groups * rank);
    const double common = scatter * scatter + SYSTEMATIC * SYSTEMATIC;
    const double top = NORMAL_95 * SHARED_FOLDS * prediction->deviation;
    const double down = STRETCH * log(low.mean / low.least);
    const double up = STRETCH * log(high.largest / high.mean);
    return (gm_estimate){.value = high.mean,
                         .std_error = hypot(high.deviation, high.mean * prediction->deviation),
                         .low = low.mean * exp(-sqrt(down * down + top * top + common)),
                         .high = high.mean * exp(sqrt(up * up + top * top + common)),
                         .method =
                             "signed splits of the noise vectors over a cross-validated top value"};
}

double gm_predict_frobenius(const gm_prediction *prediction, int64_t k, double squared_norm) {
    const double n = (double)k / (double)prediction->group;
    const double truth = (squared_norm - prediction->fourth / n) / (1.0 - 1.0 / n);
    return truth > 0.0 ? sqrt(fmax(prediction->fourth - truth, 0.0) / n / truth) : NAN;
}

int64_t gm_predict_needed(const gm_prediction *prediction, double require) {
    const int64_t most = INT64_C(1) << 50;
    int64_t low = 0, high = 1;
    if (!(require > 0.0) || prediction->vectors == 0)
        return -1;
    while (high < most && !(gm_predict_at(prediction, high).high <= require))
        high *= 2;
    if (high >= most)
        return -1;
    low = high / 2;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (gm_predict_at(prediction, middle).high <= require)
            high = middle;
        else
            low = middle;
    }
    return high;
}
