/* What lies in a segment when it is not said: proposals.
 *
 * Two sorts are facts: a typed pointer of a process that maps the segment leads there
 * (core/type/trace.h), and a layout file places a type in this segment and its condition holds. The
 * others are guesses and are shown as such: a type that is named like the segment, or as large, and
 * the struct that fits the bytes at an offset best (core/type/fit.h). Types come from the debug
 * information of the processes that map it (types/types.h); of the memory of these only pages are
 * read that they have stored into (backend/peer.h). A pass over the processes takes as long as it
 * takes, so this runs where waiting is allowed: on the main thread of a command, or as a job. */
#ifndef SHMLENS_PROPOSE_PROPOSE_H
#define SHMLENS_PROPOSE_PROPOSE_H

#include "backend/survey.h"
#include "core/type/tree.h"
#include "layouts/layouts.h"

enum proposal_kind {
    PROPOSAL_POINTER, /* a pointer leads there */
    PROPOSAL_LAYOUT,  /* a layout file says so */
    PROPOSAL_NAME,    /* named like the segment */
    PROPOSAL_SIZE,    /* as large as the segment */
    PROPOSAL_FIT,     /* the bytes look like it */
};

enum { PROPOSALS_MAX = 1024, PROPOSE_NOTES = 8, PROPOSE_NOTE = 512 };

/* Time that the debug information of one process may take, and that of all together. What was left
 * out is noted. */
enum { PROPOSE_EACH_S = 10, PROPOSE_ALL_S = 30 };

struct proposal {
    enum proposal_kind kind;
    uint64_t offset;
    const struct types *t;
    type_id type;
    uint64_t size; /* bytes; 0: not known */
    char *via;     /* PROPOSAL_POINTER: the pointer, `heap_app->shm.tail`; PROPOSAL_LAYOUT: the
                      file's name; raw. NULL: none */
    uint32_t pid;  /* of the process whose type it is; 0: of none */
    char comm[SEG_COMM]; /* its name, raw */
    int32_t score;       /* PROPOSAL_FIT: tenths */
};

struct types_answer; /* types/types.h */
struct types_client;

struct proposals {
    struct proposal *row; /* facts first, each sort by offset */
    size_t count, room;
    struct layouts *layouts; /* whose types they are, or of these: */
    struct types_answer **answer;
    size_t answers, answers_room;
    char note[PROPOSE_NOTES][PROPOSE_NOTE]; /* why more is not known, printable */
    size_t notes;
};

struct propose_ask {
    struct seg *seg;           /* readable */
    const struct seg_who *who; /* who maps it; NULL: not known, or nobody can (a recording) */
    uint32_t pid;              /* only this process is asked; 0: all */
    bool fits;                 /* guess by the bytes at */
    uint64_t offset;
    const struct types *types;       /* files that the user named; their structs may fit */
    int64_t each;                    /* ns for one process; 0: PROPOSE_EACH_S */
    int64_t deadline;                /* of os_now, for all; 0: PROPOSE_ALL_S from now on */
    const struct progress *progress; /* NULL: nobody stops it */
    struct types_client *client;     /* types/types.h: propose_compare asks with it; NULL: with one
                                        of its own */
};

/* Makes them; *out is freed by proposals_free, also after an error. SEG_E_STOPPED: it was stopped.
 */
MUST_USE struct oserr propose(struct backend *be, const struct propose_ask *ask,
                              struct proposals *out);
void proposals_free(struct proposals *p);

/* Is it a fact? */
static inline bool proposal_proved(const struct proposal *p)
{
    return p->kind == PROPOSAL_POINTER || p->kind == PROPOSAL_LAYOUT;
}

/* How it is known, printable: `via g_ring of ringd (812)`, `fits 16.5 in ringd (812)`. Like
 * snprintf. */
enum { PROPOSAL_HOW = 2048 };
void proposal_how(const struct proposal *p, char out[PROPOSAL_HOW]);

/* The name by which --type finds the type: `ring_header`, `double[3]`. Raw, like snprintf. */
size_t proposal_name(const struct proposal *p, char *out, size_t cap);

#endif
