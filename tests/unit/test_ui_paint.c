/* ui/term/paint: what is sent makes a terminal show the cells, whatever it showed before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "ui/term/paint.h"

enum { ROWS = 6, COLS = 40, LOOKS = 6 };

/* A terminal that understands what we send, and fails at everything else. */
static struct {
    char text[ROWS][COLS][4];  /* UTF-8; "" right of a wide one */
    char look[ROWS][COLS][64]; /* parameters in the order of their kind */
    char now[4][16];           /* attributes, foreground, background */
    bool on[4];                /* bold, dim, underline, reverse */
    int row, col;
} screen;

static uint32_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

static void look_now(char out[64])
{
    (void)snprintf(out, 64, "%d%d%d%d %s %s", screen.on[0], screen.on[1], screen.on[2],
                   screen.on[3], screen.now[0], screen.now[1]);
}

static void put(const char *text, size_t n, int width)
{
    if (screen.col + width > COLS) /* an assertion for each cell would take long */
        ck_abort_msg("column %d of %d", screen.col, COLS);
    char *cell = screen.text[screen.row][screen.col];
    memcpy(cell, text, n);
    cell[n] = '\0';
    look_now(screen.look[screen.row][screen.col]);
    if (width == 2)
        screen.text[screen.row][screen.col + 1][0] = '\0';
    screen.col += width;
}

static void blank(int from, int to)
{
    for (int i = from; i < to; i++) {
        memcpy(screen.text[screen.row][i], " ", 2);
        look_now(screen.look[screen.row][i]);
    }
}

static void colours(const int *p, int n)
{
    for (int i = 0; i < n; i++) {
        char *to = p[i] / 10 == 3 ? screen.now[0] : screen.now[1];
        if (p[i] == 0)
            memset(screen.now, 0, sizeof screen.now), memset(screen.on, 0, sizeof screen.on);
        else if (p[i] == 1 || p[i] == 2)
            screen.on[p[i] - 1] = true;
        else if (p[i] == 4 || p[i] == 7)
            screen.on[p[i] == 4 ? 2 : 3] = true;
        else if (p[i] == 39 || p[i] == 49)
            to[0] = '\0';
        else if ((p[i] == 38 || p[i] == 48) && i + 2 < n && p[i + 1] == 5)
            (void)snprintf(to, 16, "%d", p[i + 2]), i += 2;
        else
            ck_abort_msg("parameter %d", p[i]);
    }
}

/* `ESC [ p ; p x`; returns where it ends. */
static const char *sequence(const char *at)
{
    int p[16] = {0}, n = 0;
    while ((*at >= '0' && *at <= '9') || *at == ';') {
        if (n >= 15)
            ck_abort_msg("too many parameters");
        if (*at == ';')
            n++;
        else
            p[n] = p[n] * 10 + (*at - '0');
        at++;
    }
    int first = p[0] > 0 ? p[0] : 1;
    switch (*at) {
    case 'm':
        colours(p, n + 1);
        break;
    case 'H':
        screen.row = first - 1;
        screen.col = n > 0 ? p[1] - 1 : 0;
        break;
    case 'C':
        screen.col += first;
        break;
    case 'K':
        blank(screen.col, COLS);
        break;
    case 'X':
        blank(screen.col, screen.col + first);
        break;
    case 'J':
        for (int row = screen.row = 0; row < ROWS; screen.row = ++row)
            blank(0, COLS);
        screen.row = -1; /* wherever it was */
        break;
    default:
        ck_abort_msg("ESC [ ... %c", *at);
    }
    return at + 1;
}

static void receive(const struct paint *p)
{
    const char *at = p->text, *end = p->text + p->length;
    while (at < end) {
        unsigned char c = (unsigned char)*at;
        if (c == 033) {
            if (at[1] != '[')
                ck_abort_msg("ESC %c", at[1]);
            at = sequence(at + 2);
        } else if (c == '\r' || c == '\n') {
            screen.col = c == '\r' ? 0 : screen.col;
            screen.row += c == '\n';
            at++;
        } else {
            size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : 3;
            put(at, n, c == 0xe6 ? 2 : 1); /* the only wide ones here begin with it */
            at += n;
        }
    }
}

static int width(uint32_t cp)
{
    return cp >= 0x6000 && cp < 0x7000 ? 2 : cp == 0x200b ? 0 : 1;
}

static void dress(struct paint *p)
{
    static const struct paint_look looks[LOOKS] = {{{0}, "", ""},
                                                   {{true}, "38;5;16", "48;5;214"},
                                                   {{true}, "38;5;16", ""},
                                                   {{false, false, true}, "", "48;5;239"},
                                                   {{false, false, false, true}, "", ""},
                                                   {{0}, "38;5;242", ""}};
    static const struct paint_terms terms = {
        .attribute = {"1", "2", "4", "7"}, .utf8 = true, .erases = true, .width = width};
    *p = (struct paint){.terms = terms, .cols = COLS};
    for (int i = 0; i < STYLES; i++)
        p->look[i] = looks[i % LOOKS];
    paint_forget(p);
}

/* Something else at some places. */
static void change(struct cell *cells)
{
    for (uint32_t k = draw(30); k > 0; k--) {
        int at = (int)draw(ROWS) * COLS + (int)draw(COLS), col = at % COLS;
        int run = 1 + (int)draw(draw(4) == 0 ? COLS : 3);
        uint8_t style = (uint8_t)draw(LOOKS);
        uint32_t kind = draw(8);
        for (int i = 0; i < run && col + i < COLS; i++) {
            struct cell *c = &cells[at + i];
            if (c->cp == 0)
                c[-1].cp = 'x';
            if (col + i + 1 < COLS && c[1].cp == 0)
                c[1].cp = 'y';
            *c = (struct cell){.cp = kind < 3    ? ' '
                                     : kind == 3 ? 0xb7
                                                 : 'a' + draw(26),
                               .style = style};
            if (kind == 4 && col + i + 1 < COLS && (col + i + 2 >= COLS || c[2].cp != 0)) {
                c[0].cp = 0x6f22;
                c[1] = (struct cell){.cp = 0, .style = style};
                i++;
            }
        }
    }
}

static void expect(const struct paint *p, const struct cell *cells, int frame)
{
    for (int at = 0; at < ROWS * COLS; at++) {
        const struct paint_look *l = &p->look[cells[at].style];
        const char *have = screen.text[at / COLS][at % COLS];
        char look[64], want[8] = "";
        if (cells[at].cp == 0)
            continue;
        (void)snprintf(want, sizeof want,
                       cells[at].cp < 0x80    ? "%c"
                       : cells[at].cp == 0xb7 ? "\xc2\xb7"
                                              : "\xe6\xbc\xa2",
                       (char)cells[at].cp);
        if (strcmp(have, want) != 0)
            ck_abort_msg("frame %d, %d %d: '%s', not '%s'", frame, at / COLS, at % COLS, have,
                         want);
        (void)snprintf(look, sizeof look, "%d%d%d%d %.16s %.16s", l->on[0], l->on[1], l->on[2],
                       l->on[3], l->fg[0] != '\0' ? l->fg + 5 : "",
                       l->bg[0] != '\0' ? l->bg + 5 : "");
        if (strcmp(screen.look[at / COLS][at % COLS], look) != 0)
            ck_abort_msg("frame %d, %d %d: %s, not %s", frame, at / COLS, at % COLS,
                         screen.look[at / COLS][at % COLS], look);
    }
}

TEST(the_terminal_shows_the_cells)
{
    static struct cell old[ROWS * COLS], now[ROWS * COLS];
    struct paint p;
    dress(&p);
    for (int i = 0; i < ROWS * COLS; i++)
        now[i] = (struct cell){.cp = ' '};
    for (int frame = 0; frame < 3000; frame++) {
        bool everything = frame % 500 == 0;
        change(now);
        p.length = 0;
        if (everything)
            paint_clear(&p);
        for (int row = 0; row < ROWS; row++)
            paint_row(&p, row, COLS, everything ? NULL : old + row * COLS, now + row * COLS, 0,
                      COLS);
        receive(&p);
        expect(&p, now, frame);
        memcpy(old, now, sizeof old);
    }
    paint_free(&p);
}

static void is(struct paint *p, const char *text)
{
    ck_assert_uint_eq(p->length, strlen(text));
    ck_assert(p->length == 0 || memcmp(p->text, text, p->length) == 0);
    p->length = 0;
}

/* The fewest bytes. */
TEST(little_is_sent)
{
    struct cell old[COLS], now[COLS];
    struct paint p;
    dress(&p);
    for (int i = 0; i < COLS; i++)
        old[i] = (struct cell){.cp = 'a'};
    memcpy(now, old, sizeof now);
    paint_row(&p, 2, COLS, old, now, 0, COLS);
    is(&p, "");
    now[3].cp = 'b';
    now[5].cp = 'c'; /* what is between is sent again */
    paint_row(&p, 2, COLS, old, now, 0, COLS);
    is(&p, "\033[3;4H\033[mbac");
    now[5].cp = 'd';
    now[30].cp = 'e'; /* and what is longer is skipped */
    memcpy(old, now, sizeof old);
    now[5].cp = 'f';
    now[30].cp = 'g';
    paint_row(&p, 2, COLS, old, now, 0, COLS);
    is(&p, "\033[3;6Hf\033[24Cg");
    memcpy(old, now, sizeof old);
    now[31].cp = 'h';
    now[31].style = 2;
    paint_row(&p, 2, COLS, old, now, 0, COLS);
    is(&p, "\033[1;38;5;16mh");
    memcpy(old, now, sizeof old);
    for (int i = 0; i < COLS; i++)
        now[i] = (struct cell){.cp = ' '};
    paint_row(&p, 3, COLS, old, now, 0, COLS);
    is(&p, "\r\n\033[m\033[K");
    paint_between(&p, "<", ">");
    is(&p, "<>");
    paint_free(&p);
}

/* The margins that curses set at its start are those of the size then. */
TEST(all_rows_may_scroll_again)
{
    struct paint p;
    dress(&p);
    p.row = p.col = 0;
    paint_anew(&p);
    is(&p, "");
    ck_assert_int_eq(p.row, -1);
    p.terms.margins = true;
    paint_anew(&p);
    is(&p, "\033[r");
    paint_free(&p);
}

/* A terminal that has grown, before the canvas has: what lies after its row is not of it. */
TEST(a_row_ends_before_the_terminal)
{
    enum { CELLS = 5 };
    struct cell now[CELLS + 1] = {{0}};
    struct paint p;
    dress(&p);
    for (int i = 0; i < CELLS; i++)
        now[i] = (struct cell){.cp = 'a'};
    paint_row(&p, 0, CELLS, NULL, now, 0, CELLS);
    is(&p, "\033[1H\033[maaaaa");
    paint_free(&p);
}

SUITE(test_ui_paint, TESTS(a_row_ends_before_the_terminal, all_rows_may_scroll_again,
                           the_terminal_shows_the_cells, little_is_sent));
