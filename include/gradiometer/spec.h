#ifndef GRADIOMETER_SPEC_H
#define GRADIOMETER_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/** A parsed `name:key=value,…`; a bare first value (`fanout:8`) is kept under the key "". */
typedef struct gm_spec gm_spec;

/**
 * Parse `name[:item[,item…]]`, item = `key=value` or, first only, a bare value.
 * @param text     the specification
 * @param subject  what it specifies, for messages, such as "--estimator"; copied
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (empty name, empty key, a key twice), GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_spec_parse(gm_context *context, const char *text,
                                           const char *subject, gm_spec **out);

/** Free a specification. NULL is allowed. */
GM_API void gm_spec_destroy(gm_context *context, gm_spec *spec);

/** Name before the colon, borrowed. */
GM_API const char *gm_spec_name(const gm_spec *spec);

/** Value of a key, borrowed; NULL where absent. */
GM_API const char *gm_spec_value(const gm_spec *spec, const char *key);

/**
 * Refuse every key that is not in the list, naming the nearest accepted one.
 * @param keys  [count] accepted keys
 * @return GM_INVALID_ARGUMENT with the key seen and the keys accepted
 */
GM_API GM_MUST_USE gm_status gm_spec_accept(gm_context *context, const gm_spec *spec,
                                            const char *const *keys, int count);

/**
 * Read a number.
 * @param fallback  result where the key is absent
 * @param low,high  accepted closed range
 * @return GM_INVALID_ARGUMENT with the value seen and the range
 */
GM_API GM_MUST_USE gm_status gm_spec_number(gm_context *context, const gm_spec *spec,
                                            const char *key, double fallback, double low,
                                            double high, double *out);

/**
 * Read a whole number.
 * @param fallback  result where the key is absent; below `low`: the key is required
 * @param low,high  accepted closed range, within ±2^53
 * @return GM_INVALID_ARGUMENT with the value seen and the range
 */
GM_API GM_MUST_USE gm_status gm_spec_integer(gm_context *context, const gm_spec *spec,
                                             const char *key, int64_t fallback, int64_t low,
                                             int64_t high, int64_t *out);

/**
 * Find the name of a specification in a list.
 * @param names  [count]
 * @param out    its index
 * @return GM_INVALID_ARGUMENT with the names that are accepted, and the nearest
 */
GM_API GM_MUST_USE gm_status gm_spec_choose(gm_context *context, const gm_spec *spec,
                                            const char *const *names, int count, int *out);

/** Nearest of `count` words to `word` by edit distance; NULL where none is within a third of it. */
GM_API const char *gm_nearest_word(const char *word, const char *const *words, int count);

GM_END_DECLS

#endif
