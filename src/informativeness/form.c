#include "informativeness/form.h"

/* Bytes that factors of all rows, or gradients of all targets on all blocks, may take. */
static const double most_bytes = 0x1p30;

double gm_gram_operations(const gm_model *model, double rows, double targets) {
    return rows * rows *
           (targets + (double)(gm_model_factor_inputs(model) + gm_model_factor_outputs(model)));
}

double gm_jacobian_operations(const gm_model *model, double rows, double targets) {
    const double p = (double)model->parameters;
    return 2.0 * rows * (targets + 1.0) * p +
           (model->parameters <= GM_MOST_MOMENTS ? 2.0 * rows * p * p : 0.0);
}

gm_form gm_choose_form(const gm_model *model, double rows, double targets) {
    const double factors =
        8.0 * rows * (double)(gm_model_factor_inputs(model) + gm_model_factor_outputs(model));
    const double gradients = 8.0 * GM_INPUT_BLOCKS * (targets + 1.0) * (double)model->parameters;
    if (model->serial && factors > most_bytes)
        return GM_FORM_PRODUCTS;
    return gradients <= most_bytes && gm_jacobian_operations(model, rows, targets) <
                                          gm_gram_operations(model, rows, targets)
               ? GM_FORM_JACOBIAN
               : GM_FORM_GRAM;
}
