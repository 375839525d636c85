/* The system's table of System V segments, /proc/sysvipc/shm. It also lists segments
 * that we may not read, and only it knows what is resident and what is swapped out. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/sys_sysv.h"
#include "backend/linux/sysv.h"

enum { ROWS_BUFFER = 16 * 1024, FIELDS = 16, SECOND = 1000000000 };

/* In the order of the file. */
enum field {
    F_KEY,
    F_ID,
    F_PERMS,
    F_SIZE,
    F_CPID,
    F_LPID,
    F_NATTCH,
    F_UID,
    F_GID,
    F_CUID,
    F_CGID,
    F_ATIME,
    F_DTIME,
    F_CTIME,
    F_RSS,
    F_SWAP
};

static int64_t newest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void set_mode(struct seg_stat *st, uint32_t mode)
{
    st->mode = mode & 0777;
    st->state = ((mode & SYSV_DEST) != 0 ? SEG_ST_DEST : 0U) |
                ((mode & SYSV_LOCKED) != 0 ? SEG_ST_LOCKED : 0U);
}

/* When the contents were written is not kept. Attaching and detaching, which we do to look, move
 * only the time of the last access, as reading a file may. */
static void set_times(struct seg_stat *st, int64_t attached, int64_t detached, int64_t changed)
{
    st->atime = newest(attached, detached) * SECOND;
    st->mtime = st->ctime = changed * SECOND;
}

enum {
    ALWAYS = SEG_HAS_SIZE | SEG_HAS_MODE | SEG_HAS_OWNER | SEG_HAS_TIMES | SEG_HAS_CREATOR |
             SEG_HAS_LAST_PID | SEG_HAS_KEY | SEG_HAS_ATTACHED | SEG_HAS_ID,
};

/* Some kernels count each huge page as often as small ones fit into it. More bytes than the segment
 * has show that; what divides them down to whole huge pages within its size is right. Otherwise it
 * is not known. */
static void count_huge(struct seg_stat *st)
{
    static const uint64_t sizes[] = {UINT64_C(2) << 20, UINT64_C(1) << 30};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t huge = sizes[i], bytes = st->resident / (huge / SEG_PAGE);
        if (bytes % huge == 0 && bytes <= (st->size + huge - 1) / huge * huge) {
            st->resident = bytes;
            return;
        }
    }
    st->known &= ~(unsigned)SEG_HAS_RESIDENT;
    st->resident = 0;
}

/* Parses one line; false: it is not a row (the heading). */
static bool parse_row(const char *line, struct sysv_row *row)
{
    uint64_t v[FIELDS];
    int n = 0;
    for (char *end; n < FIELDS; n++, line = end) {
        bool negative = line[strspn(line, " ")] == '-'; /* keys are printed with a sign */
        v[n] = negative ? (uint64_t)strtoll(line, &end, 10)
                        : strtoull(line, &end, n == F_PERMS ? 8 : 10);
        if (end == line)
            break;
    }
    if (n < F_RSS)
        return false;
    *row = (struct sysv_row){.id = (int)v[F_ID], .cuid = (uint32_t)v[F_CUID]};
    struct seg_stat *st = &row->stat;
    st->known = ALWAYS | (n == FIELDS ? SEG_HAS_RESIDENT | SEG_HAS_SWAP : 0U);
    set_mode(st, (uint32_t)v[F_PERMS]);
    set_times(st, (int64_t)v[F_ATIME], (int64_t)v[F_DTIME], (int64_t)v[F_CTIME]);
    st->size = v[F_SIZE];
    st->key = (uint32_t)v[F_KEY];
    st->creator = (uint32_t)v[F_CPID];
    st->last_pid = (uint32_t)v[F_LPID];
    st->attached = v[F_NATTCH];
    st->uid = (uint32_t)v[F_UID];
    st->gid = (uint32_t)v[F_GID];
    st->swap = n == FIELDS ? v[F_SWAP] : 0;
    st->resident = n == FIELDS ? v[F_RSS] + v[F_SWAP] : 0;
    if (st->resident / SEG_PAGE > st->size / SEG_PAGE + 1)
        count_huge(st);
    st->dev = SYSV_DEV;
    st->ino = v[F_ID];
    return true;
}

/* Parses the whole lines of buffer[0, *have) and moves the rest to the front; false: `take`
 * ended it. */
static bool take_lines(char *buffer, size_t *have, bool (*take)(void *, const struct sysv_row *),
                       void *ctx)
{
    char *s = buffer, *end = s + *have, *newline;
    bool more = true;
    while (more && (newline = memchr(s, '\n', (size_t)(end - s))) != NULL) {
        struct sysv_row row;
        *newline = '\0';
        if (parse_row(s, &row))
            more = take(ctx, &row);
        s = newline + 1;
    }
    *have = (size_t)(end - s);
    memmove(buffer, s, *have);
    return more;
}

struct oserr sysv_rows_from(struct backend *be, int fd,
                            bool (*take)(void *ctx, const struct sysv_row *row), void *ctx)
{
    void *mem;
    size_t have = 0, got = 1;
    struct oserr e = sys_alloc(be, ROWS_BUFFER, &mem);
    char *buffer = mem;
    while (!oserr_is(e) && got > 0 && have < ROWS_BUFFER - 1) {
        e = sys_read(be, fd, buffer + have, ROWS_BUFFER - 1 - have, SYS_KEY_SYSV_READ, &got);
        have += got;
        if (!take_lines(buffer, &have, take, ctx))
            break;
    }
    free(mem);
    return e;
}

/* The same for our own namespace's table. Without /proc there is no error and no segment. */
static struct oserr sysv_rows(struct backend *be,
                              bool (*take)(void *ctx, const struct sysv_row *row), void *ctx)
{
    int fd;
    struct oserr e = sys_open(be, "/proc/sysvipc/shm", O_RDONLY | O_CLOEXEC, SYS_KEY_SYSV, &fd);
    if (oserr_is(e))
        return e.code == ENOENT ? OSERR_NONE : e;
    e = sysv_rows_from(be, fd, take, ctx);
    sys_close(be, fd, SYS_KEY_SYSV_CLOSE);
    return e;
}

/* A search for one id. */
struct looking {
    struct sysv_row *row;
    int id;
    bool found;
};

static bool take_wanted(void *ctx, const struct sysv_row *row)
{
    struct looking *l = ctx;
    l->found = row->id == l->id;
    if (l->found)
        *l->row = *row;
    return !l->found;
}

struct oserr sysv_row(struct backend *be, int id, struct sysv_row *row)
{
    struct looking l = {.row = row, .id = id};
    struct oserr e = sysv_rows(be, take_wanted, &l);
    return oserr_is(e) || l.found ? e : (struct oserr){"shmctl", EIDRM};
}

struct oserr sysv_stat(struct backend *be, int id, struct sysv_row *row)
{
    struct shmid_ds ds;
    struct oserr e = sys_shm_stat(be, id, &ds);
    if (e.code == EACCES)
        return sysv_row(be, id, row);
    if (oserr_is(e))
        return e;
    *row = (struct sysv_row){.id = id, .cuid = ds.shm_perm.cuid};
    struct seg_stat *st = &row->stat;
    st->known = ALWAYS;
    set_mode(st, ds.shm_perm.mode);
    set_times(st, ds.shm_atime, ds.shm_dtime, ds.shm_ctime);
    st->size = ds.shm_segsz;
    st->key = (uint32_t)ds.shm_perm.__key;
    st->creator = (uint32_t)ds.shm_cpid;
    st->last_pid = (uint32_t)ds.shm_lpid;
    st->attached = ds.shm_nattch;
    st->uid = ds.shm_perm.uid;
    st->gid = ds.shm_perm.gid;
    st->dev = SYSV_DEV;
    st->ino = (uint64_t)id;
    return OSERR_NONE;
}

bool sysv_same(const struct seg_stat *was, const struct seg_stat *now)
{
    bool key =
        was->key == now->key || (now->state & SEG_ST_DEST) != 0; /* a removed one has no key */
    return key && was->ino == now->ino && was->size == now->size && was->creator == now->creator;
}

/* State of making a list. */
struct rows {
    struct backend *be;
    struct listing *list;
    struct oserr error;
};

static bool take_row(void *ctx, const struct sysv_row *row)
{
    struct rows *r = ctx;
    char locator[32], name[16];
    snprintf(locator, sizeof locator, SYSV_PREFIX "%d", row->id);
    snprintf(name, sizeof name, "0x%08" PRIx32, row->stat.key);
    r->error = listing_add(r->be, r->list, SEG_SYSV, locator, name, &row->stat);
    return !oserr_is(r->error);
}

struct oserr sysv_list(struct backend *be, unsigned kinds, struct listing *l)
{
    struct rows r = {.be = be, .list = l};
    if ((kinds & (1U << SEG_SYSV)) == 0)
        return OSERR_NONE;
    struct oserr e = sysv_rows(be, take_row, &r);
    return oserr_is(r.error) ? r.error : e;
}
