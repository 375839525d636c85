/* info: everything known about a segment, as lines or as JSON; recordings print more. */
#include "backend/os.h"
#include <jansson.h>

#include "cli/commands/info_rights.h"
#include "cli/commands/typed.h"
#include "cli/run.h"
#include "cli/segment_json.h"
#include "core/number.h"
#include "core/plural.h"
#include "core/text.h"
#include "list/segrow.h"
#include "time/recording.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 4 * LOCATOR_MAX + 1 };

/* The locator named in a file (which may contain anything), shown like every other. */
static const char *shown(const char *locator, char buf[SHOWN])
{
    char raw[LOCATOR_MAX];
    if (locator_typed(locator, raw) == NULL)
        (void)locator_shown(raw, buf, SHOWN);
    else
        (void)text_escape(buf, SHOWN, locator, strlen(locator));
    return buf;
}

static double rate(const struct rec_header *h)
{
    return h->period > 0 ? 1e9 / (double)h->period : 0;
}

/* Is it still being made? What was added since it was opened is ignored. */
static bool is_written(struct command_run *r)
{
    bool written = false;
    struct oserr e = recording_grow(recording_of(r->seg), &written);
    return !oserr_is(e) && written;
}

/* Prints lines; none for other kinds. */
static void recording_text(struct command_run *r)
{
    const struct recording *recorded = recording_of(r->seg);
    struct out *o = r->env->out;
    char time[TIME_TEXT];
    char locator[SHOWN];
    struct rec_info info;
    if (recorded == NULL)
        return;
    const struct rec_header *h = recording_header(recorded);
    recording_info(recorded, &info);
    out_print(o, "recorded:  %s\n", shown(h->locator, locator));
    out_print(o, "started:   %s\n", time_text(h->wall, time));
    out_print(o, "duration:  %.6f s at %.6g Hz\n", (double)info.end / 1e9, rate(h));
    out_print(o, "blocks:    %zu, %zu of them start keyframes\n", info.blocks, info.keys);
    if (info.damaged != 0) {
        out_print(o, "damaged:   at 0x%" PRIx64 " of the file; what follows is ignored\n",
                  info.damaged);
    } else if (is_written(r)) {
        out_print(o, "ended:     not yet, it is being made\n");
    } else if (!info.ended) {
        out_print(o, "ended:     not properly; %" PRIu64 " byte%s at the end %s no whole block\n",
                  info.lost, plural_s(info.lost), info.lost == 1 ? "is" : "are");
    }
}

/* Adds `recording` to the object; not for other kinds. */
static void recording_json(struct command_run *r, json_t *o)
{
    const struct recording *recorded = recording_of(r->seg);
    char locator[SHOWN];
    struct rec_info info;
    if (recorded == NULL)
        return;
    const struct rec_header *h = recording_header(recorded);
    recording_info(recorded, &info);
    json_object_set_new(o, "recording",
                        json_pack("{s:s,s:f,s:f,s:f,s:I,s:I,s:b,s:I,s:b}", "locator",
                                  shown(h->locator, locator), "started", (double)h->wall / 1e9,
                                  "duration", (double)info.end / 1e9, "hz", rate(h), "blocks",
                                  (json_int_t)info.blocks, "keyframes", (json_int_t)info.keys,
                                  "ended", info.ended ? 1 : 0, "lost", (json_int_t)info.lost,
                                  "written", is_written(r)));
}

static const char *const seal_names[] = {"seal", "shrink", "grow", "write", "future-write", "exec"};

static const char *access_name(const struct seg_mapper *m)
{
    return m->write ? "rw" : "r";
}

/* ---- JSON ---- */

/* With --type: what it is, and where. */
static void type_json(const struct typed *y, json_t *o)
{
    if (y == NULL)
        return;
    json_t *source = json_object();
    bool debug = y->t == y->debug.t && y->debug.from.pid != 0;
    if (debug)
        json_object_set_new(source, "pid", json_integer((json_int_t)y->debug.from.pid));
    json_object_set_new(source, "file", json_string(y->file_shown));
    if (debug && y->debug.from.build_id[0] != '\0')
        json_object_set_new(source, "build_id", json_string(y->debug.from.build_id));
    json_t *type = json_object();
    json_object_set_new(type, "type", json_string(y->name));
    json_object_set_new(type, "offset", json_integer((json_int_t)y->root.offset));
    json_object_set_new(type, "size", json_integer((json_int_t)y->root.size));
    json_object_set_new(type, "source", source);
    json_t *types = json_array();
    json_array_append_new(types, type);
    json_object_set_new(o, "types", types);
}

static json_t *unread_json(const struct seg_unreads *u)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < u->count; i++) {
        char comm[COMM_SHOWN], why[96];
        json_t *row = json_pack("{s:I}", "pid", (json_int_t)u->row[i].pid);
        if (u->row[i].comm[0] != '\0')
            json_object_set_new(row, "name", json_string(comm_shown(u->row[i].comm, comm)));
        if (oserr_is(u->row[i].why))
            json_object_set_new(row, "error",
                                json_string(oserr_text(u->row[i].why, why, sizeof why)));
        json_array_append_new(rows, row);
    }
    return rows;
}

static int print_json(struct command_run *r, const struct segrow *s, const struct typed *y)
{
    json_t *o = segment_json(s);
    if (o == NULL)
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    json_object_set_new(o, "format", json_integer(1));
    json_object_set_new(o, "unreadable", json_integer((json_int_t)s->unreadable));
    if (s->unread->count > 0)
        json_object_set_new(o, "not_read", unread_json(s->unread));
    if (s->unowned > 0)
        json_object_set_new(o, "unowned", json_integer((json_int_t)s->unowned));
    if ((s->stat->known & SEG_HAS_SEALS) != 0) {
        json_t *seals = json_array();
        for (unsigned i = 0; i < sizeof seal_names / sizeof seal_names[0]; i++)
            if ((s->stat->seals & (1U << i)) != 0)
                json_array_append_new(seals, json_string(seal_names[i]));
        json_object_set_new(o, "seals", seals);
    }
    info_rights_json(o, r->seg);
    segment_json_who(o, s);
    recording_json(r, o);
    type_json(y, o);
    (void)json_print(r->env->out, o);
    json_decref(o);
    return EXIT_DONE;
}

/* ---- text ---- */

static void print_label(struct out *o, const char *label)
{
    out_print(o, "%-10s ", label);
}

static void print_times(struct out *o, const struct seg_stat *st)
{
    char text[TIME_TEXT];
    if ((st->known & SEG_HAS_TIMES) != 0) {
        out_print(o, "modified:  %s%s\n", time_text(st->mtime, text),
                  (st->known & SEG_HAS_KEY) == 0
                      ? " (later stores through a mapping do not move it)"
                      : "");
        out_print(o, "accessed:  %s\n", time_text(st->atime, text));
        out_print(o, "changed:   %s\n", time_text(st->ctime, text));
    }
}

/* `+` says, as in ls -l, that an access control list says more. */
static void print_mode(struct out *o, const struct seg_stat *st)
{
    char text[NUMBER_MODE_MAX];
    number_format_mode(st->mode, text);
    out_print(o, "mode:      %04" PRIo32 " %s%s\n", st->mode, text, st->acl ? "+" : "");
}

/* A PID may have been reused, but a process that is gone is surely gone. */
static const char *life_of(uint32_t pid)
{
    return pid == 0 || os_pid_exists(pid) ? "" : " (gone)";
}

/* Attaches as everywhere: ours is not counted. */
static void print_system_v(struct out *o, const struct segrow *s)
{
    const struct seg_stat *st = s->stat;
    if ((st->known & SEG_HAS_SWAP) != 0)
        out_print(o, "swapped:   %" PRIu64 "\n", st->swap);
    if ((st->known & SEG_HAS_KEY) != 0)
        out_print(o, "key:       0x%08" PRIx32 "%s\n", st->key, st->key == 0 ? " (private)" : "");
    if ((st->known & SEG_HAS_CREATOR) != 0)
        out_print(o, "creator:   %" PRIu32 "%s\n", st->creator, life_of(st->creator));
    if ((st->known & SEG_HAS_LAST_PID) != 0)
        out_print(o, "last pid:  %" PRIu32 "%s\n", st->last_pid, life_of(st->last_pid));
    if ((st->known & SEG_HAS_ATTACHED) != 0)
        out_print(o, "attached:  %" PRIu64 "\n", segrow_attached(s));
}

/* What Windows reports about a section. */
static void print_section(struct out *o, uint32_t flags)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {{0x8000000, "SEC_COMMIT"},        {0x4000000, "SEC_RESERVE"},
                 {0x800000, "SEC_FILE"},           {0x1000000, "SEC_IMAGE"},
                 {0x200000, "SEC_BASED"},          {0x10000000, "SEC_NOCACHE"},
                 {0x40000000, "SEC_WRITECOMBINE"}, {0x80000000, "SEC_LARGE_PAGES"}};
    const char *gap = " ";
    print_label(o, "section:");
    out_print(o, "0x%" PRIx32, flags);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & names[i].bit) != 0) {
            out_print(o, "%s%s", gap, names[i].name);
            gap = " | ";
        }
    }
    out_str(o, "\n");
}

static void print_stat(struct out *o, const struct segrow *s)
{
    const struct seg_stat *st = s->stat;
    if ((st->known & SEG_HAS_SIZE) != 0)
        out_print(o, "size:      %" PRIu64 "\n", st->size);
    if ((st->known & SEG_HAS_RESIDENT) != 0)
        out_print(o, "resident:  %" PRIu64 "\n", st->resident);
    if ((st->known & SEG_HAS_MODE) != 0)
        print_mode(o, st);
    if ((st->known & SEG_HAS_OWNER) != 0) {
        print_label(o, "owner:");
        out_escaped(o, s->owner);
        out_print(o, " (uid %" PRIu32 ", gid %" PRIu32 ")\n", st->uid, st->gid);
    }
    print_times(o, st);
    if ((st->known & SEG_HAS_LINKS) != 0)
        out_print(o, "links:     %" PRIu64 "\n", st->links);
    if ((st->known & SEG_HAS_SEALS) != 0) {
        out_str(o, "seals:    ");
        for (unsigned i = 0; i < sizeof seal_names / sizeof seal_names[0]; i++) {
            out_print(o, "%s%s", (st->seals & (1U << i)) != 0 ? " " : "",
                      (st->seals & (1U << i)) != 0 ? seal_names[i] : "");
        }
        out_str(o, st->seals == 0 ? " none\n" : "\n");
    }
    print_system_v(o, s);
    if ((st->known & SEG_HAS_SECTION) != 0)
        print_section(o, st->section);
}

static void print_holder(struct out *o, const struct seg_holder *h)
{
    char comm[COMM_SHOWN];
    (void)comm_shown(h->comm, comm);
    if (h->pid == 0) {
        out_print(o, "held by:   %s (a loop device)\n", comm);
        return;
    }
    if (h->access == 0) {
        out_print(o, "held by:   %" PRIu32 " %s fd %" PRId32 "\n", h->pid, comm, h->fd);
        return;
    }
    const char *may = (h->access & 2U) != 0 ? "rw" : (h->access & 4U) != 0 ? "r" : "-";
    out_print(o, "held by:   %" PRIu32 " %s %s handle 0x%" PRIx32 " access 0x%" PRIx32 "\n", h->pid,
              comm, may, (uint32_t)h->fd, h->access);
}

/* Which processes could not be read: the first ones. */
static void print_unread(struct out *o, const struct segrow *s)
{
    char text[UNREAD_TEXT];
    for (size_t i = 0; i < s->unread->count; i++)
        out_print(o, "not read:  %s\n", unread_text(&s->unread->row[i], text));
    if (s->unread->count > 0 && s->unread->count < s->unreadable)
        out_print(o, "not read:  %zu more\n", s->unreadable - s->unread->count);
}

static void print_who(struct out *o, const struct segrow *s)
{
    char comm[COMM_SHOWN], unseen[UNSEEN_TEXT];
    uint32_t me = os_pid();
    for (size_t i = 0; i < s->mappers_count; i++) {
        const struct seg_mapper *m = &s->mappers[i];
        if (m->pid != me) {
            out_print(o,
                      "mapped by: %" PRIu32 " %s %s at 0x%" PRIx64 " offset 0x%" PRIx64
                      " length %" PRIu64 "\n",
                      m->pid, comm_shown(m->comm, comm), access_name(m), m->address, m->offset,
                      m->length);
        }
    }
    for (size_t i = 0; i < s->holders_count; i++) {
        const struct seg_holder *h = &s->holders[i];
        if (h->pid != me)
            print_holder(o, h);
    }
    if (segrow_procs(s) == 0)
        out_str(o,
                segrow_is_orphan(s) ? "mapped by: no process\n" : "mapped by: no process seen\n");
    if (s->unreadable == 0)
        out_str(o, "not read:  no process\n");
    else
        out_print(o, "not read:  %zu process%s\n", s->unreadable, plural_es(s->unreadable));
    print_unread(o, s);
    if (s->unowned > 0)
        out_print(o, "unproved:  %s\n", unseen_text(0, s->unowned, unseen));
}

static void print_type(struct out *o, const struct typed *y)
{
    if (y == NULL)
        return;
    out_print(o, "type:      %s at 0x%" PRIx64 ", %" PRIu64 " byte%s, from ", y->name,
              y->root.offset, y->root.size, plural_s(y->root.size));
    out_escaped(o, y->file);
    out_str(o, "\n");
}

static void print_text(struct command_run *r, const struct segrow *s, const struct typed *y)
{
    struct out *o = r->env->out;
    const char *names[SEGROW_STATES];
    size_t n = segrow_states(s, names);
    print_label(o, "locator:");
    out_locator(o, s->locator);
    out_print(o, "\nkind:      %s\n", seg_kind_name(s->kind));
    if (s->name[0] != '\0') {
        char *name = segrow_name_shown(s);
        out_print(o, "name:      %s\n", name == NULL ? "" : name);
        free(name);
    }
    print_stat(o, s);
    info_rights_text(o, r->seg);
    recording_text(r);
    for (size_t i = 0; i < n; i++)
        out_print(o, "%s%s", i == 0 ? "state:     " : " ", names[i]);
    if (n > 0)
        out_str(o, "\n");
    print_type(o, y);
    print_who(o, s);
}

static int print_info(struct command_run *r, const struct typed *y)
{
    struct seg_stat st;
    struct seg_who who;
    char owner[33] = "";
    struct oserr e = seg_refresh(r->seg, &st);
    if (oserr_is(e))
        return run_fail(r, NULL, "look at it", e);
    e = seg_who(r->seg, r->env->pace, &who);
    if (oserr_is(e))
        return run_fail(r, NULL, "find its users", e);
    st = *seg_last(r->seg); /* the read may have found huge pages */
    struct segrow s = {.kind = seg_kind(r->seg),
                       .locator = seg_locator(r->seg),
                       .name = seg_name(r->seg),
                       .owner =
                           (st.known & SEG_HAS_OWNER) != 0 ? os_user_name(st.uid, owner) : NULL,
                       .stat = &st,
                       .mappers = who.mappers,
                       .mappers_count = who.mappers_count,
                       .holders = who.holders,
                       .holders_count = who.holders_count,
                       .users = seg_who_users(&who),
                       .unreadable = who.unreadable,
                       .unowned = who.unowned,
                       .unread = &who.unread};
    int status = EXIT_DONE;
    if (run_option(r, "json") != NULL)
        status = print_json(r, &s, y);
    else
        print_text(r, &s, y);
    seg_who_free(&who);
    return status;
}

int cmd_info(struct command_run *r)
{
    if (!typed_wanted(r))
        return print_info(r, NULL);
    struct typed *y = malloc(sizeof *y);
    if (y == NULL)
        return run_fail(r, NULL, "look at it", (struct oserr){"malloc", SEG_E_MEMORY});
    int status = typed_open(y, r) ? print_info(r, y) : EXIT_ERROR;
    typed_close(y);
    free(y);
    return status;
}
