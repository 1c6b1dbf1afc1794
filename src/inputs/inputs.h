/* Laws of inputs x ~ P. One file a kind, one line in table.c. */
#ifndef GM_INPUTS_H
#define GM_INPUTS_H

#include <gradiometer/random.h>
#include <gradiometer/spec.h>

#include "base/base.h"

typedef struct gm_inputs gm_inputs;

/* An entry of the table: how a specification becomes a law. */
typedef struct gm_inputs_kind {
    const char *name;
    /* GM_INVALID_ARGUMENT with the key and what is accepted; GM_OUT_OF_MEMORY. */
    gm_status (*create)(gm_context *context, const gm_spec *spec, gm_inputs **out);
} gm_inputs_kind;

/*
 * A law. Immutable; its functions may run on many threads at once. Rows are in their own units:
 * residues are whole numbers in [−q/2, q/2), which a model sees multiplied by `scale` = 1/q.
 */
struct gm_inputs {
    const char *name;
    int64_t columns; /* n */
    int64_t modulus; /* q; 0: not residues */
    double scale;
    bool continuous; /* P(x) = 0 for every x */
    bool signs;      /* every entry is −1 or +1 */
    /* Independent coordinates of one discrete law: its values, ascending, and their probabilities,
       both [points]. points = 0: not so. */
    int64_t points;
    const double *values, *probabilities;
    double collision; /* Σ P(x)² */
    /* Rows first … first+count−1 of a stream: x [count][columns]. */
    void (*draw)(const gm_inputs *inputs, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *x);
    /* P(x) of rows that were drawn: out [count]. */
    void (*probability)(const gm_inputs *inputs, int64_t count, const double *x, double *out);
    /* A law with finitely many rows: how many, as a number that may be large (0: continuous). */
    double support;
    /* Rows first … first+count−1 of the support, each once, and P of each. */
    void (*enumerate)(const gm_inputs *inputs, int64_t first, int64_t count, double *x,
                      double *probability);
    void (*destroy)(gm_context *context, gm_inputs *inputs); /* NULL: gm_release() */
};

extern const gm_inputs_kind gm_inputs_zq;     /* uniform on the `width` residues nearest 0 of Z_q */
extern const gm_inputs_kind gm_inputs_dgauss; /* ∝ exp(−x²/2σ²) on the residues of Z_q */
extern const gm_inputs_kind gm_inputs_cube;   /* −1 with probability p, else +1 */
extern const gm_inputs_kind gm_inputs_gaussian; /* N(0, I) */
extern const gm_inputs_kind gm_inputs_box;      /* uniform on [−1, 1] */

/* The law that a specification names. GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY. */
gm_status gm_inputs_create(gm_context *context, const char *text, gm_inputs **out)
    __attribute__((warn_unused_result));

/*
 * Rows of an array, drawn with replacement; the array is copied.
 *   modulus  q ≥ 2: entries must be whole and become centred residues; 0: not residues
 * GM_INVALID_ARGUMENT (an entry that is not finite or not whole, with its place), GM_OUT_OF_MEMORY
 */
gm_status gm_inputs_from_rows(gm_context *context, int64_t rows, int64_t columns, const double *x,
                              int64_t modulus, gm_inputs **out) __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_inputs_destroy(gm_context *context, gm_inputs *inputs);

/* Kind number i of the table, or NULL past its end. */
const gm_inputs_kind *gm_inputs_at(int i);

/* --- for the files of this folder --- */

/* Sizes and draws beyond these are refused: keys n and q. */
enum { GM_INPUTS_MOST_COLUMNS = 1 << 16, GM_INPUTS_MOST_MODULUS = 1 << 22 };

/* A law of n independent coordinates with these values and probabilities, which are adopted, also
   on failure. */
gm_status gm_inputs_product(gm_context *context, const char *name, int64_t columns, int64_t points,
                            double *values, double *probabilities, gm_inputs **out)
    __attribute__((warn_unused_result));

/* The same on the residues low, low + 1, … of Z_q; the probabilities are adopted, also on failure.
 */
gm_status gm_inputs_residues(gm_context *context, const char *name, int64_t columns,
                             int64_t modulus, int64_t low, int64_t points, double *probabilities,
                             gm_inputs **out) __attribute__((warn_unused_result));

/* The residue of x nearest to 0: in [−q/2, q/2). */
static inline int64_t gm_centred(int64_t x, int64_t q) {
    int64_t r = x % q;
    r += r < 0 ? q : 0;
    return 2 * r >= q ? r - q : r;
}

#endif
