/* Which typed pointers of a process lead into the segment that it maps. Pure.
 *
 * A program that shares memory keeps pointers to it, and the debug information has their types: a
 * global `struct ring_header *g_ring` whose value lies in the mapping says what is in the segment.
 * The search starts at variables and follows pointers through private memory, so that what only an
 * object on the heap points to is found as well. It goes breadth first, so that the shortest way to
 * a place is found first; each object is looked at once, and its arrays up to a few elements. The
 * memory is the process's own, read through a callback. */
#ifndef SHMLENS_CORE_TYPE_TRACE_H
#define SHMLENS_CORE_TYPE_TRACE_H

#include "core/type/tree.h"

enum {
    TRACE_LEVELS = 3,      /* pointers followed from a variable */
    TRACE_ELEMENTS = 64,   /* of an array that are looked at */
    TRACE_OBJECTS = 65536, /* objects that are looked at */
    TRACE_READS = 1 << 20, /* pointers that are read */
    TRACE_ASK = 512,
    TRACE_VIA_MAX = 256,
};

struct type_variable {
    const char *name;
    uint64_t address;
    type_id type;
};

/* A pointer that leads into the segment. */
struct type_lead {
    uint64_t offset; /* in the segment */
    type_id type;    /* of what is there, with typedefs; 0: not known */
    unsigned level;  /* pointers that were followed on the way */
    const char *via; /* `g_ring`, `heap_app->shm.tail`; valid until `found` returns */
};

struct type_trace {
    const struct types *t;
    /* Private memory of the process; false: not known, or nothing that it stored itself. */
    bool (*read)(void *ctx, uint64_t address, void *p, size_t n);
    bool (*found)(void *ctx, const struct type_lead *lead); /* false: enough */
    bool (*stop)(void *ctx); /* asked every TRACE_ASK pointers: true, enough. NULL: never */
    void *ctx;
    const struct type_window *window; /* where this process maps the segment */
    size_t windows;
    uint64_t size; /* of the segment */
    bool cut;      /* out: a limit was reached or it was stopped, and there may be more */
};

/* False: out of memory. */
MUST_USE bool type_trace(struct type_trace *trace, const struct type_variable *variable, size_t n);

#endif
