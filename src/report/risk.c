/* The view of a risk: what its parts share, the verdict, and where each part is. */
#include "report/risk.h"

#include <math.h>
#include <string.h>

#include "report/recover.h"

static bool is_text(const gm_report *report, const char *path, const char *word) {
    const char *text = gm_report_text(report, path);
    return text && strcmp(text, word) == 0;
}

gm_risk_facts_shown gm_risk_read(const gm_report *report) {
    const char *residual = gm_report_text(report, "result.residual");
    return (gm_risk_facts_shown){
        .value = gm_report_value(report, "result.adversarial_risk.value"),
        .low = gm_report_value(report, "result.interval[0]"),
        .high = gm_report_value(report, "result.interval[1]"),
        .clean = gm_report_value(report, "result.clean_risk"),
        .exact = gm_report_value(report, "result.exact"),
        .exact_clean = gm_report_value(report, "result.exact_clean"),
        .radius = gm_report_value(report, "result.radius"),
        .dual_norm = gm_report_value(report, "result.dual_norm"),
        .gradients = gm_report_value(report, "result.gradients"),
        .batch_size = gm_report_value(report, "result.batch_size"),
        .power = gm_report_value(report, "result.residual_power.value"),
        .error = gm_report_value(report, "result.residual_power.std_error"),
        .losses = gm_report_value(report, "result.loss_power.value"),
        .logistic = is_text(report, "result.model", "logistic"),
        .supremum = is_text(report, "result.norm", "linf"),
        .residual = residual ? residual : "",
    };
}

static bool inside(const gm_risk_facts_shown *f) {
    return f->low <= f->exact && f->exact <= f->high;
}

/* --- sentences --- */

void gm_risk_say_between(double low, double high, gm_text *out) {
    gm_text_number(out, low);
    gm_text_add(out, " to ");
    gm_text_number(out, high);
}

static gm_tone verdict(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    gm_text_add(out, "An attack of radius ");
    gm_text_number(out, f.radius);
    gm_text_add(out, " raises the risk from ");
    gm_text_number(out, f.clean);
    gm_text_add(out, " to ");
    gm_text_number(out, f.value);
    gm_text_add(out, ", for any law of the residual to between ");
    gm_text_number(out, f.low);
    gm_text_add(out, " and ");
    gm_text_number(out, f.high);
    if (!isnan(f.exact)) {
        gm_text_add(out, "; computed from the data it is ");
        gm_text_number(out, f.exact);
        gm_text_add(out, inside(&f) ? ", inside" : ", outside");
    }
    gm_text_add(out, ".");
    return isnan(f.exact) ? GM_TONE_PLAIN : inside(&f) ? GM_TONE_GOOD : GM_TONE_BAD;
}

static const char *badge(const gm_report *report) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    return isnan(f.exact) ? NULL : inside(&f) ? "Inside the interval" : "Outside the interval";
}

void gm_risk_say_value(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    const char *method = gm_report_text(report, "result.adversarial_risk.method");
    gm_text_number(out, f.value);
    if (!method)
        return;
    gm_text_add(out, ", ");
    gm_text_add(out, method);
}

void gm_risk_say_interval(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    if (isnan(f.low) || isnan(f.high))
        return;
    gm_risk_say_between(f.low, f.high, out);
    gm_text_add(out, ", for any law of the residual, sampling included at 95 %");
}

void gm_risk_say_clean(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    gm_text_number(out, f.clean);
    gm_text_add(out, f.logistic ? ", mean logistic loss" : ", mean squared residual");
}

void gm_risk_say_exact(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    if (isnan(f.exact))
        return;
    gm_text_number(out, f.exact);
    gm_text_add(out, inside(&f) ? ", inside the interval" : ", outside the interval");
    if (isnan(f.exact_clean))
        return;
    gm_text_add(out, "; without an attack ");
    gm_text_number(out, f.exact_clean);
}

void gm_risk_say_attack(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    gm_text_add(out, f.supremum ? "each entry of an input moved by up to "
                                : "each input moved by a length of up to ");
    gm_text_number(out, f.radius);
    gm_text_add(out, f.supremum ? ", the output by that times the sum of |w|, "
                                : ", the output by that times the length of w, ");
    gm_text_number(out, f.dual_norm);
}

void gm_risk_say_residual(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    if (isnan(f.power))
        return;
    gm_text_number(out, f.power);
    gm_text_add(out, " ± ");
    gm_text_number(out, f.error);
    gm_text_add(out, ", from the ");
    gm_text_add(out, f.residual);
    if (strcmp(f.residual, "gaussian") == 0)
        gm_text_add(out, " form");
}

void gm_risk_say_losses(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    if (isnan(f.losses) || strcmp(f.residual, "losses") == 0)
        return;
    gm_text_number(out, f.losses);
}

void gm_risk_say_gradients(const gm_report *report, gm_text *out) {
    const gm_risk_facts_shown f = gm_risk_read(report);
    gm_text_count(out, f.gradients);
    gm_text_add(out, " over batches of ");
    gm_text_count(out, f.batch_size);
}

void gm_risk_say_reason(const gm_report *report, gm_text *out) {
    const char *reason = gm_report_text(report, "result.reason");
    if (reason)
        gm_text_add(out, reason);
}

static void table(const gm_report *report, gm_layout *layout) {
    gm_layout_gap(layout);
    gm_view_row(report, layout, "Data", gm_recover_say_data);
    gm_view_row(report, layout, "Attack", gm_risk_say_attack);
    gm_view_row(report, layout, "Gradients", gm_risk_say_gradients);
    gm_layout_gap(layout);
    gm_view_row(report, layout, "Clean risk", gm_risk_say_clean);
    gm_view_row(report, layout, "Adversarial risk", gm_risk_say_value);
    gm_view_row(report, layout, "  interval", gm_risk_say_interval);
    gm_view_row(report, layout, "  from the data", gm_risk_say_exact);
    gm_layout_gap(layout);
    gm_view_row(report, layout, "Residual's power", gm_risk_say_residual);
    gm_view_row(report, layout, "  why from there", gm_risk_say_reason);
    gm_view_row(report, layout, "  by the losses", gm_risk_say_losses);
}

const gm_view gm_view_risk = {
    .command = "risk",
    .headline = "Adversarial risk from gradients",
    .verdict = verdict,
    .badge = badge,
    .table = table,
    .plots = {{"risk.svg", gm_risk_has_curve, gm_risk_script, gm_risk_caption,
               "Adversarial risk against the radius of the attack, with its interval"}},
    .subject = gm_risk_subject,
    .tiles = gm_risk_tiles,
    .tables = gm_risk_tables,
    .method = gm_risk_method,
    .glossary = gm_risk_glossary,
};
