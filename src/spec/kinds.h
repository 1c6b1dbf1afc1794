/* Specifications that name an entry of a table. */
#ifndef GM_KINDS_H
#define GM_KINDS_H

#include <gradiometer/spec.h>

enum { GM_MOST_KINDS = 16 };

/*
 * Parse a specification and find its name in a table.
 *   name_of  name of entry i, NULL past the last of at most GM_MOST_KINDS
 *   found    number of the entry; set, like out, on success only
 * As gm_spec_parse() and gm_spec_choose().
 */
gm_status gm_spec_parse_kind(gm_context *context, const char *text, const char *subject,
                             const char *(*name_of)(int i), gm_spec **out, int *found)
    __attribute__((warn_unused_result));

#endif
