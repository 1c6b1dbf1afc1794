#include "transforms/fourier.h"

#include <math.h>

#include "transforms/chirp.h"
#include "transforms/folded.h"
#include "transforms/walsh.h"

/* Where products end and fast transforms begin: measured, see bench/README.md. Powers of two need
   no chirp, and their fast transform is a fifth of the work. */
enum { MOST_FOLDED = 300, MOST_FOLDED_POWER = 16 };

/* Of q = 2 neither table is there: that is Walsh–Hadamard, of re and of im. */
struct gm_fourier {
    int64_t q;
    gm_folded *folded;
    gm_chirp *chirp;
};

static bool is_folded(int64_t q) {
    return q <= ((q & (q - 1)) == 0 ? MOST_FOLDED_POWER : MOST_FOLDED);
}

gm_status gm_fourier_create(gm_context *context, int64_t q, gm_fourier **out) {
    gm_status status = GM_OK;
    gm_fourier *fourier = NULL;
    if (q < 2 || q > GM_FOURIER_MOST)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_fourier_create: q is %lld, accepted is 2 to %d", (long long)q,
                       GM_FOURIER_MOST);
    GM_TRY(GM_NEW_ZERO(context, fourier, 1));
    fourier->q = q;
    if (q > 2 && is_folded(q))
        GM_TRY(gm_folded_create(context, q, &fourier->folded));
    else if (q > 2)
        GM_TRY(gm_chirp_create(context, q, &fourier->chirp));
    *out = fourier;
    fourier = NULL;
done:
    gm_fourier_destroy(context, fourier);
    return status;
}

void gm_fourier_destroy(gm_context *context, gm_fourier *fourier) {
    if (!fourier)
        return;
    gm_folded_destroy(context, fourier->folded);
    gm_chirp_destroy(context, fourier->chirp);
    gm_release(context, fourier);
}

static gm_status check_sizes(gm_context *context, int64_t q, int n, int64_t r) {
    const int64_t most = INT64_C(1) << 40;
    if (n < 0)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_fourier_run: n is %d, at least 0", n);
    if (r < 1)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_fourier_run: r is %lld, at least 1",
                       (long long)r);
    int64_t size = r;
    for (int axis = 0; axis < n && size <= most; axis++)
        size *= q;
    if (size > most)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_fourier_run: q^n r with q = %lld, n = %d, r = %lld: at most 2^40",
                       (long long)q, n, (long long)r);
    return GM_OK;
}

gm_status gm_fourier_run(gm_context *context, const gm_fourier *fourier, int n, int64_t r,
                         double *re, double *im) {
    gm_status status = check_sizes(context, fourier->q, n, r);
    if (status != GM_OK || n == 0)
        return status;
    if (fourier->folded)
        return gm_folded_run(context, fourier->folded, n, r, re, im);
    if (fourier->chirp)
        return gm_chirp_run(context, fourier->chirp, n, r, re, im);
    status = gm_walsh_hadamard(context, n, r, re);
    return status == GM_OK ? gm_walsh_hadamard(context, n, r, im) : status;
}

double gm_fourier_operations(int64_t q, int n) {
    const double column = q == 2         ? 4.0
                          : is_folded(q) ? gm_folded_operations(q)
                                         : gm_chirp_operations(q);
    return n * pow((double)q, n - 1) * column;
}
