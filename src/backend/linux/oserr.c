#include "backend/sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void oserr_system_text(uint32_t code, char *buf, size_t n)
{
    char scratch[128];
    snprintf(buf, n, "%s", strerror_r((int)code, scratch, sizeof scratch));
}

enum oserr_kind oserr_system_kind(uint32_t code)
{
    switch (code) {
    case ENOENT:
    case ESRCH: /* the process */
    case EBADF: /* its descriptor */
    case EIDRM: /* a System V id */
        return OSERR_K_MISSING;
    case EACCES:
    case EPERM:
        return OSERR_K_DENIED;
    case EEXIST:
        return OSERR_K_EXISTS;
    case ENOSPC:
    case EDQUOT:
        return OSERR_K_FULL;
    default:
        return OSERR_K_OTHER;
    }
}
