/* A register of float32 for kernels that keep many of them, where compilers do not. Lanes are
   independent: their number, a divisor of 16, changes no bit. */
#ifndef GM_LANES_F32_H
#define GM_LANES_F32_H

#include "base/kernel.h"

#if defined(__AVX512F__)
#include <immintrin.h>
enum { LANES_F32 = 16 };
typedef __m512 lanes_f32;
#define lanes_f32_splat(x)     _mm512_set1_ps(x)
#define lanes_f32_load(p)      _mm512_loadu_ps(p)
#define lanes_f32_fma(a, b, c) _mm512_fmadd_ps((a), (b), (c))
#define lanes_f32_store(p, x)  _mm512_storeu_ps((p), (x))
#elif defined(__AVX2__)
#include <immintrin.h>
enum { LANES_F32 = 8 };
typedef __m256 lanes_f32;
#define lanes_f32_splat(x)     _mm256_set1_ps(x)
#define lanes_f32_load(p)      _mm256_loadu_ps(p)
#define lanes_f32_fma(a, b, c) _mm256_fmadd_ps((a), (b), (c))
#define lanes_f32_store(p, x)  _mm256_storeu_ps((p), (x))
#elif defined(__SSE2__)
#include <emmintrin.h>
enum { LANES_F32 = 4 };
typedef __m128 lanes_f32;
#define lanes_f32_splat(x)     _mm_set1_ps(x)
#define lanes_f32_load(p)      _mm_loadu_ps(p)
#define lanes_f32_fma(a, b, c) _mm_add_ps(_mm_mul_ps((a), (b)), (c))
#define lanes_f32_store(p, x)  _mm_storeu_ps((p), (x))
#else
enum { LANES_F32 = 1 };
typedef float lanes_f32;
#define lanes_f32_splat(x)     (x)
#define lanes_f32_load(p)      (*(p))
#define lanes_f32_fma(a, b, c) GM_FMAF((a), (b), (c))
#define lanes_f32_store(p, x)  (*(p) = (x))
#endif

#endif
