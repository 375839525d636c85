/* Which layouts fit a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locator.h"
#include "core/text.h"
#include "layouts/layouts.h"
#include "time/recording.h"

enum { SHOWN_MAX = 4 * LOCATOR_MAX };

/* Takes over the text; one that is there already is not needed twice. */
static bool add_name(struct layout_names *n, char *text)
{
    if (text == NULL)
        return false;
    for (int i = 0; i < n->names.count; i++)
        if (strcmp(n->text[i], text) == 0) {
            free(text);
            return true;
        }
    n->text[n->names.count] = text;
    n->names.name[n->names.count++] = text;
    return true;
}

static bool add_locator(struct layout_names *n, const char *prefix, const char *raw)
{
    char *text = malloc(SHOWN_MAX), whole[LOCATOR_MAX];
    if (text == NULL ||
        (size_t)snprintf(whole, sizeof whole, "%s%s", prefix, raw) >= sizeof whole) {
        free(text);
        return text != NULL; /* longer than any name */
    }
    (void)locator_shown(whole, text, SHOWN_MAX);
    return add_name(n, text);
}

bool layout_names_of(const struct seg *s, struct layout_names *out)
{
    const struct recording *recorded = recording_of(s);
    const struct seg_stat *stat = seg_last(s);
    const char *name = seg_name(s);
    enum seg_kind kind = seg_kind(s);
    *out = (struct layout_names){.names = {.count = 0}};
    bool good = recorded != NULL ? add_name(out, strdup(recording_header(recorded)->locator))
                                 : add_locator(out, "", seg_locator(s));
    if (good && (stat->known & SEG_HAS_KEY) != 0 && stat->key != 0) {
        char key[32];
        (void)snprintf(key, sizeof key, "sysv:key=0x%08x", (unsigned)stat->key);
        good = add_name(out, strdup(key));
    }
    if (good && recorded == NULL && kind != SEG_SYSV && name[0] != '\0')
        good = add_locator(out,
                           kind == SEG_MEMFD                      ? "memfd:"
                           : kind == SEG_POSIX || kind == SEG_SEM ? "posix:/"
                           : name[0] == '/'                       ? "file:"
                                                                  : "",
                           name);
    if (!good)
        layout_names_free(out);
    return good;
}

void layout_names_free(struct layout_names *n)
{
    for (int i = 0; i < n->names.count; i++)
        free(n->text[i]);
    n->names.count = 0;
}

size_t layouts_places(const struct type_source *s, const struct place_names *names,
                      struct layout_match *out, size_t max)
{
    const struct type_place *p;
    struct type_node root;
    size_t n = 0;
    for (uint32_t k = 0; (p = types_place(s->t, k)) != NULL; k++) {
        bool taken = !type_place_root(s, p, names, &root);
        for (size_t i = 0; !taken && i < n && i < max; i++)
            taken = out[i].root.offset == root.offset;
        if (taken)
            continue;
        if (n < max)
            out[n] = (struct layout_match){.place = p, .root = root};
        n++;
    }
    return n;
}

size_t layouts_match(const struct layouts *l, const struct place_names *names,
                     const struct type_source *source, struct layout_match *out, size_t max)
{
    struct type_source s = *source;
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++) {
        size_t room = n < max ? max - n : 0, before = n;
        s.t = l->row[i].t;
        n += s.t == NULL ? 0 : layouts_places(&s, names, out + (max - room), room);
        for (size_t k = before; k < n && k < max; k++)
            out[k].layout = &l->row[i];
    }
    return n;
}

const struct layout_file *layouts_find(const struct layouts *l, const char *type,
                                       const struct place_names *names,
                                       const struct type_source *source, type_id *id)
{
    const struct layout_file *found = NULL;
    struct type_source s = *source;
    for (size_t i = 0; i < l->count; i++) {
        const struct layout_file *row = &l->row[i];
        const struct type_place *p;
        struct type_node root;
        type_id here = row->t == NULL ? 0 : types_find(row->t, type);
        if (here == 0 || !types_declared(row->t, here))
            continue;
        s.t = row->t;
        bool placed = false;
        for (uint32_t k = 0; !placed && (p = types_place(row->t, k)) != NULL; k++)
            placed = type_place_root(&s, p, names, &root);
        if (found == NULL || placed) {
            found = row;
            *id = here;
        }
        if (placed)
            break;
    }
    return found;
}
