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

static int unknown_command(struct session *session, const char *word) {
    const struct command *group = session->command;
    if (group && word[0] == '-')
        return session_error(session, GM_INVALID_ARGUMENT, "a command of '%s' is missing before %s",
                             group->name, word);
    const char *nearest = command_nearest(group, word);
    return session_error(session, GM_INVALID_ARGUMENT, "unknown %s '%s%s%s'%s%s%s",
                         word[0] == '-' ? "option" : "command", group ? group->name : "",
                         group ? " " : "", word, nearest ? "; did you mean '" : "",
                         nearest ? nearest : "", nearest ? "'?" : "");
}

/* Before the first command: --help is the first word, or stands among options of no command. */
static bool help_wanted(const struct command *group, int count, char *const *words) {
    for (int i = 0; i < count && words[i][0] == '-'; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return true;
        if (!group)
            return false;
    }
    return false;
}

/* The words behind the group that session->command names, or behind the program's own name. */
static int dispatch(struct session *session, int count, char *const *words) {
    const struct command *group = session->command;
    if (count < 1 || help_wanted(group, count, words)) {
        FILE *file = count < 1 ? stderr : stdout;
        if (group)
            help_command(file, group);
        else
            help_overview(file);
        return count < 1 ? EXIT_USAGE : EXIT_DONE;
    }
    if (!group && strcmp(words[0], "--version") == 0) {
        help_version(stdout);
        return EXIT_DONE;
    }
    const struct command *command = command_find(group, words[0]);
    if (!command)
        return unknown_command(session, words[0]);
    if (!command_available(command))
        return session_error(session, GM_UNAVAILABLE,
                             "command '%s' is not available in this version", command->name);
    session->command = command;
    return command->group ? dispatch(session, count - 1, words + 1)
                          : run_command(session, count - 1, words + 1);
}

int main(int argc, char **argv) {
    static struct session session; /* large, and seen by the thread that takes signals */
    session.quiet_rank = gm_ranks_launched(NULL) > 0;
    if (session.quiet_rank && !freopen("/dev/null", "w", stdout))
        return EXIT_RESOURCE;
    session.json = json_wanted(argc > 0 ? argc - 1 : 0, argv + 1);
    return session_end(&session, dispatch(&session, argc > 0 ? argc - 1 : 0, argv + 1));
}
