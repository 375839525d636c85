/* The kinds that are a descriptor of a file on some file system, and what they share. */
#ifndef SHMLENS_BACKEND_LINUX_KINDS_H
#define SHMLENS_BACKEND_LINUX_KINDS_H

#include <sys/stat.h>

#include "backend/provider.h"

extern const struct provider posix_shm_provider;
extern const struct provider file_provider;

#define POSIX_SHM_PREFIX "posix:/"  /* of canonical locators */
#define POSIX_SHM_DIR    "/dev/shm" /* where the system keeps them */
/* Before a name is removed it is renamed aside: this prefix, two numbers with a `-` after each, and
 * the name it had. An unlinked object that is still in use keeps that name in
 * /proc. */
#define POSIX_SHM_ASIDE ".shmlens-"

enum {
    POSIX_SHM_NAME = 255,                                 /* bytes of a name at most */
    POSIX_SHM_PATH = (int)sizeof POSIX_SHM_DIR + 1 + 255, /* its path, with the NUL */
};

void posix_shm_space(struct backend *be, uint64_t *unused, uint64_t *total);
void posix_shm_path(const char *locator, char path[POSIX_SHM_PATH]); /* of a canonical locator */
const char *posix_shm_name(const char *locator); /* `/name` of a canonical locator */

struct oserr posix_shm_remove(struct backend *be, const struct seg_removal *what,
                              struct seg_who *who);

/* The name that one had before a removal renamed it aside; else `name` itself. */
const char *posix_shm_own_name(const char *name);

/* As seg_put_back; the locator is canonical. */
struct oserr posix_shm_put_back(struct backend *be, const char *locator);

/* Opens a name without changing anything; keeps its atime where we may (O_NOATIME). */
MUST_USE struct oserr posix_shm_get(struct backend *be, const char *name, enum seg_access access,
                                    int *fd);

/* The kinds reached through another process are in proc.h. */

/* ---- shared by the kinds with a descriptor in s->handle ---- */

struct oserr fd_stat(struct seg *s, struct seg_stat *out);
struct oserr fd_reopen(struct seg *s, enum seg_access access);
struct oserr fd_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v);
void fd_warm(struct seg *s, uint64_t off, size_t n);
void fd_forget(struct seg *s, uint64_t off, size_t n);
void fd_unmap(struct seg *s, struct mapping *v);
struct oserr fd_copy_out(struct seg *s, uint64_t off, void *buf, size_t n, size_t *got);
struct oserr fd_next_data(struct seg *s, uint64_t off, uint64_t end, uint64_t *data);
struct oserr fd_extent(struct seg *s, uint64_t off, uint64_t size, uint64_t *end,
                       enum seg_extent_kind *kind);
struct oserr fd_resize(struct seg *s, uint64_t size);
struct oserr fd_chmod(struct seg *s, uint32_t mode);
void fd_close(struct seg *s);

#define FD_READING                                                                    \
    .unmap = fd_unmap, .warm = fd_warm, .forget = fd_forget, .copy_out = fd_copy_out, \
    .next_data = fd_next_data, .extent = fd_extent, .shared_reading = true
#define FD_FUNCTIONS                                                                    \
    .reopen = fd_reopen, .close = fd_close, .stat = fd_stat, .map = fd_map, FD_READING, \
    .resize = fd_resize, .chmod = fd_chmod

/* Translates a stat. */
void fd_describe(const struct stat *st, struct seg_stat *out);

/* SEG_E_NOT_SEGMENT of `call` unless a regular file. */
MUST_USE struct oserr fd_check(struct backend *be, const char *call, int fd);

/* Sets what follows from st->seals: they are known, and may forbid changes of contents or size. */
void fd_sealed(struct seg_stat *st);

/* Opens an O_PATH descriptor by a path in /proc, to examine an object without opening it. */
MUST_USE struct oserr fd_peek(struct backend *be, const char *path, int *fd);

#endif
