/* A unit of a split file (.dwo) joined with those parts that stayed in the program: its addresses
 * and, in DWARF 4, its ranges. A split file says everything about places in the code by their
 * numbers, and libdw joins the two only when it opens the split file itself, by its path, which a
 * box cannot. So an ELF file is put together in memory, in which libdw finds all of it: sections of
 * the split file without their `.dwo`, and pieces of the program's sections from where those of the
 * unit begin.
 *
 * Ranges count from the lowest address of the unit, which only the program has. A unit on its own
 * counts from 0, so that address is subtracted from all others here: places in a joined unit
 * are relative. */
#include <dwarf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "types/dwarf.h"

enum { SECTIONS = 24, PIECE_ALIGN = 16, ADDRESS = 8 };

struct join_piece {
    const char *name; /* without a NUL at its end */
    size_t name_n;
    const uint8_t *at;
    size_t n;
    uint64_t flags;
    uint64_t less; /* subtracted from its addresses */
};

struct pieces {
    struct join_piece piece[SECTIONS];
    size_t count;
};

static bool is_section(const char *name, const char *wanted)
{
    return strcmp(name, wanted) == 0;
}

static void add_piece(struct pieces *all, const struct join_piece *p)
{
    if (all->count < SECTIONS && p->n > 0)
        all->piece[all->count++] = *p;
}

/* What a section becomes; n 0: it is not wanted. */
typedef struct join_piece piece_of(const char *name, const Elf_Data *data, const void *ctx);

static void take_sections(Elf *elf, struct pieces *all, piece_of *of, const void *ctx)
{
    size_t names;
    if (elf == NULL || elf_getshdrstrndx(elf, &names) != 0)
        return;
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
        GElf_Shdr header;
        const char *name =
            gelf_getshdr(scn, &header) == NULL ? NULL : elf_strptr(elf, names, header.sh_name);
        const Elf_Data *data = name == NULL ? NULL : elf_getdata(scn, NULL);
        if (data == NULL || data->d_buf == NULL)
            continue;
        struct join_piece p = of(name, data, ctx);
        p.flags = header.sh_flags & SHF_COMPRESSED;
        add_piece(all, &p);
    }
}

static struct join_piece of_split(const char *name, const Elf_Data *data, const void *ctx)
{
    static const char begin[] = ".debug_", end[] = ".dwo";
    size_t n = strlen(name), k = sizeof end - 1;
    (void)ctx;
    if (strncmp(name, begin, sizeof begin - 1) != 0 || n < k || strcmp(name + n - k, end) != 0)
        return (struct join_piece){.n = 0};
    return (struct join_piece){.name = name, .name_n = n - k, .at = data->d_buf, .n = data->d_size};
}

/* Where those of the unit begin in sections of the program. */
struct begins {
    uint64_t addresses, ranges, low;
    bool ranged;
};

static struct join_piece of_program(const char *name, const Elf_Data *data, const void *ctx)
{
    const struct begins *b = ctx;
    bool addresses = is_section(name, ".debug_addr");
    uint64_t from = addresses ? b->addresses : b->ranges;
    if ((!addresses && !(b->ranged && is_section(name, ".debug_ranges"))) || from > data->d_size)
        return (struct join_piece){.n = 0};
    return (struct join_piece){.name = name,
                               .name_n = strlen(name),
                               .at = (const uint8_t *)data->d_buf + from,
                               .n = data->d_size - (size_t)from,
                               .less = b->low};
}

/* Subtracts the lowest address of the unit from each address of a section. In .debug_ranges numbers
 * that follow the largest one are addresses, and the others are relative already. */
static void make_relative(uint8_t *at, const struct join_piece *p)
{
    bool addresses = strncmp(p->name, ".debug_addr", p->name_n) == 0, base = false;
    for (size_t i = 0; p->less != 0 && i + ADDRESS <= p->n; i += ADDRESS) {
        uint64_t v = bytes_get(at + i, ADDRESS, false);
        if (addresses || base)
            bytes_put(at + i, ADDRESS, false, v - p->less);
        base = !addresses && !base && i % (2 * (size_t)ADDRESS) == 0 && v == UINT64_MAX;
    }
}

/* ---- the file in memory ---- */

static size_t aligned(size_t n)
{
    return (n + PIECE_ALIGN - 1) / PIECE_ALIGN * PIECE_ALIGN;
}

static void put_header(uint8_t *image, size_t sections_at, size_t count)
{
    Elf64_Ehdr h = {.e_type = ET_REL,
                    .e_machine = EM_X86_64,
                    .e_version = EV_CURRENT,
                    .e_shoff = sections_at,
                    .e_ehsize = sizeof h,
                    .e_shentsize = sizeof(Elf64_Shdr),
                    .e_shnum = (Elf64_Half)(count + 2),
                    .e_shstrndx = (Elf64_Half)(count + 1)};
    memcpy(h.e_ident, ELFMAG, SELFMAG);
    h.e_ident[EI_CLASS] = ELFCLASS64;
    h.e_ident[EI_DATA] = ELFDATA2LSB;
    h.e_ident[EI_VERSION] = EV_CURRENT;
    memcpy(image, &h, sizeof h);
}

/* Sections in their order, their names, their headers. The caller frees it. NULL: no memory. */
static uint8_t *image_of(const struct pieces *all, size_t *size)
{
    static const char own[] = ".shstrtab";
    size_t data = aligned(sizeof(Elf64_Ehdr)), names = 1 + sizeof own, at = data, name = 1;
    for (size_t i = 0; i < all->count; i++) {
        data += aligned(all->piece[i].n);
        names += all->piece[i].name_n + 1;
    }
    size_t headers = data + aligned(names);
    *size = headers + (all->count + 2) * sizeof(Elf64_Shdr);
    uint8_t *image = calloc(1, *size);
    if (image == NULL)
        return NULL;
    put_header(image, headers, all->count);
    for (size_t i = 0; i < all->count; i++) {
        const struct join_piece *p = &all->piece[i];
        const Elf64_Shdr h = {.sh_name = (Elf64_Word)name,
                              .sh_type = SHT_PROGBITS,
                              .sh_flags = p->flags,
                              .sh_offset = at,
                              .sh_size = p->n,
                              .sh_addralign = 1};
        memcpy(image + at, p->at, p->n);
        make_relative(image + at, p);
        memcpy(image + data + name, p->name, p->name_n);
        memcpy(image + headers + (i + 1) * sizeof h, &h, sizeof h);
        at += aligned(p->n);
        name += p->name_n + 1;
    }
    const Elf64_Shdr last = {.sh_name = (Elf64_Word)name,
                             .sh_type = SHT_STRTAB,
                             .sh_offset = data,
                             .sh_size = names,
                             .sh_addralign = 1};
    memcpy(image + data + name, own, sizeof own);
    memcpy(image + headers + (all->count + 1) * sizeof last, &last, sizeof last);
    return image;
}

/* ---- a unit ---- */

/* Where nothing was joined libdw is not called: perhaps it is not there. */
void dw_join_close(struct dw_file *f)
{
    if (f->joined.dwarf != NULL)
        dwarf_end(f->joined.dwarf);
    if (f->joined.elf != NULL)
        elf_end(f->joined.elf);
    free(f->joined.image);
    f->joined = (struct dw_joined){0};
}

static const struct dw_split *split_of(const struct dw_file *f, uint64_t id)
{
    const struct dw_split *split = f->splits.at;
    for (uint32_t i = 0; i < f->splits.count; i++)
        if (split[i].id == id)
            return &split[i];
    return NULL;
}

static void join(struct dw_file *f, const struct dw_split *split, Dwarf_Die *skeleton)
{
    struct pieces all = {.count = 0};
    struct begins b = {.addresses = split->addresses};
    struct dw_joined *j = &f->joined;
    Dwarf_Addr low = 0;
    size_t n;
    b.ranged = dw_number(skeleton, DW_AT_GNU_ranges_base, &b.ranges) ||
               dwarf_hasattr(skeleton, DW_AT_GNU_dwo_id);
    b.low = dwarf_lowpc(skeleton, &low) == 0 ? low : 0;
    take_sections(split->part.elf, &all, of_split, NULL);
    take_sections(dwarf_getelf(dw_file_dwarf(f)), &all, of_program, &b);
    dw_join_close(f);
    *j = (struct dw_joined){.id = split->id, .low = b.low, .image = image_of(&all, &n)};
    j->elf = j->image == NULL ? NULL : elf_memory((char *)j->image, n);
    j->dwarf = j->elf == NULL ? NULL : dwarf_begin_elf(j->elf, DWARF_C_READ, NULL);
}

bool dw_join(struct dw_file *f, Dwarf_CU *cu, Dwarf_Die *skeleton, Dwarf_Die *unit, uint64_t *low)
{
    Dwarf_CU *at = NULL, *next = NULL;
    Dwarf_Half version;
    uint8_t type;
    Dwarf_Die die, sub;
    uint64_t id = dw_split_id(cu);
    const struct dw_split *split = split_of(f, id);
    if (split == NULL || f->abi.pointer.size != ADDRESS)
        return false;
    if (f->joined.image == NULL || f->joined.id != id)
        join(f, split, skeleton);
    *low = f->joined.low;
    for (; f->joined.dwarf != NULL &&
           dwarf_get_units(f->joined.dwarf, at, &next, &version, &type, &die, &sub) == 0;
         at = next)
        if (type == DW_UT_split_compile && dw_split_id(next) == id) {
            *unit = die;
            return true;
        }
    return false;
}
