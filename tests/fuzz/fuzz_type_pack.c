/* The input as a pack of types: refused in words, or every type of it is sound, can be spelled, and
 * walked over bytes that are the input itself; and packed again it is the same. */
#include <stdio.h>

#include "core/type/pack.h"
#include "core/type/parse.h"
#include "core/type/value.h"
#include "fuzz.h"

/* Walking takes several times as long as all else: with very many runs it is done in some. */
#ifndef WALK_EVERY
#define WALK_EVERY 1
#endif

enum { LEAVES = 200, PICKED = 60, CASES = 4 };

static struct {
    const uint8_t *at;
    size_t n;
} bytes;

static bool read_bytes(void *ctx, uint64_t offset, void *p, size_t n)
{
    (void)ctx;
    if (offset > bytes.n || n > bytes.n - offset)
        return false;
    memcpy(p, bytes.at + offset, n);
    return true;
}

static void sound(const struct types *t, type_id id)
{
    const struct type *type = types_get(t, id);
    char name[64];
    (void)types_spell(t, id, name, sizeof name);
    HOLDS(type->depth < TYPE_DEPTH_MAX && types_size(t, id) <= TYPE_SIZE_MAX);
    HOLDS(type->target < types_count(t) && types_get(t, types_real(t, id))->kind != TYPE_ALIAS);
    for (uint32_t i = 0; (type->kind == TYPE_STRUCT || type->kind == TYPE_UNION) && i < type->count;
         i++) {
        const struct type_member *m = types_member(t, type->first + i);
        uint64_t size = m->bits != 0 ? (m->bit + m->bits + 7U) / 8 : types_size(t, m->type);
        HOLDS(m->bit < 8 && m->bits <= 64 && m->offset <= type->size &&
              size <= type->size - m->offset);
    }
}

static void walk(const struct types *t, type_id id)
{
    static struct type_walk w;
    static char path[300], value[300];
    static uint8_t stored[TYPE_TEXT_MAX], mask[TYPE_TEXT_MAX];
    char why[TYPE_WHY_MAX];
    struct type_source s = {.t = t, .read = read_bytes, .size = bytes.n};
    struct type_node root;
    type_root(&s, id, 0, 0, &root);
    type_walk_start(&w, &s, &root, true);
    for (int i = 0; i < LEAVES && type_walk_next(&w); i++) {
        const struct type_node *leaf = &w.leaf.node;
        HOLDS(leaf->offset < bytes.n && leaf->size > 0);
        (void)type_walk_path(&w, "", path, sizeof path);
        if (leaf->kind != NODE_LEAF || leaf->size > bytes.n - leaf->offset)
            continue;
        (void)type_value_format(&s, leaf, bytes.at + leaf->offset, value, sizeof value);
        HOLDS(leaf->size <= TYPE_TEXT_MAX);
        if (!type_value_parse(&s, leaf, "1", stored, mask, why))
            HOLDS(why[0] != '\0');
    }
}

/* Something that is packed right, to begin from: a mutation of noise is hardly ever a pack. */
static uint8_t *base(size_t which, size_t *n)
{
    static const char *const text[CASES] = {
        "struct a { int x; };",
        "struct n { struct n *next; char name[8]; }; typedef struct n list; struct h { list l[3]; "
        "};",
        "enum e { A, B = 5 }; struct b { unsigned x : 3; enum e e : 4; union { int i; float f; }; "
        "};",
        "struct f { double m[2][2]; void (*g)(int); long double w; struct { char c; } s[]; };"};
    static uint8_t *pack[CASES];
    static size_t size[CASES];
    char why[TYPE_WHY_MAX];
    struct type_abi abi;
    HOLDS(type_abi_find("x86_64", 6, &abi));
    if (pack[which] == NULL) {
        struct types *t = types_new(&abi, false);
        HOLDS(t != NULL && types_parse(t, "f", text[which], strlen(text[which]), why));
        pack[which] = types_pack(t, &size[which]);
        HOLDS(pack[which] != NULL);
        types_free(t);
    }
    *n = size[which];
    return pack[which];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned runs;
    const bool walks = runs++ % WALK_EVERY == 0;
    struct types *t = NULL;
    struct type_abi abi;
    size_t n = size, again = 0, first = 0;
    HOLDS(type_abi_find("x86_64", 6, &abi));
    uint8_t *pack = NULL;
    if (size > 0 && data[0] < CASES) { /* rows of place, place, byte change a good one */
        const uint8_t *good = base(data[0], &n);
        pack = malloc(n);
        HOLDS(pack != NULL);
        memcpy(pack, good, n);
        for (size_t i = 1; i + 2 < size; i += 3)
            pack[((size_t)data[i] << 8 | data[i + 1]) % n] = data[i + 2];
    } else {
        pack = malloc(n + 1);
        HOLDS(pack != NULL);
        memcpy(pack, data, n);
    }
    bytes.at = data;
    bytes.n = size;
    if (types_unpack(pack, n, &abi, &t) == NULL) {
        struct types *same = NULL;
        for (type_id id = types_count(t); id > 1 && types_declared(t, id - 1); id--)
            sound(t, id - 1);
        for (type_id id = types_count(t); walks && id > 1 && types_count(t) - id < PICKED; id--)
            walk(t, id - 1);
        uint8_t *back = types_pack(t, &again);
        HOLDS(back != NULL && types_unpack(back, again, &abi, &same) == NULL);
        HOLDS(types_count(same) == types_count(t));
        uint8_t *twice = types_pack(same, &first);
        HOLDS(twice != NULL && first == again && memcmp(back, twice, again) == 0);
        free(back);
        free(twice);
        types_free(same);
        types_free(t);
    }
    free(pack);
    return 0;
}
