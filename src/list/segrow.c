#include "list/segrow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locator.h"
#include "core/number.h"
#include "core/text.h"

size_t segrow_procs(const struct segrow *s)
{
    return s->users.rw + s->users.ro + s->users.held;
}

struct segrow segrow_of(const struct seg_survey *s, const struct seg_info *info)
{
    struct seg_who who = seg_info_who(s, info);
    return (struct segrow){.kind = info->kind,
                           .locator = info->locator,
                           .name = info->name,
                           .owner = info->owner,
                           .stat = &info->stat,
                           .mappers = who.mappers,
                           .mappers_count = who.mappers_count,
                           .holders = who.holders,
                           .holders_count = who.holders_count,
                           .users = info->users,
                           .unreadable = s->who.unreadable,
                           .unowned = s->who.unowned,
                           .unread = &s->who.unread,
                           .unasked = info->who_unasked};
}

uint64_t segrow_attached(const struct segrow *s)
{
    bool counted = (s->stat->known & SEG_HAS_ATTACHED) != 0;
    uint64_t all = s->stat->attached, ours = s->users.ours;
    return !counted ? (uint64_t)segrow_procs(s) : all > ours ? all - ours : 0;
}

uint64_t segrow_users(const struct segrow *s)
{
    bool all_seen = s->users.mappings > 0 && s->users.mappings >= segrow_attached(s);
    return all_seen ? (uint64_t)segrow_procs(s) : segrow_attached(s);
}

static bool lasts(const struct segrow *s)
{
    return seg_kind_lasts(s->kind) || (s->stat->state & SEG_ST_LASTS) != 0;
}

static bool nobody_seen(const struct segrow *s)
{
    if ((s->stat->known & SEG_HAS_ATTACHED) != 0)
        return s->stat->attached == 0;
    return lasts(s) && !s->unasked && segrow_procs(s) == 0;
}

bool segrow_is_orphan(const struct segrow *s)
{
    bool counted = (s->stat->known & SEG_HAS_ATTACHED) != 0; /* the kind's own count is proof */
    bool sure = s->unreadable + s->unowned == 0 || counted || s->proved;
    return lasts(s) && nobody_seen(s) && sure;
}

bool segrow_is_idle(const struct segrow *s)
{
    return lasts(s) && nobody_seen(s) && !segrow_is_orphan(s);
}

const char *unseen_text(size_t unreadable, size_t unowned, char buf[UNSEEN_TEXT])
{
    if (unreadable > 0)
        (void)snprintf(buf, UNSEEN_TEXT, "%zu process%s could not be read", unreadable,
                       unreadable == 1 ? "" : "es");
    else
        (void)snprintf(buf, UNSEEN_TEXT,
                       "%zu open file%s to no process (in flight, io_uring, loop device)", unowned,
                       unowned == 1 ? " belongs" : "s belong");
    return buf;
}

const char *unread_text(const struct seg_unread *u, char buf[UNREAD_TEXT])
{
    char comm[COMM_SHOWN], why[96] = "it does not answer";
    (void)comm_shown(u->comm, comm);
    if (oserr_is(u->why))
        (void)oserr_text(u->why, why, sizeof why);
    (void)snprintf(buf, UNREAD_TEXT, "%" PRIu32 "%s%.64s: %.96s%s%.24s%s", u->pid,
                   comm[0] != '\0' ? " " : "", comm, why, oserr_is(u->why) ? " (" : "",
                   oserr_is(u->why) ? u->why.call : "", oserr_is(u->why) ? ")" : "");
    return buf;
}

const char verdict_orphan[] = "orphan: no process uses it";

const char *verdict_idle(size_t unreadable, size_t unowned, char buf[VERDICT_TEXT])
{
    char unseen[UNSEEN_TEXT];
    (void)snprintf(buf, VERDICT_TEXT, "idle: no user found, but %s",
                   unseen_text(unreadable, unowned, unseen));
    return buf;
}

const char *verdict_used(uint64_t users, char buf[VERDICT_TEXT])
{
    (void)snprintf(buf, VERDICT_TEXT, "in use by %" PRIu64 " process%s", users,
                   users == 1 ? "" : "es");
    return buf;
}

const char *segrow_verdict(const struct segrow *s, char buf[VERDICT_TEXT])
{
    uint64_t users = segrow_users(s);
    buf[0] = '\0';
    if (users > 0)
        return verdict_used(users, buf);
    if (segrow_is_orphan(s))
        return verdict_orphan;
    return segrow_is_idle(s) ? verdict_idle(s->unreadable, s->unowned, buf) : buf;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool text_has(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; *text != '\0' && n > 0; text++) {
        size_t i = 0;
        while (i < n && lower(text[i]) == lower(part[i]))
            i++;
        if (i == n)
            return true;
    }
    return n == 0;
}

static bool command_has(const char comm[SEG_COMM], const char *part)
{
    char text[COMM_SHOWN];
    return text_has(comm_shown(comm, text), part);
}

bool segrow_has_command(const struct segrow *s, const char *part)
{
    for (size_t i = 0; i < s->mappers_count; i++)
        if (command_has(s->mappers[i].comm, part))
            return true;
    for (size_t i = 0; i < s->holders_count; i++)
        if (command_has(s->holders[i].comm, part))
            return true;
    return false;
}

const char *comm_shown(const char comm[SEG_COMM], char buf[COMM_SHOWN])
{
    (void)text_escape(buf, COMM_SHOWN, comm, strnlen(comm, SEG_COMM));
    return buf;
}

char *segrow_name_shown(const struct segrow *s)
{
    static const char prefix[] = "win:";
    if (s->kind != SEG_WIN)
        return text_escaped(s->name);
    size_t n = locator_shown(s->locator, NULL, 0) + 1;
    char *shown = malloc(n);
    if (shown == NULL)
        return NULL;
    (void)locator_shown(s->locator, shown, n);
    memmove(shown, shown + sizeof prefix - 1, n - sizeof prefix + 1);
    return shown;
}

size_t segrow_states(const struct segrow *s, const char *names[SEGROW_STATES])
{
    static const struct {
        unsigned bit;
        const char *name;
    } states[] = {
        {SEG_ST_UNLINKED, "unlinked"}, {SEG_ST_SEALED, "sealed"},   {SEG_ST_DEST, "dest"},
        {SEG_ST_LOCKED, "locked"},     {SEG_ST_HUGETLB, "hugetlb"},
    };
    size_t n = 0;
    if (nobody_seen(s) && lasts(s))
        names[n++] = segrow_is_orphan(s) ? "orphan" : "idle";
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if ((s->stat->state & states[i].bit) != 0)
            names[n++] = states[i].name;
    return n;
}

const char *state_meaning(const char *name)
{
    static const char *const meanings[][2] = {
        {"unlinked", "its name is gone; it is freed with its last user"},
        {"sealed", "some changes are forbidden for good"},
        {"dest", "removed; it is freed with its last user"},
        {"locked", "kept in memory, never swapped out"},
        {"hugetlb", "on huge pages"},
    };
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(name, meanings[i][0]) == 0)
            return meanings[i][1];
    return NULL;
}

const char *time_text(int64_t ns, char buf[TIME_TEXT])
{
    struct utc t = number_utc(ns / 1000000000 - (ns % 1000000000 < 0 ? 1 : 0));
    (void)snprintf(buf, TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)t.year, t.month, t.day,
                   t.hour, t.minute, t.second);
    return buf;
}

const char *kind_names(char buf[KINDS_TEXT])
{
    size_t n = 0;
    buf[0] = '\0';
    for (unsigned k = 0; k < SEG_KINDS; k++) {
        if ((seg_kinds() >> k & 1U) != 0) {
            int more = snprintf(buf + n, KINDS_TEXT - n, "%s%s", n == 0 ? "" : " ",
                                seg_kind_name((enum seg_kind)k));
            n += more > 0 && (size_t)more < KINDS_TEXT - n ? (size_t)more : 0;
        }
    }
    return buf;
}
