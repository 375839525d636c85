/* The scan of all processes in /proc: who maps or holds which object.
 *
 * An object is known by device and inode. Only on the kernel's internal devices, where System V
 * segments, memfds and anonymous mappings may have the same numbers, its name is needed too; only
 * the kernel can name an object there. Each process is read once: first the /dev/shm that it sees,
 * if that is not ours, then its mappings, then its descriptors. A mapping or descriptor of a
 * wanted object gives a row; any other object is met: kept and judged later (proc_discover.c). A
 * descriptor of a plain file can only be judged once some process maps that file shared, so it is
 * kept pending until the end. Last comes what has objects but is no process (proc_hidden.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/proc.h"
#include "backend/linux/proc_hidden.h"
#include "backend/linux/proc_maps.h"
#include "backend/linux/proc_status.h"
#include "backend/linux/sysv.h"
#include "backend/users.h"

enum {
    SCAN_DEVICES = 64,     /* /dev/shm of at most so many namespaces */
    DESCRIPTORS = 64,      /* read at a time */
    PENDING_MAX = 1 << 20, /* descriptors kept pending */
};

/* A descriptor of a file that no process is known to map. */
struct pending_fd {
    struct seg_id id;
    uint32_t pid, task;
    int32_t fd;
};

struct proc_scan {
    struct backend *be;
    const struct search *search;
    struct objects *objects;
    struct found *out;
    uint32_t me; /* our own process */
    struct maps maps;
    struct process_ipc ipc;
    uint64_t shm[SCAN_DEVICES]; /* devices of the /dev/shm seen, ours first */
    size_t shm_count;
    struct pending_fd *pending;
    size_t pending_count, pending_cap;
    struct carriers carriers;
    struct seg_at at;   /* progress, for the throttle */
    uint32_t pid, task; /* the process being read, and its thread: what /proc/TASK shows */
    size_t first_mapper, first_holder;   /* its first rows in *out */
    struct oserr why;                    /* it could not be read; none: it could */
    bool unnamed;                        /* the name of one of its mappings could not be read */
    uint64_t anon_devices[SYS_NAMELESS]; /* see sys_anon_devices */
};

/* A process that ended meanwhile does not matter. Any other error makes it unreadable. */
static void check_read(struct proc_scan *p, bool *skipped, struct oserr e)
{
    if (oserr_is(e) && e.code != ENOENT && e.code != ESRCH) {
        *skipped = true;
        p->why = e;
    }
}

static bool is_shm(const struct proc_scan *p, uint64_t dev)
{
    for (size_t i = 0; i < p->shm_count; i++)
        if (p->shm[i] == dev)
            return true;
    return false;
}

static bool is_anon(const struct proc_scan *p, uint64_t dev)
{
    for (size_t i = 0; i < SYS_NAMELESS; i++)
        if (p->anon_devices[i] == dev)
            return dev != 0;
    return false;
}

static bool lists(const struct proc_scan *p, unsigned kinds)
{
    return p->search->list != NULL && (p->search->kinds & kinds) != 0;
}

/* Called between pieces of process p->pid. */
static struct oserr may_continue(void *scan)
{
    const struct proc_scan *p = scan;
    bool stop = search_pace(p->search, &p->at) == SEG_SCAN_STOP;
    return stop ? (struct oserr){"getdents64", SEG_E_STOPPED} : OSERR_NONE;
}

/* ---- mappings ---- */

static struct oserr add_mapper(struct proc_scan *p, size_t number, const struct sys_mapping *at)
{
    struct object *o = &p->objects->items[number];
    const struct seg_mapper row = {.pid = p->pid,
                                   .write = at->write && at->shared,
                                   .read = at->read,
                                   .address = at->start,
                                   .offset = at->offset,
                                   .length = at->end - at->start};
    if (p->pid != p->me)
        object_used(o, p->pid, row.write ? USE_WRITE : USE_READ);
    o->users.mappings += p->pid != p->me;
    o->users.ours += p->pid == p->me && at->shared;
    if (p->search->counts && o->wanted)
        return OSERR_NONE;
    return found_mapper(p->be, p->out, p->objects, number, &row);
}

static bool ends_in(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && strcmp(s + n - m, tail) == 0;
}

/* Meets an object that is not wanted yet, and keeps its name. A file that still has its name
 * matters only when files are wanted. */
static struct oserr meet(struct proc_scan *p, const struct sys_mapping *at, struct seg_id id,
                         char name[MAPS_NAME], size_t *number)
{
    struct oserr e = OSERR_NONE;
    if (name[0] == '\0')
        e = maps_name(&p->maps, at, name);
    if (!oserr_is(e))
        e = objects_add(p->be, p->objects, id, number);
    if (oserr_is(e))
        return e;
    struct object *o = &p->objects->items[*number];
    o->in_shm = is_shm(p, id.dev);
    o->ignored = id.space == 0 && id.dev != SYSV_DEV && !lists(p, 1U << SEG_FILE) &&
                 !ends_in(name, " (deleted)");
    return o->ignored ? OSERR_NONE : sys_copy(p->be, name, &o->name);
}

/* Whether it is the object asked for besides the list, and not met yet. */
static bool is_strange(const struct object *o)
{
    return o->asked && !o->wanted && o->name == NULL && !o->ignored;
}

static void note_mapping(struct proc_scan *p, struct object *o, const struct sys_mapping *at)
{
    o->last = p->pid;
    if (!at->shared && o->id.space != SORT_MEMFD) /* which lives by private mappings too */
        return;
    if (o->map_pid == 0 || (o->shared == 0 && at->shared)) {
        o->map_pid = p->task;
        o->map_start = at->start;
        o->map_end = at->end;
    }
    if (!at->shared)
        return;
    o->shared += o->last_shared != p->pid;
    o->last_shared = p->pid;
    o->shared_write = o->shared_write || at->write;
}

static struct oserr take_mapping(void *ctx, const struct sys_mapping *at)
{
    struct proc_scan *p = ctx;
    char name[MAPS_NAME];
    struct seg_id id = {.dev = at->dev, .ino = at->ino};
    bool huge = false, anon = is_anon(p, at->dev);
    struct oserr e = OSERR_NONE;
    name[0] = '\0';
    if (anon)
        e = maps_name(&p->maps, at, name);
    if (oserr_is(e)) { /* one process does not end the scan */
        check_read(p, &p->unnamed, e);
        return OSERR_NONE;
    }
    if (anon)
        id = process_identity(p->be, &p->ipc, p->pid, id, name, &huge);
    long known = objects_find(p->objects, id);
    size_t number = (size_t)known;
    if (known == OBJECT_NONE &&
        (p->search->list == NULL || !(at->shared || anon || is_shm(p, id.dev))))
        return OSERR_NONE;
    if (known == OBJECT_NONE || is_strange(&p->objects->items[number]))
        e = meet(p, at, id, name, &number);
    if (oserr_is(e))
        return e;
    struct object *o = &p->objects->items[number];
    if (o->ignored && !o->asked)
        return OSERR_NONE;
    o->huge = o->huge || huge;
    note_mapping(p, o, at);
    return add_mapper(p, number, at);
}

/* *skipped: the process could not be read. */
static struct oserr read_mappings(struct proc_scan *p, bool *skipped)
{
    struct oserr unread = OSERR_NONE;
    p->unnamed = false;
    struct oserr e = maps_read(&p->maps, p->task, take_mapping, p, &unread);
    *skipped = p->unnamed;
    check_read(p, skipped, unread);
    return e;
}

/* ---- descriptors ---- */

static struct oserr add_holder(struct proc_scan *p, size_t number, int32_t fd)
{
    struct object *o = &p->objects->items[number];
    if (o->ignored && !o->asked)
        return OSERR_NONE;
    if (p->pid == p->me)
        o->own = fd + 1;
    if (o->fd_pid == 0 || (o->fd_pid == p->me && p->pid != o->fd_pid)) {
        o->fd_pid = p->task;
        o->fd = fd;
    }
    if (o->last == p->pid) /* it maps it too, which counts more */
        return OSERR_NONE;
    if (p->pid != p->me)
        object_used(o, p->pid, USE_HELD);
    if (p->search->counts && o->wanted)
        return OSERR_NONE;
    const struct seg_holder row = {.pid = p->pid, .fd = fd};
    return found_holder(p->be, p->out, p->objects, number, &row);
}

/* The identity of a descriptor's object; its name where that was needed, else empty. */
static struct seg_id descriptor_id(struct proc_scan *p, const struct sys_descriptor *d,
                                   char name[MAPS_NAME], bool *huge)
{
    char path[48];
    struct seg_id id = {.dev = d->dev, .ino = d->ino};
    name[0] = '\0';
    *huge = false;
    if (!is_anon(p, d->dev))
        return id;
    snprintf(path, sizeof path, "/proc/%u/fd/%d", p->task, d->fd);
    if (oserr_is(sys_readlink(p->be, path, name, MAPS_NAME)))
        name[0] = '\0';
    return process_identity(p->be, &p->ipc, p->pid, id, name, huge);
}

/* Keeps a descriptor of a file that a later process may map. */
static struct oserr keep_pending(struct proc_scan *p, struct seg_id id,
                                 const struct sys_descriptor *d)
{
    if (p->pending_count == PENDING_MAX || (d->links > 0 && !lists(p, 1U << SEG_FILE)))
        return OSERR_NONE;
    struct oserr e = sys_grow(p->be, (void **)&p->pending, &p->pending_cap, p->pending_count + 1,
                              sizeof *p->pending);
    if (!oserr_is(e))
        p->pending[p->pending_count++] = (struct pending_fd){id, p->pid, p->task, d->fd};
    return e;
}

static struct oserr take_descriptor(struct proc_scan *p, const struct sys_descriptor *d)
{
    char name[MAPS_NAME];
    bool huge;
    if (d->carrier)
        return carriers_add(p->be, &p->carriers, p->task, d);
    struct seg_id id = descriptor_id(p, d, name, &huge);
    long known = objects_find(p->objects, id);
    size_t number = (size_t)known;
    if (known == OBJECT_NONE) {
        bool ours = name[0] != '\0' || (d->links == 0 && is_shm(p, d->dev));
        if (p->search->list == NULL)
            return OSERR_NONE;
        if (!ours)
            return keep_pending(p, id, d);
        struct oserr e = objects_add(p->be, p->objects, id, &number);
        if (oserr_is(e))
            return e;
    }
    struct object *o = &p->objects->items[number];
    o->huge = o->huge || huge;
    o->unlinked = o->unlinked || d->links == 0;
    o->in_shm = o->in_shm || is_shm(p, d->dev);
    return add_holder(p, number, d->fd);
}

static struct oserr read_descriptors(struct proc_scan *p, bool *skipped)
{
    char path[40];
    struct sys_descriptors d;
    struct sys_descriptor batch[DESCRIPTORS];
    size_t n = DESCRIPTORS;
    d.at = d.have = 0;
    snprintf(path, sizeof path, "/proc/%u/fd", p->task);
    struct oserr e =
        sys_open(p->be, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, SYS_KEY_PROC_FDS, &d.dir);
    if (oserr_is(e)) {
        check_read(p, skipped, e);
        return OSERR_NONE;
    }
    while (n == DESCRIPTORS && !oserr_is(e)) {
        struct oserr r = sys_descriptors(p->be, &d, batch, DESCRIPTORS, &n);
        check_read(p, skipped, r);
        for (size_t i = 0; i < n && !oserr_is(e); i++)
            e = take_descriptor(p, &batch[i]);
        if (oserr_is(r))
            break;
        if (n == DESCRIPTORS && !oserr_is(e))
            e = may_continue(p);
    }
    sys_close(p->be, d.dir, SYS_KEY_PROC_ENDS);
    return e;
}

/* ---- the /dev/shm that another process sees ---- */

static struct oserr read_shm(struct proc_scan *p)
{
    char path[48];
    struct stat st;
    int dir;
    struct listing *list = p->search->list;
    snprintf(path, sizeof path, "/proc/%u/root/dev/shm", p->pid);
    if (oserr_is(sys_stat(p->be, path, true, SYS_KEY_PROC_SHM, &st)) || is_shm(p, st.st_dev) ||
        p->shm_count == SCAN_DEVICES || oserr_is(process_shm(p->be, p->pid, &dir)))
        return OSERR_NONE;
    struct oserr e = sys_fstat(p->be, dir, &st); /* what is really there: no link was followed */
    if (!oserr_is(e) && !is_shm(p, st.st_dev)) {
        size_t had = list->count, number;
        p->shm[p->shm_count++] = st.st_dev;
        e = ns_list(p->be, p->pid, dir, p->search->kinds, list);
        for (size_t i = had; i < list->count && !oserr_is(e); i++) {
            e = objects_add(p->be, p->objects, seg_id_of(&list->segs[i].stat), &number);
            if (!oserr_is(e))
                p->objects->items[number].wanted = true;
        }
    }
    sys_close(p->be, dir, SYS_KEY_PROC_SHM);
    return e.code == SEG_E_MEMORY ? e : OSERR_NONE;
}

/* ---- users that are no processes ---- */

static struct oserr take_loop(void *scan, const char *loop, struct seg_id id, bool *ours)
{
    struct proc_scan *p = scan;
    long known = objects_find(p->objects, id);
    struct seg_holder row = {.fd = -1};
    *ours = known != OBJECT_NONE;
    if (!*ours)
        return OSERR_NONE;
    object_used(&p->objects->items[known], 0, USE_HELD);
    if (p->search->counts && p->objects->items[known].wanted)
        return OSERR_NONE;
    snprintf(row.comm, sizeof row.comm, "%.15s", loop);
    return found_holder(p->be, p->out, p->objects, (size_t)known, &row);
}

/* Loop devices. They count as process 0 for the throttle: their files may hang whoever asks. */
static struct oserr read_loops(struct proc_scan *p)
{
    p->at.pid = p->pid = 0;
    enum seg_pace_answer answer = search_pace(p->search, &p->at);
    if (answer == SEG_SCAN_STOP)
        return (struct oserr){"getdents64", SEG_E_STOPPED};
    if (answer == SEG_SCAN_CONTINUE)
        return loops_read(p->be, take_loop, p, &p->out->unowned);
    p->out->unreadable++;
    return OSERR_NONE;
}

/* Has every object with a name of its own a user? */
static bool all_used(const struct proc_scan *p)
{
    bool used = true;
    for (size_t i = 0; i < p->objects->count; i++) {
        const struct object *o = &p->objects->items[i];
        bool named = (o->wanted || o->asked) && o->id.space == 0 && o->id.dev != SYSV_DEV;
        used = used && (!named || o->users.rw + o->users.ro + o->users.held > 0);
    }
    return used;
}

/* What may hide a user. Only asked where it decides: when all processes were read and one object
 * has no user. */
static struct oserr read_hidden(struct proc_scan *p)
{
    struct oserr e = p->search->mappers ? OSERR_NONE : read_loops(p);
    if (oserr_is(e))
        return e;
    p->out->unreadable += processes_hidden(p->be) ? 1 : 0; /* they count as one */
    if (p->out->unreadable == 0 && !p->search->mappers && !all_used(p))
        e = carriers_count(p->be, &p->carriers, may_continue, p, &p->out->unowned);
    return e;
}

/* ---- processes ---- */

/* Starts the rows of the next process. */
static void begin_rows(struct proc_scan *p, uint32_t pid)
{
    p->pid = p->task = pid;
    p->first_mapper = p->out->mappers_count;
    p->first_holder = p->out->holders_count;
}

/* Puts the name and user of process p->pid into its rows, if it has any. */
static void name_rows(struct proc_scan *p)
{
    struct found *f = p->out;
    char comm[SEG_COMM] = "";
    if (p->search->counts ||
        (f->mappers_count == p->first_mapper && f->holders_count == p->first_holder))
        return;
    uint32_t uid = process_user(p->be, p->pid);
    process_comm(p->be, p->pid, comm);
    for (size_t i = p->first_mapper; i < f->mappers_count; i++) {
        f->mappers[i].row.uid = uid;
        memcpy(f->mappers[i].row.comm, comm, sizeof comm);
    }
    for (size_t i = p->first_holder; i < f->holders_count; i++) {
        f->holders[i].row.uid = uid;
        memcpy(f->holders[i].row.comm, comm, sizeof comm);
    }
}

/* ---- threads ---- */

/* The other threads share the mappings of the main one, and usually its descriptors. What the first
 * living one shows stands for a main thread that has ended; a descriptor table of a thread's own
 * (unshare(CLONE_FILES)) is read too. */
static struct oserr read_thread(struct proc_scan *p, uint32_t thread, bool *ended, bool *skipped)
{
    bool same = false;
    struct oserr e = OSERR_NONE;
    uint32_t shown = p->task;
    if (*ended) {
        p->task = thread;
        e = read_mappings(p, skipped);
        if (!oserr_is(e) && !*skipped && !p->search->mappers)
            e = read_descriptors(p, skipped);
        *ended = false;
        return e; /* the next ones are compared with this one */
    }
    if (p->search->mappers || oserr_is(sys_same_files(p->be, shown, thread, &same)) || same)
        return e;
    p->task = thread;
    e = read_descriptors(p, skipped);
    p->task = shown;
    return e;
}

static struct oserr read_threads(struct proc_scan *p, bool *skipped)
{
    char path[40];
    DIR *dir;
    struct stat st;
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%u/task", p->pid);
    if (oserr_is(sys_stat(p->be, path, true, SYS_KEY_PROC_STAT, &st)) || st.st_nlink <= 3)
        return OSERR_NONE; /* one thread, or the process ended meanwhile */
    bool ended = process_main_ended(p->be, p->pid);
    if ((p->search->mappers && !ended) ||
        oserr_is(sys_opendir(p->be, path, SYS_KEY_PROC_FDS, &dir)))
        return OSERR_NONE;
    struct oserr e;
    do {
        e = sys_readdir(p->be, dir, SYS_KEY_PROC, &entry);
        if (oserr_is(e) || entry == NULL)
            break;
        uint32_t thread = (uint32_t)strtoul(entry->d_name, NULL, 10);
        if (thread != 0 && thread != p->pid)
            e = read_thread(p, thread, &ended, skipped);
    } while (!oserr_is(e));
    sys_closedir(p->be, dir, SYS_KEY_PROC_ENDS);
    p->task = p->pid;
    return e.code == SEG_E_MEMORY || e.code == SEG_E_STOPPED ? e : OSERR_NONE;
}

static struct oserr read_process(struct proc_scan *p)
{
    bool skipped = false;
    char comm[SEG_COMM] = "";
    struct oserr e = OSERR_NONE;
    if (lists(p, 1U << SEG_POSIX | 1U << SEG_SEM))
        e = read_shm(p);
    if (!oserr_is(e))
        e = read_mappings(p, &skipped);
    if (!oserr_is(e) && !skipped && !p->search->mappers)
        e = read_descriptors(p, &skipped);
    if (!oserr_is(e) && !skipped)
        e = read_threads(p, &skipped);
    if (oserr_is(e))
        return e;
    name_rows(p);
    if (!skipped || process_in_kernel(p->be, p->pid))
        return OSERR_NONE;
    if (!p->search->counts && p->out->unread.count < SEG_UNREAD_MAX)
        process_comm(p->be, p->pid, comm);
    found_unread(p->out, p->pid, comm, p->why);
    return OSERR_NONE;
}

/* Reads process p->pid, if the throttle permits. */
static struct oserr read_paced(struct proc_scan *p)
{
    p->at.pid = p->pid;
    enum seg_pace_answer answer = search_pace(p->search, &p->at);
    p->at.done++;
    if (answer == SEG_SCAN_CONTINUE)
        return read_process(p);
    if (answer == SEG_SCAN_STOP)
        return (struct oserr){"getdents64", SEG_E_STOPPED};
    found_unread(p->out, p->pid, (char[SEG_COMM]){""}, OSERR_NONE);
    return OSERR_NONE;
}

/* Estimates the number of processes: about the link count of /proc, which may be too many where not
 * all of them are visible to us. */
static void expect(struct proc_scan *p)
{
    struct stat st;
    if (p->search->pace != NULL && !oserr_is(sys_stat(p->be, "/proc", true, SYS_KEY_NONE, &st)))
        p->at.expected = st.st_nlink;
}

static struct oserr read_processes(struct proc_scan *p)
{
    DIR *proc;
    struct dirent *entry;
    struct oserr e = sys_opendir(p->be, "/proc", SYS_KEY_NONE, &proc);
    if (oserr_is(e))
        return e;
    expect(p);
    do {
        e = sys_readdir(p->be, proc, SYS_KEY_PROC, &entry);
        if (oserr_is(e) || entry == NULL)
            break;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        begin_rows(p, (uint32_t)strtoul(entry->d_name, NULL, 10));
        e = read_paced(p);
    } while (!oserr_is(e));
    sys_closedir(p->be, proc, SYS_KEY_NONE);
    return e;
}

/* Adds the pending descriptors of files that were met after all. Their own processes do not map
 * them, or the files would have been met before. */
static struct oserr resolve_pending(struct proc_scan *p)
{
    struct oserr e = OSERR_NONE;
    begin_rows(p, 0);
    for (size_t i = 0; i < p->pending_count && !oserr_is(e); i++) {
        const struct pending_fd *d = &p->pending[i];
        long known = objects_find(p->objects, d->id);
        if (known == OBJECT_NONE)
            continue;
        if (d->pid != p->pid) {
            name_rows(p);
            begin_rows(p, d->pid);
        }
        p->objects->items[known].last = 0;
        p->task = d->task;
        e = add_holder(p, (size_t)known, d->fd);
    }
    name_rows(p);
    return e;
}

/* Notes the device of our own /dev/shm, if there is one. */
static void know_own_shm(struct proc_scan *p)
{
    struct stat st;
    if (!oserr_is(sys_stat(p->be, POSIX_SHM_DIR, true, SYS_KEY_NONE, &st)))
        p->shm[p->shm_count++] = st.st_dev;
}

struct oserr scan_processes(struct backend *be, const struct search *search, struct found *out)
{
    struct proc_scan p = {
        .be = be, .search = search, .objects = search->objects, .out = out, .me = os_pid()};
    *out = (struct found){0};
    struct oserr e = maps_begin(be, &p.maps);
    if (!oserr_is(e)) {
        p.maps.between = may_continue;
        p.maps.between_ctx = &p;
        p.maps.shared = search->shared;
        know_own_shm(&p);
        sys_anon_devices(be, p.anon_devices);
        e = read_processes(&p);
    }
    if (!oserr_is(e))
        e = resolve_pending(&p);
    if (!oserr_is(e))
        e = read_hidden(&p);
    maps_end(&p.maps);
    free(p.pending);
    carriers_free(&p.carriers);
    return e;
}
