/* Lessons of the lab, from text: what the learner reads, the processes that run, and the steps with
 * the checks that pass them. Pure.
 *
 * A line is a keyword and its words; what belongs to it is indented deeper:
 *
 *     lesson attach                          its name
 *     title A name, a size, bytes that move
 *     systems linux|windows|all              (linux)
 *     minutes 15                             that it takes somebody new to it
 *     open /shmlens-lab-attach               what the view shows first
 *     run writer: counter 4096               a process: PEER: PROGRAM ARGUMENT...
 *     types                                  C declarations and lines of layout files
 *     text                                   paragraphs; an empty line parts them
 *     step Find the counter
 *         text, run, hint, solution          as above; the last two are shown when asked for
 *         stop writer                        ends a process when the step begins
 *         needs cores 2                      else it may be skipped; or proc, userfaultfd, perf,
 *         needs writer: huge pages           or what this process lacks when it ends with 77
 *         mark counter: value++              lines of counter.c with this text are marked
 *         check where counter > 5            all checks must hold at one moment
 *
 * Lines that begin with `#` are comments, but for those of a text. The text of a block loses the
 * indentation of its first line. A lesson is one allocation for its strings and one for itself;
 * everything in it is bounded. */
#ifndef SHMLENS_LAB_LESSON_H
#define SHMLENS_LAB_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum {
    LESSON_MAX = 65536, /* bytes of a file */
    LESSON_STEPS = 12,
    LESSON_RUNS = 8,   /* of the lesson, and of a step */
    LESSON_ARGS = 8,   /* of a process */
    LESSON_CHECKS = 8, /* of a step */
    LESSON_MARKS = 4,  /* of a step */
    LESSON_NAME = 32,  /* bytes of a name, with the NUL */
    LESSON_LACK = 104, /* of what a step may lack */
    LESSON_WHY = 256,
    LESSON_TEXT = 16384, /* bytes that are shown with a step: its texts, and the lesson's */
    LESSON_LINES = 512,  /* as they are wrapped */
    LESSON_MINUTES = 600,
    LESSON_LACKS = 77 /* exit status of a process: this machine lacks what it needs */
};

/* What the engine does before a step is shown. */
struct lesson_run {
    const char *peer;
    const char *program; /* NULL: `stop PEER` */
    const char *arg[LESSON_ARGS];
    int args;
    int line;
};

enum check_kind {
    CHECK_WHERE,    /* text: a condition over fields */
    CHECK_EXISTS,   /* the locator leads to a segment */
    CHECK_GONE,     /* it does not */
    CHECK_MAPPED,   /* at least `number` other processes map it */
    CHECK_UNMAPPED, /* none does */
    CHECK_SIZE,     /* its size OP number */
    CHECK_RUNS,     /* text: the peer */
    CHECK_ENDED,    /* by itself or by a signal */
    CHECK_KILLED,   /* by signal `number` */
    CHECK_CRASHED,  /* by a signal of its own doing, or an exception of Windows */
    CHECK_CURSOR,   /* text: an offset or a path; the cursor is there */
    CHECK_VIEW,     /* text: a view's name */
    CHECK_SCREEN,   /* number: enum lesson_screen */
    CHECK_DID,      /* text: how the line of a command begins */
    CHECK_ANSWER,   /* text: words, `|` between them */
    CHECK_KINDS
};

enum check_op { OP_EQUAL, OP_NOT, OP_BELOW, OP_AT_MOST, OP_ABOVE, OP_AT_LEAST };

/* What can be on the screen; several at once. */
enum lesson_screen {
    SCREEN_TREE,
    SCREEN_USERS,
    SCREEN_CALLS,
    SCREEN_MAP,
    SCREEN_PAST,
    SCREEN_LIST,
    SCREEN_INSPECT,
    LESSON_SCREENS
};

struct lesson_check {
    enum check_kind kind;
    enum check_op op;
    const char *locator; /* as typed; NULL: the lesson's `open` */
    const char *text;
    uint64_t number;
    int line;
};

/* Lines of a program that the source shows marked. */
struct lesson_mark {
    const char *program, *text;
    int line;
};

struct lesson_step {
    const char *title, *text, *hint, *solution; /* the last three: blocks; NULL: none */
    unsigned cores;                             /* processors that it needs; 0: any number */
    bool proc;                                  /* it needs to see what other processes map, */
    bool userfaultfd;                           /* to read holes without filling them, */
    bool perf;                                  /* to see who stores */
    const char *lacker, *lacks; /* the peer that ends with LESSON_LACKS lacks this; NULL: none */
    struct lesson_run run[LESSON_RUNS];
    int runs;
    struct lesson_check check[LESSON_CHECKS];
    int checks;
    struct lesson_mark mark[LESSON_MARKS];
    int marks;
    int line;
};

struct lesson {
    const char *name, *title;
    const char *open; /* locator as typed; NULL: none */
    unsigned minutes; /* that it takes; 0: it does not say */
    bool linux_too;   /* `systems` */
    bool windows_too;
    const char *types; /* NULL: none */
    int types_line;    /* the line before its first one */
    const char *text;
    struct lesson_run run[LESSON_RUNS];
    int runs;
    struct lesson_step step[LESSON_STEPS];
    int steps;
    char *pool; /* all strings */
};

/* Reads a lesson; NULL: `why` is `FILE:LINE: what`, printable. lesson_free frees it. */
MUST_USE struct lesson *lesson_parse(const char *file, const char *text, size_t n,
                                     char why[LESSON_WHY]);
void lesson_free(struct lesson *l);

/* A name of a lesson, a peer or a program: letters, digits, `-` and `_`, at most 31. */
bool lesson_name(const char *s);

/* lesson_check.c: the words after `check`, cut in place. NULL on success, else why not (static). */
MUST_USE const char *lesson_check_parse(char *words, struct lesson_check *out);

#endif
