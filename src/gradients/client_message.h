/* Messages between the server and a client: a header of 40 bytes, then a payload. The numbers are
   those of this machine, whose byte order the header tells. Nothing received is believed: the
   length is bounded before memory is taken, and a checksum covers all of it. */
#ifndef GM_CLIENT_MESSAGE_H
#define GM_CLIENT_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

enum { GM_CLIENT_VERSION = 1, GM_CLIENT_HEADER = 40 };

typedef enum gm_client_kind {
    GM_CLIENT_HELLO = 1, /* from a client that has started: no payload */
    GM_CLIENT_SHARD,     /* its part of the data; answered by READY */
    GM_CLIENT_READY,
    GM_CLIENT_MOMENTS, /* recover: answered by STATE */
    GM_CLIENT_STATE,
    GM_CLIENT_OPEN, /* train, gradients/client_rows.h: answered by OPENED */
    GM_CLIENT_OPENED,
    GM_CLIENT_ROWS, /* answered by SUMS */
    GM_CLIENT_SUMS,
    GM_CLIENT_FAILURE /* in place of an answer: text, why there is none */
} gm_client_kind;

typedef struct gm_client_header {
    uint32_t magic; /* in the sender's byte order */
    uint16_t version;
    uint16_t kind;
    uint64_t id;       /* of the request, which its answer repeats */
    uint64_t length;   /* bytes of the payload */
    uint64_t checksum; /* over the header with 0 in this place, then the payload */
    uint64_t reserved; /* 0 */
} gm_client_header;

/* A header for that payload. */
gm_client_header gm_client_seal(gm_client_kind kind, uint64_t id, size_t length,
                                const void *payload);

/* What is wrong with a header, in words; NULL: nothing, so far. */
const char *gm_client_header_fault(const gm_client_header *header);

/* Whether header and payload belong together. */
int gm_client_sum_fits(const gm_client_header *header, const void *payload);

#endif
