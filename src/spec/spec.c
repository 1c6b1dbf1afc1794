#include <gradiometer/spec.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/word.h"

typedef struct item {
    const char *key, *value; /* in `text` */
} item;

struct gm_spec {
    char *subject, *text; /* text: the specification, cut by zero bytes */
    const char *name;
    item *items; /* [count] */
    int64_t count;
};

static const char *excerpt(const char *text, char out[GM_EXCERPT_SIZE]) {
    return gm_word_excerpt(text, strlen(text), out);
}

/* Cut the next item off `text` and note it. */
static gm_status take_item(gm_context *context, gm_spec *spec, char *text) {
    char seen[GM_EXCERPT_SIZE], where[GM_EXCERPT_SIZE];
    char *equals = strchr(text, '=');
    excerpt(spec->name, where);
    if (!*text)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "%s %s: an empty item; accepted: name:key=value,key=value", spec->subject,
                       where);
    if (equals == text)
        return gm_fail(context, GM_INVALID_ARGUMENT, "%s %s: '%s' has no key; accepted: key=value",
                       spec->subject, where, excerpt(text, seen));
    if (!equals && spec->count > 0)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "%s %s: '%s' has no key; accepted: key=value (only the first item may be a "
                       "bare value)",
                       spec->subject, where, excerpt(text, seen));
    item found = {"", text};
    if (equals) {
        *equals = '\0';
        found = (item){text, equals + 1};
    }
    if (gm_spec_value(spec, found.key))
        return gm_fail(context, GM_INVALID_ARGUMENT, "%s %s: key '%s' is given twice",
                       spec->subject, where, excerpt(found.key, seen));
    spec->items[spec->count++] = found;
    return GM_OK;
}

static gm_status take_items(gm_context *context, gm_spec *spec, char *text) {
    int64_t most = 1;
    for (const char *c = text; *c; c++)
        most += *c == ',';
    gm_status status = GM_NEW(context, spec->items, most);
    while (status == GM_OK && text) {
        char *comma = strchr(text, ',');
        if (comma)
            *comma = '\0';
        status = take_item(context, spec, text);
        text = comma ? comma + 1 : NULL;
    }
    return status;
}

gm_status gm_spec_parse(gm_context *context, const char *text, const char *subject, gm_spec **out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!text || !subject)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_spec_parse: %s is NULL",
                       text ? "subject" : "text");
    gm_spec *spec = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(context, spec, 1));
    spec->subject = gm_duplicate(context, subject);
    spec->text = spec->subject ? gm_duplicate(context, text) : NULL;
    GM_TRY(spec->text ? GM_OK : GM_OUT_OF_MEMORY);
    spec->name = spec->text;
    char *colon = strchr(spec->text, ':');
    if (colon)
        *colon = '\0';
    char seen[GM_EXCERPT_SIZE];
    if (!*spec->name)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "%s '%s': the name is empty; accepted: name or name:key=value,key=value",
                       subject, excerpt(text, seen)));
    if (strpbrk(spec->name, "=,"))
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "%s '%s': a name comes first, then a colon; accepted: name:key=value,"
                       "key=value",
                       subject, excerpt(text, seen)));
    if (colon)
        GM_TRY(take_items(context, spec, colon + 1));
    *out = spec;
done:
    if (status != GM_OK)
        gm_spec_destroy(context, spec);
    return status;
}

void gm_spec_destroy(gm_context *context, gm_spec *spec) {
    if (!spec)
        return;
    gm_release(context, spec->items);
    gm_release(context, spec->text);
    gm_release(context, spec->subject);
    gm_release(context, spec);
}

const char *gm_spec_name(const gm_spec *spec) {
    return spec->name;
}

const char *gm_spec_value(const gm_spec *spec, const char *key) {
    for (int64_t i = 0; i < spec->count; i++)
        if (strcmp(spec->items[i].key, key) == 0)
            return spec->items[i].value;
    return NULL;
}

/* Append to a text of `size` bytes as far as it fits. */
static void append(char *out, size_t size, const char *text) {
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s", text);
}

static gm_status refuse(gm_context *context, const gm_spec *spec, const item *seen,
                        const char *const *keys, int count) {
    char accepted[512] = "", word[GM_EXCERPT_SIZE], name[GM_EXCERPT_SIZE], hint[128] = "";
    bool none = true;
    for (int i = 0; i < count; i++) {
        append(accepted, sizeof accepted, none ? "" : ", ");
        append(accepted, sizeof accepted, *keys[i] ? keys[i] : "a bare value");
        none = false;
    }
    if (none)
        append(accepted, sizeof accepted, "no options");
    excerpt(spec->name, name);
    if (!*seen->key)
        return gm_fail(context, GM_INVALID_ARGUMENT, "%s %s: '%s' has no key; accepted: %s",
                       spec->subject, name, excerpt(seen->value, word), accepted);
    const char *nearest = gm_nearest_word(seen->key, keys, count);
    if (nearest)
        snprintf(hint, sizeof hint, "; did you mean '%.64s'?", nearest);
    return gm_fail(context, GM_INVALID_ARGUMENT, "%s %s: unknown key '%s'%s%s accepted: %s",
                   spec->subject, name, excerpt(seen->key, word), hint, nearest ? "" : ";",
                   accepted);
}

gm_status gm_spec_accept(gm_context *context, const gm_spec *spec, const char *const *keys,
                         int count) {
    for (int64_t i = 0; i < spec->count; i++) {
        bool known = false;
        for (int k = 0; k < count && !known; k++)
            known = strcmp(spec->items[i].key, keys[k]) == 0;
        if (!known)
            return refuse(context, spec, &spec->items[i], keys, count);
    }
    return GM_OK;
}

static void describe_range(double low, double high, char *out, size_t size) {
    if (isinf(low) && isinf(high))
        snprintf(out, size, "a finite number");
    else if (isinf(high))
        snprintf(out, size, "a number of at least %.15g", low);
    else if (isinf(low))
        snprintf(out, size, "a number of at most %.15g", high);
    else
        snprintf(out, size, "a number from %.15g to %.15g", low, high);
}

gm_status gm_spec_number(gm_context *context, const gm_spec *spec, const char *key, double fallback,
                         double low, double high, double *out) {
    const char *text = gm_spec_value(spec, key);
    if (!text) {
        *out = fallback;
        return GM_OK;
    }
    double value = 0;
    if (gm_word_number(text, strlen(text), &value) == GM_TOKEN_NUMBER && value >= low &&
        value <= high) {
        *out = value;
        return GM_OK;
    }
    char range[96], seen[GM_EXCERPT_SIZE], name[GM_EXCERPT_SIZE], label[GM_EXCERPT_SIZE];
    describe_range(low, high, range, sizeof range);
    return gm_fail(context, GM_INVALID_ARGUMENT, "%s %s: %s%s%s; accepted: %s", spec->subject,
                   excerpt(spec->name, name), excerpt(key, label), *key ? "=" : "",
                   excerpt(text, seen), range);
}

gm_status gm_spec_integer(gm_context *context, const gm_spec *spec, const char *key,
                          int64_t fallback, int64_t low, int64_t high, int64_t *out) {
    char name[GM_EXCERPT_SIZE], label[GM_EXCERPT_SIZE], seen[GM_EXCERPT_SIZE];
    const char *text = gm_spec_value(spec, key);
    double value = (double)fallback;
    excerpt(spec->name, name);
    excerpt(key, label);
    if (!text && fallback < low)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "%s %s: %s is missing; give %s=N, a whole number from %" PRId64
                       " to %" PRId64,
                       spec->subject, name, label, label, low, high);
    if (text && (gm_word_number(text, strlen(text), &value) != GM_TOKEN_NUMBER ||
                 !(value >= (double)low && value <= (double)high) || value != floor(value)))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "%s %s: %s%s%s; accepted: a whole number from %" PRId64 " to %" PRId64,
                       spec->subject, name, label, *key ? "=" : "", excerpt(text, seen), low, high);
    *out = (int64_t)value;
    return GM_OK;
}

gm_status gm_spec_choose(gm_context *context, const gm_spec *spec, const char *const *names,
                         int count, int *out) {
    char accepted[512] = "", name[GM_EXCERPT_SIZE], hint[128] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], spec->name) == 0) {
            *out = i;
            return GM_OK;
        }
        append(accepted, sizeof accepted, i ? ", " : "");
        append(accepted, sizeof accepted, names[i]);
    }
    const char *nearest = gm_nearest_word(spec->name, names, count);
    if (nearest)
        snprintf(hint, sizeof hint, " (did you mean '%.64s'?)", nearest);
    return gm_fail(context, GM_INVALID_ARGUMENT, "unknown %s '%s'; use one of %s%s", spec->subject,
                   excerpt(spec->name, name), accepted, hint);
}

static const char *word_at(const void *list, int64_t index) {
    return ((const char *const *)list)[index];
}

const char *gm_nearest_word(const char *word, const char *const *words, int count) {
    int64_t nearest = gm_word_nearest(word, word_at, words, count);
    return nearest < 0 ? NULL : words[nearest];
}
