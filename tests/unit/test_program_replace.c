/* The search of replace, on a segment that becomes another while it is searched. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/survey.h"
#include "backend/sys.h"
#include "backend/virtual.h"
#include "core/find/find.h"
#include "live/jobs.h"
#include "live/replace.h"
#include "support/go_on.h"
#include "support/remover.h"
#include "support/suite.h"

enum { SIZE = 16384, PAGE = 4096 };

static struct backend *be;
static struct seg *real, *s;
static char locator[64];

/* What the segment is made of. */
static struct {
    uint8_t bytes[SIZE];
    unsigned reads;   /* so far */
    unsigned changes; /* after so many, `one` is `two`; 0: never */
    uint64_t size;
    uint64_t broken; /* from here on it cannot be read */
} image;

static void image_stat(void *data, struct seg_stat *out)
{
    (void)data;
    out->size = image.size;
}

static struct oserr image_read(void *data, uint64_t off, void *buf, uint8_t *state, size_t n)
{
    (void)data;
    if (off + n > image.broken)
        return (struct oserr){"pread", 5};
    memcpy(buf, image.bytes + off, n);
    if (state != NULL)
        memset(state, SEG_BYTE_DATA, n);
    if (++image.reads == image.changes)
        for (size_t i = 0; i + 3 <= SIZE; i++)
            if (memcmp(image.bytes + i, "one", 3) == 0)
                memcpy(image.bytes + i, "two", 3);
    return OSERR_NONE;
}

static struct oserr image_run(void *data, uint64_t off, uint64_t until, uint64_t *end,
                              enum seg_extent_kind *kind)
{
    (void)data;
    (void)off;
    (void)until;
    *end = image.size;
    *kind = SEG_EXT_DATA;
    return OSERR_NONE;
}

static const struct seg_virtual_ops ops = {
    .stat = image_stat, .read = image_read, .run = image_run};

static void set_up(void)
{
    memset(&image, 0, sizeof image);
    memset(image.bytes, '.', SIZE);
    image.size = image.broken = SIZE;
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(locator, sizeof locator, "posix:/shmlens-test-%d-replace", (int)getpid());
    remover_segment(locator + sizeof "posix:" - 1);
    ck_assert(!oserr_is(seg_create(be, locator, SIZE, 0600, &real)));
    ck_assert(!oserr_is(seg_open_virtual(real, &ops, &image, &s)));
}

static void tear_down(void)
{
    seg_close(s);
    seg_close(real);
    (void)!oserr_is(
        seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL));
    backend_free(be);
}

static struct replace_job look(const char *pattern, uint64_t from, uint64_t to)
{
    static const struct progress going = {go_on, NULL};
    struct replace_job j = {.from = from, .to = to, .n = 3};
    char why[FIND_WHY_MAX];
    struct find *f = find_compile(pattern, why);
    ck_assert_ptr_nonnull(f);
    replace_next(s, &j, f, &going);
    find_free(f);
    return j;
}

static const char *const patterns[] = {"one", "r:\\bone\\b"};

/* What is compared when it is stored is what matched, whatever came there since. */
TEST_LOOP(what_is_seen_is_what_matched, SUITE_ROWS(patterns))
{
    memcpy(image.bytes + 100, "one", 3);
    image.changes = 1;
    struct replace_job j = look(patterns[_i], 0, UINT64_MAX);
    ck_assert(j.found && !oserr_is(j.error));
    ck_assert_uint_eq(j.offset, 100);
    ck_assert_uint_eq(j.length, 3);
    ck_assert_mem_eq(j.seen, "one", 3);
    ck_assert_mem_eq(image.bytes + 100, "two", 3);
    ck_assert(!look(patterns[_i], 0, UINT64_MAX).found);
}

/* What lies behind the range is not looked at: neither a match nor an error is of interest. */
TEST(nothing_behind_the_range_counts)
{
    memcpy(image.bytes + 50, "one", 3);
    memcpy(image.bytes + PAGE - 2, "one", 3);
    image.broken = PAGE;
    struct replace_job j = look("one", 51, PAGE);
    ck_assert(!j.found && !oserr_is(j.error));
    j = look("one", 0, PAGE);
    ck_assert(j.found);
    ck_assert_uint_eq(j.offset, 50);
    memcpy(image.bytes + PAGE - 3, "one", 3);
    j = look("one", 51, PAGE);
    ck_assert(j.found && !oserr_is(j.error));
    ck_assert_uint_eq(j.offset, PAGE - 3);
    j = look("one", 51, PAGE + 1);
    ck_assert(!j.found);
    ck_assert_uint_eq(j.error.code, 5);
}

/* That it ended is not that there is nothing more. */
TEST(an_end_that_came_nearer_is_told)
{
    struct replace_job j = look("one", 0, UINT64_MAX);
    ck_assert(!j.found && !j.shrank);
    image.size = PAGE;
    j = look("one", 0, UINT64_MAX);
    ck_assert(!j.found && j.shrank && !oserr_is(j.error));
    ck_assert_uint_eq(j.ends, PAGE);
    j = look("one", 0, UINT64_MAX); /* which it was from the start */
    ck_assert(!j.found && !j.shrank);
}

/* What is stored of a match cannot be taken back: nothing can be written any more after it. */
static void end_it(void *ctx, const char *call)
{
    int *fd = ctx;
    uint8_t first = 0;
    (void)call;
    if (pread(*fd, &first, 1, 0x11) == 1 && first == 'O')
        backend_fail_at(be, 1, EIO);
}

TEST(what_cannot_be_taken_back_is_told)
{
    struct replacement r = {0x11, 3, (const uint8_t *)"one", (const uint8_t *)"ONE"};
    struct replace_done done;
    size_t n = 0;
    int fd = shm_open(strchr(locator, '/'), O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert(!oserr_is(seg_store(real, 0x11, "one", 3, &n)));
    backend_before_call(be, end_it, &fd);
    struct oserr e = replace_store(real, &r, &done);
    backend_before_call(be, NULL, NULL);
    backend_fail_at(be, 0, 0);
    ck_assert_uint_eq(e.code, EIO);
    ck_assert(!done.stored);
    ck_assert_uint_eq(done.left, 1);
    uint8_t is[3];
    ck_assert_int_eq(pread(fd, is, 3, 0x11), 3);
    ck_assert_mem_eq(is, "One", 3);
    close(fd);
    ck_assert(!oserr_is(seg_store(real, 0x12, "xe", 2, &n))); /* changed: taken back as a whole */
    ck_assert(!oserr_is(seg_store(real, 0x11, "o", 1, &n)));
    ck_assert(!oserr_is(replace_store(real, &r, &done)));
    ck_assert(!done.stored && done.left == 0);
}

SUITE(test_program_replace, .set_up = set_up, .tear_down = tear_down,
      TESTS(what_is_seen_is_what_matched, nothing_behind_the_range_counts,
            an_end_that_came_nearer_is_told, what_cannot_be_taken_back_is_told));
