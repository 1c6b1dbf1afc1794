/* In which form the sums over pairs of inputs are cheapest. */
#ifndef GM_FORM_H
#define GM_FORM_H

#include "models/model.h"

/* Blocks of inputs that the jackknife leaves out, one at a time. */
enum { GM_INPUT_BLOCKS = 16 };

/* Models with more parameters have no second moments of their Jacobian summed up. */
enum { GM_MOST_MOMENTS = 1024 };

typedef enum gm_form { GM_FORM_GRAM, GM_FORM_JACOBIAN, GM_FORM_PRODUCTS } gm_form;

/* Operations of the first two. */
double gm_gram_operations(const gm_model *model, double rows, double targets);
double gm_jacobian_operations(const gm_model *model, double rows, double targets);

/* The cheapest one that memory allows. All but products keep the factors of all rows. */
gm_form gm_choose_form(const gm_model *model, double rows, double targets);

#endif
