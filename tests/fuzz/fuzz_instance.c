/* One byte that says what it is, then an instance.json or an array of whole numbers. */
#include "fuzz.h"

#include "data/integers.h"
#include "lwe/instance.h"

static void read_description(gm_context *context, const uint8_t *data, size_t size) {
    gm_lwe_parameters p = {0};
    int law;
    char *text = malloc(size + 1);
    fuzz_check(text != NULL);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    gm_status status = gm_lwe_parse_description(context, "fuzz.json", text, size, &p);
    fuzz_check_status(context, status, status == GM_OK ? &p : NULL);
    if (status == GM_OK && p.secret) {
        const gm_lwe_source source = {context, "fuzz.json", GM_INVALID_INPUT};
        fuzz_check(gm_lwe_find_secret(&source, p.secret, &law) == GM_OK);
    }
    free(text);
}

static void read_integers(gm_context *context, const uint8_t *data, size_t size) {
    gm_integers array = {0};
    gm_bytes *bytes = NULL;
    int64_t count = 1;
    volatile int64_t sum = 0;
    gm_status status = gm_bytes_open_memory(context, "fuzz.npy", data, size, &bytes);
    if (status == GM_OK)
        status = gm_integers_read_bytes(context, bytes, &array);
    fuzz_check_status(context, status, array.values);
    for (int i = 0; i < 4; i++)
        count *= array.shape[i];
    for (int64_t k = 0; array.values && k < count; k++)
        sum = sum ^ array.values[k];
    gm_release(context, array.values);
    gm_bytes_close(bytes);
}

static void load(gm_context *context, const uint8_t *data, size_t size) {
    if (size < 1)
        return;
    (data[0] ? read_integers : read_description)(context, data + 1, size - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(load, data, size);
}
