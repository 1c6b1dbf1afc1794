/* Blocks of samples: their lattices, what a reduced basis says, checkpoints, and the reduction of
   one block after the other, with workers that fail too. */
#include "context.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "fake_helper.h"
#include "fake_helper_path.h"
#include "lattice/pool.h"
#include "lwe/block.h"
#include "lwe/plan.h"
#include "lwe/reducer.h"

static const gm_lwe_parameters small = {
    .n = 18, .q = 3329, .samples = 60, .sigma = 3, .secret = "ternary"};

static gm_lwe *make_instance(const gm_lwe_parameters *parameters) {
    gm_lwe *instance = NULL;
    check_ok(context, gm_lwe_generate(context, parameters, 3, &instance));
    return instance;
}

/* --- one block --- */

static bool is_in(int64_t value, const int64_t *list, int64_t count) {
    bool found = false;
    for (int64_t i = 0; i < count; i++)
        found |= list[i] == value;
    return found;
}

/* Different numbers, ascending, each as often as the others. */
static void draws_are_uniform_sets(void **state) {
    (void)state;
    enum { DRAWS = 2000, K = 5, N = 12 };
    int columns[N] = {0}, samples[N] = {0}, same = 0;
    for (int64_t round = 0; round < DRAWS; round++) {
        int64_t dropped[K];
        gm_lwe_block block = {0};
        check_ok(context, gm_lwe_block_drop(context, 9, round, N, K, dropped));
        check_ok(context, gm_lwe_block_draw(context, 9, round / 4, round % 4, N, K, &block));
        assert_int_equal(block.width, K);
        assert_int_equal(block.count, 0);
        for (int i = 0; i < K; i++) {
            assert_true(i == 0 ||
                        (dropped[i] > dropped[i - 1] && block.index[i] > block.index[i - 1]));
            columns[dropped[i]]++;
            samples[block.index[i]]++;
        }
        same += memcmp(dropped, block.index, sizeof dropped) == 0;
        gm_lwe_block_free(context, &block);
    }
    const double p = (double)K / N, error = 5 * sqrt(DRAWS * p * (1 - p));
    for (int j = 0; j < N; j++) {
        check_near(columns[j], DRAWS * p, error);
        check_near(samples[j], DRAWS * p, error);
    }
    assert_true(same < 20); /* of 792 sets */
}

static gm_lwe_block draw_block(const gm_lwe *instance, int64_t width, int64_t weight) {
    gm_lwe_block block = {0};
    check_ok(context,
             gm_lwe_block_draw(context, 4, 1, 2, instance->parameters.samples, width, &block));
    block.weight = weight;
    block.block_size = 2;
    block.loops = 8;
    return block;
}

/* ln |det| by elimination in long double. */
static double log_determinant(int64_t d, const int64_t *basis) {
    long double *a = calloc((size_t)(d * d), sizeof *a), sum = 0;
    assert_non_null(a);
    for (int64_t i = 0; i < d * d; i++)
        a[i] = (long double)basis[i];
    for (int64_t c = 0; c < d; c++) {
        int64_t pivot = c;
        for (int64_t i = c; i < d; i++)
            if (fabsl(a[i * d + c]) > fabsl(a[pivot * d + c]))
                pivot = i;
        for (int64_t j = 0; j < d; j++) {
            const long double swap = a[c * d + j];
            a[c * d + j] = a[pivot * d + j];
            a[pivot * d + j] = swap;
        }
        sum += logl(fabsl(a[c * d + c]));
        for (int64_t i = c + 1; i < d; i++) {
            const long double factor = a[i * d + c] / a[c * d + c];
            for (int64_t j = c; j < d; j++)
                a[i * d + j] -= factor * a[c * d + j];
        }
    }
    free(a);
    return (double)sum;
}

static const int64_t dropped[] = {0, 5, 17};

/* Every vector is (τ R, R A' mod q), the determinant that of the lattice. */
static void check_basis(const gm_lwe *instance, const gm_lwe_block *block, int64_t drop) {
    const int64_t n = 18 - drop, m = block->width, d = m + n, q = instance->parameters.q;
    int64_t *basis = NULL;
    check_ok(context, gm_lwe_block_basis(context, instance, block, dropped, drop, &basis));
    for (int64_t i = 0; i < d; i++) {
        const int64_t *row = &basis[i * d];
        int64_t column = 0;
        for (int64_t j = 0; j < 18; j++) {
            int64_t sum = 0;
            if (is_in(j, dropped, drop))
                continue;
            for (int64_t l = 0; l < m; l++) {
                assert_int_equal(row[l] % block->weight, 0);
                sum += row[l] / block->weight * instance->a[block->index[l] * 18 + j];
            }
            assert_int_equal((sum - row[m + column]) % q, 0);
            column++;
        }
    }
    check_near(log_determinant(d, basis),
               (double)m * log((double)block->weight) + (double)n * log((double)q), 1e-8);
    gm_release(context, basis);
}

static void bases_are_of_the_lattice(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    for (int64_t drop = 0; drop <= 3; drop++)
        for (int64_t weight = 1; weight <= 7; weight += 3) {
            gm_lwe_block block = draw_block(instance, 20, weight);
            check_basis(instance, &block, drop);
            gm_lwe_block_free(context, &block);
        }
    gm_lwe_destroy(context, instance);
}

/* The unreduced basis says R = 1; vectors of the modulus are left out. */
static void bases_are_read_back(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    gm_lwe_block block = draw_block(instance, 20, 5);
    int64_t *basis = NULL;
    check_ok(context, gm_lwe_block_basis(context, instance, &block, dropped, 3, &basis));
    check_ok(context, gm_lwe_block_read(context, instance, dropped, 3, basis, &block));
    assert_int_equal(block.count, 20);
    for (int64_t i = 0; i < 20; i++)
        for (int64_t l = 0; l < 20; l++)
            assert_int_equal(block.r[i * 20 + l], i == l);
    gm_release(context, basis);
    gm_lwe_block_free(context, &block);
    gm_lwe_destroy(context, instance);
}

/* Every entry of a basis that is one off makes a vector of another lattice. */
static void foreign_vectors_are_refused(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    gm_lwe_block block = draw_block(instance, 6, 5);
    int64_t *basis = NULL;
    const int64_t d = 6 + 15;
    check_ok(context, gm_lwe_block_basis(context, instance, &block, dropped, 3, &basis));
    for (int64_t at = 0; at < d * d; at++) {
        basis[at]++;
        check_fails(context, GM_INVALID_INPUT, "not of the lattice",
                    gm_lwe_block_read(context, instance, dropped, 3, basis, &block));
        assert_null(block.r);
        assert_int_equal(block.count, 0);
        basis[at]--;
    }
    basis[15 * d] += 5; /* τ: R is another, R A not */
    check_fails(context, GM_INVALID_INPUT, "vector 15",
                gm_lwe_block_read(context, instance, dropped, 3, basis, &block));
    basis[15 * d] -= 5;
    basis[d - 1] += small.q; /* the modulus leads to the same */
    check_ok(context, gm_lwe_block_read(context, instance, dropped, 3, basis, &block));
    gm_release(context, basis);
    gm_lwe_block_free(context, &block);
    gm_lwe_destroy(context, instance);
}

/* Whatever a block depends on is in its key. */
static void keys_tell_blocks_apart(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    gm_lwe_block block = draw_block(instance, 6, 5);
    const uint64_t key = gm_lwe_block_key(instance, &block, dropped, 3, 1);
#define DIFFERS(change, back)                                                                      \
    do {                                                                                           \
        change;                                                                                    \
        assert_true(gm_lwe_block_key(instance, &block, dropped, 3, 1) != key);                     \
        back;                                                                                      \
        assert_true(gm_lwe_block_key(instance, &block, dropped, 3, 1) == key);                     \
    } while (0)
    DIFFERS(block.weight++, block.weight--);
    DIFFERS(block.block_size++, block.block_size--);
    DIFFERS(block.loops++, block.loops--);
    DIFFERS(block.index[5]++, block.index[5]--);
    DIFFERS(block.width--, block.width++);
    DIFFERS(instance->a[block.index[0] * 18]++, instance->a[block.index[0] * 18]--);
    DIFFERS(instance->a[block.index[5] * 18 + 17]++, instance->a[block.index[5] * 18 + 17]--);
    DIFFERS(instance->parameters.q++, instance->parameters.q--);
    DIFFERS(instance->parameters.samples++, instance->parameters.samples--);
    assert_true(gm_lwe_block_key(instance, &block, dropped, 3, 2) != key);
    assert_true(gm_lwe_block_key(instance, &block, dropped, 2, 1) != key);
    assert_true(gm_lwe_block_key(instance, &block, (const int64_t[]){0, 5, 16}, 3, 1) != key);
    gm_lwe_block_free(context, &block);
    gm_lwe_destroy(context, instance);
}

/* --- checkpoints --- */

typedef struct folder {
    char path[64];
} folder;

static folder make_folder(void) {
    folder f = {"/tmp/gm-blocks-XXXXXX"};
    assert_non_null(mkdtemp(f.path));
    return f;
}

static void remove_folder(const folder *f) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->path);
    assert_int_equal(system(command), 0);
}

static const char *block_path(const folder *f, int round, int b) {
    static char path[128];
    snprintf(path, sizeof path, "%s/block-%d-%d", f->path, round, b);
    return path;
}

static size_t read_bytes(const char *path, unsigned char *bytes, size_t room) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, room, file);
    assert_int_equal(fclose(file), 0);
    return size;
}

static void write_bytes(const char *path, const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static gm_lwe_block full_block(const gm_lwe *instance) {
    gm_lwe_block block = draw_block(instance, 6, 5);
    int64_t *basis = NULL;
    check_ok(context, gm_lwe_block_basis(context, instance, &block, dropped, 3, &basis));
    check_ok(context, gm_lwe_block_read(context, instance, dropped, 3, basis, &block));
    gm_release(context, basis);
    block.r[7] = -12345678901;
    block.precision = 2;
    block.lll_seconds = 1.5;
    block.bkz_seconds = 2.25;
    block.fplll_seconds = 0.75;
    return block;
}

static int64_t load(const gm_lwe *instance, const folder *f, uint64_t key, int round, int b,
                    gm_lwe_block *out) {
    *out = draw_block(instance, 6, 5);
    check_ok(context, gm_lwe_block_load(context, f->path, key, round, b, out));
    return out->count;
}

static bool loads(const gm_lwe *instance, const folder *f, uint64_t key, int round, int b) {
    gm_lwe_block block;
    const bool loaded = load(instance, f, key, round, b, &block) != 0;
    assert_int_equal(block.r != NULL, loaded);
    gm_lwe_block_free(context, &block);
    return loaded;
}

static void blocks_are_kept(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    gm_lwe_block block = full_block(instance), again;
    const folder f = make_folder();
    check_ok(context, gm_lwe_block_save(context, f.path, 99, 3, 4, &block));
    assert_int_equal(load(instance, &f, 99, 3, 4, &again), block.count);
    assert_memory_equal(again.r, block.r, (size_t)(block.count * 6) * sizeof(int64_t));
    assert_int_equal(again.precision, 2);
    check_near(again.lll_seconds, 1.5, 0);
    check_near(again.bkz_seconds, 2.25, 0);
    check_near(again.fplll_seconds, 0.75, 0);
    gm_lwe_block_free(context, &again);
    assert_false(loads(instance, &f, 98, 3, 4)); /* another key, another block, none at all */
    assert_false(loads(instance, &f, 99, 3, 5));
    assert_false(loads(instance, &f, 99, 4, 4));
    again = draw_block(instance, 7, 5); /* another width */
    check_ok(context, gm_lwe_block_load(context, f.path, 99, 3, 4, &again));
    assert_int_equal(again.count, 0);
    gm_lwe_block_free(context, &again);
    remove_folder(&f);
    assert_false(loads(instance, &f, 99, 3, 4)); /* no folder */
    gm_lwe_block_free(context, &block);
    gm_lwe_destroy(context, instance);
}

/* Every length but the right one, and every bit that is turned, is refused. */
static void damage_is_seen(void **state) {
    (void)state;
    static unsigned char bytes[4096];
    gm_lwe *instance = make_instance(&small);
    gm_lwe_block block = full_block(instance);
    const folder f = make_folder();
    check_ok(context, gm_lwe_block_save(context, f.path, 99, 0, 0, &block));
    const size_t size = read_bytes(block_path(&f, 0, 0), bytes, sizeof bytes);
    assert_int_equal(size, (11 + 6 * 6 + 1) * 8);
    for (size_t length = 0; length < size; length++) {
        write_bytes(block_path(&f, 0, 0), bytes, length);
        assert_false(loads(instance, &f, 99, 0, 0));
    }
    write_bytes(block_path(&f, 0, 0), bytes, size + 1);
    assert_false(loads(instance, &f, 99, 0, 0));
    for (size_t bit = 0; bit < 8 * size; bit += 7) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        write_bytes(block_path(&f, 0, 0), bytes, size);
        if (loads(instance, &f, 99, 0, 0))
            fail_msg("bit %zu was turned and the block accepted", bit);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    uint64_t sum = 0; /* right for what lies before it, which is no block */
    bytes[0]++;
    sum = gm_hash_bytes(GM_HASH_START, bytes, size - sizeof sum);
    memcpy(bytes + size - sizeof sum, &sum, sizeof sum);
    write_bytes(block_path(&f, 0, 0), bytes, size);
    assert_false(loads(instance, &f, 99, 0, 0));
    bytes[0]--;
    sum = gm_hash_bytes(GM_HASH_START, bytes, size - sizeof sum);
    memcpy(bytes + size - sizeof sum, &sum, sizeof sum);
    write_bytes(block_path(&f, 0, 0), bytes, size);
    assert_true(loads(instance, &f, 99, 0, 0));
    remove_folder(&f);
    gm_lwe_block_free(context, &block);
    gm_lwe_destroy(context, instance);
}

/* --- reduction --- */

static void skip_without_helper(void) {
    char text[GM_LWE_REDUCTION_TEXT];
    const gm_status status = gm_lwe_reduction_available(context, text);
    if (status == GM_UNAVAILABLE) {
        print_message("skipped: %s\n", gm_context_message(context));
        skip();
    }
    check_ok(context, status);
}

static gm_lwe_rows *reduce(const gm_lwe *instance, const gm_lwe_reduce_options *options,
                           gm_lwe_reduction *info) {
    gm_lwe_rows *rows = NULL;
    check_ok(context, gm_lwe_reduce(context, instance, options, &rows, info));
    assert_non_null(rows);
    return rows;
}

static void check_same(const gm_lwe_rows *a, const gm_lwe_rows *b) {
    const size_t count = (size_t)a->count;
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->blocks, b->blocks);
    assert_int_equal(a->dropped_count, b->dropped_count);
    assert_memory_equal(a->dropped, b->dropped, (size_t)a->dropped_count * sizeof(int64_t));
    assert_memory_equal(a->ra, b->ra, count * (size_t)a->n * sizeof(int64_t));
    assert_memory_equal(a->rb, b->rb, count * sizeof(int64_t));
    assert_memory_equal(a->r, b->r, count * (size_t)a->width * sizeof(int64_t));
    assert_memory_equal(a->index, b->index, count * (size_t)a->width * sizeof(int64_t));
    assert_memory_equal(a->block, b->block, count * sizeof(int64_t));
}

/* R A = ra and R b = rb modulo q, by plain sums. */
static void check_rows(const gm_lwe *instance, const gm_lwe_rows *rows) {
    const int64_t n = rows->n, q = rows->q;
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t b = -rows->rb[i];
        assert_true(i == 0 ? rows->block[0] == 0
                           : rows->block[i] == rows->block[i - 1] ||
                                 rows->block[i] == rows->block[i - 1] + 1);
        for (int64_t j = 0; j < n; j++) {
            int64_t a = -rows->ra[i * n + j];
            for (int64_t l = 0; l < rows->width; l++)
                a += rows->r[i * rows->width + l] *
                     instance->a[rows->index[i * rows->width + l] * n + j];
            assert_int_equal(a % q, 0);
            assert_true(2 * rows->ra[i * n + j] < q && 2 * rows->ra[i * n + j] >= -q);
        }
        for (int64_t l = 0; l < rows->width; l++)
            b += rows->r[i * rows->width + l] * instance->b[rows->index[i * rows->width + l]];
        assert_int_equal(b % q, 0);
    }
}

/* Whatever the workers; another seed gives others. */
static void workers_do_not_matter(void **state) {
    (void)state;
    skip_without_helper();
    gm_lwe_parameters parameters = small;
    parameters.n = 20;
    gm_lwe *instance = make_instance(&parameters);
    gm_lwe_reduce_options options = {.blocks = 5, .workers = 1, .seed = 7};
    gm_lwe_reduction info = {0};
    gm_lwe_rows *first = reduce(instance, &options, &info);
    check_rows(instance, first);
    assert_true(info.plan.rows != info.first.rows ||
                info.plan.embedding_weight != info.first.embedding_weight); /* block 2 waits */
    assert_int_equal(info.blocks, 5);
    assert_int_equal(info.lost, 0);
    assert_int_equal(first->blocks, 5);
    assert_string_equal(info.loss, "");
    assert_string_equal(info.precision, "double");
    check_between(info.rho, 0.01, 0.7); /* of short rows; 1 of uniform ones */
    check_near(info.rho, gm_lwe_rho(first), 0);
    check_between(info.variance, 1e-6, 1);
    check_between(info.lll_seconds, 1e-9, 60);
    assert_true(info.entropy_after < info.entropy_before);
    for (options.workers = 2; options.workers <= 4; options.workers += 2) {
        gm_lwe_rows *rows = reduce(instance, &options, NULL);
        check_same(first, rows);
        gm_lwe_rows_destroy(context, rows);
    }
    options.blocks = 3; /* fewer are the first of them */
    gm_lwe_rows *fewer = reduce(instance, &options, NULL);
    assert_memory_equal(fewer->ra, first->ra, (size_t)(fewer->count * 20) * sizeof(int64_t));
    options.seed = 8;
    gm_lwe_rows *others = reduce(instance, &options, NULL);
    assert_true(others->count != fewer->count ||
                memcmp(others->ra, fewer->ra, (size_t)fewer->count * 20 * sizeof(int64_t)) != 0);
    gm_lwe_rows_destroy(context, others);
    gm_lwe_rows_destroy(context, fewer);
    gm_lwe_rows_destroy(context, first);
    gm_lwe_destroy(context, instance);
}

/* Some blocks are there, one is damaged, one is of another instance: the same rows; and where all
   are there no worker is asked. */
static void checkpoints_are_taken_up(void **state) {
    (void)state;
    static unsigned char bytes[1 << 16];
    skip_without_helper();
    gm_lwe *instance = make_instance(&small);
    const folder f = make_folder();
    gm_lwe_reduce_options options = {.blocks = 5, .drop_columns = 4, .workers = 2, .seed = 7};
    gm_lwe_rows *plain = reduce(instance, &options, NULL);
    options.checkpoint = f.path;
    gm_lwe_rows *kept = reduce(instance, &options, NULL);
    check_same(plain, kept);
    gm_lwe_rows_destroy(context, kept);
    for (int b = 0; b < 5; b++)
        assert_int_equal(access(block_path(&f, 0, b), R_OK), 0);
    assert_int_equal(unlink(block_path(&f, 0, 0)), 0);
    assert_int_equal(unlink(block_path(&f, 0, 3)), 0);
    const size_t size = read_bytes(block_path(&f, 0, 1), bytes, sizeof bytes);
    bytes[size / 2] ^= 4;
    write_bytes(block_path(&f, 0, 1), bytes, size);
    const size_t other = read_bytes(block_path(&f, 0, 4), bytes, sizeof bytes);
    write_bytes(block_path(&f, 0, 2), bytes, other);
    kept = reduce(instance, &options, NULL);
    check_same(plain, kept);
    gm_lwe_rows_destroy(context, kept);
    options.helper = "/bin/false";
    kept = reduce(instance, &options, NULL);
    check_same(plain, kept);
    gm_lwe_rows_destroy(context, kept);
    gm_lwe_rows_destroy(context, plain);
    remove_folder(&f);
    gm_lwe_destroy(context, instance);
}

/* Block 0 gets its own basis back, block 1 is killed: one is lost, the run goes on. */
static void lost_blocks_are_counted(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    const gm_lwe_reduce_options options = {.blocks = 2, .workers = 1, .helper = fake_helper()};
    gm_lwe_reduction info = {0};
    gm_lwe_rows *rows = reduce(instance, &options, &info);
    assert_int_equal(info.blocks, 1);
    assert_int_equal(info.lost, 1);
    assert_non_null(strstr(info.loss, "signal 9"));
    assert_int_equal(rows->blocks, 1);
    assert_int_equal(rows->count, rows->width);
    check_rows(instance, rows);
    for (int64_t i = 0; i < rows->count; i++)
        assert_int_equal(rows->r[i * rows->width + i], 1);
    gm_lwe_rows_destroy(context, rows);
    gm_lwe_destroy(context, instance);
}

static void losing_all_is_told(void **state) {
    (void)state;
    static const struct {
        fake_fault fault;
        const char *text;
    } forms[] = {{FAKE_KILLED, "no block was reduced: worker ended by signal 9"},
                 {FAKE_DECLINES, "cannot do it"},
                 {FAKE_CORRUPT, "checksum"},
                 {FAKE_CHANGED, "is not of the lattice"}};
    gm_lwe *instance = make_instance(&small);
    const folder f = make_folder();
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char number[16];
        gm_lwe_rows *rows = NULL;
        gm_lwe_reduction info = {.blocks = 77};
        const gm_lwe_reduce_options options = {
            .blocks = 3, .workers = 2, .helper = fake_helper(), .checkpoint = f.path};
        snprintf(number, sizeof number, "%d", (int)forms[i].fault);
        assert_int_equal(setenv("GRADIOMETER_FAKE_JOB", number, 1), 0);
        check_fails(context, GM_UNABLE, forms[i].text,
                    gm_lwe_reduce(context, instance, &options, &rows, &info));
        assert_int_equal(unsetenv("GRADIOMETER_FAKE_JOB"), 0);
        assert_null(rows);
        assert_int_equal(info.blocks, 77);
        for (int b = 0; b < 3; b++) /* what was lost is not kept */
            assert_true(access(block_path(&f, 0, b), F_OK) != 0);
    }
    remove_folder(&f);
    gm_lwe_destroy(context, instance);
}

static void time_and_cancelling_end_it(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    gm_lwe_rows *rows = NULL;
    gm_lwe_reduce_options options = {
        .blocks = 3, .workers = 2, .helper = fake_helper(), .time_limit = 0.2};
    char number[16];
    snprintf(number, sizeof number, "%d", FAKE_STOPPED);
    assert_int_equal(setenv("GRADIOMETER_FAKE_JOB", number, 1), 0);
    check_fails(context, GM_UNABLE, "time limit",
                gm_lwe_reduce(context, instance, &options, &rows, NULL));
    assert_int_equal(unsetenv("GRADIOMETER_FAKE_JOB"), 0);
    options.time_limit = 0;
    gm_context_cancel(context);
    assert_int_equal(gm_lwe_reduce(context, instance, &options, &rows, NULL), GM_CANCELLED);
    assert_null(rows);
    gm_lwe_destroy(context, instance);
}

static void absent_helpers_are_told(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    gm_lwe_rows *rows = NULL;
    const gm_lwe_reduce_options options = {.helper = "/nowhere/at/all"};
    check_fails(context, GM_UNAVAILABLE, "/nowhere/at/all",
                gm_lwe_reduce(context, instance, &options, &rows, NULL));
    gm_lwe_destroy(context, instance);
}

/* --- plans --- */

static gm_lwe_plan plan_of(const gm_lwe_parameters *parameters,
                           const gm_lwe_reduce_options *options, int64_t round) {
    gm_lwe_plan plan = {0};
    check_ok(context, gm_lwe_plan_make(context, parameters, options, round, GM_LWE_UNCALIBRATED,
                                       1e7, &plan));
    return plan;
}

static void check_sane(const gm_lwe_parameters *parameters, const gm_lwe_plan *plan) {
    check_between((double)plan->rows, 1, (double)parameters->samples);
    check_between((double)plan->embedding_weight, 1, (double)parameters->q);
    check_between((double)plan->drop_columns, 0, (double)parameters->n - 1);
    check_between(plan->block_size, 2, 60);
    check_between(plan->loops, 1, 100);
    check_between(plan->variance, 0, 1e12);
    check_between(plan->seconds, 0, 1e9);
    const double d = (double)(plan->rows + parameters->n - plan->drop_columns);
    check_near(plan->signal, sqrt(2 * d) * exp(-19.739208802178716 * plan->variance),
               1e-12 * sqrt(2 * d));
    check_between((double)gm_lwe_plan_blocks(plan), 1, 1000);
}

static void plans_are_sane(void **state) {
    (void)state;
    static const gm_lwe_parameters forms[] = {
        {.n = 1, .q = 2, .samples = 1, .sigma = 0, .secret = "binary"},
        {.n = 2, .q = 17, .samples = 3, .sigma = 1, .secret = "ternary"},
        {.n = 18, .q = 3329, .samples = 60, .sigma = 0, .secret = "binary"},
        {.n = 64, .q = 3329, .samples = 128, .sigma = 3, .secret = "ternary"},
        {.n = 128, .q = 3329, .samples = 256, .sigma = 3, .secret = "binary"},
        {.n = 80, .q = 842779, .samples = 160, .sigma = 3, .secret = "ternary"},
        {.n = 64, .q = 12289, .samples = 256, .sigma = 3, .secret = "gaussian", .secret_sigma = 1},
        {.n = 64, .q = 3329, .samples = 256, .sigma = 3, .secret = "gaussian"},
        {.n = 512, .q = 3329, .samples = 1024, .sigma = 3, .secret = "gaussian"},
        {.n = 512, .q = 3329, .samples = 1024, .sigma = 3},
        {.n = 40, .q = 101, .samples = 80, .sigma = 101, .secret = "ternary"},
        {.n = 40, .q = INT64_C(1) << 31, .samples = 20, .sigma = 3, .secret = "ternary"}};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        const gm_lwe_reduce_options options = {0}, none = {.drop_columns = -1};
        for (int64_t round = 0; round < 10; round++) {
            gm_lwe_plan plan = plan_of(&forms[f], &options, round);
            check_sane(&forms[f], &plan);
            check_between(plan.power, 1e-3, 1e6);
            plan = plan_of(&forms[f], &none, round);
            check_sane(&forms[f], &plan);
            assert_int_equal(plan.drop_columns, 0);
        }
    }
}

/* Budgets of guesses below one leave a plan that can be followed. */
static void small_budgets_have_a_plan(void **state) {
    (void)state;
    static const double guesses[] = {0.5, 1, 2, 100};
    for (size_t f = 0; f < sizeof guesses / sizeof *guesses; f++) {
        gm_lwe_plan plan = {0};
        const gm_lwe_reduce_options options = {0};
        check_ok(context, gm_lwe_plan_make(context, &small, &options, 0, GM_LWE_UNCALIBRATED,
                                           guesses[f], &plan));
        check_sane(&small, &plan);
    }
}

static void options_are_taken_as_they_are(void **state) {
    (void)state;
    gm_lwe *instance = make_instance(&small);
    const gm_lwe_reduce_options options = {
        .rows = 31, .embedding_weight = 9, .drop_columns = 7, .block_size = 17, .loops = 3};
    gm_lwe_plan plan = {0};
    check_ok(context, gm_lwe_reduce_plan(context, instance, &options, &plan));
    assert_int_equal(plan.rows, 31);
    assert_int_equal(plan.embedding_weight, 9);
    assert_int_equal(plan.drop_columns, 7);
    assert_int_equal(plan.block_size, 17);
    assert_int_equal(plan.loops, 3);
    const gm_lwe_reduce_options one[] = {{.rows = 31},
                                         {.embedding_weight = 9},
                                         {.drop_columns = 7},
                                         {.block_size = 17},
                                         {.loops = 3}};
    for (int f = 0; f < 5; f++) {
        check_ok(context, gm_lwe_reduce_plan(context, instance, &one[f], &plan));
        check_sane(&small, &plan);
        assert_true(f != 0 || plan.rows == 31);
        assert_true(f != 1 || plan.embedding_weight == 9);
        assert_true(f != 2 || plan.drop_columns == 7);
        assert_true(f != 3 || plan.block_size == 17);
        assert_true(f != 4 || plan.loops == 3);
    }
    gm_lwe_destroy(context, instance);
}

/* Larger entries and longer rows are seen worse; stronger reduction better, and it takes longer. */
static void plans_are_monotone(void **state) {
    (void)state;
    const gm_lwe_parameters parameters = {
        .n = 64, .q = 3329, .samples = 128, .sigma = 3, .secret = "gaussian", .secret_sigma = 0.5};
    gm_lwe_parameters larger = parameters;
    larger.secret_sigma = 0.75;
    gm_lwe_reduce_options options = {
        .rows = 64, .embedding_weight = 8, .drop_columns = -1, .block_size = 2, .loops = 8};
    const gm_lwe_plan plain = plan_of(&parameters, &options, 0);
    const gm_lwe_plan heavy = plan_of(&larger, &options, 0);
    assert_true(heavy.variance > plain.variance && heavy.signal < plain.signal);
    options.block_size = 30;
    const gm_lwe_plan strong = plan_of(&parameters, &options, 0);
    assert_true(strong.variance < plain.variance && strong.seconds > plain.seconds);
    options.embedding_weight = 16; /* shorter R, longer x: without error it is worse */
    gm_lwe_parameters exact = parameters;
    exact.sigma = 0;
    const gm_lwe_plan wide = plan_of(&exact, &options, 0);
    options.embedding_weight = 8;
    assert_true(wide.variance > plan_of(&exact, &options, 0).variance);
    gm_lwe_plan longer;
    check_ok(context, gm_lwe_plan_make(context, &parameters, &options, 0,
                                       (gm_lwe_calibration){1.5, 1}, 1e7, &longer));
    assert_true(longer.variance > strong.variance);
    check_ok(context, gm_lwe_plan_make(context, &parameters, &options, 0,
                                       (gm_lwe_calibration){1, 1.5}, 1e7, &longer));
    assert_true(longer.variance > strong.variance);
}

/* A block that is as its plan expects calibrates to 1, one of twice the squares to 2. */
static void calibration_returns(void **state) {
    (void)state;
    const gm_lwe_parameters parameters = {
        .n = 64, .q = 3329, .samples = 128, .sigma = 3, .secret = "gaussian", .secret_sigma = 0.5};
    const gm_lwe_reduce_options options = {
        .rows = 64, .embedding_weight = 8, .block_size = 20, .loops = 8, .drop_columns = 8};
    const gm_lwe_plan plan = plan_of(&parameters, &options, 0);
    const gm_lwe_calibration unit = gm_lwe_plan_calibrate(&parameters, &plan, 1, 1);
    const double x = 1 / unit.x, r = 1 / unit.r, scale = 3.0 / 3329;
    check_near(plan.variance, 0.25 * x + scale * scale * r, 1e-12);
    const gm_lwe_calibration twice = gm_lwe_plan_calibrate(&parameters, &plan, 2 * x, 3 * r);
    check_near(twice.x, 2, 1e-12);
    check_near(twice.r, 3, 1e-12);
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    static const struct {
        gm_lwe_reduce_options options;
        const char *text;
    } forms[] = {{{.rows = -1}, "rows of a block is -1"},
                 {{.rows = 61}, "there are 60 samples"},
                 {{.drop_columns = -2}, "columns to drop is -2"},
                 {{.drop_columns = 18}, "below n = 18"},
                 {{.embedding_weight = -1}, "embedding weight is -1"},
                 {{.embedding_weight = 3330}, "1 to q = 3329"},
                 {{.block_size = 1}, "block size is 1"},
                 {{.block_size = 61}, "block size is 61"},
                 {{.block_size = -3}, "block size is -3"},
                 {{.loops = -1}, "loops -1"},
                 {{.blocks = -1}, "blocks -1"}};
    gm_lwe *instance = make_instance(&small);
    gm_lwe_rows *rows = NULL;
    gm_lwe_plan plan = {.rows = 77};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        check_fails(context, GM_INVALID_ARGUMENT, forms[f].text,
                    gm_lwe_reduce_plan(context, instance, &forms[f].options, &plan));
        check_fails(context, GM_INVALID_ARGUMENT, forms[f].text,
                    gm_lwe_reduce(context, instance, &forms[f].options, &rows, NULL));
    }
    const gm_lwe_reduce_options zero = {0}, late = {.time_limit = -1}, many = {.workers = -1};
    check_fails(context, GM_INVALID_ARGUMENT, "time limit",
                gm_lwe_reduce(context, instance, &late, &rows, NULL));
    check_fails(context, GM_INVALID_ARGUMENT, "workers",
                gm_lwe_reduce(context, instance, &many, &rows, NULL));
    instance->parameters.secret = "uniform";
    check_fails(context, GM_INVALID_ARGUMENT, "uniform",
                gm_lwe_reduce(context, instance, &zero, &rows, NULL));
    check_fails(context, GM_INVALID_ARGUMENT, "NULL",
                gm_lwe_reduce(context, NULL, &zero, &rows, NULL));
    assert_int_equal(plan.rows, 77);
    assert_null(rows);
    gm_lwe_destroy(context, instance);
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, set_up_context, tear_down_context)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_CONTEXT(draws_are_uniform_sets),
        WITH_CONTEXT(bases_are_of_the_lattice),
        WITH_CONTEXT(bases_are_read_back),
        WITH_CONTEXT(foreign_vectors_are_refused),
        WITH_CONTEXT(keys_tell_blocks_apart),
        WITH_CONTEXT(blocks_are_kept),
        WITH_CONTEXT(damage_is_seen),
        WITH_CONTEXT(workers_do_not_matter),
        WITH_CONTEXT(checkpoints_are_taken_up),
        WITH_CONTEXT(lost_blocks_are_counted),
        WITH_CONTEXT(losing_all_is_told),
        WITH_CONTEXT(time_and_cancelling_end_it),
        WITH_CONTEXT(absent_helpers_are_told),
        WITH_CONTEXT(plans_are_sane),
        WITH_CONTEXT(small_budgets_have_a_plan),
        WITH_CONTEXT(options_are_taken_as_they_are),
        WITH_CONTEXT(plans_are_monotone),
        WITH_CONTEXT(calibration_returns),
        WITH_CONTEXT(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
