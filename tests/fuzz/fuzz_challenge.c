/* The text of an LWE challenge. */
#include "fuzz.h"

#include "lwe/instance.h"

/* Everything that an instance promises. */
static void check_instance(const gm_lwe *made) {
    const gm_lwe_parameters *p = &made->parameters;
    fuzz_check(p->n >= 1 && p->n <= 4096 && p->q >= 2 && p->samples >= 1);
    fuzz_check(p->sigma >= 0.0 && p->sigma <= (double)p->q);
    for (int64_t i = 0; i < p->samples * p->n; i++)
        fuzz_check(made->a[i] >= 0 && made->a[i] < p->q);
    for (int64_t i = 0; i < p->samples; i++)
        fuzz_check(made->b[i] >= 0 && made->b[i] < p->q);
    const double log2_false = gm_lwe_log2_false(p);
    fuzz_check(log2_false <= 0.0);
}

static void parse(gm_context *context, const uint8_t *data, size_t size) {
    gm_lwe *made = NULL;
    char *text = malloc(size + 1);
    fuzz_check(text != NULL);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    gm_status status = gm_lwe_parse_challenge(context, "fuzz.txt", text, size, &made);
    fuzz_check_status(context, status, made);
    if (made)
        check_instance(made);
    gm_lwe_destroy(context, made);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(parse, data, size);
}
