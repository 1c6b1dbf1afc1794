#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "session.h"

/* Known before options are read, so that an error in them is told in the right form. */
static bool json_wanted(int count, char *const *words) {
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--json") == 0)
            return true;
    return false;
}

static int run_command(struct session *session, int count, char *const *words) {
    const struct command *command = session->command;
    void *values = calloc(1, command->values_size + 1);
    if (!values)
        return session_error(session, GM_OUT_OF_MEMORY, "out of memory");
    int exit = session_start(session, count, words, values);
    if (exit == EXIT_DONE && session->arguments.help)
        help_command(stdout, command);
    else if (exit == EXIT_DONE)
        exit = command->run(session, values);
    free(values);
    return exit;
}

static int dispatch(struct session *session, int count, char *const *words) {
    if (count < 1) {
        help_overview(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0) {
        help_overview(stdout);
        return EXIT_DONE;
    }
    if (strcmp(words[0], "--version") == 0) {
        help_version(stdout);
        return EXIT_DONE;
    }
    const struct command *command = command_find(words[0]);
    if (command && !command->run)
        return session_error(session, GM_UNAVAILABLE,
                             "command '%s' is not available in this version", command->name);
    if (command) {
        session->command = command;
        return run_command(session, count - 1, words + 1);
    }
    const char *nearest = command_nearest(words[0]);
    return session_error(session, GM_INVALID_ARGUMENT, "unknown %s '%s'%s%s%s",
                         words[0][0] == '-' ? "option" : "command", words[0],
                         nearest ? "; did you mean '" : "", nearest ? nearest : "",
                         nearest ? "'?" : "");
}

int main(int argc, char **argv) {
    static struct session session; /* large, and seen by the thread that takes signals */
    session.json = json_wanted(argc > 0 ? argc - 1 : 0, argv + 1);
    return session_end(&session, dispatch(&session, argc > 0 ? argc - 1 : 0, argv + 1));
}
