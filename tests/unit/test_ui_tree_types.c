/* Types of the tree that are asked for, and those that were kept for a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/abi.h"
#include "core/type/parse.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/tree/tree.h"

static struct stage *st;

static void scene(void)
{
    static const char layout[] = "struct node { unsigned next; int id; char name[16]; };\n";
    char why[TYPE_WHY_MAX] = "";
    st = stage_new(24, 80, 4096);
    struct types *types = types_new(type_abi_machine(), false);
    ck_assert_ptr_nonnull(types);
    ck_assert_msg(types_parse(types, "node.h", layout, strlen(layout), why), "%s", why);
    st->ui.tree->stock = tree_stock_of(types);
    stage_draw(st);
}

TEST(a_type_that_waits_is_dropped_with_its_segment)
{
    scene();
    struct tree_state *tree = st->ui.tree;
    tree->waiting = calloc(1, sizeof *tree->waiting);
    ck_assert_ptr_nonnull(tree->waiting);
    (void)snprintf(tree->waiting->name, sizeof tree->waiting->name, "nobody_knows");
    (void)snprintf(tree->waits_for, sizeof tree->waits_for, "posix:/another");
    st->ui.status[0] = '\0';
    tree_poll(&st->ui);
    ck_assert_ptr_null(tree->waiting);
    ck_assert_str_eq(st->ui.status, "");
}

/* What was kept is shown, and what fits does not take its place. */
TEST(kept_types_stay_on_the_screen)
{
    scene();
    struct tree_state *tree = st->ui.tree;
    (void)memcpy(tree->kept_of, st->ui.s.locator, sizeof tree->kept_of);
    ck_assert(kept_add_type(&tree->kept, "node[3]@0x80"));
    tree->recalling = tree->show = true;
    ck_assert(tree_recall_next(&st->ui));
    ck_assert(!tree->show && !tree->recalling);
    ck_assert_uint_eq(tree_top(&st->ui)->placed[tree_top(&st->ui)->count - 1].offset, 0x80);
}

/* While files are read or programs asked, one type waits: another takes its place, which is said.
 */
TEST(a_second_type_takes_the_place_of_one_that_waits)
{
    scene();
    struct tree_state *tree = st->ui.tree;
    tree->reading = true;
    act_type(&st->ui, "node@0x40");
    act_type(&st->ui, "node@0x80");
    ck_assert_str_eq(tree->declare, "node@0x80");
    ck_assert_ptr_nonnull(strstr(st->ui.status, "node@0x40 was still being looked for"));
    tree->reading = false;
    tree_declare(&st->ui, tree->declare);
    ck_assert_uint_eq(tree_top(&st->ui)->placed[0].offset, 0x80);
    ck_assert_str_eq(tree->declare, "");
}

/* The bytes that match are lit where bytes are drawn: the tree waits for no search of theirs. */
TEST(the_tree_does_not_wait_for_matches)
{
    scene();
    st->ui.s.match_length = 1;
    st->ui.inspect->found.partly = true;
    ck_assert_int_le(ui_next(&st->ui), st->ui.now);
    act_type(&st->ui, "node@0x40");
    stage_draw(st);
    st->ui.inspect->found.partly = true;
    ck_assert_int_gt(ui_next(&st->ui), st->ui.now);
}

SUITE(test_ui_tree_types, .tear_down = stage_tear_down,
      TESTS(a_type_that_waits_is_dropped_with_its_segment, kept_types_stay_on_the_screen,
            a_second_type_takes_the_place_of_one_that_waits, the_tree_does_not_wait_for_matches));
