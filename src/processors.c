// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sched.h>
#endif

#include "src/pool.h"

#if defined(__linux__)

// Whole processors out of a cgroup v2 "cpu.max" file ("max 100000" or
// "150000 100000", microseconds per period), rounded up; 0 = no limit.
static int read_quota(const char *path)
{
    long long quota, period;
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    const int n = fscanf(f, "%lld %lld", &quota, &period);
    fclose(f);
    if (n != 2 || quota <= 0 || period <= 0)
        return 0;
    const long long whole = (quota + period - 1) / period;
    return whole > 1024 ? 0 : (int)whole;
}

// The tightest quota of this process's cgroup and its parents; 0 = none.
static int cgroup_quota(void)
{
    char line[1024], path[1200];
    int tightest = 0;
    FILE *f = fopen("/proc/self/cgroup", "re");
    if (!f)
        return 0;
    line[0] = 0;
    while (fgets(line, sizeof(line), f) && strncmp(line, "0::/", 4))
        line[0] = 0;
    fclose(f);
    line[strcspn(line, "\n")] = 0;
    if (!line[0])
        return 0;
    char *group = line + 3;
    for (char *slash; (slash = strrchr(group, '/')); *slash = 0) {
        snprintf(path, sizeof(path), "/sys/fs/cgroup%s/cpu.max", group);
        const int quota = read_quota(path);
        if (quota && (!tightest || quota < tightest))
            tightest = quota;
    }
    return tightest;
}

int qsr_available_processors(void)
{
    cpu_set_t set;
    int n = 0;
    if (!sched_getaffinity(0, sizeof(set), &set))
        n = CPU_COUNT(&set);
    if (n < 1) // more processors than a cpu_set_t holds
        n = (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int quota = cgroup_quota();
    if (quota && quota < n)
        n = quota;
    return n < 1 ? 1 : n;
}

#else

int qsr_available_processors(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (int)n;
}

#endif

size_t qsr_l2_cache_bytes(void)
{
    long size = -1;
#ifdef _SC_LEVEL2_CACHE_SIZE
    size = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
    return size > 0 ? (size_t)size : 512 * 1024;
}
