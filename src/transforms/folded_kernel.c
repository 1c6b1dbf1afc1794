#include "transforms/folded_kernel.h"

#include "linalg/lanes.h"

/* A fold has the columns of re, then those of im. Three rows of cosines and of sines over that many
   registers make sums that fit the register file beside their operands. */
enum { COLUMNS = GM_FOLD_COLUMNS, WIDTH = 2 * COLUMNS, ROWS = 3, VECTORS = LANES == 8 ? 4 : 2 };

/* The axis in hand: even has c rows x_j + x_{q−j}, odd has s rows i (x_j − x_{q−j}). */
typedef struct axis {
    int64_t q, stride, c, s;
    const double *cosine, *sine;
    double *even, *odd;
} axis;

static void copy_row(const double *re, const double *im, double *even) {
    for (int l = 0; l < COLUMNS; l++)
        even[l] = re[l];
    for (int l = 0; l < COLUMNS; l++)
        even[COLUMNS + l] = im[l];
}

static void fold(const axis *a, const double *re, const double *im) {
    copy_row(re, im, a->even);
    for (int64_t j = 1; j <= a->s; j++) {
        double *even = a->even + j * WIDTH, *odd = a->odd + (j - 1) * WIDTH;
        const double *r = re + j * a->stride, *rest_r = re + (a->q - j) * a->stride;
        const double *i = im + j * a->stride, *rest_i = im + (a->q - j) * a->stride;
        GM_INDEPENDENT
        for (int l = 0; l < COLUMNS; l++) {
            even[l] = r[l] + rest_r[l];
            even[COLUMNS + l] = i[l] + rest_i[l];
            odd[l] = rest_i[l] - i[l];
            odd[COLUMNS + l] = r[l] - rest_r[l];
        }
    }
    if (a->c > a->s + 1) /* q even: the middle is its own mirror image */
        copy_row(re + a->q / 2 * a->stride, im + a->q / 2 * a->stride, a->even + a->q / 2 * WIDTH);
}

/* Output rows k … k+rows and their mirror images, columns l … of the fold. `rows` is a constant
   where this is inlined, so that the sums stay in registers. */
static inline __attribute__((always_inline)) void multiply(int rows, const axis *a, int64_t k,
                                                           int64_t l, double *re, double *im) {
    lanes even[ROWS][VECTORS], odd[ROWS][VECTORS];
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < VECTORS; v++)
            even[i][v] = odd[i][v] = lanes_splat(0.0);
    const double *m = a->cosine + k * a->c, *x = a->even + l;
    for (int64_t j = 0; j < a->c; j++, m++, x += WIDTH)
        for (int v = 0; v < VECTORS; v++) {
            const lanes xv = lanes_f64(x + v * LANES);
            for (int i = 0; i < rows; i++)
                even[i][v] = lanes_fma(lanes_splat(m[i * a->c]), xv, even[i][v]);
        }
    m = a->sine + k * a->s;
    x = a->odd + l;
    for (int64_t j = 0; j < a->s; j++, m++, x += WIDTH)
        for (int v = 0; v < VECTORS; v++) {
            const lanes xv = lanes_f64(x + v * LANES);
            for (int i = 0; i < rows; i++)
                odd[i][v] = lanes_fma(lanes_splat(m[i * a->s]), xv, odd[i][v]);
        }
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < VECTORS; v++) {
            const int64_t column = l + v * LANES;
            double *out = column < COLUMNS ? re + column : im + column - COLUMNS;
            const int64_t mirror = k + i ? a->q - k - i : 0;
            lanes_store(out + (k + i) * a->stride, even[i][v] + odd[i][v]);
            lanes_store(out + mirror * a->stride, even[i][v] - odd[i][v]);
        }
}

static void multiply_all(const axis *a, double *re, double *im) {
    int64_t k = 0;
    for (; k + ROWS <= a->c; k += ROWS)
        for (int64_t l = 0; l < WIDTH; l += VECTORS * LANES)
            multiply(ROWS, a, k, l, re, im);
    for (int64_t l = 0; l < WIDTH; l += VECTORS * LANES)
        if (a->c - k == 2)
            multiply(2, a, k, l, re, im);
        else if (a->c - k == 1)
            multiply(1, a, k, l, re, im);
}

void GM_KERNEL(gm_fold_axis)(int64_t q, int64_t stride, const double *cosine, const double *sine,
                             double *re, double *im, double *folds) {
    const int64_t c = q / 2 + 1;
    const axis a = {q, stride, c, q - c, cosine, sine, folds, folds + c * WIDTH};
    for (int64_t column = 0; column < stride; column += COLUMNS) {
        fold(&a, re + column, im + column);
        multiply_all(&a, re + column, im + column);
    }
}
