/* Where the parts are that are no library of ours: a helper program, a module. */
#ifndef GM_PART_H
#define GM_PART_H

#include <stdbool.h>

enum { GM_PATH_LIMIT = 4096 };

/* What a part is opened for. */
typedef enum gm_part_kind { GM_PART_PROGRAM, GM_PART_MODULE } gm_part_kind;

/* Whether a file is there that can be run, or read. */
bool gm_part_is_usable(const char *path, gm_part_kind kind);

/*
 * Find a part by its name: in the folder that was set when this was built, where that is absolute;
 * otherwise beside the library or the program, in a build tree, and in libexec/gradiometer of the
 * prefix that the library or the program lies in.
 *   path  receives it
 * False where there is none.
 */
bool gm_part_find(const char *name, gm_part_kind kind, char path[GM_PATH_LIMIT]);

#endif
