/* OS calls on Windows, each logged and made to fail on demand (sys.h). They return the error value
 * (of GetLastError; an NTSTATUS translated) and hand out results by pointer, which are 0 or NULL
 * after a failure. Handles are `void *`, NULL: none. Calls with the same non-zero key are folded
 * into one log entry. Names are raw UTF-8 (wtf8.h). */
#ifndef SHMLENS_BACKEND_WINDOWS_SYS_WINDOWS_H
#define SHMLENS_BACKEND_WINDOWS_SYS_WINDOWS_H

#include "backend/rights.h"
#include "backend/sys.h"

/* Log keys of calls that come in series. */
enum sys_key {
    SYS_KEY_NONE,
    SYS_KEY_LIST,   /* entries of a directory of names: */
    SYS_KEY_OPEN,   /* each is opened, */
    SYS_KEY_ASK,    /* queried, */
    SYS_KEY_CLOSE,  /* closed */
    SYS_KEY_REGION, /* the pages of a view, run by run */
    SYS_KEY_PROC,   /* processes that hold handles: */
    SYS_KEY_COPY,   /* each handle is copied, */
    SYS_KEY_NAME,   /* queried for its name, */
    SYS_KEY_DONE,   /* and closed */
    SYS_KEY_WINDOW, /* parts mapped one after the other */
    SYS_KEY_READ,   /* parts of a file */
};

/* Values of Windows. */
enum sys_section_access {
    SYS_SECTION_QUERY = 1,
    SYS_SECTION_WRITE = 2,
    SYS_SECTION_READ = 4,
};

/* Section objects. `name`: `Local\x`, `Global\x`, NULL: none. Creating never opens: if there is
 * one, ERROR_ALREADY_EXISTS. */
MUST_USE struct oserr sys_open_section(struct backend *be, const char *name, uint32_t access,
                                       enum sys_key key, void **handle);
MUST_USE struct oserr sys_create_section(struct backend *be, const char *name, uint64_t size,
                                         void **handle);
void sys_close_handle(struct backend *be, void *handle, enum sys_key key);

/* Size in bytes (of pagefile sections in whole pages) and SEC_ flags. */
MUST_USE struct oserr sys_query_section(struct backend *be, void *handle, enum sys_key key,
                                        uint64_t *size, uint32_t *flags);

/* Number of handles on the object in all processes, this one included. */
MUST_USE struct oserr sys_handle_count(struct backend *be, void *handle, enum sys_key key,
                                       uint32_t *count);

/* The object's full name (`\Sessions\1\BaseNamedObjects\x`), freed by the caller; empty: it has
 * none. */
MUST_USE struct oserr sys_object_name(struct backend *be, void *handle, enum sys_key key,
                                      char **name);

/* Duplicates a handle of process `from` into ours; access 0: the same rights. */
MUST_USE struct oserr sys_duplicate(struct backend *be, void *from, uint64_t handle,
                                    uint32_t access, enum sys_key key, void **out);

/* Views. `off` is a multiple of 64 KiB. */
enum { SYS_GRAIN = 64 * 1024 };
MUST_USE struct oserr sys_map_view(struct backend *be, void *handle, bool write, uint64_t off,
                                   size_t n, enum sys_key key, void **at);
void sys_unmap_view(struct backend *be, void *at, enum sys_key key);

/* The run of equal pages that contains `at`: bytes from `at` to its end, and whether it is
 * committed. */
MUST_USE struct oserr sys_virtual_query(struct backend *be, const void *at, uint64_t *n,
                                        bool *committed);

/* Bytes of the whole view that begins at `at`, and whether pages of it are only reserved. */
MUST_USE struct oserr sys_view_size(struct backend *be, const void *at, enum sys_key key,
                                    uint64_t *size, bool *reserved);

/* The security descriptor of an object: the fields of *out but `may`, which the caller frees, also
 * after a failure. */
MUST_USE struct oserr sys_get_security(struct backend *be, void *handle, struct seg_rights *out);

/* One made of its text (SEG_E_NAME: it is not one), the right that it takes to set it, and setting
 * the parts it has. */
struct sys_security;
MUST_USE struct oserr sys_parse_security(struct backend *be, const char *sddl,
                                         struct sys_security **out);
uint32_t sys_security_right(const struct sys_security *d);
MUST_USE struct oserr sys_set_security(struct backend *be, void *handle,
                                       const struct sys_security *d);
void sys_free_security(struct sys_security *d);

/* Directories of names. */
struct sys_names; /* one that is being read */
MUST_USE struct oserr sys_open_names(struct backend *be, const char *path, struct sys_names **out);
/* The next name (valid until the next call; NULL: the end), and whether it is that of a section. */
MUST_USE struct oserr sys_next_name(struct backend *be, struct sys_names *names, const char **name,
                                    bool *section);
void sys_close_names(struct backend *be, struct sys_names *names);

/* A handle of some process. */
struct sys_handle {
    uint32_t pid;
    uint32_t access; /* granted: SECTION_ bits of sections */
    uint32_t type;   /* number of the object's type */
    uint64_t handle; /* in that process */
};

/* All handles of all processes; the caller frees *rows. */
MUST_USE struct oserr sys_all_handles(struct backend *be, struct sys_handle **rows, size_t *n);

MUST_USE struct oserr sys_open_process(struct backend *be, uint32_t pid, void **process);
/* File name of its image, of which the first SEG_COMM - 1 bytes are kept; empty: not available. */
void sys_image_name(struct backend *be, void *process, char comm[SEG_COMM]);

/* May this process create names in Global\ (SeCreateGlobalPrivilege, switched on)? */
MUST_USE struct oserr sys_may_create_global(struct backend *be, bool *may);

/* Number of this process's session. */
uint32_t sys_session(void);

/* Files, for file:PATH. */
MUST_USE struct oserr sys_open_file(struct backend *be, const char *path, bool write,
                                    void **handle);
/* *written: somebody has the file open for writing. */
MUST_USE struct oserr sys_written_file(struct backend *be, const char *path, bool *written);
MUST_USE struct oserr sys_file_size(struct backend *be, void *handle, uint64_t *size);
MUST_USE struct oserr sys_file_section(struct backend *be, void *file, bool write, void **handle);
/* The first bytes with room on the disk that begin or lie at `at` or after it, before `end`; n 0:
 * there are none. ERROR_NOT_SUPPORTED and the like: the file system does not tell. */
MUST_USE struct oserr sys_next_allocated(struct backend *be, void *file, uint64_t at, uint64_t end,
                                         uint64_t *from, uint64_t *n);
/* Bytes it has on the disk. */
MUST_USE struct oserr sys_file_allocated(struct backend *be, void *file, uint64_t *bytes);
/* Short only at the end. */
MUST_USE struct oserr sys_read_file(struct backend *be, void *file, uint64_t off, void *buf,
                                    size_t n, size_t *got);

#endif
