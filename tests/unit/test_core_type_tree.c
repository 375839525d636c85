/* Fields in order, tables that describe themselves, paths. */
#include <stdio.h>
#include <stdlib.h>

#include "core/bytes.h"
#include "support/typed.h"

static const char header[] =
    "enum state { NEW, INIT, READY };\n"
    "struct item { uint16_t kind; uint16_t prio : 5; uint16_t low : 11; char name[4]; };\n"
    "struct node { struct node *next; uint32_t id; };\n"
    "struct head {\n"
    "    char magic[8]; enum state state; uint32_t n;            /* 0, 8, 12 */\n"
    "    struct { uint64_t at, tail; } cur;                      /* 16 */\n"
    "    union { double ratio; struct { int a, b; }; };          /* 32 */\n"
    "    bool on; uint8_t id[4]; struct node *first; double m[2][2]; /* 40, 41, 48, 56 */\n"
    "    struct item items[4];                                   /* 88 */\n"
    "};\n";

/* Every leaf as `OFFSET PATH VALUE`, a line each. */
static const char *leaves(const struct type_source *s, const struct type_node *n, bool padding)
{
    static char out[65536];
    static struct type_walk w;
    size_t length = 0;
    out[0] = '\0';
    type_walk_start(&w, s, n, padding);
    while (type_walk_next(&w) && length < sizeof out - 600) {
        char path[256], value[256] = "";
        (void)type_walk_path(&w, "", path, sizeof path);
        const struct type_node *leaf = &w.leaf.node;
        if (leaf->kind == NODE_PADDING)
            (void)snprintf(value, sizeof value, "%llu bytes of padding",
                           (unsigned long long)leaf->size);
        else
            (void)type_value_format(s, leaf, memory + leaf->offset, value, sizeof value);
        length += (size_t)snprintf(out + length, sizeof out - length, "%llu %s %s\n",
                                   (unsigned long long)leaf->offset, path, value);
    }
    return out;
}

TEST(in_order)
{
    struct types *t = parsed(header);
    struct type_source s = source_of(t);
    struct type_node root;
    memcpy(memory, "RING\"v2", 8);
    memory[8] = 2;
    memory[88] = 7;
    memory[90] = 17 | 5 << 5;
    memcpy(memory + 92, "ab", 2);
    type_root(&s, types_find(t, "head"), 0, 0, &root);
    ck_assert_str_eq(
        leaves(&s, &root, true),
        "0 magic \"RING\\\"v2\"\n8 state READY (2)\n12 n 0\n16 cur.at 0\n24 cur.tail 0\n"
        "32 ratio 0\n32 a 0\n36 b 0\n40 on false\n41 id 00 00 00 00\n"
        "45  3 bytes of padding\n48 first 0x0\n"
        "56 m[0][0] 0\n64 m[0][1] 0\n72 m[1][0] 0\n80 m[1][1] 0\n"
        "88 items[0].kind 7\n90 items[0].prio 17\n90 items[0].low 5\n92 items[0].name \"ab\"\n"
        "96 items[1].kind 0\n98 items[1].prio 0\n98 items[1].low 0\n100 items[1].name \"\"\n"
        "104 items[2].kind 0\n106 items[2].prio 0\n106 items[2].low 0\n108 items[2].name \"\"\n"
        "112 items[3].kind 0\n114 items[3].prio 0\n114 items[3].low 0\n116 items[3].name \"\"\n");
    types_free(t);
}

/* The offsets and paths of what a path leads to; or what is wrong. */
static const char *selected(const struct type_source *s, const struct type_node *root,
                            const char *text)
{
    static char out[8192], path[PATH_TEXT_MAX];
    static struct type_path parsed_path;
    static struct type_select sel;
    char why[TYPE_WHY_MAX];
    struct type_node n;
    size_t length = 0;
    enum type_selected got;
    out[0] = '\0';
    if (!type_path_parse(text, &parsed_path, why)) {
        (void)snprintf(out, sizeof out, "! %s", why);
        return out;
    }
    type_select_start(&sel, s, root, &parsed_path);
    while ((got = type_select_next(&sel, &n, path, why)) == SELECT_NODE && length < 8000)
        length += (size_t)snprintf(out + length, sizeof out - length, "%s%llu %s",
                                   length > 0 ? ", " : "", (unsigned long long)n.offset, path);
    if (got == SELECT_WRONG)
        (void)snprintf(out, sizeof out, "! %s", why);
    return out;
}

TEST(paths)
{
    struct types *t = parsed(header);
    struct type_source s = source_of(t);
    struct type_window window = {.address = 0x7f0000000000, .size = 4096, .offset = 0};
    struct type_node root;
    s.window = &window;
    s.windows = 1;
    bytes_put(memory + 48, 8, false, 0x7f0000000400);
    bytes_put(memory + 0x400, 8, false, 0x7f0000000500);
    bytes_put(memory + 0x500, 8, false, 0x55aa00000000);
    type_root(&s, types_find(t, "head"), 0, 0, &root);
    static const char *const rows[][2] = {
        {"state", "8 state"},
        {"cur.tail", "24 cur.tail"},
        {"b", "36 b"},
        {"m[1][0]", "72 m[1][0]"},
        {"items[3].name", "116 items[3].name"},
        {"items[1..2].kind", "96 items[1].kind, 104 items[2].kind"},
        {"items[2..9].kind", "104 items[2].kind, 112 items[3].kind"},
        {"m[0..1][0..1]", "56 m[0][0], 64 m[0][1], 72 m[1][0], 80 m[1][1]"},
        {"items[].prio",
         "90 items[0].prio, 98 items[1].prio, 106 items[2].prio, 114 items[3].prio"},
        {"id[2]", "43 id[2]"},
        {"id[1..2]", "42 id[1..2]"},
        {"magic[0x3]", "3 magic[3]"},
        {"first->id", "1032 first->id"},
        {"first->next->id", "1288 first->next->id"},
        {"first->", "1024 first->"},
        {"", "0 "},
        {"first->next->next->id",
         "! first->next->next: 0x55aa00000000 leads nowhere in the segment"},
        {"items[4].kind", "! [4]: there are 4 elements"},
        {"nope", "! nope: no such field in struct head"},
        {"cur.nope", "! nope: no such field in struct {...}"},
        {"state.x", "! x: enum state has no fields"},
        {"state[1]", "! [1]: not an array"},
        {"state->x", "! state: not a pointer or link"},
        {"items[1", "! [1: a [ without its ]"},
        {"items[x]", "! [x]: not an index"},
        {"items[3..1]", "! [3..1]: not a range of indices"},
        {"cur.", "! it ends too early: not a path (head, lock.owner, slots[3].name, first->next)"},
        {".cur", "! .cur: not a path (head, lock.owner, slots[3].name, first->next)"},
        {"a b", "!  b: not understood in a path"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_str_eq(selected(&s, &root, rows[i][0]), rows[i][1]);
    types_free(t);
}

TEST(tables)
{
    struct types *t =
        parsed("struct item { uint16_t a; };\n"
               "struct table { uint32_t n, off, step; uint8_t kind; struct item items[1]; };\n"
               "for table.items: count = n, at = off, stride = step\n");
    struct type_source s = source_of(t);
    struct type_node root;
    memory[0] = 3;
    memory[5] = 1; /* at 0x100 */
    memory[8] = 16;
    memory[0x100] = 5;
    memory[0x110] = 6;
    memory[0x120] = 7;
    type_root(&s, types_find(t, "table"), 0, 0, &root);
    ck_assert_str_eq(leaves(&s, &root, true),
                     "0 n 3\n4 off 256\n8 step 16\n12 kind 0\n256 items[0].a 5\n272 items[1].a 6\n"
                     "288 items[2].a 7\n13  3 bytes of padding\n");
    ck_assert_str_eq(selected(&s, &root, "items[2].a"), "288 items[2].a");
    memset(memory, 0xff, 4); /* more than there is room for */
    struct type_path p;
    char why[TYPE_WHY_MAX], path[PATH_TEXT_MAX];
    struct type_select sel;
    struct type_node n;
    ck_assert(type_path_parse("items", &p, why));
    type_select_start(&sel, &s, &root, &p);
    ck_assert_int_eq(type_select_next(&sel, &n, path, why), SELECT_NODE);
    ck_assert_uint_eq(n.count, (4096 - 256) / 16);
    memset(memory + 4, 0xff, 4); /* and nowhere */
    ck_assert_str_eq(leaves(&s, &root, false),
                     "0 n 4294967295\n4 off 4294967295\n8 step 16\n12 kind 0\n");
    types_free(t);
}

TEST(links)
{
    struct types *t = parsed(
        "struct node { uint32_t next; int32_t rel; uint16_t off; uint16_t id; };\n"
        "struct head { uint32_t first; uint32_t n; struct node *p; struct node nodes[]; };\n"
        "for node.next: link = head.nodes\nfor node.rel: link = self+ struct node\n"
        "for node.off: link = id+ node\nfor head.first: link = nodes\nfor head.p: link = base+\n"
        "for head.nodes: count = n\n");
    struct type_source s = source_of(t);
    struct type_node root;
    memory[0x40] = 1;
    memory[0x44] = 3;
    memory[0x48] = 0x18;
    memory[0x40 + 16] = 2;                                           /* nodes[0].next */
    bytes_put(memory + 0x40 + 16 + 12 + 4, 4, false, (uint64_t)-16); /* nodes[1].rel */
    type_root(&s, types_find(t, "head"), 0x40, 0, &root);
    ck_assert_str_eq(selected(&s, &root, "first->id"), "102 first->id");
    ck_assert_str_eq(selected(&s, &root, "nodes[0].next->id"), "114 nodes[0].next->id");
    ck_assert_str_eq(selected(&s, &root, "p->id"), "98 p->id");
    ck_assert_str_eq(selected(&s, &root, "nodes[1].rel->id"), "90 nodes[1].rel->id");
    char value[64];
    struct type_node first;
    type_child(&s, &root, 0, &first);
    (void)type_value_format(&s, &first, memory + 0x40, value, sizeof value);
    ck_assert_str_eq(value, "1 -> +0x5c");
    types_free(t);
}

TEST(arms)
{
    struct types *t =
        parsed("enum kind { KIND_NUMBER, KIND_TEXT = 7 };\n"
               "struct box { enum kind kind; union { uint64_t number; char text[8]; } u; };\n"
               "for box.u: discr kind\n");
    struct type_source s = source_of(t);
    struct type_node root;
    type_root(&s, types_find(t, "box"), 0, 0, &root);
    ck_assert_str_eq(leaves(&s, &root, false), "0 kind KIND_NUMBER (0)\n8 u.number 0\n");
    memory[0] = 7;
    memcpy(memory + 8, "hi", 2);
    ck_assert_str_eq(leaves(&s, &root, false), "0 kind KIND_TEXT (7)\n8 u.text \"hi\"\n");
    memory[0] = 3;
    ck_assert_str_eq(leaves(&s, &root, false), "0 kind 3\n8 u.number 26984\n8 u.text \"hi\"\n");
    types_free(t);
}

/* A million elements cost one frame; those beyond the end of the segment do not exist. */
TEST(large)
{
    static struct type_walk w;
    struct types *t = parsed(
        "struct cell { uint8_t a, b; }; struct big { uint32_t n; struct cell c[1000000000]; };"
        "struct rest { uint32_t n; uint16_t cells[]; }; struct pair { struct rest r[2]; };"
        "struct long_text { char text[100000]; uint8_t raw[200]; };");
    struct type_source s = source_of(t);
    struct type_node root, c;
    size_t n = 0;
    type_root(&s, types_find(t, "big"), 0, 0, &root);
    for (type_walk_start(&w, &s, &root, false); type_walk_next(&w); n++)
        ck_assert_uint_lt(w.leaf.node.offset, sizeof memory);
    ck_assert_uint_eq(n, 1 + 4092);
    s.size = UINT64_C(1) << 40;
    type_child(&s, &root, 1, &c);
    type_element(&s, &c, 999999999, &root);
    ck_assert_uint_eq(root.offset, 4 + 2 * UINT64_C(999999999));
    s.size = 100;
    type_root(&s, types_find(t, "rest"), 10, 0, &root);
    type_child(&s, &root, 1, &c);
    ck_assert_uint_eq(c.count, 43);
    type_root(&s, types_find(t, "pair"), 0, 0, &root);
    ck_assert_str_eq(leaves(&s, &root, false), "0 r[0].n 0\n4 r[1].n 0\n");
    s.size = UINT64_C(1) << 40;
    type_root(&s, types_find(t, "long_text"), 0, 0, &root);
    char path[64];
    type_walk_start(&w, &s, &root, false);
    static const char *const pieces[] = {"text[0..65535]", "text[65536..99999]", "raw[0..63]",
                                         "raw[64..127]",   "raw[128..191]",      "raw[192..199]"};
    for (size_t i = 0; i < COUNT(pieces); i++) {
        ck_assert(type_walk_next(&w));
        (void)type_walk_path(&w, "", path, sizeof path);
        ck_assert_str_eq(path, pieces[i]);
    }
    ck_assert(!type_walk_next(&w));
    types_free(t);
}

SUITE(test_core_type_tree, TESTS(in_order, paths, tables, links, arms, large));
