/* What is seen on terminals of every kind, on dark and light backgrounds: the cursor, zeros, rules;
 * and how the background is learnt. */
#include <string.h>

#include "scene.h"
#include "support/suite.h"

enum { CELLS = 10, SIZE = 4096 };

static const char *name;
static uint8_t *memory;

static void set_up(void)
{
    name = e2e_name("colours");
    memory = scene_segment(name, SIZE);
    memory[SIZE - 1] = 1; /* the page is data: its zeros are zeros, not holes */
}

static struct e2e *open_on(const char *term, const char *const *env)
{
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name), .term = term, .env = env});
    e2e_wait_text(t, "00000000  00", 0);
    e2e_wait_text(t, "── 0x0 ", 0);
    e2e_wait_text(t, "Help", 0);
    return t;
}

static const struct {
    const char *term, *env;
} terminals[] = {
    {"xterm-256color", NULL},
    {"xterm", NULL},
    {"linux", NULL},
    {"screen", NULL},
    {"vt220", NULL},
    {"vt100", NULL},
    {"ansi", NULL},
    {"xterm-256color", "NO_COLOR=1"},
    {"xterm", "COLORFGBG=0;15"},
};

/* The new bytes are drawn, in a whole frame. */
static bool changed(struct e2e *t, void *ctx)
{
    struct e2e_cell zero = e2e_cell(t, SCENE_TOP + 3, CELLS), c = e2e_cell(t, SCENE_TOP, CELLS + 3);
    (void)ctx;
    return zero.text[0] == '0' && c.text[0] == '1';
}

/* Among bytes that change it is the only block of reversed colours; zeros are not bold, which many
 * terminals draw brighter; nothing is drawn over the rule. */
TEST_LOOP(the_cursor_is_found_and_zeros_are_quiet, SUITE_ROWS(terminals))
{
    const char *env = terminals[_i].env;
    struct e2e *t = open_on(terminals[_i].term, env != NULL ? E2E_ARGV(env) : NULL);
    memset(memory, 0x11, 8);
    e2e_wait(t, changed, NULL, "the new bytes", 0);
    ck_assert(e2e_cell(t, SCENE_TOP, CELLS).reverse);
    for (int i = 1; i < 8; i++)
        ck_assert(!e2e_cell(t, SCENE_TOP, CELLS + 3 * i).reverse);
    struct e2e_cell zero = e2e_cell(t, SCENE_TOP + 3, CELLS);
    ck_assert_str_eq(zero.text, "0");
    ck_assert(!zero.bold && !zero.reverse && zero.bg.standard);
    int row = 0;
    ck_assert(e2e_find(t, "── 0x0 (0) ", &row, NULL));
    ck_assert_ptr_null(strstr(e2e_row(t, row), "u8"));
    ck_assert_ptr_nonnull(strstr(e2e_row(t, row + 1), "u8 "));
    scene_quit(t);
}

/* The colour of the key bar's words is another one in each theme. */
static struct e2e_colour bar(struct e2e *t)
{
    int row = 0, col = 0;
    ck_assert(e2e_find(t, "Help", &row, &col));
    return e2e_cell(t, row, col).bg;
}

static bool is_light(struct e2e *t, void *ctx)
{
    const struct e2e_colour *dark = ctx;
    struct e2e_colour c = bar(t);
    return c.red != dark->red || c.green != dark->green || c.blue != dark->blue;
}

static bool is_dark(struct e2e *t, void *ctx)
{
    return !is_light(t, ctx);
}

TEST(the_terminal_says_how_light_it_is)
{
    static const char white[] = "\033]11;rgb:ffff/ffff/ffff\033\\";
    struct e2e *t = open_on("xterm-256color", NULL);
    ck_assert(e2e_sent(t, "\033]11;?", 6));
    struct e2e_colour dark = bar(t);
    e2e_bytes(t, white, sizeof white - 1); /* late: it is adopted */
    e2e_wait(t, is_light, &dark, "the light theme", 0);
    e2e_bytes(t, "\033]11;rgb:0000/", 14); /* in two pieces */
    e2e_settle(t, 50, 200);
    e2e_bytes(t, "0000/0000\007", 10);
    e2e_wait(t, is_dark, &dark, "the dark theme", 0);
    scene_at(t, 0); /* nothing of it was a key */
    ck_assert(!e2e_find(t, "is no key", NULL, NULL));
    scene_press(t, ":set theme light<Enter>", "theme is light");
    e2e_wait(t, is_light, &dark, "the light theme", 0);
    e2e_bytes(t, "\033]11;rgb:00/00/00\007", 19); /* what was chosen stays */
    scene_press(t, "j", "── 0x10 ");
    ck_assert(is_light(t, &dark));
    scene_quit(t);
}

TEST(keys_typed_before_the_first_frame_are_kept)
{
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_keys(t, "jjj");
    scene_at(t, 0x30);
    scene_quit(t);
}

/* Also on terminals that are not asked, or that do not answer. */
TEST(the_environment_says_how_light_it_is)
{
    static const char *const terms[] = {"xterm-256color", "linux"};
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        struct e2e *t = open_on(terms[i], NULL);
        struct e2e_colour dark = bar(t);
        scene_quit(t);
        t = open_on(terms[i], E2E_ARGV("COLORFGBG=0;15"));
        ck_assert(is_light(t, &dark));
        if (i == 1)
            ck_assert(!e2e_sent(t, "\033]11", 4));
        scene_quit(t);
        t = open_on(terms[i], E2E_ARGV("COLORFGBG=15;0"));
        ck_assert(is_dark(t, &dark));
        scene_quit(t);
    }
}

SUITE(test_e2e_colours, .set_up = set_up, .timeout = 120,
      TESTS(the_cursor_is_found_and_zeros_are_quiet, the_terminal_says_how_light_it_is,
            keys_typed_before_the_first_frame_are_kept, the_environment_says_how_light_it_is));
