/* /proc: an object is known by device and inode; what it is called only tells apart those that the
 * kernel itself made, whose names nobody else can give. */
#include "backend/mappers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/kinds.h"
#include "backend/linux/proc_scan.h"

enum { KERNEL_THREAD = 0x00200000 }; /* PF_KTHREAD in the flags of /proc/PID/stat */

bool scan_is_shm(const struct proc_scan *p, uint64_t dev)
{
    for (size_t i = 0; i < p->shm_count; i++)
        if (p->shm[i] == dev)
            return true;
    return false;
}

/* ---- /dev/shm of others ---- */

static struct oserr read_shm(struct proc_scan *p)
{
    char path[48];
    struct stat st;
    int dir;
    snprintf(path, sizeof path, "/proc/%u/root/dev/shm", p->pid);
    if (oserr_is(sys_stat(p->be, path, true, SYS_KEY_PROC_SHM, &st)) || scan_is_shm(p, st.st_dev) ||
        p->shm_count == SCAN_DEVICES || oserr_is(process_shm(p->be, p->pid, &dir)))
        return OSERR_NONE;
    struct oserr e = sys_fstat(p->be, dir, &st); /* what is really there: no link was followed */
    if (!oserr_is(e) && !scan_is_shm(p, st.st_dev)) {
        size_t had = p->list->count, number;
        p->shm[p->shm_count++] = st.st_dev;
        e = ns_list(p->be, p->pid, dir, p->kinds, p->list);
        for (size_t i = had; i < p->list->count && !oserr_is(e); i++) {
            e = objects_add(p->be, p->objects, seg_id_of(&p->list->segs[i].stat), &number);
            if (!oserr_is(e))
                p->objects->items[number].wanted = true;
        }
    }
    sys_close(p->be, dir, SYS_KEY_PROC_SHM);
    return e.code == SEG_E_MEMORY ? e : OSERR_NONE;
}

/* ---- processes ---- */

/* A small file of the process into buf, NUL-terminated; false: it could not be had. */
static bool read_small(struct proc_scan *p, const char *name, char *buf, size_t cap)
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

/* Whose the process is: the owner of its folder, whether it may be looked at or not. */
static uint32_t user_of(struct proc_scan *p)
{
    char path[40];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%u", p->pid);
    struct oserr e = sys_stat(p->be, path, true, SYS_KEY_PROC_STAT, &st);
    return oserr_is(e) ? 0 : st.st_uid;
}

/* The name it gave itself, and whose it is. /proc/PID/cmdline could block on its memory; comm
 * cannot. */
struct oserr scan_name(struct proc_scan *p)
{
    struct found *f = p->out;
    char comm[64];
    struct oserr e = sys_grow(p->be, (void **)&f->processes, &f->processes_cap,
                              f->processes_count + 1, sizeof *f->processes);
    if (oserr_is(e))
        return e;
    struct found_process *named = &f->processes[f->processes_count++];
    *named = (struct found_process){.pid = p->pid};
    if (p->counts)
        return OSERR_NONE;
    named->uid = user_of(p);
    (void)read_small(p, "comm", comm, sizeof comm);
    size_t n = strlen(comm);
    if (n > 0 && comm[n - 1] == '\n')
        comm[n - 1] = '\0';
    snprintf(named->comm, sizeof named->comm, "%.15s", comm);
    return OSERR_NONE;
}

/* `pid (comm) state ppid pgrp session tty tpgid flags ...`: a thread of the kernel has nothing
 * mapped. */
static bool is_kernel_thread(struct proc_scan *p)
{
    char stat[512];
    if (!read_small(p, "stat", stat, sizeof stat))
        return false;
    const char *s = strrchr(stat, ')');
    for (int field = 0; s != NULL && field < 7; field++)
        s = strchr(s + 1, ' ');
    return s != NULL && (strtoul(s, NULL, 10) & KERNEL_THREAD) != 0;
}

static struct oserr read_process(struct proc_scan *p)
{
    bool skipped = false;
    struct oserr e = OSERR_NONE;
    size_t rows = p->out->mappers_count + p->out->holders_count;
    if (p->list != NULL && (p->kinds & (1U << SEG_POSIX | 1U << SEG_SEM)) != 0)
        e = read_shm(p);
    if (!oserr_is(e))
        e = scan_mappings(p, &skipped);
    if (!oserr_is(e) && !skipped)
        e = scan_descriptors(p, &skipped);
    if (!oserr_is(e) && p->out->mappers_count + p->out->holders_count > rows)
        e = scan_name(p);
    if (oserr_is(e))
        return e;
    if (skipped && !is_kernel_thread(p))
        p->out->unreadable++;
    return OSERR_NONE;
}

struct oserr scan_continue(void *pass)
{
    struct proc_scan *p = pass;
    bool stop = search_pace(p->search, &p->at) == SEG_SCAN_STOP;
    return stop ? (struct oserr){"getdents64", SEG_E_STOPPED} : OSERR_NONE;
}

/* Process p->pid, if the pace lets us. */
static struct oserr read_paced(struct proc_scan *p)
{
    p->at.pid = p->pid;
    enum seg_pace_answer answer = search_pace(p->search, &p->at);
    p->at.done++;
    if (answer == SEG_SCAN_CONTINUE)
        return read_process(p);
    if (answer == SEG_SCAN_STOP)
        return (struct oserr){"getdents64", SEG_E_STOPPED};
    p->out->unreadable++;
    return OSERR_NONE;
}

/* How many processes there are: /proc has about as many links, which may be too many where not all
 * are ours to see. */
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
        if (entry == NULL)
            break;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        p->pid = (uint32_t)strtoul(entry->d_name, NULL, 10);
        e = read_paced(p);
    } while (!oserr_is(e));
    sys_closedir(p->be, proc, SYS_KEY_NONE);
    return e;
}

/* The device of our own /dev/shm, where there is one. */
static void know_own_shm(struct proc_scan *p)
{
    struct stat st;
    if (!oserr_is(sys_stat(p->be, POSIX_SHM_DIR, true, SYS_KEY_NONE, &st)))
        p->shm[p->shm_count++] = st.st_dev;
}

/* Where processes of others are hidden, the first one is: then some could not be read. */
static void count_hidden(struct proc_scan *p)
{
    struct stat st;
    struct oserr e = sys_stat(p->be, "/proc/1", true, SYS_KEY_NONE, &st);
    if (e.code == ENOENT)
        p->out->unreadable++;
}

struct oserr scan_processes(struct backend *be, const struct search *search, struct found *out)
{
    struct proc_scan p = {.be = be,
                          .objects = search->objects,
                          .out = out,
                          .list = search->list,
                          .kinds = search->kinds,
                          .counts = search->counts,
                          .me = os_pid(),
                          .search = search};
    *out = (struct found){0};
    struct oserr e = maps_begin(be, &p.maps);
    if (!oserr_is(e)) {
        p.maps.between = scan_continue;
        p.maps.between_ctx = &p;
        know_own_shm(&p);
        sys_anon_devices(be, p.nameless);
        e = read_processes(&p);
        count_hidden(&p);
    }
    if (!oserr_is(e))
        e = scan_resolve_pending(&p);
    maps_end(&p.maps);
    free(p.pending);
    return e;
}

void found_free(struct found *f)
{
    free(f->mappers);
    free(f->holders);
    free(f->processes);
    *f = (struct found){0};
}
