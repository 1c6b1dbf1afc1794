/* Optimizers: one file each, one line in table.c. They see gradients and nothing else. */
#ifndef GM_OPTIMIZER_H
#define GM_OPTIMIZER_H

#include "base/archive.h"
#include "gradients/oracle.h"
#include "gradients/shuffle.h"

typedef struct gm_optimizer gm_optimizer;

/* What is searched. Undefined members are NaN. */
typedef struct gm_setting {
    double rate;
    double horizon; /* epochs of a linear decay of the rate to nothing; infinite: constant */
    double momentum;
    double damping; /* over the largest curvature; NaN: the kind's own */
} gm_setting;

/* A run, for a dry run. */
typedef struct gm_length {
    int64_t rows, batch_size;
    double gradients; /* of batches, at most */
} gm_length;

/* What it takes: iterations, how many of them take one gradient, and all of their work. */
typedef struct gm_run_work {
    double steps, plain;
    gm_work work;
} gm_run_work;

/* An entry of the table. */
typedef struct gm_optimizer_kind {
    const char *name;
    const char *about; /* half a sentence */
    bool stochastic;   /* steps by batches: a horizon is searched and the tail averaged */
    double first_rate; /* where the grid of rates begins, times 1 − momentum where that is tried;
                          NaN: no rate is searched */
    bool scaled;       /* first_rate is over the largest curvature that full gradients show */
    bool single;       /* of a convex model no horizon is searched */
    int momenta;       /* that are tried; 0: the kind has its own, or none */
    double momentum[3];
    /* Allocate state; `self` holds everything that is common. GM_OUT_OF_MEMORY. */
    gm_status (*create)(gm_optimizer *self);
    /* One iteration from self->w: a batch, or whatever the method takes at a time. */
    gm_status (*advance)(gm_optimizer *self);
    /* What a run takes; NULL: a gradient a step and a few passes over the weights. */
    gm_run_work (*work)(const gm_model *model, const gm_length *length);
    /* Gradients that go into the curvature before the first step; NULL: none. */
    double (*before)(const gm_model *model);
    /* Everything that the next iteration depends on and that is not common, both ways; NULL:
       nothing. */
    void (*exchange)(gm_optimizer *self, gm_archive *archive);
    /* Of what create() made, which may have failed or not have run; NULL: nothing. */
    void (*destroy)(gm_optimizer *self);
} gm_optimizer_kind;

/* A run of an optimizer. Common members, then a state of the kind's own. */
struct gm_optimizer {
    const gm_optimizer_kind *kind;
    gm_context *context;
    gm_oracle *oracle; /* borrowed */
    gm_setting setting;
    uint64_t seed;
    int64_t dimension, steps; /* d; iterations so far */
    int64_t taken;            /* members of the order of rows so far */
    bool ended;               /* no step can be seen to lower the loss: w stays as it is */
    double loss;              /* mean over the batch of the latest iteration, where that began; of
                                 full gradients over all rows, where it ended */
    double *w;                /* [d] */
    double *average;          /* [d] of the tail: weights by the cube of the step; NULL: none */
    int64_t averaged;         /* steps in it */
    double *gradient;         /* [d] of the latest iteration */
    double *halves;           /* [2][d] of the latest batch; halves_known says whether they are */
    bool halves_known;
    int64_t *rows;              /* [n] of the latest batch */
    gm_shuffle shuffle;         /* of the rows */
    const char *preconditioner; /* kind of it, static; NULL: none */
    double condition, largest;  /* of the curvature; NaN: not known */
    void *state;
};

/* w starts at `start` [d], read here alone. GM_OUT_OF_MEMORY. */
gm_status gm_optimizer_create(gm_context *context, const gm_optimizer_kind *kind, gm_oracle *oracle,
                              const gm_setting *setting, uint64_t seed, const double *start,
                              gm_optimizer **out) __attribute__((warn_unused_result));

/* One iteration, and the average brought up to date. Numbers that are not finite stay visible in
   loss and w and are no failure. What the oracle fails with. */
gm_status gm_optimizer_advance(gm_optimizer *self) __attribute__((warn_unused_result));

/* Write all of the state, or take it back into an optimizer created alike. The oracle's counts are
   its own. */
void gm_optimizer_exchange(gm_optimizer *self, gm_archive *archive);

/* NULL is allowed. */
void gm_optimizer_destroy(gm_optimizer *self);

/* For kinds: the next batch of n rows in the order of this run: its loss and gradient at w into
   self->loss, self->gradient, self->halves. */
gm_status gm_optimizer_batch(gm_optimizer *self) __attribute__((warn_unused_result));

/* For kinds: the rate at this step, the horizon applied; at least a hundredth of the first. */
double gm_optimizer_rate(const gm_optimizer *self);

/* For kinds: restart the average at the next step. */
void gm_optimizer_forget_average(gm_optimizer *self);

extern const gm_optimizer_kind gm_optimizer_sgd;      /* w ← w − η g */
extern const gm_optimizer_kind gm_optimizer_momentum; /* v ← β v + g, w ← w − η v */
extern const gm_optimizer_kind gm_optimizer_adam;     /* [kingma2015] β₁ = .9, β₂ = .999 */
extern const gm_optimizer_kind gm_optimizer_lbfgs;    /* full gradients, strong Wolfe search */
extern const gm_optimizer_kind gm_optimizer_gradiometer;

/* What a run of a kind takes. */
gm_run_work gm_optimizer_work(const gm_optimizer_kind *kind, const gm_model *model,
                              const gm_length *length);

/* Kind of that name, or NULL; kind number i, or NULL past the end. */
const gm_optimizer_kind *gm_optimizer_find(const char *name);
const gm_optimizer_kind *gm_optimizer_at(int i);

#endif
