/* What the table and the page of `measure` say, row by row. */
#include "report/entropy.h"
#include "report/measure.h"

#include <math.h>
#include <string.h>

static void add_option(const gm_report *report, const char *path, gm_text *out) {
    const char *text = gm_report_text(report, path);
    gm_text_add(out, text ? text : "?");
}

static void add_counted(double count, const char *one, const char *many, gm_text *out) {
    if (isnan(count))
        return;
    gm_text_count(out, count);
    gm_text_add(out, " ");
    gm_text_add(out, count == 1 ? one : many);
}

/* ", 95 % interval 1.2 to 2.5"; nothing where only rounding tells the ends apart. */
static void add_interval(double low, double high, gm_text *out) {
    if (isnan(low) || isnan(high) || !(high - low > 1e-9 * fabs(high)))
        return;
    gm_text_add(out, ", 95 % interval ");
    gm_text_number(out, low);
    gm_text_add(out, " to ");
    gm_text_number(out, high);
}

/* --- what was measured --- */

static void say_inputs(const gm_report *report, gm_text *out) {
    const char *path = gm_report_text(report, "result.data.path");
    const double modulus = gm_report_value(report, "options.modulus");
    if (path)
        gm_text_add(out, path);
    else
        add_option(report, "options.inputs", out);
    if (path) {
        gm_text_add(out, ", ");
        add_counted(gm_report_value(report, "result.data.rows"), "row", "rows", out);
    }
    gm_text_add(out, ", ");
    add_counted(gm_measure_read(report).columns, "column", "columns", out);
    if (!isnan(modulus)) {
        gm_text_add(out, ", modulo ");
        gm_text_count(out, modulus);
    }
}

static void say_targets(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    add_option(report, "options.targets", out);
    if (isnan(facts.targets) || facts.targets <= 0)
        return;
    gm_text_add(out, facts.enumerated ? ", all " : ", ");
    gm_text_count(out, facts.targets);
    gm_text_add(out, facts.enumerated ? " of the class" : " drawn");
}

static void say_model(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    const char *weights = gm_report_text(report, "options.weights");
    add_option(report, "options.model", out);
    gm_text_add(out, ", ");
    add_counted(facts.parameters, "parameter", "parameters", out);
    gm_text_add(out, ", loss ");
    add_option(report, "options.loss", out);
    gm_text_add(out, weights ? ", weights of " : ", initial weights");
    gm_text_add(out, weights ? weights : "");
    if (facts.init_draws > 1) {
        gm_text_add(out, ", mean over ");
        gm_text_count(out, facts.init_draws);
        gm_text_add(out, " draws of them");
    }
}

static const char *form_text(const char *form) {
    static const char *const forms[][2] = {
        {"gram", "pairs of inputs by layers (Gram matrices)"},
        {"jacobian", "pairs of inputs by derivatives"},
        {"products", "one product of the derivative a target"},
        {"fourier", "Fourier transforms"},
        {"walsh-hadamard", "Walsh–Hadamard transforms"},
        {"second-moment", "second moments of the class"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i][0], form) == 0)
            return forms[i][1];
    return form;
}

static void say_method(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    if (!*facts.method)
        return;
    gm_text_add(out, facts.exact ? "exact: summed over " : "sampled: ");
    add_counted(facts.samples, facts.exact ? "point" : "input", facts.exact ? "points" : "inputs",
                out);
    gm_text_add(out, facts.exact ? "; " : " drawn; ");
    gm_text_add(out, form_text(facts.form));
}

/* --- the variance and its parts --- */

static void say_variance(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    gm_text_number(out, facts.variance);
    if (facts.exact && facts.error <= 0) {
        gm_text_add(out, ", exact");
        return;
    }
    if (!isnan(facts.error)) {
        gm_text_add(out, " ± ");
        gm_text_number(out, facts.error);
    }
    add_interval(facts.low, facts.high, out);
}

static void say_naive(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    if (isnan(facts.naive))
        return;
    gm_text_number(out, facts.naive);
    gm_text_add(out, facts.exact ? ", expected of drawn inputs: too large, since it pairs each "
                                   "with itself"
                                 : ": too large, since it pairs each input with itself");
}

static void say_parts(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    if (isnan(facts.collision) || isnan(facts.dependence))
        return;
    gm_text_add(out, "D = ");
    gm_text_number(out, facts.collision);
    gm_text_add(out, " (equal inputs), O = ");
    gm_text_number(out, facts.dependence);
    gm_text_add(out, " (different inputs)");
}

static void say_bound(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    if (isnan(facts.bound))
        return;
    gm_text_add(out, facts.exact ? "" : "about ");
    gm_text_number(out, facts.bound);
    gm_text_add(out, " = ");
    gm_text_number(out, facts.bound_collision);
    gm_text_add(out, " (collisions) + ");
    gm_text_number(out, facts.bound_dependence);
    gm_text_add(out, " (dependence)");
}

static void say_smallest(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    if (!(facts.smallest > 0))
        return;
    gm_text_number(out, facts.smallest);
    gm_text_add(out, ": below it V cannot be seen with so many inputs and targets");
}

/* --- what it takes --- */

static void say_noise(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    if (isnan(facts.noise))
        return;
    gm_text_number(out, facts.noise);
    gm_text_add(out, ", the variance of one sample's gradient");
    if (facts.label_noise > 0) {
        gm_text_add(out, "; ");
        gm_text_number(out, facts.label_noise);
        gm_text_add(out, " of it from errors of labels");
    }
}

static void say_ratio(const gm_report *report, gm_text *out) {
    const double ratio = gm_measure_read(report).ratio;
    if (!isnan(ratio))
        gm_text_number(out, ratio);
}

static void say_needed(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    if (!isnan(facts.needed)) {
        gm_text_count(out, fmax(1, ceil(facts.needed)));
        gm_text_add(out, ", the batch whose noise is as large as the signal");
    } else if (!isnan(facts.at_least)) {
        gm_text_add(out, "not known; at least ");
        gm_text_number(out, facts.at_least);
    } else if (facts.high <= 0) {
        gm_text_add(out, "infinitely many");
    }
}

static void say_budget(const gm_report *report, gm_text *out) {
    const double budget = gm_measure_read(report).budget;
    if (isnan(budget))
        return;
    gm_text_count(out, budget);
    gm_text_add(out, budget == 1 ? " sample" : " samples");
}

/* --- why --- */

static void say_entropy(const gm_report *report, gm_text *out) {
    const char *method = gm_report_text(report, "result.collision_entropy.method");
    double nats = gm_report_value(report, "result.collision_entropy.nats");
    if (!method)
        return;
    if (strcmp(method, "continuous") == 0) {
        gm_text_add(out, "infinite: two draws are never equal");
        return;
    }
    if (isnan(nats)) {
        nats = gm_report_value(report, "result.collision_entropy.lower_bound");
        gm_text_add(out, "at least ");
    }
    gm_entropy_say_both(nats, out);
}

static void say_dependence(const gm_report *report, gm_text *out) {
    const double value = gm_report_value(report, "result.independence.epsilon_squared.value");
    const double epsilon = gm_report_value(report, "result.independence.epsilon");
    if (isnan(value))
        return;
    if (!isnan(epsilon)) {
        gm_text_add(out, "ε = ");
        gm_text_number(out, epsilon);
        gm_text_add(out, "; ");
    }
    gm_text_add(out, "ε² = ");
    gm_text_number(out, value);
    add_interval(gm_report_value(report, "result.independence.epsilon_squared.ci95[0]"),
                 gm_report_value(report, "result.independence.epsilon_squared.ci95[1]"), out);
}

static void say_variation(const gm_report *report, gm_text *out) {
    const double distance = gm_report_value(report, "result.independence.total_variation");
    if (isnan(distance))
        return;
    gm_text_number(out, distance);
    gm_text_add(out, ", the mean distance of two labels from independence");
}

/* Where V is not above 0 nothing carries it. */
static void say_effective(const gm_report *report, gm_text *out) {
    const gm_measure_facts facts = gm_measure_read(report);
    if (isnan(facts.effective) || !(facts.low > 0))
        return;
    gm_text_number(out, facts.effective);
    if (facts.targets > 0) {
        gm_text_add(out, " of ");
        gm_text_count(out, facts.targets);
    }
    gm_text_add(out, " carry the variance");
}

const gm_measure_part gm_measure_parts[] = {
    {"Measured",
     NULL,
     {{"Inputs", say_inputs},
      {"Targets", say_targets},
      {"Model", say_model},
      {"Method", say_method},
      {0}}},
    {"How much the gradient depends on the target",
     NULL,
     {{"Variance V", say_variance},
      {"Naive estimate", say_naive},
      {"V = D + O", say_parts},
      {"Bound on V", say_bound},
      {"Smallest visible V", say_smallest},
      {0}}},
    {"What it takes to see the target",
     NULL,
     {{"Noise T", say_noise},
      {"Signal to noise", say_ratio},
      {"Samples needed", say_needed},
      {"Budget", say_budget},
      {0}}},
    {"Why",
     NULL,
     {{"Collision entropy", say_entropy},
      {"Dependence", say_dependence},
      {"Total variation", say_variation},
      {"Effective targets", say_effective},
      {0}}},
    {"Along training",
     gm_measure_has_along,
     {{"Run", gm_measure_say_training},
      {"Monitor", gm_measure_say_monitor},
      {"V and loss", gm_measure_say_course},
      {0}}},
    {0},
};
