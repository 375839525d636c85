#include "core/type/abi.h"

#include <string.h>

/* What all of them agree about: the rest of a row is written below it. */
#define COMMON                                                                                     \
    [ABI_CHAR] = {1, 1}, [ABI_SCHAR] = {1, 1}, [ABI_UCHAR] = {1, 1}, [ABI_SHORT] = {2, 2},         \
    [ABI_USHORT] = {2, 2}, [ABI_INT] = {4, 4}, [ABI_UINT] = {4, 4}, [ABI_FLOAT] = {4, 4},          \
    [ABI_BOOL] = {1, 1}, [ABI_INT128] = {16, 16}, [ABI_UINT128] = {16, 16}, [ABI_CHAR16] = {2, 2}, \
    [ABI_CHAR32] = {4, 4}

static const struct type_abi table[] = {
    {.name = "x86_64",
     .pointer = {8, 8},
     .scalar = {COMMON, [ABI_LONG] = {8, 8}, [ABI_ULONG] = {8, 8}, [ABI_LLONG] = {8, 8},
                [ABI_ULLONG] = {8, 8}, [ABI_DOUBLE] = {8, 8}, [ABI_LDOUBLE] = {16, 16},
                [ABI_WCHAR] = {4, 4}},
     .macros = "__LP64__ _LP64 __x86_64__ __linux__ __unix__ __GNUC__"},
    {.name = "i386",
     .pointer = {4, 4},
     .scalar = {COMMON, [ABI_LONG] = {4, 4}, [ABI_ULONG] = {4, 4}, [ABI_LLONG] = {8, 4},
                [ABI_ULLONG] = {8, 4}, [ABI_DOUBLE] = {8, 4}, [ABI_LDOUBLE] = {12, 4},
                [ABI_WCHAR] = {4, 4}},
     .macros = "__ILP32__ _ILP32 __i386__ __linux__ __unix__ __GNUC__"},
    {.name = "win64",
     .pointer = {8, 8},
     .scalar = {COMMON, [ABI_LONG] = {4, 4}, [ABI_ULONG] = {4, 4}, [ABI_LLONG] = {8, 8},
                [ABI_ULLONG] = {8, 8}, [ABI_DOUBLE] = {8, 8}, [ABI_LDOUBLE] = {8, 8},
                [ABI_WCHAR] = {2, 2}},
     .microsoft = true,
     .macros = "_WIN32 _WIN64 _M_X64"},
};

static const struct {
    const char *alias, *name;
} aliases[] = {{"lp64", "x86_64"}, {"ilp32", "i386"}, {"llp64", "win64"}};

static bool is_word(const char *word, const char *s, size_t n)
{
    return strlen(word) == n && memcmp(word, s, n) == 0;
}

/* `packed`, `packed4`: x86_64 with every member aligned to at most that. */
static bool find_packed(const char *name, size_t n, struct type_abi *out)
{
    static const struct {
        const char *name;
        uint32_t pack;
    } rows[] = {{"packed", 1},  {"packed1", 1}, {"packed2", 2},
                {"packed4", 4}, {"packed8", 8}, {"packed16", 16}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (is_word(rows[i].name, name, n)) {
            *out = table[0];
            out->name = rows[i].name;
            out->pack = rows[i].pack;
            return true;
        }
    return false;
}

bool type_abi_find(const char *name, size_t n, struct type_abi *out)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (is_word(aliases[i].alias, name, n))
            return type_abi_find(aliases[i].name, strlen(aliases[i].name), out);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (is_word(table[i].name, name, n)) {
            *out = table[i];
            return true;
        }
    return find_packed(name, n, out);
}

const struct type_abi *type_abi_machine(void)
{
    return &table[sizeof(void *) == 4 ? 1 : sizeof(long) == 4 ? 2 : 0];
}

/* ---- laying out ---- */

#define BITS_MAX (UINT64_C(1) << 62)

static uint64_t round_up(uint64_t v, uint64_t to)
{
    return to == 0 ? v : (v + to - 1) / to * to;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The limit of #pragma pack or of the ABI; 0: none. */
static uint32_t limit(const struct abi_struct *s)
{
    if (s->pack != 0 && s->abi->pack != 0)
        return smaller(s->pack, s->abi->pack);
    return s->pack != 0 ? s->pack : s->abi->pack;
}

/* The alignment that a member gets: its type's, lowered by `packed` and by the limit, raised by an
 * attribute of its own. */
static uint32_t member_align(const struct abi_struct *s, const struct abi_member *m)
{
    uint32_t align = s->packed || m->packed ? 1 : m->align;
    align = larger(align, m->asked);
    return limit(s) != 0 ? smaller(align, limit(s)) : align;
}

/* A bitfield of no bits is above `packed` and #pragma pack. */
static uint32_t zero_align(const struct abi_struct *s, const struct abi_member *m)
{
    return s->abi->pack != 0 ? smaller(m->align, s->abi->pack) : m->align;
}

/* A bitfield as System V ABIs and gcc place it: right after the last bit, unless it would then
 * touch more units of its type than its type has. Packed ones, and all under a limit, never move.
 */
static void place_bits(struct abi_struct *s, const struct abi_member *m)
{
    uint64_t unit = (uint64_t)m->align * 8;
    bool packed = s->packed || m->packed;
    if (m->width == 0) {
        s->bits = round_up(s->bits, (uint64_t)zero_align(s, m) * 8);
        return;
    }
    if (m->asked != 0)
        s->bits = round_up(s->bits, (uint64_t)member_align(s, m) * 8);
    if (!packed && limit(s) == 0 &&
        (s->bits % unit + (uint64_t)m->width + unit - 1) / unit > m->size * 8 / unit)
        s->bits = round_up(s->bits, unit);
    if (m->named) {
        uint32_t align = packed ? 1 : m->align;
        align = larger(limit(s) != 0 ? smaller(m->align, limit(s)) : align,
                       m->asked != 0 ? member_align(s, m) : 1);
        s->align = larger(s->align, align);
    }
}

/* A bitfield as Microsoft's compilers place it: in the open unit when that has its type's size and
 * room, else in a new unit. */
static void place_unit(struct abi_struct *s, const struct abi_member *m)
{
    uint64_t align = member_align(s, m);
    if (m->width == 0) {
        if (s->unit_end != 0) {
            s->bits = round_up(s->unit_end, (uint64_t)zero_align(s, m) * 8);
            s->align = larger(s->align, limit(s) != 0 ? smaller(m->align, limit(s)) : m->align);
        }
        s->unit_end = 0;
        return;
    }
    s->align = larger(s->align, (uint32_t)align);
    if (s->unit_end != 0 && s->unit_size == m->size && s->bits + (uint64_t)m->width <= s->unit_end)
        return;
    s->bits = round_up(s->unit_end != 0 ? s->unit_end : s->bits, align * 8);
    s->unit_end = s->bits + m->size * 8;
    s->unit_size = (uint32_t)m->size;
}

bool abi_place(struct abi_struct *s, const struct abi_member *m, uint64_t *bit)
{
    if (m->size > BITS_MAX / 8)
        return false;
    if (s->is_union)
        s->bits = 0;
    if (m->width >= 0 && !s->abi->microsoft) {
        place_bits(s, m);
    } else if (m->width >= 0) {
        place_unit(s, m);
    } else {
        uint32_t align = member_align(s, m);
        s->bits = round_up(s->unit_end != 0 ? s->unit_end : s->bits, (uint64_t)align * 8);
        s->align = larger(s->align, align);
        s->unit_end = 0;
    }
    *bit = s->bits;
    s->bits += m->width >= 0 ? (uint64_t)m->width : m->size * 8;
    if (s->is_union && s->unit_end != 0) {
        s->bits = s->unit_end;
        s->unit_end = 0;
    }
    s->largest = s->bits > s->largest ? s->bits : s->largest;
    return s->bits <= BITS_MAX;
}

bool abi_close(struct abi_struct *s, uint32_t asked, uint64_t *size)
{
    uint64_t bits = s->is_union ? s->largest : s->unit_end != 0 ? s->unit_end : s->bits;
    s->align = larger(larger(s->align, asked), 1);
    *size = round_up((bits + 7) / 8, s->align);
    return *size <= BITS_MAX / 8;
}
