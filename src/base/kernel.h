/* For files that are compiled once for each instruction set (cmake: gm_add_kernels). */
#ifndef GM_KERNEL_H
#define GM_KERNEL_H

#include <string.h>

#include "base/base.h"

#define GM_KERNEL_JOIN_(name, set) name##_##set
#define GM_KERNEL_JOIN(name, set)  GM_KERNEL_JOIN_(name, set)

/* Inside a kernel file: the name of a function for the set being compiled. */
#ifdef GM_KERNEL_SET
#define GM_KERNEL(name) GM_KERNEL_JOIN(name, GM_KERNEL_SET)
#endif

/* Declare a kernel in every set: GM_DECLARE_KERNEL(void, name, (int64_t n, double *out)). */
#ifdef GM_HAVE_X86_KERNELS
#define GM_DECLARE_KERNEL(type, name, parameters)                                                  \
    type name##_baseline parameters;                                                               \
    type name##_avx2 parameters;                                                                   \
    type name##_avx512 parameters
/* The kernel for an instruction set. */
#define GM_SELECT_KERNEL(isa, name)                                                                \
    ((isa) == GM_ISA_AVX512 ? name##_avx512 : (isa) == GM_ISA_AVX2 ? name##_avx2 : name##_baseline)
#else
#define GM_DECLARE_KERNEL(type, name, parameters) type name##_baseline parameters
#define GM_SELECT_KERNEL(isa, name)               ((void)(isa), name##_baseline)
#endif

/* a·b + c with one rounding where the set has it: AVX2 and AVX-512 round alike, the baseline of
   x86-64 rounds twice. */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define GM_FMA(a, b, c)  __builtin_fma((a), (b), (c))
#define GM_FMAF(a, b, c) __builtin_fmaf((a), (b), (c))
#else
#define GM_FMA(a, b, c)  ((a) * (b) + (c))
#define GM_FMAF(a, b, c) ((a) * (b) + (c))
#endif

/* The loop that follows has no dependence between iterations. */
#ifdef __clang__
#define GM_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define GM_INDEPENDENT _Pragma("GCC ivdep")
#endif

/* Sine of t, |t| ≤ π/2, by its series: what follows is below 1e-13, for |t| ≤ π/4 below rounding.
 */
static inline double gm_sine_series(double t) {
    const double z = t * t;
    double p = 1.0 / 355687428096000.0;
    p = GM_FMA(p, z, -1.0 / 1307674368000.0);
    p = GM_FMA(p, z, 1.0 / 6227020800.0);
    p = GM_FMA(p, z, -1.0 / 39916800.0);
    p = GM_FMA(p, z, 1.0 / 362880.0);
    p = GM_FMA(p, z, -1.0 / 5040.0);
    p = GM_FMA(p, z, 1.0 / 120.0);
    p = GM_FMA(p, z, -1.0 / 6.0);
    return GM_FMA(p * z, t, t);
}

/* The bits of a float64 as a number, and back. */
static inline double gm_as_double(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint64_t gm_as_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

#endif
