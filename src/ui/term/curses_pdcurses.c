/* The screen through PDCurses: cells on a Windows console. Keys do not come through it (tty.c reads
 * the console), and neither do double-width characters, which it cannot hold. A console that takes
 * sequences is drawn on without it (console_sequences.h). */
#include <stdlib.h>
#include <string.h>

#include <curses.h>

#include "ui/term/console_sequences.h"
#include "ui/term/console_windows.h"
#include "ui/term/curses.h"
#include "ui/term/term_caps.h"

/* Two equal sets of pairs, used in turn every RUN columns: PDCurses sends cells that look alike in
 * one go, from a buffer of 512 cells whose size it does not check. */
enum { RUN = 256, PAIR_SETS = 2 };
enum {
    PLACE = 0xa0
}; /* placeholder in PDCurses' cells where a wide character is drawn over them */

static SCREEN *screen;
static chtype attrs[STYLES];
static bool colour, wide_build;
static bool sequences; /* the console takes them, and PDCurses is not started */
static bool hidden;
static uint32_t *over; /* wide characters, by row and column; NULL: out of memory */
static bool *touched;  /* rows that were drawn since the last flush */
static int over_rows, over_cols;

/* PDCurses' own variables: how it talks to the console. It mistakes Wine's for Windows Terminal,
 * which its 3.9 does not know yet. */
extern bool pdc_ansi;
#if PDC_BUILD >= 3906
extern bool pdc_wt;
#else
static bool pdc_wt;
#endif

const char *curses_unusable(const char *name)
{
    (void)name;
    return NULL; /* tty_start checks */
}

bool curses_modern(const char *name)
{
    (void)name;
    return false;
}

static void touch_all(void)
{
    for (int row = 0; touched != NULL && row < over_rows; row++)
        touched[row] = true;
}

/* Allocates the wide characters drawn over the cells. */
static void make_room(void)
{
    free(over);
    free(touched);
    getmaxyx(stdscr, over_rows, over_cols);
    over = calloc((size_t)over_rows * (size_t)over_cols, sizeof *over);
    touched = calloc((size_t)over_rows, sizeof *touched);
    if (touched == NULL) {
        free(over);
        over = NULL;
    }
    touch_all();
}

static bool built_wide(void)
{
    PDC_VERSION version;
    PDC_get_version(&version);
    return (version.flags & PDC_VFLAG_WIDE) != 0;
}

/* NO_COLOR; empty counts as unset. */
static bool colour_wanted(void)
{
    const char *no_colour = getenv("NO_COLOR");
    return no_colour == NULL || no_colour[0] == '\0';
}

static bool open_cells(const char *name)
{
    screen = newterm(name, stdout, stdin);
    if (screen == NULL)
        return false;
    pdc_ansi = pdc_wt = FALSE;
    wide_build = built_wide();
    (void)raw();
    (void)noecho();
    (void)nonl();
    colour = has_colors() && start_color() == OK && colour_wanted();
    (void)use_default_colors();
    (void)curs_set(0);
    make_room();
    return true;
}

bool curses_open(const char *name)
{
    hidden = true;
    sequences = console_take_sequences();
    if (!sequences)
        return open_cells(name);
    colour = colour_wanted();
    sequences_enter();
    return true;
}

void curses_leave(void)
{
    if (sequences)
        sequences_leave();
    else
        (void)endwin();
}

void curses_close(void)
{
    curses_leave();
    if (sequences)
        return;
    delscreen(screen);
    screen = NULL;
    free(over);
    free(touched);
    over = NULL;
    touched = NULL;
}

void curses_resume(void)
{
    if (sequences) {
        sequences_enter();
        sequences_cursor(!hidden);
        return;
    }
    (void)clearok(curscr, TRUE);
    touch_all();
}

void curses_size(int *rows, int *cols)
{
    if (!sequences)
        getmaxyx(stdscr, *rows, *cols);
}

void curses_resize(int rows, int cols)
{
    int had_rows, had_cols;
    if (sequences)
        return;
    getmaxyx(stdscr, had_rows, had_cols);
    if (rows == had_rows && cols == had_cols)
        return;
    (void)resize_term(0, 0);
    make_room();
}

/* PDCurses counts its 16 colours as Windows does, with red and blue swapped. */
static short of_16(unsigned c)
{
    return (short)((c & 10u) | (c & 1u) << 2 | (c & 4u) >> 2);
}

bool curses_wraps(void)
{
    return false;
}

/* 256 colours only where it takes sequences. It has no dim: dark grey replaces it (curses_style).
 */
struct screen_caps curses_caps(void)
{
    return (struct screen_caps){!colour ? 0 : sequences ? 256 : 16, true};
}

static short colour_of(int16_t of)
{
    return of >= 0 && of < 16 ? of_16((unsigned)of) : of;
}

/* Bold means a brighter colour here, so only the console's own colour is made bold. */
void curses_style(enum style style, struct drawn look)
{
    if (sequences)
        return; /* curses_look */
    short fg = look.dim ? of_16(8) : colour_of(look.fg), bg = colour_of(look.bg);
    chtype attr = A_NORMAL;
    attr |= look.bold && fg == -1 ? A_BOLD : A_NORMAL;
    attr |= look.underline ? A_UNDERLINE : A_NORMAL;
    attr |= look.reverse ? A_REVERSE : A_NORMAL;
    for (int set = 0; set < PAIR_SETS; set++)
        (void)init_pair((short)(1 + set * STYLES + (int)style), fg, bg);
    attrs[style] = attr;
}

static void put(int row, int col, enum style style, uint32_t cp)
{
    int pair = 1 + col / RUN % PAIR_SETS * STYLES + (int)style;
    /* ERR in the last corner, though it is drawn */
    (void)mvaddch(row, col, (chtype)(cp | attrs[style] | COLOR_PAIR(pair)));
}

static bool inside(int row, int col)
{
    return over != NULL && row >= 0 && row < over_rows && col >= 0 && col < over_cols;
}

static void put_over(int row, int col, uint32_t cp)
{
    if (!inside(row, col))
        return;
    over[(size_t)row * (size_t)over_cols + (size_t)col] = cp;
    touched[row] = true;
}

void curses_put(int row, int col, const struct cell *cell, bool wide)
{
    enum style style = cell->style < STYLES ? (enum style)cell->style : STYLE_TEXT;
    uint32_t cp = cell->cp;
    bool room = wide && wide_build && inside(row, col + 1);
    if (!wide_build)
        cp = ascii_for(cp);
    else if (cp == PLACE)
        cp = ' ';
    else if ((wide && !room) || (!wide && cp > 0xffff))
        cp = '?';
    put(row, col, style, room ? PLACE : cp);
    put_over(row, col, room ? cp : 0);
    if (wide) {
        put(row, col + 1, style, room ? PLACE : ' ');
        put_over(row, col + 1, 0);
    }
}

void curses_cursor(int row, int col)
{
    bool changes = hidden != (row < 0);
    hidden = row < 0;
    if (changes && sequences)
        sequences_cursor(!hidden);
    if (sequences)
        return; /* it is where the frame left it */
    if (changes)
        (void)curs_set(hidden ? 0 : 1);
    if (row >= 0)
        (void)move(row, col);
}

void curses_erase(void)
{
    (void)erase();
    if (over != NULL)
        memset(over, 0, (size_t)over_rows * (size_t)over_cols * sizeof *over);
    touch_all();
}

void curses_invalidate(void)
{
    if (sequences)
        return; /* the next frame has all cells */
    (void)clearok(curscr, TRUE);
    touch_all();
}

static void flush_over(int row)
{
    const uint32_t *cells = over + (size_t)row * (size_t)over_cols;
    for (int col = 0; col < over_cols; col++)
        if (cells[col] != 0)
            console_put_wide(row, col, cells[col]);
    touched[row] = false;
}

void curses_flush(void)
{
    (void)refresh();
    for (int row = 0; over != NULL && row < over_rows; row++)
        if (touched[row])
            flush_over(row);
}

size_t curses_capability(const char *name, char *out, size_t cap)
{
    const char *text = sequences ? sequences_capability(name) : NULL;
    size_t n = text == NULL ? 0 : strlen(text);
    if (n > cap)
        return 0;
    for (size_t i = 0; i < n; i++)
        out[i] = text[i];
    return n;
}

bool curses_ansi(struct paint_terms *terms)
{
    *terms = sequences ? sequences_terms() : (struct paint_terms){0};
    return sequences;
}

bool curses_look(const struct paint_terms *terms, struct drawn look, struct paint_look *out)
{
    (void)terms;
    *out = sequences_look(look, colour);
    return sequences;
}
