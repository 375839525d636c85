/* Where the locks of a placed type lie: the fields whose type is one of POSIX threads, by its name,
 * however deep in structs, arrays and wrappers (std::mutex, boost's interprocess_mutex). Pure. */
#ifndef SHMLENS_CORE_LOCK_FIND_H
#define SHMLENS_CORE_LOCK_FIND_H

#include "core/lock/words.h"
#include "core/type/tree.h"

/* The lock that a type is, by name, through typedefs; *libc: whose, unknown: that of the programs.
 */
enum lock_kind lock_kind_of(const struct types *t, type_id id, enum lock_libc *libc);

/* One of them. */
struct lock_place {
    uint64_t offset, size;
    enum lock_kind kind;
    enum lock_libc libc; /* that its type is of; unknown: that of the programs */
    char *path;          /* `slots[3].lock`; of a placed type that is a lock itself: its name */
};

enum { LOCK_PLACES_MAX = 4096 };

struct lock_places {
    struct lock_place *at; /* by offset, none overlaps another */
    size_t count, room;
    bool more; /* there are more than LOCK_PLACES_MAX */
};

/* Adds the locks below a node. `prefix` comes before the paths. False: out of memory. The caller
 * frees with lock_places_free. */
MUST_USE bool lock_places_add(struct lock_places *p, const struct type_source *s,
                              const struct type_node *root, const char *prefix);
MUST_USE bool lock_places_add_one(struct lock_places *p, const struct lock_place *one);
void lock_places_free(struct lock_places *p);

#endif
