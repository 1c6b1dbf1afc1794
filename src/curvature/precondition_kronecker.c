/* Layer by layer a product of two small matrices. docs/theory/precondition.md, section
   "Kronecker". */
#include <float.h>
#include <math.h>
#include <string.h>

#include "curvature/precondition_form.h"
#include "linalg/linalg.h"
#include "parallel/parallel.h"

/* A longer side keeps its diagonal alone; no copy of vectors has more numbers than this, or than
   one vector. */
enum { MOST_SIDE = 4096, COPIED = 1 << 22 };

/* Rows and columns that a thread takes at a time. */
enum { ROWS = 32, COLUMNS = 256 };

/* Largest over median of second moments of inputs that are of one unit. */
static const double ONE_UNIT = 100.0;

/* One of the two matrices of a layer. */
typedef struct side {
    int64_t n;
    bool dense;
    double *sum;     /* [n][n], lower, or its diagonal [n]: Σ ω GᵀG or Σ ω GGᵀ */
    double *vectors; /* [n][n], an eigenvector a row; NULL: the axes */
    double *values;  /* [n] eigenvalues */
    double *scale;   /* [n] that rows and columns were multiplied by */
    double rank;     /* (tr)² / ‖·‖_F² of the estimate */
} side;

/* Where units are trusted: what P⁻¹ may lose along an axis that is taken for one of no curvature.
 */
static const double LOST = 0.02;

/* H ≈ B ⊗ A + I ⊗ M, M diagonal: M^½ (B ⊗ A″ + shift) M^½. */
typedef struct layer {
    gm_factor factor;
    side a, b;     /* over inputs and bias, and over outputs */
    double *added; /* [a.n] λ of each input, mean over the outputs */
    double trace;  /* tr H */
    double shift;  /* 1, or 0 where nothing was added */
    int64_t kept;  /* leading axes of A″ along which P is not 1; the others are left out */
    double largest, condition;
    gm_precondition_spread spread;
} layer;

typedef struct kronecker {
    int count;
    layer *layers;
    double *work; /* [3][largest layer] */
    int64_t room; /* size of the largest layer */
} kronecker;

static void release_side(gm_context *context, side *s) {
    gm_release(context, s->sum);
    gm_release(context, s->vectors);
    gm_release(context, s->values);
    gm_release(context, s->scale);
}

static void destroy(gm_preconditioner *self) {
    kronecker *k = self->state;
    if (!k)
        return;
    for (int l = 0; k->layers && l < k->count; l++) {
        release_side(self->context, &k->layers[l].a);
        release_side(self->context, &k->layers[l].b);
        gm_release(self->context, k->layers[l].added);
    }
    gm_release(self->context, k->layers);
    gm_release(self->context, k->work);
    gm_release(self->context, k);
}

static gm_status create_side(gm_context *context, int64_t n, side *s) {
    gm_status status = GM_OK;
    s->n = n;
    s->dense = n <= MOST_SIDE;
    GM_TRY(GM_NEW_ZERO(context, s->sum, s->dense ? n * n : n));
    if (s->dense)
        GM_TRY(GM_NEW_ZERO(context, s->vectors, n * n));
    GM_TRY(GM_NEW_ZERO(context, s->values, n));
    GM_TRY(GM_NEW_ZERO(context, s->scale, n));
done:
    return status;
}

static gm_status create(gm_preconditioner *self) {
    const gm_model *model = self->model;
    kronecker *k = NULL;
    int64_t covered = 0;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(self->context, k, 1));
    self->state = k;
    GM_TRY(GM_NEW_ZERO(self->context, k->layers, model->factor_count));
    k->count = model->factor_count;
    for (int l = 0; l < k->count; l++) {
        layer *to = &k->layers[l];
        to->factor = model->factor[l];
        const int64_t in = to->factor.in + to->factor.bias, size = in * to->factor.out;
        covered += size;
        k->room = size > k->room ? size : k->room;
        GM_TRY(create_side(self->context, in, &to->a));
        GM_TRY(create_side(self->context, to->factor.out, &to->b));
        GM_TRY(GM_NEW_ZERO(self->context, to->added, in));
    }
    if (covered != self->dimension)
        return gm_fail(self->context, GM_INVALID_ARGUMENT,
                       "gm_preconditioner_create: the layers hold %lld of %lld weights; form "
                       "kronecker needs all",
                       (long long)covered, (long long)self->dimension);
    GM_TRY(GM_NEW(self->context, k->work, 3 * k->room));
done:
    return status;
}

/* The layer's part of a vector, [out][in + bias]: each weight beside the bias of its output. */
static void gather(const gm_factor *f, const double *vector, double *out) {
    const double *w = vector + f->offset, *bias = w + f->in * f->out;
    const int64_t n = f->in + f->bias;
    for (int64_t i = 0; i < f->out; i++) {
        memcpy(out + i * n, w + i * f->in, (size_t)f->in * sizeof *out);
        if (f->bias)
            out[i * n + f->in] = bias[i];
    }
}

/* And back. */
static void scatter(const gm_factor *f, const double *from, double *vector) {
    double *w = vector + f->offset, *bias = w + f->in * f->out;
    const int64_t n = f->in + f->bias;
    for (int64_t i = 0; i < f->out; i++) {
        memcpy(w + i * f->in, from + i * n, (size_t)f->in * sizeof *w);
        if (f->bias)
            bias[i] = from[i * n + f->in];
    }
}

static gm_status add_rows(gm_context *context, side *s, int64_t rows, const double *values) {
    if (s->dense)
        return gm_gram_accumulate(context, rows, s->n, values, s->sum);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < s->n; j++)
            s->sum[j] += values[i * s->n + j] * values[i * s->n + j];
    return GM_OK;
}

static void transpose(int64_t rows, int64_t columns, const double *from, double *to) {
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            to[j * rows + i] = from[i * columns + j];
}

static void fade(side *s, double keep) {
    const int64_t size = s->dense ? s->n * s->n : s->n;
    for (int64_t i = 0; keep < 1.0 && i < size; i++)
        s->sum[i] *= keep;
}

/* Rows of `count` gradients of a layer into A, then their columns into B; copies [2][count][layer].
 */
static gm_status add_to_layer(const gm_preconditioner *self, layer *l, int64_t count,
                              const double *vectors, double *copies) {
    const int64_t size = l->a.n * l->b.n;
    double *turned = copies + count * size;
    for (int64_t r = 0; r < count; r++) {
        gather(&l->factor, vectors + r * self->dimension, copies + r * size);
        transpose(l->b.n, l->a.n, copies + r * size, turned + r * size);
    }
    const gm_status status = add_rows(self->context, &l->a, count * l->b.n, copies);
    return status == GM_OK ? add_rows(self->context, &l->b, count * l->a.n, turned) : status;
}

static gm_status add(gm_preconditioner *self, int64_t count, const double *vectors, double keep) {
    kronecker *k = self->state;
    const int64_t piece = k->room < COPIED ? COPIED / k->room : 1;
    const int64_t most = count < piece ? count : piece;
    double *copies = gm_allocate(self->context, 2 * most * k->room, sizeof *copies);
    gm_status status = copies ? GM_OK : GM_OUT_OF_MEMORY;
    for (int l = 0; status == GM_OK && l < k->count; l++) {
        fade(&k->layers[l].a, keep);
        fade(&k->layers[l].b, keep);
        for (int64_t first = 0; status == GM_OK && first < count; first += most)
            status = add_to_layer(self, &k->layers[l], count - first < most ? count - first : most,
                                  vectors + first * self->dimension, copies);
    }
    gm_release(self->context, copies);
    return status;
}

static double *entry(const side *s, int64_t i) {
    return s->sum + (s->dense ? i * s->n + i : i);
}

static double trace(const side *s) {
    double sum = 0.0;
    for (int64_t i = 0; i < s->n; i++)
        sum += *entry(s, i);
    return sum;
}

/* (tr)² / ‖·‖_F²: Σ of eigenvalues over their root mean square, squared. */
static double effective_rank(const side *s) {
    const double total = trace(s);
    double sum = 0.0;
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = s->dense ? 0 : i; j <= i; j++) {
            const double value = (s->dense ? s->sum[i * s->n + j] : *entry(s, i)) / total;
            sum += value * value * (j < i ? 2.0 : 1.0);
        }
    return 1.0 / sum;
}

/* sum/divisor, rows and columns multiplied by s->scale, into s->vectors; of a diagonal, into
   s->values. */
static void scaled(side *s, double divisor) {
    for (int64_t i = 0; i < s->n; i++) {
        s->values[i] = *entry(s, i) / divisor * s->scale[i] * s->scale[i];
        for (int64_t j = 0; s->dense && j <= i; j++)
            s->vectors[i * s->n + j] = s->sum[i * s->n + j] / divisor * s->scale[i] * s->scale[j];
    }
    if (s->dense)
        gm_symmetric_mirror(s->n, s->vectors);
}

static double largest_of(int64_t n, const double *values) {
    double out = 0.0;
    for (int64_t i = 0; i < n; i++)
        out = fmax(out, values[i]);
    return out;
}

/* Below this an eigenvalue is rounding. */
static double negligible(const side *s) {
    return 8.0 * (double)s->n * DBL_EPSILON * largest_of(s->n, s->values);
}

static gm_status norm(gm_context *context, side *s, double divisor, double *out) {
    scaled(s, divisor);
    if (s->dense)
        return gm_symmetric_norm(context, s->n, s->vectors, out);
    *out = largest_of(s->n, s->values);
    return GM_OK;
}

/* Eigenvalues of the estimate as it is: their largest and the ratio to the smallest that is more
   than rounding. */
static gm_status find_condition(gm_context *context, side *s, double divisor, double *largest,
                                double *condition) {
    for (int64_t i = 0; i < s->n; i++)
        s->scale[i] = 1.0;
    scaled(s, divisor);
    const gm_status status =
        s->dense ? gm_symmetric_eigenvalues(context, s->n, s->vectors, s->values) : GM_OK;
    *largest = largest_of(s->n, s->values);
    *condition = 1.0;
    for (int64_t i = 0; status == GM_OK && i < s->n; i++)
        if (s->values[i] > negligible(s))
            *condition = fmax(*condition, *largest / s->values[i]);
    return status;
}

/* Eigenvectors and eigenvalues of the scaled estimate; what rounding made negative is 0. */
static gm_status decompose(gm_context *context, side *s, double divisor, bool exact) {
    scaled(s, divisor);
    const gm_status status =
        s->dense ? gm_symmetric_eigen(context, s->n, s->vectors, s->values) : GM_OK;
    const double floor = exact ? negligible(s) : 0.0;
    for (int64_t i = 0; i < s->n; i++)
        if (s->values[i] <= floor)
            s->values[i] = 0.0;
    return status;
}

/* λ of each input of a layer. */
static void find_added(const gm_preconditioner *self, layer *l) {
    const kronecker *k = self->state;
    memset(l->added, 0, (size_t)l->a.n * sizeof *l->added);
    if (!self->penalty)
        return;
    gather(&l->factor, self->penalty, k->work);
    for (int64_t i = 0; i < l->b.n; i++)
        for (int64_t j = 0; j < l->a.n; j++)
            l->added[j] += k->work[i * l->a.n + j] / (double)l->b.n;
}

/* Whether the second moments of the inputs, those of none left out, are much alike. */
static bool is_of_one_unit(layer *l) {
    int64_t count = 0, above = 0;
    double most = 0.0;
    for (int64_t j = 0; j < l->a.n; j++) {
        most = fmax(most, *entry(&l->a, j));
        count += *entry(&l->a, j) > 0.0;
    }
    for (int64_t j = 0; j < l->a.n; j++)
        above += *entry(&l->a, j) * ONE_UNIT >= most;
    return 2 * above >= count;
}

/*
 * scale ← M^−½ with M = damping · largest · diag(A) + λ, or diag(A) where that is nothing; 0 where
 * there is neither curvature nor penalty. An input without penalty beside others with one takes
 * 1e-14 at least: M is to be positive. largest: of diag(A)^−½ A diag(A)^−½ times that of B. Where
 * units are trusted and the inputs are of one: M = damping · ‖A‖ ‖B‖ + λ.
 */
static gm_status choose_metric(gm_context *context, layer *l, double divisor, double damping,
                               double top, bool trusts_units) {
    const bool even = trusts_units && damping > 0.0 && is_of_one_unit(l);
    const double identity = damping * l->largest;
    double largest = 0.0;
    l->shift = damping > 0.0;
    for (int64_t j = 0; j < l->a.n; j++) {
        const double curvature = *entry(&l->a, j) / divisor;
        l->a.scale[j] = curvature > 0.0 ? 1.0 / sqrt(curvature) : 0.0;
        l->shift = l->added[j] > 0.0 ? 1.0 : l->shift;
    }
    const gm_status status = even ? GM_OK : norm(context, &l->a, divisor, &largest);
    const double ridge = l->shift > 0.0 ? fmax(damping, 1e-14) * largest * top : 1.0;
    for (int64_t j = 0; j < l->a.n; j++) {
        const double moment = *entry(&l->a, j) / divisor;
        const double m = (even && moment > 0.0 ? identity : moment * ridge) + l->added[j];
        l->a.scale[j] = m > 0.0 ? 1.0 / sqrt(m) : 0.0;
    }
    return status;
}

/* tr P⁻¹H and, of either side, what it would be if the other were one number, its largest. */
static void count_freedom(const layer *l, double *whole, double *of_a, double *of_b) {
    const double top_a = largest_of(l->a.n, l->a.values), top_b = largest_of(l->b.n, l->b.values);
    *whole = *of_a = *of_b = 0.0;
    for (int64_t i = 0; i < l->b.n; i++) {
        const double b = l->b.values[i];
        *of_b += b > 0.0 ? b * top_a / (b * top_a + l->shift) : 0.0;
        for (int64_t j = 0; b > 0.0 && j < l->a.n; j++)
            if (l->a.values[j] > 0.0)
                *whole += b * l->a.values[j] / (b * l->a.values[j] + l->shift);
    }
    for (int64_t j = 0; j < l->a.n; j++)
        if (l->a.values[j] > 0.0)
            *of_a += l->a.values[j] * top_b / (l->a.values[j] * top_b + l->shift);
}

/* Dimension of a side: its axes of any curvature. */
static double live(const side *s) {
    double count = 0.0;
    for (int64_t i = 0; i < s->n; i++)
        count += *entry(s, i) > 0.0;
    return count;
}

/* Of what a side is said to have more than it shows. */
static double gain(gm_precondition_spread s, double freedom) {
    return freedom > 0.0 ? s.trace / freedom : 1.0;
}

/* The errors of the two sides multiply. */
static void find_spread(layer *l, double vectors_of_a, double vectors_of_b) {
    double whole, of_a, of_b, most = INFINITY;
    count_freedom(l, &whole, &of_a, &of_b);
    if (l->shift > 0.0)
        most = 1.0 + largest_of(l->a.n, l->a.values) * largest_of(l->b.n, l->b.values);
    const gm_precondition_spread a = gm_precondition_edges(of_a, live(&l->a), vectors_of_a,
                                                           INFINITY),
                                 b = gm_precondition_edges(of_b, live(&l->b), vectors_of_b,
                                                           INFINITY);
    l->spread.low = a.low * b.low;
    l->spread.high = fmin(a.high * b.high, most);
    l->spread.trace =
        fmin(whole * gain(a, of_a) * gain(b, of_b), live(&l->a) * live(&l->b) * l->spread.high);
}

/* Of two sides the one with fewer vectors for its size goes into the facts. */
static void note_ratio(gm_precondition_facts *facts, double vectors, double size) {
    if (facts->ratio <= vectors / size)
        return;
    facts->ratio = vectors / size;
    facts->vectors = (int64_t)floor(vectors);
}

/* Axes of A along which P differs from 1 by more than may be lost, of which there are a few hundred
   in images; all of them where units are not trusted. Eigenvalues come in descending order. */
static int64_t kept_axes(const layer *l, bool trusts_units) {
    const double top = largest_of(l->b.n, l->b.values);
    int64_t kept = l->a.n;
    while (trusts_units && l->shift > 0.0 && l->a.dense && kept > 1 &&
           top * l->a.values[kept - 1] < LOST)
        kept--;
    return kept;
}

static gm_status factor_layer(gm_preconditioner *self, layer *l, double damping) {
    gm_context *context = self->context;
    const double of_b = l->trace > 0.0 ? trace(&l->b) : 1.0;
    double top_a = 0.0, top_b = 0.0, condition_a, condition_b;
    gm_status status = GM_OK;
    find_added(self, l);
    GM_TRY(find_condition(context, &l->a, self->weight, &top_a, &condition_a));
    GM_TRY(find_condition(context, &l->b, of_b, &top_b, &condition_b));
    l->largest = top_a * top_b;
    l->condition = condition_a * condition_b;
    GM_TRY(choose_metric(context, l, self->weight, damping, top_b, self->trusts_units));
    for (int64_t i = 0; i < l->b.n; i++)
        l->b.scale[i] = *entry(&l->b, i) > 0.0;
    GM_TRY(decompose(context, &l->a, self->weight, l->shift == 0.0));
    GM_TRY(decompose(context, &l->b, of_b, l->shift == 0.0));
    l->kept = kept_axes(l, self->trusts_units);
    l->spread = (gm_precondition_spread){1.0, 1.0, 0.0};
    if (l->trace == 0.0)
        goto done;
    const double vectors = gm_precondition_effective(self);
    const double vectors_of_a = vectors * effective_rank(&l->b);
    const double vectors_of_b = vectors * effective_rank(&l->a);
    find_spread(l, vectors_of_a, vectors_of_b);
    note_ratio(&self->facts, vectors_of_a, live(&l->a));
    note_ratio(&self->facts, vectors_of_b, live(&l->b));
done:
    return status;
}

/* tr H of each layer; GM_UNDEFINED where all are 0. */
static gm_status find_traces(const gm_preconditioner *self) {
    const kronecker *k = self->state;
    double sum = 0.0;
    for (int l = 0; l < k->count; l++) {
        k->layers[l].trace = trace(&k->layers[l].a) / self->weight;
        sum += k->layers[l].trace;
    }
    if (!isfinite(sum))
        return gm_fail(self->context, GM_NUMERICAL_FAILURE,
                       "gm_preconditioner_factor: the squares of the noise vectors overflow");
    if (!(sum > 0.0))
        return gm_fail(self->context, GM_UNDEFINED,
                       "gm_preconditioner_factor: all noise vectors are zero");
    return GM_OK;
}

static gm_status factor(gm_preconditioner *self, double damping) {
    const kronecker *k = self->state;
    double least = INFINITY;
    gm_status status = find_traces(self);
    self->facts.ratio = INFINITY;
    self->facts.largest = 0.0;
    for (int l = 0; status == GM_OK && l < k->count; l++) {
        layer *at = &k->layers[l];
        status = factor_layer(self, at, damping);
        if (status != GM_OK || at->trace == 0.0)
            continue;
        self->facts.largest = fmax(self->facts.largest, at->largest);
        least = fmin(least, at->largest / at->condition);
    }
    self->facts.damping = damping;
    if (self->facts.ratio >= 1.0)
        self->facts.condition = self->facts.largest / least;
    return status;
}

/* 1/(b_i a_j + shift), or 0 where that is nothing; less 1 where axes were left out, along which P
   is 1: only then, since 1 − p/(p+1) has no digits of a large p. */
static double inverse(const layer *l, int64_t i, int64_t j) {
    const double p = l->b.values[i] * l->a.values[j];
    if (l->kept < l->a.n)
        return -p / (p + 1.0);
    return p + l->shift > 0.0 ? 1.0 / (p + l->shift) : 0.0;
}

/* A vector of a layer [b.n][a.n] on its way through the inverse. */
typedef struct passage {
    const layer *layer;
    bool back;            /* from the eigenvectors over outputs, otherwise to them */
    double *x, *axes, *y; /* [b.n][a.n], [b.n][kept], [b.n][a.n] */
} passage;

/* A stretch of columns of y ← V x of the eigenvectors over outputs, or Vᵀ x. */
static gm_status turn_columns(void *argument, int64_t index, int worker) {
    const passage *p = argument;
    const side *b = &p->layer->b;
    const int64_t rows = b->n, columns = p->layer->a.n, first = index * COLUMNS;
    const int64_t width = columns - first < COLUMNS ? columns - first : COLUMNS;
    (void)worker;
    if (!p->back) {
        gm_multiply(rows, width, rows, b->vectors, rows, p->x + first, columns, p->y + first,
                    columns);
        return GM_OK;
    }
    for (int64_t i = 0; i < rows; i++)
        memset(p->y + i * columns + first, 0, (size_t)width * sizeof *p->y);
    gm_multiply_inner_add(rows, width, rows, b->vectors, rows, p->x + first, columns, p->y + first,
                          columns);
    return GM_OK;
}

/* Some rows of x, turned to the eigenvectors over outputs, ← P⁻¹ x: along the kept axes of A, and
   as it is elsewhere. */
static gm_status divide_rows(void *argument, int64_t index, int worker) {
    const passage *p = argument;
    const layer *l = p->layer;
    const int64_t columns = l->a.n, kept = l->kept, first = index * ROWS;
    const int64_t rows = l->b.n - first < ROWS ? l->b.n - first : ROWS;
    double *x = p->x + first * columns, *y = p->y + first * columns;
    double *axes = p->axes + first * kept;
    (void)worker;
    if (!l->a.dense) {
        for (int64_t i = 0; i < rows; i++)
            for (int64_t j = 0; j < columns; j++)
                x[i * columns + j] *= inverse(l, first + i, j);
        return GM_OK;
    }
    gm_multiply_outer(rows, kept, columns, x, columns, l->a.vectors, columns, axes, kept);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < kept; j++)
            axes[i * kept + j] *= inverse(l, first + i, j);
    gm_multiply(rows, columns, kept, axes, kept, l->a.vectors, columns, y, columns);
    for (int64_t i = 0; i < rows * columns; i++)
        x[i] = (kept < columns ? x[i] : 0.0) + y[i];
    return GM_OK;
}

/* The tasks do not fail, but the caller may have cancelled: the vector is then of no use to him. */
static void run(const gm_preconditioner *self, int64_t count, gm_task task, passage *p) {
    const gm_status status = gm_parallel_for(self->context, count, task, p);
    (void)status;
}

/* x and y change places where the outputs are turned. */
static void turn(const gm_preconditioner *self, passage *p, bool back) {
    double *from = p->x;
    if (!p->layer->b.dense)
        return;
    p->back = back;
    run(self, (p->layer->a.n + COLUMNS - 1) / COLUMNS, turn_columns, p);
    p->x = p->y;
    p->y = from;
}

static void apply_to_layer(const gm_preconditioner *self, const layer *l, const double *g,
                           double *out) {
    const kronecker *k = self->state;
    const int64_t rows = l->b.n, columns = l->a.n;
    passage p = {.layer = l, .x = k->work, .y = k->work + k->room, .axes = k->work + 2 * k->room};
    gather(&l->factor, g, p.x);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            p.x[i * columns + j] *= l->a.scale[j];
    turn(self, &p, false);
    run(self, (rows + ROWS - 1) / ROWS, divide_rows, &p);
    turn(self, &p, true);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            const bool dead = l->b.scale[i] == 0.0 && l->added[j] == 0.0;
            p.x[i * columns + j] = dead ? 0.0 : p.x[i * columns + j] * l->a.scale[j];
        }
    scatter(&l->factor, p.x, out);
}

static void apply(const gm_preconditioner *self, const double *g, double *out) {
    const kronecker *k = self->state;
    for (int l = 0; l < k->count; l++)
        apply_to_layer(self, &k->layers[l], g, out);
}

/* Of all layers together: H is at most as many times its diagonal blocks as there are layers. */
static gm_precondition_spread spread(const gm_preconditioner *self) {
    const kronecker *k = self->state;
    gm_precondition_spread out = {INFINITY, 0.0, 0.0};
    for (int l = 0; l < k->count; l++) {
        const gm_precondition_spread *s = &k->layers[l].spread;
        out.low = fmin(out.low, s->low);
        out.high = fmax(out.high, s->high * (double)k->count);
        out.trace += s->trace;
    }
    return out;
}

static void exchange_side(side *s, gm_archive *archive) {
    for (int64_t i = 0; s->dense && i < s->n; i++)
        gm_archive_doubles(archive, i + 1, s->sum + i * s->n);
    if (!s->dense)
        gm_archive_doubles(archive, s->n, s->sum);
}

static void exchange(gm_preconditioner *self, gm_archive *archive) {
    const kronecker *k = self->state;
    for (int l = 0; l < k->count; l++) {
        exchange_side(&k->layers[l].a, archive);
        exchange_side(&k->layers[l].b, archive);
    }
}

const gm_precondition_kind gm_precondition_kronecker = {create, add,      factor, apply,
                                                        spread, exchange, destroy};
