/* Files read, and memory of our own: what recordings need. */
#include "backend/windows/nt.h"
#include "backend/windows/sys_private.h"
#include "backend/windows/sys_windows.h"

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
    return sys_leave(be, call, code, SYS_KEY_READ, "%s(%p, ..., %zu) = 1   offset %llu, %zu bytes",
                     call, file, n, (unsigned long long)off, *got);
}

struct oserr sys_reserve(struct backend *be, size_t n, void **at)
{
    static const char call[] = "VirtualAlloc";
    uint32_t code = sys_enter(be, call);
    *at = NULL;
    if (code == 0) {
        *at = VirtualAlloc(NULL, n, MEM_RESERVE, PAGE_READWRITE);
        code = sys_last(*at == NULL);
    }
    return sys_leave(be, call, code, SYS_KEY_NONE, "%s(NULL, %zu, MEM_RESERVE) = %p", call, n, *at);
}

struct oserr sys_commit(struct backend *be, void *at, size_t n)
{
    static const char call[] = "VirtualAlloc";
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_last(VirtualAlloc(at, n, MEM_COMMIT, PAGE_READWRITE) == NULL);
    return sys_leave(be, call, code, SYS_KEY_COMMIT, "%s(%p, %zu, MEM_COMMIT) = %p", call, at, n,
                     at);
}

struct oserr sys_decommit(struct backend *be, void *at, size_t n)
{
    static const char call[] = "VirtualFree";
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_last(!VirtualFree(at, n, MEM_DECOMMIT));
    return sys_leave(be, call, code, SYS_KEY_COMMIT, "%s(%p, %zu, MEM_DECOMMIT) = 1", call, at, n);
}

void sys_release(struct backend *be, void *at)
{
    static const char call[] = "VirtualFree";
    uint32_t code = sys_enter(be, call);
    uint32_t real = sys_last(!VirtualFree(at, 0, MEM_RELEASE));
    struct oserr e = sys_leave(be, call, code != 0 ? code : real, SYS_KEY_NONE,
                               "%s(%p, 0, MEM_RELEASE) = 1", call, at);
    (void)e;
}
