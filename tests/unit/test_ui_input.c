/* Keys as terminals send them: whole, in pieces, and as rubbish. */
#include <string.h>

#include "core/base64.h"
#include "support/suite.h"
#include "ui/term/input.h"
#include "ui/term/term_caps.h"

static struct input in;

static void set_up(void)
{
    input_init(&in);
}

static struct event next_at(int64_t now)
{
    struct event ev = {.kind = EVENT_NONE};
    if (!input_next(&in, now, &ev))
        ev.kind = EVENT_NONE;
    return ev;
}

static struct event one(const char *bytes)
{
    input_init(&in);
    input_feed(&in, bytes, strlen(bytes), 1);
    struct event ev = next_at(1);
    struct event more = next_at(1);
    ck_assert_int_eq(more.kind, EVENT_NONE);
    ck_assert_uint_eq(in.count, 0);
    return ev;
}

static const struct {
    const char *bytes, *name;
} keys[] = {
    {"a", "a"},
    {"\xc3\xa4", "\xc3\xa4"},
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    {"\r", "Enter"},
    {"\t", "Tab"},
    {"\x7f", "Backspace"},
    {"\x12", "^R"},
    {"\x1a", "^Z"},
    {"\033OP", "F1"},
    {"\033[11~", "F1"},
    {"\033[[A", "F1"},
    {"\033[15~", "F5"},
    {"\033[21~", "F10"},
    {"\033[24~", "F12"},
    {"\033[A", "Up"},
    {"\033OB", "Down"},
    {"\033[1;2C", "S-Right"},
    {"\033[1;5H", "^Home"},
    {"\033[1;5F", "^End"},
    {"\033[7~", "Home"},
    {"\033[4~", "End"},
    {"\033[5~", "PgUp"},
    {"\033[3~", "Delete"},
    {"\033[d", "S-Left"},
    {"\033x", "M-x"},
    {"\033[Z", "S-Tab"},
    {"\033[27u", "Esc"},
    {"\033[13;3u", "M-Enter"},
    {"\033[9;2u", "S-Tab"},
    {"\033[116;5u", "^t"},
    {"\033[228;3u", "M-\xc3\xa4"},
    {"\033[128512u", "\xf0\x9f\x98\x80"},
};

TEST_LOOP(a_key, SUITE_ROWS(keys))
{
    struct event ev = one(keys[_i].bytes);
    struct key wanted;
    ck_assert(key_parse(keys[_i].name, &wanted));
    ck_assert_int_eq(ev.kind, EVENT_KEY);
    ck_assert_uint_eq(ev.key.code, wanted.code);
    ck_assert_uint_eq(ev.key.mods, wanted.mods);
    ck_assert(!ev.pasted);
}

TEST_LOOP(a_key_in_pieces, SUITE_ROWS(keys))
{
    size_t n = strlen(keys[_i].bytes);
    struct event ev = {.kind = EVENT_NONE};
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_eq(ev.kind, EVENT_NONE);
        input_feed(&in, keys[_i].bytes + i, 1, 1);
        ev = next_at(1);
    }
    struct key wanted;
    ck_assert(key_parse(keys[_i].name, &wanted));
    ck_assert_int_eq(ev.kind, EVENT_KEY);
    ck_assert_uint_eq(ev.key.code, wanted.code);
}

TEST(escape_alone_waits_a_moment)
{
    input_feed(&in, "\033", 1, 1000);
    ck_assert_int_eq(next_at(1000).kind, EVENT_NONE);
    ck_assert_int_eq(input_due(&in), 1000 + INPUT_ESC_DELAY);
    struct event ev = next_at(1000 + INPUT_ESC_DELAY);
    ck_assert_int_eq(ev.kind, EVENT_KEY);
    ck_assert_uint_eq(ev.key.code, KEY_ESC_);
    ck_assert_int_eq(input_due(&in), INT64_MAX);
}

/* Whoever looks late does not take the next key for Alt and that key. */
TEST(an_escape_that_waited_is_alone)
{
    input_feed(&in, "\033", 1, 1000);
    input_feed(&in, ":", 1, 1000 + INPUT_ESC_DELAY);
    ck_assert_uint_eq(next_at(1000 + INPUT_ESC_DELAY).key.code, KEY_ESC_);
    struct event ev = next_at(1000 + INPUT_ESC_DELAY);
    ck_assert_uint_eq(ev.key.code, ':');
    ck_assert_uint_eq(ev.key.mods, 0);
    input_feed(&in, "\033", 1, 0);
    input_feed(&in, ":", 1, INPUT_ESC_DELAY - 1);
    ev = next_at(INPUT_ESC_DELAY);
    ck_assert_uint_eq(ev.key.code, ':');
    ck_assert_uint_eq(ev.key.mods, KEY_ALT);
}

TEST(a_cut_sequence_is_dropped_and_the_next_key_understood)
{
    input_feed(&in, "\033[1;", 4, 0);
    ck_assert_int_eq(next_at(0).kind, EVENT_NONE);
    ck_assert_int_eq(next_at(INPUT_CUT_DELAY).kind, EVENT_NONE);
    input_feed(&in, "x", 1, INPUT_CUT_DELAY + 1);
    ck_assert_uint_eq(next_at(INPUT_CUT_DELAY + 1).key.code, 'x');
}

TEST(invalid_utf8_is_no_key)
{
    input_feed(&in, "\xff\xc3(", 3, 0);
    struct event ev = next_at(0);
    ck_assert_int_eq(ev.kind, EVENT_KEY);
    ck_assert_uint_eq(ev.key.code, '(');
    ck_assert_int_eq(next_at(0).kind, EVENT_NONE);
}

TEST(mouse_reports)
{
    struct event ev = one("\033[<0;12;5M");
    ck_assert_int_eq(ev.kind, EVENT_MOUSE);
    ck_assert_int_eq(ev.mouse, MOUSE_PRESS);
    ck_assert_int_eq(ev.col, 11);
    ck_assert_int_eq(ev.row, 4);
    input_feed(&in, "\033[<0;1;1M\033[<32;13;5M\033[<0;13;5m", 31, 0);
    ck_assert_int_eq(next_at(0).mouse, MOUSE_PRESS);
    ev = next_at(0);
    ck_assert_int_eq(ev.mouse, MOUSE_DRAG);
    ck_assert_int_eq(ev.col, 12);
    ck_assert_int_eq(next_at(0).mouse, MOUSE_RELEASE);
    ck_assert_int_eq(one("\033[<65;1;1M").mouse, MOUSE_WHEEL_DOWN);
    ck_assert_int_eq(one("\033[<64;1;1M").mouse, MOUSE_WHEEL_UP);
    ck_assert_int_eq(one("\033[M !!").mouse, MOUSE_PRESS);
    ck_assert_int_eq(one("\033[<2;1;1M").mouse, MOUSE_MENU);
    ck_assert_int_eq(one("\033[<34;1;1M").kind, EVENT_NONE); /* dragged */
    ck_assert_int_eq(one("\033[<1;1;1M").kind, EVENT_NONE);  /* the one in the middle */
    ck_assert_int_eq(one("\033[<0;0;0M").kind, EVENT_NONE);
}

TEST(no_key_by_number)
{
    ck_assert_int_eq(one("\033[u").kind, EVENT_NONE);
    ck_assert_int_eq(one("\033[7u").kind, EVENT_NONE);
    ck_assert_int_eq(one("\033[155u").kind, EVENT_NONE);  /* C1 */
    ck_assert_int_eq(one("\033[8238u").kind, EVENT_NONE); /* a bidi control */
    ck_assert_int_eq(one("\033[55296u").kind, EVENT_NONE);
    ck_assert_int_eq(one("\033[99999999u").kind, EVENT_NONE);
}

TEST(pasted_text_is_marked)
{
    static const char text[] = "\033[200~qy\r\033[201~q";
    input_feed(&in, text, sizeof text - 1, 0);
    for (int i = 0; i < 3; i++)
        ck_assert(next_at(0).pasted);
    struct event ev = next_at(0);
    ck_assert_uint_eq(ev.key.code, 'q');
    ck_assert(!ev.pasted);
}

/* What terminals answer, asked for by us or by whoever ran before: never a key, in whatever pieces.
 */
static const struct {
    const char *bytes;
    enum event_kind kind;
    bool light;
} answers[] = {
    {"\033]11;rgb:1e1e/1e1e/1e1e\033\\", EVENT_BACKGROUND, false}, /* ST */
    {"\033]11;rgb:ffff/ffff/dddd\007", EVENT_BACKGROUND, true},    /* BEL */
    {"\033]11;rgba:ff/ff/dd/80\007", EVENT_BACKGROUND, true},
    {"\033]11;rgb:f/f/f\007", EVENT_BACKGROUND, true},
    {"\033]11;rgb:00/00/ff\007", EVENT_BACKGROUND, false}, /* blue is dark, */
    {"\033]11;rgb:ff/ff/00\007", EVENT_BACKGROUND, true},  /* yellow is not */
    {"\033]11;rgb:ff/ff\007", EVENT_NONE, false},
    {"\033]11;rgb:fffff/0/0\007", EVENT_NONE, false},
    {"\033]11;rgb:///\007", EVENT_NONE, false},
    {"\033]11;white\007", EVENT_NONE, false},
    {"\033]11;rgb:ffff/ffff/ffff and much that no terminal answers\007", EVENT_NONE, false},
    {"\033]10;rgb:aaaa/bbbb/cccc\007", EVENT_NONE, false},   /* the foreground */
    {"\033P11;rgb:ffff/ffff/ffff\033\\", EVENT_NONE, false}, /* no OSC */
    {"\033P>|tmux 3.3a\033\\", EVENT_NONE, false},           /* XTVERSION */
    {"\033_Gi=31;OK\033\\", EVENT_NONE, false},              /* kitty's graphics */
    {"\033^private\033\\", EVENT_NONE, false},
    {"\033Xstart of string\033\\", EVENT_NONE, false},
    {"\23511;rgb:11/22/33\234", EVENT_BACKGROUND, false},         /* C1, raw */
    {"\302\23511;rgb:11/22/33\302\234", EVENT_BACKGROUND, false}, /* C1, as UTF-8 */
    {"\033]2;\346\234\234 \303\234\033\\", EVENT_NONE, false},    /* 0x9c inside characters */
    {"\033]11;rgb:ff/ff/ff\030", EVENT_NONE, false},              /* broken off by CAN */
    {"\033[?64;1;2c", EVENT_ANSWERED, false},                     /* DA1 */
    {"\033[12;40R", EVENT_NONE, false},                           /* where the cursor is */
    {"\2330n", EVENT_NONE, false},
    {"\033[8;24;80t", EVENT_NONE, false},
};

TEST_LOOP(an_answer_of_the_terminal_is_no_key, SUITE_ROWS(answers))
{
    const char *bytes = answers[_i].bytes;
    size_t n = strlen(bytes);
    for (size_t cut = 1; cut <= n; cut++) {
        input_init(&in);
        input_feed(&in, bytes, cut, 1);
        struct event ev = next_at(1);
        input_feed(&in, bytes + cut, n - cut, 2);
        if (ev.kind == EVENT_NONE)
            ev = next_at(2);
        ck_assert_int_eq(ev.kind, answers[_i].kind);
        ck_assert_int_eq(ev.light, answers[_i].light);
        ck_assert_int_eq(next_at(2).kind, EVENT_NONE);
        input_feed(&in, "x", 1, 3);
        ck_assert_uint_eq(next_at(3).key.code, 'x');
    }
}

TEST(the_background_by_the_environment)
{
    static const char *const light[] = {"0;15", "0;7", "0;default;15", "1;2;9"};
    static const char *const dark[] = {"15;0", "7;8",  "15;default;0", "15",   "",    ";",
                                       "0;x7", "0;7;", "0;default",    "0;16", "0;-7"};
    for (size_t i = 0; i < sizeof light / sizeof light[0]; i++)
        ck_assert(colorfgbg_light(light[i]));
    for (size_t i = 0; i < sizeof dark / sizeof dark[0]; i++)
        ck_assert(!colorfgbg_light(dark[i]));
    ck_assert(!colorfgbg_light(NULL));
}

TEST(an_answer_that_does_not_end_is_given_up)
{
    input_feed(&in, "\033]11;rgb", 8, 0);
    ck_assert_int_eq(next_at(0).kind, EVENT_NONE);
    input_feed(&in, "q", 1, INPUT_SILENCE - 1);
    ck_assert_int_eq(next_at(INPUT_SILENCE - 1).kind, EVENT_NONE);
    input_feed(&in, "q", 1, INT64_C(2) * INPUT_SILENCE);
    ck_assert_uint_eq(next_at(INT64_C(2) * INPUT_SILENCE).key.code, 'q');
    input_feed(&in, "\033_G", 3, INT64_C(3) * INPUT_SILENCE);
    ck_assert_int_eq(next_at(INT64_C(3) * INPUT_SILENCE).kind, EVENT_NONE);
    input_feed(&in, "\033[A", 3,
               INT64_C(3) * INPUT_SILENCE + 1); /* another sequence breaks it off */
    ck_assert_uint_eq(next_at(INT64_C(3) * INPUT_SILENCE + 1).key.code, KEY_UP_);
}

TEST(alt_and_the_letter_that_starts_an_answer)
{
    input_feed(&in, "\033]", 2, 0);
    ck_assert_int_eq(next_at(0).kind, EVENT_NONE);
    struct event ev = next_at(INPUT_CUT_DELAY);
    ck_assert_uint_eq(ev.key.code, ']');
    ck_assert_uint_eq(ev.key.mods, KEY_ALT);
}

/* Only its end mark ends a paste, or a second of silence. */
static const char *const pastes[] = {"\033[200~abc", "\033[200~abc\033O", "\033[200~abc\033[M",
                                     "\033[200~abc\033]11;"};

TEST_LOOP(a_paste_ends, SUITE_ROWS(pastes))
{
    struct event ev;
    input_feed(&in, pastes[_i], strlen(pastes[_i]), 0);
    while (input_next(&in, 0, &ev))
        ck_assert(ev.pasted);
    input_feed(&in, "\033[201~q", 7, 1);
    while ((ev = next_at(1)).kind != EVENT_NONE && ev.pasted)
        ;
    ck_assert_uint_eq(ev.key.code, 'q');
    ck_assert(!ev.pasted);
}

TEST_LOOP(a_paste_whose_end_is_lost_ends_in_silence, SUITE_ROWS(pastes))
{
    struct event ev;
    input_feed(&in, pastes[_i], strlen(pastes[_i]), 0);
    while (input_next(&in, INPUT_CUT_DELAY, &ev))
        ck_assert(ev.pasted);
    input_feed(&in, "q", 1, INPUT_SILENCE);
    ev = next_at(INPUT_SILENCE);
    ck_assert_uint_eq(ev.key.code, 'q');
    ck_assert(!ev.pasted);
}

TEST(a_learned_sequence)
{
    input_learn(&in, "\033[99q", (struct key){KEY_F1_ + 9, 0});
    input_learn(&in, "x", (struct key){KEY_F1_, 0}); /* no sequence: not learned */
    input_feed(&in, "\033[99qx", 6, 0);
    ck_assert_uint_eq(next_at(0).key.code, KEY_F1_ + 9);
    ck_assert_uint_eq(next_at(0).key.code, 'x');
}

TEST(any_bytes_end)
{
    uint32_t seed = 12345;
    for (int round = 0; round < 2000; round++) {
        uint8_t bytes[64];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[i] = (seed >> 28) < 5 ? (uint8_t) "\033[<;M"[seed >> 28] : (uint8_t)(seed >> 20);
        }
        input_feed(&in, bytes, sizeof bytes, round);
        struct event ev;
        for (int i = 0; i < 1000 && input_next(&in, round, &ev); i++)
            ck_assert(ev.kind == EVENT_KEY || ev.kind == EVENT_MOUSE);
        ck_assert_uint_le(in.count, INPUT_PENDING);
    }
    struct event ev;
    while (input_next(&in, INT64_MAX, &ev))
        ;
    ck_assert_uint_eq(in.count, 0);
}

TEST(base64_of_all_remainders)
{
    char out[16];
    static const char *const wanted[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="};
    for (size_t n = 0; n < 5; n++) {
        size_t length = base64(out, "foob", n);
        ck_assert_uint_eq(length, strlen(wanted[n]));
        ck_assert_int_eq(memcmp(out, wanted[n], length), 0);
    }
}

TEST(a_difference_takes_wide_characters_whole)
{
    struct cell a[6], b[6];
    for (int i = 0; i < 6; i++)
        a[i] = b[i] = (struct cell){.cp = ' '};
    int from = -1, to = -1;
    ck_assert(!row_difference(a, b, 6, &from, &to));
    b[2].cp = 0x65e5;
    b[3].cp = 0;
    ck_assert(row_difference(a, b, 6, &from, &to));
    ck_assert_int_eq(from, 2);
    ck_assert_int_eq(to, 4);
    memcpy(a, b, sizeof a);
    a[3].style = STYLE_DIM;
    ck_assert(row_difference(a, b, 6, &from, &to));
    ck_assert_int_eq(from, 2);
}

TEST(terminals_that_choke)
{
    ck_assert(term_is_modern("xterm-256color"));
    ck_assert(term_is_modern("tmux-256color"));
    ck_assert(!term_is_modern("linux"));
    ck_assert(!term_is_modern("vt220"));
    ck_assert(term_is_modern("vte-256color"));
}

SUITE(test_ui_input, .set_up = set_up,
      TESTS(a_key, a_key_in_pieces, escape_alone_waits_a_moment, an_escape_that_waited_is_alone,
            a_cut_sequence_is_dropped_and_the_next_key_understood, invalid_utf8_is_no_key,
            mouse_reports, no_key_by_number, pasted_text_is_marked,
            the_background_by_the_environment, an_answer_of_the_terminal_is_no_key,
            an_answer_that_does_not_end_is_given_up, alt_and_the_letter_that_starts_an_answer,
            a_paste_ends, a_paste_whose_end_is_lost_ends_in_silence, a_learned_sequence,
            any_bytes_end, base64_of_all_remainders, a_difference_takes_wide_characters_whole,
            terminals_that_choke));
