/* Mappings of a process: whose are they? */
#include "backend/linux/proc_scan.h"

#include <string.h>

#include "backend/linux/sysv.h"

static struct oserr add_mapper(struct proc_scan *p, size_t tag, const struct sys_mapping *at)
{
    struct found *f = p->out;
    struct object *o = &p->objects->items[tag];
    bool write = at->write && at->shared;
    if (p->pid != p->me)
        object_used(o, p->pid, write ? USE_WRITE : USE_READ);
    if (p->counts && o->wanted)
        return OSERR_NONE;
    struct oserr e = sys_grow(p->be, (void **)&f->mappers, &f->mappers_cap, f->mappers_count + 1,
                              sizeof *f->mappers);
    if (oserr_is(e))
        return e;
    f->mappers[f->mappers_count++] = (struct found_mapper){
        .tag = (uint32_t)tag,
        .process = (uint32_t)f->processes_count,
        .address = at->start,
        .offset = at->offset,
        .length = at->end - at->start,
        .read = at->read,
        .write = write,
    };
    o->mappers++;
    return OSERR_NONE;
}

static bool ends_in(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && strcmp(s + n - m, tail) == 0;
}

/* An object nobody asked for: is it one to be met? Its name is kept; a file that has its name still
 * is of interest only when files are asked for. */
static struct oserr meet(struct proc_scan *p, const struct sys_mapping *at, struct seg_id id,
                         char name[MAPS_NAME], size_t *number)
{
    struct oserr e = OSERR_NONE;
    if (name[0] == '\0')
        e = maps_name(&p->maps, at, name);
    if (!oserr_is(e))
        e = objects_add(p->be, p->objects, id, number);
    if (oserr_is(e))
        return e;
    struct object *o = &p->objects->items[*number];
    o->in_shm = scan_is_shm(p, id.dev);
    o->ignored = id.space == 0 && id.dev != SYSV_DEV && (p->kinds & (1U << SEG_FILE)) == 0 &&
                 !ends_in(name, " (deleted)");
    return o->ignored ? OSERR_NONE : sys_copy(p->be, name, &o->name);
}

/* One that is asked for, and has not been met. */
static bool is_strange(const struct object *o)
{
    return o->asked && !o->wanted && o->name == NULL && !o->ignored;
}

static void note_mapping(struct proc_scan *p, struct object *o, const struct sys_mapping *at)
{
    uint64_t behind = at->offset + (at->end - at->start);
    o->last = p->pid;
    o->extent = behind > o->extent ? behind : o->extent;
    if (!at->shared)
        return;
    if (o->map_pid == 0) {
        o->map_pid = p->pid;
        o->map_start = at->start;
        o->map_end = at->end;
    }
    o->shared += o->last_shared != p->pid;
    o->last_shared = p->pid;
    o->shared_write = o->shared_write || at->write;
}

static struct oserr take_mapping(void *ctx, const struct sys_mapping *at)
{
    struct proc_scan *p = ctx;
    char name[MAPS_NAME];
    struct seg_id id = {.dev = at->dev, .ino = at->ino};
    bool huge = false, nameless = scan_is_nameless(p, at->dev);
    struct oserr e = OSERR_NONE;
    name[0] = '\0';
    if (nameless)
        e = maps_name(&p->maps, at, name);
    if (oserr_is(e)) { /* that of one process does not end the pass */
        p->unnamed = p->unnamed || !is_gone(e);
        return OSERR_NONE;
    }
    if (nameless)
        id = process_identity(p->be, &p->ipc, p->pid, id, name, &huge);
    long known = objects_find(p->objects, id);
    size_t number = (size_t)known;
    if (known == OBJECT_NONE &&
        (p->list == NULL || !(at->shared || nameless || scan_is_shm(p, id.dev))))
        return OSERR_NONE;
    if (known == OBJECT_NONE || is_strange(&p->objects->items[number]))
        e = meet(p, at, id, name, &number);
    if (oserr_is(e))
        return e;
    struct object *o = &p->objects->items[number];
    if (o->ignored && !o->asked)
        return OSERR_NONE;
    o->huge = o->huge || huge;
    note_mapping(p, o, at);
    return add_mapper(p, number, at);
}

struct oserr scan_mappings(struct proc_scan *p, bool *skipped)
{
    struct oserr unread = OSERR_NONE;
    p->unnamed = false;
    struct oserr e = maps_read(&p->maps, p->pid, take_mapping, p, &unread);
    *skipped = p->unnamed || (oserr_is(unread) && !is_gone(unread));
    return e;
}
