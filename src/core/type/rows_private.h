/* What rows*.c share: the open nodes, and the children of a node one after the other. */
#ifndef SHMLENS_CORE_TYPE_ROWS_PRIVATE_H
#define SHMLENS_CORE_TYPE_ROWS_PRIVATE_H

#include "core/type/rows.h"

/* An open node, in the tree of the steps to it; its children are those of its children that are
 * open, ascending. A transparent node has one when something below it is open. */
struct open_node {
    uint64_t step;
    uint32_t first, next; /* first child, next sibling; OPEN_NONE: none */
};
#define OPEN_NONE UINT32_MAX

enum { ROW_NAME_MAX = 128 };

struct type_rows {
    const struct type_source *s;
    struct type_placed placed[ROWS_ROOTS_MAX];
    size_t roots;
    bool raw, no_padding;
    char name[ROW_NAME_MAX]; /* of the filter, in lower case; empty: none */
    uint8_t *leads;          /* by type: has it a member of that name? 0: not known yet, 1: no */
    uint32_t leads_count;    /* types that `leads` has room for */
    struct open_node *node;  /* node[0] has the roots below it */
    uint32_t used, spare;    /* nodes used once; the first of those free again */
    uint32_t open;           /* nodes in use, without node[0] */
};

/* A child of a node. */
struct row_child {
    struct type_node node;
    type_name name;
    uint64_t step;
    bool indexed;
    uint64_t index, last;
    bool inactive;
    bool alone; /* the one root */
    bool shown; /* the filter lets it through, */
    bool all;   /* and all below it */
};

/* The children of the virtual node above all roots, of a struct or a union, in order. */
struct row_members {
    const struct type_rows *r;
    const struct type_node *of; /* NULL: the roots */
    uint64_t next;
    uint64_t laid; /* end of the members so far */
    bool all;      /* see row_child */
    bool has_arm;
    uint32_t arm;
};

void row_members_start(struct row_members *m, const struct type_rows *r, const struct type_node *of,
                       bool all);
bool row_members_next(struct row_members *m, struct row_child *out);

/* Rows of an array that are elements, or pieces of `*piece` elements. */
uint64_t row_elements(const struct type_rows *r, const struct type_node *n, uint64_t *piece);
void row_element(const struct type_rows *r, const struct type_node *n, uint64_t i, bool all,
                 struct row_child *out);

/* The child that a step leads to; false: there is none. `of` NULL: a root. */
bool row_child_at(const struct type_rows *r, const struct type_node *of, uint64_t step, bool all,
                  struct row_child *out);

/* It has no row of its own and counts as open. */
bool row_transparent(const struct row_child *c);
bool row_branches(const struct type_rows *r, const struct type_node *n);

/* The open node of a child below an open node; OPEN_NONE: it is closed. */
uint32_t row_open_of(const struct type_rows *r, uint32_t above, uint64_t step);

/* How many rows a child has, with all below it; `open` is its open node. And those below it alone.
 */
uint64_t row_rows(const struct type_rows *r, const struct row_child *c, uint32_t open);
uint64_t row_below(const struct type_rows *r, const struct row_child *c, uint32_t open);

#endif
