/* What the files of this folder share. */
#ifndef SHMLENS_PROPOSE_PROPOSE_PRIVATE_H
#define SHMLENS_PROPOSE_PROPOSE_PRIVATE_H

#include "propose/propose.h"
#include "types/types.h"

/* A run of propose(). */
struct proposing {
    struct backend *be;
    const struct propose_ask *ask;
    struct proposals *out;
    struct types_client *client;
    int64_t end;   /* of os_now: of all */
    int64_t until; /* of os_now: the end of the turn of the process that is asked now */
};

/* Of os_now: when all are to be done. */
int64_t propose_deadline(const struct propose_ask *ask);

/* ns that one process may take. */
int64_t propose_each(const struct proposing *p);

/* Adds a proposal, unless it is there; `via` is copied. */
MUST_USE struct oserr proposal_add(struct proposals *p, const struct proposal *row);

/* A place for an answer, which lives as long as the proposals. */
MUST_USE struct oserr proposals_answer(struct proposals *p, struct types_answer **out);

/* Facts first. */
void proposals_sort(struct proposals *p);

/* Remembers why something is not known, before the others or after them. At most PROPOSE_NOTES are
 * kept, each once; where there are more, the last one says so. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void proposals_note(struct proposals *p, const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void proposals_note_first(struct proposals *p, const char *format, ...);

/* ---- programs.c: what the processes that map the segment say ---- */

/* A process to be asked: each once, the one of the question, or all. */
struct proposing_process {
    const struct seg_mapper *mapper; /* its first mapping */
    uint64_t dev, ino;               /* of its program; 0: not known */
    bool repeats;                    /* an earlier one runs the same program */
    int64_t taken;                   /* ns that it was asked for so far */
    bool left_out;                   /* there was no time for it, or not for all questions */
};
enum { PROPOSE_PROCESSES = 16 };
size_t propose_processes(struct proposing *p, struct proposing_process out[PROPOSE_PROCESSES]);

/* The turn of a process: questions in it are answered by p->until. False: it has no time left. */
struct proposing_turn {
    struct proposing *p;
    struct proposing_process *of;
    int64_t start;
};
MUST_USE bool propose_turn(struct proposing *p, struct proposing_process *of,
                           struct proposing_turn *turn);
void propose_turn_ends(struct proposing_turn *turn);

/* Notes which processes had no time. */
void propose_note_left_out(struct proposing *p, const struct proposing_process *of, size_t n);

/* Typed pointers that lead into the segment. */
MUST_USE struct oserr propose_pointers(struct proposing *p, struct proposing_process *of, size_t n);

/* Types that are named like the segment, or as large as it. */
MUST_USE struct oserr propose_names(struct proposing *p, struct proposing_process *of, size_t n);

/* Asks a question about one process. `status` is what the answer was; an error when it was stopped.
 */
struct types_ask propose_question(struct proposing *p, const uint32_t *pid);
MUST_USE struct oserr propose_stopped(const struct proposing *p, enum types_status status);

/* ---- stores.c: a store that a breakpoint catches (backend/trap.h), and the functions that led to
 * it ---- */

struct trap_place;
struct trap;
struct trap_hit;

struct stored_bytes {
    uint64_t offset; /* a multiple of `length` */
    uint32_t length; /* 1, 2, 4 or 8 */
};

/* Where the processes of the question that write map them, but not ours; at most `room` places. */
size_t stores_places(const struct propose_ask *ask, const struct stored_bytes *at, size_t n,
                     struct trap_place *out, size_t room);

/* Notes why stores cannot be watched. */
void stores_refused(struct proposals *out, struct oserr e);
/* Notes that there were threads without a breakpoint, if there were. Asked last: threads that are
 * started meanwhile count. */
void stores_left_out(struct proposals *out, const struct trap *t);

/* Visits the function that stored, and then those that called it, at most so many and until
 * p->until: `address` is where it was, `f` has its names and `a` its pointers into the windows (see
 * types_frame). */
typedef struct oserr stores_visit(void *ctx, uint64_t address, const struct types_frame *f,
                                  const struct types_answer *a);
MUST_USE struct oserr stores_walk(struct proposing *p, const struct trap_hit *hit,
                                  const uint64_t *window, size_t windows, size_t most,
                                  stores_visit *visit, void *ctx);

/* ---- watch.c: what a store shows ---- */

/* Adds the typed pointers into the segment that are in the functions of a store. *leads: how many
 * there were, known already or not. */
MUST_USE struct oserr watch_hit(struct proposing *p, const struct trap_hit *hit, size_t *leads);

/* Notes why nothing was added by so many stores into so many words that changed; `kernel`: its
 * stores were watched, too. */
void watch_note_nothing_new(const struct proposing *p, bool kernel, size_t words, size_t hits,
                            size_t leads);

/* ---- bytes.c: structs that the bytes look like ---- */

MUST_USE struct oserr propose_fits(struct proposing *p, struct proposing_process *of, size_t n);

#endif
