// The helper program: jobs come in at descriptor 0, a socket, and answers go out there. A crash, an
// abort or a hang of the reduction ends this process and nothing else.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include <sys/socket.h>

#include <fplll.h>

#include "helper_parent.h"
#include "lattice/message.h"
#include "reduce.h"

namespace {

using Bytes = std::vector<unsigned char>;

enum { CONNECTION = 0, EXIT_USAGE = 2, EXIT_BAD_MESSAGE = 3 };

std::string fplll_version() {
    return "fplll " + std::to_string(FPLLL_MAJOR_VERSION) + "." +
           std::to_string(FPLLL_MINOR_VERSION) + "." + std::to_string(FPLLL_MICRO_VERSION) +
           (lattice::has_strategies() ? "" : " without strategies");
}

// Read `size` bytes; false at the end of the connection.
bool receive(unsigned char *at, size_t size) {
    while (size > 0) {
        const ssize_t n = recv(CONNECTION, at, size, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        size -= static_cast<size_t>(n);
    }
    return true;
}

bool send_all(const Bytes &bytes) {
    size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t n = send(CONNECTION, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        sent += static_cast<size_t>(n);
    }
    return true;
}

Bytes text_message(gm_message_type type, uint64_t id, const std::string &text) {
    Bytes bytes(GM_MESSAGE_HEADER + GM_MESSAGE_TEXT);
    bytes.resize(gm_message_put_text(bytes.data(), type, id, text.c_str()));
    return bytes;
}

Bytes answer(const gm_message_job &job, uint64_t id, const Bytes &request) {
    lattice::Basis basis;
    basis.rows = job.rows;
    basis.columns = job.columns;
    basis.entries.resize(static_cast<size_t>(job.rows) * static_cast<size_t>(job.columns));
    for (size_t i = 0; i < basis.entries.size(); i++)
        basis.entries[i] = gm_message_entry(request.data(), i);
    const gm_message_result result = lattice::reduce(job, basis);
    Bytes bytes(gm_message_size(job.rows, job.columns));
    gm_message_put_result(bytes.data(), &result);
    for (size_t i = 0; i < basis.entries.size(); i++)
        gm_message_put_entry(bytes.data(), i, basis.entries[i]);
    gm_message_seal(bytes.data(), GM_MESSAGE_RESULT, id, bytes.size() - GM_MESSAGE_HEADER);
    return bytes;
}

// One job. False: the connection has ended or what came over it is no job.
bool serve(int &exit_status) {
    Bytes request(GM_MESSAGE_HEADER);
    gm_message_header header = {};
    gm_message_job job = {};
    if (!receive(request.data(), request.size()))
        return false;
    exit_status = EXIT_BAD_MESSAGE;
    if (gm_message_read_header(request.data(), &header) != GM_MESSAGE_FINE ||
        header.type != GM_MESSAGE_JOB)
        return false;
    request.resize(GM_MESSAGE_HEADER + header.length);
    if (!receive(request.data() + GM_MESSAGE_HEADER, header.length) ||
        gm_message_check(request.data(), &header) != GM_MESSAGE_FINE ||
        gm_message_read_job(request.data(), &header, &job) != GM_MESSAGE_FINE)
        return false;
    exit_status = EXIT_SUCCESS;
    try {
        return send_all(answer(job, header.id, request));
    } catch (const std::exception &failure) {
        return send_all(text_message(GM_MESSAGE_FAILURE, header.id, failure.what()));
    }
}

} // namespace

int main(int count, char **arguments) {
    if (count == 2 && std::strcmp(arguments[1], "--version") == 0) {
        std::printf("gradiometer-lattice, protocol %d, %s\n", GM_MESSAGE_VERSION,
                    fplll_version().c_str());
        return EXIT_SUCCESS;
    }
    if (count != 3 || std::strcmp(arguments[1], "--parent") != 0) {
        std::fprintf(stderr,
                     "gradiometer-lattice reduces lattice bases for the gradiometer library, "
                     "which starts it.\nusage: gradiometer-lattice --version\n");
        return EXIT_USAGE;
    }
    helper_tie_to_parent(static_cast<pid_t>(std::atol(arguments[2])));
    int exit_status = EXIT_SUCCESS;
    if (send_all(text_message(GM_MESSAGE_HELLO, 0, fplll_version())))
        while (serve(exit_status))
            ;
    return exit_status;
}
