/* The parts of the view of an experiment. Everything shown is in the document. */
#ifndef GM_REPORT_REPRODUCE_H
#define GM_REPORT_REPRODUCE_H

#include "report/view.h"

/* Whether column i of the table holds texts, numbers or percentages. */
bool gm_reproduce_is_kind(const json_t *columns, size_t i, const char *kind);

/* A cell in words, not escaped. */
void gm_reproduce_say_cell(const json_t *columns, const json_t *row, size_t i, gm_text *out);

/* What was measured and what the claim allows: "0.98, expected 0.9 to 1.1". */
void gm_reproduce_say_range(const json_t *claim, gm_text *out);

bool gm_reproduce_holds(const json_t *claim);
size_t gm_reproduce_count_held(const gm_report *report);

/* A list of experiments, not one of them. */
bool gm_reproduce_is_list(const gm_report *report);

void gm_reproduce_table(const gm_report *report, gm_layout *layout);

/* Plot `which` of the document, from 0. */
bool gm_reproduce_has_points(const gm_report *report, size_t which);
void gm_reproduce_script(const gm_report *report, size_t which, gm_text *out);
void gm_reproduce_caption(const gm_report *report, size_t which, gm_text *html);

void gm_reproduce_subject(const gm_report *report, gm_text *html);
void gm_reproduce_tiles(const gm_report *report, gm_text *html);
void gm_reproduce_tables(const gm_report *report, gm_text *html);
void gm_reproduce_method(const gm_report *report, gm_text *html);
void gm_reproduce_glossary(const gm_report *report, gm_text *html);

#endif
