/* Folders of instances, and arrays of other programs. secret.npy is written and never opened. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/integers.h"
#include "data/text_file.h"
#include "lwe/instance.h"
#include "report/object.h"

enum { LARGEST_DESCRIPTION = 1 << 20 /* bytes of instance.json */ };

/* --- instance.json --- */

static gm_status read_integer(const gm_lwe_source *source, const gm_report *object, const char *key,
                              int64_t *out) {
    *out = 0;
    if (!gm_object_has(object, key) || gm_object_integer(object, key, out))
        return GM_OK;
    return gm_fail(source->context, GM_INVALID_INPUT,
                   "%s: \"%s\" is not a whole number; a whole number is accepted", source->name,
                   key);
}

static gm_status read_number(const gm_lwe_source *source, const gm_report *object, const char *key,
                             double *out) {
    *out = 0.0;
    if (!gm_object_has(object, key) || gm_report_number(object, key, out))
        return GM_OK;
    return gm_fail(source->context, GM_INVALID_INPUT,
                   "%s: \"%s\" is not a number; a number, 0 or more, is accepted", source->name,
                   key);
}

static gm_status need(const gm_lwe_source *source, const gm_report *object, const char *key,
                      const char *what) {
    return gm_object_has(object, key) ? GM_OK
                                      : gm_fail(source->context, GM_INVALID_INPUT,
                                                "%s: has no \"%s\": %s", source->name, key, what);
}

static gm_status read_secret(const gm_lwe_source *source, const gm_report *object,
                             const char **out) {
    int law = 0;
    *out = NULL;
    if (!gm_object_has(object, "secret"))
        return GM_OK;
    const char *name = gm_report_text(object, "secret");
    gm_status status = gm_lwe_find_secret(source, name ? name : "?", &law);
    if (status == GM_OK)
        *out = gm_lwe_secrets[law];
    return status;
}

/* The ranges are checked with the arrays, which say what is absent. */
gm_status gm_lwe_parse_description(gm_context *context, const char *name, const char *text,
                                   size_t size, gm_lwe_parameters *out) {
    const gm_lwe_source source = {context, name, GM_INVALID_INPUT};
    gm_lwe_parameters p = {0};
    gm_report *object = NULL;
    gm_status status = GM_OK;
    GM_TRY(gm_object_parse(context, name, text, size, &object));
    GM_TRY(need(&source, object, "q", "the modulus, 2 to 2^31"));
    GM_TRY(need(&source, object, "sigma",
                "the standard deviation of the error, 0 where there is none"));
    GM_TRY(read_integer(&source, object, "n", &p.n));
    GM_TRY(read_integer(&source, object, "q", &p.q));
    GM_TRY(read_number(&source, object, "sigma", &p.sigma));
    GM_TRY(read_integer(&source, object, "samples", &p.samples));
    GM_TRY(read_secret(&source, object, &p.secret));
    GM_TRY(read_integer(&source, object, "hamming", &p.hamming));
    GM_TRY(read_number(&source, object, "secret_sigma", &p.secret_sigma));
    *out = p;
done:
    gm_report_destroy(object);
    return status;
}

static gm_status read_description(gm_context *context, const char *path, gm_lwe_parameters *out) {
    char *text = NULL;
    size_t size = 0;
    gm_status status = gm_text_file_read(context, path, "JSON", "reading an instance",
                                         LARGEST_DESCRIPTION, &text, &size);
    if (status == GM_OK)
        status = gm_lwe_parse_description(context, path, text, size, out);
    gm_release(context, text);
    return status;
}

static gm_status describe(const gm_lwe_parameters *p, gm_report *object) {
    gm_status status = GM_OK;
    GM_TRY(gm_report_set_integer(object, "n", p->n));
    GM_TRY(gm_report_set_integer(object, "q", p->q));
    GM_TRY(gm_report_set_number(object, "sigma", p->sigma));
    GM_TRY(gm_report_set_integer(object, "samples", p->samples));
    if (p->secret)
        GM_TRY(gm_report_set_text(object, "secret", p->secret));
    if (p->hamming)
        GM_TRY(gm_report_set_integer(object, "hamming", p->hamming));
    if (p->secret_sigma > 0.0)
        GM_TRY(gm_report_set_number(object, "secret_sigma", p->secret_sigma));
done:
    return status;
}

static gm_status write_description(gm_context *context, const gm_lwe_parameters *p,
                                   gm_output *output) {
    gm_report *object = NULL;
    char *text = NULL;
    gm_status status = gm_object_create(context, &object);
    if (status == GM_OK)
        status = describe(p, object);
    if (status == GM_OK)
        status = gm_report_json(object, &text);
    if (status == GM_OK)
        status = gm_output_write(output, "instance.json", text, strlen(text));
    gm_release(context, text);
    gm_report_destroy(object);
    return status;
}

/* --- arrays --- */

static gm_status check_shapes(gm_context *context, const char *a_path, const gm_integers *a,
                              const char *b_path, const gm_integers *b) {
    if (a->dimensions != 2)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: an array of %d dimensions; two, [samples, n], are accepted", a_path,
                       a->dimensions);
    if (b->dimensions != 1)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: an array of %d dimensions; one, [samples], is accepted", b_path,
                       b->dimensions);
    if (a->shape[0] != b->shape[0])
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s has %" PRId64 " rows and %s %" PRId64 " entries; one entry a row is "
                       "accepted",
                       a_path, a->shape[0], b_path, b->shape[0]);
    return GM_OK;
}

/* Take a size from the arrays where the description has none; they must not contradict. */
static gm_status settle(const gm_lwe_source *source, const char *what, const char *a_path,
                        int64_t found, int64_t *said) {
    if (*said == 0)
        *said = found;
    if (*said == found)
        return GM_OK;
    return gm_fail(source->context, source->status,
                   "%s: %s is %" PRId64 ", but %s has %" PRId64 " %s", source->name, what, *said,
                   a_path, found, strcmp(what, "n") == 0 ? "columns" : "rows");
}

/* Bring what is below 0 to [0, q); how many these are. */
static int64_t normalise(int64_t *values, int64_t count, int64_t q) {
    int64_t negative = 0;
    for (int64_t i = 0; i < count; i++)
        if (values[i] < 0) {
            values[i] += q;
            negative++;
        }
    return negative;
}

/* Entries of a folder are in [0, q); of other people's arrays, in [−⌊q/2⌋, q) where `centred` is
   given, which takes the number of those below 0. */
static gm_status check_entries(gm_context *context, const char *path, const gm_integers *array,
                               int64_t q, int64_t *centred) {
    const int64_t columns = array->dimensions == 2 ? array->shape[1] : 0;
    const int64_t count = array->shape[0] * (columns ? columns : 1);
    const int64_t low = centred ? -(q / 2) : 0;
    gm_status status =
        gm_lwe_check_entries(context, path, array->values, array->shape[0], columns, low, q);
    if (status == GM_OK && centred)
        *centred += normalise(array->values, count, q);
    return status;
}

static gm_status read_arrays(const gm_lwe_source *source, const gm_lwe_parameters *parameters,
                             const char *a_path, const char *b_path, int64_t *centred,
                             gm_lwe **out) {
    gm_context *context = source->context;
    gm_lwe_parameters p = *parameters;
    gm_integers a = {0}, b = {0};
    gm_status status = GM_OK;
    GM_TRY(gm_integers_read(context, a_path, &a));
    GM_TRY(gm_integers_read(context, b_path, &b));
    GM_TRY(check_shapes(context, a_path, &a, b_path, &b));
    GM_TRY(settle(source, "n", a_path, a.shape[1], &p.n));
    GM_TRY(settle(source, "samples", a_path, a.shape[0], &p.samples));
    GM_TRY(gm_lwe_check_parameters(source, &p));
    GM_TRY(check_entries(context, a_path, &a, p.q, centred));
    GM_TRY(check_entries(context, b_path, &b, p.q, centred));
    GM_TRY(gm_lwe_adopt(context, &p, a.values, b.values, out));
    a.values = b.values = NULL;
done:
    gm_release(context, a.values);
    gm_release(context, b.values);
    return status;
}

gm_status gm_lwe_import_arrays(gm_context *context, const gm_lwe_parameters *parameters,
                               const char *a_path, const char *b_path, int64_t *centred,
                               gm_lwe **out) {
    if (!context || !out || !centred)
        return GM_INVALID_ARGUMENT;
    if (!parameters || !a_path || !b_path)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_import_arrays: an argument is NULL");
    const gm_lwe_source source = {context, "gm_lwe_import_arrays", GM_INVALID_ARGUMENT};
    int64_t count = 0;
    gm_status status = read_arrays(&source, parameters, a_path, b_path, &count, out);
    if (status == GM_OK)
        *centred = count;
    return status;
}

/* FOLDER/NAME, made here. */
static gm_status join(gm_context *context, const char *folder, const char *name, char **out) {
    const size_t length = strlen(folder), size = length + strlen(name) + 2;
    gm_status status = GM_NEW(context, *out, (int64_t)size);
    if (status == GM_OK)
        snprintf(*out, size, "%s%s%s", folder, length && folder[length - 1] == '/' ? "" : "/",
                 name);
    return status;
}

gm_status gm_lwe_load(gm_context *context, const char *folder, gm_lwe **out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!folder || !*folder)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_load: the folder has no name");
    char *description = NULL, *a_path = NULL, *b_path = NULL;
    gm_lwe_parameters p = {0};
    gm_status status = GM_OK;
    GM_TRY(join(context, folder, "instance.json", &description));
    GM_TRY(join(context, folder, "A.npy", &a_path));
    GM_TRY(join(context, folder, "b.npy", &b_path));
    GM_TRY(read_description(context, description, &p));
    const gm_lwe_source source = {context, description, GM_INVALID_INPUT};
    GM_TRY(read_arrays(&source, &p, a_path, b_path, NULL, out));
done:
    gm_release(context, description);
    gm_release(context, a_path);
    gm_release(context, b_path);
    return status;
}

gm_status gm_lwe_save(gm_context *context, const gm_lwe *instance, gm_output *output) {
    if (!context)
        return GM_INVALID_ARGUMENT;
    if (!instance || !output)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_save: an argument is NULL");
    const gm_lwe_parameters *p = &instance->parameters;
    const int64_t shape[] = {p->samples, p->n};
    gm_status status = GM_OK;
    GM_TRY(gm_output_write_integers(output, "A.npy", 2, shape, instance->a));
    GM_TRY(gm_output_write_integers(output, "b.npy", 1, shape, instance->b));
    if (instance->secret)
        GM_TRY(gm_output_write_integers(output, "secret.npy", 1, &shape[1], instance->secret));
    GM_TRY(write_description(context, p, output));
done:
    return status;
}

gm_status gm_lwe_load_secret(gm_context *context, const char *path, int64_t n, int64_t **out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!path)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_load_secret: path is NULL");
    gm_integers array = {0};
    gm_status status = gm_integers_read(context, path, &array);
    if (status == GM_OK && (array.dimensions != 1 || array.shape[0] != n))
        status = array.dimensions != 1
                     ? gm_fail(context, GM_INVALID_INPUT,
                               "%s: an array of %d dimensions; one, [n = %" PRId64 "], is accepted",
                               path, array.dimensions, n)
                     : gm_fail(context, GM_INVALID_INPUT,
                               "%s: %" PRId64 " entries; a secret of n = %" PRId64 " is accepted",
                               path, array.shape[0], n);
    if (status == GM_OK) {
        *out = array.values;
        array.values = NULL;
    }
    gm_release(context, array.values);
    return status;
}

void gm_lwe_release_secret(gm_context *context, int64_t *secret) {
    gm_release(context, secret);
}
