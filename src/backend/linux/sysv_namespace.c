/* System V segments of other IPC namespaces: only the table of their own namespace knows mode,
 * owner and times, so it is read there. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend/linux/kinds.h"
#include "backend/linux/sys_sysv.h"
#include "backend/linux/sysv.h"

/* State of reading a table. */
struct reading {
    struct backend *be;
    struct sysv_ns *away;
    struct oserr error;
};

static bool take_row(void *ctx, const struct sysv_row *row)
{
    struct reading *r = ctx;
    struct sysv_ns *a = r->away;
    r->error = sys_grow(r->be, (void **)&a->rows, &a->cap, a->count + 1, sizeof *a->rows);
    if (oserr_is(r->error))
        return false;
    a->rows[a->count++] = *row;
    return true;
}

static struct oserr read_table(struct backend *be, struct sysv_ns *away, int ns)
{
    int fd;
    struct reading r = {.be = be, .away = away};
    struct oserr e = sys_shm_table(be, ns, &fd);
    if (oserr_is(e))
        return e;
    e = sysv_rows_from(be, fd, take_row, &r);
    sys_close(be, fd, SYS_KEY_SYSV_CLOSE);
    return oserr_is(r.error) ? r.error : e;
}

/* Reads the table of that namespace unless it is cached; without permission it is empty. */
static void remember(struct backend *be, struct sysv_ns *away, uint32_t pid, uint64_t number)
{
    char path[40];
    struct stat st;
    int ns;
    if (away->ns == number)
        return;
    away->ns = number;
    away->count = 0;
    snprintf(path, sizeof path, "/proc/%u/ns/ipc", pid);
    struct oserr e = sys_open(be, path, O_RDONLY | O_CLOEXEC, SYS_KEY_SYSV, &ns);
    if (oserr_is(e))
        return;
    e = sys_fstat(be, ns, &st);
    if (!oserr_is(e) && st.st_ino == number) /* else the pid was reused meanwhile */
        e = read_table(be, away, ns);
    if (oserr_is(e))
        away->count = 0;
    sys_close(be, ns, SYS_KEY_SYSV_CLOSE);
}

/* Finds the row of the segment in its own table. */
static bool find_row(struct backend *be, struct sysv_ns *away, uint32_t pid, struct seg_id id,
                     struct sysv_row *row)
{
    if (id.space == 0) /* ours */
        return !oserr_is(sysv_row(be, (int)id.ino, row));
    remember(be, away, pid, id.space);
    for (size_t i = 0; i < away->count; i++)
        if ((uint64_t)away->rows[i].id == id.ino) {
            *row = away->rows[i];
            return true;
        }
    return false;
}

void sysv_ns_stat(struct backend *be, struct sysv_ns *away, uint32_t pid, struct seg_id id,
                  struct seg_stat *st)
{
    const struct seg_stat was = *st;
    struct sysv_row row;
    if (!find_row(be, away, pid, id, &row))
        return;
    *st = row.stat;
    st->known |= was.known;
    st->state |= was.state;
    st->size = was.size;
    st->dev = id.dev;
    st->ino = id.ino;
    st->space = id.space;
}

void sysv_ns_free(struct sysv_ns *away)
{
    free(away->rows);
    *away = (struct sysv_ns){0};
}

/* ---- open segments ---- */

enum { ASK_NS = 1000000000 }; /* interval of reading the table */

/* Data of one of them. */
struct open_away {
    int64_t asked; /* os_now's clock; 0: never */
    struct seg_stat stat;
};

void sysv_ns_describe(struct seg *s, uint32_t pid, struct seg_stat *out)
{
    struct open_away *o = s->kind_data;
    struct sysv_ns away = {0};
    int64_t now = os_now();
    if (o == NULL) {
        if (oserr_is(sys_alloc(s->be, sizeof *o, &s->kind_data)))
            return;
        o = s->kind_data;
    }
    if (o->asked == 0 || now - o->asked > ASK_NS) {
        o->asked = now;
        o->stat = *out;
        sysv_ns_stat(s->be, &away, pid, s->id, &o->stat);
        sysv_ns_free(&away);
    }
    o->stat.size = out->size;
    *out = o->stat;
}

void sysv_ns_close(struct seg *s)
{
    free(s->kind_data);
    s->kind_data = NULL;
    fd_close(s);
}
