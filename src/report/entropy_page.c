/* The page of an entropy: figures, how they come about, and what they mean. */
#include "report/entropy.h"

#include <math.h>

void gm_entropy_subject(const gm_report *report, gm_text *html) {
    gm_page_say(report, html, gm_entropy_say_inputs);
}

static void add_note(gm_text *html, double nats) {
    gm_tile_note(html);
    gm_text_number(html, nats / log(2.0));
    gm_text_add(html, " bits");
}

static void whole_tile(const gm_entropy_facts *facts, gm_text *html) {
    gm_tile_begin(html, facts->blind ? "Collision entropy, at least" : "Collision entropy");
    if (facts->continuous) {
        gm_text_add(html, "∞");
        gm_tile_note(html);
        gm_text_add(html, "a continuous law");
    } else {
        const double nats = facts->blind ? facts->bound : facts->nats;
        gm_text_number(html, nats);
        gm_text_add(html, " nats");
        add_note(html, nats);
    }
    gm_tile_end(html);
}

static void interval_tile(const gm_entropy_facts *facts, gm_text *html) {
    if (facts->exact || facts->blind || isnan(facts->low) || isnan(facts->high))
        return;
    gm_tile_begin(html, "95 % interval");
    gm_entropy_say_between(facts->low, facts->high, html);
    gm_tile_note(html);
    gm_text_add(html, "nats");
    gm_tile_end(html);
}

static void rows_tile(const gm_entropy_facts *facts, gm_text *html) {
    if (facts->blind || isnan(facts->collisions))
        return;
    gm_tile_begin(html, "Equal pairs");
    gm_text_count(html, facts->collisions);
    gm_tile_note(html);
    gm_text_add(html, "among ");
    gm_text_count(html, facts->rows);
    gm_text_add(html, " rows");
    gm_tile_end(html);
}

static void nats_tile(gm_text *html, const char *label, double nats) {
    if (isnan(nats))
        return;
    gm_tile_begin(html, label);
    gm_text_number(html, nats);
    gm_text_add(html, " nats");
    add_note(html, nats);
    gm_tile_end(html);
}

void gm_entropy_tiles(const gm_report *report, gm_text *html) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    whole_tile(&facts, html);
    interval_tile(&facts, html);
    rows_tile(&facts, html);
    nats_tile(html, "Uniform law", facts.uniform);
    if (!facts.exact && facts.columns > 1)
        nats_tile(html, "Sum of coordinates (proxy)", facts.proxy);
}

void gm_entropy_tables(const gm_report *report, gm_text *html) {
    gm_text_add(html, "<h2>What was measured</h2>\n<dl class=\"facts\">\n");
    gm_page_fact(report, html, "Inputs", gm_entropy_say_inputs);
    gm_page_fact(report, html, "Collision entropy", gm_entropy_say_whole);
    gm_page_fact(report, html, "95 % interval", gm_entropy_say_interval);
    gm_page_fact(report, html, "Lower bound", gm_entropy_say_bound);
    gm_page_fact(report, html, "Equal rows", gm_entropy_say_equal);
    gm_page_fact(report, html, "Uniform law", gm_entropy_say_uniform);
    gm_page_fact(report, html, "Each coordinate", gm_entropy_say_coordinates);
    gm_page_fact(report, html, "Sum of coordinates", gm_entropy_say_proxy);
    gm_page_fact(report, html, "Files", gm_view_say_files);
    gm_text_add(html, "</dl>\n");
}

static const char *const of_law =
    "<p>The coordinates are independent and have the same law, so the collision entropy is that of "
    "one of them, &minus;ln&nbsp;&Sigma;&nbsp;<i>p</i>&sup2;, times their number. Nothing is "
    "drawn.</p>\n";

static const char *const of_continuous =
    "<p>Under a continuous law each single point has probability 0: two draws are never equal, and "
    "&Sigma;&nbsp;<i>P</i>(<i>x</i>)&sup2; is 0. The collision term of the variance of gradients "
    "is then 0 as well; what is left is the dependence between the targets&rsquo; values at "
    "different points.</p>\n";

static const char *const of_rows =
    "<p>Each row of the file is taken as an independent draw. Among <i>N</i> rows there are "
    "<i>N</i>(<i>N</i>&nbsp;&minus;&nbsp;1)/2 pairs; the share of them that are equal estimates "
    "&Sigma;&nbsp;<i>P</i>(<i>x</i>)&sup2; without bias, whatever the law is. Pairs are not "
    "independent: a value that came up <i>m</i> times makes "
    "<i>m</i>(<i>m</i>&nbsp;&minus;&nbsp;1)/2 of them at once. The interval counts how many rows "
    "share the collisions and treats that number as Poisson.</p>\n"
    "<p>Where no two rows are equal, the law may still have one value of probability "
    "4.74/<i>N</i>, which stays unseen or single in 5&nbsp;% of all files. That is the worst case, "
    "and the bound ln(<i>N</i>&sup2;/22.5) holds for every law. Copies in the file, such as rows "
    "that were repeated on purpose, are collisions too: remove them first.</p>\n";

void gm_entropy_method(const gm_report *report, gm_text *html) {
    const gm_entropy_facts facts = gm_entropy_read(report);
    gm_text_add(html, facts.continuous ? of_continuous : facts.exact ? of_law : of_rows);
}

void gm_entropy_glossary(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<dt>Collision entropy</dt><dd>&minus;ln&nbsp;&Sigma;&nbsp;<i>P</i>(<i>x</i>)&sup2;: the "
        "logarithm of how rarely two independent draws are equal, also called R&eacute;nyi&rsquo;s "
        "entropy of order 2. In nats (natural logarithm) or bits (1 nat = 1.44 bits).</dd>\n"
        "<dt>What it is for</dt><dd>It bounds how much gradients can depend on a target of a "
        "pairwise independent class. The bound has one side: a large entropy keeps that small; a "
        "small entropy, or a bound that is not small, says nothing of it.</dd>\n"
        "<dt>Sum of coordinates</dt><dd>A proxy for high dimensions, where rows never repeat: what "
        "the entropy would be if the coordinates were independent. It is neither a bound nor an "
        "estimate, since the collision entropy of all coordinates can be smaller or larger than "
        "the sum of theirs.</dd>\n"
        "<dt>Uniform law</dt><dd>The entropy if all that the coordinates can be were equally "
        "likely: <i>n</i>&nbsp;ln&nbsp;<i>q</i> for residues modulo <i>q</i>.</dd>\n");
}
