#include "backend/users.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash(struct seg_id id)
{
    const uint64_t odd = 0x9e3779b97f4a7c15U;
    uint64_t h = (id.ino + id.space * 3) * odd;
    h = (h ^ (h >> 29) ^ id.dev) * odd;
    return h ^ (h >> 32);
}

/* The slot of id, or the one it would take; slots_count is a power of two and never full. */
static size_t place(const struct objects *o, struct seg_id id)
{
    size_t i = (size_t)hash(id) & (o->slots_count - 1);
    while (o->slots[i] != 0 && !seg_id_equal(o->items[o->slots[i] - 1].id, id))
        i = (i + 1) & (o->slots_count - 1);
    return i;
}

long objects_find(const struct objects *o, struct seg_id id)
{
    if (o->slots_count == 0)
        return OBJECT_NONE;
    return (long)o->slots[place(o, id)] - 1;
}

static struct oserr grow_slots(struct backend *be, struct objects *o)
{
    void *mem;
    size_t count = o->slots_count == 0 ? 64 : o->slots_count * 2;
    struct oserr e = sys_alloc(be, count * sizeof *o->slots, &mem);
    if (oserr_is(e))
        return e;
    free(o->slots);
    o->slots = mem;
    o->slots_count = count;
    for (size_t i = 0; i < o->count; i++)
        o->slots[place(o, o->items[i].id)] = (uint32_t)i + 1;
    return OSERR_NONE;
}

struct oserr objects_add(struct backend *be, struct objects *o, struct seg_id id, size_t *number)
{
    struct oserr e = OSERR_NONE;
    if (o->slots_count < (o->count + 1) * 2)
        e = grow_slots(be, o);
    if (oserr_is(e))
        return e;
    size_t at = place(o, id);
    if (o->slots[at] == 0) {
        e = sys_grow(be, (void **)&o->items, &o->cap, o->count + 1, sizeof *o->items);
        if (oserr_is(e))
            return e;
        o->items[o->count] = (struct object){.id = id};
        o->slots[at] = (uint32_t)++o->count;
    }
    *number = o->slots[at] - 1;
    return OSERR_NONE;
}

enum object_use objects_use(uint32_t access)
{
    return (access & SEG_MAY_WRITE) != 0  ? USE_WRITE
           : (access & SEG_MAY_READ) != 0 ? USE_READ
                                          : USE_HELD;
}

static size_t *counter_of(struct object *o)
{
    return o->use == USE_WRITE ? &o->users.rw : o->use == USE_READ ? &o->users.ro : &o->users.held;
}

void object_used(struct object *o, uint32_t pid, enum object_use use)
{
    bool again = o->user == pid && o->use != USE_NONE;
    if (again && use <= o->use)
        return;
    if (again)
        --*counter_of(o);
    o->user = pid;
    o->use = use;
    ++*counter_of(o);
}

void objects_free(struct objects *o)
{
    for (size_t i = 0; i < o->count; i++)
        free(o->items[i].name);
    free(o->items);
    free(o->slots);
    *o = (struct objects){0};
}

/* ---- rows ---- */

struct oserr found_mapper(struct backend *be, struct found *f, struct objects *o, size_t number,
                          const struct seg_mapper *row)
{
    struct oserr e = sys_grow(be, (void **)&f->mappers, &f->mappers_cap, f->mappers_count + 1,
                              sizeof *f->mappers);
    if (oserr_is(e))
        return e;
    f->mappers[f->mappers_count++] = (struct found_mapper){*row, (uint32_t)number};
    o->items[number].mappers++;
    return OSERR_NONE;
}

struct oserr found_holder(struct backend *be, struct found *f, struct objects *o, size_t number,
                          const struct seg_holder *row)
{
    struct oserr e = sys_grow(be, (void **)&f->holders, &f->holders_cap, f->holders_count + 1,
                              sizeof *f->holders);
    if (oserr_is(e))
        return e;
    f->holders[f->holders_count++] = (struct found_holder){*row, (uint32_t)number};
    o->items[number].holders++;
    return OSERR_NONE;
}

void found_free(struct found *f)
{
    free(f->mappers);
    free(f->holders);
    *f = (struct found){0};
}

static int compare_mappers(const void *a, const void *b)
{
    const struct seg_mapper *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->address < y->address ? -1 : x->address > y->address;
}

static int compare_holders(const void *a, const void *b)
{
    const struct seg_holder *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->fd < y->fd ? -1 : x->fd > y->fd;
}

/* Sorts one object's rows, which nearly always are in order. */
static void sort_rows(struct seg_who *who)
{
    for (size_t i = 1; i < who->mappers_count; i++)
        if (compare_mappers(&who->mappers[i - 1], &who->mappers[i]) > 0) {
            qsort(who->mappers, who->mappers_count, sizeof *who->mappers, compare_mappers);
            break;
        }
    for (size_t i = 1; i < who->holders_count; i++)
        if (compare_holders(&who->holders[i - 1], &who->holders[i]) > 0) {
            qsort(who->holders, who->holders_count, sizeof *who->holders, compare_holders);
            break;
        }
}

void found_unread(struct found *f, uint32_t pid, const char comm[SEG_COMM], struct oserr why)
{
    struct seg_unreads *u = &f->unread;
    f->unreadable++;
    if (u->count == SEG_UNREAD_MAX)
        return;
    struct seg_unread *row = &u->row[u->count++];
    *row = (struct seg_unread){.pid = pid, .why = why};
    memcpy(row->comm, comm, SEG_COMM);
}

/* Prefix sum: counts become the index of each object's first row; put_rows() advances it. */
static void place_rows(struct objects *o, size_t *mappers, size_t *holders)
{
    *mappers = *holders = 0;
    for (size_t i = 0; i < o->count; i++) {
        struct object *item = &o->items[i];
        size_t m = item->wanted ? item->mappers : 0, h = item->wanted ? item->holders : 0;
        item->mappers = *mappers;
        item->holders = *holders;
        *mappers += m;
        *holders += h;
    }
}

static void put_rows(const struct found *f, struct objects *o, struct seg_who *who)
{
    for (size_t i = 0; i < f->mappers_count; i++) {
        struct object *item = &o->items[f->mappers[i].object];
        if (item->wanted)
            who->mappers[item->mappers++] = f->mappers[i].row;
    }
    for (size_t i = 0; i < f->holders_count; i++) {
        struct object *item = &o->items[f->holders[i].object];
        if (item->wanted)
            who->holders[item->holders++] = f->holders[i].row;
    }
}

struct seg_who users_of(const struct objects *o, long number, const struct seg_who *all)
{
    struct seg_who who = {
        .unreadable = all->unreadable, .unowned = all->unowned, .unread = all->unread};
    if (number == OBJECT_NONE)
        return who;
    const struct object *item = &o->items[number];
    size_t m = number == 0 ? 0 : item[-1].mappers, h = number == 0 ? 0 : item[-1].holders;
    who.mappers_count = item->mappers - m;
    who.mappers = who.mappers_count == 0 ? NULL : all->mappers + m;
    who.holders_count = item->holders - h;
    who.holders = who.holders_count == 0 ? NULL : all->holders + h;
    return who;
}

struct oserr users_group(struct backend *be, const struct found *f, struct objects *o,
                         struct seg_who *who)
{
    void *m, *h = NULL;
    *who =
        (struct seg_who){.unreadable = f->unreadable, .unowned = f->unowned, .unread = f->unread};
    place_rows(o, &who->mappers_count, &who->holders_count);
    struct oserr e = sys_alloc(be, who->mappers_count * sizeof *who->mappers, &m);
    if (!oserr_is(e))
        e = sys_alloc(be, who->holders_count * sizeof *who->holders, &h);
    if (oserr_is(e)) {
        free(m);
        *who = (struct seg_who){0};
        return e;
    }
    who->mappers = m;
    who->holders = h;
    put_rows(f, o, who);
    for (size_t i = 0; i < o->count; i++) {
        struct seg_who rows = users_of(o, (long)i, who);
        sort_rows(&rows);
    }
    return OSERR_NONE;
}

/* Rows of one process are adjacent, and no process both maps and holds it. */
struct seg_users seg_who_users(const struct seg_who *w)
{
    struct object o = {0};
    uint32_t me = os_pid();
    for (size_t i = 0; i < w->mappers_count; i++)
        if (w->mappers[i].pid != me) {
            object_used(&o, w->mappers[i].pid, w->mappers[i].write ? USE_WRITE : USE_READ);
            o.users.mappings++;
        }
    for (size_t i = 0; i < w->holders_count; i++)
        if (w->holders[i].pid != me)
            object_used(&o, w->holders[i].pid, objects_use(w->holders[i].access));
    return o.users;
}

/* Rows of one process are adjacent. */
size_t seg_who_pids(const struct seg_who *w, uint32_t *pid, size_t room, bool *more)
{
    uint32_t me = os_pid(), last = me;
    size_t n = 0;
    bool left_out = false;
    for (size_t i = 0; i < w->mappers_count; i++) {
        uint32_t one = w->mappers[i].pid;
        bool known = one == last || one == me;
        last = one;
        if (!known && n < room)
            pid[n++] = one;
        else if (!known)
            left_out = true;
    }
    if (more != NULL)
        *more = left_out;
    return n;
}

void seg_who_free(struct seg_who *w)
{
    free(w->mappers);
    free(w->holders);
    *w = (struct seg_who){0};
}
