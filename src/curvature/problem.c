#include "curvature/problem.h"

#include <string.h>

#include "curvature/gauss_newton.h"
#include "curvature/moments.h"
#include "curvature/point.h"
#include "data/dataset.h"
#include "data/labels.h"

enum { DEFAULT_BATCH = 256 };

/* Targets as the model takes them: numbers, or indices of classes. */
static gm_status take_targets(gm_problem *p, const char *model, int64_t *classes) {
    gm_status status = GM_OK;
    const int64_t rows = gm_dataset_rows(p->dataset);
    bool classifies = false;
    GM_TRY(gm_model_classifies(p->context, model, &classifies));
    GM_TRY(GM_NEW(p->context, p->targets, rows));
    *classes = gm_dataset_classes(p->dataset);
    if (classifies)
        GM_TRY(gm_labels_number(p->context, p->dataset, p->targets, classes));
    else
        memcpy(p->targets, gm_dataset_targets(p->dataset), (size_t)rows * sizeof *p->targets);
    p->classes = classifies ? *classes : 0;
done:
    return status;
}

gm_status gm_problem_create(gm_context *context, const gm_dataset *dataset,
                            const gm_recover_options *options, gm_problem **out) {
    gm_status status = GM_OK;
    gm_problem *p = NULL;
    gm_model_shape shape = {.columns = gm_dataset_columns(dataset)};
    const char *model = options->model ? options->model : "linear";
    GM_TRY(GM_NEW_ZERO(context, p, 1));
    p->context = context;
    p->dataset = dataset;
    GM_TRY(take_targets(p, model, &shape.classes));
    GM_TRY(gm_model_create(context, model, &shape, &p->model));
    p->at = options->at ? options->at : p->model->initialize ? "init" : "zero";
    GM_TRY(gm_point_check(context, p->at, p->model));
    GM_TRY(GM_NEW_ZERO(context, p->weights, p->model->parameters));
    GM_TRY(gm_model_supply_create(context, dataset, p->model, p->targets, p->weights,
                                  options->batch_size ? options->batch_size : DEFAULT_BATCH,
                                  &p->supply));
    *out = p;
    p = NULL;
done:
    gm_problem_destroy(p);
    return status;
}

gm_status gm_problem_moments(gm_problem *p) {
    const int64_t columns = gm_dataset_columns(p->dataset);
    if (p->moments)
        return GM_OK;
    p->moments = gm_allocate(p->context, columns * columns, sizeof *p->moments);
    if (!p->moments)
        return GM_OUT_OF_MEMORY;
    return gm_second_moments(p->context, gm_dataset_matrix(p->dataset), NULL, p->moments);
}

gm_status gm_problem_place(gm_problem *p, uint64_t seed) {
    return gm_point_resolve(p, seed, p->weights);
}

gm_status gm_problem_curvature(gm_problem *p, const double *counts, double *out) {
    const int64_t d = p->model->parameters;
    const gm_rows *rows = gm_dataset_matrix(p->dataset);
    if (counts || p->model->kind != &gm_model_linear)
        return gm_gauss_newton(p->context, rows, p->model, p->weights, counts, out);
    gm_status status = gm_problem_moments(p);
    if (status == GM_OK)
        memcpy(out, p->moments, (size_t)(d * d) * sizeof *out);
    return status;
}

void gm_problem_destroy(gm_problem *p) {
    if (!p)
        return;
    gm_supply_destroy(p->supply);
    gm_release(p->context, p->moments);
    gm_release(p->context, p->weights);
    gm_release(p->context, p->targets);
    gm_model_destroy(p->context, p->model);
    gm_release(p->context, p);
}
