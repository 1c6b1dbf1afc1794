#include "optim/optimizer.h"

#include <string.h>

static const gm_optimizer_kind *const kinds[] = {&gm_optimizer_sgd, &gm_optimizer_momentum,
                                                 &gm_optimizer_adam, &gm_optimizer_lbfgs,
                                                 &gm_optimizer_gradiometer};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const gm_optimizer_kind *gm_optimizer_at(int i) {
    return i >= 0 && i < KINDS ? kinds[i] : NULL;
}

const gm_optimizer_kind *gm_optimizer_find(const char *name) {
    const gm_optimizer_kind *kind;
    for (int i = 0; (kind = gm_optimizer_at(i)) != NULL; i++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}
