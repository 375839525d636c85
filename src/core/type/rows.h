/* The rows of a tree of fields: which of them there are when some nodes are open, by arithmetic.
 *
 * The tree is that of tree.h: nothing of it is kept but which nodes are open, as a tree of the
 * steps that lead to them. A row is found by counting from the root: a struct is walked member by
 * member, an array counts as many rows as it has elements, and those that its open elements have
 * below them. So a million elements cost what one costs. Which rows there are may depend on what is
 * in the segment (counts and offsets of tables), so numbers of rows hold for one moment; what stays
 * is the way to a row (struct row_way).
 *
 * Anonymous structs and unions have no row: their members stand among the outer ones. Padding has
 * one, long texts and bytes have one for each piece of 64 bytes. Elements that begin past the end
 * of the segment do not exist. Pure. */
#ifndef SHMLENS_CORE_TYPE_ROWS_H
#define SHMLENS_CORE_TYPE_ROWS_H

#include "core/type/tree.h"

enum { ROW_DEPTH = TYPE_WALK_DEPTH, ROWS_OPEN_MAX = 1024, ROWS_ROOTS_MAX = 32, ROW_PIECE = 64 };

/* The way to a node: which root, then which member or element (ROW_PADDING: the padding before the
 * member). */
#define ROW_PADDING (UINT64_C(1) << 63)
struct row_way {
    int steps;
    uint64_t step[ROW_DEPTH];
};

/* Where a type was placed. */
struct type_placed {
    type_id type;
    uint64_t offset;
    uint64_t count; /* 0: one, else an array of so many */
    bool based;     /* relative links count from `base`, not from `offset` */
    uint64_t base;
    bool guess; /* only guessed to lie there */
};

struct type_row {
    struct type_node node; /* NODE_PADDING: no field */
    type_name name;        /* of a member; 0: none */
    bool indexed;          /* an element, or a piece of a long array: */
    uint64_t index, last;
    int indent;  /* levels of open nodes above it that have a row */
    bool branch; /* it can be opened */
    bool open;
    bool inactive; /* an arm of a union that does not count now */
    struct row_way way;
};

/* What is left out. */
struct row_filter {
    bool padding;     /* no padding */
    const char *name; /* only members with this in their name, and what leads to some; NULL: all.
                         Upper and lower case are the same */
};

struct type_rows;

/* No roots. NULL: out of memory. `s` outlives it and is asked whenever rows are counted. */
MUST_USE struct type_rows *type_rows_new(const struct type_source *s);
void type_rows_free(struct type_rows *r); /* NULL is fine */

/* At most ROWS_ROOTS_MAX of the placed types count. One root alone has no row, and is open; several
 * are open too. What was open before is closed. */
void type_rows_place(struct type_rows *r, const struct type_placed *placed, size_t n);

/* As arrays of numbers, which texts and bytes are when `raw`. */
void type_rows_set(struct type_rows *r, const struct row_filter *filter, bool raw);

uint64_t type_rows_count(const struct type_rows *r);

/* Rows [from, from + n), as many of them as there are. */
size_t type_rows_get(const struct type_rows *r, uint64_t from, size_t n, struct type_row *out);

/* The number of the row that a way leads to, or of the nearest one above it that there is: *exact
 * says which (may be NULL). 0 when there are no rows. */
uint64_t type_rows_find(const struct type_rows *r, const struct row_way *way, bool *exact);

/* The way to the row that shows the byte at an offset, as deep as nodes are open (ROWS_SHOWN), or
 * down to the field, which is opened (ROWS_REVEAL) or not (ROWS_FIELD). False: no field has it. */
enum row_depth { ROWS_SHOWN, ROWS_REVEAL, ROWS_FIELD };
bool type_rows_at(struct type_rows *r, uint64_t offset, enum row_depth depth, struct row_way *way);

/* The row of a way, whether its nodes are open or not. False: there is none. */
bool type_rows_row(const struct type_rows *r, const struct row_way *way, struct type_row *out);

/* Opens or closes the node of a row. False: there are ROWS_OPEN_MAX open already, or out of memory.
 */
bool type_rows_open(struct type_rows *r, const struct row_way *way, bool open);

/* Opens all that is above a row. */
bool type_rows_reveal(struct type_rows *r, const struct row_way *way);

/* The way that a path of plain indices takes below root `root`: `slots[3].name`. False: `why`. */
MUST_USE bool type_rows_path(const struct type_rows *r, size_t root, const char *path,
                             struct row_way *way, char why[TYPE_WHY_MAX]);

/* The path of a row, `slots[3].name`; empty for a root alone. Like snprintf. */
size_t type_rows_spell(const struct type_rows *r, const struct row_way *way, char *out, size_t cap);

#endif
