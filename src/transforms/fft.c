#include "transforms/fft.h"

#include "transforms/fft_kernel.h"
#include "transforms/roots.h"

gm_status gm_fft_create(gm_context *context, int64_t length, gm_fft **out) {
    gm_status status = GM_OK;
    gm_fft *fft = NULL;
    GM_TRY(GM_NEW_ZERO(context, fft, 1));
    GM_TRY(GM_NEW(context, fft->roots.re, length));
    GM_TRY(GM_NEW(context, fft->roots.im, length));
    fft->length = length;
    for (int64_t j = 0; j < length; j++)
        gm_root_of_unity(j, length, fft->roots.re + j, fft->roots.im + j);
    *out = fft;
    fft = NULL;
done:
    gm_fft_destroy(context, fft);
    return status;
}

void gm_fft_destroy(gm_context *context, gm_fft *fft) {
    if (!fft)
        return;
    gm_release(context, fft->roots.im);
    gm_release(context, fft->roots.re);
    gm_release(context, fft);
}

/* Stockham's order: each step moves entries to where the next wants them, so that there is no
   reversal of bits, and what lies side by side grows fourfold a step. */
gm_planes gm_fft_run(const gm_fft *fft, gm_isa isa, int64_t width, gm_planes data,
                     gm_planes spare) {
    int64_t left = fft->length, s = width;
    gm_planes x = data, y = spare;
    for (; left >= 2; left /= 4, s *= 4) {
        if (left == 2) {
            GM_SELECT_KERNEL(isa, gm_fft_step2)(s, x.re, y.re);
            GM_SELECT_KERNEL(isa, gm_fft_step2)(s, x.im, y.im);
        } else {
            GM_SELECT_KERNEL(isa, gm_fft_step4)
            (left / 4, s, fft->length / left, fft->roots.re, fft->roots.im, x.re, x.im, y.re, y.im);
        }
        const gm_planes held = x;
        x = y;
        y = held;
    }
    return x;
}

double gm_fft_operations(int64_t length) {
    double operations = 0.0; /* of a butterfly: 16 additions, 3 complex products of 6 */
    int64_t left = length;
    for (; left >= 4; left /= 4)
        operations += 34.0 / 4.0 * (double)length;
    return left == 2 ? operations + 2.0 * (double)length : operations;
}
