/* Time, identity, and plain output. */
#include "backend/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/windows/os_private.h"
#include "backend/windows/wtf8.h"

enum { SECOND = 1000000000, PIPE_GONE = 13 /* SIGPIPE, as elsewhere */ };

#define TICKS_TO_1970 INT64_C(116444736000000000) /* 100 ns from 1601 on */

unsigned os_cores(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors;
}

uint64_t os_memory_free(void)
{
    MEMORYSTATUSEX now = {.dwLength = sizeof now};
    return GlobalMemoryStatusEx(&now) ? now.ullAvailPhys : UINT64_MAX;
}

int64_t os_now(void)
{
    static LARGE_INTEGER frequency; /* the same for all threads, whichever writes it first */
    LARGE_INTEGER now;
    if (frequency.QuadPart == 0)
        QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    int64_t f = frequency.QuadPart, seconds = now.QuadPart / f;
    return seconds * SECOND + (now.QuadPart - seconds * f) * SECOND / f;
}

static int64_t ticks(const FILETIME *t)
{
    return (int64_t)((uint64_t)t->dwHighDateTime << 32 | t->dwLowDateTime);
}

int64_t os_wall(void)
{
    FILETIME t;
    GetSystemTimePreciseAsFileTime(&t);
    return (ticks(&t) - TICKS_TO_1970) * 100;
}

bool os_sleep_until(int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - os_now();
        if (os_stop_asked())
            return false;
        if (left <= 0)
            return true;
        HANDLE either[2] = {os_thread_timer(left), os_stop_event()};
        DWORD n = either[1] == NULL ? 1 : 2;
        if (either[0] == NULL)
            Sleep(1);
        else
            (void)WaitForMultipleObjects(n, either, FALSE, INFINITE);
    }
}

void os_clock_text(int64_t wall, char buf[16])
{
    uint64_t t = (uint64_t)(wall / 100 + TICKS_TO_1970);
    FILETIME ft = {(DWORD)t, (DWORD)(t >> 32)};
    SYSTEMTIME utc, local;
    if (!FileTimeToSystemTime(&ft, &utc) || !SystemTimeToTzSpecificLocalTime(NULL, &utc, &local)) {
        buf[0] = '\0';
        return;
    }
    snprintf(buf, 16, "%02u:%02u:%02u.%03u", local.wHour % 100U, local.wMinute % 100U,
             local.wSecond % 100U, local.wMilliseconds % 1000U);
}

uint32_t os_pid(void)
{
    return GetCurrentProcessId();
}

uint32_t os_uid(void)
{
    return 0; /* users have no numbers here */
}

const char *os_user_name(uint32_t uid, char buf[33])
{
    (void)uid; /* owners are not known: no seg_stat has SEG_HAS_OWNER */
    buf[0] = '\0';
    return buf;
}

HANDLE os_stream(int fd)
{
    return GetStdHandle(fd == 0   ? STD_INPUT_HANDLE
                        : fd == 1 ? STD_OUTPUT_HANDLE
                                  : STD_ERROR_HANDLE);
}

bool os_is_terminal(int fd)
{
    DWORD mode;
    return GetConsoleMode(os_stream(fd), &mode) != 0;
}

int os_terminal_cols(int fd)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    return GetConsoleScreenBufferInfo(os_stream(fd), &info)
               ? info.srWindow.Right - info.srWindow.Left + 1
               : 0;
}

bool os_arguments(int *argc, char ***argv)
{
    int n = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &n);
    char **own = wide == NULL ? NULL : calloc((size_t)n + 1, sizeof *own);
    for (int i = 0; own != NULL && i < n; i++)
        if ((own[i] = wide_utf8_copy(wide[i], wcslen(wide[i]))) == NULL)
            return false;
    if (own == NULL)
        return false;
    LocalFree(wide);
    *argc = n;
    *argv = own; /* valid to the end */
    return true;
}

/* A console takes UTF-16, whatever its code page is. An incomplete character waits for its rest. */
static bool write_console(HANDLE h, const char *p, size_t n)
{
    enum { PIECE = 2048 };
    static char rest[8];
    static size_t rest_n;
    char piece[PIECE + sizeof rest + 1];
    wchar_t wide[PIECE + sizeof rest + 1];
    while (n > 0) {
        size_t take = n < PIECE ? n : PIECE, have = rest_n, tail = 0;
        memcpy(piece, rest, rest_n);
        memcpy(piece + have, p, take);
        have += take;
        while (tail < 3 && tail < have && ((unsigned char)piece[have - 1 - tail] & 0xc0) == 0x80)
            tail++;
        bool open = tail < have && (unsigned char)piece[have - 1 - tail] >= 0xc0;
        unsigned lead = open ? (unsigned char)piece[have - 1 - tail] : 0U;
        size_t wants = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
        rest_n = open && tail + 1 < wants ? tail + 1 : 0;
        memcpy(rest, piece + have - rest_n, rest_n);
        have -= rest_n;
        DWORD done;
        int units = MultiByteToWideChar(CP_UTF8, 0, piece, (int)have, wide,
                                        (int)(sizeof wide / sizeof wide[0]));
        if (units > 0 && !WriteConsoleW(h, wide, (DWORD)units, &done, NULL))
            return false;
        p += take;
        n -= take;
    }
    return true;
}

struct oserr os_write_fd(int fd, const void *buf, size_t n)
{
    enum { PIECE = 1 << 20 };
    HANDLE h = os_stream(fd);
    const char *p = buf;
    DWORD mode;
    if (GetConsoleMode(h, &mode))
        return write_console(h, p, n) ? OSERR_NONE : os_last("WriteConsoleW");
    while (n > 0) {
        DWORD done, take = n < PIECE ? (DWORD)n : PIECE;
        if (!WriteFile(h, p, take, &done, NULL)) {
            struct oserr e = os_last("WriteFile");
            if (e.code == ERROR_BROKEN_PIPE || e.code == ERROR_NO_DATA ||
                e.code == ERROR_PIPE_NOT_CONNECTED)
                os_die_of(PIPE_GONE); /* the reader has closed the pipe */
            return e;
        }
        p += done;
        n -= done;
    }
    return OSERR_NONE;
}
