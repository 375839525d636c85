/* Recordings in memory, made at random, for suites of core. Everything of one suite is here: files,
 * the segment that is recorded, and how it was. */
#ifndef SHMLENS_TESTS_SUPPORT_RECORDING_H
#define SHMLENS_TESTS_SUPPORT_RECORDING_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/history/recording.h"
#include "support/random.h"

enum { SPACE = 60000, STATES = 400, PAGES = SPACE / REC_PAGE + 1 };

/* A file in memory. */
struct file {
    uint8_t *p;
    size_t n, cap;
    size_t room; /* no more than so many bytes go in */
};

static struct file file;

static inline bool put(void *ctx, const void *p, size_t n)
{
    struct file *f = ctx;
    if (n > f->room - f->n)
        return false;
    while (f->cap < f->n + n) {
        f->cap = f->cap == 0 ? 4096 : f->cap * 2;
        f->p = realloc(f->p, f->cap);
        ck_assert_ptr_nonnull(f->p);
    }
    memcpy(f->p + f->n, p, n);
    f->n += n;
    return true;
}

static inline bool get(void *ctx, uint64_t at, void *buf, size_t n)
{
    const struct file *f = ctx;
    if (at > f->n || n > f->n - at)
        return false;
    memcpy(buf, f->p + at, n);
    return true;
}

/* The segment, and how it was. */
struct state {
    int64_t t;
    uint64_t size;
    enum rec_name name;
    uint8_t *bytes;   /* SPACE of them */
    bool data[PAGES]; /* else a hole */
};

static uint8_t *now;
static bool data[PAGES];
static uint64_t size;
static uint32_t most; /* size that it can get */
static enum rec_name name;
static struct state states[STATES];
static size_t kept;

static inline void set_up(void)
{
    file = (struct file){.room = SIZE_MAX};
    now = calloc(1, SPACE);
    ck_assert_ptr_nonnull(now);
    memset(data, 0, sizeof data);
    size = SPACE / 2;
    most = SPACE;
    name = REC_NAME_OURS;
    kept = 0;
    seed = 1;
}

static inline void tear_down(void)
{
    free(file.p);
    free(now);
    for (size_t i = 0; i < kept; i++)
        free(states[i].bytes);
}

static inline void keep(int64_t t)
{
    ck_assert_uint_lt(kept, STATES);
    states[kept] = (struct state){.t = t, .size = size, .name = name, .bytes = malloc(SPACE)};
    ck_assert_ptr_nonnull(states[kept].bytes);
    memcpy(states[kept].bytes, now, SPACE);
    memcpy(states[kept].data, data, sizeof data);
    kept++;
}

static inline void key(struct rec_writer *w, int64_t t)
{
    rec_key_begin(w, t, size, name);
    for (uint64_t at = 0; at < size; at += REC_PAGE) {
        uint64_t n = size - at < REC_PAGE ? size - at : REC_PAGE;
        static const uint8_t zeros[REC_PAGE];
        if (!data[at / REC_PAGE])
            continue;
        if (memcmp(now + at, zeros, (size_t)n) != 0)
            rec_key_bytes(w, at, now + at, (size_t)n);
        else
            rec_key_zeros(w, at, n);
    }
    rec_key_end(w);
}

/* The pages of a stretch are data from now on; `told`: for those that were a hole. */
static inline void make_data(bool map[PAGES], uint64_t at, uint64_t n, struct rec_writer *told,
                             int64_t t)
{
    for (uint64_t page = at / REC_PAGE; n > 0 && page <= (at + n - 1) / REC_PAGE; page++) {
        uint64_t from = page * REC_PAGE;
        if (!map[page] && told != NULL)
            rec_put_data(told, t, from, size - from < REC_PAGE ? size - from : REC_PAGE);
        map[page] = true;
    }
}

static inline struct rec_writer *start(void)
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
static inline void change(struct rec_writer *w, int64_t t, uint64_t at, size_t n)
{
    uint8_t *bytes = malloc(n);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)draw(256);
    make_data(data, at, n, w, t);
    rec_put_change(w, t, at, draw(9) == 0 ? NULL : now + at, bytes, n);
    memcpy(now + at, bytes, n);
    free(bytes);
}

static inline void resize(struct rec_writer *w, int64_t t)
{
    uint64_t was = size;
    size = draw(most - 1) + 1;
    rec_put_size(w, t, was, size);
    memset(now + size, 0, SPACE - (size_t)size);
    for (size_t page = ((size_t)size + REC_PAGE - 1) / REC_PAGE; page < PAGES; page++)
        data[page] = false;
}

/* One look: names, sizes, then changes. */
static inline void look(struct rec_writer *w, int64_t t, bool large)
{
    if (draw(20) == 0) {
        name = (enum rec_name)draw(3);
        rec_put_name(w, t, name);
    }
    if (draw(15) == 0)
        resize(w, t);
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
        data[page / REC_PAGE] = false;
    }
    if (draw(10) == 0) /* read by a program, perhaps: memory, but zeros */
        make_data(data, draw((uint32_t)size), 1, w, t);
    if (draw(30) == 0)
        rec_put_gap(w, t, 50000000);
}

static inline void record(unsigned looks, bool finish)
{
    struct rec_writer *w = start();
    int64_t t = 0;
    for (unsigned i = 0; i < looks; i++) {
        t += draw(5000000) + 1;
        look(w, t, i == 7 && most == SPACE);
        keep(t);
        if (draw(4) == 0)
            rec_seal(w);
        if (rec_key_due(w) || draw(40) == 0)
            key(w, t);
    }
    if (finish)
        rec_finish(w);
    else
        rec_seal(w);
    ck_assert_int_eq(rec_writer_status(w), REC_OK);
    ck_assert_uint_eq(rec_written(w), file.n);
    rec_writer_free(w);
}

static inline struct rec_reader *open_file(enum rec_status expected)
{
    enum rec_status why = REC_IO;
    struct rec_source source = {get, &file, file.n};
    struct rec_reader *r = rec_open(&source, &why);
    ck_assert_int_eq(why, expected);
    return r;
}

#endif
