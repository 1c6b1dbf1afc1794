#include "message.h"

#include <string.h>

/* Bytes of the well-formed UTF-8 character at s; 0: it is not one. */
static int utf8_length(const unsigned char *s) {
    if (s[0] < 0x80)
        return 1;
    int n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    if (s[0] < 0xc2 || n == 0)
        return 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, beyond U+10FFFF. */
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

static void write_json_text(FILE *file, const char *text) {
    const unsigned char *s = (const unsigned char *)text;
    fputc('"', file);
    while (*s) {
        int n = utf8_length(s);
        if (n == 0)
            fputc('?', file);
        else if (*s == '"' || *s == '\\')
            fprintf(file, "\\%c", *s);
        else if (*s < 0x20 || *s == 0x7f)
            fprintf(file, "\\u%04x", *s);
        else
            fwrite(s, 1, (size_t)n, file);
        s += n ? n : 1;
    }
    fputc('"', file);
}

void message_plain(FILE *file, const char *text) {
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        int n = utf8_length(s);
        /* U+0080 to U+009F are control characters too. */
        if (n == 0 || *s < 0x20 || *s == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0))
            fputc('?', file);
        else
            fwrite(s, 1, (size_t)n, file);
        s += n ? n : 1;
    }
    fputc('\n', file);
}

void message_json(FILE *file, const char *status, int exit, const char *text) {
    fprintf(file, "{\"error\": {\"status\": \"%s\", \"exit\": %d, \"message\": ", status, exit);
    write_json_text(file, text);
    fputs("}}\n", file);
}

int message_columns(const char *text, size_t bytes) {
    int count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

void message_wrap(FILE *file, const char *text, int column, int indent, int width) {
    int first = 1;
    if (column > indent) {
        fputc('\n', file);
        column = 0;
    }
    fprintf(file, "%*s", indent - column, "");
    column = indent;
    while (*text) {
        size_t bytes = strcspn(text, " \n");
        int columns = message_columns(text, bytes);
        if (!first && column + 1 + columns > width) {
            fprintf(file, "\n%*s", indent, "");
            column = indent;
            first = 1;
        }
        fprintf(file, "%s%.*s", first ? "" : " ", (int)bytes, text);
        column += columns + !first;
        first = 0;
        text += bytes;
        if (*text == ' ') {
            text++;
        } else if (*text == '\n') {
            fprintf(file, "\n%*s", text[1] && text[1] != '\n' ? indent : 0, "");
            column = indent;
            first = 1;
            text++;
        }
    }
    fputc('\n', file);
}
