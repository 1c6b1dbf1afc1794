/* Messages between the library and its helper program (tools/lattice), which compiles this file
   too: a header of 32 bytes and a payload, all numbers little-endian. Nothing received is believed:
   sizes are bounded before memory is taken, a checksum covers header and payload, and every field
   has a range. Pure functions on bytes; no memory, no context. */
#ifndef GM_LATTICE_MESSAGE_H
#define GM_LATTICE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GM_MESSAGE_VERSION = 1,
    GM_MESSAGE_HEADER = 32, /* magic 4, version 2, type 2, id 8, payload bytes 8, checksum 8 */
    GM_MESSAGE_FIELDS = 40, /* of a job and of a result, before the entries */
    GM_MESSAGE_TEXT = 200,  /* bytes of a text at most, without an end */
    GM_MESSAGE_MAX_SIDE = 2048,
    GM_MESSAGE_MAX_BLOCK = 128,
    GM_MESSAGE_MAX_LOOPS = 1000000
};

/* Entries of a basis lie below this, in absolute value. */
#define GM_MESSAGE_ENTRY_LIMIT ((int64_t)1 << 62)

/* From the helper come HELLO once, then for each JOB a RESULT or a FAILURE with the job's id. */
typedef enum gm_message_type {
    GM_MESSAGE_HELLO = 1,
    GM_MESSAGE_JOB,
    GM_MESSAGE_RESULT,
    GM_MESSAGE_FAILURE
} gm_message_type;

typedef enum gm_message_fault {
    GM_MESSAGE_FINE,
    GM_MESSAGE_FOREIGN,
    GM_MESSAGE_OTHER_VERSION,
    GM_MESSAGE_BAD_TYPE,
    GM_MESSAGE_BAD_LENGTH,
    GM_MESSAGE_BAD_CHECKSUM,
    GM_MESSAGE_BAD_FIELD,
    GM_MESSAGE_BAD_ENTRY,
    GM_MESSAGE_ZERO_ROW
} gm_message_fault;

typedef enum gm_message_precision {
    GM_PRECISION_DOUBLE,
    GM_PRECISION_LONG_DOUBLE,
    GM_PRECISION_MPFR
} gm_message_precision;

typedef struct gm_message_header {
    int version;
    gm_message_type type;
    uint64_t id;
    uint64_t length; /* bytes of the payload */
} gm_message_header;

typedef struct gm_message_job {
    int task; /* a gm_lattice_task */
    int rows, columns;
    int block_size, loops;
    double delta, norm;
} gm_message_job;

typedef struct gm_message_result {
    int precision; /* a gm_message_precision */
    int rows, columns;
    int loops;
    double lll_seconds, bkz_seconds; /* processor seconds */
    double fplll_seconds;            /* of both, inside fplll */
} gm_message_result;

/* What a fault is, in words. Static string. */
const char *gm_message_fault_text(gm_message_fault fault);

/* Bytes of a job or of a result with its header. */
size_t gm_message_size(int rows, int columns);

/* Read the 32 bytes of a header. GM_MESSAGE_OTHER_VERSION fills `out->version` alone. */
gm_message_fault gm_message_read_header(const unsigned char *bytes, gm_message_header *out);

/* Check a whole message against the checksum in its header, which was read before. */
gm_message_fault gm_message_check(const unsigned char *bytes, const gm_message_header *header);

/* Read and check the payload of a whole message; entries stay where they are. */
gm_message_fault gm_message_read_job(const unsigned char *bytes, const gm_message_header *header,
                                     gm_message_job *out);
gm_message_fault gm_message_read_result(const unsigned char *bytes, const gm_message_header *header,
                                        gm_message_result *out);

/* Copy the text of HELLO (the version of fplll) or FAILURE (what went wrong); printable ASCII. */
gm_message_fault gm_message_read_text(const unsigned char *bytes, const gm_message_header *header,
                                      char out[GM_MESSAGE_TEXT + 1]);

/* Entry `index` (row by row) of a job or result, whole message. */
int64_t gm_message_entry(const unsigned char *bytes, size_t index);

/* Write a message: fields, then entries, then the header with the checksum over all of it. */
void gm_message_put_job(unsigned char *bytes, const gm_message_job *job);
void gm_message_put_result(unsigned char *bytes, const gm_message_result *result);
void gm_message_put_entry(unsigned char *bytes, size_t index, int64_t value);
void gm_message_seal(unsigned char *bytes, gm_message_type type, uint64_t id, uint64_t length);

/* Write a HELLO or FAILURE; longer text is cut, what is not printable becomes '?'. Its size, at
   most GM_MESSAGE_HEADER + GM_MESSAGE_TEXT. */
size_t gm_message_put_text(unsigned char *bytes, gm_message_type type, uint64_t id,
                           const char *text);

#ifdef __cplusplus
}
#endif

#endif
