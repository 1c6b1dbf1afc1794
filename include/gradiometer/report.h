#ifndef GRADIOMETER_REPORT_H
#define GRADIOMETER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/**
 * The result document of one command: what result.json holds, and what every table, plot and page
 * is made of. Members are addressed by path: keys of letters, digits, _ and - joined by dots, and
 * [n] for an element of an array, "result.predicted_error.operator.ci95[1]". Storing makes objects
 * and arrays on the way as needed, also in place of null; [n] with n the length of the array
 * appends, "result.curve[0].error". A number that is not finite is stored as null.
 *
 * Every function that stores returns GM_INVALID_ARGUMENT for a malformed path, one that leads
 * through a member of another kind, an index beyond the length, or more than 63 keys and indices.
 */
typedef struct gm_report gm_report;

/**
 * Create a document with "schema", "command", "version", "commit", "seed": null, "threads" (those
 * of the context), "ranks": 1, "blas", "seconds": null, "options": {}, "result": {} and "warnings":
 * [] in place, in this order.
 * @param out  owned by the caller; untouched on failure
 * @return GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_report_create(gm_context *context, const char *command,
                                              gm_report **out);

/**
 * Read a document that gm_report_json() wrote: a regular file of at most 256 MiB. Numbers come back
 * with all their bits. What is not JSON is refused with file, line and column.
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_INPUT (absent, not JSON, a key twice, over 64 levels, a number beyond float64,
 *         another schema), GM_OUT_OF_MEMORY, GM_CANCELLED
 */
GM_API GM_MUST_USE gm_status gm_report_load(gm_context *context, const char *path, gm_report **out);

/** Free a document. NULL is allowed. */
GM_API void gm_report_destroy(gm_report *report);

/** Store a number; NaN and infinities become null. @return GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_report_set_number(gm_report *report, const char *path,
                                                  double value);

/** Store an integer. @return GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_report_set_integer(gm_report *report, const char *path,
                                                   int64_t value);

/** Store true or false. @return GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_report_set_boolean(gm_report *report, const char *path, bool value);

/** Store a text; NULL stores null, bytes that are not UTF-8 become "?". @return GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_report_set_text(gm_report *report, const char *path,
                                                const char *value);

/** Store null. @return GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_report_set_null(gm_report *report, const char *path);

/** Store an array of numbers. @param values [count] @return GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_report_set_numbers(gm_report *report, const char *path,
                                                   const double *values, int64_t count);

/** Append a text to an array, made as needed; "warnings" is one. @return GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_report_append_text(gm_report *report, const char *path,
                                                   const char *value);

/** Read a number; false where the member is absent, null or not a number. */
GM_API bool gm_report_number(const gm_report *report, const char *path, double *out);

/** Read true or false; returns false where the member is absent, null or something else. */
GM_API bool gm_report_boolean(const gm_report *report, const char *path, bool *out);

/** Read a text; NULL where the member is absent or not a text. Borrowed. */
GM_API const char *gm_report_text(const gm_report *report, const char *path);

/**
 * Render the whole document as JSON in the order stored, indented by 2, with a final newline.
 * Numbers read back to the same bits, with 15 digits where these do, so that 0.1 is "0.1".
 * @param out  text, freed with gm_report_free_text()
 * @return GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_report_json(const gm_report *report, char **out);

/**
 * Render the result as a table that a person understands without the manual.
 * Lines are at most 80 columns wide; control characters in texts become "?".
 * @param color  use terminal colours
 * @param out    text, freed with gm_report_free_text()
 * @return GM_UNAVAILABLE (a command without a table), GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_report_table(const gm_report *report, bool color, char **out);

/** Number of plots that this result has; 0 where it has nothing to draw. */
GM_API int gm_report_plots(const gm_report *report);

/** File name of plot i without folder, such as "spectrum.svg"; static. NULL: no such plot. */
GM_API const char *gm_report_plot_name(const gm_report *report, int i);

/**
 * Write the gnuplot script of plot i, data included, that prints SVG on standard output.
 * Every text in it is in single quotes, a quote in it becomes ’: nothing can be executed. Free with
 * gm_report_free_text().
 * @return GM_INVALID_ARGUMENT (no such plot), GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_report_plot_script(const gm_report *report, int i, char **out);

/**
 * Render the page: one self-contained HTML file.
 * @param svgs  [gm_report_plots()] the drawn plots as SVG text; NULL, NULL entries and SVG that
 * could run or load something: "not drawn"
 * @param out   text, freed with gm_report_free_text()
 * @return GM_UNAVAILABLE (a command without a page), GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_report_html(const gm_report *report, const char *const *svgs,
                                            char **out);

/** Free a text made by this report. NULL is allowed. */
GM_API void gm_report_free_text(const gm_report *report, char *text);

GM_END_DECLS

#endif
