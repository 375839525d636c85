#include "propose/locks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/modules.h"
#include "backend/os.h"
#include "backend/tasks.h"
#include "core/plural.h"
#include "core/text.h"

enum {
    TRIES = 16,     /* readings of a lock, until two are equal */
    PROGRAMS = 64,  /* that are asked for their C library */
    AGAIN_MS = 100, /* between two looks */
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
note(struct locks *l, const char *format, ...)
{
    va_list args;
    if (l->notes == LOCKS_NOTES)
        return;
    va_start(args, format);
    (void)vsnprintf(l->note[l->notes], LOCKS_NOTE, format, args);
    va_end(args);
    for (size_t i = 0; i < l->notes; i++)
        if (strcmp(l->note[i], l->note[l->notes]) == 0)
            return;
    l->notes++;
}

const char *locks_name(const struct locks *l, uint32_t pid)
{
    for (size_t i = 0; i < l->who.mappers_count; i++)
        if (l->who.mappers[i].pid == pid)
            return l->who.mappers[i].comm;
    return "";
}

/* The name of a process, escaped; valid until the next one is asked for. */
struct lock_names {
    const struct locks *l;
    char text[4 * SEG_COMM + 1];
};

static const char *name_of(void *ctx, uint32_t pid)
{
    struct lock_names *n = ctx;
    const char *raw = locks_name(n->l, pid);
    (void)text_escape(n->text, sizeof n->text, raw, strlen(raw));
    return raw[0] == '\0' ? NULL : n->text;
}

size_t locks_text(const struct locks *l, size_t i, char *out, size_t cap)
{
    struct lock_names names = {.l = l};
    return lock_text(&l->scene, &l->scene.object[i], name_of, &names, out, cap);
}

size_t locks_verdict(const struct locks *l, size_t i, char *out, size_t cap)
{
    struct lock_names names = {.l = l};
    return lock_verdict(&l->scene, &l->scene.object[i], name_of, &names, out, cap);
}

/* ---- words ---- */

/* The words of a lock at one moment. Not all there, or never twice the same: why. */
static const char *read_words(struct seg *s, const struct lock_place *at, struct lock_bytes *bytes)
{
    size_t n = lock_size(at->kind), got = 0;
    bool settled = false;
    *bytes = (struct lock_bytes){{0}};
    if (at->size != n)
        return "it has not the size that it has on x86-64";
    struct oserr e = seg_read_consistent(s, NULL, at->offset, bytes->at, n, TRIES, &got, &settled);
    if (e.code == SEG_E_UNKNOWN)
        return "finding out what is there would disturb the segment";
    if (oserr_is(e) || got < n)
        return "it reaches past the end of the segment";
    return settled ? NULL : "it changes all the time";
}

/* ---- which C library ---- */

/* A thread of the process that still runs: its first one may have ended, and then shows nothing. */
static uint32_t thread_of(const struct locks *l, uint32_t pid)
{
    for (size_t i = 0; i < l->scene.tasks; i++)
        if (l->task[i].pid == pid && !l->task[i].ended)
            return l->task[i].tid;
    return pid;
}

/* That of a process; false: it has none that is known, or cannot be read. */
static bool abi_of(struct backend *be, uint32_t pid, struct lock_abi *out)
{
    struct modules m;
    struct oserr e = modules_list(be, pid, &m);
    bool found = false;
    for (size_t i = 0; !oserr_is(e) && i < m.count && !found; i++)
        found = lock_abi_of(m.module[i].path, m.module[i].end, out);
    modules_free(&m);
    return found;
}

/* That of those who map it, of those who may store there if there are any. *agree false: they have
 * different ones. */
static bool find_abi(struct backend *be, const struct locks *l, bool write, struct lock_abi *out,
                     bool *agree)
{
    struct lock_abi abi;
    bool found = false;
    uint32_t last = 0;
    int asked = 0;
    *agree = true;
    for (size_t i = 0; i < l->who.mappers_count && asked < PROGRAMS; i++) {
        const struct seg_mapper *m = &l->who.mappers[i];
        if (m->pid == last || m->pid == os_pid() || m->write != write)
            continue;
        last = m->pid;
        asked++;
        if (!abi_of(be, thread_of(l, m->pid), &abi))
            continue;
        *agree = *agree && (!found || (abi.libc == out->libc && abi.narrow == out->narrow));
        *out = found ? *out : abi;
        found = true;
    }
    return found;
}

static void choose_abi(struct backend *be, const struct locks_ask *ask, struct locks *l)
{
    bool agree = true;
    struct lock_abi *abi = &l->abi;
    *abi = (struct lock_abi){.libc = ask->libc};
    if (ask->libc != LIBC_UNKNOWN)
        return;
    bool found = find_abi(be, l, true, abi, &agree);
    if (!found)
        found = find_abi(be, l, false, abi, &agree);
    if (!agree) {
        *abi = (struct lock_abi){0};
        note(l, "the programs that use it have different C libraries, whose locks do not work "
                "together; --libc says whose words to read");
    } else if (!found && abi_of(be, os_pid(), abi)) {
        note(l, "%s: read as %s lays it out",
             l->scene.nobody ? "no program maps it that would say which C library it has"
                             : "the programs that map it do not say which C library they have",
             lock_libc_name(abi->libc));
    }
}

/* ---- one look ---- */

/* Where a process has what lies at an address. */
static bool offset_of(const struct seg_who *who, uint32_t pid, uint64_t address, uint64_t *offset)
{
    for (size_t i = 0; i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        if (m->pid == pid && address >= m->address && address - m->address < m->length) {
            *offset = address - m->address + m->offset;
            return true;
        }
    }
    return false;
}

static int compare_tasks(const void *a, const void *b)
{
    const struct lock_task *x = a, *y = b;
    return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void note_untold(struct locks *l, const struct tasks *t)
{
    if (t->untold > 0)
        note(l,
             "what %zu thread%s wait%s for is not known: reading that needs their user, and "
             "kernel.yama.ptrace_scope 0, or root",
             t->untold, plural_s(t->untold), t->untold == 1 ? "s" : "");
    if (t->veiled > 0)
        note(l,
             "what %zu thread%s wait%s for is not known: futex_waitv and calls of 32-bit programs "
             "are not decoded",
             t->veiled, plural_s(t->veiled), t->veiled == 1 ? "s" : "");
    if (t->ringed > 0)
        note(l,
             "%zu thread%s wait%s in an io_uring, which may wait for a lock, too: that is not seen",
             t->ringed, plural_s(t->ringed), t->ringed == 1 ? "s" : "");
}

static struct oserr take_tasks(struct backend *be, struct locks *l)
{
    struct tasks t = {0};
    size_t room = l->who.mappers_count;
    uint32_t *pid = calloc(room + 1, sizeof *pid);
    if (pid == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    size_t n = seg_who_pids(&l->who, pid, room, NULL);
    struct oserr e = tasks_read(be, pid, n, &t);
    free(pid);
    l->scene.nobody = n == 0;
    l->scene.asleep = t.untold == 0 && t.veiled == 0;
    l->waiters_known = l->scene.asleep && l->scene.whole && t.ringed == 0;
    l->task = calloc(t.count + 1, sizeof *l->task);
    l->scene.inside = t.inside;
    l->scene.waiter = calloc(t.count + 1, sizeof *l->scene.waiter);
    l->scene.mark = calloc(t.count + 1, sizeof *l->scene.mark);
    if (!oserr_is(e) && (l->task == NULL || l->scene.waiter == NULL || l->scene.mark == NULL))
        e = (struct oserr){"malloc", SEG_E_MEMORY};
    for (size_t i = 0; !oserr_is(e) && i < t.count; i++) {
        const struct task *from = &t.at[i];
        struct lock_task *to = &l->task[l->scene.tasks++];
        *to = (struct lock_task){.pid = from->pid,
                                 .tid = from->tid,
                                 .own = from->own,
                                 .nested = from->nested,
                                 .ended = from->ended,
                                 .timed = from->timed,
                                 .apart = from->apart};
        to->waits = from->waits && offset_of(&l->who, from->pid, from->address, &to->at);
    }
    if (!oserr_is(e) && l->scene.tasks > 1)
        qsort(l->task, l->scene.tasks, sizeof *l->task, compare_tasks);
    l->scene.task = l->task;
    if (!oserr_is(e))
        note_untold(l, &t);
    tasks_free(&t);
    return e;
}

static void decode(const struct locks_ask *ask, struct locks *l, const struct lock_bytes *bytes)
{
    for (size_t i = 0; i < l->scene.objects; i++) {
        const struct lock_place *at = &ask->places->at[i];
        struct lock_object *o = &l->scene.object[i];
        struct lock_abi abi = l->abi;
        if (at->libc != LIBC_UNKNOWN && at->libc != abi.libc)
            abi = (struct lock_abi){.libc = at->libc};
        if (o->unread == NULL)
            o->unread = lock_decode(&abi, o->kind, bytes[i].at, lock_size(o->kind), &o->words);
    }
}

/* ---- owners that were not seen ---- */

static bool is_unseen(const struct lock_object *o)
{
    return o->owner == OWNER_UNSEEN && !o->moved;
}

static int compare_numbers(const void *a, const void *b)
{
    const struct task_number *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Their numbers, ascending, each once; room for all objects. */
static size_t unseen_numbers(const struct locks *l, struct task_number *at)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < l->scene.objects; i++)
        if (is_unseen(&l->scene.object[i]))
            at[n++] = (struct task_number){.number = l->scene.object[i].words.owner};
    if (n > 1)
        qsort(at, n, sizeof *at, compare_numbers);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || at[i].number != at[kept - 1].number)
            at[kept++] = at[i];
    return kept;
}

/* Who has the number of an owner, and is no user that was seen. */
static void note_alive(struct locks *l, const struct task_number *at, size_t n)
{
    const struct task_number *first = NULL;
    size_t others = 0;
    for (size_t i = 0; i < n; i++)
        if (at[i].pid != 0 && first != NULL)
            others++;
        else if (at[i].pid != 0)
            first = &at[i];
    if (first != NULL && others == 0)
        note(l,
             "owner %" PRIu32 ": thread %" PRIu32 "/%" PRIu32 " is alive, and is not seen to map "
             "it: it has unmapped it, or has the number of one that died",
             first->number, first->pid, first->tid);
    else if (first != NULL)
        note(l,
             "owner %" PRIu32 ": thread %" PRIu32 "/%" PRIu32 " is alive, and is not seen to map "
             "it; nor are %zu other%s: they have unmapped it, or have the numbers of those that "
             "died",
             first->number, first->pid, first->tid, others, plural_s(others));
}

/* An owner is dead when no thread that there is has its number. */
static struct oserr search_unseen(struct backend *be, const struct locks_ask *ask, struct locks *l)
{
    bool whole = false;
    struct task_number *at = calloc(l->scene.objects + 1, sizeof *at);
    if (at == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    size_t n = unseen_numbers(l, at);
    struct oserr e = n == 0 ? OSERR_NONE : tasks_search(be, at, n, ask->pace, &whole);
    for (size_t i = 0; !oserr_is(e) && i < l->scene.objects; i++) {
        struct lock_object *o = &l->scene.object[i];
        const struct task_number key = {.number = o->words.owner}, *found = NULL;
        if (is_unseen(o))
            found = bsearch(&key, at, n, sizeof *at, compare_numbers);
        o->absent = found != NULL && found->pid == 0 && whole;
    }
    if (!oserr_is(e))
        note_alive(l, at, n);
    free(at);
    return e;
}

/* ---- deadlocks ---- */

static struct oserr keep_ring(struct locks *l, const struct lock_step *step, size_t n)
{
    struct locks_ring *r = &l->ring[l->rings];
    r->step = calloc(n, sizeof *step);
    if (r->step == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    memcpy(r->step, step, n * sizeof *step);
    r->n = n;
    l->rings++;
    return OSERR_NONE;
}

/* Asked after all other evidence: whoever has not woken up until the next look slept in between. */
static void count_sleeps(struct backend *be, struct locks *l, struct locks_ring *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct lock_task *t = &l->task[r->step[i].task];
        if (t->sleeps == 0)
            t->sleeps = task_sleeps(be, t->pid, t->tid);
    }
    r->proof = lock_ring_proof(&l->scene, r->step, r->n);
}

static struct oserr find_rings(struct backend *be, struct locks *l)
{
    uint32_t from = 0;
    struct oserr e = OSERR_NONE;
    struct lock_step *step = calloc(l->scene.objects + 1, sizeof *step);
    l->ring = calloc(LOCKS_RINGS, sizeof *l->ring);
    if (l->ring == NULL || step == NULL)
        e = (struct oserr){"malloc", SEG_E_MEMORY};
    for (bool more = true; more && !oserr_is(e);) {
        size_t n = lock_ring(&l->scene, &from, step);
        more = n > 0 && l->rings < LOCKS_RINGS;
        if (more)
            e = keep_ring(l, step, n);
        else if (n > 0)
            note(l, "there are more than %d deadlocks: the others are left out", LOCKS_RINGS);
    }
    free(step);
    for (size_t i = 0; l->ring != NULL && i < l->rings; i++)
        count_sleeps(be, l, &l->ring[i]);
    return e;
}

/* Who maps it: searched, or a copy of what is given. */
static struct oserr find_users(const struct locks_ask *ask, struct locks *l)
{
    if (ask->seg != NULL)
        return seg_who_maps(ask->seg, ask->pace, &l->who);
    size_t n = ask->who->mappers_count;
    l->who.mappers = calloc(n + 1, sizeof *l->who.mappers);
    if (l->who.mappers == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    if (n > 0)
        memcpy(l->who.mappers, ask->who->mappers, n * sizeof *l->who.mappers);
    l->who.mappers_count = n;
    l->who.unreadable = ask->who->unreadable;
    return OSERR_NONE;
}

/* Marks what is not as it was when the words were read. */
static void find_moved(const struct locks_ask *ask, struct locks *l, const struct lock_bytes *bytes)
{
    struct lock_bytes again;
    for (size_t i = 0; ask->seg != NULL && i < l->scene.objects; i++) {
        struct lock_object *o = &l->scene.object[i];
        bool read = o->unread == NULL && !o->moved;
        o->moved =
            o->moved || (read && (read_words(ask->seg, &ask->places->at[i], &again) != NULL ||
                                  memcmp(&again, &bytes[i], sizeof again) != 0));
    }
}

/* The evidence and the verdicts, between two readings of the words. */
static struct oserr gather(struct backend *be, const struct locks_ask *ask, struct locks *l,
                           const struct lock_bytes *bytes)
{
    struct lock_scene *s = &l->scene;
    struct oserr e = find_users(ask, l);
    if (oserr_is(e))
        return e;
    s->whole = l->who.unreadable == 0;
    e = take_tasks(be, l);
    if (oserr_is(e))
        return e;
    find_moved(ask, l, bytes);
    choose_abi(be, ask, l);
    decode(ask, l, bytes);
    lock_judge(s);
    if (!ask->quick && locks_unseen(l)) {
        e = search_unseen(be, ask, l);
        find_moved(ask, l, bytes); /* it may have been given back meanwhile, by who then ended */
        lock_judge(s);
    }
    return oserr_is(e) ? e : find_rings(be, l);
}

static struct oserr look(struct backend *be, const struct locks_ask *ask, struct locks *l)
{
    size_t n = ask->places->count;
    *l = (struct locks){0};
    struct lock_bytes *bytes = calloc(n + 1, sizeof *bytes);
    l->scene.object = calloc(n + 1, sizeof *l->scene.object);
    bool room = bytes != NULL && l->scene.object != NULL;
    for (size_t i = 0; room && i < n; i++) {
        const struct lock_place *at = &ask->places->at[i];
        l->scene.object[i] = (struct lock_object){
            .offset = at->offset, .size = (uint32_t)lock_size(at->kind), .kind = at->kind};
        if (ask->seg != NULL)
            l->scene.object[i].unread = read_words(ask->seg, at, &bytes[i]);
        else
            bytes[i] = ask->words[i];
    }
    l->scene.objects = room ? n : 0;
    struct oserr e = room ? gather(be, ask, l, bytes) : (struct oserr){"malloc", SEG_E_MEMORY};
    free(bytes);
    return e;
}

void locks_free(struct locks *l)
{
    free(l->scene.object);
    for (size_t i = 0; i < l->rings; i++)
        free(l->ring[i].step);
    free(l->scene.waiter);
    free(l->scene.mark);
    free(l->task);
    free(l->ring);
    seg_who_free(&l->who);
    *l = (struct locks){0};
}

/* ---- two looks ---- */

bool locks_unseen(const struct locks *l)
{
    bool unseen = false;
    for (size_t i = 0; i < l->scene.objects && !unseen; i++)
        unseen = is_unseen(&l->scene.object[i]);
    return unseen;
}

bool locks_bad(const struct locks *l)
{
    bool bad = l->rings > 0;
    for (size_t i = 0; i < l->scene.objects && !bad; i++)
        bad = lock_is_dead(&l->scene.object[i]);
    return bad;
}

/* Takes back what the first look did not find. */
static void confirm(const struct locks *first, struct locks *second)
{
    size_t kept = 0;
    for (size_t i = 0; i < second->scene.objects; i++) {
        struct lock_object *o = &second->scene.object[i];
        const struct lock_object *was = &first->scene.object[i];
        if (lock_is_dead(o) && !(lock_is_dead(was) && was->words.owner == o->words.owner))
            o->owner = OWNER_UNSEEN;
    }
    for (size_t i = 0; i < second->rings; i++) {
        bool known = false;
        for (size_t k = 0; k < first->rings && !known; k++)
            known = first->ring[k].proof != 0 && first->ring[k].proof == second->ring[i].proof;
        if (known)
            second->ring[kept++] = second->ring[i];
        else
            free(second->ring[i].step);
    }
    second->rings = kept;
}

static void note_unseen(struct locks *l)
{
    bool matters = false, perhaps = false;
    for (size_t i = 0; i < l->scene.objects; i++) {
        const struct lock_object *o = &l->scene.object[i];
        matters = matters || o->owner == OWNER_UNSEEN || (o->words.waited && o->waiters == 0);
        perhaps = perhaps || o->perhaps;
        if (o->unread != NULL)
            note(l, "0x%" PRIx64 ": not decoded: %s", o->offset, o->unread);
    }
    if (perhaps)
        note(l, "who uses it is, or may be, in several PID namespaces, where one number may "
                "be that of several threads: no owner is proved by it");
    if (matters && l->who.unreadable > 0)
        note(l, "%zu process%s could not be read, which may use it: that needs root",
             l->who.unreadable, l->who.unreadable == 1 ? "" : "es");
}

struct oserr locks_look(struct backend *be, const struct locks_ask *ask, struct locks *out)
{
    struct locks second;
    struct oserr e = look(be, ask, out);
    if (oserr_is(e) || !locks_bad(out) || ask->seg == NULL) {
        note_unseen(out);
        return e;
    }
    if (!os_sleep_until(os_now() + AGAIN_MS * INT64_C(1000000)))
        return (struct oserr){"nanosleep", SEG_E_STOPPED};
    e = look(be, ask, &second);
    if (!oserr_is(e)) {
        confirm(out, &second);
        note_unseen(&second);
    }
    locks_free(out);
    *out = second;
    return e;
}
