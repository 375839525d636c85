/* Paths to fields: `head`, `lock.owner`, `slots[3].name`, `slots[2..5].kind` (both ends count),
 * `first->next` (a pointer or link followed), `table[]` (all of it). Pure. */
#ifndef SHMLENS_CORE_TYPE_PATH_H
#define SHMLENS_CORE_TYPE_PATH_H

#include "core/type/tree.h"

enum { PATH_STEPS_MAX = 64, PATH_TEXT_MAX = 4096 };

enum path_step_kind { STEP_MEMBER, STEP_INDEX, STEP_FOLLOW };

struct path_step {
    enum path_step_kind kind;
    char name[256];
    uint64_t low, high; /* STEP_INDEX */
};

struct type_path {
    struct path_step step[PATH_STEPS_MAX];
    int steps;
    bool ranges; /* it can lead to more than one node */
};

/* False: `why` says what is wrong, printable. An empty path is the root. */
MUST_USE bool type_path_parse(const char *text, struct type_path *out, char why[TYPE_WHY_MAX]);

/* The nodes that a path leads to, one after the other. */
struct type_select {
    const struct type_source *s;
    const struct type_path *path;
    struct type_node root;
    uint64_t at[PATH_STEPS_MAX]; /* where each range is */
    bool any, done;
    bool now; /* with SELECT_WRONG: only now, since a pointer leads nowhere or is not known */
};

void type_select_start(struct type_select *sel, const struct type_source *s,
                       const struct type_node *root, const struct type_path *path);

enum type_selected { SELECT_NODE, SELECT_END, SELECT_WRONG };

/* The next node, and the path to it with plain indices. SELECT_WRONG: `why` says what does not
 * exist; near names of fields are named there. */
MUST_USE enum type_selected type_select_next(struct type_select *sel, struct type_node *out,
                                             char path[PATH_TEXT_MAX], char why[TYPE_WHY_MAX]);

#endif
