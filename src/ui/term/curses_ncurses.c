/* The screen through ncurses, which knows what the terminal can do and sends the least output that
 * makes it show our cells. */
#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <curses.h>
#include <langinfo.h>
#include <term.h>

#include "ui/term/curses.h"
#include "ui/term/term_caps.h"

static SCREEN *screen;
static attr_t attrs[STYLES]; /* of each style */
static short pairs[STYLES];
static bool utf8, colour, modern;
static bool hidden; /* the cursor */

static const char *string_of(const char *name)
{
    char *text = tigetstr(name);
    return text == NULL || (intptr_t)text == -1 ? NULL : text;
}

const char *curses_unusable(const char *name)
{
    static char why[160];
    int status = 0;
    if (name == NULL || name[0] == '\0')
        return "TERM is not set";
    errno = 0;
    if (setupterm(name, 1, &status) != OK) {
        if (errno == EMFILE || errno == ENFILE)
            return "too many files are open (ulimit -n)";
        if (status != 0)
            return "the terminal descriptions (terminfo) cannot be read";
        (void)snprintf(why, sizeof why,
                       "TERM=%.60s is not known on this machine; try TERM=xterm-256color", name);
        return why;
    }
    bool can = string_of("cup") != NULL;
    (void)del_curterm(cur_term);
    (void)snprintf(why, sizeof why, "TERM=%.60s cannot position the cursor; try TERM=xterm", name);
    return can ? NULL : why;
}

bool curses_open(const char *name)
{
    utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    modern = curses_modern(name);
    screen = newterm(name, stdout, stdin);
    if (screen == NULL)
        return false;
    (void)raw();
    (void)noecho();
    (void)nonl();
    const char *no_colour = getenv("NO_COLOR"); /* empty counts as unset */
    bool wanted = no_colour == NULL || no_colour[0] == '\0';
    colour = wanted && has_colors() && start_color() == OK;
    if (colour)
        (void)use_default_colors();
    hidden = true;
    (void)curs_set(0);
    (void)refresh(); /* enters the alternate screen */
    return true;
}

/* Some terminals restore the cursor's visibility, together with its position, when leaving the
 * alternate screen: it may have been hidden when that was saved. So show it again afterwards. */
void curses_leave(void)
{
    (void)endwin();
    const char *shown = string_of("cnorm");
    if (shown != NULL) {
        (void)putp(shown);
        (void)fflush(stdout);
    }
}

void curses_close(void)
{
    curses_leave();
    delscreen(screen);
    screen = NULL;
}

void curses_resume(void)
{
    (void)reset_prog_mode();
    (void)clearok(stdscr, TRUE);
    (void)refresh();
    (void)curs_set(hidden ? 0 : 1);
}

void curses_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

void curses_resize(int rows, int cols)
{
    if (is_term_resized(rows, cols))
        (void)resizeterm(rows, cols);
}

bool curses_modern(const char *name)
{
    return term_is_modern(name);
}

bool curses_wraps(void)
{
    return tigetflag("am") > 0 && tigetflag("xenl") <= 0;
}

struct screen_caps curses_caps(void)
{
    return (struct screen_caps){colour ? COLORS : 0, string_of("dim") != NULL};
}

/* Own colours are pair 0: terminals that cannot combine colours and attributes then draw both dim
 * and underlined text. */
void curses_style(enum style style, struct drawn look)
{
    attr_t attr = A_NORMAL;
    attr |= look.bold ? A_BOLD : 0;
    attr |= look.dim ? A_DIM : 0;
    attr |= look.underline ? A_UNDERLINE : 0;
    attr |= look.reverse ? A_REVERSE : 0;
    pairs[style] = 0;
    if (colour && (look.fg != -1 || look.bg != -1)) {
        pairs[style] = (short)(style + 1);
        (void)init_pair(pairs[style], look.fg, look.bg);
    }
    attrs[style] = attr;
}

static void put_text(int row, int col, const wchar_t *text, enum style style)
{
    cchar_t cell;
    if (setcchar(&cell, text, attrs[style], pairs[style], NULL) == OK)
        (void)mvadd_wch(row, col, &cell); /* ERR in the last corner, though it is drawn */
}

void curses_put(int row, int col, const struct cell *cell, bool wide)
{
    enum style style = cell->style < STYLES ? (enum style)cell->style : STYLE_TEXT;
    wchar_t text[CANVAS_MARKS + 2] = {0};
    text[0] = (wchar_t)(utf8 ? cell->cp : ascii_for(cell->cp));
    bool fits = wcwidth(text[0]) == (wide ? 2 : 1);
    if (!fits)
        text[0] = L'?';
    for (int i = 0, n = 1; fits && utf8 && i < CANVAS_MARKS; i++)
        if (cell->mark[i] != 0 && wcwidth((wchar_t)cell->mark[i]) == 0)
            text[n++] = (wchar_t)cell->mark[i];
    put_text(row, col, text, style);
    if (wide && !fits)
        put_text(row, col + 1, L" ", style);
}

void curses_cursor(int row, int col)
{
    if (hidden != (row < 0)) {
        hidden = row < 0;
        (void)curs_set(hidden ? 0 : 1);
    }
    if (row >= 0)
        (void)move(row, col);
}

void curses_erase(void)
{
    (void)erase();
}

void curses_invalidate(void)
{
    (void)clearok(stdscr, TRUE);
}

void curses_flush(void)
{
    (void)refresh();
}

/* Where tputs writes; it takes no context. */
static char *collect_at, *collect_end;

static int collect(int c)
{
    if (collect_at < collect_end)
        *collect_at++ = (char)c;
    return c;
}

size_t curses_capability(const char *name, char *out, size_t cap)
{
    const char *text = string_of(name);
    if (text == NULL)
        return 0;
    collect_at = out;
    collect_end = out + cap;
    (void)tputs(text, 1, collect);
    return (size_t)(collect_at - out);
}

/* ---- drawing without curses ---- */

/* What is between `ESC [` and `m`; false: that is not all that is sent. */
static bool parameters(const char *text, char out[PAINT_PARAMETER])
{
    out[0] = '\0';
    if (text == NULL)
        return true;
    size_t n = strlen(text);
    if (n < 4 || n - 3 >= PAINT_PARAMETER || strncmp(text, "\033[", 2) != 0 ||
        strspn(text + 2, "0123456789;") != n - 3 || text[n - 1] != 'm')
        return false;
    memcpy(out, text + 2, n - 3);
    out[n - 3] = '\0';
    return true;
}

static bool is_string(const char *name, const char *text)
{
    const char *have = string_of(name);
    return have != NULL && strcmp(have, text) == 0;
}

static int columns_of(uint32_t cp)
{
    return wcwidth((wchar_t)cp);
}

bool curses_ansi(struct paint_terms *terms)
{
    static const char *const names[PAINT_ATTRIBUTES] = {[PAINT_BOLD] = "bold",
                                                        [PAINT_DIM] = "dim",
                                                        [PAINT_UNDERLINE] = "smul",
                                                        [PAINT_REVERSE] = "rev"};
    *terms = (struct paint_terms){.utf8 = utf8, .width = columns_of};
    terms->erases = is_string("ech", "\033[%p1%dX");
    terms->margins = string_of("csr") != NULL;
    bool ansi = modern && is_string("cup", "\033[%i%p1%d;%p2%dH") && is_string("el", "\033[K") &&
                is_string("cuf", "\033[%p1%dC") && (!colour || tigetnum("ncv") <= 0);
    for (size_t i = 0; i < PAINT_ATTRIBUTES; i++)
        ansi = ansi && parameters(string_of(names[i]), terms->attribute[i]);
    return ansi;
}

static bool colour_of(const char *name, int number, char out[PAINT_PARAMETER])
{
    out[0] = '\0';
    const char *text = number < 0 || !colour ? NULL : string_of(name);
    return text == NULL || parameters(tiparm(text, number), out);
}

bool curses_look(const struct paint_terms *terms, struct drawn look, struct paint_look *out)
{
    const bool wanted[PAINT_ATTRIBUTES] = {[PAINT_BOLD] = look.bold,
                                           [PAINT_DIM] = look.dim,
                                           [PAINT_UNDERLINE] = look.underline,
                                           [PAINT_REVERSE] = look.reverse};
    for (size_t i = 0; i < PAINT_ATTRIBUTES; i++)
        out->on[i] = wanted[i] && terms->attribute[i][0] != '\0';
    return colour_of("setaf", look.fg, out->fg) && colour_of("setab", look.bg, out->bg);
}
