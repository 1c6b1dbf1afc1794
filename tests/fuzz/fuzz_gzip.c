/* One byte for the size of the reads, then gzip or plain bytes: two readings must agree. */
#include "fuzz.h"

/* Read to the end, or to 64 KiB; an order-dependent sum of what came. */
static gm_status read_all(gm_bytes *bytes, size_t step, uint64_t *sum, int64_t *total) {
    unsigned char block[256];
    size_t got = 0;
    *sum = 0;
    *total = 0;
    do {
        gm_status status = gm_bytes_read(bytes, block, step, &got);
        if (status != GM_OK)
            return status;
        for (size_t i = 0; i < got; i++)
            *sum = *sum * 31 + block[i];
        *total += (int64_t)got;
    } while (got == step && *total < 1 << 16);
    return GM_OK;
}

static void read_twice(gm_context *context, const uint8_t *data, size_t size) {
    if (size < 1)
        return;
    size_t step = (size_t)data[0] + 1;
    gm_bytes *bytes = NULL;
    uint64_t sum = 0, again = 0;
    int64_t total = 0, total_again = 0;
    gm_status status = gm_bytes_open_memory(context, "fuzz.gz", data + 1, size - 1, &bytes);
    fuzz_check_status(context, status, bytes);
    if (status == GM_OK)
        status = read_all(bytes, step, &sum, &total);
    fuzz_check_status(context, status, status == GM_OK ? bytes : NULL);
    if (status == GM_OK && total < 1 << 16) {
        fuzz_check(gm_bytes_rewind(bytes) == GM_OK);
        fuzz_check(gm_bytes_expect(bytes, total, "all") == GM_OK);
        fuzz_check(read_all(bytes, step, &again, &total_again) == GM_OK);
        fuzz_check(total == total_again && sum == again);
        fuzz_check(gm_bytes_expect_end(bytes, "all") == GM_OK);
        fuzz_check(gm_bytes_rewind(bytes) == GM_OK);
        /* One byte more is refused, unless gzip is believed until it is read. */
        fuzz_check(gm_bytes_length(bytes) < 0 ||
                   gm_bytes_expect(bytes, total + 1, "more") == GM_INVALID_INPUT);
    }
    gm_bytes_close(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(read_twice, data, size);
}
