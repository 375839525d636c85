/* Recordings: what is written is read back as the same states, at any time; what is cut off or
 * broken is a shorter recording or none. */
#include "support/recording.h"
#include "support/suite.h"

/* A reader's image. */
static struct state image;

static void apply(const struct rec_event *ev)
{
    switch (ev->kind) {
    case REC_CHANGE:
        ck_assert_uint_le(ev->offset + ev->n, image.size);
        memcpy(image.bytes + ev->offset, ev->bytes, (size_t)ev->n);
        make_data(image.data, ev->offset, ev->n, NULL, 0);
        break;
    case REC_HOLE:
        ck_assert_uint_le(ev->offset + ev->n, image.size);
        memset(image.bytes + ev->offset, 0, (size_t)ev->n);
        image.data[ev->offset / REC_PAGE] = false;
        break;
    case REC_DATA:
        ck_assert_uint_le(ev->offset + ev->n, image.size);
        for (uint64_t i = 0; i < ev->n; i += REC_PAGE)
            ck_assert(!image.data[(ev->offset + i) / REC_PAGE]);
        make_data(image.data, ev->offset, ev->n, NULL, 0);
        break;
    case REC_SIZE:
        ck_assert_uint_le(ev->n, SPACE);
        if (ev->n < image.size)
            memset(image.bytes + ev->n, 0, (size_t)(image.size - ev->n));
        image.size = ev->n;
        for (size_t page = ((size_t)ev->n + REC_PAGE - 1) / REC_PAGE; page < PAGES; page++)
            image.data[page] = false;
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
    memset(image.data, 0, sizeof image.data);
    image.size = 0;
    rec_seek(r, t);
    play(r, t);
}

static void compare(const struct state *s)
{
    ck_assert_uint_eq(image.size, s->size);
    ck_assert_int_eq(image.name, s->name);
    ck_assert_mem_eq(image.bytes, s->bytes, SPACE);
    ck_assert_mem_eq(image.data, s->data, sizeof s->data);
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
    for (int k = 0; k < 20; k++) { /* here and there */
        size_t i = draw((uint32_t)count);
        seek(r, states[i].t + (i + 1 < count ? (states[i + 1].t - states[i].t) / 2 : 0));
        compare(&states[i]);
    }
    free(image.bytes);
}

TEST_LOOP(states_at_every_time, 3)
{
    seed = (uint64_t)_i + 1;
    record(120, _i % 2 == 0);
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

/* A look that takes several blocks counts only when it is whole. */
TEST(a_look_is_whole_or_not_there)
{
    struct rec_writer *w = start();
    now[5] = 1;
    data[0] = true;
    rec_put_change(w, 10, 5, (const uint8_t *)"", now + 5, 1);
    keep(10);
    uint64_t before = rec_written(w);
    uint8_t *was = calloc(1, SPACE);
    ck_assert_ptr_nonnull(was);
    uint64_t large = 8 * (uint64_t)1024 * 1024;
    rec_put_size(w, 20, size, large);
    for (uint64_t at = 0; at < large; at += SPACE / 2) {
        size_t n = large - at < SPACE / 2 ? (size_t)(large - at) : SPACE / 2;
        for (size_t i = 0; i < n; i++)
            now[i] = (uint8_t)draw(256);
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

/* Whatever the order of the times given: a gap is told when it has ended. */
TEST(time_does_not_go_back)
{
    struct rec_writer *w = start();
    rec_put_gap(w, 100, 50);
    rec_put_name(w, 80, REC_NAME_OURS);
    change(w, 90, 7, 1);
    key(w, 60);
    rec_put_size(w, 110, size, size);
    rec_finish(w);
    rec_writer_free(w);
    keep(100);
    struct rec_reader *r = open_file(REC_OK);
    struct rec_info info;
    rec_info(r, &info);
    ck_assert_int_eq(info.end, 110);
    ck_assert(info.ended);
    check_states(r, 2);
    rec_close(r);
}

/* What of a file has been written by now; behind it may already be room, with zeros in it. */
static struct file seen;

static void show_more(size_t n)
{
    n = n < file.n - seen.room ? n : file.n - seen.room;
    memcpy(seen.p + seen.room, file.p + seen.room, n);
    seen.room += n;
    seen.n = seen.room + draw(3) * 100;
}

static struct rec_reader *open_seen(void)
{
    enum rec_status why = REC_OK;
    const struct rec_source source = {.get = get, .ctx = &seen, .size = seen.n};
    return rec_open(&source, &why);
}

/* Plays on to a time: the image is the newest state by then. */
static void check_until(struct rec_reader *r, int64_t t)
{
    size_t k = 0;
    play(r, t);
    while (k + 1 < kept && states[k + 1].t <= t)
        k++;
    compare(&states[k]);
}

TEST_LOOP(a_file_that_grows_is_followed, 12)
{
    if (_i >= 2 && getenv("SHMLENS_MEMCHECK") != NULL)
        SKIP("valgrind has time for two of them only");
    struct rec_reader *r = NULL;
    struct rec_info info;
    seed = (uint64_t)_i + 77;
    record(150, _i % 2 == 0);
    seen = (struct file){.p = calloc(1, file.n + 1000)};
    image = (struct state){.bytes = calloc(1, SPACE)};
    ck_assert(seen.p != NULL && image.bytes != NULL);
    while (r == NULL && seen.room < file.n) { /* until its first keyframe is whole */
        show_more(draw(500) + 1);
        r = open_seen();
    }
    ck_assert_ptr_nonnull(r);
    unsigned grown = 0;
    while (seen.room < file.n) {
        int64_t end = (rec_info(r, &info), info.end);
        show_more(draw(_i % 3 == 0 ? 200 : 20000) + 1);
        ck_assert_int_eq(rec_grow(r, seen.n), REC_OK);
        rec_info(r, &info);
        ck_assert_int_ge(info.end, end);
        grown += info.end > end;
        if (info.end > end && info.end > 0) /* a look that has begun may still go on */
            check_until(r, info.end - 1);
    }
    seen.n = file.n;
    ck_assert_int_eq(rec_grow(r, seen.n), REC_OK);
    rec_info(r, &info);
    ck_assert_int_eq(info.end, states[kept - 1].t);
    ck_assert_int_eq(info.ended, _i % 2 == 0);
    ck_assert(info.lost == 0 && grown > 0);
    check_until(r, info.end);
    free(image.bytes);
    check_states(r, kept);
    rec_close(r);
    free(seen.p);
}

SUITE(test_core_recording, .set_up = set_up, .tear_down = tear_down, .timeout = 120,
      TESTS(states_at_every_time, a_look_is_whole_or_not_there, a_file_that_grows_is_followed,
            time_does_not_go_back));
