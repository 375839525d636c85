/* Sections, views, files. */
#include "backend/windows/sys_windows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/windows/nt.h"
/* after windows.h: */
#include <winioctl.h>

#include "backend/windows/sys_private.h"
#include "backend/windows/wtf8.h"

/* Log key made from the values that the entry would print. */
static uint64_t log_key(uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t odd = 0x9e3779b97f4a7c15U;
    uint64_t h = a;
    h = (h ^ (h >> 31)) * odd + b;
    h = (h ^ (h >> 31)) * odd + c;
    return ((h ^ (h >> 31)) * odd) | 1;
}

uint32_t sys_last(bool bad)
{
    DWORD code = bad ? GetLastError() : 0;
    return bad && code == 0 ? ERROR_GEN_FAILURE : code;
}

uint32_t sys_nt(long status)
{
    return status >= 0 ? 0 : RtlNtStatusToDosError(status);
}

static const char *access_text(uint32_t access)
{
    if (access == SEG_RIGHT_CONTROL)
        return "READ_CONTROL";
    if ((access & SYS_SECTION_QUERY) == 0)
        return (access & SYS_SECTION_WRITE) != 0 ? "SECTION_MAP_READ | SECTION_MAP_WRITE"
                                                 : "SECTION_MAP_READ";
    return (access & SYS_SECTION_WRITE) != 0
               ? "SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE"
               : "SECTION_QUERY | SECTION_MAP_READ";
}

struct oserr sys_open_section(struct backend *be, const char *name, uint32_t access,
                              enum sys_key key, void **handle)
{
    static const char call[] = "OpenFileMappingW";
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, call);
    *handle = NULL;
    wchar_t *wide = wide_copy(name);
    if (code == 0 && wide == NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    if (code == 0)
        code = sys_last((*handle = OpenFileMappingW(access, FALSE, wide)) == NULL);
    free(wide);
    return sys_leave(be, call, code, key, "%s(%s, FALSE, %s) = %p", call, access_text(access),
                     sys_quoted(name, quoted), *handle);
}

struct oserr sys_create_section(struct backend *be, const char *name, uint64_t size, void **handle)
{
    static const char call[] = "CreateFileMappingW";
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, call);
    *handle = NULL;
    wchar_t *wide = name == NULL ? NULL : wide_copy(name);
    if (code == 0 && wide == NULL && name != NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    if (code == 0) {
        *handle = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                     (DWORD)(size >> 32), (DWORD)size, wide);
        DWORD last = GetLastError();
        if (*handle == NULL) {
            code = last == 0 ? ERROR_GEN_FAILURE : last;
        } else if (last == ERROR_ALREADY_EXISTS) { /* somebody else's: it was only opened */
            CloseHandle(*handle);
            *handle = NULL;
            code = last;
        }
    }
    free(wide);
    return sys_leave(
        be, call, code, 0, "%s(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, %llu, %s) = %p", call,
        (unsigned long long)size, name == NULL ? "NULL" : sys_quoted(name, quoted), *handle);
}

void sys_close_handle(struct backend *be, void *handle, enum sys_key key)
{
    uint32_t code = sys_enter(be, "CloseHandle");
    uint32_t real = sys_last(!CloseHandle(handle));
    struct oserr e =
        sys_leave(be, "CloseHandle", code != 0 ? code : real, key, "CloseHandle(%p) = 1", handle);
    (void)e;
}

struct oserr sys_query_section(struct backend *be, void *handle, enum sys_key key, uint64_t *size,
                               uint32_t *flags)
{
    static const char call[] = "NtQuerySection";
    struct nt_section_basic info = {0};
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_nt(NtQuerySection(handle, NT_SECTION_BASIC, &info, sizeof info, NULL));
    *size = code == 0 ? (uint64_t)info.size.QuadPart : 0;
    *flags = code == 0 ? info.attributes : 0;
    return sys_leave(be, call, code, key != 0 ? key : log_key((uintptr_t)handle, *size, *flags),
                     "%s(%p, SectionBasicInformation) = 0   size %llu  attributes %#x", call,
                     handle, (unsigned long long)*size, (unsigned)*flags);
}

struct oserr sys_map_view(struct backend *be, void *handle, bool write, uint64_t off, size_t n,
                          enum sys_key key, void **at)
{
    static const char call[] = "MapViewOfFile";
    uint32_t code = sys_enter(be, call);
    *at = NULL;
    if (code == 0) {
        *at = MapViewOfFile(handle, write ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ,
                            (DWORD)(off >> 32), (DWORD)off, n);
        code = sys_last(*at == NULL);
    }
    return sys_leave(be, call, code, key, "%s(%p, %s, %llu, %zu) = %p", call, handle,
                     write ? "FILE_MAP_READ | FILE_MAP_WRITE" : "FILE_MAP_READ",
                     (unsigned long long)off, n, *at);
}

void sys_unmap_view(struct backend *be, void *at, enum sys_key key)
{
    uint32_t code = sys_enter(be, "UnmapViewOfFile");
    uint32_t real = sys_last(!UnmapViewOfFile(at));
    struct oserr e = sys_leave(be, "UnmapViewOfFile", code != 0 ? code : real, key,
                               "UnmapViewOfFile(%p) = 1", at);
    (void)e;
}

struct oserr sys_virtual_query(struct backend *be, const void *at, uint64_t *n, bool *committed)
{
    static const char call[] = "VirtualQuery";
    MEMORY_BASIC_INFORMATION m = {0};
    uint32_t code = sys_enter(be, call);
    *n = 0;
    *committed = false;
    if (code == 0)
        code = sys_last(VirtualQuery(at, &m, sizeof m) == 0);
    if (code == 0) {
        *n = (uintptr_t)m.BaseAddress + m.RegionSize - (uintptr_t)at;
        *committed = m.State == MEM_COMMIT;
    }
    return sys_leave(be, call, code, SYS_KEY_REGION, "%s(%p) = %llu bytes %s", call, at,
                     (unsigned long long)*n, *committed ? "MEM_COMMIT" : "MEM_RESERVE");
}

struct oserr sys_view_size(struct backend *be, const void *at, enum sys_key key, uint64_t *size,
                           bool *reserved)
{
    static const char call[] = "VirtualQuery";
    const char *p = at;
    uint32_t code = sys_enter(be, call);
    *size = 0;
    *reserved = false;
    while (code == 0) {
        MEMORY_BASIC_INFORMATION m = {0};
        code = sys_last(VirtualQuery(p, &m, sizeof m) == 0);
        if (code != 0 || m.AllocationBase != at || m.State == MEM_FREE)
            break;
        *reserved = *reserved || m.State == MEM_RESERVE;
        p = (const char *)m.BaseAddress + m.RegionSize;
    }
    *size = code == 0 ? (uint64_t)(p - (const char *)at) : 0;
    return sys_leave(be, call, code, key != 0 ? key : log_key((uintptr_t)at, *size, *reserved),
                     "%s(%p) = %llu bytes in all", call, at, (unsigned long long)*size);
}

struct oserr sys_open_file(struct backend *be, const char *path, bool write, void **handle)
{
    static const char call[] = "CreateFileW";
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, call);
    *handle = NULL;
    wchar_t *wide = wide_copy(path);
    if (code == 0 && wide == NULL)
        code = ERROR_INVALID_NAME;
    if (code == 0) {
        HANDLE h = CreateFileW(wide, write ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ,
                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
        code = sys_last(h == INVALID_HANDLE_VALUE);
        *handle = code == 0 ? h : NULL;
    }
    free(wide);
    return sys_leave(be, call, code, 0, "%s(%s, %s, OPEN_EXISTING) = %p", call,
                     sys_quoted(path, quoted),
                     write ? "GENERIC_READ | GENERIC_WRITE" : "GENERIC_READ", *handle);
}

struct oserr sys_written_file(struct backend *be, const char *path, bool *written)
{
    static const char call[] = "CreateFileW";
    char quoted[SYS_QUOTED];
    uint32_t code = sys_enter(be, call);
    *written = false;
    wchar_t *wide = wide_copy(path);
    if (code == 0 && wide == NULL)
        code = ERROR_INVALID_NAME;
    if (code == 0) { /* opened so that nobody may write it: refused if somebody does */
        HANDLE h = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
        code = sys_last(h == INVALID_HANDLE_VALUE);
        *written = code == ERROR_SHARING_VIOLATION;
        if (code == 0)
            (void)CloseHandle(h);
        code = *written ? 0 : code;
    }
    free(wide);
    return sys_leave(be, call, code, log_key(7, *written, 0), "%s(%s, FILE_SHARE_READ) = %s", call,
                     sys_quoted(path, quoted), *written ? "ERROR_SHARING_VIOLATION" : "1");
}

struct oserr sys_file_size(struct backend *be, void *handle, uint64_t *size)
{
    static const char call[] = "GetFileSizeEx";
    LARGE_INTEGER n = {0};
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_last(!GetFileSizeEx(handle, &n));
    *size = code == 0 ? (uint64_t)n.QuadPart : 0;
    return sys_leave(be, call, code, log_key((uintptr_t)handle, *size, 1), "%s(%p) = 1   size %llu",
                     call, handle, (unsigned long long)*size);
}

struct oserr sys_file_allocated(struct backend *be, void *file, uint64_t *bytes)
{
    static const char call[] = "GetFileInformationByHandleEx";
    FILE_STANDARD_INFO info = {0};
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_last(!GetFileInformationByHandleEx(file, FileStandardInfo, &info, sizeof info));
    *bytes = code == 0 ? (uint64_t)info.AllocationSize.QuadPart : 0;
    return sys_leave(be, call, code, log_key((uintptr_t)file, *bytes, 2),
                     "%s(%p, FileStandardInfo) = 1   allocated %llu", call, file,
                     (unsigned long long)*bytes);
}

struct oserr sys_next_allocated(struct backend *be, void *file, uint64_t at, uint64_t end,
                                uint64_t *from, uint64_t *n)
{
    static const char call[] = "DeviceIoControl";
    FILE_ALLOCATED_RANGE_BUFFER in = {.FileOffset.QuadPart = (LONGLONG)at,
                                      .Length.QuadPart = (LONGLONG)(end - at)},
                                out = {0};
    DWORD got = 0;
    uint32_t code = sys_enter(be, call);
    *from = end;
    *n = 0;
    if (code == 0)
        code = sys_last(!DeviceIoControl(file, FSCTL_QUERY_ALLOCATED_RANGES, &in, sizeof in, &out,
                                         sizeof out, &got, NULL));
    if (code == ERROR_MORE_DATA) /* there are others after it */
        code = 0;
    if (code == 0 && got == sizeof out) {
        *from = (uint64_t)out.FileOffset.QuadPart;
        *n = (uint64_t)out.Length.QuadPart;
    }
    return sys_leave(be, call, code, SYS_KEY_REGION,
                     "%s(%p, FSCTL_QUERY_ALLOCATED_RANGES, %llu, %llu) = 1   %llu byte%s at %llu",
                     call, file, (unsigned long long)at, (unsigned long long)(end - at),
                     (unsigned long long)*n, *n == 1 ? "" : "s", (unsigned long long)*from);
}

struct oserr sys_file_section(struct backend *be, void *file, bool write, void **handle)
{
    static const char call[] = "CreateFileMappingW";
    uint32_t code = sys_enter(be, call);
    *handle = NULL;
    if (code == 0) {
        *handle =
            CreateFileMappingW(file, NULL, write ? PAGE_READWRITE : PAGE_READONLY, 0, 0, NULL);
        code = sys_last(*handle == NULL);
    }
    return sys_leave(be, call, code, 0, "%s(%p, NULL, %s, 0, NULL) = %p", call, file,
                     write ? "PAGE_READWRITE" : "PAGE_READONLY", *handle);
}

struct oserr sys_read_file(struct backend *be, void *file, uint64_t off, void *buf, size_t n,
                           size_t *got)
{
    static const char call[] = "ReadFile";
    uint32_t code = sys_enter(be, call);
    char *p = buf;
    *got = 0;
    while (code == 0 && *got < n) {
        uint64_t at = off + *got;
        OVERLAPPED where = {.Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32)};
        DWORD done = 0, take = n - *got < 1U << 20 ? (DWORD)(n - *got) : 1U << 20;
        code = sys_last(!ReadFile(file, p + *got, take, &done, &where));
        *got += done;
        if (code == ERROR_HANDLE_EOF || (code == 0 && done == 0)) {
            code = 0;
            break;
        }
    }
    return sys_leave(be, call, code, SYS_KEY_READ, "%s(%p, ..., %zu) = 1   offset %llu, %zu byte%s",
                     call, file, n, (unsigned long long)off, *got, *got == 1 ? "" : "s");
}
