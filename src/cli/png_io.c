// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/png_io.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"

// Bounds of what a compressed ancillary chunk (a colour profile) may become.
#define CHUNK_CACHE 256
#define CHUNK_BYTES (16u << 20)

// libpng leaves a function by longjmp, so everything that must survive lives
// here and not in local variables.
typedef struct PngReader {
    QsrPng *png;
    QsrInput *in;
    png_structp handle;
    png_infop info;
    uint8_t *grey_alpha;  // interleaved, as libpng gives it
    png_bytepp rows;
    char message[160];    // of libpng
} PngReader;

static void on_error(png_structp handle, png_const_charp message)
{
    char *text = png_get_error_ptr(handle);

    if (text)
        snprintf(text, sizeof(((PngReader *)0)->message), "%s", message);
    png_longjmp(handle, 1);
}

static void on_warning(png_structp handle, png_const_charp message)
{
    // About ancillary chunks, which are then left out: no harm to the picture.
    (void)handle;
    (void)message;
}

static void read_data(png_structp handle, png_bytep data, size_t size)
{
    QsrInput *in = png_get_io_ptr(handle);

    if (qsr_input_read(in, data, size) != size)
        png_error(handle, qsr_input_trouble(in));
}

// --------------------------------------------------------------- metadata ---

static void read_meta(QsrPngMeta *meta, png_structp handle, png_infop info)
{
    png_charp name;
    png_bytep profile;
    png_uint_32 size;
    int compression;

    memset(meta, 0, sizeof(*meta));
    meta->has_srgb = png_get_sRGB(handle, info, &meta->srgb_intent) != 0;
    meta->has_gamma = png_get_gAMA_fixed(handle, info, &meta->gamma) != 0;
    meta->has_chroma = png_get_cHRM_fixed(handle, info, &meta->chroma[0], &meta->chroma[1],
                                          &meta->chroma[2], &meta->chroma[3], &meta->chroma[4],
                                          &meta->chroma[5], &meta->chroma[6],
                                          &meta->chroma[7]) != 0;
    meta->has_phys = png_get_pHYs(handle, info, &meta->phys_x, &meta->phys_y,
                                  &meta->phys_unit) != 0;
    if (png_get_iCCP(handle, info, &name, &compression, &profile, &size)) {
        meta->icc = malloc(size);
        if (meta->icc) {
            memcpy(meta->icc, profile, size);
            meta->icc_size = size;
            snprintf(meta->icc_name, sizeof(meta->icc_name), "%s", name);
        }
    }
}

static void write_meta(const QsrPngMeta *meta, png_structp handle, png_infop info)
{
    // A profile and sRGB exclude each other in a file; the profile says more.
    if (meta->icc)
        png_set_iCCP(handle, info, meta->icc_name, PNG_COMPRESSION_TYPE_BASE, meta->icc,
                     meta->icc_size);
    else if (meta->has_srgb)
        png_set_sRGB(handle, info, meta->srgb_intent);
    if (meta->has_gamma)
        png_set_gAMA_fixed(handle, info, meta->gamma);
    if (meta->has_chroma)
        png_set_cHRM_fixed(handle, info, meta->chroma[0], meta->chroma[1], meta->chroma[2],
                           meta->chroma[3], meta->chroma[4], meta->chroma[5], meta->chroma[6],
                           meta->chroma[7]);
    if (meta->has_phys)
        png_set_pHYs(handle, info, meta->phys_x, meta->phys_y, meta->phys_unit);
}

// ---------------------------------------------------------------- reading ---

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// Looks at the size before libpng does: its own refusals say little.
static int check_size(const QsrInput *in, QsrScale scale, QsrError *err)
{
    uint32_t width, height;
    int64_t pixels;

    if (in->head_size < 33 || memcmp(in->head + 12, "IHDR", 4))
        return qsr_cli_fail(err, QSR_ERR_INVALID, "%s is not a valid PNG file: it has no header",
                            in->name);
    width = big_endian(in->head + 16);
    height = big_endian(in->head + 20);
    if (width > QSR_MAX_WIDTH || height > QSR_MAX_HEIGHT)
        return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED, "%s is %ux%u; at most %dx%d is supported",
                            in->name, (unsigned)width, (unsigned)height, QSR_MAX_WIDTH,
                            QSR_MAX_HEIGHT);
    pixels = (int64_t)qsr_scale_size(scale, (int)width) * qsr_scale_size(scale, (int)height);
    if (pixels > QSR_MAX_STILL_PIXELS)
        return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED,
                            "%s is %ux%u; %s times that is more than the %lld pixels a result may "
                            "have", in->name, (unsigned)width, (unsigned)height,
                            qsr_cli_scale_text(scale).text, QSR_MAX_STILL_PIXELS);
    return 0;
}

// Asks libpng for 8 bits per sample, no palette, and alpha where there is any.
static void set_transforms(png_structp handle, png_infop info)
{
    const int type = png_get_color_type(handle, info);

    png_set_scale_16(handle);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(handle);
    if (type == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(handle, info) < 8)
        png_set_expand_gray_1_2_4_to_8(handle);
    if (png_get_valid(handle, info, PNG_INFO_tRNS))
        png_set_tRNS_to_alpha(handle);
    png_set_interlace_handling(handle);
    png_read_update_info(handle, info);
}

static int alloc_pixels(PngReader *r, uint8_t **base, size_t *pitch, QsrError *err)
{
    const int width = (int)png_get_image_width(r->handle, r->info);
    const int height = (int)png_get_image_height(r->handle, r->info);
    QsrPng *png = r->png;
    QsrFormat format = QSR_FORMAT_RGB;
    int ret;

    switch (png_get_channels(r->handle, r->info)) {
    case 1:
    case 2:
        format = QSR_FORMAT_GRAY8;
        break;
    case 4:
        format = QSR_FORMAT_RGBA;
        break;
    default:
        break;
    }
    ret = qsr_frame_alloc(&png->frame, format, width, height, err);
    if (ret < 0)
        return ret;
    *base = png->frame.memory;
    *pitch = (size_t)png->frame.pic.stride[0];
    if (png_get_channels(r->handle, r->info) == 2) {
        ret = qsr_frame_alloc(&png->alpha, QSR_FORMAT_RGBA, width, height, err);
        if (ret < 0)
            return ret;
        *pitch *= 2;
        *base = r->grey_alpha = malloc(*pitch * (size_t)height);
    }
    r->rows = malloc((size_t)height * sizeof(*r->rows));
    if (!*base || !r->rows)
        return qsr_cli_fail(err, QSR_ERR_NOMEM, "not enough memory for a picture of %dx%d", width,
                            height);
    for (int y = 0; y < height; y++)
        r->rows[y] = *base + (size_t)y * *pitch;
    return 0;
}

static void split_grey_alpha(PngReader *r)
{
    const size_t pixels = r->png->frame.size;

    for (size_t i = 0; i < pixels; i++) {
        r->png->frame.memory[i] = r->grey_alpha[2 * i];
        r->png->alpha.memory[4 * i + 3] = r->grey_alpha[2 * i + 1];
    }
}

// Returns 0, or a code with `err` filled in; an error of libpng is a longjmp to
// the caller's caller instead.
static int read_picture(PngReader *r, QsrError *err)
{
    uint8_t *base;
    size_t pitch;
    int ret;

    png_set_user_limits(r->handle, QSR_MAX_WIDTH, QSR_MAX_HEIGHT);
    png_set_chunk_cache_max(r->handle, CHUNK_CACHE);
    png_set_chunk_malloc_max(r->handle, CHUNK_BYTES);
    png_set_read_fn(r->handle, r->in, read_data);
    png_read_info(r->handle, r->info);
    read_meta(&r->png->meta, r->handle, r->info);
    set_transforms(r->handle, r->info);
    ret = alloc_pixels(r, &base, &pitch, err);
    if (ret < 0)
        return ret;
    png_read_image(r->handle, r->rows);
    // To the end: what follows the pixels tells a whole file from a cut one.
    png_read_end(r->handle, NULL);
    if (r->grey_alpha)
        split_grey_alpha(r);
    return 0;
}

static int read_guarded(PngReader *r, QsrError *err)
{
    if (setjmp(png_jmpbuf(r->handle)))
        return qsr_cli_fail(err, QSR_ERR_INVALID, "%s cannot be read as PNG: %s", r->in->name,
                            r->message);
    return read_picture(r, err);
}

int qsr_png_read(QsrPng *png, QsrInput *in, QsrScale scale, QsrError *err)
{
    PngReader r = { .png = png, .in = in };
    int ret;

    memset(png, 0, sizeof(*png));
    ret = check_size(in, scale, err);
    if (ret < 0)
        return ret;
    r.handle = png_create_read_struct(PNG_LIBPNG_VER_STRING, r.message, on_error, on_warning);
    if (r.handle)
        r.info = png_create_info_struct(r.handle);
    if (r.info)
        ret = read_guarded(&r, err);
    else
        ret = qsr_cli_fail(err, QSR_ERR_NOMEM, "out of memory");
    png_destroy_read_struct(&r.handle, &r.info, NULL);
    free(r.grey_alpha);
    free(r.rows);
    if (ret < 0)
        qsr_png_free(png);
    return ret;
}

void qsr_png_free(QsrPng *png)
{
    qsr_frame_free(&png->frame);
    qsr_frame_free(&png->alpha);
    free(png->meta.icc);
    memset(png, 0, sizeof(*png));
}

// ---------------------------------------------------------------- writing ---

int qsr_png_channels(const QsrPng *png)
{
    if (png->alpha.memory)
        return 2;
    return png->frame.pic.format == QSR_FORMAT_GRAY8 ? 1
           : png->frame.pic.format == QSR_FORMAT_RGB ? 3 : 4;
}

const uint8_t *qsr_png_row(const QsrPng *png, int y, uint8_t *scratch)
{
    const QsrPicture *pic = &png->frame.pic;
    const uint8_t *row = pic->data[0] + y * pic->stride[0];
    const uint8_t *alpha;

    if (!png->alpha.memory)
        return row;
    alpha = png->alpha.pic.data[0] + y * png->alpha.pic.stride[0];
    for (int x = 0; x < pic->width; x++) {
        scratch[2 * x] = row[x];
        scratch[2 * x + 1] = alpha[4 * x + 3];
    }
    return scratch;
}

typedef struct PngWriter {
    const QsrPng *png;
    FILE *file;
    png_structp handle;
    png_infop info;
    uint8_t *scratch;
    char message[160];
} PngWriter;

static void write_data(png_structp handle, png_bytep data, size_t size)
{
    if (fwrite(data, 1, size, png_get_io_ptr(handle)) != size)
        png_error(handle, strerror(errno));
}

static void flush_data(png_structp handle)
{
    (void)handle; // whoever opened the file closes it and looks at the result
}

static void write_picture(PngWriter *w)
{
    static const int types[5] = { 0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                  PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA };
    const QsrPicture *pic = &w->png->frame.pic;

    // The engine's limits, not libpng's of a million.
    png_set_user_limits(w->handle, 4 * QSR_MAX_WIDTH, 4 * QSR_MAX_HEIGHT);
    // Metadata that contradicts itself was read without complaint; so be it.
    png_set_benign_errors(w->handle, 1);
    png_set_write_fn(w->handle, w->file, write_data, flush_data);
    png_set_IHDR(w->handle, w->info, (png_uint_32)pic->width, (png_uint_32)pic->height, 8,
                 types[qsr_png_channels(w->png)], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
                 PNG_FILTER_TYPE_BASE);
    write_meta(&w->png->meta, w->handle, w->info);
    png_write_info(w->handle, w->info);
    for (int y = 0; y < pic->height; y++)
        png_write_row(w->handle, qsr_png_row(w->png, y, w->scratch));
    png_write_end(w->handle, w->info);
}

static int write_guarded(PngWriter *w, const char *name, QsrError *err)
{
    if (setjmp(png_jmpbuf(w->handle)))
        return qsr_cli_fail(err, QSR_ERR_IO, "cannot write %s: %s", name, w->message);
    write_picture(w);
    return 0;
}

int qsr_png_write(const QsrPng *png, FILE *file, const char *name, QsrError *err)
{
    PngWriter w = { .png = png, .file = file };
    int ret;

    if (png->alpha.memory)
        w.scratch = malloc(2 * (size_t)png->frame.pic.width);
    w.handle = png_create_write_struct(PNG_LIBPNG_VER_STRING, w.message, on_error, on_warning);
    if (w.handle)
        w.info = png_create_info_struct(w.handle);
    if (w.info && (w.scratch || !png->alpha.memory))
        ret = write_guarded(&w, name, err);
    else
        ret = qsr_cli_fail(err, QSR_ERR_NOMEM, "out of memory");
    png_destroy_write_struct(&w.handle, &w.info);
    free(w.scratch);
    return ret;
}
