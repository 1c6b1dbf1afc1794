/* The plot of lwe solve and attack: the gradient of every entry, reduced above unreduced. */
#include "report/gnuplot.h"
#include "report/lwe.h"

#include <math.h>

static const char reduced_path[] = "result.columns.z";
static const char unreduced_path[] = "result.columns.unreduced_z";

static double element(const gm_report *report, const char *path, size_t i) {
    return gm_json_number(json_array_get(gm_report_find(report, path), i));
}

/* Largest |z| of what is drawn; 0 where there is nothing. */
static double largest(const gm_report *report, const char *path) {
    double most = 0;
    for (size_t i = 0; i < gm_report_length(report, path); i++) {
        const double z = fabs(element(report, path, i));
        most = z < 1e6 ? fmax(most, z) : most;
    }
    return most;
}

bool gm_lwe_has_signal(const gm_report *report) {
    return largest(report, reduced_path) > 0;
}

/* Entries that are 0, or those that are not, as a data block. */
static void add_points(const gm_report *report, const char *path, bool zeros, const char *name,
                       gm_text *out) {
    gm_text_format(out, "$%s << END\n", name);
    for (size_t i = 0; i < gm_report_length(report, path); i++) {
        const double z = element(report, path, i);
        const bool zero = element(report, "result.secret", i) == 0;
        if (!(fabs(z) < 1e6) || zero != zeros)
            continue;
        gm_text_format(out, "%zu ", i);
        gm_text_exact(out, z);
        gm_text_add(out, "\n");
    }
    gm_text_add(out, "NaN NaN\nEND\n");
}

/* One line at the z that is expected of an entry 1, or −1. */
static void add_level(double level, const char *title, gm_text *out) {
    if (!isfinite(level))
        return;
    gm_text_exact(out, level);
    gm_text_format(
        out, " with lines dashtype 2 linewidth 1.4 linecolor rgb '" GM_COLOR_LIMIT "' %s, ", title);
}

static void add_panel(const char *zeros, const char *others, double level, const char *words,
                      gm_text *out) {
    gm_text_format(out,
                   "set label 1 '%s' at graph 0, graph 1.1 left font ',14' textcolor rgb "
                   "'#333333'\nplot ",
                   words);
    add_level(level, "title 'expected of ±1'", out);
    add_level(-level, "notitle", out);
    gm_text_format(out,
                   "$%s using 1:2 with impulses linewidth 2 linecolor rgb '" GM_COLOR_BAND
                   "' title 'entry 0', $%s using 1:2 with impulses linewidth 2 linecolor rgb "
                   "'" GM_COLOR_TRUTH "' notitle, $%s using 1:2 with points pointtype 7 pointsize "
                   "0.5 linecolor rgb '" GM_COLOR_TRUTH "' title 'entry not 0'\n",
                   zeros, others, others);
}

static void add_ranges(size_t count, double most, gm_text *out) {
    gm_text_format(out,
                   "unset logscale\nset xrange [-1:%zu]\nset xzeroaxis linetype 1 linewidth 0.8 "
                   "linecolor rgb '#666666'\nset yrange [",
                   count);
    gm_text_exact(out, -1.25 * most);
    gm_text_add(out, ":");
    gm_text_exact(out, 1.25 * most);
    gm_text_add(out, "]\nset ytics ");
    gm_text_exact(out, ceil(0.5 * most));
    gm_text_add(out, "\n");
}

/* The upper of two panels has neither key nor labels below it. */
static void add_both(double level, gm_text *out) {
    gm_text_add(out, "set multiplot\nunset key\nset format x ''\nunset xlabel\nunset ylabel\n"
                     "set label 2 'gradient, in deviations where the entry is 0' at screen "
                     "0.025,0.565 center rotate by 90 textcolor rgb '#000000'\n"
                     "set tmargin at screen 0.86\nset bmargin at screen 0.585\n");
    add_panel("reduced0", "reduced1", level, "reduced rows", out);
    gm_text_add(out, "unset title\nunset label 2\nset format x '%g'\n"
                     "set xlabel 'entry of the secret, from 0' noenhanced\n"
                     "set key at screen 0.545,0.05 center center vertical maxrows 1\n"
                     "set tmargin at screen 0.515\nset bmargin at screen 0.24\n");
    add_panel("unreduced0", "unreduced1", level, "unreduced samples (control)", out);
    gm_text_add(out, "unset multiplot\n");
}

void gm_lwe_signal_script(const gm_report *report, gm_text *out) {
    const double level = gm_report_value(report, "result.predicted.discrimination");
    const bool both = largest(report, unreduced_path) > 0;
    double most = fmax(largest(report, reduced_path), largest(report, unreduced_path));
    if (level < 1e6)
        most = fmax(most, fabs(level));
    gm_gnuplot_begin(out, "What the gradient says of each entry of the secret",
                     "entry of the secret, from 0", "gradient, in deviations at 0");
    add_ranges(gm_report_length(report, reduced_path), most, out);
    add_points(report, reduced_path, true, "reduced0", out);
    add_points(report, reduced_path, false, "reduced1", out);
    if (!both) {
        gm_text_add(out, "set tmargin at screen 0.85\n");
        add_panel("reduced0", "reduced1", level, "reduced rows", out);
        return;
    }
    add_points(report, unreduced_path, true, "unreduced0", out);
    add_points(report, unreduced_path, false, "unreduced1", out);
    add_both(level, out);
}

void gm_lwe_signal_caption(const gm_report *report, gm_text *html) {
    gm_text_add(html, "<strong>What the gradient says.</strong> Each line is the gradient at 0 in "
                      "one entry of the secret, in standard deviations of where that entry is 0. "
                      "The dashed lines are what was expected, from the rows alone, of entries 1 "
                      "and &minus;1.");
    if (largest(report, unreduced_path) > 0)
        gm_text_add(html,
                    " Above, reduced rows: entries that are not 0 lean to the line of their "
                    "sign. Below, as many unreduced samples on the same scale: nothing leans.");
    gm_text_add(html, " Columns that were dropped have no line: their entries are guessed.");
}
