#include "core/lock/judge.h"

/* ---- waiters ---- */

static size_t object_at(const struct lock_scene *s, uint64_t at)
{
    size_t low = 0, high = s->objects;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->object[middle].offset + s->object[middle].size <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->objects && s->object[low].offset <= at ? low : s->objects;
}

/* Counts them, then puts each into the place of its object. */
static void find_waiters(struct lock_scene *s)
{
    size_t first = 0;
    for (size_t i = 0; i < s->objects; i++)
        s->object[i].waiters = 0;
    for (size_t i = 0; i < s->tasks; i++) {
        size_t o = s->task[i].waits ? object_at(s, s->task[i].at) : s->objects;
        if (o < s->objects)
            s->object[o].waiters++;
    }
    for (size_t i = 0; i < s->objects; i++) {
        s->object[i].first_waiter = first;
        first += s->object[i].waiters;
        s->object[i].waiters = 0;
    }
    for (size_t i = 0; i < s->tasks; i++) {
        size_t o = s->task[i].waits ? object_at(s, s->task[i].at) : s->objects;
        if (o == s->objects)
            continue;
        struct lock_object *at = &s->object[o];
        s->waiter[at->first_waiter + at->waiters++] = (uint32_t)i;
        at->apart = at->apart || s->task[i].apart;
    }
}

/* ---- owners ---- */

static void find_owner(const struct lock_scene *s, struct lock_object *o)
{
    bool held = o->words.state == LOCK_HELD, read = o->words.state == LOCK_READERS;
    uint32_t number = o->words.owner;
    for (size_t i = 0; number != 0 && held && i < s->tasks; i++)
        if (s->task[i].own == number && !s->task[i].ended && o->owners < LOCK_OWNERS)
            o->owned_by[o->owners++] = (uint32_t)i;
    bool nobody = s->nobody && s->whole;
    if (o->words.state == LOCK_DIED)
        o->owner = OWNER_DEAD;
    else if (!held)
        o->owner = read && nobody ? OWNER_DEAD : read ? OWNER_UNKEPT : OWNER_NONE;
    else if (o->owners > 0)
        o->owner = OWNER_SEEN;
    else if (o->moved)
        o->owner = OWNER_UNSEEN;
    else if (number == 0)
        o->owner = nobody ? OWNER_DEAD : OWNER_UNKEPT;
    else
        o->owner = o->absent ? OWNER_DEAD : OWNER_UNSEEN;
}

void lock_judge(struct lock_scene *s)
{
    for (size_t i = 0; i < s->objects; i++) {
        struct lock_object *o = &s->object[i];
        o->owners = 0;
        o->owner = OWNER_NONE;
        o->apart = o->unread == NULL && o->words.shared_known && !o->words.shared;
        if (o->unread == NULL)
            find_owner(s, o);
    }
    find_waiters(s);
}

bool lock_is_dead(const struct lock_object *o)
{
    return o->owner == OWNER_DEAD;
}

/* ---- deadlocks ---- */

/* The lock that a task waits for without a limit of time, and that one other is proved to have. */
static bool next_step(const struct lock_scene *s, uint32_t task, struct lock_step *step,
                      uint32_t *owner)
{
    const struct lock_task *t = &s->task[task];
    size_t at = t->waits && !t->timed && !t->ended ? object_at(s, t->at) : s->objects;
    if (at == s->objects)
        return false;
    const struct lock_object *o = &s->object[at];
    bool lock = o->kind == LOCK_MUTEX || o->kind == LOCK_RWLOCK;
    if (!lock || o->owner != OWNER_SEEN || o->owners != 1 || o->moved)
        return false;
    *step = (struct lock_step){task, (uint32_t)at};
    *owner = o->owned_by[0];
    return true;
}

/* Turns the ring so that the lock with the lowest offset is the last one: its owner comes first. */
static void turn(struct lock_step *ring, size_t n)
{
    size_t lowest = 0;
    for (size_t i = 1; i < n; i++)
        if (ring[i].object < ring[lowest].object)
            lowest = i;
    for (size_t by = (lowest + 1) % n; by > 0; by--) {
        struct lock_step first = ring[0];
        for (size_t i = 1; i < n; i++)
            ring[i - 1] = ring[i];
        ring[n - 1] = first;
    }
}

/* The ring through `start`, if it is the lowest task of it: so each is found once. */
static size_t ring_from(const struct lock_scene *s, uint32_t start, struct lock_step *out,
                        size_t max)
{
    uint32_t at = start;
    size_t n = 0;
    while (n < max && next_step(s, at, &out[n], &at)) {
        n++;
        if (at == start)
            return n;
        if (at < start)
            return 0;
    }
    return 0;
}

size_t lock_ring(const struct lock_scene *s, uint32_t *from, struct lock_step *out, size_t max)
{
    while (*from < s->tasks) {
        size_t n = ring_from(s, (*from)++, out, max);
        if (n == 0)
            continue;
        turn(out, n);
        return n;
    }
    return 0;
}
