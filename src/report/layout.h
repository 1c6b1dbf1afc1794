/* Lines of a terminal: wrapped text, label and value, columns. Nothing is wider than 80. */
#ifndef GM_REPORT_LAYOUT_H
#define GM_REPORT_LAYOUT_H

#include "report/text.h"

enum { GM_LAYOUT_WIDTH = 80, GM_LAYOUT_LABEL = 22 };

typedef enum gm_style {
    GM_STYLE_PLAIN,
    GM_STYLE_BOLD,
    GM_STYLE_FAINT,
    GM_STYLE_GOOD,
    GM_STYLE_BAD,
    GM_STYLE_WARNING
} gm_style;

/* Compose into `cell`, then place it with one of the functions below, which empty it. Texts of
   others enter the cell through gm_text_plain(). */
typedef struct gm_layout {
    gm_text out, cell;
    bool color;
} gm_layout;

#define GM_LAYOUT(context, color) ((gm_layout){GM_TEXT(context), GM_TEXT(context), (color)})

/* The cell as a wrapped paragraph from the left edge. */
void gm_layout_paragraph(gm_layout *layout, gm_style style);

/* A heading after an empty line. Does not touch the cell. */
void gm_layout_heading(gm_layout *layout, const char *heading);

void gm_layout_gap(gm_layout *layout);

/* "  Label       the cell, wrapped". An empty cell leaves the row out. */
void gm_layout_row(gm_layout *layout, const char *label);

/* "  ! the cell, wrapped". */
void gm_layout_item(gm_layout *layout, const char *mark, gm_style style);

/* The cell in a column of the current line; GM_RIGHT aligns numbers. */
typedef enum gm_side { GM_LEFT, GM_RIGHT } gm_side;
void gm_layout_column(gm_layout *layout, int width, gm_side side, gm_style style);
void gm_layout_end_line(gm_layout *layout);

/* Hand the whole over; frees the cell. */
gm_status gm_layout_finish(gm_layout *layout, char **out) __attribute__((warn_unused_result));

#endif
