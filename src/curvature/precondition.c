/* What the forms of a preconditioner have in common. Derivations in docs/theory/precondition.md. */
#include "curvature/precondition.h"

#include <math.h>

#include "curvature/precondition_form.h"

static const gm_precondition_kind *const kinds[] = {
    [GM_PRECONDITION_FULL] = &gm_precondition_full,
    [GM_PRECONDITION_KRONECKER] = &gm_precondition_kronecker,
    [GM_PRECONDITION_LOW_RANK] = &gm_precondition_low_rank};

static const double MOST_DAMPING = 1e6; /* beyond it P is its diagonal to six digits */

static const gm_precondition_facts nothing = {
    .ratio = NAN, .largest = NAN, .condition = NAN, .damping = NAN};

static gm_status check_penalty(gm_context *context, int64_t d, const double *penalty) {
    for (int64_t j = 0; penalty && j < d; j++)
        if (!(isfinite(penalty[j]) && penalty[j] >= 0.0))
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "gm_preconditioner_create: penalty %lld is %g; it must be finite and "
                           "not negative",
                           (long long)j, penalty[j]);
    return GM_OK;
}

const char *gm_precondition_form_name(int form) {
    static const char *const names[] = {[GM_PRECONDITION_FULL] = "full",
                                        [GM_PRECONDITION_KRONECKER] = "kronecker",
                                        [GM_PRECONDITION_LOW_RANK] = "low-rank"};
    return form >= 0 && form < (int)(sizeof names / sizeof *names) ? names[form] : NULL;
}

gm_status gm_preconditioner_create(gm_context *context, gm_precondition_form form,
                                   const gm_model *model, const double *penalty,
                                   int64_t most_vectors, gm_preconditioner **out) {
    gm_preconditioner *self = NULL;
    if ((size_t)form >= sizeof kinds / sizeof *kinds)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_preconditioner_create: no form %d",
                       (int)form);
    gm_status status = check_penalty(context, model->parameters, penalty);
    if (status != GM_OK)
        return status;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    *self = (gm_preconditioner){.kind = kinds[form],
                                .context = context,
                                .model = model,
                                .penalty = penalty,
                                .dimension = model->parameters,
                                .most_vectors = most_vectors,
                                .facts = nothing};
    GM_TRY(self->kind->create(self));
    *out = self;
    self = NULL;
done:
    gm_preconditioner_destroy(self);
    return status;
}

gm_status gm_preconditioner_add(gm_preconditioner *self, int64_t count, const double *vectors,
                                double keep) {
    const int64_t d = self->dimension;
    if (!(keep >= 0.0 && keep <= 1.0))
        return gm_fail(self->context, GM_INVALID_ARGUMENT,
                       "gm_preconditioner_add: keep is %g; it must be from 0 to 1", keep);
    for (int64_t i = 0; i < count * d; i++)
        if (!isfinite(vectors[i]))
            return gm_fail(self->context, GM_INVALID_INPUT,
                           "gm_preconditioner_add: entry %lld of vector %lld is %g; vectors must "
                           "be finite",
                           (long long)(i % d), (long long)(i / d), vectors[i]);
    if (count <= 0)
        return GM_OK;
    const gm_status status = self->kind->add(self, count, vectors, keep);
    if (status != GM_OK)
        return status;
    self->weight = keep * self->weight + (double)count;
    self->squares = keep * keep * self->squares + (double)count;
    return GM_OK;
}

gm_status gm_preconditioner_factor(gm_preconditioner *self, double damping) {
    self->factored = false;
    self->facts = nothing;
    if (!(damping >= 0.0 && damping <= MOST_DAMPING))
        return gm_fail(self->context, GM_INVALID_ARGUMENT,
                       "gm_preconditioner_factor: damping is %g; it must be from 0 to %g", damping,
                       MOST_DAMPING);
    if (!(self->weight > 0.0))
        return gm_fail(self->context, GM_UNDEFINED,
                       "gm_preconditioner_factor: there are no noise vectors");
    const gm_status status = self->kind->factor(self, damping);
    self->factored = status == GM_OK;
    if (status != GM_OK)
        self->facts = nothing;
    return status;
}

void gm_preconditioner_trust_units(gm_preconditioner *self) {
    self->trusts_units = true;
}

void gm_preconditioner_apply(const gm_preconditioner *self, const double *g, double *out) {
    if (self->factored)
        self->kind->apply(self, g, out);
    else
        for (int64_t j = 0; j < self->dimension; j++)
            out[j] = 0.0;
}

double gm_precondition_effective(const gm_preconditioner *self) {
    return self->weight * (self->weight / self->squares);
}

gm_precondition_spread gm_precondition_edges(double freedom, double dimension, double vectors,
                                             double most) {
    const double share = freedom / vectors;
    /* What the estimate hides of its own degrees of freedom, by leaving one vector out. */
    const double whole = share < 1.0 ? freedom / (1.0 - share) : INFINITY;
    const double root = sqrt(fmin(whole, dimension) / vectors);
    gm_precondition_spread out = {1.0 / ((1.0 + root) * (1.0 + root)), INFINITY, 0.0};
    if (root < 1.0)
        out.high = 1.0 / ((1.0 - root) * (1.0 - root));
    out.high = fmax(fmin(out.high, most), out.low);
    out.trace = fmin(whole, dimension * out.high);
    return out;
}

double gm_preconditioner_safe_step(const gm_preconditioner *self, double batch_size) {
    if (!self->factored || !(batch_size > 0.0))
        return 0.0;
    const gm_precondition_spread s = self->kind->spread(self);
    const double more = 1.0 + 1.0 / batch_size, noise = s.trace / batch_size;
    if (!isfinite(s.high) || !isfinite(noise))
        return 0.0;
    return fmin(2.0 / (more * (s.low + s.high) + noise), 1.0 / (more * s.low + noise));
}

gm_precondition_facts gm_preconditioner_facts(const gm_preconditioner *self) {
    return self->facts;
}

void gm_preconditioner_exchange(gm_preconditioner *self, gm_archive *archive) {
    gm_archive_doubles(archive, 1, &self->weight);
    gm_archive_doubles(archive, 1, &self->squares);
    self->kind->exchange(self, archive);
    if (archive->reading) {
        self->factored = false;
        self->facts = nothing;
    }
}

void gm_preconditioner_destroy(gm_preconditioner *self) {
    if (!self)
        return;
    self->kind->destroy(self);
    gm_release(self->context, self);
}
