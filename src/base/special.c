#include "base/special.h"

#include <math.h>
#include <stdbool.h>

static const double PI = 3.14159265358979323846, TINY = 1e-300;
static const double CONVERGED = 1e-16;
enum { MOST_TERMS = 1 << 20, MOST_STEPS = 200 };

/* P(X ≤ x) of a law on x > 0, or P(X > x) where `upper`, and the density times x. */
typedef double probability_of(double parameter, double x, bool upper, double *density);

/* Solve for the x of a given probability: Newton's method for ln probability in ln x, in which
   tails are nearly straight, inside a bracket that every step narrows. */
static double invert(probability_of *law, double parameter, bool upper, double probability,
                     double start) {
    double x = start, low = 0.0, high = INFINITY;
    for (int i = 0; i < MOST_STEPS; i++) {
        double density = 0.0;
        const double value = law(parameter, x, upper, &density);
        const double step = log(value / probability) * value / density;
        const bool above = (value > probability) != upper;
        low = above ? low : x;
        high = above ? x : high;
        double next = x * exp(upper ? step : -step);
        if (!(next > low && next < high)) /* NaN too */
            next = isinf(high) ? 8.0 * low : low > 0.0 ? sqrt(low) * sqrt(high) : high / 8.0;
        if (fabs(next - x) <= 1e-13 * x)
            return next;
        x = next;
    }
    return x;
}

/* --- the Gamma law --- */

/* u − ln(1 + u) without cancellation. */
static double excess(double u) {
    if (fabs(u) > 0.1)
        return u - log1p(u);
    double sum = 0.0, power = u * u;
    for (int k = 2; k < 24; k++) {
        sum += (k % 2 ? -power : power) / k;
        power *= u;
    }
    return sum;
}

/* x^a e^−x / Γ(a + 1). From a = 16 on by Stirling's series about x = a, where logarithms of the
   factors would cancel. */
static double poisson_weight(double a, double x) {
    if (a < 16.0)
        return pow(x, a) * exp(-x) / tgamma(a + 1.0);
    const double r = 1.0 / (a * a);
    const double stirling =
        (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / a;
    return exp(-a * excess((x - a) / a) - stirling) / sqrt(2.0 * PI * a);
}

/* Σ x^k / ((a+1)…(a+k)), of which the lower tail is the weight's multiple; x < a + 1. */
static double gamma_series(double a, double x) {
    double sum = 1.0, term = 1.0;
    for (int k = 1; k < MOST_TERMS && term > CONVERGED * sum; k++) {
        term *= x / (a + k);
        sum += term;
    }
    return sum;
}

/* Γ(a, x) e^x x^−a by Legendre's continued fraction, evaluated forwards (Lentz); x ≥ a + 1. */
static double gamma_fraction(double a, double x) {
    double b = x + 1.0 - a, c = 1.0 / TINY, d = 1.0 / b, value = d;
    for (int k = 1; k < MOST_TERMS; k++) {
        const double numerator = -k * (k - a);
        b += 2.0;
        d = numerator * d + b;
        c = b + numerator / c;
        d = 1.0 / (fabs(d) < TINY ? TINY : d);
        c = fabs(c) < TINY ? TINY : c;
        value *= c * d;
        if (fabs(c * d - 1.0) < CONVERGED)
            break;
    }
    return value;
}

static double gamma_probability(double a, double x, bool upper, double *density) {
    const double weight = poisson_weight(a, x);
    const bool below = x < a + 1.0;
    const double part = weight * (below ? gamma_series(a, x) : a * gamma_fraction(a, x));
    *density = a * weight;
    return below == upper ? 1.0 - part : part;
}

double gm_gamma_quantile(double shape, double probability) {
    if (!(shape > 0.0 && shape < INFINITY && probability >= 0.0 && probability <= 1.0))
        return NAN;
    if (probability == 0.0 || probability == 1.0)
        return probability == 0.0 ? 0.0 : INFINITY;
    /* Wilson and Hilferty; near zero the first term of the series. */
    const double spread = 1.0 / (9.0 * shape);
    const double root = 1.0 - spread + gm_normal_quantile(probability) * sqrt(spread);
    const double start = shape >= 1.0 && root > 0.2
                             ? shape * root * root * root
                             : exp(log(probability * tgamma(fmin(shape, 16.0) + 1.0)) / shape);
    const bool upper = probability > 0.5;
    if (start == 0.0) /* below all that float64 holds */
        return 0.0;
    return invert(gamma_probability, shape, upper, upper ? 1.0 - probability : probability, start);
}

/* --- Student's law --- */

/* Γ(b + 1/2) / Γ(b), by its asymptotic series after b was moved up by Γ(b + 1) = b Γ(b). */
static double half_step(double b) {
    double factor = 1.0;
    for (; b < 32.0; b += 1.0)
        factor *= b / (b + 0.5);
    const double r = 1.0 / b;
    const double series =
        1.0 -
        r * (1.0 / 8 -
             r * (1.0 / 128 + r * (5.0 / 1024 - r * (21.0 / 32768 +
                                                     r * (399.0 / 262144 - r * 869.0 / 4194304)))));
    return factor * sqrt(b) * series;
}

/* a B(a, b) I_x(a, b) / (x^a (1−x)^b) by its continued fraction; x < (a + 1)/(a + b + 2). */
static double beta_fraction(double a, double b, double x) {
    double c = 1.0, d = 1.0 / (1.0 - (a + b) * x / (a + 1.0)), value = d;
    for (int k = 1; k < MOST_TERMS; k++) {
        const double even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
        const double odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        value *= c * d;
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        value *= c * d;
        if (fabs(c * d - 1.0) < CONVERGED)
            break;
    }
    return value;
}

/* Of |t|: with x = t²/(df + t²), P(|T| ≤ t) = I_x(1/2, df/2). */
static double student_probability(double df, double t, bool upper, double *density) {
    const double ratio = t * t / df, x = ratio / (1.0 + ratio), y = 1.0 / (1.0 + ratio);
    *density =
        2.0 * t * half_step(0.5 * df) / sqrt(PI * df) * exp(-0.5 * (df + 1.0) * log1p(ratio));
    const bool inner = x < 3.0 / (df + 5.0);
    const double part =
        *density * (inner ? beta_fraction(0.5, 0.5 * df, x) : beta_fraction(0.5 * df, 0.5, y) / df);
    return inner == upper ? 1.0 - part : part;
}

/* --- the normal law --- */

static double normal_probability(double unused, double z, bool upper, double *density) {
    (void)unused;
    *density = z * sqrt(2.0 / PI) * exp(-0.5 * z * z);
    return upper ? erfc(z / sqrt(2.0)) : erf(z / sqrt(2.0));
}

/* Quantile of a law that is symmetric about 0, from the law of its absolute value. */
static double symmetric(probability_of *law, double parameter, double probability) {
    if (!(probability >= 0.0 && probability <= 1.0))
        return NAN;
    /* Exact, both: 2p − 1 near a half, 2p near 0. */
    const double inside = 2.0 * fabs(probability - 0.5);
    const double outside = 2.0 * fmin(probability, 1.0 - probability);
    if (inside == 0.0)
        return 0.0;
    const bool upper = outside < inside;
    const double distance = outside == 0.0
                                ? INFINITY
                                : invert(law, parameter, upper, upper ? outside : inside,
                                         upper ? sqrt(-2.0 * log(0.5 * outside)) : 1.25 * inside);
    return probability < 0.5 ? -distance : distance;
}

double gm_normal_quantile(double probability) {
    return symmetric(normal_probability, 0.0, probability);
}

double gm_student_quantile(double df, double probability) {
    if (!(df >= 1.0))
        return NAN;
    return isinf(df) ? gm_normal_quantile(probability)
                     : symmetric(student_probability, df, probability);
}
