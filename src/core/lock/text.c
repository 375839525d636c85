/* What is known of a lock, as one line. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/lock/judge.h"

struct lock_line {
    char *out;
    size_t cap, n;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
put(struct lock_line *l, const char *format, ...)
{
    va_list args;
    bool room = l->n < l->cap;
    va_start(args, format);
    int n = vsnprintf(room ? l->out + l->n : NULL, room ? l->cap - l->n : 0, format, args);
    va_end(args);
    l->n += n > 0 ? (size_t)n : 0;
}

static void put_attribute(struct lock_line *l, bool has, const char *name)
{
    if (has)
        put(l, "%s%s", l->n > 0 ? "," : "", name);
}

size_t lock_attributes(const struct lock_words *w, char *out, size_t cap)
{
    struct lock_line l = {out, cap, 0};
    put(&l, "%s", "");
    put_attribute(&l, w->recursive, "recursive");
    put_attribute(&l, w->errorcheck, "errorcheck");
    put_attribute(&l, w->adaptive, "adaptive");
    put_attribute(&l, w->robust, "robust");
    put_attribute(&l, w->pi, "pi");
    put_attribute(&l, w->protect, "protect");
    put_attribute(&l, w->shared_known && w->shared, "shared");
    return l.n;
}

static void put_owners(struct lock_line *l, const struct lock_scene *s, const struct lock_object *o,
                       const char *(*name)(void *ctx, uint32_t pid), void *ctx)
{
    put(l, o->perhaps && o->owners == 1 ? " held perhaps" : " held");
    for (uint32_t i = 0; i < o->owners; i++) {
        const struct lock_task *t = &s->task[o->owned_by[i]];
        const char *comm = name(ctx, t->pid);
        put(l, "%s %" PRIu32 "/%" PRIu32, i == 0 ? "" : " or", t->pid, t->tid);
        put(l, comm == NULL ? "%s" : " %s", comm == NULL ? "" : comm);
    }
}

static void put_number(struct lock_line *l, const char *what, uint32_t number)
{
    put(l, " %s", what);
    if (number != 0)
        put(l, " %" PRIu32, number);
}

static void put_state(struct lock_line *l, const struct lock_scene *s, const struct lock_object *o,
                      const char *(*name)(void *ctx, uint32_t pid), void *ctx)
{
    const struct lock_words *w = &o->words;
    switch (w->state) {
    case LOCK_FREE:
        put(l, " free");
        break;
    case LOCK_LOST:
        put(l, " not recoverable");
        break;
    case LOCK_DESTROYED:
        put(l, " destroyed");
        break;
    case LOCK_DIED:
        put_number(l, "dead owner", w->owner);
        break;
    case LOCK_READERS:
        put_number(l, o->owner == OWNER_DEAD ? "dead readers" : "read by", w->value);
        break;
    case LOCK_HELD:
        if (o->owner == OWNER_SEEN)
            put_owners(l, s, o, name, ctx);
        else if (o->owner == OWNER_UNKEPT)
            put(l, " held owner not kept");
        else
            put_number(l, o->owner == OWNER_DEAD ? "dead owner" : "owner not seen", w->owner);
        break;
    case LOCK_COUNTS:
        if (w->counted && o->kind == LOCK_SEM)
            put(l, " value %" PRIu32, w->value);
        else if (w->counted && o->kind == LOCK_BARRIER)
            put(l, " arrived %" PRIu32 " of %" PRIu32, w->value, w->of);
        break;
    }
    if (w->depth > 1)
        put(l, " depth %" PRIu32, w->depth);
    if (w->inconsistent)
        put(l, " inconsistent");
}

/* Those that were found; `?` for those that could not be. */
static void put_waiters(struct lock_line *l, const struct lock_scene *s,
                        const struct lock_object *o)
{
    bool hidden =
        !s->asleep || (o->unread == NULL && o->words.waited && o->waiters == 0 && !s->whole);
    if (o->waiters == 0 && !hidden)
        return;
    put(l, " waiters ");
    for (size_t i = 0; i < o->waiters; i++)
        put(l, "%s%" PRIu32, i == 0 ? "" : ",", s->task[s->waiter[o->first_waiter + i]].tid);
    if (hidden)
        put(l, "%s?", o->waiters > 0 ? "," : "");
}

static void put_verdict(struct lock_line *l, const struct lock_scene *s,
                        const struct lock_object *o, const char *(*name)(void *ctx, uint32_t pid),
                        void *ctx)
{
    if (o->apart)
        put(l, " not shared");
    if (o->unread == NULL)
        put_state(l, s, o, name, ctx);
    else
        put(l, " not decoded");
    put_waiters(l, s, o);
}

size_t lock_text(const struct lock_scene *s, const struct lock_object *o,
                 const char *(*name)(void *ctx, uint32_t pid), void *ctx, char *out, size_t cap)
{
    struct lock_line l = {out, cap, 0};
    char attributes[80];
    put(&l, "%s", lock_kind_name(o->kind));
    if (o->unread == NULL && lock_attributes(&o->words, attributes, sizeof attributes) > 0)
        put(&l, " %s", attributes);
    put_verdict(&l, s, o, name, ctx);
    return l.n;
}

size_t lock_verdict(const struct lock_scene *s, const struct lock_object *o,
                    const char *(*name)(void *ctx, uint32_t pid), void *ctx, char *out, size_t cap)
{
    struct lock_line l = {out, cap, 0};
    if (cap > 0)
        out[0] = '\0';
    put_verdict(&l, s, o, name, ctx);
    if (l.n > 0 && cap > 1) /* without the first blank */
        memmove(out, out + 1, strlen(out));
    return l.n > 0 ? l.n - 1 : 0;
}
