#include "base/tanh.h"

#include "base/tanh_kernel.h"

void gm_tanh(gm_isa isa, int64_t count, double *x) {
    GM_SELECT_KERNEL(isa, gm_tanh_plain)(count, x);
}
