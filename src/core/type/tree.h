/* A placed type as a tree of fields, without a tree in memory.
 *
 * A node is a type at an offset, with what its surroundings say about it: hints, byte order, the
 * struct whose fields are its siblings. Children are computed when asked for: a member by index, an
 * element by arithmetic, so that an array of a million elements costs what one node costs. Where
 * the layout depends on what is in the segment (counts, offsets and strides of tables, the arm of a
 * union) the bytes are read through a callback at that moment. The walk visits leaves in the order
 * of declaration with one frame a level; types nest at most TYPE_DEPTH_MAX deep. Nothing leads past
 * the end of the segment: elements beyond it do not exist, however many a count claims. */
#ifndef SHMLENS_CORE_TYPE_TREE_H
#define SHMLENS_CORE_TYPE_TREE_H

#include "core/type/type.h"

/* A part of the segment as some process maps it. */
struct type_window {
    uint64_t address, size, offset;
    uint32_t process; /* its number */
};

/* Where the values are. */
struct type_source {
    const struct types *t;
    bool (*read)(void *ctx, uint64_t offset, void *p,
                 size_t n); /* false: not known, or not there */
    void *ctx;
    uint64_t size; /* of the segment */
    /* The name of a process, printable, cut to cap; its length, 0 when there is none. NULL: names
     * are not known. */
    size_t (*process)(void *ctx, uint64_t pid, char *out, size_t cap);
    const struct type_window *window; /* those of one process lie together */
    size_t windows;
    bool partial; /* there are processes whose windows could not be read */
    uint32_t as;  /* pointers mean what they mean in this process, if it maps them; 0: in any */
};

/* A range that its writers guard with a sequence counter. */
struct type_guard {
    uint32_t hint;         /* the one that names the counters; 0: it has none */
    type_id owner;         /* the struct with them */
    uint64_t owner_at;     /* its offset */
    uint64_t offset, size; /* the range */
};

/* Of an array, and of its elements. */
enum type_ring { RING_ARRAY = 1, RING_HEAD = 2, RING_TAIL = 4 };

enum type_node_kind { NODE_LEAF, NODE_ARRAY, NODE_STRUCT, NODE_UNION, NODE_PADDING };

struct type_node {
    uint8_t kind; /* enum type_node_kind */
    uint8_t bit;
    uint16_t bits;    /* of a bitfield; 0: none */
    bool big;         /* most significant byte first */
    bool element;     /* in an array: one without a length has none there */
    bool text, bytes; /* array that is one leaf: text, or bytes shown in hex */
    bool moved;       /* a table that lies elsewhere */
    bool nameless;    /* anonymous struct or union: its members are siblings of the outer ones */
    uint8_t ring;     /* enum type_ring: the array has a head and a tail, and what ends here */
    uint64_t offset;  /* in the segment */
    uint64_t size;    /* bytes; of a bitfield those that hold its bits */
    type_id type;     /* as declared; of a slice of an array that of its elements */
    type_id real;     /* without typedefs */
    uint32_t hint;
    type_id owner;           /* the struct with its siblings; 0: none */
    uint64_t owner_at;       /* its offset */
    uint64_t base;           /* where the outermost type starts */
    struct type_guard guard; /* the innermost one that it lies in */
    type_id item;            /* array: type of an element */
    uint64_t count, stride;
};

/* The node of a placed type; count 0: one, else an array of so many. */
void type_root(const struct type_source *s, type_id type, uint64_t offset, uint64_t count,
               struct type_node *out);

/* The i-th member of a struct or union, i < types_get(real)->count. */
void type_child(const struct type_source *s, const struct type_node *n, uint32_t i,
                struct type_node *out);

/* The element at an index (below n->count) of an array. */
void type_element(const struct type_source *s, const struct type_node *n, uint64_t index,
                  struct type_node *out);

/* Elements [from, from + count) of an array of text or bytes as one leaf. */
void type_slice(const struct type_node *n, uint64_t from, uint64_t count, struct type_node *out);

/* The arm that `discr` says; false: all count. */
bool type_arm(const struct type_source *s, const struct type_node *n, uint32_t *arm);

/* The sequence counters that a node is read under. False: none, or none of a form that shmlens can
 * read (1, 2, 4 or 8 bytes of this machine's order, aligned). */
struct type_counters {
    uint64_t offset; /* of the counter; with two: of the one that is counted before a store */
    uint64_t end;    /* of the one that is counted after it */
    uint32_t width;  /* bytes */
    bool two;
};
bool type_counters(const struct type_source *s, const struct type_node *n,
                   struct type_counters *out);

/* Where a pointer or link with this value leads, and to what (0: not known). False: nowhere in the
 * segment. pointer.h says for whom. */
bool type_target(const struct type_source *s, const struct type_node *leaf, uint64_t value,
                 uint64_t *offset, type_id *type);

/* ---- leaves in order ---- */

enum { TYPE_WALK_DEPTH = TYPE_DEPTH_MAX + 2, TYPE_TEXT_MAX = 65536, TYPE_BYTES_MAX = 64 };

struct type_frame {
    struct type_node node;
    uint64_t next;  /* member or element to visit */
    uint64_t laid;  /* end of what was visited: padding starts here */
    type_name name; /* as a child of the frame below; 0: none */
    bool indexed;   /* it is an element: */
    uint64_t index, last;
};

struct type_walk {
    const struct type_source *s;
    bool padding;          /* it is visited too */
    uint64_t from, to;     /* only what touches these bytes is visited */
    uint64_t elements;     /* only so many first ones of each array */
    const uint8_t *wanted; /* not NULL: only types with a 1 here, by number without typedefs */
    const uint8_t *whole;  /* not NULL: types with a 1 here are visited as if they were leaves */
    int depth;
    struct type_frame frame[TYPE_WALK_DEPTH];
    struct type_frame leaf; /* the last one visited */
};

void type_walk_start(struct type_walk *w, const struct type_source *s, const struct type_node *n,
                     bool padding);

/* From now on only leaves that touch [from, to): others are stepped over without being visited. */
void type_walk_clip(struct type_walk *w, uint64_t from, uint64_t to);

/* The next leaf (or padding), in w->leaf.node; false: there is none. Leaves partly beyond the end
 * of the segment are visited; what starts beyond it is not. */
bool type_walk_next(struct type_walk *w);

/* The path of w->leaf below the node where the walk started: `slots[3].name`. Like snprintf. */
size_t type_walk_path(const struct type_walk *w, const char *prefix, char *out, size_t cap);

#endif
