// SPDX-License-Identifier: BSD-2-Clause
//
// The classical scalers as models without weights.
#include <stdlib.h>
#include <string.h>

#include "kernels/cpu.h"
#include "src/error.h"
#include "src/scaler.h"

static const struct { const char *name, *card; } scalers[QSR_N_SCALERS] = {
    [QSR_SCALER_BICUBIC] = {"bicubic", "{\"name\": \"bicubic\", \"training\": \"none: "
                            "Catmull-Rom, two passes\"}"},
    [QSR_SCALER_FSR1] = {"fsr1", "{\"name\": \"fsr1\", \"training\": \"none: AMD FidelityFX Super "
                         "Resolution 1.0, EASU and RCAS\"}"},
    [QSR_SCALER_RCAS] = {"rcas", "{\"name\": \"rcas\", \"training\": \"none: the sharpening of AMD "
                         "FidelityFX Super Resolution 1.0\"}"},
};

static const char *const scaler_names[] = {"bicubic", "fsr1", NULL};

const char *const *qsr_scaler_names(void)
{
    return scaler_names;
}

int qsr_scaler_model(QsrModel **model, const char *name, QsrScale scale, QsrError *err)
{
    int kind = QSR_SCALER_NONE + 1;
    while (kind < QSR_N_SCALERS && strcmp(name, scalers[kind].name))
        kind++;
    if (kind == QSR_N_SCALERS)
        return QSR_ERR_NOT_FOUND;
    const int any = scale.num == 0 && scale.den == 0;
    if (kind == QSR_SCALER_RCAS && !any && scale.num != scale.den)
        return qsr_fail(err, QSR_ERR_INVALID, "rcas sharpens, it does not scale");
    if (kind == QSR_SCALER_RCAS)
        scale = QSR_SCALE(1, 1);
    if (!any && (scale.den < 1 || scale.num < scale.den || scale.num > 4 * (int64_t)scale.den))
        return qsr_fail(err, QSR_ERR_INVALID, "%s scales by 1 to 4, not by %d/%d", name, scale.num,
                        scale.den);
    if (!qsr_cpu_has_exact_floats())
        return qsr_fail(err, QSR_ERR_UNSUPPORTED, "%s needs a processor with exact floating point "
                        "(on 32-bit x86: SSE2)", name);
    QsrModel *m = calloc(1, sizeof(*m));
    if (!m)
        return qsr_fail(err, QSR_ERR_NOMEM, "no memory for a model");
    atomic_init(&m->refs, 1);
    m->scaler = (QsrScalerKind)kind;
    m->info = (QsrModelInfo){.name = scalers[kind].name, .architecture = scalers[kind].name,
                             .card = scalers[kind].card, .sha256 = "", .scale = scale,
                             .safe_pairs = 1};
    *model = m;
    return 0;
}
