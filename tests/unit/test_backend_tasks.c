/* The threads of other processes and what they sleep in; who has a number. */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "backend/survey.h"
#include "backend/tasks.h"
#include "support/backend_fail.h"
#include "support/suite.h"

enum { PAGE = 4096 };

static struct backend *be;
static int segment;

/* What the peer has, at the same addresses as we, and says of itself. */
static struct shared {
    uint32_t plain, timed, apart, pi;
    uint32_t tid[8]; /* of its threads, as it knows them */
    uint32_t woken;
    uint32_t in_there; /* the process in a PID namespace, as it knows itself */
} * at;

static uint32_t own_number(void)
{
    return (uint32_t)syscall(SYS_gettid);
}

static void sleep_in(uint32_t *word, int op, const struct timespec *limit)
{
    for (;;)
        (void)syscall(SYS_futex, word, op, 1, limit, NULL, ~0U);
}

static void *sleeper(void *number)
{
    static const struct timespec long_time = {1000000, 0};
    int i = (int)(intptr_t)number;
    __atomic_store_n(&at->tid[i], own_number(), __ATOMIC_RELEASE);
    if (i == 1)
        sleep_in(&at->plain, FUTEX_WAIT, NULL);
    if (i == 2)
        sleep_in(&at->timed, FUTEX_WAIT, &long_time);
    if (i == 3)
        sleep_in(&at->apart, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, NULL);
    if (i == 4)
        sleep_in(&at->pi, FUTEX_LOCK_PI, NULL);
    for (;;)
        pause();
    return NULL;
}

/* Ready when each thread has said its number: those that sleep in no futex cannot be awaited in
 * another way. */
static void be_a_peer(void *arg, int ready)
{
    pthread_t t;
    (void)arg;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    at->tid[0] = own_number();
    at->pi = at->tid[0] | FUTEX_WAITERS; /* held by the first thread */
    for (intptr_t i = 1; i <= 5; i++)
        if (pthread_create(&t, NULL, sleeper, (void *)i) != 0)
            _exit(1);
    for (int i = 1; i <= 5; i++)
        while (__atomic_load_n(&at->tid[i], __ATOMIC_ACQUIRE) == 0)
            usleep(1000);
    peer_ready(ready);
    for (;;)
        pause();
}

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    segment = raw_create(own_name("tasks"), PAGE);
    void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, segment, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    at = p;
    at->plain = at->timed = at->apart = 1;
}

static void tear_down(void)
{
    (void)munmap(at, PAGE);
    close(segment);
    (void)shm_unlink(own_name("tasks"));
    backend_free(be);
}

static const struct task *task_of(const struct tasks *t, uint32_t tid)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->at[i].tid == tid)
            return &t->at[i];
    return NULL;
}

/* Reads them until as many sleep in a futex as will. */
static struct tasks tasks_of(uint32_t pid, size_t sleep)
{
    struct tasks t;
    for (int i = 0; i < 2000; i++) {
        size_t n = 0;
        must(tasks_read(be, &pid, 1, &t));
        for (size_t k = 0; k < t.count; k++)
            n += t.at[k].waits;
        if (n == sleep)
            return t;
        tasks_free(&t);
        usleep(2000);
    }
    ck_abort_msg("they do not come to sleep");
    return t;
}

static long tracer_of(pid_t pid)
{
    char path[64], line[256];
    long tracer = -1;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "TracerPid:", 10) == 0)
            tracer = strtol(line + 10, NULL, 10);
    fclose(f);
    return tracer;
}

TEST(what_threads_wait_for)
{
    struct peer p = peer_start(be_a_peer, NULL);
    struct tasks t = tasks_of((uint32_t)p.pid, 4);
    uint32_t *word[] = {NULL, &at->plain, &at->timed, &at->apart, &at->pi, NULL};
    ck_assert_uint_ge(t.count, 6); /* a sanitizer has threads of its own */
    ck_assert_uint_eq(t.untold + t.veiled + t.ringed, 0);
    for (int i = 0; i < 6; i++) {
        const struct task *k = task_of(&t, at->tid[i]);
        ck_assert_ptr_nonnull(k);
        ck_assert(k->pid == (uint32_t)p.pid && k->own == k->tid && !k->ended && !k->nested);
        ck_assert_int_eq(k->waits, word[i] != NULL);
        ck_assert(word[i] == NULL || k->address == (uint64_t)(uintptr_t)word[i]);
        ck_assert(!k->waits || (k->timed == (i == 2) && k->apart == (i == 3)));
    }
    tasks_free(&t);
    ck_assert_int_eq(tracer_of(p.pid), 0);
    peer_stop(&p);
}

/* Sleeps at once, and again whenever a byte comes. */
static void be_woken(void *arg, int ready)
{
    const int *from = arg;
    char byte;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    peer_ready(ready);
    while (read(from[0], &byte, 1) == 1)
        __atomic_fetch_add(&at->woken, 1, __ATOMIC_RELEASE);
}

TEST(sleeps_are_counted)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    struct peer p = peer_start(be_woken, ends);
    uint32_t pid = (uint32_t)p.pid;
    uint64_t before = 0, now = task_sleeps(be, pid, pid);
    for (int i = 0; i < 100 && (now == 0 || now != before); i++) { /* until it sleeps */
        before = now;
        usleep(20000);
        now = task_sleeps(be, pid, pid);
    }
    ck_assert_uint_ne(now, 0);
    ck_assert_uint_eq(now, before);
    ck_assert_int_eq((int)write(ends[1], "b", 1), 1);
    for (int i = 0; i < 2000 && task_sleeps(be, pid, pid) == now; i++)
        usleep(1000);
    ck_assert_uint_eq(__atomic_load_n(&at->woken, __ATOMIC_ACQUIRE), 1);
    ck_assert_uint_gt(task_sleeps(be, pid, pid), now);
    peer_stop(&p);
    ck_assert_uint_eq(task_sleeps(be, pid, pid), 0); /* it has ended */
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* ---- ways to wait that are not told ---- */

enum { NARROW_STACK = 512 * 1024 };

static void wait_for_several(void)
{
    const struct {
        uint64_t value, address;
        uint32_t flags, reserved;
    } wait = {1, (uint64_t)(uintptr_t)&at->plain, 2, 0}; /* of 32 bits */
    (void)syscall(449, &wait, 1, 0, NULL, 0);            /* futex_waitv */
}

static void wait_in_a_ring(void)
{
    uint32_t parameters[30] = {0};
    int fd = (int)syscall(425, 4, parameters); /* io_uring_setup */
    if (fd >= 0)
        (void)syscall(426, fd, 0, 1, 1, NULL, 0); /* one completion, which never comes */
}

/* As a program of 32 bits would; its stack is low, too. */
static void *wait_narrowly(void *word)
{
#if defined(__x86_64__)
    long result = 240; /* futex */
    __asm__ volatile("int $0x80"
                     : "+a"(result)
                     : "b"((uint32_t)(uintptr_t)word), "c"(FUTEX_WAIT), "d"(0), "S"(0), "D"(0)
                     : "memory", "r8", "r9", "r10", "r11");
#endif
    (void)word;
    return NULL;
}

static void wait_low(void)
{
#if defined(MAP_32BIT)
    pthread_t t;
    pthread_attr_t a;
    void *low = mmap(NULL, NARROW_STACK + PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED || pthread_attr_init(&a) != 0 ||
        pthread_attr_setstack(&a, low, NARROW_STACK) != 0 ||
        pthread_create(&t, &a, wait_narrowly, (char *)low + NARROW_STACK) != 0)
        return;
    (void)pthread_join(t, NULL);
#endif
}

static void wait_otherwise(void *arg, int ready)
{
    void (*const *how)(void) = arg;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    peer_ready(ready);
    (*how)();
    _exit(0); /* it cannot wait so here */
}

/* Has a peer that waits so been counted? -1: it cannot wait so here. */
static int counted(void (*how)(void), bool ring)
{
    struct peer p = peer_start(wait_otherwise, &how);
    uint32_t pid = (uint32_t)p.pid;
    int result = 0;
    for (int i = 0; i < 1000 && result == 0; i++) {
        struct tasks t;
        siginfo_t info = {0};
        (void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
        must(tasks_read(be, &pid, 1, &t));
        ck_assert_uint_eq(ring ? t.veiled : t.ringed, 0);
        result = info.si_pid != 0 ? -1 : (int)(ring ? t.ringed : t.veiled);
        tasks_free(&t);
        usleep(result == 0 ? 2000 : 0);
    }
    peer_stop(&p);
    return result;
}

TEST(other_ways_to_wait)
{
    static void (*const ways[])(void) = {wait_for_several, wait_in_a_ring, wait_low};
    static const char *const names[] = {"futex_waitv", "io_uring", "32-bit calls"};
    for (int i = 0; i < 3; i++) {
        int result = counted(ways[i], i == 1);
        if (result < 0)
            suite_skip("other_ways_to_wait", "%s: not here", names[i]);
        ck_assert_msg(result != 0, "%s: it is not counted", names[i]);
    }
}

/* ---- processes and numbers ---- */

TEST(a_process_that_ended_has_none)
{
    uint32_t pid[] = {INT32_MAX, os_pid()};
    struct tasks t;
    must(tasks_read(be, pid, 2, &t));
    ck_assert(t.count >= 1 && t.at[0].pid == os_pid() && t.at[0].tid == os_pid());
    tasks_free(&t);
    must(tasks_read(be, pid, 1, &t));
    ck_assert_uint_eq(t.count, 0);
    tasks_free(&t);
}

/* Its first thread ends, and the others go on. */
static void lose_main(void *arg, int ready)
{
    pthread_t t;
    (void)arg;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (pthread_create(&t, NULL, sleeper, (void *)(intptr_t)1) != 0)
        _exit(1);
    peer_ready(ready);
    pthread_exit(NULL);
}

TEST(a_first_thread_that_ended)
{
    struct peer p = peer_start(lose_main, NULL);
    bool ended = false;
    for (int i = 0; i < 2000 && !ended; i++) {
        struct tasks t = tasks_of((uint32_t)p.pid, 1);
        const struct task *first = task_of(&t, (uint32_t)p.pid);
        ended = first != NULL && first->ended && !first->waits;
        tasks_free(&t);
        usleep(ended ? 0 : 2000);
    }
    ck_assert(ended);
    peer_stop(&p);
}

/* In a PID namespace of its own it knows itself by another number. */
static void live_below(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWPID) != 0) {
        peer_ready(ready);
        _exit(0);
    }
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        at->in_there = own_number();
        peer_ready(ready);
        for (;;)
            pause();
    }
    at->tid[7] = (uint32_t)child;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        pause();
}

TEST(a_number_in_a_namespace)
{
    struct peer p = peer_start(live_below, NULL);
    struct tasks t;
    if (at->in_there == 0) {
        (void)waitpid(p.pid, NULL, 0);
        SKIP("no PID namespaces here");
    }
    while (__atomic_load_n(&at->tid[7], __ATOMIC_ACQUIRE) == 0)
        usleep(1000);
    must(tasks_read(be, &at->tid[7], 1, &t));
    const struct task *first = task_of(&t, at->tid[7]);
    ck_assert_ptr_nonnull(first);
    ck_assert(first->nested);
    ck_assert_uint_eq(first->own, at->in_there);
    ck_assert_uint_eq(first->own, 1);
    tasks_free(&t);
    (void)kill((pid_t)at->tid[7], SIGKILL);
    peer_stop(&p);
}

/* ---- another user ---- */

static int look_at_root(void *arg)
{
    uint32_t pid = *(uint32_t *)arg;
    struct backend *mine = backend_new();
    struct tasks t;
    bool right = !oserr_is(tasks_read(mine, &pid, 1, &t)) && t.count >= 6 && t.untold == t.count &&
                 oserr_kind(t.why) == OSERR_K_DENIED;
    tasks_free(&t);
    backend_free(mine);
    return right ? 0 : 1;
}

TEST(the_right_is_needed)
{
    if (getuid() != 0)
        SKIP("only root can become another user");
    struct peer p = peer_start(be_a_peer, NULL);
    struct tasks t = tasks_of((uint32_t)p.pid, 4);
    tasks_free(&t);
    uint32_t pid = (uint32_t)p.pid;
    as_nobody(look_at_root, &pid);
    peer_stop(&p);
}

/* ---- who has a number ---- */

static enum seg_pace_answer answer;

/* Of one process; the others are looked at. */
static enum seg_pace_answer pace(void *ctx, const struct seg_at *place)
{
    return place->pid == *(const uint32_t *)ctx ? answer : SEG_SCAN_CONTINUE;
}

TEST(numbers_are_found_in_one_pass)
{
    struct peer p = peer_start(be_a_peer, NULL);
    struct task_number number[10] = {{.number = 0}};
    size_t n = 0;
    bool whole = true;
    uint32_t pid = (uint32_t)p.pid;
    for (int i = 0; i < 6; i++)
        number[n++].number = at->tid[i];
    number[n++].number = INT32_MAX - 1; /* whom nobody has */
    number[n++].number = INT32_MAX;
    for (size_t i = 1; i < n; i++) /* ascending: thread ids may have begun anew */
        for (size_t k = i; k > 0 && number[k - 1].number > number[k].number; k--) {
            struct task_number other = number[k];
            number[k] = number[k - 1];
            number[k - 1] = other;
        }
    uint64_t before = backend_call_count(be);
    must(tasks_search(be, number, n, NULL, &whole));
    uint64_t many = backend_call_count(be) - before;
    for (size_t i = 0; i < n; i++) {
        bool none = number[i].number >= INT32_MAX - 1;
        ck_assert_uint_eq(number[i].pid, none ? 0 : pid);
        ck_assert_uint_eq(number[i].tid, none ? 0 : number[i].number);
    }
    before = backend_call_count(be);
    must(tasks_search(be, number, 1, NULL, &whole));
    uint64_t one = backend_call_count(be) - before; /* others come and go */
    ck_assert_msg(many < 2 * one, "%u calls for %u numbers, %u for one", (unsigned)many,
                  (unsigned)n, (unsigned)one);

    const struct seg_throttle throttle = {pace, &pid};
    answer = SEG_SCAN_SKIP;
    must(tasks_search(be, number, n, &throttle, &whole));
    ck_assert(!whole && number[0].pid == 0);
    answer = SEG_SCAN_STOP;
    ck_assert_uint_eq(tasks_search(be, number, n, &throttle, &whole).code, SEG_E_STOPPED);
    ck_assert(!whole);
    peer_stop(&p);
}

/* Those who may not look into a process still know which numbers its threads have. */
static int look_for_numbers(void *arg)
{
    struct task_number number[] = {{.number = *(uint32_t *)arg}, {.number = INT32_MAX}};
    struct backend *mine = backend_new();
    bool whole = false;
    bool good = !oserr_is(tasks_search(mine, number, 2, NULL, &whole)) && number[0].pid != 0 &&
                number[1].pid == 0;
    if (good && !whole)
        suite_skip("numbers_of_others", "processes may be hidden from us here");
    backend_free(mine);
    return good ? 0 : 1;
}

TEST(numbers_of_others)
{
    if (getuid() != 0)
        SKIP("only root can become another user");
    struct peer p = peer_start(be_a_peer, NULL);
    as_nobody(look_for_numbers, &at->tid[3]); /* of a thread */
    peer_stop(&p);
    struct peer below = peer_start(live_below, NULL);
    if (at->in_there != 0)
        as_nobody(look_for_numbers, &at->in_there);
    peer_stop(&below);
}

/* ---- calls that fail ---- */

static struct peer child;

static struct oserr look(void)
{
    uint32_t pid[] = {(uint32_t)child.pid, os_pid()};
    struct tasks t;
    struct oserr e = tasks_read(be, pid, 2, &t);
    /* what cannot be read of a thread is counted */
    ck_assert(oserr_is(e) || t.untold <= 1);
    ck_assert(t.untold == 0 || oserr_is(t.why));
    tasks_free(&t);
    return e;
}

static struct oserr search(void)
{
    struct task_number number = {.number = at->tid[3]};
    bool whole = true;
    struct oserr e = tasks_search(be, &number, 1, NULL, &whole);
    ck_assert(!oserr_is(e) || !whole);
    ck_assert(number.pid != 0 || !whole);
    return e;
}

/* One process that cannot be looked at does not hide another. */
TEST(a_process_that_cannot_be_read)
{
    struct peer first = peer_start(be_a_peer, NULL), second = peer_start(be_a_peer, NULL);
    uint32_t pid[] = {(uint32_t)first.pid, (uint32_t)second.pid};
    struct task_number number = {.number = INT32_MAX};
    struct calls c;
    struct tasks t;
    bool whole = false;
    c.n = 0;
    backend_before_call(be, remember, &c);
    must(tasks_read(be, pid, 1, &t));
    uint64_t calls = c.n;
    tasks_free(&t);
    for (uint64_t i = 1; i <= calls; i++) {
        c.n = 0;
        backend_fail_at(be, i, EACCES);
        struct oserr e = tasks_read(be, pid, 2, &t);
        bool memory = strcmp(c.name[i - 1], "malloc") == 0;
        ck_assert_msg(oserr_is(e) == memory, "call %u: %s", (unsigned)i, c.name[i - 1]);
        ck_assert_msg(memory || task_of(&t, pid[1]) != NULL, "call %u: %s", (unsigned)i,
                      c.name[i - 1]);
        ck_assert_uint_le(t.untold, 1);
        tasks_free(&t);
    }
    backend_fail_at(be, 0, 0);
    c.n = 0;
    must(tasks_search(be, &number, 1, NULL, &whole));
    uint64_t from = 0; /* calls before it concern all of /proc */
    while (from < c.n && strcmp(c.name[from], "open") != 0)
        from++;
    ck_assert_uint_lt(from + 40, c.n);
    for (uint64_t i = from + 1; i <= from + 40; i++) {
        c.n = 0;
        backend_fail_at(be, i, EPERM);
        struct oserr e = tasks_search(be, &number, 1, NULL, &whole);
        const char *call = c.name[i - 1];
        ck_assert_msg(!oserr_is(e) || strcmp(call, "readdir") == 0, "call %u: %s", (unsigned)i,
                      call);
        ck_assert_msg(!whole || strncmp(call, "close", 5) == 0, "call %u: %s", (unsigned)i, call);
    }
    backend_fail_at(be, 0, 0);
    backend_before_call(be, NULL, NULL);
    peer_stop(&first);
    peer_stop(&second);
}

TEST(calls_that_fail)
{
    child = peer_start(be_a_peer, NULL);
    struct tasks t = tasks_of((uint32_t)child.pid, 4);
    tasks_free(&t);
    torture(be, look);
    torture(be, search);
    peer_stop(&child);
}

SUITE(test_backend_tasks, .set_up = set_up, .tear_down = tear_down,
      TESTS(what_threads_wait_for, sleeps_are_counted, other_ways_to_wait,
            a_process_that_ended_has_none, a_first_thread_that_ended, a_number_in_a_namespace,
            the_right_is_needed, numbers_are_found_in_one_pass, numbers_of_others,
            a_process_that_cannot_be_read, calls_that_fail));
