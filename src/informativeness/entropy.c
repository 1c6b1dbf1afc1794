#include <gradiometer/entropy.h>

#include <math.h>

#include "informativeness/collision.h"
#include "informativeness/row_scan.h"
#include "informativeness/tally.h"

static gm_status create(gm_context *context, int64_t columns, gm_entropy **out) {
    gm_status status = GM_OK;
    gm_entropy *made = NULL;
    GM_TRY(GM_NEW_ZERO(context, made, 1));
    made->columns = columns;
    GM_TRY(GM_NEW(context, made->coordinates, columns));
    *out = made;
    made = NULL;
done:
    gm_entropy_destroy(context, made);
    return status;
}

void gm_entropy_destroy(gm_context *context, gm_entropy *entropy) {
    if (!entropy)
        return;
    gm_release(context, entropy->coordinates);
    gm_release(context, entropy);
}

/* Of the uniform law on n coordinates of so many values; NaN where that is not known. */
static double uniform_entropy(int64_t columns, double values) {
    return values > 0.0 ? (double)columns * log(values) : NAN;
}

static double sum_of_marginals(const gm_entropy *entropy) {
    double sum = 0.0;
    for (int64_t j = 0; j < entropy->columns; j++)
        sum += entropy->coordinates[j].nats;
    return sum;
}

gm_status gm_entropy_of_inputs(gm_context *context, const char *inputs, gm_entropy **out) {
    gm_status status = GM_OK;
    gm_inputs *law = NULL;
    gm_entropy *made = NULL;
    gm_collision_entropy coordinate;
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!inputs)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_entropy_of_inputs: inputs is NULL");
    GM_TRY(gm_inputs_create(context, inputs, &law));
    GM_TRY(create(context, law->columns, &made));
    gm_collision_of_law(law, &made->whole, &coordinate);
    for (int64_t j = 0; j < made->columns; j++)
        made->coordinates[j] = coordinate;
    made->product_proxy = made->whole.nats; /* its coordinates are independent */
    made->uniform = uniform_entropy(law->columns, law->signs ? 2.0 : (double)law->modulus);
    *out = made;
done:
    gm_inputs_destroy(context, law);
    return status;
}

/* --- rows --- */

static gm_status check_modulus(gm_context *context, const char *function, const char *path,
                               int64_t modulus) {
    const int64_t most = INT64_C(1) << 53;
    if (!path)
        return gm_fail(context, GM_INVALID_ARGUMENT, "%s: path is NULL", function);
    if (modulus != 0 && (modulus < 2 || modulus > most))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "%s: the modulus is %lld; it must be 0 (none) or from 2 to 2^53", function,
                       (long long)modulus);
    return GM_OK;
}

/* From the counts of each column, to which `counts` [columns] points. */
static void conclude_columns(const gm_collisions *counts, gm_entropy *made) {
    made->coordinate_rows = made->rows;
    for (int64_t j = 0; j < made->columns; j++) {
        gm_collision_entropy *coordinate = &made->coordinates[j];
        gm_collision_interval(&counts[j], coordinate);
        if ((int64_t)counts[j].rows == made->rows)
            continue;
        made->coordinate_rows = (int64_t)counts[j].rows;
        if (!isnan(coordinate->nats))
            coordinate->method = "subsample";
    }
}

gm_status gm_entropy_of_rows(gm_context *context, const char *path, int64_t modulus,
                             gm_entropy **out) {
    gm_status status = GM_OK;
    gm_bytes *bytes = NULL;
    gm_npy_layout layout;
    gm_collisions whole, *columns = NULL;
    gm_entropy *made = NULL;
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    GM_TRY(check_modulus(context, "gm_entropy_of_rows", path, modulus));
    GM_TRY(gm_bytes_open(context, path, "reading rows", &bytes));
    GM_TRY(gm_row_scan_open(context, bytes, &layout));
    GM_TRY(create(context, layout.shape[1], &made));
    GM_TRY(GM_NEW(context, columns, layout.shape[1]));
    GM_TRY(gm_row_scan(context, bytes, &layout, modulus, &whole, columns));
    made->rows = layout.shape[0];
    made->collisions = whole.pairs;
    made->distinct = (int64_t)whole.distinct;
    gm_collision_interval(&whole, &made->whole);
    conclude_columns(columns, made);
    made->product_proxy = sum_of_marginals(made);
    made->uniform = uniform_entropy(made->columns, (double)modulus);
    *out = made;
    made = NULL;
done:
    gm_entropy_destroy(context, made);
    gm_release(context, columns);
    gm_bytes_close(bytes);
    return status;
}

gm_status gm_entropy_of_rows_cost(gm_context *context, const char *path, int64_t modulus,
                                  gm_cost *out) {
    /* Measured: for each entry a step of a hash and of a count, and sorting the hashes of rows. */
    const double operations = 20.0, entry = 6e-9, row = 6e-8;
    gm_status status = GM_OK;
    gm_bytes *bytes = NULL;
    gm_npy_layout layout;
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    GM_TRY(check_modulus(context, "gm_entropy_of_rows_cost", path, modulus));
    GM_TRY(gm_bytes_open(context, path, "reading rows", &bytes));
    GM_TRY(gm_row_scan_open(context, bytes, &layout));
    *out = (gm_cost){.operations = operations * (double)layout.count,
                     .bytes_read = (double)layout.count * layout.width,
                     .memory = gm_row_scan_memory(&layout, modulus),
                     .seconds = entry * (double)layout.count / context->threads +
                                row * (double)layout.shape[0]};
done:
    gm_bytes_close(bytes);
    return status;
}
