/* A pseudo console: of any size, which one without a window is not under wine. */
#include "console_private.h"

#include <stdlib.h>

static HANDLE drawing; /* what it draws */

static DWORD WINAPI throw_away(void *ctx)
{
    char bytes[4096];
    DWORD n;
    while (ReadFile(drawing, bytes, sizeof bytes, &n, NULL) && n > 0) {
    }
    CloseHandle(drawing);
    return ctx != NULL;
}

/* The attributes by which a process gets this console. */
static LPPROC_THREAD_ATTRIBUTE_LIST attributes(void)
{
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(size);
    if (list == NULL || !InitializeProcThreadAttributeList(list, 1, 0, &size) ||
        !UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, con.pseudo,
                                   sizeof con.pseudo, NULL, NULL))
        con_fail("no attribute for a pseudo console: error %lu", GetLastError());
    return list;
}

static void start_host(const char *path)
{
    wchar_t name[1024];
    STARTUPINFOEXW start = {.StartupInfo.cb = sizeof start, .lpAttributeList = attributes()};
    MultiByteToWideChar(CP_UTF8, 0, path, -1, name, 1024);
    if (!CreateProcessW(name, NULL, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                        &start.StartupInfo, &con.host))
        con_fail("%s does not start: error %lu", path, GetLastError());
    DeleteProcThreadAttributeList(start.lpAttributeList);
    free(start.lpAttributeList);
    con_ends_with_us(&con.host);
}

void con_pseudo_open(int rows, int cols, const char *path)
{
    HANDLE typed, to_typed, drawn;
    if (!CreatePipe(&typed, &to_typed, NULL, 0) || !CreatePipe(&drawing, &drawn, NULL, 0))
        con_fail("no pipe: error %lu", GetLastError());
    HRESULT made =
        CreatePseudoConsole((COORD){(SHORT)cols, (SHORT)rows}, typed, drawn, 0, &con.pseudo);
    if (FAILED(made))
        con_fail("no pseudo console: %lx", (unsigned long)made);
    CloseHandle(typed);
    CloseHandle(drawn);
    con.typed = to_typed; /* it would end together with its input */
    con.drain = CreateThread(NULL, 0, throw_away, NULL, 0, NULL);
    start_host(path);
}

void con_pseudo_close(void)
{
    if (con.pseudo == NULL)
        return;
    ClosePseudoConsole(con.pseudo);
    CloseHandle(con.typed);
    WaitForSingleObject(con.drain, INFINITE);
    CloseHandle(con.drain);
}
