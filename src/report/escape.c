#include "report/text.h"

#include <string.h>

int gm_utf8_decode(const char *bytes, uint32_t *code) {
    const unsigned char *b = (const unsigned char *)bytes;
    if (b[0] < 0x80) {
        *code = b[0];
        return 1;
    }
    int length = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
    if (b[0] < 0xC2 || b[0] > 0xF4)
        return 0;
    uint32_t value = b[0] & (0x7Fu >> length);
    for (int i = 1; i < length; i++) { /* a zero byte ends the loop: it is no continuation */
        if ((b[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (b[i] & 0x3F);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code = value;
    return length;
}

int gm_utf8_width(uint32_t code) {
    static const uint32_t wide[][2] = {
        {0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
        {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };
    if ((code >= 0x300 && code <= 0x36F) || code == 0x200D || (code >= 0xFE00 && code <= 0xFE0F))
        return 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (code >= wide[i][0] && code <= wide[i][1])
            return 2;
    return 1;
}

int gm_text_width(const char *string) {
    int width = 0;
    for (uint32_t code; *string;
         string += gm_utf8_decode(string, &code), width += gm_utf8_width(code))
        if (!gm_utf8_decode(string, &code))
            return width;
    return width;
}

/* Characters that move the cursor, start an escape sequence, break a line or reverse the direction
   of reading: a file name made of them could forge a report. */
static bool is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x200E && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF || (code & 0xFFFE) == 0xFFFE;
}

/* Add a string with controls and bytes that are not UTF-8 as "?" and what `replace` names by its
   replacement. `keep` lists controls that may stay. */
static void add_replaced(gm_text *text, const char *string, const char *keep,
                         const char *(*replace)(uint32_t code)) {
    while (*string) {
        uint32_t code = 0;
        int length = gm_utf8_decode(string, &code);
        const char *other = length && replace ? replace(code) : NULL;
        if (other)
            gm_text_add(text, other);
        else if (!length || (is_control(code) && !(code < 0x80 && strchr(keep, (int)code))))
            gm_text_add(text, "?");
        else
            gm_text_add_bytes(text, string, (size_t)length);
        string += length ? length : 1;
    }
}

void gm_text_plain(gm_text *text, const char *string) {
    add_replaced(text, string, "", NULL);
}

static const char *html_entity(uint32_t code) {
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void gm_text_html(gm_text *text, const char *string) {
    add_replaced(text, string, "\t\n", html_entity);
}

/* A typographic apostrophe. Doubled quotes, the manual's way, are not safe: gnuplot 5.4 ends the
   string at the second pair of '''', and what follows is a command. */
static const char *gnuplot_quote(uint32_t code) {
    return code == '\'' ? "\u2019" : NULL;
}

void gm_text_gnuplot(gm_text *text, const char *string) {
    gm_text_add(text, "'");
    add_replaced(text, string, "", gnuplot_quote);
    gm_text_add(text, "'");
}

static const char *shell_quote(uint32_t code) {
    return code == '\'' ? "'\\''" : NULL;
}

void gm_text_shell(gm_text *text, const char *string) {
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_./:=,+@%-";
    if (*string && !string[strspn(string, safe)]) {
        gm_text_add(text, string);
        return;
    }
    gm_text_add(text, "'");
    add_replaced(text, string, "\t\n", shell_quote);
    gm_text_add(text, "'");
}

void gm_text_utf8(gm_text *text, const char *bytes) {
    while (*bytes) {
        uint32_t code = 0;
        int length = gm_utf8_decode(bytes, &code);
        if (length)
            gm_text_add_bytes(text, bytes, (size_t)length);
        else
            gm_text_add(text, "?");
        bytes += length ? length : 1;
    }
}
