/* System V shared memory: what sysv.c (the kind), sysv_table.c (the tables of the system),
 * sysv_namespace.c (those of other IPC namespaces), sysv_change.c and sysv_locator.c share. */
#ifndef SHMLENS_BACKEND_LINUX_SYSV_H
#define SHMLENS_BACKEND_LINUX_SYSV_H

#include "backend/provider.h"

extern const struct provider sysv_provider;

#define SYSV_PREFIX "sysv:"

enum {
    SYSV_DEST = 01000,   /* bit of the mode: removed, freed with the last detach */
    SYSV_LOCKED = 02000, /* bit of the mode: locked in memory */
};

/* The identity of a segment is its id and the IPC namespace (0: ours). Other objects share the
 * device that /proc shows for it, so it gets a device number of its own. */
#define SYSV_DEV UINT64_MAX

/* Everything the system reports of one. */
struct sysv_row {
    int id;
    uint32_t cuid; /* of its creator */
    struct seg_stat stat;
};

/* Reads a table of System V segments from its descriptor, which remains the caller's. Calls take
 * for each one, also for those that we may not read, until it returns false. */
MUST_USE struct oserr sysv_rows_from(struct backend *be, int fd,
                                     bool (*take)(void *ctx, const struct sysv_row *row),
                                     void *ctx);

/* The row of one id; EIDRM of `shmctl`: there is none. */
MUST_USE struct oserr sysv_row(struct backend *be, int id, struct sysv_row *row);

/* Its state now, as far as shmctl reports it (not: resident, swap), else from its row. */
MUST_USE struct oserr sysv_stat(struct backend *be, int id, struct sysv_row *row);

/* Caches the table of another IPC namespace. Zero: empty. */
struct sysv_ns {
    uint64_t ns; /* its number */
    struct sysv_row *rows;
    size_t count, cap;
};

/* Sets *st to what the table in the namespace of process pid says of the segment `id` (id.space:
 * number of that namespace), but for size and identity. Leaves *st unchanged when we may not read
 * that table. */
void sysv_ns_stat(struct backend *be, struct sysv_ns *away, uint32_t pid, struct seg_id id,
                  struct seg_stat *st);
void sysv_ns_free(struct sysv_ns *away);

/* The same for an open one that is reached through process pid, reading the table once a second at
 * most; and its close. */
void sysv_ns_describe(struct seg *s, uint32_t pid, struct seg_stat *out);
void sysv_ns_close(struct seg *s);

/* Whether `now` is the segment that was seen as `was`, and not a newer one with its id. */
bool sysv_same(const struct seg_stat *was, const struct seg_stat *now);

struct oserr sysv_canonical(const char *locator, char *out, size_t cap);
uint32_t sysv_key(const char *locator); /* of `sysv:key=KEY`, else 0: IPC_PRIVATE */
int sysv_id(const char *locator);       /* of a canonical `sysv:ID`; -1: another form */

/* The id of a canonical locator; looks up a key. */
MUST_USE struct oserr sysv_find(struct backend *be, const char *locator, int *id);

struct oserr sysv_list(struct backend *be, unsigned kinds, struct listing *l);
struct oserr sysv_remove(struct backend *be, const struct seg_removal *what, struct seg_who *who);
struct oserr sysv_chmod(struct seg *s, uint32_t mode);

#endif
