#include "report/recover.h"

#include "report/clients.h"

#include <math.h>

enum { LABEL = 32, COLUMN = 16, EIGENVALUES = 6 };

static void option_row(const gm_report *report, gm_layout *layout) {
    const char *model = gm_report_text(report, "options.model");
    const char *at = gm_recover_at(report);
    if (model)
        gm_text_plain(&layout->cell, model);
    if (model && at) {
        gm_text_add(&layout->cell, ", weights: ");
        gm_text_plain(&layout->cell, at);
    }
    gm_layout_row(layout, "Model");
}

static void add_label(gm_layout *layout, const char *label, gm_style style) {
    gm_text_add(&layout->cell, "  ");
    gm_text_add(&layout->cell, label);
    gm_layout_column(layout, LABEL, GM_LEFT, style);
}

static void add_percent(gm_layout *layout, double ratio, gm_style style) {
    gm_text_percent(&layout->cell, ratio);
    gm_layout_column(layout, COLUMN, GM_RIGHT, style);
}

static void error_line(gm_layout *layout, const char *label, const gm_recover_error *error,
                       bool with_condition, gm_style style) {
    if (!error->known)
        return;
    add_label(layout, label, style);
    add_percent(layout, error->operator_relative, style);
    add_percent(layout, error->frobenius_relative, style);
    if (with_condition) {
        gm_text_number(&layout->cell, error->condition_after);
        gm_layout_column(layout, COLUMN, GM_RIGHT, style);
    }
    gm_layout_end_line(layout);
}

static void accuracy_header(gm_layout *layout, bool with_condition) {
    static const char *const lines[][3] = {{"worst direction", "whole matrix", "condition"},
                                           {"(operator)", "(Frobenius)", "number after"}};
    gm_layout_gap(layout);
    for (int line = 0; line < 2; line++) {
        gm_text_add(&layout->cell, line == 0 ? "Relative error" : "");
        gm_layout_column(layout, LABEL, GM_LEFT, GM_STYLE_BOLD);
        for (int column = 0; column < (with_condition ? 3 : 2); column++) {
            gm_text_add(&layout->cell, lines[line][column]);
            gm_layout_column(layout, COLUMN, GM_RIGHT, GM_STYLE_FAINT);
        }
        gm_layout_end_line(layout);
    }
}

static void prediction_lines(gm_layout *layout, const gm_recover *facts) {
    if (isnan(facts->predicted))
        return;
    add_label(layout, "Predicted from gradients alone", GM_STYLE_PLAIN);
    add_percent(layout, facts->predicted, GM_STYLE_PLAIN);
    if (!isnan(facts->predicted_frobenius))
        add_percent(layout, facts->predicted_frobenius, GM_STYLE_PLAIN);
    gm_layout_end_line(layout);
    if (isnan(facts->low) || isnan(facts->high))
        return;
    add_label(layout, "  95 % interval", GM_STYLE_PLAIN);
    gm_text_percent_range(&layout->cell, facts->low, facts->high);
    gm_layout_column(layout, COLUMN, GM_RIGHT, GM_STYLE_PLAIN);
    gm_layout_end_line(layout);
}

static void accuracy(gm_layout *layout, const gm_recover *facts) {
    const gm_recover_error *lines[] = {&facts->error, &facts->none, &facts->oracle, &facts->hvp};
    bool with_condition = false;
    for (int i = 0; i < 4; i++)
        with_condition = with_condition || !isnan(lines[i]->condition_after);
    if (isnan(facts->predicted) && !facts->error.known)
        return;
    accuracy_header(layout, with_condition);
    prediction_lines(layout, facts);
    error_line(layout, "This recovery, measured", &facts->error, with_condition, GM_STYLE_BOLD);
    error_line(layout, "Control: no noise", &facts->none, with_condition, GM_STYLE_PLAIN);
    error_line(layout, "Oracle: sees the same data", &facts->oracle, with_condition,
               GM_STYLE_PLAIN);
    error_line(layout, facts->network ? "HVP: the Hessian itself" : "Moving the weights (HVP)",
               &facts->hvp, with_condition, GM_STYLE_PLAIN);
    if (isnan(facts->error.operator_relative) || isnan(facts->low) || isnan(facts->high))
        return;
    bool inside = gm_recover_covered(facts);
    gm_text_add(&layout->cell, inside ? "The error lies inside the predicted interval."
                                      : "The error lies OUTSIDE the predicted interval.");
    gm_layout_item(layout, inside ? "✓" : "✗", inside ? GM_STYLE_GOOD : GM_STYLE_BAD);
}

static void say_top(const gm_report *report, gm_text *out) {
    gm_recover_say_eigenvalues(report, EIGENVALUES, out);
}

void gm_recover_table(const gm_report *report, gm_layout *layout) {
    gm_recover facts = gm_recover_read(report);
    gm_layout_heading(layout, "Measured");
    gm_view_row(report, layout, "Data", gm_recover_say_data);
    gm_view_row(report, layout, "Target classes", gm_recover_say_classes);
    option_row(report, layout);
    gm_view_row(report, layout, "Gradients", gm_recover_say_gradients);
    gm_view_row(report, layout, "Clients", gm_say_clients);
    gm_view_row(report, layout, "Left out", gm_say_left_out);
    gm_view_row(report, layout, "Estimator", gm_recover_say_estimator);
    gm_view_row(report, layout, "Noise variance", gm_recover_say_noise);
    gm_view_row(report, layout, "Calibration bias", gm_recover_say_bias);
    gm_view_row(report, layout, "Shrinkage", gm_recover_say_shrinkage);
    gm_view_row(report, layout, "Kept as", gm_recover_say_structure);
    gm_view_row(report, layout, "Scale", gm_recover_say_scale);
    accuracy(layout, &facts);
    gm_layout_heading(layout, "Curvature");
    gm_view_row(report, layout, "Enough gradients", gm_recover_say_enough);
    if (!isnan(facts.condition)) {
        gm_text_number(&layout->cell, facts.condition);
        gm_layout_row(layout, "Condition number");
    }
    if (!isnan(facts.rank)) {
        gm_text_number(&layout->cell, facts.rank);
        if (!isnan(facts.dimension)) {
            gm_text_add(&layout->cell, " of ");
            gm_text_count(&layout->cell, facts.dimension);
        }
        gm_layout_row(layout, "Effective rank");
    }
    gm_view_row(report, layout, "Top eigenvalues", say_top);
    if (!gm_report_text(report, "result.leak.paragraph"))
        return;
    gm_layout_heading(layout, "What these gradients give away");
    gm_view_row(report, layout, "Leak", gm_recover_say_leak);
}
