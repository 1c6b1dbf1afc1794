#include "data/classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Slots are the low bits, which depend on low bits alone: the high half is folded in. */
static uint64_t hash(const char *text, size_t size) {
    const uint64_t h = gm_hash_bytes(GM_HASH_START, text, size);
    return h ^ h >> 32;
}

/* Slot of the table that holds the text, or the free one where it belongs. */
static int64_t find_slot(const gm_classes *classes, const char *text, size_t size) {
    int64_t slot = (int64_t)(hash(text, size) & (uint64_t)(classes->size - 1));
    while (classes->table[slot]) {
        const char *other = gm_strings_at(&classes->texts, classes->table[slot] - 1);
        if (strlen(other) == size && memcmp(other, text, size) == 0)
            break;
        slot = (slot + 1) & (classes->size - 1);
    }
    return slot;
}

/* Keep at least half of the table free. */
static gm_status make_room(gm_context *context, gm_classes *classes) {
    if (2 * (classes->texts.count + 1) <= classes->size)
        return GM_OK;
    int64_t size = classes->size ? 4 * classes->size : 64;
    int64_t *table = gm_allocate_zero(context, size, sizeof *table);
    if (!table)
        return GM_OUT_OF_MEMORY;
    gm_release(context, classes->table);
    classes->table = table;
    classes->size = size;
    for (int64_t i = 0; i < classes->texts.count; i++) {
        const char *text = gm_strings_at(&classes->texts, i);
        table[find_slot(classes, text, strlen(text))] = i + 1;
    }
    return GM_OK;
}

gm_status gm_classes_number(gm_context *context, gm_classes *classes, const char *text, size_t size,
                            int64_t *out) {
    gm_status status = make_room(context, classes);
    if (status != GM_OK)
        return status;
    int64_t slot = find_slot(classes, text, size);
    if (!classes->table[slot]) {
        if (classes->texts.count == GM_MOST_CLASSES)
            return gm_fail(context, GM_INVALID_INPUT,
                           "the text target has more than %d classes; is it the right column?",
                           GM_MOST_CLASSES);
        status = gm_strings_add(context, &classes->texts, text, size);
        if (status != GM_OK)
            return status;
        classes->table[slot] = classes->texts.count;
    }
    *out = classes->table[slot] - 1;
    return GM_OK;
}

typedef struct entry {
    const char *text;
    int64_t old;
} entry;

static int compare(const void *a, const void *b) {
    return strcmp(((const entry *)a)->text, ((const entry *)b)->text);
}

gm_status gm_classes_sort(gm_context *context, const gm_classes *classes, double *targets,
                          int64_t rows, gm_strings *out) {
    int64_t count = classes->texts.count, used = 0;
    int64_t *number = NULL; /* [count] 1 where the class occurs, then its new number */
    entry *entries = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(context, number, count));
    GM_TRY(GM_NEW(context, entries, count));
    for (int64_t i = 0; i < rows; i++)
        number[(int64_t)targets[i]] = 1;
    for (int64_t c = 0; c < count; c++)
        if (number[c])
            entries[used++] = (entry){gm_strings_at(&classes->texts, c), c};
    qsort(entries, (size_t)used, sizeof *entries, compare);
    for (int64_t k = 0; k < used; k++) {
        number[entries[k].old] = k;
        GM_TRY(gm_strings_add(context, out, entries[k].text, strlen(entries[k].text)));
    }
    for (int64_t i = 0; i < rows; i++)
        targets[i] = (double)number[(int64_t)targets[i]];
done:
    gm_release(context, number);
    gm_release(context, entries);
    return status;
}

void gm_classes_free(gm_context *context, gm_classes *classes) {
    gm_strings_free(context, &classes->texts);
    gm_release(context, classes->table);
    *classes = (gm_classes){0};
}
