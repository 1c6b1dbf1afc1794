/* Two bytes of options, one byte for the size of the labels' file, that file, the images' file. */
#include "fuzz.h"

#include "data/idx.h"

static void load(gm_context *context, const uint8_t *data, size_t size) {
    if (size < 3 || size < (size_t)data[2] + 3)
        return;
    gm_dataset_options options = fuzz_options(data);
    /* --target is refused before anything is read: keep most executions going. */
    if (data[0] & 4)
        options.target = NULL;
    gm_bytes *labels = NULL, *images = NULL;
    gm_dataset *dataset = NULL;
    gm_status status = gm_bytes_open_memory(context, "labels", data + 3, data[2], &labels);
    if (status == GM_OK)
        status = gm_bytes_open_memory(context, "images", data + 3 + data[2], size - 3 - data[2],
                                      &images);
    if (status == GM_OK)
        status = gm_idx_load_pair(context, images, labels, &options, &dataset);
    fuzz_check_status(context, status, dataset);
    if (dataset)
        fuzz_check_dataset(dataset);
    gm_dataset_destroy(dataset);
    gm_bytes_close(labels);
    gm_bytes_close(images);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(load, data, size);
}
