/* Keys that the specifications of networks share. */
#ifndef GM_NETWORK_KEYS_H
#define GM_NETWORK_KEYS_H

#include "models/model.h"

/* Whole numbers such as 64x32, each 1 to `limit`, into out [most]. Returns how many there are, 0
   where the text is no such list. */
int gm_network_list(const char *text, int most, int64_t limit, int64_t *out);

/* The loss of the key `loss` of model `model`, or the one that the targets ask for. With its
   number of outputs. GM_INVALID_ARGUMENT. */
gm_status gm_network_loss(gm_context *context, const char *model, const gm_spec *spec,
                          int64_t classes, const gm_loss **loss, int *outputs)
    __attribute__((warn_unused_result));

/* For gm_model_kind: losses of classes take numbers as classes where they are asked for by name. */
bool gm_network_classifies(const gm_spec *spec);

#endif
