/* Descriptors of a process: what do they hold? */
#include "backend/linux/proc_scan.h"

#include <fcntl.h>
#include <stdio.h>

enum {
    DESCRIPTORS = 64,      /* at a time */
    PENDING_MAX = 1 << 20, /* remembered for files that are met later */
};

static struct oserr add_holder(struct proc_scan *p, size_t tag, uint32_t process, int32_t fd)
{
    struct found *f = p->out;
    struct object *o = &p->objects->items[tag];
    if (p->pid != p->me)
        object_used(o, p->pid, USE_HELD);
    if (p->counts && o->wanted)
        return OSERR_NONE;
    struct oserr e = sys_grow(p->be, (void **)&f->holders, &f->holders_cap, f->holders_count + 1,
                              sizeof *f->holders);
    if (oserr_is(e))
        return e;
    f->holders[f->holders_count++] =
        (struct found_holder){.tag = (uint32_t)tag, .process = process, .fd = fd};
    o->holders++;
    return OSERR_NONE;
}

static struct oserr note_descriptor(struct proc_scan *p, size_t number, uint32_t process,
                                    int32_t fd)
{
    struct object *o = &p->objects->items[number];
    if (o->ignored && !o->asked)
        return OSERR_NONE;
    if (o->fd_pid == 0 || (o->fd_pid == p->me && p->pid != o->fd_pid)) {
        o->fd_pid = p->pid;
        o->fd = fd;
    }
    return o->last == p->pid ? OSERR_NONE : add_holder(p, number, process, fd);
}

/* The identity of a descriptor's object; its name where that was needed, else empty. */
static struct seg_id descriptor_id(struct proc_scan *p, const struct sys_descriptor *d,
                                   char name[MAPS_NAME], bool *huge)
{
    char path[48];
    struct seg_id id = {.dev = d->dev, .ino = d->ino};
    name[0] = '\0';
    *huge = false;
    if (!scan_is_nameless(p, d->dev))
        return id;
    snprintf(path, sizeof path, "/proc/%u/fd/%d", p->pid, d->fd);
    if (oserr_is(sys_readlink(p->be, path, name, MAPS_NAME)))
        name[0] = '\0';
    return process_identity(p->be, &p->ipc, p->pid, id, name, huge);
}

/* For files that are met only when a later process maps them. */
static struct oserr remember(struct proc_scan *p, struct seg_id id, const struct sys_descriptor *d)
{
    if (p->pending_count == PENDING_MAX || (d->links > 0 && (p->kinds & (1U << SEG_FILE)) == 0))
        return OSERR_NONE;
    struct oserr e = sys_grow(p->be, (void **)&p->pending, &p->pending_cap, p->pending_count + 1,
                              sizeof *p->pending);
    if (!oserr_is(e))
        p->pending[p->pending_count++] = (struct pending_fd){id, p->pid, d->fd};
    return e;
}

static struct oserr take_descriptor(struct proc_scan *p, const struct sys_descriptor *d)
{
    char name[MAPS_NAME];
    bool huge;
    struct seg_id id = descriptor_id(p, d, name, &huge);
    long known = objects_find(p->objects, id);
    size_t number = (size_t)known;
    if (known == OBJECT_NONE) {
        bool ours = name[0] != '\0' || (d->links == 0 && scan_is_shm(p, d->dev));
        if (p->list == NULL)
            return OSERR_NONE;
        if (!ours)
            return remember(p, id, d);
        struct oserr e = objects_add(p->be, p->objects, id, &number);
        if (oserr_is(e))
            return e;
    }
    struct object *o = &p->objects->items[number];
    o->huge = o->huge || huge;
    o->unlinked = o->unlinked || d->links == 0;
    o->in_shm = o->in_shm || scan_is_shm(p, d->dev);
    return note_descriptor(p, number, (uint32_t)p->out->processes_count, d->fd);
}

struct oserr scan_descriptors(struct proc_scan *p, bool *skipped)
{
    char path[40];
    struct sys_descriptors d;
    struct sys_descriptor batch[DESCRIPTORS];
    size_t n = DESCRIPTORS;
    d.at = d.have = 0;
    snprintf(path, sizeof path, "/proc/%u/fd", p->pid);
    struct oserr e =
        sys_open(p->be, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, SYS_KEY_PROC_FDS, &d.dir);
    if (oserr_is(e)) {
        *skipped = *skipped || !is_gone(e);
        return OSERR_NONE;
    }
    while (n == DESCRIPTORS && !oserr_is(e)) {
        struct oserr r = sys_descriptors(p->be, &d, batch, DESCRIPTORS, &n);
        *skipped = *skipped || (oserr_is(r) && !is_gone(r));
        for (size_t i = 0; i < n && !oserr_is(e); i++)
            e = take_descriptor(p, &batch[i]);
        if (oserr_is(r))
            break;
        if (n == DESCRIPTORS && !oserr_is(e))
            e = scan_continue(p);
    }
    sys_close(p->be, d.dir, SYS_KEY_PROC_ENDS);
    return e;
}

/* The index of a process that has rows already; *from: where to begin, both lists are in the order
 * in which processes were read. False: it has none. */
static bool has_rows(const struct found *f, uint32_t pid, size_t *from)
{
    size_t i = *from;
    while (i < f->processes_count && f->processes[i].pid != pid)
        i++;
    if (i == f->processes_count)
        return false;
    *from = i;
    return true;
}

/* Does the process map the object? Mappings are in the order of processes. */
static bool maps_it(const struct found *f, size_t process, size_t tag)
{
    size_t low = 0, high = f->mappers_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (f->mappers[mid].process < process)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < f->mappers_count && f->mappers[low].process == process; low++)
        if (f->mappers[low].tag == tag)
            return true;
    return false;
}

/* One that belongs to a file which was met; the process gets its entry when it has none. */
static struct oserr take_pending(struct proc_scan *p, const struct pending_fd *l, size_t number,
                                 size_t *from_process)
{
    struct object *o = &p->objects->items[number];
    size_t process = *from_process;
    bool known = has_rows(p->out, l->pid, &process);
    if (known)
        *from_process = process;
    p->pid = l->pid;
    o->last = known && maps_it(p->out, process, number) ? l->pid : 0;
    if (known)
        return note_descriptor(p, number, (uint32_t)process, l->fd);
    size_t had = p->out->holders_count;
    struct oserr e = note_descriptor(p, number, (uint32_t)p->out->processes_count, l->fd);
    return oserr_is(e) || p->out->holders_count == had ? e : scan_name(p);
}

struct oserr scan_resolve_pending(struct proc_scan *p)
{
    size_t from_process = 0, first = p->out->processes_count;
    struct oserr e = OSERR_NONE;
    for (size_t i = 0; i < p->pending_count && !oserr_is(e); i++) {
        long known = objects_find(p->objects, p->pending[i].id);
        if (known != OBJECT_NONE)
            e = take_pending(p, &p->pending[i], (size_t)known, &from_process);
        if (from_process >= first) /* one of those added here: the others come before */
            from_process = 0;
    }
    return e;
}
