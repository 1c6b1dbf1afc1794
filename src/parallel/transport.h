/* What carries bytes between ranks: a table of functions that the module for MPI exports, and that
   the library loads where it is needed. Plain C with types of fixed size: the module is a file of
   its own, and `version` says which table it has. */
#ifndef GM_TRANSPORT_H
#define GM_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

enum { GM_TRANSPORT_VERSION = 2 };

/* How a function of the table ended. */
enum { GM_TRANSPORT_DONE = 0, GM_TRANSPORT_FAILED = 1, GM_TRANSPORT_LEFT = 2 };

/* Asked again and again while a rank waits: false to wait no longer. After GM_TRANSPORT_LEFT
   nothing but end_all() is of use. */
typedef bool (*gm_patience)(void *argument);

/*
 * A symmetric matrix that is dealt out. It is cut into tiles of `tile`² numbers, the last ones
 * smaller; ranks form a grid, rank r at row r / grid_columns and column r mod grid_columns of it;
 * and tile (I, J) is at row I mod grid_rows and column J mod grid_columns. A rank has its tiles
 * side by side in one column-major array: `columns` columns of `rows` numbers, which follow each
 * other at a distance of `lead` ≥ 1.
 */
typedef struct gm_grid {
    int64_t order;
    int64_t tile;
    int64_t rows, columns, lead; /* of this rank's array */
    int32_t grid_rows, grid_columns;
    int32_t row, column; /* of this rank in the grid */
} gm_grid;

typedef struct gm_transport {
    int32_t version;
    /* Name and version of what is behind it. */
    const char *(*library)(void);
    /* Join the others; collective. */
    int32_t (*start)(void);
    int32_t (*rank)(void);
    int32_t (*size)(void);
    /* bytes [offsets[size]]: the part of rank r is from offsets[r] to offsets[r + 1]. Each fills
       its own before, and has all after. */
    int32_t (*gather)(const int64_t *offsets, void *bytes, gm_patience patience, void *argument);
    /* bytes [size] of rank `root` on every rank. */
    int32_t (*broadcast)(int32_t root, int64_t size, void *bytes, gm_patience patience,
                         void *argument);
    /* What does the algebra of dealt-out matrices; NULL where nothing does, and the two functions
       below are then NULL too. They are collective, and can not be left while they run. Of a
       matrix the lower triangle is read, which is destroyed. work [*work_size]; where it is NULL
       they receive into *work_size how many numbers it takes, and do nothing else. *info is what
       LAPACK calls so. */
    const char *(*algebra)(void);
    /* values [order], ascending, on every rank. */
    int32_t (*eigenvalues)(const gm_grid *grid, double *matrix, double *values, double *work,
                           int64_t *work_size, int32_t *info);
    /* x [order] ← matrix⁻¹ x for a positive definite matrix, the same on every rank; *info is the
       order of a minor that is not positive, or 0. */
    int32_t (*solve)(const gm_grid *grid, double *matrix, double *x, double *work,
                     int64_t *work_size, int32_t *info);
    /* End every process with an exit status. */
    void (*end_all)(int32_t exit_status);
    /* Part from the others; collective. */
    void (*finish)(void);
} gm_transport;

/* The one function that a module shows. */
#define GM_TRANSPORT_FUNCTION "gm_transport_table"
typedef const gm_transport *(*gm_transport_function)(void);

#endif
