#include <poll.h>
#include <stdio.h>

#include <gradiometer/lwe.h>

#include "helper.h"
#include "worker.h"

/* Wait for the HELLO of a process that was just started. */
static gm_status await_hello(gm_context *context, const char *path, gm_worker *worker) {
    for (;;) {
        struct pollfd file = {.fd = worker->process.fd, .events = gm_worker_events(worker)};
        (void)poll(&file, 1, 50);
        const gm_worker_event event = gm_worker_step(worker);
        if (event == GM_WORKER_HELLO)
            return GM_OK;
        if (event != GM_WORKER_NOTHING)
            return gm_fail(context, worker->other_version ? GM_UNAVAILABLE : GM_IO_ERROR,
                           "gm_lwe_reduction_available: %s: %s", path, worker->text);
        if (gm_is_cancelled(context))
            return gm_fail(context, GM_CANCELLED, "cancelled while starting %s", path);
    }
}

gm_status gm_lwe_reduction_available(gm_context *context, char out[GM_LWE_REDUCTION_TEXT]) {
    gm_worker worker = {0};
    char *path = NULL;
    gm_status status = GM_OK;
    GM_TRY(gm_lattice_find_helper(context, NULL, &path));
    GM_TRY(gm_worker_start(context, path, &worker));
    GM_TRY(await_hello(context, path, &worker));
    snprintf(out, GM_LWE_REDUCTION_TEXT, "%s", worker.text);
done:
    gm_worker_stop(&worker);
    gm_release(context, path);
    return status;
}
