/* Results of attacks on LWE as their tables, plots and pages use them. */
#ifndef GM_REPORT_LWE_H
#define GM_REPORT_LWE_H

#include "report/view.h"

/* Rows on the instance, shared by all commands. */
gm_say gm_lwe_say_size, gm_lwe_say_error, gm_lwe_say_chance;

/* "path: a number of three digits"; nothing where there is none. */
void gm_lwe_say_number(const gm_report *report, const char *path, gm_text *out);

/* Rows of a table, facts of a page. */
typedef struct gm_lwe_row {
    const char *label;
    gm_say *say;
} gm_lwe_row;

typedef struct gm_lwe_part {
    const char *heading;
    const gm_lwe_row *rows; /* ends with an empty one */
} gm_lwe_part;

void gm_lwe_table(const gm_report *report, const gm_lwe_part *parts, gm_layout *layout);
/* The same of a page, with the files behind them. */
void gm_lwe_tables(const gm_report *report, const gm_lwe_part *parts, gm_text *html);

/* The instance in the head of a page. */
void gm_lwe_subject(const gm_report *report, gm_text *html);

/* What solve and attack say (lwe_attack_rows.c); the last part has no heading. */
extern const gm_lwe_part gm_lwe_attack_parts[];

/* "the whitened gradient"; "" where the document names none of ours. */
const char *gm_lwe_solver_words(const gm_report *report);

/* Seconds of reduction and attack, of the attack where the rows were given; NaN: not known. */
double gm_lwe_attack_seconds(const gm_report *report);

/* Plan and why, of solve and of reduce; the later ones where the first block changed the plan. */
gm_say gm_lwe_say_plan, gm_lwe_say_reason, gm_lwe_say_later_plan, gm_lwe_say_later_reason,
    gm_lwe_say_lost, gm_lwe_say_entropy, gm_lwe_say_rho;

/* Page and plot of solve and attack. */
bool gm_lwe_has_signal(const gm_report *report);
void gm_lwe_signal_script(const gm_report *report, gm_text *out);
void gm_lwe_signal_caption(const gm_report *report, gm_text *html);
void gm_lwe_attack_tiles(const gm_report *report, gm_text *html);
void gm_lwe_attack_method(const gm_report *report, gm_text *html);
void gm_lwe_attack_glossary(const gm_report *report, gm_text *html);

#endif
