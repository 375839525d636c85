/* Types as bytes and back; nothing of a pack is believed. */
#include <stdlib.h>

#include "core/type/pack.h"
#include "support/random.h"
#include "support/typed.h"

static const char header[] = "enum state { NEW, BROKEN = -1, READY = 2 };\n"
                             "struct node { struct node *next; uint32_t id; };\n"
                             "typedef struct { uint16_t kind; uint16_t prio : 5, low : 11; } msg;\n"
                             "struct head { char magic[8]; enum state state; struct node *first; "
                             "union { double d; msg m; };\n"
                             "              void (*f)(int); long double wide; msg slots[]; };\n";

static const struct type_abi *abi(void)
{
    static struct type_abi lp64;
    ck_assert(type_abi_find("x86_64", 6, &lp64));
    return &lp64;
}

/* Every leaf of a type with its place and the name of its type. */
static char *described(const struct types *t, type_id id)
{
    static struct type_walk w;
    struct type_source s = source_of(t);
    struct type_node root;
    size_t n = 0, cap = 1 << 16;
    char *out = calloc(1, cap), path[256], name[256];
    ck_assert_ptr_nonnull(out);
    type_root(&s, id, 0, 0, &root);
    type_walk_start(&w, &s, &root, true);
    while (type_walk_next(&w) && n < cap - 600) {
        (void)type_walk_path(&w, "", path, sizeof path);
        (void)types_spell(t, w.leaf.node.type, name, sizeof name);
        n += (size_t)snprintf(
            out + n, cap - n, "%llu %llu %u:%u %s %s\n", (unsigned long long)w.leaf.node.offset,
            (unsigned long long)w.leaf.node.size, w.leaf.node.bit, w.leaf.node.bits, path, name);
    }
    return out;
}

TEST(there_and_back)
{
    struct types *t = parsed(header), *back = NULL;
    size_t n = 0, again = 0;
    uint8_t *pack = types_pack(t, &n);
    ck_assert_ptr_nonnull(pack);
    const char *wrong = types_unpack(pack, n, abi(), &back);
    ck_assert_msg(wrong == NULL, "%s", wrong);
    ck_assert_uint_eq(types_count(back), types_count(t));
    type_id id = types_find(t, "head");
    ck_assert_uint_eq(types_find(back, "struct head"), id);
    ck_assert_uint_eq(types_find(back, "msg"), types_find(t, "msg"));
    char *a = described(t, id), *b = described(back, id);
    ck_assert_str_eq(a, b);
    ck_assert_ptr_nonnull(strstr(a, "first struct node *"));
    uint8_t *second = types_pack(back, &again);
    ck_assert_uint_eq(again, n); /* names may be in another order */
    ck_assert_ptr_nonnull(second);
    free(a);
    free(b);
    free(second);
    free(pack);
    types_free(t);
    types_free(back);
}

/* Names come from programs: none of them can do anything to a terminal. */
TEST(names_can_be_shown)
{
    struct types *t = parsed("struct s { int abcd; };"), *back = NULL;
    size_t n = 0;
    uint8_t *pack = types_pack(t, &n);
    bool found = false;
    for (size_t i = 0; i + 4 < n; i++)
        if (memcmp(pack + i, "abcd", 4) == 0) {
            memcpy(pack + i, "\x1b]\xff\x9b", 4);
            found = true;
        }
    ck_assert(found);
    ck_assert_ptr_null(types_unpack(pack, n, abi(), &back));
    const struct type *type = types_get(back, types_find(back, "s"));
    ck_assert_str_eq(types_name(back, types_member(back, type->first)->name), "?]??");
    free(pack);
    types_free(t);
    types_free(back);
}

/* A hint that the layout of Rust's enums and Boost's pointers needs survives. */
TEST(hints)
{
    struct types *t = parsed("enum k { A, B }; struct v { enum k k; union { int a; float b; } u; };"
                             "struct p { long at; };"),
                 *back = NULL;
    const struct type *v = types_get(t, types_find(t, "v")), *p = types_get(t, types_find(t, "p"));
    struct type_hint *h = types_hint_edit(t, v->first + 1);
    h->discr = types_intern(t, "k", 1);
    h->other = 2;
    h = types_hint_edit(t, p->first);
    h->link = LINK_SELF;
    h->link_type = types_find(t, "v");
    h->one_is_null = true;
    size_t n = 0;
    uint8_t *pack = types_pack(t, &n);
    ck_assert_ptr_null(types_unpack(pack, n, abi(), &back));
    v = types_get(back, types_find(back, "v"));
    const struct type_hint *got = types_hint(back, types_member(back, v->first + 1)->hint);
    ck_assert_str_eq(types_name(back, got->discr), "k");
    ck_assert_uint_eq(got->other, 2);

    struct type_source s = source_of(back);
    struct type_node root, leaf;
    uint64_t offset;
    type_id type;
    type_root(&s, types_find(back, "p"), 64, 0, &root);
    type_child(&s, &root, 0, &leaf);
    ck_assert(!type_target(&s, &leaf, 0, &offset, &type));
    ck_assert(!type_target(&s, &leaf, 1, &offset, &type));
    ck_assert(type_target(&s, &leaf, 8, &offset, &type));
    ck_assert_uint_eq(offset, 72);
    ck_assert_uint_eq(type, types_find(back, "v"));

    type_root(&s, types_find(back, "v"), 0, 0, &root);
    type_child(&s, &root, 1, &leaf);
    uint32_t arm = 9;
    memory[0] = 77; /* has no name: the other arm */
    ck_assert(type_arm(&s, &leaf, &arm));
    ck_assert_uint_eq(arm, 1);
    free(pack);
    types_free(t);
    types_free(back);
}

/* Every byte changed, in several ways, and every length: it is refused in words, or what comes out
 * is sound. The fuzzer does the same for longer. */
TEST(hostile)
{
    struct types *t = parsed(header), *back = NULL;
    size_t n = 0;
    uint8_t *pack = types_pack(t, &n);
    seed = 1;
    int refused = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t was = pack[i], other[] = {0, 0xff, (uint8_t)(was + 1), (uint8_t)draw(256)};
        pack[i] = other[draw(COUNT(other))];
        if (types_unpack(pack, n, abi(), &back) != NULL) {
            HOLD(back == NULL);
            refused++;
        } else {
            for (type_id id = 1; id < types_count(back); id++)
                HOLD(types_size(back, id) <= TYPE_SIZE_MAX);
            if (i % 8 == 0)
                free(described(back, types_count(back) - 1));
            types_free(back);
        }
        pack[i] = was;
        HOLD(i % 8 != 0 || types_unpack(pack, i, abi(), &back) != NULL);
    }
    ck_assert_int_gt(refused, 100);
    free(pack);
    types_free(t);
}

/* What a pack of structs with 32 fields each, nested so deep, is said to be. */
static const char *nested(int levels, const char *first, const char *dims)
{
    static char text[8192];
    struct types *back = NULL;
    int n = snprintf(text, sizeof text, "%s", first);
    for (int level = 1; level < levels; level++) {
        n += snprintf(text + n, sizeof text - (size_t)n, "struct s%d {", level);
        for (int i = 0; i < 32; i++)
            n += snprintf(text + n, sizeof text - (size_t)n, " struct s%d f%d%s;", level - 1, i,
                          dims);
        n += snprintf(text + n, sizeof text - (size_t)n, " };\n");
    }
    ck_assert_int_lt(n, (int)sizeof text);
    struct types *t = parsed(text);
    size_t size = 0;
    uint8_t *pack = types_pack(t, &size);
    ck_assert_ptr_nonnull(pack);
    const char *wrong = types_unpack(pack, size, abi(), &back);
    ck_assert((wrong == NULL) == (back != NULL));
    types_free(t);
    types_free(back);
    free(pack);
    return wrong;
}

/* Structs of structs of structs that would take for ever to walk are refused; long arrays are not,
 * of which a walk visits what it needs. Aliases and unions count like what they stand for. */
TEST(fields_are_bounded)
{
    static const char small[] = "struct s0 { int a, b, c; };\n",
                      large[] = "struct s0 { int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q,"
                                " r, s, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg; };\n",
                      named[] = "union u0 { int a; long b; };\ntypedef struct { union u0 a[2]; "
                                "union u0 b, c, d, e, f, g, h, i, j, k; } t0;\n"
                                "struct s0 { t0 x; };\n";
    ck_assert_ptr_null(nested(4, small, ""));
    ck_assert_ptr_null(nested(4, small, "[1000]"));
    ck_assert_ptr_null(nested(3, large, ""));
    ck_assert_str_eq(nested(4, large, ""), "a type with too many fields");
    ck_assert_str_eq(nested(4, large, "[2]"), "a type with too many fields");
    ck_assert_str_eq(nested(5, small, ""), "a type with too many fields");
    ck_assert_str_eq(nested(4, named, ""), "a type with too many fields");
}

SUITE(test_core_type_pack,
      TESTS(names_can_be_shown, there_and_back, hints, hostile, fields_are_bounded));
