#include "report/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *gm_text_view(const gm_text *text) {
    return text->bytes ? text->bytes : "";
}

/* Make room for `count` more bytes and the final zero. */
static bool reserve(gm_text *text, size_t count) {
    if (text->status != GM_OK)
        return false;
    if (count < text->capacity - text->size) /* one byte stays for the zero */
        return true;
    size_t capacity = text->capacity ? text->capacity : 256;
    while (capacity - text->size <= count) {
        if (capacity > SIZE_MAX / 4) {
            text->status = gm_fail(text->context, GM_OUT_OF_MEMORY, "out of memory: text too long");
            return false;
        }
        capacity *= 2;
    }
    char *bytes = gm_allocate(text->context, (int64_t)capacity, 1);
    if (!bytes) {
        text->status = GM_OUT_OF_MEMORY;
        return false;
    }
    if (text->size)
        memcpy(bytes, text->bytes, text->size);
    bytes[text->size] = '\0';
    gm_release(text->context, text->bytes);
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void gm_text_add_bytes(gm_text *text, const char *bytes, size_t count) {
    if (!reserve(text, count))
        return;
    memcpy(text->bytes + text->size, bytes, count);
    text->size += count;
    text->bytes[text->size] = '\0';
}

void gm_text_add(gm_text *text, const char *string) {
    gm_text_add_bytes(text, string, strlen(string));
}

void gm_text_repeat(gm_text *text, const char *string, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        gm_text_add(text, string);
}

void gm_text_join(gm_text *text, const gm_text *other) {
    if (text->status == GM_OK)
        text->status = other->status;
    gm_text_add_bytes(text, gm_text_view(other), other->size);
}

void gm_text_format(gm_text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !reserve(text, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(text->bytes + text->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->size += (size_t)length;
}

void gm_text_clear(gm_text *text) {
    text->size = 0;
    if (text->bytes)
        text->bytes[0] = '\0';
}

void gm_text_drop(gm_text *text) {
    gm_release(text->context, text->bytes);
    *text = (gm_text){text->context, text->status, NULL, 0, 0};
}

void gm_text_merge(gm_text *text, gm_text *part) {
    if (text->status == GM_OK)
        text->status = part->status;
    gm_text_drop(part);
}

gm_status gm_text_finish(gm_text *text, char **out) {
    gm_status status = reserve(text, 0) ? GM_OK : text->status;
    if (status == GM_OK)
        *out = text->bytes;
    else
        gm_release(text->context, text->bytes);
    *text = (gm_text){text->context, status, NULL, 0, 0};
    return status;
}
