#include "gradients/client_rows.h"

void gm_rows_question_exchange(gm_archive *archive, gm_rows_question *q) {
    int64_t *const integers[] = {&q->task, &q->dimension, &q->count, &q->early,
                                 &q->late, &q->noised,    &q->batch, &q->private_noise};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        gm_archive_integers(archive, 1, integers[i]);
    gm_archive_integers(archive, 1, &q->copies);
    gm_archive_integers(archive, 1, &q->total);
    gm_archive_doubles(archive, 1, &q->scale);
    gm_archive_bytes(archive, sizeof q->seed, &q->seed);
}

int64_t gm_rows_answer_size(const gm_rows_question *q) {
    switch ((gm_rows_task)q->task) {
    case GM_ROWS_GRADIENT:
        return 2 * (1 + q->dimension);
    case GM_ROWS_NOISED:
        return GM_ROWS_NOISED_NUMBERS + (1 + q->noised) * q->dimension;
    case GM_ROWS_EVALUATE:
        return 2 * q->count;
    case GM_ROWS_CURVATURE:
        return q->dimension;
    case GM_ROWS_COPIES:
        return q->copies * q->dimension;
    case GM_ROWS_TASKS:
        break;
    }
    return 0;
}
