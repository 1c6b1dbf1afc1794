/* The view of an entropy: what its parts share, the verdict, and where each part is. */
#include "report/entropy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_method(const gm_report *report, const char *method) {
    const char *text = gm_report_text(report, "result.collision_entropy.method");
    return text && strcmp(text, method) == 0;
}

gm_entropy_facts gm_entropy_read(const gm_report *report) {
    return (gm_entropy_facts){
        .nats = gm_report_value(report, "result.collision_entropy.nats"),
        .low = gm_report_value(report, "result.collision_entropy.ci95[0]"),
        .high = gm_report_value(report, "result.collision_entropy.ci95[1]"),
        .bound = gm_report_value(report, "result.collision_entropy.lower_bound"),
        .proxy = gm_report_value(report, "result.product_proxy"),
        .uniform = gm_report_value(report, "result.uniform"),
        .rows = gm_report_value(report, "result.rows"),
        .distinct = gm_report_value(report, "result.distinct_rows"),
        .collisions = gm_report_value(report, "result.collisions"),
        .columns = gm_report_value(report, "result.columns"),
        .modulus = gm_report_value(report, "options.modulus"),
        .exact = is_method(report, "exact"),
        .continuous = is_method(report, "continuous"),
        .blind = is_method(report, "lower-bound"),
    };
}

void gm_entropy_say_both(double nats, gm_text *out) {
    gm_text_number(out, nats);
    gm_text_add(out, " nats (");
    gm_text_number(out, nats / log(2.0));
    gm_text_add(out, " bits)");
}

/* A number of at least 0 in so many units of 10^−digits. */
static void add_fixed(double units, int digits, gm_text *out) {
    const double whole = floor(units / pow(10.0, digits));
    gm_text_format(out, "%lld.%0*lld", (long long)whole, digits,
                   (long long)(units - whole * pow(10.0, digits)));
}

void gm_entropy_say_between(double low, double high, gm_text *out) {
    if (!(low >= 0 && high > low && high < 1e9)) { /* a document of others */
        gm_text_number(out, low);
        gm_text_add(out, "–");
        gm_text_number(out, high);
        return;
    }
    const int digits = (int)fmin(fmax(ceil(1.0 - log10(high - low)), 2.0), 6.0);
    const double unit = pow(10.0, -digits);
    add_fixed(floor(low / unit), digits, out);
    gm_text_add(out, "–");
    add_fixed(ceil(high / unit), digits, out);
}

static void say_pairs(const gm_entropy_facts *facts, gm_text *out) {
    gm_text_count(out, facts->collisions);
    gm_text_add(out, facts->collisions == 1 ? " pair among " : " pairs among ");
    gm_text_count(out, facts->rows);
    gm_text_add(out, facts->collisions == 1 ? " rows is equal" : " rows are equal");
}

static gm_tone verdict(const gm_report *report, gm_text *out) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    if (facts.continuous) {
        gm_text_add(out, "The inputs are continuous: no two draws are equal, and their collision "
                         "entropy is infinite.");
    } else if (facts.blind) {
        gm_text_add(out, "No two of ");
        gm_text_count(out, facts.rows);
        gm_text_add(out, " rows are equal: their collision entropy is at least ");
        gm_entropy_say_both(facts.bound, out);
        gm_text_add(out, ", at 95 %, whatever their law is.");
    } else {
        gm_text_add(out, "The inputs have a collision entropy of ");
        gm_entropy_say_both(facts.nats, out);
        if (!isnan(facts.collisions)) {
            gm_text_add(out, ": ");
            say_pairs(&facts, out);
        } else if (facts.nats > 0 && facts.nats < 700) {
            gm_text_add(out, ": one pair of draws in ");
            gm_text_number(out, exp(facts.nats));
            gm_text_add(out, " is equal");
        }
        gm_text_add(out, ".");
    }
    return GM_TONE_PLAIN;
}

static const char *badge(const gm_report *report) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    return facts.continuous     ? "infinite"
           : facts.blind        ? "a lower bound"
           : facts.exact        ? "exact"
           : !isnan(facts.rows) ? "estimated from rows"
                                : NULL;
}

/* --- what rows say --- */

void gm_entropy_say_inputs(const gm_report *report, gm_text *out) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    const char *source = gm_report_text(report, "result.source");
    gm_text_add(out, source ? source : "?");
    if (!isnan(facts.rows)) {
        gm_text_add(out, ", ");
        gm_text_count(out, facts.rows);
        gm_text_add(out, " rows");
    }
    if (!isnan(facts.columns)) {
        gm_text_add(out, isnan(facts.rows) ? ", " : " × ");
        gm_text_count(out, facts.columns);
        gm_text_add(out, isnan(facts.rows) ? (facts.columns == 1 ? " coordinate" : " coordinates")
                                           : (facts.columns == 1 ? " column" : " columns"));
    }
    if (!isnan(facts.modulus)) {
        gm_text_add(out, ", modulo ");
        gm_text_count(out, facts.modulus);
    }
}

void gm_entropy_say_whole(const gm_report *report, gm_text *out) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    if (facts.continuous)
        gm_text_add(out, "infinite");
    else if (!isnan(facts.nats))
        gm_entropy_say_both(facts.nats, out);
}

void gm_entropy_say_interval(const gm_report *report, gm_text *out) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    if (facts.exact || isnan(facts.low) || isnan(facts.high))
        return;
    gm_entropy_say_between(facts.low, facts.high, out);
    gm_text_add(out, " nats");
}

void gm_entropy_say_bound(const gm_report *report, gm_text *out) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    if (!facts.blind || isnan(facts.bound))
        return;
    gm_entropy_say_both(facts.bound, out);
    gm_text_add(out, ", at 95 %");
}

void gm_entropy_say_equal(const gm_report *report, gm_text *out) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    if (isnan(facts.collisions))
        return;
    gm_text_count(out, facts.collisions);
    gm_text_add(out, facts.collisions == 1 ? " pair; " : " pairs; ");
    gm_text_count(out, facts.distinct);
    gm_text_add(out, facts.distinct == 1 ? " row is distinct" : " rows are distinct");
}

void gm_entropy_say_uniform(const gm_report *report, gm_text *out) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    if (isnan(facts.uniform))
        return;
    gm_entropy_say_both(facts.uniform, out);
    gm_text_add(out, ", the most that ");
    gm_text_count(out, facts.columns);
    gm_text_add(out, facts.columns == 1 ? " coordinate of this range has"
                                        : " coordinates of this range have");
}

void gm_entropy_say_proxy(const gm_report *report, gm_text *out) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    if (isnan(facts.proxy) || facts.columns == 1)
        return;
    gm_entropy_say_both(facts.proxy, out);
    gm_text_add(out, facts.exact ? ", the same, since the coordinates are independent"
                                 : ", a proxy: right if the coordinates are independent, otherwise "
                                   "too large or too small");
}

static int ascending(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Finite entropies of the coordinates, ascending. Returns how many. */
static size_t sorted_coordinates(const gm_report *report, double *out) {
    size_t i, count = 0;
    const json_t *value;
    json_array_foreach(gm_report_find(report, "result.per_coordinate"), i, value) {
        const double nats = gm_json_number(value);
        if (isfinite(nats))
            out[count++] = nats;
    }
    qsort(out, count, sizeof *out, ascending);
    return count;
}

void gm_entropy_say_coordinates(const gm_report *report, gm_text *out) {
    const size_t length = gm_report_length(report, "result.per_coordinate");
    double *nats = gm_allocate(report->context, (int64_t)length, sizeof *nats);
    if (!nats) {
        out->status = GM_OUT_OF_MEMORY;
        return;
    }
    const size_t count = sorted_coordinates(report, nats);
    if (count > 0 && nats[0] < nats[count - 1]) {
        gm_entropy_say_between(nats[0], nats[count - 1], out);
        gm_text_add(out, " nats, median ");
        gm_text_number(out, 0.5 * (nats[(count - 1) / 2] + nats[count / 2]));
    } else if (count > 0) {
        gm_text_number(out, nats[0]);
        gm_text_add(out, " nats");
    }
    if (count > 0 && count < length) {
        gm_text_add(out, "; not known of ");
        gm_text_count(out, (double)(length - count));
    }
    gm_release(report->context, nats);
}

static void table(const gm_report *report, gm_layout *layout) {
    gm_layout_gap(layout);
    gm_view_row(report, layout, "Inputs", gm_entropy_say_inputs);
    gm_view_row(report, layout, "Collision entropy", gm_entropy_say_whole);
    gm_view_row(report, layout, "  95 % interval", gm_entropy_say_interval);
    gm_view_row(report, layout, "Lower bound", gm_entropy_say_bound);
    gm_view_row(report, layout, "Equal rows", gm_entropy_say_equal);
    gm_view_row(report, layout, "Uniform law", gm_entropy_say_uniform);
    gm_view_row(report, layout, "Each coordinate", gm_entropy_say_coordinates);
    gm_view_row(report, layout, "Sum of coordinates", gm_entropy_say_proxy);
}

const gm_view gm_view_entropy = {
    .command = "entropy",
    .headline = "Collision entropy of inputs",
    .verdict = verdict,
    .badge = badge,
    .table = table,
    .plots = {{"coordinates.svg", gm_entropy_has_coordinates, gm_entropy_script, gm_entropy_caption,
               "Collision entropy of each coordinate"}},
    .subject = gm_entropy_subject,
    .tiles = gm_entropy_tiles,
    .tables = gm_entropy_tables,
    .method = gm_entropy_method,
    .glossary = gm_entropy_glossary,
};
