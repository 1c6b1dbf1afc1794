/* The parts of the page that hold figures. */
#include "report/clients.h"
#include "report/recover.h"

#include <math.h>

enum { EIGENVALUES = 10 };

void gm_recover_subject(const gm_report *report, gm_text *html) {
    const char *model = gm_report_text(report, "options.model");
    const char *at = gm_recover_at(report);
    gm_page_say(report, html, gm_recover_say_data);
    if (model) {
        gm_text_add(html, " · model ");
        gm_text_html(html, model);
    }
    if (at) {
        gm_text_add(html, " · weights: ");
        gm_text_html(html, at);
    }
}

/* --- tiles --- */

static void error_tiles(const gm_recover *facts, gm_text *html) {
    if (!isnan(facts->error.operator_relative)) {
        gm_tile_begin(html, "Relative error");
        gm_text_percent(html, facts->error.operator_relative);
        gm_tile_note(html);
        if (!isnan(facts->low) && !isnan(facts->high))
            gm_text_add(html, gm_recover_covered(facts) ? "inside the predicted interval"
                                                        : "<b>outside</b> the predicted interval");
        else
            gm_text_add(html, "compared with the truth");
        gm_tile_end(html);
    }
    if (!isnan(facts->predicted)) {
        gm_tile_begin(html, "Predicted error");
        gm_text_percent(html, facts->predicted);
        gm_tile_note(html);
        if (!isnan(facts->low) && !isnan(facts->high)) {
            gm_text_percent_range(html, facts->low, facts->high);
            gm_text_add(html, " at 95 %");
        } else {
            gm_text_add(html, "from gradients alone");
        }
        gm_tile_end(html);
    }
    if (!isnan(facts->none.operator_relative)) {
        gm_tile_begin(html, "Without noise");
        gm_text_percent(html, facts->none.operator_relative);
        gm_tile_note(html);
        gm_text_add(html, "error of the control");
        gm_tile_end(html);
    }
}

static void effort_tile(const gm_recover *facts, gm_text *html) {
    if (isnan(facts->gradients))
        return;
    gm_tile_begin(html, "Gradients");
    gm_text_count(html, facts->gradients);
    gm_tile_note(html);
    if (!isnan(facts->needed) && !isnan(facts->required)) {
        gm_text_add(html, "about ");
        gm_text_count(html, gm_recover_about(facts->needed));
        gm_text_add(html, " needed for ");
        gm_text_percent(html, facts->required);
    } else if (!isnan(facts->noise_vectors)) {
        gm_text_count(html, facts->noise_vectors);
        gm_text_add(html, facts->noise_vectors == 1 ? " noise vector" : " noise vectors");
    }
    gm_tile_end(html);
}

void gm_recover_tiles(const gm_report *report, gm_text *html) {
    gm_recover facts = gm_recover_read(report);
    error_tiles(&facts, html);
    effort_tile(&facts, html);
    if (!isnan(facts.rank)) {
        gm_tile_begin(html, "Effective rank");
        gm_text_number(html, facts.rank);
        gm_tile_note(html);
        if (!isnan(facts.dimension)) {
            gm_text_add(html, "of ");
            gm_text_count(html, facts.dimension);
            gm_text_add(html, facts.dimension == 1 ? " dimension" : " dimensions");
        }
        gm_tile_end(html);
    }
    if (!isnan(facts.condition)) {
        gm_tile_begin(html, "Condition number");
        gm_text_number(html, facts.condition);
        gm_tile_note(html);
        if (!isnan(facts.error.condition_after)) {
            gm_text_number(html, facts.error.condition_after);
            gm_text_add(html, " after preconditioning");
        } else {
            gm_text_add(html, "of the recovered matrix");
        }
        gm_tile_end(html);
    }
}

/* --- tables --- */

/* A bar that makes 1 % beside 100 % visible; 100 % fills it. */
static void add_bar(gm_text *html, double ratio, bool ours) {
    gm_text_format(html, "<td class=\"bar\" aria-hidden=\"true\"><span class=\"%s\" style=\"width:",
                   ours ? "ours" : "other");
    gm_text_exact(html, isnan(ratio) ? 0 : round(1000 * fmin(fmax(ratio, 0.004), 1)) / 10);
    gm_text_add(html, "%\"></span></td>");
}

static void error_row(gm_text *html, const char *label, const gm_recover_error *error, bool ours) {
    if (!error->known)
        return;
    gm_text_format(html, "<tr%s><th scope=\"row\">%s</th><td>", ours ? " class=\"ours\"" : "",
                   label);
    gm_text_percent(html, error->operator_relative);
    gm_text_add(html, "</td>");
    add_bar(html, error->operator_relative, ours);
    gm_text_add(html, "<td>");
    gm_text_percent(html, error->frobenius_relative);
    gm_text_add(html, "</td><td>");
    gm_text_number(html, error->condition_after);
    gm_text_add(html, "</td></tr>\n");
}

static void predicted_row(gm_text *html, const gm_recover *facts) {
    if (isnan(facts->predicted))
        return;
    gm_text_add(html, "<tr><th scope=\"row\">Predicted, from gradients alone</th><td>");
    gm_text_percent(html, facts->predicted);
    gm_text_add(html, "</td>");
    add_bar(html, facts->predicted, false);
    gm_text_add(html, "<td>");
    gm_text_percent(html, facts->predicted_frobenius);
    gm_text_add(html, "</td><td>–</td></tr>\n");
}

static void comparison(const gm_recover *facts, gm_text *html) {
    if (!facts->error.known)
        return;
    gm_text_add(
        html, "<h2>Compared with the truth</h2>\n<div class=\"scroll\"><table class=\"figures\">\n"
              "<thead><tr><th></th><th>Operator norm</th><th class=\"bar\"></th><th>Frobenius</th>"
              "<th>Condition after</th></tr></thead>\n<tbody>\n");
    error_row(html, "This recovery", &facts->error, true);
    predicted_row(html, facts);
    error_row(html, "Control: no noise", &facts->none, false);
    error_row(html, "Oracle: sees the same data", &facts->oracle, false);
    error_row(html,
              facts->network ? "Moving the weights: products of the Hessian itself, which of a "
                               "network is not the Gauss–Newton matrix"
                             : "Moving the weights: Hessian–vector products",
              &facts->hvp, false);
    gm_text_add(html, "</tbody></table></div>\n<p class=\"small\">Relative errors against the "
                      "curvature computed from all the data. The control repeats the recovery "
                      "without noise in the targets: what it misses, the noise alone reveals. The "
                      "oracle sees the very rows that the batches were made of.</p>\n");
}

static void say_top(const gm_report *report, gm_text *out) {
    gm_recover_say_eigenvalues(report, EIGENVALUES, out);
}

static void say_predicted_by(const gm_report *report, gm_text *out) {
    const char *method = gm_report_text(report, "result.predicted_error.operator.method");
    if (method)
        gm_text_add(out, method);
}

static void say_privacy(const gm_report *report, gm_text *out) {
    double epsilon = gm_report_value(report, "result.leak.epsilon");
    double delta = gm_report_value(report, "result.leak.delta");
    const bool known = gm_report_flag(report, "result.leak.private_labels", true);
    if (isnan(delta) || (known && isnan(epsilon)))
        return;
    if (isfinite(epsilon)) {
        gm_text_add(out, "ε = ");
        gm_text_number(out, epsilon);
    } else {
        gm_text_add(out, "none");
    }
    gm_text_add(out, " at δ = ");
    gm_text_number(out, delta);
}

static void leak(const gm_report *report, gm_text *html) {
    if (!gm_report_text(report, "result.leak.paragraph"))
        return;
    gm_text_add(html, "<h2>What these gradients give away</h2>\n<p>");
    gm_page_say(report, html, gm_recover_say_leak);
    gm_text_add(html, "</p>\n<dl class=\"facts\">\n");
    gm_page_fact(report, html, "Label privacy of one gradient", say_privacy);
    gm_text_add(html, "</dl>\n");
}

void gm_recover_tables(const gm_report *report, gm_text *html) {
    gm_recover facts = gm_recover_read(report);
    comparison(&facts, html);
    leak(report, html);
    gm_text_add(html, "<h2>What was measured</h2>\n<dl class=\"facts\">\n");
    gm_page_fact(report, html, "Data", gm_recover_say_data);
    gm_page_fact(report, html, "Target classes", gm_recover_say_classes);
    gm_page_fact(report, html, "Gradients", gm_recover_say_gradients);
    gm_page_fact(report, html, "Clients", gm_say_clients);
    gm_page_fact(report, html, "Left out", gm_say_left_out);
    gm_page_fact(report, html, "Estimator", gm_recover_say_estimator);
    gm_page_fact(report, html, "Noise variance", gm_recover_say_noise);
    gm_page_fact(report, html, "Calibration bias", gm_recover_say_bias);
    gm_page_fact(report, html, "Shrinkage", gm_recover_say_shrinkage);
    gm_page_fact(report, html, "Kept as", gm_recover_say_structure);
    gm_page_fact(report, html, "Scale", gm_recover_say_scale);
    gm_page_fact(report, html, "Enough gradients", gm_recover_say_enough);
    gm_page_fact(report, html, "Error predicted by", say_predicted_by);
    gm_page_fact(report, html, "Top eigenvalues", say_top);
    gm_page_fact(report, html, "Files", gm_view_say_files);
    gm_text_add(html, "</dl>\n");
}
