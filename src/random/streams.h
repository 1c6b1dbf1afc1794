/* Every use of randomness has a stream of its own, so that no two share a draw. Append only: a
   number that changes changes every result made with a given seed. */
#ifndef GM_STREAMS_H
#define GM_STREAMS_H

#include <gradiometer/random.h>

enum gm_stream_number {
    GM_STREAM_BATCH_ROWS = 1,   /* rows of batch b: draws b·n … b·n+n−1 */
    GM_STREAM_TARGET_NOISE = 2, /* noise of batch b: draws ((b·m+r)·n+i)·c+j for vector r
                                   of m, row i, output j of c */
    GM_STREAM_WEIGHTS = 3,      /* direction of --at random */
    GM_STREAM_SPLITS = 4,       /* multipliers of the predicted error */
    GM_STREAM_KRYLOV = 5,       /* starting vectors of the predicted error */
    GM_STREAM_INITIAL = 6,      /* initial weights of a model */
    GM_STREAM_DIRECTIONS = 7,   /* directions of Hessian-vector products */
    GM_STREAM_INPUTS = 8,       /* inputs of an informativeness: draws of a law in its own order */
    GM_STREAM_TARGETS = 9,      /* targets of a class, likewise */
    GM_STREAM_HALVES = 11,      /* targets of a large class that either half takes */
    GM_STREAM_LABELS = 10,      /* labels that are a random function of the input: draw hash(x)/2 */
    GM_STREAM_LWE_MATRIX = 12,  /* A of an instance: draw i·n+j is a_ij */
    GM_STREAM_LWE_ERROR = 13,   /* error of sample i: draw i */
    GM_STREAM_LWE_SECRET = 14,  /* entries of the secret: draw j */
    GM_STREAM_LWE_POSITIONS = 15, /* which of them are not 0: swap i of a shuffle */
    GM_STREAM_LWE_BLOCK = 16, /* samples of block b of round r: draws (r 2^20 + b) 2^20 + i, swap i
                                 of a shuffle */
    GM_STREAM_LWE_DROP = 17,  /* columns that round r drops: draws r 2^20 + i, likewise */
    GM_STREAM_LWE_SHAKE = 18, /* what is added to the derivatives of a copy of a guess: draws
                                 (p 2^12 + move) n' + j for path p, kept column j of n' */
    GM_STREAM_EPOCH = 19,     /* order of the rows in epoch e of training: draws e·N + i, swap i */
    GM_STREAM_ALONG_INPUTS = 24, /* inputs of training along which V is measured: a law's order */
    GM_STREAM_ALONG_ERRORS = 25, /* error of the label of row i of it: draw i */
    GM_STREAM_CLIENTS = 26, /* seeds of client c: draw 2c of its batches, 2c + 1 of its noise */
    GM_STREAM_TRACES = 27   /* rows that the trace of a network's curvature is taken of: swap i */
};

#endif
