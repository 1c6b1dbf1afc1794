#include "curvature/objective.h"

#include <string.h>

#include "data/dataset.h"
#include "gradients/moved.h"
#include "parallel/parallel.h"

enum { BLOCK = 256, MOST_PIECES = 64 };

/* Room of one thread for a block; c outputs. */
typedef struct room {
    double *z, *y;   /* [BLOCK][c] */
    double *losses;  /* [BLOCK] */
    double *part;    /* [d] */
    double *scratch; /* what the model needs */
} room;

struct gm_objective {
    const gm_problem *problem;
    const gm_rows *rows;
    int64_t blocks, pieces; /* a piece is some blocks, summed one after another */
    room *rooms;            /* [threads] */
    double *losses;         /* [pieces] */
    double *gradients;      /* [pieces][d] */
    const double *weights;  /* of the evaluation that runs */
    bool wants_gradient;
};

static gm_status room_create(gm_context *context, const gm_model *model, room *r) {
    gm_status status = GM_OK;
    const int64_t c = model->outputs;
    GM_TRY(GM_NEW(context, r->z, BLOCK * c));
    GM_TRY(GM_NEW(context, r->y, BLOCK * c));
    GM_TRY(GM_NEW(context, r->losses, BLOCK));
    GM_TRY(GM_NEW(context, r->part, model->parameters));
    GM_TRY(GM_NEW(context, r->scratch, model->scratch(model, BLOCK, 1)));
done:
    return status;
}

static void room_release(gm_context *context, room *r) {
    gm_release(context, r->scratch);
    gm_release(context, r->part);
    gm_release(context, r->losses);
    gm_release(context, r->y);
    gm_release(context, r->z);
}

gm_status gm_objective_create(const gm_problem *problem, gm_objective **out) {
    gm_status status = GM_OK;
    gm_context *context = problem->context;
    gm_objective *self = NULL;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    self->problem = problem;
    self->rows = gm_dataset_matrix(problem->dataset);
    self->blocks = (self->rows->rows + BLOCK - 1) / BLOCK;
    self->pieces = self->blocks < MOST_PIECES ? self->blocks : MOST_PIECES;
    GM_TRY(GM_NEW_ZERO(context, self->rooms, gm_context_threads(context)));
    for (int i = 0; i < gm_context_threads(context); i++)
        GM_TRY(room_create(context, problem->model, &self->rooms[i]));
    GM_TRY(GM_NEW(context, self->losses, self->pieces));
    GM_TRY(GM_NEW(context, self->gradients, self->pieces * problem->model->parameters));
    *out = self;
    self = NULL;
done:
    gm_objective_destroy(self);
    return status;
}

void gm_objective_destroy(gm_objective *self) {
    if (!self)
        return;
    gm_context *context = self->problem->context;
    for (int i = 0; self->rooms && i < gm_context_threads(context); i++)
        room_release(context, &self->rooms[i]);
    gm_release(context, self->gradients);
    gm_release(context, self->losses);
    gm_release(context, self->rooms);
    gm_release(context, self);
}

/* Loss of a block, and its residuals into z. */
static double block_loss(const gm_objective *self, room *r, int64_t first, int64_t count) {
    const gm_problem *p = self->problem;
    const gm_model *model = p->model;
    const int c = model->outputs;
    double sum = 0.0;
    model->forward(model, p->context, self->rows, self->weights, first, count, r->scratch, r->z);
    for (int64_t i = 0; i < count; i++)
        gm_target_expand(p->targets[first + i], c, r->y + i * c);
    model->loss->value(count, c, r->z, r->y, r->losses);
    model->loss->residual(count, c, r->z, r->y, r->z);
    for (int64_t i = 0; i < count; i++)
        sum += r->losses[i];
    return sum;
}

static gm_status evaluate_piece(void *argument, int64_t index, int worker) {
    const gm_objective *self = argument;
    const gm_problem *p = self->problem;
    const int64_t d = p->model->parameters, n = self->rows->rows;
    const int64_t end = (index + 1) * self->blocks / self->pieces;
    double *gradient = self->gradients + index * d;
    room *r = &self->rooms[worker];
    int64_t rows[BLOCK];
    self->losses[index] = 0.0;
    memset(gradient, 0, (size_t)d * sizeof *gradient);
    for (int64_t block = index * self->blocks / self->pieces; block < end; block++) {
        const int64_t first = block * BLOCK, count = n - first < BLOCK ? n - first : BLOCK;
        self->losses[index] += block_loss(self, r, first, count);
        if (!self->wants_gradient)
            continue;
        for (int64_t i = 0; i < count; i++)
            rows[i] = first + i;
        p->model->backward(p->model, p->context, self->rows, self->weights, count, rows, 1, r->z,
                           r->scratch, r->part);
        for (int64_t j = 0; j < d; j++)
            gradient[j] += r->part[j];
    }
    return GM_OK;
}

gm_status gm_objective_evaluate(gm_objective *self, const double *weights, double *loss,
                                double *gradient) {
    const double n = (double)self->rows->rows;
    const int64_t d = self->problem->model->parameters;
    self->weights = weights;
    self->wants_gradient = gradient != NULL;
    gm_status status = gm_parallel_for(self->problem->context, self->pieces, evaluate_piece, self);
    if (status != GM_OK)
        return status;
    double sum = 0.0;
    for (int64_t i = 0; i < self->pieces; i++)
        sum += self->losses[i];
    *loss = sum / n;
    for (int64_t j = 0; gradient && j < d; j++) {
        double slope = 0.0;
        for (int64_t i = 0; i < self->pieces; i++)
            slope += self->gradients[i * d + j];
        gradient[j] = slope / n;
    }
    return GM_OK;
}
