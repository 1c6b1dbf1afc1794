#include "models/model.h"
#include "parallel/parallel.h"

enum { BLOCK = 256 };

typedef struct job {
    gm_context *context;
    const gm_rows *rows;
    const gm_model *model;
    const double *weights;
    double *z;       /* [rows][c] */
    double *scratch; /* [threads][room] */
    int64_t room;
} job;

static gm_status run_block(void *argument, int64_t index, int worker) {
    const job *j = argument;
    const int64_t first = index * BLOCK, rest = j->rows->rows - first;
    j->model->forward(j->model, j->context, j->rows, j->weights, first, rest < BLOCK ? rest : BLOCK,
                      j->scratch + worker * j->room, j->z + first * j->model->outputs);
    return GM_OK;
}

gm_status gm_model_outputs(gm_context *context, const gm_rows *rows, const gm_model *model,
                           const double *weights, double *z) {
    gm_status status = GM_OK;
    job j = {.context = context,
             .rows = rows,
             .model = model,
             .weights = weights,
             .z = z,
             .room = model->scratch(model, BLOCK, 1)};
    GM_TRY(GM_NEW(context, j.scratch, j.room * gm_context_threads(context)));
    GM_TRY(gm_parallel_for(context, (rows->rows + BLOCK - 1) / BLOCK, run_block, &j));
done:
    gm_release(context, j.scratch);
    return status;
}
