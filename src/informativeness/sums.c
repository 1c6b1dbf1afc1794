#include "informativeness/sums.h"

void gm_sums_release(gm_context *context, gm_sums *sums) {
    gm_release(context, sums->target);
    sums->target = NULL;
}
