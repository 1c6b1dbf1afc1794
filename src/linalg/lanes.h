/* The few operations on a register of float64 that kernels need and that compilers do not find by
   themselves (bytes to float64). Lanes are independent: their number changes no bit. */
#ifndef GM_LANES_H
#define GM_LANES_H

#include "base/kernel.h"

#if defined(__AVX512F__)
#include <immintrin.h>
enum { LANES = 8 };
typedef __m512d lanes;
#define lanes_splat(x)     _mm512_set1_pd(x)
#define lanes_f64(p)       _mm512_loadu_pd(p)
#define lanes_f32(p)       _mm512_cvtps_pd(_mm256_loadu_ps(p))
#define lanes_u8(p)        _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_loadu_si64(p)))
#define lanes_fma(a, b, c) _mm512_fmadd_pd((a), (b), (c))
#define lanes_store(p, x)  _mm512_storeu_pd((p), (x))
#elif defined(__AVX2__)
#include <immintrin.h>
enum { LANES = 4 };
typedef __m256d lanes;
#define lanes_splat(x)     _mm256_set1_pd(x)
#define lanes_f64(p)       _mm256_loadu_pd(p)
#define lanes_f32(p)       _mm256_cvtps_pd(_mm_loadu_ps(p))
#define lanes_u8(p)        _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_loadu_si32(p)))
#define lanes_fma(a, b, c) _mm256_fmadd_pd((a), (b), (c))
#define lanes_store(p, x)  _mm256_storeu_pd((p), (x))
#elif defined(__SSE2__)
#include <emmintrin.h>
enum { LANES = 2 };
typedef __m128d lanes;
#define lanes_splat(x) _mm_set1_pd(x)
#define lanes_f64(p)   _mm_loadu_pd(p)
#define lanes_f32(p)   _mm_set_pd((p)[1], (p)[0])
#define lanes_u8(p)                                                                                \
    _mm_cvtepi32_pd(_mm_unpacklo_epi16(                                                            \
        _mm_unpacklo_epi8(_mm_cvtsi32_si128((p)[0] | (p)[1] << 8), _mm_setzero_si128()),           \
        _mm_setzero_si128()))
#define lanes_fma(a, b, c) _mm_add_pd(_mm_mul_pd((a), (b)), (c))
#define lanes_store(p, x)  _mm_storeu_pd((p), (x))
#else
enum { LANES = 1 };
typedef double lanes;
#define lanes_splat(x)     (x)
#define lanes_f64(p)       (*(p))
#define lanes_f32(p)       ((double)*(p))
#define lanes_u8(p)        ((double)*(p))
#define lanes_fma(a, b, c) GM_FMA((a), (b), (c))
#define lanes_store(p, x)  (*(p) = (x))
#endif

#endif
