/* A byte that is the width of a block, then a file in which it may be kept; magic, key and checksum
   are put right. */
#include "fuzz.h"

#include "base/hash.h"
#include "lwe/block.h"

static void read_block(gm_context *context, const uint8_t *data, size_t size) {
    static const uint64_t magic = 0x314B4C4245574C47u, key = 77;
    if (size < 1 + 3 * sizeof magic)
        return;
    gm_lwe_block block = {.width = data[0]};
    const size_t length = size - 1;
    char *bytes = malloc(length);
    fuzz_check(bytes != NULL);
    memcpy(bytes, data + 1, length);
    memcpy(bytes, &magic, sizeof magic);
    memcpy(bytes + sizeof magic, &key, sizeof key);
    const uint64_t sum = gm_hash_bytes(GM_HASH_START, bytes, length - sizeof sum);
    memcpy(bytes + length - sizeof sum, &sum, sizeof sum);
    const gm_status status = gm_lwe_block_take(context, bytes, length, key, &block);
    fuzz_check(status == GM_OK || status == GM_OUT_OF_MEMORY);
    fuzz_check((block.count > 0) == (block.r != NULL));
    if (block.r) {
        const size_t entries = (size_t)block.count * (size_t)block.width * sizeof *block.r;
        fuzz_check(entries == length - 12 * sizeof sum);
        fuzz_check(memcmp(block.r, bytes + 11 * sizeof sum, entries) == 0);
        fuzz_check(block.precision >= 0 && block.precision <= 2);
    }
    gm_lwe_block_free(context, &block);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(read_block, data, size);
}
