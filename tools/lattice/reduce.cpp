#include "reduce.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include <fplll.h>

#include "blocks.h"
#include "swaps.h"

namespace lattice {

namespace {

static_assert(sizeof(long) == 8, "fplll's machine words hold the entries");

// fplll computes with machine words up to here: products with coefficients of a size reduction then
// stay far below 2^63. Larger entries go to multiprecision.
constexpr long WORD_LIMIT = 1L << 31;
constexpr double ETA = 0.51;

using Words = fplll::ZZ_mat<long>;

double processor_seconds() {
    timespec now = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Adds the processor time of its life to a sum.
class Stopwatch {
  public:
    explicit Stopwatch(double &sum) : sum_(sum), start_(processor_seconds()) {
    }
    ~Stopwatch() {
        sum_ += processor_seconds() - start_;
    }
    Stopwatch(const Stopwatch &) = delete;
    Stopwatch &operator=(const Stopwatch &) = delete;

  private:
    double &sum_;
    double start_;
};

Words to_words(const Basis &basis) {
    Words words;
    words.resize(basis.rows, basis.columns);
    size_t k = 0;
    for (int i = 0; i < basis.rows; i++)
        for (int j = 0; j < basis.columns; j++)
            words(i, j) = basis.entries[k++];
    return words;
}

void from_words(const Words &words, Basis &basis) {
    size_t k = 0;
    for (int i = 0; i < basis.rows; i++)
        for (int j = 0; j < basis.columns; j++)
            basis.entries[k++] = words(i, j).get_si();
}

bool fits_words(const Basis &basis) {
    for (const long entry : basis.entries)
        if (entry <= -WORD_LIMIT || entry >= WORD_LIMIT)
            return false;
    return true;
}

// Processor seconds inside fplll since a job began.
double fplll_seconds = 0.0;

// LLL of `basis` in machine words with that precision of the Gram-Schmidt numbers. False, with the
// basis unchanged, where it gave up.
bool lll_in_words(Basis &basis, double delta, fplll::FloatType precision) {
    Words words = to_words(basis);
    int status = fplll::RED_LLL_FAILURE;
    Stopwatch watch(fplll_seconds);
    try {
        status = fplll::lll_reduction(words, delta, ETA, fplll::LM_FAST, precision);
    } catch (const std::exception &) { // "infinite loop in babai"
    }
    if (status != fplll::RED_SUCCESS)
        return false;
    Basis reduced = basis;
    from_words(words, reduced);
    if (!fits_words(reduced))
        return false;
    basis = reduced;
    return true;
}

// LLL that raises the precision until it is proved to suffice.
void lll_in_multiprecision(Basis &basis, double delta) {
    Stopwatch watch(fplll_seconds);
    fplll::ZZ_mat<mpz_t> numbers;
    numbers.resize(basis.rows, basis.columns);
    size_t k = 0;
    for (int i = 0; i < basis.rows; i++)
        for (int j = 0; j < basis.columns; j++)
            numbers(i, j) = basis.entries[k++];
    const int status = fplll::lll_reduction(numbers, delta, ETA, fplll::LM_WRAPPER);
    if (status != fplll::RED_SUCCESS)
        throw std::runtime_error(std::string("LLL: ") + fplll::get_red_status_str(status));
    k = 0;
    for (int i = 0; i < basis.rows; i++)
        for (int j = 0; j < basis.columns; j++) {
            const auto &entry = numbers(i, j);
            if (!mpz_fits_slong_p(entry.get_data()) ||
                std::labs(entry.get_si()) >= GM_MESSAGE_ENTRY_LIMIT)
                throw std::runtime_error("LLL: an entry of the reduced basis leaves 62 bits");
            basis.entries[k++] = entry.get_si();
        }
}

// LLL turns rows that depend on each other into zero rows.
bool is_independent(const Basis &basis) {
    for (auto row = basis.entries.begin(); row != basis.entries.end(); row += basis.columns)
        if (std::all_of(row, row + basis.columns, [](long entry) { return entry == 0; }))
            return false;
    return true;
}

gm_message_precision lll(Basis &basis, double delta) {
    if (fits_words(basis)) {
        // Most of the work is done there; fplll then proves, or finishes, or begins from the start.
        reduce_by_swaps(basis, delta);
        if (lll_in_words(basis, delta, fplll::FT_DOUBLE))
            return GM_PRECISION_DOUBLE;
        if (lll_in_words(basis, delta, fplll::FT_LONG_DOUBLE))
            return GM_PRECISION_LONG_DOUBLE;
    }
    lll_in_multiprecision(basis, delta);
    return GM_PRECISION_MPFR;
}

std::string strategies_path() {
    return fplll::strategy_full_path("default.json");
}

std::vector<fplll::Strategy> strategies() {
    const std::string path = strategies_path();
    return path.empty() ? std::vector<fplll::Strategy>() : fplll::load_strategies_json(path);
}

// BKZ of an LLL-reduced basis; the loops that it was allowed, or -1, with the basis unchanged, on
// failure.
template <class Real> int bkz_in_words(Basis &basis, double delta, int block_size, int loops) {
    using Word = fplll::Z_NR<long>;
    Stopwatch watch(fplll_seconds);
    Words words = to_words(basis), none;
    std::vector<fplll::Strategy> plans = strategies();
    const fplll::BKZParam parameters(block_size, plans, delta,
                                     fplll::BKZ_AUTO_ABORT | fplll::BKZ_MAX_LOOPS, loops);
    fplll::MatGSO<Word, Real> gso(words, none, none, fplll::GSO_ROW_EXPO);
    fplll::LLLReduction<Word, Real> inner(gso, delta, ETA, fplll::LLL_DEFAULT);
    fplll::BKZReduction<Word, Real> outer(gso, inner, parameters);
    try {
        outer.bkz();
    } catch (const std::exception &) {
        return -1;
    }
    if (outer.status != fplll::RED_SUCCESS && outer.status != fplll::RED_BKZ_LOOPS_LIMIT)
        return -1;
    Basis reduced = basis;
    from_words(words, reduced);
    if (!fits_words(reduced))
        return -1;
    basis = reduced;
    return loops;
}

// BKZ of an LLL-reduced basis, which it stays; the loops that ran.
int bkz(Basis &basis, double delta, int block_size, int loops, int &precision) {
    if (!fits_words(basis))
        throw std::runtime_error("BKZ: entries of the LLL-reduced basis leave 31 bits");
    int done = -1;
    if (block_size <= LARGEST_BLOCK) {
        done = reduce_by_blocks(basis, delta, block_size, loops);
        if (done >= 0)
            precision = std::max<int>(precision, lll(basis, delta)); // a proof, most of the time
    }
    if (done < 0)
        done = bkz_in_words<fplll::FP_NR<double>>(basis, delta, block_size, loops);
    if (done < 0)
        done = bkz_in_words<fplll::FP_NR<long double>>(basis, delta, block_size, loops);
    if (done < 0)
        throw std::runtime_error("BKZ gave up in double and in long double");
    return done;
}

double first_norm(const Basis &basis) {
    double sum = 0.0;
    for (int j = 0; j < basis.columns; j++) {
        const double entry = static_cast<double>(basis.entries[static_cast<size_t>(j)]);
        sum += entry * entry;
    }
    return std::sqrt(sum);
}

// The sizes of blocks, one after the other: those that grow, or the one that is asked for, after
// the largest that is cheap.
std::vector<int> block_sizes(const gm_message_job &job) {
    const int largest = std::min(job.block_size, job.rows);
    std::vector<int> sizes;
    if (largest < 3 || job.loops == 0)
        return sizes;
    if (job.task == 1)
        for (int size = 10; size < largest; size += 10)
            sizes.push_back(size);
    else if (largest > LARGEST_BLOCK)
        sizes.push_back(LARGEST_BLOCK);
    sizes.push_back(largest);
    return sizes;
}

} // namespace

bool has_strategies() {
    return !strategies_path().empty();
}

gm_message_result reduce(const gm_message_job &job, Basis &basis) {
    gm_message_result result = {};
    result.rows = basis.rows;
    result.columns = basis.columns;
    fplll::set_external_enumerator(nullptr);
    fplll_seconds = 0.0;
    {
        Stopwatch watch(result.lll_seconds);
        result.precision = lll(basis, job.delta);
        if (!is_independent(basis))
            throw std::runtime_error("the rows of the basis depend on each other");
    }
    {
        Stopwatch watch(result.bkz_seconds);
        for (const int size : block_sizes(job)) {
            if (job.task == 1 && first_norm(basis) <= job.norm)
                break;
            result.loops += bkz(basis, job.delta, size, job.loops, result.precision);
        }
    }
    result.fplll_seconds = fplll_seconds;
    return result;
}

} // namespace lattice
