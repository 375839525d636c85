/* The processes of a lesson. Each is a program of the shelf (or our own demo's writer, `demo`) with
 * null devices and a stderr that is heard; the system ends it when we die, however that happens. */
#ifndef SHMLENS_LAB_PEERS_H
#define SHMLENS_LAB_PEERS_H

#include "backend/os.h"
#include "lab/ending.h"
#include "lab/lesson.h"

enum { PEERS_MAX = 16 };

struct peer {
    char name[LESSON_NAME], program[LESSON_NAME];
    struct os_process *process; /* NULL: it was ended by us */
    bool told;                  /* peers_news has said how it ended */
};

struct peers {
    struct peer peer[PEERS_MAX];
    int count;
};

enum { PEERS_WHY = 320 };

/* Starts or stops one, as the lesson says. A peer that runs already is ended first. False: `why`
 * says what went wrong, printable. */
MUST_USE bool peers_do(struct peers *p, const char *folder, const struct lesson_run *run,
                       char why[PEERS_WHY]);

/* Asks all of them to end, and kills those that are still there after 2 s. */
void peers_end(struct peers *p);

enum peer_state { PEER_NONE, PEER_RUNS, PEER_ENDED };

/* `how`: as it ended by itself; all 0 while it runs, and when we ended it. */
enum peer_state peers_look(struct peers *p, const char *name, struct peer_end *how);

/* What our own `demo --writer-only` says when another demo's writer is at work there already, whose
 * segment is as good as one of ours. */
#define DEMO_AT_WORK "a demo's writer is at work there already"

/* Did the process of this run end, and how? False: it runs, or ended as it should (0). `why` is
 * what it said, or how it ended, printable. */
bool peers_failed(struct peers *p, const struct lesson_run *run, char why[PEERS_WHY]);

/* Has the i-th process ended by itself since the last call? Each end is reported once: `text` says
 * it, with the last line of its stderr after an exit, printable. */
bool peers_news(struct peers *p, int i, struct peer_end *how, char text[PEERS_WHY]);

/* `source`, beside the program of this run in the folder, was changed after the program was made.
 * `text` says so, printable. */
bool peers_stale(const char *folder, const struct lesson_run *run, char text[PEERS_WHY]);

/* Its process id; 0: it does not run. */
uint32_t peers_pid(struct peers *p, const char *name);

#endif
