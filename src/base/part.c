#define _GNU_SOURCE /* dladdr */
#include "base/part.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where parts are installed, from the prefix; the build says so. */
#ifndef GM_LIBEXEC_FOLDER
#define GM_LIBEXEC_FOLDER "libexec/gradiometer"
#endif

bool gm_part_is_usable(const char *path, gm_part_kind kind) {
    return access(path, kind == GM_PART_PROGRAM ? X_OK : R_OK) == 0;
}

/* The folder that a file lies in; false where its name has no folder or is too long. */
static bool folder_of(const char *file, char folder[GM_PATH_LIMIT]) {
    const char *slash = strrchr(file, '/');
    if (!slash || (size_t)(slash - file) >= GM_PATH_LIMIT)
        return false;
    memcpy(folder, file, (size_t)(slash - file));
    folder[slash - file] = '\0';
    return true;
}

static bool is_at(const char *folder, const char *place, const char *name, gm_part_kind kind,
                  char path[GM_PATH_LIMIT]) {
    return snprintf(path, GM_PATH_LIMIT, "%s%s/%s", folder, place, name) < GM_PATH_LIMIT &&
           gm_part_is_usable(path, kind);
}

/* Beside the folder of a program or a library: in a build tree, and up to two folders below a
   prefix (lib/x86_64-linux-gnu). */
static bool find_from(const char *folder, const char *name, gm_part_kind kind,
                      char path[GM_PATH_LIMIT]) {
    static const char *const places[] = {"", "/../bin", "/../" GM_LIBEXEC_FOLDER,
                                         "/../../" GM_LIBEXEC_FOLDER};
    if (GM_LIBEXEC_FOLDER[0] == '/')
        return is_at("", GM_LIBEXEC_FOLDER, name, kind, path);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (is_at(folder, places[i], name, kind, path))
            return true;
    return false;
}

bool gm_part_find(const char *name, gm_part_kind kind, char path[GM_PATH_LIMIT]) {
    static const char here = 0; /* an address inside the library, wherever that was linked into */
    char file[GM_PATH_LIMIT], folder[GM_PATH_LIMIT];
    Dl_info library;
    if (dladdr(&here, &library) && library.dli_fname && folder_of(library.dli_fname, folder) &&
        find_from(folder, name, kind, path))
        return true;
    const ssize_t n = readlink("/proc/self/exe", file, sizeof file - 1);
    if (n <= 0)
        return false;
    file[n] = '\0';
    return folder_of(file, folder) && find_from(folder, name, kind, path);
}
