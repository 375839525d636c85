/* Removing segments: lists what would be removed and who uses it, asks once, and removes only
 * objects that are still the ones that were shown. While the question about one is open, a look at
 * it (a removal that checks everything and removes nothing) finds out who uses it and what proves
 * that; its note says so. What was proved unused is removed only if it is proved again; what has
 * users, or may have some, only because the note said so before the answer. */
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "cli/removal_text.h"
#include "core/locator.h"
#include "core/number.h"
#include "core/plural.h"
#include "core/text.h"
#include "ui/frame/actions.h"
#include "ui/frame/run_line.h"
#include "ui/list/list.h"

enum { WHO_NAMED = 3, LIST_MAX = 1024 * 1024 };

/* Adds ` writer (312), reader (400), and 4 more`. */
static void name_users(const struct seg_who *who, size_t total, char *out, size_t cap, size_t at)
{
    size_t named = 0;
    uint32_t last = os_pid();
    for (size_t i = 0; i < who->mappers_count + who->holders_count && named < WHO_NAMED; i++) {
        bool maps = i < who->mappers_count;
        size_t k = i - who->mappers_count;
        uint32_t pid = maps ? who->mappers[i].pid : who->holders[k].pid;
        char comm[COMM_SHOWN], number[16] = "";
        if (pid == last || pid == os_pid() || at >= cap)
            continue;
        last = pid;
        if (pid != 0) /* a loop device has none */
            (void)snprintf(number, sizeof number, " (%u)", (unsigned)pid);
        at += (size_t)snprintf(out + at, cap - at, "%s %s%s", named++ > 0 ? "," : "",
                               comm_shown(maps ? who->mappers[i].comm : who->holders[k].comm, comm),
                               number);
    }
    if (named > 0 && named < total && at < cap)
        (void)snprintf(out + at, cap - at, ", and %zu more", total - named);
}

/* `in use by 6 processes: ...`. */
static void who_text(const struct ui *ui, const struct seg_info *info, char *out, size_t cap)
{
    const struct seg_who who = seg_info_who(&ui->s.walk.survey, info);
    struct segrow row = segments_row(ui, info);
    size_t total = segrow_procs(&row), at = 0;
    char verdict[VERDICT_TEXT];
    at = (size_t)snprintf(out, cap, "%s", segments_verdict(ui, &row, verdict));
    if (total > 0 && at + 1 < cap) {
        at += (size_t)snprintf(out + at, cap - at, ":");
        name_users(&who, total, out, cap, at);
    }
}

/* ---- doing it ---- */

/* Runs on the UI's thread. */
static void removal_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct removal_job *j = (struct removal_job *)job;
    struct out o;
    out_text(&o, LIST_MAX);
    removal_report(&o, j);
    const char *report = o.buf != NULL ? o.buf : "";
    char size[REMOVAL_FREED];
    size_t stay = j->count - j->removed;
    removal_freed(size, j->freed, j->unmeasured);
    if (job->cancelled && j->removed == 0) {
        ui_say(ui, STYLE_WARN, "nothing removed");
    } else if (j->count == 1) {
        ui_say(ui, stay > 0 ? STYLE_ERROR : STYLE_TEXT, "%.*s", (int)strcspn(report, "\n"), report);
    } else {
        if (stay > 0)
            pager_open(&ui->host, "what was removed and what was not", report, true);
        ui_say(ui, stay > 0 ? STYLE_WARN : STYLE_TEXT, "%zu of %zu segments removed, %s freed",
               j->removed, j->count, size);
    }
    out_free(&o);
    removal_ended(ui, j);
    removal_job_free(j);
    if (ui->s.walker != NULL)
        walker_hurry(ui->s.walker);
}

static void cannot_remove(struct ui *ui, struct removal_job *j)
{
    removal_job_free(j);
    ui_say(ui, STYLE_ERROR,
           ui->s.walker != NULL ? "out of memory" : "cannot run commands: no background thread");
}

/* Posts the removal of the listed ones to the walker's thread. */
static void post_tagged(struct ui *ui, const struct tag *tag, size_t count)
{
    size_t removes = 0;
    for (size_t i = 0; i < count; i++)
        removes += tag[i].removed;
    struct removal_job *j = removal_new(ui, removes, 0, removal_done);
    bool fine = j != NULL;
    for (size_t i = 0; i < count && fine; i++)
        fine = !tag[i].removed || removal_job_add(j, tag[i].locator, &tag[i].seen);
    if (!fine || !removal_post(ui, j))
        cannot_remove(ui, j);
}

/* ---- one ---- */

/* The locator without its kind. */
static const char *name_of(const char *shown)
{
    const char *colon = strchr(shown, ':');
    return colon != NULL ? colon + 1 : shown;
}

/* The removal of the segment in ui->pending, or a look at it; NULL: not possible. */
static struct removal_job *job_for_asked(struct ui *ui, unsigned flags,
                                         void (*finish)(struct job *j, void *owner))
{
    const struct seg_stat *seen = ui->segments->asked.known ? &ui->segments->asked.seen : NULL;
    struct removal_job *j = removal_new(ui, 1, flags, finish);
    if (j != NULL && removal_job_add(j, ui->pending, seen))
        return j;
    removal_job_free(j);
    return NULL;
}

static void remove_asked(struct ui *ui)
{
    unsigned flags = ui->segments->asked.force ? SEG_RM_FORCE : 0U;
    struct removal_job *j = job_for_asked(ui, flags, removal_done);
    char cut[CALLS_CUT];
    calls_section(ui, "removing %s", calls_cut(ui->pending, cut));
    if (j == NULL || !removal_post(ui, j))
        cannot_remove(ui, j);
}

/* The answer about the segment in ui->pending. */
static void remove_answer(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    char shown[SHOWN_LOCATOR];
    (void)locator_shown(ui->pending, shown, sizeof shown);
    const char *name = name_of(shown);
    bool named = strcmp(text, shown) == 0 || strcmp(text, name) == 0 ||
                 (name[0] == '/' && strcmp(text, name + 1) == 0);
    if (strcmp(text, "yes") != 0 && !named)
        ui_say(ui, STYLE_TEXT, "nothing removed");
    else
        remove_asked(ui);
}

/* `in use by 2 processes: writer (312), reader (400)`. */
static void users_note(const struct seg_who *who, char *out, size_t cap)
{
    struct seg_users u = seg_who_users(who);
    size_t total = u.rw + u.ro + u.held, at = 0;
    if (total == 0) {
        (void)snprintf(out, cap, "in use by a process that cannot be seen");
        return;
    }
    char verdict[VERDICT_TEXT];
    at = (size_t)snprintf(out, cap, "%s:", verdict_used(total, verdict));
    name_users(who, total, out, cap, at);
}

static void remove_note(struct ui *ui);

/* What the look at it has found. */
static void proof_note(const struct removal_item *item, char *out, size_t cap)
{
    struct out o;
    char idle[VERDICT_TEXT];
    if (!oserr_is(item->error)) {
        (void)snprintf(out, cap, "%s (asked just now)", verdict_orphan);
    } else if (item->error.code == SEG_E_IN_USE) {
        users_note(&item->who, out, cap);
    } else if (item->error.code == SEG_E_UNPROVED) {
        (void)snprintf(out, cap, "%s", verdict_idle(item->who.unreadable, item->who.unowned, idle));
    } else {
        out_text(&o, cap);
        removal_why(&o, item->locator, item->error, &item->who);
        (void)snprintf(out, cap, "%s", o.buf != NULL ? o.buf : "");
        out_free(&o);
    }
}

/* Runs on the UI's thread. The question may have been answered already. */
static void looked(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct removal_job *j = (struct removal_job *)job;
    struct segments_state *st = ui->segments;
    const struct removal_item *item = &j->item[0];
    bool open = ui->prompt.renew == remove_note && strcmp(item->locator, ui->pending) == 0;
    if (open && item->tried && j->turn == st->asked.turn) {
        uint32_t code = item->error.code;
        proof_note(item, st->asked.note, sizeof st->asked.note);
        st->asked.looked = true;
        struct seg_id id = seg_id_of(&st->asked.seen);
        if (!oserr_is(item->error) && st->asked.known)
            segments_proved(ui, id);
        else if (st->asked.known)
            segments_disproved(ui, id);
        segments_recount(ui);
        st->asked.force = code == SEG_E_IN_USE || code == SEG_E_UNPROVED;
    }
    removal_ended(ui, j);
    removal_job_free(j);
}

/* Looks who uses the one in ui->pending. */
static void look(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    st->asked.looked = st->asked.force = false;
    st->asked.turn++;
    struct removal_job *j = job_for_asked(ui, SEG_RM_DRY, looked);
    if (j != NULL) {
        char cut[CALLS_CUT];
        j->turn = st->asked.turn;
        calls_section(ui, "asking who uses %s", calls_cut(ui->pending, cut));
    }
    if (j != NULL && !removal_post(ui, j))
        removal_job_free(j);
}

/* Until the look has ended, who uses it according to the newest survey. */
static void remove_note(struct ui *ui)
{
    struct segments_state *st = ui->segments;
    char *note = ui->prompt.note;
    size_t cap = sizeof ui->prompt.note;
    const struct seg_info *info = segments_find(ui, ui->pending);
    struct segrow row = {0};
    if (info != NULL)
        row = segments_row(ui, info);
    bool used = info != NULL && segrow_procs(&row) > 0;
    if (st->asked.looked) {
        (void)snprintf(note, cap, "%s", st->asked.note);
        return;
    }
    st->asked.force = used; /* they are named */
    if (used)
        who_text(ui, info, note, cap);
    else
        (void)snprintf(note, cap, "%s",
                       ui->s.walker != NULL ? "looking for users..."
                                            : "who uses it could not be determined");
}

/* What it is: as listed, or as attached. */
static void remember_asked(struct ui *ui, const char *locator)
{
    struct segments_state *st = ui->segments;
    const struct seg_info *info = segments_find(ui, locator);
    bool attached = ui->s.sampler != NULL && strcmp(locator, ui->s.locator) == 0;
    st->asked.known = info != NULL || attached;
    if (attached)
        st->asked.seen = ui->s.sample.stat;
    else if (info != NULL)
        st->asked.seen = info->stat;
}

void ui_remove(struct ui *ui, const char *locator)
{
    char shown[UI_NAME], label[sizeof ui->prompt.label];
    const struct seg_info *info = segments_find(ui, locator);
    const char *irremovable = seg_words(locator)->irremovable;
    if (irremovable != NULL) {
        char note[sizeof ui->prompt.note] = "";
        bool named = info != NULL && info->kind == SEG_WIN; /* its users could close it */
        if (named)
            who_text(ui, info, note, sizeof note);
        ui_say(ui, STYLE_ERROR, "%s%s%s", note, named ? "; " : "", irremovable);
        return;
    }
    if (strlen(locator) >= sizeof ui->pending) {
        ui_say(ui, STYLE_ERROR, "its name is too long to be typed here");
        return;
    }
    ui_name(locator, shown);
    (void)snprintf(label, sizeof label, "Remove %s? Type its name, or yes: ", shown);
    (void)snprintf(ui->pending, sizeof ui->pending, "%s", locator);
    remember_asked(ui, locator);
    prompt_ask(&ui->host, label, "", NULL, remove_answer, NULL);
    ui->prompt.renew = remove_note;
    look(ui);
    remove_note(ui);
}

/* ---- those that are tagged ---- */

static void remove_tagged(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    struct segments_state *st = ui->segments;
    pager_close(&ui->host);
    if (strcmp(text, "yes") != 0) {
        ui_say(ui, STYLE_TEXT, "nothing removed");
        return;
    }
    post_tagged(ui, st->tag, st->tags);
    segments_untag_all(st);
}

static void keep_tagged(struct ui *ui, void *ctx)
{
    (void)ctx;
    pager_close(&ui->host);
}

/* What the removal of the tagged segments frees. */
struct freed {
    uint64_t bytes;
    size_t unmeasured; /* so many have an unknown share */
};

/* One line: whether this one will be removed or kept, and why. Adds to *freed what its removal
 * frees. True: to be removed, as far as is known. */
static bool list_tag(const struct ui *ui, struct tag *tag, struct out *o, struct freed *freed)
{
    const struct seg_info *info = segments_find(ui, tag->locator);
    char size[NUMBER_SIZE_MAX], who[160];
    bool measured = info != NULL && (info->stat.known & SEG_HAS_RESIDENT) != 0;
    uint64_t resident = measured ? info->stat.resident : 0;
    bool same = info != NULL && seg_id_equal(seg_id_of(&info->stat), seg_id_of(&tag->seen));
    struct segrow row = {0};
    if (same)
        row = segments_row(ui, info);
    const char *cannot = seg_words(tag->locator)->irremovable;
    bool removes = same && cannot == NULL && segrow_attached(&row) == 0;
    (void)number_format_size(resident, size);
    out_print(o, "%-6s %9s  ", removes ? "remove" : "keep", same && measured ? size : "");
    out_locator(o, tag->locator);
    if (!same)
        out_str(o, info == NULL ? "  already gone" : "  replaced by another segment");
    else if (cannot == NULL)
        who_text(ui, info, who, sizeof who);
    if (same)
        out_print(o, "  %s", cannot != NULL ? cannot : who);
    out_str(o, "\n");
    freed->bytes += removes ? resident : 0;
    freed->unmeasured += removes && !measured ? 1 : 0;
    tag->removed = removes;
    return removes;
}

/* Asks about those that can be removed; nothing else is touched. */
static void ask_tags(struct ui *ui, size_t removes)
{
    char label[sizeof ui->prompt.label], of[64] = "";
    size_t tags = ui->segments->tags;
    if (removes == 0) {
        ui_say(ui, STYLE_WARN, "none of the tagged segments can be removed");
        return;
    }
    if (removes < tags)
        (void)snprintf(of, sizeof of, " of %zu", tags);
    (void)snprintf(label, sizeof label, "Remove %zu%s tagged segment%s? Type yes: ", removes, of,
                   plural_s(tags));
    prompt_ask(&ui->host, label, "", NULL, remove_tagged, NULL);
    ui->prompt.drop = keep_tagged;
}

static void ask_tagged(struct ui *ui)
{
    const struct segments_state *st = ui->segments;
    char size[REMOVAL_FREED], title[96];
    struct out list;
    struct freed freed = {0};
    size_t removes = 0;
    out_text(&list, LIST_MAX);
    for (size_t i = 0; i < st->tags; i++)
        removes += list_tag(ui, &st->tag[i], &list, &freed);
    removal_freed(size, freed.bytes, freed.unmeasured);
    (void)snprintf(title, sizeof title, "removing %zu of %zu tagged segments frees %s", removes,
                   st->tags, size);
    if (list.buf != NULL && list.length > 0)
        list.buf[list.length - 1] = '\0'; /* the last newline */
    if (list.buf != NULL)
        pager_open(&ui->host, title, list.buf, false);
    out_free(&list);
    ask_tags(ui, removes);
}

void act_remove(struct ui *ui, const char *arg)
{
    (void)arg;
    if (ui->segments->tags > 0) {
        ask_tagged(ui);
        return;
    }
    const struct seg_info *info = segments_take(ui);
    if (info != NULL)
        ui_remove(ui, info->locator);
}
