#include "backend/tasks.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "backend/linux/proc_hidden.h"
#include "backend/survey.h"

enum {
    TASK_PATH = 64,
    STATUS = 8192,         /* bytes: of whoever is in few groups all of it, of others up to NSpid */
    CALL_FUTEX_WAIT = 455, /* Linux 6.7 */
    CALL_FUTEX_WAITV = 449, /* Linux 5.16; up to 128 words, which are listed in its memory */
    CALL_RING_ENTER = 426,  /* io_uring_enter */
    CALL_NARROW = 240,      /* futex of 32-bit programs, */
    CALL_NARROW_TIME = 422, /* and futex_time64 */
    CALL_ARGUMENTS = 6,
    WAIT_REQUEUE_PI = 11,
    LOCK_PI2 = 13,
    COMMAND = 0x7f, /* of a futex call; the other bits are flags */
};

/* Reads a small file of a thread, NUL-terminated. */
static struct oserr read_file(struct backend *be, uint32_t pid, uint32_t tid, const char *name,
                              char *buf, size_t cap)
{
    char path[TASK_PATH];
    int fd = -1;
    size_t got = 0;
    buf[0] = '\0';
    (void)snprintf(path, sizeof path, "/proc/%u/task/%u/%s", pid, tid, name);
    struct oserr e = sys_open(be, path, O_RDONLY | O_CLOEXEC, SYS_KEY_TASK, &fd);
    if (oserr_is(e))
        return e;
    e = sys_read(be, fd, buf, cap - 1, SYS_KEY_TASK_READ, &got);
    buf[got] = '\0';
    sys_close(be, fd, SYS_KEY_TASK_CLOSE);
    return e;
}

static bool has_ended(struct oserr e)
{
    return e.code == ENOENT || e.code == ESRCH;
}

/* What its status says. */
struct task_status {
    uint32_t own; /* the last number of the line NSpid; 0: there is none (before Linux 4.1) */
    bool nested;  /* there is not just one: it is in a PID namespace below that of /proc */
    bool ended;
};

static struct oserr read_status(struct backend *be, uint32_t pid, uint32_t tid,
                                struct task_status *out)
{
    char text[STATUS];
    struct oserr e = read_file(be, pid, tid, "status", text, sizeof text);
    *out = (struct task_status){.nested = true};
    const char *state = strstr(text, "\nState:\t"), *s = strstr(text, "\nNSpid:");
    out->ended = state != NULL && (state[8] == 'Z' || state[8] == 'X');
    for (s = s == NULL ? NULL : s + 7; s != NULL && *s == '\t';) {
        char *end;
        out->nested = out->own != 0; /* this is not the first */
        out->own = (uint32_t)strtoul(s + 1, &end, 10);
        s = end;
    }
    return e;
}

/* Calls take for each thread of a process until it fails; one that has ended has none. */
static struct oserr each_task(struct backend *be, uint32_t pid,
                              struct oserr (*take)(void *ctx, uint32_t tid), void *ctx)
{
    char path[TASK_PATH];
    DIR *dir = NULL;
    struct dirent *entry = NULL;
    (void)snprintf(path, sizeof path, "/proc/%u/task", pid);
    struct oserr e = sys_opendir(be, path, SYS_KEY_PROC_ENTRY, &dir);
    if (oserr_is(e))
        return has_ended(e) ? OSERR_NONE : e;
    do {
        e = sys_readdir(be, dir, SYS_KEY_LIST, &entry);
        if (has_ended(e))
            e = OSERR_NONE;
        uint32_t tid = entry == NULL ? 0 : (uint32_t)strtoul(entry->d_name, NULL, 10);
        if (!oserr_is(e) && tid != 0)
            e = take(ctx, tid);
    } while (entry != NULL && !oserr_is(e));
    sys_closedir(be, dir, SYS_KEY_PROC_ENTRY);
    return e;
}

/* ---- what it sleeps in ---- */

/* `202 0x7f64b0d93080 0x0 0x2 0x0 0x0 0x7f64 SP PC`: the number of the call, its arguments, the
 * pointers to the stack and to the code; or `running`. A stack below 4 GiB is that of a 32-bit
 * program, or of a thread that asked for it: the numbers that only such a program can sleep in tell
 * them apart. */
static void read_wait(const char *text, struct task *t, struct tasks *all)
{
    char *end;
    uint64_t argument[CALL_ARGUMENTS + 1];
    long call = strtol(text, &end, 10);
    if (end == text)
        return;
    for (int i = 0; i <= CALL_ARGUMENTS; i++)
        argument[i] = strtoull(end, &end, 16);
    bool narrow = argument[CALL_ARGUMENTS] <= UINT32_MAX;
    all->veiled +=
        call == CALL_FUTEX_WAITV || (narrow && (call == CALL_NARROW || call == CALL_NARROW_TIME));
    all->ringed += call == CALL_RING_ENTER;
    if (call != SYS_futex && call != CALL_FUTEX_WAIT)
        return;
    uint64_t op = call == SYS_futex ? argument[1] & COMMAND : FUTEX_WAIT;
    t->waits = op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET || op == FUTEX_LOCK_PI ||
               op == LOCK_PI2 || op == WAIT_REQUEUE_PI;
    t->address = argument[0];
    if (call == SYS_futex) {
        t->timed = argument[3] != 0;
        t->apart = (argument[1] & FUTEX_PRIVATE_FLAG) != 0;
    } else {
        t->timed = argument[4] != 0; /* its flags are argument 3, and 0x80 is private */
        t->apart = (argument[3] & FUTEX_PRIVATE_FLAG) != 0;
    }
}

/* ---- the threads of some processes ---- */

struct reading {
    struct backend *be;
    struct tasks *out;
    uint32_t pid;
    bool nested;
};

static bool is_there(struct backend *be, uint32_t pid, uint32_t tid)
{
    char path[TASK_PATH];
    struct stat st;
    (void)snprintf(path, sizeof path, "/proc/%u/task/%u", pid, tid);
    return !oserr_is(sys_stat(be, path, true, SYS_KEY_TASK, &st));
}

static struct oserr take_task(void *ctx, uint32_t tid)
{
    struct reading *r = ctx;
    struct task t = {.pid = r->pid, .tid = tid, .own = tid, .nested = r->nested};
    struct task_status status = {0};
    char text[256];
    if (r->nested || tid == r->pid) {
        struct oserr e = read_status(r->be, r->pid, tid, &status);
        if (oserr_is(e))
            return has_ended(e) ? OSERR_NONE : e;
        t.own = status.own != 0 ? status.own : tid;
        t.ended = status.ended;
    }
    struct oserr e =
        t.ended ? OSERR_NONE : read_file(r->be, r->pid, tid, "syscall", text, sizeof text);
    if (has_ended(e) && !is_there(r->be, r->pid, tid))
        return OSERR_NONE;
    if (oserr_is(e))
        r->out->why = r->out->untold++ == 0 ? e : r->out->why;
    else if (!t.ended)
        read_wait(text, &t, r->out);
    void *items = r->out->at;
    e = sys_grow(r->be, &items, &r->out->room, r->out->count + 1, sizeof t);
    r->out->at = items;
    if (!oserr_is(e))
        r->out->at[r->out->count++] = t;
    return e;
}

/* One that does not let us see its threads must not hide those of the others. */
static struct oserr take_process(struct reading *r)
{
    struct task_status status;
    struct oserr e = read_status(r->be, r->pid, r->pid, &status);
    r->nested = status.nested;
    if (has_ended(e))
        return OSERR_NONE;
    if (!oserr_is(e))
        e = each_task(r->be, r->pid, take_task, r);
    if (!oserr_is(e) || e.code == SEG_E_MEMORY)
        return e;
    r->out->why = r->out->untold++ == 0 ? e : r->out->why;
    return OSERR_NONE;
}

struct oserr tasks_read(struct backend *be, const uint32_t *pid, size_t n, struct tasks *out)
{
    struct oserr e = OSERR_NONE;
    *out = (struct tasks){.inside = process_nested(be)};
    for (size_t i = 0; i < n && !oserr_is(e); i++) {
        struct reading r = {.be = be, .out = out, .pid = pid[i]};
        e = take_process(&r);
    }
    return e;
}

void tasks_free(struct tasks *t)
{
    free(t->at);
    *t = (struct tasks){0};
}

uint64_t task_sleeps(struct backend *be, uint32_t pid, uint32_t tid)
{
    static const char field[] = "\nvoluntary_ctxt_switches:\t"; /* the last line but one */
    char text[STATUS];
    struct oserr e = read_file(be, pid, tid, "status", text, sizeof text);
    const char *s = oserr_is(e) ? NULL : strstr(text, field);
    return s == NULL ? 0 : strtoull(s + sizeof field - 1, NULL, 10);
}

/* ---- who has a number ---- */

struct numbers {
    struct backend *be;
    struct task_number *at; /* ascending */
    size_t n;
    uint32_t pid;
    bool nested, whole;
};

static struct task_number *number_of(const struct numbers *s, uint32_t number)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->at[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->n && s->at[low].number == number ? &s->at[low] : NULL;
}

static struct oserr take_number(void *ctx, uint32_t tid)
{
    struct numbers *s = ctx;
    struct task_status status = {.own = tid};
    struct oserr e = OSERR_NONE;
    if (s->nested)
        e = read_status(s->be, s->pid, tid, &status);
    if (has_ended(e) || status.ended)
        return OSERR_NONE;
    if (oserr_is(e) || status.own == 0)
        s->whole = false;
    struct task_number *at = number_of(s, status.own);
    if (at != NULL && at->pid == 0) {
        at->pid = s->pid;
        at->tid = tid;
    }
    return OSERR_NONE;
}

/* Whoever cannot be looked at may have any of the numbers. */
static void look_at(struct numbers *s, uint32_t pid)
{
    struct task_status status;
    s->pid = pid;
    struct oserr e = read_status(s->be, pid, pid, &status);
    if (has_ended(e))
        return;
    s->nested = status.nested || status.ended;
    if (!oserr_is(e))
        e = each_task(s->be, pid, take_number, s);
    s->whole = s->whole && !oserr_is(e);
}

/* True: the search is to end. */
static bool look_paced(struct numbers *s, uint32_t pid, const struct seg_throttle *pace,
                       size_t done)
{
    const struct seg_at at = {.pid = pid, .done = done};
    enum seg_pace_answer answer = pace == NULL ? SEG_SCAN_CONTINUE : pace->ask(pace->ctx, &at);
    if (answer == SEG_SCAN_CONTINUE)
        look_at(s, pid);
    s->whole = s->whole && answer == SEG_SCAN_CONTINUE;
    return answer == SEG_SCAN_STOP;
}

struct oserr tasks_search(struct backend *be, struct task_number *at, size_t n,
                          const struct seg_throttle *pace, bool *whole)
{
    struct numbers s = {.be = be, .at = at, .n = n, .whole = !processes_hidden(be)};
    DIR *dir = NULL;
    struct dirent *entry = NULL;
    size_t done = 0;
    bool stop = false;
    *whole = false;
    for (size_t i = 0; i < n; i++)
        at[i].pid = at[i].tid = 0;
    struct oserr e = sys_opendir(be, "/proc", SYS_KEY_PROC, &dir);
    if (oserr_is(e))
        return e;
    do {
        e = sys_readdir(be, dir, SYS_KEY_LIST, &entry);
        uint32_t pid = entry == NULL ? 0 : (uint32_t)strtoul(entry->d_name, NULL, 10);
        if (!oserr_is(e) && pid != 0)
            stop = look_paced(&s, pid, pace, done++);
    } while (entry != NULL && !oserr_is(e) && !stop);
    sys_closedir(be, dir, SYS_KEY_PROC);
    *whole = !oserr_is(e) && !stop && s.whole;
    return stop ? (struct oserr){"tasks_search", SEG_E_STOPPED} : e;
}
