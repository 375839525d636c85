#include "ui/term/term.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "ui/term/curses.h"
#include "ui/term/input.h"
#include "ui/term/paint.h"
#include "ui/term/term_caps.h"
#include "ui/term/tty.h"

#define MOUSE_ON   "\033[?1000h\033[?1002h\033[?1006h"
#define MOUSE_OFF  "\033[?1006l\033[?1002l\033[?1000l"
#define PASTE_ON   "\033[?2004h"
#define PASTE_OFF  "\033[?2004l"
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END   "\033[?2026l"

#define ASK_LIGHT "\033]11;?\033\\" /* the background's colour, */
#define ASK_WHAT  "\033[c"          /* and what it is, which every terminal answers, after that */

enum {
    COPY_MAX = 74994,
    READ_MAX = 1024,
    KEPT_EVENTS = 64,
    SYNC_FROM = 1000,            /* bytes of a frame that a terminal may not take in one piece */
    ANSWER_LASTS = 300 * 1000000 /* ns that leaving waits for an answer */
};

struct term {
    struct input input;
    struct canvas shown; /* what the terminal shows: curses then compares only what changed */
    struct paint paint;
    int rows, cols;
    bool painted;    /* we draw with `paint`, and not through curses */
    bool modern;     /* supports private modes */
    bool mouse;      /* wanted */
    bool everything; /* the next present redraws everything */
    bool gone;       /* hung up */
    bool light;      /* the background */
    int64_t asked;   /* when it was asked for its colour; 0: never, or everything is answered */
    struct event kept[KEPT_EVENTS]; /* what came while an answer was waited for: [next, count) */
    int next, count;
};

static void send(const char *text)
{
    (void)tty_write(text, strlen(text));
}

static void modes(const struct term *t, bool on)
{
    tty_mouse(on && t->mouse);
    if (!t->modern)
        return;
    if (!on)
        send(MOUSE_OFF PASTE_OFF);
    else
        send(t->mouse ? MOUSE_ON PASTE_ON : PASTE_ON);
}

/* What restores the terminal when nothing else can. */
static void prepare_farewell(const struct term *t)
{
    static const char *const last[] = {"sgr0", "op", "rmkx", "rmcup", "cnorm"};
    char text[CRASH_FAREWELL_MAX] = "";
    if (t->modern)
        (void)snprintf(text, sizeof text, "%s", SYNC_END MOUSE_OFF PASTE_OFF);
    size_t n = strlen(text);
    for (size_t i = 0; i < sizeof last / sizeof last[0]; i++)
        n += curses_capability(last[i], text + n, sizeof text - n);
    crash_guard(text, n);
}

static void learn_key(struct input *in, const char *capability, uint32_t code, uint32_t mods)
{
    char text[INPUT_SEQUENCE + 1];
    size_t n = curses_capability(capability, text, INPUT_SEQUENCE);
    text[n] = '\0';
    input_learn(in, text, (struct key){code, mods});
}

static void learn_keys(struct input *in)
{
    static const struct {
        const char *capability;
        uint32_t code, mods;
    } keys[] = {{"kcuu1", KEY_UP_, 0},          {"kcud1", KEY_DOWN_, 0},
                {"kcub1", KEY_LEFT_, 0},        {"kcuf1", KEY_RIGHT_, 0},
                {"khome", KEY_HOME_, 0},        {"kend", KEY_END_, 0},
                {"kpp", KEY_PGUP_, 0},          {"knp", KEY_PGDN_, 0},
                {"kich1", KEY_INSERT_, 0},      {"kdch1", KEY_DELETE_, 0},
                {"kcbt", KEY_TAB_, KEY_SHIFT},  {"kLFT", KEY_LEFT_, KEY_SHIFT},
                {"kRIT", KEY_RIGHT_, KEY_SHIFT}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        learn_key(in, keys[i].capability, keys[i].code, keys[i].mods);
    for (uint32_t f = 0; f < 12; f++) {
        char name[8];
        (void)snprintf(name, sizeof name, "kf%u", (unsigned)f + 1);
        learn_key(in, name, KEY_F1_ + f, 0);
    }
}

/* Adopts the present size; true: it changed. */
static bool adopt_size(struct term *t)
{
    int rows = 0, cols = 0;
    if (!tty_size(&rows, &cols))
        curses_size(&rows, &cols);
    curses_resize(rows, cols);
    cols -= curses_wraps() && cols > 1; /* the last column stays empty */
    bool changed = rows != t->rows || cols != t->cols;
    t->rows = rows;
    t->cols = cols;
    t->everything = t->everything || changed;
    return changed;
}

/* Old terminals may show the question as text, and are left alone. */
static void ask_background(struct term *t)
{
    t->light = colorfgbg_light(getenv("COLORFGBG"));
    if (!t->modern)
        return;
    send(ASK_LIGHT ASK_WHAT);
    t->asked = os_now();
}

static const char *start(struct term *t, const char *name)
{
    const char *why = tty_start();
    if (why != NULL)
        return why;
    tty_remember();
    errno = 0;
    if (!curses_open(name)) {
        tty_stop();
        return errno == EMFILE || errno == ENFILE ? "too many files are open (ulimit -n)"
                                                  : "curses does not start on this terminal";
    }
    prepare_farewell(t);
    learn_keys(&t->input);
    modes(t, true);
    ask_background(t);
    (void)adopt_size(t);
    t->everything = true;
    return NULL;
}

struct term *term_open(bool mouse, const char **why)
{
    const char *name = getenv("TERM");
    (void)setlocale(LC_CTYPE, "");
    *why = curses_unusable(name);
    if (*why != NULL)
        return NULL;
    struct term *t = calloc(1, sizeof *t);
    *why = "out of memory";
    if (t == NULL)
        return NULL;
    t->modern = curses_modern(name);
    t->mouse = mouse;
    input_init(&t->input);
    *why = start(t, name);
    if (*why != NULL) {
        free(t);
        return NULL;
    }
    return t;
}

/* An answer that comes after us would be typed into the shell. */
static void await_answer(struct term *t)
{
    if (t->asked != 0 && !t->gone && os_stop_signal() == 0)
        term_learn(t, t->asked + ANSWER_LASTS);
}

void term_close(struct term *t)
{
    if (t == NULL)
        return;
    await_answer(t);
    modes(t, false);
    curses_close();
    tty_restore();
    crash_unguard();
    tty_stop();
    canvas_free(&t->shown);
    paint_free(&t->paint);
    free(t);
}

int term_rows(const struct term *t)
{
    return t->rows;
}

int term_cols(const struct term *t)
{
    return t->cols;
}

void term_mouse(struct term *t, bool on)
{
    if (t->mouse == on)
        return;
    modes(t, false);
    t->mouse = on;
    modes(t, true);
}

void term_theme(struct term *t, const struct theme *theme)
{
    struct screen_caps caps = curses_caps();
    const struct theme *used = caps.colours >= 8 ? theme : theme_find("mono");
    t->painted = curses_ansi(&t->paint.terms);
    for (int i = 0; i < STYLES; i++) {
        struct drawn look = theme_drawn(used, (enum style)i, caps);
        curses_style((enum style)i, look);
        t->painted = t->painted && curses_look(&t->paint.terms, look, &t->paint.look[i]);
    }
    t->everything = true;
}

static void put_cells(const struct canvas *c, const struct cell *cells, int row, int from, int to)
{
    for (int col = from; col < to; col++)
        if (cells[col].cp != 0)
            curses_put(row, col, &cells[col], col + 1 < c->cols && cells[col + 1].cp == 0);
}

/* Hands over the cells that differ; true: there were some. */
static bool put_rows(struct term *t, const struct canvas *c)
{
    bool any = false;
    int rows = c->rows < t->rows ? c->rows : t->rows;
    int cols = c->cols < t->cols ? c->cols : t->cols;
    for (int row = 0; row < rows; row++) {
        const struct cell *now = c->cells + (size_t)row * (size_t)c->cols;
        struct cell *old = t->shown.cells + (size_t)row * (size_t)c->cols;
        int from = 0, to = cols;
        if (!t->everything && !row_difference(old, now, cols, &from, &to))
            continue;
        if (t->painted)
            paint_row(&t->paint, row, cols, t->everything ? NULL : old, now, from, to);
        else
            put_cells(c, now, row, from, to);
        memcpy(old, now, (size_t)c->cols * sizeof *now);
        any = true;
    }
    return any;
}

static bool same_size(struct term *t, const struct canvas *c)
{
    if (t->shown.cells != NULL && t->shown.rows == c->rows && t->shown.cols == c->cols)
        return true;
    t->everything = true;
    return canvas_resize(&t->shown, c->rows, c->cols);
}

static bool put_cursor(struct term *t, const struct canvas *c)
{
    bool inside = c->cursor_row >= 0 && c->cursor_row < t->rows && c->cursor_col >= 0 &&
                  c->cursor_col < t->cols;
    int row = inside ? c->cursor_row : -1, col = inside ? c->cursor_col : -1;
    bool changed = row != t->shown.cursor_row || col != t->shown.cursor_col;
    t->shown.cursor_row = row;
    t->shown.cursor_col = col;
    curses_cursor(row, col);
    return changed;
}

/* A frame of ours, in one write. */
static void present_painted(struct term *t, const struct canvas *c)
{
    struct paint *p = &t->paint;
    p->length = 0;
    p->cols = t->cols;
    if (t->everything)
        paint_anew(p);
    if (t->everything && (c->rows < t->rows || c->cols < t->cols))
        paint_clear(p);
    (void)put_rows(t, c);
    if (c->cursor_row >= 0 && c->cursor_row < t->rows && c->cursor_col >= 0 &&
        c->cursor_col < t->cols)
        paint_cursor(p, c->cursor_row, c->cursor_col);
    if (t->modern && p->length >= SYNC_FROM)
        paint_between(p, SYNC_BEGIN, SYNC_END);
    if (p->length > 0)
        p->failed = !tty_write(p->text, p->length) || p->failed; /* drawn anew next time */
    (void)put_cursor(t, c);
    t->everything = p->failed;
    p->failed = false;
}

void term_present(struct term *t, const struct canvas *c)
{
    if (t->gone || !same_size(t, c))
        return;
    if (t->painted) {
        present_painted(t, c);
        return;
    }
    if (t->everything)
        curses_erase();
    bool any = put_rows(t, c);
    any = put_cursor(t, c) || any;
    t->everything = false;
    if (!any)
        return;
    if (t->modern)
        send(SYNC_BEGIN);
    curses_flush();
    if (t->modern)
        send(SYNC_END);
}

void term_redraw(struct term *t)
{
    t->everything = true;
    curses_invalidate();
}

/* After another program had the terminal. */
static void take_again(struct term *t)
{
    curses_resume();
    modes(t, true);
    (void)adopt_size(t);
    term_redraw(t);
}

bool term_suspend(struct term *t)
{
    if (!tty_can_stop())
        return false;
    modes(t, false);
    curses_leave();
    tty_restore();
    tty_stop_us();
    take_again(t);
    return true;
}

/* What is ready, as an event; EVENT_NONE: nothing, or bytes now in `input`. */
static struct event system_event(struct term *t, unsigned ready)
{
    struct event ev = {.kind = EVENT_NONE};
    if ((ready & TTY_STOP) != 0) {
        (void)term_suspend(t);
        ev.kind = EVENT_SUSPENDED;
    } else if ((ready & TTY_RESUMED) != 0) {
        take_again(t);
        ev.kind = EVENT_SUSPENDED;
    } else if ((ready & TTY_RESIZED) != 0 && adopt_size(t)) {
        ev.kind = EVENT_RESIZE;
    } else if ((ready & TTY_INPUT) != 0) {
        char bytes[READ_MAX];
        size_t n = tty_read(bytes, sizeof bytes);
        input_feed(&t->input, bytes, n, os_now());
        t->gone = n == 0;
    }
    if ((ready & TTY_GONE) != 0 || t->gone) {
        t->gone = true;
        ev.kind = EVENT_HANGUP;
    }
    return ev;
}

/* The next event that is complete, the terminal's answers among them. */
static bool next_event(struct term *t, struct event *ev)
{
    while (input_next(&t->input, os_now(), ev)) {
        bool light = ev->kind == EVENT_BACKGROUND;
        t->asked = ev->kind == EVENT_ANSWERED ? 0 : t->asked;
        if (light && t->light == ev->light)
            continue;
        if (light)
            t->light = ev->light;
        if (ev->kind != EVENT_ANSWERED)
            return true;
    }
    return false;
}

static struct event wait_event(struct term *t, struct os_wake *wake, int64_t deadline)
{
    struct event ev = {.kind = EVENT_NONE};
    if (next_event(t, &ev))
        return ev;
    int64_t due = input_due(&t->input);
    ev = system_event(t, tty_wait(wake, due < deadline ? due : deadline));
    if (ev.kind == EVENT_NONE && !next_event(t, &ev))
        ev.kind = EVENT_NONE;
    return ev;
}

struct event term_wait(struct term *t, struct os_wake *wake, int64_t deadline)
{
    if (t->next < t->count)
        return t->kept[t->next++];
    t->next = t->count = 0;
    return wait_event(t, wake, deadline);
}

bool term_light(const struct term *t)
{
    return t->light;
}

void term_learn(struct term *t, int64_t deadline)
{
    while (t->asked != 0 && !t->gone && t->count < KEPT_EVENTS && os_now() < deadline) {
        struct event ev = wait_event(t, NULL, deadline);
        if (ev.kind != EVENT_NONE && ev.kind != EVENT_BACKGROUND)
            t->kept[t->count++] = ev;
    }
}

const char *term_copy(struct term *t, const char *text, size_t n)
{
    static char out[(COPY_MAX + 2) / 3 * 4 + 16];
    static const char head[] = "\033]52;c;";
    if (tty_copy(text, n))
        return NULL;
    if (!t->modern)
        return "not on this terminal";
    if (n > COPY_MAX)
        return "too long";
    memcpy(out, head, sizeof head - 1);
    size_t at = sizeof head - 1;
    at += base64(out + at, text, n);
    out[at++] = '\a';
    (void)tty_write(out, at);
    return NULL;
}
