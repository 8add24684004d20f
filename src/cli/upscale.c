// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/upscale.h"

#include <string.h>
#include <strings.h>

#include "src/cli/png_io.h"
#include "src/cli/progress.h"
#include "src/cli/y4m.h"

// -------------------------------------------------------------- the choice ---

QsrMedia qsr_media_of_name(const char *path)
{
    static const struct {
        const char *extension;
        QsrMedia media;
    } known[] = {
        { ".png", QSR_MEDIA_PNG },   { ".y4m", QSR_MEDIA_Y4M },   { ".mkv", QSR_MEDIA_VIDEO },
        { ".mp4", QSR_MEDIA_VIDEO }, { ".m4v", QSR_MEDIA_VIDEO }, { ".mov", QSR_MEDIA_VIDEO },
        { ".webm", QSR_MEDIA_VIDEO },
    };
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcasecmp(dot, known[i].extension))
            return known[i].media;
    }
    return QSR_MEDIA_UNKNOWN;
}

static QsrMedia media_of_content(const QsrInput *in)
{
    if (in->head_size >= 8 && !memcmp(in->head, QSR_PNG_MAGIC, 8))
        return QSR_MEDIA_PNG;
    if (in->head_size >= 9 && !memcmp(in->head, QSR_Y4M_MAGIC, 9))
        return QSR_MEDIA_Y4M;
    return QSR_MEDIA_VIDEO;
}

void qsr_print_md5(const QsrOptions *o, const char *hex)
{
    const bool taken = o->output && !strcmp(o->output, "-");

    fprintf(taken ? stderr : stdout, "%s\n", hex);
}

void qsr_print_summary(const QsrOptions *o, int in_width, int in_height, int out_width,
                       int out_height, int64_t frames, double seconds)
{
    if (o->quiet)
        return;
    fprintf(stderr, "%s: %dx%d -> %dx%d", o->output ? o->output : o->input, in_width, in_height,
            out_width, out_height);
    if (frames > 0)
        fprintf(stderr, ", %lld frame%s, %.1f fps", (long long)frames, frames == 1 ? "" : "s",
                seconds > 0 ? (double)frames / seconds : 0);
    fprintf(stderr, ", %.1f s\n", seconds);
}

// ------------------------------------------------------------------- still ---

static int process_png(QsrContext *ctx, QsrScale scale, const QsrPng *in, QsrPng *out,
                       QsrError *err)
{
    const int width = qsr_scale_size(scale, in->frame.pic.width);
    const int height = qsr_scale_size(scale, in->frame.pic.height);
    int ret = qsr_frame_alloc(&out->frame, in->frame.pic.format, width, height, err);

    if (ret == 0)
        ret = qsr_process(ctx, &in->frame.pic, &out->frame.pic, err);
    if (ret == 0 && in->alpha.memory) {
        ret = qsr_frame_alloc(&out->alpha, QSR_FORMAT_RGBA, width, height, err);
        if (ret == 0)
            ret = qsr_process(ctx, &in->alpha.pic, &out->alpha.pic, err);
    }
    return ret;
}

// The same metadata; more pixels on the same paper are more pixels per metre.
static void move_meta(QsrPngMeta *to, QsrPngMeta *from, QsrScale scale)
{
    const uint32_t limit = INT32_MAX / 4;

    *to = *from;
    from->icc = NULL;
    if (to->has_phys && to->phys_unit == 1 && to->phys_x < limit && to->phys_y < limit) {
        to->phys_x = (to->phys_x * (uint32_t)scale.num + (uint32_t)scale.den / 2) /
                     (uint32_t)scale.den;
        to->phys_y = (to->phys_y * (uint32_t)scale.num + (uint32_t)scale.den / 2) /
                     (uint32_t)scale.den;
    }
}

static int hash_png(const QsrOptions *o, const QsrPng *png, QsrError *err)
{
    const size_t bytes = (size_t)png->frame.pic.width * (size_t)qsr_png_channels(png);
    QsrFrame scratch = { 0 };
    char hex[33];
    QsrMd5 md5;

    if (png->alpha.memory) {
        int ret = qsr_frame_alloc(&scratch, QSR_FORMAT_GRAY8, (int)bytes, 1, err);
        if (ret < 0)
            return ret;
    }
    qsr_md5_init(&md5);
    for (int y = 0; y < png->frame.pic.height; y++)
        qsr_md5_update(&md5, qsr_png_row(png, y, scratch.memory), bytes);
    qsr_md5_end(&md5, hex);
    qsr_print_md5(o, hex);
    qsr_frame_free(&scratch);
    return 0;
}

static int write_png(const QsrOptions *o, const QsrPng *png, QsrOutput *out, QsrError *err)
{
    int ret = 0;

    if (o->output) {
        ret = qsr_png_write(png, out->file, out->name, err);
        if (ret == 0)
            ret = qsr_output_commit(out, err);
    }
    if (ret == 0 && o->md5)
        ret = hash_png(o, png, err);
    return ret;
}

int qsr_upscale_png(const QsrOptions *o, QsrInput *in, QsrError *err)
{
    const double start = qsr_seconds();
    QsrPng source = { 0 }, result = { 0 };
    QsrOutput out = { 0 };
    QsrOptions still = *o;
    QsrContext *ctx;
    QsrScale scale;
    int ret;

    still.reuse = false; // there is no picture before
    ret = qsr_cli_open(&ctx, &scale, &still, err);

    if (ret < 0)
        return ret;
    // The output is tried first: a still takes seconds, a full disk shows at once.
    if (o->output)
        ret = qsr_output_open(&out, o->output, o->overwrite, err);
    if (ret == 0)
        ret = qsr_png_read(&source, in, scale, err);
    if (ret == 0)
        ret = process_png(ctx, scale, &source, &result, err);
    if (ret == 0) {
        move_meta(&result.meta, &source.meta, scale);
        ret = write_png(o, &result, &out, err);
    }
    if (ret == 0)
        qsr_print_summary(o, source.frame.pic.width, source.frame.pic.height,
                          result.frame.pic.width, result.frame.pic.height, 0,
                          qsr_seconds() - start);
    qsr_output_abort(&out);
    qsr_png_free(&source);
    qsr_png_free(&result);
    qsr_close(&ctx);
    return ret;
}

// ------------------------------------------------------------------ stream ---

typedef struct Y4mJob {
    QsrY4m y4m;
    QsrContext *ctx;
    QsrContext *place[2]; // move enlarged fields to where they belong; NULL: they lie there
    QsrFrame in, out;
    QsrFrame field;       // enlarged, before it is moved
    QsrOutput output;
    QsrMd5 md5;
    int64_t frames;
} Y4mJob;

// One of the two fields of a frame: every second row of every plane.
static QsrPicture field_of(const QsrPicture *pic, int field)
{
    QsrPicture half = *pic;

    half.height /= 2;
    for (int i = 0; i < qsr_format_planes(pic->format); i++) {
        half.data[i] += field * pic->stride[i];
        half.stride[i] *= 2;
    }
    return half;
}

static int process_frame(Y4mJob *job, QsrError *err)
{
    int ret = 0;

    if (!job->y4m.interlaced)
        return qsr_process(job->ctx, &job->in.pic, &job->out.pic, err);
    for (int field = 0; field < 2 && ret == 0; field++) {
        const QsrPicture in = field_of(&job->in.pic, field);
        const QsrPicture out = field_of(&job->out.pic, field);

        ret = qsr_process(job->ctx, &in, job->place[field] ? &job->field.pic : &out, err);
        if (ret == 0 && job->place[field])
            ret = qsr_process(job->place[field], &job->field.pic, &out, err);
    }
    return ret;
}

// A field that was enlarged like a progressive picture lies a fraction of a row beside
// its place (docs/numerics.md).
static int open_fields(Y4mJob *job, QsrScale scale, const QsrOptions *o, QsrError *err)
{
    const QsrPicture *out = &job->out.pic;
    QsrSettings settings;
    QsrModel *model;
    int ret = qsr_frame_alloc(&job->field, out->format, out->width, out->height / 2, err);

    if (ret < 0)
        return ret;
    job->field.pic.matrix = out->matrix;
    job->field.pic.range = out->range;
    job->field.pic.site = out->site;
    ret = qsr_model_open(&model, "bicubic", QSR_SCALE(1, 1), err);
    if (ret == QSR_ERR_UNSUPPORTED) {
        qsr_cli_note(o, "fields stay a fraction of a row beside their place: %s", err->message);
        return 0;
    }
    qsr_cli_settings(&settings, o);
    settings.reuse = 0;
    for (int field = 0; field < 2 && ret == 0; field++) {
        settings.row_phase_num = (scale.num - scale.den) * (field ? -1 : 1);
        settings.row_phase_den = 4 * scale.den;
        ret = qsr_open(&job->place[field], model, &settings, err);
    }
    qsr_model_unref(&model);
    return ret;
}

static int open_y4m_frames(Y4mJob *job, QsrScale scale, const QsrOptions *o, const QsrInput *in,
                           QsrError *err)
{
    const QsrY4m *y4m = &job->y4m;
    const int width = qsr_scale_size(scale, y4m->width);
    int height = qsr_scale_size(scale, y4m->height);
    int ret;

    if (y4m->interlaced) {
        const int field = qsr_scale_size(scale, y4m->height / 2);

        if (qsr_y4m_half_height(y4m) && field % 2)
            return qsr_cli_fail(err, QSR_ERR_UNSUPPORTED,
                                "%s is interlaced with %d lines, which %s times larger do not make "
                                "two equal fields", in->name, y4m->height,
                                qsr_cli_scale_text(scale).text);
        height = 2 * field;
    }
    ret = qsr_frame_alloc(&job->in, y4m->format, y4m->width, y4m->height, err);
    if (ret == 0)
        ret = qsr_frame_alloc(&job->out, y4m->format, width, height, err);
    if (ret < 0)
        return ret;
    // The stream says nothing of its matrix: by size, as players take it.
    job->in.pic.matrix = o->matrix >= 0 ? (QsrMatrix)o->matrix
                         : y4m->height > 576 ? QSR_MATRIX_BT709 : QSR_MATRIX_BT601;
    job->in.pic.range = y4m->range;
    job->in.pic.site = y4m->site;
    job->out.pic.matrix = job->in.pic.matrix;
    job->out.pic.range = y4m->range;
    job->out.pic.site = y4m->site;
    if (y4m->interlaced)
        return open_fields(job, scale, o, err);
    return 0;
}

static int run_y4m(Y4mJob *job, const QsrOptions *o, QsrInput *in, QsrError *err)
{
    const QsrPicture *pic = &job->out.pic;
    QsrProgress progress;
    int ret = 0;

    if (job->output.file &&
        !qsr_y4m_write_header(&job->y4m, pic->width, pic->height, job->output.file))
        return qsr_output_error(&job->output, err);
    qsr_progress_start(&progress, o);
    while (!o->frames || job->frames < o->frames) {
        ret = qsr_y4m_read_frame(&job->y4m, in, &job->in, err);
        if (ret <= 0)
            break;
        ret = process_frame(job, err);
        if (ret < 0)
            break;
        if (job->output.file && !qsr_y4m_write_frame(&job->y4m, &job->out, job->output.file)) {
            ret = qsr_output_error(&job->output, err);
            break;
        }
        if (o->md5)
            qsr_md5_update(&job->md5, job->out.memory, job->out.size);
        job->frames++;
        qsr_progress_tick(&progress, job->frames,
                          o->frames ? (double)job->frames / (double)o->frames
                                    : qsr_input_fraction(in));
    }
    qsr_progress_clear(&progress);
    if (ret >= 0 && job->frames == 0)
        return qsr_cli_fail(err, QSR_ERR_INVALID, "%s has no frames", in->name);
    return ret < 0 ? ret : 0;
}

int qsr_upscale_y4m(const QsrOptions *o, QsrInput *in, QsrError *err)
{
    const double start = qsr_seconds();
    Y4mJob job = { 0 };
    QsrOptions stream = *o;
    char hex[33];
    QsrScale scale;
    int ret = qsr_y4m_read_header(&job.y4m, in, err);

    // Each field follows the other one, never itself.
    stream.reuse = o->reuse && !job.y4m.interlaced;
    if (ret == 0)
        ret = qsr_cli_open(&job.ctx, &scale, &stream, err);
    if (ret == 0)
        ret = open_y4m_frames(&job, scale, o, in, err);
    if (ret == 0 && o->output)
        ret = qsr_output_open(&job.output, o->output, o->overwrite, err);
    if (ret == 0) {
        qsr_md5_init(&job.md5);
        ret = run_y4m(&job, o, in, err);
    }
    if (ret == 0 && o->output)
        ret = qsr_output_commit(&job.output, err);
    if (ret == 0 && o->md5) {
        qsr_md5_end(&job.md5, hex);
        qsr_print_md5(o, hex);
    }
    if (ret == 0)
        qsr_print_summary(o, job.in.pic.width, job.in.pic.height, job.out.pic.width,
                          job.out.pic.height, job.frames, qsr_seconds() - start);
    qsr_output_abort(&job.output);
    qsr_frame_free(&job.in);
    qsr_frame_free(&job.out);
    qsr_frame_free(&job.field);
    qsr_close(&job.ctx);
    qsr_close(&job.place[0]);
    qsr_close(&job.place[1]);
    return ret;
}

// ----------------------------------------------------------------- command ---

// QSR_EXIT_OK if this input can become that output.
static int check_pair(const QsrOptions *o, QsrMedia in, QsrMedia out)
{
    const char *name = o->output;

    if (!name)
        return QSR_EXIT_OK;
    if (strcmp(name, "-") && out == QSR_MEDIA_UNKNOWN && in != QSR_MEDIA_VIDEO) {
        // Devices, pipes and names without a meaning take what comes in.
        const char *dot = strrchr(name, '.');
        if (!dot || strchr(dot, '/'))
            return QSR_EXIT_OK;
    }
    if (!strcmp(name, "-") && in == QSR_MEDIA_VIDEO)
        return qsr_cli_usage("upscale", "a video cannot go to standard output; name a file");
    if (!strcmp(name, "-"))
        return QSR_EXIT_OK;
    if (out == QSR_MEDIA_UNKNOWN)
        return qsr_cli_usage("upscale", "cannot tell from the name '%s' what to write; it should "
                             "end in .png, .y4m, .mkv, .mp4, .m4v, .mov or .webm", name);
    if (out == QSR_MEDIA_VIDEO && in == QSR_MEDIA_Y4M)
        return QSR_EXIT_OK;
    if (in == out)
        return QSR_EXIT_OK;
    if (in == QSR_MEDIA_VIDEO)
        return qsr_cli_usage("upscale", "%s is neither PNG nor y4m and cannot become %s", o->input,
                             name);
    return qsr_cli_usage("upscale", "%s is %s and cannot become %s", o->input,
                         in == QSR_MEDIA_PNG ? "a PNG picture" : "a y4m stream", name);
}

int qsr_cmd_upscale(int argc, char **argv)
{
    int exit_code = QSR_EXIT_OK, ret;
    bool interrupted = false;
    QsrOptions o;
    QsrInput in;
    QsrError err = { 0 };
    QsrMedia media, wanted;

    if (!qsr_cli_parse(&o, argc, argv, &exit_code))
        return exit_code;
    qsr_catch_signals();
    ret = qsr_input_open(&in, o.input, &err);
    if (ret < 0) {
        qsr_cli_error("%s", err.message);
        return QSR_EXIT_FAILED;
    }
    media = media_of_content(&in);
    wanted = o.output ? qsr_media_of_name(o.output) : QSR_MEDIA_UNKNOWN;
    if (o.output && qsr_same_file(o.input, o.output))
        exit_code = qsr_cli_usage("upscale", "input and output are the same file");
    else
        exit_code = check_pair(&o, media, wanted);
    if (exit_code == QSR_EXIT_OK && !strcmp(o.input, "-") &&
        (media == QSR_MEDIA_VIDEO || wanted == QSR_MEDIA_VIDEO))
        exit_code = qsr_cli_usage("upscale", "standard input may be PNG or y4m, with an output of "
                                  "the same kind; a video needs a file name");
    if (exit_code != QSR_EXIT_OK) {
        qsr_input_close(&in);
        return exit_code;
    }
    if (media == QSR_MEDIA_VIDEO || wanted == QSR_MEDIA_VIDEO)
        ret = qsr_upscale_video(&o, &interrupted, &err);
    else if (media == QSR_MEDIA_PNG)
        ret = qsr_upscale_png(&o, &in, &err);
    else
        ret = qsr_upscale_y4m(&o, &in, &err);
    qsr_input_close(&in);
    if (interrupted)
        return QSR_EXIT_INTERRUPTED;
    if (ret < 0) {
        qsr_cli_error("%s", err.message);
        return QSR_EXIT_FAILED;
    }
    return o.md5 && !qsr_cli_flush_stdout() ? QSR_EXIT_FAILED : QSR_EXIT_OK;
}
