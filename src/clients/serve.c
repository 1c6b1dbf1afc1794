#include <gradiometer/clients.h>

#include "curvature/federated.h"
#include "gradients/client_shard.h"
#include "curvature/serve_rows.h"

gm_status gm_client_serve(gm_context *context, int descriptor) {
    const gm_client_duty duties[] = {gm_client_shard_duty,
                                     gm_client_moments_duty,
                                     gm_client_open_duty,
                                     gm_client_rows_duty,
                                     {.service = NULL}};
    gm_client client = {.context = context};
    return gm_client_loop(&client, descriptor, duties);
}
