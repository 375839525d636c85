/* The console that nobody sees: made, looked at, put away. */
#include "console_private.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const wchar_t before[] = L"what stood here before";

struct con con;

static HANDLE open_console(const wchar_t *which)
{
    SECURITY_ATTRIBUTES yes = {sizeof yes, NULL, TRUE};
    return CreateFileW(which, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       &yes, OPEN_EXISTING, 0, NULL);
}

/* The buffer that is shown now: the program has one of its own. */
static HANDLE open_shown(void)
{
    HANDLE shown = open_console(L"CONOUT$");
    if (shown == INVALID_HANDLE_VALUE)
        con_fail("the console's screen cannot be opened: error %lu", GetLastError());
    return shown;
}

static void print_screen(void)
{
    if (con.cells == NULL)
        return;
    con_look();
    for (int row = 0; row < con.rows; row++)
        fprintf(stderr, "%2d|%s\n", row, con_row(row));
}

_Noreturn void con_fail(const char *format, ...)
{
    static bool failing; /* of a picture of the failure */
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!failing) {
        failing = true;
        print_screen();
        failing = false;
    }
    ck_abort_msg("%s", text);
    abort(); /* not reached; ck_abort_msg does not say so to the compiler */
}

/* ---- making it, putting it away ---- */

/* What is sent to the program reaches all who share its console. */
static BOOL WINAPI stay(DWORD event)
{
    (void)event;
    return TRUE;
}

static void attach(void)
{
    uint64_t until = con_deadline();
    FreeConsole();
    while (!AttachConsole(con.host.dwProcessId)) {
        if (GetTickCount64() > until)
            con_fail("no console to attach to: error %lu", GetLastError());
        Sleep(2);
    }
    SetConsoleCtrlHandler(stay, TRUE);
}

static void remember(void)
{
    HANDLE shown = open_shown();
    DWORD n;
    WriteConsoleW(shown, before, (DWORD)wcslen(before), &n, NULL);
    GetConsoleMode(con.in, &con.mode_in);
    GetConsoleMode(shown, &con.mode_out);
    GetConsoleCursorInfo(shown, &con.cursor);
    CloseHandle(shown);
}

void con_open(int rows, int cols)
{
    char path[1024];
    con_close();
    snprintf(path, sizeof path, "%s/peer_host.exe", WIN_PEERS);
    if (cols > CON_UNSEEN_COLS)
        con_pseudo_open(rows, cols, path);
    else
        con.host = con_spawn(CON_ARGV(path), CREATE_NO_WINDOW, NULL, NULL, NULL);
    attach();
    con.in = open_console(L"CONIN$");
    if (con.pseudo == NULL)
        con_resize(rows, cols);
    remember();
    con_look();
}

void con_close(void)
{
    con_reap(&con.program);
    if (con.host.hProcess == NULL)
        return;
    CloseHandle(con.in);
    SetConsoleCtrlHandler(stay, FALSE);
    FreeConsole();
    con_reap(&con.host);
    con_pseudo_close();
    free(con.cells);
    con = (struct con){0};
}

void con_start(const char *const *argv)
{
    HANDLE shown = open_shown();
    con.program = con_spawn(argv, 0, con.in, shown, shown);
    CloseHandle(shown);
}

int con_exit(void)
{
    return con_status(&con.program, "the program");
}

bool con_running(void)
{
    return WaitForSingleObject(con.program.hProcess, 0) != WAIT_OBJECT_0;
}

void con_interrupt(void)
{
    if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
        con_fail("Ctrl-C cannot be sent: error %lu", GetLastError());
}

const char *con_not_restored(void)
{
    DWORD in = 0, out = 0;
    CONSOLE_CURSOR_INFO cursor = {0};
    HANDLE shown = open_shown();
    char text[sizeof before];
    GetConsoleMode(con.in, &in);
    GetConsoleMode(shown, &out);
    GetConsoleCursorInfo(shown, &cursor);
    CloseHandle(shown);
    snprintf(text, sizeof text, "%ls", before);
    if (in != con.mode_in)
        return "the mode of its input";
    if (out != con.mode_out)
        return "the mode of its screen";
    if (cursor.bVisible != con.cursor.bVisible || cursor.dwSize != con.cursor.dwSize)
        return "the cursor";
    return con_find(text, NULL, NULL) ? NULL : "the text that stood there";
}

void con_resize(int rows, int cols)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE shown = open_shown();
    SMALL_RECT all = {0, 0, (SHORT)(cols - 1), (SHORT)(rows - 1)}, both = all;
    if (GetConsoleScreenBufferInfo(shown, &info)) {
        both.Right = both.Right < info.dwSize.X - 1 ? both.Right : (SHORT)(info.dwSize.X - 1);
        both.Bottom = both.Bottom < info.dwSize.Y - 1 ? both.Bottom : (SHORT)(info.dwSize.Y - 1);
    }
    bool done = SetConsoleWindowInfo(shown, TRUE, &both) &&
                SetConsoleScreenBufferSize(shown, (COORD){(SHORT)cols, (SHORT)rows}) &&
                SetConsoleWindowInfo(shown, TRUE, &all);
    DWORD error = GetLastError();
    CloseHandle(shown);
    if (!done)
        con_fail("the console does not become %d x %d: error %lu", rows, cols, error);
}

/* ---- the screen ---- */

void con_look(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE shown = open_shown();
    if (!GetConsoleScreenBufferInfo(shown, &info)) {
        CloseHandle(shown);
        return;
    }
    SMALL_RECT window = info.srWindow;
    con.rows = window.Bottom - window.Top + 1;
    con.cols = window.Right - window.Left + 1;
    COORD size = {(SHORT)con.cols, (SHORT)con.rows};
    free(con.cells);
    con.cells = calloc((size_t)con.rows * (size_t)con.cols, sizeof *con.cells);
    if (con.cells != NULL)
        ReadConsoleOutputW(shown, con.cells, size, (COORD){0, 0}, &window);
    CloseHandle(shown);
}

static const CHAR_INFO *cell_at(int row, int col)
{
    if (con.cells == NULL || row < 0 || row >= con.rows || col < 0 || col >= con.cols)
        con_fail("there is no cell at %d, %d", row, col);
    return &con.cells[(size_t)row * (size_t)con.cols + (size_t)col];
}

struct con_cell con_cell(int row, int col)
{
    con_look();
    const CHAR_INFO *c = cell_at(row, col);
    return (struct con_cell){.unit = c->Char.UnicodeChar,
                             .fg = c->Attributes & 15,
                             .bg = c->Attributes >> 4 & 15,
                             .underline = (c->Attributes & COMMON_LVB_UNDERSCORE) != 0};
}

/* Of a wide character: marked so, or where wine has no such mark, the blank the program left there.
 */
static bool is_right_half(const CHAR_INFO *cell)
{
    return (cell->Attributes & COMMON_LVB_TRAILING_BYTE) != 0 || cell->Char.UnicodeChar == 0xa0;
}

const char *con_row(int row)
{
    static char texts[8][CON_ROW_MAX];
    static unsigned count;
    wchar_t units[CON_ROW_MAX / 4];
    int n = 0;
    char *out = texts[count++ % 8];
    if (row < 0)
        row += con.rows;
    for (int col = 0; col < con.cols && n < CON_ROW_MAX / 4 - 1; col++)
        if (!is_right_half(cell_at(row, col)))
            units[n++] = cell_at(row, col)->Char.UnicodeChar;
    while (n > 0 && (units[n - 1] == L' ' || units[n - 1] == 0))
        n--;
    int size =
        n == 0 ? 0 : WideCharToMultiByte(CP_UTF8, 0, units, n, out, CON_ROW_MAX - 1, NULL, NULL);
    out[size] = '\0';
    return out;
}

bool con_find(const char *text, int *row, int *col)
{
    con_look();
    for (int r = 0; r < con.rows; r++) {
        const char *line = con_row(r), *at = strstr(line, text);
        if (at == NULL)
            continue;
        if (row != NULL)
            *row = r;
        if (col != NULL)
            *col = MultiByteToWideChar(CP_UTF8, 0, line, (int)(at - line), NULL, 0);
        return true;
    }
    return false;
}

bool con_cursor(int *row, int *col)
{
    CONSOLE_SCREEN_BUFFER_INFO info = {0};
    CONSOLE_CURSOR_INFO cursor = {0};
    HANDLE shown = open_shown();
    GetConsoleScreenBufferInfo(shown, &info);
    GetConsoleCursorInfo(shown, &cursor);
    CloseHandle(shown);
    *row = info.dwCursorPosition.Y - info.srWindow.Top;
    *col = info.dwCursorPosition.X - info.srWindow.Left;
    return cursor.bVisible;
}

/* ---- waiting ---- */

void con_wait(con_condition holds, void *ctx, const char *what)
{
    uint64_t until = con_deadline();
    while (!holds(ctx)) {
        if (con.program.hProcess != NULL && !con_running() && !holds(ctx))
            con_fail("the program ended and there is no %s", what);
        if (GetTickCount64() > until)
            con_fail("there is no %s", what);
        Sleep(5);
    }
}

static bool has_text(void *ctx)
{
    return con_find(ctx, NULL, NULL);
}

static bool has_no_text(void *ctx)
{
    return !con_find(ctx, NULL, NULL);
}

void con_wait_text(const char *text)
{
    char copy[CON_ROW_MAX];
    snprintf(copy, sizeof copy, "%s", text);
    con_wait(has_text, copy, text);
}

void con_wait_no_text(const char *text)
{
    char copy[CON_ROW_MAX], what[CON_ROW_MAX];
    snprintf(copy, sizeof copy, "%s", text);
    snprintf(what, sizeof what, "screen without %.900s", text);
    con_wait(has_no_text, copy, what);
}

void con_press(const char *keys, const char *then)
{
    con_keys(keys);
    con_wait_text(then);
}
