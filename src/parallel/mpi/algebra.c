/* ScaLAPACK and the BLACS under it: the one file that knows them. */
#include "parallel/mpi/algebra.h"

#include <stddef.h>
#include <string.h>

/* They come without a header. Characters are Fortran's, whose lengths follow the arguments. */
void Cblacs_get(int context, int what, int *value);
void Cblacs_gridinit(int *context, const char *order, int rows, int columns);
void Cblacs_gridexit(int context);
void Cdgsum2d(int context, const char *scope, const char *topology, int rows, int columns,
              double *values, int lead, int row, int column);
void pdsyev_(const char *job, const char *triangle, const int *n, double *a, const int *ia,
             const int *ja, const int *description, double *values, double *vectors, const int *iz,
             const int *jz, const int *vectors_description, double *work, const int *work_size,
             int *info, size_t job_length, size_t triangle_length);
void pdposv_(const char *triangle, const int *n, const int *right, double *a, const int *ia,
             const int *ja, const int *description, double *b, const int *ib, const int *jb,
             const int *right_description, int *info, size_t triangle_length);

enum { DESCRIPTION = 9, DENSE = 1 };

static const int one = 1;

const char *gm_algebra_name(void) {
    return "ScaLAPACK";
}

/* Collective, as all below. */
static int open_grid(const gm_grid *grid) {
    int context = -1;
    Cblacs_get(0, 0, &context);
    Cblacs_gridinit(&context, "Row-major", grid->grid_rows, grid->grid_columns);
    return context;
}

static void describe(const gm_grid *grid, int context, int columns, int out[DESCRIPTION]) {
    const int tile = (int)grid->tile;
    const int all[DESCRIPTION] = {DENSE, context, (int)grid->order, columns, tile, tile,
                                  0,     0,       (int)grid->lead};
    memcpy(out, all, sizeof all);
}

int32_t gm_algebra_eigenvalues(const gm_grid *grid, double *matrix, double *values, double *work,
                               int64_t *work_size, int32_t *info) {
    const int n = (int)grid->order, context = open_grid(grid), ask = -1, size = (int)*work_size;
    int description[DESCRIPTION], result = 0;
    double wanted[4] = {0.0};
    describe(grid, context, n, description);
    pdsyev_("N", "L", &n, matrix, &one, &one, description, values, NULL, &one, &one, description,
            work ? work : wanted, work ? &size : &ask, &result, 1, 1);
    if (!work)
        *work_size = (int64_t)wanted[0];
    *info = result;
    Cblacs_gridexit(context);
    return GM_TRANSPORT_DONE;
}

/* Tiles of x that are in the first column of the grid, of which this rank has every grid_rows-th.
 */
static void move_tiles(const gm_grid *grid, double *all, double *mine, bool take) {
    for (int64_t first = 0; first < grid->rows; first += grid->tile) {
        const int64_t size = grid->rows - first < grid->tile ? grid->rows - first : grid->tile;
        double *place = all + (first / grid->tile * grid->grid_rows + grid->row) * grid->tile;
        memcpy(take ? mine + first : place, take ? place : mine + first,
               (size_t)size * sizeof *all);
    }
}

int32_t gm_algebra_solve(const gm_grid *grid, double *matrix, double *x, double *work,
                         int64_t *work_size, int32_t *info) {
    int description[DESCRIPTION], right[DESCRIPTION], result = 0;
    const int n = (int)grid->order;
    if (!work) {
        *work_size = grid->lead;
        *info = 0;
        return GM_TRANSPORT_DONE;
    }
    const int context = open_grid(grid);
    describe(grid, context, n, description);
    describe(grid, context, 1, right);
    if (grid->column == 0)
        move_tiles(grid, x, work, true);
    pdposv_("L", &n, &one, matrix, &one, &one, description, work, &one, &one, right, &result, 1);
    memset(x, 0, (size_t)n * sizeof *x);
    if (grid->column == 0)
        move_tiles(grid, x, work, false);
    /* One number of each sum is not zero. */
    Cdgsum2d(context, "All", " ", n, 1, x, n, -1, -1);
    *info = result;
    Cblacs_gridexit(context);
    return GM_TRANSPORT_DONE;
}
