/* Hashes of pages: the right ones, holes stay holes, odd ends, a segment that shrinks meanwhile. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "support/backend_peer.h"
#include "support/suite.h"

enum { PAGE = SEG_HASH_PAGE, PAGES = 40, SIZE = PAGES * PAGE };

static struct backend *be;
static struct seg *seg;
static int fd;
static unsigned char *at; /* as another program has it */
static char name[NAME_CAP];
static uint64_t hash[2 * PAGES];
static struct seg_hashes found;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    snprintf(name, sizeof name, "%s", own_name("hash"));
    fd = raw_create(name, SIZE);
    at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    must(seg_open(be, name, SEG_READ, &seg));
}

static void tear_down(void)
{
    seg_close(seg);
    backend_free(be);
    munmap(at, SIZE);
    close(fd);
    shm_unlink(name);
}

static void scribble(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        at[i] = (unsigned char)(i * 2654435761u >> 13);
}

/* seg_hash of `pages` from page `first`: so many are hashed, and right. */
static void expect(size_t first, size_t pages, size_t done)
{
    memset(hash, 0xee, sizeof hash);
    must(seg_hash(seg, first * PAGE, hash, pages, &found));
    ck_assert_uint_eq(found.pages, done);
    for (size_t i = 0; i < done; i++)
        ck_assert_uint_eq(hash[i], XXH3_64bits(at + (first + i) * PAGE, PAGE));
    ck_assert_uint_eq(hash[done], 0xeeeeeeeeeeeeeeeeu);
}

TEST(every_page_has_its_hash)
{
    scribble(0, SIZE);
    expect(0, PAGES, PAGES);
    ck_assert_uint_eq(found.next, SIZE);
    expect(0, 2 * PAGES, PAGES);
    ck_assert_uint_eq(found.next, SIZE);
    expect(3, 5, 5);
    ck_assert_uint_eq(found.next, 8 * PAGE);
    at[4 * PAGE + 77] ^= 1; /* live */
    expect(3, 5, 5);
    must_fail(seg_hash(seg, 5, hash, 1, &found), SEG_E_UNSUPPORTED);
    must(seg_hash(seg, SIZE, hash, 1, &found));
    ck_assert_uint_eq(found.pages, 0);
}

TEST(holes_stay_holes_and_are_skipped)
{
    scribble(10 * PAGE, 12 * PAGE);
    scribble(30 * PAGE, 31 * PAGE);
    long blocks = raw_blocks(fd);
    expect(0, PAGES, 0);
    ck_assert_uint_eq(found.next, 10 * PAGE);
    ck_assert_int_eq(found.gap, SEG_EXT_HOLE);
    expect(10, PAGES, 2);
    ck_assert_uint_eq(found.next, 30 * PAGE);
    expect(30, PAGES, 1);
    ck_assert_uint_eq(found.next, SIZE);
    ck_assert_int_eq(raw_blocks(fd), blocks);
    scribble(12 * PAGE, 13 * PAGE); /* comes to life */
    expect(10, PAGES, 3);
    ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 11 * PAGE, PAGE), 0);
    expect(10, PAGES, 1);
    ck_assert_uint_eq(found.next, 12 * PAGE);
    ck_assert_int_eq(raw_blocks(fd), blocks);
}

TEST(a_giant_of_holes_is_one_step)
{
    ck_assert_int_eq(ftruncate(fd, (off_t)1 << 36), 0);
    ck_assert_int_eq((int)pwrite(fd, "x", 1, (off_t)1 << 35), 1);
    struct seg_stat st;
    must(seg_refresh(seg, &st));
    must(seg_hash(seg, 0, hash, PAGES, &found));
    ck_assert_uint_eq(found.pages, 0);
    ck_assert_uint_eq(found.next, (uint64_t)1 << 35);
    must(seg_hash(seg, found.next, hash, PAGES, &found));
    ck_assert_uint_eq(found.pages, 1);
    ck_assert_uint_eq(found.next, (uint64_t)1 << 36);
    ck_assert_int_le(raw_blocks(fd), 16);
}

/* What another program stored behind the end, in the last page, is not there. */
TEST(an_odd_end_counts_as_zeros)
{
    unsigned char page[PAGE] = {0};
    struct seg_stat st;
    scribble(0, 3 * PAGE);
    ck_assert_int_eq(ftruncate(fd, 2 * PAGE + 100), 0);
    must(seg_refresh(seg, &st));
    at[2 * PAGE + 200] = 5;
    memcpy(page, at + 2 * PAGE, 100);
    memset(hash, 0xee, sizeof hash);
    must(seg_hash(seg, 0, hash, PAGES, &found));
    ck_assert_uint_eq(found.pages, 3);
    ck_assert_uint_eq(found.next, 2 * PAGE + 100);
    ck_assert_uint_eq(hash[2], XXH3_64bits(page, PAGE));
    ck_assert_uint_eq(hash[3], 0xeeeeeeeeeeeeeeeeu);
}

TEST(it_shrinks_unnoticed)
{
    scribble(0, SIZE);
    ck_assert_int_eq(ftruncate(fd, 4 * PAGE), 0);
    expect(0, PAGES, 4); /* not asked before: the fault tells */
    ck_assert_uint_eq(found.next, 4 * PAGE);
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    must(seg_hash(seg, 0, hash, PAGES, &found));
    ck_assert_uint_eq(found.pages, 0);
    ck_assert_int_eq(raw_blocks(fd), 0);
    ck_assert_int_eq(raw_size(fd), 0);
}

static void shrink_and_grow(void *arg, int ready)
{
    (void)arg;
    for (;;) {
        if (ftruncate(fd, 0) != 0 || ftruncate(fd, SIZE) != 0)
            _exit(1);
        for (size_t i = 0; i < SIZE; i += PAGE)
            (void)!pwrite(fd, "x", 1, (off_t)i);
        if (ready >= 0)
            (void)!write(ready, "r", 1);
        ready = -1;
    }
}

TEST(it_shrinks_and_grows_all_the_time)
{
    struct peer p = peer_start(shrink_and_grow, NULL);
    for (int i = 0; i < 2000; i++) {
        must(seg_hash(seg, 0, hash, PAGES, &found));
        ck_assert_uint_le(found.pages, PAGES);
        ck_assert_uint_le(found.next, SIZE);
        struct seg_stat st;
        must(seg_refresh(seg, &st));
    }
    peer_stop(&p);
}

TEST(only_the_range_is_hashed)
{
    scribble(0, SIZE);
    must(seg_limit(seg, 4 * PAGE, 3 * PAGE));
    must(seg_hash(seg, 0, hash, PAGES, &found));
    ck_assert_uint_eq(found.pages, 0);
    expect(4, PAGES, 3);
    ck_assert_uint_eq(found.next, 7 * PAGE);
}

/* Whatever of opening fails: if it opens, the hashes are right, also without a mapping. */
TEST(without_a_mapping_too)
{
    scribble(2 * PAGE, 20 * PAGE);
    scribble(25 * PAGE, SIZE);
    for (uint64_t nth = 1; nth < 24; nth++) {
        struct seg *s;
        backend_fail_at(be, nth, EPERM);
        struct oserr e = seg_open(be, name, SEG_READ, &s);
        backend_fail_at(be, 0, 0);
        if (oserr_is(e))
            continue;
        must(seg_hash(s, 0, hash, PAGES, &found));
        ck_assert_uint_eq(found.pages, 0);
        ck_assert_uint_eq(found.next, 2 * PAGE);
        must(seg_hash(s, 2 * PAGE, hash, PAGES, &found));
        ck_assert_uint_eq(found.pages, 18);
        ck_assert_uint_eq(hash[17], XXH3_64bits(at + 19 * PAGE, PAGE));
        must(seg_hash(s, 20 * PAGE, hash, PAGES, &found));
        ck_assert_uint_eq(found.pages, 0);
        ck_assert_uint_eq(found.next, 25 * PAGE);
        must(seg_hash(s, 25 * PAGE, hash, PAGES, &found));
        ck_assert_uint_eq(found.pages, 15);
        ck_assert_uint_eq(found.next, SIZE);
        seg_close(s);
    }
}

SUITE(test_backend_hash, .set_up = set_up, .tear_down = tear_down,
      TESTS(every_page_has_its_hash, holes_stay_holes_and_are_skipped, a_giant_of_holes_is_one_step,
            an_odd_end_counts_as_zeros, it_shrinks_unnoticed, it_shrinks_and_grows_all_the_time,
            only_the_range_is_hashed, without_a_mapping_too));
