/* The input as a header: it parses or is refused in printable words, in every ABI. What parsed has
 * sound types: sizes fit, members lie within their struct, names are found again, and every type
 * can be walked over bytes that are the input itself. */
#include <stdio.h>

#include "core/type/parse.h"
#include "core/type/place.h"
#include "core/type/value.h"
#include "fuzz.h"
#include "fuzz_bytes.h"

enum { LEAVES = 300, PICKED = 40 };

static void sound(const struct types *t, type_id id)
{
    const struct type *type = types_get(t, id);
    char name[64];
    (void)types_spell(t, id, name, sizeof name);
    HOLDS(type->depth < TYPE_DEPTH_MAX && types_size(t, id) <= TYPE_SIZE_MAX);
    HOLDS(type->target < types_count(t));
    if (type->kind == TYPE_ARRAY)
        HOLDS(types_size(t, id) == type->length * types_size(t, type->target));
    if (type->kind != TYPE_STRUCT && type->kind != TYPE_UNION)
        return;
    for (uint32_t i = 0; i < type->count; i++) {
        const struct type_member *m = types_member(t, type->first + i);
        uint64_t size = m->bits != 0 ? (m->bit + m->bits + 7U) / 8 : types_size(t, m->type);
        HOLDS(m->bit < 8 && m->bits <= 64);
        HOLDS(m->offset <= type->size && size <= type->size - m->offset);
    }
}

static void walk(const struct types *t, type_id id)
{
    static struct type_walk w;
    struct type_source s = {.t = t, .read = read_bytes, .size = bytes.n};
    struct type_node root;
    char path[300], value[300];
    type_root(&s, id, 0, 0, &root);
    type_walk_start(&w, &s, &root, true);
    for (int i = 0; i < LEAVES && type_walk_next(&w); i++) {
        const struct type_node *leaf = &w.leaf.node;
        HOLDS(leaf->offset < bytes.n && leaf->size > 0);
        (void)type_walk_path(&w, "", path, sizeof path);
        if (leaf->kind == NODE_LEAF && leaf->size <= bytes.n - leaf->offset)
            (void)type_value_format(&s, leaf, bytes.at + leaf->offset, value, sizeof value);
    }
}

/* Every `at` line is asked about a segment that its glob may or may not match. */
static void ask_places(const struct types *t)
{
    const struct type_source s = {.t = t, .read = read_bytes, .size = bytes.n};
    const struct type_place *p;
    for (uint32_t i = 0; i < PICKED && (p = types_place(t, i)) != NULL; i++) {
        const struct place_names names = {{"posix:/ring", types_name(t, p->glob)}, 2};
        struct type_node root;
        if (type_place_root(&s, p, &names, &root))
            HOLDS(root.offset < bytes.n && root.type == p->type);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const abis[] = {"x86_64", "i386", "win64", "packed"};
    char why[TYPE_WHY_MAX];
    struct type_abi abi;
    const char *name = abis[size > 0 ? data[0] % 4 : 0];
    char *text = malloc(size + 1); /* of its exact size, without a NUL */
    HOLDS(text != NULL && type_abi_find(name, strlen(name), &abi));
    if (size > 0)
        memcpy(text, data, size);
    struct types *t = types_new(&abi, false);
    HOLDS(t != NULL);
    bytes.at = data;
    bytes.n = size;
    uint32_t before = types_count(t);
    if (types_parse(t, "f", text, size, why)) {
        for (type_id id = 1; id < types_count(t); id++)
            sound(t, id);
        for (type_id id = before; id < types_count(t) && id < before + PICKED; id++)
            walk(t, id);
        ask_places(t);
    } else {
        HOLDS(strncmp(why, "f:", 2) == 0 && strlen(why) < sizeof why);
        for (const uint8_t *p = (const uint8_t *)why; *p != '\0';) {
            struct text_char c = text_decode(TEXT_UTF8, p, strlen((const char *)p));
            HOLDS(c.valid && text_printable(c.cp));
            p += c.size;
        }
    }
    types_free(t);
    free(text);
    return 0;
}
