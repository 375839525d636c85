#include "drawn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "console_private.h"
#include "drawn_calls.h"

static struct {
    HANDLE from;
    VTerm *vt;
    VTermScreen *screen;
    char *pending; /* what came of a report that is not whole yet */
    size_t length, capacity;
    struct drawn_calls calls;
    bool alternate, shown;
    VTermPos cursor;
} drawn;

static FILE *copy;

static int on_property(VTermProp which, VTermValue *value, void *ctx)
{
    (void)ctx;
    if (which == VTERM_PROP_ALTSCREEN)
        drawn.alternate = value->boolean;
    else if (which == VTERM_PROP_CURSORVISIBLE)
        drawn.shown = value->boolean;
    return 1;
}

static int on_cursor(VTermPos at, VTermPos was, int visible, void *ctx)
{
    (void)was;
    (void)visible;
    (void)ctx;
    drawn.cursor = at;
    return 1;
}

static void make_terminal(void)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property,
                                                   .movecursor = on_cursor};
    drawn.vt = vterm_new(con.rows, con.cols);
    vterm_set_utf8(drawn.vt, 1);
    drawn.screen = vterm_obtain_screen(drawn.vt);
    vterm_screen_enable_altscreen(drawn.screen, 1);
    vterm_screen_set_callbacks(drawn.screen, &callbacks, NULL);
    vterm_screen_reset(drawn.screen, 1);
}

void drawn_start(const char *const *args)
{
    enum { MOST = 14, ROOM = 1 << 20 };
    const char *argv[MOST + 2] = {WIN_DRAWN};
    char number[40];
    HANDLE to, inherited = NULL;
    for (size_t i = 0; i < MOST && args[i] != NULL; i++)
        argv[i + 1] = args[i];
    if (!CreatePipe(&drawn.from, &to, NULL, ROOM) ||
        !DuplicateHandle(GetCurrentProcess(), to, GetCurrentProcess(), &inherited, 0, TRUE,
                         DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
        con_fail("no pipe: error %lu", GetLastError());
    snprintf(number, sizeof number, "DRAWN_TO=%lld", (long long)(intptr_t)inherited);
    _putenv(number);
    con_look(); /* for its size */
    make_terminal();
    con_start(argv);
    _putenv("DRAWN_TO=");
    CloseHandle(inherited);
}

void drawn_copy(FILE *f)
{
    copy = f;
}

void drawn_end(void)
{
    if (drawn.vt == NULL)
        return;
    CloseHandle(drawn.from);
    vterm_free(drawn.vt);
    free(drawn.pending);
    memset(&drawn, 0, sizeof drawn);
}

void drawn_resize(int rows, int cols)
{
    drawn_read();
    vterm_set_size(drawn.vt, rows, cols);
    con_resize(rows, cols);
    con_look();
}

/* ---- reading ---- */

/* Takes the first report of what is pending; 0: it is not whole. */
static size_t take_report(void)
{
    struct drawn_head head;
    if (drawn.length < sizeof head)
        return 0;
    memcpy(&head, drawn.pending, sizeof head);
    if (drawn.length < sizeof head + head.length)
        return 0;
    if (head.kind == DRAWN_TEXT) {
        vterm_input_write(drawn.vt, drawn.pending + sizeof head, head.length);
        if (copy != NULL)
            fwrite(drawn.pending + sizeof head, 1, head.length, copy);
        drawn.calls.texts++;
        drawn.calls.bytes += head.length;
    } else {
        drawn.calls.others++;
    }
    return sizeof head + head.length;
}

static void take_reports(void)
{
    size_t n;
    while ((n = take_report()) > 0) {
        drawn.length -= n;
        memmove(drawn.pending, drawn.pending + n, drawn.length);
    }
    vterm_screen_flush_damage(drawn.screen);
    if (copy != NULL)
        fflush(copy);
}

void drawn_read(void)
{
    DWORD there = 0, n = 0;
    while (PeekNamedPipe(drawn.from, NULL, 0, NULL, &there, NULL) && there > 0) {
        if (drawn.length + there > drawn.capacity) {
            drawn.capacity = 2 * (drawn.length + there);
            drawn.pending = realloc(drawn.pending, drawn.capacity);
            if (drawn.pending == NULL)
                con_fail("out of memory");
        }
        if (!ReadFile(drawn.from, drawn.pending + drawn.length, there, &n, NULL))
            break;
        drawn.length += n;
    }
    take_reports();
}

struct drawn_calls drawn_count(void)
{
    return drawn.calls;
}

bool drawn_alternate(void)
{
    return drawn.alternate;
}

bool drawn_cursor(int *row, int *col)
{
    *row = drawn.cursor.row;
    *col = drawn.cursor.col;
    return drawn.shown;
}

/* ---- the screen ---- */

static VTermScreenCell cell_at(int row, int col)
{
    VTermScreenCell cell = {0};
    vterm_screen_get_cell(drawn.screen, (VTermPos){.row = row, .col = col}, &cell);
    return cell;
}

const char *drawn_row(int row)
{
    static char texts[8][CON_ROW_MAX];
    static unsigned count;
    char *out = texts[count++ % 8];
    VTermRect all = {.start_row = row, .end_row = row + 1, .start_col = 0, .end_col = con.cols};
    size_t n = vterm_screen_get_text(drawn.screen, out, CON_ROW_MAX - 1, all);
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return out;
}

bool drawn_find(const char *text, int *row)
{
    drawn_read();
    for (int r = 0; r < con.rows; r++) {
        if (strstr(drawn_row(r), text) == NULL)
            continue;
        if (row != NULL)
            *row = r;
        return true;
    }
    return false;
}

static struct drawn_colour colour_of(VTermColor *c, bool own)
{
    return (struct drawn_colour){own, VTERM_COLOR_IS_INDEXED(c) ? c->indexed.idx : -1};
}

void drawn_colours(int row, int col, struct drawn_colour *fg, struct drawn_colour *bg)
{
    VTermScreenCell cell = cell_at(row, col);
    *fg = colour_of(&cell.fg, VTERM_COLOR_IS_DEFAULT_FG(&cell.fg));
    *bg = colour_of(&cell.bg, VTERM_COLOR_IS_DEFAULT_BG(&cell.bg));
}

/* ---- waiting ---- */

static void print(void)
{
    for (int r = 0; r < con.rows; r++)
        fprintf(stderr, "%2d|%s\n", r, drawn_row(r));
}

static void wait_for(const char *text, bool there)
{
    uint64_t until = con_deadline();
    while (drawn_find(text, NULL) != there) {
        bool ended = !con_running();
        if ((ended || GetTickCount64() > until) && drawn_find(text, NULL) != there) {
            print();
            con_fail("drawn: %s%s%s", text, there ? " is missing" : " is still there",
                     ended ? ", and the program has ended" : "");
        }
        Sleep(5);
    }
}

void drawn_wait(const char *text)
{
    wait_for(text, true);
}

void drawn_wait_gone(const char *text)
{
    wait_for(text, false);
}
