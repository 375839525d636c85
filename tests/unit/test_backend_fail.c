/* Every OS call of every operation fails once: either the operation copes, or its error names the
 * call; nothing leaks, and a creation that failed leaves no name behind. */
#include "backend/modules.h"
#include "backend/trap.h"
#include "support/backend_fail.h"
#include "support/suite.h"

enum { SIZE = 200 * 1024 };

static struct backend *be;
static char name[NAME_CAP], made[NAME_CAP];
static unsigned char buf[SIZE];

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    snprintf(name, sizeof name, "%s", own_name("fail"));
    snprintf(made, sizeof made, "%s", own_name("made"));
    int fd = raw_create(name, SIZE);
    ck_assert_int_eq((int)pwrite(fd, "data", 4, 150000), 4);
    close(fd);
}

static void tear_down(void)
{
    (void)shm_unlink(name);
    (void)shm_unlink(made);
    backend_free(be);
}

static struct oserr do_survey(void)
{
    struct seg_survey sv;
    struct oserr e = seg_survey(be, ~0U, 0, &sv);
    if (!oserr_is(e))
        e = sv.error[SEG_POSIX];
    seg_survey_free(&sv);
    return e;
}

/* A store of our own. Where the system lets nobody look there is nothing to fail. */
static struct oserr do_trap(void)
{
    static _Alignas(8) volatile uint64_t word;
    static struct trap_hit hit;
    const struct trap_place place = {os_pid(), (uint64_t)(uintptr_t)&word, sizeof word};
    struct trap *t = NULL;
    bool got = false;
    struct oserr e = trap_arm(be, &place, 1, &t);
    word = word + 1;
    if (!oserr_is(e))
        e = trap_wait(t, 1000, &hit, &got);
    /* a sanitizer's thread may be the only one that could be armed */
    ck_assert(!got || (t != NULL && hit.pid == os_pid() && hit.stack_n > 0));
    trap_disarm(t);
    bool here = e.code != EACCES && e.code != EPERM && e.code != ENOENT && e.code != ENOSYS &&
                e.code != EOPNOTSUPP && e.code != ENODEV && e.code != SEG_E_UNSUPPORTED &&
                e.code != SEG_E_NO_TRAPS;
    return here ? e : OSERR_NONE;
}

/* What this process runs, and its executable opened. */
static struct oserr do_modules(void)
{
    struct modules m;
    int fd = -1;
    struct oserr e = modules_list(be, os_pid(), &m);
    if (!oserr_is(e)) {
        ck_assert(m.count > 0 && m.module[0].program);
        e = module_open(be, &m, 0, &fd);
        ck_assert_int_eq(fd >= 0, !oserr_is(e));
    }
    module_close(be, fd);
    modules_free(&m);
    return e;
}

static struct oserr do_who(void)
{
    struct seg *s;
    struct seg_who w = {0};
    struct oserr e = seg_open(be, name, SEG_STAT, &s);
    if (oserr_is(e))
        return e;
    e = seg_who(s, NULL, &w);
    seg_who_free(&w);
    seg_close(s);
    return e;
}

/* Opens, works, closes; the work's error. */
static struct oserr with(enum seg_access access, struct oserr (*work)(struct seg *s))
{
    struct seg *s;
    struct oserr e = seg_open(be, name, access, &s);
    if (oserr_is(e)) {
        ck_assert_ptr_null(s);
        return e;
    }
    if (work != NULL)
        e = work(s);
    seg_close(s);
    return e;
}

static struct oserr do_open(void)
{
    return with(SEG_READ, NULL);
}

static struct oserr work_read(struct seg *s)
{
    size_t got;
    struct oserr e = seg_read(s, 0, buf, 5000, &got);
    if (!oserr_is(e))
        ck_assert_uint_eq(got, 5000);
    return e;
}

static struct oserr do_read(void)
{
    return with(SEG_READ, work_read);
}

static struct oserr work_read_large(struct seg *s)
{
    size_t got;
    struct oserr e = seg_read(s, 3, buf, SIZE - 3, &got);
    if (!oserr_is(e)) {
        ck_assert_uint_eq(got, SIZE - 3);
        ck_assert_mem_eq(buf + 150000 - 3, "data", 4);
    }
    return e;
}

static struct oserr do_read_large(void)
{
    return with(SEG_READ, work_read_large);
}

static struct oserr work_hash(struct seg *s)
{
    uint64_t hash[4];
    struct seg_hashes out;
    struct oserr e = seg_hash(s, 0, hash, 4, &out); /* a hole, up to the page of the data */
    if (!oserr_is(e))
        ck_assert_uint_eq(out.next, 150000 / SEG_HASH_PAGE * SEG_HASH_PAGE);
    return e;
}

static struct oserr do_hash(void)
{
    return with(SEG_READ, work_hash);
}

static struct oserr work_refresh(struct seg *s)
{
    struct seg_stat st;
    struct oserr e = seg_refresh(s, &st);
    if (!oserr_is(e))
        ck_assert(st.size == SIZE && !st.name_gone && !st.replaced);
    return e;
}

static struct oserr do_refresh(void)
{
    return with(SEG_READ, work_refresh);
}

static struct oserr work_poke(struct seg *s)
{
    struct poke p = {.offset = 8, .size = 8, .value = {1}};
    struct poked r;
    struct oserr e = seg_poke(s, &p, &r);
    ck_assert_int_eq(r.stored, !oserr_is(e));
    return e;
}

static struct oserr do_poke(void)
{
    return with(SEG_WRITE, work_poke);
}

static struct oserr work_store(struct seg *s)
{
    size_t done;
    struct oserr e = seg_store(s, 100, buf, SIZE - 100, &done);
    ck_assert_int_eq(done == SIZE - 100, !oserr_is(e));
    return e;
}

static struct oserr do_store(void)
{
    return with(SEG_WRITE, work_store);
}

static struct oserr work_resize(struct seg *s)
{
    return seg_resize(s, SIZE);
}

static struct oserr do_resize(void)
{
    return with(SEG_WRITE, work_resize);
}

static struct oserr work_chmod(struct seg *s)
{
    return seg_chmod(s, 0600);
}

static struct oserr do_chmod(void)
{
    return with(SEG_STAT, work_chmod);
}

static struct oserr work_access(struct seg *s)
{
    struct oserr e = seg_set_access(s, SEG_WRITE);
    ck_assert_int_eq(seg_get_access(s), oserr_is(e) ? SEG_STAT : SEG_WRITE);
    return e;
}

static struct oserr do_access(void)
{
    return with(SEG_STAT, work_access);
}

static bool exists(const char *of)
{
    char path[PATH_CAP];
    snprintf(path, sizeof path, "/dev/shm%s", of);
    return access(path, F_OK) == 0;
}

static struct oserr do_create(void)
{
    struct seg *s;
    struct oserr e = seg_create(be, made, 4096, 0600, &s);
    ck_assert_msg(exists(made) == !oserr_is(e), "a creation that failed left its name");
    if (!oserr_is(e))
        seg_close(s);
    (void)shm_unlink(made);
    return e;
}

static struct oserr do_remove(void)
{
    int fd = shm_open(made, O_CREAT | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    struct oserr e = seg_remove(be, &(struct seg_removal){.locator = made}, NULL);
    ck_assert_msg(exists(made) == oserr_is(e), "removed %d although %s", !exists(made),
                  oserr_is(e) ? e.call : "success");
    return e;
}

static struct oserr do_put_back(void)
{
    char left[NAME_CAP];
    snprintf(left, sizeof left, "/.shmlens-4000001-1-%.60s", made + 1);
    int fd = shm_open(left, O_CREAT | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    struct oserr e = seg_put_back(be, left);
    ck_assert_int_eq(exists(made), !oserr_is(e));
    ck_assert_int_eq(exists(left), oserr_is(e));
    (void)shm_unlink(made);
    (void)shm_unlink(left);
    return e;
}

static struct oserr work_release(struct seg *s)
{
    struct oserr e = seg_release(s);
    ck_assert_int_eq(seg_get_access(s), oserr_is(e) ? SEG_READ : SEG_STAT);
    return oserr_is(e) ? e : seg_set_access(s, SEG_READ);
}

static struct oserr do_release(void)
{
    return with(SEG_READ, work_release);
}

static struct oserr (*const scenarios[])(void) = {
    do_survey, do_open,   do_read,    do_read_large, do_refresh,  do_poke,
    do_store,  do_create, do_resize,  do_chmod,      do_access,   do_remove,
    do_who,    do_trap,   do_modules, do_hash,       do_put_back, do_release,
};

enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

TEST_LOOP(test_every_call_fails, SCENARIOS)
{
    torture(be, scenarios[_i]);
}

SUITE(test_backend_fail, .set_up = set_up, .tear_down = tear_down, TESTS(test_every_call_fails));
