/* /proc: an object is known by device and inode, never by the text of its name, which may say
 * anything. */
#include "backend/mappers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "backend/sys_linux.h"

enum {
    MAPS_BUFFER = 32 * 1024,    /* of /proc/PID/maps at a time; a line's head is far shorter */
    KERNEL_THREAD = 0x00200000, /* PF_KTHREAD in the flags of /proc/PID/stat */
};

/* One pass under way. */
struct pass {
    struct backend *be;
    const struct wanted *wanted; /* sorted by dev, ino */
    size_t n;
    struct found *out;
    char *buffer;        /* MAPS_BUFFER bytes */
    uint32_t pid;        /* the process being read */
    size_t first_mapper; /* where its rows begin */
    size_t first_holder;
};

static int compare_wanted(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;
    if (x->dev != y->dev)
        return x->dev < y->dev ? -1 : 1;
    return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static const struct wanted *find_wanted(const struct pass *p, uint64_t dev, uint64_t ino)
{
    struct wanted key = {.dev = dev, .ino = ino};
    return p->n == 0 ? NULL : bsearch(&key, p->wanted, p->n, sizeof key, compare_wanted);
}

/* Died meanwhile: of no interest. Anything else counts as unreadable. */
static bool is_gone(struct oserr e)
{
    return e.code == ENOENT || e.code == ESRCH;
}

/* A number in `base` at *s, which moves behind it and one separator. */
static uint64_t number(const char **s, const char *end, unsigned base)
{
    uint64_t v = 0;
    for (; *s < end; (*s)++) {
        char c = **s;
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                            : 16;
        if (d >= base)
            break;
        v = v * base + d;
    }
    if (*s < end)
        (*s)++;
    return v;
}

/* `start-end perms offset major:minor inode path` */
static struct oserr take_line(struct pass *p, const char *s, const char *end)
{
    uint64_t low = number(&s, end, 16), high = number(&s, end, 16);
    if (end - s < 5)
        return OSERR_NONE;
    const char *perms = s;
    s += 5;
    uint64_t offset = number(&s, end, 16);
    unsigned maj = (unsigned)number(&s, end, 16), min = (unsigned)number(&s, end, 16);
    uint64_t ino = number(&s, end, 10);
    const struct wanted *w = ino == 0 ? NULL : find_wanted(p, makedev(maj, min), ino);
    if (w == NULL)
        return OSERR_NONE;
    struct found *f = p->out;
    struct oserr e = sys_grow(p->be, (void **)&f->mappers, &f->mappers_cap, f->mappers_count + 1,
                              sizeof *f->mappers);
    if (!oserr_is(e))
        f->mappers[f->mappers_count++] = (struct found_mapper){
            .tag = w->tag,
            .row = {.pid = p->pid,
                    .read = perms[0] == 'r',
                    .write = perms[1] == 'w' && perms[3] == 's',
                    .address = low,
                    .offset = offset,
                    .length = high - low},
        };
    return e;
}

/* Takes the whole lines of buffer[0, have) and moves the rest to its start. */
static struct oserr take_lines(struct pass *p, size_t *have)
{
    char *s = p->buffer, *end = s + *have, *newline;
    struct oserr e = OSERR_NONE;
    while (!oserr_is(e) && (newline = memchr(s, '\n', (size_t)(end - s))) != NULL) {
        e = take_line(p, s, newline);
        s = newline + 1;
    }
    *have = (size_t)(end - s);
    memmove(p->buffer, s, *have);
    return e;
}

/* *skipped: the process could not be read; false with no error: it was, or it ended. */
static struct oserr read_maps(struct pass *p, bool *skipped)
{
    char path[40];
    int fd;
    size_t have = 0, got = 1;
    snprintf(path, sizeof path, "/proc/%u/maps", p->pid);
    struct oserr e = sys_open(p->be, path, O_RDONLY | O_CLOEXEC, SYS_KEY_PROC_MAPS, &fd);
    *skipped = oserr_is(e) && !is_gone(e);
    if (oserr_is(e))
        return OSERR_NONE;
    while (got > 0 && have < MAPS_BUFFER && !oserr_is(e)) {
        struct oserr r =
            sys_read(p->be, fd, p->buffer + have, MAPS_BUFFER - have, SYS_KEY_PROC_READ, &got);
        *skipped = oserr_is(r) && !is_gone(r);
        have += got;
        e = take_lines(p, &have);
    }
    sys_close(p->be, fd, SYS_KEY_PROC_CLOSE);
    return e;
}

static bool maps_it(const struct pass *p, size_t tag)
{
    for (size_t i = p->first_mapper; i < p->out->mappers_count; i++)
        if (p->out->mappers[i].tag == tag)
            return true;
    return false;
}

static struct oserr take_descriptor(struct pass *p, DIR *dir, const char *name)
{
    struct sys_identity id;
    if (oserr_is(sys_identify(p->be, dirfd(dir), name, &id)) || !id.regular)
        return OSERR_NONE; /* closed meanwhile */
    const struct wanted *w = find_wanted(p, id.dev, id.ino);
    if (w == NULL || maps_it(p, w->tag))
        return OSERR_NONE;
    struct found *f = p->out;
    struct oserr e = sys_grow(p->be, (void **)&f->holders, &f->holders_cap, f->holders_count + 1,
                              sizeof *f->holders);
    if (!oserr_is(e))
        f->holders[f->holders_count++] = (struct found_holder){
            .tag = w->tag,
            .row = {.pid = p->pid, .fd = (int32_t)strtol(name, NULL, 10)},
        };
    return e;
}

static struct oserr read_descriptors(struct pass *p, bool *skipped)
{
    char path[40];
    DIR *dir;
    snprintf(path, sizeof path, "/proc/%u/fd", p->pid);
    struct oserr e = sys_opendir(p->be, path, SYS_KEY_PROC_FDS, &dir);
    if (oserr_is(e)) {
        *skipped = *skipped || !is_gone(e);
        return OSERR_NONE;
    }
    e = OSERR_NONE;
    while (!oserr_is(e)) {
        struct dirent *entry;
        struct oserr r = sys_readdir(p->be, dir, SYS_KEY_PROC_ENTRY, &entry);
        *skipped = *skipped || (oserr_is(r) && !is_gone(r));
        if (entry == NULL)
            break;
        if (entry->d_name[0] != '.')
            e = take_descriptor(p, dir, entry->d_name);
    }
    sys_closedir(p->be, dir, SYS_KEY_PROC_ENDS);
    return e;
}

/* A small file of the process into buf, NUL-terminated; false: it could not be had. */
static bool read_small(struct pass *p, const char *name, char *buf, size_t cap)
{
    char path[40];
    int fd;
    size_t got;
    buf[0] = '\0';
    snprintf(path, sizeof path, "/proc/%u/%s", p->pid, name);
    if (oserr_is(sys_open(p->be, path, O_RDONLY | O_CLOEXEC, SYS_KEY_PROC_COMM, &fd)))
        return false;
    bool ok = !oserr_is(sys_read(p->be, fd, buf, cap - 1, SYS_KEY_PROC_READ, &got));
    buf[got] = '\0';
    sys_close(p->be, fd, SYS_KEY_PROC_CLOSE);
    return ok && got > 0;
}

/* The name it gave itself, into its new rows. /proc/PID/cmdline could block on its memory; comm
 * cannot. */
static void name_rows(struct pass *p)
{
    char comm[64];
    struct found *f = p->out;
    if (p->first_mapper == f->mappers_count && p->first_holder == f->holders_count)
        return;
    (void)read_small(p, "comm", comm, sizeof comm);
    size_t n = strlen(comm);
    if (n > 0 && comm[n - 1] == '\n')
        comm[n - 1] = '\0';
    for (size_t i = p->first_mapper; i < f->mappers_count; i++)
        snprintf(f->mappers[i].row.comm, sizeof f->mappers[i].row.comm, "%.15s", comm);
    for (size_t i = p->first_holder; i < f->holders_count; i++)
        snprintf(f->holders[i].row.comm, sizeof f->holders[i].row.comm, "%.15s", comm);
}

/* `pid (comm) state ppid pgrp session tty tpgid flags ...`: a thread of the kernel has nothing
 * mapped. */
static bool is_kernel_thread(struct pass *p)
{
    char stat[512];
    if (!read_small(p, "stat", stat, sizeof stat))
        return false;
    const char *s = strrchr(stat, ')');
    for (int field = 0; s != NULL && field < 7; field++)
        s = strchr(s + 1, ' ');
    return s != NULL && (strtoul(s, NULL, 10) & KERNEL_THREAD) != 0;
}

static struct oserr read_process(struct pass *p)
{
    bool skipped = false;
    p->first_mapper = p->out->mappers_count;
    p->first_holder = p->out->holders_count;
    struct oserr e = read_maps(p, &skipped);
    if (!oserr_is(e) && !skipped)
        e = read_descriptors(p, &skipped);
    if (oserr_is(e))
        return e;
    name_rows(p);
    if (skipped && !is_kernel_thread(p))
        p->out->unreadable++;
    return OSERR_NONE;
}

static struct oserr read_processes(struct pass *p)
{
    DIR *proc;
    struct dirent *entry;
    struct oserr e = sys_opendir(p->be, "/proc", SYS_KEY_NONE, &proc);
    if (oserr_is(e))
        return e;
    do {
        e = sys_readdir(p->be, proc, SYS_KEY_PROC, &entry);
        if (entry == NULL)
            break;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        p->pid = (uint32_t)strtoul(entry->d_name, NULL, 10);
        e = read_process(p);
    } while (!oserr_is(e));
    sys_closedir(p->be, proc, SYS_KEY_NONE);
    return e;
}

static int compare_mappers(const void *a, const void *b)
{
    const struct found_mapper *x = a, *y = b;
    if (x->tag != y->tag)
        return x->tag < y->tag ? -1 : 1;
    if (x->row.pid != y->row.pid)
        return x->row.pid < y->row.pid ? -1 : 1;
    return x->row.address < y->row.address ? -1 : x->row.address > y->row.address;
}

static int compare_holders(const void *a, const void *b)
{
    const struct found_holder *x = a, *y = b;
    if (x->tag != y->tag)
        return x->tag < y->tag ? -1 : 1;
    if (x->row.pid != y->row.pid)
        return x->row.pid < y->row.pid ? -1 : 1;
    return x->row.fd < y->row.fd ? -1 : x->row.fd > y->row.fd;
}

struct oserr mappers_find(struct backend *be, struct wanted *wanted, size_t n, struct found *out)
{
    void *buffer;
    *out = (struct found){0};
    struct oserr e = sys_alloc(be, MAPS_BUFFER, &buffer);
    if (oserr_is(e))
        return e;
    if (n > 1)
        qsort(wanted, n, sizeof *wanted, compare_wanted);
    struct pass p = {.be = be, .wanted = wanted, .n = n, .out = out, .buffer = buffer};
    e = read_processes(&p);
    free(buffer);
    if (out->mappers_count > 1)
        qsort(out->mappers, out->mappers_count, sizeof *out->mappers, compare_mappers);
    if (out->holders_count > 1)
        qsort(out->holders, out->holders_count, sizeof *out->holders, compare_holders);
    return e;
}

void found_free(struct found *f)
{
    free(f->mappers);
    free(f->holders);
    *f = (struct found){0};
}
