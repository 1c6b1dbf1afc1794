#include "report/gnuplot.h"

#include <math.h>
#include <string.h>

void gm_range_add(gm_range *range, double value) {
    if (!(value > 0) || isinf(value))
        return;
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

/* `name 'text' noenhanced`, so that neither gnuplot nor its markup reads the text. */
static void set_text(gm_text *out, const char *name, const char *string) {
    gm_text_format(out, "set %s ", name);
    gm_text_gnuplot(out, string);
    gm_text_add(out, " noenhanced\n");
}

void gm_gnuplot_begin(gm_text *out, const char *title, const char *x_label, const char *y_label) {
    gm_text_add(out, "set encoding utf8\n"
                     "set terminal svg size 720,440 dynamic enhanced font 'sans-serif,15' "
                     "background '#ffffff' linewidth 1.2 rounded\n"
                     "set border 3 linewidth 1 linecolor rgb '#666666'\n"
                     "set tics nomirror scale 0.6 textcolor rgb '#333333'\n"
                     "set grid xtics ytics linetype 1 linewidth 0.5 linecolor rgb '#dddddd'\n"
                     "set grid noxtics nomxtics nomytics back\n"
                     "set key at screen 0.545,0.05 center center vertical maxrows 1 Left reverse "
                     "noenhanced samplen 1.8 width -2 "
                     "textcolor rgb '#333333'\n"
                     "set lmargin at screen 0.125\nset rmargin at screen 0.965\n"
                     "set tmargin at screen 0.89\nset bmargin at screen 0.24\n"
                     "set logscale xy\n");
    if (title)
        set_text(out, "title", title);
    set_text(out, "xlabel", x_label);
    set_text(out, "ylabel", y_label);
}

void gm_gnuplot_range(gm_text *out, const char *axis, gm_range range, double factor) {
    gm_text_format(out, "set %srange [", axis);
    gm_text_exact(out, fmax(range.low / factor, 1e-300));
    gm_text_add(out, ":");
    gm_text_exact(out, fmin(range.high * factor, 1e300));
    gm_text_add(out, "]\n");
}

void gm_gnuplot_name(gm_text *title, const char *path) {
    enum { COLUMNS = 40 };
    const char *slash = strrchr(path, '/'), *name = slash && slash[1] ? slash + 1 : path;
    uint32_t code;
    int length, width = 0;
    for (const char *c = name; *c && (length = gm_utf8_decode(c, &code)) > 0; c += length) {
        if ((width += gm_utf8_width(code)) > COLUMNS) {
            gm_text_add(title, "…");
            return;
        }
        gm_text_add_bytes(title, c, (size_t)length);
    }
}
