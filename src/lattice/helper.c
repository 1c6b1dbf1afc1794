#define _GNU_SOURCE /* dladdr */
#include "helper.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_LIMIT = 4096 };

#define NAME "gradiometer-lattice"

/* Where it is installed, from the prefix; the build says so. */
#ifndef GM_LIBEXEC_FOLDER
#define GM_LIBEXEC_FOLDER "libexec/gradiometer"
#endif

static bool is_program(const char *path) {
    return access(path, X_OK) == 0;
}

/* The folder that a file lies in; false where its name has no folder or is too long. */
static bool folder_of(const char *file, char folder[PATH_LIMIT]) {
    const char *slash = strrchr(file, '/');
    if (!slash || (size_t)(slash - file) >= PATH_LIMIT)
        return false;
    memcpy(folder, file, (size_t)(slash - file));
    folder[slash - file] = '\0';
    return true;
}

/* Beside the folder of a program or a library: in a build tree, and up to two folders below a
   prefix (lib/x86_64-linux-gnu). */
static bool find_from(const char *folder, char path[PATH_LIMIT]) {
    static const char *const places[] = {"/" NAME, "/../bin/" NAME,
                                         "/../" GM_LIBEXEC_FOLDER "/" NAME,
                                         "/../../" GM_LIBEXEC_FOLDER "/" NAME};
    if (GM_LIBEXEC_FOLDER[0] == '/') {
        snprintf(path, PATH_LIMIT, "%s", GM_LIBEXEC_FOLDER "/" NAME);
        return is_program(path);
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (snprintf(path, PATH_LIMIT, "%s%s", folder, places[i]) < PATH_LIMIT && is_program(path))
            return true;
    return false;
}

static bool find(char path[PATH_LIMIT]) {
    static const char here = 0; /* an address inside the library, wherever that was linked into */
    char file[PATH_LIMIT], folder[PATH_LIMIT];
    Dl_info library;
    if (dladdr(&here, &library) && library.dli_fname && folder_of(library.dli_fname, folder) &&
        find_from(folder, path))
        return true;
    const ssize_t n = readlink("/proc/self/exe", file, sizeof file - 1);
    if (n <= 0)
        return false;
    file[n] = '\0';
    return folder_of(file, folder) && find_from(folder, path);
}

gm_status gm_lattice_find_helper(gm_context *context, const char *helper, char **out) {
    char path[PATH_LIMIT];
    if (!helper || !*helper)
        helper = getenv("GRADIOMETER_LATTICE_HELPER");
    if (helper && *helper && !is_program(helper))
        return gm_fail(context, GM_UNAVAILABLE,
                       "lattice reduction: %s is no program that can be run", helper);
    if (!helper || !*helper) {
        if (!find(path))
            return gm_fail(context, GM_UNAVAILABLE,
                           "lattice reduction needs the helper program " NAME
                           ", which is built where fplll is installed (Debian packages "
                           "libfplll-dev, libfplll8-data and g++)");
        helper = path;
    }
    *out = gm_duplicate(context, helper);
    return *out ? GM_OK : GM_OUT_OF_MEMORY;
}
