/* The users of objects, while a survey is made.
 *
 * Objects are known by their identity, in a hash table: those whose users are wanted (because they
 * are listed or asked for), and those that a scan of the processes meets and that are judged later.
 * A scan adds one row for each use to a struct found, in the order of processes; users_group() then
 * puts the rows of each wanted object together, which is the order a struct seg_who has. */
#ifndef SHMLENS_BACKEND_USERS_H
#define SHMLENS_BACKEND_USERS_H

#include "backend/listing.h"
#include "backend/sys.h"

/* ---- objects ---- */

enum object_use { USE_NONE, USE_HELD, USE_READ, USE_WRITE }; /* the strongest one counts */

struct object {
    struct seg_id id;
    bool wanted;       /* its users are wanted; else it was only met */
    bool asked;        /* asked for by identity: wanted, and met like the others too */
    bool ignored;      /* met, but of no interest */
    bool huge;         /* of huge pages */
    bool unlinked;     /* a descriptor showed that it has no name */
    bool in_shm;       /* it is, or was, in a /dev/shm */
    bool shared_write; /* mapped shared and writable */
    uint32_t last;     /* the last process that maps it */
    uint32_t last_shared;
    uint32_t shared;             /* processes that map it shared */
    uint32_t map_pid;            /* the first of them; 0: none */
    uint64_t map_start, map_end; /* its mapping */
    uint32_t fd_pid;         /* the first process that holds it, ours only as a last resort; 0 */
    int32_t fd;              /* its descriptor */
    int32_t own;             /* our own descriptor + 1: others may be gone by now; 0: none */
    char *name;              /* what the system calls it, raw; NULL: not asked */
    struct seg_users users;  /* processes reported to object_used, */
    uint32_t user;           /* the last one of them, */
    enum object_use use;     /* and its use */
    size_t mappers, holders; /* rows of it; after users_group: the index after its last row */
};

/* An object is referred to by its number, because items move when more are added. */
struct objects {
    struct object *items;
    size_t count, cap;
    uint32_t *slots; /* number + 1 by hash; 0: free */
    size_t slots_count;
};

enum { OBJECT_NONE = -1 };

/* Its number; OBJECT_NONE: not there. */
long objects_find(const struct objects *o, struct seg_id id);

/* Adds it unless it is there. */
MUST_USE struct oserr objects_add(struct backend *be, struct objects *o, struct seg_id id,
                                  size_t *number);

/* The use that a handle with these rights (seg_holder.access) allows. */
enum object_use objects_use(uint32_t access);

/* Counts process pid once, with its strongest use. All reports of one process must come together.
 */
void object_used(struct object *o, uint32_t pid, enum object_use use);
void objects_free(struct objects *o);

/* ---- rows ---- */

struct found_mapper {
    struct seg_mapper row;
    uint32_t object; /* number */
};

struct found_holder {
    struct seg_holder row;
    uint32_t object;
};

struct found {
    struct found_mapper *mappers; /* in the order of processes, then of addresses */
    size_t mappers_count, mappers_cap;
    struct found_holder *holders; /* in the order of processes */
    size_t holders_count, holders_cap;
    size_t unreadable; /* processes that could not be read (not: that ended, nor kernel threads) */
    size_t unowned;    /* see struct seg_who */
    struct seg_unreads unread;
};

/* Counts a process that could not be read, and notes the first ones. `comm` may be empty. */
void found_unread(struct found *f, uint32_t pid, const char comm[SEG_COMM], struct oserr why);

/* Adds a row about an object. */
MUST_USE struct oserr found_mapper(struct backend *be, struct found *f, struct objects *o,
                                   size_t number, const struct seg_mapper *row);
MUST_USE struct oserr found_holder(struct backend *be, struct found *f, struct objects *o,
                                   size_t number, const struct seg_holder *row);
void found_free(struct found *f);

/* Groups the rows of the wanted objects. */
MUST_USE struct oserr users_group(struct backend *be, const struct found *f, struct objects *o,
                                  struct seg_who *who);

/* The rows of one object in what users_group made: nothing to be freed. */
struct seg_who users_of(const struct objects *o, long number, const struct seg_who *all);

/* ---- the scan of all processes, per system ---- */

struct search {
    struct objects *objects; /* users of the wanted ones are searched */
    struct listing *list;    /* NULL: no object is met; else the scan meets objects that only
                                processes have, and at once adds to the list the names in
                                another /dev/shm that a process sees */
    unsigned kinds;          /* bits: kinds to be met */
    bool counts;             /* users of wanted objects are only counted, and processes not named */
    bool mappers;            /* only those that map them are searched, where mappings are known, */
    bool shared;             /* and of those only who shares them */
    const struct seg_throttle *pace; /* NULL: in one go */
};

/* Asks the throttle about the process that is read next, or continued. */
enum seg_pace_answer search_pace(const struct search *s, const struct seg_at *at);

/* Reads all processes. The caller frees with found_free, also after an error. */
MUST_USE struct oserr scan_processes(struct backend *be, const struct search *search,
                                     struct found *out);

/* Adds a row to the list for each object that was met and is a segment of the wanted kinds; it
 * becomes wanted. */
MUST_USE struct oserr discover_rows(struct backend *be, const struct search *search);

#endif
