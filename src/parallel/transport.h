/* What carries bytes between ranks: a table of functions that the module for MPI exports, and that
   the library loads where it is needed. Plain C with types of fixed size: the module is a file of
   its own, and `version` says which table it has. */
#ifndef GM_TRANSPORT_H
#define GM_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

enum { GM_TRANSPORT_VERSION = 1 };

/* How a function of the table ended. */
enum { GM_TRANSPORT_DONE = 0, GM_TRANSPORT_FAILED = 1, GM_TRANSPORT_LEFT = 2 };

/* Asked again and again while a rank waits: false to wait no longer. After GM_TRANSPORT_LEFT
   nothing but end_all() is of use. */
typedef bool (*gm_patience)(void *argument);

typedef struct gm_transport {
    int32_t version;
    /* Name and version of what is behind it. */
    const char *(*library)(void);
    /* Join the others; collective. */
    int32_t (*start)(void);
    int32_t (*rank)(void);
    int32_t (*size)(void);
    /* bytes [offsets[size]]: the part of rank r is from offsets[r] to offsets[r + 1]. Each fills
       its own before, and has all after. */
    int32_t (*gather)(const int64_t *offsets, void *bytes, gm_patience patience, void *argument);
    /* bytes [size] of rank `root` on every rank. */
    int32_t (*broadcast)(int32_t root, int64_t size, void *bytes, gm_patience patience,
                         void *argument);
    /* End every process with an exit status. */
    void (*end_all)(int32_t exit_status);
    /* Part from the others; collective. */
    void (*finish)(void);
} gm_transport;

/* The one function that a module shows. */
#define GM_TRANSPORT_FUNCTION "gm_transport_table"
typedef const gm_transport *(*gm_transport_function)(void);

#endif
