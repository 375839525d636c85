/* One segment: open, create, read, extents, and every size. */
#include "support/backend_suite.h"
#include "support/suite.h"

TEST(test_canonical)
{
    static const char *const same[] = {"/x", "posix:/x", "posix:x", "/dev/shm/x", "posix://x"};
    char out[512], longest[300] = "/";
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        must(seg_canonical(same[i], out, sizeof out));
        ck_assert_str_eq(out, "posix:/x");
    }
    must(seg_canonical("/a\x1b[2J\nb \xff", out, sizeof out));
    ck_assert_str_eq(out, "posix:/a\x1b[2J\nb \xff");
    must_fail(seg_canonical("/", out, sizeof out), SEG_E_NAME);
    must_fail(seg_canonical("/a/b", out, sizeof out), SEG_E_NAME);
    must_fail(seg_canonical("/.", out, sizeof out), SEG_E_NAME);
    must_fail(seg_canonical("posix:/..", out, sizeof out), SEG_E_NAME);
    must_fail(seg_canonical("/dev/shm/", out, sizeof out), SEG_E_NAME);
    must_fail(seg_canonical("", out, sizeof out), SEG_E_LOCATOR);
    must_fail(seg_canonical("x", out, sizeof out), SEG_E_LOCATOR);
    must_fail(seg_canonical("win:Local\\x", out, sizeof out), SEG_E_LOCATOR);
    memset(longest + 1, 'n', 256);
    must_fail(seg_canonical(longest, out, sizeof out), SEG_E_NAME);
    longest[256] = '\0'; /* 255 bytes after the slash */
    must(seg_canonical(longest, out, sizeof out));
    must_fail(seg_canonical(longest, out, 20), SEG_E_NAME);
}

TEST(test_longest_name_works)
{
    char name[300] = "/";
    int n = snprintf(name, sizeof name, "%s-", own_name("long"));
    memset(name + n, 'L', (size_t)(256 - n));
    struct seg *s;
    must(seg_create(be, name, 10, 0600, &s));
    seg_close(s);
    must(seg_remove(be, &(struct seg_removal){.locator = name}, NULL));
}

TEST(test_create_gives_exactly_what_was_asked)
{
    struct seg *s, *again;
    char zero[100] = {0}, got_bytes[200];
    size_t got;
    umask(077);
    must(seg_create(be, own_name("a"), 100, 0644, &s));
    ck_assert_uint_eq(seg_last(s)->mode, 0644);
    ck_assert_uint_eq(seg_last(s)->size, 100);
    ck_assert_int_eq(seg_get_access(s), SEG_WRITE);
    ck_assert_int_eq(seg_kind(s), SEG_POSIX);
    must(seg_read(s, 0, got_bytes, 200, &got));
    ck_assert_uint_eq(got, 100);
    ck_assert_mem_eq(zero, got_bytes, 100);
    must_fail(seg_create(be, own_name("a"), 5, 0600, &again), EEXIST);
    ck_assert_ptr_null(again);
    must_fail(seg_create(be, own_name("b"), 0, 0600, &again), SEG_E_SIZE);
    must_fail(seg_create(be, own_name("b"), UINT64_MAX, 0600, &again), SEG_E_SIZE);
    must_fail(seg_create(be, "file:/nowhere", 1, 0600, &again), SEG_E_UNSUPPORTED);
    seg_close(s);
}

TEST(test_open_refusals)
{
    struct seg *s;
    char path[PATH_CAP];
    must_fail(seg_open(be, own_name("nope"), SEG_READ, &s), ENOENT);
    ck_assert_ptr_null(s);
    snprintf(path, sizeof path, "/dev/shm%s", own_name("c"));
    ck_assert_int_eq(mkdir(path, 0700), 0);
    must_fail(seg_open(be, own_name("c"), SEG_READ, &s), SEG_E_NOT_SEGMENT);
    must_fail(seg_open(be, own_name("c"), SEG_WRITE, &s), SEG_E_NOT_SEGMENT);
    must_fail(seg_open(be, own_name("c"), SEG_STAT, &s), SEG_E_NOT_SEGMENT);
    rmdir(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    must_fail(seg_open(be, own_name("c"), SEG_READ, &s), SEG_E_NOT_SEGMENT);
    must_fail(seg_open(be, own_name("c"), SEG_WRITE, &s), SEG_E_NOT_SEGMENT);
    unlink(path);
    ck_assert_int_eq(symlink("/etc/passwd", path), 0);
    must_fail(seg_open(be, own_name("c"), SEG_READ, &s), SEG_E_NOT_SEGMENT);
    must_fail(seg_open(be, own_name("c"), SEG_STAT, &s), SEG_E_NOT_SEGMENT);
    unlink(path);
}

TEST(test_read_at_every_offset)
{
    enum { SIZE = 3 * 4096 + 77 };
    static unsigned char truth[SIZE], buf[SIZE + 64];
    struct seg *s;
    size_t got;
    int fd = raw_create(own_name("a"), SIZE);
    for (size_t i = 0; i < SIZE; i++)
        truth[i] = (unsigned char)(i * 7 + i / 251);
    ck_assert_int_eq((int)pwrite(fd, truth, SIZE, 0), SIZE);
    must(seg_open(be, own_name("a"), SEG_READ, &s));
    for (size_t off = 4080; off < 4112; off++)
        for (size_t n = 0; n < 40; n++) {
            memset(buf, 0xee, sizeof buf);
            must(seg_read(s, off, buf + 3, n, &got));
            ck_assert_uint_eq(got, n);
            ck_assert_mem_eq(buf + 3, truth + off, n);
            ck_assert_int_eq(buf[2], 0xee);
            ck_assert_int_eq(buf[3 + n], 0xee);
        }
    must(seg_read(s, 1, buf, SIZE, &got));
    ck_assert_uint_eq(got, SIZE - 1);
    ck_assert_mem_eq(buf, truth + 1, SIZE - 1);
    must(seg_read(s, SIZE, buf, 1, &got));
    ck_assert_uint_eq(got, 0);
    must(seg_read(s, UINT64_MAX - 3, buf, 8, &got));
    ck_assert_uint_eq(got, 0);
    seg_close(s);
    close(fd);
}

/* The last bytes of the largest segment there can be: its last page has no end. */
TEST(test_read_the_last_bytes)
{
    struct seg *s;
    unsigned char buf[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    size_t got;
    must(seg_create(be, own_name("a"), INT64_MAX, 0600, &s));
    must(seg_read(s, INT64_MAX - 8, buf, 8, &got));
    ck_assert_uint_eq(got, 8);
    ck_assert_mem_eq(buf, "\0\0\0\0\0\0\0", 8);
    seg_close(s);
}

/* Larger than SEG_SMALL, with holes, at offsets and buffers of every alignment. */
TEST(test_read_large)
{
    enum { SIZE = 700 * 1024 + 13, N = 300 * 1024 };
    unsigned char *truth = calloc(1, SIZE), *buf = aligned_alloc(4096, 512 * 1024);
    struct seg *s;
    size_t got;
    int fd = raw_create(own_name("a"), SIZE);
    for (size_t i = 100 * 1024; i < SIZE; i++)
        if (i / (64 * 1024) % 2 == 0)
            truth[i] = (unsigned char)(i * 13 + i / 4096);
    for (size_t i = 0; i < SIZE; i += 4096) {
        size_t n = SIZE - i < 4096 ? SIZE - i : 4096;
        if (truth[i + n / 2] != 0 || truth[i + n - 1] != 0)
            ck_assert_int_eq((int)pwrite(fd, truth + i, n, (off_t)i), (int)n);
    }
    long blocks = raw_blocks(fd);
    must(seg_open(be, own_name("a"), SEG_READ, &s));
    for (size_t i = 0; i < 40; i++) {
        size_t off = i * 9973 + (i % 3 == 0 ? 0 : i), skew = i % 2 == 0 ? off % 4096 : i;
        size_t want = SIZE - off < N ? SIZE - off : N;
        must(seg_read(s, off, buf + skew, N, &got));
        ck_assert_uint_eq(got, want);
        ck_assert_mem_eq(buf + skew, truth + off, want);
    }
    ck_assert_int_eq(raw_blocks(fd), blocks);
    seg_close(s);
    close(fd);
    free(truth);
    free(buf);
}

/* Finding the end of a run of data walks over all its pages: a large read must not ask for it. */
TEST(test_large_read_measures_no_run)
{
    enum { SIZE = 4 << 20, PIECE = 128 * 1024 };
    static unsigned char buf[PIECE + 4096];
    struct seg *s;
    struct oscall c;
    uint64_t filled, seq = 0;
    size_t got;
    must(seg_create(be, own_name("a"), SIZE, 0600, &s));
    must(seg_fill(s, 0, SIZE, 1, &filled));
    for (uint64_t off = 0; off < SIZE; off += PIECE)
        must(seg_read(s, off, buf, PIECE, &got));
    while (backend_call(be, &seq, &c))
        ck_assert_ptr_null(strstr(c.text, "SEEK_HOLE"));
    seg_close(s);
}

TEST(test_grown_without_refresh_is_read)
{
    struct seg *s;
    char buf[8];
    size_t got;
    int fd = raw_create(own_name("a"), 4);
    must(seg_open(be, own_name("a"), SEG_READ, &s));
    ck_assert_int_eq(ftruncate(fd, 10000), 0);
    ck_assert_int_eq((int)pwrite(fd, "grown", 5, 9000), 5);
    must(seg_read(s, 9000, buf, 5, &got));
    ck_assert_uint_eq(got, 5);
    ck_assert_mem_eq(buf, "grown", 5);
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    must(seg_read(s, 9000, buf, 5, &got));
    ck_assert_uint_eq(got, 0);
    seg_close(s);
    close(fd);
}

TEST(test_empty_and_odd_sizes)
{
    static const off_t sizes[] = {0, 1, 7, 4095, 4097};
    char buf[8192];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct seg *s;
        size_t got;
        uint64_t start, end;
        enum seg_extent_kind kind;
        int fd = raw_create(own_name("a"), sizes[i]);
        must(seg_open(be, own_name("a"), SEG_WRITE, &s));
        must(seg_read(s, 0, buf, sizeof buf, &got));
        ck_assert_uint_eq(got, (size_t)sizes[i]);
        must(seg_extent(s, 0, &start, &end, &kind));
        ck_assert_int_eq(kind, SEG_EXT_HOLE);
        ck_assert_uint_eq(end, (uint64_t)sizes[i]);
        struct poke p = {.offset = (uint64_t)sizes[i], .size = 1};
        struct poked r;
        must_fail(seg_poke(s, &p, &r), SEG_E_BEYOND);
        ck_assert_int_eq(raw_size(fd), sizes[i]);
        seg_close(s);
        close(fd);
    }
}

TEST(test_extents)
{
    struct seg *s;
    uint64_t start, end;
    enum seg_extent_kind kind;
    int fd = raw_create(own_name("a"), 10 * 4096 + 5);
    ck_assert_int_eq((int)pwrite(fd, "x", 1, 4 * 4096 + 9), 1);
    must(seg_open(be, own_name("a"), SEG_READ, &s));
    must(seg_extent(s, 100, &start, &end, &kind));
    ck_assert_int_eq(kind, SEG_EXT_HOLE);
    ck_assert_uint_eq(end, 4 * 4096);
    must(seg_extent(s, 4 * 4096 + 1, &start, &end, &kind));
    ck_assert_int_eq(kind, SEG_EXT_DATA);
    ck_assert_uint_le(start, 4 * 4096 + 1);
    ck_assert_uint_eq(end, 5 * 4096);
    must(seg_extent(s, 5 * 4096, &start, &end, &kind));
    ck_assert_int_eq(kind, SEG_EXT_HOLE);
    ck_assert_uint_eq(end, 10 * 4096 + 5);
    must(seg_extent(s, 1 << 30, &start, &end, &kind));
    ck_assert_uint_eq(start, 10 * 4096 + 5);
    ck_assert_uint_eq(end, start);
    seg_close(s);
    close(fd);
}

TEST(test_limit)
{
    struct seg *s;
    char buf[8192];
    size_t got;
    struct poked r;
    int fd = raw_create(own_name("a"), 8 * 4096);
    must(seg_open(be, own_name("a"), SEG_WRITE, &s));
    must(seg_limit(s, 4096 + 10, 100));
    must(seg_read(s, 4096, buf, 4096, &got));
    ck_assert_uint_eq(got, 4096);
    must_fail(seg_read(s, 0, buf, 1, &got), SEG_E_BEYOND);
    must_fail(seg_read(s, 4096, buf, 4097, &got), SEG_E_BEYOND);
    struct poke p = {.offset = 3 * 4096, .size = 1};
    must_fail(seg_poke(s, &p, &r), SEG_E_BEYOND);
    must(seg_limit(s, 0, 0));
    must(seg_read(s, 0, buf, 8192, &got));
    ck_assert_uint_eq(got, 8192);
    seg_close(s);
    close(fd);
}

SUITE(test_backend_segment, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_canonical, test_longest_name_works, test_create_gives_exactly_what_was_asked,
            test_open_refusals, test_read_at_every_offset, test_read_large,
            test_large_read_measures_no_run, test_grown_without_refresh_is_read,
            test_empty_and_odd_sizes, test_read_the_last_bytes, test_extents, test_limit));
