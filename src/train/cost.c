#include "train/cost.h"

#include <math.h>

#include "train/search.h"

/* Rates of a line of the search: the best, two worse ones, and about one on the way. */
static const double RATES = 4.0;

/* Products of curvature and vector until the optimum: of a loss with a penalty or of classes that
   no plane parts, and of one that falls until nothing more is tried. Fewer rows a column than
   PARTED are taken for the latter. Counted: 88 and 616 with penalties; 9000 is inferred
   from seconds [docs/theory/train.md]. */
static const double PRODUCTS = 500.0, PRODUCTS_OF_PARTED = 9000.0, PARTED = 10.0;

/* Looks of a run: one at the start, then after a fixed stretch while that is longer than a part of
   all before it, then in geometric progression; after an iteration of several gradients one at
   most. */
static double looks_of(const gm_length *length, const gm_run_work *run) {
    const double epoch = (double)length->rows / (double)length->batch_size;
    const double stretch = fmax(1.0, ceil(epoch / GM_LOOKS_AN_EPOCH)), most = length->gradients;
    const double turn = stretch / GM_LOOK;
    /* A stretch ends with a step: it is half a step longer in the mean. */
    const double looks = fmin(most, turn) / stretch +
                         log(fmax(1.0, (GM_LOOK * most + 0.5) / (stretch + 0.5))) / GM_LOOK;
    const double plain = fmin(1.0, run->plain / most);
    return 1.0 + fmin(looks * plain, run->plain) +
           fmin(looks * (1.0 - plain), run->steps - run->plain);
}

gm_work gm_train_run_work(const gm_optimizer_kind *kind, const gm_model *model,
                          const gm_length *length) {
    const gm_run_work run = gm_optimizer_work(kind, model, length);
    gm_work out = run.work;
    gm_work_add(&out, gm_oracle_evaluate_work(model, length->rows, kind->stochastic ? 2 : 1),
                looks_of(length, &run));
    return out;
}

double gm_train_search_runs(const gm_optimizer_kind *kind, const gm_model *model) {
    const double momenta = kind->momenta > 0 ? kind->momenta : 1.0;
    return RATES * momenta * (double)gm_search_horizons(kind, model);
}

gm_work gm_train_optimum_work(const gm_model *model, int64_t rows, double l2) {
    const double columns = (double)model->columns, n = (double)rows;
    gm_work out = {0.0, 0.0};
    if (model->loss == &gm_loss_squared && l2 == 0.0) {
        gm_work_products(&out, n * columns * columns + columns * columns * columns);
        return out;
    }
    const bool parted = model->loss->classes && l2 == 0.0 && n < PARTED * columns;
    gm_work_add(&out, gm_oracle_product_work(model, rows), parted ? PRODUCTS_OF_PARTED : PRODUCTS);
    return out;
}
