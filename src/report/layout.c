#include "report/layout.h"

#include <string.h>

static void begin_style(gm_layout *layout, gm_style style) {
    static const char *const codes[] = {"",           "\033[1m",    "\033[2m",
                                        "\033[1;32m", "\033[1;31m", "\033[33m"};
    if (layout->color)
        gm_text_add(&layout->out, codes[style]);
}

static void end_style(gm_layout *layout, gm_style style) {
    if (layout->color && style != GM_STYLE_PLAIN)
        gm_text_add(&layout->out, "\033[0m");
}

/* Keeps "2.1 %" and "784 × 784" on one line. */
static bool may_break(const char *string, size_t space) {
    return string[space + 1] != '%' && strncmp(string + space + 1, "×", 2) != 0 &&
           !(space >= 2 && strncmp(string + space - 2, "×", 2) == 0);
}

/* Bytes of `string` that fit into `width` columns: up to a space where there is one, else as many
   characters as fit, at least one. */
static size_t fitting(const char *string, int width) {
    size_t bytes = 0, at_space = 0;
    int used = 0;
    while (string[bytes]) {
        uint32_t code = 0;
        int length = gm_utf8_decode(string + bytes, &code);
        used += gm_utf8_width(code);
        if (string[bytes] == ' ' && may_break(string, bytes))
            at_space = bytes;
        if (!length || used > width)
            return at_space ? at_space : bytes ? bytes : 1;
        bytes += (size_t)length;
    }
    return bytes;
}

/* Place the cell in lines from column `indent` on; the cursor stands there already. */
static void place_wrapped(gm_layout *layout, int indent, gm_style style) {
    const char *rest = gm_text_view(&layout->cell);
    bool first = true;
    if (layout->out.status == GM_OK)
        layout->out.status = layout->cell.status;
    while (layout->out.status == GM_OK && (*rest || first)) {
        if (!first)
            gm_text_repeat(&layout->out, " ", indent);
        size_t bytes = fitting(rest, GM_LAYOUT_WIDTH - indent);
        begin_style(layout, style);
        gm_text_add_bytes(&layout->out, rest, bytes);
        end_style(layout, style);
        gm_text_add(&layout->out, "\n");
        rest += bytes;
        rest += strspn(rest, " ");
        first = false;
    }
    gm_text_clear(&layout->cell);
}

void gm_layout_paragraph(gm_layout *layout, gm_style style) {
    place_wrapped(layout, 0, style);
}

void gm_layout_heading(gm_layout *layout, const char *heading) {
    gm_text_add(&layout->out, "\n");
    begin_style(layout, GM_STYLE_BOLD);
    gm_text_add(&layout->out, heading);
    end_style(layout, GM_STYLE_BOLD);
    gm_text_add(&layout->out, "\n");
}

void gm_layout_gap(gm_layout *layout) {
    gm_text_add(&layout->out, "\n");
}

void gm_layout_row(gm_layout *layout, const char *label) {
    if (layout->cell.size == 0 && layout->cell.status == GM_OK)
        return;
    gm_text_format(&layout->out, "  %s", label);
    gm_text_repeat(&layout->out, " ", GM_LAYOUT_LABEL - 2 - gm_text_width(label));
    place_wrapped(layout, GM_LAYOUT_LABEL, GM_STYLE_PLAIN);
}

void gm_layout_item(gm_layout *layout, const char *mark, gm_style style) {
    gm_text_add(&layout->out, "  ");
    begin_style(layout, style);
    gm_text_add(&layout->out, mark);
    end_style(layout, style);
    gm_text_add(&layout->out, " ");
    place_wrapped(layout, 3 + gm_text_width(mark), GM_STYLE_PLAIN);
}

void gm_layout_column(gm_layout *layout, int width, gm_side side, gm_style style) {
    int padding = width - gm_text_width(gm_text_view(&layout->cell));
    if (layout->cell.size == 0)
        style = GM_STYLE_PLAIN;
    if (side == GM_RIGHT)
        gm_text_repeat(&layout->out, " ", padding);
    begin_style(layout, style);
    gm_text_join(&layout->out, &layout->cell);
    end_style(layout, style);
    if (side == GM_LEFT)
        gm_text_repeat(&layout->out, " ", padding);
    gm_text_clear(&layout->cell);
}

/* Spaces that pad the last column are cut. */
void gm_layout_end_line(gm_layout *layout) {
    gm_text *out = &layout->out;
    while (out->size > 0 && out->bytes[out->size - 1] == ' ')
        out->bytes[--out->size] = '\0';
    gm_text_add(out, "\n");
}

gm_status gm_layout_finish(gm_layout *layout, char **out) {
    if (layout->out.status == GM_OK)
        layout->out.status = layout->cell.status;
    gm_text_drop(&layout->cell);
    return gm_text_finish(&layout->out, out);
}
