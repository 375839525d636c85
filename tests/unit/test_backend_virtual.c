/* Virtual segments: recordings with a format of our own, of four bytes. The back end brings the
 * file, bounds, samples and errors, keeps holes holes, and refuses to write. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/survey.h"
#include "backend/virtual.h"
#include "support/remover.h"
#include "support/suite.h"

enum { MIB = 1024 * 1024, PAGE = 4096, SIZE_MOST = 4 };

static struct backend *be;
static char path[64], locator[80];

/* An image of up to 4 MiB. */
struct tape {
    uint64_t size;
    uint8_t *bytes;
    bool data[SIZE_MOST * MIB / PAGE];
};

static int tapes; /* open ones */

/* At time t the image has t + 1 MiB, and at each MiB border a byte t. */
static struct oserr fake_seek(struct tape *f, int64_t t)
{
    if (t < 0 || t >= SIZE_MOST)
        return (struct oserr){"seg_seek", SEG_E_BEYOND};
    f->size = (uint64_t)(t + 1) * MIB;
    memset(f->data, 0, sizeof f->data);
    for (int64_t i = 0; i <= t; i++) {
        f->bytes[i * MIB] = (uint8_t)t;
        f->data[i * MIB / PAGE] = true;
    }
    return OSERR_NONE;
}

static void fake_stat(void *data, struct seg_stat *out)
{
    const struct tape *f = data;
    out->size = f->size;
    out->resident = 0;
    for (size_t i = 0; i < f->size / PAGE; i++)
        out->resident += f->data[i] ? PAGE : 0;
    out->name_gone = true;
}

static struct oserr fake_read(void *data, uint64_t off, void *buf, uint8_t *state, size_t n)
{
    const struct tape *f = data;
    ck_assert(n <= SEG_SMALL && off <= f->size && n <= f->size - off);
    for (size_t i = 0; i < n; i++) {
        bool is_data = f->data[(off + i) / PAGE];
        ((uint8_t *)buf)[i] = is_data ? f->bytes[off + i] : 0;
        if (state != NULL)
            state[i] = is_data ? SEG_BYTE_DATA : SEG_BYTE_HOLE;
    }
    return OSERR_NONE;
}

static struct oserr fake_run(void *data, uint64_t off, uint64_t until, uint64_t *end,
                             enum seg_extent_kind *kind)
{
    const struct tape *f = data;
    uint64_t page = off / PAGE;
    ck_assert_uint_lt(off, until);
    *kind = f->data[page] ? SEG_EXT_DATA : SEG_EXT_HOLE;
    while (page < f->size / PAGE && f->data[page] == f->data[off / PAGE])
        page++;
    *end = page * PAGE;
    return OSERR_NONE;
}

static const uint8_t *fake_direct(void *data, uint64_t off, size_t most, size_t *n)
{
    const struct tape *f = data;
    *n = PAGE - (size_t)(off % PAGE) < most ? PAGE - (size_t)(off % PAGE) : most;
    *n = f->data[off / PAGE] ? *n : 0;
    return *n > 0 ? f->bytes + off : NULL;
}

static void fake_close(void *data)
{
    struct tape *f = data;
    tapes--;
    free(f->bytes);
    free(f);
}

static const struct seg_virtual_ops fake = {fake_stat, fake_read, fake_run, fake_direct,
                                            fake_close};

static struct oserr fake_open(struct seg_file *file, const struct seg_progress *progress,
                              const struct seg_virtual_ops **ops, void **data)
{
    char text[4];
    size_t got = 0;
    ck_assert_ptr_null(progress);
    struct oserr e = seg_file_read(file, 0, text, sizeof text, &got);
    if (!oserr_is(e) && (got != 4 || memcmp(text, "tape", 4) != 0))
        e = (struct oserr){"seg_open", SEG_E_RECORDING};
    if (oserr_is(e))
        return e;
    ck_assert_uint_eq(file->stat.size, 4);
    struct tape *f = calloc(1, sizeof *f);
    ck_assert_ptr_nonnull(f);
    f->bytes = calloc(SIZE_MOST, MIB);
    ck_assert_ptr_nonnull(f->bytes);
    tapes++;
    *ops = &fake;
    *data = f;
    return fake_seek(f, 2);
}

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    backend_set_recordings(be, fake_open);
    snprintf(path, sizeof path, "/tmp/shmlens-test-%d.rec", (int)getpid());
    snprintf(locator, sizeof locator, "rec:%s", path);
    remover_path(path);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs("tape", f);
    fclose(f);
}

static void tear_down(void)
{
    unlink(path);
    backend_free(be);
    ck_assert_int_eq(tapes, 0);
}

static void expect(struct oserr e, uint32_t code)
{
    ck_assert(oserr_is(e));
    ck_assert_uint_eq(e.code, code);
}

static struct seg *open_it(void)
{
    struct seg *s = NULL;
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &s)));
    return s;
}

/* Goes to another time of it. */
static struct oserr seek(struct seg *s, int64_t t)
{
    struct oserr e = fake_seek(seg_virtual_data(s, &fake), t);
    struct oserr after = seg_image_changed(s);
    return oserr_is(e) ? e : after;
}

static uint8_t byte_at(struct seg *s, uint64_t off)
{
    uint8_t byte = 0xee;
    size_t got = 0;
    ck_assert(!oserr_is(seg_read(s, off, &byte, 1, &got)));
    ck_assert_uint_eq(got, 1);
    return byte;
}

TEST(shows_what_the_program_says)
{
    struct seg *s = open_it();
    struct seg_stat st;
    ck_assert_int_eq(seg_kind(s), SEG_REC);
    ck_assert_uint_ne(seg_caps(s) & SEG_CAP_TIMES, 0);
    ck_assert_str_eq(seg_locator(s), locator);
    ck_assert_ptr_nonnull(seg_virtual_data(s, &fake));
    ck_assert(!oserr_is(seg_refresh(s, &st)));
    ck_assert_uint_eq(st.size, 3 * MIB);
    ck_assert_uint_eq(st.resident, 3 * PAGE);
    ck_assert(st.name_gone && !st.replaced && !st.denied);
    ck_assert_uint_eq(st.state, 0);
    ck_assert_uint_eq(byte_at(s, 2 * MIB), 2);
    ck_assert_uint_eq(byte_at(s, 2 * MIB + 1), 0);
    seg_close(s);
}

TEST(goes_to_other_times)
{
    struct seg *s = open_it();
    static uint8_t buf[2 * MIB];
    size_t got = 0;
    ck_assert(!oserr_is(seek(s, 0)));
    ck_assert_uint_eq(seg_last(s)->size, MIB);
    ck_assert_uint_eq(byte_at(s, 0), 0);
    ck_assert(!oserr_is(seek(s, 3)));
    ck_assert_uint_eq(seg_last(s)->size, 4 * MIB);
    ck_assert(!oserr_is(seg_read(s, MIB, buf, sizeof buf, &got)));
    ck_assert_uint_eq(got, sizeof buf);
    ck_assert_uint_eq(buf[0], 3);
    ck_assert_uint_eq(buf[MIB], 3);
    expect(seek(s, 4), SEG_E_BEYOND);
    ck_assert_uint_eq(byte_at(s, MIB), 3);
    seg_close(s);
}

TEST(holes_stay_holes)
{
    struct seg *s = open_it();
    uint64_t start = 0, end = 0;
    enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
    struct seg_stat st;
    for (uint64_t off = 0; off < 3 * MIB; off += 512)
        (void)byte_at(s, off);
    ck_assert(!oserr_is(seg_refresh(s, &st)));
    ck_assert_uint_eq(st.resident, 3 * PAGE);
    ck_assert(!oserr_is(seg_extent(s, PAGE, &start, &end, &kind)));
    ck_assert_int_eq(kind, SEG_EXT_HOLE);
    ck_assert_uint_eq(end, MIB);
    struct tape *t = seg_virtual_data(s, &fake);
    t->data[MIB / PAGE] = false;
    ck_assert(!oserr_is(seg_image_changed(s)));
    ck_assert_uint_eq(seg_last(s)->resident, 2 * PAGE);
    ck_assert_uint_eq(byte_at(s, MIB), 0);
    seg_close(s);
}

/* A sample says what is a hole; pages are hashed and searched where they are. */
TEST(samples_hashes_and_searches)
{
    struct seg *s = open_it();
    static uint8_t buf[2 * PAGE], state[2 * PAGE];
    struct seg_stat st;
    struct seg_hashes found;
    uint64_t hash[4], next = 0;
    bool hit = false;
    const struct seg_needle needle = {(const uint8_t *)"\x02", NULL, 1, {0, 0}, false, 1};
    ck_assert(!oserr_is(seg_sample(s, MIB - PAGE, buf, state, sizeof buf, &st)));
    ck_assert(state[0] == SEG_BYTE_HOLE && state[PAGE - 1] == SEG_BYTE_HOLE);
    ck_assert(state[PAGE] == SEG_BYTE_DATA && buf[PAGE] == 2 && buf[PAGE + 1] == 0);
    ck_assert(!oserr_is(seg_sample(s, 3 * MIB - PAGE, buf, state, sizeof buf, &st)));
    ck_assert(state[PAGE - 1] == SEG_BYTE_HOLE && state[PAGE] == SEG_BYTE_BEYOND);
    ck_assert(!oserr_is(seg_hash(s, MIB, hash, 4, &found)));
    ck_assert(found.pages == 1 && found.next == 2 * MIB && found.gap == SEG_EXT_HOLE);
    ck_assert(!oserr_is(seg_search(s, &needle, MIB, 3 * MIB, &next, &hit)));
    ck_assert(hit && next == MIB);
    ck_assert(!oserr_is(seg_search(s, &needle, MIB + 1, 3 * MIB, &next, &hit)));
    ck_assert(!hit && next > MIB && next <= MIB + PAGE);
    ck_assert(!oserr_is(seg_search(s, &needle, next, 3 * MIB, &next, &hit)));
    ck_assert(!hit && next <= MIB + PAGE);
    seg_close(s);
}

TEST(is_read_only)
{
    struct seg *s = NULL;
    struct poked done;
    expect(seg_open(be, locator, SEG_WRITE, &s), SEG_E_READ_ONLY);
    s = open_it();
    expect(seg_set_access(s, SEG_WRITE), SEG_E_READ_ONLY);
    expect(seg_poke(s, &(struct poke){.size = 1}, &done), SEG_E_READ_ONLY);
    expect(seg_resize(s, 5), SEG_E_UNSUPPORTED);
    expect(seg_chmod(s, 0600), SEG_E_UNSUPPORTED);
    expect(seg_remove(be, &(struct seg_removal){.locator = locator}, NULL), SEG_E_UNSUPPORTED);
    seg_close(s);
    expect(seg_create(be, locator, 5, 0600, &s), SEG_E_UNSUPPORTED);
}

TEST(what_is_refused)
{
    struct seg *s = NULL;
    char folder[] = "rec:/tmp";
    expect(seg_open(be, "rec:", SEG_READ, &s), SEG_E_NAME);
    expect(seg_open(be, folder, SEG_READ, &s), SEG_E_NOT_SEGMENT);
    expect(seg_open(be, "rec:/dev/null", SEG_READ, &s), SEG_E_NOT_SEGMENT);
    expect(seg_open(be, "rec:/proc/self/stat", SEG_READ, &s), SEG_E_RECORDING);
    unlink(path);
    expect(seg_open(be, locator, SEG_READ, &s), ENOENT);
    ck_assert_ptr_null(s);
    backend_set_recordings(be, NULL);
    expect(seg_open(be, locator, SEG_READ, &s), SEG_E_UNSUPPORTED);
}

TEST(only_recordings_have_data_of_the_program)
{
    struct seg *s = NULL;
    char file[80];
    snprintf(file, sizeof file, "file:%s", path);
    ck_assert(!oserr_is(seg_open(be, file, SEG_READ, &s)));
    ck_assert_ptr_null(seg_virtual_data(s, &fake));
    ck_assert_ptr_null(seg_virtual_data(NULL, &fake));
    seg_close(s);
}

/* Whichever call fails, it is reported, nothing leaks, and the next try succeeds. */
TEST(every_call_may_fail)
{
    for (uint64_t n = 1; n <= 60; n++) { /* more than are made */
        struct seg *s = NULL;
        uint8_t byte = 0;
        size_t got = 0;
        backend_fail_at(be, n, ENOMEM);
        struct oserr e = seg_open(be, locator, SEG_READ, &s);
        if (!oserr_is(e))
            e = seek(s, 1);
        if (!oserr_is(e))
            e = seg_read(s, MIB, &byte, 1, &got);
        if (!oserr_is(e))
            ck_assert_uint_eq(byte, 1);
        seg_close(s);
        backend_fail_at(be, 0, 0);
        ck_assert_int_eq(tapes, 0);
    }
    seg_close(open_it());
}

SUITE(test_backend_virtual, .set_up = set_up, .tear_down = tear_down,
      TESTS(shows_what_the_program_says, goes_to_other_times, holes_stay_holes,
            samples_hashes_and_searches, is_read_only, what_is_refused,
            only_recordings_have_data_of_the_program, every_call_may_fail));
