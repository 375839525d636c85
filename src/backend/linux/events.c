/* Notices from inotify on /dev/shm: names that appear, vanish or change. Nothing reports stores
 * through a mapping. */
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "backend/linux/kinds.h"
#include "backend/linux/sys_kernel.h"

enum { BETWEEN = 20000000, DRAIN = 4096 }; /* ns between two notices; bytes read at a time */

struct seg_events {
    struct backend *be;
    void (*changed)(void *ctx);
    void *ctx;
    int names; /* inotify */
    int stop;  /* eventfd: readable when the thread must end */
    struct os_thread *thread;
};

/* False: the thread must end. */
static bool wait_for(struct seg_events *ev, int also)
{
    struct pollfd p[2] = {{.fd = ev->stop, .events = POLLIN}, {.fd = also, .events = POLLIN}};
    while (poll(p, also < 0 ? 1 : 2, also < 0 ? BETWEEN / 1000000 : -1) < 0)
        continue;
    return p[0].revents == 0;
}

/* What inotify reports while we rest waits in the kernel and becomes one notice. */
static void watch_names(void *arg)
{
    struct seg_events *ev = arg;
    char told[DRAIN];
    while (wait_for(ev, ev->names)) {
        while (read(ev->names, told, sizeof told) > 0)
            continue;
        ev->changed(ev->ctx);
        if (!wait_for(ev, -1))
            break;
    }
}

static void drop(struct seg_events *ev)
{
    if (ev->names >= 0)
        sys_close(ev->be, ev->names, SYS_KEY_NONE);
    if (ev->stop >= 0)
        close(ev->stop);
    free(ev);
}

struct oserr seg_events_start(struct backend *be, void (*changed)(void *ctx), void *ctx,
                              struct seg_events **out)
{
    void *mem;
    *out = NULL;
    struct oserr e = sys_alloc(be, sizeof **out, &mem);
    if (oserr_is(e))
        return e;
    struct seg_events *ev = mem;
    *ev = (struct seg_events){.be = be, .changed = changed, .ctx = ctx, .names = -1};
    ev->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    e = ev->stop < 0 ? (struct oserr){"eventfd", SEG_E_MEMORY}
                     : sys_inotify(be, POSIX_SHM_DIR, &ev->names);
    if (!oserr_is(e))
        e = os_thread_start(&ev->thread, watch_names, ev);
    if (oserr_is(e)) {
        drop(ev);
        return e;
    }
    *out = ev;
    return OSERR_NONE;
}

void seg_events_stop(struct seg_events *ev)
{
    const uint64_t one = 1;
    if (ev == NULL)
        return;
    while (write(ev->stop, &one, sizeof one) < 0)
        continue;
    os_thread_join(ev->thread);
    drop(ev);
}
