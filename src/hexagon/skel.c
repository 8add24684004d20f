// SPDX-License-Identifier: BSD-2-Clause
//
// The skel's entry: handles, and the shape of every call. Several threads of the
// host may call at once; two calls for one handle may not overlap.

#include <string.h>

#include "src/hexagon/pd.h"
#include "src/hexagon/state.h"
#include "src/mem.h"

#define MAX_HANDLES 16

// A handle is the slot's number and, above it, how often the slot was given out,
// so that a handle is not valid for longer than it is open.
enum { SLOT_FREE, SLOT_IDLE, SLOT_BUSY };
typedef struct Slot {
    atomic_int use;
    uint32_t generation;
    QsrDspState *state;
} Slot;
static Slot slots[MAX_HANDLES];

static bool change(Slot *slot, int from, int to)
{
    return atomic_compare_exchange_strong(&slot->use, &from, to);
}

// Takes the slot of a handle for one call; give it back by `use`.
static int acquire(uint64_t handle, Slot **slot)
{
    const uint32_t index = (uint32_t)handle - 1;
    if (index >= MAX_HANDLES)
        return QSR_DSP_BAD_PARAMETER;
    *slot = &slots[index];
    if (!change(*slot, SLOT_IDLE, SLOT_BUSY))
        return atomic_load(&(*slot)->use) == SLOT_BUSY ? QSR_DSP_BAD_STATE
                                                       : QSR_DSP_BAD_PARAMETER;
    if ((*slot)->generation != handle >> 32) {
        atomic_store(&(*slot)->use, SLOT_IDLE);
        return QSR_DSP_BAD_PARAMETER;
    }
    return QSR_DSP_OK;
}

static int open_handle(uint64_t *handle)
{
    QsrDspState *state = qsr_alloc(sizeof(*state));
    if (!state)
        return QSR_DSP_NO_MEMORY;
    for (uint32_t i = 0; i < MAX_HANDLES; i++) {
        Slot *slot = &slots[i];
        if (!change(slot, SLOT_FREE, SLOT_BUSY))
            continue;
        qsr_dsp_state_init(state);
        slot->state = state;
        slot->generation++;
        *handle = (uint64_t)slot->generation << 32 | (i + 1);
        atomic_store(&slot->use, SLOT_IDLE);
        return QSR_DSP_OK;
    }
    qsr_free(state);
    return QSR_DSP_NO_MEMORY;
}

static int close_handle(uint64_t handle)
{
    Slot *slot;
    const int ret = acquire(handle, &slot);
    if (ret)
        return ret;
    qsr_dsp_state_clear(slot->state);
    qsr_free(slot->state);
    slot->state = NULL;
    atomic_store(&slot->use, SLOT_FREE);
    return QSR_DSP_OK;
}

void qsr_dsp_state_init(QsrDspState *s)
{
    qsr_conv_dsp_init_c(&s->conv);
    qsr_pixel_dsp_init_c(&s->pixel);
#if HAVE_HVX
    qsr_conv_dsp_init_hvx(&s->conv);
    qsr_pixel_dsp_init_hvx(&s->pixel);
#endif
}

void qsr_dsp_state_clear(QsrDspState *s)
{
    qsr_dsp_unload(s);
}

// --------------------------------------------------------------- methods ---

// The fixed part of a call, which must have exactly its size.
static bool get(void *to, const QsrRpcArg *arg, uint32_t size)
{
    if (!arg->buf.data || arg->buf.size != size)
        return false;
    memcpy(to, arg->buf.data, size);
    return true;
}

static bool room(const QsrRpcArg *arg, uint32_t size)
{
    return arg->buf.data && arg->buf.size == size;
}

static int info(QsrRpcArg *args)
{
    // __HEXAGON_ARCH__ is 66 for what FastRPC calls 0x66.
    const QsrDspInfo out = {
        .abi = QSR_DSP_ABI,
        .arch = __HEXAGON_ARCH__ / 10 * 16 + __HEXAGON_ARCH__ % 10,
        .hvx_contexts = (uint32_t)qsr_dsp_vector_units(),
        .max_threads = QSR_DSP_MAX_THREADS,
#if QSR_DSP_FAULTS
        .flags = QSR_DSP_FLAG_FAULTS,
#endif
    };
    if (!room(&args[0], sizeof(out)))
        return QSR_DSP_BAD_PARAMETER;
    memcpy(args[0].buf.data, &out, sizeof(out));
    return QSR_DSP_OK;
}

static int load(QsrDspState *s, QsrRpcArg *args)
{
    QsrDspLoad in;
    if (!get(&in, &args[0], sizeof(in)) || !args[1].buf.data)
        return QSR_DSP_BAD_PARAMETER;
    return qsr_dsp_load(s, &in, args[1].buf.data, args[1].buf.size);
}

static int config(QsrDspState *s, QsrRpcArg *args)
{
    QsrDspConfig in;
    QsrPicture in_pic, out_pic;
    if (!get(&in, &args[0], sizeof(in)) || !room(&args[1], sizeof(QsrDspPlan)))
        return QSR_DSP_BAD_PARAMETER;
    qsr_dsp_run_clear(&s->run);
    if (!s->model.n_layers)
        return QSR_DSP_BAD_STATE;
    int ret = qsr_dsp_pictures(&s->model, &in, &in_pic, &out_pic);
    if (!ret)
        ret = qsr_dsp_run_init(&s->run, s, &in, &in_pic, &out_pic);
    if (ret)
        return ret;
    s->config = in;
    const QsrPlan *p = &s->run.shared.plan;
    const QsrDspPlan out = {
        .threads = (uint32_t)s->run.threads,
        .strip_width = (uint32_t)p->strip_width,
        .band_height = (uint32_t)p->band_height,
        .tasks = (uint32_t)qsr_plan_tasks(p),
        .scratch_bytes = (uint32_t)(qsr_strip_scratch_size(&s->run.shared) *
                                    (size_t)s->run.threads),
    };
    memcpy(args[1].buf.data, &out, sizeof(out));
    return QSR_DSP_OK;
}

static int process(QsrDspState *s, int n_in, int n_out, QsrRpcArg *args)
{
    QsrDspFrame in;
    QsrDspStatus status = {0};
    QsrRpcArg *last = &args[n_in + n_out - 1];
    if (!get(&in, &args[0], sizeof(in)) || !room(last, sizeof(status)))
        return QSR_DSP_BAD_PARAMETER;
    const int ret = qsr_dsp_process(s, &in, args + 1, n_in - 1, args + n_in, n_out - 1, &status);
    if (!ret)
        memcpy(last->buf.data, &status, sizeof(status));
    return ret;
}

static int self_test(QsrDspState *s, QsrRpcArg *args)
{
    QsrDspSelfTest in;
    QsrDspStatus status = {0};
    if (!get(&in, &args[0], sizeof(in)) || !room(&args[1], sizeof(status)))
        return QSR_DSP_BAD_PARAMETER;
    const int ret = qsr_dsp_self_test(s, &in, &status);
    if (!ret)
        memcpy(args[1].buf.data, &status, sizeof(status));
    return ret;
}

static int call(QsrDspState *s, uint32_t sc, QsrRpcArg *args)
{
    const int n_in = (int)QSR_RPC_IN(sc), n_out = (int)QSR_RPC_OUT(sc);
    int want_in = 1, want_out = 1; // of most methods
    if (QSR_RPC_HANDLES_IN(sc) || QSR_RPC_HANDLES_OUT(sc))
        return QSR_DSP_BAD_PARAMETER;
    switch (QSR_RPC_METHOD(sc)) {
    case QSR_DSP_INFO: want_in = 0; break;
    case QSR_DSP_LOAD: want_in = 2, want_out = 0; break;
    case QSR_DSP_PROCESS:
        if (n_in < 2 || n_in > 1 + QSR_DSP_MAX_PLANES || n_out < 2 ||
            n_out > 1 + QSR_DSP_MAX_PLANES)
            return QSR_DSP_BAD_PARAMETER;
        return process(s, n_in, n_out, args);
    case QSR_DSP_CONFIG:
    case QSR_DSP_SELF_TEST: break;
#if QSR_DSP_FAULTS
    case QSR_DSP_CRASH: *(volatile int *)0 = 1; return QSR_DSP_FAILED;
    case QSR_DSP_HANG: for (volatile int i = 0;; i++) ;
#endif
    default: return QSR_DSP_UNSUPPORTED;
    }
    if (n_in != want_in || n_out != want_out)
        return QSR_DSP_BAD_PARAMETER;
    switch (QSR_RPC_METHOD(sc)) {
    case QSR_DSP_INFO: return info(args);
    case QSR_DSP_LOAD: return load(s, args);
    case QSR_DSP_CONFIG: return config(s, args);
    default: return self_test(s, args);
    }
}

static int dispatch(uint64_t handle, uint32_t sc, QsrRpcArg *args)
{
    if (QSR_RPC_METHOD(sc) == QSR_DSP_OPEN)
        return sc == QSR_RPC_SCALARS(QSR_DSP_OPEN, 2, 0, 0, 1) ? open_handle(&args[2].handle)
                                                               : QSR_DSP_BAD_PARAMETER;
    if (QSR_RPC_METHOD(sc) == QSR_DSP_CLOSE)
        return sc == QSR_RPC_SCALARS(QSR_DSP_CLOSE, 0, 0, 1, 0) ? close_handle(args[0].handle)
                                                                : QSR_DSP_BAD_PARAMETER;
    Slot *slot;
    int ret = acquire(handle, &slot);
    if (!ret) {
        ret = call(slot->state, sc, args);
        atomic_store(&slot->use, SLOT_IDLE);
    }
    return ret;
}

__attribute__((visibility("default")))
int qsr_skel_handle_invoke(uint64_t handle, uint32_t scalars, QsrRpcArg *args)
{
    const int ret = dispatch(handle, scalars, args);
    return ret ? (int)(QSR_DSP_ERR_OFFSET + (uint32_t)ret) : 0;
}
