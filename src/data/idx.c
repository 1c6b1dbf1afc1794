#include "data/idx.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/dataset.h"

enum { MOST_DIMENSIONS = 4, TYPE_U8 = 8, BLOCK = 1 << 18 };

/* Read a header: two zero bytes, a type, the number of dimensions, then these, big-endian.
   sizes[0] becomes the number of items and sizes[1] the bytes of one. */
static gm_status read_header(gm_context *context, gm_bytes *bytes, int least, int most,
                             const char *what, int64_t sizes[2]) {
    unsigned char raw[4 * MOST_DIMENSIONS];
    char needed[96];
    const char *file = gm_bytes_name(bytes);
    gm_status status = GM_OK;
    GM_TRY(gm_bytes_read_exactly(bytes, raw, 4, "an IDX header"));
    int dimensions = raw[3];
    if (raw[0] || raw[1] || raw[2] != TYPE_U8 || dimensions < least || dimensions > most)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: begins with bytes %02x %02x %02x %02x; IDX %s of bytes begin with 00 "
                       "00 08 and %d to %d dimensions",
                       file, raw[0], raw[1], raw[2], raw[3], what, least, most));
    GM_TRY(gm_bytes_read_exactly(bytes, raw, 4 * (size_t)dimensions, "an IDX header"));
    sizes[0] = sizes[1] = 1;
    int64_t total = 1;
    bool overflow = false;
    for (int i = 0; i < dimensions; i++) {
        const unsigned char *b = raw + 4 * i;
        int64_t size = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
        if (size == 0)
            GM_TRY(gm_fail(context, GM_INVALID_INPUT, "%s: dimension %d is 0; at least 1 is needed",
                           file, i));
        overflow |= __builtin_mul_overflow(total, size, &total);
        sizes[i ? 1 : 0] = i > 1 && !overflow ? sizes[1] * size : size;
    }
    if (overflow)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT, "%s: sizes whose product is beyond 2^63", file));
    snprintf(needed, sizeof needed, "%" PRId64 " %s of %" PRId64 " byte%s", sizes[0], what,
             sizes[1], sizes[1] == 1 ? "" : "s");
    GM_TRY(gm_bytes_expect(bytes, total, needed));
done:
    return status;
}

static gm_status read_labels(gm_context *context, gm_bytes *bytes, double *targets, int64_t rows) {
    unsigned char *block = NULL;
    int64_t size = rows < BLOCK ? rows : BLOCK;
    gm_status status = GM_NEW(context, block, size);
    if (status != GM_OK)
        return status;
    for (int64_t first = 0; first < rows; first += size) {
        int64_t count = rows - first < size ? rows - first : size;
        GM_TRY(gm_bytes_read_exactly(bytes, block, (size_t)count, "labels"));
        for (int64_t i = 0; i < count; i++)
            targets[first + i] = block[i];
    }
    GM_TRY(gm_bytes_expect_end(bytes, "the labels"));
done:
    gm_release(context, block);
    return status;
}

/* Store the selected pixels of an image: as bytes, or divided where values will be computed. */
static void place_image(gm_dataset *dataset, const gm_selection *selection,
                        const unsigned char *image, int64_t pixels, int64_t row) {
    if (dataset->rows.element == GM_ELEMENT_F64) {
        double *out = (double *)dataset->values + row * dataset->rows.stride;
        for (int64_t k = 0; k < selection->inputs; k++)
            out[k] = image[selection->source[k]] / 255.0;
        return;
    }
    unsigned char *out = (unsigned char *)dataset->values + row * dataset->rows.stride;
    bool all = selection->inputs == pixels;
    for (int64_t k = 0; k < selection->inputs && all; k++)
        all = selection->source[k] == k;
    if (all)
        memcpy(out, image, (size_t)pixels);
    for (int64_t k = 0; k < selection->inputs && !all; k++)
        out[k] = image[selection->source[k]];
}

static gm_status read_images(gm_context *context, gm_bytes *bytes, const gm_selection *selection,
                             int64_t pixels, gm_dataset *dataset) {
    unsigned char *block = NULL;
    int64_t rows = dataset->rows.rows, step = pixels < BLOCK ? BLOCK / pixels : 1;
    if (step > rows)
        step = rows;
    gm_status status = GM_NEW(context, block, step * pixels);
    if (status != GM_OK)
        return status;
    for (int64_t first = 0; first < rows; first += step) {
        int64_t count = rows - first < step ? rows - first : step;
        GM_TRY(gm_bytes_read_exactly(bytes, block, (size_t)(count * pixels), "pixels"));
        for (int64_t i = 0; i < count; i++)
            place_image(dataset, selection, block + i * pixels, pixels, first + i);
    }
    GM_TRY(gm_bytes_expect_end(bytes, "the images"));
done:
    gm_release(context, block);
    return status;
}

gm_status gm_idx_load_pair(gm_context *context, gm_bytes *images, gm_bytes *labels,
                           const gm_dataset_options *options, gm_dataset **out) {
    int64_t size[2], label_size[2];
    gm_selection selection = {0};
    gm_dataset *made = NULL;
    gm_status status = GM_OK;
    GM_TRY(read_header(context, images, 2, MOST_DIMENSIONS, "images", size));
    GM_TRY(read_header(context, labels, 1, 1, "labels", label_size));
    if (size[0] != label_size[0])
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: %" PRId64 " labels for the %" PRId64 " images of %s",
                       gm_bytes_name(labels), label_size[0], size[0], gm_bytes_name(images)));
    gm_columns columns = {gm_bytes_name(images), NULL, size[1], true};
    GM_TRY(gm_selection_make(context, &columns, options, &selection));
    gm_element element = options->standardize ? GM_ELEMENT_F64 : GM_ELEMENT_U8;
    GM_TRY(gm_dataset_new(context, size[0], selection.inputs, options->intercept, element,
                          element == GM_ELEMENT_U8 ? 255 : 1, &made));
    GM_TRY(gm_dataset_set_names(made, &columns, &selection));
    GM_TRY(read_labels(context, labels, made->targets, size[0]));
    GM_TRY(read_images(context, images, &selection, size[1], made));
    GM_TRY(gm_dataset_finish(made, gm_bytes_name(images), false, options));
    *out = made;
done:
    gm_selection_free(context, &selection);
    if (status != GM_OK)
        gm_dataset_destroy(made);
    return status;
}

/* Open the first spelling of a file that is there. */
static gm_status open_part(gm_context *context, const char *folder, const char *part,
                           const char *what, int dimensions, gm_bytes **out) {
    static const char *const separators[] = {"-", "."}, *const endings[] = {"", ".gz"};
    size_t size = strlen(folder) + 64;
    char *path = NULL;
    gm_status status = GM_NEW(context, path, (int64_t)size);
    if (status != GM_OK)
        return status;
    for (int i = 0; i < 4; i++) {
        snprintf(path, size, "%s/%s-%s%sidx%d-ubyte%s", folder, part, what, separators[i / 2],
                 dimensions, endings[i % 2]);
        if (access(path, F_OK) == 0) {
            GM_TRY(gm_bytes_open(context, path, "reading images", out));
            break;
        }
    }
    if (!*out)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: the folder has no %s-%s-idx%d-ubyte or %s-%s-idx%d-ubyte.gz", folder,
                       part, what, dimensions, part, what, dimensions));
done:
    gm_release(context, path);
    return status;
}

gm_status gm_idx_load(gm_context *context, const char *folder, const gm_dataset_options *options,
                      gm_dataset **out) {
    const char *part = options->part == GM_PART_SCORE ? "t10k" : "train";
    gm_bytes *images = NULL, *labels = NULL;
    gm_status status = GM_OK;
    GM_TRY(open_part(context, folder, part, "images", 3, &images));
    GM_TRY(open_part(context, folder, part, "labels", 1, &labels));
    GM_TRY(gm_idx_load_pair(context, images, labels, options, out));
done:
    gm_bytes_close(images);
    gm_bytes_close(labels);
    return status;
}
