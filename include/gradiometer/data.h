#ifndef GRADIOMETER_DATA_H
#define GRADIOMETER_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/** A table of inputs, one row a sample, with one target a row. Immutable once made. */
typedef struct gm_dataset gm_dataset;

/**
 * What to do with a missing value: an empty field, NA, N/A, NaN, null (in any case) or ?; in an
 * array a NaN.
 */
typedef enum gm_missing {
    GM_MISSING_ERROR, /**< GM_INVALID_INPUT naming file, row and column */
    GM_MISSING_DROP,  /**< leave the row out */
    GM_MISSING_MEAN /**< an input becomes the mean of its column; without a target: drop the row */
} gm_missing;

/** Which part of a folder of IDX files: train-* to fit a model, t10k-* to score it. */
typedef enum gm_data_part { GM_PART_FIT, GM_PART_SCORE } gm_data_part;

/**
 * How a data set is read. Zero-initialise and set what matters.
 *
 * Names win over indices; an index counts from 0, a negative one from the end. Blanks around the
 * items of a list do not count; a name with a comma in it is given by its index. Inputs come in the
 * order of `columns`, or of the file. Messages call the fields by the options of the command line:
 * --target, --columns, --drop, --missing.
 */
typedef struct gm_dataset_options {
    const char *target;  /**< name, or index from 0 (−1: the last); NULL: the last column */
    const char *columns; /**< names or indices of the inputs, comma-separated; NULL: all others */
    const char *drop;    /**< names or indices to leave out, comma-separated; NULL: none */
    gm_missing missing;
    bool standardize;  /**< each input to mean 0, variance 1 (divisor N); a constant becomes 0;
                            means and variances are those of the rows that are kept */
    bool intercept;    /**< append a column of ones, named "intercept" */
    gm_data_part part; /**< only a folder has parts */
} gm_dataset_options;

/**
 * Read a data set: .csv or .csv.gz (comma, tab, semicolon or spaces; header detected; quotes, CRLF,
 * byte-order mark), .npy (1-D or 2-D, integer or floating), or a folder with an IDX pair (pixels
 * are divided by 255). The content decides, not the name alone; gzip is recognised by its magic
 * number.
 *
 * A text target becomes the index of its class, classes sorted bytewise; a class that occurs only
 * in rows left out is none. Text in an input column is an error that names it, and so are
 * infinities. Sizes in headers are checked against the file before memory is taken. Rows in
 * messages are lines of a text file, as an editor counts them, or indices from 0 of an array. A
 * field of text may be 65,536 bytes long; a table may have 2^20 columns.
 *
 * @param path     file or folder
 * @param options  NULL: all defaults
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (an unknown column, no input left), GM_INVALID_INPUT (with file, row,
 *         column and value), GM_UNAVAILABLE (HDF5), GM_OUT_OF_MEMORY, GM_CANCELLED
 * Cost: the file is read twice for .csv; memory rows × columns × 1 (pixels), 4 or 8 bytes.
 */
GM_API GM_MUST_USE gm_status gm_dataset_load(gm_context *context, const char *path,
                                             const gm_dataset_options *options, gm_dataset **out);

/**
 * Make a data set of arrays in memory, which are copied.
 * @param inputs   [rows, columns] row-major, finite
 * @param targets  [rows], finite
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (a size < 1, an entry that is not finite), GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_dataset_from_arrays(gm_context *context, int64_t rows,
                                                    int64_t columns, const double *inputs,
                                                    const double *targets, gm_dataset **out);

/** Free a data set. NULL is allowed. */
GM_API void gm_dataset_destroy(gm_dataset *dataset);

/** Number of rows (samples). */
GM_API int64_t gm_dataset_rows(const gm_dataset *dataset);

/** Number of input columns, the intercept included. */
GM_API int64_t gm_dataset_columns(const gm_dataset *dataset);

/** Name of input column j, or its index as text where the source has no names. */
GM_API const char *gm_dataset_column_name(const gm_dataset *dataset, int64_t j);

/** Name of the target, or its index as text. */
GM_API const char *gm_dataset_target_name(const gm_dataset *dataset);

/** Targets, [rows], borrowed; class indices where the target is text. */
GM_API const double *gm_dataset_targets(const gm_dataset *dataset);

/** Number of classes of a text target; 0 where the target is numeric. */
GM_API int64_t gm_dataset_classes(const gm_dataset *dataset);

/** Text of class c, 0 ≤ c < gm_dataset_classes(). */
GM_API const char *gm_dataset_class_name(const gm_dataset *dataset, int64_t c);

/** Number of rows left out because of missing values. */
GM_API int64_t gm_dataset_dropped_rows(const gm_dataset *dataset);

/** Number of input values that were replaced by the mean of their column. */
GM_API int64_t gm_dataset_filled_values(const gm_dataset *dataset);

/** Copy input rows first … first+count−1 to out, [count, columns], as float64. */
GM_API void gm_dataset_copy_rows(const gm_dataset *dataset, int64_t first, int64_t count,
                                 double *out);

/** An array of float64 read from a file; free it with gm_array_destroy(). */
typedef struct gm_array {
    int dimensions;   /**< 0 to 4 */
    int64_t shape[4]; /**< unused entries are 1 */
    double *values;   /**< row-major */
} gm_array;

/**
 * Read a .npy file of any integer or floating type, either byte order, C or Fortran order; gzip is
 * taken off. 64-bit integers are rounded to float64; NaN and infinities are kept as they are.
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_INPUT (absent, not .npy, a type that is not a number, truncated, more than
 * four dimensions), GM_OUT_OF_MEMORY, GM_CANCELLED
 */
GM_API GM_MUST_USE gm_status gm_array_read(gm_context *context, const char *path, gm_array **out);

/** Free an array. NULL is allowed. */
GM_API void gm_array_destroy(gm_context *context, gm_array *array);

GM_END_DECLS

#endif
