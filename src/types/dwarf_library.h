/* libdw, which is loaded in the box and nowhere else: it brings in five libraries, and loading them
 * takes a quarter of the time of a short command. A function of libdw that our code calls has a row
 * here; the names stay those of libdw. */
#ifndef SHMLENS_TYPES_DWARF_LIBRARY_H
#define SHMLENS_TYPES_DWARF_LIBRARY_H

#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <stdbool.h>

#ifndef SHMLENS_LIBDW
#define SHMLENS_LIBDW "libdw.so.1"
#endif

#define DW_LIBRARY_FUNCTIONS(X)     \
    X(dwarf_attr)                   \
    X(dwarf_attr_integrate)         \
    X(dwarf_begin_elf)              \
    X(dwarf_cfi_addrframe)          \
    X(dwarf_cfi_end)                \
    X(dwarf_child)                  \
    X(dwarf_cu_info)                \
    X(dwarf_diecu)                  \
    X(dwarf_diename)                \
    X(dwarf_end)                    \
    X(dwarf_formaddr)               \
    X(dwarf_formflag)               \
    X(dwarf_formref_die)            \
    X(dwarf_formsdata)              \
    X(dwarf_formstring)             \
    X(dwarf_formudata)              \
    X(dwarf_frame_cfa)              \
    X(dwarf_frame_register)         \
    X(dwarf_get_units)              \
    X(dwarf_getalt)                 \
    X(dwarf_getcfi)                 \
    X(dwarf_getcfi_elf)             \
    X(dwarf_getelf)                 \
    X(dwarf_getlocation)            \
    X(dwarf_getlocation_addr)       \
    X(dwarf_getlocation_attr)       \
    X(dwarf_getscopes)              \
    X(dwarf_getscopes_die)          \
    X(dwarf_getsrc_die)             \
    X(dwarf_hasattr)                \
    X(dwarf_haspc)                  \
    X(dwarf_lineno)                 \
    X(dwarf_linesrc)                \
    X(dwarf_lowpc)                  \
    X(dwarf_setalt)                 \
    X(dwarf_siblingof)              \
    X(dwarf_srclang)                \
    X(dwarf_tag)                    \
    X(dwarf_whatform)               \
    X(dwelf_dwarf_gnu_debugaltlink) \
    X(dwelf_elf_gnu_build_id)       \
    X(dwelf_elf_gnu_debuglink)      \
    X(elf_begin)                    \
    X(elf_cntl)                     \
    X(elf_end)                      \
    X(elf_getdata)                  \
    X(elf_getphdrnum)               \
    X(elf_getshdrstrndx)            \
    X(elf_kind)                     \
    X(elf_memory)                   \
    X(elf_nextscn)                  \
    X(elf_rawdata)                  \
    X(elf_rawfile)                  \
    X(elf_strptr)                   \
    X(elf_version)                  \
    X(gelf_getchdr)                 \
    X(gelf_getehdr)                 \
    X(gelf_getphdr)                 \
    X(gelf_getshdr)                 \
    X(gelf_getsym)

struct dw_library {
#define POINTER(name) __typeof__(name) *(name);
    DW_LIBRARY_FUNCTIONS(POINTER)
#undef POINTER
};
extern struct dw_library dw_library;

/* Loads it. dw_library_missing: why nothing can be read, a sentence; NULL: it is there. */
void dw_library_load(void);
const char *dw_library_missing(void);

/* Calls go through the pointers. */
#define dwarf_attr                   dw_library.dwarf_attr
#define dwarf_attr_integrate         dw_library.dwarf_attr_integrate
#define dwarf_begin_elf              dw_library.dwarf_begin_elf
#define dwarf_cfi_addrframe          dw_library.dwarf_cfi_addrframe
#define dwarf_cfi_end                dw_library.dwarf_cfi_end
#define dwarf_child                  dw_library.dwarf_child
#define dwarf_cu_info                dw_library.dwarf_cu_info
#define dwarf_diecu                  dw_library.dwarf_diecu
#define dwarf_diename                dw_library.dwarf_diename
#define dwarf_end                    dw_library.dwarf_end
#define dwarf_formaddr               dw_library.dwarf_formaddr
#define dwarf_formflag               dw_library.dwarf_formflag
#define dwarf_formref_die            dw_library.dwarf_formref_die
#define dwarf_formsdata              dw_library.dwarf_formsdata
#define dwarf_formstring             dw_library.dwarf_formstring
#define dwarf_formudata              dw_library.dwarf_formudata
#define dwarf_frame_cfa              dw_library.dwarf_frame_cfa
#define dwarf_frame_register         dw_library.dwarf_frame_register
#define dwarf_get_units              dw_library.dwarf_get_units
#define dwarf_getalt                 dw_library.dwarf_getalt
#define dwarf_getcfi                 dw_library.dwarf_getcfi
#define dwarf_getcfi_elf             dw_library.dwarf_getcfi_elf
#define dwarf_getelf                 dw_library.dwarf_getelf
#define dwarf_getlocation            dw_library.dwarf_getlocation
#define dwarf_getlocation_addr       dw_library.dwarf_getlocation_addr
#define dwarf_getlocation_attr       dw_library.dwarf_getlocation_attr
#define dwarf_getscopes              dw_library.dwarf_getscopes
#define dwarf_getscopes_die          dw_library.dwarf_getscopes_die
#define dwarf_getsrc_die             dw_library.dwarf_getsrc_die
#define dwarf_hasattr                dw_library.dwarf_hasattr
#define dwarf_haspc                  dw_library.dwarf_haspc
#define dwarf_lineno                 dw_library.dwarf_lineno
#define dwarf_linesrc                dw_library.dwarf_linesrc
#define dwarf_lowpc                  dw_library.dwarf_lowpc
#define dwarf_setalt                 dw_library.dwarf_setalt
#define dwarf_siblingof              dw_library.dwarf_siblingof
#define dwarf_srclang                dw_library.dwarf_srclang
#define dwarf_tag                    dw_library.dwarf_tag
#define dwarf_whatform               dw_library.dwarf_whatform
#define dwelf_dwarf_gnu_debugaltlink dw_library.dwelf_dwarf_gnu_debugaltlink
#define dwelf_elf_gnu_build_id       dw_library.dwelf_elf_gnu_build_id
#define dwelf_elf_gnu_debuglink      dw_library.dwelf_elf_gnu_debuglink
#define elf_begin                    dw_library.elf_begin
#define elf_cntl                     dw_library.elf_cntl
#define elf_end                      dw_library.elf_end
#define elf_getdata                  dw_library.elf_getdata
#define elf_getphdrnum               dw_library.elf_getphdrnum
#define elf_getshdrstrndx            dw_library.elf_getshdrstrndx
#define elf_kind                     dw_library.elf_kind
#define elf_memory                   dw_library.elf_memory
#define elf_nextscn                  dw_library.elf_nextscn
#define elf_rawdata                  dw_library.elf_rawdata
#define elf_rawfile                  dw_library.elf_rawfile
#define elf_strptr                   dw_library.elf_strptr
#define elf_version                  dw_library.elf_version
#define gelf_getchdr                 dw_library.gelf_getchdr
#define gelf_getehdr                 dw_library.gelf_getehdr
#define gelf_getphdr                 dw_library.gelf_getphdr
#define gelf_getshdr                 dw_library.gelf_getshdr
#define gelf_getsym                  dw_library.gelf_getsym

#endif
