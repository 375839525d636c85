/* The key table: every row of it is reachable, names read back, the user's bindings win. */
#include <string.h>

#include "core/screen/keymap.h"
#include "support/suite.h"

static struct keymap *m;

static void setup(void)
{
    m = keymap_new();
    ck_assert_ptr_nonnull(m);
}

static void teardown(void)
{
    keymap_free(m);
}

static struct key key_of(const char *name)
{
    struct key key = {0, 0};
    ck_assert_msg(key_parse(name, &key), "%s", name);
    return key;
}

static const char *command_of(enum key_mode mode, const char *name)
{
    const struct binding *b = keymap_find(m, mode, key_of(name));
    return b ? b->command : NULL;
}

static size_t rows_of(const struct keymap *map)
{
    size_t n = 0;
    while (keymap_row(map, n))
        n++;
    return n;
}

/* Each default is found by its own key (no key is twice in a mode), has a name, a command, and a
 * note of its own or a row before it in its mode. */
TEST(every_row_is_reachable)
{
    const struct binding *b;
    for (size_t i = 0; (b = keymap_row(m, i)) != NULL; i++) {
        char name[KEY_NAME_MAX];
        ck_assert_uint_gt(key_name(b->key, name), 0);
        ck_assert_msg(keymap_find(m, (enum key_mode)b->mode, b->key) == b, "%s twice", name);
        ck_assert_uint_gt(strlen(b->command), 0);
        if (!b->note) {
            ck_assert_uint_gt(i, 0);
            ck_assert_uint_eq(keymap_row(m, i - 1)->mode, b->mode);
        }
    }
    ck_assert_uint_gt(rows_of(m), 100);
}

TEST(defaults)
{
    ck_assert_str_eq(command_of(MODE_INSPECT, "F5"), "goto");
    ck_assert_str_eq(command_of(MODE_INSPECT, "g"), "goto");
    ck_assert_str_eq(command_of(MODE_INSPECT, "^R"), "redo");
    ck_assert_str_eq(command_of(MODE_SEGMENTS, "Delete"), "remove");
    ck_assert_ptr_null(command_of(MODE_INSPECT, "M-z"));
    ck_assert_ptr_null(command_of(MODE_HELP, "p"));
}

TEST(user_bindings_win)
{
    size_t before = rows_of(m);
    ck_assert_ptr_null(keymap_bind(m, MODE_INSPECT, "g", "  move start"));
    ck_assert_str_eq(command_of(MODE_INSPECT, "g"), "move start");
    ck_assert_str_eq(command_of(MODE_INSPECT, "F5"), "goto");
    ck_assert_str_eq(command_of(MODE_SEGMENTS, "g"), "goto");
    ck_assert_uint_eq(rows_of(m), before);
    const struct binding *b = keymap_row(m, before - 1);
    ck_assert_str_eq(b->command, "move start");
    ck_assert_str_eq(b->note, "start of the segment");
    ck_assert_ptr_null(keymap_bind(m, MODE_INSPECT, "g", "poke 0 1 --as u8"));
    b = keymap_row(m, before - 1);
    ck_assert_str_eq(b->note, "poke 0 1 --as u8");
    ck_assert_ptr_null(keymap_bind(m, MODE_INSPECT, "M-x", "quit"));
    ck_assert_uint_eq(rows_of(m), before + 1);
}

TEST(unbinding)
{
    size_t before = rows_of(m);
    const char *note = keymap_find(m, MODE_INSPECT, key_of("F5"))->note;
    ck_assert_ptr_null(keymap_bind(m, MODE_INSPECT, "F5", " "));
    ck_assert_ptr_null(command_of(MODE_INSPECT, "F5"));
    ck_assert_uint_eq(rows_of(m), before - 1);
    const struct binding *twin = keymap_find(m, MODE_INSPECT, key_of("g"));
    ck_assert_str_eq(twin->note, note); /* the twin stands for itself now */
    ck_assert_str_eq(twin->bar, "Goto");
    ck_assert_ptr_null(keymap_bind(m, MODE_INSPECT, "F5", ""));
    ck_assert_uint_eq(rows_of(m), before - 1);
}

TEST(what_cannot_be_bound)
{
    char longer[3000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    ck_assert_ptr_nonnull(keymap_bind(m, MODE_INSPECT, "F13", "quit"));
    ck_assert_ptr_nonnull(keymap_bind(m, MODE_INSPECT, "", "quit"));
    ck_assert_ptr_nonnull(keymap_bind(m, MODE_INSPECT, "x", longer));
    ck_assert_ptr_nonnull(keymap_bind(m, MODE_COUNT, "x", "quit"));
    const char *why = NULL;
    for (uint32_t i = 0; i < 6000 && !why; i++) { /* there is an end to it */
        char name[KEY_NAME_MAX];
        key_name((struct key){0x4e00 + i, 0}, name);
        why = keymap_bind(m, MODE_HELP, name, "quit");
    }
    ck_assert_ptr_nonnull(why);
    ck_assert_str_eq(command_of(MODE_HELP, "q"), "back");
}

TEST(rebinding_from_its_own_row)
{
    ck_assert_ptr_null(keymap_bind(m, MODE_HELP, "x", "quit now"));
    ck_assert_ptr_null(keymap_bind(m, MODE_HELP, "x", command_of(MODE_HELP, "x")));
    ck_assert_str_eq(command_of(MODE_HELP, "x"), "quit now");
}

static const struct {
    const char *name;
    uint32_t code, mods;
} names[] = {
    {"g", 'g', 0},
    {"G", 'G', 0},
    {"-", '-', 0},
    {"^", '^', 0},
    {"?", '?', 0},
    {"\xc3\xa9", 0xe9, 0},
    {"Space", ' ', 0},
    {"^T", 't', KEY_CTRL},
    {"^^", '^', KEY_CTRL},
    {"^Space", ' ', KEY_CTRL},
    {"M-x", 'x', KEY_ALT},
    {"M--", '-', KEY_ALT},
    {"M-^A", 'a', KEY_ALT | KEY_CTRL},
    {"S-Left", KEY_LEFT_, KEY_SHIFT},
    {"^S-Left", KEY_LEFT_, KEY_SHIFT | KEY_CTRL},
    {"M-^S-F12", KEY_F1_ + 11, KEY_SHIFT | KEY_CTRL | KEY_ALT},
    {"F1", KEY_F1_, 0},
    {"F10", KEY_F1_ + 9, 0},
    {"^Home", KEY_HOME_, KEY_CTRL},
    {"S-Tab", KEY_TAB_, KEY_SHIFT},
    {"S", 'S', 0},
    {"M", 'M', 0},
    {"F", 'F', 0},
};

TEST_LOOP(key_names, SUITE_ROWS(names))
{
    struct key key = key_of(names[_i].name);
    char name[KEY_NAME_MAX];
    ck_assert_uint_eq(key.code, names[_i].code);
    ck_assert_uint_eq(key.mods, names[_i].mods);
    ck_assert_uint_eq(key_name(key, name), strlen(names[_i].name));
    ck_assert_str_eq(name, names[_i].name);
}

TEST(names_of_no_key)
{
    static const char *const bad[] = {"",         " ",     "F0",   "F13",          "F1x",
                                      "F01",      "M-",    "S-",   "S-a",          "S-Space",
                                      "^1",       "gg",    "home", "\x1b",         "\xff",
                                      "\xcc\x81", "M-M-x", "^-^",  "\xe2\x80\xae", "^\xc3\xa9"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct key key = {7, 7};
        ck_assert_msg(!key_parse(bad[i], &key), "%s", bad[i]);
        ck_assert_uint_eq(key.code, 7);
    }
}

/* Every key that has a name reads back; those that have none say so. */
TEST(names_are_inverses)
{
    size_t named = 0;
    for (uint32_t code = 0; code < KEY_LAST_ + 2; code == 0x3000 ? code = KEY_BASE : code++)
        for (uint32_t mods = 0; mods < 16; mods++) {
            struct key key = {code, mods}, back = {0, 0};
            char name[KEY_NAME_MAX];
            size_t n = key_name(key, name);
            if (n != strlen(name) || n >= KEY_NAME_MAX)
                ck_abort_msg("length of %s", name);
            if (n == 0)
                continue;
            named++;
            if (!key_parse(name, &back) || back.code != code || back.mods != mods)
                ck_abort_msg("%s does not read back", name);
        }
    ck_assert_uint_gt(named, 5000);
}

TEST(mode_names)
{
    for (int i = 0; i < MODE_COUNT; i++) {
        enum key_mode mode = MODE_COUNT;
        ck_assert(key_mode_find(key_mode_name((enum key_mode)i), &mode));
        ck_assert_int_eq((int)mode, i);
    }
    static const struct {
        const char *word;
        enum key_mode mode;
    } words[] = {{"list", MODE_SEGMENTS},   {"segments", MODE_SEGMENTS}, {"bytes", MODE_INSPECT},
                 {"inspect", MODE_INSPECT}, {"fields", MODE_TREE},       {"tree", MODE_TREE},
                 {"users", MODE_WHO},       {"who", MODE_WHO},           {"watch", MODE_MARKS},
                 {"marks", MODE_MARKS}};
    enum key_mode mode;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        ck_assert(key_mode_find(words[i].word, &mode));
        ck_assert_int_eq(mode, words[i].mode);
    }
    ck_assert(!key_mode_find("nowhere", &mode));
}

SUITE(test_core_keymap, .set_up = setup, .tear_down = teardown,
      TESTS(every_row_is_reachable, defaults, user_bindings_win, unbinding, what_cannot_be_bound,
            rebinding_from_its_own_row, key_names, names_of_no_key, names_are_inverses,
            mode_names));
