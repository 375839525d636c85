/* Users of objects that a scan of the processes does not show, and whether there may be any.
 *
 * An open file need not stand in a process's table of descriptors. It may be in flight (SCM_RIGHTS,
 * in the queue of a Unix socket) or registered with an io_uring; the kernel says how many there
 * are, but not of what. A loop device has its file alone, and is listed with it; who may not open
 * the device only gets a path, which may mean another file in the mount namespace that it is from.
 * And processes may
 * be hidden as a whole. What is in the kernel besides (an exported disk, a gadget) nothing shows;
 * a lease is refused for all of these. */
#ifndef SHMLENS_BACKEND_LINUX_PROC_HIDDEN_H
#define SHMLENS_BACKEND_LINUX_PROC_HIDDEN_H

#include "backend/linux/sys_proc.h"

/* Descriptors that may carry open files: sockets, io_urings. Zero: none. */
struct carriers {
    struct carrier *items;
    size_t count, cap;
    bool sockets; /* there are sockets among them */
};

/* Notes a descriptor of thread `task`. */
MUST_USE struct oserr carriers_add(struct backend *be, struct carriers *c, uint32_t task,
                                   const struct sys_descriptor *d);

/* Adds to *files the open files that they carry, and 1 where the kernel does not tell. Calls
 * between(ctx) now and then, and ends when that fails. */
MUST_USE struct oserr carriers_count(struct backend *be, struct carriers *c,
                                     struct oserr (*between)(void *ctx), void *ctx, size_t *files);
void carriers_free(struct carriers *c);

/* Calls take for each loop device that has a file, until it fails; returns that failure. *ours: it
 * is one of the objects that are looked for. Adds those to *files whose file is not known. */
typedef struct oserr loop_taken(void *ctx, const char *loop, struct seg_id id, bool *ours);
MUST_USE struct oserr loops_read(struct backend *be, loop_taken *take, void *ctx, size_t *files);

/* May /proc hide processes? It does with hidepid (then /proc/1 is missing), when it is that of
 * another PID namespace than ours (then /proc/self is not our pid), and inside of a PID namespace,
 * outside of which are processes that share the IPC or the /dev/shm with us (docker run
 * --ipc=host). */
bool processes_hidden(struct backend *be);

/* Are we in a PID namespace below the initial one, or is that not known? */
bool process_nested(struct backend *be);

#endif
