/* Algebra of dealt-out matrices by ScaLAPACK, as the table of the module has it; compiled where
   ScaLAPACK is there, which defines GM_SCALAPACK. */
#ifndef GM_MPI_ALGEBRA_H
#define GM_MPI_ALGEBRA_H

#include "parallel/transport.h"

const char *gm_algebra_name(void);

int32_t gm_algebra_eigenvalues(const gm_grid *grid, double *matrix, double *values, double *work,
                               int64_t *work_size, int32_t *info);

int32_t gm_algebra_solve(const gm_grid *grid, double *matrix, double *x, double *work,
                         int64_t *work_size, int32_t *info);

#endif
