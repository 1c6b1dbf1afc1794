// A C++ program that calls the library: the headers give its functions C linkage.
#include <gradiometer/gradiometer.h>

#include <cstdio>

int main() {
    gm_context *context = nullptr;
    if (gm_context_create(nullptr, &context) != GM_OK)
        return 1;
    double draw = 0;
    gm_random_uniform(context, gm_stream{1, 2}, 0, 1, &draw);
    gm_context_destroy(context);
    std::printf("gradiometer %s draws %g\n", gm_build_describe().version, draw);
    return draw > 0 && draw < 1 ? 0 : 1;
}
