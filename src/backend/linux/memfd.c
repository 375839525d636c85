/* memfd:NAME, which can only be created: once it exists it is the descriptor fd:PID/FD. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/proc.h"
#include "backend/linux/sys_proc.h"

enum { MEMFD_NAME = 249 };

static struct oserr memfd_canonical(const char *locator, char *out, size_t cap)
{
    size_t n = strlen(locator);
    out[0] = '\0';
    if (strncmp(locator, "memfd:", 6) != 0)
        return OSERR_NONE;
    if (n - 6 > MEMFD_NAME || n + 1 > cap)
        return (struct oserr){"memfd_create", SEG_E_NAME};
    memcpy(out, locator, n + 1);
    return OSERR_NONE;
}

static struct oserr memfd_open(struct seg *s, enum seg_access access)
{
    (void)s;
    (void)access;
    return (struct oserr){"memfd_create", SEG_E_TO_CREATE};
}

static struct oserr memfd_create_new(struct seg *s, uint64_t size, uint32_t mode)
{
    char text[48], link[PROCESS_PATH], *locator;
    int fd;
    struct oserr e = sys_memfd_create(s->be, s->locator + 6, &fd);
    if (oserr_is(e))
        return e;
    s->handle = fd;
    snprintf(text, sizeof text, "fd:%u/%d", os_pid(), fd);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    e = sys_fchmod(s->be, fd, (mode_t)mode);
    if (!oserr_is(e))
        e = sys_ftruncate(s->be, fd, size);
    if (!oserr_is(e))
        e = process_know(s, os_pid(), link);
    if (oserr_kind(e) == OSERR_K_MISSING) /* the descriptor is ours: what is missing is /proc */
        e = (struct oserr){e.call, SEG_E_NO_PROC};
    if (!oserr_is(e))
        e = sys_copy(s->be, text, &locator);
    if (oserr_is(e))
        return e;
    free(s->locator);
    s->locator = locator;
    s->kind = &fd_provider;
    return process_stat(s, &s->last);
}

const struct provider memfd_provider = {
    .kind = SEG_MEMFD,
    .listed_kinds = 1U << SEG_MEMFD,
    .words = {.help =
                  "  memfd:NAME                          to create: lives as long as it is held\n",
              .name = "not a name for a memfd: at most 249 bytes",
              .absent = "no such segment",
              .irremovable = PROCESS_IRREMOVABLE},
    .caps = SEG_CAP_CREATE,
    .canonical = memfd_canonical,
    .open = memfd_open,
    .create = memfd_create_new,
    .close = fd_close,
    .unmap = fd_unmap,
};
