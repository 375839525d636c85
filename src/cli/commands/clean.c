/* clean: removes what dead programs left behind. It lists segments that are proved unused at that
 * moment, and with --yes removes those that are still unused right before their removal.
 *
 * What the kernel itself proves (a lease, its own count) needs no more. Where only the processes
 * could be read, the contents are looked at twice, a second apart: a segment whose contents change
 * has a user that was not seen. Segments that an interrupted removal left under another name get
 * their own back first. */
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/removal_text.h"
#include "cli/run.h"
#include "core/glob.h"
#include "core/locator.h"
#include "core/number.h"
#include "core/plural.h"
#include "core/text.h"
#include "list/contents.h"
#include "list/segrow.h"

enum { SECOND = 1000000000, MINUTE = 60 };

/* Why segments without a known user were skipped. */
struct left {
    size_t foreign; /* of other users */
    size_t young;   /* written or mapped since */
    size_t unknown; /* idle: some process could not be read */
    size_t files;   /* files: no segments, though their memory is left behind too */
};

/* One that only a scan of the processes proves unused. */
struct doubted {
    const struct seg_info *info;
    uint64_t hash; /* of its contents at first */
};

struct cleaning {
    struct command_run *r;
    struct seg_survey survey;
    struct doubted *doubted; /* room for all of the survey */
    size_t doubted_count;
    struct left left;
    bool all_users, removes;
    int64_t older, wall;    /* ns; now */
    size_t listed, removed; /* numbers of segments, */
    size_t asked;           /* of those that were idle in the list until the system was asked */
    uint64_t bytes;         /* resident bytes of those, */
    size_t unmeasured;      /* but for so many, of which that is not known */
};

/* Does the pattern match this one: its locator or its name, raw or as shown? */
static bool pattern_matches(const char *pattern, const struct seg_info *s)
{
    static const char folder[] = "/dev/shm/";
    char shown[4 * LOCATOR_MAX];
    const char *colon = strchr(s->locator, ':');
    const char *name = colon == NULL ? s->locator : colon + 1; /* `/name` */
    if (strncmp(pattern, folder, sizeof folder - 1) == 0)
        pattern += sizeof folder - 2;
    if (glob_match(pattern, s->locator) || glob_match(pattern, name) ||
        glob_match(pattern, s->name))
        return true;
    bool posix = s->kind == SEG_POSIX || s->kind == SEG_SEM;
    if (posix && pattern[0] == '/' && glob_match(pattern + 1, s->name)) /* one that was aside */
        return true;
    (void)locator_shown(s->locator, shown, sizeof shown);
    colon = strchr(shown, ':');
    if (glob_match(pattern, shown) || (colon != NULL && glob_match(pattern, colon + 1)))
        return true;
    (void)text_escape(shown, sizeof shown, s->name, strlen(s->name));
    return glob_match(pattern, shown);
}

static bool is_meant(const struct command_run *r, const struct seg_info *s)
{
    bool meant = r->words == 0;
    for (int i = 0; i < r->words && !meant; i++)
        meant = pattern_matches(r->word[i], s);
    return meant;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The last time it is known to have been written or mapped: a store through a mapping does not move
 * the time of a file. For System V attaching counts, our own too; of a file that would be the
 * access time, which moves whenever somebody reads. */
static int64_t last_change(const struct seg_info *s)
{
    int64_t at = later(s->stat.mtime, s->stat.ctime);
    return (s->stat.known & SEG_HAS_ATTACHED) != 0 ? later(at, s->stat.atime) : at;
}

/* May it be removed according to the list? Proving it unused comes next. */
static bool is_candidate(struct cleaning *c, const struct seg_info *s)
{
    struct segrow row = segrow_of(&c->survey, s);
    uint32_t me = os_uid();
    bool orphan = segrow_is_orphan(&row);
    bool lease = s->stat.uid == me || me == 0; /* a lease can prove what /proc does not show */
    if (s->via != 0 || (!orphan && !segrow_is_idle(&row)) || !is_meant(c->r, s))
        return false;
    if (!c->all_users && s->stat.uid != me) {
        c->left.foreign++;
        return false;
    }
    if (s->kind == SEG_FILE) {
        c->left.files++;
        return false;
    }
    bool young = (s->stat.known & SEG_HAS_TIMES) == 0 || last_change(s) > c->wall - c->older;
    c->left.young += young ? 1 : 0;
    c->left.unknown += !young && !orphan && !lease ? 1 : 0;
    return !young && (orphan || lease);
}

static void say_stays(struct cleaning *c, const struct seg_info *s, struct oserr e,
                      const struct seg_who *who)
{
    struct out *err = run_error_begin(c->r, s->locator);
    out_str(err, "kept: ");
    removal_why(err, s->locator, e, who);
    run_error_end(c->r);
}

/* Is known of one that was a candidate: removed or removable, or why not. */
static void account(struct cleaning *c, const struct seg_info *s, struct oserr e,
                    const struct seg_who *who)
{
    bool gone = oserr_kind(e) == OSERR_K_MISSING;
    struct segrow row = segrow_of(&c->survey, s);
    /* An idle segment that is in use, not proved unused or a different one by now was nothing to
     * clean; every other failure is one. */
    bool used = e.code == SEG_E_IN_USE || e.code == SEG_E_UNPROVED || e.code == SEG_E_REPLACED;
    bool to_clean = segrow_is_orphan(&row) || !used;
    bool listed = !oserr_is(e) || (to_clean && !gone);
    c->listed += listed && c->removes ? 1 : 0;
    if (!oserr_is(e)) {
        c->listed += c->removes ? 0 : 1;
        c->removed += c->removes ? 1 : 0;
        c->asked += !segrow_is_orphan(&row) && who->proof != SEG_PROOF_SCAN ? 1 : 0;
        bool measured = (s->stat.known & SEG_HAS_RESIDENT) != 0;
        c->bytes += measured ? s->stat.resident : 0;
        c->unmeasured += measured ? 0 : 1;
        out_locator(c->r->env->out, s->locator);
        out_str(c->r->env->out, "\n");
    } else if (!gone) {
        say_stays(c, s, e, who);
    }
}

static void say_unread(struct cleaning *c, const struct seg_info *s, const char *why)
{
    struct segrow row = segrow_of(&c->survey, s);
    struct out *err = run_error_begin(c->r, s->locator);
    c->listed += c->removes && segrow_is_orphan(&row) ? 1 : 0;
    out_print(err, "kept: %s", why);
    run_error_end(c->r);
}

/* Its contents as they are now; false: it stays, which has been said. */
static bool look(struct cleaning *c, const struct seg_info *s, uint64_t *hash)
{
    struct seg_who nobody = {0};
    struct oserr e = contents_hash(c->r->env->be, s->locator, &s->stat, c->r->env->progress, hash);
    if (oserr_kind(e) == OSERR_K_DENIED)
        say_unread(c, s,
                   "no process uses it as far as can be seen, and its contents may not be "
                   "read to see whether they change");
    else if (oserr_is(e) && e.code != SEG_E_STOPPED)
        account(c, s, e, &nobody);
    return !oserr_is(e);
}

/* Proves one of them unused again, and removes it if that was asked for. `sure`: one that only a
 * scan proves is kept for a second look. */
static void clean_one(struct cleaning *c, const struct seg_info *s, bool sure)
{
    struct seg_who who;
    unsigned flags = (c->removes ? 0U : SEG_RM_DRY) | (sure ? SEG_RM_SURE : 0U);
    const struct seg_removal what = {s->locator, &s->stat, flags, c->r->env->pace};
    struct oserr e = seg_remove(c->r->env->be, &what, &who);
    struct doubted *d = &c->doubted[c->doubted_count];
    if (sure && e.code == SEG_E_UNPROVED && who.proof == SEG_PROOF_SCAN) {
        d->info = s;
        c->doubted_count += look(c, s, &d->hash) ? 1 : 0;
    } else if (e.code != SEG_E_STOPPED) {
        account(c, s, e, &who);
    }
    seg_who_free(&who);
}

/* A second after the first look. */
static bool clean_doubted(struct cleaning *c)
{
    const struct progress *p = c->r->env->progress;
    uint64_t hash = 0;
    if (c->doubted_count > 0 && !progress_sleep(p, os_now() + SECOND))
        return false;
    for (size_t i = 0; i < c->doubted_count; i++) {
        const struct doubted *d = &c->doubted[i];
        if (!progress_yield(p, i, c->doubted_count))
            return false;
        if (d->info == NULL || !look(c, d->info, &hash))
            continue;
        if (hash == d->hash)
            clean_one(c, d->info, false);
        else
            say_unread(c, d->info, "its contents change: a process that cannot be seen writes it");
    }
    return progress_yield(p, 1, 1);
}

static bool clean_all(struct cleaning *c)
{
    const struct progress *p = c->r->env->progress;
    c->doubted = calloc(c->survey.count + 1, sizeof *c->doubted);
    if (c->doubted == NULL)
        return false;
    for (size_t i = 0; i < c->survey.count; i++) {
        if (!progress_yield(p, i, c->survey.count))
            return false;
        if (is_candidate(c, &c->survey.segs[i]))
            clean_one(c, &c->survey.segs[i], true);
    }
    return progress_yield(p, 1, 1) && clean_doubted(c);
}

/* Gives segments their own names back that an interrupted removal left under others; false: there
 * were none. */
static bool put_back(struct cleaning *c)
{
    bool any = false;
    for (size_t i = 0; i < c->survey.count; i++) {
        const struct seg_info *s = &c->survey.segs[i];
        bool ours = c->all_users || s->stat.uid == os_uid();
        if (s->via != 0 || !ours || !is_meant(c->r, s) ||
            oserr_is(seg_put_back(c->r->env->be, s->locator)))
            continue;
        struct out *err = run_error_begin(c->r, s->locator);
        char shown[4 * LOCATOR_MAX];
        (void)text_escape(shown, sizeof shown, s->name, strlen(s->name));
        out_print(err, "its removal was interrupted: it is /%s again", shown);
        run_error_end(c->r);
        any = true;
    }
    return any;
}

static void say_count(struct cleaning *c, size_t n, const char *what)
{
    if (n > 0)
        run_note(c->r, "skipped: %zu %s", n, what);
}

static void say_totals(struct cleaning *c)
{
    char size[REMOVAL_FREED], idle[VERDICT_TEXT];
    size_t n = c->removes ? c->removed : c->listed;
    removal_freed(size, c->bytes, c->unmeasured);
    if (n == 0) {
        run_note(c->r, "nothing %s", c->removes ? "removed" : "to clean");
    } else if (c->removes) {
        run_note(c->r, "%zu orphan%s removed, %s freed", n, plural_s(n), size);
    } else {
        run_note(c->r, "%zu orphan%s (%s) can be removed; run with --yes to remove %s", n,
                 plural_s(n), size, n == 1 ? "it" : "them");
    }
    if (n > 0 && c->asked > 0)
        run_note(
            c->r,
            "%zu of these %s idle for ls, which could not read all processes; the system itself "
            "says that no process uses %s",
            c->asked, c->asked == 1 ? "is" : "are", c->asked == 1 ? "it" : "them");
    const char *older = run_option(c->r, "older-than");
    if (c->left.young > 0)
        run_note(c->r, "skipped: %zu written or mapped in the last %s (--older-than TIME)",
                 c->left.young, older != NULL ? older : "1m");
    say_count(c, c->left.foreign, "of other users (--all-users)");
    if (c->left.unknown > 0)
        run_note(c->r, "skipped: %zu %s", c->left.unknown,
                 verdict_idle(c->survey.who.unreadable, c->survey.who.unowned, idle));
    say_count(c, c->left.files,
              "in folders of /dev/shm or on huge pages (files: delete them as any file)");
}

/* Kinds that outlive their users: only these can be left behind. */
static unsigned lasting_kinds(void)
{
    unsigned kinds = 0;
    for (unsigned k = 0; k < SEG_KINDS; k++)
        kinds |= seg_kind_lasts((enum seg_kind)k) ? 1U << k : 0;
    return kinds;
}

static struct oserr list_all(struct cleaning *c)
{
    const struct seg_ask ask = {.kinds = lasting_kinds(),
                                .flags = SEG_SURVEY_WHO | SEG_SURVEY_COUNTS,
                                .pace = c->r->env->pace};
    return seg_survey_paced(c->r->env->be, &ask, &c->survey);
}

int cmd_clean(struct command_run *r)
{
    struct cleaning c = {.r = r,
                         .all_users = run_option(r, "all-users") != NULL,
                         .removes =
                             run_option(r, "yes") != NULL && run_option(r, "dry-run") == NULL,
                         .older = (int64_t)MINUTE * 1000000000,
                         .wall = os_wall()};
    if (!run_duration_option(r, "older-than", &c.older))
        return EXIT_ERROR;
    struct oserr e = list_all(&c);
    if (!oserr_is(e) && c.removes && put_back(&c)) {
        seg_survey_free(&c.survey);
        e = list_all(&c);
    }
    if (oserr_is(e))
        return run_fail(r, NULL, "list the segments", e);
    int listed = run_report_kinds(r, &c.survey, lasting_kinds());
    bool done = clean_all(&c);
    if (done)
        say_totals(&c);
    seg_survey_free(&c.survey);
    free(c.doubted);
    if (!done)
        return EXIT_STOPPED;
    return listed != EXIT_DONE ? listed : c.listed > c.removed ? EXIT_NO : EXIT_DONE;
}
