// SPDX-License-Identifier: BSD-2-Clause
//
// LOAD: a model from the host's blob. The rules are those of the model format
// (docs/model-format.md) as far as the arithmetic depends on them.

#include <string.h>

#include "kernels/requant.h"
#include "src/hexagon/crc32.h"
#include "src/hexagon/state.h"
#include "src/mem.h"

typedef struct Blob {
    const uint8_t *data;
    size_t size, at;
} Blob;

// The next `n` bytes and their padding; NULL when the blob ends before.
static const void *take(Blob *b, size_t n)
{
    const size_t padded = QSR_ROUND_UP(n, (size_t)8);
    if (n > b->size || padded > b->size - b->at)
        return NULL;
    const uint8_t *p = b->data + b->at;
    b->at += padded;
    return p;
}

static int32_t magnitude_sum(const int8_t *w, size_t n)
{
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += w[i] < 0 ? -w[i] : w[i];
    return sum;
}

// Shifts and multipliers within the contract, sums within 32 bits.
static bool channels_are_sound(const QsrConvParams *l)
{
    const size_t n = (size_t)l->ksize * l->ksize * l->cin;
    const size_t nb = l->branch ? (size_t)l->branch_ksize * l->branch_ksize * 3 : 0;
    for (int o = 0; o < l->cout; o++) {
        if (l->mult[o] < QSR_RQ_MIN_MULT || l->mult[o] > QSR_RQ_MAX_MULT ||
            l->shift[o] > QSR_RQ_MAX_SHIFT)
            return false;
        int64_t worst = magnitude_sum(l->weights + o * n, n);
        if (nb)
            worst += magnitude_sum(l->branch + o * nb, nb);
        const int64_t bias = l->bias[o];
        if ((bias < 0 ? -bias : bias) + 255 * worst > INT32_MAX)
            return false;
    }
    return true;
}

static int parse_layer(const QsrModel *m, int index, Blob *blob, QsrConvParams *l)
{
    const bool last = index == m->n_layers - 1, cells = m->head == QSR_HEAD_X1_5;
    const uint32_t channels = (uint32_t)m->info.channels;
    const uint32_t num = (uint32_t)m->info.scale.num;
    const QsrDspLayer *h = take(blob, sizeof(*h));
    if (!h || h->cin != (index ? channels : 3) || h->cout != (last ? 3 * num * num : channels) ||
        h->ksize != (last && cells ? 2 : 3) || h->frac < QSR_RQ_MIN_FRAC ||
        h->frac > QSR_RQ_MAX_FRAC)
        return QSR_DSP_BAD_PARAMETER;
    if (h->branch_ksize && (!last || h->branch_ksize != (cells ? 3 : 1)))
        return QSR_DSP_BAD_PARAMETER;

    const size_t cout = h->cout, branch = (size_t)h->branch_ksize * h->branch_ksize * 3;
    *l = (QsrConvParams){.cin = (int)h->cin, .cout = (int)h->cout, .ksize = (int)h->ksize,
                         .frac = (int)h->frac, .branch_ksize = (int)h->branch_ksize};
    l->bias = take(blob, 4 * cout);
    l->mult = take(blob, 2 * cout);
    l->shift = take(blob, cout);
    l->weights = take(blob, cout * h->ksize * h->ksize * h->cin);
    l->branch = branch ? take(blob, cout * branch) : NULL;
    if (!l->bias || !l->mult || !l->shift || !l->weights || (branch && !l->branch) ||
        !channels_are_sound(l))
        return QSR_DSP_BAD_PARAMETER;
    return QSR_DSP_OK;
}

static int describe(QsrModel *m, const QsrDspLoad *load)
{
    static const QsrScale scales[QSR_N_HEADS] = {
        [QSR_HEAD_X2] = {2, 1}, [QSR_HEAD_X3] = {3, 1}, [QSR_HEAD_X4] = {4, 1},
        [QSR_HEAD_X1_5] = {3, 2},
    };
    if (load->layers < 3 || load->layers > QSR_MAX_LAYERS || load->head >= QSR_N_HEADS ||
        (load->channels != 32 && load->channels != 64))
        return QSR_DSP_BAD_PARAMETER;
    const QsrScale scale = scales[load->head];
    if (load->scale_num != (uint32_t)scale.num || load->scale_den != (uint32_t)scale.den)
        return QSR_DSP_BAD_PARAMETER;
    m->width = load->channels == 32 ? QSR_WIDTH_32 : QSR_WIDTH_64;
    m->head = (enum QsrHead)load->head;
    m->n_layers = (int)load->layers;
    m->info.channels = (int)load->channels;
    m->info.layers = m->n_layers;
    m->info.scale = scale;
    return QSR_DSP_OK;
}

static int pack(QsrDspState *s, int index)
{
    const QsrConvParams *l = &s->model.layers[index];
    const QsrPackFn fn = index == 0                       ? s->conv.pack_in
                         : index == s->model.n_layers - 1 ? s->conv.pack_out
                                                          : s->conv.pack_body;
    s->weights[index] = qsr_alloc(fn(NULL, l));
    if (!s->weights[index])
        return QSR_DSP_NO_MEMORY;
    fn(s->weights[index], l);
    return QSR_DSP_OK;
}

// From a copy: the host can write to its own while we look.
static int parse(QsrDspState *s, const QsrDspLoad *load, const uint8_t *copy, uint32_t size)
{
    Blob blob = {.data = copy, .size = size};
    if (qsr_crc32(0, copy, size) != load->blob_crc)
        return QSR_DSP_BAD_PARAMETER;
    int ret = describe(&s->model, load);
    for (int i = 0; !ret && i < s->model.n_layers; i++) {
        ret = parse_layer(&s->model, i, &blob, &s->model.layers[i]);
        if (!ret)
            ret = pack(s, i);
    }
    if (!ret && blob.at != size)
        ret = QSR_DSP_BAD_PARAMETER;
    return ret;
}

int qsr_dsp_load(QsrDspState *s, const QsrDspLoad *load, const void *data, uint32_t size)
{
    qsr_dsp_unload(s);
    if (size > QSR_MODEL_MAX_FILE)
        return QSR_DSP_BAD_PARAMETER;
    uint8_t *copy = qsr_alloc(size);
    if (!copy)
        return QSR_DSP_NO_MEMORY;
    memcpy(copy, data, size);
    const int ret = parse(s, load, copy, size);
    // The packed form is all that is used from here on.
    for (int i = 0; i < QSR_MAX_LAYERS; i++) {
        QsrConvParams *l = &s->model.layers[i];
        l->weights = l->branch = NULL;
        l->bias = NULL;
        l->mult = NULL;
        l->shift = NULL;
    }
    qsr_free(copy);
    if (ret)
        qsr_dsp_unload(s);
    return ret;
}

void qsr_dsp_unload(QsrDspState *s)
{
    qsr_dsp_run_clear(&s->run);
    for (int i = 0; i < QSR_MAX_LAYERS; i++) {
        qsr_free(s->weights[i]);
        s->weights[i] = NULL;
    }
    memset(&s->model, 0, sizeof(s->model));
}
