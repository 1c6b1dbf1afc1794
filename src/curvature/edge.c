#include "curvature/edge.h"

#include <math.h>

/*
 * The R-transform of the sum is R(z) = E[ξ/(1 − aξz)] and its upper edge min R(z) + 1/z over
 * 0 < z < 1/(aA), A = √((1−p)/p), B = −√(p/(1−p)). With t = az the minimum lies where a = t² h(t),
 * h(t) = pA²/(1−At)² + (1−p)B²/(1−Bt)², so aspect and edge are both explicit in t. Since
 * pA = −(1−p)B and pA(A−B) = 1, the sum of the two poles is t/((1−At)(1−Bt)), free of cancellation.
 */
double gm_edge_aspect(double p, double edge) {
    const double a = sqrt((1.0 - p) / p), b = -sqrt(p / (1.0 - p));
    double low = 0.0, high = 1.0 / a, aspect = 0.0;
    for (int i = 0; i < 100; i++) {
        const double t = 0.5 * (low + high), u = 1.0 - a * t, v = 1.0 - b * t;
        const double h = p * a * a / (u * u) + (1.0 - p) * b * b / (v * v);
        aspect = t * t * h;
        if (t / (u * v) + t * h < edge)
            low = t;
        else
            high = t;
    }
    return aspect;
}
