/* The vectorised part of src/transforms/walsh.c, compiled for each instruction set. */
#ifndef GM_WALSH_KERNEL_H
#define GM_WALSH_KERNEL_H

#include "base/kernel.h"

/* Walsh–Hadamard transform of the columns of x [rows][s], rows a power of two, in place. */
GM_DECLARE_KERNEL(void, gm_walsh_rows, (int64_t rows, int64_t s, double *x));

#endif
