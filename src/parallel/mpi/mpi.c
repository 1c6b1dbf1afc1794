/* The module for MPI, built by itself and loaded where it is needed. */
#include <mpi.h>

#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "parallel/mpi/algebra.h"
#include "parallel/transport.h"

/* A wait looks LOOKS times without rest, since data move only while one looks; then YIELDS times
   offering the processor to who may want it, some milliseconds; then it sleeps between looks, first
   FIRST and at most LAST nanoseconds, so that ranks that share a processor leave it to who works.
 */
enum { LOOKS = 200, YIELDS = 10000, FIRST = 10000, LAST = 100000 };

/* Counts of MPI are int. */
static const int64_t most_bytes = 1 << 30;

static int32_t number_of(int (*ask)(MPI_Comm, int *)) {
    int number = 0;
    return ask(MPI_COMM_WORLD, &number) == MPI_SUCCESS ? number : -1;
}

static int32_t rank(void) {
    return number_of(MPI_Comm_rank);
}

static int32_t size(void) {
    return number_of(MPI_Comm_size);
}

static const char *library(void) {
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (MPI_Get_library_version(text, &length) != MPI_SUCCESS)
        return "unknown";
    text[strcspn(text, ",\n")] = '\0';
    return text;
}

static int32_t start(void) {
    int provided = 0, there = 0;
    if (MPI_Initialized(&there) != MPI_SUCCESS)
        return GM_TRANSPORT_FAILED;
    if (!there && MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS)
        return GM_TRANSPORT_FAILED;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    return GM_TRANSPORT_DONE;
}

static int32_t wait_for(MPI_Request *request, gm_patience patience, void *argument) {
    struct timespec pause = {.tv_nsec = FIRST};
    int done = 0;
    for (int64_t looks = 0;; looks++) {
        if (MPI_Test(request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS)
            return GM_TRANSPORT_FAILED;
        if (done)
            return GM_TRANSPORT_DONE;
        if (looks < LOOKS)
            continue;
        if (!patience(argument))
            return GM_TRANSPORT_LEFT;
        if (looks < LOOKS + YIELDS) {
            sched_yield();
            continue;
        }
        nanosleep(&pause, NULL);
        pause.tv_nsec = pause.tv_nsec * 2 < LAST ? pause.tv_nsec * 2 : LAST;
    }
}

static int32_t broadcast(int32_t root, int64_t bytes, void *values, gm_patience patience,
                         void *argument) {
    char *next = values;
    int32_t ended = GM_TRANSPORT_DONE;
    while (bytes > 0 && ended == GM_TRANSPORT_DONE) {
        const int64_t count = bytes < most_bytes ? bytes : most_bytes;
        MPI_Request request;
        if (MPI_Ibcast(next, (int)count, MPI_BYTE, root, MPI_COMM_WORLD, &request) != MPI_SUCCESS)
            return GM_TRANSPORT_FAILED;
        ended = wait_for(&request, patience, argument);
        next += count;
        bytes -= count;
    }
    return ended;
}

/* The parts one after the other, where places do not fit the int of MPI, or there are many ranks.
 */
static int32_t gather_by_parts(int32_t ranks, const int64_t *offsets, void *bytes,
                               gm_patience patience, void *argument) {
    int32_t ended = GM_TRANSPORT_DONE;
    for (int32_t r = 0; r < ranks && ended == GM_TRANSPORT_DONE; r++)
        ended = broadcast(r, offsets[r + 1] - offsets[r], (char *)bytes + offsets[r], patience,
                          argument);
    return ended;
}

enum { MOST_RANKS = 1024 };

static int32_t gather(const int64_t *offsets, void *bytes, gm_patience patience, void *argument) {
    int counts[MOST_RANKS], places[MOST_RANKS];
    const int32_t ranks = size();
    MPI_Request request;
    if (ranks > MOST_RANKS || offsets[ranks] > INT_MAX)
        return gather_by_parts(ranks, offsets, bytes, patience, argument);
    for (int32_t r = 0; r < ranks; r++) {
        places[r] = (int)offsets[r];
        counts[r] = (int)(offsets[r + 1] - offsets[r]);
    }
    if (MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, bytes, counts, places, MPI_BYTE,
                        MPI_COMM_WORLD, &request) != MPI_SUCCESS)
        return GM_TRANSPORT_FAILED;
    return wait_for(&request, patience, argument);
}

static void end_all(int32_t exit_status) {
    MPI_Abort(MPI_COMM_WORLD, exit_status);
}

static void finish(void) {
    int gone = 0;
    if (MPI_Finalized(&gone) == MPI_SUCCESS && !gone)
        MPI_Finalize();
}

/* Shown by the module: GM_TRANSPORT_FUNCTION. */
__attribute__((visibility("default"))) const gm_transport *gm_transport_table(void);

const gm_transport *gm_transport_table(void) {
    static const gm_transport table = {.version = GM_TRANSPORT_VERSION,
                                       .library = library,
                                       .start = start,
                                       .rank = rank,
                                       .size = size,
                                       .gather = gather,
                                       .broadcast = broadcast,
#ifdef GM_SCALAPACK
                                       .algebra = gm_algebra_name,
                                       .eigenvalues = gm_algebra_eigenvalues,
                                       .solve = gm_algebra_solve,
#endif
                                       .end_all = end_all,
                                       .finish = finish};
    return &table;
}
