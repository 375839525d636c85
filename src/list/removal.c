#include "list/removal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/text.h"

enum { REPORT_MAX = 1024 * 1024 };

/* `pid comm`, each process once, all of them: who removes by force takes it from each. */
static void print_user(struct out *o, uint32_t pid, const char comm[16], bool *first)
{
    char name[80];
    (void)text_escape(name, sizeof name, comm, strnlen(comm, 16));
    out_print(o, "%s%" PRIu32 " %s", *first ? "" : ", ", pid, name);
    *first = false;
}

void removal_users(struct out *o, const struct seg_who *who)
{
    bool first = true;
    uint32_t me = os_pid();
    if (who->mappers_count > 0)
        out_str(o, "still mapped by ");
    else if (who->holders_count > 0)
        out_str(o, "still held open by ");
    else
        out_str(o, "still in use by a process that cannot be named");
    for (size_t i = 0; i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        if (m->pid != me && (i == 0 || who->mappers[i - 1].pid != m->pid))
            print_user(o, m->pid, m->comm, &first);
    }
    if (who->mappers_count > 0 && who->holders_count > 0) {
        out_str(o, ", held open by ");
        first = true;
    }
    for (size_t i = 0; i < who->holders_count; i++) {
        const struct seg_holder *h = &who->holders[i];
        if (h->pid != me && (i == 0 || who->holders[i - 1].pid != h->pid))
            print_user(o, h->pid, h->comm, &first);
    }
}

const char *removal_cannot(const char *locator)
{
    static const struct {
        const char *prefix, *why;
    } kinds[] = {
        {"win:", "on Windows a name goes with its last handle and cannot be removed"},
        {"fd:", "it has no name to remove: it goes when the processes that have it let it go"},
        {"map:", "it has no name to remove: it goes when the processes that have it let it go"},
        {"memfd:", "it has no name to remove: it goes when the processes that have it let it go"},
        {"ns:", "its name is in another namespace: remove it there (nsenter -t PID -m)"},
        {"file:", "it is a file, not a segment: rm removes it"},
        {"rec:", "it is a recording, not a segment: rm removes it"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strncmp(locator, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
            return kinds[i].why;
    return NULL;
}

void removal_why(struct out *o, const char *locator, struct oserr e, const struct seg_who *who)
{
    char text[160];
    if (e.code == SEG_E_UNSUPPORTED && removal_cannot(locator) != NULL)
        out_str(o, removal_cannot(locator));
    else if (e.code == SEG_E_IN_USE)
        removal_users(o, who);
    else if (e.code == SEG_E_REPLACED)
        out_str(o, "it is another segment of this name by now");
    else if (e.code == SEG_E_UNPROVED)
        out_print(o,
                  "nobody is seen to have it, but %zu process%s could not be read and it is not "
                  "yours to prove it",
                  who->unreadable, who->unreadable == 1 ? "" : "es");
    else if (oserr_kind(e) == OSERR_K_MISSING)
        out_str(o, "it is gone already");
    else if (oserr_kind(e) == OSERR_K_DENIED)
        out_print(o, "you may not remove it (%s: %s)", e.call, oserr_text(e, text, sizeof text));
    else
        out_print(o, "%s (%s)", oserr_text(e, text, sizeof text), e.call);
}

struct oserr removal_one(struct backend *be, const char *locator, const struct seg_stat *seen,
                         unsigned flags, struct seg_who *who, bool *used)
{
    struct seg_who none;
    unsigned dry = (flags & SEG_RM_FORCE) != 0 ? SEG_RM_DRY : 0;
    struct oserr e =
        seg_remove_same(be, locator, seen, (flags & ~(unsigned)SEG_RM_FORCE) | dry, who);
    *used = e.code == SEG_E_IN_USE;
    if (dry == 0 || (oserr_is(e) && !*used))
        return e;
    e = seg_remove_same(be, locator, seen, flags, &none);
    seg_who_free(&none);
    return e;
}

void removal_left_behind(struct out *o, const struct seg_who *who)
{
    removal_users(o, who);
    out_str(o, ": the name is gone, the memory stays until they let it go");
}

static void remove_item(struct removal_job *j, struct removal_item *item)
{
    struct seg_who who;
    const struct seg_stat *seen = &item->seen;
    bool used = false;
    struct oserr e = removal_one(j->be, item->locator, seen, j->flags, &who, &used);
    item->gone = !oserr_is(e);
    out_str(&j->report, item->gone ? "removed " : "stays   ");
    out_locator(&j->report, item->locator);
    if (item->gone && used) {
        out_str(&j->report, ": ");
        removal_left_behind(&j->report, &who);
    }
    if (item->gone) {
        j->removed++;
        j->freed += !used && (seen->known & SEG_HAS_RESIDENT) != 0 ? seen->resident : 0;
    } else {
        out_str(&j->report, ": ");
        removal_why(&j->report, item->locator, e, &who);
    }
    out_str(&j->report, "\n");
    seg_who_free(&who);
}

static void removal_run(struct job *job, const struct progress *p)
{
    struct removal_job *j = (struct removal_job *)job;
    for (size_t i = 0; i < j->count; i++) {
        if (!progress_yield(p, i, j->count)) {
            out_print(&j->report, "given up: the other %zu stay\n", j->count - i);
            break;
        }
        remove_item(j, &j->item[i]);
    }
}

struct removal_job *removal_job_new(struct backend *be, size_t count, unsigned flags,
                                    void (*finish)(struct job *j, void *owner))
{
    struct removal_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return NULL;
    j->item = calloc(count + 1, sizeof *j->item);
    if (j->item == NULL) {
        free(j);
        return NULL;
    }
    j->job.run = removal_run;
    j->job.finish = finish;
    j->be = be;
    j->flags = flags;
    out_text(&j->report, REPORT_MAX);
    return j;
}

bool removal_job_add(struct removal_job *j, const char *locator, const struct seg_stat *seen)
{
    size_t n = strlen(locator) + 1;
    char *copy = malloc(n);
    if (copy == NULL)
        return false;
    memcpy(copy, locator, n);
    j->item[j->count++] = (struct removal_item){.locator = copy, .seen = *seen};
    return true;
}

void removal_job_free(struct removal_job *j)
{
    if (j == NULL)
        return;
    for (size_t i = 0; i < j->count; i++)
        free(j->item[i].locator);
    free(j->item);
    out_free(&j->report);
    free(j);
}
