/* The themes, on every number of colours, on dark and light backgrounds: how each style is drawn,
 * as a picture, and what must be true of it on a screen. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/frames.h"
#include "support/suite.h"
#include "ui/frame/theme.h"

/* Terminals: xterm-256color; 16 colours; xterm; ansi, which has no dim; vt100 or NO_COLOR. */
static const struct screen_caps screens[] = {
    {256, true}, {16, true}, {8, true}, {8, false}, {0, true}};
enum { SCREENS = sizeof screens / sizeof screens[0], COLUMNS = 16 };

/* ---- the table as a picture ---- */

static void put_colour(char *out, size_t cap, int colour)
{
    if (colour < 0)
        (void)snprintf(out, cap, "-");
    else
        (void)snprintf(out, cap, "%d", colour);
}

static void draw_table(struct canvas *c, const struct theme *t)
{
    static const char *const heads[] = {"256", "16", "8", "8, no dim", "none"};
    for (int k = 0; k < SCREENS; k++)
        (void)canvas_text(c, 0, 4 + COLUMNS * k, c->cols, STYLE_TEXT, heads[k]);
    for (int i = 0; i < STYLES; i++) {
        (void)canvas_print(c, 1 + i, 0, c->cols, (enum style)i, "%c", style_letter((enum style)i));
        for (int k = 0; k < SCREENS; k++) {
            struct drawn d = theme_drawn(t, (enum style)i, screens[k]);
            char fg[8], bg[8];
            put_colour(fg, sizeof fg, d.fg);
            put_colour(bg, sizeof bg, d.bg);
            (void)canvas_print(c, 1 + i, 4 + COLUMNS * k, c->cols, STYLE_TEXT, "%s/%s %s%s%s%s", fg,
                               bg, d.bold ? "b" : "", d.dim ? "d" : "", d.underline ? "u" : "",
                               d.reverse ? "r" : "");
        }
    }
}

TEST(how_styles_are_drawn)
{
    for (int i = 0; themes[i] != NULL; i++) {
        struct canvas c = {.rows = 0};
        char name[32];
        ck_assert(canvas_resize(&c, 1 + STYLES, 4 + COLUMNS * SCREENS));
        draw_table(&c, themes[i]);
        (void)snprintf(name, sizeof name, "theme-%s", themes[i]->name);
        frame_check(&c, name);
        canvas_free(&c);
    }
}

/* ---- as they are seen ---- */

struct rgb {
    double part[3]; /* 0 to 1 */
};

/* xterm's palette. */
static struct rgb colour_rgb(int colour)
{
    static const unsigned char first[16][3] = {
        {0, 0, 0},     {205, 0, 0},     {0, 205, 0},     {205, 205, 0},  {0, 0, 238}, {205, 0, 205},
        {0, 205, 205}, {229, 229, 229}, {127, 127, 127}, {255, 0, 0},    {0, 255, 0}, {255, 255, 0},
        {92, 92, 255}, {255, 0, 255},   {0, 255, 255},   {255, 255, 255}};
    struct rgb c = {{0, 0, 0}};
    for (int i = 0; i < 3; i++) {
        int cube = colour < 232 ? (colour - 16) / (i == 0 ? 36 : i == 1 ? 6 : 1) % 6 : 0;
        int v = colour < 16     ? first[colour][i]
                : colour >= 232 ? 8 + 10 * (colour - 232)
                : cube == 0     ? 0
                                : 55 + 40 * cube;
        c.part[i] = v / 255.0;
    }
    return c;
}

static double luminance(struct rgb c)
{
    static const double weight[3] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++)
        sum += weight[i] *
               (c.part[i] <= 0.03928 ? c.part[i] / 12.92 : pow((c.part[i] + 0.055) / 1.055, 2.4));
    return sum;
}

/* From 1, the same, to 21, black on white (WCAG). */
static double contrast(struct rgb a, struct rgb b)
{
    double la = luminance(a) + 0.05, lb = luminance(b) + 0.05;
    return la > lb ? la / lb : lb / la;
}

struct seen {
    struct rgb fg, bg;
};

static struct rgb own(bool light, bool ground)
{
    return colour_rgb(light == ground ? 15 : ground ? 0 : light ? 0 : 7);
}

/* On a terminal whose own background is light or dark. */
static struct seen seen_as(struct drawn d, bool light)
{
    struct seen s = {d.fg >= 0 ? colour_rgb(d.fg) : own(light, false),
                     d.bg >= 0 ? colour_rgb(d.bg) : own(light, true)};
    for (int i = 0; d.dim && i < 3; i++) /* half way to the background */
        s.fg.part[i] = (s.fg.part[i] + s.bg.part[i]) / 2;
    if (d.reverse) {
        struct rgb fg = s.fg;
        s.fg = s.bg;
        s.bg = fg;
    }
    return s;
}

/* With the theme for this background and with the other one, which is used when nobody knows. */
TEST(the_cursor_is_seen_on_every_background)
{
    for (int i = 0; themes[i] != NULL; i++)
        for (int k = 0; k < SCREENS; k++)
            for (int light = 0; light < 2; light++) {
                struct drawn d = theme_drawn(themes[i], STYLE_CURSOR, screens[k]);
                struct seen s = seen_as(d, light);
                if (contrast(s.bg, own(light, true)) < 4.5 || contrast(s.fg, s.bg) < 4.5)
                    ck_abort_msg("%s, screen %d, light %d", themes[i]->name, k, light);
            }
}

/* Also where all bytes around it change, are selected, found, frozen or hot. */
TEST(nothing_else_looks_like_the_cursor)
{
    static const enum style cells[] = {STYLE_TEXT,    STYLE_DIM,     STYLE_ZERO,   STYLE_HOLE,
                                       STYLE_UNKNOWN, STYLE_INVALID, STYLE_FRESH,  STYLE_WARM,
                                       STYLE_BASE,    STYLE_MATCH,   STYLE_SELECT, STYLE_CURSOR2,
                                       STYLE_FOUND,   STYLE_TYPED,   STYLE_FROZEN, STYLE_HEAT1,
                                       STYLE_HEAT2,   STYLE_HEAT3,   STYLE_HEAT4};
    for (int i = 0; themes[i] != NULL; i++)
        for (int k = 0; k < SCREENS; k++)
            for (size_t j = 0; j < sizeof cells / sizeof cells[0]; j++) {
                struct drawn a = theme_drawn(themes[i], STYLE_CURSOR, screens[k]);
                struct drawn b = theme_drawn(themes[i], cells[j], screens[k]);
                bool own_block = b.reverse && b.fg == -1 && b.bg == -1;
                if (memcmp(&a, &b, sizeof a) == 0 || (own_block && b.bold && !b.underline))
                    ck_abort_msg("%s, screen %d, style %c", themes[i]->name, k,
                                 style_letter(cells[j]));
                if (cells[j] == STYLE_FRESH || cells[j] == STYLE_WARM) /* blocks of another kind */
                    ck_assert(!own_block);
            }
}

/* Zeros and holes are there, and quieter than the data; never bold, which 8 colours make of grey.
 */
TEST(what_is_quiet_is_quiet)
{
    static const enum style quiet[] = {STYLE_ZERO, STYLE_HOLE, STYLE_DIM, STYLE_GONE};
    for (int light = 0; light < 2; light++)
        for (int k = 0; k < SCREENS; k++)
            for (size_t j = 0; j < sizeof quiet / sizeof quiet[0]; j++) {
                const struct theme *t = theme_choose("auto", light);
                struct drawn d = theme_drawn(t, quiet[j], screens[k]);
                struct seen s = seen_as(d, light);
                double text = contrast(own(light, false), own(light, true));
                double is = contrast(s.fg, s.bg);
                ck_assert(!d.bold);
                if (screens[k].colours < 8) /* mono is used there, which dims */
                    continue;
                if (is < 1.5 || is > text * 0.6)
                    ck_abort_msg("%s, screen %d, style %c: %.1f", t->name, k,
                                 style_letter(quiet[j]), is);
            }
    for (size_t j = 0; j < sizeof quiet / sizeof quiet[0]; j++)
        ck_assert(theme_drawn(theme_find("mono"), quiet[j], screens[SCREENS - 1]).dim);
}

TEST(everything_can_be_read)
{
    for (int light = 0; light < 2; light++)
        for (int k = 0; k < SCREENS - 1; k++)
            for (int i = 0; i < STYLES; i++) {
                const struct theme *t = theme_choose("auto", light);
                struct drawn d = theme_drawn(t, (enum style)i, screens[k]);
                struct seen s = seen_as(d, light);
                double least = d.bg >= 0 || d.reverse ? 3 : 1.5;
                ck_assert(!(d.bold && d.fg == 0 && screens[k].colours == 8));
                if (contrast(s.fg, s.bg) < least)
                    ck_abort_msg("%s, screen %d, style %c: %.1f", t->name, k,
                                 style_letter((enum style)i), contrast(s.fg, s.bg));
            }
}

TEST(themes_by_name)
{
    ck_assert_str_eq(theme_choose("auto", false)->name, "dark");
    ck_assert_str_eq(theme_choose("auto", true)->name, "light");
    ck_assert_str_eq(theme_choose("mono", true)->name, "mono");
    ck_assert_str_eq(theme_choose("dark", true)->name, "dark");
    ck_assert_ptr_null(theme_choose("blue", true));
    ck_assert_ptr_null(theme_find("auto"));
}

SUITE(test_ui_theme, TESTS(how_styles_are_drawn, the_cursor_is_seen_on_every_background,
                           nothing_else_looks_like_the_cursor, what_is_quiet_is_quiet,
                           everything_can_be_read, themes_by_name));
