/* Folders of reduced rows: written with what they were made of, and read with every row computed
   again, so that nothing in a foreign or damaged folder is believed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "data/integers.h"
#include "lwe/rows.h"
#include "report/object.h"

/* Coefficients beyond it are of no reduction, and would be too large to reckon with. */
static const int64_t largest_coefficient = INT64_C(1) << 31;

enum { FINGERPRINT_TEXT = 17 };

static void say_fingerprint(uint64_t fingerprint, char out[FINGERPRINT_TEXT]) {
    snprintf(out, FINGERPRINT_TEXT, "%016" PRIx64, fingerprint);
}

/* --- writing --- */

static gm_status describe_rows(const gm_lwe_rows *rows, gm_report *object) {
    gm_status status;
    char text[FINGERPRINT_TEXT], path[64];
    say_fingerprint(rows->fingerprint, text);
    GM_TRY(gm_report_set_text(object, "instance", text));
    GM_TRY(gm_report_set_integer(object, "n", rows->n));
    GM_TRY(gm_report_set_integer(object, "q", rows->q));
    GM_TRY(gm_report_set_integer(object, "rows", rows->count));
    GM_TRY(gm_report_set_integer(object, "width", rows->width));
    GM_TRY(gm_report_set_integer(object, "blocks", rows->blocks));
    GM_TRY(gm_report_set_numbers(object, "dropped_columns", NULL, 0));
    for (int64_t i = 0; i < rows->dropped_count; i++) {
        snprintf(path, sizeof path, "dropped_columns[%" PRId64 "]", i);
        GM_TRY(gm_report_set_integer(object, path, rows->dropped[i]));
    }
done:
    return status;
}

static gm_status describe_plan(const gm_lwe_plan *plan, const char *name, gm_report *object) {
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"rows", (double)plan->rows},
                   {"embedding_weight", (double)plan->embedding_weight},
                   {"drop_columns", (double)plan->drop_columns},
                   {"block_size", plan->block_size},
                   {"loops", plan->loops},
                   {"power", plan->power},
                   {"variance", plan->variance},
                   {"signal", plan->signal}};
    gm_status status = GM_OK;
    char path[64];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && status == GM_OK; i++) {
        snprintf(path, sizeof path, "%s.%s", name, numbers[i].key);
        status = gm_report_set_number(object, path, numbers[i].value);
    }
    return status;
}

static gm_status describe_reduction(const gm_lwe_reduction *info, gm_report *object) {
    gm_status status;
    GM_TRY(describe_plan(&info->first, "first_plan", object));
    GM_TRY(describe_plan(&info->plan, "plan", object));
    GM_TRY(gm_report_set_integer(object, "blocks_lost", info->lost));
    GM_TRY(gm_report_set_text(object, "loss", info->lost ? info->loss : NULL));
    GM_TRY(gm_report_set_text(object, "precision", info->precision));
    GM_TRY(gm_report_set_number(object, "rho", info->rho));
    GM_TRY(gm_report_set_number(object, "variance", info->variance));
    GM_TRY(gm_report_set_number(object, "entropy.before", info->entropy_before));
    GM_TRY(gm_report_set_number(object, "entropy.after", info->entropy_after));
    GM_TRY(gm_report_set_number(object, "seconds.lll", info->lll_seconds));
    GM_TRY(gm_report_set_number(object, "seconds.bkz", info->bkz_seconds));
    GM_TRY(gm_report_set_number(object, "seconds.fplll", info->fplll_seconds));
    GM_TRY(gm_report_set_number(object, "seconds.all", info->seconds));
done:
    return status;
}

static gm_status write_description(gm_context *context, const gm_lwe_rows *rows,
                                   const gm_lwe_reduction *info, gm_output *output) {
    gm_status status;
    gm_report *object = NULL;
    char *text = NULL;
    GM_TRY(gm_object_create(context, &object));
    GM_TRY(describe_rows(rows, object));
    if (info)
        GM_TRY(describe_reduction(info, object));
    GM_TRY(gm_report_json(object, &text));
    GM_TRY(gm_output_write(output, "reduction.json", text, strlen(text)));
done:
    gm_release(context, text);
    gm_report_destroy(object);
    return status;
}

gm_status gm_lwe_rows_save(gm_context *context, const gm_lwe_rows *rows,
                           const gm_lwe_reduction *info, gm_output *output) {
    gm_status status;
    if (!context || !rows || !output)
        return context ? gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_rows_save: NULL")
                       : GM_INVALID_ARGUMENT;
    const int64_t wide[] = {rows->count, rows->n}, narrow[] = {rows->count, rows->width};
    GM_TRY(gm_output_write_integers(output, "RA.npy", 2, wide, rows->ra));
    GM_TRY(gm_output_write_integers(output, "Rb.npy", 1, wide, rows->rb));
    GM_TRY(gm_output_write_integers(output, "R.npy", 2, narrow, rows->r));
    GM_TRY(gm_output_write_integers(output, "indices.npy", 2, narrow, rows->index));
    GM_TRY(gm_output_write_integers(output, "blocks.npy", 1, narrow, rows->block));
    GM_TRY(write_description(context, rows, info, output));
done:
    return status;
}

/* --- reading --- */

/* A folder that is being read. Paths and arrays are in the same order. */
enum { RA, RB, R, INDEX, BLOCK, ARRAYS };
static const char *const names[] = {"RA.npy", "Rb.npy", "R.npy", "indices.npy", "blocks.npy"};
static const int dimensions[] = {2, 1, 2, 2, 1};

struct loading {
    gm_context *context;
    const gm_lwe *instance;
    char *description; /* path of reduction.json */
    char *path[ARRAYS];
    gm_integers array[ARRAYS];
    int64_t *dropped, dropped_count;
};

static gm_status join(gm_context *context, const char *folder, const char *name, char **out) {
    const size_t size = strlen(folder) + strlen(name) + 2;
    gm_status status = GM_NEW(context, *out, (int64_t)size);
    if (status == GM_OK)
        snprintf(*out, size, "%s/%s", folder, name);
    return status;
}

/* One dropped column more; *more is false where the list is over. */
static gm_status read_dropped(struct loading *loading, const gm_report *object, bool *more) {
    char path[64];
    int64_t column = 0;
    const int64_t i = loading->dropped_count, n = loading->instance->parameters.n;
    snprintf(path, sizeof path, "dropped_columns[%" PRId64 "]", i);
    *more = gm_object_has(object, path);
    if (!*more)
        return GM_OK;
    const int64_t least = i ? loading->dropped[i - 1] + 1 : 0;
    if (!gm_object_integer(object, path, &column) || column < least || column >= n || i + 1 >= n)
        return gm_fail(loading->context, GM_INVALID_INPUT,
                       "%s: %s is not accepted: columns from 0 to %" PRId64
                       ", ascending, not all of them",
                       loading->description, path, n - 1);
    loading->dropped[loading->dropped_count++] = column;
    return GM_OK;
}

static gm_status check_fingerprint(const struct loading *loading, const gm_report *object) {
    char here[FINGERPRINT_TEXT];
    const char *there = gm_report_text(object, "instance");
    say_fingerprint(gm_lwe_fingerprint(loading->instance), here);
    if (!there)
        return gm_fail(
            loading->context, GM_INVALID_INPUT,
            "%s: has no \"instance\", the fingerprint that lwe reduce writes: this is no "
            "folder of reduced rows",
            loading->description);
    if (strcmp(here, there) != 0)
        return gm_fail(loading->context, GM_INVALID_INPUT,
                       "%s: reduced from another instance: \"instance\" is %.32s; rows of the "
                       "instance %s are accepted",
                       loading->description, there, here);
    return GM_OK;
}

static gm_status read_description(struct loading *loading) {
    gm_status status;
    gm_report *object = NULL;
    bool more = true;
    GM_TRY(gm_object_read(loading->context, loading->description, &object));
    GM_TRY(check_fingerprint(loading, object));
    GM_TRY(GM_NEW(loading->context, loading->dropped, loading->instance->parameters.n));
    while (more)
        GM_TRY(read_dropped(loading, object, &more));
done:
    gm_report_destroy(object);
    return status;
}

static gm_status check_shape(const struct loading *loading, int a, int64_t rows, int64_t columns) {
    const gm_integers *array = &loading->array[a];
    if (array->dimensions != dimensions[a])
        return gm_fail(loading->context, GM_INVALID_INPUT,
                       "%s: an array of %d dimensions; %d are accepted", loading->path[a],
                       array->dimensions, dimensions[a]);
    if (array->shape[0] != rows || rows < 1)
        return gm_fail(loading->context, GM_INVALID_INPUT,
                       "%s: %" PRId64 " rows; as many as in RA.npy, %" PRId64
                       ", and at least one, are accepted",
                       loading->path[a], array->shape[0], rows);
    if (dimensions[a] == 2 && (array->shape[1] != columns || columns < 1))
        return gm_fail(loading->context, GM_INVALID_INPUT,
                       "%s: %" PRId64 " columns; %" PRId64 ", at least one, are accepted",
                       loading->path[a], array->shape[1], columns);
    return GM_OK;
}

/* Every element in low to high. */
static gm_status check_range(const struct loading *loading, int a, int64_t low, int64_t high) {
    const gm_integers *array = &loading->array[a];
    const int64_t count = array->shape[0] * (array->dimensions == 2 ? array->shape[1] : 1);
    char place[GM_PLACE_SIZE];
    for (int64_t i = 0; i < count; i++)
        if (array->values[i] < low || array->values[i] > high)
            return gm_fail(loading->context, GM_INVALID_INPUT,
                           "%s: %s is %" PRId64 "; accepted: %" PRId64 " to %" PRId64,
                           loading->path[a],
                           gm_integers_place(array->dimensions, array->shape, i, place),
                           array->values[i], low, high);
    return GM_OK;
}

/* Blocks count up from 0 without a gap. */
static gm_status check_blocks(const struct loading *loading) {
    const gm_integers *array = &loading->array[BLOCK];
    for (int64_t i = 0; i < array->shape[0]; i++) {
        const int64_t before = i ? array->values[i - 1] : -1, block = array->values[i];
        if (block == before + 1 || (block == before && i))
            continue;
        return gm_fail(loading->context, GM_INVALID_INPUT,
                       "%s: entry %" PRId64 " (from 0) is %" PRId64
                       "; blocks from 0 on, ascending, without a gap, are accepted",
                       loading->path[BLOCK], i, block);
    }
    return GM_OK;
}

static gm_status read_arrays(struct loading *loading) {
    gm_status status;
    const gm_lwe_parameters *p = &loading->instance->parameters;
    for (int a = 0; a < ARRAYS; a++)
        GM_TRY(gm_integers_read(loading->context, loading->path[a], &loading->array[a]));
    const int64_t rows = loading->array[RA].shape[0], width = loading->array[R].shape[1];
    for (int a = 0; a < ARRAYS; a++)
        GM_TRY(check_shape(loading, a, rows, a == RA ? p->n : width));
    GM_TRY(check_range(loading, RA, -(p->q / 2), (p->q - 1) / 2));
    GM_TRY(check_range(loading, RB, -(p->q / 2), (p->q - 1) / 2));
    GM_TRY(check_range(loading, R, -largest_coefficient, largest_coefficient));
    GM_TRY(check_range(loading, INDEX, 0, p->samples - 1));
    GM_TRY(check_blocks(loading));
done:
    return status;
}

/* Row i is what its coefficients make of this instance; `ra` [n] is room. */
static gm_status check_row(const struct loading *loading, int64_t i, int64_t *ra) {
    const int64_t n = loading->instance->parameters.n, width = loading->array[R].shape[1];
    const int64_t *found = &loading->array[RA].values[i * n];
    int64_t rb, j = 0;
    gm_lwe_combine(loading->instance, width, &loading->array[R].values[i * width],
                   &loading->array[INDEX].values[i * width], ra, &rb);
    while (j < n && found[j] == ra[j])
        j++;
    if (j < n)
        return gm_fail(loading->context, GM_INVALID_INPUT,
                       "%s: row %" PRId64 ", column %" PRId64 " (both from 0) is %" PRId64
                       "; R A mod q of this instance, %" PRId64 ", is accepted",
                       loading->path[RA], i, j, found[j], ra[j]);
    if (loading->array[RB].values[i] != rb)
        return gm_fail(loading->context, GM_INVALID_INPUT,
                       "%s: entry %" PRId64 " (from 0) is %" PRId64
                       "; R b mod q of this instance, %" PRId64 ", is accepted",
                       loading->path[RB], i, loading->array[RB].values[i], rb);
    return GM_OK;
}

static gm_status check_rows(const struct loading *loading) {
    enum { STEP = 256 };
    gm_status status;
    int64_t *ra = NULL;
    const int64_t count = loading->array[RA].shape[0];
    GM_TRY(GM_NEW(loading->context, ra, loading->instance->parameters.n));
    for (int64_t i = 0; i < count; i++) {
        if (i % STEP == 0)
            GM_TRY(
                gm_progress(loading->context, "checking reduced rows", (double)i, (double)count));
        GM_TRY(check_row(loading, i, ra));
    }
done:
    gm_release(loading->context, ra);
    return status;
}

/* The arrays become those of the rows. */
static gm_status adopt(struct loading *loading, gm_lwe_rows **out) {
    gm_lwe_rows *rows = NULL;
    const gm_status status = gm_lwe_rows_create(loading->context, loading->instance,
                                                loading->dropped, loading->dropped_count, &rows);
    if (status != GM_OK)
        return status;
    int64_t **const to[] = {&rows->ra, &rows->rb, &rows->r, &rows->index, &rows->block};
    rows->count = loading->array[RA].shape[0];
    rows->width = loading->array[R].shape[1];
    rows->blocks = loading->array[BLOCK].values[rows->count - 1] + 1;
    for (int a = 0; a < ARRAYS; a++) {
        *to[a] = loading->array[a].values;
        loading->array[a].values = NULL;
    }
    *out = rows;
    return GM_OK;
}

gm_status gm_lwe_rows_load(gm_context *context, const gm_lwe *instance, const char *folder,
                           gm_lwe_rows **out) {
    gm_status status;
    struct loading loading = {.context = context, .instance = instance};
    if (!context || !instance || !folder || !out)
        return context ? gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_rows_load: NULL")
                       : GM_INVALID_ARGUMENT;
    GM_TRY(join(context, folder, "reduction.json", &loading.description));
    for (int a = 0; a < ARRAYS; a++)
        GM_TRY(join(context, folder, names[a], &loading.path[a]));
    GM_TRY(read_description(&loading));
    GM_TRY(read_arrays(&loading));
    GM_TRY(check_rows(&loading));
    GM_TRY(adopt(&loading, out));
done:
    for (int a = 0; a < ARRAYS; a++) {
        gm_release(context, loading.array[a].values);
        gm_release(context, loading.path[a]);
    }
    gm_release(context, loading.description);
    gm_release(context, loading.dropped);
    return status;
}
