/* The forms of a preconditioner: one file each, one line in the table of precondition.c. */
#ifndef GM_PRECONDITION_FORM_H
#define GM_PRECONDITION_FORM_H

#include "curvature/precondition.h"

/* What the eigenvalues of P⁻¹H are expected to lie between, H the true curvature, and their sum. */
typedef struct gm_precondition_spread {
    double low, high, trace; /* high and trace may be infinite */
} gm_precondition_spread;

typedef struct gm_precondition_kind {
    gm_status (*create)(gm_preconditioner *self);
    /* Vectors that were found to be finite; self->weight is still that before them. */
    gm_status (*add)(gm_preconditioner *self, int64_t count, const double *vectors, double keep);
    gm_status (*factor)(gm_preconditioner *self, double damping);
    void (*apply)(const gm_preconditioner *self, const double *g, double *out);
    gm_precondition_spread (*spread)(const gm_preconditioner *self);
    void (*exchange)(gm_preconditioner *self, gm_archive *archive);
    void (*destroy)(gm_preconditioner *self); /* also of what create() left half-made */
} gm_precondition_kind;

struct gm_preconditioner {
    const gm_precondition_kind *kind;
    gm_context *context;
    const gm_model *model;
    const double *penalty; /* [d], or NULL */
    int64_t dimension, most_vectors;
    double weight;  /* Σ ω over the vectors, ω = what fading left of 1 */
    double squares; /* Σ ω² */
    bool factored;
    gm_precondition_facts facts;
    void *state;
};

/* λ of coordinate j. */
static inline double gm_precondition_penalty(const gm_preconditioner *self, int64_t j) {
    return self->penalty ? self->penalty[j] : 0.0;
}

/* What so many independent vectors of equal weight would tell: (Σ ω)² / Σ ω². */
double gm_precondition_effective(const gm_preconditioner *self);

/*
 * Where the eigenvalues of P⁻¹H lie for P of a second moment of `vectors` Gaussian vectors and what
 * is added to it.
 *   freedom    tr P⁻¹S
 *   dimension  that the vectors span at most
 *   most       an upper bound that is known otherwise, or infinity
 */
gm_precondition_spread gm_precondition_edges(double freedom, double dimension, double vectors,
                                             double most);

extern const gm_precondition_kind gm_precondition_full;
extern const gm_precondition_kind gm_precondition_kronecker;
extern const gm_precondition_kind gm_precondition_low_rank;

#endif
