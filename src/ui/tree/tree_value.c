/* What a row of the tree says: the value of a field, the first fields of a closed struct, how many
 * elements an array has; and how it is highlighted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/screen/wrap.h"
#include "core/type/value.h"
#include "ui/tree/tree.h"

enum { PREVIEW_FIELDS = 12, FIELD_TEXT = 96 };

/* Appends to a text that is cut where its room ends. */
static void put(struct tree_value *v, const char *text)
{
    size_t at = strlen(v->text);
    (void)snprintf(v->text + at, sizeof v->text - at, "%s", text);
}

/* `1,048,576`. */
static void put_count(struct tree_value *v, uint64_t n)
{
    char digits[24], text[32];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, n), at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    put(v, text);
}

static void put_elements(struct tree_value *v, uint64_t n)
{
    put_count(v, n);
    put(v, n == 1 ? " element" : " elements");
}

/* ---- highlights ---- */

/* Is one load too little for the field, so that two readings of it may differ? */
static bool read_in_parts(const struct type_node *n)
{
    return !poke_swappable(n->offset, n->size < 64 ? (uint32_t)n->size : 64) || n->size > 8;
}

static void highlight(const struct ui *ui, const struct type_node *n, size_t index, size_t size,
                      const struct inspect_reasons *why, struct tree_value *out)
{
    const struct sample *p = &ui->s.sample;
    for (size_t i = 0; i < size; i++) {
        enum inspect_mark mark = inspect_mark_of(why, p, index + i, n->offset + i);
        out->mark = mark > out->mark ? mark : out->mark;
        if (p->arrays->changed[index + i] > out->newest)
            out->newest = p->arrays->changed[index + i];
        if (p->arrays->count[index + i] > out->changes)
            out->changes = p->arrays->count[index + i];
        if (p->arrays->torn[index + i] != 0 && read_in_parts(n))
            out->sign = '~';
    }
    for (size_t i = 0; i < p->freeze.count && p->past.time == 0; i++) {
        size_t from = 0, to = 0;
        if (!frozen_within(&p->freeze.value[i], n->offset, size, &from, &to))
            continue;
        out->mark = out->mark > MARK_FROZEN ? out->mark : MARK_FROZEN;
        out->sign = '=';
    }
}

/* ---- fields ---- */

/* A whole number as its bits, without a name. */
static bool put_raw(const struct type_source *s, const struct type_node *leaf, const uint8_t *p,
                    char *out, size_t cap)
{
    struct type_value v;
    type_value_get(s, leaf, p, &v);
    if (v.kind != VALUE_UNSIGNED && v.kind != VALUE_SIGNED && v.kind != VALUE_BOOL)
        return false;
    uint64_t bits = v.bits;
    if (leaf->bits != 0 && leaf->bits < 64)
        bits &= (UINT64_C(1) << leaf->bits) - 1;
    else if (leaf->size < 8)
        bits &= (UINT64_C(1) << (8 * leaf->size)) - 1;
    (void)snprintf(out, cap, "0x%" PRIx64, bits);
    return true;
}

/* A field that its writers guard with a counter: asks for it to be read under that. False: it is as
 * it was sampled. True: nothing is known of it, `*written`: because it was being written all the
 * time, else because it was not read so yet. */
static bool guarded(const struct ui *ui, const struct type_node *leaf, bool *written)
{
    const struct session *s = &ui->s;
    struct type_counters c;
    const struct type_guard *g = &leaf->guard;
    *written = false;
    if (g->hint == 0 || s->sample.past.time != 0 || session_recorded(s) ||
        !type_counters(&tree_top(ui)->source, leaf, &c))
        return false;
    const struct guarded range = {
        {c.offset, c.width, c.two, c.end}, g->offset, g->offset + g->size};
    guards_add(&ui->tree->guards, &range);
    size_t i = guards_find(&s->sample.guards, &range);
    *written = i != SIZE_MAX && s->sample.guards.read[i] == GUARD_WRITTEN;
    return *written || (i == SIZE_MAX && !s->paused);
}

/* The value of a leaf that is known, as text of at most cap bytes. */
static void format(const struct ui *ui, const struct type_node *leaf, const uint8_t *p, char *out,
                   size_t cap)
{
    const struct type_source *s = &tree_top(ui)->source;
    if (ui->tree->raw && put_raw(s, leaf, p, out, cap))
        return;
    (void)type_value_format(s, leaf, p, out, cap);
}

/* The part of a leaf that is sampled: long texts are cut. */
static struct type_node sampled(const struct type_node *leaf)
{
    struct type_node part = *leaf;
    if (leaf->size > TREE_SAMPLED && (leaf->text || leaf->bytes) && leaf->stride > 0)
        type_slice(leaf, 0, TREE_SAMPLED / leaf->stride, &part);
    return part;
}

static void put_field(const struct ui *ui, const struct type_node *leaf, struct tree_value *out)
{
    uint8_t bytes[TREE_SAMPLED];
    char text[FIELD_TEXT];
    size_t index;
    struct type_node part = sampled(leaf);
    enum tree_known known = part.size <= sizeof bytes
                                ? tree_bytes(ui, part.offset, (size_t)part.size, bytes, &index)
                                : TREE_UNKNOWN;
    bool written = false, unread = guarded(ui, leaf, &written);
    if (!unread && (known == TREE_DATA || known == TREE_HOLE)) {
        format(ui, &part, bytes, text, sizeof text);
        put(out, text);
    } else {
        put(out, written || known != TREE_NOT_YET ? "?" : "");
    }
    out->sign = written ? '~' : out->sign;
}

/* `{kind 7, prio 17, ...`, `[1 2 3 ...`. */
static void put_preview(const struct ui *ui, const struct type_node *n, size_t room,
                        struct tree_value *out)
{
    const struct type_source *s = &tree_top(ui)->source;
    static struct type_walk w; /* the UI's thread alone draws */
    char name[FIELD_TEXT];
    bool array = n->kind == NODE_ARRAY, more = true;
    type_walk_start(&w, s, n, false);
    type_walk_clip(&w, n->offset, n->offset + TREE_SAMPLED);
    put(out, array ? "[" : "{");
    for (int i = 0; i < PREVIEW_FIELDS && strlen(out->text) < room; i++) {
        more = type_walk_next(&w);
        if (!more)
            break;
        put(out, i == 0 ? "" : array ? " " : ", ");
        if (!array && type_walk_path(&w, "", name, sizeof name) > 0) {
            put(out, name);
            put(out, " ");
        }
        put_field(ui, &w.leaf.node, out);
    }
    more = more && type_walk_next(&w);
    put(out, more ? (array ? " \u2026]" : ", \u2026}") : array ? "]" : "}");
}

/* Does an array have numbers or texts, which are shown themselves? */
static bool of_fields(const struct type_source *s, const struct type_node *n)
{
    const struct type *item = types_get(s->t, types_real(s->t, n->item));
    return item->kind != TYPE_STRUCT && item->kind != TYPE_UNION;
}

/* What is proved of a lock. */
static void put_lock(const struct tree_lock *l, struct tree_value *out)
{
    put(out, l->text);
    out->mark = l->bad ? MARK_NONE : out->mark; /* that it changed matters less */
    out->style = l->bad ? STYLE_ERROR : l->apart ? STYLE_WARN : STYLE_TEXT;
}

static void put_branch(struct ui *ui, const struct type_row *row, size_t room,
                       struct tree_value *out)
{
    const struct type_node *n = &row->node;
    const struct tree_lock *lock = tree_lock_of(ui, n);
    out->style = STYLE_DIM;
    if (lock != NULL)
        put_lock(lock, out);
    else if (n->kind == NODE_ARRAY &&
             (row->open || n->count == 0 || !of_fields(&tree_top(ui)->source, n))) {
        put_elements(out, n->count);
    } else if (!row->open) {
        out->style = STYLE_TEXT;
        put_preview(ui, n, room, out);
    }
}

static void put_leaf(const struct ui *ui, const struct type_row *row, enum tree_known known,
                     const uint8_t *bytes, struct tree_value *out)
{
    struct type_node part = sampled(&row->node);
    bool unread = guarded(ui, &row->node, &out->written);
    if (out->written) {
        put(out, "?");
        out->style = STYLE_UNKNOWN;
        out->sign = '~';
    } else if (known == TREE_BEYOND) {
        put(out, "the segment ends before this");
        out->style = STYLE_DIM;
    } else if (known == TREE_UNKNOWN) {
        put(out, "?");
        out->style = STYLE_UNKNOWN;
    } else if (unread) {
        out->style = STYLE_DIM; /* it comes with the next sample */
    } else if (known == TREE_HOLE) {
        put(out, "\u00b7");
        out->style = STYLE_HOLE;
    } else if (known == TREE_DATA) {
        format(ui, &part, bytes, out->text, sizeof out->text);
    }
}

/* The ends of a ring that are at an element: ` <- head`. The value makes room for that. */
static void put_ends(const struct type_row *row, size_t room, struct tree_value *out)
{
    bool head = (row->node.ring & RING_HEAD) != 0, tail = (row->node.ring & RING_TAIL) != 0;
    const char *ends = head && tail ? " <- head,tail" : head ? " <- head" : tail ? " <- tail" : "";
    size_t own = strlen(ends), width = (size_t)canvas_width(out->text);
    if (own == 0)
        return;
    if (room > own && width + own > room) {
        out->text[wrap_skip(out->text, (int)(room - own) - 1)] = '\0';
        put(out, "\u2026");
    }
    put(out, ends);
}

/* A pointer of the past, translated by where it is mapped now. */
static bool translated(const struct ui *ui, const struct type_row *row)
{
    const struct type_source *s = &tree_top(ui)->source;
    return ui->s.sample.past.time != 0 && row->node.kind == NODE_LEAF && s->windows > 0 &&
           types_get(s->t, row->node.real)->kind == TYPE_POINTER;
}

void tree_value(struct ui *ui, const struct type_row *row, const struct inspect_reasons *why,
                size_t room, struct tree_value *out)
{
    uint8_t bytes[TREE_SAMPLED];
    size_t index = SIZE_MAX,
           n = row->node.size < TREE_SAMPLED ? (size_t)row->node.size : TREE_SAMPLED;
    *out = (struct tree_value){.style = STYLE_TEXT};
    enum tree_known known = tree_bytes(ui, row->node.offset, n, bytes, &index);
    if (index != SIZE_MAX && known != TREE_NOT_YET && !row->open)
        highlight(ui, &row->node, index, n, why, out);
    if (row->node.kind == NODE_PADDING) {
        put_count(out, row->node.size);
        put(out, row->node.size == 1 ? " byte of padding" : " bytes of padding");
        out->style = STYLE_DIM;
    } else if (row->branch) {
        put_branch(ui, row, room, out);
        if (known == TREE_UNKNOWN && !row->open && out->style == STYLE_TEXT)
            out->style = STYLE_UNKNOWN;
        if (known == TREE_HOLE && out->style == STYLE_TEXT)
            out->style = STYLE_HOLE;
    } else if (row->node.size == 0) {
        put(out, row->node.kind == NODE_ARRAY ? "0 elements" : "");
        out->style = STYLE_DIM;
    } else {
        put_leaf(ui, row, known, bytes, out);
    }
    put_ends(row, room, out);
    if (out->sign == 0 && translated(ui, row))
        out->sign = 0x2248;
    if (row->inactive && out->style == STYLE_TEXT)
        out->style = STYLE_DIM;
}
