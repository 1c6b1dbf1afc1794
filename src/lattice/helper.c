#include "helper.h"

#include "parallel/process.h"

gm_status gm_lattice_find_helper(gm_context *context, const char *helper, char **out) {
    return gm_process_find(context, "lattice reduction", helper, "GRADIOMETER_LATTICE_HELPER",
                           "gradiometer-lattice",
                           ", which is built where fplll is installed (Debian packages "
                           "libfplll-dev, libfplll8-data and g++)",
                           out);
}
