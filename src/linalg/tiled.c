#include "linalg/tiled.h"

#include <cblas.h>
#include <limits.h>
#include <string.h>

#include "linalg/linalg.h"

/* The side of a tile doubles from LEAST to MOST as long as a side of the matrix has SIDE tiles: a
   grid of some ranks is then evenly loaded. */
enum { LEAST_TILE = 8, MOST_TILE = 128, SIDE = 16 };

static int64_t tile_of(int64_t order) {
    int64_t tile = LEAST_TILE;
    while (tile < MOST_TILE && 2 * tile * SIDE <= order)
        tile *= 2;
    return tile;
}

static int64_t tiles_of(const gm_grid *grid) {
    return (grid->order + grid->tile - 1) / grid->tile;
}

/* Numbers of tile t of a side. */
static int64_t width(const gm_grid *grid, int64_t t) {
    const int64_t left = grid->order - t * grid->tile;
    return left < grid->tile ? left : grid->tile;
}

/* Numbers along a side whose tiles are dealt to `parts`, of that part. */
static int64_t dealt(int64_t order, int64_t tile, int32_t part, int32_t parts) {
    const int64_t whole = order / tile, rest = order % tile;
    const int64_t tiles = whole / parts + (part < whole % parts);
    return tiles * tile + (part == whole % parts ? rest : 0);
}

/* The grid of R ranks, as near to a square as R allows. */
static gm_grid make_grid(int64_t order, int ranks, int rank) {
    gm_grid grid = {.order = order, .tile = tile_of(order), .grid_rows = 1};
    for (int32_t rows = 1; rows <= ranks / rows; rows++)
        if (ranks % rows == 0)
            grid.grid_rows = rows;
    grid.grid_columns = ranks / grid.grid_rows;
    grid.row = rank / grid.grid_columns;
    grid.column = rank % grid.grid_columns;
    grid.rows = dealt(order, grid.tile, grid.row, grid.grid_rows);
    grid.columns = dealt(order, grid.tile, grid.column, grid.grid_columns);
    grid.lead = grid.rows > 1 ? grid.rows : 1;
    return grid;
}

double gm_tiled_bytes(int64_t order, int ranks) {
    const gm_grid first = make_grid(order, ranks, 0);
    return 8.0 * (double)first.rows * (double)first.columns;
}

bool gm_tiled_is_possible(int64_t order, int ranks) {
    return order <= INT_MAX && gm_tiled_bytes(order, ranks) <= 8.0 * INT_MAX;
}

gm_status gm_tiled_create(gm_context *context, int64_t order, gm_tiled **out) {
    gm_status status = GM_OK;
    gm_tiled *m = NULL;
    GM_TRY(GM_NEW_ZERO(context, m, 1));
    m->context = context;
    m->grid = make_grid(order, gm_context_ranks(context), gm_context_rank(context));
    GM_TRY(GM_NEW_ZERO(context, m->values, m->grid.columns * m->grid.lead));
    *out = m;
    m = NULL;
done:
    gm_tiled_destroy(m);
    return status;
}

void gm_tiled_destroy(gm_tiled *m) {
    if (!m)
        return;
    gm_release(m->context, m->values);
    gm_release(m->context, m);
}

/* Tile (i, j) of the whole, which this rank has. */
static double *tile_at(const gm_tiled *m, int64_t i, int64_t j) {
    const gm_grid *g = &m->grid;
    return m->values + j / g->grid_columns * g->tile * g->lead + i / g->grid_rows * g->tile;
}

static int owner(const gm_grid *g, int64_t i, int64_t j) {
    return (int)(i % g->grid_rows * g->grid_columns + j % g->grid_columns);
}

/* --- what each rank does with its own tiles --- */

typedef struct tile_job {
    gm_tiled *m;
    int64_t k;
    const double *vectors;
} tile_job;

/* By columns of tiles of this rank; of a column the tiles on and below the diagonal. */
static gm_status add_column(void *argument, int64_t index, int worker) {
    (void)worker;
    const tile_job *job = argument;
    const gm_grid *g = &job->m->grid;
    const int64_t j = index * g->grid_columns + g->column, n = g->order, tiles = tiles_of(g);
    const int w = (int)width(g, j), k = (int)job->k, lead = (int)g->lead;
    for (int64_t i = g->row; i < tiles; i += g->grid_rows) {
        const double *rows = job->vectors + i * g->tile, *columns = job->vectors + j * g->tile;
        if (i == j)
            cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, w, k, 1.0, columns, (int)n, 1.0,
                        tile_at(job->m, i, j), lead);
        else if (i > j)
            cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, (int)width(g, i), w, k, 1.0, rows,
                        (int)n, columns, (int)n, 1.0, tile_at(job->m, i, j), lead);
    }
    return GM_OK;
}

gm_status gm_tiled_gram_add(gm_tiled *m, int64_t k, const double *vectors) {
    tile_job job = {m, k, vectors};
    const gm_status status = gm_blas_prepare(m->context);
    if (status != GM_OK)
        return status;
    return gm_parallel_for(m->context, (m->grid.columns + m->grid.tile - 1) / m->grid.tile,
                           add_column, &job);
}

/* Where number `local` along a side of this rank's array is in the whole. */
static int64_t place(int64_t local, int64_t tile, int32_t part, int32_t parts) {
    return (local / tile * parts + part) * tile + local % tile;
}

void gm_tiled_update(gm_tiled *m, double divisor, const double *a) {
    const gm_grid *g = &m->grid;
    for (int64_t c = 0; c < g->columns; c++) {
        const int64_t j = place(c, g->tile, g->column, g->grid_columns);
        for (int64_t r = 0; r < g->rows; r++) {
            const int64_t i = place(r, g->tile, g->row, g->grid_rows);
            double *entry = &m->values[c * g->lead + r];
            *entry = a ? *entry / divisor + a[i] * a[j] : *entry / divisor;
        }
    }
}

void gm_tiled_shift(gm_tiled *m, double scale, double more) {
    const gm_grid *g = &m->grid;
    for (int64_t i = 0; i < g->columns * g->lead; i++)
        m->values[i] *= scale;
    for (int64_t t = 0; t < tiles_of(g); t++)
        for (int64_t i = 0; owner(g, t, t) == gm_context_rank(m->context) && i < width(g, t); i++)
            tile_at(m, t, t)[i * g->lead + i] += more;
}

/* --- what ranks hand to each other --- */

gm_status gm_tiled_diagonal(const gm_tiled *m, double *out) {
    gm_status status = GM_OK;
    const gm_grid *g = &m->grid;
    const int ranks = gm_context_ranks(m->context), rank = gm_context_rank(m->context);
    int64_t *offsets = NULL, next = 0;
    double *packed = NULL;
    GM_TRY(GM_NEW(m->context, offsets, ranks + 1));
    GM_TRY(GM_NEW(m->context, packed, g->order));
    for (int r = 0; r < ranks; r++) {
        offsets[r] = next * (int64_t)sizeof *packed;
        for (int64_t t = 0; t < tiles_of(g); t++) {
            if (owner(g, t, t) != r)
                continue;
            for (int64_t i = 0; r == rank && i < width(g, t); i++)
                packed[next + i] = tile_at(m, t, t)[i * g->lead + i];
            next += width(g, t);
        }
    }
    offsets[ranks] = next * (int64_t)sizeof *packed;
    GM_TRY(gm_share_parts(m->context, offsets, packed));
    next = 0;
    for (int r = 0; r < ranks; r++)
        for (int64_t t = 0; t < tiles_of(g); t++) {
            if (owner(g, t, t) != r)
                continue;
            memcpy(out + t * g->tile, packed + next, (size_t)width(g, t) * sizeof *out);
            next += width(g, t);
        }
done:
    gm_release(m->context, packed);
    gm_release(m->context, offsets);
    return status;
}

/* Tile t of row p of tiles of the symmetric matrix: (p, t), or (t, p) turned over. */
static int panel_owner(const gm_grid *g, int64_t p, int64_t t) {
    return t <= p ? owner(g, p, t) : owner(g, t, p);
}

/* Its numbers, row after row. */
static void pack_tile(const gm_tiled *m, int64_t p, int64_t t, double *out) {
    const gm_grid *g = &m->grid;
    const int64_t height = width(g, p), w = width(g, t), lead = g->lead;
    const double *tile = t <= p ? tile_at(m, p, t) : tile_at(m, t, p);
    for (int64_t i = 0; i < height; i++)
        for (int64_t c = 0; c < w; c++) {
            const bool below = t < p || (t == p && c <= i);
            out[i * w + c] = below ? tile[c * lead + i] : tile[i * lead + c];
        }
}

/* Row p of tiles as it travels, rank after rank: room for tile · order numbers. */
static gm_status gather_panel(const gm_tiled *m, int64_t p, int64_t *offsets, double *packed) {
    const gm_grid *g = &m->grid;
    const int ranks = gm_context_ranks(m->context), rank = gm_context_rank(m->context);
    int64_t next = 0;
    for (int r = 0; r < ranks; r++) {
        offsets[r] = next * (int64_t)sizeof *packed;
        for (int64_t t = 0; t < tiles_of(g); t++) {
            if (panel_owner(g, p, t) != r)
                continue;
            if (r == rank)
                pack_tile(m, p, t, packed + next);
            next += width(g, p) * width(g, t);
        }
    }
    offsets[ranks] = next * (int64_t)sizeof *packed;
    return gm_share_parts(m->context, offsets, packed);
}

/* Rows first to first + count of those of the panel. */
static void unpack_panel(const gm_tiled *m, int64_t p, const double *packed, int64_t first,
                         int64_t count, double *out) {
    const gm_grid *g = &m->grid;
    const int ranks = gm_context_ranks(m->context);
    int64_t next = 0;
    for (int r = 0; r < ranks; r++)
        for (int64_t t = 0; t < tiles_of(g); t++) {
            const int64_t w = width(g, t);
            if (panel_owner(g, p, t) != r)
                continue;
            for (int64_t i = 0; i < count; i++)
                memcpy(out + i * g->order + t * g->tile, packed + next + (first + i) * w,
                       (size_t)w * sizeof *out);
            next += width(g, p) * w;
        }
}

gm_status gm_tiled_rows(const gm_tiled *m, int64_t first, int64_t count, double *out) {
    gm_status status = GM_OK;
    const gm_grid *g = &m->grid;
    int64_t *offsets = NULL;
    double *packed = NULL;
    GM_TRY(GM_NEW(m->context, offsets, gm_context_ranks(m->context) + 1));
    GM_TRY(GM_NEW(m->context, packed, g->tile * g->order));
    while (count > 0) {
        const int64_t p = first / g->tile, from = first % g->tile;
        const int64_t left = width(g, p) - from, rows = left < count ? left : count;
        GM_TRY(gather_panel(m, p, offsets, packed));
        unpack_panel(m, p, packed, from, rows, out);
        first += rows;
        count -= rows;
        out += rows * g->order;
    }
done:
    gm_release(m->context, packed);
    gm_release(m->context, offsets);
    return status;
}

/* --- algebra --- */

static gm_status copy_values(const gm_tiled *m, double **out) {
    const int64_t count = m->grid.columns * m->grid.lead;
    gm_status status = gm_blas_prepare(m->context);
    if (status == GM_OK)
        status = GM_NEW(m->context, *out, count);
    if (status == GM_OK)
        memcpy(*out, m->values, (size_t)count * sizeof **out);
    return status;
}

gm_status gm_tiled_spectrum(const gm_tiled *m, double *eigenvalues) {
    gm_status status = GM_OK;
    double *copy = NULL;
    GM_TRY(copy_values(m, &copy));
    GM_TRY(gm_grid_eigenvalues(m->context, &m->grid, copy, eigenvalues));
    for (int64_t i = 0, j = m->grid.order - 1; i < j; i++, j--) {
        const double held = eigenvalues[i];
        eigenvalues[i] = eigenvalues[j];
        eigenvalues[j] = held;
    }
done:
    gm_release(m->context, copy);
    return status;
}

gm_status gm_tiled_solve(const gm_tiled *m, double *x) {
    gm_status status = GM_OK;
    double *copy = NULL;
    GM_TRY(copy_values(m, &copy));
    GM_TRY(gm_grid_solve(m->context, &m->grid, copy, x));
done:
    gm_release(m->context, copy);
    return status;
}
