/* What the files that implement os.h on Linux share. */
#ifndef SHMLENS_BACKEND_LINUX_OS_PRIVATE_H
#define SHMLENS_BACKEND_LINUX_OS_PRIVATE_H

#include <errno.h>

#include "backend/os.h"

int os_stop_fd(void); /* readable once a stop was requested; -1 before os_catch_stop */

/* The error of the call that just failed with errno. */
static inline struct oserr os_errno(const char *call)
{
    return (struct oserr){call, (uint32_t)errno};
}

#endif
