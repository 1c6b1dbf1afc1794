/* The result of `recover` as its table, plots and page use it. */
#ifndef GM_REPORT_RECOVER_H
#define GM_REPORT_RECOVER_H

#include "report/view.h"

/* One line of the comparison with the truth; NaN where the document has no value. */
typedef struct gm_recover_error {
    bool known;
    double operator_relative, frobenius_relative, condition_after;
} gm_recover_error;

typedef struct gm_recover {
    double dimension, gradients, noise_vectors, batch_size, noise_variance;
    double predicted, low, high, predicted_frobenius; /* relative errors */
    double required, needed, condition, rank, bias;
    const char *estimator; /* "" where absent */
    bool enough_known, enough;
    gm_recover_error error, none, oracle, hvp;
    bool network; /* whose Hessian is not the Gauss–Newton matrix */
} gm_recover;

/* The accuracy asked for, NaN where none was. */
double gm_recover_required(const gm_report *report);

/* Never fails: what is absent becomes NaN, false or "". */
gm_recover gm_recover_read(const gm_report *report);

/* Is the realised error inside the predicted interval? false also where one of them is absent. */
bool gm_recover_covered(const gm_recover *facts);

/* Is a bias that the prediction cannot see large beside it? */
bool gm_recover_biased(const gm_recover *facts);

gm_tone gm_recover_verdict(const gm_report *report, gm_text *out);
const char *gm_recover_badge(const gm_report *report);

void gm_recover_table(const gm_report *report, gm_layout *layout);

/* A number of gradients after "about": two digits, rounded up. */
double gm_recover_about(double count);

/* Rows shared by table and page, unescaped; nothing is added where the document has nothing. */
void gm_recover_say_data(const gm_report *report, gm_text *out);
void gm_recover_say_classes(const gm_report *report, gm_text *out);
void gm_recover_say_noise(const gm_report *report, gm_text *out);
void gm_recover_say_gradients(const gm_report *report, gm_text *out);
void gm_recover_say_estimator(const gm_report *report, gm_text *out);
void gm_recover_say_shrinkage(const gm_report *report, gm_text *out);
void gm_recover_say_structure(const gm_report *report, gm_text *out);
void gm_recover_say_scale(const gm_report *report, gm_text *out);
void gm_recover_say_leak(const gm_report *report, gm_text *out);
void gm_recover_say_enough(const gm_report *report, gm_text *out);
void gm_recover_say_bias(const gm_report *report, gm_text *out);
void gm_recover_say_eigenvalues(const gm_report *report, size_t most, gm_text *out);

bool gm_recover_has_spectrum(const gm_report *report);
bool gm_recover_has_curve(const gm_report *report);
void gm_recover_spectrum_script(const gm_report *report, gm_text *out);
void gm_recover_error_script(const gm_report *report, gm_text *out);
void gm_recover_spectrum_caption(const gm_report *report, gm_text *html);
void gm_recover_error_caption(const gm_report *report, gm_text *html);

void gm_recover_subject(const gm_report *report, gm_text *html);
void gm_recover_tiles(const gm_report *report, gm_text *html);
void gm_recover_tables(const gm_report *report, gm_text *html);
void gm_recover_method(const gm_report *report, gm_text *html);
void gm_recover_glossary(const gm_report *report, gm_text *html);

/* Where the gradients were taken: as it was asked for, or what the default came to; NULL: unknown.
 */
const char *gm_recover_at(const gm_report *report);

#endif
