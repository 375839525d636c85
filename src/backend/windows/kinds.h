/* The kinds of Windows: named sections, and files. */
#ifndef SHMLENS_BACKEND_WINDOWS_KINDS_H
#define SHMLENS_BACKEND_WINDOWS_KINDS_H

#include "backend/provider.h"
#include "backend/windows/sys_windows.h"

extern const struct provider win_section_provider;
extern const struct provider file_provider;

#define WIN_PREFIX "win:" /* of canonical locators: `win:Local\x`, `win:Global\x` */

enum { WIN_NAME_UNITS = 32766 }; /* UTF-16 units of a name with `Local\`, at most */

/* The identity of the object with this full name. Objects with a name have no other. */
void win_identify(const char *full_name, struct seg_stat *out);

/* ---- shared by the kinds with a section in s->handle ---- */

/* Opens a named section for this access, without the right to query it where that is denied. */
MUST_USE struct oserr section_open(struct backend *be, const char *name, enum seg_access access,
                                   enum sys_key key, void **handle);

/* Size and SEC_ flags; of one that may not be queried those of a view of all of it: *guessed. */
MUST_USE struct oserr section_measure(struct backend *be, void *handle, enum sys_key key,
                                      uint64_t *size, uint32_t *flags, bool *guessed);

struct oserr section_stat(struct seg *s, struct seg_stat *out);
struct oserr section_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v);
struct oserr section_rights(struct seg *s, struct seg_rights *out);
struct oserr section_set_rights(struct seg *s, const char *sddl, bool *understood);
void section_unmap(struct seg *s, struct mapping *v);
struct oserr section_copy_out(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got);
struct oserr section_next_data(struct seg *s, uint64_t off, uint64_t end, uint64_t *data);
struct oserr section_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                            enum seg_extent_kind *kind);

#endif
