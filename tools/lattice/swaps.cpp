#include "swaps.h"

#include <algorithm>
#include <numeric>

#include "frame.h"

namespace lattice {

namespace {

LATTICE_FOR_EACH_WIDTH bool run(Frame &frame) {
    return lll_rows(frame, 1, frame.rows) && reduce_rows(frame);
}

// Short vectors first: the rows of q I of a q-ary lattice are orthogonal already.
std::vector<int> by_length(const Basis &basis) {
    std::vector<double> length(static_cast<size_t>(basis.rows));
    std::vector<int> order(static_cast<size_t>(basis.rows));
    for (size_t i = 0; i < length.size(); i++)
        for (size_t j = 0; j < static_cast<size_t>(basis.columns); j++) {
            const double entry =
                static_cast<double>(basis.entries[i * static_cast<size_t>(basis.columns) + j]);
            length[i] += entry * entry;
        }
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return length[static_cast<size_t>(a)] < length[static_cast<size_t>(b)];
    });
    return order;
}

} // namespace

bool reduce_by_swaps(Basis &basis, double delta) {
    Frame frame(basis.rows, basis.columns, delta);
    load(frame, basis, by_length(basis));
    if (!run(frame))
        return false;
    store(frame, basis);
    return true;
}

} // namespace lattice
