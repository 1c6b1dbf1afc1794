#include "gradients/client_supply.h"

#include "gradients/oracle_clients.h"

typedef struct client_supply {
    gm_supply base;
    gm_context *context;
    gm_remote *remote;
    const double *weights;
    gm_clients *clients;
} client_supply;

typedef struct client_source {
    gm_source base;
    const client_supply *supply;
    gm_target_noise noise;
    gm_source_seeds seeds;
    int64_t *index; /* [n] */
} client_source;

/* The batch is of the rows of the clients that are left, one after the other: numbers of these
   become those of all rows. */
static void draw_left(const client_source *self, int64_t batch) {
    const gm_clients *clients = self->supply->clients;
    const int64_t count = gm_clients_count(clients), n = self->base.batch_size;
    int64_t left = 0;
    for (int64_t c = 0; c < count; c++)
        left += gm_clients_has(clients, c) ? gm_clients_rows(clients, c) : 0;
    gm_draw_batch(self->supply->context, self->seeds.batches, batch, n, left, self->index);
    if (left == gm_clients_first(clients, count - 1) + gm_clients_rows(clients, count - 1))
        return;
    for (int64_t i = 0; i < n; i++) {
        int64_t c = 0, place = self->index[i];
        while (!gm_clients_has(clients, c) || place >= gm_clients_rows(clients, c)) {
            place -= gm_clients_has(clients, c) ? gm_clients_rows(clients, c) : 0;
            c++;
        }
        self->index[i] = gm_clients_first(clients, c) + place;
    }
}

/* A client that fails takes its part of the sum along: the batch is drawn and asked for again. */
static gm_status evaluate(gm_source *source, int64_t batch, int worker, double *out,
                          double *losses) {
    const client_source *self = (const client_source *)source;
    const client_supply *supply = self->supply;
    gm_status status = GM_OK;
    bool whole = false;
    (void)worker;
    (void)losses;
    while (!whole && status == GM_OK) {
        draw_left(self, batch);
        status = gm_remote_copies(supply->remote, supply->weights, source->batch_size, self->index,
                                  &self->noise, self->seeds.noise, batch, out, &whole);
    }
    return status;
}

static void destroy(gm_source *source) {
    client_source *self = (client_source *)source;
    gm_context *context = self->supply->context;
    gm_release(context, self->index);
    gm_release(context, self);
}

static gm_status open_source(gm_supply *base, const gm_target_noise *noise, gm_source_seeds seeds,
                             gm_source **out) {
    const client_supply *supply = (const client_supply *)base;
    gm_context *context = supply->context;
    gm_status status = GM_OK;
    client_source *self = NULL;
    if (noise->law != GM_NOISE_LINK && noise->variance > 0.0)
        return gm_fail(context, GM_UNAVAILABLE,
                       "sums over clients have link-aware noise alone; leave out the law");
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    *self = (client_source){.supply = supply,
                            .noise = *noise,
                            .seeds = seeds,
                            .base = {.dimension = base->dimension,
                                     .batch_size = base->batch_size,
                                     .copies = noise->copies,
                                     .serial = true,
                                     .evaluate = evaluate,
                                     .destroy = destroy}};
    GM_TRY(GM_NEW(context, self->index, base->batch_size));
    *out = &self->base;
    self = NULL;
done:
    gm_release(context, self);
    return status;
}

static void destroy_supply(gm_supply *base) {
    client_supply *self = (client_supply *)base;
    gm_remote_destroy(self->remote);
    gm_release(self->context, self);
}

gm_status gm_client_supply_create(gm_clients *clients, const gm_model *model,
                                  const char *specification, const double *weights,
                                  int64_t batch_size, gm_supply **out) {
    gm_status status = GM_OK;
    gm_context *context = gm_clients_context(clients);
    client_supply *self = NULL;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    *self = (client_supply){.context = context,
                            .weights = weights,
                            .clients = clients,
                            .base = {.dimension = model->parameters,
                                     .batch_size = batch_size,
                                     .injects = true,
                                     .link = true,
                                     .squared = model->loss == &gm_loss_squared,
                                     .open = open_source,
                                     .destroy = destroy_supply}};
    GM_TRY(gm_remote_open(clients, specification, model->parameters, &self->remote));
    *out = &self->base;
    self = NULL;
done:
    gm_release(context, self);
    return status;
}
