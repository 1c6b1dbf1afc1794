/* A message of lattice reduction without its checksum, which is put right: read as each side does.
 */
#include "fuzz.h"

#include "lattice/message.h"

static void read_payload(const unsigned char *bytes, const gm_message_header *header) {
    gm_message_job job;
    gm_message_result result;
    char text[GM_MESSAGE_TEXT + 1];
    int rows = 0, columns = 0;
    if (gm_message_read_job(bytes, header, &job) == GM_MESSAGE_FINE) {
        fuzz_check(job.loops >= 0 && job.block_size >= 0 && job.delta > 0.25 && job.delta < 1.0);
        rows = job.rows;
        columns = job.columns;
    }
    if (gm_message_read_result(bytes, header, &result) == GM_MESSAGE_FINE) {
        fuzz_check(result.lll_seconds >= 0.0 && result.loops >= 0);
        rows = result.rows;
        columns = result.columns;
    }
    if (gm_message_read_text(bytes, header, text) == GM_MESSAGE_FINE)
        fuzz_check(strlen(text) == header->length);
    if (rows == 0)
        return;
    fuzz_check(rows <= columns &&
               gm_message_size(rows, columns) == GM_MESSAGE_HEADER + (size_t)header->length);
    for (size_t i = 0; i < (size_t)rows * (size_t)columns; i++)
        fuzz_check(llabs(gm_message_entry(bytes, i)) < GM_MESSAGE_ENTRY_LIMIT);
}

static void read_message(gm_context *context, const uint8_t *data, size_t size) {
    gm_message_header header = {0};
    (void)context;
    if (size < GM_MESSAGE_HEADER || gm_message_read_header(data, &header) != GM_MESSAGE_FINE ||
        header.length != size - GM_MESSAGE_HEADER)
        return;
    unsigned char *bytes = malloc(size);
    fuzz_check(bytes != NULL);
    memcpy(bytes, data, size);
    gm_message_seal(bytes, header.type, header.id, header.length);
    fuzz_check(gm_message_check(bytes, &header) == GM_MESSAGE_FINE);
    read_payload(bytes, &header);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(read_message, data, size);
}
