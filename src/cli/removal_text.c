#include "cli/removal_text.h"

#include <inttypes.h>
#include <string.h>

#include "backend/os.h"
#include "core/text.h"

/* `pid comm`. All processes are named: a removal by force takes it from each of them. */
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
    for (size_t i = 0; i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        if (m->pid == me || (i > 0 && who->mappers[i - 1].pid == m->pid))
            continue;
        out_str(o, first ? "still mapped by " : "");
        print_user(o, m->pid, m->comm, &first);
    }
    bool mapped = !first;
    first = true;
    for (size_t i = 0; i < who->holders_count; i++) {
        const struct seg_holder *h = &who->holders[i];
        if (h->pid == me || (i > 0 && who->holders[i - 1].pid == h->pid))
            continue;
        out_str(o, !first ? "" : mapped ? ", held open by " : "still held open by ");
        print_user(o, h->pid, h->comm, &first);
    }
    if (!mapped && first)
        out_str(o, "still in use by a process that cannot be named");
}

void removal_why(struct out *o, const char *locator, struct oserr e, const struct seg_who *who)
{
    char text[160];
    const char *irremovable = seg_words(locator)->irremovable;
    if (e.code == SEG_E_UNSUPPORTED && irremovable != NULL)
        out_str(o, irremovable);
    else if (e.code == SEG_E_IN_USE)
        removal_users(o, who);
    else if (e.code == SEG_E_REPLACED)
        out_str(o, "replaced by another segment");
    else if (e.code == SEG_E_UNPROVED)
        out_print(o, "no user found, but that is not proved: %zu process%s could not be read",
                  who->unreadable, who->unreadable == 1 ? "" : "es");
    else if (oserr_kind(e) == OSERR_K_MISSING)
        out_str(o, "already gone");
    else if (oserr_kind(e) == OSERR_K_DENIED)
        out_print(o, "not yours to remove (%s: %s)", e.call, oserr_text(e, text, sizeof text));
    else
        out_print(o, "%s (%s)", oserr_text(e, text, sizeof text), e.call);
}

void removal_left_behind(struct out *o, const struct seg_who *who)
{
    removal_users(o, who);
    out_str(o, ": the name is gone, the memory is freed when they release it");
}

static void report_item(struct out *o, const struct removal_item *item)
{
    bool gone = !oserr_is(item->error);
    out_str(o, gone ? "removed " : "kept ");
    out_locator(o, item->locator);
    if (!gone || item->used)
        out_str(o, ": ");
    if (!gone)
        removal_why(o, item->locator, item->error, &item->who);
    else if (item->used)
        removal_left_behind(o, &item->who);
    out_str(o, "\n");
}

void removal_report(struct out *o, const struct removal_job *j)
{
    size_t i = 0;
    for (; i < j->count && j->item[i].tried; i++)
        report_item(o, &j->item[i]);
    if (i < j->count)
        out_print(o, "cancelled: the other %zu were kept\n", j->count - i);
}
