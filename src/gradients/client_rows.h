/* What a client is asked in training: sums over rows of its own, at weights that come with the
   question. */
#ifndef GM_CLIENT_ROWS_H
#define GM_CLIENT_ROWS_H

#include "gradients/client_channel.h"

/* Before anything else a client makes the model; it answers by what follows. */
typedef struct gm_rows_opening {
    int64_t dimension;
    double affinity; /* departure of its gradients from what is affine in the targets; NaN */
} gm_rows_opening;

typedef enum gm_rows_task {
    GM_ROWS_GRADIENT, /* of each of two lists of rows: mean loss, then mean gradient [d] */
    GM_ROWS_NOISED, /* of the first list: mean loss, E ‖v‖² or NaN and the variance of that, mean
                       gradient [d], then m vectors v [m][d], those of noise of variance n on n
                       rows */
    GM_ROWS_EVALUATE,  /* over all rows, at `count` weights: losses [count], accuracies [count] */
    GM_ROWS_CURVATURE, /* over all rows: curvature times a direction [d] */
    GM_ROWS_COPIES,    /* of the first list: its share of the gradients [copies][d] of a batch whose
                          targets have noise, to be added to those of other clients */
    GM_ROWS_TASKS
} gm_rows_task;

enum { GM_ROWS_ALL = -1, GM_ROWS_NOISED_NUMBERS = 3 };

/* There follow weights [count][d], for GM_ROWS_CURVATURE the direction [d], for GM_ROWS_COPIES
   draws and signs [copies] each, and the rows. */
typedef struct gm_rows_question {
    int64_t task, dimension;
    int64_t count;       /* of weights; 1 but for GM_ROWS_EVALUATE */
    int64_t early, late; /* rows of the two lists; early GM_ROWS_ALL: all rows, of which no list is
                            sent */
    int64_t noised;      /* m */
    int64_t batch;       /* number that, with the seed, addresses the noise */
    int64_t copies;      /* of a batch, each with the draw and the sign that follow the question */
    int64_t total;       /* rows of the batch at all clients */
    double scale;        /* √(variance / batch size): by which noise enters a gradient */
    int64_t private_noise; /* from the system's entropy: the seed is not looked at */
    uint64_t seed;
} gm_rows_question;

/* Write it, or read it. */
void gm_rows_question_exchange(gm_archive *archive, gm_rows_question *question);

/* Numbers of an answer. */
int64_t gm_rows_answer_size(const gm_rows_question *question);

#endif
