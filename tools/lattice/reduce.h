// Reduction of one basis by fplll, in the least precision that works.
#ifndef GM_TOOLS_LATTICE_REDUCE_H
#define GM_TOOLS_LATTICE_REDUCE_H

#include <string>
#include <vector>

#include "lattice/message.h"

namespace lattice {

// Rows of a basis, each entry below GM_MESSAGE_ENTRY_LIMIT.
struct Basis {
    int rows = 0, columns = 0;
    std::vector<long> entries; // [rows][columns]
};

// Whether fplll's pruning strategies are installed; without them BKZ enumerates whole blocks.
bool has_strategies();

// Reduce `basis` in place as `job` asks; what was needed for it. Throws std::exception with a
// reason.
gm_message_result reduce(const gm_message_job &job, Basis &basis);

} // namespace lattice

#endif
