// SPDX-License-Identifier: BSD-2-Clause
//
// Opening models by name, path or memory, and their lifetime. What a file must
// look like is model_parse.c.

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/error.h"
#include "src/model.h"
#include "src/scaler.h"

#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif

// --------------------------------------------------------------- messages ---

// A label in messages: the end of a long path tells more than its beginning,
// and the reason must still fit behind it.
typedef struct Label {
    char text[96];
} Label;

static void shorten(Label *label, const char *text)
{
    size_t n = strlen(text);

    if (n < sizeof(label->text)) {
        memcpy(label->text, text, n + 1);
        return;
    }
    text += n - (sizeof(label->text) - 4);
    while (((unsigned char)*text & 0xc0) == 0x80)
        text++;
    snprintf(label->text, sizeof(label->text), "...%s", text);
}

// "2x", "1.5x"; anything else as the fraction it is.
static const char *scale_text(char text[32], QsrScale scale)
{
    if (scale.num == 3 && scale.den == 2)
        return "1.5x";
    if (scale.den == 1)
        snprintf(text, 32, "%dx", scale.num);
    else
        snprintf(text, 32, "%d/%dx", scale.num, scale.den);
    return text;
}

// A list for a message: "a, b, c". What outgrows a sentence ends in dots.
typedef struct List {
    char text[128];
    size_t size;
    bool full;
} List;

static void list_add(List *list, const char *item)
{
    const char *separator = list->size ? ", " : "";
    int n;

    if (list->full)
        return;
    if (list->size + strlen(item) + sizeof(", , ...") > sizeof(list->text)) {
        list->full = true;
        item = "...";
    }
    n = snprintf(list->text + list->size, sizeof(list->text) - list->size, "%s%s", separator, item);
    list->size += (size_t)n;
}

// --------------------------------------------------------------- built-in ---

const QsrBuiltinModel *qsr_builtin_models(void)
{
    return qsr_embedded_list;
}

static int no_such_name(const char *name, QsrError *err)
{
    const char *last = "";
    List names = { .size = 0 };
    Label label;

    shorten(&label, name);
    for (int i = 0; i < qsr_n_embedded_models; i++) {
        if (strcmp(last, qsr_embedded_models[i].name))
            list_add(&names, qsr_embedded_models[i].name);
        last = qsr_embedded_models[i].name;
    }
    for (const char *const *scaler = qsr_scaler_names(); *scaler; scaler++)
        list_add(&names, *scaler);
    if (!qsr_n_embedded_models)
        return qsr_fail(err, QSR_ERR_NOT_FOUND, "this library was built without networks; instead of "
                        "'%s' give the path of a .qsr file, or one of: %s", label.text, names.text);
    return qsr_fail(err, QSR_ERR_NOT_FOUND, "no built-in model is called '%s'; there is: %s",
                    label.text, names.text);
}

static int no_such_scale(const char *name, QsrScale scale, QsrError *err)
{
    List scales = { .size = 0 };
    char text[32];

    for (int i = 0; i < qsr_n_embedded_models; i++)
        if (!strcmp(name, qsr_embedded_models[i].name))
            list_add(&scales, scale_text(text, qsr_embedded_models[i].scale));
    if (scale.num == 0 && scale.den == 0)
        return qsr_fail(err, QSR_ERR_INVALID, "the built-in model '%s' needs a scale, one of: %s",
                        name, scales.text);
    return qsr_fail(err, QSR_ERR_NOT_FOUND, "the built-in model '%s' has no scale %s; it has: %s",
                    name, scale_text(text, scale), scales.text);
}

static int open_builtin(QsrModel **model, const char *name, QsrScale scale, QsrError *err)
{
    bool found = false;
    char text[32];
    Label label;

    for (int i = 0; i < qsr_n_embedded_models; i++) {
        const QsrEmbeddedModel *e = &qsr_embedded_models[i];
        if (strcmp(name, e->name))
            continue;
        found = true;
        if (e->scale.num == scale.num && e->scale.den == scale.den) {
            snprintf(label.text, sizeof(label.text), "built-in model %s %s", name,
                     scale_text(text, scale));
            return qsr_model_open_memory(model, e->data, e->size, label.text, err);
        }
    }
    return found ? no_such_scale(name, scale, err) : no_such_name(name, err);
}

// ------------------------------------------------------------------ files ---

static int io_error(const char *label, const char *doing, int number, QsrError *err)
{
    return qsr_fail(err, number == ENOENT || number == ENOTDIR ? QSR_ERR_NOT_FOUND : QSR_ERR_IO,
                    "%s: cannot %s: %s", label, doing, strerror(number));
}

// Reads up to n bytes; fewer only at the end of the file. Negative: -errno.
static ssize_t read_fully(int fd, uint8_t *dst, size_t n)
{
    size_t done = 0;

    while (done < n) {
        ssize_t got = read(fd, dst + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

// The rest of read_file: the file is open. Into private memory, not a mapping:
// a file that shrinks must not become a SIGBUS, nor change after the checks.
static int read_open_file(int fd, uint8_t **data, size_t *size, const char *label, QsrError *err)
{
    struct stat st;
    uint8_t *buf;
    ssize_t got;

    if (fstat(fd, &st) < 0)
        return io_error(label, "inquire the file", errno, err);
    if (!S_ISREG(st.st_mode))
        return qsr_fail(err, QSR_ERR_IO, "%s: not a regular file%s", label,
                        S_ISDIR(st.st_mode) ? " but a folder" : "");
    if (st.st_size > (off_t)QSR_MODEL_MAX_FILE)
        return qsr_fail(err, QSR_ERR_INVALID, "%s: %lld bytes are more than a model's largest "
                        "size, %u", label, (long long)st.st_size, QSR_MODEL_MAX_FILE);
    *size = (size_t)st.st_size;
    buf = malloc(*size + 1);
    if (!buf)
        return qsr_fail(err, QSR_ERR_NOMEM, "%s: out of memory", label);
    // One byte more than there should be, to see a file that grows.
    got = read_fully(fd, buf, *size + 1);
    if (got < 0 || (size_t)got != *size) {
        free(buf);
        if (got < 0)
            return io_error(label, "read the file", (int)-got, err);
        return qsr_fail(err, QSR_ERR_IO, "%s: the file changed while it was read", label);
    }
    *data = buf;
    return 0;
}

static int read_file(uint8_t **data, size_t *size, const char *path, const char *label,
                     QsrError *err)
{
    int fd, res;

    // O_NONBLOCK: opening a FIFO must not wait for a writer. It means nothing
    // to a regular file.
    do
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return io_error(label, "open the file", errno, err);
    res = read_open_file(fd, data, size, label, err);
    close(fd);
    return res;
}

static int open_file(QsrModel **model, const char *path, QsrScale scale, QsrError *err)
{
    char has[32], wanted[32];
    uint8_t *data = NULL;
    size_t size = 0;
    Label label;
    int res;

    shorten(&label, path);
    res = read_file(&data, &size, path, label.text, err);
    if (res < 0)
        return res;
    res = qsr_model_open_memory(model, data, size, label.text, err);
    free(data);
    if (res < 0)
        return res;
    if (scale.num == 0 && scale.den == 0)
        return 0;
    if ((*model)->info.scale.num != scale.num || (*model)->info.scale.den != scale.den) {
        res = qsr_fail(err, QSR_ERR_INVALID, "%s: a model for %s, but %s is wanted", label.text,
                       scale_text(has, (*model)->info.scale), scale_text(wanted, scale));
        qsr_model_unref(model);
    }
    return res;
}

// ----------------------------------------------------------------- public ---

static bool is_path(const char *name)
{
    size_t n = strlen(name);

    return strchr(name, '/') || (n >= 4 && !strcmp(name + n - 4, ".qsr"));
}

int qsr_model_open(QsrModel **model, const char *name, QsrScale scale, QsrError *err)
{
    if (!model)
        return qsr_fail(err, QSR_ERR_INVALID, "qsr_model_open: no place for the model");
    *model = NULL;
    if (!name || !*name)
        return qsr_fail(err, QSR_ERR_INVALID, "no model name was given");
    if (is_path(name))
        return open_file(model, name, scale, err);
    const int res = qsr_scaler_model(model, name, scale, err);
    if (res != QSR_ERR_NOT_FOUND)
        return res;
    return open_builtin(model, name, scale, err);
}

int qsr_model_open_memory(QsrModel **model, const void *data, size_t size, const char *label,
                          QsrError *err)
{
    Label shortened;
    int res;

    if (!model)
        return qsr_fail(err, QSR_ERR_INVALID, "qsr_model_open_memory: no place for the model");
    *model = NULL;
    shorten(&shortened, label ? label : "model in memory");
    if (!data)
        size = 0;
    res = qsr_model_parse(model, data, size, shortened.text, err);
    if (res < 0)
        return res;
    res = qsr_model_self_test(*model, shortened.text, err);
    if (res < 0)
        qsr_model_unref(model);
    return res;
}

QsrModel *qsr_model_ref(QsrModel *model)
{
    atomic_fetch_add_explicit(&model->refs, 1, memory_order_relaxed);
    return model;
}

void qsr_model_unref(QsrModel **model)
{
    QsrModel *m;

    if (!model || !*model)
        return;
    m = *model;
    *model = NULL;
    // Release: what this thread did with the model comes before the free of
    // whoever drops the last reference; acquire: it does see that.
    if (atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    free(m->tensors);
    free(m->card);
    free(m);
}

const QsrModelInfo *qsr_model_info(const QsrModel *model)
{
    return &model->info;
}
