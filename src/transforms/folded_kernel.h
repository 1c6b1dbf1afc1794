/* The vectorised part of src/transforms/folded.c, compiled for each instruction set. */
#ifndef GM_FOLDED_KERNEL_H
#define GM_FOLDED_KERNEL_H

#include "base/kernel.h"

/* Columns that are folded and multiplied together; rows of panels are multiples of it. */
enum { GM_FOLD_COLUMNS = 16 };

/*
 * Transform every column of re, im [q][stride] by the q × q matrix e^{2πi jk/q}, in place.
 *   cosine  [⌊q/2⌋+1][⌊q/2⌋+1], cos 2πjk/q, row k
 *   sine    [⌊q/2⌋+1][⌈q/2⌉−1], sin 2π(j+1)k/q, row k
 *   folds   scratch, q rows of 2·GM_FOLD_COLUMNS
 *   stride  a multiple of GM_FOLD_COLUMNS
 */
GM_DECLARE_KERNEL(void, gm_fold_axis,
                  (int64_t q, int64_t stride, const double *cosine, const double *sine, double *re,
                   double *im, double *folds));

#endif
