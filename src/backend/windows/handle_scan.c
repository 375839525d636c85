/* Finds the processes that have a handle on a section: lists every handle of every process and
 * queries the names of those on sections. A process that has only a view of a section is
 * invisible. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/users.h"
#include "backend/windows/kinds.h"
#include "backend/windows/sys_windows.h"

struct handle_scan {
    struct backend *be;
    const struct search *search;
    struct objects *objects;
    struct found *out;
    uint32_t me;         /* our own process */
    uint32_t pid;        /* the process that is open */
    void *process;       /* NULL: it could not be opened */
    char comm[SEG_COMM]; /* its name; empty: not known yet */
    bool skip;           /* it is not to be read */
};

static int compare_handles(const void *a, const void *b)
{
    const struct sys_handle *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->handle < y->handle ? -1 : x->handle > y->handle;
}

/* Opens the process of the next handle, unless it is open. */
static void enter_process(struct handle_scan *p, uint32_t pid)
{
    if (pid == p->pid)
        return;
    if (p->process != NULL)
        sys_close_handle(p->be, p->process, SYS_KEY_DONE);
    p->pid = pid;
    p->comm[0] = '\0';
    p->skip = false;
    struct oserr e = sys_open_process(p->be, pid, &p->process);
    if (oserr_kind(e) == OSERR_K_DENIED)
        found_unread(p->out, pid, p->comm, e);
}

static struct oserr add_holder(struct handle_scan *p, size_t number, const struct sys_handle *h)
{
    struct seg_holder row = {
        .pid = p->pid, .fd = (int32_t)(uint32_t)h->handle, .access = h->access};
    if (p->comm[0] == '\0')
        sys_image_name(p->be, p->process, p->comm);
    memcpy(row.comm, p->comm, sizeof row.comm);
    if (p->pid != p->me)
        object_used(&p->objects->items[number], p->pid, objects_use(h->access));
    return found_holder(p->be, p->out, p->objects, number, &row);
}

/* Adds a row when the handle's object is a wanted one. */
static struct oserr take_handle(struct handle_scan *p, const struct sys_handle *h)
{
    struct seg_stat id = {0};
    void *copy;
    char *name;
    enter_process(p, h->pid);
    if (p->process == NULL ||
        oserr_is(sys_duplicate(p->be, p->process, h->handle, 0, SYS_KEY_COPY, &copy)))
        return OSERR_NONE; /* closed meanwhile, or not permitted, which is counted already */
    struct oserr e = sys_object_name(p->be, copy, SYS_KEY_NAME, &name);
    sys_close_handle(p->be, copy, SYS_KEY_DONE);
    if (oserr_is(e) || name[0] == '\0') {
        free(name);
        return OSERR_NONE;
    }
    win_identify(name, &id);
    free(name);
    long number = objects_find(p->objects, seg_id_of(&id));
    bool wanted = number != OBJECT_NONE && p->objects->items[number].wanted;
    return wanted ? add_holder(p, (size_t)number, h) : OSERR_NONE;
}

/* Takes a handle, if the throttle permits. Progress is counted in handles, because the number of
 * processes is not known. */
static struct oserr take_paced(struct handle_scan *p, const struct sys_handle *h, size_t done,
                               size_t expected)
{
    struct seg_at at = {h->pid, done, expected};
    enum seg_pace_answer answer = h->pid != p->pid ? search_pace(p->search, &at)
                                  : p->skip        ? SEG_SCAN_SKIP
                                                   : SEG_SCAN_CONTINUE;
    if (answer == SEG_SCAN_STOP)
        return (struct oserr){"NtQueryObject", SEG_E_STOPPED};
    if (answer == SEG_SCAN_CONTINUE)
        return take_handle(p, h);
    if (h->pid != p->pid)
        found_unread(p->out, h->pid, (char[SEG_COMM]){""}, OSERR_NONE);
    p->pid = h->pid;
    p->skip = true;
    return OSERR_NONE;
}

/* The type number of sections: taken from one that we create for this. */
static struct oserr section_type(struct backend *be, struct sys_handle **rows, size_t *n,
                                 uint32_t *type)
{
    void *own;
    uint32_t me = os_pid();
    *type = 0;
    *rows = NULL;
    struct oserr e = sys_create_section(be, NULL, SEG_PAGE, &own);
    if (oserr_is(e))
        return e;
    e = sys_all_handles(be, rows, n);
    for (size_t i = 0; !oserr_is(e) && i < *n; i++)
        if ((*rows)[i].pid == me && (*rows)[i].handle == (uintptr_t)own)
            *type = (*rows)[i].type;
    sys_close_handle(be, own, SYS_KEY_NONE);
    return e;
}

/* No kind is known from processes alone, so nothing is met. */
struct oserr scan_processes(struct backend *be, const struct search *search, struct found *out)
{
    struct sys_handle *rows = NULL;
    size_t count = 0;
    uint32_t type = 0;
    *out = (struct found){0};
    if (search->objects->count == 0)
        return OSERR_NONE;
    struct handle_scan p = {
        .be = be, .search = search, .objects = search->objects, .out = out, .me = os_pid()};
    struct oserr e = section_type(be, &rows, &count, &type);
    if (!oserr_is(e) && count > 1)
        qsort(rows, count, sizeof *rows, compare_handles);
    for (size_t i = 0; i < count && !oserr_is(e); i++)
        if (rows[i].type == type)
            e = take_paced(&p, &rows[i], i, count);
    if (p.process != NULL)
        sys_close_handle(be, p.process, SYS_KEY_DONE);
    free(rows);
    return e;
}

struct oserr discover_rows(struct backend *be, const struct search *search)
{
    (void)be;
    (void)search;
    return OSERR_NONE;
}
