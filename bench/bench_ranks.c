/* Latency and bandwidth of what carries data, between ranks and to a client in a process:
     mpirun -n R bench_ranks    agreeing; an array of which each rank has a part, handed out; an
   array of rank 0 for all. Of the rank that took longest, the least of the repeats bench_ranks
   clients        a question with that many bytes, and its empty answer and a straight line through
   them: seconds = latency + bytes / bandwidth. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gradiometer/gradiometer.h>

#include "gradients/client_channel.h"
#include "gradients/client_shard.h"
#include "parallel/ranks.h"

static const int64_t sizes[] = {8, 64, 512, 4096, 32768, 262144, 1 << 21, 1 << 24, 1 << 26};
enum { SIZES = sizeof sizes / sizeof *sizes, MOST = 1 << 26, COLUMNS = 64, MOST_RANKS = 64 };

/* Bytes from which on a time is bandwidth, and up to which it is latency. */
enum { LONG = 1 << 20, SHORT = 4096 };

static void check(gm_context *context, gm_status status) {
    if (status == GM_OK)
        return;
    fprintf(stderr, "bench_ranks: %s\n", gm_context_message(context));
    gm_ranks_abort(context, 1);
    exit(1);
}

static int repeats(int64_t bytes) {
    return bytes < LONG ? 300 : bytes < MOST ? 30 : 10;
}

static void *room(int64_t bytes) {
    char *made = malloc((size_t)bytes);
    if (!made)
        exit(1);
    memset(made, 1, (size_t)bytes);
    return made;
}

/* One exchange of that many bytes. */
typedef void (*exchange)(void *self, gm_context *context, int64_t bytes);

/* Of the rank that took longest: what comes last to it counts. */
static double longest(gm_context *context, double seconds) {
    double all[MOST_RANKS] = {0};
    const gm_shared told = {.base = all, .bytes = sizeof *all};
    all[gm_context_rank(context)] = seconds;
    check(context, gm_share_gather(context, gm_context_ranks(context), GM_OK, 1, &told));
    for (int r = 0; r < gm_context_ranks(context); r++)
        seconds = fmax(seconds, all[r]);
    return seconds;
}

static double least_seconds(exchange made, void *self, gm_context *context, int64_t bytes) {
    double least = INFINITY;
    for (int i = 0; i < repeats(bytes); i++) {
        check(context, gm_ranks_agree(context, GM_OK)); /* start together */
        const double from = gm_seconds();
        made(self, context, bytes);
        least = fmin(least, longest(context, gm_seconds() - from));
    }
    return least;
}

static void agree(void *self, gm_context *context, int64_t bytes) {
    (void)self;
    (void)bytes;
    check(context, gm_ranks_agree(context, GM_OK));
}

static void hand_out(void *self, gm_context *context, int64_t bytes) {
    const int64_t piece = bytes / gm_context_ranks(context);
    const gm_shared all = {.base = self, .bytes = piece > 0 ? piece : 1};
    check(context, gm_share_gather(context, gm_context_ranks(context), GM_OK, 1, &all));
}

static void broadcast(void *self, gm_context *context, int64_t bytes) {
    check(context, gm_ranks_take(context, 0, bytes, self));
}

/* What a client would have as its part of the data: its answer says no more than that it came. */
typedef struct asked {
    gm_client_channel channel;
    const gm_dataset *dataset;
} asked;

static void ask(void *given, gm_context *context, int64_t bytes) {
    asked *self = given;
    gm_client_fault fault = {0};
    gm_archive request;
    unsigned char *answer = NULL;
    int64_t size = 0;
    const int64_t rows = bytes / (8 * (COLUMNS + 1));
    const gm_client_data data = {self->dataset, gm_dataset_targets(self->dataset), 0};
    gm_archive_write(context, &request);
    gm_client_shard_write(&data, 0, rows > 0 ? rows : 1, &request);
    check(context, request.status);
    check(context, gm_client_ask(&self->channel, GM_CLIENT_SHARD, &request, 0, 60.0, &fault, &size,
                                 &answer));
    if (fault.name) {
        fprintf(stderr, "bench_ranks: the client %s\n", fault.text);
        exit(1);
    }
    gm_release(context, answer);
    gm_archive_release(&request);
}

/* A row for each size, then the line through them. */
static void table(const char *name, exchange made, void *self, gm_context *context) {
    double latency = 0.0, slope = 0.0, seconds[SIZES];
    int small = 0, large = 0;
    const bool first = gm_context_rank(context) == 0;
    for (int i = 0; i < SIZES; i++) {
        seconds[i] = least_seconds(made, self, context, sizes[i]);
        if (first)
            printf("%s %lld %.3g\n", name, (long long)sizes[i], seconds[i]);
        latency += sizes[i] <= SHORT ? seconds[i] : 0.0;
        small += sizes[i] <= SHORT;
    }
    latency /= small;
    for (int i = 0; i < SIZES; i++) {
        if (sizes[i] < LONG)
            continue;
        slope += log((seconds[i] - latency) / (double)sizes[i]);
        large++;
    }
    if (first)
        printf("%s: latency %.3g s, bandwidth %.3g bytes/s\n", name, latency, exp(-slope / large));
}

static void between_ranks(gm_context *context) {
    char *bytes = room(MOST + 4096);
    const double alone = least_seconds(agree, NULL, context, 0);
    if (gm_context_rank(context) == 0)
        printf("ranks %d\nagree: latency %.3g s\n", gm_context_ranks(context), alone);
    table("gather", hand_out, bytes, context);
    table("broadcast", broadcast, bytes, context);
    free(bytes);
}

static void to_client(gm_context *context) {
    const int64_t rows = MOST / (8 * (COLUMNS + 1)) + 1;
    double *x = room(rows * COLUMNS * 8), *y = room(rows * 8);
    gm_dataset *dataset = NULL;
    char *program = NULL;
    const gm_client_duty duties[] = {gm_client_shard_duty, {.service = NULL}};
    memset(x, 0, (size_t)(rows * COLUMNS) * 8);
    memset(y, 0, (size_t)rows * 8);
    check(context, gm_dataset_from_arrays(context, rows, COLUMNS, x, y, &dataset));
    check(context, gm_process_find(context, "bench_ranks", "", "GRADIOMETER_CLIENT",
                                   "gradiometer-client", "", &program));
    asked self = {.dataset = dataset,
                  .channel = {.context = context,
                              .program = program,
                              .duties = duties,
                              .arguments = {"--client", "1", "--threads", "1", NULL}}};
    const double from = gm_seconds();
    ask(&self, context, sizes[0]);
    printf("client: started in %.3g s\n", gm_seconds() - from);
    table("ask", ask, &self, context);
    gm_client_channel_close(&self.channel);
    gm_release(context, program);
    gm_dataset_destroy(dataset);
    free(y);
    free(x);
}

int main(int count, char **arguments) {
    gm_context *context = NULL;
    const gm_context_options options = {.threads = 1};
    int exit_status = 0;
    bool tells = false;
    if (gm_context_create(&options, &context) != GM_OK)
        return 1;
    check(context, gm_ranks_join(context));
    if (count > 1 && strcmp(arguments[1], "clients") == 0)
        to_client(context);
    else
        between_ranks(context);
    if (!gm_ranks_leave(context, GM_OK, &exit_status, &tells))
        gm_ranks_abort(context, 1);
    gm_context_destroy(context);
    return exit_status;
}
