#include "curvature/point.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <gradiometer/spec.h>

#include "curvature/optimum.h"
#include "data/dataset.h"
#include "random/streams.h"

static const char *const names[] = {"zero", "init", "optimum", "random", "file"};
static const char *const random_keys[] = {"norm", "distance"};
static const char *const file_keys[] = {"path"};

enum { NAMES = sizeof names / sizeof *names };

const char *gm_point_name(const char *text) {
    for (int i = 0; i < NAMES; i++)
        if (strncmp(text, names[i], strlen(names[i])) == 0)
            return names[i];
    return NULL;
}

bool gm_point_needs_data(const char *text) {
    return strcmp(gm_point_name(text), "optimum") == 0 || strstr(text, "distance=") != NULL;
}

static gm_status parse(gm_context *context, const char *text, gm_spec **out) {
    gm_status status = GM_OK;
    gm_spec *spec = NULL;
    GM_TRY(gm_spec_parse(context, text, "at", &spec));
    const char *name = gm_spec_name(spec);
    if (strcmp(name, "random") == 0) {
        GM_TRY(gm_spec_accept(context, spec, random_keys, 2));
        if (gm_spec_value(spec, "norm") && gm_spec_value(spec, "distance"))
            GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT, "at '%s': give norm or distance, not both",
                           text));
    } else if (strcmp(name, "file") == 0) {
        GM_TRY(gm_spec_accept(context, spec, file_keys, 1));
        if (!gm_spec_value(spec, "path"))
            GM_TRY(
                gm_fail(context, GM_INVALID_ARGUMENT, "at '%s': the key path is required", text));
    } else if (strcmp(name, "zero") == 0 || strcmp(name, "init") == 0 ||
               strcmp(name, "optimum") == 0) {
        GM_TRY(gm_spec_accept(context, spec, NULL, 0));
    } else {
        const char *near = gm_nearest_word(name, names, NAMES);
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "at '%s': unknown point%s%s%s; use zero, init, optimum, random:norm=R, "
                       "random:distance=R or file:path=W.npy",
                       text, near ? " (did you mean " : "", near ? near : "", near ? "?)" : ""));
    }
    *out = spec;
    spec = NULL;
done:
    gm_spec_destroy(context, spec);
    return status;
}

static bool needs_optimum(const gm_spec *spec) {
    return strcmp(gm_spec_name(spec), "optimum") == 0 || gm_spec_value(spec, "distance");
}

gm_status gm_point_check(gm_context *context, const char *text, const gm_model *model) {
    gm_spec *spec = NULL;
    double ignored = 0.0;
    gm_status status = parse(context, text, &spec);
    if (status != GM_OK)
        return status;
    GM_TRY(gm_spec_number(context, spec, "norm", 1.0, 0.0, DBL_MAX, &ignored));
    GM_TRY(gm_spec_number(context, spec, "distance", 1.0, 0.0, DBL_MAX, &ignored));
    if (needs_optimum(spec))
        GM_TRY(gm_optimum_check(context, model));
done:
    gm_spec_destroy(context, spec);
    return status;
}

static gm_status read_weights(gm_context *context, const char *path, int64_t d, double *out) {
    gm_status status = GM_OK;
    gm_array *array = NULL;
    GM_TRY(gm_array_read(context, path, &array));
    int64_t length = array->shape[0] * array->shape[1] * array->shape[2] * array->shape[3];
    if (length != d)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT, "%s: %lld weights, the model has %lld parameters",
                       path, (long long)length, (long long)d));
    for (int64_t j = 0; j < d; j++)
        if (!isfinite(array->values[j]))
            GM_TRY(gm_fail(context, GM_INVALID_INPUT, "%s: weight %lld is not finite", path,
                           (long long)j));
    memcpy(out, array->values, (size_t)d * sizeof *out);
done:
    gm_array_destroy(context, array);
    return status;
}

/* √(Σ_a u_aᵀ moments u_a) over blocks u_a of `columns` numbers, or ‖u‖ without moments. */
static double norm(int64_t d, const double *u, int64_t columns, const double *moments) {
    double sum = 0.0;
    for (int64_t i = 0; i < d; i++) {
        const double *row = moments ? moments + i % columns * columns : NULL;
        const double *block = u + i / columns * columns;
        double v = moments ? 0.0 : u[i];
        for (int64_t j = 0; row && j < columns; j++)
            v += row[j] * block[j];
        sum += u[i] * v;
    }
    return sqrt(sum);
}

/* out += a random direction of that length, in the norm of the inputs' moments where given. */
static gm_status add_direction(gm_problem *p, const double *moments, double length, uint64_t seed,
                               double *out) {
    gm_status status = GM_OK;
    gm_context *context = p->context;
    const int64_t d = p->model->parameters;
    double *u = NULL;
    GM_TRY(GM_NEW(context, u, d));
    gm_random_gaussian(context, (gm_stream){seed, GM_STREAM_WEIGHTS}, 0, d, u);
    double scale = norm(d, u, p->model->columns, moments);
    if (!(scale > 0.0))
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "at random: the inputs are all zero, no distance is defined"));
    for (int64_t j = 0; j < d; j++)
        out[j] += u[j] * (length / scale);
done:
    gm_release(context, u);
    return status;
}

gm_status gm_point_resolve(gm_problem *p, uint64_t seed, double *out) {
    gm_spec *spec = NULL;
    gm_context *context = p->context;
    const gm_model *model = p->model;
    const int64_t d = model->parameters;
    double length = 0.0;
    gm_status status = parse(context, p->at, &spec);
    if (status != GM_OK)
        return status;
    const char *name = gm_spec_name(spec);
    const bool from_optimum = gm_spec_value(spec, "distance") != NULL;
    memset(out, 0, (size_t)d * sizeof *out);
    if (strcmp(name, "file") == 0)
        GM_TRY(read_weights(context, gm_spec_value(spec, "path"), d, out));
    if (strcmp(name, "init") == 0 && model->initialize)
        model->initialize(model, context, (gm_stream){seed, GM_STREAM_INITIAL}, out);
    if (needs_optimum(spec))
        GM_TRY(gm_optimum_find(p, out));
    if (strcmp(name, "random") == 0) {
        GM_TRY(gm_spec_number(context, spec, from_optimum ? "distance" : "norm", 1.0, 0.0, DBL_MAX,
                              &length));
        if (from_optimum)
            GM_TRY(gm_problem_moments(p));
        GM_TRY(add_direction(p, from_optimum ? p->moments : NULL, length, seed, out));
    }
done:
    gm_spec_destroy(context, spec);
    return status;
}
