#include "data.h"

#include "try.h"

const char *const data_missing_choices[] = {"error", "drop", "mean", NULL};

gm_status data_load(gm_context *context, const struct data_options *options, gm_dataset **out) {
    gm_dataset_options table = options->table;
    table.missing = (gm_missing)options->missing;
    return gm_dataset_load(context, options->path, &table, out);
}

gm_status data_report(gm_report *report, const char *path, const gm_dataset *dataset) {
    TRY(gm_report_set_text(report, "result.data.path", path));
    if (!dataset)
        return GM_OK;
    TRY(gm_report_set_integer(report, "result.data.rows", gm_dataset_rows(dataset)));
    TRY(gm_report_set_integer(report, "result.data.columns", gm_dataset_columns(dataset)));
    TRY(gm_report_set_text(report, "result.data.target", gm_dataset_target_name(dataset)));
    TRY(gm_report_set_integer(report, "result.data.dropped_rows",
                              gm_dataset_dropped_rows(dataset)));
    TRY(gm_report_set_integer(report, "result.data.filled_values",
                              gm_dataset_filled_values(dataset)));
    TRY(gm_report_set_numbers(report, "result.data.classes", NULL, 0));
    for (int64_t c = 0; c < gm_dataset_classes(dataset); c++)
        TRY(gm_report_append_text(report, "result.data.classes",
                                  gm_dataset_class_name(dataset, c)));
    return GM_OK;
}
