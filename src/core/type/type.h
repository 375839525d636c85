/* The types of what lies in a segment: scalars, pointers, arrays, structs, unions and enums with
 * the offsets that a compiler gave them. Pure.
 *
 * A set (`struct types`) is three flat arrays: types, members and enumerators. They refer to one
 * another by index, and to names by their place in one pool of strings in which every name exists
 * once, so that equal names are equal numbers. A typedef is a type of its own (TYPE_ALIAS) that
 * leads to another; qualifiers are dropped. Layouts are computed when a struct is closed and never
 * change: whoever fills a set (the parser of C declarations in parse.h, a reader of debug
 * information) adds types bottom up, so that the depth and the size of a type are known and bounded
 * the moment it exists. What a field means beyond its C type (a count for a table, a relative link,
 * a time) is a hint, one struct per member that has one. */
#ifndef SHMLENS_CORE_TYPE_TYPE_H
#define SHMLENS_CORE_TYPE_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "core/text.h"
#include "core/type/abi.h"

typedef uint32_t type_id;   /* 0: void; also `none` */
typedef uint32_t type_name; /* a place in the pool of strings; 0: no name */

enum type_kind {
    TYPE_VOID,
    TYPE_UNSIGNED,
    TYPE_SIGNED,
    TYPE_FLOAT,
    TYPE_BOOL,
    TYPE_CHAR, /* a code unit of text: char, wchar_t, char16_t, char32_t */
    TYPE_ENUM,
    TYPE_POINTER,
    TYPE_ARRAY,
    TYPE_STRUCT,
    TYPE_UNION,
    TYPE_FUNCTION,
    TYPE_ALIAS,
    TYPE_OPAQUE, /* bytes without a reading: long double, __int128 */
};

enum type_flags {
    TYPE_UNBOUNDED = 1,  /* array without a length: as many elements as there is room for */
    TYPE_INCOMPLETE = 2, /* declared, not defined: the size is not known */
    TYPE_TAGGED = 4,     /* the name is a tag: `struct NAME` */
    TYPE_NEGATIVE = 8,   /* char, enum: its values are signed */
    TYPE_VTABLE = 16,    /* pointer: a table of functions, of use in one process only */
};

struct type {
    type_name name;
    uint8_t kind;          /* enum type_kind */
    uint8_t flags;         /* enum type_flags */
    uint8_t depth;         /* of arrays, structs and unions below it */
    uint32_t align;        /* bytes, a power of two; of an alias 0: as its target */
    uint64_t size;         /* bytes; 0: not known, or nothing, or an alias */
    type_id target;        /* of pointer, array, alias */
    uint32_t first, count; /* members, or enumerators */
    uint64_t length;       /* array: elements */
};

#define TYPE_NO_MEMBER UINT32_MAX

struct type_member {
    type_name name; /* 0: anonymous struct or union, whose members count as the outer one's */
    type_id type;
    uint64_t offset; /* bytes; of a bitfield: of the byte that holds its lowest bit */
    uint16_t bits;   /* of a bitfield; 0: not a bitfield */
    uint8_t bit;     /* of a bitfield: lowest bit, 0 to 7, in that byte */
    uint32_t hint;   /* index; 0: none */
};

struct type_enumerator {
    type_name name;
    int64_t value;
};

/* How a value is to be read, beyond its type. */
enum type_form {
    FORM_PLAIN,
    FORM_HEX,
    FORM_TIME, /* seconds, milliseconds, nanoseconds since 1970 */
    FORM_TIME_MS,
    FORM_TIME_NS,
    FORM_PID,
    FORM_TEXT,
    FORM_FLAGS,
};

/* What the number in a link counts from. */
enum type_link {
    LINK_NONE,
    LINK_BASE,  /* the start of the placed type */
    LINK_SELF,  /* the link itself */
    LINK_FIELD, /* another field of the same struct */
    LINK_ARRAY, /* it is the index of an element of an array */
};

struct type_hint {
    uint8_t form; /* enum type_form */
    uint8_t link; /* enum type_link */
    uint8_t text; /* enum text_encoding, with FORM_TEXT */
    bool big;     /* most significant byte first */
    bool counted; /* the number of elements is in `count`, or `number` when that is 0 */
    uint64_t number;
    type_name count, at, stride; /* siblings: tables that describe themselves */
    type_id link_owner;          /* LINK_ARRAY: the struct with the array; 0: the same one */
    type_name link_field;        /* LINK_FIELD, LINK_ARRAY */
    type_id link_type;           /* what it leads to; 0: what the field's own type says */
    type_id flags;               /* FORM_FLAGS: the enum with the names of the bits */
    type_name head, tail;        /* siblings: the ends of a ring */
    type_name lock, lock2;       /* siblings: sequence counters */
    type_name discr;             /* sibling: says which arm of a union counts */
    uint32_t other;              /* with discr: the arm of a value without a name, plus 1 */
    bool one_is_null;            /* LINK_SELF: 1 leads nowhere, as 0 does */
};

/* Where a layout file says that a type lies: `at GLOB OFFSET: TYPE [N] size BYTES when CONDITION`.
 */
struct type_place {
    type_name glob;  /* of locators */
    bool from_end;   /* `end-40` */
    bool sized;      /* the segment has this size: */
    uint64_t size;   /* bytes */
    uint64_t offset; /* from the start, or back from the end */
    type_id type;    /* with [N] an array */
    type_name when;  /* the condition as it was written; 0: none */
};

struct types;

enum {
    TYPES_MAX = 1 << 18,
    TYPE_MEMBERS_MAX = 1 << 16, /* of one struct, and enumerators of one enum */
    TYPE_DEPTH_MAX = 32,
    TYPE_NAME_MAX = 4096,
    TYPE_WHY_MAX = 320,
};
#define TYPE_SIZE_MAX (UINT64_C(1) << 58)

/* An empty set with the names that every program has (stdint, size_t, ...; pthread_mutex_t and
 * sem_t as glibc lays them out). NULL: out of memory. `fixed`: an `abi` line in a file changes
 * nothing. The set keeps a copy of the ABI. */
MUST_USE struct types *types_new(const struct type_abi *abi, bool fixed);
void types_free(struct types *t); /* NULL is all right */

const struct type_abi *types_abi(const struct types *t);
const struct type *types_get(const struct types *t, type_id id);
const struct type_member *types_member(const struct types *t, uint32_t index);
const struct type_enumerator *types_enumerator(const struct types *t, uint32_t index);
const struct type_hint *types_hint(const struct types *t,
                                   uint32_t index);            /* 0: one that is empty */
const char *types_name(const struct types *t, type_name name); /* 0: "" */
uint32_t types_count(const struct types *t);
const struct type_place *types_place(const struct types *t, uint32_t index); /* NULL: no more */

/* Is a type of which wanted[] is not 0 directly in this one: its element, a member, what it is
 * another name for? wanted has an element for each type. */
bool types_holds(const struct types *t, type_id id, const uint8_t *wanted);

/* Without all typedefs: the id, the size in bytes, the alignment. */
type_id types_real(const struct types *t, type_id id);
uint64_t types_size(const struct types *t, type_id id);
uint32_t types_align(const struct types *t, type_id id);

/* The value of an enumerator of any enum; false: nothing has this name. */
bool types_constant(const struct types *t, type_name name, int64_t *value);

/* By the name that a program uses: `ring_header`, `struct ring_header`, `uint32_t`, `unsigned int`.
 * 0: none. */
type_id types_find(const struct types *t, const char *name);

/* Up to `max` names of structs, unions, enums and typedefs of the files read (none that every
 * program has) that resemble `name`, nearest first. */
enum { TYPE_NEAR = 5 };
size_t types_near(const struct types *t, const char *name, const char *near[TYPE_NEAR]);

/* How far apart two names are: 0 equal; a part of the other is 3; 99: they do not resemble. */
int types_resemblance(const char *name, const char *candidate);

/* The field of a struct, or the enumerator of an enum, whose name is nearest; NULL: none is near.
 */
const char *types_near_name(const struct types *t, type_id id, const char *name);

/* The name of a type as C would write it: `struct node *`, `char[8]`, `double[2][3]`. Like
 * snprintf.
 */
size_t types_spell(const struct types *t, type_id id, char *out, size_t cap);

/* The member of a struct or union (without typedefs) by name, looking into anonymous ones; *offset
 * becomes the sum of the offsets on the way. TYPE_NO_MEMBER: none. */
uint32_t types_member_find(const struct types *t, type_id id, const char *name, uint64_t *offset);

/* Was it declared by a file that was read, not by the set itself? In the order of declaration. */
bool types_declared(const struct types *t, type_id id);

/* ---- filling a set: all return false, or 0, when a limit or memory is hit ---- */

type_name types_intern(struct types *t, const char *s, size_t n); /* 0 also for no characters */
type_name types_known(const struct types *t, const char *s);      /* 0: nothing has this name */
MUST_USE type_id types_add(struct types *t, const struct type *type);
MUST_USE type_id types_pointer(struct types *t, type_id target);

/* An array; `why` says what is wrong with its size. */
MUST_USE type_id types_array(struct types *t, type_id target, uint64_t length, bool unbounded,
                             const char **why);

/* Members of a struct or union in one piece, and what it becomes by them. */
MUST_USE bool types_members(struct types *t, type_id id, const struct type_member *m, uint32_t n);
MUST_USE bool types_enumerators(struct types *t, type_id id, const struct type_enumerator *e,
                                uint32_t n);
struct type *types_edit(struct types *t, type_id id);
struct type_hint *types_hint_edit(struct types *t, uint32_t member); /* made when there is none */
MUST_USE bool types_add_place(struct types *t, const struct type_place *place);

/* Names of three spaces: tags (struct, union, enum), typedefs, and enumerators. */
enum type_space { SPACE_TAG, SPACE_TYPEDEF, SPACE_CONSTANT };
MUST_USE bool types_define(struct types *t, enum type_space space, type_name name, type_id id);
type_id types_lookup(const struct types *t, enum type_space space, type_name name);
MUST_USE bool types_define_constant(struct types *t, type_name name, int64_t value);

#endif
