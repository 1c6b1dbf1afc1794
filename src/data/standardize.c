/* Means and standardisation, centred before anything is squared. */
#include "data/dataset.h"

#include <math.h>
#include <string.h>

enum {
    BLOCK_ENTRIES = 1 << 20, /* between two looks at cancellation */
    LARGEST_SCALE = 1000     /* as a power of two, so that it is finite */
};

/* One pass over the inputs: f(column values so far, value) for every value that is there. */
typedef struct pass {
    gm_dataset *dataset;
    const double *scale;
    double *mean, *extra; /* [inputs] each, what a pass reads and adds to */
    int64_t *present;
} pass;

typedef void (*row_visit)(pass *p, double *row);

static gm_status run(pass *p, row_visit visit) {
    gm_dataset *dataset = p->dataset;
    double *values = dataset->values;
    int64_t rows = dataset->rows.rows, block = BLOCK_ENTRIES / dataset->rows.stride + 1;
    for (int64_t i = 0; i < rows; i++) {
        if (i % block == 0) {
            gm_status status =
                gm_progress(dataset->context, "centring columns", (double)i, (double)rows);
            if (status != GM_OK)
                return status;
        }
        visit(p, values + i * dataset->rows.stride);
    }
    return GM_OK;
}

static void largest(pass *p, double *row) {
    for (int64_t j = 0; j < p->dataset->inputs; j++)
        if (fabs(row[j]) > p->extra[j]) /* false for NaN */
            p->extra[j] = fabs(row[j]);
}

static void sum(pass *p, double *row) {
    for (int64_t j = 0; j < p->dataset->inputs; j++)
        if (!isnan(row[j])) {
            p->extra[j] += row[j] * p->scale[j];
            p->present[j]++;
        }
}

static void sum_around(pass *p, double *row) {
    for (int64_t j = 0; j < p->dataset->inputs; j++)
        if (!isnan(row[j]))
            p->extra[j] += row[j] * p->scale[j] - p->mean[j];
}

static void clear(double *values, int64_t count) {
    for (int64_t j = 0; j < count; j++)
        values[j] = 0;
}

static gm_status find_means(pass *p, double *scale) {
    int64_t inputs = p->dataset->inputs;
    gm_status status = GM_OK;
    clear(p->extra, inputs);
    GM_TRY(run(p, largest));
    for (int64_t j = 0; j < inputs; j++) {
        int exponent = 0;
        frexp(p->extra[j], &exponent);
        scale[j] = ldexp(1, -exponent < LARGEST_SCALE ? -exponent : LARGEST_SCALE);
        p->extra[j] = 0;
        p->present[j] = 0;
    }
    GM_TRY(run(p, sum));
    for (int64_t j = 0; j < inputs; j++) {
        p->mean[j] = p->present[j] ? p->extra[j] / (double)p->present[j] : 0;
        p->extra[j] = 0;
    }
    GM_TRY(run(p, sum_around));
    for (int64_t j = 0; j < inputs; j++)
        if (p->present[j])
            p->mean[j] += p->extra[j] / (double)p->present[j];
done:
    return status;
}

gm_status gm_dataset_means(gm_dataset *dataset, double *scale, double *mean, int64_t *present) {
    gm_context *context = dataset->context;
    double *extra = NULL, *own = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(context, extra, dataset->inputs));
    if (!scale)
        GM_TRY(GM_NEW(context, own, dataset->inputs));
    pass p = {dataset, scale ? scale : own, mean, extra, present};
    GM_TRY(find_means(&p, scale ? scale : own));
    for (int64_t j = 0; own && j < dataset->inputs; j++)
        mean[j] /= own[j];
done:
    gm_release(context, extra);
    gm_release(context, own);
    return status;
}

static void squares(pass *p, double *row) {
    for (int64_t j = 0; j < p->dataset->inputs; j++) {
        double centred = row[j] * p->scale[j] - p->mean[j];
        p->extra[j] += centred * centred;
    }
}

/* extra: 1/deviation, 0 for a constant column. */
static void centre(pass *p, double *row) {
    for (int64_t j = 0; j < p->dataset->inputs; j++)
        row[j] = p->extra[j] == 0 ? 0 : (row[j] * p->scale[j] - p->mean[j]) * p->extra[j];
}

/* Columns whose values are all equal; the others keep a 1 in `present`. */
static void find_constants(pass *p, int64_t *varies) {
    const double *values = p->dataset->values;
    int64_t inputs = p->dataset->inputs;
    for (int64_t j = 0; j < inputs; j++)
        varies[j] = 0;
    for (int64_t i = 1; i < p->dataset->rows.rows; i++)
        for (int64_t j = 0; j < inputs; j++)
            varies[j] |= values[i * p->dataset->rows.stride + j] != values[j];
}

gm_status gm_dataset_standardize(gm_dataset *dataset) {
    gm_context *context = dataset->context;
    double *scale = NULL, *mean = NULL, *extra = NULL;
    int64_t *present = NULL, inputs = dataset->inputs;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(context, scale, inputs));
    GM_TRY(GM_NEW(context, mean, inputs));
    GM_TRY(GM_NEW(context, extra, inputs));
    GM_TRY(GM_NEW(context, present, inputs));
    GM_TRY(gm_dataset_means(dataset, scale, mean, present));
    clear(extra, inputs);
    pass p = {dataset, scale, mean, extra, present};
    GM_TRY(run(&p, squares));
    find_constants(&p, present);
    for (int64_t j = 0; j < inputs; j++)
        extra[j] = present[j] ? 1 / sqrt(extra[j] / (double)dataset->rows.rows) : 0;
    GM_TRY(run(&p, centre));
done:
    gm_release(context, scale);
    gm_release(context, mean);
    gm_release(context, extra);
    gm_release(context, present);
    return status;
}
