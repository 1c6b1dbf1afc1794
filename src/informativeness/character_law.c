#include "informativeness/character_law.h"

#include <math.h>
#include <string.h>

#include "transforms/fourier.h"

void gm_group_create(const gm_targets *targets, gm_group *out) {
    *out = (gm_group){.q = targets->modulus,
                      .n = targets->columns,
                      .points = 1,
                      .scale = targets->residue_scale,
                      .shift = targets->residue_shift};
    for (int64_t j = 0; j < out->n; j++)
        out->points *= out->q;
}

int64_t gm_group_place(const gm_group *group, const double *x) {
    int64_t place = 0;
    for (int64_t j = 0; j < group->n; j++) {
        int64_t r = (int64_t)(group->scale * x[j] + group->shift) % group->q;
        place = place * group->q + (r < 0 ? r + group->q : r);
    }
    return place;
}

int64_t gm_group_multiple(const gm_group *group, int64_t place, int64_t c) {
    int64_t out = 0, weight = 1;
    if (c == 1)
        return place;
    for (int64_t j = 0; j < group->n; j++) {
        out += c * (place % group->q) % group->q * weight;
        place /= group->q;
        weight *= group->q;
    }
    return out;
}

/* π on the group; whether it is uniform. */
static gm_status place_secrets(const gm_meter *meter, gm_character_law *law) {
    enum { CHUNK = 256 };
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    const gm_targets *targets = meter->targets;
    const gm_group whole = {.q = law->group->q, .n = law->group->n, .scale = 1.0};
    double *s = NULL, p[CHUNK];
    GM_TRY(GM_NEW(context, s, CHUNK * whole.n));
    GM_TRY(GM_NEW_ZERO(context, law->secret, law->group->points));
    for (int64_t first = 0; first < (int64_t)targets->count; first += CHUNK) {
        const int64_t left = (int64_t)targets->count - first, count = left < CHUNK ? left : CHUNK;
        targets->enumerate(targets, first, count, s, p);
        for (int64_t h = 0; h < count; h++)
            law->secret[gm_group_place(&whole, s + h * whole.n)] += p[h];
    }
    law->uniform = targets->count == (double)law->group->points;
    for (int64_t k = 0; k < law->group->points && law->uniform; k++)
        law->uniform = fabs(law->secret[k] / law->secret[0] - 1.0) < 1e-9;
done:
    gm_release(context, s);
    return status;
}

/* û of u [q]. */
static gm_status find_harmonics(gm_context *context, const gm_fourier *fourier, int64_t q,
                                const gm_complex *u, gm_complex **out) {
    gm_status status = GM_OK;
    double *re = NULL, *im = NULL;
    GM_TRY(GM_NEW(context, re, q));
    GM_TRY(GM_NEW(context, im, q));
    GM_TRY(GM_NEW(context, *out, q));
    for (int64_t t = 0; t < q; t++) {
        re[t] = u[t].re / (double)q;
        im[t] = u[t].im / (double)q;
    }
    GM_TRY(gm_fourier_run(context, fourier, 1, 1, im, re)); /* exchanged: e^{−2πi…} */
    for (int64_t c = 0; c < q; c++)
        (*out)[c] = (gm_complex){re[c], im[c]};
done:
    gm_release(context, im);
    gm_release(context, re);
    return status;
}

static gm_complex squared(gm_complex v) {
    return (gm_complex){v.re * v.re - v.im * v.im, 2.0 * v.re * v.im};
}

static gm_status expand(const gm_meter *meter, const gm_fourier *fourier, gm_character_law *law) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    const int64_t q = law->group->q;
    gm_complex *u = NULL;
    GM_TRY(GM_NEW(context, u, 5 * q));
    for (int64_t t = 0; t < q; t++) {
        const gm_feature *v = &meter->features[t];
        u[t] = v->mean;
        u[q + t] = squared(v->mean);
        u[2 * q + t] = (gm_complex){v->mean.re * v->mean.re + v->mean.im * v->mean.im, 0.0};
        u[3 * q + t] = v->square;
        u[4 * q + t] = (gm_complex){v->norm, 0.0};
    }
    GM_TRY(find_harmonics(context, fourier, q, u, &law->mean));
    GM_TRY(find_harmonics(context, fourier, q, u + q, &law->mean_square));
    GM_TRY(find_harmonics(context, fourier, q, u + 2 * q, &law->mean_norm));
    GM_TRY(find_harmonics(context, fourier, q, u + 3 * q, &law->square));
    GM_TRY(find_harmonics(context, fourier, q, u + 4 * q, &law->norm));
done:
    gm_release(context, u);
    return status;
}

gm_status gm_character_law_create(const gm_meter *meter, const gm_group *group,
                                  gm_character_law **out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    gm_character_law *law = NULL;
    gm_fourier *fourier = NULL;
    GM_TRY(GM_NEW_ZERO(context, law, 1));
    law->group = group;
    GM_TRY(gm_fourier_create(context, group->q, &fourier));
    GM_TRY(place_secrets(meter, law));
    GM_TRY(expand(meter, fourier, law));
    if (!law->uniform) {
        GM_TRY(GM_NEW(context, law->re, group->points));
        GM_TRY(GM_NEW_ZERO(context, law->im, group->points));
        memcpy(law->re, law->secret, (size_t)group->points * sizeof *law->re);
        GM_TRY(gm_fourier_run(context, fourier, (int)group->n, 1, law->re, law->im));
    }
    *out = law;
    law = NULL;
done:
    gm_fourier_destroy(context, fourier);
    gm_character_law_destroy(context, law);
    return status;
}

void gm_character_law_destroy(gm_context *context, gm_character_law *law) {
    if (!law)
        return;
    gm_release(context, law->im);
    gm_release(context, law->re);
    gm_release(context, law->norm);
    gm_release(context, law->square);
    gm_release(context, law->mean_norm);
    gm_release(context, law->mean_square);
    gm_release(context, law->mean);
    gm_release(context, law->secret);
    gm_release(context, law);
}

static int64_t common_divisor(int64_t a, int64_t b) {
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* π̂(c k). Of the uniform law: 1 where c k = 0, that is where q / gcd(k, q) divides c, otherwise 0.
 */
static gm_complex law_transform(const gm_character_law *law, int64_t place, int64_t c,
                                int64_t period) {
    if (law->uniform)
        return (gm_complex){c % period == 0 ? 1.0 : 0.0, 0.0};
    const int64_t at = gm_group_multiple(law->group, place, c);
    return (gm_complex){law->re[at], law->im[at]};
}

static int64_t period_of(const gm_group *group, int64_t place) {
    int64_t divisor = group->q;
    for (int64_t j = 0; j < group->n; j++) {
        divisor = common_divisor(divisor, place % group->q);
        place /= group->q;
    }
    return group->q / divisor;
}

static void add(gm_complex *sum, gm_complex a, gm_complex b) {
    sum->re += a.re * b.re - a.im * b.im;
    sum->im += a.re * b.im + a.im * b.re;
}

void gm_character_law_at(const gm_character_law *law, int64_t place, double base, gm_complex slope,
                         double *mean, double *variance, double *noise) {
    gm_complex u = {0}, uu = {0}, norm_u = {0}, vv = {0}, norm_v = {0};
    const int64_t period = period_of(law->group, place);
    for (int64_t c = 0; c < law->group->q; c += law->uniform ? period : 1) {
        const gm_complex weight = law_transform(law, place, c, period);
        add(&u, law->mean[c], weight);
        add(&uu, law->mean_square[c], weight);
        add(&norm_u, law->mean_norm[c], weight);
        add(&vv, law->square[c], weight);
        add(&norm_v, law->norm[c], weight);
    }
    const gm_feature mean_feature = {u, uu, norm_u.re}, whole = {u, vv, norm_v.re};
    *mean = gm_residual_mean(base, slope, &mean_feature);
    *variance = gm_residual_variance(slope, &mean_feature);
    *noise = gm_residual_variance(slope, &whole) - *variance;
    *variance = *variance > 0.0 ? *variance : 0.0;
    *noise = *noise > 0.0 ? *noise : 0.0;
}
