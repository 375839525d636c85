/* What the files behind os.h share on Windows. */
#ifndef SHMLENS_BACKEND_WINDOWS_OS_PRIVATE_H
#define SHMLENS_BACKEND_WINDOWS_OS_PRIVATE_H

#include <windows.h>
/* behind it: */
#include <shellapi.h>
#include <winioctl.h>

#include "backend/os.h"

HANDLE os_stop_event(void); /* set once a stop was asked for; NULL before os_catch_stop */

/* The error of the call that just failed with GetLastError(). */
static inline struct oserr os_last(const char *call)
{
    DWORD code = GetLastError();
    return (struct oserr){call, code == 0 ? ERROR_GEN_FAILURE : code};
}

/* A timer of this thread, set to go off in `ns`; NULL: none to be had. Half a millisecond fine
 * where the system can. */
HANDLE os_thread_timer(int64_t ns);

/* An event of this thread, for waiting at a gate; NULL: none to be had. */
HANDLE os_thread_event(void);

/* A new file beside `path`, open for writing, and its name (the caller frees it, also after a
 * failure); INVALID_HANDLE_VALUE: it could not be made (GetLastError). */
HANDLE os_create_beside(const wchar_t *path, wchar_t **temporary);

MUST_USE struct oserr os_write_handle(HANDLE h, const void *data, size_t n);

/* The handle of a standard stream (0, 1, 2). */
HANDLE os_stream(int fd);

#endif
