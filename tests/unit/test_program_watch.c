/* What watch remembers and prints, piece by piece. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/watch/watch.h"
#include "support/suite.h"

enum { CHUNK = 1024 * 1024, LENGTH = 3 * CHUNK, START = 0x10, NOW = 1500000000 };

static struct command_env env;
static struct out out;
static struct command_run r;
static struct watch w;
static uint8_t *now; /* what the range holds */

static void set_up(void)
{
    now = calloc(1, LENGTH);
    ck_assert_ptr_nonnull(now);
    out_text(&out, (size_t)16 * CHUNK);
    env = (struct command_env){.out = &out};
    r = (struct command_run){.env = &env};
    w = (struct watch){
        .r = &r, .sink = &watch_lines, .unit = 1, .range = {.offset = START, .length = LENGTH}};
    ck_assert(!oserr_is(watch_new(&w)));
    pagemap_seen(w.map, UINT64_MAX);
    w.seen = true;
    w.known = LENGTH;
}

static void tear_down(void)
{
    watch_free(&w);
    out_free(&out);
    free(now);
}

/* n bytes of the range from `at` on were read. */
static void feed(size_t at, const uint8_t *bytes, size_t n)
{
    ck_assert_int_eq(watch_feed(&w, NOW, START + at, bytes, n), EXIT_DONE);
}

/* One look at [from, to), in pieces of `piece` bytes. */
static const char *look(size_t from, size_t to, size_t piece)
{
    out_free(&out);
    for (size_t at = from; at < to; at += piece) {
        size_t n = to - at < piece ? to - at : piece;
        feed(at, now + at, n);
    }
    watch_report(&w, false);
    return out.buf == NULL ? "" : out.buf;
}

TEST(a_run_across_pieces_is_one_line)
{
    static const size_t pieces[] = {4096, 65536, CHUNK, LENGTH};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        uint8_t was = (uint8_t)(16 * i);
        uint8_t is = (uint8_t)(16 * (i + 1));
        memset(now + 4094, is, 4);
        memset(now + CHUNK - 1, is, 2);
        char expected[200];
        (void)snprintf(expected, sizeof expected,
                       "1.500000 0x100e %02x%02x%02x%02x %02x%02x%02x%02x\n"
                       "1.500000 0x10000f %02x%02x %02x%02x\n",
                       was, was, was, was, is, is, is, is, was, was, is, is);
        ck_assert_str_eq(look(0, LENGTH, pieces[i]), expected);
        ck_assert_str_eq(look(0, LENGTH, pieces[i]), "");
    }
    memset(now + 1, 7, 2 * (size_t)CHUNK);
    const char *line = look(0, LENGTH, 4096);
    ck_assert_int_eq(strncmp(line, "1.500000 0x11 0000", 18), 0);
    ck_assert_uint_eq(strcspn(line, "\n"), strlen("1.500000 0x11 ") + 8 * (size_t)CHUNK + 1);
    ck_assert_uint_eq(strlen(line), strcspn(line, "\n") + 1);
}

/* A run that ends where a piece does is not joined with what lies elsewhere. */
TEST(what_is_not_adjacent_is_not_joined)
{
    now[4095] = 1;
    now[4097] = 2;
    now[8191] = 3;
    now[12288] = 4;
    ck_assert_str_eq(look(0, LENGTH, 4096), "1.500000 0x100f 00 01\n1.500000 0x1011 00 02\n"
                                            "1.500000 0x200f 00 03\n1.500000 0x3010 00 04\n");
    now[4095] = 5;
    out_free(&out);
    feed(0, now, 4096);
    now[8192] = 6;
    feed(8192, now + 8192, 4096); /* a hole lay between */
    watch_report(&w, false);
    ck_assert_str_eq(out.buf, "1.500000 0x100f 01 05\n1.500000 0x2010 00 06\n");
}

TEST(values_are_a_line_each)
{
    w.view = view_find("u16be");
    w.unit = 2;
    memcpy(now + 4094, "\1\2\3\4", 4);
    ck_assert_str_eq(look(0, LENGTH, 4096), "1.500000 0x100e 0 258\n1.500000 0x1010 0 772\n");
    w.view = view_find("utf8");
    w.unit = 1;
    memcpy(now + 4094, "\xe6\x97\xa5!", 4);
    ck_assert_str_eq(look(0, LENGTH, 4096), "1.500000 0x100e \\x01\\x02\\x03\\x04 日!\n");
    w.json = true;
    memcpy(now + 4094, "\"\0\0", 3);
    ck_assert_str_eq(look(0, LENGTH, 4096), "{\"t\":1.500000,\"offset\":4110,\"old\":\"日\","
                                            "\"new\":\"\\\"\\\\x00\\\\x00\"}\n");
}

TEST(what_was_never_seen_has_no_old_value)
{
    w.known = 100;
    memset(now + 98, 9, 4);
    ck_assert_str_eq(look(0, LENGTH, 4096), "1.500000 0x72 0000 0909\n1.500000 0x74 - 0909\n");
    w.known = LENGTH;
    w.json = true;
    now[100] = 8;
    ck_assert_str_eq(look(0, LENGTH, 4096),
                     "{\"t\":1.500000,\"offset\":116,\"old\":\"09\",\"new\":\"08\"}\n");
    w.range.length = 2 * (uint64_t)LENGTH;
    out_free(&out);
    feed(LENGTH, (const uint8_t *)"\0\1", 2);
    watch_report(&w, false);
    ck_assert_str_eq(out.buf, "{\"t\":1.500000,\"offset\":3145745,\"new\":\"01\"}\n");
}

/* A page of zeros has an entry in the index of the map, but no copy. */
TEST(zeros_cost_little)
{
    enum { ENTRIES = LENGTH / PAGEMAP_PAGE * 24, COPY = 2 * PAGEMAP_PAGE };
    size_t empty = pagemap_memory(w.map);
    (void)look(0, LENGTH, CHUNK);
    size_t zeros = pagemap_memory(w.map);
    ck_assert_uint_lt(zeros, empty + ENTRIES);
    now[CHUNK] = 1;
    (void)look(0, LENGTH, CHUNK);
    ck_assert_uint_lt(pagemap_memory(w.map), zeros + COPY);
    now[CHUNK] = 0;
    (void)look(0, LENGTH, CHUNK);
    ck_assert_uint_lt(pagemap_memory(w.map), zeros + COPY / 2); /* the table of copies stays */
}

TEST(the_first_look_is_silent)
{
    w.seen = false;
    w.known = 0;
    now[5] = 5;
    ck_assert_str_eq(look(0, LENGTH, CHUNK), "");
    w.seen = true;
    w.known = LENGTH;
    now[5] = 6;
    ck_assert_str_eq(look(0, LENGTH, CHUNK), "1.500000 0x15 05 06\n");
}

SUITE(test_program_watch, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_run_across_pieces_is_one_line, what_is_not_adjacent_is_not_joined,
            values_are_a_line_each, what_was_never_seen_has_no_old_value, zeros_cost_little,
            the_first_look_is_silent));
