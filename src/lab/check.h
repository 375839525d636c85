/* Does what a step asks for hold? Looks at segments, at who maps them, at the lesson's processes,
 * and at what the learner sees and did, as the UI reports it. Runs on the course's thread: it may
 * read /proc, which takes time. */
#ifndef SHMLENS_LAB_CHECK_H
#define SHMLENS_LAB_CHECK_H

#include "backend/survey.h"
#include "core/type/type.h"
#include "lab/lesson.h"
#include "lab/peers.h"

enum { SEEN_LINES = 32, SEEN_LINE = 96, SEEN_ANSWER = 64 };

/* The learner's side. */
struct lab_seen {
    int step;         /* the step that the screen shows; the rest is since it began */
    uint64_t cursor;  /* offset */
    const char *view; /* name of the view of the cells; NULL: fields are shown */
    unsigned screens; /* bits, 1 << enum lesson_screen */
    char did[SEEN_LINES][SEEN_LINE]; /* the last lines that were run, */
    unsigned dids;                   /* of so many */
    char answer[SEEN_ANSWER];        /* of `:answer`; empty: none */
};

void lab_seen_did(struct lab_seen *s, const char *line);

enum { CHECKER_COUNTS = 8, CHECKER_THERE = 16, CHECKER_WHY = LESSON_WHY + TYPE_WHY_MAX };

struct checker {
    struct backend *be;
    const struct lesson *lesson;
    struct peers *peers;
    struct types *types;    /* NULL: the lesson has none */
    struct seg_id open;     /* the object that the lesson's `open` led to last; dev 0: none */
    bool foreign;           /* it leads to another user's */
    struct {                /* who maps an object is asked a few times a second only */
        int line;           /* of the check; 0: free */
        int64_t when;       /* os_now's clock */
        uint64_t processes; /* that map it */
        bool known;
    } count[CHECKER_COUNTS];
    int there[CHECKER_THERE]; /* lines of checks whose segment has been seen; 0: free */
    unsigned theres;          /* so many were put there */
    struct oserr failed;      /* the last reading of processes that failed */
};

/* False: the lesson's types are wrong; `why` is `types:LINE: what`, printable. checker_free all the
 * same. The lesson and the peers must live as long. */
MUST_USE bool checker_init(struct checker *c, struct backend *be, const struct lesson *l,
                           struct peers *peers, char why[CHECKER_WHY]);
void checker_free(struct checker *c);

/* Is the lesson's `open` there now, and this user's? Remembers the object, for when its name is
 * gone. */
bool checker_opened(struct checker *c);

/* Is this answer one of the words with bars between them? Case is ignored, and where such a word is
 * a number, `0x4d2`, `1234` and `1,234` are one. */
bool lab_answered(const char *answer, const char *words);

bool checker_holds(struct checker *c, const struct lesson_check *check, const struct lab_seen *seen,
                   int64_t now);

/* Can the condition be asked of one of the types that the lesson places at this locator, or is the
 * field of `cursor PATH` in one? False: `why`. For the lint; nothing has to run. */
MUST_USE bool checker_possible(struct checker *c, const struct lesson_check *check,
                               char why[CHECKER_WHY]);

#endif
