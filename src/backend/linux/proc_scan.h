/* One pass over the processes, among its own files. */
#ifndef SHMLENS_BACKEND_LINUX_PROC_SCAN_H
#define SHMLENS_BACKEND_LINUX_PROC_SCAN_H

#include <errno.h>

#include "backend/linux/proc.h"
#include "backend/linux/proc_maps.h"
#include "backend/mappers.h"

enum { SCAN_DEVICES = 64 }; /* /dev/shm of as many namespaces */

/* A descriptor of an object that nothing is known of yet. */
struct pending_fd {
    struct seg_id id;
    uint32_t pid;
    int32_t fd;
};

/* One pass under way. */
struct proc_scan {
    struct backend *be;
    struct objects *objects;
    struct found *out;
    struct listing *list; /* NULL: nothing is to be met */
    unsigned kinds;       /* that are */
    bool counts;          /* users of the wanted ones are only counted, processes have no names */
    uint32_t me;          /* our own process */
    struct maps maps;
    struct process_ipc ipc;
    uint64_t shm[SCAN_DEVICES]; /* devices of every /dev/shm seen, ours first */
    size_t shm_count;
    struct pending_fd *pending;
    size_t pending_count, pending_cap;
    const struct search *search;
    struct seg_at at; /* for its pace */
    bool unnamed;     /* a mapping of the process being read did not tell what it is */
    uint32_t pid; /* the process being read; its index is that of the next one in out->processes */
    uint64_t nameless[SYS_NAMELESS]; /* devices, see sys_anon_devices */
};

/* Died meanwhile: of no interest. Anything else counts as unreadable. */
static inline bool is_gone(struct oserr e)
{
    return e.code == ENOENT || e.code == ESRCH;
}

bool scan_is_shm(const struct proc_scan *p, uint64_t dev);

/* See is_anon_device. */
static inline bool scan_is_nameless(const struct proc_scan *p, uint64_t dev)
{
    bool is = false;
    for (size_t i = 0; i < SYS_NAMELESS; i++)
        is = is || p->nameless[i] == dev;
    return is && dev != 0;
}

/* Process p->pid has got rows: who it is goes into the table of processes. */
MUST_USE struct oserr scan_name(struct proc_scan *p);

/* Between pieces of process p->pid: is it to go on? */
MUST_USE struct oserr scan_continue(void *pass);

/* The mappings and the descriptors of process p->pid. *skipped: it could not be read. */
MUST_USE struct oserr scan_mappings(struct proc_scan *p, bool *skipped);
MUST_USE struct oserr scan_descriptors(struct proc_scan *p, bool *skipped);

/* Afterwards: descriptors that were seen before their file was met. */
MUST_USE struct oserr scan_resolve_pending(struct proc_scan *p);

#endif
