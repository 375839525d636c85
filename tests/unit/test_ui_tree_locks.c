/* Locks among the fields: what is proved of them stands in place of their words. */
#include <string.h>

#include "core/type/abi.h"
#include "core/type/parse.h"
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/tree/tree.h"

enum { SECOND = 1000000000, LOCK = 8, COND = 0x30, SEM = 0x60, MORE = 0x80 };

static struct stage *st;

static void scene(int rows, int cols)
{
    static const char layout[] =
        "struct ring { unsigned version, state; pthread_mutex_t lock; pthread_cond_t not_empty;\n"
        "  sem_t slots; pthread_mutex_t more[2]; long long beat; };\n";
    char why[TYPE_WHY_MAX] = "";
    struct type_abi abi;
    st = stage_new(rows, cols, STAGE_BYTES);
    ck_assert(type_abi_find("x86_64", 6, &abi));
    struct types *types = types_new(&abi, false);
    ck_assert_ptr_nonnull(types);
    ck_assert_msg(types_parse(types, "ring.h", layout, strlen(layout), why), "%s", why);
    st->ui.tree->stock = tree_stock_of(types);
    stage_put(st, LOCK, &(uint32_t){1}, 4);
    stage_put(st, LOCK + 8, &(uint32_t){812}, 4);
    stage_put(st, SEM, &(uint32_t){3}, 4);
    act_type(&st->ui, "ring@0");
    stage_draw(st);
}

/* What a job found. */
static void found(uint64_t offset, enum lock_kind kind, const char *text, bool bad, bool apart)
{
    struct tree_lock l = {.offset = offset, .kind = kind, .bad = bad, .apart = apart};
    (void)snprintf(l.text, sizeof l.text, "%s", text);
    tree_lock_take(&st->ui, &l);
}

static enum style style_of(const char *text)
{
    int row = frame_find(&st->ui.canvas, text);
    ck_assert_msg(row >= 0, "%s is not shown", text);
    const struct canvas *c = &st->ui.canvas;
    return c->cells[(size_t)row * (size_t)c->cols + (size_t)st->ui.tree->at.value].style;
}

static bool shows(const char *text)
{
    stage_draw(st);
    return frame_find(&st->ui.canvas, text) >= 0;
}

TEST(frames_of_each_size)
{
    static const struct {
        int rows, cols;
        const char *name;
    } sizes[] = {{24, 80, "locks-80x24"}, {40, 120, "locks-120x40"}, {24, 59, "locks-59x24"}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        scene(sizes[i].rows, sizes[i].cols);
        ck_assert_int_ge(frame_find(&st->ui.canvas, "{lock 1, count 0, owner 812"), 0);
        found(LOCK, LOCK_MUTEX, "held 812/815 ringd waiters 830,831", false, false);
        found(COND, LOCK_COND, "waiters 832", false, false);
        found(SEM, LOCK_SEM, "not shared value 3", false, true);
        act_goto(&st->ui, "more[1]");
        stage_draw(st);
        for (int k = 0; k < 2; k++)
            found(MORE + 40, LOCK_MUTEX, "deadlock, held 830/830 ringd waiters 815", true, false);
        stage_draw(st);
        frame_check(&st->ui.canvas, sizes[i].name);
    }
}

/* One look may be wrong, two that agree are not. */
TEST(an_alarm_is_confirmed)
{
    scene(24, 80);
    found(LOCK, LOCK_MUTEX, "dead owner 812", true, false);
    ck_assert(st->ui.tree->alarmed);
    ck_assert(!shows("dead owner"));
    found(LOCK, LOCK_MUTEX, "dead owner 813", true, false);
    ck_assert(!shows("dead owner"));
    found(LOCK, LOCK_MUTEX, "dead owner 813", true, false);
    ck_assert(shows("dead owner 813"));
    ck_assert_int_eq(style_of("dead owner 813"), STYLE_ERROR);
    found(LOCK, LOCK_MUTEX, "held 812/812 ringd", false, false);
    ck_assert(shows("held 812/812 ringd"));
    found(LOCK, LOCK_MUTEX, "dead owner 813", true, false); /* which begins anew */
    ck_assert(!shows("dead owner"));
}

/* Nor is a deadlock one whose threads went on meanwhile. */
TEST(threads_of_a_deadlock_sleep)
{
    struct tree_lock l = {
        .offset = LOCK, .kind = LOCK_MUTEX, .bad = true, .text = "deadlock, held 812/815 ringd"};
    scene(24, 80);
    for (l.proof = 1; l.proof < 4; l.proof++) {
        tree_lock_take(&st->ui, &l);
        ck_assert(!shows("deadlock"));
    }
    l.proof--;
    tree_lock_take(&st->ui, &l);
    ck_assert(shows("deadlock, held 812/815 ringd"));
}

TEST(words_are_shown_where_nothing_is_proved)
{
    static const char words[] = "{lock 1, count 0, owner 812";
    scene(24, 80);
    found(LOCK, LOCK_MUTEX, "held 812/815 ringd", false, false);
    found(LOCK + 4, LOCK_MUTEX, "held 1/1 another", false, false); /* there is no lock */
    found(LOCK, LOCK_RWLOCK, "held 1/1 another", false, false);
    ck_assert(shows("held 812/815 ringd") && !shows("another") && !shows(words));
    stage_type(st, "r");
    ck_assert(shows("{lock 0x1, count 0x0, owner 0x32c"));
    stage_type(st, "r");
    ck_assert(shows("held 812/815 ringd"));
    st->ui.s.past = st->ui.now - SECOND;
    ck_assert(shows(words)); /* who had it then is not known */
    st->ui.s.past = 0;
    ck_assert(shows("held 812/815 ringd"));
    st->ui.now += 5 * (int64_t)SECOND; /* nobody has looked since */
    ck_assert(shows(words));
}

TEST(another_segment_has_other_owners)
{
    scene(24, 80);
    found(LOCK, LOCK_MUTEX, "held 812/815 ringd", false, false);
    ck_assert(shows("held 812/815 ringd"));
    st->ui.s.id.ino++;
    ck_assert(!shows("held 812/815 ringd"));
}

SUITE(test_ui_tree_locks, .tear_down = stage_tear_down,
      TESTS(frames_of_each_size, an_alarm_is_confirmed, threads_of_a_deadlock_sleep,
            words_are_shown_where_nothing_is_proved, another_segment_has_other_owners));
