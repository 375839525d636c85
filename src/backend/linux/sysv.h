/* System V shared memory, among its own files. */
#ifndef SHMLENS_BACKEND_LINUX_SYSV_H
#define SHMLENS_BACKEND_LINUX_SYSV_H

#include "backend/provider.h"

extern const struct provider sysv_provider;

#define SYSV_PREFIX "sysv:"

enum {
    SYSV_DEST = 01000,   /* of a mode: removed, goes with the last detach */
    SYSV_LOCKED = 02000, /* and: kept in memory */
};

/* The identity of a segment: its id, and the IPC namespace (0: ours). The device that maps show for
 * it is that of other objects too. */
#define SYSV_DEV UINT64_MAX

/* All that the system tells of one. */
struct sysv_row {
    int id;
    uint32_t cuid; /* of who made it */
    struct seg_stat stat;
};

/* Reads a table of System V segments from its descriptor, which remains the caller's. Calls take
 * for each one, also for those that we may not read, until it returns false. */
MUST_USE struct oserr sysv_rows_from(struct backend *be, int fd,
                                     bool (*take)(void *ctx, const struct sysv_row *row),
                                     void *ctx);

/* The row of one id; EIDRM of `shmctl`: there is none. */
MUST_USE struct oserr sysv_row(struct backend *be, int id, struct sysv_row *row);

/* How it is now, as far as shmctl tells (not: resident, swap), or else from its row. */
MUST_USE struct oserr sysv_stat(struct backend *be, int id, struct sysv_row *row);

/* The table of another IPC namespace, remembered. Zero: none yet. */
struct sysv_ns {
    uint64_t ns; /* its number */
    struct sysv_row *rows;
    size_t count, cap;
};

/* What the table of the namespace that process pid is in says of a segment there (id.space: the
 * number of the namespace), put into *st over what is known of the object behind it; its size and
 * identity stay. When we may not look there *st stays as it is. */
void sysv_ns_stat(struct backend *be, struct sysv_ns *away, uint32_t pid, struct seg_id id,
                  struct seg_stat *st);
void sysv_ns_free(struct sysv_ns *away);

/* The same of an open one that is reached through process pid; its table is read once a second at
 * most. Its close. */
void sysv_ns_describe(struct seg *s, uint32_t pid, struct seg_stat *out);
void sysv_ns_close(struct seg *s);

/* Is `now` what was seen as `was`, or has another segment got its id? */
bool sysv_same(const struct seg_stat *was, const struct seg_stat *now);

struct oserr sysv_canonical(const char *locator, char *out, size_t cap);
uint32_t sysv_key(const char *locator); /* of `sysv:key=KEY`, else 0: IPC_PRIVATE */
int sysv_id(const char *locator);       /* of a canonical `sysv:ID`; -1: of another form */

/* The id a canonical locator refers to, a key looked up. */
MUST_USE struct oserr sysv_find(struct backend *be, const char *locator, int *id);

struct oserr sysv_list(struct backend *be, unsigned kinds, struct listing *l);
struct oserr sysv_remove(struct backend *be, const struct seg_removal *what, struct seg_who *who);
struct oserr sysv_chmod(struct seg *s, uint32_t mode);

#endif
