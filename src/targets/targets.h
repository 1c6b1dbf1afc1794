/* Classes of targets h ~ χ. One file a kind, one line in table.c. */
#ifndef GM_TARGETS_H
#define GM_TARGETS_H

#include <gradiometer/random.h>
#include <gradiometer/spec.h>

#include "base/base.h"
#include "inputs/inputs.h"

typedef struct gm_targets gm_targets;

/* An entry of the table: how a specification becomes a class of targets on given inputs. */
typedef struct gm_targets_kind {
    const char *name;
    /* GM_INVALID_ARGUMENT with the key and what is accepted, or where the inputs do not fit;
       GM_OUT_OF_MEMORY. */
    gm_status (*create)(gm_context *context, const gm_spec *spec, const gm_inputs *inputs,
                        gm_targets **out);
} gm_targets_kind;

/*
 * A class of functions on inputs of n columns. One target is described by `width` numbers.
 * Immutable; its functions may run on many threads at once.
 *
 * Where `modulus` is q > 0 every target is a function of a character, h_s(x) = labels[t],
 * t = ⟨s, r⟩ + e mod q, with the description s ∈ Z_q^n and r = residue_scale x + residue_shift;
 * the error e is fresh for every sample. evaluate() then gives ⟨s, r⟩ mod q, without error.
 */
struct gm_targets {
    const char *name;
    int64_t columns; /* n */
    int64_t width;   /* numbers that describe one target */
    bool signs;      /* labels are −1 and +1 */
    int64_t modulus; /* q; 0: evaluate() gives labels */
    double residue_scale, residue_shift;
    const double *labels; /* [q] */
    const double *errors; /* [2 reach + 1], P(e) at e = −reach … reach */
    int64_t reach;        /* 0: no error */
    double count;         /* targets of the class, where they can be enumerated; 0: not so */
    /* Descriptions of targets first … first+count−1 of a stream: out [count][width]. */
    void (*draw)(const gm_targets *targets, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *out);
    /* Descriptions number first … of the class, each once, and their probabilities. */
    void (*enumerate)(const gm_targets *targets, int64_t first, int64_t count, double *out,
                      double *probability);
    /* Numbers of scratch that evaluate() needs for so many rows and targets; NULL: none. */
    int64_t (*scratch)(const gm_targets *targets, int64_t rows, int64_t count);
    /* Labels, or ⟨s, r⟩ mod q, of `count` targets at rows x [rows][n]: out [rows][count]. */
    void (*evaluate)(const gm_targets *targets, const gm_context *context, int64_t count,
                     const double *description, int64_t rows, const double *x, double *scratch,
                     double *out);
    /* Classes of mean 0 whose second moment is known. white: E_h h(x) h(x') = h0² for x = x',
       otherwise 0, h0 = ±1. rank > 0: it is Σ_r f_r(x) f_r(x'), f [rows][rank] from moment(). */
    bool white;
    int64_t rank;
    void (*moment)(const gm_targets *targets, int64_t rows, const double *x, double *f);
    void (*destroy)(gm_context *context, gm_targets *targets); /* NULL: gm_release() */
};

extern const gm_targets_kind gm_targets_lwe;     /* a reading of ⟨s, x⟩ + e mod q */
extern const gm_targets_kind gm_targets_wave;    /* ψ(⟨u, x⟩), u uniform on ‖u‖ = R */
extern const gm_targets_kind gm_targets_parity;  /* ∏_{i∈S} x_i */
extern const gm_targets_kind gm_targets_modsum;  /* (Σ_{i∈S} x_i mod q) / q */
extern const gm_targets_kind gm_targets_teacher; /* a network of tanh with random weights */
extern const gm_targets_kind gm_targets_linear;  /* ⟨a, x⟩, a ~ N(0, I) */
extern const gm_targets_kind gm_targets_random;  /* ±1, independent at every x */

/* The class that a specification names. GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY. */
gm_status gm_targets_create(gm_context *context, const char *text, const gm_inputs *inputs,
                            gm_targets **out) __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_targets_destroy(gm_context *context, gm_targets *targets);

/* Kind number i of the table, or NULL past its end. */
const gm_targets_kind *gm_targets_at(int i);

#endif
