/* The result of `risk` as its table, plot and page use it. */
#ifndef GM_REPORT_RISK_H
#define GM_REPORT_RISK_H

#include "report/view.h"

typedef struct gm_risk_facts_shown {
    double value, low, high; /* the adversarial risk and its interval; NaN where there is none */
    double clean, exact, exact_clean;
    double radius, dual_norm, gradients, batch_size;
    double power, error,
        losses;              /* of the residual: its mean square, standard error; by the losses */
    bool logistic, supremum; /* supremum: the attack is bounded in every entry */
    const char *residual;    /* where the power came from; never NULL */
} gm_risk_facts_shown;

/* Never fails: what is absent becomes NaN or false. */
gm_risk_facts_shown gm_risk_read(const gm_report *report);

/* "2.31 to 2.55" with as many digits as tell the two apart. */
void gm_risk_say_between(double low, double high, gm_text *out);

/* Rows shared by table and page. */
gm_say gm_risk_say_value, gm_risk_say_interval, gm_risk_say_clean, gm_risk_say_exact,
    gm_risk_say_attack, gm_risk_say_residual, gm_risk_say_losses, gm_risk_say_gradients,
    gm_risk_say_reason;

bool gm_risk_has_curve(const gm_report *report);
void gm_risk_script(const gm_report *report, gm_text *out);
void gm_risk_caption(const gm_report *report, gm_text *html);

void gm_risk_subject(const gm_report *report, gm_text *html);
void gm_risk_tiles(const gm_report *report, gm_text *html);
void gm_risk_tables(const gm_report *report, gm_text *html);
void gm_risk_method(const gm_report *report, gm_text *html);
void gm_risk_glossary(const gm_report *report, gm_text *html);

#endif
