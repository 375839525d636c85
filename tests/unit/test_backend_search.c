/* Finding a literal in the mapping itself says the same as looking at every byte. */
#include "support/backend_peer.h"
#include "support/suite.h"

enum { PAGE = 4096, SIZE = 40 * PAGE, TURNS = 4000, LEFT = 128 };

static struct backend *be;
static struct seg *s;
static const char *name;
static uint8_t *memory;
static int fd;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    name = own_name("spot");
    fd = raw_create(name, SIZE);
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    must(seg_open(be, name, SEG_READ, &s));
    srand(11);
}

static void tear_down(void)
{
    seg_close(s);
    munmap(memory, SIZE);
    close(fd);
    (void)shm_unlink(name);
    backend_free(be);
}

static size_t any(size_t n)
{
    return (((size_t)rand() << 12) ^ (size_t)rand()) % n;
}

/* The first place of [off, end) where it is, as found out by hand; SIZE: none. */
static uint64_t by_hand(const uint8_t *needle, size_t n, uint64_t off, uint64_t end)
{
    for (uint64_t i = off; i + n <= end; i++)
        if (memcmp(memory + i, needle, n) == 0)
            return i;
    return SIZE;
}

static bool supported(void)
{
    static const struct seg_needle one = {(const uint8_t *)"x", NULL, 1, {0, 0}, false, 1};
    uint64_t next;
    bool found;
    struct oserr e = seg_search(s, &one, 0, SIZE, &next, &found);
    if (!oserr_is(e))
        return true;
    must_fail(e, SEG_E_UNSUPPORTED); /* valgrind knows no userfaultfd, some containers refuse it */
    puts("skip: no mapping in which holes stay holes");
    return false;
}

TEST(the_same_as_by_hand)
{
    if (!supported())
        return;
    for (size_t i = 0; i < SIZE; i++)
        memory[i] = (uint8_t)("aaaaaaab"[any(8)] + (any(500) == 0));
    for (int turn = 0; turn < TURNS; turn++) {
        uint64_t off = any(SIZE), end = off + any(SIZE - off + 1), next = 0;
        size_t n = 1 + any(turn % 10 == 0 ? 300 : 12), at = any(SIZE - n);
        uint8_t needle[400];
        bool found = false;
        memcpy(needle, memory + at, n);
        needle[any(n)] = (uint8_t)("abc"[any(3)]);
        struct seg_needle what = {needle, NULL, n, {any(n), any(n)}, false, 1};
        must(seg_search(s, &what, off, end, &next, &found));
        uint64_t want = by_hand(needle, n, off, end);
        if (found) {
            ck_assert_uint_eq(next, want);
        } else {
            ck_assert_uint_ge(want, next); /* none in front of where it stopped, */
            ck_assert(next >= off && (end < n || next + LEFT + n > end)); /* near the end */
        }
    }
}

TEST(holes_stop_it_and_stay)
{
    static const uint8_t text[] = "needle";
    struct seg_needle what = {text, NULL, 6, {2, 3}, false, 1};
    uint64_t next = 0;
    bool found = true;
    if (!supported())
        return;
    memset(memory, 'n', PAGE);
    memcpy(memory + 3 * PAGE + 100, text, 6);
    must(seg_search(s, &what, 0, SIZE, &next, &found));
    ck_assert(!found && next <= PAGE && next + 2 * LEFT > PAGE);
    must(seg_search(s, &what, 3 * PAGE, SIZE, &next, &found));
    ck_assert(found && next == 3 * PAGE + 100);
    must(seg_search(s, &what, 10 * PAGE, SIZE, &next, &found));
    ck_assert(!found && next == 10 * PAGE);
    ck_assert_int_eq(raw_blocks(fd), 2 * PAGE / 512);
}

TEST(shrunk_under_it)
{
    static const uint8_t text[] = "needle";
    struct seg_needle what = {text, NULL, 6, {0, 1}, false, 1};
    uint64_t next = 0;
    bool found = true;
    if (!supported())
        return;
    memset(memory, 'n', SIZE);
    ck_assert_int_eq(ftruncate(fd, 5 * PAGE), 0);
    must(seg_search(s, &what, 0, SIZE, &next, &found));
    ck_assert(!found && next <= 5 * PAGE);
    struct seg_needle none = {text, NULL, 0, {0, 0}, false, 1},
                      wrong = {text, NULL, 6, {6, 0}, false, 1};
    must_fail(seg_search(s, &none, 0, SIZE, &next, &found), SEG_E_UNSUPPORTED);
    must_fail(seg_search(s, &wrong, 0, SIZE, &next, &found), SEG_E_UNSUPPORTED);
}

/* For a while it is larger than an address space: then it is mapped again. */
TEST(too_large_for_a_while)
{
    static const struct seg_needle what = {(const uint8_t *)"needle", NULL, 6, {0, 1}, false, 1};
    struct seg_stat st;
    uint8_t byte = 0;
    uint64_t next = 0;
    size_t got = 0;
    bool found = true;
    if (!supported())
        return;
    memory[7] = 7;
    ck_assert_int_eq(ftruncate(fd, INT64_MAX), 0);
    must(seg_refresh(s, &st));
    must(seg_read(s, 7, &byte, 1, &got));
    ck_assert(got == 1 && byte == 7 && st.size == INT64_MAX);
    must_fail(seg_search(s, &what, 0, SIZE, &next, &found), SEG_E_UNSUPPORTED);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    must(seg_refresh(s, &st));
    must(seg_search(s, &what, 0, SIZE, &next, &found));
}

SUITE(test_backend_search, .set_up = set_up, .tear_down = tear_down,
      TESTS(the_same_as_by_hand, holes_stop_it_and_stay, shrunk_under_it, too_large_for_a_while));
