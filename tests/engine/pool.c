// SPDX-License-Identifier: BSD-2-Clause
//
// The thread pool: every task once, hooks in pairs, frame after frame; nice threads
// are nice, and their caller works no more than it stays what it was.
#include <stdatomic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__linux__)
#include <sys/resource.h>
#endif

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

static void run(int workers, int frames, int nice)
{
    QsrPool *pool = qsr_pool_new(workers, nice);
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

#if defined(__linux__)
typedef struct Niceness {
    pthread_t caller;
    int wanted;
} Niceness;

static void nice_task(void *arg, int worker, int index)
{
    const Niceness *n = arg;
    (void)worker;
    (void)index;
    CHECK(!pthread_equal(pthread_self(), n->caller));
    CHECK(getpriority(PRIO_PROCESS, 0) == n->wanted);
}

static void check_niceness(void)
{
    const int own = getpriority(PRIO_PROCESS, 0);
    for (int nice = 1; nice <= 19; nice += 6) {
        Niceness n = {.caller = pthread_self(), .wanted = nice > own ? nice : own};
        QsrPool *pool = qsr_pool_new(3, nice);
        CHECK(pool && qsr_pool_workers(pool) == 3);
        for (int tasks = 0; tasks < 40; tasks++)
            qsr_pool_run(pool, nice_task, &n, tasks, NULL, NULL);
        qsr_pool_free(pool);
        CHECK(getpriority(PRIO_PROCESS, 0) == own);
    }
}
#else
static void check_niceness(void)
{
}
#endif

int main(void)
{
    for (int nice = 0; nice <= 10; nice += 10) {
        run(1, 100, nice);
        run(2, 1500, nice);
        run(5, 700, nice);
        run(64, 30, nice);
    }
    check_niceness();
    for (int i = 0; i < 100; i++) // created and freed without a frame
        qsr_pool_free(qsr_pool_new(4, 0));
    qsr_pool_free(NULL);
    CHECK(qsr_available_processors() >= 1);
    printf("pool: all passed\n");
    return 0;
}
