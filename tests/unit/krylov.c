#include "check.h"

#include "curvature/edge.h"
#include "curvature/krylov.h"
#include "linalg/linalg.h"

enum { K = 600, D = 300, COLUMNS = 3 };

/* Gaussian vectors, the first coordinate larger by `spike`; their exact top eigenvalue by LAPACK.
 */
static double make_vectors(gm_context *context, double spike, float *vectors, double *bottom) {
    double *draws = malloc(K * D * sizeof *draws), *lower = calloc(D * D, sizeof *lower);
    double values[D];
    gm_random_gaussian(context, (gm_stream){6, 6}, 0, K * D, draws);
    for (int i = 0; i < K; i++)
        draws[i * D] *= spike;
    for (int i = 0; i < K * D; i++)
        vectors[i] = (float)draws[i];
    check_ok(context, gm_gram_accumulate(context, K, D, draws, lower));
    check_ok(context, gm_symmetric_eigenvalues(context, D, lower, values));
    free(lower);
    free(draws);
    *bottom = values[D - 1] / K;
    return values[0] / K;
}

/* Sixteen steps come within half a percent of the edge of a dense spectrum, and find an isolated
   eigenvalue to the precision of float32. */
static void extremes_match_the_dense_ones(void **state) {
    (void)state;
    static float vectors[K * D], weights[K * COLUMNS], starts[D * COLUMNS], ritz[D];
    double draws[D * COLUMNS], top[COLUMNS], bottom[COLUMNS], least = 0.0;
    gm_context *context = make_context(2, GM_ISA_AUTO);
    for (int isolated = 0; isolated <= 1; isolated++) {
        const double exact = make_vectors(context, isolated ? 4.0 : 1.0, vectors, &least);
        gm_random_gaussian(context, (gm_stream){6, 7}, 0, D * COLUMNS, draws);
        for (int i = 0; i < D * COLUMNS; i++)
            starts[i] = (float)draws[i];
        for (int i = 0; i < K; i++) {
            weights[i * COLUMNS] = 1.0f / K;
            weights[i * COLUMNS + 1] = -1.0f / K; /* mirrors the spectrum */
            weights[i * COLUMNS + 2] = 1.0f / K;
        }
        check_ok(context, gm_weighted_gram_extremes(context, K, D, COLUMNS, vectors, weights,
                                                    starts, 1, top, bottom, ritz));
        const double tolerance = isolated ? 1e-5 : 0.005;
        check_near(top[0], exact, tolerance * exact);
        check_near(bottom[1], -exact, tolerance * exact);
        check_near(top[2], exact, tolerance * exact);
        if (isolated) { /* ‖G u‖² / K of the vector handed out is the eigenvalue */
            double norm = 0.0, form = 0.0;
            for (int j = 0; j < D; j++)
                norm += (double)ritz[j] * (double)ritz[j];
            for (int i = 0; i < K; i++) {
                double inner = 0.0;
                for (int j = 0; j < D; j++)
                    inner += (double)vectors[i * D + j] * (double)ritz[j];
                form += inner * inner / K;
            }
            check_near(norm, 1.0, 1e-5);
            check_near(form, exact, 1e-4 * exact);
        }
    }
    gm_context_destroy(context);
}

/* A space that is exhausted before sixteen steps gives the exact extremes. */
static void small_spaces_are_exact(void **state) {
    (void)state;
    const float vectors[3 * 2] = {3, 0, 0, 2, 0, 0}, weights[3] = {1, -1, 5};
    float starts[2] = {1, 1}, ritz[2];
    double top = NAN, bottom = NAN;
    gm_context *context = make_context(1, GM_ISA_AUTO);
    check_ok(context, gm_weighted_gram_extremes(context, 3, 2, 1, vectors, weights, starts, 1, &top,
                                                &bottom, ritz));
    check_near(top, 9.0, 1e-5);
    check_near(bottom, -4.0, 1e-5);
    check_near(fabs((double)ritz[0]), 1.0, 1e-5);
    gm_context_destroy(context);
}

/* Known pairs: balanced signs at aspect 1 have the edge 2.598 = 3√3/2; as a → 0 the edge is 2√a. */
static void edges_are_the_known_ones(void **state) {
    (void)state;
    check_near(gm_edge_aspect(0.5, 1.5 * sqrt(3.0)), 1.0, 1e-12);
    check_near(gm_edge_aspect(1.0 / 3.0, 2e-4), 1e-8, 1e-11);
    check_near(gm_edge_aspect(0.5, 2e-4), 1e-8, 1e-12);
    /* p = 1/3 lies 5.3 % above 2√a + a at a = 1 and 1.1 % below at a = .05. */
    check_near(gm_edge_aspect(1.0 / 3.0, 1.053 * 3.0), 1.0, 2e-3);
    check_near(gm_edge_aspect(1.0 / 3.0, 0.989 * (2.0 * sqrt(0.05) + 0.05)), 0.05, 1e-4);
    check_near(gm_edge_aspect(0.4, 0.0), 0.0, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extremes_match_the_dense_ones),
        cmocka_unit_test(small_spaces_are_exact),
        cmocka_unit_test(edges_are_the_known_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
