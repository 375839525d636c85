/* The columns of a list of segments. One table serves ls and the list on the screen: what they
 * show, and what they sort by. */
#ifndef SHMLENS_LIST_COLUMNS_H
#define SHMLENS_LIST_COLUMNS_H

#include "core/locator.h"
#include "list/segrow.h"

enum {
    COLUMNS_MAX = 24,           /* in a list; a column may occur twice */
    CELL_MAX = 4 * LOCATOR_MAX, /* bytes of a cell, with the NUL */
    COLUMNS_FIRST = 7,          /* of the table are shown by default */
    COLUMNS_TEXT = 176,         /* bytes of a list of all names, with the NUL */
};

struct column {
    const char *name;
    const char *title; /* on the screen; NULL: the name */
    bool right;        /* aligned to the right: numbers */
    bool falling;      /* the list on the screen starts with the largest */
    int cols;          /* least width on the screen; 0: the rest of it */
    int extra;         /* shown by default on screens at least this wide; 0: only when chosen */
    void (*text)(const struct segrow *s, char cell[CELL_MAX]);  /* exact: ls */
    void (*shown)(const struct segrow *s, char cell[CELL_MAX]); /* for people; NULL: as `text` */
    int (*compare)(const struct segrow *a, const struct segrow *b); /* ascending */
    const char *help;
};

const struct column *column_table(size_t *count);
const struct column *column_find(const char *name, size_t n); /* or its title; in either case */

/* A list of names with commas; false: a name is unknown, or there are too many or
 * none. */
bool columns_parse(const char *list, const struct column *out[COLUMNS_MAX], size_t *count);

/* The words of all columns, separated by blanks, for messages. */
const char *columns_names(char buf[COLUMNS_TEXT]);

/* The default columns of ls (wide 0), or of a screen of `wide` columns. */
size_t columns_usual(int wide, const struct column *out[COLUMNS_MAX]);

const char *column_title(const struct column *c);
bool column_names(const struct column *c); /* the end of its cells matters as the beginning does */

/* Its title as one word that column_find knows, for what people type: `AGE`, `USED-BY`. */
enum { COLUMN_WORD = 16 };
const char *column_word(const struct column *c, char buf[COLUMN_WORD]);

/* A cell as the screen shows it. */
void column_shown(const struct column *c, const struct segrow *s, char cell[CELL_MAX]);

/* The cell of USERS with the first so many groups of processes, whose names have at most so many
 * bytes; `+N` are the processes of the others. Returns how many groups there are. */
size_t column_users(const struct segrow *s, size_t groups, size_t bytes, char cell[CELL_MAX]);

#endif
