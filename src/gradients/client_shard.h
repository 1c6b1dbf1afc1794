/* The part of the data that one client has, and how it gets there. */
#ifndef GM_CLIENT_SHARD_H
#define GM_CLIENT_SHARD_H

#include "gradients/client_channel.h"

/*
 * Cut rows into the parts of the clients, in their order.
 *   offsets  [count + 1]: client c has rows offsets[c] … offsets[c + 1] − 1
 * GM_INVALID_ARGUMENT (sizes that are no numbers above 0, or too many or few; a client without a
 * row)
 */
gm_status gm_client_parts(gm_context *context, const gm_client_options *options, int64_t rows,
                          int64_t *offsets) __attribute__((warn_unused_result));

/* Data as a model takes them. Borrowed. */
typedef struct gm_client_data {
    const gm_dataset *dataset;
    const double *targets; /* [rows]: numbers, or indices of classes */
    int64_t classes;       /* of all the data; 0: numbers */
} gm_client_data;

/* Write rows first … end−1. */
void gm_client_shard_write(const gm_client_data *data, int64_t first, int64_t end,
                           gm_archive *archive);

/* The duty of taking one in: the client's data set has the classes of all the data, whichever of
   them it has rows of. */
extern const gm_client_duty gm_client_shard_duty;

#endif
