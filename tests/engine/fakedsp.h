// SPDX-License-Identifier: BSD-2-Clause
//
// A FastRPC library for tests, without a DSP: its calls are answered in the same
// process, by the CPU's own code, or by whatever the test asks for. It is loaded
// like the real one; the test finds `fakedsp` in it with dlsym().

#ifndef QSR_TESTS_FAKEDSP_H
#define QSR_TESTS_FAKEDSP_H

#include <stdint.h>

typedef enum FakeFault {
    FAKE_NONE,
    FAKE_CRASH,        // the process is gone: 104, and so for all later calls
    FAKE_HANG,         // until the process is killed; then the output is written to
    FAKE_HANG_FOREVER, // until the test says so
    FAKE_CODE,         // `code`, once
    FAKE_NO_STATUS,    // success, and nothing was written
    FAKE_WRONG_STATUS, // success for another frame
    FAKE_HALF_STATUS,  // success, and the end of the status was not written
    FAKE_WRONG_BYTES,
} FakeFault;

typedef struct FakeDsp {
    // What to do. Frames are counted from 0 for each opening; -1: never.
    FakeFault fault;
    int fault_frame, code;
    int frame_ms;          // that a frame takes
    int domain, hvx, arch; // capabilities; arch 0: cannot be asked
    int refuse_open;       // a code, for all skels
    int oldest_skel;       // skels above this version are missing
    int open_hangs;        // 1: until killed; 2: until released
    int close_hangs;       // 1: until killed
    int kill_hangs;        // 1: until released
    int no_memory;         // 1: rpcmem has none
    uint32_t abi;
    int wrong_test;        // the self-test's CRC
    int load_code;
    int config_code, config_code_threads; // for all numbers of threads but this
    int released;          // ends FAKE_HANG_FOREVER and the like
    // What was done.
    int opens, closes, kills, frames, configs, unsigned_asked, registered, in_place, tests;
    int live_buffers;      // rpcmem that is not freed
    int inside;            // calls that have not returned
    char skel[64];         // last asked for
    uint32_t threads;      // last configured
} FakeDsp;

// Under the library's lock: `change` copies in, `look` copies out.
typedef struct FakeDspApi {
    void (*change)(const FakeDsp *from);
    void (*look)(FakeDsp *to);
    void (*reset)(FakeDsp *to); // as after loading, and a copy of that
} FakeDspApi;

#endif
