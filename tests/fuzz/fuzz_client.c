/* What a client is sent, one request after another: a byte that is its kind, two that are its
   length, then the payload. Header and checksum are the business of others. */
#include "fuzz.h"

#include "curvature/serve_rows.h"
#include "gradients/client_shard.h"

static void ask(gm_client *client, const gm_client_duty *duty, const uint8_t *data, size_t size) {
    gm_archive request, answer;
    gm_archive_read(client->context, (int64_t)size, data, &request);
    gm_archive_write(client->context, &answer);
    const gm_status status = duty->service(client, &request, &answer);
    fuzz_check(status == GM_OK || status == GM_INVALID_ARGUMENT || status == GM_INVALID_INPUT ||
               status == GM_OUT_OF_MEMORY || status == GM_UNAVAILABLE);
    fuzz_check(status == GM_OK || *gm_context_message(client->context));
    gm_archive_release(&answer);
}

static void serve(gm_context *context, const uint8_t *data, size_t size) {
    const gm_client_duty *const duties[] = {&gm_client_shard_duty, &gm_client_open_duty,
                                            &gm_client_rows_duty};
    gm_client client = {.context = context};
    while (size >= 3) {
        const size_t length = data[1] + 256u * data[2];
        const uint8_t kind = data[0];
        data += 3;
        size -= 3;
        const size_t taken = length < size ? length : size;
        ask(&client, duties[kind % 3], data, taken);
        data += taken;
        size -= taken;
    }
    gm_client_release(&client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(serve, data, size);
}
