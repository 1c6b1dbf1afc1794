/* Joining the other ranks and parting from them. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "parallel/ranks.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gradiometer/version.h>

#include "base/hash.h"
#include "base/part.h"
#include "parallel/meeting.h"

#define MODULE "gradiometer-mpi.so"

/* Seconds that a rank which failed waits for the others to end. */
static const double LEAVE_LIMIT = 10.0;

/* --- the module --- */

static gm_status no_module(gm_context *context, const char *reason) {
    return gm_fail(context, GM_UNAVAILABLE,
                   "MPI: %s; the module " MODULE
                   " is built where MPI is installed (Debian packages "
                   "libopenmpi-dev and openmpi-bin), and GRADIOMETER_MPI=off runs without it",
                   reason);
}

/* It stays loaded: MPI can not be started a second time in a process. */
static gm_status load_module(gm_context *context, const gm_transport **out) {
    char found[GM_PATH_LIMIT];
    const char *path = getenv("GRADIOMETER_MPI_MODULE");
    gm_transport_function table = NULL;
    if (!path || !*path) {
        if (!gm_part_find(MODULE, GM_PART_MODULE, found))
            return no_module(context, "not found");
        path = found;
    }
    /* Global: the plugins of Open MPI look for its symbols there. */
    void *module = dlopen(path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
    if (!module)
        return no_module(context, dlerror());
    void *symbol = dlsym(module, GM_TRANSPORT_FUNCTION);
    memcpy(&table, &symbol, sizeof table);
    if (!symbol || table()->version != GM_TRANSPORT_VERSION)
        return no_module(context, "the module is of another version");
    *out = table();
    return GM_OK;
}

gm_status gm_ranks_available(gm_context *context, char text[GM_RANKS_TEXT]) {
    const gm_transport *transport = context->ranks ? context->ranks->transport : NULL;
    const gm_status status = transport ? GM_OK : load_module(context, &transport);
    snprintf(text, GM_RANKS_TEXT, "%s%s%s",
             status == GM_OK ? transport->library() : gm_context_message(context),
             status == GM_OK && transport->algebra ? ", " : "",
             status == GM_OK && transport->algebra ? transport->algebra() : "");
    return status;
}

/* --- joining --- */

/* What must be the same on every rank, and what its machine is. */
typedef struct identity {
    char version[32], commit[32], blas_core[64];
    uint64_t processors; /* hash of the machine and of the processors that may be used there */
    int32_t isa, threads, threads_given, unused;
} identity;

static identity identify(const gm_context *context) {
    const gm_build_info build = gm_build_describe();
    identity self;
    char host[256] = "";
    cpu_set_t set;
    memset(&self, 0, sizeof self);
    memset(&set, 0, sizeof set);
    snprintf(self.version, sizeof self.version, "%s", build.version);
    snprintf(self.commit, sizeof self.commit, "%s", build.commit);
    snprintf(self.blas_core, sizeof self.blas_core, "%s", build.blas_core);
    (void)gethostname(host, sizeof host - 1);
    (void)sched_getaffinity(0, sizeof set, &set);
    self.processors =
        gm_hash_bytes(gm_hash_bytes(GM_HASH_START, host, sizeof host), &set, sizeof set);
    self.isa = (int32_t)context->isa;
    self.threads = context->threads;
    self.threads_given = context->threads_given;
    return self;
}

static gm_status check_same(gm_context *context, int ranks, const identity *all) {
    for (int r = 1; r < ranks; r++) {
        const identity *a = &all[0], *b = &all[r];
        if (strcmp(a->version, b->version) != 0 || strcmp(a->commit, b->commit) != 0)
            return gm_fail(context, GM_INVALID_INPUT,
                           "ranks 0 and %d are of versions %s (%s) and %s (%s)", r, a->version,
                           a->commit, b->version, b->commit);
        if (a->isa != b->isa || strcmp(a->blas_core, b->blas_core) != 0)
            return gm_fail(
                context, GM_INVALID_INPUT,
                "ranks 0 and %d would not have the same bits: instructions %s and %s, "
                "BLAS cores %s and %s; GRADIOMETER_ISA and OPENBLAS_CORETYPE choose them",
                r, gm_isa_name((gm_isa)a->isa), gm_isa_name((gm_isa)b->isa), a->blas_core,
                b->blas_core);
    }
    return GM_OK;
}

/* Ranks that may use the same processors of a machine part them; and loops may be cut by the number
   of threads, so that all ranks have the same. */
static void share_processors(gm_context *context, int ranks, const identity *all) {
    int fewest = all[0].threads;
    for (int r = 0; r < ranks; r++) {
        int beside = 0;
        for (int other = 0; other < ranks; other++)
            beside += all[other].processors == all[r].processors;
        const int part = all[r].threads / beside;
        const int threads = all[r].threads_given ? all[r].threads : part > 1 ? part : 1;
        fewest = threads < fewest ? threads : fewest;
    }
    context->threads = fewest;
}

static void ranks_destroy(struct gm_ranks *ranks) {
    gm_release(ranks->context, ranks->offsets);
    gm_release(ranks->context, ranks->presence);
    gm_release(ranks->context, ranks);
}

/* Part in good order, which waits for the others; with a transport that is broken there is none. */
static void ranks_finish(struct gm_ranks *ranks) {
    ranks->context->ranks = NULL;
    if (!ranks->broken)
        ranks->transport->finish();
    ranks_destroy(ranks);
}

static gm_status introduce(struct gm_ranks *ranks) {
    gm_context *context = ranks->context;
    gm_status status = GM_OK;
    identity *all = NULL;
    const gm_status mine = GM_NEW_ZERO(context, all, ranks->size);
    GM_TRY(gm_meet(ranks, GM_PURPOSE_JOIN, (int64_t)sizeof *all, mine));
    all[ranks->rank] = identify(context);
    for (int r = 0; r <= ranks->size; r++)
        ranks->offsets[r] = r * (int64_t)sizeof *all;
    GM_TRY(gm_meeting_gather(ranks, ranks->offsets, all));
    GM_TRY(check_same(context, ranks->size, all));
    share_processors(context, ranks->size, all);
done:
    gm_release(context, all);
    return status;
}

gm_status gm_ranks_join_by(gm_context *context, const gm_transport *transport) {
    gm_status status = GM_OK;
    struct gm_ranks *ranks = NULL;
    if (context->ranks)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_ranks_join: the context has joined before");
    if (transport->start() != GM_TRANSPORT_DONE)
        return gm_fail(context, GM_IO_ERROR, "MPI could not be started");
    GM_TRY(GM_NEW_ZERO(context, ranks, 1));
    ranks->context = context;
    ranks->transport = transport;
    ranks->rank = transport->rank();
    ranks->size = transport->size();
    ranks->limit = ranks->waiting_since = -1.0;
    if (ranks->size < 1 || ranks->rank < 0 || ranks->rank >= ranks->size)
        GM_TRY(gm_fail(context, GM_IO_ERROR, "MPI counts %d ranks, this one is %d", ranks->size,
                       ranks->rank));
    GM_TRY(GM_NEW_ZERO(context, ranks->presence, ranks->size));
    GM_TRY(GM_NEW_ZERO(context, ranks->offsets, ranks->size + 1));
    context->ranks = ranks;
    context->ranks_destroy = ranks_finish;
    GM_TRY(introduce(ranks));
    return GM_OK;
done:
    if (ranks && !context->ranks)
        ranks_destroy(ranks);
    return status;
}

gm_status gm_ranks_join(gm_context *context) {
    const gm_transport *transport = NULL;
    int ranks = 1;
    gm_ranks_launched(&ranks);
    if (ranks == 1)
        return GM_OK;
    const gm_status status = load_module(context, &transport);
    return status == GM_OK ? gm_ranks_join_by(context, transport) : status;
}

/* --- parting --- */

static bool all_leave(const struct gm_ranks *ranks) {
    for (int r = 0; r < ranks->size; r++)
        if (ranks->presence[r].purpose != GM_PURPOSE_LEAVE)
            return false;
    return true;
}

/* What all make of it: the result is rank 0's, and of the signals the highest counts. */
static void conclude(const struct gm_ranks *ranks, int *exit_status, bool *tells) {
    const gm_presence *p = ranks->presence;
    bool cancelled = false, told = false;
    int highest = 0;
    for (int r = 0; r < ranks->size; r++) {
        cancelled = cancelled || p[r].status == GM_CANCELLED;
        highest = p[r].exit_status > highest ? p[r].exit_status : highest;
        told = told || (r < ranks->rank && p[r].tells);
    }
    *tells = *tells && !told;
    *exit_status = cancelled && p[0].status != GM_OK ? highest : p[0].exit_status;
}

bool gm_ranks_leave(gm_context *context, gm_status ended, int *exit_status, bool *tells) {
    struct gm_ranks *ranks = context->ranks;
    bool all = false;
    if (!ranks)
        return true;
    if (ended != GM_OK)
        ranks->limit = LEAVE_LIMIT;
    ranks->waiting_since = -1.0;
    while (!all && !ranks->broken) {
        const gm_presence mine = {.purpose = GM_PURPOSE_LEAVE,
                                  .status = (int32_t)ended,
                                  .exit_status = *exit_status,
                                  .tells = *tells};
        gm_status status = gm_meeting_hold(ranks, mine);
        all = status == GM_OK && all_leave(ranks);
        /* The others take a failure from here, with its message. */
        if (status == GM_OK && !all)
            status = gm_meeting_judge(ranks);
    }
    if (!all)
        return false;
    conclude(ranks, exit_status, tells);
    return true;
}

void gm_ranks_abort(gm_context *context, int exit_status) {
    if (context->ranks)
        context->ranks->transport->end_all(exit_status);
}

int gm_context_ranks(const gm_context *context) {
    return context->ranks ? context->ranks->size : 1;
}

int gm_context_rank(const gm_context *context) {
    return context->ranks ? context->ranks->rank : 0;
}
