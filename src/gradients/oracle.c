#include "gradients/oracle.h"

#include <math.h>
#include <string.h>

#include "data/dataset.h"
#include "gradients/moved.h"
#include "gradients/oracle_clients.h"
#include "linalg/linalg.h"
#include "parallel/ranks.h"

/* Rows of a BLAS call, and the most pieces that a pass is cut into: their sums are kept apart until
   they are added in order. */
enum { BLOCK = 64, MOST_PIECES = 64, MOST_WEIGHTS = 4 };

/* Room of one thread; c outputs, for one block of rows. */
typedef struct room {
    int64_t *index;       /* [BLOCK] */
    double *x;            /* [BLOCK][columns] */
    double *z, *y, *r;    /* [BLOCK][c]: outputs, targets, residuals */
    double *losses;       /* [BLOCK] */
    double *coefficients; /* [BLOCK][sides][c], as many sides as were asked for yet */
    double *part;         /* [sides][d] */
    double *model;        /* what the model needs */
    int64_t sides;
} room;

struct gm_oracle {
    gm_context *context;
    const gm_rows *rows;
    const gm_model *model;
    const double *targets; /* [rows] */
    int64_t batch_size;
    gm_remote *remote;         /* who answers in place of the rows here; NULL: nobody */
    double *both;              /* [2][d] what it answers of two halves */
    double *penalty;           /* [d] */
    int64_t seen, seen_curved; /* rows that gradients were taken of */
    room *rooms;               /* [threads] */
    double *sums;              /* [pieces][sides][d], grown on demand */
    int64_t sums_size;
    double *noise; /* [m][n][c] of a noised batch, grown on demand */
    int64_t noise_size;
};

/* λ on every weight but biases and those of the column of ones. */
static void lay_penalty(gm_oracle *self, const gm_dataset *dataset, double l2) {
    const gm_model *model = self->model;
    for (int64_t j = 0; j < model->parameters; j++)
        self->penalty[j] = l2;
    for (int f = 0; f < model->factor_count; f++) {
        const gm_factor *layer = &model->factor[f];
        double *at = self->penalty + layer->offset;
        for (int64_t u = 0; layer->bias && u < layer->out; u++)
            at[layer->in * layer->out + u] = 0.0;
        for (int64_t u = 0; f == 0 && dataset->intercept && u < layer->out; u++)
            at[u * layer->in + layer->in - 1] = 0.0;
    }
}

static gm_status room_create(gm_context *context, const gm_model *model, room *r) {
    gm_status status = GM_OK;
    const int64_t c = model->outputs;
    GM_TRY(GM_NEW(context, r->index, BLOCK));
    GM_TRY(GM_NEW(context, r->x, BLOCK * model->columns));
    GM_TRY(GM_NEW(context, r->z, BLOCK * c));
    GM_TRY(GM_NEW(context, r->y, BLOCK * c));
    GM_TRY(GM_NEW(context, r->r, BLOCK * c));
    GM_TRY(GM_NEW(context, r->losses, BLOCK));
    GM_TRY(GM_NEW(context, r->model, model->batch_room(model, BLOCK)));
done:
    return status;
}

static void room_release(gm_context *context, room *r) {
    gm_release(context, r->model);
    gm_release(context, r->part);
    gm_release(context, r->coefficients);
    gm_release(context, r->losses);
    gm_release(context, r->r);
    gm_release(context, r->y);
    gm_release(context, r->z);
    gm_release(context, r->x);
    gm_release(context, r->index);
}

/* Room for that many right-hand sides on every thread. */
static gm_status widen(gm_oracle *self, int64_t sides) {
    gm_status status = GM_OK;
    const int64_t c = self->model->outputs, d = self->model->parameters;
    for (int i = 0; i < gm_context_threads(self->context); i++) {
        room *r = &self->rooms[i];
        if (r->sides >= sides)
            continue;
        gm_release(self->context, r->coefficients);
        gm_release(self->context, r->part);
        r->coefficients = r->part = NULL;
        r->sides = 0;
        GM_TRY(GM_NEW(self->context, r->coefficients, BLOCK * sides * c));
        GM_TRY(GM_NEW(self->context, r->part, sides * d));
        r->sides = sides;
    }
done:
    return status;
}

/* At least `size` numbers behind *values; what they were is lost. */
static gm_status grow(gm_context *context, int64_t size, double **values, int64_t *held) {
    if (*held >= size)
        return GM_OK;
    gm_release(context, *values);
    *values = NULL;
    *held = 0;
    *values = gm_allocate(context, size, sizeof **values);
    if (!*values)
        return GM_OUT_OF_MEMORY;
    *held = size;
    return GM_OK;
}

gm_status gm_oracle_create(gm_context *context, const gm_dataset *dataset, const gm_model *model,
                           const double *targets, const gm_oracle_options *options,
                           gm_oracle **out) {
    gm_status status = GM_OK;
    gm_oracle *self = NULL;
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    *self = (gm_oracle){.context = context,
                        .rows = gm_dataset_matrix(dataset),
                        .model = model,
                        .targets = targets,
                        .batch_size = options->batch_size};
    GM_TRY(GM_NEW(context, self->penalty, model->parameters));
    lay_penalty(self, dataset, options->l2);
    GM_TRY(GM_NEW_ZERO(context, self->rooms, gm_context_threads(context)));
    for (int i = 0; i < gm_context_threads(context); i++)
        GM_TRY(room_create(context, model, &self->rooms[i]));
    GM_TRY(widen(self, 1));
    if (options->clients) {
        GM_TRY(gm_remote_open(options->clients, options->specification, model->parameters,
                              &self->remote));
        GM_TRY(GM_NEW(context, self->both, 2 * model->parameters));
    }
    *out = self;
    self = NULL;
done:
    gm_oracle_destroy(self);
    return status;
}

void gm_oracle_destroy(gm_oracle *self) {
    if (!self)
        return;
    for (int i = 0; self->rooms && i < gm_context_threads(self->context); i++)
        room_release(self->context, &self->rooms[i]);
    gm_remote_destroy(self->remote);
    gm_release(self->context, self->both);
    gm_release(self->context, self->noise);
    gm_release(self->context, self->sums);
    gm_release(self->context, self->rooms);
    gm_release(self->context, self->penalty);
    gm_release(self->context, self);
}

int64_t gm_oracle_dimension(const gm_oracle *self) {
    return self->model->parameters;
}

int64_t gm_oracle_rows(const gm_oracle *self) {
    return self->rows->rows;
}

int64_t gm_oracle_batch_size(const gm_oracle *self) {
    return self->batch_size;
}

const gm_model *gm_oracle_model(const gm_oracle *self) {
    return self->model;
}

gm_context *gm_oracle_context(const gm_oracle *self) {
    return self->context;
}

const double *gm_oracle_penalty(const gm_oracle *self) {
    return self->penalty;
}

gm_oracle_count gm_oracle_counted(const gm_oracle *self) {
    const double n = (double)self->batch_size;
    return (gm_oracle_count){(double)self->seen / n, (double)self->seen_curved / n};
}

void gm_oracle_exchange(gm_oracle *self, gm_archive *archive) {
    gm_archive_integers(archive, 1, &self->seen);
    gm_archive_integers(archive, 1, &self->seen_curved);
}

void gm_oracle_reset(gm_oracle *self) {
    self->seen = self->seen_curved = 0;
}

/* --- a pass over rows --- */

/* What is taken of each block of rows. */
typedef struct pass {
    gm_oracle *oracle;
    const double *w;
    const int64_t *index; /* [n]; NULL: 0 … n−1 */
    int64_t n, pieces;
    int64_t cut;   /* rows of the first half, in the first pieces/2 pieces; 0: no halves */
    int64_t sides; /* gradients of each piece; 0: losses alone */
    bool scaled;   /* a piece's gradients are of the mean over its half, otherwise over n */
    int count;     /* weights that losses are taken at */
    const double *const *weights; /* [count] */
    const double *direction;      /* of a curvature product, or NULL */
    double losses[MOST_PIECES][MOST_WEIGHTS];
    int64_t hits[MOST_PIECES][MOST_WEIGHTS];
} pass;

/* Rows first … end−1 of piece p. */
static void piece_bounds(const pass *self, int64_t p, int64_t *first, int64_t *end) {
    const int64_t half = self->pieces / 2;
    if (self->cut == 0) {
        *first = p * self->n / self->pieces;
        *end = (p + 1) * self->n / self->pieces;
        return;
    }
    const bool late = p >= half;
    const int64_t base = late ? self->cut : 0, size = late ? self->n - self->cut : self->cut;
    const int64_t q = late ? p - half : p;
    *first = base + q * size / half;
    *end = base + (q + 1) * size / half;
}

/* Inputs and targets of `count` rows. */
static void load(const pass *self, room *r, int64_t first, int64_t count) {
    const gm_oracle *o = self->oracle;
    const int c = o->model->outputs;
    for (int64_t i = 0; i < count; i++)
        r->index[i] = self->index ? self->index[first + i] : first + i;
    gm_rows_gather(o->rows, count, r->index, r->x);
    for (int64_t i = 0; i < count; i++)
        gm_target_expand(o->targets[r->index[i]], c, r->y + i * c);
}

static double sum_of(int64_t count, const double *values) {
    double sum = 0.0;
    for (int64_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

/* Coefficients of one block: the residuals and, for noise, −R u/√n times what the mean divides by.
 */
static void lay_coefficients(const pass *self, room *r, int64_t first, int64_t count,
                             double divisor) {
    const gm_oracle *o = self->oracle;
    const int64_t c = o->model->outputs, m = self->sides;
    for (int64_t side = 0; side < m; side++) {
        double scale = 1.0 / divisor;
        if (side > 0) {
            const double *u = o->noise + ((side - 1) * self->n + first) * c;
            o->model->loss->root(count, (int)c, r->z, u, r->r);
            scale = -1.0 / sqrt(divisor);
        }
        for (int64_t i = 0; i < count; i++)
            for (int64_t j = 0; j < c; j++)
                r->coefficients[(i * m + side) * c + j] = r->r[i * c + j] * scale;
    }
}

/* One block of a piece: its loss, and its gradients added to those of the piece. */
static void take_block(pass *self, room *r, int64_t piece, int64_t first, int64_t count,
                       bool opening) {
    gm_oracle *o = self->oracle;
    const gm_model *model = o->model;
    const int64_t size = self->sides * model->parameters;
    double *sums = o->sums + piece * size;
    double divisor = (double)self->n;
    if (self->scaled)
        divisor = (double)(first < self->cut ? self->cut : self->n - self->cut);
    load(self, r, first, count);
    model->batch_forward(model, self->w, count, r->x, r->model, r->z);
    model->loss->value(count, model->outputs, r->z, r->y, r->losses);
    self->losses[piece][0] += sum_of(count, r->losses);
    model->loss->residual(count, model->outputs, r->z, r->y, r->r);
    lay_coefficients(self, r, first, count, divisor);
    model->batch_backward(model, self->w, count, r->x, self->sides, r->coefficients, r->model,
                          opening ? sums : r->part);
    for (int64_t j = 0; !opening && j < size; j++)
        sums[j] += r->part[j];
}

static gm_status take_piece(void *argument, int64_t piece, int worker) {
    pass *self = argument;
    int64_t first, end;
    piece_bounds(self, piece, &first, &end);
    self->losses[piece][0] = 0.0;
    if (first == end)
        memset(self->oracle->sums + piece * self->sides * self->oracle->model->parameters, 0,
               (size_t)(self->sides * self->oracle->model->parameters) * sizeof(double));
    for (int64_t at = first; at < end; at += BLOCK)
        take_block(self, &self->oracle->rooms[worker], piece, at,
                   end - at < BLOCK ? end - at : BLOCK, at == first);
    return GM_OK;
}

/* Pieces of n rows: of whole blocks where there are few, in even number for halves. */
static int64_t pieces_of(int64_t n, bool halves) {
    int64_t pieces = (n + BLOCK - 1) / BLOCK;
    if (halves && pieces % 2)
        pieces++;
    return pieces < MOST_PIECES ? pieces : MOST_PIECES;
}

/* A pass of fewer products than these is over before ranks have met. */
static const double WORTH_SHARING = 1e7;

/* A loop over the pieces, which ranks share where it is long enough; `sums`, `losses` and `hits`
   say what a piece fills. */
static gm_status run_pieces(pass *self, gm_task task, bool sums, bool losses, bool hits) {
    gm_oracle *o = self->oracle;
    const int64_t d = o->model->parameters;
    gm_shared filled[3];
    int count = 0;
    if ((double)self->n * (double)d < WORTH_SHARING)
        return gm_parallel_for(o->context, self->pieces, task, self);
    if (sums)
        filled[count++] = (gm_shared){o->sums, self->sides * d * (int64_t)sizeof *o->sums, 0};
    if (losses)
        filled[count++] = (gm_shared){self->losses, sizeof self->losses[0], 0};
    if (hits)
        filled[count++] = (gm_shared){self->hits, sizeof self->hits[0], 0};
    return gm_share_for(o->context, self->pieces, task, self, count, filled);
}

/* out += the sums of pieces from … to−1 of one side. */
static void add_pieces(const pass *self, int64_t from, int64_t to, int64_t side, double *out) {
    const int64_t d = self->oracle->model->parameters;
    for (int64_t p = from; p < to; p++) {
        const double *sums = self->oracle->sums + (p * self->sides + side) * d;
        for (int64_t j = 0; j < d; j++)
            out[j] += sums[j];
    }
}

static gm_status run_pass(pass *self) {
    gm_oracle *o = self->oracle;
    gm_status status = GM_OK;
    GM_TRY(widen(o, self->sides));
    GM_TRY(grow(o->context, self->pieces * self->sides * o->model->parameters, &o->sums,
                &o->sums_size));
    GM_TRY(run_pieces(self, take_piece, true, true, false));
done:
    return status;
}

/* Mean loss of a pass that was run, and the penalty at w. */
static double loss_of(const pass *self) {
    double sum = 0.0;
    for (int64_t p = 0; p < self->pieces; p++)
        sum += self->losses[p][0];
    return sum / (double)self->n;
}

static double penalty_at(const gm_oracle *self, const double *w) {
    double sum = 0.0;
    for (int64_t j = 0; j < self->model->parameters; j++)
        sum += 0.5 * self->penalty[j] * w[j] * w[j];
    return sum;
}

static void add_penalty(const gm_oracle *self, const double *w, double *gradient) {
    for (int64_t j = 0; j < self->model->parameters; j++)
        gradient[j] += self->penalty[j] * w[j];
}

/* What clients know of the gradient, without the penalty. */
static gm_status ask_gradient(gm_oracle *self, const double *w, int64_t n, const int64_t *index,
                              double *loss, double *gradient, double *halves) {
    const int64_t d = self->model->parameters, cut = halves && n > 1 ? n / 2 : n;
    const double early = (double)cut / (double)n, late = 1.0 - early;
    double losses[2];
    const gm_status status = gm_remote_gradient(self->remote, w, n, index, cut, losses, self->both);
    if (status != GM_OK)
        return status;
    for (int64_t j = 0; j < d; j++)
        gradient[j] = early * self->both[j] + late * self->both[d + j];
    *loss = early * losses[0] + late * losses[1];
    if (cut < n)
        memcpy(halves, self->both, (size_t)(2 * d) * sizeof *halves);
    return GM_OK;
}

static gm_status gradient_of_clients(gm_oracle *self, const double *w, int64_t n,
                                     const int64_t *index, double *loss, double *gradient,
                                     double *halves) {
    const gm_status status = ask_gradient(self, w, n, index, loss, gradient, halves);
    if (status != GM_OK)
        return status;
    self->seen += n;
    if (halves && n > 1) {
        add_penalty(self, w, halves);
        add_penalty(self, w, halves + self->model->parameters);
    }
    add_penalty(self, w, gradient);
    *loss += penalty_at(self, w);
    return GM_OK;
}

gm_status gm_oracle_gradient(gm_oracle *self, const double *w, int64_t n, const int64_t *index,
                             double *loss, double *gradient, double *halves) {
    if (self->remote)
        return gradient_of_clients(self, w, n, index, loss, gradient, halves);
    const int64_t d = self->model->parameters;
    const bool split = halves != NULL && n > 1;
    pass p = {.oracle = self,
              .w = w,
              .index = index,
              .n = n,
              .pieces = pieces_of(n, split),
              .cut = split ? n / 2 : 0,
              .scaled = split,
              .sides = 1};
    const gm_status status = run_pass(&p);
    if (status != GM_OK)
        return status;
    self->seen += n;
    memset(gradient, 0, (size_t)d * sizeof *gradient);
    if (split) {
        const double early = (double)p.cut / (double)n;
        memset(halves, 0, (size_t)(2 * d) * sizeof *halves);
        add_pieces(&p, 0, p.pieces / 2, 0, halves);
        add_pieces(&p, p.pieces / 2, p.pieces, 0, halves + d);
        for (int64_t j = 0; j < d; j++)
            gradient[j] = early * halves[j] + (1.0 - early) * halves[d + j];
        add_penalty(self, w, halves);
        add_penalty(self, w, halves + d);
    } else {
        add_pieces(&p, 0, p.pieces, 0, gradient);
    }
    add_penalty(self, w, gradient);
    *loss = loss_of(&p) + penalty_at(self, w);
    return GM_OK;
}

gm_status gm_oracle_noised(gm_oracle *self, const double *w, int64_t n, const int64_t *index, int m,
                           uint64_t seed, int64_t batch, double *loss, double *gradient,
                           double *vectors) {
    gm_status status = GM_OK;
    const int64_t d = self->model->parameters, c = self->model->outputs;
    const gm_target_noise noise = {.law = GM_NOISE_LINK, .draws = m};
    pass p = {.oracle = self,
              .w = w,
              .index = index,
              .n = n,
              .pieces = pieces_of(n, false),
              .sides = m + 1};
    if (self->remote) {
        GM_TRY(
            gm_remote_noised(self->remote, w, n, index, m, seed, batch, loss, gradient, vectors));
        *loss += penalty_at(self, w);
        self->seen += (m + 1) * n;
        self->seen_curved += (m + 1) * n;
        goto done;
    }
    GM_TRY(grow(self->context, m * n * c, &self->noise, &self->noise_size));
    gm_noise_draw(self->context, &noise, seed, batch, n, c, self->noise);
    GM_TRY(run_pass(&p));
    self->seen += (m + 1) * n;
    self->seen_curved += (m + 1) * n;
    memset(gradient, 0, (size_t)d * sizeof *gradient);
    memset(vectors, 0, (size_t)(m * d) * sizeof *vectors);
    add_pieces(&p, 0, p.pieces, 0, gradient);
    for (int64_t r = 0; r < m; r++)
        add_pieces(&p, 0, p.pieces, r + 1, vectors + r * d);
    *loss = loss_of(&p) + penalty_at(self, w);
done:
    return status;
}

gm_status gm_oracle_full(gm_oracle *self, const double *w, double *loss, double *gradient) {
    return gm_oracle_gradient(self, w, self->rows->rows, NULL, loss, gradient, NULL);
}

/* --- losses alone --- */

/* Whether the class that the outputs of a row favour is its target. */
static bool is_hit(int c, const double *z, double target) {
    if (c == 1)
        return (z[0] > 0.0) == (target > 0.5);
    int best = 0;
    for (int j = 1; j < c; j++)
        best = z[j] > z[best] ? j : best;
    return (double)best == target;
}

static gm_status look_at_piece(void *argument, int64_t piece, int worker) {
    pass *self = argument;
    gm_oracle *o = self->oracle;
    const gm_model *model = o->model;
    const int c = model->outputs;
    room *r = &o->rooms[worker];
    int64_t first, end;
    piece_bounds(self, piece, &first, &end);
    for (int k = 0; k < self->count; k++) {
        self->losses[piece][k] = 0.0;
        self->hits[piece][k] = 0;
    }
    for (int64_t at = first; at < end; at += BLOCK) {
        const int64_t count = end - at < BLOCK ? end - at : BLOCK;
        load(self, r, at, count);
        for (int k = 0; k < self->count; k++) {
            model->batch_forward(model, self->weights[k], count, r->x, r->model, r->z);
            model->loss->value(count, c, r->z, r->y, r->losses);
            self->losses[piece][k] += sum_of(count, r->losses);
            for (int64_t i = 0; model->loss->classes && i < count; i++)
                self->hits[piece][k] += is_hit(c, r->z + i * c, o->targets[r->index[i]]);
        }
    }
    return GM_OK;
}

gm_status gm_oracle_evaluate(gm_oracle *self, int count, const double *const *weights,
                             double *losses, double *accuracies) {
    const int64_t n = self->rows->rows;
    pass p = {
        .oracle = self, .n = n, .pieces = pieces_of(n, false), .count = count, .weights = weights};
    if (count < 1 || count > MOST_WEIGHTS)
        return gm_fail(self->context, GM_INVALID_ARGUMENT,
                       "gm_oracle_evaluate: count is %d; it must be 1 to %d", count, MOST_WEIGHTS);
    const gm_status status =
        self->remote ? gm_remote_evaluate(self->remote, count, weights, losses, accuracies)
                     : run_pieces(&p, look_at_piece, false, true, true);
    if (status != GM_OK)
        return status;
    for (int k = 0; self->remote && k < count; k++)
        losses[k] += penalty_at(self, weights[k]);
    for (int k = 0; !self->remote && k < count; k++) {
        int64_t hits = 0;
        double sum = 0.0;
        for (int64_t i = 0; i < p.pieces; i++) {
            sum += p.losses[i][k];
            hits += p.hits[i][k];
        }
        losses[k] = sum / (double)n + penalty_at(self, weights[k]);
        accuracies[k] = self->model->loss->classes ? (double)hits / (double)n : NAN;
    }
    return GM_OK;
}

/* --- curvature times a vector --- */

static gm_status multiply_piece(void *argument, int64_t piece, int worker) {
    pass *self = argument;
    gm_oracle *o = self->oracle;
    const gm_model *model = o->model;
    const int64_t d = model->parameters, c = model->outputs;
    double *sums = o->sums + piece * d;
    room *r = &o->rooms[worker];
    int64_t first, end;
    piece_bounds(self, piece, &first, &end);
    memset(sums, 0, (size_t)d * sizeof *sums);
    for (int64_t at = first; at < end; at += BLOCK) {
        const int64_t count = end - at < BLOCK ? end - at : BLOCK;
        load(self, r, at, count);
        model->batch_forward(model, self->direction, count, r->x, r->model, r->r);
        model->batch_forward(model, self->w, count, r->x, r->model, r->z);
        model->loss->product(count, (int)c, r->z, r->r, r->coefficients);
        for (int64_t i = 0; i < count * c; i++)
            r->coefficients[i] /= (double)self->n;
        model->batch_backward(model, self->w, count, r->x, 1, r->coefficients, r->model, r->part);
        for (int64_t j = 0; j < d; j++)
            sums[j] += r->part[j];
    }
    return GM_OK;
}

gm_status gm_oracle_curvature_product(gm_oracle *self, const double *w, const double *v,
                                      double *out) {
    gm_status status = GM_OK;
    const int64_t n = self->rows->rows, d = self->model->parameters;
    pass p = {
        .oracle = self, .w = w, .direction = v, .n = n, .pieces = pieces_of(n, false), .sides = 1};
    if (!self->model->linear)
        return gm_fail(self->context, GM_UNAVAILABLE,
                       "curvature products are for models that are linear in their weights, not %s",
                       self->model->kind->name);
    if (self->remote) {
        GM_TRY(gm_remote_curvature(self->remote, w, v, out));
        add_penalty(self, v, out);
        goto done;
    }
    GM_TRY(grow(self->context, p.pieces * d, &self->sums, &self->sums_size));
    GM_TRY(run_pieces(&p, multiply_piece, true, false, false));
    memset(out, 0, (size_t)d * sizeof *out);
    add_pieces(&p, 0, p.pieces, 0, out);
    add_penalty(self, v, out);
done:
    return status;
}
