/* Looking changes nothing: a hole stays a hole whichever way it is read, and a huge segment costs
 * nothing. */
#include <sys/resource.h>

#include "support/backend_peer.h"
#include "support/suite.h"

enum { PAGES = 64, SIZE = PAGES * 4096 };

static struct backend *be;
static const char *name;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    name = own_name("hole");
}

static void tear_down(void)
{
    (void)shm_unlink(name);
    backend_free(be);
}

static void check_zeros(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(p[i], 0);
}

/* Everything that looks, over everything. */
static void look(struct seg *s)
{
    static unsigned char buf[SIZE];
    struct seg_stat st;
    struct seg_who who;
    uint64_t start, end;
    enum seg_extent_kind kind;
    size_t got;
    for (uint64_t off = 0; off < SIZE; off += 4096) {
        must(seg_read(s, off + 8, buf, 16, &got));
        must(seg_extent(s, off, &start, &end, &kind));
    }
    must(seg_read(s, 0, buf, SEG_SMALL, &got));
    must(seg_read(s, 1, buf, SIZE - 1, &got)); /* the large way */
    ck_assert_uint_eq(got, SIZE - 1);
    must(seg_refresh(s, &st));
    must(seg_who(s, NULL, &who));
    seg_who_free(&who);
}

static void check_access(enum seg_access access)
{
    struct seg *s;
    int fd = raw_create(name, SIZE);
    must(seg_open(be, name, access, &s));
    look(s);
    ck_assert_int_eq(raw_blocks(fd), 0);
    seg_close(s);
    close(fd);
}

TEST(test_read_only_leaves_holes)
{
    check_access(SEG_READ);
}

TEST(test_read_write_leaves_holes)
{
    check_access(SEG_WRITE);
}

TEST(test_own_creation_leaves_holes)
{
    struct seg *s;
    struct seg_stat st;
    must(seg_create(be, name, SIZE, 0600, &s));
    look(s);
    must(seg_refresh(s, &st));
    ck_assert_uint_eq(st.resident, 0);
    seg_close(s);
}

/* A page that we have read already, and that is punched out under our mapping. */
TEST(test_punched_just_now)
{
    static unsigned char buf[SIZE];
    struct seg *s;
    size_t got;
    int fd = raw_create(name, SIZE);
    memset(buf, 0x55, SIZE);
    must(seg_open(be, name, SEG_READ, &s));
    for (int i = 0; i < 200; i++) {
        off_t at = i % (PAGES - 4) * 4096;
        ck_assert_int_eq((int)pwrite(fd, "data", 4, at), 4);
        must(seg_read(s, (uint64_t)at, buf, 4096, &got));
        ck_assert_mem_eq(buf, "data", 4);
        ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, 4096), 0);
        must(seg_read(s, (uint64_t)at, buf, 4096, &got));
        check_zeros(buf, 4096);
        ck_assert_int_eq(raw_blocks(fd), 0);
    }
    seg_close(s);
    close(fd);
}

/* Where userfaultfd is refused the same must hold by other means. */
TEST(test_without_userfaultfd)
{
    unsigned char want[100], buf[100];
    struct seg *s;
    size_t got;
    int fd = raw_create(name, SIZE);
    memset(want, 0x77, sizeof want);
    for (uint64_t nth = 1; nth < 12; nth++) { /* one of these is userfaultfd, one its ioctl */
        backend_fail_at(be, nth, EPERM);
        struct oserr e = seg_open(be, name, SEG_READ, &s);
        backend_fail_at(be, 0, 0);
        if (oserr_is(e))
            continue;
        look(s);
        ck_assert_int_eq(raw_blocks(fd), 0);
        ck_assert_int_eq((int)pwrite(fd, want, sizeof want, 8100), (int)sizeof want);
        must(seg_read(s, 8100, buf, sizeof buf, &got));
        ck_assert_uint_eq(got, sizeof buf);
        ck_assert_mem_eq(buf, want, sizeof want);
        ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, SIZE), 0);
        seg_close(s);
    }
    close(fd);
}

TEST(test_lost_swap_fills_nothing)
{
    if (getenv("SHMLENS_MEMCHECK") != NULL)
        SKIP("valgrind knows no userfaultfd");
    struct seg *s;
    struct poked r;
    int fd = raw_create(name, SIZE);
    must(seg_open(be, name, SEG_WRITE, &s));
    struct poke p = {.offset = 4096, .size = 4, .cas = true, .expect = {1}, .value = {2}};
    must(seg_poke(s, &p, &r));
    ck_assert(!r.stored && r.old[0] == 0);
    ck_assert_int_eq(raw_blocks(fd), 0);
    p.cas = false;
    must(seg_poke(s, &p, &r));
    ck_assert_int_eq(raw_blocks(fd), 8); /* one page of 512-byte blocks */
    seg_close(s);
    close(fd);
}

TEST(test_64_gib)
{
    const uint64_t size = 64ULL << 30;
    struct seg *s;
    struct rusage before, after;
    unsigned char buf[4096];
    size_t got;
    uint64_t start, end;
    enum seg_extent_kind kind;
    int fd = raw_create(name, (off_t)size);
    getrusage(RUSAGE_SELF, &before);
    int64_t t0 = os_now();
    must(seg_open(be, name, SEG_READ, &s));
    must(seg_read(s, 0, buf, sizeof buf, &got));
    must(seg_read(s, size - 100, buf, sizeof buf, &got));
    must(seg_extent(s, 0, &start, &end, &kind));
    int64_t took = os_now() - t0;
    getrusage(RUSAGE_SELF, &after);
    ck_assert_uint_eq(got, 100);
    ck_assert_uint_eq(end, size);
    ck_assert_int_eq(raw_blocks(fd), 0);
    ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 4096); /* KiB */
    ck_assert_int_lt(took, 1000000000); /* a shared machine: only the order matters here */
    seg_close(s);
    close(fd);
}

TEST(test_atime_stays)
{
    struct seg *s;
    struct stat st;
    char buf[64];
    size_t got;
    int fd = raw_create(name, SIZE);
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
    ck_assert_int_eq((int)pwrite(fd, "x", 1, 0), 1);
    ck_assert_int_eq(futimens(fd, old), 0);
    must(seg_open(be, name, SEG_READ, &s));
    must(seg_read(s, 0, buf, sizeof buf, &got));
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_int_eq(st.st_atim.tv_sec, 1000);
    ck_assert_int_eq(st.st_mtim.tv_sec, 2000);
    seg_close(s);
    close(fd);
}

SUITE(test_backend_hole, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_read_only_leaves_holes, test_read_write_leaves_holes,
            test_own_creation_leaves_holes, test_punched_just_now, test_without_userfaultfd,
            test_lost_swap_fills_nothing, test_64_gib, test_atime_stays));
