#include "core/type/tree.h"

#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/type/pointer.h"

static bool is_byte(const struct type *t)
{
    return t->kind == TYPE_UNSIGNED && t->size == 1;
}

/* The value of whole-number bytes, sign-extended when the type is signed. */
static uint64_t whole(const struct type *type, const uint8_t *p, bool big)
{
    uint64_t v = bytes_get(p, (size_t)type->size, big);
    bool negative = type->kind == TYPE_SIGNED || (type->flags & TYPE_NEGATIVE) != 0;
    if (!negative || type->size >= 8)
        return v;
    uint64_t sign = UINT64_C(1) << (8 * type->size - 1);
    return (v ^ sign) - sign;
}

/* A whole number of 1 to 8 bytes beside a node: a sibling by name. */
static bool sibling(const struct type_source *s, const struct type_node *n, type_name name,
                    uint64_t *value)
{
    uint64_t offset = 0;
    uint8_t p[16] = {0};
    if (n->owner == 0 || name == 0)
        return false;
    uint32_t index = types_member_find(s->t, n->owner, types_name(s->t, name), &offset);
    if (index == TYPE_NO_MEMBER)
        return false;
    const struct type_member *m = types_member(s->t, index);
    const struct type *type = types_get(s->t, types_real(s->t, m->type));
    bool big = types_hint(s->t, m->hint)->big;
    size_t size = m->bits != 0 ? (m->bit + m->bits + 7U) / 8 : (size_t)type->size;
    if (size == 0 || size > 9 || (m->bits == 0 && size > 8) || n->owner_at > s->size ||
        offset > s->size - n->owner_at || !s->read(s->ctx, n->owner_at + offset, p, size))
        return false;
    if (m->bits == 0) {
        *value = whole(type, p, big);
        return true;
    }
    uint64_t v = bytes_get(p, 8, false) >> m->bit;
    if (m->bit + m->bits > 64)
        v |= (uint64_t)p[8] << (64 - m->bit);
    *value = m->bits == 64 ? v : v & ((UINT64_C(1) << m->bits) - 1);
    return true;
}

/* A counter beside the range; its width becomes *width. */
static bool counter(const struct type_source *s, const struct type_guard *g, type_name name,
                    uint64_t *offset, uint32_t *width)
{
    uint64_t at = 0;
    uint32_t index = types_member_find(s->t, g->owner, types_name(s->t, name), &at);
    if (index == TYPE_NO_MEMBER)
        return false;
    const struct type_member *m = types_member(s->t, index);
    uint64_t size = types_size(s->t, m->type);
    *offset = g->owner_at + at;
    *width = (uint32_t)size;
    return m->bits == 0 && (size == 1 || size == 2 || size == 4 || size == 8) &&
           *offset % size == 0 && (size == 1 || !types_hint(s->t, m->hint)->big);
}

bool type_counters(const struct type_source *s, const struct type_node *n,
                   struct type_counters *out)
{
    const struct type_hint *h = types_hint(s->t, n->guard.hint);
    uint32_t width = 0;
    *out = (struct type_counters){.two = h->lock2 != 0};
    if (n->guard.hint == 0 || n->big || !counter(s, &n->guard, h->lock, &out->offset, &out->width))
        return false;
    return !out->two || (counter(s, &n->guard, h->lock2, &out->end, &width) && width == out->width);
}

static uint64_t room_at(const struct type_source *s, uint64_t offset)
{
    return offset < s->size ? s->size - offset : 0;
}

/* Where the elements of an array are, and how many. `hinted`: the hint is this array's own, not
 * that of the one it is an element of. */
static void lay_array(const struct type_source *s, struct type_node *n, bool hinted)
{
    const struct type *a = types_get(s->t, n->real);
    const struct type_hint *h = types_hint(s->t, hinted ? n->hint : 0);
    uint64_t v = 0;
    n->item = a->target;
    n->stride = types_size(s->t, a->target);
    n->count = a->length;
    if (h->at != 0) {
        n->moved = true;
        bool there = sibling(s, n, h->at, &v) && v <= UINT64_MAX - n->base;
        n->offset = there ? n->base + v : UINT64_MAX;
    }
    if (h->stride != 0)
        n->stride = sibling(s, n, h->stride, &v) && v != 0 ? v : n->stride;
    uint64_t room = n->stride == 0 ? 0 : room_at(s, n->offset) / n->stride;
    if (a->flags & TYPE_UNBOUNDED)
        n->count = n->element && !h->counted ? 0 : room;
    if (h->counted) {
        v = h->number;
        if (h->count != 0 && (!sibling(s, n, h->count, &v) || v > INT64_MAX))
            v = 0;
        uint64_t most =
            (a->flags & TYPE_UNBOUNDED) != 0 || n->moved || a->length == 0 ? room : a->length;
        n->count = v < most ? v : most;
    }
    n->size =
        n->stride != 0 && n->count > UINT64_MAX / n->stride ? UINT64_MAX : n->stride * n->count;
}

/* An array of characters is one text, one of bytes is shown in hex: one leaf when it is not too
 * long. */
static void read_as(const struct type_source *s, struct type_node *n)
{
    const struct type *item = types_get(s->t, types_real(s->t, n->item));
    unsigned form = types_hint(s->t, n->hint)->form;
    if (n->stride != item->size || item->size == 0 || n->count == 0)
        return;
    n->text = form == FORM_TEXT ? item->kind != TYPE_ARRAY && item->kind != TYPE_STRUCT
                                : item->kind == TYPE_CHAR && form == FORM_PLAIN;
    n->bytes = !n->text && item->size == 1 &&
               (is_byte(item) ? form == FORM_PLAIN || form == FORM_HEX
                              : item->kind == TYPE_CHAR && form == FORM_HEX);
    uint64_t most = n->text ? TYPE_TEXT_MAX : TYPE_BYTES_MAX;
    if ((n->text || n->bytes) && n->size <= most)
        n->kind = NODE_LEAF;
}

static void make(const struct type_source *s, struct type_node *n, bool hinted)
{
    n->real = types_real(s->t, n->type);
    const struct type *type = types_get(s->t, n->real);
    n->big = n->big || types_hint(s->t, n->hint)->big;
    n->kind = type->kind == TYPE_ARRAY    ? NODE_ARRAY
              : type->kind == TYPE_STRUCT ? NODE_STRUCT
              : type->kind == TYPE_UNION  ? NODE_UNION
                                          : NODE_LEAF;
    n->size = n->bits != 0 ? (n->bit + n->bits + 7U) / 8 : type->size;
    if (n->kind == NODE_ARRAY) {
        n->ring = hinted && types_hint(s->t, n->hint)->head != 0 ? RING_ARRAY : 0;
        lay_array(s, n, hinted);
        read_as(s, n);
    }
}

void type_root(const struct type_source *s, type_id type, uint64_t offset, uint64_t count,
               struct type_node *out)
{
    *out = (struct type_node){.type = type, .offset = offset, .base = offset};
    make(s, out, false);
    if (count == 0)
        return;
    uint64_t size = types_size(s->t, type);
    out->kind = NODE_ARRAY;
    out->text = out->bytes = false;
    out->item = type;
    out->stride = size;
    out->count = count;
    out->size = size != 0 && count > UINT64_MAX / size ? UINT64_MAX : size * count;
    read_as(s, out);
}

void type_child(const struct type_source *s, const struct type_node *n, uint32_t i,
                struct type_node *out)
{
    const struct type_member *m = types_member(s->t, types_get(s->t, n->real)->first + i);
    bool sum = m->offset <= UINT64_MAX - n->offset;
    *out = (struct type_node){.type = m->type,
                              .offset = sum ? n->offset + m->offset : UINT64_MAX,
                              .base = n->base,
                              .hint = m->hint,
                              .bit = m->bit,
                              .bits = m->bits,
                              .big = n->big,
                              .element = n->element,
                              .nameless = m->name == 0,
                              .owner = n->nameless ? n->owner : n->real,
                              .owner_at = n->nameless ? n->owner_at : n->offset};
    make(s, out, true);
    out->guard = n->guard;
    if (types_hint(s->t, m->hint)->lock != 0)
        out->guard =
            (struct type_guard){m->hint, out->owner, out->owner_at, out->offset, out->size};
}

/* What of a ring is at this element: its ends are indices, or counters that wrap around it. */
static uint8_t ring_ends(const struct type_source *s, const struct type_node *n, uint64_t index)
{
    const struct type_hint *h = types_hint(s->t, n->hint);
    uint64_t v = 0;
    uint8_t ends = 0;
    if (n->count == 0)
        return 0;
    if (sibling(s, n, h->head, &v) && v % n->count == index)
        ends |= RING_HEAD;
    if (sibling(s, n, h->tail, &v) && v % n->count == index)
        ends |= RING_TAIL;
    return ends;
}

void type_element(const struct type_source *s, const struct type_node *n, uint64_t index,
                  struct type_node *out)
{
    bool sum = n->stride == 0 || index <= (UINT64_MAX - n->offset) / n->stride;
    *out = (struct type_node){.type = n->item,
                              .offset = sum ? n->offset + index * n->stride : UINT64_MAX,
                              .base = n->base,
                              .hint = n->hint,
                              .big = n->big,
                              .element = true,
                              .owner = n->owner,
                              .owner_at = n->owner_at,
                              .guard = n->guard};
    make(s, out, false);
    out->ring = (n->ring & RING_ARRAY) != 0 ? ring_ends(s, n, index) : 0;
}

void type_slice(const struct type_node *n, uint64_t from, uint64_t count, struct type_node *out)
{
    *out = *n;
    out->kind = NODE_LEAF;
    out->offset = n->offset + from * n->stride;
    out->count = count;
    out->size = count * n->stride;
    out->type = n->item;
}

/* ---- unions ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Does the name of an enumerator end with the name of an arm? KIND_TEXT and text do. */
static bool ends_with(const char *name, const char *arm)
{
    size_t n = strlen(name), k = strlen(arm);
    if (k == 0 || k > n || (k < n && name[n - k - 1] != '_'))
        return false;
    for (size_t i = 0; i < k; i++)
        if (lower(name[n - k + i]) != lower(arm[i]))
            return false;
    return true;
}

bool type_arm(const struct type_source *s, const struct type_node *n, uint32_t *arm)
{
    const struct type_hint *h = types_hint(s->t, n->hint);
    uint64_t value = 0, offset = 0;
    if (n->kind != NODE_UNION || h->discr == 0 || !sibling(s, n, h->discr, &value))
        return false;
    const struct type *u = types_get(s->t, n->real);
    uint32_t member = types_member_find(s->t, n->owner, types_name(s->t, h->discr), &offset);
    const struct type *e = types_get(s->t, types_real(s->t, types_member(s->t, member)->type));
    for (uint32_t i = 0; e->kind == TYPE_ENUM && i < e->count; i++) {
        const struct type_enumerator *row = types_enumerator(s->t, e->first + i);
        if ((uint64_t)row->value != value)
            continue;
        for (*arm = 0; *arm < u->count; (*arm)++)
            if (ends_with(types_name(s->t, row->name),
                          types_name(s->t, types_member(s->t, u->first + *arm)->name)))
                return true;
    }
    if (e->kind == TYPE_ENUM && h->other != 0) {
        *arm = h->other - 1;
        return *arm < u->count;
    }
    *arm = (uint32_t)value;
    return value < u->count;
}

/* ---- pointers and links ---- */

/* The element of an array that a link is the index of. */
static bool through_array(const struct type_source *s, const struct type_node *leaf,
                          const struct type_hint *h, uint64_t value, uint64_t *offset)
{
    struct type_node owner = {.offset = leaf->owner_at, .type = leaf->owner, .base = leaf->base};
    struct type_node array;
    uint64_t at = 0;
    if (h->link_owner != 0) {
        owner.offset = leaf->base;
        owner.type = h->link_owner;
    }
    uint32_t m = types_member_find(s->t, owner.type, types_name(s->t, h->link_field), &at);
    if (m == TYPE_NO_MEMBER || at > UINT64_MAX - owner.offset)
        return false;
    array = (struct type_node){.type = types_member(s->t, m)->type,
                               .offset = owner.offset + at,
                               .base = leaf->base,
                               .hint = types_member(s->t, m)->hint,
                               .owner = owner.type,
                               .owner_at = owner.offset};
    make(s, &array, true);
    if (value >= array.count || array.offset >= s->size ||
        value > (s->size - array.offset - 1) / (array.stride == 0 ? 1 : array.stride))
        return false;
    *offset = array.offset + value * array.stride;
    return true;
}

bool type_target(const struct type_source *s, const struct type_node *leaf, uint64_t value,
                 uint64_t *offset, type_id *type)
{
    const struct type_hint *h = types_hint(s->t, leaf->hint);
    const struct type *real = types_get(s->t, leaf->real);
    struct type_point point;
    uint64_t at = 0;
    *type = h->link != LINK_NONE ? h->link_type : real->target;
    switch (h->link) {
    case LINK_ARRAY:
        return through_array(s, leaf, h, value, offset);
    case LINK_BASE:
        *offset = leaf->base + value;
        return value != 0 && *offset < s->size;
    case LINK_SELF:
        *offset = leaf->offset + value;
        return value != 0 && (value != 1 || !h->one_is_null) && *offset < s->size;
    case LINK_FIELD:
        if (types_member_find(s->t, leaf->owner, types_name(s->t, h->link_field), &at) ==
            TYPE_NO_MEMBER)
            return false;
        *offset = leaf->owner_at + at + value;
        return *offset < s->size;
    default:
        return real->kind == TYPE_POINTER && value != 0 && type_translate(s, value, &point) &&
               (*offset = point.offset) < s->size;
    }
}
