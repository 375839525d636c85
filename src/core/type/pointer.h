/* What a pointer or link in a segment is worth, and to whom. Pure.
 *
 * A pointer holds an address of the process that stored it. Each process that maps the segment has
 * it at addresses of its own (struct type_window), so that one value may lead to a place in the
 * segment for one of them, to another place for the next, and to nothing of the segment for a
 * third. A link counts from something in the segment itself and means the same to everybody. */
#ifndef SHMLENS_CORE_TYPE_POINTER_H
#define SHMLENS_CORE_TYPE_POINTER_H

#include "core/type/tree.h"

enum type_reach {
    REACH_NONE,    /* it is null, or an index with all bits set, or neither pointer nor link */
    REACH_ALL,     /* it leads to `offset`, whoever follows it */
    REACH_SOME,    /* it does in some processes; others have something else at that address */
    REACH_OUTSIDE, /* a pointer: in no process to the segment; a link: past its end, or to an
                      element that does not exist */
    REACH_UNKNOWN, /* a pointer, and nobody's mappings are known */
};

struct type_point {
    enum type_reach reach;
    uint64_t offset;    /* REACH_ALL, REACH_SOME */
    type_id type;       /* of what is there; 0: not known */
    uint32_t process;   /* REACH_SOME: the first in which it leads there, */
    uint32_t processes; /* and in how many it does */
    uint32_t other;     /* a process in which it leads elsewhere in the segment; 0: none, */
    uint64_t elsewhere; /* and where */
};

/* Where an address that is not null leads: `reach` and what follows from it, but `type`. Looks
 * first in the process s->as. False: nowhere. */
bool type_translate(const struct type_source *s, uint64_t address, struct type_point *out);

/* The same of a leaf with this value. */
struct type_point type_point(const struct type_source *s, const struct type_node *leaf,
                             uint64_t value);

/* What is said after the value: ` -> +0x40`, ` -> +0x40 (only as 812 maps it)`, ` (outside the
 * segment: of no use to others)`; nothing for null. Like snprintf; TYPE_POINT_MAX holds all. */
enum { TYPE_POINT_MAX = 160 };
size_t type_point_format(const struct type_source *s, const struct type_node *leaf, uint64_t value,
                         char *out, size_t cap);

/* The inverse: the value with which a pointer, or a link that counts from itself or from the base,
 * leads to an offset. A pointer must mean that to everybody: false, and `why`, when processes map
 * the place at different addresses. */
MUST_USE bool type_point_to(const struct type_source *s, const struct type_node *leaf,
                            uint64_t offset, uint64_t *value, char why[TYPE_WHY_MAX]);

#endif
