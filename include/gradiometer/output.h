#ifndef GRADIOMETER_OUTPUT_H
#define GRADIOMETER_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/**
 * A folder of results that appears as a whole or not at all.
 *
 * Files are written into a hidden folder inside the target and moved to their final names by
 * gm_output_commit(), the mark last: the presence of the mark (result.json) means success. The
 * hidden folder appears at the first write; only a process that was killed leaves one behind.
 */
typedef struct gm_output gm_output;

/**
 * Open a folder for results: make it where absent (parents too) and remove an old mark from it.
 * @param mark  name of the file that is removed first and published last; copied; NULL: none, and
 *              an old file stays until a new one replaces it
 * @param out   owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (an empty name), GM_INVALID_INPUT (directory names a file),
 *         GM_IO_ERROR (no permission, no space), GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_output_open(gm_context *context, const char *directory,
                                            const char *mark, gm_output **out);

/**
 * Write a file, not yet under its final name; it is on the disk when this returns.
 * @param name   plain file name; written twice, the second counts
 * @param bytes  [size]
 * @return GM_INVALID_ARGUMENT (a name with a slash), GM_IO_ERROR (with the system's reason),
 *         GM_CANCELLED, GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_output_write(gm_output *output, const char *name, const void *bytes,
                                             size_t size);

/**
 * Write a float64 array as .npy, not yet under its final name.
 * @param dimensions  1 to 4
 * @param shape       [dimensions], each ≥ 0
 * @param values      [product of shape], row-major
 * @return as gm_output_write()
 */
GM_API GM_MUST_USE gm_status gm_output_write_array(gm_output *output, const char *name,
                                                   int dimensions, const int64_t *shape,
                                                   const double *values);

/**
 * Begin a float64 array as .npy whose values come in pieces, by gm_output_add(). One file is begun
 * at a time, and until it is whole nothing else can be written or committed.
 * @return as gm_output_write()
 */
GM_API GM_MUST_USE gm_status gm_output_begin_array(gm_output *output, const char *name,
                                                   int dimensions, const int64_t *shape);

/**
 * The next values of the array that was begun; with the last of them it is whole, and on the disk.
 * @param values  [count]
 * @return as gm_output_write(); GM_INVALID_ARGUMENT (more than the shape has, or none was begun)
 */
GM_API GM_MUST_USE gm_status gm_output_add(gm_output *output, int64_t count, const double *values);

/** Write an int64 array as .npy, likewise. */
GM_API GM_MUST_USE gm_status gm_output_write_integers(gm_output *output, const char *name,
                                                      int dimensions, const int64_t *shape,
                                                      const int64_t *values);

/**
 * Move every file to its final name, the mark last. Nothing is under a final name before this call.
 * It renames and nothing else, so it is short, and it does not heed gm_context_cancel().
 * @return GM_INVALID_ARGUMENT (the mark was not written, a second call); GM_IO_ERROR: then the mark
 *         is absent, and so is every file that this call had moved
 */
GM_API GM_MUST_USE gm_status gm_output_commit(gm_output *output);

/**
 * Path of the hidden folder that holds uncommitted files, whether or not it exists yet; borrowed,
 * and the same from gm_output_open() to gm_output_close().
 */
GM_API const char *gm_output_staging(const gm_output *output);

/**
 * Free; remove what was not committed, and the folders that gm_output_open() made if nothing was
 * committed. NULL is allowed.
 */
GM_API void gm_output_close(gm_output *output);

GM_END_DECLS

#endif
