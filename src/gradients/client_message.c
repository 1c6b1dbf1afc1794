#include "gradients/client_message.h"

#include <string.h>

#include "base/hash.h"

/* "GMCL" on a little-endian machine. */
static const uint32_t MAGIC = 0x4c434d47;

_Static_assert(sizeof(gm_client_header) == GM_CLIENT_HEADER, "no gaps in the header");

/* Eight bytes at a time; each step is one to one in them, so that no single one can change
   unnoticed. What is left over goes byte by byte. */
static uint64_t sum_words(uint64_t sum, const unsigned char *bytes, size_t size) {
    size_t i = 0;
    for (; i + sizeof sum <= size; i += sizeof sum) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        sum = (sum << 29) | (sum >> 35);
    }
    return i < size ? gm_hash_bytes(sum, bytes + i, size - i) : sum;
}

static uint64_t sum(gm_client_header header, const void *payload) {
    header.checksum = 0;
    return sum_words(gm_hash_bytes(GM_HASH_START, &header, sizeof header), payload,
                     (size_t)header.length);
}

gm_client_header gm_client_seal(gm_client_kind kind, uint64_t id, size_t length,
                                const void *payload) {
    gm_client_header header = {.magic = MAGIC,
                               .version = GM_CLIENT_VERSION,
                               .kind = (uint16_t)kind,
                               .id = id,
                               .length = length};
    header.checksum = sum(header, payload);
    return header;
}

const char *gm_client_header_fault(const gm_client_header *header) {
    if (header->magic == __builtin_bswap32(MAGIC))
        return "it comes from a machine of the other byte order";
    if (header->magic != MAGIC)
        return "it does not begin as a message of a client does";
    if (header->version != GM_CLIENT_VERSION)
        return "it is of another version of the protocol";
    return NULL;
}

int gm_client_sum_fits(const gm_client_header *header, const void *payload) {
    return sum(*header, payload) == header->checksum;
}
