/* Sums of arrays in the order of a binary tree. */
#include "parallel/ranks.h"

#include <string.h>

/* Numbers of each array that one task sums. */
enum { PANEL = 4096 };

/* A node covers the arrays from `first` to first + width, as far as there are so many; its width is
   a power of two that divides `first`. */
typedef struct node {
    int64_t first, width;
} node;

/* The widest node that begins at `first` and covers nothing from `end` on. */
static node widest(int64_t count, int64_t first, int64_t end) {
    int64_t width = 1;
    while (width < count && first % (2 * width) == 0 &&
           (first + 2 * width < count ? first + 2 * width : count) <= end)
        width *= 2;
    return (node){first, width};
}

/* The widest nodes that make up [first, end), at most two of each width; returns how many. */
static int64_t cover(int64_t count, int64_t first, int64_t end, node *out) {
    int64_t nodes = 0;
    while (first < end) {
        out[nodes] = widest(count, first, end);
        first += out[nodes++].width;
    }
    return nodes;
}

typedef struct tree {
    int64_t count, size;
    const node *node; /* that are summed, in order of their places */
    double *values;   /* [nodes][size] */
} tree;

/* Sum what is from node `*next` on into the first of those that node `whole` covers. */
static void sum_node(const tree *t, node whole, int64_t *next, int64_t from, int64_t to) {
    const int64_t self = *next, half = whole.width / 2;
    if (t->node[self].width == whole.width) {
        ++*next;
        return;
    }
    sum_node(t, (node){whole.first, half}, next, from, to);
    if (whole.first + half >= t->count)
        return;
    double *left = t->values + self * t->size, *right = t->values + *next * t->size;
    sum_node(t, (node){whole.first + half, half}, next, from, to);
    for (int64_t j = from; j < to; j++)
        left[j] += right[j];
}

typedef struct sum_job {
    const tree *tree;
    const node *wanted; /* [count] */
    int64_t count;
} sum_job;

static gm_status sum_panel(void *argument, int64_t index, int worker) {
    (void)worker;
    const sum_job *job = argument;
    const int64_t size = job->tree->size, from = index * PANEL;
    int64_t next = 0;
    for (int64_t i = 0; i < job->count; i++)
        sum_node(job->tree, job->wanted[i], &next, from, size - from < PANEL ? size : from + PANEL);
    return GM_OK;
}

/* The sum of each wanted node stands where the first node that it covers was. */
static gm_status sum_nodes(gm_context *context, const tree *t, int64_t count, const node *wanted) {
    sum_job job = {t, wanted, count};
    return gm_parallel_for(context, (t->size + PANEL - 1) / PANEL, sum_panel, &job);
}

/* Sum the arrays first to end − 1 into the nodes that cover them, whose sums come to stand one
   after the other. */
static gm_status sum_own(gm_context *context, int64_t count, int64_t size, int64_t first,
                         int64_t end, double *arrays) {
    gm_status status = GM_OK;
    node *leaf = NULL, *own = NULL;
    GM_TRY(GM_NEW(context, leaf, end - first));
    GM_TRY(GM_NEW(context, own, end - first));
    for (int64_t i = first; i < end; i++)
        leaf[i - first] = (node){i, 1};
    const int64_t nodes = cover(count, first, end, own);
    const tree t = {count, size, leaf, arrays};
    GM_TRY(sum_nodes(context, &t, nodes, own));
    for (int64_t n = 1; n < nodes; n++)
        memmove(arrays + n * size, arrays + (own[n].first - first) * size,
                (size_t)size * sizeof *arrays);
done:
    gm_release(context, own);
    gm_release(context, leaf);
    return status;
}

/* The nodes of every rank, and where the bytes of their sums begin: node [count], offsets [R + 1].
 */
static void lay_out(int64_t count, int64_t size, int ranks, node *out, int64_t *offsets) {
    const int64_t each = size * (int64_t)sizeof(double);
    int64_t nodes = 0, first, end;
    for (int r = 0; r < ranks; r++) {
        offsets[r] = nodes * each;
        gm_share_part(count, ranks, r, &first, &end);
        nodes += cover(count, first, end, out + nodes);
    }
    offsets[ranks] = nodes * each;
}

/* Hand out the sums of the nodes of every rank, and sum those. */
static gm_status sum_ranks(gm_context *context, int64_t count, int64_t size, const double *own,
                           double *out) {
    const int ranks = gm_context_ranks(context), rank = gm_context_rank(context);
    const node root = widest(count, 0, count);
    int64_t *offsets = NULL;
    node *nodes = NULL;
    tree t = {.count = count, .size = size};
    gm_status status = GM_NEW(context, nodes, count);
    if (status == GM_OK)
        status = GM_NEW(context, offsets, ranks + 1);
    if (status == GM_OK) {
        lay_out(count, size, ranks, nodes, offsets);
        t.node = nodes;
        status = GM_NEW(context, t.values, offsets[ranks] / (int64_t)sizeof *t.values);
    }
    GM_TRY(gm_ranks_agree(context, status));
    memcpy((char *)t.values + offsets[rank], own, (size_t)(offsets[rank + 1] - offsets[rank]));
    GM_TRY(gm_share_parts(context, offsets, t.values));
    GM_TRY(sum_nodes(context, &t, 1, &root));
    memcpy(out, t.values, (size_t)size * sizeof *out);
done:
    gm_release(context, t.values);
    gm_release(context, offsets);
    gm_release(context, nodes);
    return status;
}

gm_status gm_share_sum(gm_context *context, int64_t count, int64_t size, double *arrays,
                       double *out) {
    gm_status status = GM_OK;
    int64_t first, end;
    gm_share_mine(context, count, &first, &end);
    GM_TRY(gm_ranks_agree(context, sum_own(context, count, size, first, end, arrays)));
    if (gm_is_shared(context))
        return sum_ranks(context, count, size, arrays, out);
    memcpy(out, arrays, (size_t)size * sizeof *out);
done:
    return status;
}
