/* Rows of the list for objects that a scan of the processes met (proc_scan.c). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/proc.h"
#include "backend/linux/sys_proc.h"
#include "backend/linux/sysv.h"
#include "backend/users.h"

/* Where to stat the object: at its descriptor, else at its mapping (which only root may). */
static void object_path(const struct object *o, char path[PROCESS_PATH])
{
    if (o->fd_pid != 0)
        snprintf(path, PROCESS_PATH, "/proc/%u/fd/%d", o->fd_pid, o->fd);
    else
        snprintf(path, PROCESS_PATH, "/proc/%u/map_files/%" PRIx64 "-%" PRIx64, o->map_pid,
                 o->map_start, o->map_end);
}

/* State of the object, as far as we may look at it. False: it is gone, or of no interest (a
 * device). */
static bool object_stat(struct backend *be, const struct object *o, struct seg_stat *out)
{
    char path[PROCESS_PATH];
    struct stat st;
    object_path(o, path);
    struct oserr e = sys_stat(be, path, true, SYS_KEY_PROC_STAT, &st);
    *out = (struct seg_stat){.known = SEG_HAS_ID};
    if (!oserr_is(e)) {
        bool same = o->id.dev == SYSV_DEV || (st.st_ino == o->id.ino && st.st_dev == o->id.dev);
        if (!S_ISREG(st.st_mode) || !same)
            return false;
        fd_describe(&st, out);
        if (o->id.space == 0 && o->id.dev != SYSV_DEV)
            out->acl = sys_acl(be, path, true, SYS_KEY_LIST_ACL, out->mode);
    } else if (oserr_kind(e) != OSERR_K_DENIED) {
        return false;
    }
    out->dev = o->id.dev;
    out->ino = o->id.ino;
    out->space = o->id.space;
    if (o->id.space != 0 || o->id.dev == SYSV_DEV) { /* they have no name that they could lose */
        out->known &= ~(unsigned)SEG_HAS_LINKS;
        out->state = 0;
    }
    if (o->huge)
        out->state |= SEG_ST_HUGETLB;
    return true;
}

/* For a System V segment of another namespace: the row of that namespace's table; where we may not
 * read that, only what is certain. */
static void of_sysv(struct backend *be, struct sysv_ns *away, const struct object *o,
                    struct seg_stat *st)
{
    static const char before[] = "/SYSV"; /* followed by the key */
    st->known &= ~(unsigned)(SEG_HAS_MODE | SEG_HAS_TIMES);
    if (o->name != NULL && strncmp(o->name, before, sizeof before - 1) == 0) {
        st->key = (uint32_t)strtoul(o->name + sizeof before - 1, NULL, 16);
        st->known |= SEG_HAS_KEY;
    }
    sysv_ns_stat(be, away, o->map_pid != 0 ? o->map_pid : o->fd_pid, o->id, st);
}

static void read_seals(struct backend *be, const struct object *o, struct seg_stat *st)
{
    char path[PROCESS_PATH];
    int fd;
    if (o->fd_pid == 0)
        return;
    object_path(o, path);
    if (oserr_is(fd_peek(be, path, &fd)))
        return;
    if (!oserr_is(sys_seals(be, fd, &st->seals)))
        fd_sealed(st);
    sys_close(be, fd, SYS_KEY_PROC_CLOSE);
}

static void object_locator(const struct object *o, char locator[PROCESS_NAME + 8])
{
    if (o->fd_pid != 0)
        snprintf(locator, PROCESS_NAME + 8, "fd:%u/%d", o->fd_pid, o->fd);
    else
        snprintf(locator, PROCESS_NAME + 8, "map:%u/0x%" PRIx64, o->map_pid, o->map_start);
}

/* Asks for the name of an object that only a descriptor showed. */
static struct oserr need_name(struct backend *be, struct object *o)
{
    char path[PROCESS_PATH], text[PROCESS_NAME];
    if (o->name != NULL)
        return OSERR_NONE;
    object_path(o, path);
    if (oserr_is(sys_readlink(be, path, text, sizeof text)))
        text[0] = '\0';
    return sys_copy(be, text, &o->name);
}

/* Whether a file has enough users to count as shared memory. */
static bool is_shared(const struct object *o)
{
    return o->shared >= 2 || o->shared_write;
}

/* Whether it is `/dev/shm/NAME`, a segment of kind posix that is listed by its name. */
static bool is_posix_name(const char *path)
{
    static const char shm[] = POSIX_SHM_DIR "/";
    return strncmp(path, shm, sizeof shm - 1) == 0 && strchr(path + sizeof shm - 1, '/') == NULL;
}

/* A file is opened by its name, which must exist and lead to this object. */
static bool name_leads_back(struct backend *be, const struct object *o, const char *name)
{
    struct stat st;
    return name[0] == '/' && !oserr_is(sys_stat(be, name, true, SYS_KEY_PROC_STAT, &st)) &&
           st.st_dev == o->id.dev && st.st_ino == o->id.ino;
}

/* Whether it has lost its name. Where we may not look at it, the system's name for it must do. */
static bool is_unlinked(struct backend *be, const struct object *o, const struct seg_stat *st)
{
    static const char deleted[] = " (deleted)";
    size_t n = strlen(o->name), tail = sizeof deleted - 1;
    if ((st->known & SEG_HAS_LINKS) != 0)
        return st->links == 0;
    return o->unlinked || (n >= tail && strcmp(o->name + n - tail, deleted) == 0 &&
                           !name_leads_back(be, o, o->name));
}

static struct oserr add_row(struct backend *be, struct sysv_ns *away, struct object *o,
                            unsigned kinds, struct listing *list)
{
    char name[PROCESS_NAME], locator[PROCESS_NAME + 8];
    struct seg_stat st;
    struct oserr e = need_name(be, o);
    if (oserr_is(e))
        return e;
    bool found = object_stat(be, o, &st);
    if (!found && o->own > 0) { /* that process released it meanwhile, and we have it */
        o->fd_pid = os_pid();
        o->fd = o->own - 1;
        found = object_stat(be, o, &st);
    }
    if (!found)
        return OSERR_NONE;
    enum seg_kind kind = process_kind(o->id, is_unlinked(be, o, &st));
    if ((kinds & (1U << kind)) == 0 ||
        (kind == SEG_FILE && (!is_shared(o) || is_posix_name(o->name))))
        return OSERR_NONE;
    process_name(o->name, kind, o->id, name);
    if (kind == SEG_SYSV)
        of_sysv(be, away, o, &st);
    if (kind == SEG_MEMFD)
        read_seals(be, o, &st);
    if (kind == SEG_FILE && name_leads_back(be, o, name))
        snprintf(locator, sizeof locator, "file:%s", name);
    else
        object_locator(o, locator);
    e = listing_add(be, list, kind, locator, name, &st);
    if (!oserr_is(e)) {
        list->segs[list->count - 1].via = o->fd_pid != 0 ? o->fd_pid : o->map_pid;
        o->wanted = true;
    }
    return e;
}

/* Whether it is memory for several processes: in a /dev/shm, created or mapped as such. */
static bool is_segment(const struct object *o)
{
    bool system_v = o->id.dev == SYSV_DEV;
    if (o->fd_pid == 0 && o->map_pid == 0)
        return false;
    if (system_v && o->id.space == 0) /* created since the table was read */
        return false;
    if (o->id.space == SORT_ANONYMOUS && !system_v)
        return o->shared > 0;
    return system_v || o->id.space == SORT_MEMFD || o->in_shm || is_shared(o);
}

/* A process that the throttle skips was not read either, so nothing leads to it. */
struct oserr discover_rows(struct backend *be, const struct search *search)
{
    struct objects *objects = search->objects;
    struct sysv_ns away = {0};
    struct oserr e = OSERR_NONE;
    for (size_t i = 0; i < objects->count && !oserr_is(e); i++) {
        struct object *o = &objects->items[i];
        if (o->wanted || o->ignored || !is_segment(o))
            continue;
        struct seg_at at = {.pid = o->fd_pid != 0 ? o->fd_pid : o->map_pid};
        enum seg_pace_answer answer = search_pace(search, &at);
        if (answer == SEG_SCAN_STOP)
            e = (struct oserr){"stat", SEG_E_STOPPED};
        else if (answer == SEG_SCAN_CONTINUE)
            e = add_row(be, &away, o, search->kinds, search->list);
    }
    sysv_ns_free(&away);
    return e;
}
