#include <math.h>
#include <string.h>

#include "random/discrete.h"
#include "targets/character.h"

static const double two_pi = 6.283185307179586476925;

static const char *const readings[] = {"centered", "cos", "phase", "sin"};
static const char *const secrets[] = {"uniform", "binary", "ternary", "gaussian"};
enum { CENTERED, COS, PHASE, SIN, READINGS };
enum { UNIFORM, BINARY, TERNARY, GAUSSIAN, SECRETS };

/* Value of a key among words, the first of which is the default where `fallback` says so. */
static gm_status read_word(gm_context *context, const gm_spec *spec, const char *key,
                           const char *const *words, int count, int fallback, int *out) {
    char accepted[128] = "";
    const char *text = gm_spec_value(spec, key);
    *out = fallback;
    for (int i = 0; i < count; i++) {
        if (text && strcmp(text, words[i]) == 0) {
            *out = i;
            return GM_OK;
        }
        strcat(strcat(accepted, i ? ", " : ""), words[i]);
    }
    return text ? gm_fail(context, GM_INVALID_ARGUMENT, "targets lwe: %s=%.64s; accepted: %s", key,
                          text, accepted)
                : GM_OK;
}

/* The label of t; what is symmetric in exact arithmetic is so in floating point. */
static double label(int reading, int64_t t, int64_t q) {
    const int64_t centred = gm_centred(t, q), size = centred < 0 ? -centred : centred;
    const double angle = two_pi * (double)size / (double)q;
    if (reading == COS)
        return cos(angle);
    if (reading == SIN)
        return 2 * size == q || size == 0 ? 0.0 : centred < 0 ? -sin(angle) : sin(angle);
    return (double)(reading == PHASE ? t : centred) / (double)q;
}

/* Law of an entry of the secret: values and probabilities, [*points], made here. */
static gm_status make_secrets(gm_context *context, const gm_spec *spec, int kind, int64_t q,
                              int64_t *points, double **values, double **probabilities) {
    gm_status status = GM_OK;
    double sigma = 0.0;
    int64_t low = kind == TERNARY ? -1 : 0, high = kind == UNIFORM ? q - 1 : 1;
    if (kind == GAUSSIAN) {
        if (!gm_spec_value(spec, "secret_sigma"))
            GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                           "targets lwe: secret=gaussian needs secret_sigma=S, a number from 0.1 "
                           "to q"));
        GM_TRY(gm_spec_number(context, spec, "secret_sigma", 0.0, 0.1, (double)q, &sigma));
        high = gm_discrete_gaussian_reach(sigma);
        low = -high;
        if (2 * high >= q) { /* more numbers than residues: some are the same secret */
            low = -(q / 2);
            high = low + q - 1;
        }
    } else if (gm_spec_value(spec, "secret_sigma")) {
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "targets lwe: secret_sigma goes with secret=gaussian only"));
    }
    *points = high - low + 1;
    GM_TRY(GM_NEW(context, *values, *points));
    GM_TRY(GM_NEW(context, *probabilities, *points));
    for (int64_t i = 0; i < *points; i++) {
        (*values)[i] = (double)(low + i);
        (*probabilities)[i] = 1.0 / (double)*points;
    }
    if (kind == GAUSSIAN && *points == q)
        gm_discrete_gaussian_residues(sigma, q, *probabilities);
    else if (kind == GAUSSIAN)
        gm_discrete_gaussian(sigma, low, high, *probabilities);
done:
    return status;
}

static gm_status make_errors(gm_context *context, const gm_spec *spec, int64_t q, int64_t *reach,
                             double **errors) {
    double sigma = 0.0;
    gm_status status = gm_spec_number(context, spec, "sigma", 0.0, 0.0, (double)q, &sigma);
    *reach = sigma > 0.0 ? gm_discrete_gaussian_reach(sigma) : 0;
    if (status == GM_OK && *reach > 0) {
        status = GM_NEW(context, *errors, 2 * *reach + 1);
        if (status == GM_OK)
            gm_discrete_gaussian(sigma, -*reach, *reach, *errors);
    }
    return status;
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_inputs *inputs,
                        gm_targets **out) {
    static const char *const keys[] = {"secret", "hamming", "secret_sigma", "sigma", "read"};
    gm_status status = GM_OK;
    const int64_t q = inputs->modulus;
    int secret = UNIFORM, reading = COS;
    double *values = NULL, *probabilities = NULL, *errors = NULL, *labels = NULL;
    gm_character_form form = {
        .name = "lwe", .columns = inputs->columns, .modulus = q, .residue_scale = 1.0};
    GM_TRY(gm_spec_accept(context, spec, keys, 5));
    if (q == 0)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "targets lwe: the inputs are not residues; use zq or dgauss, or give "
                       "--modulus with a file"));
    GM_TRY(read_word(context, spec, "secret", secrets, SECRETS, UNIFORM, &secret));
    GM_TRY(read_word(context, spec, "read", readings, READINGS, COS, &reading));
    form.secrets.weight = -1;
    if (gm_spec_value(spec, "hamming"))
        GM_TRY(
            gm_spec_integer(context, spec, "hamming", 0, 0, inputs->columns, &form.secrets.weight));
    GM_TRY(make_secrets(context, spec, secret, q, &form.secrets.points, &values, &probabilities));
    GM_TRY(make_errors(context, spec, q, &form.reach, &errors));
    GM_TRY(GM_NEW(context, labels, q));
    for (int64_t t = 0; t < q; t++)
        labels[t] = label(reading, t, q);
    form.secrets.values = values;
    form.secrets.probabilities = probabilities;
    form.errors = errors;
    form.labels = labels;
    GM_TRY(gm_character_create(context, &form, out));
done:
    gm_release(context, labels);
    gm_release(context, errors);
    gm_release(context, probabilities);
    gm_release(context, values);
    return status;
}

const gm_targets_kind gm_targets_lwe = {"lwe", create};
