#include "informativeness/support.h"

#include "linalg/linalg.h"
#include "parallel/parallel.h"

typedef struct visit_job {
    const gm_meter *meter;
    gm_visit *visit;
    void *argument;
    int64_t size, ins, outs, needed; /* rows; numbers of a worker */
    bool with_jacobian;
    double *room;
} visit_job;

static gm_status run_chunk(const visit_job *job, int64_t first, int64_t count, int group,
                           double *room) {
    gm_status status = GM_OK;
    const gm_meter *meter = job->meter;
    const int64_t n = meter->inputs->columns;
    double *x = room, *seen = x + GM_SUPPORT_CHUNK * n, *p = seen + GM_SUPPORT_CHUNK * n;
    double *z = p + GM_SUPPORT_CHUNK, *a = z + GM_SUPPORT_CHUNK;
    double *delta = a + GM_SUPPORT_CHUNK * job->ins;
    const gm_chunk chunk = {.first = first,
                            .count = count,
                            .x = x,
                            .p = p,
                            .z = z,
                            .a = a,
                            .delta = delta,
                            .jacobian =
                                job->with_jacobian ? delta + GM_SUPPORT_CHUNK * job->outs : NULL};
    meter->inputs->enumerate(meter->inputs, first, count, x, p);
    for (int64_t i = 0; i < count * n; i++)
        seen[i] = meter->inputs->scale * x[i];
    GM_TRY(meter->model->factors(meter->model, meter->weights, count, seen, z, a, delta));
    GM_TRY(job->visit(job->argument, &chunk, group));
done:
    return status;
}

static gm_status run_group(void *argument, int64_t group, int worker) {
    gm_status status = GM_OK;
    const visit_job *job = argument;
    const int64_t chunks = (job->size + GM_SUPPORT_CHUNK - 1) / GM_SUPPORT_CHUNK;
    const int64_t last = (group + 1) * chunks / GM_SUPPORT_GROUPS;
    for (int64_t c = group * chunks / GM_SUPPORT_GROUPS; c < last; c++) {
        const int64_t first = c * GM_SUPPORT_CHUNK, left = job->size - first;
        if (gm_is_cancelled(job->meter->context))
            return gm_fail(job->meter->context, GM_CANCELLED, "cancelled");
        GM_TRY(run_chunk(job, first, left < GM_SUPPORT_CHUNK ? left : GM_SUPPORT_CHUNK, (int)group,
                         job->room + worker * job->needed));
    }
done:
    return status;
}

gm_status gm_support_visit(const gm_meter *meter, bool with_jacobian, gm_visit *visit,
                           void *argument) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    visit_job job = {.meter = meter,
                     .visit = visit,
                     .argument = argument,
                     .size = (int64_t)meter->inputs->support,
                     .ins = gm_model_factor_inputs(meter->model),
                     .outs = gm_model_factor_outputs(meter->model),
                     .with_jacobian = with_jacobian};
    job.needed = GM_SUPPORT_CHUNK * (2 * meter->inputs->columns + 2 + job.ins + job.outs +
                                     (with_jacobian ? meter->model->parameters : 0));
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW(context, job.room,
                  (meter->model->serial ? 1 : (int64_t)context->threads) * job.needed));
    for (int64_t group = 0; group < GM_SUPPORT_GROUPS && meter->model->serial; group++)
        GM_TRY(run_group(&job, group, 0));
    if (!meter->model->serial)
        GM_TRY(gm_parallel_for(context, GM_SUPPORT_GROUPS, run_group, &job));
done:
    gm_release(context, job.room);
    return status;
}
