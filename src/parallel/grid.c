/* Algebra of matrices that are dealt out to ranks, by what the module brings for it. */
#include "parallel/meeting.h"
#include "parallel/ranks.h"

typedef int32_t (*algebra)(const gm_grid *grid, double *matrix, double *vector, double *work,
                           int64_t *work_size, int32_t *info);

bool gm_ranks_have_algebra(const gm_context *context) {
    return context->ranks && context->ranks->transport->algebra;
}

static gm_status carried(gm_context *context, int32_t ended) {
    return ended == GM_TRANSPORT_DONE
               ? GM_OK
               : gm_fail(context, GM_IO_ERROR, "MPI failed in the algebra of a dealt-out matrix");
}

/* Work space is taken, and all have met, before anything begins that no rank can leave. */
static gm_status run(gm_context *context, const gm_grid *grid, algebra function, double *matrix,
                     double *vector, int32_t *info) {
    gm_status status = GM_OK;
    double *work = NULL;
    int64_t size = 0;
    GM_TRY(gm_meet(context->ranks, GM_PURPOSE_ALGEBRA, grid->order, GM_OK));
    GM_TRY(carried(context, function(grid, matrix, vector, NULL, &size, info)));
    if (*info != 0)
        goto done;
    status = GM_NEW(context, work, size);
    GM_TRY(gm_meet(context->ranks, GM_PURPOSE_ALGEBRA, grid->order, status));
    GM_TRY(carried(context, function(grid, matrix, vector, work, &size, info)));
    GM_TRY(gm_ranks_take_first(context, grid->order * (int64_t)sizeof *vector, vector));
done:
    gm_release(context, work);
    return status;
}

static gm_status absent(gm_context *context) {
    return gm_fail(
        context, GM_UNAVAILABLE,
        "the module for MPI has no ScaLAPACK, by which matrices are dealt out to ranks; it "
        "is built with it where libscalapack-openmpi-dev is installed");
}

static gm_status judge(gm_context *context, const char *routine, int32_t info) {
    if (info == 0)
        return GM_OK;
    if (info < 0)
        return gm_fail(context, GM_INTERNAL_ERROR, "%s refused argument %d", routine, -info);
    return gm_fail(context, GM_NUMERICAL_FAILURE, "%s did not converge (info %d)", routine, info);
}

gm_status gm_grid_eigenvalues(gm_context *context, const gm_grid *grid, double *matrix,
                              double *values) {
    int32_t info = 0;
    if (!gm_ranks_have_algebra(context))
        return absent(context);
    const gm_status status =
        run(context, grid, context->ranks->transport->eigenvalues, matrix, values, &info);
    return status == GM_OK ? judge(context, "pdsyev", info) : status;
}

gm_status gm_grid_solve(gm_context *context, const gm_grid *grid, double *matrix, double *x) {
    int32_t info = 0;
    if (!gm_ranks_have_algebra(context))
        return absent(context);
    const gm_status status = run(context, grid, context->ranks->transport->solve, matrix, x, &info);
    if (status == GM_OK && info > 0)
        return gm_fail(context, GM_UNDEFINED, "the matrix is not positive definite (minor %d)",
                       (int)info);
    return status == GM_OK ? judge(context, "pdposv", info) : status;
}
