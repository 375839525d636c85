/* What the files behind os.h share on POSIX systems. */
#ifndef SHMLENS_BACKEND_LINUX_OS_PRIVATE_H
#define SHMLENS_BACKEND_LINUX_OS_PRIVATE_H

#include "backend/os.h"

int os_stop_fd(void); /* readable once a stop was asked for; -1 before os_catch_stop */

/* The error of the call that just failed with errno. */
struct oserr os_errno(const char *call);

#endif
