#include "backend/linux/proc_hidden.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INFO_CAP = 64 * 1024, /* read of an fdinfo: an io_uring's lists what is queued first */
    BATCH = 64,           /* carriers between two questions */
};

/* ---- descriptors in flight, and in an io_uring ---- */

struct carrier {
    uint64_t socket; /* its inode; 0: no socket. Several processes may have the same one */
    uint32_t task;
    int32_t fd;
};

struct oserr carriers_add(struct backend *be, struct carriers *c, uint32_t task,
                          const struct sys_descriptor *d)
{
    struct oserr e = sys_grow(be, (void **)&c->items, &c->cap, c->count + 1, sizeof *c->items);
    if (!oserr_is(e))
        c->items[c->count++] = (struct carrier){d->socket ? d->ino : 0, task, d->fd};
    c->sockets = c->sockets || d->socket;
    return e;
}

void carriers_free(struct carriers *c)
{
    free(c->items);
    *c = (struct carriers){0};
}

/* Reads a small file whole, or its first bytes; NUL-terminated. */
static struct oserr read_text(struct backend *be, const char *path, char *text, size_t cap,
                              enum sys_key key)
{
    int fd;
    size_t got = 0;
    struct oserr e = sys_open(be, path, O_RDONLY | O_CLOEXEC, key, &fd);
    if (!oserr_is(e)) {
        e = sys_read(be, fd, text, cap - 1, key, &got);
        sys_close(be, fd, key);
    }
    text[got] = '\0';
    return e;
}

/* The number after a word at the start of a line; false: there is no such line. */
static bool line_number(const char *text, const char *word, unsigned long *number)
{
    size_t n = strlen(word);
    const char *at = text;
    while (at != NULL && strncmp(at, word, n) != 0) {
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    *number = at == NULL ? 0 : strtoul(at + n, NULL, 10);
    return at != NULL;
}

/* The open files that a descriptor carries, according to its fdinfo. An io_uring that says nothing,
 * because it was busy or its list is cut, counts as one. */
static size_t carried(const char *info, bool socket)
{
    unsigned long n = 0;
    if (line_number(info, "scm_fds:", &n) || line_number(info, "UserFiles:", &n))
        return n;
    return socket ? 0 : 1;
}

static bool is_gone(struct oserr e)
{
    return e.code == ENOENT || e.code == ESRCH;
}

/* A carrier that is no socket is an anonymous inode: an io_uring, or what carries nothing. */
static bool may_carry(struct backend *be, const struct carrier *at)
{
    char path[48], name[64];
    snprintf(path, sizeof path, "/proc/%u/fd/%d", at->task, at->fd);
    return at->socket != 0 || oserr_is(sys_readlink(be, path, name, sizeof name)) ||
           strcmp(name, "anon_inode:[io_uring]") == 0;
}

/* Since Linux 5.6 the fdinfo of a Unix socket tells. */
static bool tells_in_flight(struct backend *be, char *info)
{
    char path[48];
    int fd;
    unsigned long n;
    if (oserr_is(sys_unix_socket(be, &fd)))
        return false;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    struct oserr e = read_text(be, path, info, INFO_CAP, SYS_KEY_PROC_FDINFO);
    sys_close(be, fd, SYS_KEY_PROC_FDINFO);
    return !oserr_is(e) && line_number(info, "scm_fds:", &n);
}

static int compare_carriers(const void *a, const void *b)
{
    const struct carrier *x = a, *y = b;
    return x->socket < y->socket ? -1 : x->socket > y->socket;
}

struct oserr carriers_count(struct backend *be, struct carriers *c,
                            struct oserr (*between)(void *ctx), void *ctx, size_t *files)
{
    char path[48];
    void *info;
    uint64_t read = 0; /* the socket that was read last */
    struct oserr e = sys_alloc(be, INFO_CAP, &info);
    if (oserr_is(e))
        return e;
    if (c->count > 0)
        qsort(c->items, c->count, sizeof *c->items, compare_carriers);
    if (c->sockets && !tells_in_flight(be, info))
        ++*files;
    for (size_t i = 0; i < c->count && !oserr_is(e); i++) {
        const struct carrier *at = &c->items[i];
        if ((at->socket != 0 && at->socket == read) || !may_carry(be, at))
            continue;
        snprintf(path, sizeof path, "/proc/%u/fdinfo/%d", at->task, at->fd);
        struct oserr r = read_text(be, path, info, INFO_CAP, SYS_KEY_PROC_FDINFO);
        *files += !oserr_is(r) ? carried(info, at->socket != 0) : is_gone(r) ? 0 : 1;
        read = oserr_is(r) ? read : at->socket;
        if (i % BATCH == BATCH - 1)
            e = between(ctx);
    }
    free(info);
    return e;
}

/* ---- loop devices ---- */

enum { FILE_CAP = 4200 }; /* a path, and the newline */

/* The path of the file of a loop device, as whoever set it up called it; ENOENT: it has none. */
static struct oserr loop_path(struct backend *be, const char *loop, char file[FILE_CAP])
{
    char path[300];
    snprintf(path, sizeof path, "/sys/block/%s/loop/backing_file", loop);
    struct oserr e = read_text(be, path, file, FILE_CAP, SYS_KEY_LOOPS);
    size_t n = strlen(file);
    if (n > 0 && file[n - 1] == '\n')
        file[n - 1] = '\0';
    return e;
}

/* The file of a loop device itself; an error where we may not open the device. */
static struct oserr loop_file(struct backend *be, const char *loop, struct seg_id *id)
{
    char path[300];
    int fd;
    *id = (struct seg_id){0};
    snprintf(path, sizeof path, "/dev/%s", loop);
    struct oserr e = sys_open(be, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, SYS_KEY_LOOPS, &fd);
    if (oserr_is(e))
        return e;
    e = sys_loop_file(be, fd, &id->dev, &id->ino);
    sys_close(be, fd, SYS_KEY_LOOPS);
    return e;
}

/* One loop device. Where only the path of its file is known, that leads to the same file only in
 * the mount namespace of whoever set it up: when it leads to none of ours here, its file is not
 * known. */
static struct oserr read_loop(struct backend *be, const char *loop, loop_taken *take, void *ctx,
                              size_t *files)
{
    char path[FILE_CAP];
    struct seg_id id;
    struct stat st;
    bool ours = false;
    struct oserr there = loop_path(be, loop, path);
    if (is_gone(there))
        return OSERR_NONE;
    if (!oserr_is(loop_file(be, loop, &id)))
        return take(ctx, loop, id, &ours);
    if (!oserr_is(there))
        there = sys_stat(be, path, false, SYS_KEY_LOOPS, &st);
    struct oserr e = OSERR_NONE;
    if (!oserr_is(there))
        e = take(ctx, loop, (struct seg_id){.dev = st.st_dev, .ino = st.st_ino}, &ours);
    *files += ours ? 0 : 1;
    return e;
}

struct oserr loops_read(struct backend *be, loop_taken *take, void *ctx, size_t *files)
{
    DIR *dir;
    struct dirent *entry;
    struct oserr e = OSERR_NONE;
    if (oserr_is(sys_opendir(be, "/sys/block", SYS_KEY_LOOPS, &dir))) {
        ++*files;
        return e;
    }
    while (!oserr_is(e)) {
        struct oserr r = sys_readdir(be, dir, SYS_KEY_LOOPS, &entry);
        *files += oserr_is(r) ? 1 : 0;
        if (oserr_is(r) || entry == NULL)
            break;
        if (strncmp(entry->d_name, "loop", 4) == 0)
            e = read_loop(be, entry->d_name, take, ctx, files);
    }
    sys_closedir(be, dir, SYS_KEY_LOOPS);
    return e;
}

/* ---- hidden processes ---- */

bool process_nested(struct backend *be)
{
    char ns[64];
    bool known = !oserr_is(sys_readlink(be, "/proc/self/ns/pid", ns, sizeof ns));
    /* The initial namespace has a fixed inode (PROC_PID_INIT_INO in include/linux/proc_ns.h). */
    return !known || strcmp(ns, "pid:[4026531836]") != 0;
}

bool processes_hidden(struct backend *be)
{
    char self[32];
    struct stat st;
    bool hidden = sys_stat(be, "/proc/1", true, SYS_KEY_NONE, &st).code == ENOENT;
    bool known = !oserr_is(sys_readlink(be, "/proc/self", self, sizeof self));
    bool ours = known && strtoul(self, NULL, 10) == os_pid();
    return hidden || !ours || process_nested(be);
}
