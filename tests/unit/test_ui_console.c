/* Records of a console of Windows, through the bytes of a terminal, to the keys that the program
 * knows. The numbers are Windows' own. */
#include <string.h>

#include "support/suite.h"
#include "ui/term/console_input.h"
#include "ui/term/input.h"

enum { LALT = CONSOLE_LEFT_ALT, RALT = CONSOLE_RIGHT_ALT, LCTRL = CONSOLE_LEFT_CTRL };
enum { SHIFT = CONSOLE_SHIFT, CAPS_LOCK = 0x80, NUM_LOCK = 0x20, ENHANCED = 0x100 };

static struct console_input console;
static struct input in;

static void set_up(void)
{
    console = (struct console_input){0};
    input_init(&in);
}

static void feed(struct console_key k)
{
    char bytes[CONSOLE_SEQUENCE];
    size_t n = console_key(&console, &k, bytes);
    ck_assert_uint_le(n, sizeof bytes);
    input_feed(&in, bytes, n, 1);
}

/* The next event; its name is in `name`. Nothing waits for more: the forms are unambiguous. */
static struct event next(char name[KEY_NAME_MAX])
{
    struct event ev = {.kind = EVENT_NONE};
    name[0] = '\0';
    if (!input_next(&in, 1, &ev))
        ev.kind = EVENT_NONE;
    if (ev.kind == EVENT_KEY)
        (void)key_name(ev.key, name);
    return ev;
}

static const struct {
    uint16_t vk, unit;
    uint32_t state;
    const char *name; /* "": nothing comes */
} keys[] = {
    {'A', 'a', 0, "a"},
    {'A', 'A', SHIFT, "A"},
    {'A', 'A', CAPS_LOCK | NUM_LOCK, "A"},
    {0xbf, '/', 0, "/"},
    {0xdb, 0xe4, 0, "\xc3\xa4"},
    {0xe7, 0x65e5, 0, "\xe6\x97\xa5"}, /* from an input method */
    {0x0d, '\r', 0, "Enter"},
    {0x0d, '\r', SHIFT, "Enter"},
    {0x0d, '\n', LCTRL, "Enter"},
    {0x0d, '\r', ENHANCED, "Enter"},
    {0x1b, 0x1b, 0, "Esc"},
    {0x1b, 0x1b, LALT, "M-Esc"},
    {0xdb, 0x1b, LCTRL, "Esc"},
    {0x08, 0x08, 0, "Backspace"},
    {0x08, 0x7f, LCTRL, "Backspace"},
    {0x09, '\t', 0, "Tab"},
    {0x09, '\t', SHIFT, "S-Tab"},
    {0x20, ' ', 0, "Space"},
    {0x20, ' ', LCTRL, "^Space"},
    {0x26, 0, ENHANCED, "Up"},
    {0x28, 0, 0, "Down"}, /* the keypad's, Num Lock off */
    {0x62, '2', NUM_LOCK, "2"},
    {0x25, 0, ENHANCED | SHIFT, "S-Left"},
    {0x27, 0, ENHANCED | LCTRL, "^Right"},
    {0x24, 0, ENHANCED | LCTRL, "^Home"},
    {0x23, 0, ENHANCED, "End"},
    {0x21, 0, ENHANCED, "PgUp"},
    {0x22, 0, ENHANCED, "PgDn"},
    {0x2d, 0, ENHANCED, "Insert"},
    {0x2e, 0, ENHANCED, "Delete"},
    {0x70, 0, 0, "F1"},
    {0x74, 0, 0, "F5"},
    {0x79, 0, 0, "F10"},
    {0x7b, 0, SHIFT, "S-F12"},
    {'C', 3, LCTRL, "^C"},
    {0x03, 3, LCTRL, "^C"}, /* Ctrl-Break */
    {'T', 0x14, LCTRL, "^T"},
    {'T', 0x14, LCTRL | SHIFT, "^T"},
    {'T', 0, LCTRL, "^T"},
    {'X', 'x', LALT, "M-x"},
    {'X', 'X', LALT | SHIFT, "M-X"},
    {'Q', '@', LCTRL | RALT, "@"}, /* AltGr */
    {'T', 0x14, LCTRL | LALT, "M-^T"},
    {0x10, 0, SHIFT, ""},
    {0x11, 0, LCTRL, ""},
    {0x12, 0, LALT, ""},
    {0x14, 0, CAPS_LOCK, ""},
    {0x90, 0, NUM_LOCK, ""},
    {0x5b, 0, 0, ""},
    {0x0c, 0, 0, ""}, /* 5 of the keypad, Num Lock off */
    {0xad, 0, 0, ""}, /* mute */
};

TEST_LOOP(a_key, SUITE_ROWS(keys))
{
    char name[KEY_NAME_MAX], more[KEY_NAME_MAX];
    struct console_key k = {true, keys[_i].vk, keys[_i].unit, keys[_i].state};
    feed(k);
    struct event ev = next(name);
    ck_assert_str_eq(name, keys[_i].name);
    ck_assert_int_eq(ev.kind, keys[_i].name[0] == '\0' ? EVENT_NONE : EVENT_KEY);
    ck_assert_int_eq(next(more).kind, EVENT_NONE);
    ck_assert_uint_eq(in.count, 0);
    k.down = false;
    feed(k);
    ck_assert_int_eq(next(more).kind, EVENT_NONE);
}

TEST(a_character_beyond_16_bits_comes_in_halves)
{
    char name[KEY_NAME_MAX];
    feed((struct console_key){.down = true, .unit = 0xd83d});
    ck_assert_int_eq(next(name).kind, EVENT_NONE);
    feed((struct console_key){.down = true, .unit = 0xde00});
    ck_assert_uint_eq(next(name).key.code, 0x1f600);
    feed((struct console_key){.down = true, .unit = 0xde00}); /* half of nothing */
    ck_assert_int_eq(next(name).kind, EVENT_NONE);
    feed((struct console_key){.down = true, .unit = 0xd83d});
    feed((struct console_key){.down = true, .vk = 'A', .unit = 'a'});
    ck_assert_uint_eq(next(name).key.code, 'a');
    feed((struct console_key){.down = true, .unit = 0xde00});
    ck_assert_int_eq(next(name).kind, EVENT_NONE);
}

TEST(alt_and_digits_come_when_alt_is_let_go)
{
    char name[KEY_NAME_MAX];
    feed((struct console_key){.down = false, .vk = 0x12, .unit = 0xe4});
    ck_assert_uint_eq(next(name).key.code, 0xe4);
    feed((struct console_key){.down = false, .vk = 0x12});
    ck_assert_int_eq(next(name).kind, EVENT_NONE);
}

static struct event mouse(struct console_mouse m)
{
    char bytes[CONSOLE_SEQUENCE], name[KEY_NAME_MAX];
    input_feed(&in, bytes, console_mouse(&console, &m, bytes), 1);
    return next(name);
}

TEST(the_mouse)
{
    struct event ev = mouse((struct console_mouse){.row = 4, .col = 11, .buttons = 1});
    ck_assert_int_eq(ev.kind, EVENT_MOUSE);
    ck_assert_int_eq(ev.mouse, MOUSE_PRESS);
    ck_assert_int_eq(ev.row, 4);
    ck_assert_int_eq(ev.col, 11);
    ev = mouse((struct console_mouse){.row = 5, .col = 12, .buttons = 1, .flags = CONSOLE_MOVED});
    ck_assert_int_eq(ev.mouse, MOUSE_DRAG);
    ck_assert_int_eq(ev.row, 5);
    ev = mouse((struct console_mouse){.row = 5, .col = 12, .buttons = 3}); /* the second one too */
    ck_assert_int_eq(ev.kind, EVENT_NONE);
    ev = mouse((struct console_mouse){.row = 5, .col = 12});
    ck_assert_int_eq(ev.mouse, MOUSE_RELEASE);
    ev = mouse((struct console_mouse){.row = 1, .col = 1, .flags = CONSOLE_MOVED});
    ck_assert_int_eq(ev.kind, EVENT_NONE);
    ev = mouse((struct console_mouse){.row = 1, .col = 1, .buttons = 2});
    ck_assert_int_eq(ev.mouse, MOUSE_MENU);
    ev = mouse((struct console_mouse){.row = 1, .col = 2, .buttons = 2, .flags = CONSOLE_MOVED});
    ck_assert_int_eq(ev.kind, EVENT_NONE);
    ev = mouse((struct console_mouse){.buttons = 0x00780000, .flags = CONSOLE_WHEEL});
    ck_assert_int_eq(ev.mouse, MOUSE_WHEEL_UP);
    ev = mouse((struct console_mouse){.buttons = 0xff880000, .flags = CONSOLE_WHEEL});
    ck_assert_int_eq(ev.mouse, MOUSE_WHEEL_DOWN);
    ev = mouse((struct console_mouse){.buttons = 0xff880000, .flags = CONSOLE_WHEEL_SIDEWAYS});
    ck_assert_int_eq(ev.kind, EVENT_NONE);
    ev = mouse((struct console_mouse){.row = -1, .buttons = 1});
    ck_assert_int_eq(ev.kind, EVENT_NONE);
}

TEST(any_records_end)
{
    uint32_t seed = 7;
    struct event ev;
    for (int i = 0; i < 100000; i++) {
        seed = seed * 1664525u + 1013904223u;
        feed((struct console_key){.down = (seed & 3) != 0,
                                  .vk = (uint16_t)(seed >> 8 & 0xff),
                                  .unit = (seed & 4) != 0 ? (uint16_t)(seed >> 16) : 0,
                                  .state = seed >> 3 & 0x1ff});
        while (input_next(&in, 1, &ev))
            ck_assert_int_eq(ev.kind, EVENT_KEY);
        ck_assert_uint_eq(in.count, 0);
    }
}

SUITE(test_ui_console, .set_up = set_up,
      TESTS(a_key, a_character_beyond_16_bits_comes_in_halves,
            alt_and_digits_come_when_alt_is_let_go, the_mouse, any_records_end));
