#include "informativeness/row_scan.h"

#include <string.h>

#include "informativeness/row_hash.h"
#include "informativeness/tally.h"
#include "parallel/parallel.h"

enum {
    BLOCK = 1 << 18, /* entries read at a time */
    PIECES = 32      /* of the rows of a block, for threads */
};

/* Part of the array, entry (i, j) of it at i · columns + j: whole rows, part of a row longer than
   a block, or in Fortran order part of a column. */
typedef struct block {
    int64_t first_row, rows, first_column, columns;
} block;

typedef struct scan {
    gm_context *context;
    gm_bytes *bytes;
    const gm_npy_layout *layout;
    int64_t modulus, rows, columns;
    uint64_t *hashes, *spare; /* [rows] */
    gm_tally *tallies;        /* [columns] */
    unsigned char *raw;       /* entries of a block: as read, and their keys */
    uint64_t *keys;
    block block;
    int64_t good[PIECES]; /* entries of each piece before one that has no key */
} scan;

gm_status gm_row_scan_open(gm_context *context, gm_bytes *bytes, gm_npy_layout *out) {
    gm_npy_layout layout;
    gm_status status = GM_OK;
    GM_TRY(gm_npy_read_header(context, bytes, &layout));
    if (layout.dimensions != 2 || layout.shape[0] < 2 || layout.shape[1] < 1 ||
        layout.shape[1] > GM_SCAN_MOST_COLUMNS)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: an array of %d dimensions, %lld x %lld; needed is one of 2, a draw in "
                       "each row: 2 rows or more, 1 to %d columns",
                       gm_bytes_name(bytes), layout.dimensions, (long long)layout.shape[0],
                       (long long)layout.shape[1], GM_SCAN_MOST_COLUMNS));
    *out = layout;
done:
    return status;
}

/* Values that a column can have, where there are few enough to count each by its place. */
static int64_t countable(const gm_npy_layout *layout, int64_t modulus) {
    const int64_t values = modulus             ? modulus
                           : layout->width < 4 ? INT64_C(1) << 8 * layout->width
                                               : INT64_MAX;
    const int64_t most = layout->shape[0] / 4 > 256 ? layout->shape[0] / 4 : 256;
    return values <= most && values <= 1 << 16 ? values : 0;
}

double gm_row_scan_memory(const gm_npy_layout *layout, int64_t modulus) {
    const double rows = (double)layout->shape[0], columns = (double)layout->shape[1];
    const int64_t values = countable(layout, modulus);
    const double slots = rows < GM_TALLY_MOST / 2 ? 4.0 * rows : 2.0 * GM_TALLY_MOST;
    const double column = values ? (double)values * sizeof(int64_t) : slots * sizeof(gm_tally_slot);
    return 16.0 * rows + columns * (column + sizeof(gm_tally)) + 16.0 * BLOCK;
}

static gm_status allocate(scan *s) {
    gm_status status = GM_OK;
    const int64_t count = s->layout->count, size = count < BLOCK ? count : BLOCK;
    GM_TRY(GM_NEW_ZERO(s->context, s->tallies, s->columns));
    for (int64_t j = 0; j < s->columns; j++)
        s->tallies[j].values = countable(s->layout, s->modulus);
    GM_TRY(GM_NEW(s->context, s->hashes, s->rows));
    GM_TRY(GM_NEW(s->context, s->spare, s->rows));
    GM_TRY(GM_NEW(s->context, s->raw, size * s->layout->width));
    GM_TRY(GM_NEW(s->context, s->keys, size));
    for (int64_t i = 0; i < s->rows; i++)
        s->hashes[i] = GM_ROW_HASH_START;
done:
    return status;
}

static void release(scan *s) {
    for (int64_t j = 0; s->tallies && j < s->columns; j++)
        gm_tally_release(s->context, &s->tallies[j]);
    gm_release(s->context, s->tallies);
    gm_release(s->context, s->hashes);
    gm_release(s->context, s->spare);
    gm_release(s->context, s->raw);
    gm_release(s->context, s->keys);
}

/* Step to the next block; false past the last. */
static bool advance(scan *s) {
    block *b = &s->block;
    const bool fortran = s->layout->fortran_order;
    if (fortran || s->columns > BLOCK) { /* along one line of the file after the other */
        const int64_t length = fortran ? s->rows : s->columns;
        int64_t *first = fortran ? &b->first_row : &b->first_column;
        int64_t *size = fortran ? &b->rows : &b->columns;
        *first += *size;
        if (*first == length) {
            *first = 0;
            *(fortran ? &b->first_column : &b->first_row) += 1;
        }
        *(fortran ? &b->columns : &b->rows) = 1;
        *size = length - *first < BLOCK ? length - *first : BLOCK;
        return fortran ? b->first_column < s->columns : b->first_row < s->rows;
    }
    const int64_t most = BLOCK / s->columns, left = s->rows - b->first_row - b->rows;
    b->first_row += b->rows;
    b->rows = left < most ? left : most;
    b->columns = s->columns;
    return left > 0;
}

/* Where piece `index` of the block's rows begins. */
static int64_t piece_start(const scan *s, int64_t index) {
    return s->block.rows * index / PIECES;
}

static gm_status hash_piece(void *argument, int64_t index, int worker) {
    scan *s = argument;
    (void)worker;
    const int64_t first = piece_start(s, index), end = piece_start(s, index + 1);
    const int64_t columns = s->block.columns, count = (end - first) * columns;
    uint64_t *keys = s->keys + first * columns;
    s->good[index] = gm_npy_keys(s->layout, s->modulus, s->raw + first * columns * s->layout->width,
                                 count, keys);
    if (s->good[index] < count)
        return GM_INVALID_INPUT;
    for (int64_t i = first; i < end; i++) {
        uint64_t hash = s->hashes[s->block.first_row + i];
        for (int64_t j = 0; j < columns; j++)
            hash = gm_row_hash(hash, *keys++);
        s->hashes[s->block.first_row + i] = hash;
    }
    return GM_OK;
}

static gm_status tally_column(void *argument, int64_t index, int worker) {
    scan *s = argument;
    (void)worker;
    return gm_tally_add(s->context, &s->tallies[s->block.first_column + index], s->keys + index,
                        s->block.rows, s->block.columns);
}

/* Say which entry has no key: the first of the block, whatever thread met it. */
static gm_status bad_entry(const scan *s) {
    int64_t at = 0;
    double value = 0.0;
    for (int64_t i = 0; i < PIECES; i++) {
        const int64_t start = piece_start(s, i) * s->block.columns;
        at = start + s->good[i];
        if (at < piece_start(s, i + 1) * s->block.columns)
            break;
    }
    gm_npy_decode(s->layout, s->raw + at * s->layout->width, 1, &value);
    return gm_fail(s->context, GM_INVALID_INPUT, "%s: row %lld, column %lld is %.17g; %s",
                   gm_bytes_name(s->bytes), (long long)(s->block.first_row + at / s->block.columns),
                   (long long)(s->block.first_column + at % s->block.columns), value,
                   s->modulus ? "with a modulus every entry must be a whole number"
                              : "every entry must be finite");
}

static gm_status take_block(scan *s) {
    gm_status status = GM_OK;
    const int64_t count = s->block.rows * s->block.columns;
    GM_TRY(gm_bytes_read_exactly(s->bytes, s->raw, (size_t)(count * s->layout->width),
                                 "array elements"));
    for (int i = 0; i < PIECES; i++) /* of pieces that are not begun after a failure */
        s->good[i] = count;
    status = gm_parallel_for(s->context, PIECES, hash_piece, s);
    GM_TRY(status == GM_INVALID_INPUT ? bad_entry(s) : status);
    GM_TRY(gm_parallel_for(s->context, s->block.columns, tally_column, s));
done:
    return status;
}

gm_status gm_row_scan(gm_context *context, gm_bytes *bytes, const gm_npy_layout *layout,
                      int64_t modulus, gm_collisions *whole, gm_collisions *columns) {
    gm_status status = GM_OK;
    scan s = {.context = context,
              .bytes = bytes,
              .layout = layout,
              .modulus = modulus,
              .rows = layout->shape[0],
              .columns = layout->shape[1]};
    GM_TRY(allocate(&s));
    while (advance(&s))
        GM_TRY(take_block(&s));
    GM_TRY(gm_bytes_expect_end(bytes, "the array"));
    for (int64_t j = 0; j < s.columns; j++)
        columns[j] = gm_tally_collisions(&s.tallies[j]);
    GM_TRY(gm_row_collisions(context, s.rows, s.hashes, s.spare, whole));
done:
    release(&s);
    return status;
}
