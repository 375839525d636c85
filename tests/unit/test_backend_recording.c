/* Recordings as segments, with a player of our own that knows a format of three lines: the backend
 * brings the file and the image, keeps holes holes, and refuses to write. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/reel.h"
#include "support/remover.h"
#include "support/suite.h"

enum { MIB = 1024 * 1024, PAGE = 4096 };

static struct backend *be;
static char path[64], locator[80];

struct tape {
    const struct seg_reel *reel;
    char text[8]; /* what the file starts with */
};

static int tapes; /* open ones */

/* At time t the image has t + 1 MiB, and at each MiB border a byte t. */
static struct oserr fake_seek(void *tape, int64_t t)
{
    struct tape *f = tape;
    uint8_t byte = (uint8_t)t;
    struct oserr e = {"seg_seek", SEG_E_BEYOND};
    if (t < 0 || t > 3)
        return e;
    e = f->reel->resize(f->reel->ctx, (uint64_t)(t + 1) * MIB);
    for (int64_t i = 0; i <= t && !oserr_is(e); i++)
        e = f->reel->store(f->reel->ctx, (uint64_t)i * MIB, &byte, 1);
    return e;
}

static struct oserr fake_open(const struct seg_reel *reel, void **tape)
{
    size_t got = 0;
    struct tape *f = calloc(1, sizeof *f);
    ck_assert_ptr_nonnull(f);
    f->reel = reel;
    struct oserr e = reel->read(reel->ctx, 0, f->text, 4, &got);
    if (!oserr_is(e) && (got != 4 || memcmp(f->text, "tape", 4) != 0))
        e = (struct oserr){"seg_open", SEG_E_RECORDING};
    if (!oserr_is(e))
        e = fake_seek(f, 2);
    if (oserr_is(e)) {
        free(f);
        return e;
    }
    tapes++;
    *tape = f;
    return e;
}

static void fake_state(const void *tape, struct seg_tape_state *out)
{
    (void)tape;
    *out = (struct seg_tape_state){.name_gone = true};
}

static void fake_close(void *tape)
{
    tapes--;
    free(tape);
}

static const struct seg_player fake = {fake_open, fake_seek, fake_state, fake_close};

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    backend_set_player(be, &fake);
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

static uint8_t byte_at(struct seg *s, uint64_t off)
{
    uint8_t byte = 0xee;
    size_t got = 0;
    ck_assert(!oserr_is(seg_read(s, off, &byte, 1, &got)));
    ck_assert_uint_eq(got, 1);
    return byte;
}

TEST(shows_what_the_player_says)
{
    struct seg *s = open_it();
    struct seg_stat st;
    ck_assert_int_eq(seg_kind(s), SEG_REC);
    ck_assert_str_eq(seg_locator(s), locator);
    ck_assert_ptr_nonnull(seg_tape(s));
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
    ck_assert(!oserr_is(seg_seek(s, 0)));
    ck_assert_uint_eq(seg_last(s)->size, MIB);
    ck_assert_uint_eq(byte_at(s, 0), 0);
    ck_assert(!oserr_is(seg_seek(s, 3)));
    ck_assert_uint_eq(seg_last(s)->size, 4 * MIB);
    ck_assert(!oserr_is(seg_read(s, MIB, buf, sizeof buf, &got)));
    ck_assert_uint_eq(got, sizeof buf);
    ck_assert_uint_eq(buf[0], 3);
    ck_assert_uint_eq(buf[MIB], 3);
    expect(seg_seek(s, 4), SEG_E_BEYOND);
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
    struct tape *t = seg_tape(s);
    ck_assert(!oserr_is(t->reel->punch(t->reel->ctx, MIB, PAGE)));
    ck_assert(!oserr_is(seg_played(s)));
    ck_assert_uint_eq(seg_last(s)->resident, 2 * PAGE);
    ck_assert_uint_eq(byte_at(s, MIB), 0);
    expect(t->reel->punch(t->reel->ctx, 3 * MIB - 1, 2), SEG_E_DAMAGED);
    expect(t->reel->store(t->reel->ctx, 3 * MIB, "x", 1), SEG_E_DAMAGED);
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
    expect(seg_remove(be, locator, 0, NULL), SEG_E_UNSUPPORTED);
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
    backend_set_player(be, NULL);
    expect(seg_open(be, locator, SEG_READ, &s), SEG_E_UNSUPPORTED);
}

TEST(only_recordings_have_a_time)
{
    struct seg *s = NULL;
    char file[80];
    snprintf(file, sizeof file, "file:%s", path);
    ck_assert(!oserr_is(seg_open(be, file, SEG_READ, &s)));
    expect(seg_seek(s, 0), SEG_E_UNSUPPORTED);
    ck_assert_ptr_null(seg_tape(s));
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
            e = seg_seek(s, 1);
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

SUITE(test_backend_recording, .set_up = set_up, .tear_down = tear_down,
      TESTS(shows_what_the_player_says, goes_to_other_times, holes_stay_holes, is_read_only,
            what_is_refused, only_recordings_have_a_time, every_call_may_fail));
