// SPDX-License-Identifier: BSD-2-Clause
//
// What the host and the skel on a Hexagon DSP say to each other: the methods of
// the FastRPC interface "qsr" and the structures that travel as their buffers.
// Both sides are little-endian and pad alike; every member has a fixed width.
//
// Calls are packed as Qualcomm's qaic does it: buffer 0 of a call is its fixed
// part, the sequences follow, inputs before outputs. Every length is checked on
// the DSP, and every failure there is a return code.

#ifndef QSR_HEXAGON_PROTOCOL_H
#define QSR_HEXAGON_PROTOCOL_H

#include <stdint.h>

// Rises with every change of this file; a skel of another number is refused.
#define QSR_DSP_ABI 1

// FastRPC's own are 0 (open: in {u32 uri length}, uri; out handle) and 1 (close).
enum QsrDspMethod {
    QSR_DSP_OPEN = 0,
    QSR_DSP_CLOSE = 1,
    QSR_DSP_INFO = 2,    // out QsrDspInfo
    QSR_DSP_LOAD = 3,    // in QsrDspLoad, in blob
    QSR_DSP_CONFIG = 4,  // in QsrDspConfig; out QsrDspPlan
    // in QsrDspFrame, in the planes of the input, out the planes of the output,
    // out QsrDspStatus: 1 + n inputs, m + 1 outputs.
    QSR_DSP_PROCESS = 5,
    // Runs the network over a picture that both sides make from a seed
    // (qsr_dsp_test_byte), RGB to RGB. in QsrDspSelfTest; out QsrDspStatus. Needs LOAD.
    QSR_DSP_SELF_TEST = 6,
    // Skels built for tests only (QSR_DSP_FAULTS): never return well.
    QSR_DSP_CRASH = 30,
    QSR_DSP_HANG = 31,
};

// Return codes: AEEStdErr.h's numbers, seen by the host with this offset.
#define QSR_DSP_ERR_OFFSET 0x80000400u
enum QsrDspError {
    QSR_DSP_OK = 0,
    QSR_DSP_FAILED = 1,
    QSR_DSP_NO_MEMORY = 2,
    QSR_DSP_BAD_STATE = 0x0D,   // PROCESS before CONFIG, CONFIG before LOAD
    QSR_DSP_BAD_PARAMETER = 0x0E,
    QSR_DSP_UNSUPPORTED = 0x14,
};

typedef struct QsrDspInfo {
    uint32_t abi;          // QSR_DSP_ABI
    uint32_t arch;         // 0x66, 0x68, ...: what the skel was compiled for
    uint32_t hvx_contexts; // vector contexts, 0 if unknown
    uint32_t max_threads;  // that CONFIG takes
    uint32_t flags;        // QSR_DSP_FLAG_
    uint32_t reserved[3];
} QsrDspInfo;
#define QSR_DSP_FLAG_FAULTS 1u // a test build with CRASH and HANG

// The blob is the layers one after another, each a QsrDspLayer and, each padded
// with zeros to 8 bytes: bias s32[cout], mult u16[cout], shift u8[cout], weights
// s8[cout][ky][kx][cin], branch s8[cout][bky][bkx][3].
typedef struct QsrDspLoad {
    uint32_t layers;      // conv_in, conv_body..., conv_out
    uint32_t channels;    // 32 or 64
    uint32_t head;        // enum QsrHead
    uint32_t scale_num, scale_den;
    uint32_t blob_crc;    // CRC-32 of the blob
} QsrDspLoad;

typedef struct QsrDspLayer {
    uint32_t cin, cout, ksize, frac;
    uint32_t branch_ksize; // 0: none
    uint32_t reserved[3];
} QsrDspLayer;

// One side of a frame. Planes are buffers of stride * (rows - 1) + row bytes;
// strides are positive.
typedef struct QsrDspPicture {
    uint32_t format; // QsrFormat
    int32_t width, height;
    int32_t stride[4];
    uint32_t matrix, range, site; // as in QsrPicture
} QsrDspPicture;

typedef struct QsrDspConfig {
    QsrDspPicture in, out;
    uint32_t threads;     // 0: as many as there are vector contexts
    uint32_t strip_width; // input pixels, 0: chosen there
    uint32_t band_height;
    uint32_t reserved;
} QsrDspConfig;

typedef struct QsrDspPlan {
    uint32_t threads;     // that will run
    uint32_t strip_width, band_height, tasks;
    uint32_t scratch_bytes; // of all threads
    uint32_t reserved[3];
} QsrDspPlan;

typedef struct QsrDspFrame {
    uint32_t number; // comes back in the status
    uint32_t flags;  // QSR_DSP_FRAME_
} QsrDspFrame;
#define QSR_DSP_FRAME_CRC 1u // fill in the CRC of the output

typedef struct QsrDspSelfTest {
    uint32_t seed;
    int32_t width, height; // 1 to 64
} QsrDspSelfTest;

typedef struct QsrDspStatus {
    uint32_t number;
    uint32_t crc;     // CRC-32 of the output planes' visible rows in order, if asked for
    uint64_t cycles;  // processor cycles of the call, 0 if unknown
    uint64_t packets; // instruction packets of all threads, 0 if unknown
} QsrDspStatus;

// Byte i (row by row, R, G, B) of the self-test's picture.
static inline uint8_t qsr_dsp_test_byte(uint32_t seed, uint32_t i)
{
    uint32_t h = (i + 1) * 0x9E3779B1u ^ seed * 0x85EBCA77u;
    h ^= h >> 15;
    h *= 0x2C1B3C6Du;
    return (uint8_t)(h >> 24);
}

#endif
