#include "risk/exact.h"

#include <math.h>

#include "data/dataset.h"

static double squared(double z, double y, double c) {
    const double size = fabs(z - y) + c;
    return size * size;
}

static double logistic(double z, double y, double c) {
    const double x = c - (2.0 * y - 1.0) * z;
    return fmax(x, 0.0) + log1p(exp(-fabs(x)));
}

gm_status gm_exact_risk(gm_context *context, const gm_problem *problem, int64_t count,
                        const double *c, double *out) {
    gm_status status = GM_OK;
    const int64_t rows = gm_dataset_rows(problem->dataset);
    const bool classifies = problem->model->kind == &gm_model_logistic;
    double *z = NULL;
    GM_TRY(GM_NEW(context, z, rows));
    GM_TRY(gm_model_outputs(context, gm_dataset_matrix(problem->dataset), problem->model,
                            problem->weights, z));
    for (int64_t a = 0; a < count; a++) {
        out[a] = 0.0;
        for (int64_t i = 0; i < rows; i++)
            out[a] += (classifies ? logistic : squared)(z[i], problem->targets[i], c[a]);
        out[a] /= (double)rows;
    }
done:
    gm_release(context, z);
    return status;
}
