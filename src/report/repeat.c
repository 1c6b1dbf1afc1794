/* The command line that repeats a run, made from the options in its document. */
#include "report/document.h"

#include <math.h>
#include <string.h>

static void add_value(const json_t *value, gm_text *out) {
    if (json_is_string(value))
        gm_text_shell(out, json_string_value(value));
    else if (json_is_integer(value))
        gm_text_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (fabs(json_real_value(value)) < 1e15 &&
             floor(json_real_value(value)) == json_real_value(value))
        gm_text_format(out, "%lld", (long long)json_real_value(value));
    else
        gm_text_exact(out, json_real_value(value));
}

/* The option that stands for the operand of `reproduce`. */
static const char OPERAND[] = "experiment";

/* "--batch-size 256"; "--compare" for true; nothing for false, null, lists and objects. A value
   that begins with a dash follows an equals sign, or it would read as an option. */
static void add_option(const char *key, const json_t *value, const char *separator, gm_text *out) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    if (!json_is_true(value) && !json_is_string(value) && !json_is_number(value))
        return;
    if (strcmp(key, OPERAND) == 0)
        return;
    if (!key[0] || key[strspn(key, letters)]) /* a document of others: no option has such a name */
        return;
    gm_text_add(out, separator);
    gm_text_add(out, "--");
    for (const char *c = key; *c; c++)
        gm_text_add_bytes(out, *c == '_' ? "-" : c, 1);
    if (json_is_true(value))
        return;
    const char *string = json_string_value(value);
    gm_text_add(out, string && string[0] == '-' ? "=" : " ");
    add_value(value, out);
}

/* " lwe generate": each word quoted by itself. */
static void add_words(const char *command, gm_text *out) {
    gm_text word = GM_TEXT(out->context);
    for (const char *at = command; *at; at += strspn(at, " ")) {
        const size_t length = strcspn(at, " ");
        gm_text_clear(&word);
        gm_text_add_bytes(&word, at, length);
        gm_text_add(out, " ");
        gm_text_shell(out, gm_text_view(&word));
        at += length;
    }
    gm_text_merge(out, &word);
}

void gm_report_command_line(const gm_report *report, const char *separator, gm_text *out) {
    const char *command = gm_report_text(report, "command");
    json_t *options = gm_report_find(report, "options");
    gm_text_add(out, "gradiometer");
    add_words(command ? command : "", out);
    const char *operand = json_string_value(json_object_get(options, OPERAND));
    if (operand) {
        gm_text_add(out, " ");
        gm_text_shell(out, operand);
    }
    for (void *i = json_object_iter(options); i; i = json_object_iter_next(options, i))
        add_option(json_object_iter_key(i), json_object_iter_value(i), separator, out);
    if (!json_object_get(options, "seed"))
        add_option("seed", gm_report_find(report, "seed"), separator, out);
    if (!json_object_get(options, "threads"))
        add_option("threads", gm_report_find(report, "threads"), separator, out);
}
