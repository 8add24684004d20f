// SPDX-License-Identifier: BSD-2-Clause
//
// The thread pool: every task once, hooks in pairs, frame after frame.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/pool.h"

#define MAX_TASKS 300
#define CHECK(cond)                                                                            \
    do {                                                                                       \
        if (!(cond)) {                                                                         \
            printf("FAIL line %d: %s\n", __LINE__, #cond);                                     \
            exit(1);                                                                           \
        }                                                                                      \
    } while (0)

static atomic_int starts, stops;
static _Thread_local int depth;

static void start(void)
{
    CHECK(depth == 0);
    depth++;
    atomic_fetch_add(&starts, 1);
}

static void stop(void)
{
    CHECK(depth == 1);
    depth--;
    atomic_fetch_add(&stops, 1);
}

typedef struct Frame {
    int workers;
    int count[MAX_TASKS];   // written by one task each: a race shows under TSan
    int per_worker[64];     // written by one worker each
} Frame;

static void task(void *arg, int worker, int index)
{
    Frame *f = arg;
    CHECK(worker >= 0 && worker < f->workers);
    CHECK(depth == 1);
    f->count[index]++;
    f->per_worker[worker]++;
}

static void run(int workers, int frames)
{
    QsrPool *pool = qsr_pool_new(workers, 0);
    CHECK(pool && qsr_pool_workers(pool) == workers);
    unsigned seed = (unsigned)workers;
    for (int i = 0; i < frames; i++) {
        Frame f = {.workers = workers};
        seed = seed * 1103515245u + 12345u;
        const int n = (int)(seed >> 16) % MAX_TASKS;
        atomic_store(&starts, 0);
        atomic_store(&stops, 0);
        qsr_pool_run(pool, task, &f, n, start, stop);
        int sum = 0;
        for (int k = 0; k < workers; k++)
            sum += f.per_worker[k];
        CHECK(sum == n);
        for (int k = 0; k < MAX_TASKS; k++)
            CHECK(f.count[k] == (k < n));
        CHECK(atomic_load(&starts) == atomic_load(&stops));
        CHECK(n == 0 || atomic_load(&starts) >= 1);
        CHECK(atomic_load(&starts) <= workers);
    }
    qsr_pool_free(pool);
}

int main(void)
{
    run(1, 100);
    run(2, 2000);
    run(5, 1000);
    run(64, 50);
    for (int i = 0; i < 100; i++) // created and freed without a frame
        qsr_pool_free(qsr_pool_new(4, 0));
    qsr_pool_free(NULL);
    CHECK(qsr_available_processors() >= 1);
    printf("pool: all passed\n");
    return 0;
}
