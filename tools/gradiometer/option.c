#include "option.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gradiometer/spec.h>

#include "specs.h"

static gm_status fail(struct arguments *arguments, gm_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static gm_status fail(struct arguments *arguments, gm_status status, const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(arguments->message, sizeof arguments->message, format, list);
    va_end(list);
    return status;
}

void option_describe_range(const struct option *option, char *out, size_t size) {
    bool integer = option->kind == OPTION_INTEGER;
    const bool time = option->kind == OPTION_SECONDS, bytes = option->kind == OPTION_SIZE;
    int n = snprintf(out, size, "%s",
                     integer ? "an integer"
                     : time  ? "seconds, as 90, 90s or 1.5m,"
                     : bytes ? "bytes, as 4096, 64K or 1.5G,"
                             : "a number");
    if (option->positive)
        n += snprintf(out + n, size - (size_t)n, " above %.15g", option->low);
    else if (isinf(option->high) || option->high >= 9e18)
        n += snprintf(out + n, size - (size_t)n, ", %.15g or more", option->low);
    else
        n += snprintf(out + n, size - (size_t)n, " from %.15g", option->low);
    if (!isinf(option->high) && option->high < 9e18)
        n += snprintf(out + n, size - (size_t)n, " to %.15g", option->high);
    if (option->keyword)
        snprintf(out + n, size - (size_t)n, ", or '%s'", option->keyword);
}

bool option_read_decimal(const char *text, double *out) {
    char *end = NULL;
    if (!*text || text[strspn(text, "0123456789+-.eE")] != '\0')
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

/* A number with s, m or h behind it, or nothing, which is s. */
static bool read_seconds(const char *text, double *out) {
    char number[32];
    const size_t length = strlen(text);
    const char unit = length ? text[length - 1] : '\0';
    const double factor = unit == 'h' ? 3600 : unit == 'm' ? 60 : 1;
    const size_t digits = length - (unit == 'h' || unit == 'm' || unit == 's');
    if (digits >= sizeof number)
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!option_read_decimal(number, out))
        return false;
    *out *= factor;
    return true;
}

/* A number with K, M, G or T behind it, or nothing: whole bytes, which a double holds exactly. */
static bool read_size(const char *text, double *out) {
    static const char units[] = "KMGT";
    char number[32];
    const size_t length = strlen(text);
    const char *unit = length ? strchr(units, text[length - 1]) : NULL;
    const size_t digits = length - (unit != NULL);
    if (digits >= sizeof number)
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!option_read_decimal(number, out))
        return false;
    *out = floor(unit ? ldexp(*out, 10 * (int)(unit - units + 1)) : *out);
    return fabs(*out) <= 9007199254740992.0;
}

static bool in_range(const struct option *option, double value) {
    return (option->positive ? value > option->low : value >= option->low) && value <= option->high;
}

/* Digits are read exactly; "1e4" is an integer too as long as a double holds it exactly. */
static bool read_integer(const struct option *option, const char *text, int64_t *out) {
    double value = 0;
    if (!option_read_decimal(text, &value) || !in_range(option, value))
        return false;
    if (text[strspn(text, "0123456789")] == '\0') {
        unsigned long long exact = strtoull(text, NULL, 10);
        *out = (int64_t)exact;
        return exact <= INT64_MAX;
    }
    if (!(value >= -9007199254740992.0 && value <= 9007199254740992.0))
        return false;
    *out = (int64_t)value;
    return value == (double)*out;
}

static gm_status set_number(struct arguments *arguments, const struct option *option,
                            const char *text, void *field) {
    char accepted[128];
    double number = option->keyword_value;
    int64_t integer = (int64_t)number;
    bool keyword = option->keyword && strcmp(text, option->keyword) == 0;
    bool good = keyword;
    if (!keyword && option->kind == OPTION_INTEGER)
        good = read_integer(option, text, &integer);
    else if (!keyword && option->kind == OPTION_SECONDS)
        good = read_seconds(text, &number) && in_range(option, number);
    else if (!keyword && option->kind == OPTION_SIZE)
        good = read_size(text, &number) && in_range(option, number);
    else if (!keyword)
        good = option_read_decimal(text, &number) && in_range(option, number);
    if (!good) {
        option_describe_range(option, accepted, sizeof accepted);
        return fail(arguments, GM_INVALID_ARGUMENT, "option --%s: '%s' is not accepted; give %s",
                    option->name, text, accepted);
    }
    if (option->kind == OPTION_INTEGER)
        *(int64_t *)field = integer;
    else if (option->kind == OPTION_SIZE)
        *(int64_t *)field = (int64_t)number;
    else
        *(double *)field = number;
    return GM_OK;
}

static gm_status set_choice(struct arguments *arguments, const struct option *option,
                            const char *text, void *field) {
    char accepted[256] = "";
    int count = 0;
    for (; option->choices[count]; count++) {
        if (strcmp(text, option->choices[count]) == 0) {
            *(int *)field = count;
            return GM_OK;
        }
        size_t used = strlen(accepted);
        snprintf(accepted + used, sizeof accepted - used, "%s%s", count ? ", " : "",
                 option->choices[count]);
    }
    const char *nearest = gm_nearest_word(text, option->choices, count);
    return fail(arguments, GM_INVALID_ARGUMENT,
                "option --%s: '%s' is not accepted; give one of %s%s%s%s", option->name, text,
                accepted, nearest ? " (did you mean '" : "", nearest ? nearest : "",
                nearest ? "'?)" : "");
}

static gm_status set_value(struct arguments *arguments, const struct option *option,
                           const char *text, void *field) {
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return GM_OK;
    case OPTION_INTEGER:
    case OPTION_NUMBER:
    case OPTION_SECONDS:
    case OPTION_SIZE:
        return set_number(arguments, option, text, field);
    case OPTION_CHOICE:
        return set_choice(arguments, option, text, field);
    case OPTION_SPEC:
        if (!option->family)
            break;
        *(const char **)field = text;
        return spec_family_check(option->family, option->name, text, arguments->message,
                                 sizeof arguments->message);
    case OPTION_TEXT:
    case OPTION_FILE:
    case OPTION_FOLDER:
    case OPTION_PATH:
        break;
    }
    if (!*text)
        return fail(arguments, GM_INVALID_ARGUMENT, "option --%s: the value is empty; give %s",
                    option->name, option->placeholder);
    *(const char **)field = text;
    return GM_OK;
}

static void *field_of(const struct option_set *set, const struct option *option) {
    return (char *)set->values + option->offset;
}

static gm_status set_defaults(struct arguments *arguments) {
    for (int s = 0; s < OPTION_SETS; s++) {
        const struct option_set *set = &arguments->sets[s];
        for (int i = 0; i < set->count; i++) {
            const struct option *option = &set->options[i];
            if (!option->fallback)
                continue;
            gm_status status =
                set_value(arguments, option, option->fallback, field_of(set, option));
            if (status != GM_OK)
                return GM_INTERNAL_ERROR;
        }
    }
    return GM_OK;
}

static bool find(const struct arguments *arguments, const char *name, size_t length, int *s,
                 int *i) {
    for (*s = 0; *s < OPTION_SETS; ++*s)
        for (*i = 0; *i < arguments->sets[*s].count; ++*i) {
            const char *known = arguments->sets[*s].options[*i].name;
            if (strlen(known) == length && strncmp(known, name, length) == 0)
                return true;
        }
    return false;
}

static gm_status unknown_option(struct arguments *arguments, const char *name, size_t length) {
    const char *words[OPTION_SETS * OPTIONS_MAX + 1] = {"help"};
    char word[128];
    int count = 1;
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    for (int s = 0; s < OPTION_SETS; s++)
        for (int i = 0; i < arguments->sets[s].count; i++)
            words[count++] = arguments->sets[s].options[i].name;
    const char *nearest = gm_nearest_word(word, words, count);
    return fail(arguments, GM_INVALID_ARGUMENT, "unknown option --%s%s%s%s", word,
                nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
}

/* Read the option in words[*next], with its value, and move *next behind it. */
static gm_status parse_option(struct arguments *arguments, int count, char *const *words,
                              int *next) {
    const char *name = words[(*next)++] + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] ? name + length + 1 : NULL;
    int s = 0, i = 0;
    if (!find(arguments, name, length, &s, &i))
        return unknown_option(arguments, name, length);
    const struct option *option = &arguments->sets[s].options[i];
    if (!option->placeholder && value)
        return fail(arguments, GM_INVALID_ARGUMENT, "option --%s takes no value, '%s' was given",
                    option->name, value);
    /* A following option is a forgotten value; --name=--text gives such a value. */
    if (option->placeholder && !value && *next < count && strncmp(words[*next], "--", 2) != 0)
        value = words[(*next)++];
    if (option->placeholder && !value)
        return fail(arguments, GM_INVALID_ARGUMENT, "option --%s needs a value: --%s %s",
                    option->name, option->name, option->placeholder);
    arguments->given[s][i] = true;
    return set_value(arguments, option, value, field_of(&arguments->sets[s], option));
}

static gm_status parse_operand(struct arguments *arguments, const char *operand,
                               const char *operand2, bool options_end, const char *word) {
    if (!options_end && word[0] == '-' && word[1])
        return fail(arguments, GM_INVALID_ARGUMENT,
                    "unknown option %s; options begin with two dashes", word);
    if (operand && !arguments->operand)
        arguments->operand = word;
    else if (operand2 && !arguments->operand2)
        arguments->operand2 = word;
    else
        return fail(arguments, GM_INVALID_ARGUMENT, "unexpected argument '%s'%s%s", word,
                    operand ? " after " : "",
                    operand2  ? operand2
                    : operand ? operand
                              : "");
    return GM_OK;
}

static gm_status check_required(struct arguments *arguments) {
    for (int s = 0; s < OPTION_SETS; s++)
        for (int i = 0; i < arguments->sets[s].count; i++) {
            const struct option *option = &arguments->sets[s].options[i];
            if (option->required && !arguments->given[s][i])
                return fail(arguments, GM_INVALID_ARGUMENT, "option --%s %s is missing",
                            option->name, option->placeholder);
        }
    return GM_OK;
}

gm_status arguments_parse(struct arguments *arguments, const char *operand, const char *operand2,
                          int count, char *const *words) {
    bool options_end = false;
    gm_status status = set_defaults(arguments);
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], "--") == 0)
            break;
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            arguments->help = true;
    }
    if (arguments->help)
        return GM_OK;
    for (int i = 0; i < count && status == GM_OK;) {
        if (!options_end && strcmp(words[i], "--") == 0) {
            options_end = true;
            i++;
        } else if (!options_end && strncmp(words[i], "--", 2) == 0) {
            status = parse_option(arguments, count, words, &i);
        } else {
            status = parse_operand(arguments, operand, operand2, options_end, words[i++]);
        }
    }
    return status == GM_OK ? check_required(arguments) : status;
}

bool arguments_given(const struct arguments *arguments, const char *name) {
    int s = 0, i = 0;
    return find(arguments, name, strlen(name), &s, &i) && arguments->given[s][i];
}
