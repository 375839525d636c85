/* The menu of what may lie in a segment: facts, guesses, and what to do when nothing is known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/abi.h"
#include "core/type/parse.h"
#include "propose/propose.h"
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/tree/tree.h"

static struct stage *st;
static struct types *types;

static void scene(int rows, int cols)
{
    static const char layout[] =
        "struct ring_header { char magic[8]; unsigned version, state; };\n"
        "struct node { unsigned next; int id; char name[24]; };\n"
        "struct a_type_with_a_name_that_is_longer_than_its_column { int n; };\n";
    char why[TYPE_WHY_MAX] = "";
    st = stage_new(rows, cols, STAGE_BYTES);
    types = types_new(type_abi_machine(), false);
    ck_assert_ptr_nonnull(types);
    ck_assert_msg(types_parse(types, "ring.h", layout, strlen(layout), why), "%s", why);
    st->ui.tree->stock = tree_stock_of(types);
    stage_put(st, 0, "RINGv2", 6);
    stage_draw(st);
}

static void add(struct proposals *p, const char *name, const struct proposal *like)
{
    struct proposal *row = &p->row[p->count++];
    *row = *like;
    row->t = types;
    row->type = types_find(types, name);
    row->size = types_size(types, row->type);
    row->via = like->via != NULL ? strdup(like->via) : NULL;
}

/* What a job found. */
static void found(bool any)
{
    struct proposals p = {.row = calloc(8, sizeof *p.row), .room = 8, .notes = 1};
    struct tree_state *tree = st->ui.tree;
    ck_assert_ptr_nonnull(p.row);
    (void)snprintf(
        p.note[0], PROPOSE_NOTE,
        "reader (977): /usr/bin/reader: it has no debug information: compile with -g, or install "
        "the package with its debug symbols (build-id 0123456789abcdef)");
    if (any) {
        add(&p, "struct ring_header",
            &(struct proposal){.kind = PROPOSAL_POINTER, .via = "g_ring", .pid = 812, "ringd"});
        add(&p, "struct node",
            &(struct proposal){.kind = PROPOSAL_LAYOUT, .offset = 0x2000, .via = "ring"});
        p.row[1].size *= 4;
        add(&p, "struct node",
            &(struct proposal){PROPOSAL_FIT, .offset = 0x40, .pid = 812, "ri\033ngd", 165});
        add(&p, "struct a_type_with_a_name_that_is_longer_than_its_column",
            &(struct proposal){.kind = PROPOSAL_NAME, .pid = 812, "ringd"});
    }
    tree_stock_drop(tree->found);
    tree->found = tree_stock_of(NULL);
    ck_assert_ptr_nonnull(tree->found);
    tree_stock_found(tree->found, &p);
    memcpy(tree->found_of, st->ui.s.locator, sizeof tree->found_of);
    tree->found_users = tree_users(&st->ui);
    ck_assert(tree_find_open(&st->ui));
    stage_draw(st);
}

TEST(frames_of_each_size)
{
    static const struct {
        int rows, cols;
        const char *name;
    } sizes[] = {{24, 80, "find-80x24"}, {40, 120, "find-120x40"}, {24, 59, "find-59x24"}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        scene(sizes[i].rows, sizes[i].cols);
        found(true);
        frame_check(&st->ui.canvas, sizes[i].name);
    }
}

TEST(nothing_is_known_and_why)
{
    scene(24, 80);
    found(false);
    frame_check(&st->ui.canvas, "find-nothing");
    stage_key(st, KEY_ENTER_, 0); /* the whole reason */
    ck_assert_ptr_nonnull(strstr(st->ui.status, "compile with -g"));
    stage_act(st, act_tree, "find");
    stage_type(st, "d");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    stage_key(st, KEY_ESC_, 0);
    stage_act(st, act_tree, "find");
    stage_type(st, "w"); /* that slows a writer: it is asked first */
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
}

TEST(a_fact_is_shown_and_a_guess_says_that_it_is_one)
{
    scene(24, 80);
    found(true);
    stage_key(st, KEY_DOWN_, 0);
    stage_key(st, KEY_ENTER_, 0);
    stage_draw(st);
    const struct tree_view *v = tree_top(&st->ui);
    ck_assert_uint_eq(v->placed[0].offset, 0x2000);
    ck_assert_uint_eq(v->placed[0].count, 4);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "\u2248"), -1);
    stage_type(st, "f3");
    stage_draw(st);
    v = tree_top(&st->ui);
    ck_assert_uint_eq(v->count, 2);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "\u2248 node"), 0);
    ck_assert_str_eq(st->ui.tree->kept.type[0], "node[4]@0x2000");
}

/* The key that opens the list of what lies there closes it as well. */
TEST(its_key_closes_it)
{
    scene(24, 80);
    found(true);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_MENU);
    stage_type(st, "S");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert(!tree_on(&st->ui));
}

/* Space tags, and Enter shows all that are tagged; one of another program's types is left out, and
 * that is said. */
TEST(several_at_once)
{
    scene(24, 80);
    found(true);
    stage_type(st, " ");
    ck_assert_int_eq(st->ui.prompt.menu_at, 1);
    stage_type(st, "  ");
    stage_key(st, KEY_UP_, 0); /* the fourth again */
    stage_key(st, KEY_DOWN_, 0);
    stage_key(st, KEY_LEFT_, 0); /* it was not tagged, and is not now */
    stage_draw(st);
    frame_check(&st->ui.canvas, "find-tagged");
    stage_key(st, KEY_ENTER_, 0);
    stage_draw(st);
    const struct tree_view *v = tree_top(&st->ui);
    ck_assert_uint_eq(v->count, 3);
    ck_assert_uint_eq(st->ui.s.cursor, 0);
    ck_assert_uint_eq(st->ui.tree->kept.types, 2); /* the third is a guess */
    ck_assert_ptr_null(strstr(st->ui.status, "another program"));
    struct types *of_another = types_new(type_abi_machine(), false);
    tree_forget(&st->ui);
    found(true);
    struct proposals *p = tree_stock_proposals(st->ui.tree->found);
    p->row[1].t = of_another;
    stage_type(st, "   ");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(tree_top(&st->ui)->count, 2);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "1 of them: types of another program"));
    tree_forget(&st->ui);
    types_free(of_another);
}

/* `set types auto`: the one pointer to the start is taken without asking, nothing else. */
TEST(the_one_fact_is_taken)
{
    scene(24, 80);
    found(true);
    stage_key(st, KEY_ESC_, 0);
    ck_assert(!tree_take_only(&st->ui)); /* a list was asked for */
    st->ui.tree->take = true;
    ck_assert(tree_take_only(&st->ui));
    ck_assert_uint_eq(tree_top(&st->ui)->count, 1);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "via g_ring of ringd (812)"));
    ck_assert_str_eq(st->ui.tree->kept.type[0], "ring_header@0x0");
    ck_assert(!tree_take_only(&st->ui)); /* something is shown by now */
    tree_forget(&st->ui);
    struct proposals *p = tree_stock_proposals(st->ui.tree->found);
    p->row[1].offset = 0; /* two facts */
    ck_assert(!tree_take_only(&st->ui));
    p->row[1].offset = 0x2000;
    p->row[0].kind = PROPOSAL_FIT;
    ck_assert(!tree_take_only(&st->ui));
}

/* What is open and typed is not covered by what was found meanwhile, nor does it take its keys. */
TEST(what_was_found_elsewhere_is_not_shown)
{
    scene(24, 80);
    found(true);
    stage_key(st, KEY_ESC_, 0);
    (void)snprintf(st->ui.tree->found_of, sizeof st->ui.tree->found_of, "posix:/another");
    ck_assert(!tree_find_open(&st->ui));
    stage_act(st, act_tree, "take 1");
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    ck_assert_ptr_null(tree_top(&st->ui));
}

/* The row above the fields, and D. */
TEST(what_programs_disagree_about)
{
    static const char text[] = "ring_header: 1 of 3 fields differ\n  state  0xc+4  0x10+4\n";
    static const struct {
        int rows, cols;
        const char *name;
    } sizes[] = {{24, 80, "skew-80x24"}, {40, 120, "skew-120x40"}, {24, 59, "skew-59x24"}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        scene(sizes[i].rows, sizes[i].cols);
        act_type(&st->ui, "ring_header@0");
        stage_draw(st);
        int row = frame_find(&st->ui.canvas, "OFFSET");
        struct tree_skew *skew = &st->ui.tree->skew;
        stage_type(st, "D");
        ck_assert_ptr_nonnull(strstr(st->ui.status, "nothing to compare"));
        *skew = (struct tree_skew){.text = strdup(text), .compared = 1, .differ = 1, .fields = 1};
        (void)snprintf(skew->banner, sizeof skew->banner,
                       "ring_header.state: 0xc+4 in ringd (812), 0x10+4 in reader (977)");
        stage_type(st, "D");
        stage_draw(st);
        ck_assert_int_eq(frame_find(&st->ui.canvas, "OFFSET"), row + 1);
        frame_check(&st->ui.canvas, sizes[i].name);
        stage_key(st, KEY_ESC_, 0);
        (void)snprintf(st->ui.s.locator, sizeof st->ui.s.locator, "posix:/another");
        st->ui.s.id.ino++;
        stage_draw(st); /* nothing of that is true of it */
        ck_assert_uint_eq(skew->differ, 0);
        ck_assert_str_eq(skew->banner, "");
    }
}

/* What could not be asked, or was not compared at all, is not said to agree. */
TEST(what_is_not_known_of_programs_is_said)
{
    scene(24, 80);
    act_type(&st->ui, "ring_header@0");
    stage_draw(st);
    struct tree_skew *skew = &st->ui.tree->skew;
    skew->compared = 1;
    (void)snprintf(skew->notes, sizeof skew->notes, "time ran out for 1 of 2 processes\n");
    stage_type(st, "D");
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "agree about these types"), 0);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "time ran out for 1 of 2"), 0);
    stage_key(st, KEY_ESC_, 0);
    (void)snprintf(skew->failed, sizeof skew->failed, "it was stopped");
    stage_type(st, "D");
    ck_assert_ptr_nonnull(strstr(st->ui.status, "could not be compared: it was stopped"));
}

/* The list has types of the files that were read when it was made, whatever is read later. */
TEST(the_list_keeps_the_types_that_it_is_of)
{
    scene(24, 80);
    struct tree_state *tree = st->ui.tree;
    struct proposals p = {.row = calloc(1, sizeof *p.row), .room = 1};
    ck_assert_ptr_nonnull(p.row);
    add(&p, "struct node", &(struct proposal){PROPOSAL_FIT, .offset = 0x40, .score = 165});
    tree->found = tree_stock_list(tree->stock);
    ck_assert_ptr_nonnull(tree->found);
    tree_stock_found(tree->found, &p);
    memcpy(tree->found_of, st->ui.s.locator, sizeof tree->found_of);
    tree->found_users = tree_users(&st->ui);
    tree_stock_drop(tree->stock);
    tree->stock = tree_stock_of(NULL);
    ck_assert(tree_find_open(&st->ui));
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "node"), 0);
    stage_type(st, "1");
    ck_assert_ptr_nonnull(tree_top(&st->ui));
    ck_assert_uint_eq(tree->kept.types, 0); /* a guess: it is not kept as if it were a fact */
    session_move_to(&st->ui.s, 0x100, false);
    ck_assert(!tree_find_open(&st->ui)); /* others may fit here */
}

/* W slows its writers, so it asks; not for what cannot be. */
TEST(who_writes_a_field)
{
    scene(24, 80);
    act_type(&st->ui, "ring_header@0");
    stage_draw(st);
    st->ui.s.past = 1;
    stage_act(st, act_tree, "writers");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "not available in the past"));
    st->ui.s.past = 0;
    st->ui.s.caps |= SEG_CAP_TIMES;
    stage_act(st, act_tree, "writers");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "not available in a recording"));
    st->ui.s.caps &= ~(unsigned)SEG_CAP_TIMES;
    stage_type(st, "W");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    stage_type(st, "n");
    ck_assert(!st->ui.tree->writers_allowed);
    stage_type(st, "Wy");
    ck_assert(st->ui.tree->writers_allowed);
    stage_type(st, "W"); /* once a session */
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_uint_eq(st->ui.tree->watched.size, 8);
    ck_assert_str_eq(st->ui.tree->watched.path, "magic");
}

SUITE(test_ui_tree_find, .tear_down = stage_tear_down,
      TESTS(frames_of_each_size, nothing_is_known_and_why,
            a_fact_is_shown_and_a_guess_says_that_it_is_one, several_at_once, its_key_closes_it,
            the_one_fact_is_taken, what_was_found_elsewhere_is_not_shown,
            what_programs_disagree_about, what_is_not_known_of_programs_is_said,
            the_list_keeps_the_types_that_it_is_of, who_writes_a_field));
