#include "data/load.h"

#include <string.h>
#include <sys/stat.h>

#include "data/csv.h"
#include "data/idx.h"
#include "data/npy.h"

static bool ends_with(const char *text, const char *ending) {
    size_t length = strlen(text), size = strlen(ending);
    return length >= size && strcmp(text + length - size, ending) == 0;
}

static gm_status no_hdf5(gm_context *context, const char *path) {
    return gm_fail(context, GM_UNAVAILABLE,
                   "%s: HDF5 is not available in this version; accepted: .csv, .csv.gz, .npy, or a "
                   "folder with IDX files",
                   path);
}

gm_status gm_dataset_load_bytes(gm_context *context, gm_bytes *bytes,
                                const gm_dataset_options *options, gm_dataset **out) {
    char magic[8] = {0};
    size_t got = 0;
    const char *file = gm_bytes_name(bytes);
    gm_status status = GM_OK;
    GM_TRY(gm_bytes_read(bytes, magic, sizeof magic, &got));
    GM_TRY(gm_bytes_rewind(bytes));
    if (got == 8 && memcmp(magic, "\x89HDF\r\n\x1a\n", 8) == 0)
        return no_hdf5(context, file);
    if (got >= 4 && memcmp(magic, "PK\3\4", 4) == 0)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: a zip archive (.npz?); save one array with numpy.save instead", file);
    if (got >= 4 && memcmp(magic, "\0\0\x08", 3) == 0)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: an IDX file; give the folder that holds its images and labels", file);
    bool npy = got >= 6 && memcmp(magic, "\x93NUMPY", 6) == 0;
    if (npy || ends_with(file, ".npy") || ends_with(file, ".npy.gz"))
        return gm_npy_load(context, bytes, options, out);
    return gm_csv_load(context, bytes, options, out);
done:
    return status;
}

gm_status gm_dataset_load(gm_context *context, const char *path, const gm_dataset_options *options,
                          gm_dataset **out) {
    const gm_dataset_options defaults = {0};
    gm_bytes *bytes = NULL;
    struct stat info;
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!path)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_dataset_load: path is NULL");
    if (!options)
        options = &defaults;
    if (options->missing < GM_MISSING_ERROR || options->missing > GM_MISSING_MEAN)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_dataset_load: missing = %d; accepted: error, drop, mean",
                       (int)options->missing);
    if (options->part < GM_PART_FIT || options->part > GM_PART_SCORE)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_dataset_load: part = %d; accepted: fit, score", (int)options->part);
    if (strstr(path, ".h5::") || strstr(path, ".hdf5::") || ends_with(path, ".h5") ||
        ends_with(path, ".hdf5"))
        return no_hdf5(context, path);
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return gm_idx_load(context, path, options, out);
    gm_status status = gm_bytes_open(context, path, "reading data", &bytes);
    if (status == GM_OK)
        status = gm_dataset_load_bytes(context, bytes, options, out);
    gm_bytes_close(bytes);
    return status;
}
