#include "ui/term/console_windows.h"

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

bool console_takes_sequences(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    return ntdll == NULL || GetProcAddress(ntdll, "wine_get_version") == NULL;
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
