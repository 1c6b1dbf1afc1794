/* What a computation takes, for a dry run: counted, and in time. */
#ifndef GM_WORK_H
#define GM_WORK_H

/* `time` is in operations of gm_product_rate(). */
typedef struct gm_work {
    double operations, time;
} gm_work;

/* Beside an operation of a product of matrices that stays in the caches. Fitted to profiles of
   training on one machine with AVX-512 [docs/theory/train.md, What a training takes]. */
#define GM_TIME_OF_NUMBER      20.0  /* a number that a plain loop reads or writes */
#define GM_TIME_OF_EXPONENTIAL 150.0 /* exp() and what a loss does around it */
#define GM_TIME_OF_FACTOR      3.0   /* an operation of a decomposition: half are no products */

static inline void gm_work_add(gm_work *self, gm_work more, double times) {
    self->operations += times * more.operations;
    self->time += times * more.time;
}

static inline void gm_work_products(gm_work *self, double operations) {
    gm_work_add(self, (gm_work){1.0, 1.0}, operations);
}

static inline void gm_work_numbers(gm_work *self, double count) {
    gm_work_add(self, (gm_work){1.0, GM_TIME_OF_NUMBER}, count);
}

static inline void gm_work_exponentials(gm_work *self, double count) {
    gm_work_add(self, (gm_work){1.0, GM_TIME_OF_EXPONENTIAL}, count);
}

static inline void gm_work_factors(gm_work *self, double operations) {
    gm_work_add(self, (gm_work){1.0, GM_TIME_OF_FACTOR}, operations);
}

#endif
