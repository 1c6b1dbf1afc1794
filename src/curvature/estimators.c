#include <stdio.h>
#include <string.h>

#include "curvature/estimator.h"
#include "curvature/predict.h"

static const gm_estimator_kind *const kinds[] = {&gm_estimator_paired,   &gm_estimator_fanout,
                                                 &gm_estimator_loud,     &gm_estimator_calibrated,
                                                 &gm_estimator_gaussian, &gm_estimator_none};
enum { COUNT = sizeof kinds / sizeof kinds[0] };

static const gm_estimator_kind *find(const char *name) {
    for (int i = 0; i < COUNT; i++)
        if (strcmp(name, kinds[i]->name) == 0)
            return kinds[i];
    return NULL;
}

static gm_status unknown(gm_context *context, const char *name) {
    char names[256] = "auto";
    for (int i = 0; i < COUNT; i++) {
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i + 1 < COUNT ? ", " : " or ",
                 kinds[i]->name);
    }
    return gm_fail(context, GM_INVALID_ARGUMENT, "unknown estimator '%s'; use %s", name, names);
}

/* A choice of `auto`. */
typedef struct choice {
    const char *text, *reason;
} choice;

/* Noise vectors a parameter that pairs must give before fan-out is worth its shared rows, and
   noised gradients of a batch to a sample of it. */
enum { ENOUGH = 4, SAMPLES_A_COPY = 8 };

/*
 * Recorded gradients leave no choice. Otherwise pairs, which give the mean gradient as well and
 * share no rows; only a budget that cannot give 4 d of them is better spent on fan-out, which makes
 * up to 1.8 times as many noise vectors of it, as long as there are batches enough to predict its
 * error.
 */
static choice choose(const gm_supply *supply, int64_t gradients) {
    if (!supply->injects)
        return supply->copies == 2
                   ? (choice){"paired",
                              "the gradients were recorded in pairs at targets y+e and y-e, "
                              "whose half differences isolate the noise exactly"}
                   : (choice){
                         "calibrated",
                         "the gradients were recorded one a batch, so that the covariance under "
                         "noise of known variance is what can be had"};
    if (gradients > 0 && gradients / 2 < ENOUGH * supply->dimension) {
        static const char reason[] =
            "the budget is too small for four pairs a parameter, so each batch gives one clean and "
            "several noised gradients, nearly all of which carry curvature";
        static const char *const texts[] = {"fanout:m=8", "fanout:m=4", "fanout:m=2"};
        for (int i = 0, m = 8; i < 3; i++, m /= 2)
            if (supply->batch_size >= m * SAMPLES_A_COPY && gradients / (m + 1) >= GM_LEAST_GROUPS)
                return (choice){texts[i], reason};
    }
    return (choice){"paired", gm_estimator_paired.reason};
}

gm_status gm_estimator_choose(gm_context *context, const char *text, const gm_supply *supply,
                              int64_t gradients, gm_estimator *out, const char **reason) {
    gm_status status = GM_OK;
    gm_spec *spec = NULL;
    gm_estimator chosen = {.copies = 1, .vectors = 1};
    choice made = {text, NULL};
    GM_TRY(gm_spec_parse(context, text, "estimator", &spec));
    if (strcmp(gm_spec_name(spec), "auto") == 0) {
        GM_TRY(gm_spec_accept(context, spec, NULL, 0));
        made = choose(supply, gradients);
        gm_spec_destroy(context, spec);
        spec = NULL;
        GM_TRY(gm_spec_parse(context, made.text, "estimator", &spec));
    }
    chosen.kind = find(gm_spec_name(spec));
    if (!chosen.kind)
        GM_TRY(unknown(context, gm_spec_name(spec)));
    GM_TRY(chosen.kind->configure(context, spec, supply, &chosen));
    if (!made.reason)
        made.reason = chosen.kind == &gm_estimator_paired
                          ? "asked for: half differences of gradients at targets y+e and y-e"
                          : chosen.kind->reason;
    *reason = made.reason;
    *out = chosen;
done:
    gm_spec_destroy(context, spec);
    return status;
}

void gm_estimator_text(const gm_estimator *estimator, size_t size, char *out) {
    if (estimator->kind == &gm_estimator_fanout)
        snprintf(out, size, "fanout:m=%d", estimator->vectors);
    else
        snprintf(out, size, "%s", estimator->kind->name);
}
