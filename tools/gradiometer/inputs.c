#include "inputs.h"

int inputs_check(struct session *session, const struct inputs_options *inputs) {
    if (inputs->law && inputs->file)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "give --inputs or --inputs-file, not both");
    if (!inputs->law && !inputs->file)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --inputs LAW is missing, or --inputs-file ROWS.npy");
    if (inputs->law && inputs->modulus)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --modulus goes with --inputs-file only; a law has its own");
    return EXIT_DONE;
}

const char *inputs_name(const struct inputs_options *inputs) {
    return inputs->law ? inputs->law : inputs->file;
}
