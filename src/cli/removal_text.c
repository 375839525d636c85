#include "cli/removal_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"
#include "core/text.h"
#include "list/segrow.h"

/* `pid comm`, or a loop device. All processes are named: a removal by force takes it from each of
 * them. */
static void print_user(struct out *o, uint32_t pid, const char comm[SEG_COMM], bool *first)
{
    char name[COMM_SHOWN];
    (void)text_escape(name, sizeof name, comm, strnlen(comm, SEG_COMM));
    out_str(o, *first ? "" : ", ");
    if (pid != 0)
        out_print(o, "%" PRIu32 " ", pid);
    out_str(o, name);
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
        bool again = i > 0 && h->pid != 0 && who->holders[i - 1].pid == h->pid;
        if (h->pid == me || again)
            continue;
        out_str(o, !first ? "" : mapped ? ", held open by " : "still held open by ");
        print_user(o, h->pid, h->comm, &first);
    }
    if (!mapped && first)
        out_str(o, who->unowned > 0 ? "still in use, perhaps by an open file that is in flight"
                                    : "still in use by a process that cannot be named");
}

void removal_why(struct out *o, const char *locator, struct oserr e, const struct seg_who *who)
{
    char text[160], idle[VERDICT_TEXT];
    const char *irremovable = seg_words(locator)->irremovable;
    if (e.code == SEG_E_UNSUPPORTED && irremovable != NULL)
        out_str(o, irremovable);
    else if (e.code == SEG_E_IN_USE)
        removal_users(o, who);
    else if (e.code == SEG_E_REPLACED)
        out_str(o, "replaced by another segment");
    else if (e.code == SEG_E_UNPROVED)
        out_str(o, verdict_idle(who->unreadable, who->unowned, idle));
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

void removal_freed(char out[REMOVAL_FREED], uint64_t bytes, size_t unmeasured)
{
    char size[NUMBER_SIZE_MAX];
    (void)number_format_size(bytes, size);
    if (unmeasured > 0 && bytes == 0)
        (void)snprintf(out, REMOVAL_FREED, "an unknown amount");
    else
        (void)snprintf(out, REMOVAL_FREED, "%s%s", unmeasured > 0 ? "at least " : "", size);
}
