#include "models/model.h"
#include "parallel/ranks.h"

enum { BLOCK = 256 };

/* Fewer products than these are done before ranks have met. */
static const double WORTH_SHARING = 1e6;

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
    const int64_t blocks = (rows->rows + BLOCK - 1) / BLOCK;
    const int64_t row = model->outputs * (int64_t)sizeof *z;
    const gm_shared outputs = {z, BLOCK * row, rows->rows * row};
    if ((double)rows->rows * (double)model->parameters < WORTH_SHARING)
        status = gm_parallel_for(context, blocks, run_block, &j);
    else
        status = gm_share_for(context, blocks, run_block, &j, 1, &outputs);
done:
    gm_release(context, j.scratch);
    return status;
}
