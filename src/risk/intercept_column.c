#include "data/dataset.h"
#include "risk/plan.h"

enum { BLOCK = 64 };

/* Strike out the candidates that are not 1 in some of these rows; how many are left. */
static int64_t strike(int64_t rows, int64_t columns, const double *x, bool *candidate) {
    int64_t left = 0;
    for (int64_t j = 0; j < columns; j++) {
        for (int64_t i = 0; i < rows && candidate[j]; i++)
            candidate[j] = x[i * columns + j] == 1.0;
        left += candidate[j];
    }
    return left;
}

gm_status gm_intercept_column(gm_context *context, const gm_dataset *dataset, int64_t *out) {
    gm_status status = GM_OK;
    const int64_t rows = gm_dataset_rows(dataset), d = gm_dataset_columns(dataset);
    double *x = NULL;
    bool *candidate = NULL;
    int64_t left = d;
    GM_TRY(GM_NEW(context, x, BLOCK * d));
    GM_TRY(GM_NEW(context, candidate, d));
    for (int64_t j = 0; j < d; j++)
        candidate[j] = true;
    for (int64_t first = 0; first < rows && left > 0; first += BLOCK) {
        const int64_t count = rows - first < BLOCK ? rows - first : BLOCK;
        gm_dataset_copy_rows(dataset, first, count, x);
        left = strike(count, d, x, candidate);
    }
    *out = -1;
    for (int64_t j = 0; j < d && *out < 0; j++)
        if (candidate[j])
            *out = j;
done:
    gm_release(context, candidate);
    gm_release(context, x);
    return status;
}
