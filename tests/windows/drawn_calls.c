/* Stands between the program and the calls by which it draws on a console, so that a test sees what
 * is sent to one that takes escape sequences: wine's takes none. Linked into shmlens_drawn, whose
 * calls of kernel32 go through these pointers and not through the import library's.
 *
 * Each call is reported to the handle whose number is in DRAWN_TO: its kind, the length of its
 * text, the text in UTF-8. */
#include "drawn_calls.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winternl.h>

/* ntdll's, which no pointer of ours hides. */
NTSTATUS NTAPI LdrGetProcedureAddress(PVOID module, PANSI_STRING name, ULONG ordinal,
                                      PVOID *address);

static HANDLE report_to(void)
{
    static HANDLE to;
    const char *number = getenv("DRAWN_TO");
    if (to == NULL && number != NULL)
        to = (HANDLE)(intptr_t)strtoll(number, NULL, 10);
    return to;
}

static void report(enum drawn_kind kind, const char *text, size_t n)
{
    struct drawn_head head = {(uint32_t)kind, (uint32_t)n};
    DWORD done;
    if (report_to() == NULL)
        return;
    WriteFile(report_to(), &head, sizeof head, &done, NULL);
    WriteFile(report_to(), text, (DWORD)n, &done, NULL);
}

static FARPROC WINAPI get_address(HMODULE module, LPCSTR name)
{
    ANSI_STRING text = {0};
    PVOID found = NULL;
    FARPROC as_function = NULL;
    if (strcmp(name, "wine_get_version") == 0)
        return NULL; /* here is none */
    text.Buffer = (PCHAR)(intptr_t)name;
    text.Length = (USHORT)strlen(name);
    text.MaximumLength = (USHORT)(text.Length + 1);
    if (LdrGetProcedureAddress(module, &text, 0, &found) != 0)
        return NULL;
    memcpy(&as_function, &found, sizeof found);
    return as_function;
}

static BOOL WINAPI write_wide(HANDLE console, const VOID *text, DWORD units, LPDWORD written,
                              LPVOID nothing)
{
    int n = WideCharToMultiByte(CP_UTF8, 0, text, (int)units, NULL, 0, NULL, NULL);
    char *utf8 = malloc((size_t)n + 1);
    (void)console;
    (void)nothing;
    if (utf8 == NULL)
        return FALSE;
    WideCharToMultiByte(CP_UTF8, 0, text, (int)units, utf8, n, NULL, NULL);
    report(DRAWN_TEXT, utf8, (size_t)n);
    free(utf8);
    *written = units;
    return TRUE;
}

static BOOL WINAPI write_narrow(HANDLE console, const VOID *text, DWORD n, LPDWORD written,
                                LPVOID nothing)
{
    (void)console;
    (void)nothing;
    report(DRAWN_TEXT, text, n);
    *written = n;
    return TRUE;
}

static BOOL WINAPI put_cells(HANDLE console, const CHAR_INFO *cells, COORD size, COORD from,
                             PSMALL_RECT to)
{
    (void)console;
    (void)cells;
    (void)size;
    (void)from;
    (void)to;
    report(DRAWN_OTHERWISE, NULL, 0);
    return TRUE;
}

static BOOL WINAPI put_characters(HANDLE console, LPCWSTR text, DWORD units, COORD at,
                                  LPDWORD written)
{
    (void)console;
    (void)text;
    (void)at;
    report(DRAWN_OTHERWISE, NULL, 0);
    *written = units;
    return TRUE;
}

static BOOL WINAPI move_cursor(HANDLE console, COORD at)
{
    (void)console;
    (void)at;
    report(DRAWN_OTHERWISE, NULL, 0);
    return TRUE;
}

static BOOL WINAPI set_cursor(HANDLE console, const CONSOLE_CURSOR_INFO *cursor)
{
    (void)console;
    (void)cursor;
    report(DRAWN_OTHERWISE, NULL, 0);
    return TRUE;
}

/* The pointers by which kernel32 is called: the linker takes these, and not the import library's.
 */
#define INSTEAD_OF(name, function)                                \
    extern void *const instead_of_##name __asm__("__imp_" #name); \
    void *const instead_of_##name = (void *)(intptr_t)(function)

INSTEAD_OF(GetProcAddress, get_address);
INSTEAD_OF(WriteConsoleW, write_wide);
INSTEAD_OF(WriteConsoleA, write_narrow);
INSTEAD_OF(WriteConsoleOutputW, put_cells);
INSTEAD_OF(WriteConsoleOutputCharacterW, put_characters);
INSTEAD_OF(SetConsoleCursorPosition, move_cursor);
INSTEAD_OF(SetConsoleCursorInfo, set_cursor);
