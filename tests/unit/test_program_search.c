/* Searching forwards and backwards finds the same, whatever the pieces and holes. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "live/baseline.h"
#include "live/search.h"
#include "support/go_on.h"
#include "support/remover.h"
#include "support/suite.h"

enum { SIZE = 5 * 1024 * 1024 + 123, MOST = 400 };

static struct backend *be;
static struct seg *s;
static char name[64];
static struct pattern_search search;

/* Data at both sides of the borders of pieces, holes between. */
static void set_up(void)
{
    static const size_t at[] = {0, 4096, 65536, 262144, 1048576, 1310720, 4194304, SIZE - 40};
    (void)snprintf(name, sizeof name, "/shmlens-test-%d-scan", (int)getpid());
    remover_segment(name);
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        static const char text[] = "foo xfoo\nfoo aab bfooo x.x";
        size_t from = at[i] >= 5 ? at[i] - 5 : 0;
        ck_assert_int_eq(pwrite(fd, text, sizeof text - 1, (off_t)from), sizeof text - 1);
    }
    char run[60000];
    memset(run, 'a', sizeof run);
    ck_assert_int_eq(pwrite(fd, run, sizeof run, 2097152 - 30000), sizeof run);
    close(fd);
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    ck_assert(!oserr_is(seg_open(be, name, SEG_READ, &s)));
    static const struct progress progress = {go_on, NULL};
    search = (struct pattern_search){.seg = s, .progress = &progress, .hands = 3};
}

/* As the UI searches: in the mapping itself where that can be. */
static void set_up_ui(void)
{
    set_up();
    search.may_map = true;
}

static void tear_down(void)
{
    seg_close(s);
    backend_free(be);
    (void)shm_unlink(name);
}

struct found {
    uint64_t at[MOST];
    size_t length[MOST];
    size_t count;
};

static bool keep(void *ctx, uint64_t offset, size_t length)
{
    struct found *f = ctx;
    f->at[f->count] = offset;
    f->length[f->count++] = length;
    return f->count < MOST;
}

static void same_both_ways(const char *pattern, size_t fewest)
{
    static struct found all;
    char why[FIND_WHY_MAX];
    uint64_t at = 0;
    size_t length = 0;
    struct find *f = search.find = find_compile(pattern, why);
    ck_assert_msg(f != NULL, "%s: %s", pattern, why);
    all.count = 0;
    enum search_result end = search_all(&search, 0, UINT64_MAX, keep, &all);
    ck_assert(end == SEARCH_NONE || all.count == MOST);
    ck_assert_msg(all.count >= fewest, "%s: %zu", pattern, all.count);
    uint64_t before = all.count == MOST ? all.at[MOST - 1] + 1 : SIZE;
    for (size_t i = all.count; i-- > 0; before = at) {
        ck_assert_int_eq(search_backward(&search, before, &at, &length), SEARCH_FOUND);
        ck_assert_msg(at == all.at[i] && length == all.length[i], "%s: 0x%zx, not 0x%zx", pattern,
                      (size_t)at, (size_t)all.at[i]);
    }
    ck_assert_int_eq(search_backward(&search, before, &at, &length), SEARCH_NONE);
    uint64_t from = 0;
    for (size_t i = 0; i < all.count && i < 50; i++, from = at + 1) {
        ck_assert_int_eq(search_forward(&search, from, &at, &length), SEARCH_FOUND);
        ck_assert_uint_eq(at, all.at[i]);
    }
    find_free(f);
}

TEST(literals)
{
    same_both_ways("foo", 32);
    same_both_ways("x:66 6f ??", 32);
    same_both_ways("x:00 66", 7);
    same_both_ways("u32le:0x6f6f6600", 1);
    same_both_ways("aaaaaaaaaaaaaaaa", MOST);
}

TEST(regexes)
{
    same_both_ways("r:^foo", 1);
    same_both_ways("r:(?m)^foo", 9);
    same_both_ways("r:\\bfoo", 8);
    same_both_ways("r:(?<=x)foo", 8);
    same_both_ways("r:(?<![x\\n])fo+", 8);
    same_both_ways("r:(?<=\\x00)f", 7);
    same_both_ways("r:o+\\n?", 32);
    same_both_ways("r:fo{2}[ \\n]", 16);
    same_both_ways("r:aab .f", 7);
    same_both_ways("r:\\x00{2}f", 7);
    same_both_ways("r:\\Af|x\\z", 1);
}

/* Of a segment that is looked at in part only the part is read, which is no error. */
TEST(a_part)
{
    enum { PART = 1048576, PART_SIZE = 8192 };
    static struct found all;
    char why[FIND_WHY_MAX];
    struct oserr e = OSERR_NONE;
    uint64_t at = 0;
    size_t length = 0;
    struct find *f = search.find = find_compile("foo", why);
    ck_assert_ptr_nonnull(f);
    ck_assert(!oserr_is(seg_limit(s, PART, PART_SIZE)));
    all.count = 0;
    ck_assert_int_eq(search_all(&search, 0, UINT64_MAX, keep, &all), SEARCH_NONE);
    ck_assert_uint_gt(all.count, 0);
    ck_assert_uint_ge(all.at[0], PART);
    ck_assert_uint_lt(all.at[all.count - 1], PART + PART_SIZE);
    ck_assert_int_eq(search_backward(&search, UINT64_MAX, &at, &length), SEARCH_FOUND);
    ck_assert_uint_eq(at, all.at[all.count - 1]);
    ck_assert_int_eq(search_backward(&search, all.at[0], &at, &length), SEARCH_NONE);
    find_free(f);
    struct baseline *b = baseline_take(s, UINT64_MAX, search.progress, &e);
    ck_assert(!oserr_is(e));
    ck_assert_ptr_nonnull(b);
    ck_assert_uint_eq(baseline_next(b, 0), PART);
    baseline_free(b);
}

/* Where a search of several threads asked whether to go on; it is told to end at the last one. */
struct questions {
    uint64_t at[16];
    size_t count, last;
};

static bool ask(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    struct questions *q = ctx;
    (void)deadline;
    (void)total;
    ck_assert_uint_lt(q->count, q->last); /* it went on after it was told to end */
    q->at[q->count++] = done;
    return q->count < q->last;
}

/* Between two slices a search hears Esc; no time is measured: the first slices are short, and after
 * it was told to end nothing more is searched. */
TEST(a_search_ends_when_told_to)
{
    enum { MIB = 1048576, CHUNK = 65536, AT = 4 * MIB };
    char data[CHUNK], why[FIND_WHY_MAX];
    uint64_t at = 0;
    size_t length = 0;
    memset(data, 'n', sizeof data);
    int fd = shm_open(name, O_RDWR, 0);
    for (off_t to = 0; to + CHUNK <= SIZE; to += CHUNK)
        ck_assert_int_eq(pwrite(fd, data, CHUNK, to), CHUNK);
    ck_assert_int_eq(pwrite(fd, "needle", 6, AT), 6);
    close(fd);
    struct find *f = search.find = find_compile("needle", why);
    ck_assert_ptr_nonnull(f);
    for (size_t last = 1; last <= 3; last++) {
        struct questions q = {.last = last};
        const struct progress asking = {ask, &q};
        search.progress = &asking;
        ck_assert_int_eq(search_forward(&search, 0, &at, &length), SEARCH_CANCELLED);
        ck_assert_uint_eq(q.count, last);
        for (size_t i = 0; i < last; i++)
            ck_assert_uint_le(q.at[i], i == 0 ? 0 : q.at[i - 1] + i * MIB);
    }
    static const struct progress going = {go_on, NULL};
    search.progress = &going;
    ck_assert_int_eq(search_forward(&search, 0, &at, &length), SEARCH_FOUND);
    ck_assert_uint_eq(at, AT);
    find_free(f);
}

SUITE_PART(scan_in_the_ui, .set_up = set_up_ui, .tear_down = tear_down, .timeout = 120,
           TESTS(literals, regexes, a_part, a_search_ends_when_told_to));

SUITE(test_program_search, .set_up = set_up, .tear_down = tear_down, .timeout = 120,
      .next = &scan_in_the_ui, TESTS(literals, regexes, a_part, a_search_ends_when_told_to));
