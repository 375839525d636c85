/* A lesson that is being played: a thread that starts and ends its processes and looks, ten times a
 * second, whether the current step's checks hold. When all of them do, the next step begins.
 *
 * The UI tells it what the learner sees (course_see) and takes what became of it (course_take);
 * both only copy. Whatever happens to the thread, the system ends the processes it started. */
#ifndef SHMLENS_LAB_COURSE_H
#define SHMLENS_LAB_COURSE_H

#include "lab/check.h"
#include "lab/shelf.h"

struct course;

enum { COURSE_NEWS = 4 };

/* What the screen shows of it. */
struct course_state {
    int step;                  /* the current one; as many as there are: all are passed */
    bool opened;               /* the lesson's `open` is there */
    unsigned holds;            /* bits: checks of the step that hold now, and count */
    unsigned already;          /* bits: those that hold, but count only when something was done */
    char problem[CHECKER_WHY]; /* why the lesson cannot go on; empty: it can */
    /* What the step needs and this machine has not: it may be skipped. */
    char lacking[LESSON_LACK + sizeof "this step needs "];
    /* News of processes, such as how they ended: the latest. */
    struct {
        char text[PEERS_WHY]; /* printable */
        int step;             /* in which it happened */
    } news[COURSE_NEWS];
    unsigned newses; /* how many there have been; the i-th is in i % COURSE_NEWS */
    /* The process without which the lesson does not go on, and why; empty: it can. */
    char stuck[LESSON_NAME + 80];
    bool skipped; /* the step before it was */
    bool ended;   /* everything it started has ended and is removed */
    int peers;
    struct {
        char name[LESSON_NAME];
        uint32_t pid; /* 0: it does not run */
    } peer[PEERS_MAX];
};

/* Starts the thread. The lesson must live as long, and the shelf (NULL: there are no other
 * lessons); the folder (NULL: none) is where the programs are. `wake` is posted when there is
 * something to take. `bare`: the lesson's own processes run already. */
struct course_plan {
    const struct lesson *lesson;
    const char *folder;
    const struct shelf *shelf;
    bool bare;
};
MUST_USE struct course *course_start(const struct course_plan *plan, struct os_wake *wake,
                                     struct oserr *error);

void course_see(struct course *c, const struct lab_seen *seen);
bool course_take(struct course *c, struct course_state *out); /* false: nothing is new */
void course_skip(struct course *c);  /* the step, if something is lacking */
void course_past(struct course *c);  /* the step, which was done before */
void course_again(struct course *c); /* from the first step, with the processes that run */
void course_end(struct course *c);   /* ends what it started; course_take says when that is done */

/* Ends it, if that is not done yet, and frees; waits for it. NULL is fine. */
void course_free(struct course *c);

#endif
