/* The text of an LWE challenge of latticechallenge.org: n, m, q, α, then b as [b_1 … b_m], then A
   as
   [[a_11 … a_1n] … [a_m1 … a_mn]]. Blanks, line ends and commas separate. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/word.h"
#include "data/text_file.h"
#include "lwe/instance.h"

enum { LARGEST = 256 << 20 /* bytes of a file */ };

typedef struct reader {
    gm_context *context;
    const char *name;
    const char *start, *at, *end; /* *end is zero, so that looking one byte ahead needs no bound */
} reader;

/* Line and column are counted when they are asked for: once, for a message. */
static gm_status refuse(const reader *r, const char *place, const char *what) {
    int64_t line = 1, column = 1;
    for (const char *p = r->start; p < place; p++) {
        column = *p == '\n' ? 1 : column + 1;
        line += *p == '\n';
    }
    return gm_fail(r->context, GM_INVALID_INPUT, "%s:%" PRId64 ":%" PRId64 ": %s", r->name, line,
                   column, what);
}

static void skip_separators(reader *r) {
    while (*r->at && strchr(" \t\r\n,", *r->at))
        r->at++;
}

/* Bytes up to the next separator or bracket, none at the end. */
static size_t word_size(const reader *r) {
    return strcspn(r->at, " \t\r\n,[]");
}

/* What stands at r->at is something else than `wanted`. */
static gm_status expected(const reader *r, const char *wanted) {
    char excerpt[GM_EXCERPT_SIZE], what[GM_EXCERPT_SIZE + 160];
    const size_t size = word_size(r);
    if (r->at == r->end)
        snprintf(what, sizeof what, "%s is expected, not the end", wanted);
    else
        snprintf(what, sizeof what, "%s is expected, not '%s'", wanted,
                 gm_word_excerpt(r->at, size ? size : 1, excerpt));
    return refuse(r, r->at, what);
}

static gm_status take(reader *r, char bracket, const char *wanted) {
    skip_separators(r);
    if (*r->at != bracket)
        return expected(r, wanted);
    r->at++;
    return GM_OK;
}

/* A decimal number in [low, high], whole where `whole` says so. The wanted text names it. */
static gm_status take_number(reader *r, bool whole, double low, double high, const char *wanted,
                             double *out) {
    double value = 0.0;
    skip_separators(r);
    const size_t size = word_size(r);
    if (gm_word_number(r->at, size, &value) != GM_TOKEN_NUMBER ||
        !(value >= low && value <= high) || (whole && value != trunc(value)))
        return expected(r, wanted);
    r->at += size;
    *out = value;
    return GM_OK;
}

static gm_status take_size(reader *r, int64_t low, int64_t high, const char *what, int64_t *out) {
    char wanted[96];
    double value = 0.0;
    snprintf(wanted, sizeof wanted, "%s, a whole number from %" PRId64 " to %" PRId64 ",", what,
             low, high);
    gm_status status = take_number(r, true, (double)low, (double)high, wanted, &value);
    if (status == GM_OK)
        *out = (int64_t)value;
    return status;
}

/* "[" count residues "]" */
static gm_status take_residues(reader *r, int64_t q, int64_t count, const char *what,
                               int64_t *out) {
    char wanted[128];
    gm_status status = GM_OK;
    snprintf(wanted, sizeof wanted, "'[' before %s", what);
    GM_TRY(take(r, '[', wanted));
    snprintf(wanted, sizeof wanted, "an entry of %s, of %" PRId64 " from 0 to %" PRId64 ",", what,
             count, q - 1);
    for (int64_t i = 0; i < count; i++) {
        double value = 0.0;
        GM_TRY(take_number(r, true, 0.0, (double)(q - 1), wanted, &value));
        out[i] = (int64_t)value;
    }
    snprintf(wanted, sizeof wanted, "']' after the %" PRId64 " entries of %s", count, what);
    GM_TRY(take(r, ']', wanted));
done:
    return status;
}

static gm_status take_matrix(reader *r, const gm_lwe_parameters *p, int64_t *a) {
    gm_status status = take(r, '[', "'[' before A");
    for (int64_t i = 0; status == GM_OK && i < p->samples; i++) {
        status = gm_progress(r->context, "reading a challenge", (double)i, (double)p->samples);
        if (status == GM_OK)
            status = take_residues(r, p->q, p->n, "a row of A", a + i * p->n);
    }
    return status == GM_OK ? take(r, ']', "']' after the rows of A") : status;
}

static gm_status take_parameters(reader *r, gm_lwe_parameters *p) {
    /* An entry takes two bytes at least: what the sizes claim is held against the text before
       memory is taken. */
    const int64_t most = (r->end - r->start + 1) / 2;
    double alpha = 0.0;
    gm_status status = GM_OK;
    GM_TRY(take_size(r, 1, GM_LWE_LARGEST_N, "n, the length of the secret", &p->n));
    GM_TRY(take_size(r, 1, INT64_C(1) << 40, "m, the number of samples", &p->samples));
    if (p->samples > most / p->n)
        GM_TRY(refuse(r, r->at, "the text is too short for m rows of n entries"));
    GM_TRY(take_size(r, 2, GM_LWE_LARGEST_Q, "q, the modulus", &p->q));
    GM_TRY(take_number(r, false, 0.0, 1.0, "alpha, the width of the error in units of q, 0 to 1,",
                       &alpha));
    p->sigma = alpha * (double)p->q;
done:
    return status;
}

gm_status gm_lwe_parse_challenge(gm_context *context, const char *name, const char *text,
                                 size_t size, gm_lwe **out) {
    reader r = {context, name, text, text, text + size};
    gm_lwe_parameters p = {0};
    int64_t *a = NULL, *b = NULL;
    gm_status status = GM_OK;
    GM_TRY(take_parameters(&r, &p));
    GM_TRY(GM_NEW(context, b, p.samples));
    GM_TRY(GM_NEW(context, a, p.samples * p.n));
    GM_TRY(take_residues(&r, p.q, p.samples, "b", b));
    GM_TRY(take_matrix(&r, &p, a));
    skip_separators(&r);
    if (r.at != r.end)
        GM_TRY(expected(&r, "the end"));
    GM_TRY(gm_lwe_adopt(context, &p, a, b, out));
    a = b = NULL;
done:
    gm_release(context, a);
    gm_release(context, b);
    return status;
}

gm_status gm_lwe_import_challenge(gm_context *context, const char *path, gm_lwe **out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!path)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_import_challenge: path is NULL");
    char *text = NULL;
    size_t size = 0;
    gm_status status =
        gm_text_file_read(context, path, "text", "reading a challenge", LARGEST, &text, &size);
    if (status == GM_OK)
        status = gm_lwe_parse_challenge(context, path, text, size, out);
    gm_release(context, text);
    return status;
}
