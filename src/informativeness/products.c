/* Sums over pairs of inputs by vector–Jacobian products of the caller's function: one for each
   target and block of inputs. Neither N P nor M P numbers are held. */
#include <math.h>

#include "informativeness/sums.h"
#include "models/function.h"

typedef struct products {
    const gm_meter *meter;
    const gm_sample *sample;
    double *seen;     /* [N][n] */
    double *v;        /* [N] residuals of one target */
    double *gradient; /* [GM_INPUT_BLOCKS][P] */
} products;

/* Add target h: its gradient on every block, and their inner products. */
static gm_status add_target(const products *work, int64_t h, gm_sums *out) {
    gm_status status = GM_OK;
    const gm_sample *s = work->sample;
    const int64_t p = work->meter->model->parameters, n = work->meter->inputs->columns;
    const double weight = h < s->targets ? s->weight[h] : 0.0; /* the mean is no target */
    for (int64_t i = 0; i < s->rows; i++)
        work->v[i] = s->phi[i * (s->targets + 1) + h];
    for (int b = 0; b < GM_INPUT_BLOCKS; b++) {
        const int64_t first = gm_sample_block(s, b), count = gm_sample_block(s, b + 1) - first;
        GM_TRY(gm_function_product(work->meter->model, count, work->seen + first * n,
                                   work->v + first, work->gradient + b * p));
    }
    for (int b = 0; b < GM_INPUT_BLOCKS; b++)
        for (int c = 0; c < GM_INPUT_BLOCKS; c++) {
            double sum = 0.0;
            for (int64_t k = 0; k < p; k++)
                sum += work->gradient[b * p + k] * work->gradient[c * p + k];
            for (int64_t i = gm_sample_block(s, b); i < gm_sample_block(s, b + 1) && b == c; i++)
                sum -= s->norm[i] * work->v[i] * work->v[i];
            out->block[b][c] += weight * sum;
            out->target[h] += sum;
        }
done:
    return status;
}

gm_status gm_sums_by_products(const gm_meter *meter, const gm_sample *sample, gm_sums *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    const int64_t n = meter->inputs->columns;
    products work = {.meter = meter, .sample = sample};
    *out = (gm_sums){.kernel = (double)NAN, .weighted = (double)NAN};
    GM_TRY(GM_NEW(context, work.seen, sample->rows * n));
    GM_TRY(GM_NEW(context, work.v, sample->rows));
    GM_TRY(GM_NEW(context, work.gradient, GM_INPUT_BLOCKS * meter->model->parameters));
    GM_TRY(GM_NEW_ZERO(context, out->target, sample->targets + 1));
    for (int64_t i = 0; i < sample->rows * n; i++)
        work.seen[i] = meter->inputs->scale * sample->x[i];
    for (int64_t h = 0; h <= sample->targets; h++) {
        GM_TRY(add_target(&work, h, out));
        GM_TRY(gm_progress(context, "gradients of targets", (double)(h + 1),
                           (double)(sample->targets + 1)));
    }
done:
    if (status != GM_OK)
        gm_sums_release(context, out);
    gm_release(context, work.gradient);
    gm_release(context, work.v);
    gm_release(context, work.seen);
    return status;
}
