/* What compilers of different systems make of the same C declarations: sizes and alignments of the
 * scalars, and how bitfields are packed. Pure. */
#ifndef SHMLENS_CORE_TYPE_ABI_H
#define SHMLENS_CORE_TYPE_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

/* The arithmetic types of C, each with the one name that is shown. */
enum abi_scalar {
    ABI_CHAR,
    ABI_SCHAR,
    ABI_UCHAR,
    ABI_SHORT,
    ABI_USHORT,
    ABI_INT,
    ABI_UINT,
    ABI_LONG,
    ABI_ULONG,
    ABI_LLONG,
    ABI_ULLONG,
    ABI_FLOAT,
    ABI_DOUBLE,
    ABI_LDOUBLE,
    ABI_BOOL,
    ABI_INT128,
    ABI_UINT128,
    ABI_WCHAR,
    ABI_CHAR16,
    ABI_CHAR32,
    ABI_SCALARS
};

struct abi_size {
    uint8_t size, align; /* align: as a member of a struct */
};

struct type_abi {
    const char *name; /* `x86_64` */
    struct abi_size pointer;
    struct abi_size scalar[ABI_SCALARS];
    uint32_t pack;      /* no member is aligned to more; 0: no limit */
    bool microsoft;     /* bitfields: a unit of the declared type, shared by equal sizes only */
    const char *macros; /* names that its compilers predefine, separated by blanks */
};

/* `x86_64` (`lp64`), `i386` (`ilp32`), `win64` (`llp64`), `packed` (1), `packed4`: one of the
 * table, copied. False: no such ABI. */
MUST_USE bool type_abi_find(const char *name, size_t n, struct type_abi *out);

/* As the compilers of the machine that this program was built for lay out. */
const struct type_abi *type_abi_machine(void);

/* Lays out the members of a struct or union one after the other. */
struct abi_struct {
    const struct type_abi *abi;
    bool is_union, packed;
    uint32_t pack;      /* of `#pragma pack`; 0: none */
    uint64_t bits;      /* laid out so far */
    uint64_t largest;   /* union: bits of its largest member */
    uint32_t align;     /* of the whole, so far */
    uint64_t unit_end;  /* Microsoft: where the open unit of bitfields ends, in bits; 0: none */
    uint32_t unit_size; /* its size in bytes */
};

/* One member; `asked` is the alignment of an attribute (0: none), `width` is -1 when it is no
 * bitfield. */
struct abi_member {
    uint64_t size;
    uint32_t align, asked;
    bool packed, named;
    int width;
};

/* Places a member: its first bit from the start. False: larger than 2^59 bytes. */
MUST_USE bool abi_place(struct abi_struct *s, const struct abi_member *m, uint64_t *bit);

/* The size of the whole in bytes, and its alignment in s->align. False: too large. */
MUST_USE bool abi_close(struct abi_struct *s, uint32_t asked, uint64_t *size);

#endif
