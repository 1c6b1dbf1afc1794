/* Here and not in base: the BLAS that is linked is part of what a build is. */
#include <gradiometer/version.h>

#include <cblas.h>
#include <pthread.h>

#include "base/base.h"
#include "build_info.h"

/* openblas_get_config() composes its text in one static buffer, so it is called once only. */
static pthread_once_t described = PTHREAD_ONCE_INIT;
static gm_build_info description;

static void describe(void) {
    description = (gm_build_info){
        .version = GM_VERSION,
        .commit = GM_COMMIT,
        .licence = "BSD-3-Clause",
        .compiler = GM_COMPILER,
        .blas_core = openblas_get_corename(),
        .blas = openblas_get_config(),
        .blas_threaded = openblas_get_parallel() != OPENBLAS_SEQUENTIAL,
        .best_isa = gm_isa_detect(),
    };
}

gm_build_info gm_build_describe(void) {
    pthread_once(&described, describe);
    return description;
}
