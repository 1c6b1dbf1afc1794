/* From counts of equal draws to an entropy and its interval. */
#include <math.h>

#include "base/special.h"
#include "informativeness/collision.h"

static const double TAIL = 0.025, ONE_SIDED = 0.05;
/* Collisions up to which a concentration that no triple has shown yet is allowed for in full. */
static const double FEW = 40.0;

/* −ln p without a negative zero. */
static double entropy_of(double p) {
    return p < 1.0 ? -log(p) : 0.0;
}

static void none_seen(double rows, gm_collision_entropy *out) {
    const double most = gm_gamma_quantile(2.0, 1.0 - ONE_SIDED) / rows;
    out->nats = NAN;
    out->high = INFINITY;
    out->low = out->lower_bound = entropy_of(most * most);
    out->method = "lower-bound";
}

void gm_collision_interval(const gm_collisions *collisions, gm_collision_entropy *out) {
    const double n = collisions->rows, c = collisions->pairs, all = 0.5 * n * (n - 1.0);
    if (!(c > 0.0)) {
        none_seen(n, out);
        return;
    }
    const double p = c / all;
    const double seen = collisions->triples / c + 1.0 - (2.0 * n - 3.0) * p;
    const double spread = fmax(1.0, seen) + fmin(1.0, FEW / c);
    const double sharing = 4.0 * c / spread;
    const double scale = c / (sharing * (sharing - 1.0)) / all;
    const double few = gm_gamma_quantile(sharing, TAIL);
    const double many = gm_gamma_quantile(sharing + 1.0, 1.0 - TAIL);
    out->nats = entropy_of(p);
    out->low = out->lower_bound = entropy_of(scale * many * many);
    out->high = entropy_of(scale * few * few);
    out->method = "rows";
}

void gm_collision_of_law(const gm_inputs *inputs, gm_collision_entropy *whole,
                         gm_collision_entropy *coordinate) {
    double squares = 0.0;
    for (int64_t i = 0; i < inputs->points; i++)
        squares += inputs->probabilities[i] * inputs->probabilities[i];
    /* n times that of one coordinate: Σ P² of all of them underflows where n is large. */
    const double one = inputs->continuous ? INFINITY : entropy_of(squares);
    const double all = (double)inputs->columns * one;
    const char *method = inputs->continuous ? "continuous" : "exact";
    *coordinate = (gm_collision_entropy){one, one, one, one, method};
    *whole = (gm_collision_entropy){all, all, all, all, method};
}
