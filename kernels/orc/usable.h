// SPDX-License-Identifier: BSD-2-Clause
#ifndef QSR_KERNELS_ORC_USABLE_H
#define QSR_KERNELS_ORC_USABLE_H

// Initialises ORC. Whether it has a compiler for this machine and would find memory to
// put code in: without such memory, ORC 0.4.33 ends the process. Thread-safety: safe.
int qsr_orc_usable(void);

#endif
