/* Every OS call of every operation fails once, on the kinds that are no POSIX names. */
#include <sys/ipc.h>
#include <sys/shm.h>

#include "support/backend_fail.h"
#include "support/suite.h"

enum { SIZE = 200 * 1024 };

static struct backend *be;
static char sysv[64], memfd[64], mapped[64], ns[NAME_CAP], posix[NAME_CAP];
static int id, fd;
static void *mapping;
static unsigned char buf[SIZE];

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
    remover_sysv(id);
    ck_assert_int_ge(id, 0);
    fd = memfd_create("shmlens-test", MFD_CLOEXEC);
    ck_assert(fd >= 0 && ftruncate(fd, SIZE) == 0);
    mapping = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(mapping, MAP_FAILED);
    snprintf(posix, sizeof posix, "%s", own_name("kinds"));
    close(raw_create(posix, SIZE));
    snprintf(sysv, sizeof sysv, "sysv:%d", id);
    snprintf(memfd, sizeof memfd, "fd:%d/%d", (int)getpid(), fd);
    snprintf(mapped, sizeof mapped, "map:%d/0x%llx", (int)getpid(),
             (unsigned long long)(uintptr_t)mapping);
    snprintf(ns, sizeof ns, "ns:%d/%.200s", (int)getpid(), posix + 1);
}

static void tear_down(void)
{
    (void)shmctl(id, IPC_RMID, NULL);
    (void)shm_unlink(posix);
    munmap(mapping, SIZE);
    close(fd);
    backend_free(be);
}

/* Opens, stores a little and looks at it in all ways, closes. */
static struct oserr use(const char *locator)
{
    struct seg *s;
    struct seg_stat st;
    struct poked r;
    struct poke p = {.offset = 8, .size = 8, .value = {1}};
    size_t got;
    struct oserr e = seg_open(be, locator, SEG_WRITE, &s);
    if (oserr_is(e)) {
        ck_assert_ptr_null(s);
        return e;
    }
    e = seg_poke(s, &p, &r);
    ck_assert_int_eq(r.stored, !oserr_is(e));
    if (!oserr_is(e))
        e = seg_read(s, 5, buf, SIZE - 5, &got);
    if (!oserr_is(e))
        e = seg_read(s, 8, buf, 100, &got);
    if (!oserr_is(e))
        e = seg_refresh(s, &st);
    if (!oserr_is(e))
        ck_assert(st.size == SIZE && !st.name_gone && !st.replaced && buf[0] == 1);
    seg_close(s);
    return e;
}

static struct oserr do_sysv(void)
{
    return use(sysv);
}

static struct oserr do_memfd(void)
{
    return use(memfd);
}

static struct oserr do_mapped(void)
{
    struct seg *s;
    if (getuid() == 0)
        return use(mapped);
    must_fail(seg_open(be, mapped, SEG_READ, &s), EPERM);
    return use(memfd);
}

static struct oserr do_ns(void)
{
    return use(ns);
}

static struct oserr do_survey(void)
{
    struct seg_survey sv;
    struct oserr e = seg_survey(be, ~0U, SEG_SURVEY_WHO, &sv);
    if (!oserr_is(e))
        e = sv.error[SEG_SYSV];
    seg_survey_free(&sv);
    return e;
}

static struct oserr do_create_sysv(void)
{
    struct seg *s;
    struct shmid_ds ds;
    int made = -1;
    struct oserr e = seg_create(be, "sysv:new", 4096, 0600, &s);
    if (oserr_is(e))
        return e;
    ck_assert_int_eq(sscanf(seg_locator(s), "sysv:%d", &made), 1);
    seg_close(s);
    ck_assert_int_eq(shmctl(made, IPC_STAT, &ds), 0);
    ck_assert_uint_eq(ds.shm_nattch, 0);
    (void)shmctl(made, IPC_RMID, NULL);
    return OSERR_NONE;
}

static struct oserr do_create_memfd(void)
{
    struct seg *s;
    struct oserr e = seg_create(be, "memfd:shmlens-test-made", 4096, 0600, &s);
    if (!oserr_is(e))
        seg_close(s);
    return e;
}

static struct oserr do_remove_sysv(void)
{
    char locator[64];
    struct shmid_ds ds;
    int made = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    ck_assert_int_ge(made, 0);
    snprintf(locator, sizeof locator, "sysv:%d", made);
    struct oserr e = seg_remove(be, &(struct seg_removal){.locator = locator}, NULL);
    ck_assert_int_eq(shmctl(made, IPC_STAT, &ds) == 0, oserr_is(e));
    (void)shmctl(made, IPC_RMID, NULL);
    return e;
}

static struct oserr do_chmod_sysv(void)
{
    struct seg *s;
    struct oserr e = seg_open(be, sysv, SEG_STAT, &s);
    if (oserr_is(e))
        return e;
    e = seg_chmod(s, 0600);
    seg_close(s);
    return e;
}

static struct oserr do_raise_sysv(void)
{
    struct seg *s;
    struct oserr e = seg_open(be, sysv, SEG_READ, &s);
    if (oserr_is(e))
        return e;
    e = seg_set_access(s, SEG_WRITE);
    ck_assert_int_eq(seg_get_access(s), oserr_is(e) ? SEG_READ : SEG_WRITE);
    seg_close(s);
    return e;
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static struct oserr do_events(void)
{
    struct seg_events *ev;
    struct oserr e = seg_events_start(be, nothing, NULL, &ev);
    ck_assert_int_eq(ev == NULL, oserr_is(e));
    seg_events_stop(ev);
    return e;
}

static struct oserr (*const scenarios[])(void) = {
    do_sysv,         do_memfd,       do_mapped,     do_ns,         do_survey, do_create_sysv,
    do_create_memfd, do_remove_sysv, do_chmod_sysv, do_raise_sysv, do_events,
};

enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

/* System V segments that this process has made and that are there. */
static size_t made_by_us(void)
{
    struct seg_survey sv;
    size_t n = 0;
    must(seg_survey(be, 1U << SEG_SYSV, 0, &sv));
    for (size_t i = 0; i < sv.count; i++)
        n += sv.segs[i].stat.creator == os_pid();
    seg_survey_free(&sv);
    return n;
}

TEST_LOOP(test_every_call_fails, SCENARIOS)
{
    torture(be, scenarios[_i]);
    struct shmid_ds ds;
    ck_assert_int_eq(shmctl(id, IPC_STAT, &ds), 0);
    ck_assert_uint_eq(ds.shm_nattch, 0);
    ck_assert_uint_eq(made_by_us(), 1);
}

SUITE(test_backend_fail_kinds, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_every_call_fails));
