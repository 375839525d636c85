/* Debug information inside of the box: the only files that know libdw. */
#ifndef SHMLENS_TYPES_DWARF_H
#define SHMLENS_TYPES_DWARF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/type/type_private.h"
#include "types/dwarf_library.h"
#include "types/message.h"

/* ---- dwarf_file.c: an ELF file, and those that have its debug information ---- */

struct dw_part {
    int fd;
    Elf *elf;
    Dwarf *dwarf;
    uint64_t size; /* bytes of memory that it may take: the file, and what is unpacked of it */
};

/* A unit of a split file, with where its addresses begin among those of the program. */
struct dw_split {
    struct dw_part part;
    bool shared; /* an earlier one has the same file, and closes it */
    uint64_t id, addresses;
};

/* A unit of a split file joined with its program's sections; image NULL: none. */
struct dw_joined {
    uint64_t id, low; /* of the unit; its lowest address, from which places count */
    uint8_t *image;
    Elf *elf;
    Dwarf *dwarf; /* NULL: it cannot be read */
};

struct dw_file {
    struct dw_part self, debug, alt; /* fd -1: not there */
    struct type_array splits;        /* struct dw_split */
    struct dw_joined joined;         /* the last one that was asked about */
    const char *refused;             /* a sentence; NULL: it can be read */
    struct type_abi abi;
};

void dw_file_open(struct dw_file *f, int fd);      /* takes fd */
void dw_file_add_debug(struct dw_file *f, int fd); /* closes it when it is another's */
void dw_file_add_alt(struct dw_file *f, int fd);
void dw_file_id(int fd, struct message *m); /* only its build-id; closes it */
void dw_file_close(struct dw_file *f);
void dw_file_describe(struct dw_file *f, struct message *m);
MUST_USE const char *dw_part_open(struct dw_part *p, int fd, struct type_abi *abi);
void dw_part_close(struct dw_part *p);
void dw_part_unopen(struct dw_part *p);        /* it stays mapped, and its descriptor is closed */
Dwarf *dw_file_dwarf(const struct dw_file *f); /* NULL: none */

/* ---- dwarf_split.c: the split files of a program ---- */

void dw_split_list(struct dw_file *f, struct message *m);
/* Takes fd: it becomes a part of f when it has the unit of this id. Else what is wrong; *full: it
 * would take more memory than all together may. */
const char *dw_split_add(struct dw_file *f, int fd, uint64_t id, uint64_t addresses, bool *full);
void dw_split_close(struct dw_file *f);
bool dw_split_needed(Dwarf *dwarf); /* are there any? */
uint64_t dw_split_id(Dwarf_CU *cu); /* of a unit, which its split file has too */

/* The address that a unit of a split file has under this number, as linked. */
MUST_USE bool dw_split_address(const struct dw_file *f, const struct dw_split *split,
                               uint64_t index, uint64_t *address);

/* ---- dwarf_join.c: places in the code of a split unit ---- */

/* The unit of a split file whose skeleton this is. All its addresses count from *low. False: its
 * split file is not there. */
MUST_USE bool dw_join(struct dw_file *f, Dwarf_CU *cu, Dwarf_Die *skeleton, Dwarf_Die *unit,
                      uint64_t *low);
void dw_join_close(struct dw_file *f);

/* ---- dwarf_name.c ---- */

/* The name as it is compared and shown: no blanks but one after a comma and between words, no
 * suffix of an integer. Cut at cap. */
void dw_name_plain(const char *name, char *out, size_t cap);

/* ---- dwarf_walk.c: every named type and variable ---- */

struct dw_visit {
    bool nested;    /* those inside of structs too */
    bool variables; /* and not types; those inside of functions too */
    /* `scope`: `acme::ipc::` or empty; false: enough. */
    bool (*visit)(void *ctx, Dwarf_Die *die, int tag, const char *name, const char *scope);
    void *ctx;
};
bool dw_walk(Dwarf *dwarf, const struct dw_visit *v); /* false: it was enough */
/* Only the unit that this is, and with the first unit of a file its types in units of their own. */
bool dw_walk_split(const struct dw_split *split, const struct dw_visit *v);
bool dw_walk_file(const struct dw_file *f, const struct dw_visit *v); /* and its split files */
void dw_walk_unit(Dwarf_Die *unit, const struct dw_visit *v);
bool dw_is_declaration(Dwarf_Die *die);

/* ---- dwarf_type.c, dwarf_record.c: DIEs become types ---- */

struct dw_map {
    struct {
        const void *key;
        uintptr_t value;
    } * rows;
    size_t room, used;
};
bool dw_map_put(struct dw_map *m, const void *key, uintptr_t value);
uintptr_t dw_map_get(const struct dw_map *m, const void *key); /* 0: none */

/* A struct of which only the name is known yet. */
struct dw_pending {
    Dwarf_Die die;
    type_id id;
    bool done;
};

struct dw_reader {
    struct types *t;
    struct dw_map ids;       /* DIE -> type */
    struct dw_map wrapped;   /* id -> alias of what a struct of one member has */
    struct dw_map pending;   /* id -> index in queue + 1 */
    struct dw_map scopes;    /* DIE -> name of its namespace, of one unit */
    struct type_array queue; /* struct dw_pending */
    struct type_array texts; /* char *: of scopes */
    const void *unit;        /* of which the scopes are known */
    bool c;                  /* it is written in C */
    int depth;
    type_id vtable;
    bool failed; /* out of memory, or too many types */
};

enum { DW_DEPTH_MAX = 200, DW_REACHED_MAX = 4096, DW_QUEUE_MAX = 1 << 18 };

MUST_USE bool dw_reader_open(struct dw_reader *r, const struct type_abi *abi);
void dw_reader_close(struct dw_reader *r);

/* The type; contents false: its name is enough for now. 0: void, or what cannot be shown. */
type_id dw_type(struct dw_reader *r, Dwarf_Die *die, bool contents);
type_id dw_type_of(struct dw_reader *r, Dwarf_Die *die, bool contents); /* its DW_AT_type */

/* Completes what pointers lead to, up to DW_REACHED_MAX structs. */
void dw_reach(struct dw_reader *r);

bool dw_type_die(Dwarf_Die *die, Dwarf_Die *out); /* its DW_AT_type; false: void */
void dw_strip(Dwarf_Die *die);                    /* without const, volatile, ... */
bool dw_number(Dwarf_Die *die, unsigned attribute, uint64_t *v);
type_name dw_qualified(struct dw_reader *r, Dwarf_Die *die); /* its whole name; 0: none */
type_id dw_fresh(struct dw_reader *r, const struct type *type);
void dw_record(struct dw_reader *r, Dwarf_Die *die, type_id id);
type_id dw_unwrap(struct dw_reader *r, type_id id); /* a wrapper: an alias of what is in it */

/* ---- dwarf_find.c ---- */

void dw_find(struct dw_file *f, const char *name, struct message *m);
void dw_near(struct dw_file *f, const char *name, struct message *m);
void dw_names(struct dw_file *f, const char *prefix, size_t most, struct message *m);
void dw_variables(struct dw_file *f, struct message *m);
/* dwarf_symbol.c: a function by the symbols of the file, as long as that is open; NULL: none. */
const char *dw_symbol(const struct dw_file *f, uint64_t pc);
/* dwarf_frame.c; the file may be without debug information. */
void dw_frame(struct dw_file *f, struct message_in *in, struct message *m);
void dw_records(struct dw_file *f, uint64_t least, uint64_t most, struct message *m);

#endif
