/*
 * Recover the second moments of a table from gradients of a regression on it.
 *
 * A program of its own: it uses the installed library through its public headers alone.
 */
#include <gradiometer/gradiometer.h>

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 20000, COLUMNS = 3 };

/* x = L z with z standard normal, so that E x xᵀ = L Lᵀ. */
static const double factor[COLUMNS][COLUMNS] = {{2, 0, 0}, {1, 1, 0}, {-0.5, 0.3, 0.4}};

static double planted(int i, int j) {
    double sum = 0;
    for (int k = 0; k < COLUMNS; k++)
        sum += factor[i][k] * factor[j][k];
    return sum;
}

/* Draw inputs [ROWS, COLUMNS] and targets [ROWS], the sum of each row, and make a data set. */
static gm_status draw_table(gm_context *context, gm_dataset **out) {
    static double normal[ROWS * COLUMNS];
    static double inputs[ROWS * COLUMNS];
    static double targets[ROWS];
    const gm_stream stream = {.seed = 1, .stream = 0};
    gm_random_gaussian(context, stream, 0, ROWS * COLUMNS, normal);
    for (int row = 0; row < ROWS; row++) {
        targets[row] = 0;
        for (int i = 0; i < COLUMNS; i++) {
            double x = 0;
            for (int k = 0; k <= i; k++)
                x += factor[i][k] * normal[row * COLUMNS + k];
            inputs[row * COLUMNS + i] = x;
            targets[row] += x;
        }
    }
    return gm_dataset_from_arrays(context, ROWS, COLUMNS, inputs, targets, out);
}

static void print(const gm_recovery *recovery) {
    printf("  i  j   planted  recovered\n");
    for (int i = 0; i < COLUMNS; i++)
        for (int j = i; j < COLUMNS; j++)
            printf("%3d%3d%10.3f%11.3f\n", i, j, planted(i, j), recovery->hessian[i * COLUMNS + j]);
    printf("%lld gradients, estimator %s\n", (long long)recovery->gradients, recovery->estimator);
    printf("predicted relative error %.4f, 95 %% interval %.4f %.4f\n",
           recovery->predicted_operator.value, recovery->predicted_operator.low,
           recovery->predicted_operator.high);
    printf("true relative error %.4f\n", recovery->error.operator_relative);
}

int main(void) {
    const gm_recover_options options = {.estimator = "paired",
                                        .batch_size = 64,
                                        .num_gradients = 16384,
                                        .seed = 2,
                                        .compare = true};
    gm_context *context = NULL;
    gm_dataset *dataset = NULL;
    gm_recovery *recovery = NULL;
    printf("gradiometer %s\n", gm_build_describe().version);
    gm_status status = gm_context_create(NULL, &context);
    if (status == GM_OK)
        status = draw_table(context, &dataset);
    if (status == GM_OK)
        status = gm_recover(context, dataset, &options, &recovery);
    if (status == GM_OK)
        print(recovery);
    else
        fprintf(stderr, "%s: %s\n", gm_status_text(status),
                context ? gm_context_message(context) : "no context");
    gm_recovery_destroy(context, recovery);
    gm_dataset_destroy(dataset);
    gm_context_destroy(context);
    return status == GM_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
