/* System V: what the system tells of a segment, looking without filling it, numbers that come back.
 */
#include "support/backend_sysv.h"
#include "support/suite.h"

#include <poll.h>

enum { KEY_BASE = 0x53480000 };

static key_t own_key(void)
{
    return KEY_BASE + (key_t)(getpid() & 0xffff);
}

/* Bytes that have memory, as the list says. */
static uint64_t resident(void)
{
    struct seg_survey sv;
    must(seg_survey(be, 1U << SEG_SYSV, 0, &sv));
    const struct seg_info *row = row_of(&sv, locator);
    ck_assert_ptr_nonnull(row);
    uint64_t r = row->stat.resident;
    seg_survey_free(&sv);
    return r;
}

TEST(test_list)
{
    struct seg_survey sv;
    int keyed = make_segment(own_key(), 3 * PAGE, 0640);
    char *p = shmat(id, NULL, 0);
    p[5 * PAGE] = 1;
    must(seg_survey(be, 1U << SEG_SYSV, 0, &sv));
    const struct seg_info *row = row_of(&sv, locator);
    ck_assert_ptr_nonnull(row);
    ck_assert(row->kind == SEG_SYSV && row->stat.size == SIZE && row->stat.mode == 0600);
    ck_assert(row->stat.resident == PAGE && row->stat.swap == 0 && row->stat.attached == 1);
    ck_assert(row->stat.creator == os_pid() && row->stat.last_pid == os_pid());
    ck_assert(row->stat.key == 0 && row->stat.uid == os_uid());
    snprintf(locator, sizeof locator, "sysv:%d", keyed);
    row = row_of(&sv, locator);
    ck_assert(row != NULL && row->stat.key == (uint32_t)own_key() && row->stat.mode == 0640);
    ck_assert(row->stat.attached == 0 && row->stat.state == 0);
    seg_survey_free(&sv);
    shmctl(keyed, IPC_RMID, NULL);
    shmdt(p);
}

/* To look is to attach, which the system writes down as an access and as nothing else. */
TEST(test_looking_moves_no_time_but_access)
{
    time_t made = raw_stat(id).shm_ctime;
    do {
        struct seg *s;
        must(seg_open(be, locator, SEG_READ, &s));
        seg_close(s);
        (void)poll(NULL, 0, 10);
    } while (raw_stat(id).shm_dtime <= made);
    struct seg_survey sv;
    must(seg_survey(be, 1U << SEG_SYSV, 0, &sv));
    const struct seg_info *row = row_of(&sv, locator);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(row->stat.mtime, made * INT64_C(1000000000));
    ck_assert_int_eq(row->stat.ctime, row->stat.mtime);
    ck_assert_int_gt(row->stat.atime, row->stat.mtime);
    seg_survey_free(&sv);
}

TEST(test_removed_but_attached)
{
    struct seg *s;
    uint32_t value = 77, seen = 0;
    size_t got;
    uint32_t *p = shmat(id, NULL, 0);
    p[3] = value;
    ck_assert_int_eq(shmctl(id, IPC_RMID, NULL), 0);
    must(seg_open(be, locator, SEG_READ, &s));
    ck_assert_uint_ne(seg_last(s)->state & SEG_ST_DEST, 0);
    must(seg_read(s, 12, &seen, sizeof seen, &got));
    ck_assert_uint_eq(seen, value);
    seg_close(s);
    shmdt(p);
    must_fail(seg_open(be, locator, SEG_READ, &s), EIDRM);
}

/* Reads and asks everywhere: nothing becomes resident, what is there is seen, exactly there. */
static void look_everywhere(enum seg_extent_kind absent)
{
    static unsigned char buf[SIZE];
    uint8_t state[3 * PAGE];
    struct seg *s;
    struct seg_stat st;
    uint64_t start, end;
    enum seg_extent_kind kind;
    size_t got;
    must(seg_open(be, locator, SEG_READ, &s));
    ck_assert_int_eq(seg_kind(s), SEG_SYSV);
    must(seg_read(s, 0, buf, SIZE, &got));
    ck_assert_uint_eq(got, SIZE);
    for (size_t i = 0; i < SIZE; i++)
        ck_assert_uint_eq(buf[i], i == 5 * PAGE + 7 ? 9 : 0);
    must(seg_extent(s, 0, &start, &end, &kind));
    ck_assert(start == 0 && end == 5 * PAGE && kind == absent);
    must(seg_extent(s, 5 * PAGE + 1, &start, &end, &kind));
    ck_assert(end == 6 * PAGE && kind == SEG_EXT_DATA);
    must(seg_sample(s, 4 * PAGE, buf, state, sizeof state, &st));
    ck_assert_int_eq(state[0], SEG_BYTE_HOLE);
    ck_assert_int_eq(state[PAGE + 7], SEG_BYTE_DATA);
    ck_assert_int_eq(buf[PAGE + 7], 9);
    ck_assert_int_eq(state[2 * PAGE], SEG_BYTE_HOLE);
    seg_close(s);
}

static void touch_one(void)
{
    unsigned char *p = shmat(id, NULL, 0);
    p[5 * PAGE + 7] = 9;
    shmdt(p);
}

TEST(test_look_fills_nothing)
{
    touch_one();
    ck_assert_uint_eq(resident(), PAGE);
    look_everywhere(SEG_EXT_HOLE);
    ck_assert_uint_eq(resident(), PAGE);
}

static int look_as_nobody(void *arg)
{
    struct seg *s;
    (void)arg;
    (void)shmctl(id, IPC_RMID, NULL);       /* refused: not ours */
    if (getenv("SHMLENS_MEMCHECK") == NULL) /* valgrind says that there is none */
        must_fail(seg_open(be, locator, SEG_READ, &s), EACCES);
    must(seg_open(be, locator, SEG_STAT, &s)); /* the table shows it all the same */
    ck_assert_uint_eq(seg_last(s)->size, SIZE);
    seg_close(s);
    id = make_segment(IPC_PRIVATE, SIZE, 0600);
    snprintf(locator, sizeof locator, "sysv:%d", id);
    touch_one();
    look_everywhere(SEG_EXT_HOLE);
    ck_assert_uint_eq(resident(), PAGE);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}

/* Without the right to a descriptor on it, page by page. */
TEST(test_look_as_nobody)
{
    if (getuid() != 0)
        SKIP("only root can become another user");
    as_nobody(look_as_nobody, NULL);
    ck_assert_int_eq((int)raw_stat(id).shm_segsz, SIZE);
}

TEST(test_poke)
{
    struct seg *s;
    struct poked r;
    struct poke p = {.offset = 2 * PAGE + 8, .size = 4, .value = {1, 2, 3, 4}};
    size_t done;
    must(seg_open(be, locator, SEG_WRITE, &s));
    must(seg_poke(s, &p, &r));
    ck_assert(r.stored && r.atomic);
    p.cas = true;
    p.expect[0] = 9;
    must(seg_poke(s, &p, &r));
    ck_assert(!r.stored && memcmp(r.old, p.value, 4) == 0);
    must(seg_store(s, SIZE - 5, "tail!", 5, &done));
    p.offset = SIZE;
    must_fail(seg_poke(s, &p, &r), SEG_E_BEYOND);
    must_fail(seg_resize(s, 2 * SIZE), SEG_E_UNSUPPORTED);
    seg_close(s);
    char *at = shmat(id, NULL, SHM_RDONLY);
    ck_assert(memcmp(at + 2 * PAGE + 8, p.value, 4) == 0 && memcmp(at + SIZE - 5, "tail!", 5) == 0);
    shmdt(at);
    ck_assert_uint_eq(raw_stat(id).shm_nattch, 0);
}

TEST(test_create)
{
    struct seg *s;
    char key[64];
    must(seg_create(be, "sysv:new", 5000, 0640, &s));
    int made = -1;
    ck_assert_int_eq(sscanf(seg_locator(s), "sysv:%d", &made), 1);
    seg_close(s);
    struct shmid_ds ds = raw_stat(made);
    ck_assert(ds.shm_segsz == 5000 && ds.shm_perm.mode == 0640 && ds.shm_nattch == 0);
    shmctl(made, IPC_RMID, NULL);
    snprintf(key, sizeof key, "sysv:key=%#x", (unsigned)own_key());
    must(seg_create(be, key, 4096, 0600, &s));
    seg_close(s);
    must_fail(seg_create(be, key, 4096, 0600, &s), EEXIST);
    must(seg_open(be, key, SEG_READ, &s));
    ck_assert_int_eq(strncmp(seg_locator(s), "sysv:", 5), 0);
    ck_assert_int_ne(strncmp(seg_locator(s), "sysv:key", 8), 0);
    seg_close(s);
    must(seg_remove(be, &(struct seg_removal){.locator = key}, NULL));
    must_fail(seg_open(be, key, SEG_READ, &s), ENOENT);
    must_fail(seg_create(be, "sysv:12", 4096, 0600, &s), SEG_E_ID_GIVEN);
    must_fail(seg_create(be, "sysv:new", 4096, 01777, &s), EINVAL);
    must_fail(seg_open(be, "sysv:key=0", SEG_READ, &s), SEG_E_NAME);
}

TEST(test_locators)
{
    static const struct {
        const char *typed, *canonical; /* NULL: none */
    } all[] = {
        {"sysv:98304", "sysv:98304"},
        {"sysv:0x10", "sysv:16"},
        {"sysv:key=0x1234", "sysv:key=0x00001234"},
        {"sysv:key=4294967295", "sysv:key=0xffffffff"},
        {"sysv:key=4294967296", NULL},
        {"sysv:key=", NULL},
        {"sysv:", NULL},
        {"sysv:-1", NULL},
        {"sysv:abc", NULL},
        {"sysv:2147483648", NULL},
        {"sysv:1 ", NULL},
    };
    char out[64];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct oserr e = seg_canonical(all[i].typed, out, sizeof out);
        ck_assert_msg(oserr_is(e) == (all[i].canonical == NULL), "%s", all[i].typed);
        if (all[i].canonical != NULL)
            ck_assert_str_eq(out, all[i].canonical);
    }
}

TEST(test_key_minus_one)
{
    struct seg *s;
    int made = shmget(-1, PAGE, IPC_CREAT | IPC_EXCL | 0600);
    if (made < 0)
        SKIP("key 0xffffffff is somebody's");
    must(seg_open(be, "sysv:key=0xffffffff", SEG_STAT, &s));
    ck_assert_uint_eq(seg_last(s)->key, 0xffffffffU);
    seg_close(s);
    shmctl(made, IPC_RMID, NULL);
}

TEST(test_chmod)
{
    struct seg *s;
    must(seg_open(be, locator, SEG_STAT, &s));
    must(seg_chmod(s, 0444));
    ck_assert_uint_eq(raw_stat(id).shm_perm.mode & 0777, 0444);
    ck_assert_uint_eq(seg_last(s)->mode, 0444);
    must_fail(seg_chmod(s, 01777), EINVAL);
    seg_close(s);
}

static void hold_it(void *arg, int ready)
{
    (void)arg;
    if ((intptr_t)shmat(id, NULL, 0) == -1)
        _exit(1);
    peer_ready(ready);
    for (;;)
        pause();
}

TEST(test_remove)
{
    struct seg_who who;
    struct peer p = peer_start(hold_it, NULL);
    must_fail(seg_remove(be, &(struct seg_removal){.locator = locator}, &who), SEG_E_IN_USE);
    ck_assert_uint_eq(who.mappers_count, 1);
    ck_assert(who.mappers[0].pid == (uint32_t)p.pid && who.mappers[0].write);
    ck_assert_uint_eq(who.mappers[0].length, SIZE);
    seg_who_free(&who);
    peer_stop(&p);
    must(seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_DRY}, NULL));
    ck_assert_uint_eq(raw_stat(id).shm_segsz, SIZE);
    must(seg_remove(be, &(struct seg_removal){.locator = locator}, NULL));
    ck_assert_uint_eq(raw_stat(id).shm_segsz, 0);
    must_fail(seg_remove(be, &(struct seg_removal){.locator = locator}, NULL), EIDRM);
}

/* Somebody attaches between the first check and the last. */
struct late {
    int stats;
    void *at;
};

static void attach_late(void *ctx, const char *call)
{
    struct late *l = ctx;
    if (strcmp(call, "shmctl") == 0 && ++l->stats == 2)
        l->at = shmat(id, NULL, 0);
}

TEST(test_attached_meanwhile)
{
    struct late l = {0};
    backend_before_call(be, attach_late, &l);
    must_fail(seg_remove(be, &(struct seg_removal){.locator = locator}, NULL), SEG_E_IN_USE);
    backend_before_call(be, NULL, NULL);
    ck_assert_uint_eq(raw_stat(id).shm_nattch, 1);
    shmdt(l.at);
}

SUITE(test_backend_sysv, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_list, test_looking_moves_no_time_but_access, test_removed_but_attached,
            test_look_fills_nothing, test_look_as_nobody, test_poke, test_create, test_locators,
            test_key_minus_one, test_chmod, test_remove, test_attached_meanwhile));
