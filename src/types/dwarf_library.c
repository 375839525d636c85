#include "types/dwarf_library.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

struct dw_library dw_library;
static bool loaded;

static const char *const names[] = {
#define NAME(name) #name,
    DW_LIBRARY_FUNCTIONS(NAME)
#undef NAME
};
enum { NAMES = sizeof names / sizeof *names };
static_assert(sizeof dw_library == NAMES * sizeof(void *), "a pointer for each name");

/* Tells who packages this program that it loads a library: a note that tools for packages read
 * (https://uapi-group.org/specifications/specs/elf_dlopen_metadata). */
#define PACKAGE_NOTE                                                                            \
    "[{\"feature\":\"types\",\"description\":\"Types from the debug information of programs\"," \
    "\"priority\":\"recommended\",\"soname\":[\"" SHMLENS_LIBDW "\"]}]"
static const struct {
    uint32_t name_size, size, type;
    char name[4], text[sizeof PACKAGE_NOTE];
} note __attribute__((section(".note.dlopen"), used, aligned(4))) = {
    4, sizeof PACKAGE_NOTE, 0x407c0c0a, "FDO", PACKAGE_NOTE};

void dw_library_load(void)
{
    void *library = dlopen(SHMLENS_LIBDW, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL)
        return;
    for (size_t i = 0; i < NAMES; i++) {
        void *function = dlsym(library, names[i]);
        if (function == NULL)
            return;
        memcpy((uint8_t *)&dw_library + i * sizeof function, &function, sizeof function);
    }
    loaded = true;
}

const char *dw_library_missing(void)
{
    return loaded ? NULL
                  : "debug information cannot be read: " SHMLENS_LIBDW
                    " (of elfutils) is not here, or too old";
}
