// SPDX-License-Identifier: BSD-2-Clause
//
// What thread sanitizer cannot see, because the libraries of the system are not
// built with it: the locks of GLib, and references that change hands. Linked to
// a program, these functions come before the libraries' own; each tells the
// sanitizer what happens before what, and calls the one behind it.
//
// For a build with -Db_sanitize=thread, run with
// TSAN_OPTIONS=ignore_noninstrumented_modules=1.

#include <dlfcn.h>
#include <gst/gst.h>

// From sanitizer/tsan_interface.h, which is not in every compiler's package.
void __tsan_acquire(void *address);
void __tsan_release(void *address);

// The next definition of the function, kept in `real`.
#define REAL(type, name)                                                                          \
    static __typeof__(type) real;                                                                 \
    if (!real)                                                                                    \
        *(void **) &real = dlsym(RTLD_NEXT, #name)

#define LOCK(name, Type)                                                                          \
    void name(Type *lock)                                                                         \
    {                                                                                             \
        REAL(void (*)(Type *), name);                                                             \
        real(lock);                                                                               \
        __tsan_acquire(lock);                                                                     \
    }

#define TRYLOCK(name, Type)                                                                       \
    gboolean name(Type *lock)                                                                     \
    {                                                                                             \
        REAL(gboolean(*)(Type *), name);                                                          \
        gboolean got = real(lock);                                                                \
                                                                                                  \
        if (got)                                                                                  \
            __tsan_acquire(lock);                                                                 \
        return got;                                                                               \
    }

#define UNLOCK(name, Type)                                                                        \
    void name(Type *lock)                                                                         \
    {                                                                                             \
        REAL(void (*)(Type *), name);                                                             \
        __tsan_release(lock);                                                                     \
        real(lock);                                                                               \
    }

LOCK(g_mutex_lock, GMutex)
TRYLOCK(g_mutex_trylock, GMutex)
UNLOCK(g_mutex_unlock, GMutex)
LOCK(g_rec_mutex_lock, GRecMutex)
TRYLOCK(g_rec_mutex_trylock, GRecMutex)
UNLOCK(g_rec_mutex_unlock, GRecMutex)
LOCK(g_rw_lock_writer_lock, GRWLock)
TRYLOCK(g_rw_lock_writer_trylock, GRWLock)
UNLOCK(g_rw_lock_writer_unlock, GRWLock)
LOCK(g_rw_lock_reader_lock, GRWLock)
TRYLOCK(g_rw_lock_reader_trylock, GRWLock)
UNLOCK(g_rw_lock_reader_unlock, GRWLock)

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    REAL(void (*)(GCond *, GMutex *), g_cond_wait);
    __tsan_release(mutex);
    real(cond, mutex);
    __tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
    REAL(gboolean(*)(GCond *, GMutex *, gint64), g_cond_wait_until);
    gboolean in_time;

    __tsan_release(mutex);
    in_time = real(cond, mutex, end);
    __tsan_acquire(mutex);
    return in_time;
}

// The macros of the same names would hide these.
gboolean(g_once_init_enter)(volatile void *location)
{
    REAL(gboolean(*)(volatile void *), g_once_init_enter);
    gboolean first = real(location);

    __tsan_acquire((void *) location);
    return first;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
    REAL(void (*)(volatile void *, gsize), g_once_init_leave);
    __tsan_release((void *) location);
    real(location, result);
}

// The last one to let go ends the object, behind all that others did to it.
#define UNREF(name, Type)                                                                         \
    void name(Type *object)                                                                       \
    {                                                                                             \
        REAL(void (*)(Type *), name);                                                             \
        __tsan_release(object);                                                                   \
        __tsan_acquire(object);                                                                   \
        real(object);                                                                             \
    }

UNREF(g_object_unref, void)
UNREF(gst_mini_object_unref, GstMiniObject)
UNREF(gst_object_unref, void)

void g_async_queue_push(GAsyncQueue *queue, gpointer item)
{
    REAL(void (*)(GAsyncQueue *, gpointer), g_async_queue_push);
    __tsan_release(queue);
    real(queue, item);
}

gpointer g_async_queue_pop(GAsyncQueue *queue)
{
    REAL(gpointer(*)(GAsyncQueue *), g_async_queue_pop);
    gpointer item = real(queue);

    __tsan_acquire(queue);
    return item;
}

// What went back to its pool was let go of above.
GstFlowReturn gst_buffer_pool_acquire_buffer(GstBufferPool *pool, GstBuffer **buffer,
                                             GstBufferPoolAcquireParams *params)
{
    REAL(GstFlowReturn(*)(GstBufferPool *, GstBuffer **, GstBufferPoolAcquireParams *),
         gst_buffer_pool_acquire_buffer);
    GstFlowReturn ret = real(pool, buffer, params);

    if (ret == GST_FLOW_OK)
        __tsan_acquire(*buffer);
    return ret;
}
