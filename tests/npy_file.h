/* For tests: .npy files of any header. */
#ifndef GM_TESTS_NPY_FILE_H
#define GM_TESTS_NPY_FILE_H

#include "data_files.h"

/* Write a .npy file of a header's text and raw elements; its path. */
static inline const char *put_npy_header(files *f, const char *name, int version,
                                         const char *header, const void *elements, size_t size) {
    size_t length = strlen(header), start = version == 1 ? 10 : 12;
    char *bytes = calloc(1, start + length + size);
    assert_non_null(bytes);
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (char)version;
    bytes[8] = (char)(length & 255);
    bytes[9] = (char)(length >> 8 & 255);
    memcpy(bytes + start, header, length);
    if (size)
        memcpy(bytes + start + length, elements, size);
    const char *ending = strrchr(name, '.');
    const char *path = strcmp(ending, ".gz") == 0 ? put_gzip(f, name, bytes, start + length + size)
                                                  : put(f, name, bytes, start + length + size);
    free(bytes);
    return path;
}

/* The same of a type, an order ("True": Fortran's) and a shape, as t.npy. */
static inline const char *put_npy(files *f, const char *type, const char *order, const char *shape,
                                  const void *elements, size_t size) {
    char header[256];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }   \n",
             type, order, shape);
    return put_npy_header(f, "t.npy", 1, header, elements, size);
}

#endif
