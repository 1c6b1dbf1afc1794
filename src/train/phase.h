/* A stretch of a run, as long as a quarter of its age: what drifts more slowly than a window can
   show; see docs/theory/monitor.md. */
#ifndef GM_TRAIN_PHASE_H
#define GM_TRAIN_PHASE_H

#include "train/window.h"

/* Pieces of a phase whose sums of gradients are compared. */
enum { GM_PHASE_PIECES = 32 };

/* Sums over a stretch that is going on, and, borrowed, two vectors of it. */
typedef struct gm_phase {
    int64_t dimension;
    double *piece;                         /* [d] Σ g over the piece that goes on */
    double *whole;                         /* [d] Σ g over the pieces before it */
    int64_t length, steps;                 /* steps that a piece will have; seen of the phase */
    double first_loss;                     /* taken off before a sum whose weights add up to 0 */
    double loss, loss_squares, loss_slope; /* mean; Σ of squares around it; Σ (k − centre) loss */
    double overlap, overlap_squares;       /* Σ ⟨whole, piece⟩ and of its squares */
    double before;                         /* Σ ‖g‖² of the steps before */
    double turned, turned_squares;         /* Σ of GM_TURNED and of its squares */
} gm_phase;

/* Begin one with pieces of `length` steps. */
void gm_phase_begin(gm_phase *phase, int64_t length);

/* Add a step, of which `piece` holds the gradient already. Is the phase over? */
bool gm_phase_add(gm_phase *phase, const gm_step *step);

/* Do the pieces go one way, farther than noise alone takes them? Of a phase that is over. */
bool gm_phase_drifts(const gm_phase *phase);

/* Does its loss fall? */
bool gm_phase_falls(const gm_phase *phase);

/* Σ of step sharpness over it, the number of time constants of its steep directions that went by,
   and the variance of that. */
void gm_phase_constants(const gm_phase *phase, double *value, double *variance);

#endif
