#include "lwe/informativeness.h"

#include <math.h>

#include "informativeness/residuals.h"
#include "lwe/instance.h"
#include "lwe/law.h"
#include "lwe/phase.h"
#include "parallel/parallel.h"

enum { SECRETS = 256 };

typedef struct residual_job {
    const gm_lwe_rows *rows;
    double sigma;
    int64_t count, kept, most; /* secrets, columns, largest entry of a secret */
    int64_t *column;           /* [n], of which `kept` are set */
    int64_t *secrets;          /* [count][kept] */
    const double *probability;
    int64_t *row; /* [workers][kept] */
    double *phi, *power;
} residual_job;

/* E cos(2π t Σ_l R_il e_l) of row i. */
static double damping(const residual_job *job, int64_t i, double t) {
    const int64_t width = job->rows->width;
    double product = 1.0;
    for (int64_t l = 0; l < width; l++)
        if (job->rows->r[i * width + l] != 0)
            product *= gm_lwe_error_factor(job->sigma, t * (double)job->rows->r[i * width + l]);
    return product;
}

/* sin² 2πy has mean ½(1 − E cos 4πy), and the error damps the cosine of 4πy as one of twice its
   size. */
static gm_status run_row(void *argument, int64_t i, int worker) {
    const residual_job *job = argument;
    const double q = (double)job->rows->q;
    const double once = damping(job, i, 1.0 / q), twice = damping(job, i, 2.0 / q);
    int64_t *row = job->row + worker * job->kept;
    double cosine = 0.0;
    for (int64_t k = 0; k < job->kept; k++)
        row[k] = job->rows->ra[i * job->rows->n + job->column[k]];
    for (int64_t h = 0; h < job->count; h++) {
        const int64_t t =
            gm_lwe_product(row, job->secrets + h * job->kept, job->kept, job->rows->q, job->most);
        const double sine = sin(GM_TWO_PI * (double)t / q);
        job->phi[i * job->count + h] = -GM_TWO_PI * once * sine;
        cosine += (job->probability ? job->probability[h] : 1.0 / (double)job->count) *
                  (1.0 - 2.0 * sine * sine);
    }
    job->power[i] = 0.5 * GM_TWO_PI * GM_TWO_PI * (1.0 - twice * cosine);
    return GM_OK;
}

gm_status gm_lwe_residuals(gm_context *context, const gm_lwe_rows *rows, double sigma,
                           int64_t count, const int64_t *secrets, const double *probability,
                           double *phi, double *power) {
    gm_status status = GM_OK;
    residual_job job = {.rows = rows,
                        .sigma = sigma,
                        .count = count,
                        .probability = probability,
                        .phi = phi,
                        .power = power};
    GM_TRY(GM_NEW(context, job.column, rows->n));
    job.kept = gm_lwe_kept_columns(rows->n, rows->dropped, rows->dropped_count, job.column);
    GM_TRY(GM_NEW(context, job.secrets, count * job.kept));
    GM_TRY(GM_NEW(context, job.row, (int64_t)context->threads * job.kept));
    for (int64_t h = 0; h < count; h++)
        for (int64_t k = 0; k < job.kept; k++)
            job.secrets[h * job.kept + k] = secrets[h * rows->n + job.column[k]];
    job.most = gm_lwe_largest(count * job.kept, job.secrets);
    GM_TRY(gm_parallel_for(context, rows->count, run_row, &job));
done:
    gm_release(context, job.row);
    gm_release(context, job.secrets);
    gm_release(context, job.column);
    return status;
}

/* The kept columns of all rows over q: out [N][kept]. */
static gm_status take_inputs(gm_context *context, const gm_lwe_rows *rows, int64_t *kept,
                             double **out) {
    gm_status status = GM_OK;
    int64_t *column = NULL;
    GM_TRY(GM_NEW(context, column, rows->n));
    *kept = gm_lwe_kept_columns(rows->n, rows->dropped, rows->dropped_count, column);
    GM_TRY(GM_NEW(context, *out, rows->count * *kept));
    for (int64_t i = 0; i < rows->count; i++)
        for (int64_t k = 0; k < *kept; k++)
            (*out)[i * *kept + k] = (double)rows->ra[i * rows->n + column[k]] / (double)rows->q;
done:
    gm_release(context, column);
    return status;
}

gm_status gm_lwe_informativeness(gm_context *context, const gm_lwe_rows *rows,
                                 const gm_lwe_parameters *parameters, uint64_t seed,
                                 gm_measurement **out) {
    gm_status status = GM_OK;
    const double start = gm_seconds();
    gm_residuals residuals = {.rows = rows->count, .targets = SECRETS};
    int64_t *secrets = NULL;
    double *x = NULL, *phi = NULL, *power = NULL;
    GM_TRY(take_inputs(context, rows, &residuals.columns, &x));
    GM_TRY(GM_NEW(context, secrets, SECRETS * rows->n));
    GM_TRY(GM_NEW(context, phi, rows->count * SECRETS));
    GM_TRY(GM_NEW(context, power, rows->count));
    GM_TRY(gm_lwe_draw_secrets(context, parameters, seed, SECRETS, secrets));
    GM_TRY(gm_lwe_residuals(context, rows, parameters->sigma, SECRETS, secrets, NULL, phi, power));
    residuals.x = x;
    residuals.phi = phi;
    residuals.power = power;
    GM_TRY(gm_measure_residuals(context, &residuals, 0.0, out));
    (*out)->seconds = gm_seconds() - start;
done:
    gm_release(context, power);
    gm_release(context, phi);
    gm_release(context, secrets);
    gm_release(context, x);
    return status;
}
