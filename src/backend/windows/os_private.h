/* What the files that implement os.h on Windows share. */
#ifndef SHMLENS_BACKEND_WINDOWS_OS_PRIVATE_H
#define SHMLENS_BACKEND_WINDOWS_OS_PRIVATE_H

#include <windows.h>
/* after windows.h: */
#include <shellapi.h>
#include <winioctl.h>

#include "backend/os.h"

HANDLE os_stop_event(void); /* set once a stop was requested; NULL before os_catch_stop */

/* The error of the call that just failed with GetLastError(). */
static inline struct oserr os_last(const char *call)
{
    DWORD code = GetLastError();
    return (struct oserr){call, code == 0 ? ERROR_GEN_FAILURE : code};
}

/* The timer of this thread, set to expire in `ns`; NULL: not available. Its resolution is half a
 * millisecond where the system can do that. */
HANDLE os_thread_timer(int64_t ns);

/* The event of this thread, for waiting in a monitor; NULL: not available. */
HANDLE os_thread_event(void);

/* Creates a new file beside `path`, open for writing, and its name (the caller frees it, also after
 * a failure); INVALID_HANDLE_VALUE: failed (GetLastError). */
HANDLE os_create_beside(const wchar_t *path, wchar_t **temporary);

MUST_USE struct oserr os_write_handle(HANDLE h, const void *data, size_t n);

/* The handle of a standard stream (0, 1, 2). */
HANDLE os_stream(int fd);

#endif
