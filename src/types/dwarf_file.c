/* An ELF file with debug information, and the files beside it. Everything is checked before libdw
 * reads it: which machine, how much there would be to unpack. */
#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "types/dwarf.h"

/* Of all compressed sections together: libdw unpacks them all at once. */
static const uint64_t unpacked_max = UINT64_C(3) << 29;

void dw_part_close(struct dw_part *p)
{
    if (p->dwarf != NULL)
        dwarf_end(p->dwarf);
    if (p->elf != NULL)
        elf_end(p->elf);
    if (p->fd >= 0)
        close(p->fd);
    *p = (struct dw_part){.fd = -1};
}

void dw_part_unopen(struct dw_part *p)
{
    if (elf_cntl(p->elf, ELF_C_FDREAD) != 0)
        return;
    close(p->fd);
    p->fd = -1;
}

/* What is said of one section. */
struct section {
    const char *name;
    uint64_t unpacked; /* when it is compressed, else 0 */
};

static struct section section_of(Elf *elf, Elf_Scn *scn, size_t names)
{
    GElf_Shdr header;
    GElf_Chdr packed;
    struct section s = {"", 0};
    if (gelf_getshdr(scn, &header) == NULL)
        return s;
    const char *name = elf_strptr(elf, names, header.sh_name);
    s.name = name == NULL ? "" : name;
    if ((header.sh_flags & SHF_COMPRESSED) != 0) {
        s.unpacked = gelf_getchdr(scn, &packed) == NULL ? UINT64_MAX : packed.ch_size;
    } else if (strncmp(s.name, ".zdebug", 7) == 0) {
        Elf_Data *data = elf_rawdata(scn, NULL);
        const uint8_t *p = data == NULL ? NULL : data->d_buf;
        for (size_t i = 4; p != NULL && data->d_size >= 12 && i < 12; i++)
            s.unpacked = s.unpacked << 8 | p[i];
    }
    return s;
}

/* What there is in a file. */
struct contents {
    bool debug;        /* debug information */
    bool split;        /* of a split file (.dwo) */
    bool package;      /* many of those in one (.dwp) */
    uint64_t unpacked; /* bytes of all compressed sections when they are unpacked */
};

static bool look(Elf *elf, struct contents *c)
{
    size_t names;
    *c = (struct contents){0};
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
        struct section s = section_of(elf, scn, names);
        GElf_Shdr header;
        bool empty = gelf_getshdr(scn, &header) == NULL || header.sh_type == SHT_NOBITS;
        c->split |= strcmp(s.name, ".debug_info.dwo") == 0;
        c->package |= strcmp(s.name, ".debug_cu_index") == 0;
        c->debug |=
            !empty && (strcmp(s.name, ".debug_info") == 0 || strcmp(s.name, ".zdebug_info") == 0 ||
                       strcmp(s.name, ".debug_info.dwo") == 0);
        c->unpacked = s.unpacked > UINT64_MAX - c->unpacked ? UINT64_MAX : c->unpacked + s.unpacked;
    }
    return true;
}

/* `linked`: object files are refused, since nothing in them has its place yet. */
static const char *open_elf(struct dw_part *p, int fd, bool linked, struct type_abi *abi)
{
    GElf_Ehdr header;
    struct contents has;
    *p = (struct dw_part){.fd = fd};
    if (dw_library_missing() != NULL)
        return dw_library_missing();
    (void)elf_version(EV_CURRENT);
    p->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (p->elf == NULL || elf_kind(p->elf) != ELF_K_ELF || gelf_getehdr(p->elf, &header) == NULL)
        return "not an ELF file";
    if (header.e_ident[EI_DATA] != ELFDATA2LSB)
        return "its numbers have the most significant byte first: programs of other machines are "
               "not read";
    const char *name = header.e_ident[EI_CLASS] == ELFCLASS32 ? "i386" : "x86_64";
    if (!look(p->elf, &has) || !type_abi_find(name, strlen(name), abi))
        return "its section headers are damaged";
    if (has.package) /* libdw reads these from 0.191 on, and takes others for one unit before */
        return "types in a package of split files (.dwp) are not read: keep the .dwo files, or "
               "build without -gsplit-dwarf";
    if (linked && header.e_type == ET_REL && !has.split)
        return "an object file (.o), which is not linked yet: link it with -shared";
    if (has.unpacked > unpacked_max)
        return "its debug information is larger than 1.5 GiB when it is unpacked: not read";
    size_t size = 0;
    (void)elf_rawfile(p->elf, &size);
    p->size = size + has.unpacked;
    if (has.debug)
        p->dwarf = dwarf_begin_elf(p->elf, DWARF_C_READ, NULL);
    return has.debug && p->dwarf == NULL ? "its debug information cannot be read" : NULL;
}

const char *dw_part_open(struct dw_part *p, int fd, struct type_abi *abi)
{
    return open_elf(p, fd, true, abi);
}

void dw_file_open(struct dw_file *f, int fd)
{
    *f = (struct dw_file){.self = {.fd = -1}, .debug = {.fd = -1}, .alt = {.fd = -1}};
    f->refused = open_elf(&f->self, fd, true, &f->abi);
}

void dw_file_close(struct dw_file *f)
{
    dw_part_close(&f->self);
    dw_part_close(&f->debug);
    dw_part_close(&f->alt);
    dw_split_close(f);
}

Dwarf *dw_file_dwarf(const struct dw_file *f)
{
    return f->self.dwarf != NULL ? f->self.dwarf : f->debug.dwarf;
}

/* ---- does one belong to the other? ---- */

static size_t build_id(Elf *elf, const uint8_t **id)
{
    const void *bits = NULL;
    ssize_t n = elf == NULL ? 0 : dwelf_elf_gnu_build_id(elf, &bits);
    *id = bits;
    return n <= 0 || n > 64 ? 0 : (size_t)n;
}

static bool crc_of(int fd, uint32_t *crc)
{
    static uint8_t piece[64 * 1024];
    uint32_t table[256], c = 0xffffffff;
    off_t at = 0;
    ssize_t n;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int k = 0; k < 8; k++)
            table[i] = (table[i] & 1) != 0 ? 0xedb88320U ^ table[i] >> 1 : table[i] >> 1;
    }
    while ((n = pread(fd, piece, sizeof piece, at)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            c = table[(c ^ piece[i]) & 0xff] ^ c >> 8;
        at += n;
    }
    *crc = ~c;
    return n == 0;
}

/* Is this the debug file of that program? By build-id where both have one, else by the checksum in
 * its debuglink. */
static bool belongs(Elf *program, const struct dw_part *debug)
{
    const uint8_t *a, *b;
    GElf_Word wanted = 0;
    uint32_t crc;
    size_t n = build_id(program, &a), k = build_id(debug->elf, &b);
    if (n != 0 && k != 0)
        return n == k && memcmp(a, b, n) == 0;
    return dwelf_elf_gnu_debuglink(program, &wanted) != NULL && crc_of(debug->fd, &crc) &&
           crc == wanted;
}

void dw_file_add_debug(struct dw_file *f, int fd)
{
    struct type_abi abi;
    struct dw_part p;
    const char *wrong = open_elf(&p, fd, false, &abi);
    if (wrong == NULL && f->debug.fd < 0 && p.dwarf != NULL && f->self.elf != NULL &&
        belongs(f->self.elf, &p))
        f->debug = p;
    else
        dw_part_close(&p);
}

/* What this file shares with others (dwz): the name and build-id of the file that has it. */
static const char *shared(const struct dw_file *f, const uint8_t **id, size_t *n)
{
    const char *name = NULL;
    const void *bits = NULL;
    Dwarf *dwarf = dw_file_dwarf(f);
    ssize_t size = dwarf == NULL ? 0 : dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &bits);
    *id = bits;
    *n = size <= 0 || size > 64 ? 0 : (size_t)size;
    return *n == 0 ? NULL : name;
}

void dw_file_add_alt(struct dw_file *f, int fd)
{
    struct type_abi abi;
    struct dw_part p;
    const uint8_t *wanted, *id;
    size_t n;
    const char *name = shared(f, &wanted, &n), *wrong = open_elf(&p, fd, false, &abi);
    if (wrong == NULL && name != NULL && f->alt.fd < 0 && p.dwarf != NULL &&
        build_id(p.elf, &id) == n && memcmp(id, wanted, n) == 0) {
        f->alt = p;
        dwarf_setalt(dw_file_dwarf(f), p.dwarf);
    } else {
        dw_part_close(&p);
    }
}

/* ---- what there is to say of it ---- */

static void put_hex(struct message *m, const uint8_t *id, size_t n)
{
    char text[2 * 64 + 1] = "";
    for (size_t i = 0; i < n && i < 64; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", id[i]);
    message_text(m, text);
}

void dw_file_id(int fd, struct message *m)
{
    const uint8_t *id = NULL;
    Elf *elf = NULL;
    if (dw_library_missing() == NULL) {
        (void)elf_version(EV_CURRENT);
        elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    }
    size_t n = elf == NULL || elf_kind(elf) != ELF_K_ELF ? 0 : build_id(elf, &id);
    put_hex(m, id, n);
    if (elf != NULL)
        elf_end(elf);
    close(fd);
}

/* The address of file offset 0, as the linker saw it. */
static uint64_t base_of(Elf *elf)
{
    size_t n = 0;
    GElf_Phdr header;
    if (elf == NULL || elf_getphdrnum(elf, &n) != 0)
        return 0;
    for (size_t i = 0; i < n && i < 4096; i++)
        if (gelf_getphdr(elf, (int)i, &header) != NULL && header.p_type == PT_LOAD)
            return header.p_vaddr - header.p_offset;
    return 0;
}

void dw_file_describe(struct dw_file *f, struct message *m)
{
    const uint8_t *id = NULL;
    size_t n = 0;
    GElf_Word crc = 0;
    Dwarf *dwarf = dw_file_dwarf(f);
    Elf *elf = f->self.elf != NULL && elf_kind(f->self.elf) == ELF_K_ELF ? f->self.elf : NULL;
    const char *link = elf == NULL || dwarf != NULL ? NULL : dwelf_elf_gnu_debuglink(elf, &crc);
    message_number(m,
                   f->refused != NULL ? BOX_REFUSED
                   : dwarf != NULL    ? BOX_READY
                                      : BOX_NO_DEBUG,
                   1);
    message_text(m, f->refused != NULL ? f->refused : "");
    n = build_id(elf, &id);
    put_hex(m, id, n);
    message_number(m, base_of(elf), 8);
    message_text(m, link != NULL ? link : "");
    message_number(m, crc, 4);
    const char *alt = f->alt.fd >= 0 ? NULL : shared(f, &id, &n);
    message_text(m, alt != NULL ? alt : "");
    put_hex(m, id, alt != NULL ? n : 0);
    message_number(m, dwarf != NULL && dw_split_needed(dwarf), 1);
    message_number(m, elf != NULL && f->abi.pointer.size == 4, 1);
}
