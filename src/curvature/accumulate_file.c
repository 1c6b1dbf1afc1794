#include <math.h>
#include <string.h>

#include <gradiometer/ranks.h>

#include "base/sealed.h"
#include "curvature/moments_state.h"

enum { VERSION = 1 };
static const char MAGIC[8] = "GMACCUM";
static const uint32_t ORDER = 0x01020304;

typedef struct header {
    char magic[8];
    uint32_t order, version;
    int64_t dimension, leaf_size, pending, count, leaf_count, beside_count;
    uint64_t nodes; /* bit `level` is set where a node waits */
} header;

/* Mean and lower triangle, by one of the two functions above. */
typedef gm_status (*transfer)(gm_sealed *s, void *data, size_t size);

static gm_status put(gm_sealed *s, void *data, size_t size) {
    return gm_sealed_put(s, data, size);
}

static gm_status transfer_run(gm_sealed *s, transfer move, int64_t d, gm_run *run) {
    gm_status status = move(s, &run->count, sizeof run->count);
    if (status == GM_OK)
        status = move(s, run->mean, (size_t)d * sizeof *run->mean);
    for (int64_t i = 0; i < d && status == GM_OK; i++)
        status =
            move(s, run->scatter + gm_run_row(run, d, i), (size_t)(i + 1) * sizeof *run->scatter);
    return status;
}

static gm_status transfer_runs(gm_sealed *s, transfer move, gm_accumulator *a) {
    gm_status status = GM_OK;
    const int64_t d = a->dimension;
    GM_TRY(move(s, a->block, (size_t)(a->pending * d) * sizeof *a->block));
    if (a->leaf.count > 0)
        GM_TRY(transfer_run(s, move, d, &a->leaf));
    for (int level = 0; level < GM_LEVELS; level++)
        if (a->node[level].count > 0)
            GM_TRY(transfer_run(s, move, d, &a->node[level]));
    if (a->beside.count > 0)
        GM_TRY(transfer_run(s, move, d, &a->beside));
done:
    return status;
}

static header header_of(const gm_accumulator *a) {
    header h = {.order = ORDER,
                .version = VERSION,
                .dimension = a->dimension,
                .leaf_size = a->leaf_size,
                .pending = a->pending,
                .count = a->count,
                .leaf_count = a->leaf.count,
                .beside_count = a->beside.count};
    memcpy(h.magic, MAGIC, sizeof MAGIC);
    for (int level = 0; level < GM_LEVELS; level++)
        if (a->node[level].count > 0)
            h.nodes |= UINT64_C(1) << level;
    return h;
}

static gm_status write_all(gm_sealed *s, const void *argument) {
    const header h = header_of(argument);
    gm_accumulator copy = *(const gm_accumulator *)argument; /* its arrays are only read */
    const gm_status status = gm_sealed_put(s, &h, sizeof h);
    return status == GM_OK ? transfer_runs(s, put, &copy) : status;
}

/* Of several ranks the first writes. */
gm_status gm_accumulator_save(const gm_accumulator *a, const char *path) {
    gm_accumulator whole = *a; /* with the tiles of all ranks in the same arrays */
    gm_status status = gm_run_gather(a->context, a->dimension, &whole.leaf);
    if (status == GM_OK && gm_context_rank(a->context) == 0)
        status = gm_sealed_save(a->context, path, write_all, &whole);
    return gm_ranks_agree(a->context, status);
}

static gm_status check_header(const gm_sealed *s, const header *h) {
    const char *wrong = NULL;
    if (memcmp(h->magic, MAGIC, sizeof MAGIC) != 0)
        wrong = "not the state of an accumulator";
    else if (h->order != ORDER)
        wrong = "written on a machine of another byte order";
    else if (h->version != VERSION)
        return gm_fail(s->context, GM_INVALID_INPUT, "%s: version %lu; this one reads version %d",
                       s->path, (unsigned long)h->version, VERSION);
    else if (h->dimension < 1 || h->dimension > GM_MOST_DIMENSION || h->pending < 0 ||
             h->pending >= GM_BLOCK || h->count < 0 || h->leaf_count < 0 ||
             h->leaf_count >= h->leaf_size || h->beside_count < 0 || h->nodes >> GM_LEVELS)
        wrong = "damaged: its sizes make no sense";
    return wrong ? gm_fail(s->context, GM_INVALID_INPUT, "%s: %s", s->path, wrong) : GM_OK;
}

/* The length that the header promises, before memory is taken. */
static gm_status check_length(gm_sealed *s, const header *h) {
    const double d = (double)h->dimension, run = 8.0 + 8.0 * d + 4.0 * d * (d + 1.0);
    double runs = (h->leaf_count > 0) + (h->beside_count > 0);
    for (uint64_t bits = h->nodes; bits; bits &= bits - 1)
        runs += 1.0;
    const double expected =
        (double)sizeof *h + 8.0 * (double)h->pending * d + runs * run + (double)sizeof s->hash;
    int64_t left = 0;
    const gm_status status = gm_sealed_left(s, &left);
    const double length = (double)sizeof *h + (double)left;
    if (status != GM_OK)
        return status;
    if (length != expected)
        return gm_fail(s->context, GM_INVALID_INPUT, "%s: %.0f bytes, %.0f expected: %s", s->path,
                       length, expected, length < expected ? "truncated" : "damaged");
    return GM_OK;
}

/* An accumulator with room for what the header announces. */
static gm_status make_room(const gm_sealed *s, const header *h, gm_accumulator *a) {
    gm_status status = GM_OK;
    if (a->leaf_size != h->leaf_size)
        GM_TRY(gm_fail(s->context, GM_INVALID_INPUT, "%s: leaves of %lld vectors, %lld expected",
                       s->path, (long long)h->leaf_size, (long long)a->leaf_size));
    a->pending = h->pending;
    a->count = h->count;
    a->leaf.count = h->leaf_count;
    for (int level = 0; level < GM_LEVELS; level++)
        if (h->nodes >> level & 1) {
            GM_TRY(gm_run_create(s->context, a->dimension, true, &a->node[level]));
            a->node[level].count = 1; /* the true one follows */
        }
    if (h->beside_count > 0) {
        GM_TRY(gm_run_create(s->context, a->dimension, false, &a->beside));
        a->beside.count = h->beside_count;
    }
done:
    return status;
}

/* Runs of the lengths that their places in the tree have, which add up to the whole. */
static gm_status check_counts(const gm_sealed *s, const header *h, const gm_accumulator *a) {
    double sum = (double)(h->pending + a->leaf.count) + (double)a->beside.count;
    bool right = a->leaf.count == h->leaf_count && a->beside.count == h->beside_count;
    for (int level = 0; level < GM_LEVELS; level++)
        if (h->nodes >> level & 1) {
            const double full = ldexp((double)a->leaf_size, level);
            right = right && (double)a->node[level].count == full;
            sum += full;
        }
    return right && sum == (double)h->count
               ? GM_OK
               : gm_fail(s->context, GM_INVALID_INPUT,
                         "%s: damaged: its numbers of vectors make no sense", s->path);
}

static gm_status read_all(gm_sealed *s, gm_accumulator **out) {
    gm_status status = GM_OK;
    gm_accumulator *a = NULL;
    header h;
    GM_TRY(gm_sealed_get(s, &h, sizeof h));
    GM_TRY(check_header(s, &h));
    GM_TRY(check_length(s, &h));
    GM_TRY(gm_accumulator_create(s->context, h.dimension, &a));
    GM_TRY(make_room(s, &h, a));
    GM_TRY(transfer_runs(s, gm_sealed_get, a));
    GM_TRY(gm_sealed_check(s));
    GM_TRY(check_counts(s, &h, a));
    *out = a;
    a = NULL;
done:
    gm_accumulator_destroy(a);
    return status;
}

gm_status gm_accumulator_load(gm_context *context, const char *path, gm_accumulator **out) {
    gm_sealed file;
    gm_status status = gm_sealed_open(context, path, NULL, &file);
    if (status != GM_OK)
        return status;
    status = read_all(&file, out);
    fclose(file.file);
    return status;
}
