#include "core/lock/judge.h"

#include <string.h>

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

/* May several threads have one number? Those of namespaces beside one that we see are not known. */
static bool several_namespaces(const struct lock_scene *s)
{
    bool several = s->inside;
    for (size_t i = 0; i < s->tasks && !several; i++)
        several = s->task[i].nested;
    return several;
}

void lock_judge(struct lock_scene *s)
{
    bool several = several_namespaces(s);
    for (size_t i = 0; i < s->objects; i++) {
        struct lock_object *o = &s->object[i];
        o->owners = 0;
        o->owner = OWNER_NONE;
        o->apart = o->unread == NULL && o->words.shared_known && !o->words.shared;
        if (o->unread == NULL)
            find_owner(s, o);
        o->perhaps = o->owner == OWNER_SEEN && (several || o->owners > 1);
    }
    if (s->tasks > 0)
        memset(s->mark, 0, s->tasks * sizeof *s->mark);
    find_waiters(s);
}

bool lock_is_dead(const struct lock_object *o)
{
    return o->owner == OWNER_DEAD;
}

/* ---- deadlocks ---- */

/* May a thread wait for a lock that it has itself? Only for a mutex that does not compare its owner
 * with the caller: where it waits for another, the owner died, and it has the same number. */
static bool can_wait_for_itself(const struct lock_object *o)
{
    return o->kind == LOCK_MUTEX && !o->words.recursive && !o->words.errorcheck && !o->words.pi;
}

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
    if (!lock || o->owner != OWNER_SEEN || o->owners != 1 || o->perhaps || o->moved)
        return false;
    *step = (struct lock_step){task, (uint32_t)at};
    *owner = o->owned_by[0];
    return *owner != task || can_wait_for_itself(o);
}

static void reverse(struct lock_step *step, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct lock_step other = step[i];
        step[i] = step[n - 1 - i];
        step[n - 1 - i] = other;
    }
}

/* Turns the ring so that the lock with the lowest offset is the last one: its owner comes first. */
static void turn(struct lock_step *ring, size_t n)
{
    size_t lowest = 0;
    for (size_t i = 1; i < n; i++)
        if (ring[i].object < ring[lowest].object)
            lowest = i;
    size_t by = (lowest + 1) % n;
    reverse(ring, by);
    reverse(ring + by, n - by);
    reverse(ring, n);
}

/* The ring that the waits of this task lead to, if nobody did before: each task is marked
 * with the walk that came to it first, so each is passed once. */
static size_t ring_from(struct lock_scene *s, uint32_t start, struct lock_step *out)
{
    struct lock_step step;
    uint32_t at = start, walk = start + 1;
    size_t n = 0;
    while (s->mark[at] == 0) {
        s->mark[at] = walk;
        if (!next_step(s, at, &step, &at))
            return 0;
    }
    if (s->mark[at] != walk)
        return 0;
    uint32_t first = at;
    do {
        if (!next_step(s, at, &out[n++], &at))
            return 0; /* it was passed a moment ago */
    } while (at != first && n < s->objects);
    return n;
}

size_t lock_ring(struct lock_scene *s, uint32_t *from, struct lock_step *out)
{
    while (*from < s->tasks) {
        size_t n = ring_from(s, (*from)++, out);
        if (n == 0)
            continue;
        turn(out, n);
        return n;
    }
    return 0;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    for (int i = 0; i < 64; i += 8) /* FNV-1a */
        hash = (hash ^ (value >> i & 0xff)) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t lock_ring_proof(const struct lock_scene *s, const struct lock_step *ring, size_t n)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    bool known = n > 0;
    for (size_t i = 0; i < n; i++) {
        const struct lock_task *t = &s->task[ring[i].task];
        known = known && t->sleeps != 0;
        hash = mix(hash, (uint64_t)t->pid << 32 | t->tid);
        hash = mix(hash, t->sleeps);
        hash = mix(hash, s->object[ring[i].object].offset);
    }
    return !known ? 0 : hash == 0 ? 1 : hash;
}
