/* The page of a training: figures, the comparison, and what the numbers mean. */
#include <math.h>

#include "report/clients.h"
#include "report/recover.h"
#include "report/train.h"

void gm_train_subject(const gm_report *report, gm_text *html) {
    gm_page_say(report, html, gm_recover_say_data);
    gm_text_add(html, " · ");
    gm_page_say(report, html, gm_train_say_model);
}

static void loss_tile(const gm_train_shown *s, gm_text *html) {
    gm_tile_begin(html, "Loss");
    gm_text_number(html, s->of[0].loss);
    gm_tile_note(html);
    if (s->optimum > 0.0) {
        gm_text_percent(html, fmax(s->of[0].loss / s->optimum - 1.0, 0.0));
        gm_text_add(html, " above the least one");
    } else {
        gm_text_add(html, "from ");
        gm_text_number(html, s->initial);
    }
    gm_tile_end(html);
}

static void rival_tile(const gm_train_shown *s, gm_text *html) {
    const gm_trained_shown *rival = gm_train_rival(s);
    if (!rival)
        return;
    gm_tile_begin(html, "Best of the others");
    gm_text_html(html, rival->name);
    gm_tile_note(html);
    if (rival->reached) {
        gm_text_count(html, ceil(rival->gradients));
        gm_text_add(html, " gradients to the goal");
    } else {
        gm_text_add(html, "loss ");
        gm_text_number(html, rival->loss);
    }
    gm_tile_end(html);
}

void gm_train_tiles(const gm_report *report, gm_text *html) {
    const gm_train_shown s = gm_train_read(report);
    if (s.count == 0)
        return;
    gm_tile_begin(html, s.of[0].reached ? "Gradients to the goal" : "Gradients");
    gm_text_count(html, ceil(s.of[0].gradients));
    gm_tile_note(html);
    if (s.of[0].curvature > 0.0) {
        gm_text_count(html, ceil(s.of[0].curvature));
        gm_text_add(html, " of them for the curvature");
    } else {
        gm_text_number(html, s.of[0].epochs);
        gm_text_add(html, " epochs");
    }
    gm_tile_end(html);
    loss_tile(&s, html);
    if (!isnan(s.of[0].accuracy)) {
        gm_tile_begin(html, "Accuracy");
        gm_text_percent(html, s.of[0].accuracy);
        gm_tile_note(html);
        gm_text_add(html, "of the training rows");
        gm_tile_end(html);
    }
    rival_tile(&s, html);
}

static void heading_row(const gm_train_shown *s, gm_text *html) {
    gm_text_add(html, "<tr><th>optimizer</th>");
    if (s->goal != GM_TRAIN_NO_GOAL)
        gm_text_add(html, "<th>goal</th>");
    for (int c = 0; c < GM_TRAIN_COLUMNS; c++)
        if (!gm_train_columns[c].for_classes || s->classes)
            gm_text_format(html, "<th>%s</th>", gm_train_columns[c].heading);
    gm_text_add(html, "</tr>\n");
}

static void optimizer_row(const gm_train_shown *s, const gm_trained_shown *of, gm_text *html) {
    gm_text_add(html, "<tr><th scope=\"row\">");
    gm_text_html(html, of->name);
    gm_text_add(html, "</th>");
    if (s->goal != GM_TRAIN_NO_GOAL)
        gm_text_add(html, of->reached ? "<td>✓</td>" : "<td>✗</td>");
    for (int c = 0; c < GM_TRAIN_COLUMNS; c++) {
        if (gm_train_columns[c].for_classes && !s->classes)
            continue;
        gm_text_add(html, "<td>");
        gm_train_columns[c].say(of, html);
        gm_text_add(html, "</td>");
    }
    gm_text_add(html, "</tr>\n");
}

static void advice_rows(const gm_train_shown *s, gm_text *html) {
    for (int i = 0; i < s->count; i++) {
        if (!s->of[i].advice[0])
            continue;
        gm_text_add(html, "<dt>");
        gm_text_html(html, s->of[i].name);
        gm_text_add(html, "</dt><dd>");
        gm_text_html(html, s->of[i].advice);
        gm_text_add(html, "</dd>\n");
    }
}

void gm_train_tables(const gm_report *report, gm_text *html) {
    const gm_train_shown s = gm_train_read(report);
    gm_text_add(html, "<h2>Side by side</h2>\n<div class=\"scroll\"><table class=\"figures\">"
                      "<thead>\n");
    heading_row(&s, html);
    gm_text_add(html, "</thead><tbody>\n");
    for (int i = 0; i < s.count; i++)
        optimizer_row(&s, &s.of[i], html);
    gm_text_add(html, "</tbody></table></div>\n<h2>What the monitor says</h2>\n"
                      "<dl class=\"facts\">\n");
    advice_rows(&s, html);
    gm_text_add(html, "</dl>\n<h2>What was trained</h2>\n<dl class=\"facts\">\n");
    gm_page_fact(report, html, "Data", gm_recover_say_data);
    gm_page_fact(report, html, "Classes", gm_recover_say_classes);
    gm_page_fact(report, html, "Model", gm_train_say_model);
    gm_page_fact(report, html, "Start", gm_train_say_start);
    gm_page_fact(report, html, "Batches", gm_train_say_batches);
    gm_page_fact(report, html, "Clients", gm_say_clients);
    gm_page_fact(report, html, "Left out", gm_say_left_out);
    gm_page_fact(report, html, "Goal", gm_train_say_goal);
    gm_page_fact(report, html, "Least loss", gm_train_say_optimum);
    gm_page_fact(report, html, "Settings", gm_train_say_setting);
    gm_page_fact(report, html, "Curvature", gm_train_say_curvature);
    gm_page_fact(report, html, "Files", gm_view_say_files);
    gm_text_add(html, "</dl>\n");
}

void gm_train_method(const gm_report *report, gm_text *html) {
    const gm_train_shown s = gm_train_read(report);
    bool divides = false;
    for (int i = 0; i < s.count; i++)
        divides = divides || s.of[i].curvature > 0.0;
    gm_text_add(
        html, "<p>All optimizers start from the same weights and see the rows in the same orders. "
              "Each searches its learning rate on a grid of its own, with horizon and momentum "
              "where it has them, until the best rate has worse ones on both sides; the setting "
              "found is run again on another order, and that run is shown. The search is not "
              "counted.</p>\n");
    if (divides)
        gm_text_add(html, "<p><b>gradiometer</b> puts noise of known covariance on the targets of "
                          "some batches: what this adds to a gradient has the curvature as its "
                          "second moment. Steps then divide by the curvature recovered. These "
                          "gradients count like all others.</p>\n");
}

void gm_train_glossary(const gm_report *report, gm_text *html) {
    (void)report;
    gm_text_add(
        html,
        "<dt>Gradient evaluation</dt><dd>The gradient of one batch. A full gradient, which lbfgs "
        "takes, is rows / batch size of them; so is an epoch.</dd>\n"
        "<dt>Loss</dt><dd>Over all training rows, penalty included, of the weights or of their "
        "average over the tail of the run, whichever is lower.</dd>\n"
        "<dt>Least loss</dt><dd>What no weights go below; known where the loss is convex.</dd>\n"
        "<dt>Seconds</dt><dd>Of the steps of the run that is shown, without the search and without "
        "the time taken to look at the loss.</dd>\n"
        "<dt>Rate</dt><dd>Length of a step over what it steps along: the gradient, or what the "
        "optimizer makes of it.</dd>\n");
}
