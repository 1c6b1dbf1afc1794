#include "models/model.h"

#include <string.h>

#include "spec/kinds.h"

static const gm_model_kind *const kinds[] = {&gm_model_linear, &gm_model_logistic,
                                             &gm_model_softmax, &gm_model_mlp, &gm_model_cnn};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const gm_model_kind *gm_model_at(int i) {
    return i >= 0 && i < KINDS ? kinds[i] : NULL;
}

const gm_model_kind *gm_model_find(const char *name) {
    const gm_model_kind *kind;
    for (int i = 0; (kind = gm_model_at(i)) != NULL; i++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}

static const char *name_of(int i) {
    const gm_model_kind *kind = gm_model_at(i);
    return kind ? kind->name : NULL;
}

gm_status gm_model_create(gm_context *context, const char *text, const gm_model_shape *shape,
                          gm_model **out) {
    gm_spec *spec = NULL;
    gm_status status = GM_OK;
    int found = 0;
    GM_TRY(gm_spec_parse_kind(context, text, "model", name_of, &spec, &found));
    GM_TRY(kinds[found]->create(context, spec, shape, out));
done:
    gm_spec_destroy(context, spec);
    return status;
}

gm_status gm_model_classifies(gm_context *context, const char *text, bool *out) {
    gm_spec *spec = NULL;
    gm_status status = gm_spec_parse(context, text, "model", &spec);
    if (status != GM_OK)
        return status;
    const gm_model_kind *kind = gm_model_find(gm_spec_name(spec));
    *out = kind && kind->classifies && kind->classifies(spec);
    gm_spec_destroy(context, spec);
    return GM_OK;
}

int64_t gm_model_factor_inputs(const gm_model *model) {
    int64_t sum = 0;
    for (int f = 0; f < model->factor_count; f++)
        sum += model->factor[f].in;
    return sum;
}

int64_t gm_model_factor_outputs(const gm_model *model) {
    int64_t sum = 0;
    for (int f = 0; f < model->factor_count; f++)
        sum += model->factor[f].out;
    return sum;
}

static void jacobian_block(const gm_factor *factor, const double *a, const double *delta,
                           double *out) {
    double *bias = out + factor->in * factor->out;
    for (int64_t u = 0; u < factor->out; u++)
        for (int64_t v = 0; v < factor->in; v++)
            out[u * factor->in + v] = delta[u] * a[v];
    for (int64_t u = 0; factor->bias && u < factor->out; u++)
        bias[u] = delta[u];
}

void gm_model_jacobian(const gm_model *model, int64_t count, const double *a, const double *delta,
                       double *out) {
    for (int64_t i = 0; i < count; i++)
        for (int f = 0; f < model->factor_count; f++) {
            const gm_factor *factor = &model->factor[f];
            jacobian_block(factor, a, delta, out + i * model->parameters + factor->offset);
            a += factor->in;
            delta += factor->out;
        }
}

double gm_model_squared_norm(const gm_model *model, const double *a, const double *delta) {
    double total = 0.0;
    for (int f = 0; f < model->factor_count; f++) {
        double in = model->factor[f].bias ? 1.0 : 0.0, out = 0.0;
        for (int64_t v = 0; v < model->factor[f].in; v++)
            in += a[v] * a[v];
        for (int64_t u = 0; u < model->factor[f].out; u++)
            out += delta[u] * delta[u];
        total += in * out;
        a += model->factor[f].in;
        delta += model->factor[f].out;
    }
    return total;
}

void gm_model_destroy(gm_context *context, gm_model *model) {
    if (model && model->destroy)
        model->destroy(context, model);
    else
        gm_release(context, model);
}
