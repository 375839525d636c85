#include "ui/term/console_windows.h"

#include <limits.h>
#include <stdlib.h>

#include <windows.h>

bool console_is_one(void)
{
    DWORD mode;
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    return GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode) &&
           GetConsoleScreenBufferInfo(out, &info) && info.srWindow.Bottom > info.srWindow.Top &&
           info.srWindow.Right > info.srWindow.Left;
}

static bool is_wine(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    return ntdll != NULL && GetProcAddress(ntdll, "wine_get_version") != NULL;
}

bool console_take_sequences(void)
{
    enum { TAKES_SEQUENCES = 4, NO_RETURN_WITH_LINEFEED = 8 }; /* missing from some headers */
    return !is_wine() && SetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE),
                                        ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT |
                                            TAKES_SEQUENCES | NO_RETURN_WITH_LINEFEED);
}

/* As UTF-16, which no code page of the console changes. */
bool console_write(const char *text, size_t n)
{
    static WCHAR *units; /* grows to what the largest frame takes */
    static size_t room;
    if (n > INT_MAX)
        return false;
    if (n > room) { /* no byte of UTF-8 makes more than one unit */
        WCHAR *more = realloc(units, 2 * n * sizeof *more);
        if (more == NULL)
            return false;
        units = more;
        room = 2 * n;
    }
    int count = n == 0 ? 0 : MultiByteToWideChar(CP_UTF8, 0, text, (int)n, units, (int)room);
    DWORD done = 0;
    for (int at = 0; at < count; at += (int)done)
        if (!WriteConsoleW(GetStdHandle(STD_OUTPUT_HANDLE), units + at, (DWORD)(count - at), &done,
                           NULL) ||
            done == 0)
            return false;
    return count > 0 || n == 0;
}

/* The screen buffer shown now: curses has one of its own, so it is looked up each time. */
static HANDLE open_shown(void)
{
    return CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       NULL, OPEN_EXISTING, 0, NULL);
}

bool console_size(int *rows, int *cols)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE shown = open_shown();
    if (shown == INVALID_HANDLE_VALUE)
        return false;
    bool known = GetConsoleScreenBufferInfo(shown, &info);
    (void)CloseHandle(shown);
    if (!known)
        return false;
    *rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    *cols = info.srWindow.Right - info.srWindow.Left + 1;
    return true;
}

void console_put_wide(int row, int col, uint32_t cp)
{
    WCHAR text[2] = {(WCHAR)cp, 0};
    DWORD n = 1, done;
    if (cp >= 0x10000) {
        text[0] = (WCHAR)(0xd800 + ((cp - 0x10000) >> 10));
        text[1] = (WCHAR)(0xdc00 + ((cp - 0x10000) & 0x3ff));
        n = 2;
    }
    HANDLE shown = open_shown();
    if (shown == INVALID_HANDLE_VALUE)
        return;
    (void)WriteConsoleOutputCharacterW(shown, text, n, (COORD){(SHORT)col, (SHORT)row}, &done);
    (void)CloseHandle(shown);
}
