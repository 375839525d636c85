/* Leaves as text and back, how bitfields are stored, conditions. */
#include <stdio.h>
#include <stdlib.h>

#include "core/bytes.h"
#include "core/type/condition.h"
#include "support/typed.h"

static const char header[] =
    "enum state { NEW, READY = 2, BROKEN = -1 }; enum flag { NONE, URGENT = 1, LAST = 2, SEEN = 4 "
    "};\n"
    "struct all {\n"
    "  int32_t i; uint64_t u; float f; double d; bool b; char c; char16_t wide[4]; char text[8];\n"
    "  enum state e; uint8_t fl; enum flag ef; uint32_t hex; uint64_t t, ms; int64_t ns; void *p;\n"
    "  uint8_t raw[3]; uint32_t big; uint16_t b3 : 3, b5 : 5, b8 : 8; int sb : 4; long double ld;\n"
    "  char32_t points[3]; wchar_t one;\n"
    "} __attribute__((packed));\n"
    "for all.fl: flags enum flag\nfor all.hex: hex\nfor all.t: time\nfor all.ms: time_ms\n"
    "for all.ns: time_ns\nfor all.big: be\n";

static struct types *t;
static struct type_source s;
static struct type_node root;

static void set_up(void)
{
    t = parsed(header);
    s = source_of(t);
    type_root(&s, types_find(t, "all"), 0, 0, &root);
}

static void tear_down(void)
{
    types_free(t);
}

static struct type_node leaf_of(const char *path)
{
    struct type_path p;
    struct type_select sel;
    struct type_node n;
    char why[TYPE_WHY_MAX], text[PATH_TEXT_MAX];
    ck_assert(type_path_parse(path, &p, why));
    type_select_start(&sel, &s, &root, &p);
    ck_assert_msg(type_select_next(&sel, &n, text, why) == SELECT_NODE, "%s", why);
    return n;
}

static void store(const char *path, const char *text)
{
    uint8_t value[64], mask[64];
    char why[TYPE_WHY_MAX];
    struct type_node n = leaf_of(path);
    ck_assert_msg(type_value_parse(&s, &n, text, value, mask, why), "%s %s: %s", path, text, why);
    for (size_t i = 0; i < n.size; i++)
        memory[n.offset + i] = (uint8_t)((memory[n.offset + i] & ~mask[i]) | (value[i] & mask[i]));
}

static const char *shown(const char *path)
{
    static char out[256];
    struct type_node n = leaf_of(path);
    (void)type_value_format(&s, &n, memory + n.offset, out, sizeof out);
    return out;
}

/* What is stored, and how it is shown then; the second text is stored again and shown the same. */
TEST(round_trips)
{
    static const char *const rows[][3] = {
        {"i", "-5", "-5"},
        {"i", "0xffffffff", "-1"},
        {"u", "18446744073709551615", "18446744073709551615"},
        {"u", "4K", "4096"},
        {"f", "0.1", "0.1"},
        {"d", "1e300", "1e+300"},
        {"d", "-inf", "-inf"},
        {"b", "true", "true"},
        {"b", "0", "false"},
        {"c", "R", "'R' (82)"},
        {"c", "'''", "''' (39)"},
        {"c", "'\\n'", "10"},
        {"c", "'\"'", "'\\\"' (34)"},
        {"c", "-1", "-1"},
        {"c", "7", "7"},
        {"text", "hi", "\"hi\""},
        {"text", "\"a\\n\\x01\\\"\\\\\"", "\"a\\n\\x01\\\"\\\\\""},
        {"text", "h\xc3\xa4", "\"h\xc3\xa4\""},
        {"text", "\"\\xff\\xe2\\x80\\xae\"", "\"\\xff\\xe2\\x80\\xae\""},
        {"wide", "\xf0\x9f\x98\x80!", "\"\xf0\x9f\x98\x80!\""},
        {"wide", "\"\\u0001\\u202e\"", "\"\\u0001\\u202e\""},
        {"wide", "\"\\x00\\xd8\"", "\"\\x00\\xd8\""},
        {"points", "\xe6\x97\xa5", "\"\xe6\x97\xa5\""},
        {"e", "READY", "READY (2)"},
        {"e", "-1", "BROKEN (-1)"},
        {"e", "77", "77"},
        {"fl", "URGENT|LAST", "URGENT|LAST"},
        {"fl", "SEEN | 0x20", "SEEN|0x20"},
        {"fl", "0", "NONE"},
        {"fl", "0x40", "0x40"},
        {"ef", "LAST", "LAST (2)"},
        {"ef", "3", "URGENT|LAST"},
        {"hex", "255", "0xff"},
        {"t", "1796000000", "2026-11-30 00:53:20Z (1796000000)"},
        {"t", "2000-02-29 23:59:59Z", "2000-02-29 23:59:59Z (951868799)"},
        {"ms", "1970-01-01 00:00:01.250", "1970-01-01 00:00:01.250Z (1250)"},
        {"ns", "-1", "1969-12-31 23:59:59.999999999Z (-1)"},
        {"p", "0x7f00", "0x7f00"},
        {"raw", "de ad be", "de ad be"},
        {"big", "0x01020304", "16909060"},
        {"b5", "31", "31"},
        {"sb", "-8", "-8"},
        {"sb", "0xf", "-1"},
        {"one", "\xe6\x97\xa5", "'\xe6\x97\xa5' (26085)"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        store(rows[i][0], rows[i][1]);
        ck_assert_str_eq(shown(rows[i][0]), rows[i][2]);
    }
    ck_assert_mem_eq(memory + leaf_of("big").offset, "\1\2\3\4", 4);
}

TEST(refusals)
{
    static const char *const rows[][3] = {
        {"i", "2147483648", "does not fit 32 bits"},
        {"u", "-1", "does not fit 64 bits"},
        {"i", "x", "x: not a number"},
        {"f", "1e99", "out of range"},
        {"b", "2", "does not fit 1 bits"},
        {"text", "123456789", "longer than 8 bytes"},
        {"text", "\"\\q\"", "an escape that is not known"},
        {"text", "\xff", "not valid UTF-8"},
        {"e", "REDY", "REDY: no such name in enum state"},
        {"fl", "URGENT|WHAT", "WHAT: no such name"},
        {"fl", "256", "does not fit 8 bits"},
        {"b3", "8", "does not fit 3 bits"},
        {"sb", "8", "does not fit 4 bits"},
        {"raw", "de ad", "2 bytes are given, it has 3"},
        {"ld", "1", "shown as bytes only"},
        {"c", "\xe6\x97\xa5", "does not fit one unit"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t value[64], mask[64];
        char why[TYPE_WHY_MAX] = "";
        struct type_node n = leaf_of(rows[i][0]);
        ck_assert_msg(!type_value_parse(&s, &n, rows[i][1], value, mask, why), "%s", rows[i][1]);
        ck_assert_msg(strstr(why, rows[i][2]) != NULL, "%s %s: %s", rows[i][0], rows[i][1], why);
    }
    uint8_t value[4096], mask[4096];
    char why[TYPE_WHY_MAX];
    ck_assert(!type_value_parse(&s, &root, "1", value, mask, why));
}

/* A bitfield is stored in the smallest aligned word that holds it, and only its own bits. */
TEST(words_of_bitfields)
{
    struct type_node n = {.kind = NODE_LEAF, .offset = 6, .size = 2, .bit = 4, .bits = 9};
    uint8_t value[2] = {0x10, 0x01}, mask[2] = {0xf0, 0x1f};
    struct type_store st;
    ck_assert(type_value_store(&n, value, mask, 64, &st));
    ck_assert(st.offset == 6 && st.size == 2 && st.value[1] == 1 && st.mask[0] == 0xf0);
    n.offset = 7; /* over a boundary of 8: no word holds it */
    ck_assert(!type_value_store(&n, value, mask, 64, &st));
    n.offset = 3; /* over one of 4 */
    ck_assert(type_value_store(&n, value, mask, 64, &st));
    ck_assert(st.offset == 0 && st.size == 8 && st.value[4] == 1 && st.mask[3] == 0xf0);
    ck_assert(!type_value_store(&n, value, mask, 5, &st));
}

static enum type_truth truth(const char *text)
{
    char why[TYPE_WHY_MAX];
    uint64_t seen;
    struct type_condition *c = type_condition_new(&s, &root, text, why);
    ck_assert_msg(c != NULL, "%s: %s", text, why);
    enum type_truth is = type_condition_check(c, &s, &root, &seen);
    type_condition_free(c);
    return is;
}

TEST(conditions)
{
    store("i", "-5");
    store("u", "18446744073709551615");
    store("e", "READY");
    store("fl", "URGENT|LAST");
    store("text", "hi");
    store("d", "1.5");
    store("b5", "9");
    static const char *const yes[] = {"i == -5",
                                      "i < 0 && u > 5",
                                      "i < u",
                                      "u > i",
                                      "e == READY",
                                      "READY == e",
                                      "e != NEW",
                                      "!(i == 0)",
                                      "not i == 0 and e == READY",
                                      "i == 1 || e == READY",
                                      "d > i",
                                      "d >= 1.5",
                                      "text == \"hi\"",
                                      "text != hello",
                                      "fl == URGENT|LAST",
                                      "b5 == 9 && b3 == 0",
                                      "i",
                                      "!b",
                                      "text",
                                      "(i == -5) && (b5 <= 9 or b)",
                                      "text[0] == 'h'"};
    static const char *const no[] = {"i == 5", "i == -5 && b", "text == \"h\"", "b || b3", "!u"};
    for (size_t i = 0; i < COUNT(yes); i++)
        ck_assert_msg(truth(yes[i]) == TRUTH_YES, "%s", yes[i]);
    for (size_t i = 0; i < COUNT(no); i++)
        ck_assert_msg(truth(no[i]) == TRUTH_NO, "%s", no[i]);
    s.size = 4; /* the rest is gone */
    ck_assert_int_eq(truth("!(u == 5)"), TRUTH_UNKNOWN);
    ck_assert_int_eq(truth("i == -5 || u == 5"), TRUTH_YES);
    s.size = sizeof memory;
    static const char *const bad[] = {"",           "i ==",        "nope == 1", "i == x",
                                      "1 == 2",     "(i == 1",     "i == 1 )",  "e == REDY",
                                      "i == 1 && ", "raw[9] == 1", "i = 5",     "&&"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        char why[TYPE_WHY_MAX] = "";
        ck_assert_msg(type_condition_new(&s, &root, bad[i], why) == NULL, "%s", bad[i]);
        ck_assert_msg(why[0] != '\0', "%s", bad[i]);
    }
}

SUITE(test_core_type_value, .set_up = set_up, .tear_down = tear_down,
      TESTS(round_trips, refusals, words_of_bitfields, conditions));
