/* The mappings of a process, one after the other: queried one by one where the kernel can do that
 * (PROCMAP_QUERY), else parsed from the text of /proc/PID/maps. */
#ifndef SHMLENS_BACKEND_LINUX_PROC_MAPS_H
#define SHMLENS_BACKEND_LINUX_PROC_MAPS_H

#include "backend/linux/sys_proc.h"

struct maps {
    struct backend *be;
    char *buffer;     /* of maps_begin */
    bool text;        /* the kernel has no query */
    bool shared;      /* only shared mappings are wanted */
    int fd;           /* the process being read */
    const char *name; /* text: the name of the current mapping, and its end */
    const char *name_end;
    /* Called between pieces of a process's mappings; reading ends when it fails. NULL: not called.
     */
    struct oserr (*between)(void *ctx);
    void *between_ctx;
};

MUST_USE struct oserr maps_begin(struct backend *be, struct maps *m);
void maps_end(struct maps *m);

/* Calls take for each mapping of an object in process pid, until it fails; returns that failure.
 * *unread: why not everything could be read. */
MUST_USE struct oserr maps_read(struct maps *m, uint32_t pid,
                                struct oserr (*take)(void *ctx, const struct sys_mapping *at),
                                void *ctx, struct oserr *unread);

/* The same for the mapping that covers `address`, or the next one, where the kernel has queries;
 * else for all of them. */
MUST_USE struct oserr maps_cover(struct maps *m, uint32_t pid, uint64_t address,
                                 struct oserr (*take)(void *ctx, const struct sys_mapping *at),
                                 void *ctx, struct oserr *unread);

/* The system's name for the mapping that take was called with, raw, NUL-terminated; empty: not
 * available. */
enum { MAPS_NAME = 4200 };
MUST_USE struct oserr maps_name(struct maps *m, const struct sys_mapping *at, char buf[MAPS_NAME]);

#endif
