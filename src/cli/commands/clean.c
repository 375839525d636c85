/* clean: removes what dead programs left behind. It lists segments that are proved unused at that
 * moment, and with --yes removes those that are still unused right before their removal. */
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/removal_text.h"
#include "cli/run.h"
#include "core/glob.h"
#include "core/locator.h"
#include "core/number.h"
#include "core/text.h"
#include "list/segrow.h"

enum { MINUTE = 60 };

/* Why segments without a known user were skipped. */
struct left {
    size_t foreign; /* of other users */
    size_t young;   /* with a newer timestamp */
    size_t unknown; /* not proved unused */
};

struct cleaning {
    struct command_run *r;
    struct seg_survey survey;
    struct left left;
    bool all_users, removes;
    int64_t older, wall;    /* ns; now */
    size_t listed, removed; /* numbers of segments */
    uint64_t bytes;         /* resident bytes of those */
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

/* The last time it is known to have been used. For System V that includes attaching; the access
 * time of a file moves when we look. */
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

/* Proves one of them unused again, and removes it if that was asked for. */
static void clean_one(struct cleaning *c, const struct seg_info *s)
{
    struct seg_who who;
    unsigned flags = SEG_RM_PROVED | (c->removes ? 0U : SEG_RM_DRY);
    const struct seg_removal what = {s->locator, &s->stat, flags, c->r->env->pace};
    struct oserr e = seg_remove(c->r->env->be, &what, &who);
    bool gone = oserr_kind(e) == OSERR_K_MISSING;
    struct segrow row = segrow_of(&c->survey, s);
    /* an idle segment counts as listed once its proof succeeds; before that it was nothing to clean
     */
    bool listed = !oserr_is(e) || (segrow_is_orphan(&row) && !gone);
    c->listed += listed && c->removes ? 1 : 0;
    if (!oserr_is(e)) {
        c->listed += c->removes ? 0 : 1;
        c->removed += c->removes ? 1 : 0;
        c->bytes += (s->stat.known & SEG_HAS_RESIDENT) != 0 ? s->stat.resident : 0;
        out_locator(c->r->env->out, s->locator);
        out_str(c->r->env->out, "\n");
    } else if (!gone) {
        say_stays(c, s, e, &who);
    }
    seg_who_free(&who);
}

static bool clean_all(struct cleaning *c)
{
    for (size_t i = 0; i < c->survey.count; i++) {
        if (!progress_yield(c->r->env->progress, i, c->survey.count))
            return false;
        if (is_candidate(c, &c->survey.segs[i]))
            clean_one(c, &c->survey.segs[i]);
    }
    return true;
}

static void say_count(struct cleaning *c, size_t n, const char *what)
{
    if (n > 0)
        run_note(c->r, "skipped: %zu %s", n, what);
}

static void say_totals(struct cleaning *c)
{
    char size[NUMBER_SIZE_MAX];
    size_t n = c->removes ? c->removed : c->listed;
    (void)number_format_size(c->bytes, size);
    if (n == 0) {
        run_note(c->r, "nothing %s", c->removes ? "removed" : "to clean");
    } else if (c->removes) {
        run_note(c->r, "%zu segment%s removed, %s freed", n, n == 1 ? "" : "s", size);
    } else {
        run_note(c->r, "%zu segment%s (%s) can be removed; run with --yes to remove %s", n,
                 n == 1 ? "" : "s", size, n == 1 ? "it" : "them");
    }
    say_count(c, c->left.young, "with a newer timestamp (--older-than TIME)");
    say_count(c, c->left.foreign, "of other users (--all-users)");
    say_count(c, c->left.unknown, "without a known user (not proved unused)");
}

/* Kinds that outlive their users: only these can be left behind. */
static unsigned lasting_kinds(void)
{
    unsigned kinds = 0;
    for (unsigned k = 0; k < SEG_KINDS; k++)
        kinds |= seg_kind_lasts((enum seg_kind)k) ? 1U << k : 0;
    return kinds;
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
    const struct seg_ask ask = {.kinds = lasting_kinds(),
                                .flags = SEG_SURVEY_WHO | SEG_SURVEY_COUNTS,
                                .pace = r->env->pace};
    struct oserr e = seg_survey_paced(r->env->be, &ask, &c.survey);
    if (oserr_is(e))
        return run_fail(r, NULL, "list the segments", e);
    bool done = clean_all(&c);
    if (done)
        say_totals(&c);
    seg_survey_free(&c.survey);
    return !done ? EXIT_STOPPED : c.listed > c.removed ? EXIT_NO : EXIT_DONE;
}
