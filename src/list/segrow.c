#include "list/segrow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/locator.h"
#include "core/text.h"

size_t segrow_procs(const struct segrow *s)
{
    return s->users.rw + s->users.ro + s->users.held;
}

struct segrow segrow_of(const struct seg_survey *s, const struct seg_info *info)
{
    return (struct segrow){.kind = info->kind,
                           .locator = info->locator,
                           .name = info->name,
                           .owner = info->owner,
                           .stat = &info->stat,
                           .mappers = s->who.mappers + info->who_first,
                           .mappers_count = info->who_mappers,
                           .holders = s->who.holders + info->who_holder_first,
                           .holders_count = info->who_holders,
                           .users = info->users,
                           .unreadable = s->who.unreadable,
                           .unasked = info->who_unasked};
}

uint64_t segrow_attached(const struct segrow *s)
{
    bool counted = (s->stat->known & SEG_HAS_ATTACHED) != 0;
    return counted ? s->stat->attached : (uint64_t)segrow_procs(s);
}

/* Only what has a name of its own, or a place in the kernel's table, can be left behind. */
static bool outlives_users(enum seg_kind kind)
{
    return kind == SEG_POSIX || kind == SEG_SEM || kind == SEG_SYSV;
}

static bool nobody_seen(const struct segrow *s)
{
    if ((s->stat->known & SEG_HAS_ATTACHED) != 0) {
        return s->stat->attached == 0;
    }
    return outlives_users(s->kind) && !s->unasked && segrow_procs(s) == 0;
}

bool segrow_is_orphan(const struct segrow *s)
{
    bool counted = (s->stat->known & SEG_HAS_ATTACHED) != 0; /* the kind's own count is proof */
    return outlives_users(s->kind) && nobody_seen(s) && (s->unreadable == 0 || counted);
}

bool segrow_is_idle(const struct segrow *s)
{
    return outlives_users(s->kind) && nobody_seen(s) && !segrow_is_orphan(s);
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
        while (i < n && lower(text[i]) == lower(part[i])) {
            i++;
        }
        if (i == n) {
            return true;
        }
    }
    return n == 0;
}

static bool command_has(const char comm[16], const char *part)
{
    char text[COMM_SHOWN];
    return text_has(comm_shown(comm, text), part);
}

bool segrow_has_command(const struct segrow *s, const char *part)
{
    for (size_t i = 0; i < s->mappers_count; i++) {
        if (command_has(s->mappers[i].comm, part)) {
            return true;
        }
    }
    for (size_t i = 0; i < s->holders_count; i++) {
        if (command_has(s->holders[i].comm, part)) {
            return true;
        }
    }
    return false;
}

const char *comm_shown(const char comm[16], char buf[COMM_SHOWN])
{
    (void)text_escape(buf, COMM_SHOWN, comm, strnlen(comm, 16));
    return buf;
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
    if (nobody_seen(s) && outlives_users(s->kind)) {
        names[n++] = segrow_is_orphan(s) ? "orphan" : "idle";
    }
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if ((s->stat->state & states[i].bit) != 0) {
            names[n++] = states[i].name;
        }
    }
    return n;
}

const char *time_text(int64_t ns, char buf[TIME_TEXT])
{
    int64_t seconds = ns / 1000000000 - (ns % 1000000000 < 0 ? 1 : 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0);
    int64_t rest = seconds - days * 86400;
    /* the civil calendar, in eras of 400 years that begin on the first of March */
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
    (void)snprintf(buf, TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year, (int)month,
                   (int)(doy - (153 * mp + 2) / 5 + 1), (int)(rest / 3600), (int)(rest / 60 % 60),
                   (int)(rest % 60));
    return buf;
}

/* ---- JSON ---- */

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

static json_t *json_locator(const char *raw)
{
    size_t n = locator_shown(raw, NULL, 0) + 1;
    char *shown = malloc(n);
    json_t *value = NULL;
    if (shown != NULL) {
        (void)locator_shown(raw, shown, n);
        value = json_string(shown);
    }
    free(shown);
    return value;
}

json_t *json_escaped(const char *raw)
{
    char *shown = text_escaped(raw);
    json_t *value = shown == NULL ? NULL : json_string(shown);
    free(shown);
    return value;
}

static int write_json(const char *text, size_t n, void *o)
{
    out_bytes(o, text, n);
    return 0;
}

bool json_print(struct out *o, const json_t *value)
{
    bool done = json_dump_callback(value, write_json, o, JSON_COMPACT) == 0;
    out_str(o, "\n");
    return done;
}

static json_t *seconds(int64_t ns)
{
    return json_real((double)ns / 1e9);
}

static void add_stat(json_t *o, const struct seg_stat *st)
{
    char mode[16];
    if ((st->known & SEG_HAS_SIZE) != 0) {
        json_object_set_new(o, "size", json_integer((json_int_t)st->size));
    }
    if ((st->known & SEG_HAS_RESIDENT) != 0) {
        json_object_set_new(o, "resident", json_integer((json_int_t)st->resident));
    }
    if ((st->known & SEG_HAS_MODE) != 0) {
        (void)snprintf(mode, sizeof mode, "%04" PRIo32, st->mode);
        json_object_set_new(o, "mode", json_string(mode));
    }
    if ((st->known & SEG_HAS_OWNER) != 0) {
        json_object_set_new(o, "uid", json_integer((json_int_t)st->uid));
        json_object_set_new(o, "gid", json_integer((json_int_t)st->gid));
    }
    if ((st->known & SEG_HAS_TIMES) != 0) {
        json_object_set_new(o, "mtime", seconds(st->mtime));
        json_object_set_new(o, "atime", seconds(st->atime));
        json_object_set_new(o, "ctime", seconds(st->ctime));
    }
    if ((st->known & SEG_HAS_LINKS) != 0) {
        json_object_set_new(o, "links", json_integer((json_int_t)st->links));
    }
    if ((st->known & SEG_HAS_CREATOR) != 0) {
        json_object_set_new(o, "creator_pid", json_integer((json_int_t)st->creator));
    }
    if ((st->known & SEG_HAS_LAST_PID) != 0) {
        json_object_set_new(o, "last_pid", json_integer((json_int_t)st->last_pid));
    }
    if ((st->known & SEG_HAS_KEY) != 0) {
        json_object_set_new(o, "key", json_integer((json_int_t)st->key));
    }
    if ((st->known & SEG_HAS_SWAP) != 0) {
        json_object_set_new(o, "swap", json_integer((json_int_t)st->swap));
    }
}

json_t *segrow_json(const struct segrow *s)
{
    const char *names[SEGROW_STATES];
    json_t *o = json_object();
    json_t *states = json_array();
    if (o == NULL || states == NULL) {
        json_decref(o);
        json_decref(states);
        return NULL;
    }
    size_t n = segrow_states(s, names);
    json_object_set_new(o, "locator", json_locator(s->locator));
    json_object_set_new(o, "kind", json_string(seg_kind_name(s->kind)));
    json_object_set_new(o, "name", json_escaped(s->name));
    if (s->owner != NULL && s->owner[0] != '\0') {
        json_object_set_new(o, "owner", json_escaped(s->owner));
    }
    add_stat(o, s->stat);
    json_object_set_new(o, "attached", json_integer((json_int_t)segrow_attached(s)));
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(states, json_string(names[i]));
    }
    json_object_set_new(o, "state", states);
    return o;
}
