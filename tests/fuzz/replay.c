/* replay FOLDER: run a fuzz target on every file of its corpus, without a fuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>

enum { LARGEST = 1 << 20 };

static int replay(const char *path) {
    static uint8_t bytes[LARGEST];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    /* A copy of the exact size, so that reading beyond its end is seen. */
    uint8_t *exact = malloc(size + !size);
    if (!exact)
        return 1;
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }
    DIR *folder = opendir(arguments[1]);
    if (!folder) {
        perror(arguments[1]);
        return 1;
    }
    int files = 0, failed = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", arguments[1], entry->d_name);
        failed |= replay(path);
        files++;
    }
    closedir(folder);
    printf("%d files of %s replayed\n", files, arguments[1]);
    return failed || files == 0;
}
