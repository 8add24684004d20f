// SPDX-License-Identifier: BSD-2-Clause
//
// Models from paths: what kinds of files are read, what is said of the others,
// and that no model or file descriptor is left behind.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/model.h"
#include "src/utf8.h"
#include "tests/engine/check.h"
#include "tests/engine/testmodel.h"

static uint8_t *good;
static size_t good_size;

static void write_file(const char *path, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd)) {
        perror(path);
        exit(1);
    }
}

static void check_presentable(const char *text)
{
    const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text);

    CHECK(p < end, "an empty message");
    while (p < end) {
        size_t n = qsr_utf8_length(p, (size_t)(end - p));
        CHECK(n > 0, "not UTF-8: \"%s\"", text);
        CHECK(*p >= 0x20 && *p != 0x7f, "a control character: \"%s\"", text);
        p += n ? n : 1;
    }
}

static void refused(const char *path, QsrScale scale, int code, const char *message)
{
    QsrModel *m = (QsrModel *)&code;
    QsrError err = { 0 };
    int res = qsr_model_open(&m, path, scale, &err);

    CHECK(res == code && err.code == code, "%s: %d, not %d (%s)", path, res, code, err.message);
    CHECK(!m, "%s: a model in spite of the failure", path);
    CHECK(strstr(err.message, message), "\"%s\" lacks \"%s\"", err.message, message);
    check_presentable(err.message);
    qsr_model_unref(&m);
}

static void opens(const char *path, QsrScale scale)
{
    QsrModel *m;
    QsrError err;

    CHECK(qsr_model_open(&m, path, scale, &err) == 0, "%s: %s", path, err.message);
    if (m)
        CHECK(m->info.file_size == good_size, "%s: %zu bytes", path, m->info.file_size);
    qsr_model_unref(&m);
}

// ------------------------------------------------------------------- kinds ---

static void test_kinds(void)
{
    write_file("good.qsr", good, good_size);
    opens("good.qsr", QSR_SCALE_ANY);
    opens("./good.qsr", QSR_SCALE(3, 2));
    write_file("other-name", good, good_size);
    opens("./other-name", QSR_SCALE_ANY);
    CHECK(symlink("good.qsr", "link.qsr") == 0, "symlink: %s", strerror(errno));
    opens("link.qsr", QSR_SCALE_ANY);

    // Without a '/' or ".qsr" it is a name, even if there is such a file.
    refused("other-name", QSR_SCALE(2, 1), QSR_ERR_NOT_FOUND, "'other-name'");

    refused("missing.qsr", QSR_SCALE_ANY, QSR_ERR_NOT_FOUND, "missing.qsr: cannot open the file: ");
    refused("good.qsr/x", QSR_SCALE_ANY, QSR_ERR_NOT_FOUND, "good.qsr/x: cannot open the file: ");
    CHECK(symlink("nowhere", "dangling.qsr") == 0, "symlink: %s", strerror(errno));
    refused("dangling.qsr", QSR_SCALE_ANY, QSR_ERR_NOT_FOUND, "dangling.qsr: cannot open the file");
    CHECK(symlink("loop.qsr", "loop.qsr") == 0, "symlink: %s", strerror(errno));
    refused("loop.qsr", QSR_SCALE_ANY, QSR_ERR_IO, "loop.qsr: cannot open the file: ");

    CHECK(mkdir("folder.qsr", 0700) == 0, "mkdir: %s", strerror(errno));
    refused("folder.qsr", QSR_SCALE_ANY, QSR_ERR_IO, "folder.qsr: not a regular file but a folder");
    // Must not wait for a writer; the alarm ends the test if it does.
    CHECK(mkfifo("fifo.qsr", 0600) == 0, "mkfifo: %s", strerror(errno));
    alarm(60);
    refused("fifo.qsr", QSR_SCALE_ANY, QSR_ERR_IO, "fifo.qsr: not a regular file");
    alarm(0);
    refused("/dev/null", QSR_SCALE_ANY, QSR_ERR_IO, "/dev/null: not a regular file");

    write_file("secret.qsr", good, good_size);
    chmod("secret.qsr", 0);
    if (access("secret.qsr", R_OK) != 0)
        refused("secret.qsr", QSR_SCALE_ANY, QSR_ERR_IO, "secret.qsr: cannot open the file: ");
    else
        printf("unreadable file: not tested, this user may read everything\n");
}

static void test_sizes(void)
{
    // A file of /proc is regular, says that it is empty, and is not. (Not one of those that
    // an emulator makes up.)
    if (access("/proc/self/limits", R_OK) == 0)
        refused("/proc/self/limits", QSR_SCALE_ANY, QSR_ERR_IO,
                "the file changed while it was read");
    write_file("empty.qsr", "", 0);
    refused("empty.qsr", QSR_SCALE_ANY, QSR_ERR_INVALID, "empty.qsr: the file is empty");
    write_file("cut.qsr", good, good_size - 1);
    refused("cut.qsr", QSR_SCALE_ANY, QSR_ERR_INVALID, "cut.qsr: truncated: ");
    write_file("text.qsr", "<!DOCTYPE html>", 15);
    refused("text.qsr", QSR_SCALE_ANY, QSR_ERR_INVALID, "text.qsr: not a .qsr model");

    // Sparse, so that they cost nothing; the second has a size that is small
    // and right in 32 bits.
    write_file("large.qsr", good, good_size);
    CHECK(truncate("large.qsr", (4 << 20) + 1) == 0, "truncate: %s", strerror(errno));
    refused("large.qsr", QSR_SCALE_ANY, QSR_ERR_INVALID,
            "large.qsr: 4194305 bytes are more than a model's largest size, 4194304");
    if (sizeof(off_t) > 4 && truncate("large.qsr", (off_t)(0x100000000 + (int64_t)good_size)) == 0)
        refused("large.qsr", QSR_SCALE_ANY, QSR_ERR_INVALID, "4294982195 bytes are more");
    CHECK(truncate("large.qsr", 4 << 20) == 0, "truncate: %s", strerror(errno));
    refused("large.qsr", QSR_SCALE_ANY, QSR_ERR_INVALID, "4194304 bytes, more than the 14899 that");
}

static void test_scale_and_self_test(void)
{
    QsrTestModelSpec spec = { .scale = QSR_SCALE(4, 1), .channels = 32, .blocks = 1, .seed = 3,
                              .wrong_test = 1 };
    uint8_t *file;
    size_t size;
    QsrModel *m;

    refused("good.qsr", QSR_SCALE(2, 1), QSR_ERR_INVALID,
            "good.qsr: a model for 1.5x, but 2x is wanted");
    refused("good.qsr", QSR_SCALE(7, 5), QSR_ERR_INVALID, "for 1.5x, but 7/5x is wanted");

    size = qsr_test_model(&file, &spec);
    CHECK(qsr_model_parse(&m, file, size, NULL, NULL) == 0, "refused before the self-test");
    qsr_model_unref(&m);
    write_file("wrong.qsr", file, size);
    refused("wrong.qsr", QSR_SCALE_ANY, QSR_ERR_INVALID, "self-test");
    CHECK(qsr_model_open_memory(&m, file, size, NULL, NULL) == QSR_ERR_INVALID && !m, "in memory");
    free(file);
}

// ---------------------------------------------------------------- messages ---

static void test_messages(void)
{
    char path[2000];
    QsrError err;
    QsrModel *m;

    // The reason fits behind any path, and the end of the path is shown.
    memset(path, 0, sizeof(path));
    for (int i = 0; i < 19; i++) {
        memset(path + strlen(path), 'd', 99);
        strcat(path, "/");
    }
    strcat(path, "the-end.qsr");
    refused(path, QSR_SCALE_ANY, QSR_ERR_NOT_FOUND, "the-end.qsr: cannot open the file: ");

    // Any bytes at all may be in a path; none harm a terminal or a log.
    refused("a\nb\033[2J\x7f\xff\xc2\x9b.qsr", QSR_SCALE_ANY, QSR_ERR_NOT_FOUND,
            "a?b?[2J????.qsr: cannot open the file: ");
    refused("\xc3\xa9\xe2\x82\xac%s%n.qsr", QSR_SCALE_ANY, QSR_ERR_NOT_FOUND,
            "\xc3\xa9\xe2\x82\xac%s%n.qsr: cannot");
    // Cut on either side of a multi-byte character.
    for (int i = 0; i < 8; i++) {
        memset(path, 0, sizeof(path));
        memset(path, 'x', (size_t)i);
        for (int k = 0; k < 80; k++)
            strcat(path, "\xe2\x82\xac");
        strcat(path, ".qsr");
        refused(path, QSR_SCALE_ANY, QSR_ERR_NOT_FOUND, "\xe2\x82\xac.qsr: cannot open");
        qsr_model_open(&m, path, QSR_SCALE_ANY, &err);
        CHECK(!strchr(err.message, '?'), "cut within a character: %s", err.message);
        path[strlen(path) - 4] = '\0'; // and as a name
        refused(path, QSR_SCALE(2, 1), QSR_ERR_NOT_FOUND, "\xe2\x82\xac'");
    }
    CHECK(qsr_model_open_memory(&m, NULL, 77, "nothing", &err) == QSR_ERR_INVALID, "no data");
    CHECK(!strcmp(err.message, "nothing: the file is empty"), "%s", err.message);
    CHECK(qsr_model_open_memory(NULL, good, good_size, NULL, &err) == QSR_ERR_INVALID, "no place");
    CHECK(qsr_model_open_memory(&m, good, 9, NULL, &err) == QSR_ERR_INVALID, "no label");
    CHECK(!strncmp(err.message, "model in memory: truncated", 26), "%s", err.message);
}

// -------------------------------------------------------------- lifetimes ---

static void test_references(void)
{
    QsrModel *a, *b, *none = NULL;

    CHECK(qsr_model_open_memory(&a, good, good_size, NULL, NULL) == 0, "refused");
    if (!a)
        return;
    CHECK(atomic_load(&a->refs) == 1, "%d references", atomic_load(&a->refs));
    b = qsr_model_ref(a);
    CHECK(b == a && atomic_load(&a->refs) == 2, "%d references", atomic_load(&a->refs));
    qsr_model_unref(&a);
    CHECK(a == NULL, "not set to NULL");
    CHECK(atomic_load(&b->refs) == 1, "%d references", atomic_load(&b->refs));
    CHECK(!strcmp(qsr_model_info(b)->name, "test-model"), "%s", qsr_model_info(b)->name);
    qsr_model_unref(&b);
    qsr_model_unref(&b);
    qsr_model_unref(&none);
    qsr_model_unref(NULL);
}

// The lowest free descriptor, before and after.
static int next_descriptor(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    close(fd);
    return fd;
}

int main(void)
{
    QsrTestModelSpec spec = { .scale = QSR_SCALE(3, 2), .channels = 32, .blocks = 1, .seed = 2 };
    char folder[] = "/tmp/qsr-modelfile-XXXXXX", command[64];
    int fd = next_descriptor();

    good_size = qsr_test_model(&good, &spec);
    if (!mkdtemp(folder) || chdir(folder) < 0) {
        perror(folder);
        return 1;
    }
    test_kinds();
    test_sizes();
    test_scale_and_self_test();
    test_messages();
    test_references();
    CHECK(next_descriptor() == fd, "a file was left open");
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    if (chdir("/") < 0 || system(command) != 0)
        printf("%s: not removed\n", folder);
    free(good);
    return check_result();
}
