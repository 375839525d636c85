/* The tree: fields in place of the bytes, on a segment that is a piece of our own memory. */
#include <stdlib.h>
#include <string.h>

#include "core/type/abi.h"
#include "core/type/parse.h"
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/tree/tree.h"

enum { SECOND = 1000000000 };

static const char layout[] =
    "enum state { RING_EMPTY, RING_BUSY, RING_READY };\n"
    "enum flag { URGENT = 1, LAST = 2, LOST = 4 };\n"
    "struct msg { unsigned short kind; unsigned char prio : 5, flags : 3; unsigned id;\n"
    "  double pos[2]; };\n"
    "struct node { unsigned next; int id; char name[16]; };\n"
    "struct ring { char magic[8]; unsigned version; enum state state; long long beat;\n"
    "  _Bool closing; float ratio; struct { unsigned head, tail; } cur; unsigned char key[16];\n"
    "  union { int whole; float part; }; struct node *first; unsigned link; char16_t title[8];\n"
    "  struct node node[3]; unsigned count; struct msg slots[]; };\n"
    "for ring.slots: count = count\n"
    "for msg.flags: flags flag\n"
    "for ring.link: link = base+ struct node\n"
    "at /ring 0: struct ring\n";

static struct stage *st;
static struct types *types;

/* Where a field of the ring lies. */
static uint64_t at(const char *name)
{
    uint64_t offset = 0;
    ck_assert_uint_ne(types_member_find(types, types_find(types, "struct ring"), name, &offset),
                      TYPE_NO_MEMBER);
    return offset;
}

static void show(const char *name, uint64_t offset)
{
    struct type_placed p = {.type = types_find(types, name), .offset = offset};
    ck_assert(tree_open(&st->ui, st->ui.tree->stock, types, &p, 1, "", false));
}

static void put(const char *name, uint64_t value, size_t n)
{
    stage_put(st, at(name), &value, n);
}

static void scene(int rows, int cols)
{
    char why[TYPE_WHY_MAX] = "";
    st = stage_new(rows, cols, STAGE_BYTES);
    types = types_new(type_abi_machine(), false);
    ck_assert_ptr_nonnull(types);
    ck_assert_msg(types_parse(types, "ring.h", layout, strlen(layout), why), "%s", why);
    st->ui.tree->stock = tree_stock_of(types);
    stage_put(st, at("magic"), "RINGv2", 6);
    put("version", 2, 4);
    put("state", 2, 4);
    put("beat", 77123, 8);
    put("link", at("node"), 4);
    put("count", 40, 4);
    put("first", UINT64_C(0x7f0000001000), 8);
    stage_put(st, at("title"), u"r\u00efng", 8);
    for (uint64_t i = 0; i < 40; i++) {
        uint64_t slot = at("slots") + 24 * i;
        stage_put(st, slot, (uint8_t[]){(uint8_t)i, 0, (uint8_t)(17 | 3 << 5)}, 3);
        stage_put(st, slot + 4, &(uint32_t){(uint32_t)(1000 + i)}, 4);
    }
    for (size_t i = at("beat"); i < at("beat") + 8; i++)
        st->changed[i] = st->ui.now - SECOND / 10;
    for (size_t i = at("cur"); i < at("cur") + 4; i++)
        st->changed[i] = st->ui.now - SECOND;
    show("struct ring", 0);
    stage_draw(st);
}

static int row_of(const char *text)
{
    int row = frame_find(&st->ui.canvas, text);
    ck_assert_msg(row >= 0, "%s is not shown", text);
    return row;
}

static void go(const char *path)
{
    act_goto(&st->ui, path);
    stage_draw(st);
}

static void press(uint32_t code)
{
    stage_key(st, code, 0);
    stage_draw(st);
}

static void edit_on(void)
{
    act_edit(&st->ui, "");
    stage_run(st);
    ck_assert(st->ui.s.edit);
}

TEST(frames_of_each_size)
{
    static const struct {
        int rows, cols;
        const char *name;
    } sizes[] = {{24, 80, "tree-80x24"}, {40, 120, "tree-120x40"}, {24, 59, "tree-59x24"}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        scene(sizes[i].rows, sizes[i].cols);
        go("slots[1].id");
        go("beat");
        stage_draw(st);
        frame_check(&st->ui.canvas, sizes[i].name);
    }
}

TEST(unknown_bytes_and_holes_are_no_values)
{
    scene(24, 80);
    memset(st->state + at("version"), BYTE_UNKNOWN, 4);
    memset(st->state + at("key"), BYTE_UNKNOWN, 3);
    memset(st->state + at("node"), BYTE_HOLE, 72);
    st->base[at("state")] = 1;
    stage_draw(st);
    frame_check(&st->ui.canvas, "tree-unknown");
}

TEST(the_past_is_shown)
{
    (void)setenv("TZ", "UTC0", 1);
    scene(24, 80);
    st->ui.wall = INT64_C(67736) * SECOND;
    st->answer_time = st->ui.now - 3 * (int64_t)SECOND;
    go("cur");
    stage_type(st, "<");
    stage_run(st);
    ck_assert_uint_eq(st->last_step.offset, at("cur"));
    ck_assert_uint_eq(st->last_step.length, 8);
    stage_draw(st);
    frame_check(&st->ui.canvas, "tree-past");
}

TEST(a_value_is_typed_in_place)
{
    scene(24, 80);
    edit_on();
    go("version");
    press(KEY_ENTER_);
    stage_key(st, 'u', KEY_CTRL);
    stage_type(st, "31");
    stage_draw(st);
    frame_check(&st->ui.canvas, "tree-edit");
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x8 31 --as u32le --expect 2");
    ck_assert_int_eq(st->bytes[8], 31);
    stage_draw(st);
    act_undo(&st->ui, "");
    stage_run(st);
    ck_assert_int_eq(st->bytes[8], 2);
}

TEST(names_are_chosen_with_tab)
{
    scene(24, 80);
    edit_on();
    go("state");
    press(KEY_ENTER_);
    ck_assert_str_eq(st->ui.tree->edit.text, "RING_READY");
    press(KEY_TAB_);
    ck_assert_str_eq(st->ui.tree->edit.text, "RING_EMPTY");
    press(KEY_TAB_);
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(st->bytes[at("state")], 1);
    go("closing");
    press(KEY_ENTER_);
    press(KEY_TAB_);
    ck_assert_str_eq(st->ui.tree->edit.text, "true");
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(st->bytes[at("closing")], 1);
}

/* Another process changes the other bits of the byte meanwhile. */
TEST(a_bitfield_keeps_its_neighbours)
{
    scene(24, 80);
    edit_on();
    go("slots[2].prio");
    press(KEY_ENTER_);
    stage_key(st, 'u', KEY_CTRL);
    stage_type(st, "9");
    size_t byte = at("slots") + 2 * 24 + 2;
    st->bytes[byte] = 17 | 5 << 5;
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[byte], 9 | 5 << 5);
    st->bytes[byte] = 9 | 1 << 5;
    stage_draw(st);
    act_undo(&st->ui, "");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[byte], 17 | 1 << 5);
    stage_draw(st);
    go("slots[2].flags");
    press(KEY_ENTER_);
    stage_key(st, 'u', KEY_CTRL);
    stage_type(st, "LAST|LOST");
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[byte], 17 | 6 << 5);
}

TEST(what_another_process_stored_first_is_asked_about)
{
    scene(24, 80);
    edit_on();
    go("version");
    stage_type(st, "7");
    st->bytes[8] = 3;
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(st->bytes[8], 3);
    ck_assert(st->ui.inspect->asking);
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(st->bytes[8], 7);
}

TEST(a_text_is_stored_where_it_differs)
{
    scene(24, 80);
    edit_on();
    go("node[1].name");
    press(KEY_ENTER_);
    stage_key(st, 'u', KEY_CTRL);
    stage_type(st, "0123456789");
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(memcmp(st->bytes + at("node") + 24 + 8, "0123456789\0\0", 12), 0);
    stage_draw(st);
    go("title");
    press(KEY_ENTER_);
    ck_assert_str_eq(st->ui.tree->edit.text, "\"r\u00efng\"");
    press(KEY_ESC_);
    ck_assert(st->ui.s.edit && tree_on(&st->ui));
}

TEST(what_has_no_value_is_refused)
{
    static const char *const rows[] = {"cur", "node", "slots"};
    scene(24, 80);
    edit_on();
    for (size_t i = 0; i < COUNT(rows); i++) {
        go(rows[i]);
        stage_type(st, "1");
        ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
        ck_assert(!st->ui.tree->editing);
    }
    go("version");
    stage_type(st, "x");
    stage_type(st, "5");
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(st->lines, 1);
    go("version");
    stage_type(st, "99999999999");
    press(KEY_ENTER_);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    ck_assert(st->ui.tree->editing);
}

/* Reading alone never asks for more than the question. */
TEST(enter_asks_before_it_writes)
{
    scene(24, 80);
    go("version");
    press(KEY_ENTER_);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    press('n');
    ck_assert_int_eq(st->lines, 0);
    ck_assert(!st->ui.tree->editing);
}

TEST(links_are_followed_and_back)
{
    scene(24, 80);
    put("link", at("node") + 24, 4);
    stage_put(st, at("node") + 24 + 4, &(int32_t){42}, 4);
    stage_draw(st);
    go("link");
    press(KEY_ENTER_);
    ck_assert_int_eq(st->ui.tree->depth, 2);
    ck_assert_uint_eq(st->ui.s.cursor, at("node") + 24);
    press(KEY_DOWN_);
    row_of("link->id");
    row_of("42");
    press(KEY_BACKSPACE_);
    ck_assert_int_eq(st->ui.tree->depth, 1);
    row_of(" link ");
    press(KEY_BACKSPACE_);
    ck_assert_int_eq(st->ui.tree->depth, 1);
    go("first"); /* nobody is known to map it */
    press(KEY_ENTER_);
    ck_assert_int_eq(st->ui.status_style, STYLE_WARN);
}

TEST(the_cursor_stays_at_its_bytes)
{
    scene(24, 80);
    act_tree(&st->ui, "");
    stage_draw(st);
    ck_assert(!tree_on(&st->ui));
    session_move_to(&st->ui.s, at("slots") + 3 * 24 + 5, false);
    stage_draw(st);
    act_tree(&st->ui, "");
    stage_draw(st);
    stage_draw(st);
    row_of("slots[3].id");
    ck_assert_uint_eq(st->ui.s.cursor, at("slots") + 3 * 24 + 5);
    press(KEY_UP_);
    row_of("slots[3] (padding)");
    ck_assert_uint_eq(st->ui.s.cursor, at("slots") + 3 * 24 + 3);
    act_goto(&st->ui, "0x10");
    stage_draw(st);
    row_of(" beat ");
}

TEST(keys_open_and_close)
{
    scene(24, 80);
    go("cur");
    int rows = row_of("key");
    press(KEY_RIGHT_);
    ck_assert_int_eq(row_of("key"), rows + 2);
    press(KEY_RIGHT_);
    row_of(" cur.head ");
    press(KEY_LEFT_);
    row_of(" cur ");
    press(KEY_LEFT_);
    ck_assert_int_eq(row_of("key"), rows);
    press(KEY_ENTER_);
    press(KEY_ENTER_);
    ck_assert_int_eq(row_of("key"), rows);
}

TEST(names_are_filtered)
{
    scene(24, 80);
    stage_type(st, "/");
    stage_type(st, "id");
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "magic"), -1);
    row_of("slots");
    press(KEY_ESC_);
    row_of("magic");
}

TEST(paths_may_begin_at_the_cursor)
{
    scene(24, 80);
    go("slots[2]");
    go(".id");
    row_of(" slots[2].id ");
    go(".kind");
    row_of(" slots[2].kind ");
    go("[5]");
    row_of(" slots[5] ");
    go("[1].pos");
    row_of(" slots[1].pos ");
    go("version");
    go(".state");
    row_of(" state ");
}

/* A million elements: a step to any of them, and memory for what is on the screen alone. */
TEST(a_million_elements_scroll)
{
    scene(24, 80);
    struct type_placed p = {.type = types_find(types, "struct msg"), .count = 2000000};
    st->size = UINT64_C(24) * 1000000;
    stage_sample(st);
    ck_assert(tree_open(&st->ui, st->ui.tree->stock, types, &p, 1, "", false));
    stage_draw(st);
    ck_assert_uint_eq(st->ui.tree->count, 1000000);
    go("[777777].id");
    row_of("[777777].id");
    for (int i = 0; i < 2000; i++)
        stage_key(st, KEY_PGDN_, 0);
    stage_draw(st);
    ck_assert_uint_gt(st->ui.s.cursor, UINT64_C(24) * 800000);
    act_move(&st->ui, "end");
    stage_draw(st);
    row_of("[999999]");
    ck_assert_uint_le(spans_length(&st->ui.s.spans), 8192);
}

/* The sampler's list has words; the rows are the fields in them that changed. */
TEST(only_changed_fields)
{
    scene(24, 80);
    stage_type(st, "x");
    struct rows_result *list = &st->ui.s.sample.rows;
    *list = (struct rows_result){.on = true, .width = 8, .shown = 3, .count = 3};
    list->at[0] = 0;
    list->at[1] = at("beat");
    list->at[2] = at("slots") + 24 * 7;
    st->changed[at("slots") + 24 * 7 + 4] = st->ui.now - SECOND;
    stage_draw(st);
    stage_draw(st);
    ck_assert_int_eq(row_of("beat"), row_of("magic") + 1);
    ck_assert_int_eq(row_of("slots[7].id"), row_of("magic") + 2);
    ck_assert_uint_eq(st->ui.tree->got, 3);
    press(KEY_DOWN_);
    press(KEY_DOWN_);
    ck_assert_uint_eq(st->ui.s.cursor, at("slots") + 24 * 7 + 4);
    press(KEY_ESC_);
    list->on = false;
    stage_draw(st);
    row_of("slots[7].id"); /* and there it is, among all */
}

/* The count comes into the segment, and shrinks: the rows follow, and the cursor stays sensible. */
TEST(tables_follow_their_counts)
{
    scene(24, 80);
    go("slots[30]");
    put("count", 3, 4);
    stage_draw(st);
    stage_draw(st);
    row_of(" slots ");
    put("count", 40, 4);
    stage_draw(st);
    row_of("slots");
}

TEST(types_are_declared_at_the_cursor)
{
    scene(24, 80);
    tree_forget(&st->ui);
    ck_assert(!tree_on(&st->ui));
    session_move_to(&st->ui.s, at("node"), false);
    act_type(&st->ui, "node[3]");
    stage_draw(st);
    ck_assert(tree_on(&st->ui));
    row_of("[2]");
    act_type(&st->ui, "uint32_t@8");
    stage_draw(st);
    stage_draw(st);
    row_of("uint32_t");
    act_type(&st->ui, "nodes");
    ck_assert_ptr_nonnull(strstr(st->ui.status, "near: node"));
}

/* The cursor goes elsewhere while a value is typed: it is stored there under no circumstances. */
TEST(a_value_is_stored_where_it_was_typed)
{
    scene(24, 80);
    edit_on();
    go("version");
    stage_type(st, "7");
    go("count");
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(st->lines, 0);
    ck_assert(!st->ui.tree->editing);
    ck_assert_int_eq(st->ui.status_style, STYLE_WARN);
    go("version");
    inspect_ask_poke(&st->ui);
    stage_type(st, "7");
    go("count");
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(st->lines, 0);
    ck_assert_int_eq(st->ui.status_style, STYLE_WARN);
    go("version");
    inspect_ask_poke(&st->ui);
    stage_type(st, "7");
    press(KEY_ENTER_);
    stage_run(st);
    ck_assert_int_eq(st->bytes[at("version")], 7);
}

TEST(nothing_is_followed_while_a_value_is_typed)
{
    scene(24, 80);
    edit_on();
    go("version");
    st->ui.s.follow = true;
    st->ui.s.sample.map.hot = at("slots") + 24 * 39;
    st->ui.s.sample.map.hot_time = st->ui.now;
    ck_assert_int_ne(inspect_follow_next(&st->ui), INT64_MAX);
    stage_type(st, "7");
    st->ui.s.sample.map.hot_time = st->ui.now;
    ck_assert(st->ui.tree->editing);
    ck_assert_int_eq(inspect_follow_next(&st->ui), INT64_MAX);
}

TEST(nothing_is_typed_while_paused)
{
    scene(24, 80);
    edit_on();
    go("version");
    st->ui.s.paused = true;
    stage_type(st, "7");
    ck_assert(!st->ui.tree->editing);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "paused"));
}

/* The view of the cells, which are hidden, has no say in where fields begin. */
TEST(the_cursor_is_at_the_field)
{
    scene(24, 80);
    st->ui.s.set.view = view_find("u64le");
    go("slots[1].id");
    ck_assert_uint_eq(st->ui.s.cursor, at("slots") + 24 + 4);
    act_tree(&st->ui, "");
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.cursor % 8, 0);
}

TEST(the_past_has_no_list_of_changes)
{
    scene(24, 80);
    stage_type(st, "x");
    stage_draw(st);
    st->ui.s.past = st->ui.now - SECOND;
    stage_draw(st);
    row_of("magic");
    ck_assert(!st->ui.s.fields.on);
    press(KEY_DOWN_);
    row_of(" version ");
    st->ui.s.past = 0;
    stage_draw(st);
    ck_assert(st->ui.s.fields.on);
    stage_type(st, "x");
    st->ui.s.past = st->ui.now - SECOND;
    stage_type(st, "x");
    ck_assert(!st->ui.tree->only);
}

/* The list is shorter than the screen: all of it is shown. */
TEST(a_short_list_is_shown_whole)
{
    scene(24, 80);
    stage_type(st, "x");
    struct rows_result *list = &st->ui.s.sample.rows;
    *list = (struct rows_result){.on = true, .width = 8, .shown = 2, .count = 2};
    list->at[0] = 0;
    list->at[1] = at("beat");
    st->changed[0] = st->ui.now - SECOND;
    session_move_to(&st->ui.s, at("beat"), false);
    st->ui.tree->view[0]->line = 0;
    stage_draw(st);
    ck_assert_uint_eq(st->ui.tree->got, 2);
    ck_assert_uint_eq(st->ui.tree->first, 0);
    ck_assert_int_eq(row_of("beat"), row_of("magic") + 1);
}

/* Links of a view that was reached by a link count from where the first one's do. */
TEST(links_count_from_the_base_of_the_view)
{
    char why[TYPE_WHY_MAX] = "";
    const struct view *view = NULL;
    uint64_t offset = 0;
    scene(24, 80);
    struct type_placed p = {.type = types_find(types, "struct ring"), .based = true, .base = 24};
    ck_assert(tree_open(&st->ui, st->ui.tree->stock, types, &p, 1, "", false));
    stage_draw(st);
    ck_assert_msg(tree_field(&st->ui, "link->id", &offset, &view, why), "%s", why);
    ck_assert_uint_eq(offset, at("node") + 24 + 4);
    go("link->id");
    ck_assert_int_eq(st->ui.tree->depth, 2);
    ck_assert_uint_eq(st->ui.tree->view[1]->placed[0].offset, at("node") + 24 + 4);
}

SUITE(test_ui_tree, .tear_down = stage_tear_down,
      TESTS(frames_of_each_size, unknown_bytes_and_holes_are_no_values, the_past_is_shown,
            a_value_is_typed_in_place, names_are_chosen_with_tab, a_bitfield_keeps_its_neighbours,
            what_another_process_stored_first_is_asked_about, a_text_is_stored_where_it_differs,
            what_has_no_value_is_refused, enter_asks_before_it_writes, links_are_followed_and_back,
            the_cursor_stays_at_its_bytes, keys_open_and_close, names_are_filtered,
            paths_may_begin_at_the_cursor, a_million_elements_scroll, only_changed_fields,
            tables_follow_their_counts, types_are_declared_at_the_cursor,
            a_value_is_stored_where_it_was_typed, nothing_is_followed_while_a_value_is_typed,
            nothing_is_typed_while_paused, the_cursor_is_at_the_field,
            the_past_has_no_list_of_changes, a_short_list_is_shown_whole,
            links_count_from_the_base_of_the_view));
