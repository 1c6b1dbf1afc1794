#include "curvature/single.h"

/* E2: noise of variance c n, divided by c again. Whatever else moves the gradients is divided by c
   with it, so single gradients have a relative bias of (σ0² + δᵀΣδ)/(c n) only, at any distance. */

static const double DEFAULT_LOUDNESS = 1e6;

static gm_status configure(gm_context *context, const gm_spec *spec, const gm_supply *supply,
                           gm_estimator *self) {
    static const char *const keys[] = {"c"};
    gm_status status = GM_OK;
    (void)supply;
    GM_TRY(gm_spec_accept(context, spec, keys, 1));
    GM_TRY(gm_spec_number(context, spec, "c", DEFAULT_LOUDNESS, 1.0, 1e12, &self->loudness));
done:
    return status;
}

static double variance(const gm_estimator *self, double batch_size) {
    return self->loudness * batch_size;
}

const gm_estimator_kind gm_estimator_loud = {
    .name = "loud",
    .reason = "asked for: single gradients under noise so loud that nothing else is heard",
    .centered = true,
    .injects = true,
    .configure = configure,
    .plan = gm_single_plan,
    .extract = gm_single_extract,
    .divisor = gm_single_divisor,
    .variance = variance,
};
