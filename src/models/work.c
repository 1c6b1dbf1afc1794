#include "models/model.h"

/* Multiplications of a row by the weights of a layer, in all places of a convolution. */
static double multiplied(const gm_factor *factor) {
    return (double)factor->in * (double)factor->out * (double)factor->places;
}

static double multiplied_in_all(const gm_model *model) {
    double sum = 0.0;
    for (int f = 0; f < model->factor_count; f++)
        sum += multiplied(&model->factor[f]);
    return model->factor_count > 0 ? sum : (double)model->parameters;
}

/* Sums that go through an activation. */
static double activated(const gm_model *model) {
    double sum = 0.0;
    for (int f = 0; f + 1 < model->factor_count; f++)
        sum += (double)model->factor[f].out * (double)model->factor[f].places;
    return sum;
}

/* float32 goes at twice the rate. */
static gm_work of_model(const gm_model *model, double products, double numbers) {
    gm_work work = {0.0, 0.0};
    gm_work_products(&work, products);
    gm_work_numbers(&work, numbers);
    work.time *= model->single ? 0.5 : 1.0;
    return work;
}

gm_work gm_model_forward_work(const gm_model *model) {
    return of_model(model, 2.0 * multiplied_in_all(model), activated(model));
}

/* The gradient of every layer, and δ before each but the first. */
gm_work gm_model_backward_work(const gm_model *model) {
    const double all = multiplied_in_all(model);
    const double first = model->factor_count > 0 ? multiplied(&model->factor[0]) : all;
    return of_model(model, 2.0 * all + 2.0 * (all - first), activated(model));
}
