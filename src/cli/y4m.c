// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/y4m.h"

#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"

static const struct {
    const char *name;
    QsrFormat format;
    QsrChromaSite site;
} colour_spaces[] = {
    { "420", QSR_FORMAT_I420, QSR_SITE_CENTER },
    { "420jpeg", QSR_FORMAT_I420, QSR_SITE_CENTER },
    { "420mpeg2", QSR_FORMAT_I420, QSR_SITE_LEFT },
    // DV puts V one line above U; taking both at the upper line is off by half
    // a line at most, and is undone on the way out.
    { "420paldv", QSR_FORMAT_I420, QSR_SITE_TOP_LEFT },
    { "422", QSR_FORMAT_Y42B, QSR_SITE_LEFT },
    { "444", QSR_FORMAT_Y444, QSR_SITE_CENTER },
    { "mono", QSR_FORMAT_GRAY8, QSR_SITE_CENTER },
    // The name has no room for a site; what is made today is co-sited.
    { "420p10", QSR_FORMAT_I420_10LE, QSR_SITE_LEFT },
    { "422p10", QSR_FORMAT_I422_10LE, QSR_SITE_LEFT },
    { "444p10", QSR_FORMAT_Y444_10LE, QSR_SITE_CENTER },
};

// Reads up to and including the newline, which is dropped. False at the end of
// the file, or if the line does not fit.
static bool read_line(QsrInput *in, char *line, size_t size)
{
    size_t n = 0;
    int c;

    while ((c = qsr_input_getc(in)) != EOF && c != '\n') {
        if (c == 0 || n + 1 >= size)
            return false;
        line[n++] = (char)c;
    }
    line[n] = 0;
    return c == '\n';
}

static int parse_size(const char *text)
{
    char *end;
    const long long value = strtoll(text, &end, 10);

    return *end || end == text || value < 1 || value > INT32_MAX ? 0 : (int)value;
}

static int parse_colour_space(QsrY4m *y4m, const char *name, const QsrInput *in, QsrError *err)
{
    for (size_t i = 0; i < sizeof(colour_spaces) / sizeof(colour_spaces[0]); i++) {
        if (!strcmp(name, colour_spaces[i].name)) {
            y4m->format = colour_spaces[i].format;
            y4m->site = colour_spaces[i].site;
            return 0;
        }
    }
    return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED,
                        "%s: colour space C%s is not supported; C420, C420jpeg, C420mpeg2, "
                        "C420paldv, C422, C444, Cmono, C420p10, C422p10 and C444p10 are",
                        in->name, name);
}

bool qsr_y4m_half_height(const QsrY4m *y4m)
{
    return y4m->format == QSR_FORMAT_I420 || y4m->format == QSR_FORMAT_I420_10LE;
}

static void parse_rate(QsrY4m *y4m, const char *text)
{
    int num, den;

    if (sscanf(text, "%d:%d", &num, &den) == 2 && num > 0 && den > 0)
        y4m->fps = (double)num / den;
}

static int parse_param(QsrY4m *y4m, const char *param, const QsrInput *in, QsrError *err)
{
    const char *value = param + 1;

    switch (*param) {
    case 'W':
        y4m->width = parse_size(value);
        return 0;
    case 'H':
        y4m->height = parse_size(value);
        return 0;
    case 'C':
        return parse_colour_space(y4m, value, in, err);
    case 'F':
        parse_rate(y4m, value);
        return 0;
    case 'I':
        if (*value == 'm')
            return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED,
                                "%s mixes progressive and interlaced frames (Im), which is not "
                                "supported", in->name);
        y4m->interlaced = *value == 't' || *value == 'b';
        return 0;
    case 'X':
        if (!strcmp(value, "COLORRANGE=FULL"))
            y4m->range = QSR_RANGE_FULL;
        return 0;
    default:
        return 0;
    }
}

static int check_geometry(const QsrY4m *y4m, const QsrInput *in, QsrError *err)
{
    if (!y4m->width || !y4m->height)
        return qsr_cli_fail(err, QSR_ERR_INVALID, "%s: no valid width and height in its header",
                            in->name);
    if (y4m->width > QSR_MAX_WIDTH || y4m->height > QSR_MAX_HEIGHT)
        return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED, "%s is %dx%d; at most %dx%d is supported",
                            in->name, y4m->width, y4m->height, QSR_MAX_WIDTH, QSR_MAX_HEIGHT);
    if (y4m->interlaced && y4m->height % (qsr_y4m_half_height(y4m) ? 4 : 2))
        return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED,
                            "%s is interlaced with %d lines, which do not make two equal fields",
                            in->name, y4m->height);
    return 0;
}

int qsr_y4m_read_header(QsrY4m *y4m, QsrInput *in, QsrError *err)
{
    char line[sizeof(y4m->params)], *save = NULL;
    size_t used = 0;
    int ret;

    memset(y4m, 0, sizeof(*y4m));
    y4m->format = QSR_FORMAT_I420;
    y4m->site = QSR_SITE_CENTER;
    if (!read_line(in, line, sizeof(line)) ||
        strncmp(line, QSR_Y4M_MAGIC, sizeof(QSR_Y4M_MAGIC) - 1))
        return qsr_cli_fail(err, QSR_ERR_INVALID, "%s has no valid YUV4MPEG2 header", in->name);
    for (char *p = strtok_r(line + sizeof(QSR_Y4M_MAGIC) - 1, " ", &save); p;
         p = strtok_r(NULL, " ", &save)) {
        ret = parse_param(y4m, p, in, err);
        if (ret < 0)
            return ret;
        // Shorter than the line it comes from, so it fits.
        if (*p != 'W' && *p != 'H')
            used += (size_t)snprintf(y4m->params + used, sizeof(y4m->params) - used, " %s", p);
    }
    return check_geometry(y4m, in, err);
}

int qsr_y4m_read_frame(QsrY4m *y4m, QsrInput *in, QsrFrame *frame, QsrError *err)
{
    char line[sizeof(y4m->frame_params)];
    int c = qsr_input_getc(in);

    if (c == EOF) {
        if (ferror(in->file))
            return qsr_cli_fail(err, QSR_ERR_IO, "cannot read %s: %s", in->name,
                                qsr_input_trouble(in));
        return 0;
    }
    if (c != 'F' || !read_line(in, line, sizeof(line)) || strncmp(line, "RAME", 4) ||
        (line[4] && line[4] != ' '))
        return qsr_cli_fail(err, QSR_ERR_INVALID, "%s: frame %lld does not begin with FRAME",
                            in->name, (long long)y4m->frames + 1);
    snprintf(y4m->frame_params, sizeof(y4m->frame_params), "%s", line + 4);
    if (qsr_input_read(in, frame->memory, frame->size) != frame->size)
        return qsr_cli_fail(err, QSR_ERR_IO, "%s: frame %lld cannot be read: %s", in->name,
                            (long long)y4m->frames + 1, qsr_input_trouble(in));
    y4m->frames++;
    return 1;
}

bool qsr_y4m_write_header(const QsrY4m *y4m, int width, int height, FILE *file)
{
    return fprintf(file, "%s W%d H%d%s\n", QSR_Y4M_MAGIC, width, height, y4m->params) > 0;
}

bool qsr_y4m_write_frame(const QsrY4m *y4m, const QsrFrame *frame, FILE *file)
{
    return fprintf(file, "FRAME%s\n", y4m->frame_params) > 0 &&
           fwrite(frame->memory, 1, frame->size, file) == frame->size;
}
