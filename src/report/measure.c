/* The view of `measure`: what its parts share, the verdict, and where each part is. */
#include "report/measure.h"

#include <math.h>
#include <string.h>

static const char *text_at(const gm_report *report, const char *path) {
    const char *text = gm_report_text(report, path);
    return text ? text : "";
}

gm_measure_facts gm_measure_read(const gm_report *report) {
    const char *method = text_at(report, "result.method");
    return (gm_measure_facts){
        .variance = gm_report_value(report, "result.variance.value"),
        .error = gm_report_value(report, "result.variance.std_error"),
        .low = gm_report_value(report, "result.variance.ci95[0]"),
        .high = gm_report_value(report, "result.variance.ci95[1]"),
        .naive = gm_report_value(report, "result.naive_variance"),
        .collision = gm_report_value(report, "result.collision_term"),
        .dependence = gm_report_value(report, "result.dependence_term"),
        .smallest = gm_report_value(report, "result.smallest_visible"),
        .bound = gm_report_value(report, "result.bound.value"),
        .bound_collision = gm_report_value(report, "result.bound.collision"),
        .bound_dependence = gm_report_value(report, "result.bound.dependence"),
        .noise = gm_report_value(report, "result.noise_trace"),
        .label_noise = gm_report_value(report, "result.label_noise_trace"),
        .ratio = gm_report_value(report, "result.signal_to_noise"),
        .needed = gm_report_value(report, "result.samples_to_see_target"),
        .at_least = gm_report_value(report, "result.samples_lower_bound"),
        .budget = gm_report_value(report, "result.budget"),
        .columns = gm_report_value(report, "result.columns"),
        .parameters = gm_report_value(report, "result.parameters"),
        .samples = gm_report_value(report, "result.samples"),
        .targets = gm_report_value(report, "result.targets"),
        .init_draws = gm_report_value(report, "result.init_draws"),
        .effective = gm_report_value(report, "result.effective_targets"),
        .method = method,
        .form = text_at(report, "result.form"),
        .verdict = text_at(report, "result.verdict"),
        .exact = strcmp(method, "exact") == 0,
        .enumerated = gm_report_flag(report, "result.enumerated", false),
    };
}

static const struct {
    const char *verdict, *sentence, *badge;
    gm_tone tone;
} verdicts[] = {
    {"informative", "The gradient tells the targets apart", "Informative", GM_TONE_GOOD},
    {"uninformative", "The gradient does not tell the targets apart", "Uninformative", GM_TONE_BAD},
    {"undecided", "It is undecided whether the gradient tells the targets apart", "Undecided",
     GM_TONE_PLAIN},
    {"", "Whether the gradient tells the targets apart is not known", NULL, GM_TONE_PLAIN},
};

/* Position of the verdict in the table, the last where it is none of ours. */
static size_t find_verdict(const gm_report *report) {
    const char *verdict = text_at(report, "result.verdict");
    size_t i = 0;
    while (i + 1 < sizeof verdicts / sizeof *verdicts && strcmp(verdicts[i].verdict, verdict) != 0)
        i++;
    return i;
}

static gm_tone verdict(const gm_report *report, gm_text *out) {
    const size_t i = find_verdict(report);
    const char *reason = text_at(report, "result.reason");
    gm_text_add(out, verdicts[i].sentence);
    gm_text_add(out, *reason ? ": " : "");
    gm_text_add(out, reason);
    gm_text_add(out, ".");
    return verdicts[i].tone;
}

static const char *badge(const gm_report *report) {
    return verdicts[find_verdict(report)].badge;
}

static void table(const gm_report *report, gm_layout *layout) {
    for (const gm_measure_part *part = gm_measure_parts; part->heading; part++) {
        if (part->available && !part->available(report))
            continue;
        gm_layout_heading(layout, part->heading);
        for (const gm_measure_row *row = part->rows; row->label; row++)
            gm_view_row(report, layout, row->label, row->say);
    }
}

const gm_view gm_view_measure = {
    .command = "measure",
    .headline = "Informativeness of gradients",
    .verdict = verdict,
    .badge = badge,
    .table = table,
    .plots = {{"batch.svg", gm_measure_has_batch, gm_measure_batch_script, gm_measure_batch_caption,
               "Noise of the mean gradient against the size of a batch, and the signal"},
              {"ladder.svg", gm_measure_has_ladder, gm_measure_ladder_script,
               gm_measure_ladder_caption,
               "V, what it is made of, and what bounds it, on a logarithmic axis"},
              {"along.svg", gm_measure_has_course, gm_measure_along_script,
               gm_measure_along_caption, "V and the loss after so many steps of training"}},
    .subject = gm_measure_subject,
    .tiles = gm_measure_tiles,
    .tables = gm_measure_tables,
    .method = gm_measure_method,
    .glossary = gm_measure_glossary,
};
