#include "core/type/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/value.h"

/* What one leaf is worth, in tenths. */
enum {
    POINTER_GOOD = 100,
    POINTER_SEGMENT = 130, /* as above, and into what is looked at */
    POINTER_CODE = 120,    /* a function, and there is code */
    POINTER_ODD = -60,     /* into memory of the wrong sort, or not aligned as its target */
    POINTER_WRONG = -250,
    NUMBER_POINTER = -80, /* a number that is an address of the process */
    NUMBER_TEXT = -30,    /* a number of four or more letters */
    BOOL_WRONG = -250,
    ENUM_GOOD = 50,
    ENUM_FLAGS = 20, /* an OR of several values */
    ENUM_WRONG = -150,
    TEXT_CHAR = 8, /* each, of a text that ends before zeros, */
    TEXT_MOST = 80,
    TEXT_STALE = -10, /* there is something after its end */
    TEXT_WRONG = -60,
    FLOAT_GOOD = 25,
    FLOAT_WRONG = -100,
    PADDING_BYTE = -40,
};

struct fitting {
    const struct type_source *s;
    const struct fit_range *range;
    size_t n;
};

static const struct fit_range *range_of(const struct fitting *f, uint64_t address)
{
    size_t low = 0, high = f->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (f->range[mid].end <= address)
            low = mid + 1;
        else
            high = mid;
    }
    return low < f->n && f->range[low].start <= address ? &f->range[low] : NULL;
}

static int32_t fit_pointer(const struct fitting *f, const struct type *type, uint64_t value)
{
    const struct fit_range *r = range_of(f, value);
    bool code = types_get(f->s->t, types_real(f->s->t, type->target))->kind == TYPE_FUNCTION;
    uint32_t align = types_align(f->s->t, type->target);
    if (value == 0 || f->n == 0)
        return 0;
    if (r == NULL)
        return POINTER_WRONG;
    if (r->code != code || (align > 1 && value % align != 0))
        return POINTER_ODD;
    return code ? POINTER_CODE : r->segment ? POINTER_SEGMENT : POINTER_GOOD;
}

static bool is_letter(uint8_t c)
{
    return c >= 0x20 && c < 0x7f;
}

static int32_t fit_number(const struct fitting *f, const uint8_t *p, size_t n, uint64_t value)
{
    size_t letters = 0;
    while (letters < n && is_letter(p[letters]))
        letters++;
    if (n == 8 && value != 0 && range_of(f, value) != NULL)
        return NUMBER_POINTER;
    return letters >= 4 && letters == n ? NUMBER_TEXT : 0;
}

static int32_t fit_enum(const struct types *t, const struct type *type, uint64_t value)
{
    uint64_t all = 0, mask = type->size < 8 ? (UINT64_C(1) << (8 * type->size)) - 1 : UINT64_MAX;
    if (value == 0)
        return 0;
    for (uint32_t i = 0; i < type->count; i++) {
        uint64_t v = (uint64_t)types_enumerator(t, type->first + i)->value & mask;
        if (v == (value & mask))
            return ENUM_GOOD;
        all |= (v & (v - 1)) == 0 ? v : 0;
    }
    return (value & mask & ~all) == 0 ? ENUM_FLAGS : ENUM_WRONG;
}

static int32_t fit_float(double v)
{
    double size = fabs(v);
    if (size == 0)
        return 0;
    return size > 1e-9 && size < 1e15 ? FLOAT_GOOD : FLOAT_WRONG;
}

static int32_t fit_text(const uint8_t *p, size_t n)
{
    size_t letters = 0, end = n;
    while (letters < n && (is_letter(p[letters]) || p[letters] >= 0xa0))
        letters++;
    if (letters == n)
        return 0; /* without an end it may be part of something longer */
    if (p[letters] != 0)
        return TEXT_WRONG;
    while (end > letters && p[end - 1] == 0)
        end--;
    if (end > letters)
        return TEXT_STALE;
    return letters < 3                       ? 0
           : letters * TEXT_CHAR < TEXT_MOST ? (int32_t)letters * TEXT_CHAR
                                             : TEXT_MOST;
}

static int32_t fit_leaf(const struct fitting *f, const struct type_node *leaf, const uint8_t *p)
{
    const struct type *type = types_get(f->s->t, leaf->real);
    struct type_value v;
    int32_t sum = 0;
    if (leaf->kind == NODE_PADDING) {
        for (uint64_t i = 0; i < leaf->size; i++)
            sum += p[i] != 0 ? PADDING_BYTE : 0;
        return sum;
    }
    if (leaf->text && types_size(f->s->t, leaf->item) == 1)
        return fit_text(p, (size_t)leaf->size);
    type_value_get(f->s, leaf, p, &v);
    if (leaf->bits != 0 || v.kind == VALUE_BYTES)
        return 0;
    if (v.kind == VALUE_FLOAT)
        return fit_float(v.real);
    if (v.kind == VALUE_BOOL)
        return v.bits > 1 ? BOOL_WRONG : 0;
    if (type->kind == TYPE_POINTER)
        return fit_pointer(f, type, v.bits);
    return type->kind == TYPE_ENUM ? fit_enum(f->s->t, type, v.bits)
                                   : fit_number(f, p, (size_t)leaf->size, v.bits);
}

enum {
    FIT_BYTES = 8 << 20
}; /* that are looked at for one struct: arms of unions lie one over another */

static bool fit_walk(const struct fitting *f, struct type_walk *w, uint8_t *p, int32_t *score)
{
    uint64_t bytes = 0;
    *score = 0;
    for (int n = 0; type_walk_next(w); n++) {
        if (n == FIT_LEAVES)
            return false;
        const struct type_node *leaf = &w->leaf.node;
        bytes += leaf->size;
        if (bytes > FIT_BYTES || leaf->size > TYPE_TEXT_MAX || leaf->offset > f->s->size ||
            leaf->size > f->s->size - leaf->offset ||
            !f->s->read(f->s->ctx, leaf->offset, p, (size_t)leaf->size))
            return false;
        *score += fit_leaf(f, leaf, p);
    }
    return true;
}

static bool fit_one(const struct fitting *f, struct type_walk *w, uint8_t *p, type_id type,
                    uint64_t offset, int32_t *score)
{
    struct type_node root;
    uint64_t size = types_size(f->s->t, type);
    if (size == 0 || offset > f->s->size || size > f->s->size - offset)
        return false;
    type_root(f->s, type, offset, 0, &root);
    type_walk_start(w, f->s, &root, true);
    w->elements = FIT_ELEMENTS;
    return fit_walk(f, w, p, score);
}

bool type_fit(const struct type_source *s, type_id type, uint64_t offset,
              const struct fit_range *range, size_t n, int32_t *score)
{
    struct fitting f = {s, range, n};
    struct type_walk *w = malloc(sizeof *w);
    uint8_t *p = malloc(TYPE_TEXT_MAX);
    bool fits = w != NULL && p != NULL && fit_one(&f, w, p, type, offset, score);
    free(p);
    free(w);
    return fits;
}

/* Keeps the best ones; of two that fit alike the smaller one says no more than it knows. */
static size_t keep(const struct types *t, struct type_fit out[FIT_MAX], size_t n,
                   struct type_fit fit)
{
    size_t at = n;
    while (at > 0 && (fit.score > out[at - 1].score ||
                      (fit.score == out[at - 1].score &&
                       types_size(t, fit.type) < types_size(t, out[at - 1].type))))
        at--;
    if (at == FIT_MAX)
        return n;
    size_t last = n < FIT_MAX ? n : FIT_MAX - 1;
    memmove(out + at + 1, out + at, (last - at) * sizeof *out);
    out[at] = fit;
    return n < FIT_MAX ? n + 1 : n;
}

size_t type_fits(const struct type_source *s, const type_id *id, size_t ids, uint64_t offset,
                 const struct fit_range *range, size_t n, struct type_fit out[FIT_MAX], size_t had)
{
    size_t found = had;
    for (size_t i = 0; i < ids; i++) {
        struct type_fit fit = {.type = id[i]};
        if (types_size(s->t, fit.type) >= FIT_SIZE_MIN &&
            type_fit(s, fit.type, offset, range, n, &fit.score) && fit.score >= FIT_ENOUGH)
            found = keep(s->t, out, found, fit);
    }
    return found;
}
