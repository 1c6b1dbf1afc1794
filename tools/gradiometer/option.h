/* The table of options that parsing, help, manual page and completion are made of. */
#ifndef GM_TOOL_OPTION_H
#define GM_TOOL_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gradiometer/status.h>

/* The kind of an option and the type of the field that its value goes to. */
enum option_kind {
    OPTION_FLAG,    /* bool */
    OPTION_TEXT,    /* const char * */
    OPTION_FILE,    /* const char *, a file */
    OPTION_FOLDER,  /* const char *, a folder */
    OPTION_PATH,    /* const char *, a file or a folder */
    OPTION_SPEC,    /* const char *, name:key=value,… of a family */
    OPTION_INTEGER, /* int64_t */
    OPTION_NUMBER,  /* double */
    OPTION_SECONDS, /* double; a number of seconds, or with s, m or h behind it */
    OPTION_SIZE,    /* int64_t; bytes, or with K, M, G or T behind it, of 1024 each */
    OPTION_CHOICE   /* int, the position in choices */
};

struct spec_family;

struct option {
    const char *name;  /* without the dashes */
    const char *group; /* heading in help; NULL: that of the option before */
    enum option_kind kind;
    const char *placeholder; /* NULL: a flag */
    const char *fallback;    /* the default, read like an argument; NULL: zero */
    const char *help;        /* one sentence without full stop */
    size_t offset;           /* of the field */
    double low, high;        /* accepted closed range of numbers */
    bool positive;           /* low itself is not accepted */
    bool required;
    const char *keyword;              /* a word accepted for a number; NULL: none */
    double keyword_value;             /* what it stands for */
    const char *const *choices;       /* ends with NULL */
    const struct spec_family *family; /* of a spec; NULL: any text */
};

/* Options that share one structure of values. */
struct option_set {
    const struct option *options;
    int count;
    void *values;
};

enum { OPTION_SETS = 2, OPTIONS_MAX = 40 };

/* A parsed command line of one command. */
struct arguments {
    struct option_set sets[OPTION_SETS];
    const char *operand;  /* NULL: none given */
    const char *operand2; /* likewise, the second */
    bool help;            /* --help was given; nothing else was checked */
    bool given[OPTION_SETS][OPTIONS_MAX];
    char message[1024]; /* why parsing failed */
};

/*
 * Read `--name VALUE`, `--name=VALUE`, flags and operands into the values of the sets, after
 * filling in the defaults. Values borrow from argv.
 *   operand, operand2  their placeholders; NULL: none is accepted
 * GM_INVALID_ARGUMENT: `message` names the option, the value seen and what is
 * accepted.
 */
gm_status arguments_parse(struct arguments *arguments, const char *operand, const char *operand2,
                          int count, char *const *words);

/* Whether an option was given, by its name without dashes. */
bool arguments_given(const struct arguments *arguments, const char *name);

/* Read a finite decimal number that is all of a text: strtod would also take blanks, hexadecimal,
   "inf" and "nan". */
bool option_read_decimal(const char *text, double *out);

/* Describe what a number option accepts: "an integer from 1 to 1024, or 'all'". */
void option_describe_range(const struct option *option, char *out, size_t size);

#endif
