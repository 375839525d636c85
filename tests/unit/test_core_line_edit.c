/* The line editor: keys typed by name, the text with `|` where the cursor is. */
#include <stdio.h>
#include <string.h>

#include "core/screen/line_edit.h"
#include "core/text.h"
#include "support/suite.h"

static struct edit e;
static struct line_history h;

static void setup(void)
{
    edit_set(&e, "");
    h.count = 0;
}

static void teardown(void)
{
    line_history_free(&h);
}

/* Presses keys named in a list with blanks between them. */
static void press(const char *keys)
{
    char list[256], *name = list;
    snprintf(list, sizeof list, "%s", keys);
    while (*name) {
        char *end = name + strcspn(name, " ");
        bool more = *end != '\0';
        struct key key;
        *end = '\0';
        ck_assert_msg(key_parse(name, &key), "%s", name);
        ck_assert_msg(edit_key(&e, key, &h), "%s", name);
        name = more ? end + 1 : end;
    }
}

static const char *shown(void)
{
    static char text[EDIT_MAX + 1];
    ck_assert_uint_eq(strlen(e.text), e.length);
    ck_assert_uint_le(e.cursor, e.length);
    memcpy(text, e.text, e.cursor);
    text[e.cursor] = '|';
    memcpy(text + e.cursor + 1, e.text + e.cursor, e.length - e.cursor + 1);
    return text;
}

static const struct {
    const char *text, *keys, *after;
} rows[] = {
    {"", "a b Space c", "ab c|"},
    {"abc", "Left Left x", "ax|bc"},
    {"abc", "Home x End y", "xabcy|"},
    {"abc", "^A ^F ^F ^B x ^E y", "axbcy|"},
    {"abc", "Left Left Left Left Left x", "x|abc"},
    {"abc", "Right Right x", "abcx|"},
    {"abc", "Backspace", "ab|"},
    {"abc", "^A Backspace ^H", "|abc"},
    {"abc", "^H ^H ^H ^H", "|"},
    {"abc", "Home Delete ^D", "|c"},
    {"abc", "Delete", "abc|"},
    {"one two", "^W", "one |"},
    {"one two  ", "^W", "one |"},
    {"one two", "^W ^W ^W", "|"},
    {"one two", "Left ^W", "one |o"},
    {"abcd", "Left Left ^U", "|cd"},
    {"abcd", "Left Left ^K", "ab|"},
    {"日本", "Left x", "日x|本"},
    {"日本", "Backspace", "日|"},
    {"日本", "Home Delete", "|本"},
    {"ae\u0301b", "Left Left x", "ax|e\u0301b"},
    {"ae\u0301", "Backspace", "a|"},
    {"e\u0301b", "Home Right x", "e\u0301x|b"},
    {"e\u0301b", "Home Delete", "|b"},
    {"a😀", "Backspace b", "ab|"},
    {"\u0301a", "Left Left Left x", "x|\u0301a"},
};

TEST_LOOP(keys, SUITE_ROWS(rows))
{
    edit_set(&e, rows[_i].text);
    press(rows[_i].keys);
    ck_assert_str_eq(shown(), rows[_i].after);
}

TEST(keys_of_others)
{
    static const char *const names[] = {"Enter", "Esc", "Tab", "F1",     "PgUp",
                                        "M-x",   "^R",  "^L",  "S-Left", "^T"};
    edit_set(&e, "abc");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct key key;
        ck_assert(key_parse(names[i], &key));
        ck_assert_msg(!edit_key(&e, key, &h), "%s", names[i]);
    }
    ck_assert(!edit_key(&e, (struct key){KEY_UP_, 0}, NULL)); /* a list behind may scroll */
    ck_assert_str_eq(shown(), "abc|");
}

TEST(hostile_keys)
{
    static const uint32_t codes[] = {0, 1, 0x1b, 0x7f, 0x9b, 0xd800, 0x110000, 0x1fffff};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        edit_key(&e, (struct key){codes[i], 0}, NULL);
    ck_assert_str_eq(shown(), "|");
}

TEST(set_cleans)
{
    edit_set(&e, "a\xff"
                 "b\x1b[0m\ne\xcc\x81");
    ck_assert_str_eq(shown(), "a?b?[0m?e\u0301|");
}

TEST(never_too_long)
{
    char longer[EDIT_MAX + 100];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    memcpy(longer + EDIT_MAX - 3, "日", 3);
    edit_set(&e, longer); /* the wide one does not fit: cut before it */
    ck_assert_uint_eq(e.length, EDIT_MAX - 3);
    press("a");
    ck_assert(edit_key(&e, (struct key){0x65e5, 0}, NULL));
    ck_assert_uint_eq(e.length, EDIT_MAX - 2);
    press("a a a");
    ck_assert_uint_eq(e.length, EDIT_MAX - 1);
    press("Home Delete z");
    ck_assert_uint_eq(e.length, EDIT_MAX - 1);
    ck_assert_int_eq(e.text[0], 'z');
}

TEST(browsing)
{
    line_history_add(&h, "first");
    line_history_add(&h, "second");
    press("d r a f t Left Up");
    ck_assert_str_eq(shown(), "second|");
    press("Up");
    ck_assert_str_eq(shown(), "first|");
    press("Up"); /* no older one */
    ck_assert_str_eq(shown(), "first|");
    press("x ^N");
    ck_assert_str_eq(shown(), "second|");
    press("^N");
    ck_assert_str_eq(shown(), "draft|");
    press("Down");
    ck_assert_str_eq(shown(), "draft|");
    press("^P ^U n e w Down");
    ck_assert_str_eq(shown(), "draft|");
    edit_set(&e, "");
    ck_assert_int_eq(e.back, 0);
}

TEST(history)
{
    char line[2000];
    line_history_add(&h, "");
    ck_assert_int_eq(h.count, 0);
    for (int i = 0; i < LINE_HISTORY_MAX + 20; i++) {
        snprintf(line, sizeof line, "line %d", i);
        line_history_add(&h, line);
        line_history_add(&h, line);
    }
    ck_assert_int_eq(h.count, LINE_HISTORY_MAX);
    ck_assert_str_eq(h.line[0], line);
    ck_assert_str_eq(h.line[LINE_HISTORY_MAX - 1], "line 20");
    line_history_add(&h, "line 50"); /* typed again: the newest now, and once */
    ck_assert_int_eq(h.count, LINE_HISTORY_MAX);
    ck_assert_str_eq(h.line[0], "line 50");
    ck_assert_str_eq(h.line[1], line);
    int times = 0;
    for (int i = 0; i < h.count; i++)
        times += strcmp(h.line[i], "line 50") == 0;
    ck_assert_int_eq(times, 1);
    memset(line, 'y', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    line_history_add(&h, line);
    press("Up");
    ck_assert_uint_eq(e.length, EDIT_MAX - 1);
}

/* Whatever is pressed, the text stays valid UTF-8 and the cursor between two characters. */
TEST_LOOP(always_valid, 10)
{
    static const struct key pool[] = {
        {'a', 0},       {0xe9, 0},       {0x301, 0},          {0x1f600, 0},     {' ', 0},
        {KEY_LEFT_, 0}, {KEY_RIGHT_, 0}, {KEY_BACKSPACE_, 0}, {KEY_DELETE_, 0}, {'w', KEY_CTRL},
        {KEY_UP_, 0},   {KEY_DOWN_, 0},  {KEY_HOME_, 0},      {'k', KEY_CTRL},  {0x65e5, 0}};
    uint64_t seed = (uint64_t)_i;
    line_history_add(&h, "日本 e\u0301");
    for (int step = 0; step < 3000; step++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        edit_key(&e, pool[(seed >> 33) % (sizeof pool / sizeof pool[0])], &h);
        bool border = e.cursor == e.length;
        for (size_t i = 0; i < e.length;) {
            struct text_char t = text_decode(TEXT_UTF8, (const uint8_t *)e.text + i, e.length - i);
            border = border || i == e.cursor;
            if (!t.valid)
                ck_abort_msg("invalid at %zu", i);
            i += t.size;
        }
        if (!border || strlen(e.text) != e.length)
            ck_abort_msg("cursor at %zu of %zu", e.cursor, e.length);
    }
}

SUITE(test_core_line_edit, .set_up = setup, .tear_down = teardown,
      TESTS(keys, keys_of_others, hostile_keys, set_cleans, never_too_long, browsing, history,
            always_valid));
