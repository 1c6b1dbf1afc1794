/* check_json FILE PATH…  succeeds where FILE is one JSON object that has every member;
   check_json -v FILE PATH  prints the member. A path is names with dots between, of an
   array numbers from 0. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static const json_t *find(const json_t *value, const char *path) {
    char name[128];
    while (value && *path) {
        size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
                                     : json_object_get(value, name);
        path += length + (path[length] == '.');
    }
    return value;
}

static int check(const json_t *document, char **paths, int count) {
    int absent = 0;
    for (int i = 0; i < count; i++)
        if (!find(document, paths[i])) {
            fprintf(stderr, "absent: %s\n", paths[i]);
            absent++;
        }
    return absent ? 1 : 0;
}

static int print(const json_t *document, const char *path) {
    const json_t *value = find(document, path);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    if (text)
        puts(text);
    free(text);
    return text ? 0 : 1;
}

int main(int argc, char **argv) {
    json_error_t error;
    int print_one = argc == 4 && strcmp(argv[1], "-v") == 0;
    if (argc < 2)
        return 2;
    json_t *document = json_load_file(argv[1 + print_one], JSON_REJECT_DUPLICATES, &error);
    if (!document || !json_is_object(document)) {
        fprintf(stderr, "%s: line %d: %s\n", argv[1 + print_one], error.line, error.text);
        json_decref(document);
        return 1;
    }
    int failed = print_one ? print(document, argv[3]) : check(document, argv + 2, argc - 2);
    json_decref(document);
    return failed;
}
