// SPDX-License-Identifier: BSD-2-Clause
//
// The qemu process that stands for a process on the DSP, and its socket.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/hexagon/fastrpc.h"
#include "tests/hexagon/emu.h"
#include "tests/hexagon/wire.h"

struct EmuProcess {
    EmuProcess *next;
    char *skel;
    int users;
    bool dead;             // killed, or given up; under `lock`
    pid_t pid;             // 0 once it was waited for; under `lock`
    int sock;
    pthread_mutex_t wire;  // one call at a time
    uint32_t number;
    EmuBuffer *bounce;     // for arguments that are not in shared memory
    uint32_t mapped[QSR_WIRE_MAX_MAPS], n_mapped;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static EmuProcess *processes;
static long last_heap;

// ------------------------------------------------------------------ start ---

// The emulated DSP's own program, beside this library unless named.
static int program_path(char *path, size_t size)
{
    const char *named = getenv("QSR_EMU_PROGRAM");
    Dl_info info;
    if (named)
        return snprintf(path, size, "%s", named) < (int)size ? 0 : -1;
    if (!dladdr((void *)(uintptr_t)program_path, &info) || !info.dli_fname)
        return -1;
    const char *slash = strrchr(info.dli_fname, '/');
    const int folder = slash ? (int)(slash - info.dli_fname) : 1;
    return snprintf(path, size, "%.*s/dsp_emu", folder, slash ? info.dli_fname : ".") < (int)size
               ? 0 : -1;
}

// In the child, between fork and exec: system calls only.
static void become_dsp(int sock, pid_t parent, bool main_thread, char *const argv[])
{
    // The signal belongs to the thread that forked, which may end before the
    // program does; then the closed socket is what ends the child.
    if (main_thread)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(126);
    const int null = open("/dev/null", O_RDWR);
    if (sock == QSR_WIRE_FD)
        fcntl(sock, F_SETFD, 0);
    else if (dup2(sock, QSR_WIRE_FD) < 0)
        _exit(126);
    if (null >= 0 && null != QSR_WIRE_FD) {
        dup2(null, 0);
        dup2(null, 1);
    }
    syscall(SYS_close_range, QSR_WIRE_FD + 1, ~0u, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], argv);
    _exit(127);
}

static int spawn(EmuProcess *p, const char *entry)
{
    char path[4096], heap[16], units[16];
    const char *named = getenv("QSR_EMU_QEMU"), *qemu = named ? named : "qemu-hexagon";
    snprintf(heap, sizeof(heap), "%u", (unsigned)emu_device.heap);
    snprintf(units, sizeof(units), "%u", (unsigned)emu_device.hvx);
    int pair[2];
    if (program_path(path, sizeof(path)) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return -1;
    char *const argv[] = {(char *)qemu,  "-cpu", "v67", path, p->skel,
                          (char *)entry, heap,   units, NULL};
    const pid_t self = getpid();
    const bool main_thread = (pid_t)syscall(SYS_gettid) == self;
    p->pid = fork();
    if (!p->pid)
        become_dsp(pair[1], self, main_thread, argv);
    close(pair[1]);
    if (p->pid < 0) {
        close(pair[0]);
        p->pid = 0;
        return -1;
    }
    p->sock = pair[0];
    return 0;
}

int emu_process_get(EmuProcess **process, const char *skel, const char *entry)
{
    pthread_mutex_lock(&lock);
    EmuProcess *p = processes;
    while (p && (p->dead || strcmp(p->skel, skel)))
        p = p->next;
    if (!p && (p = calloc(1, sizeof(*p)))) {
        pthread_mutex_init(&p->wire, NULL);
        p->sock = -1;
        p->skel = strdup(skel);
        if (!p->skel || spawn(p, entry)) {
            free(p->skel);
            free(p);
            p = NULL;
        } else {
            emu_log("start %d %s", (int)p->pid, skel);
            p->next = processes;
            processes = p;
        }
    }
    if (p)
        p->users++;
    pthread_mutex_unlock(&lock);
    *process = p;
    return p ? 0 : AEE_ENOMEMORY;
}

// -------------------------------------------------------------------- end ---

// With the lock. Returns the exit status, or -1 for a signal.
static int end(EmuProcess *p, const char *why)
{
    int status = 0;
    p->dead = true;
    if (p->pid <= 0)
        return -1;
    kill(p->pid, SIGKILL);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    p->pid = 0;
    emu_log("end %s: %s", p->skel, why);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The socket has been closed there: it ends by itself, with a status.
static int ended(EmuProcess *p)
{
    int status = 0;
    pthread_mutex_lock(&lock);
    if (p->pid > 0) {
        for (int i = 0; i < 2000 && !waitpid(p->pid, &status, WNOHANG); i++)
            usleep(1000);
        if (WIFEXITED(status) || WIFSIGNALED(status))
            p->pid = 0;
        emu_log("end %s: by itself", p->skel);
    }
    end(p, "by itself");
    pthread_mutex_unlock(&lock);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void destroy(EmuProcess *p)
{
    EmuProcess **at = &processes;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    end(p, "closed");
    close(p->sock);
    if (p->bounce)
        emu_buffer_free(p->bounce);
    pthread_mutex_destroy(&p->wire);
    free(p->skel);
    free(p);
}

void emu_process_put(EmuProcess *p)
{
    pthread_mutex_lock(&lock);
    if (!--p->users)
        destroy(p);
    pthread_mutex_unlock(&lock);
}

// A call that is under way sees the socket close. Waiting for the process is left
// to whoever uses it.
void emu_process_kill_all(void)
{
    pthread_mutex_lock(&lock);
    for (EmuProcess *p = processes; p; p = p->next)
        end(p, "killed");
    pthread_mutex_unlock(&lock);
}

long emu_processes(void)
{
    long n = 0;
    pthread_mutex_lock(&lock);
    for (const EmuProcess *p = processes; p; p = p->next)
        n += p->pid > 0;
    pthread_mutex_unlock(&lock);
    return n;
}

long emu_last_heap(void)
{
    pthread_mutex_lock(&lock);
    const long n = last_heap;
    pthread_mutex_unlock(&lock);
    return n;
}

// ------------------------------------------------------------------- wire ---

static int send_all(int sock, const void *from, size_t n)
{
    const uint8_t *p = from;
    while (n) {
        const ssize_t k = send(sock, p, n, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

static int receive_all(int sock, void *to, size_t n)
{
    uint8_t *p = to;
    while (n) {
        const ssize_t k = recv(sock, p, n, 0);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

static int send_op(int sock, const QsrWireOp *op, int fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.room = {0}};
    struct iovec vector = {(void *)op, sizeof(*op)};
    struct msghdr m = {.msg_iov = &vector, .msg_iovlen = 1};
    if (op->map) {
        m.msg_control = &control;
        m.msg_controllen = sizeof(control.room);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
    }
    ssize_t k;
    while ((k = sendmsg(sock, &m, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return k == (ssize_t)sizeof(*op) ? 0 : -1;
}

// --------------------------------------------------------------- arguments ---

typedef struct Call {
    QsrWireRequest request;
    QsrWireArg args[QSR_WIRE_MAX_ARGS];
    EmuBuffer *held[QSR_WIRE_MAX_ARGS];
    uint32_t n_in, n_buffers;
    QsrWireOp ops[2 * QSR_WIRE_MAX_ARGS + QSR_WIRE_MAX_MAPS];
    int fds[2 * QSR_WIRE_MAX_ARGS + QSR_WIRE_MAX_MAPS];
} Call;

// Tells the process about memory that it does not know yet.
static int need(EmuProcess *p, Call *c, const EmuBuffer *b)
{
    for (uint32_t i = 0; i < p->n_mapped; i++)
        if (p->mapped[i] == b->id)
            return 0;
    if (p->n_mapped == QSR_WIRE_MAX_MAPS)
        return AEE_ENOMEMORY;
    c->fds[c->request.ops] = b->fd;
    c->ops[c->request.ops++] = (QsrWireOp){.map = 1, .id = b->id, .size = (uint32_t)b->size};
    p->mapped[p->n_mapped++] = b->id;
    return 0;
}

static void forget_mapping(EmuProcess *p, Call *c, uint32_t i)
{
    c->fds[c->request.ops] = -1;
    c->ops[c->request.ops++] = (QsrWireOp){.map = 0, .id = p->mapped[i]};
    p->mapped[i] = p->mapped[--p->n_mapped];
}

static int make_bounce(EmuProcess *p, Call *c, size_t size)
{
    if (p->bounce && p->bounce->size >= size)
        return 0;
    if (p->bounce) {
        for (uint32_t i = 0; i < p->n_mapped; i++)
            if (p->mapped[i] == p->bounce->id) {
                forget_mapping(p, c, i);
                break;
            }
        emu_buffer_free(p->bounce);
    }
    p->bounce = emu_buffer_new(size * 2);
    return p->bounce ? 0 : AEE_ENOMEMORY;
}

// Buffers within shared memory are named, others copied, as the kernel does.
static int lay_out(EmuProcess *p, Call *c, const EmuArg *args)
{
    size_t bounced = 0;
    for (uint32_t i = p->n_mapped; i-- > 0;)
        if (!(p->bounce && p->mapped[i] == p->bounce->id) && !emu_buffer_exists(p->mapped[i]))
            forget_mapping(p, c, i);
    for (uint32_t i = 0; i < c->n_buffers; i++) {
        if (args[i].buf.size > UINT32_MAX / 4 || (args[i].buf.size && !args[i].buf.data))
            return AEE_EBADPARM;
        c->args[i].size = (uint32_t)args[i].buf.size;
        if (!args[i].buf.size)
            continue;
        EmuBuffer *b = c->held[i] = emu_buffer_find(args[i].buf.data, args[i].buf.size);
        if (b) {
            c->args[i].id = b->id;
            c->args[i].offset = (uint32_t)((uint8_t *)args[i].buf.data - b->data);
            if (need(p, c, b))
                return AEE_ENOMEMORY;
        } else {
            c->args[i].offset = (uint32_t)bounced;
            bounced += (args[i].buf.size + 127) / 128 * 128;
        }
    }
    if (!bounced)
        return 0;
    if (make_bounce(p, c, bounced) || need(p, c, p->bounce))
        return AEE_ENOMEMORY;
    for (uint32_t i = 0; i < c->n_buffers; i++) {
        if (c->held[i] || !args[i].buf.size)
            continue;
        c->args[i].id = p->bounce->id;
        if (i < c->n_in)
            memcpy(p->bounce->data + c->args[i].offset, args[i].buf.data, args[i].buf.size);
        else // what the skel does not write is not there by luck
            memset(p->bounce->data + c->args[i].offset, 0xdb, args[i].buf.size);
    }
    return 0;
}

static void take_back(EmuProcess *p, const Call *c, EmuArg *args)
{
    for (uint32_t i = c->n_in; i < c->n_buffers; i++)
        if (!c->held[i] && args[i].buf.size)
            memcpy(args[i].buf.data, p->bounce->data + c->args[i].offset, args[i].buf.size);
}

static int transact(EmuProcess *p, Call *c, QsrWireReply *reply)
{
    int bad = send_all(p->sock, &c->request, sizeof(c->request));
    for (uint32_t i = 0; !bad && i < c->request.ops; i++)
        bad = send_op(p->sock, &c->ops[i], c->fds[i]);
    if (!bad)
        bad = send_all(p->sock, c->args, c->request.args * sizeof(c->args[0]));
    if (!bad)
        bad = receive_all(p->sock, reply, sizeof(*reply));
    if (bad) // status 3: the skel could not be loaded
        return ended(p) == 3 ? AEE_OF_DSP + AEE_EUNABLETOLOAD : AEE_ECONNRESET;
    if (reply->magic == QSR_WIRE_MAGIC && reply->number == c->request.number) {
        pthread_mutex_lock(&lock);
        last_heap = reply->heap;
        pthread_mutex_unlock(&lock);
        return (int)reply->result;
    }
    pthread_mutex_lock(&lock);
    end(p, "not a reply");
    pthread_mutex_unlock(&lock);
    return AEE_ERPC;
}

static uint32_t wire_fault(enum EmuFaultKind kind)
{
    return kind == EMU_CRASH       ? QSR_WIRE_CRASH
           : kind == EMU_HANG      ? QSR_WIRE_HANG
           : kind == EMU_BREAK     ? QSR_WIRE_BREAK
           : kind == EMU_BAD_MAGIC ? QSR_WIRE_BAD_MAGIC
                                   : QSR_WIRE_NO_FAULT;
}

int emu_process_call(EmuProcess *p, uint64_t *handle, uint32_t scalars, EmuArg *args,
                     EmuFault fault)
{
    const uint32_t handles_in = QSR_RPC_HANDLES_IN(scalars);
    Call *c = calloc(1, sizeof(*c));
    if (!c)
        return AEE_ENOMEMORY;
    c->n_in = QSR_RPC_IN(scalars);
    c->n_buffers = c->n_in + QSR_RPC_OUT(scalars);
    c->request = (QsrWireRequest){
        .magic = QSR_WIRE_MAGIC, .scalars = scalars,
        .args = c->n_buffers + handles_in + QSR_RPC_HANDLES_OUT(scalars),
        .handle = {(uint32_t)*handle, (uint32_t)(*handle >> 32)},
        .fault = wire_fault(fault.kind),
    };
    int ret = c->request.args > QSR_WIRE_MAX_ARGS ? AEE_EBADPARM : 0;
    QsrWireReply reply;

    pthread_mutex_lock(&p->wire);
    pthread_mutex_lock(&lock);
    if (p->dead)
        ret = AEE_ECONNRESET;
    pthread_mutex_unlock(&lock);
    if (!ret) {
        c->request.number = ++p->number;
        uint32_t mapped[QSR_WIRE_MAX_MAPS];
        const uint32_t n_mapped = p->n_mapped;
        memcpy(mapped, p->mapped, sizeof(mapped));
        ret = lay_out(p, c, args);
        if (ret) { // nothing of it is sent
            memcpy(p->mapped, mapped, sizeof(mapped));
            p->n_mapped = n_mapped;
        }
        for (uint32_t i = c->n_buffers; i < c->n_buffers + handles_in; i++) {
            c->args[i].handle[0] = (uint32_t)args[i].handle;
            c->args[i].handle[1] = (uint32_t)(args[i].handle >> 32);
        }
        if (!ret)
            ret = transact(p, c, &reply);
        if (!ret)
            take_back(p, c, args);
        for (uint32_t i = 0; i < c->n_buffers; i++)
            if (c->held[i])
                emu_buffer_release(c->held[i]);
    }
    pthread_mutex_unlock(&p->wire);
    if (!ret && QSR_RPC_HANDLES_OUT(scalars))
        *handle = (uint64_t)reply.handle[1] << 32 | reply.handle[0];
    free(c);
    return ret;
}
