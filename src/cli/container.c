// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/container.h"

#include <string.h>

#include "src/cli/cli.h"
#include "src/cli/y4m.h"

typedef struct File {
    FILE *file;
    uint64_t size;
} File;

static bool read_at(const File *f, uint64_t offset, uint8_t *data, size_t size)
{
    return offset + size <= f->size && fseeko(f->file, (off_t)offset, SEEK_SET) == 0 &&
           fread(data, 1, size, f->file) == size;
}

static uint64_t big_endian(const uint8_t *p, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | p[i];
    return value;
}

// Boxes one after the other: size (32 bits, or 1 and 64 bits behind the type),
// type. A box of size 0 reaches to the end.
static bool mp4_is_cut(const File *f)
{
    uint64_t at = 0, size, header;
    uint8_t box[16];
    bool movie = false;

    while (at < f->size) {
        header = 8;
        if (!read_at(f, at, box, 8))
            return f->size - at < 8 && movie ? false : true;
        size = big_endian(box, 4);
        movie |= !memcmp(box + 4, "moov", 4);
        if (size == 0)
            return !movie && memcmp(box + 4, "mdat", 4) == 0;
        if (size == 1) {
            header = 16;
            if (!read_at(f, at, box, 16))
                return true;
            size = big_endian(box + 8, 8);
        }
        // Garbage behind a complete movie is somebody's padding.
        if (size < header)
            return !movie;
        if (size > f->size - at)
            return true;
        at += size;
    }
    return !movie;
}

// One EBML number: its length is told by the leading zeros of the first byte.
// Returns that length, 0 if it is invalid. All ones means "unknown".
static int ebml_number(const File *f, uint64_t at, bool keep_marker, uint64_t *value, bool *unknown)
{
    uint8_t bytes[8];
    int length = 1;

    if (!read_at(f, at, bytes, 1) || bytes[0] == 0)
        return 0;
    while (!(bytes[0] & 0x80 >> (length - 1)))
        length++;
    if (!read_at(f, at, bytes, (size_t)length))
        return 0;
    *value = big_endian(bytes, length);
    if (!keep_marker)
        *value &= (UINT64_C(1) << 7 * length) - 1;
    *unknown = *value == (UINT64_C(1) << 7 * length) - 1;
    return length;
}

// The EBML header, then one Segment that says how long it is (or that nobody
// knew, as in a live recording).
static bool matroska_is_cut(const File *f)
{
    uint64_t at = 0, id, size;
    bool unknown;

    while (at < f->size) {
        int n = ebml_number(f, at, true, &id, &unknown);

        if (n == 0)
            return false;
        at += (uint64_t)n;
        n = ebml_number(f, at, false, &size, &unknown);
        if (n == 0)
            return true;
        at += (uint64_t)n;
        if (unknown)
            return false;
        if (size > f->size - at)
            return true;
        at += size;
        if (id == 0x18538067) // Segment
            return false;
    }
    return true;
}

static bool avi_is_cut(const File *f, const uint8_t *head)
{
    const uint64_t size = (uint64_t)head[4] | (uint64_t)head[5] << 8 | (uint64_t)head[6] << 16 |
                          (uint64_t)head[7] << 24;

    return size > 8 && size + 8 > f->size + 1;
}

static int check_y4m(const char *path, QsrError *err)
{
    QsrInput in;
    QsrY4m y4m;
    QsrFrame frame = { 0 };
    int ret = qsr_input_open(&in, path, err);

    if (ret < 0)
        return ret;
    ret = qsr_y4m_read_header(&y4m, &in, err);
    if (ret == 0)
        ret = qsr_frame_alloc(&frame, y4m.format, y4m.width, y4m.height, err);
    if (ret == 0) {
        do
            ret = qsr_y4m_read_frame(&y4m, &in, &frame, err);
        while (ret > 0);
    }
    qsr_frame_free(&frame);
    qsr_input_close(&in);
    return ret;
}

int qsr_container_check(const char *path, QsrError *err)
{
    uint8_t head[12];
    bool cut = false;
    File f = { .file = fopen(path, "rbe") };

    if (!f.file)
        return 0; // whoever opens it next says why
    if (fseeko(f.file, 0, SEEK_END) == 0)
        f.size = (uint64_t)ftello(f.file);
    if (read_at(&f, 0, head, sizeof(head))) {
        if (!memcmp(head + 4, "ftyp", 4))
            cut = mp4_is_cut(&f);
        else if (big_endian(head, 4) == 0x1a45dfa3)
            cut = matroska_is_cut(&f);
        else if (!memcmp(head, "RIFF", 4) && !memcmp(head + 8, "AVI ", 4))
            cut = avi_is_cut(&f, head);
        else if (!memcmp(head, QSR_Y4M_MAGIC, 9)) {
            fclose(f.file);
            return check_y4m(path, err);
        }
    }
    fclose(f.file);
    if (cut)
        return qsr_cli_fail(err, QSR_ERR_IO, "%s is incomplete: the file ends before its contents "
                            "do", path);
    return 0;
}
