/* The result of `entropy` as its table, plot and page use it. */
#ifndef GM_REPORT_ENTROPY_H
#define GM_REPORT_ENTROPY_H

#include "report/view.h"

typedef struct gm_entropy_facts {
    double nats, low, high, bound;     /* NaN where the document has no value */
    double proxy, uniform;             /* nats */
    double rows, distinct, collisions; /* NaN of a law */
    double columns, modulus;
    bool exact, continuous, blind; /* by the method; blind: no collision was seen */
} gm_entropy_facts;

/* Never fails: what is absent becomes NaN or false. */
gm_entropy_facts gm_entropy_read(const gm_report *report);

/* "5.84 nats (8.42 bits)" */
void gm_entropy_say_both(double nats, gm_text *out);

/* "14.17–14.21", with as many digits as tell the two apart, rounded outwards. */
void gm_entropy_say_between(double low, double high, gm_text *out);

/* Rows shared by table and page. */
gm_say gm_entropy_say_inputs, gm_entropy_say_whole, gm_entropy_say_interval, gm_entropy_say_bound,
    gm_entropy_say_equal, gm_entropy_say_uniform, gm_entropy_say_proxy, gm_entropy_say_coordinates;

bool gm_entropy_has_coordinates(const gm_report *report);
void gm_entropy_script(const gm_report *report, gm_text *out);
void gm_entropy_caption(const gm_report *report, gm_text *html);

void gm_entropy_subject(const gm_report *report, gm_text *html);
void gm_entropy_tiles(const gm_report *report, gm_text *html);
void gm_entropy_tables(const gm_report *report, gm_text *html);
void gm_entropy_method(const gm_report *report, gm_text *html);
void gm_entropy_glossary(const gm_report *report, gm_text *html);

#endif
