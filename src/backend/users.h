/* Objects by their identity: those that are listed or asked for, and those that a pass over the
 * processes meets. */
#ifndef SHMLENS_BACKEND_USERS_H
#define SHMLENS_BACKEND_USERS_H

#include "backend/sys.h"

enum object_use { USE_NONE, USE_HELD, USE_READ, USE_WRITE }; /* the strongest one counts */

struct object {
    struct seg_id id;
    bool wanted;       /* somebody asks who has it; else it was met and is judged later */
    bool asked;        /* the same of this one, and it is met like the others */
    bool ignored;      /* met, and of no interest */
    bool huge;         /* of huge pages */
    bool unlinked;     /* a descriptor said that it has no name */
    bool in_shm;       /* it lies, or lay, in a /dev/shm */
    bool shared_write; /* mapped shared and writable */
    uint32_t last;     /* the last process that maps it */
    uint32_t last_shared;
    uint32_t shared;             /* processes that map it shared */
    uint32_t map_pid;            /* the first of them; 0: none */
    uint64_t extent;             /* highest offset + length that is mapped */
    size_t mappers, holders;     /* rows about it: the caller's */
    uint64_t map_start, map_end; /* its mapping */
    uint32_t fd_pid; /* the first process that holds it, our own only when there is no other; 0 */
    int32_t fd;      /* and its descriptor */
    char *name;      /* what the system calls it, raw; NULL: not asked */
    struct seg_users users; /* processes that were told of to object_used, */
    uint32_t user;          /* the last one of them, */
    enum object_use use;    /* and what it does */
};

/* References to objects are their numbers: items move when more are added. */
struct objects {
    struct object *items;
    size_t count, cap;
    uint32_t *slots; /* number + 1 by hash; 0: free */
    size_t slots_count, slots_cap;
};

enum { OBJECT_NONE = -1 };

/* Its number; OBJECT_NONE: not there. */
long objects_find(const struct objects *o, struct seg_id id);

/* Adds it unless it is there, with nothing known of it. */
MUST_USE struct oserr objects_add(struct backend *be, struct objects *o, struct seg_id id,
                                  size_t *number);

/* What a handle of these rights (seg_holder.access) is for. */
enum object_use objects_use(uint32_t access);

/* Counts process pid among the users, once, with the most that it does; all that is said of one
 * process has to come together. */
void object_used(struct object *o, uint32_t pid, enum object_use use);
void objects_free(struct objects *o);

#endif
