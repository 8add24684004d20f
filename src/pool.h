// SPDX-License-Identifier: BSD-2-Clause
//
// Threads that sleep between frames, are woken once per frame and share out its
// tasks. The thread that calls qsr_pool_run works too, as worker 0; it only waits if
// the others are to be nice, because a thread cannot be made nice and back.

#ifndef QSR_POOL_H
#define QSR_POOL_H

#include <stddef.h>

typedef struct QsrPool QsrPool;

// What a frame's workers call: once with every task number, in rising order
// but from several threads at once. `worker` is 0 .. workers-1.
typedef void (*QsrPoolTask)(void *arg, int worker, int task);
// Called by each worker before its first and after its last task of a frame.
typedef void (*QsrPoolHook)(void);

// `nice`: 0, or the niceness (up to 19) of the threads; they keep a greater one that
// they inherit. `workers` counts the calling thread if that works, too. Returns fewer
// workers than asked for, with a pool that works, if the system will not give more
// threads; NULL only without memory.
QsrPool *qsr_pool_new(int workers, int nice);
int qsr_pool_workers(const QsrPool *pool);

// Returns when all tasks 0 .. n_tasks-1 are done. Hooks may be NULL. One caller
// at a time.
void qsr_pool_run(QsrPool *pool, QsrPoolTask run, void *arg, int n_tasks, QsrPoolHook start,
                  QsrPoolHook stop);

// Joins the threads. NULL is fine.
void qsr_pool_free(QsrPool *pool);

// Processors this process may use: its affinity mask, and the quota of its
// control group where there is one. At least 1.
int qsr_available_processors(void);

// Size of the second-level cache, or a guess where the system does not say.
size_t qsr_l2_cache_bytes(void);

#endif
