// SPDX-License-Identifier: BSD-2-Clause
//
// qsr.h alone, in C and (header.cc) in C++, strictly, with every warning; and
// linked: what the header declares, the library exports.

#include "qsr.h"

typedef void (*Any)(void);

int main(void)
{
    static const Any all[] = {
        (Any)qsr_version, (Any)qsr_scale_size, (Any)qsr_model_open, (Any)qsr_model_open_memory,
        (Any)qsr_model_ref, (Any)qsr_model_unref, (Any)qsr_model_info, (Any)qsr_builtin_models,
        (Any)qsr_format_planes, (Any)qsr_format_plane_size, (Any)qsr_format_name,
        (Any)qsr_settings_default, (Any)qsr_open, (Any)qsr_prepare, (Any)qsr_process,
        (Any)qsr_thread_count, (Any)qsr_close, (Any)qsr_set_cpu_mask, (Any)qsr_cpu_flags,
        (Any)qsr_cpu_name
    };
    QsrScale scale = QSR_SCALE(3, 2), any = QSR_SCALE_ANY;
    QsrModel *model;
    QsrError err;
    unsigned i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (!all[i])
            return 1;
    if (any.num != 0 || any.den != 0 || qsr_scale_size(scale, 5) != 8)
        return 2;
    if (qsr_version()[0] < '0' || qsr_version()[0] > '9')
        return 3;
    if (qsr_model_open(&model, "/nonexistent/x.qsr", QSR_SCALE_ANY, &err) != QSR_ERR_NOT_FOUND)
        return 4;
    return err.code == QSR_ERR_NOT_FOUND ? 0 : 5;
}
