// A basis of doubles with its orthonormal frame, and the steps that keep both: what LLL (swaps.cpp)
// and BKZ (blocks.cpp) are made of.
#ifndef GM_TOOLS_LATTICE_FRAME_H
#define GM_TOOLS_LATTICE_FRAME_H

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "reduce.h"

namespace lattice {

// Every instruction set gives the same bits: no sum whose order depends on the width, no
// contraction.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define LATTICE_FOR_EACH_WIDTH __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LATTICE_FOR_EACH_WIDTH
#endif
#define LATTICE_INLINE inline __attribute__((always_inline))

constexpr int LANES = 8;
constexpr double EXACT =
    1125899906842624.0;        // 2^50: sums and products of whole numbers are exact below
constexpr double SMALL = 1e-6; // a shorter vector of the frame is taken for a dependence
constexpr double LAZY = 0.75;  // coefficients up to here wait; from 2 on they multiply errors
constexpr long LLL_STEPS = 50000000;

// Rows of doubles; an odd number of cache lines apart, so that a column does not fall into few
// sets.
class Matrix {
  public:
    Matrix(int rows, int columns)
        : stride_((static_cast<size_t>(columns) + LANES - 1) / LANES * LANES) {
        if (stride_ / LANES % 2 == 0)
            stride_ += LANES;
        values_.resize(stride_ * static_cast<size_t>(rows));
    }
    double *operator[](int row) {
        return values_.data() + stride_ * static_cast<size_t>(row);
    }

  private:
    size_t stride_;
    std::vector<double> values_;
};

struct Frame {
    int rows, columns;
    double delta;
    Matrix basis;              // [rows][columns], whole numbers
    Matrix frame;              // [rows][columns], orthonormal
    Matrix part;               // [rows][rows], basis = part frame, lower triangular, diagonal > 0
    std::vector<double> bound; // [rows], of |entries| of the basis
    int known = 0;             // rows that the frame has been found for
    int swaps = 0, interval = 256, lowest; // since frame and rows were last found anew

    Frame(int d, int n, double delta_)
        : rows(d), columns(n), delta(delta_), basis(d, n), frame(d, n), part(d, d),
          bound(static_cast<size_t>(d)), lowest(d) {
    }
};

LATTICE_INLINE double dot(const double *a, const double *b, int n) {
    double lane[LANES] = {0}, sum = 0.0;
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += a[i + l] * b[i + l];
    for (; i < n; i++)
        sum += a[i] * b[i];
    for (int l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

LATTICE_INLINE void subtract(double *a, double x, const double *b, int n) {
    for (int i = 0; i < n; i++)
        a[i] -= x * b[i];
}

LATTICE_INLINE double largest(const double *a, int n) {
    double max = 0.0;
    for (int i = 0; i < n; i++)
        max = std::max(max, std::fabs(a[i]));
    return max;
}

// basis[k] -= x basis[j]. False where that might be inexact.
LATTICE_INLINE bool subtract_row(Frame &s, int k, double x, int j) {
    double &bound = s.bound[static_cast<size_t>(k)], &other = s.bound[static_cast<size_t>(j)];
    if (!(bound + std::fabs(x) * other < EXACT)) { // bounds only grow; look again
        bound = largest(s.basis[k], s.columns);
        other = largest(s.basis[j], s.columns);
        if (!(bound + std::fabs(x) * other < EXACT))
            return false;
    }
    bound += std::fabs(x) * other;
    subtract(s.basis[k], x, s.basis[j], s.columns);
    subtract(s.part[k], x, s.part[j], j + 1);
    return true;
}

// Reduce row k against rows j of [0, k) whose coefficient exceeds `limit`.
LATTICE_INLINE bool reduce_row(Frame &s, int k, double limit) {
    double *row = s.part[k];
    for (int j = k - 1; j >= 0; j--) {
        const double diagonal = s.part[j][j];
        if (std::fabs(row[j]) > limit * diagonal &&
            !subtract_row(s, k, std::nearbyint(row[j] / diagonal), j))
            return false;
    }
    return true;
}

// Vector k of the frame, and row k in it. Twice, because the first time cancels.
LATTICE_INLINE bool find_vector(Frame &s, int k) {
    double *row = s.part[k], *fresh = s.frame[k];
    std::fill(row, row + k, 0.0);
    std::copy(s.basis[k], s.basis[k] + s.columns, fresh);
    for (int pass = 0; pass < 2; pass++)
        for (int j = 0; j < k; j++) {
            const double along = dot(s.frame[j], fresh, s.columns);
            row[j] += along;
            subtract(fresh, along, s.frame[j], s.columns);
        }
    row[k] = std::sqrt(dot(fresh, fresh, s.columns));
    if (!(row[k] > SMALL))
        return false;
    for (int i = 0; i < s.columns; i++)
        fresh[i] /= row[k];
    return true;
}

// Take in row k, reduced against those before it.
LATTICE_INLINE bool extend_frame(Frame &s, int k) {
    for (int j = 0; j < k; j++)
        s.part[k][j] = dot(s.frame[j], s.basis[k], s.columns);
    if (!reduce_row(s, k, 0.5) || !find_vector(s, k))
        return false;
    s.known = k + 1;
    return true;
}

// Find frame and rows anew from the lowest row that was exchanged. Steps multiply rounding errors,
// of rows much and of the frame little; how much is seen here and says how long to wait the next
// time.
LATTICE_INLINE bool refresh(Frame &s) {
    double error = 0.0;
    for (int k = std::max(s.lowest - 1, 0); k < s.known; k++) {
        const double before = s.part[k][k];
        if (!find_vector(s, k))
            return false;
        error = std::max(error, std::fabs(before / s.part[k][k] - 1.0));
    }
    if (error > 1e-6)
        s.interval = std::max(s.interval / 2, 16);
    else if (error < 1e-9)
        s.interval = std::min(s.interval * 2, 4096);
    s.swaps = 0;
    s.lowest = s.rows;
    return true;
}

// Exchange rows k-1 and k, and turn the frame so that `part` is triangular again.
LATTICE_INLINE void swap_rows(Frame &s, int k) {
    double *low = s.part[k - 1], *high = s.part[k];
    std::swap_ranges(low, low + k + 1, high);
    std::swap_ranges(s.basis[k - 1], s.basis[k - 1] + s.columns, s.basis[k]);
    std::swap(s.bound[static_cast<size_t>(k - 1)], s.bound[static_cast<size_t>(k)]);
    const double length = std::sqrt(low[k - 1] * low[k - 1] + low[k] * low[k]);
    s.lowest = std::min(s.lowest, k);
    s.swaps++;
    const double c = low[k - 1] / length, d = low[k] / length;
    low[k - 1] = length;
    low[k] = 0.0;
    high[k] = d * high[k - 1];
    high[k - 1] = c * high[k - 1];
    for (int i = k + 1; i < s.known; i++) {
        double *at = s.part[i] + k - 1;
        const double x = at[0], y = at[1];
        at[0] = c * x + d * y;
        at[1] = d * x - c * y;
    }
    double *a = s.frame[k - 1], *b = s.frame[k];
    for (int i = 0; i < s.columns; i++) {
        const double x = a[i], y = b[i];
        a[i] = c * x + d * y;
        b[i] = d * x - c * y;
    }
}

// Reduce rows [0, end), of which those before `start` are reduced. False where doubles do not do.
LATTICE_INLINE bool lll_rows(Frame &s, int start, int end) {
    int k = std::max(start, 1);
    if (s.known == 0 && !extend_frame(s, 0))
        return false;
    for (long step = 0; k < end; step++) {
        if (step == LLL_STEPS || (k == s.known && !extend_frame(s, k)))
            return false;
        const double *low = s.part[k - 1];
        double *row = s.part[k];
        if (std::fabs(row[k - 1]) > 0.5 * low[k - 1] &&
            !subtract_row(s, k, std::nearbyint(row[k - 1] / low[k - 1]), k - 1))
            return false;
        if (row[k] * row[k] + row[k - 1] * row[k - 1] < s.delta * low[k - 1] * low[k - 1]) {
            swap_rows(s, k);
            if (s.swaps >= s.interval && !refresh(s))
                return false;
            k = std::max(k - 1, 1);
        } else {
            if (!reduce_row(s, k, LAZY))
                return false;
            k++;
        }
    }
    return true;
}

// Size-reduce every row in full.
LATTICE_INLINE bool reduce_rows(Frame &s) {
    if (!refresh(s))
        return false;
    for (int k = 1; k < s.rows; k++)
        if (!reduce_row(s, k, 0.5))
            return false;
    return true;
}

// The rows of `basis`, those of `order` if it is not empty in that order.
inline void load(Frame &s, const Basis &basis, const std::vector<int> &order) {
    for (int i = 0; i < s.rows; i++) {
        const size_t from = static_cast<size_t>(order.empty() ? i : order[static_cast<size_t>(i)]);
        const long *row = &basis.entries[from * static_cast<size_t>(s.columns)];
        for (int j = 0; j < s.columns; j++)
            s.basis[i][j] = static_cast<double>(row[j]);
        s.bound[static_cast<size_t>(i)] = largest(s.basis[i], s.columns);
    }
}

inline void store(Frame &s, Basis &basis) {
    size_t k = 0;
    for (int i = 0; i < s.rows; i++)
        for (int j = 0; j < s.columns; j++)
            basis.entries[k++] = static_cast<long>(s.basis[i][j]);
}

} // namespace lattice

#endif
