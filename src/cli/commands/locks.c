/* locks: who has the locks in a segment and who waits for them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/locks.h"
#include "cli/commands/typed.h"
#include "propose/propose.h"

/* ---- where they are ---- */

/* A named semaphore is one, whatever is known of types. */
static bool add_semaphore(struct lock_places *p)
{
    char name[] = "sem_t";
    struct lock_place one = {.size = lock_size(LOCK_SEM), .kind = LOCK_SEM, .path = name};
    return lock_places_add_one(p, &one);
}

/* Those of all types that are known to lie here. *known: there are such types. */
static int add_proposed(struct command_run *r, struct typed *y, struct lock_places *p, bool *known)
{
    struct propose_ask ask = {.seg = r->seg, .types = y->own, .progress = r->env->progress};
    struct proposals found = {0};
    bool room = true;
    typed_users(y);
    ask.who = &y->who;
    struct oserr e = propose(r->env->be, &ask, &found);
    for (size_t i = 0; !oserr_is(e) && room && i < found.count; i++) {
        const struct proposal *row = &found.row[i];
        struct type_source source = y->source;
        struct type_node root;
        if (!proposal_proved(row))
            continue;
        *known = true;
        source.t = row->t;
        type_root(&source, row->type, row->offset, 0, &root);
        room = lock_places_add(p, &source, &root, "");
    }
    for (size_t i = 0; !oserr_is(e) && !*known && i < found.notes; i++)
        run_note(r, "%s", found.note[i]);
    proposals_free(&found);
    e = room ? e : (struct oserr){"malloc", SEG_E_MEMORY};
    return oserr_is(e) ? run_fail(r, NULL, "find out what is in it", e) : EXIT_DONE;
}

static int find_places(struct command_run *r, struct typed *y, struct lock_places *p)
{
    uint32_t ends[ARGS_OPTIONS] = {0};
    bool typed = run_option(r, "type") != NULL, sem = seg_kind(r->seg) == SEG_SEM && !typed;
    bool known = typed || sem;
    if (typed ? !typed_open(y, r) : !typed_begin(y, r, ends))
        return EXIT_ERROR;
    bool room = typed ? lock_places_add(p, &y->source, &y->root, "") : !sem || add_semaphore(p);
    if (oserr_is(y->error))
        return run_fail(r, NULL, "read it", y->error);
    if (!room)
        return run_fail(r, NULL, "find its locks", (struct oserr){"malloc", SEG_E_MEMORY});
    int status = known ? EXIT_DONE : add_proposed(r, y, p, &known);
    if (status == EXIT_DONE && !known)
        return run_error(r, "which types lie here is not known; --type T names one "
                            "(pthread_mutex_t@0x40, or a struct)");
    if (p->more)
        run_note(r, "there are more than %d locks: the others are left out", LOCK_PLACES_MAX);
    if (status == EXIT_DONE && p->count == 0)
        run_note(r, "no lock is in %s", typed ? y->name : "the types that are known to lie here");
    return status;
}

/* ---- what is said of them ---- */

static int print_text(struct command_run *r, const struct lock_places *p, const struct locks *l)
{
    struct out *o = r->env->out;
    char *line = NULL;
    for (size_t i = 0; i < l->scene.objects; i++) {
        size_t n = locks_text(l, i, NULL, 0) + 1;
        char *more = realloc(line, n);
        if (more == NULL) {
            free(line);
            return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
        }
        line = more;
        (void)locks_text(l, i, line, n);
        out_print(o, "0x%" PRIx64 " ", l->scene.object[i].offset);
        out_escaped(o, p->at[i].path);
        out_print(o, " %s\n", line);
    }
    free(line);
    for (size_t i = 0; i < l->rings; i++) {
        out_str(o, "deadlock");
        for (size_t k = 0; k < l->ring[i].n; k++) {
            const struct lock_step *step = &l->ring[i].step[k];
            const struct lock_task *t = &l->scene.task[step->task];
            out_print(o, "%s %" PRIu32 "/%" PRIu32 " -> 0x%" PRIx64, k == 0 ? "" : " ->", t->pid,
                      t->tid, l->scene.object[step->object].offset);
        }
        out_str(o, "\n");
    }
    return EXIT_DONE;
}

static int cannot(struct command_run *r, struct oserr e)
{
    if (e.code == SEG_E_UNSUPPORTED)
        return run_error(r, "this system does not say what threads wait for, so nothing is proved "
                            "of locks; peek --type shows their words");
    return run_fail(r, NULL, "find out who has them", e);
}

int cmd_locks(struct command_run *r)
{
    const char *libc = run_option(r, "libc");
    struct locks_ask ask = {.seg = r->seg, .pace = r->env->pace};
    struct lock_places places = {0};
    struct typed y = {0};
    struct locks l = {0};
    if (libc != NULL && strcmp(libc, "glibc") != 0 && strcmp(libc, "musl") != 0)
        return run_bad_word(r, "--libc", libc, "not a C library that is known: glibc musl");
    if (seg_kind(r->seg) == SEG_REC)
        return run_error(r, "a recording has no processes that could be asked; peek --type shows "
                            "the words of its locks");
    if (libc != NULL)
        ask.libc = libc[0] == 'g' ? LIBC_GLIBC : LIBC_MUSL;
    ask.places = &places;
    int status = find_places(r, &y, &places);
    if (status == EXIT_DONE) {
        struct oserr e = locks_look(r->env->be, &ask, &l);
        status = oserr_is(e)                     ? cannot(r, e)
                 : run_option(r, "json") != NULL ? locks_json(r, &places, &l)
                                                 : print_text(r, &places, &l);
        for (size_t i = 0; i < l.notes; i++)
            run_note(r, "%s", l.note[i]);
        if (status == EXIT_DONE && locks_bad(&l))
            status = EXIT_NO;
    }
    locks_free(&l);
    lock_places_free(&places);
    typed_close(&y);
    return status;
}
