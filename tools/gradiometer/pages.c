#include "pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"

enum { PLOTS_MAX = 16 };

static const double seconds_for_a_plot = 30;

static bool interrupted(void *user) {
    return interrupt_came(user);
}

/* Draw plot i; NULL in *svg, and a warning, where it cannot be drawn. */
static gm_status draw(struct session *session, gm_report *report, int i, bool *warned, char **svg) {
    char text[512];
    char *script = NULL;
    const char *reason = NULL;
    gm_status status = gm_report_plot_script(report, i, &script);
    if (status != GM_OK)
        return status;
    *svg = gnuplot_draw(script, seconds_for_a_plot, interrupted, &session->interrupt, &reason);
    gm_report_free_text(report, script);
    if (interrupt_came(&session->interrupt))
        return GM_CANCELLED;
    if (*svg || *warned)
        return GM_OK;
    /* Once: the next plot fails for the same reason. */
    *warned = true;
    snprintf(text, sizeof text, "plots were not drawn: %s", reason ? reason : "unknown reason");
    session_warn(session, "%s", text);
    return gm_report_append_text(report, "warnings", text);
}

static gm_status write_pages(gm_report *report, const char *const *svgs, int count,
                             gm_output *output) {
    char *html = NULL;
    gm_status status = GM_OK;
    for (int i = 0; i < count && status == GM_OK; i++)
        if (svgs[i])
            status =
                gm_output_write(output, gm_report_plot_name(report, i), svgs[i], strlen(svgs[i]));
    if (status == GM_OK)
        status = gm_report_html(report, svgs, &html);
    if (status == GM_OK)
        status = gm_output_write(output, "report.html", html, strlen(html));
    gm_report_free_text(report, html);
    return status;
}

gm_status render_pages(struct session *session, gm_report *report, gm_output *output) {
    char *svgs[PLOTS_MAX] = {NULL};
    int count = gm_report_plots(report);
    bool warned = false;
    if (!output)
        return GM_OK;
    gm_status status = count <= PLOTS_MAX ? GM_OK : GM_INTERNAL_ERROR;
    for (int i = 0; i < count && status == GM_OK; i++)
        status = draw(session, report, i, &warned, &svgs[i]);
    if (status == GM_OK)
        status = write_pages(report, (const char *const *)svgs, count, output);
    for (int i = 0; i < PLOTS_MAX; i++)
        free(svgs[i]);
    return status;
}
