/* The box from outside: which calls of the system it gets through with while it reads debug
 * information, some of which names files that it would open if it could. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "backend/boxed.h"
#include "backend/os.h"
#include "backend/segment.h"
#include "support/debug_peer.h"
#include "types/message.h"

enum { CALLS = 1024 };

static struct backend *be;
static struct boxed *box;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    boxed_use(SHMLENS_BINARY);
}

static void tear_down(void)
{
    boxed_stop(box);
    box = NULL;
    backend_free(be);
    run_end();
}

#if defined(__x86_64__)
/* What a thread of ours sees of the box until that ends. */
struct traced {
    pid_t pid;
    bool seized;
    pthread_barrier_t ready;
    unsigned done[CALLS], refused[CALLS]; /* how often, by number */
};

static void count_call(struct traced *t, long *number)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
        *number = info.entry.nr < CALLS ? (long)info.entry.nr : -1;
    else if (info.op == PTRACE_SYSCALL_INFO_EXIT && *number >= 0)
        (info.exit.rval == -EPERM ? t->refused : t->done)[*number]++;
}

static void *trace(void *ctx)
{
    struct traced *t = ctx;
    long number = -1;
    int status;
    t->seized = ptrace(PTRACE_SEIZE, t->pid, NULL, PTRACE_O_TRACESYSGOOD) == 0 &&
                ptrace(PTRACE_INTERRUPT, t->pid, NULL, NULL) == 0;
    (void)pthread_barrier_wait(&t->ready);
    while (t->seized && waitpid(t->pid, &status, __WALL) == t->pid && WIFSTOPPED(status)) {
        if (WSTOPSIG(status) == (SIGTRAP | 0x80))
            count_call(t, &number);
        (void)ptrace(PTRACE_SYSCALL, t->pid, NULL, NULL);
    }
    return NULL;
}

/* Asks about slot 0; the answer does not matter. */
static void ask(enum box_word word, int fd, const char *text)
{
    uint8_t *answer = NULL;
    size_t n = 0;
    struct message m = {0};
    message_number(&m, word, 1);
    message_number(&m, 0, 1);
    if (text != NULL)
        message_text(&m, text);
    const struct boxed_question q = {
        .bytes = m.at, .size = m.n, .fd = fd, .deadline = os_now() + 30 * INT64_C(1000000000)};
    ck_assert(!oserr_is(boxed_ask(box, &q, &answer, &n)));
    free(answer);
    free(m.at);
}

static pid_t child_of_ours(void)
{
    char file[64], text[64] = "";
    (void)snprintf(file, sizeof file, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(file, "r");
    size_t n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
    if (f != NULL)
        fclose(f);
    return n == 0 ? 0 : (pid_t)strtol(text, NULL, 10);
}

static const int allowed[] = {
    SYS_read,           SYS_pread64,    SYS_write,         SYS_recvmsg,      SYS_mmap,
    SYS_munmap,         SYS_mremap,     SYS_mprotect,      SYS_madvise,      SYS_brk,
    SYS_fstat,          SYS_lseek,      SYS_futex,         SYS_close,        SYS_exit,
    SYS_exit_group,     SYS_newfstatat, SYS_clock_gettime, SYS_rt_sigreturn, SYS_getrandom,
    SYS_restart_syscall};

static bool is_allowed(int number)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (allowed[i] == number)
            return true;
    return false;
}

/* The program names a split file, which libdw looks for by itself. */
TEST(it_opens_nothing)
{
    static struct traced t;
    pthread_t thread;
    const char *path = run_path("peer");
    SKIP_WITHOUT_DEBUG();
    if (!compiled("cc", "-g -gsplit-dwarf", "peer.c", path))
        SKIP("no C compiler here splits debug information");
    ck_assert(!oserr_is(boxed_start(be, &box)));
    ask(BOX_OPEN, open(path, O_RDONLY | O_CLOEXEC), NULL); /* now it has its filter */
    t.pid = child_of_ours();
    ck_assert_int_eq(pthread_barrier_init(&t.ready, NULL, 2), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, trace, &t), 0);
    (void)pthread_barrier_wait(&t.ready);
    if (t.seized) {
        ask(BOX_OPEN, open(path, O_RDONLY | O_CLOEXEC), NULL);
        ask(BOX_FIND, -1, "ring_header");
        ask(BOX_NEAR, -1, "ring_heder");
        ask(BOX_VARS, -1, NULL);
        ask(BOX_PARTS, -1, NULL);
    }
    boxed_stop(box);
    box = NULL;
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    if (!t.seized)
        SKIP("the box cannot be traced by this user");
    for (int i = 0; i < CALLS; i++)
        ck_assert_msg(t.done[i] == 0 || is_allowed(i), "it got through with call %d", i);
    ck_assert_uint_gt(t.done[SYS_recvmsg], 0);
    ck_assert_uint_gt(t.refused[SYS_open] + t.refused[SYS_openat], 0); /* it was tried */
}
#else
TEST(it_opens_nothing)
{
    SKIP("the numbers of calls are those of x86-64");
}
#endif

SUITE(test_program_types_box, .set_up = set_up, .tear_down = tear_down, TESTS(it_opens_nothing));
