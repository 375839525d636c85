/* Recordings: what is written is read back as the same states, at any time; what is cut off or
 * broken is a shorter recording or none. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/recording.h"

enum { SPACE = 200000, STATES = 400 };

/* A file in memory. */
struct file {
    uint8_t *p;
    size_t n, cap;
    size_t room; /* no more than so many bytes go in */
};

static struct file file;
static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static bool put(void *ctx, const void *p, size_t n)
{
    struct file *f = ctx;
    if (n > f->room - f->n) {
        return false;
    }
    while (f->cap < f->n + n) {
        f->cap = f->cap == 0 ? 4096 : f->cap * 2;
        f->p = realloc(f->p, f->cap);
        ck_assert_ptr_nonnull(f->p);
    }
    memcpy(f->p + f->n, p, n);
    f->n += n;
    return true;
}

static bool get(void *ctx, uint64_t at, void *buf, size_t n)
{
    const struct file *f = ctx;
    if (at > f->n || n > f->n - at) {
        return false;
    }
    memcpy(buf, f->p + at, n);
    return true;
}

/* The segment, and how it was. */
struct state {
    int64_t t;
    uint64_t size;
    enum rec_name name;
    uint8_t *bytes; /* SPACE of them */
};

static uint8_t *now;
static uint64_t size;
static uint32_t most; /* size that it can get */
static enum rec_name name;
static struct state states[STATES];
static size_t kept;

static void set_up(void)
{
    file = (struct file){.room = SIZE_MAX};
    now = calloc(1, SPACE);
    ck_assert_ptr_nonnull(now);
    size = SPACE / 2;
    most = SPACE;
    name = REC_NAME_OURS;
    kept = 0;
    seed = 1;
}

static void tear_down(void)
{
    free(file.p);
    free(now);
    for (size_t i = 0; i < kept; i++) {
        free(states[i].bytes);
    }
}

static void keep(int64_t t)
{
    ck_assert_uint_lt(kept, STATES);
    states[kept] = (struct state){.t = t, .size = size, .name = name, .bytes = malloc(SPACE)};
    ck_assert_ptr_nonnull(states[kept].bytes);
    memcpy(states[kept].bytes, now, SPACE);
    kept++;
}

static void key(struct rec_writer *w, int64_t t)
{
    rec_key_begin(w, t, size, name);
    for (uint64_t at = 0; at < size; at += REC_PAGE) {
        uint64_t n = size - at < REC_PAGE ? size - at : REC_PAGE;
        static const uint8_t zeros[REC_PAGE];
        if (memcmp(now + at, zeros, (size_t)n) != 0) {
            rec_key_bytes(w, at, now + at, (size_t)n);
        }
    }
    rec_key_end(w);
}

static struct rec_writer *start(void)
{
    struct rec_writer *w = rec_writer_new(put, &file);
    ck_assert_ptr_nonnull(w);
    char locator[] = "posix:/a\\x0ab";
    rec_put_header(w, &(struct rec_header){.size = size,
                                           .wall = 1234567890123456789,
                                           .period = 4000000,
                                           .length = sizeof locator - 1,
                                           .locator = locator});
    key(w, 0);
    keep(0);
    return w;
}

/* One change of n bytes; the last byte surely differs. */
static void change(struct rec_writer *w, int64_t t, uint64_t at, size_t n)
{
    uint8_t *bytes = malloc(n);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)draw(256);
    }
    rec_put_change(w, t, at, draw(9) == 0 ? NULL : now + at, bytes, n);
    memcpy(now + at, bytes, n);
    free(bytes);
}

static void resize(struct rec_writer *w, int64_t t)
{
    uint64_t was = size;
    size = draw(most - 1) + 1;
    rec_put_size(w, t, was, size);
    memset(now + size, 0, SPACE - (size_t)size);
}

/* One look: names, sizes, then changes. */
static void look(struct rec_writer *w, int64_t t, bool large)
{
    if (draw(20) == 0) {
        name = (enum rec_name)draw(3);
        rec_put_name(w, t, name);
    }
    if (draw(15) == 0) {
        resize(w, t);
    }
    for (uint32_t i = draw(10) + 1; i > 0; i--) {
        size_t n = (draw(50) == 0 && most == SPACE) || large ? (size_t)size : draw(40) + 1;
        n = n < size ? n : (size_t)size;
        change(w, t, draw((uint32_t)(size - n) + 1), n);
    }
    if (draw(10) == 0 && size > REC_PAGE) {
        uint64_t page = draw((uint32_t)(size / REC_PAGE)) * (uint64_t)REC_PAGE;
        uint8_t zeros[REC_PAGE] = {0};
        rec_put_change(w, t, page, now + page, zeros, REC_PAGE);
        rec_put_hole(w, t, page, REC_PAGE);
        memset(now + page, 0, REC_PAGE);
    }
    if (draw(30) == 0) {
        rec_put_gap(w, t, 50000000);
    }
}

static void record(unsigned looks, bool finish)
{
    struct rec_writer *w = start();
    int64_t t = 0;
    for (unsigned i = 0; i < looks; i++) {
        t += draw(5000000) + 1;
        look(w, t, i == 7 && most == SPACE);
        keep(t);
        if (draw(4) == 0) {
            rec_seal(w);
        }
        if (rec_key_due(w) || draw(40) == 0) {
            key(w, t);
        }
    }
    if (finish) {
        rec_finish(w);
    } else {
        rec_seal(w);
    }
    ck_assert_int_eq(rec_writer_status(w), REC_OK);
    ck_assert_uint_eq(rec_written(w), file.n);
    rec_writer_free(w);
}

/* ---- reading ---- */

static struct rec_reader *open_file(enum rec_status expected)
{
    enum rec_status why = REC_IO;
    struct rec_source source = {get, &file, file.n};
    struct rec_reader *r = rec_open(&source, &why);
    ck_assert_int_eq(why, expected);
    return r;
}

/* A reader's image. */
static struct state image;

static void apply(const struct rec_event *ev)
{
    switch (ev->kind) {
    case REC_CHANGE:
        ck_assert_uint_le(ev->offset + ev->n, image.size);
        memcpy(image.bytes + ev->offset, ev->bytes, (size_t)ev->n);
        break;
    case REC_HOLE:
        ck_assert_uint_le(ev->offset + ev->n, image.size);
        memset(image.bytes + ev->offset, 0, (size_t)ev->n);
        break;
    case REC_SIZE:
        ck_assert_uint_le(ev->n, SPACE);
        if (ev->n < image.size) {
            memset(image.bytes + ev->n, 0, (size_t)(image.size - ev->n));
        }
        image.size = ev->n;
        break;
    case REC_NAMED:
        image.name = ev->name;
        break;
    case REC_GAP:
    default:
        break;
    }
}

static void play(struct rec_reader *r, int64_t t)
{
    struct rec_event ev;
    enum rec_status status = REC_OK;
    int64_t last = 0;
    while ((status = rec_next(r, t, &ev)) == REC_OK) {
        ck_assert_int_le(ev.t, t);
        ck_assert_int_ge(ev.t, last);
        last = ev.t;
        apply(&ev);
    }
    ck_assert_int_eq(status, REC_END);
}

static void seek(struct rec_reader *r, int64_t t)
{
    memset(image.bytes, 0, SPACE);
    image.size = 0;
    rec_seek(r, t);
    play(r, t);
}

static void compare(const struct state *s)
{
    ck_assert_uint_eq(image.size, s->size);
    ck_assert_int_eq(image.name, s->name);
    ck_assert_mem_eq(image.bytes, s->bytes, SPACE);
}

static void check_states(struct rec_reader *r, size_t count)
{
    image.bytes = malloc(SPACE);
    ck_assert_ptr_nonnull(image.bytes);
    seek(r, 0);
    for (size_t i = 0; i < count; i++) { /* playing on */
        play(r, states[i].t);
        compare(&states[i]);
    }
    for (int k = 0; k < 60; k++) { /* here and there */
        size_t i = draw((uint32_t)count);
        seek(r, states[i].t + (i + 1 < count ? (states[i + 1].t - states[i].t) / 2 : 0));
        compare(&states[i]);
    }
    free(image.bytes);
}

START_TEST(states_at_every_time)
{
    seed = (uint64_t)_i + 1;
    record(300, _i % 2 == 0);
    struct rec_reader *r = open_file(REC_OK);
    struct rec_info info;
    rec_info(r, &info);
    ck_assert_int_eq(info.end, states[kept - 1].t);
    ck_assert_int_eq(info.ended, _i % 2 == 0);
    ck_assert_uint_gt(info.keys, 1);
    ck_assert_uint_eq(info.lost, 0);
    const struct rec_header *h = rec_header(r);
    ck_assert_uint_eq(h->size, SPACE / 2);
    ck_assert_int_eq(h->wall, 1234567890123456789);
    ck_assert_int_eq(h->period, 4000000);
    ck_assert_str_eq(h->locator, "posix:/a\\x0ab");
    check_states(r, kept);
    rec_close(r);
}
END_TEST

/* A look that takes several blocks counts only when it is whole. */
START_TEST(a_look_is_whole_or_not_there)
{
    struct rec_writer *w = start();
    now[5] = 1;
    rec_put_change(w, 10, 5, (const uint8_t *)"", now + 5, 1);
    keep(10);
    uint64_t before = rec_written(w);
    uint8_t *was = calloc(1, SPACE);
    ck_assert_ptr_nonnull(was);
    uint64_t large = 8 * (uint64_t)1024 * 1024;
    rec_put_size(w, 20, size, large);
    for (uint64_t at = 0; at < large; at += SPACE / 2) {
        size_t n = large - at < SPACE / 2 ? (size_t)(large - at) : SPACE / 2;
        for (size_t i = 0; i < n; i++) {
            now[i] = (uint8_t)draw(256);
        }
        rec_put_change(w, 20, at, was, now, n);
    }
    free(was);
    ck_assert_uint_gt(rec_written(w), before);
    rec_writer_free(w);
    struct rec_reader *r = open_file(REC_OK);
    struct rec_info info;
    rec_info(r, &info);
    ck_assert_int_eq(info.end, 19);
    check_states(r, 2);
    rec_close(r);
}
END_TEST

/* Reads all that a file holds; a status of the end. */
static enum rec_status read_all(uint64_t *sum)
{
    enum rec_status why = REC_IO;
    struct rec_source source = {get, &file, file.n};
    struct rec_reader *r = rec_open(&source, &why);
    struct rec_event ev;
    *sum = 0;
    while (r != NULL && (why = rec_next(r, INT64_MAX, &ev)) == REC_OK) {
        for (uint64_t i = 0; ev.kind == REC_CHANGE && i < ev.n; i++) {
            *sum = *sum * 31 + ev.bytes[i]; /* every byte told can be read */
        }
        *sum = *sum * 31 + ev.offset + (uint64_t)ev.t;
    }
    if (r != NULL && why == REC_DAMAGED) { /* what is in front of the damage can be read */
        struct rec_info info;
        rec_info(r, &info);
        ck_assert_uint_gt(info.damaged, 0);
        if (info.blocks > 0) {
            rec_seek(r, info.end);
            while ((why = rec_next(r, INT64_MAX, &ev)) == REC_OK) {
                continue;
            }
            ck_assert(why == REC_END || why == REC_DAMAGED);
        }
    }
    rec_close(r);
    return why;
}

static void small(void)
{
    size = 300;
    most = 500;
    record(6, true);
}

START_TEST(cut_anywhere)
{
    small();
    uint64_t sum = 0;
    size_t whole = file.n;
    for (size_t n = 0; n < whole; n++) {
        uint8_t *exact = malloc(n + 1); /* a read behind its end is seen */
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, file.p, n);
        struct file was = file;
        file = (struct file){exact, n, n, n};
        enum rec_status s = read_all(&sum);
        file = was;
        free(exact);
        ck_assert(s == REC_END || s == REC_DAMAGED || s == REC_NONE);
        ck_assert_int_eq(s == REC_NONE, n < 8);
    }
}
END_TEST

START_TEST(broken_anywhere)
{
    small();
    uint64_t right = 0;
    uint64_t sum = 0;
    unsigned same = 0;
    ck_assert_int_eq(read_all(&right), REC_END);
    for (size_t i = 0; i < file.n; i++) {
        static const uint8_t flips[] = {0x01, 0x80};
        for (size_t k = 0; k < sizeof flips; k++) {
            file.p[i] ^= flips[k];
            enum rec_status s = read_all(&sum);
            ck_assert(s == REC_END || s == REC_DAMAGED || s == REC_NONE || s == REC_NEWER);
            same += s == REC_END && sum == right ? 1 : 0;
            file.p[i] ^= flips[k];
        }
    }
    /* only the index, which can be made again, may be broken without loss */
    ck_assert_uint_lt(same, 2 * (48 + 32 * 12 + 32));
}
END_TEST

START_TEST(what_is_no_recording)
{
    ck_assert_ptr_null(open_file(REC_NONE));
    ck_assert(put(&file, "\x89SHMRE", 6));
    ck_assert_ptr_null(open_file(REC_NONE));
    uint8_t zeros[5000] = {0};
    ck_assert(put(&file, zeros, sizeof zeros));
    ck_assert_ptr_null(open_file(REC_NONE));
    memcpy(file.p, "\x89SHMREC\n\x02", 9);
    ck_assert_ptr_null(open_file(REC_NEWER));
    file.p[8] = 1;
    ck_assert_ptr_null(open_file(REC_DAMAGED));
}
END_TEST

START_TEST(a_full_disk)
{
    file.room = 3000;
    struct rec_writer *w = start();
    for (int64_t t = 1; t < 200; t++) {
        change(w, t, 0, 100);
        rec_seal(w);
    }
    rec_finish(w);
    ck_assert_int_eq(rec_writer_status(w), REC_IO);
    ck_assert_uint_le(rec_written(w), 3000);
    rec_writer_free(w);
    rec_close(open_file(REC_OK));
}
END_TEST

START_TEST(offsets_too_large)
{
    struct rec_writer *w = start();
    rec_put_size(w, 1, size, UINT64_MAX);
    rec_put_change(w, 1, UINT64_MAX - 10, NULL, now, 5);
    ck_assert_int_eq(rec_writer_status(w), REC_FULL);
    rec_writer_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core: recordings");
    TCase *c = tcase_create("recording");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, states_at_every_time, 0, 4);
    tcase_add_test(c, a_look_is_whole_or_not_there);
    tcase_add_test(c, cut_anywhere);
    tcase_add_test(c, broken_anywhere);
    tcase_add_test(c, what_is_no_recording);
    tcase_add_test(c, a_full_disk);
    tcase_add_test(c, offsets_too_large);
    suite_add_tcase(s, c);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
