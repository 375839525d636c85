/* Small files of our own: configuration, options, marks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os_read.h"
#include "backend/windows/os_private.h"
#include "backend/windows/wtf8.h"

enum { PATH_UNITS = 4096 };

/* %VARIABLE%\shmlens\name; false: it is not set. */
static bool own_path(const wchar_t *variable, const char *name, char *buf, size_t cap)
{
    wchar_t dir[PATH_UNITS];
    DWORD n = GetEnvironmentVariableW(variable, dir, PATH_UNITS);
    if (n == 0 || n >= PATH_UNITS)
        return false;
    size_t head = wide_to_utf8(dir, n, buf, cap);
    int more = head >= cap ? -1 : snprintf(buf + head, cap - head, "\\shmlens\\%s", name);
    return more > 0 && (size_t)more < cap - head;
}

bool os_config_path(const char *name, char *buf, size_t cap)
{
    return own_path(L"APPDATA", name, buf, cap);
}

bool os_state_path(const char *name, char *buf, size_t cap)
{
    return own_path(L"LOCALAPPDATA", name, buf, cap) || own_path(L"APPDATA", name, buf, cap);
}

bool os_program_folder(char *buf, size_t cap)
{
    wchar_t path[PATH_UNITS];
    DWORD n = GetModuleFileNameW(NULL, path, PATH_UNITS);
    while (n > 0 && n < PATH_UNITS && path[n - 1] != L'\\')
        n--;
    return n > 1 && n < PATH_UNITS && wide_to_utf8(path, n - 1, buf, cap) < cap;
}

bool os_full_path(const char *path, char *buf, size_t cap)
{
    enum { PATH_MOST = 4096 };
    wchar_t full[PATH_MOST], *wide = wide_copy(path);
    DWORD n = wide != NULL ? GetFullPathNameW(wide, PATH_MOST, full, NULL) : 0;
    bool there = wide != NULL && GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
    free(wide);
    return there && n > 0 && n < PATH_MOST && wide_to_utf8(full, n, buf, cap) < cap;
}

struct oserr os_folder(const char *path, os_found *found, void *ctx)
{
    WIN32_FIND_DATAW entry;
    char pattern[PATH_UNITS];
    if (snprintf(pattern, sizeof pattern, "%s\\*", path) >= (int)sizeof pattern)
        return (struct oserr){"FindFirstFileW", ERROR_FILENAME_EXCED_RANGE};
    wchar_t *wide = wide_copy(pattern);
    if (wide == NULL)
        return (struct oserr){"FindFirstFileW", ERROR_INVALID_NAME};
    HANDLE h = FindFirstFileW(wide, &entry);
    struct oserr e = h == INVALID_HANDLE_VALUE ? os_last("FindFirstFileW") : OSERR_NONE;
    free(wide);
    for (bool more = !oserr_is(e); more; more = more && FindNextFileW(h, &entry)) {
        char *name = wide_utf8_copy(entry.cFileName, wcslen(entry.cFileName));
        more = name != NULL && found(ctx, name);
        free(name);
    }
    if (!oserr_is(e))
        FindClose(h);
    return e;
}

struct oserr os_folder_new(const char *path, bool *made)
{
    wchar_t *wide = wide_copy(path);
    *made = wide != NULL && CreateDirectoryW(wide, NULL);
    struct oserr e = *made          ? OSERR_NONE
                     : wide == NULL ? (struct oserr){"CreateDirectoryW", ERROR_INVALID_NAME}
                                    : os_last("CreateDirectoryW");
    DWORD is = wide != NULL && e.code == ERROR_ALREADY_EXISTS ? GetFileAttributesW(wide)
                                                              : INVALID_FILE_ATTRIBUTES;
    free(wide);
    if (is == INVALID_FILE_ATTRIBUTES)
        return e;
    return (is & FILE_ATTRIBUTE_DIRECTORY) != 0
               ? OSERR_NONE
               : (struct oserr){"CreateDirectoryW", ERROR_DIRECTORY};
}

void os_remove(const char *path)
{
    wchar_t *wide = wide_copy(path);
    if (wide != NULL && !DeleteFileW(wide))
        (void)RemoveDirectoryW(wide);
    free(wide);
}

static struct oserr read_some(intptr_t file, void *buf, size_t n, size_t *got)
{
    DWORD part = 0;
    BOOL ok = ReadFile((HANDLE)file, buf, n < 1U << 20 ? (DWORD)n : 1U << 20, &part, NULL);
    *got = ok ? part : 0;
    return ok ? OSERR_NONE : os_last("ReadFile");
}

struct oserr os_read_file(const char *path, size_t limit, char **data, size_t *n)
{
    *data = NULL;
    *n = 0;
    wchar_t *wide = wide_copy(path);
    if (wide == NULL)
        return (struct oserr){"CreateFileW", ERROR_INVALID_NAME};
    HANDLE h =
        CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    struct oserr e = h == INVALID_HANDLE_VALUE ? os_last("CreateFileW") : OSERR_NONE;
    free(wide);
    if (oserr_is(e))
        return e;
    e = os_read_all(read_some, (intptr_t)h, limit, (struct oserr){"ReadFile", ERROR_FILE_TOO_LARGE},
                    data, n);
    CloseHandle(h);
    return e;
}

/* Creates the folders of a path; an existing one, or a drive, is fine. */
static void make_folders(const wchar_t *path)
{
    wchar_t *dir = _wcsdup(path);
    for (wchar_t *at = dir == NULL ? NULL : wcspbrk(dir + 1, L"\\/"); at != NULL;
         at = wcspbrk(at + 1, L"\\/")) {
        wchar_t was = *at;
        *at = L'\0';
        (void)CreateDirectoryW(dir, NULL);
        *at = was;
    }
    free(dir);
}

HANDLE os_create_beside(const wchar_t *path, wchar_t **temporary)
{
    size_t n = wcslen(path) + 40;
    HANDLE h = INVALID_HANDLE_VALUE;
    *temporary = malloc(n * sizeof **temporary);
    for (unsigned i = 0; *temporary != NULL && i < 100; i++) {
        (void)swprintf(*temporary, n, L"%ls.%lx-%x", path, (unsigned long)GetCurrentProcessId(), i);
        h = CreateFileW(*temporary, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                        CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (h != INVALID_HANDLE_VALUE || GetLastError() != ERROR_FILE_EXISTS)
            break;
    }
    return h;
}

struct oserr os_write_handle(HANDLE h, const void *data, size_t n)
{
    const char *p = data;
    while (n > 0) {
        DWORD done, take = n < 1U << 20 ? (DWORD)n : 1U << 20;
        if (!WriteFile(h, p, take, &done, NULL))
            return os_last("WriteFile");
        p += done;
        n -= done;
    }
    return OSERR_NONE;
}

struct oserr os_replace_file(const char *path, const void *data, size_t n)
{
    wchar_t *wide = wide_copy(path), *temporary = NULL;
    if (wide == NULL)
        return (struct oserr){"CreateFileW", ERROR_INVALID_NAME};
    HANDLE h = os_create_beside(wide, &temporary);
    if (h == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PATH_NOT_FOUND) {
        free(temporary);
        make_folders(wide);
        h = os_create_beside(wide, &temporary);
    }
    struct oserr e = h == INVALID_HANDLE_VALUE ? os_last("CreateFileW") : OSERR_NONE;
    if (!oserr_is(e)) {
        e = os_write_handle(h, data, n);
        CloseHandle(h);
        if (!oserr_is(e) && !MoveFileExW(temporary, wide, MOVEFILE_REPLACE_EXISTING))
            e = os_last("MoveFileExW");
        if (oserr_is(e))
            (void)DeleteFileW(temporary);
    }
    free(temporary);
    free(wide);
    return e;
}

/* Creates a lock file that nobody else can open until the handle is closed, which deletes it. */
static struct oserr lock_beside(const wchar_t *path, HANDLE *h)
{
    enum { TRIES = 50, PAUSE_MS = 10 };
    size_t n = wcslen(path) + 8;
    wchar_t *name = malloc(n * sizeof *name);
    *h = INVALID_HANDLE_VALUE;
    if (name == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    (void)swprintf(name, n, L"%ls.lock", path);
    for (int i = 0; i < TRIES && *h == INVALID_HANDLE_VALUE; i++) {
        *h =
            CreateFileW(name, GENERIC_WRITE, 0, NULL, OPEN_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
        if (*h == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PATH_NOT_FOUND)
            make_folders(path);
        else if (*h == INVALID_HANDLE_VALUE)
            Sleep(PAUSE_MS);
    }
    free(name);
    return *h == INVALID_HANDLE_VALUE ? os_last("CreateFileW") : OSERR_NONE;
}

struct oserr os_update_file(const char *path, size_t limit, bool must_read, os_change *change,
                            void *ctx)
{
    HANDLE lock;
    wchar_t *wide = wide_copy(path);
    if (wide == NULL)
        return (struct oserr){"CreateFileW", ERROR_INVALID_NAME};
    struct oserr e = lock_beside(wide, &lock);
    free(wide);
    if (oserr_is(e))
        return e;
    e = os_change_file(path, limit, must_read, change, ctx);
    CloseHandle(lock);
    return e;
}
