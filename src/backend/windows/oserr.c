/* Codes are those of GetLastError; NTSTATUS is translated where it comes in. */
#include "backend/sys.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

#include "backend/windows/wtf8.h"

void oserr_system_text(uint32_t code, char *buf, size_t n)
{
    enum { ENGLISH = 0x0409 };
    wchar_t text[256];
    const DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    DWORD length = FormatMessageW(flags, NULL, code, ENGLISH, text, 256, NULL);
    if (length == 0) /* no English here: the user's own language */
        length = FormatMessageW(flags, NULL, code, 0, text, 256, NULL);
    while (length > 0 && (text[length - 1] <= L' ' || text[length - 1] == L'.'))
        length--;
    if (length == 0)
        snprintf(buf, n, "error %u", (unsigned)code);
    else
        (void)wide_to_utf8(text, length, buf, n);
}

enum oserr_kind oserr_system_kind(uint32_t code)
{
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return OSERR_K_MISSING;
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
        return OSERR_K_DENIED;
    case ERROR_ALREADY_EXISTS:
    case ERROR_FILE_EXISTS:
        return OSERR_K_EXISTS;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
    case ERROR_COMMITMENT_LIMIT:
        return OSERR_K_FULL;
    default:
        return OSERR_K_OTHER;
    }
}

const char *sys_error_name(uint32_t code)
{
    static const struct {
        uint32_t code;
        const char *name;
    } names[] = {
#define NAMED(e) {e, #e}
        NAMED(ERROR_FILE_NOT_FOUND),      NAMED(ERROR_PATH_NOT_FOUND),
        NAMED(ERROR_ACCESS_DENIED),       NAMED(ERROR_INVALID_HANDLE),
        NAMED(ERROR_NOT_ENOUGH_MEMORY),   NAMED(ERROR_OUTOFMEMORY),
        NAMED(ERROR_SHARING_VIOLATION),   NAMED(ERROR_INVALID_PARAMETER),
        NAMED(ERROR_BROKEN_PIPE),         NAMED(ERROR_DISK_FULL),
        NAMED(ERROR_INVALID_NAME),        NAMED(ERROR_BAD_PATHNAME),
        NAMED(ERROR_ALREADY_EXISTS),      NAMED(ERROR_FILENAME_EXCED_RANGE),
        NAMED(ERROR_MORE_DATA),           NAMED(ERROR_NO_MORE_FILES),
        NAMED(ERROR_NO_MORE_ITEMS),       NAMED(ERROR_INVALID_ADDRESS),
        NAMED(ERROR_MAPPED_ALIGNMENT),    NAMED(ERROR_NO_SYSTEM_RESOURCES),
        NAMED(ERROR_COMMITMENT_LIMIT),    NAMED(ERROR_PRIVILEGE_NOT_HELD),
        NAMED(ERROR_INSUFFICIENT_BUFFER), NAMED(ERROR_BAD_LENGTH),
        NAMED(ERROR_NOT_SUPPORTED),       NAMED(ERROR_CALL_NOT_IMPLEMENTED),
        NAMED(ERROR_OBJECT_NOT_FOUND),    NAMED(ERROR_FILE_INVALID),
        NAMED(ERROR_PARTIAL_COPY),        NAMED(ERROR_TOO_MANY_OPEN_FILES),
        NAMED(ERROR_HANDLE_EOF),          NAMED(ERROR_LOCK_VIOLATION),
#undef NAMED
    };
    static _Thread_local char number[24];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == code)
            return names[i].name;
    snprintf(number, sizeof number, "ERROR_%u", (unsigned)code);
    return number;
}
