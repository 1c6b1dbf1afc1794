/*
 * Draw a table whose second moments are known, and see them in the sample.
 *
 * A program of its own: it uses the installed library through its public headers alone.
 */
#include <gradiometer/gradiometer.h>

#include <math.h>
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

/* Second moments of the data set, [COLUMNS, COLUMNS]. */
static void sample_moments(const gm_dataset *dataset, double out[COLUMNS][COLUMNS]) {
    double row[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        for (int j = 0; j < COLUMNS; j++)
            out[i][j] = 0;
    for (int64_t r = 0; r < gm_dataset_rows(dataset); r++) {
        gm_dataset_copy_rows(dataset, r, 1, row);
        for (int i = 0; i < COLUMNS; i++)
            for (int j = 0; j < COLUMNS; j++)
                out[i][j] += row[i] * row[j] / (double)gm_dataset_rows(dataset);
    }
}

/* Print both matrices, and return the largest difference of their entries. */
static double compare(double seen[COLUMNS][COLUMNS]) {
    double largest = 0;
    printf("  i  j   planted      seen\n");
    for (int i = 0; i < COLUMNS; i++) {
        for (int j = i; j < COLUMNS; j++) {
            double difference = fabs(seen[i][j] - planted(i, j));
            printf("%3d%3d%10.3f%10.3f\n", i, j, planted(i, j), seen[i][j]);
            largest = difference > largest ? difference : largest;
        }
    }
    return largest;
}

int main(void) {
    gm_context *context = NULL;
    gm_dataset *dataset = NULL;
    double seen[COLUMNS][COLUMNS];
    printf("gradiometer %s\n", gm_build_describe().version);
    gm_status status = gm_context_create(NULL, &context);
    if (status == GM_OK)
        status = draw_table(context, &dataset);
    if (status != GM_OK) {
        fprintf(stderr, "%s: %s\n", gm_status_text(status),
                context ? gm_context_message(context) : "no context");
        gm_context_destroy(context);
        return EXIT_FAILURE;
    }
    sample_moments(dataset, seen);
    printf("largest difference %.3f\n", compare(seen));
    gm_dataset_destroy(dataset);
    gm_context_destroy(context);
    return EXIT_SUCCESS;
}
