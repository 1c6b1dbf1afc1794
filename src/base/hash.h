/* FNV-1a of 64 bits [fnv]: an error-detecting sum, no protection against who wants to deceive. */
#ifndef GM_HASH_H
#define GM_HASH_H

#include <stddef.h>
#include <stdint.h>

#define GM_HASH_START UINT64_C(14695981039346656037)

/* The hash of what went into `hash`, followed by these bytes. */
static inline uint64_t gm_hash_bytes(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *from = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ from[i]) * UINT64_C(1099511628211);
    return hash;
}

#endif
