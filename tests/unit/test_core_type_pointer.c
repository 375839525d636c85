/* Where pointers and links lead, and for whom. */
#include "core/type/pointer.h"
#include "support/typed.h"

static const char header[] = "struct node { struct node *next; unsigned id; };\n"
                             "struct t { struct node *p; int self; unsigned short index;\n"
                             "           unsigned base; unsigned from; unsigned n; short far;\n"
                             "           struct node node[4]; };\n"
                             "for t.self: link = self+ node\nfor t.index: link = node\n"
                             "for t.base: link = base+ node\nfor t.from: link = n+ node\n"
                             "for t.far: link = t.node\n";

static const char *said(const struct type_source *s, const char *path, uint64_t value)
{
    static char out[TYPE_POINT_MAX], text[PATH_TEXT_MAX];
    static struct type_path parsed_path;
    static struct type_select sel;
    char why[TYPE_WHY_MAX];
    struct type_node root, n;
    type_root(s, types_find(s->t, "t"), 0, 0, &root);
    ck_assert(type_path_parse(path, &parsed_path, why));
    type_select_start(&sel, s, &root, &parsed_path);
    ck_assert_int_eq(type_select_next(&sel, &n, text, why), SELECT_NODE);
    size_t length = type_point_format(s, &n, value, out, sizeof out);
    ck_assert_uint_eq(length, strlen(out));
    return out;
}

/* 812 and its child map all of it at one place; 977 the first page somewhere else, and the second
 * one where the others have the first. */
static const struct type_window windows[] = {
    {0x7000000000, 4096, 0, 812},
    {0x7000000000, 4096, 0, 815},
    {0x5000000000, 1024, 0, 977},
    {0x7000000800, 1024, 1024, 977},
};

TEST(pointers)
{
    static const struct {
        size_t windows;
        uint32_t as;
        bool partial;
        uint64_t value;
        const char *said;
    } rows[] = {
        {4, 0, false, 0, ""},
        {0, 0, false, 0x7000000010, ""},
        {2, 0, false, 0x7000000010, " -> +0x10"},
        {2, 0, false, 0x7000000fff, " -> +0xfff"},
        {2, 0, false, 0x7000001000, " (outside the segment: of no use to others)"},
        {2, 0, true, 0x55aa, " (outside the segment in every process that can be read)"},
        {4, 0, false, 0x7000000010, " -> +0x10 (only as 812 and 1 other map it)"},
        {4, 0, false, 0x5000000010, " -> +0x10 (only as 977 maps it)"},
        {4, 0, false, 0x7000000810,
         " -> +0x810 (only as 812 and 1 other map it; +0x410 as 977 does)"},
        {4, 977, false, 0x7000000810, " -> +0x410 (only as 977 maps it; +0x810 as 812 does)"},
        {4, 977, false, 0x7000000010, " -> +0x10 (only as 812 and 1 other map it)"},
        {4, 5, false, 0x7000000010, " -> +0x10 (only as 812 and 1 other map it)"},
        {4, 0, false, UINT64_MAX, " (outside the segment: of no use to others)"},
    };
    struct types *t = parsed(header);
    struct type_source s = source_of(t);
    s.window = windows;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        s.windows = rows[i].windows;
        s.as = rows[i].as;
        s.partial = rows[i].partial;
        ck_assert_str_eq(said(&s, "p", rows[i].value), rows[i].said);
    }
    types_free(t);
}

/* A window may reach past the end of what is there. */
TEST(nothing_past_the_end)
{
    struct types *t = parsed(header);
    struct type_source s = source_of(t);
    struct type_window all = {0x7000000000, UINT64_MAX - 0x7000000000, 0, 812};
    s.window = &all;
    s.windows = 1;
    ck_assert_str_eq(said(&s, "p", 0x7000000fff), " -> +0xfff");
    ck_assert_str_eq(said(&s, "p", 0x7000001000), " (outside the segment: of no use to others)");
    all.offset = UINT64_MAX - 1;
    ck_assert_str_eq(said(&s, "p", 0x7000000001), " (outside the segment: of no use to others)");
    types_free(t);
}

TEST(links)
{
    static const struct {
        const char *path;
        uint64_t value;
        const char *said;
    } rows[] = {
        {"self", 0, ""},
        {"self", 24, " -> +0x20"},
        {"self", (uint64_t)-8, " -> +0x0"},
        {"self", (uint64_t)-9, " (past the end of the segment)"},
        {"base", 0, ""},
        {"base", 4095, " -> +0xfff"},
        {"base", 4096, " (past the end of the segment)"},
        {"from", 0, " -> +0x18"},
        {"from", 8, " -> +0x20"},
        {"index", 0, " -> +0x20"},
        {"index", 3, " -> +0x50"},
        {"index", 4, " (no such element)"},
        {"index", 0xffff, ""},
        {"far", UINT64_MAX, ""},
        {"far", 1, " -> +0x30"},
        {"n", 1, ""},
    };
    struct types *t = parsed(header);
    struct type_source s = source_of(t);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ck_assert_str_eq(said(&s, rows[i].path, rows[i].value), rows[i].said);
    types_free(t);
}

/* Boost's offset_ptr is null when it is 1, for 0 is an object that points to itself. */
TEST(one_may_be_null)
{
    struct types *t = parsed(header);
    struct type_source s = source_of(t);
    ck_assert_str_eq(said(&s, "self", 1), " -> +0x9");
    types_hint_edit(t, types_get(t, types_find(t, "t"))->first + 1)->one_is_null = true;
    ck_assert_str_eq(said(&s, "self", 1), "");
    types_free(t);
}

/* What `+OFFSET` becomes, or why not. */
static const char *stored(const struct type_source *s, const char *member, const char *text)
{
    static char out[TYPE_WHY_MAX];
    uint8_t value[16] = {0}, mask[16];
    uint64_t offset = 0;
    struct type_node root, leaf;
    struct type_value v;
    type_root(s, types_find(s->t, "t"), 0, 0, &root);
    uint32_t m = types_member_find(s->t, root.real, member, &offset);
    type_child(s, &root, m - types_get(s->t, root.real)->first, &leaf);
    if (!type_value_parse(s, &leaf, text, value, mask, out))
        return out;
    type_value_get(s, &leaf, value, &v);
    (void)snprintf(out, sizeof out, "0x%llx", (unsigned long long)v.bits);
    return out;
}

TEST(stored_by_offset)
{
    struct types *t = parsed(header);
    struct type_source s = source_of(t);
    ck_assert_ptr_nonnull(strstr(stored(&s, "p", "+0x10"), "no process is seen to map it"));
    s.window = windows;
    s.windows = 2;
    ck_assert_str_eq(stored(&s, "p", "+0x10"), "0x7000000010");
    ck_assert_str_eq(stored(&s, "p", "0x10"), "0x10");
    ck_assert_ptr_nonnull(strstr(stored(&s, "p", "+0x1000"), "past the end"));
    ck_assert_ptr_nonnull(strstr(stored(&s, "p", "+nope"), "not an offset"));
    s.windows = 4;
    ck_assert_ptr_nonnull(strstr(stored(&s, "p", "+0x10"), "815 and 977 map it at different"));
    ck_assert_ptr_nonnull(strstr(stored(&s, "p", "+0x900"), "977 does not map +0x900"));
    ck_assert_str_eq(stored(&s, "self", "+0x20"), "0x18");
    ck_assert_str_eq(stored(&s, "self", "+0x0"), "0xfffffffffffffff8");
    ck_assert_str_eq(stored(&s, "base", "+0x20"), "0x20");
    ck_assert_ptr_nonnull(strstr(stored(&s, "index", "+0x20"), "for pointers, and links"));
    types_free(t);
}

SUITE(test_core_type_pointer,
      TESTS(pointers, nothing_past_the_end, links, one_may_be_null, stored_by_offset));
