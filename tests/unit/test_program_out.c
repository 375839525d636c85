/* Where commands write: limits, failures, JSON strings, and the rows of the dump. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands/peek.h"
#include "cli/out.h"
#include "cli/segment_json.h"
#include "list/segrow.h"
#include "support/suite.h"

TEST(text_has_a_limit)
{
    struct out o;
    out_text(&o, 10);
    out_str(&o, "12345");
    out_print(&o, "%d", 678);
    ck_assert_str_eq(o.buf, "12345678");
    ck_assert(!o.cut);
    out_str(&o, "90\xc3\xbcx");
    ck_assert(o.cut);
    ck_assert_str_eq(o.buf, "1234567890");
    out_str(&o, "more");
    ck_assert_str_eq(o.buf, "1234567890");
    ck_assert_ptr_null(out_room(&o, 1));
    out_free(&o);
    out_text(&o, 3);
    out_str(&o, "ab\xc3\xbc"); /* never half a character */
    ck_assert_str_eq(o.buf, "ab");
    ck_assert(out_flush(&o));
    out_free(&o);
}

TEST(long_prints)
{
    struct out o;
    char longer[5000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    out_text(&o, 100000);
    out_print(&o, "<%s>", longer);
    ck_assert_uint_eq(o.length, sizeof longer + 1);
    ck_assert_int_eq(o.buf[o.length - 1], '>');
    out_free(&o);
}

/* All that is written arrives, in order, whatever the sizes of the pieces. */
TEST(pipe_gets_all)
{
    struct out o;
    int fds[2];
    static char piece[100000];
    size_t total = 0;
    memset(piece, 'p', sizeof piece);
    ck_assert_int_eq(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) {
        close(fds[0]);
        out_fd(&o, fds[1]);
        for (size_t n = 1; n < sizeof piece; n *= 3)
            out_bytes(&o, piece, n);
        _exit(out_flush(&o) ? 0 : 1);
    }
    close(fds[1]);
    char got[4096];
    ssize_t n = 0;
    while ((n = read(fds[0], got, sizeof got)) > 0)
        total += (size_t)n;
    close(fds[0]);
    size_t expected = 0;
    for (size_t k = 1; k < sizeof piece; k *= 3)
        expected += k;
    ck_assert_uint_eq(total, expected);
}

TEST(failed_writes_are_kept)
{
    struct out o;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    out_fd(&o, fd);
    out_str(&o, "x");
    ck_assert(!out_flush(&o));
    ck_assert(oserr_is(o.error));
    out_str(&o, "y");
    ck_assert(!out_flush(&o));
    out_free(&o);
    close(fd);
}

TEST(json_strings)
{
    struct out o;
    out_text(&o, 1000);
    out_json(&o, "a\"b\\c\n\t\x01\x7f\xc3\xbc");
    ck_assert_str_eq(o.buf, "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\xc3\xbc\"");
    json_t *back = json_loads(o.buf, JSON_DECODE_ANY, NULL);
    ck_assert_str_eq(json_string_value(back), "a\"b\\c\n\t\x01\x7f\xc3\xbc");
    json_decref(back);
    out_free(&o);
}

TEST(offsets_beyond_32_bits)
{
    struct out o;
    uint8_t row[DUMP_ROW] = {'A', 0x7f, 0x80};
    struct dump d = {.out = &o, .fold = true};
    out_text(&o, 4000);
    dump_rows(&d, UINT64_C(0xfffffff0), row, sizeof row);
    dump_rows(&d, UINT64_C(0x100000000), row, sizeof row);
    dump_zeros(&d, UINT64_C(0x100000010), UINT64_C(1) << 40);
    dump_rows(&d, UINT64_C(0x10000100000010), row, 3);
    dump_end(&d, UINT64_C(0x10000100000013));
    ck_assert_str_eq(o.buf, "fffffff0  41 7f 80 00 00 00 00 00  00 00 00 00 00 00 00 00  "
                            "|A...............|\n*\n"
                            "100000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  "
                            "|................|\n*\n"
                            "10000100000010  41 7f 80                                          "
                            "|A..|\n10000100000013\n");
    out_free(&o);
}

TEST(times)
{
    char text[TIME_TEXT];
    ck_assert_str_eq(time_text(0, text), "1970-01-01T00:00:00Z");
    ck_assert_str_eq(time_text(INT64_C(951782399) * 1000000000, text), "2000-02-28T23:59:59Z");
    ck_assert_str_eq(time_text(INT64_C(951782400) * 1000000000, text), "2000-02-29T00:00:00Z");
    ck_assert_str_eq(time_text(INT64_C(1709251199) * 1000000000 + 999999999, text),
                     "2024-02-29T23:59:59Z");
    ck_assert_str_eq(time_text(-1, text), "1969-12-31T23:59:59Z");
}

SUITE(test_program_out, TESTS(text_has_a_limit, long_prints, pipe_gets_all, failed_writes_are_kept,
                              json_strings, offsets_beyond_32_bits, times));
