// SPDX-License-Identifier: BSD-2-Clause
//
// A process that may not have executable memory, as under a strict seccomp filter: the
// tables must be filled all the same, with plain C.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "kernels/cpu.h"
#include "kernels/dsp.h"

// mmap with PROT_EXEC fails; the low half of the argument is where a little-endian
// machine has it.
static int forbid(void)
{
    static struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof(rules) / sizeof(rules[0]), .filter = rules};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(void)
{
    QsrConvDSP conv;
    QsrPixelDSP pixel, plain;
    const int rwx = PROT_READ | PROT_WRITE | PROT_EXEC;

    if (forbid() || mmap(NULL, 4096, rwx, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) {
        printf("skipped: no seccomp filter can be set here\n");
        return 77;
    }
    qsr_conv_dsp_init(&conv, QSR_CPU_FLAG_ORC);
    qsr_pixel_dsp_init(&pixel, QSR_CPU_FLAG_ORC);
    qsr_pixel_dsp_init(&plain, 0);
    if (strcmp(conv.name, "c") || memcmp(&pixel, &plain, sizeof(pixel))) {
        printf("ORC is in use: convolutions \"%s\"\n", conv.name);
        return 1;
    }
    printf("plain C is in use\n");
    return 0;
}
