/* Two bytes of options, then a .npy file: read as an array and as a data set. */
#include "fuzz.h"

#include "data/npy.h"

static void check_array(const gm_array *array) {
    int64_t count = 1;
    volatile double sum = 0;
    fuzz_check(array->dimensions >= 0 && array->dimensions <= 4);
    for (int i = 0; i < 4; i++) {
        fuzz_check(array->shape[i] >= 0 && (i < array->dimensions || array->shape[i] == 1));
        if (array->shape[i] == 0)
            return;
        count *= array->shape[i];
    }
    for (int64_t k = 0; k < count; k++)
        sum = sum + array->values[k];
}

static void load(gm_context *context, const uint8_t *data, size_t size) {
    if (size < 2)
        return;
    gm_dataset_options options = fuzz_options(data);
    gm_bytes *bytes = NULL;
    gm_array *array = NULL;
    gm_dataset *dataset = NULL;
    gm_status status = gm_bytes_open_memory(context, "fuzz.npy", data + 2, size - 2, &bytes);
    if (status == GM_OK)
        status = gm_npy_read_array(context, bytes, &array);
    fuzz_check_status(context, status, array);
    if (array)
        check_array(array);
    gm_array_destroy(context, array);
    /* What is no array is no data set either: look no further. */
    if (status == GM_OK) {
        status = gm_bytes_rewind(bytes);
        if (status == GM_OK)
            status = gm_npy_load(context, bytes, &options, &dataset);
        fuzz_check_status(context, status, dataset);
    }
    if (dataset)
        fuzz_check_dataset(dataset);
    gm_dataset_destroy(dataset);
    gm_bytes_close(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(load, data, size);
}
