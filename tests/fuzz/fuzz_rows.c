/* A byte that picks the modulus, then a .npy file: its rows counted. */
#include "fuzz.h"

#include "informativeness/row_scan.h"

static void check_counts(const gm_collisions *found, double rows) {
    fuzz_check(found->rows == rows && found->distinct >= 1 && found->distinct <= rows);
    fuzz_check(found->pairs >= rows - found->distinct);
    fuzz_check(found->pairs <= 0.5 * rows * (rows - 1));
    fuzz_check((found->pairs == 0) == (found->distinct == rows));
}

static void check_interval(const gm_collisions *found) {
    gm_collision_entropy e;
    gm_collision_interval(found, &e);
    fuzz_check(e.low >= 0 && e.low <= e.high && e.lower_bound == e.low);
    fuzz_check(isnan(e.nats) ? found->pairs == 0 : e.low <= e.nats && e.nats <= e.high);
}

static void count(gm_context *context, const uint8_t *data, size_t size) {
    static const int64_t moduli[] = {0, 2, 3, 257, INT64_C(1) << 32, INT64_C(1) << 53};
    gm_bytes *bytes = NULL;
    gm_npy_layout layout;
    gm_collisions whole, *columns = NULL;
    if (size < 1)
        return;
    const int64_t modulus = moduli[data[0] % 6];
    gm_status status = gm_bytes_open_memory(context, "fuzz.npy", data + 1, size - 1, &bytes);
    if (status == GM_OK)
        status = gm_row_scan_open(context, bytes, &layout);
    if (status == GM_OK)
        status = GM_NEW(context, columns, layout.shape[1]);
    if (status == GM_OK)
        status = gm_row_scan(context, bytes, &layout, modulus, &whole, columns);
    fuzz_check_status(context, status, status == GM_OK ? columns : NULL);
    if (status == GM_OK) {
        check_counts(&whole, (double)layout.shape[0]);
        check_interval(&whole);
        for (int64_t j = 0; j < layout.shape[1]; j++) {
            check_interval(&columns[j]);
            /* Equal rows are equal in each column. */
            fuzz_check(columns[j].rows < whole.rows || columns[j].pairs >= whole.pairs);
        }
    }
    gm_release(context, columns);
    gm_bytes_close(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(count, data, size);
}
