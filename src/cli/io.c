// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/cli/cli.h"

// ---------------------------------------------------------------- signals ---

// The temporary file of the one output there is; the handler may run at any
// moment, so this is set only while the string it points to stands still.
static const char *volatile temp_to_remove;
static volatile sig_atomic_t graceful_stop, interrupted;

static void on_signal(int number)
{
    static const char newline = '\n';
    const char *temp = temp_to_remove;

    (void)number;
    if (graceful_stop && !interrupted) {
        interrupted = 1;
        return;
    }
    if (temp)
        unlink(temp);
    // Below a half-finished progress line.
    if (isatty(STDERR_FILENO) && write(STDERR_FILENO, &newline, 1) < 0)
        _exit(QSR_EXIT_INTERRUPTED);
    _exit(QSR_EXIT_INTERRUPTED);
}

void qsr_catch_signals(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct sigaction before;

        // Somebody who started us with a signal ignored (nohup) means it.
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN)
            continue;
        action.sa_handler = on_signal;
        sigaction(signals[i], &action, NULL);
    }
    // A closed pipe is an error like any other, not a death.
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

void qsr_set_graceful(bool graceful)
{
    graceful_stop = graceful;
}

bool qsr_interrupted(void)
{
    return interrupted;
}

// ------------------------------------------------------------------ input ---

int qsr_input_open(QsrInput *in, const char *path, QsrError *err)
{
    struct stat st;

    memset(in, 0, sizeof(*in));
    if (!strcmp(path, "-")) {
        in->file = stdin;
        in->name = "standard input";
    } else {
        in->name = path;
        in->file = fopen(path, "rbe");
        if (!in->file)
            return qsr_cli_fail(err, QSR_ERR_IO, "cannot open %s: %s", path, strerror(errno));
        if (fstat(fileno(in->file), &st) == 0 && S_ISDIR(st.st_mode)) {
            qsr_input_close(in);
            return qsr_cli_fail(err, QSR_ERR_IO, "%s is a folder", path);
        }
    }
    in->head_size = fread(in->head, 1, sizeof(in->head), in->file);
    if (in->head_size == 0) {
        const bool broken = ferror(in->file);
        const char *reason = broken ? strerror(errno) : "it is empty";

        qsr_cli_fail(err, QSR_ERR_IO, "cannot read %s: %s", in->name, reason);
        qsr_input_close(in);
        return QSR_ERR_IO;
    }
    return 0;
}

void qsr_input_close(QsrInput *in)
{
    if (in->file && in->file != stdin)
        fclose(in->file);
    in->file = NULL;
}

size_t qsr_input_read(QsrInput *in, void *data, size_t size)
{
    size_t n = in->head_size - in->position;

    if (n > size)
        n = size;
    memcpy(data, in->head + in->position, n);
    in->position += n;
    if (n < size)
        n += fread((uint8_t *)data + n, 1, size - n, in->file);
    return n;
}

int qsr_input_getc(QsrInput *in)
{
    if (in->position < in->head_size)
        return in->head[in->position++];
    return getc(in->file);
}

double qsr_input_fraction(const QsrInput *in)
{
    struct stat st;
    off_t at;

    if (fstat(fileno(in->file), &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return -1;
    at = ftello(in->file);
    return at < 0 ? -1 : (double)at / (double)st.st_size;
}

const char *qsr_input_trouble(const QsrInput *in)
{
    return ferror(in->file) ? strerror(errno) : "the file ends too early";
}

bool qsr_same_file(const char *a, const char *b)
{
    struct stat sa, sb;

    return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
           sa.st_ino == sb.st_ino && S_ISREG(sa.st_mode);
}

// ----------------------------------------------------------------- output ---

// "/a/b/.NAME.part-123" for "/a/b/NAME"; the name is cut where the file system
// would not take the longer one.
static char *temp_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const int folder = (int)(base - path);
    const size_t room = NAME_MAX - sizeof("..part-2147483647");
    const size_t size = strlen(path) + 32;
    char *temp = malloc(size);

    if (temp)
        snprintf(temp, size, "%.*s.%.*s.part-%ld", folder, path, (int)room, base, (long)getpid());
    return temp;
}

static int output_prepare(QsrOutput *out, const char *path, bool overwrite, QsrError *err)
{
    struct stat st;

    memset(out, 0, sizeof(*out));
    out->name = path;
    out->overwrite = overwrite;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return qsr_cli_fail(err, QSR_ERR_IO, "%s is a folder", path);
        if (!S_ISREG(st.st_mode))
            return 0; // a device or a pipe: written directly
        if (!overwrite)
            return qsr_cli_fail(err, QSR_ERR_IO, "%s exists; -y (--overwrite) replaces it", path);
        // Write through links, as a direct write would.
        out->path = realpath(path, NULL);
    } else {
        out->path = strdup(path);
    }
    if (out->path)
        out->temp = temp_name(out->path);
    if (!out->temp) {
        qsr_output_abort(out);
        return qsr_cli_fail(err, QSR_ERR_NOMEM, "out of memory");
    }
    return 0;
}

int qsr_output_reserve(QsrOutput *out, const char *path, bool overwrite, QsrError *err)
{
    int ret = output_prepare(out, path, overwrite, err);
    int fd;

    if (ret < 0 || !out->temp)
        return ret;
    // A stale file of a process with the same number that was killed.
    unlink(out->temp);
    fd = open(out->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        ret = qsr_cli_fail(err, QSR_ERR_IO, "cannot write %s: %s", path, strerror(errno));
        free(out->temp);
        out->temp = NULL;
        qsr_output_abort(out);
        return ret;
    }
    temp_to_remove = out->temp;
    close(fd);
    return 0;
}

const char *qsr_output_target(const QsrOutput *out)
{
    return out->temp ? out->temp : out->name;
}

int qsr_output_open(QsrOutput *out, const char *path, bool overwrite, QsrError *err)
{
    int ret;

    if (!strcmp(path, "-")) {
        memset(out, 0, sizeof(*out));
        out->name = "standard output";
        out->file = stdout;
        return 0;
    }
    ret = qsr_output_reserve(out, path, overwrite, err);
    if (ret < 0)
        return ret;
    out->file = fopen(qsr_output_target(out), "wbe");
    if (!out->file) {
        ret = qsr_output_error(out, err);
        qsr_output_abort(out);
    }
    return ret;
}

int qsr_output_error(const QsrOutput *out, QsrError *err)
{
    return qsr_cli_fail(err, QSR_ERR_IO, "cannot write %s: %s", out->name, strerror(errno));
}

static int rename_into_place(const QsrOutput *out)
{
    if (out->overwrite)
        return rename(out->temp, out->path);
#ifdef RENAME_NOREPLACE
    // A file that has appeared meanwhile is not ours to replace.
    if (renameat2(AT_FDCWD, out->temp, AT_FDCWD, out->path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
#endif
    return rename(out->temp, out->path);
}

int qsr_output_commit(QsrOutput *out, QsrError *err)
{
    int ret = 0;

    if (out->file) {
        const bool failed = fflush(out->file) != 0 || ferror(out->file);

        if (failed)
            ret = qsr_output_error(out, err);
        if (out->file != stdout && fclose(out->file) != 0 && ret == 0)
            ret = qsr_output_error(out, err);
        out->file = NULL;
    }
    if (ret == 0 && out->temp) {
        if (rename_into_place(out) < 0) {
            ret = qsr_output_error(out, err);
        } else {
            temp_to_remove = NULL;
            free(out->temp);
            out->temp = NULL;
        }
    }
    qsr_output_abort(out);
    return ret;
}

void qsr_output_abort(QsrOutput *out)
{
    if (out->file && out->file != stdout)
        fclose(out->file);
    out->file = NULL;
    if (out->temp) {
        unlink(out->temp);
        temp_to_remove = NULL;
    }
    free(out->temp);
    free(out->path);
    out->temp = out->path = NULL;
}
