/* Families of specifications `name:key=value,…`, for checking, for help and for completion. */
#ifndef GM_TOOL_SPECS_H
#define GM_TOOL_SPECS_H

#include <stdbool.h>
#include <stddef.h>

#include <gradiometer/status.h>

struct spec_key {
    const char *name;
    const char *placeholder; /* of its value */
    const char *help;        /* with default and range */
};

enum { SPEC_KEYS_MAX = 5 };

struct spec_form {
    const char *name;
    const char *help;
    struct spec_key keys[SPEC_KEYS_MAX];
};

struct spec_family {
    const char *title;             /* "starting points" */
    const char *option;            /* the option that takes one, without dashes */
    const struct spec_form *forms; /* ends with a form without name */
    bool list;                     /* several names may be given, commas between */
};

extern const struct spec_family spec_models;
extern const struct spec_family spec_estimators;
extern const struct spec_family spec_points;
extern const struct spec_family spec_shrinkages;
extern const struct spec_family spec_structures;
extern const struct spec_family spec_laws;
extern const struct spec_family spec_optimizers;
extern const struct spec_family spec_inputs;
extern const struct spec_family spec_targets;
extern const struct spec_family spec_measured_models; /* of one output, for measure */

/* All families, ends with NULL. */
extern const struct spec_family *const spec_families[];

/*
 * Check the name before the colon, or each name of a list; keys and values are checked where they
 * are used.
 * GM_INVALID_ARGUMENT (unknown); the message names the nearest.
 */
gm_status spec_family_check(const struct spec_family *family, const char *option, const char *text,
                            char *message, size_t size);

#endif
