#include "base/base.h"

gm_isa gm_isa_detect(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return GM_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return GM_ISA_AVX2;
#endif
    return GM_ISA_BASELINE;
}

const char *gm_isa_name(gm_isa isa) {
    switch (isa) {
    case GM_ISA_AUTO:
        return "auto";
    case GM_ISA_BASELINE:
        return "baseline";
    case GM_ISA_AVX2:
        return "avx2";
    case GM_ISA_AVX512:
        return "avx512";
    }
    return "unknown";
}
