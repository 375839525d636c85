#include "backend/trap.h"

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/linux/sys_file.h"
#include "backend/os.h"

#if defined(__x86_64__)
enum { MACHINE = 1 };
#else
enum { MACHINE = 0 };
#endif

enum {
    PAGE = 4096,
    RING = 16 * PAGE, /* of one breakpoint: room for three stores */
    REGISTERS_TAKEN = 17,
    RECORD_MAX = TRAP_STACK + 512,
    LOOK_MS = 100 /* between two looks for threads that were started since */
};

/* A register's bit in sample_regs_user, by the number that DWARF gives it. */
static const uint8_t bit_of[TRAP_REGISTERS] = {0,  3,  2,  1,  4,  5,  6,  7, 16,
                                               17, 18, 19, 20, 21, 22, 23, 8};

struct armed {
    int fd, tid;
    size_t place;                      /* which one */
    struct perf_event_mmap_page *page; /* and the ring after it */
    bool gone;                         /* its thread has ended */
};

struct trap {
    struct backend *be;
    struct trap_place place[TRAP_MAX];
    size_t places;
    int64_t looked; /* when threads were looked for */
    struct armed at[TRAP_MAX];
    bool kernel;         /* what the kernel stores is seen, too */
    size_t count, next;  /* the ring that is looked at first: each has its turn */
    bool full;           /* there have been more to arm than TRAP_MAX */
    struct oserr missed; /* why one is not armed */
    bool off;            /* a store was taken, and the next is waited for by nobody yet */
    uint8_t record[RECORD_MAX];
};

/* ---- system calls ---- */

static uint64_t register_bits(void)
{
    uint64_t bits = 0;
    for (int i = 0; i < TRAP_REGISTERS; i++)
        bits |= UINT64_C(1) << bit_of[i];
    return bits;
}

static struct oserr sys_event(struct backend *be, struct perf_event_attr *a, int tid, int *fd)
{
    uint32_t code = sys_enter(be, "perf_event_open");
    *fd = -1;
    if (code == 0) {
        *fd = (int)syscall(SYS_perf_event_open, a, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
        code = errno_if(*fd < 0);
    }
    return sys_leave(be, "perf_event_open", code, 0,
                     "perf_event_open(breakpoint on stores to %#llx, task %d%s) = %d",
                     (unsigned long long)a->bp_addr, tid,
                     a->exclude_kernel ? "" : ", the kernel's too", *fd);
}

static struct oserr sys_breakpoint(struct backend *be, int tid, const struct trap_place *p,
                                   bool kernel, int *fd)
{
    struct perf_event_attr a = {.type = PERF_TYPE_BREAKPOINT,
                                .size = sizeof a,
                                .sample_period = 1,
                                .wakeup_events = 1,
                                .bp_type = HW_BREAKPOINT_W,
                                .bp_addr = p->address,
                                .bp_len = p->length, /* HW_BREAKPOINT_LEN_8 is 8 */
                                .exclude_kernel = !kernel,
                                .exclude_hv = 1,
                                .sample_regs_user = register_bits(),
                                .sample_stack_user = TRAP_STACK};
    a.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER;
    return sys_event(be, &a, tid, fd);
}

/* Does a breakpoint fire here? One on a word of this thread, and a store: counted, or not. Some
 * virtual machines take breakpoints and never see a store, which must not pass for nobody storing.
 * True as well when that could not be tried. */
static bool sys_fires(struct backend *be)
{
    static _Thread_local _Alignas(8) volatile uint64_t word;
    struct perf_event_attr a = {.type = PERF_TYPE_BREAKPOINT,
                                .size = sizeof a,
                                .bp_type = HW_BREAKPOINT_W,
                                .bp_addr = (uint64_t)(uintptr_t)&word,
                                .bp_len = sizeof word,
                                .exclude_kernel = 1,
                                .exclude_hv = 1};
    uint64_t fired = 1;
    size_t got = 0;
    int fd = -1;
    if (oserr_is(sys_event(be, &a, 0, &fd)))
        return true;
    word = word + 1;
    struct oserr e = sys_read(be, fd, &fired, sizeof fired, SYS_KEY_NONE, &got);
    sys_close(be, fd, SYS_KEY_NONE);
    return oserr_is(e) || got != sizeof fired || fired > 0;
}

static struct oserr sys_ring(struct backend *be, int fd, struct perf_event_mmap_page **page)
{
    void *at = MAP_FAILED;
    uint32_t code = sys_enter(be, "mmap");
    if (code == 0) {
        at = mmap(NULL, PAGE + RING, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        code = errno_if(at == MAP_FAILED);
    }
    *page = at == MAP_FAILED ? NULL : at;
    return sys_leave(be, "mmap", code, 0,
                     "mmap(NULL, %d, PROT_READ | PROT_WRITE, MAP_SHARED, %d, 0) = %p   stores",
                     PAGE + RING, fd, at);
}

static struct oserr sys_switch(struct backend *be, int fd, bool on)
{
    uint32_t code = sys_enter(be, "ioctl");
    if (code == 0)
        code = errno_if(ioctl(fd, on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0) < 0);
    return sys_leave(be, "ioctl", code, SYS_KEY_BOXED_WAIT, "ioctl(%d, PERF_EVENT_IOC_%s, 0)", fd,
                     on ? "ENABLE" : "DISABLE");
}

static struct oserr sys_wait(struct trap *t, int ms, bool *any)
{
    struct pollfd p[TRAP_MAX];
    int n = 0;
    for (size_t i = 0; i < t->count; i++)
        p[i] = (struct pollfd){.fd = t->at[i].gone ? -1 : t->at[i].fd, .events = POLLIN};
    uint32_t code = sys_enter(t->be, "poll");
    if (code == 0)
        code = errno_if((n = poll(p, (nfds_t)t->count, ms)) < 0);
    if (code == EINTR)
        code = 0, n = 0;
    *any = false;
    for (size_t i = 0; i < t->count && n > 0; i++) { /* one that ended may have stored before */
        *any = *any || p[i].revents != 0;
        t->at[i].gone = t->at[i].gone || (p[i].revents & (POLLHUP | POLLERR)) != 0;
    }
    return sys_leave(t->be, "poll", code, SYS_KEY_BOXED_WAIT, "poll(%zu breakpoints) = %d",
                     t->count, n);
}

/* ---- arming ---- */

static void drop(struct trap *t, struct armed *a)
{
    (void)munmap(a->page, PAGE + RING);
    sys_close(t->be, a->fd, SYS_KEY_NONE);
}

static bool is_empty(const struct armed *a)
{
    return __atomic_load_n(&a->page->data_head, __ATOMIC_ACQUIRE) == a->page->data_tail;
}

/* Makes room for one more, in the place of a thread that has ended and whose stores have all been
 * seen. False: all are taken. */
static bool has_room(struct trap *t)
{
    for (size_t i = 0; i < t->count && t->count == TRAP_MAX; i++)
        if (t->at[i].gone && is_empty(&t->at[i])) {
            drop(t, &t->at[i]);
            t->at[i] = t->at[--t->count];
            t->next = 0;
        }
    return t->count < TRAP_MAX;
}

static struct oserr arm_one(struct trap *t, int tid, size_t place)
{
    struct armed *a = &t->at[t->count];
    *a = (struct armed){.fd = -1, .tid = tid, .place = place};
    struct oserr e = sys_breakpoint(t->be, tid, &t->place[place], t->kernel, &a->fd);
    if (t->kernel && t->count == 0 && oserr_kind(e) == OSERR_K_DENIED) { /* the first one tells */
        e = sys_breakpoint(t->be, tid, &t->place[place], false, &a->fd);
        t->kernel = oserr_is(e);
    }
    if (oserr_is(e))
        return e;
    e = sys_ring(t->be, a->fd, &a->page);
    if (oserr_is(e))
        sys_close(t->be, a->fd, SYS_KEY_NONE);
    else
        t->count++;
    return e;
}

static bool is_armed(const struct trap *t, int tid, size_t place)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->at[i].tid == tid && t->at[i].place == place && !t->at[i].gone)
            return true;
    return false;
}

/* Does reading the threads of a process fail because it has ended? */
static bool has_ended(struct oserr e)
{
    return e.code == ENOENT || e.code == ESRCH;
}

/* Arms a place for all threads that the process has now, and that are not armed yet. A process that
 * has ended has none. *full: there was no room for one. */
static struct oserr arm_process(struct trap *t, size_t place, bool *full)
{
    char path[64];
    DIR *dir = NULL;
    (void)snprintf(path, sizeof path, "/proc/%u/task", t->place[place].pid);
    struct oserr e = sys_opendir(t->be, path, SYS_KEY_PROC_ENTRY, &dir);
    if (oserr_is(e))
        return has_ended(e) ? OSERR_NONE : e;
    struct oserr first = OSERR_NONE;
    struct dirent *entry = NULL;
    do {
        e = sys_readdir(t->be, dir, SYS_KEY_LIST, &entry);
        int tid = oserr_is(e) || entry == NULL ? 0 : (int)strtol(entry->d_name, NULL, 10);
        bool wanted = tid > 0 && !is_armed(t, tid, place);
        bool ended = tid <= 0 && has_ended(e);
        *full = wanted && !has_room(t);
        if (wanted && !*full) {
            e = arm_one(t, tid, place);
            ended = e.code == ESRCH;
        }
        first = oserr_is(first) || ended ? first : e;
    } while (entry != NULL && !*full);
    sys_closedir(t->be, dir, SYS_KEY_PROC_ENTRY);
    return first;
}

/* Is one of its threads still running? Once all have ended, its number may be another process's. */
static bool is_alive(const struct trap *t, uint32_t pid)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->place[t->at[i].place].pid == pid && !t->at[i].gone)
            return true;
    return false;
}

static void arm_all(struct trap *t)
{
    bool again = t->looked != 0, full = false;
    t->looked = os_now();
    for (size_t i = 0; i < t->places && !full; i++) {
        if (again && !is_alive(t, t->place[i].pid))
            continue;
        struct oserr e = arm_process(t, i, &full);
        t->missed = oserr_is(t->missed) ? t->missed : e;
    }
    t->full = t->full || full;
}

struct oserr trap_arm(struct backend *be, const struct trap_place *place, size_t n,
                      struct trap **out)
{
    void *mem = NULL;
    *out = NULL;
    if (MACHINE == 0)
        return (struct oserr){"trap_arm", SEG_E_UNSUPPORTED};
    if (!sys_fires(be))
        return (struct oserr){"trap_arm", SEG_E_NO_TRAPS};
    struct oserr e = sys_alloc(be, sizeof(struct trap), &mem);
    if (oserr_is(e))
        return e;
    struct trap *t = mem;
    *t = (struct trap){.be = be, .places = n < TRAP_MAX ? n : TRAP_MAX, .kernel = true};
    memcpy(t->place, place, t->places * sizeof *place);
    arm_all(t);
    t->full = t->full || n > TRAP_MAX;
    e = oserr_is(t->missed) ? t->missed : (struct oserr){"trap_arm", ESRCH};
    if (t->count > 0)
        *out = t;
    else
        free(t);
    return *out != NULL ? OSERR_NONE : e;
}

bool trap_whole(const struct trap *t, struct oserr *why)
{
    *why = t->missed;
    return !oserr_is(*why) && !t->full;
}

bool trap_sees_kernel(const struct trap *t)
{
    return t->kernel;
}

void trap_disarm(struct trap *t)
{
    for (size_t i = 0; t != NULL && i < t->count; i++)
        drop(t, &t->at[i]);
    free(t);
}

/* ---- stores ---- */

/* Copies n bytes of the ring at a position, which may wrap around. */
static void copy_ring(const struct armed *a, uint64_t at, void *to, size_t n)
{
    const uint8_t *ring = (const uint8_t *)a->page + PAGE;
    size_t from = (size_t)(at % RING), first = RING - from < n ? RING - from : n;
    memcpy(to, ring + from, first);
    memcpy((uint8_t *)to + first, ring, n - first);
}

/* u32 pid, tid; u64 abi, the registers by ascending bit; u64 size, the stack, u64 how much of it
 * there was. */
static bool take_sample(const uint8_t *p, size_t n, struct trap_hit *out)
{
    enum { HEAD = 16, STACK = HEAD + 8 * REGISTERS_TAKEN };
    uint64_t abi = 0, size = 0, used = 0;
    if (n < STACK + 8)
        return false;
    memcpy(&out->pid, p, 4);
    memcpy(&out->tid, p + 4, 4);
    memcpy(&abi, p + 8, 8);
    if (abi != PERF_SAMPLE_REGS_ABI_64)
        return false;
    for (int i = 0; i < TRAP_REGISTERS; i++) {
        int place = 0;
        for (int k = 0; k < TRAP_REGISTERS; k++)
            place += bit_of[k] < bit_of[i];
        memcpy(&out->reg[i], p + HEAD + 8 * place, 8);
    }
    memcpy(&size, p + STACK, 8);
    if (size > TRAP_STACK || n < STACK + 16 + size)
        return false;
    memcpy(&used, p + STACK + 8 + size, 8);
    out->stack_n = (size_t)(used < size ? used : size);
    memcpy(out->stack, p + STACK + 8, out->stack_n);
    return true;
}

/* The oldest store in one ring. */
static bool take_one(struct trap *t, struct armed *a, struct trap_hit *out)
{
    struct perf_event_header h;
    uint64_t tail = a->page->data_tail;
    uint64_t head = __atomic_load_n(&a->page->data_head, __ATOMIC_ACQUIRE);
    bool found = false;
    while (!found && head - tail >= sizeof h && head - tail <= RING) {
        copy_ring(a, tail, &h, sizeof h);
        if (h.size < sizeof h || h.size > head - tail)
            break;
        size_t n = h.size - sizeof h;
        if (h.type == PERF_RECORD_SAMPLE && n <= sizeof t->record) {
            copy_ring(a, tail + sizeof h, t->record, n);
            found = take_sample(t->record, n, out);
            out->kernel = (h.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
        }
        tail += h.size;
    }
    __atomic_store_n(&a->page->data_tail, tail, __ATOMIC_RELEASE);
    return found;
}

/* So that writers pay for no store that nobody waits for. */
static struct oserr switch_all(struct trap *t, bool on)
{
    struct oserr e = OSERR_NONE;
    for (size_t i = 0; i < t->count && !oserr_is(e); i++)
        if (!t->at[i].gone)
            e = sys_switch(t->be, t->at[i].fd, on);
    t->off = !on;
    return e;
}

struct oserr trap_wait(struct trap *t, int ms, struct trap_hit *out, bool *got)
{
    bool any = false, left = false;
    *got = false;
    if (os_now() - t->looked >= LOOK_MS * INT64_C(1000000))
        arm_all(t);
    for (size_t i = 0; i < t->count; i++)
        left = left || !t->at[i].gone;
    if (!left)
        return (struct oserr){"trap_wait", ESRCH};
    struct oserr e = t->off ? switch_all(t, true) : OSERR_NONE;
    if (!oserr_is(e))
        e = sys_wait(t, ms, &any);
    for (size_t i = 0; any && !oserr_is(e) && i < t->count && !*got; i++) {
        *got = take_one(t, &t->at[t->next], out);
        t->next = (t->next + 1) % t->count;
    }
    if (*got)
        e = switch_all(t, false);
    return e;
}
