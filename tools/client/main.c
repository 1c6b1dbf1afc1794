/* The helper program that a client runs in: requests come in at descriptor 0, a socket, and answers
   go out there. A crash, an abort or a hang ends this process and nothing else. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include <gradiometer/clients.h>

#include "helper_parent.h"

enum { CONNECTION = 0, EXIT_USAGE = 2, EXIT_RESOURCE = 3 };

static gm_isa isa_of(const char *name) {
    for (gm_isa isa = GM_ISA_BASELINE; isa <= GM_ISA_AVX512; isa++)
        if (strcmp(name, gm_isa_name(isa)) == 0)
            return isa;
    return GM_ISA_AUTO;
}

int main(int count, char **words) {
    gm_context_options options = {.threads = 1};
    gm_context *context = NULL;
    pid_t parent = 0;
    for (int i = 1; i + 1 < count; i += 2) {
        if (strcmp(words[i], "--parent") == 0)
            parent = (pid_t)strtol(words[i + 1], NULL, 10);
        else if (strcmp(words[i], "--threads") == 0)
            options.threads = (int)strtol(words[i + 1], NULL, 10);
        else if (strcmp(words[i], "--isa") == 0)
            options.isa = isa_of(words[i + 1]);
    }
    if (parent == 0)
        return EXIT_USAGE;
    helper_tie_to_parent(parent);
    if (gm_context_create(&options, &context) != GM_OK)
        return EXIT_RESOURCE;
    const gm_status status = gm_client_serve(context, CONNECTION);
    gm_context_destroy(context);
    return status == GM_OK ? 0 : EXIT_RESOURCE;
}
