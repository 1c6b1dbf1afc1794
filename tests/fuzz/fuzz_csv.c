/* Two bytes of options, then delimited text (or what looks like anything else). */
#include "fuzz.h"

#include "data/load.h"

static void load(gm_context *context, const uint8_t *data, size_t size) {
    if (size < 2)
        return;
    gm_dataset_options options = fuzz_options(data);
    gm_bytes *bytes = NULL;
    gm_dataset *dataset = NULL;
    gm_status status = gm_bytes_open_memory(context, "fuzz.csv", data + 2, size - 2, &bytes);
    if (status == GM_OK)
        status = gm_dataset_load_bytes(context, bytes, &options, &dataset);
    fuzz_check_status(context, status, dataset);
    if (dataset)
        fuzz_check_dataset(dataset);
    gm_dataset_destroy(dataset);
    gm_bytes_close(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(load, data, size);
}
