#include "gradients/client_shard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"

/* --- parts --- */

/* The next number of a list; false where there is none above 0. */
static bool next_size(const char **list, double *out) {
    char *end = NULL;
    *out = strtod(*list, &end);
    if (end == *list || !(*out > 0.0 && *out <= 1e15))
        return false;
    *list = end;
    return true;
}

static gm_status read_sizes(gm_context *context, const gm_client_options *options, double *out) {
    const char *list = options->sizes;
    for (int64_t c = 0; c < options->count; c++) {
        if (c > 0 && *list++ != ',')
            return gm_fail(
                context, GM_INVALID_ARGUMENT,
                "sizes of clients '%.64s': %lld numbers with commas between are expected",
                options->sizes, (long long)options->count);
        if (!next_size(&list, &out[c]))
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "sizes of clients '%.64s': number %lld must be above 0, at most 1e15",
                           options->sizes, (long long)c + 1);
    }
    if (*list)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "sizes of clients '%.64s': there are more than %lld numbers", options->sizes,
                       (long long)options->count);
    return GM_OK;
}

gm_status gm_client_parts(gm_context *context, const gm_client_options *options, int64_t rows,
                          int64_t *offsets) {
    gm_status status = GM_OK;
    double total = 0.0, before = 0.0, *sizes = NULL;
    GM_TRY(GM_NEW(context, sizes, options->count));
    for (int64_t c = 0; c < options->count; c++)
        sizes[c] = 1.0;
    if (options->sizes)
        GM_TRY(read_sizes(context, options, sizes));
    for (int64_t c = 0; c < options->count; c++)
        total += sizes[c];
    offsets[0] = 0;
    for (int64_t c = 0; c < options->count; c++) {
        before += sizes[c];
        offsets[c + 1] =
            c + 1 == options->count ? rows : (int64_t)llround((double)rows * (before / total));
        if (offsets[c + 1] <= offsets[c])
            GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                           "client %lld of %lld has no row of the %lld that there are",
                           (long long)c + 1, (long long)options->count, (long long)rows));
    }
done:
    gm_release(context, sizes);
    return status;
}

/* --- shards --- */

/* What comes before the arrays. */
typedef struct shape {
    int64_t rows, inputs, intercept, element, classes;
    double divisor;
} shape;

static void exchange_shape(gm_archive *archive, shape *s) {
    gm_archive_integers(archive, 1, &s->rows);
    gm_archive_integers(archive, 1, &s->inputs);
    gm_archive_integers(archive, 1, &s->intercept);
    gm_archive_integers(archive, 1, &s->element);
    gm_archive_integers(archive, 1, &s->classes);
    gm_archive_doubles(archive, 1, &s->divisor);
}

/* An array that is only written. */
static void put(gm_archive *archive, int64_t size, const void *bytes) {
    gm_archive_bytes(archive, size, (void *)(uintptr_t)bytes);
}

void gm_client_shard_write(const gm_client_data *data, int64_t first, int64_t end,
                           gm_archive *archive) {
    const gm_dataset *dataset = data->dataset;
    const gm_rows *rows = &dataset->rows;
    const int64_t bytes = (int64_t)gm_element_size(rows->element);
    shape s = {.rows = end - first,
               .inputs = dataset->inputs,
               .intercept = dataset->intercept,
               .element = rows->element,
               .classes = data->classes,
               .divisor = rows->divisor};
    exchange_shape(archive, &s);
    for (int64_t i = first; i < end; i++)
        put(archive, rows->columns * bytes,
            (const unsigned char *)rows->data + i * rows->stride * bytes);
    put(archive, s.rows * (int64_t)sizeof *data->targets, data->targets + first);
}

static gm_status check_shape(gm_context *context, const shape *s) {
    const int64_t most = INT64_C(1) << 40;
    if (s->rows < 1 || s->rows > most || s->inputs < 0 || s->inputs > most || s->element < 0 ||
        s->element > GM_ELEMENT_F64 || s->classes < 0 || s->classes > most ||
        (s->intercept != 0 && s->intercept != 1) || !(s->divisor > 0.0) ||
        s->inputs + s->intercept < 1 || s->rows > most / (s->inputs + 1))
        return gm_fail(context, GM_INVALID_INPUT, "client: its part of the data has no shape");
    return GM_OK;
}

static gm_status name_columns(gm_dataset *dataset, int64_t classes) {
    gm_status status = GM_OK;
    for (int64_t j = 0; j <= dataset->rows.columns; j++) /* the last is the target */
        GM_TRY(gm_strings_add_index(dataset->context, &dataset->names, j));
    for (int64_t c = 0; c < classes; c++)
        GM_TRY(gm_strings_add_index(dataset->context, &dataset->classes, c));
done:
    return status;
}

static gm_status take_shard(gm_client *client, gm_archive *request, gm_archive *answer) {
    (void)answer;
    gm_context *context = client->context;
    gm_status status = GM_OK;
    gm_dataset *dataset = NULL;
    shape s = {0};
    exchange_shape(request, &s);
    GM_TRY(request->status);
    GM_TRY(check_shape(context, &s));
    GM_TRY(gm_dataset_new(context, s.rows, s.inputs, s.intercept != 0, (gm_element)s.element,
                          s.divisor, &dataset));
    gm_archive_bytes(
        request, s.rows * dataset->rows.columns * (int64_t)gm_element_size(dataset->rows.element),
        dataset->values);
    gm_archive_doubles(request, s.rows, dataset->targets);
    GM_TRY(request->status);
    GM_TRY(name_columns(dataset, s.classes));
    gm_client_release(client); /* what was made of other data goes with them */
    client->dataset = dataset;
    dataset = NULL;
done:
    gm_dataset_destroy(dataset);
    return status;
}

const gm_client_duty gm_client_shard_duty = {GM_CLIENT_SHARD, GM_CLIENT_READY, take_shard};
