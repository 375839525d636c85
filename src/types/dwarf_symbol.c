/* Functions by the symbols of a program, for places that its debug information does not cover: all
 * of them where it was not stripped, else those that it exports. */
#include <gelf.h>

#include "types/dwarf.h"

/* The name of the function around this place, in one table; NULL: none. */
static const char *symbol_in(Elf *elf, Elf_Scn *scn, const GElf_Shdr *header, uint64_t pc)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count =
        data == NULL || header->sh_entsize == 0 ? 0 : data->d_size / (size_t)header->sh_entsize;
    GElf_Sym s;
    for (size_t i = 0; i < count && i < INT32_MAX && gelf_getsym(data, (int)i, &s) != NULL; i++) {
        int kind = GELF_ST_TYPE(s.st_info);
        if ((kind == STT_FUNC || kind == STT_GNU_IFUNC) && s.st_shndx != SHN_UNDEF &&
            pc >= s.st_value && pc - s.st_value < s.st_size)
            return elf_strptr(elf, header->sh_link, s.st_name);
    }
    return NULL;
}

static const char *symbol_of(Elf *elf, uint64_t pc, uint32_t table)
{
    const char *name = NULL;
    for (Elf_Scn *scn = NULL; name == NULL && (scn = elf_nextscn(elf, scn)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(scn, &header) != NULL && header.sh_type == table)
            name = symbol_in(elf, scn, &header, pc);
    }
    return name;
}

const char *dw_symbol(const struct dw_file *f, uint64_t pc)
{
    const char *name = NULL;
    if (f->self.elf != NULL)
        name = symbol_of(f->self.elf, pc, SHT_SYMTAB);
    if (name == NULL && f->debug.elf != NULL)
        name = symbol_of(f->debug.elf, pc, SHT_SYMTAB);
    if (name == NULL && f->self.elf != NULL)
        name = symbol_of(f->self.elf, pc, SHT_DYNSYM);
    return name;
}
