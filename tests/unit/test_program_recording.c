/* Recordings as segments: opening and seeking can be stopped, and what a file claims costs nothing
 * that it does not hold. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/os.h"
#include "support/remover.h"
#include "support/suite.h"
#include "time/recording.h"

enum { MS = 1000000, PAGE = 4096, PAGES = 64, SAMPLES = 5000 };

static struct backend *be;
static char path[64], locator[80];
static FILE *file;
static struct rec_writer *writer;

static bool put(void *ctx, const void *p, size_t n)
{
    (void)ctx;
    return fwrite(p, 1, n, file) == n;
}

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    recording_install(be);
    snprintf(path, sizeof path, "/tmp/shmlens-test-%d.rec", (int)getpid());
    snprintf(locator, sizeof locator, "rec:%s", path);
    remover_path(path);
    file = fopen(path, "w");
    writer = rec_writer_new(put, NULL);
    ck_assert(file != NULL && writer != NULL);
}

static void tear_down(void)
{
    unlink(path);
    backend_free(be);
}

static void begin(uint64_t size)
{
    char name[] = "posix:/x";
    rec_put_header(
        writer,
        &(struct rec_header){.size = size, .wall = 1, .period = MS, .length = 8, .locator = name});
}

static void finish(void)
{
    rec_finish(writer);
    ck_assert_int_eq(rec_writer_status(writer), REC_OK);
    rec_writer_free(writer);
    ck_assert_int_eq(fclose(file), 0);
}

/* Byte 8 of page i % PAGES becomes i / PAGES at i milliseconds. */
static void record_counters(void)
{
    uint8_t ones[PAGE];
    memset(ones, 1, sizeof ones);
    ones[8] = 0;
    begin(PAGES * PAGE);
    rec_key_begin(writer, 0, PAGES * PAGE, REC_NAME_OURS);
    for (uint64_t i = 0; i < PAGES; i++)
        rec_key_bytes(writer, i * PAGE, ones, PAGE);
    rec_key_end(writer);
    for (int64_t i = PAGES; i < SAMPLES; i++) {
        uint8_t old = (uint8_t)((i - PAGES) / PAGES), new = (uint8_t)(i / PAGES);
        rec_put_change(writer, i * MS, (uint64_t)(i % PAGES) * PAGE + 8, &old, &new, 1);
        if (i % 100 == 0)
            rec_seal(writer);
    }
    finish();
}

static unsigned asked, allowed;

static bool count(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    (void)ctx;
    ck_assert(deadline == 0 && done <= total);
    return asked++ < allowed;
}

static void check_at(struct seg *s, int64_t i)
{
    uint8_t byte = 0;
    size_t got = 0;
    ck_assert(!oserr_is(seg_read(s, (uint64_t)(i % PAGES) * PAGE + 8, &byte, 1, &got)));
    ck_assert(got == 1 && byte == (uint8_t)(i / PAGES));
}

TEST(opening_can_be_stopped)
{
    struct seg *s = NULL;
    const struct seg_progress progress = {.yield = count};
    record_counters();
    allowed = UINT32_MAX;
    ck_assert(!oserr_is(seg_open_with_progress(be, locator, SEG_READ, &progress, &s)));
    check_at(s, SAMPLES - 1);
    seg_close(s);
    unsigned all = asked;
    ck_assert_uint_gt(all, 50);
    for (allowed = 0; allowed < all; allowed++) {
        asked = 0;
        struct oserr e = seg_open_with_progress(be, locator, SEG_READ, &progress, &s);
        ck_assert(e.code == SEG_E_STOPPED && s == NULL);
        ck_assert_uint_le(asked, allowed + 2);
    }
}

TEST(seeking_can_be_stopped)
{
    struct seg *s = NULL;
    const struct progress progress = {.yield = count};
    record_counters();
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &s)));
    for (allowed = 0; allowed < 20;
         allowed++) { /* wherever it was stopped, another seek is right */
        int64_t i = PAGES + (int64_t)allowed * 100;
        asked = 0;
        ck_assert_uint_eq(recording_seek(s, (SAMPLES - 2) * (int64_t)MS, &progress).code,
                          SEG_E_STOPPED);
        ck_assert(!oserr_is(recording_seek(s, i * MS, NULL)));
        check_at(s, i);
    }
    ck_assert_uint_eq(recording_seek(s, SAMPLES * (int64_t)MS, NULL).code, SEG_E_BEYOND);
    ck_assert_uint_eq(recording_seek(s, -1, NULL).code, SEG_E_BEYOND);
    seg_close(s);
}

/* A few hundred bytes say that 4 EiB become data and a hole again, many times. */
TEST(what_is_claimed_costs_nothing)
{
    struct seg *s = NULL;
    const uint64_t huge = REC_SIZE_MAX;
    uint64_t start = 0, end = 0, next = 0;
    enum seg_extent_kind kind = SEG_EXT_HOLE;
    bool found = true;
    begin(huge);
    rec_key_begin(writer, 0, huge, REC_NAME_OURS);
    rec_key_end(writer);
    for (int64_t i = 1; i <= 20000; i++) {
        rec_put_hole(writer, i * MS, 0, huge);
        rec_put_data(writer, i * MS, 0, huge);
    }
    finish();
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &s)));
    ck_assert(seg_last(s)->size == huge && seg_last(s)->resident == huge);
    ck_assert(!oserr_is(seg_extent(s, huge / 2, &start, &end, &kind)));
    ck_assert(kind == SEG_EXT_DATA && end == huge);
    const struct seg_needle needle = {(const uint8_t *)"x", NULL, 1, {0, 0}, false, 1};
    ck_assert(!oserr_is(seg_search(s, &needle, 0, huge, &next, &found)));
    ck_assert(!found);
    ck_assert_uint_gt(os_memory_free(), 0);
    seg_close(s);
}

SUITE(test_program_recording, .set_up = set_up, .tear_down = tear_down,
      TESTS(opening_can_be_stopped, seeking_can_be_stopped, what_is_claimed_costs_nothing));
