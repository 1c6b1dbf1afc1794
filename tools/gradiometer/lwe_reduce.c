#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lwe_attack_report.h"
#include "lwe_instance.h"
#include "lwe_options.h"
#include "lwe_run.h"
#include "plan.h"
#include "try.h"

struct reduce_options {
    const char *instance;
    struct lwe_reduce_values reduce;
    double time_limit;
};

#define FIELD(name) offsetof(struct reduce_options, name)

static const struct option options[] = {
    LWE_INSTANCE_OPTION(FIELD(instance)),
    LWE_REDUCE_OPTIONS(FIELD(reduce)),
    {.name = "time-limit",
     .kind = OPTION_SECONDS,
     .placeholder = "T",
     .fallback = "none",
     .keyword = "none",
     .positive = true,
     .high = 1e9,
     .offset = FIELD(time_limit),
     .help = "take the blocks that are done after this time"},
};

enum { DEFAULT_BLOCKS = 2 };

static gm_lwe_reduce_options options_of(const struct session *session,
                                        const struct lwe_work *work) {
    const struct reduce_options *given = work->values;
    gm_lwe_reduce_options reduce = lwe_reduce_options(session, &given->reduce);
    reduce.time_limit = given->time_limit;
    reduce.checkpoint = work->kept[0] ? work->kept : NULL;
    return reduce;
}

static int show_plan(struct session *session, struct lwe_work *work) {
    const gm_lwe_reduce_options reduce = options_of(session, work);
    const double blocks = (double)(reduce.blocks ? reduce.blocks : DEFAULT_BLOCKS);
    const double workers = fmin((double)reduce.workers, blocks);
    gm_lwe_plan plan;
    char text[256], action[512], reason[256];
    const gm_status status = gm_lwe_reduce_plan(session->context, work->instance, &reduce, &plan);
    if (status != GM_OK)
        return session_fail(session, status);
    lwe_say_plan(&plan, text, sizeof text);
    lwe_say_reason(&plan, reason, sizeof reason);
    snprintf(action, sizeof action, "reduce %.0f blocks of %.150s; %s", blocks, work->folder, text);
    const struct plan shown = {
        .action = action,
        .files = "RA.npy, Rb.npy, R.npy, indices.npy, blocks.npy, reduction.json, columns.svg, "
                 "report.html, result.json",
        .method = "reduction",
        .form = reason,
        .operations = (double)NAN,
        .bytes = lwe_reduce_bytes(work->instance, &plan, blocks, workers),
        .seconds = plan.seconds * blocks / workers,
    };
    return plan_print(session, &shown, work->values);
}

static gm_status compute(struct session *session, struct lwe_work *work) {
    const gm_lwe_reduce_options reduce = options_of(session, work);
    return gm_lwe_reduce(session->context, work->instance, &reduce, &work->rows, &work->reduction);
}

/* Root mean square of a column of centred residues: their deviation, the mean of which is 0. */
static double column_std(const gm_lwe_rows *rows, int64_t j) {
    double sum = 0.0;
    for (int64_t i = 0; i < rows->count; i++) {
        const double entry = (double)rows->ra[i * rows->n + j];
        sum += entry * entry;
    }
    return sqrt(sum / (double)rows->count);
}

static gm_status report_columns(gm_report *report, const gm_lwe_rows *rows) {
    gm_status status = GM_OK;
    char path[64];
    double *std = calloc((size_t)rows->n, sizeof *std);
    if (!std)
        return GM_OUT_OF_MEMORY;
    for (int64_t j = 0; j < rows->n; j++)
        std[j] = column_std(rows, j);
    status = gm_report_set_numbers(report, "result.column_std", std, rows->n);
    free(std);
    TRY(status);
    TRY(gm_report_set_numbers(report, "result.dropped_columns", NULL, 0));
    for (int64_t i = 0; i < rows->dropped_count; i++) {
        snprintf(path, sizeof path, "result.dropped_columns[%lld]", (long long)i);
        TRY(gm_report_set_integer(report, path, rows->dropped[i]));
    }
    return GM_OK;
}

static gm_status report_seconds(gm_report *report, const gm_lwe_reduction *reduction) {
    TRY(gm_report_set_number(report, "result.seconds", reduction->seconds));
    TRY(gm_report_set_number(report, "result.processor_seconds.lll", reduction->lll_seconds));
    TRY(gm_report_set_number(report, "result.processor_seconds.bkz", reduction->bkz_seconds));
    return gm_report_set_number(report, "result.processor_seconds.fplll", reduction->fplll_seconds);
}

static gm_status describe(struct session *session, struct lwe_work *work) {
    static const char *const files[] = {"RA.npy",      "Rb.npy",     "R.npy",
                                        "indices.npy", "blocks.npy", "reduction.json"};
    const gm_lwe_plan *plan = &work->reduction.plan;
    gm_report *report = work->report;
    TRY(lwe_report_instance(report, work->instance, "result.secret_law"));
    TRY(lwe_report_reduction(report, &work->reduction));
    TRY(report_columns(report, work->rows));
    TRY(gm_report_set_integer(report, "result.rows", work->rows->count));
    TRY(gm_report_set_integer(report, "result.blocks", work->rows->blocks));
    TRY(gm_report_set_integer(report, "result.embedding_weight", plan->embedding_weight));
    TRY(gm_report_set_integer(report, "result.block_size", plan->block_size));
    TRY(report_seconds(report, &work->reduction));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        TRY(gm_report_append_text(report, "result.files", files[i]));
    return work->output
               ? gm_lwe_rows_save(session->context, work->rows, &work->reduction, work->output)
               : GM_OK;
}

static int run(struct session *session, void *values) {
    static const struct lwe_steps steps = {
        .keeps_blocks = true, .plan = show_plan, .compute = compute, .describe = describe};
    const struct reduce_options *given = values;
    const int exit = lwe_need_folder(session);
    return exit == EXIT_DONE ? lwe_run(session, &steps, given->instance, given) : exit;
}

static const struct example examples[] = {
    {"Reduce four blocks, with what the program chooses:",
     "gradiometer lwe reduce --instance instance --blocks 4 --out reduced"},
    {"All by hand:",
     "gradiometer lwe reduce --instance instance --rows 60 --blocks 2 --embedding-weight 4 "
     "--drop-columns 0 --block-size 20 --loops 4 --out reduced"},
    {0},
};

const struct command command_lwe_reduce = {
    .name = "lwe reduce",
    .summary = "make short rows of the samples by lattice reduction",
    .description =
        "Reduces blocks of samples by LLL and BKZ (fplll) in processes of their own, and writes "
        "short combinations: RA.npy [N, n] and Rb.npy [N], centred residues; R.npy [N, w], whole "
        "coefficients, and indices.npy [N, w], the samples that they belong to; blocks.npy [N]; "
        "reduction.json. lwe attack takes the folder.\n\n"
        "A block that a process loses, or is not done within the time limit, is left out and "
        "counted. A run that was killed goes on from the blocks that it had finished: the same "
        "command writes the same rows.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct reduce_options),
    .examples = examples,
    .run = run,
};
