/* The lessons and programs there are: those that are built into this program, and those of a folder
 * (`--lesson-dir`), where a lesson is NAME.lesson and a program PROGRAM, made of PROGRAM.c. */
#ifndef SHMLENS_LAB_SHELF_H
#define SHMLENS_LAB_SHELF_H

#include "backend/oserr.h"
#include "lab/lesson.h"

/* A file that CMake embedded: `attach.lesson`, `counter.c`. The last one has no name. */
struct lab_file {
    const char *name, *text;
};
extern const struct lab_file lab_files[];

/* The text of an embedded file; NULL: there is none. */
const char *lab_file(const char *name);

enum { SHELF_LESSONS = 64 };

struct shelf {
    const char *folder; /* NULL: what is embedded */
    struct lesson *lesson[SHELF_LESSONS];
    int count;
    int left_out;              /* files that are no lessons, or too many, or of a name twice */
    char why[LESSON_WHY + 32]; /* of the first of them, and how many; empty: none */
};

/* Reads all lessons, in the order of their names as numbers in front make it (`01-attach.lesson`
 * is the lesson that its text names). An error: the folder cannot be read. Files that are no
 * lessons are left out, those after the first SHELF_LESSONS too, and the second of two lessons with
 * one name. shelf_close frees. */
MUST_USE struct oserr shelf_open(struct shelf *s, const char *folder);
void shelf_close(struct shelf *s);

/* NULL: there is none of this name. `demo`, the tour, is found but not listed (shelf_shown). */
const struct lesson *shelf_find(const struct shelf *s, const char *name);
bool shelf_shown(const struct lesson *l);

/* Is this locator a name of the lesson's, which is removed with it: `posix:/shmlens-lab-NAME` (or
 * `win:Local\shmlens-lab-NAME`), or that with a `-` and more after it? Not if a lesson of the shelf
 * (NULL: none) with a longer name has it. */
bool shelf_owns(const struct shelf *s, const struct lesson *l, const char *locator);

/* The source of a program, malloc'd; NULL: it is not there. */
char *shelf_source(const struct shelf *s, const char *program);

enum { SHELF_PATH = 4096 };

/* The path of a program's executable: in the folder, or beside ours (`lab` in its folder, or where
 * it is installed). False: it is not there. */
bool shelf_program(const char *folder, const char *program, char path[SHELF_PATH]);

/* Can the lesson be played on this system? */
bool shelf_playable(const struct lesson *l);

#endif
