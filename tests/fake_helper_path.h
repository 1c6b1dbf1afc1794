/* Where the program of tests/fake_helper.c lies: beside the test that includes this. */
#ifndef GM_TESTS_FAKE_HELPER_PATH_H
#define GM_TESTS_FAKE_HELPER_PATH_H

#include <string.h>
#include <unistd.h>

#include "check.h"

static const char *fake_helper(void) {
    static char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 20);
    assert_true(n > 0);
    path[n] = '\0';
    strcpy(strrchr(path, '/'), "/fake_helper");
    return path;
}

#endif
