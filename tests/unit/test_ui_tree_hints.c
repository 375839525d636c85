/* What the hints of a layout do on the screen: ends of rings, names of processes, fields that are
 * read under a counter, links. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/abi.h"
#include "core/type/parse.h"
#include "session/settings.h"
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/tree/tree.h"

static struct stage *st;

static void types_of(const char *layout)
{
    char why[TYPE_WHY_MAX] = "";
    struct types *types = types_new(type_abi_machine(), false);
    ck_assert_ptr_nonnull(types);
    ck_assert_msg(types_parse(types, "hub.h", layout, strlen(layout), why), "%s", why);
    st->ui.tree->stock = tree_stock_of(types);
}

static void scene(int rows, int cols)
{
    static const char layout[] =
        "struct msg { unsigned short kind; unsigned char text[6]; };\n"
        "struct hub { unsigned owner, seq; struct { double x, y; unsigned steps; } pose;\n"
        "  unsigned head, tail; unsigned ids[4]; struct msg slot[4]; };\n"
        "for hub.owner: pid\n"
        "for hub.pose: seqlock seq\n"
        "for hub.ids: ring head tail\n"
        "for hub.slot: ring head tail\n";
    st = stage_new(rows, cols, 4096);
    types_of(layout);
    stage_put(st, 0, &(uint32_t[]){812, 6}, 8);
    stage_put(st, 8, &(double[]){0.25, -1}, 16);
    stage_put(st, 32, &(uint32_t[]){9, 7, 70, 71, 72, 73}, 24);
    st->ui.tree->name[3] = (struct tree_name){812, 0, st->ui.now, "ringd"};
    act_type(&st->ui, "hub@0");
    static const char *const open[] = {"pose", "ids", "slot"};
    for (size_t i = 0; i < COUNT(open); i++) {
        act_goto(&st->ui, open[i]);
        stage_draw(st);
        stage_act(st, act_tree, "open");
        stage_draw(st);
    }
    act_goto(&st->ui, "pose.x");
    stage_draw(st);
}

TEST(frames_of_each_size)
{
    static const struct {
        int rows, cols;
        const char *name;
    } sizes[] = {{24, 80, "hints-80x24"}, {40, 120, "hints-120x40"}, {24, 59, "hints-59x24"}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        scene(sizes[i].rows, sizes[i].cols);
        frame_check(&st->ui.canvas, sizes[i].name);
    }
}

/* The writer never rests: its fields are not known, which is not what a half-written value is. */
TEST(what_is_being_written_is_not_known)
{
    scene(24, 80);
    st->written = true;
    stage_draw(st);
    frame_check(&st->ui.canvas, "hints-written");
    st->written = false;
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "0.25"), 0);
}

/* The counter is asked for with each frame that shows a guarded field, and only then. */
TEST(counters_are_asked_for_while_they_are_shown)
{
    scene(24, 80);
    const struct guard_list *g = &st->ui.s.guards;
    ck_assert_uint_eq(g->count, 1);
    ck_assert(g->at[0].lock.offset == 4 && g->at[0].lock.width == 4 && !g->at[0].lock.two);
    ck_assert(g->at[0].from == 8 && g->at[0].to == 32);
    act_goto(&st->ui, "pose");
    stage_draw(st);
    ck_assert_uint_eq(g->count, 1); /* as a preview */
    stage_act(st, act_tree, "filter owner");
    stage_draw(st);
    ck_assert_uint_eq(g->count, 0);
}

/* Of the past it is not known whose number that was. */
TEST(names_are_of_now)
{
    scene(24, 80);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "812 (ringd)"), 0);
    st->ui.s.past = st->ui.now - 1000000000;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "812 (ringd)"), -1);
    ck_assert_int_ge(frame_find(&st->ui.canvas, " 812 "), 0);
}

/* A cycle is just steps: however many were taken, the way back is as long as ever. tools/fuzz goes
 * all the way around. */
TEST(a_cycle_of_many_nodes_is_followed)
{
    enum { NODES = 10000, FROM = 0x4000, SIZE = 4 };
    const uint32_t steps = getenv("SHMLENS_LONG") != NULL ? NODES : NODES / 10;
    st = stage_new(8, 40, STAGE_BYTES);
    types_of("struct hop { unsigned next; };\nfor hop.next: link = base+ struct hop\n");
    for (uint32_t i = 0; i < NODES; i++) /* by sevens, from 1 on: 0 is null */
        stage_put(st, FROM + SIZE * i, &(uint32_t){SIZE * (1 + (i + 6) % (NODES - 1))}, SIZE);
    act_type(&st->ui, "hop@0x4000");
    stage_draw(st);
    for (uint32_t i = 0, node = 0; i < steps; i++) {
        stage_key(st, KEY_ENTER_, 0);
        stage_draw(st);
        node = 1 + (node + 6) % (NODES - 1);
        HOLD(st->ui.s.cursor == FROM + SIZE * node);
    }
    ck_assert_int_eq(st->ui.tree->depth, TREE_VIEWS);
    for (int i = 0; i < TREE_VIEWS; i++) {
        stage_key(st, KEY_BACKSPACE_, 0);
        stage_draw(st);
    }
    ck_assert_int_eq(st->ui.tree->depth, 1);
}

/* Keys for how the bytes look change nothing while the fields are in their place. */
TEST(what_is_for_the_bytes_says_so)
{
    static const char keys[] = "eEvVTtz";
    char said[64];
    scene(24, 80);
    const struct settings before = st->ui.s.set;
    for (size_t i = 0; keys[i] != '\0'; i++) {
        stage_type(st, (char[]){keys[i], '\0'});
        (void)snprintf(said, sizeof said, "%c is for the bytes: S shows them", keys[i]);
        ck_assert_str_eq(st->ui.status, said);
    }
    ui_run(&st->ui, "view u64be");
    ck_assert_ptr_nonnull(strstr(st->ui.status, " is for the bytes: S shows them"));
    ck_assert_uint_eq(settings_changed(&before, &st->ui.s.set), 0);
    ck_assert(!st->ui.s.phase);
}

/* And those that have nothing to show say that. */
TEST(no_key_is_silent_among_fields)
{
    scene(24, 80);
    stage_key(st, KEY_TAB_, 0);
    ck_assert_str_eq(st->ui.status, "no panel is open: o shows who uses this, w the marks");
    stage_type(st, "L");
    ck_assert_str_eq(st->ui.status, "timeline: no history is kept yet");
    stage_type(st, "L");
    ck_assert_str_eq(st->ui.status, "no timeline");
}

SUITE(test_ui_tree_hints, .tear_down = stage_tear_down,
      TESTS(frames_of_each_size, what_is_being_written_is_not_known,
            counters_are_asked_for_while_they_are_shown, names_are_of_now,
            a_cycle_of_many_nodes_is_followed, what_is_for_the_bytes_says_so,
            no_key_is_silent_among_fields));
