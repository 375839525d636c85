/* The configuration, the options kept, the marks kept: as text. */
#include <stdlib.h>
#include <string.h>

#include "session/settings.h"
#include "support/suite.h"

static struct settings set;
static struct keymap *keys;
static char why[SETTINGS_FAULTS];

static void set_up(void)
{
    set = (struct settings){
        .hz = 250, .theme = "dark", .width = 16, .view = view_find("hex"), .recent = 10};
    keys = keymap_new();
    ck_assert_ptr_nonnull(keys);
}

static void tear_down(void)
{
    keymap_free(keys);
}

static size_t read_text(const char *text)
{
    return settings_read(&set, keys, text, strlen(text), NULL, why);
}

TEST(every_kind_of_line)
{
    size_t bad = read_text("# a comment\n\nset hz 60\r\n  set theme light # words\n"
                           "set view u32be\nset mouse on\nset encoding utf16le\n"
                           "bind inspect X goto 0x40\nset width 8");
    ck_assert_msg(bad == 0, "%s", why);
    ck_assert_double_eq(set.hz, 60);
    ck_assert_str_eq(set.theme, "light");
    ck_assert_str_eq(set.view->name, "u32be");
    ck_assert(set.mouse);
    ck_assert_int_eq(set.enc, TEXT_UTF16LE);
    ck_assert_uint_eq(set.width, 8);
    const struct binding *b = keymap_find(keys, MODE_INSPECT, (struct key){'X', 0});
    ck_assert_ptr_nonnull(b);
    ck_assert_str_eq(b->command, "goto 0x40");
    ck_assert_uint_eq(read_text("bind fields z goto 0x80"), 0); /* as the screen calls it */
    b = keymap_find(keys, MODE_TREE, (struct key){'z', 0});
    ck_assert_ptr_nonnull(b);
    ck_assert_str_eq(b->command, "goto 0x80");
}

/* What S does where no type is known. */
TEST(search_for_types)
{
    char value[SETTINGS_VALUE];
    ck_assert_uint_eq(read_text("set types auto\n"), 0);
    ck_assert_int_eq(set.types, TYPES_AUTO);
    settings_value(&set, setting_find("types"), value, sizeof value);
    ck_assert_str_eq(value, "auto");
    ck_assert_uint_eq(read_text("set types off\n"), 0);
    ck_assert_int_eq(set.types, TYPES_OFF);
    ck_assert_uint_eq(read_text("set types on\n"), 1);
    ck_assert_ptr_nonnull(strstr(why, "types is list, auto or off, not on"));
}

/* The order is the cells' too, and a view brings its own. */
TEST(view_and_order_agree)
{
    ck_assert_uint_eq(read_text("set view u32le\nset order big\n"), 0);
    ck_assert_str_eq(set.view->name, "u32be");
    ck_assert_uint_eq(read_text("set view f64le\n"), 0);
    ck_assert(!set.big);
    ck_assert_uint_eq(read_text("set view hex\nset order big\n"), 0);
    ck_assert_str_eq(set.view->name, "hex");
    ck_assert(set.big);
    char text[SETTINGS_PRINTED];
    (void)read_text("set view i16be\n");
    size_t n = settings_print(&set, UINT32_MAX, text);
    set.view = view_find("u64le");
    set.big = false;
    ck_assert_uint_eq(settings_read(&set, keys, text, n, NULL, why), 0);
    ck_assert_str_eq(set.view->name, "i16be");
    ck_assert(set.big);
}

TEST(a_bad_line_is_told_and_the_rest_is_used)
{
    ck_assert_uint_eq(read_text("set width 8\nset foo 1\nset hz fast\nset fresh 1\n"), 2);
    ck_assert_str_eq(why, "line 2: no such option: foo; line 3: hz is 1 to 1000, not fast");
    ck_assert_uint_eq(set.width, 8);
    ck_assert_double_eq(set.hz, 250);
    ck_assert_double_eq(set.fresh, 1);
}

static const char *const bad_lines[] = {
    "set",          "set hz",        "set hz 0",       "set hz 1001",      "set hz nan",
    "set width 0",  "set width 257", "set theme blue", "set mouse maybe",  "set order up",
    "set view u24", "set hz 1 2",    "bind inspect",   "bind nowhere x y", "bind inspect Foo quit",
    "sett hz 1",    "set fresh -1",  "set encoding x", "set warm inf",
};

TEST_LOOP(lines_that_are_not_understood, SUITE_ROWS(bad_lines))
{
    struct settings before = set;
    ck_assert_uint_eq(read_text(bad_lines[_i]), 1);
    ck_assert_int_eq(strncmp(why, "line 1: ", 8), 0);
    ck_assert_uint_eq(settings_changed(&before, &set), 0);
}

/* As many as have room, whole, and how many more there are. */
TEST(every_fault_is_said)
{
    static const char line[] = "set foo 1\n";
    char text[100 * (sizeof line - 1) + 1];
    ck_assert_uint_eq(read_text("set foo 1\nset hz 60\nbind x y\nxx\n"), 3);
    ck_assert_str_eq(why, "line 1: no such option: foo; line 3: no such screen (`:bind` lists "
                          "them); line 4: a line is `set NAME VALUE` or `bind MODE KEY COMMAND`");
    for (size_t i = 0; i < 100; i++)
        memcpy(text + i * (sizeof line - 1), line, sizeof line);
    ck_assert_uint_eq(read_text(text), 100);
    const char *more = strstr(why, "; and ");
    ck_assert_ptr_nonnull(more);
    ck_assert_str_eq(more, "; and 91 more");
    ck_assert_ptr_nonnull(strstr(why, "line 9: no such option: foo; and"));
}

TEST(hostile_words_are_escaped)
{
    ck_assert_uint_eq(read_text("set \033[2J 1\n"), 1);
    ck_assert_ptr_null(strchr(why, '\033'));
    char line[3000];
    memset(line, 'a', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    ck_assert_uint_eq(read_text(line), 1);
    ck_assert_ptr_nonnull(strstr(why, "too long"));
    ck_assert_uint_eq(settings_read(&set, keys, "set hz 60\0", 10, NULL, why), 1);
    ck_assert_uint_eq(read_text("set rate 40\n"), 0); /* its older name */
    ck_assert_double_eq(set.hz, 40);
}

TEST(what_is_printed_reads_back)
{
    char text[SETTINGS_PRINTED];
    uint32_t seen = 0;
    size_t options = 0;
    while (setting_name(options) != NULL)
        options++;
    ck_assert_uint_eq(read_text("set hz 62.5\nset warm 0.1\nset order big\nset theme mono\n"
                                "set sort -age\n"),
                      0);
    size_t n = settings_print(&set, UINT32_MAX, text);
    struct settings again = {.theme = "dark", .recent = 1, .view = view_find("hex")};
    ck_assert_uint_eq(settings_read(&again, keys, text, n, &seen, why), 0);
    ck_assert_uint_eq(settings_changed(&set, &again), 0);
    ck_assert_uint_eq(seen, ((uint32_t)1 << options) - 1);
    ck_assert_ptr_nonnull(strstr(text, "set sort -age\n"));
    ck_assert(again.inverted);
    ck_assert_double_eq(again.hz, 62.5);
    ck_assert_double_eq(again.warm, 0.1);
    ck_assert(again.big);
    ck_assert_str_eq(again.theme, "mono");
}

TEST(only_what_was_changed_is_printed)
{
    struct settings before = set;
    char text[SETTINGS_PRINTED];
    ck_assert_uint_eq(read_text("set width 32\nset theme light\n"), 0);
    settings_print(&set, settings_changed(&before, &set), text);
    ck_assert_str_eq(text, "set theme light\nset width 32\n");
}

SUITE(test_ui_settings, .set_up = set_up, .tear_down = tear_down,
      TESTS(every_kind_of_line, view_and_order_agree, search_for_types,
            a_bad_line_is_told_and_the_rest_is_used, lines_that_are_not_understood,
            every_fault_is_said, hostile_words_are_escaped, what_is_printed_reads_back,
            only_what_was_changed_is_printed));
