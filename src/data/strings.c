#include "data/strings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Make room for `needed` items of `size` bytes, at least doubling. */
static gm_status grow(gm_context *context, void **items, int64_t *capacity, int64_t used,
                      int64_t needed, size_t size) {
    if (needed <= *capacity)
        return GM_OK;
    int64_t wanted = *capacity > needed / 2 ? 2 * *capacity : needed + 16;
    void *larger = gm_allocate(context, wanted, size);
    if (!larger)
        return GM_OUT_OF_MEMORY;
    if (used)
        memcpy(larger, *items, (size_t)used * size);
    gm_release(context, *items);
    *items = larger;
    *capacity = wanted;
    return GM_OK;
}

gm_status gm_strings_add(gm_context *context, gm_strings *list, const char *text, size_t size) {
    void *bytes = list->bytes, *offset = list->offset;
    gm_status status =
        grow(context, &bytes, &list->bytes_capacity, list->used, list->used + (int64_t)size + 1, 1);
    list->bytes = bytes;
    if (status != GM_OK)
        return status;
    status =
        grow(context, &offset, &list->capacity, list->count, list->count + 1, sizeof *list->offset);
    list->offset = offset;
    if (status != GM_OK)
        return status;
    list->offset[list->count++] = list->used;
    if (size)
        memcpy(list->bytes + list->used, text, size);
    list->used += (int64_t)size;
    list->bytes[list->used++] = '\0';
    return GM_OK;
}

gm_status gm_strings_add_index(gm_context *context, gm_strings *list, int64_t index) {
    char text[24];
    int size = snprintf(text, sizeof text, "%" PRId64, index);
    return gm_strings_add(context, list, text, (size_t)size);
}

const char *gm_strings_at(const gm_strings *list, int64_t i) {
    return list->bytes + list->offset[i];
}

void gm_strings_free(gm_context *context, gm_strings *list) {
    gm_release(context, list->bytes);
    gm_release(context, list->offset);
    *list = (gm_strings){0};
}
