// SPDX-License-Identifier: BSD-2-Clause
//
// A machine that refuses: every allocation in turn, read() and threads. The
// linker sends the library's calls here (--wrap). What is asked for must fail
// with the right code, leave nothing behind, and work when asked again.

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/model.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"

#define FOREVER 1000000

static int allocations_left = FOREVER, threads_left = FOREVER;
static int read_script; // what read() does next; 0: its job

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t align, size_t n);
ssize_t __real_read(int fd, void *buf, size_t n);
int __real_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *arg);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t n);
ssize_t __wrap_read(int fd, void *buf, size_t n);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *arg);

void *__wrap_malloc(size_t n)
{
    return allocations_left-- > 0 ? __real_malloc(n) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return allocations_left-- > 0 ? __real_calloc(n, size) : NULL;
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
    return allocations_left-- > 0 ? __real_aligned_alloc(align, n) : NULL;
}

int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *arg)
{
    return threads_left-- > 0 ? __real_pthread_create(t, a, f, arg) : EAGAIN;
}

ssize_t __wrap_read(int fd, void *buf, size_t n)
{
    switch (read_script) {
    case 1: // interrupted every other time, and a few bytes at a time
    case 2:
        read_script = 3 - read_script;
        if (read_script == 2) {
            errno = EINTR;
            return -1;
        }
        return __real_read(fd, buf, n > 1000 ? 1000 : n);
    case 3: // some bytes, then a broken disk
        read_script = 4;
        return __real_read(fd, buf, n > 1000 ? 1000 : n);
    case 4:
        errno = EIO;
        return -1;
    default:
        return __real_read(fd, buf, n);
    }
}

// ------------------------------------------------------------------- files ---

static void test_read(const char *path, size_t size)
{
    QsrModel *m;
    QsrError err;

    read_script = 1;
    CHECK(qsr_model_open(&m, path, QSR_SCALE_ANY, &err) == 0, "interrupted: %s", err.message);
    CHECK(read_script == 1 || read_script == 2, "read() was not called through here");
    CHECK(m && m->info.file_size == size, "another model");
    qsr_model_unref(&m);

    read_script = 3;
    CHECK(qsr_model_open(&m, path, QSR_SCALE_ANY, &err) == QSR_ERR_IO && !m, "%d", err.code);
    CHECK(strstr(err.message, ": cannot read the file: "), "%s", err.message);
    read_script = 0;
}

static void test_open_without_memory(const char *path)
{
    QsrModel *m = NULL;
    QsrError err;
    int n;

    for (n = 0; n < 1000; n++) {
        int res;

        allocations_left = n;
        res = qsr_model_open(&m, path, QSR_SCALE_ANY, &err);
        allocations_left = FOREVER;
        if (res == 0)
            break;
        CHECK(res == QSR_ERR_NOMEM && err.code == res, "allocation %d: %d %s", n, res, err.message);
        CHECK(!m, "allocation %d: a model in spite of the failure", n);
        CHECK(strlen(err.message) > 10, "allocation %d: \"%s\"", n, err.message);
    }
    CHECK(n >= 4 && n < 1000, "%d allocations", n);
    qsr_model_unref(&m);
}

// ------------------------------------------------------------------ engine ---

static int upscale(QsrContext *ctx, uint8_t *dst, QsrError *err)
{
    static uint8_t src[20 * 14 * 3];
    QsrPicture in = { .format = QSR_FORMAT_RGB, .width = 20, .height = 14, .data = { src },
                      .stride = { 60 } };
    QsrPicture out = { .format = QSR_FORMAT_RGB, .width = 40, .height = 28, .data = { dst },
                       .stride = { 120 } };

    for (size_t i = 0; i < sizeof(src); i++)
        src[i] = (uint8_t)(i * 37);
    return qsr_process(ctx, &in, &out, err);
}

static void test_engine_without_memory(QsrModel *m, int n_threads, const uint8_t *expected)
{
    uint8_t dst[40 * 28 * 3];
    QsrSettings settings;
    QsrContext *ctx;
    QsrError err;
    int n, res = -1;

    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    settings.n_threads = n_threads;
    for (n = 0; res < 0 && n < 1000; n++) {
        allocations_left = n;
        res = qsr_open(&ctx, m, &settings, &err);
        if (res == 0) {
            res = upscale(ctx, dst, &err);
            allocations_left = FOREVER;
            if (res < 0) {
                // The context stays usable.
                int again = upscale(ctx, dst, NULL);
                CHECK(again == 0, "allocation %d: %d afterwards", n, again);
                CHECK(!memcmp(dst, expected, sizeof(dst)), "allocation %d: other bytes", n);
            }
            qsr_close(&ctx);
        }
        allocations_left = FOREVER;
        CHECK(res == 0 || res == QSR_ERR_NOMEM, "allocation %d: %d %s", n, res, err.message);
    }
    CHECK(res == 0 && n > 3, "%d allocations", n);
}

static void test_engine_without_threads(QsrModel *m, const uint8_t *expected)
{
    uint8_t dst[40 * 28 * 3];
    QsrSettings settings;
    QsrContext *ctx;
    QsrError err;

    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    settings.n_threads = 4;
    for (int n = 0; n < 8; n++) {
        int res;

        settings.nice = n < 4 ? 0 : 3;
        threads_left = n % 4;
        res = qsr_open(&ctx, m, &settings, &err);
        threads_left = FOREVER;
        // Fewer threads, or a clean refusal; and a close that waits for none
        // that never started.
        CHECK(res == 0 || (res == QSR_ERR_NOMEM && !ctx), "%d threads: %d", n, res);
        if (res == 0) {
            CHECK(upscale(ctx, dst, &err) == 0, "%d threads: %s", n, err.message);
            CHECK(!memcmp(dst, expected, sizeof(dst)), "%d threads: other bytes", n);
            qsr_close(&ctx);
        }
    }
}

// Reuse does without its memory; and once two frames are made, nothing is asked for.
static void test_reuse(QsrModel *m, const uint8_t *expected)
{
    uint8_t dst[40 * 28 * 3];
    QsrSettings settings;
    QsrContext *ctx;

    qsr_settings_default(&settings);
    settings.backend = QSR_BACKEND_CPU;
    settings.n_threads = 2;
    settings.reuse = 1;
    for (int n = 0; n < 40; n++) {
        allocations_left = n;
        int res = qsr_open(&ctx, m, &settings, NULL);
        for (int frame = 0; frame < 3 && res == 0; frame++) {
            res = upscale(ctx, dst, NULL);
            CHECK(res == QSR_ERR_NOMEM || !memcmp(dst, expected, sizeof(dst)),
                  "allocation %d, frame %d: other bytes", n, frame);
        }
        allocations_left = FOREVER;
        CHECK(res == 0 || res == QSR_ERR_NOMEM, "allocation %d: %d", n, res);
        qsr_close(&ctx);
    }

    CHECK(qsr_open(&ctx, m, &settings, NULL) == 0, "no context");
    for (int frame = 0; frame < 100; frame++) {
        if (frame == 2)
            allocations_left = 0;
        CHECK(upscale(ctx, dst, NULL) == 0 && !memcmp(dst, expected, sizeof(dst)), "frame %d", frame);
    }
    allocations_left = FOREVER;
    qsr_close(&ctx);
}

// A model with or without an input branch; *file is to be freed.
static size_t make(uint8_t **file, int branch)
{
    QsrTestModelSpec spec = { .scale = QSR_SCALE(2, 1), .channels = 32, .blocks = 1,
                              .branch = branch, .seed = 4 };

    return qsr_test_model(file, &spec);
}

static void test_engine(int branch)
{
    uint8_t *file, expected[40 * 28 * 3];
    size_t size = make(&file, branch);
    QsrModel *m;
    QsrContext *ctx;

    if (qsr_model_open_memory(&m, file, size, NULL, NULL) < 0 || qsr_open(&ctx, m, NULL, NULL) < 0 ||
        upscale(ctx, expected, NULL) < 0) {
        CHECK(0, "no engine to test");
        return;
    }
    qsr_close(&ctx);
    for (int n = 1; n <= 3; n++)
        test_engine_without_memory(m, n, expected);
    test_engine_without_threads(m, expected);
    test_reuse(m, expected);
    qsr_model_unref(&m);
    free(file);
}

int main(void)
{
    char path[] = "/tmp/qsr-faults-XXXXXX";
    uint8_t *file;
    size_t size = make(&file, 1);
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, file, size) != (ssize_t)size || close(fd)) {
        perror(path);
        return 1;
    }
    test_read(path, size);
    test_open_without_memory(path);
    unlink(path);
    free(file);
    test_engine(0);
    test_engine(1);
    return check_result();
}
