/* A drawn plot as part of a page. */
#ifndef GM_REPORT_SVG_H
#define GM_REPORT_SVG_H

#include "report/text.h"

/*
 * Add an SVG file to an HTML text: without prolog, title and description, every id (and what refers
 * to it) with a prefix, and role="img" with a label. Returns false and adds nothing where the text
 * is no SVG or holds what can run or load something (scripts, foreign content, outside references).
 */
bool gm_svg_inline(const char *svg, const char *prefix, const char *label, gm_text *html);

#endif
