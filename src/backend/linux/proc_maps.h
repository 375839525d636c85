/* The mappings of a process, one after the other, asked for one by one where the kernel can be
 * asked, else read from the text. */
#ifndef SHMLENS_BACKEND_LINUX_PROC_MAPS_H
#define SHMLENS_BACKEND_LINUX_PROC_MAPS_H

#include "backend/linux/sys_proc.h"

struct maps {
    struct backend *be;
    char *buffer;     /* of maps_begin */
    bool text;        /* this kernel cannot be asked */
    int fd;           /* the process being read */
    const char *name; /* text: what the mapping at hand is called, and where that ends */
    const char *name_end;
    /* Called between pieces of the mappings of a process, which are not read on when it fails;
     * NULL: nobody wants to know. */
    struct oserr (*between)(void *ctx);
    void *between_ctx;
};

MUST_USE struct oserr maps_begin(struct backend *be, struct maps *m);
void maps_end(struct maps *m);

/* Calls take for each mapping of an object of process pid until it fails, which is returned.
 * *unread : why not all of it could be read. */
MUST_USE struct oserr maps_read(struct maps *m, uint32_t pid,
                                struct oserr (*take)(void *ctx, const struct sys_mapping *at),
                                void *ctx, struct oserr *unread);

/* The same for the one that covers `address`, or one behind it, where the kernel can be asked: else
 * for all. */
MUST_USE struct oserr maps_cover(struct maps *m, uint32_t pid, uint64_t address,
                                 struct oserr (*take)(void *ctx, const struct sys_mapping *at),
                                 void *ctx, struct oserr *unread);

/* What the system calls the mapping that take was called with; buf of MAPS_NAME bytes, raw,
 * NUL-terminated, empty when not to be had. */
enum { MAPS_NAME = 4200 };
MUST_USE struct oserr maps_name(struct maps *m, const struct sys_mapping *at, char buf[MAPS_NAME]);

#endif
