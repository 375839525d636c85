/* Segments as the JSON that ls --json and info --json print. */
#include "cli/segment_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend/os.h"
#include "core/locator.h"
#include "core/text.h"

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

static json_t *json_escaped(const char *raw)
{
    char *shown = text_escaped(raw);
    json_t *value = shown == NULL ? NULL : json_string(shown);
    free(shown);
    return value;
}

static json_t *json_name(const struct segrow *s)
{
    char *shown = segrow_name_shown(s);
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
    if ((st->known & SEG_HAS_SIZE) != 0)
        json_object_set_new(o, "size", json_integer((json_int_t)st->size));
    if ((st->known & SEG_HAS_RESIDENT) != 0)
        json_object_set_new(o, "resident", json_integer((json_int_t)st->resident));
    if ((st->known & SEG_HAS_MODE) != 0) {
        (void)snprintf(mode, sizeof mode, "%04" PRIo32, st->mode);
        json_object_set_new(o, "mode", json_string(mode));
    }
    if (st->acl)
        json_object_set_new(o, "acl", json_true());
    if ((st->known & SEG_HAS_OWNER) != 0) {
        json_object_set_new(o, "uid", json_integer((json_int_t)st->uid));
        json_object_set_new(o, "gid", json_integer((json_int_t)st->gid));
    }
    if ((st->known & SEG_HAS_TIMES) != 0) {
        json_object_set_new(o, "mtime", seconds(st->mtime));
        json_object_set_new(o, "atime", seconds(st->atime));
        json_object_set_new(o, "ctime", seconds(st->ctime));
    }
    if ((st->known & SEG_HAS_LINKS) != 0)
        json_object_set_new(o, "links", json_integer((json_int_t)st->links));
    if ((st->known & SEG_HAS_CREATOR) != 0)
        json_object_set_new(o, "creator_pid", json_integer((json_int_t)st->creator));
    if ((st->known & SEG_HAS_LAST_PID) != 0)
        json_object_set_new(o, "last_pid", json_integer((json_int_t)st->last_pid));
    if ((st->known & SEG_HAS_KEY) != 0)
        json_object_set_new(o, "key", json_integer((json_int_t)st->key));
    if ((st->known & SEG_HAS_SWAP) != 0)
        json_object_set_new(o, "swap", json_integer((json_int_t)st->swap));
}

json_t *segment_json(const struct segrow *s)
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
    json_object_set_new(o, "name", json_name(s));
    if (s->owner != NULL && s->owner[0] != '\0')
        json_object_set_new(o, "owner", json_escaped(s->owner));
    add_stat(o, s->stat);
    json_object_set_new(o, "attached", json_integer((json_int_t)segrow_attached(s)));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(states, json_string(names[i]));
    json_object_set_new(o, "state", states);
    return o;
}

void segment_json_who(json_t *o, const struct segrow *s)
{
    json_t *mappers = json_array();
    json_t *holders = json_array();
    char comm[COMM_SHOWN];
    uint32_t me = os_pid();
    for (size_t i = 0; i < s->mappers_count; i++) {
        const struct seg_mapper *m = &s->mappers[i];
        if (m->pid != me) {
            json_array_append_new(
                mappers, json_pack("{s:I,s:s,s:s,s:I,s:I,s:I}", "pid", (json_int_t)m->pid, "name",
                                   comm_shown(m->comm, comm), "access", m->write ? "rw" : "r",
                                   "address", (json_int_t)m->address, "offset",
                                   (json_int_t)m->offset, "length", (json_int_t)m->length));
        }
    }
    for (size_t i = 0; i < s->holders_count; i++) {
        const struct seg_holder *h = &s->holders[i];
        if (h->pid != me) {
            json_t *row = json_pack("{s:I,s:s}", "pid", (json_int_t)h->pid, "name",
                                    comm_shown(h->comm, comm));
            if (h->pid != 0) /* a loop device has none */
                json_object_set_new(row, "fd", json_integer(h->fd));
            json_array_append_new(holders, row);
        }
    }
    json_object_set_new(o, "mappers", mappers);
    json_object_set_new(o, "holders", holders);
}
