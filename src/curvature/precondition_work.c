#include "curvature/precondition.h"

/* Decomposed once for eigenvalues, once with eigenvectors. */
static const double DECOMPOSED = 6.0;

/* Axes of inputs that are kept where units are trusted, about: in images. */
static const double KEPT = 0.5;

static gm_precondition_work full(double d) {
    gm_precondition_work out = {{0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}};
    gm_work_products(&out.add, d * d);
    gm_work_factors(&out.factor, 4.0 * d * d * d);
    gm_work_numbers(&out.apply, d * d);
    return out;
}

static gm_precondition_work low_rank(double d, double k) {
    gm_precondition_work out = {{0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}};
    gm_work_numbers(&out.add, 2.0 * d);
    gm_work_products(&out.factor, 2.0 * k * k * d);
    gm_work_numbers(&out.factor, 2.0 * k * d);
    gm_work_factors(&out.factor, DECOMPOSED * k * k * k);
    gm_work_numbers(&out.apply, 2.0 * k * d);
    return out;
}

/* Copies to and fro beside the products. */
static gm_precondition_work kronecker(const gm_model *model) {
    gm_precondition_work out = {{0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}};
    for (int l = 0; l < model->factor_count; l++) {
        const double a = (double)(model->factor[l].in + model->factor[l].bias);
        const double b = (double)model->factor[l].out;
        gm_work_products(&out.add, a * b * (a + b));
        gm_work_numbers(&out.add, 4.0 * a * b);
        gm_work_factors(&out.factor, DECOMPOSED * (a * a * a + b * b * b));
        gm_work_products(&out.apply, 4.0 * a * b * (KEPT * a + b));
        gm_work_numbers(&out.apply, 6.0 * a * b);
    }
    return out;
}

gm_precondition_work gm_precondition_takes(gm_precondition_form form, const gm_model *model,
                                           int64_t vectors) {
    const double d = (double)model->parameters;
    return form == GM_PRECONDITION_FULL        ? full(d)
           : form == GM_PRECONDITION_KRONECKER ? kronecker(model)
                                               : low_rank(d, (double)vectors);
}
