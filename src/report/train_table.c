#include "report/clients.h"
#include "report/recover.h"
#include "report/train.h"

enum { NAME = 13 };

static void heading_line(const gm_train_shown *s, gm_layout *layout) {
    gm_text_add(&layout->cell, s->goal == GM_TRAIN_NO_GOAL ? "Trained" : "To the goal");
    gm_layout_column(layout, NAME, GM_LEFT, GM_STYLE_BOLD);
    for (int c = 0; c < GM_TRAIN_COLUMNS; c++) {
        if (gm_train_columns[c].for_classes && !s->classes)
            continue;
        gm_text_add(&layout->cell, gm_train_columns[c].heading);
        gm_layout_column(layout, gm_train_columns[c].width, GM_RIGHT, GM_STYLE_FAINT);
    }
    gm_layout_end_line(layout);
}

static void optimizer_line(const gm_train_shown *s, const gm_trained_shown *of, gm_layout *layout) {
    const bool goal = s->goal != GM_TRAIN_NO_GOAL;
    gm_text_add(&layout->cell, !goal ? "  " : of->reached ? "✓ " : "✗ ");
    gm_text_plain(&layout->cell, of->name);
    gm_layout_column(layout, NAME, GM_LEFT,
                     !goal         ? GM_STYLE_PLAIN
                     : of->reached ? GM_STYLE_GOOD
                                   : GM_STYLE_BAD);
    for (int c = 0; c < GM_TRAIN_COLUMNS; c++) {
        if (gm_train_columns[c].for_classes && !s->classes)
            continue;
        gm_train_columns[c].say(of, &layout->cell);
        gm_layout_column(layout, gm_train_columns[c].width, GM_RIGHT, GM_STYLE_PLAIN);
    }
    gm_layout_end_line(layout);
}

void gm_train_table(const gm_report *report, gm_layout *layout) {
    const gm_train_shown s = gm_train_read(report);
    gm_layout_gap(layout);
    if (s.count > 0)
        heading_line(&s, layout);
    for (int i = 0; i < s.count; i++)
        optimizer_line(&s, &s.of[i], layout);
    gm_layout_gap(layout);
    gm_view_row(report, layout, "Goal", gm_train_say_goal);
    gm_view_row(report, layout, "Least loss", gm_train_say_optimum);
    gm_view_row(report, layout, "Settings", gm_train_say_setting);
    gm_view_row(report, layout, "Curvature", gm_train_say_curvature);
    gm_view_row(report, layout, "Monitor", gm_train_say_advice);
    gm_layout_gap(layout);
    gm_view_row(report, layout, "Data", gm_recover_say_data);
    gm_view_row(report, layout, "Model", gm_train_say_model);
    gm_view_row(report, layout, "Start", gm_train_say_start);
    gm_view_row(report, layout, "Batches", gm_train_say_batches);
    gm_view_row(report, layout, "Clients", gm_say_clients);
    gm_view_row(report, layout, "Left out", gm_say_left_out);
}
