/* Files that the user names: to load from, to save to. */
#include <stdlib.h>
#include <string.h>

#include "backend/windows/os_private.h"
#include "backend/windows/wtf8.h"

enum { ZEROS = 16 * 1024 };

struct os_file {
    HANDLE handle;
    bool keep_open;     /* a standard stream */
    bool sparse;        /* a regular file under a temporary name */
    bool moved;         /* the position must be set before the next byte */
    uint64_t position;  /* of the next byte */
    wchar_t *path;      /* its final name */
    wchar_t *temporary; /* its name until then; NULL: written directly */
};

static struct oserr new_file(const char *path, struct os_file **out)
{
    struct os_file *f = calloc(1, sizeof *f);
    *out = NULL;
    if (f == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    f->handle = INVALID_HANDLE_VALUE;
    f->keep_open = strcmp(path, "-") == 0;
    f->path = wide_copy(path);
    if (f->path == NULL) {
        free(f);
        return (struct oserr){"CreateFileW", ERROR_INVALID_NAME};
    }
    *out = f;
    return OSERR_NONE;
}

struct oserr os_file_open(const char *path, bool regular, struct os_file **out, uint64_t *size)
{
    struct os_file *f;
    LARGE_INTEGER n = {0}, at = {0};
    const LARGE_INTEGER here = {0};
    *out = NULL;
    *size = UINT64_MAX;
    struct oserr e = new_file(path, &f);
    if (oserr_is(e))
        return e;
    f->handle = f->keep_open ? os_stream(0)
                             : CreateFileW(f->path, GENERIC_READ,
                                           FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                           NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (f->handle == INVALID_HANDLE_VALUE || f->handle == NULL) {
        e = os_last("CreateFileW");
        os_file_abandon(f);
        return e;
    }
    bool disk = GetFileType(f->handle) == FILE_TYPE_DISK;
    if (regular && !f->keep_open && !disk) {
        os_file_abandon(f);
        return (struct oserr){"CreateFileW", SEG_E_NOT_SEGMENT};
    }
    if (disk && GetFileSizeEx(f->handle, &n) &&
        SetFilePointerEx(f->handle, here, &at, FILE_CURRENT))
        *size = (uint64_t)(n.QuadPart > at.QuadPart ? n.QuadPart - at.QuadPart : 0);
    *out = f;
    return OSERR_NONE;
}

struct oserr os_file_read(struct os_file *f, void *buf, size_t n, size_t *got)
{
    DWORD done = 0, take = n < 1U << 20 ? (DWORD)n : 1U << 20;
    *got = 0;
    if (os_stop_asked())
        return (struct oserr){"ReadFile", ERROR_OPERATION_ABORTED};
    if (!ReadFile(f->handle, buf, take, &done, NULL) && GetLastError() != ERROR_BROKEN_PIPE)
        return os_last("ReadFile"); /* a pipe without a writer is at its end */
    *got = done;
    return OSERR_NONE;
}

/* Decides where the bytes go. */
static struct oserr create_as(struct os_file *f)
{
    if (f->keep_open) {
        f->handle = os_stream(1);
        return OSERR_NONE;
    }
    DWORD attributes = GetFileAttributesW(f->path), done;
    bool exists = attributes != INVALID_FILE_ATTRIBUTES;
    if (exists && (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_READONLY)) != 0)
        return (struct oserr){"CreateFileW", ERROR_ACCESS_DENIED};
    HANDLE there = CreateFileW(f->path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (there != INVALID_HANDLE_VALUE && GetFileType(there) != FILE_TYPE_DISK) {
        f->handle = there; /* NUL, a pipe, a device */
        return OSERR_NONE;
    }
    struct oserr e = there == INVALID_HANDLE_VALUE && exists ? os_last("CreateFileW") : OSERR_NONE;
    if (there != INVALID_HANDLE_VALUE)
        CloseHandle(there);
    if (oserr_is(e)) /* a file that the user may not write is not replaced instead */
        return e;
    f->handle = os_create_beside(f->path, &f->temporary);
    if (f->handle == INVALID_HANDLE_VALUE) {
        e = os_last("CreateFileW");
        free(f->temporary);
        f->temporary = NULL;
        return e;
    }
    f->sparse = true;
    (void)DeviceIoControl(f->handle, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &done, NULL);
    return OSERR_NONE;
}

struct oserr os_file_create(const char *path, struct os_file **out, bool *sparse)
{
    struct os_file *f;
    *out = NULL;
    *sparse = false;
    struct oserr e = new_file(path, &f);
    if (oserr_is(e))
        return e;
    e = create_as(f);
    if (oserr_is(e)) {
        os_file_abandon(f);
        return e;
    }
    *sparse = f->sparse;
    *out = f;
    return OSERR_NONE;
}

struct oserr os_file_new(const char *path, struct os_file **out)
{
    struct os_file *f;
    *out = NULL;
    struct oserr e = new_file(path, &f);
    if (oserr_is(e))
        return e;
    f->keep_open = false;
    f->handle = CreateFileW(f->path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                            CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    if (f->handle != INVALID_HANDLE_VALUE) {
        *out = f;
        return e;
    }
    e = os_last("CreateFileW");
    os_file_abandon(f);
    return e;
}

/* Others may read it while it grows. */
static struct oserr open_growing(struct os_file *f)
{
    LARGE_INTEGER n = {0};
    f->handle = CreateFileW(f->path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                            OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (f->handle == INVALID_HANDLE_VALUE)
        return os_last("CreateFileW");
    if (GetFileType(f->handle) == FILE_TYPE_DISK && GetFileSizeEx(f->handle, &n) && n.QuadPart > 0)
        return (struct oserr){"CreateFileW", ERROR_FILE_EXISTS};
    return OSERR_NONE;
}

struct oserr os_file_grow(const char *path, struct os_file **out)
{
    struct os_file *f;
    *out = NULL;
    struct oserr e = new_file(path, &f);
    if (oserr_is(e))
        return e;
    if (f->keep_open)
        f->handle = os_stream(1);
    else
        e = open_growing(f);
    if (oserr_is(e))
        os_file_abandon(f);
    else
        *out = f;
    return e;
}

void os_file_cut(struct os_file *f, uint64_t size)
{
    LARGE_INTEGER at = {.QuadPart = (LONGLONG)size};
    if (!f->keep_open && GetFileType(f->handle) == FILE_TYPE_DISK &&
        SetFilePointerEx(f->handle, at, NULL, FILE_BEGIN))
        (void)SetEndOfFile(f->handle);
}

static struct oserr go_to_position(struct os_file *f)
{
    LARGE_INTEGER at = {.QuadPart = (LONGLONG)f->position};
    return SetFilePointerEx(f->handle, at, NULL, FILE_BEGIN) ? OSERR_NONE
                                                             : os_last("SetFilePointerEx");
}

struct oserr os_file_write(struct os_file *f, const void *buf, size_t n)
{
    struct oserr e = OSERR_NONE;
    if (f->keep_open)
        return os_write_fd(1, buf, n);
    if (f->moved && n > 0) {
        e = go_to_position(f);
        f->moved = oserr_is(e);
    }
    if (!oserr_is(e))
        e = os_write_handle(f->handle, buf, n);
    if (!oserr_is(e))
        f->position += n;
    return e;
}

struct oserr os_file_skip(struct os_file *f, uint64_t n)
{
    static const char zeros[ZEROS];
    struct oserr e = OSERR_NONE;
    if (f->sparse) {
        f->position += n;
        f->moved = true;
        return e;
    }
    while (n > 0 && !oserr_is(e)) {
        size_t take = n < ZEROS ? (size_t)n : ZEROS;
        e = os_file_write(f, zeros, take);
        n -= take;
    }
    return e;
}

struct oserr os_file_commit(struct os_file *f)
{
    struct oserr e = OSERR_NONE;
    if (f->moved) {
        e = go_to_position(f);
        if (!oserr_is(e) && !SetEndOfFile(f->handle))
            e = os_last("SetEndOfFile");
    }
    if (!f->keep_open) {
        CloseHandle(f->handle);
        f->handle = INVALID_HANDLE_VALUE;
    }
    if (!oserr_is(e) && f->temporary != NULL) {
        if (MoveFileExW(f->temporary, f->path, MOVEFILE_REPLACE_EXISTING)) {
            free(f->temporary);
            f->temporary = NULL;
        } else {
            e = os_last("MoveFileExW");
        }
    }
    os_file_abandon(f);
    return e;
}

void os_file_abandon(struct os_file *f)
{
    if (f == NULL)
        return;
    if (!f->keep_open && f->handle != INVALID_HANDLE_VALUE && f->handle != NULL)
        CloseHandle(f->handle);
    if (f->temporary != NULL)
        (void)DeleteFileW(f->temporary);
    free(f->temporary);
    free(f->path);
    free(f);
}
