#define _POSIX_C_SOURCE 200809L /* unlinkat, openat */
#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 10 };

static void empty(int folder, int levels);

static void remove_entry(int folder, const char *name, int levels) {
    if (unlinkat(folder, name, 0) == 0 || levels == 0)
        return;
    const int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0)
        return;
    empty(inner, levels - 1);
    unlinkat(folder, name, AT_REMOVEDIR);
}

/* Remove what is in an open folder, which is closed. */
static void empty(int folder, int levels) {
    DIR *directory = fdopendir(folder);
    if (!directory) {
        close(folder);
        return;
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_entry(dirfd(directory), entry->d_name, levels);
    closedir(directory);
}

void folder_remove(const char *path) {
    for (int i = 0; i < TRIES; i++) {
        const int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder < 0)
            return;
        empty(folder, 1);
        if (rmdir(path) == 0)
            return;
    }
}
