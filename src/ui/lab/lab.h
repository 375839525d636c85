/* The lab on the screen: the list of lessons (screen_lab), and, while a lesson is open, its text
 * and steps beside or below whatever screen is shown. The lesson itself is played by a course
 * (lab/course.h) on a thread of its own; here it gets what the learner does, and is shown. */
#ifndef SHMLENS_UI_LAB_LAB_H
#define SHMLENS_UI_LAB_LAB_H

#include "lab/course.h"
#include "lab/score.h"
#include "lab/shelf.h"
#include "ui/frame/ui.h"

enum { LAB_TEXT = LESSON_TEXT, LAB_LINES = LESSON_LINES };

/* A line of the lesson as it is laid out. */
struct lab_line {
    const char *text; /* `length` bytes of state->text */
    size_t length;
    enum style style;
};

struct lab_state {
    struct shelf shelf;
    char *folder;       /* the shelf's, of --lesson-dir; NULL: none */
    struct score score; /* as it is in the file */
    int at, top;        /* the list: cursor, first row shown */

    const struct lesson *lesson; /* that is open; NULL: none */
    struct course *course;       /* ends when the lesson is left; NULL: it has ended */
    struct course_state state;
    struct lab_seen seen;
    bool typed;                /* the lesson's types were read */
    struct tree_stock *before; /* what was known before it; NULL: nothing */
    bool closed;               /* the tour is not shown any more; its writer stays */
    bool tour;                 /* it is the demo's */
    bool resumed;              /* it continues after Esc: its segment stays as it was left */
    bool attached;             /* what the lesson opens was opened */
    bool hint, solution;       /* shown, of this step */
    bool astray;               /* what the learner stored in this step does not pass it */
    size_t undo_base;          /* the session's undo_count when the step began, */
    size_t undo_last;          /* and when it was looked at last */
    struct seg_id undo_of;     /* of that object's steps */
    int64_t stored;            /* the last store, ui->now's clock */
    const struct lesson *next; /* to be opened when the course has ended */
    bool next_bare;

    struct { /* the panel of users: the step that asks for it waits until it can have been read */
        bool open, read;
        int64_t since;    /* when it was opened, ui->now's clock, */
        unsigned presses; /* and ui->presses then */
    } users;

    char text[LAB_TEXT]; /* of the lines */
    struct lab_line line[LAB_LINES];
    int lines, first, rows; /* of the text: all, the first one on the screen, how many fit */
};

/* ---- lesson.c ---- */

/* The state, made when it is first asked for, with the lessons of this folder (NULL: ours); NULL: a
 * message says why. */
struct lab_state *lab_state(struct ui *ui, const char *folder);

/* Opens a lesson; the one that is open is left. `bare`: its processes run already. */
void lab_begin(struct ui *ui, const struct lesson *l, bool bare);
void lab_leave(struct ui *ui);

/* Was this step of the lesson done before, by that or with the solution, or skipped? */
bool lab_done_before(const struct lab_state *lab, int step);

/* Notes the learner's stores, and whether the step waits in spite of them. True: that changed. */
bool lab_look_at_stores(struct ui *ui);

/* ---- screen_lab.c ---- */

/* The lesson at the cursor of the list; NULL: the list is empty. */
const struct lesson *lab_at(const struct lab_state *lab);

/* ---- text.c ---- */

/* Lays the text of the current step out for so many columns. `undo`: the key for that. */
void lab_lay_out(struct lab_state *lab, int columns, const char *undo);

/* The source of the step's programs with the lines that matter marked, malloc'd. NULL: none. *title
 * names it; *marked is the number of the first such line, from 0 (0: none). */
char *lab_source(const struct lab_state *lab, char *title, size_t cap, int *marked);

#endif
