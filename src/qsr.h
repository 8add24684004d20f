// SPDX-License-Identifier: BSD-2-Clause
//
// libqsr: neural upscaling of pictures on the CPU, the same bytes everywhere.
//
// Three steps, for a player or any other program:
//
//     QsrError err;
//     QsrModel *model;
//     QsrContext *ctx;
//     QsrSettings settings;
//
//     if (qsr_model_open(&model, "quicksrnet-small", QSR_SCALE(2, 1), &err) < 0)
//         return fail(err.message);
//     qsr_settings_default(&settings);
//     if (qsr_open(&ctx, model, &settings, &err) < 0)
//         return fail(err.message);
//     qsr_model_unref(&model);                  // the context keeps its own reference
//
//     for each frame:
//         qsr_process(ctx, &in, &out, &err);    // in: 960x540, out: 1920x1080
//
//     qsr_close(&ctx);
//
// General rules.
//  - Functions that can fail return 0 or a negative QSR_ERR_ code and, where
//    they take a QsrError, a sentence that says what was wrong. The QsrError
//    may be NULL. Out-parameters are NULL after a failure.
//  - The library never prints, never exits, never installs signal handlers.
//  - Thread-safety: a QsrModel is immutable and may be shared freely. A
//    QsrContext may be used by one thread at a time. Everything else is
//    stated at the function.
//  - Output depends only on the input samples, the model and, of the scalers, on
//    sharpness and row phase: not on the instruction set, the number of threads,
//    strides or alignment.

#ifndef QSR_H
#define QSR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) || !defined(__GNUC__)
#define QSR_API
#else
#define QSR_API __attribute__((visibility("default")))
#endif

// ---------------------------------------------------------------- errors ---

enum {
    QSR_ERR_INVALID = -1,     // an argument or a file that breaks a stated rule
    QSR_ERR_NOMEM = -2,       // out of memory, or of threads
    QSR_ERR_IO = -3,          // a file that cannot be opened or read
    QSR_ERR_UNSUPPORTED = -4, // valid, but beyond this version or this machine
    QSR_ERR_NOT_FOUND = -5,   // no built-in model, or no file, of that name
};

typedef struct QsrError {
    int code;          // as returned
    char message[240]; // one sentence, UTF-8, no trailing newline
} QsrError;

// "1.2.3", static storage. Thread-safety: safe.
QSR_API const char *qsr_version(void);

// ----------------------------------------------------------------- scale ---

// An upscaling factor as a fraction in lowest terms: 2/1, 3/1, 4/1 or 3/2.
typedef struct QsrScale {
    int num, den;
} QsrScale;

#ifdef __cplusplus
#define QSR_SCALE(n, d) (QsrScale{(n), (d)})
#else
#define QSR_SCALE(n, d) ((QsrScale){(n), (d)})
#endif
#define QSR_SCALE_ANY QSR_SCALE(0, 0)

// Output pixels for `size` input pixels: size * num / den, where a half pixel
// (an odd size at 3/2) counts as a whole one. Thread-safety: safe.
QSR_API int qsr_scale_size(QsrScale scale, int size);

// Limits of the input picture, in pixels; the smallest is 1x1.
#define QSR_MAX_WIDTH 16384
#define QSR_MAX_HEIGHT 16384

// ---------------------------------------------------------------- models ---

typedef struct QsrModel QsrModel;

// What a model is; owned by the model, valid as long as it is.
typedef struct QsrModelInfo {
    const char *name;         // "quicksrnet-small"
    const char *architecture; // "quicksrnet", or "quicksrnet-branch" with an input branch
    const char *card;         // the model card, JSON, UTF-8
    const char *sha256;       // of the file as the format defines it, 64 hex digits
    QsrScale scale;   // QSR_SCALE_ANY: a scaler that takes what comes
    int channels;     // of the feature maps
    int layers;       // convolutions in a row; an input branch belongs to the last
    int mac_per_pixel; // multiply-accumulates per input pixel
    int safe_pairs;   // 1: 16-bit pair sums cannot saturate (docs/numerics.md)
    size_t file_size; // bytes
} QsrModelInfo;

// Opens a model and takes one reference to it.
//
// `name` is the name of a built-in model, or the path of a .qsr file if it
// contains a '/' or ends in ".qsr". A built-in name stands for a family of one
// model per scale, so `scale` must say which; for a file `scale` may be
// QSR_SCALE_ANY, or else must match the file.
//
// A file is read whole, checked against every rule of docs/model-format.md,
// and its self-test is run; the message names the file and the broken rule.
// Cost: milliseconds. Thread-safety: safe.
QSR_API int qsr_model_open(QsrModel **model, const char *name, QsrScale scale, QsrError *err);

// The same for a .qsr file in memory. `data` is not kept. `label` names it in
// messages; may be NULL. Thread-safety: safe.
QSR_API int qsr_model_open_memory(QsrModel **model, const void *data, size_t size,
                                  const char *label, QsrError *err);

QSR_API QsrModel *qsr_model_ref(QsrModel *model);    // returns `model`
QSR_API void qsr_model_unref(QsrModel **model);      // sets it to NULL; NULL is fine
QSR_API const QsrModelInfo *qsr_model_info(const QsrModel *model);

// The built-in models, one entry per name and scale, sorted by name then
// scale, ended by an entry whose name is NULL. Static storage.
typedef struct QsrBuiltinModel {
    const char *name;
    QsrScale scale;
} QsrBuiltinModel;
QSR_API const QsrBuiltinModel *qsr_builtin_models(void);

// The classical scalers, models without weights that are always there: "bicubic"
// (Catmull-Rom) and "fsr1" (AMD FidelityFX Super Resolution 1.0). qsr_model_open
// takes their names with any factor from 1 to 4, or with QSR_SCALE_ANY: then each
// picture decides, and width and height may have different factors. They run on
// the CPU whatever the backend. Ended by NULL; static storage. One more name is not
// in the list because it does not scale: "rcas", FSR's sharpening alone, at 1/1.
QSR_API const char *const *qsr_scaler_names(void);

// -------------------------------------------------------------- pictures ---

typedef enum QsrFormat {
    QSR_FORMAT_I420,  // planes Y, U, V; chroma halved both ways, rounded up (YV12: swap the pointers)
    QSR_FORMAT_NV12,  // planes Y, UV
    QSR_FORMAT_NV21,  // planes Y, VU
    QSR_FORMAT_Y444,  // planes Y, U, V
    QSR_FORMAT_GRAY8, // plane Y; taken as it is, no matrix or range is applied
    QSR_FORMAT_RGB,   // bytes R, G, B in memory order, and so on
    QSR_FORMAT_BGR,
    QSR_FORMAT_RGBX,  // X: ignored on input, 255 on output
    QSR_FORMAT_BGRX,
    QSR_FORMAT_XRGB,
    QSR_FORMAT_XBGR,
    QSR_FORMAT_RGBA,  // alpha: straight or premultiplied, scaled apart by a cubic
    QSR_FORMAT_BGRA,
    QSR_FORMAT_ARGB,
    QSR_FORMAT_ABGR,
    QSR_FORMAT_Y42B, // planes Y, U, V; chroma halved horizontally, rounded up
    QSR_FORMAT_NV16, // planes Y, UV, likewise
    QSR_FORMAT_YUY2, // bytes Y, U, Y, V for two pixels; of an odd width the last Y is spare
    QSR_FORMAT_UYVY,
    QSR_FORMAT_AYUV, // bytes A, Y, U, V
    QSR_FORMAT_A420, // planes Y, U, V, A; chroma as I420
    QSR_FORMAT_GBR,  // planes G, B, R (RGBP, BGRP: swap the pointers)
    QSR_FORMAT_GBRA, // planes G, B, R, A
    // 10 bits. Samples are 16-bit little-endian numbers on every machine.
    QSR_FORMAT_I420_10LE, // as the 8-bit format; the 6 high bits are ignored on input, else 0
    QSR_FORMAT_I422_10LE,
    QSR_FORMAT_Y444_10LE,
    QSR_FORMAT_P010_10LE, // as NV12; the value is in the 10 high bits, the others likewise
    QSR_FORMAT_Y210,      // as YUY2, in the 10 high bits
    QSR_FORMAT_GBR_10LE,
    QSR_FORMAT_RGB10A2_LE, // a 32-bit little-endian number a pixel: R in bits 0 to 9, G, B, A on top
    QSR_N_FORMATS
} QsrFormat;

// Luma coefficients (Kr, Kb) of ITU-T H.273 table 4. Unused by RGB and GRAY8.
typedef enum QsrMatrix {
    QSR_MATRIX_BT601,     // 0.299,  0.114
    QSR_MATRIX_BT709,     // 0.2126, 0.0722
    QSR_MATRIX_BT2020,    // 0.2627, 0.0593 (non-constant luminance)
    QSR_MATRIX_SMPTE240M, // 0.212,  0.087
    QSR_MATRIX_FCC,       // 0.30,   0.11
    QSR_N_MATRICES
} QsrMatrix;

typedef enum QsrRange {
    QSR_RANGE_LIMITED, // Y 16..235, U and V 16..240; 10 bits: 64..940, 64..960
    QSR_RANGE_FULL,    // 0..255; 0..1023
} QsrRange;

// Where a chroma sample of a 4:2:0 format sits within its 2x2 luma samples. In
// 4:2:2 formats only the horizontal half of it counts.
typedef enum QsrChromaSite {
    QSR_SITE_CENTER = 0,                // MPEG-1, JPEG
    QSR_SITE_LEFT = 1,                  // MPEG-2, H.264: horizontally co-sited
    QSR_SITE_TOP = 2,                   // vertically co-sited
    QSR_SITE_TOP_LEFT = 3,              // DV, UHD: both
} QsrChromaSite;

// A picture in memory of the caller's. No alignment is needed; a stride may
// be negative. Rows of a plane must not overlap those of another.
typedef struct QsrPicture {
    QsrFormat format;
    int width, height;   // pixels
    uint8_t *data[4];    // first row of each plane; not written to when the picture is an input
    ptrdiff_t stride[4]; // bytes from one row to the next
    QsrMatrix matrix;
    QsrRange range;      // of YUV; RGB and GRAY8 are taken as full range
    QsrChromaSite site;
} QsrPicture;

// Planes of a format (1 to 4). Thread-safety: safe.
QSR_API int qsr_format_planes(QsrFormat format);

// Width in bytes and height in rows of one plane of a `width` x `height`
// picture. Thread-safety: safe.
QSR_API void qsr_format_plane_size(QsrFormat format, int plane, int width, int height,
                                   size_t *row_bytes, int *rows);

// "I420", "RGBx", as GStreamer spells them; NULL if out of range.
QSR_API const char *qsr_format_name(QsrFormat format);

// ---------------------------------------------------------------- engine ---

typedef enum QsrBackendId {
    QSR_BACKEND_AUTO,    // the fastest that works
    QSR_BACKEND_CPU,
    QSR_BACKEND_HEXAGON, // Qualcomm DSP
} QsrBackendId;

typedef enum QsrLogLevel {
    QSR_LOG_ERROR,   // something was refused or lost
    QSR_LOG_WARNING, // it works, but not as asked
    QSR_LOG_INFO,    // once per open or change of geometry
    QSR_LOG_DEBUG,
} QsrLogLevel;

// `message` is one line without a newline. May be called from any thread that
// is inside a function of this library.
typedef void (*QsrLogFunc)(void *opaque, QsrLogLevel level, const char *message);

typedef struct QsrSettings {
    QsrBackendId backend; // default QSR_BACKEND_AUTO
    int n_threads;        // 0 = all cores this process may use (default); else 1 to 256.
                          // The thread that calls qsr_process is one of them, unless `nice` is set.
    int nice;             // 0 to 19: niceness of the threads (Linux; without effect elsewhere),
                          // default 0: as the caller's. With 1 or more the calling thread only
                          // waits, because it could not be made nice and back.
    int strip_width;      // input pixels per strip, for tests; 0 = chosen from the caches (default)
    int band_height;      // input rows per band, for tests; 0 = chosen from the thread count (default)
    int reuse;            // 1: what did not change since the last picture is not computed again but
                          // copied, with the same bytes; see qsr_process. Default 0
    int row_phase_num, row_phase_den; // of bicubic and fsr1, default 0/1: output rows are taken
                          // from this fraction of an input row further down; -4 to 4, the
                          // denominator 1 to 65536. For the fields of interlaced video, so chroma
                          // goes as many of its own rows (docs/numerics.md).
    float sharpness;      // of fsr1 and rcas: 0 (none) to 1 (AMD's strongest); default 0.87, its usual
    QsrLogFunc log;       // default NULL: silent
    void *log_opaque;
    // QSR_BACKEND_HEXAGON and _AUTO only. The strings are copied; NULL: the default.
    const char *hexagon_library;  // FastRPC's library; default libcdsprpc.so as the linker finds it
    const char *hexagon_skel_dir; // folder of libqsr_skel_v*.so on this machine; default: FastRPC's
                                  // path. Goes into DSP_LIBRARY_PATH of the environment.
    int hexagon_timeout_ms;       // for one frame; 0 = chosen from the frames before (default)
    int hexagon_verify;           // every Nth frame is made by the CPU as well and compared:
                                  // 1 = all; 0 = the first three, then every 64th (default)
    int hexagon_no_fallback;      // _HEXAGON only. 1: without a DSP qsr_open fails; default 0: the
                                  // CPU takes over. A DSP that fails later never costs a frame.
} QsrSettings;

// Fills in the defaults; call it first, so that members added later are right.
QSR_API void qsr_settings_default(QsrSettings *settings);

typedef struct QsrContext QsrContext;

// Opens an engine for one model; starts its threads, which sleep between
// frames. `settings` may be NULL. Thread-safety: safe.
//
// With QSR_BACKEND_HEXAGON it waits for the DSP, for 0.7 s at most (5 s without
// fallback); what is not open then is opened while the CPU makes the first frames.
QSR_API int qsr_open(QsrContext **ctx, QsrModel *model, const QsrSettings *settings, QsrError *err);

// Allocates all memory for pictures of this format and size, so that the next
// qsr_process of the same kind allocates none. Optional: qsr_process does it
// where needed. The data pointers are not looked at and may be NULL.
QSR_API int qsr_prepare(QsrContext *ctx, const QsrPicture *in, const QsrPicture *out, QsrError *err);

// Upscales one picture; returns when `out` is complete.
//
// `out` must be qsr_scale_size() of `in` in both directions; for a scaler without a
// fixed factor, 1 to 4 times `in` in each. Formats, matrices,
// ranges and sites of the two may differ; an alpha channel comes from `in`, or
// is 255 where `in` has none. Size and format may change from call to call.
// After an error `out` has unspecified contents and the context stays usable.
//
// With `reuse` the context keeps a copy of the last input and of the last output; the
// caller's pictures stay the caller's. It pays where parts of the picture stand still.
// Where nothing does it stops comparing, and tries again after 1, 2, 4 ... 64 pictures.
QSR_API int qsr_process(QsrContext *ctx, const QsrPicture *in, const QsrPicture *out, QsrError *err);

// Threads that work on the CPU; the calling one is among them unless the settings
// said `nice`.
QSR_API int qsr_thread_count(const QsrContext *ctx);

// Counters since qsr_open. frames_cpu + frames_dsp are all frames. With the CPU
// backend all but frames_cpu and what was reused stay 0.
typedef struct QsrBackendStats {
    QsrBackendId backend;    // that the next frame will be tried on: CPU or HEXAGON
    const char *state;       // of the DSP: "off" (not asked for), "absent", "probing", "ready",
                             // "lost" (to be opened again), "disabled"; static
    const char *instruction_set; // of the CPU's convolutions: a name as qsr_cpu_name() gives, or
                             // "c"; static
    uint64_t frames_cpu;     // frames that the CPU made, redone and copied ones included
    uint64_t frames_dsp;     // frames that the DSP made
    uint64_t compared;       // those of them that the CPU made as well, with the same bytes
    uint64_t redone;         // frames that failed on the DSP and were made by the CPU
    uint64_t timeouts, crashes, bad_replies; // reasons for them
    uint64_t resets;         // sessions reopened after a loss
    int last_error;          // FastRPC's code of the last failure, 0 if there was none
    double reused;           // share of the output's pixels that were copied from the last picture
                             // instead of computed, 0 to 1: of all pictures so far,
    double reused_recent;    // and of the last 64
    double cpu_ms, dsp_ms;   // median of the last frames measured, copies included; 0: none yet
} QsrBackendStats;

// Thread-safety: safe, also while another thread is inside qsr_process.
QSR_API void qsr_get_stats(const QsrContext *ctx, QsrBackendStats *stats);

// Lets a DSP read input pictures where they lie, without a copy: memory that is
// mapped from the dma-buf `fd`, until qsr_forget_memory. Planes must lie in one
// such region and have positive strides. 1: done, 0: of no use with this context
// (no DSP at the moment, a library that cannot, 64 regions are known already). The descriptor
// stays the caller's and has to stay open.
QSR_API int qsr_share_memory(QsrContext *ctx, void *data, size_t size, int fd);
QSR_API void qsr_forget_memory(QsrContext *ctx, void *data);

// Looks for a Hexagon DSP step by step, runs a few frames of `width` x `height` on
// it, and tells each finding as one line. 0: it works, with the bytes of the CPU.
// Uses the hexagon_ members of `settings` (may be NULL). Takes at most some
// seconds more than the frames do. Thread-safety: safe; `report` is called from
// the calling thread.
typedef void (*QsrReportFunc)(void *opaque, const char *key, const char *value);
QSR_API int qsr_hexagon_report(QsrModel *model, const QsrSettings *settings, int width, int height,
                               QsrReportFunc report, void *opaque, QsrError *err);

// From now on this context does not wait for a DSP, and a qsr_process that does so in
// another thread lets the CPU make the frame at once. For a quick end: qsr_close,
// which has to wait for that thread, can follow. Thread-safety: safe.
QSR_API void qsr_stop_waiting(QsrContext *ctx);

// Joins the threads, frees everything, sets *ctx to NULL. NULL is fine. Takes less
// than a second, even while a DSP hangs; the thread and the memory of a call that
// never returns are then left behind.
QSR_API void qsr_close(QsrContext **ctx);

// ------------------------------------------------------------------- CPU ---

// Restricts the instruction sets that engines opened from now on may use, to
// make every path reachable on one machine. `mask` is a comma-separated list of
// names that qsr_cpu_name() gives ("c": none of them), "all", or a number as
// qsr_cpu_flags() returns. The environment variable QSR_CPU_MASK, in the same
// form, is read before the first use. Thread-safety: safe.
QSR_API int qsr_set_cpu_mask(const char *mask, QsrError *err);

// The instruction sets found on this machine and allowed by the mask, as bits.
QSR_API unsigned qsr_cpu_flags(void);

// Name of bit `bit` of qsr_cpu_flags(), or NULL if there is no such bit.
// `has_kernels` (may be NULL) tells whether this build has kernels for it.
QSR_API const char *qsr_cpu_name(int bit, int *has_kernels);

#ifdef __cplusplus
}
#endif

#endif // QSR_H
