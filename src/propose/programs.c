/* What the debug information of the processes that map a segment says of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/modules.h"
#include "backend/os.h"
#include "backend/peer.h"
#include "core/progress.h"
#include "core/type/trace.h"
#include "propose/propose_private.h"

enum {
    MODULES_MAX = 32, /* of one process, that are not the system's */
    ALIKE_MAX = 5,    /* types named like the segment, or as large, of one program */
    WORDS_MAX = 4,    /* of a segment's name */
    WORD_MAX = 64,
    WORD_LEAST = 3,
    ALIKE_SIZE = 24, /* a segment that is smaller has the size of too much */
    SECOND = 1000000000,
};

static bool stop(void *ctx)
{
    return !progress_yield(ctx, 0, 0);
}

struct types_ask propose_question(struct proposing *p, const uint32_t *pid)
{
    struct types_ask ask = {.pid = pid, .pids = 1, .deadline = p->until};
    if (p->ask->progress != NULL) {
        ask.stop = stop;
        ask.ctx = (void *)(uintptr_t)p->ask->progress;
    }
    return ask;
}

struct oserr propose_stopped(const struct proposing *p, enum types_status status)
{
    if (status == TYPES_FAILED && p->ask->progress != NULL &&
        !progress_yield(p->ask->progress, 0, 0))
        return (struct oserr){"types", SEG_E_STOPPED};
    return OSERR_NONE;
}

/* ---- which processes ---- */

/* Finds out what the process runs, and whether that was asked before. */
static void know_program(struct proposing *p, struct proposing_process *all, size_t n)
{
    struct modules m;
    struct proposing_process *one = &all[n];
    struct oserr e = modules_list(p->be, one->mapper->pid, &m);
    if (!oserr_is(e) && m.count > 0) {
        one->dev = m.module[0].dev;
        one->ino = m.module[0].ino;
    }
    modules_free(&m);
    for (size_t i = 0; i < n && one->ino != 0; i++)
        one->repeats = one->repeats || (all[i].dev == one->dev && all[i].ino == one->ino);
}

/* Do we map it at the same address? */
static bool maps_as_we_do(const struct seg_who *who, const struct seg_mapper *m)
{
    for (size_t i = 0; i < who->mappers_count; i++)
        if (who->mappers[i].pid == os_pid() && who->mappers[i].address == m->address)
            return true;
    return false;
}

/* Does it run our own program, to look at the segment as we do, or is it one that we have started
 * and that has our mappings still? What it knows of segments is ours. A program of ours that has it
 * to write, as the demo, is one like others. */
static bool is_ours(const struct proposing *p, const struct proposing_process *one)
{
    struct modules own;
    const struct seg_who *who = p->ask->who;
    bool writes = false, same = false;
    for (size_t i = 0; i < who->mappers_count; i++)
        writes = writes || (who->mappers[i].pid == one->mapper->pid && who->mappers[i].write);
    if (one->ino == 0 || (writes && !maps_as_we_do(who, one->mapper)))
        return false;
    struct oserr e = modules_list(p->be, os_pid(), &own);
    if (!oserr_is(e) && own.count > 0)
        same = own.module[0].dev == one->dev && own.module[0].ino == one->ino;
    modules_free(&own);
    return same;
}

size_t propose_processes(struct proposing *p, struct proposing_process out[PROPOSE_PROCESSES])
{
    const struct seg_who *who = p->ask->who;
    size_t n = 0;
    for (size_t i = 0; who != NULL && i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        bool wanted = m->pid != os_pid() && (p->ask->pid == 0 || p->ask->pid == m->pid);
        if (!wanted || (n > 0 && out[n - 1].mapper->pid == m->pid))
            continue;
        if (n == PROPOSE_PROCESSES) {
            proposals_note(p->out, "only the first %d processes were asked; --pid asks another",
                           (int)PROPOSE_PROCESSES);
            break;
        }
        out[n] = (struct proposing_process){.mapper = m};
        know_program(p, out, n);
        n += is_ours(p, &out[n]) ? 0 : 1;
    }
    if (n == 0 && who != NULL && who->unreadable > 0)
        proposals_note_first(
            p->out,
            "%zu process%s cannot be looked at, and may map it: that needs their user, "
            "or root",
            who->unreadable, who->unreadable == 1 ? "" : "es");
    return n;
}

/* ---- time ---- */

int64_t propose_deadline(const struct propose_ask *ask)
{
    return ask->deadline != 0 ? ask->deadline : os_now() + (int64_t)PROPOSE_ALL_S * SECOND;
}

int64_t propose_each(const struct proposing *p)
{
    return p->ask->each != 0 ? p->ask->each : (int64_t)PROPOSE_EACH_S * SECOND;
}

bool propose_turn(struct proposing *p, struct proposing_process *of, struct proposing_turn *turn)
{
    int64_t now = os_now(), left = propose_each(p) - of->taken;
    *turn = (struct proposing_turn){p, of, now};
    if (left > p->end - now)
        left = p->end - now;
    p->until = now + left;
    of->left_out = of->left_out || left <= 0;
    return left > 0;
}

void propose_turn_ends(struct proposing_turn *turn)
{
    int64_t now = os_now();
    turn->of->taken += now - turn->start;
    turn->of->left_out = turn->of->left_out || now >= turn->p->until;
}

void propose_note_left_out(struct proposing *p, const struct proposing_process *of, size_t n)
{
    size_t late = 0;
    for (size_t i = 0; i < n; i++)
        late += of[i].left_out ? 1 : 0;
    if (late > 0)
        proposals_note(
            p->out,
            "time ran out for %zu of %zu process%s: not everything was asked; --pid asks "
            "one",
            late, n, n == 1 ? "" : "es");
}

/* ---- pointers ---- */

/* One search through the variables of a module. */
struct tracing {
    struct proposing *p;
    const struct seg_mapper *mapper;
    struct peer_memory *memory;
    const struct types *t;
    struct oserr error;
};

static bool read_peer(void *ctx, uint64_t address, void *to, size_t n)
{
    struct tracing *trace = ctx;
    return peer_memory_read(trace->memory, address, to, n);
}

static bool take_lead(void *ctx, const struct type_lead *lead)
{
    struct tracing *trace = ctx;
    char via[TRACE_VIA_MAX];
    (void)snprintf(via, sizeof via, "%s", lead->via);
    struct proposal row = {.kind = PROPOSAL_POINTER,
                           .offset = lead->offset,
                           .t = trace->t,
                           .type = lead->type,
                           .size = types_size(trace->t, lead->type),
                           .via = via,
                           .pid = trace->mapper->pid};
    memcpy(row.comm, trace->mapper->comm, sizeof row.comm);
    if (row.size > 1) /* void * and char * say where something is, and not what */
        trace->error = proposal_add(trace->p->out, &row);
    return !oserr_is(trace->error) && trace->p->out->count < PROPOSALS_MAX;
}

static void note_process(const struct tracing *trace, const char *text)
{
    char comm[4 * sizeof trace->mapper->comm + 1];
    (void)text_escape(comm, sizeof comm, trace->mapper->comm, strlen(trace->mapper->comm));
    proposals_note(trace->p->out, "%s (%" PRIu32 "): %s", comm, trace->mapper->pid, text);
}

static bool stop_tracing(void *ctx)
{
    const struct tracing *trace = ctx;
    const struct progress *progress = trace->p->ask->progress;
    return os_now() >= trace->p->until || (progress != NULL && !progress_yield(progress, 0, 0));
}

/* Where this process maps the segment. */
static struct type_window *windows_of(const struct seg_who *who, uint32_t pid, size_t *n)
{
    struct type_window *w = calloc(who->mappers_count, sizeof *w);
    *n = 0;
    for (size_t i = 0; w != NULL && i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        if (m->pid == pid)
            w[(*n)++] = (struct type_window){m->address, m->length, m->offset, pid};
    }
    return w;
}

static struct oserr trace_variables(struct tracing *trace, const struct types_answer *a)
{
    struct type_trace search = {.t = a->t,
                                .read = read_peer,
                                .found = take_lead,
                                .stop = stop_tracing,
                                .ctx = trace,
                                .size = seg_last(trace->p->ask->seg)->size};
    struct type_window *window =
        windows_of(trace->p->ask->who, trace->mapper->pid, &search.windows);
    struct type_variable *v = calloc(a->variables_count + 1, sizeof *v);
    bool good = window != NULL && v != NULL;
    search.window = window;
    trace->t = a->t;
    for (size_t i = 0; good && i < a->variables_count; i++)
        v[i] = (struct type_variable){a->variables[i].name, a->variables[i].address,
                                      a->variables[i].type};
    good = good && type_trace(&search, v, a->variables_count);
    free(window);
    free(v);
    if (!good || oserr_is(trace->error))
        return good ? trace->error : (struct oserr){"malloc", SEG_E_MEMORY};
    if (search.cut)
        note_process(trace, "not all of its pointers were followed");
    return search.cut ? propose_stopped(trace->p, TYPES_FAILED) : OSERR_NONE;
}

/* Asks for the variables of a module and follows them. */
static struct oserr trace_module(struct tracing *trace, uint64_t address, bool program)
{
    struct proposing *p = trace->p;
    struct types_answer *a = NULL;
    const struct seg_mapper *m = trace->mapper;
    char comm[4 * sizeof m->comm + 1];
    struct oserr e = proposals_answer(p->out, &a);
    if (oserr_is(e))
        return e;
    struct types_ask ask = propose_question(p, &m->pid);
    enum types_status status = types_variables(p->client, &ask, address, a);
    (void)text_escape(comm, sizeof comm, m->comm, strlen(m->comm));
    if (status == TYPES_FOUND && a->variables_count > 0)
        return trace_variables(trace, a);
    if ((program && a->reason[0] != '\0') || status == TYPES_FAILED)
        proposals_note(p->out, "%s (%" PRIu32 "): %s", comm, m->pid, a->reason);
    return propose_stopped(p, status);
}

/* All modules of a process but the system's, in which no program keeps its pointers. */
static struct oserr trace_process(struct tracing *trace)
{
    struct modules m;
    struct oserr e = modules_list(trace->p->be, trace->mapper->pid, &m);
    bool any = !oserr_is(e) && m.count > 0;
    struct oserr failed = any ? OSERR_NONE : trace_module(trace, 0, true);
    bool late = false;
    for (size_t i = 0; any && i < m.count && i < MODULES_MAX && !oserr_is(failed); i++) {
        if (m.module[i].system && !m.module[i].program)
            continue;
        if (os_now() >= trace->p->until)
            late = true;
        else
            failed = trace_module(trace, m.module[i].program ? 0 : m.module[i].start,
                                  m.module[i].program);
    }
    if (late)
        note_process(trace, "time ran out, and not all of its libraries were asked");
    modules_free(&m);
    return failed;
}

struct oserr propose_pointers(struct proposing *p, struct proposing_process *of, size_t n)
{
    struct oserr e = OSERR_NONE;
    struct proposing_turn turn;
    for (size_t i = 0; i < n && !oserr_is(e); i++) {
        if (!propose_turn(p, &of[i], &turn))
            continue;
        struct tracing trace = {.p = p, .mapper = of[i].mapper};
        char comm[4 * sizeof trace.mapper->comm + 1];
        struct oserr opened = peer_memory_open(p->be, trace.mapper->pid, &trace.memory);
        (void)text_escape(comm, sizeof comm, trace.mapper->comm, strlen(trace.mapper->comm));
        if (oserr_kind(opened) == OSERR_K_DENIED)
            proposals_note(p->out,
                           "%s (%" PRIu32 "): no permission to read its pointers: that needs its "
                           "user, and kernel.yama.ptrace_scope 0, or root",
                           comm, trace.mapper->pid);
        if (!oserr_is(opened))
            e = trace_process(&trace);
        peer_memory_close(trace.memory);
        propose_turn_ends(&turn);
    }
    return e;
}

/* ---- names and sizes ---- */

/* The next word of a segment's name that a type may have in its own: `ring` of `/ring.4711`,
 * `myapp` and `queue` of `/myapp-queue`. False: there are no more. */
static bool next_word(const char **name, char word[WORD_MAX])
{
    size_t n = 0;
    for (const char *s = *name; n == 0 && *s != '\0'; *name = s) {
        for (; *s != '\0' && n + 1 < WORD_MAX; s++) {
            bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_';
            if (!letter && (n == 0 || *s < '0' || *s > '9'))
                break;
            word[n++] = *s;
        }
        s += n == 0 ? 1 : 0;
        n = n < WORD_LEAST ? 0 : n; /* a letter or two begin too many names */
    }
    word[n] = '\0';
    return n > 0;
}

static struct oserr add_alike(struct proposing *p, const struct seg_mapper *m,
                              enum proposal_kind kind, const struct types *t, type_id id)
{
    struct proposal row = {
        .kind = kind, .t = t, .type = id, .size = types_size(t, id), .pid = m->pid};
    memcpy(row.comm, m->comm, sizeof row.comm);
    bool fits = row.size > 0 && row.size <= seg_last(p->ask->seg)->size;
    return fits ? proposal_add(p->out, &row) : OSERR_NONE;
}

/* The types that begin with a word. */
static struct oserr propose_word(struct proposing *p, const struct seg_mapper *m, const char *word)
{
    struct types_answer names = {0}, *a = NULL;
    struct types_ask ask = propose_question(p, &m->pid);
    enum types_status status = types_names(p->client, &ask, word, ALIKE_MAX, &names);
    struct oserr e = propose_stopped(p, status);
    for (size_t i = 0; status == TYPES_FOUND && i < names.names_count && !oserr_is(e); i++) {
        e = proposals_answer(p->out, &a);
        if (!oserr_is(e) && types_by_name(p->client, &ask, names.names[i], a) == TYPES_FOUND)
            e = add_alike(p, m, PROPOSAL_NAME, a->t, a->id);
    }
    types_answer_free(&names);
    return e;
}

static struct oserr propose_named(struct proposing *p, const struct seg_mapper *m)
{
    const char *name = seg_name(p->ask->seg);
    char word[WORD_MAX];
    struct oserr e = OSERR_NONE;
    for (int i = 0; i < WORDS_MAX && !oserr_is(e) && next_word(&name, word); i++)
        e = propose_word(p, m, word);
    return e;
}

static struct oserr propose_sized(struct proposing *p, const struct seg_mapper *m)
{
    uint64_t size = seg_last(p->ask->seg)->size;
    struct types_answer *a = NULL;
    if (size < ALIKE_SIZE)
        return OSERR_NONE;
    struct oserr e = proposals_answer(p->out, &a);
    if (oserr_is(e))
        return e;
    struct types_ask ask = propose_question(p, &m->pid);
    enum types_status status = types_records(p->client, &ask, size, size, a);
    e = propose_stopped(p, status);
    for (size_t i = 0; status == TYPES_FOUND && i < a->ids_count && i < ALIKE_MAX; i++)
        if (!oserr_is(e))
            e = add_alike(p, m, PROPOSAL_SIZE, a->t, a->ids[i]);
    return e;
}

struct oserr propose_names(struct proposing *p, struct proposing_process *of, size_t n)
{
    struct oserr e = OSERR_NONE;
    struct proposing_turn turn;
    for (size_t i = 0; i < n && !oserr_is(e); i++) {
        if (of[i].repeats || !propose_turn(p, &of[i], &turn))
            continue;
        e = propose_named(p, of[i].mapper);
        if (!oserr_is(e))
            e = propose_sized(p, of[i].mapper);
        propose_turn_ends(&turn);
    }
    return e;
}
