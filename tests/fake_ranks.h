/* Ranks that are threads of the test, over a transport in memory. What a rank finds is looked at by
   the thread of the test, once all have ended. */
#ifndef GM_TESTS_FAKE_RANKS_H
#define GM_TESTS_FAKE_RANKS_H

#include "check.h"

enum { FAKE_RANKS_MOST = 5 };

/* One rank; its context has joined the others. */
typedef void (*fake_rank)(gm_context *context, int rank, void *argument);

/* Run a function on `ranks` ranks of `threads` threads each, and wait for all. */
void fake_ranks_run(int ranks, int threads, fake_rank run, void *argument);

/* Of the calling rank: what it carries from now on is lost, as where another rank never comes. */
void fake_ranks_desert(void);

/* Number of bytes that the last run handed to ranks. */
int64_t fake_ranks_bytes(void);

#endif
