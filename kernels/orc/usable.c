// SPDX-License-Identifier: BSD-2-Clause
//
// Where a system forbids memory that is writable and executable (SELinux, systemd's
// MemoryDenyWriteExecute, seccomp), ORC maps a file twice; where no folder for such a
// file allows that either, it aborts. This tries what ORC would, from orccodemem.c.
#include "kernels/orc/usable.h"

#include <orc/orc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES 65536 // what ORC maps

static int unmapped(void *p)
{
    if (p == MAP_FAILED)
        return 0;
    munmap(p, BYTES);
    return 1;
}

static int file_is_executable(const char *folder)
{
    char name[4096];
    if (!folder || snprintf(name, sizeof(name), "%s/orcexec.XXXXXX", folder) >= (int)sizeof(name))
        return 0;
    const int fd = mkstemp(name);
    if (fd < 0)
        return 0;
    unlink(name);
    const int ok = !ftruncate(fd, BYTES) &&
                   unmapped(mmap(NULL, BYTES, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0)) &&
                   unmapped(mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    close(fd);
    return ok;
}

static int usable;

static void init_once(void)
{
    orc_init();
    usable = orc_target_get_default() &&
             (unmapped(mmap(NULL, BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) ||
              file_is_executable(getenv("XDG_RUNTIME_DIR")) ||
              file_is_executable(getenv("HOME")) || file_is_executable(getenv("TMPDIR")) ||
              file_is_executable("/tmp"));
}

int qsr_orc_usable(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, init_once);
    return usable;
}
