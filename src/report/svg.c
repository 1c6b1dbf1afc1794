#include "report/svg.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool starts(const char *text, const char *with) {
    return strncasecmp(text, with, strlen(with)) == 0;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* An attribute such as onload= at `c`, which follows a space or a slash in a tag. */
static bool is_handler(const char *c) {
    if (!starts(c, "on"))
        return false;
    while (isalpha((unsigned char)*c))
        c++;
    while (is_space(*c))
        c++;
    return *c == '=';
}

/* What a plot never needs and a page must not have. The file may come from anywhere. */
static bool is_harmful(const char *svg) {
    static const char *const elements[] = {"<script", "<foreignobject", "<iframe", "<image",
                                           "<a",      "<!entity",       "<html",   "<set"};
    bool in_tag = false;
    for (const char *c = svg; *c; c++) {
        in_tag = *c == '<' || (in_tag && *c != '>');
        for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
            if (starts(c, elements[i]))
                return true;
        if (in_tag && (is_space(*c) || *c == '/') && is_handler(c + 1))
            return true;
        if (in_tag && starts(c, "href=") && !(c[5] && c[6] == '#'))
            return true;
    }
    return false;
}

/* Past </name>, or past the element's own end. */
static const char *skip_element(const char *element, const char *end_tag) {
    const char *end = strstr(element, end_tag);
    return end ? end + strlen(end_tag) : element + strlen(element);
}

/* Length of the attribute text after which an id stands: id=", href="#, url(#. */
static size_t id_follows(const char *c) {
    static const char *const before[] = {" id=\"", " id='", "href=\"#", "href='#", "url(#"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (strncmp(c, before[i], strlen(before[i])) == 0)
            return strlen(before[i]);
    return 0;
}

/* One tag, from < to >, its ids renamed. Returns what follows it. */
static const char *add_tag(const char *tag, const char *prefix, gm_text *html) {
    const char *c = tag;
    while (*c && *c != '>') {
        size_t length = id_follows(c);
        gm_text_add_bytes(html, c, length ? length : 1);
        if (length)
            gm_text_add(html, prefix);
        c += length ? length : 1;
    }
    if (*c)
        gm_text_add(html, ">");
    return *c ? c + 1 : c;
}

bool gm_svg_inline(const char *svg, const char *prefix, const char *label, gm_text *html) {
    const char *c = strstr(svg, "<svg");
    if (!c || !strstr(c, "</svg>") || is_harmful(c))
        return false;
    gm_text_add(html, "<svg role=\"img\" aria-label=\"");
    gm_text_html(html, label);
    gm_text_add(html, "\"");
    for (c += strlen("<svg"); *c && *c != '>'; c++) /* namespaces and view box of the root */
        gm_text_add_bytes(html, *c == '\n' ? " " : c, 1);
    while (*c) {
        if (strncmp(c, "<title>", 7) == 0)
            c = skip_element(c, "</title>");
        else if (strncmp(c, "<desc>", 6) == 0)
            c = skip_element(c, "</desc>");
        else if (strncmp(c, "<style", 6) == 0) /* would reach the whole page */
            c = skip_element(c, "</style>");
        else if (strncmp(c, "<!--", 4) == 0)
            c = skip_element(c, "-->");
        else if (*c == '<')
            c = add_tag(c, prefix, html);
        else
            gm_text_add_bytes(html, c++, 1);
        if (html->size >= 6 && strcmp(html->bytes + html->size - 6, "</svg>") == 0)
            break; /* nothing after the root */
    }
    return true;
}
