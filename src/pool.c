// SPDX-License-Identifier: BSD-2-Clause
#include "src/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__linux__)
#include <sys/resource.h>
#endif

typedef struct Worker {
    QsrPool *pool;
    pthread_t thread;
    int index;
} Worker;

struct QsrPool {
    int n_workers;
    int n_threads;       // of its own: all workers, or all but the caller
    int nice;
    pthread_mutex_t lock;
    pthread_cond_t wake; // a new frame, or the end
    pthread_cond_t done; // busy fell to 0
    unsigned frame;      // counts frames; what sleepers wait for
    bool quit;
    int busy;            // threads of its own still in this frame

    // The frame: written under the lock before the threads are woken.
    QsrPoolTask run;
    void *arg;
    int n_tasks;
    QsrPoolHook start, stop;
    atomic_int next; // next task to hand out

    Worker workers[];
};

static void work(QsrPool *pool, int worker)
{
    bool started = false;
    for (;;) {
        const int task = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (task >= pool->n_tasks)
            break;
        if (!started && pool->start)
            pool->start();
        started = true;
        pool->run(pool->arg, worker, task);
    }
    if (started && pool->stop)
        pool->stop();
}

// Of the calling thread alone: on Linux niceness is a thread's. A machine that
// refuses is not worth failing for.
static void be_nice(int nice)
{
#if defined(__linux__)
    if (nice > getpriority(PRIO_PROCESS, 0))
        setpriority(PRIO_PROCESS, 0, nice);
#else
    (void)nice;
#endif
}

static void *thread_main(void *arg)
{
    Worker *self = arg;
    QsrPool *pool = self->pool;
    unsigned seen = 0;
    if (pool->nice)
        be_nice(pool->nice);
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->frame == seen && !pool->quit)
            pthread_cond_wait(&pool->wake, &pool->lock);
        if (pool->quit)
            break;
        seen = pool->frame;
        pthread_mutex_unlock(&pool->lock);
        work(pool, self->index);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

QsrPool *qsr_pool_new(int workers, int nice)
{
    QsrPool *pool = calloc(1, sizeof(*pool) + sizeof(Worker) * (size_t)workers);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->done, NULL);

    // Signals are the program's business: its handlers must not run in here.
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pool->nice = nice;
    const int first = nice ? 0 : 1; // worker 0 is the caller
    int n = first;
    for (; n < workers; n++) {
        Worker *w = &pool->workers[n - first];
        *w = (Worker){.pool = pool, .index = n};
        if (pthread_create(&w->thread, NULL, thread_main, w))
            break;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pool->n_threads = n - first;
    pool->n_workers = n ? n : 1; // without a thread the caller has to
    return pool;
}

int qsr_pool_workers(const QsrPool *pool)
{
    return pool->n_workers;
}

void qsr_pool_run(QsrPool *pool, QsrPoolTask run, void *arg, int n_tasks, QsrPoolHook start,
                  QsrPoolHook stop)
{
    pthread_mutex_lock(&pool->lock);
    pool->run = run;
    pool->arg = arg;
    pool->n_tasks = n_tasks;
    pool->start = start;
    pool->stop = stop;
    atomic_store(&pool->next, 0);
    // Waking threads for a single task would only cost time.
    const bool caller_works = pool->n_workers > pool->n_threads;
    const bool alone = pool->n_threads == 0 || n_tasks < (caller_works ? 2 : 1);
    if (!alone) {
        pool->busy = pool->n_threads;
        pool->frame++;
        pthread_cond_broadcast(&pool->wake);
    }
    pthread_mutex_unlock(&pool->lock);

    if (caller_works)
        work(pool, 0);

    if (!alone) {
        pthread_mutex_lock(&pool->lock);
        while (pool->busy)
            pthread_cond_wait(&pool->done, &pool->lock);
        pthread_mutex_unlock(&pool->lock);
    }
}

void qsr_pool_free(QsrPool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->quit = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->n_threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
