/* Descriptors of a process: what do they hold? */
#include "backend/pass_linux.h"

#include <fcntl.h>
#include <stdio.h>

enum {
    DESCRIPTORS = 64,    /* at a time */
    LOOSE_MAX = 1 << 20, /* remembered for files that are met later */
};

static struct oserr add_holder(struct pass *p, size_t tag, int32_t fd)
{
    struct found *f = p->out;
    struct oserr e = sys_grow(p->be, (void **)&f->holders, &f->holders_cap, f->holders_count + 1,
                              sizeof *f->holders);
    if (!oserr_is(e))
        f->holders[f->holders_count++] =
            (struct found_holder){.tag = tag, .row = {.pid = p->pid, .fd = fd}};
    return e;
}

static struct oserr note_descriptor(struct pass *p, size_t number, int32_t fd)
{
    struct object *o = &p->objects->items[number];
    if (o->ignored)
        return OSERR_NONE;
    if (o->fd_pid == 0 || (o->fd_pid == os_pid() && p->pid != o->fd_pid)) {
        o->fd_pid = p->pid;
        o->fd = fd;
    }
    return o->last == p->pid ? OSERR_NONE : add_holder(p, number, fd);
}

/* The identity of a descriptor's object; its name where that was needed, else empty. */
static struct seg_id descriptor_id(struct pass *p, const struct sys_descriptor *d,
                                   char name[MAPS_NAME], bool *huge)
{
    char path[48];
    struct seg_id id = {.dev = d->dev, .ino = d->ino};
    name[0] = '\0';
    *huge = false;
    if (!process_nameless(p->be, d->dev))
        return id;
    snprintf(path, sizeof path, "/proc/%u/fd/%d", p->pid, d->fd);
    if (oserr_is(sys_readlink(p->be, path, name, MAPS_NAME)))
        name[0] = '\0';
    return process_identity(p->be, &p->ipc, p->pid, id, name, huge);
}

/* For files that are met only when a later process maps them. */
static struct oserr remember(struct pass *p, struct seg_id id, const struct sys_descriptor *d)
{
    if (p->loose_count == LOOSE_MAX || (d->links > 0 && (p->kinds & (1U << SEG_FILE)) == 0))
        return OSERR_NONE;
    struct oserr e =
        sys_grow(p->be, (void **)&p->loose, &p->loose_cap, p->loose_count + 1, sizeof *p->loose);
    if (!oserr_is(e))
        p->loose[p->loose_count++] = (struct loose){id, p->pid, d->fd};
    return e;
}

static struct oserr take_descriptor(struct pass *p, const struct sys_descriptor *d)
{
    char name[MAPS_NAME];
    bool huge;
    struct seg_id id = descriptor_id(p, d, name, &huge);
    long known = objects_find(p->objects, id);
    size_t number = (size_t)known;
    if (known == OBJECT_NONE) {
        bool ours = name[0] != '\0' || (d->links == 0 && pass_is_shm(p, d->dev));
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
    o->in_shm = o->in_shm || pass_is_shm(p, d->dev);
    return note_descriptor(p, number, d->fd);
}

struct oserr pass_descriptors(struct pass *p, bool *skipped)
{
    char path[40];
    struct sys_descriptors d;
    struct sys_descriptor batch[DESCRIPTORS];
    size_t n = 1;
    d.at = d.have = 0;
    snprintf(path, sizeof path, "/proc/%u/fd", p->pid);
    struct oserr e =
        sys_open(p->be, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, SYS_KEY_PROC_FDS, &d.dir);
    if (oserr_is(e)) {
        *skipped = *skipped || !is_gone(e);
        return OSERR_NONE;
    }
    while (n > 0 && !oserr_is(e)) {
        struct oserr r = sys_descriptors(p->be, &d, batch, DESCRIPTORS, &n);
        *skipped = *skipped || (oserr_is(r) && !is_gone(r));
        for (size_t i = 0; i < n && !oserr_is(e); i++)
            e = take_descriptor(p, &batch[i]);
        if (oserr_is(r))
            break;
    }
    sys_close(p->be, d.dir, SYS_KEY_PROC_ENDS);
    return e;
}

/* Does process pid map the object? *from: where its rows begin; both lists are in the order in
 * which processes were read. */
static bool maps_it(const struct found *f, size_t *from, uint32_t pid, size_t tag)
{
    size_t i = *from;
    while (i < f->mappers_count && f->mappers[i].row.pid != pid)
        i++;
    if (i == f->mappers_count)
        return false;
    for (*from = i; i < f->mappers_count && f->mappers[i].row.pid == pid; i++)
        if (f->mappers[i].tag == tag)
            return true;
    return false;
}

struct oserr pass_loose(struct pass *p)
{
    size_t from = 0;
    struct oserr e = OSERR_NONE;
    for (size_t i = 0; i < p->loose_count && !oserr_is(e); i++) {
        const struct loose *l = &p->loose[i];
        long known = objects_find(p->objects, l->id);
        if (known == OBJECT_NONE)
            continue;
        p->pid = l->pid;
        p->objects->items[known].last = maps_it(p->out, &from, l->pid, (size_t)known) ? l->pid : 0;
        e = note_descriptor(p, (size_t)known, l->fd);
    }
    return e;
}
