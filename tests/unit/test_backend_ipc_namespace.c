/* System V of another IPC namespace: its mode, owner and times are those of its own table, read
 * without leaving our namespace or changing anything in either. */
#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "support/backend_fail.h"
#include "support/suite.h"

enum { PAGE = 4096, SIZE = 2 * PAGE + 100, KEY = 0x53481234, GID = 4321 };

static struct backend *be;
static struct peer peer;
static struct shmid_ds there; /* as the other namespace has it */
static char locator[64];
static unsigned denied; /* in as_nobody */

/* In a namespace of its own: one segment, attached. Tells what it is. */
static void live_apart(void *arg, int ready)
{
    const int *told = arg;
    struct shmid_ds ds = {0};
    int id = -1;
    if (unshare(CLONE_NEWIPC) == 0)
        id = shmget(KEY, SIZE, IPC_CREAT | 0640);
    if (id >= 0) {
        char *p = shmat(id, NULL, 0);
        p[PAGE] = 1;
        (void)shmctl(id, IPC_STAT, &ds);
        ds.shm_perm.gid = GID;
        ds.shm_perm.mode = 0604;
        (void)shmctl(id, IPC_SET, &ds);
        (void)shmctl(id, IPC_STAT, &ds);
        snprintf(locator, sizeof locator, "map:%d/0x%llx", (int)getpid(),
                 (unsigned long long)(uintptr_t)p);
    }
    if (write(told[1], &ds, sizeof ds) != (ssize_t)sizeof ds ||
        write(told[1], locator, sizeof locator) != (ssize_t)sizeof locator)
        _exit(1);
    peer_ready(ready);
    for (;;)
        pause();
}

static void set_up(void)
{
    int told[2];
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    ck_assert_int_eq(pipe(told), 0);
    peer = peer_start(live_apart, told);
    ck_assert_int_eq((int)read(told[0], &there, sizeof there), (int)sizeof there);
    ck_assert_int_eq((int)read(told[0], locator, sizeof locator), (int)sizeof locator);
    close(told[0]);
    close(told[1]);
}

static void tear_down(void)
{
    peer_stop(&peer);
    backend_free(be);
}

static bool usable(void)
{
    if (locator[0] == '\0')
        printf("skip: away: no IPC namespace can be made here\n");
    return locator[0] != '\0';
}

static const struct seg_info *row_of(const struct seg_survey *sv)
{
    for (size_t i = 0; i < sv->count; i++)
        if (strcmp(sv->segs[i].locator, locator) == 0)
            return &sv->segs[i];
    return NULL;
}

static void check_known(const struct seg_stat *st)
{
    const unsigned all = SEG_HAS_MODE | SEG_HAS_OWNER | SEG_HAS_TIMES | SEG_HAS_CREATOR |
                         SEG_HAS_KEY | SEG_HAS_ATTACHED | SEG_HAS_LAST_PID;
    ck_assert_uint_eq(st->known & all, all);
    ck_assert_uint_eq(st->mode, 0604);
    ck_assert(st->uid == there.shm_perm.uid && st->gid == GID);
    ck_assert_int_eq(st->ctime, there.shm_ctime * INT64_C(1000000000));
    ck_assert_int_eq(st->atime, there.shm_atime * INT64_C(1000000000));
    ck_assert(st->creator == (uint32_t)peer.pid && st->last_pid == (uint32_t)peer.pid);
    ck_assert(st->key == KEY && st->attached == 1 && st->size == SIZE);
    ck_assert_uint_eq(st->state & SEG_ST_UNLINKED, 0);
}

static uint64_t own_namespace(void)
{
    struct stat st;
    ck_assert_int_eq(stat("/proc/thread-self/ns/ipc", &st), 0);
    return st.st_ino;
}

TEST(test_as_its_table_says)
{
    struct seg_survey sv;
    struct seg *s;
    struct seg_stat st;
    if (!usable())
        return;
    uint64_t ours = own_namespace();
    must(seg_survey(be, 1U << SEG_SYSV, SEG_SURVEY_WHO, &sv));
    const struct seg_info *row = row_of(&sv);
    ck_assert_ptr_nonnull(row);
    check_known(&row->stat);
    seg_survey_free(&sv);
    must(seg_open(be, locator, SEG_READ, &s));
    check_known(seg_last(s));
    must(seg_refresh(s, &st));
    check_known(&st);
    ck_assert(!st.replaced && !st.name_gone);
    seg_close(s);
    ck_assert_uint_eq(own_namespace(), ours);
    ck_assert(shmget(KEY, 0, 0) < 0 && errno == ENOENT); /* here there is none */
}

/* It looked only: no attach, no other last process, no other times. */
static int ask_there(void *arg)
{
    char path[64];
    struct shmid_ds now;
    (void)arg;
    snprintf(path, sizeof path, "/proc/%d/ns/ipc", (int)peer.pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int id = fd < 0 || setns(fd, CLONE_NEWIPC) != 0 ? -1 : shmget(KEY, 0, 0);
    if (id < 0 || shmctl(id, IPC_STAT, &now) != 0)
        return 1;
    return memcmp(&now, &there, sizeof now) == 0 ? 0 : 2;
}

TEST(test_nothing_changes_there)
{
    struct seg_survey sv;
    struct seg *s;
    if (!usable())
        return;
    must(seg_survey(be, 1U << SEG_SYSV, SEG_SURVEY_WHO, &sv));
    seg_survey_free(&sv);
    must(seg_open(be, locator, SEG_READ, &s));
    pid_t pid = fork();
    if (pid == 0)
        _exit(ask_there(NULL));
    int status = 1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    seg_close(s);
}

/* Not allowed to look there: then mode and times are absent, not made up. */
static void refuse(void *ctx, const char *call)
{
    (void)ctx;
    if (strcmp(call, "setns") == 0)
        backend_fail_at(be, 1, EPERM);
}

TEST(test_refused)
{
    struct seg_survey sv;
    struct seg *s;
    if (!usable())
        return;
    backend_before_call(be, refuse, &denied);
    must(seg_survey(be, 1U << SEG_SYSV, SEG_SURVEY_WHO, &sv));
    const struct seg_info *row = row_of(&sv);
    ck_assert_ptr_nonnull(row);
    ck_assert_uint_eq(row->stat.known & (SEG_HAS_MODE | SEG_HAS_TIMES | SEG_HAS_CREATOR), 0);
    ck_assert(row->stat.size == SIZE && row->stat.key == KEY);
    seg_survey_free(&sv);
    must(seg_open(be, locator, SEG_READ, &s));
    ck_assert_uint_eq(seg_last(s)->known & (SEG_HAS_MODE | SEG_HAS_TIMES | SEG_HAS_CREATOR), 0);
    seg_close(s);
    backend_before_call(be, NULL, NULL);
}

/* What one process does not tell counts it as not read, and does not end the look at the others. */
struct choice {
    unsigned made, chosen; /* questions about mappings; the one that fails */
};

static void fail_chosen(void *ctx, const char *call)
{
    struct choice *c = ctx;
    if (strcmp(call, "ioctl") == 0 && ++c->made == c->chosen)
        backend_fail_at(be, 1, EAGAIN);
}

TEST(test_a_process_that_does_not_tell)
{
    struct choice c = {.made = 1};
    for (unsigned i = 1; i <= 40 && c.made >= i - 1; i++) {
        struct seg_survey sv;
        c = (struct choice){.chosen = i};
        backend_before_call(be, fail_chosen, &c);
        must(seg_survey(be, 1U << SEG_SYSV, SEG_SURVEY_WHO, &sv));
        ck_assert(c.made < i || sv.who.unreadable > 0);
        seg_survey_free(&sv);
    }
    backend_before_call(be, NULL, NULL);
}

/* Every call fails once: what is told is right or absent. */
static struct oserr do_open(void)
{
    struct seg *s;
    struct oserr e = seg_open(be, locator, SEG_READ, &s);
    if (oserr_is(e))
        return e;
    if ((seg_last(s)->known & SEG_HAS_MODE) != 0)
        check_known(seg_last(s));
    seg_close(s);
    return e;
}

static struct oserr do_survey(void)
{
    struct seg_survey sv;
    struct oserr e = seg_survey(be, 1U << SEG_SYSV, SEG_SURVEY_WHO, &sv);
    const struct seg_info *row = oserr_is(e) ? NULL : row_of(&sv);
    if (row != NULL && (row->stat.known & SEG_HAS_MODE) != 0)
        check_known(&row->stat);
    seg_survey_free(&sv);
    return e;
}

TEST_LOOP(test_every_call_fails, 2)
{
    if (usable())
        torture(be, _i == 0 ? do_open : do_survey);
}

SUITE(test_backend_ipc_namespace, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_as_its_table_says, test_nothing_changes_there, test_refused,
            test_a_process_that_does_not_tell, test_every_call_fails));
