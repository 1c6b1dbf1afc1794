/* Least-squares problems with a known curvature. */
#ifndef GM_TESTS_PROBLEM_H
#define GM_TESTS_PROBLEM_H

#include "check.h"

typedef struct problem {
    int64_t rows, columns;
    double *inputs;  /* [rows][columns], Gaussian with planted second moments plus mean */
    double *targets; /* [rows] */
    gm_dataset *dataset;
    double *moments; /* [columns][columns] XᵀX / rows, by plain loops in extended precision */
} problem;

/*
 * Rows x = Q Λ^½ z + mean, z standard normal, Q a fixed random rotation; targets ⟨w, x⟩ + noise.
 *   spectrum  [columns], Λ
 */
static inline problem make_problem(gm_context *with, int64_t rows, int64_t columns,
                                   const double *spectrum, double mean, double noise,
                                   uint64_t seed) {
    const int64_t d = columns;
    problem p = {.rows = rows, .columns = d};
    double *u = malloc((size_t)(2 * d) * sizeof *u);
    double *z = malloc((size_t)d * sizeof *z);
    p.inputs = malloc((size_t)(rows * d) * sizeof *p.inputs);
    p.targets = malloc((size_t)rows * sizeof *p.targets);
    p.moments = malloc((size_t)(d * d) * sizeof *p.moments);
    gm_random_gaussian(with, (gm_stream){seed, 100}, 0, 2 * d, u);
    for (int64_t i = 0; i < rows; i++) {
        double *x = p.inputs + i * d, e = 0.0;
        gm_random_gaussian(with, (gm_stream){seed, 101}, i * d, d, z);
        for (int64_t j = 0; j < d; j++)
            x[j] = sqrt(spectrum[j]) * z[j];
        for (int r = 0; r < 2; r++) { /* two reflections make a rotation */
            const double *v = u + r * d;
            double inner = 0.0, norm2 = 0.0;
            for (int64_t j = 0; j < d; j++) {
                inner += v[j] * x[j];
                norm2 += v[j] * v[j];
            }
            for (int64_t j = 0; j < d; j++)
                x[j] -= 2.0 * inner / norm2 * v[j];
        }
        gm_random_gaussian(with, (gm_stream){seed, 102}, i, 1, &e);
        p.targets[i] = noise * e;
        for (int64_t j = 0; j < d; j++) {
            x[j] += mean;
            p.targets[i] += x[j] / (1.0 + (double)j);
        }
    }
    for (int64_t a = 0; a < d; a++)
        for (int64_t b = 0; b < d; b++) {
            long double sum = 0.0L;
            for (int64_t i = 0; i < rows; i++)
                sum += (long double)p.inputs[i * d + a] * (long double)p.inputs[i * d + b];
            p.moments[a * d + b] = (double)(sum / (long double)rows);
        }
    check_ok(with, gm_dataset_from_arrays(with, rows, d, p.inputs, p.targets, &p.dataset));
    free(z);
    free(u);
    return p;
}

static inline void free_problem(problem *p) {
    gm_dataset_destroy(p->dataset);
    free(p->moments);
    free(p->targets);
    free(p->inputs);
}

#endif
