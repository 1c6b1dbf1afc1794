/* `recover`: the view, and the sentences that its table and page share. */
#include "report/recover.h"

#include <math.h>
#include <string.h>

const gm_view gm_view_recover = {
    .command = "recover",
    .headline = "Curvature from gradients",
    .verdict = gm_recover_verdict,
    .badge = gm_recover_badge,
    .table = gm_recover_table,
    .plots = {{"error.svg", gm_recover_has_curve, gm_recover_error_script, gm_recover_error_caption,
               "Relative error against the number of gradients, predicted and realised"},
              {"spectrum.svg", gm_recover_has_spectrum, gm_recover_spectrum_script,
               gm_recover_spectrum_caption,
               "Eigenvalues of the recovered curvature against their index"}},
    .subject = gm_recover_subject,
    .tiles = gm_recover_tiles,
    .tables = gm_recover_tables,
    .method = gm_recover_method,
    .glossary = gm_recover_glossary,
};

/* Half of the truth missed: the word "recovered" would mislead. */
static const double not_recovered = 0.5;

static gm_recover_error read_error(const gm_report *report, const char *path) {
    const json_t *object = gm_report_find(report, path);
    return (gm_recover_error){
        json_is_object(object),
        gm_json_number(json_object_get(object, "operator_relative")),
        gm_json_number(json_object_get(object, "frobenius_relative")),
        gm_json_number(json_object_get(object, "condition_after")),
    };
}

double gm_recover_required(const gm_report *report) {
    double required = gm_report_value(report, "result.require"); /* the default included */
    return isnan(required) ? gm_report_value(report, "options.require") : required;
}

static bool is_network(const gm_report *report) {
    const char *model = gm_report_text(report, "result.model");
    return model && strcmp(model, "mlp") == 0;
}

gm_recover gm_recover_read(const gm_report *report) {
    const char *estimator = gm_report_text(report, "result.estimator");
    return (gm_recover){
        .dimension = gm_report_value(report, "result.dimension"),
        .gradients = gm_report_value(report, "result.gradients"),
        .noise_vectors = gm_report_value(report, "result.noise_vectors"),
        .batch_size = gm_report_value(report, "result.batch_size"),
        .noise_variance = gm_report_value(report, "result.noise_variance"),
        .predicted = gm_report_value(report, "result.predicted_error.operator.value"),
        .low = gm_report_value(report, "result.predicted_error.operator.ci95[0]"),
        .high = gm_report_value(report, "result.predicted_error.operator.ci95[1]"),
        .predicted_frobenius = gm_report_value(report, "result.predicted_error.frobenius"),
        .required = gm_recover_required(report),
        .needed = gm_report_value(report, "result.gradients_needed"),
        .condition = gm_report_value(report, "result.condition_number"),
        .rank = gm_report_value(report, "result.effective_rank"),
        .bias = gm_report_value(report, "result.bias.relative"),
        .estimator = estimator ? estimator : "",
        .enough_known = json_is_boolean(gm_report_find(report, "result.enough")),
        .enough = gm_report_flag(report, "result.enough", false),
        .error = read_error(report, "result.error"),
        .none = read_error(report, "result.controls.none"),
        .oracle = read_error(report, "result.controls.oracle"),
        .hvp = read_error(report, "result.controls.hvp"),
        .network = is_network(report),
    };
}

bool gm_recover_covered(const gm_recover *facts) {
    double error = facts->error.operator_relative;
    return facts->low <= error && error <= facts->high;
}

bool gm_recover_biased(const gm_recover *facts) {
    return facts->bias > 0.5 * facts->predicted;
}

/* The realised error where it is known, else the predicted one, else NaN. */
static double best_error(const gm_recover *facts) {
    double error = facts->error.operator_relative;
    return isnan(error) ? facts->predicted : error;
}

static void say_matrix(const gm_recover *facts, gm_text *out) {
    if (!isnan(facts->dimension)) {
        gm_text_count(out, facts->dimension);
        gm_text_add(out, " × ");
        gm_text_count(out, facts->dimension);
        gm_text_add(out, " ");
    }
    gm_text_add(out, "curvature");
    if (!isnan(facts->gradients)) {
        gm_text_add(out, " from ");
        gm_text_count(out, facts->gradients);
        gm_text_add(out, facts->gradients == 1 ? " gradient" : " gradients");
    }
}

/* "predicted 2.1 %, 95 % interval 0.90–4.5 %" */
static void say_prediction(const gm_recover *facts, gm_text *out) {
    gm_text_add(out, "predicted ");
    gm_text_percent(out, facts->predicted);
    if (!isnan(facts->low) && !isnan(facts->high)) {
        gm_text_add(out, ", 95 % interval ");
        gm_text_percent_range(out, facts->low, facts->high);
    }
}

static void say_error(const gm_recover *facts, gm_text *out) {
    if (!isnan(facts->error.operator_relative)) {
        gm_text_add(out, ": relative error ");
        gm_text_percent(out, facts->error.operator_relative);
        if (!isnan(facts->predicted)) {
            gm_text_add(out, " (");
            say_prediction(facts, out);
            gm_text_add(out, ")");
        }
    } else if (!isnan(facts->predicted)) {
        gm_text_add(out, ": relative error ");
        say_prediction(facts, out);
        gm_text_add(out, ", not compared with the truth");
    } else {
        gm_text_add(out, "; its error is not known");
    }
}

static gm_tone tone_of(const gm_recover *facts) {
    double error = best_error(facts);
    bool failed = error >= not_recovered || (facts->enough_known && !facts->enough) ||
                  facts->error.operator_relative > facts->required;
    if (failed)
        return GM_TONE_BAD;
    return facts->enough_known ? GM_TONE_GOOD : GM_TONE_PLAIN;
}

gm_tone gm_recover_verdict(const gm_report *report, gm_text *out) {
    gm_recover facts = gm_recover_read(report);
    double error = best_error(&facts);
    if (error >= not_recovered)
        gm_text_add(out, "Did not recover the ");
    else if (tone_of(&facts) == GM_TONE_BAD)
        gm_text_add(out, "Recovered only roughly the ");
    else
        gm_text_add(out, "Recovered the ");
    say_matrix(&facts, out);
    say_error(&facts, out);
    gm_text_add(out, ".");
    return tone_of(&facts);
}

const char *gm_recover_badge(const gm_report *report) {
    gm_recover facts = gm_recover_read(report);
    if (best_error(&facts) >= not_recovered)
        return "Not recovered";
    if (facts.enough_known && !facts.enough)
        return "Too few gradients";
    if (facts.error.operator_relative > facts.required)
        return "Error above what is required";
    return facts.enough_known ? "Accurate enough" : NULL;
}

/* --- rows --- */

void gm_recover_say_data(const gm_report *report, gm_text *out) {
    const char *path = gm_report_text(report, "result.data.path");
    const char *file = gm_report_text(report, "options.gradients_file");
    const char *target = gm_report_text(report, "result.data.target");
    double rows = gm_report_value(report, "result.data.rows");
    double columns = gm_report_value(report, "result.data.columns");
    double dropped = gm_report_value(report, "result.data.dropped_rows");
    double filled = gm_report_value(report, "result.data.filled_values");
    if (!path)
        path = file ? file : gm_report_text(report, "options.data");
    if (path)
        gm_text_add(out, path);
    if (!isnan(rows) && !isnan(columns)) {
        gm_text_add(out, out->size ? ", " : "");
        gm_text_count(out, rows);
        gm_text_add(out, rows == 1 ? " row × " : " rows × ");
        gm_text_count(out, columns);
        gm_text_add(out, columns == 1 ? " column" : " columns");
    }
    if (target && *target) {
        gm_text_add(out, out->size ? ", target " : "target ");
        gm_text_add(out, target);
    }
    if (dropped > 0) {
        gm_text_add(out, ", ");
        gm_text_count(out, dropped);
        gm_text_add(out, dropped == 1 ? " row" : " rows");
        gm_text_add(out, " with missing values left out");
    }
    if (filled > 0) {
        gm_text_add(out, ", ");
        gm_text_count(out, filled);
        gm_text_add(out, " missing values replaced by the mean");
    }
}

/* "a = 0, b = 1" */
void gm_recover_say_classes(const gm_report *report, gm_text *out) {
    enum { MOST = 12 };
    size_t i, count = gm_report_length(report, "result.data.classes");
    const json_t *name;
    json_array_foreach(gm_report_find(report, "result.data.classes"), i, name) {
        if (i == MOST)
            break;
        gm_text_add(out, i ? ", " : "");
        gm_text_add(out, json_is_string(name) ? json_string_value(name) : "?");
        gm_text_format(out, " = %zu", i);
    }
    if (count > MOST)
        gm_text_format(out, ", … (%zu classes)", count);
}

void gm_recover_say_noise(const gm_report *report, gm_text *out) {
    double injected = gm_report_value(report, "result.noise_variance");
    double label = gm_report_value(report, "result.label_noise");
    const char *law = gm_report_text(report, "result.noise");
    const char *model = gm_report_text(report, "result.model");
    if (isnan(injected))
        return;
    gm_text_number(out, injected);
    if (law && strcmp(law, "link") == 0 && model && strcmp(model, "linear") != 0)
        gm_text_add(out, " times the curvature of the loss (link-aware)");
    if (law && strcmp(law, "sampled") == 0)
        gm_text_add(out, ", labels drawn from the model");
    if (label > 0) {
        gm_text_add(out, " injected, ");
        gm_text_number(out, label);
        gm_text_add(out, " in the targets already");
    }
}

void gm_recover_say_gradients(const gm_report *report, gm_text *out) {
    gm_recover facts = gm_recover_read(report);
    if (isnan(facts.gradients))
        return;
    gm_text_count(out, facts.gradients);
    if (!isnan(facts.batch_size)) {
        gm_text_add(out, " over batches of ");
        gm_text_count(out, facts.batch_size);
    }
    if (!isnan(facts.noise_vectors)) {
        gm_text_add(out, ", giving ");
        gm_text_count(out, facts.noise_vectors);
        gm_text_add(out, facts.noise_vectors == 1 ? " noise vector" : " noise vectors");
    }
}

void gm_recover_say_estimator(const gm_report *report, gm_text *out) {
    const char *estimator = gm_report_text(report, "result.estimator");
    const char *reason = gm_report_text(report, "result.reason");
    if (estimator)
        gm_text_add(out, estimator);
    if (reason && *reason) {
        gm_text_add(out, estimator ? ": " : "");
        gm_text_add(out, reason);
    }
}

void gm_recover_say_shrinkage(const gm_report *report, gm_text *out) {
    const char *method = gm_report_text(report, "result.shrinkage.method");
    double intensity = gm_report_value(report, "result.shrinkage.intensity");
    if (!method)
        return;
    gm_text_add(out, method);
    if (intensity > 0) {
        gm_text_add(out, ", ");
        gm_text_percent(out, intensity);
        gm_text_add(out, " towards the identity");
    }
}

/* "the law of the noise, the form of the estimate": what differs from the plain case. */
void gm_recover_say_structure(const gm_report *report, gm_text *out) {
    double rows = gm_report_value(report, "result.factor.rows");
    double bound = gm_report_value(report, "result.factor.bound");
    const char *structure = gm_report_text(report, "result.structure");
    if (structure && strcmp(structure, "distributed") == 0) {
        gm_text_add(out, "a full matrix, dealt out to ");
        gm_text_count(out, gm_report_value(report, "ranks"));
        gm_text_add(out, " ranks");
    }
    if (isnan(rows))
        return;
    gm_text_add(out, "diagonal plus ");
    gm_text_count(out, rows);
    gm_text_add(out, rows == 1 ? " direction" : " directions");
    if (!(bound > 0))
        return;
    gm_text_add(out, "; what was left out is at most ");
    gm_text_number(out, bound);
    gm_text_add(out, " in the operator norm");
}

void gm_recover_say_scale(const gm_report *report, gm_text *out) {
    const char *scale = gm_report_text(report, "result.scale");
    if (scale && strcmp(scale, "by construction") != 0)
        gm_text_add(out, scale);
}

void gm_recover_say_leak(const gm_report *report, gm_text *out) {
    const char *paragraph = gm_report_text(report, "result.leak.paragraph");
    if (paragraph)
        gm_text_add(out, paragraph);
}

double gm_recover_about(double count) {
    double unit = count >= 100 ? pow(10, floor(log10(count)) - 1) : 1;
    return ceil(count / unit) * unit;
}

/* What the interval says first, then how many gradients the requirement takes. */
void gm_recover_say_enough(const gm_report *report, gm_text *out) {
    gm_recover facts = gm_recover_read(report);
    if (facts.enough_known)
        gm_text_add(out, facts.enough ? "yes" : "no");
    if (facts.enough_known && !isnan(facts.required) && !isnan(facts.high)) {
        gm_text_add(out, ": the interval ends at ");
        gm_text_percent(out, facts.high);
        gm_text_add(out, facts.enough ? ", within the " : ", above the ");
        gm_text_percent(out, facts.required);
        gm_text_add(out, " required");
    }
    if (isnan(facts.needed))
        return;
    gm_text_add(out, out->size ? "; about " : "about ");
    gm_text_count(out, gm_recover_about(facts.needed));
    gm_text_add(out, facts.enough_known && facts.enough ? " gradients would do"
                                                        : " gradients are needed");
}

void gm_recover_say_bias(const gm_report *report, gm_text *out) {
    gm_recover facts = gm_recover_read(report);
    if (isnan(facts.bias))
        return;
    gm_text_add(out, "about ");
    gm_text_percent(out, facts.bias);
    gm_text_add(out, ", counted in the predicted error");
    if (gm_recover_biased(&facts))
        gm_text_add(out, "; the paired estimator has none");
}

void gm_recover_say_eigenvalues(const gm_report *report, size_t most, gm_text *out) {
    size_t count = gm_report_length(report, "result.eigenvalues"), i;
    const json_t *value;
    json_array_foreach(gm_report_find(report, "result.eigenvalues"), i, value) {
        if (i == most)
            break;
        gm_text_add(out, i ? ", " : "");
        gm_text_number(out, gm_json_number(value));
    }
    if (count > most)
        gm_text_add(out, ", …");
}

const char *gm_recover_at(const gm_report *report) {
    const char *asked = gm_report_text(report, "options.at");
    return asked ? asked : gm_report_text(report, "result.at");
}
