/* Objects, names and processes: calls of ntdll. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/windows/nt.h"
#include "backend/windows/sys_private.h"
#include "backend/windows/sys_windows.h"
#include "backend/windows/wtf8.h"

enum {
    NAME_USUAL = 1024,                 /* enough for nearly every name */
    NAME_BUFFER = 96 * 1024,           /* a UNICODE_STRING of 64 KiB and its head, twice */
    HANDLES_FIRST = 256 * 1024,        /* bytes in the first try */
    HANDLES_MOST = 1024 * 1024 * 1024, /* and in the last */
};

struct oserr sys_handle_count(struct backend *be, void *handle, enum sys_key key, uint32_t *count)
{
    static const char call[] = "NtQueryObject";
    struct nt_object_basic info = {0};
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_nt(NtQueryObject(handle, (OBJECT_INFORMATION_CLASS)NT_OBJECT_BASIC, &info,
                                    sizeof info, NULL));
    *count = code == 0 ? info.handles : 0;
    uint64_t as = key != 0 ? (uint64_t)key : (uint64_t)(uintptr_t)handle << 32 | *count;
    return sys_leave(be, call, code, as, "%s(%p, ObjectBasicInformation) = 0   handles %u", call,
                     handle, (unsigned)*count);
}

/* Asks with a small buffer first: a desktop has thousands of sections. *wide is malloc'd. */
static uint32_t ask_name(HANDLE handle, UNICODE_STRING **wide)
{
    uint32_t code = ERROR_INSUFFICIENT_BUFFER;
    *wide = NULL;
    for (ULONG n = NAME_USUAL; n <= NAME_BUFFER; n += NAME_BUFFER - NAME_USUAL) {
        free(*wide);
        *wide = calloc(1, n);
        if (*wide == NULL)
            return ERROR_NOT_ENOUGH_MEMORY;
        code =
            sys_nt(NtQueryObject(handle, (OBJECT_INFORMATION_CLASS)NT_OBJECT_NAME, *wide, n, NULL));
        if (code != ERROR_BAD_LENGTH && code != ERROR_INSUFFICIENT_BUFFER &&
            code != ERROR_MORE_DATA)
            break;
    }
    return code;
}

struct oserr sys_object_name(struct backend *be, void *handle, enum sys_key key, char **name)
{
    static const char call[] = "NtQueryObject";
    uint32_t code = sys_enter(be, call);
    UNICODE_STRING *wide = NULL;
    *name = NULL;
    if (code == 0)
        code = ask_name(handle, &wide);
    if (code == 0 && (*name = wide_utf8_copy(wide->Buffer, wide->Length / sizeof(wchar_t))) == NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    free(wide);
    return sys_leave(be, call, code, key, "%s(%p, ObjectNameInformation) = 0   \"%.128s\"", call,
                     handle, *name == NULL ? "" : *name);
}

struct oserr sys_duplicate(struct backend *be, void *from, uint64_t handle, uint32_t access,
                           enum sys_key key, void **out)
{
    static const char call[] = "DuplicateHandle";
    uint32_t code = sys_enter(be, call);
    HANDLE copy = NULL, process = from == NULL ? GetCurrentProcess() : from;
    if (code == 0)
        code = sys_last(!DuplicateHandle(process, (HANDLE)(uintptr_t)handle, GetCurrentProcess(),
                                         &copy, access, FALSE,
                                         access == 0 ? DUPLICATE_SAME_ACCESS : 0));
    *out = code == 0 ? copy : NULL;
    return sys_leave(be, call, code, key, "%s(%p, 0x%llx, %#x) = %p", call, process,
                     (unsigned long long)handle, (unsigned)access, *out);
}

/* ---- directories of names ---- */

struct sys_names {
    HANDLE directory;
    ULONG context; /* where NtQueryDirectoryObject continues */
    bool started;
    char *name; /* the last one */
    struct nt_directory_entry *entry;
};

struct oserr sys_open_names(struct backend *be, const char *path, struct sys_names **out)
{
    static const char call[] = "NtOpenDirectoryObject";
    wchar_t wide[128];
    void *mem, *entry = NULL;
    *out = NULL;
    struct oserr e = sys_alloc(be, sizeof **out, &mem);
    if (!oserr_is(e))
        e = sys_alloc(be, NAME_BUFFER, &entry);
    if (oserr_is(e)) {
        free(mem);
        return e;
    }
    struct sys_names *names = mem;
    names->entry = entry;
    size_t n = wide_from_utf8(path, wide, 128);
    UNICODE_STRING text = {(USHORT)(n * sizeof *wide), (USHORT)sizeof wide, wide};
    OBJECT_ATTRIBUTES which = {.Length = sizeof which, .ObjectName = &text};
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_nt(NtOpenDirectoryObject(&names->directory, NT_DIRECTORY_QUERY, &which));
    e = sys_leave(be, call, code, 0, "%s(\"%s\", DIRECTORY_QUERY) = 0   handle %p", call, path,
                  names->directory);
    if (oserr_is(e)) {
        free(names->entry);
        free(names);
    } else {
        *out = names;
    }
    return e;
}

struct oserr sys_next_name(struct backend *be, struct sys_names *names, const char **name,
                           bool *section)
{
    static const char call[] = "NtQueryDirectoryObject";
    static const wchar_t wanted[] = L"Section";
    uint32_t code = sys_enter(be, call);
    struct nt_directory_entry *d = names->entry;
    *name = NULL;
    *section = false;
    long status = 0;
    if (code == 0) {
        status = NtQueryDirectoryObject(names->directory, d, NAME_BUFFER, TRUE, !names->started,
                                        &names->context, NULL);
        code = sys_nt(status);
        names->started = true;
    }
    if (code == ERROR_NO_MORE_ITEMS || code == ERROR_NO_MORE_FILES)
        return OSERR_NONE; /* the end is not logged */
    free(names->name);
    names->name = NULL;
    if (code == 0) {
        names->name = wide_utf8_copy(d->name.Buffer, d->name.Length / sizeof(wchar_t));
        code = names->name == NULL ? ERROR_NOT_ENOUGH_MEMORY : 0;
        *section = d->type.Length == sizeof wanted - sizeof wanted[0] &&
                   memcmp(d->type.Buffer, wanted, d->type.Length) == 0;
    }
    *name = names->name;
    return sys_leave(be, call, code, SYS_KEY_LIST, "%s(%p) = an entry", call, names->directory);
}

void sys_close_names(struct backend *be, struct sys_names *names)
{
    sys_close_handle(be, names->directory, SYS_KEY_NONE);
    free(names->name);
    free(names->entry);
    free(names);
}

/* ---- processes ---- */

static void copy_rows(const struct nt_handles *all, struct sys_handle *rows)
{
    for (size_t i = 0; i < all->count; i++)
        rows[i] = (struct sys_handle){.pid = (uint32_t)all->row[i].pid,
                                      .access = all->row[i].access,
                                      .type = all->row[i].type,
                                      .handle = all->row[i].handle};
}

/* Reads all of them into one buffer, which grows until they fit. */
static uint32_t ask_handles(struct nt_handles **all)
{
    uint32_t code = ERROR_INSUFFICIENT_BUFFER;
    *all = NULL;
    for (ULONG n = HANDLES_FIRST; n < HANDLES_MOST; n *= 2) {
        free(*all);
        *all = malloc(n);
        if (*all == NULL)
            return ERROR_NOT_ENOUGH_MEMORY;
        code = sys_nt(
            NtQuerySystemInformation((SYSTEM_INFORMATION_CLASS)NT_SYSTEM_HANDLES, *all, n, NULL));
        if (code != ERROR_BAD_LENGTH && code != ERROR_INSUFFICIENT_BUFFER)
            break;
    }
    return code;
}

struct oserr sys_all_handles(struct backend *be, struct sys_handle **rows, size_t *n)
{
    static const char call[] = "NtQuerySystemInformation";
    struct nt_handles *all = NULL;
    uint32_t code = sys_enter(be, call);
    *rows = NULL;
    *n = 0;
    if (code == 0)
        code = ask_handles(&all);
    if (code == 0 && (*rows = calloc(all->count + 1, sizeof **rows)) == NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    if (code == 0) {
        copy_rows(all, *rows);
        *n = all->count;
    }
    free(all);
    return sys_leave(be, call, code, SYS_KEY_PROC,
                     "%s(SystemExtendedHandleInformation) = 0   %zu handles", call, *n);
}

struct oserr sys_open_process(struct backend *be, uint32_t pid, void **process)
{
    static const char call[] = "OpenProcess";
    uint32_t code = sys_enter(be, call);
    *process = NULL;
    if (code == 0) {
        *process = OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
        code = sys_last(*process == NULL);
    }
    return sys_leave(be, call, code, SYS_KEY_PROC,
                     "%s(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, %u) = %p", call,
                     (unsigned)pid, *process);
}

void sys_image_name(struct backend *be, void *process, char comm[SEG_COMM])
{
    static const char call[] = "QueryFullProcessImageNameW";
    wchar_t path[1024];
    DWORD n = 1024;
    HANDLE which = process == NULL ? GetCurrentProcess() : process;
    uint32_t code = sys_enter(be, call);
    comm[0] = '\0';
    if (code == 0)
        code = sys_last(!QueryFullProcessImageNameW(which, 0, path, &n));
    if (code == 0) {
        size_t from = n;
        while (from > 0 && path[from - 1] != L'\\' && path[from - 1] != L'/')
            from--;
        (void)wide_to_utf8(path + from, n - from, comm, SEG_COMM);
    }
    struct oserr e = sys_leave(be, call, code, SYS_KEY_PROC, "%s(%p) = 1   %s", call, which, comm);
    (void)e;
}

/* The number of a privilege, and our token. */
static struct oserr find_privilege(struct backend *be, const wchar_t *name, LUID *id)
{
    static const char call[] = "LookupPrivilegeValueW";
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_last(!LookupPrivilegeValueW(NULL, name, id));
    return sys_leave(be, call, code, SYS_KEY_NONE, "%s(NULL, \"%ls\") = 1", call, name);
}

static struct oserr open_token(struct backend *be, HANDLE *token)
{
    static const char call[] = "OpenProcessToken";
    uint32_t code = sys_enter(be, call);
    *token = NULL;
    if (code == 0)
        code = sys_last(!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, token));
    return sys_leave(be, call, code, SYS_KEY_NONE, "%s(TOKEN_QUERY) = 1   handle %p", call, *token);
}

struct oserr sys_may_create_global(struct backend *be, bool *may)
{
    static const char call[] = "PrivilegeCheck";
    HANDLE token;
    BOOL has = FALSE;
    PRIVILEGE_SET set = {.PrivilegeCount = 1, .Control = PRIVILEGE_SET_ALL_NECESSARY};
    *may = false;
    struct oserr e = find_privilege(be, L"SeCreateGlobalPrivilege", &set.Privilege[0].Luid);
    if (!oserr_is(e))
        e = open_token(be, &token);
    if (oserr_is(e))
        return e;
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_last(!PrivilegeCheck(token, &set, &has));
    *may = code == 0 && has;
    e = sys_leave(be, call, code, SYS_KEY_NONE, "%s(%p, SeCreateGlobalPrivilege) = %d", call, token,
                  *may);
    sys_close_handle(be, token, SYS_KEY_NONE);
    return e;
}

uint32_t sys_session(void)
{
    DWORD session = 0;
    return ProcessIdToSessionId(GetCurrentProcessId(), &session) ? session : 0;
}
