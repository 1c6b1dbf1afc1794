#include "losses/loss.h"

#include <string.h>

static const gm_loss *const losses[] = {&gm_loss_squared, &gm_loss_logistic, &gm_loss_softmax,
                                        &gm_loss_cosine};

const gm_loss *gm_loss_at(int i) {
    return i >= 0 && i < (int)(sizeof losses / sizeof losses[0]) ? losses[i] : NULL;
}

const gm_loss *gm_loss_find(const char *name) {
    const gm_loss *loss;
    for (int i = 0; (loss = gm_loss_at(i)) != NULL; i++)
        if (strcmp(loss->name, name) == 0)
            return loss;
    return NULL;
}
