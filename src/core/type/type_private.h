/* What a set of types consists of. Only for the files of this folder that fill one. */
#ifndef SHMLENS_CORE_TYPE_TYPE_PRIVATE_H
#define SHMLENS_CORE_TYPE_TYPE_PRIVATE_H

#include "core/type/type.h"

/* A growing array of anything. */
struct type_array {
    void *at;
    uint32_t count, room;
};

/* Makes room for n more elements of `size` bytes; false: out of memory, or more than `max`. */
MUST_USE bool type_array_room(struct type_array *a, size_t size, uint32_t n, uint32_t max);

struct types {
    struct type_abi abi;
    bool fixed;
    uint32_t own; /* types from here on are not those that every program has */
    struct type_array type, member, enumerator, hint, place; /* of the structs of type.h */
    struct type_array constant; /* int64_t: values of enumerators by name */
    struct type_array strings;  /* all names, each with its NUL; the first one is "" */
    struct type_array names;    /* uint32_t: open-addressed table into strings; a power of two */
    struct type_array defined;  /* struct type_definition: an open-addressed table */
    uint32_t names_used, defined_used;
};

/* Empties the set and fills it with what every program has. */
MUST_USE bool types_reset(struct types *t, const struct type_abi *abi);

/* The scalar's type. */
type_id types_scalar(enum abi_scalar s);

#endif
