#include "blocks.h"

#include <algorithm>
#include <cmath>

#include "frame.h"

namespace lattice {

namespace {

constexpr int SIDE = LARGEST_BLOCK;
constexpr long NODES = 4000000; // of one enumeration at most

// One block as enumeration sees it, and the state of the search. See [gama2010,
// algorithm 2].
struct Search {
    int size;
    double square[SIDE];   // |b*_i|²
    double mu[SIDE][SIDE]; // mu[j][i]: of b_i along b*_j, so that the inner loop is contiguous
    double sums[SIDE][SIDE + 1]; // sums[j][i] = sum over l >= i of v_l mu_lj
    double bound[SIDE];  // of the square length from coordinate i on, as a part of the radius
    int stale[SIDE + 1]; // coordinates up to here changed since sums[j] was found
    double centre[SIDE], v[SIDE], length[SIDE + 1];
    double step[SIDE];
    double radius; // square length to stay below
    double found[SIDE];
};

LATTICE_INLINE void prepare(Search &e, Frame &s, int first, int size) {
    // Wide enough that little is lost; narrower where blocks become dear.
    const double slack = 0.2 - 0.01 * std::max(size - 30, 0);
    e.size = size;
    for (int j = 0; j < size; j++) {
        const double diagonal = s.part[first + j][first + j];
        e.square[j] = diagonal * diagonal;
        for (int i = j + 1; i < size; i++)
            e.mu[j][i] = s.part[first + i][first + j] / diagonal;
        std::fill(e.sums[j], e.sums[j] + size + 1, 0.0);
        e.stale[j] = j;
        e.centre[j] = e.v[j] = e.step[j] = 0.0;
        e.length[j] = 0.0;
        e.bound[j] = std::min(1.0, slack + static_cast<double>(size - j) / size);
    }
    e.stale[size] = size;
    e.length[size] = 0.0;
    e.v[0] = 1.0;
    e.radius = s.delta * e.square[0];
}

// Go down to coordinate k: the nearest value to its centre first.
LATTICE_INLINE void descend(Search &e, int k) {
    e.stale[k] = std::max(e.stale[k], e.stale[k + 1]);
    for (int i = e.stale[k + 1]; i > k; i--)
        e.sums[k][i] = e.sums[k][i + 1 > e.size ? e.size : i + 1] + e.v[i] * e.mu[k][i];
    e.centre[k] = -e.sums[k][k + 1];
    e.v[k] = std::nearbyint(e.centre[k]);
    e.step[k] = 1.0;
}

// The next value of coordinate k, in zigzag around its centre; of the last one that is not zero
// only positive values, since v and -v are the same vector.
LATTICE_INLINE void advance(Search &e, int k, int &last) {
    if (k >= last) {
        last = k;
        e.v[k] += 1.0;
        return;
    }
    e.v[k] += e.v[k] > e.centre[k] ? -e.step[k] : e.step[k];
    e.step[k] += 1.0;
}

// Search for a vector shorter than the first. Only those whose last coefficient is 1 count: they
// can take the place of a basis vector as they are.
LATTICE_INLINE bool enumerate(Search &e) {
    int k = 0, last = 0;
    bool found = false;
    for (long node = 0; node < NODES; node++) {
        const double off = e.v[k] - e.centre[k];
        e.length[k] = e.length[k + 1] + off * off * e.square[k];
        if (e.length[k] < e.bound[k] * e.radius) {
            if (k > 0) {
                k--;
                descend(e, k);
                continue;
            }
            if (e.v[last] == 1.0) {
                std::copy(e.v, e.v + e.size, e.found);
                e.radius = e.length[0];
                found = true;
            }
            advance(e, 0, last);
            continue;
        }
        k++;
        if (k == e.size)
            break;
        e.stale[k] = k;
        advance(e, k, last);
    }
    return found;
}

// Put the vector with these coefficients at row `first`: the last row that has a part in it becomes
// it, and is exchanged upwards.
LATTICE_INLINE bool insert(Frame &s, const Search &e, int first) {
    int last = e.size - 1;
    while (e.found[last] == 0.0)
        last--;
    for (int j = last - 1; j >= 0; j--)
        if (e.found[j] != 0.0 && !subtract_row(s, first + last, -e.found[j], first + j))
            return false;
    for (int k = first + last; k > first; k--)
        swap_rows(s, k);
    return true;
}

// About the binary logarithm, by operations that are exact everywhere.
LATTICE_INLINE double rough_log(double x) {
    int exponent;
    const double part = std::frexp(x, &exponent);
    return exponent + 2.0 * part;
}

LATTICE_INLINE double potential(Frame &s) {
    double sum = 0.0;
    for (int i = 0; i < s.rows; i++)
        sum += (s.rows - i) * rough_log(s.part[i][i]);
    return sum;
}

// One tour: its insertions, or -1.
LATTICE_INLINE int tour(Frame &s, Search &e, int block_size) {
    int insertions = 0;
    for (int first = 0; first + 1 < s.rows; first++) {
        const int size = std::min(block_size, s.rows - first);
        prepare(e, s, first, size);
        if (!enumerate(e))
            continue;
        insertions++;
        if (!insert(s, e, first) || !lll_rows(s, first, std::min(first + size + 1, s.rows)))
            return -1;
    }
    return lll_rows(s, 1, s.rows) ? insertions : -1;
}

// Tours until nothing changes, or nothing much has for some tours.
LATTICE_FOR_EACH_WIDTH int run(Frame &s, Search &e, int block_size, int loops) {
    int done = 0, idle = 0;
    if (!lll_rows(s, 1, s.rows))
        return -1;
    double best = potential(s);
    while (done < loops && idle < 3) {
        const int insertions = tour(s, e, block_size);
        if (insertions < 0)
            return -1;
        done++;
        if (insertions == 0)
            break;
        const double now = potential(s);
        idle = now < best - 0.01 * s.rows ? 0 : idle + 1;
        best = std::min(best, now);
    }
    return reduce_rows(s) ? done : -1;
}

} // namespace

int reduce_by_blocks(Basis &basis, double delta, int block_size, int loops) {
    Frame frame(basis.rows, basis.columns, delta);
    Search search;
    load(frame, basis, {});
    const int done = run(frame, search, block_size, loops);
    if (done >= 0)
        store(frame, basis);
    return done;
}

} // namespace lattice
