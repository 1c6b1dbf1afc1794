#ifndef GRADIOMETER_VERSION_H
#define GRADIOMETER_VERSION_H

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/** What this build is and runs on. Strings are owned by the library and live as long as it does. */
typedef struct gm_build_info {
    const char *version;   /**< "0.1.0" */
    const char *commit;    /**< short hash of the source, "unknown" outside a git checkout */
    const char *licence;   /**< SPDX identifier */
    const char *compiler;  /**< name and version */
    const char *blas_core; /**< core that OpenBLAS chose for this processor, such as "SkylakeX" */
    const char *blas;      /**< configuration string of OpenBLAS */
    int blas_threaded;     /**< 1 where the linked OpenBLAS has threads of its own (kept at one) */
    gm_isa best_isa;       /**< best instruction set of this processor that kernels exist for */
} gm_build_info;

/** Describe the build and the processor. Cannot fail. */
GM_API gm_build_info gm_build_describe(void);

GM_END_DECLS

#endif
