/* Rows of a tree: which there are when some nodes are open. */
#include "core/type/rows.h"

#include "support/random.h"
#include "support/typed.h"

static const char layout[] =
    "enum kind { KIND_A, KIND_B };\n"
    "struct point { int x, y; };\n"
    "struct msg { unsigned short kind; unsigned prio : 5, urgent : 1;\n"
    "  union { struct point at; long long raw; }; struct point way[3]; };\n"
    "struct ring { char magic[8]; char c; unsigned n; long long beat;\n"
    "  unsigned char blob[200]; struct msg slots[]; };\n"
    "for ring.slots: count = n\n"
    "struct lists { struct point a[4]; struct { int in, out; } ends; };\n";

static struct types *t;
static struct type_source source;
static struct type_rows *rows;
static struct type_row got[512];

static void place(const char *name)
{
    struct type_placed p = {.type = types_find(t, name)};
    ck_assert_uint_ne(p.type, 0);
    type_rows_place(rows, &p, 1);
}

static void set_up(void)
{
    t = parsed(layout);
    source = source_of(t);
    memory[12] = 20; /* ring.n */
    rows = type_rows_new(&source);
    ck_assert_ptr_nonnull(rows);
    place("struct ring");
}

static void tear_down(void)
{
    type_rows_free(rows);
    types_free(t);
}

static const char *path_of(const struct type_row *row)
{
    static char path[256];
    (void)type_rows_spell(rows, &row->way, path, sizeof path);
    return path;
}

static struct row_way way_to(const char *path)
{
    struct row_way way;
    char why[TYPE_WHY_MAX] = "";
    ck_assert_msg(type_rows_path(rows, 0, path, &way, why), "%s", why);
    return way;
}

static void open(const char *path)
{
    struct row_way way = way_to(path);
    ck_assert(type_rows_open(rows, &way, true));
}

TEST(a_root_alone_has_no_row)
{
    ck_assert_uint_eq(type_rows_count(rows), 7);
    ck_assert_uint_eq(type_rows_get(rows, 0, 512, got), 7);
    ck_assert_str_eq(path_of(&got[0]), "magic");
    ck_assert_str_eq(path_of(&got[2]), "padding");
    ck_assert_uint_eq(got[2].node.offset, 9);
    ck_assert_uint_eq(got[2].node.size, 3);
    ck_assert_str_eq(path_of(&got[6]), "slots");
    ck_assert(got[6].branch && !got[6].open && !got[0].branch);
    ck_assert_int_eq(got[6].indent, 0);
}

TEST(open_nodes_have_rows_below_them)
{
    open("slots");
    ck_assert_uint_eq(type_rows_count(rows), 27);
    open("slots[3]");
    ck_assert_uint_eq(type_rows_get(rows, 7 + 3, 512, got), 17 + 7);
    ck_assert_str_eq(path_of(&got[0]), "slots[3]");
    ck_assert(got[0].open);
    ck_assert_str_eq(path_of(&got[1]), "slots[3].kind");
    ck_assert_int_eq(got[1].indent, 2);
    ck_assert_str_eq(path_of(&got[2]), "slots[3].prio");
}

TEST(anonymous_unions_have_no_row)
{
    static const char *const expected[] = {"kind", "prio", "urgent", "at", "raw", "way"};
    place("struct msg");
    size_t n = type_rows_get(rows, 0, 512, got), k = 0;
    for (size_t i = 0; i < n; i++)
        if (got[i].node.kind != NODE_PADDING)
            ck_assert_str_eq(path_of(&got[i]), expected[k++]);
    ck_assert_uint_eq(k, COUNT(expected));
}

TEST(a_path_leads_to_its_row)
{
    static const char *const wrong[] = {"slot", "slots[20]", "c[0]", "beat.x", "->x", "slots[1"};
    struct row_way way = way_to("slots[7].at.y");
    bool exact = true;
    char why[TYPE_WHY_MAX];
    ck_assert_uint_eq(type_rows_find(rows, &way, &exact), 6); /* slots is closed */
    ck_assert(!exact);
    ck_assert(type_rows_reveal(rows, &way));
    uint64_t row = type_rows_find(rows, &way, &exact);
    ck_assert(exact);
    ck_assert_uint_eq(type_rows_get(rows, row, 1, got), 1);
    ck_assert_str_eq(path_of(&got[0]), "slots[7].at.y");
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(!type_rows_path(rows, 0, wrong[i], &way, why), "%s", wrong[i]);
}

TEST(an_offset_leads_to_its_row)
{
    struct row_way way;
    struct type_node slot;
    open("slots");
    struct row_way to = way_to("slots[5]");
    ck_assert_uint_eq(type_rows_get(rows, type_rows_find(rows, &to, NULL), 1, got), 1);
    slot = got[0].node;
    ck_assert(type_rows_at(rows, slot.offset + 9, ROWS_SHOWN, &way));
    ck_assert_uint_eq(type_rows_find(rows, &way, NULL), type_rows_find(rows, &to, NULL));
    ck_assert(type_rows_at(rows, slot.offset + 9, ROWS_REVEAL, &way));
    ck_assert_uint_eq(type_rows_get(rows, type_rows_find(rows, &way, NULL), 1, got), 1);
    ck_assert_str_eq(path_of(&got[0]), "slots[5].at.x");
    ck_assert(!type_rows_at(rows, 4000, ROWS_SHOWN, &way));
}

TEST(a_name_filters)
{
    struct row_filter filter = {.name = "PRIO"};
    type_rows_set(rows, &filter, false);
    ck_assert_uint_eq(type_rows_count(rows), 1); /* slots, which leads to some */
    open("slots");
    ck_assert_uint_eq(type_rows_count(rows), 21);
    open("slots[2]");
    ck_assert_uint_eq(type_rows_count(rows), 22);
    filter.name = "slots"; /* all below it */
    type_rows_set(rows, &filter, false);
    ck_assert_uint_gt(type_rows_count(rows), 25);
    filter = (struct row_filter){.padding = true};
    type_rows_set(rows, &filter, false);
    ck_assert_uint_eq(type_rows_get(rows, 0, 512, got), type_rows_count(rows));
    for (size_t i = 0; i < type_rows_count(rows); i++)
        ck_assert_int_ne(got[i].node.kind, NODE_PADDING);
}

TEST(raw_texts_are_numbers)
{
    struct row_filter none = {.padding = false};
    open("blob"); /* four pieces */
    ck_assert_uint_eq(type_rows_count(rows), 11);
    (void)type_rows_get(rows, 6, 4, got);
    ck_assert_str_eq(path_of(&got[3]), "blob[192..199]");
    type_rows_set(rows, &none, true);
    ck_assert_uint_eq(type_rows_count(rows), 7 + 200);
    open("magic");
    (void)type_rows_get(rows, 1, 1, got);
    ck_assert_str_eq(path_of(&got[0]), "magic[0]");
}

TEST(several_roots_have_rows)
{
    struct type_placed p[2] = {{.type = types_find(t, "struct point"), .offset = 64, .count = 0},
                               {.type = types_find(t, "struct point"), .offset = 128, .count = 5}};
    struct row_way way;
    type_rows_place(rows, p, 2);
    ck_assert_uint_eq(type_rows_count(rows), 3 + 6);
    ck_assert(type_rows_at(rows, 128 + 12, ROWS_REVEAL, &way));
    ck_assert_uint_eq(type_rows_get(rows, type_rows_find(rows, &way, NULL), 1, got), 1);
    ck_assert_str_eq(path_of(&got[0]), "[1].y");
    p[0] = (struct type_placed){.type = types_find(t, "uint32_t"), .offset = 8, .count = 0};
    type_rows_place(rows, p, 1); /* a number has a row */
    ck_assert_uint_eq(type_rows_count(rows), 1);
}

/* Elements that begin behind the end do not exist, whatever a count says. */
TEST(a_million_elements_cost_nothing)
{
    struct type_placed p = {
        .type = types_find(t, "struct msg"), .offset = 0, .count = UINT64_C(1) << 40};
    source.size = UINT64_C(1000000) * 40;
    type_rows_place(rows, &p, 1);
    ck_assert_uint_eq(type_rows_count(rows), 1000000);
    struct row_way way = way_to("[999999].prio");
    ck_assert(type_rows_reveal(rows, &way));
    ck_assert_uint_eq(type_rows_get(rows, type_rows_find(rows, &way, NULL), 3, got), 3);
    ck_assert_uint_eq(got[0].node.offset, UINT64_C(999999) * 40 + 2);
    source.size = sizeof memory;
}

TEST(too_many_open_nodes_are_refused)
{
    struct type_placed p = {.type = types_find(t, "struct point"), .offset = 0, .count = 4096};
    source.size = UINT64_C(1) << 20;
    type_rows_place(rows, &p, 1);
    bool good = true;
    for (uint64_t i = 0; i < ROWS_OPEN_MAX && good; i++)
        good = type_rows_open(rows, &(struct row_way){.steps = 2, .step = {0, i}}, true);
    ck_assert(!good);
    uint64_t n = type_rows_count(rows);
    for (uint64_t i = 0; i < ROWS_OPEN_MAX; i++)
        (void)type_rows_open(rows, &(struct row_way){.steps = 2, .step = {0, i}}, false);
    ck_assert_uint_eq(n, 4096 + 2 * (ROWS_OPEN_MAX - 1));
    ck_assert_uint_eq(type_rows_count(rows), 4096);
    source.size = sizeof memory;
}

/* Whatever is open: the count, the rows one by one and their ways agree. */
TEST_LOOP(rows_and_ways_agree, 40)
{
    static const char *const types[] = {"struct ring", "struct lists", "struct msg"};
    static struct type_row one;
    seed = (uint64_t)_i + 1;
    place(types[_i % 3]);
    struct row_filter filter = {.padding = _i % 5 == 4, .name = _i % 7 == 6 ? "x" : NULL};
    type_rows_set(rows, &filter, _i % 11 == 10);
    for (int round = 0; round < 12; round++) {
        size_t n = type_rows_get(rows, 0, 512, got);
        uint64_t count = type_rows_count(rows);
        ck_assert_uint_eq(n, count < 512 ? count : 512);
        for (size_t i = 0; i < n; i++) {
            bool exact = false;
            ck_assert_uint_eq(type_rows_find(rows, &got[i].way, &exact), i);
            ck_assert(exact);
            ck_assert_uint_eq(type_rows_get(rows, i, 1, &one), 1);
            ck_assert_mem_eq(&one.node, &got[i].node, sizeof one.node);
            ck_assert_int_eq(one.indent, got[i].indent);
        }
        if (n == 0)
            return;
        struct type_row *row = &got[draw((uint32_t)n)];
        if (row->branch)
            ck_assert(type_rows_open(rows, &row->way, !row->open));
        for (int k = 0; k < 8; k++) {
            struct row_way way;
            uint64_t offset = draw(1000);
            if (!type_rows_at(rows, offset, ROWS_SHOWN, &way))
                continue;
            (void)type_rows_get(rows, type_rows_find(rows, &way, NULL), 1, &one);
            if (filter.name == NULL && !filter.padding)
                ck_assert(offset >= one.node.offset && offset - one.node.offset < one.node.size);
        }
    }
}

SUITE(test_core_type_rows, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_root_alone_has_no_row, open_nodes_have_rows_below_them, anonymous_unions_have_no_row,
            a_path_leads_to_its_row, an_offset_leads_to_its_row, a_name_filters,
            raw_texts_are_numbers, several_roots_have_rows, a_million_elements_cost_nothing,
            too_many_open_nodes_are_refused, rows_and_ways_agree));
