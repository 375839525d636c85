/* Split debug information: the program has a skeleton of each unit, with the name of the file
 * (.dwo) that has the rest, an id that both have, and the addresses of variables, which such a file
 * knows by number only. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "types/dwarf.h"

static const char *const other_build =
    "it is of another build than the program that runs: its types are not used";

enum { SPLITS_MIB = 1024 }; /* of memory that all of a program may take */

uint64_t dw_split_id(Dwarf_CU *cu)
{
    uint64_t id = 0;
    return dwarf_cu_info(cu, NULL, NULL, NULL, NULL, &id, NULL, NULL) == 0 ? id : 0;
}

/* The name of the split file of a unit; NULL: it is not split. */
static const char *split_name(Dwarf_Die *unit)
{
    Dwarf_Attribute a;
    if (dwarf_attr(unit, DW_AT_dwo_name, &a) == NULL &&
        dwarf_attr(unit, DW_AT_GNU_dwo_name, &a) == NULL)
        return NULL;
    return dwarf_formstring(&a);
}

bool dw_split_needed(Dwarf *dwarf)
{
    Dwarf_CU *cu = NULL, *next = NULL;
    Dwarf_Die die, sub;
    uint8_t type;
    Dwarf_Half version;
    for (int i = 0; i < 64 && dwarf_get_units(dwarf, cu, &next, &version, &type, &die, &sub) == 0;
         i++, cu = next)
        if (type == DW_UT_skeleton && split_name(&die) != NULL)
            return true;
    return false;
}

/* Where the addresses of a unit begin in .debug_addr: after its header since DWARF 5. */
static uint64_t addresses_of(Dwarf_Die *unit, Dwarf_Half version)
{
    Dwarf_Attribute a;
    Dwarf_Word at;
    unsigned name = version >= 5 ? DW_AT_addr_base : DW_AT_GNU_addr_base;
    if (dwarf_attr(unit, name, &a) != NULL && dwarf_formudata(&a, &at) == 0)
        return at;
    return version >= 5 ? 8 : 0;
}

void dw_split_list(struct dw_file *f, struct message *m)
{
    Dwarf *dwarf = dw_file_dwarf(f);
    Dwarf_CU *cu = NULL, *next = NULL;
    Dwarf_Die die, sub;
    uint8_t type;
    Dwarf_Half version;
    uint32_t count = 0;
    size_t head = m->n;
    bool more = false;
    message_number(m, 0, 4);
    message_number(m, 0, 1);
    for (; dwarf != NULL && !more &&
           dwarf_get_units(dwarf, cu, &next, &version, &type, &die, &sub) == 0;
         cu = next) {
        Dwarf_Attribute a;
        const char *name = type == DW_UT_skeleton ? split_name(&die) : NULL;
        const char *folder = dwarf_formstring(dwarf_attr(&die, DW_AT_comp_dir, &a));
        more = name != NULL && count == BOX_PARTS_MAX;
        if (name == NULL || more)
            continue;
        message_text(m, folder != NULL ? folder : "");
        message_text(m, name);
        message_number(m, dw_split_id(next), 8);
        message_number(m, addresses_of(&die, version), 8);
        count++;
    }
    message_set(m, head, count, 4);
    message_set(m, head + 4, more, 1);
}

static bool has_unit(const struct dw_part *p, uint64_t id)
{
    Dwarf_CU *cu = NULL, *next = NULL;
    Dwarf_Half version;
    uint8_t type;
    for (;
         p->dwarf != NULL && dwarf_get_units(p->dwarf, cu, &next, &version, &type, NULL, NULL) == 0;
         cu = next)
        if (type == DW_UT_split_compile && dw_split_id(next) == id)
            return true;
    return false;
}

/* The file that was added last, when it has this unit too: with LTO all units are in one. */
static bool share(struct dw_file *f, struct dw_split *split)
{
    const struct dw_split *last = f->splits.at;
    if (f->splits.count == 0 || !has_unit(&last[f->splits.count - 1].part, split->id))
        return false;
    split->part = last[f->splits.count - 1].part;
    split->part.fd = -1;
    split->shared = true;
    return true;
}

static bool is_full(const struct dw_file *f, const struct dw_part *one)
{
    const struct dw_split *split = f->splits.at;
    uint64_t sum = one->size;
    for (uint32_t i = 0; i < f->splits.count; i++)
        sum += split[i].shared ? 0 : split[i].part.size;
    return f->splits.count > 0 && sum > (uint64_t)SPLITS_MIB << 20;
}

const char *dw_split_add(struct dw_file *f, int fd, uint64_t id, uint64_t addresses, bool *full)
{
    struct dw_split split = {.id = id, .addresses = addresses};
    struct type_abi abi = f->abi;
    const char *wrong = NULL;
    *full = false;
    struct dw_part own = {.fd = fd};
    if (share(f, &split)) {
        dw_part_close(&own);
    } else {
        wrong = dw_part_open(&split.part, fd, &abi);
        if (wrong == NULL && !has_unit(&split.part, id))
            wrong = other_build;
        *full = wrong == NULL && is_full(f, &split.part);
        if (*full)
            wrong = "all split files together are larger than 1 GiB";
    }
    if (wrong == NULL && abi.pointer.size != f->abi.pointer.size)
        wrong = other_build;
    if (wrong == NULL && !type_array_room(&f->splits, sizeof split, 1, BOX_PARTS_MAX))
        wrong = "there is no memory for its types";
    if (wrong == NULL) {
        if (!split.shared)
            dw_part_unopen(&split.part);
        ((struct dw_split *)f->splits.at)[f->splits.count++] = split;
    } else if (!split.shared) {
        dw_part_close(&split.part);
    }
    return wrong;
}

void dw_split_close(struct dw_file *f)
{
    dw_join_close(f);
    struct dw_split *split = f->splits.at;
    for (uint32_t i = 0; i < f->splits.count; i++)
        if (!split[i].shared)
            dw_part_close(&split[i].part);
    free(split);
    f->splits = (struct type_array){0};
}

bool dw_split_address(const struct dw_file *f, const struct dw_split *split, uint64_t index,
                      uint64_t *address)
{
    Elf *elf = dwarf_getelf(dw_file_dwarf(f));
    size_t names, size = f->abi.pointer.size;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
        GElf_Shdr header;
        const char *name =
            gelf_getshdr(scn, &header) == NULL ? NULL : elf_strptr(elf, names, header.sh_name);
        const Elf_Data *data;
        if (name == NULL || strcmp(name, ".debug_addr") != 0 ||
            (data = elf_getdata(scn, NULL)) == NULL || data->d_buf == NULL)
            continue;
        if (split->addresses > data->d_size || index >= (data->d_size - split->addresses) / size)
            return false;
        *address =
            bytes_get((const uint8_t *)data->d_buf + split->addresses + index * size, size, false);
        return true;
    }
    return false;
}
